// timeline_panel.cpp -- the lanes: what UI.md calls the timeline's grammar.
//
// Three passes: plan_timeline() says what lies where; the rows become quads (one draw call) while letters, flags and
// outlines are put aside; then playhead and letters go on top. Nothing here costs more than what is on screen.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "ui/timeline_frame.h"
#include "view/format.h"
#include "view/playback.h"
#include "view/results.h"

namespace interleave {
namespace {

void draw_grid(TimelineFrame& s, const Ticks& marks) {
  for (std::size_t i = 0; i < marks.at.size(); ++i) {
    const float x = std::round(s.plan.px(s.app.view.window, marks.at[i])) + 0.5f, bottom = s.plan.axis.bottom();
    s.list.AddLine({x, bottom - 4}, {x, s.plan.lanes.bottom()}, s.p.line, 1);
    if (marks.major(i)) s.list.AddLine({x, bottom - 7}, {x, bottom + 3}, s.p.text3, 1);
  }
}

// Where the transport has no room for it, the way back from one run to all stands beside the axis, over the heads.
Rect all_runs_button(const TimelineFrame& s) {
  const Rect& r = s.app.layout.timeline;
  if (!can_show_all(s.app) || all_runs_in_transport(s.app, s.plan.transport)) return {};
  const float top = s.plan.sentence.empty() ? r.y + 3 : s.plan.sentence.bottom() + 2;
  return {r.x + 6, top, s.plan.x - r.x - 12, s.plan.lanes.y - top - 3};
}

void draw_all_runs(TimelineFrame& s) {
  const Rect r = all_runs_button(s);
  if (r.empty()) return;
  ButtonParts all;
  all.text = "All runs";
  all.text_px = r.w < 76 ? 12 : 13;
  all.tip = "The executors one under another";
  ImGui::SetCursorScreenPos({r.x, r.y});
  if (button("all runs", {r.w, r.h}, all)) s.app.command("show", "all");
}

// Before a run: when will it be done? A flag that is dragged along an axis by equal factors; its pole goes down to `bottom`.
void draw_flag(TimelineFrame& s, const Rect& axis, float bottom) {
  App& app = s.app;
  const float low = axis.bottom() - 5.5f;
  float x0 = 1e9f, x1 = -1e9f;
  if (app.view.guess_time > 0) {
    const float x = std::round(axis.x + static_cast<float>(guess_share(app.view.guess_time)) * axis.w);
    const std::string words = "You: " + format_duration(app.view.guess_time);
    const float words_w = text_width(Face::mono_semibold, 13, words), h = app.layout.touch ? 26 : 22, w = words_w + 14 + h;
    x0 = std::clamp(x, axis.x, std::max(axis.x, axis.right() - w)), x1 = x0 + w;
    for (float y = low; y < bottom - 4; y += 7) s.list.AddLine({x + 0.5f, y}, {x + 0.5f, y + 4}, s.p.text, 1);
    s.list.AddRectFilled({x0, axis.y - 2}, {x1, axis.y - 2 + h}, s.p.text, 4);
    s.list.AddRectFilled({x, axis.y - 2}, {x + 1.5f, low}, s.p.text);
    put_text(s.list, Face::mono_semibold, 13, {x0 + 7, axis.y - 2 + h / 2 - 8}, s.p.page, words);
    draw_icon(s.list, Icon::close, {x1 - h / 2 - 1, axis.y - 2 + h / 2}, 13, s.p.page);
    ImGui::SetCursorScreenPos({x1 - h - 2, axis.y - 2});
    if (ImGui::InvisibleButton("no flag", {h, h}, ImGuiButtonFlags_EnableNav)) app.command("guess-time", "off");
    ImGui::SetItemTooltip("No guess");
  }
  for (Nanos t = kLeastGuess; t <= kMostGuess; t *= 10) {
    const float x = std::round(axis.x + static_cast<float>(guess_share(t)) * axis.w);
    const std::string words = t < 100'000'000 ? fmt::format("{}\xe2\x80\x89ms", t / 1'000'000) : fmt::format("{:g}\xe2\x80\x89s", static_cast<double>(t) / 1e9);
    const float w = text_width(Face::mono, 12, words), from = std::clamp(x - w / 2, axis.x, std::max(axis.x, axis.right() - w));
    s.list.AddLine({x + 0.5f, low - 4}, {x + 0.5f, low + 4}, s.p.control_border);
    if (from + w + 6 < x0 || from > x1 + 6) put_text(s.list, Face::mono, 12, {from, axis.y + 1}, s.p.text2, words);
  }
  s.list.AddLine({axis.x, low}, {axis.right(), low}, s.p.control_border);
  ImGui::SetCursorScreenPos({axis.x, axis.y - 2});
  ImGui::InvisibleButton("flag", {axis.w, axis.h + 6});
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  const Nanos there = guess_at(static_cast<double>((ImGui::GetIO().MousePos.x - axis.x) / axis.w));
  if (ImGui::IsItemActive() && ImGui::IsMousePosValid() && there != app.view.guess_time) app.command("guess-time", fmt::format("{}ns", there));
}

// The axis: ticks, the playhead's chip, and scrubbing. Returns where the chip begins.
float draw_axis(TimelineFrame& s, const Ticks& marks) {
  App& app = s.app;
  const TimelinePlan& plan = s.plan;
  double playhead = app.view.playhead;
  float chip_x0 = 1e9f, chip_x1 = -1e9f;
  if (playhead >= app.view.window.begin && playhead <= app.view.window.end) {
    const std::string text = format_moment(playhead, marks.step, s.longest, s.clock_step);
    float w = text_width(Face::mono_semibold, 14, text) + 14, x = plan.px(app.view.window, playhead);
    chip_x0 = std::clamp(x - w / 2, all_runs_button(s).empty() ? plan.header_x : plan.x, app.layout.timeline.right() - w - 4);
    chip_x1 = chip_x0 + w;
    float y = plan.axis.y + 2;
    s.list.AddRectFilled({chip_x0, y}, {chip_x1, y + 22}, s.p.text, 4);
    put_text(s.list, Face::mono_semibold, 14, {chip_x0 + 7, y + 2}, s.p.page, text);
  }
  // What was expected stands where that would have been, beside the figures.
  float flag_x0 = 1e9f, flag_x1 = -1e9f;
  const auto guess = static_cast<double>(app.view.guess_time);
  if (guess > 0 && guess >= app.view.window.begin && guess <= app.view.window.end && !app.guess_time_words().empty()) {
    const float x = std::round(plan.px(app.view.window, guess));
    for (float y = plan.axis.bottom() - 4; y < plan.lanes.bottom(); y += 7) s.list.AddLine({x + 0.5f, y}, {x + 0.5f, std::min(y + 4, plan.lanes.bottom())}, s.p.text2, 1);
    for (const std::string& words : {app.guessed_time(), std::string("You")}) {
      const float w = text_width(Face::regular, 12, words) + 10, from = std::clamp(x - 1, plan.x, std::max(plan.x, app.layout.timeline.right() - w - 4)), y = plan.axis.y + 3;
      if (from < chip_x1 + 4 && from + w > chip_x0 - 4) continue;
      flag_x0 = from, flag_x1 = from + w;
      s.list.AddRectFilled({from, y}, {from + w, y + 20}, s.p.panel, 3);
      s.list.AddRect({from + 0.5f, y + 0.5f}, {from + w - 0.5f, y + 19.5f}, s.p.text2, 3);
      put_text(s.list, Face::regular, 12, {from + 5, y + 2}, s.p.text, words);
      break;
    }
  }
  float last = -1e9f;
  for (double t : marks.at) {
    std::string text = format_tick(t, marks.step, s.longest);
    float w = text_width(Face::mono, 12, text), x = plan.px(app.view.window, t);
    // Within both margins: the first begins at its tick, the last may end nearer to it.
    const float margin = app.layout.timeline.right() - (plan.header_x - app.layout.timeline.x);
    float x0 = std::abs(t) < marks.step * 1e-3 ? x : std::min(x - w / 2, margin - w);
    if (x0 < last + 10 || x0 + w < x || (x0 - 8 < chip_x1 && x0 + w + 8 > chip_x0) || (x0 - 8 < flag_x1 && x0 + w + 8 > flag_x0)) continue;
    put_text(s.list, Face::mono, 12, {x0, plan.axis.y + 6}, s.p.text2, text);
    last = x0 + w;
  }
  return chip_x0;
}

void draw_playhead(TimelineFrame& s) {
  const View& view = s.app.view;
  if (view.playhead < view.window.begin || view.playhead > view.window.end) return;
  float x = s.plan.px(view.window, view.playhead), y0 = s.plan.axis.y + 24, y1 = s.plan.lanes.bottom();
  s.list.AddRectFilled({x - 2, y0}, {x + 2, y1}, with_alpha(s.p.panel, 0.85f));
  s.list.AddRectFilled({x - 0.75f, y0}, {x + 0.75f, y1}, s.p.text);
}

// The row, and its height there, in which a task is seen at a time; a task's stack where no lane shows it.
std::optional<ImVec2> place_of(const TimelineFrame& s, const SpanPick& of, TaskId task, Nanos t) {
  const LaneRow* stack = nullptr;
  for (const LaneRow& row : s.plan.rows) {
    if (row.where.executor != of.executor || row.where.run != of.run) continue;
    if (row.kind == LaneRow::Kind::stack) stack = &row;
    if (row.kind != LaneRow::Kind::lane) continue;
    auto nth = span_at(row.spans, static_cast<double>(t));
    if (nth < 0 || row.spans[static_cast<std::size_t>(nth)].task != task) continue;
    float height = s.p.of(row.spans[static_cast<std::size_t>(nth)].state).height;
    if (height > 0) return ImVec2(s.plan.px(s.app.view.window, static_cast<double>(t)), row.y + row.h * (1 - height / 2));
  }
  if (stack) return ImVec2(s.plan.px(s.app.view.window, static_cast<double>(t)), stack->y + stack->h * 0.6f);
  return std::nullopt;
}

// Of what is pinned alone.
void draw_wake(TimelineFrame& s) {
  const std::optional<WakeCurve> curve = wake_curve(s);
  if (!curve) return;
  const auto& [a, a1, b1, b] = *curve;
  s.list.AddBezierCubic(a, a1, b1, b, s.p.panel, 5.5f);
  s.list.AddBezierCubic(a, a1, b1, b, s.p.text, 2);
  s.list.AddCircleFilled(a, 5, s.p.panel);
  s.list.AddCircleFilled(a, 3.5f, s.p.text);
  s.list.AddTriangleFilled({b.x - 4, b.y - 6}, {b.x + 6, b.y}, {b.x - 4, b.y + 6}, s.p.panel);
  s.list.AddTriangleFilled({b.x - 3, b.y - 4.5f}, {b.x + 4.5f, b.y}, {b.x - 3, b.y + 4.5f}, s.p.text);
}

void draw_letters(TimelineFrame& s) {
  float playhead = s.app.view.playhead >= 0 ? s.plan.px(s.app.view.window, s.app.view.playhead) : -1e9f;
  for (const TimelineLetter& l : s.letters) {
    bool words = l.px < 0;
    bool crossed = l.under_playhead && playhead > l.at.x - 4 && playhead < l.at.x + l.width + 4;
    if (crossed) s.list.AddRectFilled({l.at.x - 2, l.top}, {l.at.x + l.width + 2, l.bottom}, l.under_playhead, 1);
    else if (l.ground) s.list.AddRectFilled({l.at.x - 3, l.top}, {l.at.x + l.width + 3, l.bottom}, l.ground, 1);
    put_text(s.list, words ? Face::regular : Face::mono_semibold, std::abs(l.px), l.at, l.ink, l.text);
  }
  for (const ImVec2& notch : s.notches)
    s.list.AddTriangleFilled({notch.x - 5, notch.y - 0.5f}, {notch.x + 5, notch.y - 0.5f}, {notch.x, notch.y + 9}, s.p.panel);
  for (const TimelineFrame::Mark& mark : s.marks) draw_mark(s.list, mark.kind, {mark.x, mark.y}, s.p.text, s.p.panel);
  for (const auto& [at, inside] : s.refused) draw_refused(s.list, at, inside, s.p.text, s.p.panel);
  for (const ImVec4& box : s.pointed) s.list.AddRect({box.x, box.y}, {box.z, box.w}, s.p.text, 2, 0, 1.5f);
  float chip_y = -1e9f;
  for (const auto& [box, number, chosen] : s.outlines) {
    if (chosen) s.list.AddRect({box.x - 1, box.y - 1}, {box.z + 1, box.w + 1}, s.p.panel, 4, 0, 4);
    s.list.AddRect({box.x, box.y}, {box.z, box.w}, s.p.text, 3, 0, chosen ? 2.0f : 1.0f);
    // One number is enough for a lane.
    if (number.empty() || std::abs(box.y - chip_y) < 1) continue;
    float w = text_width(Face::mono_semibold, 12, number) + 8, x = (box.x + box.z - w) / 2;
    // A name above the lanes would cover it: there it lies on its span.
    const bool named = std::ranges::any_of(s.plan.groups, [&](const LaneGroup& g) { return g.title_h > 0 && box.y - 17 < g.y + g.title_h && box.y > g.y; });
    // Nor over a letter of the lane above.
    const float top = named ? box.y + 1 : box.y - 17, bottom = top + 16;
    if (std::ranges::any_of(s.letters, [&](const TimelineLetter& l) { return l.at.x < x + w + 2 && l.at.x + l.width > x - 2 && l.at.y < bottom && l.at.y + 15 > top; })) continue;
    chip_y = box.y;
    s.list.AddRectFilled({x, top}, {x + w, bottom}, s.p.text, 3);
    put_text(s.list, Face::mono_semibold, 12, {x + 4, top}, s.p.page, number);
  }
}

// What stands at the right of a name that is above its lanes: when the run ended, and how, if that was early; how far it is, or that
// it comes next.
std::string end_beside_name(const TimelineFrame& s, const LaneGroup& g) {
  if (!g.run) return g.trace || g.note_beside ? g.note : std::string();
  const Nanos length = s.app.length_of(*g.run);
  const std::string_view ended = early_end(g.trace->how_ended());
  return fmt::format("{}{}{}{}", static_cast<double>(length) > s.app.view.window.end ? "ends at " : "", s.app.length_in_words(*g.run), ended.empty() ? "" : " ", ended);
}

// Who serves, beside a name: as much of it as the room holds, or nothing.
std::string_view who_in(const LaneGroup& g, float room) {
  std::string_view who = g.who;
  if (text_width(Face::regular, 12, who) > room) who = who.substr(0, who.find(','));
  return text_width(Face::regular, 12, who) > room ? std::string_view() : who;
}

// "first 8 of 16 lanes", a button that shows the others. Returns its width.
float put_lanes(TimelineFrame& s, const LaneGroup& g, ImVec2 at, float room) {
  App& app = s.app;
  const bool all = g.lanes == g.lanes_in_all;
  const std::string words = all ? fmt::format("{} lanes: fold", g.lanes_in_all) : fmt::format("first {} of {} lanes", g.lanes, g.lanes_in_all);
  const std::string brief = all ? std::string("fold") : fmt::format("{} of {}", g.lanes, g.lanes_in_all);
  const std::string& said = text_width(Face::semibold, 12, words) <= room ? words : brief;
  const float w = text_width(Face::semibold, 12, said);
  ImGui::SetCursorScreenPos({at.x, at.y - 1});
  if (ImGui::InvisibleButton(fmt::format("lanes {} {}", id_of(g.executor), g.serial).c_str(), {w, 18}, ImGuiButtonFlags_EnableNav)) {
    app.view.unfolded = !app.view.unfolded;
    app.view.scroll_px = 0;
  }
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) ImGui::SetItemTooltip("%s", all ? "The first lanes of each" : "All lanes, by scrolling");
  put_text(s.list, Face::semibold, 12, at, hovered ? s.p.text : s.p.text2, said);
  s.list.AddLine({at.x, at.y + 15.5f}, {at.x + w, at.y + 15.5f}, hovered ? s.p.text : s.p.text3);
  return w;
}

void draw_header(TimelineFrame& s, const LaneGroup& g) {
  App& app = s.app;
  const Palette& p = s.p;
  float x = s.plan.header_x, header_w = s.plan.x - x;
  ImU32 hue = p.of(g.executor);
  ImU32 ink = g.trace || g.note == "next" ? p.text : p.text3;
  s.list.AddRectFilled({x, g.y}, {x + 4, g.y + g.h}, hue, 2);
  bool narrow = header_w < 100;
  const float lanes_h = g.h - g.foot_h;
  const bool two_lines = lanes_h >= 28;  // below 34 close together
  float y = lanes_h >= 34 ? g.y + 2 : g.y + lanes_h / 2 - (two_lines && g.title_h <= 0 && !narrow && !g.who_beside && !g.who.empty() ? 17 : 9);
  if (g.title_h > 0) {
    // Over the playhead, which would run through it.
    const std::string end = end_beside_name(s, g);
    const float end_w = end.empty() ? 0 : text_width(Face::mono_semibold, 13, end) + 24;
    std::string_view name = g.title.empty() ? name_of(g.executor) : std::string_view(g.title);
    if (g.title.empty() && 36 + text_width(Face::semibold, 14, name) + end_w - 12 > header_w + s.plan.width) name = name.substr(std::min(name.find_last_of(" ") + 1, name.size()));  // "GIL", "stealing"
    const float words_w = text_width(Face::semibold, 14, name), who_room = header_w + s.plan.width - words_w - 48 - end_w;
    const float lanes_w = g.lanes > 0 ? text_width(Face::semibold, 12, fmt::format("first {} of {} lanes", g.lanes, g.lanes_in_all)) + 8 : 0;
    const std::string_view who = who_in(g, who_room - lanes_w);
    s.list.AddRectFilled({x + 8, g.y}, {x + 40 + words_w + (who.empty() ? 0 : 8 + text_width(Face::regular, 12, who)), g.y + 19}, p.panel);
    draw_icon(s.list, icon_of(g.executor), {x + 20, g.y + 9}, 16, hue);
    const float name_w = put_text(s.list, Face::semibold, 14, {x + 36, g.y + 1}, ink, name, s.plan.width - 40);
    put_text(s.list, Face::regular, 12, {x + 36 + name_w + 8, g.y + 3}, p.text2, who);
    if (g.lanes > 0) put_lanes(s, g, {x + 44 + name_w + (who.empty() ? 0 : text_width(Face::regular, 12, who) + 8), g.y + 3}, who_room);
    header_w += s.plan.width;
    if (!g.trace && g.note_beside) put_text(s.list, Face::regular, 13, {s.plan.x + s.plan.width - text_width(Face::regular, 13, end) - 4, g.y + 2}, p.text2, end);
  } else if (narrow) {
    draw_icon(s.list, icon_of(g.executor), {x + 18, y + 9}, 16, hue);
  } else {
    // Higher up where a lane's name comes right below.
    if (two_lines && !g.who_beside && lanes_h >= 34)
      for (const LaneRow& row : s.plan.rows)
        if (row.where.executor == g.executor && row.where.run == g.serial && !row.label.empty() && row.y >= g.y && row.y < g.y + g.h) {
          y -= std::clamp(y + 38 - (row.y + row.h / 2 - 8), 0.0f, 4.0f);
          break;
        }
    draw_icon(s.list, icon_of(g.executor), {x + 22, y + 9}, 16, hue);
    const float name_w = put_text(s.list, Face::semibold, 14, {x + 38, y}, ink, g.title.empty() ? name_of(g.executor) : std::string_view(g.title), header_w - 44);
    const std::string first = g.who.substr(0, g.who.find(','));
    if (g.who_beside) {
      put_text(s.list, Face::regular, 12, {x + 46 + name_w, y + 2}, p.text2, who_in(g, header_w - 54 - name_w));
    } else if (two_lines && g.lanes > 0 && lanes_h < 56) {
      put_lanes(s, g, {x + 38, y + (lanes_h >= 34 ? 19.0f : 17.0f)}, header_w - 46);
    } else if (two_lines) {
      put_longest(s.list, Face::regular, 12, {x + 38, y + (lanes_h >= 34 ? 19.0f : 17.0f)}, p.text2,
                  {g.who, g.trace && g.trace->fact(Fact::emulated_cores) != 0 ? first + ", emulated" : first, first}, header_w - 46);
      if (g.lanes > 0) put_lanes(s, g, {x + 38, y + 37}, header_w - 46);
    }
  }
  ImGui::SetCursorScreenPos({x, g.y});
  ImGui::PushID(static_cast<int>(g.executor) + static_cast<int>(g.serial) * kExecutorKinds);
  if (ImGui::InvisibleButton("group", {header_w - 6, std::max(g.title_h > 0 ? g.title_h : g.h, 8.0f)}, ImGuiButtonFlags_EnableNav) && g.trace && g.serial == 0)
    app.command("show", id_of(g.executor));
  if (ImGui::IsItemHovered() && g.trace && g.serial == 0) ImGui::SetItemTooltip("Its own lanes");
  ImGui::PopID();
  if (!g.trace || (!g.run && !app.live)) {
    const std::string& note = g.note;
    if (!note.empty() && !g.note_beside) put_wrapped(&s.list, Face::regular, 13, {s.plan.x + 8, g.y + (g.title_h > 0 ? g.title_h - 1 : 3)}, p.text3, note, s.plan.width - 16, 2);
  }
}

// Of a run among others that came about otherwise: beside what says its end, which lies from x0 to x1.
void draw_own_badge(TimelineFrame& s, const LaneGroup& g, float x0, float x1, float y) {
  if (!g.badge) return;
  const Provenance provenance = g.trace->provenance;
  const ImVec2 size = badge_size(provenance);
  const float right = s.app.layout.timeline.right() - 6;
  const float x = x1 + 8 + size.x < right ? x1 + 8 : x0 - 8 - size.x;
  if (x < s.plan.x) return;
  // Over its lanes it needs a ground of its own.
  s.list.AddRectFilled({x - 2, y - 2}, {x + size.x + 2, y + size.y + 2}, s.p.panel, 5);
  draw_badge(s.list, {x, y}, provenance);
}

// The end of a run: a line, and its makespan at once beside it; or a pill at the edge where it goes on.
void draw_flags(TimelineFrame& s, const LaneGroup& g) {
  App& app = s.app;
  const Palette& p = s.p;
  if (!g.trace) return;
  const TimelinePlan& plan = s.plan;
  Nanos length = g.run ? app.length_of(*g.run) : 0;
  std::string figure = g.run ? app.length_in_words(*g.run) : std::string();
  const std::string_view ended = g.run ? early_end(g.trace->how_ended()) : std::string_view();
  // Beside the name: its lanes are low, and have the whole width.
  const auto end_at_right = [&] {
    const std::string words = end_beside_name(s, g);
    const float w = text_width(Face::mono_semibold, 13, words) + 8;
    s.list.AddRectFilled({plan.x + plan.width - w, g.y}, {plan.x + plan.width, g.y + 19}, p.panel);
    put_text(s.list, Face::mono_semibold, 13, {plan.x + plan.width - w + 4, g.y + 2}, p.text, words);
    if (g.run) draw_own_badge(s, g, plan.x + plan.width - w, s.app.layout.timeline.right(), g.y);
  };
  if (app.layout.figures_right && g.run) {
    const float right = app.layout.timeline.right() - 12, room = right - (plan.x + plan.width) - 4;
    if (g.h < 38 && g.badge && ended.empty()) {
      // In one line with its figure, which is smaller for it.
      const ImVec2 size = badge_size(g.trace->provenance, true);
      const float px = text_width(Face::mono_semibold, 16, figure) + size.x + 6 <= room ? 16 : 12, y = g.h < 30 ? g.y + g.h / 2 : g.y + 10;
      draw_badge(s.list, {right - size.x, y - 10}, g.trace->provenance, true);
      put_text(s.list, Face::mono_semibold, px, {right - size.x - 6 - text_width(Face::mono_semibold, px, figure), y - px * 0.66f}, p.text, figure);
    } else if (g.h < 38 && !ended.empty()) {
      // In one line with its figure; where that is too long, without it.
      const std::string both = fmt::format("{} {}", ended, figure);
      const std::string_view words = text_width(Face::mono_semibold, 12, both) <= room ? std::string_view(both) : ended;
      put_text(s.list, Face::mono_semibold, 12, {right - text_width(Face::mono_semibold, 12, words), g.h < 30 ? g.y + g.h / 2 - 8 : g.y + 2}, p.text, words);
    } else {
      const float w = text_width(Face::mono_semibold, 16, figure);
      put_text(s.list, Face::mono_semibold, 16, {right - w, g.h < 30 ? g.y + g.h / 2 - 10.5f : g.y - 1}, p.text, figure);
    }
    if (g.h >= 38 && !ended.empty()) put_text(s.list, Face::regular, 13, {right - text_width(Face::regular, 13, ended), g.y + 21}, p.text, ended);
    else if (g.h >= 38 && g.badge) draw_badge(s.list, {right - badge_size(g.trace->provenance).x, g.y + 21}, g.trace->provenance);
  }
  if (!g.run && g.title_h > 0) {
    end_at_right();
    return;
  }
  if (!g.run && app.layout.figures_right) {
    // Where its figure will stand.
    const float right = app.layout.timeline.right() - 12;
    const std::string time = g.note.substr(std::min(g.note.find(", ") + 2, g.note.size()));
    put_text(s.list, Face::mono_semibold, 16, {right - text_width(Face::mono_semibold, 16, time), g.h < 30 ? g.y + g.h / 2 - 10.5f : g.y - 1}, p.text, time);
    if (g.h >= 38) put_text(s.list, Face::regular, 13, {right - text_width(Face::regular, 13, "running"), g.y + 21}, p.text, "running");
    return;
  }
  if (!g.run) {
    if (!g.note.empty()) {
      float x = plan.px(app.view.window, static_cast<double>(app.live ? app.live->now : 0)) + 8;
      float w = text_width(Face::mono, 12, g.note);
      x = std::clamp(x, plan.x, plan.x + plan.width - w);
      s.list.AddRectFilled({x - 3, g.y}, {x + w + 3, g.y + 18}, p.panel, 3);
      put_text(s.list, Face::mono, 12, {x, g.y + 2}, p.text, g.note);
    }
    return;
  }
  if (!ended.empty()) figure += fmt::format(" {}", ended);
  auto end = static_cast<double>(length);
  float x = plan.px(app.view.window, end);
  if (g.title_h > 0) {
    end_at_right();
    if (end >= app.view.window.begin && end <= app.view.window.end) s.list.AddRectFilled({x, g.y + g.title_h}, {x + 2, g.y + g.h}, p.text);
    return;
  }
  if (end > app.view.window.end) {
    // Where its time stands at the right, that it is there is all there is to say.
    std::string words = app.layout.figures_right ? std::string("ends later") : (plan.width < 240 ? "" : "ends at ") + app.length_in_words(*g.run);
    float px = g.h < 36 ? 12 : 14, h = px + 10, w = text_width(Face::mono_semibold, px, words) + 34;
    ImVec2 at{plan.x + plan.width - w, std::round(g.h < 36 ? g.y + (g.h - h) / 2 : g.y + g.h - g.foot_h - h - 1)};
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(static_cast<int>(g.executor) + static_cast<int>(g.serial) * kExecutorKinds);
    if (ImGui::InvisibleButton("ends", {w, h}, ImGuiButtonFlags_EnableNav)) {
      app.glide_to({0, end * 1.13});
      app.view.follow = false;
    }
    bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    s.list.AddRectFilled(at, {at.x + w, at.y + h}, hovered ? p.hover : p.panel, 5);
    s.list.AddRect(at, {at.x + w, at.y + h}, p.text, 5, 0, 1.5f);
    put_text(s.list, Face::mono_semibold, px, {at.x + 10, at.y + h / 2 - px * 0.66f}, p.text, words);
    draw_icon(s.list, Icon::chevron_right, {at.x + w - 14, at.y + h / 2}, 14, p.text);
    if (!app.layout.figures_right) draw_own_badge(s, g, at.x, app.layout.timeline.right(), std::round(at.y + h / 2 - 10));
  } else if (end >= app.view.window.begin) {
    const float foot = g.y + g.h - g.foot_h;  // of the lanes
    s.list.AddRectFilled({x, g.y}, {x + 2, foot}, p.text);
    if (!app.layout.figures_right) {
      float px = foot - g.y < 36 || plan.width < 240 ? 13 : 16, w = text_width(Face::mono_semibold, px, figure) + 12, h = px + 8;
      // At the run's end, inside the lanes: before the line where there is no room behind it.
      float fx = x + 2 + w <= plan.x + plan.width ? x + 2 : x - w;
      ImVec2 at{fx, std::round(foot - g.y < 36 ? (g.y + foot - h) / 2 : foot - h - 2)};
      s.list.AddRectFilled(at, {at.x + w, at.y + h}, p.text, 4);
      put_text(s.list, Face::mono_semibold, px, {at.x + 6, at.y + h / 2 - px * 0.66f}, p.page, figure);
      draw_own_badge(s, g, fx, at.x + w, std::round(at.y + h / 2 - 10));
    }
  }
}

bool is_strip(const LaneRow& row) {
  return row.kind == LaneRow::Kind::stack || row.kind == LaneRow::Kind::queue || row.kind == LaneRow::Kind::memory;
}

// The playhead goes where the pointer is.
void scrub(TimelineFrame& s) {
  View& view = s.app.view;
  if (s.app.end() <= 0) return;
  view.playing = 0;
  view.scrubbing = true;
  view.playhead = std::clamp(s.plan.time(view.window, ImGui::GetIO().MousePos.x), 0.0, static_cast<double>(s.app.end()));
  view.playhead_placed = true;
}

void take_mouse(TimelineFrame& s) {
  App& app = s.app;
  ImGuiIO& io = ImGui::GetIO();
  const TimelinePlan& plan = s.plan;
  // The axis scrubs.
  ImGui::SetCursorScreenPos({plan.x, plan.axis.y});
  ImGui::InvisibleButton("axis", {plan.width, plan.axis.h});
  if (ImGui::IsItemActive()) scrub(s);
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  // The lanes pan, zoom and pick.
  float lanes_h = plan.lanes.h;
  if (lanes_h < 4) return;
  ImGui::SetCursorScreenPos({plan.x, plan.lanes.y});
  ImGui::SetNextItemAllowOverlap();
  ImGui::InvisibleButton("lanes", {plan.width, lanes_h});
  bool hovered = ImGui::IsItemHovered();
  s.mouse_in_lanes = hovered && !ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4);
  float most_scroll = std::max(0.0f, plan.content_height - lanes_h);
  // With Shift, or after Range was pressed, a drag selects a stretch of time.
  if (ImGui::IsItemActivated() && (io.KeyShift || app.view.selecting) && app.end() > 0 && !app.live) app.view.range_from = plan.time(app.view.window, io.MousePos.x);
  // It is nowhere when a second finger came, or the page scrolls: what was begun is not meant.
  const bool somewhere = ImGui::IsMousePosValid();
  if (!somewhere) app.view.range_from.reset();
  if (app.view.range_from) {
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4) || (ImGui::IsMouseReleased(ImGuiMouseButton_Left) && io.MouseDragMaxDistanceSqr[0] >= 16)) {
      double to = std::clamp(plan.time(app.view.window, io.MousePos.x), app.view.window.begin, app.view.window.end);
      app.set_range(Viewport{std::min(*app.view.range_from, to), std::max(*app.view.range_from, to)});
    }
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
      app.view.range_from.reset();
      if (app.view.range && io.MouseDragMaxDistanceSqr[0] >= 16) app.view.selecting = false;
    }
  } else if (somewhere && ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4)) {
    // One finger is the playhead's; two are the window's.
    if (io.MouseSource == ImGuiMouseSource_TouchScreen) {
      scrub(s);
    } else {
      if (io.MouseDelta.x != 0) app.pan(-static_cast<double>(io.MouseDelta.x / plan.width));
      app.view.scroll_px -= io.MouseDelta.y;
    }
  }
  if (hovered && io.MouseWheel != 0) {
    if (io.KeyCtrl || io.KeySuper) app.zoom(std::pow(0.8, static_cast<double>(io.MouseWheel)), plan.time(app.view.window, io.MousePos.x));
    else if (io.KeyShift) app.pan(-static_cast<double>(io.MouseWheel) * 0.1);
    else app.view.scroll_px -= io.MouseWheel * 48;
  }
  if (hovered && io.MouseWheelH != 0) app.pan(-static_cast<double>(io.MouseWheelH) * 0.1);
  if (const auto fingers = std::exchange(app.view.pinched, {})) {
    const auto& [before, after] = *fingers;
    const double down = (before.down[0] + before.down[1]) / 2;
    if (down >= plan.axis.y && down < plan.lanes.bottom()) app.view.scroll_px -= static_cast<float>(app.pinch(before, after, plan.x, plan.width));
  }
  app.view.scroll_px = std::clamp(app.view.scroll_px, 0.0f, most_scroll);
}

