// sync.h -- locks, semaphores, events and bounded queues between tasks: one state machine for all executors.
//
// Order is asyncio's (CPython 3.11), wake by wake. (But for one: where the first in line was cancelled and has not run
// since, a release goes to the second at once; asyncio's goes there a round later.) Who waits stands in line, first in, first out; the node is in the
// operation, which lives in the awaiting frame, so that nothing is allocated. A lock and a semaphore's permit are handed
// over: from the release on they are the waiter's, and nobody is faster. Who waits for a queue is told to look again
// when its turn comes, and where somebody else was there first it goes to the end of the line; an event wakes all.
//
// Executors bring the operation (begin), the turn of one that was woken (again), and the end of a wait for another
// reason (leave); `SyncPort` is what they are told. An object belongs to one run, and may be destroyed while tasks wait
// for it: they go on waiting.
// Rejected: a wait queue without a lock (the object's few stores are under a mutex, which a loop does not even take).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/here.h"
#include "runtime/task.h"
#include "trace/recorder.h"

namespace interleave {

/// What the executor does for an object, and who acts.
struct SyncPort {
  LaneRecorder& lane;
  Nanos now;
  std::atomic<std::uint32_t>& numbers;  ///< of this run's objects: the last
  bool shared;                          ///< other threads may use the object meanwhile

  static constexpr bool notes = false;

