// sync_inside.h -- what happens inside of an object, for whoever knows at compile time who asks: nothing is called then that
// need not be. sync.cpp has it for any port, cooperative.cpp for its own, where a hop of a channel costs half as much so.
#pragma once

#include <utility>

#include "runtime/sync.h"

// (sync.h includes this at its end: what is below needs all of it, and a queue's operations need what is below.)
namespace interleave {

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
    if (last) [[unlikely]] delete &sync_;
  }

 private:
  Sync& sync_;
  const bool shared_;
};

template <class P>
[[gnu::always_inline]] inline bool Sync::begin_at(Operation& operation, const P& port, bool suspended) {
  const Inside inside(*this, port.shared);
  if (number() == 0) [[unlikely]] be_numbered(port.counter());
  if (act(operation, port)) return true;
  operation.suspended = suspended;
  line_up(operation, port);
  return false;
}

template <SyncAct kAct, class P>
[[gnu::always_inline]] inline bool Sync::begin_as(Operation& operation, const P& port) {
  if (number() == 0) [[unlikely]] be_numbered(port.counter());
  if (kAct == SyncAct::put ? put(operation, port) : get(operation, port)) return true;
  operation.suspended = true;
  line_up(operation, port);
  return false;
}

template <class P>
[[gnu::always_inline]] inline bool Sync::again_at(Operation& operation, const P& port) {
  const Inside inside(*this, port.shared);
  --users_;
  operation.place = Operation::Place::out;
  switch (operation.act) {
    case SyncAct::acquire:
      --granted_;
      say(SyncMark::takes, operation.task->id, port);
      if (value_ > 0) hand_over(port, operation.use.woken_by);
      return true;
    case SyncAct::get:
      if (get(operation, port)) return true;
      break;
    case SyncAct::put:
      if (put(operation, port)) return true;
      break;
    default: return true;
  }
  line_up(operation, port);
  return false;
}

inline void SyncPort::store(Sync& queue, void* item) { queue.store(item); }
inline void SyncPort::fetch(Sync& queue, void* item) { queue.fetch(item); }
inline void LocalPort::store(Sync& queue, void* item) { queue.store(item); }
inline void LocalPort::fetch(Sync& queue, void* item) { queue.fetch(item); }

inline Sync::Line& Sync::line_of(const Operation& operation) {
  return operation.act == SyncAct::put ? putters_ : operation.act == SyncAct::join ? joiners_ : line_;
}

template <class P>
[[gnu::always_inline]] inline void Sync::say(SyncMark mark, TaskId task, const P& port) {
  port.lane.note(port.now, event_word(EventKind::sync, argument_of(event_of(mark)), task));
  if constexpr (!P::notes) port.lane.publish();
}

template <class P>
[[gnu::always_inline]] inline bool Sync::put(Operation& operation, const P& port) {
  if (full()) return false;
  port.store(*this, operation.use.item);
  say(SyncMark::puts, operation.task->id, port);
  ++value_;
  ++unfinished_;
  if (!line_.empty()) wake_first(line_, port, port.lane.last_word());
  return true;
}

template <class P>
[[gnu::always_inline]] inline bool Sync::get(Operation& operation, const P& port) {
  if (value_ == 0) return false;
  port.fetch(*this, operation.use.item);
  say(SyncMark::gets, operation.task->id, port);
  --value_;
  if (!putters_.empty()) wake_first(putters_, port, port.lane.last_word());
  return true;
}

/// False: it has to wait. (It may have failed.)
template <class P>
[[gnu::always_inline]] inline bool Sync::act(Operation& operation, const P& port) {
  // Not among the others: the processor guesses better where each has a branch of its own.
  if (operation.act == SyncAct::put) return put(operation, port);
  if (operation.act == SyncAct::get) return get(operation, port);
  const TaskId task = operation.task->id;
  switch (operation.act) {
    case SyncAct::acquire:
      if (value_ <= 0 || !line_.empty() || granted_ > 0) return false;
      --value_;
      holder_.store(task, std::memory_order_relaxed);
      operation.number = 1;
      say(SyncMark::takes, task, port);
      return true;
    case SyncAct::release:
      if (kind_ == ObjectKind::lock && value_ > 0) return refuse(operation, "RuntimeError", "Lock is not acquired.");
      say(SyncMark::gives, task, port);
      ++value_;
      holder_.store(kNoTask, std::memory_order_relaxed);
      hand_over(port, port.lane.last_word());
      return true;
    case SyncAct::locked: operation.number = value_ == 0 || !line_.empty() || granted_ > 0; return true;
    case SyncAct::wait:
      if (value_ == 0) return false;
      operation.number = 1;
      return true;
    case SyncAct::set:
      if (value_ > 0) return true;
      say(SyncMark::sets, task, port);
      value_ = 1;
      wake_all(line_, port, port.lane.last_word());
      return true;
    case SyncAct::clear:
      if (value_ > 0) say(SyncMark::clears, task, port);
      value_ = 0;
      return true;
    case SyncAct::is_set: operation.number = value_; return true;
    case SyncAct::put_nowait: return put(operation, port) || refuse(operation, "QueueFull", "");
    case SyncAct::get_nowait: return get(operation, port) || refuse(operation, "QueueEmpty", "");
    case SyncAct::size: operation.number = value_; return true;
    case SyncAct::task_done:
      if (unfinished_ == 0) return refuse(operation, "ValueError", "task_done() called too many times");
      if (--unfinished_ > 0) return true;
      say(SyncMark::sets, task, port);
      wake_all(joiners_, port, port.lane.last_word());
      return true;
    case SyncAct::join: return unfinished_ == 0;
    case SyncAct::put:
    case SyncAct::get: break;  // above
  }
  return true;
}

template <class P>
[[gnu::always_inline]] inline void Sync::line_up(Operation& operation, const P& port) {
  const Task& task = *operation.task;
  port.lane.note(port.now, event_word(EventKind::sync, argument_of(event_of(SyncMark::wants)), task.id),
                 event_word(EventKind::wait, static_cast<std::uint32_t>(reason_of(operation.act)) << 16 | task.line, task.id));
  if constexpr (!P::notes) port.lane.publish();
  Line& line = line_of(operation);
  operation.place = Operation::Place::waiting;
  line.push(operation);
  ++users_;
}

inline void Sync::unlink(Operation& operation) {
  Line& line = line_of(operation);
  Operation* const next = operation.use.next;
  Operation* const previous = operation.use.previous;
  (previous ? previous->use.next : line.first) = next;
  (next ? next->use.previous : line.last) = previous;
}

template <class P>
[[gnu::always_inline]] inline void Sync::wake_first(Line& line, const P& port, std::uint64_t cause) {
  Operation& operation = line.take_first();
  operation.place = Operation::Place::granted;
  operation.use.woken_by = cause;
  if (operation.suspended) port.granted(operation);
}

template <class P>
[[gnu::always_inline]] inline void Sync::wake_all(Line& line, const P& port, std::uint64_t cause) {
  while (!line.empty()) wake_first(line, port, cause);
}

/// A permit to the first in line, if there is one and somebody waits.
template <class P>
[[gnu::always_inline]] inline void Sync::hand_over(const P& port, std::uint64_t cause) {
  if (value_ == 0 || line_.empty()) return;
  Operation& next = *line_.first;
  --value_;
  ++granted_;
  holder_.store(next.task->id, std::memory_order_relaxed);
  next.number = 1;
  wake_first(line_, port, cause);
}

}  // namespace interleave
