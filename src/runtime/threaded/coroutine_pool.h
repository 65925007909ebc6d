// coroutine_pool.h -- M coroutines on N threads: what `stealing` and several event loops have in common.
//
// A task that waits is in nobody's way: it stands in its thread's timer heap, in a join, in the line of an object, or with
// the coordinator, who keeps the HTTP requests. Where a task goes that can go on, and which thread takes it from there, is
// what tells the two apart: CoroutinePool::put() and PoolThread::next().
//
// Who may touch what: a PoolTask's `ended`, `failure`, `waits` and joins under its guard (outside.h); a Join's fields under its guard
// (hand_over.h); the lists of live tasks under their guards; a body only the thread that runs it. A body is resumed again
// only after it has suspended: what it waits for is told of it (settle) when its resume() has returned.
//
// Whoever runs holds a permit (main competes for them), and gives it back when it goes to sleep or somebody stands in line.
//
// The end. A stop is announced by whoever asks for it, and carried out by main, which has to give up first what it keeps for tasks.
// From the first on, who computes hears of it, and no thread begins anything: main may not have a core for a while. From the second on a
// thread that has come to the end of what it runs waits until all have; the last one ends every task that lives, alone: who
// never started is cancelled, who waits gets its operation back, cancelled.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "runtime/threaded/hand_over.h"
#include "runtime/threaded/inbox.h"
#include "runtime/threaded/outside.h"
#include "runtime/threaded/sleepers.h"
#include "runtime/threaded/task_thread.h"
#include "runtime/threaded/threaded_executor.h"

namespace interleave {

class PoolThread;

struct PoolJoin : Join {
  Guard guard;
  bool suspended = false;  ///< the waiter may be resumed
};

struct PoolTask : ThreadTask {
  Guard guard;
  PoolThread* home = nullptr;      ///< in whose list of live tasks it is; null: the coordinator's. Of a loop: that runs it
  Operation* operation = nullptr;  ///< that it waits for
  Cause pushed;                    ///< the event that put it where threads find it
  PoolTask* next_ready = nullptr;  ///< in an inbox
  enum class Waits : std::uint8_t { no, timer, join, asks, outside, object, socket };
  Waits waits = Waits::no;         ///< under its guard: what a cancel may end
  bool looks_again = false;        ///< its turn has come at the object that it waits for
  std::uint32_t joins_begun = 0;   ///< under its guard: tells a wait for tasks from those before
  bool off_loop = false;           ///< as Operation::off_loop, of a pool that goes_off_loop()
  bool holds_nobody = false;       ///< as Operation::off_loop: what would block a thread holds none of the pool's
  PoolThread* timer_of = nullptr;  ///< under its guard: who has its timer, or its wait for a socket
  /// A thread off the loop has it, or will.
  bool is_off_loop() const { return off_loop && !home; }
};

/// Tasks that live.
struct LiveList {
  Guard guard;
  TaskList tasks;
};

class CoroutinePool : public WorkerPool {
 public:
  using WorkerPool::WorkerPool;
  ~CoroutinePool() override;

  // -- WorkerPool ------------------------------------------------------------------------------------------------------
  bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  using WorkerPool::cancel;
  bool cancel(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk& walk, Alarm* limit) override;
  void status_of(Task& task, Operation& operation) override;
  bool quiet() override { return live_count_.load(std::memory_order_acquire) == 0; }
  std::size_t largest_frame() override { return largest_frame_.load(std::memory_order_relaxed); }
  std::size_t task_bytes() const override { return sizeof(PoolTask); }
  void run_cancelled() override { threads().announce_stop(); }

  // -- What differs. Thread: any. --------------------------------------------------------------------------------------
  /// They can go on: to where threads take them, one of which is woken.
  virtual void put(std::span<PoolTask* const> tasks) = 0;
  /// In whose list of live tasks a new one is. `maker`: whose task makes it; null: main.
  virtual PoolThread* home_of_new(PoolThread* maker) = 0;
  /// Whether it is ready as soon as it is made, as on a loop.
  virtual bool new_are_ready() const { return false; }
  /// Whether what would block is put() with its `off_loop` set, and in nobody's list; then there is room for one more.
  virtual bool goes_off_loop() { return false; }

  // -- What the coordinator keeps, and threads ask for: requests, sockets, calls in other processes. -------------------
  /// One more request is asked for. False: it will have to wait for a connection; the coordinator says when it has one.
  bool has_connection();
  /// A wait for a socket, or for a call in another process.
  void asks_other();
  Outside<PoolTask, TaskRef<PoolTask>>& outside() { return outside_; }
  /// Such a wait has ended. Thread: the coordinator's, who has `lane`.
  void came_back(PoolTask& task, LaneRecorder& lane);

