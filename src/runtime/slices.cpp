#include "runtime/slices.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "runtime/compute.h"
#include "runtime/numbers.h"

namespace interleave {
namespace {

/// Steps that `duration` stands for. Counted from the beginning, so that slices add up to the whole.
std::uint64_t steps_in(Nanos duration, double rate) {
  return static_cast<std::uint64_t>(static_cast<double>(duration) * rate);
}

std::uint64_t sum_of(std::span<const std::int64_t> numbers) {
  std::uint64_t sum = 0;
  for (std::int64_t n : numbers) sum += static_cast<std::uint64_t>(n);
  return sum;
}

/// The sum of low..high-1, modulo 2^64, without a product that overflows before it is halved.
std::uint64_t sum_by_formula(std::int64_t low, std::int64_t high) {
  std::uint64_t count = static_cast<std::uint64_t>(high - low), ends = static_cast<std::uint64_t>(low + high - 1);
  (count % 2 == 0 ? count : ends) /= 2;
  return count * ends;
}

}  // namespace

Slices::Slices(const Operation& operation, double rate)
    : kind_(operation.kind), rate_(rate), duration_(operation.duration), chain_(kChainSeed),
      low_(operation.kind == Operation::Kind::sum_range ? operation.range.low : 0),
      high_(operation.kind == Operation::Kind::sum_range ? operation.range.high : 0), next_(low_) {
  const bool sum_possible = low_ >= 0 && high_ <= kLongestList;
  over_ = kind_ == Operation::Kind::compute ? duration_ <= 0 : !sum_possible || low_ >= high_;
}

Nanos Slices::next() {
  if (kind_ == Operation::Kind::compute) return compute_next();
  sum_next();
  return 0;
}

Nanos Slices::compute_next() {
  const Nanos slice = std::min(kSlice, duration_ - spent_);
  spent_ += slice;
  const std::uint64_t until = steps_in(spent_, rate_);
  chain_ = run_chain(chain_, until - steps_);
  steps_ = until;
  over_ = spent_ >= duration_;
  return slice;
}

void Slices::sum_next() {
  try {
    const auto part = numbers_from(next_, high_);
    sum_ += sum_of(part);
    next_ += static_cast<std::int64_t>(part.size());
    over_ = next_ >= high_;
  } catch (const std::bad_alloc&) {
    no_memory_ = over_ = true;
  }
}

void Slices::answer(Operation& operation) const {
  if (kind_ == Operation::Kind::compute) {
    if (chain_ != jump_chain(kChainSeed, steps_))
      operation.fail("The computation came out wrong: this machine's arithmetic cannot be trusted.");
    return;
  }
  operation.number = static_cast<std::int64_t>(sum_);
  if (low_ < 0 || high_ > kLongestList)
    operation.fail(fmt::format("The list has the numbers 0 to {}; {} to {} are not in it.", kLongestList - 1, low_, high_));
  else if (no_memory_)
    operation.fail(fmt::format("There is not enough memory for a list of {} numbers.", high_));
  else if (low_ < high_ && sum_ != sum_by_formula(low_, high_))
    operation.fail("The sum came out wrong: this machine's memory cannot be trusted.");
}

void prepare_sums(std::int64_t count) {
  if (count <= 0) return;
  prepare_numbers(count);
  constexpr std::int64_t kEnough = 256 * kNumbersInChunk;  // twice what V8 wants
  Operation sum(Operation::Kind::sum_range);
  sum.range.high = std::min(count, kLongestList);
  std::int64_t added = 0;
  for (int times = 0; times < 256 && added < kEnough && !sum.failure; ++times, added += sum.range.high)
    in_slices(sum, 1, [] { return true; });
}

}  // namespace interleave
