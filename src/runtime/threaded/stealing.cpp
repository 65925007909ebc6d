// stealing.cpp -- `stealing`: M coroutines on N workers; who has nothing to do takes from who has too much.
//
// Each worker has a split deque (work_deque.h) of tasks: what its task makes goes there, the newest is its next, thieves
// take the oldest. What becomes ready without a worker that is near (main's tasks, timers, answers) goes to the inbox,
// a FIFO queue from which a worker takes a batch. A task that waits is in nobody's way: it stands in its worker's timer
// heap, in a join, or with the coordinator, who keeps the HTTP requests. One worker per core at most; whoever runs holds
// a permit (main competes for them), and gives it back when it goes to sleep or somebody stands in line.
//
// Plain functions fork and join on a second deque (fork_join.h), which is strictly LIFO: whoever waits for a fork runs
// forks of others, never tasks, so that its own stack is as it was when it comes back.
//
// Sleep and wake. A worker that finds nothing asks everybody to share, looks on for a while, and then goes to sleep. Who
// adds work wakes one sleeper, and a thief that finds more wakes the next; nobody notifies while nobody sleeps. No
// wake-up is lost: work is published (inbox_count_, WorkDeque::share) and sleepers_ is read after it, a sleeper counts
// itself in sleepers_ and looks for work after it, all four sequentially consistent; one of the two sees the other.
// Work that is still private to a busy worker is not published; the sleeper's question stands, and the owner answers at
// its next push, pop or safepoint (64 us).
//
// Who may touch what: a LiveTask's `ended`, `failure` and joins under its guard; a Join's fields under its guard; the
// lists of live tasks under their worker's; a body only the worker that runs it. A body is resumed again only after it
// has suspended: what it waits for is told of it (settle) when its resume() has returned.
//
// The end. A stopped worker comes to the end of what it runs and waits until all have; the last one ends every task that
// lives, alone: who never started is cancelled, who waits gets its operation back, cancelled.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "runtime/fork_join.h"
#include "runtime/threaded/threaded_executor.h"
#include "runtime/threads.h"

namespace interleave {
namespace {

constexpr std::uint32_t kTasksAtHand = 1 << 13;  // of one worker's deque; more go to the inbox
constexpr std::uint32_t kForksAtHand = 1 << 13;
constexpr Nanos kSpin = 20'000;                  // a sleep and a wake cost about this
constexpr int kInboxEvery = 16;                  // tasks from the deque between two looks into the inbox

/// For a few loads and stores.
class Guard {
 public:
  void lock() {
    while (taken_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() { taken_.clear(std::memory_order_release); }

 private:
  std::atomic_flag taken_;
};

class Thief;

struct StolenJoin : Join {
  Guard guard;
  bool suspended = false;  ///< the waiter may be resumed
};

struct StealTask : LiveTask {
  Guard guard;
  Thief* home = nullptr;           ///< in whose list of live tasks it is; null: the coordinator's
  Operation* operation = nullptr;  ///< that it waits for
  Cause pushed;                    ///< the event that put it where thieves find it
  StealTask* next_ready = nullptr; ///< in the inbox
  std::atomic<bool> cancel_pending{false};  ///< to be thrown at its next safepoint, or out of its wait
  enum class Waits : std::uint8_t { no, timer, join, request, object };
  Waits waits = Waits::no;         ///< under its guard: what a cancel may end
  Thief* timer_of = nullptr;       ///< under its guard: who has its timer
  bool looks_again = false;        ///< its turn has come at the object that it waits for
};

/// Tasks that live, of one maker.
struct LiveList {
  Guard guard;
  TaskList tasks;
};

class StealPool final : public WorkerPool {
 public:
  using WorkerPool::WorkerPool;
  ~StealPool() override;

  // -- WorkerPool ------------------------------------------------------------------------------------------------------
  std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) override;
  bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  bool cancel(const std::shared_ptr<Task>& task, LaneRecorder& lane) override;
  void status_of(Task& task, Operation& operation) override;
  bool quiet() override { return live_count_.load(std::memory_order_acquire) == 0; }
  std::size_t largest_frame() override { return largest_frame_.load(std::memory_order_relaxed); }
  std::size_t task_bytes() const override { return sizeof(StealTask); }

  // -- Requests: asked for by workers, kept by the coordinator. --------------------------------------------------------
  /// One more is asked for. False: it will have to wait for a connection; the coordinator says when it has one.
  bool has_connection();
  void ask(StealTask& task);
  void take_asked(std::vector<StealTask*>& asked);
  void take_given_up(std::vector<std::shared_ptr<Task>>& given_up);
  void answered(StealTask& task, LaneRecorder& lane);

  // -- Workers. --------------------------------------------------------------------------------------------------------
  /// Makes the tasks of `operation` that are none yet, recorded in the maker's lane; appends them to `made`. `join`, if
  /// there is one, waits for all of them. True: it has nothing to wait for.
  bool enlist(LaneRecorder& lane, LiveTask& maker, Thief* home, Operation& operation,
              const std::shared_ptr<StolenJoin>& join, std::vector<StealTask*>& made);
  void push_inbox(StealTask* const* tasks, std::size_t count);
  /// Its wait is over, ended by whoever writes `lane`; it goes to the inbox.
  void woken(StealTask& task, LaneRecorder& lane, Cause cause);
  /// Throws what is pending into the wait of `task`, if it waits.
  void cancel_wait(const std::shared_ptr<Task>& task, LaneRecorder& lane);
  /// Takes about this worker's share of the inbox; the first is returned, the others are pushed to `at_hand`.
  StealTask* take_inbox(WorkDeque<StealTask*>& at_hand);
  bool inbox_empty() const { return inbox_count_.load(std::memory_order_seq_cst) == 0; }
  void wake_one();
  void saw_frame(std::size_t bytes);
  StealResult steal_task(Thief& me, StealTask*& task, Thief*& from);
  StealResult steal_fork(Thief& me, Forked*& forked, Thief*& from);
  void ask_everybody(Thief& me);
  bool anything_shared();
  /// True: it is on the list of sleepers, and must look once more.
  void fall_asleep(Thief& me, bool has_timers);
  void wake_up(Thief& me);
  TaskId next_ids(std::uint32_t count) { return next_id_.fetch_add(count, std::memory_order_relaxed); }
  /// After stop(): returns when no worker runs anything any more. True: the caller is the one who ends the tasks.
  bool last_to_stop();
  bool all_stopped() const { return stopped_everything_.load(std::memory_order_acquire); }
  void stopped_everything();
  template <class F>
  void each_live(F f);

 private:
  friend class Thief;
  bool something_to_run() override { return requests_ > 0 || !inbox_empty() || anything_shared(); }
  void add_stuck(std::vector<Stuck>& stuck) override;
  void task_granted(Operation& operation, LaneRecorder& lane) override;
  template <class F>
  void each_list(F f);

  std::atomic<TaskId> next_id_{kRootTask + 1};
  std::atomic<std::size_t> live_count_{0}, largest_frame_{0};
  std::atomic<bool> stopped_everything_{false};
  std::array<Guard, 16> making_;  // of tasks from works, by the work's address
  LiveList of_main_;

  // The inbox: a list under its guard, counted where those see it who do not take it.
  Guard inbox_guard_;
  StealTask* inbox_first_ = nullptr;
  StealTask* inbox_last_ = nullptr;
  std::atomic<std::size_t> inbox_count_{0};

  std::atomic<int> sleepers_{0};  // length of idle_
  // Under mutex_:
  std::vector<Thief*> idle_;      // the last to fall asleep is the first to be woken
  std::vector<StealTask*> asked_;
  std::vector<std::shared_ptr<Task>> given_up_;  // whose requests are
  std::size_t requests_ = 0;      // asked and not answered
  int stopped_ = 0;

  std::vector<Thief*> workers_;   // changed before the gate opens only
};

/// One worker: a thread, its deques, its timers, and the port of the task that it runs.
class Thief final : public CrewMember, public Port, public ForkHost {
 public:
  Thief(StealPool& pool, LaneRecorder& lane)
      : CrewMember(lane), pool_(pool), waiter_(parker_), tasks_(kTasksAtHand), forks_(*this, lane, kForksAtHand) {}

