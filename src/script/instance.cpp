#include "script/instance.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "script/machine.h"
#include "script/object.h"
#include "script/opcode.h"
#include "script/open_line.h"
#include "script/operators.h"
#include "script/text.h"

namespace interleave {

namespace {

constexpr double kExactWhole = 9007199254740992.0;  // 2^53
constexpr std::size_t kMostDeclarations = 200;
constexpr std::size_t kMostOutput = 10'000;

}  // namespace

bool parse_parameter_value(std::string_view text, double& value) {
  double factor = 1;
  std::string plain;
  if (constexpr std::string_view kMicro = "\xc2\xb5s"; text.ends_with(kMicro)) text = plain = std::string(text.substr(0, text.size() - kMicro.size())) + "us";
  for (TimeUnit unit : {TimeUnit::ns, TimeUnit::us, TimeUnit::ms, TimeUnit::s}) {
    if (!text.ends_with(name(unit))) continue;
    factor = static_cast<double>(nanos(unit));
    text.remove_suffix(name(unit).size());
    break;  // "ns", "us" and "ms" come before "s"
  }
  if (parse_real(text, value) != NumberText::good || !std::isfinite(value)) return false;
  value *= factor;
  if (factor > 1) value = std::nearbyint(value);
  return std::isfinite(value);
}

std::string Parameter::label() const {
  std::string words = name;
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string Parameter::text(double v) const {
  // What a link says may be any number, before anybody has clamped it.
  if (!(std::abs(v) <= kExactWhole)) return real_text(v);
  switch (kind) {
    case Kind::integer:
      if (v >= 0 && v < static_cast<double>(choices.size())) return choices[static_cast<std::size_t>(v)];
      return std::to_string(static_cast<std::int64_t>(v));
    case Kind::duration: return duration_text(static_cast<Nanos>(v), unit);
    case Kind::real: break;
  }
  return real_text(v);
}

bool Parameter::parse(std::string_view text, double& v) const {
  std::string name(text);
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '_'; }, ' ');
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (choices[i] == name || choices[i] == text) return v = static_cast<double>(i), true;
  if (yes_or_no())
    for (const auto& [no, yes] : {std::pair{"off", "on"}, std::pair{"no", "yes"}, std::pair{"false", "true"}, std::pair{"False", "True"}})
      if (text == no || text == yes) return v = text == yes, true;
  return parse_parameter_value(text, v);
}

/// Runs the top level and takes down what it declares.
class InstanceBuilder : public ModuleScope {
 public:
  InstanceBuilder(std::shared_ptr<const Program> program, const Settings& settings) : instance_(new Instance) {
    Instance& i = *instance_;
    i.program_ = std::move(program);
    i.settings_ = settings;
    i.heap_ = Heap::make(settings.memory_bytes);
    const Code& code = i.program_->code();
    for (const Constant& c : code.constants) i.constants_.push_back(value_of(c));
    i.globals_.assign(code.globals.size(), Value::unbound());
    for (std::size_t g = 0; g < code.globals.size(); ++g)
      if (code.shared_globals[g]) i.globals_[g] = make<CellObject>(*i.heap_, Value::unbound());
    for (std::size_t e = 0; e < kExceptionFacts.size(); ++e) {
      Value base = e == 0 ? Value() : i.exception_classes_[static_cast<std::size_t>(kExceptionFacts[e].base)];
      i.exception_classes_.push_back(make<ClassObject>(*i.heap_, std::string(kExceptionFacts[e].name), std::move(base), static_cast<int>(e)));
      add_class(i.exception_classes_.back());
    }
    i.defaults_.resize(code.functions.size());
    for (std::size_t f = 0; f < code.functions.size(); ++f)
      for (const Constant& c : code.functions[f].standards) i.defaults_[f].push_back(value_of(c));
  }

  Instantiated run() {
    Instance& i = *instance_;
    TaskFrame frame = Machine::start(i, 0, {}, Value());
    Step step = Machine(frame, i, this, i.settings_.fuel).run();
    ScriptError error = std::move(step.error);
    if (step.kind == Step::Kind::paused) error = {frame.line(*i.program_), 0, "RuntimeError", "The top level takes too long; move the work into a function that run() starts."};
    if (!error) error = check_presets();
    if (error) return {nullptr, std::move(error)};
    if (!line_.empty()) i.output_open_ = keep(line_.take());
    for (const ParameterSetting& s : i.settings_.parameters)
      if (!i.parameter(s.name)) i.notices_.push_back("The script has no parameter called '" + s.name + "'; it was left out.");
    return {std::move(instance_), {}};
  }

