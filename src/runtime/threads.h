// threads.h -- the door to `threads`, `gil`, `stealing`, and to a `loop` that can send work off itself. threaded/ builds
// them; where there are no threads, unthreaded/threads.cpp says so.
#pragma once

#include "runtime/executor.h"

namespace interleave {

MadeExecutor make_threads(const RunOptions& options);
MadeExecutor make_stealing(const RunOptions& options);
/// More than one worker: so many event loops, at most one per core. Without threads, and under a clock that jumps, there is
/// one, to_thread() runs on it, and only its waits hold nobody.
std::unique_ptr<Executor> make_loop(const RunOptions& options);

}  // namespace interleave
