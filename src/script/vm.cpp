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

bool unpack(Context& context, const Value& value, std::size_t count, std::vector<Value>& items) {
  if (!value.is_object() || value.is(ValueType::coroutine) || value.is(ValueType::slice))
    return context.type_error(capital_type(value) + " cannot be unpacked into " + std::to_string(count) + " names.");
  if (length(value) > static_cast<std::int64_t>(count) + 1000 && !value.is(ValueType::iterator))
    return context.value_error("There are more values than the " + std::to_string(count) + " names on the left.");
  if (!collect(context, value, items)) return false;
  if (items.size() == count) return true;
  return context.value_error(std::to_string(items.size()) + (items.size() == 1 ? " value" : " values") + " cannot be unpacked into " + std::to_string(count) + (count == 1 ? " name." : " names."));
}

}  // namespace

// ---------------------------------------------------------------------------------------- frames

TaskFrame Machine::start(const Program& program, std::uint32_t function, const std::vector<Value>& arguments) {
  const FunctionCode& code = program.code().functions[function];
  TaskFrame frame;
  frame.values_.resize(code.slots);
  for (std::size_t i = 0; i < code.variables.size(); ++i) frame.values_[i] = i < arguments.size() ? arguments[i] : Value::unbound();
  frame.function_ = function;
  frame.top_ = static_cast<std::uint32_t>(code.variables.size());
  frame.state_ = TaskFrame::State::ready;
  return frame;
}

TaskFrame::TaskFrame(const Instance& instance, const Value& coroutine) {
  assert(coroutine.is(ValueType::coroutine));
  auto& object = as<CoroutineObject>(coroutine);
  object.begun.store(true, std::memory_order_relaxed);
  *this = Machine::start(instance.program(), object.function, object.arguments);
}

TaskFrame::TaskFrame(const Instance& instance, std::uint32_t function) {
  const FunctionCode& code = instance.program().code().functions[function];
  assert(code.required == 0);
  std::vector<Value> arguments;
  if (code.parameters > 0) arguments = instance.defaults_[function];
  *this = Machine::start(instance.program(), function, arguments);
}

std::uint32_t TaskFrame::line(const Program& program) const {
  if (over()) return 0;
  return program.code().functions[function_].places[state_ == State::asked ? pc_ - 1 : pc_].line;
}

std::vector<TaskFrame::Place> TaskFrame::stack(const Program& program) const {
  std::vector<Place> out;
  if (over()) return out;
  auto& functions = program.code().functions;
  out.push_back({functions[function_].name, line(program)});
  for (auto caller = callers_.rbegin(); caller != callers_.rend(); ++caller)
    out.push_back({functions[caller->function].name, functions[caller->function].places[caller->pc - 1].line});
  return out;
}

std::vector<std::pair<std::string_view, Value>> TaskFrame::locals(const Program& program) const {
  std::vector<std::pair<std::string_view, Value>> out;
  if (over()) return out;
  auto& names = program.code().functions[function_].variables;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!names[i].empty() && !values_[base_ + i].is(ValueType::unbound)) out.emplace_back(names[i], values_[base_ + i]);
  return out;
}

// ---------------------------------------------------------------------------------------- calls

Machine::Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel)
    : frame_(frame), instance_(instance), module_(module), context_{instance.heap(), fuel, {}, {}} {
  if (!frame_.over()) load();
}

void Machine::load() {
  function_ = &instance_.program().code().functions[frame_.function_];
  ip_ = function_->instructions.data() + frame_.pc_;
  locals_ = frame_.values_.data() + frame_.base_;
  sp_ = frame_.values_.data() + frame_.top_;
}

void Machine::save() {
  frame_.pc_ = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
  frame_.top_ = static_cast<std::uint32_t>(sp_ - frame_.values_.data());
}

void Machine::answer(Value sent) {
  if (frame_.state_ != TaskFrame::State::asked) return;
  *sp_++ = std::move(sent);
  frame_.state_ = TaskFrame::State::ready;
}

