// prepare.h -- a scenario made ready: what an engine needs to run it, and what sliders, tables and checks need to know.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/instance.h"
#include "workloads/scenario.h"

namespace interleave {

struct LessonEntry;

/// Exactly one of `instance` and `sentence` is there.
struct Prepared {
  std::shared_ptr<const Instance> instance;
  const LessonEntry* lesson = nullptr;  ///< null: an edited script, or no lesson of that name
  std::string file;
  int workers = 0;      ///< the scenario's, else the lesson's, else the machine's cores; of event loops see prepare()
  int cores = 0;        ///< the same; in real time never more than the machine has: nobody can run on a core that is not there
  int cores_asked = 0;  ///< before that
  ScriptError error;
  std::string sentence;  ///< "file:line:column: sentence"
};
/// On `loop` there is one event loop, as in the lessons and beside other executors; as many as the scenario says, and at most
/// one per core, where it names `loop` itself: then what a lesson expects does not hold.
/// Cost: compiles the script once or twice, well under a millisecond. Thread: any.
Prepared prepare(const Scenario& scenario, std::string_view executor_id, int machine_cores);
/// The same for several executors, in their order: the script is compiled once.
std::vector<Prepared> prepare_each(const Scenario& scenario, std::span<const std::string_view> executor_ids, int machine_cores);

/// "This machine has 2 cores, so 8 are not to be had: it runs on 2."; empty: it has as many as the scenario asks for.
std::string cores_limited(const Scenario& scenario, const Prepared& prepared);

/// A lesson's question with the values in force: {name} stands for a global of the script. Other braces stay.
std::string filled_in(std::string_view question, const Instance& instance);

/// What the lesson says of a run on this executor: of each figure and bound the last expectation.
std::vector<Expectation> expectations_for(const Instance& instance, std::string_view executor_id);
/// The makespan that the lesson's own formula gives, nanoseconds; 0: it says nothing.
Nanos expected_makespan(const Instance& instance, std::string_view executor_id);
/// How many times as fast as serial, where the lesson cannot know a time (it depends on the machine); 0: it says nothing.
double expected_speedup(const Instance& instance, std::string_view executor_id);
/// The time that a speed-up stands for, once serial has been measured; 0: nothing is known.
Nanos expected_from(double speedup, Nanos serial_makespan);

}  // namespace interleave
