#include "view/costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "view/format.h"

namespace interleave {

using Item = Costs::Item;

namespace {

/// One worker's time, span by span: first all of them for when it had tasks, then all of them again for what it did.
struct WorkerTime {
  Nanos end = 0, last_done = 0;  ///< of the run, of its last task
  Nanos first = 0, last = 0;     ///< when it first and last had a task
  Nanos told = 0;                ///< up to here; where there is no span it has nothing to do
  std::array<Nanos, Costs::kItems> all{};

  void add(Item item, Nanos from, Nanos to) { all[static_cast<std::size_t>(item)] += std::max<Nanos>(0, to - from); }
  // Nothing to do: at its beginning, between, at its end, and when all are done.
  void idle(Nanos from, Nanos to) {
    if (first >= last) {
      add(Item::imbalance, from, std::min(to, last_done));
    } else {
      add(Item::start, from, std::min(to, first));
      add(Item::between, std::max(from, first), std::min(to, last));
      add(Item::imbalance, std::max(from, last), std::min(to, last_done));
    }
    add(Item::merge, std::max(from, last_done), to);
  }

  void begin() { first = end, last = 0, told = 0; }
  void has_tasks(const Spans& spans) {
    spans.each(0, spans.size(), [this](const Span& span) {
      if (span.task > kRootTask && span.end > 0) first = std::min(first, std::max<Nanos>(span.begin, 0)), last = std::max(last, std::min(span.end, end));
    });
  }
  void does(const Spans& spans) {
    spans.each(0, spans.size(), [this](const Span& span) { does(span); });
  }
  void does(const Span& span) {
    const Nanos from = std::clamp<Nanos>(std::max(span.begin, told), 0, end), to = std::clamp<Nanos>(span.end, 0, end);
    if (from > told) idle(told, from);
    if (to <= from) return;
    told = to;
    switch (span.state) {
      case State::running:
        // Main's own work on a worker's lane is nobody's but main's.
        if (span.task > kRootTask) add(Item::work, from, to);
        else idle(from, to);
        break;
      case State::copying: add(Item::copy, from, to); break;
      case State::ready:
      case State::waiting_gil: add(Item::line, from, to); break;
      case State::waiting_io:
      case State::waiting_lock: add(Item::wait, from, to); break;
      case State::starting: add(Item::start, from, to); break;
      case State::idle:
      case State::not_started:
      case State::waiting_children: idle(from, to); break;
    }
  }
  void rest() {
    if (told < end) idle(told, end);
  }
};

}  // namespace

Costs costs_of(const Trace& trace) {
  Costs out;
  costs_in_pieces(trace, out).all();
  return out;
}

Pieces costs_in_pieces(const Trace& trace, Costs& out) {
  if (!trace.ended() || trace.how_ended() != RunEnd::finished) co_return;
  out.clock_step = clock_step_of(trace);
  std::size_t work = 0;  // since the last piece
  auto some = [&work](auto all, std::size_t from) {
    const auto part = all.subspan(from, std::min(kPiece, all.size() - from));
    work += part.size();
    return part;
  };
  const Nanos end = trace.summary().makespan;
  WorkerTime time;
  time.end = end;
  for (std::size_t from = 0; from < trace.tasks().size(); from += kPiece) {
    for (const TaskRecord& task : some(std::span(trace.tasks()), from))
      if (task.id > kRootTask) time.last_done = std::max(time.last_done, task.ended);
    if (work >= kPiece) work = 0, co_yield 0.1;
  }
  if (end <= 0 || time.last_done <= 0) co_return;
  time.last_done = std::min(time.last_done, end);
  Costs costs;
  costs.makespan = end;
  std::vector<const Lane*> lanes;
  for (const Lane& lane : trace.lanes()) {
    if (lane.kind != LaneKind::coordinator) lanes.push_back(&lane);
    for (std::size_t from = 0; from < lane.spans.size(); from += kPiece) {
      const Spans part = some(Spans(lane.spans), from);
      part.each(0, part.size(), [&](const Span& span) {
        if (span.state == State::starting) costs.before = std::max(costs.before, std::min<Nanos>(span.end, 0) - std::min<Nanos>(span.begin, 0));
      });
      if (work >= kPiece) work = 0, co_yield 0.2;
    }
  }
  if (trace.executor != ExecutorKind::gil && trace.executor != ExecutorKind::processes && trace.cores().size() < lanes.size() && trace.cores().size() > 0) {
    costs.of_cores = true;
    lanes.clear();
    for (const Lane& core : trace.cores()) lanes.push_back(&core);
  }
  auto part = [&] { return 0.2 + 0.8 * costs.workers / static_cast<double>(lanes.size() + 1); };
  for (const Lane* lane : lanes) {
    ++costs.workers;
    time.begin();
    for (std::size_t from = 0; from < lane->spans.size(); from += kPiece) {
      time.has_tasks(some(Spans(lane->spans), from));
      if (work >= kPiece) work = 0, co_yield part();
    }
    for (std::size_t from = 0; from < lane->spans.size(); from += kPiece) {
      time.does(some(Spans(lane->spans), from));
      if (work >= kPiece) work = 0, co_yield part();
    }
    time.rest();
  }
  if (costs.workers > 0)
    for (std::size_t i = 0; i < time.all.size(); ++i) costs.each[i] = time.all[i] / costs.workers;
  out = costs;
}

std::string_view word_of(Item item) {
  switch (item) {
    case Item::work: return "work";
    case Item::copy: return "copies";
    case Item::line: return "standing in line";
    case Item::wait: return "waits";
    case Item::start: return "start";
    case Item::between: return "between tasks";
    case Item::imbalance: return "imbalance";
    case Item::merge: return "merge";
  }
  return {};
}

State state_of(Item item) {
  switch (item) {
    case Item::work: return State::running;
    case Item::copy: return State::copying;
    case Item::line: return State::ready;
    case Item::wait: return State::waiting_io;
    case Item::start: return State::starting;
    case Item::between:
    case Item::imbalance:
    case Item::merge: break;
  }
  return State::idle;
}

double slower_than(const Costs& costs, Nanos alone) {
  const Nanos work = costs[Item::work] * costs.workers;
  return alone > 0 && costs.workers > 0 ? static_cast<double>(work) / static_cast<double>(alone) - 1 : 0;
}

std::string costs_in_words(const Costs& costs, double slower) {
  if (costs.workers < 2) return {};
  constexpr std::size_t kMost = 3;
  constexpr std::string_view kLonger = "longer for the same work";
  std::vector<std::pair<Nanos, std::string>> lost;
  for (int i = 0; i < Costs::kItems; ++i) {
    const auto item = static_cast<Item>(i);
    if (item != Item::work && costs[item] * 100 >= costs.makespan) lost.emplace_back(costs[item], word_of(item));
  }
  // Of the work as it was: what it would have been is (work) / (1 + slower).
  if (slower > 0) {
    const auto more = static_cast<Nanos>(static_cast<double>(costs[Item::work]) * slower / (1 + slower));
    if (more * 100 >= costs.makespan) lost.emplace_back(more, std::string(kLonger));
  }
  if (lost.empty()) return {};
  std::ranges::stable_sort(lost, [](const auto& a, const auto& b) { return a.first > b.first; });
  if (lost.size() > kMost) lost.resize(kMost);
  std::string out = fmt::format("Why not {}x:", costs.workers);
  for (std::size_t i = 0; i < lost.size(); ++i) {
    const auto& [time, what] = lost[i];
    const std::string how_long = format_beside(time, costs.clock_step, lost.front().first);  // they are compared
    out += fmt::format("{} {} {}", i == 0 ? "" : ",", what == kLonger ? how_long : what, what == kLonger ? what : how_long);
  }
  return out + ".";
}

}  // namespace interleave
