// event.h -- one fact of a run, in eight bytes.
//
// A lane is a sequence of 64-bit words. Most words are one event: kind (bits 0-7), argument (8-31), task (32-63).
// Some kinds are followed by payload words (see `payload_words`). A `clock` word carries the time of the events that
// follow it in its lane; events without a clock word of their own are ordered by position, and share or interpolate
// that time. Order ACROSS lanes comes from time, and where that is too coarse from causes.
// The words are the only format there is: they go from thread to thread, over a pipe, and from one wasm memory to
// another as they are. Little-endian everywhere (so are all our targets).
#pragma once

#include <cstdint>

namespace interleave {

/// Nanoseconds since the start of the run unless said otherwise.
using Nanos = std::int64_t;
/// 0 is "no task", 1 is the root task (`main`); unique within a run.
using TaskId = std::uint32_t;
inline constexpr TaskId kNoTask = 0;
inline constexpr TaskId kRootTask = 1;
/// What people call it: main has no number, the tasks that it made count from 1. Dumps say the id.
constexpr std::uint32_t number_of(TaskId task) { return task - kRootTask; }

enum class EventKind : std::uint8_t {
  none = 0,
  clock,         ///< bits 8-63: nanoseconds since run start of what follows, signed 56 bits

  // What the lane itself does. Each ends what the lane did before.
  lane_starting, ///< its thread or process is being started (a span of its own: "start")
  lane_idle,     ///< it has no task and nothing to wait for
  lane_polling,  ///< an event loop with tasks, all of which wait: it sleeps in its poll
  lane_ended,    ///< it is over

  // What happens to a task. run, ready, wait, copy also say what the lane does from now on.
  spawn,         ///< the running task (or main) made `task`; argument: source line
  ready,         ///< `task` could run, and has no core; argument: source line. From a loop: queued. From a worker that
                 ///< holds the task: it stands in line for a core permit
  run,           ///< `task` has this lane and a core; argument: core << 16 | source line
  wait,          ///< `task` waits; argument: WaitReason << 16 | source line. A blocking executor's lane waits with it
  wake,          ///< the wait of `task` is over. One payload word: the Cause
  done,          ///< `task` ended; argument: Outcome
  gil_dropped,   ///< the holder `task` lets the permit go; argument: 1 = was made to (a mark: a notch)
  steal,         ///< this lane took `task` from another lane. One payload word: the Cause
  copy,          ///< the bytes of `task` (arguments or result) are being copied. One payload word: bytes

  // What the run says.
  text,          ///< argument: TextRole << 16 | length in bytes; then (length + 7) / 8 payload words; task: who said it
  fact,          ///< argument: Fact; one payload word: its value
  run_started,   ///< t = 0 (coordinator lane only): workers are there, main begins
  run_ended,     ///< argument: RunEnd (coordinator lane only)

