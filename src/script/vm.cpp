// vm.cpp -- the interpreter's loop.
//
// All calls of a task share one array of values: [callee][variables][operands] [callee][variables][operands] ...
// Arguments are pushed where the callee's parameters will be, so a call copies nothing. Slots above the top are none:
// a push may construct over them, and a popped value has been moved out of its slot.
// Fuel is charged where a task could go on for ever: jumps back, calls, and native work by its size.
#include "script/vm.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <new>

#include "script/machine.h"
#include "script/object.h"
#include "script/objects.h"
#include "script/operators.h"

namespace interleave {

namespace {

constexpr std::size_t kMostCalls = 1000;  // as CPython's recursion limit

bool holds(CompareOp op, std::int64_t a, std::int64_t b) {
  switch (op) {
    case CompareOp::less: return a < b;
    case CompareOp::less_equal: return a <= b;
    case CompareOp::equal: return a == b;
    case CompareOp::not_equal: return a != b;
    case CompareOp::greater: return a > b;
    default: return a >= b;
  }
}

/// The common cases of binary() in line; false: not one of them.
inline bool quick_binary(BinaryOp op, const Value& a, const Value& b, Value& out) {
  if (a.is(ValueType::integer) && b.is(ValueType::integer)) {
    std::int64_t result = 0, x = a.integer(), y = b.integer();
    switch (op) {
      case BinaryOp::add:
        if (__builtin_add_overflow(x, y, &result)) return false;
        break;
      case BinaryOp::subtract:
        if (__builtin_sub_overflow(x, y, &result)) return false;
        break;
      case BinaryOp::multiply:
        if (__builtin_mul_overflow(x, y, &result)) return false;
        break;
      case BinaryOp::floor_divide:
        if (y <= 0) return false;
        result = x / y - (x % y < 0);
        break;
      case BinaryOp::modulo:
        if (y <= 0) return false;
        result = x % y;
        result += result < 0 ? y : 0;
        break;
      default: return false;
    }
    out = Value::integer(result);
    return true;
  }
  if (a.is(ValueType::real) && b.is(ValueType::real)) {
    double x = a.real(), y = b.real();
    switch (op) {
      case BinaryOp::add: out = Value::real(x + y); return true;
      case BinaryOp::subtract: out = Value::real(x - y); return true;
      case BinaryOp::multiply: out = Value::real(x * y); return true;
      case BinaryOp::divide:
        if (y == 0) return false;
        out = Value::real(x / y);
        return true;
      default: return false;
    }
  }
  return false;
}

bool binary_in_place(Context& context, BinaryOp op, const Value& a, const Value& b, Value& out) {
  if (a.is(ValueType::list) && op == BinaryOp::add) {
    Value argument = b;
    if (!call_method(context, Method::extend, a, std::span<Value>(&argument, 1), out)) return false;
    out = a;
    return true;
  }
  if (a.is(ValueType::list) && op == BinaryOp::multiply && is_whole(b)) {
    Value longer;
    if (!binary(context, op, a, b, longer)) return false;
    auto& list = as<ListObject>(a);
    Locked hold(list);
    list.items.swap(as<ListObject>(longer).items);
    account(list);
    out = a;
    return true;
  }
  return binary(context, op, a, b, out);
}

constexpr std::uint32_t known(Known name) { return static_cast<std::uint32_t>(name); }

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

/// Of an instance: through its class alone, as Python looks up what operators call.
bool class_attribute(const Value& object, std::uint32_t name, Value& out) {
  return object.is(ValueType::instance) && find_in_class(as<InstanceObject>(object).cls, name, out);
}

bool is_function(const Value& v) { return v.is(ValueType::function) || v.is(ValueType::closure) || v.is(ValueType::builtin); }

std::uint32_t function_of(const Value& callee) {
  return callee.is(ValueType::closure) ? as<ClosureObject>(callee).function : static_cast<std::uint32_t>(callee.integer());
}

}  // namespace

// ---------------------------------------------------------------------------------------- frames

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

// ---------------------------------------------------------------------------------------- exceptions

Machine::Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel)
    : frame_(frame), instance_(instance), module_(module), context_(instance.heap(), fuel) {
  if (!frame_.over()) load();
}

void Machine::load() {
  function_ = &instance_.program().code().functions[frame_.function_];
  ip_ = function_->instructions.data() + frame_.pc_;
  locals_ = frame_.values_.data() + frame_.base_;
  sp_ = frame_.values_.data() + frame_.top_;
}

std::uint32_t Machine::return_to_caller() {
  const TaskFrame::Caller caller = frame_.callers_.back();
  frame_.callers_.pop_back();
  frame_.function_ = caller.function;
  frame_.pc_ = caller.pc;
  frame_.base_ = caller.base;
  frame_.top_ = caller.top;
  load();
  return caller.after;
}

void Machine::save() {
  frame_.pc_ = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
  frame_.top_ = static_cast<std::uint32_t>(sp_ - frame_.values_.data());
}

void Machine::answer(Value sent) {
  if (frame_.state_ == TaskFrame::State::leaving) frame_.state_ = TaskFrame::State::ready;
  if (frame_.state_ != TaskFrame::State::asked) return;
  *sp_++ = std::move(sent);
  frame_.state_ = TaskFrame::State::ready;
}

void Machine::answer_with(Value exception) {
  frame_.state_ = frame_.over() ? frame_.state_ : TaskFrame::State::ready;
  raised_ = std::move(exception);
}

/// The line that people see: never one of the prelude's.
Place Machine::place() const {
  auto at = [](const FunctionCode& f, std::size_t pc) { return f.places[pc > 0 ? pc - 1 : 0]; };
  if (frame_.over()) return {};
  if (!function_->prelude) return at(*function_, static_cast<std::size_t>(ip_ - function_->instructions.data()));
  auto& functions = instance_.program().code().functions;
  for (auto caller = frame_.callers_.rbegin(); caller != frame_.callers_.rend(); ++caller)
    if (!functions[caller->function].prelude) return at(functions[caller->function], caller->pc);
  return {};
}

Value Machine::exception_of_context() {
  std::string words = context_.words.empty() && context_.kind != "AssertionError" && context_.kind != "MemoryError" ? context_.sentence : std::move(context_.words);
  bool has_argument = std::exchange(context_.has_argument, false);
  Value argument = std::move(context_.argument);
  Value exception = make_exception(instance_, context_.kind, has_argument ? std::string() : words, std::move(context_.sentence));
  if (has_argument) as<InstanceObject>(exception).exception->arguments = Value::tuple(context_.heap, {argument});
  context_.kind.clear();
  context_.sentence.clear();
  context_.words.clear();
  context_.argument = Value();
  return exception;
}

bool Machine::stop_iteration(Value value) {
  std::vector<Value> arguments;
  if (!value.is_none()) arguments.push_back(std::move(value));
  raised_ = make_exception(instance_, Exception::stop_iteration, std::move(arguments));
  return false;
}

/// After something returned false: an ask, or an exception. True: go on; false: return step_.
bool Machine::trouble() {
  if (step_.kind == Step::Kind::ask) {
    step_.ask.line = place().line;
    frame_.state_ = std::exchange(leaving_, false) ? TaskFrame::State::leaving : TaskFrame::State::asked;
    save();
    return false;
  }
  Value exception = raised_.is_none() ? exception_of_context() : std::exchange(raised_, Value());
  if (!raise(std::move(exception))) return false;
  if (context_.fuel >= 0) return true;
  step_.kind = Step::Kind::paused;  // or a loop that catches everything would never come to a safepoint
  save();
  return false;
}

/// For all items are gone: next_item, just executed, ends its loop.
bool Machine::end_loop() {
  pop_to(sp_ - 2);
  ip_ = function_->instructions.data() + ip_[-1].argument();
  return true;
}

bool Machine::raise(Value exception) {
  context_.fuel -= 8;
  auto& first = *as<InstanceObject>(exception).exception;
  {
    Locked hold(as<InstanceObject>(exception));
    if (first.line == 0) {
      Place at = place();
      first.line = at.line;
      first.column = at.column;
    }
  }
  for (;;) {
    auto pc = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
    pc = pc > 0 ? pc - 1 : 0;
    for (const FunctionCode::Handler& h : function_->handlers) {
      if (pc < h.begin || pc >= h.end) continue;
      pop_to(locals_ + function_->variables.size() + h.depth);
      *sp_++ = std::move(exception);
      ip_ = function_->instructions.data() + h.target;
      return true;
    }
    bool generator = function_->is_generator, is_async = function_->is_async;
    pop_to(locals_);
    if (frame_.callers_.empty()) {
      step_.kind = Step::Kind::failed;
      auto& object = as<InstanceObject>(exception);
      std::string kind = as<ClassObject>(object.cls).name, text = exception_text(object);
      Locked hold(object);
      std::string sentence = object.exception->sentence;
      if (sentence.empty()) sentence = text.empty() ? kind + " was raised." : kind + ": " + text;
      step_.error = {object.exception->line, object.exception->column, std::move(kind), std::move(sentence)};
      step_.exception = exception;
      frame_ = TaskFrame();
      return false;
    }
    if (generator) {
      Value& slot = locals_[-1];
      auto& g = as<GeneratorObject>(slot);
      g.state.store(GeneratorObject::State::closed, std::memory_order_release);
      bool stops = is_exception(exception, Exception::stop_iteration, instance_);
      if (stops || (is_async && is_exception(exception, Exception::stop_async_iteration, instance_))) {
        Value other = make_exception(instance_, "RuntimeError", std::string(is_async ? "async generator" : "generator") + " raised " + (stops ? "StopIteration" : "StopAsyncIteration"), "");
        auto& part = *as<InstanceObject>(other).exception;
        part.line = as<InstanceObject>(exception).exception->line;
        part.column = as<InstanceObject>(exception).exception->column;
        part.cause = std::move(exception);
        exception = std::move(other);
      }
    }
    const std::uint32_t caller_after = return_to_caller();
    *sp_ = Value();
    switch (static_cast<After>(caller_after & 255)) {
      case After::iterate:
      case After::await_iterate:
        if (is_exception(exception, Exception::stop_iteration, instance_) || is_exception(exception, Exception::stop_async_iteration, instance_)) return end_loop();
        break;
      case After::next_default:
        if (is_exception(exception, Exception::stop_iteration, instance_)) return true;
        break;
      case After::close:
        if (!is_exception(exception, Exception::generator_exit, instance_) && !is_exception(exception, Exception::stop_iteration, instance_)) break;
        *sp_++ = Value();
        return true;
      case After::yield_from_next:
        if (!is_exception(exception, Exception::stop_iteration, instance_)) break;
        sp_[-1] = as<InstanceObject>(exception).exception->result;
        return true;
      default: break;
    }
  }
}

// ---------------------------------------------------------------------------------------- calls

/// Python's rules: positional ones first, then by name, then defaults.
bool Machine::bind(const Value& callee, const Arguments& arguments, std::vector<Value>& bound) {
  std::uint32_t function = function_of(callee);
  const FunctionCode& code = instance_.program().code().functions[function];
  const std::string& full = code.qualified.empty() ? code.name : code.qualified;
  std::size_t count = arguments.positional.size(), named = code.parameters + code.by_name;
  if (count > code.parameters && !code.rest) {
    std::string takes = code.parameters == 0 ? "no arguments" : code.parameters == 1 ? "1 argument" : "at most " + std::to_string(code.parameters) + " arguments";
    std::string range = code.required < code.parameters ? "from " + std::to_string(code.required) + " to " + std::to_string(code.parameters) : std::to_string(code.parameters);
    return context_.type_error(code.name + "() takes " + takes + ", but " + std::to_string(count) + (count == 1 ? " is" : " are") + " given.",
                               full + "() takes " + range + " positional argument" + (code.parameters == 1 && code.required == 1 ? "" : "s") + " but " + std::to_string(count) + (count == 1 ? " was" : " were") + " given");
  }
  bound.assign(code.bound(), Value::unbound());
  for (std::size_t i = 0; i < std::min<std::size_t>(count, code.parameters); ++i) bound[i] = arguments.positional[i];
  if (code.rest) {
    std::vector<Value> rest;
    for (std::size_t i = code.parameters; i < count; ++i) rest.push_back(arguments.positional[i]);
    bound[named] = Value::tuple(context_.heap, std::move(rest));
  }
  Value more = code.named ? make_dict(context_.heap) : Value();
  for (std::size_t k = 0; k < arguments.keywords.size(); ++k) {
    const std::string& keyword = arguments.keywords[k];
    auto begin = code.variables.begin(), end = begin + static_cast<std::ptrdiff_t>(named);
    auto at = std::find(begin, end, keyword);
    if (at == end) {
      if (!code.named) return context_.type_error(code.name + "() has no parameter called '" + keyword + "'.", full + "() got an unexpected keyword argument " + quoted(keyword));
      if (!dict_store(context_, more, Value::string(context_.heap, keyword), arguments.values[k])) return false;
      continue;
    }
    Value& slot = bound[static_cast<std::size_t>(at - begin)];
    if (!slot.is(ValueType::unbound)) return context_.type_error(code.name + "() gets the argument '" + keyword + "' twice.", full + "() got multiple values for argument " + quoted(keyword));
    slot = arguments.values[k];
  }
  if (code.named) bound.back() = std::move(more);
  static const std::vector<Value> kNone;
  const std::vector<Value>& defaults = callee.is(ValueType::closure) ? as<ClosureObject>(callee).defaults : instance_.defaults_[function];
  std::size_t next = 0;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < code.parameters; ++i) {
    if (i >= code.required) ++next;
    if (!bound[i].is(ValueType::unbound)) continue;
    if (i < code.required || next > defaults.size()) missing.push_back(code.variables[i]);
    else bound[i] = defaults[next - 1];
  }
  bool by_name = missing.empty();
  for (std::size_t i = 0; i < code.by_name; ++i) {
    bool required = code.by_name_required[i];
    if (!required) ++next;
    Value& slot = bound[code.parameters + i];
    if (!slot.is(ValueType::unbound)) continue;
    if (!required && next <= defaults.size()) slot = defaults[next - 1];
    else if (by_name) missing.push_back(code.variables[code.parameters + i]);
  }
  if (missing.empty()) return true;
  std::string list;
  for (std::size_t i = 0; i < missing.size(); ++i) list += (i == 0 ? "" : i + 1 < missing.size() ? ", " : missing.size() > 2 ? ", and " : " and ") + quoted(missing[i]);
  return context_.type_error(code.name + "() needs the argument '" + missing[0] + "'.",
                             full + "() missing " + std::to_string(missing.size()) + " required " + (by_name ? "keyword-only" : "positional") + " argument" + (missing.size() == 1 ? "" : "s") + ": " + list);
}

