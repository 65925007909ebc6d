// Sections: Python's functions; operations; methods of str; of list; of dict.
#include "script/builtins.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "script/letters.h"
#include "script/object.h"
#include "script/operators.h"
#include "script/text.h"

namespace interleave {

namespace {

std::string of_type(const Value& v) { return std::string(type_name(v)); }

std::string call_name(Builtin builtin) { return std::string(facts(builtin).name) + "()"; }

// ---------------------------------------------------------------------------------------- Python's functions

/// sum() of a range by Gauss, of an int_array by a tight loop; nothing else can be long and cheap at once.
bool sum(Context& context, const Value& source, Value total, Value& out) {
  if (total.is(ValueType::string)) return context.type_error("sum() cannot join texts; use \"\".join(...).", "sum() can't sum strings [use ''.join(seq) instead]");
  if (!context.has(source)) return false;
  if (source.is(ValueType::int_array) && is_whole(total)) {
    auto numbers = source.numbers();
    std::int64_t sum = total.integer();
    context.charge(numbers.size() / 2);
    bool overflow = false;
    if (as<IntArrayObject>(source).small) {
      std::int64_t part = 0;
      for (std::int64_t n : numbers) part += n;
      overflow = __builtin_add_overflow(sum, part, &sum);
    } else {
      for (std::int64_t n : numbers) overflow |= __builtin_add_overflow(sum, n, &sum);
    }
    if (overflow) return context.overflow();
    out = Value::integer(sum);
    return true;
  }
  if (source.is(ValueType::range) && is_whole(total)) {
    auto& r = as<RangeObject>(source);
    if (r.length > 0) {
      __int128 sum = static_cast<__int128>(r.at(0)) + r.at(r.length - 1);
      sum = sum * r.length / 2 + total.integer();
      if (sum > INT64_MAX || sum < INT64_MIN) return context.overflow();
      total = Value::integer(static_cast<std::int64_t>(sum));
    }
    out = Value::integer(total.integer());
    return true;
  }
  Value iterable = source;
  if (!start_iteration(context, iterable)) return false;
  std::int64_t position = 0;
  Value item, result;
  for (std::size_t n = 0;; ++n) {
    Next state = next(context, iterable, position, item);
    if (state == Next::failed) return false;
    if (state == Next::end) {
      context.charge(n);
      out = std::move(total);
      return true;
    }
    if (!binary(context, BinaryOp::add, total, item, result)) return false;
    total = std::move(result);
  }
}

bool extreme(Context& context, CompareOp op, const Arguments& a, std::string name, Value& out) {
  std::vector<Value> items;
  const Value* standard = a.keyword("default");
  if (a.positional.size() == 1) {
    const Value& only = a.positional[0];
    if (only.is(ValueType::range)) {
      auto& r = as<RangeObject>(only);
      if (r.length > 0) items = {Value::integer(r.at(0)), Value::integer(r.at(r.length - 1))};
    } else if (!collect(context, only, items)) {
      if (!only.is_object()) context.sentence = name + " needs several values, or a list of them.";
      return false;
    }
    if (items.empty()) {
      if (!standard) return context.value_error(name + " of nothing: the list is empty.", name + " arg is an empty sequence");
      out = *standard;
      return true;
    }
  } else {
    if (standard) return context.type_error(name + " takes a default only with a list.", "Cannot specify a default for " + name + " with multiple positional arguments");
    items.assign(a.positional.begin(), a.positional.end());
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < items.size(); ++i) {
    bool better = false;
    if (!compare(context, op, items[i], items[best], better)) return false;
    if (better) best = i;
  }
  out = std::move(items[best]);
  return true;
}

bool round(Context& context, const Arguments& a, Value& out) {
  const Value& value = a.positional[0];
  const Value* digits = a.positional.size() > 1 ? &a.positional[1] : a.keyword("ndigits");
  if (digits && digits->is_none()) digits = nullptr;
  if (!is_number(value)) return context.type_error("round() rounds numbers, not " + a_type(value) + (value.is(ValueType::duration) ? "; divide it by a unit first, such as latency / ms." : "."), "type " + python_type_name(value) + " doesn't define __round__ method");
  if (digits && !is_whole(*digits)) return context.type_error("The digits of round() are a whole number.", words_of_no_integer(*digits));
  std::int64_t n = digits ? std::clamp<std::int64_t>(digits->integer(), -1000, 1000) : 0;
  if (value.is(ValueType::real)) {
    if (digits) {
      out = Value::real(round_to(value.real(), static_cast<int>(n)));
      return true;
    }
    if (std::isnan(value.real())) return context.value_error("nan cannot be rounded to a whole number.", "cannot convert float NaN to integer");
    if (std::isinf(value.real())) return context.fail("OverflowError", "An infinite number cannot be rounded to a whole number.", "cannot convert float infinity to integer");
    double rounded = std::nearbyint(value.real());
    if (!(std::abs(rounded) < 9223372036854775808.0)) return context.overflow();
    out = Value::integer(static_cast<std::int64_t>(rounded));
    return true;
  }
  out = Value::integer(value.integer());
  if (n >= 0) return true;
  if (n < -18) {
    out = Value::integer(0);
    return true;
  }
  std::int64_t scale = 1;
  for (; n < 0; ++n) scale *= 10;
  std::int64_t i = value.integer(), rest = i % scale, down = i - rest;
  std::int64_t magnitude = rest < 0 ? -rest : rest;
  bool up = magnitude > scale / 2 || (magnitude == scale / 2 && (down / scale) % 2 != 0);
  if (up && __builtin_add_overflow(down, i < 0 ? -scale : scale, &down)) return context.overflow();
  out = Value::integer(down);
  return true;
}

bool to_integer(Context& context, const Arguments& a, Value& out) {
  if (a.positional.empty()) return out = Value::integer(0), true;
  const Value& v = a.positional[0];
  std::int64_t result = 0;
  const Value* in = a.positional.size() > 1 ? &a.positional[1] : a.keyword("base");
  if (in && !v.is(ValueType::string)) return context.type_error("int() takes a base only with a str.", "int() can't convert non-string with explicit base");
  if (is_whole(v)) return out = Value::integer(v.integer()), true;
  if (v.is(ValueType::real)) {
    if (std::isnan(v.real())) return context.value_error("nan has no whole number.", "cannot convert float NaN to integer");
    double whole = std::trunc(v.real());
    if (std::isinf(v.real())) return context.fail("OverflowError", "An infinite number has no whole number.", "cannot convert float infinity to integer");
    if (!(std::abs(whole) < 9223372036854775808.0)) return context.overflow();
    return out = Value::integer(static_cast<std::int64_t>(whole)), true;
  }
  if (v.is(ValueType::duration)) return context.type_error("A time has no number of its own; divide it by a unit first, such as latency // ms.");
  if (!v.is(ValueType::string)) return context.type_error("int() makes a whole number of a number or a str, not of a " + of_type(v) + ".", "int() argument must be a string, a bytes-like object or a real number, not '" + python_type_name(v) + "'");
  std::int64_t base = 10;
  if (in) {
    if (!is_whole(*in)) return context.type_error("The base of int() is a whole number.", words_of_no_integer(*in));
    base = in->integer();
    if (base != 0 && (base < 2 || base > 36)) return context.value_error("The base of int() is 0 or 2 to 36.", "int() base must be >= 2 and <= 36, or 0");
  }
  switch (parse_integer(v.text(), static_cast<int>(base), result)) {
    case NumberText::good: return out = Value::integer(result), true;
    case NumberText::too_large: return context.overflow();
    case NumberText::malformed: break;
  }
  return context.value_error(repr(v) + " is not a whole number.", "invalid literal for int() with base " + std::to_string(base) + ": " + repr(v));
}

bool to_real(Context& context, const Arguments& a, Value& out) {
  if (a.positional.empty()) return out = Value::real(0), true;
  const Value& v = a.positional[0];
  if (is_number(v)) return out = Value::real(as_real(v)), true;
  if (v.is(ValueType::duration)) return context.type_error("A time has no number of its own; divide it by a unit first, such as latency / ms.");
  if (!v.is(ValueType::string)) return context.type_error("float() makes a number of a number or a str, not of a " + of_type(v) + ".", "float() argument must be a string or a real number, not '" + python_type_name(v) + "'");
  double result = 0;
  if (parse_real(v.text(), result) != NumberText::good) return context.value_error(repr(v) + " is not a number.", "could not convert string to float: " + repr(v));
  return out = Value::real(result), true;
}

/// hex(), oct() and bin().
bool in_base(Context& context, const Value& v, char type, Value& out) {
  if (!is_whole(v)) return context.type_error("Only a whole number has digits in another base, not " + a_type(v) + ".", words_of_no_integer(v));
  std::string text;
  if (!format_value(context, Value::integer(v.integer()), std::string("#") + type, text)) return false;
  return out = Value::string(context.heap, std::move(text)), true;
}

/// pow(base, exponent, modulus).
bool power_modulo(Context& context, const Value& a, const Value& b, const Value& m, Value& out) {
  if (!is_whole(a) || !is_whole(b) || !is_whole(m)) return context.type_error("pow() with three arguments takes whole numbers.", "pow() 3rd argument not allowed unless all arguments are integers");
  const __int128 modulus = m.integer();
  if (modulus == 0) return context.value_error("The third argument of pow() cannot be 0.", "pow() 3rd argument cannot be 0");
  const __int128 size = modulus < 0 ? -modulus : modulus;
  auto positive = [&](__int128 n) { return (n % size + size) % size; };
  __int128 base = positive(a.integer()), result = positive(1);
  auto exponent = static_cast<std::uint64_t>(b.integer());
  if (b.integer() < 0) {  // of the inverse
    exponent = 0 - exponent;
    __int128 r0 = size, r1 = base, t0 = 0, t1 = 1;
    while (r1 != 0) {
      const __int128 q = r0 / r1;
      std::swap(r0 -= q * r1, r1);
      std::swap(t0 -= q * t1, t1);
    }
    if (r0 != 1) return context.value_error("The number has no inverse for this modulus.", "base is not invertible for the given modulus");
    base = positive(t0);
  }
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = result * base % size;
    base = base * base % size;
  }
  if (modulus < 0 && result != 0) result += modulus;
  return out = Value::integer(static_cast<std::int64_t>(result)), true;
}

bool make_range_of(Context& context, const Arguments& a, Value& out) {
  for (const Value& v : a.positional)
    if (!is_whole(v)) return context.type_error("range() needs whole numbers, not " + a_type(v) + (v.is(ValueType::real) ? "; write // instead of /, or int(...)." : "."), words_of_no_integer(v));
  std::size_t n = a.positional.size();
  std::int64_t start = n > 1 ? a.positional[0].integer() : 0;
  std::int64_t stop = a.positional[n > 1 ? 1 : 0].integer();
  std::int64_t step = n > 2 ? a.positional[2].integer() : 1;
  if (step == 0) return context.value_error("The step of range() cannot be 0.", "range() arg 3 must not be zero");
  out = make_range(context.heap, start, stop, step);
  return true;
}

bool make_iterator(Context& context, IteratorObject::Kind kind, std::vector<Value> sources, std::int64_t count, Value& out) {
  int depth = 1;
  for (Value& source : sources) {
    if (!begin_iteration(context, source)) return false;
    if (source.is(ValueType::iterator)) depth = std::max(depth, as<IteratorObject>(source).depth + 1);
  }
  if (depth > 50) return context.fail("RecursionError", "Iterators are nested too deeply.");
  out = make<IteratorObject>(context.heap, kind, static_cast<std::uint8_t>(depth), std::move(sources), count);
  auto& made = as<IteratorObject>(out);
  for (std::size_t i = 0; i < made.sources.size(); ++i) made.positions[i] = first_position(made.sources[i]);
  return true;
}

bool any_or_all(Context& context, const Value& source, bool all, Value& out) {
  Value iterable = source, item;
  if (!start_iteration(context, iterable)) return false;
  std::int64_t position = 0;
  for (std::size_t n = 0;; ++n) {
    Next state = next(context, iterable, position, item);
    if (state == Next::failed) return false;
    bool end = state == Next::end;
    if (!end && truth(item) == all) continue;
    context.charge(n);
    out = Value::boolean(end == all);
    return true;
  }
}

bool make_dict_of(Context& context, const Arguments& a, Value& out) {
  Value dict = make_dict(context.heap);
  if (!a.positional.empty()) {
    std::vector<Value> pairs;
    if (a.positional[0].is(ValueType::dict)) {
      pairs = dict_items(a.positional[0]);
    } else {
      std::vector<Value> rows;
      if (!collect(context, a.positional[0], rows)) return false;
      for (const Value& row : rows) {
        std::size_t before = pairs.size();
        if (!collect(context, row, pairs)) {
          if (context.kind == "TypeError") context.words = "cannot convert dictionary update sequence element #" + std::to_string(before / 2) + " to a sequence";
          return false;
        }
        if (pairs.size() != before + 2)
          return context.value_error("dict() needs pairs of a key and a value.", "dictionary update sequence element #" + std::to_string(before / 2) + " has length " + std::to_string(pairs.size() - before) + "; 2 is required");
      }
    }
    for (std::size_t i = 0; i < pairs.size(); i += 2)
      if (!dict_store(context, dict, pairs[i], pairs[i + 1])) return false;
  }
  for (std::size_t i = 0; i < a.keywords.size(); ++i)
    if (!dict_store(context, dict, Value::string(context.heap, a.keywords[i]), a.values[i])) return false;
  out = std::move(dict);
  return true;
}

}  // namespace

