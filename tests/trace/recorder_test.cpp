#include "trace/recorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace interleave {
namespace {

struct ReadBack {
  std::vector<std::vector<std::uint64_t>> lanes;
  std::uint64_t dropped = 0;

  void take(TraceReader& reader, std::size_t buffer_words) {
    std::vector<std::uint64_t> buffer(buffer_words);
    while (std::size_t n = reader.read(buffer)) {
      for (std::size_t i = 0; i < n;) {
        const std::uint64_t header = buffer[i++];
        const std::size_t lane = header & 0xffff;
        if (lanes.size() <= lane) lanes.resize(lane + 1);
        if (header >> 31 & 1) {
          dropped = buffer[i++];
          continue;
        }
        const std::size_t count = header >> 32;
        lanes[lane].insert(lanes[lane].end(), &buffer[i], &buffer[i] + count);
        i += count;
      }
    }
  }
};

TEST(Recorder, ReaderSeesWordsInTheOrderInWhichTheyWereWritten) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  TraceReader reader(recorder);
  lane.at(5, EventKind::spawn, 3, 7);
  lane.then(EventKind::ready, 0, 7);
  lane.at(5, EventKind::run, 1 << 16 | 9, 7);
  lane.at(9, EventKind::wake, 0, 7, Cause{2, 11}.word());
  ReadBack got;
  got.take(reader, 64);
  const std::vector<std::uint64_t> expected = {
      event_word(EventKind::text, static_cast<std::uint32_t>(TextRole::lane_name) << 16 | 1), 'w',
      clock_word(5), event_word(EventKind::spawn, 3, 7), event_word(EventKind::ready, 0, 7),
      event_word(EventKind::run, 1 << 16 | 9, 7),
      clock_word(9), event_word(EventKind::wake, 0, 7), Cause{2, 11}.word()};
  EXPECT_EQ(got.lanes.at(0), expected);
}

TEST(Recorder, OfMoreThanFitsEveryLaneGivesTheSamePart) {
  Recorder recorder(8 << 20);
  std::vector<LaneRecorder*> lanes;
  for (int i = 0; i < 4; ++i) lanes.push_back(&recorder.lane(LaneKind::worker, "w"));
  for (int i = 0; i < 1000; ++i)
    for (LaneRecorder* lane : lanes) lane->at(i, EventKind::run, 1, 2);
  TraceReader reader(recorder);
  std::vector<std::uint64_t> buffer(2000);
  std::array<std::uint64_t, 4> got{};
  std::size_t all = 0;
  while (std::size_t n = reader.read(buffer)) {
    for (std::size_t at = 0; at < n;) {
      const std::uint64_t header = buffer[at];
      EXPECT_GT(header >> 32, 0u) << "no packet says nothing";
      got[header & 0xffff] += header >> 32;
      at += 1 + (header >> 32);
    }
    EXPECT_LE(*std::ranges::max_element(got) - *std::ranges::min_element(got), 60u);
    ++all;
  }
  EXPECT_EQ(got[0], got[3]);
  EXPECT_GE(got[0], 2000u);
  EXPECT_LT(all, 12u) << "a buffer is filled before the next is asked for";
}

TEST(Recorder, NothingIsSeenBeforeItIsPublished) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "");
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 64);
  const std::size_t before = got.lanes.at(0).size();
  lane.then(EventKind::lane_idle);
  got.take(reader, 64);
  EXPECT_EQ(got.lanes.at(0).size(), before);
  lane.at(1, EventKind::lane_ended);
  got.take(reader, 64);
  EXPECT_EQ(got.lanes.at(0).size(), before + 3);
}

TEST(Recorder, TimeNeverRunsBackwardsInALane) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  lane.at(100, EventKind::lane_idle);
  lane.at(50, EventKind::lane_ended);
  EXPECT_EQ(lane.last_time(), 100);
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 64);
  int clocks = 0;
  for (std::uint64_t w : got.lanes[0]) clocks += kind_of(w) == EventKind::clock;
  EXPECT_EQ(clocks, 1);
}

TEST(Recorder, SpentBudgetDropsAndCounts) {
  Recorder recorder(3 * 65536);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  constexpr int events = 30'000;
  for (int i = 0; i < events; ++i) lane.at(i, EventKind::lane_idle);
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 1000);
  int seen = 0;
  for (std::uint64_t w : got.lanes[0]) seen += kind_of(w) == EventKind::lane_idle;
  EXPECT_GT(recorder.dropped_events(), 0u);
  EXPECT_EQ(seen + static_cast<int>(recorder.dropped_events()), events);
  EXPECT_EQ(got.dropped, recorder.dropped_events());
}

