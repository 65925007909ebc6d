// standstill.h -- a test's thread in a seam's blocking call.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "runtime/clock.h"
#include "runtime/seams.h"

namespace interleave {

/// Ends once `stop` says so, which is asked before each sleep.
class Until final : public Standstill {
 public:
  explicit Until(std::function<bool()> stop = [] { return false; }) : stop_(std::move(stop)) {}
  Nanos may_sleep_until() override {
    ++asked;
    return stop_() ? kEnds : kForever;
  }
  void wake_by(const std::function<void()>* wake) override {
    std::scoped_lock lock(mutex_);
    wake_ = wake;
    changed_.notify_all();
  }
  /// Blocks: until the thread is in the call.
  void wake() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return wake_ != nullptr; });
    (*wake_)();
  }
  std::atomic<int> asked = 0;

 private:
  const std::function<bool()> stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* wake_ = nullptr;
};

}  // namespace interleave
