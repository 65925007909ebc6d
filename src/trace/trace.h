// trace.h -- what happened: the only source of pixels, tables, sentences and exports.
//
// A TraceBuilder takes packets (recorder.h) as they come and keeps a Trace that is always fit to draw: spans are
// derived once, when their end is seen, in amortised constant time per event. When the run is over the Trace is
// frozen; nobody changes it again.
// Rejected: deriving spans from events at each frame (O(n)); one vector of spans for all lanes (a lane would need a
// search per frame and could not be folded).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/counts.h"
#include "trace/event.h"
#include "trace/executor_kind.h"
#include "trace/marks.h"
#include "trace/pieces.h"
#include "trace/recorder.h"
#include "trace/spans.h"

namespace interleave {

enum class Provenance : std::uint8_t { measured, modelled, recorded };
/// "measured"; "finished", "failed", "cancelled", "deadlock", "aborted": in files, tables and sentences. An unknown one: empty.
std::string_view word_of(Provenance provenance);
std::string_view word_of(RunEnd end);
inline constexpr int kProvenances = 3, kRunEnds = 5;

struct Lane {
  std::string name;
  std::string detail;
  LaneKind kind = LaneKind::worker;
  PackedSpans spans;  ///< in order, no overlap, gap-free from the lane's first event
  PackedMarks marks;  ///< in order
  std::uint64_t dropped_events = 0;
};

struct TaskRecord {
  TaskId id = kNoTask;
  TaskId parent = kNoTask;
  Nanos spawned = -1, started = -1, ended = -1;  ///< -1: not yet
  Nanos running = 0;                             ///< time with a core
  Nanos waiting = 0, ready = 0;
  std::uint16_t line = 0;                        ///< where it was made
  Outcome outcome = Outcome::finished;
};

/// Sees the tasks that one core or lane runs, one after the other.
struct SwitchCounter {
  TaskId last = kNoTask;  ///< but main, which comes between tasks and makes no switch of one
  /// Whether this is another task than the one before.
  bool runs(TaskId task) {
    if (task == kRootTask) return false;
    const TaskId before = last;
    last = task;
    return before != kNoTask && before != task;
  }
};

struct TextLine {
  Nanos at = 0;
  TaskId task = kNoTask;
  TextRole role = TextRole::output;
  std::string text;
};

struct Latency { Nanos p50 = 0, p99 = 0, max = 0; };

struct Summary {
  Nanos makespan = 0;       ///< from t = 0 to the end of main; of a live run: up to now
  std::uint32_t tasks = 0;  ///< without main
  std::uint32_t finished = 0, failed = 0, cancelled = 0, lost = 0;
  Nanos cpu_busy = 0;       ///< sum of running spans, main's too
  Nanos main_busy = 0;      ///< main's part of it
  double core_busy = 0;     ///< time that cores were had / (makespan * cores), 0..1
  std::uint64_t forks = 0;     ///< calls between plain functions that another worker might have taken
  std::uint64_t switches = 0;  ///< a core went from one task to another; also within one step of the clock
  Latency latency;          ///< from spawn to end, tasks that finished
  std::int64_t bytes_per_task = 0;
  Nanos spawn_ns = 0;
  std::int64_t copied_bytes = 0;
  std::uint64_t dropped_events = 0;
};

/// Immutable once `ended()`. Thread: any number of readers after that; before, only the builder's thread.
class Trace {
 public:
  ExecutorKind executor = ExecutorKind::serial;
  Provenance provenance = Provenance::measured;

  const std::vector<Lane>& lanes() const { return lanes_; }
  /// One lane per core: who ran where. Spans of all lanes that ran, by core; gaps are idle. In order, no overlap
  /// (of two that overlap by clock noise the later begin is clamped).
  const std::vector<Lane>& cores() const { return cores_; }
  const std::vector<TaskRecord>& tasks() const { return tasks_; }  ///< index = id - 1
  Counts counts() const { return Counts(counts_); }  ///< in order; one per change, or per bucket when very many
  const std::vector<TextLine>& texts() const { return texts_; }  ///< once the run has ended: in order of time
  /// Where one task was, from spawn to end, in order. Empty while the run goes on, and beyond two million changes.
  Life spans_of(TaskId task) const;