  /// False: there are too many lines already.
  bool keep(std::string line) {
    const bool room = instance_->output_.size() < kMostOutput;
    if (room) instance_->output_.push_back(std::move(line));
    return room;
  }

  void store_global(std::uint32_t index, Value value) override { instance_->globals_[index] = std::move(value); }
  void set_defaults(std::uint32_t function, std::vector<Value> values) override { instance_->defaults_[function] = std::move(values); }
  void add_class(const Value& cls) override {
    as<ClassObject>(cls).number = static_cast<std::uint32_t>(instance_->classes_.size());
    instance_->classes_.push_back(cls);
  }
  void print(std::string text, bool open) override {
    if (auto whole = line_.add(text, open)) keep(std::move(*whole));
  }

  bool declare(Context& context, Builtin builtin, const Arguments& a, Place place) override {
    switch (builtin) {
      case Builtin::param: return declare_parameter(context, a, place);
      case Builtin::lesson: return declare_lesson(context, a);
      case Builtin::preset: return declare_preset(context, a, place);
      case Builtin::expect: return declare_expectation(context, a, place);
      case Builtin::prepare_numbers: return declare_numbers(context, a);
      case Builtin::gil_interval: return declare_gil_interval(context, a);
      case Builtin::run: return declare_main(context, a);
      default: return context.fail("SystemError", "This declares nothing.");
    }
  }

 private:
  Value value_of(const Constant& c) {
    switch (c.type) {
      case ValueType::boolean: return Value::boolean(c.integer != 0);
      case ValueType::integer: return Value::integer(c.integer);
      case ValueType::real: return Value::real(c.real);
      case ValueType::duration: return Value::duration(c.integer, c.unit);
      case ValueType::string: return Value::string(*instance_->heap_, c.text);
      case ValueType::unbound: return Value::unbound();
      default: return Value();
    }
  }

  static std::string what(const std::string& keyword, std::string_view call) { return keyword + "= of " + std::string(call) + "()"; }

  // A parameter's numbers are doubles: what leaves the script for sliders, links and JSON.
  static bool as_double(Context& context, const Value& v, const std::string& of, double& out) {
    if (!is_number(v) && !v.is(ValueType::duration)) return context.type_error(of + " is a number or a time, not " + a_type(v) + ".");
    out = v.is(ValueType::real) ? v.real() : static_cast<double>(v.integer());
    if (!std::isfinite(out) || (!v.is(ValueType::real) && std::abs(out) > kExactWhole)) return context.value_error(of + " is too large.");
    return true;
  }

