// value_bytes.cpp -- values as bytes: a type byte, then fixed-size little-endian fields, then the items.
#include <algorithm>
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
// In the place of how many numbers:
constexpr std::uint64_t kShared = UINT64_MAX;     ///< they stay where they are
constexpr std::uint64_t kMoved = UINT64_MAX - 1;  ///< they stay there, and belong to whoever reads this

/// Operations that wait to be awaited and can be in another process: of nothing, or of one coroutine.
bool can_travel(Ask::Kind kind) {
  switch (kind) {
    case Ask::Kind::io:
    case Ask::Kind::request:
    case Ask::Kind::step:
    case Ask::Kind::to_thread:
    case Ask::Kind::to_process: return true;
    default: return false;
  }
}

/// lock.acquire(), queue.get() and the like, not awaited yet: what they are about says where it is done.
bool is_of_sync(const Ask& ask) {
  using Kind = Ask::Kind;
  const bool put = ask.kind == Kind::put;
  if (ask.children.size() != (put ? 2u : 1u) || !ask.children[0].is(ValueType::sync)) return false;
  const SyncKind of = sync_kind(ask.children[0]);
  if (ask.kind == Kind::acquire) return of == SyncKind::lock || of == SyncKind::semaphore;
  if (ask.kind == Kind::event_wait) return of == SyncKind::event;
  return (put || ask.kind == Kind::get || ask.kind == Kind::queue_join) && of == SyncKind::queue;
}

struct Writer {
  const Instance* instance = nullptr;  ///< null: only what needs none
  bool can_move = false;
  std::vector<Value> moved;  ///< what is gone, unless all fails
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

  bool attributes(InstanceObject& o, int depth) {
    std::vector<Attributes::One> all;
    {
      Locked hold(o);
      all = o.attributes.all;
    }
    put(static_cast<std::uint32_t>(all.size()));
    for (const Attributes::One& one : all) {
      put(one.name);
      if (!write(one.value, depth + 1)) return false;
    }
    return true;
  }

  bool exception(InstanceObject& o, int depth) {
    std::string sentence;
    Value arguments, cause;
    {
      Locked hold(o);
      const ExceptionPart& part = *o.exception;
      put(part.line);
      put(part.column);
      sentence = part.sentence;
      arguments = part.arguments;
      cause = part.cause;
    }
    text(sentence);
    if (!items(arguments.items(), depth)) return false;
    // What cannot be told of the cause is left out, as a pickled exception's is.
    const std::size_t before = out.size();
    if (write(cause, depth + 1)) return true;
    out.resize(before);
    why.clear();
    return write(Value(), depth + 1);
  }

  /// A function goes by its number; but only one that `def` made at the top level, as pickle has it.
  bool function(std::uint32_t index) {
    if (!instance) return true;
    const FunctionCode& f = instance->program().code().functions[index];
    constexpr std::string_view kOnly = ": only functions of the top level can go to another process.";
    if (f.name == "<lambda>") return why = "The lambda of line " + std::to_string(f.line) + " has no name to be found by" + std::string(kOnly), false;
    if (f.qualified.find("<locals>") == std::string::npos) return true;
    return why = f.name + "() of line " + std::to_string(f.line) + " is defined inside another function" + std::string(kOnly), false;
  }