bool call_python(Context& context, Builtin builtin, const Arguments& a, Value& out) {
  const Value* first = a.positional.empty() ? nullptr : &a.positional[0];
  // With *arguments the compiler could not count.
  const BuiltinFacts& f = facts(builtin);
  auto count = static_cast<int>(a.positional.size());
  if (count < f.least || (f.most >= 0 && count > f.most)) {
    const bool widest = builtin == Builtin::max || builtin == Builtin::min;
    return context.type_error(call_name(builtin) + " does not take " + std::to_string(count) + (count == 1 ? " argument." : " arguments."),
                              widest ? std::string(f.name) + " expected at least 1 argument, got 0" : std::string());
  }
  switch (builtin) {
    case Builtin::abs: {
      if (first->is(ValueType::real)) return out = Value::real(std::abs(first->real())), true;
      if (!is_whole(*first) && !first->is(ValueType::duration)) return context.type_error("abs() needs a number, not " + a_type(*first) + ".", "bad operand type for abs(): '" + python_type_name(*first) + "'");
      if (first->integer() < 0) return unary(context, UnaryOp::negative, *first, out);
      return unary(context, UnaryOp::positive, *first, out);
    }
    case Builtin::all: return any_or_all(context, *first, true, out);
    case Builtin::any: return any_or_all(context, *first, false, out);
    case Builtin::bin: return in_base(context, *first, 'b', out);
    case Builtin::hex: return in_base(context, *first, 'x', out);
    case Builtin::oct: return in_base(context, *first, 'o', out);
    case Builtin::not_implemented: return context.type_error("NotImplemented is a value; it cannot be called.", "'NotImplementedType' object is not callable");
    case Builtin::bool_: return out = Value::boolean(first && truth(*first)), true;
    case Builtin::chr: {
      if (!is_whole(*first)) return context.type_error("chr() needs a whole number.", words_of_no_integer(*first));
      std::int64_t c = first->integer();
      if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return context.value_error("There is no character with the number " + std::to_string(c) + ".", "chr() arg not in range(0x110000)");
      std::string text;
      append_utf8(text, static_cast<std::uint32_t>(c));
      return out = Value::string(context.heap, std::move(text)), true;
    }
    case Builtin::dict: return make_dict_of(context, a, out);
    case Builtin::format: {
      if (count > 1 && !a.positional[1].is(ValueType::string)) return context.type_error("The specification of format() is a str.", "format() argument 2 must be str, not " + python_type_name(a.positional[1]));
      std::string text;
      if (!format_value(context, *first, count > 1 ? a.positional[1].text() : std::string_view(), text)) return false;
      return out = Value::string(context.heap, std::move(text)), true;
    }
    case Builtin::hash: {
      std::int64_t hash = 0;
      return hash_value(context, *first, hash) && (out = Value::integer(hash), true);
    }
    case Builtin::id: return out = Value::integer(first->is_object() ? static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(first->object())) : first->integer()), true;
    case Builtin::iter:
      if (first->is(ValueType::iterator) || (first->is(ValueType::generator) && !as<GeneratorObject>(*first).is_async)) return out = *first, true;
      return make_iterator(context, IteratorObject::Kind::values, {*first}, 0, out);
    case Builtin::next: return context.type_error("next() needs an iterator, such as iter(items), not " + a_type(*first) + ".", "'" + python_type_name(*first) + "' object is not an iterator");
    case Builtin::set: {
      std::vector<Value> items;
      if (first && !collect(context, *first, items)) return false;
      out = make_set(context.heap);
      for (const Value& item : items)
        if (!dict_store(context, out, item, Value())) return false;
      return true;
    }
    case Builtin::divmod: {
      Value quotient, rest;
      if (!is_number(*first) || !is_number(a.positional[1]))
        return context.type_error("divmod() needs two numbers, not " + a_type(*first) + " and " + a_type(a.positional[1]) + ".",
                                  "unsupported operand type(s) for divmod(): '" + python_type_name(*first) + "' and '" + python_type_name(a.positional[1]) + "'");
      if ((first->is(ValueType::real) || a.positional[1].is(ValueType::real)) && as_real(a.positional[1]) == 0) return context.fail("ZeroDivisionError", "Division by zero.", "float divmod()");
      if (!binary(context, BinaryOp::floor_divide, *first, a.positional[1], quotient) || !binary(context, BinaryOp::modulo, *first, a.positional[1], rest)) return false;
      return out = Value::tuple(context.heap, {std::move(quotient), std::move(rest)}), true;
    }
    case Builtin::enumerate: {
      const Value* start = count > 1 ? &a.positional[1] : a.keyword("start");
      if (start && !is_whole(*start)) return context.type_error("enumerate() starts at a whole number.", words_of_no_integer(*start));
      return make_iterator(context, IteratorObject::Kind::enumerate, {*first}, start ? start->integer() : 0, out);
    }
    case Builtin::float_: return to_real(context, a, out);
    case Builtin::int_: return to_integer(context, a, out);
    case Builtin::len: {
      if (!context.has(*first)) return false;
      std::int64_t n = length(*first);
      if (n < 0) return context.type_error(capital_type(*first) + " has no length.", "object of type '" + python_type_name(*first) + "' has no len()");
      return out = Value::integer(n), true;
    }
    case Builtin::list: {
      std::vector<Value> items;
      if (first && !collect(context, *first, items)) return false;
      return out = Value::list(context.heap, std::move(items)), true;
    }
    case Builtin::max: return extreme(context, CompareOp::greater, a, "max()", out);
    case Builtin::min: return extreme(context, CompareOp::less, a, "min()", out);
    case Builtin::ord: {
      if (!first->is(ValueType::string) || length(*first) != 1) return context.type_error("ord() needs a str of one character.", first->is(ValueType::string) ? "ord() expected a character, but string of length " + std::to_string(length(*first)) + " found" : "ord() expected string of length 1, but " + python_type_name(*first) + " found");
      return out = Value::integer(code_point_at(first->text(), 0)), true;
    }
    case Builtin::pow:
      if (count == 3 && !a.positional[2].is_none()) return power_modulo(context, *first, a.positional[1], a.positional[2], out);
      return binary(context, BinaryOp::power, *first, a.positional[1], out);
    case Builtin::range: return make_range_of(context, a, out);
    case Builtin::repr: return out = Value::string(context.heap, repr(*first)), true;
    case Builtin::reversed: {
      if (!context.has(*first)) return false;
      std::int64_t n = length(*first);
      Value source = *first;
      if (n < 0) return context.type_error(capital_type(*first) + " cannot be reversed.", "'" + python_type_name(*first) + "' object is not reversible");
      if (source.is(ValueType::set)) return context.type_error("A set has no order to be reversed.", "'set' object is not reversible");
      if ((source.is(ValueType::dict) || source.is(ValueType::view)) && !start_iteration(context, source)) return false;
      return make_iterator(context, IteratorObject::Kind::reversed, {std::move(source)}, n, out);
    }
    case Builtin::round: return round(context, a, out);
    case Builtin::sorted: {
      std::vector<Value> items;
      const Value* reverse = a.keyword("reverse");
      if (!collect(context, *first, items) || !sort(context, items, reverse && truth(*reverse))) return false;
      return out = Value::list(context.heap, std::move(items)), true;
    }
    case Builtin::str: return out = first && first->is(ValueType::string) ? *first : Value::string(context.heap, first ? str(*first) : ""), true;
    case Builtin::sum: {
      const Value* start = count > 1 ? &a.positional[1] : a.keyword("start");
      return sum(context, *first, start ? *start : Value::integer(0), out);
    }
    case Builtin::tuple: {
      std::vector<Value> items;
      if (first && !collect(context, *first, items)) return false;
      return out = Value::tuple(context.heap, std::move(items)), true;
    }
    case Builtin::zip: return make_iterator(context, IteratorObject::Kind::zip, {a.positional.begin(), a.positional.end()}, 0, out);
    default: return context.fail("SystemError", call_name(builtin) + " cannot be called here.");
  }
}

