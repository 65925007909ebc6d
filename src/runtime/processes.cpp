#include "runtime/processes.h"
namespace interleave { MadeExecutor make_processes(const RunOptions&) { return {nullptr, "Processes are not built yet."}; } }
