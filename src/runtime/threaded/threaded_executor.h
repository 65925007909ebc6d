// threaded_executor.h -- what `threads`, `gil` and `stealing` have in common: main, here, and a pool of workers.
//
// main runs on the polling thread (Cooperative) and is no worker. What it makes goes to the pool. Whoever computes holds
// a permit of the RunToken, main too: its number is the core in the trace.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/cooperative.h"
#include "runtime/threaded/run_token.h"
#include "runtime/threaded/thread_crew.h"

namespace interleave {

/// The workers, and what they share. Outlives its executor when a worker was abandoned.
/// Thread: the coordinator's, all of it. Blocks: never, but for its own mutexes.
class WorkerPool {
 public:
  virtual ~WorkerPool() = default;
  virtual ThreadCrew& threads() = 0;
  virtual RunToken& token() = 0;
  virtual std::unique_ptr<CrewMember> make_worker(LaneRecorder& lane) = 0;

  /// main waits for tasks. True: there is nothing to wait for; `operation` has the answer.
  virtual bool wait_for_tasks(LaneRecorder& lane, LiveTask& main, Operation& operation) = 0;
  virtual void spawn(LaneRecorder& lane, LiveTask& main, Operation& operation) = 0;
  /// Waits of main that were over since the last call.
  virtual void collect(std::vector<std::shared_ptr<Join>>& over) = 0;
  /// No task lives here.
  virtual bool quiet() = 0;
  /// Why nothing can happen any more; empty: something can.
  virtual std::string deadlocked() = 0;
  virtual std::size_t largest_frame() = 0;
  /// What a task costs besides its frame and its stack.
  virtual std::size_t task_bytes() const = 0;
};

class ThreadedExecutor : public Cooperative {
 public:
  /// `workers` are wanted of the `asked`, on `permits` cores.
  ThreadedExecutor(const RunOptions& options, std::shared_ptr<WorkerPool> pool, int asked, int workers, int permits,
                   std::string worker_name);
  /// Gives bodies that do not come back to their port a second, then abandons their threads.
  ~ThreadedExecutor() override;
  void cancel() override;

 protected:
  void collect() override;
  void stop_elsewhere() override { pool_->threads().stop(); }

 private:
  Nanos prepare() override;
  void begun() override;
  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override;
  void spawn_task(LiveTask& maker, Operation& operation) override { pool_->spawn(coordinator(), maker, operation); }
  bool quiet_elsewhere() override { return pool_->quiet(); }
  Nanos close() override;
  std::string deadlocked() override { return pool_->deadlocked(); }
  bool take_core(LiveTask& task) override;
  void leave_core(LiveTask&) override;
  bool core_wanted(LiveTask& task) override;
  void stand_in_line(LiveTask& task);
  bool start_worker();

  const std::shared_ptr<WorkerPool> pool_;
  const int asked_, wanted_, permits_;
  const std::string worker_name_;
  RunToken::Waiter waiter_;
  int permit_ = -1;
  bool in_line_ = false;
  bool started_ = false;
  Nanos start_limit_ = 0;
  std::vector<std::shared_ptr<Join>> over_;
};

/// Cores that a run may use, and workers that it asks for.
int cores_of(const RunOptions& options);
int workers_asked(const RunOptions& options);

}  // namespace interleave
