// slices.h -- CPU work cut into slices of 50 to 100 microseconds, with a safepoint after each.
//
// A safepoint is where the executor may cancel the task, hand over the GIL, or end its poll. Shorter slices cost more
// than they give (a clock read each); longer ones blur a 5 ms GIL interval and make Stop slow.
#pragma once

#include <cstdint>

#include "runtime/task.h"

namespace interleave {

/// The work of one compute() or sum_range(). A value; one thread at a time.
class Slices {
 public:
  static constexpr Nanos kSlice = 64'000;

  Slices() = default;
  /// `rate`: steps of the chain per nanosecond (compute.h).
  Slices(const Operation& operation, double rate);

  bool over() const { return over_; }
  /// Does one slice. Returns how much computation it stands for (sum_range: 0, it takes what it takes).
  Nanos next();
  /// Once over: checks the result and puts it, or a sentence, into the operation.
  void answer(Operation& operation) const;

 private:
  Nanos compute_next();
  void sum_next();

  Operation::Kind kind_ = Operation::Kind::compute;
  bool over_ = true;
  bool no_memory_ = false;
  double rate_ = 0;
  Nanos duration_ = 0, spent_ = 0;
  std::uint64_t chain_ = 0, steps_ = 0;
  std::int64_t low_ = 0, high_ = 0, next_ = 0;
  std::uint64_t sum_ = 0;
};

/// All of it, with `safepoint()` after each slice. False: the safepoint said no.
template <class Safepoint>
bool in_slices(Operation& operation, double rate, Safepoint safepoint) {
  Slices slices(operation, rate);
  while (!slices.over()) {
    slices.next();
    if (!safepoint()) return false;
  }
  slices.answer(operation);
  return true;
}

/// Makes the first `count` numbers of the list, as far as there is memory, and adds them up for some 10 ms: wasm's code is
/// slow until its compiler has seen it at work, and the executor that runs first would pay for all the others.
void prepare_sums(std::int64_t count);

}  // namespace interleave