TEST(Recorder, AFullLaneEndsThereAndStillSaysHowTheRunEnded) {
  Recorder recorder(2 * 65536);
  LaneRecorder& lane = recorder.lane(LaneKind::coordinator, "main");
  Nanos t = 0;
  while (recorder.dropped_events() == 0) lane.at(++t, EventKind::run, 0, 2);
  lane.at(t += 100, EventKind::wait, 0, 2);
  lane.at(++t, EventKind::fact, static_cast<std::uint32_t>(Fact::cores), 0, 4);
  lane.text(++t, TextRole::output, "lost");
  lane.text(++t, TextRole::error, "kept");
  lane.at(++t, EventKind::run_ended, 1);
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 1000);
  std::vector<EventKind> last;
  for (std::size_t i = 0; i < got.lanes[0].size(); i += 1 + payload_words(got.lanes[0][i]))
    if (kind_of(got.lanes[0][i]) != EventKind::clock) last.push_back(kind_of(got.lanes[0][i]));
  last.erase(last.begin(), last.end() - 5);
  EXPECT_EQ(last, (std::vector<EventKind>{EventKind::run, EventKind::lane_ended, EventKind::fact, EventKind::text, EventKind::run_ended}));
  EXPECT_EQ(recorder.dropped_events(), 3u);
}

TEST(Recorder, EveryLaneHasItsFirstWordsEvenWithoutABudget) {
  Recorder recorder(0);
  for (int i = 0; i < Recorder::kMaxLanes; ++i) recorder.lane(LaneKind::worker, "worker").at(i, EventKind::lane_idle);
  EXPECT_EQ(recorder.dropped_events(), 0u);
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 999);
  EXPECT_EQ(got.lanes.size(), static_cast<std::size_t>(Recorder::kMaxLanes));
}

TEST(Recorder, TextIsCutAtACharacterAndKeptWhole) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  std::string text(59'999, 'x');
  text += "\xc3\xa9 and more";
  lane.text(0, TextRole::output, text, 4);
  TraceReader reader(recorder);
  ReadBack got;
  got.take(reader, 10'000);
  const auto& words = got.lanes[0];
  bool found = false;
  for (std::size_t i = 0; i < words.size(); i += 1 + payload_words(words[i]))
    if (kind_of(words[i]) == EventKind::text && task_of(words[i]) == 4) {
      found = true;
      EXPECT_EQ(argument_of(words[i]) & 0xffff, 59'999u);
    }
  EXPECT_TRUE(found);
}

TEST(Recorder, AppendRefusesWhatNoChildMaySay) {
  Recorder recorder(1 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::process, "p");
  const std::vector<std::vector<std::uint64_t>> bad = {
      {0}, {255}, {event_word(EventKind::run_ended)}, {event_word(EventKind::sync)}, {event_word(EventKind::fact), 1}, {event_word(EventKind::wake)},
      {event_word(EventKind::text, 9)}, {clock_word(1), event_word(EventKind::copy)}};
  for (const auto& words : bad) EXPECT_FALSE(lane.append(words));
  EXPECT_TRUE(lane.append(std::vector<std::uint64_t>{clock_word(8), event_word(EventKind::run, 0, 3)}));
  EXPECT_EQ(lane.last_time(), 8);
}

TEST(Recorder, WhatAReaderGivesBackIsWrittenAgainAndSoForEver) {
  Recorder recorder(300'000);
  LaneRecorder& lane = recorder.lane(LaneKind::process, "p");
  TraceReader reader(recorder, TraceReader::GivesBack{});
  ReadBack got;
  TaskId next = 1;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 5'000; ++i) lane.at(next, EventKind::run, 0, next), ++next;
    got.take(reader, 999);
  }
  EXPECT_EQ(recorder.dropped_events(), 0u);
  TaskId expected = 1;
  for (std::size_t i = 0; i < got.lanes[0].size(); i += 1 + payload_words(got.lanes[0][i]))
    if (kind_of(got.lanes[0][i]) == EventKind::run) ASSERT_EQ(task_of(got.lanes[0][i]), expected++);
  EXPECT_EQ(expected, next);
  // What nobody reads in time is dropped, as ever.
  for (int i = 0; i < 50'000; ++i) lane.at(next + static_cast<TaskId>(i), EventKind::run, 0, 1);
  EXPECT_GT(recorder.dropped_events(), 0u);
}

TEST(Recorder, ReaderFollowsAWriterOnAnotherThread) {
  if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP();
  Recorder recorder(64 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  constexpr TaskId last = 100'000;
  std::thread writer([&] {
    for (TaskId i = 1; i <= last; ++i) lane.at(i, EventKind::run, 0, i);
  });
  TraceReader reader(recorder);
  ReadBack got;
  got.lanes.resize(1);
  while (got.lanes[0].empty() || task_of(got.lanes[0].back()) != last) got.take(reader, 777);
  writer.join();
  TaskId next = 1;
  for (std::size_t i = 0; i < got.lanes[0].size(); i += 1 + payload_words(got.lanes[0][i]))
    if (kind_of(got.lanes[0][i]) == EventKind::run) { ASSERT_EQ(task_of(got.lanes[0][i]), next++); }
  EXPECT_EQ(next, last + 1);
}

}  // namespace
}  // namespace interleave