/// `values` more from the beginning of the task's stack.
void Machine::make_room(std::size_t values) {
  if (frame_.values_.size() >= values) return;
  save();
  frame_.values_.resize(values);
  load();
}

/// Begins `function` with its parameters at `base`; the slot before it takes the result.
void Machine::enter(std::uint32_t function, std::size_t base, const Value& closure, After after) {
  save();
  frame_.callers_.push_back({frame_.function_, frame_.pc_, frame_.base_, static_cast<std::uint32_t>(base - 1), static_cast<std::uint32_t>(after)});
  frame_.function_ = function;
  frame_.pc_ = 0;
  frame_.base_ = static_cast<std::uint32_t>(base);
  const FunctionCode& code = instance_.program().code().functions[function];
  if (frame_.values_.size() < base + code.slots) frame_.values_.resize(std::max(base + code.slots, frame_.callers_.size() > 2 ? base * 2 : 0));
  Value* variables = frame_.values_.data() + base;
  for (std::size_t i = code.bound(); i < code.variables.size(); ++i) variables[i] = Value::unbound();
  if (!code.free.empty()) {
    auto& cells = as<ClosureObject>(closure).cells;
    for (std::size_t i = 0; i < code.free.size(); ++i) variables[code.free[i]] = cells[i];
  }
  frame_.top_ = static_cast<std::uint32_t>(base + code.variables.size());
  load();
}

bool Machine::call(Value* slot, std::size_t count, bool awaited) {
  if (slot->is(ValueType::function) || slot->is(ValueType::closure)) {
    std::uint32_t function = function_of(*slot);
    const FunctionCode& code = instance_.program().code().functions[function];
    bool plain = count == code.parameters && code.bound() == code.parameters && !code.is_generator && (!code.is_async || awaited);
    if (plain) {
      context_.fuel -= 4;
      if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
      if (awaited && code.is_async) ++ip_;  // past the await_value
      auto base = static_cast<std::size_t>(slot - frame_.values_.data()) + 1;
      if (code.free.empty()) {
        enter(function, base, Value(), After::push);
      } else {
        Value closure = *slot;
        enter(function, base, closure, After::push);
      }
      return true;
    }
  }
  std::vector<Value> positional(std::make_move_iterator(slot + 1), std::make_move_iterator(sp_));
  Value callee = std::move(*slot);
  pop_to(slot);
  return invoke(std::move(callee), positional, {}, {}, After::push, awaited);
}

bool Machine::invoke_prelude(Prelude function, std::vector<Value> positional, After after, std::uint32_t extra) {
  return invoke(Value::function(instance_.program().code().prelude[static_cast<std::size_t>(function)]), positional, {}, {}, after, false, extra);
}

bool Machine::invoke(Value callee, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after, bool awaited, std::uint32_t extra) {
  for (int hops = 0; hops < 100; ++hops) {
    switch (callee.type()) {
      case ValueType::function:
      case ValueType::closure: {
        std::uint32_t function = function_of(callee);
        const FunctionCode& code = instance_.program().code().functions[function];
        std::vector<Value> bound;
        context_.fuel -= 4;
        if (!bind(callee, {positional, keywords, values}, bound)) return false;
        if (code.is_generator) {
          bound.resize(code.variables.size(), Value::unbound());
          for (std::size_t i = 0; i < code.free.size(); ++i) bound[code.free[i]] = as<ClosureObject>(callee).cells[i];
          return deliver(after, extra, make<GeneratorObject>(context_.heap, function, std::move(bound), code.is_async));
        }
        if (code.is_async && !awaited)
          return deliver(after, extra, make<CoroutineObject>(context_.heap, function, std::move(bound), code.free.empty() ? Value() : callee));
        if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
        auto base = static_cast<std::size_t>(sp_ - frame_.values_.data()) + 1;
        make_room(base + bound.size());
        for (std::size_t i = 0; i < bound.size(); ++i) frame_.values_[base + i] = std::move(bound[i]);
        if (awaited && code.is_async) ++ip_;
        enter(function, base, callee, after);
        frame_.callers_.back().after |= extra << 8;
        return true;
      }
      case ValueType::builtin: return call_builtin(static_cast<Builtin>(callee.integer()), {positional, keywords, values}, 0, after);
      case ValueType::bound: {
        Value self = as<BoundObject>(callee).self;
        Value function = as<BoundObject>(callee).function;
        if (function.is_none()) return native_method(self, as<BoundObject>(callee).name, positional, keywords, values, after);
        positional.insert(positional.begin(), std::move(self));
        callee = std::move(function);
        continue;
      }
      case ValueType::class_: return construct(callee, positional, keywords, values, after);
      case ValueType::instance: {
        Value call;
        if (!class_attribute(callee, known(Known::call), call)) break;
        positional.insert(positional.begin(), callee);
        callee = std::move(call);
        continue;
      }
      default: break;
    }
    break;
  }
  return context_.type_error(capital_type(callee) + " cannot be called.", quoted(python_type_name(callee)) + " object is not callable");
}

bool Machine::construct(const Value& cls, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after) {
  auto& c = as<ClassObject>(cls);
  Value object = make<InstanceObject>(context_.heap, cls);
  if (c.exception >= 0) {
    auto part = std::make_unique<ExceptionPart>();
    part->arguments = Value::tuple(context_.heap, positional);
    if (!positional.empty()) part->result = positional[0];
    as<InstanceObject>(object).exception = std::move(part);
  }
  Value init;
  if (find_in_class(cls, known(Known::init), init)) {
    if (after != After::push) return context_.fail("RuntimeError", "A class cannot stand here as a method.");
    *sp_ = object;  // the slot below its variables
    positional.insert(positional.begin(), std::move(object));
    return invoke(std::move(init), positional, keywords, values, After::init);
  }
  if (c.exception >= 0 && !keywords.empty()) return context_.type_error(c.name + "() takes no named arguments.", c.name + "() takes no keyword arguments");
  if (c.exception < 0 && (!positional.empty() || !keywords.empty())) return context_.type_error(c.name + "() takes no arguments: its class has no __init__.", c.name + "() takes no arguments");
  return deliver(after, 0, std::move(object));
}

/// What becomes of a result; sp_ stands where the call's slot is.
bool Machine::deliver(After after, std::uint32_t extra, Value result) {
  switch (after) {
    case After::push:
    case After::iterate:
    case After::next:
    case After::close:
      *sp_++ = std::move(result);
      return true;
    case After::discard: *sp_ = Value(); return true;
    case After::init:
      if (!result.is_none()) {
        *sp_ = Value();
        return context_.type_error("__init__() returned " + a_type(result) + "; it returns nothing.", "__init__() should return None, not " + quoted(python_type_name(result)));
      }
      ++sp_;
      return true;
    case After::retry:
      *sp_ = Value();
      sp_[-1 - static_cast<std::ptrdiff_t>(extra)] = std::move(result);
      --ip_;
      return true;
    case After::boolean:
    case After::negate:
      *sp_++ = Value::boolean(truth(result) == (after == After::boolean));
      return true;
    case After::jump:
    case After::jump_not:
      *sp_ = Value();
      if (truth(result) == (after == After::jump_not)) ip_ = function_->instructions.data() + (ip_[-1].argument() >> 4);
      return true;
    case After::begin: {
      *sp_ = Value();
      Value iterator = result;
      bool is_async = sp_[-1].is(ValueType::instance) && (ip_[-1].argument() & 1);
      if (!result.is(ValueType::generator) && !result.is(ValueType::instance) && !start_iteration(context_, iterator)) return false;
      sp_[-1] = std::move(iterator);
      *sp_++ = Value::integer(is_async ? -1 : 0);
      return true;
    }
    case After::await_iterate:
      *sp_++ = std::move(result);
      return await_value(After::iterate);
    case After::next_default:
    case After::yield_from:
      *sp_ = Value();
      sp_[-1] = std::move(result);
      return true;
    case After::yield_from_next:
      *sp_ = Value();
      --ip_;  // again when it goes on
      return give(std::move(result));
    case After::yield_from_close: break;
  }
  return true;
}

/// Returns from the running call with the value on top. False: it was the outermost, or an exception.
bool Machine::leave() {
  Value result = std::move(*--sp_);
  if (frame_.callers_.empty()) {
    if (!frame_.partial_.is_none()) {  // what was printed without a line's end is a line now
      Value line = std::exchange(frame_.partial_, Value());
      if (module_) {
        module_->print(std::string(line.text()));
      } else {
        *sp_++ = std::move(result);
        step_.kind = Step::Kind::ask;
        step_.ask.kind = Ask::Kind::print;
        step_.ask.text = line.text();
        --ip_;  // and then once more
        leaving_ = true;
        return false;
      }
    }
    step_.kind = Step::Kind::finished;
    step_.value = std::move(result);
    frame_ = TaskFrame();
    return false;
  }
  pop_to(locals_);
  bool generator = function_->is_generator;
  if (generator) as<GeneratorObject>(locals_[-1]).state.store(GeneratorObject::State::closed, std::memory_order_release);
  const std::uint32_t caller_after = return_to_caller();
  auto after = static_cast<After>(caller_after & 255);
  if (after == After::push) {
    *sp_++ = std::move(result);
    return true;
  }
  if (!generator) return deliver(after, caller_after >> 8, std::move(result));
  // The end of a generator.
  if (instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) [[unlikely]] tell(HandOver::Verb::end, as<GeneratorObject>(*sp_), nullptr);
  *sp_ = Value();
  switch (after) {
    case After::iterate: return end_loop();
    case After::next: return stop_iteration(std::move(result));
    case After::next_default: return true;
    case After::close: *sp_++ = Value(); return true;
    case After::yield_from_close: {
      raised_ = std::move(*--sp_);
      return false;
    }
    default: sp_[-1] = std::move(result); return true;  // yield_from
  }
}

/// A value in a few characters: what is seen of it while it goes from stage to stage.
std::string in_short(const Value& value, int depth = 0) {
  constexpr std::size_t kMost = 20;
  std::string out;
  switch (value.type()) {
    case ValueType::none: return depth > 0 ? "None" : "";
    case ValueType::tuple: {
      if (depth > 0) return "(\xe2\x80\xa6)";
      const std::vector<Value> items = value.items();
      for (std::size_t i = 0; i < items.size() && i < 3; ++i) out += (i > 0 ? ", " : "") + in_short(items[i], 1);
      out = "(" + out + (items.size() > 3 ? ", \xe2\x80\xa6)" : ")");
      break;
    }
    case ValueType::integer:
    case ValueType::real:
    case ValueType::boolean:
    case ValueType::duration: out = str(value); break;
    case ValueType::string: out = repr(value); break;
    default: return std::string(type_name(value));
  }
  if (out.size() <= kMost) return out;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  return out.substr(0, end) + "\xe2\x80\xa6";
}

void Machine::tell(HandOver::Verb verb, GeneratorObject& generator, const Value* item) {
  const auto& functions = instance_.program().code().functions;
  const std::string_view name = functions[generator.function].name;
  // An expression is no stage; an async generator's other side is the loop.
  if (generator.is_async || name == "<generator>" || module_) return;
  if (instance_.hand_overs_left_.fetch_sub(1, std::memory_order_relaxed) <= 0) return;
  auto number = [&](GeneratorObject& g) { return g.number ? g.number : g.number = instance_.stages_.fetch_add(1, std::memory_order_relaxed) + 1; };
  HandOver over;
  over.verb = verb;
  over.from = function_->is_generator ? number(as<GeneratorObject>(locals_[-1])) : 0;
  over.from_name = function_->name;
  over.to = number(generator);
  over.to_name = name;
  if (verb == HandOver::Verb::give || verb == HandOver::Verb::end) std::swap(over.from, over.to), std::swap(over.from_name, over.to_name);
  if (item) over.item = in_short(*item);
  step_.hand_overs.push_back(std::move(over));
}

