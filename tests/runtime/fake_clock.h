// fake_clock.h -- time that jumps: to wait is to be there, and computation takes exactly the time that it stands for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "runtime/clock.h"

namespace interleave::testing {

/// A wait that only a notify can end is a real one: another thread has to do something.
class FakeClock : public Clock {
 public:
  Nanos now() override { return now_; }
  void wait_until(Nanos deadline) override {
    if (deadline != kForever) {
      if (deadline > now_) now_ = deadline;
      return;
    }
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return notified_; })) << "a wait that nothing ends";
    notified_ = false;
  }
  void notify() override {
    std::scoped_lock lock(mutex_);
    notified_ = true;
    changed_.notify_one();
  }
  void computed(Nanos duration) override { now_ += duration; }

 private:
  std::atomic<Nanos> now_ = 1'000'000'000'000;  // any origin but zero
  std::mutex mutex_;
  std::condition_variable changed_;
  bool notified_ = false;
};

}  // namespace interleave::testing
