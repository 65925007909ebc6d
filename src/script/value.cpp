#include "script/value.h"

#include <algorithm>

#include "script/object.h"
#include "script/text.h"

namespace interleave {

namespace {

std::int64_t size_of(const Object& object) {
  auto values = [](const auto& v) { return static_cast<std::int64_t>(v.capacity() * sizeof(v[0])); };
  switch (object.type) {
    case ValueType::string: {
      auto& o = static_cast<const StringObject&>(object);
      return sizeof o + static_cast<std::int64_t>(o.text.capacity());
    }
    case ValueType::list: return sizeof(ListObject) + values(static_cast<const ListObject&>(object).items);
    case ValueType::tuple: return sizeof(TupleObject) + values(static_cast<const TupleObject&>(object).items);
    case ValueType::dict:
    case ValueType::set: {
      auto& o = static_cast<const DictObject&>(object);
      return sizeof o + values(o.entries) + values(o.slots);
    }
    case ValueType::range: return sizeof(RangeObject);
    case ValueType::slice: return sizeof(SliceObject);
    case ValueType::int_array: return sizeof(IntArrayObject) + static_cast<const IntArrayObject&>(object).bytes();
    case ValueType::coroutine: return sizeof(CoroutineObject) + values(static_cast<const CoroutineObject&>(object).arguments);
    case ValueType::iterator: {
      auto& o = static_cast<const IteratorObject&>(object);
      return sizeof o + values(o.sources) + values(o.positions);
    }
    case ValueType::operation: return sizeof(OperationObject);
    case ValueType::cell: return sizeof(CellObject);
    case ValueType::closure: {
      auto& o = static_cast<const ClosureObject&>(object);
      return sizeof o + values(o.cells) + values(o.defaults);
    }
    case ValueType::bound: return sizeof(BoundObject);
    case ValueType::descriptor: return sizeof(DescriptorObject);
    case ValueType::class_: return sizeof(ClassObject) + values(static_cast<const ClassObject&>(object).attributes.all);
    case ValueType::instance: {
      auto& o = static_cast<const InstanceObject&>(object);
      return sizeof o + values(o.attributes.all) + static_cast<std::int64_t>(o.exception ? sizeof(ExceptionPart) : 0);
    }
    case ValueType::super_: return sizeof(SuperObject);
    case ValueType::generator: return sizeof(GeneratorObject) + values(static_cast<const GeneratorObject&>(object).values);
    case ValueType::sync: return sizeof(SyncObject);
    case ValueType::view: return sizeof(ViewObject);
    case ValueType::task: return sizeof(TaskObject);
    default: return 0;
  }
}

void delete_object(Object* object) {
  switch (object->type) {
    case ValueType::string: delete static_cast<StringObject*>(object); break;
    case ValueType::list: delete static_cast<ListObject*>(object); break;
    case ValueType::tuple: delete static_cast<TupleObject*>(object); break;
    case ValueType::dict: delete static_cast<DictObject*>(object); break;
    case ValueType::range: delete static_cast<RangeObject*>(object); break;
    case ValueType::slice: delete static_cast<SliceObject*>(object); break;
    case ValueType::int_array: delete static_cast<IntArrayObject*>(object); break;
    case ValueType::coroutine: delete static_cast<CoroutineObject*>(object); break;
    case ValueType::iterator: delete static_cast<IteratorObject*>(object); break;
    case ValueType::set: delete static_cast<SetObject*>(object); break;
    case ValueType::operation: delete static_cast<OperationObject*>(object); break;
    case ValueType::cell: delete static_cast<CellObject*>(object); break;
    case ValueType::closure: delete static_cast<ClosureObject*>(object); break;
    case ValueType::bound: delete static_cast<BoundObject*>(object); break;
    case ValueType::descriptor: delete static_cast<DescriptorObject*>(object); break;
    case ValueType::class_: delete static_cast<ClassObject*>(object); break;
    case ValueType::instance: delete static_cast<InstanceObject*>(object); break;
    case ValueType::super_: delete static_cast<SuperObject*>(object); break;
    case ValueType::generator: delete static_cast<GeneratorObject*>(object); break;
    case ValueType::sync: delete static_cast<SyncObject*>(object); break;
    case ValueType::view: delete static_cast<ViewObject*>(object); break;
    case ValueType::task: delete static_cast<TaskObject*>(object); break;
    default: assert(false);
  }
}

// Deleting a list deletes what it held. A chain of a million nested tuples must not use a million C++ calls, so beyond
// a few levels the dead wait here for the outermost call.
constexpr int kMostNestedDeletes = 32;
thread_local int nested_deletes = 0;
thread_local std::vector<Object*> waiting_deletes;

}  // namespace

void account(Object& object) {
  const auto now = static_cast<std::uint32_t>((size_of(object) + 15) / 16);
  if (now != object.accounted) object.heap->add((std::int64_t{now} - std::int64_t{object.accounted}) * 16);
  object.accounted = now;
}

void Value::destroy(Object* object) {
  if (nested_deletes >= kMostNestedDeletes) {
    waiting_deletes.push_back(object);
    return;
  }
  ++nested_deletes;
  auto remove = [](Object* o) {
    Heap* heap = o->heap;
    const std::int64_t bytes = std::int64_t{o->accounted} * 16;
    if (o->watched.load(std::memory_order_relaxed) != 0) [[unlikely]] heap->forget(*o);
    delete_object(o);
    heap->remove(bytes);  // last: the heap may go with its last object
  };
  remove(object);
  if (nested_deletes == 1) {
    while (!waiting_deletes.empty()) {
      Object* next = waiting_deletes.back();
      waiting_deletes.pop_back();
      remove(next);
    }
    if (waiting_deletes.capacity() > 4096) waiting_deletes.shrink_to_fit();
  }
  --nested_deletes;
}

Heap* Heap::make(std::int64_t limit_bytes) { return new Heap(limit_bytes); }

void Heap::never_awaited(const NeverAwaited& one) {
  std::scoped_lock lock(mutex_);
  const auto end = never_awaited_.begin() + static_cast<std::ptrdiff_t>(noted_);
  if (noted_ == never_awaited_.size() || std::find(never_awaited_.begin(), end, one) != end) return;
  never_awaited_[noted_++] = one;
  untold_.store(true, std::memory_order_release);
}

std::vector<Heap::NeverAwaited> Heap::take_never_awaited() {
  if (!untold_.load(std::memory_order_acquire)) return {};
  std::scoped_lock lock(mutex_);
  untold_.store(false, std::memory_order_relaxed);
  const auto first = never_awaited_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, noted_));
  return {first, never_awaited_.begin() + static_cast<std::ptrdiff_t>(noted_)};
}

