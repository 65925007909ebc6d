// run_script.h -- runs a script to its end without an executor: one task after the other, no time passes.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "script/vm.h"

namespace interleave {

struct Ran {
  std::vector<std::string> lines;  ///< what it printed
  ScriptError error;
  std::vector<Ask> asks;           ///< print aside
  Value result;
  std::string text() const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }
};

class SerialDriver {
 public:
  explicit SerialDriver(std::shared_ptr<const Instance> instance, std::int64_t fuel = 1000) : instance_(std::move(instance)), fuel_(fuel) {}

  Value run(TaskFrame frame, Ran& ran) {
    Value sent;
    for (;;) {
      Step step = resume(frame, *instance_, std::move(sent), fuel_);
      sent = Value();
      if (step.kind == Step::Kind::finished) return step.value;
      if (step.kind == Step::Kind::failed) {
        if (!ran.error) ran.error = step.error;
        return Value();
      }
      if (step.kind == Step::Kind::paused) continue;
      if (step.ask.kind != Ask::Kind::print) ran.asks.push_back(step.ask);
      sent = answer(step.ask, ran);
      if (ran.error) return Value();
    }
  }

 private:
  Value answer(const Ask& ask, Ran& ran) {
    Heap& heap = instance_->heap();
    std::vector<std::int64_t> numbers;
    for (std::int64_t i = ask.low; i < ask.high; ++i) numbers.push_back(i);
    std::int64_t sum = 0;
    for (std::int64_t i : numbers) sum += i;
    std::vector<Value> results;
    switch (ask.kind) {
      case Ask::Kind::print:
        if (std::exchange(open_, ask.flag)) ran.lines.back() += ask.text;
        else ran.lines.push_back(ask.text);
        return Value();
      case Ask::Kind::request: return Value::integer(ask.size);
      case Ask::Kind::sum_range: return Value::integer(sum);
      case Ask::Kind::numbers: return Value::int_array(heap, numbers);
      case Ask::Kind::gather:
        for (const Value& child : ask.children) results.push_back(of_child(child, ran));
        return Value::list(heap, results);
      case Ask::Kind::spawn: {
        Value result = of_child(ask.children[0], ran);
        tasks_[static_cast<std::int64_t>(tasks_.size())] = result;
        return Value::task(heap, static_cast<std::int64_t>(tasks_.size()) - 1);
      }
      case Ask::Kind::join: return of_child(ask.children[0], ran);
      default: return Value();
    }
  }

  Value of_child(const Value& child, Ran& ran) {
    if (child.is(ValueType::task)) return tasks_[task_number(child)];
    return ran.error ? Value() : run(TaskFrame(*instance_, child), ran);
  }

  std::shared_ptr<const Instance> instance_;
  std::int64_t fuel_;
  std::map<std::int64_t, Value> tasks_;
  bool open_ = false;  ///< the last line
};

/// The instance of a script that has no mistakes in its top level.
inline std::shared_ptr<const Instance> instance_of(const std::string& source, const Settings& settings = {}) {
  Compiled compiled = compile(source);
  if (!compiled.program) return nullptr;
  return instantiate(compiled.program, settings).instance;
}

inline Ran run_script(const std::string& source, const Settings& settings = {}, std::int64_t fuel = 1000) {
  Ran ran;
  Compiled compiled = compile(source);
  if (!compiled.program) {
    ran.error = compiled.error;
    return ran;
  }
  Instantiated made = instantiate(compiled.program, settings);
  if (!made.instance) {
    ran.error = made.error;
    return ran;
  }
  ran.lines = made.instance->output();
  if (made.instance->has_main()) ran.result = SerialDriver(made.instance, fuel).run(made.instance->main(), ran);
  return ran;
}

/// What a script prints at its top level, without the import.
inline std::string printed(const std::string& source) {
  Ran ran = run_script("from interleave import *\n" + source);
  return ran.error ? ran.error.to_string() : ran.text();
}

/// The error sentence of a script whose first line is the import.
inline std::string error_of(const std::string& source) {
  return run_script("from interleave import *\n" + source).error.to_string();
}

inline std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace interleave
