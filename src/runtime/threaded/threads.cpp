// threads.cpp -- `threads` and `gil`: N threads on one FIFO queue; a waiting task holds its worker.
//
// main runs on the polling thread (Cooperative) and is no worker. What it makes goes to the queue; so does what workers
// make, but a worker that waits for tasks first runs those of them itself that nobody has started. Whoever computes
// holds a permit of the RunToken: its number is the core in the trace. With one permit and an interval that is the GIL;
// with P permits P tasks run at once and the rest stand in line, in order, whatever the operating system would do.
//
// Waits. In what sleeps, asks or computes a task keeps its thread. Where it waits for tasks or at an object its body suspends. It still
// holds its worker, which begins meanwhile only what the topmost of those that hold it waits for; each of these waits for the one on
// top of it. A task whose wait is over goes on on its own worker if that sleeps, else on any that does, be it held; if none does, it is
// ready, and the first that has nothing to run takes it. So nobody who could go on is kept by one who waits, and a failure is heard
// at once, whatever its waiter's worker has begun meanwhile.
// A task that goes on holds its worker no more, and those on top of it there go adrift: they wait and hold none. (Those below it come
// along where it goes on on a thread that nobody holds.) So does one that waits again on a worker that others hold, unless they wait for
// it; and one that was begun for a wait, where that is over. What one adrift waits for and has not begun is ready, too, since it
// has no worker to begin it. So tasks that wait for nothing but tasks, and in no circle, are never stuck: go from a topmost one to a task
// that it waits for, from there to the topmost on top of that, and so on; the last has one to begin.
//   - No worker sleeps while a task is ready. Who is woken for one has it in hand: a wake-up cannot be lost to another.
//   - A task is in one of four lists, or ended: in the queue, begun (it is taken, or waits and holds a worker), adrift, or ready.
//
// Who may touch what: the Crew under its mutex; a worker's lane only its own thread (the coordinator before the gate
// opens); a Join and the fields of a LiveTask that joins read, under the mutex; a body only the thread that has taken its task.
//
// Index: Worker (one task, its core, operations, waits) - Crew: tasks - Crew: workers (the queue, waits, cancel) - the executor.
// How the threads start, stop and are abandoned is in thread_crew.h.
//
// Rejected: a condition variable that all idle workers share (which one wakes is luck, and the trace shows luck); to hand a task that
// has not begun to a certain worker (it may sleep on while another is free); bodies that wait on their thread's stack (a task below,
// whose wait is over first, has to await whatever lies on top of it; and 24 deep was as deep as 64 KB allow); tasks that hold no worker
// while they wait (that is `stealing`).
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

class Worker;

