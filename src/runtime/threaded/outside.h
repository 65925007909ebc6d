// outside.h -- how a task waits for what the coordinator keeps (a request, a socket, a call in another process), while others
// may cancel it.
//
// What is true is said in the task, under its guard: that it asks, or waits for what has been begun, and that a cancel is
// pending. What the coordinator is sent are notes, when a task asks and when one that does either is cancelled. He alone ends
// such a wait, and only what he has begun:
//   - with an answer: it waits no more, and only then may anybody resume it. A cancel that comes later sends no note; who
//     resumes the task finds it pending;
//   - at a note of a cancel, if what the task waits for has been begun and a cancel is pending. The note says only that he
//     should look: a late one may find no cancel, or a newer one, which is as good. If it finds the task asking again, the note
//     of a newer cancel is still to come.
// Whoever cancels sees the task ask only after its note; both notes are taken at once, and what is asked for is begun first. So
// the note of a cancel finds the wait that it is about begun, or over.
#pragma once

#include <mutex>
#include <vector>

#include "runtime/threaded/std_threads.h"

namespace interleave {

/// T has a `guard`; under it a cancel that anybody may set, and take_cancel(), and a `waits`, of T::Waits, of which `no`, `asks` and
/// `outside` are used here. Ref keeps a T.
template <class T, class Ref, class Threads = StdThreads>
class Outside {
 public:
  explicit Outside(typename Threads::mutex& mutex) : mutex_(mutex) {}

  /// The body of `task` has suspended. Thread: its own.
  void wait(T& task) {
    std::scoped_lock lock(task.guard);
    task.waits = T::Waits::asks;
    std::scoped_lock notes(mutex_);
    asked_.push_back(&task);
  }
  /// A cancel is pending, and the task asks, or waits outside. Under its guard. Thread: any.
  void cancelled(Ref task) {
    std::scoped_lock notes(mutex_);
    cancelled_.push_back(std::move(task));
  }
  /// begin(task): it asks. end(task): its wait ends with a cancel, and what it asked for is to be forgotten. Thread: the
  /// coordinator's.
  template <class Begin, class End>
  void take(Begin begin, End end) {
    begin_.clear();
    end_.clear();
    {
      std::scoped_lock notes(mutex_);
      begin_.swap(asked_);
      end_.swap(cancelled_);
    }
    for (T* const task : begin_) {
      set(*task, T::Waits::outside);
      begin(*task);
    }
    for (const Ref& task : end_)
      if (ends(*task)) end(*task);
  }
  /// The task has its answer. Thread: the coordinator's.
  static void answered(T& task) { set(task, T::Waits::no); }

 private:
  static void set(T& task, typename T::Waits waits) {
    std::scoped_lock lock(task.guard);
    task.waits = waits;
  }
  static bool ends(T& task) {
    std::scoped_lock lock(task.guard);
    if (task.waits != T::Waits::outside || !task.take_cancel()) return false;
    task.waits = T::Waits::no;
    return true;
  }

  typename Threads::mutex& mutex_;
  // Under it:
  std::vector<T*> asked_;
  std::vector<Ref> cancelled_;
  // The coordinator's:
  std::vector<T*> begin_;
  std::vector<Ref> end_;
};

}  // namespace interleave