// ---------------------------------------------------------------------------------------- operations

bool begin_operation(Context& context, OperationObject& operation) {
  if (!operation.begun.exchange(true, std::memory_order_acq_rel)) return true;
  return context.fail("RuntimeError", "This operation was awaited already; call it again for another one.", "cannot reuse already awaited coroutine");
}

bool begin_coroutine(Context& context, const Value& coroutine) {
  if (!as<CoroutineObject>(coroutine).begun.exchange(true, std::memory_order_acq_rel)) return true;
  return context.fail("RuntimeError", "This coroutine was awaited already; call the function again for another one.", "cannot reuse already awaited coroutine");
}

namespace {

bool check_child(Context& context, const Value& v, Builtin builtin) {
  if (v.is(ValueType::coroutine)) return begin_coroutine(context, v);
  if (v.is(ValueType::operation) || (v.is(ValueType::task) && builtin != Builtin::spawn)) return true;
  std::string name = call_name(builtin);
  if (v.is(ValueType::list) || v.is(ValueType::tuple) || v.is(ValueType::iterator))
    return context.type_error(builtin == Builtin::gather ? "gather() got " + a_type(v) + "; put a * before it: gather(*tasks)." : "spawn() starts one call; use a loop to start several.");
  if (v.is(ValueType::function) || v.is(ValueType::closure)) return context.type_error(name + " got a function; call it: write brackets after its name.");
  return context.type_error(name + " needs calls of an async def, such as " + (builtin == Builtin::gather ? "gather(fetch(1), fetch(2))" : builtin == Builtin::spawn ? "spawn(fetch(1))" : "wait_for(fetch(1), 2 * s)") + ", not " + a_type(v) + ".");
}

}  // namespace

bool take_duration(Context& context, const Value& v, Builtin builtin, Ask& out) {
  if (!v.is(ValueType::duration)) return context.type_error(call_name(builtin) + " needs a time, such as 200 * ms" + (is_number(v) ? "; a plain number has no unit." : ", not " + a_type(v) + "."));
  if (v.integer() < 0) return context.value_error(call_name(builtin) + " got a negative time, " + str(v) + ".");
  out.duration = v.integer();
  return true;
}

