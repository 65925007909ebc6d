// engine.h -- the door between the user interface and whatever runs workloads.
//
// Natively a thread of this process; on the page Workers that the page owns and can kill. One run at a time.
// Rejected: an Engine that hands out a finished Trace (nobody would see a run while it happens); one that calls back
// (the page would be entered from anywhere).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/event.h"
#include "trace/executor_kind.h"
#include "trace/trace.h"

namespace interleave {

struct Scenario;

/// What this place can do, said in words wherever it is less than everything.
struct Capabilities {
  int machine_cores = 1;
  Nanos clock_step = 0;
  /// Empty: runs for real here. Otherwise one sentence that says why it does not.
  std::array<std::string, kExecutorKinds> refused;
  /// What is running where, for the top bar: "Real threads, 2 cores, clock steps of 5 µs".
  std::string where;
  /// Why it is so and what would change it; empty when nothing is missing.
  std::string why;
  bool computes = false;      ///< in virtual time, where that is asked for; else all runs are real
  bool can_open_tab = false;  ///< a tab of its own would give real threads
};

struct EngineStatus {
  enum class Kind : std::uint8_t { idle, starting, running, ended };
  Kind kind = Kind::idle;
  Nanos now = 0;         ///< running: time since t = 0 of the run
  RunEnd end = RunEnd::finished;
  std::string sentence;  ///< ended badly, or a notice: one sentence
  bool more = false;     ///< running: the budget is spent, and there is more of the trace
};

/// Where t = 0 of a live run lies on the reader's clock, from above: no event is read before it happened. Starting threads and
/// Workers takes a while, so the moment at which the run was asked for says little.
class StartOfRun {
 public:
  /// Time since t = 0, at `now`, when `so_far` is what has been read; 0 before the first event.
  Nanos since(Nanos now, const Trace& so_far) {
    if (!so_far.tasks().empty()) zero_ = std::min(zero_, now - so_far.end());
    return std::max<Nanos>(0, now - zero_);
  }

 private:
  Nanos zero_ = INT64_MAX;
};

/// Thread: the user interface's. Nothing here blocks.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual const Capabilities& capabilities() const = 0;
  /// Starts a run of the scenario on `executor`. Not while one is under way (asserted).
  virtual void run(const Scenario& scenario, ExecutorKind executor) = 0;
  /// Ends the run: politely, then, within 200 ms, by force. Natively one that still records is given 10 s, unless asked again after
  /// those 200 ms. What was recorded stays. No run: nothing happens.
  virtual void cancel() = 0;
  /// Moves what was recorded since the last call into the builder, at most `budget_bytes`. `ended` comes once, after
  /// the last of it.
  virtual EngineStatus poll(TraceBuilder& into, std::size_t budget_bytes = 2u << 20) = 0;
};

}  // namespace interleave
