// Sections: numbers and durations; sequences; comparison; indexing; iteration; dicts; sorting.
#include "script/operators.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "script/object.h"
#include "script/objects.h"
#include "script/text.h"

namespace interleave {

/// The items of a list, a tuple or an int_array.
static std::vector<Value> listed(const Value& v) {
  if (!v.is(ValueType::int_array)) return v.items();
  std::vector<Value> items;
  items.reserve(v.numbers().size());
  for (const std::int64_t n : v.numbers()) items.push_back(Value::integer(n));
  return items;
}

bool Context::has(const Value& v) {
  return !v.is(ValueType::int_array) || !as<IntArrayObject>(v).gone.load(std::memory_order_acquire) || fail("RuntimeError", kNumbersGone, kNumbersGone);
}

bool Context::room(std::int64_t bytes) {
  if (heap.has_room(bytes)) return true;
  std::int64_t limit = heap.limit() >> 20;
  return fail("MemoryError", "The script would hold more than " + std::to_string(limit) + " MiB, its limit; use less at a time.", "");
}

namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;
constexpr int kMostNesting = 100;

std::string of_type(const Value& v) { return std::string(type_name(v)); }

bool division_by_zero(Context& context, const char* python = "division by zero") { return context.fail("ZeroDivisionError", "Division by zero.", python); }

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

/// A set, or the keys or items of a dict: | & - ^ < == work between them.
bool is_set_like(const Value& v) { return v.is(ValueType::set) || (v.is(ValueType::view) && as<ViewObject>(v).kind != ViewObject::Kind::values); }

bool as_set(Context& context, const Value& v, Value& out) {
  if (v.is(ValueType::set)) return out = v, true;
  Value set = make_set(context.heap);
  for (const Value& item : items_of(v))
    if (!dict_store(context, set, item, Value())) return false;
  return out = std::move(set), true;
}

// ---------------------------------------------------------------------------------------- numbers and durations

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  std::int64_t q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)));
}

std::int64_t floor_modulo(std::int64_t a, std::int64_t b) {
  if (b == -1) return 0;
  std::int64_t r = a % b;
  return r + ((r != 0 && ((r < 0) != (b < 0))) ? b : 0);
}

double real_modulo(double a, double b) {
  double r = std::fmod(a, b);
  if (r == 0) return std::copysign(0.0, b);
  return (b < 0) != (r < 0) ? r + b : r;
}

double real_floor_divide(double a, double b) {
  double r = std::fmod(a, b);
  double q = (a - r) / b;
  if (r != 0 && (b < 0) != (r < 0)) q -= 1;
  if (q == 0) return std::copysign(0.0, a / b);
  double f = std::floor(q);
  return q - f > 0.5 ? f + 1 : f;
}

double true_divide(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  auto exact = [](std::int64_t i) { return i >= -kExact && i <= kExact; };
  if (exact(a) && exact(b)) return static_cast<double>(a) / static_cast<double>(b);
  return static_cast<double>(static_cast<long double>(a) / static_cast<long double>(b));
}

bool integer_power(Context& context, std::int64_t base, std::int64_t exponent, Value& out) {
  std::int64_t result = 1;
  if (base == 0 || base == 1 || base == -1) {
    out = Value::integer(exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base);
    return true;
  }
  if (exponent > 63) return context.overflow();
  while (exponent > 0) {
    if (exponent & 1 && __builtin_mul_overflow(result, base, &result)) return context.overflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return context.overflow();
  }
  out = Value::integer(result);
  return true;
}

bool real_power(Context& context, double base, double exponent, Value& out) {
  if (base == 0 && exponent < 0) return context.fail("ZeroDivisionError", "Zero cannot be raised to a negative power.", "0.0 cannot be raised to a negative power");
  if (base < 0 && std::isfinite(base) && std::isfinite(exponent) && std::floor(exponent) != exponent)
    return context.value_error("A negative number to a fractional power would be a complex number, which this language lacks.");
  double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    return context.fail("OverflowError", "The result of ** is too large for a float.", "(34, 'Numerical result out of range')");
  out = Value::real(result);
  return true;
}

bool integers(Context& context, BinaryOp op, std::int64_t a, std::int64_t b, Value& out) {
  std::int64_t result = 0;
  switch (op) {
    case BinaryOp::add:
      if (__builtin_add_overflow(a, b, &result)) return context.overflow();
      break;
    case BinaryOp::subtract:
      if (__builtin_sub_overflow(a, b, &result)) return context.overflow();
      break;
    case BinaryOp::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return context.overflow();
      break;
    case BinaryOp::divide:
      if (b == 0) return division_by_zero(context);
      out = Value::real(true_divide(a, b));
      return true;
    case BinaryOp::floor_divide:
      if (b == 0) return division_by_zero(context, "integer division or modulo by zero");
      if (b == -1) {
        if (__builtin_sub_overflow(std::int64_t{0}, a, &result)) return context.overflow();
      } else {
        result = floor_divide(a, b);
      }
      break;
    case BinaryOp::modulo:
      if (b == 0) return division_by_zero(context, "integer modulo by zero");
      result = floor_modulo(a, b);
      break;
    case BinaryOp::power:
      return b < 0 ? real_power(context, static_cast<double>(a), static_cast<double>(b), out) : integer_power(context, a, b, out);
    case BinaryOp::shift_left:
      if (b < 0) return context.value_error("A shift cannot be negative.", "negative shift count");
      if (a != 0 && (b > 62 || (a << b) >> b != a)) return context.overflow();
      result = a == 0 ? 0 : a << b;
      break;
    case BinaryOp::shift_right:
      if (b < 0) return context.value_error("A shift cannot be negative.", "negative shift count");
      result = a >> std::min<std::int64_t>(b, 63);
      break;
    case BinaryOp::bit_and: result = a & b; break;
    case BinaryOp::bit_or: result = a | b; break;
    case BinaryOp::bit_xor: result = a ^ b; break;
  }
  out = Value::integer(result);
  return true;
}

bool cannot(Context& context, BinaryOp op, const Value& a, const Value& b);

bool reals(Context& context, BinaryOp op, const Value& left, const Value& right, Value& out) {
  double a = as_real(left), b = as_real(right);
  switch (op) {
    case BinaryOp::add: out = Value::real(a + b); return true;
    case BinaryOp::subtract: out = Value::real(a - b); return true;
    case BinaryOp::multiply: out = Value::real(a * b); return true;
    case BinaryOp::divide:
      if (b == 0) return division_by_zero(context, "float division by zero");
      out = Value::real(a / b);
      return true;
    case BinaryOp::floor_divide:
      if (b == 0) return division_by_zero(context, "float floor division by zero");
      out = Value::real(real_floor_divide(a, b));
      return true;
    case BinaryOp::modulo:
      if (b == 0) return division_by_zero(context, "float modulo");
      out = Value::real(real_modulo(a, b));
      return true;
    case BinaryOp::power: return real_power(context, a, b, out);
    default: return cannot(context, op, left, right);
  }
}

bool duration_from(Context& context, double ns, TimeUnit unit, Value& out) {
  if (!(std::abs(ns) < 9.2e18)) return context.fail("OverflowError", "The time is too long: at most 292 years fit.");
  out = Value::duration(static_cast<Nanos>(std::nearbyint(ns)), unit);
  return true;
}