// Where Why has no place of its own it lies over the lanes, in the half in which the pinned span is not.
Rect pinned_card(const TimelineFrame& s) {
  const App& app = s.app;
  const bool small = app.layout.form == Form::phone || app.layout.form == Form::embed;
  const float bottom = s.plan.transport.y, room = bottom - s.plan.lanes.y - 8;
  if (!small || !app.view.pinned || !app.layout.why.empty() || room < 100) return {};
  const Rect& r = app.layout.timeline;
  // As high as what it says.
  const float w = std::min(480.0f, r.w - 16), h = std::min(std::max(app.layout.touch ? 156.0f : 120.0f, why_height(app, w)), room);
  // An embed's figures stand at its right edge, and its legend at the foot: both stay in sight where there is room.
  constexpr float kFigures = 116, kLegend = 28;
  const float from_right = app.layout.form == Form::embed && r.w > s.plan.x - r.x + w + kFigures ? kFigures : 8;
  const float from_bottom = app.layout.form == Form::embed && room > h + 2 * kLegend ? kLegend : 4;
  float x = 0, y = s.plan.lanes.y;
  std::size_t n = 0;
  for (const auto& [box, number, chosen] : s.outlines) x += (box.x + box.z) / 2, y = n++ == 0 ? box.y : y;
  const bool right = n > 0 && x / static_cast<float>(n) > r.x + r.w / 2, low = n > 0 && y > s.plan.lanes.y + s.plan.lanes.h / 2;
  return {std::round(right ? r.x + 8 : r.right() - from_right - w), std::round(low ? s.plan.lanes.y + 2 : bottom - h - from_bottom), w, h};
}

