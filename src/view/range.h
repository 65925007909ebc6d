// range.h -- the figures of a stretch of a run, and its tasks by a search. Pure functions of a trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/trace.h"

namespace interleave {

struct TimeRange {
  double begin = 0, end = 0;  ///< ns, begin < end
  double length() const { return end - begin; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// How many tasks were in a state on average over the range, and what happened in it. A range that reaches beyond the run
/// is judged by the part inside; nothing inside: zeros.
struct RangeFigures {
  ExecutorKind executor = ExecutorKind::serial;
  double running = 0, ready = 0, waiting_io = 0, waiting_lock = 0, waiting_gil = 0, not_started = 0;
  std::uint64_t switches = 0;  ///< a core went from one task to another
  std::uint32_t started = 0, done = 0;
  int cores = 0;
};
/// Cost: O(changes and core spans in the range).
RangeFigures figures_of(const Trace& trace, const TimeRange& range);

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

/// How long tasks took from spawn to end, those that finished: so many in each of `bins` parts of [least, most], which are
/// parts of equal length, or with `log` of equal ratio (least > 0). Cost: O(tasks).
std::vector<std::uint32_t> latency_bins(const Trace& trace, Nanos least, Nanos most, std::size_t bins, bool log);
/// The shortest and the longest of them; 0, 0: none finished.
std::pair<Nanos, Nanos> latency_limits(const Trace& trace);

}  // namespace interleave
