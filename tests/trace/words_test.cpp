#include <gtest/gtest.h>

#include "trace/trace.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

constexpr Nanos kUs = 1'000, kMs = 1'000'000, kS = 1'000'000'000;

// A thin space reads badly in a test; "_" stands for it.
std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u2009")) != std::string::npos;) text.replace(at, 3, "_");
  return text;
}

TEST(Duration, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(plain(format_duration(326 * kMs)), "0.326_s");
  EXPECT_EQ(plain(format_duration(68'900 * kUs)), "68.9_ms");
  EXPECT_EQ(plain(format_duration(20'500 * kMs)), "20.5_s");
  EXPECT_EQ(plain(format_duration(5 * kMs)), "5.00_ms");
  EXPECT_EQ(plain(format_duration(523'400)), "523_µs");
  EXPECT_EQ(plain(format_duration(1'234)), "1.23_µs");
  EXPECT_EQ(plain(format_duration(340)), "0.340_µs");
  EXPECT_EQ(plain(format_duration(7)), "0.007_µs");
  EXPECT_EQ(plain(format_duration(0)), "0_s");
}

TEST(Duration, RoundsOnceAndThenChoosesTheUnit) {
  EXPECT_EQ(plain(format_duration(99'960 * kUs)), "0.100_s");
  EXPECT_EQ(plain(format_duration(999'600)), "1.00_ms");
  EXPECT_EQ(plain(format_duration(9'996 * kMs)), "10.0_s");
  EXPECT_EQ(plain(format_duration(999'500'000'000)), "1_000_s");
  EXPECT_EQ(plain(format_duration(123'456 * kS)), "123_456_s");
}

TEST(Duration, SaysNothingFinerThanTheClock) {
  EXPECT_EQ(plain(format_duration(40 * kUs, 100 * kUs)), "< 0.1_ms");
  EXPECT_EQ(plain(format_duration(400 * kUs, 100 * kUs)), "0.4_ms");
  EXPECT_EQ(plain(format_duration(5'234 * kUs, 100 * kUs)), "5.2_ms");
  EXPECT_EQ(plain(format_duration(68'934 * kUs, 100 * kUs)), "68.9_ms");
  EXPECT_EQ(plain(format_duration(525 * kUs, 5 * kUs)), "525_µs");
  EXPECT_EQ(plain(format_duration(2 * kUs, 5 * kUs)), "< 5_µs");
  EXPECT_EQ(plain(format_duration(326 * kMs, 5 * kUs)), "0.326_s");
  EXPECT_EQ(plain(format_duration(0, 100 * kUs)), "0_s");
}

TEST(Duration, BearsAbsurdNumbers) {
  EXPECT_EQ(plain(format_duration(-5 * kMs)), "\u22125.00_ms");
  for (Nanos t : {INT64_MAX, INT64_MIN, Nanos{-1}})
    for (Nanos step : {INT64_MAX, INT64_MIN, Nanos{0}}) EXPECT_FALSE(format_duration(t, step).empty());
}

TEST(Sentence, SaysWhoHowLongAndHowBusy) {
  TwoWorkers run;
  EXPECT_EQ(plain(summary_sentence(*run.trace())), "Threads, measured: 0.205_µs, 2 tasks, core busy 51.2_%.");
  EXPECT_EQ(plain(summary_sentence(*run.trace(), 410)),
            "Threads, measured: 0.205_µs, 2.00 times serial, 2 tasks, core busy 51.2_%.");
}

TEST(Sentence, SaysThatARunWasStoppedOrFailed) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::spawn, 1, 2);
  main.text(7 * kMs, TextRole::error, "Line 9: the list is empty.\n(more)", kRootTask);
  main.at(7 * kMs, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::failed));
  EXPECT_EQ(plain(summary_sentence(*trace_of(recorder, ExecutorKind::loop))),
            "Event loop, measured: failed at 7.00_ms (Line 9: the list is empty), 0 of 1 task finished.");
}

TEST(Sentence, SaysThatCallsHeldTheLoop) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.fact(7 * kMs, Fact::loop_blocked_ns, 5 * kMs);
  main.at(7 * kMs, EventKind::done, static_cast<std::uint32_t>(Outcome::finished), kRootTask);
  main.at(7 * kMs, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  EXPECT_EQ(plain(summary_sentence(*trace_of(recorder, ExecutorKind::loop))),
            "Event loop, measured: 7.00_ms; blocking calls held the event loop for 5.00_ms.");
}

TEST(Caveats, AreEmulatedCoresAndCallsThatHeldALoop) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.fact(0, Fact::cores, 1);
  EXPECT_TRUE(caveats_of(*trace_of(recorder, ExecutorKind::loop)).empty());
  main.fact(0, Fact::emulated_cores, 1);
  main.fact(7 * kMs, Fact::loop_blocked_ns, 5 * kMs);
  std::string all;
  for (const std::string& caveat : caveats_of(*trace_of(recorder, ExecutorKind::loop))) all += plain(caveat) + "\n";
  EXPECT_EQ(all,
            "Its core is emulated: the machine has more, and one permit lets one task compute at a time.\n"
            "Blocking calls held the event loop for 5.00_ms; no other task there could go on meanwhile.\n");
}

TEST(Sentence, ConfessesWhatIsMissing) {
  Recorder recorder(3 * 65536);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  for (int i = 0; i < 30'000; ++i) lane.at(i, EventKind::lane_idle);
  EXPECT_NE(plain(summary_sentence(*trace_of(recorder, ExecutorKind::threads))).find("events did not fit and are missing."),
            std::string::npos);
}

TEST(Sentence, SpeaksOfALiveRunAsNotOver) {
  TraceBuilder builder(ExecutorKind::stealing, Provenance::modelled);
  EXPECT_EQ(plain(summary_sentence(builder.so_far(210 * kMs))), "Work stealing, modelled: 0.210_s so far.");
}

}  // namespace
}  // namespace interleave
