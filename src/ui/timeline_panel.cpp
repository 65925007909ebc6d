// timeline_panel.cpp -- the lanes: what UI.md calls the timeline's grammar.
//
// Three passes: plan_timeline() says what lies where; the rows become quads (one draw call) while letters, flags and
// outlines are put aside; then playhead and letters go on top. Nothing here costs more than what is on screen.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "ui/panels.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/playback.h"
#include "view/svg.h"
#include "view/timeline.h"

namespace interleave {
namespace {

struct Letter {
  ImVec2 at;
  ImU32 ink, ground;
  float px;
  float width;        // of the patch of plain state colour under it
  float top, bottom;  // which stays inside the span
  std::string text;
  ImU32 under_playhead = 0;  // the patch that it gets where the playhead passes under it
};

// Everything of one frame of the timeline.
struct Scene {
  App& app;
  const TimelinePlan& plan;
  const Palette& p;
  ImDrawList& list;
  std::vector<Quad> quads;
  Ribbons ribbons;
  std::vector<Letter> letters;
  std::vector<std::pair<ImVec4, std::string>> outlines;  // a task that is picked: box and number
  std::optional<SpanPick> hit;
  ImVec4 hit_box;
  ImVec2 mouse;
  bool mouse_in_lanes = false;
  TaskId picked_task = kNoTask;
  const Span* picked_span = nullptr;  // what is pinned, if it is one span
  TaskId pointed_task = kNoTask;      // under the pointer, as of the last frame: the same lights up in every executor
  std::vector<ImVec4> pointed;        // where
  std::vector<ImVec2> notches;        // where a holder was made to drop the permit: top of its block
  std::string told;                   // a strip's counts under the pointer
  std::vector<Bar> bars;
  std::vector<StackColumn> columns;
  float pixel;  // logical size of a framebuffer pixel

  float snap(float x) const { return std::round(x / pixel) * pixel; }
};

void add_fill(Scene& s, State state, float x0, float y0, float x1, float y1, float anchor_y, float radius, bool faded, bool edge = false) {
  const StateLook& look = s.p.of(state);
  // Patterns only where there is room to see them.
  Pattern pattern = x1 - x0 >= 5 ? look.pattern : Pattern::solid;
  ImU32 fill = faded ? with_alpha(look.fill, 0.35f) : look.fill;
  s.quads.push_back({x0, y0, x1, y1, fill, edge ? s.p.text : look.ink, quad_style(pattern, radius, edge), quad_anchor(s.plan.x, anchor_y)});
}

void add_floor_line(Scene& s, State state, float x0, float x1, float floor) {
  const StateLook& look = s.p.of(state);
  s.quads.push_back({x0, floor - 2, x1, floor, look.fill, 0, quad_style(look.pattern), quad_anchor(s.plan.x, floor - 2)});
}

void add_letter(Scene& s, const LaneRow& row, const Span& span, float x0, float x1, float y0, float y1, const StateLook& look) {
  float width = x1 - x0, px = 12;
  if (y1 - y0 < 11 || width < 12 || look.letter == 0) return;
  std::string text(1, look.letter);
  bool own_task = row.where.of == SpanPick::Of::task;
  if (span.state == State::running && !own_task && span.task > kRootTask) text = std::to_string(number_of(span.task));
  if (std::string_view name = row.trace->name_of(span.task); !name.empty()) text = name;
  if (width >= 60) {
    std::string longer = text + " " + format_duration(span.end - span.begin, row.trace->fact(Fact::clock_step_ns));
    if (text_width(Face::mono_semibold, px, longer) + 10 <= width) text = std::move(longer);
  }
  float text_w = text_width(Face::mono_semibold, px, text);
  if (text_w + 4 > width) return;
  float x = width < 34 ? x0 + (width - text_w) / 2 : x0 + 5;
  // A long span that begins left of the window still says what it is.
  x = std::max(x, std::min(s.plan.x + 5, x1 - text_w - 5));
  if (x + text_w > s.plan.x + s.plan.width) return;
  s.letters.push_back({{x, (y0 + y1) / 2 - px * 0.73f}, look.letter_ink, look.pattern == Pattern::solid ? 0 : look.fill, px, text_w, y0 + 1, y1 - 1, std::move(text), look.fill});
}

// A ribbon's colours by number: 0 is nothing, then the states as folds stack them, the line on top of what does not reach the
// ceiling, and what hangs from there.
constexpr std::uint32_t kLine = 1 + static_cast<std::uint32_t>(kFoldOrder.size()), kHanging = kLine + 1;
constexpr std::uint32_t colour_of(State state) {
  return 1 + static_cast<std::uint32_t>(std::ranges::find(kFoldOrder, state) - kFoldOrder.begin());
}

void set_colours(Scene& s) {
  auto& colours = s.ribbons.colours;
  for (State state : kFoldOrder) {
    const StateLook& look = s.p.of(state);
    colours[colour_of(state)] = {look.fill, look.ink, look.pattern};
  }
  colours[kLine] = {s.p.text2, 0, Pattern::solid};
  const StateLook& hanging = s.p.of(State::not_started);
  colours[kHanging] = {hanging.fill, 0, Pattern::floor_dots};
}

// A row of the picture that is made of columns: it begins with the first that is put, and is drawn with the rest when it goes.
class RibbonRow {
 public:
  RibbonRow(Scene& s, float x, float width, float y0, float y1, bool patterned, float opacity = 1) : s_(s) {
    const float begin = s.snap(x);
    const auto count = static_cast<std::size_t>(std::ceil(width / s.pixel)) + 1;
    slots_ = std::min((y1 - y0) / s.pixel, static_cast<float>(RibbonColumn::kSlots));
    ribbon_ = {begin, y0, begin + static_cast<float>(count) * s.pixel, y1, static_cast<int>(std::ceil(slots_)), patterned, quad_anchor(x, y0), opacity, 0, count};
  }
  ~RibbonRow() {
    if (used_) s_.ribbons.ribbons.push_back(ribbon_);
  }
  RibbonRow(const RibbonRow&) = delete;
  RibbonRow& operator=(const RibbonRow&) = delete;

  /// Of all its slots, so many.
  int slots(float part) const { return static_cast<int>(part * slots_ + 0.5f); }
  int all() const { return ribbon_.slots; }
  /// The same in every column from x0 to x1, logical px.
  void put(float x0, float x1, const RibbonColumn& column) {
    if (!std::exchange(used_, true)) {
      ribbon_.first = s_.ribbons.columns.size();
      s_.ribbons.columns.resize(ribbon_.first + ribbon_.count);
    }
    auto nth = [&](float x) { return std::min(static_cast<std::size_t>(std::max(0.0f, (x - ribbon_.x0) / s_.pixel + 0.5f)), ribbon_.count); };
    for (std::size_t i = ribbon_.first + nth(x0), end = ribbon_.first + nth(x1); i < end; ++i) s_.ribbons.columns[i] = column;
  }