bool durations(Context& context, BinaryOp op, const Value& a, const Value& b, Value& out) {
  bool left = a.is(ValueType::duration), right = b.is(ValueType::duration);
  // sum() begins with 0, and 0 means the same in every unit.
  bool zero_left = is_whole(a) && a.integer() == 0, zero_right = is_whole(b) && b.integer() == 0;
  Value whole;
  auto as_duration = [&](BinaryOp o, std::int64_t x, std::int64_t y, TimeUnit unit) {
    if (!integers(context, o, x, y, whole)) {
      if (context.kind == "OverflowError") context.sentence = "The time is too long: at most 292 years fit.";
      return false;
    }
    out = Value::duration(whole.integer(), unit);
    return true;
  };
  switch (op) {
    case BinaryOp::add:
    case BinaryOp::subtract:
      if ((left || zero_left) && (right || zero_right)) {
        bool unit_of_left = left && (a.integer() != 0 || !right);
        return as_duration(op, a.integer(), b.integer(), unit_of_left ? a.unit() : b.unit());
      }
      return context.type_error("A time and a number cannot be " + std::string(op == BinaryOp::add ? "added" : "subtracted") + "; give the number a unit, such as 5 * ms.",
                                "unsupported operand type(s) for " + std::string(op == BinaryOp::add ? "+" : "-") + ": " + quoted(python_type_name(a)) + " and " + quoted(python_type_name(b)));
    case BinaryOp::multiply:
      if (left && right) return context.type_error("Two times cannot be multiplied.", "unsupported operand type(s) for *: 'Duration' and 'Duration'");
      if (is_whole(left ? b : a)) return as_duration(op, a.integer(), b.integer(), left ? a.unit() : b.unit());
      if (left ? b.is(ValueType::real) : a.is(ValueType::real))
        return left ? duration_from(context, static_cast<double>(a.integer()) * b.real(), a.unit(), out)
                    : duration_from(context, a.real() * static_cast<double>(b.integer()), b.unit(), out);
      break;
    case BinaryOp::divide:
      if (!left) break;
      if (right || is_number(b)) {
        if (right ? b.integer() == 0 : as_real(b) == 0) return division_by_zero(context);
        if (right) out = Value::real(true_divide(a.integer(), b.integer()));
        else return duration_from(context, static_cast<double>(a.integer()) / as_real(b), a.unit(), out);
        return true;
      }
      break;
    case BinaryOp::floor_divide:
    case BinaryOp::modulo:
      if (!left) break;
      if (right) {
        if (!integers(context, op, a.integer(), b.integer(), whole)) return false;
        out = op == BinaryOp::modulo ? Value::duration(whole.integer(), a.unit()) : whole;
        return true;
      }
      if (op == BinaryOp::floor_divide && is_whole(b)) return as_duration(op, a.integer(), b.integer(), a.unit());
      break;
    default: break;
  }
  return cannot(context, op, a, b);
}

// ---------------------------------------------------------------------------------------- sequences

bool is_sequence(const Value& v) { return v.is(ValueType::string) || v.is(ValueType::list) || v.is(ValueType::tuple); }

bool repeat(Context& context, const Value& sequence, std::int64_t times, Value& out) {
  times = std::max<std::int64_t>(times, 0);
  bool text = sequence.is(ValueType::string);
  std::vector<Value> items = text ? std::vector<Value>() : sequence.items();
  std::int64_t unit = text ? static_cast<std::int64_t>(sequence.text().size()) : static_cast<std::int64_t>(items.size() * sizeof(Value));
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(unit, times, &bytes) || bytes > kMostBytes) bytes = kMostBytes;
  if (!context.room(bytes)) return false;
  context.charge(static_cast<std::size_t>(bytes) / 16);
  if (text) {
    std::string s;
    s.reserve(static_cast<std::size_t>(bytes));
    for (std::int64_t i = 0; unit > 0 && i < times; ++i) s += sequence.text();
    out = Value::string(context.heap, std::move(s));
    return true;
  }
  std::vector<Value> all;
  all.reserve(static_cast<std::size_t>(bytes) / sizeof(Value));
  for (std::int64_t i = 0; unit > 0 && i < times; ++i) all.insert(all.end(), items.begin(), items.end());
  out = sequence.is(ValueType::list) ? Value::list(context.heap, std::move(all)) : Value::tuple(context.heap, std::move(all));
  return true;
}

bool concatenate(Context& context, const Value& a, const Value& b, Value& out) {
  if (a.is(ValueType::string)) {
    if (!context.room(static_cast<std::int64_t>(a.text().size() + b.text().size()))) return false;
    std::string s;
    s.reserve(a.text().size() + b.text().size());
    s += a.text();
    s += b.text();
    context.charge(s.size() / 16);
    out = Value::string(context.heap, std::move(s));
    return true;
  }
  std::vector<Value> left = a.items(), right = b.items();
  if (!context.room(static_cast<std::int64_t>((left.size() + right.size()) * sizeof(Value)))) return false;
  context.charge(left.size() + right.size());
  left.insert(left.end(), right.begin(), right.end());
  out = a.is(ValueType::list) ? Value::list(context.heap, std::move(left)) : Value::tuple(context.heap, std::move(left));
  return true;
}

const char* symbol(BinaryOp op) {
  constexpr const char* kSymbols[] = {"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"};
  return kSymbols[static_cast<int>(op)];
}

bool cannot(Context& context, BinaryOp op, const Value& a, const Value& b) {
  if (op == BinaryOp::add && (a.is(ValueType::string) || b.is(ValueType::string))) {
    const Value& other = a.is(ValueType::string) ? b : a;
    std::string words = a.is(ValueType::string) ? "can only concatenate str (not \"" + python_type_name(b) + "\") to str" : "unsupported operand type(s) for +: " + quoted(python_type_name(a)) + " and 'str'";
    if (a.is(ValueType::list) || a.is(ValueType::tuple)) words = "can only concatenate " + of_type(a) + " (not \"str\") to " + of_type(a);
    return context.type_error("A str and " + a_type(other) + " cannot be added; write str(...) around the " + of_type(other) + ", or an f-string.", words);
  }
  std::string words = "unsupported operand type(s) for " + std::string(op == BinaryOp::power ? "** or pow()" : symbol(op)) + ": " + quoted(python_type_name(a)) + " and " + quoted(python_type_name(b));
  if (op == BinaryOp::add && (a.is(ValueType::list) || a.is(ValueType::tuple))) words = "can only concatenate " + of_type(a) + " (not \"" + python_type_name(b) + "\") to " + of_type(a);
  if (op == BinaryOp::multiply && is_sequence(a)) words = "can't multiply sequence by non-int of type " + quoted(python_type_name(b));
  else if (op == BinaryOp::multiply && is_sequence(b)) words = "can't multiply sequence by non-int of type " + quoted(python_type_name(a));
  return context.type_error(std::string(symbol(op)) + " does not work between " + of_type(a) + " and " + of_type(b) + ".", words);
}

/// | & - ^
bool sets(Context& context, BinaryOp op, const Value& a, const Value& b, Value& out) {
  std::vector<Value> left = dict_items(a), right = dict_items(b);
  Value result = make_set(context.heap);
  context.charge(left.size() + right.size());
  bool found = false;
  Value ignored;
  for (const Value& v : left) {
    if (op != BinaryOp::bit_or && !dict_find(context, b, v, ignored, found)) return false;
    if (op == BinaryOp::bit_or || found == (op == BinaryOp::bit_and))
      if (!dict_store(context, result, v, Value())) return false;
  }
  if (op == BinaryOp::bit_or || op == BinaryOp::bit_xor)
    for (const Value& v : right) {
      if (!dict_find(context, a, v, ignored, found)) return false;
      if (!found && !dict_store(context, result, v, Value())) return false;
    }
  out = std::move(result);
  return true;
}

}  // namespace

bool binary(Context& context, BinaryOp op, const Value& a, const Value& b, Value& out) {
  if (a.is(ValueType::int_array) || b.is(ValueType::int_array)) {  // a list as any other, with a new one as its result
    if (!context.has(a) || !context.has(b)) return false;
    auto as_list = [&](const Value& v) { return v.is(ValueType::int_array) ? Value::list(context.heap, listed(v)) : v; };
    const std::int64_t bytes = ((a.is(ValueType::int_array) ? length(a) : 0) + (b.is(ValueType::int_array) ? length(b) : 0)) * static_cast<std::int64_t>(sizeof(Value));
    return context.room(bytes) && binary(context, op, as_list(a), as_list(b), out);
  }
  if (is_whole(a) && is_whole(b)) {
    if (a.is(ValueType::boolean) && b.is(ValueType::boolean) && op >= BinaryOp::bit_and) {
      bool x = a.integer() != 0, y = b.integer() != 0;
      out = Value::boolean(op == BinaryOp::bit_and ? x && y : op == BinaryOp::bit_or ? x || y : x != y);
      return true;
    }
    return integers(context, op, a.integer(), b.integer(), out);
  }
  if (is_number(a) && is_number(b)) return reals(context, op, a, b, out);
  if (op == BinaryOp::multiply && is_sequence(a) && is_whole(b)) return repeat(context, a, b.integer(), out);
  if (op == BinaryOp::multiply && is_sequence(b) && is_whole(a)) return repeat(context, b, a.integer(), out);
  if (op == BinaryOp::add && is_sequence(a) && a.type() == b.type()) return concatenate(context, a, b, out);
  if (is_set_like(a) && is_set_like(b) && (op == BinaryOp::bit_or || op == BinaryOp::bit_and || op == BinaryOp::bit_xor || op == BinaryOp::subtract)) {
    Value left, right;
    return as_set(context, a, left) && as_set(context, b, right) && sets(context, op, left, right, out);
  }
  if (op == BinaryOp::modulo && a.is(ValueType::string)) {
    std::string text;
    if (!percent_text(context, a.text(), b, plain_text(context), text)) return false;
    out = Value::string(context.heap, std::move(text));
    return true;
  }
  if (a.is(ValueType::dict) && b.is(ValueType::dict) && op == BinaryOp::bit_or) {
    Value merged = make_dict(context.heap);
    for (const Value* source : {&a, &b}) {
      std::vector<Value> all = dict_items(*source);
      for (std::size_t i = 0; i < all.size(); i += 2)
        if (!dict_store(context, merged, all[i], all[i + 1])) return false;
    }
    out = std::move(merged);
    return true;
  }
  bool times = (a.is(ValueType::duration) || b.is(ValueType::duration)) && (is_number(a) || is_number(b) || a.type() == b.type());
  if (times) return durations(context, op, a, b, out);
  return cannot(context, op, a, b);
}