struct CrewJoin : Join {
  bool of_main = false;
  std::size_t looked_at = 0;  ///< of the tasks that it is for: those before have begun
};
struct CrewTask : ThreadTask {
  /// taken: by a worker, to be run, or by whoever ends it. waits: its body has suspended, for tasks or at an object. ready: any worker
  /// may go on with it, or begin it, and none was free since.
  enum class State : std::uint8_t { queued, taken, waits, ready };
  State state = State::queued;
  bool inside = false;                ///< begun for one that waits, and for that one's worker: it has none of its own to hold
  bool granted = false;               ///< its turn has come at the object, and it is not on its way there
  Worker* worker = nullptr;           ///< taken: that runs it. waits: that it holds, if it holds one
  CrewTask* below = nullptr;          ///< the next that holds the same
  Operation* operation = nullptr;     ///< that it waits in
  std::shared_ptr<CrewJoin> for_tasks;  ///< null: it waits at an object
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
  /// the others. True: there is nothing to wait for.
  bool enlist(LaneRecorder& lane, LiveTask& maker, Operation& operation, const std::shared_ptr<CrewJoin>& join);
  /// `free`: who ran it, and is about to ask for the next().
  void ended(CrewTask& task, std::exception_ptr thrown, bool abandoned, Cause cause, Worker* free);
  bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) override;
  void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) override {
    enlist(lane, main, operation, nullptr);
  }
  TaskId new_task_id() override { return next_id_++; }
  bool quiet() override;
  std::vector<TaskRef<Task>> living() override;
  bool has_ended(Task& task) override;
  /// Tasks in the queue, where no worker is free.
  std::size_t unstarted();
  using WorkerPool::cancel;
  bool cancel(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk& walk, Alarm* limit) override;
  /// Null: nobody has made one of it yet. (Somebody may be about to.)
  TaskRef<Task> task_of(const Work& work);
  void status_of(Task& task, Operation& operation) override;

  // -- Workers. --------------------------------------------------------------------------------------------------------
  /// Sleeps until there is one. Null: there never will be.
  TaskRef<CrewTask> next(Worker& me);
  /// Its body has suspended on that worker. `on`: it was cancelled before, and those that it waits for are to be. The wait, if that is
  /// theirs alone.
  std::shared_ptr<CrewJoin> waits(Worker& me, CrewTask& task, CancelWalk::Tasks& on);
  /// They are. Unless all have ended of themselves, who waits in `theirs` has then not to hear of it as well.
  void cancel_those(const TaskRef<CrewTask>& waiter, CancelWalk::Tasks& on, const std::shared_ptr<CrewJoin>& theirs, LaneRecorder& lane);
  std::exception_ptr last_word(CrewTask& task, std::exception_ptr thrown);
  void saw(std::size_t largest_frame, std::int64_t stack);
  bool take_connection(Worker& me);  ///< false: in line
  bool has_connection(Worker& me);
  void give_connection(Worker& me);

 private:
  std::string why_stuck() override;
  void add_stuck(std::vector<Stuck>& stuck) override;
  void task_granted(Operation& operation, LaneRecorder& lane) override;
  void finish(const std::shared_ptr<Join>& shared, std::vector<Worker*>& wake, Worker* free = nullptr);
  bool ask_to_end(const TaskRef<Task>& task, LaneRecorder& lane, CancelWalk::Tasks& on, Alarm* limit, bool again);
  static bool passes_on(const CrewTask& task, CancelWalk::Tasks& on);
  void close_circle(Task& waiter);
  CrewTask* pick(Worker& me);
  TaskList& list_of(const CrewTask& task);
  void put(CrewTask& task, CrewTask::State state, Worker* worker);
  CrewTask& take(CrewTask& task, Worker* worker);
  void let_go_of_worker(CrewTask& task);
  Worker* comes_back(CrewTask& task, Worker* free = nullptr);
  void leaves_its_tasks(CrewTask& task);
  static CrewTask* not_begun(CrewTask& task);
  Worker* wake_idle();
  Worker* wake_any();
  Worker* wake_waiting(Worker& worker);
  void park(Worker& me, std::unique_lock<std::mutex>& lock);

  std::atomic<TaskId> next_id_{kRootTask + 1};
  std::vector<Worker*> workers_;  // changed before the gate opens only

  // Under mutex_:
  TaskList queue_, begun_, adrift_, ready_;
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

  void live() override;
  void execute(const TaskRef<CrewTask>& taken);
  bool begins(CrewTask& task);
  bool goes_on(CrewTask& task);
  void take_core(LiveTask& task);
  void give_core();
  bool safepoint(ThreadTask& task, bool cancels) override;
  void let_others_go_first(ThreadTask& task);
  bool sync(CrewTask& task, Operation& operation);
  void sleep(CrewTask& task, Operation& operation, WaitReason reason);
  void request(CrewTask& task, Operation& operation);
  void socket(CrewTask& task, Operation& operation);
  std::string too_few(std::size_t unstarted) const;
  void process(CrewTask& task, Operation& operation);
  bool gather(CrewTask& task, Operation& operation);
  void end_wait(CrewTask& task, Cause cause);
  bool perform(CrewTask& task, Operation& operation);

  Crew& crew_;
  RunToken::Waiter waiter_;
  std::size_t largest_frame_ = 0;
  const CrewTask* shown_ = nullptr;  // whose wait is what its lane says last
  // Under the crew's mutex.
  bool idle_ = false, waiting_ = false, connected_ = false;
  CrewTask* topmost_ = nullptr;      // of those that hold it
  CrewTask* next_ = nullptr;         // that it was woken for
};

// -- Worker ------------------------------------------------------------------------------------------------------------