StringObject::StringObject(Heap& h, std::string t) : Object(kType, h), text(std::move(t)), ascii(is_ascii(text)) {}

Value Value::string(Heap& heap, std::string text) { return make<StringObject>(heap, std::move(text)); }
Value Value::list(Heap& heap, std::vector<Value> items) { return make<ListObject>(heap, std::move(items)); }
Value Value::tuple(Heap& heap, std::vector<Value> items) { return make<TupleObject>(heap, std::move(items)); }
Value Value::int_array(Heap& heap, std::vector<std::int64_t> numbers, bool moves) {
  return make<IntArrayObject>(heap, std::move(numbers), moves);
}

Value Value::int_array(Heap& heap, std::shared_ptr<const SharedNumbers> all, std::size_t low, std::size_t high) {
  return make<IntArrayObject>(heap, std::move(all), low, high);
}

Value Value::int_array(Heap& heap, std::shared_ptr<const SharedNumbers> piece) { return make<IntArrayObject>(heap, std::move(piece)); }

std::shared_ptr<const SharedNumbers> IntArrayObject::give_up() {
  if (heap->shares()) return shared;
  std::vector<std::int64_t>().swap(own_);
  numbers = {};
  account(*this);
  return std::exchange(shared, nullptr);
}

Value Value::task(Heap& heap, std::int64_t number, std::shared_ptr<void> native) { return make<TaskObject>(heap, number, std::move(native)); }

std::string_view Value::text() const { return is(ValueType::string) ? as<StringObject>(*this).text : std::string_view(); }

std::vector<Value> Value::items() const {
  if (is(ValueType::tuple)) return as<TupleObject>(*this).items;
  if (!is(ValueType::list)) return {};
  auto& list = as<ListObject>(*this);
  Locked hold(list);
  return list.items;
}

std::span<const std::int64_t> Value::numbers() const {
  if (!is(ValueType::int_array)) return {};
  return as<IntArrayObject>(*this).numbers;
}

std::uint32_t Value::coroutine_function() const {
  return is(ValueType::coroutine) ? as<CoroutineObject>(*this).function : 0;
}

SyncKind sync_kind(const Value& sync) { return as<SyncObject>(sync).kind; }
Value make_socket(Heap& heap, std::int64_t port) { return make<SyncObject>(heap, SyncKind::socket, port); }
std::int64_t sync_capacity(const Value& sync) { return as<SyncObject>(sync).capacity; }
std::uint64_t sync_number(const Value& sync) { return as<SyncObject>(sync).number; }
std::shared_ptr<void>& sync_native(const Value& sync) { return as<SyncObject>(sync).native; }

std::int64_t task_number(const Value& task) { return as<TaskObject>(task).number; }
const std::shared_ptr<void>& task_native(const Value& task) { return as<TaskObject>(task).native; }

Value shared_load(const Value& shared) {
  auto& o = as<SyncObject>(shared);
  Locked hold(o);
  return o.value;
}

void shared_store(const Value& shared, Value value) {
  auto& o = as<SyncObject>(shared);
  holds(o, value);
  Locked hold(o);
  o.value.swap(value);  // what was there goes after the lock: `value` is the caller's
}

std::string_view name(TimeUnit unit) {
  constexpr std::string_view kNames[] = {"ns", "us", "ms", "s"};
  return kNames[static_cast<int>(unit)];
}

