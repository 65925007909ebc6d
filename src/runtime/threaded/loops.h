// loops.h -- `loop` with more than one worker.
#pragma once

#include <memory>

#include "runtime/executor.h"

namespace interleave {

/// `options.workers` event loops, at most one per core.
std::unique_ptr<Executor> make_loops(const RunOptions& options);

}  // namespace interleave
