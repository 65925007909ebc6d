// The lock-free parts under every schedule, and broken variants of them, which must be caught.
// (A room of its own: fibers are natively only, and sanitizers do not know them.)
#include <gtest/gtest.h>

#include "explorer.h"
#include "runtime/work_deque.h"

namespace interleave::testing {
namespace {

using Deque = WorkDeque<int, ExploredAtomics>;
// In the order in which WorkDeque declares them.
constexpr int kWord = 0, kTaken = 1;

/// An owner that pushes, shares, pops and begins anew, and two thieves. Items are numbered from 1.
Explorer::Case owner_and_thieves(int items, int thieves, int steals) {
  struct State {
    explicit State(int items) : deque(4), taken(static_cast<std::size_t>(items) + 1) {}
    Deque deque;
    std::vector<int> taken;
    std::vector<int> left;
    void take(int item) {
      if (item <= 0 || item >= static_cast<int>(taken.size())) return Explorer::current()->fail("an item that nobody pushed");
      if (++taken[static_cast<std::size_t>(item)] > 1) Explorer::current()->fail("an item taken twice");
    }
  };
  auto state = std::make_shared<State>(items);
  Explorer::Case test;
  test.alive = state;
  test.bodies.push_back([state, items] {
    Deque& deque = state->deque;
    for (int next = 1; next <= items; ++next) {
      if (!deque.push(next)) state->left.push_back(next);
      deque.share();
      if (next % 2 == 0)
        if (const int item = deque.pop()) state->take(item);
    }
    while (const int item = deque.pop()) state->take(item);
  });
  for (int i = 0; i < thieves; ++i)
    test.bodies.push_back([state, steals] {
      for (int n = 0; n < steals; ++n) {
        int item = 0;
        if (state->deque.steal(item) == StealResult::taken) state->take(item);
      }
    });
  test.check = [state] {
    for (const int item : state->left) ++state->taken[static_cast<std::size_t>(item)];
    for (std::size_t i = 1; i < state->taken.size(); ++i)
      if (state->taken[i] != 1) Explorer::current()->fail("an item lost");
  };
  return test;
}

TEST(Schedules, OneOwnerAndOneThiefInEveryOrder) {
  Explorer explorer([] { return owner_and_thieves(3, 1, 2); });
  const auto report = explorer.exhaust(1'000);
  EXPECT_EQ(report.failure, "");
  EXPECT_TRUE(report.complete);
  EXPECT_GT(report.schedules, 1'000);
  RecordProperty("schedules", std::to_string(report.schedules));
}

TEST(Schedules, OneOwnerAndTwoThievesWithFewPreemptions) {
  Explorer explorer([] { return owner_and_thieves(4, 2, 2); });
  const auto report = explorer.exhaust(3, 300'000);
  EXPECT_EQ(report.failure, "");
  EXPECT_GT(report.schedules, 1'000);
}

TEST(Schedules, ManyDrawnBySeed) {
  Explorer explorer([] { return owner_and_thieves(8, 3, 5); });
  EXPECT_EQ(explorer.sample(1, 5'000).failure, "");
}

struct Broken {
  const char* name;
  Explorer::Mutation mutation;
};
std::ostream& operator<<(std::ostream& out, const Broken& broken) { return out << broken.name; }

class BrokenVariant : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenVariant, IsCaughtAndReplays) {
  Explorer explorer([] { return owner_and_thieves(6, 2, 4); }, GetParam().mutation);
  auto report = explorer.exhaust(2, 20'000);
  if (report.failure.empty()) report = explorer.sample(7, 20'000);
  ASSERT_NE(report.failure, "") << "not caught in " << report.schedules << " schedules";
  EXPECT_EQ(explorer.replay(report.schedule), report.failure);
  RecordProperty("failure", report.failure);
}

using Kind = Explorer::Mutation::Kind;
INSTANTIATE_TEST_SUITE_P(WorkDeque, BrokenVariant,
                         ::testing::Values(Broken{"ShareDoesNotRelease", {kWord, "add", Kind::relax}},
                                           Broken{"NobodyAcquiresWhatHeWins", {kWord, "cas", Kind::relax}},
                                           Broken{"TakingDoesNotCompare", {kWord, "cas", Kind::always_succeed}},
                                           Broken{"ThievesDoNotSayThatTheyHaveRead", {kTaken, "add", Kind::relax}},
                                           Broken{"TheOwnerBeginsAnewWithoutLooking", {kTaken, "load", Kind::relax}}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace interleave::testing
