// object.h -- the counted objects behind values. Only script/ includes this.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <memory>
#include <vector>

#include "script/names.h"
#include "script/value.h"
#include "script/vm.h"

namespace interleave {

struct StringObject : Object {
  static constexpr ValueType kType = ValueType::string;
  std::string text;  ///< UTF-8, valid
  bool ascii;        ///< then characters are bytes
  std::atomic<std::uint32_t> hash{0};  ///< for dicts; 0: nobody asked yet
  StringObject(Heap& h, std::string t);
};

struct ListObject : Object {
  static constexpr ValueType kType = ValueType::list;
  std::vector<Value> items;
  ListObject(Heap& h, std::vector<Value> i) : Object(kType, h), items(std::move(i)) {}
};

struct TupleObject : Object {
  static constexpr ValueType kType = ValueType::tuple;
  const std::vector<Value> items;
  TupleObject(Heap& h, std::vector<Value> i) : Object(kType, h), items(std::move(i)) {}
};

/// Keeps the order of insertion, as Python's. A removed entry leaves an unbound key until the next growth.
struct DictObject : Object {
  static constexpr ValueType kType = ValueType::dict;
  struct Entry {
    Value key, value;
    std::uint64_t hash;
  };
  std::vector<Entry> entries;
  std::vector<std::int32_t> slots;  ///< open addressing into entries; -1 free
  std::size_t live = 0;
  explicit DictObject(Heap& h, ValueType type = kType) : Object(type, h) {}
};
/// A dict without values.
struct SetObject : DictObject {
  static constexpr ValueType kType = ValueType::set;
  explicit SetObject(Heap& h) : DictObject(h, kType) {}
};

/// What keys(), values() and items() give: the dict as it is now.
struct ViewObject : Object {
  static constexpr ValueType kType = ValueType::view;
  enum class Kind : std::uint8_t { keys, values, items };
  const Kind kind;
  const Value dict;
  ViewObject(Heap& h, Kind k, Value d) : Object(kType, h), kind(k), dict(std::move(d)) {}
};

struct RangeObject : Object {
  static constexpr ValueType kType = ValueType::range;
  const std::int64_t start, stop, step, length;
  RangeObject(Heap& h, std::int64_t a, std::int64_t b, std::int64_t s, std::int64_t n)
      : Object(kType, h), start(a), stop(b), step(s), length(n) {}
  /// Unsigned inside: i * step alone may be out of range where the sum is not.
  std::int64_t at(std::int64_t i) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(step));
  }
};

struct SliceObject : Object {
  static constexpr ValueType kType = ValueType::slice;
  const Value start, stop, step;
  SliceObject(Heap& h, Value a, Value b, Value s)
      : Object(kType, h), start(std::move(a)), stop(std::move(b)), step(std::move(s)) {}
};

inline constexpr const char* kNumbersGone = "These numbers were sent to another process, and are here no more.";

struct IntArrayObject : Object {
  static constexpr ValueType kType = ValueType::int_array;
  std::shared_ptr<const SharedNumbers> shared;  ///< or null, and they are its own
  const std::size_t low = 0;                    ///< of shared, the first
  std::span<const std::int64_t> numbers;
  const bool moves = false;                     ///< what is sent as a place takes it along
  std::atomic<bool> gone{false};                ///< it was sent; only if it moves
  const bool small;  ///< all from 0 to 2^32 - 1: then fewer than 2^30 of them add up without a check for each
  IntArrayObject(Heap& h, std::vector<std::int64_t> n, bool m) : Object(kType, h), moves(m), small(all_small(n)), own_(std::move(n)) { numbers = own_; }
  /// What is shared is not read through: its numbers are their places.
  IntArrayObject(Heap& h, std::shared_ptr<const SharedNumbers> all, std::size_t from, std::size_t to)
      : Object(kType, h), shared(std::move(all)), low(from), numbers(shared->all.subspan(from, to - from)), small(to < (std::size_t{1} << 30)) {}
  IntArrayObject(Heap& h, std::shared_ptr<const SharedNumbers> piece)
      : Object(kType, h), shared(std::move(piece)), numbers(shared->all), moves(true), small(all_small(numbers)) {}
  /// It is gone: its memory, too, or what it had of shared memory is the caller's. Where several threads run, one may be reading
  /// it; there it goes with the object.
  std::shared_ptr<const SharedNumbers> give_up();
  /// What it alone has.
  std::size_t bytes() const { return moves && shared ? numbers.size_bytes() : own_.capacity() * sizeof(std::int64_t); }

