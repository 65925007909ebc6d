// threads.cpp -- `threads` and `gil`: N threads on one FIFO queue; a waiting task blocks its worker.
//
// main runs on the polling thread (Cooperative) and is no worker. What it makes goes to the queue; so does what workers
// make, but a worker that waits for tasks first runs those of them itself that nobody has started. Whoever computes
// holds a permit of the RunToken: its number is the core in the trace. With one permit and an interval that is the GIL;
// with P permits P tasks run at once and the rest stand in line, in order, whatever the operating system would do.
//
// Who may touch what: the Crew under its mutex; a worker's lane only its own thread (the coordinator before the gate
// opens); a Join and the fields of a LiveTask that joins read, under the mutex; a body only the thread that runs it.
//
// How the threads start, stop and are abandoned is in thread_crew.h.
//
// Rejected: a condition variable that all idle workers share (which one wakes is luck, and the trace shows luck); a task
// handed to a certain worker (it may sleep on while another is free).
#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "runtime/threaded/task_thread.h"
#include "runtime/threaded/threaded_executor.h"
#include "runtime/threads.h"

namespace interleave {
namespace {

// A worker that waits for tasks runs them inside its own stack frame; so deep, and no deeper (64 KB stacks in wasm).
constexpr int kMostInline = 24;

class Worker;

struct CrewJoin : Join {
  Worker* worker = nullptr;  ///< null: main
};
struct CrewTask : ThreadTask {
  bool queued = false, running = false;
  Worker* worker = nullptr;  ///< that runs it
};

/// What the workers share. Outlives the executor when a worker was abandoned.
class Crew final : public WorkerPool {
 public:
  using WorkerPool::WorkerPool;
  ~Crew() override;

  bool gil() const { return options().kind == ExecutorKind::gil; }
  std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) override;
  std::size_t largest_frame() override;
  std::int64_t largest_stack() override;
  std::size_t task_bytes() const override { return sizeof(CrewTask); }

  // -- Tasks: main and workers. ----------------------------------------------------------------------------------------
  /// New tasks, recorded in the maker's lane and put into the queue; `join`, if there is one, waits for them and for
  /// the others. True: there is nothing to wait for. `todo` gets those that nobody has started.
  bool enlist(LaneRecorder& lane, LiveTask& maker, Operation& operation, const std::shared_ptr<CrewJoin>& join,
              std::vector<TaskRef<CrewTask>>* todo);
  void ended(CrewTask& task, std::exception_ptr thrown, bool abandoned, std::size_t frame, Cause cause);
  bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) override {
    enlist(lane, main, operation, nullptr, nullptr);
  }
  TaskId new_task_id() override { return next_id_++; }
  bool quiet() override;
  std::vector<TaskRef<Task>> living() override;
  bool has_ended(Task& task) override;
  /// Tasks in the queue, where no worker is free.
  std::size_t unstarted();
  using WorkerPool::cancel;
  bool cancel(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk& walk) override;
  /// Null: nobody has made one of it yet. (Somebody may be about to.)
  TaskRef<Task> task_of(const Work& work);
  void status_of(Task& task, Operation& operation) override;

  // -- Workers. --------------------------------------------------------------------------------------------------------
  TaskRef<CrewTask> next(Worker& me);
  bool claim(CrewTask& task);
  bool over(CrewJoin& join);
  void wait_for(Worker& me, CrewJoin& join);
  void leave(CrewJoin& join);
  /// Until the worker's turn has come at the object that its task waits for. False: the wait was ended for another reason.
  bool wait_for_object(Worker& me, const CrewTask& task);
  void wait_for_object_no_more(Worker& me);
  void runs(CrewTask& task, Worker* worker);
  void saw_stack(std::int64_t bytes);
  /// What its thread waits for, for whoever asks why nothing goes on.
  void push_stuck(Worker& me, const LiveTask& task, const Operation& operation);
  void pop_stuck(Worker& me);
  bool take_connection(Worker& me);  ///< false: in line
  bool has_connection(Worker& me);
  void give_connection(Worker& me);