 private:
  Scene& s_;
  Ribbon ribbon_{};
  float slots_ = 0;
  bool used_ = false;
};

void add_lane(Scene& s, const LaneRow& row) {
  const Viewport& window = s.app.view.window;
  float floor = row.y + row.h;
  int lit = s.app.view.lit_line;
  RibbonRow folds(s, s.plan.x, s.plan.width, row.y, floor, false, lit > 0 ? 0.35f : 1);
  s.bars.clear();
  visible_bars(row.spans, window, s.plan.width, s.bars, row.table);
  bool pointed = s.mouse_in_lanes && s.mouse.y >= row.y - 2 && s.mouse.y < floor + 2;
  for (const Bar& bar : s.bars) {
    float x0 = s.snap(s.plan.x + std::max(bar.x0, 0.0f));
    float x1 = s.plan.x + std::min(bar.x1, s.plan.width);
    const Span& span = row.spans[bar.first];
    if (bar.count > 1) {
      x1 = std::max(s.snap(x1), x0 + s.pixel);
      RibbonColumn column;
      float part = 0;
      int top = 0;
      for (State state : kFoldOrder) {
        const float share = bar.mix[static_cast<std::size_t>(state)];
        if (share <= 0.004f) continue;
        // However small its share, it is seen.
        const int next = std::max(folds.slots(part += share), top + 1);
        column.fill(top, std::min(next, folds.all()), colour_of(state));
        top = next;
      }
      if (top > 0 && top < folds.all()) column.fill(top - 1, top, kLine);
      if (top > 0) folds.put(x0, x1, column);
      else add_floor_line(s, State::idle, x0, x1, floor);
    } else {
      const StateLook& look = s.p.of(bar.state);
      if (look.height <= 0) {
        add_floor_line(s, bar.state, x0, std::max(x1, x0 + s.pixel), floor);
        if (!pointed || bar.state == State::idle) continue;
      } else {
        float right = x1 - x0 > 3 ? x1 - 0.8f : std::max(x1, x0 + s.pixel);
        float top = s.snap(floor - row.h * look.height);
        bool faded = lit > 0 && span.line != lit;
        add_fill(s, bar.state, x0, top, right, floor, row.y, x1 - x0 > 6 ? row.h < 14 ? 1.0f : 2.0f : 0.0f, faded);
        if (!faded) add_letter(s, row, span, x0, right, top, floor, look);
        if (s.picked_task != kNoTask && span.task == s.picked_task && bar.state == State::running)
          s.outlines.push_back({{x0 - 1, top - 1, right + 1, floor + 1}, std::to_string(number_of(s.picked_task))});
        else if (s.pointed_task != kNoTask && span.task == s.pointed_task && bar.state == State::running)
          s.pointed.push_back({x0 - 1, top - 1, right + 1, floor + 1});
      }
    }
    if (pointed && s.mouse.x >= x0 && s.mouse.x < std::max(x1, x0 + 2) && (bar.count > 1 || s.p.of(bar.state).height > 0)) {
      s.hit = row.where;
      s.hit->span = bar.first;
      s.hit->count = bar.count;
      float height = bar.count > 1 ? 1 : s.p.of(bar.state).height;
      s.hit_box = {x0, floor - row.h * height, std::max(x1, x0 + 2), floor};
    }
    const auto& pinned = s.app.view.pinned;
    bool same_moment = s.picked_span && bar.count == 1 && pinned->executor == row.where.executor && pinned->run == row.where.run && span.task == s.picked_task &&
                       span.state == s.picked_span->state && span.begin < s.picked_span->end && span.end > s.picked_span->begin;
    if (same_moment && span.state != State::running) {
      s.outlines.push_back({{x0 - 1, floor - row.h * s.p.of(bar.state).height - 1, x1 + 1, floor + 1}, {}});
    } else if (pinned && pinned->executor == row.where.executor && pinned->run == row.where.run && pinned->of == row.where.of && pinned->lane == row.where.lane &&
        pinned->span >= bar.first && pinned->span < bar.first + bar.count) {
      float height = bar.count > 1 ? 1 : std::max(0.2f, s.p.of(bar.state).height);
      s.outlines.push_back({{x0 - 2, floor - row.h * height - 2, x1 + 2, floor + 2}, {}});
    }
  }
}

// The permit's lane: solid blocks of its hue with the holder's number.
void add_resource(Scene& s, const LaneRow& row) {
  RibbonRow folds(s, s.plan.x, s.plan.width, row.y, row.y + row.h, false);
  s.bars.clear();
  visible_bars(row.spans, s.app.view.window, s.plan.width, s.bars, row.table);
  const StateLook& look = s.p.of(State::waiting_gil);
  const bool pointed = s.mouse_in_lanes && s.mouse.y >= row.y - 2 && s.mouse.y < row.y + row.h + 2;
  std::vector<float> notches;
  if (row.drops) row.drops->notches(s.app.view.window, static_cast<double>(s.plan.width), 14, notches);  // as can be told apart
  for (float x : notches) s.notches.push_back({s.plan.x + x, row.y});
  for (const Bar& bar : s.bars) {
    float x0 = s.snap(s.plan.x + std::max(bar.x0, 0.0f)), x1 = s.plan.x + std::min(bar.x1, s.plan.width);
    const Span& span = row.spans[bar.first];
    if (pointed && s.mouse.x >= x0 && s.mouse.x < std::max(x1, x0 + 2) && (bar.count > 1 || span.state == State::running)) {
      s.hit = row.where;
      s.hit->span = bar.first;
      s.hit->count = bar.count;
      s.hit_box = {x0, row.y, std::max(x1, x0 + 2), row.y + row.h};
    }
    if (bar.count > 1) {
      RibbonColumn column;
      column.fill(0, std::max(1, folds.slots(bar.mix[static_cast<std::size_t>(State::running)])), colour_of(State::waiting_gil));
      folds.put(x0, std::max(x1, x0 + s.pixel), column);
    } else if (span.state == State::running) {
      float right = x1 - x0 > 3 ? x1 - 0.8f : std::max(x1, x0 + s.pixel);
      s.quads.push_back({x0, row.y, right, row.y + row.h, look.fill, 0, quad_style(Pattern::solid, x1 - x0 > 6 ? 2 : 0), 0});
      std::string number = span.task > kRootTask ? std::to_string(number_of(span.task)) : "main";
      float w = text_width(Face::mono_semibold, 12, number);
      if (w + 4 <= right - x0) s.letters.push_back({{(x0 + right - w) / 2, row.y + row.h / 2 - 7.9f}, look.letter_ink, 0, 12, w, 0, 0, number});
    } else {
      add_floor_line(s, State::idle, x0, x1, row.y + row.h);
      std::string free = fmt::format("free for {}: nobody has work", format_duration(span.end - span.begin));
      float w = text_width(Face::regular, 13, free);
      if (w + 16 <= x1 - x0) s.letters.push_back({{(x0 + x1 - w) / 2, row.y + row.h / 2 - 8}, s.p.text2, 0, -13, w, 0, 0, free});
    }
  }
}

// Where all tasks are, over time. Running lies on the floor, then ready, then waiting; not started hangs from the top.
// `only_busy`: of the tasks that have started and are not done, as a minimap's bar is.
void add_stack(Scene& s, const LaneRow& row, const Viewport& window, float x, float width, float step, bool only_busy = false) {
  s.columns.clear();
  stack_columns(*row.trace, window, width, step, s.columns);
  float total = 0;
  for (const StackColumn& c : s.columns)
    total = std::max(total, static_cast<float>(c.counts.running + c.counts.ready + c.counts.waiting_io + c.counts.waiting_lock +
                                               c.counts.waiting_gil + c.counts.not_started + c.counts.done));
  if (total <= 0) return;
  RibbonRow ribbon(s, x, width, row.y, row.y + row.h, row.h >= 5);
  for (const StackColumn& c : s.columns) {
    if (only_busy) {
      total = static_cast<float>(c.counts.running + c.counts.ready + c.counts.waiting_io + c.counts.waiting_lock + c.counts.waiting_gil);
      if (total <= 0) continue;
    }
    RibbonColumn column;
    float tasks = 0;
    int top = 0;
    auto part = [&](State state, std::uint32_t n) {
      if (n == 0) return;
      const int next = std::max(ribbon.slots((tasks += static_cast<float>(n)) / total), top);
      column.fill(top, next, colour_of(state));
      top = next;
    };
    part(State::running, c.counts.running);
    part(State::ready, c.counts.ready);
    part(State::waiting_gil, c.counts.waiting_gil);
    part(State::waiting_lock, c.counts.waiting_lock);
    part(State::waiting_io, c.counts.waiting_io);
    if (row.h >= 10 && !only_busy)
      column.fill(std::max(top, ribbon.all() - ribbon.slots(static_cast<float>(c.counts.not_started) / total)), ribbon.all(), kHanging);
    ribbon.put(std::max(x, x + c.x0), x + std::min(c.x1, width), column);
  }
}

std::uint32_t in_state(const TaskCounts& c, State state) {
  switch (state) {
    case State::running: return c.running;
    case State::ready: return c.ready;
    case State::waiting_lock: return c.waiting_lock;
    default: return c.waiting_gil;
  }
}

void add_queue(Scene& s, const LaneRow& row) {
  s.columns.clear();
  stack_columns(*row.trace, s.app.view.window, s.plan.width, 2, s.columns);
  std::uint32_t most = std::max(1u, row.most);
  for (const StackColumn& c : s.columns) most = std::max(most, in_state(c.counts, row.state));
  RibbonRow ribbon(s, s.plan.x, s.plan.width, row.y, row.y + row.h, s.p.of(row.state).pattern != Pattern::solid);
  for (const StackColumn& c : s.columns) {
    const std::uint32_t n = in_state(c.counts, row.state);
    if (n == 0) continue;
    RibbonColumn column;
    column.fill(0, std::max(1, ribbon.slots(static_cast<float>(n) / static_cast<float>(most))), colour_of(row.state));
    ribbon.put(s.plan.x + std::max(0.0f, c.x0), s.plan.x + std::min(c.x1, s.plan.width), column);
  }
}

// "0.262 s: 4 running, 48 ready, 48 done": what a strip shows under the pointer.
std::string counts_words(const Trace& trace, double t, double step) {
  TaskCounts c = counts_at(trace, t);
  std::string out = clock_words(t, step) + ":";
  auto say = [&](std::uint32_t n, const char* words) {
    if (n > 0) out += fmt::format("{}{} {}", out.ends_with(':') ? " " : ", ", format_count(n), words);
  };
  say(c.running, "running");
  say(c.ready, "ready");
  say(c.waiting_gil, "waiting for the GIL");
  say(c.waiting_lock, "waiting for a lock");
  say(c.waiting_io, "waiting for I/O");
  say(c.not_started, "not started");
  say(c.done, "done");
  return out.ends_with(':') ? out + " no tasks" : out;
}

void draw_grid(Scene& s, const Ticks& marks) {
  for (double t : marks.at) {
    float x = std::round(s.plan.px(s.app.view.window, t)) + 0.5f;
    s.list.AddLine({x, s.plan.axis.bottom() - 4}, {x, s.plan.lanes.bottom()}, s.p.line, 1);
  }
}

// The axis: ticks, the playhead's chip, and scrubbing.
void draw_axis(Scene& s, const Ticks& marks) {
  App& app = s.app;
  const TimelinePlan& plan = s.plan;
  double playhead = app.view.playhead;
  float chip_x0 = 1e9f, chip_x1 = -1e9f;
  if (playhead >= app.view.window.begin && playhead <= app.view.window.end) {
    std::string text = clock_words(playhead, marks.step / 100);
    float w = text_width(Face::mono_semibold, 14, text) + 14, x = plan.px(app.view.window, playhead);
    chip_x0 = std::clamp(x - w / 2, plan.header_x, app.layout.timeline.right() - w - 4);
    chip_x1 = chip_x0 + w;
    float y = plan.axis.y + 2;
    s.list.AddRectFilled({chip_x0, y}, {chip_x1, y + 22}, s.p.text, 4);
    put_text(s.list, Face::mono_semibold, 14, {chip_x0 + 7, y + 2}, s.p.page, text);
  }
  float last = -1e9f;
  for (double t : marks.at) {
    std::string text = format_tick(t, marks.step);
    float w = text_width(Face::mono, 12, text), x = plan.px(app.view.window, t);
    float x0 = std::abs(t) < marks.step * 1e-3 ? x : x - w / 2;
    if (x0 < last + 10 || x0 + w > app.layout.timeline.right() - 4 || (x0 - 6 < chip_x1 && x0 + w + 6 > chip_x0)) continue;
    put_text(s.list, Face::mono, 12, {x0, plan.axis.y + 6}, s.p.text2, text);
    last = x0 + w;
  }
}

void draw_playhead(Scene& s) {
  const View& view = s.app.view;
  if (view.playhead < view.window.begin || view.playhead > view.window.end) return;
  float x = s.plan.px(view.window, view.playhead), y0 = s.plan.axis.y + 24, y1 = s.plan.lanes.bottom();
  s.list.AddRectFilled({x - 2, y0}, {x + 2, y1}, with_alpha(s.p.panel, 0.85f));
  s.list.AddRectFilled({x - 0.75f, y0}, {x + 0.75f, y1}, s.p.text);
}

// The row, and its height there, in which a task is seen at a time; a task's stack where no lane shows it.
std::optional<ImVec2> place_of(const Scene& s, const SpanPick& of, TaskId task, Nanos t) {
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

// Of what is pinned alone: from who let it go on, or from where it began to stand in line, to where it went on.
void draw_wake(Scene& s) {
  const auto& pin = s.app.view.pinned;
  const Trace* trace = pin ? s.app.trace_of(*pin) : nullptr;
  std::span<const Span> spans = pin ? spans_at(s.app, *pin) : std::span<const Span>();
  if (!trace || s.picked_task == kNoTask || pin->count != 1 || pin->span >= spans.size()) return;
  std::optional<Wake> wake = what_woke(*trace, s.picked_task, static_cast<double>(spans[pin->span].begin));
  if (!wake) return;
  std::optional<ImVec2> to = place_of(s, *pin, s.picked_task, wake->to);
  std::optional<ImVec2> from = place_of(s, *pin, wake->by, wake->from - 1);
  // In "Run all" both are on one core: there the way is from the crowd in line to the core.
  if (s.app.view.compare) from = place_of(s, *pin, s.picked_task, wake->asked + 1);
  if (!from || !to || (std::abs(from->x - to->x) < 3 && std::abs(from->y - to->y) < 3)) return;
  float bend = std::max(14.0f, std::abs(to->x - from->x) * 0.5f);
  ImVec2 a = *from, b{to->x - 4, to->y}, a1{a.x + bend, a.y}, b1{b.x - bend, b.y};
  s.list.AddBezierCubic(a, a1, b1, b, s.p.panel, 5.5f);
  s.list.AddBezierCubic(a, a1, b1, b, s.p.text, 2);
  s.list.AddCircleFilled(a, 5, s.p.panel);
  s.list.AddCircleFilled(a, 3.5f, s.p.text);
  s.list.AddTriangleFilled({b.x - 4, b.y - 6}, {b.x + 6, b.y}, {b.x - 4, b.y + 6}, s.p.panel);
  s.list.AddTriangleFilled({b.x - 3, b.y - 4.5f}, {b.x + 4.5f, b.y}, {b.x - 3, b.y + 4.5f}, s.p.text);
}

void draw_letters(Scene& s) {
  float playhead = s.app.view.playhead >= 0 ? s.plan.px(s.app.view.window, s.app.view.playhead) : -1e9f;
  for (const Letter& l : s.letters) {
    bool words = l.px < 0;
    bool crossed = l.under_playhead && playhead > l.at.x - 4 && playhead < l.at.x + l.width + 4;
    if (crossed) s.list.AddRectFilled({l.at.x - 2, l.top}, {l.at.x + l.width + 2, l.bottom}, l.under_playhead, 1);
    else if (l.ground) s.list.AddRectFilled({l.at.x - 3, l.top}, {l.at.x + l.width + 3, l.bottom}, l.ground, 1);
    put_text(s.list, words ? Face::regular : Face::mono_semibold, std::abs(l.px), l.at, l.ink, l.text);
  }
  for (const ImVec2& notch : s.notches)
    s.list.AddTriangleFilled({notch.x - 5, notch.y - 0.5f}, {notch.x + 5, notch.y - 0.5f}, {notch.x, notch.y + 9}, s.p.panel);
  for (const ImVec4& box : s.pointed) s.list.AddRect({box.x, box.y}, {box.z, box.w}, s.p.text, 2, 0, 1.5f);
  float chip_x = -1e9f, chip_y = -1e9f;
  for (auto& [box, number] : s.outlines) {
    s.list.AddRect({box.x - 1, box.y - 1}, {box.z + 1, box.w + 1}, s.p.panel, 4, 0, 4);
    s.list.AddRect({box.x, box.y}, {box.z, box.w}, s.p.text, 3, 0, 2);
    if (number.empty()) continue;
    float w = text_width(Face::mono_semibold, 12, number) + 8, x = (box.x + box.z - w) / 2;
    // One number is enough where two spans of the task stand close together.
    if (std::abs(box.y - chip_y) < 1 && x < chip_x + w + 2) continue;
    chip_x = x;
    chip_y = box.y;
    s.list.AddRectFilled({x, box.y - 17}, {x + w, box.y - 1}, s.p.text, 3);
    put_text(s.list, Face::mono_semibold, 12, {x + 4, box.y - 17}, s.p.page, number);
  }
}

void draw_header(Scene& s, const LaneGroup& g) {
  App& app = s.app;
  const Palette& p = s.p;
  float x = s.plan.header_x, header_w = s.plan.x - x;
  ImU32 hue = p.of(g.executor);
  ImU32 ink = g.trace || g.note == "next" ? p.text : p.text3;
  s.list.AddRectFilled({x, g.y}, {x + 4, g.y + g.h}, hue, 2);
  bool narrow = header_w < 100;
  float y = g.h < 34 ? g.y + g.h / 2 - 9 : g.y + 2;
  if (narrow) {
    draw_icon(s.list, icon_of(g.executor), {x + 18, y + 9}, 16, hue);
  } else {
    draw_icon(s.list, icon_of(g.executor), {x + 22, y + 9}, 16, hue);
    put_text(s.list, Face::semibold, 14, {x + 38, y}, ink, g.title.empty() ? name_of(g.executor) : std::string_view(g.title), header_w - 44);
    if (g.h >= 34)
      put_longest(s.list, Face::regular, 12, {x + 38, y + 19}, p.text2, {g.who, std::string_view(g.who).substr(0, g.who.find(','))}, header_w - 40);
  }
  ImGui::SetCursorScreenPos({x, g.y});
  ImGui::PushID(static_cast<int>(g.executor) + static_cast<int>(g.serial) * kExecutorKinds);
  if (ImGui::InvisibleButton("group", {header_w - 6, std::max(g.h, 8.0f)}, ImGuiButtonFlags_EnableNav) && g.trace && g.serial == 0)
    app.command("show", id_of(g.executor));
  if (ImGui::IsItemHovered() && g.trace && g.serial == 0) ImGui::SetItemTooltip("Its own lanes");
  ImGui::PopID();
  if (!g.trace || (!g.run && !app.live)) {
    const std::string& note = g.note;
    if (!note.empty()) put_wrapped(&s.list, Face::regular, 13, {s.plan.x + 8, g.y + 3}, p.text3, note, s.plan.width - 16, 2);
  }
}

// The end of a run: a line, and its makespan at once beside it; or a pill at the edge where it goes on.
void draw_flags(Scene& s, const LaneGroup& g) {
  App& app = s.app;
  const Palette& p = s.p;
  if (!g.trace) return;
  const TimelinePlan& plan = s.plan;
  Nanos length = g.run ? app.length_of(*g.run) : 0;
  if (app.layout.figures_right && g.run) {
    std::string figure = format_duration(length);
    float w = text_width(Face::mono_semibold, 16, figure), right = app.layout.timeline.right() - 12;
    put_text(s.list, Face::mono_semibold, 16, {right - w, g.h < 30 ? g.y + g.h / 2 - 10.5f : g.y - 1}, p.text, figure);
    if (g.h >= 38) draw_badge(s.list, {right - badge_size(g.trace->provenance).x, g.y + 21}, g.trace->provenance);
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
  auto end = static_cast<double>(length);
  float x = plan.px(app.view.window, end);
  if (end > app.view.window.end) {
    std::string words = (plan.width < 240 ? "" : "ends at ") + format_duration(length);
    float px = g.h < 36 ? 12 : 14, h = px + 10, w = text_width(Face::mono_semibold, px, words) + 34;
    ImVec2 at{plan.x + plan.width - w, std::round(g.h < 36 ? g.y + (g.h - h) / 2 : g.y + g.h - h - 1)};
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(static_cast<int>(g.executor) + static_cast<int>(g.serial) * kExecutorKinds);
    if (ImGui::InvisibleButton("ends", {w, h}, ImGuiButtonFlags_EnableNav)) {
      app.view.window = {0, end * 1.13};
      app.view.follow = false;
    }
    bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    s.list.AddRectFilled(at, {at.x + w, at.y + h}, hovered ? p.hover : p.panel, 5);
    s.list.AddRect(at, {at.x + w, at.y + h}, p.text, 5, 0, 1.5f);
    put_text(s.list, Face::mono_semibold, px, {at.x + 10, at.y + h / 2 - px * 0.66f}, p.text, words);
    draw_icon(s.list, Icon::chevron_right, {at.x + w - 14, at.y + h / 2}, 14, p.text);
  } else if (end >= app.view.window.begin) {
    s.list.AddRectFilled({x, g.y}, {x + 2, g.y + g.h}, p.text);
    if (!app.layout.figures_right) {
      std::string figure = format_duration(length);
      float px = g.h < 36 || plan.width < 240 ? 13 : 16, w = text_width(Face::mono_semibold, px, figure) + 12, h = px + 8;
      // At the run's end, inside the lanes: before the line where there is no room behind it.
      float fx = x + 2 + w <= plan.x + plan.width ? x + 2 : x - w;
      ImVec2 at{fx, std::round(g.h < 36 ? g.y + (g.h - h) / 2 : g.y + g.h - h - 2)};
      s.list.AddRectFilled(at, {at.x + w, at.y + h}, p.text, 4);
      put_text(s.list, Face::mono_semibold, px, {at.x + 6, at.y + h / 2 - px * 0.66f}, p.page, figure);
      Provenance provenance = g.trace->provenance;
      bool room = at.x + w + 10 + badge_size(provenance).x < app.layout.timeline.right() - 6;
      // Where all are alike the top bar says it once.
      if (room && !app.common_provenance()) draw_badge(s.list, {at.x + w + 8, at.y + 2}, provenance);
    }
  }
}

void draw_sentence(Scene& s) {
  App& app = s.app;
  const Palette& p = s.p;
  const Rect& r = s.plan.sentence;
  if (r.empty()) return;
  std::string said = app.sentence();
  bool big = app.layout.form == Form::wide;
  float px = big ? 22 : 18;
  if (said.empty()) {
    put_wrapped(&s.list, Face::bold, px, {r.x, r.y}, p.text2, app.executors().size() > 1 ? "Nothing has run yet. Press Run, or guess first." : "Nothing has run yet. Press Run.", r.w, 2);
    return;
  }
  if (app.view.compare || app.busy()) {
    float h = put_wrapped(&s.list, Face::bold, px, {r.x, r.y}, p.text, said, r.w, 2);
    std::string more = app.subsentence();
    if (app.view.compare && !more.empty()) put_wrapped(&s.list, Face::regular, 14, {r.x, r.y + h + 2}, p.text2, more, r.w, 2);
    return;
  }
  const Run* run = app.run_of(app.view.shown);
  draw_icon(s.list, icon_of(app.view.shown), {r.x + 9, r.y + px * 0.62f}, 18, p.of(app.view.shown));
  float x = r.x + 28;
  x += put_text(s.list, Face::bold, px, {x, r.y}, p.text, said, r.w - 28) + 12;
  if (!run) return;
  // How it compares is said at the right; it goes first where there is no room.
  std::string right;
  if (const Run* serial = app.run_of(ExecutorKind::serial); serial && serial != run)
    right = fmt::format("one at a time: {}", format_duration(app.length_of(*serial)));
  if (app.stale()) right = "a setting was changed since";
  Verdict check = app.check_of(*run);
  std::string words = check.words;
  const bool timed = run->expected > 0;
  if (!run->ended_badly.empty()) words = (check.kind == Verdict::Kind::as_predicted ? "as predicted: " : "") + run->ended_badly;
  else if (check.kind != Verdict::Kind::none && timed) words += fmt::format(", the model says {}", format_duration(run->expected));
  float words_w = text_width(Face::regular, 14, words), right_w = text_width(Face::regular, 13, right);
  if (check.kind == Verdict::Kind::as_predicted) {
    draw_icon(s.list, Icon::check, {x + 6, r.y + px * 0.64f}, 14, p.text);
    x += 18;
  }
  bool room = x + words_w + 24 + right_w < r.right();
  std::string_view brief = check.words;
  if (std::size_t reason = brief.find(" than the formula"); reason != brief.npos) brief = brief.substr(0, reason);
  std::string modelled = timed ? fmt::format("{}, the model says {}", brief, format_duration(run->expected)) : std::string(brief);
  put_longest(s.list, Face::regular, 14, {x, r.y + px * 0.5f - 5}, p.text, {words, modelled, brief}, r.right() - x);
  if (room && !right.empty()) put_text(s.list, Face::regular, 13, {r.right() - right_w, r.y + px * 0.5f - 4}, p.text2, right);
}

// All runs whole, from t = 0, with the window as a frame that can be dragged.
void draw_minimap(Scene& s) {
  App& app = s.app;
  const Palette& p = s.p;
  const Rect& r = s.plan.minimap;
  if (r.empty()) return;
  double longest = static_cast<double>(std::max<Nanos>(app.end(), 1));
  bool compare = app.view.compare;
  // Room for the figure behind the longest bar, and for the frame behind that.
  float room = 0;
  for (const App::Shown& each : s.plan.shown)
    if (each.trace) room = std::max(room, text_width(Face::mono_semibold, compare ? 12 : 13, format_duration(app.length_of(each))));
  double whole = longest * static_cast<double>(r.w / std::max(r.w / 2, r.w - room - 18));
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
    row.y = y + (compare ? 3 : 0);
    row.h = pitch - (compare ? 6 : 0);
    add_stack(s, row, all, r.x, r.w, 2, true);
    float end = r.x + static_cast<float>(static_cast<double>(app.length_of(kinds[i])) / whole) * r.w;
    std::string figure = format_duration(app.length_of(kinds[i]));
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
    Ticks marks = ticks(all, r.w, 110);
    for (double t : marks.at) {
      std::string text = format_tick(t, marks.step);
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
        app.view.window = {t - half, t + half};
      }
    }
    double dt = static_cast<double>(ImGui::GetIO().MouseDelta.x / r.w) * whole;
    int part = memory.GetInt(key);
    if (dt != 0) {
      if (part != 2) app.view.window.begin += dt;
      if (part != 1) app.view.window.end += dt;
      app.clamp_window();
      app.view.follow = false;
    }
  }
}

void take_mouse(Scene& s) {
  App& app = s.app;
  ImGuiIO& io = ImGui::GetIO();
  const TimelinePlan& plan = s.plan;
  // The axis scrubs.
  ImGui::SetCursorScreenPos({plan.x, plan.axis.y});
  ImGui::InvisibleButton("axis", {plan.width, plan.axis.h});
  if (ImGui::IsItemActive() && app.end() > 0) {
    app.view.playing = 0;
    app.view.playhead = std::clamp(plan.time(app.view.window, io.MousePos.x), 0.0, static_cast<double>(app.end()));
    app.view.playhead_placed = true;
  }
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
  // With Shift a drag selects a stretch of time.
  if (ImGui::IsItemActivated() && io.KeyShift && app.end() > 0 && !app.live) app.view.range_from = plan.time(app.view.window, io.MousePos.x);
  if (app.view.range_from) {
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4) || (ImGui::IsMouseReleased(ImGuiMouseButton_Left) && io.MouseDragMaxDistanceSqr[0] >= 16)) {
      double to = std::clamp(plan.time(app.view.window, io.MousePos.x), app.view.window.begin, app.view.window.end);
      app.set_range(Viewport{std::min(*app.view.range_from, to), std::max(*app.view.range_from, to)});
    }
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) app.view.range_from.reset();
  } else if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4)) {
    if (io.MouseDelta.x != 0) app.pan(-static_cast<double>(io.MouseDelta.x / plan.width));
    app.view.scroll_px -= io.MouseDelta.y;
  }
  if (hovered && io.MouseWheel != 0) {
    if (io.KeyCtrl || io.KeySuper) app.zoom(std::pow(0.8, static_cast<double>(io.MouseWheel)), plan.time(app.view.window, io.MousePos.x));
    else if (io.KeyShift) app.pan(-static_cast<double>(io.MouseWheel) * 0.1);
    else app.view.scroll_px -= io.MouseWheel * 48;
  }
  if (hovered && io.MouseWheelH != 0) app.pan(-static_cast<double>(io.MouseWheelH) * 0.1);
  app.view.scroll_px = std::clamp(app.view.scroll_px, 0.0f, most_scroll);
}