 private:
  std::vector<std::int64_t> own_;
  static bool all_small(std::span<const std::int64_t> numbers) {
    std::uint64_t bits = std::uint64_t{numbers.size()} >> 30 << 32;  // size_t has 32 bits on the web
    for (std::int64_t i : numbers) bits |= static_cast<std::uint64_t>(i);
    return bits >> 32 == 0;
  }
};

struct CoroutineObject : Object {
  static constexpr ValueType kType = ValueType::coroutine;
  const std::uint32_t function;
  const std::vector<Value> arguments;  ///< one for each parameter
  const Value closure;                 ///< where the function has cells; else none
  const std::uint32_t line, column;    ///< where the script made it; 0: it came otherwise
  std::atomic<bool> begun{false};      ///< awaited, gathered or spawned; a second time is a mistake
  CoroutineObject(Heap& h, std::uint32_t f, std::vector<Value> a, Value c = {}, std::uint32_t l = 0, std::uint32_t at = 0)
      : Object(kType, h), function(f), arguments(std::move(a)), closure(std::move(c)), line(l), column(at) {}
  ~CoroutineObject() {
    if (line > 0 && !begun.load(std::memory_order_relaxed)) heap->never_awaited({function, line, column});
  }
};

/// What awaiting it asks for.
struct OperationObject : Object {
  static constexpr ValueType kType = ValueType::operation;
  const Ask ask;
  std::atomic<bool> begun{false};
  /// Where the script called the method of a lock, an event or a queue; 0: it came otherwise, or somebody has it who will await it.
  std::atomic<std::uint32_t> line, column;
  OperationObject(Heap& h, Ask a, std::uint32_t l = 0, std::uint32_t at = 0) : Object(kType, h), ask(std::move(a)), line(l), column(at) {}
  ~OperationObject() {
    if (line > 0 && !begun.load(std::memory_order_relaxed)) heap->never_awaited({Heap::NeverAwaited::kOperation | static_cast<std::uint32_t>(ask.kind), line, column});
  }
};

struct CellObject : Object {
  static constexpr ValueType kType = ValueType::cell;
  Value value;  ///< under the lock bit
  CellObject(Heap& h, Value v) : Object(kType, h), value(std::move(v)) {}
};

struct ClassObject;

/// Few names each, so a search from the front is quicker than a table. Under the owner's lock bit.
struct Attributes {
  struct One {
    std::uint32_t name;
    Value value;
  };
  std::vector<One> all;
  const Value* find(std::uint32_t name) const { return const_cast<Attributes*>(this)->find(name); }
  void add(std::uint32_t name, Value value, ClassObject* of);
  Value* find(std::uint32_t name) {
    for (One& a : all)
      if (a.name == name) return &a.value;
    return nullptr;
  }
};

struct ClosureObject : Object {
  static constexpr ValueType kType = ValueType::closure;
  const std::uint32_t function;
  const std::vector<Value> cells;     ///< for FunctionCode::free, in that order
  const std::vector<Value> defaults;  ///< of its last parameters, then of those after a *
  Attributes attributes;              ///< under the lock bit
  ClosureObject(Heap& h, std::uint32_t f, std::vector<Value> c, std::vector<Value> d)
      : Object(kType, h), function(f), cells(std::move(c)), defaults(std::move(d)) {}
};

/// A method and its object. `function` none: a method of the language's own types, by name.
struct BoundObject : Object {
  static constexpr ValueType kType = ValueType::bound;
  const Value function, self;
  const std::uint32_t name;
  BoundObject(Heap& h, Value f, Value s, std::uint32_t n) : Object(kType, h), function(std::move(f)), self(std::move(s)), name(n) {}
};

