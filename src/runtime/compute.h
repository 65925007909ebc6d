// compute.h -- what compute() really does: a chain of multiplications that nothing can shorten but the check.
//
// x = a x + c over 64 bits, n times. Each step needs the one before it, so a core spends the same few cycles on each,
// whatever else it could do at once. The same n steps are ONE step with other constants, found by squaring in
// O(log n): that is the check, and nobody who skipped work would pass it.
// `a` and `c` come from volatile memory: with constants the compiler multiplies two steps into one.
// compute(duration) is a number of steps (rate x duration), never a spin until a time: on a busy core it takes longer,
// as real work does.
// Rejected: spinning until a deadline (hides preemption and the GIL); floating point (the check would need a tolerance).
#pragma once

#include <cstdint>

#include "runtime/clock.h"

namespace interleave {

inline constexpr std::uint64_t kChainSeed = 0x9e37'79b9'7f4a'7c15;

/// `steps` steps from `x`. Blocks: for as long as it computes.
std::uint64_t run_chain(std::uint64_t x, std::uint64_t steps);
/// Where run_chain gets to. Cost: O(log steps).
std::uint64_t jump_chain(std::uint64_t x, std::uint64_t steps);

/// Steps per nanosecond of one core of this machine. Blocks: about 20 ms. A clock that does not move gives a default.
double calibrate(Clock& clock);

}  // namespace interleave
