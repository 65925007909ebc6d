#include "platform/shell/shell.h"

#include <SDL.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_impl_sdl2.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "gl_api.h"
#include "platform/shell/embedded_fonts.h"
#include "platform/shell/quad_renderer.h"
#include "ui/app.h"
#include "ui/style.h"

namespace interleave {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds(SteadyClock::duration d) { return std::chrono::duration<double>(d).count(); }

std::span<const unsigned char> font_bytes(std::string_view name) {
  for (int i = 0; i < kEmbeddedFontCount; ++i)
    if (kEmbeddedFonts[i].name == name) return {kEmbeddedFonts[i].bytes, kEmbeddedFonts[i].size_bytes};
  return {};
}

// What gl_api.h is for: 3.3 core natively, ES 3.0 in the page.
void ask_for_gl() {
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, kGlEs ? SDL_GL_CONTEXT_PROFILE_ES : SDL_GL_CONTEXT_PROFILE_CORE);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, kGlMajor);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, kGlMinor);
  SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
  SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
}

/// For frames that are laid out and not drawn.
class NoCanvas final : public Canvas {
 public:
  void draw(ImDrawList&, std::span<const Quad>, const Ribbons&) override {}
  void fill(ImDrawList&, float, float, float, float, std::uint32_t) override {}
};

void begin_imgui() {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
}

void load_embedded_fonts() {
  load_fonts({font_bytes("Inter-Regular"), font_bytes("Inter-SemiBold"), font_bytes("Inter-Bold"),
              font_bytes("JetBrainsMono-Regular"), font_bytes("JetBrainsMono-SemiBold")});
}

// Before the swap: afterwards nobody says what the back buffer holds.
Shell::Pixels read_pixels(int width, int height) {
  Shell::Pixels out;
  out.width = width;
  out.height = height;
  auto row = static_cast<std::size_t>(width) * 4;
  std::vector<std::uint8_t> rgba(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
  out.rgb.reserve(rgba.size() / 4 * 3);
  for (std::size_t y = static_cast<std::size_t>(height); y-- > 0;)
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
      const std::uint8_t* at = &rgba[y * row + x * 4];
      out.rgb.insert(out.rgb.end(), at, at + 3);
    }
  return out;
}

}  // namespace

struct Shell::Parts {
  SDL_Window* window = nullptr;
  SDL_GLContext gl = nullptr;
  QuadRenderer quads;
  Pixels* capture = nullptr;  // where the next frame's pixels go
  bool video = false, sdl_backend = false, gl_backend = false;  // what there is to be shut down
  bool have_context = true;
  bool own_viewport = false;  // set_viewport() was called: SDL's sizes do not count
  bool mouse_inside = false;
  bool presenting = false;    // as of the last frame
  bool unseen = false;        // a hidden window: whatever mouse there is, it is not over it
  float width = 0, height = 0, pixel_ratio = 1, ui_scale = 1;
  float mouse_x = 0, mouse_y = 0;
  std::vector<std::string> dropped;
  std::vector<SDL_TouchFingerEvent> touching;  // natively: every finger that is down, by its last event
  Fingers fingers;                             // the first two of `finger_count`
  std::optional<Fingers> pinched_from;         // where they were at the last frame
  int finger_count = 0;
  bool pinching = false;                       // two came down: until all are up, none is the mouse
  int frames_owed = 3;  // ImGui needs a frame or two to settle after an event
  double next_wish_at = 0;
  SteadyClock::time_point opened = SteadyClock::now();
  std::array<float, 240> times{};
  int times_count = 0;

  float scale_now() const { return ui_scale * (presenting ? kPresentScale : 1); }
  double now() const { return seconds(SteadyClock::now() - opened); }
  void measure_window();
  void take_event(const SDL_Event& event, bool& quit);
  bool take_scale_key(const SDL_Keysym& key);
  void take_finger(const SDL_TouchFingerEvent& event);
  void take_fingers(int count, const Fingers& now);
  void release_elsewhere();
  bool pinched_mouse(Uint32 which) const { return pinching && which == SDL_TOUCH_MOUSEID; }
};

