// threads.h -- the door to `threads` and `gil`. threaded/threads.cpp builds them; where there are no threads,
// unthreaded/threads.cpp says so.
#pragma once

#include "runtime/executor.h"

namespace interleave {

MadeExecutor make_threads(const RunOptions& options);

}  // namespace interleave
