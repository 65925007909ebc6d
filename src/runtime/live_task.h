// live_task.h -- what every executor keeps of a task, and of a wait for tasks.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/task.h"
#include "trace/recorder.h"

namespace interleave {

struct LiveTask;

/// One wait for tasks: a gather's, or a join's. Shared by the waiter and by those it waits for, any of which may be
/// gone first. Thread: as the tasks of its executor (on threads: under the crew's lock).
struct Join {
  LiveTask* waiter = nullptr;      ///< not to be touched once `over`
  std::size_t left = 0;        ///< tasks that have not ended
  std::exception_ptr failure;  ///< of the first that failed
  bool over = false;           ///< all have ended, or one failed: the waiter was woken
  bool collects = false;       ///< failures do not end the wait
  bool direct = false;         ///< join: the end of the task wakes the waiter with nothing between
  bool relayed = false;        ///< Operation::relayed
  Cause cause;                 ///< the end that woke the waiter
  std::uint32_t holders = 0;   ///< on a loop: tasks that it waits for, and turns to come that are about it...
  std::shared_ptr<Join> itself;  ///< ...and keep it
};

/// A task of a run. Its body and its work are let go when it ends; what joins ask for later stays.
struct alignas(8) LiveTask : Task {  // its address has room for three bits
  bool started = false;
  bool ended = false;
  bool told_cancelled = false;  ///< its body got Cancelled; asked again, it is left suspended
  Outcome outcome : 2 = Outcome::finished;
  std::uint8_t cancels : 6 = 0;      // of tasks of a Cooperative: how many there were (limit.h)
  // Of tasks of a Cooperative, here since here is room.
  bool off_loop : 1 = false;         // as Operation::off_loop
  bool after_failure : 1 = false;    // `follower` begins even if this one fails
  bool of_rest : 1 = false;          // it lived when main ended
  bool withdraws : 1 = false;        // of a part: it is to wait no longer, and whoever has the object knows
  bool time_up : 1 = false;          // its step is to cancel the tasks that it waits for; it is `limited`
  /// What its step has to look at, in one byte, so that mostly one look will do.
  struct Odd {
    bool fresh : 1 = true;            // it has not begun
    bool cancel_pending : 1 = false;  // to be thrown at its next step or safepoint
    bool limited : 1 = false;         // what it waits for has a limit
    bool looks_again : 1 = false;     // its turn has come at the object that it waits for
    bool queued : 1 = false;          // its step is among the ready
    std::uint8_t rest : 3 = 0;
    bool is_plain() const { return (byte() & Odd{false, true, true}.byte()) == 0; }  // but for the others
    bool take_cancel() {
      const bool was = cancel_pending;
      cancel_pending = false;
      return was;
    }
    bool take_looks_again() {
      const bool was = looks_again;
      looks_again = false;
      return was;
    }

   private:
    std::uint8_t byte() const { return std::bit_cast<std::uint8_t>(*this); }
  } odd;
  Coroutine body;
  /// Ended: what it threw, also Cancelled. Until then what the last task that it waited for threw: not its own, if it throws
  /// that again.
  Thrown failure;
  LiveTask* previous = nullptr; ///< in its executor's list
  LiveTask* next = nullptr;

  /// Makes the body. Errors: what the work throws.
  void make_body() {
    started = true;
    body = work->run(*this);
  }
  std::uint32_t cancelling() const override { return cancels > 0 ? cancels - odd.cancel_pending : 0; }
  void count_limit() override { count_cancel(); }
  void count_cancel() { cancels += cancels < 63; }
  bool uncancel(std::uint32_t before) override {
    cancels -= cancels > 0;
    return cancels <= before;
  }
  /// What its body threw. Thread: that on which it has just ended; once.
  static Thrown thrown() { return Coroutine::take_failure(); }
};

/// The waits for a task, where other threads may have a part in them, too.
struct Joined {
  std::shared_ptr<Join> join;   ///< the gather that made it
  std::unique_ptr<std::vector<std::shared_ptr<Join>>> more_joins;

