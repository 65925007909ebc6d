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

Prepared failed(Prepared prepared, const ScriptError& error) {
  prepared.error = error;
  prepared.sentence = prepared.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.sentence;
  return prepared;
}

/// What is the same for every executor: `prepared` has no sentence and no instance yet.
struct Script {
  Prepared prepared;
  std::shared_ptr<const Program> program;
};

Script script_of(const Scenario& scenario) {
  Script script;
  Prepared& prepared = script.prepared;
  prepared.lesson = find_lesson(scenario.lesson);
  prepared.file = prepared.lesson ? prepared.lesson->file : scenario.lesson.empty() ? "script.py" : scenario.lesson;
  if (!scenario.source.empty()) {
    Compiled compiled = compile(scenario.source, prepared.file);
    if (!compiled.program) prepared = failed(std::move(prepared), compiled.error);
    script.program = std::move(compiled.program);
  } else if (prepared.lesson) {
    script.program = prepared.lesson->program;
  } else {
    prepared.sentence = "No lesson is called '" + scenario.lesson.substr(0, 40) + "'.";
  }
  return script;
}

Prepared prepare(const Script& script, const Scenario& scenario, std::string_view executor_id, int machine_cores) {
  Prepared prepared = script.prepared;
  if (!script.program) return prepared;
  Settings settings;
  settings.executor = std::string(executor_id);
  settings.seed = scenario.seed;
  if (scenario.gil_interval != Scenario().gil_interval) settings.gil_interval = scenario.gil_interval;
  settings.parameters = overlaid(prepared.lesson, scenario);
  int lesson_workers = prepared.lesson ? prepared.lesson->workers : 0;
  int lesson_cores = prepared.lesson ? prepared.lesson->cores : 0;
  if (!scenario.source.empty()) {
    // What an edited script wants is known only once it has been instantiated.
    Instantiated first = instantiate(script.program, settings);
    if (!first.instance) return failed(std::move(prepared), first.error);
    lesson_workers = first.instance->lesson().workers;
    lesson_cores = first.instance->lesson().cores;
  }
  machine_cores = std::max(1, machine_cores);
  prepared.workers = choose(scenario.workers, lesson_workers, machine_cores);
  prepared.cores_asked = choose(scenario.cores, lesson_cores, machine_cores);
  prepared.cores = scenario.virtual_time ? prepared.cores_asked : std::min(prepared.cores_asked, machine_cores);
  // Each process has an interpreter and memory of its own: more of them than cores would only cost.
  if (executor_id == "processes" || executor_id == "stealing") prepared.workers = std::min(prepared.workers, prepared.cores);
  settings.workers = prepared.workers;
  settings.cores = prepared.cores;
  if (executor_id == "loop") prepared.workers = scenario.executor == "loop" && scenario.workers > 0 ? std::min(scenario.workers, prepared.cores) : 1;
  Instantiated made = instantiate(script.program, settings);
  if (!made.instance) return failed(std::move(prepared), made.error);
  if (!made.instance->has_main()) {
    ScriptError error;
    error.line = 1;
    error.column = 1;
    error.sentence = "Nothing would run: the script never says run(main).";
    return failed(std::move(prepared), error);
  }
  prepared.instance = std::move(made.instance);
  return prepared;
}

}  // namespace

Prepared prepare(const Scenario& scenario, std::string_view executor_id, int machine_cores) {
  return prepare(script_of(scenario), scenario, executor_id, machine_cores);
}

std::vector<Prepared> prepare_each(const Scenario& scenario, std::span<const std::string_view> executor_ids, int machine_cores) {
  const Script script = script_of(scenario);
  std::vector<Prepared> all;
  for (const std::string_view id : executor_ids) {
    // What is wrong is wrong for all of them, and may have taken all of its fuel.
    if (!all.empty() && !all.front().instance) all.push_back(all.front());
    else all.push_back(prepare(script, scenario, id, machine_cores));
  }
  return all;
}

std::string cores_limited(const Scenario& scenario, const Prepared& prepared) {
  if (scenario.cores <= prepared.cores) return {};
  return "This machine has " + std::to_string(prepared.cores) + (prepared.cores == 1 ? " core" : " cores") + ", so " + std::to_string(scenario.cores) +
         " are not to be had: it runs on " + std::to_string(prepared.cores) + ".";
}

std::string filled_in(std::string_view question, const Instance& instance) {
  std::string out;
  while (!question.empty()) {
    const std::size_t open = question.find('{'), close = question.find('}', open);
    if (close == std::string_view::npos) break;
    out += question.substr(0, open);
    const std::string_view name = question.substr(open + 1, close - open - 1);
    const Value* const value = instance.global(name);
    if (!value) {
      out += question.substr(open, close + 1 - open);
    } else {
      std::string text = str(*value);
      // A number and its unit stay in one row.
      if (value->is(ValueType::duration))
        for (std::size_t at; (at = text.find(' ')) != text.npos;) text.replace(at, 1, "\u00a0");
      if (value->is(ValueType::integer))
        for (std::size_t at = text.size(); at > 3 + (text[0] == '-' ? 1u : 0u); text.insert(at -= 3, "\u2009")) {}
      out += text;
    }
    question.remove_prefix(close + 1);
  }
  return out += question;
}

std::vector<Expectation> expectations_for(const Instance& instance, std::string_view executor_id) {
  std::vector<Expectation> out;
  for (const Expectation& e : instance.expectations()) {
    if (!e.on.empty() && e.on != executor_id) continue;
    std::erase_if(out, [&](const Expectation& before) { return before.figure == e.figure && before.bound == e.bound; });
    out.push_back(e);
  }
  return out;
}

namespace {

double expected_about(const Instance& instance, std::string_view executor_id, std::string_view figure) {
  for (const Expectation& e : expectations_for(instance, executor_id))
    if (e.figure == figure && e.bound == Expectation::Bound::about) return e.value;
  return 0;
}

}  // namespace

Nanos expected_makespan(const Instance& instance, std::string_view executor_id) {
  return static_cast<Nanos>(expected_about(instance, executor_id, "makespan"));
}

double expected_speedup(const Instance& instance, std::string_view executor_id) { return expected_about(instance, executor_id, "speedup"); }

Nanos expected_from(double speedup, Nanos serial_makespan) {
  return speedup > 0 ? static_cast<Nanos>(static_cast<double>(serial_makespan) / speedup) : 0;
}

}  // namespace interleave