// What is to be done now, over the lanes: nothing else says it where there is no pointer.
void draw_selecting(TimelineFrame& s) {
  const App& app = s.app;
  if (!app.view.selecting || app.view.range_from || app.layout.timeline.empty()) return;
  std::string_view words = app.layout.touch ? "Drag across the lanes to select" : "Drag along the lanes to select a range (Esc: not)";
  if (text_width(Face::semibold, 13, words) + 20 > s.plan.width) words = "Drag to select";
  const float w = std::min(text_width(Face::semibold, 13, words) + 20, s.plan.width), x = std::round(s.plan.x + (s.plan.width - w) / 2), y = s.plan.lanes.y + 4;
  s.list.AddRectFilled({x, y}, {x + w, y + 26}, s.p.text, 4);
  put_text(s.list, Face::semibold, 13, {x + 10, y + 5}, s.p.page, words, w - 20);
}

// Who is done first? Where executors have no rows of their own yet, a button for each.
void draw_guesses(TimelineFrame& s, const Rect& r, float y, float bottom) {
  App& app = s.app;
  if (app.executors().size() < 2 || app.layout.one_executor || app.busy() || !app.asks_who_is_first()) return;
  const float h = app.layout.touch ? 44 : 30;
  if (y + 22 + h > bottom) return;
  y += put_wrapped(&s.list, Face::semibold, 14, {r.x + 16, y}, s.p.text2, "Who do you think is done first?", r.w - 32) + 8;
  float x = r.x + 16;
  for (ExecutorKind kind : app.executors()) {
    if (app.refused(kind)) continue;
    ButtonParts guess;
    guess.text = name_of(kind);
    guess.text_px = 14;
    guess.look = app.view.guess == kind ? ButtonLook::selected : ButtonLook::normal;
    guess.icon = app.view.guess == kind ? Icon::check : icon_of(kind);
    if (app.view.guess != kind) guess.icon_colour = s.p.of(kind);
    const float w = button_width(guess);
    if (x + w > r.right() - 16) x = r.x + 16, y += h + 8;
    if (y + h > bottom) break;
    ImGui::SetCursorScreenPos({x, y});
    if (button(fmt::format("guess {}", id_of(kind)).c_str(), {w, h}, guess)) app.command("guess", id_of(kind));
    x += w + 8;
  }
  y += h + 18;
  if (y + 70 > bottom) return;
  put_text(s.list, Face::semibold, 14, {r.x + 16, y}, s.p.text2, "And when? Drag a flag there.");
  draw_flag(s, {r.x + 16, y + 30, r.w - 32, app.layout.touch ? 38.0f : 28.0f}, y + 72);
}

}  // namespace