 private:
  std::string why_stuck() override;
  void add_stuck(std::vector<Stuck>& stuck) override;
  void task_granted(Operation& operation, LaneRecorder& lane) override;
  void finish(const std::shared_ptr<Join>& shared, std::vector<Worker*>& wake);
  bool ask_to_end(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk::Tasks& on);
  static bool still_waits(CrewTask& waiter, CrewTask& task);
  void close_circle(Task& waiter);
  void take(CrewTask& task);
  void park(Worker& me, std::unique_lock<std::mutex>& lock);

  std::atomic<TaskId> next_id_{kRootTask + 1};
  std::vector<Worker*> workers_;  // changed before the gate opens only

  // Under mutex_:
  TaskList queue_, running_;
  std::vector<Worker*> idle_;  // the last to go idle is the first to be woken
  std::size_t live_ = 0;       // tasks that have not ended
  std::size_t largest_frame_ = 0;
  std::int64_t largest_stack_ = 0;
  int connections_ = 0;
  std::deque<Worker*> no_connection_;
};

/// One of the threads. Its core is the permit that it holds.
class Worker final : public TaskThread {
 public:
  Worker(Crew& crew, LaneRecorder& lane)
      : TaskThread(crew.threads(), crew.options().compute_rate, lane, -1), crew_(crew), waiter_(parker_) {}

  bool begin(Task& task, Operation& operation) override;

 private:
  friend class Crew;
  class IsStuck;

  void live() override;
  void execute(CrewTask& task, bool inlined);
  void take_core(LiveTask& task);
  void give_core();
  bool safepoint(ThreadTask& task, bool cancels) override;
  void sync(CrewTask& task, Operation& operation);
  void sleep(CrewTask& task, Operation& operation, WaitReason reason);
  void request(CrewTask& task, Operation& operation);
  void socket(CrewTask& task, Operation& operation);
  std::string too_few(std::size_t unstarted) const;
  void process(CrewTask& task, Operation& operation);
  void gather(CrewTask& task, Operation& operation);
  void end_wait(CrewTask& task, Cause cause);
  bool perform(CrewTask& task, Operation& operation);

  Crew& crew_;
  RunToken::Waiter waiter_;
  int depth_ = 0;
  // Under the crew's mutex.
  bool idle_ = false, waiting_ = false, connected_ = false;
  bool granted_ = false;        // its turn has come at the object that its task waits for
  std::vector<Stuck> stuck_;    // its tasks that wait, outermost first
};

/// What its thread waits for, for whoever asks why nothing goes on; as long as this stands, or until no_more().
class Worker::IsStuck {
 public:
  IsStuck(Worker& worker, const LiveTask& task, const Operation& operation) : worker_(worker) { worker.crew_.push_stuck(worker, task, operation); }
  ~IsStuck() { no_more(); }
  IsStuck(const IsStuck&) = delete;
  void no_more() const {
    if (std::exchange(stands_, false)) worker_.crew_.pop_stuck(worker_);
  }

 private:
  Worker& worker_;
  mutable bool stands_ = true;
};

// -- Worker ------------------------------------------------------------------------------------------------------------

void Worker::live() {
  while (const auto task = crew_.next(*this)) execute(*task, false);
  asked_.record(lane_, now());
  if (const auto bytes = crew_.options().stack_bytes_here) crew_.saw_stack(bytes());
}

/// From the start of a task to its end. `inlined`: inside the wait of another, whose core it takes over and leaves.
void Worker::execute(CrewTask& task, bool inlined) {
  Ended ended;
  if (!crew_.stopping()) {
    take_core(task);
    if (!crew_.stopping() && !task.take_cancel()) {
      crew_.runs(task, this);
      ++depth_;
      ended = run_to_end(task);
      --depth_;
    }
  }
  Cause cause;
  for (bool told = false; !told;) {
    try {
      if (ended.abandoned) ended.thrown = std::make_exception_ptr(Cancelled{});
      cause = record_end(task, ended.thrown);
      told = true;
    } catch (const std::bad_alloc&) {
      crew_.no_memory();
    }
  }
  if (!inlined) give_core();
  crew_.ended(task, ended.thrown, ended.abandoned, ended.frame, cause);
}