void Worker::live() {
  while (const auto task = crew_.next(*this)) execute(task);
  asked_.record(lane_, now());
  const auto stack_bytes = crew_.options().stack_bytes_here;
  crew_.saw(largest_frame_, stack_bytes ? stack_bytes() : 0);
}

/// To its end, or to its next wait for tasks or at an object.
void Worker::execute(const TaskRef<CrewTask>& taken) {
  CrewTask& task = *taken;
  Ended ended;
  bool runs = true, waits = false;
  if (task.started) waits = !goes_on(task);
  else runs = begins(task);
  if (runs && !waits) {
    ended = run_to_end(task);
    largest_frame_ = std::max(largest_frame_, ended.frame);
    waits = ended.suspended;
  }
  shown_ = waits ? &task : nullptr;
  if (waits) {
    try {
      CancelWalk::Tasks on;
      const auto theirs = crew_.waits(*this, task, on);
      if (!on.empty()) crew_.cancel_those(taken, on, theirs, lane_);
    } catch (const std::bad_alloc&) {
      crew_.no_memory();
    }
    return;
  }
  if (ended.abandoned) ended.thrown = std::make_exception_ptr(Cancelled{});
  ended.thrown = crew_.last_word(task, std::move(ended.thrown));
  Cause cause;
  try {
    cause = record_end(task, ended.thrown);
  } catch (const std::bad_alloc&) {  // then without its sentence
    crew_.no_memory();
    lane_.at(now(), EventKind::done, static_cast<std::uint32_t>(outcome_of(ended.thrown)), task.id);
    cause = last_event();
  }
  give_core();
  crew_.ended(task, ended.thrown, ended.abandoned, cause, this);
}

/// False: it ends before.
bool Worker::begins(CrewTask& task) {
  if (crew_.stopping()) return false;
  give_core();
  take_core(task);
  return !crew_.stopping() && !task.take_cancel();
}

/// What it waits for has come, or it is to end. False: it waits again.
bool Worker::goes_on(CrewTask& task) {
  Operation& operation = *task.operation;
  Cause cause;
  if (const auto join = std::exchange(task.for_tasks, nullptr)) {
    operation.cancelled = task.take_cancel() || crew_.stopping();  // also one that came when it was ready already
    operation.failure = task.failure = join->failure;
    cause = join->cause;
  } else {
    Sync& object = *operation.use.object;
    try {
      // As with asyncio, a cancel that comes before the task goes on has the last word, whatever it was given meanwhile.
      if (crew_.stopping() || task.take_cancel()) {
        object.leave(operation, PoolPort(crew_, lane_));
        task.granted = false;  // nobody can any more
        operation.cancelled = true;
      } else if (object.again(operation, PoolPort(crew_, lane_))) {
        cause = Cause::from_word(operation.use.woken_by);
      } else {
        return false;
      }
    } catch (const std::bad_alloc&) {  // as in begin()
      crew_.no_memory();
      operation.failure = std::current_exception();
    }
  }
  task.told_cancelled = operation.cancelled && crew_.stopping();
  record_wake(task, cause);
  take_core(task);
  return true;
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
  let_others_go_first(task);
  return !crew_.stopping() && !(cancels && task.take_cancel());
}

