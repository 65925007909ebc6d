#include "runtime/timers.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "counted_memory.h"

namespace interleave {
namespace {

constexpr Nanos kSecond = 1'000'000'000;

/// Against a set that is sorted all the time.
TEST(TimerQueue, IsExactWhateverIsAddedAndTakenOut) {
  for (const std::size_t count : {5u, 60u, 65u, 3'000u}) {
    for (const Nanos spread : {Nanos{50}, kSecond / 1000, 20 * kSecond, 100'000 * kSecond}) {
      std::mt19937_64 dice(count + static_cast<std::uint64_t>(spread));
      TimerQueue queue;
      std::vector<TimerNode> nodes(count);
      std::set<std::pair<std::pair<Nanos, std::uint64_t>, TimerNode*>> sorted;
      std::map<TimerNode*, std::pair<Nanos, std::uint64_t>> key;
      std::uint64_t order = 0;
      Nanos now = 123'456'789'000;
      for (int round = 0; round < 20'000; ++round) {
        TimerNode& node = nodes[dice() % count];
        if (!node.armed()) {
          const Nanos at = now + static_cast<Nanos>(dice() % static_cast<std::uint64_t>(spread)) - (dice() % 16 == 0 ? 5 : 0);
          queue.add(node, at);
          key[&node] = {at, order++};
          sorted.insert({key[&node], &node});
        } else if (dice() % 2) {
          queue.remove(node);
          sorted.erase({key[&node], &node});
        }
        ASSERT_EQ(queue.empty(), sorted.empty());
        ASSERT_EQ(queue.next(), sorted.empty() ? kForever : sorted.begin()->first.first);
        if (dice() % 4 == 0) now += static_cast<Nanos>(dice() % static_cast<std::uint64_t>(spread / 16 + 2));
        while (TimerNode* due = queue.pop_due(now)) {
          ASSERT_FALSE(sorted.empty());
          ASSERT_EQ(due, sorted.begin()->second);
          ASSERT_LE(due->at, now);
          sorted.erase(sorted.begin());
        }
        if (!sorted.empty()) ASSERT_GT(sorted.begin()->first.first, now);
      }
      queue.clear([](TimerNode&) {});
      for (const TimerNode& node : nodes) EXPECT_FALSE(node.armed());
      EXPECT_EQ(queue.next(), kForever);
    }
  }
}

// Seen: after a look ahead, with nothing before an hour, all that came was in the heap.
TEST(TimerQueue, WhatComesBeforeTheNextHourIsInTheWheelAgain) {
  std::mt19937_64 dice(1);
  TimerQueue queue;
  std::vector<TimerNode> hour(100), nodes(100'000);
  Nanos now = kSecond;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < hour.size(); ++i) queue.add(hour[i], now + 3'600 * kSecond + static_cast<Nanos>(i) * kSecond);
    ASSERT_EQ(queue.next(), now + 3'600 * kSecond);
    for (TimerNode& node : nodes) queue.add(node, now + kSecond + static_cast<Nanos>(dice() % static_cast<std::uint64_t>(20 * kSecond)));
    EXPECT_LT(queue.in_heap(), 2'000u);
    for (std::size_t i = 0; i < nodes.size(); i += 7) queue.remove(nodes[i]);
    std::size_t left = nodes.size() - (nodes.size() + 6) / 7;
    Nanos before = 0;
    for (; left > 0; --left) {
      const TimerNode* const next = queue.pop_due(kForever);
      ASSERT_TRUE(next);
      ASSERT_LE(before, next->at);
      before = next->at;
    }
    EXPECT_EQ(queue.size(), hour.size());
    EXPECT_EQ(queue.next(), now + 3'600 * kSecond);
    queue.clear([](TimerNode&) {});
    now += 7'200 * kSecond;
  }
}

// Seen in the code: one for which there was no memory counted, and the queue was never empty again.
TEST(TimerQueue, OneForWhichThereIsNoMemoryIsNotThere) {
  if (!testing::OneFails::can()) GTEST_SKIP() << "memory is a sanitizer's";
  for (const std::size_t before : {0u, 64u}) {  // the next is the first, or needs the wheel
    TimerQueue queue;
    std::vector<TimerNode> nodes(before + 1);
    for (std::size_t i = 0; i < before; ++i) queue.add(nodes[i], 5);
    {
      testing::OneFails fails(1);
      EXPECT_THROW(queue.add(nodes[before], 4), std::bad_alloc);
    }
    EXPECT_FALSE(nodes[before].armed());
    EXPECT_EQ(queue.size(), before);
    queue.add(nodes[before], 4);
    EXPECT_EQ(queue.pop_due(4), &nodes[before]);
    queue.clear([](TimerNode&) {});
    EXPECT_TRUE(queue.empty());
  }
}

TEST(TimerQueue, WhereThereIsNoMemoryToPutThemInOrderAllComeLater) {
  if (!testing::OneFails::can()) GTEST_SKIP() << "memory is a sanitizer's";
  TimerQueue queue;
  std::vector<TimerNode> nodes(1'000);
  const Nanos at = 3'600'000'000'000;
  for (std::size_t i = 0; i < nodes.size(); ++i) queue.add(nodes[i], at + static_cast<Nanos>(i % 7));
  const std::size_t in_heap = queue.in_heap();
  ASSERT_LT(in_heap, nodes.size()) << "some are in the wheel";
  for (std::size_t i = 0; i < in_heap; ++i) ASSERT_TRUE(queue.pop_due(kForever - 1));
  {
    testing::OneFails fails(1);
    EXPECT_THROW(queue.next(), std::bad_alloc);
  }
  Nanos before = 0;
  std::size_t count = in_heap;
  for (; TimerNode* const node = queue.pop_due(kForever - 1); ++count) {
    EXPECT_LE(before, node->at);
    before = node->at;
  }
  EXPECT_EQ(count, nodes.size());
}

TEST(TimerQueue, HoldsATimeThatNeverComes) {
  TimerQueue queue;
  std::vector<TimerNode> nodes(100);
  for (TimerNode& node : nodes) queue.add(node, kForever);
  TimerNode soon;
  queue.add(soon, 5);
  EXPECT_EQ(queue.next(), 5);
  EXPECT_EQ(queue.pop_due(5), &soon);
  EXPECT_EQ(queue.pop_due(kSecond), nullptr);
  EXPECT_EQ(queue.next(), kForever);
  queue.clear([](TimerNode&) {});
  std::vector<TimerNode> later(100);
  for (std::size_t i = 0; i < later.size(); ++i) queue.add(later[i], i < 98 ? static_cast<Nanos>(i) : i == 98 ? kForever : 1'000'000 * kSecond);
  for (std::size_t i = 0; i < 98; ++i) EXPECT_EQ(queue.pop_due(kSecond), &later[i]);
  EXPECT_EQ(queue.next(), 1'000'000 * kSecond);
  queue.remove(later[99]);
  EXPECT_EQ(queue.next(), kForever);
  queue.clear([](TimerNode&) {});
}

}  // namespace
}  // namespace interleave