Step Machine::fail_here(std::string kind, std::string sentence) {
  step_.kind = Step::Kind::failed;
  if (!frame_.over()) {
    auto pc = static_cast<std::size_t>(ip_ - function_->instructions.data());
    Place place = function_->places[pc > 0 ? pc - 1 : 0];
    step_.error = {place.line, place.column, std::move(kind), std::move(sentence)};
  } else {
    step_.error = {0, 0, std::move(kind), std::move(sentence)};
  }
  frame_ = TaskFrame();
  return std::move(step_);
}

/// Python's rules: positional ones first, then by name, then defaults.
bool Machine::bind(std::uint32_t function, const Arguments& arguments, std::vector<Value>& bound) {
  const FunctionCode& code = instance_.program().code().functions[function];
  std::size_t count = arguments.positional.size();
  if (count > code.parameters) {
    std::string takes = code.parameters == 0 ? "no arguments" : code.parameters == 1 ? "1 argument" : "at most " + std::to_string(code.parameters) + " arguments";
    return context_.type_error(code.name + "() takes " + takes + ", but " + std::to_string(count) + (count == 1 ? " is" : " are") + " given.");
  }
  bound.assign(code.parameters, Value::unbound());
  for (std::size_t i = 0; i < count; ++i) bound[i] = arguments.positional[i];
  for (std::size_t k = 0; k < arguments.keywords.size(); ++k) {
    auto begin = code.variables.begin(), end = begin + code.parameters;
    auto at = std::find(begin, end, arguments.keywords[k]);
    if (at == end) return context_.type_error(code.name + "() has no parameter called '" + arguments.keywords[k] + "'.");
    Value& slot = bound[static_cast<std::size_t>(at - begin)];
    if (!slot.is(ValueType::unbound)) return context_.type_error(code.name + "() gets the argument '" + arguments.keywords[k] + "' twice.");
    slot = arguments.values[k];
  }
  const std::vector<Value>& defaults = instance_.defaults_[function];
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (!bound[i].is(ValueType::unbound)) continue;
    if (i < code.required || i - code.required >= defaults.size()) return context_.type_error(code.name + "() needs the argument '" + code.variables[i] + "'.");
    bound[i] = defaults[i - code.required];
  }
  return true;
}

/// Begins `function` with its parameters at `base`; the slot before it takes the result.
void Machine::enter(std::uint32_t function, std::size_t base) {
  save();
  frame_.callers_.push_back({frame_.function_, frame_.pc_, frame_.base_, static_cast<std::uint32_t>(base - 1)});
  frame_.function_ = function;
  frame_.pc_ = 0;
  frame_.base_ = static_cast<std::uint32_t>(base);
  const FunctionCode& code = instance_.program().code().functions[function];
  if (frame_.values_.size() < base + code.slots) frame_.values_.resize(std::max(base + code.slots, frame_.callers_.size() > 2 ? base * 2 : 0));
  for (std::size_t i = code.parameters; i < code.variables.size(); ++i) frame_.values_[base + i] = Value::unbound();
  frame_.top_ = static_cast<std::uint32_t>(base + code.variables.size());
  load();
}

/// `callee` is the index of the function's slot; its arguments lie above it.
bool Machine::call(std::size_t callee, const Arguments* shaped, std::size_t count, bool awaited) {
  Value& target = frame_.values_[callee];
  if (!target.is(ValueType::function)) return context_.type_error(capital_type(target) + " cannot be called.");
  auto function = static_cast<std::uint32_t>(target.integer());
  const FunctionCode& code = instance_.program().code().functions[function];
  std::vector<Value> bound;
  bool in_place = !shaped && count == code.parameters;
  Arguments plain{std::span<Value>(frame_.values_.data() + callee + 1, shaped ? 0 : count), {}, {}};
  if (!in_place && !bind(function, shaped ? *shaped : plain, bound)) return false;

  context_.fuel -= 4;
  if (code.is_async && !awaited) {
    if (in_place) bound.assign(std::make_move_iterator(plain.positional.begin()), std::make_move_iterator(plain.positional.end()));
    Value coroutine = make<CoroutineObject>(context_.heap, function, std::move(bound));
    Value* slot = &frame_.values_[callee];
    while (sp_ > slot) *--sp_ = Value();
    *sp_++ = std::move(coroutine);
    return true;
  }
  if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.");
  if (!in_place) {
    Value* slot = &frame_.values_[callee];
    while (sp_ > slot + 1) *--sp_ = Value();
    if (frame_.values_.size() < callee + 1 + bound.size()) {
      save();
      frame_.values_.resize(callee + 1 + bound.size());
      load();
    }
    for (std::size_t i = 0; i < bound.size(); ++i) frame_.values_[callee + 1 + i] = std::move(bound[i]);
  }
  if (awaited && code.is_async) ++ip_;  // past the await_value
  enter(function, callee + 1);
  return true;
}

