// loops.cpp -- `loop` with more than one worker: an event loop per core, each on a thread of its own.
//
// A task belongs to the loop that it was given to, and never leaves it: main deals what it makes round robin, and what a
// task makes stays on its loop. So tasks of one loop never run at once; those of two do, and locks, events and queues
// between them wait and wake across threads.
//
// This is the machinery of stealing (coroutine_pool.h) without the theft: joins, cancels, objects and the end are guarded
// there already. Each loop has its timers and its waits for sockets; and an inbox, its ready queue: first in, first out, filled by itself and by others, who wake it
// if it sleeps (sleepers.h). A loop that has nothing to do sleeps at once, until its first timer or somebody's wake.
// The price: asyncio's order, hop for hop, is that of one loop (cooperative.h); here the end of a gather takes no turn of
// its own. to_thread() is off_loop.h, shared with the one loop; its threads are the coordinator's to start.
//
// Rejected: N Cooperative loops (asyncio's order on each of them, but their joins, cancels and objects know of one thread;
// all that crosses loops would need a second, guarded way through them); a task dealt to the loop with the fewest (where
// it runs would hang on the moment; round robin says it beforehand).
#include "runtime/threaded/loops.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "runtime/threaded/coroutine_pool.h"
#include "runtime/threaded/off_loop.h"

namespace interleave {
namespace {

class Loop;

class LoopPool final : public CoroutinePool {
 public:
  explicit LoopPool(const RunOptions& options) : CoroutinePool(options, cores_of(options), 0) {}

  std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) override;
  void put(std::span<PoolTask* const> tasks) override;
  PoolThread* home_of_new(PoolThread* maker) override {
    return maker ? maker : members_[dealt_++ % members_.size()];
  }
  bool new_are_ready() const override { return true; }
  void run_cancelled() override {
    CoroutinePool::run_cancelled();
    off_->threads().stop();
  }
  bool goes_off_loop() override {
    off_->make_room_for_one();
    return true;
  }

  // -- What is off the loops. Thread: the coordinator's. ---------------------------------------------------------------
  /// Before the gate opens. A loop may still send it something when the executor is going.
  void use(std::shared_ptr<OffLoop> off) { off_ = std::move(off); }
  /// Ended there; `lane` is the coordinator's, `t` now.
  void over(const OffLoop::Over& over, LaneRecorder& lane, Nanos t);
  /// There is no thread for them: a loop runs each, and its waits hold nobody.
  void adopt(const std::vector<TaskRef<ThreadTask>>& tasks, LaneRecorder& lane);

 private:
  bool something_to_run() override;
  void cancelled_off_loop(PoolTask& task) override { off_->cancelled(task); }

  std::size_t dealt_ = 0;  // main's tasks; the coordinator's
  std::vector<Loop*> loops_;
  std::shared_ptr<OffLoop> off_;
  std::size_t off_loops_ = 0;  // tasks; under mutex_
};

/// One event loop.
class Loop final : public PoolThread {
 public:
  Loop(LoopPool& pool, LaneRecorder& lane) : PoolThread(pool, lane), pool_(pool) {}

 private:
  friend class LoopPool;

  PoolTask* next() override;
  void ready(PoolTask& task) override {
    task.pushed = last_wake();
    PoolTask* const one = &task;
    pool_.put({&one, 1});
  }
  void ready_new(std::span<PoolTask* const> made) override { pool_.put(made); }
  void has_blocked(Nanos time) override { blocked_ += time; }
  void ended_run() override {
    if (blocked_ > 0) lane_.fact(now(), Fact::loop_blocked_ns, blocked_);
  }
  void idle();
  bool has_tasks() {
    std::scoped_lock lock(of_mine_.guard);
    return !of_mine_.tasks.empty();
  }
  bool waits_for_sockets() const override { return true; }
  bool nothing_to_do() override { return ready_.empty() && !has_cancels() && !pool_.stopping() && !pool_.threads().closing(); }

