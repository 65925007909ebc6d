// task.h -- what a task is, and what it may ask of its executor.
//
// A task's body is a C++20 coroutine: ONE body for every executor. Each operation asks the `Port` of the worker that
// runs the task right now; the port does it at once, blocks the worker's own thread until it is done, or has the
// coroutine suspend and resumes it later. Which of these it is, and nothing else, is what tells executors apart.
// Bodies are resumed by the executor's loop, a trampoline; they never resume each other.
// Rejected: one body per executor (they drift); callbacks (they hide order); symmetric transfer between tasks (the
// stack overflows in wasm without tail calls, and the trace would not see the switch).
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/limit.h"
#include "runtime/pool.h"
#include "runtime/timers.h"
#include "trace/event.h"

namespace interleave {

class Here;
class LaneRecorder;
class Port;
struct ProcessCall;
struct SocketCall;
class Sync;
class Work;
template <class Lane>
class BasicForks;
using Forks = BasicForks<LaneRecorder>;  // fork_join.h
using Bytes = std::vector<std::uint8_t>;

/// Thrown out of a co_await when the run, or the task, was cancelled. Let it pass: it ends the body.
struct Cancelled {};
/// Thrown out of a co_await when an operation failed; `sentence` is for people.
struct OperationFailed {
  std::string sentence;
  const char* kind = "";  ///< Python's name for it, where it has one: "RuntimeError", "QueueFull"
};

/// A std::exception_ptr that mostly is none: libc++ calls functions for the copy and the end of that one, too: of a hop's 41 ns
/// in Node 8.
class Thrown {
 public:
  Thrown() : at_() {}
  Thrown(std::nullptr_t) : at_() {}
  Thrown(const std::exception_ptr& thrown) : at_() { *this = thrown; }
  Thrown(const Thrown& other) : Thrown(other.at_) {}
  Thrown(Thrown&& other) noexcept : at_() {
    if (other.at_) [[unlikely]] at_ = std::move(other.at_);
  }
  Thrown& operator=(const Thrown& other) { return *this = other.at_; }
  Thrown& operator=(const std::exception_ptr& thrown) {
    if (at_ || thrown) [[unlikely]] at_ = thrown;
    return *this;
  }
  ~Thrown() {
    if (at_) [[unlikely]] at_.~exception_ptr();
  }
  operator const std::exception_ptr&() const { return at_; }
  explicit operator bool() const { return static_cast<bool>(at_); }

