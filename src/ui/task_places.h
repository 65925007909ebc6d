// task_places.h -- at which line, and in what state, the tasks of a run are at the playhead.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ui/app.h"

namespace interleave {

struct TaskPlaces {
  Nanos at = 0;
  TaskCounts counts;
  std::map<int, std::array<std::uint32_t, kStates>> lines;  ///< source line -> how many tasks in each state
  std::map<int, std::string> waiting;                        ///< source line -> which generators wait at their yield there: "grep", "grep (3)"
  std::set<int> known_lines;                                 ///< lines at which any task is at some time near
  std::vector<std::pair<TaskId, State>> tasks;               ///< of runs with few tasks: each, in order of id
  std::string sentence;  ///< "4 tasks run, 48 could and have no core. 48 are done."
};
/// The time at which code and scene show this run: the playhead's; of a run that goes on just before now, where what is open still is.
double moment_shown(const App& app, ExecutorKind executor);
/// Cost: O(lanes), and of an ended run with at most kEachTask tasks also O(tasks x log spans).
TaskPlaces task_places(const App& app, ExecutorKind executor);
inline constexpr std::size_t kEachTask = 2'048;

}  // namespace interleave
