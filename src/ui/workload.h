// workload.h -- a scenario's lesson with its parameters in force, as the panels want it: derived once per change of a
// setting, never per frame.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "script/instance.h"
#include "trace/executor_kind.h"
#include "trace/event.h"
#include "view/sentence.h"
#include "workloads/scenario.h"

namespace interleave {

struct Workload {
  std::string id, name, title, question, claim;
  std::string scene;                    ///< what the script declares (view/scene.h, scene_of), or empty
  std::string file, source;
  bool other_program = false;           ///< `source` stands in a lesson's place and is not that lesson any more: `id` and `name` are empty
  std::vector<Parameter> parameters;    ///< with the values in force
  std::vector<ExecutorKind> on;         ///< the lesson's, in the order of their ids
  ExecutorKind selected = ExecutorKind::serial;  ///< the scenario's, else the lesson's own choice
  bool chosen = false;                  ///< somebody chose `selected`: the link, a person, or the lesson
  int workers = 1, cores = 1;           ///< in force: the scenario's, else the lesson's, else the machine's
  std::array<int, kExecutorKinds> workers_of{};  ///< of each executor of the lesson, as many as it is given; 0: not in the lesson
  std::array<Nanos, kExecutorKinds> expected{};  ///< makespan by the lesson's own formula; 0: it says nothing
  std::array<std::vector<Expectation>, kExecutorKinds> expectations;  ///< all that the lesson says of a run
  bool own_gil_interval = false;        ///< the script sets the GIL's interval
  Question asked;                       ///< what of the runs answers the question
  std::array<double, kExecutorKinds> expected_speedup{};  ///< for a lesson that says no time: against serial; 0: nothing
  std::vector<std::string> notices;     ///< clamped or unknown settings, a sentence each
  ScriptError error;                    ///< of `source` with these settings
};
/// Cost: compiles and instantiates the script, well under a millisecond.
Workload load_workload(const Scenario& scenario, int machine_cores);

/// A line of a script without indentation and without the comment behind it; empty: there is none such.
std::string_view source_line(std::string_view source, int line);

/// The lessons there are, in course order; `group` is the part of the course, "The tutorial".
struct LessonName {
  std::string id, name, title, group;
};
const std::vector<LessonName>& lesson_names();

}  // namespace interleave
