// keys.cpp -- UI.md's keys. They act only while the canvas has the focus: without it no key reaches ImGui.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ui/panels.h"
#include "ui/pick_list.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/range.h"

namespace interleave {
namespace {

bool pressed(ImGuiKey key, bool repeat = false) { return ImGui::IsKeyPressed(key, repeat); }

bool popup_open() { return ImGui::GetCurrentContext() && ImGui::IsPopupOpen(static_cast<const char*>(nullptr), ImGuiPopupFlags_AnyPopup); }

// Tab walks through the controls, Esc or the mouse ends it; only then do arrows, Space and Enter belong to a control.
void walk_controls() {
  ImGuiIO& io = ImGui::GetIO();
  if (pressed(ImGuiKey_Tab) && !io.WantTextInput) io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  if (pressed(ImGuiKey_Escape) || ImGui::IsMouseClicked(ImGuiMouseButton_Left)) io.ConfigFlags &= ~ImGuiConfigFlags_NavEnableKeyboard;
}

// The first lane at the playhead's time: where the keyboard begins.
void pin_first(App& app) {
  std::optional<SpanPick> first = first_lane(app);
  if (!first || app.live) return;
  const Spans spans = spans_at(app, *first);
  if (spans.empty()) return;
  auto it = std::ranges::upper_bound(spans, static_cast<Nanos>(std::max(0.0, app.view.playhead)), {}, &Span::end);
  if (it == spans.end()) --it;
  first->span = static_cast<std::uint32_t>(it - spans.begin());
  app.pin(first);
}

// Up and Down: the lane above or below, at the same time.
void move_lane(App& app, int direction) {
  if (!app.view.pinned) return pin_first(app);
  const SpanPick pick = *app.view.pinned;
  Spans now = spans_at(app, pick);
  if (pick.span >= now.size()) return;
  Nanos at = (now[pick.span].begin + now[pick.span].end) / 2;
  const TimelinePlan plan = plan_timeline(app);
  const std::vector<SpanPick> lanes = lanes_of(plan, pick.executor, pick.run);
  auto lane = std::ranges::find_if(lanes, [&](const SpanPick& each) { return each.of == pick.of && each.lane == pick.lane; });
  const bool on_screen = lane != lanes.end();
  SpanPick next = pick;
  Spans spans;
  while (spans.empty() && lane != lanes.end()) {
    if (direction < 0 && lane == lanes.begin()) lane = lanes.end();
    else lane += direction;
    if (lane != lanes.end()) next = *lane, spans = spans_at(app, next);
  }
  if (spans.empty()) {
    // Beyond the last there are others only where one scrolls to them.
    if (on_screen && (plan.content_height <= plan.lanes.h || std::ranges::count(plan.rows, LaneRow::Kind::folded, &LaneRow::kind))) return;
    next = pick;
    if (direction < 0 && next.lane == 0) return;
    next.lane += static_cast<std::uint32_t>(direction);
    spans = spans_at(app, next);
    if (spans.empty()) return;
  }
  auto it = std::ranges::upper_bound(spans, at, {}, &Span::end);
  if (it == spans.end()) --it;
  next.span = static_cast<std::uint32_t>(it - spans.begin());
  next.count = 1;
  app.pin(next);
}

// The one list of keys: what they do is below, what they are called here.
struct KeyWords {
  const char* keys;
  const char* words;
};
constexpr KeyWords kKeys[] = {
    {"Space", "play, pause"},           {"Shift Space", "play backwards"},
    {", .", "previous, next switch"},   {"Shift , .", "of this lane"},
    {"[ ]", "of this task"},            {"J K", "slower, faster"},
    {"Home End", "to start, to end"},   {"X", "select by a drag"},
    {"Left Right", "earlier, later"},   {"Up Down", "the lane above, below"},
    {"+ - 0", "closer, wider, fit"},    {"Shift drag", "select a range"},
    {"B N", "it begins, ends here"},    {"O", "loop the range"},
    {"Enter", "pin a span"},{"W", "what woke it"},
    {"Shift W", "what it woke"},        {"C", "its line of code"},
    {"/", "find a task"},               {"L", "lanes by worker, core, task"},
    {"R A S", "run, run all, stop"},    {"1 to 6", "choose an executor"},
    {"G Shift G", "guess who, when"},       {"T F", "theme, present"},
    {"D", "how long tasks took"},       {"V", "runs one under another"},
    {"PgUp PgDn", "switch by switch"},  {"E", "edit the code"},
    {"? Esc", "this list, leave"},      {"Ctrl + - 0", "larger, smaller, as it was"},
};

}  // namespace

bool something_on_top(const App& app) {
  return app.view.selecting || app.view.keys_shown || app.view.latencies_shown || app.view.editing || app.view.present || popup_open();
}

void take_keys(App& app) {
  ImGuiIO& io = ImGui::GetIO();
  walk_controls();
  if (io.WantTextInput || io.KeyAlt || io.KeyCtrl || io.KeySuper) return;
  bool walking = io.NavVisible && (io.ConfigFlags & ImGuiConfigFlags_NavEnableKeyboard) != 0;
  bool shift = io.KeyShift, wants_find = false, wants_list = false;
  if (app.view.letter_keys) {
    if (pressed(ImGuiKey_R)) app.command("run");
    if (pressed(ImGuiKey_A)) app.command("run-all");
    if (pressed(ImGuiKey_S)) app.command("stop");
    if (pressed(ImGuiKey_F)) app.command("present");
    if (pressed(ImGuiKey_W)) app.command(shift ? "wakes" : "woke");
    if (pressed(ImGuiKey_C)) app.command("line");
    if (pressed(ImGuiKey_E)) app.command("edit");
    if (pressed(ImGuiKey_G)) app.command(shift ? "guess-time" : "guess");
    if (pressed(ImGuiKey_L)) app.command("lanes");
    if (pressed(ImGuiKey_O)) app.command("loop");
    if (pressed(ImGuiKey_X)) app.command("select-range");
    if (pressed(ImGuiKey_B)) app.command("range", "begin");
    if (pressed(ImGuiKey_N)) app.command("range", "end");
    if (pressed(ImGuiKey_D)) app.command("latencies");
    if (pressed(ImGuiKey_V)) app.command("overlay");
    if (pressed(ImGuiKey_T)) app.command("theme");
    if (pressed(ImGuiKey_Comma, true)) app.command("step", "previous", shift ? "lane" : "");
    if (pressed(ImGuiKey_Period, true)) app.command("step", "next", shift ? "lane" : "");
    if (pressed(ImGuiKey_LeftBracket, true)) app.command("step", "previous", "task");
    if (pressed(ImGuiKey_RightBracket, true)) app.command("step", "next", "task");
    if (pressed(ImGuiKey_0) || pressed(ImGuiKey_Keypad0)) app.command("fit");
    if (pressed(ImGuiKey_J)) app.command("speed", "slower");
    if (pressed(ImGuiKey_K)) app.command("speed", "faster");
    std::vector<ExecutorKind> kinds = app.executors();
    for (int i = 0; i < 6; ++i)
      if (pressed(static_cast<ImGuiKey>(ImGuiKey_1 + i)) && static_cast<std::size_t>(i) < kinds.size()) app.command("select", id_of(kinds[static_cast<std::size_t>(i)]));
    // Where these two lie differs from keyboard to keyboard: the sign that was typed counts, too.
    wants_find = pressed(ImGuiKey_Slash) && !shift;
    wants_list = pressed(ImGuiKey_Slash) && shift;
    for (ImWchar c : io.InputQueueCharacters) {
      wants_find |= c == '/';
      wants_list |= c == '?';
    }
    if (wants_list) app.view.keys_shown = true;
    else if (wants_find) app.command("find");
  }
  if (pressed(ImGuiKey_PageUp)) app.command("step", "previous");
  if (pressed(ImGuiKey_PageDown)) app.command("step", "next");
  if (pressed(ImGuiKey_Home)) app.command("to-start");
  if (pressed(ImGuiKey_End)) app.command("to-end");
  double middle = app.view.playhead >= app.view.window.begin && app.view.playhead <= app.view.window.end
                      ? app.view.playhead : (app.view.window.begin + app.view.window.end) / 2;
  if (pressed(ImGuiKey_Equal, true) || pressed(ImGuiKey_KeypadAdd, true)) app.zoom(0.7, middle);
  if (pressed(ImGuiKey_Minus, true) || pressed(ImGuiKey_KeypadSubtract, true)) app.zoom(1 / 0.7, middle);
  if (pressed(ImGuiKey_F12)) app.view.debug = !app.view.debug;
  if (pressed(ImGuiKey_Escape)) {
    // What lies on top goes first.
    if (popup_open()) {
      // It closes itself.
    } else if (app.view.keys_shown || app.view.latencies_shown) {
      app.view.keys_shown = app.view.latencies_shown = false;
    } else if (app.view.editing) {
      app.command("edit", "off");
    } else if (app.view.selecting) {
      app.view.selecting = false;
    } else {
      app.view.present = false;
      app.pin({});
      app.view.drawer_open = false;
      app.set_range(std::nullopt);
      app.notice.clear();
    }
  }
  if (walking) return;
  const bool moves = app.live ? !app.paused_live() : app.view.playing != 0;
  if (pressed(ImGuiKey_Space)) app.command(moves ? "pause" : io.KeyShift ? "play-back" : "play");
  const bool flagged = app.view.guess_time > 0 && !app.anything_to_show();  // there is nothing else that they could move
  if (pressed(ImGuiKey_LeftArrow, true)) flagged ? (void)app.command("guess-time", "earlier") : app.pan(-0.1);
  if (pressed(ImGuiKey_RightArrow, true)) flagged ? (void)app.command("guess-time", "later") : app.pan(0.1);
  if (pressed(ImGuiKey_UpArrow, true)) move_lane(app, -1);
  if (pressed(ImGuiKey_DownArrow, true)) move_lane(app, 1);
  if (pressed(ImGuiKey_Enter)) {
    if (app.view.hovered) app.pin(app.view.hovered);
    else if (!app.view.pinned) pin_first(app);
  }
}

void draw_keys(App& app) {
  if (!app.view.keys_shown) return;
  const Palette& p = palette();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const bool two = screen.x >= 700;
  constexpr float kPad = 20, kLine = 28, kFoot = 50, kHead = 40;
  const auto all = static_cast<float>(std::size(kKeys));
  const float w = std::min(two ? 640.0f : 360.0f, screen.x - 16);
  const float lines_h = kLine * (two ? std::ceil(all / 2) : all), h = std::min(kHead + lines_h + kFoot + kPad, screen.y - 16);
  Rect r{std::round((screen.x - w) / 2), std::round((screen.y - h) / 2), w, h};
  Panel panel(app, "keys", r, Panel::Kind::floating);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  put_text(list, Face::bold, 16, {r.x + kPad, r.y + 14}, p.text, "Keys");
  put_text(list, Face::regular, 13, {r.x + kPad + 56, r.y + 16}, p.text2, "They act while the canvas has the focus.", w - 2 * kPad - 100);
  ButtonParts close;
  close.icon = Icon::close;
  close.look = ButtonLook::quiet;
  ImGui::SetCursorScreenPos({r.right() - 42, r.y + 8});
  if (button("close keys", {32, 32}, close)) app.view.keys_shown = false;
  ImGui::SetCursorScreenPos({r.x + 1, r.y + kHead});
  ImGui::BeginChild("all keys", {w - 2, h - kHead - kFoot}, 0, ImGuiWindowFlags_NoBackground);
  ImDrawList& rows = *ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float column = (w - 2 * kPad) / (two ? 2 : 1);
  for (std::size_t i = 0; i < std::size(kKeys); ++i) {
    float x = r.x + kPad + (two && i % 2 == 1 ? column : 0), y = origin.y + kLine * static_cast<float>(two ? i / 2 : i);
    // Each key in a frame of its own; "Shift , ." are three.
    float kx = x;
    std::string_view keys = kKeys[i].keys;
    while (!keys.empty()) {
      std::string_view key = keys.substr(0, keys.find(' '));
      keys.remove_prefix(std::min(key.size() + 1, keys.size()));
      bool word = key == "to" || key == "drag";
      float kw = text_width(word ? Face::regular : Face::mono, 12, key) + (word ? 0 : 10);
      if (!word) rows.AddRect({kx, y + 3}, {kx + kw, y + 23}, p.control_border, 4);
      put_text(rows, word ? Face::regular : Face::mono, 12, {kx + (word ? 0 : 5), y + 6}, p.text2, key);
      kx += kw + 5;
    }
    put_text(rows, Face::regular, 13, {x + 118, y + 5}, p.text, kKeys[i].words, column - 122);
  }
  ImGui::SetCursorScreenPos({origin.x, origin.y + lines_h - 1});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
  list.AddLine({r.x, r.bottom() - kFoot + 0.5f}, {r.right(), r.bottom() - kFoot + 0.5f}, p.line);
  ButtonParts letters;
  letters.text = app.view.letter_keys ? "Turn keys of one letter off" : "Turn keys of one letter on";
  letters.text_px = 13;
  ImGui::SetCursorScreenPos({r.x + kPad, r.bottom() - kFoot + 9});
  if (button("letter keys", {button_width(letters), 32}, letters)) app.command("letter-keys");
  if (pressed_elsewhere(r)) app.view.keys_shown = false;
}

namespace {

// A list to choose from in the middle of the picture. Returns what was chosen, as draw_pick_list does.
int draw_chooser(App& app, const char* name, PickField& field, const char* hint, const std::vector<PickRow>& rows, std::string_view nothing, std::string_view foot) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float w = std::min(440.0f, screen.x - 16), y = std::max(8.0f, std::min(app.layout.top.h + 10, screen.y - 300));
  const float h = std::min(420.0f, screen.y - y - 8);
  const Rect r{std::round((screen.x - w) / 2), y, w, h};
  Panel panel(app, name, r, Panel::Kind::floating);
  if (field.fresh) ImGui::SetWindowFocus();
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  const int chosen = draw_pick_list(field, {r.x + 10, r.y + 10}, {w - 20, h - 20 - 24}, hint, rows, app.layout.touch, nothing);
  put_text(panel.list(), Face::regular, 12, {r.x + 20, r.bottom() - 26}, palette().text2, foot, w - 40);
  if (chosen != -1 || pressed_elsewhere(r)) field.open = false;
  return chosen;
}

}  // namespace