// What a dragged range holds: between two lines, its figures beside it.
void draw_range(Scene& s) {
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
  constexpr float kPad = 14, kLine = 22;
  auto lines = static_cast<float>(alone ? rows.size() + 1 : app.range_figures.size());
  float w = std::min(316.0f, plan.width - 8), h = kPad + 22 + 20 + lines * kLine + 8 + 30 + 10;
  if (h > plan.lanes.h + 28) return;  // no room: the range alone
  float x = x1 + 12;
  if (x + w > right_edge) x = x0 - 12 - w;
  if (x < plan.x) x = right_edge - w - 4;
  Rect card{std::round(x), std::round(plan.lanes.y + 6), w, h};
  Panel panel(app, "range", card, Panel::Kind::floating);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  float y = card.y + kPad, inner = w - 2 * kPad, left = card.x + kPad, right = left + inner;
  double digits = std::pow(10.0, std::floor(std::log10(std::max(1.0, range.length()))) - 2);
  put_text(list, Face::bold, 16, {left, y}, p.text, format_duration(static_cast<Nanos>(range.length())) + " selected", inner);
  y += 23;
  put_text(list, Face::mono, 12, {left, y}, p.text2, clock_words(range.begin, digits) + " to " + clock_words(range.end, digits), inner);
  y += 21;
  if (alone) {
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
      put_text(list, Face::regular, 13, {left + 24, y + 1}, p.text, name_of(each.executor), inner - bw - 32);
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
    return button(id, {bw, 30}, parts);
  };
  if (place("fit range", "Fit", "The range over the whole width", false)) {
    app.view.window = {range.begin, range.end};
    app.view.follow = false;
    app.clamp_window();
  }
  if (place("loop range", "Loop", "Play goes round in here (O)", app.view.loop)) app.command("loop");
  if (place("clear range", "Clear", "No range (Esc)", false)) app.command("range");
}

