// timers.h -- timers by deadline, ties in order of registration: exact for a few, cheap for a million.
//
// The node is in whatever waits (an Operation, an Alarm): nothing is allocated per timer. The next millisecond or so is
// in order; what is later lies unsorted in a wheel, 8192 slots of a tick (2^20 ns) and 1024 of 8.6 s. A slot whose time
// comes is sorted once, as a run that is read from its front; what is added to its time after that goes to a binary heap
// beside it. Up to 64 timers need no wheel: then all are in the heap. If nothing is near, the wheel looks ahead to what is next, be
// it in an hour, and what comes then is in the heap; once that is most of all, the wheel goes back to it.
// add is O(1) in the wheel, O(log n of the heap) else; remove likewise, O(log n of the run) in that. Measured by
// tests/bench/sync_bench.cpp.
// Rejected: one heap (186 ns each for a million, and no way to take one out); a heap of nodes (each step misses the cache).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/clock.h"

namespace interleave {

/// Where something waits for a time. Not moved or destroyed while armed.
struct TimerNode {
  TimerNode() = default;
  bool is_alarm() const { return of_alarm; }  ///< else an Operation's
  bool armed() const { return place != kOut; }

  static constexpr std::uint32_t kOut = UINT32_MAX, kInWheel = UINT32_MAX - 1, kInRun = UINT32_MAX - 2;
  Nanos at = 0;
  // The queue's. Not private: the layout of an Operation, which begins with one, is to be what the standard says of a struct.
  TimerNode* next = nullptr;
  TimerNode** link = nullptr;    ///< the pointer that points here
  std::uint32_t order : 31 = 0;  ///< of registration; compared by difference
  std::uint32_t of_alarm : 1 = 0;
  std::uint32_t place = kOut;    ///< in the heap, or one of the above

 protected:
  enum Of { alarm };
  explicit TimerNode(Of) : of_alarm(1) {}
};

/// Thread: one.
class TimerQueue {
 public:
  bool empty() const { return armed_ == 0; }

  /// Not armed so far (it may have been). Errors: std::bad_alloc; nothing has changed then.
  void add(TimerNode& node, Nanos at) {
    node.at = at;
    node.order = order_ & (UINT32_MAX >> 1);
    if (!wheel_ && heap_.size() >= kFew) make_wheel();
    put(node);
    ++order_;
    ++armed_;
  }

  /// Armed.
  void remove(TimerNode& node) {
    --armed_;
    if (node.place == TimerNode::kInWheel) {
      unlink(node);  // the slot's bit stays, and is found to be empty
      --in_wheel_;
    } else if (node.place == TimerNode::kInRun) {
      std::lower_bound(run_.begin() + static_cast<std::ptrdiff_t>(run_at_), run_.end(), Entry{node.at, node.order, &node})->node = nullptr;
    } else {
      take(node.place);
    }
    node.place = TimerNode::kOut;
  }

  /// The earliest deadline; kForever: there is none. What it moves from the wheel is moved once.
  Nanos next() {
    const Entry* const first = earliest();
    return first ? first->at : kForever;
  }

  std::size_t size() const { return armed_; }
  /// Of them, those whose place costs O(log n).
  std::size_t in_heap() const { return heap_.size(); }
  /// The earliest, armed; null: there is none. Cost: as next().
  TimerNode* first() {
    const Entry* const first = earliest();
    return first ? first->node : nullptr;
  }
  /// All that are armed, in no order. `f` changes nothing here. Cost: O(all), and of the wheel's slots.
  template <class F>
  void each(F f) {
    for (const Entry& entry : heap_) f(*entry.node);
    for (std::size_t i = run_at_; i < run_.size(); ++i)
      if (run_[i].node) f(*run_[i].node);
    if (in_wheel_ == 0) return;
    auto slot = [&](TimerNode* node) {
      for (; node; node = node->next) f(*node);
    };
    for (TimerNode* const first : wheel_->near) slot(first);
    for (TimerNode* const first : wheel_->far) slot(first);
  }

  /// The earliest, if it is due, and no more armed; null: none is.
  TimerNode* pop_due(Nanos now) {
    const Entry* const first = earliest();
    if (!first || first->at > now) return nullptr;
    --armed_;
    TimerNode* const node = first->node;
    if (node->place == TimerNode::kInRun) {
      ++run_at_;
      if (run_at_ + kAhead < run_.size() && run_[run_at_ + kAhead].node) __builtin_prefetch(run_[run_at_ + kAhead].node);
    } else {
      take(0);
    }
    node->place = TimerNode::kOut;
    return node;
  }

