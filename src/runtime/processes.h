// processes.h -- tasks in other processes: memory of their own, everything as bytes.
//
// The parent has main and hands each task to a free child; a child is a serial executor (cooperative.h, Part) fed over a
// channel, so a task in a process is run by the very code that runs it on `serial`. What a child records travels as the
// trace's own words while it works, so that the parent's lanes are live.
//
// Locks, semaphores, events and queues lie in the parent. A task in a child asks for each operation and waits for the answer;
// the parent has the operation in line for it (sync.h: an operation whose body has suspended), so that who waits, in which
// order, and what wakes it is the same as between tasks of one process. An item of a queue is bytes. What is written down of
// an object is written by the parent, in the lane of the task: only there the causes of other lanes are known.
//   child: begin  -> parent: over, or waits, and later turn  -> child: again (it goes on), or leave (it was cancelled)
//   child: withdraw (it is cancelled and waits) -> parent: withdrawn, unless turn was said before
// A child in which nothing happens any more before one of these comes says so, with how many messages it has had by then:
// where that is all that were sent to it, it waits in earnest. So the parent sees a deadlock across processes.
// What a lost child held is released; what a task leaves locked when it ends stays locked, as on every other executor.
//
// Messages, first byte the kind; numbers are 8 bytes, little-endian:
//   parent -> child   program (version, child number, compute rate, first place of its objects, alone, root)
//                     epoch (clock time of t = 0)   task (id, call)
//                     object (task id, what; over: number, kind of failure, sentence, item)
//                     cancel (id, words): Cancelled at the next safepoint of that task, if it still runs
//                     called (number, outcome, sentence, result): what became of a call
//   child -> parent   ready   failed (sentence)   words (trace)   dropped (events that are not in it)
//                     use (task id, step; begin: place, kind, size, act, line, item)   stuck (messages taken)
//                     call (number, bytes): to_process, in yet another process   give_up (number): nobody waits for it now
//                     done (task id, outcome, sentence, its result or what it threw, asked: compute, wait)
// Neither side trusts the other: a child that says what it may not say is lost, and so is its task.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "runtime/executor.h"

namespace interleave {

class WireReader;

/// One process per core, at most `workers`. Refused where there are no processes.
MadeExecutor make_processes(const RunOptions& options);

/// The child's side. The platform feeds it what came, polls it, and sends what it gives; it neither reads nor writes itself.
/// Thread: one.
class ChildServer {
 public:
  /// From Root::to_bytes() to a Root; null and a sentence where the bytes are not that.
  using MakeRoot = std::function<std::shared_ptr<Root>(const Bytes& bytes, std::string* why)>;
  /// Of the options only the seams count: the clock, which there must be, and requests.
  ChildServer(const RunOptions& options, MakeRoot make_root);
  ~ChildServer();

  void take(const Bytes& message);
  /// Works on its task, at most `budget` long. done: the parent said something that no parent says; end this process.
  Progress poll(Nanos budget);
  /// The next message for the parent. False: none.
  bool give(Bytes& message);

 private:
  class Running;
  struct Recording;
  void begin(std::uint64_t id, Bytes call);
  void object(WireReader& in);
  void flush();
  void send(Bytes message) { out_.push_back(std::move(message)); }

  RunOptions options_;
  MakeRoot make_root_;
  std::shared_ptr<Root> root_;
  Nanos epoch_given_ = 0;   ///< on the clock that was given
  Nanos epoch_ = 0;         ///< on ours, when the task began
  Nanos flushed_at_ = 0;  ///< when what the task recorded was sent last
  std::uint64_t number_ = 0;
  std::uint64_t taken_ = 0, told_stuck_ = 0;  ///< messages of the parent's: so far, and when it was told
  std::unique_ptr<Recording> recording_;
  std::unique_ptr<Running> running_;  ///< records there
  std::deque<Bytes> out_;
  bool alone_ = false;  ///< its tasks are calls of to_process(), which use nothing of the run's
  bool broken_ = false;
};

}  // namespace interleave
