// value.h -- what a script computes with: 16 bytes, numbers inside, everything larger behind a counted reference.
//
// Values cross OS threads: reference counts are atomic, strings, tuples and ranges never change, and lists and dicts
// carry a lock bit so that each operation on one is atomic (nothing is atomic across operations: that race is a lesson).
// Both only while some run in this program has threads that share values (values_are_shared()): on one thread, loops over objects
// and linked nodes took 0 to 11 % longer with them.
// Integers have 64 bits; what does not fit is an error with a sentence, never a wrong number.
// What counts alone cannot free (a list that contains itself) goes at the end of the run: cycles.cpp.
// Rejected: NaN boxing (no room for 64-bit integers); one heap per thread (a task moves between threads).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace interleave {

using Bytes = std::vector<std::uint8_t>;
using Nanos = std::int64_t;

/// The unit in which a duration was written; it only affects how the duration is shown.
enum class TimeUnit : std::uint8_t { ns, us, ms, s };
/// "ms"
std::string_view name(TimeUnit unit);
Nanos nanos(TimeUnit unit);
/// "200 ms", "0.2 s": as print() shows a duration.
std::string duration_text(Nanos duration, TimeUnit unit);

/// Numbers in memory that other processes may map: the run's list 0, 1, 2, ..., or one that moves. Goes when nobody has a part of
/// it any more.
struct SharedNumbers {
  virtual ~SharedNumbers() = default;
  std::span<const std::int64_t> all;
  std::string name;  ///< by which another process finds them; empty: there is none that could
};

enum class ValueType : std::uint8_t {
  unbound,  ///< a variable without a value; never seen by a script
  none, boolean, integer, real, duration,
  function,  ///< a function of the program, by index
  builtin,   ///< a function or type of the language, by Builtin
  // From here on a counted object.
  string, list, tuple, dict, range, slice, int_array,
  coroutine,  ///< a call of an `async def` that has not begun
  operation,  ///< an operation that has not begun, such as queue.get(): awaited like a coroutine
  iterator,
  set,
  cell,      ///< a variable that functions share; never seen by a script
  closure,   ///< a function with cells or defaults of its own
  bound,     ///< a method and its object
  descriptor,  ///< property, staticmethod, classmethod
  class_, instance,  ///< exceptions are instances
  super_,
  generator,
  sync,      ///< Lock(), Semaphore(), Event(), Queue(), shared(), timeout(), a socket: what tasks wait for; see SyncKind
  view,      ///< keys(), values() and items() of a dict
  task,      ///< what spawn() gave; its number is the executor's
};

/// What a sync value is. The script makes it; what tasks do with it is asked of the executor (Ask), except that
/// shared() keeps its value in the script's heap.
enum class SyncKind : std::uint8_t { lock, semaphore, event, queue, shared, timeout, socket };

class Value;
struct Object;

/// Runs whose values several threads may touch.
inline std::atomic<std::int32_t> runs_that_share{0};
/// Whether counts must be atomic, and containers held. It turns true before the first value of such a run crosses, and false
/// when all of them are gone; a thread that is alone with its values may see either.
inline bool values_are_shared() { return runs_that_share.load(std::memory_order_relaxed) != 0; }

/// Counts the bytes that the objects of one run hold. Objects keep it alive.
/// Thread: any.
class Heap {
 public:
  static Heap* make(std::int64_t limit_bytes);
  /// Gives up the maker's hold; the heap goes with its last object. Objects that only hold each other go now, and what
  /// sync values have of the executor's. Thread: after tasks have run.
  void release() {
    free_cycles();
    remove(1);
  }
  /// From now on several threads may touch its objects. Thread: the one that does so far.
  void share() {
    if (!std::exchange(shares_, true)) runs_that_share.fetch_add(1);
  }
  bool shares() const { return shares_; }
  std::int64_t bytes() const { return bytes_.load(std::memory_order_relaxed) - 1; }
  std::int64_t limit() const { return limit_; }
  /// Whether `more` bytes still fit. Making an object never fails by the limit; the VM asks here at its safepoints and
  /// before anything large.
  bool has_room(std::int64_t more) const { return bytes() + more <= limit_; }
  std::uint64_t next_sync_number() { return sync_numbers_.fetch_add(1, std::memory_order_relaxed); }
  /// What this process makes from now on has these numbers. Thread: before tasks run.
  void number_syncs_from(std::uint64_t first) { sync_numbers_.store(first, std::memory_order_relaxed); }

  /// A coroutine that the script made went away without having been awaited.
  struct NeverAwaited {
    static constexpr std::uint32_t kOperation = std::uint32_t{1} << 31;  ///< `function` is no function's number, but this and an Ask::Kind
    std::uint32_t function, line, column;
    friend bool operator==(const NeverAwaited&, const NeverAwaited&) = default;
  };
  void never_awaited(const NeverAwaited& one);
  /// Those that came since the last call, the first few of a run, each place once. Cost: a load where there are none.
  std::vector<NeverAwaited> take_never_awaited();