void Shell::Parts::measure_window() {
  if (own_viewport || !window) return;
  int w = 0, h = 0, pw = 0, ph = 0;
  SDL_GetWindowSize(window, &w, &h);
  SDL_GL_GetDrawableSize(window, &pw, &ph);
  float ratio = w > 0 ? static_cast<float>(pw) / static_cast<float>(w) : 1;
  if (w != static_cast<int>(width) || h != static_cast<int>(height) || ratio != pixel_ratio) frames_owed = 3;
  width = static_cast<float>(w);
  height = static_cast<float>(h);
  pixel_ratio = ratio;
}

void Shell::Parts::take_event(const SDL_Event& event, bool& quit) {
  ImGuiIO& io = ImGui::GetIO();
  frames_owed = 3;
  switch (event.type) {
    case SDL_QUIT: quit = true; return;
    case SDL_KEYDOWN:
      if (take_scale_key(event.key.keysym)) return;
      break;
    case SDL_DROPFILE:
      if (event.drop.file) dropped.emplace_back(event.drop.file);
      SDL_free(event.drop.file);
      return;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_CLOSE) quit = true;
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) mouse_inside = false;
      break;
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP: take_finger(event.tfinger); return;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
      if (pinched_mouse(event.button.which)) return;
      break;
    // The backend would give window px; ours are smaller when the interface is scaled up.
    case SDL_MOUSEMOTION:
      if (pinched_mouse(event.motion.which)) return;
      io.AddMouseSourceEvent(event.motion.which == SDL_TOUCH_MOUSEID ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse);
      mouse_x = static_cast<float>(event.motion.x) / scale_now();
      mouse_y = static_cast<float>(event.motion.y) / scale_now();
      mouse_inside = true;
      io.AddMousePosEvent(mouse_x, mouse_y);
      return;
    default: break;
  }
  ImGui_ImplSDL2_ProcessEvent(&event);
}

// As a browser has it, where there is no browser that does it.
bool Shell::Parts::take_scale_key(const SDL_Keysym& key) {
  if (own_viewport || !(key.mod & (KMOD_CTRL | KMOD_GUI)) || key.mod & KMOD_ALT) return false;
  int direction = 0;
  switch (key.sym) {
    case SDLK_PLUS: case SDLK_EQUALS: case SDLK_KP_PLUS: direction = 1; break;
    case SDLK_MINUS: case SDLK_KP_MINUS: direction = -1; break;
    case SDLK_0: case SDLK_KP_0: break;
    default: return false;
  }
  const float before = scale_now();
  ui_scale = direction == 0 ? 1 : next_ui_scale(ui_scale, direction);
  mouse_x *= before / scale_now();
  mouse_y *= before / scale_now();
  return true;
}

void Shell::Parts::take_finger(const SDL_TouchFingerEvent& event) {
  auto known = std::find_if(touching.begin(), touching.end(), [&](const auto& each) { return each.fingerId == event.fingerId; });
  if (event.type == SDL_FINGERUP) {
    if (known != touching.end()) touching.erase(known);
  } else if (known != touching.end()) {
    *known = event;
  } else {
    touching.push_back(event);
  }
  Fingers now;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, touching.size()); ++i) {
    now.across[i] = static_cast<double>(touching[i].x * width);
    now.down[i] = static_cast<double>(touching[i].y * height);
  }
  take_fingers(static_cast<int>(touching.size()), now);
}

// Nowhere, so that no button takes it for a click.
void Shell::Parts::release_elsewhere() {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
  io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
  frames_owed = 3;
}

void Shell::Parts::take_fingers(int count, const Fingers& now) {
  if (count >= 2 && !pinching) release_elsewhere();  // the first was the mouse till now
  if (count < 2) pinched_from.reset();
  else if (finger_count < 2) pinched_from = now;
  if (count >= 2) pinching = true;
  if (count == 0) pinching = false;
  finger_count = count;
  fingers = now;
  frames_owed = 3;
}

