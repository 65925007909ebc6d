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

/// Who could release a lock that a task of those has.
enum class LocksAre : bool { anybodys, their_holders };
/// Of those, who waits for ends of tasks, and for locks of their holders, that only others of them could bring about; in the same
/// order. So no task that is yet to come helps them, but by a cancel, or the release of a lock that is not its own.
/// Cost: O(waits), times the longest chain of them at the worst.
std::vector<Stuck> held_up(const std::vector<Stuck>& stuck, LocksAre locks);
/// Of such, with locks among what they wait for, while tasks may come that release them.
std::string circle_sentence(const std::vector<Stuck>& stuck);

}  // namespace interleave