// States that tasks on screen were in; nobody knows it yet of a run that goes on.
std::vector<std::pair<State, const char*>> legend(const App& app, const TimelinePlan& plan) {
  TaskCounts most;
  constexpr struct { State state; std::uint32_t TaskCounts::*count; const char *name, *brief; } kAll[] = {
      {State::running, &TaskCounts::running, "Running", "Running"}, {State::ready, &TaskCounts::ready, "Ready", "Ready"},
      {State::waiting_io, &TaskCounts::waiting_io, "Waiting for I/O", "Waits: I/O"}, {State::waiting_lock, &TaskCounts::waiting_lock, "Waiting for a lock", "Waits: lock"},
      {State::waiting_gil, &TaskCounts::waiting_gil, "Waiting for the GIL", "Waits: GIL"}, {State::not_started, &TaskCounts::not_started, "Not started", "Not started"}};
  bool live = false;
  for (const App::Shown& s : plan.shown) {
    live |= s.trace && !s.run;
    for (const auto& each : kAll)
      if (s.run) most.*each.count = std::max(most.*each.count, s.run->most.*each.count);
  }
  std::vector<std::pair<State, const char*>> out;
  for (const auto& [state, count, name, brief] : kAll)
    if (most.*count > 0 || (live && state != State::waiting_lock && state != State::waiting_gil)) out.push_back({state, app.layout.form == Form::phone ? brief : name});
  return out;
}

