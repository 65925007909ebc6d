#include "view/playback.h"

#include <algorithm>
#include <map>

namespace interleave {
namespace {

double begin_of(const Span& s) { return static_cast<double>(s.begin); }
double end_of(const Span& s) { return static_cast<double>(s.end); }

bool is_known(State s) { return static_cast<std::size_t>(s) < kStates; }

// A task's life, and which span of it holds t.
struct LifeAt {
  Life life;
  std::size_t nth = 0;
};
std::optional<LifeAt> life_at(const Trace& trace, TaskId task, double t) {
  if (!trace.ended() || task == kNoTask) return std::nullopt;
  const Life life = trace.spans_of(task);
  auto at = span_at(life, t);
  if (at < 0) return std::nullopt;
  return LifeAt{life, static_cast<std::size_t>(at)};
}

}  // namespace

std::optional<Nanos> next_switch(const Spans& spans, double t) {
  auto after = std::ranges::upper_bound(spans, t, {}, begin_of);
  // Inside a span its end comes first: the next one begins there, or later, behind a gap.
  if (after != spans.begin() && end_of(*(after - 1)) > t) return (after - 1)->end;
  if (after == spans.end()) return std::nullopt;
  return after->begin;
}

std::optional<Nanos> previous_switch(const Spans& spans, double t) {
  auto at = std::ranges::lower_bound(spans, t, {}, begin_of);
  if (at == spans.begin()) return std::nullopt;
  const Span& before = *(at - 1);
  return end_of(before) < t ? before.end : before.begin;
}

std::optional<Nanos> next_switch(std::span<const Lane> lanes, double t) {
  std::optional<Nanos> best;
  for (const Lane& lane : lanes)
    if (auto next = next_switch(Spans(lane.spans), t); next && (!best || *next < *best)) best = next;
  return best;
}

std::optional<Nanos> previous_switch(std::span<const Lane> lanes, double t) {
  std::optional<Nanos> best;
  for (const Lane& lane : lanes)
    if (auto last = previous_switch(Spans(lane.spans), t); last && (!best || *last > *best)) best = last;
  return best;
}

std::array<std::uint32_t, kStates> states_at(std::span<const Lane> lanes, double t) {
  std::array<std::uint32_t, kStates> out{};
  for (const Lane& lane : lanes) {
    auto nth = span_at(lane.spans, t);
    State state = nth >= 0 ? lane.spans[static_cast<std::size_t>(nth)].state : State::idle;
    ++out[static_cast<std::size_t>(is_known(state) ? state : State::idle)];
  }
  return out;
}

std::vector<LinePlace> lines_at(std::span<const Lane> lanes, double t) {
  std::map<std::uint16_t, LinePlace> places;
  for (const Lane& lane : lanes) {
    auto nth = span_at(lane.spans, t);
    if (nth < 0) continue;
    const Span& span = lane.spans[static_cast<std::size_t>(nth)];
    if (span.line == 0 || span.task <= kRootTask || !is_known(span.state)) continue;
    LinePlace& place = places[span.line];
    place.line = span.line;
    ++place.lanes[static_cast<std::size_t>(span.state)];
  }
  std::vector<LinePlace> out;
  for (auto& [line, place] : places) out.push_back(place);
  return out;
}

std::optional<Wake> what_woke(const Trace& trace, TaskId task, double t) {
  const std::optional<LifeAt> at = life_at(trace, task, t);
  if (!at) return std::nullopt;
  auto [life, nth] = *at;
  while (nth > 0 && life[nth].state == State::running) --nth;
  const Span& wait = life[nth];
  if (wait.state == State::ready || wait.state == State::waiting_gil) {
    if (nth + 1 >= life.size() || life[nth + 1].state != State::running || life[nth + 1].core >= trace.cores().size()) return std::nullopt;
    const Span& then = life[nth + 1];
    const Spans core = trace.cores()[then.core].spans;
    // Gaps are idle spans, or none at all: the last that ran there before.
    auto before = std::ranges::lower_bound(core, then.begin, {}, &Span::begin);
    while (before != core.begin()) {
      --before;
      if (before->end <= wait.begin) break;
      if (before->state == State::running && before->task != task && before->task != kNoTask) return Wake{before->task, before->end, then.begin, wait.begin};
    }
    return std::nullopt;
  }
  for (std::size_t i = 0; i < trace.lanes().size(); ++i) {
    // What woke it ended the wait, so it stands at its end.
    const Marks marks = trace.lanes()[i].marks;
    for (auto mark = std::ranges::lower_bound(marks, wait.end, {}, &Mark::at); mark != marks.end() && mark->at == wait.end; ++mark) {
      if (mark->kind != EventKind::wake || mark->task != task) continue;
      auto from = trace.time_of(mark->cause);
      if (!from || mark->cause.lane_plus_1 == 0 || mark->cause.lane_plus_1 > trace.lanes().size()) return std::nullopt;
      const Spans spans = trace.lanes()[mark->cause.lane_plus_1 - 1u].spans;
      // It may have ended with what it did.
      auto by = span_at(spans, static_cast<double>(*from) - 0.5);
      if (by < 0) by = span_at(spans, static_cast<double>(*from));
      return Wake{by >= 0 ? spans[static_cast<std::size_t>(by)].task : kNoTask, *from, mark->at, wait.begin};
    }
  }
  return std::nullopt;
}

std::optional<Wake> what_it_woke(const Trace& trace, TaskId task, double t) {
  const std::optional<LifeAt> at = life_at(trace, task, t);
  if (!at) return std::nullopt;
  auto [life, nth] = *at;
  while (nth < life.size() && life[nth].state != State::running) ++nth;
  if (nth == life.size()) return std::nullopt;
  const Span& ran = life[nth];
  std::optional<Wake> best;
  // Whoever is named must name this task in turn.
  auto consider = [&](TaskId who, Nanos when) {
    if (who == task || who <= kRootTask || (best && best->to <= when)) return;
    std::optional<Wake> back = what_woke(trace, who, static_cast<double>(when));
    if (back && back->by == task && back->from >= ran.begin && back->from <= ran.end) best = Wake{who, back->from, back->to, back->asked};
  };
  if (ran.core < trace.cores().size()) {
    const Spans core = trace.cores()[ran.core].spans;
    for (auto next = std::ranges::lower_bound(core, ran.end, {}, &Span::begin); next != core.end(); ++next)
      if (next->state == State::running) {
        consider(next->task, next->begin);
        break;
      }
  }
  constexpr int kMostMarks = 4096;
  for (const Lane& lane : trace.lanes()) {
    int looked = 0;
    const Marks marks = lane.marks;
    for (auto at_mark = std::ranges::lower_bound(marks, ran.begin, {}, &Mark::at); at_mark != marks.end() && looked < kMostMarks; ++at_mark, ++looked) {
      const Mark mark = *at_mark;
      if (mark.kind != EventKind::wake || mark.cause.lane_plus_1 == 0) continue;
      auto from = trace.time_of(mark.cause);
      if (from && *from > ran.end) break;
      if (from && *from >= ran.begin) {
        // The wait ends at the mark.
        const Life other = trace.spans_of(mark.task);
        auto wait = span_at(other, static_cast<double>(mark.at) - 0.5);
        if (wait >= 0) {
          std::optional<Wake> back = what_woke(trace, mark.task, static_cast<double>(mark.at) - 0.5);
          if (mark.task != task && back && back->by == task && (!best || mark.at < best->to)) best = Wake{mark.task, *from, mark.at, back->asked};
        }
      }
    }
  }
  return best;
}

}  // namespace interleave
