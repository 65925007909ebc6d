// vm_execute.cpp -- each instruction in full: whatever lies on the stack. The loop in vm.cpp does the common cases itself.
#include <algorithm>
#include <iterator>
#include <memory>

#include "script/machine.h"

namespace interleave {

namespace {

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

Machine::Went Machine::execute(Instruction instruction) {
  const Code& code = instance_.program().code();
  const std::uint32_t argument = instruction.argument();
  Value scratch;
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
  auto push_attribute = [&](Value object, std::uint32_t name) {
    bool property = false;
    if (!load_attribute(object, name, scratch, property)) return false;
    if (property) return invoke(std::exchange(scratch, Value()), {asked_of(std::move(object))}, After::push);
    push(std::move(scratch));
    return true;
  };
  auto into_cell = [&](const Value& cell, Value value) {
    auto& c = as<CellObject>(cell);
    holds(c, value);
    Locked hold(c);
    c.value.swap(value);  // what was there goes after the lock
  };

  switch (instruction.op()) {
    case Op::load_two_locals:
    case Op::compare_locals_jump:
    case Op::compare_integer_jump:
    case Op::compare_none_jump:
    case Op::load_local: {
      const Value& v = locals_[argument];
      if (v.is(ValueType::unbound)) [[unlikely]] {
        unbound(argument);
        return Went::wrong;
      }
      push(Value(v));
      break;
    }
    case Op::load_global: {
      const Value& v = instance_.globals_[argument];
      if (v.is(ValueType::unbound)) [[unlikely]] {
        no_global(argument);
        return Went::wrong;
      }
      push(Value(v));
      break;
    }
    case Op::store_global: module_->store_global(argument, std::move(*--sp_)); break;
    case Op::load_shared_global: {
      Value v = in_cell(instance_.globals_[argument]);
      if (v.is(ValueType::unbound)) [[unlikely]] {
        no_global(argument);
        return Went::wrong;
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
        return Went::wrong;
      }
      push(std::move(v));
      break;
    }
    case Op::store_cell: into_cell(locals_[argument], std::move(*--sp_)); break;
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
    case Op::binary: {
      auto op = static_cast<BinaryOp>(argument & 0x7f);
      Value &a = sp_[-2], &b = sp_[-1];
      if (a.is(ValueType::instance) || b.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
        if (!binary_of_instances(op, argument & 0x80)) return Went::wrong;
        break;
      }
      if (argument & 0x80 && op == BinaryOp::add && a.is(ValueType::list) && reads_script(b)) {
        if (!invoke_prelude(Prelude::collect, {b}, After::retry)) return Went::wrong;
        break;
      }
      bool good = argument & 0x80 ? binary_in_place(context_, op, a, b, scratch) : binary(context_, op, a, b, scratch);
      if (!good) {
        if (argument & 0x80) in_place_fails();
        return Went::wrong;
      }
      *--sp_ = Value();
      sp_[-1] = std::move(scratch);
      break;
    }
    case Op::binary_locals: {
      auto op = static_cast<BinaryOp>(argument & 15);
      const Value &a = locals_[argument >> 4 & 1023], &b = locals_[argument >> 14];
      if (a.is(ValueType::unbound) || b.is(ValueType::unbound)) {
        unbound(a.is(ValueType::unbound) ? argument >> 4 & 1023 : argument >> 14);
        return Went::wrong;
      }
      if (a.is(ValueType::instance) || b.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
        Value left = a, right = b;
        push(std::move(left));
        push(std::move(right));
        if (!binary_of_instances(op)) return Went::wrong;
        break;
      }
      if (!binary(context_, op, a, b, scratch)) return Went::wrong;
      push(std::move(scratch));
      break;
    }
    case Op::binary_integer: {
      auto op = static_cast<BinaryOp>(argument & 15);
      Value& a = sp_[-1];
      Value b = Value::integer(static_cast<std::int32_t>(instruction.word) >> 12);
      if (a.is(ValueType::instance) || (op == BinaryOp::modulo && a.is(ValueType::string))) [[unlikely]] {
        push(std::move(b));
        if (!binary_of_instances(op)) return Went::wrong;
        break;
      }
      if (!binary(context_, op, a, b, scratch)) return Went::wrong;
      a = std::move(scratch);
      break;
    }
    case Op::unary:
      if (constexpr Known kNames[] = {Known::neg, Known::pos, Known::invert}; sp_[-1].is(ValueType::instance) && dunder(sp_[-1], kNames[argument], scratch)) {
        Value self = std::move(*--sp_);
        if (!invoke(std::exchange(scratch, Value()), {std::move(self)}, After::push)) return Went::wrong;
        break;
      }
      if (!unary(context_, static_cast<UnaryOp>(argument), sp_[-1], scratch)) return Went::wrong;
      sp_[-1] = std::move(scratch);
      break;
    case Op::logical_not:
      if (sp_[-1].is(ValueType::instance) && has_truth(sp_[-1])) {
        if (!ask_truth()) return Went::wrong;
        break;
      }
      sp_[-1] = Value::boolean(!truth(sp_[-1])); break;
    case Op::compare:
    case Op::compare_jump: {
      auto op = static_cast<CompareOp>(argument & 15);
      Value &a = sp_[-2], &b = sp_[-1];
      bool result = false;
      if ((a.is_object() || b.is_object()) && op < CompareOp::is && (a.is(ValueType::instance) || reads_script(b) || code.equals || code.orders)) {
        bool done = false;
        if (!compare_of_instances(op, instruction.op() == Op::compare_jump, done)) return Went::wrong;
        if (done) break;
        if (!compare(context_, op, sp_[-2], sp_[-1], result)) return Went::wrong;
      } else if (!compare(context_, op, a, b, result)) {
        return Went::wrong;
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

    case Op::jump_if_false:
    case Op::jump_if_true: {
      if (sp_[-1].is(ValueType::instance) && has_truth(sp_[-1])) [[unlikely]] {
        if (!ask_truth()) return Went::wrong;
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
          if (!invoke_prelude(Prelude::dict_of, {std::move(all)}, After::push)) return Went::wrong;
          break;
        }
      }
      Value dict = make_dict(context_.heap);
      for (Value* at = sp_ - 2 * argument; at < sp_; at += 2)
        if (!dict_store(context_, dict, at[0], at[1])) return Went::wrong;
      for (std::uint32_t i = 0; i < 2 * argument; ++i) *--sp_ = Value();
      push(std::move(dict));
      break;
    }
    case Op::build_set: {
      if (code.hashes && std::any_of(sp_ - argument, sp_, [&](const Value& v) { return asks_for_key(v); })) [[unlikely]] {
        Value all = Value::list(context_.heap, {std::make_move_iterator(sp_ - argument), std::make_move_iterator(sp_)});
        pop_to(sp_ - argument);
        if (!invoke_prelude(Prelude::set_of, {std::move(all)}, After::push)) return Went::wrong;
        break;
      }
      Value set = make_set(context_.heap);
      for (Value* at = sp_ - argument; at < sp_; ++at)
        if (!dict_store(context_, set, *at, Value())) return Went::wrong;
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
      std::size_t size = 0;
      for (Value* at = sp_ - argument; at < sp_; ++at) size += at->text().size();
      text.reserve(size);
      for (Value* at = sp_ - argument; at < sp_; ++at) {
        if (!at->is(ValueType::string)) {
          context_.type_error("__format__() returned " + a_type(*at) + "; it returns a str.", "__format__ must return a str, not " + python_type_name(*at));
          return Went::wrong;
        }
        text += at->text();
      }
      if (text.size() > (1 << 20) && !context_.room(static_cast<std::int64_t>(text.size()))) return Went::wrong;
      context_.charge(text.size() / 8);
      for (std::uint32_t i = 0; i < argument; ++i) *--sp_ = Value();
      push(Value::string(context_.heap, std::move(text)));
      break;
    }
    case Op::list_append: {
      Value item = std::move(*--sp_);
      if (!append(context_, sp_[-1 - static_cast<std::int32_t>(argument)], std::move(item))) return Went::wrong;
      break;
    }
    case Op::list_extend: {
      if (reads_script(sp_[-1])) {
        Value items = sp_[-1];
        if (!invoke_prelude(Prelude::collect, {std::move(items)}, After::retry)) return Went::wrong;
        break;
      }
      Value item = std::move(*--sp_);
      if (!call_method(context_, Method::extend, sp_[-1], std::span<Value>(&item, 1), scratch)) {
        if (context_.words.ends_with("object is not iterable")) context_.words = "Value after * must be an iterable, not " + python_type_name(item);
        return Went::wrong;
      }
      break;
    }
    case Op::dict_insert: {
      if (code.hashes && !function_->prelude && asks_for_key(sp_[-2])) [[unlikely]] {
        Value dict = sp_[-3 - static_cast<std::int32_t>(argument)], key = sp_[-2], item = sp_[-1];
        pop_to(sp_ - 2);
        if (!invoke_prelude(Prelude::set_item, {std::move(dict), std::move(key), std::move(item)}, After::discard)) return Went::wrong;
        break;
      }
      if (!dict_store(context_, sp_[-3 - static_cast<std::int32_t>(argument)], sp_[-2], sp_[-1])) return Went::wrong;
      *--sp_ = Value();
      *--sp_ = Value();
      break;
    }
    case Op::set_add: {
      if (code.hashes && !function_->prelude && asks_for_key(sp_[-1])) [[unlikely]] {
        Value set = sp_[-2 - static_cast<std::int32_t>(argument)], key = sp_[-1];
        pop_to(sp_ - 1);
        Value add = make<BoundObject>(context_.heap, Value(), set, static_cast<std::uint32_t>(Method::add));
        if (!invoke_prelude(Prelude::with_key, {std::move(add), std::move(set), std::move(key)}, After::discard)) return Went::wrong;
        break;
      }
      if (!dict_store(context_, sp_[-2 - static_cast<std::int32_t>(argument)], sp_[-1], Value())) return Went::wrong;
      *--sp_ = Value();
      break;
    }
    case Op::dict_merge: {
      if (!sp_[-1].is(ValueType::dict)) {
        context_.type_error("** needs a dict, not " + a_type(sp_[-1]) + ".", quoted(python_type_name(sp_[-1])) + " object is not a mapping");
        return Went::wrong;
      }
      std::vector<Value> all = dict_items(sp_[-1]);
      for (std::size_t i = 0; i < all.size(); i += 2)
        if (!dict_store(context_, sp_[-2], all[i], all[i + 1])) return Went::wrong;
      *--sp_ = Value();
      break;
    }
    case Op::subscript: {
      bool asked = false;
      if (!item_by_script(Known::getitem, Prelude::get_item, 2, After::push, asked)) return Went::wrong;
      if (asked) break;
      if (!subscript(context_, sp_[-2], sp_[-1], scratch)) return Went::wrong;
      *--sp_ = Value();
      sp_[-1] = std::move(scratch);
      break;
    }
    case Op::store_subscript: {
      bool asked = false;
      if (!item_by_script(Known::setitem, Prelude::set_item, 3, After::discard, asked)) return Went::wrong;
      if (asked) break;
      if (sp_[-1].is(ValueType::slice) && reads_script(sp_[-3])) {
        if (!invoke_prelude(Prelude::collect, {sp_[-3]}, After::retry, 2)) return Went::wrong;
        break;
      }
      if (!store_subscript(context_, sp_[-2], sp_[-1], sp_[-3])) return Went::wrong;
      pop_to(sp_ - 3);
      break;
    }
    case Op::delete_subscript: {
      bool asked = false;
      if (!item_by_script(Known::delitem, Prelude::delete_item, 2, After::discard, asked)) return Went::wrong;
      if (asked) break;
      if (!delete_subscript(context_, sp_[-2], sp_[-1])) return Went::wrong;
      pop_to(sp_ - 2);
      break;
    }
    case Op::unpack:
      if (!unpack(argument)) return Went::wrong;
      break;
    case Op::load_local_attribute: {
      const Value& held = locals_[argument & 255];
      if (held.is(ValueType::unbound)) [[unlikely]] {
        unbound(argument & 255);
        return Went::wrong;
      }
      if (!push_attribute(held, argument >> 8)) return Went::wrong;
      break;
    }
    case Op::load_attribute: {
      Value object = std::move(*--sp_);
      if (!push_attribute(std::move(object), argument)) return Went::wrong;
      break;
    }
    case Op::store_attribute: {
      Value setter;
      if (!store_attribute(sp_[-1], argument, sp_[-2], &setter)) return Went::wrong;
      if (!setter.is_none()) [[unlikely]] {
        Value object = sp_[-1], item = sp_[-2];
        pop_to(sp_ - 2);
        if (!invoke(std::move(setter), {std::move(object), std::move(item)}, After::discard)) return Went::wrong;
        break;
      }
      pop_to(sp_ - 2);
      break;
    }
    case Op::delete_attribute:
      if (!delete_attribute(sp_[-1], argument)) return Went::wrong;
      *--sp_ = Value();
      break;

    case Op::begin_loop: {
      Value& source = sp_[-1];
      if (source.is(ValueType::generator) || source.is(ValueType::instance) || argument) [[unlikely]] {
        if (!begin_loop_of_script(argument & 1)) return Went::wrong;
        break;
      }
      if (!begin_iteration(context_, source)) return Went::wrong;
      push(Value::integer(0));
      break;
    }
    case Op::leave_loop:
      if (!leave_loop()) return Went::wrong;
      break;
    case Op::next_item: {
      const Value& iterable = sp_[-2];
      std::int64_t position = sp_[-1].integer();
      Next state = Next::end;
      if (iterable.is(ValueType::generator) || iterable.is(ValueType::instance)) {
        if (!next_of_script()) return Went::wrong;
        if (context_.fuel < 0) [[unlikely]] return Went::paused;
        break;
      } else {
        state = next(context_, iterable, position, scratch);
      }
      if (state == Next::item) {
        sp_[-1] = Value::integer(position);
        push(std::move(scratch));
        break;
      }
      if (state == Next::failed) return Went::wrong;
      end_loop();
      break;
    }

    case Op::format:
      if (!format(argument)) return Went::wrong;
      break;

    case Op::call:
    case Op::call_awaited:
      if (!call(sp_ - argument - 1, argument, instruction.op() == Op::call_awaited)) return Went::wrong;
      if (context_.fuel < 0) [[unlikely]] return Went::paused;
      break;
    case Op::call_shaped:
    case Op::builtin_shaped:
      if (!call_shaped(code.shapes[argument], instruction.op() == Op::builtin_shaped)) return Went::wrong;
      if (context_.fuel < 0) [[unlikely]] return Went::paused;
      break;
    case Op::builtin: {
      std::size_t count = argument >> 8;
      Arguments arguments{std::span<Value>(sp_ - count, count), {}, {}};
      if (!call_builtin(static_cast<Builtin>(argument & 255), arguments, count, After::push)) return Went::wrong;
      break;
    }
    case Op::method:
      if (!method(argument >> 8, argument & 255)) return Went::wrong;
      if (context_.fuel < 0) [[unlikely]] return Went::paused;
      break;
    case Op::show:
      if (!show(argument != 0)) return Went::wrong;
      break;
    case Op::await_value:
      if (!await_value()) return Went::wrong;
      break;
    case Op::check_time: {
      Ask ask;
      if (!take_duration(context_, sp_[-1], static_cast<Builtin>(argument), ask)) return Went::wrong;
      break;
    }
    case Op::begin_yield_from:
      if (!begin_yield_from()) return Went::wrong;
      break;
    case Op::yield_from:
      if (!yield_from()) return Went::wrong;
      if (context_.fuel < 0) [[unlikely]] return Went::paused;
      break;
    case Op::raise:
      if (!raise_operands(argument)) return Went::wrong;
      break;
    case Op::reraise:
      raised_ = std::move(*--sp_);
      again_ = true;
      return Went::wrong;
    case Op::matches:
      if (!match_exception()) return Went::wrong;
      break;
    case Op::make_class:
      if (!make_class(argument)) return Went::wrong;
      break;
    case Op::super: {
      Value self = std::move(*--sp_);
      sp_[-1] = make<SuperObject>(context_.heap, sp_[-1], std::move(self));
      break;
    }
    case Op::return_value:
      if (!leave()) {
        if (step_.kind == Step::Kind::finished) return Went::ended;
        return Went::wrong;
      }
      break;
    case Op::assert_fail:
      context_.fail("AssertionError", argument ? "The assertion failed: " + str(sp_[-1]) : "The assertion failed.");
      if (argument) context_.argument = sp_[-1], context_.has_argument = true;
      return Went::wrong;
    default: break;  // the loop's own
  }
  return Went::on;
}

}  // namespace interleave
