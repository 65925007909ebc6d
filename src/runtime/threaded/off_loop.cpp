#include "runtime/threaded/off_loop.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runtime/seams.h"

namespace interleave {

/// One of the threads, with a core of its own.
class OffLoopThread final : public TaskThread {
 public:
  OffLoopThread(OffLoop& all, LaneRecorder& lane, int core)
      : TaskThread(all.threads(), all.options().compute_rate, lane, core), all_(all) {}

  bool begin(Task& task, Operation& operation) override;

 private:
  friend class OffLoop;
  void live() override;
  void execute(TaskRef<ThreadTask> task);
  void perform(ThreadTask& task, Operation& operation);
  void sleep(ThreadTask& task, Operation& operation, WaitReason reason);
  void end_wait(ThreadTask& task, Operation& operation);
  bool safepoint(ThreadTask& task, bool cancels) override { return !all_.threads().stopping() && !(cancels && task.take_cancel()); }

  OffLoop& all_;
  const ThreadTask* runs_ = nullptr;  // under the mutex
};

/// What is queued has its work, which has it.
static TaskRef<ThreadTask> itself(const LiveTask& task) { return task_cast<ThreadTask>(task.work->task); }

// -- OffLoop -----------------------------------------------------------------------------------------------------------

OffLoop::~OffLoop() {
  while (LiveTask* const task = queue_.first()) {  // no thread was there to end them
    queue_.remove(*task);
    const auto work = std::move(task->work);
  }
}

void OffLoop::make_room_for_one() {
  std::scoped_lock lock(mutex_);
  ++promised_;
  if (const std::size_t most = over_.size() + under_way_ + promised_; over_.capacity() < most) over_.reserve(2 * most);
}

void OffLoop::send(ThreadTask& task) {
  OffLoopThread* wake = nullptr;
  {
    std::scoped_lock lock(mutex_);
    queue_.push_back(task);
    ++under_way_;
    --promised_;
    if (!idle_.empty()) {
      wake = idle_.back();
      idle_.pop_back();
    }
  }
  if (wake) wake->unpark();
}

void OffLoop::cancelled(const ThreadTask& task) {
  {
    std::scoped_lock lock(mutex_);
    for (OffLoopThread* thread : all_)
      if (thread->runs_ == &task) return thread->unpark();
    LiveTask* queued = queue_.first();
    while (queued && queued != &task) queued = queued->next;
    if (!queued) return;
    queue_.remove(*queued);
    over_.push_back(untaken(itself(*queued)));
    --under_way_;
  }
  threads_.clock().notify();
}

Cause OffLoop::Over::end(LaneRecorder& lane, Nanos t) const {
  if (!untaken) return cause;
  lane.at(t, EventKind::done, static_cast<std::uint32_t>(Outcome::cancelled), task->id);
  return {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1};
}

bool OffLoop::threads_for(std::size_t more, Recorder& recorder, Nanos t) {
  recorder_ = &recorder;
  auto wanted = static_cast<std::size_t>(std::min(kMost, std::max(1, options_.max_workers)));
  {
    std::scoped_lock lock(mutex_);
    wanted = std::min(wanted, under_way_ + more);
  }
  while (!refused_ && threads_.started() < static_cast<int>(wanted)) {
    refused_ = !threads_.start(
        [&] {
          const int number = threads_.started();
          LaneRecorder& lane = recorder.lane(LaneKind::worker, fmt::format("to_thread {}", number + 1));
          lane.at(t, EventKind::lane_starting);
          auto thread = std::make_unique<OffLoopThread>(*this, lane, first_core_ + number);
          std::scoped_lock lock(mutex_);
          idle_.reserve(all_.size() + 1);  // to fall asleep takes no memory
          all_.push_back(thread.get());
          return thread;
        },
        options_, shared_from_this());
  }
  return wanted == 0 || threads_.started() > 0;
}

std::string OffLoop::refusal() {
  if (!refused_ || std::exchange(told_refusal_, true)) return {};
  const int started = threads_.started();
  if (started == 0) return "The system refused a thread for to_thread(): what would run there runs on the event loop, and its waits hold nobody.";
  return fmt::format("The system refused one more thread for to_thread(): the rest of its tasks wait until one of {} is free.", started);
}

std::vector<TaskRef<ThreadTask>> OffLoop::take_back() {
  std::scoped_lock lock(mutex_);
  std::vector<TaskRef<ThreadTask>> back;
  back.reserve(under_way_);
  for (; LiveTask* const task = queue_.first(); --under_way_) {
    queue_.remove(*task);
    back.push_back(itself(*task));
  }
  return back;
}

void OffLoop::take_over(std::vector<Over>& over) {
  over.clear();
  std::scoped_lock lock(mutex_);
  over.reserve(under_way_ + promised_);
  over.swap(over_);
}

void OffLoop::end(Nanos limit) {
  Clock& clock = threads_.clock();
  while (!threads_.close()) {
    if (clock.now() >= limit && threads_.abandon_the_rest()) recorder_->keep_for_ever();
    clock.wait_until(clock.now() + 10 * kMs);
  }
}

TaskRef<ThreadTask> OffLoop::next(OffLoopThread& me) {
  bool said_idle = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (LiveTask* const task = queue_.first()) {
      queue_.remove(*task);
      me.runs_ = static_cast<ThreadTask*>(task);
      return itself(*task);
    }
    if (threads_.closing()) return nullptr;
    idle_.push_back(&me);
    lock.unlock();
    if (!std::exchange(said_idle, true)) me.lane_.at(threads_.now(), EventKind::lane_idle);
    me.parker_.park(kForever);
    lock.lock();
    std::erase(idle_, &me);
  }
}

