#include "runtime/compute.h"

#include <algorithm>
#include <array>

namespace interleave {
namespace {

// Knuth's constants (MMIX).
volatile std::uint64_t multiplier = 6364136223846793005u;
volatile std::uint64_t increment = 1442695040888963407u;

constexpr double kDefaultRate = 0.75;  // about 4 cycles a step at 3 GHz
constexpr Nanos kPiece = 2 * 1'000'000;

/// Time of one piece of work; 0 where the clock is too coarse or stands still.
Nanos time_of(Clock& clock, std::uint64_t steps, std::uint64_t& x) {
  const Nanos begin = clock.now();
  x = run_chain(x, steps);
  return std::max<Nanos>(clock.now() - begin, 0);
}

}  // namespace

std::uint64_t run_chain(std::uint64_t x, std::uint64_t steps) {
  const std::uint64_t a = multiplier, c = increment;
  for (; steps > 0; --steps) x = a * x + c;
  return x;
}

std::uint64_t jump_chain(std::uint64_t x, std::uint64_t steps) {
  // n steps are x -> A x + C. Squared: A A x + (A C + C).
  std::uint64_t a = multiplier, c = increment;
  for (; steps > 0; steps >>= 1) {
    if (steps & 1) x = a * x + c;
    c = a * c + c;
    a = a * a;
  }
  return x;
}

double calibrate(Clock& clock) {
  std::uint64_t x = kChainSeed;
  // How many steps are a piece: the first millisecond or two also warms the core (and the wasm compiler) up.
  std::uint64_t steps = 1 << 14;
  Nanos took = 0;
  while (steps < (1u << 26) && (took = time_of(clock, steps, x)) < kPiece / 2) steps *= 2;
  if (took <= 0) return kDefaultRate;
  steps = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(steps) * kPiece / took));

  // What disturbs a piece makes it longer, never shorter: the third shortest of seven is a quiet one, and no fluke.
  std::array<Nanos, 7> times;
  for (Nanos& t : times) t = time_of(clock, steps, x);
  std::sort(times.begin(), times.end());
  volatile std::uint64_t used = x;
  static_cast<void>(used);
  return times[2] > 0 ? static_cast<double>(steps) / static_cast<double>(times[2]) : kDefaultRate;
}

}  // namespace interleave