bool make_ask(Context& context, Builtin builtin, const Arguments& a, Ask& out) {
  const BuiltinFacts& f = facts(builtin);
  auto count = static_cast<int>(a.positional.size());
  if (count < f.least || (f.most >= 0 && count > f.most)) return context.type_error(call_name(builtin) + " does not take " + std::to_string(count) + (count == 1 ? " argument." : " arguments."));
  switch (builtin) {
    case Builtin::compute: out.kind = Ask::Kind::compute; return take_duration(context, a.positional[0], builtin, out);
    case Builtin::io: out.kind = Ask::Kind::io; return take_duration(context, a.positional[0], builtin, out);
    case Builtin::sleep: {
      out.kind = Ask::Kind::io;
      Value zero = Value::duration(0);
      bool nothing = is_whole(a.positional[0]) && a.positional[0].integer() == 0;  // sleep(0) lets the others run
      return take_duration(context, nothing ? zero : a.positional[0], builtin, out);
    }
    case Builtin::wait_for:
      out.kind = Ask::Kind::wait_for;
      out.duration = -1;
      if (!a.positional[1].is_none() && !take_duration(context, a.positional[1], builtin, out)) return false;
      if (!check_child(context, a.positional[0], builtin)) return false;
      // wait_for(gather(...), limit): one wait, for all of them. With return_exceptions the limit would be among the results.
      if (const Value& child = a.positional[0]; child.is(ValueType::operation) && as<OperationObject>(child).ask.kind == Ask::Kind::gather && !as<OperationObject>(child).ask.flag) {
        auto& gathered = as<OperationObject>(child);
        if (!begin_operation(context, gathered)) return false;
        const Nanos limit = out.duration;
        out = gathered.ask;
        if (limit >= 0 && (out.duration < 0 || limit < out.duration)) out.duration = limit;
        gathered.line = 0;
        return true;
      }
      out.children = {a.positional[0]};
      return true;
    case Builtin::to_thread: out.kind = Ask::Kind::to_thread; return true;
    case Builtin::to_process: out.kind = Ask::Kind::to_process; return true;
    case Builtin::listen:
    case Builtin::connect: {
      out.kind = builtin == Builtin::listen ? Ask::Kind::listen : Ask::Kind::connect;
      const Value* port = count > 0 ? &a.positional[0] : a.keyword("port");
      out.size = port && is_whole(*port) ? port->integer() : port ? -1 : 0;
      const bool any = builtin == Builtin::listen && out.size == 0;
      return any || (out.size >= 1024 && out.size <= 65'535) || context.value_error(call_name(builtin) + " takes a port from 1024 to 65535" + (builtin == Builtin::listen ? ", or 0 for any that is free." : "."));
    }
    case Builtin::readable:
      out.kind = Ask::Kind::readable;
      if (!a.positional[0].is(ValueType::sync) || sync_kind(a.positional[0]) != SyncKind::socket) return context.type_error("readable() takes a socket, not " + a_type(a.positional[0]) + ".");
      out.children = {a.positional[0]};
      return true;
    case Builtin::timeout_begin:
    case Builtin::timeout_end:
      out.kind = builtin == Builtin::timeout_begin ? Ask::Kind::timeout_begin : Ask::Kind::timeout_end;
      out.children = {a.positional[0]};
      out.duration = sync_capacity(a.positional[0]);
      out.flag = builtin == Builtin::timeout_end && a.positional[1].is(ValueType::instance) && as<ClassObject>(as<InstanceObject>(a.positional[1]).cls).exception == static_cast<int>(Exception::cancelled_error);
      return true;
    case Builtin::block: out.kind = Ask::Kind::block; return take_duration(context, a.positional[0], builtin, out);
    case Builtin::request: {
      out.kind = Ask::Kind::request;
      const Value* size = count > 1 ? &a.positional[1] : a.keyword("size");
      if (size && !is_whole(*size)) return context.type_error("The size of request() is a whole number of bytes.");
      out.size = size ? size->integer() : 0;
      if (out.size < 0 || out.size > (64 << 20)) return context.value_error("The size of request() is 0 to 67108864 bytes (64 MiB).");
      return take_duration(context, a.positional[0], builtin, out);
    }
    case Builtin::step: out.kind = Ask::Kind::step; return true;
    case Builtin::sum_range:
    case Builtin::numbers: {
      out.kind = builtin == Builtin::numbers ? Ask::Kind::numbers : Ask::Kind::sum_range;
      if (!is_whole(a.positional[0]) || !is_whole(a.positional[1])) return context.type_error(call_name(builtin) + " needs two whole numbers: where the part begins and where it ends.");
      out.low = a.positional[0].integer();
      out.high = a.positional[1].integer();
      if (out.low < 0 || out.high < out.low || out.high > kMostNumbers)
        return context.value_error(call_name(builtin) + " got " + std::to_string(out.low) + " to " + std::to_string(out.high) + "; the list has the places 0 to " + std::to_string(kMostNumbers) + ".");
      if (const Value* shared = a.keyword("shared")) out.flag = truth(*shared);
      if (const Value* moved = a.keyword("moved")) out.size = truth(*moved);
      if (out.flag && out.size) return context.value_error("numbers() are shared or moved, not both.");
      return builtin == Builtin::sum_range || out.flag || context.room((out.high - out.low) * 8);
    }
    case Builtin::gather:
    case Builtin::spawn:
      out.kind = builtin == Builtin::gather ? Ask::Kind::gather : Ask::Kind::spawn;
      if (!context.room(static_cast<std::int64_t>(a.positional.size()) * kTaskBytes)) return false;
      for (const Value& v : a.positional)
        if (!check_child(context, v, builtin)) return false;
      out.children.assign(a.positional.begin(), a.positional.end());
      if (const Value* flag = a.keyword("return_exceptions")) out.flag = truth(*flag);
      out.duration = -1;
      context.charge(out.children.size() * 8);
      return true;
    case Builtin::print: {
      out.kind = Ask::Kind::print;
      std::string separator = " ";
      if (const Value* end = a.keyword("end"); end && !end->is_none() && !end->is(ValueType::string)) return context.type_error("The end of print() is a str.", "end must be None or a string, not " + python_type_name(*end));
      if (const Value* sep = a.keyword("sep")) {
        if (!sep->is(ValueType::string) && !sep->is_none()) return context.type_error("The sep of print() is a str.", "sep must be None or a string, not " + python_type_name(*sep));
        if (!sep->is_none()) separator = sep->text();
      }
      for (std::size_t i = 0; i < a.positional.size(); ++i) {
        if (i) out.text += separator;
        out.text += str(a.positional[i]);
      }
      context.charge(out.text.size());
      return true;
    }
    default: return context.fail("SystemError", call_name(builtin) + " is no operation.");
  }
}

// ---------------------------------------------------------------------------------------- methods of str

namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
char raised(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }
bool is_letter(char c) { return lowered(c) >= 'a' && lowered(c) <= 'z'; }

bool no_method(Context& context, Method method, const Value& object) {
  std::string name(kMethodNames[static_cast<std::size_t>(method)]);
  return context.fail("AttributeError", capital_type(object) + " has no method '" + name + "'.", "'" + python_type_name(object) + "' object has no attribute '" + name + "'");
}

/// CPython's words for the first argument of a text's method that is of a wrong type; empty: none is.
std::string words_of_argument(Method method, std::span<const Value> a) {
  const std::string name(kMethodNames[static_cast<std::size_t>(method)]);
  auto type = [&](std::size_t i) { return python_type_name(a[i]); };
  auto no_text = [&](std::size_t i) { return i < a.size() && !a[i].is(ValueType::string); };
  auto no_whole = [&](std::size_t i) { return i < a.size() && !is_whole(a[i]) ? words_of_no_integer(a[i]) : std::string(); };
  switch (method) {
    case Method::startswith:
    case Method::endswith:
    case Method::find:
    case Method::rfind:
    case Method::index:
    case Method::rindex:
    case Method::count:
      if (method == Method::startswith || method == Method::endswith) {
        const bool several = !a.empty() && a[0].is(ValueType::tuple);
        if (no_text(0) && !several) return name + " first arg must be str or a tuple of str, not " + type(0);
        if (several)
          for (const Value& v : a[0].items())
            if (!v.is(ValueType::string)) return "tuple for " + name + " must only contain str, not " + python_type_name(v);
      } else if (no_text(0)) {
        return "must be str, not " + type(0);
      }
      for (std::size_t i = 1; i < a.size(); ++i)
        if (!a[i].is_none() && !is_whole(a[i])) return "slice indices must be integers or None or have an __index__ method";
      return {};
    case Method::partition:
    case Method::rpartition: return no_text(0) ? "must be str, not " + type(0) : std::string();
    case Method::removeprefix:
    case Method::removesuffix: return no_text(0) ? name + "() argument must be str, not " + type(0) : std::string();
    case Method::strip:
    case Method::lstrip:
    case Method::rstrip: return no_text(0) ? name + " arg must be None or str" : std::string();
    case Method::replace:
      for (std::size_t i = 0; i < 2; ++i)
        if (no_text(i)) return "replace() argument " + std::to_string(i + 1) + " must be str, not " + type(i);
      return no_whole(2);
    case Method::split:
    case Method::rsplit:
      if (no_text(0) && !a[0].is_none()) return "must be str or None, not " + type(0);
      return no_whole(1);
    case Method::expandtabs:
    case Method::zfill: return no_whole(0);
    case Method::ljust:
    case Method::rjust:
    case Method::center: {
      std::string words = no_whole(0);
      if (words.empty() && no_text(1)) words = "The fill character must be a unicode character, not " + type(1);
      else if (words.empty() && a.size() > 1 && length(a[1]) != 1) words = "The fill character must be exactly one character long";
      return words;
    }
    default: return {};
  }
}

bool wrong_arguments(Context& context, Method method, std::span<const Value> a = {}) {
  return context.type_error("." + std::string(kMethodNames[static_cast<std::size_t>(method)]) + "() does not take these arguments.", words_of_argument(method, a));
}

bool wrong_count(Context& context, Method method, const Value& object, std::size_t given, std::size_t least, std::size_t most) {
  const std::string name(kMethodNames[static_cast<std::size_t>(method)]), full = python_type_name(object) + "." + name + "()", got = std::to_string(given);
  const std::size_t limit = given < least ? least : most;
  std::string words = name + " expected " + (least == most ? "" : given < least ? "at least " : "at most ") + std::to_string(limit) + (limit == 1 ? " argument, got " : " arguments, got ") + got;
  if (most == 0) words = full + " takes no arguments (" + got + " given)";
  if (least == 1 && most == 1) words = full + " takes exactly one argument (" + got + " given)";
  return context.type_error("." + name + "() does not take " + got + (given == 1 ? " argument." : " arguments."), words);
}

bool string_method(Context& context, Method method, const Value& object, std::span<Value> a, Value& out) {
  std::string_view text = object.text();
  auto give = [&](std::string s) { return out = Value::string(context.heap, std::move(s)), true; };
  auto texts = [&] { return std::all_of(a.begin(), a.end(), [](const Value& v) { return v.is(ValueType::string); }); };
  auto from_left = [&](std::string_view s, std::string_view set) {
    std::size_t at = s.find_first_not_of(set);
    return at == std::string_view::npos ? std::string_view() : s.substr(at);
  };
  auto from_right = [&](std::string_view s, std::string_view set) { return s.substr(0, s.find_last_not_of(set) + 1); };
  context.charge(text.size() / 8);
  // Of find(part, start, end) and its like: `text` becomes that part, which begins with character `skipped`.
  std::int64_t skipped = 0;
  bool outside = false;
  auto take_part = [&](std::size_t from) {
    if (a.size() > from + 2) return false;
    const std::int64_t size = length(object);
    std::int64_t bounds[2] = {0, size};
    for (std::size_t i = from; i < a.size(); ++i) {
      if (a[i].is_none()) continue;
      if (!is_whole(a[i])) return false;
      bounds[i - from] = a[i].integer() < 0 ? std::max<std::int64_t>(0, a[i].integer() + size) : a[i].integer();
    }
    outside = bounds[0] > size || bounds[0] > bounds[1];
    skipped = std::min(bounds[0], size);
    const std::size_t begin = offset_of(text, skipped), end = offset_of(text, std::clamp(bounds[1], skipped, size));
    text = text.substr(begin, end - begin);
    return true;
  };
  switch (method) {
    case Method::upper:
    case Method::lower:
    case Method::title: {
      if (!a.empty()) return wrong_arguments(context, method, a);
      if (!as<StringObject>(object).ascii) return give(in_case(text, method == Method::upper ? LetterCase::upper : method == Method::lower ? LetterCase::lower : LetterCase::title));
      std::string s(text);
      bool in_word = false;
      for (char& c : s) {
        c = method == Method::lower || (method == Method::title && in_word) ? lowered(c) : raised(c);
        in_word = is_letter(c);
      }
      return give(std::move(s));
    }
    case Method::strip:
    case Method::lstrip:
    case Method::rstrip: {
      if (a.size() > 1 || (a.size() == 1 && !texts() && !a[0].is_none())) return wrong_arguments(context, method, a);
      std::string_view set = a.empty() || a[0].is_none() ? kSpace : a[0].text();
      if (!is_ascii(set)) return context.value_error("Only ASCII characters can be stripped here.");
      if (method != Method::rstrip) text = from_left(text, set);
      if (method != Method::lstrip) text = from_right(text, set);
      if (text.size() == object.text().size()) return out = object, true;
      return give(std::string(text));
    }
    case Method::startswith:
    case Method::endswith: {
      if (a.empty() || !take_part(1)) return wrong_arguments(context, method, a);
      std::vector<Value> options = a[0].is(ValueType::tuple) ? a[0].items() : std::vector<Value>{a[0]};
      const bool found = std::any_of(options.begin(), options.end(), [&](const Value& v) {
        return v.is(ValueType::string) && !outside && (method == Method::startswith ? text.starts_with(v.text()) : text.ends_with(v.text()));
      });
      if (!found && !std::all_of(options.begin(), options.end(), [](const Value& v) { return v.is(ValueType::string); })) return wrong_arguments(context, method, a);
      return out = Value::boolean(found), true;
    }
    case Method::removeprefix:
    case Method::removesuffix: {
      if (a.size() != 1 || !texts()) return wrong_arguments(context, method, a);
      std::string_view part = a[0].text();
      if (method == Method::removeprefix && text.starts_with(part)) text.remove_prefix(part.size());
      if (method == Method::removesuffix && text.ends_with(part)) text.remove_suffix(part.size());
      return give(std::string(text));
    }
    case Method::partition: {
      if (a.size() != 1 || !texts()) return wrong_arguments(context, method, a);
      if (a[0].text().empty()) return context.value_error("partition() needs a separator of at least one character.", "empty separator");
      std::size_t at = find_text(text, a[0].text());
      bool none = at == std::string_view::npos;
      auto part = [&](std::string_view s) { return Value::string(context.heap, std::string(s)); };
      out = Value::tuple(context.heap, {part(text.substr(0, at)), part(none ? "" : a[0].text()), part(none ? "" : text.substr(at + a[0].text().size()))});
      return true;
    }
    case Method::capitalize: {
      if (!a.empty()) return wrong_arguments(context, method, a);
      if (!as<StringObject>(object).ascii) return give(in_case(text, LetterCase::capital));
      std::string s(text);
      for (std::size_t i = 0; i < s.size(); ++i) s[i] = i == 0 ? raised(s[i]) : lowered(s[i]);
      return give(std::move(s));
    }
    case Method::swapcase: {
      if (!a.empty() || !as<StringObject>(object).ascii) return a.empty() ? context.value_error("swapcase() knows ASCII characters only here.") : wrong_arguments(context, method, a);
      std::string s(text);
      for (char& c : s) c = lowered(c) == c ? raised(c) : lowered(c);
      return give(std::move(s));
    }
    case Method::casefold: {
      if (!a.empty()) return wrong_arguments(context, method, a);
      std::string s = in_case(text, LetterCase::lower);
      for (std::size_t at = 0; (at = s.find("\u00df", at)) != std::string::npos;) s.replace(at, 2, "ss");
      return give(std::move(s));
    }
    case Method::expandtabs: {
      if (a.size() > 1 || (a.size() == 1 && !is_whole(a[0]))) return wrong_arguments(context, method, a);
      const std::int64_t every = a.empty() ? 8 : std::clamp<std::int64_t>(a[0].integer(), 0, 1000);
      if (!context.room(static_cast<std::int64_t>(text.size()) * std::max<std::int64_t>(every, 1))) return false;
      std::string s;
      std::int64_t column = 0;
      for (char c : text) {
        if (c == '\t') {
          for (std::int64_t gap = every > 0 ? every - column % every : 0; gap > 0; --gap) s += ' ', ++column;
          continue;
        }
        s += c;
        if (c == '\n' || c == '\r') column = 0;
        else if ((c & 0xc0) != 0x80) ++column;
      }
      return give(std::move(s));
    }
    case Method::rpartition: {
      if (a.size() != 1 || !texts()) return wrong_arguments(context, method, a);
      if (a[0].text().empty()) return context.value_error("rpartition() needs a separator of at least one character.", "empty separator");
      std::size_t at = rfind_text(text, a[0].text());
      bool none = at == std::string_view::npos;
      auto part = [&](std::string_view s) { return Value::string(context.heap, std::string(s)); };
      out = Value::tuple(context.heap, {part(none ? "" : text.substr(0, at)), part(none ? "" : a[0].text()), part(none ? text : text.substr(at + a[0].text().size()))});
      return true;
    }
    case Method::rfind:
    case Method::rindex: {
      if (a.empty() || !a[0].is(ValueType::string) || !take_part(1)) return wrong_arguments(context, method, a);
      std::size_t at = outside ? std::string_view::npos : rfind_text(text, a[0].text());
      if (at == std::string_view::npos && method == Method::rindex) return context.value_error(repr(a[0]) + " is not in the str.", "substring not found");
      return out = Value::integer(at == std::string_view::npos ? -1 : skipped + length_of(text.substr(0, at))), true;
    }
    case Method::find:
    case Method::index:
    case Method::count: {
      if (a.empty() || !a[0].is(ValueType::string) || !take_part(1)) return wrong_arguments(context, method, a);
      std::string_view part = a[0].text();
      if (method == Method::count) {
        std::int64_t n = 0;
        if (part.empty()) return out = Value::integer(outside ? 0 : length_of(text) + 1), true;
        for (std::size_t at = find_text(text, part); at != std::string_view::npos; at = find_text(text, part, at + part.size())) ++n;
        return out = Value::integer(n), true;
      }
      std::size_t at = outside ? std::string_view::npos : find_text(text, part);
      if (at == std::string_view::npos && method == Method::index) return context.value_error(repr(a[0]) + " is not in the str.", "substring not found");
      return out = Value::integer(at == std::string_view::npos ? -1 : skipped + length_of(text.substr(0, at))), true;
    }
    case Method::replace: {
      if (a.size() < 2 || a.size() > 3 || !a[0].is(ValueType::string) || !a[1].is(ValueType::string) || (a.size() == 3 && !is_whole(a[2]))) return wrong_arguments(context, method, a);
      std::int64_t times = a.size() == 3 && a[2].integer() >= 0 ? a[2].integer() : INT64_MAX;
      std::string_view old = a[0].text(), fresh = a[1].text();
      std::string s;
      std::size_t at = 0;
      std::int64_t most = static_cast<std::int64_t>(text.size() + (text.size() + 1) * fresh.size());
      if (most > (1 << 20) && !context.room(most)) return false;
      if (old.empty() && times < INT64_MAX) return context.value_error("replace() of nothing takes no count here.");
      if (old.empty()) {
        for (; at < text.size(); at += static_cast<std::size_t>(character_bytes(text[at]))) {
          s += fresh;
          s += text.substr(at, static_cast<std::size_t>(character_bytes(text[at])));
        }
        return give(s + std::string(fresh));
      }
      for (std::size_t next = find_text(text, old); next != std::string_view::npos && times-- > 0; next = find_text(text, old, at)) {
        s += text.substr(at, next - at);
        s += fresh;
        at = next + old.size();
      }
      s += text.substr(at);
      return give(std::move(s));
    }
    case Method::split:
    case Method::splitlines: {
      if (method == Method::split && !a.empty() && !a[0].is(ValueType::string) && !a[0].is_none()) return context.type_error("split() needs a str between the parts, not " + a_type(a[0]) + ".", "must be str or None, not " + python_type_name(a[0]));
      const bool keeps = method == Method::splitlines && a.size() == 1 && truth(a[0]);
      if (method == Method::splitlines && a.size() <= 1) a = {};
      if (a.size() > 2 || (!a.empty() && !a[0].is(ValueType::string) && !a[0].is_none()) || (a.size() == 2 && !is_whole(a[1])) ) return wrong_arguments(context, method, a);
      std::int64_t most = a.size() == 2 && a[1].integer() >= 0 ? a[1].integer() : INT64_MAX;
      std::vector<Value> parts;
      auto add = [&](std::string_view s) { parts.push_back(Value::string(context.heap, std::string(s))); };
      if (!context.room(static_cast<std::int64_t>(text.size()) * 4)) return false;
      context.charge(text.size());
      if (method == Method::splitlines) {
        while (!text.empty()) {
          std::size_t end = text.find_first_of("\n\r");
          const std::size_t mark = end == std::string_view::npos ? 0 : text.substr(end, 2) == "\r\n" ? 2 : 1;
          add(text.substr(0, mark > 0 && keeps ? end + mark : end));
          if (mark == 0) break;
          text.remove_prefix(end + mark);
        }
      } else if (a.empty() || a[0].is_none()) {
        for (text = from_left(text, kSpace); !text.empty(); text = from_left(text, kSpace)) {
          std::size_t end = most-- > 0 ? text.find_first_of(kSpace) : std::string_view::npos;
          if (end == std::string_view::npos) {
            add(text);
            break;
          }
          add(text.substr(0, end));
          text.remove_prefix(end);
        }
      } else {
        std::string_view separator = a[0].text();
        if (separator.empty()) return context.value_error("split() needs a separator of at least one character.", "empty separator");
        std::size_t end;
        while (most-- > 0 && (end = find_text(text, separator)) != std::string_view::npos) {
          add(text.substr(0, end));
          text.remove_prefix(end + separator.size());
        }
        add(text);
      }
      return out = Value::list(context.heap, std::move(parts)), true;
    }
    case Method::rsplit: {
      if (a.size() > 2 || (!a.empty() && !a[0].is(ValueType::string) && !a[0].is_none()) || (a.size() == 2 && !is_whole(a[1]))) return wrong_arguments(context, method, a);
      std::int64_t most = a.size() == 2 && a[1].integer() >= 0 ? a[1].integer() : INT64_MAX;
      if (!context.room(static_cast<std::int64_t>(text.size()) * 4)) return false;
      context.charge(text.size());
      std::vector<Value> parts;
      auto add = [&](std::string_view s) { parts.push_back(Value::string(context.heap, std::string(s))); };
      if (a.empty() || a[0].is_none()) {
        for (text = from_right(text, kSpace); !text.empty(); text = from_right(text, kSpace)) {
          const std::size_t at = most-- > 0 ? text.find_last_of(kSpace) : std::string_view::npos;
          if (at == std::string_view::npos) {
            add(text);
            break;
          }
          add(text.substr(at + 1));
          text = text.substr(0, at);
        }
      } else {
        const std::string_view separator = a[0].text();
        if (separator.empty()) return context.value_error("rsplit() needs a separator of at least one character.", "empty separator");
        std::size_t at;
        while (most-- > 0 && (at = rfind_text(text, separator)) != std::string_view::npos) {
          add(text.substr(at + separator.size()));
          text = text.substr(0, at);
        }
        add(text);
      }
      std::reverse(parts.begin(), parts.end());
      return out = Value::list(context.heap, std::move(parts)), true;
    }
    case Method::join: {
      if (a.size() != 1) return wrong_arguments(context, method, a);
      std::vector<Value> parts;
      if (!collect(context, a[0], parts)) {
        if (context.kind == "TypeError" && context.words.ends_with("object is not iterable")) context.words = "can only join an iterable";
        return false;
      }
      std::int64_t bytes = 0;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const Value& v = parts[i];
        if (!v.is(ValueType::string)) return context.type_error("join() joins texts, not " + a_type(v) + "; write str(...) around it.", "sequence item " + std::to_string(i) + ": expected str instance, " + python_type_name(v) + " found");
        bytes += static_cast<std::int64_t>(v.text().size() + text.size());
      }
      if (!context.room(bytes)) return false;
      context.charge(static_cast<std::size_t>(bytes) / 8);
      std::string s;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i) s += text;
        s += parts[i].text();
      }
      return give(std::move(s));
    }
    case Method::isspace:
    case Method::isupper:
    case Method::islower: {
      if (!a.empty()) return wrong_arguments(context, method, a);
      if (!as<StringObject>(object).ascii && method != Method::isspace) {
        bool cased = false, other = false;
        for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(character_bytes(text[at]))) {
          const std::uint32_t c = code_point_at(text, at);
          cased |= method == Method::isupper ? is_upper(c) : is_lower(c);
          other |= is_title(c) || (method == Method::isupper ? is_lower(c) : is_upper(c));
        }
        return out = Value::boolean(cased && !other), true;
      }
      auto is = [&](char c) { return method == Method::isspace ? kSpace.find(c) != std::string_view::npos : method == Method::isupper ? !(c >= 'a' && c <= 'z') : !(c >= 'A' && c <= 'Z'); };
      bool some = method == Method::isspace ? !text.empty() : std::any_of(text.begin(), text.end(), is_letter);
      return out = Value::boolean(some && std::all_of(text.begin(), text.end(), is)), true;
    }
    case Method::isdigit:
    case Method::isalpha:
    case Method::isalnum:
    case Method::isdecimal:
    case Method::isnumeric: {
      if (!a.empty()) return wrong_arguments(context, method, a);
      const bool letters = method == Method::isalpha || method == Method::isalnum, digits = method != Method::isalpha;
      bool all = !text.empty(), known = true;
      for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(character_bytes(text[at]))) {
        const std::uint32_t c = code_point_at(text, at);
        const bool numeral = (c >= 0x2160 && c <= 0x2184) || (c >= 0x24b6 && c <= 0x24e9);  // Roman, and letters in circles
        if (c < 128) all &= (letters && is_letter(text[at])) || (digits && c >= '0' && c <= '9');
        else if (!numeral && (is_upper(c) || is_lower(c) || is_title(c))) all &= letters;
        else known = false;
      }
      if (all && !known) return context.value_error("." + std::string(kMethodNames[static_cast<std::size_t>(method)]) + "() knows only letters that have a case, and the digits 0 to 9, here.");
      return out = Value::boolean(all), true;
    }
    case Method::ljust:
    case Method::rjust:
    case Method::center:
    case Method::zfill: {
      bool fill = a.size() == 2 && method != Method::zfill;
      if (a.empty() || a.size() > (method == Method::zfill ? 1u : 2u) || !is_whole(a[0]) || (fill && (!a[1].is(ValueType::string) || length(a[1]) != 1))) return wrong_arguments(context, method, a);
      std::int64_t gap = std::max<std::int64_t>(0, a[0].integer() - length(object));
      if (gap > (1 << 20)) return context.value_error("The width of a text is at most 1048576 here.");
      std::string padding;
      for (std::int64_t i = 0; i < gap; ++i) padding += method == Method::zfill ? "0" : fill ? a[1].text() : " ";
      if (method == Method::ljust) return give(std::string(text) + padding);
      if (method == Method::center) {
        std::int64_t left = gap / 2 + (gap & a[0].integer() & 1);
        std::string fill_text(fill ? a[1].text() : " "), out_text;
        for (std::int64_t i = 0; i < left; ++i) out_text += fill_text;
        out_text += text;
        for (std::int64_t i = left; i < gap; ++i) out_text += fill_text;
        return give(std::move(out_text));
      }
      bool sign = method == Method::zfill && !text.empty() && (text[0] == '-' || text[0] == '+');
      return give(std::string(text.substr(0, sign)) + padding + std::string(text.substr(sign)));
    }
    default: return no_method(context, method, object);
  }
}

