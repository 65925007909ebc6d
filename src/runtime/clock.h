// clock.h -- the time of a run, and the one way an executor sleeps. A seam: tests put a clock here that jumps.
#pragma once

#include <cstdint>

#include "trace/event.h"

namespace interleave {

inline constexpr Nanos kForever = INT64_MAX;
/// `t` + `by`, at most for ever. `by` below 0 is 0.
constexpr Nanos later(Nanos t, Nanos by) {
  const Nanos from = t > 0 ? t : 0;
  return by <= 0 ? t : by >= kForever - from ? kForever : t + by;
}

/// Thread: now() and notify() any; wait_until() the poller's.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Nanoseconds, steady, comparable between all threads and processes of one run on one machine; the origin is free.
  virtual Nanos now() = 0;
  /// Sleeps until `deadline`, until notify(), or until something that the platform waits for as well (an HTTP answer,
  /// a message of a child) is there. May return early. A notify() that came before the call is not lost.
  virtual void wait_until(Nanos deadline) = 0;
  virtual void notify() = 0;
  /// A slice of computation that stands for `duration` is over. A clock that jumps moves on; others have moved already.
  virtual void computed(Nanos duration) { static_cast<void>(duration); }
  /// Whether it does. Then nothing real can be waited for.
  virtual bool jumps() const { return false; }
};

}  // namespace interleave
