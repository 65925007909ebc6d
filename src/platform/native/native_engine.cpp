#include "platform/native/native_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "trace/trace.h"
#include "workloads/scenario.h"

namespace interleave {
namespace {

constexpr Nanos kForceAfter = 200'000'000;     // of silence: many that wait are still ending, one after the other
constexpr Nanos kEndsWithin = 10'000'000'000;  // whatever it says
constexpr std::chrono::seconds kTakenApartWithin{2};
constexpr std::size_t kPacketWords = 16 << 10;

}  // namespace

/// One run and its thread. The thread and the engine each hold it; whoever lets go last frees it.
struct NativeEngine::Job {
  const std::shared_ptr<NativeMachine> machine;
  const Scenario scenario;
  const ExecutorKind executor;
  std::shared_ptr<Job> previous;  ///< the thread's, until it has waited for it
  const std::shared_ptr<StopSignal> stop = std::make_shared<StopSignal>();

  std::mutex mutex;
  std::condition_variable changed;
  std::unique_ptr<NativeRun> run;  ///< made and freed by the thread, under the mutex
  bool cancelled = false;
  bool over = false;               ///< `progress` is there; the trace is complete
  bool let_go = false;             ///< the engine reads no more
  bool taken_apart = false;
  Progress progress;

  // The engine's alone.
  std::optional<TraceReader> reader;
  std::vector<std::uint64_t> packets = std::vector<std::uint64_t>(kPacketWords);
  Nanos cancelled_at = 0, heard_at = 0;  ///< 0: never; when it last was seen to record something
  bool insists = false;                  ///< asked again, when it had had its time
  std::uint64_t written = 0;             ///< words, then
  StartOfRun start;

  Job(std::shared_ptr<NativeMachine> m, const Scenario& s, ExecutorKind e, std::shared_ptr<Job> p)
      : machine(std::move(m)), scenario(s), executor(e), previous(std::move(p)) {}

  void live() {
    // Two runs at once would steal each other's cores. One that hangs is waited for as long as it may take to end.
    if (const auto before = std::move(previous)) {
      std::unique_lock lock(before->mutex);
      before->changed.wait_for(lock, kTakenApartWithin, [&] { return before->taken_apart; });
    }
    Progress ended;
    try {
      auto made = std::make_unique<NativeRun>(*machine, scenario, executor, stop);
      {
        std::lock_guard lock(mutex);
        run = std::move(made);
        if (cancelled) run->cancel();
      }
      ended = run->finish();
    } catch (const std::system_error& refused) {
      ended = {Progress::Kind::done, 0, RunEnd::failed, fmt::format("The system refuses what a run needs: {}.", refused.what())};
    }
    std::unique_lock lock(mutex);
    progress = std::move(ended);
    over = true;
    changed.notify_all();
    changed.wait(lock, [this] { return let_go; });
    std::unique_ptr<NativeRun> gone = std::move(run);
    lock.unlock();
    gone.reset();
    lock.lock();
    taken_apart = true;
    changed.notify_all();
  }
};

NativeEngine::NativeEngine(std::shared_ptr<NativeMachine> machine)
    : machine_(std::move(machine)), capabilities_(native_capabilities(*machine_)) {}

NativeEngine::~NativeEngine() {
  cancel();
  let_go();
  if (!last_job_) return;
  std::unique_lock lock(last_job_->mutex);
  last_job_->changed.wait_for(lock, kTakenApartWithin, [this] { return last_job_->taken_apart; });
}

void NativeEngine::let_go() {
  if (!job_) return;
  {
    std::lock_guard lock(job_->mutex);
    job_->let_go = true;
  }
  job_->changed.notify_all();
  job_->reader.reset();
  last_job_ = std::move(job_);
}

void NativeEngine::run(const Scenario& scenario, ExecutorKind executor) {
  assert(!job_ && "one run at a time");
  // The chain of jobs ends here: a job needs to know the one before it only until it starts.
  job_ = std::make_shared<Job>(machine_, scenario, executor, std::move(last_job_));
  try {
    std::thread([job = job_] { job->live(); }).detach();
  } catch (const std::system_error&) {
    job_->progress = {Progress::Kind::done, 0, RunEnd::failed, "The system refuses the thread that a run needs."};
    job_->over = job_->taken_apart = true;
  }
}

void NativeEngine::cancel() {
  if (!job_) return;
  if (job_->cancelled_at != 0) {
    job_->insists |= monotonic_now() - job_->cancelled_at > kForceAfter;
    return;
  }
  job_->cancelled_at = monotonic_now();
  job_->stop->ask();  // it may wait for a server that starts
  std::lock_guard lock(job_->mutex);
  job_->cancelled = true;
  if (job_->run) job_->run->cancel();
}

EngineStatus NativeEngine::poll(TraceBuilder& into, std::size_t budget_bytes) {
  if (!job_) return {};
  Job& job = *job_;
  bool over;
  {
    std::lock_guard lock(job.mutex);
    over = job.over;  // before the reading: what is read after it is all there is
    if (job.run && !job.reader) job.reader.emplace(job.run->recorder());
  }
  bool drained = !job.reader;
  for (std::size_t left = budget_bytes / sizeof(std::uint64_t); job.reader && left > 0;) {
    const std::size_t count = job.reader->read(job.packets);
    drained = count == 0;
    if (drained) break;
    into.add(std::span(job.packets).first(count));
    left -= std::min(left, count);
  }
  EngineStatus status;
  status.kind = job.reader ? EngineStatus::Kind::running : EngineStatus::Kind::starting;
  status.more = !drained;  // unless it has ended, below
  const Nanos now = monotonic_now();
  // Who still records still ends; by what is written, since the reading may be behind.
  if (job.reader)
    if (const std::uint64_t words = job.run->recorder().written(); words != std::exchange(job.written, words)) job.heard_at = now;
  if (job.reader && !over) status.now = job.start.since(now, into.so_far(0));
  if (over && drained) {
    status.kind = EngineStatus::Kind::ended;
    status.end = job.progress.end;
    status.sentence = job.progress.sentence;
    let_go();
  } else if (!over && (job.insists || (job.cancelled_at != 0 && (now - std::max(job.cancelled_at, job.heard_at) > kForceAfter || now - job.cancelled_at > kEndsWithin)))) {
    status.kind = EngineStatus::Kind::ended;
    status.more = false;
    status.end = RunEnd::aborted;
    status.sentence = "The run did not stop when asked and was left behind; it may still use a core.";
    let_go();
  }
  return status;
}

Capabilities native_capabilities(NativeMachine& machine) {
  Capabilities all;
  all.machine_cores = machine.cores();
  all.clock_step = machine.clock_step();
  NativeClock clock;
  HttpRequests requests(clock, machine.server());
  ProcessPortPosix processes(clock, machine.server());
  for (int kind = 0; kind < kExecutorKinds; ++kind) {
    RunOptions options;
    options.kind = static_cast<ExecutorKind>(kind);
    options.machine_cores = machine.cores();
    options.compute_rate = 1;
    options.clock = &clock;
    options.requests = &requests;
    options.processes = &processes;
    all.refused[kind] = make_executor(options).refused;
  }
  all.where = fmt::format("Real threads, {} core{}, clock steps of {} ns", all.machine_cores,
                          all.machine_cores == 1 ? "" : "s", all.clock_step);
  return all;
}

}  // namespace interleave