bool unary(Context& context, UnaryOp op, const Value& a, Value& out) {
  if (op == UnaryOp::invert && is_whole(a)) {
    out = Value::integer(~a.integer());
    return true;
  }
  if (op != UnaryOp::invert && (is_number(a) || a.is(ValueType::duration))) {
    if (op == UnaryOp::positive) {
      out = a.is(ValueType::boolean) ? Value::integer(a.integer()) : a;
      return true;
    }
    if (a.is(ValueType::real)) {
      out = Value::real(-a.real());
      return true;
    }
    std::int64_t result = 0;
    if (__builtin_sub_overflow(std::int64_t{0}, a.integer(), &result)) return context.overflow();
    out = a.is(ValueType::duration) ? Value::duration(result, a.unit()) : Value::integer(result);
    return true;
  }
  constexpr const char* kSymbols[] = {"-", "+", "~"};
  return context.type_error(std::string(kSymbols[static_cast<int>(op)]) + " does not work on a " + of_type(a) + ".", std::string("bad operand type for unary ") + kSymbols[static_cast<int>(op)] + ": " + quoted(python_type_name(a)));
}

bool truth(const Value& v) {
  switch (v.type()) {
    case ValueType::none:
    case ValueType::unbound: return false;
    case ValueType::boolean:
    case ValueType::integer:
    case ValueType::duration: return v.integer() != 0;
    case ValueType::real: return v.real() != 0;
    case ValueType::string:
    case ValueType::list:
    case ValueType::tuple:
    case ValueType::dict:
    case ValueType::set:
    case ValueType::range:
    case ValueType::view: return length(v) != 0;
    case ValueType::int_array: return length(v) != 0 && !as<IntArrayObject>(v).gone.load(std::memory_order_acquire);
    default: return true;
  }
}

// ---------------------------------------------------------------------------------------- comparison

namespace {

enum class Order : std::uint8_t { less, equal, greater, unordered, impossible, failed };

template <typename T>
Order order_of(const T& a, const T& b) {
  return a < b ? Order::less : a > b ? Order::greater : a == b ? Order::equal : Order::unordered;
}

Order order_of(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? Order::less : order > 0 ? Order::greater : Order::equal;
}

Order flipped(Order o) { return o == Order::less ? Order::greater : o == Order::greater ? Order::less : o; }

// Exact, as Python's: no rounding of large integers to floats.
Order order_of(std::int64_t i, double d) {
  if (std::isnan(d)) return Order::unordered;
  if (d >= 9223372036854775808.0) return Order::less;
  if (d < -9223372036854775808.0) return Order::greater;
  std::int64_t whole = static_cast<std::int64_t>(d);
  if (i != whole) return order_of(i, whole);
  return order_of(0.0, d - static_cast<double>(whole));
}

Order number_order(const Value& a, const Value& b) {
  if (is_whole(a)) return is_whole(b) ? order_of(a.integer(), b.integer()) : order_of(a.integer(), b.real());
  return is_whole(b) ? flipped(order_of(b.integer(), a.real())) : order_of(a.real(), b.real());
}

/// The same float, a NaN among them; what `is` says.
bool same_real(const Value& a, const Value& b) {
  return a.is(ValueType::real) && b.is(ValueType::real) && std::bit_cast<std::uint64_t>(a.real()) == std::bit_cast<std::uint64_t>(b.real());
}

/// Compares with a budget: lists that share lists can be exponentially large to walk.
struct Comparison {
  Context& context;
  std::int64_t steps_left = 20'000'000;
  Value unlike_a = {}, unlike_b = {};  ///< impossible: of lists and tuples the two items inside that have no order; else none

  bool spend(int depth) {
    if (depth > kMostNesting) return context.fail("RecursionError", "The values are nested too deeply to compare.");
    if (--steps_left < 0) return context.value_error("The values are too large to compare.");
    return true;
  }

  /// Of values that may be unequal only: impossible means different types.
  Order order(const Value& a, const Value& b, int depth, bool only_equality) {
    if (!spend(depth) || !context.has(a) || !context.has(b)) return Order::failed;
    if (only_equality && same_real(a, b)) return Order::equal;  // a NaN is itself, where containers ask
    if (is_number(a) && is_number(b)) return number_order(a, b);
    if (a.is(ValueType::duration) && is_whole(b) && b.integer() == 0 && !only_equality) return order_of(a.integer(), std::int64_t{0});
    if (b.is(ValueType::duration) && is_whole(a) && a.integer() == 0 && !only_equality) return order_of(std::int64_t{0}, b.integer());
    if (a.is(ValueType::view) || b.is(ValueType::view)) {
      if (a.is_object() && b.is_object() && a.object() == b.object()) return Order::equal;
      if (!only_equality || !is_set_like(a) || !is_set_like(b)) return Order::impossible;
      Value left, right;
      if (!as_set(context, a, left) || !as_set(context, b, right)) return Order::failed;
      return order(left, right, depth + 1, true);
    }
    const bool lists = (a.is(ValueType::list) && b.is(ValueType::int_array)) || (a.is(ValueType::int_array) && b.is(ValueType::list));
    if (a.type() != b.type() && !lists) return Order::impossible;
    switch (lists ? ValueType::list : a.type()) {
      case ValueType::none: return only_equality ? Order::equal : Order::impossible;
      case ValueType::duration: return order_of(a.integer(), b.integer());
      case ValueType::string: {
        const std::string_view x = as<StringObject>(a).text, y = as<StringObject>(b).text;
        steps_left -= static_cast<std::int64_t>(std::min(x.size(), y.size()) / 64);
        return order_of(x, y);  // UTF-8 sorts as its code points do
      }
      case ValueType::list:
      case ValueType::tuple: {
        if (a.object() == b.object() && only_equality) return Order::equal;
        if (only_equality && length(a) != length(b)) return Order::impossible;
        if (lists && !context.room((length(a) + length(b)) * static_cast<std::int64_t>(sizeof(Value)))) return Order::failed;
        std::vector<Value> left, right;  // of lists, which another thread may change meanwhile
        if (!a.is(ValueType::tuple)) left = listed(a), right = listed(b);
        const std::vector<Value>&x = a.is(ValueType::tuple) ? as<TupleObject>(a).items : left, &y = a.is(ValueType::tuple) ? as<TupleObject>(b).items : right;
        for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
          // What always has an order is asked once.
          if (const bool plain = (x[i].is(ValueType::string) && y[i].is(ValueType::string)) || (x[i].is(ValueType::integer) && y[i].is(ValueType::integer)); plain && !only_equality) {
            const Order first = order(x[i], y[i], depth + 1, false);
            if (first == Order::equal) continue;
            return first;
          }
          Order same = order(x[i], y[i], depth + 1, true);
          if (same == Order::failed) return same;
          if (same == Order::equal) continue;
          if (only_equality) return Order::impossible;
          const Order differs = order(x[i], y[i], depth + 1, false);
          if (differs == Order::impossible && unlike_a.is_none() && unlike_b.is_none()) unlike_a = x[i], unlike_b = y[i];
          return differs;
        }
        return order_of(x.size(), y.size());
      }
      case ValueType::int_array: {
        auto x = a.numbers(), y = b.numbers();
        context.charge(std::min(x.size(), y.size()));
        bool same = x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin());
        return only_equality ? (same ? Order::equal : Order::impossible)
                             : std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end()) ? Order::less : same ? Order::equal : Order::greater;
      }
      case ValueType::range: {
        if (!only_equality) return Order::impossible;
        auto &x = as<RangeObject>(a), &y = as<RangeObject>(b);
        bool same = x.length == y.length && (x.length == 0 || (x.start == y.start && (x.length == 1 || x.step == y.step)));
        return same ? Order::equal : Order::impossible;
      }
      case ValueType::dict: {
        if (!only_equality) return Order::impossible;
        std::vector<Value> x = dict_items(a);
        if (static_cast<std::int64_t>(x.size()) != 2 * length(b)) return Order::impossible;
        for (std::size_t i = 0; i < x.size(); i += 2) {
          Value other;
          bool found = false;
          if (!dict_find(context, b, x[i], other, found)) return Order::failed;
          if (!found) return Order::impossible;
          Order same = order(x[i + 1], other, depth + 1, true);
          if (same != Order::equal) return same == Order::failed ? same : Order::impossible;
        }
        return Order::equal;
      }
      case ValueType::set: {
        if (!only_equality) return Order::impossible;
        std::vector<Value> x = dict_items(a);
        if (static_cast<std::int64_t>(x.size()) != length(b)) return Order::impossible;
        for (const Value& v : x) {
          Value ignored;
          bool found = false;
          if (!dict_find(context, b, v, ignored, found)) return Order::failed;
          if (!found) return Order::impossible;
        }
        return Order::equal;
      }
      case ValueType::instance: {
        if (!only_equality) return Order::impossible;
        Value found;
        if (a.object() != b.object() && !context.by_identity && (find_in_class(as<InstanceObject>(a).cls, static_cast<std::uint32_t>(Known::eq), found) || find_in_class(as<InstanceObject>(b).cls, static_cast<std::uint32_t>(Known::eq), found))) {
          context.type_error("Here == does not ask the __eq__ of objects inside a container or of keys; compare them one by one.");
          return Order::failed;
        }
        return a.object() == b.object() ? Order::equal : Order::impossible;
      }
      case ValueType::bound: {
        auto &x = as<BoundObject>(a), &y = as<BoundObject>(b);
        bool same = only_equality && x.name == y.name && x.self.is_object() && y.self.is_object() && x.self.object() == y.self.object();
        return same ? Order::equal : Order::impossible;
      }
      case ValueType::builtin:
      case ValueType::function: return only_equality ? order_of(a.integer(), b.integer()) : Order::impossible;
      case ValueType::task: return only_equality ? order_of(task_number(a), task_number(b)) : Order::impossible;
      default: return only_equality && a.object() == b.object() ? Order::equal : Order::impossible;
    }
  }
};

