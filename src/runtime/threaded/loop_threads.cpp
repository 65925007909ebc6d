// loop_threads.cpp -- the one event loop where there are threads: what is sent off it (to_thread) runs beside it.
//
// The loop is Cooperative's, its tasks' order asyncio's. It waits for what runs elsewhere as for any child, and hears of
// its end between two rounds. Who may touch what: a LiveTask the loop's thread alone, but for its body (the other thread's)
// and its cancels. Several loops are in loops.cpp.
#include <algorithm>
#include <utility>

#include "runtime/cooperative.h"
#include "runtime/threaded/loops.h"
#include "runtime/threaded/off_loop.h"
#include "runtime/threaded/threaded_executor.h"
#include "runtime/threads.h"

namespace interleave {
namespace {

constexpr Nanos kGrace = 1'000 * kMs;  // for bodies that do not come back, in the destructor

struct OffTask : ThreadTask {};  // tells them from the loop's own

class LoopWithThreads final : public Cooperative {
 public:
  explicit LoopWithThreads(const RunOptions& options) : Cooperative(options), off_(std::make_shared<OffLoop>(options, 1)) {}
  /// Gives bodies that do not come back to their port a second, then abandons their threads.
  ~LoopWithThreads() override {
    off_->threads().stop();
    off_->end(clock_now() + kGrace);
    end_tasks();
  }
  void cancel() override {
    Cooperative::cancel();
    off_->threads().stop();
  }

 private:
  void begun() override {
    Cooperative::begun();
    off_->threads().open_gate(epoch());
  }
  void say_why_one_loop() override { say_one_for_each_core(1, "event loops"); }

  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override {
    if (!operation.off_loop || operation.of.child()->task || !has_thread()) return Cooperative::wait_for_tasks(waiter, operation);
    root().touched_by_threads();
    off_->make_room_for_one();
    auto join = make_pooled<Join>();
    join->waiter = &waiter;
    join->left = 1;
    auto task = TaskRef<OffTask>::make();
    task->work = operation.of.child();
    task->work->task = task;
    task->add_join(join);
    name_task(*task, waiter);
    wait_for_children(waiter);
    ++under_way_;
    off_->send(*task);
    return false;
  }

  /// For one task more. False: the system refuses even the first.
  bool has_thread() {
    const int before = off_->threads().started();
    const bool has = off_->threads_for(1, recorder(), edge());
    if (const auto sentence = off_->refusal(); !sentence.empty()) notice(sentence);
    if (!has) return false;
    const int now = off_->threads().started();
    if (now == before) return true;
    collect_each_round();
    coordinator().fact(edge(), Fact::cores, now + 1 + processes_started());
    coordinator().fact(edge(), Fact::workers, now + 1 + processes_started());
    return true;
  }

  int core_for_process() override {
    own_core_for_process(1 + off_->threads().started(), 1 + off_->threads().started());
    return off_->core_beside();
  }
  void collect() override { end_tasks(); }
  void end_tasks() {
    off_->take_over(over_);
    if (over_.empty()) return;
    edge();  // later than what they say
    bool memory_lacked = false;
    for (const OffLoop::Over& each : over_) {
      ThreadTask& task = *each.task;
      const Cause cause = each.end(coordinator(), edge());
      task.ended = true;
      task.failure = each.thrown;
      task.outcome = outcome_of(each.thrown);
      --under_way_;
      const auto work = std::move(task.work);  // may be the last to hold the task
      if (stopping()) continue;
      try {
        tell_joins(task, each.thrown, cause);
      } catch (const std::bad_alloc&) {  // the others have ended, too
        memory_lacked = true;
      }
    }
    if (memory_lacked) throw std::bad_alloc();
  }
  bool quiet_elsewhere() override { return under_way_ == 0; }
  void stop_elsewhere() override { off_->threads().stop(); }
  Nanos close() override { return off_->threads().close() ? kNow : clock_now() + 10 * kMs; }
  bool joined_elsewhere(LiveTask& base, const std::shared_ptr<Join>& join) override {
    auto* const task = dynamic_cast<OffTask*>(&base);
    if (task) task->add_join(join);
    return task != nullptr;
  }
  bool cancel_child(const TaskRef<Task>& base) override {
    auto* const task = dynamic_cast<OffTask*>(base.get());
    if (!task) return Cooperative::cancel_child(base);
    if (task->ended) return false;
    task->pend_cancel();
    off_->cancelled(*task);
    return true;
  }

  const std::shared_ptr<OffLoop> off_;
  std::size_t under_way_ = 0;
  std::vector<OffLoop::Over> over_;
};

}  // namespace

std::unique_ptr<Executor> make_loop(const RunOptions& options) {
  // Threads do not jump with the clock.
  if (options.clock->jumps()) return std::make_unique<Cooperative>(options);
  if (std::min(options.workers, cores_of(options)) > 1) return make_loops(options);
  return std::make_unique<LoopWithThreads>(options);
}

}  // namespace interleave