  /// From now on `object` may lie in a cycle: something that can hold others was put into it after it was made (each cycle
  /// has an object of which that is so). Cost: once for each such object, a mutex. Thread: any.
  void watch(Object& object);
  /// The object goes.
  void forget(Object& object);
  void add(std::int64_t n) {
    if (values_are_shared()) [[unlikely]] bytes_.fetch_add(n, std::memory_order_relaxed);
    else bytes_.store(bytes_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void remove(std::int64_t n) {
    if (values_are_shared()) [[unlikely]] {
      if (bytes_.fetch_sub(n, std::memory_order_acq_rel) == n) delete this;
      return;
    }
    const std::int64_t left = bytes_.load(std::memory_order_relaxed) - n;
    bytes_.store(left, std::memory_order_relaxed);
    if (left == 0) delete this;
  }
  /// How often a class changed so that what was found in one may be found no more, or something else be. It stops at kMostChanges.
  std::uint32_t class_changes() const { return class_changes_.load(std::memory_order_acquire); }
  static constexpr std::uint32_t kMostChanges = (1u << 20) - 1;
  void class_changed() {
    std::uint32_t n = class_changes();
    while (n < kMostChanges && !class_changes_.compare_exchange_weak(n, n + 1, std::memory_order_release, std::memory_order_acquire)) {}
  }

 private:
  explicit Heap(std::int64_t limit_bytes) : limit_(limit_bytes) {}
  ~Heap() {
    if (shares_) runs_that_share.fetch_sub(1);
  }
  void free_cycles();
  std::atomic<std::int64_t> bytes_{1};  ///< and one for the maker
  const std::int64_t limit_;
  std::atomic<std::uint64_t> sync_numbers_{0};
  std::atomic<bool> untold_{false};
  std::atomic<std::uint32_t> class_changes_{0};
  bool shares_ = false;
  std::mutex mutex_;
  std::array<NeverAwaited, 8> never_awaited_{};  ///< under the mutex, as what follows
  std::size_t noted_ = 0, taken_ = 0;
  struct Watched {
    std::mutex mutex;
    std::vector<Object*> objects;
  };
  std::array<Watched, 16> watched_;  ///< by address, so that threads seldom meet
  Watched& watched(const Object& object) { return watched_[reinterpret_cast<std::uintptr_t>(&object) >> 6 & 15]; }
};

/// The head of every counted object; the kinds are in object.h.
struct Object {
  std::atomic<std::uint32_t> references{1};
  const ValueType type;
  std::atomic<bool> locked{false};  ///< lists, dicts, iterators: held for one operation
  std::uint32_t accounted = 0;  ///< what the heap counts for it, in 16 bytes
  std::atomic<std::uint32_t> watched{0};  ///< its place in the heap's list of those that may lie in cycles, from 1; 0: none
  Heap* heap;
  Object(ValueType t, Heap& h) : type(t), heap(&h) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
};

/// One value of a script. Copying shares the object behind it.
/// Thread: one Value is used by one thread at a time; the object behind it may be shared.
class Value {
 public:
  Value() : bits_{0} {}
  static Value none() { return Value(); }
  static Value unbound() { return Value(ValueType::unbound, 0); }
  static Value boolean(bool b) { return Value(ValueType::boolean, b); }
  static Value integer(std::int64_t i) { return Value(ValueType::integer, i); }
  static Value real(double d) {
    Value v(ValueType::real, 0);
    v.bits_.real = d;
    return v;
  }
  static Value duration(Nanos n, TimeUnit unit = TimeUnit::ns) {
    Value v(ValueType::duration, n);
    v.head_ |= static_cast<std::uint32_t>(unit) << 8;
    return v;
  }
  static Value function(std::uint32_t index) { return Value(ValueType::function, index); }
  static Value builtin(std::uint32_t index) { return Value(ValueType::builtin, index); }
  /// For the executor: the answer to Ask::Kind::spawn. `native` is the executor's, and goes with the last value that names the task.
  static Value task(Heap& heap, std::int64_t number, std::shared_ptr<void> native = nullptr);
  static Value string(Heap& heap, std::string text);
  static Value list(Heap& heap, std::vector<Value> items);
  static Value tuple(Heap& heap, std::vector<Value> items);
  /// moves: who is sent it has it, and nobody here any more (numbers(..., moved=True)).
  static Value int_array(Heap& heap, std::vector<std::int64_t> numbers, bool moves = false);
  /// The part [low, high) of numbers that lie in shared memory; nothing is copied.
  static Value int_array(Heap& heap, std::shared_ptr<const SharedNumbers> all, std::size_t low, std::size_t high);
  /// All of a piece of shared memory that is nobody else's, and that moves.
  static Value int_array(Heap& heap, std::shared_ptr<const SharedNumbers> piece);
  /// Takes over one reference to `object`.
  static Value adopt(Object* object) {
    Value v(object->type, 0);
    v.bits_.object = object;
    return v;
  }

  Value(const Value& other) : head_(other.head_), bits_(other.bits_) {
    if (is_object()) hold(bits_.object->references);
  }
  Value(Value&& other) noexcept : head_(other.head_), bits_(other.bits_) { other.head_ = kNone; }
  Value& operator=(const Value& other) {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    if (this != &other) {
      if (is_object()) drop(bits_.object);
      head_ = other.head_;
      bits_ = other.bits_;
      other.head_ = kNone;
    }
    return *this;
  }
  ~Value() {
    if (is_object()) drop(bits_.object);
  }
  void swap(Value& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(bits_, other.bits_);
  }

  ValueType type() const { return static_cast<ValueType>(head_ & 0xff); }
  bool is(ValueType t) const { return type() == t; }
  bool is_none() const { return is(ValueType::none); }
  bool is_object() const { return type() >= ValueType::string; }
  /// boolean, integer, duration (ns), function (index): asserted by the caller's own check of type().
  std::int64_t integer() const { return bits_.integer; }
  double real() const { return bits_.real; }
  TimeUnit unit() const { return static_cast<TimeUnit>(head_ >> 8); }
  Object* object() const { return bits_.object; }
  /// string: its UTF-8. Lives as long as the object.
  std::string_view text() const;
  /// list, tuple: a copy of its items at this moment; others: none.
  std::vector<Value> items() const;
  /// int_array: its numbers, which never change. Lives as long as the object; of one that moves, until it is sent.
  std::span<const std::int64_t> numbers() const;
  /// coroutine: the function it calls.
  std::uint32_t coroutine_function() const;

 private:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(ValueType::none);
  Value(ValueType type, std::int64_t i) : head_(static_cast<std::uint32_t>(type)), bits_{i} {}
  static void hold(std::atomic<std::uint32_t>& references) {
    if (values_are_shared()) [[unlikely]] references.fetch_add(1, std::memory_order_relaxed);
    else references.store(references.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  static void drop(Object* object) {
    if (!values_are_shared()) [[likely]] {
      const std::uint32_t left = object->references.load(std::memory_order_relaxed) - 1;
      object->references.store(left, std::memory_order_relaxed);
      if (left == 0) destroy(object);  // free_cycles() may still see it: 0 says that it goes
      return;
    }
    // Acquire too, and not by a fence in destroy(): ThreadSanitizer sees no fences.
    if (object->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(object);
  }
  static void destroy(Object* object);

  std::uint32_t head_ = kNone;  ///< the type, and a duration's unit above 8 bits: one word, so that a copy is two
  union Bits {
    std::int64_t integer;
    double real;
    Object* object;
  } bits_;
};
static_assert(sizeof(Value) == 16);

/// As Python's str() and repr() give it. Very long or deeply nested values are cut with "...".
std::string str(const Value& value);
std::string repr(const Value& value);
/// "int", "list", "duration": for sentences.
std::string_view type_name(const Value& value);
/// "an int", "a list", "None".
std::string a_type(const Value& value);
/// "An int", to begin a sentence with.
std::string capital_type(const Value& value);

// For the executor: a sync value's facts. Asserted: value.is(ValueType::sync).
SyncKind sync_kind(const Value& sync);
/// semaphore: permits at the start; queue: maxsize, 0 without a limit; timeout: nanoseconds, -1 for none; socket: its port.
std::int64_t sync_capacity(const Value& sync);
/// The order in which the instance made it, from 0. What the top level makes has the same number in every process, and what
/// tasks make one that no other process gives (Heap::number_syncs_from).
std::uint64_t sync_number(const Value& sync);
/// The executor's own part, empty until the executor fills it; guarded by the executor's own mutex.
std::shared_ptr<void>& sync_native(const Value& sync);
// For the executor: what Value::task() was made of. Asserted: value.is(ValueType::task).
std::int64_t task_number(const Value& task);
const std::shared_ptr<void>& task_native(const Value& task);
/// For the executor: the answer to Ask::Kind::listen, connect and accept.
Value make_socket(Heap& heap, std::int64_t port);
/// shared(): the two steps. Each is atomic. Thread: any.
Value shared_load(const Value& shared);
void shared_store(const Value& shared, Value value);

/// What was sent as a place and belongs to its receiver now. Its memory must be held until the receiver has mapped it.
struct Moved {
  std::vector<std::shared_ptr<const SharedNumbers>> pieces;
  std::size_t bytes = 0;  ///< theirs
};

class Instance;
/// A value as bytes, for another process. nullopt: it cannot be sent (a task, an iterator, a list that contains itself,
/// more than 256 MiB), and `why`, where given, is a sentence. An int_array is its raw bytes.
/// Objects of classes, exceptions among them, need the instance: only those whose class the top level made (or Python)
/// can be sent. An exception's cause goes with it, where it can be sent. So do locks, semaphores, events and queues, by
/// their numbers: there it is a value that stands for the same object.
/// An int_array that moves is copied like any other where `moved` is null. Else it is no longer here afterwards: what uses it
/// fails, and what it had in shared memory is in `moved`.
std::optional<Bytes> value_to_bytes(const Value& value, std::string* why = nullptr, const Instance* instance = nullptr, Moved* moved = nullptr);
/// Reads it back into `instance`'s heap; functions and coroutines are checked against its program. Bytes may be hostile.
std::optional<Value> value_from_bytes(std::span<const std::uint8_t> bytes, const Instance& instance,
                                      std::string* why = nullptr);

}  // namespace interleave