  // Port
  bool begin(Task& task, Operation& operation) override;
  void say(Task& task, TextRole role, std::string_view text) override;
  Forks& forks(Task& task) override;

  // ForkHost: inside a task's function, outside by CrewMember's word.
  Nanos edge() override;
  void shared() override { pool_.wake_one(); }
  void wait_for(Forked& forked) override;

 private:
  friend class StealPool;
  enum class Then : std::uint8_t { ended, timer, join, request, inbox, object, abandoned };

  void live() override;
  StealTask* next();
  StealTask* find(bool& ran_fork);
  bool idle();
  void run(StealTask& task);
  void settle(StealTask& task);
  void finish(StealTask& task, std::exception_ptr thrown, bool abandoned);
  void ready(StealTask& task);
  void wake(StolenJoin& join, const std::shared_ptr<Join>& shared);
  void end_all();
  void answer_thieves();
  void fire_due_timers();
  void take_core();
  void give_core();
  void run_fork(Forked& forked, Thief& from);
  bool safepoint(StealTask& task, bool cancels = true);
  void cancel_timers();
  bool compute(StealTask& task, Operation& operation);
  void block(StealTask& task, Operation& operation);
  bool perform(StealTask& task, Operation& operation);
  bool wait_for_tasks(StealTask& task, Operation& operation);
  void record_run(const LiveTask& task) { lane_.at(pool_.now(), EventKind::run, run_word(permit_, task), task.id); }
  Cause last_event() const { return {static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 1}; }

