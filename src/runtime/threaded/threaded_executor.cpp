#include "runtime/threaded/threaded_executor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace interleave {
namespace {

constexpr Nanos kStartLimit = 10'000 * kMs;  // workers that start later are not waited for (100 take 2 s in a browser)
constexpr Nanos kGrace = 1'000 * kMs;       // for bodies that do not come back, in the destructor

int machine_cores(const RunOptions& options) { return std::max(1, options.machine_cores); }

std::string with_commas(int n) {
  std::string digits = std::to_string(n);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace

int cores_of(const RunOptions& options) {
  return options.cores > 0 ? std::min(options.cores, machine_cores(options)) : machine_cores(options);
}

int workers_asked(const RunOptions& options) {
  if (options.workers > 0) return options.workers;
  return options.cores > 0 ? options.cores : machine_cores(options);
}

// -- WorkerPool --------------------------------------------------------------------------------------------------------

void WorkerPool::joined(int workers) {
  std::scoped_lock lock(mutex_);
  gate_open_ = true;
  active_ += workers;
}

void WorkerPool::notify_main() {
  news_.store(true, std::memory_order_release);
  clock().notify();
}

void WorkerPool::no_memory() {
  had_no_memory_.store(true, std::memory_order_release);
  run_cancelled();
  notify_main();
}

bool WorkerPool::active() {
  std::scoped_lock lock(mutex_);
  return active_ > 0;
}

bool WorkerPool::collect(std::vector<std::shared_ptr<Join>>& over) {
  std::scoped_lock lock(mutex_);
  news_.store(false, std::memory_order_relaxed);
  over.swap(over_for_main_);
  return std::exchange(main_granted_, false);
}

void WorkerPool::tell_main(std::shared_ptr<Join> join) {
  {
    std::scoped_lock lock(mutex_);
    over_for_main_.push_back(std::move(join));
    main_waits_ = false;
  }
  notify_main();
}

void WorkerPool::main_waits_for_object() {
  std::scoped_lock lock(mutex_);
  if (main_granted_) return;
  main_waits_ = true;
  check_deadlock();
}

void WorkerPool::main_waits_for_object_no_more() {
  std::scoped_lock lock(mutex_);
  main_waits_ = main_granted_ = false;
}

void WorkerPool::main_has_ended() {
  main_has_ended_.store(true, std::memory_order_relaxed);
  std::scoped_lock lock(mutex_);
  main_waits_ = true;
  main_granted_ = false;
  check_deadlock();
}

void WorkerPool::arm(const std::shared_ptr<Alarm>& alarm, Nanos at) {
  {
    std::scoped_lock lock(mutex_);
    if (alarms_.size() >= drops_at_) {  // the coordinator is behind
      std::erase_if(alarms_, [](const auto& each) { return each.first->is_disarmed(); });
      drops_at_ = std::max<std::size_t>(64, 2 * alarms_.size());
    }
    alarms_.emplace_back(alarm, at);
  }
  clock().notify();
}

void WorkerPool::take_alarms(std::vector<std::pair<std::shared_ptr<Alarm>, Nanos>>& alarms) {
  std::scoped_lock lock(mutex_);
  alarms.swap(alarms_);
}

void WorkerPool::granted(Operation& operation, LaneRecorder& lane) {
  if (operation.task->id != kRootTask) return task_granted(operation, lane);
  {
    std::scoped_lock lock(mutex_);
    main_granted_ = true;
    main_waits_ = false;
  }
  notify_main();
}

bool WorkerPool::nobody_goes_on() {
  return gate_open_ && active_ == 0 && main_waits_ && !stopping() && alarms_.empty() && !something_to_run();
}

void WorkerPool::check_deadlock() {
  if (nobody_goes_on()) clock().notify();
}

bool WorkerPool::deadlocked(const std::function<void(std::string_view why, std::vector<Stuck>& stuck)>& tell) {
  const bool nobody_left = quiet();
  std::scoped_lock lock(mutex_);
  // Asked anew: an alarm of the coordinator's may have ended the waits that were one.
  if (stopping() || !alarms_.empty() || (!nobody_goes_on() && !(nobody_left && main_waits_))) return false;
  std::vector<Stuck> stuck;
  add_stuck(stuck);
  tell(why_stuck(), stuck);
  return true;
}

// -- ThreadedExecutor --------------------------------------------------------------------------------------------------

ThreadedExecutor::ThreadedExecutor(const RunOptions& options, std::shared_ptr<WorkerPool> pool, int asked, int workers,
                                   int permits, LaneKind lanes, std::string worker_name)
    : Cooperative(options, false), pool_(std::move(pool)), asked_(asked), wanted_(workers), permits_(permits),
      lanes_(lanes), worker_name_(std::move(worker_name)), waiter_(*options.clock) {}

ThreadedExecutor::~ThreadedExecutor() {
  end_submissions();
  give_up_outside();  // before its workers end the bodies that hold what was asked
  pool_->threads().stop();
  const Nanos limit = grace_ends();
  while (!pool_->threads().close()) {
    // A permit that main has, or is handed now, is wanted by bodies that unwind.
    if (std::exchange(in_line_, in_line_ && waiter_.granted() < 0) && !in_line_) permit_ = waiter_.granted();
    if (permit_ >= 0) pool_->token().give(std::exchange(permit_, -1));
    if (clock_now() >= limit && pool_->threads().abandon_the_rest()) recorder().keep_for_ever();
    options().clock->wait_until(clock_now() + 10 * kMs);
  }
}

Nanos ThreadedExecutor::grace_ends() {
  if (grace_ends_ == kForever) grace_ends_ = clock_now() + kGrace;
  return grace_ends_;
}

void ThreadedExecutor::cancel() {
  Cooperative::cancel();  // first: whatever workers do for it, main knows why
  pool_->run_cancelled();
}

Nanos ThreadedExecutor::prepare() {
  ThreadCrew& threads = pool_->threads();
  if (!started_) {
    started_ = true;
    pool_->use(process_pool());
    start_limit_ = clock_now() + kStartLimit;
    while (threads.started() < wanted_ && start_worker()) {}
    if (threads.started() == 0) {
      end_early(RunEnd::failed, "No thread could be started; this run needs at least one.");
      return kNow;
    }
  }
  const int ready = threads.ready();
  if (ready < threads.started() && (clock_now() < start_limit_ || ready == 0)) return std::max(start_limit_, clock_now() + kMs);
  return kNow;
}

/// False: the system, or the seam, refuses.
bool ThreadedExecutor::start_worker() {
  return pool_->threads().start(
      [this] { return pool_->make_worker(recorder().lane(lanes_, fmt::format("{} {}", worker_name_, pool_->threads().started() + 1))); },
      options(), pool_);
}

void ThreadedExecutor::begun() {
  const int started = pool_->threads().started();
  LaneRecorder& lane = coordinator();
  lane.fact(0, Fact::workers, started);
  lane.fact(0, Fact::cores, permits_);
  if (asked_ > started) lane.fact(0, Fact::workers_asked, asked_);
  if (options().kind == ExecutorKind::gil) lane.fact(0, Fact::gil_interval_ns, options().gil_interval);
  else if (permits_ < machine_cores(options())) lane.fact(0, Fact::emulated_cores, 1);
  if (options().clock_step > 0) lane.fact(0, Fact::clock_step_ns, options().clock_step);
  if (started < wanted_)
    notice(fmt::format("{} of {} threads started; the system refused more. The rest of the tasks wait for a free one.",
                       with_commas(started), with_commas(wanted_)));
  else if (asked_ > wanted_)
    notice(fmt::format("{} threads are more than can be started here (limit {}). The rest wait for a free one.",
                       with_commas(asked_), with_commas(wanted_)));
  else if (wanted_ == permits_)
    say_one_for_each_core(wanted_, options().kind == ExecutorKind::loop ? "event loops" : "workers");
  pool_->threads().open_gate(epoch());
}

bool ThreadedExecutor::wait_for_tasks(LiveTask& waiter, Operation& operation) {
  edge();
  if (pool_->wait_for_tasks(coordinator(), waiter, operation)) return true;
  coordinator().at(edge(), EventKind::wait, wait_word(WaitReason::children, waiter), waiter.id);
  return false;
}

void ThreadedExecutor::collect() {
  if (pool_->had_no_memory() && !early()) end_early(RunEnd::failed, std::string(kNoMemory));
  if (in_line_ && waiter_.granted() >= 0) {
    in_line_ = false;
    permit_ = waiter_.granted();
    set_core(permit_);
    if (main_task()) core_granted(*main_task());
    else pool_->token().give(std::exchange(permit_, -1));  // its turn has come, and it is gone: others stand in line
  }
  if (pool_->collect(over_)) object_granted();
  if (!stopping())
    for (const auto& join : over_) wake(*join);
  over_.clear();
  pool_->take_alarms(alarms_);
  if (!stopping())
    for (const auto& [alarm, at] : alarms_)
      if (!alarm->is_disarmed()) arm(alarm, at);
  alarms_.clear();
}

void ThreadedExecutor::cancel_elsewhere() {
  rest_ = pool_->living();
  CancelWalk walk;
  for (const auto& task : rest_) pool_->cancel(task, coordinator(), walk);
  pool_->main_has_ended();
}

/// What they have made since then is not waited for, unless they do.
bool ThreadedExecutor::cleaned_up_elsewhere() {
  while (!rest_.empty() && pool_->has_ended(*rest_.back())) rest_.pop_back();
  return rest_.empty();
}

bool ThreadedExecutor::all_wait(const Tell& tell) {
  return pool_->deadlocked([&](std::string_view why, std::vector<Stuck>& stuck) {
    add_stuck(stuck);
    tell(why, stuck);
  });
}

Nanos ThreadedExecutor::close() {
  if (!pool_->threads().close()) return clock_now() + 10 * kMs;
  if (pool_->largest_frame() > 0)
    coordinator().fact(edge(), Fact::bytes_per_task,
                       static_cast<std::int64_t>(pool_->largest_frame() + pool_->task_bytes()) + pool_->largest_stack());
  return kNow;
}

bool ThreadedExecutor::take_core(LiveTask& task) {
  if (in_line_ && waiter_.granted() >= 0) {
    in_line_ = false;
    permit_ = waiter_.granted();
  }
  if (permit_ < 0 && !in_line_) {
    permit_ = pool_->token().take(waiter_);
    if (permit_ < 0) stand_in_line(task);
  }
  if (permit_ >= 0) set_core(permit_);
  return permit_ >= 0;
}

void ThreadedExecutor::leave_core(LiveTask&) {
  if (permit_ < 0) return;
  pool_->token().give(permit_);
  permit_ = -1;
}

bool ThreadedExecutor::core_wanted(LiveTask& task) {
  if (options().kind != ExecutorKind::gil || permit_ < 0 || !pool_->token().wanted(clock_now())) return false;
  coordinator().at(edge(), EventKind::gil_dropped, 1, task.id);
  stand_in_line(task);
  if (pool_->token().drop(permit_, waiter_)) {
    permit_ = -1;
    return true;
  }
  in_line_ = false;
  coordinator().at(edge(), EventKind::run, run_word(permit_, task), task.id);
  return false;
}

void ThreadedExecutor::stand_in_line(LiveTask& task) {
  in_line_ = true;
  if (options().kind == ExecutorKind::gil)
    coordinator().at(edge(), EventKind::wait, wait_word(WaitReason::gil, task), task.id);
  else
    coordinator().at(edge(), EventKind::ready, line_word(task), task.id);
}

}  // namespace interleave