/// A permit, at once or in line. Returns also while the run is being stopped: bodies unwind with a core, one at a time
/// under the GIL. A line is waited in outside: whoever holds the permit may never come back.
void Worker::take_core(LiveTask& task) {
  if (core_ >= 0) return;
  core_ = crew_.token().take(waiter_);
  if (core_ >= 0) return;
  if (crew_.gil()) record_wait(WaitReason::gil, task);
  else lane_.at(now(), EventKind::ready, line_word(task), task.id);
  leave();
  while (waiter_.granted() < 0) parker_.park(kForever);
  enter();
  core_ = waiter_.granted();
}

/// What ends here was recorded before: the next holder's begin is later on the clock.
void Worker::give_core() {
  if (core_ < 0) return;
  crew_.token().give(core_);
  core_ = -1;
}

/// False: cancelled. The GIL may go and come back in here.
bool Worker::safepoint(ThreadTask& task, bool cancels) {
  if (crew_.stopping() || (cancels && task.take_cancel())) return false;
  if (!crew_.gil() || !crew_.token().wanted(crew_.clock().now())) return true;
  const Nanos t = now();
  lane_.at(t, EventKind::gil_dropped, 1, task.id);
  lane_.at(t, EventKind::wait, wait_word(WaitReason::gil, task), task.id);
  if (crew_.token().drop(core_, waiter_)) {
    leave();
    while (waiter_.granted() < 0) parker_.park(kForever);
    enter();
    core_ = waiter_.granted();
  }
  record_run(task);
  return !crew_.stopping() && !(cancels && task.take_cancel());
}

bool Worker::begin(Task& base, Operation& operation) {
  const Inside inside(*this);
  auto& task = static_cast<CrewTask&>(base);
  try {
    return perform(task, operation);
  } catch (const std::bad_alloc&) {  // the body's to know; but whom it made or woke may be nowhere now
    crew_.no_memory();
    if (core_ < 0) end_wait(task, {});
    throw;
  } catch (...) {  // of threads there is nothing left: the body's to know, and on a core
    if (core_ < 0) end_wait(task, {});
    throw;
  }
}

bool Worker::perform(CrewTask& task, Operation& operation) {
  if (task.told_cancelled) return false;  // nobody resumes it
  if (!safepoint(task, may_be_cancelled(operation))) {
    operation.cancelled = true;
  } else {
    asked_.add(task, operation);
    switch (operation.kind) {
      case Operation::Kind::compute:
      case Operation::Kind::sum_range: compute(task, operation); break;
      case Operation::Kind::step:
      case Operation::Kind::safepoint: break;
      case Operation::Kind::io:
        if (operation.duration > 0) sleep(task, operation, WaitReason::io);
        break;
      case Operation::Kind::block: sleep(task, operation, WaitReason::blocked); break;
      case Operation::Kind::request: request(task, operation); break;
      case Operation::Kind::socket: socket(task, operation); break;
      case Operation::Kind::process: process(task, operation); break;
      case Operation::Kind::spawn: crew_.enlist(lane_, task, operation, nullptr, nullptr); break;
      case Operation::Kind::join:
        if (crew_.task_of(*operation.of.child()).get() == &task) {
          refuse_itself(task, operation);
          break;
        }
        [[fallthrough]];
      case Operation::Kind::gather: gather(task, operation); break;
      case Operation::Kind::sync: sync(task, operation); break;
      case Operation::Kind::cancel:
        if (const auto child = crew_.task_of(*operation.of.child())) operation.number = crew_.cancel(child, lane_);
        break;
      case Operation::Kind::status:
        if (const auto child = crew_.task_of(*operation.of.child())) crew_.status_of(*child, operation);
        break;
      case Operation::Kind::arm:
        (*operation.of.alarm)->tasks = {task.work->task};
        crew_.arm(*operation.of.alarm, later(crew_.clock().now(), operation.duration));
        break;
      case Operation::Kind::disarm: operation.number = (*operation.of.alarm)->disarm(); break;
    }
  }
  task.told_cancelled = operation.cancelled && crew_.stopping();
  return true;
}