  LoopPool& pool_;
  Inbox<PoolTask> ready_;
  std::size_t left_of_round_ = 0;  // of what was ready when sockets were asked for last
  Nanos blocked_ = 0;
};

// -- Loop --------------------------------------------------------------------------------------------------------------

PoolTask* Loop::next() {
  for (;;) {
    if (pool_.ending()) return await_stop();
    // Whoever stands in line for a core gets it between two tasks.
    if (core_ >= 0 && pool_.token().anybody_waits()) give_core();
    if (left_of_round_ == 0 || ready_.empty()) {  // as asyncio: once a round, and in this order
      take_sockets();
      fire_due_timers();
      left_of_round_ = ready_.size();
    }
    PoolTask* task = nullptr;
    std::size_t rest = 0;
    if (ready_.take({&task, 1}, 1, rest) > 0) {
      if (left_of_round_ > 0) --left_of_round_;
      take_core();
      return pool_.ending() ? await_stop() : task;  // it is ended with all others
    }
    if (pool_.threads().closing()) return nullptr;
    idle();
  }
}

void Loop::idle() {
  if (!nothing_to_do() || next_timer() <= pool_.clock().now()) return;
  if (!std::exchange(said_idle_, true)) lane_.at(now(), has_tasks() ? EventKind::lane_polling : EventKind::lane_idle);
  give_core();
  pool_.sleep(*this);
}

// -- Pool --------------------------------------------------------------------------------------------------------------

std::unique_ptr<CrewMember> LoopPool::make_worker(LaneRecorder& lane) {
  auto loop = std::make_unique<Loop>(*this, lane);
  members_.reserve(members_.size() + 1);
  loops_.push_back(loop.get());
  members_.push_back(loop.get());
  return loop;
}

void LoopPool::put(std::span<PoolTask* const> tasks) {
  while (!tasks.empty()) {
    PoolTask& first = *tasks.front();
    if (first.is_off_loop()) {
      {
        std::scoped_lock lock(mutex_);
        ++off_loops_;
      }
      off_->send(first);
      clock().notify();  // there may have to be one more thread
      tasks = tasks.subspan(1);
      continue;
    }
    auto& home = static_cast<Loop&>(*first.home);
    std::size_t same = 1;
    while (same < tasks.size() && tasks[same]->home == &home) ++same;
    const auto its = tasks.first(same);
    tasks = tasks.subspan(same);
    home.ready_.push(its);  // from here on they may be gone
    wake_up(home);
  }
}

bool LoopPool::something_to_run() {
  return CoroutinePool::something_to_run() || off_loops_ > 0 ||
         std::any_of(loops_.begin(), loops_.end(), [](const Loop* loop) { return !loop->ready_.empty(); });
}

void LoopPool::over(const OffLoop::Over& over, LaneRecorder& lane, Nanos t) {
  ended(static_cast<PoolTask&>(*over.task), over.thrown, over.abandoned, over.end(lane, t), lane, nullptr);
  std::scoped_lock lock(mutex_);
  --off_loops_;  // only now: until its waiter was ready, something was to come
  check_deadlock();
}

void LoopPool::adopt(const std::vector<TaskRef<ThreadTask>>& tasks, LaneRecorder& lane) {
  for (const auto& each : tasks) {
    auto& task = static_cast<PoolTask&>(*each);
    PoolThread* const home = home_of_new(nullptr);
    {
      std::scoped_lock lock(task.guard);  // a cancel looks where it is
      task.home = home;
    }
    add_to_list(task);
    lane.at(now(), EventKind::ready, line_word(task), task.id);
    PoolTask* const one = &task;
    put({&one, 1});
    std::scoped_lock lock(mutex_);
    --off_loops_;
  }
}

// -- The executor ------------------------------------------------------------------------------------------------------

class Loops final : public CoroutineExecutor {
 public:
  Loops(const RunOptions& options, std::shared_ptr<LoopPool> pool, int loops)
      : CoroutineExecutor(options, pool, loops, LaneKind::loop, "loop"), pool_(std::move(pool)), loops_(loops),
        off_(std::make_shared<OffLoop>(options, cores_of(options))) {
    pool_->use(off_);
  }
  ~Loops() override {
    end_submissions();
    give_up_outside();  // before its threads end the bodies that hold what was asked
    pool_->threads().stop();
    off_->threads().stop();
    off_->end(grace_ends());
    end_off_loop();
  }

 private:
  void begun() override {
    off_->threads().open_gate(epoch());
    ThreadedExecutor::begun();
  }
  int core_for_process() override {
    const int off = off_->threads().started();
    own_core_for_process(cores_of(options()) + off, loops_ + off);
    return off_->core_beside();
  }
  void collect() override {
    end_off_loop();
    CoroutineExecutor::collect();
    const int before = off_->threads().started();
    if (stopping()) {
      if (before > 0) return;
      for (const auto& task : off_->take_back()) pool_->over(OffLoop::untaken(task), coordinator(), edge());
      return;
    }
    if (!off_->threads_for(0, recorder(), edge())) pool_->adopt(off_->take_back(), coordinator());
    if (const auto sentence = off_->refusal(); !sentence.empty()) notice(sentence);
    const int now = off_->threads().started();
    if (now == before) return;
    coordinator().fact(edge(), Fact::cores, cores_of(options()) + now + processes_started());
    coordinator().fact(edge(), Fact::workers, loops_ + now + processes_started());
  }
  void end_off_loop() {
    off_->take_over(over_);
    for (const OffLoop::Over& each : over_) pool_->over(each, coordinator(), edge());
    over_.clear();
  }
  void stop_elsewhere() override {
    off_->threads().stop();
    ThreadedExecutor::stop_elsewhere();
  }
  Nanos close() override { return off_->threads().close() ? ThreadedExecutor::close() : clock_now() + 10 * kMs; }

  const std::shared_ptr<LoopPool> pool_;
  const int loops_;
  const std::shared_ptr<OffLoop> off_;
  std::vector<OffLoop::Over> over_;
};

}  // namespace

std::unique_ptr<Executor> make_loops(const RunOptions& options) {
  const int loops = std::min({options.workers, cores_of(options), std::max(1, options.max_workers)});
  return std::make_unique<Loops>(options, std::make_shared<LoopPool>(options), loops);
}

}  // namespace interleave