  SyncPort(LaneRecorder& l, Nanos t, std::atomic<std::uint32_t>& n, bool s) : lane(l), now(t), numbers(n), shared(s) {}
  virtual ~SyncPort() = default;
  /// The turn of `operation`, whose body has suspended, has come: its task is to call again(). Called inside of the
  /// object: the operation stays where it is until this has returned. Its Cause is in it.
  virtual void granted(Operation& operation) const = 0;
  std::atomic<std::uint32_t>& counter() const { return numbers; }
  static void store(Sync& queue, void* item);
  static void fetch(Sync& queue, void* item);
};

/// As what it waits for an object; also of acts that never wait here, and on `processes` wait for the parent's answer.
constexpr WaitReason reason_of(SyncAct act) {
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
/// Whether objects of that kind can do that.
bool fits(ObjectKind kind, SyncAct act);

class Sync {
 public:
  /// Of a lock 1, of a semaphore its permits, of a queue its places (0: any number).
  Sync(ObjectKind kind, std::int64_t size) : size_(size), value_(kind == ObjectKind::queue ? 0 : size), kind_(kind) {}
  virtual ~Sync() = default;
  Sync(const Sync&) = delete;
  Sync& operator=(const Sync&) = delete;

  ObjectKind kind() const { return kind_; }
  std::uint32_t number() const { return number_.load(std::memory_order_relaxed); }
  /// What it is called between processes; kNoPlace: nothing, and it can be used in its own only.
  std::uint64_t place() const { return place_; }
  void set_place(std::uint64_t place) { place_ = place; }
  static constexpr std::uint64_t kNoPlace = UINT64_MAX;
  std::int64_t size() const { return size_; }
  /// Who has the lock, or took the semaphore's last permit; kNoTask: nobody.
  TaskId holder() const { return holder_.load(std::memory_order_relaxed); }

  /// True: the operation is over, with its answer or a failure. False: it waits, and that is recorded.
  /// `suspended`: its body may be resumed at once; else suspended() follows.
  bool begin(Task& task, Operation& operation, const SyncPort& port, bool suspended);
  /// The body has suspended. True: its turn has come already; granted() was not and will not be called.
  bool suspended(Operation& operation, const SyncPort& port);
  /// Its turn has come. True: the operation is over. False: it waits again.
  bool again(Operation& operation, const SyncPort& port);
  /// The same of a task of a loop that has all who use the object.
  virtual bool again_here(Operation& operation, Here& here);
  /// begin and again where P is known (sync_inside.h).
  template <class P>
  bool begin_at(Operation& operation, const P& port, bool suspended);
  template <SyncAct kAct, class P>  // put or get, of somebody who has the object meanwhile
  bool begin_as(Operation& operation, const P& port);
  template <class P>
  bool again_at(Operation& operation, const P& port);
  /// The task waits no longer, for another reason; what was its already goes to the next.
  void leave(Operation& operation, const SyncPort& port);
  /// True: the task stood in line, and does not any more. False: its turn has come already.
  bool withdraw(Operation& operation);
  /// The frame goes away. Nobody is woken: the run ends.
  void drop(Operation& operation);
  /// Nobody uses the object any more; the last one that waits deletes it.
  void release_ownership();
  // Of a queue.
  virtual void store(void*) {}
  virtual void fetch(void*) {}

 protected:
  struct Line {
    Operation* first = nullptr;
    Operation* last = nullptr;
    bool empty() const { return !first; }
    Operation& take_first() {
      Operation& taken = *first;
      first = taken.use.next;
      (first ? first->use.previous : last) = nullptr;
      return taken;
    }
    void push(Operation& operation) {
      operation.use.next = nullptr;
      operation.use.previous = last;
      (last ? last->use.next : first) = &operation;
      last = &operation;
    }
  };
  /// Of a task, whose bits are missing.
  std::uint64_t event_of(SyncMark mark) const { return event_ | std::uint64_t{static_cast<std::uint32_t>(mark)} << (kMarkShift + 8); }

  static std::uint64_t bits_of(const Task& task) { return event_word(EventKind::none, 0, task.id); }

  std::uint64_t event_ = 0;                // what its events say of it, once it has a number
  bool orphan_ = false;
  const std::int64_t size_;
  // All below, and orphan_: under mutex_, which a loop has no need of.
  std::int64_t value_;                     // free permits; 1: the event is set; items in the queue
  std::int64_t unfinished_ = 0;            // items for which nobody said task_done
  std::size_t granted_ = 0;                // woken, and not there yet
  std::size_t users_ = 0;                  // operations that wait, or were woken and are not there yet
  Line line_, putters_, joiners_;          // line_: of a queue, getters

 private:
  class Inside;

  Line& line_of(const Operation& operation);
  bool full() const { return size_ > 0 && value_ >= size_; }
  template <class P>
  void say(SyncMark mark, TaskId task, const P& port);
  template <class P>
  bool put(Operation& operation, const P& port);
  template <class P>
  bool get(Operation& operation, const P& port);
  template <class P>
  bool act(Operation& operation, const P& port);
  template <class P>
  void line_up(Operation& operation, const P& port);
  void unlink(Operation& operation);
  template <class P>
  void wake_first(Line& line, const P& port, std::uint64_t cause);  // somebody stands in it
  template <class P>
  void wake_all(Line& line, const P& port, std::uint64_t cause);
  template <class P>
  void hand_over(const P& port, std::uint64_t cause);
  void be_numbered(std::atomic<std::uint32_t>& numbers);
  static bool refuse(Operation& operation, const char* kind, const char* sentence);

  const ObjectKind kind_;
  std::uint64_t place_ = kNoPlace;
  std::mutex mutex_;
  std::atomic<std::uint32_t> number_{0};   // of the run; 0: not used yet
  std::atomic<TaskId> holder_{kNoTask};    // read without the mutex by whoever says why nothing goes on
};

// -- For C++ bodies ----------------------------------------------------------------------------------------------------

/// What owns an object of this kind. Thread: any. Not moved while tasks use it.
class SyncHandle {
 public:
  SyncHandle(SyncHandle&& other) noexcept : sync_(std::exchange(other.sync_, nullptr)) {}
  ~SyncHandle() {
    if (sync_) sync_->release_ownership();
  }
  Sync& sync() const { return *sync_; }

 protected:
  explicit SyncHandle(Sync* sync) : sync_(sync) {}

 private:
  Sync* sync_;
};

/// One at a time. Any task may release it, as in Python; releasing a lock that nobody has fails.
class Lock : public SyncHandle {
 public:
  Lock() : SyncHandle(new Sync(ObjectKind::lock, 1)) {}
};
class Semaphore : public SyncHandle {
 public:
  explicit Semaphore(std::int64_t permits) : SyncHandle(new Sync(ObjectKind::semaphore, permits)) {}
};
class Event : public SyncHandle {
 public:
  Event() : SyncHandle(new Sync(ObjectKind::event, 0)) {}
};

/// A channel with `places` places; 0: any number.
template <class T>
class Queue : public SyncHandle {
 public:
  explicit Queue(std::int64_t places = 0) : SyncHandle(new Items(places)) {}
  /// put or get where a loop's task may do it by itself; as Port::begin. What is no more than some stores is here, and calls
  /// nothing (what a function saves for a call is a fifth of it); all else is the others' way.
  template <SyncAct kAct>
  [[gnu::noinline]] static bool begin_here(Operation& operation, Here& here) {
    return static_cast<Items&>(*operation.use.object).template begin<kAct>(operation, here);
  }

 private:
  /// First in, first out, in a ring that grows.
  struct Items final : Sync {
    explicit Items(std::int64_t places) : Sync(ObjectKind::queue, places) {}
    void store(void* item) override {
      if (value_ == capacity) [[unlikely]] grow();
      store_in_room(item);
    }
    void fetch(void* item) override { *static_cast<T*>(item) = std::move(at[first++ & mask]); }
    void store_in_room(void* item) { at[(first + static_cast<std::size_t>(value_)) & mask] = std::move(*static_cast<T*>(item)); }

    template <SyncAct kAct>
    [[gnu::always_inline]] bool begin(Operation& operation, Here& here) {
      LaneRecorder& lane = here.running_in();
      if (!here.knows_time() || !lane.has_room()) [[unlikely]] return begin_slowly<kAct>(operation, here);
      if constexpr (kAct == SyncAct::put) {
        Operation* const waiter = line_.first;
        if (value_ >= fits || (waiter && !here.may_wake(*waiter->task))) [[unlikely]] return begin_slowly<kAct>(operation, here);
        lane.tick(here.soon());
        const std::uint64_t cause = lane.next_word(), put = event_of(SyncMark::puts) | bits_of(*operation.task);
        store_in_room(operation.use.item);
        ++value_;
        ++unfinished_;
        if (!waiter) {
          lane.note_in_room(put);
          return true;
        }
        line_.take_first();
        waiter->place = Operation::Place::granted;
        waiter->use.woken_by = cause;
        auto& task = static_cast<CooperativeTask&>(*waiter->task);
        lane.note_in_room(put, event_word(EventKind::wake, 0, task.id), cause);
        here.queue_in_room(task);
        return true;
      } else if (value_ > 0) {
        if (!putters_.empty()) [[unlikely]] return begin_slowly<kAct>(operation, here);
        lane.tick(here.soon());
        got(operation, here);
        return true;
      } else {
        auto& task = static_cast<CooperativeTask&>(*operation.task);
        if (event_ == 0 || task.odd.cancel_pending) [[unlikely]] return begin_slowly<kAct>(operation, here);
        lane.tick(here.turn());
        lane.note_in_room(event_of(SyncMark::wants) | bits_of(task),
                          event_word(EventKind::wait, static_cast<std::uint32_t>(reason_of(kAct)) << 16 | task.line, task.id));
        operation.suspended = true;
        operation.place = Operation::Place::waiting;
        line_.push(operation);
        ++users_;
        task.operation = &operation;
        return false;
      }
    }
    bool again_here(Operation& operation, Here& here) override {
      LaneRecorder& lane = here.running_in();
      if (operation.act != SyncAct::get || value_ == 0 || !putters_.empty() || orphan_ || !lane.has_room()) [[unlikely]]
        return again_slowly(operation, here);
      --users_;
      operation.place = Operation::Place::out;
      got(operation, here);  // the time of the event before this one, its run
      return true;
    }
    void got(Operation& operation, Here& here) {
      fetch(operation.use.item);
      here.running_in().note_in_room(event_of(SyncMark::gets) | bits_of(*operation.task));
      --value_;
    }
    template <SyncAct kAct>
    [[gnu::noinline]] bool begin_slowly(Operation& operation, Here& here) {
      if (begin_as<kAct>(operation, ItemsPort(here, here.soon()))) return true;
      here.waits(operation);
      return false;
    }
    [[gnu::noinline]] bool again_slowly(Operation& operation, Here& here) { return again_at(operation, ItemsPort(here, here.turn())); }
    [[gnu::noinline, gnu::cold]] void grow() {
      const auto before = static_cast<std::size_t>(capacity), after = std::max<std::size_t>(2 * before, 4);
      auto more = std::make_unique<T[]>(after);
      for (std::size_t i = 0; i < before; ++i) more[i] = std::move(at[(first + i) & mask]);
      first = 0;
      at = std::move(more);
      mask = after - 1;
      capacity = static_cast<std::int64_t>(after);
      fits = size_ > 0 ? std::min(capacity, size_) : capacity;
    }
    std::unique_ptr<T[]> at;
    std::size_t mask = 0, first = 0;
    std::int64_t capacity = 0;  // a power of two, or nothing yet
    std::int64_t fits = 0;      // so many may be in it, and have room
  };
  /// Whose items these are is known.
  struct ItemsPort : LocalPort {
    using LocalPort::LocalPort;
    static void store(Sync& queue, void* item) { static_cast<Items&>(queue).store(item); }
    static void fetch(Sync& queue, void* item) { static_cast<Items&>(queue).fetch(item); }
  };
};

inline Operation sync_operation(const SyncHandle& handle, SyncAct act, void* item = nullptr) {
  return Operation::on(handle.sync(), act, item);
}

inline Perform acquire(Task& task, const Lock& lock) { return {task, sync_operation(lock, SyncAct::acquire)}; }
inline Perform release(Task& task, const Lock& lock) { return {task, sync_operation(lock, SyncAct::release)}; }
inline Perform acquire(Task& task, const Semaphore& some) { return {task, sync_operation(some, SyncAct::acquire)}; }
inline Perform release(Task& task, const Semaphore& some) { return {task, sync_operation(some, SyncAct::release)}; }
inline Perform wait(Task& task, const Event& event) { return {task, sync_operation(event, SyncAct::wait)}; }
inline Perform set(Task& task, const Event& event) { return {task, sync_operation(event, SyncAct::set)}; }
inline Perform clear(Task& task, const Event& event) { return {task, sync_operation(event, SyncAct::clear)}; }
/// Waits until every item that was put is said to be done.
template <class T>
Perform join(Task& task, const Queue<T>& queue) { return {task, sync_operation(queue, SyncAct::join)}; }
template <class T>
Perform task_done(Task& task, const Queue<T>& queue) { return {task, sync_operation(queue, SyncAct::task_done)}; }

/// `co_await put(task, queue, item)`, `T item = co_await get(task, queue)`: the item is in the awaiting frame.
template <class T, SyncAct kAct>
class PerformWithItem : public Perform {
 public:
  PerformWithItem(Task& task, const Queue<T>& queue, T item = {}) : Perform(task, queue.sync(), kAct, &item_), item_(std::move(item)) {}
  bool await_ready() {
    Here* const here = task().port->here;
    if (!here || !here->is_calm()) [[unlikely]] return Perform::await_ready();
    return Queue<T>::template begin_here<kAct>(operation_, *here);
  }
  T await_resume() {
    if (operation_.cancelled || operation_.failure) [[unlikely]] end();
    return std::move(item_);
  }

 private:
  T item_;
};
template <class T>
PerformWithItem<T, SyncAct::put> put(Task& task, const Queue<T>& queue, std::type_identity_t<T> item) {
  return {task, queue, std::move(item)};
}
template <class T>
PerformWithItem<T, SyncAct::get> get(Task& task, const Queue<T>& queue) { return {task, queue}; }

}  // namespace interleave

#include "runtime/sync_inside.h"  // for begin_here