  StealPool& pool_;
  RunToken::Waiter waiter_;
  int permit_ = -1;
  WorkDeque<StealTask*> tasks_;
  Forks forks_;
  TimerQueue timers_;
  Guard cancels_guard_;
  std::vector<std::shared_ptr<Task>> cancels_;  // whose timers here are to be taken out
  std::atomic<bool> has_cancels_{false};
  unsigned ticks_ = 0, dice_ = 1;
  bool said_idle_ = false;
  TaskId forking_ = kNoTask;               // whose functions fork
  Then then_ = Then::ended;                // what the running task waits for
  std::shared_ptr<StolenJoin> then_join_;
  Asked asked_;
  std::vector<StealTask*> made_;           // of the operation under way
  std::vector<StealTask*> fired_;
  LiveList of_mine_;
  // Under the pool's mutex.
  bool idle_ = false, counted_out_ = false;
};

// -- Worker: the loop --------------------------------------------------------------------------------------------------

void Thief::live() {
  while (StealTask* const task = next()) run(*task);
  asked_.record(lane_, pool_.now());
  if (!pool_.stopping()) return;
  give_core();
  leave();  // a body that never comes back may keep us here, and then we are left behind, too
  const bool last = pool_.last_to_stop();
  while (!last && !pool_.all_stopped()) parker_.park(kForever);
  enter();
  if (!last) return;
  end_all();
  pool_.stopped_everything();
}

/// The next task, with a core; null: the run is over.
StealTask* Thief::next() {
  for (;;) {
    if (pool_.stopping()) return nullptr;
    // Whoever stands in line for a core gets it between two tasks.
    if (permit_ >= 0 && pool_.token().wanted(INT64_MAX - 1)) give_core();
    fire_due_timers();
    bool ran_fork = false;
    StealTask* const task = find(ran_fork);
    if (ran_fork) continue;
    if (task) {
      take_core();
      if (pool_.stopping()) return nullptr;  // it is ended with all others
      return task;
    }
    if (pool_.threads().closing()) return nullptr;
    if (!idle()) return nullptr;
  }
}

/// A task, from wherever there is one. Or it runs a fork of another's.
StealTask* Thief::find(bool& ran_fork) {
  StealTask* task = nullptr;
  if (++ticks_ % kInboxEvery == 0 && !pool_.inbox_empty()) task = pool_.take_inbox(tasks_);
  if (!task) task = tasks_.pop();
  answer_thieves();
  if (!task) task = pool_.take_inbox(tasks_);
  if (task) return task;
  Thief* from = nullptr;
  StealResult result;
  while ((result = pool_.steal_task(*this, task, from)) == StealResult::lost) {}
  if (result == StealResult::taken) {
    lane_.at(pool_.now(), EventKind::steal, 0, task->id, task->pushed.word());
    if (from->tasks_.has_shared()) pool_.wake_one();
    return task;
  }
  Forked* forked = nullptr;
  while ((result = pool_.steal_fork(*this, forked, from)) == StealResult::lost) {}
  ran_fork = result == StealResult::taken;
  if (ran_fork) run_fork(*forked, *from);
  return nullptr;
}

/// Nothing was found: looks on for a while, then sleeps until there is something. False: the run is over.
bool Thief::idle() {
  pool_.ask_everybody(*this);
  const Nanos until = pool_.clock().now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (!pool_.inbox_empty() || pool_.anything_shared() || pool_.stopping() || pool_.threads().closing()) return true;
    }
    if (has_cancels_.load(std::memory_order_acquire) || timers_.next() <= pool_.clock().now()) return true;
  } while (pool_.clock().now() < until);
  if (!std::exchange(said_idle_, true)) lane_.at(pool_.now(), EventKind::lane_idle);
  give_core();
  pool_.fall_asleep(*this, !timers_.empty());
  if (pool_.inbox_empty() && !pool_.anything_shared() && !pool_.stopping() && !pool_.threads().closing() && !has_cancels_)
    parker_.park(timers_.empty() ? kForever : timers_.next() - pool_.clock().now());
  pool_.wake_up(*this);
  return true;
}

void Thief::answer_thieves() {
  if (tasks_.asked() && tasks_.share()) pool_.wake_one();
}

/// Due ones become ready, in the order of their times, behind what is ready.
void Thief::fire_due_timers() {
  if (has_cancels_.load(std::memory_order_acquire)) cancel_timers();
  if (timers_.empty()) return;
  const Nanos now = pool_.clock().now();
  if (timers_.next() > now) return;
  fired_.clear();
  while (TimerNode* const node = timers_.pop_due(now)) {
    auto& task = static_cast<StealTask&>(*node->task);
    lane_.at(pool_.now(), EventKind::wake, 0, task.id, Cause{}.word());
    task.pushed = {static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 2};
    fired_.push_back(&task);
  }
  pool_.push_inbox(fired_.data(), fired_.size());
  pool_.wake_one();
}

/// Others have cancelled tasks whose timers are here.
void Thief::cancel_timers() {
  std::vector<std::shared_ptr<Task>> cancels;
  {
    std::scoped_lock lock(cancels_guard_);
    cancels.swap(cancels_);
    has_cancels_.store(false, std::memory_order_relaxed);
  }
  for (const auto& each : cancels) {
    auto& task = static_cast<StealTask&>(*each);
    {
      std::scoped_lock lock(task.guard);
      if (task.waits != StealTask::Waits::timer || task.timer_of != this || !task.operation->timer.armed()) continue;
      if (!task.cancel_pending.exchange(false)) continue;
      task.waits = StealTask::Waits::no;
      timers_.remove(task.operation->timer);
      task.operation->cancelled = true;
    }
    pool_.woken(task, lane_, {});
  }
}

/// A permit, at once or in line. Returns also while the run is being stopped. A line is waited in outside: whoever holds
/// the permit may never come back.
void Thief::take_core() {
  if (permit_ >= 0) return;
  permit_ = pool_.token().take(waiter_);
  if (permit_ >= 0) return;
  leave();
  while (waiter_.granted() < 0) parker_.park(kForever);
  enter();
  permit_ = waiter_.granted();
}

void Thief::give_core() {
  if (permit_ >= 0) pool_.token().give(std::exchange(permit_, -1));
}

// -- Worker: one task --------------------------------------------------------------------------------------------------

/// From a resume to the next suspension, or to the end. Afterwards the task may be anywhere.
void Thief::run(StealTask& task) {
  const std::shared_ptr<Work> alive = task.work;
  said_idle_ = false;
  {
    std::unique_lock lock(task.guard);
    task.waits = StealTask::Waits::no;
    Operation* const operation = task.operation;
    if ((operation || !task.started) && task.cancel_pending.exchange(false)) {
      if (!operation) {
        lock.unlock();
        return finish(task, nullptr, true);
      }
      operation->cancelled = true;
      if (std::exchange(task.looks_again, false)) operation->use.object->leave(*operation, PoolPort(pool_, lane_));
    }
    if (std::exchange(task.looks_again, false)) {
      if (!operation->use.object->again(*operation, PoolPort(pool_, lane_))) {
        task.waits = StealTask::Waits::object;
        const auto waiting = alive->task;
        lock.unlock();
        if (task.cancel_pending) pool_.cancel_wait(waiting, lane_);
        return;  // it may be anywhere
      }
    }
    task.operation = nullptr;
  }
  then_ = Then::ended;
  std::exception_ptr thrown;
  std::size_t frame = 0;
  record_run(task);
  task.port = this;
  leave();
  try {
    if (!task.started) {
      task.make_body();
      frame = Coroutine::last_frame_bytes();
    }
    task.body.handle().resume();
    if (then_ == Then::ended) thrown = task.thrown();
  } catch (...) {
    thrown = std::current_exception();
  }
  enter();
  if (frame > 0) pool_.saw_frame(frame);
  if (then_ == Then::ended || then_ == Then::abandoned) return finish(task, std::move(thrown), then_ == Then::abandoned);
  const std::shared_ptr<Task> waiting = alive->task;
  settle(task);
  // Whoever cancelled it before it waited left the rest to us.
  if (task.cancel_pending.load(std::memory_order_seq_cst)) pool_.cancel_wait(waiting, lane_);
}

/// The body has suspended: whoever ends its wait may resume it from here on.
void Thief::settle(StealTask& task) {
  switch (then_) {
    case Then::timer: {
      std::scoped_lock lock(task.guard);
      task.waits = StealTask::Waits::timer;
      task.timer_of = this;
      std::construct_at(&task.operation->timer)->task = &task;
      timers_.add(task.operation->timer, later(pool_.clock().now(), task.operation->duration));
      break;
    }
    case Then::inbox: {
      StealTask* one = &task;
      pool_.push_inbox(&one, 1);
      pool_.wake_one();
      break;
    }
    case Then::request: {
      std::scoped_lock lock(task.guard);
      task.waits = StealTask::Waits::request;
      pool_.ask(task);
      break;
    }
    case Then::object: {
      std::scoped_lock lock(task.guard);
      task.waits = StealTask::Waits::object;
      Operation& operation = *task.operation;
      if (operation.use.object->suspended(operation, PoolPort(pool_, lane_))) pool_.granted(operation, lane_);
      break;
    }
    case Then::join: {
      const std::shared_ptr<StolenJoin> join = std::move(then_join_);
      {
        std::scoped_lock lock(task.guard);
        task.waits = StealTask::Waits::join;
      }
      std::unique_lock lock(join->guard);
      join->suspended = true;
      const bool over = join->over;
      lock.unlock();
      if (over) wake(*join, join);
      break;
    }
    default: break;
  }
}

/// It can go on, and this worker is the nearest.
void Thief::ready(StealTask& task) {
  task.pushed = {static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 2};  // the wake, with its payload
  if (!tasks_.push(&task)) {
    StealTask* one = &task;
    pool_.push_inbox(&one, 1);
    pool_.wake_one();
  }
  answer_thieves();
}

/// The waiter of a join that is over, and that has suspended.
void Thief::wake(StolenJoin& join, const std::shared_ptr<Join>& shared) {
  if (join.waiter->id == kRootTask) return pool_.tell_main(shared);
  auto& waiter = static_cast<StealTask&>(*join.waiter);
  waiter.operation->failure = waiter.told = join.failure;
  lane_.at(pool_.now(), EventKind::wake, 0, waiter.id, join.cause.word());
  ready(waiter);
}

void Thief::finish(StealTask& task, std::exception_ptr thrown, bool abandoned) {
  if (abandoned) thrown = std::make_exception_ptr(Cancelled{});
  task.body = {};
  record_failure(lane_, pool_.now(), task, thrown);
  lane_.at(pool_.now(), EventKind::done, static_cast<std::uint32_t>(outcome_of(thrown)), task.id);
  const Cause cause = last_event();
  std::shared_ptr<Join> join;
  std::unique_ptr<std::vector<std::shared_ptr<Join>>> more;
  {
    std::scoped_lock lock(task.guard);
    task.ended = true;
    task.told_cancelled |= abandoned;
    task.failure = thrown;
    task.outcome = outcome_of(thrown);
    join = std::move(task.join);
    more = std::move(task.more_joins);
  }
  auto child_ended = [&](const std::shared_ptr<Join>& shared) {
    auto& join = static_cast<StolenJoin&>(*shared);
    std::unique_lock lock(join.guard);
    --join.left;
    if (join.over || pool_.stopping()) return;
    const bool failed = thrown && !join.collects;
    if (failed) join.failure = thrown;
    if (!failed && join.left > 0) return;
    join.over = true;
    join.cause = cause;
    const bool suspended = join.suspended;
    lock.unlock();
    if (suspended) wake(join, shared);
  };
  if (join) child_ended(join);
  if (more)
    for (const auto& each : *more) child_ended(each);
  LiveList& list = task.home ? task.home->of_mine_ : pool_.of_main_;
  std::shared_ptr<Work> work;  // released last: it may be the last to hold the task
  {
    std::scoped_lock lock(list.guard);
    list.tasks.remove(task);
    work = std::move(task.work);
  }
  if (pool_.live_count_.fetch_sub(1, std::memory_order_acq_rel) == 1) pool_.clock().notify();
}

/// The run was stopped, and nobody else runs anything.
void Thief::end_all() {
  timers_.clear([](TimerNode&) {});
  take_core();
  pool_.each_live([&](StealTask& task) {
    const std::shared_ptr<Work> alive = task.work;
    if (!task.started) return finish(task, nullptr, true);
    task.operation->cancelled = true;
    task.looks_again = false;
    task.told_cancelled = true;
    lane_.at(pool_.now(), EventKind::wake, 0, task.id, Cause{}.word());
    run(task);
  });
  give_core();
}

// -- Worker: operations ------------------------------------------------------------------------------------------------

bool Thief::begin(Task& base, Operation& operation) {
  auto& task = static_cast<StealTask&>(base);
  enter();
  task.operation = &operation;
  const bool over = perform(task, operation);
  if (over) task.operation = nullptr;
  leave();
  return over;
}

void Thief::say(Task& task, TextRole role, std::string_view text) {
  enter();
  lane_.text(pool_.now(), role, text, task.id);
  leave();
}

/// True: the operation is over. False: the body suspends, and then_ says what for.
bool Thief::perform(StealTask& task, Operation& operation) {
  if (task.told_cancelled) {
    then_ = Then::abandoned;
    return false;
  }
  if (!safepoint(task, may_be_cancelled(operation))) {
    operation.cancelled = true;
    task.told_cancelled = pool_.stopping();
    return true;
  }
  asked_.add(task, operation);
  auto wait = [&](WaitReason reason, Then then) {
    lane_.at(pool_.now(), EventKind::wait, wait_word(reason, task), task.id);
    then_ = then;
    return false;
  };
  switch (operation.kind) {
    case Operation::Kind::compute:
    case Operation::Kind::sum_range: return compute(task, operation);
    case Operation::Kind::step:
    case Operation::Kind::safepoint: return true;
    case Operation::Kind::io:
      if (operation.duration > 0) return wait(WaitReason::io, Then::timer);
      lane_.at(pool_.now(), EventKind::ready, line_word(task), task.id);
      task.pushed = last_event();
      then_ = Then::inbox;
      return false;
    case Operation::Kind::block: block(task, operation); return true;
    case Operation::Kind::request:
      if (pool_.options().requests)
        return wait(pool_.has_connection() ? WaitReason::request : WaitReason::connection, Then::request);
      operation.fail("There is no HTTP server here that could answer a request.");
      return true;
    case Operation::Kind::socket:
      operation.fail("Sockets are left out on stealing; run this on threads or on loop.", "RuntimeError");
      return true;
    case Operation::Kind::spawn:
    case Operation::Kind::gather:
    case Operation::Kind::join: return wait_for_tasks(task, operation);
    case Operation::Kind::sync:
      if (operation.use.object->begin(task, operation, PoolPort(pool_, lane_), false)) return true;
      then_ = Then::object;
      return false;
    case Operation::Kind::cancel:
      if (const auto& child = operation.of.child()->task) operation.number = pool_.cancel(child, lane_);
      return true;
    case Operation::Kind::status:
      if (const auto& child = operation.of.child()->task) pool_.status_of(*child, operation);
      return true;
    case Operation::Kind::arm:
      (*operation.of.alarm)->tasks = {task.work->task};
      pool_.arm(*operation.of.alarm, later(pool_.clock().now(), operation.duration));
      return true;
    case Operation::Kind::disarm: operation.number = (*operation.of.alarm)->disarm(); return true;
  }
  return true;
}

/// False: the run is being stopped. Thieves and timers have their turn.
bool Thief::safepoint(StealTask& task, bool cancels) {
  if (pool_.stopping()) return false;
  answer_thieves();
  fire_due_timers();
  return !cancels || !task.cancel_pending.load(std::memory_order_relaxed) || !task.cancel_pending.exchange(false);
}

bool Thief::compute(StealTask& task, Operation& operation) {
  if (operation.line != 0) record_run(task);  // so far it ran on the line where it was made, or waited
  if (!in_slices(operation, pool_.options().compute_rate, [&] { return safepoint(task); })) {
    operation.cancelled = true;
    task.told_cancelled = pool_.stopping();
  }
  return true;
}

/// A plain call that blocks its thread: the worker stands still, without a core, and what it has at hand is shared.
void Thief::block(StealTask& task, Operation& operation) {
  while (tasks_.share()) pool_.wake_one();
  const Nanos end = later(pool_.clock().now(), operation.duration);
  lane_.at(pool_.now(), EventKind::wait, wait_word(WaitReason::blocked, task), task.id);
  give_core();
  {
    std::scoped_lock lock(task.guard);
    task.timer_of = this;  // whom a cancel wakes
  }
  while (!pool_.stopping() && !task.cancel_pending) {
    fire_due_timers();
    const Nanos now = pool_.clock().now();
    if (now >= end) break;
    parker_.park(std::min(end, timers_.next()) - now);
  }
  if (pool_.stopping()) task.told_cancelled = operation.cancelled = true;
  else if (task.cancel_pending.exchange(false)) operation.cancelled = true;
  lane_.at(pool_.now(), EventKind::wake, 0, task.id, Cause{}.word());
  take_core();
  record_run(task);
}

/// Also spawn, which waits for nobody.
bool Thief::wait_for_tasks(StealTask& task, Operation& operation) {
  const bool waits = operation.kind != Operation::Kind::spawn;
  std::shared_ptr<StolenJoin> join;
  if (waits) {
    join = make_pooled<StolenJoin>();
    join->waiter = &task;
  }
  made_.clear();
  if (waits) join->collects = operation.collects;
  const bool over = pool_.enlist(lane_, task, this, operation, join, made_);
  if (waits && !over && operation.limited) {
    const auto alarm = *operation.of.alarm = std::make_shared<Alarm>();
    for (const auto& work : operation.of.children) alarm->tasks.push_back(work->task);
    pool_.arm(alarm, later(pool_.clock().now(), operation.of.limit));
  }
  if (waits && !over) lane_.at(pool_.now(), EventKind::wait, wait_word(WaitReason::children, task), task.id);
  // The first is pushed last: it is this worker's next. Thieves begin at the other end.
  std::size_t pushed = made_.size();
  while (pushed > 0 && tasks_.push(made_[pushed - 1])) --pushed;
  if (pushed > 0) {
    pool_.push_inbox(made_.data(), pushed);
    pool_.wake_one();
  }
  answer_thieves();
  if (!waits) return true;
  if (over) {
    operation.failure = task.told = join->failure;
    return true;
  }
  then_join_ = std::move(join);
  then_ = Then::join;
  return false;
}

// -- Worker: forks -----------------------------------------------------------------------------------------------------

Forks& Thief::forks(Task& task) {
  forks_.of_task(forking_ = task.id);
  return forks_;
}

/// Every 64th fork or join of a task's functions.
Nanos Thief::edge() {
  if (pool_.stopping()) throw Cancelled{};
  enter();
  answer_thieves();
  fire_due_timers();
  const Nanos now = pool_.now();
  leave();
  return now;
}

/// A fork of another's, as a task of its own in this lane; inside.
void Thief::run_fork(Forked& forked, Thief& from) {
  take_core();
  said_idle_ = false;
  const TaskId id = pool_.next_ids(1);
  lane_.at(pool_.now(), EventKind::spawn, 0, id);
  lane_.at(pool_.now(), EventKind::steal, 0, id, Cause{static_cast<std::uint16_t>(from.lane_.index() + 1), 0}.word());
  lane_.at(pool_.now(), EventKind::run, static_cast<std::uint32_t>(permit_) << 16, id);
  const TaskId before = std::exchange(forking_, id);
  forks_.of_task(id);
  leave();
  const bool wake = forked.run(forks_);
  enter();
  if (wake) from.unpark();
  lane_.at(pool_.now(), EventKind::done, static_cast<std::uint32_t>(Outcome::finished), id);
  forks_.of_task(forking_ = before);
}

/// Called by the functions of a task: outside. What was stolen from us will be over; until then we are a thief, too.
void Thief::wait_for(Forked& forked) {
  enter();
  bool runs = true;  // our own, by what the lane says
  Nanos nap = kSpin;
  for (;;) {
    const Nanos until = pool_.clock().now() + kSpin;
    do {
      for (int i = 0; i < 64 && !forked.over(); ++i) {
        Forked* other = nullptr;
        Thief* from = nullptr;
        if (pool_.steal_fork(*this, other, from) != StealResult::taken) continue;
        run_fork(*other, *from);
        runs = false;
        nap = kSpin;
      }
    } while (!forked.over() && pool_.clock().now() < until);
    if (forked.over() || !forked.await()) break;
    if (std::exchange(runs, false))
      lane_.at(pool_.now(), EventKind::wait, static_cast<std::uint32_t>(WaitReason::children) << 16, forking_);
    give_core();
    parker_.park(nap);  // the thief wakes us; or to look whether somebody has forked
    nap = std::min<Nanos>(2 * nap, kMs);
    take_core();
  }
  if (!runs) lane_.at(pool_.now(), EventKind::run, static_cast<std::uint32_t>(permit_) << 16, forking_);
  leave();
}

// -- Pool --------------------------------------------------------------------------------------------------------------

template <class F>
void StealPool::each_list(F f) {
  f(of_main_);
  for (Thief* worker : workers_) f(worker->of_mine_);
}

StealPool::~StealPool() {
  each_list([](LiveList& list) {  // no worker was there to end them
    while (LiveTask* task = list.tasks.first()) {
      list.tasks.remove(*task);
      task->body = {};
      const auto work = std::move(task->work);
    }
  });
}

std::unique_ptr<CrewMember> StealPool::make_worker(LaneRecorder& lane) {
  auto worker = std::make_unique<Thief>(*this, lane);
  workers_.push_back(worker.get());
  return worker;
}

/// `f` ends the task, which takes it from its list. Nobody else runs.
template <class F>
void StealPool::each_live(F f) {
  each_list([&](LiveList& list) {
    while (LiveTask* task = list.tasks.first()) f(static_cast<StealTask&>(*task));
  });
}

void StealPool::add_stuck(std::vector<Stuck>& stuck) {
  each_list([&](LiveList& list) {
    std::scoped_lock lock(list.guard);
    for (LiveTask* task = list.tasks.first(); task; task = task->next)
      if (const Operation* operation = static_cast<StealTask*>(task)->operation) stuck.push_back({task, operation});
  });
}

void StealPool::task_granted(Operation& operation, LaneRecorder& lane) {
  auto& task = static_cast<StealTask&>(*operation.use.waiter);
  task.looks_again = true;
  woken(task, lane, Cause::from_word(operation.woken_by));
}

void StealPool::woken(StealTask& task, LaneRecorder& lane, Cause cause) {
  lane.at(now(), EventKind::wake, 0, task.id, cause.word());
  task.pushed = {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 2};
  StealTask* one = &task;
  push_inbox(&one, 1);
  wake_one();
}

bool StealPool::cancel(const std::shared_ptr<Task>& base, LaneRecorder& lane) {
  auto& task = static_cast<StealTask&>(*base);
  {
    std::scoped_lock lock(task.guard);
    if (task.ended) return false;
    task.cancel_pending.store(true, std::memory_order_seq_cst);
  }
  cancel_wait(base, lane);
  return true;
}

void StealPool::cancel_wait(const std::shared_ptr<Task>& base, LaneRecorder& lane) {
  auto& task = static_cast<StealTask&>(*base);
  std::vector<std::shared_ptr<Work>> children;
  Thief* tell = nullptr;
  {
    std::scoped_lock lock(task.guard);
    if (task.ended) return;
    switch (task.waits) {
      case StealTask::Waits::no:
        tell = task.timer_of;  // it may block there
        break;
      case StealTask::Waits::timer:
        tell = task.timer_of;
        break;
      case StealTask::Waits::request: {
        std::scoped_lock pool_lock(mutex_);
        given_up_.push_back(base);
        clock().notify();
        return;
      }
      case StealTask::Waits::object:
        if (!task.operation->use.object->withdraw(*task.operation)) return;  // its turn has come; run() sees
        task.cancel_pending = false;
        task.waits = StealTask::Waits::no;
        task.operation->cancelled = true;
        woken(task, lane, {});
        return;
      case StealTask::Waits::join: children.assign(task.operation->of.children.begin(), task.operation->of.children.end()); break;
    }
    if (tell && task.waits == StealTask::Waits::timer) {
      std::scoped_lock cancels(tell->cancels_guard_);
      tell->cancels_.push_back(base);
      tell->has_cancels_.store(true, std::memory_order_release);
    }
  }
  if (tell) tell->unpark();
  bool any = false;
  for (const auto& child : children)
    if (child->task) any |= cancel(child->task, lane);
  if (any) {
    std::scoped_lock lock(task.guard);
    if (!task.ended && task.waits == StealTask::Waits::join && !task.operation->collects) task.cancel_pending = false;
  }
}

void StealPool::status_of(Task& base, Operation& operation) {
  auto& task = static_cast<StealTask&>(base);
  std::scoped_lock lock(task.guard);
  answer_status(task, operation);
}

bool StealPool::enlist(LaneRecorder& lane, LiveTask& maker, Thief* home, Operation& operation,
                       const std::shared_ptr<StolenJoin>& join, std::vector<StealTask*>& made) {
  const std::size_t before = made.size();
  if (join) join->left = operation.of.children.size();
  std::size_t over = 0;  // of those that are tasks already
  std::exception_ptr failure;
  for (const auto& work : operation.of.children) {
    std::shared_ptr<StealTask> task;
    {
      std::scoped_lock lock(making_[reinterpret_cast<std::uintptr_t>(work.get()) / 64 % making_.size()]);
      if (!work->task) {
        task = make_pooled<StealTask>();
        task->id = next_ids(1);
        task->work = work;
        task->home = home;
        if (join) task->join = join;
        work->task = task;
        made.push_back(task.get());
        continue;
      }
      task = std::static_pointer_cast<StealTask>(work->task);
    }
    if (!join) {
      operation.number = task->id;
      continue;
    }
    std::scoped_lock lock(task->guard);
    if (!task->ended) {
      task->add_join(join);
      continue;
    }
    ++over;
    if (task->failure && !failure && !join->collects) failure = task->failure;
  }
  const std::size_t count = made.size() - before;
  live_count_.fetch_add(count, std::memory_order_relaxed);
  LiveList& list = home ? home->of_mine_ : of_main_;
  {
    std::scoped_lock lock(list.guard);
    for (std::size_t i = before; i < made.size(); ++i) list.tasks.push_back(*made[i]);
  }
  // Recorded before anybody can run them.
  const Nanos t = now();
  for (std::size_t i = before; i < made.size(); ++i) {
    lane.at(t, EventKind::spawn, line_word(maker), made[i]->id);
    made[i]->pushed = {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1};
  }
  if (operation.kind == Operation::Kind::spawn && count > 0) operation.number = made.back()->id;
  if (!join) return true;
  std::scoped_lock lock(join->guard);
  join->left -= over;
  if (failure && !join->failure) join->failure = failure;
  if (join->over) return false;  // somebody was quicker, and will wake the waiter once it has suspended
  join->over = join->left == 0 || join->failure;
  return join->over;
}

void StealPool::push_inbox(StealTask* const* tasks, std::size_t count) {
  if (count == 0) return;
  std::scoped_lock lock(inbox_guard_);
  for (std::size_t i = 0; i < count; ++i) {
    tasks[i]->next_ready = nullptr;
    (inbox_last_ ? inbox_last_->next_ready : inbox_first_) = tasks[i];
    inbox_last_ = tasks[i];
  }
  inbox_count_.fetch_add(count, std::memory_order_seq_cst);
}

StealTask* StealPool::take_inbox(WorkDeque<StealTask*>& at_hand) {
  if (inbox_empty()) return nullptr;
  std::array<StealTask*, 32> batch;
  std::size_t count = 0, rest = 0;
  {
    std::scoped_lock lock(inbox_guard_);
    const std::size_t size = inbox_count_.load(std::memory_order_relaxed);
    const std::size_t share = std::min((size + workers_.size() - 1) / workers_.size(), batch.size());
    while (count < share) {
      batch[count++] = inbox_first_;
      inbox_first_ = inbox_first_->next_ready;
    }
    if (!inbox_first_) inbox_last_ = nullptr;
    inbox_count_.fetch_sub(count, std::memory_order_seq_cst);
    rest = size - count;
  }
  if (count == 0) return nullptr;
  // The first is run now, the second next: it is pushed last.
  for (std::size_t i = count - 1; i >= 1; --i) {
    if (at_hand.push(batch[i])) continue;
    push_inbox(&batch[i], 1);
    ++rest;
  }
  if (rest > 0) wake_one();
  return batch[0];
}

void StealPool::wake_one() {
  if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
  Thief* worker = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (idle_.empty()) return;
    worker = idle_.back();
    idle_.pop_back();
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    worker->idle_ = false;
    if (std::exchange(worker->counted_out_, false)) ++active_;
  }
  worker->unpark();
}