  void add_join(std::shared_ptr<Join> wait) {
    if (!join) join = std::move(wait);
    else {
      if (!more_joins) more_joins = std::make_unique<std::vector<std::shared_ptr<Join>>>();
      more_joins->push_back(std::move(wait));
    }
  }
  /// For each.
  template <class F>
  void each_join(F f) {
    if (join) f(join);
    if (more_joins)
      for (auto& wait : *more_joins) f(wait);
  }
};

/// The same where one thread has all of it, in eight bytes.
class LocalJoins {
 public:
  LocalJoins() = default;
  LocalJoins(const LocalJoins&) = delete;
  ~LocalJoins() { clear(); }
  bool empty() const { return word_ == 0; }
  void add(const std::shared_ptr<Join>& join) {
    keep(join);
    if (word_ == 0) word_ = reinterpret_cast<std::uintptr_t>(join.get());
    else if (Many* const many = this->many()) many->push_back(join.get());
    else word_ = reinterpret_cast<std::uintptr_t>(new Many{one(), join.get()}) | 1;
  }
  /// For each, in the order in which they came.
  template <class F>
  void each(F f) const {
    if (const Many* const many = this->many()) {
      for (Join* const join : *many) f(*join);
    } else if (word_ != 0) {
      f(*one());
    }
  }
  void clear() {
    if (word_ == 0) return;
    each([](Join& join) { const auto last = let_go(join); });
    delete many();
    word_ = 0;
  }
  static void keep(const std::shared_ptr<Join>& join) {
    if (join->holders++ == 0) join->itself = join;
  }
  /// What keeps it, if that was the last.
  static std::shared_ptr<Join> let_go(Join& join) { return --join.holders == 0 ? std::move(join.itself) : nullptr; }

 private:
  using Many = std::vector<Join*>;
  Many* many() const { return word_ & 1 ? reinterpret_cast<Many*>(word_ & ~std::uintptr_t{1}) : nullptr; }
  Join* one() const { return reinterpret_cast<Join*>(word_); }
  std::uintptr_t word_ = 0;
};

/// Whether a cancel that is pending is thrown there. In asyncio the others are no awaits: what is held is given back.
constexpr bool may_be_cancelled(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::spawn:
    case Operation::Kind::cancel:
    case Operation::Kind::status:
    case Operation::Kind::arm:
    case Operation::Kind::disarm: return false;
    case Operation::Kind::sync: break;
    default: return true;
  }
  return operation.act == SyncAct::acquire || operation.act == SyncAct::wait || operation.act == SyncAct::put ||
         operation.act == SyncAct::get || operation.act == SyncAct::join;
}

/// Whether who waits for tasks hears of a cancel itself, too, whatever becomes of those that it is passed on to: asyncio's gather() and
/// wait_for(). What a plain `await task` waits for may swallow it.
constexpr bool hears_itself(const Operation& operation) {
  return operation.kind == Operation::Kind::gather || operation.limited;
}
/// A failure that ends the wait is what is heard then; but not of a limit's.
constexpr bool hears_failure_instead(const Operation& operation) { return !operation.limited; }

/// CPython's answer to a task that awaits itself.
void refuse_itself(const Task& task, Operation& operation);

/// The answer to Operation::Kind::status.
inline void answer_status(const LiveTask& task, Operation& operation) {
  operation.number = static_cast<std::int64_t>(!task.ended                             ? TaskStatus::lives
                                               : task.outcome == Outcome::finished  ? TaskStatus::finished
                                               : task.outcome == Outcome::cancelled ? TaskStatus::cancelled
                                                                                    : TaskStatus::failed);
  if (task.ended) operation.failure = task.failure;
}

/// What tasks (but main) asked for, to be held against what they got: facts of the trace.
struct Asked {
  Nanos compute = 0;
  Nanos wait = 0;  ///< io, block, request

  void add(const Task& task, const Operation& operation);
  void add(const Asked& other);  ///< whatever it says
  void record(LaneRecorder& lane, Nanos t) const;
};

/// Tasks in the order in which they came, each in at most one list. Does not own them.
class TaskList {
 public:
  bool empty() const { return !first_; }
  LiveTask* first() const { return first_; }
  void push_back(LiveTask& task) {
    task.previous = last_;
    task.next = nullptr;
    (last_ ? last_->next : first_) = &task;
    last_ = &task;
  }
  void remove(LiveTask& task) {
    (task.previous ? task.previous->next : first_) = task.next;
    (task.next ? task.next->previous : last_) = task.previous;
    task.previous = task.next = nullptr;
  }

 private:
  LiveTask* first_ = nullptr;
  LiveTask* last_ = nullptr;
};

/// What people are told where there is no memory.
inline constexpr std::string_view kNoMemory = "The run needs more memory than there is.";
/// How a body that threw this has ended.
Outcome outcome_of(const std::exception_ptr& thrown);
/// What it threw, as a sentence for people.
std::string sentence_of(const std::exception_ptr& thrown);

/// Records the sentence of a task that fails by itself; what it only passes on was recorded where it began. Before the task
/// has ended. How it ends. (To ask that costs a throw: once a task.)
Outcome record_failure(LaneRecorder& lane, Nanos t, const LiveTask& task, const std::exception_ptr& thrown);

/// Argument words of the events that carry a source line.
constexpr std::uint32_t line_word(const Task& task) { return task.line; }
constexpr std::uint32_t wait_word(WaitReason reason, const Task& task) {
  return static_cast<std::uint32_t>(reason) << 16 | task.line;
}
constexpr std::uint32_t run_word(int core, const Task& task) {
  return static_cast<std::uint32_t>(core) << 16 | task.line;
}

}  // namespace interleave
