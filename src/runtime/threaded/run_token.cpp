#include "runtime/threaded/run_token.h"

#include <algorithm>
#include <functional>

namespace interleave {

RunToken::RunToken(Clock& clock, int permits, Nanos interval) : clock_(clock), interval_(interval) {
  for (int i = permits - 1; i >= 0; --i) free_.push_back(i);
  last_switch_ = clock.now();
}

int RunToken::take(Waiter& waiter) {
  std::scoped_lock lock(mutex_);
  if (!free_.empty()) {
    const int permit = free_.back();
    free_.pop_back();
    last_switch_ = clock_.now();
    return permit;
  }
  line_up(waiter);
  set_deadline();
  return -1;
}

void RunToken::give(int permit) {
  Parker* parker = nullptr;
  Clock* clock = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (first_) {
      parker = first_->parker_;
      clock = first_->clock_;
      hand_over(permit);
    } else {
      free_.insert(std::upper_bound(free_.begin(), free_.end(), permit, std::greater<>()), permit);
    }
  }
  if (parker) parker->unpark();
  if (clock) clock->notify();
}

bool RunToken::drop(int permit, Waiter& waiter) {
  Parker* parker = nullptr;
  Clock* clock = nullptr;
  {
    std::scoped_lock lock(mutex_);
    if (!first_) return false;
    parker = first_->parker_;
    clock = first_->clock_;
    line_up(waiter);
    hand_over(permit);
  }
  if (parker) parker->unpark();
  if (clock) clock->notify();
  return true;
}

void RunToken::line_up(Waiter& waiter) {
  waiter.permit_.store(-1, std::memory_order_relaxed);
  waiter.since_ = clock_.now();
  waiter.next_ = nullptr;
  (last_ ? last_->next_ : first_) = &waiter;
  last_ = &waiter;
}

/// The first in line has it from here on, awake or not. It may be gone as soon as it sees that.
void RunToken::hand_over(int permit) {
  Waiter* const waiter = first_;
  first_ = waiter->next_;
  if (!first_) last_ = nullptr;
  last_switch_ = clock_.now();
  set_deadline();
  waiter->permit_.store(permit, std::memory_order_release);
}

void RunToken::set_deadline() {
  Nanos at = kNever;
  if (first_ && interval_ != kNever) at = std::max(first_->since_, last_switch_) + interval_;
  drop_at_.store(at, std::memory_order_relaxed);
}

}  // namespace interleave