void OffLoop::ended(OffLoopThread& me, Over over) {
  {
    std::scoped_lock lock(mutex_);
    me.runs_ = nullptr;
    --under_way_;
    over_.push_back(std::move(over));
  }
  threads_.clock().notify();
}

// -- OffLoopThread -----------------------------------------------------------------------------------------------------

void OffLoopThread::live() {
  while (auto task = all_.next(*this)) execute(std::move(task));
  asked_.record(lane_, now());
}

/// Nothing of the task is this thread's any more when it is over: who waited for it may read what it threw, and is the last
/// to let go of it.
void OffLoopThread::execute(TaskRef<ThreadTask> task) {
  Ended ended;
  if (safepoint(*task, true)) ended = run_to_end(*task);
  if (ended.abandoned) ended.thrown = std::make_exception_ptr(Cancelled{});
  const Cause cause = record_end(*task, ended.thrown);
  all_.ended(*this, {std::move(task), std::move(ended.thrown), ended.abandoned, cause});
}

bool OffLoopThread::begin(Task& base, Operation& operation) {
  auto& task = static_cast<ThreadTask&>(base);
  const Inside inside(*this);
  if (task.told_cancelled) return false;  // nobody resumes it
  if (safepoint(task, true)) perform(task, operation);
  else operation.cancelled = true;
  task.told_cancelled = operation.cancelled && all_.threads().stopping();
  return true;
}

void OffLoopThread::perform(ThreadTask& task, Operation& operation) {
  asked_.add(task, operation);
  switch (operation.kind) {
    case Operation::Kind::compute:
    case Operation::Kind::sum_range: return compute(task, operation);
    case Operation::Kind::step:
    case Operation::Kind::safepoint: return;
    case Operation::Kind::io: return sleep(task, operation, WaitReason::io);
    case Operation::Kind::block: return sleep(task, operation, WaitReason::blocked);
    case Operation::Kind::request: {
      Requests* const requests = all_.options().requests;
      if (!requests) return operation.fail("There is no HTTP server here that could answer a request.");
      record_wait(WaitReason::request, task);
      StandsStill still = stands_still(task);
      const Requests::Answer answer = requests->perform(operation.duration, operation.range.high, still);
      operation.number = answer.bytes;
      if (!answer.failure.empty()) operation.fail(answer.failure);
      return end_wait(task, operation);
    }
    case Operation::Kind::socket: {
      Sockets* const sockets = all_.options().sockets;
      if (attempt(sockets, operation)) return;
      record_wait(WaitReason::io, task);
      StandsStill still = stands_still(task);
      sockets->perform(*operation.call, still);
      return end_wait(task, operation);
    }
    default:
      return operation.fail("Tasks, locks, events and queues belong to the event loop: a function in to_thread() cannot use them.",
                            "RuntimeError");
  }
}

/// The thread stands still, without a core.
void OffLoopThread::sleep(ThreadTask& task, Operation& operation, WaitReason reason) {
  const Nanos end = later(all_.threads().clock().now(), operation.duration);
  record_wait(reason, task);
  stand_still(task, end);
  end_wait(task, operation);
}

void OffLoopThread::end_wait(ThreadTask& task, Operation& operation) {
  operation.cancelled = !safepoint(task, true);
  record_wake(task, {});
  record_run(task);
}

}  // namespace interleave