  void text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    out.insert(out.end(), text.begin(), text.end());
  }

  /// False: it has left before.
  bool leaves(const Value& v, IntArrayObject& o) {
    if (!o.moves || !can_move) return !o.gone.load(std::memory_order_acquire);
    if (!o.gone.exchange(true, std::memory_order_acq_rel)) return moved.push_back(v), true;
    return std::any_of(moved.begin(), moved.end(), [&](const Value& other) { return other.object() == &o; });
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
      case ValueType::function: return put(static_cast<std::uint32_t>(v.integer())), function(static_cast<std::uint32_t>(v.integer()));
      case ValueType::closure:
        if (const std::uint32_t f = as<ClosureObject>(v).function; !function(f)) return false;
        break;
      case ValueType::class_: {
        const std::uint32_t number = as<ClassObject>(v).number;
        const Value* known = instance ? instance->class_at(number) : nullptr;
        if (known && known->object() == v.object()) return put(number), true;
        return why = "The class " + as<ClassObject>(v).name + " cannot be sent to another process: it is made while tasks run, and there is none there.", false;
      }
      case ValueType::bound: {
        const auto& b = as<BoundObject>(v);
        if (!b.function.is(ValueType::function)) break;
        return put(b.name), write(b.function, depth + 1) && write(b.self, depth + 1);
      }
      case ValueType::string: {
        text(v.text());
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
        auto& o = as<IntArrayObject>(v);
        if (!leaves(v, o)) return why = kNumbersGone, false;
        auto numbers = v.numbers();
        if (o.moves && o.shared && can_move) {
          put(kMoved);
          text(o.shared->name);
          return put(static_cast<std::uint64_t>(numbers.size())), true;
        }
        if (o.shared && !o.moves) {
          if (o.shared->name.empty()) return why = "These numbers cannot be sent to another process: there is no memory here that processes share. Leave out shared=True, and they are copied.", false;
          put(kShared);
          text(o.shared->name);
          return put(static_cast<std::uint64_t>(o.low)), put(static_cast<std::uint64_t>(numbers.size())), true;
        }
        if (numbers.size_bytes() > kMostBytes) return why = "A value is too large to be sent to another process (256 MiB).", false;
        put(static_cast<std::uint64_t>(numbers.size()));
        auto raw = reinterpret_cast<const std::uint8_t*>(numbers.data());
        out.insert(out.end(), raw, raw + numbers.size_bytes());
        return true;
      }
      case ValueType::coroutine: {
        auto& c = as<CoroutineObject>(v);
        if (!function(c.function)) return false;
        if (!c.closure.is_none()) return why = "A call of a function that uses variables of the function around it cannot be sent to another process.", false;
        put(c.function);
        return items(c.arguments, depth);
      }
      case ValueType::operation: {
        const Ask& ask = as<OperationObject>(v).ask;
        if (!can_travel(ask.kind) && !is_of_sync(ask)) return why = "A wait for tasks cannot be sent to another process; await it in an async def, and send a call of that.", false;
        as<OperationObject>(v).line = 0;
        put(static_cast<std::uint8_t>(ask.kind)), put(ask.line), put(ask.duration), put(ask.size);
        return items(ask.children, depth);
      }
      case ValueType::sync: {
        auto& o = as<SyncObject>(v);
        if (o.kind == SyncKind::shared) return put(static_cast<std::uint8_t>(o.kind)), write(shared_load(v), depth + 1);  // a copy, as of every value
        if (!instance || o.kind > SyncKind::queue) break;
        instance->keep_sync(v);
        return put(static_cast<std::uint8_t>(o.kind)), put(o.number), put(o.capacity), true;
      }
      case ValueType::instance: {
        auto& o = as<InstanceObject>(v);
        const std::uint32_t number = as<ClassObject>(o.cls).number;
        const Value* known = instance ? instance->class_at(number) : nullptr;
        if (!known || known->object() != o.cls.object())
          return why = capital_type(v) + " cannot be sent to another process: its class is made while tasks run, and there is no such class there.", false;
        put(number);
        return attributes(o, depth) && (!o.exception || exception(o, depth));
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

  bool take_text(std::string& text) {
    std::uint32_t n = 0;
    if (!take(n) || n > rest.size()) return bad();
    text.assign(reinterpret_cast<const char*>(rest.data()), n);
    if (invalid_utf8(text) != std::string_view::npos) return bad();
    rest = rest.subspan(n);
    return room(n);
  }

  bool exception(InstanceObject& o, int depth) {
    o.exception = std::make_unique<ExceptionPart>();
    ExceptionPart& part = *o.exception;
    std::vector<Value> values;
    if (!take(part.line) || !take(part.column) || !take_text(part.sentence) || !items(values, depth) || !read(part.cause, depth + 1)) return false;
    if (!part.cause.is_none() && !is_exception(part.cause)) return bad();
    if (as<ClassObject>(o.cls).exception == static_cast<int>(Exception::stop_iteration) && !values.empty()) part.result = values[0];
    part.arguments = Value::tuple(instance.heap(), std::move(values));
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
      case ValueType::class_: {
        if (!take(n)) return false;
        const Value* cls = instance.class_at(n);
        if (!cls) return bad();
        return out = *cls, true;
      }
      case ValueType::bound: {
        Value function, self;
        if (!take(n) || n >= code.names.size() || !read(function, depth + 1) || !function.is(ValueType::function) || !read(self, depth + 1)) return bad();
        return out = make<BoundObject>(heap, std::move(function), std::move(self), n), true;
      }
      case ValueType::builtin:
        if (!take(n) || n >= static_cast<std::uint32_t>(kBuiltins) || facts(static_cast<Builtin>(n)).kind == BuiltinFacts::Kind::declaration) return bad();
        return out = Value::builtin(n), true;
      case ValueType::instance: {
        std::uint32_t count = 0;
        if (!take(n) || !take(count) || count > rest.size()) return bad();
        const Value* cls = instance.class_at(n);
        if (!cls || !room(std::uint64_t{count} * sizeof(Attributes::One))) return bad();
        Value made = make<InstanceObject>(heap, *cls);
        auto& o = as<InstanceObject>(made);
        for (; count > 0; --count) {
          Attributes::One one{};
          if (!take(one.name) || one.name >= code.names.size()) return bad();
          if (!read(one.value, depth + 1)) return false;
          o.attributes.all.push_back(std::move(one));
        }
        account(o);
        if (is_exception_class(*cls) && !exception(o, depth)) return false;
        return out = std::move(made), true;
      }
      case ValueType::operation: {
        std::uint8_t kind = 0;
        Ask ask;
        if (!take(kind) || !take(ask.line) || !take(ask.duration) || !take(ask.size) || !items(ask.children, depth)) return false;
        ask.kind = static_cast<Ask::Kind>(kind);
        if ((!can_travel(ask.kind) && !is_of_sync(ask)) || ask.duration < 0 || ask.size < 0) return bad();
        const bool calls = ask.kind == Ask::Kind::to_thread || ask.kind == Ask::Kind::to_process;
        if (can_travel(ask.kind) && (ask.children.size() != (calls ? 1 : 0) || (calls && !ask.children[0].is(ValueType::coroutine)))) return bad();
        return out = make<OperationObject>(heap, std::move(ask)), true;
      }
      case ValueType::sync: {
        std::uint8_t kind = 0;
        std::uint64_t number = 0;
        if (!take(kind)) return bad();
        if (kind == static_cast<std::uint8_t>(SyncKind::shared)) {
          Value held;
          if (!read(held, depth + 1)) return false;
          return out = make<SyncObject>(heap, SyncKind::shared, std::int64_t{0}, std::move(held)), true;
        }
        if (kind > static_cast<std::uint8_t>(SyncKind::queue) || !take(number) || !take(i) || i < 0) return bad();
        if (!room(sizeof(SyncObject))) return false;
        out = instance.sync_at(number, static_cast<SyncKind>(kind), i);
        return !out.is_none() || bad();
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
        std::string text;
        return take_text(text) && (out = Value::string(heap, std::move(text)), true);
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
        if (!take(count)) return bad();
        if (count == kMoved) {
          std::string name;
          std::uint64_t size = 0;
          if (!take_text(name) || !take(size) || size > kMostBytes) return bad();
          if (!room(size * sizeof(std::int64_t))) return false;
          auto piece = instance.shared_numbers(name, true);
          if (!piece) return why = "The numbers that another process sent are not to be had here.", false;
          if (size != piece->all.size()) return bad();
          return out = Value::int_array(heap, std::move(piece)), true;
        }
        if (count == kShared) {
          std::string name;
          std::uint64_t low = 0, size = 0;
          if (!take_text(name) || !take(low) || !take(size)) return bad();
          auto all = instance.shared_numbers(name, false);
          if (!all) return why = "The shared numbers that another process speaks of are not to be had here.", false;
          if (low > all->all.size() || size > all->all.size() - low) return bad();
          return out = Value::int_array(heap, std::move(all), static_cast<std::size_t>(low), static_cast<std::size_t>(low + size)), true;
        }
        if (count > rest.size() / sizeof(std::int64_t)) return bad();
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

std::optional<Bytes> value_to_bytes(const Value& value, std::string* why, const Instance* instance, Moved* moved) {
  Writer writer;
  writer.instance = instance;
  writer.can_move = moved != nullptr;
  if (writer.write(value, 0)) {
    for (const Value& numbers : writer.moved)
      if (auto piece = as<IntArrayObject>(numbers).give_up()) {
        moved->bytes += piece->all.size_bytes();
        moved->pieces.push_back(std::move(piece));
      }
    return std::move(writer.out);
  }
  for (const Value& numbers : writer.moved) as<IntArrayObject>(numbers).gone.store(false, std::memory_order_release);
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
