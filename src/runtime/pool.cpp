#include "runtime/pool.h"

namespace interleave {

constinit thread_local Pool::Kept Pool::kept_{};

/// Gives back what the thread has kept, when it ends.
struct Pool::Cleaner {
  ~Cleaner() {
    kept_.ended = true;
    kept_.most = 0;
    for (Block*& first : kept_.first)
      while (first) {
        Block* const next = first->next;
        ::operator delete(first);
        first = next;
      }
    kept_.count = {};
  }
  /// So that it is made.
  void touch() {}
};

void Pool::give_slowly(void* memory, std::size_t size) noexcept {
  if (size < kSizes && kept_.most == 0 && !kept_.ended && INTERLEAVE_POOL_KEEPS > 0) {
    static thread_local Cleaner cleaner;
    cleaner.touch();
    kept_.most = INTERLEAVE_POOL_KEEPS;
    return keep(memory, size);
  }
  ::operator delete(memory);
}

}  // namespace interleave