Nanos nanos(TimeUnit unit) {
  constexpr Nanos kNanos[] = {1, 1'000, 1'000'000, 1'000'000'000};
  return kNanos[static_cast<int>(unit)];
}

std::string duration_text(Nanos duration, TimeUnit unit) {
  std::string text = duration % nanos(unit) == 0
                         ? std::to_string(duration / nanos(unit))
                         : real_text(static_cast<double>(duration) / static_cast<double>(nanos(unit)));
  text += ' ';
  text += unit == TimeUnit::us ? "\xc2\xb5s" : name(unit);
  return text;
}

std::string words_of_no_integer(const Value& value) { return "'" + python_type_name(value) + "' object cannot be interpreted as an integer"; }

namespace {

std::string iterator_name(const IteratorObject& iterator) {
  switch (iterator.kind) {
    case IteratorObject::Kind::enumerate: return "enumerate";
    case IteratorObject::Kind::zip: return "zip";
    case IteratorObject::Kind::reversed: return iterator.sources[0].is(ValueType::list) ? "list_reverseiterator" : iterator.sources[0].is(ValueType::range) ? "range_iterator" : "reversed";
    case IteratorObject::Kind::values: break;
  }
  const Value& source = iterator.sources[0];
  switch (source.type()) {
    case ValueType::string: return as<StringObject>(source).ascii ? "str_ascii_iterator" : "str_iterator";
    case ValueType::dict: return "dict_keyiterator";
    case ValueType::view: {
      const auto kind = as<ViewObject>(source).kind;
      return kind == ViewObject::Kind::keys ? "dict_keyiterator" : kind == ViewObject::Kind::values ? "dict_valueiterator" : "dict_itemiterator";
    }
    case ValueType::list:
    case ValueType::tuple:
    case ValueType::range:
    case ValueType::set: return std::string(type_name(source)) + "_iterator";
    default: return "iterator";
  }
}

}  // namespace

/// Of Python, where its words are needed: NoneType, float.
std::string python_type_name(const Value& value) {
  if (value.is(ValueType::iterator)) return iterator_name(as<IteratorObject>(value));
  if (value.is_none()) return "NoneType";
  if (value.is(ValueType::duration)) return "Duration";
  if (value.is(ValueType::int_array)) return "list";
  if (value.is(ValueType::builtin) && static_cast<Builtin>(value.integer()) == Builtin::not_implemented) return "NotImplementedType";
  if (value.is(ValueType::builtin)) return is_type(static_cast<Builtin>(value.integer())) ? "type" : "builtin_function_or_method";
  return std::string(type_name(value));
}

std::string_view type_name(const Value& value) {
  switch (value.type()) {
    case ValueType::unbound: return "nothing";
    case ValueType::none: return "None";
    case ValueType::builtin: return "function";
    case ValueType::operation: return "coroutine";
    case ValueType::set: return "set";
    case ValueType::cell: return "cell";
    case ValueType::closure: return "function";
    case ValueType::bound: return "method";
    case ValueType::descriptor: return "property";
    case ValueType::class_: return "type";
    case ValueType::instance: return as<ClassObject>(as<InstanceObject>(value).cls).name;
    case ValueType::super_: return "super";
    case ValueType::generator: return as<GeneratorObject>(value).is_async ? "async_generator" : "generator";
    case ValueType::boolean: return "bool";
    case ValueType::integer: return "int";
    case ValueType::real: return "float";
    case ValueType::duration: return "time";
    case ValueType::function: return "function";
    case ValueType::task: return "task";
    case ValueType::string: return "str";
    case ValueType::list: return "list";
    case ValueType::tuple: return "tuple";
    case ValueType::dict: return "dict";
    case ValueType::range: return "range";
    case ValueType::slice: return "slice";
    case ValueType::int_array: return "list of numbers";
    case ValueType::coroutine: return "coroutine";
    case ValueType::iterator: return "iterator";
    case ValueType::view: {
      constexpr std::string_view kNames[] = {"dict_keys", "dict_values", "dict_items"};
      return kNames[static_cast<int>(as<ViewObject>(value).kind)];
    }
    case ValueType::sync: {
      constexpr std::string_view kNames[] = {"Lock", "Semaphore", "Event", "Queue", "shared", "timeout", "Socket"};
      return kNames[static_cast<int>(as<SyncObject>(value).kind)];
    }
  }
  return "value";
}

std::string a_type(const Value& value) {
  std::string name(type_name(value));
  if (value.is_none() || value.is(ValueType::unbound)) return name;
  // As it is said: an X, an XMLReader, but a User.
  const auto capital = [&](std::size_t i) { return i >= name.size() || !(name[i] >= 'a' && name[i] <= 'z'); };
  const bool spelt = capital(0) && capital(1);
  return (std::string_view(spelt ? "AEFHILMNORSX" : "aeioAEIO").find(name[0]) != std::string_view::npos ? "an " : "a ") + name;
}

std::string capital_type(const Value& value) {
  std::string text = a_type(value);
  if (text[0] == 'a') text[0] = 'A';
  return text;
}

}  // namespace interleave