  // -- Threads. --------------------------------------------------------------------------------------------------------
  /// Makes the tasks of `operation` that are none yet, recorded in the maker's lane; appends them to `made`. `join`, if
  /// there is one, waits for all of them. True: it has nothing to wait for.
  bool enlist(LaneRecorder& lane, LiveTask& maker, PoolThread* home, Operation& operation,
              const std::shared_ptr<PoolJoin>& join, std::vector<PoolTask*>& made);
  /// Null: nobody has made one of it yet. (Somebody may be about to.)
  TaskRef<Task> task_of(const Work& work);
  /// Its wait is over, ended by whoever writes `lane`.
  void woken(PoolTask& task, LaneRecorder& lane, Cause cause);
  /// Throws what is pending into the wait of `task`, if it waits.
  void cancel_wait(const TaskRef<Task>& task, LaneRecorder& lane);
  /// The last of a task, whose body is gone and whose end is recorded in `lane`, at `cause`. `near`: whose turn it is.
  void ended(PoolTask& task, std::exception_ptr thrown, bool abandoned, Cause cause, LaneRecorder& lane, PoolThread* near);
  void wake(PoolJoin& join, const std::shared_ptr<Join>& shared, LaneRecorder& lane, PoolThread* near);
  /// `me`, whose thread calls it, parks until it is woken, or its timers are due, unless it finds something to do. While it
  /// sleeps it counts as active only if its timers will wake it.
  void sleep(PoolThread& me);
  /// One more thing is there to do: wakes somebody, or `which`, if it sleeps.
  void wake_one();
  void wake_up(PoolThread& which);
  void saw_frame(std::size_t bytes);
  TaskId new_task_id() override { return next_ids(1); }
  TaskId next_ids(std::uint32_t count) { return next_id_.fetch_add(count, std::memory_order_relaxed); }
  /// After stop(): returns when no thread runs anything any more. True: the caller is the one who ends the tasks.
  bool last_to_stop() { return last_one_.arrive(threads().started()); }
  bool all_stopped() const { return last_one_.is_done(); }
  void stopped_everything();
  template <class F>
  void each_live(F f);
  std::vector<TaskRef<Task>> living() override;
  bool has_ended(Task& task) override;

 protected:
  bool something_to_run() override { return requests_ + others_ > 0; }
  void add_stuck(std::vector<Stuck>& stuck) override;
  void task_granted(Operation& operation, LaneRecorder& lane) override;
  void add_to_list(PoolTask& task);
  /// A task off the loop was cancelled.
  virtual void cancelled_off_loop(PoolTask&) {}

  std::vector<PoolThread*> members_;  // changed before the gate opens only

 private:
  void cancel_wait(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk::Tasks& on);
  static bool is_over(PoolTask& task);
  bool ask_to_end(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk::Tasks& on, Alarm* limit, bool again);
  void close_circle(Task& waiter, Task& task, LaneRecorder& lane);
  void counted_in(PoolThread& member);
  Guard& making(const Work& work);
  LiveList& list_of(const PoolTask& task);
  template <class F>
  void each_list(F f);

  std::atomic<TaskId> next_id_{kRootTask + 1};
  std::atomic<std::size_t> live_count_{0}, largest_frame_{0};
  BasicLastOne<StdThreads> last_one_;
  std::array<Guard, 16> making_;  // of tasks from works, by the work's address
  LiveList of_main_;
  Sleepers<PoolThread> sleepers_{mutex_};

  Outside<PoolTask, TaskRef<PoolTask>> outside_{mutex_};

  // Under mutex_:
  std::size_t requests_ = 0, others_ = 0;        // asked and not answered
};

/// One of the threads, its timers, and the port of the task that it runs. Its core is the permit that it holds.
class PoolThread : public TaskThread {
 public:
  PoolThread(CoroutinePool& pool, LaneRecorder& lane)
      : TaskThread(pool.threads(), pool.options().compute_rate, lane, -1), pool_(pool), waiter_(parker_) {}
  bool begin(Task& task, Operation& operation) override;

 protected:
  friend class CoroutinePool;
  friend class Sleepers<PoolThread>;

