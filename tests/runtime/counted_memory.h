// counted_memory.h -- what this program has from operator new, and has not given back. Under a sanitizer always nothing.
#pragma once

#include <cstdint>

namespace interleave::testing {

struct CountedMemory {
  std::int64_t blocks = 0, bytes = 0;
};
/// Thread: any. What other threads do meanwhile is in it, or not yet.
CountedMemory memory_in_use();

/// As long as it stands: of the allocations of all threads the n-th, from 1 up, fails. One at a time.
class OneFails {
 public:
  explicit OneFails(std::int64_t nth);
  ~OneFails();
  OneFails(const OneFails&) = delete;
  bool has_failed() const;
  /// Whether there is such a thing in this build.
  static bool can();
};

}  // namespace interleave::testing
