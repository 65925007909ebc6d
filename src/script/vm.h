// vm.h -- steps one task: from where it stands to the next thing that it asks of its executor.
//
// A TaskFrame is a value: copy it and both go on separately (objects behind its values stay shared). Awaiting a coroutine
// directly runs it inline on the same TaskFrame's call stack, as asyncio does; gather() and spawn() hand coroutine
// objects to the executor, which makes a TaskFrame of each.
// Rejected: a C++ stack per task (cannot be copied, sent or inspected); exceptions (wasm, and an error is a value).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "script/error.h"
#include "script/instance.h"
#include "script/value.h"

namespace interleave {

/// sum_range() and numbers() speak of the run's list of the integers 0, 1, 2 ...; it never needs to be longer.
inline constexpr std::int64_t kMostNumbers = 8'388'608;

/// What a task counts against the run's limit from spawn() or gather() on. It takes more (some 350 bytes natively while it waits), but a
/// million must fit, with what the script keeps of them.
inline constexpr std::int64_t kTaskBytes = 96;

/// What a socket sends or receives in one call, bytes.
inline constexpr std::int64_t kMostSocketBytes = 65'536;

/// What a script asks of its executor, with numbers checked: durations and sizes >= 0, 0 <= low <= high <= kMostNumbers.
struct Ask {
  enum class Kind : std::uint8_t {
    compute,    ///< duration. Answer: none
    io,         ///< duration. Answer: none
    block,      ///< duration. Answer: none
    request,    ///< duration (the server's latency), size in bytes. Answer: integer, bytes that came
    step,       ///< Answer: none
    sum_range,  ///< low, high. Answer: integer, the sum of that part of the run's list
    numbers,    ///< low, high. Answer: int_array, a copy of that part of the run's list; flag: of the one in shared memory, not copied;
                ///< size 1: one that moves
    print,      ///< text, without the newline; flag: there is none, the next print goes on in this line. Answer: none
    gather,     ///< children: coroutines (each becomes a task, in order) and tasks; duration: as of wait_for. Answer: list of their results
    spawn,      ///< children[0]: a coroutine. Answer: Value::task
    join,       ///< children[0]: a task. Answer: its result
    // children[0] is the sync value or the task that it is about. What fails, fails with a kind (resume_with_failure).
    acquire,         ///< lock, semaphore. Answer: True
    release,         ///< lock, semaphore. Answer: none. Fails: RuntimeError "Lock is not acquired."
    locked,          ///< lock, semaphore. Answer: whether acquire would wait
    event_wait,      ///< Answer: True
    event_set,       ///< Answer: none
    event_clear,     ///< Answer: none
    event_is_set,    ///< Answer: boolean
    put,             ///< queue; children[1]: the item. Waits while it is full. Answer: none
    get,             ///< queue. Waits while it is empty. Answer: the item
    put_nowait,      ///< as put. Fails: QueueFull, no text
    get_nowait,      ///< as get. Fails: QueueEmpty, no text
    queue_size,      ///< Answer: integer
    task_done,       ///< queue. Answer: none. Fails: ValueError "task_done() called too many times"
    queue_join,      ///< waits until task_done was called for every item. Answer: none
    load,            ///< shared: one preemptible step; answer with shared_load(children[0])
    store,           ///< shared; children[1]: the value; one preemptible step; do shared_store()
    cancel,          ///< task; text: the message, often empty. Answer: boolean, whether it was still running
    task_is_done,    ///< Answer: boolean
    task_is_cancelled,  ///< Answer: boolean
    task_result,     ///< Answer: its result; fails with its exception, or with InvalidStateError "Result is not set."
    task_exception,  ///< Answer: its exception or none; fails as task_result does
    wait_for,        ///< children[0]: a coroutine (it becomes a task) or a task; duration, -1: none. Answer: its result.
                     ///< When the time is up it is cancelled, and once it has ended: fails with TimeoutError, no text
    timeout_begin,   ///< timeout; duration, -1: none. The block begins; when the time is up the task itself is cancelled. Answer: none
    timeout_end,     ///< timeout. The block ended (flag: by CancelledError). Answer: whether its time was up; then the
                     ///< script turns CancelledError into TimeoutError
    // Sockets. What fails, fails with a kind: OSError, ConnectionError, TimeoutError. All but readable are plain calls.
    listen,          ///< size: the port, 0 any. Answer: make_socket()
    connect,         ///< size: the port. Answer: make_socket()
    accept,          ///< children[0]: the socket. Answer: make_socket()
    receive,         ///< children[0]; size: most bytes. Answer: string
    send,            ///< children[0]; text. Answer: none
    close_socket,    ///< children[0]. Answer: none
    readable,        ///< children[0]: until accept or receive need not wait. Answer: none
    to_thread,       ///< children[0]: a coroutine without await points that wait, to be run off the loop. Answer: its result
    to_process,      ///< children[0]: the same, to be run in another process. Answer: its result
  };
  Kind kind = Kind::step;
  std::uint32_t line = 0;
  Nanos duration = 0;
  std::int64_t size = 0;
  std::int64_t low = 0, high = 0;
  std::string text;
  std::vector<Value> children;
  bool flag = false;  ///< gather: return_exceptions; numbers, timeout_end: see there
};

/// Control went from one stage of a pipeline to another: a generator was asked or sent to, gave something or ended. Or it was to go
/// there and could not: the generator runs already.
struct HandOver {
  enum class Verb : std::uint8_t { ask, send, give, end, refuse };
  Verb verb = Verb::ask;
  std::uint32_t from = 0, to = 0;         ///< generators by number, from 1 in order of their first hand-over; 0: plain code
  std::string_view from_name, to_name;    ///< their functions', which live as long as the program
  std::uint32_t from_line = 0, to_line = 0;  ///< where each stands then: the call or the yield; 0: it is over, or (to, refuse) runs
  std::uint32_t inside = 0;               ///< refuse: the task that `to` runs in, as resume() was told of it; 0: not known
  std::string item;                       ///< what went with it (send, give), or was to (refuse), short; empty: nothing
};

/// What came of resuming a task.
struct Step {
  enum class Kind : std::uint8_t {
    ask,       ///< do `ask`, then resume with the answer
    paused,    ///< the fuel is out: a safepoint. Resume with anything
    finished,  ///< `value` is the result
    failed,    ///< `error` says where and why; the frame is over
  };
  Kind kind = Kind::paused;
  Ask ask;
  Value value;
  ScriptError error;
  Value exception;  ///< failed: the exception object, for whoever waits for this task (resume_with_exception)
  std::vector<HandOver> hand_overs;  ///< since the task was resumed, as far as Instance::tell_hand_overs() wants them
};

/// One task's state. Default: a task that is over.
/// Thread: one at a time; it may move between threads.
class TaskFrame {
 public:
  TaskFrame() = default;
  /// A task from a coroutine of this instance (a child of gather or spawn, or one read from bytes).
  TaskFrame(const Instance& instance, const Value& coroutine);
  /// A task that calls a function without arguments; it must have no parameters without defaults.
  TaskFrame(const Instance& instance, std::uint32_t function);

