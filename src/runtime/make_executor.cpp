// make_executor.cpp -- from a kind to an executor, or a sentence why not.
#include "runtime/compute.h"
#include "runtime/cooperative.h"
#include "runtime/executor.h"
#include "runtime/processes.h"
#include "runtime/threads.h"

namespace interleave {

MadeExecutor make_executor(const RunOptions& asked) {
  RunOptions options = asked;
  if (options.compute_rate <= 0) options.compute_rate = calibrate(*options.clock);
  if (!options.steady) options.steady = std::make_shared<SteadyClock>(*options.clock);
  options.clock = options.steady.get();
  switch (options.kind) {
    case ExecutorKind::loop: return {make_loop(options), {}};
    case ExecutorKind::serial: return {std::make_unique<Cooperative>(options), {}};
    case ExecutorKind::threads:
    case ExecutorKind::gil: return make_threads(options);
    case ExecutorKind::processes: return make_processes(options);
    case ExecutorKind::stealing: return make_stealing(options);
  }
  return {nullptr, "There is no such executor."};
}

}  // namespace interleave
