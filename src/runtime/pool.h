// pool.h -- memory for what comes and goes with every task: its record, its work, its body's frame, a wait's.
//
// Each thread keeps some blocks of each size that were given back to it, to give them out again: a few instructions,
// where malloc and free cost 12 ns (31 in wasm without threads, 173 with two of them). Every block comes from operator
// new and may be given back on any thread. Under a sanitizer nothing is kept, so that it sees every use after the end.
//
// A thread has at most two batches of each size; one more goes to the depot, from which a thread that has none takes one. So
// where one thread only takes and another only gives (main's tasks, which workers end), the blocks go round. Nobody
// waits for the depot: whoever finds it held does without (Bonwick and Adams, Magazines and Vmem, USENIX 2001).
// Rejected: slabs (a block may outlive the thread that made it; and a million tasks once would be kept for ever).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace interleave {

class Pool {
 public:
  /// Thread: any. Errors: throws std::bad_alloc.
  static void* take(std::size_t bytes) {
    const std::size_t size = class_of(bytes);
    if (size >= kSizes) [[unlikely]] return ::operator new(bytes);
    Block* const block = kept_.first[size];
    if (!block) [[unlikely]] return take_slowly(size);
    kept_.first[size] = block->next;
    --kept_.count[size];
    return block;
  }
  /// `bytes`: as taken.
  static void give(void* memory, std::size_t bytes) noexcept {
    const std::size_t size = class_of(bytes);
    if (size >= kSizes || kept_.count[size] >= kept_.most) [[unlikely]] return give_slowly(memory, size);
    keep(memory, size);
  }

 private:
  struct Block {
    Block* next;
  };
  static constexpr std::size_t kSizes = 40;  // up to 632 bytes
  static constexpr std::uint32_t kBatch = 512;
  struct Kept {
    std::array<Block*, kSizes> first;
    std::array<std::uint32_t, kSizes> count;
    std::array<Block*, kSizes> batch;  ///< one more, of kBatch, or null
    std::uint32_t most;                ///< in `first` of each size; 0 before the first, and after the thread's end
    bool ended;
  };
  struct Depot;
  // 8, 24, 40, ...: what malloc has room for in its chunks of 16.
  static constexpr std::size_t class_of(std::size_t bytes) { return (bytes + 7) / 16; }
  static constexpr std::size_t bytes_of(std::size_t size) { return size * 16 + 8; }
  static void keep(void* memory, std::size_t size) {
    auto* const block = static_cast<Block*>(memory);
    block->next = kept_.first[size];
    kept_.first[size] = block;
    ++kept_.count[size];
  }
  static void* take_slowly(std::size_t size);
  static void give_slowly(void* memory, std::size_t size) noexcept;
  static bool keeps() noexcept;
  struct Cleaner;

  static constinit thread_local Kept kept_;
};

/// For std::allocate_shared.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(Pool::take(n * sizeof(T))); }
  void deallocate(T* at, std::size_t n) noexcept { Pool::give(at, n * sizeof(T)); }
  template <class U>
  bool operator==(const PoolAllocator<U>&) const { return true; }
};

/// std::make_shared, from the pool.
template <class T, class... Arguments>
std::shared_ptr<T> make_pooled(Arguments&&... arguments) {
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  return std::allocate_shared<T>(PoolAllocator<T>(), std::forward<Arguments>(arguments)...);
}

}  // namespace interleave
