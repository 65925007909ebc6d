#include "trace/trace_parts.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace interleave {

void derive_cores(TraceParts& parts) { derive_cores_in_pieces(parts).all(); }

Pieces derive_cores_in_pieces(TraceParts& parts, const std::array<std::size_t, 256>* of_core) {
  parts.cores.clear();
  auto by_begin = [](const Span& a, const Span& b) { return a.begin < b.begin; };
  std::array<std::size_t, 256> counted{};
  if (!of_core)
    for (const Lane& lane : parts.lanes)
      for (std::size_t from = 0; from < lane.spans.size(); from += kPiece) {
        for (const Span& span : std::span(lane.spans).subspan(from, std::min(kPiece, lane.spans.size() - from)))
          if (has_core(parts.trace, span)) ++counted[span.core];
        if (lane.spans.size() > kPiece) co_yield 0.1;
      }
  const std::array<std::size_t, 256>& room = of_core ? *of_core : counted;
  std::size_t most = 0;
  for (std::size_t i = 0; i < room.size(); ++i)
    if (room[i] > 0) most = i + 1;
  parts.cores.resize(most);
  for (std::size_t i = 0; i < most; ++i) parts.cores[i].spans.reserve(room[i]);
  for (const Lane& lane : parts.lanes)
    for (std::size_t from = 0; from < lane.spans.size(); from += kPiece) {
      for (const Span& span : std::span(lane.spans).subspan(from, std::min(kPiece, lane.spans.size() - from)))
        if (has_core(parts.trace, span)) parts.cores[span.core].spans.push_back(span);
      if (lane.spans.size() > kPiece) co_yield 0.4;
    }
  std::vector<Span> scratch;
  for (Lane& core : parts.cores)  // each lane's are in order
    for (Pieces merging = merge_stretches_in_pieces(core.spans, scratch, by_begin); merging.next();) co_yield 0.7;
  for (Lane& core : parts.cores)
    for (std::size_t from = 1; from < core.spans.size(); from += kPiece) {
      for (std::size_t k = from; k < std::min(from + kPiece, core.spans.size()); ++k) {
        Span& span = core.spans[k];
        span.begin = std::max(span.begin, core.spans[k - 1].end);
        span.end = std::max(span.end, span.begin);
      }
      co_yield 0.9;
    }
}

void derive_counts(TraceParts& parts) {
  struct Move {
    Nanos at;
    int state;
    std::int32_t by;
  };
  std::vector<Move> moves;
  moves.reserve(2 * parts.task_spans.size() + parts.tasks.size());
  constexpr int kDone = kStates;  // no state: the end of a task
  for (const Span& span : parts.task_spans)
    if (span.task != kRootTask) {
      moves.push_back({span.begin, static_cast<int>(span.state), 1});
      moves.push_back({span.end, static_cast<int>(span.state), -1});
    }
  for (const TaskRecord& task : parts.tasks)
    if (task.id != kRootTask && task.ended >= 0) moves.push_back({task.ended, kDone, 1});
  std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) { return a.at < b.at; });
  TaskCounts now;
  auto add = [](std::uint32_t& n, std::int32_t by) { n = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + by); };
  parts.counts.clear();
  for (std::size_t i = 0; i < moves.size();) {
    const Nanos at = moves[i].at;
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
    parts.counts.push_back(now);
  }
  count_main(parts);
}

void count_main(TraceParts& parts) {
  MainEdges main;
  for (const Lane& lane : parts.lanes)
    for (const Span& span : lane.spans)
      if (span.task == kRootTask && has_core(parts.trace, span)) main.add(span);
  if (main.size() == 0) return;
  main.sort();
  std::vector<TaskCounts> with_main;
  with_main.reserve(parts.counts.size() + main.size());
  TaskCounts now;
  const auto put = [&] { with_main.push_back(now); };
  for (const TaskCounts& count : parts.counts) {
    main.until(count.at, now, put);
    now = count;
    now.main = main.at(count.at);
    put();
  }
  main.until(MainEdges::kNever, now, put);
  parts.counts = std::move(with_main);
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
      s.switches += switches.runs(core.spans[i].task);
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
    for (const Span& span : lane.spans)
      if (span.state == State::running) {
        parts.summary.cpu_busy += span.end - span.begin;
        if (span.task == kRootTask) parts.summary.main_busy += span.end - span.begin;
      }
}

}  // namespace interleave