// ---------------------------------------------------------------------------------------- methods of list

bool list_method(Context& context, Method method, const Value& object, std::span<Value> a, Value& out) {
  auto& list = as<ListObject>(object);
  auto arity = [&](std::size_t least, std::size_t most) { return (a.size() >= least && a.size() <= most) || wrong_count(context, method, object, a.size(), least, most); };
  out = Value();
  switch (method) {
    case Method::append: return arity(1, 1) && append(context, object, std::move(a[0]));
    case Method::extend: {
      std::vector<Value> items;
      if (!arity(1, 1) || !collect(context, a[0], items)) return false;
      holds(list, items);
      Locked hold(list);
      if (!context.room(static_cast<std::int64_t>((list.items.size() + items.size()) * 16))) return false;
      list.items.insert(list.items.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
      account(list);
      return true;
    }
    case Method::pop: {
      if (!arity(0, 1)) return false;
      if (a.size() == 1 && !is_whole(a[0])) return context.type_error("pop() needs a whole number.", words_of_no_integer(a[0]));
      Locked hold(list);
      auto size = static_cast<std::int64_t>(list.items.size());
      if (size == 0) return context.fail("IndexError", "pop() from a list that is empty.", "pop from empty list");
      std::int64_t i = a.empty() ? size - 1 : a[0].integer() < 0 ? a[0].integer() + size : a[0].integer();
      if (i < 0 || i >= size) return context.fail("IndexError", "pop() at " + std::to_string(a[0].integer()) + ", outside the list, which has " + std::to_string(size) + " items.", "pop index out of range");
      out = std::move(list.items[static_cast<std::size_t>(i)]);
      list.items.erase(list.items.begin() + i);
      context.charge(static_cast<std::size_t>(size - i));
      return true;
    }
    case Method::insert: {
      if (!arity(2, 2)) return false;
      if (!is_whole(a[0])) return context.type_error("insert() needs a whole number for the place.", words_of_no_integer(a[0]));
      holds(list, a[1]);
      Locked hold(list);
      auto size = static_cast<std::int64_t>(list.items.size());
      if (!context.room(size > 1024 ? size * 32 : 0)) return false;
      std::int64_t i = a[0].integer() < 0 ? std::max<std::int64_t>(0, a[0].integer() + size) : std::min(a[0].integer(), size);
      list.items.insert(list.items.begin() + i, std::move(a[1]));
      account(list);
      context.charge(static_cast<std::size_t>(size - i));
      return true;
    }
    case Method::clear: {
      if (!arity(0, 0)) return false;
      std::vector<Value> old;  // freed after the lock
      Locked hold(list);
      old.swap(list.items);
      account(list);
      return true;
    }
    case Method::copy: return arity(0, 0) && (out = Value::list(context.heap, object.items()), true);
    case Method::reverse: {
      if (!arity(0, 0)) return false;
      Locked hold(list);
      std::reverse(list.items.begin(), list.items.end());
      context.charge(list.items.size());
      return true;
    }
    case Method::sort: {
      std::vector<Value> items = object.items();
      if (!arity(0, 1) || !sort(context, items, !a.empty() && truth(a[0]))) return false;
      Locked hold(list);
      list.items.swap(items);
      account(list);
      return true;
    }
    case Method::index:
    case Method::count:
    case Method::remove: {
      if (!arity(1, method == Method::index ? 3 : 1)) return false;
      std::vector<Value> items = object.items();
      std::int64_t count = 0;
      std::size_t bounds[2] = {0, items.size()};
      for (std::size_t i = 1; i < a.size(); ++i) {
        if (!is_whole(a[i])) return context.type_error("index() looks between two whole numbers.", "slice indices must be integers or have an __index__ method");
        const auto size = static_cast<std::int64_t>(items.size());
        bounds[i - 1] = static_cast<std::size_t>(std::clamp<std::int64_t>(a[i].integer() < 0 ? a[i].integer() + size : a[i].integer(), 0, size));
      }
      context.charge(items.size());
      for (std::size_t i = bounds[0]; i < bounds[1]; ++i) {
        bool same = false;
        if (!equal(context, items[i], a[0], same)) return false;
        if (!same) continue;
        ++count;
        if (method == Method::count) continue;
        if (method == Method::index) return out = Value::integer(static_cast<std::int64_t>(i)), true;
        return delete_subscript(context, object, Value::integer(static_cast<std::int64_t>(i)));
      }
      if (method == Method::count) return out = Value::integer(count), true;
      return context.value_error(repr(a[0]) + " is not in the list.", method == Method::remove ? "list.remove(x): x not in list" : object.is(ValueType::tuple) ? "tuple.index(x): x not in tuple" : repr(a[0]) + " is not in list");
    }
    default: return no_method(context, method, object);
  }
}

// ---------------------------------------------------------------------------------------- methods of dict

// Of a dict or a set. What was in it is freed after the lock: that may run on and on.
void clear_table(DictObject& table) {
  std::vector<DictObject::Entry> old;
  Locked hold(table);
  old.swap(table.entries);
  table.slots.clear();
  table.live = 0;
  account(table);
}

bool dict_method(Context& context, Method method, const Value& object, std::span<Value> a, Value& out) {
  auto arity = [&](std::size_t least, std::size_t most) { return (a.size() >= least && a.size() <= most) || wrong_count(context, method, object, a.size(), least, most); };
  bool found = false;
  switch (method) {
    case Method::get:
      if (!arity(1, 2)) return false;
      out = a.size() > 1 ? a[1] : Value();
      return dict_find(context, object, a[0], out, found);
    case Method::setdefault:
      if (!arity(1, 2) || !dict_find(context, object, a[0], out, found)) return false;
      if (found) return true;
      out = a.size() > 1 ? a[1] : Value();
      return dict_store(context, object, a[0], out);
    case Method::pop:
      if (!arity(1, 2) || !dict_remove(context, object, a[0], out, found)) return false;
      if (found) return true;
      if (a.size() < 2) return context.key_error(a[0], "The dict has no key " + repr(a[0]) + ".");
      return out = a[1], true;
    case Method::keys:
    case Method::values:
    case Method::items: {
      if (!arity(0, 0)) return false;
      using Kind = ViewObject::Kind;
      out = make<ViewObject>(context.heap, method == Method::keys ? Kind::keys : method == Method::values ? Kind::values : Kind::items, object);
      return true;
    }
    case Method::update: {
      if (!arity(0, 1)) return false;
      if (a.empty()) return out = Value(), true;
      if (!a[0].is(ValueType::dict)) {
        Value made;
        Arguments pairs{std::span<Value>(a.data(), 1), {}, {}};
        if (!make_dict_of(context, pairs, made)) return false;
        a[0] = std::move(made);
      }
      std::vector<Value> all = dict_items(a[0]);
      for (std::size_t i = 0; i < all.size(); i += 2)
        if (!dict_store(context, object, all[i], all[i + 1])) return false;
      return out = Value(), true;
    }
    case Method::copy: {
      Value source = object;
      Arguments pairs{std::span<Value>(&source, 1), {}, {}};
      return arity(0, 0) && make_dict_of(context, pairs, out);
    }
    case Method::popitem: {
      if (!arity(0, 0)) return false;
      std::vector<Value> all = dict_items(object);
      if (all.empty()) return context.key_error(Value::string(context.heap, "popitem(): dictionary is empty"), "popitem() from a dict that is empty.");
      Value key = all[all.size() - 2];
      if (!dict_remove(context, object, key, out, found)) return false;
      out = Value::tuple(context.heap, {std::move(key), std::move(out)});
      return true;
    }
    case Method::clear: {
      if (!arity(0, 0)) return false;
      clear_table(as<DictObject>(object));
      return out = Value(), true;
    }
    default: return no_method(context, method, object);
  }
}

// ---------------------------------------------------------------------------------------- methods of set

bool set_method(Context& context, Method method, const Value& object, std::span<Value> a, Value& out) {
  auto arity = [&](std::size_t least, std::size_t most) { return (a.size() >= least && a.size() <= most) || wrong_count(context, method, object, a.size(), least, most); };
  auto as_set = [&](const Value& v, Value& set) {
    if (v.is(ValueType::set)) return set = v, true;
    std::vector<Value> items;
    if (!collect(context, v, items)) return false;
    set = make_set(context.heap);
    for (const Value& item : items)
      if (!dict_store(context, set, item, Value())) return false;
    return true;
  };
  bool found = false;
  out = Value();
  switch (method) {
    case Method::add: return arity(1, 1) && dict_store(context, object, a[0], Value());
    case Method::discard:
    case Method::remove: {
      Value ignored;
      if (!arity(1, 1) || !dict_remove(context, object, a[0], ignored, found)) return false;
      return found || method == Method::discard || context.key_error(a[0], "The set has no " + repr(a[0]) + ".");
    }
    case Method::pop: {
      if (!arity(0, 0)) return false;
      std::vector<Value> items = dict_items(object);
      if (items.empty()) return context.key_error(Value::string(context.heap, "pop from an empty set"), "pop() from a set that is empty.");
      Value ignored;
      out = items[0];
      return dict_remove(context, object, items[0], ignored, found);
    }
    case Method::copy: return arity(0, 0) && binary(context, BinaryOp::bit_or, object, object, out);
    case Method::clear: {
      if (!arity(0, 0)) return false;
      clear_table(as_table(object));
      return true;
    }
    case Method::intersection_update:
    case Method::difference_update:
    case Method::symmetric_difference_update: {
      if (method == Method::symmetric_difference_update && !arity(1, 1)) return false;
      const BinaryOp op = method == Method::intersection_update ? BinaryOp::bit_and : method == Method::difference_update ? BinaryOp::subtract : BinaryOp::bit_xor;
      for (const Value& v : a) {
        Value other;
        if (!as_set(v, other) || !set_in_place(context, op, object, other)) return false;
      }
      return true;
    }
    case Method::isdisjoint: {
      Value other, both;
      if (!arity(1, 1) || !as_set(a[0], other) || !binary(context, BinaryOp::bit_and, object, other, both)) return false;
      return out = Value::boolean(length(both) == 0), true;
    }
    case Method::symmetric_difference: {
      Value other;
      return arity(1, 1) && as_set(a[0], other) && binary(context, BinaryOp::bit_xor, object, other, out);
    }
    case Method::union_:
    case Method::update:
    case Method::intersection:
    case Method::difference: {
      Value result = object;
      for (const Value& v : a) {
        Value other, next;
        if (!as_set(v, other)) return false;
        if (method == Method::update) {
          for (const Value& item : dict_items(other))
            if (!dict_store(context, object, item, Value())) return false;
          continue;
        }
        if (!binary(context, method == Method::union_ ? BinaryOp::bit_or : method == Method::intersection ? BinaryOp::bit_and : BinaryOp::subtract, result, other, next)) return false;
        result = std::move(next);
      }
      if (method == Method::update) return true;
      return a.empty() ? binary(context, BinaryOp::bit_or, object, object, out) : (out = std::move(result), true);
    }
    case Method::issubset:
    case Method::issuperset: {
      Value other;
      bool is = false;
      if (!arity(1, 1) || !as_set(a[0], other)) return false;
      if (!compare(context, method == Method::issubset ? CompareOp::less_equal : CompareOp::greater_equal, object, other, is)) return false;
      return out = Value::boolean(is), true;
    }
    default: return no_method(context, method, object);
  }
}

}  // namespace

