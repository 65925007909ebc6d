// counted_memory.h -- what this program has from operator new, and has not given back. Under a sanitizer always nothing.
#pragma once

#include <cstdint>

namespace interleave::testing {

struct CountedMemory {
  std::int64_t blocks = 0, bytes = 0;
};
/// Thread: any. What other threads do meanwhile is in it, or not yet.
CountedMemory memory_in_use();

}  // namespace interleave::testing
