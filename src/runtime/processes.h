// processes.h -- the door to `processes`.
#pragma once

#include "runtime/executor.h"

namespace interleave {

MadeExecutor make_processes(const RunOptions& options);

}  // namespace interleave
