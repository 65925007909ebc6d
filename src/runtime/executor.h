// executor.h -- runs tasks and records what happened.
// Executors differ in WHO runs a task and WHEN; what a task does is in task.h.
// Rejected: run() that blocks (a page has one thread); callbacks (they hide order from the trace).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/steady_clock.h"
#include "runtime/task.h"
#include "trace/executor_kind.h"
#include "trace/recorder.h"

namespace interleave {

/// Makes the root task, and tasks of the same program in other processes.
class Root {
 public:
  virtual ~Root() = default;
  virtual std::shared_ptr<Work> main() = 0;
  /// From now on tasks run on several threads. Thread: the one that ran all of them so far.
  virtual void touched_by_threads() {}
  /// What another process needs to make an equal Root (its `root_from_bytes` is the platform's). nullopt: cannot be sent.
  virtual std::optional<Bytes> to_bytes() const { return std::nullopt; }
  virtual std::shared_ptr<Work> work_from_bytes(const Bytes&) { return nullptr; }
  /// In the parent: the object with that place (Sync::place), which a task in another process uses; it lives as long as the
  /// Root. Null: there is none of that kind. A queue's items are Bytes.
  virtual Sync* object_at(std::uint64_t /*place*/, ObjectKind, std::int64_t /*size*/) { return nullptr; }
  /// In a child: objects that its tasks make have places from there on, which are its alone.
  virtual void make_objects_from(std::uint64_t /*place*/) {}
};

/// A root from a C++ coroutine function.
std::shared_ptr<Root> root(std::function<Coroutine(Task&)> main);

struct Progress {
  enum class Kind : std::uint8_t { busy, waiting, done };
  Kind kind = Kind::busy;
  /// waiting: nothing will happen before this (clock time), unless the clock is notified. kForever: only a notify.
  Nanos until = 0;
  RunEnd end = RunEnd::finished;  ///< done: how
  std::string sentence;           ///< done, and not finished: why, for people
};

inline constexpr Nanos kMs = 1'000'000;

/// One way to run tasks. One object, one run.
/// Thread: all calls from one thread, which need not be a worker; only cancel() from any.
class Executor {
 public:
  /// Ends workers and reaps children; returns within 2 s whatever runs.
  virtual ~Executor() = default;
  /// Takes the root task and returns at once. The recorder and the clock outlive the run. Call once.
  virtual void start(const std::shared_ptr<Root>& root, Recorder& recorder) = 0;
  /// Works, or collects work done elsewhere. Blocks: at most `budget`; with 0 never.
  virtual Progress poll(Nanos budget) = 0;
  /// Asks tasks to stop at their next safepoint; poll() until done. Safe to call twice. A body that never comes to one keeps the run
  /// from being done: the destructor, where there are threads, leaves it behind after a second.
  virtual void cancel() = 0;
};

class Requests;
class Sockets;
class ProcessPort;
class SubmissionQueue;

/// What a run may use. Seams are borrowed and outlive the executor; a null seam means that the platform has none, and
/// what needs it fails with a sentence.
struct RunOptions {
  ExecutorKind kind = ExecutorKind::serial;
  int workers = 0;                   ///< 0: as many as cores; of event loops one
  int cores = 0;                     ///< 0: the machine's. More than the machine has, or fewer: kept by permits, "emulated"
  Nanos gil_interval = 5 * kMs;
  int max_workers = 256;             ///< more are not started; the rest of the tasks wait for a free one
  int machine_cores = 1;
  Nanos clock_step = 0;
  double compute_rate = 0;           ///< steps per nanosecond (compute.h); 0: make_executor measures it, 20 ms
  std::int64_t (*stack_bytes_here)() = nullptr;    ///< memory that the calling thread's stack takes, asked by each worker before it ends. Null: not known
  int (*core_here)() = nullptr;                    ///< on which core the calling thread is just now, for leave_core. Null: not known
  void (*leave_core)(int core) = nullptr;          ///< the calling thread, if it is there, goes on on another; with core_here
  void (*thread_begins)() = nullptr;               ///< called on each worker's thread before anything else. Null: there is nothing to do
  std::function<bool(int worker)> may_start_thread; ///< asked before each; false stands for a system that refuses. Null: always
  std::shared_ptr<SubmissionQueue> submissions;    ///< work from other threads (submission.h); `processes` refuses it. Null: there is none
  Clock* clock = nullptr;
  std::shared_ptr<SteadyClock> steady;             ///< of `clock`, which make_executor replaces by it, for seams that have limits. Null: it makes one
  Requests* requests = nullptr;
  Sockets* sockets = nullptr;
  ProcessPort* processes = nullptr;
};

/// Null and a sentence where this build or platform cannot run that kind.
struct MadeExecutor {
  std::unique_ptr<Executor> executor;
  std::string refused;
};
MadeExecutor make_executor(const RunOptions& options);

}  // namespace interleave