Shell::Shell() : parts_(std::make_unique<Parts>()) {}

std::unique_ptr<Shell> Shell::open(const ShellOptions& options, std::string& error) {
  std::unique_ptr<Shell> shell(new Shell);
  Parts& p = *shell->parts_;
  p.ui_scale = std::clamp(options.ui_scale, 0.5f, 4.0f);
  p.unseen = options.hidden;
  SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
  // Where nothing is to be seen EGL need not ask for a display either: it would say on stderr what it misses there.
  if (const char* wanted = SDL_getenv("SDL_VIDEODRIVER"); wanted && SDL_strcmp(wanted, "offscreen") == 0) SDL_setenv("EGL_PLATFORM", "surfaceless", 0);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_TIMER) != 0) {
    error = std::string("No window can be opened here: ") + SDL_GetError() + ".";
    return nullptr;
  }
  p.video = true;
  // Without a display SDL falls back to drivers that draw where nobody looks, at no display's pace: seen, forgotten
  // programs that took a core and 2 GB each. Whoever wants one says so in SDL_VIDEODRIVER.
  const char* driver = SDL_GetCurrentVideoDriver();
  const bool unseen = driver && (SDL_strcmp(driver, "offscreen") == 0 || SDL_strcmp(driver, "dummy") == 0 ||
                                 SDL_strcmp(driver, "evdev") == 0);
  if (unseen && !SDL_getenv("SDL_VIDEODRIVER")) {
    error = "No window can be opened here: there is no display.";
    return nullptr;
  }
  ask_for_gl();
  Uint32 flags = SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
  if (options.hidden) flags |= SDL_WINDOW_HIDDEN;
  p.window = SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, options.width,
                              options.height, flags);
  p.gl = p.window ? SDL_GL_CreateContext(p.window) : nullptr;
  if (!p.gl) {
    error = std::string("OpenGL 3.3 or WebGL 2 is not there: ") + SDL_GetError() + ".";
    return nullptr;
  }
  SDL_GL_MakeCurrent(p.window, p.gl);
  SDL_GL_SetSwapInterval(options.vsync ? 1 : 0);

  begin_imgui();
  p.sdl_backend = ImGui_ImplSDL2_InitForOpenGL(p.window, p.gl);
  p.gl_backend = ImGui_ImplOpenGL3_Init(kGlEs ? "#version 300 es" : "#version 330 core");
  if (!p.sdl_backend || !p.gl_backend) {
    error = "Dear ImGui does not start on this OpenGL.";
    return nullptr;
  }
  load_embedded_fonts();
  error = p.quads.create();
  if (!error.empty()) return nullptr;
  return shell;
}

std::unique_ptr<Shell> Shell::without_picture() {
  std::unique_ptr<Shell> shell(new Shell);
  shell->parts_->have_context = false;
  begin_imgui();
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;  // of which none is ever asked for
  load_embedded_fonts();
  return shell;
}

Shell::~Shell() {
  Parts& p = *parts_;
  if (p.gl && p.have_context) p.quads.destroy();
  if (p.gl_backend) ImGui_ImplOpenGL3_Shutdown();
  if (p.sdl_backend) ImGui_ImplSDL2_Shutdown();
  if (ImGui::GetCurrentContext()) {
    if (!p.gl_backend)
      for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) texture->SetStatus(ImTextureStatus_Destroyed);
    ImGui::DestroyContext();
  }
  if (p.gl) SDL_GL_DeleteContext(p.gl);
  if (p.window) SDL_DestroyWindow(p.window);
  if (p.video) SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_TIMER);
}

