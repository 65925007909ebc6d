#include "runtime/pool.h"

#include <atomic>
#include <mutex>
#include <utility>

namespace interleave {

constinit thread_local Pool::Kept Pool::kept_{};

/// Batches of each size that no thread has. Kept to the program's end.
struct Pool::Depot {
  static constexpr int kMost = INTERLEAVE_POOL_KEEPS / static_cast<int>(kBatch);

  /// Thread: any. Null: there is none, or somebody else is here.
  Block* take(std::size_t size) {
    if (count[size].load(std::memory_order_relaxed) == 0) return nullptr;
    const std::unique_lock lock(mutex, std::try_to_lock);
    const int n = count[size].load(std::memory_order_relaxed);
    if (!lock || n == 0) return nullptr;
    count[size].store(n - 1, std::memory_order_relaxed);
    return std::exchange(batches[size][static_cast<std::size_t>(n - 1)], nullptr);
  }
  /// Thread: any. False: there is no room, or somebody else is here.
  bool give(Block* batch, std::size_t size) {
    if (count[size].load(std::memory_order_relaxed) >= kMost) return false;
    const std::unique_lock lock(mutex, std::try_to_lock);
    const int n = count[size].load(std::memory_order_relaxed);
    if (!lock || n >= kMost) return false;
    batches[size][static_cast<std::size_t>(n)] = batch;
    count[size].store(n + 1, std::memory_order_relaxed);
    return true;
  }

  std::mutex mutex;
  std::array<std::atomic<int>, kSizes> count{};  // written under it; read without, to see that there is nothing to come for
  std::array<std::array<Block*, kMost>, kSizes> batches{};
  static Depot one;
};
constinit Pool::Depot Pool::Depot::one;

/// Gives back what the thread has kept, when it ends.
struct Pool::Cleaner {
  ~Cleaner() {
    kept_.ended = true;
    kept_.most = 0;
    for (auto* const lists : {&kept_.first, &kept_.batch})
      for (Block*& first : *lists)
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

/// Whether this thread keeps blocks, from now on.
bool Pool::keeps() noexcept {
  if (kept_.most > 0) return true;
  if (kept_.ended || Depot::kMost == 0) return false;
  static thread_local Cleaner cleaner;
  cleaner.touch();
  kept_.most = kBatch;
  return true;
}

/// The thread's list of that size is empty.
void* Pool::take_slowly(std::size_t size) {
  Block* batch = std::exchange(kept_.batch[size], nullptr);
  if (!batch && keeps()) batch = Depot::one.take(size);
  if (!batch) return ::operator new(bytes_of(size));
  kept_.first[size] = batch->next;
  kept_.count[size] = kBatch - 1;
  return batch;
}

/// It is too large, or the thread's list of that size is full.
void Pool::give_slowly(void* memory, std::size_t size) noexcept {
  if (size >= kSizes || !keeps()) return ::operator delete(memory);
  if (kept_.count[size] >= kBatch) {
    if (kept_.batch[size] && !Depot::one.give(kept_.batch[size], size)) return ::operator delete(memory);
    kept_.batch[size] = std::exchange(kept_.first[size], nullptr);
    kept_.count[size] = 0;
  }
  keep(memory, size);
}

}  // namespace interleave
