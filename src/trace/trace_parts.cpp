#include "trace/trace_parts.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace interleave {

void derive_cores(TraceParts& parts) { derive_cores_in_pieces(parts).all(); }

Pieces derive_cores_in_pieces(TraceParts& parts) {
  parts.cores.clear();
  // Each lane's are in order: the earliest of all comes next, of those that begin at once the first lane's.
  struct Next {
    Nanos begin;
    std::size_t lane;
    bool operator<(const Next& other) const { return begin != other.begin ? begin < other.begin : lane < other.lane; }
  };
  std::vector<SpanReader> readers;
  std::vector<std::size_t> at(parts.lanes.size(), 0);
  std::vector<Next> next;  // from `first` on, sorted: a lane's following span is mostly among the last, so that a heap was slower
  std::size_t first = 0, done = 0, all = 1;
  const auto put = [&](std::size_t lane) {
    for (std::size_t& i = at[lane]; i < readers[lane].size(); ++i) {
      const Span* const span = readers[lane].at(i);
      if (!has_core(parts.trace, *span)) continue;
      const Next one{span->begin, lane};
      next.push_back(one);
      std::size_t place = next.size() - 1;
      for (; place > first && one < next[place - 1]; --place) next[place] = next[place - 1];
      next[place] = one;
      return;
    }
  };
  readers.reserve(parts.lanes.size());
  for (std::size_t lane = 0; lane < parts.lanes.size(); ++lane) {
    readers.emplace_back(parts.lanes[lane].spans);
    all += parts.lanes[lane].spans.size();
    put(lane);
  }
  while (first < next.size()) {
    if (++done % kPiece == 0) co_yield std::min(0.9, static_cast<double>(done) / static_cast<double>(all));
    const std::size_t lane = next[first++].lane;
    if (first > 4 * readers.size()) next.erase(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(std::exchange(first, 0)));
    Span span = *readers[lane].at(at[lane]++);
    if (span.core >= parts.cores.size()) parts.cores.resize(span.core + 1u);
    PackedSpans& core = parts.cores[span.core].spans;
    if (!core.empty()) span.begin = std::max(span.begin, core.last_end());
    span.end = std::max(span.end, span.begin);
    core.push_back(span);
    put(lane);
  }
}

void derive_counts(TraceParts& parts, std::span<const Span> task_spans) {
  struct Move {
    Nanos at;
    int state;
    std::int32_t by;
  };
  std::vector<Move> moves;
  moves.reserve(2 * task_spans.size() + parts.tasks.size());
  constexpr int kDone = kStates;  // no state: the end of a task
  for (const Span& span : task_spans)
    if (span.task != kRootTask) {
      moves.push_back({span.begin, static_cast<int>(span.state), 1});
      moves.push_back({span.end, static_cast<int>(span.state), -1});
    }
  for (const TaskRecord& task : parts.tasks)
    if (task.id != kRootTask && task.ended >= 0) moves.push_back({task.ended, kDone, 1});
  std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) { return a.at < b.at; });
  TaskCounts now;
  auto add = [](std::uint32_t& n, std::int32_t by) { n = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + by); };
  parts.counts = {};
  MainEdges main;
  for (const Lane& lane : parts.lanes)
    Spans(lane.spans).each(0, lane.spans.size(), [&](const Span& span) {
      if (span.task == kRootTask && has_core(parts.trace, span)) main.add(span);
    });
  main.sort();
  const auto comes_or_goes = [&] { parts.counts.add(now); };
  for (std::size_t i = 0; i < moves.size();) {
    const Nanos at = moves[i].at;
    main.until(at, now, comes_or_goes);
    for (; i < moves.size() && moves[i].at == at; ++i) {
      const Move& m = moves[i];
      switch (m.state) {
        case static_cast<int>(State::running): add(now.running, m.by); break;
        case static_cast<int>(State::ready): add(now.ready, m.by); break;
        case static_cast<int>(State::waiting_lock): add(now.waiting_lock, m.by); break;
        case static_cast<int>(State::waiting_gil): add(now.waiting_gil, m.by); break;
        case static_cast<int>(State::waiting_io):
        case static_cast<int>(State::waiting_children):
        case static_cast<int>(State::copying): add(now.waiting_io, m.by); break;
        case static_cast<int>(State::not_started):
        case static_cast<int>(State::starting): add(now.not_started, m.by); break;
        case kDone: add(now.done, m.by); break;
        default: break;
      }
    }
    now.at = at;
    now.main = main.at(at);
    parts.counts.add(now);
  }
  main.until(MainEdges::kNever, now, comes_or_goes);
}

void derive_ends(TraceParts& parts) { derive_ends_in_pieces(parts).all(); }

Pieces derive_ends_in_pieces(TraceParts& parts) {
  Summary s;
  std::vector<Nanos> latencies;
  latencies.reserve(parts.tasks.size());
  for (std::size_t i = 0; i < parts.tasks.size(); ++i) {
    if (i % kPiece == kPiece - 1) co_yield 0.2;
    const TaskRecord& task = parts.tasks[i];
    if (task.id == kRootTask || task.spawned < 0 || task.ended < 0) continue;
    switch (task.outcome) {
      case Outcome::finished:
        ++s.finished;
        latencies.push_back(task.ended - task.spawned);
        break;
      case Outcome::failed: ++s.failed; break;
      case Outcome::cancelled: ++s.cancelled; break;
      case Outcome::lost: ++s.lost; break;
    }
  }
  auto at_rank = [&](double share) -> Nanos {
    if (latencies.empty()) return 0;
    // The smallest latency that `share` of the tasks did not exceed.
    const auto rank = std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(latencies.size()))) - 1);
    std::nth_element(latencies.begin(), latencies.begin() + rank, latencies.end());
    return latencies[static_cast<std::size_t>(rank)];
  };
  s.latency.p50 = at_rank(0.5);
  co_yield 0.4;
  s.latency.p99 = at_rank(0.99);
  co_yield 0.5;
  s.latency.max = at_rank(1.0);
  co_yield 0.6;
  for (const Lane& core : parts.cores) {
    SwitchCounter switches;
    for (std::size_t i = 0; i < core.spans.size(); ++i) {
      s.switches += switches.runs(core.spans.task(i));
      if (i % (4 * kPiece) == 4 * kPiece - 1) co_yield 0.8;
    }
  }
  Summary& out = parts.summary;
  out.finished = s.finished, out.failed = s.failed, out.cancelled = s.cancelled, out.lost = s.lost;
  out.latency = s.latency;
  out.switches = s.switches;
}

void derive_summary(TraceParts& parts) {
  derive_ends(parts);
  derive_busy(parts);
  parts.summary.tasks = static_cast<std::uint32_t>(std::ranges::count_if(parts.tasks, [](const TaskRecord& t) { return t.id != kRootTask && t.spawned >= 0; }));
}

void derive_busy(TraceParts& parts) {
  parts.summary.cpu_busy = parts.summary.main_busy = 0;
  for (const Lane& lane : parts.lanes)
    lane.spans.each(0, lane.spans.size(), [&](const Span& span) {
      if (span.state != State::running) return;
      parts.summary.cpu_busy += span.end - span.begin;
      if (span.task == kRootTask) parts.summary.main_busy += span.end - span.begin;
    });
}

}  // namespace interleave
