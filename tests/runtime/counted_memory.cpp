// Every operator new and delete of this program that has no alignment of its own. A block begins with its size. Weak: a
// sanitizer has its own, and then nothing is counted.
#include "counted_memory.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kFront = alignof(std::max_align_t);
constinit std::atomic<std::int64_t> blocks{0}, bytes{0};

void* take(std::size_t size) noexcept {
  void* const block = std::malloc(size + kFront);
  if (!block) return nullptr;
  *static_cast<std::size_t*>(block) = size;
  blocks.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
  return static_cast<std::byte*>(block) + kFront;
}

void* take_or_throw(std::size_t size) {
  void* const block = take(size);
  if (!block) throw std::bad_alloc();
  return block;
}

void give(void* memory) noexcept {
  if (!memory) return;
  void* const block = static_cast<std::byte*>(memory) - kFront;
  blocks.fetch_sub(1, std::memory_order_relaxed);
  bytes.fetch_sub(static_cast<std::int64_t>(*static_cast<std::size_t*>(block)), std::memory_order_relaxed);
  std::free(block);
}

}  // namespace

[[gnu::weak]] void* operator new(std::size_t size) { return take_or_throw(size); }
[[gnu::weak]] void* operator new[](std::size_t size) { return take_or_throw(size); }
[[gnu::weak]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
[[gnu::weak]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
[[gnu::weak]] void operator delete(void* memory) noexcept { give(memory); }
[[gnu::weak]] void operator delete[](void* memory) noexcept { give(memory); }
[[gnu::weak]] void operator delete(void* memory, std::size_t) noexcept { give(memory); }
[[gnu::weak]] void operator delete[](void* memory, std::size_t) noexcept { give(memory); }
[[gnu::weak]] void operator delete(void* memory, const std::nothrow_t&) noexcept { give(memory); }
[[gnu::weak]] void operator delete[](void* memory, const std::nothrow_t&) noexcept { give(memory); }

namespace interleave::testing {

CountedMemory memory_in_use() { return {blocks.load(std::memory_order_relaxed), bytes.load(std::memory_order_relaxed)}; }

}  // namespace interleave::testing
