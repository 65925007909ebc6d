// vm.cpp -- the interpreter's loop, and the door to it (vm.h).
//
// All calls of a task share one array of values: [callee][variables][operands] [callee][variables][operands] ...
// Arguments are pushed where the callee's parameters will be, so a call copies nothing. Slots above the top are none:
// a push may construct over them, and a popped value has been moved out of its slot.
// Fuel is charged where a task could go on for ever: jumps back, calls, and native work by its size.
//
// The loop has the places of the instruction and of the stack in variables of its own, and does the common cases of common
// instructions itself; where a case is not one of them, it has changed nothing, and execute() (vm_execute.cpp) does the instruction in
// full. What that does not do in line, the other files of Machine do: vm_frames, vm_calls, vm_generators, vm_unwind, vm_attributes,
// vm_builtins, vm_operators. They return false where the loop must stop: step_ asks, or an exception is on its way (trouble()).
#include "script/vm.h"

#include <algorithm>
#include <memory>
#include <new>

#include "script/machine.h"

namespace interleave {

namespace {

template <typename Number>
bool holds(CompareOp op, Number a, Number b) {
  switch (op) {
    case CompareOp::less: return a < b;
    case CompareOp::less_equal: return a <= b;
    case CompareOp::equal: return a == b;
    case CompareOp::not_equal: return a != b;
    case CompareOp::greater: return a > b;
    default: return a >= b;
  }
}

/// The common cases of binary() in line; false: not one of them. `out` is no object: raw, or one of the two numbers.
[[gnu::always_inline]] inline bool quick_binary(BinaryOp op, const Value& a, const Value& b, Value& out) {
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
    std::construct_at(&out, Value::integer(result));
    return true;
  }
  if (a.is(ValueType::real) && b.is(ValueType::real)) {
    double x = a.real(), y = b.real();
    switch (op) {
      case BinaryOp::add: std::construct_at(&out, Value::real(x + y)); return true;
      case BinaryOp::subtract: std::construct_at(&out, Value::real(x - y)); return true;
      case BinaryOp::multiply: std::construct_at(&out, Value::real(x * y)); return true;
      case BinaryOp::divide:
        if (y == 0) return false;
        std::construct_at(&out, Value::real(x / y));
        return true;
      default: return false;
    }
  }
  return false;
}

// What holds a lock or a value while it works has a function of its own, so that the loop's cases end in plain jumps.

/// The item at an index of a list, from the front or the back, into `out`, which is no object. False: there is no such item.
inline bool item_of(ListObject& list, std::int64_t index, Value& out) {
  Locked hold(list);
  const std::uint64_t size = list.items.size(), i = static_cast<std::uint64_t>(index) + (index < 0 ? size : 0);
  if (i >= size) return false;
  std::construct_at(&out, list.items[static_cast<std::size_t>(i)]);
  return true;
}

/// `item` goes there, and what was there goes into `item`, so that it ends after the lock.
inline bool swap_item(ListObject& list, std::int64_t index, Value& item) {
  holds(list, item);
  Locked hold(list);
  const std::uint64_t size = list.items.size(), i = static_cast<std::uint64_t>(index) + (index < 0 ? size : 0);
  if (i >= size) return false;
  list.items[static_cast<std::size_t>(i)].swap(item);
  return true;
}

/// An attribute of the object's own, to raw memory.
inline bool own_attribute(InstanceObject& object, std::uint32_t name, Value* out) {
  Locked hold(object);
  const Value* const own = object.attributes.find(name);
  if (own) std::construct_at(out, *own);
  return own;
}

/// As swap_item. False: the object has as many as it may have.
inline bool swap_attribute(InstanceObject& object, std::uint32_t name, Value& value) {
  holds(object, value);
  Locked hold(object);
  if (Value* const own = object.attributes.find(name)) {
    own->swap(value);
    return true;
  }
  if (object.attributes.all.size() >= 1000) return false;
  object.attributes.add(name, std::move(value), &as<ClassObject>(object.cls));
  account(object);
  return true;
}

}  // namespace

