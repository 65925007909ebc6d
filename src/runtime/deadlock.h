// deadlock.h -- why nothing can happen any more, task by task.
#pragma once

#include <string>
#include <vector>

#include "runtime/live_task.h"

namespace interleave {

/// A task that waits, and for what.
struct Stuck {
  const Task* task = nullptr;
  const Operation* operation = nullptr;
};

/// `why`, and then the circle of waits if there is one, else what the tasks wait for. Nobody runs any of them meanwhile.
/// Ends with a full stop.
std::string deadlock_sentence(std::string_view why, const std::vector<Stuck>& stuck);

/// Of those, who waits for locks, and for ends of tasks, that only others of them could bring about; in the same order. So no
/// task that is yet to come helps them, but by a cancel. Cost: O(waits), times the longest chain of them at the worst.
std::vector<Stuck> held_up(const std::vector<Stuck>& stuck);

}  // namespace interleave