bool contains(Context& context, const Value& container, const Value& item, bool& out) {
  switch (container.type()) {
    case ValueType::string:
      if (!item.is(ValueType::string)) return context.type_error("Only a str can be in a str, not " + a_type(item) + ".", "'in <string>' requires string as left operand, not " + python_type_name(item));
      out = find_text(container.text(), item.text()) != std::string_view::npos;
      context.charge(container.text().size() / 8);
      return true;
    case ValueType::dict:
    case ValueType::set: {
      Value ignored;
      return dict_find(context, container, item, ignored, out);
    }
    case ValueType::view: {
      auto& view = as<ViewObject>(container);
      Value found;
      if (view.kind == ViewObject::Kind::values) break;
      if (view.kind == ViewObject::Kind::keys) return dict_find(context, view.dict, item, found, out);
      out = false;
      if (!item.is(ValueType::tuple) || as<TupleObject>(item).items.size() != 2) return true;
      auto& pair = as<TupleObject>(item).items;
      return dict_find(context, view.dict, pair[0], found, out) && (!out || equal(context, found, pair[1], out));
    }
    case ValueType::range: {
      auto& r = as<RangeObject>(container);
      out = false;
      if (!is_number(item)) return true;
      double d = as_real(item);
      if (!is_whole(item) && (std::floor(d) != d || std::abs(d) >= 9.2e18)) return true;
      std::int64_t i = is_whole(item) ? item.integer() : static_cast<std::int64_t>(d);
      if (r.length == 0) return true;
      std::int64_t low = std::min(r.start, r.at(r.length - 1)), high = std::max(r.start, r.at(r.length - 1));
      if (i < low || i > high) return true;
      std::uint64_t distance = static_cast<std::uint64_t>(i) - static_cast<std::uint64_t>(r.start);
      if (r.step < 0) distance = 0 - distance;
      std::uint64_t step = r.step < 0 ? 0 - static_cast<std::uint64_t>(r.step) : static_cast<std::uint64_t>(r.step);
      out = distance % step == 0;
      return true;
    }
    default: break;
  }
  Value iterable = container;
  if (!context.has(iterable)) return false;
  if (!start_iteration(context, iterable)) return context.type_error("'in' needs something with items, not " + a_type(container) + ".", "argument of type " + quoted(python_type_name(container)) + " is not iterable");
  std::int64_t position = 0;
  Value found;
  out = false;
  for (std::size_t n = 0;; ++n) {
    Next state = next(context, iterable, position, found);
    if (state == Next::failed) return false;
    if (state == Next::end) return context.charge(n), true;
    if (!equal(context, found, item, out)) return false;
    if (out) return context.charge(n), true;
  }
}

}  // namespace

bool equal(Context& context, const Value& a, const Value& b, bool& out) {
  if (a.is(ValueType::string) && b.is(ValueType::string)) {
    out = a.object() == b.object() || as<StringObject>(a).text == as<StringObject>(b).text;
    return true;
  }
  Comparison comparison{context};
  Order order = comparison.order(a, b, 0, true);
  out = order == Order::equal;
  return order != Order::failed;
}

bool compare(Context& context, CompareOp op, const Value& a, const Value& b, bool& out) {
  switch (op) {
    case CompareOp::equal:
    case CompareOp::not_equal: {
      if (a.is(ValueType::real) && b.is(ValueType::real)) out = a.real() == b.real();
      else if (!equal(context, a, b, out)) return false;
      out = out == (op == CompareOp::equal);
      return true;
    }
    case CompareOp::in: return contains(context, b, a, out);
    case CompareOp::not_in: {
      if (!contains(context, b, a, out)) return false;
      out = !out;
      return true;
    }
    case CompareOp::is:
    case CompareOp::is_not: {
      bool same = a.type() == b.type() && (a.is_none() || (a.is(ValueType::real) ? same_real(a, b) : a.is_object() ? a.object() == b.object() : a.integer() == b.integer()));
      out = same == (op == CompareOp::is);
      return true;
    }
    default: break;
  }
  if (is_set_like(a) && is_set_like(b) && (a.is(ValueType::view) || b.is(ValueType::view))) {
    Value left, right;
    return as_set(context, a, left) && as_set(context, b, right) && compare(context, op, left, right, out);
  }
  if (a.is(ValueType::set) && b.is(ValueType::set)) {
    bool smaller = op == CompareOp::less || op == CompareOp::less_equal;
    const Value &small = smaller ? a : b, &large = smaller ? b : a;
    std::vector<Value> items = dict_items(small);
    out = op == CompareOp::less_equal || op == CompareOp::greater_equal || static_cast<std::int64_t>(items.size()) < length(large);
    for (const Value& v : items) {
      Value ignored;
      bool found = false;
      if (!out) break;
      if (!dict_find(context, large, v, ignored, found)) return false;
      out = found;
    }
    return true;
  }
  Comparison comparison{context};
  switch (comparison.order(a, b, 0, false)) {
    case Order::less: out = op == CompareOp::less || op == CompareOp::less_equal; return true;
    case Order::equal: out = op == CompareOp::less_equal || op == CompareOp::greater_equal; return true;
    case Order::greater: out = op == CompareOp::greater || op == CompareOp::greater_equal; return true;
    case Order::unordered: out = false; return true;
    case Order::failed: return false;
    case Order::impossible: break;
  }
  const bool inside = !comparison.unlike_a.is_none() || !comparison.unlike_b.is_none();
  const Value &x = inside ? comparison.unlike_a : a, &y = inside ? comparison.unlike_b : b;
  constexpr const char* kSymbols[] = {"<", "<=", "==", "!=", ">", ">="};
  std::string words = quoted(kSymbols[static_cast<int>(op)]) + " not supported between instances of " + quoted(python_type_name(x)) + " and " + quoted(python_type_name(y));
  if (x.is(ValueType::duration) != y.is(ValueType::duration) && (is_number(x) || is_number(y)))
    return context.type_error("A time and a number cannot be compared; give the number a unit, such as 5 * ms.", std::move(words));
  return context.type_error(std::string(kSymbols[static_cast<int>(op)]) + " does not work between " + of_type(x) + " and " + of_type(y) + ".", std::move(words));
}