Step Machine::run() {
  const Code& code = instance_.program().code();
  if (frame_.over()) {
    step_.kind = Step::Kind::failed;
    step_.error = {0, 0, "RuntimeError", "The task is over."};
    return std::move(step_);
  }
  step_ = {};
  if (!raised_.is_none() && !trouble()) return std::move(step_);

  // Machine's own are stale while the loop runs: write_back() goes before whatever looks at them, read_back() after what changes them.
  const Instruction* ip = ip_;
  Value* sp = sp_;
  Value* locals = locals_;
  auto write_back = [&] { ip_ = ip, sp_ = sp; };
  auto read_back = [&] { ip = ip_, sp = sp_, locals = locals_; };
  auto push = [&](Value&& value) { std::construct_at(sp++, std::move(value)); };
  auto jump = [&](std::uint32_t target) { ip = function_->instructions.data() + target; };
  // What was popped and is no object.
  auto forget = [](Value* value) { std::construct_at(value); };

  for (;;) {
    const Instruction instruction = *ip++;
    const std::uint32_t argument = instruction.argument();
    switch (instruction.op()) {
      case Op::load_constant: push(Value(instance_.constants_[argument])); continue;
      case Op::load_integer: push(Value::integer(instruction.signed_argument())); continue;
      case Op::load_local: {
        const Value& v = locals[argument];
        if (v.is(ValueType::unbound)) [[unlikely]] break;
        push(Value(v));
        continue;
      }
      case Op::load_two_locals: {
        const Value &v = locals[argument], &w = locals[ip->argument()];
        if (v.is(ValueType::unbound) || w.is(ValueType::unbound)) [[unlikely]] break;
        push(Value(v));
        push(Value(w));
        ++ip;
        continue;
      }
      case Op::compare_locals_jump: {
        const Value &a = locals[argument], &b = locals[ip->argument()];
        const std::uint32_t how = ip[1].argument();
        bool result = false;
        if (a.is(ValueType::integer) && b.is(ValueType::integer)) result = holds(static_cast<CompareOp>(how & 15), a.integer(), b.integer());
        else if (a.is(ValueType::real) && b.is(ValueType::real)) result = holds(static_cast<CompareOp>(how & 15), a.real(), b.real());
        else break;
        ip += 2;
        if (!result) jump(how >> 4);
        continue;
      }
      case Op::compare_integer_jump: {
        const Value& a = locals[argument];
        if (!a.is(ValueType::integer)) break;
        const std::uint32_t how = ip[1].argument();
        const bool result = holds(static_cast<CompareOp>(how & 15), a.integer(), std::int64_t{ip->signed_argument()});
        ip += 2;
        if (!result) jump(how >> 4);
        continue;
      }
      case Op::compare_none_jump: {
        const Value& a = locals[argument];
        if (a.is(ValueType::unbound)) [[unlikely]] break;
        const std::uint32_t how = ip[1].argument();
        const bool result = a.is_none() == (static_cast<CompareOp>(how & 15) == CompareOp::is);
        ip += 2;
        if (!result) jump(how >> 4);
        continue;
      }
      case Op::store_local: locals[argument] = std::move(*--sp); continue;
      case Op::load_global: {
        const Value& v = instance_.globals_[argument];
        if (v.is(ValueType::unbound)) [[unlikely]] break;
        push(Value(v));
        continue;
      }
      case Op::load_cell: {
        auto& cell = as<CellObject>(locals[argument]);
        {
          Locked hold(cell);
          std::construct_at(sp, cell.value);
        }
        if (sp->is(ValueType::unbound)) [[unlikely]] {
          forget(sp);
          break;
        }
        ++sp;
        continue;
      }
      case Op::load_builtin: push(Value::builtin(argument)); continue;
      case Op::load_exception: push(Value(instance_.exception_classes_[argument])); continue;
      case Op::load_function: push(Value::function(argument)); continue;
      case Op::pop: *--sp = Value(); continue;
      case Op::dup: push(Value(sp[-1])); continue;
      case Op::dup_two:
        push(Value(sp[-2]));
        push(Value(sp[-2]));
        continue;
      case Op::rotate_two: sp[-1].swap(sp[-2]); continue;
      case Op::rotate_three:
        sp[-1].swap(sp[-2]);
        sp[-2].swap(sp[-3]);
        continue;

      case Op::binary:
        if (!quick_binary(static_cast<BinaryOp>(argument & 0x7f), sp[-2], sp[-1], sp[-2])) break;
        forget(--sp);
        continue;
      case Op::binary_locals:
        if (!quick_binary(static_cast<BinaryOp>(argument & 15), locals[argument >> 4 & 1023], locals[argument >> 14], *sp)) break;
        ++sp;
        continue;
      case Op::binary_integer:
        if (!quick_binary(static_cast<BinaryOp>(argument & 15), sp[-1], Value::integer(static_cast<std::int32_t>(instruction.word) >> 12), sp[-1])) break;
        continue;
      case Op::compare:
      case Op::compare_jump: {
        const auto op = static_cast<CompareOp>(argument & 15);
        Value &a = sp[-2], &b = sp[-1];
        bool result = false;
        if (a.is(ValueType::integer) && b.is(ValueType::integer) && op <= CompareOp::greater_equal) {
          result = holds(op, a.integer(), b.integer());
        } else if (a.is(ValueType::real) && b.is(ValueType::real) && op <= CompareOp::greater_equal) {
          result = holds(op, a.real(), b.real());
        } else if (b.is_none() && op >= CompareOp::is) {
          result = a.is_none() == (op == CompareOp::is);
          a = Value();
        } else if (a.is(ValueType::string) && b.is(ValueType::string) && (op == CompareOp::equal || op == CompareOp::not_equal)) {
          result = (a.object() == b.object() || as<StringObject>(a).text == as<StringObject>(b).text) == (op == CompareOp::equal);
          a = Value(), b = Value();
        } else if ((b.is(ValueType::dict) || b.is(ValueType::set)) && (a.is(ValueType::integer) || a.is(ValueType::string)) && (op == CompareOp::in || op == CompareOp::not_in)) {
          bool found = false;
          forget(sp);
          if (!dict_find(context_, b, a, *sp, found)) break;
          *sp = Value();
          result = found == (op == CompareOp::in);
          a = Value(), b = Value();
        } else {
          break;
        }
        forget(--sp);
        if (instruction.op() == Op::compare) {
          std::construct_at(&a, Value::boolean(result));
          continue;
        }
        forget(--sp);
        if (!result) jump(argument >> 4);
        continue;
      }

      case Op::jump: jump(argument); continue;
      case Op::jump_back: {
        const Instruction* target = function_->instructions.data() + argument;
        context_.fuel -= ip - target;
        ip = target;
        if (context_.fuel >= 0) [[likely]] continue;
        write_back();
        goto paused;
      }
      case Op::jump_if_false:
      case Op::jump_if_true: {
        const Value& v = sp[-1];
        if (!v.is(ValueType::boolean) && !v.is(ValueType::integer) && !v.is_none()) break;
        const bool value = !v.is_none() && v.integer() != 0;
        forget(--sp);
        if (value == (instruction.op() == Op::jump_if_true)) jump(argument);
        continue;
      }

      case Op::subscript: {
        Value &container = sp[-2], &key = sp[-1];
        if (container.is(ValueType::list)) {
          if (!key.is(ValueType::integer) || !item_of(as<ListObject>(container), key.integer(), key)) break;
          container = std::move(key);
          --sp;
          continue;
        }
        bool found = false;
        forget(sp);
        if (container.is(ValueType::dict) && (key.is(ValueType::integer) || key.is(ValueType::string))) found = dict_find(context_, container, key, *sp, found) && found;
        if (!found) break;
        container = std::move(*sp);
        *--sp = Value();
        continue;
      }
      case Op::store_subscript: {
        Value &item = sp[-3], &container = sp[-2], &key = sp[-1];
        bool stored = false;
        if (key.is(ValueType::integer) && container.is(ValueType::list)) stored = swap_item(as<ListObject>(container), key.integer(), item);
        else if (container.is(ValueType::dict) && (key.is(ValueType::integer) || key.is(ValueType::string))) stored = dict_store(context_, container, key, item);
        if (!stored) break;
        *--sp = Value();
        *--sp = Value();
        *--sp = Value();
        continue;
      }
      case Op::load_local_attribute: {
        const Value& object = locals[argument & 255];
        if (!object.is(ValueType::instance) || !own_attribute(as<InstanceObject>(object), argument >> 8, sp)) break;
        ++sp;
        continue;
      }
      case Op::load_attribute:
        if (!sp[-1].is(ValueType::instance) || !own_attribute(as<InstanceObject>(sp[-1]), argument, sp)) break;
        sp[-1] = std::move(*sp);
        continue;
      case Op::store_attribute: {
        if (!sp[-1].is(ValueType::instance)) break;
        auto& o = as<InstanceObject>(sp[-1]);
        if (o.exception || lately_found(as<ClassObject>(o.cls), argument) != kFoundNothing || !swap_attribute(o, argument, sp[-2])) break;
        *--sp = Value();
        *--sp = Value();
        continue;
      }

      case Op::next_item: {
        const Value& iterable = sp[-2];
        switch (iterable.type()) {
          case ValueType::range: {
            auto& r = as<RangeObject>(iterable);
            if (sp[-1].integer() >= r.length) break;
            const std::int64_t item = r.at(sp[-1].integer());
            std::construct_at(sp - 1, Value::integer(sp[-1].integer() + 1));
            if (ip->op() == Op::store_local) locals[ip++->argument()] = Value::integer(item);
            else push(Value::integer(item));
            continue;
          }
          case ValueType::list: {
            if (!item_of(as<ListObject>(iterable), sp[-1].integer(), *std::construct_at(sp))) break;
            std::construct_at(sp - 1, Value::integer(sp[-1].integer() + 1));
            ++sp;
            continue;
          }
          case ValueType::generator:
            write_back();
            if (goes_on_at_once(as<GeneratorObject>(iterable))) [[likely]] {
              context_.fuel -= 4;
              enter_generator(Value(iterable), After::iterate);
              if (ip_->op() == Op::pop) ++ip_;  // nobody looks at what was sent
              else std::construct_at(sp_++);
              read_back();
              if (context_.fuel >= 0) [[likely]] continue;
              goto paused;
            }
            if (!resume_generator(iterable, Value(), After::iterate, false)) goto wrong;
            read_back();
            if (context_.fuel >= 0) [[likely]] continue;
            goto paused;
          default: break;
        }
        break;
      }

      case Op::call: {
        Value* const slot = sp - argument - 1;
        if (!slot->is(ValueType::function) && !slot->is(ValueType::closure)) break;
        const std::uint32_t function = function_of(*slot);
        const FunctionCode& callee = code.functions[function];
        if (!callee.plain || callee.parameters != argument || frame_.callers_.size() >= kMostCalls) break;
        context_.fuel -= 4;
        ip_ = ip;
        const auto base = static_cast<std::size_t>(slot + 1 - frame_.values_.data());
        enter(function, base, base - 1, callee.free.empty() ? nullptr : &as<ClosureObject>(*slot), After::push);
        read_back();
        if (context_.fuel >= 0) [[likely]] continue;
        goto paused;
      }
      case Op::method: {
        Value* const slot = sp - (argument & 255) - 1;
        if (slot->is(ValueType::generator) && argument == (static_cast<std::uint32_t>(Method::send) << 8 | 1) && goes_on_at_once(as<GeneratorObject>(*slot))) {
          context_.fuel -= 4;
          {
            Value sent = std::move(slot[1]), generator = std::move(*slot);
            ip_ = ip, sp_ = slot;
            enter_generator(std::move(generator), After::next);
            std::construct_at(sp_++, std::move(sent));
          }
          read_back();
          if (context_.fuel >= 0) [[likely]] continue;
          goto paused;
        }
        if (slot->is(ValueType::instance) && frame_.callers_.size() < kMostCalls) {
          auto& o = as<InstanceObject>(*slot);
          const std::uint32_t function = lately_found(as<ClassObject>(o.cls), argument >> 8);
          bool quick = function < kFoundNothing;
          if (quick) {
            const FunctionCode& callee = code.functions[function];
            Locked hold(o);
            quick = callee.plain && callee.parameters == (argument & 255) + 1 && !o.attributes.find(argument >> 8);
          }
          if (quick) {
            context_.fuel -= 4;
            ip_ = ip;
            // The object is the first parameter where it lies; the result takes its place.
            const auto base = static_cast<std::size_t>(slot - frame_.values_.data());
            enter(function, base, base, nullptr, After::push);
            read_back();
            if (context_.fuel >= 0) [[likely]] continue;
            goto paused;
          }
        }
        write_back();
        if (!method(argument >> 8, argument & 255)) goto wrong;
        read_back();
        if (context_.fuel >= 0) [[likely]] continue;
        goto paused;
      }
      case Op::return_value: {
        if (frame_.callers_.empty() || function_->is_generator || frame_.callers_.back().after != static_cast<std::uint32_t>(After::push)) break;
        context_.by_identity = false;
        {
          Value result = std::move(*--sp);
          while (sp > locals) *--sp = Value();
          return_to_caller();
          read_back();
          *sp++ = std::move(result);
        }
        continue;
      }
      case Op::yield_value: {
        --sp;
        write_back();
        if (!give(std::move(*sp))) goto wrong;
        read_back();
        continue;
      }
      default: break;
    }

    write_back();
    switch (execute(instruction)) {
      case Went::on: read_back(); continue;
      case Went::wrong: break;
      case Went::paused: goto paused;
      case Went::ended: return std::move(step_);
    }
  wrong:
    if (!trouble()) return std::move(step_);
    read_back();
    continue;
  paused:
    if (!context_.room(0)) goto wrong;
    step_.kind = Step::Kind::paused;
    save();
    return std::move(step_);
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

Step resume(TaskFrame& frame, const Instance& instance, Value sent, std::int64_t fuel, std::uint32_t task) {
  return guarded(frame, [&] {
    Machine machine(frame, instance, nullptr, fuel, task);
    machine.answer(std::move(sent));
    return machine.run();
  });
}

Step resume_with_failure(TaskFrame& frame, const Instance& instance, std::string sentence, std::int64_t fuel, std::string_view kind, std::uint32_t task) {
  return resume_with_exception(frame, instance, make_exception(instance, kind, sentence, kind == "RuntimeError" ? sentence : std::string()), fuel, task);
}

Step resume_with_exception(TaskFrame& frame, const Instance& instance, Value exception, std::int64_t fuel, std::uint32_t task) {
  return guarded(frame, [&] {
    Machine machine(frame, instance, nullptr, fuel, task);
    machine.answer_with(std::move(exception));
    return machine.run();
  });
}

}  // namespace interleave