bool make_sync(Context& context, Builtin builtin, const Arguments& a, Value& out) {
  const BuiltinFacts& f = facts(builtin);
  auto count = static_cast<int>(a.positional.size());
  if (count < f.least || count > f.most) return context.type_error(call_name(builtin) + " does not take " + std::to_string(count) + (count == 1 ? " argument." : " arguments."));
  auto number = [&](const char* keyword, std::int64_t standard, std::int64_t& value) {
    const Value* v = count > 0 ? &a.positional[0] : a.keyword(keyword);
    value = v && is_whole(*v) ? v->integer() : standard;
    return !v || is_whole(*v) || context.type_error(call_name(builtin) + " takes a whole number, not " + a_type(*v) + ".");
  };
  std::int64_t capacity = 1;
  switch (builtin) {
    case Builtin::lock: out = make<SyncObject>(context.heap, SyncKind::lock, std::int64_t{1}); return true;
    case Builtin::event: out = make<SyncObject>(context.heap, SyncKind::event, std::int64_t{0}); return true;
    case Builtin::semaphore:
      if (!number("value", 1, capacity)) return false;
      if (capacity < 0) return context.value_error("Semaphore() begins with 0 permits or more.", "Semaphore initial value must be >= 0");
      out = make<SyncObject>(context.heap, SyncKind::semaphore, capacity);
      return true;
    case Builtin::queue:
      if (!number("maxsize", 0, capacity)) return false;
      out = make<SyncObject>(context.heap, SyncKind::queue, std::max<std::int64_t>(capacity, 0));
      context.heap.watch(*out.object());  // what it holds is the executor's
      return true;
    case Builtin::shared: out = make<SyncObject>(context.heap, SyncKind::shared, std::int64_t{0}, a.positional.empty() ? Value() : a.positional[0]); return true;
    default: {
      Ask ask;
      const Value& v = a.positional[0];
      if (!v.is_none() && !take_duration(context, v, builtin, ask)) return false;
      out = make<SyncObject>(context.heap, SyncKind::timeout, v.is_none() ? std::int64_t{-1} : ask.duration);
      return true;
    }
  }
}

