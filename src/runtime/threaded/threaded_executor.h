// threaded_executor.h -- what `threads`, `gil` and `stealing` have in common: main, here, and a pool of workers.
//
// main runs on the polling thread (Cooperative) and is no worker. What it makes goes to the pool. Whoever computes holds
// a permit of the RunToken, main too: its number is the core in the trace.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cooperative.h"
#include "runtime/threaded/run_token.h"
#include "runtime/threaded/thread_crew.h"

namespace interleave {

/// The workers, and what they share. Outlives its executor when a worker was abandoned.
/// Thread: the coordinator's, unless said otherwise. Blocks: never, but for its own mutexes.
class WorkerPool {
 public:
  WorkerPool(const RunOptions& options, int permits, Nanos interval)
      : options_(options), token_(*options.clock, permits, interval), threads_(*options.clock, [this](int n) { joined(n); }) {}
  virtual ~WorkerPool() = default;

  const RunOptions& options() const { return options_; }
  ThreadCrew& threads() { return threads_; }
  RunToken& token() { return token_; }
  Clock& clock() { return threads_.clock(); }
  Nanos now() { return threads_.now(); }
  bool stopping() const { return threads_.stopping(); }
  bool ending() const { return threads_.ending(); }
  /// The run is to end: all that can be done about it before main comes to it. Thread: any.
  virtual void run_cancelled() { threads_.stop(); }
  std::atomic<std::uint32_t>& object_numbers() { return object_numbers_; }
  /// Calls in other processes; null: there are none. Thread: any, once the gate is open.
  ProcessPool* processes() const { return processes_.get(); }
  void use(std::shared_ptr<ProcessPool> processes) { processes_ = std::move(processes); }

  virtual std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) = 0;
  /// main waits for tasks. True: there is nothing to wait for; `operation` has the answer.
  virtual bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) = 0;
  virtual void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) = 0;
  /// A number for a task. Thread: any.
  virtual TaskId new_task_id() = 0;
  /// No task lives here.
  virtual bool quiet() = 0;
  virtual std::size_t largest_frame() = 0;
  /// Of a worker, where a task that waits holds one with its stack.
  virtual std::int64_t largest_stack() { return 0; }
  /// What a task costs besides its frame and its stack.
  virtual std::size_t task_bytes() const = 0;
  /// Waits of main for tasks that were over since the last call. True: its turn has come at the object that it waits for.
  bool collect(std::vector<std::shared_ptr<Join>>& over);
  /// An allocation failed here: from now on everybody ends, and the run says why. Thread: any. Blocks: as stop().
  void no_memory();
  bool had_no_memory() const { return had_no_memory_.load(std::memory_order_acquire); }
  /// Whether main has been told of something since the last collect().
  bool has_news() const { return news_.load(std::memory_order_acquire); }
  /// Workers do something by themselves.
  bool active();
  /// Nothing can happen any more: `tell(why, stuck)`, while nobody's wait ends. False: something can.
  bool deadlocked(const std::function<void(std::string_view why, std::vector<Stuck>& stuck)>& tell);
  /// main waits for an object; not any more.
  void main_waits_for_object();
  void main_waits_for_object_no_more();
  /// main has ended, and waits for what tasks do last: from now on the clock is notified of each that ends.
  void main_has_ended();
  virtual bool has_ended(Task& task) = 0;
  /// All tasks that live, in the order in which they were made.
  virtual std::vector<TaskRef<Task>> living() = 0;
  /// A task here is to be cancelled, recorded in the caller's lane. False: it has ended. Thread: any.
  bool cancel(const TaskRef<Task>& task, LaneRecorder& lane) {
    CancelWalk walk;
    return cancel(task, lane, walk);
  }
  /// As part of that walk; `limit`: of a block of its own, and it hears of it only there.
  virtual bool cancel(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk& walk, Alarm* limit = nullptr) = 0;
  virtual void status_of(Task& task, Operation& operation) = 0;
  /// Alarms of tasks here are the coordinator's to ring. Thread: any.
  void arm(const std::shared_ptr<Alarm>& alarm, Nanos at);
  void take_alarms(std::vector<std::pair<std::shared_ptr<Alarm>, Nanos>>& alarms);
  /// The turn of `operation` has come; `lane`: whose caller made it come. Called inside of the object. Thread: any.
  void granted(Operation& operation, LaneRecorder& lane);

 protected:
  // Under mutex_, without which no wait of those that add_stuck() tells of ends:
  virtual bool something_to_run() { return false; }
  virtual std::string why_stuck() { return "Every task waits for something that cannot come"; }
  virtual void add_stuck(std::vector<Stuck>&) = 0;
  /// To be called when one more waits: tells the coordinator if nobody will do anything by himself, and main waits.
  void check_deadlock();

  /// A task has ended. Thread: any, without mutex_.
  void tell_of_end(bool more) {
    if (more || main_has_ended_.load(std::memory_order_relaxed)) notify_main();
  }

  /// As granted(), of a worker's task.
  virtual void task_granted(Operation& operation, LaneRecorder& lane) = 0;
  void tell_main(std::shared_ptr<Join> join);

 private:
  void joined(int workers);
  bool nobody_goes_on();
  void notify_main();

  const RunOptions options_;
  RunToken token_;
  std::atomic<std::uint32_t> object_numbers_{0};
  std::atomic<bool> main_has_ended_{false}, news_{false}, had_no_memory_{false};
  std::shared_ptr<ProcessPool> processes_;

 protected:
  std::mutex mutex_;              // all below
  bool main_waits_ = false;       // for tasks or an object
  int active_ = 0;                // workers that will do something by themselves; a wake-up counts for whom it wakes
  std::vector<std::shared_ptr<Join>> over_for_main_;

 private:
  bool gate_open_ = false, main_granted_ = false;
  std::vector<std::pair<std::shared_ptr<Alarm>, Nanos>> alarms_;  // for the coordinator, with their clock times
  std::size_t drops_at_ = 64;  // so many of them: those that were disarmed meanwhile are dropped
  ThreadCrew threads_;
};

