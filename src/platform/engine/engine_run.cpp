#include "platform/engine/engine_run.h"

#include <new>
#include <utility>

#include "runtime/live_task.h"
#include "runtime/script_root.h"
#include "workloads/prepare.h"

namespace interleave {

EngineRun::EngineRun(const Scenario& scenario, ExecutorKind executor, const EngineSeams& seams)
    : recorder_(std::make_unique<Recorder>(seams.trace_budget_bytes)) {
  try {
    begin(scenario, executor, seams);
  } catch (const std::bad_alloc&) {
    executor_ = nullptr;
    refuse(std::string(kNoMemory));
  }
}

void EngineRun::refuse(std::string sentence) {
  LaneRecorder& lane = recorder_->lane(LaneKind::coordinator, "main");
  lane.text(0, TextRole::error, sentence);
  lane.at(0, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::failed));
  last_ = {Progress::Kind::done, 0, RunEnd::failed, std::move(sentence)};
}

void EngineRun::begin(const Scenario& scenario, ExecutorKind executor, const EngineSeams& seams) {
  Prepared prepared = prepare(scenario, id_of(executor), seams.machine_cores);
  if (!prepared.instance) {
    refuse(std::move(prepared.sentence));
    return;
  }

  RunOptions options;
  options.kind = executor;
  options.workers = prepared.workers;
  // Who asks for more than there are cores for is told so by the run; of a lesson that would like more it is no wish of theirs.
  if (executor == ExecutorKind::processes || executor == ExecutorKind::stealing || (executor == ExecutorKind::loop && scenario.executor == "loop"))
    options.workers = std::max(prepared.workers, scenario.workers);
  options.cores = prepared.cores;
  options.gil_interval = prepared.instance->gil_interval() > 0 ? prepared.instance->gil_interval() : scenario.gil_interval;
  options.max_workers = seams.max_workers;
  options.machine_cores = seams.machine_cores;
  options.clock_step = seams.clock_step;
  options.stack_bytes_here = seams.stack_bytes_here;
  options.core_here = seams.core_here;
  options.leave_core = seams.leave_core;
  options.thread_begins = seams.thread_begins;
  options.compute_rate = seams.compute_rate;
  options.clock = seams.clock;
  options.steady = steady_ = seams.steady ? seams.steady : std::make_shared<SteadyClock>(*seams.clock);
  options.requests = seams.requests;
  sockets_ = seams.sockets;
  if (!sockets_) {
    channel_ = std::make_unique<ChannelTransport>([this, clock = seams.clock] {
      if (SocketTable* const table = own_sockets_.get()) table->changed();
      clock->notify();
    });
    own_sockets_ = std::make_unique<SocketTable>(*steady_, *channel_);
    sockets_ = own_sockets_.get();
  }
  options.sockets = sockets_;
  options.processes = seams.processes;
  MadeExecutor made = make_executor(options);
  if (!made.executor) {
    refuse(std::move(made.refused));
    return;
  }
  executor_ = std::move(made.executor);
  executor_->start(script_root(prepared.instance, seams.shared_memory), *recorder_);
}

EngineRun::~EngineRun() = default;

Progress EngineRun::poll(Nanos budget) {
  if (!executor_ || last_.kind == Progress::Kind::done) return last_;
  last_ = executor_->poll(budget);
  if (last_.kind == Progress::Kind::done) sockets_->close_all();
  return last_;
}

void EngineRun::cancel() {
  if (executor_) executor_->cancel();
}

}  // namespace interleave
