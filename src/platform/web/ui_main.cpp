// ui_main.cpp -- ui.wasm: the App and its window on the page's canvas, called by web/app.js.
//
// Single-threaded, on the page's main thread; nothing here waits. The page asks for frames (animation frames, only while
// something changes), says sizes, focus and wheel, and passes on what the mirror and the host page command. Without WebGL 2
// there is a Shell that draws nothing: all works, and the timeline is there as SVG.
#include <SDL.h>
#include <emscripten.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/shell/shell.h"
#include "platform/web/ui_engine.h"
#include "platform/web/ui_state.h"
#include "ui/app.h"
#include "ui/panels.h"

EM_JS(void, il_js_size_canvas, (int width, int height), {
  // Last word on the canvas' size: device pixels inside, and CSS alone outside.
  const canvas = Module.canvas;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.width = canvas.style.height = "";
});

namespace interleave {
namespace {

constexpr int kProtocol = 3;  // engine_web.h

struct Page {
  std::vector<char> input;
  std::string file;    // as much of it as has come
  std::string answer;  // what the last call returned as text
  std::string json;
  std::unique_ptr<App> app;
  std::unique_ptr<Shell> shell;
  std::uint64_t shown_revision = 0;
  int frames_drawn = 0;

  std::string_view text(int bytes) const { return {input.data(), static_cast<std::size_t>(bytes)}; }
};
Page page;

const char* answer(std::string text) {
  page.answer = std::move(text);
  return page.answer.c_str();
}

double now_s() { return emscripten_get_now() / 1e3; }

}  // namespace
}  // namespace interleave

using namespace interleave;

int main() { return 0; }

extern "C" {

EMSCRIPTEN_KEEPALIVE int il_version() { return kProtocol; }

EMSCRIPTEN_KEEPALIVE char* il_input(int bytes) {
  page.input.resize(static_cast<std::size_t>(std::max(bytes, 1)));
  return page.input.data();
}

/// The input holds what this place can do. Empty, or why there is no picture.
EMSCRIPTEN_KEEPALIVE const char* il_open(int with_picture, int dark, int reduced_motion, int embedded) {
  page.app = std::make_unique<App>(make_page_engine({page.input.data(), page.input.size()}), dark ? Theme::dark : Theme::light);
  page.app->view.reduced_motion = reduced_motion != 0;
  page.app->view.moves = true;
  page.app->view.embed = embedded != 0;
  page.app->view.page_editor = true;  // web/editing.js: Dear ImGui has no on-screen keyboard and no screen reader here
  if (!with_picture) {
    page.shell = Shell::without_picture();
    return answer({});
  }
  // Keys only while the canvas has the focus; the wheel and the page's scrolling are app.js's; a finger may scroll the page.
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_KEYBOARD_ELEMENT, "#canvas");
  std::string error;
  page.shell = Shell::open({}, error);
  if (!page.shell) {
    page.shell = Shell::without_picture();
    return answer(error);
  }
  SDL_EventState(SDL_MOUSEWHEEL, SDL_IGNORE);
  SDL_EventState(SDL_FINGERDOWN, SDL_IGNORE);
  SDL_EventState(SDL_FINGERMOTION, SDL_IGNORE);
  SDL_EventState(SDL_FINGERUP, SDL_IGNORE);
  return answer(error);
}

/// Feeds live runs and, where `visible`, draws if there is a reason. Milliseconds until the next is wanted: 0 at once, -1 when
/// something happens.
EMSCRIPTEN_KEEPALIVE double il_frame(int visible) {
  double wait_s = INFINITY;
  if (page.shell && visible) {
    Shell::Frame frame = page.shell->frame(*page.app);
    if (frame.drawn) ++page.frames_drawn;
    wait_s = frame.wait_s;
  } else {
    wait_s = poll(*page.app, now_s());
  }
  if (page.app->busy() || page.app->opening) wait_s = 0;
  return std::isfinite(wait_s) ? std::ceil(std::max(wait_s, 0.0) * 1e3) : -1;
}
/// Whether something lies on top of the picture, which Esc closes before it leaves the picture.
EMSCRIPTEN_KEEPALIVE int il_on_top() { return something_on_top(*page.app); }