/// The core goes to the first in line, if somebody stands there, and comes back when its turn is.
void Worker::let_others_go_first(ThreadTask& task) {
  const Nanos t = now();
  if (crew_.gil()) {
    lane_.at(t, EventKind::gil_dropped, 1, task.id);
    lane_.at(t, EventKind::wait, wait_word(WaitReason::gil, task), task.id);
  } else {
    lane_.at(t, EventKind::ready, line_word(task), task.id);
  }
  if (crew_.token().drop(core_, waiter_)) {
    leave();
    while (waiter_.granted() < 0) parker_.park(kForever);
    enter();
    core_ = waiter_.granted();
  }
  record_run(task);
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
        else if (!crew_.gil() && crew_.token().anybody_waits()) let_others_go_first(task);  // under the GIL they ask for it
        break;
      case Operation::Kind::block: sleep(task, operation, WaitReason::blocked); break;
      case Operation::Kind::request: request(task, operation); break;
      case Operation::Kind::socket: socket(task, operation); break;
      case Operation::Kind::process: process(task, operation); break;
      case Operation::Kind::spawn: crew_.enlist(lane_, task, operation, nullptr); break;
      case Operation::Kind::join:
        if (crew_.task_of(*operation.of.child()).get() == &task) {
          refuse_itself(task, operation);
          break;
        }
        [[fallthrough]];
      case Operation::Kind::gather:
        if (!gather(task, operation)) return false;
        break;
      case Operation::Kind::sync:
        if (!sync(task, operation)) return false;
        break;
      case Operation::Kind::cancel:
        if (const auto child = crew_.task_of(*operation.of.child())) operation.number = crew_.cancel(child, lane_);
        break;
      case Operation::Kind::status:
        if (const auto child = crew_.task_of(*operation.of.child())) crew_.status_of(*child, operation);
        break;
      case Operation::Kind::arm:
        (*operation.of.alarm)->begin_block(task.work->task);
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

/// False: it waits.
bool Worker::gather(CrewTask& task, Operation& operation) {
  const auto join = make_pooled<CrewJoin>();
  join->waiter = &task;
  join->collects = operation.collects;
  std::shared_ptr<Alarm> alarm;
  if (operation.limited) {
    alarm = *operation.of.alarm = std::make_shared<Alarm>();
    alarm->tasks.reserve(operation.of.children.size());
  }
  if (crew_.enlist(lane_, task, operation, join)) {
    operation.failure = task.failure = join->failure;
    return true;
  }
  record_wait(WaitReason::children, task);
  if (alarm) {
    for (const auto& work : operation.of.children) alarm->tasks.push_back(work->task);
    crew_.arm(alarm, later(crew_.clock().now(), operation.of.limit));
  }
  task.operation = &operation;
  task.for_tasks = join;
  return false;
}

/// False: it waits. Its place is the object's to read then: another may be giving it its turn.
bool Worker::sync(CrewTask& task, Operation& operation) {
  task.operation = &operation;
  if (operation.use.object->begin(task, operation, PoolPort(crew_, lane_), true)) return true;
  give_core();
  return false;
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

void Crew::saw(std::size_t largest_frame, std::int64_t stack) {
  std::scoped_lock lock(mutex_);
  largest_frame_ = std::max(largest_frame_, largest_frame);
  largest_stack_ = std::max(largest_stack_, stack);
}

bool Crew::enlist(LaneRecorder& lane, LiveTask& maker, Operation& operation, const std::shared_ptr<CrewJoin>& join) {
  std::vector<TaskRef<CrewTask>> made;
  made.reserve(operation.of.children.size());
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
      auto& task = static_cast<CrewTask&>(*work->task);
      if (task.ended) {
        if (task.failure && !join->failure && !join->collects) join->failure = task.failure;
        continue;
      }
      ++join->left;
      task.add_join(join);
    }
    if (join) {
      nothing_to_wait_for = join->left == 0 || join->failure != nullptr;
      join->over = nothing_to_wait_for;
    }
    if (operation.kind == Operation::Kind::spawn) operation.number = operation.of.child()->task->id;
    live_ += made.size();
    all.are_there();
    const Nanos t = made.empty() ? 0 : now();
    for (const auto& task : made) {
      lane.at(t, EventKind::spawn, line_word(maker), task->id);
      queue_.push_back(*task);
      if (Worker* const idle = wake_idle()) wake.push_back(idle);
    }
    // Only now, with its tasks in the queue, can main be waiting for nobody. (It may be over already.)
    if (join && !join->over && join->of_main) main_waits_ = true;
    check_deadlock();
  }
  for (Worker* worker : wake) worker->parker_.unpark();
  return nothing_to_wait_for;
}

/// Under the mutex. `free`: as in ended().
void Crew::finish(const std::shared_ptr<Join>& shared, std::vector<Worker*>& wake, Worker* free) {
  auto& join = static_cast<CrewJoin&>(*shared);
  join.over = true;
  if (join.of_main) {
    over_for_main_.push_back(shared);
    main_waits_ = false;
  } else if (auto& waiter = static_cast<CrewTask&>(*join.waiter); waiter.state == CrewTask::State::waits) {
    if (join.failure && hears_failure_instead(*waiter.operation)) waiter.take_cancel();
    // That no worker has it yet is none of its limit's business.
    if (waiter.operation->limited && *waiter.operation->of.alarm) (*waiter.operation->of.alarm)->disarm();
    if (Worker* const taker = comes_back(waiter, free)) wake.push_back(taker);
  }
}

