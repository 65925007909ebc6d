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
#include <string_view>
#include <string>
#include <utility>
#include <vector>

#include "runtime/timers.h"
#include "trace/event.h"

namespace interleave {

class LaneRecorder;
class Port;
class Sync;
class Task;
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

/// The body of a task. Owned by its Task; destroyed with it.
class [[nodiscard]] Coroutine {
 public:
  struct promise_type {
    std::exception_ptr failure;
    std::size_t frame_bytes = last_frame_bytes;  ///< what a waiting task costs
    static void* operator new(std::size_t bytes) { return ::operator new(last_frame_bytes = bytes); }
    static void operator delete(void* frame) { ::operator delete(frame); }
    Coroutine get_return_object() { return Coroutine(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }
  };
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
  static inline thread_local std::size_t last_frame_bytes = 0;
  std::coroutine_handle<promise_type> handle_;
};

/// What a task does. `run` is called once, on the thread that runs the task first.
/// The two byte functions are for `processes`: what cannot be sent runs nowhere else.
class Work {
 public:
  virtual ~Work() = default;
  virtual Coroutine run(Task& task) = 0;
  /// The call as bytes that Root::work_from_bytes understands in another process; nullopt: it cannot be sent.
  virtual std::optional<Bytes> to_bytes() const { return std::nullopt; }
  /// In the child, after run: the result as bytes. In the parent: takes it, as if run had left it here.
  virtual Bytes result_to_bytes() const { return {}; }
  virtual bool result_from_bytes(const Bytes&) { return true; }

  /// The task that does this work, once there is one; set by the executor, read by it alone. They own each other until
  /// the task has ended; then the task lets its work go.
  std::shared_ptr<Task> task;
};

/// When the time is up, its tasks are cancelled. Made by an operation with a limit, and by arm().
/// Thread: any; its timer is the polling thread's.
class Alarm : public TimerNode {
 public:
  std::vector<std::shared_ptr<Task>> tasks;
  bool went_off() const { return state_.load(std::memory_order_acquire) == State::went_off; }
  /// From now on it cannot go off. True: it had.
  bool disarm() {
    State expected = State::armed;
    return !state_.compare_exchange_strong(expected, State::disarmed, std::memory_order_acq_rel) && expected == State::went_off;
  }
  /// True: its tasks are to be cancelled, by the caller.
  bool go_off() {
    State expected = State::armed;
    return state_.compare_exchange_strong(expected, State::went_off, std::memory_order_acq_rel);
  }
  std::shared_ptr<Alarm> itself;  ///< while a timer queue has it
  Task* waiter = nullptr;         ///< on a loop: who waits for the tasks, and cancels them when it is woken by this

 private:
  enum class State : std::uint8_t { armed, went_off, disarmed };
  std::atomic<State> state_{State::armed};
};

enum class TaskStatus : std::uint8_t { lives, finished, failed, cancelled };

/// What is asked of a lock, semaphore, event or queue (sync.h). acquire, wait, put, get and join may wait.
enum class SyncAct : std::uint8_t {
  acquire, release, locked,
  wait, set, clear, is_set,
  put, get, put_nowait, get_nowait, size, task_done, join,
};

/// One operation, and its answer. Lives in the awaiting coroutine's frame until it is done.
struct Operation {
  enum class Kind : std::uint8_t {
    compute, io, block, request, step, sum_range,
    spawn,      ///< children[0] becomes a task, and nobody waits for it; number: its id
    gather,     ///< waits for all children. Work that is a task of this run already is only awaited
    join,       ///< `await task`: waits for children[0], which is a task already. The loop goes round once less than for gather
    safepoint,  ///< asks for nothing: a long computation lets the executor cancel it, hand over the GIL, end its poll
    sync,       ///< `act` on `object`
    cancel,     ///< children[0], a task: its wait ends with Cancelled, or its next safepoint does; if it has not begun, it
                ///< never will. number: whether it still lived. A task that waits for tasks has those cancelled, as asyncio does
    status,     ///< children[0], a task. number: TaskStatus; child_failure, which is not thrown
    arm,        ///< `alarm` cancels the asking task itself after `duration`
    disarm,     ///< number: whether `alarm` went off
  };
  Kind kind = Kind::step;
  SyncAct act = SyncAct::acquire;
  std::uint16_t line = 0;     ///< source line, 0 unknown
  Nanos duration = 0;         ///< compute, io, block; request: the server's latency
  std::int64_t size = 0;      ///< request: bytes of the answer
  std::int64_t low = 0, high = 0;              ///< sum_range: [low, high) of the real list
  std::vector<std::shared_ptr<Work>> children; ///< gather, spawn: made into tasks in this order
  bool off_loop = false;      ///< gather: of what would block a thread of its own (to_thread); on a loop a block() of theirs holds nobody
  bool collects = false;      ///< gather: a child that fails does not end the wait (return_exceptions)
  Nanos limit = -1;           ///< gather, join: after it the children are cancelled, and if they end so, that is a TimeoutError
  std::shared_ptr<Alarm> alarm;
  Sync* object = nullptr;
  void* item = nullptr;       ///< put, get: what the queue moves from, or to

