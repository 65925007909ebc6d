// native_run.h -- one run on this machine: an EngineRun with the clock, requests and processes that it may use.
#pragma once

#include <array>
#include <memory>
#include <mutex>

#include "platform/engine/engine_run.h"
#include "platform/native/http_requests.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/process_port_posix.h"
#include "platform/native/shared_memory.h"
#include "platform/native/tcp_sockets.h"

namespace interleave {

/// What all runs of this process share. Thread: any.
class NativeMachine {
 public:
  NativeMachine();
  int cores() const { return cores_; }
  /// Confines all that the calling thread starts from now on to so many cores, which are then the machine's: one core is
  /// really one. The HTTP server is started first and keeps them all, as the network would. False: it cannot.
  bool pin(int cores);
  Nanos clock_step() const { return clock_step_; }
  /// Measured at the first call. Blocks: then about 20 ms.
  double compute_rate();
  /// Has run something on this executor before (platform/engine/warm_up.h). Blocks: a millisecond or two at the first call for each.
  void warm_up(ExecutorKind executor, const EngineSeams& seams);
  HttpServer& server() { return server_; }

 private:
  int cores_ = 1;
  Nanos clock_step_ = 0;
  double compute_rate_ = 0;
  std::once_flag calibrated_;
  std::array<std::once_flag, kExecutorKinds> warm_;
  HttpServer server_;
};

/// What a child of such a run runs of it: for run_as_child().
std::shared_ptr<Root> script_root_in_child(const Bytes& bytes, std::string* why);

/// Thread: all of it one; cancel() and reading the recorder any.
class NativeRun {
 public:
  /// Starts; the HTTP server too, if the script has a word of requests. What is wrong comes as the end.
  /// `stop`: to end it while it starts, too.
  NativeRun(NativeMachine& machine, const Scenario& scenario, ExecutorKind executor, std::shared_ptr<StopSignal> stop = std::make_shared<StopSignal>());
  /// Blocks: until the run is over.
  Progress finish();
  void cancel() {
    stop_->ask();
    run_->cancel();
  }
  const Recorder& recorder() const { return run_->recorder(); }

 private:
  const std::shared_ptr<StopSignal> stop_;
  NativeClock clock_;
  const std::shared_ptr<SteadyClock> steady_ = std::make_shared<SteadyClock>(clock_);
  HttpRequests requests_;
  ProcessPortPosix processes_;
  MemfdMemory shared_memory_;
  TcpTransport tcp_;
  SocketTable sockets_;
  std::unique_ptr<EngineRun> run_;  ///< goes first: it borrows the rest
};

}  // namespace interleave