void StealPool::fall_asleep(Thief& me, bool has_timers) {
  std::scoped_lock lock(mutex_);
  me.idle_ = true;
  idle_.push_back(&me);
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  me.counted_out_ = !has_timers;
  if (me.counted_out_) --active_;
  check_deadlock();
}

void StealPool::wake_up(Thief& me) {
  std::scoped_lock lock(mutex_);
  if (!me.idle_) return;  // by wake_one
  me.idle_ = false;
  idle_.erase(std::find(idle_.begin(), idle_.end(), &me));
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  if (std::exchange(me.counted_out_, false)) ++active_;
}

StealResult StealPool::steal_task(Thief& me, StealTask*& task, Thief*& from) {
  bool lost = false;
  const std::size_t n = workers_.size();
  me.dice_ = me.dice_ * 1664525 + 1013904223;
  for (std::size_t i = 0, at = me.dice_ >> 8; i < n; ++i) {
    Thief* const victim = workers_[(at + i) % n];
    if (victim == &me) continue;
    switch (victim->tasks_.steal(task)) {
      case StealResult::taken: from = victim; return StealResult::taken;
      case StealResult::lost: lost = true; break;
      case StealResult::empty: break;
    }
  }
  return lost ? StealResult::lost : StealResult::empty;
}

StealResult StealPool::steal_fork(Thief& me, Forked*& forked, Thief*& from) {
  bool lost = false;
  for (Thief* const victim : workers_) {
    if (victim == &me) continue;
    switch (victim->forks_.deque().steal(forked)) {
      case StealResult::taken: from = victim; return StealResult::taken;
      case StealResult::lost: lost = true; break;
      case StealResult::empty: victim->forks_.deque().ask(); break;
    }
  }
  return lost ? StealResult::lost : StealResult::empty;
}

