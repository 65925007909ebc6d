// loop_threads.cpp -- `loop` where there are threads: what is sent off the loop (to_thread) runs on a thread of its own.
//
// The loop is Cooperative's. Such a task goes to a helper: a thread with a lane of its own, started when all others
// have one, and kept. At most kMostHelpers; more tasks wait for a free one, as with asyncio's default executor. The loop
// waits for it as for any child, and hears of its end between two rounds. A helper's task may compute, block, wait and
// speak; tasks, locks, events and queues are the loop's own, and asking for them elsewhere fails in a sentence.
//
// Who may touch what: a LiveTask the loop's thread alone, but for its body (the helper's) and cancel_pending; the
// helpers' lists under their mutex; a helper's lane only its own thread (the loop's before it has started).
#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "runtime/cooperative.h"
#include "runtime/fork_join.h"
#include "runtime/threaded/thread_crew.h"
#include "runtime/threads.h"

namespace interleave {
namespace {

constexpr int kMostHelpers = 32;
constexpr Nanos kGrace = 1'000 * kMs;  // for bodies that do not come back, in the destructor

class Helper;

struct OffTask : LiveTask {
  std::atomic<bool> cancel_pending{false};  ///< to be thrown at its next safepoint, or out of its wait
  Helper* helper = nullptr;                 ///< that runs it; under the mutex
};

/// What the loop and its helpers share. Outlives the executor when a helper was abandoned.
class Helpers {
 public:
  struct Ended {
    std::shared_ptr<OffTask> task;
    std::exception_ptr thrown;
    Cause cause;
  };
  explicit Helpers(const RunOptions& options) : options_(options), threads_(*options.clock, [](int) {}) {}

  const RunOptions& options() const { return options_; }
  ThreadCrew& threads() { return threads_; }
  Nanos now() { return threads_.now(); }

  // -- The loop's. -----------------------------------------------------------------------------------------------------
  void send(std::shared_ptr<OffTask> task);
  void take(std::vector<Ended>& ended) {
    std::scoped_lock lock(mutex_);
    ended.swap(ended_);
  }
  void cancel(OffTask& task);

  // -- A helper's. -----------------------------------------------------------------------------------------------------
  std::shared_ptr<OffTask> next(Helper& me);
  void ended(Ended ended);

 private:
  const RunOptions options_;
  std::mutex mutex_;  // all below
  std::deque<std::shared_ptr<OffTask>> queue_;
  std::vector<Helper*> idle_;
  std::vector<Ended> ended_;
  ThreadCrew threads_;
};

/// One thread, and the port of the task that it runs.
class Helper final : public CrewMember, public Port {
 public:
  Helper(Helpers& all, LaneRecorder& lane, int core) : CrewMember(lane), all_(all), core_(core) {}

  bool begin(Task& task, Operation& operation) override;
  void say(Task& task, TextRole role, std::string_view text) override;
  Forks& forks(Task& task) override {
    forking_ = static_cast<OffTask*>(&task);
    return forks_.of(lane_, task.id);
  }

 private:
  friend class Helpers;
  void live() override;
  void execute(const std::shared_ptr<OffTask>& task);
  void perform(OffTask& task, Operation& operation);
  void sleep(OffTask& task, Operation& operation, WaitReason reason);
  bool stops(OffTask& task) { return all_.threads().stopping() || task.cancel_pending.load(std::memory_order_relaxed); }
  bool safepoint(OffTask& task) { return !all_.threads().stopping() && !(stops(task) && task.cancel_pending.exchange(false)); }
  void record_run(const OffTask& task) { lane_.at(all_.now(), EventKind::run, run_word(core_, task), task.id); }
  Nanos fork_edge();

  Helpers& all_;
  const int core_;
  Asked asked_;
  OffTask* forking_ = nullptr;
  CalledForks forks_{[this] { return fork_edge(); }};
};

// -- Helpers -----------------------------------------------------------------------------------------------------------

void Helpers::send(std::shared_ptr<OffTask> task) {
  Helper* wake = nullptr;
  {
    std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(task));
    if (!idle_.empty()) {
      wake = idle_.back();
      idle_.pop_back();
    }
  }
  if (wake) wake->unpark();
}

void Helpers::cancel(OffTask& task) {
  std::scoped_lock lock(mutex_);
  task.cancel_pending = true;
  if (task.helper) task.helper->unpark();
}

std::shared_ptr<OffTask> Helpers::next(Helper& me) {
  bool said_idle = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!queue_.empty()) {
      auto task = std::move(queue_.front());
      queue_.pop_front();
      task->helper = &me;
      return task;
    }
    if (threads_.closing()) return nullptr;
    idle_.push_back(&me);
    lock.unlock();
    if (!std::exchange(said_idle, true)) me.lane_.at(now(), EventKind::lane_idle);
    me.parker_.park(kForever);
    lock.lock();
    std::erase(idle_, &me);
  }
}

