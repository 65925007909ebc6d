#include "runtime/compute.h"

#include "runtime/numbers.h"
#include "runtime/live_task.h"
#include "runtime/slices.h"
#include "support.h"

namespace interleave::testing {
namespace {

TEST(Compute, TheCheckKnowsWhereTheChainGets) {
  for (std::uint64_t n : {0u, 1u, 2u, 3u, 7u, 64u, 1000u, 65'537u, 1'000'003u})
    EXPECT_EQ(run_chain(kChainSeed, n), jump_chain(kChainSeed, n)) << n;
  EXPECT_NE(run_chain(kChainSeed, 1000), jump_chain(kChainSeed, 999));
}

TEST(Compute, CalibratesInAboutTwentyMilliseconds) {
  RealClock clock;
  const Nanos begin = clock.now();
  const double rate = calibrate(clock);
  EXPECT_LT(clock.now() - begin, 500 * kMs);
  EXPECT_GT(rate, 0.005);
  EXPECT_LT(rate, 10);
}

TEST(Compute, CalibratesUnderAClockThatStandsStill) {
  FakeClock clock;
  EXPECT_GT(calibrate(clock), 0);
}

TEST(Slices, ComputeStandsForItsDurationExactly) {
  Operation operation;
  operation.kind = Operation::Kind::compute;
  operation.duration = 1'000'001;
  Slices slices(operation, 0.37);
  Nanos sum = 0;
  int count = 0;
  while (!slices.over()) sum += slices.next(), ++count;
  EXPECT_EQ(sum, operation.duration);
  EXPECT_EQ(count, 16);
  slices.answer(operation);
  EXPECT_FALSE(operation.failure);
}

Operation sum_of(std::int64_t low, std::int64_t high) {
  Operation operation;
  operation.kind = Operation::Kind::sum_range;
  operation.range = {low, high};
  Slices slices(operation, 1);
  while (!slices.over()) slices.next();
  slices.answer(operation);
  return operation;
}

TEST(Slices, SumsTheRealList) {
  EXPECT_EQ(sum_of(0, 10).number, 45);
  EXPECT_EQ(sum_of(5, 5).number, 0);
  EXPECT_EQ(sum_of(3, 1'000'000).number, 499'999'500'000 - 3);
  EXPECT_EQ(sum_of(65'535, 65'538).number, 65'535 + 65'536 + 65'537);
  EXPECT_FALSE(sum_of(0, 1'000'000).failure);
}

TEST(Slices, SumsBeyondTheListFailInASentence) {
  EXPECT_NE(sentence_of(sum_of(-1, 10).failure), "");
  EXPECT_NE(sentence_of(sum_of(0, kLongestList + 1).failure), "");
}

TEST(Numbers, CopiesAreClipped) {
  EXPECT_EQ(numbers_copy(2, 5), (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_TRUE(numbers_copy(5, 2).empty());
  EXPECT_TRUE(numbers_copy(-7, 0).empty());
}

}  // namespace
}  // namespace interleave::testing
