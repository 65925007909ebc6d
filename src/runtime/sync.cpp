#include "runtime/sync.h"

#include <utility>

namespace interleave {
namespace {

using State = Operation::InLine::State;

WaitReason reason_of(const Operation& operation) {
  switch (operation.act) {
    case SyncAct::acquire: return WaitReason::lock;
    case SyncAct::put:
    case SyncAct::get: return WaitReason::queue;
    default: return WaitReason::event;
  }
}

}  // namespace

/// Under the mutex, where threads share the object. Whoever goes last deletes what nobody owns any more.
class Sync::Inside {
 public:
  Inside(Sync& sync, bool shared) : sync_(sync), lock_(sync.mutex_, std::defer_lock) {
    if (shared) lock_.lock();
  }
  ~Inside() {
    const bool last = sync_.orphan_ && sync_.users_ == 0;
    if (lock_) lock_.unlock();
    if (last) delete &sync_;
  }

 private:
  Sync& sync_;
  std::unique_lock<std::mutex> lock_;
};

void Perform::drop(Operation& operation) { operation.object->drop(operation); }

bool Sync::begin(Task& task, Operation& operation, const SyncPort& port, bool suspended) {
  const Inside inside(*this, port.shared);
  if (number() == 0) number_.store(port.numbers.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  operation.in_line.waiter = &task;
  if (can(operation)) {
    act(operation, port);
    return true;
  }
  operation.in_line.suspended = suspended;
  line_up(operation, port);
  return false;
}

bool Sync::suspended(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  operation.in_line.suspended = true;
  return operation.in_line.state == State::granted;
}

bool Sync::again(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  const bool has_it = kind_ == ObjectKind::lock || kind_ == ObjectKind::semaphore;
  --users_;
  operation.in_line.state = State::out;
  if (has_it) {
    --granted_;
    port.lane.at(port.now, EventKind::sync, sync_word(SyncMark::takes, kind_, number()), operation.in_line.waiter->id);
    if (value_ > 0) hand_over(port, operation.in_line.cause);
    return true;
  }
  if (operation.act != SyncAct::put && operation.act != SyncAct::get) return true;
  if (can(operation)) {
    act(operation, port);
    return true;
  }
  line_up(operation, port);
  return false;
}

void Sync::leave(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  const State was = std::exchange(operation.in_line.state, State::out);
  if (was == State::out) return;
  --users_;
  if (was == State::waiting) return unlink(operation);
  switch (operation.act) {
    case SyncAct::acquire:
      --granted_;
      ++value_;
      holder_.store(kNoTask, std::memory_order_relaxed);
      hand_over(port, operation.in_line.cause);
      break;
    case SyncAct::put:
      if (!full()) wake_first(putters_, port, operation.in_line.cause);
      break;
    case SyncAct::get:
      if (value_ > 0) wake_first(line_, port, operation.in_line.cause);
      break;
    default: break;
  }
}

bool Sync::withdraw(Operation& operation) {
  const Inside inside(*this, true);
  if (operation.in_line.state != State::waiting) return false;
  operation.in_line.state = State::out;
  unlink(operation);
  --users_;
  return true;
}

void Sync::drop(Operation& operation) {
  const Inside inside(*this, true);
  if (std::exchange(operation.in_line.state, State::out) == State::waiting) unlink(operation);
  --users_;
}

void Sync::release_ownership() {
  const Inside inside(*this, true);
  orphan_ = true;
}

// -- Inside ------------------------------------------------------------------------------------------------------------

Sync::Line& Sync::line_of(const Operation& operation) {
  return operation.act == SyncAct::put ? putters_ : operation.act == SyncAct::join ? joiners_ : line_;
}

/// It need not wait. (It may fail.)
bool Sync::can(const Operation& operation) const {
  switch (operation.act) {
    case SyncAct::acquire: return value_ > 0 && line_.empty() && granted_ == 0;
    case SyncAct::wait: return value_ > 0;
    case SyncAct::put: return !full();
    case SyncAct::get: return value_ > 0;
    case SyncAct::join: return unfinished_ == 0;
    default: return true;
  }
}

void Sync::act(Operation& operation, const SyncPort& port) {
  const TaskId task = operation.in_line.waiter->id;
  Cause cause;
  auto say = [&](SyncMark mark) {
    port.lane.at(port.now, EventKind::sync, sync_word(mark, kind_, number()), task);
    cause = {static_cast<std::uint16_t>(port.lane.index() + 1), port.lane.here().index - 1};
  };
  auto fail = [&](const char* kind, const char* sentence = "") {
    operation.failure_kind = kind;
    operation.failure = sentence;
  };
  switch (operation.act) {
    case SyncAct::acquire:
      --value_;
      holder_.store(task, std::memory_order_relaxed);
      operation.number = 1;
      return say(SyncMark::takes);
    case SyncAct::release:
      if (kind_ == ObjectKind::lock && value_ > 0) return fail("RuntimeError", "Lock is not acquired.");
      say(SyncMark::gives);
      ++value_;
      holder_.store(kNoTask, std::memory_order_relaxed);
      return hand_over(port, cause);
    case SyncAct::locked: operation.number = value_ == 0 || !line_.empty() || granted_ > 0; return;
    case SyncAct::wait: operation.number = 1; return;
    case SyncAct::set:
      if (value_ > 0) return;
      say(SyncMark::sets);
      value_ = 1;
      while (!line_.empty()) wake_first(line_, port, cause);
      return;
    case SyncAct::clear:
      if (value_ > 0) say(SyncMark::clears);
      value_ = 0;
      return;
    case SyncAct::is_set: operation.number = value_; return;
    case SyncAct::put_nowait:
      if (full()) return fail("QueueFull");
      [[fallthrough]];
    case SyncAct::put:
      store(operation.item);
      say(SyncMark::puts);
      ++value_;
      ++unfinished_;
      return wake_first(line_, port, cause);
    case SyncAct::get_nowait:
      if (value_ == 0) return fail("QueueEmpty");
      [[fallthrough]];
    case SyncAct::get:
      fetch(operation.item);
      say(SyncMark::gets);
      --value_;
      return wake_first(putters_, port, cause);
    case SyncAct::size: operation.number = value_; return;
    case SyncAct::task_done:
      if (unfinished_ == 0) return fail("ValueError", "task_done() called too many times");
      if (--unfinished_ > 0) return;
      say(SyncMark::sets);
      while (!joiners_.empty()) wake_first(joiners_, port, cause);
      return;
    case SyncAct::join: return;
  }
}

void Sync::line_up(Operation& operation, const SyncPort& port) {
  const Task& task = *operation.in_line.waiter;
  port.lane.at(port.now, EventKind::sync, sync_word(SyncMark::wants, kind_, number()), task.id);
  port.lane.at(port.now, EventKind::wait, static_cast<std::uint32_t>(reason_of(operation)) << 16 | task.line, task.id);
  Line& line = line_of(operation);
  operation.in_line.state = State::waiting;
  operation.in_line.next = nullptr;
  operation.in_line.previous = line.last;
  (line.last ? line.last->in_line.next : line.first) = &operation;
  line.last = &operation;
  ++users_;
}

void Sync::unlink(Operation& operation) {
  Line& line = line_of(operation);
  Operation* const next = operation.in_line.next;
  Operation* const previous = operation.in_line.previous;
  (previous ? previous->in_line.next : line.first) = next;
  (next ? next->in_line.previous : line.last) = previous;
}

void Sync::wake_first(Line& line, const SyncPort& port, Cause cause) {
  if (line.empty()) return;
  Operation& operation = *line.first;
  unlink(operation);
  operation.in_line.state = State::granted;
  operation.in_line.cause = cause;
  if (operation.in_line.suspended) port.granted(operation);
}

/// A permit to the first in line, if there is one and somebody waits.
void Sync::hand_over(const SyncPort& port, Cause cause) {
  if (value_ == 0 || line_.empty()) return;
  Operation& next = *line_.first;
  --value_;
  ++granted_;
  holder_.store(next.in_line.waiter->id, std::memory_order_relaxed);
  next.number = 1;
  wake_first(line_, port, cause);
}

}  // namespace interleave
