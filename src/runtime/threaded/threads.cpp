#include "runtime/threads.h"
namespace interleave { MadeExecutor make_threads(const RunOptions&) { return {nullptr, "Threads are not built yet."}; } }