struct DescriptorObject : Object {
  static constexpr ValueType kType = ValueType::descriptor;
  const Builtin kind;  ///< property, staticmethod, classmethod
  const Value function, setter;
  DescriptorObject(Heap& h, Builtin k, Value f, Value s = {}) : Object(kType, h), kind(k), function(std::move(f)), setter(std::move(s)) {}
};

struct ClassObject : Object {
  static constexpr ValueType kType = ValueType::class_;
  const std::string name;
  const Value base;     ///< a class, or none
  const int exception;  ///< the nearest class of Python's own exceptions, or -1
  std::uint32_t number = kNoNumber;  ///< what it is called in another process: Instance::class_at
  Attributes attributes;
  /// What find_in_class() found here lately, a word each (objects.cpp), so that any thread may look without holding the class.
  std::array<std::atomic<std::uint64_t>, 16> found{};
  std::atomic<std::uint8_t> usual{0};  ///< how many attributes its objects had so far, at most
  static constexpr std::uint32_t kNoNumber = 0xffff'ffff;
  ClassObject(Heap& h, std::string n, Value b, int e) : Object(kType, h), name(std::move(n)), base(std::move(b)), exception(e) {}
};

/// One more, of an object of that class, or of a class or a function (null): room for as many as others had comes at once.
inline void Attributes::add(std::uint32_t name, Value value, ClassObject* of) {
  if (of && all.size() == all.capacity()) all.reserve(std::max<std::size_t>(all.empty() ? of->usual.load(std::memory_order_relaxed) : 0, all.empty() ? 1 : 2 * all.size()));
  all.push_back({name, std::move(value)});
  if (of && all.size() > of->usual.load(std::memory_order_relaxed)) of->usual.store(static_cast<std::uint8_t>(std::min<std::size_t>(all.size(), 32)), std::memory_order_relaxed);
}

/// What an exception has beside its attributes.
struct ExceptionPart {
  Value arguments;  ///< a tuple
  Value cause, context;
  Value result;     ///< StopIteration.value
  std::uint32_t line = 0, column = 0;  ///< where it was raised first
  std::string sentence;  ///< what people read when nobody catches it; empty: made of kind and text
  bool alone = false;    ///< raised `from None`: what was handled then is not spoken of
};

struct InstanceObject : Object {
  static constexpr ValueType kType = ValueType::instance;
  const Value cls;
  Attributes attributes;
  std::unique_ptr<ExceptionPart> exception;  ///< under the lock bit
  std::atomic<std::uint64_t> hash{0};        ///< what its class's __hash__ said, mixed; 0: it was not asked
  InstanceObject(Heap& h, Value c) : Object(kType, h), cls(std::move(c)) {}
};

struct SuperObject : Object {
  static constexpr ValueType kType = ValueType::super_;
  const Value cls, self;
  SuperObject(Heap& h, Value c, Value s) : Object(kType, h), cls(std::move(c)), self(std::move(s)) {}
};

/// A generator keeps its own frame while it is suspended; while it runs, the frame lies on the task's stack.
struct GeneratorObject : Object {
  static constexpr ValueType kType = ValueType::generator;
  enum class State : std::uint8_t { created, suspended, running, closed };
  const std::uint32_t function;
  std::atomic<State> state{State::created};  ///< whoever sets `running` owns what follows, but for the last two
  const bool is_async;
  std::uint32_t pc = 0, live;
  std::vector<Value> values;  ///< as many as its call needs; the first `live` are its variables and operands, the rest none. While it runs all are none
  std::atomic<std::uint32_t> number{0};      ///< what hand-overs call it; 0: none was told yet
  std::atomic<std::uint32_t> inside{0};      ///< running: the task that it runs in, as far as hand-overs are told; 0: not known. Back to 0 before `suspended`
  GeneratorObject(Heap& h, std::uint32_t f, std::vector<Value> v, std::size_t l, bool a)
      : Object(kType, h), function(f), is_async(a), live(static_cast<std::uint32_t>(l)), values(std::move(v)) {}
};

