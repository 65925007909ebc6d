// submission.h -- how work comes to a running executor from outside: from any thread, as if main had spawned it.
//
// The polling thread takes it between two rounds; so no executor knows more of it than how to spawn for main. How it ended is told
// when its task lets the work go, which every end of a task does, whatever it is; therefore the work must be handed to nobody else.
// While the queue is open a run in which all wait is no deadlock: what is still to be submitted may set the event, fill the queue,
// release the lock, since any task may. Tasks that wait in a circle are named in a notice all the same, and the run serves others. Those
// that wait for each other's ends are beyond help (but for a cancel): if main is one of them, or waits for them alone, the run ends as a
// deadlock.
// Hot, submit and get are the cache lines that go to and fro: the polling thread looks on for a moment before it sleeps, and so does
// who waits, where there are cores enough (news.h); what submit() writes is one line, what is looked at another. Two who look on on
// one core keep it from each other. So who waits sleeps at once if the polling thread slept on its core, and the polling thread, woken
// from there, goes to another if they come often.
// Rejected: submit() of the executor (threads that submit while it goes would use what is gone); a future of the standard library
// (it cannot be refused, and has no limit that a body's Cancelled would not look like a bug).
#pragma once

#include <memory>
#include <vector>

#include "runtime/sync.h"

namespace interleave {

/// What was handed in. Thread: any; copies are of the same.
class Submission {
 public:
  enum class End : std::uint8_t {
    lives,
    finished,
    failed,     ///< failure() says with what
    cancelled,  ///< also where the run ended before it began
    refused,    ///< the run takes no more: it is over or was closed, or has no one memory. It never began
  };
  /// Blocks: until its end, at most `limit`. Never on the thread that polls.
  End wait(Nanos limit = kForever) const;
  /// wait(); throws what it threw, Cancelled, or OperationFailed where it was refused.
  void get() const;
  /// failed: what it threw; else null.
  std::exception_ptr failure() const;

 private:
  friend class SubmissionQueue;
  struct Told;
  class Handed;
  explicit Submission(std::shared_ptr<Told> told) : told_(std::move(told)) {}
  std::shared_ptr<Told> told_;
};

/// Of one run: RunOptions::submissions. Whoever submits shares it, and may go on to when the executor has gone.
class SubmissionQueue {
 public:
  SubmissionQueue();
  ~SubmissionQueue();
  /// Begins as what main spawns; before start() it waits for that. Thread: any. Blocks: never.
  Submission submit(std::shared_ptr<Work> work);
  /// No more comes. Thread: any; twice is once.
  void close();

 private:
  friend class Cooperative;
  friend class Submission::Handed;
  friend Perform until_closed(Task& task, SubmissionQueue& queue);
  struct State;
  // For the executor that has it, on its polling thread.
  /// How who waits for a submission may look on, since whoever does it has another core. core_here as RunOptions, or null.
  struct Looks {
    Nanos longest = 0;
    bool in_any_case = false;  ///< also wherever the executor sleeps
    int (*core_here)() = nullptr;
  };
  void opened_by(Clock& clock, const Looks& looks);
  /// Whether take() or is_drained() may say something new.
  bool has_news() const;
  /// From here on has_news() is asked again and again, and the clock need not be notified.
  void awake();
  /// Until here. Then: as has_news().
  bool falls_asleep();
  /// The core of who notified the clock since this was asked last; -1: nobody has, or it is not known.
  int woken_from();
  void take();
  /// The oldest of what was taken; null: that was all.
  std::shared_ptr<Work> next_taken();
  bool is_closed() const;
  /// Closed, and all that was submitted has ended.
  bool is_drained() const;
  /// The run ends: what was not taken is cancelled, and the clock is not notified any more.
  void end();
  /// The executor goes. Bodies that did not come back were left behind: who waits for them need not.
  void abandon();

  std::shared_ptr<State> state_;
  Event drained_;
};

/// main waits until the queue is closed, and all that was submitted has ended: `co_await until_closed(task, queue)`.
Perform until_closed(Task& task, SubmissionQueue& queue);

}  // namespace interleave
