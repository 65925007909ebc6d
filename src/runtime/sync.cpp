#include "runtime/sync.h"

#include <utility>

namespace interleave {
namespace {

using Place = Operation::Place;

}  // namespace

WaitReason reason_of(SyncAct act) {
  switch (act) {
    case SyncAct::acquire:
    case SyncAct::release:
    case SyncAct::locked: return WaitReason::lock;
    case SyncAct::wait:
    case SyncAct::set:
    case SyncAct::clear:
    case SyncAct::is_set:
    case SyncAct::join: return WaitReason::event;
    default: return WaitReason::queue;
  }
}

bool fits(ObjectKind kind, SyncAct act) {
  switch (act) {
    case SyncAct::acquire:
    case SyncAct::release:
    case SyncAct::locked: return kind == ObjectKind::lock || kind == ObjectKind::semaphore;
    case SyncAct::wait:
    case SyncAct::set:
    case SyncAct::clear:
    case SyncAct::is_set: return kind == ObjectKind::event;
    default: return kind == ObjectKind::queue;
  }
}

/// Under the mutex, where threads share the object. Whoever goes last deletes what nobody owns any more.
class Sync::Inside {
 public:
  Inside(Sync& sync, bool shared) : sync_(sync), shared_(shared) {
    if (shared) sync.mutex_.lock();
  }
  Inside(const Inside&) = delete;
  ~Inside() {
    const bool last = sync_.orphan_ && sync_.users_ == 0;
    if (shared_) sync_.mutex_.unlock();
    if (last) delete &sync_;
  }

 private:
  Sync& sync_;
  const bool shared_;
};

void Perform::drop(Operation& operation) { operation.use.object->drop(operation); }

bool Sync::begin(Task& task, Operation& operation, const SyncPort& port, bool suspended) {
  const Inside inside(*this, port.shared);
  if (number() == 0) number_.store(port.numbers.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  operation.use.waiter = &task;
  if (can(operation)) {
    act(operation, port);
    return true;
  }
  operation.suspended = suspended;
  line_up(operation, port);
  return false;
}

bool Sync::suspended(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  operation.suspended = true;
  return operation.place == Place::granted;
}

bool Sync::again(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  const bool has_it = kind_ == ObjectKind::lock || kind_ == ObjectKind::semaphore;
  --users_;
  operation.place = Place::out;
  if (has_it) {
    --granted_;
    port.lane.at(port.now, EventKind::sync, sync_word(SyncMark::takes, kind_, number()), operation.use.waiter->id);
    if (value_ > 0) hand_over(port, Cause::from_word(operation.woken_by));
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
  const Place was = std::exchange(operation.place, Place::out);
  if (was == Place::out) return;
  --users_;
  if (was == Place::waiting) return unlink(operation);
  switch (operation.act) {
    case SyncAct::acquire:
      --granted_;
      ++value_;
      holder_.store(kNoTask, std::memory_order_relaxed);
      hand_over(port, Cause::from_word(operation.woken_by));
      break;
    case SyncAct::put:
      if (!full()) wake_first(putters_, port, Cause::from_word(operation.woken_by));
      break;
    case SyncAct::get:
      if (value_ > 0) wake_first(line_, port, Cause::from_word(operation.woken_by));
      break;
    default: break;
  }
}

bool Sync::withdraw(Operation& operation) {
  const Inside inside(*this, true);
  if (operation.place != Place::waiting) return false;
  operation.place = Place::out;
  unlink(operation);
  --users_;
  return true;
}

void Sync::drop(Operation& operation) {
  const Inside inside(*this, true);
  if (std::exchange(operation.place, Place::out) == Place::waiting) unlink(operation);
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
  const TaskId task = operation.use.waiter->id;
  Cause cause;
  auto say = [&](SyncMark mark) {
    port.lane.at(port.now, EventKind::sync, sync_word(mark, kind_, number()), task);
    cause = {static_cast<std::uint16_t>(port.lane.index() + 1), port.lane.here().index - 1};
  };
  auto fail = [&](const char* kind, const char* sentence = "") { operation.fail(sentence, kind); };
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
      store(operation.use.item);
      say(SyncMark::puts);
      ++value_;
      ++unfinished_;
      return wake_first(line_, port, cause);
    case SyncAct::get_nowait:
      if (value_ == 0) return fail("QueueEmpty");
      [[fallthrough]];
    case SyncAct::get:
      fetch(operation.use.item);
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
  const Task& task = *operation.use.waiter;
  port.lane.at(port.now, EventKind::sync, sync_word(SyncMark::wants, kind_, number()), task.id);
  port.lane.at(port.now, EventKind::wait, static_cast<std::uint32_t>(reason_of(operation.act)) << 16 | task.line, task.id);
  Line& line = line_of(operation);
  operation.place = Place::waiting;
  operation.use.next = nullptr;
  operation.use.previous = line.last;
  (line.last ? line.last->use.next : line.first) = &operation;
  line.last = &operation;
  ++users_;
}

void Sync::unlink(Operation& operation) {
  Line& line = line_of(operation);
  Operation* const next = operation.use.next;
  Operation* const previous = operation.use.previous;
  (previous ? previous->use.next : line.first) = next;
  (next ? next->use.previous : line.last) = previous;
}

void Sync::wake_first(Line& line, const SyncPort& port, Cause cause) {
  if (line.empty()) return;
  Operation& operation = *line.first;
  unlink(operation);
  operation.place = Place::granted;
  operation.woken_by = cause.word();
  if (operation.suspended) port.granted(operation);
}

/// A permit to the first in line, if there is one and somebody waits.
void Sync::hand_over(const SyncPort& port, Cause cause) {
  if (value_ == 0 || line_.empty()) return;
  Operation& next = *line_.first;
  --value_;
  ++granted_;
  holder_.store(next.use.waiter->id, std::memory_order_relaxed);
  next.number = 1;
  wake_first(line_, port, cause);
}

}  // namespace interleave
