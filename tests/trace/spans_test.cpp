// What a trace keeps packed is what it was.
#include "trace/spans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "trace/random_run.h"
#include "trace/trace_file.h"

namespace {

using namespace interleave;

using Numbers = Rows<3>;
Numbers::Row row_of(std::mt19937_64& random) {
  const auto upto = [&](int bits) { return static_cast<std::int64_t>(random() >> (64 - bits)); };
  // As different as they come from block to block: of the same, small, negative, and as wide as a row's number may be.
  return {upto(1 + static_cast<int>(random() % 50)) - 500, random() % 3 == 0 ? upto(20) : 7, -upto(1 + static_cast<int>(random() % 56))};
}

TEST(Rows, AreReadAsTheyWereWrittenWhateverIsCutAndChanged) {
  std::mt19937_64 random(11);
  std::vector<Numbers::Row> kept;
  Numbers rows;
  for (int i = 0; i < 6000; ++i) {
    if (random() % 40 == 0) {
      const std::size_t n = kept.size() - random() % (std::min<std::size_t>(kept.size(), i % 2000 == 0 ? kept.size() : 400) + 1);
      kept.resize(n);
      rows.cut(n);
    }
    const Numbers::Row row = i / 500 % 3 == 0 ? Numbers::Row{5, 5, 5} : row_of(random);
    kept.push_back(row);
    rows.add(row);
    if (random() % 5 == 0) rows.last()[1] = kept.back()[1] = static_cast<std::int64_t>(random() % 1000);
    ASSERT_EQ(rows.size(), kept.size());
    if (i % 100 != 0) continue;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      ASSERT_EQ(rows[k], kept[k]) << k << " of " << kept.size();
      ASSERT_EQ(rows.number(k, 2), kept[k][2]);
    }
    const std::size_t from = kept.size() / 3, to = kept.size() - kept.size() / 7;
    std::size_t k = from;
    rows.each(from, to, [&](const Numbers::Row& each) { ASSERT_EQ(each, kept[k++]); });
    ASSERT_EQ(k, std::max(from, to));
  }
}

TEST(Rows, TakeTheBitsThatTheyNeed) {
  Rows<3> rows;
  for (int i = 0; i < 100'000; ++i) rows.add({std::int64_t{1} << 40 | i * 1000, i % 7, 3});
  EXPECT_LT(rows.bytes(), 400'000u) << "17 bits, 3 and none";
}

TEST(PackedSpans, AreTheSpansThatWerePutIn) {
  std::mt19937 random(3);
  std::vector<Span> spans;
  PackedSpans packed;
  Nanos at = -70'000;
  for (int i = 0; i < 3000; ++i) {
    if (random() % 30 == 0) at += static_cast<Nanos>(random());  // nothing for a while
    const Span span{at, at + 1 + static_cast<Nanos>(random() % 5000), static_cast<TaskId>(random() % (i < 1500 ? 10 : 1'000'000)), static_cast<std::uint16_t>(random() % 40),
                    static_cast<State>(random() % kStates), static_cast<std::uint8_t>(random())};
    at = span.end;
    spans.push_back(span);
    packed.push_back(span);
    if (random() % 20 == 0) {
      Span more = span;
      more.begin = span.end, at = more.end = span.end + 5;
      EXPECT_TRUE(packed.goes_on(more)) << "the same thing said twice";
      spans.back().end = at;
      EXPECT_FALSE(packed.goes_on({at, at + 9, span.task + 1, span.line, span.state, span.core}));
    }
    if (random() % 300 == 0) {
      spans.pop_back(), packed.pop_back();
      at = spans.empty() ? 5 : spans.back().end;
    }
  }
  ASSERT_TRUE(std::ranges::equal(packed, spans));
  std::size_t k = 100;
  Spans(packed).subspan(50, 2000).each(50, 900, [&](const Span& span) { ASSERT_EQ(span, spans[k++]); });
  EXPECT_EQ(k, 950u);
  // Read a few at a time, on and on, back, and here and there.
  SpanReader reader{Spans(packed)};
  for (std::size_t i = 0; i < spans.size(); ++i) ASSERT_EQ(*reader.at(i), spans[i]);
  for (std::size_t i = spans.size(); i-- > 0;) ASSERT_EQ(*reader.at(i), spans[i]);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t from = random() % spans.size(), behind = std::min<std::size_t>(random() % 18, spans.size() - 1 - from);
    ASSERT_TRUE(std::equal(spans.begin() + static_cast<std::ptrdiff_t>(from), spans.begin() + static_cast<std::ptrdiff_t>(from + behind + 1), reader.at(from, behind)));
  }
  packed.cut(1000);
  spans.resize(1000);
  EXPECT_TRUE(std::ranges::equal(packed, spans));
  EXPECT_EQ(packed.last_end(), spans.back().end);
}

TEST(PackedLives, AreTheSpansThatWerePutIn) {
  std::mt19937 random(7);
  std::vector<std::vector<Span>> lives(50);
  PackedLives packed;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    Nanos at = static_cast<Nanos>(random() % 1'000'000'000) * 8;
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
    const Life life(packed, static_cast<TaskId>(i + 1));
    ASSERT_EQ(life.size(), lives[i].size());
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