bool call_method(Context& context, Method method, const Value& object, std::span<Value> arguments, Value& out) {
  switch (object.type()) {
    case ValueType::boolean:
    case ValueType::integer: {
      if (method != Method::bit_length || !arguments.empty()) return method == Method::bit_length ? wrong_arguments(context, method) : no_method(context, method, object);
      const std::int64_t i = object.integer();
      return out = Value::integer(std::bit_width(i < 0 ? 0 - static_cast<std::uint64_t>(i) : static_cast<std::uint64_t>(i))), true;
    }
    case ValueType::real:
      if (method != Method::is_integer || !arguments.empty()) return method == Method::is_integer ? wrong_arguments(context, method) : no_method(context, method, object);
      return out = Value::boolean(std::isfinite(object.real()) && std::floor(object.real()) == object.real()), true;
    case ValueType::string: return string_method(context, method, object, arguments, out);
    case ValueType::list: return list_method(context, method, object, arguments, out);
    case ValueType::dict: return dict_method(context, method, object, arguments, out);
    case ValueType::set: return set_method(context, method, object, arguments, out);
    case ValueType::range:
    case ValueType::int_array:
    case ValueType::tuple:
      if (method == Method::index || method == Method::count) {
        std::vector<Value> items;
        if (!collect(context, object, items)) return false;
        Value copy = Value::list(context.heap, std::move(items));
        if (list_method(context, method, copy, arguments, out)) return true;
        if (context.kind == "ValueError" && object.is(ValueType::tuple)) context.words = "tuple.index(x): x not in tuple";
        if (context.kind == "ValueError" && object.is(ValueType::range)) context.words = repr(arguments[0]) + " is not in range";
        return false;
      }
      return no_method(context, method, object);
    case ValueType::view:
      if (method == Method::isdisjoint && as<ViewObject>(object).kind != ViewObject::Kind::values) {
        Value set = make_set(context.heap);
        for (const Value& item : items_of(object))
          if (!dict_store(context, set, item, Value())) return false;
        return set_method(context, method, set, arguments, out);
      }
      return no_method(context, method, object);
    default: return no_method(context, method, object);
  }
}

}  // namespace interleave