Shell::Frame Shell::frame(App& app) {
  Parts& p = *parts_;
  Frame result;
  SDL_Event event;
  while (p.video && SDL_PollEvent(&event)) p.take_event(event, result.quit);
  result.dropped = std::exchange(p.dropped, {});
  p.measure_window();
  double now = p.now();
  // A live run must be fed even when nothing is drawn, and may ask for a frame by what comes.
  auto began = SteadyClock::now();
  double wish_s = poll(app, now);
  if (wish_s <= 0) p.frames_owed = std::max(p.frames_owed, 1);
  else if (std::isfinite(wish_s)) p.next_wish_at = now + wish_s;
  if (p.next_wish_at > 0 && now >= p.next_wish_at) {
    p.frames_owed = std::max(p.frames_owed, 1);
    p.next_wish_at = 0;
  }
  if (!p.have_context || p.width < 1 || p.height < 1 || p.frames_owed <= 0) {
    result.wait_s = app.opening ? 0 : p.next_wish_at > 0 ? p.next_wish_at - now : std::numeric_limits<double>::infinity();
    return result;
  }
  --p.frames_owed;

  ImGuiIO& io = ImGui::GetIO();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplSDL2_NewFrame();
  if (p.presenting != app.view.present) p.frames_owed = 3;
  p.presenting = app.view.present;
  float logical_width = p.width / p.scale_now(), logical_height = p.height / p.scale_now();
  float scale = p.pixel_ratio * p.scale_now();
  io.DisplaySize = ImVec2(logical_width, logical_height);
  io.DisplayFramebufferScale = ImVec2(scale, scale);  // fonts are rasterised at size x this
  if (p.unseen) io.AddMousePosEvent(p.mouse_inside ? p.mouse_x : -FLT_MAX, p.mouse_inside ? p.mouse_y : -FLT_MAX);
  else if (p.scale_now() != 1 && p.mouse_inside) io.AddMousePosEvent(p.mouse_x, p.mouse_y);
  app.view.pinched.reset();
  if (p.pinched_from) {
    auto laid_out = [&](Fingers f) {
      for (double* each : {f.across, f.across + 1, f.down, f.down + 1}) *each /= static_cast<double>(p.scale_now());
      return f;
    };
    app.view.pinched = std::pair(laid_out(*std::exchange(p.pinched_from, p.fingers)), laid_out(p.fingers));
  }
  p.quads.begin_frame();
  ImGui::NewFrame();
  // Of keys that came between two frames ImGui takes one press or release of each a frame, in order. Those that are left need
  // frames of their own, or they wait for the next event (seen: '?' after four other keys on a slow machine did nothing).
  if (!ImGui::GetCurrentContext()->InputEventsQueue.empty()) p.frames_owed = std::max(p.frames_owed, 1);
  draw(app, p.quads, now);
  ImGui::Render();
  float own_ms = static_cast<float>(seconds(SteadyClock::now() - began) * 1e3);

  ImDrawData* data = ImGui::GetDrawData();
  int pixel_width = static_cast<int>(std::lround(logical_width * scale));
  int pixel_height = static_cast<int>(std::lround(logical_height * scale));
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glViewport(0, 0, pixel_width, pixel_height);
  glDisable(GL_SCISSOR_TEST);
  ImVec4 ground = ImGui::ColorConvertU32ToFloat4(palette().page);
  glClearColor(ground.x, ground.y, ground.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  p.quads.upload(logical_width, logical_height, scale);
  ImGui_ImplOpenGL3_RenderDrawData(data);
  if (p.capture) {
    *p.capture = read_pixels(pixel_width, pixel_height);
    p.capture = nullptr;
  }
  SDL_GL_SwapWindow(p.window);

  p.times[static_cast<std::size_t>(p.times_count++) % p.times.size()] = own_ms;
  app.frame_ms = frame_times().median_ms;
  double again = next_frame_in(app);
  if (again <= 0) p.frames_owed = std::max(p.frames_owed, 1);
  else if (std::isfinite(again)) p.next_wish_at = now + again;
  result.drawn = true;
  result.wait_s = p.frames_owed > 0 || app.opening ? 0 : std::isfinite(again) ? again : std::numeric_limits<double>::infinity();
  return result;
}

void Shell::wait(double wait_s) {
  if (wait_s <= 0) return;
  // An event taken here goes back into the queue: frame() reads it.
  int ms = std::isfinite(wait_s) ? static_cast<int>(std::min(wait_s * 1e3, 1e6)) : -1;
  if (ms < 0) SDL_WaitEvent(nullptr);
  else SDL_WaitEventTimeout(nullptr, std::max(ms, 1));
}

void Shell::copy(const std::string& text) { SDL_SetClipboardText(text.c_str()); }

void Shell::ask_for_frame() { parts_->frames_owed = std::max(parts_->frames_owed, 2); }

void Shell::set_viewport(int css_width, int css_height, float pixel_ratio) {
  Parts& p = *parts_;
  p.own_viewport = true;
  p.width = static_cast<float>(css_width);
  p.height = static_cast<float>(css_height);
  p.pixel_ratio = std::clamp(pixel_ratio, 0.25f, 8.0f);
  p.frames_owed = 3;
}

void Shell::set_ui_scale(float scale) {
  parts_->ui_scale = std::clamp(scale, 0.5f, 4.0f);
  parts_->frames_owed = 3;
}

float Shell::interface_scale() const { return parts_->scale_now(); }

void Shell::add_wheel(float dx, float dy, bool ctrl, bool shift) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, ctrl);
  io.AddKeyEvent(ImGuiMod_Shift, shift);
  io.AddMouseWheelEvent(dx, dy);
  parts_->frames_owed = 3;
}

