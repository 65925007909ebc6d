// vm_generators.cpp -- generators, and what loops and `yield from` do with them and with objects that give their items themselves.
#include <algorithm>
#include <memory>

#include "script/machine.h"

namespace interleave {

namespace {

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

}  // namespace

void Machine::tell(HandOver::Verb verb, GeneratorObject& generator, const Value* item) {
  const auto& functions = instance_.program().code().functions;
  const std::string_view name = functions[generator.function].name;
  // An expression is no stage; an async generator's other side is the loop.
  if (generator.is_async || name == "<generator>" || name.starts_with("_by_index") || name == "_iter_until" || module_) return;
  if (instance_.hand_overs_left_.fetch_sub(1, std::memory_order_relaxed) <= 0) return;
  // Who is refused does not own it: of two that number it at once the first has done so.
  auto number = [&](GeneratorObject& g) {
    std::uint32_t n = g.number.load(std::memory_order_relaxed);
    if (n > 0) return n;
    const std::uint32_t next = instance_.stages_.fetch_add(1, std::memory_order_relaxed) + 1;
    return g.number.compare_exchange_strong(n, next, std::memory_order_relaxed) ? next : n;
  };
  HandOver over;
  over.verb = verb;
  over.from = function_->is_generator ? number(as<GeneratorObject>(locals_[-1])) : 0;
  over.from_name = function_->name;
  over.to = number(generator);
  over.to_name = name;
  over.from_line = line_in_force();
  // At its yield; one that has not begun, at its first line.
  if (verb == HandOver::Verb::refuse) over.inside = generator.inside.load(std::memory_order_relaxed);  // where it stands is its task's to read
  else if (verb != HandOver::Verb::end) over.to_line = functions[generator.function].places[generator.pc > 0 ? generator.pc - 1 : 0].line;
  if (verb == HandOver::Verb::give || verb == HandOver::Verb::end) std::swap(over.from, over.to), std::swap(over.from_name, over.to_name), std::swap(over.from_line, over.to_line);
  if (item) over.item = in_short(*item);
  step_.hand_overs.push_back(std::move(over));
}

/// The running generator yields: its frame goes back into it, the value to whoever asked for it.
bool Machine::give(Value value) {
  for (;;) {
    Value self = std::move(locals_[-1]);
    auto& g = as<GeneratorObject>(self);
    g.pc = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
    g.live = static_cast<std::uint32_t>(sp_ - locals_);
    // Assigned, not made anew: where a frame was copied while it ran, the copy may have given its values already.
    for (std::uint32_t i = 0; i < g.live; ++i) g.values[i] = std::move(locals_[i]);
    const std::uint32_t caller_after = return_to_caller();
    if (instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) [[unlikely]] {
      tell(HandOver::Verb::give, g, &value);
      g.inside.store(0, std::memory_order_relaxed);
    }
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
      if (state == State::running) {
        if (instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) tell(HandOver::Verb::refuse, g, throwing ? nullptr : &sent);
        return context_.value_error("This generator is running already: it cannot be resumed from inside itself, or by two tasks at once.", "generator already executing");
      }
      if (state == State::closed) break;
      if (!values_are_shared()) {
        g.state.store(State::running, std::memory_order_relaxed);
        break;
      }
    } while (!g.state.compare_exchange_weak(state, State::running, std::memory_order_acq_rel, std::memory_order_acquire));
    if (state == State::created && throwing) {
      std::fill(g.values.begin(), g.values.end(), Value());
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
    if (instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0) [[unlikely]] {
      g.inside.store(task_, std::memory_order_relaxed);
      if (!throwing) tell(sent.is_none() ? HandOver::Verb::ask : HandOver::Verb::send, g, &sent);
    }
    enter_generator(std::move(generator), after);
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

/// For all items are gone: next_item, just executed, ends its loop.
bool Machine::end_loop() {
  pop_to(sp_ - 2);
  ip_ = function_->instructions.data() + ip_[-1].argument();
  return true;
}

/// `for` over what lies on top, where the script itself gives the items; an integer goes above it.
bool Machine::begin_loop_of_script(bool is_async) {
  Value& source = sp_[-1];
  Value found;
  if (source.is(ValueType::generator) && as<GeneratorObject>(source).is_async == is_async) {
    *sp_++ = Value::integer(0);
    return true;
  }
  if (source.is(ValueType::instance) && dunder(source, is_async ? Known::aiter : Known::iter, found)) return invoke(std::move(found), {source}, After::begin);
  if (!is_async && dunder(source, Known::getitem, found)) return invoke_prelude(Prelude::by_index, {source}, After::begin);
  if (is_async) return context_.type_error("'async for' needs a generator made by async def, or an object with __aiter__, not " + a_type(source) + ".", "'async for' requires an object with __aiter__ method, got " + python_type_name(source));
  return context_.type_error(capital_type(source) + " has no items to go through.", quoted(python_type_name(source)) + " object is not iterable");
}

/// The loop's next item, where the script itself gives it.
bool Machine::next_of_script() {
  const Value& iterable = sp_[-2];
  if (iterable.is(ValueType::generator)) return resume_generator(iterable, Value(), After::iterate, false);
  Value found;
  bool is_async = sp_[-1].integer() < 0;
  if (!dunder(iterable, is_async ? Known::anext : Known::next, found))
    return context_.type_error(capital_type(iterable) + " has no __next__.", "iter() returned non-iterator of type " + quoted(type_name(iterable)));
  return invoke(std::move(found), {iterable}, is_async ? After::await_iterate : After::iterate);
}

/// A loop is left before its end: a generator that only the loop held is closed.
bool Machine::leave_loop() {
  *--sp_ = Value();
  if (!sp_[-1].is(ValueType::generator)) return true;
  auto& g = as<GeneratorObject>(sp_[-1]);
  if (g.references.load(std::memory_order_acquire) != 1 || g.state.load(std::memory_order_acquire) != GeneratorObject::State::suspended) return true;
  Value generator = std::move(*--sp_);
  return resume_generator(std::move(generator), make_exception(instance_, Exception::generator_exit, {}), After::close, true);
}

bool Machine::begin_yield_from() {
  Value& source = sp_[-1];
  if (source.is(ValueType::generator) && !as<GeneratorObject>(source).is_async) return true;
  Value found;
  if (source.is(ValueType::instance) && dunder(source, Known::iter, found)) {
    Value object = std::move(*--sp_);
    return invoke(std::move(found), {std::move(object)}, After::answer, static_cast<std::uint32_t>(Answer::iterator));
  }
  if (dunder(source, Known::getitem, found)) {
    Value object = std::move(*--sp_);
    return invoke_prelude(Prelude::by_index, {std::move(object)}, After::push);
  }
  if (source.is(ValueType::iterator)) return true;
  if (!begin_iteration(context_, source)) return false;
  source = make<IteratorObject>(context_.heap, IteratorObject::Kind::values, std::uint8_t{1}, std::vector<Value>{source}, std::int64_t{0});
  return true;
}

bool Machine::yield_from() {
  Value sent = std::move(*--sp_);
  Value source = sp_[-1];
  if (source.is(ValueType::generator)) return resume_generator(std::move(source), std::move(sent), After::yield_from, false);
  Value item;
  if (!sent.is_none() && source.is(ValueType::iterator)) return context_.fail("AttributeError", "What is sent cannot go on to " + a_type(source) + ".", quoted(python_type_name(source)) + " object has no attribute 'send'");
  if (source.is(ValueType::instance)) {
    if (!dunder(source, Known::next, item)) return context_.type_error(capital_type(source) + " has no __next__.", "iter() returned non-iterator of type " + quoted(type_name(source)));
    return invoke(std::move(item), {std::move(source)}, After::yield_from_next);
  }
  std::int64_t position = 0;
  switch (next(context_, source, position, item)) {
    case Next::failed: return false;
    case Next::end: sp_[-1] = Value(); return true;
    case Next::item: break;
  }
  --ip_;
  return give(std::move(item));
}

}  // namespace interleave