/// The running generator yields: its frame goes back into it, the value to whoever asked for it.
bool Machine::give(Value value) {
  for (;;) {
    Value self = std::move(locals_[-1]);
    auto& g = as<GeneratorObject>(self);
    g.pc = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
    g.values.assign(std::make_move_iterator(locals_), std::make_move_iterator(sp_));
    const std::uint32_t caller_after = return_to_caller();
    if (instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) [[unlikely]] tell(HandOver::Verb::give, g, &value);
    g.state.store(GeneratorObject::State::suspended, std::memory_order_release);
    switch (static_cast<After>(caller_after & 255)) {
      case After::next_default: sp_[-1] = std::move(value); return true;
      case After::close: return context_.fail("RuntimeError", "The generator goes on after close(): it caught GeneratorExit and yielded.", "generator ignored GeneratorExit");
      case After::yield_from_close:
        *--sp_ = Value();
        return context_.fail("RuntimeError", "The generator goes on after close(): it caught GeneratorExit and yielded.", "generator ignored GeneratorExit");
      case After::yield_from: --ip_; continue;  // what it delegates to has yielded, so it yields
      default: *sp_++ = std::move(value); return true;
    }
  }
}

/// Goes on with a generator; what it yields goes where sp_ stands. `throwing`: `sent` is raised in it.
bool Machine::resume_generator(Value generator, Value sent, After after, bool throwing) {
  using State = GeneratorObject::State;
  for (;;) {
    auto& g = as<GeneratorObject>(generator);
    State state = g.state.load(std::memory_order_acquire);
    do {
      if (state == State::running) return context_.value_error("This generator is running already: it cannot be resumed from inside itself, or by two tasks at once.", "generator already executing");
      if (state == State::closed) break;
    } while (!g.state.compare_exchange_weak(state, State::running, std::memory_order_acq_rel, std::memory_order_acquire));
    if (state == State::created && throwing) {
      g.values.clear();
      g.state.store(State::closed, std::memory_order_release);
      state = State::closed;
    }
    if (state == State::closed) {
      if (throwing && after != After::close) {
        raised_ = std::move(sent);
        return false;
      }
      switch (after) {
        case After::iterate: return end_loop();
        case After::next: return stop_iteration(Value());
        case After::next_default: return true;
        case After::close: *sp_++ = Value(); return true;
        default: sp_[-1] = Value(); return true;  // yield_from
      }
    }
    auto give_back = [&] { g.state.store(state, std::memory_order_release); };
    if (state == State::created && !sent.is_none()) {
      give_back();
      return context_.type_error("The generator has not reached its first yield: begin with next(...), then send().", "can't send non-None value to a just-started generator");
    }
    if (frame_.callers_.size() >= kMostCalls) {
      give_back();
      return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
    }
    context_.fuel -= 4;
    if (!throwing && instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) [[unlikely]]
      tell(sent.is_none() ? HandOver::Verb::ask : HandOver::Verb::send, g, &sent);
    const FunctionCode& code = instance_.program().code().functions[g.function];
    auto slot = static_cast<std::size_t>(sp_ - frame_.values_.data());
    save();
    frame_.callers_.push_back({frame_.function_, frame_.pc_, frame_.base_, static_cast<std::uint32_t>(slot), static_cast<std::uint32_t>(after)});
    frame_.function_ = g.function;
    frame_.pc_ = g.pc;
    frame_.base_ = static_cast<std::uint32_t>(slot + 1);
    if (frame_.values_.size() < slot + 1 + code.slots) frame_.values_.resize(std::max(slot + 1 + code.slots, frame_.callers_.size() > 2 ? slot * 2 : 0));
    std::move(g.values.begin(), g.values.end(), frame_.values_.begin() + static_cast<std::ptrdiff_t>(slot) + 1);
    frame_.top_ = static_cast<std::uint32_t>(slot + 1 + g.values.size());
    g.values.clear();
    frame_.values_[slot] = std::move(generator);
    load();
    if (!throwing) {
      if (state == State::suspended) *sp_++ = std::move(sent);
      return true;
    }
    if (ip_->op() != Op::yield_from) {
      raised_ = std::move(sent);
      return false;
    }
    ++ip_;
    if (!sp_[-1].is(ValueType::generator)) {
      raised_ = std::move(sent);
      return false;
    }
    // It waits in a yield from: what it delegates to is asked first.
    generator = sp_[-1];
    after = After::yield_from;
    if (is_exception(sent, Exception::generator_exit, instance_)) {
      if (as<GeneratorObject>(generator).state.load(std::memory_order_acquire) == State::closed) {
        raised_ = std::move(sent);
        return false;
      }
      *sp_++ = sent;
      after = After::yield_from_close;
    }
  }
}

/// A coroutine goes on inline; a task is asked for. True: go on with the loop; false: an error, or step_ asks.
bool Machine::await_value(After after) {
  Value& value = sp_[-1];
  if (value.is(ValueType::task)) {
    std::vector<Value> children{std::move(value)};
    --sp_;
    return ask(Ask::Kind::join, std::move(children), after);
  }
  if (value.is(ValueType::operation)) {
    Value operation = std::move(value);
    --sp_;
    auto& o = as<OperationObject>(operation);
    if (o.begun.exchange(true, std::memory_order_acq_rel)) return context_.fail("RuntimeError", "This operation was awaited already; call it again for another one.", "cannot reuse already awaited coroutine");
    if (after != After::push) return context_.fail("RuntimeError", "An operation cannot be awaited here.");
    step_.ask = o.ask;
    step_.kind = Step::Kind::ask;
    return false;
  }
  if (!value.is(ValueType::coroutine)) {
    std::string words = "object " + python_type_name(value) + " can't be used in 'await' expression";
    if (is_function(value)) return context_.type_error("A function cannot be awaited; call it: write brackets after its name.", words);
    return context_.type_error(capital_type(value) + " cannot be awaited; only a call of an async def, an operation or a task can.", words);
  }
  if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
  if (!begin_coroutine(context_, value)) return false;
  Value coroutine = std::move(value);
  --sp_;
  auto& c = as<CoroutineObject>(coroutine);
  std::vector<Value> arguments = c.arguments;
  auto base = static_cast<std::size_t>(sp_ - frame_.values_.data()) + 1;
  make_room(base + arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) frame_.values_[base + i] = std::move(arguments[i]);
  enter(c.function, base, c.closure, after);
  return true;
}

/// Leaves the loop with a question. Its answer is pushed.
bool Machine::ask(Ask::Kind kind, std::vector<Value> children, After after) {
  if (module_) return context_.fail("RuntimeError", "This waits, or asks the executor, which the top level cannot do; do it in a function that run() starts.");
  if (after != After::push) return context_.fail("RuntimeError", "An operation cannot stand here.");
  step_.kind = Step::Kind::ask;
  step_.ask.kind = kind;
  step_.ask.children = std::move(children);
  return false;
}

// ---------------------------------------------------------------------------------------- attributes and methods

bool Machine::dunder(const Value& object, Known name, Value& out) const { return class_attribute(object, known(name), out); }

bool Machine::no_attribute(const Value& object, std::uint32_t name) {
  const std::string& text = instance_.program().code().names[name];
  bool type = object.is(ValueType::class_) || (object.is(ValueType::builtin) && is_type(static_cast<Builtin>(object.integer())));
  std::string of = object.is(ValueType::class_) ? as<ClassObject>(object).name : object.is(ValueType::builtin) ? std::string(facts(static_cast<Builtin>(object.integer())).name) : python_type_name(object);
  if (object.is(ValueType::super_)) of = "super";
  if (name == known(Known::enter) || name == known(Known::exit))
    return context_.type_error(capital_type(object) + " cannot stand in a 'with'" + (object.is(ValueType::sync) ? "; write 'async with'." : ": it has no __enter__ and __exit__."), quoted(of) + " object does not support the context manager protocol");
  if (name == known(Known::aenter) || name == known(Known::aexit))
    return context_.type_error(capital_type(object) + " cannot stand in an 'async with': it has no __aenter__ and __aexit__.", quoted(of) + " object does not support the asynchronous context manager protocol");
  bool method = name < kMethodNames.size() && !object.is(ValueType::instance) && !type;
  return context_.fail("AttributeError", capital_type(object) + " has no " + (method ? "method" : "attribute") + " '" + text + "'.", (type ? "type object " + quoted(of) : quoted(of) + " object") + " has no attribute " + quoted(text));
}

/// property: `out` is a property's function, to be called with the object.
bool Machine::load_attribute(const Value& object, std::uint32_t name, Value& out, bool& property) {
  property = false;
  auto bound = [&](const Value& self, const Value& cls, Value found, bool through_instance) {
    if (found.is(ValueType::descriptor)) {
      auto& d = as<DescriptorObject>(found);
      if (d.kind == Builtin::staticmethod) out = d.function;
      else if (d.kind == Builtin::classmethod) out = make<BoundObject>(context_.heap, d.function, cls, name);
      else if (through_instance) out = d.function, property = true;
      else out = found;
      return true;
    }
    if (through_instance && (found.is(ValueType::function) || found.is(ValueType::closure))) out = make<BoundObject>(context_.heap, std::move(found), self, name);
    else out = std::move(found);
    return true;
  };
  auto text = [&](std::string_view s) { return out = Value::string(context_.heap, std::string(s)), true; };
  Value found;
  if (name == known(Known::class_) && !object.is(ValueType::super_)) return out = type_of(instance_, object), true;
  switch (object.type()) {
    case ValueType::instance: {
      auto& o = as<InstanceObject>(object);
      bool own = find_own(object, name, out);
      if (own) return true;
      if (find_in_class(o.cls, name, found)) return bound(object, o.cls, std::move(found), true);
      if (o.exception) {
        Locked hold(o);
        if (name == known(Known::args)) return out = o.exception->arguments, true;
        if (name == known(Known::cause)) return out = o.exception->cause, true;
        if (name == known(Known::context)) return out = o.exception->context.is_none() ? o.exception->cause : o.exception->context, true;
        int kind = as<ClassObject>(o.cls).exception;
        if (name == known(Known::value) && (kind == static_cast<int>(Exception::stop_iteration))) return out = o.exception->result, true;
      }
      if (o.exception && (name == known(Known::str) || name == known(Known::repr) || name == known(Known::init))) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    }
    case ValueType::class_:
      if (find_in_class(object, name, found)) return bound(object, object, std::move(found), false);
      if (name == known(Known::name) || name == known(Known::qualname)) return text(as<ClassObject>(object).name);
      break;
    case ValueType::super_: {
      auto& s = as<SuperObject>(object);
      const Value& base = as<ClassObject>(s.cls).base;
      if (find_in_class(base, name, found)) return bound(s.self, s.self.is(ValueType::instance) ? as<InstanceObject>(s.self).cls : s.self, std::move(found), s.self.is(ValueType::instance));
      if (name == known(Known::init) || ((name == known(Known::str) || name == known(Known::repr)) && is_exception(s.self))) return out = make<BoundObject>(context_.heap, Value(), s.self, name), true;
      break;
    }
    case ValueType::function:
    case ValueType::closure: {
      const FunctionCode& code = instance_.program().code().functions[function_of(object)];
      if (name == known(Known::name)) return text(code.name == "<generator>" ? "<genexpr>" : code.name);
      if (name == known(Known::qualname)) return text(code.qualified.empty() ? code.name : code.qualified);
      if (Attributes* attributes = attributes_of(object)) {
        Locked hold(*object.object());
        if (const Value* own = attributes->find(name)) return out = *own, true;
      }
      break;
    }
    case ValueType::bound:
      if (name == known(Known::name)) {
        Value function = as<BoundObject>(object).function;
        if (!function.is_none()) return load_attribute(function, name, out, property);
        return text(instance_.program().code().names[as<BoundObject>(object).name]);
      }
      break;
    case ValueType::builtin:
      if (name == known(Known::name) || name == known(Known::qualname)) return text(facts(static_cast<Builtin>(object.integer())).name);
      break;
    case ValueType::generator:
    case ValueType::coroutine: {
      std::uint32_t function = object.is(ValueType::generator) ? as<GeneratorObject>(object).function : as<CoroutineObject>(object).function;
      if (name == known(Known::name)) return text(instance_.program().code().functions[function].name);
      if (object.is(ValueType::generator) && name == known(Known::next)) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    }
    case ValueType::sync:
      if (name == known(Known::maxsize) && as<SyncObject>(object).kind == SyncKind::queue) return out = Value::integer(as<SyncObject>(object).capacity), true;
      break;
    default: break;
  }
  if (has_method(object, name)) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
  return no_attribute(object, name);
}

