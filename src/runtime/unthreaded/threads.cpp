#include "runtime/threads.h"

namespace interleave {

MadeExecutor make_threads(const RunOptions&) {
  return {nullptr, "Threads need memory that Workers can share, and this page has none."};
}

}  // namespace interleave