std::exception_ptr Crew::last_word(CrewTask& task, std::exception_ptr thrown) {
  std::scoped_lock lock(mutex_);
  return task.last_word(std::move(thrown));
}

void Crew::ended(CrewTask& task, std::exception_ptr thrown, bool abandoned, Cause cause, Worker* free) {
  std::vector<Worker*> wake;
  std::shared_ptr<Work> work;  // released last, and not under the lock: it may be the last to hold the task
  bool tell_main = false, memory_lacked = false;
  {
    std::scoped_lock lock(mutex_);
    task.ended = true;
    list_of(task).remove(task);
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
        finish(shared, wake, free);
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
  join->of_main = true;
  join->collects = operation.collects;
  if (!enlist(lane, main, operation, join)) return false;
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
    for (const TaskList* list : {&begun_, &adrift_, &ready_, &queue_})
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
  for (const TaskList* list : {&begun_, &adrift_})
    for (const LiveTask* task = list->first(); task; task = task->next)
      if (const auto& each = static_cast<const CrewTask&>(*task); each.state == CrewTask::State::waits) stuck.push_back({task, each.operation});
  std::ranges::sort(stuck, {}, [](const Stuck& each) { return each.task->id; });
}

void Crew::task_granted(Operation& operation, LaneRecorder&) {
  auto& task = static_cast<CrewTask&>(*operation.task);
  Worker* wake = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (task.state == CrewTask::State::waits) wake = comes_back(task);
    else task.granted = true;  // its body is about to suspend; or it is on its way, since it was cancelled, and lets others have this
  }
  if (wake) wake->parker_.unpark();
}

// -- Crew: workers -----------------------------------------------------------------------------------------------------

