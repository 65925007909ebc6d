// Index: thread (the loop, one task, timers, operations) - pool (sleep, tasks, cancel, requests, the end) - the executor.
#include "runtime/threaded/coroutine_pool.h"

#include <algorithm>
#include <optional>

namespace interleave {

// -- Thread: the loop --------------------------------------------------------------------------------------------------

void PoolThread::live() {
  for (;;) {
    try {
      PoolTask* const task = next();
      if (!task) break;
      run(*task);
    } catch (const std::bad_alloc&) {  // whoever was under way is in the list of those that live
      pool_.no_memory();
    }
  }
  if (sockets_) sockets_->give_up_all();  // before anybody ends the bodies that hold the calls
  asked_.record(lane_, now());
  ended_run();
  if (!pool_.stopping()) return;
  give_core();
  leave();  // a body that never comes back may keep us here, and then we are left behind, too
  const bool last = pool_.last_to_stop();
  while (!last && !pool_.all_stopped()) parker_.park(kForever);
  enter();
  if (!last) return;
  for (bool all = false; !all;) {
    try {
      end_all();
      all = true;
    } catch (const std::bad_alloc&) {  // the rest is left to be ended
    }
  }
  pool_.stopped_everything();
}

/// A permit, at once or in line. Returns also while the run is being stopped. A line is waited in outside: whoever holds
/// the permit may never come back.
void PoolThread::take_core() {
  if (core_ >= 0) return;
  core_ = pool_.token().take(waiter_);
  if (core_ < 0) await_core();
}

void PoolThread::await_core() {
  leave();
  while (waiter_.granted() < 0) parker_.park(kForever);
  enter();
  core_ = waiter_.granted();
}

void PoolThread::give_core() {
  if (core_ >= 0) pool_.token().give(std::exchange(core_, -1));
}

void PoolThread::drop_core() {
  if (!pool_.token().drop(core_, waiter_)) return;
  core_ = -1;
  await_core();
}

PoolTask* PoolThread::await_stop() {
  give_core();
  while (!pool_.stopping() && !pool_.threads().closing()) parker_.park(kForever);
  return nullptr;
}

// -- Thread: one task --------------------------------------------------------------------------------------------------

/// From a resume to the next suspension, or to the end. Afterwards the task may be anywhere.
void PoolThread::run(PoolTask& task) {
  const std::shared_ptr<Work> alive = task.work;
  said_idle_ = false;
  {
    std::unique_lock lock(task.guard);
    task.waits = PoolTask::Waits::no;
    Operation* const operation = task.operation;
    if ((operation || !task.started) && task.take_cancel()) {
      if (!operation) {
        lock.unlock();
        return finish(task, nullptr, true);
      }
      operation->cancelled = true;
      if (std::exchange(task.looks_again, false)) operation->use.object->leave(*operation, PoolPort(pool_, lane_));
    }
    if (std::exchange(task.looks_again, false)) {
      if (!operation->use.object->again(*operation, PoolPort(pool_, lane_))) {
        task.waits = PoolTask::Waits::object;
        const auto waiting = alive->task;
        lock.unlock();
        if (task.cancelled()) pool_.cancel_wait(waiting, lane_);
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
  const TaskRef<Task> waiting = alive->task;
  settle(task);
  // Whoever cancelled it before it waited left the rest to us.
  if (task.cancelled()) pool_.cancel_wait(waiting, lane_);
}

/// The body has suspended: whoever ends its wait may resume it from here on.
void PoolThread::settle(PoolTask& task) {
  switch (then_) {
    case Then::timer: {
      std::scoped_lock lock(task.guard);
      const Nanos duration = task.operation->duration;
      task.waits = PoolTask::Waits::timer;
      task.timer_of = this;
      timers_.add(*std::construct_at(&task.operation->timer), later(pool_.clock().now(), duration));
      break;
    }
    case Then::ready: {
      PoolTask* const one = &task;
      pool_.put({&one, 1});
      break;
    }
    case Then::socket: {
      {
        std::scoped_lock lock(task.guard);
        task.waits = PoolTask::Waits::socket;
        task.timer_of = this;
      }
      SocketCall& call = *task.operation->call;
      call.of = task.operation;
      sockets_->start(call, since_);
      break;
    }
    case Then::outside:
      pool_.outside().wait(task);
      pool_.clock().notify();
      break;
    case Then::object: {
      std::scoped_lock lock(task.guard);
      task.waits = PoolTask::Waits::object;
      Operation& operation = *task.operation;
      if (operation.use.object->suspended(operation, PoolPort(pool_, lane_))) pool_.granted(operation, lane_);
      break;
    }
    case Then::join: {
      const std::shared_ptr<PoolJoin> join = std::move(then_join_);
      {
        std::scoped_lock lock(task.guard);
        task.waits = PoolTask::Waits::join;
        ++task.joins_begun;
      }
      if (has_suspended(*join)) pool_.wake(*join, join, lane_, this);
      break;
    }
    default: break;
  }
}

void PoolThread::finish(PoolTask& task, std::exception_ptr thrown, bool abandoned) {
  if (abandoned) thrown = std::make_exception_ptr(Cancelled{});
  task.body = {};
  {
    std::scoped_lock lock(task.guard);
    thrown = task.last_word(std::move(thrown));
  }
  const Cause cause = record_end(task, thrown);
  pool_.ended(task, std::move(thrown), abandoned, cause, lane_, this);
}

/// The run was stopped, and nobody else runs anything.
void PoolThread::end_all() {
  timers_.clear([](TimerNode&) {});
  take_core();
  pool_.each_live([&](PoolTask& task) {
    const std::shared_ptr<Work> alive = task.work;
    if (!task.started || !task.operation) return finish(task, nullptr, true);  // the second had just ended when there was no memory
    task.operation->cancelled = true;
    task.looks_again = false;
    task.told_cancelled = true;
    record_wake(task, {});
    run(task);
  });
  give_core();
}

// -- Thread: timers ----------------------------------------------------------------------------------------------------

/// Due ones become ready, in the order of their times, behind what is ready. True: there were some.
bool PoolThread::fire_due_timers() {
  if (has_cancels()) cancel_timers();
  if (timers_.empty()) return false;
  const Nanos due = pool_.clock().now();
  if (timers_.next() > due) return false;
  fired_.clear();
  while (TimerNode* const node = timers_.pop_due(due)) {
    auto& task = static_cast<PoolTask&>(*Operation::of_timer(*node).task);
    record_wake(task, {});
    task.pushed = last_wake();
    fired_.push_back(&task);
  }
  pool_.put(fired_);
  return true;
}

void PoolThread::take_sockets() {
  if (!has_sockets()) return;
  sockets_over_.clear();
  sockets_->finished(sockets_over_);
  if (sockets_over_.empty()) return;
  const Nanos t = now();  // of all: the system was asked once
  fired_.clear();
  for (const SocketCall* const call : sockets_over_) {
    auto& task = static_cast<PoolTask&>(*call->of->task);
    {
      std::scoped_lock lock(task.guard);
      task.waits = PoolTask::Waits::no;  // a cancel is its own from here on
    }
    lane_.at(t, EventKind::wake, 0, task.id, Cause{}.word());
    task.pushed = last_wake();
    fired_.push_back(&task);
  }
  pool_.put(fired_);
}

/// Others have cancelled tasks whose timers, or waits for sockets, are here.
void PoolThread::cancel_timers() {
  std::vector<TaskRef<Task>> cancels;
  {
    std::scoped_lock lock(cancels_guard_);
    cancels.swap(cancels_);
    has_cancels_.store(false, std::memory_order_relaxed);
  }
  for (const auto& each : cancels) {
    auto& task = static_cast<PoolTask&>(*each);
    {
      std::scoped_lock lock(task.guard);
      const bool at_socket = task.waits == PoolTask::Waits::socket;
      if ((!at_socket && task.waits != PoolTask::Waits::timer) || task.timer_of != this) continue;
      if (!at_socket && !task.operation->timer.armed()) continue;
      if (!task.take_cancel()) continue;
      task.waits = PoolTask::Waits::no;
      if (at_socket) sockets_->give_up(*task.operation->call);
      else timers_.remove(task.operation->timer);
      task.operation->cancelled = true;
    }
    pool_.woken(task, lane_, {});
  }
}

// -- Thread: operations ------------------------------------------------------------------------------------------------

bool PoolThread::begin(Task& base, Operation& operation) {
  auto& task = static_cast<PoolTask&>(base);
  const Inside inside(*this);
  task.operation = &operation;
  bool over = true;
  try {
    over = perform(task, operation);
  } catch (const std::bad_alloc&) {  // the body's to know; but whom it made or woke may be nowhere now
    task.operation = nullptr;
    pool_.no_memory();
    throw;
  } catch (...) {
    task.operation = nullptr;
    throw;
  }
  if (over) task.operation = nullptr;
  return over;
}

/// True: the operation is over. False: the body suspends, and then_ says what for.
bool PoolThread::perform(PoolTask& task, Operation& operation) {
  if (task.told_cancelled) {
    then_ = Then::abandoned;
    return false;
  }
  if (!safepoint(task, may_be_cancelled(operation))) {
    operation.cancelled = true;
    task.told_cancelled = pool_.ending();
    return true;
  }
  asked_.add(task, operation);
  auto wait = [&](WaitReason reason, Then then) {
    record_wait(reason, task);
    then_ = then;
    return false;
  };
  switch (operation.kind) {
    case Operation::Kind::compute:
    case Operation::Kind::sum_range:
      compute(task, operation);
      task.told_cancelled = operation.cancelled && pool_.ending();
      return true;
    case Operation::Kind::step:
    case Operation::Kind::safepoint: return true;
    case Operation::Kind::io:
      if (operation.duration > 0) return wait(WaitReason::io, Then::timer);
      lane_.at(now(), EventKind::ready, line_word(task), task.id);
      task.pushed = last_event();
      then_ = Then::ready;
      return false;
    case Operation::Kind::block:
      if (task.holds_nobody) return wait(WaitReason::io, Then::timer);
      block(task, operation);
      return true;
    case Operation::Kind::request:
      if (pool_.options().requests)
        return wait(pool_.has_connection() ? WaitReason::request : WaitReason::connection, Then::outside);
      operation.fail("There is no HTTP server here that could answer a request.");
      return true;
    case Operation::Kind::socket: return at_socket(task, operation);
    case Operation::Kind::process: {
      ProcessCall& call = **operation.in_process;
      if (!call.pack(operation, pool_.processes())) return true;
      call.task = pool_.new_task_id();
      lane_.at(now(), EventKind::spawn, line_word(task), call.task);
      pool_.asks_other();
      return wait(WaitReason::children, Then::outside);
    }
    case Operation::Kind::join:
      if (pool_.task_of(*operation.of.child()).get() == &task) return refuse_itself(task, operation), true;
      [[fallthrough]];
    case Operation::Kind::spawn:
    case Operation::Kind::gather: return wait_for_tasks(task, operation);
    case Operation::Kind::sync:
      if (operation.use.object->begin(task, operation, PoolPort(pool_, lane_), false)) return true;
      then_ = Then::object;
      return false;
    case Operation::Kind::cancel:
      if (const auto child = pool_.task_of(*operation.of.child())) operation.number = pool_.cancel(child, lane_);
      return true;
    case Operation::Kind::status:
      if (const auto child = pool_.task_of(*operation.of.child())) pool_.status_of(*child, operation);
      return true;
    case Operation::Kind::arm:
      (*operation.of.alarm)->begin_block(task.work->task);
      pool_.arm(*operation.of.alarm, later(pool_.clock().now(), operation.duration));
      return true;
    case Operation::Kind::disarm: operation.number = (*operation.of.alarm)->disarm(); return true;
  }
  return true;
}

/// False: the run is being stopped.
bool PoolThread::safepoint(ThreadTask& task, bool cancels) {
  if (pool_.ending()) return false;
  meanwhile();
  return !cancels || !task.take_cancel();
}

/// A plain call that blocks its thread: it stands still, without a core. `wait` returns also when its argument says true.
template <class F>
void PoolThread::stand_still(PoolTask& task, Operation& operation, F wait) {
  will_block();
  const Nanos begin = pool_.clock().now();
  record_wait(WaitReason::blocked, task);
  give_core();
  {
    std::scoped_lock lock(task.guard);
    task.timer_of = this;  // whom a cancel wakes
  }
  wait([&] { return pool_.ending() || task.cancelled(); });
  if (pool_.ending()) task.told_cancelled = operation.cancelled = true;
  else if (task.take_cancel()) operation.cancelled = true;
  record_wake(task, {});
  has_blocked(pool_.clock().now() - begin);
  take_core();
  record_run(task);
}

void PoolThread::block(PoolTask& task, Operation& operation) {
  const Nanos end = later(pool_.clock().now(), operation.duration);
  stand_still(task, operation, [&](auto stop) {
    while (!stop()) {
      const Nanos until = std::min(end, turn_while_blocked()), t = pool_.clock().now();
      if (t >= end) break;
      parker_.park(until - t);
    }
  });
}

/// True: it is over. Else this thread's waits say when, or the coordinator.
bool PoolThread::at_socket(PoolTask& task, Operation& operation) {
  Sockets* const sockets = pool_.options().sockets;
  if (attempt(sockets, operation)) return true;
  if (operation.blocks && !task.holds_nobody) {
    stand_still(task, operation, [&](auto stop) {
      StandsStill still(*this, [&] {
        const Nanos until = turn_while_blocked();
        return stop() ? Standstill::kEnds : until;
      });
      sockets->perform(*operation.call, still);
    });
    return true;
  }
  if (waits_for_sockets() && !sockets_) sockets_ = sockets->waits_of_thread();
  if (!sockets_) pool_.asks_other();
  since_ = pool_.clock().now();
  lane_.at(pool_.threads().at(since_), EventKind::wait, wait_word(WaitReason::io, task), task.id);
  then_ = sockets_ ? Then::socket : Then::outside;
  return false;
}

/// Also spawn, which waits for nobody.
bool PoolThread::wait_for_tasks(PoolTask& task, Operation& operation) {
  const bool waits = operation.kind != Operation::Kind::spawn;
  std::shared_ptr<PoolJoin> join;
  if (waits) {
    join = make_pooled<PoolJoin>();
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
  if (waits && !over) record_wait(WaitReason::children, task);
  ready_new(made_);
  if (!waits) return true;
  if (over) {
    operation.failure = task.failure = join->failure;
    return true;
  }
  then_join_ = std::move(join);
  then_ = Then::join;
  return false;
}

// -- Pool: sleep and wake-up -------------------------------------------------------------------------------------------

/// What unparks it ends its sleep by its sockets, too: said before it says that it sleeps (sleepers.h).
void PoolThread::sleep() {
  const Nanos until = std::min(next_timer(), sockets_ ? sockets_->due() : kForever);
  if (has_sockets()) sockets_->wait_until(until);
  else parker_.park(until == kForever ? kForever : until - pool_.clock().now());
}

void CoroutinePool::sleep(PoolThread& me) {
  PoolThread::StandsStill still(me, [] { return kForever; });
  std::optional<WokenBy> woken;
  if (me.has_sockets()) woken.emplace(still, [&me] { me.sockets_->notify(); });
  sleepers_.sleep(
      me,
      [this](PoolThread& me) {
        me.counted_out_ = !me.wakes_itself();
        if (me.counted_out_) --active_;
        check_deadlock();
      },
      [this](PoolThread& me) { counted_in(me); }, [&] { return me.nothing_to_do(); },
      [&] { me.sleep(); });
  woken.reset();
  const int waker = me.woken_from_.exchange(-1, std::memory_order_relaxed);
  if (waker >= 0) options().leave_core(waker);
}

/// Under mutex_.
void CoroutinePool::counted_in(PoolThread& member) {
  if (std::exchange(member.counted_out_, false)) ++active_;
}

void CoroutinePool::wake_one() {
  PoolThread* const member = sleepers_.wake_one([this](PoolThread& member) { counted_in(member); });
  if (!member) return;
  // The waker works on. Linux often puts who is woken beside it, and takes 4 to 8 ms to see that another core is idle:
  // all of a short run.
  if (options().core_here) member->woken_from_.store(options().core_here(), std::memory_order_relaxed);
  member->unpark();
}

void CoroutinePool::wake_up(PoolThread& which) {
  if (sleepers_.wake(which, [this](PoolThread& member) { counted_in(member); })) which.unpark();
}

// -- Pool: tasks -------------------------------------------------------------------------------------------------------

LiveList& CoroutinePool::list_of(const PoolTask& task) { return task.home ? task.home->of_mine_ : of_main_; }

void CoroutinePool::add_to_list(PoolTask& task) {
  LiveList& list = list_of(task);
  std::scoped_lock lock(list.guard);
  list.tasks.push_back(task);
}

template <class F>
void CoroutinePool::each_list(F f) {
  f(of_main_);
  for (PoolThread* member : members_) f(member->of_mine_);
}

CoroutinePool::~CoroutinePool() {
  each_list([](LiveList& list) {  // no thread was there to end them
    while (LiveTask* task = list.tasks.first()) {
      list.tasks.remove(*task);
      task->body = {};
      const auto work = std::move(task->work);
    }
  });
}

Guard& CoroutinePool::making(const Work& work) { return making_[reinterpret_cast<std::uintptr_t>(&work) / 64 % making_.size()]; }

TaskRef<Task> CoroutinePool::task_of(const Work& work) {
  std::scoped_lock lock(making(work));
  return work.task;
}

bool CoroutinePool::enlist(LaneRecorder& lane, LiveTask& maker, PoolThread* home, Operation& operation,
                           const std::shared_ptr<PoolJoin>& join, std::vector<PoolTask*>& made) {
  const std::size_t before = made.size();
  if (join) join->left = operation.of.children.size();
  std::size_t over = 0;  // of those that are tasks already
  std::exception_ptr failure;
  made.reserve(before + operation.of.children.size());
  AllOrNone all(made);
  for (const auto& work : operation.of.children) {
    TaskRef<PoolTask> task;
    {
      std::scoped_lock lock(making(*work));
      if (!work->task) {
        task = TaskRef<PoolTask>::make();
        task->id = next_ids(1);
        task->work = work;
        task->holds_nobody = operation.off_loop;
        task->off_loop = operation.off_loop && goes_off_loop();
        task->home = task->off_loop ? nullptr : home_of_new(home);
        if (join) task->join = join;
        work->task = task;
        made.push_back(task.get());
        continue;
      }
      task = task_cast<PoolTask>(work->task);
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
  all.are_there();
  const std::size_t count = made.size() - before;
  live_count_.fetch_add(count, std::memory_order_relaxed);
  for (std::size_t i = before; i < made.size();) {
    if (made[i]->is_off_loop()) {
      ++i;
      continue;
    }
    LiveList& list = list_of(*made[i]);
    std::scoped_lock lock(list.guard);
    while (i < made.size() && !made[i]->is_off_loop() && &list_of(*made[i]) == &list) list.tasks.push_back(*made[i++]);
  }
  // Recorded before anybody can run them.
  const Nanos t = now();
  for (std::size_t i = before; i < made.size(); ++i) {
    lane.at(t, EventKind::spawn, line_word(maker), made[i]->id);
    made[i]->pushed = {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1};
    if (made[i]->home && new_are_ready()) lane.at(t, EventKind::ready, line_word(maker), made[i]->id);
  }
  if (operation.kind == Operation::Kind::spawn && count > 0) operation.number = made.back()->id;
  if (!join) return true;
  return some_have_ended(*join, over, failure != nullptr, [&] {
    if (failure && !join->failure) join->failure = failure;
  });
}

void CoroutinePool::ended(PoolTask& task, std::exception_ptr thrown, bool abandoned, Cause cause, LaneRecorder& lane, PoolThread* near) {
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
    auto& join = static_cast<PoolJoin&>(*shared);
    const bool failed = thrown && !join.collects;
    const bool resumes = one_has_ended(join, failed, [&] {
      if (failed) join.failure = thrown;
      join.cause = cause;
    });
    if (resumes && !ending()) wake(join, shared, lane, near);
  };
  try {
    if (join) child_ended(join);
    if (more)
      for (const auto& each : *more) child_ended(each);
  } catch (const std::bad_alloc&) {  // waiters stay where they are until the run's end, which this is
    no_memory();
  }
  std::shared_ptr<Work> work;  // released last: it may be the last to hold the task
  if (task.is_off_loop()) {
    work = std::move(task.work);
  } else {
    LiveList& list = list_of(task);
    std::scoped_lock lock(list.guard);
    list.tasks.remove(task);
    work = std::move(task.work);
  }
  tell_of_end(live_count_.fetch_sub(1, std::memory_order_acq_rel) == 1);
}

/// The waiter of a join that is over, and that has suspended.
void CoroutinePool::wake(PoolJoin& join, const std::shared_ptr<Join>& shared, LaneRecorder& lane, PoolThread* near) {
  if (join.waiter->id == kRootTask) return tell_main(shared);
  auto& waiter = static_cast<PoolTask&>(*join.waiter);
  {
    std::scoped_lock lock(waiter.guard);
    if (join.failure && hears_failure_instead(*waiter.operation)) waiter.take_cancel();
    waiter.waits = PoolTask::Waits::no;  // a cancel is its own from here on
  }
  waiter.operation->failure = waiter.failure = join.failure;
  if (!near) return woken(waiter, lane, join.cause);
  near->record_wake(waiter, join.cause);
  near->ready(waiter);
}

void CoroutinePool::woken(PoolTask& task, LaneRecorder& lane, Cause cause) {
  lane.at(now(), EventKind::wake, 0, task.id, cause.word());
  task.pushed = {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 2};
  PoolTask* const one = &task;
  put({&one, 1});
}

void CoroutinePool::task_granted(Operation& operation, LaneRecorder& lane) {
  auto& task = static_cast<PoolTask&>(*operation.task);
  task.looks_again = true;
  woken(task, lane, Cause::from_word(operation.use.woken_by));
}

void CoroutinePool::status_of(Task& base, Operation& operation) {
  auto& task = static_cast<PoolTask&>(base);
  std::scoped_lock lock(task.guard);
  answer_status(task, operation);
}

void CoroutinePool::saw_frame(std::size_t frame) {
  std::size_t largest = largest_frame_.load(std::memory_order_relaxed);
  while (frame > largest && !largest_frame_.compare_exchange_weak(largest, frame, std::memory_order_relaxed)) {}
}

bool CoroutinePool::wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) {
  const auto join = make_pooled<PoolJoin>();
  join->waiter = &main;
  join->collects = operation.collects;
  join->suspended = true;  // its executor wakes it only when it has
  std::vector<PoolTask*> made;
  const bool over = enlist(lane, main, nullptr, operation, join, made);
  put(made);
  if (!over) {
    // Only now, with its tasks where threads find them, can main be waiting for nobody: before, the last thread that falls
    // asleep would see a deadlock. (It may be over already.)
    std::scoped_lock lock(mutex_);
    if (std::find(over_for_main_.begin(), over_for_main_.end(), join) != over_for_main_.end()) return false;
    main_waits_ = true;
    check_deadlock();
    return false;
  }
  operation.failure = main.failure = join->failure;
  return true;
}

void CoroutinePool::spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) {
  std::vector<PoolTask*> made;
  enlist(lane, main, nullptr, operation, nullptr, made);
  put(made);
}

// -- Pool: cancel ------------------------------------------------------------------------------------------------------

bool CoroutinePool::cancel(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk& walk, Alarm* limit) {
  return walk.from(
      base, [&](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool again) { return ask_to_end(task, lane, on, task.get() == base.get() ? limit : nullptr, again); },
      [&](Task& waiter, Task& task) { close_circle(waiter, task, lane); });
}

/// It hears of nothing any more, though it may be still to say that it has ended.
bool CoroutinePool::is_over(PoolTask& task) {
  std::scoped_lock lock(task.guard);
  return task.ended || task.over;
}

void CoroutinePool::cancel_wait(const TaskRef<Task>& base, LaneRecorder& lane) {
  CancelWalk::Tasks on;
  cancel_wait(base, lane, on);
  CancelWalk().go_on(
      base, on, [&](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool again) { return ask_to_end(task, lane, on, nullptr, again); },
      [&](Task& waiter, Task& task) { close_circle(waiter, task, lane); });
}

/// False: it has ended.
bool CoroutinePool::ask_to_end(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk::Tasks& on, Alarm* limit, bool again) {
  auto& task = static_cast<PoolTask&>(*base);
  bool off_loop = false;
  {
    std::scoped_lock lock(task.guard);
    if (task.ended || task.over) return false;
    task.pend_cancel(limit, again);
    off_loop = task.is_off_loop();
  }
  if (off_loop) cancelled_off_loop(task);
  else cancel_wait(base, lane, on);
  return true;
}

void CoroutinePool::cancel_wait(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk::Tasks& on) {
  auto& task = static_cast<PoolTask&>(*base);
  for (;;) {
    std::vector<std::shared_ptr<Work>> children;
    PoolThread* tell = nullptr;
    bool takes_it_itself = true;
    std::uint32_t join = 0;
    {
      std::scoped_lock lock(task.guard);
      if (task.ended || !task.cancelled()) return;  // it has taken it meanwhile
      switch (task.waits) {
        case PoolTask::Waits::no:
          tell = task.timer_of;  // it may block there
          break;
        case PoolTask::Waits::timer:
        case PoolTask::Waits::socket:
          tell = task.timer_of;
          break;
        case PoolTask::Waits::asks:
        case PoolTask::Waits::outside:
          outside_.cancelled(task_cast<PoolTask>(base));
          clock().notify();
          return;
        case PoolTask::Waits::object:
          if (!task.operation->use.object->withdraw(*task.operation)) return;  // its turn has come; run() sees
          task.take_cancel();
          task.waits = PoolTask::Waits::no;
          task.operation->cancelled = true;
          woken(task, lane, {});
          return;
        case PoolTask::Waits::join:
          children.assign(task.operation->of.children.begin(), task.operation->of.children.end());
          join = task.joins_begun;
          takes_it_itself = task.operation->collects || hears_itself(*task.operation);
          break;
      }
      if (tell && task.waits != PoolTask::Waits::no) {
        std::scoped_lock cancels(tell->cancels_guard_);
        tell->cancels_.push_back(base);
        tell->has_cancels_.store(true, std::memory_order_release);
      }
    }
    if (tell) tell->unpark();
    for (const auto& child : children)
      if (auto& each = static_cast<PoolTask&>(*child->task); !is_over(each)) on.push_back(child->task);
    if (takes_it_itself) return;
    std::scoped_lock lock(task.guard);
    if (task.waits == PoolTask::Waits::join && task.joins_begun == join) {
      if (!on.empty()) task.take_cancel();  // it is theirs
      return;  // else all have ended, and whoever ends the wait may be about to: that is its answer; run() sees
    }
    on.clear();  // it has gone on, and has heard
  }
}

/// `waiter` waits for `task`, which waits for it: that wait is over.
void CoroutinePool::close_circle(Task& waiter, Task& base, LaneRecorder& lane) {
  auto& task = static_cast<PoolTask&>(base);
  std::shared_ptr<Join> its;
  {
    std::scoped_lock lock(task.guard);
    task.each_join([&](const std::shared_ptr<Join>& shared) {
      auto& join = static_cast<PoolJoin&>(*shared);
      std::scoped_lock lock(join.guard);
      if (!join.over && join.waiter == &waiter) its = shared;
    });
  }
  if (!its) return;
  auto& join = static_cast<PoolJoin&>(*its);
  const bool resumes = one_has_ended(join, true, [&] { join.failure = std::make_exception_ptr(Cancelled{}); });
  if (resumes && !ending()) wake(join, its, lane, nullptr);
}

void CoroutinePool::add_stuck(std::vector<Stuck>& stuck) {
  each_list([&](LiveList& list) {
    std::scoped_lock lock(list.guard);
    for (LiveTask* task = list.tasks.first(); task; task = task->next)
      if (const Operation* operation = static_cast<PoolTask*>(task)->operation) stuck.push_back({task, operation});
  });
}

// -- Pool: requests and sockets ----------------------------------------------------------------------------------------

bool CoroutinePool::has_connection() {
  std::scoped_lock lock(mutex_);
  return ++requests_ <= static_cast<std::size_t>(std::max(1, options().requests->most_at_once()));
}

void CoroutinePool::asks_other() {
  std::scoped_lock lock(mutex_);
  ++others_;
}

void CoroutinePool::came_back(PoolTask& task, LaneRecorder& lane) {
  const Operation& operation = *task.operation;
  std::size_t& of = operation.kind == Operation::Kind::request ? requests_ : others_;
  const bool called = operation.kind == Operation::Kind::process && !operation.cancelled;
  woken(task, lane, called ? (*operation.in_process)->cause : Cause{});
  std::scoped_lock lock(mutex_);
  --of;
}

// -- Pool: the end -----------------------------------------------------------------------------------------------------

/// `f` ends the task, which takes it from its list. Nobody else runs.
template <class F>
void CoroutinePool::each_live(F f) {
  each_list([&](LiveList& list) {
    while (LiveTask* task = list.tasks.first()) f(static_cast<PoolTask&>(*task));
  });
}

std::vector<TaskRef<Task>> CoroutinePool::living() {
  std::vector<TaskRef<Task>> tasks;
  each_list([&](LiveList& list) {
    std::scoped_lock lock(list.guard);  // what is in a list has its work
    for (LiveTask* task = list.tasks.first(); task; task = task->next) tasks.push_back(task->work->task);
  });
  std::sort(tasks.begin(), tasks.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return tasks;
}

bool CoroutinePool::has_ended(Task& task) {
  auto& one = static_cast<PoolTask&>(task);
  std::scoped_lock lock(one.guard);
  return one.ended;
}

void CoroutinePool::stopped_everything() {
  last_one_.done();
  for (PoolThread* member : members_) member->unpark();
}

// -- The executor ------------------------------------------------------------------------------------------------------

void CoroutineExecutor::collect() {
  ThreadedExecutor::collect();
  if (stopping()) return;
  pool_->outside().take([this](PoolTask& task) { request_elsewhere(task, *task.operation); },
                        [this](PoolTask& task) {
                          if (!forget_request(task)) forget_socket(*task.operation);
                          task.operation->cancelled = true;
                          pool_->came_back(task, coordinator());
                        });
}

}  // namespace interleave
