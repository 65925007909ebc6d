// timeline_rows.cpp -- lanes and strips: spans become quads, folds and columns become ribbons, words are put aside for later.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ui/timeline_frame.h"
#include "view/format.h"
#include "view/range.h"

namespace interleave {
namespace {

constexpr float kLeastPatterned = 5;  // px: patterns only where there is room to see them
constexpr std::uint32_t kMostExactly = 20'000;  // spans of the one fold that is pointed at; of more the table's shares are kept

void add_fill(TimelineFrame& s, State state, float x0, float y0, float x1, float y1, float anchor_y, float radius, bool faded, bool joined, bool edge = false) {
  const StateLook& look = s.p.of(state);
  s.drew(state);
  Pattern pattern = joined || x1 - x0 >= kLeastPatterned ? look.pattern : Pattern::solid;
  ImU32 fill = pattern == look.pattern ? look.fill : look.solid;
  if (faded) fill = with_alpha(fill, 0.35f);
  edge |= s.p.forced && look.pattern != Pattern::solid;  // where its ground is the lane's
  s.quads.push_back({x0, y0, x1, y1, fill, edge ? s.p.text : look.ink, quad_style(pattern, radius, edge), quad_anchor(s.plan.x, anchor_y)});
}

void add_floor_line(TimelineFrame& s, State state, float x0, float x1, float floor) {
  const StateLook& look = s.p.of(state);
  s.drew(state);
  s.quads.push_back({x0, floor - 2, x1, floor, look.fill, 0, quad_style(look.pattern), quad_anchor(s.plan.x, floor - 2)});
}

void add_letter(TimelineFrame& s, const LaneRow& row, const Span& span, float x0, float x1, float y0, float y1, const StateLook& look) {
  float width = x1 - x0, px = 12;
  if (y1 - y0 < 12 || width < 12 || look.letter == 0) return;
  std::string text(1, look.letter);
  bool own_task = row.where.of == SpanPick::Of::task || row.where.of == SpanPick::Of::stage;
  const bool number = span.state == State::running && !own_task && span.task > kRootTask;
  if (number) text = std::to_string(number_of(span.task));
  if (std::string_view name = row.trace->name_of(span.task); !name.empty()) text = name;
  // Where the question is how long each takes, the bars are called what their tasks call themselves.
  const Question::About about = s.app.workload.asked.about;
  bool compared = false;
  if (row.run && !own_task && (about == Question::About::tasks || about == Question::About::ways))
    if (const auto called = row.run->called.find(span.task); called != row.run->called.end() && text_width(Face::mono_semibold, px, called->second) + 10 <= width) text = called->second, compared = true;
  if (width >= 60) {
    // "1 151 µs" would be more than a thousand.
    std::string longer = text + (number ? ": " : " ") + format_beside(span.end - span.begin, clock_step_of(*row.trace), compared ? s.longest : 0);
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

// On a lane that is low there, where there is room.
void add_words(TimelineFrame& s, const LaneRow& row, float x0, float x1, std::string words) {
  constexpr float kPx = 12;
  const float width = text_width(Face::regular, kPx, words), x = std::max(x0 + 5, s.plan.x + 5);
  if (row.h < 14 || x + width + 5 > std::min(x1, s.plan.x + s.plan.width)) return;
  const float y = row.y + row.h / 2 - 8;
  s.letters.push_back({{x, y}, s.p.text2, 0, -kPx, width, y + 1, y + 15, std::move(words), s.p.panel});
}

// A ribbon's colours by number: 0 is nothing, then the states as folds stack them, the line on top of what does not reach the
// ceiling, and what hangs from there; last the ground of what is no task's state.
constexpr std::uint32_t kLine = 1 + static_cast<std::uint32_t>(kFoldOrder.size()), kHanging = kLine + 1, kNoState = kHanging + 5;
constexpr std::uint32_t colour_of(State state) {
  return 1 + static_cast<std::uint32_t>(std::ranges::find(kFoldOrder, state) - kFoldOrder.begin());
}
// States with a pattern; behind all these they have a colour more, without it.
constexpr std::array<State, 4> kPatterned = {State::ready, State::waiting_gil, State::waiting_lock, State::waiting_io};
constexpr std::uint32_t plain_colour_of(State state) {
  const auto at = std::ranges::find(kPatterned, state);
  return at == kPatterned.end() ? colour_of(state) : kHanging + 1 + static_cast<std::uint32_t>(at - kPatterned.begin());
}
/// Tasks that have begun and are not done.
float busy(const TaskMix& c) { return c.running + c.ready + c.waiting_io + c.waiting_lock + c.waiting_gil; }
constexpr float kSeen = 0.004f;  // of a fold: a share below this is left out
constexpr unsigned bit_of(State state) {
  const auto at = std::ranges::find(kPatterned, state);
  return at == kPatterned.end() ? 0 : 1u << (at - kPatterned.begin());
}

/// For each bar the states (bit_of) that are as wide as a pattern needs together with the bars beside it.
void join_neighbours(std::span<const Bar> bars, std::vector<unsigned>& joined) {
  joined.assign(bars.size(), 0);
  auto states_of = [](const Bar& bar) {
    if (bar.count == 1) return bit_of(bar.state);
    unsigned out = 0;
    for (std::size_t k = 0; k < kPatterned.size(); ++k) out |= static_cast<unsigned>(bar.mix[static_cast<std::size_t>(kPatterned[k])] > kSeen) << k;
    return out;
  };
  struct Run { std::size_t first = 0; float from = 0; };
  std::array<Run, kPatterned.size()> runs;
  unsigned before = 0;
  float end = -1e9f;
  // Which of them end before bar i, and which begin there; most bars have what those before them have.
  auto change = [&](std::size_t i, unsigned now, bool touches, float from) {
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const bool was = before >> k & 1, is = now >> k & 1;
      if (was && (!is || !touches) && end - runs[k].from >= kLeastPatterned)
        for (std::size_t j = runs[k].first; j < i; ++j) joined[j] |= 1u << k;
      if (is && (!was || !touches)) runs[k] = {i, from};
    }
    before = now;
  };
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const unsigned now = states_of(bars[i]);
    const bool touches = bars[i].x0 - end <= 1;
    if (now != before || !touches) change(i, now, touches, bars[i].x0);
    end = bars[i].x1;
  }
  change(bars.size(), 0, false, 0);
}

/// How high a fold stands, of its lane: as what is in it would, each for its share of the time. So a run of short waits is as low
/// as a long one.
float height_of(TimelineFrame& s, const Bar& bar) {
  if (bar.count == 1) return s.p.of(bar.state).height;
  float height = 0;
  for (State state : kFoldOrder) height += bar.mix[static_cast<std::size_t>(state)] * s.p.of(state).height;
  return height;
}

// A row of the picture that is made of columns: it begins with the first that is put, and is drawn with the rest when it goes.
class RibbonRow {
 public:
  RibbonRow(TimelineFrame& s, float x, float width, float y0, float y1, bool patterned, float opacity = 1) : s_(s) {
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
  void patterned() { ribbon_.patterned = true; }
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
  TimelineFrame& s_;
  Ribbon ribbon_{};
  float slots_ = 0;
  bool used_ = false;
};

float in_state(const TaskMix& c, State state) {
  switch (state) {
    case State::running: return c.running + c.main;  // cores in use
    case State::ready: return c.ready;
    case State::waiting_lock: return c.waiting_lock;
    default: return c.waiting_gil;
  }
}

}  // namespace

void set_colours(TimelineFrame& s) {
  auto& colours = s.ribbons.colours;
  for (State state : kFoldOrder) {
    const StateLook& look = s.p.of(state);
    colours[colour_of(state)] = {look.fill, look.ink, look.pattern};
  }
  colours[kLine] = {s.p.text2, 0, Pattern::solid};
  const StateLook& hanging = s.p.of(State::not_started);
  colours[kHanging] = {hanging.fill, 0, Pattern::floor_dots};
  colours[kNoState] = {s.p.line, 0, Pattern::solid};
  // Without hues it is the pattern or nothing.
  for (State state : kPatterned) colours[plain_colour_of(state)] = s.p.forced ? colours[colour_of(state)] : RibbonColour{s.p.of(state).fill, 0, Pattern::solid};
}

namespace {

/// Where nothing is between two spans of a lane, px and ns; before the first from the run's beginning on, behind the last to its end.
struct Gap { float x0, x1; Nanos from, to; };
template <class Each>
void gaps_of(const TimelineFrame& s, const LaneRow& row, Each&& each) {
  const Viewport& window = s.app.view.window;
  const float left = s.plan.x, right = s.plan.x + s.plan.width;
  auto put = [&](Nanos from, Nanos to) {
    if (to <= from) return;
    const Gap gap{std::max(left, s.plan.px(window, static_cast<double>(from))), std::min(right, s.plan.px(window, static_cast<double>(to))), from, to};
    if (gap.x1 - gap.x0 >= 1) each(gap);
  };
  const Nanos end = row.run ? s.app.length_of(*row.run) : s.app.live ? std::max(s.app.live->now, row.trace->end()) : row.trace->end();
  std::size_t next = static_cast<std::size_t>(std::ranges::partition_point(row.spans, [&](const Span& span) { return static_cast<double>(span.end) <= window.begin; }) - row.spans.begin());
  Nanos before = next > 0 ? row.spans[next - 1].end : 0;
  for (const Bar& bar : s.bars) {
    if (bar.first < next) continue;
    put(before, row.spans[bar.first].begin);
    next = bar.first + bar.count;
    before = row.spans[next - 1].end;
  }
  if (next >= row.spans.size()) put(before, end);
}

/// "free for 155 ms: nobody has work", if that is so: who stands in line for a hundredth of that time or longer has some.
std::string free_words(const LaneRow& row, const Gap& gap) {
  const Viewport range{static_cast<double>(gap.from), static_cast<double>(gap.to)};
  std::string out = fmt::format("free for {}", format_duration(gap.to - gap.from, clock_step_of(*row.trace)));
  constexpr std::size_t kMostLooked = 10'000;
  const Counts counts = row.trace->counts();
  if (!row.counts && counts.until(range.end) - counts.until(range.begin) > kMostLooked) return out;
  const RangeFigures f = figures_of(*row.trace, range, row.counts);
  return f.waiting_gil + f.ready < 0.01 ? out + ": nobody has work" : out + ", though somebody stands in line";
}

}  // namespace

// Who took a task from whom, and who made one: on a worker's own lane, where they stand apart.
void add_marks(TimelineFrame& s, const LaneRow& row) {
  constexpr float kLeastHeight = 14, kApart = 18;
  if (row.where.of != SpanPick::Of::worker || row.h < kLeastHeight || row.where.lane >= row.trace->lanes().size()) return;
  for (const EventKind kind : {EventKind::steal, EventKind::spawn}) {
    std::vector<float> at;
    marks_apart(row.trace->lanes()[row.where.lane].marks, kind, s.app.view.window, static_cast<double>(s.plan.width), static_cast<double>(kApart), at);
    for (const float x : at) s.marks.push_back({kind, s.plan.x + x, row.y});
  }
}

void add_lane(TimelineFrame& s, const LaneRow& row) {
  add_marks(s, row);
  const Viewport& window = s.app.view.window;
  float floor = row.y + row.h;
  int lit = s.app.view.lit_line;
  RibbonRow folds(s, s.plan.x, s.plan.width, row.y, floor, false, lit > 0 ? 0.35f : 1);
  s.bars.clear();
  visible_bars(row.spans, window, s.plan.width, s.bars, row.table);
  if (row.h >= kLeastPatterned) join_neighbours(s.bars, s.joined);
  else s.joined.assign(s.bars.size(), 0);
  bool pointed = s.mouse_in_lanes && s.mouse.y >= row.y - 2 && s.mouse.y < floor + 2;
  // Who looks for a wait for a lock or for the GIL finds it however short it is: so wide at least, over what comes after it.
  constexpr float kLeastWait = 3;
  struct Brief { State state; float x, top; bool faded; };
  std::vector<Brief> brief;
  // At a run's end they stand before its line, and before the playhead that often stands there, too.
  constexpr float kHalo = 3;
  const Nanos length = row.run ? s.app.length_of(*row.run) : std::numeric_limits<Nanos>::max();
  const float end = row.run ? s.plan.px(window, static_cast<double>(length)) : 1e9f;
  auto add_brief = [&](State state, float x, float top, bool faded) {
    if (x + kLeastWait > end - kHalo && x < end + kHalo) x = end - kHalo - kLeastWait;
    brief.push_back({state, x, top, faded});
  };
  for (Bar& bar : s.bars) {
    float x0 = s.snap(s.plan.x + std::max(bar.x0, 0.0f));
    float x1 = s.plan.x + std::min(bar.x1, s.plan.width);
    // What its workers and tasks do until the last of them has gone is no part of the run, but for work that is done then.
    if (!(bar.count > 1 ? bar.mix[static_cast<std::size_t>(State::running)] > kSeen : bar.state == State::running)) {
      if (x0 >= end + kHalo) continue;
      x1 = std::min(x1, std::max(s.snap(end), x0 + s.pixel));
    }
    const bool hit = pointed && s.mouse.x >= x0 && s.mouse.x < std::max(x1, x0 + 2);
    // What is said of it is what is drawn.
    if (hit && bar.count > 1 && bar.count <= kMostExactly) mix_exactly(row.spans, bar);
    const Span span = bar.count == 1 ? row.spans[bar.first] : Span{};  // of a fold it would be the only one that is read
    const unsigned joined = s.joined[static_cast<std::size_t>(&bar - s.bars.data())];
    const auto& pinned = s.app.view.pinned;
    const bool same_moment = s.picked_span && bar.count == 1 && pinned->executor == row.where.executor && pinned->run == row.where.run && span.task == s.picked_task &&
                             span.state == s.picked_span->state && span.begin < s.picked_span->end && span.end > s.picked_span->begin;
    const float height = height_of(s, bar);
    if (bar.count > 1) {
      x1 = std::max(s.snap(x1), x0 + s.pixel);
      RibbonColumn column;
      float part = 0, whole = 0;
      int top = 0;
      for (State state : kFoldOrder) whole += bar.mix[static_cast<std::size_t>(state)];
      const float scale = height / std::max(whole, kSeen);
      for (State state : kFoldOrder) {
        const float share = bar.mix[static_cast<std::size_t>(state)];
        if (share <= kSeen) continue;
        s.drew(state);
        // However small its share, it is seen.
        const int next = std::max(folds.slots((part += share) * scale), top + 1);
        column.fill(top, std::min(next, folds.all()), joined & bit_of(state) ? colour_of(state) : plain_colour_of(state));
        top = next;
      }
      if (joined || s.p.forced) folds.patterned();
      // What a run ended in is often folded with how it was ended.
      if (x1 > end - 2 * kHalo && x0 < end + kHalo && bar.mix[static_cast<std::size_t>(State::waiting_lock)] > kSeen)
        add_brief(State::waiting_lock, x0, s.snap(floor - row.h * s.p.of(State::waiting_lock).height), false);
      // Where nothing was for a part of its time.
      if (top > 0 && top < folds.all() && whole < 1 - kSeen) column.fill(top - 1, top, kLine);
      if (top > 0) folds.put(x0, x1, column);
      else add_floor_line(s, State::idle, x0, x1, floor);
    } else {
      const StateLook& look = s.p.of(bar.state);
      if (look.height <= 0) {
        add_floor_line(s, bar.state, x0, std::max(x1, x0 + s.pixel), floor);
        // It is not idle, as its line would have it.
        if (row.where.of == SpanPick::Of::stage && bar.state == State::waiting_children) add_words(s, row, x0, x1, "waits for its call");
        if (!pointed || bar.state == State::idle) continue;
      } else {
        float right = x1 - x0 > 3 ? x1 - 0.8f : std::max(x1, x0 + s.pixel);
        float top = s.snap(floor - row.h * look.height);
        bool faded = lit > 0 && span.line != lit;
        if (x1 - x0 < kLeastWait && (bar.state == State::waiting_lock || bar.state == State::waiting_gil))
          add_brief(bar.state, &bar == &s.bars.back() ? x1 - kLeastWait : x0, top, faded);
        add_fill(s, bar.state, x0, top, right, floor, row.y, x1 - x0 > 6 ? row.h < 14 ? 1.0f : 2.0f : 0.0f, faded, joined & bit_of(bar.state));
        const std::size_t letters = s.letters.size();
        Span seen = span;
        if (bar.state != State::running) seen.end = std::min(seen.end, std::max(length, seen.begin));
        if (!faded) add_letter(s, row, seen, x0, right, top, floor, look);
        // On its own lane, or with its number in the span, a chip would say it again, over what stands above.
        const bool numbered = row.where.of == SpanPick::Of::task || s.letters.size() > letters;
        if (s.picked_task != kNoTask && span.task == s.picked_task && bar.state == State::running)
          s.outlines.push_back({{x0 - 1, top - 1, right + 1, floor + 1}, numbered ? std::string() : std::to_string(number_of(s.picked_task)), same_moment});
        else if (s.pointed_task != kNoTask && span.task == s.pointed_task && bar.state == State::running)
          s.pointed.push_back({x0 - 1, top - 1, right + 1, floor + 1});
      }
    }
    if (hit && (bar.count > 1 || s.p.of(bar.state).height > 0)) {
      s.hit = row.where;
      s.hit->span = bar.first;
      s.hit->count = bar.count;
      if (bar.count > 1) s.hit->mix = bar.mix;
      s.hit_box = {x0, floor - row.h * height, std::max(x1, x0 + 2), floor};
    }
    if (same_moment && span.state != State::running) {
      s.outlines.push_back({{x0 - 1, floor - row.h * s.p.of(bar.state).height - 1, x1 + 1, floor + 1}, {}, true});
    } else if (pinned && pinned->executor == row.where.executor && pinned->run == row.where.run && pinned->of == row.where.of && pinned->lane == row.where.lane &&
        pinned->span >= bar.first && pinned->span < bar.first + bar.count) {
      s.outlines.push_back({{x0 - 2, floor - row.h * std::max(0.2f, height) - 2, x1 + 2, floor + 2}, {}, true});
    }
  }
  if (row.where.of == SpanPick::Of::stage && row.run && !row.spans.empty() && row.spans.back().end <= row.run->flow.told_until && row.run->flow.told_until < Dataflow::kAll)
    add_words(s, row, s.plan.px(s.app.view.window, static_cast<double>(row.run->flow.told_until)), end, "goes on, not recorded");
  // A core's lane holds what ran; that it was idle between is said, too.
  if (row.where.of == SpanPick::Of::core) gaps_of(s, row, [&](const Gap& gap) { add_floor_line(s, State::idle, gap.x0, gap.x1, floor); });
  // Its pattern's program draws above those of what was there before and after; of the pattern there is nothing to see.
  for (const Brief& b : brief) {
    const StateLook& look = s.p.of(b.state);
    s.quads.push_back({b.x, b.top, std::min(b.x + kLeastWait, s.plan.x + s.plan.width), floor, b.faded ? with_alpha(look.solid, 0.35f) : look.solid, 0, quad_style(look.pattern), quad_anchor(s.plan.x, row.y)});
  }
}

// Where somebody was refused by a generator that ran already, and where that was then.
void add_refused(TimelineFrame& s, const LaneRow& row) {
  constexpr float kApart = 14, kReach = 7, kLeastForWords = 14, kPx = 12;
  const CodeLines* const lines = row.run ? &row.run->lines : s.app.live ? &s.app.live->lines : nullptr;
  const bool shows = row.where.of == SpanPick::Of::worker || row.where.of == SpanPick::Of::core || row.where.of == SpanPick::Of::task;
  if (!lines || !shows || row.h < 5) return;
  const bool low = row.h < kLeastForWords;
  const Viewport& window = s.app.view.window;
  auto holds = [&](Nanos at, TaskId task) {
    // What is said last in a span is said at its end.
    for (const Nanos t : {at, at - 1})
      if (const auto nth = span_at(row.spans, static_cast<double>(t)); task != kNoTask && nth >= 0 && row.spans[static_cast<std::size_t>(nth)].task == task) return true;
    return false;
  };
  float last[2] = {-1e9f, -1e9f};
  for (auto r = std::ranges::lower_bound(lines->refusals, window.begin, {}, [](const Refusal& each) { return static_cast<double>(each.at); });
       r != lines->refusals.end() && static_cast<double>(r->at) <= window.end; ++r) {
    const float moment = std::clamp(s.plan.px(window, static_cast<double>(r->at)), s.plan.x + kReach, s.plan.x + s.plan.width - kReach - (low ? kApart : 0));
    for (const bool inside : {false, true}) {
      // Low lanes lie so close that the two would be one blot: there the ring stands beside the cross.
      const float x = low && inside ? moment + kApart : moment;
      if (x - last[inside] < kApart || (inside && r->inside == r->task) || !holds(r->at, inside ? r->inside : r->task)) continue;
      last[inside] = x;
      const ImVec2 at{x, low ? row.y + row.h / 2 : row.y + 3};
      s.refused.push_back({at, inside});
      if (s.mouse_in_lanes && std::abs(s.mouse.x - x) <= kReach && s.mouse.y >= std::min(row.y, at.y - kReach) && s.mouse.y < std::max(row.y + row.h, at.y + kReach)) {
        const RefusalWords words = words_of(*row.trace, *r);
        s.told = inside ? words.inside : words.refused;
      }
      if (low) continue;
      // Beside it, or behind what stands there.
      const std::string word = inside ? "inside" : "refused";
      const float w = text_width(Face::regular, kPx, word);
      float from = x + kReach + 4;
      for (const TimelineLetter& l : s.letters)
        if (l.at.y >= row.y - 2 && l.at.y < row.y + row.h && l.at.x < from + w + 6 && l.at.x + l.width > from - 6) from = l.at.x + l.width + 10;
      if (from + w > s.plan.x + s.plan.width) continue;
      const float y = row.y + row.h / 2 - 8;
      s.letters.push_back({{from, y}, s.p.text, s.p.panel, -kPx, w, y + 1, y + 15, word});
    }
  }
}

void add_own_name(TimelineFrame& s, const LaneRow& row) {
  if (row.where.of != SpanPick::Of::stage || !row.label.empty() || row.detail.empty() || row.h < 14) return;
  constexpr float kPx = 12, kApart = 6;
  const float w = text_width(Face::regular, kPx, row.detail);
  // Where it lies on nothing: as far left as there is room; else over its beginning.
  float x = s.plan.x + kApart, from = s.plan.x;
  const auto free_until = [&](float until) {
    if (until - from < w + 2 * kApart) return false;
    x = from + kApart;
    return true;
  };
  bool found = false;
  for (const Bar& bar : s.bars) {  // of this lane, which was added just before
    if ((found = free_until(s.plan.x + bar.x0))) break;
    if (bar.count > 1 || s.p.of(bar.state).height > 0) from = s.plan.x + bar.x1;
  }
  // Nor across the line at the run's end.
  const float end = row.run ? s.plan.px(s.app.view.window, static_cast<double>(s.app.length_of(*row.run))) : -1e9f, right = s.plan.x + s.plan.width;
  if (!found && !free_until(std::min(end, right))) {
    from = std::max(from, end);
    free_until(right);
  }
  const float y = row.y + row.h / 2 - 8;
  s.letters.push_back({{x, y}, s.p.text2, s.p.panel, -kPx, w, y + 1, y + 15, row.detail, s.p.panel});
}

void add_said(TimelineFrame& s, const LaneRow& row) {
  if (row.said.empty() || row.spans.empty() || row.h < 16) return;
  const auto end = static_cast<double>(row.spans.back().end);
  if (end < s.app.view.window.begin || end > s.app.view.window.end) return;
  // Whole or not at all; the flag at the run's end stands further down, beside the stack.
  constexpr float kPx = 12, kBehindEnd = 8;
  const float w = text_width(Face::regular, kPx, row.said);
  float x = s.plan.px(s.app.view.window, end) + kBehindEnd;
  // Not across the line at the run's end, but behind that.
  if (const float over = row.run ? s.plan.px(s.app.view.window, static_cast<double>(s.app.length_of(*row.run))) : -1; over > x - 4 && over < x + w + 4) x = over + kBehindEnd;
  if (x + w > s.plan.x + s.plan.width) return;
  const float y = row.y + row.h / 2 - 8;
  s.letters.push_back({{x, y}, s.p.text2, 0, -kPx, w, y + 1, y + 15, std::string(row.said), s.p.panel});
}

void add_resource(TimelineFrame& s, const LaneRow& row) {
  RibbonRow folds(s, s.plan.x, s.plan.width, row.y, row.y + row.h, false);
  s.bars.clear();
  visible_bars(row.spans, s.app.view.window, s.plan.width, s.bars, row.table);
  const StateLook& look = s.p.of(State::waiting_gil);
  const bool pointed = s.mouse_in_lanes && s.mouse.y >= row.y - 2 && s.mouse.y < row.y + row.h + 2;
  std::vector<float> notches;
  if (row.drops) row.drops->notches(s.app.view.window, static_cast<double>(s.plan.width), 14, notches);  // as can be told apart
  for (float x : notches) s.notches.push_back({s.plan.x + x, row.y});
  for (Bar& bar : s.bars) {
    float x0 = s.snap(s.plan.x + std::max(bar.x0, 0.0f)), x1 = s.plan.x + std::min(bar.x1, s.plan.width);
    if (pointed && s.mouse.x >= x0 && s.mouse.x < std::max(x1, x0 + 2) && (bar.count > 1 || bar.state == State::running)) {
      if (bar.count > 1 && bar.count <= kMostExactly) mix_exactly(row.spans, bar);
      s.hit = row.where;
      s.hit->span = bar.first;
      s.hit->count = bar.count;
      if (bar.count > 1) s.hit->mix = bar.mix;
      s.hit_box = {x0, row.y, std::max(x1, x0 + 2), row.y + row.h};
    }
    if (bar.count > 1) {
      RibbonColumn column;
      column.fill(0, std::max(1, folds.slots(bar.mix[static_cast<std::size_t>(State::running)])), colour_of(s.p.forced ? State::running : State::waiting_gil));
      folds.put(x0, std::max(x1, x0 + s.pixel), column);
    } else if (bar.state == State::running) {
      const Span span = row.spans[bar.first];
      float right = x1 - x0 > 3 ? x1 - 0.8f : std::max(x1, x0 + s.pixel);
      s.quads.push_back({x0, row.y, right, row.y + row.h, look.solid, 0, quad_style(Pattern::solid, x1 - x0 > 6 ? 2 : 0), 0});
      std::string number = span.task > kRootTask ? std::to_string(number_of(span.task)) : "main";
      float w = text_width(Face::mono_semibold, 12, number);
      if (w + 4 <= right - x0) s.letters.push_back({{(x0 + right - w) / 2, row.y + row.h / 2 - 7.9f}, look.solid_ink, 0, 12, w, 0, 0, number});
    }
  }
  gaps_of(s, row, [&](const Gap& gap) {
    add_floor_line(s, State::idle, gap.x0, gap.x1, row.y + row.h);
    constexpr float kLeastForWords = 90;
    if (gap.x1 - gap.x0 < kLeastForWords) return;
    const std::string words = free_words(row, gap);
    for (const std::string_view free : {std::string_view(words), std::string_view(words).substr(0, words.find_first_of(":,"))})
      if (const float w = text_width(Face::regular, 13, free); w + 16 <= gap.x1 - gap.x0) {
        s.letters.push_back({{(gap.x0 + gap.x1 - w) / 2, row.y + row.h / 2 - 8}, s.p.text2, 0, -13, w, row.y + 2, row.y + row.h - 3, std::string(free), s.p.panel});
        break;
      }
  });
}

void add_stack(TimelineFrame& s, const LaneRow& row, const Viewport& window, float x, float width, float step, bool only_busy) {
  s.columns.clear();
  stack_columns(*row.trace, window, width, step, s.columns, row.counts);
  float total = 0;
  // Of many that come and go a few are there at once: these fill its height, or nothing would be seen. One scale for the whole
  // of it: one that is left over does not look like a crowd.
  if (only_busy) for (const StackColumn& c : s.columns) total = std::max(total, busy(c.counts));
  else if (row.most > 0) total = static_cast<float>(row.most);
  else for (const StackColumn& c : s.columns)
    total = std::max(total, busy(c.counts) + c.counts.not_started + c.counts.done);
  if (total <= 0 || s.columns.empty()) return;
  RibbonRow ribbon(s, x, width, row.y, row.y + row.h, row.h >= 5 || s.p.forced);
  // As on lanes: behind its end only work that is done then.
  const auto end = row.run ? static_cast<float>((static_cast<double>(s.app.length_of(*row.run)) - window.begin) / (window.end - window.begin) * static_cast<double>(width)) : 1e9f;
  for (const StackColumn& c : s.columns) {
    if (c.x0 >= end && c.counts.running <= 0) continue;
    RibbonColumn column;
    float tasks = 0;
    int top = 0;
    auto part = [&](State state, float n) {
      if (n <= 0) return;
      // A small share is seen, too: it may be all the work there is.
      const int next = std::min(std::max(ribbon.slots((tasks += n) / total), top + (n > 0.004f * total ? 1 : 0)), ribbon.all());
      column.fill(top, next, colour_of(state));
      s.drew(state);
      top = next;
    };
    part(State::running, c.counts.running);
    part(State::ready, c.counts.ready);
    part(State::waiting_gil, c.counts.waiting_gil);
    part(State::waiting_lock, c.counts.waiting_lock);
    part(State::waiting_io, c.counts.waiting_io);
    if (const int hanging = row.h >= 10 && !only_busy ? ribbon.slots(c.counts.not_started / total) : 0; hanging > 0) {
      column.fill(std::max(top, ribbon.all() - hanging), ribbon.all(), kHanging);
      s.drew(State::not_started);
    }
    ribbon.put(std::max(x, x + c.x0), x + std::min(c.x1, width), column);
  }
}

void add_queue(TimelineFrame& s, const LaneRow& row) {
  s.columns.clear();
  stack_columns(*row.trace, s.app.view.window, s.plan.width, 2, s.columns, row.counts);
  float most = std::max(1.0f, static_cast<float>(row.most));
  for (const StackColumn& c : s.columns) most = std::max(most, in_state(c.counts, row.state));
  const float end = row.run ? s.plan.px(s.app.view.window, static_cast<double>(s.app.length_of(*row.run))) - s.plan.x : 1e9f;
  RibbonRow ribbon(s, s.plan.x, s.plan.width, row.y, row.y + row.h, s.p.of(row.state).pattern != Pattern::solid);
  for (const StackColumn& c : s.columns) {
    const float n = in_state(c.counts, row.state);
    if (n <= 0 || (c.x0 >= end && row.state != State::running)) continue;
    RibbonColumn column;
    column.fill(0, std::max(1, ribbon.slots(n / most)), colour_of(row.state));
    s.drew(row.state);
    ribbon.put(s.plan.x + std::max(0.0f, c.x0), s.plan.x + std::min(c.x1, s.plan.width), column);
  }
}

void add_printed(TimelineFrame& s, const LaneRow& row) {
  if (!row.run) return;
  auto tick = [&](float x, float top, float bottom) { s.quads.push_back({x, top, x + 1, bottom, s.p.text3, 0, quad_style(Pattern::solid), 0}); };
  const Viewport& window = s.app.view.window;
  for (const std::uint32_t nth : row.run->printed)
    if (const auto at = static_cast<double>(std::min(row.trace->texts()[nth].at, s.app.length_of(*row.run))); at >= window.begin && at <= window.end) tick(s.snap(s.plan.px(window, at)), row.y - 3, row.y + 1);
  for (const PrintedAt& said : row.printed) {
    const float y = row.y + static_cast<float>(said.line) * kPrintedLine, x = s.snap(said.x), from = s.snap(said.from);
    // Beside its words, too; what lies between is others'.
    if (std::min(std::abs(from - x), std::abs(from + said.width - x)) < 6) tick(x, y + 1, y + 14);
    // As in the list beside the scene: what is not printed yet at the playhead's time stands back.
    const bool yet = static_cast<double>(row.trace->texts()[said.text].at) <= s.app.view.playhead;
    s.letters.push_back({{from, y}, yet ? s.p.text2 : s.p.text3, 0, kPrintedPx, said.width, y + 1, y + 15, said.words, s.p.panel});
  }
}

void add_memory(TimelineFrame& s, const LaneRow& row) {
  s.columns.clear();
  stack_columns(*row.trace, s.app.view.window, s.plan.width, 2, s.columns, row.counts);
  const auto most = static_cast<float>(std::max(1u, row.most));
  RibbonRow ribbon(s, s.plan.x, s.plan.width, row.y, row.y + row.h, false);
  for (const StackColumn& c : s.columns) {
    const float n = busy(c.counts);
    if (n <= 0) continue;
    RibbonColumn column;
    const int top = std::max(1, ribbon.slots(n / most));
    column.fill(0, top - 1, kNoState);  // an outline: filled with the line's own colour it would be copying's
    column.fill(top - 1, top, kLine);
    ribbon.put(s.plan.x + std::max(0.0f, c.x0), s.plan.x + std::min(c.x1, s.plan.width), column);
  }
}

std::string memory_words(const Trace& trace, double t, double step, Nanos longest) {
  const TaskCounts c = counts_at(trace, t);
  const std::uint32_t begun = c.there() - c.not_started;
  const std::int64_t each = trace.summary().bytes_per_task;
  return fmt::format("{}: {}, that is {} {} times {}: tasks are counted, and what one takes was measured; the memory itself is not sampled", format_moment(t, step, longest, clock_step_of(trace)), format_bytes(begun * each), format_count(begun), begun == 1 ? "task" : "tasks", format_bytes(each));
}

std::string counts_words(const Trace& trace, double t, double step, Nanos longest) {
  TaskCounts c = counts_at(trace, t);
  std::string out = format_moment(t, step, longest, clock_step_of(trace)) + ":";
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

}  // namespace interleave
