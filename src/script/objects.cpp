#include "script/objects.h"

#include <algorithm>

#include "script/instance.h"
#include "script/operators.h"

namespace interleave {

bool find_own(const Value& value, std::uint32_t name, Value& out) {
  auto& object = as<InstanceObject>(value);
  Locked hold(object);
  const Value* found = object.attributes.find(name);
  if (found) out = *found;
  return found;
}

bool find_in_class(const Value& cls, std::uint32_t name, Value& out) {
  if (!cls.is(ValueType::class_)) return false;
  auto& c = as<ClassObject>(cls);
  if (const std::uint32_t kept = lately_found(c, name); kept != kNotKept) [[likely]] {
    if (kept == kFoundNothing) return false;
    out = Value::function(kept);
    return true;
  }
  const std::uint32_t changes = c.heap->class_changes();
  const bool found = search_class(cls, name, out);
  if (changes >= Heap::kMostChanges || name >= (1u << 20) - 1) [[unlikely]] return found;
  std::atomic<std::uint64_t>& place = c.found[name % c.found.size()];
  if (!found) place.store(found_key(name, changes) | kFoundNothing, std::memory_order_relaxed);
  else if (out.is(ValueType::function) && static_cast<std::uint64_t>(out.integer()) < kFoundNothing) place.store(found_key(name, changes) | static_cast<std::uint64_t>(out.integer()), std::memory_order_relaxed);
  return found;
}

bool search_class(const Value& cls, std::uint32_t name, Value& out) {
  for (const Value* c = &cls; c->is(ValueType::class_);) {
    auto& object = as<ClassObject>(*c);
    {
      Locked hold(object);
      if (const Value* found = object.attributes.find(name)) {
        out = *found;
        return true;
      }
    }
    c = &object.base;
  }
  return false;
}

bool is_subclass(const Value& cls, const Value& base) {
  for (const Value* c = &cls; c->is(ValueType::class_); c = &as<ClassObject>(*c).base)
    if (c->object() == base.object()) return true;
  return false;
}

bool is_exception(const Value& v, Exception kind, const Instance& instance) {
  return is_exception(v) && is_subclass(as<InstanceObject>(v).cls, instance.exception_class(kind));
}

Value make_exception(const Instance& instance, Exception kind, std::vector<Value> arguments) {
  Heap& heap = instance.heap();
  Value exception = make<InstanceObject>(heap, instance.exception_class(kind));
  auto& object = as<InstanceObject>(exception);
  object.exception = std::make_unique<ExceptionPart>();
  if (kind == Exception::stop_iteration && !arguments.empty()) object.exception->result = arguments[0];
  object.exception->arguments = Value::tuple(heap, std::move(arguments));
  return exception;
}

Value make_exception(const Instance& instance, std::string_view kind, std::string words, std::string sentence) {
  std::vector<Value> arguments;
  if (!words.empty()) arguments.push_back(Value::string(instance.heap(), std::move(words)));
  Value exception = make_exception(instance, exception_named(kind).value_or(Exception::runtime_error), std::move(arguments));
  as<InstanceObject>(exception).exception->sentence = std::move(sentence);
  return exception;
}

std::string exception_text(const InstanceObject& exception) {
  Value arguments;
  {
    Locked hold(const_cast<InstanceObject&>(exception));
    arguments = exception.exception->arguments;
  }
  std::vector<Value> items = arguments.items();
  if (items.empty()) return "";
  if (items.size() > 1) return repr(arguments);
  bool key = as<ClassObject>(exception.cls).exception == static_cast<int>(Exception::key_error);
  return key ? repr(items[0]) : str(items[0]);
}

ValueType type_of_builtin(Builtin builtin) {
  switch (builtin) {
    case Builtin::bool_: return ValueType::boolean;
    case Builtin::dict: return ValueType::dict;
    case Builtin::float_: return ValueType::real;
    case Builtin::int_: return ValueType::integer;
    case Builtin::list: return ValueType::list;
    case Builtin::range: return ValueType::range;
    case Builtin::set: return ValueType::set;
    case Builtin::str: return ValueType::string;
    case Builtin::tuple: return ValueType::tuple;
    case Builtin::type: return ValueType::class_;
    default: return ValueType::unbound;
  }
}

namespace {

constexpr Builtin kSyncTypes[] = {Builtin::lock, Builtin::semaphore, Builtin::event, Builtin::queue, Builtin::shared, Builtin::timeout};

}  // namespace

bool is_instance(Context& context, const Instance& instance, const Value& value, const Value& type, bool& out) {
  out = false;
  if (type.is(ValueType::tuple)) {
    for (const Value& one : as<TupleObject>(type).items) {
      if (one.is(ValueType::tuple)) return context.type_error("The types of isinstance() stand in one tuple.", "isinstance() arg 2 must be a type, a tuple of types, or a union");
      if (!is_instance(context, instance, value, one, out)) return false;
      if (out) return true;
    }
    return true;
  }
  if (type.is(ValueType::class_)) {
    Value cls = value.is(ValueType::instance) ? as<InstanceObject>(value).cls : type_of(instance, value);
    out = is_subclass(cls, type);
    return true;
  }
  if (type.is(ValueType::builtin) && is_type(static_cast<Builtin>(type.integer()))) {
    auto builtin = static_cast<Builtin>(type.integer());
    if (builtin == Builtin::object) out = true;
    else if (value.is(ValueType::sync)) out = as<SyncObject>(value).kind != SyncKind::socket && kSyncTypes[static_cast<int>(as<SyncObject>(value).kind)] == builtin;
    else if (value.is(ValueType::builtin)) out = builtin == Builtin::type && is_type(static_cast<Builtin>(value.integer()));
    else if (value.is(ValueType::int_array)) out = builtin == Builtin::list;
    else out = value.type() == type_of_builtin(builtin) || (value.is(ValueType::boolean) && builtin == Builtin::int_);
    return true;
  }
  return context.type_error("isinstance() needs a class or a type, such as int, or several in a tuple.", "isinstance() arg 2 must be a type, a tuple of types, or a union");
}

Value type_of(const Instance& instance, const Value& value) {
  auto builtin = [](Builtin b) { return Value::builtin(static_cast<std::uint32_t>(b)); };
  switch (value.type()) {
    case ValueType::boolean: return builtin(Builtin::bool_);
    case ValueType::integer: return builtin(Builtin::int_);
    case ValueType::real: return builtin(Builtin::float_);
    case ValueType::string: return builtin(Builtin::str);
    case ValueType::list:
    case ValueType::int_array: return builtin(Builtin::list);
    case ValueType::tuple: return builtin(Builtin::tuple);
    case ValueType::dict: return builtin(Builtin::dict);
    case ValueType::set: return builtin(Builtin::set);
    case ValueType::range: return builtin(Builtin::range);
    case ValueType::class_: return builtin(Builtin::type);
    case ValueType::instance: {
      const Value& cls = as<InstanceObject>(value).cls;
      // What object() gave.
      return as<ClassObject>(cls).name == "object" && cls.object() == instance.named_class("object").object() ? builtin(Builtin::object) : cls;
    }
    case ValueType::sync:
      if (as<SyncObject>(value).kind == SyncKind::socket) break;
      return builtin(kSyncTypes[static_cast<int>(as<SyncObject>(value).kind)]);
    case ValueType::builtin:
      if (is_type(static_cast<Builtin>(value.integer()))) return builtin(Builtin::type);
      break;
    default: break;
  }
  return instance.named_class(python_type_name(value));
}

namespace {

bool among(std::string_view all, std::uint32_t name) {
  const std::string word = " " + std::string(kMethodNames[name]) + " ";
  return all.find(word) != std::string_view::npos;
}

bool type_has_method(ValueType type, std::uint32_t name) {
  auto among = [&](std::string_view all) { return interleave::among(all, name); };
  switch (type) {
    case ValueType::boolean:
    case ValueType::integer: return among(" bit_length ");
    case ValueType::real: return among(" is_integer ");
    case ValueType::string:
      return among(" count endswith find index isalpha isdigit isspace isupper islower join ljust lower lstrip partition removeprefix removesuffix replace rfind rjust "
                   "rsplit rstrip split splitlines startswith strip title upper zfill center capitalize "
                   "casefold expandtabs format isalnum isdecimal isnumeric rindex rpartition swapcase ");
    case ValueType::list: return among(" append clear copy count extend index insert pop remove reverse sort ");
    case ValueType::tuple:
    case ValueType::range: return among(" count index ");
    case ValueType::dict: return among(" clear copy get items keys pop popitem setdefault update values fromkeys ");
    case ValueType::set: return among(" add clear copy difference discard intersection issubset issuperset pop remove union update "
                   "difference_update intersection_update isdisjoint symmetric_difference symmetric_difference_update ");
    case ValueType::view: return among(" isdisjoint ");
    case ValueType::generator: return among(" send throw close ");
    case ValueType::task: return among(" cancel cancelled done result exception ");
    default: return false;
  }
}

}  // namespace

bool has_method(Builtin type, std::uint32_t name) {
  const ValueType of = type_of_builtin(type);
  return name < kMethodNames.size() && of != ValueType::unbound && of != ValueType::class_ && type_has_method(of, name);
}

bool has_method(const Value& object, std::uint32_t name) {
  if (name >= kMethodNames.size()) return false;
  auto among = [&](std::string_view all) { return interleave::among(all, name); };
  switch (object.type()) {
    case ValueType::sync:
      switch (as<SyncObject>(object).kind) {
        case SyncKind::lock:
        case SyncKind::semaphore: return among(" acquire release locked ");
        case SyncKind::event: return among(" wait set clear is_set ");
        case SyncKind::queue: return among(" put get put_nowait get_nowait qsize empty full join task_done ");
        case SyncKind::shared: return among(" load store ");
        case SyncKind::timeout: return false;
        case SyncKind::socket: return among(" accept recv send close ");
      }
      return false;
    default: return type_has_method(object.type(), name);
  }
}

}  // namespace interleave