  /// Nobody waits any more: `gone(node)` for each, which is not armed then and may go.
  template <class F>
  void clear(F gone) {
    armed_ = 0;
    for (const Entry& entry : std::exchange(heap_, {})) {
      entry.node->place = TimerNode::kOut;
      gone(*entry.node);
    }
    const auto left = static_cast<std::ptrdiff_t>(std::exchange(run_at_, 0));
    const std::vector<Entry> run = std::exchange(run_, {});
    for (auto entry = run.begin() + left; entry != run.end(); ++entry) {
      if (!entry->node) continue;
      entry->node->place = TimerNode::kOut;
      gone(*entry->node);
    }
    auto drop = [&](TimerNode*& first) {
      for (TimerNode* node = std::exchange(first, nullptr); node;) {
        TimerNode* const next = node->next;
        node->place = TimerNode::kOut;
        gone(*std::exchange(node, next));
      }
    };
    if (wheel_) {
      for (auto& slot : wheel_->near) drop(slot);
      for (auto& slot : wheel_->far) drop(slot);
    }
    in_wheel_ = 0;
  }

 private:
  struct Entry {
    Nanos at;
    std::uint32_t order;
    TimerNode* node;
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.at != b.at ? a.at < b.at : static_cast<std::int32_t>((a.order - b.order) << 1) < 0;
    }
  };
  static constexpr std::size_t kFew = 64, kMany = 1024, kAhead = 4;
  static constexpr int kTickBits = 20, kNearBits = 13, kFarBits = 10;
  static constexpr std::int64_t kNear = std::int64_t{1} << kNearBits, kFar = std::int64_t{1} << kFarBits;
  struct Wheel {
    std::array<TimerNode*, kNear> near{};  ///< ticks of the block `block_`
    std::array<TimerNode*, kFar> far{};    ///< later blocks; the last one that fits also has all later ones
    std::array<std::uint64_t, kNear / 64> near_used{};
  };

  static std::int64_t tick_of(Nanos at) { return at >> kTickBits; }
  static std::int64_t block_of(const TimerNode& node) { return node.at >> (kTickBits + kNearBits); }

  void put(TimerNode& node) {
    const std::int64_t tick = tick_of(node.at);
    if (!wheel_ || tick < horizon_) {
      push(node);
      if (tick + 1 < horizon_ && heap_.size() >= kMany && heap_.size() > armed_ / 2) go_back();
      return;
    }
    node.place = TimerNode::kInWheel;
    ++in_wheel_;
    const std::int64_t block = block_of(node);
    if (block == block_) {
      const std::int64_t slot = tick & (kNear - 1);
      wheel_->near_used[static_cast<std::size_t>(slot / 64)] |= std::uint64_t{1} << (slot & 63);
      return link(node, wheel_->near[static_cast<std::size_t>(slot)]);
    }
    link(node, wheel_->far[static_cast<std::size_t>(std::min(block, block_ + kFar - 1) & (kFar - 1))]);
  }

  void make_wheel() {
    wheel_ = std::make_unique<Wheel>();
    horizon_ = tick_of(heap_[0].at);
    block_ = horizon_ >> kNearBits;
    for (const Entry& entry : std::exchange(heap_, {})) put(*entry.node);
  }

  /// Null: there is none.
  const Entry* earliest() {
    for (;;) {
      while (run_at_ < run_.size() && !run_[run_at_].node) ++run_at_;  // removed
      const bool in_run = run_at_ < run_.size();
      if (in_run && (heap_.empty() || run_[run_at_] < heap_[0])) return &run_[run_at_];
      if (!heap_.empty()) return &heap_[0];
      if (in_wheel_ == 0) return nullptr;
      turn();
    }
  }

  /// The run is read to its end and the heap is empty: the next slot that has something is the run, or a block is spread over
  /// the slots.
  void turn() {
    const std::int64_t end = (block_ + 1) << kNearBits;
    for (std::int64_t tick = horizon_; tick < end;) {
      const std::int64_t slot = tick & (kNear - 1);
      std::uint64_t& word = wheel_->near_used[static_cast<std::size_t>(slot / 64)];
      const std::uint64_t from_here = word >> (slot & 63);
      if (from_here == 0) {
        tick = (tick | 63) + 1;
        continue;
      }
      tick += std::countr_zero(from_here);
      TimerNode*& first = wheel_->near[static_cast<std::size_t>(tick & (kNear - 1))];
      make_room(first);  // while nothing has changed
      word &= ~(std::uint64_t{1} << (tick & 63));
      horizon_ = tick + 1;
      if (!first) {
        ++tick;
        continue;
      }
      return sort(first);
    }
    for (std::int64_t ahead = 1; ahead < kFar; ++ahead) {
      TimerNode*& first = wheel_->far[static_cast<std::size_t>((block_ + ahead) & (kFar - 1))];
      if (!first) continue;
      block_ += ahead;
      if (block_of(*first) > block_) return jump();
      horizon_ = block_ << kNearBits;
      return spread(first);
    }
    horizon_ = end;  // what was in it was taken out
    ++block_;
  }

