// process_pool.h -- to_process(): a plain function in another process, from a task of any executor.
//
// The children are those of `processes` (processes.h: the same program, the same messages), but they belong to nobody's
// workers: they are started when a call finds none that is free, at most one per core, and kept until the run ends. A call
// is a task of the run: whoever asks gives it a number and says that it made it, the child's lane ("to_process 1") shows it,
// and its end is what wakes the waiter. Such a task may compute, block, wait and speak; tasks, locks, events and queues are
// its parent's, and asking for them there fails in a sentence.
//
// Whoever gives up a wait (it was cancelled, its time was up) waits no longer, as with asyncio's executors. If the call has
// not begun, it never will; if it has, it is cancelled at its next safepoint. A child that is lost takes its call with it
// (Outcome::lost), which is made nowhere else; calls that wait for a child go to another. When children keep dying, what
// waits fails in a sentence.
// Rejected: a process per call (its start is milliseconds, a call of one that is there 0.1 ms); the workers of `processes` for
// this (they may all be waiting for it).
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/executor.h"
#include "runtime/live_task.h"
#include "runtime/seams.h"

namespace interleave {

class ProcessCalls;
class WireReader;
class WireWriter;

/// A call and its answer. Shared by who waits and by who has it made.
struct ProcessCall {
  /// Of a work that can be sent. Null: `bytes` is one that was.
  explicit ProcessCall(std::shared_ptr<Work> w) : work(std::move(w)) {}

  const std::shared_ptr<Work> work;
  Bytes bytes;              ///< as Work::to_bytes
  std::size_t moved = 0;    ///< as Work::moved_bytes
  TaskId task = kNoTask;    ///< its number in the trace, which whoever asks gives it

  // The answer, written by the polling thread before `over`.
  std::atomic<bool> over{false};
  Outcome outcome = Outcome::finished;
  std::string sentence;     ///< of one that did not finish
  Bytes result;             ///< as Work::result_to_bytes or failure_to_bytes
  Cause cause;              ///< its end

  /// Makes the bytes for `calls`. False: there is nobody to make it (null), or it cannot be sent; the operation has failed.
  bool pack(Operation& operation, const ProcessCalls* calls);
  /// It is over: leaves the result in its work, or what it threw in the operation, as something that the waiter was told.
  void answer(LiveTask& waiter, Operation& operation);
};

/// Whoever has calls made: the pool, or in a child its parent.
class ProcessCalls {
 public:
  virtual ~ProcessCalls() = default;
  /// Has it made. `tell` is called once, on the polling thread, when it is over; not if it is given up before, or the run ends.
  /// (`call` by reference: CMakeLists.txt, -mtail-call.)
  virtual void ask(const std::shared_ptr<ProcessCall>& call, std::function<void()> tell) = 0;
  /// Nobody waits for it any more.
  virtual void give_up(const std::shared_ptr<ProcessCall>& call) = 0;
};

/// Thread: the polling one, but for ask() and give_up(): any.
class ProcessPool final : public ProcessCalls {
 public:
  /// What it is told of the run, all of which outlives it but for threads that were left behind.
  struct Host {
    Root& root;
    Recorder& recorder;
    LaneRecorder& coordinator;
    const Nanos& epoch;           ///< clock time of t = 0, once it is there
    std::function<int()> core;    ///< one more child is started; its core's number in the trace
  };
  /// options.processes is there. `receives`: nobody else asks that for messages; else they come by came().
  ProcessPool(const RunOptions& options, Host host, bool receives);
  ~ProcessPool() override { end(); }

  void ask(const std::shared_ptr<ProcessCall>& call, std::function<void()> tell) override;
  void give_up(const std::shared_ptr<ProcessCall>& call) override;

  /// Whether pump() has something to do, or may have soon. Cost: one load.
  bool has_something() const { return asked_any_.load(std::memory_order_acquire) || under_way_ > 0 || !queue_.empty(); }
  /// Takes what was asked and what came, and hands out.
  void pump();
  /// A message. False: it is from none of these children.
  bool came(const ProcessPort::Message& message);
  /// Clock time of the next thing to do without a message.
  Nanos due() const { return due_; }
  /// The run is being stopped: what is under way ends, cancelled, and nobody is told.
  void stop();
  /// The same, and no child lives after it. Blocks: until the kernel has ended them.
  void end();
  /// What calls that are over asked for.
  const Asked& asked() const { return asked_; }

 private:
  struct Asking {
    std::shared_ptr<ProcessCall> call;
    std::function<void()> tell;
  };
  struct Child {
    enum class State : std::uint8_t { starting, idle, busy, gone };
    State state = State::gone;
    int port = -1;
    int core = 0;
    LaneRecorder* lane = nullptr;
    Nanos starting_at = 0;  ///< clock time
    Nanos epoch = kForever; ///< that it was told
    Asking runs;
  };

  Nanos now() const { return options_.clock->now() - host_.epoch; }
  void take_asked();
  void take_given_up(const std::shared_ptr<ProcessCall>& call);
  void give_up_slow_starters();
  void hand_out();
  void hand_to(Child& child, Asking asking);
  bool start_child();
  void send(Child& child, WireWriter& what) { options_.processes->send(child.port, take(what)); }
  static Bytes take(WireWriter& what);
  void message(Child& child, const Bytes& bytes);
  bool tell_words(Child& child, std::vector<std::uint64_t> words);
  void done(Child& child, WireReader& in);
  void lost(Child& child);
  void end_call(Child& child, Outcome outcome);
  void notice(std::string_view sentence) { host_.coordinator.text(now(), TextRole::notice, sentence); }
  void over(Asking asking, LaneRecorder& lane, Outcome outcome, bool tells);
  void refuse_queue(const std::string& sentence);
  void look();

  const RunOptions options_;
  const Host host_;
  const bool receives_;
  const std::size_t most_;
  std::optional<Bytes> root_bytes_;
  std::deque<Child> children_;  // places: a lost one's is taken by the next
  std::deque<Asking> queue_;
  std::size_t under_way_ = 0;   // children that start or work
  Nanos due_ = kForever;
  std::deque<Nanos> losses_;
  int lost_ = 0;                // of those that were ready: the first is said, and at the end how many there were
  std::string why_none_;        // what the last child said that could not make the program
  std::vector<ProcessPort::Message> came_;
  Asked asked_;
  bool ended_ = false, closed_ = false;

  std::atomic<bool> asked_any_{false};
  std::mutex mutex_;  // below
  std::vector<Asking> asking_;
  std::vector<std::shared_ptr<ProcessCall>> given_up_;
};

}  // namespace interleave