  bool declare_parameter(Context& context, const Arguments& a, Place place) {
    // The compiler put the name before the written arguments.
    Parameter p;
    p.name = a.positional[0].text();
    p.line = place.line;
    const Value& standard = a.positional[1];
    Value first = standard;
    if (instance_->parameters_.size() >= kMostDeclarations) return context.value_error("The script declares too many parameters.");
    if (instance_->parameter(p.name)) return context.value_error("The parameter '" + p.name + "' is declared twice.");
    const bool ticked = standard.is(ValueType::boolean);  // a box to tick
    if (ticked && (a.keyword("min") || a.keyword("max") || a.keyword("log") || a.keyword("choices"))) return context.type_error("param(True) and param(False) are yes or no: they have no min, max, log or choices.");
    if (standard.is(ValueType::duration)) p.kind = Parameter::Kind::duration, p.unit = standard.unit();
    else if (standard.is(ValueType::real)) p.kind = Parameter::Kind::real;
    if (!as_double(context, standard, "The default of param()", p.standard)) return false;
    auto bound = [&](const char* keyword, double otherwise, double& out) {
      const Value* v = a.keyword(keyword);
      if (!v) return out = otherwise, true;
      std::string of = what(keyword, "param");
      bool zero = is_whole(*v) && v->integer() == 0;
      bool same_kind = p.kind == Parameter::Kind::duration ? v->is(ValueType::duration) || zero : p.kind == Parameter::Kind::integer ? is_whole(*v) : is_number(*v);
      if (!same_kind) return context.type_error(of + " is of another kind than the default, " + repr(standard) + ".");
      return as_double(context, *v, of, out);
    };
    if (!bound("min", std::min(0.0, p.standard), p.min) || !bound("max", ticked ? 1.0 : std::max(p.standard * 10, p.standard == 0 ? 1.0 : 0.0), p.max)) return false;
    if (const Value* log = a.keyword("log")) p.log = truth(*log);
    if (const Value* choices = a.keyword("choices")) {
      // Names instead of numbers: 0, 1, 2 ... and no others.
      if (p.kind != Parameter::Kind::integer || a.keyword("min") || a.keyword("max") || p.log || !choices->is(ValueType::list) || !take_texts(*choices, p.choices) || p.choices.size() < 2)
        return context.type_error("choices= of param() is a list of at least two names, for 0, 1, 2 and so on; the default is a whole number, and it has no min, max or log.");
      p.min = 0;
      p.max = static_cast<double>(p.choices.size() - 1);
    }
    if (p.min > p.standard || p.standard > p.max) return context.value_error("The default of '" + p.name + "', " + p.text(p.standard) + ", is not between " + p.text(p.min) + " and " + p.text(p.max) + ".");
    if (p.log && p.min < 0) return context.value_error("A parameter with log=True cannot be negative.");
    p.value = p.standard;
    for (const ParameterSetting& s : instance_->settings_.parameters)
      if (s.name == p.name) override_with(p, s.value);
    if (p.kind == Parameter::Kind::duration) first = Value::duration(static_cast<Nanos>(p.value), p.unit);
    else if (p.kind == Parameter::Kind::real) first = Value::real(p.value);
    else first = ticked ? Value::boolean(p.value != 0) : Value::integer(static_cast<std::int64_t>(p.value));
    instance_->parameters_.push_back(std::move(p));
    a.positional[0] = std::move(first);
    return true;
  }

  void override_with(Parameter& p, double value) {
    auto notice = [&](const std::string& sentence) { instance_->notices_.push_back(sentence); };
    if (!std::isfinite(value)) return notice("'" + p.name + "' was set to something that is no number; " + p.text(p.value) + " is used.");
    double whole = p.kind == Parameter::Kind::real ? value : std::nearbyint(value);
    double clamped = std::clamp(whole, p.min, p.max);
    std::string given = p.kind == Parameter::Kind::real || std::abs(whole) > kExactWhole ? real_text(value) : p.text(whole);
    if (clamped != whole) notice("'" + p.name + "' cannot be " + given + "; it is between " + p.text(p.min) + " and " + p.text(p.max) + ", so " + p.text(clamped) + " is used.");
    else if (whole != value) notice("'" + p.name + "' is a whole number; " + p.text(clamped) + " is used.");
    p.value = clamped;
  }

  bool take_text(Context& context, const Arguments& a, const char* keyword, std::string_view call, std::string& out) {
    const Value* v = a.keyword(keyword);
    if (!v) return true;
    if (!v->is(ValueType::string)) return context.type_error(what(keyword, call) + " is a text, not " + a_type(*v) + ".");
    out = v->text();
    return true;
  }

  bool take_count(Context& context, const Arguments& a, const char* keyword, std::string_view call, int& out) {
    const Value* v = a.keyword(keyword);
    if (!v) return true;
    if (!is_whole(*v) || v->integer() < 1 || v->integer() > 1'000'000) return context.value_error(what(keyword, call) + " is a whole number from 1 up.");
    out = static_cast<int>(v->integer());
    return true;
  }

  bool take_executors(Context& context, const Arguments& a, std::string_view call, std::vector<std::string>& out) {
    const Value* v = a.keyword("on");
    if (!v) return true;
    std::vector<Value> ids = v->is(ValueType::string) ? std::vector<Value>{*v} : v->items();
    for (const Value& id : ids) {
      auto& known = kExecutorNamesInScripts;
      if (!id.is(ValueType::string) || std::find(known.begin(), known.end(), id.text()) == known.end())
        return context.value_error("No executor is called " + repr(id) + "; there are serial, threads, gil, processes, loop and stealing.");
      out.emplace_back(id.text());
    }
    if (out.empty()) return context.type_error(what("on", call) + " names an executor, such as \"loop\", or a list of them.");
    return true;
  }