/// io and block: the worker's thread stands still, without a core.
void Worker::sleep(CrewTask& task, Operation& operation, WaitReason reason) {
  const Nanos end = later(crew_.clock().now(), operation.duration);
  record_wait(reason, task);
  give_core();
  stand_still(task, end);
  operation.cancelled = crew_.stopping() || task.take_cancel();
  end_wait(task, {});
}

void Worker::request(CrewTask& task, Operation& operation) {
  Requests* const requests = crew_.options().requests;
  if (!requests) {
    operation.fail("There is no HTTP server here that could answer a request.");
    return;
  }
  if (!crew_.take_connection(*this)) {
    record_wait(WaitReason::connection, task);
    give_core();
    while (!crew_.stopping() && !task.cancelled() && !crew_.has_connection(*this)) parker_.park(kForever);
  }
  record_wait(WaitReason::request, task);
  give_core();
  if (!crew_.stopping() && !task.cancelled()) {
    StandsStill still = stands_still(task);
    const Requests::Answer answer = requests->perform(operation.duration, operation.range.high, still);
    operation.number = answer.bytes;
    if (!answer.failure.empty()) operation.fail(answer.failure);
  }
  operation.cancelled = crew_.stopping() || task.take_cancel();
  crew_.give_connection(*this);
  end_wait(task, {});
}

/// A plain call and an awaited one alike: the worker's thread stands still.
void Worker::socket(CrewTask& task, Operation& operation) {
  Sockets* const sockets = crew_.options().sockets;
  if (attempt(sockets, operation)) return;
  record_wait(WaitReason::io, task);
  give_core();
  StandsStill still = stands_still(task);
  sockets->perform(*operation.call, still);
  operation.cancelled = crew_.stopping() || task.take_cancel();
  if (SocketCall& call = *operation.call; call.failed_as == std::string_view("TimeoutError"))
    if (const std::size_t unstarted = crew_.unstarted()) call.failure += "; " + too_few(unstarted);
  end_wait(task, {});
}

/// Whom a wait may have been for: tasks that no worker was free to run.
std::string Worker::too_few(std::size_t unstarted) const {
  return fmt::format("{} not begun, since no worker is free (--workers {} would do)", unstarted == 1 ? "a task has" : fmt::format("{} tasks have", unstarted),
                     crew_.threads().started() + static_cast<int>(unstarted));
}

/// The coordinator speaks with processes; the worker's thread stands still.
void Worker::process(CrewTask& task, Operation& operation) {
  ProcessPool* const processes = crew_.processes();
  const std::shared_ptr<ProcessCall> call = *operation.in_process;
  if (!call->pack(operation, processes)) return;
  call->task = crew_.new_task_id();
  lane_.at(now(), EventKind::spawn, line_word(task), call->task);
  record_wait(WaitReason::children, task);
  give_core();
  processes->ask(call, [this] { unpark(); });
  auto over = [&] { return call->over.load(std::memory_order_acquire); };
  while (!crew_.stopping() && !task.cancelled() && !over()) parker_.park(kForever);
  const bool done = over();
  if (!done) processes->give_up(call);
  operation.cancelled = crew_.stopping() || task.take_cancel();
  if (done && !operation.cancelled) call->answer(task, operation);
  end_wait(task, done ? call->cause : Cause{});
}

void Worker::gather(CrewTask& task, Operation& operation) {
  const auto join = make_pooled<CrewJoin>();
  join->waiter = &task;
  join->worker = this;
  join->collects = operation.collects;
  std::vector<TaskRef<CrewTask>> todo;
  if (crew_.enlist(lane_, task, operation, join, &todo)) {
    operation.failure = task.failure = join->failure;
    return;
  }
  record_wait(WaitReason::children, task);
  if (operation.limited) {
    const auto alarm = *operation.of.alarm = std::make_shared<Alarm>();
    for (const auto& work : operation.of.children) alarm->tasks.push_back(work->task);
    crew_.arm(alarm, later(crew_.clock().now(), operation.of.limit));
  }
  const IsStuck is_stuck(*this, task, operation);
  if (task.take_cancel()) crew_.cancel(task.work->task, lane_);  // before it waited: now its children are told
  bool ran_some = false;
  for (const auto& child : todo) {
    if (depth_ > kMostInline || crew_.stopping() || crew_.over(*join)) break;
    if (!crew_.claim(*child)) continue;
    execute(*child, true);
    ran_some = true;
  }
  if (!crew_.over(*join)) {
    if (ran_some) record_wait(WaitReason::children, task);
    give_core();
    crew_.wait_for(*this, *join);
  }
  is_stuck.no_more();
  crew_.leave(*join);  // whoever ends later finds nobody
  operation.cancelled = crew_.stopping() || (operation.collects && task.take_cancel());
  operation.failure = task.failure = join->failure;
  end_wait(task, join->cause);
}

