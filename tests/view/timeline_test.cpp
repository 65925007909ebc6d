#include "view/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <set>
#include <string>

#include "trace/recorder.h"

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
    EXPECT_LE(bars.size(), 1920u / 2 + 4);
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

std::vector<Span> random_lane(int n, unsigned seed, bool gaps = true) {
  std::mt19937 random(seed);
  std::vector<Span> spans;
  Nanos t = 0;
  for (int i = 0; i < n; ++i) {
    const Nanos length = 1 + random() % (i % 1000 ? 500 : 200'000), gap = gaps && random() % 3 == 0 ? random() % 300 : 0;
    spans.push_back({t + gap, t + gap + length, static_cast<TaskId>(2 + random() % 100), static_cast<std::uint16_t>(random() % 20), static_cast<State>(random() % 5), 0});
    t += gap + length;
  }
  return spans;
}

float share(const Bar& bar, State s) { return bar.mix[static_cast<std::size_t>(s)]; }

TEST(Timeline, FoldingKeepsEverySpanAndAllTime) {
  const auto spans = random_lane(50'000, 7);
  const auto end = static_cast<double>(spans.back().end);
  std::vector<Bar> bars;
  visible_bars(spans, {0, end}, 1366, bars);
  std::size_t count = 0;
  std::array<double, kStates> times{};
  double covered = 0, last = 0;
  for (const Bar& bar : bars) {
    count += bar.count;
    float sum = 0;
    const auto length = static_cast<double>(spans[bar.first + bar.count - 1].end - spans[bar.first].begin);
    for (std::size_t s = 0; s < bar.mix.size(); ++s) {
      EXPECT_GE(bar.mix[s], 0);
      sum += bar.mix[s];
      times[s] += static_cast<double>(bar.mix[s]) * length;
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_GE(static_cast<double>(bar.x0), last - 1e-3);
    last = static_cast<double>(bar.x1);
    covered += length;
  }
  EXPECT_EQ(count, spans.size());
  std::array<double, kStates> truth{};
  for (const Span& s : spans) truth[static_cast<std::size_t>(s.state)] += static_cast<double>(s.end - s.begin);
  for (State s : {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil})
    EXPECT_NEAR(times[static_cast<std::size_t>(s)] / truth[static_cast<std::size_t>(s)], 1, 0.05);
  EXPECT_LE(covered, end);
}

// A span at a time: what is written for many at once says the same, also of runs of days, whose times are added up in coarser units.
TEST(Timeline, AFoldIsWhatBeginsInItsCellAndItsMixTheirTime) {
  std::mt19937 random(3);
  for (const Nanos longer : {Nanos{1}, Nanos{1000}, Nanos{10'000'000}}) {
    auto spans = random_lane(20'000, static_cast<unsigned>(longer % 97));
    for (Span& span : spans) span.begin *= longer, span.end *= longer, span.state = static_cast<State>(random() % kStates);
    PackedSpans packed;
    for (const Span& span : spans) packed.push_back(span);
    const auto length = static_cast<double>(spans.back().end);
    for (const double part : {1.0, 0.1, 0.02, 0.003}) {
      constexpr double kWidth = 1000;
      const Viewport window{length * 0.5 * (1 - part), length * 0.5 * (1 + part)};
      std::vector<Bar> bars, of_packed;
      visible_bars(spans, window, kWidth, bars);
      visible_bars(packed, window, kWidth, of_packed);
      ASSERT_EQ(text(of_packed), text(bars));
      const auto cell = static_cast<double>(static_cast<float>(kFoldPx * window.length() / kWidth));
      auto cell_of = [&](const Span& span) { return std::floor(static_cast<double>(span.begin) / cell); };
      for (std::size_t b = 0; b < bars.size(); ++b) {
        const Bar& bar = bars[b];
        const Span &first = spans[bar.first], &last = spans[bar.first + bar.count - 1];
        EXPECT_EQ(cell_of(first), cell_of(last)) << b;
        if (b > 0) {
          ASSERT_EQ(bar.first, bars[b - 1].first + bars[b - 1].count);
          EXPECT_TRUE(cell_of(spans[bar.first - 1]) < cell_of(first) || static_cast<double>(first.end - first.begin) >= 2 * cell) << b;
        }
        if (bar.count == 1) EXPECT_EQ(bar.state, first.state);
        std::array<double, kStates> mix{};
        double idle = 1;
        for (std::size_t i = bar.first; i < bar.first + bar.count; ++i)
          if (std::ranges::find(kFoldOrder, spans[i].state) != kFoldOrder.end())
            mix[static_cast<std::size_t>(spans[i].state)] += static_cast<double>(spans[i].end - spans[i].begin) / static_cast<double>(last.end - first.begin);
        for (const double time : mix) idle -= time;
        mix[static_cast<std::size_t>(State::idle)] = idle;
        if (bar.count <= kMixSamples)
          for (std::size_t k = 0; k < mix.size(); ++k) ASSERT_NEAR(static_cast<double>(bar.mix[k]), mix[k], 1e-5) << b << " of " << bar.count;
      }
    }
  }
}

TEST(Timeline, TheCostIsThatOfTheBarsNotOfTheSpans) {
  std::size_t spans_read[2];
  int round = 0;
  for (int n : {100'000, 3'000'000}) {
    std::vector<Span> spans = alternating(n, 100);
    std::vector<Bar> bars;
    Effort effort;
    visible_bars(spans, {0, n * 100.0}, 1920, bars, nullptr, &effort);
    EXPECT_LE(bars.size(), 1920u / 2 + 2);
    const double per_bar = 64 + 2 * (std::log2(static_cast<double>(n) / static_cast<double>(bars.size())) + 1) + static_cast<double>(kMixSamples) * 1.25;
    EXPECT_LE(static_cast<double>(effort.spans), static_cast<double>(bars.size()) * per_bar + 64);
    spans_read[round++] = effort.spans;
  }
  EXPECT_LT(static_cast<double>(spans_read[1]), static_cast<double>(spans_read[0]) * 1.5);  // 30 times as many spans
}

TEST(Timeline, PanningMovesFoldsAndChangesNothingInThem) {
  const auto spans = random_lane(300'000, 11);
  const auto end = static_cast<double>(spans.back().end);
  auto folds = [&](const Viewport& window) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> out;
    std::vector<Bar> bars;
    visible_bars(spans, window, 1000, bars);
    for (const Bar& bar : bars)
      if (bar.x0 > 8 && bar.x1 < 992) out.insert({bar.first, bar.count});
    return out;
  };
  Viewport window{end * 0.3, end * 0.4};
  auto before = folds(window);
  for (int i = 1; i <= 50; ++i) {
    pan(window, 0.00137);
    const auto now = folds(window);
    const std::uint32_t first = now.begin()->first, last = before.rbegin()->first;
    for (const auto& fold : before)
      if (fold.first >= first && fold.first <= last) {
        EXPECT_TRUE(now.count(fold)) << i << ": " << fold.first << " +" << fold.second;
      }
    before = now;
  }
}

TEST(Timeline, CellsOfADozenSpansAreFoldedByTheTable) {  // seen: at a 16th of ten million spans 16 MB of them were read in each frame
  std::mt19937 random(5);
  std::vector<Span> spans;
  Nanos t = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Nanos length = 200 + random() % 4000;
    spans.push_back({t, t + length, static_cast<TaskId>(2 + i % 1000), 7, static_cast<State>(random() % 3), 0});
    t += length;
  }
  TimeTable table;
  table.update(spans);
  const auto end = static_cast<double>(t);
  const Viewport window{end * 0.4, end * 0.4 + end / 16};
  Effort with, without;
  std::vector<Bar> bars;
  visible_bars(spans, window, 1920, bars, nullptr, &without);
  EXPECT_GT(without.spans, spans.size() / 20);
  bars.clear();
  visible_bars(spans, window, 1920, bars, &table, &with);
  EXPECT_GT(bars.size(), 900u);
  EXPECT_LT(with.spans, bars.size()) << "not even one span a fold";
}

// What a table makes quick is what is seen without it: the same stretches of time, and the mix that all their spans have.
TEST(Timeline, WithATableItShowsWhatIsThereToWithinAQuarterPixel) {
  std::mt19937 random(21);
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::vector<Span> spans = random_lane(seed % 3 == 0 ? 3'000 : 120'000, seed, seed % 2 == 0);
    if (seed % 4 == 0)  // bursts between long waits
      for (std::size_t i = 0; i < spans.size(); ++i) {
        const Nanos shift = static_cast<Nanos>(i / 5000) * 30'000'000;
        spans[i].begin += shift;
        spans[i].end += shift;
      }
    for (Span& span : spans) span.begin *= 40, span.end *= 40;  // as long as real ones
    TimeTable table, grown;
    table.update(spans);
    for (std::size_t n = 1; n < spans.size(); n += 1 + spans.size() / 50) grown.update(Spans(spans).first(n), false);
    TimeTable behind = grown;  // as of a live lane: what came last is not in it
    grown.update(spans);
    EXPECT_LE(table.size(), std::max<std::size_t>(2049, spans.size() * 3 / 2 + 2));
    EXPECT_TRUE(table == grown);
    const auto end = static_cast<double>(spans.back().end);
    for (int round = 0; round < 12; ++round) {
      const double middle = end * (random() % 1000) / 1000, half = end / std::pow(2, random() % 12) / 2;
      const Viewport window = round == 0 ? Viewport{0, end} : Viewport{middle - half, middle + half};
      constexpr double kWidth = 1000;
      std::vector<Bar> slow, fast, live, late;
      visible_bars(spans, window, kWidth, late, &behind);
      visible_bars(spans, window, kWidth, slow);
      visible_bars(spans, window, kWidth, fast, &table);
      visible_bars(spans, window, kWidth, live, &grown);
      ASSERT_LE(fast.size(), kWidth / 2 + 4);
      ASSERT_EQ(fast.empty(), slow.empty());
      // Nothing is left out, nothing comes twice.
      for (const std::vector<Bar>* bars : {&fast, &live, &late})
        for (std::size_t i = 1; i < bars->size(); ++i) ASSERT_EQ((*bars)[i].first, (*bars)[i - 1].first + (*bars)[i - 1].count) << seed << " " << i;
      if (fast.empty()) continue;
      ASSERT_EQ(fast.front().first, slow.front().first);
      // Spans that are wide enough are the same bars.
      auto wide = [&](const std::vector<Bar>& bars) {
        std::set<std::pair<std::uint32_t, std::uint32_t>> out;
        for (const Bar& bar : bars)
          if (bar.x1 - bar.x0 >= 8) out.insert({bar.first, bar.count});
        return out;
      };
      EXPECT_EQ(wide(fast), wide(slow)) << seed << " " << round;
      EXPECT_EQ(wide(late), wide(slow)) << seed << " " << round;
      ASSERT_FALSE(late.empty());
      EXPECT_GE(late.back().first + late.back().count, slow.back().first + slow.back().count) << seed << " " << round;
      // The mix of a fold is that of the time between its edges.
      double off = 0, folds = 0;
      for (const Bar& bar : fast) {
        if (bar.count < 8) continue;
        const double from = window.begin + static_cast<double>(bar.x0) / kWidth * window.length(), to = window.begin + static_cast<double>(bar.x1) / kWidth * window.length();
        double running = 0;
        for (std::size_t i = bar.first > 40 ? bar.first - 40 : 0; i < std::min(spans.size(), static_cast<std::size_t>(bar.first + bar.count + 40)); ++i)
          if (spans[i].state == State::running)
            running += std::max(0.0, std::min(to, static_cast<double>(spans[i].end)) - std::max(from, static_cast<double>(spans[i].begin)));
        off += std::abs(static_cast<double>(share(bar, State::running)) - running / (to - from));
        folds += 1;
        float sum = 0;
        for (float part : bar.mix) sum += part;
        ASSERT_NEAR(sum, 1, 1e-4);
      }
      if (folds > 20) EXPECT_LT(off / folds, 0.15) << seed << " " << round;
    }
  }
}

TEST(Timeline, WithATableTheSpansThemselvesAreHardlyRead) {
  std::vector<Span> spans = alternating(3'000'000, 1000);
  TimeTable table;
  table.update(spans);
  std::vector<Bar> bars;
  Effort effort;
  visible_bars(spans, {0, 3e9}, 1920, bars, &table, &effort);
  EXPECT_LE(bars.size(), 1920u / 2 + 2);
  EXPECT_LT(effort.spans, 200u) << "of three million";
}

TEST(Timeline, NotchesOfForcedDropsAreAsManyAsCanBeToldApartAndPanWithTheWindow) {
  // Two lanes that take turns; each drop is heard of late, lane by lane.
  Recorder recorder(64 << 20);
  LaneRecorder &a = recorder.lane(LaneKind::worker, "a"), &b = recorder.lane(LaneKind::worker, "b");
  TraceBuilder builder(ExecutorKind::gil, Provenance::measured);
  TraceReader reader(recorder);
  std::vector<std::uint64_t> buffer(1u << 16);
  ForcedDrops drops;
  std::vector<Nanos> all;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) {
      LaneRecorder& lane = i < 50 ? a : b;
      const Nanos at = round * 100'000 + (i % 50) * 2000 + (i < 50 ? 0 : 1000) + 7;
      lane.at(at, EventKind::gil_dropped, i % 10 != 0, 2);
      if (i % 10 != 0) all.push_back(at);
    }
    while (std::size_t n = reader.read(buffer)) builder.add(std::span(buffer).first(n));
    drops.update(builder.so_far((round + 1) * 100'000));
    std::ranges::sort(all);
    ASSERT_TRUE(std::ranges::equal(drops.at(), all)) << round;
  }
  std::vector<float> few, panned;
  drops.notches({0, 2e6}, 1000, 14, few);
  EXPECT_GT(few.size(), 50u);
  EXPECT_LE(few.size(), 1000u / 14 + 1);
  for (std::size_t i = 1; i < few.size(); ++i) EXPECT_GE(few[i] - few[i - 1], 10) << i;
  drops.notches({20'000, 2'020'000}, 1000, 14, panned);
  std::size_t same = 0;
  for (float x : panned) same += std::ranges::any_of(few, [x](float y) { return std::abs(y - 10 - x) < 0.01f; });
  EXPECT_GE(same, panned.size() - 2) << "panning moves them and chooses no others";
  std::vector<float> close;
  drops.notches({0, 10'000}, 1000, 14, close);
  EXPECT_EQ(close.size(), static_cast<std::size_t>(std::ranges::count_if(all, [](Nanos t) { return t <= 10'000; })));
}

TEST(Timeline, GapsAreIdleInAFold) {
  std::vector<Span> spans;
  for (int i = 0; i < 1000; ++i) spans.push_back({i * 10, i * 10 + 3, 2, 0, State::running, 0});
  for (const Bar& bar : bars_of(spans, {0, 10'000}, 20)) {
    EXPECT_NEAR(share(bar, State::running), 0.3f, 0.01f);
    EXPECT_NEAR(share(bar, State::idle), 0.7f, 0.01f);
  }
}

TEST(Timeline, UnknownStatesAndMomentsWithoutLengthDoNoHarm) {
  std::vector<Span> spans(100, Span{5, 5, 2, 0, static_cast<State>(250), 0});
  const auto bars = bars_of(spans, {0, 10}, 10);
  ASSERT_EQ(bars.size(), 1u);
  EXPECT_EQ(bars[0].count, 100u);
  EXPECT_EQ(bars[0].state, State::idle);
  TimeTable table;
  table.update(spans);
  std::vector<Bar> with;
  visible_bars(spans, {0, 10}, 10, with, &table);
  EXPECT_EQ(with.size(), 1u);
}

TEST(Timeline, GoldenAtALaptopsWidth) {
  // A worker of the lesson of a hundred requests: starts, computes, waits, stands in line, computes. Then 400 tiny tasks.
  std::vector<Span> spans = {{0, 300, 0, 0, State::starting, 0}, {300, 20'300, 2, 3, State::running, 0}, {20'300, 220'300, 2, 4, State::waiting_io, 0},
                             {220'300, 250'000, 2, 5, State::ready, 0}, {250'000, 253'000, 2, 5, State::running, 0}};
  for (int i = 0; i < 400; ++i) spans.push_back({253'000 + i * 100, 253'100 + i * 100, static_cast<TaskId>(3 + i), 6, i % 4 ? State::running : State::ready, 0});
  EXPECT_EQ(text(bars_of(spans, {0, 300'000}, 300)),
            "0..0.3 0+1; 0.3..20.3 1+1; 20.3..220.3 2+1; 220.3..250 3+1; 250..253 4+1; 253..254 5+10; 254..256 15+20; 256..258 35+20; "
            "258..260 55+20; 260..262 75+20; 262..264 95+20; 264..266 115+20; 266..268 135+20; 268..270 155+20; 270..272 175+20; "
            "272..274 195+20; 274..276 215+20; 276..278 235+20; 278..280 255+20; 280..282 275+20; 282..284 295+20; 284..286 315+20; "
            "286..288 335+20; 288..290 355+20; 290..292 375+20; 292..293 395+10; ");
  EXPECT_EQ(text(bars_of(spans, {253'000, 253'500}, 500)), "0..100 5+1; 100..200 6+1; 200..300 7+1; 300..400 8+1; 400..500 9+1; ");
}

TEST(Timeline, AFoldSaysItsMix) {
  Bar bar;
  bar.count = 1412;
  bar.mix[static_cast<std::size_t>(State::running)] = 0.71f;
  bar.mix[static_cast<std::size_t>(State::ready)] = 0.288f;
  bar.mix[static_cast<std::size_t>(State::waiting_io)] = 0.002f;
  EXPECT_EQ(fold_words(bar), "1\u2009412 spans: 71\u2009% running, 29\u2009% ready");
}

TEST(Timeline, AHitIsTheBarUnderThePointerOrTheNearest) {
  std::vector<Bar> bars(3);
  bars[0].x0 = 0, bars[0].x1 = 10;
  bars[1].x0 = 10, bars[1].x1 = 10.5f;
  bars[2].x0 = 30, bars[2].x1 = 40;
  EXPECT_EQ(hit_test(bars, 5), 0);
  EXPECT_EQ(hit_test(bars, 10.2f), 1);
  EXPECT_EQ(hit_test(bars, 12), 1);
  EXPECT_EQ(hit_test(bars, 20), -1);
  EXPECT_EQ(hit_test(bars, 28.5f), 2);
  EXPECT_EQ(hit_test(bars, 41), 2);
  EXPECT_EQ(hit_test({}, 5), -1);
}

std::vector<TaskCounts> some_counts() {
  std::vector<TaskCounts> counts;
  for (std::uint32_t i = 0; i <= 10; ++i) {
    TaskCounts c;
    c.at = i * 100;
    c.running = i < 10 ? 2 : 0;
    c.not_started = 10 - i;
    c.done = i;
    c.main = i == 5;
    counts.push_back(c);
  }
  return counts;
}

TEST(TaskStack, HundredEqualPiecesLookEqual) {  // columns that were single moments made some of them twice as wide
  std::vector<TaskCounts> counts;
  for (int i = 0; i < 100; ++i) {  // each waits for 97, computes for 3
    TaskCounts c;
    c.at = i * 100;
    c.waiting_io = 1;
    counts.push_back(c);
    c.at += 97;
    c.waiting_io = 0, c.running = 1;
    counts.push_back(c);
  }
  CountsTable table;
  table.make(counts);
  for (double width : {50.0, 137.0, 700.0}) {
    std::vector<StackColumn> columns;
    stack_columns(counts, 10'000, {0, 10'000}, width, 1, columns);
    double running = 0;
    for (const StackColumn& c : columns) {
      running += static_cast<double>(c.counts.running * (c.x1 - c.x0));
      EXPECT_NEAR(c.counts.running + c.counts.waiting_io, 1, 1e-4);
    }
    EXPECT_NEAR(running / width, 0.03, 1e-4) << width << " px: nothing is gained or lost";
  }
  std::vector<StackColumn> columns;
  stack_columns(counts, 10'000, {0, 10'000}, 50, 1, columns);
  for (const StackColumn& c : columns) EXPECT_NEAR(c.counts.running, 0.03f, 1e-4f) << "two whole pieces each";
}

TEST(TaskStack, OfManyMomentsIsTheMeanWithATableAndNearItWithout) {
  std::vector<TaskCounts> counts;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    TaskCounts c;
    c.at = i * 10 + (i % 3);
    c.running = i % 7;
    c.done = i;
    counts.push_back(c);
  }
  CountsTable table;
  table.make(counts);
  for (const double width : {10.0, 999.0, 20'000.0}) {
    std::vector<StackColumn> with, without;
    stack_columns(counts, 1'000'000, {12'345, 987'654}, width, 1, with, &table);
    stack_columns(counts, 1'000'000, {12'345, 987'654}, width, 1, without);
    ASSERT_EQ(with.size(), without.size());
    for (std::size_t i = 1; i + 1 < with.size(); ++i) {
      const double from = 12'345 + static_cast<double>(with[i].x0) * 975'309 / width, to = 12'345 + static_cast<double>(with[i].x1) * 975'309 / width;
      double sum = 0, done = 0;
      for (std::size_t k = static_cast<std::size_t>(std::max(0.0, from / 10 - 2)); k + 1 < counts.size() && static_cast<double>(counts[k].at) < to; ++k) {
        const double lasts = std::max(0.0, std::min(to, static_cast<double>(counts[k + 1].at)) - std::max(from, static_cast<double>(counts[k].at)));
        sum += counts[k].running * lasts, done += counts[k].done * lasts;
      }
      ASSERT_NEAR(static_cast<double>(with[i].counts.running), sum / (to - from), 0.05) << width << " px, column " << i;
      ASSERT_NEAR(static_cast<double>(with[i].counts.done), done / (to - from), 2 + done / (to - from) * 1e-5);
      ASSERT_NEAR(static_cast<double>(without[i].counts.running), sum / (to - from), 1.0);
    }
  }
}

TEST(TaskStack, IsTheMeanOfEachColumn) {
  const auto counts = some_counts();
  EXPECT_EQ(Counts(counts).in_force(-1).not_started, 0u);
  EXPECT_EQ(Counts(counts).in_force(150).done, 1u);
  EXPECT_EQ(Counts(counts).in_force(1e9).done, 10u);
  std::vector<StackColumn> columns;
  stack_columns(std::span(counts), 1000, {0, 2000}, 200, 1, columns);
  ASSERT_EQ(columns.size(), 10u);  // what is alike is one column
  for (std::size_t i = 0; i < columns.size(); ++i) {
    EXPECT_NEAR(columns[i].x0, static_cast<float>(i) * 10, 1e-3);
    EXPECT_NEAR(columns[i].x1, static_cast<float>(i) * 10 + 10, 1e-3);
    EXPECT_EQ(columns[i].counts.done, static_cast<float>(i));
    EXPECT_EQ(columns[i].counts.main, i == 5 ? 1.0f : 0.0f);
  }
  columns.clear();
  stack_columns(std::span(counts), 1000, {333, 334}, 1000, 2, columns);
  ASSERT_EQ(columns.size(), 1u);
  EXPECT_NEAR(columns[0].x0, 0, 1e-3);
  EXPECT_NEAR(columns[0].x1, 1000, 1e-3);
  columns.clear();
  stack_columns(std::span(counts), 1000, {2000, 3000}, 1000, 2, columns);
  EXPECT_TRUE(columns.empty());
}

TEST(Ticks, AreNeverFinerThanTheClockAndNeverBeforeTheStart) {
  const Ticks fine = ticks({0, 1e6}, 1000, 70, 100'000);
  EXPECT_DOUBLE_EQ(fine.step, 100'000);
  const Ticks t = ticks({-1e8, 1e9}, 1000, 70);
  EXPECT_DOUBLE_EQ(t.at.front(), 0);
  EXPECT_DOUBLE_EQ(t.step, 1e8);
  EXPECT_DOUBLE_EQ(t.major_step, 5e8);
  EXPECT_TRUE(t.major(0));
  EXPECT_FALSE(t.major(1));
  EXPECT_TRUE(t.major(5));
  EXPECT_FALSE(t.major(500));
}

TEST(Lanes, OfThoseThatDoNotFitTheOnesThatWorkedAreSeen) {
  using Lanes = std::vector<std::uint32_t>;
  const auto all_but_the_second = [](std::size_t lane) { return lane != 1; };
  EXPECT_EQ(choose_lanes(100, 3, all_but_the_second), (Lanes{0, 2, 3}));
  EXPECT_EQ(choose_lanes(100, 3, all_but_the_second, 77), (Lanes{0, 2, 77})) << "a pinned one stays";
  EXPECT_EQ(choose_lanes(100, 3, all_but_the_second, 1), (Lanes{0, 1, 2}));
  EXPECT_EQ(choose_lanes(4, 9, all_but_the_second), (Lanes{0, 1, 2, 3})) << "all fit";
  EXPECT_EQ(choose_lanes(100, 3, [](std::size_t lane) { return lane == 50; }), (Lanes{0, 1, 50})) << "idle ones where there is room yet";
  EXPECT_EQ(choose_lanes(0, 3, all_but_the_second), Lanes());
  const Span idle{0, 10, kNoTask, 0, State::idle, 0}, busy{10, 20, 2, 0, State::running, 0};
  EXPECT_FALSE(worked(std::vector{idle}));
  EXPECT_TRUE(worked(std::vector{idle, busy}));
}

TEST(Marks, AreDrawnWhereTheyStandApart) {
  std::vector<Mark> marks;
  auto at = [&](Nanos t, EventKind kind) { marks.push_back({t, kind, 2, {}}); };
  at(10, EventKind::steal);
  for (Nanos t : {100, 101, 105}) at(t, EventKind::steal);  // too close to one another
  at(200, EventKind::wake);
  at(201, EventKind::steal);
  for (Nanos t = 300; t < 340; ++t) at(t, EventKind::wake);  // so many that nobody looks for others among them
  at(341, EventKind::steal);
  for (Nanos t : {400, 401}) at(t, EventKind::steal);  // as good as one
  std::vector<float> px;
  marks_apart(marks, EventKind::steal, {0, 500}, 500, 18, px);
  EXPECT_EQ(px, (std::vector<float>{10, 201, 400}));
  px.clear();
  marks_apart(marks, EventKind::steal, {95, 110}, 500, 18, px);
  EXPECT_EQ(px.size(), 3u) << "closer up they are apart";
  px.clear();
  marks_apart(marks, EventKind::spawn, {0, 500}, 500, 18, px);
  EXPECT_TRUE(px.empty());
}

}  // namespace
}  // namespace interleave