  // The answer.
  std::int64_t number = 0;    ///< sum_range: the sum; request: bytes that came; spawn: the task's id; sync: what was asked
  bool cancelled = false;
  std::string failure;        ///< empty: it went well
  const char* failure_kind = "";     ///< OperationFailed::kind
  std::exception_ptr child_failure;  ///< gather: of the first child that failed

  /// Its place in the line of `object`; written by Sync alone.
  struct InLine {
    enum class State : std::uint8_t { out, waiting, granted };
    State state = State::out;
    bool suspended = false;
    Task* waiter = nullptr;
    Operation* next = nullptr;
    Operation* previous = nullptr;
    Cause cause;
  };
  InLine in_line;
  TimerNode timer;  ///< io
};

/// What a worker offers to the task that it runs.
/// Thread: the worker's own; `done`-or-blocking ports return only when the operation is over.
class Port {
 public:
  virtual ~Port() = default;
  /// True: the operation is over (at once, or after this thread was blocked). False: the body must suspend.
  virtual bool begin(Task& task, Operation& operation) = 0;
  /// After the body has suspended on `operation`: the port may now resume it, from any thread it likes, once.
  virtual void suspended(Task& task, Operation& operation) = 0;
  /// A line of output, an error sentence, a notice; recorded in the lane.
  virtual void say(Task& task, TextRole role, std::string_view text) = 0;
  /// For plain functions of this task that fork and join (fork_join.h); until the task suspends.
  virtual Forks& forks(Task& task) = 0;
};

/// One task. Its executor holds it while it lives; its Work, too.
class Task {
 public:
  TaskId id = kNoTask;
  TaskId parent = kNoTask;
  std::shared_ptr<Work> work;
  /// The worker that runs it now; set by the executor before each resume.
  Port* port = nullptr;
  std::uint16_t line = 0;  ///< last source line that its body told
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;  // executors derive from it and keep their own fields there
};

/// `co_await perform(task, operation)`: the one awaitable. The answer is the operation; throws Cancelled,
/// OperationFailed, or what a gathered child threw.
class Perform {
 public:
  Perform(Task& task, Operation operation) : task_(task), operation_(std::move(operation)) {}
  Perform(const Perform&) = delete;
  Perform& operator=(const Perform&) = delete;
  ~Perform() {
    if (operation_.in_line.state != Operation::InLine::State::out) drop(operation_);
  }
  bool await_ready() {
    task_.line = operation_.line ? operation_.line : task_.line;
    return task_.port->begin(task_, operation_);
  }
  void await_suspend(std::coroutine_handle<>) { task_.port->suspended(task_, operation_); }
  Operation await_resume() {
    if (operation_.cancelled) throw Cancelled{};
    if (operation_.alarm && operation_.limit >= 0) time_is_up(operation_);
    if (operation_.child_failure && operation_.kind != Operation::Kind::status) std::rethrow_exception(operation_.child_failure);
    if (!operation_.failure.empty() || *operation_.failure_kind)
      throw OperationFailed{std::move(operation_.failure), operation_.failure_kind};
    return std::move(operation_);
  }

 private:
  static void drop(Operation& operation);
  static void time_is_up(Operation& operation);
  Task& task_;
  Operation operation_;
};

/// What fork_join.h needs: `both(forks_of(task), ...)`.
inline Forks& forks_of(Task& task) { return task.port->forks(task); }

// The operations by name, for C++ bodies.
Perform compute(Task& task, Nanos duration);
Perform io(Task& task, Nanos duration);
Perform block(Task& task, Nanos duration);
Perform request(Task& task, Nanos latency, std::int64_t size = 0);
Perform step(Task& task);
Perform sum_range(Task& task, std::int64_t low, std::int64_t high);
Perform spawn(Task& task, std::shared_ptr<Work> child);
Perform gather(Task& task, std::vector<std::shared_ptr<Work>> children);
Perform join(Task& task, std::shared_ptr<Work> child);
Perform safepoint(Task& task);
Perform cancel(Task& task, std::shared_ptr<Work> child);
/// Waits for the child, for at most `limit`; then cancels it, and throws OperationFailed "TimeoutError" once it has ended.
Perform wait_for(Task& task, std::shared_ptr<Work> child, Nanos limit);
/// A block with a limit: `alarm` cancels the task itself. Whoever catches Cancelled asks alarm->disarm() whether it was this.
Perform arm(Task& task, std::shared_ptr<Alarm> alarm, Nanos limit);
/// Waits for all, whatever becomes of them; status() says what did.
Perform gather_all(Task& task, std::vector<std::shared_ptr<Work>> children);
Perform status(Task& task, std::shared_ptr<Work> child);
/// A task from a C++ coroutine function.
std::shared_ptr<Work> work(std::function<Coroutine(Task&)> body);

}  // namespace interleave