/// Returns from the running call with the value on top. False: it was the outermost.
bool Machine::leave() {
  Value result = std::move(*--sp_);
  if (frame_.callers_.empty()) {
    step_.kind = Step::Kind::finished;
    step_.value = std::move(result);
    frame_ = TaskFrame();
    return false;
  }
  while (sp_ > locals_) *--sp_ = Value();
  TaskFrame::Caller caller = frame_.callers_.back();
  frame_.callers_.pop_back();
  frame_.function_ = caller.function;
  frame_.pc_ = caller.pc;
  frame_.base_ = caller.base;
  frame_.top_ = caller.top;
  load();
  *sp_++ = std::move(result);
  return true;
}

/// A coroutine goes on inline; a task is asked for. True: go on with the loop; false: an error, or step_ asks.
bool Machine::await_value() {
  Value& value = sp_[-1];
  if (value.is(ValueType::task)) {
    step_.kind = Step::Kind::ask;
    step_.ask.kind = Ask::Kind::join;
    step_.ask.children = {value};
    *--sp_ = Value();
    return false;
  }
  if (!value.is(ValueType::coroutine)) {
    if (value.is(ValueType::function)) return context_.type_error("A function cannot be awaited; call it: write brackets after its name.");
    return context_.type_error(capital_type(value) + " cannot be awaited; only a call of an async def, an operation or a task can.");
  }
  if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.");
  if (!begin_coroutine(context_, value)) return false;
  auto& coroutine = as<CoroutineObject>(value);
  std::uint32_t function = coroutine.function;
  std::vector<Value> arguments = coroutine.arguments;
  value = Value();
  auto base = static_cast<std::size_t>(sp_ - frame_.values_.data());
  if (frame_.values_.size() < base + arguments.size()) {
    save();
    frame_.values_.resize(base + arguments.size());
    load();
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) frame_.values_[base + i] = std::move(arguments[i]);
  enter(function, base);
  return true;
}

/// `taken` operands are the arguments. False: an error, or step_ asks.
bool Machine::call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken) {
  Value out;
  const BuiltinFacts& f = facts(builtin);
  bool asks = false;
  switch (f.kind) {
    case BuiltinFacts::Kind::python:
      if (builtin != Builtin::print) {
        if (!call_python(context_, builtin, arguments, out)) return false;
        break;
      }
      [[fallthrough]];
    case BuiltinFacts::Kind::plain_operation:
    case BuiltinFacts::Kind::awaited_operation:
      if (!make_ask(context_, builtin, arguments, step_.ask)) return false;
      if (!module_) {
        asks = true;
      } else if (builtin == Builtin::print) {
        module_->print(std::move(step_.ask.text));
        step_.ask = {};
      } else {
        return context_.fail("RuntimeError", std::string(f.name) + "() cannot be asked at the top level; call it in a function that run() starts.");
      }
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
  }
  for (; taken > 0; --taken) *--sp_ = Value();
  if (asks) {
    step_.kind = Step::Kind::ask;
    return false;
  }
  *sp_++ = std::move(out);
  return true;
}

// ---------------------------------------------------------------------------------------- the loop