 private:
  union {
    std::exception_ptr at_;
  };
};

/// The body of a task. Owned by its Task; destroyed with it.
class [[nodiscard]] Coroutine {
 public:
  struct promise_type {
    static void* operator new(std::size_t bytes) { return Pool::take(made_ = bytes); }
    static void operator delete(void* frame, std::size_t bytes) { Pool::give(frame, bytes); }
    Coroutine get_return_object() { return Coroutine(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {
      failure_ = std::current_exception();
      threw_ = true;
    }
  };
  /// What the body threw that has just ended on this thread: null, nothing.
  static Thrown take_failure() {
    if (!threw_) [[likely]] return nullptr;
    threw_ = false;
    return std::exchange(failure_, nullptr);
  }
  /// The body that runs on this thread, and returns now, ends with this: as if thrown.
  static void fail(std::exception_ptr thrown) {
    failure_ = std::move(thrown);
    threw_ = true;
  }
  /// What the frame that this thread made last takes, bytes: what a waiting task costs.
  static std::size_t last_frame_bytes() { return made_; }
  Coroutine() = default;
  explicit Coroutine(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Coroutine(Coroutine&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Coroutine& operator=(Coroutine&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Coroutine() {
    if (handle_) handle_.destroy();
  }
  std::coroutine_handle<promise_type> handle() const { return handle_; }

 private:
  static inline constinit thread_local std::size_t made_ = 0;
  // Not in each frame: a million would have it for nothing.
  static inline constinit thread_local bool threw_ = false;  // so that mostly nobody asks for the other, which costs a call
  static inline thread_local std::exception_ptr failure_;
  std::coroutine_handle<promise_type> handle_;
};

/// One task, from the pool. Its executor holds it while it lives; its Work, too, by a TaskRef each.
class Task {
 public:
  std::shared_ptr<Work> work;
  /// The worker that runs it now; set by the executor before each resume.
  Port* port = nullptr;
  TaskId id = kNoTask;

 private:
  template <class T>
  friend class TaskRef;
  std::atomic<std::uint32_t> holders_{1};

 public:
  std::uint16_t line = 0;  ///< last source line that its body told
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;  // executors derive from it and keep their own fields there
  // What a limit of its own wants of it (limit.h). Thread: as there.
  virtual std::uint32_t cancelling() const { return 0; }
  virtual void count_limit() {}
  virtual bool uncancel(std::uint32_t /*before*/) { return true; }
  static void* operator new(std::size_t bytes) { return Pool::take(bytes); }
  static void operator delete(void* memory, std::size_t bytes) { Pool::give(memory, bytes); }
};

/// What std::shared_ptr is to others, in eight bytes: the count is in the task. Thread: as that.
template <class T>
class TaskRef {
 public:
  static TaskRef make() { return TaskRef(new T); }
  TaskRef() = default;
  TaskRef(std::nullptr_t) {}
  TaskRef(const TaskRef& other) : at_(other.hold()) {}
  TaskRef(TaskRef&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
  template <class U>
  TaskRef(const TaskRef<U>& other) : at_(other.hold()) {}
  template <class U>
  TaskRef(TaskRef<U>&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
  TaskRef& operator=(TaskRef other) noexcept {
    std::swap(at_, other.at_);
    return *this;
  }
  ~TaskRef() {
    // Who alone holds it need not count.
    if (at_ && (at_->holders_.load(std::memory_order_acquire) == 1 || at_->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1)) delete at_;
  }
  T* get() const { return at_; }
  T* operator->() const { return at_; }
  T& operator*() const { return *at_; }
  explicit operator bool() const { return at_; }
  friend bool operator==(const TaskRef& a, const TaskRef& b) { return a.at_ == b.at_; }

 private:
  template <class U>
  friend class TaskRef;
  template <class To, class From>
  friend TaskRef<To> task_cast(const TaskRef<From>& task);
  explicit TaskRef(T* held) : at_(held) {}
  T* hold() const {
    if (at_) at_->holders_.fetch_add(1, std::memory_order_relaxed);
    return at_;
  }
  T* at_ = nullptr;
};
template <class To, class From>
TaskRef<To> task_cast(const TaskRef<From>& task) { return TaskRef<To>(static_cast<To*>(task.hold())); }

/// What a task does. `run` is called once, on the thread that runs the task first.
/// All that is bytes is for `processes`: what cannot be sent runs nowhere else. `why` gets a sentence that says so.
class Work {
 public:
  virtual ~Work() = default;
  virtual Coroutine run(Task& task) = 0;
  /// The call as bytes that Root::work_from_bytes understands in another process; nullopt: it cannot be sent.
  virtual std::optional<Bytes> to_bytes(std::string* why) const {
    *why = "This task cannot be sent to another process.";
    return std::nullopt;
  }
  /// What goes with these bytes without being among them, bytes: to_bytes has left it where the other process finds it, as long
  /// as this holds it.
  virtual std::size_t moved_bytes() const { return 0; }
  /// Whoever was sent to_bytes() has read them, or never will.
  virtual void let_go_of_moved() {}
  /// In the child, after run: the result as bytes. In the parent: takes it, as if run had left it here.
  virtual std::optional<Bytes> result_to_bytes(std::string* why) const {
    why->clear();
    return Bytes{};
  }
  virtual bool result_from_bytes(const Bytes&) { return true; }
  /// In the child: what the body threw, for a waiter that tells one error from another; empty: its sentence says it all. In
  /// the parent: that again, to be thrown there; null: the bytes are nothing of that kind.
  virtual Bytes failure_to_bytes(const std::exception_ptr&) const { return {}; }
  virtual std::exception_ptr failure_from_bytes(const Bytes&, const std::string& /*sentence*/) const { return nullptr; }
  /// What was said to the task with its cancel, and the same where it runs.
  virtual std::string cancel_words() const { return {}; }
  virtual void hear_cancel(std::string /*words*/) {}

  /// The task that does this work, once there is one; set by the executor, read by it alone. They own each other until
  /// the task has ended; then the task lets its work go.
  TaskRef<Task> task;
};

/// When the time is up, its tasks are cancelled. Made by an operation with a limit, and by arm().
/// Thread: as its base; its timer is the polling thread's. What is disarmed a timer queue lets go by and by.
class Alarm : public TimerNode, public BasicLimit<Task> {
 public:
  Alarm() : TimerNode(TimerNode::alarm) {}
  std::vector<TaskRef<Task>> tasks;
  /// `task` arms it for itself.
  void begin_block(TaskRef<Task> task) {
    BasicLimit::begin_block(*task);
    tasks = {std::move(task)};
  }
  std::shared_ptr<Alarm> itself;  ///< while a timer queue has it
  Task* waiter = nullptr;         ///< on a loop: who waits for the tasks, and cancels them when it is woken by this
};

enum class TaskStatus : std::uint8_t { lives, finished, failed, cancelled };

/// What is asked of a lock, semaphore, event or queue (sync.h). acquire, wait, put, get and join may wait.
enum class SyncAct : std::uint8_t {
  acquire, release, locked,
  wait, set, clear, is_set,
  put, get, put_nowait, get_nowait, size, task_done, join,
};

/// One operation, and its answer. Lives in the awaiting coroutine's frame until it is done, and is most of what a waiting
/// task costs: 64 bytes. What does not fit (children, an alarm, a queue's item) is beside it in that frame.
struct Operation {
  enum class Kind : std::uint8_t {
    compute, io, block, request, step, sum_range,
    spawn,      ///< the child becomes a task, and nobody waits for it; number: its id
    gather,     ///< waits for all children. Work that is a task of this run already is only awaited
    join,       ///< `await task`: waits for the child, which is a task already. The loop goes round once less than for gather
    safepoint,  ///< asks for nothing: a long computation lets the executor cancel it, hand over the GIL, end its poll
    sync,       ///< `act` on `use.object`
    cancel,     ///< the child, a task: its wait ends with Cancelled, or its next safepoint does; if it has not begun, it
                ///< never will. number: whether it still lived. A task that waits for tasks has those cancelled, as asyncio does
    status,     ///< the child, a task. number: TaskStatus; failure: what it threw, and is not thrown here
    arm,        ///< `of.alarm` cancels the asking task itself after `duration`
    disarm,     ///< number: whether `of.alarm` went off
    socket,     ///< `call`, which holds the answer
    process,    ///< `in_process`, which another process makes, and which holds the answer
  };
  enum class Place : std::uint8_t { out, waiting, granted };

  struct Range {
    std::int64_t low = 0, high = 0;  ///< sum_range: [low, high) of the real list. request: `high` bytes of answer
  };
  struct Tasks {
    std::span<const std::shared_ptr<Work>> children;  ///< gather, spawn: made into tasks in this order
    std::shared_ptr<Alarm>* alarm = nullptr;          ///< the place for it: of `limited`, arm, disarm
    Nanos limit = 0;
    const std::shared_ptr<Work>& child() const { return children.front(); }
  };
  struct Use {
    Sync* object = nullptr;
    void* item = nullptr;  ///< put, get: what the queue moves from, or to
    union {
      Operation* next = nullptr;  ///< in its line
      std::uint64_t woken_by;     ///< once granted: a Cause as a word
    };
    Operation* previous = nullptr;
  };
  union {  // comes first: a timer is where its operation is
    Range range{};    // sum_range, request
    Tasks of;         // spawn, gather, join, cancel, status, arm, disarm
    Use use;          // sync
    TimerNode timer;  // io, block: begun by the executor
    SocketCall* call; // socket
    std::shared_ptr<ProcessCall>* in_process; // process
  };

  Kind kind = Kind::step;
  SyncAct act = SyncAct::acquire;
  std::uint16_t line = 0;     ///< source line, 0 unknown
  bool off_loop : 1 = false;  ///< gather: of what would block a thread of its own (to_thread); on a loop a block() of theirs holds nobody
  bool collects : 1 = false;  ///< gather: a child that fails does not end the wait (return_exceptions)
  bool limited : 1 = false;   ///< gather, join: after of.limit the children are cancelled, and if they end so, that is a TimeoutError
  bool relayed : 1 = false;   ///< limited: the limit is around a gather(). On a loop that hears of its children, and who waits of it
  bool blocks : 1 = false;    ///< socket: a plain call; on a loop it holds everybody, as block() does
  bool cancelled = false;     ///< answer
  Place place = Place::out;   ///< in the line of use.object; with `suspended` and use.woken_by written by Sync alone
  bool suspended = false;
  Thrown failure;             ///< answer: what await throws, or a gathered child threw. (Here: cleared by the store that it is loaded from)
  union {
    Nanos duration = 0;       ///< compute, io, block, arm; request: the server's latency
    std::int64_t number;      ///< answer of others, and of a request. sum_range: the sum; request: bytes that came; spawn: the task's id; sync: what was asked
  };
  Task* task = nullptr;       ///< whose it is

  Operation(Task& t, Sync& object, SyncAct a, void* item) : use{&object, item, {nullptr}, nullptr}, kind(Kind::sync), act(a), task(&t) {}
  Operation() {}  // not defaulted: for g++ 12 a union with one initializer has none
  explicit Operation(Kind k, Nanos d = 0) : kind(k), duration(d) {}
  /// Whose timer that is.
  static Operation& of_timer(TimerNode& timer) { return reinterpret_cast<Operation&>(timer); }
  /// Of a kind that has `of`.
  static Operation on(Kind kind, std::span<const std::shared_ptr<Work>> children) {
    Operation made(kind);
    std::construct_at(&made.of, children);
    return made;
  }
  static Operation on(SocketCall& call, bool blocks) {
    Operation made(Kind::socket);
    made.call = &call;
    made.blocks = blocks;
    return made;
  }
  static Operation on(std::shared_ptr<ProcessCall>& call) {
    Operation made(Kind::process);
    made.in_process = &call;
    return made;
  }
  static Operation on(Sync& object, SyncAct act, void* item = nullptr) {
    Operation made(Kind::sync);
    made.act = act;
    std::construct_at(&made.use, &object, item);
    return made;
  }
  bool waits_for_tasks() const { return kind == Kind::gather || kind == Kind::join; }
  void fail(std::string sentence, const char* of_kind = "") {
    failure = std::make_exception_ptr(OperationFailed{std::move(sentence), of_kind});
  }
};

static_assert(std::is_standard_layout_v<Operation>, "a timer is where its operation is");

/// What a worker offers to the task that it runs.
/// Thread: the worker's own; `done`-or-blocking ports return only when the operation is over.
class Port {
 public:
  virtual ~Port() = default;
  /// True: the operation is over (at once, or after this thread was blocked). False: the body suspends, and whoever has
  /// resumed it may resume it again, once, when the operation is over.
  virtual bool begin(Task& task, Operation& operation) = 0;
  /// A line of output, an error sentence, a notice; recorded in the lane.
  virtual void say(Task& task, TextRole role, const std::string_view& text) = 0;
  /// For plain functions of this task that fork and join (fork_join.h); until the task suspends.
  virtual Forks& forks(Task& task) = 0;

  /// Not null: of a loop that has all who use an object. A queue's operations go there by themselves (here.h).
  Here* here = nullptr;
};

/// `co_await Perform(task, operation)`: the one awaitable. The answer is the operation, here until the end of the full
/// expression; throws Cancelled, OperationFailed, or what a gathered child threw.
class [[nodiscard]] Perform {
 public:
  Perform(Task& task, const Operation& operation) : operation_(operation) { operation_.task = &task; }
  Perform(Task& task, Operation::Kind kind, Nanos duration = 0) : operation_(kind, duration) { operation_.task = &task; }
  Perform(Task& task, Sync& object, SyncAct act, void* item) : operation_(task, object, act, item) {}
  /// Refers to the child: of what is over at once.
  Perform(Task& task, Operation::Kind kind, const std::shared_ptr<Work>& child) : Perform(task, kind) {
    std::construct_at(&operation_.of, std::span(&child, 1));
  }
  Perform(const Perform&) = delete;
  Perform& operator=(const Perform&) = delete;
  ~Perform() { over(); }
  bool await_ready() {
    Task& task = *operation_.task;
    if (operation_.line) task.line = operation_.line;
    return task.port->begin(task, operation_);
  }
  void await_suspend(std::coroutine_handle<>) {}
  Operation&& await_resume() {
    if (operation_.cancelled || operation_.failure || operation_.limited) [[unlikely]] end(operation_);
    return std::move(operation_);
  }

 protected:
  /// The same: this operation is over, the next may be set.
  void over() {
    if (operation_.place != Operation::Place::out) drop(operation_);
  }
  /// For one that is awaited again and again: what for, next.
  void set_operation(const Operation& operation) {
    Task* const task = operation_.task;
    operation_ = operation;
    operation_.task = task;
  }
  Task& task() const { return *operation_.task; }
  void end() { end(operation_); }
  Operation operation_;

 private:
  static void drop(Operation& operation);
  static void end(Operation& operation);
};

/// The same with one child, or many, or an alarm, which it keeps.
class [[nodiscard]] PerformOnTask : public Perform {
 public:
  PerformOnTask(Task& task, Operation::Kind kind, std::shared_ptr<Work> child) : Perform(task, kind), child_(std::move(child)) {
    std::construct_at(&operation_.of, std::span(&child_, 1));
  }

 protected:
  std::shared_ptr<Work> child_;
};
class [[nodiscard]] PerformWithLimit : public PerformOnTask {
 public:
  PerformWithLimit(Task& task, std::shared_ptr<Work> child, Nanos limit) : PerformOnTask(task, Operation::Kind::gather, std::move(child)) {
    operation_.limited = true;
    operation_.of.limit = limit < 0 ? 0 : limit;
    operation_.of.alarm = &alarm_;
  }

 private:
  std::shared_ptr<Alarm> alarm_;
};
class [[nodiscard]] PerformOffLoop : public PerformOnTask {
 public:
  PerformOffLoop(Task& task, std::shared_ptr<Work> child) : PerformOnTask(task, Operation::Kind::gather, std::move(child)) {
    operation_.off_loop = true;
  }
};
class [[nodiscard]] PerformInProcess : public Perform {
 public:
  PerformInProcess(Task& task, std::shared_ptr<Work> child);

 private:
  std::shared_ptr<ProcessCall> call_;
};
class [[nodiscard]] PerformOnTasks : public Perform {
 public:
  PerformOnTasks(Task& task, std::vector<std::shared_ptr<Work>> children, bool collects)
      : Perform(task, Operation::Kind::gather), children_(std::move(children)) {
    std::construct_at(&operation_.of, children_);
    operation_.collects = collects;
  }

 private:
  std::vector<std::shared_ptr<Work>> children_;
};
class [[nodiscard]] PerformOnAlarm : public Perform {
 public:
  PerformOnAlarm(Task& task, std::shared_ptr<Alarm> alarm, Nanos limit)
      : Perform(task, Operation::Kind::arm, limit), alarm_(std::move(alarm)) {
    std::construct_at(&operation_.of, std::span<const std::shared_ptr<Work>>(), &alarm_);
  }

 private:
  std::shared_ptr<Alarm> alarm_;
};

/// What fork_join.h needs: `both(forks_of(task), ...)`.
inline Forks& forks_of(Task& task) { return task.port->forks(task); }

// The operations by name, for C++ bodies.
inline Perform compute(Task& task, Nanos duration) { return {task, Operation::Kind::compute, duration}; }
inline Perform io(Task& task, Nanos duration) { return {task, Operation::Kind::io, duration}; }
inline Perform block(Task& task, Nanos duration) { return {task, Operation::Kind::block, duration}; }
inline Perform step(Task& task) { return {task, Operation::Kind::step}; }
inline Perform safepoint(Task& task) { return {task, Operation::Kind::safepoint}; }
Perform request(Task& task, Nanos latency, std::int64_t size = 0);
Perform sum_range(Task& task, std::int64_t low, std::int64_t high);
/// To be awaited where it is made. (It keeps no child of its own: in a program with threads each count costs as much as a resume.)
inline Perform spawn(Task& task, const std::shared_ptr<Work>& child) { return {task, Operation::Kind::spawn, child}; }
/// Who has no more use for the child moves it here: two counts less.
inline PerformOnTask join(Task& task, std::shared_ptr<Work> child) { return {task, Operation::Kind::join, std::move(child)}; }
inline PerformOnTask cancel(Task& task, std::shared_ptr<Work> child) { return {task, Operation::Kind::cancel, std::move(child)}; }
inline PerformOnTask status(Task& task, std::shared_ptr<Work> child) { return {task, Operation::Kind::status, std::move(child)}; }
inline PerformOnTasks gather(Task& task, std::vector<std::shared_ptr<Work>> children) { return {task, std::move(children), false}; }
/// Waits for all, whatever becomes of them; status() says what did.
inline PerformOnTasks gather_all(Task& task, std::vector<std::shared_ptr<Work>> children) { return {task, std::move(children), true}; }
/// Waits for the child, for at most `limit`; then cancels it, and throws OperationFailed "TimeoutError" once it has ended.
inline PerformWithLimit wait_for(Task& task, std::shared_ptr<Work> child, Nanos limit) { return {task, std::move(child), limit}; }
/// Waits for the child, which on a loop runs on a thread of its own: it may block, and must not use the loop's objects.
inline PerformOffLoop to_thread(Task& task, std::shared_ptr<Work> child) { return {task, std::move(child)}; }
/// Waits for what the child does in another process, with memory of its own: it must be one that can be sent (Work::to_bytes),
/// and cannot use tasks, locks, events and queues. Its result, or what it threw, comes back as on `processes`.
inline PerformInProcess to_process(Task& task, std::shared_ptr<Work> child) { return {task, std::move(child)}; }
/// A block with a limit: `alarm` cancels the task itself. The block ends with alarm->disarm(); whoever has caught Cancelled learns
/// there whether it was this.
inline PerformOnAlarm arm(Task& task, std::shared_ptr<Alarm> alarm, Nanos limit) { return {task, std::move(alarm), limit}; }

/// A task from a C++ coroutine function: anything that is called with a Task& and returns a Coroutine. It outlives the
/// coroutine, whose captures live in it.
template <class Body>
class FunctionWork final : public Work {
 public:
  explicit FunctionWork(Body body) : body_(std::move(body)) {}
  Coroutine run(Task& task) override { return body_(task); }

 private:
  Body body_;
};
template <class Body>
std::shared_ptr<Work> work(Body body) {
  return make_pooled<FunctionWork<Body>>(std::move(body));
}

}  // namespace interleave
