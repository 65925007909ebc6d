// engine_run.h -- one run of one scenario, from its text to its last event.
//
// The native engine's thread, the command line and both wasm engines drive this same object; they differ in the seams
// that they bring. Rejected: a run function that blocks (a Worker without shared memory must return to its event loop).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "platform/engine/socket_table.h"
#include "runtime/executor.h"
#include "trace/recorder.h"
#include "workloads/scenario.h"

namespace interleave {

/// What the place where the engine lives can do. Pointers are borrowed and outlive every run.
struct EngineSeams {
  Clock* clock = nullptr;
  std::shared_ptr<SteadyClock> steady;  ///< RunOptions'
  Requests* requests = nullptr;
  Sockets* sockets = nullptr;  ///< null: a channel in the engine stands for them
  ProcessPort* processes = nullptr;
  SharedMemory* shared_memory = nullptr;  ///< null: processes share none
  int machine_cores = 1;
  int max_workers = 256;
  Nanos clock_step = 0;
  std::int64_t (*stack_bytes_here)() = nullptr;  ///< RunOptions', as the next three
  int (*core_here)() = nullptr;
  void (*leave_core)(int core) = nullptr;
  void (*thread_begins)() = nullptr;
  double compute_rate = 0;  ///< kernel iterations per nanosecond, calibrated once per engine
  std::size_t trace_budget_bytes = std::size_t{1} << 30;
};

/// Thread: all calls from one, cancel() and recorder() from any.
class EngineRun {
 public:
  /// Compiles and starts. What is wrong comes as the end of the first poll(). The trace holds it, too, as an error text.
  EngineRun(const Scenario& scenario, ExecutorKind executor, const EngineSeams& seams);
  ~EngineRun();
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;

  /// As Executor::poll. After `done` it goes on saying done.
  Progress poll(Nanos budget);
  void cancel();
  const Recorder& recorder() const { return *recorder_; }

 private:
  void begin(const Scenario& scenario, ExecutorKind executor, const EngineSeams& seams);
  void refuse(std::string sentence);

  std::unique_ptr<Recorder> recorder_;
  std::shared_ptr<SteadyClock> steady_;
  std::unique_ptr<ChannelTransport> channel_;
  std::unique_ptr<SocketTable> own_sockets_;  // where the platform has none
  Sockets* sockets_ = nullptr;
  std::unique_ptr<Executor> executor_;  // before the rest goes, the executor must
  Progress last_;
};

}  // namespace interleave