void Helpers::ended(Ended ended) {
  {
    std::scoped_lock lock(mutex_);
    ended.task->helper = nullptr;
    ended_.push_back(std::move(ended));
  }
  threads_.clock().notify();
}

// -- Helper ------------------------------------------------------------------------------------------------------------

void Helper::live() {
  while (const auto task = all_.next(*this)) execute(task);
  asked_.record(lane_, all_.now());
}

void Helper::execute(const std::shared_ptr<OffTask>& of) {
  OffTask& task = *of;
  std::exception_ptr thrown;
  bool abandoned = true;
  if (safepoint(task)) {
    abandoned = false;
    record_run(task);
    task.port = this;
    leave();
    try {
      task.make_body();
      task.body.handle().resume();
      thrown = task.thrown();
      abandoned = !task.body.handle().done();
    } catch (...) {
      thrown = std::current_exception();
    }
    task.body = {};
    enter();
  }
  if (abandoned) thrown = std::make_exception_ptr(Cancelled{});
  record_failure(lane_, all_.now(), task, thrown);
  lane_.at(all_.now(), EventKind::done, static_cast<std::uint32_t>(outcome_of(thrown)), task.id);
  const Cause cause{static_cast<std::uint16_t>(lane_.index() + 1), lane_.here().index - 1};
  all_.ended({of, std::move(thrown), cause});
}

bool Helper::begin(Task& base, Operation& operation) {
  auto& task = static_cast<OffTask&>(base);
  enter();
  const bool over = !task.told_cancelled;  // else nobody resumes it
  if (over) {
    if (safepoint(task)) perform(task, operation);
    else operation.cancelled = true;
    task.told_cancelled = operation.cancelled && all_.threads().stopping();
  }
  leave();
  return over;
}

void Helper::say(Task& task, TextRole role, std::string_view text) {
  enter();
  lane_.text(all_.now(), role, text, task.id);
  leave();
}

Nanos Helper::fork_edge() {
  enter();
  const bool goes_on = safepoint(*forking_);
  const Nanos now = all_.now();
  leave();
  if (!goes_on) throw Cancelled{};
  return now;
}

void Helper::perform(OffTask& task, Operation& operation) {
  asked_.add(task, operation);
  switch (operation.kind) {
    case Operation::Kind::compute:
    case Operation::Kind::sum_range:
      if (operation.line != 0) record_run(task);  // so far it ran on the line where it was made, or waited
      operation.cancelled = !in_slices(operation, all_.options().compute_rate, [&] { return safepoint(task); });
      return;
    case Operation::Kind::step:
    case Operation::Kind::safepoint: return;
    case Operation::Kind::io: return sleep(task, operation, WaitReason::io);
    case Operation::Kind::block: return sleep(task, operation, WaitReason::blocked);
    case Operation::Kind::request: {
      Requests* const requests = all_.options().requests;
      if (!requests) return operation.fail("There is no HTTP server here that could answer a request.");
      lane_.at(all_.now(), EventKind::wait, wait_word(WaitReason::request, task), task.id);
      const Requests::Answer answer = requests->perform(operation.duration, operation.range.high, [&] { return stops(task); });
      operation.number = answer.bytes;
      if (!answer.failure.empty()) operation.fail(answer.failure);
      break;
    }
    case Operation::Kind::socket: {
      Sockets* const sockets = all_.options().sockets;
      if (!sockets) return operation.fail("There are no sockets here.", "OSError");
      if (sockets->attempt(*operation.call)) return;
      lane_.at(all_.now(), EventKind::wait, wait_word(WaitReason::io, task), task.id);
      sockets->perform(*operation.call, [&] { return stops(task); });
      break;
    }
    default:
      return operation.fail("Tasks, locks, events and queues belong to the event loop: a function in to_thread() cannot use them.",
                            "RuntimeError");
  }
  operation.cancelled = !safepoint(task);
  lane_.at(all_.now(), EventKind::wake, 0, task.id, Cause{}.word());
  record_run(task);
}

