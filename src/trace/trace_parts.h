// trace_parts.h -- how the readers of files make a Trace without a run. Only for trace/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"

namespace interleave {

/// Leaves new elements as the memory is: zeros that are written over at once are a go through all of it.
template <class T>
struct Unset : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  template <class U>
  void construct(U* at) noexcept {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

inline constexpr Nanos kLatestTime = 1'000'000'000'000'000;  ///< eleven days: later is not a time

struct TraceParts {
  using Moments = Trace::Moments;
  explicit TraceParts(Trace& t)
      : trace(t), lanes(t.lanes_), cores(t.cores_), moments(t.moments_), tasks(t.tasks_), counts(t.counts_), texts(t.texts_),
        lives(t.lives_), facts(t.facts_), summary(t.summary_), ended(t.ended_),
        how_ended(t.how_ended_), end(t.end_), names(t.names_) {}
  Trace& trace;
  std::vector<Lane>&lanes, &cores;
  std::vector<Moments>& moments;
  std::vector<TaskRecord>& tasks;
  PackedCounts& counts;
  std::vector<TextLine>& texts;
  PackedLives& lives;
  std::array<std::int64_t, 16>& facts;
  Summary& summary;
  bool& ended;
  RunEnd& how_ended;
  Nanos& end;
  std::vector<std::string>& names;
};
/// To read what a finished Trace keeps to itself; nothing is changed.
inline TraceParts parts_of(const Trace& trace) { return TraceParts(const_cast<Trace&>(trace)); }

/// Sorts what consists of a few stretches that are in order: neighbours are merged, pair by pair. Stable.
/// Cost: O(n log stretches). `room`: scratch, kept by the caller so that it is not made each time.
template <class T, class Before>
void merge_stretches(std::vector<T>& all, std::vector<T>& room, Before before) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 1; i < all.size(); ++i)
    if (before(all[i], all[i - 1])) starts.push_back(i);
  if (starts.size() == 1) return;
  room.resize(all.size());
  while (starts.size() > 1) {
    std::size_t kept = 0;
    for (std::size_t k = 0; k < starts.size(); k += 2) {
      const auto a = all.begin() + static_cast<std::ptrdiff_t>(starts[k]);
      const auto b = k + 1 < starts.size() ? all.begin() + static_cast<std::ptrdiff_t>(starts[k + 1]) : all.end();
      const auto c = k + 2 < starts.size() ? all.begin() + static_cast<std::ptrdiff_t>(starts[k + 2]) : all.end();
      std::merge(a, b, b, c, room.begin() + static_cast<std::ptrdiff_t>(starts[k]), before);
      starts[kept++] = starts[k];
    }
    starts.resize(kept);
    all.swap(room);
  }
}

/// Whether this is time of one of the run's cores. The parent of processes, where main runs, has none of theirs.
inline bool has_core(const Trace& trace, const Span& span) {
  return span.state == State::running && (span.task != kRootTask || trace.executor != ExecutorKind::processes);
}

/// When main comes to a core of the run and when it goes, as the lanes say; what else is counted leaves it out. First all are added,
/// then sort(), then time goes on and never back.
class MainEdges {
 public:
  static constexpr Nanos kNever = std::numeric_limits<Nanos>::max();
  /// A span of main with a core.
  void add(const Span& span) { all_.insert(all_.end(), {{span.begin, 1}, {span.end, -1}}); }
  void sort() {
    if (!std::ranges::is_sorted(all_)) std::ranges::sort(all_);
  }
  std::size_t size() const { return all_.size(); }
  /// How many cores main has at t.
  std::uint32_t at(Nanos t) {
    while (next() <= t) cores_ += all_[next_++].second;
    return static_cast<std::uint32_t>(cores_);
  }
  /// Calls back at each moment before `before` at which that changes; `now` is then the count of that moment.
  template <class Changed>
  void until(Nanos before, TaskCounts& now, Changed changed) {
    while (next() < before) {
      now.at = next();
      const std::uint32_t cores = at(now.at);
      if (std::exchange(now.main, cores) != cores) changed();
    }
  }

 private:
  Nanos next() const { return next_ < all_.size() ? all_[next_].first : kNever; }
  std::vector<std::pair<Nanos, std::int32_t>> all_;
  std::size_t next_ = 0;
  std::int32_t cores_ = 0;
};

/// Who had which core, from the lanes. Cost: O(spans) where lanes go on alike, at most O(spans x lanes).
void derive_cores(TraceParts& parts);
Pieces derive_cores_in_pieces(TraceParts& parts);
/// Where all tasks are over time, from each task's spans, and main's core. Cost: O(n log n).
void derive_counts(TraceParts& parts, std::span<const Span> task_spans);
/// How tasks ended, their latencies, and switches: from tasks and cores.
void derive_ends(TraceParts& parts);
Pieces derive_ends_in_pieces(TraceParts& parts);
/// How long cores were had, and by main: from lanes.
void derive_busy(TraceParts& parts);
/// derive_ends, derive_busy, and how many tasks there were.
void derive_summary(TraceParts& parts);

}  // namespace interleave
