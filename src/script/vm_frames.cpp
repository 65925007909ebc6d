// vm_frames.cpp -- a task's stack: where it begins, what can be seen of it, how the running call is packed and unpacked.
#include <algorithm>
#include <cassert>

#include "script/machine.h"

namespace interleave {

TaskFrame Machine::start(const Instance& instance, std::uint32_t function, const std::vector<Value>& arguments, const Value& closure) {
  const FunctionCode& code = instance.program().code().functions[function];
  TaskFrame frame;
  frame.values_.resize(code.slots);
  for (std::size_t i = 0; i < code.variables.size(); ++i) frame.values_[i] = i < arguments.size() ? arguments[i] : Value::unbound();
  if (closure.is(ValueType::closure))
    for (std::size_t i = 0; i < code.free.size(); ++i) frame.values_[code.free[i]] = as<ClosureObject>(closure).cells[i];
  frame.function_ = function;
  frame.top_ = static_cast<std::uint32_t>(code.variables.size());
  frame.state_ = TaskFrame::State::ready;
  return frame;
}

bool Machine::start_call(const Instance& instance, const Value& function, TaskFrame& frame) {
  TaskFrame nothing;
  Machine machine(nothing, instance, nullptr, 0);
  std::vector<Value> bound;
  if (!machine.bind(function, {}, bound)) return false;
  frame = start(instance, function_of(function), bound, function);
  return true;
}

TaskFrame::TaskFrame(const Instance& instance, const Value& coroutine) {
  if (coroutine.is(ValueType::operation)) {
    *this = Machine::start(instance, instance.program().code().prelude[static_cast<std::size_t>(Prelude::await_)], {coroutine}, Value());
    return;
  }
  assert(coroutine.is(ValueType::coroutine));
  auto& object = as<CoroutineObject>(coroutine);
  object.begun.store(true, std::memory_order_relaxed);
  *this = Machine::start(instance, object.function, object.arguments, object.closure);
}

TaskFrame::TaskFrame(const Instance& instance, std::uint32_t function) {
  [[maybe_unused]] bool good = Machine::start_call(instance, Value::function(function), *this);
  assert(good);
}

std::uint32_t TaskFrame::line(const Program& program) const {
  if (over()) return 0;
  auto& functions = program.code().functions;
  if (!functions[function_].prelude) return functions[function_].places[state_ == State::asked && pc_ > 0 ? pc_ - 1 : pc_].line;
  for (auto caller = callers_.rbegin(); caller != callers_.rend(); ++caller)
    if (!functions[caller->function].prelude) return functions[caller->function].places[caller->pc - 1].line;
  return 0;
}

/// Of the running call, or, in the language's own functions, of the script's call around them.
std::uint32_t Machine::line_in_force() const {
  if (!function_->prelude) return function_->places[static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, ip_ - function_->instructions.data()) - 1)].line;
  auto& functions = instance_.program().code().functions;
  for (auto caller = frame_.callers_.rbegin(); caller != frame_.callers_.rend(); ++caller)
    if (!functions[caller->function].prelude) return functions[caller->function].places[caller->pc - 1].line;
  return 0;
}

std::vector<TaskFrame::Place> TaskFrame::stack(const Program& program) const {
  std::vector<Place> out;
  if (over()) return out;
  auto& functions = program.code().functions;
  if (!functions[function_].prelude) out.push_back({functions[function_].name, line(program)});
  for (auto caller = callers_.rbegin(); caller != callers_.rend(); ++caller)
    if (!functions[caller->function].prelude) out.push_back({functions[caller->function].name, functions[caller->function].places[caller->pc - 1].line});
  return out;
}

std::vector<std::pair<std::string_view, Value>> TaskFrame::locals(const Program& program) const {
  std::vector<std::pair<std::string_view, Value>> out;
  if (over()) return out;
  auto& functions = program.code().functions;
  std::uint32_t function = function_, base = base_;
  for (auto caller = callers_.rbegin(); functions[function].prelude && caller != callers_.rend(); ++caller) function = caller->function, base = caller->base;
  auto& names = functions[function].variables;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Value value = values_[base + i];
    if (value.is(ValueType::cell)) {
      auto& cell = as<CellObject>(value);
      Value inside;
      {
        Locked hold(cell);
        inside = cell.value;
      }
      value = std::move(inside);
    }
    if (!names[i].empty() && !value.is(ValueType::unbound)) out.emplace_back(names[i], std::move(value));
  }
  return out;
}

Machine::Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel, std::uint32_t task)
    : frame_(frame), instance_(instance), module_(module), task_(task), context_(instance.heap(), fuel) {
  if (!frame_.over()) load();
}

void Machine::answer(Value sent) {
  if (frame_.state_ != TaskFrame::State::asked) return;
  *sp_++ = std::move(sent);
  frame_.state_ = TaskFrame::State::ready;
}

void Machine::answer_with(Value exception) {
  frame_.state_ = frame_.over() ? frame_.state_ : TaskFrame::State::ready;
  raised_ = std::move(exception);
}

void Machine::grow(std::size_t values, std::size_t base) { frame_.values_.resize(std::max(values, frame_.callers_.size() > 2 ? base * 2 : 0)); }

/// `values` more from the beginning of the task's stack.
void Machine::make_room(std::size_t values) {
  if (frame_.values_.size() >= values) return;
  save();
  frame_.values_.resize(values);
  load();
}

}  // namespace interleave
