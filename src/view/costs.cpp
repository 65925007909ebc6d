#include "view/costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "view/format.h"

namespace interleave {

using Item = Costs::Item;

Costs costs_of(const Trace& trace) {
  Costs out;
  if (!trace.ended() || trace.how_ended() != RunEnd::finished) return out;
  const Nanos end = trace.summary().makespan;
  Nanos last_done = 0;
  for (const TaskRecord& task : trace.tasks())
    if (task.id > kRootTask) last_done = std::max(last_done, task.ended);
  if (end <= 0 || last_done <= 0) return out;
  last_done = std::min(last_done, end);
  out.makespan = end;
  std::array<Nanos, Costs::kItems> all{};
  std::vector<const Lane*> lanes;
  for (const Lane& lane : trace.lanes()) {
    if (lane.kind != LaneKind::coordinator) lanes.push_back(&lane);
    for (const Span& span : lane.spans)
      if (span.state == State::starting) out.before = std::max(out.before, std::min<Nanos>(span.end, 0) - std::min<Nanos>(span.begin, 0));
  }
  if (trace.executor != ExecutorKind::gil && trace.executor != ExecutorKind::processes && trace.cores().size() < lanes.size() && trace.cores().size() > 0) {
    out.of_cores = true;
    lanes.clear();
    for (const Lane& core : trace.cores()) lanes.push_back(&core);
  }
  for (const Lane* lane : lanes) {
    ++out.workers;
    // When it first and last had a task.
    Nanos first = end, last = 0;
    for (const Span& span : lane->spans)
      if (span.task > kRootTask && span.end > 0) first = std::min(first, std::max<Nanos>(span.begin, 0)), last = std::max(last, std::min(span.end, end));
    auto add = [&](Item item, Nanos from, Nanos to) { all[static_cast<std::size_t>(item)] += std::max<Nanos>(0, to - from); };
    // Nothing to do: at its beginning, between, at its end, and when all are done.
    auto idle = [&](Nanos from, Nanos to) {
      if (first >= last) {
        add(Item::imbalance, from, std::min(to, last_done));
      } else {
        add(Item::start, from, std::min(to, first));
        add(Item::between, std::max(from, first), std::min(to, last));
        add(Item::imbalance, std::max(from, last), std::min(to, last_done));
      }
      add(Item::merge, std::max(from, last_done), to);
    };
    Nanos told = 0;  // up to here; where there is no span it has nothing to do
    for (const Span& span : lane->spans) {
      const Nanos from = std::clamp<Nanos>(std::max(span.begin, told), 0, end), to = std::clamp<Nanos>(span.end, 0, end);
      if (from > told) idle(told, from);
      if (to <= from) continue;
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
    if (told < end) idle(told, end);
  }
  if (out.workers == 0) return out;
  for (std::size_t i = 0; i < all.size(); ++i) out.each[i] = all[i] / out.workers;
  return out;
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
  std::vector<std::pair<Nanos, std::string>> lost;
  for (int i = 0; i < Costs::kItems; ++i) {
    const auto item = static_cast<Item>(i);
    if (item != Item::work && costs[item] * 100 >= costs.makespan) lost.emplace_back(costs[item], word_of(item));
  }
  // Of the work as it was: what it would have been is (work) / (1 + slower).
  if (slower > 0) {
    const auto more = static_cast<Nanos>(static_cast<double>(costs[Item::work]) * slower / (1 + slower));
    if (more * 100 >= costs.makespan) lost.emplace_back(more, "slower work");
  }
  if (lost.empty()) return {};
  std::ranges::stable_sort(lost, [](const auto& a, const auto& b) { return a.first > b.first; });
  if (lost.size() > kMost) lost.resize(kMost);
  std::string out = fmt::format("Why not {}x:", costs.workers);
  for (std::size_t i = 0; i < lost.size(); ++i) out += fmt::format("{} {} {}", i == 0 ? "" : ",", lost[i].second, format_duration(lost[i].first));
  return out + ".";
}

}  // namespace interleave