TaskRef<CrewTask> Crew::next(Worker& me) {
  bool said_idle = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (const CrewTask* const task = pick(me)) return task_cast<CrewTask>(task->work->task);
    if (threads().closing()) return nullptr;
    if (me.core_ >= 0) {
      lock.unlock();
      me.give_core();
      lock.lock();
      continue;
    }
    if (me.topmost_) {
      park(me, lock);
      continue;
    }
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

/// Under the mutex: a task for a worker that runs none. Null: there is none at present.
CrewTask* Crew::pick(Worker& me) {
  CrewTask* const top = me.topmost_;
  if (me.next_) return std::exchange(me.next_, nullptr);
  if (stopping()) {  // all go on, those of a worker from the top, since one may refer to what is one below's
    if (top) let_go_of_worker(*top);
    if (auto* const waits = top ? top : static_cast<CrewTask*>(adrift_.first())) return &take(*waits, &me);
  }
  if (auto* const task = static_cast<CrewTask*>(ready_.first())) return &take(*task, &me);
  if (!top) {
    auto* const task = static_cast<CrewTask*>(queue_.first());
    return task ? &take(*task, &me) : nullptr;
  }
  CrewTask* const child = not_begun(*top);
  if (!child) return nullptr;
  child->inside = true;
  return &take(*child, &me);
}

/// Where a task is that has not ended.
TaskList& Crew::list_of(const CrewTask& task) {
  switch (task.state) {
    case CrewTask::State::queued: return queue_;
    case CrewTask::State::ready: return ready_;
    case CrewTask::State::waits: return task.worker ? begun_ : adrift_;
    case CrewTask::State::taken: break;
  }
  return begun_;
}

/// Under the mutex.
void Crew::put(CrewTask& task, CrewTask::State state, Worker* worker) {
  TaskList& before = list_of(task);
  task.state = state;
  task.worker = worker;
  if (TaskList& now = list_of(task); &now != &before) {
    before.remove(task);
    now.push_back(task);
  }
}

/// Under the mutex.
CrewTask& Crew::take(CrewTask& task, Worker* worker) {
  put(task, CrewTask::State::taken, worker);
  task.granted = false;
  if (task.for_tasks) task.for_tasks->over = true;  // whoever ends later finds nobody
  return task;
}

/// Under the mutex: a wait is over. Who is to be woken to go on with the task. `free`: as in ended().
Worker* Crew::comes_back(CrewTask& task, Worker* free) {
  Worker* const own = task.worker;
  Worker* taker = nullptr;
  if (own && own->waiting_) taker = wake_waiting(*own);
  else if (free && !free->next_) taker = free;
  else taker = wake_any();
  if (taker) {
    taker->next_ = &task;
    let_go_of_worker(task);
    if (own && own != taker && !taker->topmost_) {  // those that wait for it come along, and leave theirs
      taker->topmost_ = std::exchange(own->topmost_, nullptr);
      for (CrewTask* each = taker->topmost_; each; each = each->below) each->worker = taker;
    }
    take(task, taker);
    return taker == free ? nullptr : taker;
  }
  let_go_of_worker(task);
  put(task, CrewTask::State::ready, nullptr);
  return nullptr;
}

/// Under the mutex: a task that is ready, or waits, and those on top of it, go adrift.
void Crew::let_go_of_worker(CrewTask& task) {
  if (!task.worker) return;
  CrewTask*& top = task.worker->topmost_;
  for (bool last = false; !last;) {
    CrewTask& each = *top;
    last = &each == &task;
    top = std::exchange(each.below, nullptr);
    put(each, each.state, nullptr);
    if (!last) leaves_its_tasks(each);
  }
}

/// Under the mutex: it waits, adrift. Any worker may begin what it waits for.
void Crew::leaves_its_tasks(CrewTask& task) {
  while (CrewTask* const child = not_begun(task)) {
    child->inside = true;
    if (Worker* const worker = wake_any()) {
      worker->next_ = &take(*child, worker);
      worker->parker_.unpark();
    } else {
      put(*child, CrewTask::State::ready, nullptr);
    }
  }
}

/// Under the mutex: of those that it waits for. Null: all have begun.
CrewTask* Crew::not_begun(CrewTask& task) {
  if (!task.for_tasks) return nullptr;
  const auto& children = task.operation->of.children;
  for (std::size_t& at = task.for_tasks->looked_at; at < children.size(); ++at)
    if (auto& child = static_cast<CrewTask&>(*children[at]->task); child.state == CrewTask::State::queued) return &child;
  return nullptr;
}

/// Under the mutex. Null: nobody is idle.
Worker* Crew::wake_idle() {
  if (idle_.empty()) return nullptr;
  Worker* const worker = idle_.back();
  idle_.pop_back();
  worker->idle_ = false;
  ++active_;
  return worker;
}

/// Under the mutex: one that is idle, or else waits. Null: all are busy.
Worker* Crew::wake_any() {
  if (Worker* const idle = wake_idle()) return idle;
  const auto waits = std::ranges::find_if(workers_, [](const Worker* worker) { return worker->waiting_; });
  return waits == workers_.end() ? nullptr : wake_waiting(**waits);
}

/// Under the mutex.
Worker* Crew::wake_waiting(Worker& worker) {
  worker.waiting_ = false;
  ++active_;
  return &worker;
}

std::shared_ptr<CrewJoin> Crew::waits(Worker& me, CrewTask& task, CancelWalk::Tasks& on) {
  std::scoped_lock lock(mutex_);
  bool holds = !me.topmost_ && !task.inside;
  if (me.topmost_) task.each_join([&](const std::shared_ptr<Join>& join) { holds |= !join->over && join->waiter == me.topmost_; });
  if (holds) task.below = std::exchange(me.topmost_, &task);
  put(task, CrewTask::State::waits, holds ? &me : nullptr);
  if (stopping() || (task.for_tasks ? task.for_tasks->over : task.granted || task.cancelled())) {
    comes_back(task, &me);
    return nullptr;
  }
  const bool theirs = task.cancelled() && passes_on(task, on);
  if (!holds) leaves_its_tasks(task);
  return theirs ? task.for_tasks : nullptr;
}

/// Under the mutex, which it lets go meanwhile: until somebody wakes the worker, which is held by tasks that wait.
void Crew::park(Worker& me, std::unique_lock<std::mutex>& lock) {
  if (std::exchange(me.shown_, me.topmost_) != me.topmost_) {  // others ran here
    const Operation& operation = *me.topmost_->operation;
    me.record_wait(operation.waits_for_tasks() ? WaitReason::children : reason_of(operation.act), *me.topmost_);
  }
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

/// As asyncio's Task.cancel(), but that a task in the queue ends at once.
bool Crew::cancel(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk& walk, Alarm* limit) {
  return walk.from(
      base, [&](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool again) { return ask_to_end(task, lane, on, task.get() == base.get() ? limit : nullptr, again); },
      [&](Task& waiter, Task&) { close_circle(waiter); });
}

/// False: it has ended.
bool Crew::ask_to_end(const TaskRef<Task>& base, LaneRecorder& lane, CancelWalk::Tasks& on, Alarm* limit, bool again) {
  auto& task = static_cast<CrewTask&>(*base);
  Worker* wake = nullptr;
  bool ends = false;
  {
    std::scoped_lock lock(mutex_);
    if (task.ended || task.over) return false;
    if (limit && limit->is_disarmed()) return true;  // its block is over
    switch (task.state) {
      case CrewTask::State::ready:
        if (task.started) {
          task.pend_cancel(limit, again);
          break;
        }
        [[fallthrough]];
      case CrewTask::State::queued:  // nobody else has it any more
        take(task, nullptr);
        ends = true;
        break;
      case CrewTask::State::taken:  // it is thrown at its next safepoint; it may sleep, or ask
        task.pend_cancel(limit, again);
        wake = task.worker;
        break;
      case CrewTask::State::waits:
        if (task.for_tasks) {
          if (!passes_on(task, on)) task.pend_cancel(limit, again);
          else if (!limit && !again) task.cancels.count_cancel();
        } else {
          task.pend_cancel(limit, again);
          wake = comes_back(task);
        }
        break;
    }
  }
  if (wake) wake->unpark();
  if (!ends) return true;
  lane.at(now(), EventKind::done, static_cast<std::uint32_t>(Outcome::cancelled), task.id);
  ended(task, std::make_exception_ptr(Cancelled{}), true, {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1}, nullptr);
  return true;
}

/// Under the mutex: a cancel of who waits for tasks is one of theirs. False: it is to hear of it itself, too.
bool Crew::passes_on(const CrewTask& task, CancelWalk::Tasks& on) {
  for (const auto& child : task.operation->of.children)
    if (auto& each = static_cast<CrewTask&>(*child->task); !each.ended && !each.over) on.push_back(child->task);
  return !on.empty() && !task.for_tasks->collects && !hears_itself(*task.operation);
}

void Crew::cancel_those(const TaskRef<CrewTask>& waiter, CancelWalk::Tasks& on, const std::shared_ptr<CrewJoin>& theirs, LaneRecorder& lane) {
  bool nobody_heard = false;
  CancelWalk().go_on(
      waiter, on,
      [&](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool again) {
        if (task.get() == waiter.get()) return nobody_heard = true;  // it is still pending
        return ask_to_end(task, lane, on, nullptr, again);
      },
      [&](Task& waiter, Task&) { close_circle(waiter); });
  if (!theirs || nobody_heard) return;
  std::scoped_lock lock(mutex_);
  if (waiter->state == CrewTask::State::waits && waiter->for_tasks == theirs) waiter->take_cancel();
}

/// `waiter` waits for a task that waits for it: that wait is over.
void Crew::close_circle(Task& base) {
  auto& waiter = static_cast<CrewTask&>(base);
  std::vector<Worker*> wake;
  {
    std::scoped_lock lock(mutex_);
    if (waiter.state != CrewTask::State::waits || !waiter.for_tasks || waiter.for_tasks->over) return;
    waiter.for_tasks->failure = std::make_exception_ptr(Cancelled{});
    finish(std::shared_ptr(waiter.for_tasks), wake);
  }
  for (Worker* worker : wake) worker->parker_.unpark();
}

TaskRef<Task> Crew::task_of(const Work& work) {
  std::scoped_lock lock(mutex_);
  return work.task;
}

void Crew::status_of(Task& task, Operation& operation) {
  std::scoped_lock lock(mutex_);
  answer_status(static_cast<LiveTask&>(task), operation);
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
