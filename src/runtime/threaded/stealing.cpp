// stealing.cpp -- `stealing`: M coroutines on N workers; who has nothing to do takes from who has too much.
//
// Each worker has a split deque (work_deque.h) of tasks: what its task makes goes there, the newest is its next, thieves
// take the oldest. What becomes ready without a worker that is near (main's tasks, timers, answers) goes to the inbox,
// a FIFO queue from which a worker takes a batch. One worker per core at most. What tasks do is in coroutine_pool.h.
//
// Plain functions fork and join on a second deque (fork_join.h), which is strictly LIFO: whoever waits for a fork runs
// forks of others, never tasks, so that its own stack is as it was when it comes back.
//
// A tree of forks may be long and is on all workers at once, so that main, who wants a core beside them, would hear of nothing while it
// lasts: whoever has stood in line for kTurn has a worker's core at its next look at the clock.
//
// Sleep and wake. A worker that finds nothing asks everybody to share, looks on for a while, and then goes to sleep. Who
// adds work wakes one sleeper, and a thief that finds more wakes the next; nobody notifies while nobody sleeps. No
// wake-up is lost (sleepers.h). Work that is still private to a busy worker is not published; the sleeper's question
// stands, and the owner answers at its next push, pop or safepoint (64 us).
#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "runtime/threaded/coroutine_pool.h"
#include "runtime/threads.h"

namespace interleave {
namespace {

constexpr std::uint32_t kTasksAtHand = 1 << 13;  // of one worker's deque; more go to the inbox
constexpr std::uint32_t kForksAtHand = 1 << 13;
constexpr int kInboxEvery = 16;                  // tasks from the deque between two looks into the inbox
constexpr Nanos kTurn = kMs;                     // of a core, for functions that fork, while somebody stands in line for it

class Thief;

class StealPool final : public CoroutinePool {
 public:
  explicit StealPool(const RunOptions& options) : CoroutinePool(options, cores_of(options), kTurn) {}

  std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) override;
  void put(std::span<PoolTask* const> tasks) override {
    if (tasks.empty()) return;
    inbox_.push(tasks);
    wake_one();
  }
  PoolThread* home_of_new(PoolThread* maker) override { return maker; }

  // -- Workers. --------------------------------------------------------------------------------------------------------
  /// Takes about this worker's share of the inbox; the first is returned, the others are pushed to `at_hand`.
  PoolTask* take_inbox(WorkDeque<PoolTask*>& at_hand);
  bool inbox_empty() const { return inbox_.empty(); }
  StealResult steal_task(Thief& me, PoolTask*& task, Thief*& from);
  StealResult steal_fork(Thief& me, Forked*& forked, Thief*& from);
  void ask_everybody(Thief& me);
  bool anything_shared();
  /// The run is over, or there is something to do.
  bool anything() { return !inbox_empty() || anything_shared() || stopping() || threads().closing(); }

 private:
  bool something_to_run() override { return CoroutinePool::something_to_run() || !inbox_empty() || anything_shared(); }

  Inbox<PoolTask> inbox_;
  std::vector<Thief*> workers_;  // changed before the gate opens only
};

/// One worker: its deques.
class Thief final : public PoolThread, public ForkHost {
 public:
  Thief(StealPool& pool, LaneRecorder& lane)
      : PoolThread(pool, lane), pool_(pool), tasks_(kTasksAtHand), forks_(*this, lane, kForksAtHand) {}

  Forks& forks(Task& task) override;

  // ForkHost: inside a task's function, outside by CrewMember's word.
  Nanos edge() override;
  void shared() override { pool_.wake_one(); }
  void wait_for(ForkEnd& end) override;
  void wake(ForkHost& sleeper) override {
    const Inside inside(*this);
    static_cast<Thief&>(sleeper).unpark();
  }
  void heard_cancel() override {
    if (forker_ && forker_->take_cancel()) ++taken_;
    ForkScope::hear(forks_.scope());
  }
  std::uint32_t cancels_heard() const override { return forker_ ? taken_ : 0; }

 private:
  friend class StealPool;

  PoolTask* next() override;
  void ready(PoolTask& task) override;
  void ready_new(std::span<PoolTask* const> made) override;
  bool nothing_to_do() override {
    // Asked again: who answered the first time may have taken it back before it was seen, and then nobody is asked any more.
    pool_.ask_everybody(*this);
    return !pool_.anything() && !has_cancels();
  }
  void meanwhile() override {
    answer_thieves();
    fire_due_timers();
  }
  void will_block() override {
    while (tasks_.share()) pool_.wake_one();
  }
  Nanos turn_while_blocked() override {
    fire_due_timers();
    return next_timer();
  }
  PoolTask* find(bool& ran_fork);
  void idle();
  void answer_thieves() {
    if (tasks_.asked() && tasks_.share()) pool_.wake_one();
  }
  void run_fork(Forked& forked, Thief& from);
  /// How often functions in `scope` were cancelled, which are `forker`'s or, where that is null, a fork of another's.
  std::uint32_t cancels(ForkScope* scope, const PoolTask* forker) const {
    return ForkScope::cancels(scope, forker ? taken_ + forker->cancelled() : 0);
  }
  void tell_whom_we_wait_for();
  void let_others_go_first();

