// inbox.h -- a FIFO of tasks that anybody may fill: a list under a guard, counted where those see it who take nothing.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>

#include "runtime/threaded/std_threads.h"

namespace interleave {

/// For a few loads and stores. Who takes it sees what was written under it before.
template <class Threads = StdThreads>
class BasicGuard {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) Threads::pause();
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  typename Threads::template atomic<bool> taken_{false};
};
using Guard = BasicGuard<>;

/// T has a `next_ready`, a T* that is the inbox's own while it has the task. Thread: any.
/// The count is the part that sleep and wake rest on (sleepers.h): it is raised after the tasks are in, by a sequentially
/// consistent operation, and empty() is one.
template <class T, class Threads = StdThreads>
class Inbox {
 public:
  void push(std::span<T* const> tasks) {
    if (tasks.empty()) return;
    std::scoped_lock lock(guard_);
    for (T* const task : tasks) {
      task->next_ready = nullptr;
      if (T* const last = last_) last->next_ready = task;
      else first_ = task;
      last_ = task;
    }
    count_.fetch_add(tasks.size(), std::memory_order_seq_cst);
  }
  std::size_t size() const { return count_.load(std::memory_order_relaxed); }
  bool empty() const { return count_.load(std::memory_order_seq_cst) == 0; }
  /// The oldest: one of `parts` equal shares, rounded up, as far as it fits. `rest`: how many stay.
  std::size_t take(std::span<T*> out, std::size_t parts, std::size_t& rest) {
    rest = 0;
    if (empty()) return 0;
    std::scoped_lock lock(guard_);
    const std::size_t size = count_.load(std::memory_order_relaxed);  // changed under the guard alone
    const std::size_t share = std::min((size + parts - 1) / parts, out.size());
    T* next = first_;
    for (std::size_t i = 0; i < share; ++i) {
      out[i] = next;
      next = next->next_ready;
    }
    first_ = next;
    if (!next) last_ = nullptr;
    count_.fetch_sub(share, std::memory_order_seq_cst);
    rest = size - share;
    return share;
  }

 private:
  BasicGuard<Threads> guard_;
  typename Threads::template plain<T*> first_{};
  typename Threads::template plain<T*> last_{};
  typename Threads::template atomic<std::size_t> count_{0};
};

}  // namespace interleave