/// A worker, or main, uses an object.
struct PoolPort final : SyncPort {
  PoolPort(WorkerPool& p, LaneRecorder& l) : SyncPort(l, p.now(), p.object_numbers(), true), pool(p) {}
  void granted(Operation& operation) const override { pool.granted(operation, lane); }
  WorkerPool& pool;
};

class ThreadedExecutor : public Cooperative {
 public:
  /// `workers` are wanted of the `asked`, on `permits` cores.
  ThreadedExecutor(const RunOptions& options, std::shared_ptr<WorkerPool> pool, int asked, int workers, int permits,
                   LaneKind lanes, std::string worker_name);
  /// Gives bodies that do not come back to their port a second, then abandons their threads.
  ~ThreadedExecutor() override;
  void cancel() override;

 protected:
  void collect() override;
  bool comes_soon() override { return !in_line_ && pool_->active(); }
  bool has_come() override { return pool_->has_news() || (in_line_ && waiter_.granted() >= 0); }
  void cancel_elsewhere() override;
  bool cleaned_up_elsewhere() override;
  void stop_elsewhere() override { pool_->threads().stop(); }
  void begun() override;
  Nanos close() override;
  /// Clock time at which, in the destructor, bodies that do not come back are left behind.
  Nanos grace_ends();

 private:
  Nanos prepare() override;
  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override;
  void spawn_task(LiveTask& maker, Operation& operation) override { pool_->spawn(coordinator(), maker, operation); }
  bool quiet_elsewhere() override { return pool_->quiet(); }
  bool all_wait(const Tell& tell) override;
  bool shares_objects() const override { return true; }
  std::atomic<std::uint32_t>& object_numbers() override { return pool_->object_numbers(); }
  void waits_for_object() override { pool_->main_waits_for_object(); }
  void waits_for_object_no_more() override { pool_->main_waits_for_object_no_more(); }
  bool cancel_child(const TaskRef<Task>& task) override { return pool_->cancel(task, coordinator()); }
  void limit_passed(Alarm& alarm) override {
    if (alarm.tasks.front().get() == main_task()) return Cooperative::limit_passed(alarm);
    CancelWalk walk;
    pool_->cancel(alarm.tasks.front(), coordinator(), walk, &alarm);
  }
  void status_of(Task& task, Operation& operation) override { pool_->status_of(task, operation); }
  void granted_elsewhere(Operation& operation) override { pool_->granted(operation, coordinator()); }
  TaskId new_task_id() override { return pool_->new_task_id(); }
  int core_for_process() override { return own_core_for_process(permits_, pool_->threads().started()); }
  bool take_core(LiveTask& task) override;
  void leave_core(LiveTask&) override;
  bool core_wanted(LiveTask& task) override;
  void stand_in_line(LiveTask& task);
  bool start_worker();

  const std::shared_ptr<WorkerPool> pool_;
  const int asked_, wanted_, permits_;
  const LaneKind lanes_;
  const std::string worker_name_;
  RunToken::Waiter waiter_;
  int permit_ = -1;
  bool in_line_ = false;
  bool started_ = false;
  std::vector<TaskRef<Task>> rest_;  // that lived when main ended, less some that have ended
  Nanos start_limit_ = 0, grace_ends_ = kForever;
  std::vector<std::shared_ptr<Join>> over_;
  std::vector<std::pair<std::shared_ptr<Alarm>, Nanos>> alarms_;
};

/// Cores that a run may use, and workers that it asks for.
int cores_of(const RunOptions& options);
int workers_asked(const RunOptions& options);

}  // namespace interleave
