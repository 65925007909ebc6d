#include "runtime/threaded/task_thread.h"

#include "runtime/slices.h"

namespace interleave {

void TaskThread::say(Task& task, TextRole role, const std::string_view& text) {
  const Inside inside(*this);
  lane_.text(now(), role, text, task.id);
}

Forks& TaskThread::forks(Task& task) {
  forking_ = static_cast<ThreadTask*>(&task);
  return forks_.of(lane_, task.id);
}

Nanos TaskThread::fork_edge() {
  const Inside inside(*this);
  if (!safepoint(*forking_, true)) throw Cancelled{};
  return now();
}

TaskThread::Ended TaskThread::run_to_end(ThreadTask& task) {
  Ended ended;
  record_run(task);
  task.port = this;
  leave();
  try {
    if (!task.started) {
      task.make_body();
      ended.frame = Coroutine::last_frame_bytes();
    }
    task.body.handle().resume();
    ended.thrown = task.thrown();
    const bool done = task.body.handle().done();
    ended.abandoned = !done && task.told_cancelled;
    ended.suspended = !done && !task.told_cancelled;
  } catch (...) {
    ended.thrown = std::current_exception();
    ended.abandoned = false;
  }
  if (!ended.suspended) task.body = {};
  enter();
  return ended;
}

Cause TaskThread::record_end(const LiveTask& task, const std::exception_ptr& thrown) {
  record_failure(lane_, now(), task, thrown);
  lane_.at(now(), EventKind::done, static_cast<std::uint32_t>(outcome_of(thrown)), task.id);
  return last_event();
}

void TaskThread::compute(ThreadTask& task, Operation& operation) {
  if (operation.line != 0) record_run(task);  // so far it ran on the line where it was made, or waited
  operation.cancelled = !in_slices(operation, rate_, [&] { return safepoint(task, true); });
}

void TaskThread::stand_still(const ThreadTask& task, Nanos until) {
  while (!threads_.stopping() && !task.cancelled()) {
    const Nanos left = until - threads_.clock().now();
    if (left <= 0) return;
    parker_.park(left);
  }
}

}  // namespace interleave
