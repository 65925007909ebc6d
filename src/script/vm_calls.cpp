// vm_calls.cpp -- calls: of functions, methods, classes and coroutines; how arguments find their parameters; returns.
#include <algorithm>
#include <iterator>
#include <memory>

#include "script/machine.h"

namespace interleave {

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

bool Machine::call(Value* slot, std::size_t count, bool awaited) {
  if (slot->is(ValueType::function) || slot->is(ValueType::closure)) {
    std::uint32_t function = function_of(*slot);
    const FunctionCode& code = instance_.program().code().functions[function];
    if (count == code.parameters && (code.plain || (awaited && code.plain_async()))) {
      context_.fuel -= 4;
      if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
      if (awaited && code.is_async) ++ip_;  // past the await_value
      auto base = static_cast<std::size_t>(slot - frame_.values_.data()) + 1;
      enter(function, base, base - 1, code.free.empty() ? nullptr : &as<ClosureObject>(*slot), After::push);
      return true;
    }
  }
  if (slot->is(ValueType::class_) && construct_in_place(slot, count)) return true;
  std::vector<Value> positional(std::make_move_iterator(slot + 1), std::make_move_iterator(sp_));
  Value callee = std::move(*slot);
  pop_to(slot);
  return invoke(std::move(callee), positional, {}, {}, After::push, awaited);
}

/// What construct() does, where an __init__ takes just these arguments and they lie on the stack already. False: it does not.
bool Machine::construct_in_place(Value* slot, std::size_t count) {
  Value init;
  if (as<ClassObject>(*slot).exception >= 0 || !find_in_class(*slot, known(Known::init), init) || !init.is(ValueType::function)) return false;
  const auto function = static_cast<std::uint32_t>(init.integer());
  const FunctionCode& code = instance_.program().code().functions[function];
  if (!code.plain || count + 1 != code.parameters || frame_.callers_.size() >= kMostCalls) return false;
  context_.fuel -= 4;
  const auto at = static_cast<std::size_t>(slot - frame_.values_.data());
  Value object = make<InstanceObject>(context_.heap, *slot);
  make_room(static_cast<std::size_t>(sp_ - frame_.values_.data()) + 1);
  slot = frame_.values_.data() + at;
  std::move_backward(slot + 1, sp_, sp_ + 1);
  slot[1] = object;
  *slot = std::move(object);
  ++sp_;
  enter(function, at + 1, at, nullptr, After::init);
  return true;
}

/// A call with named arguments, * or **. `builtin`: of what the compiler knows; else the callee lies on the stack.
bool Machine::call_shaped(const CallShape& shape, bool builtin) {
  std::vector<std::string> keywords(shape.keywords);
  std::vector<Value> values;
  if (shape.named) {
    std::vector<Value> more = dict_items(sp_[-1]);
    for (std::size_t i = 0; i < more.size(); i += 2) {
      if (!more[i].is(ValueType::string)) return context_.type_error("The keys of a ** argument are texts.", "keywords must be strings");
      keywords.emplace(keywords.begin() + shape.before + static_cast<std::ptrdiff_t>(i / 2), more[i].text());
      values.push_back(std::move(more[i + 1]));
    }
    *--sp_ = Value();
  }
  // As they are written: what stands before the **, what it gives, what stands behind it.
  Value* const written = sp_ - shape.keywords.size();
  const std::size_t before = shape.named ? shape.before : shape.keywords.size();
  values.insert(values.begin(), std::make_move_iterator(written), std::make_move_iterator(written + before));
  values.insert(values.end(), std::make_move_iterator(written + before), std::make_move_iterator(sp_));
  sp_ -= shape.keywords.size();
  std::vector<Value> positional;
  if (shape.list) {
    positional = sp_[-1].items();
    *--sp_ = Value();
  } else {
    positional.assign(std::make_move_iterator(sp_ - shape.positional), std::make_move_iterator(sp_));
    sp_ -= shape.positional;
  }
  if (builtin) return call_builtin(shape.builtin, {positional, keywords, values}, 0, After::push);
  Value callee = std::move(*--sp_), function;
  if (shape.name == UINT32_MAX) return invoke(std::move(callee), positional, keywords, values, After::push, shape.awaited);
  bool property = false;
  if (!load_attribute(callee, shape.name, function, property)) return false;
  if (property) {
    Value named = make_dict(context_.heap);
    for (std::size_t i = 0; i < keywords.size(); ++i)
      if (!dict_store(context_, named, Value::string(context_.heap, keywords[i]), values[i])) return false;
    return invoke_prelude(Prelude::call_got, {std::move(function), asked_of(std::move(callee)), Value::tuple(context_.heap, std::move(positional)), std::move(named)}, After::push);
  }
  return invoke(std::move(function), positional, keywords, values, After::push);
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
          bound.reserve(code.slots);
          bound.resize(code.variables.size(), Value::unbound());
          bound.resize(code.slots);
          for (std::size_t i = 0; i < code.free.size(); ++i) bound[code.free[i]] = as<ClosureObject>(callee).cells[i];
          Value made = make<GeneratorObject>(context_.heap, function, std::move(bound), code.variables.size(), code.is_async);
          context_.heap.watch(*made.object());  // what its variables will hold is not told
          return deliver(after, extra, std::move(made));
        }
        if (code.is_async && !awaited) {
          const Place at = code.prelude ? Place{} : place();
          return deliver(after, extra, make<CoroutineObject>(context_.heap, function, std::move(bound), code.free.empty() ? Value() : callee, at.line, at.column));
        }
        if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
        auto base = static_cast<std::size_t>(sp_ - frame_.values_.data()) + 1;
        make_room(base + bound.size());
        for (std::size_t i = 0; i < bound.size(); ++i) frame_.values_[base + i] = std::move(bound[i]);
        if (awaited && code.is_async) ++ip_;
        enter(function, base, base - 1, code.free.empty() ? nullptr : &as<ClosureObject>(callee), after);
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
    const std::ptrdiff_t slot = sp_ - frame_.values_.data();
    *sp_ = object;  // the slot below its variables
    positional.insert(positional.begin(), std::move(object));
    if (invoke(std::move(init), positional, keywords, values, After::init)) return true;
    frame_.values_[static_cast<std::size_t>(slot)] = Value();  // not called: above the top is nothing
    return false;
  }
  if (c.exception >= 0 && !keywords.empty()) return context_.type_error(c.name + "() takes no named arguments.", c.name + "() takes no keyword arguments");
  if (c.exception < 0 && (!positional.empty() || !keywords.empty())) return context_.type_error(c.name + "() takes no arguments: its class has no __init__.", c.name + "() takes no arguments");
  return deliver(after, 0, std::move(object));
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
    const bool at_once = o.ask.kind == Ask::Kind::to_thread && runs_in_order();
    if (!begin_operation(context_, o)) return false;
    if (at_once) {
      *sp_++ = o.ask.children[0];
      return await_value(after);
    }
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
  enter(c.function, base, base - 1, c.closure.is_none() ? nullptr : &as<ClosureObject>(c.closure), after);
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

