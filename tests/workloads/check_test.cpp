#include "workloads/check.h"

#include <gtest/gtest.h>

namespace interleave {
namespace {

constexpr std::int64_t kMs = 1'000'000;

TEST(Check, AFigureNearTheFormulaIsAsPredicted) {
  EXPECT_EQ(check_makespan(20'700 * kMs, 20'500 * kMs).words, "as predicted");
  EXPECT_EQ(check_makespan(19'500 * kMs, 20'500 * kMs).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(6 * kMs, 2 * kMs).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(6 * kMs, 2 * kMs).because, "");
}

TEST(Check, AFigureFarFromItIsOffWithAReason) {
  Verdict slow = check_makespan(1'400 * kMs, 700 * kMs);
  EXPECT_EQ(slow.kind, Verdict::Kind::off);
  EXPECT_EQ(slow.words, "off, because it took 100 % longer than the formula says") << "and no cause that nobody saw";
  EXPECT_EQ(check_makespan(1'400 * kMs, 700 * kMs, "copies took 0.7 s").because,
            "it took 100 % longer than the formula says: copies took 0.7 s");
  EXPECT_EQ(check_makespan(350 * kMs, 700 * kMs).because, "it took 50 % less time than the formula says");
}

TEST(Check, ALessonThatSaysNothingIsNotChecked) {
  EXPECT_EQ(check_makespan(5, 0).kind, Verdict::Kind::none);
  EXPECT_EQ(check_makespan(5, 0).words, "");
}

}  // namespace
}  // namespace interleave