// ---------------------------------------------------------------------------------------- indexing

std::int64_t length(const Value& v) {
  switch (v.type()) {
    case ValueType::string: {
      auto& s = as<StringObject>(v);
      return s.ascii ? static_cast<std::int64_t>(s.text.size()) : length_of(s.text);
    }
    case ValueType::list: {
      auto& list = as<ListObject>(v);
      Locked hold(list);
      return static_cast<std::int64_t>(list.items.size());
    }
    case ValueType::tuple: return static_cast<std::int64_t>(as<TupleObject>(v).items.size());
    case ValueType::dict:
    case ValueType::set: {
      auto& dict = as_table(v);
      Locked hold(dict);
      return static_cast<std::int64_t>(dict.live);
    }
    case ValueType::range: return as<RangeObject>(v).length;
    case ValueType::view: return length(as<ViewObject>(v).dict);
    case ValueType::int_array: return static_cast<std::int64_t>(as<IntArrayObject>(v).numbers.size());
    default: return -1;
  }
}

namespace {

std::string index_words(const Value& container, const Value& key) {
  std::string kind = container.is(ValueType::string) ? "string" : container.is(ValueType::int_array) ? "list" : of_type(container);
  return kind + " indices must be integers" + (kind == "string" ? ", not " + quoted(python_type_name(key)) : " or slices, not " + python_type_name(key));
}

bool out_of_range(Context& context, const Value& container, std::int64_t index, std::int64_t size, bool assigning = false) {
  std::string kind = container.is(ValueType::string) ? "string" : container.is(ValueType::range) ? "range object" : container.is(ValueType::int_array) ? "list" : of_type(container);
  std::string words = kind + (assigning ? " assignment" : "") + " index out of range";
  return context.fail("IndexError", "Index " + std::to_string(index) + " is outside the " + of_type(container) + ", which has " + std::to_string(size) + (size == 1 ? " item." : " items."), words);
}

/// Slice bounds as Python's slice.indices(): start, step and the number of items.
struct Bounds {
  std::int64_t start = 0, step = 1, count = 0;
};

bool slice_bounds(Context& context, const SliceObject& slice, std::int64_t size, Bounds& out) {
  for (const Value* v : {&slice.start, &slice.stop, &slice.step})
    if (!v->is_none() && !is_whole(*v)) return context.type_error("A slice needs whole numbers, not " + a_type(*v) + ".", "slice indices must be integers or None or have an __index__ method");
  std::int64_t step = slice.step.is_none() ? 1 : slice.step.integer();
  if (step == 0) return context.value_error("The step of a slice cannot be 0.", "slice step cannot be zero");
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  auto clamp = [&](const Value& v, std::int64_t missing) {
    if (v.is_none()) return missing;
    std::int64_t i = v.integer() < 0 ? v.integer() + size : v.integer();
    if (i < 0) return step < 0 ? std::int64_t{-1} : std::int64_t{0};
    return std::min(i, step < 0 ? size - 1 : size);
  };
  std::int64_t start = clamp(slice.start, step < 0 ? size - 1 : 0);
  std::int64_t stop = clamp(slice.stop, step < 0 ? -1 : size);
  std::int64_t count = 0;
  if (step > 0 && start < stop) count = (stop - start - 1) / step + 1;
  if (step < 0 && start > stop) count = (start - stop - 1) / -step + 1;
  out = {start, step, count};
  return true;
}

bool take_slice(Context& context, const Value& container, const SliceObject& slice, Value& out) {
  std::int64_t size = length(container);
  Bounds bounds;
  if (!slice_bounds(context, slice, size, bounds)) return false;
  if (!container.is(ValueType::range)) {
    if (!context.room_for_items(bounds.count)) return false;
    context.charge(static_cast<std::size_t>(bounds.count));
  }
  auto each = [&](auto&& take) {
    for (std::int64_t n = 0, i = bounds.start; n < bounds.count; ++n) {
      take(i);
      if (n + 1 < bounds.count) i += bounds.step;  // one more could overflow
    }
  };
  // All of what cannot change is itself.
  if (bounds.start == 0 && bounds.step == 1 && bounds.count == size && (container.is(ValueType::string) || container.is(ValueType::tuple))) return out = container, true;
  switch (container.type()) {
    case ValueType::string: {
      auto& s = as<StringObject>(container);
      std::string text;
      if (s.ascii) {
        each([&](std::int64_t i) { text += s.text[static_cast<std::size_t>(i)]; });
      } else {
        std::vector<std::size_t> offsets;
        if (!context.room(size * 8)) return false;
        for (std::size_t at = 0; at < s.text.size(); at += character_bytes(s.text[at])) offsets.push_back(at);
        each([&](std::int64_t i) {
          std::size_t at = offsets[static_cast<std::size_t>(i)];
          text.append(s.text, at, character_bytes(s.text[at]));
        });
      }
      out = Value::string(context.heap, std::move(text));
      return true;
    }
    case ValueType::list:
    case ValueType::tuple: {
      std::vector<Value> items;
      items.reserve(static_cast<std::size_t>(bounds.count));
      if (container.is(ValueType::list)) {
        auto& list = as<ListObject>(container);
        Locked hold(list);
        auto now = static_cast<std::int64_t>(list.items.size());  // another task may have changed it
        each([&](std::int64_t i) { if (i < now) items.push_back(list.items[static_cast<std::size_t>(i)]); });
      } else {
        auto& all = as<TupleObject>(container).items;
        each([&](std::int64_t i) { items.push_back(all[static_cast<std::size_t>(i)]); });
      }
      out = container.is(ValueType::list) ? Value::list(context.heap, std::move(items)) : Value::tuple(context.heap, std::move(items));
      return true;
    }
    case ValueType::int_array: {
      auto all = container.numbers();
      std::vector<std::int64_t> numbers;
      numbers.reserve(static_cast<std::size_t>(bounds.count));
      each([&](std::int64_t i) { numbers.push_back(all[static_cast<std::size_t>(i)]); });
      out = Value::int_array(context.heap, std::move(numbers));
      return true;
    }
    case ValueType::range: {
      auto& r = as<RangeObject>(container);
      std::int64_t step = 0, start = bounds.count ? r.at(bounds.start) : r.start, reach = 0, stop = 0;
      if (__builtin_mul_overflow(r.step, bounds.step, &step) || __builtin_mul_overflow(step, bounds.count, &reach) ||
          __builtin_add_overflow(start, reach, &stop))
        return context.overflow();
      out = make_range(context.heap, start, stop, step);
      return true;
    }
    default: return context.type_error(capital_type(container) + " cannot be sliced.");
  }
}

}  // namespace

bool subscript(Context& context, const Value& container, const Value& key, Value& out) {
  if (container.is(ValueType::dict)) {
    bool found = false;
    if (!dict_find(context, container, key, out, found)) return false;
    return found || context.key_error(key, "The dict has no key " + repr(key) + ".");
  }
  if (!context.has(container)) return false;
  std::int64_t size = container.is(ValueType::list) ? 0 : length(container);
  if (size < 0 || container.is(ValueType::set) || container.is(ValueType::view)) return context.type_error(capital_type(container) + " has no items to index.", quoted(python_type_name(container)) + " object is not subscriptable");
  if (key.is(ValueType::slice)) return take_slice(context, container, as<SliceObject>(key), out);
  if (!is_whole(key)) return context.type_error("An index must be a whole number, not " + a_type(key) + ".", index_words(container, key));
  std::int64_t index = key.integer();
  if (container.is(ValueType::list)) {
    auto& list = as<ListObject>(container);
    {
      Locked hold(list);
      size = static_cast<std::int64_t>(list.items.size());
      std::int64_t i = index < 0 ? index + size : index;
      if (i >= 0 && i < size) {
        out = list.items[static_cast<std::size_t>(i)];
        return true;
      }
    }
    return out_of_range(context, container, index, size);
  }
  std::int64_t i = index < 0 ? index + size : index;
  if (i < 0 || i >= size) return out_of_range(context, container, index, size);
  switch (container.type()) {
    case ValueType::tuple: out = as<TupleObject>(container).items[static_cast<std::size_t>(i)]; return true;
    case ValueType::range: out = Value::integer(as<RangeObject>(container).at(i)); return true;
    case ValueType::int_array: out = Value::integer(container.numbers()[static_cast<std::size_t>(i)]); return true;
    default: break;
  }
  auto& s = as<StringObject>(container);
  std::size_t at = s.ascii ? static_cast<std::size_t>(i) : offset_of(s.text, i);
  if (!s.ascii) context.charge(at);
  out = Value::string(context.heap, s.text.substr(at, character_bytes(s.text[at])));
  return true;
}