void StealPool::ask_everybody(Thief& me) {
  for (Thief* const victim : workers_) {
    if (victim == &me) continue;
    victim->tasks_.ask();
    victim->forks_.deque().ask();
  }
}

bool StealPool::anything_shared() {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](Thief* worker) { return worker->tasks_.has_shared() || worker->forks_.deque().has_shared(); });
}

void StealPool::saw_frame(std::size_t frame) {
  std::size_t largest = largest_frame_.load(std::memory_order_relaxed);
  while (frame > largest && !largest_frame_.compare_exchange_weak(largest, frame, std::memory_order_relaxed)) {}
}

bool StealPool::wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) {
  const auto join = make_pooled<StolenJoin>();
  join->waiter = &main;
  join->collects = operation.collects;
  join->suspended = true;  // its executor wakes it only when it has
  std::vector<StealTask*> made;
  const bool over = enlist(lane, main, nullptr, operation, join, made);
  push_inbox(made.data(), made.size());
  wake_one();
  if (!over) {
    // Only now, with its tasks in the inbox, can main be waiting for nobody: before, the last worker that falls asleep
    // would see a deadlock. (It may be over already.)
    std::scoped_lock lock(mutex_);
    if (std::find(over_for_main_.begin(), over_for_main_.end(), join) != over_for_main_.end()) return false;
    main_waits_ = true;
    check_deadlock();
    return false;
  }
  operation.failure = main.told = join->failure;
  return true;
}