/// The thread stands still, without a core.
void Helper::sleep(OffTask& task, Operation& operation, WaitReason reason) {
  const Nanos end = later(all_.threads().clock().now(), operation.duration);
  lane_.at(all_.now(), EventKind::wait, wait_word(reason, task), task.id);
  while (!stops(task)) {
    const Nanos left = end - all_.threads().clock().now();
    if (left <= 0) break;
    parker_.park(left);
  }
  operation.cancelled = !safepoint(task);
  lane_.at(all_.now(), EventKind::wake, 0, task.id, Cause{}.word());
  record_run(task);
}

// -- The executor ------------------------------------------------------------------------------------------------------

class LoopWithThreads final : public Cooperative {
 public:
  explicit LoopWithThreads(const RunOptions& options) : Cooperative(options), helpers_(std::make_shared<Helpers>(options)) {}
  /// Gives bodies that do not come back to their port a second, then abandons their threads.
  ~LoopWithThreads() override {
    helpers_->threads().stop();
    const Nanos limit = clock_now() + kGrace;
    while (!helpers_->threads().close()) {
      if (clock_now() >= limit && helpers_->threads().abandon_the_rest()) recorder().keep_for_ever();
      options().clock->wait_until(clock_now() + 10 * kMs);
    }
    end_tasks();
  }
  void cancel() override {
    Cooperative::cancel();
    helpers_->threads().stop();
  }

 private:
  void begun() override {
    Cooperative::begun();
    helpers_->threads().open_gate(epoch());
  }

  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override {
    if (!operation.off_loop || operation.of.child()->task || !find_helper()) return Cooperative::wait_for_tasks(waiter, operation);
    auto join = make_pooled<Join>();
    join->waiter = &waiter;
    join->left = 1;
    auto task = make_pooled<OffTask>();
    task->work = operation.of.child();
    task->work->task = task;
    task->add_join(join);
    name_task(*task, waiter);
    ++under_way_;
    wait_for_children(waiter);
    helpers_->send(std::move(task));
    return false;
  }

  /// False: the system refuses even the first.
  bool find_helper() {
    ThreadCrew& threads = helpers_->threads();
    const int number = threads.started();
    if (under_way_ < static_cast<std::size_t>(number) || number >= std::min(kMostHelpers, std::max(1, options().max_workers))) return true;
    if (options().may_start_thread && !options().may_start_thread(number)) return number > 0;
    LaneRecorder& lane = recorder().lane(LaneKind::worker, fmt::format("to_thread {}", number + 1));
    lane.at(edge(), EventKind::lane_starting);
    if (!threads.start(std::make_unique<Helper>(*helpers_, lane, number + 1), helpers_)) return number > 0;
    collect_each_round();
    coordinator().fact(edge(), Fact::cores, number + 2);
    coordinator().fact(edge(), Fact::workers, number + 2);
    return true;
  }

  void collect() override { end_tasks(); }
  void end_tasks() {
    ended_.clear();
    helpers_->take(ended_);
    if (ended_.empty()) return;
    edge();  // later than what they say
    for (const Helpers::Ended& each : ended_) {
      OffTask& task = *each.task;
      task.ended = true;
      task.failure = each.thrown;
      task.outcome = outcome_of(each.thrown);
      --under_way_;
      const auto work = std::move(task.work);  // may be the last to hold the task
      if (stopping() || !task.join) continue;
      Join& join = *task.join;
      join.left = 0;
      join.failure = each.thrown;
      join.cause = each.cause;
      if (!join.over) wake(task.join);
    }
  }
  bool quiet_elsewhere() override { return under_way_ == 0; }
  void stop_elsewhere() override { helpers_->threads().stop(); }
  Nanos close() override { return helpers_->threads().close() ? kNow : clock_now() + 10 * kMs; }
  bool cancel_child(const std::shared_ptr<Task>& base) override {
    auto* const task = dynamic_cast<OffTask*>(base.get());
    if (!task) return Cooperative::cancel_child(base);
    if (task->ended) return false;
    helpers_->cancel(*task);
    return true;
  }

  const std::shared_ptr<Helpers> helpers_;
  std::size_t under_way_ = 0;
  std::vector<Helpers::Ended> ended_;
};

}  // namespace

std::unique_ptr<Executor> make_loop(const RunOptions& options) {
  // Threads do not jump with the clock.
  if (options.clock->jumps()) return std::make_unique<Cooperative>(options);
  return std::make_unique<LoopWithThreads>(options);
}

}  // namespace interleave
