// vm.cpp -- the interpreter's loop, and the door to it (vm.h).
//
// All calls of a task share one array of values: [callee][variables][operands] [callee][variables][operands] ...
// Arguments are pushed where the callee's parameters will be, so a call copies nothing. Slots above the top are none:
// a push may construct over them, and a popped value has been moved out of its slot.
// Fuel is charged where a task could go on for ever: jumps back, calls, and native work by its size.
//
// What the loop does not do in line, the other files of Machine do: vm_frames, vm_calls, vm_generators, vm_unwind, vm_attributes,
// vm_builtins, vm_operators. They return false where the loop must stop: step_ asks, or an exception is on its way (trouble()).
#include "script/vm.h"

#include <algorithm>
#include <memory>
#include <new>

#include "script/machine.h"

namespace interleave {

namespace {

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
  const bool set_like = b.is(ValueType::set) || (b.is(ValueType::view) && as<ViewObject>(b).kind != ViewObject::Kind::values);
  if (a.is(ValueType::set) && set_like && (op >= BinaryOp::bit_and || op == BinaryOp::subtract)) {
    if (!set_in_place(context, op, a, b)) return false;
    out = a;
    return true;
  }
  if (a.is(ValueType::dict) && op == BinaryOp::bit_or) {
    Value argument = b;
    if (!call_method(context, Method::update, a, std::span<Value>(&argument, 1), out)) return false;
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

}  // namespace

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
    holds(c, value);
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
        holds(*v.object(), as<CellObject>(v).value);
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
        if (a.is(ValueType::instance) || b.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
          if (!binary_of_instances(op, argument & 0x80)) goto stopped;
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
        if (a.is(ValueType::instance) || b.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
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
        if (a.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
          push(std::move(b));
          if (!binary_of_instances(op)) goto stopped;
          break;
        }
        if (!binary(context_, op, a, b, scratch)) goto stopped;
        a = std::move(scratch);
        break;
      }
      case Op::unary:
        if (constexpr Known kNames[] = {Known::neg, Known::pos, Known::invert}; sp_[-1].is(ValueType::instance) && dunder(sp_[-1], kNames[argument], scratch)) {
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
        if (context_.fuel < 0) [[unlikely]] goto safepoint;
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
        if (code.hashes) [[unlikely]] {
          bool asks = false;
          for (Value* at = sp_ - 2 * argument; at < sp_; at += 2) asks |= asks_for_key(*at);
          if (asks) {
            Value all = Value::list(context_.heap, {std::make_move_iterator(sp_ - 2 * argument), std::make_move_iterator(sp_)});
            pop_to(sp_ - 2 * argument);
            if (!invoke_prelude(Prelude::dict_of, {std::move(all)}, After::push)) goto stopped;
            break;
          }
        }
        Value dict = make_dict(context_.heap);
        for (Value* at = sp_ - 2 * argument; at < sp_; at += 2)
          if (!dict_store(context_, dict, at[0], at[1])) goto stopped;
        for (std::uint32_t i = 0; i < 2 * argument; ++i) *--sp_ = Value();
        push(std::move(dict));
        break;
      }
      case Op::build_set: {
        if (code.hashes && std::any_of(sp_ - argument, sp_, [&](const Value& v) { return asks_for_key(v); })) [[unlikely]] {
          Value all = Value::list(context_.heap, {std::make_move_iterator(sp_ - argument), std::make_move_iterator(sp_)});
          pop_to(sp_ - argument);
          if (!invoke_prelude(Prelude::set_of, {std::move(all)}, After::push)) goto stopped;
          break;
        }
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
        for (Value* at = sp_ - argument; at < sp_; ++at) {
          if (!at->is(ValueType::string)) {
            context_.type_error("__format__() returned " + a_type(*at) + "; it returns a str.", "__format__ must return a str, not " + python_type_name(*at));
            goto stopped;
          }
          text += at->text();
        }
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
        if (code.hashes && !function_->prelude && asks_for_key(sp_[-2])) [[unlikely]] {
          Value dict = sp_[-3 - static_cast<std::int32_t>(argument)], key = sp_[-2], item = sp_[-1];
          pop_to(sp_ - 2);
          if (!invoke_prelude(Prelude::set_item, {std::move(dict), std::move(key), std::move(item)}, After::discard)) goto stopped;
          break;
        }
        if (!dict_store(context_, sp_[-3 - static_cast<std::int32_t>(argument)], sp_[-2], sp_[-1])) goto stopped;
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      }
      case Op::set_add: {
        if (code.hashes && !function_->prelude && asks_for_key(sp_[-1])) [[unlikely]] {
          Value set = sp_[-2 - static_cast<std::int32_t>(argument)], key = sp_[-1];
          pop_to(sp_ - 1);
          Value add = make<BoundObject>(context_.heap, Value(), set, static_cast<std::uint32_t>(Method::add));
          if (!invoke_prelude(Prelude::with_key, {std::move(add), std::move(set), std::move(key)}, After::discard)) goto stopped;
          break;
        }
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
        if (code.hashes && sp_[-2].is(ValueType::dict) && asks_for_key(sp_[-1])) [[unlikely]] {
          context_.by_identity = function_->prelude;
          if (!function_->prelude) {
            Value dict = sp_[-2], key = sp_[-1];
            pop_to(sp_ - 2);
            if (!invoke_prelude(Prelude::get_item, {std::move(dict), std::move(key)}, After::push)) goto stopped;
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
        if (code.hashes && sp_[-2].is(ValueType::dict) && asks_for_key(sp_[-1])) [[unlikely]] {
          context_.by_identity = function_->prelude;
          if (!function_->prelude) {
            Value dict = sp_[-2], key = sp_[-1], item = sp_[-3];
            pop_to(sp_ - 3);
            if (!invoke_prelude(Prelude::set_item, {std::move(dict), std::move(key), std::move(item)}, After::discard)) goto stopped;
            break;
          }
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
        if (code.hashes && sp_[-2].is(ValueType::dict) && asks_for_key(sp_[-1])) [[unlikely]] {
          context_.by_identity = function_->prelude;
          if (!function_->prelude) {
            Value dict = sp_[-2], key = sp_[-1];
            pop_to(sp_ - 2);
            if (!invoke_prelude(Prelude::delete_item, {std::move(dict), std::move(key)}, After::discard)) goto stopped;
            break;
          }
        }
        if (!delete_subscript(context_, sp_[-2], sp_[-1])) goto stopped;
        *--sp_ = Value();
        *--sp_ = Value();
        break;
      case Op::unpack:
        if (!unpack(argument)) goto stopped;
        break;
      case Op::load_local_attribute: {
        const Value& held = locals_[argument & 255];
        if (held.is(ValueType::instance)) [[likely]] {
          auto& o = as<InstanceObject>(held);
          Locked hold(o);
          if (const Value* own = o.attributes.find(argument >> 8)) {
            push(Value(*own));
            break;
          }
        }
        if (held.is(ValueType::unbound)) [[unlikely]] {
          unbound(argument & 255);
          goto stopped;
        }
        bool property = false;
        Value object = held;
        if (!load_attribute(object, argument >> 8, scratch, property)) goto stopped;
        if (property) {
          if (!invoke(std::exchange(scratch, Value()), {std::move(object)}, After::push)) goto stopped;
          break;
        }
        push(std::move(scratch));
        break;
      }
      case Op::load_attribute: {
        if (sp_[-1].is(ValueType::instance)) [[likely]] {
          auto& o = as<InstanceObject>(sp_[-1]);
          bool found = false;
          {
            Locked hold(o);
            if (const Value* own = o.attributes.find(argument)) scratch = *own, found = true;
          }
          if (found) {
            sp_[-1] = std::move(scratch);
            break;
          }
        }
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
      case Op::store_attribute: {
        if (sp_[-1].is(ValueType::instance)) [[likely]] {
          auto& o = as<InstanceObject>(sp_[-1]);
          bool stored = false;
          if (!o.exception && !find_in_class(o.cls, argument, scratch)) {
            holds(o, sp_[-2]);
            Locked hold(o);
            if (Value* own = o.attributes.find(argument)) {
              own->swap(sp_[-2]);
              stored = true;
            } else if (o.attributes.all.size() < 1000) {
              o.attributes.add(argument, std::move(sp_[-2]), &as<ClassObject>(o.cls));
              account(o);
              stored = true;
            }
          }
          if (stored) {
            pop_to(sp_ - 2);
            break;
          }
          scratch = Value();
        }
        Value setter;
        if (!store_attribute(sp_[-1], argument, sp_[-2], &setter)) goto stopped;
        if (!setter.is_none()) [[unlikely]] {
          Value object = sp_[-1], item = sp_[-2];
          pop_to(sp_ - 2);
          if (!invoke(std::move(setter), {std::move(object), std::move(item)}, After::discard)) goto stopped;
          break;
        }
        pop_to(sp_ - 2);
        break;
      }
      case Op::delete_attribute:
        if (!delete_attribute(sp_[-1], argument)) goto stopped;
        *--sp_ = Value();
        break;

      case Op::begin_loop: {
        Value& source = sp_[-1];
        if (source.is(ValueType::generator) || source.is(ValueType::instance) || argument) [[unlikely]] {
          if (!begin_loop_of_script(argument & 1)) goto stopped;
          break;
        }
        if (!begin_iteration(context_, source)) goto stopped;
        push(Value::integer(0));
        break;
      }
      case Op::leave_loop:
        if (!leave_loop()) goto stopped;
        break;
      case Op::next_item: {
        const Value& iterable = sp_[-2];
        std::int64_t position = sp_[-1].integer();
        Next state = Next::end;
        if (iterable.is(ValueType::range)) {
          auto& r = as<RangeObject>(iterable);
          if (position < r.length) {
            sp_[-1] = Value::integer(position + 1);
            push(Value::integer(r.at(position)));
            break;
          }
        } else if (iterable.is(ValueType::generator) || iterable.is(ValueType::instance)) {
          if (!next_of_script()) goto stopped;
          if (context_.fuel < 0) [[unlikely]] goto safepoint;
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
        end_loop();
        break;
      }

      case Op::format:
        if (!format(argument)) goto stopped;
        break;

      case Op::call:
      case Op::call_awaited:
        if (!call(sp_ - argument - 1, argument, instruction.op() == Op::call_awaited)) goto stopped;
        if (context_.fuel < 0) [[unlikely]] goto safepoint;
        break;
      case Op::call_shaped:
      case Op::builtin_shaped:
        if (!call_shaped(code.shapes[argument], instruction.op() == Op::builtin_shaped)) goto stopped;
        if (context_.fuel < 0) [[unlikely]] goto safepoint;
        break;
      case Op::builtin: {
        std::size_t count = argument >> 8;
        Arguments arguments{std::span<Value>(sp_ - count, count), {}, {}};
        if (!call_builtin(static_cast<Builtin>(argument & 255), arguments, count, After::push)) goto stopped;
        break;
      }
      case Op::method:
        if (!method(argument >> 8, argument & 255)) goto stopped;
        if (context_.fuel < 0) [[unlikely]] goto safepoint;
        break;
      case Op::show:
        if (!show(argument != 0)) goto stopped;
        break;
      case Op::await_value:
        if (!await_value()) goto stopped;
        break;
      case Op::yield_value: {
        Value value = std::move(*--sp_);
        if (!give(std::move(value))) goto stopped;
        break;
      }
      case Op::begin_yield_from:
        if (!begin_yield_from()) goto stopped;
        break;
      case Op::yield_from:
        if (!yield_from()) goto stopped;
        if (context_.fuel < 0) [[unlikely]] goto safepoint;
        break;
      case Op::raise:
        if (!raise_operands(argument)) goto stopped;
        break;
      case Op::reraise: raised_ = std::move(*--sp_); goto stopped;
      case Op::matches:
        if (!match_exception()) goto stopped;
        break;
      case Op::make_class:
        if (!make_class(argument)) goto stopped;
        break;
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
  safepoint:
    if (context_.room(0)) {
      step_.kind = Step::Kind::paused;
      save();
      return std::move(step_);
    }
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
