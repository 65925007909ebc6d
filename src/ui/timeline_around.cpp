// timeline_around.cpp -- what stands around the lanes: the sentence, the minimap, a range and its figures, the legend.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "ui/timeline_frame.h"
#include "view/format.h"
#include "view/results.h"

namespace interleave {
namespace {

// States that are drawn; of a run that goes on those that nearly every run has, since they come one after the other.
std::vector<std::pair<State, const char*>> legend(const TimelineFrame& s) {
  constexpr struct { State state; const char *name, *brief; bool usual; } kAll[] = {
      {State::running, "Running", "Running", true}, {State::ready, "Ready", "Ready", true}, {State::waiting_io, "Waiting for I/O", "Waits: I/O", true},
      {State::waiting_lock, "Waiting for a lock", "Waits: lock", false}, {State::waiting_gil, "Waiting for the GIL", "Waits: GIL", false},
      {State::copying, "Copying", "Copying", false}, {State::starting, "Being started", "Starting", false}, {State::not_started, "Not started", "Not started", true}, {State::idle, "Idle", "Idle", false}};
  std::vector<std::pair<State, const char*>> out;
  for (const auto& [state, name, brief, usual] : kAll)
    if (s.has_drawn(state) || (s.app.live && usual)) out.push_back({state, s.app.layout.form == Form::phone ? brief : name});
  return out;
}

// Without the reason: as predicted, or by how much not; else how it ended, if that was early.
std::string check_in_short(const App& app, const Run& run) {
  const Verdict check = app.check_of(run);
  if (check.words.empty()) return std::string(early_end(run.trace->how_ended()));
  const std::string off = app.off_by(run);
  return off.empty() ? check.words : off;
}

}  // namespace

void draw_figures(TimelineFrame& s) {
  const App& app = s.app;
  const Run* run = app.run_of(app.view.shown);
  if (!run || app.live) return;
  const float right = app.layout.timeline.right() - 12, room = right - (s.plan.x + s.plan.width) - 8;
  float y = s.plan.lanes.y + 2;
  auto put = [&](Face face, float px, ImU32 ink, std::string_view words, float high) {
    const float w = std::min(text_width(face, px, words), room);
    put_text(s.list, face, px, {right - w, y}, ink, words, room);
    y += high;
    return right - w;
  };
  // As a group's, and what is a lane's is below it.
  put(Face::mono_semibold, 16, s.p.text, app.length_in_words(*run), 22);
  const std::string check = check_in_short(app, *run);
  const bool ticked = app.check_of(*run).kind == Verdict::Kind::as_predicted;
  if (!check.empty()) {
    const float x = put(Face::regular, 13, s.p.text, check, 22);
    if (ticked) draw_icon(s.list, Icon::check, {x - 10, y - 13}, 13, s.p.text);
  }
  if (!app.common_provenance()) draw_badge(s.list, {right - badge_size(run->trace->provenance).x, y}, run->trace->provenance);
}

void draw_sentence(TimelineFrame& s) {
  App& app = s.app;
  const Palette& p = s.p;
  const Rect& r = s.plan.sentence;
  if (r.empty()) return;
  std::string said = app.sentence();
  bool big = app.layout.form == Form::wide;
  const bool small = app.layout.form == Form::embed;  // there it is the answer and nothing else
  float px = big ? 22 : small ? kSmallSentencePx : 18;
  if (said.empty()) {
    // Where the workload is behind a drawer, what is asked stands here.
    float y = r.y;
    if (app.layout.form == Form::drawer) {
      y += put_wrapped(&s.list, Face::bold, px, {r.x, y}, p.text, app.question(), r.w, 3) + 2;
      px = 14;
    }
    const char* const before = !app.asks_who_is_first() ? "" : app.executors().size() > 1 ? "Guess who is done first, drag a flag to when, or " : "Drag a flag to when it will be done, or ";
    put_wrapped(&s.list, px > 14 ? Face::bold : Face::regular, px, {r.x, y}, p.text2, fmt::format("Nothing has run yet. {}{}ress {}.", before, *before ? "p" : "P", next_run_words(app)), r.w, 2);
    return;
  }
  // What is of other settings than those that are set stands back.
  const ImU32 ink = app.stale() && !app.busy() ? p.text3 : p.text;
  if (app.view.compare || app.busy() || small) {
    float h = put_wrapped(&s.list, Face::bold, px, {r.x, r.y}, ink, said, r.w, 2);
    std::string more = app.subsentence();
    if (app.view.compare && !small && !more.empty()) put_wrapped(&s.list, Face::regular, 14, {r.x, r.y + h + 2}, p.text2, more, r.w, 2);
    return;
  }
  const Run* run = app.run_of(app.view.shown);
  draw_icon(s.list, icon_of(app.view.shown), {r.x + 9, r.y + px * 0.62f}, 18, p.of(app.view.shown));
  float x = r.x + 28;
  x += put_text(s.list, Face::bold, px, {x, r.y}, ink, said, r.w - 28) + 12;
  if (!run) return;
  // How it compares is said at the right; it goes first where there is no room.
  std::string right;
  if (const Run* serial = app.run_of(ExecutorKind::serial); serial && serial != run)
    right = fmt::format("one at a time: {}", app.length_in_words(*serial));
  right = app.beside_guess(*run, right);
  if (app.stale()) right = "a setting was changed since";
  const Verdict check = app.check_of(*run);
  std::string words = check.words;
  const std::string_view ended = early_end(run->trace->how_ended());
  const bool stopped = run->trace->how_ended() == RunEnd::cancelled;
  if (stopped) words = "What ran is kept.";  // that it was stopped is in the sentence
  else if (words.empty()) words = ended;
  if (words.empty() && App::main_worked_alone(*run)) words = "main did all the work itself";
  const bool timed = run->expected > 0;
  auto list = [](std::initializer_list<std::string_view> parts) {
    std::string out;
    for (const std::string_view part : parts)
      if (!part.empty()) out += fmt::format("{}{}", out.empty() ? "" : "; ", part);
    return out;
  };
  // The sentence is not about this time, so it is said here.
  const std::string length = app.length_in_words(*run);
  const std::string in_all = app.workload.asked.of_time() || run->foreign || said.find(length) != said.npos ? std::string() : length + " in all";
  const std::string model = timed ? "the model says " + app.time_in_words(run->expected) : std::string();
  const std::string off = app.off_in_brief(*run), off_by = off.empty() ? off : app.off_by(*run);
  std::string_view brief = check.words.empty() ? ended : !off_by.empty() ? std::string_view(off_by) : std::string_view(check.words);
  if (!run->ended_badly.empty() && !stopped) words = (check.kind == Verdict::Kind::as_predicted ? "as predicted: " : "") + run->ended_badly;
  else if (stopped) brief = words;
  else if ((check.kind != Verdict::Kind::none || !ended.empty()) && timed) words = list({words, in_all, model});
  float words_w = text_width(Face::regular, 14, words), right_w = text_width(Face::regular, 13, right);
  if (check.kind == Verdict::Kind::as_predicted) {
    draw_icon(s.list, Icon::check, {x + 6, r.y + px * 0.64f}, 14, p.text);
    x += 18;
  }
  bool room = x + words_w + 24 + right_w < r.right();
  // Why it is off goes last of what there is no room for: the whole of it, without the model, in a few words, by how much.
  float until = r.right();
  if (!room && app.view.guess_time > 0) {
    right = right.substr(0, right.find(';'));
    right_w = text_width(Face::regular, 13, right);
    room = x + text_width(Face::regular, 14, check.words.empty() ? std::string_view(words) : brief) + 24 + right_w < r.right();
    until = room ? r.right() - right_w - 12 : until;
  }
  const std::string modelled = list({off.empty() ? brief : std::string_view(off), in_all, model}), cause = list({off, in_all}), amount = list({brief, in_all, model});
  put_longest(s.list, Face::regular, 14, {x, r.y + px * 0.5f - 5}, p.text, {words, modelled, cause, off, amount, brief}, until - x);
  if (room && !right.empty()) put_text(s.list, Face::regular, 13, {r.right() - right_w, r.y + px * 0.5f - 4}, p.text2, right);
}

void draw_minimap(TimelineFrame& s) {
  App& app = s.app;
  const Palette& p = s.p;
  const Rect& r = s.plan.minimap;
  if (r.empty()) return;
  bool compare = app.view.compare;
  // Room for the figure behind the longest bar, and for the frame behind that.
  auto figure_of = [&](const App::Shown& each) {
    std::string figure = format_beside(app.length_of(each), each.trace ? clock_step_of(*each.trace) : 0, s.longest);
    if (each.run && each.trace->how_ended() != RunEnd::finished) figure += fmt::format(" {}", early_end(each.trace->how_ended()));
    return figure;
  };
  float room = 0;
  for (const App::Shown& each : s.plan.shown)
    if (each.trace) room = std::max(room, text_width(Face::mono_semibold, compare ? 12 : 13, figure_of(each)));
  const double whole = minimap_scale(app, s.plan, room).whole;
  Viewport all{0, whole};
  const std::vector<App::Shown>& kinds = s.plan.shown;
  bool ticked = compare && r.h >= 13 * static_cast<float>(kinds.size()) + 20;
  float bars_h = ticked ? r.h - 24 : r.h;
  s.quads.clear();
  float pitch = bars_h / static_cast<float>(kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const Trace* trace = kinds[i].trace;
    float y = r.y + pitch * static_cast<float>(i);
    std::string label = !compare ? "Whole run" : kinds[i].title.empty() ? std::string(name_of(kinds[i].executor)) : kinds[i].title;
    float label_w = std::min(text_width(Face::regular, 12, label), r.x - 14 - s.plan.header_x);
    float label_x = compare ? r.x - 10 - label_w : s.plan.header_x;
    put_text(s.list, Face::regular, compare ? 12 : 13, {label_x, y + pitch / 2 - 8}, trace ? p.text2 : p.text3, label, compare ? r.x - 14 - s.plan.header_x : 0);
    if (!trace) continue;
    LaneRow row;
    row.trace = trace;
    row.counts = kinds[i].run ? &kinds[i].run->counts : nullptr;
    row.y = y + (compare ? 3 : 0);
    row.h = pitch - (compare ? 6 : 0);
    // As far as the run went: what a trace has behind that (tasks that were cancelled when nobody could go on) is its end.
    const auto length = static_cast<double>(app.length_of(kinds[i]));
    float end = r.x + static_cast<float>(length / whole) * r.w;
    // How long it took is seen, too, where few were left.
    s.list.AddRectFilled({r.x, row.y}, {end, row.y + row.h}, p.line);
    if (length > 0) add_stack(s, row, {0, length}, r.x, std::max(1.0f, end - r.x), 1, true);
    std::string figure = figure_of(kinds[i]);
    float figure_w = text_width(Face::mono_semibold, compare ? 12 : 13, figure), figure_x = end + 8;
    // The window's frame is not drawn through a figure.
    float frame_x1 = r.x + static_cast<float>(std::min(whole, app.view.window.end) / whole) * r.w;
    if (figure_x < frame_x1 + 6 && figure_x + figure_w > frame_x1 - 4) figure_x = frame_x1 + 8;
    put_text(s.list, Face::mono_semibold, compare ? 12 : 13, {std::min(figure_x, r.right() - figure_w), y + pitch / 2 - 8}, p.text, figure);
  }
  app.canvas->draw(s.list, s.quads, s.ribbons);
  s.quads.clear();
  s.ribbons.clear();
  if (compare) s.list.AddLine({s.plan.header_x, r.bottom() + 3.5f}, {r.right(), r.bottom() + 3.5f}, p.line);
  if (ticked) {
    put_text(s.list, Face::regular, 12, {s.plan.header_x, r.bottom() - 19}, p.text3, "run in turn, drawn from 0");
    Ticks marks = ticks(all, r.w, 110, static_cast<double>(s.clock_step));
    for (double t : marks.at) {
      std::string text = format_tick(t, marks.step, s.longest);
      float w = text_width(Face::mono, 12, text), x = r.x + static_cast<float>(t / whole) * r.w;
      put_text(s.list, Face::mono, 12, {std::min(t == 0 ? x : x - w / 2, r.right() - w), r.bottom() - 19}, p.text2, text);
    }
  }
  // The window: dragged as a whole, or by an edge.
  float x0 = r.x + static_cast<float>(std::max(0.0, app.view.window.begin) / whole) * r.w;
  float x1 = r.x + static_cast<float>(std::min(whole, app.view.window.end) / whole) * r.w;
  x1 = std::max(x1, x0 + 4);
  s.list.AddRect({x0 - 1.5f, r.y - 3}, {x1 + 1.5f, r.y + bars_h + 3}, p.text, 4, 0, 1.5f);
  ImGui::SetCursorScreenPos({r.x, r.y - 3});
  ImGui::InvisibleButton("minimap", {r.w, bars_h + 6});
  float mx = ImGui::GetIO().MousePos.x;
  bool near_left = std::abs(mx - x0) < 5, near_right = std::abs(mx - x1) < 5;
  if (ImGui::IsItemHovered() && (near_left || near_right)) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (ImGui::IsItemActive()) {
    ImGuiStorage& memory = *ImGui::GetStateStorage();  // which part this drag began on
    ImGuiID key = ImGui::GetID("minimap part");
    if (ImGui::IsItemActivated()) {
      int part = near_right ? 2 : near_left ? 1 : 0;
      memory.SetInt(key, part);
      if (part == 0 && (mx < x0 || mx > x1)) {
        double t = static_cast<double>((mx - r.x) / r.w) * whole, half = (app.view.window.end - app.view.window.begin) / 2;
        app.set_window({t - half, t + half});
      }
    }
    double dt = static_cast<double>(ImGui::GetIO().MouseDelta.x / r.w) * whole;
    int part = memory.GetInt(key);
    if (dt != 0) {
      app.view.glide.reset();
      if (part != 2) app.view.window.begin += dt;
      if (part != 1) app.view.window.end += dt;
      app.clamp_window();
      app.view.follow = false;
    }
  }
}

void draw_range(TimelineFrame& s) {
  App& app = s.app;
  if (!app.view.range || app.range_figures.empty()) return;
  const Palette& p = s.p;
  const Viewport& range = *app.view.range;
  const TimelinePlan& plan = s.plan;
  float x0 = plan.px(app.view.window, range.begin), x1 = plan.px(app.view.window, range.end), right_edge = plan.x + plan.width;
  float top = plan.axis.bottom() - 5, bottom = plan.lanes.bottom();
  if (x1 >= plan.x && x0 <= right_edge) {
    float a = std::max(x0, plan.x), b = std::min(x1, right_edge);
    s.list.AddRectFilled({a, plan.lanes.y}, {b, bottom}, with_alpha(p.text, 0.06f));
    s.list.AddRectFilled({a, top}, {b, top + 4}, p.text, 2);
    for (float x : {x0, x1})
      if (x >= plan.x && x <= right_edge) s.list.AddRectFilled({x - 0.5f, top}, {x + 0.5f, bottom}, p.text);
  }
  // The card: right of it, else left, else inside.
  struct Row { State state; double n; const char* words; };
  std::vector<Row> rows;
  bool alone = app.range_figures.size() == 1;
  const RangeFigures& f = app.range_figures.front();
  if (alone)
    for (const Row& row : {Row{State::running, f.running, "running"}, Row{State::ready, f.ready, "ready"}, Row{State::waiting_gil, f.waiting_gil, "waiting for the GIL"},
                           Row{State::waiting_lock, f.waiting_lock, "waiting for a lock"}, Row{State::waiting_io, f.waiting_io, "waiting for I/O"}, Row{State::not_started, f.not_started, "not started"}})
      if (row.n >= 0.005) rows.push_back(row);
  constexpr float kPad = 14;
  const float kLine = app.layout.touch ? 20 : 22, from = plan.axis.y + 4, to = plan.transport.y - 6;
  auto lines = static_cast<float>(alone ? rows.size() + 1 : app.range_figures.size());
  float control = app.layout.touch ? 44 : 30, w = std::min(316.0f, app.layout.touch ? app.layout.timeline.w - 16 : plan.width - 8), h = kPad + 22 + 20 + lines * kLine + 8 + control + 10;
  // Without room for its figures what can be done with it stays.
  const bool brief = h > to - from;
  if (brief) h -= lines * kLine;
  if (h > to - from) return;
  float x = x1 + 12;
  if (x + w > right_edge) x = x0 - 12 - w;
  if (x < plan.x) x = std::max(right_edge - w - 4, app.layout.timeline.x + 8);
  Rect card{std::round(x), std::round(std::min(plan.lanes.y + 6, to - h)), w, h};
  Panel panel(app, "range", card, Panel::Kind::floating);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  float y = card.y + kPad, inner = w - 2 * kPad, left = card.x + kPad, right = left + inner;
  const double digits = std::pow(10.0, std::floor(std::log10(std::max(1.0, range.length()))));
  put_text(list, Face::bold, 16, {left, y}, p.text, format_duration(static_cast<Nanos>(range.length()), s.clock_step) + " selected", inner);
  y += 23;
  const float clock_w = put_text(list, Face::mono, 12, {left, y}, p.text2, format_moment(range.begin, digits, s.longest, s.clock_step) + " to " + format_moment(range.end, digits, s.longest, s.clock_step), inner);
  // What the figures below are.
  const std::string_view unit = alone ? "tasks, on average" : "on average";
  if (const float unit_w = text_width(Face::regular, 12, unit); clock_w + 12 + unit_w <= inner) put_text(list, Face::regular, 12, {right - unit_w, y}, p.text2, unit);
  y += 21;
  if (brief) {
  } else if (alone) {
    for (const Row& row : rows) {
      draw_swatch(list, *app.canvas, row.state, {left, y + 3}, {19, 12});
      put_text(list, Face::regular, 13, {left + 28, y + 1}, p.text, row.words);
      std::string n = fmt::format("{:.{}f}", row.n, row.n < 10 ? 2 : 1);
      put_text(list, Face::mono_semibold, 13, {right - text_width(Face::mono_semibold, 13, n), y + 1}, p.text, n);
      y += kLine;
    }
    std::string said = fmt::format("{} {}, {} {} done", format_count(f.switches), f.switches == 1 ? "switch" : "switches", format_count(f.done), f.done == 1 ? "task" : "tasks");
    put_text(list, Face::regular, 13, {left, y + 1}, p.text2, said, inner);
    y += kLine;
  } else {
    for (const RangeFigures& each : app.range_figures) {
      draw_icon(list, icon_of(each.executor), {left + 8, y + 9}, 15, p.of(each.executor));
      std::string busy = fmt::format("{:.2f} {}, {} done", each.running, each.cores == 1 ? "core" : "cores", format_count(each.done));
      float bw = text_width(Face::mono, 12, busy);
      put_text(list, Face::regular, 13, {left + 24, y + 1}, p.text, each.title.empty() ? name_of(each.executor) : std::string_view(each.title), inner - bw - 32);
      put_text(list, Face::mono, 12, {right - bw, y + 2}, p.text, busy);
      y += kLine;
    }
  }
  y += 6;
  float bx = left;
  auto place = [&](const char* id, const char* words, const char* tip, bool on) {
    ButtonParts parts;
    parts.text = words;
    parts.text_px = 13;
    parts.tip = tip;
    parts.look = on ? ButtonLook::selected : ButtonLook::normal;
    ImGui::SetCursorScreenPos({bx, y});
    float bw = button_width(parts);
    bx += bw + 8;
    return button(id, {bw, control}, parts);
  };
  if (place("fit range", "Fit", "The range over the whole width", false)) {
    app.view.follow = false;
    app.glide_to(app.clamped(range));
  }
  if (place("loop range", "Loop", "Play goes round in here (O)", app.view.loop)) app.command("loop");
  if (place("clear range", "Clear", "No range (Esc)", false)) app.command("range");
}

namespace {

constexpr float kMarkPx = 17;

float refused_words_width(const TimelineFrame& s, float px) {
  float w = 0;
  for (const bool inside : {false, true}) w += kMarkPx + text_width(Face::regular, px, refused_mark_words(inside)) + 16;
  return s.refused.empty() ? 0 : w;
}

// Returns where the next one begins.
float put_refused_words(TimelineFrame& s, float px, ImVec2 at, float between) {
  if (s.refused.empty()) return at.x;
  for (const bool inside : {false, true}) {
    draw_refused(s.list, {at.x + 6, at.y + px * 0.62f}, inside, s.p.text, s.p.panel);
    at.x += kMarkPx + put_text(s.list, Face::regular, px, {at.x + kMarkPx, at.y}, s.p.text, refused_mark_words(inside)) + between;
  }
  return at.x;
}

}  // namespace

void draw_legend(TimelineFrame& s, float y, float right) {
  const App& app = s.app;
  bool phone = app.layout.form == Form::phone;
  float left = phone ? s.plan.header_x : s.plan.x, x = left, bottom = s.plan.transport.y;
  const auto states = legend(s);
  // All in one line where the heads' column helps.
  float all = refused_words_width(s, 13) - 16;
  for (auto [state, name] : states) all += 26 + 15 + text_width(Face::regular, 13, name) + 16;
  if (x + all > right) x = left = s.plan.header_x;
  x = put_refused_words(s, 13, {x, y}, phone ? 12 : 16);
  for (auto [state, name] : states) {
    float w = 26 + 15 + text_width(Face::regular, 13, name);
    if (x + w > right) x = left, y += 22;
    if (x + w > right || y + 18 > bottom) break;
    draw_swatch(s.list, *app.canvas, state, {x, y + 2}, {19, 12});
    char letter = s.p.of(state).letter;
    put_text(s.list, Face::mono_semibold, 13, {x + 26, y}, s.p.text, std::string_view(&letter, 1));
    put_text(s.list, Face::regular, 13, {x + 39, y}, s.p.text, name);
    x += w + (phone ? 12 : 16);
  }
}

void draw_refused_legend(TimelineFrame& s, float until) {
  const float w = refused_words_width(s, 12) - 16;
  if (s.refused.empty() || s.plan.header_x + w > until) return;
  put_refused_words(s, 12, {s.plan.header_x, s.plan.axis.y + 6}, 16);
}

}  // namespace interleave
