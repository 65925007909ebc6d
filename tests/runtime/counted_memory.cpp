// Every operator new and delete of this program that has no alignment of its own. A block begins with its size.
#include "counted_memory.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#ifndef INTERLEAVE_WEAK
#define INTERLEAVE_WEAK  // ThreadSanitizer has operators of its own that nobody may replace: there ours give way (tests.cmake)
#endif

// Of the sanitizers, where there is one.
extern "C" {
[[gnu::weak]] void __asan_init();
[[gnu::weak]] void __tsan_init();
}

namespace {

constexpr std::size_t kFront = alignof(std::max_align_t);
constinit std::atomic<std::int64_t> blocks{0}, bytes{0};
constinit std::atomic<std::int64_t> left{INT64_MAX};  // until the one that fails

void* take(std::size_t size) noexcept {
  if (left.load(std::memory_order_relaxed) != INT64_MAX && left.fetch_sub(1, std::memory_order_relaxed) == 1) return nullptr;
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

INTERLEAVE_WEAK void* operator new(std::size_t size) { return take_or_throw(size); }
INTERLEAVE_WEAK void* operator new[](std::size_t size) { return take_or_throw(size); }
INTERLEAVE_WEAK void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
INTERLEAVE_WEAK void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
INTERLEAVE_WEAK void operator delete(void* memory) noexcept { give(memory); }
INTERLEAVE_WEAK void operator delete[](void* memory) noexcept { give(memory); }
INTERLEAVE_WEAK void operator delete(void* memory, std::size_t) noexcept { give(memory); }
INTERLEAVE_WEAK void operator delete[](void* memory, std::size_t) noexcept { give(memory); }
INTERLEAVE_WEAK void operator delete(void* memory, const std::nothrow_t&) noexcept { give(memory); }
INTERLEAVE_WEAK void operator delete[](void* memory, const std::nothrow_t&) noexcept { give(memory); }

namespace interleave::testing {

CountedMemory memory_in_use() {
  if (__asan_init || __tsan_init) return {};
  return {blocks.load(std::memory_order_relaxed), bytes.load(std::memory_order_relaxed)};
}

OneFails::OneFails(std::int64_t nth) { left = nth; }
OneFails::~OneFails() { left = INT64_MAX; }
bool OneFails::has_failed() const { return left <= 0; }
bool OneFails::can() {
  const OneFails first(1);
  void* const block = ::operator new(1, std::nothrow);
  ::operator delete(block);
  return !block;
}

}  // namespace interleave::testing