  // -- What differs. ---------------------------------------------------------------------------------------------------
  /// The next task, with a core; null: the run is over.
  virtual PoolTask* next() = 0;
  /// It can go on, and this thread is the nearest. What woke it was recorded in this lane just now.
  virtual void ready(PoolTask& task) = 0;
  /// New tasks of this thread's, in order.
  virtual void ready_new(std::span<PoolTask* const> made) = 0;
  /// It may sleep: nothing is ready for it, nobody's cancel, and the run goes on. Its timers do not count.
  virtual bool nothing_to_do() = 0;
  /// At a safepoint.
  virtual void meanwhile() {}
  /// The running task is about to block the thread; while it does, again and again; it has, for so long.
  virtual void will_block() {}
  virtual Nanos turn_while_blocked() { return kForever; }  ///< clock time of the next thing to do meanwhile
  virtual void has_blocked(Nanos) {}
  /// Before the lane's last word.
  virtual void ended_run() {}
  /// Its tasks' waits for sockets are its own, where there are such: it asks again and again for what is over, and sleeps by them.
  /// (Tasks that go from thread to thread would leave theirs behind; they have the coordinator's.)
  virtual bool waits_for_sockets() const { return false; }

  // -- For those. ------------------------------------------------------------------------------------------------------
  bool fire_due_timers();
  /// Those whose waits for sockets are over become ready, behind what is ready.
  void take_sockets();
  void take_core();
  void give_core();
  /// To the first in line; this thread is its last. Returns when it has a core again.
  void drop_core();
  /// Returns when the stop that was announced has come. Null: next() has no more.
  PoolTask* await_stop();
  bool safepoint(ThreadTask& task, bool cancels) override;
  /// There will be something to do by itself.
  bool wakes_itself() const { return !timers_.empty() || has_sockets(); }
  bool has_sockets() const { return sockets_ && sockets_->any(); }
  Nanos next_timer() { return timers_.next(); }
  bool has_cancels() const { return has_cancels_.load(std::memory_order_acquire); }
  /// The wake that was recorded last, with its payload.
  Cause last_wake() const { return {static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 2}; }

  CoroutinePool& pool_;
  RunToken::Waiter waiter_;
  bool said_idle_ = false;
  LiveList of_mine_;

 private:
  enum class Then : std::uint8_t { ended, timer, join, outside, ready, object, socket, abandoned };

  void live() override;
  void run(PoolTask& task);
  void settle(PoolTask& task);
  void finish(PoolTask& task, std::exception_ptr thrown, bool abandoned);
  void end_all();
  void cancel_timers();
  void sleep();
  void await_core();
  void block(PoolTask& task, Operation& operation);
  bool at_socket(PoolTask& task, Operation& operation);
  template <class F>
  void stand_still(PoolTask& task, Operation& operation, F wait);
  bool perform(PoolTask& task, Operation& operation);
  bool wait_for_tasks(PoolTask& task, Operation& operation);

  TimerQueue timers_;
  std::unique_ptr<SocketWaitsOfThread> sockets_;  // null: none was waited for, or it cannot have them
  std::vector<SocketCall*> sockets_over_;
  Guard cancels_guard_;
  std::vector<TaskRef<Task>> cancels_;  // whose timers and waits for sockets here are to be taken out
  std::atomic<bool> has_cancels_{false};
  bool idle_ = false, counted_out_ = false;  // these three under the pool's mutex
  PoolThread* idle_before_ = nullptr;
  std::atomic<int> woken_from_{-1};            // the core of who woke it; -1: nobody, or not known
  Then then_ = Then::ended;                // what the running task waits for
  Nanos since_ = 0;                        // Then::socket: clock time
  std::shared_ptr<PoolJoin> then_join_;
  std::vector<PoolTask*> made_;            // of the operation under way
  std::vector<PoolTask*> fired_;
};

/// Main, here, and the pool; requests and waits for sockets are kept here.
class CoroutineExecutor : public ThreadedExecutor {
 public:
  CoroutineExecutor(const RunOptions& options, std::shared_ptr<CoroutinePool> pool, int workers, LaneKind lanes, std::string worker_name)
      : ThreadedExecutor(options, pool, workers, workers, cores_of(options), lanes, std::move(worker_name)), pool_(std::move(pool)) {}

 protected:
  void collect() override;

 private:
  void answered_elsewhere(LiveTask& base) override {
    auto& task = static_cast<PoolTask&>(base);
    pool_->outside().answered(task);
    pool_->came_back(task, coordinator());
  }

  const std::shared_ptr<CoroutinePool> pool_;
};

}  // namespace interleave