void Worker::sync(CrewTask& task, Operation& operation) {
  Sync& object = *operation.use.object;
  if (object.begin(task, operation, PoolPort(crew_, lane_), true)) return;
  give_core();
  const IsStuck is_stuck(*this, task, operation);
  bool has_it = false;  // its place is the object's to read: another may be giving it its turn
  while (!has_it && crew_.wait_for_object(*this, task)) has_it = object.again(operation, PoolPort(crew_, lane_));
  if (!has_it) {
    object.leave(operation, PoolPort(crew_, lane_));
    crew_.wait_for_object_no_more(*this);
    task.take_cancel();
    operation.cancelled = true;
  }
  is_stuck.no_more();
  end_wait(task, Cause::from_word(operation.use.woken_by));
}

void Worker::end_wait(CrewTask& task, Cause cause) {
  record_wake(task, cause);
  take_core(task);
  record_run(task);
}

// -- Crew: tasks -------------------------------------------------------------------------------------------------------

Crew::~Crew() {
  while (LiveTask* task = queue_.first()) {  // no worker was there to take them
    queue_.remove(*task);
    const auto work = std::move(task->work);
  }
}

std::unique_ptr<CrewMember> Crew::make_worker(LaneRecorder& lane) {
  auto worker = std::make_unique<Worker>(*this, lane);
  idle_.reserve(workers_.size() + 1);  // to fall asleep takes no memory
  workers_.push_back(worker.get());
  return worker;
}

std::size_t Crew::largest_frame() {
  std::scoped_lock lock(mutex_);
  return largest_frame_;
}

std::int64_t Crew::largest_stack() {
  std::scoped_lock lock(mutex_);
  return largest_stack_;
}

void Crew::saw_stack(std::int64_t bytes) {
  std::scoped_lock lock(mutex_);
  largest_stack_ = std::max(largest_stack_, bytes);
}

bool Crew::enlist(LaneRecorder& lane, LiveTask& maker, Operation& operation, const std::shared_ptr<CrewJoin>& join,
                  std::vector<TaskRef<CrewTask>>* todo) {
  std::vector<TaskRef<CrewTask>> made;
  made.reserve(operation.of.children.size());
  if (todo) todo->reserve(operation.of.children.size());
  std::vector<Worker*> wake;
  wake.reserve(operation.of.children.size());
  bool nothing_to_wait_for = true;
  {
    std::scoped_lock lock(mutex_);
    AllOrNone all(made);
    for (const auto& work : operation.of.children) {
      if (!work->task) {
        auto task = TaskRef<CrewTask>::make();
        task->id = next_id_++;
        task->work = work;
        work->task = task;
        made.push_back(std::move(task));
      }
      if (!join) continue;
      auto task = task_cast<CrewTask>(work->task);
      if (task->ended) {
        if (task->failure && !join->failure && !join->collects) join->failure = task->failure;
        continue;
      }
      ++join->left;
      task->add_join(join);
      if (todo) todo->push_back(std::move(task));
    }
    if (join) {
      nothing_to_wait_for = join->left == 0 || join->failure != nullptr;
      join->over = nothing_to_wait_for;
    }
    if (operation.kind == Operation::Kind::spawn) operation.number = operation.of.child()->task->id;
    live_ += made.size();
    all.are_there();
  }

  // Recorded before anybody can run them.
  const Nanos t = now();
  for (const auto& task : made) lane.at(t, EventKind::spawn, line_word(maker), task->id);
  {
    std::scoped_lock lock(mutex_);
    for (const auto& task : made) {
      task->queued = true;
      queue_.push_back(*task);
      if (idle_.empty()) continue;
      wake.push_back(idle_.back());
      idle_.pop_back();
      wake.back()->idle_ = false;
      ++active_;
    }
    // Only now, with its tasks in the queue, can main be waiting for nobody. (It may be over already.)
    if (join && !join->over && !join->worker) main_waits_ = true;
    check_deadlock();
  }
  for (Worker* worker : wake) worker->parker_.unpark();
  return nothing_to_wait_for;
}