/// What enumerate(), zip(), reversed() and generator expressions give: read once, from the front.
struct IteratorObject : Object {
  static constexpr ValueType kType = ValueType::iterator;
  enum class Kind : std::uint8_t { values, enumerate, zip, reversed };
  const Kind kind;
  const std::uint8_t depth;  ///< iterators inside iterators; bounded, since reading recurses
  std::vector<Value> sources;
  std::vector<std::int64_t> positions;
  std::int64_t count;  ///< enumerate: next number; reversed: items left
  IteratorObject(Heap& h, Kind k, std::uint8_t d, std::vector<Value> s, std::int64_t c)
      : Object(kType, h), kind(k), depth(d), sources(std::move(s)), positions(sources.size(), 0), count(c) {}
};

/// Lock(), Semaphore(), Event(), Queue(), shared(), timeout().
struct SyncObject : Object {
  static constexpr ValueType kType = ValueType::sync;
  const SyncKind kind;
  const std::int64_t capacity;
  const std::uint64_t number;
  std::shared_ptr<void> native;  ///< the executor's
  Value value;                   ///< shared(): under the lock bit
  SyncObject(Heap& h, SyncKind k, std::int64_t c, Value v = {}) : SyncObject(h, k, c, h.next_sync_number(), std::move(v)) {}
  SyncObject(Heap& h, SyncKind k, std::int64_t c, std::uint64_t n, Value v)
      : Object(kType, h), kind(k), capacity(c), number(n), value(std::move(v)) {}
};

/// What spawn() gave. What the executor has of it may lead back to it, by a result: that circle the executor ends, with the run.
struct TaskObject : Object {
  static constexpr ValueType kType = ValueType::task;
  const std::int64_t number;
  const std::shared_ptr<void> native;  ///< the executor's
  TaskObject(Heap& h, std::int64_t n, std::shared_ptr<void> of) : Object(kType, h), number(n), native(std::move(of)) {}
};

template <typename T>
T& as(const Value& value) {
  assert(value.type() == T::kType);
  return *static_cast<T*>(value.object());
}
/// Of a dict or a set.
inline DictObject& as_table(const Value& value) {
  assert(value.is(ValueType::dict) || value.is(ValueType::set));
  return *static_cast<DictObject*>(value.object());
}

/// Whether a value of that type can hold others.
constexpr bool may_hold(ValueType type) {
  return type > ValueType::string && type != ValueType::range && type != ValueType::int_array && type != ValueType::task;
}
/// `object` holds `item` from now on; to be called wherever what was made before changes.
inline void holds(Object& object, const Value& item) {
  if (may_hold(item.type()) && object.watched.load(std::memory_order_relaxed) == 0) [[unlikely]] object.heap->watch(object);
}
inline void holds(Object& object, const std::vector<Value>& items) {
  for (const Value& item : items)
    if (may_hold(item.type())) return holds(object, item);
}

/// As type(x).__name__ has it: NoneType where type_name() says None.
std::string python_type_name(const Value& value);
/// CPython's words where a whole number was needed and `value` is none.
std::string words_of_no_integer(const Value& value);
/// Brings the heap's account of `object` up to date with what its containers hold now.
void account(Object& object);

template <typename T, typename... Arguments>
Value make(Heap& heap, Arguments&&... arguments) {
  T* object = new T(heap, std::forward<Arguments>(arguments)...);
  account(*object);
  return Value::adopt(object);
}

/// Holds a container for one operation. Scripts never run meanwhile; only an iterator holds itself while it reads what
/// it goes through, and those never form a circle.
class Locked {
 public:
  explicit Locked(Object& object) : object_(values_are_shared() ? &object : nullptr) {
    if (!object_) [[likely]] return;
    while (object_->locked.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  ~Locked() {
    if (object_) [[unlikely]] object_->locked.store(false, std::memory_order_release);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  Object* const object_;  ///< null: nobody else may touch it
};

}  // namespace interleave
