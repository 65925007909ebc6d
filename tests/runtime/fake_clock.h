// fake_clock.h -- time that jumps: to wait is to be there, and computation takes exactly the time that it stands for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/clock.h"

namespace interleave::testing {

/// Thread: one. Nothing can notify it: an executor that waits for ever fails the test.
class FakeClock : public Clock {
 public:
  Nanos now() override { return now_; }
  void wait_until(Nanos deadline) override {
    ASSERT_NE(deadline, kForever) << "a wait that nothing ends";
    now_ = std::max(now_, deadline);
  }
  void notify() override {}
  void computed(Nanos duration) override { now_ += duration; }
  bool jumps() const override { return true; }

 private:
  Nanos now_ = 1'000'000'000'000;  // any origin but zero
};

}  // namespace interleave::testing
