// instance.h -- a program with its parameters set: what the module's top level declared, and the globals that tasks read.
//
// The top level runs once, in the VM, before anything is scheduled: it declares (param, lesson, preset, expect, run),
// computes and defines; it cannot ask an executor for anything. Same program and settings, same instance: another
// process makes its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "script/names.h"
#include "script/program.h"
#include "script/value.h"

namespace interleave {

/// A parameter set from outside: a number, durations in nanoseconds.
struct ParameterSetting {
  std::string name;
  double value = 0;
  friend bool operator==(const ParameterSetting&, const ParameterSetting&) = default;
};
/// "200", "1.5", "1e6", "200ms", "0.2 s" -> a number; false: it is none. Accepts what Python accepts (100_000).
bool parse_parameter_value(std::string_view text, double& value);

struct Parameter {
  enum class Kind : std::uint8_t { integer, real, duration };
  std::string name;
  Kind kind = Kind::integer;
  TimeUnit unit = TimeUnit::ns;  ///< duration: the unit it was declared in
  bool log = false;              ///< a slider moves it by factors
  double value = 0;              ///< now in force; durations in nanoseconds; integers are exact up to 2^53
  double standard = 0;           ///< the default
  double min = 0, max = 0;
  std::uint32_t line = 0;
  std::vector<std::string> choices;  ///< integer: what 0, 1, 2 ... are called; empty: they are numbers
  /// A box to tick rather than a slider.
  bool yes_or_no() const { return kind == Kind::integer && min == 0 && max == 1 && choices.empty(); }
  /// "over http" of over_http
  std::string label() const;
  /// "200 ms", "100", "0.5"; of choices the name
  std::string text(double v) const;
  /// A number as parse_parameter_value() takes it, or the name of a choice ('-' and '_' stand for its spaces, too).
  bool parse(std::string_view text, double& value) const;
  /// The unit for `list --json`: "ns" for durations (all numbers are nanoseconds), else "".
  std::string_view json_unit() const { return kind == Kind::duration ? "ns" : ""; }
};

/// What lesson(...) said; empty strings and 0 where it said nothing.
struct LessonFacts {
  std::string id, name, title, claim, source, question;
  std::string scene;            ///< one of kScenesInScripts, or empty: by what a run holds
  std::vector<std::string> on;  ///< executor ids
  std::vector<std::string> answer;  ///< one of kAnswersInScripts, or the executors that the question names; empty: it does not say
  int workers = 0, cores = 0;
};

/// What preset(id, ...) said: another id in the course, made of the same script.
struct Preset {
  std::string id, title, claim, source, question;
  std::string on;  ///< executor id, or empty
  std::vector<std::string> answer;  ///< as LessonFacts'
  int workers = 0, cores = 0;
  std::vector<ParameterSetting> parameters;
};

/// What expect("makespan", on=..., value=...) said, computed with the parameters in force.
struct Expectation {
  enum class Bound : std::uint8_t { about, least, most };
  std::string figure;  ///< one of kFiguresInScripts: "makespan", "output", ...
  std::string on;      ///< executor id; empty: all
  double value = 0;    ///< nanoseconds for a duration
  Bound bound = Bound::about;      ///< value=, least= or most=
  std::vector<std::string> texts;  ///< output, lines: what is printed; error: a part of its sentence
  std::uint32_t line = 0;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// Under what circumstances a program is instantiated.
struct Settings {
  std::string executor = "serial";
  int workers = 1;
  int cores = 1;
  std::uint64_t seed = 1;
  std::int64_t gil_interval = 0;  ///< nanoseconds; goes before the script's own wish; 0: nobody chose one
  std::vector<ParameterSetting> parameters;
  std::int64_t memory_bytes = 256ll << 20;  ///< limit for all values of the run together
  std::int64_t fuel = 5'000'000;            ///< limit for the top level, in instructions: a tenth of a second
};

class TaskFrame;

/// Immutable once made (the lists behind its globals are not); any thread may read it.
class Instance {
 public:
  ~Instance();
  const Program& program() const { return *program_; }
  std::shared_ptr<const Program> shared_program() const { return program_; }
  const Settings& settings() const { return settings_; }
  /// For values made outside the VM, such as the answers to operations.
  Heap& heap() const { return *heap_; }

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Parameter* parameter(std::string_view name) const;
  const LessonFacts& lesson() const { return lesson_; }
  const std::vector<Preset>& presets() const { return presets_; }
  const std::vector<Expectation>& expectations() const { return expectations_; }
  /// The last expectation of this figure for this executor; null: the script expects nothing.
  const Expectation* expectation(std::string_view figure, std::string_view executor) const;
  /// How much of the list that sum_range() reads must be there before the run begins: prepare_numbers(n).
  std::int64_t prepared_numbers() const { return prepared_numbers_; }
  /// Whether in memory that processes share, too: prepare_numbers(n, shared=True).
  bool prepares_shared_numbers() const { return prepares_shared_; }
  /// Finds numbers by the name that another process gave them: what it shares, or what `moves` here. Null: there are none.
  using FindNumbers = std::function<std::shared_ptr<const SharedNumbers>(const std::string& name, bool moves)>;
  std::shared_ptr<const SharedNumbers> shared_numbers(const std::string& name, bool moves) const { return find_shared_ ? find_shared_(name, moves) : nullptr; }
  /// Thread: any; before the run begins.
  void find_shared_with(FindNumbers find) const { find_shared_ = std::move(find); }
  /// What gil_interval(d) asked for, or what the run's settings put in its place, nanoseconds; 0: the script does not say.
  std::int64_t gil_interval() const { return gil_interval_; }
  /// Clamped and unknown overrides, a sentence each.
  const std::vector<std::string>& notices() const { return notices_; }
  /// What the top level printed, one line each.
  const std::vector<std::string>& output() const { return output_; }
  /// Whether what is printed next goes on in the last of these lines.
  bool output_is_open() const { return output_open_; }
  /// What the script did since the last call that Python warns of: a sentence each, with line and column; few in a run.
  /// Thread: any. Cost: a load where there is nothing.
  std::vector<std::string> take_warnings() const;
  /// Whether the script said run(main). A script without it can be listed, not run.
  bool has_main() const { return !main_function_.is_none(); }
  /// The task that run(main) asks for. Needs has_main().
  TaskFrame main() const;
  const Value& exception_class(Exception kind) const { return exception_classes_[static_cast<std::size_t>(kind)]; }
  /// The classes that every process has under the same number: Python's own exceptions, then what the top level made, in
  /// that order. Null: there is none.
  const Value* class_at(std::uint32_t number) const { return number < classes_.size() ? &classes_[number] : nullptr; }
  /// From now on sync_at finds it. Thread: any.
  void keep_sync(const Value& sync) const;
  /// The sync value of that number, made if this process has not heard of it. None: it is of another kind. Thread: any.
  Value sync_at(std::uint64_t number, SyncKind kind, std::int64_t capacity) const;
  /// What type() gives for what has no type of the script's own: a class with that name. Thread: any.
  Value named_class(const std::string& name) const;
  /// From now on tasks tell what goes from generator to generator (Step::hand_overs), `most` times in all.
  /// Thread: any; before the run begins. Cost: afterwards a load for each time a generator goes on.
  void tell_hand_overs(std::int32_t most) const { hand_overs_left_.store(most, std::memory_order_relaxed); }
  /// A global by name; null: there is none, or it has no value.
  const Value* global(std::string_view name) const;