  bool over() const { return state_ == State::over; }
  /// The line it stands on: of the operation it waits for, or of what it runs next. 0: over.
  std::uint32_t line(const Program& program) const;
  /// Calls on its stack, 0 when over.
  std::uint32_t depth() const { return over() ? 0 : static_cast<std::uint32_t>(callers_.size()) + 1; }
  /// What it occupies, without the objects that its values share.
  std::size_t bytes() const { return sizeof *this + values_.capacity() * sizeof(Value) + callers_.capacity() * sizeof(Caller); }

  struct Place {
    std::string_view function;
    std::uint32_t line = 0;
  };
  /// The call stack, innermost first.
  std::vector<Place> stack(const Program& program) const;
  /// Names and values of the innermost call's variables that have a value.
  std::vector<std::pair<std::string_view, Value>> locals(const Program& program) const;

 private:
  friend class Machine;
  enum class State : std::uint8_t { ready, asked, over };
  struct Caller {
    std::uint32_t function, pc, base, top;
    std::uint32_t after;  ///< what becomes of the result: machine.h
  };
  std::vector<Value> values_;    ///< variables and operands of all calls; unused slots are none
  std::vector<Caller> callers_;  ///< outermost first, without the running one
  std::uint32_t function_ = 0;
  std::uint32_t pc_ = 0;    ///< next instruction
  std::uint32_t base_ = 0;  ///< first variable of the running call
  std::uint32_t top_ = 0;   ///< one past its last operand
  State state_ = State::over;
};

/// Runs `frame` until it asks for something, ends, fails, or has used `fuel` (about one per instruction, more for calls
/// that do much natively). `sent` is the answer to what it asked; ignored where it asked nothing.
/// Thread: several frames of one instance may be resumed at once. Blocks: never. Throws: never.
/// `task`: what hand-overs call it; 0: nothing.
Step resume(TaskFrame& frame, const Instance& instance, Value sent, std::int64_t fuel, std::uint32_t task = 0);
/// As resume, where the operation failed: the script sees an exception of that kind ("CancelledError", "TimeoutError",
/// "QueueEmpty" ...) with that text at its line, and may catch it.
Step resume_with_failure(TaskFrame& frame, const Instance& instance, std::string sentence, std::int64_t fuel, std::string_view kind = "RuntimeError", std::uint32_t task = 0);
/// As resume, where what it waited for raised `exception` (Step::exception of another task of this instance).
Step resume_with_exception(TaskFrame& frame, const Instance& instance, Value exception, std::int64_t fuel, std::uint32_t task = 0);

}  // namespace interleave
