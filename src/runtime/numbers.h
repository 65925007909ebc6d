// numbers.h -- "the real list": 0, 1, 2, ... as 64-bit integers in memory, for sum_range().
//
// Built once per process, in chunks, as far as somebody asked for; a chunk stays where it is for ever, so that readers
// need no lock while others make it grow. Every process has its own list: that is what "send only the range" means.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace interleave {

inline constexpr std::int64_t kLongestList = std::int64_t{1} << 28;  // 2 GB
inline constexpr std::int64_t kNumbersInChunk = std::int64_t{1} << 16;

/// The numbers from `low` to the end of its chunk, at most to `high`; made if they are not there yet.
/// 0 <= low < high <= kLongestList (asserted). Thread: any. Blocks: while another thread makes a chunk.
/// Errors: throws std::bad_alloc.
std::span<const std::int64_t> numbers_from(std::int64_t low, std::int64_t high);

/// Makes the first `count` now, as far as there is memory; who asks for more than that gets the error later. Thread: any.
void prepare_numbers(std::int64_t count);

/// A copy of [low, high), clipped to what there can be. Thread: any. Errors: throws std::bad_alloc.
std::vector<std::int64_t> numbers_copy(std::int64_t low, std::int64_t high);

}  // namespace interleave
