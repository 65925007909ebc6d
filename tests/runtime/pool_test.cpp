// Blocks that come and go on several threads.
#include "runtime/pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "counted_memory.h"

namespace interleave::testing {
namespace {

constexpr std::size_t kBytes = 600;  // nobody else's here
constexpr int kAtOnce = 1'000;

using Blocks = std::vector<void*>;
Blocks take(int count) {
  Blocks blocks;
  for (int i = 0; i < count; ++i) blocks.push_back(Pool::take(kBytes));
  return blocks;
}
void give(const Blocks& blocks) {
  for (void* block : blocks) Pool::give(block, kBytes);
}

// Seen: on `stealing` main took what workers gave back, and 65,536 blocks of each size stayed with each of them.
TEST(Pool, BlocksThatOneThreadTakesAndAnotherGivesGoRound) {
  if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP() << "there is one";
  const std::int64_t before = memory_in_use().blocks;
  std::int64_t after = 0;
  Blocks blocks;
  std::atomic<int> round = 0;  // even: to be taken, odd: to be given back
  constexpr int kRounds = 60;
  std::thread other([&] {
    for (int i = 0; i < kRounds; ++i) {
      while (round != 2 * i + 1) std::this_thread::yield();
      give(blocks);
      if (i + 1 == kRounds) after = memory_in_use().blocks;
      ++round;
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    while (round != 2 * i) std::this_thread::yield();
    blocks = take(kAtOnce);
    ++round;
  }
  other.join();
  EXPECT_LT(after - before, 4 * kAtOnce) << "of " << kRounds * kAtOnce << " that were taken";
}

TEST(Pool, ManyAtOnceAreAllDifferent) {
  for (int round = 0; round < 2; ++round) {
    Blocks blocks = take(10'000);
    for (std::size_t i = 0; i < blocks.size(); ++i) *static_cast<std::size_t*>(blocks[i]) = i;
    for (std::size_t i = 0; i < blocks.size(); ++i) EXPECT_EQ(*static_cast<std::size_t*>(blocks[i]), i);
    give(blocks);
  }
}

TEST(Pool, KeepsSoManyAndNoMoreHoweverManyThereWere) {
  const std::int64_t before = memory_in_use().blocks;
  give(take(200'000));
  EXPECT_LE(memory_in_use().blocks - before, 65'536 + 2 * 512);
}

TEST(Pool, IsOfManyThreadsAtOnce) {
  if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP() << "there is one";
  std::vector<std::thread> threads;
  std::array<std::atomic<Blocks*>, 4> places{};
  for (int thread = 0; thread < 3; ++thread)
    threads.emplace_back([&, thread] {
      for (unsigned i = 0; i < 200; ++i) {
        auto mine = std::make_unique<Blocks>(take(700));
        for (void* block : *mine) *static_cast<int*>(block) = thread;
        for (void* block : *mine) EXPECT_EQ(*static_cast<int*>(block), thread);
        const std::unique_ptr<Blocks> others(places[i % places.size()].exchange(mine.release()));
        if (others) give(*others);
      }
    });
  for (auto& each : threads) each.join();
  for (auto& place : places) {
    const std::unique_ptr<Blocks> left(place.load());
    if (left) give(*left);
  }
}

}  // namespace
}  // namespace interleave::testing