void draw_legend(Scene& s, float y) {
  const App& app = s.app;
  bool phone = app.layout.form == Form::phone;
  float left = phone ? s.plan.header_x : s.plan.x, x = left, right = app.layout.timeline.right() - 12, bottom = s.plan.transport.y;
  for (auto [state, name] : legend(app, s.plan)) {
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

// What was drawn, as SVG: the same rectangles with the same patterns, letters, axis, names and ends.
std::string svg_of(const Scene& s, const Ticks& marks) {
  const App& app = s.app;
  const TimelinePlan& plan = s.plan;
  const Palette& p = s.p;
  auto rgb = [](ImU32 c) { return (c & 0xff) << 16 | (c & 0xff00) | (c >> 16 & 0xff); };
  auto alpha = [](ImU32 c) { return static_cast<float>(c >> 24) / 255; };
  SvgPicture out;
  const Rect& r = app.layout.timeline;
  float x0 = r.x, y0 = plan.axis.y - 44;
  out.width = r.w;
  out.height = plan.lanes.bottom() - y0 + 40;
  out.ground = rgb(p.panel);
  out.title = app.sentence();
  auto text = [&](float x, float y, float px, ImU32 colour, bool mono, bool bold, std::string words) {
    out.texts.push_back({x - x0, y - y0, px, rgb(colour), mono, bold, std::move(words)});
  };
  auto box = [&](float ax, float ay, float bx, float by, ImU32 colour) { out.rects.push_back({ax - x0, ay - y0, bx - x0, by - y0, rgb(colour), Pattern::solid, 0, 0, 0}); };
  text(plan.header_x, y0 + 12, 18, p.text, false, true, app.sentence());
  float last = -1e9f;
  for (double t : marks.at) {
    float x = plan.px(app.view.window, t);
    box(x, plan.axis.bottom() - 4, x + 1, plan.lanes.bottom(), p.line);
    std::string words = format_tick(t, marks.step);
    float w = text_width(Face::mono, 12, words);
    if (x - w / 2 < last + 10) continue;
    text(x - (t == 0 ? 0 : w / 2), plan.axis.y + 6, 12, p.text2, true, false, words);
    last = x + w / 2;
  }
  for (const Ribbon& ribbon : s.ribbons.ribbons) {
    // Neighbours that are alike are one.
    const float wide = (ribbon.x1 - ribbon.x0) / static_cast<float>(ribbon.count), high = (ribbon.y1 - ribbon.y0) / static_cast<float>(ribbon.slots);
    const auto columns = std::span(s.ribbons.columns).subspan(ribbon.first, ribbon.count);
    for (std::size_t i = 0, end = 0; i < columns.size(); i = end) {
      for (end = i + 1; end < columns.size() && columns[end] == columns[i];) ++end;
      const float ax = ribbon.x0 + static_cast<float>(i) * wide - x0, bx = std::min(ribbon.x0 + static_cast<float>(end) * wide, plan.x + plan.width) - x0;
      for (int from = 0, to = 0; from < ribbon.slots; from = to) {
        const std::uint32_t number = columns[i].at(from);
        for (to = from + 1; to < ribbon.slots && columns[i].at(to) == number;) ++to;
        if (number == 0) continue;
        const RibbonColour& c = s.ribbons.colours[number];
        const float top = ribbon.y1 - static_cast<float>(to) * high - y0, bottom = ribbon.y1 - static_cast<float>(from) * high - y0;
        const Pattern pattern = ribbon.patterned ? c.pattern : Pattern::solid;
        if (pattern != Pattern::floor_dots) out.rects.push_back({ax, top, bx, bottom, rgb(c.fill), pattern, rgb(c.ink), alpha(c.ink), 0});
        else
          for (float y = ribbon.y0 - y0 + 3; y < bottom; y += 6) out.rects.push_back({ax, y, bx, y + 1.5f, rgb(c.fill), pattern, 0, 0, 0});
      }
    }
  }
  for (const Quad& q : s.quads) {
    // Quads reach beyond the axis; here nobody clips them.
    float ax = std::max(q.x0, plan.x), bx = std::min(q.x1, plan.x + plan.width), ay = std::max(q.y0, plan.lanes.y - 1), by = std::min(q.y1, plan.lanes.bottom());
    if (bx <= ax || by <= ay) continue;
    out.rects.push_back({ax - x0, ay - y0, bx - x0, by - y0, rgb(q.fill), static_cast<Pattern>(q.style & 0xff), rgb(q.ink), alpha(q.ink), static_cast<float>(q.style >> 8 & 0xff) / 4});
  }
  for (const Letter& l : s.letters) {
    if (l.ground) box(l.at.x - 3, l.top, l.at.x + l.width + 3, l.bottom, l.ground);
    text(l.at.x, l.at.y, std::abs(l.px), l.ink, l.px > 0, l.px > 0, l.text);
  }
  auto end_of = [&](Nanos length, float top, float bottom) {
    float x = plan.px(app.view.window, static_cast<double>(length)), right = plan.x + plan.width;
    bool beyond = x > right;
    if (!beyond) box(x, top, x + 2, bottom, p.text);
    std::string words = (beyond ? "ends at " : "") + format_duration(length);
    float w = text_width(Face::mono_semibold, 14, words) + 10, at = beyond ? right - w : x + 4 + w <= right ? x + 4 : x - w;
    box(at, bottom - 20, at + w, bottom - 1, p.text);
    text(at + 5, bottom - 18, 14, p.page, true, true, words);
  };
  for (const LaneGroup& g : plan.groups) {
    box(plan.header_x, g.y, plan.header_x + 4, g.y + g.h, p.of(g.executor));
    text(plan.header_x + 12, g.y + 2, 14, p.text, false, true, g.title.empty() ? std::string(name_of(g.executor)) : g.title);
    if (g.h >= 34) text(plan.header_x + 12, g.y + 20, 12, p.text2, false, false, g.who);
    if (g.run) end_of(app.length_of(*g.run), g.y, g.y + g.h);
  }
  for (const LaneRow& row : plan.rows)
    if (!row.label.empty()) text(plan.header_x, row.y + row.h / 2 - 8, 13, p.text2, false, false, row.label);
  if (!app.view.compare && !plan.rows.empty())
    if (const Run* run = app.run_of(app.view.shown)) end_of(app.length_of(*run), plan.rows.front().y, plan.rows.back().y + plan.rows.back().h);
  float x = plan.x;
  for (State state : {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil}) {
    const StateLook& look = p.of(state);
    bool used = std::ranges::any_of(out.rects, [&](const SvgRect& r) { return r.fill == rgb(look.fill); });
    std::string words = std::string(1, look.letter) + " " + std::string(name_of(state));
    float w = text_width(Face::regular, 12, words);
    if (!used || x + w + 26 > r.right()) continue;
    out.rects.push_back({x - x0, plan.lanes.bottom() + 12 - y0, x + 19 - x0, plan.lanes.bottom() + 24 - y0, rgb(look.fill), look.pattern, rgb(look.ink), alpha(look.ink), 0});
    text(x + 25, plan.lanes.bottom() + 11, 12, p.text, false, false, words);
    x += w + 44;
  }
  return to_svg(out);
}

}  // namespace

void draw_hover_card(App& app, const SpanPick& pick, ImVec4 box, const Rect& bounds);

void draw_timeline(App& app) {
  const Rect& r = app.layout.timeline;
  bool plain = app.layout.form == Form::phone || app.layout.form == Form::embed;
  Panel panel(app, "timeline", r, plain ? Panel::Kind::plain : Panel::Kind::framed);
  if (app.view.follow && !app.live) app.fit();  // to this width
  app.clamp_window();
  TimelinePlan plan = plan_timeline(app);
  Scene s{.app = app, .plan = plan, .p = palette(), .list = panel.list(), .quads = {}, .ribbons = {}, .letters = {}, .outlines = {}, .hit = {},
          .hit_box = {}, .mouse = ImGui::GetIO().MousePos, .mouse_in_lanes = false, .picked_task = kNoTask, .picked_span = nullptr, .pointed_task = kNoTask, .pointed = {}, .notches = {}, .told = {}, .bars = {}, .columns = {},
          .pixel = 1 / std::max(0.25f, ImGui::GetIO().DisplayFramebufferScale.x)};
  set_colours(s);
  draw_sentence(s);
  if (!app.anything_to_show()) {
    plan.groups.clear();
    if (app.layout.sentence) {
      // Same place always: the executors wait where their lanes will be. A guess is welcome meanwhile.
      float y = plan.axis.y + 4;
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
        if (!app.refused(kind) && app.executors().size() > 1 && !app.busy()) {
          ButtonParts guess;
          guess.text = "I guess: first";
          guess.text_px = 13;
          guess.look = app.view.guess == kind ? ButtonLook::selected : ButtonLook::quiet;
          guess.icon = app.view.guess == kind ? Icon::check : Icon::none;
          ImGui::SetCursorScreenPos({plan.x + 8, y + 3});
          if (button(fmt::format("guess {}", id_of(kind)).c_str(), {button_width(guess), 28}, guess)) app.command("guess", id_of(kind));
        }
        y += pitch;
      }
    } else {
      put_wrapped(&s.list, Face::regular, 15, {r.x + 16, r.y + r.h * 0.35f}, s.p.text2, "Nothing has run yet. Press Run.", r.w - 32);
    }
    draw_transport(app, plan.transport);
    return;
  }
  draw_minimap(s);
  take_mouse(s);
  if (app.view.pinned) {
    std::span<const Span> spans = spans_at(app, *app.view.pinned);
    if (app.view.pinned->span < spans.size()) s.picked_task = spans[app.view.pinned->span].task;
    if (s.picked_task <= kRootTask) s.picked_task = kNoTask;
    if (s.picked_task != kNoTask && app.view.pinned->count == 1) s.picked_span = &spans[app.view.pinned->span];
  }
  if (app.view.hovered && app.view.hovered->count == 1) {
    std::span<const Span> spans = spans_at(app, *app.view.hovered);
    if (app.view.hovered->span < spans.size() && spans[app.view.hovered->span].task > kRootTask) s.pointed_task = spans[app.view.hovered->span].task;
  }
  Ticks marks = ticks(app.view.window, static_cast<double>(plan.width), 80);
  s.list.PushClipRect({r.x, r.y}, {r.right(), plan.lanes.bottom() + 1}, true);
  draw_grid(s, marks);
  s.list.PopClipRect();
  draw_axis(s, marks);

  s.list.PushClipRect({r.x + 1, plan.lanes.y - 1}, {r.right() - 1, plan.lanes.bottom()}, true);
  ImGui::PushClipRect({r.x + 1, plan.lanes.y - 1}, {r.right() - 1, plan.lanes.bottom()}, true);
  for (const LaneRow& row : plan.rows) {
    switch (row.kind) {
      case LaneRow::Kind::lane: add_lane(s, row); break;
      case LaneRow::Kind::resource: add_resource(s, row); break;
      case LaneRow::Kind::stack: add_stack(s, row, app.view.window, plan.x, plan.width, 2); break;
      case LaneRow::Kind::queue: add_queue(s, row); break;
      case LaneRow::Kind::folded: break;
    }
    bool strip = row.kind == LaneRow::Kind::stack || row.kind == LaneRow::Kind::queue;
    if (strip && s.mouse_in_lanes && s.mouse.y >= row.y && s.mouse.y < row.y + row.h)
      s.told = counts_words(*row.trace, std::max(0.0, plan.time(app.view.window, s.mouse.x)), marks.step / 100);
  }
  for (const LaneRow& row : plan.rows)
    if (row.kind != LaneRow::Kind::folded) {
      s.list.AddRectFilled({plan.x, row.y}, {plan.x + plan.width, row.y + row.h}, with_alpha(s.p.page, app.view.theme == Theme::dark ? 0.35f : 0.5f), 2);
    }
  s.list.PushClipRect({plan.x, plan.lanes.y - 1}, {plan.x + plan.width, plan.lanes.bottom()}, true);
  app.canvas->draw(s.list, s.quads, s.ribbons);
  s.list.PopClipRect();
  s.list.PopClipRect();
  draw_playhead(s);
  s.list.PushClipRect({r.x + 1, plan.lanes.y - 1}, {r.right() - 1, plan.lanes.bottom()}, true);
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
    bool strip = row.kind == LaneRow::Kind::stack || row.kind == LaneRow::Kind::queue;
    if (row.kind == LaneRow::Kind::folded) {
      ImGui::SetCursorScreenPos({plan.header_x, row.y});
      float w = text_width(Face::semibold, 12, row.label) + 8;
      if (ImGui::InvisibleButton("unfold", {w, row.h}, ImGuiButtonFlags_EnableNav)) app.view.unfolded = true;
      put_text(s.list, Face::semibold, 12, {plan.header_x, row.y + 2}, ImGui::IsItemHovered() ? s.p.text : s.p.text2, row.label);
      continue;
    }
    bool key = strip || row.kind == LaneRow::Kind::resource;
    float y = strip && row.h >= 34 ? row.y : row.y + row.h / 2 - 8;
    // "event loop" where it fits, else "loop".
    std::string_view label = row.label, last = label.substr(std::min(label.rfind(' ') + 1, label.size()));
    put_longest(s.list, key ? Face::semibold : Face::regular, 13, {plan.header_x, y}, key ? s.p.text : s.p.text2, {label, last}, header_w + 4);
    if (strip && row.h >= 34) put_text(s.list, Face::regular, 12, {plan.header_x, y + 17}, s.p.text2, row.detail, header_w);
  }
  // A single run has one end, across all its lanes.
  if (!app.view.compare)
    if (const Run* run = app.run_of(app.view.shown); run && !app.live && !plan.rows.empty()) {
      auto end = static_cast<double>(app.length_of(*run));
      float x = plan.px(app.view.window, end);
      if (end >= app.view.window.begin && end <= app.view.window.end)
        s.list.AddRectFilled({x, plan.rows.front().y}, {x + 2, plan.rows.back().y + plan.rows.back().h}, s.p.text);
    }
  ImGui::PopClipRect();
  s.list.PopClipRect();
  if (plan.transport.y - plan.lanes.bottom() > 20) draw_legend(s, plan.lanes.bottom() + (app.layout.form == Form::phone ? 10 : 4));
  if (plan.content_height > plan.lanes.h + 1) {
    // There is more below: said by a bar, as everywhere.
    float h = plan.lanes.h * plan.lanes.h / plan.content_height;
    float y = plan.lanes.y + app.view.scroll_px / plan.content_height * plan.lanes.h;
    s.list.AddRectFilled({r.right() - 7, y}, {r.right() - 3, y + h}, s.p.control_border, 2);
  }

  if (!s.told.empty() && !s.hit) ImGui::SetTooltip("%s", s.told.c_str());
  // What is pointed at: at once when moving between spans, after 150 ms otherwise.
  bool had = app.view.hovered.has_value();
  if (s.hit && !app.view.hovered) app.view.hovered_since_s = app.now_s;
  app.view.hovered = s.hit;
  // A press that moved was a pan.
  bool clicked = s.mouse_in_lanes && ImGui::IsMouseReleased(ImGuiMouseButton_Left) && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 16;
  if (s.hit) {
    bool at_once = had && app.now_s - app.view.hovered_since_s >= 0.15;
    s.list.AddRect({s.hit_box.x - 1, s.hit_box.y - 1}, {s.hit_box.z + 1, s.hit_box.w + 1}, s.p.text, 3, 0, 2);
    if (at_once) draw_hover_card(app, *s.hit, s.hit_box, r);
    if (clicked && !ImGui::GetIO().KeyShift) {
      app.view.pinned = *s.hit;
      ++app.revision;
    }
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
      app.copied_text = span_sentence(app, *s.hit);
      if (!app.copied_text.empty()) app.notice = "Copied: " + app.copied_text;
    }
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
      std::span<const Span> spans = spans_at(app, *s.hit);
      const Span &first = spans[s.hit->span], &last = spans[s.hit->span + s.hit->count - 1];
      double room = static_cast<double>(last.end - first.begin) * 0.25 + 1000;
      app.view.window = {static_cast<double>(first.begin) - room, static_cast<double>(last.end) + room};
      app.view.follow = false;
    }
  } else if (clicked && app.view.pinned) {
    app.view.pinned.reset();
  }
  draw_transport(app, plan.transport);
  draw_range(s);
  if (app.wants_svg) app.take_svg(svg_of(s, marks));
}

}  // namespace interleave
