#include "platform/native/native_run.h"

#include <algorithm>

#include "platform/engine/warm_up.h"
#include "platform/native/fork_server.h"
#include "runtime/compute.h"
#include "runtime/script_root.h"

namespace interleave {
namespace {

/// Whether it may use that: a script that never says the word cannot.
bool mentions(const Scenario& scenario, std::string_view word) { return source_of(scenario).find(word) != std::string_view::npos; }

}  // namespace

NativeMachine::NativeMachine() : cores_(machine_cores()), clock_step_(measured_clock_step()) {}

bool NativeMachine::pin(int cores) {
  std::string failure;  // told by the first request
  server_.port(failure);
  if (!pin_to_cores(cores)) return false;
  cores_ = cores;
  return true;
}

double NativeMachine::compute_rate() {
  std::call_once(calibrated_, [this] {
    NativeClock clock;
    compute_rate_ = calibrate(clock);
  });
  return compute_rate_;
}

void NativeMachine::warm_up(ExecutorKind executor, const EngineSeams& seams) {
  std::call_once(warm_[static_cast<std::size_t>(executor)], [&] { interleave::warm_up(executor, seams, 10); });
}

NativeRun::NativeRun(NativeMachine& machine, const Scenario& scenario, ExecutorKind executor, std::shared_ptr<StopSignal> stop)
    : stop_(std::move(stop)), requests_(clock_, machine.server(), stop_.get()), processes_(clock_, machine.server(), stop_.get()),
      tcp_(clock_.poller()), sockets_(*steady_, tcp_) {
  // Before t = 0. If it cannot start, the first request says why.
  std::string failure;
  if (mentions(scenario, "request")) requests_.prepare(failure);
  if (executor == ExecutorKind::processes || mentions(scenario, "to_process")) prepare_fork_server(stop_.get());
  EngineSeams seams;
  seams.clock = &clock_;
  seams.steady = steady_;
  seams.requests = &requests_;
  seams.sockets = &sockets_;
  seams.processes = &processes_;
  seams.shared_memory = &shared_memory_;
  seams.machine_cores = machine.cores();
  seams.clock_step = machine.clock_step();
  seams.stack_bytes_here = stack_bytes_here;
  seams.core_here = core_here;
  seams.leave_core = leave_core;
  seams.compute_rate = machine.compute_rate();
  if (!scenario.virtual_time) machine.warm_up(executor, seams);
  run_ = std::make_unique<EngineRun>(scenario, executor, seams);
}

std::shared_ptr<Root> script_root_in_child(const Bytes& bytes, std::string* why) {
  static MemfdMemory memory;
  return script_root_from_bytes(bytes, why, &memory);
}

Progress NativeRun::finish() {
  for (;;) {
    Progress progress = run_->poll(kForever);
    if (progress.kind == Progress::Kind::done) return progress;
    if (progress.kind == Progress::Kind::waiting) clock_.wait_until(progress.until);
  }
}

}  // namespace interleave
