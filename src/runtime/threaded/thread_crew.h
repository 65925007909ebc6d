// thread_crew.h -- threads that start together, work, and end together; or are left behind.
//
// Threads exist and are ready before t = 0 (the gate); starting them is a span of its own. Every wait of a member is a
// park with a condition, and stop() and close() unpark everybody: no wait is missed, none outlives a cancel. The one
// thing that cannot be stopped is a body that never comes back to its port. abandon_the_rest() detaches such a thread;
// its next enter() never returns, and whatever it captured stays alive for ever. Hence `where_` (hand_over.h).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/clock.h"
#include "runtime/executor.h"
#include "runtime/seams.h"
#include "runtime/threaded/hand_over.h"
#include "runtime/threaded/parker.h"
#include "trace/recorder.h"

namespace interleave {

class ThreadCrew;

/// One thread and its lane. Executors derive their workers from it.
class CrewMember {
 public:
  explicit CrewMember(LaneRecorder& lane) : lane_(lane) {}
  virtual ~CrewMember() = default;
  CrewMember(const CrewMember&) = delete;
  CrewMember& operator=(const CrewMember&) = delete;

  /// Thread: any.
  void unpark() {
    parker_.unpark();
    std::scoped_lock lock(wake_guard_);
    if (wake_) (*wake_)();
  }

 protected:
  /// In a seam's call: unpark() ends its sleep as it does a park. `look` is its may_sleep_until().
  class StandsStill final : public Standstill {
   public:
    StandsStill(CrewMember& member, std::function<Nanos()> look) : member_(member), look_(std::move(look)) {}
    Nanos may_sleep_until() override { return look_(); }
    void wake_by(const std::function<void()>* wake) override {
      std::scoped_lock lock(member_.wake_guard_);
      member_.wake_ = wake;
    }

   private:
    CrewMember& member_;
    const std::function<Nanos()> look_;
  };

  /// From the gate to the end of the run; inside. Returns when there is nothing left to do and never will be.
  virtual void live() = 0;

  /// The thread touches nothing of the run before this, or after leave(). Thread: the member's own.
  void enter();
  void leave() { where_.leave(); }
  /// Inside as long as it stands, whatever is thrown meanwhile.
  class Inside {
   public:
    explicit Inside(CrewMember& member) : member_(member) { member_.enter(); }
    ~Inside() { member_.leave(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    CrewMember& member_;
  };

  LaneRecorder& lane_;
  Parker parker_;

 private:
  friend class ThreadCrew;

  std::thread thread_;
  BasicWhereabouts<StdThreads> where_;
  std::mutex wake_guard_;
  const std::function<void()>* wake_ = nullptr;  // under it
  // Under the crew's mutex.
  Nanos starting_at_ = 0, ready_at_ = -1;
  bool counted_ = false, gone_ = false;
};

/// Thread: the coordinator's, unless said otherwise. Blocks: never, but for the mutex.
class ThreadCrew {
 public:
  /// `joins(n)`: n members are about to begin to work. Called before they do, by the coordinator or a late member.
  ThreadCrew(Clock& clock, std::function<void(int)> joins) : clock_(clock), joins_(std::move(joins)) {}

  /// Starts a thread, which keeps `alive`, and then makes its member. False: the system refuses, or `may_start_thread`,
  /// asked with the number of those before, stands for it; nothing was made. Errors: what `make` throws; there is no thread then.
  bool start(const std::function<std::unique_ptr<CrewMember>()>& make, const RunOptions& options, std::shared_ptr<void> alive);
  int started() const { return static_cast<int>(members_.size()); }
  int ready();
  /// t = 0 is at `epoch`: records how the members started, and lets them go.
  void open_gate(Nanos epoch);
  /// No member will start a new wait, and each that waits wakes up. Thread: any.
  void stop();
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  /// A stop() is to come: who runs something hears of it at its next safepoint. Wakes nobody: they would be in the way of who
  /// is to stop them. Thread: any. Blocks: never.
  void announce_stop() { ending_.store(true, std::memory_order_release); }
  /// It was announced, or has come.
  bool ending() const { return ending_.load(std::memory_order_acquire); }
  /// No work is left or will come: members end. True: all have.
  bool close();
  bool closing() const { return closing_.load(std::memory_order_acquire); }
  /// True: at least one was left behind, now or before.
  bool abandon_the_rest();

  /// Time since t = 0. Thread: any, after the gate was opened.
  Nanos now() { return at(clock_.now()); }
  /// What that clock time is since then.
  Nanos at(Nanos clock_time) const { return clock_time - epoch_; }
  Clock& clock() { return clock_; }

 private:
  void live(CrewMember& member);
  void pass_gate(CrewMember& member);

  Clock& clock_;
  const std::function<void(int)> joins_;
  Nanos epoch_ = 0;                    // written before the gate opens
  std::atomic<bool> ending_{false};    // false, then true, before stopping_ is
  std::atomic<bool> stopping_{false};  // false, then true
  std::atomic<bool> closing_{false};   // false, then true

  std::mutex mutex_;  // all below; members_ is changed by the coordinator alone
  std::vector<std::unique_ptr<CrewMember>> members_;
  bool gate_open_ = false, left_behind_ = false;
  int ready_ = 0, gone_ = 0;
};

}  // namespace interleave