void Crew::finish(const std::shared_ptr<Join>& shared, std::vector<Worker*>& wake) {
  auto& join = static_cast<CrewJoin&>(*shared);
  join.over = true;
  if (!join.worker) {
    over_for_main_.push_back(shared);
    main_waits_ = false;
  } else if (join.worker->waiting_) {
    join.worker->waiting_ = false;
    ++active_;
    wake.push_back(join.worker);
  }
}

void Crew::ended(CrewTask& task, std::exception_ptr thrown, bool abandoned, std::size_t frame, Cause cause) {
  std::vector<Worker*> wake;
  std::shared_ptr<Work> work;  // released last, and not under the lock: it may be the last to hold the task
  bool tell_main = false, memory_lacked = false;
  {
    std::scoped_lock lock(mutex_);
    largest_frame_ = std::max(largest_frame_, frame);
    task.ended = true;
    if (std::exchange(task.running, false)) running_.remove(task);
    task.told_cancelled |= abandoned;
    task.failure = thrown;
    task.outcome = outcome_of(thrown);
    try {
      task.each_join([&](const std::shared_ptr<Join>& shared) {
        auto& join = static_cast<CrewJoin&>(*shared);
        --join.left;
        if (join.over || stopping()) return;
        const bool failed = thrown && !join.collects;
        if (failed) join.failure = thrown;
        if (!failed && join.left > 0) return;
        join.cause = cause;
        finish(shared, wake);
      });
    } catch (const std::bad_alloc&) {  // waiters stay where they are until the run's end, which this is
      memory_lacked = true;
    }
    task.join.reset();
    task.more_joins.reset();
    tell_main = --live_ == 0 || !over_for_main_.empty();
    work = std::move(task.work);
  }
  for (Worker* worker : wake) worker->parker_.unpark();
  if (memory_lacked) no_memory();
  tell_of_end(tell_main);
}

bool Crew::wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) {
  const auto join = make_pooled<CrewJoin>();
  join->waiter = &main;
  join->collects = operation.collects;
  if (!enlist(lane, main, operation, join, nullptr)) return false;
  operation.failure = main.failure = join->failure;
  return true;
}

bool Crew::quiet() {
  std::scoped_lock lock(mutex_);
  return live_ == 0;
}

std::size_t Crew::unstarted() {
  std::scoped_lock lock(mutex_);
  if (!idle_.empty()) return 0;
  std::size_t count = 0;
  for (const LiveTask* task = queue_.first(); task; task = task->next) ++count;
  return count;
}