Step Machine::run() {
  if (frame_.over()) return fail_here("RuntimeError", "The task is over.");
  const Code& code = instance_.program().code();
  step_ = {};
  Value scratch;

  // An ask leaves context_.sentence empty; everything else that stops here is an error.
  auto stop = [&]() -> Step {
    if (!context_.sentence.empty()) return fail_here(std::move(context_.kind), std::move(context_.sentence));
    step_.ask.line = function_->places[static_cast<std::size_t>(ip_ - function_->instructions.data()) - 1].line;
    frame_.state_ = TaskFrame::State::asked;
    save();
    return std::move(step_);
  };
  auto pause = [&]() -> Step {
    step_.kind = Step::Kind::paused;
    save();
    return std::move(step_);
  };
  auto push = [&](Value&& value) { std::construct_at(sp_++, std::move(value)); };
  auto unbound_local = [&](std::uint32_t slot) {
    const std::string& name = function_->variables[slot];
    bool global = std::find(code.globals.begin(), code.globals.end(), name) != code.globals.end();
    context_.fail("UnboundLocalError", name.empty() ? "A variable has no value yet." : "'" + name + "' has no value yet" + (global ? ": a function that assigns a name has one of its own, apart from the top level's." : "."));
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
          unbound_local(argument);
          return stop();
        }
        push(Value(v));
        break;
      }
      case Op::store_local: locals_[argument] = std::move(*--sp_); break;
      case Op::load_global: {
        const Value& v = instance_.globals_[argument];
        if (v.is(ValueType::unbound)) [[unlikely]] {
          context_.fail("NameError", "'" + code.globals[argument] + "' has no value yet.");
          return stop();
        }
        push(Value(v));
        break;
      }
      case Op::store_global: module_->store_global(argument, std::move(*--sp_)); break;
      case Op::load_function: push(Value::function(argument)); break;
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
        bool good = argument & 0x80 ? binary_in_place(context_, op, a, b, scratch) : binary(context_, op, a, b, scratch);
        if (!good) return stop();
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
          unbound_local(a.is(ValueType::unbound) ? argument >> 4 & 1023 : argument >> 14);
          return stop();
        }
        if (!binary(context_, op, a, b, scratch)) return stop();
        push(std::move(scratch));
        break;
      }
      case Op::binary_integer: {
        auto op = static_cast<BinaryOp>(argument & 15);
        Value& a = sp_[-1];
        Value b = Value::integer(static_cast<std::int32_t>(instruction.word) >> 12);
        if (quick_binary(op, a, b, a)) break;
        if (!binary(context_, op, a, b, scratch)) return stop();
        a = std::move(scratch);
        break;
      }
      case Op::unary:
        if (!unary(context_, static_cast<UnaryOp>(argument), sp_[-1], scratch)) return stop();
        sp_[-1] = std::move(scratch);
        break;
      case Op::logical_not: sp_[-1] = Value::boolean(!truth(sp_[-1])); break;
      case Op::compare:
      case Op::compare_jump: {
        auto op = static_cast<CompareOp>(argument & 15);
        Value &a = sp_[-2], &b = sp_[-1];
        bool result = false;
        if (a.is(ValueType::integer) && b.is(ValueType::integer) && op <= CompareOp::greater_equal) {
          result = holds(op, a.integer(), b.integer());
        } else if (!compare(context_, op, a, b, result)) {
          return stop();
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
          if (!context_.room(0)) return stop();
          return pause();
        }
        break;
      }
      case Op::jump_if_false:
      case Op::jump_if_true: {
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
          if (!dict_store(context_, dict, at[0], at[1])) return stop();
        for (std::uint32_t i = 0; i < 2 * argument; ++i) *--sp_ = Value();
        push(std::move(dict));
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
        if (text.size() > (1 << 20) && !context_.room(static_cast<std::int64_t>(text.size()))) return stop();
        context_.charge(text.size() / 8);
        for (std::uint32_t i = 0; i < argument; ++i) *--sp_ = Value();
        push(Value::string(context_.heap, std::move(text)));
        break;
      }
      case Op::list_append: {
        Value item = std::move(*--sp_);
        if (!append(context_, sp_[-1 - static_cast<std::int32_t>(argument)], std::move(item))) return stop();
        break;
      }
      case Op::list_extend: {
        Value item = std::move(*--sp_);
        if (!call_method(context_, Method::extend, sp_[-1], std::span<Value>(&item, 1), scratch)) return stop();
        break;
      }
      case Op::dict_insert: {
        if (!dict_store(context_, sp_[-3 - static_cast<std::int32_t>(argument)], sp_[-2], sp_[-1])) return stop();
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      }
      case Op::make_iterator: {
        std::vector<Value> sources{std::move(*--sp_)};
        push(make<IteratorObject>(context_.heap, IteratorObject::Kind::values, std::uint8_t{1}, std::move(sources), std::int64_t{0}));
        break;
      }
      case Op::subscript:
        if (!subscript(context_, sp_[-2], sp_[-1], scratch)) return stop();
        *--sp_ = Value();
        sp_[-1] = std::move(scratch);
        break;
      case Op::store_subscript:
        if (!store_subscript(context_, sp_[-2], sp_[-1], sp_[-3])) return stop();
        for (int i = 0; i < 3; ++i) *--sp_ = Value();
        break;
      case Op::delete_subscript:
        if (!delete_subscript(context_, sp_[-2], sp_[-1])) return stop();
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      case Op::unpack: {
        std::vector<Value> items;
        if (!unpack(context_, sp_[-1], argument, items)) return stop();
        *--sp_ = Value();
        for (auto item = items.rbegin(); item != items.rend(); ++item) push(std::move(*item));
        break;
      }

      case Op::begin_loop:
        if (!start_iteration(context_, sp_[-1])) return stop();
        push(Value::integer(0));
        break;
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
        } else {
          state = next(context_, iterable, position, scratch);
        }
        if (state == Next::item) {
          sp_[-1] = Value::integer(position);
          push(std::move(scratch));
          break;
        }
        if (state == Next::failed) return stop();
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
        if (!format_value(context_, v, specification, text)) return stop();
        v = Value::string(context_.heap, std::move(text));
        break;
      }

      case Op::call:
      case Op::call_awaited:
        if (!call(static_cast<std::size_t>(sp_ - frame_.values_.data()) - argument - 1, nullptr, argument, instruction.op() == Op::call_awaited)) return stop();
        if (context_.fuel < 0) [[unlikely]] {
          if (!context_.room(0)) return stop();
          return pause();
        }
        break;
      case Op::call_shaped:
      case Op::builtin_shaped: {
        const CallShape& shape = code.shapes[argument];
        std::size_t keywords = shape.keywords.size(), below = shape.list ? 1 : shape.positional;
        Arguments arguments{std::span<Value>(sp_ - keywords - below, below), shape.keywords, std::span<Value>(sp_ - keywords, keywords)};
        std::vector<Value> spread;
        if (shape.list) {
          spread = sp_[-1 - static_cast<std::ptrdiff_t>(keywords)].items();
          arguments.positional = spread;
        }
        if (instruction.op() == Op::builtin_shaped) {
          if (!call_builtin(shape.builtin, arguments, keywords + below)) return stop();
          break;
        }
        if (!call(static_cast<std::size_t>(sp_ - frame_.values_.data()) - keywords - below - 1, &arguments, 0, shape.awaited)) return stop();
        break;
      }
      case Op::builtin: {
        std::size_t count = argument >> 8;
        Arguments arguments{std::span<Value>(sp_ - count, count), {}, {}};
        if (!call_builtin(static_cast<Builtin>(argument & 255), arguments, count)) return stop();
        break;
      }
      case Op::method: {
        std::size_t count = argument >> 8;
        if (!call_method(context_, static_cast<Method>(argument & 255), sp_[-1 - static_cast<std::ptrdiff_t>(count)], std::span<Value>(sp_ - count, count), scratch)) return stop();
        for (; count > 0; --count) *--sp_ = Value();
        sp_[-1] = std::move(scratch);
        scratch = Value();
        break;
      }
      case Op::await_value:
        if (!await_value()) return stop();
        break;
      case Op::return_value:
        if (!leave()) return std::move(step_);
        break;
      case Op::assert_fail:
        context_.fail("AssertionError", argument ? "The assertion failed: " + str(sp_[-1]) : "The assertion failed.");
        return stop();
    }
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
  return guarded(frame, [&] {
    Machine machine(frame, instance, nullptr, fuel);
    return machine.fail_here(std::string(kind), std::move(sentence));
  });
}

Step resume_with_exception(TaskFrame& frame, const Instance& instance, Value exception, std::int64_t fuel) {
  return resume_with_failure(frame, instance, str(exception), fuel);
}

}  // namespace interleave
