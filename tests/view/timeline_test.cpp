#include "view/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

namespace interleave {
namespace {

std::vector<Span> alternating(int n, Nanos length) {
  std::vector<Span> spans;
  for (int i = 0; i < n; ++i)
    spans.push_back({i * length, (i + 1) * length, static_cast<TaskId>(i + 2), 0, i % 2 ? State::waiting_io : State::running, 0});
  return spans;
}

std::string text(const std::vector<Bar>& bars) {
  std::string out;
  char buffer[80];
  for (const Bar& b : bars) {
    std::snprintf(buffer, sizeof buffer, "%g..%g %d+%d; ", static_cast<double>(b.x0), static_cast<double>(b.x1), static_cast<int>(b.first), static_cast<int>(b.count));
    out += buffer;
  }
  return out;
}

std::vector<Bar> bars_of(const std::vector<Span>& spans, Viewport window, float width) {
  std::vector<Bar> bars;
  visible_bars(spans, window, width, bars);
  return bars;
}

TEST(Timeline, WideSpansAreBarsAndTheRestIsCulled) {
  EXPECT_EQ(text(bars_of(alternating(10, 100), {250, 550}, 300)), "-50..50 2+1; 50..150 3+1; 150..250 4+1; 250..350 5+1; ");
}

TEST(Timeline, NarrowSpansFoldAndKeepTheirCountAndMix) {
  const auto bars = bars_of(alternating(1000, 100), {0, 100'000}, 100);
  std::uint32_t sum = 0;
  for (const Bar& bar : bars) {
    sum += bar.count;
    EXPECT_NEAR(bar.mix[static_cast<std::size_t>(State::running)], 0.5f, 0.01f);
    EXPECT_NEAR(bar.mix[static_cast<std::size_t>(State::waiting_io)], 0.5f, 0.01f);
  }
  EXPECT_EQ(sum, 1000u);
  EXPECT_EQ(bars.size(), 50u);
}

TEST(Timeline, AWideSpanBesideNarrowOnesKeepsItsOwnBar) {
  std::vector<Span> spans = {{0, 1, 2, 0, State::running, 0}, {1, 2, 3, 0, State::running, 0}, {2, 500, 4, 0, State::waiting_io, 0}};
  EXPECT_EQ(text(bars_of(spans, {0, 1000}, 1000)), "0..2 0+2; 2..500 2+1; ");
}

TEST(Timeline, NoZoomShowsMoreBarsThanTheScreenCanHold) {
  std::mt19937 random(5);
  std::vector<Span> spans;
  Nanos t = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Nanos length = 1 + random() % (i % 1000 ? 500 : 2'000'000), gap = random() % 3 ? 0 : random() % 300;
    spans.push_back({t + gap, t + gap + length, 2, 0, static_cast<State>(random() % 5), 0});
    t += gap + length;
  }
  for (int round = 0; round < 200; ++round) {
    const double middle = static_cast<double>(random() % static_cast<std::uint64_t>(t)), half = static_cast<double>(t) / std::pow(2, random() % 30) / 2 + 1;
    const auto bars = bars_of(spans, {middle - half, middle + half}, 1920);
    EXPECT_LE(bars.size(), 1920u + 2);
    std::uint32_t next = bars.empty() ? 0 : bars[0].first;
    for (const Bar& bar : bars) {
      EXPECT_EQ(bar.first, next);  // nothing is left out between two bars
      next += bar.count;
      EXPECT_LE(bar.x0, bar.x1);
    }
  }
}

TEST(Timeline, ZoomedToAMicrosecondInTwentySecondsItIsStillExact) {
  std::vector<Span> spans = {{20'000'000'000, 20'000'000'500, 2, 0, State::running, 0}};
  const auto bars = bars_of(spans, {20'000'000'000.0 - 250, 20'000'000'000.0 + 750}, 1000);
  ASSERT_EQ(bars.size(), 1u);
  EXPECT_FLOAT_EQ(bars[0].x0, 250);
  EXPECT_FLOAT_EQ(bars[0].x1, 750);
}

TEST(Timeline, SpanAtFindsTheHolderOfATime) {
  std::vector<Span> spans = {{10, 20, 2, 0, State::running, 0}, {30, 40, 3, 0, State::running, 0}};
  EXPECT_EQ(span_at(spans, 9), -1);
  EXPECT_EQ(span_at(spans, 10), 0);
  EXPECT_EQ(span_at(spans, 20), -1);
  EXPECT_EQ(span_at(spans, 39.5), 1);
  EXPECT_EQ(span_at(spans, 40), -1);
}

TEST(Timeline, TicksAreOneTwoFiveAndFarEnoughApart) {
  for (double length : {1e3, 3.7e6, 2.5e8, 2.05e10}) {
    const Ticks t = ticks({0, length}, 1000, 70);
    EXPECT_GE(t.step / length * 1000, 70 * 0.999);
    EXPECT_LE(t.step / length * 1000, 70 * 2.6);
    const double lead = t.step / std::pow(10.0, std::floor(std::log10(t.step) + 1e-9));
    EXPECT_TRUE(std::fabs(lead - 1) < 1e-6 || std::fabs(lead - 2) < 1e-6 || std::fabs(lead - 5) < 1e-6) << t.step;
    EXPECT_EQ(t.at.front(), 0);
  }
}

TEST(Timeline, NothingComesOfNothing) {
  EXPECT_TRUE(bars_of({}, {0, 100}, 100).empty());
  EXPECT_TRUE(bars_of(alternating(3, 10), {5, 5}, 100).empty());
  EXPECT_TRUE(ticks({5, 5}, 100, 70).at.empty());
}

}  // namespace
}  // namespace interleave
