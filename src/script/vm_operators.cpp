// vm_operators.cpp -- operators whose meaning the script's own classes say, and unpacking.
#include <algorithm>
#include <iterator>

#include "script/machine.h"

namespace interleave {

bool Machine::has_truth(const Value& object) const {
  Value found;
  return class_attribute(object, known(Known::boolean), found) || class_attribute(object, known(Known::len), found);
}

/// Whether a loop over the object finds what gives its items.
bool Machine::has_items(const Value& object) const {
  Value found;
  return dunder(object, Known::iter, found) || dunder(object, Known::getitem, found);
}

/// The operand on top is an object that decides its truth itself: asks it, and the instruction runs again with the answer.
bool Machine::ask_truth() {
  Value found, self = sp_[-1];
  Answer answer = Answer::truth;
  if (!class_attribute(self, known(Known::boolean), found)) class_attribute(self, known(Known::len), found), answer = Answer::truth_by_length;
  return invoke(std::move(found), {std::move(self)}, After::truth, static_cast<std::uint32_t>(answer));
}

/// An operator has failed that was += or the like; the words say which. False.
bool Machine::in_place_fails() {
  if (const std::size_t at = context_.words.find(": "); context_.words.starts_with("unsupported operand type(s) for ") && at != std::string::npos) context_.words.insert(at, "=");
  return false;
}

/// Operators between what the script's own classes made, and % of a text.
bool Machine::binary_of_instances(BinaryOp op, bool in_place) {
  constexpr Known kForward[] = {Known::add, Known::sub, Known::mul, Known::truediv, Known::floordiv, Known::mod, Known::pow, Known::lshift, Known::rshift, Known::and_, Known::or_, Known::xor_};
  constexpr Known kBackward[] = {Known::radd, Known::rsub, Known::rmul, Known::rtruediv, Known::rfloordiv, Known::rmod, Known::rpow, Known::rlshift, Known::rrshift, Known::rand, Known::ror, Known::rxor};
  constexpr Known kInPlace[] = {Known::iadd, Known::isub, Known::imul, Known::itruediv, Known::ifloordiv, Known::imod, Known::ipow, Known::ilshift, Known::irshift, Known::iand, Known::ior, Known::ixor};
  Value a = sp_[-2], b = sp_[-1];
  auto i = static_cast<std::size_t>(op);
  if (op == BinaryOp::modulo && a.is(ValueType::string)) {
    pop_to(sp_ - 2);
    return text_from(std::move(a), std::move(b), Value(), After::push);
  }
  Value own, forward, backward;
  if (in_place) class_attribute(a, known(kInPlace[i]), own);
  class_attribute(a, known(kForward[i]), forward);
  if (!a.is(ValueType::instance) || !b.is(ValueType::instance) || as<InstanceObject>(a).cls.object() != as<InstanceObject>(b).cls.object()) class_attribute(b, known(kBackward[i]), backward);
  if (own.is_none() && forward.is_none() && backward.is_none()) {
    Value out;
    if (!binary(context_, op, a, b, out)) return in_place ? in_place_fails() : false;
    pop_to(sp_ - 2);
    *sp_++ = std::move(out);
    return true;
  }
  // As for comparisons, but only where the derived class has a method of its own.
  bool backward_first = false;
  if (Value of_a; !backward.is_none() && speaks_first(a, b))
    backward_first = !class_attribute(a, known(kBackward[i]), of_a) || of_a.type() != backward.type() || (of_a.is_object() ? of_a.object() != backward.object() : of_a.integer() != backward.integer());
  pop_to(sp_ - 2);
  if (instance_.program().code().not_implemented)
    return invoke_prelude(Prelude::operate, {std::move(a), std::move(b), std::move(own), std::move(forward), std::move(backward), Value::integer(static_cast<std::int64_t>(i)), Value::boolean(in_place), Value::boolean(backward_first)}, After::push);
  if (own.is_none() && backward_first) forward = Value();
  if (own.is_none() && forward.is_none()) return invoke(std::move(backward), {std::move(b), std::move(a)}, After::push);
  return invoke(std::move(own.is_none() ? forward : own), {std::move(a), std::move(b)}, After::push);
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
    case ValueType::view:
      for (const Value& item : items_of(value))
        if (needs_equal(item, depth + 1, budget)) return true;
      return false;
    case ValueType::dict:
      for (const Value& item : dict_items(value))
        if (needs_equal(item, depth + 1, budget)) return true;
      return false;
    default: return false;
  }
}

/// Whether < of it may ask the script: it is an object, or a list or a tuple with one in it, whose class says how.
bool Machine::needs_order(const Value& value, int depth, int& budget) const {
  if (depth > 20 || --budget < 0) return false;
  Value found;
  if (value.is(ValueType::instance))
    return class_attribute(value, known(Known::lt), found) || class_attribute(value, known(Known::gt), found) || class_attribute(value, known(Known::eq), found);
  if (!value.is(ValueType::list) && !value.is(ValueType::tuple)) return false;
  const std::vector<Value> items = value.items();
  return std::any_of(items.begin(), items.end(), [&](const Value& item) { return needs_order(item, depth + 1, budget); });
}

