// What a file's trace keeps in columns is what it was.
#include "trace/spans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "trace/random_run.h"
#include "trace/times.h"
#include "trace/trace_file.h"

namespace {

using namespace interleave;

TEST(Times, AreKeptToTheNanosecondHoweverWideTheyGrow) {
  const std::vector<Nanos> given = {0, 5, 4'294'967'295, 1, 4'294'967'296, 7, 1'099'511'627'775, 2, 1'099'511'627'776, -1, -1'000'000'000'000'000, 3};
  Times times;
  for (std::size_t n = 0; n < given.size(); ++n) {
    times.add(given[n]);
    ASSERT_EQ(times.size(), n + 1);
    for (std::size_t i = 0; i <= n; ++i) ASSERT_EQ(times[i], given[i]) << "after " << n;
  }
}

TEST(Times, TakeFourBytesUpToFourSecondsAndFiveUpToMinutes) {
  auto bytes = [](Nanos latest) {
    Times times;
    times.reserve(1000);
    for (int i = 1; i <= 1000; ++i) times.add(latest / 1000 * i);
    return static_cast<double>(times.bytes()) / 1000;
  };
  EXPECT_LT(bytes(4'000'000'000), 4.1);
  EXPECT_LT(bytes(1'000'000'000'000), 6);
}

TEST(PackedLives, AreTheSpansThatWerePutIn) {
  std::mt19937 random(7);
  std::vector<std::vector<Span>> lives(50);
  PackedLives packed;
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    Nanos at = static_cast<Nanos>(random() % 1'000'000'000) * 8;
    first.push_back(packed.size());
    packed.begin_life(at);
    for (std::size_t n = random() % 9; n > 0; --n) {
      if (random() % 4 == 0) at += 1 + static_cast<Nanos>(random() % 1000);  // a gap; also before the first
      const Nanos end = at + 1 + static_cast<Nanos>(random());
      const Span span{at, end, static_cast<TaskId>(i + 1), static_cast<std::uint16_t>(random()), static_cast<State>(random() % kStates), 0};
      lives[i].push_back(span);
      packed.add(span.begin, span.end, span.line, span.state);
      at = end;
    }
  }
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const Life life(packed, static_cast<TaskId>(i + 1), first[i], lives[i].size());
    EXPECT_TRUE(std::ranges::equal(life, lives[i])) << "task " << i + 1;
    for (std::size_t k = lives[i].size(); k-- > 0;) EXPECT_EQ(life[k], lives[i][k]);
  }
}

TEST(PackedLives, OfAFileAreThoseOfTheRun) {
  const auto trace = random_run(11);
  const OpenedTrace opened = open_trace(trace_file(*trace));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  std::size_t seen = 0;
  for (const TaskRecord& task : trace->tasks()) {
    const Spans of_file = opened.trace->spans_of(task.id), own = trace->spans_of(task.id);
    EXPECT_TRUE(std::ranges::equal(of_file, own)) << "task " << task.id;
    for (std::size_t from = 0; from < own.size(); ++from) EXPECT_EQ(of_file.subspan(from, 2).front(), own[from]);
    seen += own.size();
  }
  EXPECT_GT(seen, 10u);
}

}  // namespace
