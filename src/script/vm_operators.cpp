// vm_operators.cpp -- operators whose meaning the script's own classes say, and unpacking.
#include <algorithm>
#include <iterator>

#include "script/machine.h"

namespace interleave {

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

}  // namespace interleave