std::optional<WakeCurve> wake_curve(const TimelineFrame& s) {
  const auto& pin = s.app.view.pinned;
  const Trace* trace = pin ? s.app.trace_of(*pin) : nullptr;
  Spans spans = pin ? spans_at(s.app, *pin) : Spans();
  if (!trace || s.picked_task == kNoTask || pin->count != 1 || pin->span >= spans.size()) return std::nullopt;
  std::optional<Wake> wake = what_woke(*trace, s.picked_task, static_cast<double>(spans[pin->span].begin));
  if (!wake) return std::nullopt;
  std::optional<ImVec2> to = place_of(s, *pin, s.picked_task, wake->to);
  std::optional<ImVec2> from = place_of(s, *pin, wake->by, wake->from - 1);
  // In "Run all" both are on one core: there the way is from the crowd in line to the core.
  if (s.app.view.compare) from = place_of(s, *pin, s.picked_task, wake->asked + 1);
  if (!from || !to || (std::abs(from->x - to->x) < 3 && std::abs(from->y - to->y) < 3)) return std::nullopt;
  float bend = std::max(14.0f, std::abs(to->x - from->x) * 0.5f);
  const ImVec2 end{to->x - 4, to->y};
  return WakeCurve{*from, {from->x + bend, from->y}, {end.x - bend, end.y}, end};
}