std::vector<TaskRef<Task>> Crew::living() {
  std::vector<TaskRef<Task>> tasks;
  {
    std::scoped_lock lock(mutex_);
    for (const TaskList* list : {&running_, &queue_})
      for (LiveTask* task = list->first(); task; task = task->next) tasks.push_back(task->work->task);
  }
  std::sort(tasks.begin(), tasks.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return tasks;
}

bool Crew::has_ended(Task& task) {
  std::scoped_lock lock(mutex_);
  return static_cast<CrewTask&>(task).ended;
}

std::string Crew::why_stuck() {
  if (queue_.empty()) return WorkerPool::why_stuck();
  std::size_t wanted = workers_.size();
  for (const LiveTask* task = queue_.first(); task; task = task->next) ++wanted;
  constexpr std::string_view kWhy = "Every worker waits for tasks that no worker is free to run";
  // Where so many are not to be had, no advice.
  if (wanted > static_cast<std::size_t>(std::max(1, options().max_workers))) return std::string(kWhy);
  return fmt::format("{}; more workers would let them start (--workers {})", kWhy, wanted);
}

void Crew::add_stuck(std::vector<Stuck>& stuck) {
  for (const Worker* worker : workers_) stuck.insert(stuck.end(), worker->stuck_.begin(), worker->stuck_.end());
}

void Crew::task_granted(Operation& operation, LaneRecorder&) {
  Worker& worker = *static_cast<Worker*>(operation.task->port);
  {
    std::scoped_lock lock(mutex_);
    worker.granted_ = true;
    if (std::exchange(worker.waiting_, false)) ++active_;
  }
  worker.unpark();
}

// -- Crew: workers -----------------------------------------------------------------------------------------------------

TaskRef<CrewTask> Crew::next(Worker& me) {
  bool said_idle = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (auto* task = static_cast<CrewTask*>(queue_.first())) {
      take(*task);
      return task_cast<CrewTask>(task->work->task);
    }
    if (threads().closing()) return nullptr;
    me.idle_ = true;
    idle_.push_back(&me);
    --active_;
    check_deadlock();
    lock.unlock();
    if (!std::exchange(said_idle, true)) me.lane_.at(now(), EventKind::lane_idle);
    me.parker_.park(kForever);
    lock.lock();
    if (me.idle_) {  // woken to end, or for nothing
      me.idle_ = false;
      idle_.erase(std::find(idle_.begin(), idle_.end(), &me));
      ++active_;
    }
  }
}

bool Crew::claim(CrewTask& task) {
  std::scoped_lock lock(mutex_);
  if (!task.queued) return false;
  take(task);
  return true;
}

/// Out of the queue, to be run.
void Crew::take(CrewTask& task) {
  queue_.remove(task);
  task.queued = false;
  running_.push_back(task);
  task.running = true;
}

bool Crew::over(CrewJoin& join) {
  std::scoped_lock lock(mutex_);
  return join.over;
}

/// Under the mutex, which it lets go meanwhile: until somebody takes the worker's `waiting_`, or the run is stopped. Whoever
/// does may mean a wait further out, of a task that waits for this one: the caller asks again for what it waits for itself.
void Crew::park(Worker& me, std::unique_lock<std::mutex>& lock) {
  me.waiting_ = true;
  --active_;
  check_deadlock();
  while (me.waiting_ && !stopping()) {
    lock.unlock();
    me.parker_.park(kForever);
    lock.lock();
  }
  if (std::exchange(me.waiting_, false)) ++active_;
}

void Crew::wait_for(Worker& me, CrewJoin& join) {
  std::unique_lock lock(mutex_);
  while (!join.over && !stopping()) park(me, lock);
}

bool Crew::wait_for_object(Worker& me, const CrewTask& task) {
  std::unique_lock lock(mutex_);
  while (!me.granted_ && !stopping() && !task.cancel_pending) park(me, lock);
  // As with asyncio, a cancel that comes before the task goes on has the last word, whatever it was given meanwhile.
  return std::exchange(me.granted_, false) && !stopping() && !task.cancel_pending;
}

void Crew::wait_for_object_no_more(Worker& me) {
  std::scoped_lock lock(mutex_);
  me.granted_ = false;
}

void Crew::runs(CrewTask& task, Worker* worker) {
  std::scoped_lock lock(mutex_);
  task.worker = worker;
}

/// As asyncio's Task.cancel(), but that a task in the queue ends at once.
bool Crew::cancel(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk& walk) {
  return walk.from(
      base, [&](const TaskRef<Task>& task, CancelWalk::Tasks& on) { return ask_to_end(task, lane, on); },
      [&](Task& waiter, Task&) { close_circle(waiter); });
}

/// False: it has ended.
bool Crew::ask_to_end(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk::Tasks& on) {
  auto& task = static_cast<CrewTask&>(*base);
  Worker* wake = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (task.ended) return false;
    if (!task.queued) {
      task.cancel_pending = true;  // also of one that is about to begin
      if (!task.worker) return true;
      const auto& stuck = task.worker->stuck_;
      const auto mine = std::find_if(stuck.begin(), stuck.end(), [&](const Stuck& each) { return each.task == &task; });
      if (mine != stuck.end() && mine->operation->waits_for_tasks()) {
        for (const auto& child : mine->operation->of.children)
          if (still_waits(task, static_cast<CrewTask&>(*child->task))) on.push_back(child->task);
        if (!on.empty() && !mine->operation->collects) task.cancel_pending = false;
      } else if (mine != stuck.end() && mine + 1 == stuck.end() && std::exchange(task.worker->waiting_, false)) {
        ++active_;
      }
      wake = task.worker;
    } else {
      queue_.remove(task);
      task.queued = false;
    }
  }
  if (wake) {
    wake->unpark();
    return true;
  }
  lane.at(now(), EventKind::done, static_cast<std::uint32_t>(Outcome::cancelled), task.id);
  ended(task, std::make_exception_ptr(Cancelled{}), true, 0, {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1});
  return true;
}