Attributes* Machine::attributes_of(const Value& object) const {
  switch (object.type()) {
    case ValueType::instance: return &as<InstanceObject>(object).attributes;
    case ValueType::class_: return &as<ClassObject>(object).attributes;
    case ValueType::closure: return &as<ClosureObject>(object).attributes;
    default: return nullptr;
  }
}

bool Machine::store_attribute(const Value& object, std::uint32_t name, Value value) {
  if (object.is(ValueType::function)) return context_.fail("AttributeError", "Only a function made inside another one can have attributes here.");
  if (!attributes_of(object)) {
    if (object.is(ValueType::sync) || has_method(object, name)) return context_.fail("AttributeError", "The attributes of " + a_type(object) + " cannot be set.", quoted(python_type_name(object)) + " object attribute " + quoted(instance_.program().code().names[name]) + " is read-only");
    return context_.fail("AttributeError", "The attributes of " + a_type(object) + " cannot be set; only objects of a class of your own have attributes.", quoted(python_type_name(object)) + " object has no attribute " + quoted(instance_.program().code().names[name]));
  }
  if (object.is(ValueType::instance)) {
    auto& o = as<InstanceObject>(object);
    Value found;
    if (find_in_class(o.cls, name, found) && found.is(ValueType::descriptor) && as<DescriptorObject>(found).kind == Builtin::property)
      return context_.fail("AttributeError", "'" + instance_.program().code().names[name] + "' is a property, which can only be read here.", "property " + quoted(instance_.program().code().names[name]) + " of " + quoted(type_name(object)) + " object has no setter");
    if (o.exception && (name == known(Known::args) || name == known(Known::cause) || name == known(Known::context))) {
      Locked hold(o);
      Value& slot = name == known(Known::args) ? o.exception->arguments : name == known(Known::cause) ? o.exception->cause : o.exception->context;
      if (name == known(Known::args) && !value.is(ValueType::tuple)) value = Value::tuple(context_.heap, value.items());
      slot.swap(value);
      return true;
    }
  } else if (is_exception_class(object) && as<ClassObject>(object).exception >= 0 && object.object() == instance_.exception_class(static_cast<Exception>(as<ClassObject>(object).exception)).object()) {
    return context_.type_error("Python's own classes cannot be changed.", "cannot set " + quoted(instance_.program().code().names[name]) + " attribute of immutable type " + quoted(as<ClassObject>(object).name));
  }
  Object& o = *object.object();
  Attributes& attributes = *attributes_of(object);
  Locked hold(o);
  for (Attributes::One& one : attributes.all)
    if (one.name == name) {
      one.value.swap(value);  // what was there goes after the lock
      return true;
    }
  if (attributes.all.size() >= 1000) return context_.fail("MemoryError", "An object has at most 1000 attributes here.");
  attributes.all.push_back({name, std::move(value)});
  account(o);
  return true;
}

bool Machine::delete_attribute(const Value& object, std::uint32_t name) {
  if (object.is(ValueType::instance) || object.is(ValueType::class_)) {
    Attributes& attributes = object.is(ValueType::instance) ? as<InstanceObject>(object).attributes : as<ClassObject>(object).attributes;
    Value old;
    Locked hold(*object.object());
    for (std::size_t i = 0; i < attributes.all.size(); ++i)
      if (attributes.all[i].name == name) {
        old = std::move(attributes.all[i].value);
        attributes.all.erase(attributes.all.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
      }
  }
  return no_attribute(object, name);
}

/// object.name(arguments), the object and `count` arguments on the stack.
bool Machine::method(std::uint32_t name, std::size_t count) {
  Value* slot = sp_ - count - 1;
  Value& object = *slot;
  switch (object.type()) {
    case ValueType::string:
    case ValueType::list:
    case ValueType::dict:
    case ValueType::set:
    case ValueType::tuple: {
      if (name >= kMethodNames.size()) break;
      auto m = static_cast<Method>(name);
      if (m == Method::sort && object.is(ValueType::list) && !function_->prelude) {
        if (count > 0) return context_.type_error("sort() takes only key= and reverse=.", "sort() takes no positional arguments");
        bool script = false;
        for (const Value& item : object.items()) script |= item.is(ValueType::instance);
        if (script) {
          Value list = std::move(object);
          pop_to(slot);
          return invoke_prelude(Prelude::sort, {std::move(list)}, After::push);
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        Value& argument = slot[1 + i];
        bool reads = m == Method::extend || m == Method::join || m == Method::update || m == Method::union_ || m == Method::difference || m == Method::intersection || m == Method::issubset || m == Method::issuperset;
        if (reads && reads_script(argument)) return invoke_prelude(Prelude::collect, {argument}, After::retry, static_cast<std::uint32_t>(count - 1 - i));
      }
      Value out;
      if (!call_method(context_, m, object, std::span<Value>(slot + 1, count), out)) return false;
      pop_to(slot + 1);
      *slot = std::move(out);
      return true;
    }
    case ValueType::instance: {
      auto& o = as<InstanceObject>(object);
      Value found;
      if (find_own(object, name, found)) break;
      if (!find_in_class(o.cls, name, found) || (!found.is(ValueType::function) && !found.is(ValueType::closure))) break;
      std::uint32_t function = function_of(found);
      const FunctionCode& code = instance_.program().code().functions[function];
      if (count + 1 != code.parameters || code.bound() != code.parameters || code.is_generator || code.is_async) break;
      context_.fuel -= 4;
      if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
      std::move_backward(slot, sp_, sp_ + 1);  // the compiler left room for one more
      *slot = Value();
      ++sp_;
      enter(function, static_cast<std::size_t>(slot - frame_.values_.data()) + 1, found, After::push);
      return true;
    }
    default: break;
  }
  std::vector<Value> positional(std::make_move_iterator(slot + 1), std::make_move_iterator(sp_));
  Value self = std::move(*slot);
  pop_to(slot);
  if (!self.is(ValueType::instance) && !self.is(ValueType::class_) && !self.is(ValueType::super_)) return native_method(self, name, positional, {}, {}, After::push);
  Value found;
  bool property = false;
  if (!load_attribute(self, name, found, property)) return false;
  if (property) return context_.type_error("Calling what a property gives is left out here; give it a name first.");
  return invoke(std::move(found), positional, {}, {}, After::push);
}

bool Machine::native_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after) {
  if (name == known(Known::init) && self.is(ValueType::instance)) {
    auto& o = as<InstanceObject>(self);
    if (o.exception) {
      Value arguments = Value::tuple(context_.heap, positional);
      Locked hold(o);
      o.exception->arguments.swap(arguments);
    } else if (!positional.empty()) {
      return context_.type_error("object has no __init__ that takes arguments.", "object.__init__() takes exactly one argument (the instance to initialize)");
    }
    return deliver(after, 0, Value());
  }
  if ((name == known(Known::str) || name == known(Known::repr)) && positional.empty() && is_exception(self))
    return deliver(after, 0, Value::string(context_.heap, name == known(Known::str) ? exception_text(as<InstanceObject>(self)) : repr(self)));
  if (self.is(ValueType::list) && name == static_cast<std::uint32_t>(Method::sort)) {
    positional.insert(positional.begin(), self);
    return invoke(Value::function(instance_.program().code().prelude[static_cast<std::size_t>(Prelude::sort)]), positional, keywords, values, after);
  }
  bool special = name == known(Known::aenter) || name == known(Known::aexit) || name == known(Known::next) || name == known(Known::iter);
  if (!has_method(self, name) && !special) {
    Value found;
    bool property = false;
    if (!load_attribute(self, name, found, property)) return false;
    return invoke(std::move(found), positional, keywords, values, after);
  }
  if (!keywords.empty()) return context_.type_error("Named arguments of ." + instance_.program().code().names[name] + "() are left out.", python_type_name(self) + "." + instance_.program().code().names[name] + "() takes no keyword arguments");
  switch (self.type()) {
    case ValueType::generator: return generator_method(self, name, positional, after);
    case ValueType::task: {
      using Kind = Ask::Kind;
      auto m = static_cast<Method>(name);
      if (positional.size() > (m == Method::cancel ? 1u : 0u)) return context_.type_error("This method of a task takes no arguments.");
      if (m == Method::cancel && positional.size() == 1) step_.ask.text = str(positional[0]);
      Kind kind = m == Method::cancel ? Kind::cancel : m == Method::cancelled ? Kind::task_is_cancelled : m == Method::done ? Kind::task_is_done : m == Method::result ? Kind::task_result : Kind::task_exception;
      return ask(kind, {self}, after);
    }
    case ValueType::sync: return sync_method(self, name, positional, after);
    default: break;
  }
  if (special) return no_attribute(self, name);
  Value out;
  if (!call_method(context_, static_cast<Method>(name), self, positional, out)) return false;
  return deliver(after, 0, std::move(out));
}

bool Machine::generator_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after) {
  if (after != After::push) return context_.fail("RuntimeError", "A generator's method cannot stand here.");
  auto arity = [&](std::size_t least, std::size_t most) {
    if (positional.size() >= least && positional.size() <= most) return true;
    return context_.type_error("." + instance_.program().code().names[name] + "() does not take " + std::to_string(positional.size()) + " arguments.",
                               "generator." + instance_.program().code().names[name] + "() takes " + (least == 0 ? "no arguments" : "exactly one argument") + " (" + std::to_string(positional.size()) + " given)");
  };
  bool is_async = instance_.program().code().functions[as<GeneratorObject>(self).function].is_async;
  if (is_async) return context_.fail("AttributeError", "A generator made by async def is read by 'async for'; its other methods are left out.");
  if (name == known(Known::next)) return arity(0, 0) && resume_generator(self, Value(), After::next, false);
  if (name == known(Known::iter)) return arity(0, 0) && deliver(after, 0, self);
  switch (static_cast<Method>(name)) {
    case Method::send: return arity(1, 1) && resume_generator(self, positional[0], After::next, false);
    case Method::close: return arity(0, 0) && resume_generator(self, make_exception(instance_, Exception::generator_exit, {}), After::close, true);
    case Method::throw_: {
      if (!arity(1, 3)) return false;
      Value exception = positional[0];
      if (is_exception_class(exception)) {
        // throw(type), throw(type, value)
        std::vector<Value> arguments;
        if (positional.size() > 1 && is_exception(positional[1])) exception = positional[1];
        else {
          if (positional.size() > 1 && !positional[1].is_none()) arguments.push_back(positional[1]);
          Value made;
          auto& cls = as<ClassObject>(exception);
          Value init;
          if (find_in_class(exception, known(Known::init), init)) return context_.type_error("throw() of a class with its own __init__ is left out; throw an object: throw(" + cls.name + "(...)).");
          made = make<InstanceObject>(context_.heap, exception);
          auto part = std::make_unique<ExceptionPart>();
          if (!arguments.empty()) part->result = arguments[0];
          part->arguments = Value::tuple(context_.heap, std::move(arguments));
          as<InstanceObject>(made).exception = std::move(part);
          exception = std::move(made);
        }
      }
      if (!is_exception(exception)) return context_.type_error("throw() needs an exception, such as ValueError(\"no\"), not " + a_type(exception) + ".", "exceptions must be classes or instances deriving from BaseException, not " + python_type_name(exception));
      return resume_generator(self, std::move(exception), After::next, true);
    }
    default: return no_attribute(self, name);
  }
}

bool Machine::sync_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after) {
  using Kind = Ask::Kind;
  SyncKind kind = as<SyncObject>(self).kind;
  auto arity = [&](std::size_t count) {
    if (positional.size() == count) return true;
    const std::string& text = instance_.program().code().names[name];
    return context_.type_error("." + text + "() takes " + (count == 0 ? "no arguments" : count == 1 ? "one argument" : std::to_string(count) + " arguments") + ", but " + std::to_string(positional.size()) + (positional.size() == 1 ? " is" : " are") + " given.");
  };
  auto now = [&](Kind k) {
    std::vector<Value> children{self};
    for (Value& v : positional) children.push_back(std::move(v));
    return ask(k, std::move(children), after);
  };
  auto later = [&](Kind k) {
    Ask a;
    a.kind = k;
    a.children = {self};
    for (Value& v : positional) a.children.push_back(std::move(v));
    return deliver(after, 0, make<OperationObject>(context_.heap, std::move(a)));
  };
  auto through = [&](Prelude function) {
    positional.insert(positional.begin(), self);
    return invoke_prelude(function, positional, after);
  };
  bool enter = name == known(Known::aenter), exit = name == known(Known::aexit);
  if (enter || exit) {
    if (kind == SyncKind::lock || kind == SyncKind::semaphore) return arity(enter ? 0 : 3) && through(enter ? Prelude::lock_enter : Prelude::lock_exit);
    if (kind == SyncKind::timeout) return arity(enter ? 0 : 3) && through(enter ? Prelude::timeout_enter : Prelude::timeout_exit);
    return no_attribute(self, name);
  }
  switch (static_cast<Method>(name)) {
    case Method::acquire: return arity(0) && later(Kind::acquire);
    case Method::release: return arity(0) && now(Kind::release);
    case Method::locked: return arity(0) && now(Kind::locked);
    case Method::wait: return arity(0) && later(Kind::event_wait);
    case Method::set: return arity(0) && now(Kind::event_set);
    case Method::clear: return arity(0) && now(Kind::event_clear);
    case Method::is_set: return arity(0) && now(Kind::event_is_set);
    case Method::put: return arity(1) && later(Kind::put);
    case Method::get: return arity(0) && later(Kind::get);
    case Method::put_nowait: return arity(1) && now(Kind::put_nowait);
    case Method::get_nowait: return arity(0) && now(Kind::get_nowait);
    case Method::qsize: return arity(0) && now(Kind::queue_size);
    case Method::empty: return arity(0) && through(Prelude::queue_empty);
    case Method::full: return arity(0) && through(Prelude::queue_full);
    case Method::join: return arity(0) && later(Kind::queue_join);
    case Method::task_done: return arity(0) && now(Kind::task_done);
    case Method::load: return arity(0) && now(Kind::load);
    case Method::store: return arity(1) && now(Kind::store);
    default: return no_attribute(self, name);
  }
}

