// vm_unwind.cpp -- exceptions: where one comes from, which handler takes it, what becomes of the calls between.
#include <memory>

#include "script/machine.h"

namespace interleave {

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

Value Machine::handled() const {
  const auto& functions = instance_.program().code().functions;
  auto in = [&](const FunctionCode& f, std::size_t pc, std::size_t base, Value& out) {
    pc = pc > 0 ? pc - 1 : 0;
    for (const FunctionCode::Handling& h : f.handling) {
      if (pc < h.begin || pc >= h.end) continue;
      if (h.variable == UINT32_MAX) return false;
      out = frame_.values_[base + h.variable];
      return is_exception(out);
    }
    return false;
  };
  Value out;
  if (in(*function_, static_cast<std::size_t>(ip_ - function_->instructions.data()), static_cast<std::size_t>(locals_ - frame_.values_.data()), out)) return out;
  for (auto caller = frame_.callers_.rbegin(); caller != frame_.callers_.rend(); ++caller)
    if (!functions[caller->function].handling.empty() && in(functions[caller->function], caller->pc, caller->base, out)) return out;
  return Value();
}

void Machine::chain(const Value& exception) {
  Value handled = this->handled();
  if (!is_exception(handled) || handled.object() == exception.object()) return;
  // What came of the very same one would make a ring: it is cut there.
  for (Value at = handled; is_exception(at);) {
    auto& o = as<InstanceObject>(at);
    Value next, dropped;
    {
      Locked hold(o);
      next = o.exception->context;
      if (next.is(ValueType::instance) && next.object() == exception.object()) o.exception->context.swap(dropped);
    }
    if (!dropped.is_none() || --context_.fuel < 0) break;
    at = std::move(next);
  }
  auto& object = as<InstanceObject>(exception);
  holds(object, handled);
  Locked hold(object);
  object.exception->context.swap(handled);
}

std::string Machine::causes(const Value& exception) {
  std::string out;
  Value at = exception;
  for (int depth = 0; depth < 3; ++depth) {
    auto& o = as<InstanceObject>(at);
    Value next;
    bool cause = false;
    {
      Locked hold(o);
      cause = is_exception(o.exception->cause);
      next = cause ? o.exception->cause : o.exception->alone ? Value() : o.exception->context;
    }
    // A limit's end is a cancellation inside: nothing that anybody wrote.
    if (!is_exception(next) || as<ClassObject>(as<InstanceObject>(next).cls).name == "CancelledError") break;
    auto& other = as<InstanceObject>(next);
    const std::string text = exception_text(other);
    out += depth == 0 && cause ? " Caused by" : cause ? ", caused by" : depth == 0 ? " It came while" : ", which came while";
    Locked hold(other);
    out += (other.exception->line ? " line " + std::to_string(other.exception->line) + "'s " : " ") + as<ClassObject>(other.cls).name + (text.empty() ? "" : " (" + text + ")") + (cause ? "" : " was handled");
    at = next;
  }
  return out.empty() ? out : out + ".";
}

/// After something returned false: an ask, or an exception. True: go on; false: return step_.
bool Machine::trouble() {
  if (step_.kind == Step::Kind::ask) {
    step_.ask.line = place().line;
    frame_.state_ = TaskFrame::State::asked;
    save();
    return false;
  }
  Value exception = raised_.is_none() ? exception_of_context() : std::exchange(raised_, Value());
  if (!std::exchange(again_, false)) chain(exception);
  if (!raise(std::move(exception))) return false;
  if (context_.fuel >= 0) return true;
  step_.kind = Step::Kind::paused;  // or a loop that catches everything would never come to a safepoint
  save();
  return false;
}

bool Machine::raise(Value exception) {
  context_.fuel -= 8;
  context_.by_identity = false;
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
      std::string because = causes(exception);
      Locked hold(object);
      std::string sentence = object.exception->sentence;
      if (sentence.empty()) sentence = text.empty() ? kind + " was raised." : kind + ": " + text;
      if (!because.empty()) sentence += (sentence.ends_with('.') || sentence.ends_with('!') || sentence.ends_with('?') ? "" : ".") + because;
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
        part.cause = exception;
        part.context = std::move(exception);
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

/// `raise` with its operands: the exception, its cause (argument & 1).
/// True: its class has an __init__ of the script's, which makes it; then the instruction runs again.
bool Machine::raise_operands(std::uint32_t argument) {
  Value cause = argument & 1 ? std::move(*--sp_) : Value();
  Value exception = std::move(*--sp_);
  if (is_exception_class(exception)) {
    // `raise ValueError` is `raise ValueError()`.
    Value init;
    if (find_in_class(exception, known(Known::init), init)) {
      if (argument & 1) return context_.type_error("Write brackets after the name of this class before 'from'.");
      std::vector<Value> none;
      --ip_;  // the object comes, then it is raised
      return construct(exception, none, {}, {}, After::push);
    }
    Value object = make<InstanceObject>(context_.heap, exception);
    auto part = std::make_unique<ExceptionPart>();
    part->arguments = Value::tuple(context_.heap, {});
    as<InstanceObject>(object).exception = std::move(part);
    exception = std::move(object);
  }
  if (!is_exception(exception)) return context_.type_error("Only exceptions can be raised, such as ValueError(\"no\"), not " + a_type(exception) + ".", "exceptions must derive from BaseException");
  if (argument & 1 && cause.is_none()) {
    auto& object = as<InstanceObject>(exception);
    Locked hold(object);
    object.exception->cause.swap(cause);
    object.exception->alone = true;
  } else if (argument & 1) {
    if (is_exception_class(cause)) cause = make_exception(instance_, static_cast<Exception>(as<ClassObject>(cause).exception), {});
    if (!is_exception(cause)) return context_.type_error("After 'from' comes an exception.", "exception causes must derive from BaseException");
    auto& object = as<InstanceObject>(exception);
    Locked hold(object);
    holds(object, cause);
    object.exception->cause.swap(cause);
  }
  raised_ = std::move(exception);
  return false;
}

/// Of an `except`: the exception below, the class or the tuple of classes on top; the answer replaces both.
bool Machine::match_exception() {
  Value type = std::move(*--sp_);
  Value exception = std::move(sp_[-1]);
  bool matches = false;
  for (const Value& one : type.is(ValueType::tuple) ? type.items() : std::vector<Value>{type}) {
    if (!is_exception_class(one)) return context_.type_error("'except' takes classes of exceptions, not " + a_type(one) + ".", "catching classes that do not inherit from BaseException is not allowed");
    matches |= is_subclass(as<InstanceObject>(exception).cls, one);
  }
  sp_[-1] = Value::boolean(matches);
  return true;
}

}  // namespace interleave
