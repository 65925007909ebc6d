#include "view/costs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "trace/recorder.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

constexpr Nanos kMs = 1'000'000;

// Two processes of 100 ms: the first copies for 10, works for 70 and has nothing for 10; the second starts 20 late and works 70;
// main merges for 10.
std::shared_ptr<const Trace> two_processes() {
  static Recorder* kept = nullptr;
  delete kept;
  Recorder& recorder = *(kept = new Recorder(16 << 20));
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::process, "process 1"), &two = recorder.lane(LaneKind::process, "process 2");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 2);
  main.fact(0, Fact::workers, 2);
  main.at(0, EventKind::spawn, 5, 2);
  main.at(0, EventKind::spawn, 5, 3);
  one.at(0, EventKind::copy, 0, 2, 1'000'000);
  one.at(10 * kMs, EventKind::run, 7, 2);
  one.at(80 * kMs, EventKind::done, 0, 2);
  one.at(80 * kMs, EventKind::lane_idle);
  two.at(0, EventKind::lane_idle);
  two.at(20 * kMs, EventKind::run, 1 << 16 | 7, 3);
  two.at(90 * kMs, EventKind::done, 0, 3);
  two.at(90 * kMs, EventKind::lane_idle);
  main.at(100 * kMs, EventKind::run_ended);
  return trace_of(recorder, ExecutorKind::processes);
}

TEST(Costs, OfAllWorkersTogetherAddUpToTheMakespan) {
  const auto trace = two_processes();
  const Costs c = costs_of(*trace);
  using Item = Costs::Item;
  EXPECT_EQ(c.workers, 2);
  EXPECT_EQ(c.makespan, 100 * kMs);
  EXPECT_EQ(c[Item::work], 70 * kMs);
  EXPECT_EQ(c[Item::copy], 5 * kMs);
  EXPECT_EQ(c[Item::start], 10 * kMs);
  EXPECT_EQ(c[Item::imbalance], 5 * kMs);
  EXPECT_EQ(c[Item::merge], 10 * kMs);
  Nanos all = 0;
  for (const Nanos each : c.each) all += each;
  EXPECT_EQ(all, c.makespan);
}

// Two workers that compute for 6 of every 10 us, one of them 5 us later, all through the run.
std::shared_ptr<const Trace> long_run(int rounds) {
  Recorder recorder(64 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::worker, "worker 1"), &two = recorder.lane(LaneKind::worker, "worker 2");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 2);
  main.at(0, EventKind::spawn, 5, 2);
  main.at(0, EventKind::spawn, 5, 3);
  for (Nanos t = 0; t < rounds * Nanos{10'000}; t += 10'000) {
    one.at(t, EventKind::run, 7, 2);
    one.at(t + 6'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 8, 2);
    two.at(t + 5'000, EventKind::run, 1 << 16 | 7, 3);
    two.at(t + 11'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 8, 3);
  }
  const Nanos end = rounds * Nanos{10'000} + 5'000;
  one.at(end, EventKind::done, 0, 2);
  two.at(end, EventKind::done, 0, 3);
  main.at(end, EventKind::run_ended);
  return trace_of(recorder, ExecutorKind::threads);
}

TEST(Costs, OfALongRunAreAddedUpInPiecesAndAreTheSame) {
  const int rounds = 3 * static_cast<int>(kPiece);
  const auto trace = long_run(rounds);
  Costs in_pieces;
  int pieces = 1;
  double part = 0;
  for (Pieces adding = costs_in_pieces(*trace, in_pieces); adding.next(); ++pieces) {
    EXPECT_GE(adding.part(), part);
    part = adding.part();
  }
  EXPECT_GE(pieces, 3 * 2 * 2 * 3) << "each lane's spans are gone through three times";
  EXPECT_EQ(in_pieces, costs_of(*trace));
  EXPECT_EQ(in_pieces.workers, 2);
  EXPECT_EQ(in_pieces[Costs::Item::work], rounds * Nanos{6'000});
  EXPECT_EQ(in_pieces[Costs::Item::start], 2'500) << "one at once, the other after 5 us";
  EXPECT_EQ(std::accumulate(in_pieces.each.begin(), in_pieces.each.end(), Nanos{0}), in_pieces.makespan);
  {
    Costs let_go_of;
    Pieces begun = costs_in_pieces(*trace, let_go_of);
    begun.next();
    EXPECT_EQ(let_go_of.workers, 0) << "nobody sees half of it";
  }
}

TEST(Costs, TheLargestThreeAreSaidAndWhatIsUnderAHundredthIsNot) {
  Costs c = costs_of(*two_processes());
  std::string words = costs_in_words(c);
  std::ranges::replace(words, '\x89', '_');
  EXPECT_NE(words.find("Why not 2x: start"), words.npos) << words;
  EXPECT_EQ(std::ranges::count(words, ','), 2) << words;
  EXPECT_EQ(words.find("imbalance"), words.npos) << "a fourth: " << words;
  EXPECT_DOUBLE_EQ(slower_than(c, 100 * kMs), 0.4);
  c.workers = 1;
  EXPECT_EQ(costs_in_words(c), "") << "one worker is as fast as one";
}

TEST(Costs, AreSaidInOneUnit) {  // seen in S3: "start 2.60 ms, imbalance 522 \u00b5s"
  Costs c;
  c.workers = 2, c.makespan = 15'000'000;
  c.each[static_cast<std::size_t>(Costs::Item::start)] = 2'600'000;
  c.each[static_cast<std::size_t>(Costs::Item::imbalance)] = 522'000;
  EXPECT_EQ(costs_in_words(c), "Why not 2x: start 2.60\u2009ms, imbalance 0.522\u2009ms.");
}

}  // namespace
}  // namespace interleave