void Shell::set_fingers(int count, const Fingers& fingers) { parts_->take_fingers(count, fingers); }

void Shell::fingers_cancelled() { parts_->release_elsewhere(); }

void Shell::set_focus(bool focused) {
  ImGui::GetIO().AddFocusEvent(focused);
  parts_->frames_owed = 3;
}

void Shell::point_at(float x, float y) {
  Parts& p = *parts_;
  p.mouse_x = x;
  p.mouse_y = y;
  p.mouse_inside = x >= 0;
}

void Shell::context_lost() {
  Parts& p = *parts_;
  p.have_context = false;
  p.quads.forget();
  if (p.gl_backend) ImGui_ImplOpenGL3_DestroyDeviceObjects();
}

std::string Shell::context_restored() {
  Parts& p = *parts_;
  // ImGui makes its own again at its next frame; the fonts come from their CPU copy.
  std::string error = p.quads.create();
  p.have_context = error.empty();
  p.frames_owed = 3;
  return error;
}

FrameTimes Shell::frame_times() const {
  const Parts& p = *parts_;
  FrameTimes t;
  t.frames = std::min(p.times_count, static_cast<int>(p.times.size()));
  if (t.frames == 0) return t;
  std::array<float, 240> sorted;
  auto end = std::copy_n(p.times.begin(), t.frames, sorted.begin());
  std::sort(sorted.begin(), end);
  t.min_ms = sorted[0];
  t.median_ms = sorted[static_cast<std::size_t>(t.frames / 2)];
  t.max_ms = *(end - 1);
  t.last_ms = p.times[static_cast<std::size_t>(p.times_count - 1) % p.times.size()];
  return t;
}

std::string Shell::timeline_svg(App& app) {
  Parts& p = *parts_;
  std::string svg;
  if (p.have_context || p.width < 1 || p.height < 1 || !app.anything_to_show()) return svg;
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = ImVec2(p.width / p.scale_now(), p.height / p.scale_now());
  io.DisplayFramebufferScale = ImVec2(1, 1);
  io.DeltaTime = 1.0f / 60;
  NoCanvas nowhere;
  // The first frame finds out how high everything is.
  for (int settle = 0; settle < 2; ++settle) {
    app.svg_into = &svg;
    ImGui::NewFrame();
    draw(app, nowhere, p.now());
    ImGui::EndFrame();
    app.svg_into = nullptr;  // where the layout has no timeline
  }
  return svg;
}

Shell::Pixels Shell::capture(App& app) {
  Pixels out;
  ask_for_frame();
  parts_->capture = &out;
  frame(app);
  parts_->capture = nullptr;
  return out;
}

}  // namespace interleave
