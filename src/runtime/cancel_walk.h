// cancel_walk.h -- how a cancel gets from a task that waits for tasks to those, and on from them.
//
// As asyncio, depth first, in the order in which a task waits for others; but by a list and not by recursion, since who waits for
// whom may be as long a chain as there are tasks. Who was met is not asked again: of many ways to a task one is enough. A task
// that is met on the way from itself waits for itself in a circle, and nobody in it would hear of the cancel (asyncio: a
// RecursionError). The wait that closes the circle ends instead.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/task.h"

namespace interleave {

/// One cancel, or several that are one: of all that live. Cost: of a task that waits for no tasks nothing; else O(waits).
class CancelWalk {
 public:
  using Tasks = std::vector<TaskRef<Task>>;

  /// ask(task, on): it is cancelled; tasks that are to be cancelled in its place, since it waits for them, are added to `on`.
  /// False: it has ended meanwhile, of itself; then who waits for it is asked again, since it may have nobody else to hear it from.
  /// close(task, of): the wait of `task` for `of` is to end with Cancelled.
  /// What ask() said of `first`; true if it was met before.
  template <class Ask, class Close>
  bool from(const TaskRef<Task>& first, Ask ask, Close close) {
    if (!met_.empty() && met_.contains(first.get())) return true;
    const bool heard = ask(first, on_);
    go_on(first, on_, ask, close);
    return heard;
  }
  /// `first` was asked, and said to go `on`.
  template <class Ask, class Close>
  void go_on(const TaskRef<Task>& first, Tasks& on, Ask ask, Close close) {
    if (on.empty()) return;
    if (!met_.try_emplace(first.get(), Met{first, true}).second) return on.clear();
    steps_.push_back({first, nullptr});
    add_steps(on, *first);
    while (!steps_.empty()) {
      const Step step = std::move(steps_.back());
      steps_.pop_back();
      if (!step.by) {
        met_.find(step.task.get())->second.open = false;
        continue;
      }
      const auto [met, is_new] = met_.try_emplace(step.task.get(), Met{step.task, true});
      if (!is_new) {
        if (met->second.open) close(*step.by, *step.task);
        continue;
      }
      if (!ask(step.task, on)) {
        ask(met_.find(step.by)->second.task, on);
        on.clear();  // those it waits for are on the list
        continue;
      }
      steps_.push_back({step.task, nullptr});
      add_steps(on, *step.task);
    }
  }

 private:
  struct Met {
    TaskRef<Task> task;  // nobody else gets its address
    bool open = false;   // the list is at tasks that it waits for
  };
  struct Step {
    TaskRef<Task> task;
    Task* by = nullptr;  // who waits for it, and is open; null: the task has been asked, with all it waits for
  };
  void add_steps(Tasks& on, Task& by) {
    for (auto task = on.rbegin(); task != on.rend(); ++task) steps_.push_back({std::move(*task), &by});
    on.clear();
  }

  std::unordered_map<const Task*, Met> met_;
  std::vector<Step> steps_;
  Tasks on_;
};

}  // namespace interleave
