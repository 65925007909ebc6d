// value_bytes.cpp -- values as bytes: a type byte, then fixed-size little-endian fields, then the items.
#include <bit>
#include <cstring>

#include "script/instance.h"
#include "script/object.h"
#include "script/objects.h"
#include "script/opcode.h"
#include "script/operators.h"
#include "script/text.h"

namespace interleave {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

namespace {

constexpr int kMostNesting = 64;
constexpr std::size_t kMostBytes = 256u << 20;

struct Writer {
  const Instance* instance = nullptr;  ///< null: only what needs none
  Bytes out;
  std::string why;

  template <typename T>
  void put(T value) {
    std::uint8_t raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    out.insert(out.end(), raw, raw + sizeof value);
  }

  bool items(const std::vector<Value>& values, int depth) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const Value& v : values)
      if (!write(v, depth + 1)) return false;
    return true;
  }

  bool write(const Value& v, int depth) {
    if (depth > kMostNesting) return why = "A value is nested too deeply to be sent to another process.", false;
    if (out.size() > kMostBytes) return why = "A value is too large to be sent to another process (256 MiB).", false;
    put(static_cast<std::uint8_t>(v.type()));
    switch (v.type()) {
      case ValueType::unbound:
      case ValueType::none: return true;
      case ValueType::boolean: return put(static_cast<std::uint8_t>(v.integer())), true;
      case ValueType::integer: return put(v.integer()), true;
      case ValueType::real: return put(v.real()), true;
      case ValueType::duration: return put(static_cast<std::uint8_t>(v.unit())), put(v.integer()), true;
      case ValueType::function: return put(static_cast<std::uint32_t>(v.integer())), true;
      case ValueType::string: {
        std::string_view text = v.text();
        put(static_cast<std::uint32_t>(text.size()));
        out.insert(out.end(), text.begin(), text.end());
        return true;
      }
      case ValueType::list:
      case ValueType::tuple: return items(v.items(), depth);
      case ValueType::dict:
      case ValueType::set: return items(dict_items(v), depth);
      case ValueType::builtin: return put(static_cast<std::uint32_t>(v.integer())), true;
      case ValueType::range: {
        auto& r = as<RangeObject>(v);
        return put(r.start), put(r.stop), put(r.step), true;
      }
      case ValueType::int_array: {
        auto numbers = v.numbers();
        if (numbers.size_bytes() > kMostBytes) return why = "A value is too large to be sent to another process (256 MiB).", false;
        put(static_cast<std::uint64_t>(numbers.size()));
        auto raw = reinterpret_cast<const std::uint8_t*>(numbers.data());
        out.insert(out.end(), raw, raw + numbers.size_bytes());
        return true;
      }
      case ValueType::coroutine: {
        auto& c = as<CoroutineObject>(v);
        if (!c.closure.is_none()) return why = "A call of a function that uses variables of the function around it cannot be sent to another process.", false;
        put(c.function);
        return items(c.arguments, depth);
      }
      case ValueType::instance: {
        // One of Python's own exceptions; a class of the script would be another class there.
        auto& o = as<InstanceObject>(v);
        auto& cls = as<ClassObject>(o.cls);
        bool own = instance && cls.exception >= 0 && o.cls.object() == instance->exception_class(static_cast<Exception>(cls.exception)).object();
        if (!own) return why = capital_type(v) + " cannot be sent to another process: only numbers, texts, lists, tuples, dicts, sets and exceptions can.", false;
        put(static_cast<std::uint8_t>(cls.exception));
        put(o.exception->line);
        put(o.exception->column);
        return items(o.exception->arguments.items(), depth);
      }
      default: break;
    }
    return why = capital_type(v) + " cannot be sent to another process.", false;
  }
};

struct Reader {
  std::span<const std::uint8_t> rest;
  const Instance& instance;
  std::string why;

  bool bad() { return why = "The bytes of a value were damaged on their way.", false; }

  template <typename T>
  bool take(T& value) {
    if (rest.size() < sizeof value) return bad();
    std::memcpy(&value, rest.data(), sizeof value);
    rest = rest.subspan(sizeof value);
    return true;
  }

  bool room(std::uint64_t bytes) {
    if (instance.heap().has_room(static_cast<std::int64_t>(bytes))) return true;
    return why = "A value from another process does not fit into the script's memory.", false;
  }

  bool items(std::vector<Value>& values, int depth) {
    std::uint32_t count = 0;
    if (!take(count)) return false;
    if (count > rest.size()) return bad();  // each takes a byte at least
    if (!room(std::uint64_t{count} * sizeof(Value))) return false;
    values.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
      if (!read(values.emplace_back(), depth + 1)) return false;
    return true;
  }