// ---------------------------------------------------------------------------------------- builtins

/// Whether showing it asks the script: somewhere in it is an object with a __str__ or __repr__ of its own.
bool Machine::needs_show(const Value& value, int depth, int& budget) const {
  if (depth > 20 || --budget < 0) return false;
  Value found;
  switch (value.type()) {
    case ValueType::instance:
      if (class_attribute(value, known(Known::repr), found) || class_attribute(value, known(Known::str), found)) return true;
      if (is_exception(value)) return needs_show(as<InstanceObject>(value).exception->arguments, depth + 1, budget);
      return false;
    case ValueType::list:
    case ValueType::tuple:
      for (const Value& item : value.items())
        if (needs_show(item, depth + 1, budget)) return true;
      return false;
    case ValueType::dict:
    case ValueType::set:
      for (const Value& item : dict_items(value))
        if (needs_show(item, depth + 1, budget)) return true;
      return false;
    default: return false;
  }
}

/// Whether comparing it asks the script: somewhere in it is an object with an __eq__.
bool Machine::needs_equal(const Value& value, int depth, int& budget) const {
  if (depth > 20 || --budget < 0) return false;
  Value found;
  switch (value.type()) {
    case ValueType::instance: return class_attribute(value, known(Known::eq), found);
    case ValueType::list:
    case ValueType::tuple:
      for (const Value& item : value.items())
        if (needs_equal(item, depth + 1, budget)) return true;
      return false;
    case ValueType::dict:
      for (const Value& item : dict_items(value))
        if (needs_equal(item, depth + 1, budget)) return true;
      return false;
    default: return false;
  }
}

/// print(..., end=...): keeps what is no whole line yet. whole: `ask` has lines to print.
bool Machine::print_partly(Ask& ask, const Arguments& arguments, bool& whole) {
  const Value* end = arguments.keyword("end");
  whole = true;
  if (frame_.partial_.is_none() && (!end || end->is_none() || end->text() == "\n")) return true;
  std::string text(frame_.partial_.text());
  text += ask.text;
  text += !end || end->is_none() ? "\n" : end->text();
  if (!context_.room(static_cast<std::int64_t>(text.size()))) return false;
  std::size_t last = text.rfind('\n');
  whole = last != std::string::npos;
  std::string rest = whole ? text.substr(last + 1) : text;
  frame_.partial_ = rest.empty() ? Value() : Value::string(context_.heap, std::move(rest));
  if (whole) ask.text = text.substr(0, last);
  return true;
}

bool Machine::has_truth(const Value& object) const {
  Value found;
  return class_attribute(object, known(Known::boolean), found) || class_attribute(object, known(Known::len), found);
}

/// The operand on top is an object that decides its truth itself: asks it, and the instruction runs again with the answer.
bool Machine::ask_truth() {
  Value found, self = sp_[-1];
  if (!class_attribute(self, known(Known::boolean), found)) class_attribute(self, known(Known::len), found);
  return invoke(std::move(found), {std::move(self)}, After::retry);
}

bool Machine::through_script(Builtin builtin, const Arguments& a, std::size_t taken, After after, bool& good) {
  std::size_t count = a.positional.size();
  const Value* first = count ? &a.positional[0] : nullptr;
  bool script = std::any_of(a.positional.begin(), a.positional.end(), [&](const Value& v) { return reads_script(v); });
  bool shows = instance_.program().code().shows, in_prelude = function_->prelude;
  Value callee, found;
  std::vector<Value> positional;
  Prelude prelude = Prelude::count;
  switch (builtin) {
    case Builtin::any: if (script) prelude = Prelude::any; break;
    case Builtin::all: if (script) prelude = Prelude::all; break;
    case Builtin::enumerate: if (script) prelude = Prelude::enumerate; break;
    case Builtin::zip: if (script) prelude = Prelude::zip; break;
    case Builtin::filter: if (count == 2) prelude = Prelude::filter; break;
    case Builtin::map: if (count >= 2) prelude = Prelude::map; break;
    case Builtin::sorted:
      if (count == 1 && (script || a.keyword("key"))) prelude = Prelude::sorted;
      else if (count == 1 && !in_prelude)
        for (const Value& item : first->items())
          if (item.is(ValueType::instance)) prelude = Prelude::sorted;
      break;
    case Builtin::max:
    case Builtin::min:
      if (count == 1 && !script && !in_prelude)
        for (const Value& item : first->items()) script |= item.is(ValueType::instance);
      if (a.keyword("key") || script) prelude = builtin == Builtin::max ? Prelude::max : Prelude::min;
      break;
    case Builtin::list:
    case Builtin::tuple:
    case Builtin::set:
    case Builtin::sum:
    case Builtin::dict:
      if (!first || !reads_script(*first)) return false;
      prelude = Prelude::collect_call;
      positional.push_back(Value::builtin(static_cast<std::uint32_t>(builtin)));
      break;
    case Builtin::print:
      if (!shows) return false;
      for (const Value& v : a.positional) {
        int budget = 10'000;
        if (needs_show(v, 0, budget)) prelude = Prelude::print;
      }
      break;
    case Builtin::str:
    case Builtin::repr: {
      int budget = 10'000;
      if (!shows || count != 1 || !needs_show(*first, 0, budget)) return false;
      prelude = builtin == Builtin::str ? Prelude::str : Prelude::repr;
      break;
    }
    case Builtin::len:
      if (count != 1 || !class_attribute(*first, known(Known::len), callee)) return false;
      positional.push_back(*first);
      break;
    case Builtin::hash:
      if (count != 1 || !class_attribute(*first, known(Known::hash), callee)) return false;
      positional.push_back(*first);
      break;
    case Builtin::bool_:
      if (count != 1 || !has_truth(*first)) return false;
      if (!class_attribute(*first, known(Known::boolean), callee)) class_attribute(*first, known(Known::len), callee);
      positional.push_back(*first);
      after = after == After::push ? After::boolean : after;
      break;
    case Builtin::iter:
      if (count != 1 || !first->is(ValueType::instance)) return false;
      if (!class_attribute(*first, known(Known::iter), callee)) return false;
      positional.push_back(*first);
      break;
    case Builtin::next: {
      if (count < 1 || (!first->is(ValueType::generator) && !first->is(ValueType::instance) && !first->is(ValueType::iterator))) return false;
      Value source = *first, standard = count > 1 ? a.positional[1] : Value();
      bool has_standard = count > 1;
      if (after != After::push) return good = context_.fail("RuntimeError", "next() cannot stand here."), true;
      if (source.is(ValueType::instance) && !class_attribute(source, known(Known::next), callee)) return false;
      if (source.is(ValueType::generator) && instance_.program().code().functions[as<GeneratorObject>(source).function].is_async) return false;
      pop_to(sp_ - taken);
      if (source.is(ValueType::iterator)) {
        std::int64_t position = 0;
        Value item;
        Next state = interleave::next(context_, source, position, item);
        if (state == Next::end) item = std::move(standard);
        good = state == Next::item || (state == Next::end && has_standard) ? deliver(after, 0, std::move(item)) : state == Next::failed ? false : stop_iteration(Value());
        return true;
      }
      if (has_standard) *sp_++ = std::move(standard);
      if (source.is(ValueType::generator)) good = resume_generator(std::move(source), Value(), has_standard ? After::next_default : After::next, false);
      else good = invoke(std::move(callee), {std::move(source)}, has_standard ? After::next_default : After::push);
      return true;
    }
    default: return false;
  }
  if (prelude == Prelude::count && callee.is_none()) return false;
  if (callee.is_none()) {
    callee = Value::function(instance_.program().code().prelude[static_cast<std::size_t>(prelude)]);
    positional.insert(positional.end(), a.positional.begin(), a.positional.end());
  }
  std::vector<std::string> keywords(a.keywords.begin(), a.keywords.end());
  std::vector<Value> values(a.values.begin(), a.values.end());
  pop_to(sp_ - taken);
  good = invoke(std::move(callee), positional, keywords, values, after);
  return true;
}

