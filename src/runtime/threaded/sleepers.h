// sleepers.h -- who of a pool's workers sleeps, and how it is woken: no wake-up is lost, and none is sent to nobody.
//
// Who adds work publishes it (Inbox::push, WorkDeque::share), and then looks whether anybody sleeps. Who finds nothing
// says that it sleeps, and then looks once more for work. All four are sequentially consistent, so one of the two sees the
// other:
//   - the sleeper's second look comes before the work: then its being asleep comes before the look of who added the work,
//     who takes it from the list and unparks it; an unpark that comes before the park is not lost (parker.h);
//   - else it sees the work and does not park.
// Whoever takes a worker from the list wakes it, alone: one piece of work wakes one worker.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include "runtime/threaded/std_threads.h"

namespace interleave {

/// W has a `bool idle_` and a `W* idle_before_` (who fell asleep before it), under the mutex, which is the pool's: to sleep
/// takes no memory. Thread: any.
template <class W, class Threads = StdThreads>
class Sleepers {
 public:
  explicit Sleepers(typename Threads::mutex& mutex) : mutex_(mutex) {}

  /// The last to fall asleep, which does not sleep any more, and which the caller unparks; null: nobody sleeps.
  /// `awake(worker)` is called under the mutex.
  template <class Awake>
  W* wake_one(Awake awake) {
    if (count_.load(std::memory_order_seq_cst) == 0) return nullptr;
    std::scoped_lock lock(mutex_);
    return newest_ ? take(*newest_, awake) : nullptr;
  }
  /// The same of a certain one.
  template <class Awake>
  W* wake(W& which, Awake awake) {
    if (count_.load(std::memory_order_seq_cst) == 0) return nullptr;
    std::scoped_lock lock(mutex_);
    return which.idle_ ? take(which, awake) : nullptr;
  }

  /// Thread: the worker's own. Parks it, unless there is something to do after it has said that it sleeps. It is awake
  /// when this returns. `asleep(worker)` and `awake(worker)` are called under the mutex.
  template <class Asleep, class Awake, class NothingToDo, class Park>
  void sleep(W& me, Asleep asleep, Awake awake, NothingToDo nothing_to_do, Park park) {
    {
      std::scoped_lock lock(mutex_);
      me.idle_ = true;
      me.idle_before_ = std::exchange(newest_, &me);
      count_.fetch_add(1, std::memory_order_seq_cst);
      asleep(me);
    }
    if (nothing_to_do()) park();
    std::scoped_lock lock(mutex_);
    if (me.idle_) take(me, awake);  // else by who woke it
  }

 private:
  template <class Awake>
  W* take(W& worker, Awake awake) {
    worker.idle_ = false;
    W** at = &newest_;
    while (*at != &worker) at = &(*at)->idle_before_;
    *at = worker.idle_before_;
    count_.fetch_sub(1, std::memory_order_seq_cst);
    awake(worker);
    return &worker;
  }

  typename Threads::mutex& mutex_;
  W* newest_ = nullptr;  // the last to fall asleep is the first to be woken
  typename Threads::template atomic<int> count_{0};  // how many sleep
};

}  // namespace interleave
