#include "runtime/work_deque.h"

#include <gtest/gtest.h>

#include <array>

namespace interleave {
namespace {

struct Items {
  std::array<int, 64> numbers{};
  int* operator[](int i) { return &numbers[static_cast<std::size_t>(i)]; }
};

TEST(WorkDeque, TheOwnerPopsTheNewest) {
  Items items;
  WorkDeque<int*> deque(8);
  EXPECT_EQ(deque.pop(), nullptr);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(deque.push(items[i]));
  for (int i = 2; i >= 0; --i) EXPECT_EQ(deque.pop(), items[i]);
  EXPECT_EQ(deque.pop(), nullptr);
}

TEST(WorkDeque, AThiefFindsNothingBeforeTheOwnerHasShared) {
  Items items;
  WorkDeque<int*> deque(8);
  deque.push(items[0]);
  int* taken = nullptr;
  EXPECT_EQ(deque.steal(taken), StealResult::empty);
  EXPECT_FALSE(deque.has_shared());
  deque.ask();
  EXPECT_TRUE(deque.asked());
  EXPECT_TRUE(deque.share());
  EXPECT_FALSE(deque.asked());
  EXPECT_EQ(deque.steal(taken), StealResult::taken);
  EXPECT_EQ(taken, items[0]);
  EXPECT_EQ(deque.pop(), nullptr);
}

TEST(WorkDeque, AQuestionStandsWhileThereIsNothingToShare) {
  WorkDeque<int*> deque(8);
  deque.ask();
  EXPECT_FALSE(deque.share());
  EXPECT_TRUE(deque.asked());
}

TEST(WorkDeque, ThievesTakeTheOldestWhileTheOwnerTakesTheNewest) {
  Items items;
  WorkDeque<int*> deque(8);
  for (int i = 0; i < 6; ++i) deque.push(items[i]);
  EXPECT_TRUE(deque.share());  // 0 to 2
  int* taken = nullptr;
  EXPECT_EQ(deque.steal(taken), StealResult::taken);
  EXPECT_EQ(taken, items[0]);
  for (int i = 5; i >= 1; --i) EXPECT_EQ(deque.pop(), items[i]) << "what is shared and not taken comes back";
  EXPECT_EQ(deque.pop(), nullptr);
  EXPECT_EQ(deque.steal(taken), StealResult::empty);
}

TEST(WorkDeque, ItSaysWhenItIsFullAndBeginsAnewWhenThievesHaveAll) {
  Items items;
  WorkDeque<int*> deque(2);
  int* taken = nullptr;
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(deque.push(items[0]));
    EXPECT_TRUE(deque.push(items[1]));
    EXPECT_FALSE(deque.push(items[2]));
    while (deque.share()) {}
    EXPECT_EQ(deque.steal(taken), StealResult::taken);
    EXPECT_EQ(taken, items[0]);
    EXPECT_EQ(deque.steal(taken), StealResult::taken);
    EXPECT_EQ(taken, items[1]);
    EXPECT_EQ(deque.pop(), nullptr);
  }
}

TEST(WorkDeque, WithoutRoomItIsFullAndEmpty) {
  Items items;
  WorkDeque<int*> deque(0);
  EXPECT_FALSE(deque.push(items[0]));
  EXPECT_EQ(deque.pop(), nullptr);
}

}  // namespace
}  // namespace interleave