  /// What comes next is later than the far slots reach: goes there at once.
  void jump() {
    TimerNode* all = nullptr;
    for (TimerNode*& first : wheel_->far)
      for (TimerNode* node = std::exchange(first, nullptr); node;) {
        TimerNode* const next = node->next;
        node->next = std::exchange(all, node);
        node = next;
      }
    block_ = block_of(*all);
    for (TimerNode* node = all; node; node = node->next) block_ = std::min(block_, block_of(*node));
    horizon_ = block_ << kNearBits;
    spread(all);
  }

  /// To the first of the heap. Cost: O(all), which as many in the heap have paid for.
  void go_back() {
    horizon_ = tick_of(heap_[0].at);
    block_ = horizon_ >> kNearBits;
    TimerNode* all = nullptr;
    auto take = [&](TimerNode* node) { node->next = std::exchange(all, node); };
    for (const Entry& entry : std::exchange(heap_, {})) take(entry.node);
    for (; run_at_ < run_.size(); ++run_at_)
      if (run_[run_at_].node) take(run_[run_at_].node);
    auto empty = [&](TimerNode*& first) {
      for (TimerNode* node = std::exchange(first, nullptr); node;) take(std::exchange(node, node->next));
    };
    for (auto& slot : wheel_->near) empty(slot);
    for (auto& slot : wheel_->far) empty(slot);
    wheel_->near_used = {};
    in_wheel_ = 0;
    while (all) put(*std::exchange(all, all->next));
  }

  /// For all of a slot, as a run.
  void make_room(const TimerNode* first) {
    run_.clear();
    run_at_ = 0;
    std::size_t count = 0;
    for (const TimerNode* node = first; node; node = node->next) {
      if (node->next) __builtin_prefetch(node->next);
      ++count;
    }
    if (count > run_.capacity()) run_.reserve(std::max(count, 2 * run_.capacity()));
  }

  void sort(TimerNode*& first) {
    for (TimerNode* node = std::exchange(first, nullptr); node; node = node->next) {
      if (node->next) __builtin_prefetch(node->next);
      node->place = TimerNode::kInRun;
      run_.push_back({node->at, node->order, node});
    }
    std::reverse(run_.begin(), run_.end());  // of equal delays it is in order then
    std::sort(run_.begin(), run_.end());
    in_wheel_ -= run_.size();
  }

  void spread(TimerNode*& first) {
    for (TimerNode* node = std::exchange(first, nullptr); node;) {
      TimerNode* const next = node->next;
      if (next) __builtin_prefetch(next);
      --in_wheel_;
      put(*node);
      node = next;
    }
  }

  static void link(TimerNode& node, TimerNode*& first) {
    node.next = first;
    node.link = &first;
    if (first) first->link = &node.next;
    first = &node;
  }
  static void unlink(TimerNode& node) {
    *node.link = node.next;
    if (node.next) node.next->link = node.link;
  }

  // -- The heap: each node knows its place.
  void set(std::size_t place, const Entry& entry) {
    heap_[place] = entry;
    entry.node->place = static_cast<std::uint32_t>(place);
  }
  void push(TimerNode& node) {
    const Entry entry{node.at, node.order, &node};
    heap_.push_back(entry);
    rise(heap_.size() - 1, entry);
  }
  void rise(std::size_t place, const Entry& entry) {
    while (place > 0 && entry < heap_[(place - 1) / 2]) {
      set(place, heap_[(place - 1) / 2]);
      place = (place - 1) / 2;
    }
    set(place, entry);
  }
  void take(std::size_t place) {
    const Entry last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (place == size) return;
    for (;;) {
      std::size_t child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && heap_[child + 1] < heap_[child]) ++child;
      if (!(heap_[child] < last)) break;
      set(place, heap_[child]);
      place = child;
    }
    rise(place, last);
  }

  std::vector<Entry> heap_;
  std::size_t run_at_ = 0;
  std::vector<Entry> run_;    ///< a slot of the wheel, in order, to be read from run_at_; without a node: removed
  std::unique_ptr<Wheel> wheel_;
  std::int64_t horizon_ = 0;  ///< ticks before it are in the heap
  std::int64_t block_ = 0;    ///< whose ticks the near slots are
  std::size_t armed_ = 0, in_wheel_ = 0;
  std::uint32_t order_ = 0;
};

}  // namespace interleave
