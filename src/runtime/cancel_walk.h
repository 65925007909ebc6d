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

  /// ask(task, on, again): it is cancelled; tasks that are to be cancelled in its place, since it waits for them, are added to `on`.
  /// False: it has ended meanwhile, of itself; if so have all that somebody waits for, that one is asked again: it has nobody else to
  /// hear it from, and that is `again`. (If one of them hears, it hears from that one, and once.)
  /// close(task, of): the wait of `task` for `of` is to end with Cancelled.
  /// What ask() said of `first`; true if it was met before.
  template <class Ask, class Close>
  bool from(const TaskRef<Task>& first, Ask ask, Close close) {
    if (!met_.empty() && met_.contains(first.get())) return true;
    const bool heard = ask(first, on_, false);
    go_on(first, on_, ask, close);
    return heard;
  }
  /// `first` was asked, and said to go `on`.
  template <class Ask, class Close>
  void go_on(const TaskRef<Task>& first, Tasks& on, Ask ask, Close close) {
    if (on.empty()) return;
    if (!met_.try_emplace(first.get(), Met{first}).second) return on.clear();
    pass_on({first, nullptr}, on);
    while (!steps_.empty()) {
      const Step step = std::move(steps_.back());
      steps_.pop_back();
      const auto [met, is_new] = met_.try_emplace(step.task.get(), Met{step.task});
      if (step.is_back) {
        met->second.open = false;
        if (!met->second.told) met->second.told = ask(step.task, on, true);
      } else if (is_new) {
        met->second.told = ask(step.task, on, false);
      } else if (met->second.open) {
        close(*step.by, *step.task);
      }
      if (!on.empty()) pass_on(step, on);
      else if (step.by && (met->second.told || met->second.open)) met_.find(step.by)->second.told = true;
    }
  }

 private:
  struct Met {
    TaskRef<Task> task;  // nobody else gets its address
    bool open = false;   // the list is at tasks that it waits for
    bool told = false;   // it has heard, or one of those will
  };
  struct Step {
    TaskRef<Task> task;
    Task* by = nullptr;    // who waits for it, and is open
    bool is_back = false;  // all that it waits for have been asked
  };
  void pass_on(const Step& to, Tasks& on) {
    Met& met = met_.find(to.task.get())->second;
    met.open = true;
    met.told = false;
    steps_.push_back({to.task, to.by, true});
    for (auto task = on.rbegin(); task != on.rend(); ++task) steps_.push_back({std::move(*task), to.task.get()});
    on.clear();
  }

  std::unordered_map<const Task*, Met> met_;
  std::vector<Step> steps_;
  Tasks on_;
};

}  // namespace interleave