  bool read(Value& out, int depth) {
    std::uint8_t type = 0;
    if (depth > kMostNesting) return bad();
    if (!take(type)) return false;
    const Code& code = instance.program().code();
    Heap& heap = instance.heap();
    std::int64_t i = 0;
    std::uint32_t n = 0;
    switch (static_cast<ValueType>(type)) {
      case ValueType::none: return out = Value(), true;
      case ValueType::boolean: {
        std::uint8_t b = 0;
        if (!take(b) || b > 1) return bad();
        return out = Value::boolean(b), true;
      }
      case ValueType::integer: return take(i) && (out = Value::integer(i), true);
      case ValueType::real: {
        double d = 0;
        return take(d) && (out = Value::real(d), true);
      }
      case ValueType::duration: {
        std::uint8_t unit = 0;
        if (!take(unit) || unit > static_cast<std::uint8_t>(TimeUnit::s) || !take(i)) return bad();
        return out = Value::duration(i, static_cast<TimeUnit>(unit)), true;
      }
      case ValueType::function:
        if (!take(n) || n == 0 || n >= code.functions.size()) return bad();
        return out = Value::function(n), true;
      case ValueType::builtin:
        if (!take(n) || n >= static_cast<std::uint32_t>(kBuiltins) || facts(static_cast<Builtin>(n)).kind == BuiltinFacts::Kind::declaration) return bad();
        return out = Value::builtin(n), true;
      case ValueType::instance: {
        std::uint8_t kind = 0;
        std::uint32_t line = 0, column = 0;
        std::vector<Value> values;
        if (!take(kind) || kind >= kExceptionFacts.size() || !take(line) || !take(column)) return bad();
        if (!items(values, depth)) return false;
        out = make_exception(instance, static_cast<Exception>(kind), std::move(values));
        as<InstanceObject>(out).exception->line = line;
        as<InstanceObject>(out).exception->column = column;
        return true;
      }
      case ValueType::set: {
        std::vector<Value> values;
        if (!items(values, depth)) return false;
        Context context(heap);
        Value set = make_set(heap);
        for (const Value& item : values)
          if (!dict_store(context, set, item, Value())) return bad();
        return out = std::move(set), true;
      }
      case ValueType::string: {
        if (!take(n) || n > rest.size()) return bad();
        std::string text(reinterpret_cast<const char*>(rest.data()), n);
        if (invalid_utf8(text) != std::string_view::npos) return bad();
        rest = rest.subspan(n);
        if (!room(n)) return false;
        return out = Value::string(heap, std::move(text)), true;
      }
      case ValueType::list:
      case ValueType::tuple: {
        std::vector<Value> values;
        if (!items(values, depth)) return false;
        out = static_cast<ValueType>(type) == ValueType::list ? Value::list(heap, std::move(values)) : Value::tuple(heap, std::move(values));
        return true;
      }
      case ValueType::dict: {
        std::vector<Value> values;
        if (!items(values, depth)) return false;
        if (values.size() % 2) return bad();
        Context context(heap);
        Value dict = make_dict(heap);
        for (std::size_t k = 0; k < values.size(); k += 2)
          if (!dict_store(context, dict, values[k], values[k + 1])) return bad();
        return out = std::move(dict), true;
      }
      case ValueType::range: {
        std::int64_t stop = 0, step = 0;
        if (!take(i) || !take(stop) || !take(step) || step == 0) return bad();
        return out = make_range(heap, i, stop, step), true;
      }
      case ValueType::int_array: {
        std::uint64_t count = 0;
        if (!take(count) || count > rest.size() / sizeof(std::int64_t)) return bad();
        if (!room(count * sizeof(std::int64_t))) return false;
        std::vector<std::int64_t> numbers(count);
        if (count) std::memcpy(numbers.data(), rest.data(), count * sizeof(std::int64_t));
        rest = rest.subspan(count * sizeof(std::int64_t));
        return out = Value::int_array(heap, std::move(numbers)), true;
      }
      case ValueType::coroutine: {
        if (!take(n) || n == 0 || n >= code.functions.size() || !code.functions[n].is_async || !code.functions[n].free.empty()) return bad();
        std::vector<Value> values;
        if (!items(values, depth)) return false;
        if (values.size() != code.functions[n].bound()) return bad();
        return out = make<CoroutineObject>(heap, n, std::move(values)), true;
      }
      default: return bad();
    }
  }
};

}  // namespace

std::optional<Bytes> value_to_bytes(const Value& value, std::string* why, const Instance* instance) {
  Writer writer;
  writer.instance = instance;
  if (writer.write(value, 0)) return std::move(writer.out);
  if (why) *why = std::move(writer.why);
  return std::nullopt;
}

std::optional<Value> value_from_bytes(std::span<const std::uint8_t> bytes, const Instance& instance, std::string* why) {
  Reader reader{bytes, instance, {}};
  Value out;
  bool good = reader.read(out, 0);
  if (good && !reader.rest.empty()) good = reader.bad();
  if (good) return out;
  if (why) *why = std::move(reader.why);
  return std::nullopt;
}

}  // namespace interleave