  /// When the event that a cause names happened, for arrows from cause to woken. nullopt: no cause, or not seen yet.
  /// Exact in lanes of up to half a million different times; beyond, a little early. Cost: O(log events of the lane).
  std::optional<Nanos> time_of(Cause cause) const;

  /// What another program calls this task; empty in traces of our own, whose tasks have numbers.
  std::string_view name_of(TaskId task) const { return task < names_.size() ? std::string_view(names_[task]) : std::string_view(); }

  bool ended() const { return ended_; }
  RunEnd how_ended() const { return how_ended_; }
  Nanos end() const { return end_; }  ///< of the last event seen
  std::int64_t fact(Fact f) const;    ///< 0 if not said
  Summary summary() const;            ///< O(1); latency and switches only once ended

 private:
  friend class TraceBuilder;
  friend struct TraceParts;
  /// Of a lane: from word `index` on (to the next) events happened at `at`.
  using Moments = Rows<2>;
  enum { kIndex, kAt };
  std::vector<Lane> lanes_, cores_;
  std::vector<Moments> moments_;            ///< by lane
  std::vector<TaskRecord> tasks_;
  PackedCounts counts_;
  std::vector<TextLine> texts_;
  PackedLives lives_;                       ///< made by finish()
  std::array<std::int64_t, 16> facts_{};
  Summary summary_;
  bool ended_ = false;
  RunEnd how_ended_ = RunEnd::finished;
  Nanos end_ = 0;
  std::vector<std::string> names_;          ///< by TaskId; of traces of other programs
};

/// Packets in, Trace out. Hostile packets (unknown kinds, absurd lanes, ids or times) never crash it and never make it
/// allocate without limit: what cannot be is skipped and counted in `refused()`.
class TraceBuilder {
 public:
  TraceBuilder(ExecutorKind executor, Provenance provenance);
  ~TraceBuilder();
  void add(std::span<const std::uint64_t> packets);
  /// What is known so far. Live spans that have no end yet reach to `now`.
  const Trace& so_far(Nanos now);
  /// The run is over, or was killed: closes what is open, sorts, indexes. Call once; add nothing after it.
  std::shared_ptr<const Trace> finish(RunEnd if_not_said = RunEnd::aborted);
  /// The same in pieces, into `out`, which stays until it is done or is let go of; the builder likewise. Until the last piece what
  /// so_far() returned is fit to draw, as of the run that it was; ask for no other.
  Pieces finish_in_pieces(RunEnd if_not_said, std::shared_ptr<const Trace>& out);
  std::uint64_t refused() const;

 private:
  class Deriver;
  std::unique_ptr<Deriver> deriver_;
};

/// `interleave run --dump`: lanes, spans and marks as lines of text, stable, for golden tests.
std::string dump_text(const Trace& trace);
/// Chrome JSON that Perfetto and chrome://tracing accept: lanes as threads with strictly nested slices, tasks as async events.
/// `about`: what it was run with, kept under "scenario".
std::string chrome_json(const Trace& trace, std::string_view about = {});
/// "Threads, measured: 0.326 s, 100 tasks, core busy 38.3 %." One sentence; `baseline` (serial) adds the speed-up.
std::string summary_sentence(const Trace& trace, Nanos serial_makespan = 0);
/// What its figures do not say and a reader must know, each a sentence: that its cores are emulated, that calls held an event loop.
std::vector<std::string> caveats_of(const Trace& trace);
/// The step of the clock that timed this run, ns; 0: it was computed, and is exact.
inline Nanos clock_step_of(const Trace& trace) { return trace.provenance == Provenance::modelled ? 0 : trace.fact(Fact::clock_step_ns); }
/// "0.326 s", "68.9 ms", "< 0.1 ms": 3 significant digits, thin space (U+2009) before the unit, nothing finer than the step.
std::string format_duration(Nanos t, Nanos clock_step = 0);

}  // namespace interleave