/// list[slice] = items, or del list[slice] where `item` is null.
bool store_slice(Context& context, const Value& container, const SliceObject& slice, const Value* item) {
  auto& list = as<ListObject>(container);
  std::vector<Value> fresh, old;
  if (item && !collect(context, *item, fresh)) {
    if (context.kind == "TypeError" && context.words.ends_with("object is not iterable")) context.words = slice.step.is_none() ? "can only assign an iterable" : "must assign iterable to extended slice";
    return false;
  }
  holds(list, fresh);
  Locked hold(list);
  auto size = static_cast<std::int64_t>(list.items.size());
  Bounds bounds;
  if (!slice_bounds(context, slice, size, bounds)) return false;
  if (!context.room_for_items(size + static_cast<std::int64_t>(fresh.size()))) return false;
  context.charge(list.items.size());
  if (bounds.step != 1 && item) {
    if (static_cast<std::int64_t>(fresh.size()) != bounds.count)
      return context.value_error("A slice with a step takes as many items as it has: " + std::to_string(bounds.count) + ", not " + std::to_string(fresh.size()) + ".",
                                 "attempt to assign sequence of size " + std::to_string(fresh.size()) + " to extended slice of size " + std::to_string(bounds.count));
    for (std::int64_t n = 0; n < bounds.count; ++n) list.items[static_cast<std::size_t>(bounds.start + n * bounds.step)].swap(fresh[static_cast<std::size_t>(n)]);
    return true;
  }
  if (bounds.step != 1) {
    std::vector<bool> gone(list.items.size());
    for (std::int64_t n = 0; n < bounds.count; ++n) gone[static_cast<std::size_t>(bounds.start + n * bounds.step)] = true;
    for (std::size_t i = 0; i < gone.size(); ++i) (gone[i] ? old : fresh).push_back(std::move(list.items[i]));
    list.items.swap(fresh);
  } else {
    auto first = list.items.begin() + bounds.start, last = first + bounds.count;
    old.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    auto at = list.items.erase(first, last);
    list.items.insert(at, std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  }
  account(list);
  return true;
}

bool store_subscript(Context& context, const Value& container, const Value& key, const Value& item) {
  if (container.is(ValueType::dict)) return dict_store(context, container, key, item);
  if (!container.is(ValueType::list)) return context.type_error("An item of a " + of_type(container) + " cannot be assigned; only lists and dicts change.", quoted(python_type_name(container)) + " object does not support item assignment");
  if (key.is(ValueType::slice)) return store_slice(context, container, as<SliceObject>(key), &item);
  if (!is_whole(key)) return context.type_error("An index must be a whole number, not " + a_type(key) + ".", index_words(container, key));
  auto& list = as<ListObject>(container);
  std::int64_t size = 0;
  holds(list, item);
  Value old = item;  // what is replaced is freed after the lock
  {
    Locked hold(list);
    size = static_cast<std::int64_t>(list.items.size());
    std::int64_t i = key.integer() < 0 ? key.integer() + size : key.integer();
    if (i >= 0 && i < size) {
      list.items[static_cast<std::size_t>(i)].swap(old);
      return true;
    }
  }
  return out_of_range(context, container, key.integer(), size, true);
}

bool delete_subscript(Context& context, const Value& container, const Value& key) {
  Value old;
  if (container.is(ValueType::dict)) {
    bool found = false;
    if (!dict_remove(context, container, key, old, found)) return false;
    return found || context.key_error(key, "The dict has no key " + repr(key) + ".");
  }
  if (container.is(ValueType::list) && key.is(ValueType::slice)) return store_slice(context, container, as<SliceObject>(key), nullptr);
  if (!container.is(ValueType::list)) return context.type_error("An item of a " + of_type(container) + " cannot be deleted.", quoted(python_type_name(container)) + " object doesn't support item deletion");
  if (!is_whole(key)) return context.type_error("An index must be a whole number, not " + a_type(key) + ".", index_words(container, key));
  auto& list = as<ListObject>(container);
  std::int64_t size = 0;
  {
    Locked hold(list);
    size = static_cast<std::int64_t>(list.items.size());
    std::int64_t i = key.integer() < 0 ? key.integer() + size : key.integer();
    if (i >= 0 && i < size) {
      list.items[static_cast<std::size_t>(i)].swap(old);
      list.items.erase(list.items.begin() + i);
      return true;
    }
  }
  return out_of_range(context, container, key.integer(), size, true);
}

bool append(Context& context, const Value& value, Value item) {
  auto& list = as<ListObject>(value);
  holds(list, item);
  Locked hold(list);
  if (list.items.size() == list.items.capacity()) {
    if (list.items.size() > 1024 && !context.room(static_cast<std::int64_t>(list.items.size() * 2 * sizeof(Value)))) return false;
    list.items.push_back(std::move(item));
    account(list);
    return true;
  }
  list.items.push_back(std::move(item));
  return true;
}

// ---------------------------------------------------------------------------------------- iteration

bool start_iteration(Context& context, Value& value) {
  switch (value.type()) {
    case ValueType::string:
    case ValueType::list:
    case ValueType::tuple:
    case ValueType::range:
    case ValueType::iterator: return true;
    case ValueType::int_array: return context.has(value);
    case ValueType::set:
    case ValueType::dict:
    case ValueType::view: value = Value::tuple(context.heap, items_of(value)); return true;
    case ValueType::integer: return context.type_error("A number has no items; write range(" + std::to_string(value.integer()) + ") to count.", "'int' object is not iterable");
    default: return context.type_error(capital_type(value) + " has no items to go through.", quoted(python_type_name(value)) + " object is not iterable");
  }
}

bool begin_iteration(Context& context, Value& value) {
  return value.is(ValueType::dict) || value.is(ValueType::set) || value.is(ValueType::view) || start_iteration(context, value);
}

std::int64_t first_position(const Value& value) {
  const bool table = value.is(ValueType::dict) || value.is(ValueType::set) || value.is(ValueType::view);
  return table ? static_cast<std::int64_t>(static_cast<std::uint64_t>(length(value) + 1) << 32) : 0;
}

namespace {

/// `position` has the next entry in its lower half, and how large the table was when this began, and one, in its upper half.
Next next_of_table(Context& context, const Value& value, ViewObject::Kind kind, std::int64_t& position, Value& out) {
  auto& table = as_table(value);
  const auto state = static_cast<std::uint64_t>(position);
  std::uint64_t began = state >> 32;
  auto at = static_cast<std::size_t>(state & 0xffff'ffffu);
  Value key, item;
  {
    Locked hold(table);
    if (began == 0) began = table.live + 1;
    if (began != table.live + 1) {
      const bool set = value.is(ValueType::set);
      context.fail("RuntimeError", std::string(set ? "The set" : "The dict") + " changed its size while it was looped over; loop over list(...) of it instead.", std::string(set ? "Set" : "dictionary") + " changed size during iteration");
      return Next::failed;
    }
    while (at < table.entries.size() && table.entries[at].key.is(ValueType::unbound)) ++at;
    position = static_cast<std::int64_t>(began << 32 | at);
    if (at >= table.entries.size()) return Next::end;
    if (kind != ViewObject::Kind::values) key = table.entries[at].key;
    if (kind != ViewObject::Kind::keys) item = table.entries[at].value;
  }
  ++position;
  if (kind == ViewObject::Kind::items) out = Value::tuple(context.heap, {std::move(key), std::move(item)});
  else out = kind == ViewObject::Kind::keys ? std::move(key) : std::move(item);
  return Next::item;
}

Next next_of_iterator(Context& context, IteratorObject& iterator, Value& out) {
  Locked hold(iterator);
  switch (iterator.kind) {
    case IteratorObject::Kind::values: return next(context, iterator.sources[0], iterator.positions[0], out);
    case IteratorObject::Kind::enumerate: {
      Value item;
      Next state = next(context, iterator.sources[0], iterator.positions[0], item);
      if (state != Next::item) return state;
      out = Value::tuple(context.heap, {Value::integer(iterator.count++), std::move(item)});
      return Next::item;
    }
    case IteratorObject::Kind::zip: {
      std::vector<Value> row;
      row.reserve(iterator.sources.size());
      for (std::size_t i = 0; i < iterator.sources.size(); ++i) {
        Value item;
        Next state = next(context, iterator.sources[i], iterator.positions[i], item);
        if (state != Next::item) return state;
        row.push_back(std::move(item));
      }
      if (row.empty()) return Next::end;
      out = Value::tuple(context.heap, std::move(row));
      return Next::item;
    }
    case IteratorObject::Kind::reversed: {
      if (iterator.count <= 0) return Next::end;
      --iterator.count;
      Value index = Value::integer(iterator.count);
      return subscript(context, iterator.sources[0], index, out) ? Next::item : Next::failed;
    }
  }
  return Next::end;
}

}  // namespace

Next next(Context& context, const Value& iterable, std::int64_t& position, Value& out) {
  auto at = static_cast<std::size_t>(position);
  switch (iterable.type()) {
    case ValueType::range: {
      auto& r = as<RangeObject>(iterable);
      if (position >= r.length) return Next::end;
      out = Value::integer(r.at(position++));
      return Next::item;
    }
    case ValueType::list: {
      auto& list = as<ListObject>(iterable);
      Locked hold(list);
      if (at >= list.items.size()) return Next::end;
      out = list.items[at];
      ++position;
      return Next::item;
    }
    case ValueType::tuple: {
      auto& tuple = as<TupleObject>(iterable);
      if (at >= tuple.items.size()) return Next::end;
      out = tuple.items[at];
      ++position;
      return Next::item;
    }
    case ValueType::int_array: {
      if (!context.has(iterable)) return Next::failed;
      auto numbers = iterable.numbers();
      if (at >= numbers.size()) return Next::end;
      out = Value::integer(numbers[at]);
      ++position;
      return Next::item;
    }
    case ValueType::string: {  // position counts bytes here
      auto& s = as<StringObject>(iterable);
      if (at >= s.text.size()) return Next::end;
      int bytes = character_bytes(s.text[at]);
      out = Value::string(context.heap, s.text.substr(at, bytes));
      position += bytes;
      return Next::item;
    }
    case ValueType::iterator: return next_of_iterator(context, as<IteratorObject>(iterable), out);
    case ValueType::dict:
    case ValueType::set: return next_of_table(context, iterable, ViewObject::Kind::keys, position, out);
    case ValueType::view: return next_of_table(context, as<ViewObject>(iterable).dict, as<ViewObject>(iterable).kind, position, out);
    default: context.type_error(capital_type(iterable) + " has no items to go through."); return Next::failed;
  }
}

bool collect(Context& context, const Value& source, std::vector<Value>& out) {
  Value iterable = source;
  if (!start_iteration(context, iterable)) return false;
  std::int64_t size = length(iterable);
  if (size > 0) {
    if (!context.room_for_items(size)) return false;
    out.reserve(out.size() + static_cast<std::size_t>(size));
  }
  std::int64_t position = 0;
  Value item;
  for (std::size_t n = 0;; ++n) {
    if (n % 4096 == 4095 && !context.room(static_cast<std::int64_t>(n) * 16)) return false;
    Next state = next(context, iterable, position, item);
    if (state == Next::failed) return false;
    if (state == Next::end) return context.charge(n), true;
    out.push_back(std::move(item));
  }
}

Value make_range(Heap& heap, std::int64_t start, std::int64_t stop, std::int64_t step) {
  std::uint64_t count = 0;
  auto distance = [](std::int64_t from, std::int64_t to) { return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from); };
  if (step > 0 && start < stop) count = (distance(start, stop) - 1) / static_cast<std::uint64_t>(step) + 1;
  if (step < 0 && start > stop) count = (distance(stop, start) - 1) / (0 - static_cast<std::uint64_t>(step)) + 1;
  auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return make<RangeObject>(heap, start, stop, step, static_cast<std::int64_t>(std::min(count, most)));
}

// ---------------------------------------------------------------------------------------- dicts

namespace {

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0x9e3779b97f4a7c15u;
  return x ^ x >> 29;
}

bool hash_of(Context& context, const Value& v, int depth, std::uint64_t& out) {
  switch (v.type()) {
    case ValueType::none: out = 0x5bd1e995; return true;
    case ValueType::boolean:
    case ValueType::integer: out = mixed(static_cast<std::uint64_t>(v.integer())); return true;
    case ValueType::real: {
      double d = v.real();
      if (std::floor(d) == d && std::abs(d) < 9.2e18) {
        out = mixed(static_cast<std::uint64_t>(static_cast<std::int64_t>(d)));
      } else {
        std::memcpy(&out, &d, sizeof out);
        out = mixed(out);
      }
      return true;
    }
    case ValueType::instance: {
      Value found;
      auto& cls = as<InstanceObject>(v).cls;
      if ((out = as<InstanceObject>(v).hash.load(std::memory_order_relaxed)) != 0) return true;
      if (find_in_class(cls, static_cast<std::uint32_t>(Known::hash), found))
        return found.is_none() ? context.type_error(capital_type(v) + " has no hash, so it cannot be a key of a dict or in a set.", "unhashable type: " + quoted(type_name(v)))
                               : context.type_error("The __hash__ of a class is not asked here; put its objects into the dict or set one by one.");
      if (find_in_class(cls, static_cast<std::uint32_t>(Known::eq), found)) return context.type_error(capital_type(v) + " has an __eq__, so it cannot be a key of a dict.", "unhashable type: " + quoted(type_name(v)));
      [[fallthrough]];
    }
    case ValueType::class_:
    case ValueType::closure:
    case ValueType::generator:
    case ValueType::coroutine:
    case ValueType::sync: out = mixed(reinterpret_cast<std::uintptr_t>(v.object())); return true;
    case ValueType::builtin:
    case ValueType::duration:
    case ValueType::function: out = mixed(static_cast<std::uint64_t>(v.integer()) ^ static_cast<std::uint64_t>(v.type()) << 56); return true;
    case ValueType::task: out = mixed(static_cast<std::uint64_t>(task_number(v)) ^ static_cast<std::uint64_t>(v.type()) << 56); return true;
    case ValueType::string: {
      auto& s = as<StringObject>(v);
      std::uint32_t kept = s.hash.load(std::memory_order_relaxed);
      if (kept == 0) {
        std::uint64_t hash = 0xcbf29ce484222325u;
        for (unsigned char c : s.text) hash = (hash ^ c) * 0x100000001b3u;
        kept = static_cast<std::uint32_t>(hash ^ hash >> 32) | 1u << 31;
        s.hash.store(kept, std::memory_order_relaxed);
      }
      out = mixed(kept);
      return true;
    }
    case ValueType::tuple: {
      if (depth > kMostNesting) return context.fail("RecursionError", "The key is nested too deeply.");
      out = 0x345678;
      for (const Value& item : as<TupleObject>(v).items) {
        std::uint64_t h = 0;
        if (!hash_of(context, item, depth + 1, h)) return false;
        out = mixed(out ^ h) + 0x9e37;
      }
      return true;
    }
    default: return context.type_error(capital_type(v) + " cannot be a key of a dict; use a number, a str or a tuple.", "unhashable type: " + quoted(python_type_name(v)));
  }
}

// Keys never contain what can change, so comparing them under the lock takes no other lock.
std::int32_t find_entry(Context& context, const DictObject& dict, const Value& key, std::uint64_t hash, bool& failed) {
  failed = false;
  if (dict.slots.empty()) return -1;
  std::size_t mask = dict.slots.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    std::int32_t at = dict.slots[i];
    if (at < 0) return -1;
    auto& entry = dict.entries[static_cast<std::size_t>(at)];
    if (entry.hash != hash || entry.key.is(ValueType::unbound)) continue;
    bool same = false;
    if (!equal(context, entry.key, key, same)) {
      failed = true;
      return -1;
    }
    if (same) return at;
  }
}