EMSCRIPTEN_KEEPALIVE int il_frames_drawn() { return page.frames_drawn; }

/// The App's state as JSON; null while nothing changed since the last call.
EMSCRIPTEN_KEEPALIVE const char* il_state() {
  if (page.app->revision == page.shown_revision) return nullptr;
  page.shown_revision = page.app->revision;
  page.json = state_json(*page.app);
  return page.json.c_str();
}

/// The input: a command and its arguments, one a line. Empty, or a sentence that says what is wrong.
EMSCRIPTEN_KEEPALIVE const char* il_command(int bytes) {
  std::string_view words[3], rest = page.text(bytes);
  for (std::string_view& word : words) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (page.shell) page.shell->ask_for_frame();
  return answer(page.app->command(words[0], words[1], words[2]));
}

/// Files come, one or several together: what was on its way before is let go of.
EMSCRIPTEN_KEEPALIVE void il_files_begin() { page.app->begin_files(); }
/// One of them cannot be read (the input says why), which stands beside what is said of the others.
EMSCRIPTEN_KEEPALIVE void il_file_refused(int bytes) {
  page.app->say_of_file(page.text(bytes));
  if (page.shell) page.shell->ask_for_frame();
}
/// Each comes in stretches, so that none of them takes long: how many bytes there will be, then each stretch in the input.
EMSCRIPTEN_KEEPALIVE void il_file(double bytes) {
  page.file = {};
  page.file.reserve(static_cast<std::size_t>(bytes));
}
EMSCRIPTEN_KEEPALIVE void il_file_more(int bytes) { page.file += page.text(bytes); }
/// Then the input holds its name, under what it was measured and what was left out of it, one a line. It is opened from frame to
/// frame, after those that came before it. Empty, or a sentence that says why it is not.
EMSCRIPTEN_KEEPALIVE const char* il_file_open(int bytes) {
  std::string_view words[3], rest = page.text(bytes);
  for (std::string_view& word : words) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  App& app = *page.app;
  std::string file = std::exchange(page.file, {}), under(words[1]), left_out(words[2]);
  std::string sentence = app.also_open(words[0], std::move(file), std::move(under), std::move(left_out));
  page.input = {};
  if (page.shell) page.shell->ask_for_frame();
  return answer(std::move(sentence));
}

/// What the App wants to be kept, one at a time: "name\ntype\nsize", or null. Then il_saved_bytes(), then il_saved().
EMSCRIPTEN_KEEPALIVE const char* il_save() {
  if (page.app->saves.empty()) return nullptr;
  const App::Save& save = page.app->saves.front();
  return answer(save.name + "\n" + save.type + "\n" + std::to_string(save.bytes.size()));
}
EMSCRIPTEN_KEEPALIVE const char* il_saved_bytes() { return page.app->saves.empty() ? nullptr : page.app->saves.front().bytes.data(); }
EMSCRIPTEN_KEEPALIVE void il_saved() {
  if (!page.app->saves.empty()) page.app->saves.erase(page.app->saves.begin());
}
/// What only the page can do, once: 'o' a file is to be chosen, or else text to be copied ("#..." is a link); null: nothing.
EMSCRIPTEN_KEEPALIVE const char* il_wish() {
  if (std::exchange(page.app->wants_open, false)) return answer("o");
  if (!page.app->clipboard.empty()) return answer("#" + std::exchange(page.app->clipboard, {}));
  if (!page.app->copied_text.empty()) return answer("c" + std::exchange(page.app->copied_text, {}));
  return nullptr;
}

