// native_engine.h -- the Engine of the desktop window: each run on a thread of this process.
//
// The thread belongs to its run: it makes it, drives it, and takes it apart once the window has read the last of the
// trace. A run that will not stop is left behind on its thread, and the window goes on; it ends with the process.
// Rejected: one thread for all runs (a run that hangs would take the engine with it); killing a thread (its locks stay).
#pragma once

#include <memory>

#include "platform/native/native_run.h"
#include "ui/engine.h"

namespace interleave {

/// Thread: the user interface's.
class NativeEngine final : public Engine {
 public:
  explicit NativeEngine(std::shared_ptr<NativeMachine> machine);
  ~NativeEngine() override;
  const Capabilities& capabilities() const override { return capabilities_; }
  void run(const Scenario& scenario, ExecutorKind executor) override;
  void cancel() override;
  EngineStatus poll(TraceBuilder& into, std::size_t budget_bytes = 2u << 20) override;

 private:
  struct Job;
  void let_go();

  std::shared_ptr<NativeMachine> machine_;
  Capabilities capabilities_;
  std::shared_ptr<Job> job_;       ///< the run under way
  std::shared_ptr<Job> last_job_;  ///< the one before, which may still be taken apart
};

/// What this machine can do, in words.
Capabilities native_capabilities(NativeMachine& machine);

}  // namespace interleave