bool Machine::is_iterator(const Value& value) const {
  Value found;
  return value.is(ValueType::iterator) || (value.is(ValueType::generator) && !as<GeneratorObject>(value).is_async) || class_attribute(value, known(Known::next), found);
}

bool Machine::check_answer(Answer answer, Value& result) {
  const std::string type = python_type_name(result);
  auto wrong = [&](std::string_view method, std::string_view must, std::string words) {
    return context_.type_error(std::string(method) + "() returned " + a_type(result) + "; it returns " + std::string(must) + ".", std::move(words));
  };
  switch (answer) {
    case Answer::length:
    case Answer::truth_by_length:
      if (!is_whole(result)) return wrong("__len__", "a whole number", words_of_no_integer(result));
      if (result.integer() < 0) return context_.value_error("__len__() returned " + std::to_string(result.integer()) + "; it returns 0 or more.", "__len__() should return >= 0");
      result = answer == Answer::length ? Value::integer(result.integer()) : Value::boolean(result.integer() != 0);
      return true;
    case Answer::truth: return result.is(ValueType::boolean) || wrong("__bool__", "True or False", "__bool__ should return bool, returned " + type);
    case Answer::hash:
      if (!is_whole(result)) return wrong("__hash__", "a whole number", "__hash__ method should return an integer");
      result = Value::integer(result.integer());
      return true;
    case Answer::iterator: return is_iterator(result) || wrong("__iter__", "something with __next__, such as iter(...) or a generator", "iter() returned non-iterator of type " + quoted(type));
    case Answer::whole: return is_whole(result) || wrong("__int__", "a whole number", "__int__ returned non-int (type " + type + ")");
    case Answer::text: return result.is(ValueType::string) || wrong("__format__", "a str", "__format__ must return a str, not " + type);
    case Answer::real: return result.is(ValueType::real) || wrong("__float__", "a float", "__float__ returned non-float (type " + type + ")");
  }
  return true;
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
    case After::answer:
      if (!check_answer(static_cast<Answer>(extra), result)) return *sp_ = Value(), false;
      *sp_++ = std::move(result);
      return true;
    case After::truth:
      if (!check_answer(static_cast<Answer>(extra), result)) return *sp_ = Value(), false;
      extra = 0;
      [[fallthrough]];
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
      if (is_async) {
        Value found;
        if (!class_attribute(result, known(Known::anext), found) && !(result.is(ValueType::generator) && as<GeneratorObject>(result).is_async))
          return context_.type_error("__aiter__() returned " + a_type(result) + "; it returns something with __anext__.", "'async for' received an object from __aiter__ that does not implement __anext__: " + python_type_name(result));
      } else if (!check_answer(Answer::iterator, result)) {
        return false;
      }
      sp_[-1] = std::move(iterator);
      *sp_++ = Value::integer(is_async ? -1 : 0);
      return true;
    }
    case After::await_iterate:
      if (!result.is(ValueType::coroutine) && !result.is(ValueType::task) && !result.is(ValueType::operation))
        return *sp_ = Value(), context_.type_error("__anext__() returned " + a_type(result) + ", which cannot be awaited: write async def.", "'async for' received an invalid object from __anext__: " + python_type_name(result));
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
  context_.by_identity = false;
  Value result = std::move(*--sp_);
  if (frame_.callers_.empty()) {
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

}  // namespace interleave
