// range.h -- the figures of a stretch of a run, and its tasks by a search. Pure functions of a trace.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"
#include "view/timeline.h"
#include "view/viewport.h"

namespace interleave {

/// How many tasks were in a state on average over the range, and what happened in it. A range that reaches beyond the run
/// is judged by the part inside; nothing inside: zeros.
struct RangeFigures {
  ExecutorKind executor = ExecutorKind::serial;
  double running = 0, ready = 0, waiting_io = 0, waiting_lock = 0, waiting_gil = 0, not_started = 0;
  std::uint64_t switches = 0;  ///< a core went from one task to another
  std::uint32_t done = 0;      ///< tasks that ended
  int cores = 0;
};
/// Of a finished run: how many switches each core has seen up to every so many of its spans. 8 bytes for each kEvery of them.
class SwitchTable {
 public:
  static constexpr std::size_t kEvery = 256;
  struct Entry {
    std::uint32_t switches = 0;
    TaskId last = kNoTask;  ///< SwitchCounter's
  };
  bool empty() const { return cores_.empty(); }
  /// Of the first `spans` of this core. Cost: O(kEvery).
  std::uint32_t before(const Trace& trace, std::size_t core, std::size_t spans) const;

 private:
  friend Pieces count_switches_in_pieces(const Trace& trace, SwitchTable& out);
  std::vector<std::vector<Entry>> cores_;
};
Pieces count_switches_in_pieces(const Trace& trace, SwitchTable& out);

/// With both tables (of a finished run) O(cores x log spans); else O(changes and core spans in the range).
RangeFigures figures_of(const Trace& trace, const Viewport& range, const CountsTable* counts = nullptr, const SwitchTable* switches = nullptr);

/// The tasks (never main) that a search means, at most `most`, and how many there were in all:
/// nothing: the slowest first. A number: it, then those that begin with it. "line 10": who is at that line at t.
/// Else words: running, ready, io, lock, gil, waiting, not started, done (where the task is at t), failed, cancelled, lost; or a part
/// of the name that another program gave it.
struct FoundTasks {
  std::vector<TaskId> tasks;
  std::size_t in_all = 0;
};
/// Cost: O(tasks x log spans).
FoundTasks find_tasks(const Trace& trace, std::string_view search, double t, std::size_t most);
/// "task 57", "main", or what another program calls it; no task: empty.
std::string task_name(const Trace& trace, TaskId task);
/// What a row of that list says: "waiting for I/O, 0.271 s in all".
std::string task_words(const Trace& trace, TaskId task, double t);

/// How long tasks took from spawn to end, those that finished, the shortest first. Cost: O(tasks x log tasks).
std::vector<Nanos> latencies_of(const Trace& trace);
/// Where t lies in [least, most]: 0..1, by length, or with `log` by ratio (least > 0).
double latency_share(Nanos t, Nanos least, Nanos most, bool log);
/// How many of them are in each of `bins` parts of [least, most] that are equal by latency_share().
/// Cost: O(bins x log latencies).
std::vector<std::uint32_t> latency_bins(std::span<const Nanos> latencies, Nanos least, Nanos most, std::size_t bins, bool log);

}  // namespace interleave