 private:
  friend class InstanceBuilder;
  friend class Machine;
  friend class TaskFrame;
  Instance() = default;
  std::shared_ptr<const Program> program_;
  Settings settings_;
  Heap* heap_ = nullptr;
  std::vector<Value> constants_, globals_, exception_classes_, classes_;
  mutable std::mutex syncs_mutex_;
  mutable std::unordered_map<std::uint64_t, Value> syncs_;  ///< that another process may speak of
  mutable std::mutex named_mutex_;
  mutable std::map<std::string, Value> named_classes_;
  mutable std::atomic<std::int32_t> hand_overs_left_{0};
  mutable std::atomic<std::uint32_t> stages_{0};  ///< generators that have a number
  std::vector<std::vector<Value>> defaults_;  ///< by function: the values of its last parameters
  std::vector<Parameter> parameters_;
  LessonFacts lesson_;
  std::vector<Preset> presets_;
  std::vector<Expectation> expectations_;
  std::vector<std::string> notices_, output_;
  std::int64_t prepared_numbers_ = 0, gil_interval_ = 0;
  bool prepares_shared_ = false, output_open_ = false;
  mutable FindNumbers find_shared_;
  Value main_function_;  ///< or none
};

/// Exactly one of the two: an instance, or an error.
struct Instantiated {
  std::shared_ptr<const Instance> instance;
  ScriptError error;
};

/// Runs the module's top level. To list a script's parameters, instantiate it with default Settings.
/// Thread: any. Blocks: never; ends by fuel at the latest.
Instantiated instantiate(std::shared_ptr<const Program> program, const Settings& settings = {});

}  // namespace interleave
