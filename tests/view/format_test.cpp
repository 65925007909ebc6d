#include "view/format.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "trace/trace.h"

namespace interleave {
namespace {

/// With `_` for the thin space, which nobody can see in a test.
std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u2009")) != text.npos;) text.replace(at, 3, "_");
  return text;
}

std::string column(std::vector<TimeCell> cells) {
  std::string out;
  for (const std::string& cell : format_column(cells)) out += (out.empty() ? "" : " | ") + plain(cell);
  return out;
}

constexpr Nanos kUs = 1000, kMs = 1'000'000, kS = 1'000'000'000;

TEST(Format, CountsAreGroupedInThrees) {
  EXPECT_EQ(plain(format_count(0)), "0");
  EXPECT_EQ(plain(format_count(999)), "999");
  EXPECT_EQ(plain(format_count(1204)), "1_204");
  EXPECT_EQ(plain(format_count(12'345'678)), "12_345_678");
  EXPECT_EQ(plain(format_count(std::numeric_limits<std::uint64_t>::max())), "18_446_744_073_709_551_615");
}

TEST(Format, BytesHaveThreeDigits) {
  EXPECT_EQ(plain(format_bytes(0)), "0_B");
  EXPECT_EQ(plain(format_bytes(936)), "936_B");
  EXPECT_EQ(plain(format_bytes(1023)), "1023_B");
  EXPECT_EQ(plain(format_bytes(1024)), "1.00_KiB");
  EXPECT_EQ(plain(format_bytes(1'048'500)), "1.00_MiB");  // not 1 024 KiB
  EXPECT_EQ(plain(format_bytes(64 << 20)), "64.0_MiB");
}

TEST(Format, PercentAndRatio) {
  EXPECT_EQ(plain(format_percent(0.383)), "38.3_%");
  EXPECT_EQ(plain(format_percent(1)), "100.0_%");
  EXPECT_EQ(plain(format_signed_percent(0.082)), "+8.2_%");
  EXPECT_EQ(plain(format_signed_percent(-0.01)), "\u22121.0_%");
  EXPECT_EQ(plain(format_signed_percent(-0.0001)), "0.0_%");  // no "-0.0"
  EXPECT_EQ(plain(format_ratio(62.88)), "62.9x");
  EXPECT_EQ(plain(format_ratio(1)), "1.00x");
  EXPECT_EQ(plain(format_ratio(9.996)), "10.0x");
  EXPECT_EQ(plain(format_ratio(1204.4)), "1_204x");
  EXPECT_EQ(plain(format_ratio(0.0 / 0.0)), "-");
}

TEST(Format, ThreeDigitsAfterRounding) {
  EXPECT_EQ(plain(format_significant(0.7041)), "0.704");
  EXPECT_EQ(plain(format_significant(9.996)), "10.0");
  EXPECT_EQ(plain(format_significant(99.96)), "100");
  EXPECT_EQ(plain(format_significant(1234)), "1_234");
  EXPECT_EQ(plain(format_significant(0)), "0");
}

TEST(Format, AColumnHasOneUnit) {
  EXPECT_EQ(column({{20'500 * kMs}, {704 * kMs}, {68'900 * kUs}, {}, {0}}), "20.5_s | 0.704_s | 0.0689_s |  | 0_s");
  EXPECT_EQ(column({{5 * kMs}, {500 * kUs}}), "5.00_ms | 0.500_ms");
  EXPECT_EQ(column({{20 * kS}, {3 * kUs}}), "20.0_s | 3.00_\u00b5s");  // 0.00000300 s is nobody's figure
  EXPECT_EQ(column({{20 * kS}, {40 * kUs, 100 * kUs}}), "20.0_s | < 0.1_ms");
  EXPECT_EQ(column({{20 * kS}, {5'234 * kUs, 100 * kUs}}), "20.0_s | 0.0052_s");  // no digit that the clock cannot tell
  EXPECT_EQ(column({}), "");
}

TEST(Format, AColumnsUnitIsOneThatAllFit) {  // seen: "0.0228 s, 9.77 ms, 1.72 ms"
  EXPECT_EQ(column({{120 * kMs}, {22'800 * kUs}, {9'770 * kUs}, {1'720 * kUs}}), "120_ms | 22.8_ms | 9.77_ms | 1.72_ms");
  EXPECT_EQ(column({{2'300 * kUs}, {2'510}, {93'800}}), "2_300_\u00b5s | 2.51_\u00b5s | 93.8_\u00b5s");
  EXPECT_EQ(column({{20 * kS}, {9'770 * kUs}}), "20_000_ms | 9.77_ms");
}

TEST(Format, AColumnSaysWhatTheFlagSays) {
  for (Nanos t : {7 * kS, 704 * kMs, 20'500 * kMs, 999'600 * kUs})
    EXPECT_EQ(format_column(std::vector<TimeCell>{{t, 5000}, {30 * kS}})[0], format_duration(t, 5000));
}

TEST(Format, ALengthBesideALongerOneHasItsUnit) {
  EXPECT_EQ(plain(format_beside(68'900 * kUs, 0, 20 * kS)), "0.0689_s");
  EXPECT_EQ(plain(format_beside(68'900 * kUs, 0, 0)), "68.9_ms");
  EXPECT_EQ(plain(format_beside(3 * kUs, 0, 20 * kS)), "3.00_\u00b5s");
  EXPECT_EQ(format_beside(704 * kMs, 5000, 20 * kS), format_column(std::vector<TimeCell>{{704 * kMs, 5000}, {20 * kS}})[0]);
}

TEST(Format, TicksHaveAsManyDecimalsAsTheStepNeeds) {
  EXPECT_EQ(plain(format_tick(0, 2e8)), "0_s");
  EXPECT_EQ(plain(format_tick(1.2e9, 2e8)), "1.2_s");
  EXPECT_EQ(plain(format_tick(2e9, 1e9)), "2_s");
  EXPECT_EQ(plain(format_tick(2.5e9, 5e8)), "2.5_s");
  EXPECT_EQ(plain(format_tick(1'204'000'000, 1e6)), "1_204_ms");
  EXPECT_EQ(plain(format_tick(2e7, 1e7, 24 * kMs)), "20_ms") << "as the figures of such an axis";
  EXPECT_EQ(plain(format_tick(2e4, 2e4, 80 * kUs)), "20_\u00b5s");
  EXPECT_EQ(plain(format_tick(0, 2e4, 80 * kUs)), "0_\u00b5s");
  EXPECT_EQ(plain(format_tick(1e7, 1e7, 9 * kS)), "0.01_s");
  EXPECT_EQ(plain(format_tick(1'204'000'000, 1e6, 2 * kS)), "1.204_s") << "however far one zooms";
  EXPECT_EQ(plain(format_tick(1'204'000'050, 10, 2 * kS)), "1.20400005_s");
  EXPECT_EQ(plain(format_tick(15e3, 5e3)), "15_\u00b5s");
}

TEST(Format, AMomentIsInTheUnitOfItsAxis) {
  EXPECT_EQ(plain(format_moment(245'700, 5e4, 300 * kUs)), "245.7_\u00b5s") << "it said 0.2457 ms between ticks in \u00b5s";
  EXPECT_EQ(plain(format_moment(262e6, 1e8, 800 * kMs)), "0.262_s");
  EXPECT_EQ(plain(format_moment(99e6, 1e8, 800 * kMs)), "0.099_s") << "also where it is short itself";
  EXPECT_EQ(plain(format_moment(0, 1e7, 90 * kMs)), "0.0_ms");
  EXPECT_EQ(plain(format_moment(1'204'500'000, 1e6, 2 * kS)), "1.20450_s") << "it said 1 204.50 ms beside a run of 1.28 s";
  EXPECT_EQ(plain(format_moment(1500, 10, 2000)), "1.500_\u00b5s");
  for (const double step : {1e1, 2e2, 5e3, 1e4, 2e5, 1e6, 5e6, 1e7, 1e8, 1e9})
    for (const Nanos latest : {5 * kUs, 300 * kUs, 4 * kMs, 90 * kMs, 2 * kS}) {
      const std::string tick = format_tick(step, step, latest), moment = format_moment(step, step, latest);
      EXPECT_EQ(tick.substr(tick.rfind("\u2009")), moment.substr(moment.rfind("\u2009"))) << step << " " << latest;
    }
}

TEST(Format, LongLinesBreakAtSpacesAndNothingOfThemIsLost) {
  using Rows = std::vector<std::string_view>;
  EXPECT_EQ(wrapped("two threads have counted", 12, 3), (Rows{"two threads", "have counted"}));
  EXPECT_EQ(wrapped("short", 12, 3), (Rows{"short"}));
  EXPECT_EQ(wrapped("", 12, 3), (Rows{""}));
  EXPECT_EQ(wrapped("abcdefghijklmnop", 6, 9), (Rows{"abcdef", "ghijkl", "mnop"})) << "no space to break at";
  EXPECT_EQ(wrapped("a b c d e f g h", 3, 2), (Rows{"a b", "c d e f g h"})) << "the last row holds the rest";
  EXPECT_EQ(wrapped("\u00b5\u00b5\u00b5\u00b5", 3, 9), (Rows{"\u00b5", "\u00b5", "\u00b5", "\u00b5"})) << "never within a letter";
}

}  // namespace
}  // namespace interleave