/// `taken` operands are the arguments. False: an error, or step_ asks.
bool Machine::call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken, After after) {
  bool good = false;
  if (through_script(builtin, arguments, taken, after, good)) return good;
  Value out;
  const BuiltinFacts& f = facts(builtin);
  std::size_t count = arguments.positional.size();
  auto counted = [&] {
    if (static_cast<int>(count) >= f.least && (f.most < 0 || static_cast<int>(count) <= f.most)) return true;
    return context_.type_error(std::string(f.name) + "() does not take " + std::to_string(count) + (count == 1 ? " argument." : " arguments."));
  };
  bool asks = false;
  switch (builtin) {
    case Builtin::isinstance: {
      bool is = false;
      if (!counted() || !is_instance(context_, instance_, arguments.positional[0], arguments.positional[1], is)) return false;
      out = Value::boolean(is);
      break;
    }
    case Builtin::issubclass: {
      if (!counted()) return false;
      const Value &a = arguments.positional[0], &b = arguments.positional[1];
      if (!a.is(ValueType::class_)) return context_.type_error("issubclass() needs a class of the script.", "issubclass() arg 1 must be a class");
      bool is = false;
      for (const Value& base : b.is(ValueType::tuple) ? b.items() : std::vector<Value>{b}) is |= base.is(ValueType::class_) ? is_subclass(a, base) : base.is(ValueType::builtin) && base.integer() == static_cast<std::int64_t>(Builtin::object);
      out = Value::boolean(is);
      break;
    }
    case Builtin::type:
      if (!counted()) return false;
      out = type_of(instance_, arguments.positional[0]);
      break;
    case Builtin::callable: {
      if (!counted()) return false;
      const Value& v = arguments.positional[0];
      Value found;
      out = Value::boolean(is_function(v) || v.is(ValueType::bound) || v.is(ValueType::class_) || class_attribute(v, known(Known::call), found));
      break;
    }
    case Builtin::object: {
      Value cls = instance_.named_class("object");
      out = make<InstanceObject>(context_.heap, cls);
      break;
    }
    case Builtin::getattr:
    case Builtin::hasattr:
    case Builtin::setattr: {
      if (!counted()) return false;
      const Value &object = arguments.positional[0], &name = arguments.positional[1];
      if (!name.is(ValueType::string)) return context_.type_error("The name of an attribute is a str.", "attribute name must be string, not " + quoted(python_type_name(name)));
      auto& names = instance_.program().code().names;
      auto at = std::find(names.begin(), names.end(), name.text());
      auto index = static_cast<std::uint32_t>(at - names.begin());
      bool property = false, found = at != names.end() && builtin != Builtin::setattr && load_attribute(object, index, out, property);
      if (builtin == Builtin::setattr) {
        if (at == names.end()) return context_.value_error("setattr() can only set an attribute whose name is written somewhere in the script.");
        if (!store_attribute(object, index, arguments.positional[2])) return false;
        break;
      }
      if (builtin == Builtin::getattr && found && property) {
        Value function = std::move(out), self = object;
        pop_to(sp_ - taken);
        return invoke(std::move(function), {std::move(self)}, after);
      }
      if (!found) {
        if (builtin == Builtin::getattr && count < 3) {
          if (context_.kind.empty()) return context_.fail("AttributeError", capital_type(object) + " has no attribute '" + std::string(name.text()) + "'.", quoted(python_type_name(object)) + " object has no attribute " + quoted(name.text()));
          return false;
        }
        context_.kind.clear();
        context_.sentence.clear();
        context_.words.clear();
        if (builtin == Builtin::getattr) out = arguments.positional[2];
      }
      if (builtin == Builtin::hasattr) out = Value::boolean(found);
      break;
    }
    case Builtin::property:
    case Builtin::staticmethod:
    case Builtin::classmethod:
      if (!counted()) return false;
      out = make<DescriptorObject>(context_.heap, builtin, arguments.positional[0]);
      break;
    case Builtin::shown: {
      const Value& v = arguments.positional[0];
      Value method;
      bool as_repr = truth(arguments.positional[1]);
      bool found = (!as_repr && class_attribute(v, known(Known::str), method)) || class_attribute(v, known(Known::repr), method);
      // A str() that an exception has by itself goes before a __repr__ of its class.
      if (found && !as_repr && is_exception(v) && !class_attribute(v, known(Known::str), method)) found = false, method = make<BoundObject>(context_.heap, Value(), v, known(Known::str)), out = method;
      if (found) out = make<BoundObject>(context_.heap, std::move(method), v, known(Known::repr));
      break;
    }
    case Builtin::scripted: {
      bool some = false;
      for (const Value& item : arguments.positional[0].items()) some |= item.is(ValueType::instance);
      out = Value::boolean(some);
      break;
    }
    case Builtin::show: out = Value::string(context_.heap, repr(arguments.positional[0])); break;
    case Builtin::sort_by: {
      std::vector<Value> items = arguments.positional[0].items(), keys = arguments.positional[1].items();
      if (!sort_by(context_, keys, items, truth(arguments.positional[2]))) return false;
      out = Value::list(context_.heap, std::move(items));
      break;
    }
    default:
      switch (f.kind) {
        case BuiltinFacts::Kind::python:
          if (builtin != Builtin::print) {
            if (!call_python(context_, builtin, arguments, out)) return false;
            break;
          }
          [[fallthrough]];
        case BuiltinFacts::Kind::plain_operation:
        case BuiltinFacts::Kind::awaited_operation: {
          Ask ask;
          if (!make_ask(context_, builtin, arguments, ask)) return false;
          auto& prelude = instance_.program().code().prelude;
          if (builtin == Builtin::to_thread) {
            Value named = make_dict(context_.heap);
            for (std::size_t i = 0; i < arguments.keywords.size(); ++i)
              if (!dict_store(context_, named, Value::string(context_.heap, arguments.keywords[i]), arguments.values[i])) return false;
            std::vector<Value> bound{arguments.positional[0], Value::tuple(context_.heap, {arguments.positional.begin() + 1, arguments.positional.end()}), std::move(named)};
            ask.children = {make<CoroutineObject>(context_.heap, prelude[static_cast<std::size_t>(Prelude::call)], std::move(bound))};
          }
          for (Value& child : ask.children)
            if (child.is(ValueType::operation)) child = make<CoroutineObject>(context_.heap, prelude[static_cast<std::size_t>(Prelude::await_)], std::vector<Value>{child});
          bool whole = true;
          if (builtin == Builtin::print && !print_partly(ask, arguments, whole)) return false;
          if (!whole) break;
          if (builtin == Builtin::print && module_) {
            module_->print(std::move(ask.text));
            break;
          }
          if (f.kind == BuiltinFacts::Kind::awaited_operation && taken == 0 && !(ip_[-1].op() == Op::builtin || ip_[-1].op() == Op::builtin_shaped)) {
            out = make<OperationObject>(context_.heap, std::move(ask));  // called as a value: it waits to be awaited
            break;
          }
          if (module_) return context_.fail("RuntimeError", std::string(f.name) + "() cannot be asked at the top level; call it in a function that run() starts.");
          if (after != After::push) return context_.fail("RuntimeError", std::string(f.name) + "() cannot stand here.");
          step_.ask = std::move(ask);
          asks = true;
          break;
        }
        case BuiltinFacts::Kind::maker:
          if (!make_sync(context_, builtin, arguments, out)) return false;
          break;
        case BuiltinFacts::Kind::fact: {
          const Settings& settings = instance_.settings();
          out = Value::integer(builtin == Builtin::workers ? settings.workers : settings.cores);
          break;
        }
        case BuiltinFacts::Kind::declaration: {
          assert(module_);
          if (!module_->declare(context_, builtin, arguments, function_->places[static_cast<std::size_t>(ip_ - function_->instructions.data()) - 1])) return false;
          if (builtin == Builtin::param || builtin == Builtin::gil_interval) out = std::move(arguments.positional[0]);  // where declare() left the value
          break;
        }
        case BuiltinFacts::Kind::prelude: break;
      }
  }
  pop_to(sp_ - taken);
  if (asks) {
    step_.kind = Step::Kind::ask;
    return false;
  }
  return deliver(after, 0, std::move(out));
}

// ---------------------------------------------------------------------------------------- operators of objects

bool Machine::binary_of_instances(BinaryOp op) {
  constexpr Known kForward[] = {Known::add, Known::sub, Known::mul, Known::truediv, Known::floordiv, Known::mod, Known::pow, Known::lshift, Known::rshift, Known::and_, Known::or_, Known::xor_};
  constexpr Known kBackward[] = {Known::radd, Known::rsub, Known::rmul, Known::rtruediv, Known::rfloordiv, Known::rmod, Known::rpow};
  Value a = sp_[-2], b = sp_[-1], found;
  auto i = static_cast<std::size_t>(op);
  if (class_attribute(a, known(kForward[i]), found)) {
    pop_to(sp_ - 2);
    return invoke(std::move(found), {std::move(a), std::move(b)}, After::push);
  }
  if (i < std::size(kBackward) && class_attribute(b, known(kBackward[i]), found)) {
    pop_to(sp_ - 2);
    return invoke(std::move(found), {std::move(b), std::move(a)}, After::push);
  }
  Value out;
  return binary(context_, op, a, b, out);
}

/// done: the operands are gone and the answer comes, or did not come. Else the language itself compares.
bool Machine::compare_of_instances(CompareOp op, bool jumps, bool& done) {
  Value a = sp_[-2], b = sp_[-1], found;
  auto call = [&](Value& self, Value& other, bool negate) {
    done = true;
    pop_to(sp_ - 2);
    return invoke(std::move(found), {self, other}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::push);
  };
  done = false;
  switch (op) {
    case CompareOp::equal:
    case CompareOp::not_equal:
      if (!a.is(ValueType::instance) && !b.is(ValueType::instance)) {
        if (function_->prelude && (a.type() != b.type())) return true;
        int budget = 10'000;
        if (!needs_equal(a, 0, budget)) return true;
        done = true;
        pop_to(sp_ - 2);
        bool negate = op == CompareOp::not_equal;
        return invoke_prelude(Prelude::equal, {a, b}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::boolean);
      }
      if (op == CompareOp::not_equal && class_attribute(a, known(Known::ne), found)) return call(a, b, false);
      if (class_attribute(a, known(Known::eq), found)) return call(a, b, op == CompareOp::not_equal);
      if (class_attribute(b, known(Known::eq), found)) return call(b, a, op == CompareOp::not_equal);
      return true;
    case CompareOp::in:
    case CompareOp::not_in:
      if (class_attribute(b, known(Known::contains), found)) {
        done = true;
        pop_to(sp_ - 2);
        bool negate = op == CompareOp::not_in;
        return invoke(std::move(found), {b, a}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::boolean);
      }
      if (reads_script(b) || (a.is(ValueType::instance) && class_attribute(a, known(Known::eq), found))) {
        done = true;
        pop_to(sp_ - 2);
        bool negate = op == CompareOp::not_in;
        return invoke_prelude(Prelude::contains, {b, a}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::boolean);
      }
      return true;
    case CompareOp::less:
    case CompareOp::less_equal:
    case CompareOp::greater:
    case CompareOp::greater_equal: {
      Known forward = op == CompareOp::less ? Known::lt : op == CompareOp::less_equal ? Known::le : op == CompareOp::greater ? Known::gt : Known::ge;
      Known backward = op == CompareOp::less ? Known::gt : op == CompareOp::less_equal ? Known::ge : op == CompareOp::greater ? Known::lt : Known::le;
      if (class_attribute(a, known(forward), found)) return call(a, b, false);
      if (class_attribute(b, known(backward), found)) return call(b, a, false);
      return true;
    }
    default: return true;
  }
}

bool Machine::unpack(std::uint32_t argument) {
  std::size_t count = argument & 255, before = argument >> 9;
  bool star = argument & 256;
  Value& value = sp_[-1];
  if (reads_script(value)) return invoke_prelude(Prelude::collect, {value}, After::retry);
  std::vector<Value> items;
  Value iterable = value;
  std::string names = std::to_string(count);
  if (value.is(ValueType::coroutine) || value.is(ValueType::slice) || !start_iteration(context_, iterable))
    return context_.type_error(capital_type(value) + " cannot be unpacked into " + names + " names.", "cannot unpack non-iterable " + python_type_name(value) + " object");
  std::string too_many = "too many values to unpack (expected " + names + ")";
  if (!star && length(value) > static_cast<std::int64_t>(count) + 1000 && !value.is(ValueType::iterator))
    return context_.value_error("There are more values than the " + names + " names on the left.", too_many);
  if (!collect(context_, value, items)) return false;
  std::size_t least = star ? count - 1 : count;
  if (items.size() < least || (!star && items.size() > count)) {
    std::string few = "not enough values to unpack (expected " + std::string(star ? "at least " : "") + std::to_string(least) + ", got " + std::to_string(items.size()) + ")";
    return context_.value_error(std::to_string(items.size()) + (items.size() == 1 ? " value" : " values") + " cannot be unpacked into " + names + (count == 1 ? " name." : " names."), items.size() < least ? few : too_many);
  }
  if (star) {
    auto first = items.begin() + static_cast<std::ptrdiff_t>(before), last = first + static_cast<std::ptrdiff_t>(items.size() - least);
    Value rest = Value::list(context_.heap, {std::make_move_iterator(first), std::make_move_iterator(last)});
    items.erase(first, last);
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(before), std::move(rest));
  }
  *--sp_ = Value();
  for (auto item = items.rbegin(); item != items.rend(); ++item) *sp_++ = std::move(*item);
  return true;
}

// ---------------------------------------------------------------------------------------- the loop

