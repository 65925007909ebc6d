#include "workloads/prepare.h"

#include <algorithm>
#include <utility>

#include "workloads/registry.h"

namespace interleave {
namespace {

int choose(int asked, int lesson, int machine) { return asked > 0 ? asked : lesson > 0 ? lesson : machine; }

/// The scenario's settings on top of the preset's.
std::vector<ParameterSetting> overlaid(const LessonEntry* lesson, const Scenario& scenario) {
  Scenario all;
  if (lesson)
    for (const ParameterSetting& p : lesson->preset) all.set_parameter(p.name, p.value);
  for (const ParameterSetting& p : scenario.parameters) all.set_parameter(p.name, p.value);
  return all.parameters;
}

}  // namespace

Prepared prepare(const Scenario& scenario, std::string_view executor_id, int machine_cores) {
  Prepared prepared;
  prepared.lesson = find_lesson(scenario.lesson);
  prepared.file = prepared.lesson ? prepared.lesson->file : scenario.lesson.empty() ? "script.py" : scenario.lesson;
  auto fail = [&](const ScriptError& error) {
    prepared.error = error;
    prepared.sentence = prepared.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.sentence;
    return prepared;
  };
  std::shared_ptr<const Program> program;
  if (!scenario.source.empty()) {
    Compiled compiled = compile(scenario.source, prepared.file);
    if (!compiled.program) return fail(compiled.error);
    program = std::move(compiled.program);
  } else if (prepared.lesson) {
    program = prepared.lesson->program;
  } else {
    prepared.sentence = "No lesson is called '" + scenario.lesson.substr(0, 40) + "'.";
    return prepared;
  }

  Settings settings;
  settings.executor = std::string(executor_id);
  settings.seed = scenario.seed;
  settings.parameters = overlaid(prepared.lesson, scenario);
  int lesson_workers = prepared.lesson ? prepared.lesson->workers : 0;
  int lesson_cores = prepared.lesson ? prepared.lesson->cores : 0;
  if (!scenario.source.empty()) {
    // What an edited script wants is known only once it has been instantiated.
    Instantiated first = instantiate(program, settings);
    if (!first.instance) return fail(first.error);
    lesson_workers = first.instance->lesson().workers;
    lesson_cores = first.instance->lesson().cores;
  }
  machine_cores = std::max(1, machine_cores);
  prepared.workers = choose(scenario.workers, lesson_workers, machine_cores);
  prepared.cores_asked = choose(scenario.cores, lesson_cores, machine_cores);
  prepared.cores = scenario.virtual_time ? prepared.cores_asked : std::min(prepared.cores_asked, machine_cores);
  // Each process has an interpreter and memory of its own: more of them than cores would only cost.
  if (executor_id == "processes") prepared.workers = std::min(prepared.workers, prepared.cores);
  settings.workers = prepared.workers;
  settings.cores = prepared.cores;
  Instantiated made = instantiate(program, settings);
  if (!made.instance) return fail(made.error);
  if (!made.instance->has_main()) {
    ScriptError error;
    error.line = 1;
    error.column = 1;
    error.sentence = "Nothing would run: the script never says run(main).";
    return fail(error);
  }
  prepared.instance = std::move(made.instance);
  return prepared;
}

Nanos expected_makespan(const Instance& instance, std::string_view executor_id) {
  const Expectation* expectation = instance.expectation("makespan", executor_id);
  return expectation ? static_cast<Nanos>(expectation->value) : 0;
}

}  // namespace interleave