void rebuild(DictObject& dict) {
  std::erase_if(dict.entries, [](auto& e) { return e.key.is(ValueType::unbound); });
  std::size_t slots = 8;
  while (slots < dict.entries.size() * 2 + 2) slots *= 2;
  dict.slots.assign(slots, -1);
  for (std::size_t n = 0; n < dict.entries.size(); ++n) {
    std::size_t i = dict.entries[n].hash & (slots - 1);
    while (dict.slots[i] >= 0) i = (i + 1) & (slots - 1);
    dict.slots[i] = static_cast<std::int32_t>(n);
  }
}

}  // namespace

Value make_dict(Heap& heap) { return make<DictObject>(heap); }
Value make_set(Heap& heap) { return make<SetObject>(heap); }

bool dict_store(Context& context, const Value& value, const Value& key, const Value& item) {
  std::uint64_t hash = 0;
  if (!hash_of(context, key, 0, hash)) return false;
  auto& dict = as_table(value);
  holds(dict, key);
  holds(dict, item);
  Value old = item;
  Locked hold(dict);
  bool failed = false;
  std::int32_t at = find_entry(context, dict, key, hash, failed);
  if (failed) return false;
  if (at >= 0) {
    dict.entries[static_cast<std::size_t>(at)].value.swap(old);
    return true;
  }
  if ((dict.entries.size() + 1) * 2 > dict.slots.size()) {
    if (!context.room(static_cast<std::int64_t>(dict.entries.size() * 2 * sizeof(DictObject::Entry)))) return false;
    rebuild(dict);
  }
  std::size_t mask = dict.slots.size() - 1, i = hash & mask;
  while (dict.slots[i] >= 0) i = (i + 1) & mask;
  dict.slots[i] = static_cast<std::int32_t>(dict.entries.size());
  dict.entries.push_back({key, item, hash});
  ++dict.live;
  account(dict);
  return true;
}