Step Machine::run() {
  const Code& code = instance_.program().code();
  if (frame_.over()) {
    step_.kind = Step::Kind::failed;
    step_.error = {0, 0, "RuntimeError", "The task is over."};
    return std::move(step_);
  }
  step_ = {};
  Value scratch;
  if (!raised_.is_none() && !trouble()) return std::move(step_);

  auto pause = [&]() -> Step {
    step_.kind = Step::Kind::paused;
    save();
    return std::move(step_);
  };
  auto push = [&](Value&& value) { std::construct_at(sp_++, std::move(value)); };
  auto unbound = [&](std::uint32_t slot) {
    const std::string& name = function_->variables[slot];
    bool global = std::find(code.globals.begin(), code.globals.end(), name) != code.globals.end();
    context_.fail("UnboundLocalError", name.empty() ? "A variable has no value yet." : "'" + name + "' has no value yet" + (global ? ": a function that assigns a name has one of its own, apart from the top level's." : "."),
                  "cannot access local variable " + quoted(name) + " where it is not associated with a value");
  };
  auto no_global = [&](std::uint32_t index) {
    context_.fail("NameError", "'" + code.globals[index] + "' has no value yet.", "name " + quoted(code.globals[index]) + " is not defined");
  };
  auto in_cell = [&](const Value& cell) {
    auto& c = as<CellObject>(cell);
    Locked hold(c);
    return c.value;
  };
  auto into_cell = [&](const Value& cell, Value value) {
    auto& c = as<CellObject>(cell);
    Locked hold(c);
    c.value.swap(value);  // what was there goes after the lock
  };

  for (;;) {
    const Instruction instruction = *ip_++;
    const std::uint32_t argument = instruction.argument();
    switch (instruction.op()) {
      case Op::load_constant: push(Value(instance_.constants_[argument])); break;
      case Op::load_integer: push(Value::integer(instruction.signed_argument())); break;
      case Op::load_local: {
        const Value& v = locals_[argument];
        if (v.is(ValueType::unbound)) [[unlikely]] {
          unbound(argument);
          goto stopped;
        }
        push(Value(v));
        break;
      }
      case Op::store_local: locals_[argument] = std::move(*--sp_); break;
      case Op::load_global: {
        const Value& v = instance_.globals_[argument];
        if (v.is(ValueType::unbound)) [[unlikely]] {
          no_global(argument);
          goto stopped;
        }
        push(Value(v));
        break;
      }
      case Op::store_global: module_->store_global(argument, std::move(*--sp_)); break;
      case Op::load_shared_global: {
        Value v = in_cell(instance_.globals_[argument]);
        if (v.is(ValueType::unbound)) [[unlikely]] {
          no_global(argument);
          goto stopped;
        }
        push(std::move(v));
        break;
      }
      case Op::store_shared_global: into_cell(instance_.globals_[argument], std::move(*--sp_)); break;
      case Op::make_cell: {
        Value& v = locals_[argument];
        v = make<CellObject>(context_.heap, std::move(v));
        break;
      }
      case Op::load_cell: {
        Value v = in_cell(locals_[argument]);
        if (v.is(ValueType::unbound)) [[unlikely]] {
          bool own = std::find(function_->free.begin(), function_->free.end(), argument) == function_->free.end();
          unbound(argument);
          if (!own) context_.kind = "NameError", context_.words = "cannot access free variable " + quoted(function_->variables[argument]) + " where it is not associated with a value in enclosing scope";
          goto stopped;
        }
        push(std::move(v));
        break;
      }
      case Op::store_cell: into_cell(locals_[argument], std::move(*--sp_)); break;
      case Op::load_builtin: push(Value::builtin(argument)); break;
      case Op::load_exception: push(Value(instance_.exception_classes_[argument])); break;
      case Op::load_function: push(Value::function(argument)); break;
      case Op::make_closure: {
        const FunctionCode& inner = code.functions[argument];
        std::size_t defaults = inner.parameters - inner.required;
        for (bool required : inner.by_name_required) defaults += !required;
        std::vector<Value> cells;
        for (std::uint32_t slot : inner.captures) cells.push_back(locals_[slot]);
        std::vector<Value> values(std::make_move_iterator(sp_ - defaults), std::make_move_iterator(sp_));
        sp_ -= defaults;
        push(make<ClosureObject>(context_.heap, argument, std::move(cells), std::move(values)));
        break;
      }
      case Op::set_defaults: {
        std::size_t count = argument & 255;
        module_->set_defaults(argument >> 8, {std::make_move_iterator(sp_ - count), std::make_move_iterator(sp_)});
        sp_ -= count;
        break;
      }
      case Op::pop: *--sp_ = Value(); break;
      case Op::dup: push(Value(sp_[-1])); break;
      case Op::dup_two:
        push(Value(sp_[-2]));
        push(Value(sp_[-2]));
        break;
      case Op::rotate_two: sp_[-1].swap(sp_[-2]); break;
      case Op::rotate_three:
        sp_[-1].swap(sp_[-2]);
        sp_[-2].swap(sp_[-3]);
        break;

      case Op::binary: {
        auto op = static_cast<BinaryOp>(argument & 0x7f);
        Value &a = sp_[-2], &b = sp_[-1];
        if (quick_binary(op, a, b, a)) {
          --sp_;
          *sp_ = Value();
          break;
        }
        if (a.is(ValueType::instance) || b.is(ValueType::instance)) [[unlikely]] {
          if (!binary_of_instances(op)) goto stopped;
          break;
        }
        if (argument & 0x80 && op == BinaryOp::add && a.is(ValueType::list) && reads_script(b)) {
          if (!invoke_prelude(Prelude::collect, {b}, After::retry)) goto stopped;
          break;
        }
        bool good = argument & 0x80 ? binary_in_place(context_, op, a, b, scratch) : binary(context_, op, a, b, scratch);
        if (!good) goto stopped;
        *--sp_ = Value();
        sp_[-1] = std::move(scratch);
        break;
      }
      case Op::binary_locals: {
        auto op = static_cast<BinaryOp>(argument & 15);
        const Value &a = locals_[argument >> 4 & 1023], &b = locals_[argument >> 14];
        std::construct_at(sp_);
        if (quick_binary(op, a, b, *sp_)) {
          ++sp_;
          break;
        }
        if (a.is(ValueType::unbound) || b.is(ValueType::unbound)) {
          unbound(a.is(ValueType::unbound) ? argument >> 4 & 1023 : argument >> 14);
          goto stopped;
        }
        if (a.is(ValueType::instance) || b.is(ValueType::instance)) [[unlikely]] {
          Value left = a, right = b;
          push(std::move(left));
          push(std::move(right));
          if (!binary_of_instances(op)) goto stopped;
          break;
        }
        if (!binary(context_, op, a, b, scratch)) goto stopped;
        push(std::move(scratch));
        break;
      }
      case Op::binary_integer: {
        auto op = static_cast<BinaryOp>(argument & 15);
        Value& a = sp_[-1];
        Value b = Value::integer(static_cast<std::int32_t>(instruction.word) >> 12);
        if (quick_binary(op, a, b, a)) break;
        if (a.is(ValueType::instance)) [[unlikely]] {
          push(std::move(b));
          if (!binary_of_instances(op)) goto stopped;
          break;
        }
        if (!binary(context_, op, a, b, scratch)) goto stopped;
        a = std::move(scratch);
        break;
      }
      case Op::unary:
        if (sp_[-1].is(ValueType::instance) && dunder(sp_[-1], Known::neg, scratch) && static_cast<UnaryOp>(argument) == UnaryOp::negative) {
          Value self = std::move(*--sp_);
          if (!invoke(std::exchange(scratch, Value()), {std::move(self)}, After::push)) goto stopped;
          break;
        }
        if (!unary(context_, static_cast<UnaryOp>(argument), sp_[-1], scratch)) goto stopped;
        sp_[-1] = std::move(scratch);
        break;
      case Op::logical_not:
        if (sp_[-1].is(ValueType::instance) && has_truth(sp_[-1])) {
          if (!ask_truth()) goto stopped;
          break;
        }
        sp_[-1] = Value::boolean(!truth(sp_[-1])); break;
      case Op::compare:
      case Op::compare_jump: {
        auto op = static_cast<CompareOp>(argument & 15);
        Value &a = sp_[-2], &b = sp_[-1];
        bool result = false;
        if (a.is(ValueType::integer) && b.is(ValueType::integer) && op <= CompareOp::greater_equal) {
          result = holds(op, a.integer(), b.integer());
        } else if ((a.is_object() || b.is_object()) && op < CompareOp::is && (a.is(ValueType::instance) || reads_script(b) || code.equals)) {
          bool done = false;
          if (!compare_of_instances(op, instruction.op() == Op::compare_jump, done)) goto stopped;
          if (done) break;
          if (!compare(context_, op, sp_[-2], sp_[-1], result)) goto stopped;
        } else if (!compare(context_, op, a, b, result)) {
          goto stopped;
        }
        *--sp_ = Value();
        if (instruction.op() == Op::compare) {
          sp_[-1] = Value::boolean(result);
          break;
        }
        *--sp_ = Value();
        if (!result) ip_ = function_->instructions.data() + (argument >> 4);
        break;
      }

      case Op::jump: ip_ = function_->instructions.data() + argument; break;
      case Op::jump_back: {
        const Instruction* target = function_->instructions.data() + argument;
        context_.fuel -= ip_ - target;
        ip_ = target;
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) goto stopped;
          return pause();
        }
        break;
      }
      case Op::jump_if_false:
      case Op::jump_if_true: {
        if (sp_[-1].is(ValueType::instance) && has_truth(sp_[-1])) [[unlikely]] {
          if (!ask_truth()) goto stopped;
          break;
        }
        bool value = truth(*--sp_);
        *sp_ = Value();
        if (value == (instruction.op() == Op::jump_if_true)) ip_ = function_->instructions.data() + argument;
        break;
      }
      case Op::jump_if_false_or_pop:
      case Op::jump_if_true_or_pop:
        if (truth(sp_[-1]) == (instruction.op() == Op::jump_if_true_or_pop)) ip_ = function_->instructions.data() + argument;
        else *--sp_ = Value();
        break;

      case Op::build_list:
      case Op::build_tuple: {
        std::vector<Value> items(std::make_move_iterator(sp_ - argument), std::make_move_iterator(sp_));
        sp_ -= argument;
        push(instruction.op() == Op::build_list ? Value::list(context_.heap, std::move(items)) : Value::tuple(context_.heap, std::move(items)));
        break;
      }
      case Op::build_dict: {
        Value dict = make_dict(context_.heap);
        for (Value* at = sp_ - 2 * argument; at < sp_; at += 2)
          if (!dict_store(context_, dict, at[0], at[1])) goto stopped;
        for (std::uint32_t i = 0; i < 2 * argument; ++i) *--sp_ = Value();
        push(std::move(dict));
        break;
      }
      case Op::build_set: {
        Value set = make_set(context_.heap);
        for (Value* at = sp_ - argument; at < sp_; ++at)
          if (!dict_store(context_, set, *at, Value())) goto stopped;
        for (std::uint32_t i = 0; i < argument; ++i) *--sp_ = Value();
        push(std::move(set));
        break;
      }
      case Op::build_slice:
        sp_ -= 3;
        scratch = make<SliceObject>(context_.heap, std::move(sp_[0]), std::move(sp_[1]), std::move(sp_[2]));
        push(std::move(scratch));
        break;
      case Op::build_string: {
        std::string text;
        for (Value* at = sp_ - argument; at < sp_; ++at) text += at->text();
        if (text.size() > (1 << 20) && !context_.room(static_cast<std::int64_t>(text.size()))) goto stopped;
        context_.charge(text.size() / 8);
        for (std::uint32_t i = 0; i < argument; ++i) *--sp_ = Value();
        push(Value::string(context_.heap, std::move(text)));
        break;
      }
      case Op::list_append: {
        Value item = std::move(*--sp_);
        if (!append(context_, sp_[-1 - static_cast<std::int32_t>(argument)], std::move(item))) goto stopped;
        break;
      }
      case Op::list_extend: {
        if (reads_script(sp_[-1])) {
          Value items = sp_[-1];
          if (!invoke_prelude(Prelude::collect, {std::move(items)}, After::retry)) goto stopped;
          break;
        }
        Value item = std::move(*--sp_);
        if (!call_method(context_, Method::extend, sp_[-1], std::span<Value>(&item, 1), scratch)) goto stopped;
        break;
      }
      case Op::dict_insert: {
        if (!dict_store(context_, sp_[-3 - static_cast<std::int32_t>(argument)], sp_[-2], sp_[-1])) goto stopped;
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      }
      case Op::set_add: {
        if (!dict_store(context_, sp_[-2 - static_cast<std::int32_t>(argument)], sp_[-1], Value())) goto stopped;
        *--sp_ = Value();
        break;
      }
      case Op::dict_merge: {
        if (!sp_[-1].is(ValueType::dict)) {
          context_.type_error("** needs a dict, not " + a_type(sp_[-1]) + ".", quoted(python_type_name(sp_[-1])) + " object is not a mapping");
          goto stopped;
        }
        std::vector<Value> all = dict_items(sp_[-1]);
        for (std::size_t i = 0; i < all.size(); i += 2)
          if (!dict_store(context_, sp_[-2], all[i], all[i + 1])) goto stopped;
        *--sp_ = Value();
        break;
      }
      case Op::subscript:
        if (sp_[-2].is(ValueType::instance)) {
          if (dunder(sp_[-2], Known::getitem, scratch)) {
            Value object = sp_[-2], key = sp_[-1];
            pop_to(sp_ - 2);
            if (!invoke(std::exchange(scratch, Value()), {std::move(object), std::move(key)}, After::push)) goto stopped;
            break;
          }
        }
        if (!subscript(context_, sp_[-2], sp_[-1], scratch)) goto stopped;
        *--sp_ = Value();
        sp_[-1] = std::move(scratch);
        break;
      case Op::store_subscript:
        if (sp_[-2].is(ValueType::instance) && dunder(sp_[-2], Known::setitem, scratch)) {
          Value object = sp_[-2], key = sp_[-1], item = sp_[-3];
          pop_to(sp_ - 3);
          if (!invoke(std::exchange(scratch, Value()), {std::move(object), std::move(key), std::move(item)}, After::discard)) goto stopped;
          break;
        }
        if (!store_subscript(context_, sp_[-2], sp_[-1], sp_[-3])) goto stopped;
        for (int i = 0; i < 3; ++i) *--sp_ = Value();
        break;
      case Op::delete_subscript:
        if (sp_[-2].is(ValueType::instance) && dunder(sp_[-2], Known::delitem, scratch)) {
          Value object = sp_[-2], key = sp_[-1];
          pop_to(sp_ - 2);
          if (!invoke(std::exchange(scratch, Value()), {std::move(object), std::move(key)}, After::discard)) goto stopped;
          break;
        }
        if (!delete_subscript(context_, sp_[-2], sp_[-1])) goto stopped;
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      case Op::unpack:
        if (!unpack(argument)) goto stopped;
        break;
      case Op::load_attribute: {
        bool property = false;
        Value object = std::move(*--sp_);
        if (!load_attribute(object, argument, scratch, property)) goto stopped;
        if (property) {
          if (!invoke(std::exchange(scratch, Value()), {std::move(object)}, After::push)) goto stopped;
          break;
        }
        push(std::move(scratch));
        break;
      }
      case Op::store_attribute:
        if (!store_attribute(sp_[-1], argument, sp_[-2])) goto stopped;
        pop_to(sp_ - 2);
        break;
      case Op::delete_attribute:
        if (!delete_attribute(sp_[-1], argument)) goto stopped;
        *--sp_ = Value();
        break;

      case Op::begin_loop: {
        Value& source = sp_[-1];
        if (source.is(ValueType::generator) || source.is(ValueType::instance) || argument) [[unlikely]] {
          bool is_async = argument & 1;
          if (source.is(ValueType::generator) && as<GeneratorObject>(source).is_async == is_async) {
            push(Value::integer(0));
            break;
          }
          if (source.is(ValueType::instance) && dunder(source, is_async ? Known::aiter : Known::iter, scratch)) {
            if (!invoke(std::exchange(scratch, Value()), {source}, After::begin)) goto stopped;
            break;
          }
          if (is_async) context_.type_error("'async for' needs a generator made by async def, or an object with __aiter__, not " + a_type(source) + ".", "'async for' requires an object with __aiter__ method, got " + python_type_name(source));
          else context_.type_error(capital_type(source) + " has no items to go through.", quoted(python_type_name(source)) + " object is not iterable");
          goto stopped;
        }
        if (!start_iteration(context_, source)) goto stopped;
        push(Value::integer(0));
        break;
      }
      case Op::leave_loop: {
        *--sp_ = Value();
        if (!sp_[-1].is(ValueType::generator)) break;
        auto& g = as<GeneratorObject>(sp_[-1]);
        if (g.references.load(std::memory_order_acquire) != 1 || g.is_async || g.state.load(std::memory_order_acquire) != GeneratorObject::State::suspended) break;
        Value generator = std::move(*--sp_);
        if (!resume_generator(std::move(generator), make_exception(instance_, Exception::generator_exit, {}), After::close, true)) goto stopped;
        break;
      }
      case Op::next_item: {
        std::int64_t position = sp_[-1].integer();
        Next state;
        if (const Value& iterable = sp_[-2]; iterable.is(ValueType::range)) {
          auto& r = as<RangeObject>(iterable);
          state = position < r.length ? Next::item : Next::end;
          if (state == Next::item) {
            sp_[-1] = Value::integer(position + 1);
            push(Value::integer(r.at(position)));
            break;
          }
        } else if (iterable.is(ValueType::generator)) {
          if (!resume_generator(iterable, Value(), After::iterate, false)) goto stopped;
          if (context_.fuel < 0) [[unlikely]] {
            if (!context_.room(0)) goto stopped;
            return pause();
          }
          break;
        } else if (iterable.is(ValueType::instance)) {
          bool is_async = position < 0;
          if (!dunder(iterable, is_async ? Known::anext : Known::next, scratch)) {
            context_.type_error(capital_type(iterable) + " has no __next__.", "iter() returned non-iterator of type " + quoted(type_name(iterable)));
            goto stopped;
          }
          if (!invoke(std::exchange(scratch, Value()), {iterable}, is_async ? After::await_iterate : After::iterate)) goto stopped;
          break;
        } else {
          state = next(context_, iterable, position, scratch);
        }
        if (state == Next::item) {
          sp_[-1] = Value::integer(position);
          push(std::move(scratch));
          break;
        }
        if (state == Next::failed) goto stopped;
        *--sp_ = Value();
        *--sp_ = Value();
        ip_ = function_->instructions.data() + argument;
        break;
      }

      case Op::format: {
        std::string text, specification;
        if (argument & 1) {
          specification = str(sp_[-1]);
          *--sp_ = Value();
        }
        Value& v = sp_[-1];
        if (argument & 2) v = Value::string(context_.heap, repr(v));
        if (argument & 4) v = Value::string(context_.heap, str(v));
        if (!format_value(context_, v, specification, text)) goto stopped;
        v = Value::string(context_.heap, std::move(text));
        break;
      }

      case Op::call:
      case Op::call_awaited:
        if (!call(sp_ - argument - 1, argument, instruction.op() == Op::call_awaited)) goto stopped;
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) goto stopped;
          return pause();
        }
        break;
      case Op::call_shaped:
      case Op::builtin_shaped: {
        const CallShape& shape = code.shapes[argument];
        std::vector<std::string> keywords(shape.keywords);
        std::vector<Value> values;
        if (shape.named) {
          std::vector<Value> more = dict_items(sp_[-1]);
          for (std::size_t i = 0; i < more.size(); i += 2) {
            if (!more[i].is(ValueType::string)) {
              context_.type_error("The keys of a ** argument are texts.", "keywords must be strings");
              goto stopped;
            }
            keywords.emplace_back(more[i].text());
            values.push_back(std::move(more[i + 1]));
          }
          *--sp_ = Value();
        }
        values.insert(values.begin(), std::make_move_iterator(sp_ - shape.keywords.size()), std::make_move_iterator(sp_));
        sp_ -= shape.keywords.size();
        std::vector<Value> positional;
        if (shape.list) {
          positional = sp_[-1].items();
          *--sp_ = Value();
        } else {
          positional.assign(std::make_move_iterator(sp_ - shape.positional), std::make_move_iterator(sp_));
          sp_ -= shape.positional;
        }
        bool good = false;
        if (instruction.op() == Op::builtin_shaped) {
          good = call_builtin(shape.builtin, {positional, keywords, values}, 0, After::push);
        } else {
          Value callee = std::move(*--sp_), function;
          bool property = false;
          if (shape.name == UINT32_MAX) {
            good = invoke(std::move(callee), positional, keywords, values, After::push, shape.awaited);
          } else if (load_attribute(callee, shape.name, function, property)) {
            good = property ? context_.type_error("Calling what a property gives is left out here; give it a name first.") : invoke(std::move(function), positional, keywords, values, After::push);
          }
        }
        if (!good) goto stopped;
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) goto stopped;
          return pause();
        }
        break;
      }
      case Op::builtin: {
        std::size_t count = argument >> 8;
        Arguments arguments{std::span<Value>(sp_ - count, count), {}, {}};
        if (!call_builtin(static_cast<Builtin>(argument & 255), arguments, count, After::push)) goto stopped;
        break;
      }
      case Op::method:
        if (!method(argument >> 8, argument & 255)) goto stopped;
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) goto stopped;
          return pause();
        }
        break;
      case Op::show: {
        int budget = 10'000;
        if (!needs_show(sp_[-1], 0, budget)) {
          if (argument) sp_[-1] = Value::string(context_.heap, repr(sp_[-1]));
          break;
        }
        Value shown = std::move(*--sp_);
        if (!invoke_prelude(argument ? Prelude::repr : Prelude::str, {std::move(shown)}, After::push)) goto stopped;
        break;
      }
      case Op::await_value:
        if (!await_value()) goto stopped;
        break;
      case Op::yield_value: {
        Value value = std::move(*--sp_);
        if (!give(std::move(value))) goto stopped;
        break;
      }
      case Op::begin_yield_from: {
        Value& source = sp_[-1];
        if (source.is(ValueType::generator) && !as<GeneratorObject>(source).is_async) break;
        if (source.is(ValueType::instance) && dunder(source, Known::iter, scratch)) {
          Value object = std::move(*--sp_);
          if (!invoke(std::exchange(scratch, Value()), {std::move(object)}, After::push)) goto stopped;
          break;
        }
        if (source.is(ValueType::iterator)) break;
        if (!start_iteration(context_, source)) goto stopped;
        source = make<IteratorObject>(context_.heap, IteratorObject::Kind::values, std::uint8_t{1}, std::vector<Value>{source}, std::int64_t{0});
        break;
      }
      case Op::yield_from: {
        Value sent = std::move(*--sp_);
        Value source = sp_[-1];
        if (source.is(ValueType::generator)) {
          if (!resume_generator(std::move(source), std::move(sent), After::yield_from, false)) goto stopped;
        } else if (source.is(ValueType::instance)) {
          if (!dunder(source, Known::next, scratch)) {
            context_.type_error(capital_type(source) + " has no __next__.", "iter() returned non-iterator of type " + quoted(type_name(source)));
            goto stopped;
          }
          if (!invoke(std::exchange(scratch, Value()), {std::move(source)}, After::yield_from_next)) goto stopped;
        } else {
          std::int64_t position = 0;
          Next state = next(context_, source, position, scratch);
          if (state == Next::failed) goto stopped;
          if (state == Next::end) {
            sp_[-1] = Value();
          } else {
            --ip_;
            if (!give(std::exchange(scratch, Value()))) goto stopped;
          }
        }
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) goto stopped;
          return pause();
        }
        break;
      }
      case Op::raise: {
        Value cause = argument & 1 ? std::move(*--sp_) : Value();
        Value exception = std::move(*--sp_);
        if (is_exception_class(exception)) {
          // `raise ValueError` is `raise ValueError()`.
          Value init;
          if (find_in_class(exception, known(Known::init), init)) {
            if (argument & 1) {
              context_.type_error("Write brackets after the name of this class before 'from'.");
              goto stopped;
            }
            std::vector<Value> none;
            --ip_;  // the object comes, then it is raised
            if (!construct(exception, none, {}, {}, After::push)) goto stopped;
            break;
          }
          Value object = make<InstanceObject>(context_.heap, exception);
          auto part = std::make_unique<ExceptionPart>();
          part->arguments = Value::tuple(context_.heap, {});
          as<InstanceObject>(object).exception = std::move(part);
          exception = std::move(object);
        }
        if (!is_exception(exception)) {
          context_.type_error("Only exceptions can be raised, such as ValueError(\"no\"), not " + a_type(exception) + ".", "exceptions must derive from BaseException");
          goto stopped;
        }
        Value handled = argument & 2 ? std::move(*--sp_) : Value();
        if (is_exception(handled) && handled.object() != exception.object()) {
          auto& object = as<InstanceObject>(exception);
          Locked hold(object);
          object.exception->context.swap(handled);
        }
        if (argument & 1 && !cause.is_none()) {
          if (is_exception_class(cause)) cause = make_exception(instance_, static_cast<Exception>(as<ClassObject>(cause).exception), {});
          if (!is_exception(cause)) {
            context_.type_error("After 'from' comes an exception.", "exception causes must derive from BaseException");
            goto stopped;
          }
          auto& object = as<InstanceObject>(exception);
          Locked hold(object);
          object.exception->cause.swap(cause);
        }
        raised_ = std::move(exception);
        goto stopped;
      }
      case Op::reraise: raised_ = std::move(*--sp_); goto stopped;
      case Op::matches: {
        Value type = std::move(*--sp_);
        Value exception = std::move(sp_[-1]);
        bool matches = false;
        for (const Value& one : type.is(ValueType::tuple) ? type.items() : std::vector<Value>{type}) {
          if (!is_exception_class(one)) {
            context_.type_error("'except' takes classes of exceptions, not " + a_type(one) + ".", "catching classes that do not inherit from BaseException is not allowed");
            goto stopped;
          }
          matches |= is_subclass(as<InstanceObject>(exception).cls, one);
        }
        sp_[-1] = Value::boolean(matches);
        break;
      }
      case Op::make_class: {
        Value base = argument & 1 ? std::move(*--sp_) : Value();
        if (base.is(ValueType::builtin) && base.integer() == static_cast<std::int64_t>(Builtin::object)) base = Value();
        if (!base.is_none() && !base.is(ValueType::class_)) {
          context_.type_error("A class inherits from a class of the script or from an exception, not from " + (base.is(ValueType::builtin) ? std::string(facts(static_cast<Builtin>(base.integer())).name) : a_type(base)) + ".");
          goto stopped;
        }
        int depth = 0;
        for (const Value* c = &base; c->is(ValueType::class_); c = &as<ClassObject>(*c).base) ++depth;
        if (depth > 100) {
          context_.type_error("Classes inherit at most 100 deep here.");
          goto stopped;
        }
        int exception = base.is(ValueType::class_) ? as<ClassObject>(base).exception : -1;
        push(make<ClassObject>(context_.heap, code.constants[argument >> 1].text, std::move(base), exception));
        break;
      }
      case Op::super: {
        Value self = std::move(*--sp_);
        sp_[-1] = make<SuperObject>(context_.heap, sp_[-1], std::move(self));
        break;
      }
      case Op::return_value:
        if (!leave()) {
          if (step_.kind == Step::Kind::finished) return std::move(step_);
          goto stopped;
        }
        break;
      case Op::assert_fail:
        context_.fail("AssertionError", argument ? "The assertion failed: " + str(sp_[-1]) : "The assertion failed.");
        if (argument) context_.argument = sp_[-1], context_.has_argument = true;
        goto stopped;
    }
    continue;
  stopped:
    if (!trouble()) return std::move(step_);
  }
}

namespace {

template <typename Body>
Step guarded(TaskFrame& frame, Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    Step step;
    step.kind = Step::Kind::failed;
    step.error = {0, 0, "MemoryError", "There is no memory left."};
    frame = TaskFrame();
    return step;
  }
}

}  // namespace

Step resume(TaskFrame& frame, const Instance& instance, Value sent, std::int64_t fuel) {
  return guarded(frame, [&] {
    Machine machine(frame, instance, nullptr, fuel);
    machine.answer(std::move(sent));
    return machine.run();
  });
}

Step resume_with_failure(TaskFrame& frame, const Instance& instance, std::string sentence, std::int64_t fuel, std::string_view kind) {
  return resume_with_exception(frame, instance, make_exception(instance, kind, sentence, kind == "RuntimeError" ? sentence : std::string()), fuel);
}

Step resume_with_exception(TaskFrame& frame, const Instance& instance, Value exception, std::int64_t fuel) {
  return guarded(frame, [&] {
    Machine machine(frame, instance, nullptr, fuel);
    machine.answer_with(std::move(exception));
    return machine.run();
  });
}

}  // namespace interleave