void StealPool::spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) {
  std::vector<StealTask*> made;
  enlist(lane, main, nullptr, operation, nullptr, made);
  push_inbox(made.data(), made.size());
  wake_one();
}

bool StealPool::has_connection() {
  std::scoped_lock lock(mutex_);
  return ++requests_ <= static_cast<std::size_t>(std::max(1, options().requests->most_at_once()));
}

void StealPool::ask(StealTask& task) {
  {
    std::scoped_lock lock(mutex_);
    asked_.push_back(&task);
  }
  clock().notify();
}

void StealPool::take_asked(std::vector<StealTask*>& asked) {
  std::scoped_lock lock(mutex_);
  asked.swap(asked_);
}

void StealPool::take_given_up(std::vector<std::shared_ptr<Task>>& given_up) {
  std::scoped_lock lock(mutex_);
  given_up.swap(given_up_);
}

void StealPool::answered(StealTask& task, LaneRecorder& lane) {
  woken(task, lane, {});
  std::scoped_lock lock(mutex_);
  --requests_;
}

bool StealPool::last_to_stop() {
  std::scoped_lock lock(mutex_);
  return ++stopped_ == threads().started();
}

void StealPool::stopped_everything() {
  stopped_everything_.store(true, std::memory_order_release);
  for (Thief* worker : workers_) worker->unpark();
}

