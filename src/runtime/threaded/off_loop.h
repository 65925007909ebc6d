// off_loop.h -- to_thread(): threads beside an event loop, or several, for what would block it.
//
// A thread has a lane of its own, is started when all others have a task, and kept. At most kMost; more tasks wait for a
// free one, as with asyncio's default executor. Such a task may compute, block, wait and speak; tasks, locks, events and
// queues are the loops' own, and asking for them here fails in a sentence.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/executor.h"
#include "runtime/threaded/task_thread.h"

namespace interleave {

class OffLoopThread;

/// Outlives its executor when a thread was abandoned.
class OffLoop : public std::enable_shared_from_this<OffLoop> {
 public:
  static constexpr int kMost = 32;
  struct Over {
    TaskRef<ThreadTask> task;  ///< its body is gone
    std::exception_ptr thrown;
    bool abandoned = false;
    Cause cause;            ///< its end, in the lane of its thread
    bool untaken = false;   ///< there is no such lane: no thread had taken it
    /// Its end, which is recorded in `lane` if it is in none.
    Cause end(LaneRecorder& lane, Nanos t) const;
  };
  /// Of a task that no thread will take any more.
  static Over untaken(TaskRef<ThreadTask> task) { return {std::move(task), std::make_exception_ptr(Cancelled{}), true, {}, true}; }
  /// `first_core`: the first thread's number in the trace.
  OffLoop(const RunOptions& options, int first_core) : options_(options), first_core_(first_core), threads_(*options.clock, [](int) {}) {}
  ~OffLoop();

  const RunOptions& options() const { return options_; }
  ThreadCrew& threads() { return threads_; }

  // -- Thread: any. ----------------------------------------------------------------------------------------------------
  /// That will be sent: from then on nothing of it takes memory here.
  void make_room_for_one();
  /// There is room for it, and its work has it.
  void send(ThreadTask& task);
  /// A cancel of it is pending; it is to see that now, or, if no thread has taken it, to be over.
  void cancelled(const ThreadTask& task);

  // -- Thread: the coordinator's. --------------------------------------------------------------------------------------
  /// Threads for those that were sent and are not over, and for `more`, as far as they may be. False: there is none for them,
  /// and none could be started. Once the system has refused one, no other is asked for: none of them ends before the run does.
  bool threads_for(std::size_t more, Recorder& recorder, Nanos t);
  /// The first time after a refusal, a sentence for people; else empty.
  std::string refusal();
  /// Tasks that no thread has taken, and now none will.
  std::vector<TaskRef<ThreadTask>> take_back();
  /// The number of a core beside those of its threads, those to come too.
  int core_beside() { return first_core_++ + threads_.started(); }
  /// Those that have ended since the last call; the clock was notified of each.
  void take_over(std::vector<Over>& over);
  /// Of a stopped one: until its threads are gone, or, at `limit` (clock time), left behind.
  void end(Nanos limit);

 private:
  friend class OffLoopThread;
  TaskRef<ThreadTask> next(OffLoopThread& me);
  void ended(OffLoopThread& me, Over over);

  const RunOptions options_;
  int first_core_;
  Recorder* recorder_ = nullptr;  ///< of the threads, once there was to be one
  bool refused_ = false, told_refusal_ = false;
  std::mutex mutex_;  // all below
  TaskList queue_;
  std::vector<OffLoopThread*> all_, idle_;
  std::vector<Over> over_;
  std::size_t under_way_ = 0, promised_ = 0;
  ThreadCrew threads_;
};

}  // namespace interleave