  /// A wait of functions here, which were `forker`'s, or in a scope, or both.
  struct Wait {
    ForkEnd& end;
    ForkScope* scope;
    PoolTask* forker;
    std::uint32_t passed;  ///< of their cancels, those that `end` was told, or that they had before
    Wait* outer;
  };

  StealPool& pool_;
  WorkDeque<PoolTask*> tasks_;
  Forks forks_;
  unsigned ticks_ = 0, dice_ = 1;
  TaskId forking_ = kNoTask;        // whose functions fork
  PoolTask* forker_ = nullptr;      // the task itself; null: a fork of another's
  std::uint32_t taken_ = 0;         // cancels that forkers' functions have had here; at most one forker is on our stack
  Wait* waits_ = nullptr;           // the innermost
};

// -- Worker: the loop --------------------------------------------------------------------------------------------------

PoolTask* Thief::next() {
  forker_ = nullptr;
  for (;;) {
    if (pool_.ending()) return await_stop();
    // Whoever stands in line for a core gets it between two tasks.
    if (core_ >= 0 && pool_.token().anybody_waits()) give_core();
    fire_due_timers();
    bool ran_fork = false;
    PoolTask* const task = find(ran_fork);
    if (ran_fork) continue;
    if (task) {
      take_core();
      return pool_.ending() ? await_stop() : task;  // it is ended with all others
    }
    if (pool_.threads().closing()) return nullptr;
    idle();
  }
}

/// A task, from wherever there is one. Or it runs a fork of another's.
PoolTask* Thief::find(bool& ran_fork) {
  PoolTask* task = nullptr;
  if (++ticks_ % kInboxEvery == 0 && !pool_.inbox_empty()) task = pool_.take_inbox(tasks_);
  if (!task) task = tasks_.pop();
  answer_thieves();
  if (!task) task = pool_.take_inbox(tasks_);
  if (task) return task;
  Thief* from = nullptr;
  StealResult result;
  while ((result = pool_.steal_task(*this, task, from)) == StealResult::lost) {}
  if (result == StealResult::taken) {
    lane_.at(now(), EventKind::steal, 0, task->id, task->pushed.word());
    if (from->tasks_.has_shared()) pool_.wake_one();
    return task;
  }
  Forked* forked = nullptr;
  while ((result = pool_.steal_fork(*this, forked, from)) == StealResult::lost) {}
  ran_fork = result == StealResult::taken;
  if (ran_fork) run_fork(*forked, *from);
  return nullptr;
}

/// Nothing was found: looks on for a while, then sleeps until there is something.
void Thief::idle() {
  pool_.ask_everybody(*this);
  const Nanos until = pool_.clock().now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i)
      if (pool_.anything()) return;
    if (has_cancels() || next_timer() <= pool_.clock().now()) return;
  } while (pool_.clock().now() < until);
  if (!std::exchange(said_idle_, true)) lane_.at(now(), EventKind::lane_idle);
  give_core();
  pool_.sleep(*this);
}

/// It can go on, and this worker is the nearest.
void Thief::ready(PoolTask& task) {
  task.pushed = last_wake();
  if (PoolTask* const one = &task; !tasks_.push(one)) pool_.put({&one, 1});
  answer_thieves();
}

/// The first is pushed last: it is this worker's next. Thieves begin at the other end.
void Thief::ready_new(std::span<PoolTask* const> made) {
  while (!made.empty() && tasks_.push(made.back())) made = made.first(made.size() - 1);
  pool_.put(made);
  answer_thieves();
}

// -- Worker: forks -----------------------------------------------------------------------------------------------------

Forks& Thief::forks(Task& task) {
  forker_ = static_cast<PoolTask*>(&task);
  forks_.of_task(forking_ = task.id);
  return forks_;
}

/// Every 64th to 512th fork or join of a task's functions.
Nanos Thief::edge() {
  if (pool_.ending()) throw Cancelled{};
  const Inside inside(*this);
  let_others_go_first();  // who may cancel this
  meanwhile();
  tell_whom_we_wait_for();
  if (cancels(forks_.scope(), forker_) != forks_.heard()) {
    heard_cancel();
    throw Cancelled{};
  }
  return now();
}

/// A look at the line costs nothing while nobody stands there.
void Thief::let_others_go_first() {
  RunToken& token = pool_.token();
  if (core_ < 0 || !token.anybody_waits() || !token.wanted(pool_.clock().now())) return;
  lane_.at(now(), EventKind::ready, 0, forking_);
  drop_core();
  lane_.at(now(), EventKind::run, static_cast<std::uint32_t>(core_) << 16, forking_);
}

