#include "runtime/sync.h"

#include <utility>

#include "runtime/sync_inside.h"

namespace interleave {
namespace {

using Place = Operation::Place;

}  // namespace

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

void Perform::drop(Operation& operation) { operation.use.object->drop(operation); }

bool Sync::begin(Task& task, Operation& operation, const SyncPort& port, bool suspended) {
  operation.task = &task;
  return begin_at(operation, port, suspended);
}

bool Sync::suspended(Operation& operation, const SyncPort& port) {
  const Inside inside(*this, port.shared);
  operation.suspended = true;
  return operation.place == Place::granted;
}

bool Sync::again(Operation& operation, const SyncPort& port) { return again_at(operation, port); }

bool Sync::again_here(Operation& operation, Here& here) { return again_at(operation, LocalPort(here, here.turn())); }

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
      hand_over(port, operation.use.woken_by);
      break;
    case SyncAct::put:
      if (!full() && !putters_.empty()) wake_first(putters_, port, operation.use.woken_by);
      break;
    case SyncAct::get:
      if (value_ > 0 && !line_.empty()) wake_first(line_, port, operation.use.woken_by);
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

void Sync::be_numbered(std::atomic<std::uint32_t>& numbers) {
  const std::uint32_t number = numbers.fetch_add(1, std::memory_order_relaxed) + 1;
  event_ = event_word(EventKind::sync, sync_word(SyncMark{}, kind_, number));
  number_.store(number, std::memory_order_relaxed);
}

/// True: it is over.
bool Sync::refuse(Operation& operation, const char* kind, const char* sentence) {
  operation.fail(sentence, kind);
  return true;
}

}  // namespace interleave
