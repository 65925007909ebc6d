// threads.h -- the door to `threads`, `gil` and `stealing`. threaded/ builds them; where there are no threads,
// unthreaded/threads.cpp says so.
#pragma once

#include "runtime/executor.h"

namespace interleave {

MadeExecutor make_threads(const RunOptions& options);
MadeExecutor make_stealing(const RunOptions& options);

}  // namespace interleave