/// The code on screen, and what was typed into it (the input).
EMSCRIPTEN_KEEPALIVE const char* il_code() { return page.app->code.text.c_str(); }
EMSCRIPTEN_KEEPALIVE void il_set_code(int bytes) {
  page.app->set_code(std::string(page.text(bytes)));
  if (page.shell) page.shell->ask_for_frame();
}
/// Where the code panel is that is edited, as of the last frame: "left top width height" in CSS px of the canvas; null: nowhere.
EMSCRIPTEN_KEEPALIVE const char* il_editor_place() {
  const Rect& r = page.app->page_editor_rect;
  if (r.empty()) return nullptr;
  const float scale = page.shell->interface_scale();
  std::string out;
  for (float edge : {r.x, r.y, r.w, r.h}) out += std::to_string(edge * scale) + " ";
  return answer(std::move(out));
}

/// App::page_editor_lit, of the same frame.
EMSCRIPTEN_KEEPALIVE const char* il_editor_lit() { return page.app->page_editor_lit.c_str(); }

EMSCRIPTEN_KEEPALIVE void il_hash(int bytes) {
  page.app->apply_hash(page.text(bytes));
  if (page.shell) page.shell->ask_for_frame();
}

EMSCRIPTEN_KEEPALIVE void il_touch() {
  if (page.shell) page.shell->ask_for_frame();
}

EMSCRIPTEN_KEEPALIVE void il_resize(int css_width, int css_height, int width, int height) {
  if (!page.shell) return;
  // SDL turns mouse positions into window px with the size that it believes in.
  if (SDL_Window* window = SDL_GL_GetCurrentWindow()) SDL_SetWindowSize(window, css_width, css_height);
  il_js_size_canvas(width, height);
  page.shell->set_viewport(css_width, css_height, static_cast<float>(width) / static_cast<float>(css_width));
}

EMSCRIPTEN_KEEPALIVE void il_wheel(float dx, float dy, int ctrl, int shift) {
  if (page.shell) page.shell->add_wheel(dx, dy, ctrl != 0, shift != 0);
}

/// How many fingers are on the canvas, and where the first two are, in CSS px.
EMSCRIPTEN_KEEPALIVE void il_fingers(int count, double x0, double y0, double x1, double y1) {
  if (page.shell) page.shell->set_fingers(count, {.across = {x0, x1}, .down = {y0, y1}});
}

EMSCRIPTEN_KEEPALIVE void il_fingers_cancelled() {
  if (page.shell) page.shell->fingers_cancelled();
}

EMSCRIPTEN_KEEPALIVE void il_focus(int focused) {
  if (page.shell) page.shell->set_focus(focused != 0);
}

/// The timeline as SVG, where there is no picture: no WebGL 2, or its context is lost. Empty while nothing has run.
EMSCRIPTEN_KEEPALIVE const char* il_timeline() { return answer(page.shell ? page.shell->timeline_svg(*page.app) : std::string()); }

EMSCRIPTEN_KEEPALIVE const char* il_context(int there) {
  if (!page.shell) return answer({});
  if (!there) page.shell->context_lost();
  return answer(there ? page.shell->context_restored() : std::string());
}

/// The stretch of time on screen, ns: 0 where it begins, 1 where it ends.
EMSCRIPTEN_KEEPALIVE double il_window(int which) { return which == 0 ? page.app->view.window.begin : page.app->view.window.end; }

/// Our own CPU time of a frame, milliseconds: 0 smallest, 1 median, 2 largest of the last 240; 3: how many those are;
/// 4: the last frame's.
EMSCRIPTEN_KEEPALIVE double il_frame_time(int which) {
  if (!page.shell) return 0;
  FrameTimes t = page.shell->frame_times();
  return which == 0 ? t.min_ms : which == 1 ? t.median_ms : which == 2 ? t.max_ms : which == 4 ? t.last_ms : t.frames;
}

}  // extern "C"