bool dict_find(Context& context, const Value& value, const Value& key, Value& out, bool& found) {
  found = false;
  std::uint64_t hash = 0;
  if (!hash_of(context, key, 0, hash)) return false;
  auto& dict = as_table(value);
  Locked hold(dict);
  bool failed = false;
  std::int32_t at = find_entry(context, dict, key, hash, failed);
  if (failed) return false;
  if (at >= 0) {
    out = dict.entries[static_cast<std::size_t>(at)].value;
    found = true;
  }
  return true;
}

bool dict_remove(Context& context, const Value& value, const Value& key, Value& out, bool& found) {
  found = false;
  std::uint64_t hash = 0;
  if (!hash_of(context, key, 0, hash)) return false;
  auto& dict = as_table(value);
  Value old_key;
  Locked hold(dict);
  bool failed = false;
  std::int32_t at = find_entry(context, dict, key, hash, failed);
  if (failed) return false;
  if (at >= 0) {
    auto& entry = dict.entries[static_cast<std::size_t>(at)];
    out = std::move(entry.value);
    old_key = std::move(entry.key);
    entry.key = Value::unbound();
    --dict.live;
    found = true;
  }
  return true;
}

std::vector<Value> dict_items(const Value& value) {
  auto& dict = as_table(value);
  std::vector<Value> out;
  Locked hold(dict);
  out.reserve(dict.live * 2);
  for (auto& entry : dict.entries) {
    if (entry.key.is(ValueType::unbound)) continue;
    out.push_back(entry.key);
    if (dict.type == ValueType::dict) out.push_back(entry.value);
  }
  return out;
}

std::vector<Value> items_of(const Value& container) {
  if (container.is(ValueType::set)) return dict_items(container);
  const bool view = container.is(ValueType::view);
  if (!view && !container.is(ValueType::dict)) return container.items();
  const auto kind = view ? as<ViewObject>(container).kind : ViewObject::Kind::keys;
  const Value& dict = view ? as<ViewObject>(container).dict : container;
  std::vector<Value> all = dict_items(dict), out;
  out.reserve(all.size() / 2);
  for (std::size_t i = 0; i < all.size(); i += 2) {
    if (kind == ViewObject::Kind::items) out.push_back(Value::tuple(*container.object()->heap, {std::move(all[i]), std::move(all[i + 1])}));
    else out.push_back(std::move(all[kind == ViewObject::Kind::keys ? i : i + 1]));
  }
  return out;
}

bool set_in_place(Context& context, BinaryOp op, const Value& into, const Value& other) {
  Value fresh, right;
  if (op == BinaryOp::bit_or) {
    for (const Value& item : items_of(other))
      if (!dict_store(context, into, item, Value())) return false;
    return true;
  }
  if (!as_set(context, other, right) || !sets(context, op, into, right, fresh)) return false;
  auto &table = as_table(into), &made = as_table(fresh);
  holds(table, items_of(fresh));
  Locked hold(table);
  table.entries.swap(made.entries);
  table.slots.swap(made.slots);
  std::swap(table.live, made.live);
  account(table);
  account(made);
  return true;
}

bool hash_value(Context& context, const Value& value, std::int64_t& out) {
  const bool whole = is_whole(value) || (value.is(ValueType::real) && std::floor(value.real()) == value.real() && std::abs(value.real()) < 9.2e18);
  if (whole) {
    out = is_whole(value) ? value.integer() : static_cast<std::int64_t>(value.real());
    if (out == -1) out = -2;
    return true;
  }
  std::uint64_t hash = 0;
  if (!hash_of(context, value, 0, hash)) return false;
  out = static_cast<std::int64_t>(hash >> 3);
  return true;
}

void remember_hash(const Value& object, std::int64_t said) { as<InstanceObject>(object).hash.store(mixed(static_cast<std::uint64_t>(said)) | 1, std::memory_order_relaxed); }

bool same_hash(Context& context, const Value& value, const Value& key, std::vector<Value>& out) {
  std::uint64_t hash = 0;
  if (!hash_of(context, key, 0, hash)) return false;
  auto& dict = as_table(value);
  Locked hold(dict);
  if (dict.slots.empty()) return true;
  const std::size_t mask = dict.slots.size() - 1;
  for (std::size_t i = hash & mask; dict.slots[i] >= 0; i = (i + 1) & mask) {
    auto& entry = dict.entries[static_cast<std::size_t>(dict.slots[i])];
    if (entry.hash == hash && !entry.key.is(ValueType::unbound)) out.push_back(entry.key);
  }
  return true;
}

// ---------------------------------------------------------------------------------------- sorting

bool sort(Context& context, std::vector<Value>& items, bool reverse) {
  std::vector<Value> none;
  return sort_by(context, items, none, reverse);
}

bool sort_by(Context& context, std::vector<Value>& items, std::vector<Value>& beside, bool reverse) {
  bool both = beside.size() == items.size() && !items.empty();
  if (both && reverse) std::reverse(beside.begin(), beside.end());
  // Merge sort by hand: std::sort may run off the ends when a comparison fails half-way or is inconsistent (nan). Depth first, so that
  // what is compared is still in the cache.
  if (reverse) std::reverse(items.begin(), items.end());
  std::vector<Value> left((items.size() + 1) / 2), left_beside(both ? left.size() : 0);
  auto sort_part = [&](auto&& self, std::size_t low, std::size_t high) -> bool {
    if (high - low < 2) return true;
    const std::size_t middle = low + (high - low + 1) / 2;  // so the first two are compared first, as CPython does
    if (!self(self, low, middle) || !self(self, middle, high)) return false;
    context.charge((high - low) * 2);
    bool take_right = false;
    if (!compare(context, CompareOp::less, items[middle], items[middle - 1], take_right)) return false;
    if (!take_right) return true;  // in order already
    const std::size_t count = middle - low;
    for (std::size_t i = 0; i < count; ++i) {
      left[i] = std::move(items[low + i]);
      if (both) left_beside[i] = std::move(beside[low + i]);
    }
    for (std::size_t at = 0, right = middle, to = low; at < count; ++to) {
      take_right = false;
      if (right < high && !compare(context, CompareOp::less, items[right], left[at], take_right)) return false;
      items[to] = std::move(take_right ? items[right] : left[at]);
      if (both) beside[to] = std::move(take_right ? beside[right] : left_beside[at]);
      ++(take_right ? right : at);
    }
    return true;
  };
  if (!sort_part(sort_part, 0, items.size())) return false;
  if (both && reverse) std::reverse(beside.begin(), beside.end());
  if (reverse) std::reverse(items.begin(), items.end());
  return true;
}

}  // namespace interleave