  // Later kinds; the numbers of those above stay.
  fork,          ///< `task`, in plain functions, made a call that another worker may take
  join,          ///< such a call of `task` was not taken, and is made now. (Taken: the thief's spawn, steal, run, done)
  sync,          ///< `task` and a lock, semaphore, event or queue; argument: sync_word. `wants` comes right before the
                 ///< `wait` that it explains; what wakes the waiter (the Cause of its `wake`) is the other's `gives`,
                 ///< `sets`, `puts` or `gets`. Who holds a lock: the last that `takes` it, until a `gives`
};

/// What a `sync` event says. Objects are numbered from 1, in order of first use in the run, all kinds together.
enum class ObjectKind : std::uint8_t { lock, semaphore, event, queue };
enum class SyncMark : std::uint8_t { wants, takes, gives, sets, clears, puts, gets };
constexpr std::uint32_t kMostObjects = 1u << 19;  // later ones share the last number
constexpr int kMarkShift = 21;  // of a sync_word
constexpr std::uint32_t sync_word(SyncMark mark, ObjectKind kind, std::uint32_t number) {
  return static_cast<std::uint32_t>(mark) << kMarkShift | static_cast<std::uint32_t>(kind) << 19 |
         (number < kMostObjects ? number : kMostObjects - 1);
}
constexpr SyncMark mark_of(std::uint32_t argument) { return static_cast<SyncMark>(argument >> kMarkShift); }
constexpr ObjectKind object_kind_of(std::uint32_t argument) { return static_cast<ObjectKind>(argument >> 19 & 3); }
constexpr std::uint32_t object_of(std::uint32_t argument) { return argument & (kMostObjects - 1); }

/// Why a task waits. Letters and colours come from the State that it maps to.
enum class WaitReason : std::uint8_t {
  io,          ///< a timer stands for the other side
  request,     ///< a real HTTP request is under way
  connection,  ///< a request that waits for one of the limited connections
  children,    ///< tasks that it made (gather, await task)
  lock,        ///< a lock or a semaphore
  gil,         ///< the one permit
  blocked,     ///< block(): a plain call that holds its thread
  event,       ///< an event that somebody sets; a queue whose items are to be done
  queue,       ///< a place in a queue, or an item from it
};

enum class Outcome : std::uint8_t { finished, failed, cancelled, lost };
/// hand_over: control went from one stage of a task's pipeline to another: "VERB NUMBER NAME:LINE NUMBER NAME:LINE ITEM", from whom
/// to whom. Verbs: ask, send, give, end. Numbers are of generators, 0 is plain code; the line is where each stands then (not
/// said of one that is over); the item is what went with it, or nothing. "refuse": it was to go there, but that generator runs
/// already; no line is said of it, but before the item the task that it runs in, 0: not known. "at LINE": the task's own code is there.
enum class TextRole : std::uint8_t { output, error, lane_name, lane_detail, notice, hand_over };
constexpr int kTextRoles = 6;
enum class RunEnd : std::uint8_t { finished, failed, cancelled, deadlock, aborted };

/// Numbers of a run that no span can say. Each may come from several lanes; the Trace says how it joins them.
enum class Fact : std::uint8_t {
  bytes_per_task,   ///< a waiting task's stack or frame, bytes; the largest counts
  spawn_ns,         ///< time to start one worker, thread or process, which is there now; of all: while one or more were being started
  copied_bytes,     ///< bytes that went to or from another process; summed
  cores,            ///< how many tasks this run may compute at once
  workers,          ///< how many workers there are
  workers_asked,    ///< how many were asked for, where that is more
  emulated_cores,   ///< 1: `cores` is kept by permits, and is not what the machine has
  clock_step_ns,    ///< measured step of the clock
  gil_interval_ns,
  tasks_refused,    ///< accepted by nobody, because of a limit
  asked_compute_ns, ///< what all compute() of tasks (but main) asked for together; summed
  asked_wait_ns,    ///< the same of io(), request() and block(); summed
  loop_blocked_ns,  ///< how long block() on an event loop held all its tasks
};

/// A place in some lane: the event that made this one happen. Zero: a timer or the outside world; no lane but an index: a timer that was due so many ns before.
struct Cause {
  std::uint64_t lane_plus_1 : 16 = 0;
  std::uint64_t index : 48 = 0;  ///< word index in that lane
  constexpr std::uint64_t word() const { return std::uint64_t{lane_plus_1} << 48 | index; }
  static constexpr Cause from_word(std::uint64_t w) {
    return {static_cast<std::uint16_t>(w >> 48), w & 0xffff'ffff'ffffULL};
  }
  friend bool operator==(const Cause&, const Cause&) = default;
};

constexpr std::uint64_t event_word(EventKind kind, std::uint32_t argument = 0, TaskId task = kNoTask) {
  return static_cast<std::uint64_t>(kind) | std::uint64_t{argument & 0xff'ffff} << 8 |
         std::uint64_t{task} << 32;
}
constexpr std::uint64_t clock_word(Nanos t) {
  return static_cast<std::uint64_t>(EventKind::clock) | static_cast<std::uint64_t>(t) << 8;
}
constexpr EventKind kind_of(std::uint64_t w) { return static_cast<EventKind>(w & 0xff); }
constexpr std::uint32_t argument_of(std::uint64_t w) { return static_cast<std::uint32_t>(w >> 8) & 0xff'ffff; }
constexpr TaskId task_of(std::uint64_t w) { return static_cast<TaskId>(w >> 32); }
constexpr Nanos clock_of(std::uint64_t w) { return static_cast<std::int64_t>(w) >> 8; }

/// How many payload words follow this one.
constexpr std::uint32_t payload_words(std::uint64_t w) {
  switch (kind_of(w)) {
    case EventKind::wake: case EventKind::steal: case EventKind::copy: case EventKind::fact: return 1;
    case EventKind::text: return ((argument_of(w) & 0xffff) + 7) / 8;
    default: return 0;
  }
}

}  // namespace interleave
