#include "runtime/numbers.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>

namespace interleave {
namespace {

constexpr std::size_t kChunks = kLongestList / kNumbersInChunk;
// A pointer is null or complete: stored (release) once, after the chunk was filled. Never freed.
std::array<std::atomic<std::int64_t*>, kChunks> chunks;
std::mutex making;

const std::int64_t* chunk(std::size_t index) {
  if (const std::int64_t* there = chunks[index].load(std::memory_order_acquire)) return there;
  std::scoped_lock lock(making);
  std::int64_t* made = chunks[index].load(std::memory_order_relaxed);
  if (!made) {
    auto fresh = std::make_unique_for_overwrite<std::int64_t[]>(kNumbersInChunk);
    std::iota(fresh.get(), fresh.get() + kNumbersInChunk, static_cast<std::int64_t>(index) * kNumbersInChunk);
    made = fresh.release();
    chunks[index].store(made, std::memory_order_release);
  }
  return made;
}

}  // namespace

std::span<const std::int64_t> numbers_from(std::int64_t low, std::int64_t high) {
  assert(0 <= low && low < high && high <= kLongestList);
  const std::int64_t index = low / kNumbersInChunk, first = index * kNumbersInChunk;
  const std::int64_t end = std::min(high, first + kNumbersInChunk);
  return {chunk(static_cast<std::size_t>(index)) + (low - first), static_cast<std::size_t>(end - low)};
}

void prepare_numbers(std::int64_t count) {
  count = std::clamp<std::int64_t>(count, 0, kLongestList);
  try {
    for (std::int64_t low = 0; low < count; low += kNumbersInChunk) numbers_from(low, count);
  } catch (const std::bad_alloc&) {
  }
}

std::vector<std::int64_t> numbers_copy(std::int64_t low, std::int64_t high) {
  low = std::clamp<std::int64_t>(low, 0, kLongestList);
  high = std::clamp<std::int64_t>(high, low, kLongestList);
  std::vector<std::int64_t> copy;
  copy.reserve(static_cast<std::size_t>(high - low));
  while (low < high) {
    const auto part = numbers_from(low, high);
    copy.insert(copy.end(), part.begin(), part.end());
    low += static_cast<std::int64_t>(part.size());
  }
  return copy;
}

}  // namespace interleave
