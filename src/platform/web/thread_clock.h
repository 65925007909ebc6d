// thread_clock.h -- the page's time, and how threads in its Workers sleep: on a word, until somebody rings.
#pragma once

#include <emscripten/threading.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/web/engine_web.h"
#include "runtime/clock.h"

namespace interleave {

/// Blocks: while `word` is as it was seen, at most so long; it may come back for nothing.
inline void wait_on(std::atomic<std::uint32_t>& word, std::uint32_t seen, double ms) { emscripten_futex_wait(&word, seen, ms); }
inline void wake(std::atomic<std::uint32_t>& word) { emscripten_futex_wake(&word, INT32_MAX); }

/// Of a worker's thread: it sleeps until it is woken. One that might be cancelled by pthread_cancel(), which nobody calls, is woken by
/// Emscripten ten times a second to see whether it was.
inline void sleep_in_one_piece() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); }

class ThreadClock final : public Clock {
 public:
  Nanos now() override { return static_cast<Nanos>(page_clock_ms() * 1e6); }
  void wait_until(Nanos deadline) override {
    std::uint32_t seen = bell_.load();
    if (seen != heard_) {  // rung since the last wait
      heard_ = seen;
      return;
    }
    double left_ms = static_cast<double>(deadline - now()) / 1e6;
    if (left_ms > 0) wait_on(bell_, seen, std::min(left_ms, 1e6));
    heard_ = bell_.load();
  }
  void notify() override {
    bell_.fetch_add(1);
    wake(bell_);
  }

 private:
  std::atomic<std::uint32_t> bell_{0};
  std::uint32_t heard_ = 0;  // the poller's
};

}  // namespace interleave
