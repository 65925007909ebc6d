// task_thread.h -- a thread that runs tasks: its lane, its core, and the port of the task that it runs right now.
//
// What workers, thieves and the threads off the loop do in one and the same way. How tasks come to a thread, and what it
// does when one has to wait, is each executor's.
#pragma once

#include <atomic>
#include <exception>
#include <string_view>

#include "runtime/fork_join.h"
#include "runtime/live_task.h"
#include "runtime/threaded/thread_crew.h"

namespace interleave {

/// A task that other threads may cancel.
struct ThreadTask : LiveTask, Joined {
  BasicCancels<> cancels;  ///< pending: to be thrown at its next safepoint, or out of its wait
  bool over = false;       ///< under its guard: it has come back for the last time, and hears of nothing any more
  bool cancelled() const { return cancels; }
  bool take_cancel() { return cancels.take(); }
  /// It is to hear of a cancel; of a limit of its own, which it has counted, in the block that has it or not at all. `again`: it was
  /// counted before.
  void pend_cancel(Alarm* limit = nullptr, bool again = false) {
    if (limit) limit->leave([this] { cancels.pend_limit(); });
    else if (again) cancels.pend();
    else cancels.cancel();
  }
  /// It is over. As asyncio's: a cancel that it has not heard of when it returns is its end. Under its guard.
  std::exception_ptr last_word(std::exception_ptr thrown) {
    over = true;
    return !thrown && take_cancel() ? std::make_exception_ptr(Cancelled{}) : thrown;
  }
  std::uint32_t cancelling() const override { return cancels.cancelling(); }
  void count_limit() override { cancels.count_limit(); }
  bool uncancel(std::uint32_t before) override { return cancels.uncancel(before); }
};

/// Tasks that are made of works one by one, and of which nobody knows so far: unless all are there, none is.
template <class Made>
class AllOrNone {
 public:
  /// Those that come to be in `made` from now on.
  explicit AllOrNone(Made& made) : made_(made), before_(made.size()) {}
  AllOrNone(const AllOrNone&) = delete;
  ~AllOrNone() {
    for (; !all_ && made_.size() > before_; made_.pop_back()) {
      const auto work = std::move(made_.back()->work);
      work->task = nullptr;
    }
  }
  void are_there() { all_ = true; }

 private:
  Made& made_;
  const std::size_t before_;
  bool all_ = false;
};

/// Thread: its own, unless said otherwise. Between enter() and leave(), but for what bodies call: the Port.
class TaskThread : public CrewMember, public Port {
 public:
  /// `rate`: steps of compute() per nanosecond. `core`: its number in the trace, until it is another; -1: none yet.
  TaskThread(ThreadCrew& threads, double rate, LaneRecorder& lane, int core) : CrewMember(lane), core_(core), threads_(threads), rate_(rate) {}

  void say(Task& task, TextRole role, const std::string_view& text) override;
  Forks& forks(Task& task) override;

 protected:
  /// How a body came back.
  struct Ended {
    std::exception_ptr thrown;
    bool abandoned = true;  ///< it asked again after Cancelled; it is not resumed any more
    bool suspended = false; ///< neither that nor at its end: whoever brings what it waits for resumes it
    std::size_t frame = 0;  ///< bytes
  };

  /// False: the run is being stopped; or, if it `cancels`, the task is cancelled, and that is taken.
  virtual bool safepoint(ThreadTask& task, bool cancels) = 0;

  /// From its first line, or where it has suspended, to its last, or to where it does.
  Ended run_to_end(ThreadTask& task);
  /// The last word of a task. What it threw is a failure of its own, or was told already.
  Cause record_end(const LiveTask& task, const std::exception_ptr& thrown);
  void record_run(const LiveTask& task) { lane_.at(now(), EventKind::run, run_word(core_, task), task.id); }
  void record_wait(WaitReason reason, const LiveTask& task) { lane_.at(now(), EventKind::wait, wait_word(reason, task), task.id); }
  void record_wake(const LiveTask& task, Cause cause) { lane_.at(now(), EventKind::wake, 0, task.id, cause.word()); }
  /// The event that was recorded last; one without a payload.
  Cause last_event() const { return {static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 1}; }
  /// compute() and sum_range().
  void compute(ThreadTask& task, Operation& operation);
  /// The thread stands still until that clock time, or until the task is to end.
  void stand_still(const ThreadTask& task, Nanos until);
  /// The same in a seam's call.
  StandsStill stands_still(const ThreadTask& task) {
    return {*this, [this, &task] { return threads_.stopping() || task.cancelled() ? Standstill::kEnds : kForever; }};
  }
  Nanos now() { return threads_.now(); }

  int core_;
  Asked asked_;  ///< of it, by its tasks

 private:
  Nanos fork_edge();

  ThreadCrew& threads_;
  const double rate_;
  ThreadTask* forking_ = nullptr;
  CalledForks forks_{[this] { return fork_edge(); }};
};

}  // namespace interleave
