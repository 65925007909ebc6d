// hand_over.h -- how a task that waits for others gets on: it suspends while they end, on other threads.
//
// The waiter may be resumed only after its body has suspended, and is resumed once. Both sides go through the join's guard:
//   - the last task ends first: it finds the waiter not suspended and leaves the rest to it; the waiter then suspends, sees
//     that the join is over, and resumes itself;
//   - the waiter suspends first: the last task to end finds it suspended, and resumes it.
// What a task has left behind is visible to the waiter: guard to guard, and then from who resumes to who is resumed.
#pragma once

#include <cstddef>
#include <mutex>

namespace interleave {

/// J: a Join with a `guard` and a `suspended`. A task that it waits for has ended; `ends`: the wait ends whoever is left.
/// `ending()` is called under the guard by who ends the wait. True: the caller resumes the waiter. Thread: any.
template <class J, class Ending>
bool one_has_ended(J& join, bool ends, Ending ending) {
  std::scoped_lock lock(join.guard);
  join.left = join.left - 1;
  if (join.over || (!ends && join.left > 0)) return false;
  ending();
  join.over = true;
  return join.suspended;
}

/// The waiter has suspended. True: the wait is over, and the caller resumes it.
template <class J>
bool has_suspended(J& join) {
  std::scoped_lock lock(join.guard);
  join.suspended = true;
  return join.over;
}

/// The waiter is about to suspend, and has found that `ended` of its tasks have ended before, which nobody will tell of;
/// `ends`: that ends the wait. True: it need not suspend. Tasks may end meanwhile; who has ended the wait is not asked
/// twice.
template <class J, class Ending>
bool some_have_ended(J& join, std::size_t ended, bool ends, Ending ending) {
  std::scoped_lock lock(join.guard);
  join.left = join.left - ended;
  if (join.over) return false;  // somebody was quicker, and will resume the waiter once it has suspended
  if (!ends && join.left > 0) return false;
  ending();
  join.over = true;
  return true;
}

/// N threads come to an end together. The last to come does what is left to do, alone, and then lets the others go.
template <class Threads>
class BasicLastOne {
 public:
  /// True: the caller is the last of `threads`, and sees what all others have done.
  bool arrive(int threads) { return arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads; }
  /// The last one's: all is done. It unparks the others after this.
  void done() { done_.store(true, std::memory_order_release); }
  bool is_done() const { return done_.load(std::memory_order_acquire); }

 private:
  typename Threads::template atomic<int> arrived_{0};
  typename Threads::template atomic<bool> done_{false};
};

/// Where a thread is that may have to be left behind: who is outside may be abandoned at any moment, who is inside finishes
/// what it does with the run's things first.
template <class Threads>
class BasicWhereabouts {
 public:
  /// Thread: its own. False: it was abandoned, and touches nothing any more.
  bool enter() {
    Where expected = Where::outside;
    return where_.compare_exchange_strong(expected, Where::inside, std::memory_order_acq_rel, std::memory_order_acquire);
  }
  void leave() { where_.store(Where::outside, std::memory_order_release); }
  /// Thread: another. False: it is inside. What it did there is visible.
  bool abandon() {
    Where expected = Where::outside;
    return where_.compare_exchange_strong(expected, Where::abandoned, std::memory_order_acq_rel, std::memory_order_acquire);
  }

 private:
  enum class Where : unsigned char { outside, inside, abandoned };
  typename Threads::template atomic<Where> where_{Where::outside};
};

}  // namespace interleave