void draw_files(App& app) {
  PickField& field = app.view.files;
  if (!field.open) return;
  std::vector<PickRow> rows;
  for (const std::string& name : app.folder.names)
    if (holds_words(name, field.text.data())) rows.push_back({{}, {}, name, {}, false});
  const int chosen = draw_chooser(app, "files", field, "Search this folder", rows, "No trace (.ilt, .json) and no script (.py) here is called so.", app.folder.path);
  if (chosen >= 0) app.chosen_file = app.folder.path + "/" + rows[static_cast<std::size_t>(chosen)].title;
}

void draw_find(App& app) {
  PickField& field = app.view.tasks;
  if (!field.open) return;
  auto kind = app.lit_executor();
  const Trace* trace = kind ? app.trace_of(SpanPick{.executor = *kind, .run = app.serial_of(*kind)}) : nullptr;
  if (!trace || !trace->ended()) {
    field.open = false;
    return;
  }
  constexpr std::size_t kMostRows = 200;
  double at = std::max(0.0, app.view.playhead);
  const FoundTasks& found = app.found_tasks(*trace, at, kMostRows);
  std::vector<PickRow> rows;
  for (TaskId task : found.tasks) rows.push_back({{}, std::to_string(number_of(task)), trace->name_of(task).empty() ? task_words(*trace, task, at) : std::string(trace->name_of(task)), {}, false});
  // The sign that opened it is no search.
  if (field.text[0] == '/' && field.text[1] == 0) field.text[0] = 0;
  const bool narrow = ImGui::GetIO().DisplaySize.x < 436;
  std::string foot = fmt::format("{} of {} on {}", format_count(rows.size()), format_count(found.in_all), name_of(*kind));
  if (field.text[0] == 0) foot += ", slowest first";
  const int chosen = draw_chooser(app, "find", field, narrow ? "A number, or ready, io, lock, gil" : "A task's number, or: ready, io, lock, gil, done, line 10", rows,
                                  "No task is like that at the playhead's time.", foot);
  if (chosen >= 0) app.command("find", rows[static_cast<std::size_t>(chosen)].key, id_of(*kind));
}

}  // namespace interleave
