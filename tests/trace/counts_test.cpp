#include "trace/counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace interleave {
namespace {

// Mostly one task goes from one place to another; now and then several at once, none, or main comes or goes.
std::vector<TaskCounts> many_entries(std::size_t n) {
  std::mt19937 random(3);
  auto upto = [&](unsigned most) { return random() % most; };
  std::vector<TaskCounts> all;
  TaskCounts now;
  now.not_started = 1000;
  for (std::size_t i = 0; i < n; ++i) {
    now.at += upto(4) == 0 ? 0 : upto(1'000'000);
    const std::array<std::uint32_t*, 7> places{&now.running, &now.ready, &now.waiting_io, &now.waiting_lock, &now.waiting_gil, &now.not_started, &now.done};
    for (unsigned moves = upto(10) == 0 ? upto(4) : 1; moves > 0; --moves) {
      std::uint32_t *const from = places[upto(7)], *const to = places[upto(7)];
      if (*from > 0) --*from, ++*to;
    }
    if (upto(5) == 0) now.main = 1 - now.main;
    if (upto(50) == 0) now.main = 2;  // on two lanes at once: no run has that, a file may say it
    all.push_back(now);
  }
  return all;
}

TEST(Counts, ArePackedAsTheyAre) {
  const std::vector<TaskCounts> all = many_entries(5000);
  PackedCounts packed;
  for (const TaskCounts& c : all) packed.add(c);
  const Counts plain(all), small(packed);
  ASSERT_EQ(small.size(), all.size());
  std::size_t i = 0;
  for (const TaskCounts& c : small) ASSERT_EQ(c, all[i++]);
  EXPECT_EQ(i, all.size());
  for (i = 0; i < all.size(); ++i) {
    ASSERT_EQ(small[i], all[i]) << i;
    ASSERT_EQ(small.at(i), all[i].at);
  }
  EXPECT_EQ(small.back(), all.back());
  for (double t = -1; t < static_cast<double>(all.back().at) + 2e6; t += 123'456.7) {
    ASSERT_EQ(small.until(t), plain.until(t)) << t;
    ASSERT_EQ(small.in_force(t), plain.in_force(t)) << t;
  }
  EXPECT_EQ(small.in_force(-1), TaskCounts{});
}

TEST(Counts, TakeATenthOfTheirBytesWhereOneTaskMovesAtATime) {
  PackedCounts packed;
  TaskCounts now;
  for (now.waiting_io = 1; now.at < 320'000; ++now.at) {
    std::swap(now.running, now.waiting_io);
    packed.add(now);
  }
  EXPECT_LE(packed.bytes(), 4u * 320'000);
  EXPECT_EQ(Counts(packed).bytes(), packed.bytes());
}

TEST(Counts, AreTakenAwayAndChangedAtTheirEnd) {  // as a run under way does, where what is late is sorted in among them
  const std::vector<TaskCounts> all = many_entries(3000);
  std::mt19937 random(5);
  std::vector<TaskCounts> kept;
  PackedCounts packed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (random() % 10 == 0) {
      const std::size_t n = kept.size() - random() % (std::min<std::size_t>(kept.size(), 300) + 1);
      kept.resize(n);
      packed.cut(n);
    }
    if (random() % 3 == 0 && !kept.empty()) {
      kept.back() = all[i];
      packed.change_last(all[i]);
    } else {
      kept.push_back(all[i]);
      packed.add(all[i]);
    }
    ASSERT_EQ(packed.size(), kept.size());
    ASSERT_EQ(packed.last(), kept.back());
    if (i % 50 == 0) ASSERT_TRUE(std::ranges::equal(Counts(packed), kept)) << i;
  }
  EXPECT_TRUE(std::ranges::equal(Counts(packed), kept));
}

TEST(Counts, OfNothingAreEmpty) {
  const PackedCounts none;
  EXPECT_TRUE(Counts(none).empty());
  EXPECT_TRUE(Counts(none).begin() == Counts(none).end());
  EXPECT_EQ(Counts(none).until(5), 0u);
  EXPECT_TRUE(Counts(std::vector<TaskCounts>{}).empty());
}

}  // namespace
}  // namespace interleave