/// A cancel of those who wait here, for what thieves have, is passed on once. They have it themselves when it comes back to them.
void Thief::tell_whom_we_wait_for() {
  for (Wait* wait = waits_; wait; wait = wait->outer) {
    const std::uint32_t now = cancels(wait->scope, wait->forker);
    const bool told = std::exchange(wait->passed, now) == now;
    if (!told && !(wait->scope && &wait->scope->end == &wait->end)) wait->end.cancel();  // a sync_wait's is its scope's, which has it
  }
}

/// A fork of another's, as a task of its own in this lane; inside.
void Thief::run_fork(Forked& forked, Thief& from) {
  take_core();
  said_idle_ = false;
  const TaskId id = pool_.next_ids(1);
  lane_.at(now(), EventKind::spawn, 0, id);
  lane_.at(now(), EventKind::steal, 0, id, Cause{static_cast<std::uint16_t>(from.lane_.index() + 1), 0}.word());
  lane_.at(now(), EventKind::run, static_cast<std::uint32_t>(core_) << 16, id);
  const TaskId before = std::exchange(forking_, id);
  PoolTask* const forker = std::exchange(forker_, nullptr);
  ForkScope* const scope = forks_.go_on_in(nullptr);
  forks_.of_task(id);
  leave();
  const Forked::Ran ran = forked.run(forks_);
  enter();
  if (ran.wake) from.unpark();
  lane_.at(now(), EventKind::done, static_cast<std::uint32_t>(ran.outcome), id);
  forker_ = forker;
  forks_.go_on_in(scope);
  forks_.of_task(forking_ = before);
}

/// Called by the functions of a task: outside. What was stolen from us will be over; until then we are a thief, too.
void Thief::wait_for(ForkEnd& end) {
  enter();
  Wait wait{end, forks_.scope(), forker_, forks_.heard(), waits_};
  waits_ = &wait;
  bool runs = true;  // our own, by what the lane says
  Nanos nap = kSpin;
  for (;;) {
    tell_whom_we_wait_for();
    const Nanos until = pool_.clock().now() + kSpin;
    do {
      for (int i = 0; i < 64 && !end.over(); ++i) {
        Forked* other = nullptr;
        Thief* from = nullptr;
        if (pool_.steal_fork(*this, other, from) != StealResult::taken) continue;
        run_fork(*other, *from);
        runs = false;
        nap = kSpin;
      }
      try {
        meanwhile();  // its tasks and timers are not what the fork's thief should be waited for with
      } catch (const std::bad_alloc&) {  // who waits here must not leave: a thief still writes to its frame
        pool_.no_memory();
      }
    } while (!end.over() && pool_.clock().now() < until);
    if (end.over() || !end.await()) break;
    if (std::exchange(runs, false))
      lane_.at(now(), EventKind::wait, static_cast<std::uint32_t>(WaitReason::children) << 16, forking_);
    will_block();  // others may have its tasks
    give_core();
    leave();  // a thief's function that never comes back must not keep us here
    // The thief wakes us; or to look whether somebody has forked, or asks for tasks.
    parker_.park(std::min(nap, std::max<Nanos>(0, next_timer() - pool_.clock().now())));
    enter();
    nap = std::min<Nanos>(2 * nap, kMs);
    take_core();
  }
  waits_ = wait.outer;
  if (!runs) lane_.at(now(), EventKind::run, static_cast<std::uint32_t>(core_) << 16, forking_);
  leave();
}

// -- Pool --------------------------------------------------------------------------------------------------------------

std::unique_ptr<CrewMember> StealPool::make_worker(LaneRecorder& lane) {
  auto worker = std::make_unique<Thief>(*this, lane);
  members_.reserve(members_.size() + 1);
  workers_.push_back(worker.get());
  members_.push_back(worker.get());
  return worker;
}

PoolTask* StealPool::take_inbox(WorkDeque<PoolTask*>& at_hand) {
  std::array<PoolTask*, 32> batch;
  std::size_t rest = 0;
  const std::size_t count = inbox_.take(batch, workers_.size(), rest);
  if (count == 0) return nullptr;
  // The first is run now, the second next: it is pushed last.
  for (std::size_t i = count - 1; i >= 1; --i) {
    if (at_hand.push(batch[i])) continue;
    inbox_.push({&batch[i], 1});
    ++rest;
  }
  if (rest > 0) wake_one();
  return batch[0];
}

StealResult StealPool::steal_task(Thief& me, PoolTask*& task, Thief*& from) {
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

}  // namespace

MadeExecutor make_stealing(const RunOptions& options) {
  // More workers than cores would only take turns: a wait does not hold a worker.
  const int workers = std::min({workers_asked(options), cores_of(options), std::max(1, options.max_workers)});
  return {std::make_unique<CoroutineExecutor>(options, std::make_shared<StealPool>(options), workers,
                                              LaneKind::worker, "worker"),
          {}};
}

}  // namespace interleave
