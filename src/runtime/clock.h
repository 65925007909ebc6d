// clock.h -- the time of a run, and the one way an executor sleeps. A seam: tests put a clock here that jumps.
#pragma once

#include "trace/event.h"

namespace interleave {

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
};

}  // namespace interleave
