// keys.cpp -- UI.md's keys. They act only while the canvas has the focus: without it no key reaches ImGui.
#include <algorithm>

#include "ui/panels.h"
#include "ui/timeline_plan.h"

namespace interleave {
namespace {

bool pressed(ImGuiKey key, bool repeat = false) { return ImGui::IsKeyPressed(key, repeat); }

// Tab walks through the controls, Esc or the mouse ends it; only then do arrows, Space and Enter belong to a control.
void walk_controls() {
  ImGuiIO& io = ImGui::GetIO();
  if (pressed(ImGuiKey_Tab)) io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  if (pressed(ImGuiKey_Escape) || ImGui::IsMouseClicked(ImGuiMouseButton_Left)) io.ConfigFlags &= ~ImGuiConfigFlags_NavEnableKeyboard;
}

// Up and Down: the lane above or below, at the same time.
void move_lane(App& app, int direction) {
  if (!app.view.pinned) return;
  SpanPick& pick = *app.view.pinned;
  std::span<const Span> now = spans_at(app, pick);
  if (pick.span >= now.size()) return;
  Nanos at = (now[pick.span].begin + now[pick.span].end) / 2;
  SpanPick next = pick;
  if (direction < 0 && next.lane == 0) return;
  next.lane += static_cast<std::uint32_t>(direction);
  std::span<const Span> spans = spans_at(app, next);
  if (spans.empty()) return;
  auto it = std::ranges::upper_bound(spans, at, {}, &Span::end);
  if (it == spans.end()) --it;
  next.span = static_cast<std::uint32_t>(it - spans.begin());
  next.count = 1;
  pick = next;
}

}  // namespace

void take_keys(App& app) {
  ImGuiIO& io = ImGui::GetIO();
  walk_controls();
  if (io.WantTextInput || io.KeyAlt || io.KeyCtrl || io.KeySuper) return;
  bool walking = io.NavVisible && (io.ConfigFlags & ImGuiConfigFlags_NavEnableKeyboard) != 0;
  if (pressed(ImGuiKey_R)) app.command("run");
  if (pressed(ImGuiKey_A)) app.command("run-all");
  if (pressed(ImGuiKey_S)) app.command("stop");
  if (pressed(ImGuiKey_F)) app.command("present");
  if (pressed(ImGuiKey_W)) app.command("woke");
  if (pressed(ImGuiKey_T)) app.command("theme");
  if (pressed(ImGuiKey_Comma, true)) app.command("step", "previous");
  if (pressed(ImGuiKey_Period, true)) app.command("step", "next");
  if (pressed(ImGuiKey_PageUp)) app.command("step", "previous");
  if (pressed(ImGuiKey_PageDown)) app.command("step", "next");
  if (pressed(ImGuiKey_0) || pressed(ImGuiKey_Keypad0)) app.command("fit");
  if (pressed(ImGuiKey_Home)) app.command("to-start");
  if (pressed(ImGuiKey_End)) app.command("to-end");
  if (pressed(ImGuiKey_J)) app.view.speed = std::min(app.view.speed + 1, static_cast<int>(kSpeeds.size()) - 1);
  if (pressed(ImGuiKey_K)) app.view.speed = std::max(app.view.speed - 1, 0);
  double middle = app.view.playhead >= app.view.window.begin && app.view.playhead <= app.view.window.end
                      ? app.view.playhead : (app.view.window.begin + app.view.window.end) / 2;
  if (pressed(ImGuiKey_Equal, true) || pressed(ImGuiKey_KeypadAdd, true)) app.zoom(0.7, middle);
  if (pressed(ImGuiKey_Minus, true) || pressed(ImGuiKey_KeypadSubtract, true)) app.zoom(1 / 0.7, middle);
  std::vector<ExecutorKind> kinds = app.executors();
  for (int i = 0; i < 6; ++i)
    if (pressed(static_cast<ImGuiKey>(ImGuiKey_1 + i)) && static_cast<std::size_t>(i) < kinds.size()) app.command("select", id_of(kinds[static_cast<std::size_t>(i)]));
  if (pressed(ImGuiKey_F12)) app.view.debug = !app.view.debug;
  if (pressed(ImGuiKey_Escape)) {
    app.view.present = false;
    app.view.pinned.reset();
    app.view.drawer_open = false;
    app.notice.clear();
  }
  if (walking) return;
  if (pressed(ImGuiKey_Space)) app.command(app.view.playing != 0 ? "pause" : io.KeyShift ? "play-back" : "play");
  if (pressed(ImGuiKey_LeftArrow, true)) app.pan(-0.1);
  if (pressed(ImGuiKey_RightArrow, true)) app.pan(0.1);
  if (pressed(ImGuiKey_UpArrow, true)) move_lane(app, -1);
  if (pressed(ImGuiKey_DownArrow, true)) move_lane(app, 1);
  if (pressed(ImGuiKey_Enter) && app.view.hovered) app.view.pinned = app.view.hovered;
}

}  // namespace interleave