// -- The executor ------------------------------------------------------------------------------------------------------

class Stealing final : public ThreadedExecutor {
 public:
  Stealing(const RunOptions& options, std::shared_ptr<StealPool> pool, int workers)
      : ThreadedExecutor(options, pool, workers, workers, cores_of(options), "worker"), pool_(std::move(pool)) {}
  /// Not at once, as threads: workers end tasks whose requests the coordinator keeps, so it gives those up first.
  void cancel() override { Cooperative::cancel(); }

 private:
  void collect() override {
    ThreadedExecutor::collect();
    if (stopping()) return;
    asked_.clear();
    pool_->take_asked(asked_);
    for (StealTask* task : asked_) request_elsewhere(*task, *task->operation);
    given_up_.clear();
    pool_->take_given_up(given_up_);
    for (const auto& base : given_up_) give_up(static_cast<StealTask&>(*base));
  }
  /// The request of a task that was cancelled, unless it has its answer.
  void give_up(StealTask& task) {
    {
      std::scoped_lock lock(task.guard);
      if (task.waits != StealTask::Waits::request || !forget_request(task) || !task.cancel_pending.exchange(false)) return;
      task.operation->cancelled = true;
    }
    pool_->answered(task, coordinator());
  }
  void answered_elsewhere(LiveTask& task) override { pool_->answered(static_cast<StealTask&>(task), coordinator()); }

  const std::shared_ptr<StealPool> pool_;
  std::vector<StealTask*> asked_;
  std::vector<std::shared_ptr<Task>> given_up_;
};

}  // namespace

MadeExecutor make_stealing(const RunOptions& options) {
  // More workers than cores would only take turns: a wait does not hold a worker.
  const int workers = std::min({workers_asked(options), cores_of(options), std::max(1, options.max_workers)});
  return {std::make_unique<Stealing>(options, std::make_shared<StealPool>(options, cores_of(options), 0), workers), {}};
}

}  // namespace interleave