/// Under the mutex: `task` lives, and `waiter` has not been told yet that its wait for it, and perhaps for others, is over.
bool Crew::still_waits(CrewTask& waiter, CrewTask& task) {
  bool waits = false;
  task.each_join([&](const std::shared_ptr<Join>& join) { waits |= !join->over && join->waiter == &waiter; });
  return waits && !task.ended;
}

/// `waiter` waits for `task`, which waits for it: that wait is over, and so are those inside of it, on the same stack, of tasks that
/// it waits for: none of them could go on before.
void Crew::close_circle(Task& base) {
  auto& waiter = static_cast<CrewTask&>(base);
  std::vector<Worker*> wake;
  {
    std::scoped_lock lock(mutex_);
    if (!waiter.worker) return;
    const auto& stuck = waiter.worker->stuck_;
    for (auto each = std::find_if(stuck.begin(), stuck.end(), [&](const Stuck& s) { return s.task == &waiter; }); each != stuck.end(); ++each) {
      if (!each->operation->waits_for_tasks()) continue;
      for (const auto& child : each->operation->of.children)
        static_cast<CrewTask&>(*child->task).each_join([&](const std::shared_ptr<Join>& join) {
          if (join->over || join->waiter != each->task) return;
          join->failure = std::make_exception_ptr(Cancelled{});
          finish(join, wake);
        });
    }
  }
  for (Worker* worker : wake) worker->unpark();
}

TaskRef<Task> Crew::task_of(const Work& work) {
  std::scoped_lock lock(mutex_);
  return work.task;
}

void Crew::status_of(Task& task, Operation& operation) {
  std::scoped_lock lock(mutex_);
  answer_status(static_cast<LiveTask&>(task), operation);
}

void Crew::push_stuck(Worker& me, const LiveTask& task, const Operation& operation) {
  std::scoped_lock lock(mutex_);
  me.stuck_.push_back({&task, &operation});
}

void Crew::pop_stuck(Worker& me) {
  std::scoped_lock lock(mutex_);
  me.stuck_.pop_back();
}

void Crew::leave(CrewJoin& join) {
  std::scoped_lock lock(mutex_);
  join.over = true;
}

bool Crew::take_connection(Worker& me) {
  std::scoped_lock lock(mutex_);
  if (connections_ < std::max(1, options().requests->most_at_once())) {
    ++connections_;
    return me.connected_ = true;
  }
  no_connection_.push_back(&me);
  return false;
}

bool Crew::has_connection(Worker& me) {
  std::scoped_lock lock(mutex_);
  return me.connected_;
}

void Crew::give_connection(Worker& me) {
  Worker* next = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (!std::exchange(me.connected_, false)) {  // stopped while it stood in line
      std::erase(no_connection_, &me);
      return;
    }
    if (no_connection_.empty()) {
      --connections_;
      return;
    }
    next = no_connection_.front();
    no_connection_.pop_front();
    next->connected_ = true;
  }
  next->parker_.unpark();
}

}  // namespace

MadeExecutor make_threads(const RunOptions& options) {
  const bool gil = options.kind == ExecutorKind::gil;
  const int asked = workers_asked(options), permits = gil ? 1 : cores_of(options);
  return {std::make_unique<ThreadedExecutor>(
              options, std::make_shared<Crew>(options, permits, gil ? options.gil_interval : RunToken::kNever), asked,
              std::min(asked, std::max(1, options.max_workers)), permits, LaneKind::worker, "thread"),
          {}};
}

}  // namespace interleave