  bool take_answer(Context& context, const Arguments& a, std::string_view call, std::vector<std::string>& out) {
    const Value* v = a.keyword("answer");
    if (!v) return true;
    const auto known = [](std::string_view text) {
      return std::find(kAnswersInScripts.begin(), kAnswersInScripts.end(), text) != kAnswersInScripts.end() ? 1
             : std::find(kExecutorNamesInScripts.begin(), kExecutorNamesInScripts.end(), text) != kExecutorNamesInScripts.end() ? 2 : 0;
    };
    std::vector<std::string> said;
    // One word, or executors; who of these wins is both. Behind any of them: and what is printed last.
    const bool texts = take_texts(*v, said) && !said.empty() && said.size() <= kExecutorNamesInScripts.size() + 2;
    const auto end = texts ? said.end() - (said.size() > 1 && said.back() == "output") : said.end();
    if (texts && ((end - said.begin() == 1 && known(said[0]) == 1) || std::all_of(said.begin() + (said[0] == "winner"), end, [&](const std::string& text) { return known(text) == 2; }))) {
      out = std::move(said);
      return true;
    }
    std::string all;
    for (const std::string_view each : kAnswersInScripts) all += (all.empty() ? "" : ", ") + std::string(each);
    return context.value_error(what("answer", call) + " is one of " + all + ", or executors that the question names.");
  }

  bool declare_lesson(Context& context, const Arguments& a) {
    LessonFacts l;
    if (!instance_->lesson_.id.empty()) return context.value_error("lesson() is said twice; for another id of the same script use preset().");
    bool good = take_text(context, a, "id", "lesson", l.id) && take_text(context, a, "name", "lesson", l.name) && take_text(context, a, "title", "lesson", l.title) &&
                take_text(context, a, "claim", "lesson", l.claim) && take_text(context, a, "source", "lesson", l.source) && take_text(context, a, "question", "lesson", l.question) &&
                take_text(context, a, "scene", "lesson", l.scene) && take_executors(context, a, "lesson", l.on) && take_answer(context, a, "lesson", l.answer) && take_count(context, a, "workers", "lesson", l.workers) && take_count(context, a, "cores", "lesson", l.cores);
    if (!good) return false;
    if (const Value* scene = a.keyword("scene"); scene && std::find(kScenesInScripts.begin(), kScenesInScripts.end(), l.scene) == kScenesInScripts.end()) {
      std::string all;
      for (const std::string_view known : kScenesInScripts) all += (all.empty() ? "" : ", ") + std::string(known);
      return context.value_error("No scene is called " + repr(*scene) + "; there are " + all + ".");
    }
    if (l.id.empty() || l.name.empty()) return context.value_error("lesson() needs an id and a name.");
    instance_->lesson_ = std::move(l);
    return true;
  }

  bool declare_preset(Context& context, const Arguments& a, Place place) {
    Preset p;
    std::vector<std::string> on;
    if (!a.positional[0].is(ValueType::string) || a.positional[0].text().empty()) return context.type_error("preset() begins with an id, such as preset(\"S5\", on=\"threads\").");
    p.id = a.positional[0].text();
    if (instance_->presets_.size() >= kMostDeclarations) return context.value_error("The script declares too many presets.");
    bool good = take_text(context, a, "title", "preset", p.title) && take_text(context, a, "claim", "preset", p.claim) && take_text(context, a, "source", "preset", p.source) &&
                take_text(context, a, "question", "preset", p.question) && take_executors(context, a, "preset", on) && take_answer(context, a, "preset", p.answer) && take_count(context, a, "workers", "preset", p.workers) &&
                take_count(context, a, "cores", "preset", p.cores);
    if (!good) return false;
    if (on.size() > 1) return context.value_error("A preset names one executor.");
    if (!on.empty()) p.on = on[0];
    for (std::size_t i = 0; i < a.keywords.size(); ++i) {
      const std::string& k = a.keywords[i];
      if (k == "title" || k == "claim" || k == "source" || k == "question" || k == "answer" || k == "on" || k == "workers" || k == "cores") continue;
      ParameterSetting s{k, 0};
      if (!as_double(context, a.values[i], what(k, "preset"), s.value)) return false;
      p.parameters.push_back(std::move(s));
    }
    instance_->presets_.push_back(std::move(p));
    preset_places_.push_back(place);
    return true;
  }