/// Of `a < b` and the like: b's class is derived from a's, so that b's method is asked first.
bool Machine::speaks_first(const Value& a, const Value& b) {
  if (!a.is(ValueType::instance) || !b.is(ValueType::instance)) return false;
  const Value &of_a = as<InstanceObject>(a).cls, &of_b = as<InstanceObject>(b).cls;
  return of_a.object() != of_b.object() && is_subclass(of_b, of_a);
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
  if (instance_.program().code().not_implemented && op <= CompareOp::greater_equal && (a.is(ValueType::instance) || b.is(ValueType::instance))) {
    constexpr Known kForward[] = {Known::lt, Known::le, Known::eq, Known::ne, Known::gt, Known::ge}, kBackward[] = {Known::gt, Known::ge, Known::eq, Known::ne, Known::lt, Known::le};
    Value forward, backward;
    auto find = [&](CompareOp wish) {
      class_attribute(a, known(kForward[static_cast<std::size_t>(wish)]), forward);
      class_attribute(b, known(kBackward[static_cast<std::size_t>(wish)]), backward);
    };
    find(op);
    const bool backward_first = speaks_first(a, b);
    bool negate = false;
    if (op == CompareOp::not_equal && forward.is_none() && backward.is_none()) find(op = CompareOp::equal), negate = true;
    if (!forward.is_none() || !backward.is_none()) {
      done = true;
      pop_to(sp_ - 2);
      return invoke_prelude(Prelude::operate, {std::move(a), std::move(b), Value(), std::move(forward), std::move(backward), Value::integer(16 + static_cast<std::int64_t>(op)), Value::boolean(false), Value::boolean(backward_first)}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::push);
    }
    if (negate) op = CompareOp::not_equal;
  }
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
      if (speaks_first(a, b)) std::swap(a, b);
      if (op == CompareOp::not_equal && class_attribute(a, known(Known::ne), found)) return call(a, b, false);
      if (class_attribute(a, known(Known::eq), found)) return call(a, b, op == CompareOp::not_equal);
      if (class_attribute(b, known(Known::eq), found)) return call(b, a, op == CompareOp::not_equal);
      return true;
    case CompareOp::in:
    case CompareOp::not_in:
      if (const bool keys = b.is(ValueType::dict) || b.is(ValueType::set) || (b.is(ValueType::view) && as<ViewObject>(b).kind == ViewObject::Kind::keys); keys && asks_for_key(a)) {
        context_.by_identity = function_->prelude;
        if (function_->prelude) return true;
        done = true;
        pop_to(sp_ - 2);
        const bool negate = op == CompareOp::not_in;
        return invoke_prelude(Prelude::has_key, {b.is(ValueType::view) ? as<ViewObject>(b).dict : b, a}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::boolean);
      }
      if (class_attribute(b, known(Known::contains), found)) {
        done = true;
        pop_to(sp_ - 2);
        bool negate = op == CompareOp::not_in;
        return invoke(std::move(found), {b, a}, jumps ? (negate ? After::jump_not : After::jump) : negate ? After::negate : After::boolean);
      }
      if (b.is(ValueType::instance) && !has_items(b))
        return context_.type_error("'in' needs something with items, not " + a_type(b) + ".", "argument of type " + quoted(python_type_name(b)) + " is not iterable");
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
      if (a.is(ValueType::list) || a.is(ValueType::tuple)) {
        int budget = 10'000;
        if (a.type() != b.type() || (!needs_order(a, 0, budget) && !needs_order(b, 0, budget))) return true;
        done = true;
        pop_to(sp_ - 2);
        return invoke_prelude(Prelude::order, {a, b, Value::integer(static_cast<std::int64_t>(op))}, jumps ? After::jump : After::push);
      }
      if (speaks_first(a, b) && class_attribute(b, known(backward), found)) return call(b, a, false);
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
  if (reads_script(value) && (!value.is(ValueType::instance) || has_items(value))) return invoke_prelude(Prelude::collect, {value}, After::retry);
  std::vector<Value> items;
  Value iterable = value;
  std::string names = std::to_string(count);
  if (!context_.has(value)) return false;
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

bool Machine::item_by_script(Known method, Prelude prelude, std::ptrdiff_t operands, After after, bool& asked) {
  Value function;
  const bool own = sp_[-2].is(ValueType::instance) && dunder(sp_[-2], method, function);
  const bool compared = instance_.program().code().hashes && sp_[-2].is(ValueType::dict) && asks_for_key(sp_[-1]);
  if (compared) context_.by_identity = function_->prelude;
  asked = own || (compared && !function_->prelude);
  if (!asked) return true;
  std::vector<Value> with{sp_[-2], sp_[-1]};
  if (operands > 2) with.push_back(sp_[-3]);
  pop_to(sp_ - operands);
  return own ? invoke(std::move(function), std::move(with), after) : invoke_prelude(prelude, std::move(with), after);
}

}  // namespace interleave