std::string label_in(const LaneRow& row, float room) {
  const std::string_view label = row.label;
  if (row.kind == LaneRow::Kind::folded) {
    // Within the head, whose room is that of "Worker 512".
    const std::string count(label.substr(0, label.find(' ')));
    for (std::string words : {std::string(label), count + " more, folded", count + " more"})
      if (text_width(Face::semibold, 12, words) <= room) return words;
    return "+" + count;
  }
  // "event loop" where it fits, else "loop"; but of "Cores in use" the first word, and "to_thread 1" is cut.
  const bool key = is_strip(row) || row.kind == LaneRow::Kind::resource;
  if (text_width(key ? Face::semibold : Face::regular, 13, label) <= room) return std::string(label);
  std::string_view last = label.substr(std::min(label.rfind(' ') + 1, label.size()));
  if (label.ends_with(" in use")) last = label.substr(0, label.find(' '));
  return std::string(last);
}

void draw_hover_card(App& app, const SpanPick& pick, ImVec4 box, const Rect& bounds);

void draw_timeline(App& app) {
  const Rect& r = app.layout.timeline;
  bool plain = app.layout.form == Form::phone || app.layout.form == Form::embed;
  Panel panel(app, "timeline", r, plain ? Panel::Kind::plain : Panel::Kind::framed);
  if (app.view.follow && !app.live) app.fit();  // to this width
  app.clamp_window();
  TimelinePlan plan = plan_timeline(app);
  TimelineFrame s{.app = app, .plan = plan, .p = palette(), .list = panel.list(), .quads = {}, .ribbons = {}, .letters = {}, .outlines = {}, .hit = {},
          .hit_box = {}, .mouse = ImGui::GetIO().MousePos, .mouse_in_lanes = false, .picked_task = kNoTask, .picked_span = {}, .pointed_task = kNoTask, .pointed = {}, .notches = {}, .marks = {}, .refused = {}, .told = {}, .bars = {}, .joined = {}, .columns = {},
          .pixel = 1 / std::max(0.25f, ImGui::GetIO().DisplayFramebufferScale.x)};
  s.clock_step = app.clock_step();
  s.longest = app.longest();
  set_colours(s);
  draw_sentence(s);
  if (!app.anything_to_show()) {
    plan.groups.clear();
    if (app.layout.sentence) {
      // Same place always: the executors wait where their lanes will be. A guess is welcome meanwhile.
      // How long it will be nobody knows yet; where it begins, and that it is time, is known.
      if (app.asks_who_is_first() && !app.busy()) {
        draw_flag(s, plan.axis, plan.lanes.bottom());
      } else {
        const float low = plan.axis.bottom() - 5.5f, right = plan.x + plan.width;
        s.list.AddLine({plan.x, low}, {right, low}, s.p.control_border);
        s.list.AddTriangleFilled({right - 6, low - 4}, {right, low}, {right - 6, low + 4}, s.p.control_border);
        s.list.AddLine({plan.x + 0.5f, low - 4}, {plan.x + 0.5f, low + 4}, s.p.control_border);
        put_text(s.list, Face::mono, 12, {plan.x, plan.axis.y + 1}, s.p.text2, "0 s");
        put_text(s.list, Face::regular, 12, {right - text_width(Face::regular, 12, "time"), plan.axis.y + 1}, s.p.text2, "time");
      }
      float y = plan.axis.bottom() + 6;
      float pitch = std::clamp((plan.lanes.bottom() - y) / static_cast<float>(std::max<std::size_t>(1, app.executors().size())), 42.0f, 84.0f);
      for (ExecutorKind kind : app.executors()) {
        if (y + 40 > plan.lanes.bottom() + 1) break;
        LaneGroup g;
        g.executor = kind;
        g.y = y;
        g.h = 40;
        g.who = app.refused(kind) ? app.engine->capabilities().refused[static_cast<std::size_t>(kind)] : std::string();
        g.note = g.who;
        g.who.clear();
        draw_header(s, g);
        s.list.AddLine({plan.x, std::round(y + pitch) - 6.5f}, {plan.x + plan.width, std::round(y + pitch) - 6.5f}, s.p.line);
        if (!app.refused(kind) && app.executors().size() > 1 && !app.busy() && app.asks_who_is_first()) {
          ButtonParts guess;
          guess.text = "My guess";
          guess.text_px = 13;
          guess.look = app.view.guess == kind ? ButtonLook::selected : ButtonLook::quiet;
          guess.icon = app.view.guess == kind ? Icon::check : Icon::none;
          ImGui::SetCursorScreenPos({plan.x + 8, y + 3});
          if (button(fmt::format("guess {}", id_of(kind)).c_str(), {button_width(guess), 28}, guess)) app.command("guess", id_of(kind));
        }
        y += pitch;
      }
    } else {
      float y = r.y + r.h * 0.28f;
      if (app.layout.form == Form::embed) y += put_wrapped(&s.list, Face::bold, 18, {r.x + 16, y}, s.p.text, app.workload.question, r.w - 32, 3) + 8;
      const char* words = app.layout.one_executor || app.executors().size() < 2 ? "Nothing has run yet. Press Run." : "Nothing has run yet. Press Run all.";
      if (app.layout.form != Form::phone) y += put_wrapped(&s.list, Face::regular, 15, {r.x + 16, y}, s.p.text2, words, r.w - 32) + 14;  // said above
      else y = r.y + 20;
      draw_guesses(s, r, y, plan.transport.y);
    }
    draw_transport(app, plan.transport, {});
    return;
  }
  draw_minimap(s);
  s.drawn = 0;  // the legend is of the lanes
  take_mouse(s);
  if (app.view.pinned) {
    Spans spans = spans_at(app, *app.view.pinned);
    if (app.view.pinned->span < spans.size()) s.picked_task = spans[app.view.pinned->span].task;
    if (s.picked_task <= kRootTask) s.picked_task = kNoTask;
    if (s.picked_task != kNoTask && app.view.pinned->count == 1) s.picked_span = spans[app.view.pinned->span];
  }
  if (app.view.hovered && app.view.hovered->count == 1) {
    Spans spans = spans_at(app, *app.view.hovered);
    if (app.view.hovered->span < spans.size() && spans[app.view.hovered->span].task > kRootTask) s.pointed_task = spans[app.view.hovered->span].task;
  }
  Ticks marks = ticks(app.view.window, static_cast<double>(plan.width), 80, static_cast<double>(s.clock_step));
  s.list.PushClipRect({r.x, r.y}, {r.right(), plan.lanes.bottom() + 1}, true);
  draw_grid(s, marks);
  s.list.PopClipRect();
  const float chip_x = draw_axis(s, marks);
  draw_all_runs(s);

  for (const LaneRow& row : plan.rows) {
    switch (row.kind) {
      case LaneRow::Kind::lane: add_lane(s, row), add_own_name(s, row), add_refused(s, row), add_said(s, row); break;
      case LaneRow::Kind::resource: add_resource(s, row); break;
      case LaneRow::Kind::stack: add_stack(s, row, app.view.window, plan.x, plan.width, 2); break;
      case LaneRow::Kind::queue: add_queue(s, row); break;
      case LaneRow::Kind::memory: add_memory(s, row); break;
      case LaneRow::Kind::printed: add_printed(s, row); break;
      case LaneRow::Kind::folded: break;
    }
    if (is_strip(row) && s.mouse_in_lanes && s.mouse.y >= row.y && s.mouse.y < row.y + row.h) {
      const double t = std::max(0.0, plan.time(app.view.window, s.mouse.x));
      s.told = row.kind == LaneRow::Kind::memory ? memory_words(*row.trace, t, marks.step, s.longest) : counts_words(*row.trace, t, marks.step, s.longest);
    }
  }
  // Dear ImGui's own, of which its controls know, and each closed before the next: else the mouse finds no button of the transport.
  auto within_lanes = [&] { ImGui::PushClipRect({r.x + 1, plan.lanes.y - 1}, {r.right() - 1, plan.lanes.bottom()}, true); };
  within_lanes();
  for (const LaneRow& row : plan.rows)
    if (row.kind != LaneRow::Kind::folded && row.kind != LaneRow::Kind::printed) {
      s.list.AddRectFilled({plan.x, row.y}, {plan.x + plan.width, row.y + row.h}, with_alpha(s.p.page, app.view.theme == Theme::dark ? 0.35f : 0.5f), 2);
    }
  s.list.PushClipRect({plan.x, plan.lanes.y - 1}, {plan.x + plan.width, plan.lanes.bottom()}, true);
  app.canvas->draw(s.list, s.quads, s.ribbons);
  s.list.PopClipRect();
  ImGui::PopClipRect();
  draw_playhead(s);
  within_lanes();
  draw_letters(s);
  draw_wake(s);
  for (const LaneGroup& g : plan.groups)
    if (g.y + g.h >= plan.lanes.y && g.y <= plan.lanes.bottom()) {
      draw_header(s, g);
      draw_flags(s, g);
    }
  float header_w = plan.x - plan.header_x - 8;
  for (const LaneRow& row : plan.rows) {
    if (row.label.empty()) continue;
    const bool strip = is_strip(row);
    if (row.kind == LaneRow::Kind::folded) {
      ImGui::SetCursorScreenPos({plan.header_x, row.y});
      const std::string words = label_in(row, header_w);
      float w = text_width(Face::semibold, 12, words) + 8;
      if (ImGui::InvisibleButton("unfold", {w, row.h}, ImGuiButtonFlags_EnableNav)) app.view.unfolded = true;
      put_text(s.list, Face::semibold, 12, {plan.header_x, row.y + 2}, ImGui::IsItemHovered() ? s.p.text : s.p.text2, words, header_w);
      continue;
    }
    bool key = strip || row.kind == LaneRow::Kind::resource;
    float y = strip && row.h >= 34 ? row.y : row.y + row.h / 2 - 8;
    put_text(s.list, key ? Face::semibold : Face::regular, 13, {plan.header_x + row.indent, y}, key ? s.p.text : s.p.text2, label_in(row, header_w + 4 - row.indent), header_w + 4 - row.indent);
    if (strip && row.h >= 34) put_longest(s.list, Face::regular, 12, {plan.header_x, y + 17}, s.p.text2, {row.detail, std::string_view(row.detail).substr(0, row.detail.find(','))}, header_w);
  }
  if (!plan.note.empty()) put_longest(s.list, Face::regular, 13, {plan.x, plan.note_y}, s.p.text2, {plan.note, std::string_view(plan.note).substr(0, plan.note.find(':'))}, plan.width);
  // A single run has one end, across all its lanes.
  if (!app.view.compare && app.layout.figures_right) draw_figures(s);
  if (!app.view.compare)
    if (const Run* run = app.run_of(app.view.shown); run && !app.live && !plan.rows.empty()) {
      auto end = static_cast<double>(app.length_of(*run));
      float x = plan.px(app.view.window, end);
      const LaneRow* last = &plan.rows.back();
      while (last != plan.rows.data() && last->kind == LaneRow::Kind::printed) --last;  // across no words
      if (end >= app.view.window.begin && end <= app.view.window.end) s.list.AddRectFilled({x, plan.rows.front().y}, {x + 2, last->y + last->h}, s.p.text);
      if (!app.layout.sentence && !app.layout.figures_right && app.layout.form == Form::embed && end >= app.view.window.begin) {
        // Nothing else says how long it took.
        const std::string figure = (end > app.view.window.end ? "ends at " : "") + app.length_in_words(*run);
        const float w = text_width(Face::mono_semibold, 13, figure) + 12, right = std::min(x, plan.x + plan.width), y = std::min(last->y + last->h, plan.lanes.bottom()) - 23;
        const float from = end <= app.view.window.end && x + 2 + w <= plan.x + plan.width ? x + 2 : std::max(plan.x, right - w);
        s.list.AddRectFilled({from, y}, {from + w, y + 21}, s.p.text, 4);
        put_text(s.list, Face::mono_semibold, 13, {from + 6, y + 2}, s.p.page, figure);
      }
    }
  ImGui::PopClipRect();
  app.drawn_states = s.drawn;
  if (plan.content_height > plan.lanes.h + 1) {
    // There is more below: said by a bar, as everywhere.
    float h = plan.lanes.h * plan.lanes.h / plan.content_height;
    float y = plan.lanes.y + app.view.scroll_px / plan.content_height * plan.lanes.h;
    s.list.AddRectFilled({r.right() - 7, y}, {r.right() - 3, y + h}, s.p.control_border, 2);
  }

  if (!s.told.empty()) ImGui::SetTooltip("%s", s.told.c_str());
  // What is pointed at: at once when moving between spans, after 150 ms otherwise.
  bool had = app.view.hovered.has_value();
  if (s.hit && !app.view.hovered) app.view.hovered_since_s = app.now_s;
  app.view.hovered = s.hit;
  for (const LaneRow& row : plan.rows)  // its strips are as much of it as its spans
    if (s.mouse_in_lanes && row.where.run > 0 && s.mouse.y >= row.y && s.mouse.y < row.y + row.h) app.view.looked_at = row.where.run;
  // A press that moved was a pan.
  bool clicked = s.mouse_in_lanes && ImGui::IsMouseReleased(ImGuiMouseButton_Left) && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 16;
  if (s.hit) {
    bool at_once = had && app.now_s - app.view.hovered_since_s >= kHoverDelay_s;
    s.list.AddRect({s.hit_box.x - 1, s.hit_box.y - 1}, {s.hit_box.z + 1, s.hit_box.w + 1}, s.p.text, 3, 0, 2);
    if (at_once && s.told.empty()) draw_hover_card(app, *s.hit, s.hit_box, r);
    if (clicked && !ImGui::GetIO().KeyShift) {
      app.pin(*s.hit);
      ++app.revision;
    }
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
      app.copied_text = span_sentence(app, *s.hit);
      if (!app.copied_text.empty()) app.notice = "Copied: " + app.copied_text;
    }
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
      Spans spans = spans_at(app, *s.hit);
      const Span &first = spans[s.hit->span], &last = spans[s.hit->span + s.hit->count - 1];
      double room = static_cast<double>(last.end - first.begin) * 0.25 + 1000;
      app.glide_to(app.clamped({static_cast<double>(first.begin) - room, static_cast<double>(last.end) + room}));
      app.view.follow = false;
    }
  } else if (clicked && app.view.pinned) {
    app.pin({});
  }
  if (const Rect card = pinned_card(s); !card.empty()) draw_why(app, card, true);
  draw_transport(app, plan.transport, format_moment(std::max(0.0, app.view.playhead), marks.step, s.longest, s.clock_step));
  if (plan.transport.y - plan.lanes.bottom() > 20) {
    float room = r.right() - 12;
    if (const Badges badges = badges_in(app, room - plan.header_x); !app.badges_drawn && badges.width > 0) {
      room -= badges.width;
      draw_badges(app, badges, {room, plan.lanes.bottom() + 14});
      room -= 12;
    }
    draw_legend(s, plan.lanes.bottom() + (app.layout.form == Form::phone ? 10 : 4), room);
  } else if (app.layout.states.empty() && all_runs_button(s).empty()) {
    draw_refused_legend(s, std::min(chip_x, plan.x) - 6);
  }
  draw_range(s);
  draw_selecting(s);
  if (app.wants_svg) app.take_svg(svg_of(s, marks));
  if (std::string* const into = std::exchange(app.svg_into, nullptr)) *into = svg_of(s, marks);
}

}  // namespace interleave