  // At the end, since a parameter may be declared after the preset that sets it.
  ScriptError check_presets() const {
    for (std::size_t i = 0; i < instance_->presets_.size(); ++i)
      for (const ParameterSetting& s : instance_->presets_[i].parameters)
        if (!instance_->parameter(s.name)) return {preset_places_[i].line, preset_places_[i].column, "ValueError", "The preset sets '" + s.name + "', but no parameter is called that."};
    return {};
  }

  bool declare_expectation(Context& context, const Arguments& a, Place place) {
    Expectation e;
    std::vector<std::string> on;
    if (!a.positional[0].is(ValueType::string)) return context.type_error("expect() begins with the name of a figure: expect(\"makespan\", on=..., value=...).");
    e.figure = a.positional[0].text();
    e.line = place.line;
    const auto known = std::find(kFiguresInScripts.begin(), kFiguresInScripts.end(), e.figure);
    const auto which = static_cast<std::size_t>(known - kFiguresInScripts.begin());
    if (known == kFiguresInScripts.end()) {
      std::string all;
      for (const std::string_view figure : kFiguresInScripts) all += (all.empty() ? "" : ", ") + std::string(figure);
      return context.value_error("expect() knows no figure '" + e.figure + "'; there are " + all + ".");
    }
    const Value* value = nullptr;
    constexpr std::pair<std::string_view, Expectation::Bound> bounds[] = {{"value", Expectation::Bound::about}, {"least", Expectation::Bound::least}, {"most", Expectation::Bound::most}};
    for (const auto& [keyword, bound] : bounds)
      if (const Value* given = a.keyword(keyword)) {
        if (value) return context.type_error("expect() takes one of value=, least= and most=.");
        value = given;
        e.bound = bound;
      }
    if (!value) return context.type_error("expect() needs value=, the figure that must be seen.");
    if (!take_executors(context, a, "expect", on)) return false;
    if (which >= kFiguresThatAreNoTexts) {
      if (!take_texts(*value, e.texts)) return context.type_error("value= of expect(\"" + e.figure + "\") is a text or a list of texts, not " + a_type(*value) + ".");
    } else {
      if (!is_number(*value) && !value->is(ValueType::duration)) return context.type_error("value= of expect() is a time or a number, not " + a_type(*value) + ".");
      if (which < kFiguresThatAreTimes && !value->is(ValueType::duration)) return context.type_error("The " + e.figure + " is a time; give value= a unit, such as 2 * s.");
      e.value = value->is(ValueType::real) ? value->real() : static_cast<double>(value->integer());
    }
    if (instance_->expectations_.size() + std::max<std::size_t>(on.size(), 1) > kMostDeclarations) return context.value_error("The script expects too much: at most " + std::to_string(kMostDeclarations) + " figures.");
    if (on.empty()) on.emplace_back();
    for (std::string& id : on) {
      e.on = std::move(id);
      instance_->expectations_.push_back(e);
    }
    return true;
  }

  static bool take_texts(const Value& value, std::vector<std::string>& out) {
    const std::vector<Value> texts = value.is(ValueType::list) || value.is(ValueType::tuple) ? value.items() : std::vector<Value>{value};
    for (const Value& text : texts) {
      if (!text.is(ValueType::string)) return false;
      out.emplace_back(text.text());
    }
    return true;
  }

  bool declare_numbers(Context& context, const Arguments& a) {
    const Value& n = a.positional[0];
    if (!is_whole(n) || n.integer() < 0) return context.type_error("prepare_numbers() takes how many numbers there must be, not " + repr(n) + ".");
    instance_->prepared_numbers_ = std::max(instance_->prepared_numbers_, n.integer());
    if (const Value* shared = a.keyword("shared")) instance_->prepares_shared_ |= truth(*shared);
    return true;
  }

  bool declare_gil_interval(Context& context, const Arguments& a) {
    const Value& wish = a.positional[0];
    if (!wish.is(ValueType::duration) || wish.integer() < 1'000 || wish.integer() > 10'000'000'000)
      return context.type_error("gil_interval() takes a time from 1 \xc2\xb5s to 10 s, not " + repr(wish) + ".");
    instance_->gil_interval_ = instance_->settings_.gil_interval > 0 ? instance_->settings_.gil_interval : wish.integer();
    a.positional[0] = Value::duration(instance_->gil_interval_, wish.unit());
    return true;
  }

  bool declare_main(Context& context, const Arguments& a) {
    const Value& main = a.positional[0];
    if (main.is(ValueType::coroutine)) return context.type_error("run() takes the function itself: write run(main), without brackets after main.");
    if (!main.is(ValueType::function) && !main.is(ValueType::closure)) return context.type_error("run() takes a function, such as run(main), not " + a_type(main) + ".");
    auto index = main.is(ValueType::closure) ? as<ClosureObject>(main).function : static_cast<std::uint32_t>(main.integer());
    const FunctionCode& f = instance_->program_->code().functions[index];
    if (f.is_generator) return context.type_error("run() takes a function without 'yield'.");
    for (std::uint32_t p = 0; p < f.parameters + f.by_name; ++p)
      if (p < f.required || (p >= f.parameters && f.by_name_required[p - f.parameters]))
        return context.type_error(f.name + "() is called by run() without arguments, but has the parameter '" + f.variables[p] + "' without a default.");
    if (instance_->has_main()) return context.value_error("run() is said twice; a script has one main.");
    instance_->main_function_ = main;
    return true;
  }

  std::shared_ptr<Instance> instance_;
  OpenLine line_;
  std::vector<Place> preset_places_;
};

Instance::~Instance() {
  constants_.clear();
  globals_.clear();
  defaults_.clear();
  exception_classes_.clear();
  classes_.clear();
  syncs_.clear();
  named_classes_.clear();
  main_function_ = Value();
  if (heap_) heap_->release();
}

const Parameter* Instance::parameter(std::string_view name) const {
  for (const Parameter& p : parameters_)
    if (p.name == name) return &p;
  return nullptr;
}

const Expectation* Instance::expectation(std::string_view figure, std::string_view executor) const {
  for (auto e = expectations_.rbegin(); e != expectations_.rend(); ++e)
    if (e->figure == figure && (e->on == executor || e->on.empty())) return &*e;
  return nullptr;
}

TaskFrame Instance::main() const {
  TaskFrame frame;
  Machine::start_call(*this, main_function_, frame);
  return frame;
}

std::vector<std::string> Instance::take_warnings() const {
  std::vector<std::string> out;
  for (const Heap::NeverAwaited& one : heap_->take_never_awaited()) {
    ScriptError said{one.line, one.column, "RuntimeWarning", {}};
    if (one.function & Heap::NeverAwaited::kOperation) {
      const auto kind = static_cast<Ask::Kind>(one.function & 0xff);
      const std::string name = kind == Ask::Kind::acquire ? "acquire" : kind == Ask::Kind::put ? "put" : kind == Ask::Kind::get ? "get" : kind == Ask::Kind::queue_join ? "join" : "wait";
      said.sentence = name + "() was called, but nobody awaited it, so it did nothing. Write await before the call.";
    } else {
      said.sentence = program_->code().functions[one.function].name +
                     "() was called, but nobody awaited it, so nothing of it ran. Write await before the call, or spawn() around it to let it run beside.";
    }
    out.push_back(said.to_string());
  }
  return out;
}

void Instance::keep_sync(const Value& sync) const {
  std::scoped_lock lock(syncs_mutex_);
  syncs_.emplace(sync_number(sync), sync);
}

Value Instance::sync_at(std::uint64_t number, SyncKind kind, std::int64_t capacity) const {
  std::scoped_lock lock(syncs_mutex_);
  auto [at, fresh] = syncs_.try_emplace(number);
  if (fresh) at->second = make<SyncObject>(*heap_, kind, capacity, number, Value());
  return sync_kind(at->second) == kind ? at->second : Value();
}

Value Instance::named_class(const std::string& name) const {
  std::scoped_lock lock(named_mutex_);
  auto [at, fresh] = named_classes_.try_emplace(name);
  if (fresh) at->second = make<ClassObject>(*heap_, name, Value(), -1);
  return at->second;
}

const Value* Instance::global(std::string_view name) const {
  const std::vector<std::string>& names = program_->code().globals;
  auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return nullptr;
  auto index = static_cast<std::size_t>(at - names.begin());
  const Value& v = program_->code().shared_globals[index] ? as<CellObject>(globals_[index]).value : globals_[index];
  return v.is(ValueType::unbound) ? nullptr : &v;
}

Instantiated instantiate(std::shared_ptr<const Program> program, const Settings& settings) {
  try {
    return InstanceBuilder(std::move(program), settings).run();
  } catch (const std::bad_alloc&) {
    return {nullptr, {0, 0, "MemoryError", "There is no memory left."}};
  }
}

}  // namespace interleave
