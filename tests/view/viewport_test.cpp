#include "view/viewport.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace interleave {
namespace {

constexpr double kSecond = 1e9;

TEST(Viewport, AGuessHasTwoDigitsAndComesBackToItsPlace) {
  EXPECT_EQ(guess_at(0), kLeastGuess);
  EXPECT_EQ(guess_at(1), kMostGuess);
  EXPECT_EQ(guess_at(-3), kLeastGuess);
  EXPECT_EQ(guess_share(kMostGuess * 5), 1);
  for (double share = 0; share <= 1; share += 0.001) {
    const Nanos t = guess_at(share);
    EXPECT_NEAR(guess_share(t), share, 0.005) << t;
    Nanos digits = t;
    while (digits % 10 == 0) digits /= 10;
    EXPECT_LT(digits, 100) << t;
  }
}

TEST(Viewport, PixelsAndTimesAreInverse) {
  const Viewport w{2e9, 4e9};
  EXPECT_DOUBLE_EQ(w.x_of(3e9, 1000), 500);
  EXPECT_DOUBLE_EQ(w.t_of(250, 1000), 2.5e9);
  EXPECT_DOUBLE_EQ(Viewport{}.x_of(5, 100), 500);  // empty: no division by nothing
  EXPECT_DOUBLE_EQ(w.t_of(10, 0), 2e9);
}

TEST(Viewport, AMicrosecondAtTwentySecondsDoesNotJitter) {
  Viewport w{0, 20 * kSecond};
  const double t = 19'876'543'210.0;
  const double x = w.x_of(t, 1920);
  while (w.length() > kShortestWindow) zoom_at(w, t, 0.8);
  EXPECT_DOUBLE_EQ(w.length(), kShortestWindow);
  EXPECT_NEAR(w.x_of(t, 1920), x, 1e-4);
  EXPECT_NEAR(w.x_of(t + 1, 1920) - w.x_of(t, 1920), 1.92, 1e-4);  // one nanosecond
  // There and back ten thousand times, by a hand that is never still.
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const double factor = 0.5 + random() % 100 / 100.0;
    zoom_at(w, t, factor);
    if (w.length() > 1e6) zoom_at(w, t, 1e-3);
  }
  EXPECT_NEAR(w.x_of(t, 1920), x, 0.1);
}

TEST(Viewport, WhatLiesUnderTwoFingersStaysUnderThem) {
  Viewport w{2 * kSecond, 4 * kSecond};
  const Fingers before{.across = {300, 500}, .down = {80, 80}}, after{.across = {250, 650}, .down = {90, 100}};
  const double left = 100, width = 1000;
  const double one = w.t_of(before.across[0] - left, width), other = w.t_of(before.across[1] - left, width);
  // As far apart as sideways and downwards together: 400.1 px now, 200 before.
  EXPECT_DOUBLE_EQ(pinch(w, before, after, left, width), 15);
  EXPECT_NEAR(w.length(), 2 * kSecond * 200 / std::hypot(400, 10), 1);
  EXPECT_NEAR(w.x_of(one, width) + left, 250, 0.1);
  EXPECT_NEAR(w.x_of(other, width) + left, 650, 0.1);
}

TEST(Viewport, TwoFingersInOnePlaceOnlyMoveIt) {
  Viewport w{0, kSecond};
  pinch(w, {.across = {10, 10}, .down = {5, 5}}, {.across = {110, 110}, .down = {5, 5}}, 0, 1000);
  EXPECT_DOUBLE_EQ(w.length(), kSecond);
  EXPECT_NEAR(w.begin, -0.1 * kSecond, 1);
}

TEST(Viewport, ZoomStopsAtAMicrosecondWithoutMoving) {
  Viewport w{5000, 7000};
  zoom_at(w, 6500, 1e-6);
  EXPECT_DOUBLE_EQ(w.length(), kShortestWindow);
  EXPECT_NEAR(w.x_of(6500, 1000), 750, 1e-9);
}

TEST(Viewport, ClampKeepsItOnTheRun) {
  const double end = 10 * kSecond;
  Viewport far{50 * kSecond, 51 * kSecond};
  clamp(far, end);
  EXPECT_NEAR(far.length(), kSecond, 1);
  EXPECT_LE(far.end, end * kRoomAtEnd + 1);
  EXPECT_LT(far.begin, end);
  Viewport before{-8 * kSecond, -7 * kSecond};
  clamp(before, end);
  EXPECT_GE(before.begin, -kRoomAtStart * kSecond - 1);
  Viewport wide{-100 * kSecond, 500 * kSecond};
  clamp(wide, end);
  EXPECT_LE(wide.length(), end * 1.1);
  EXPECT_LE(wide.end, end * kRoomAtEnd + 1);
  Viewport tiny{kSecond, kSecond};
  clamp(tiny, end);
  EXPECT_DOUBLE_EQ(tiny.length(), kShortestWindow);
  Viewport broken{std::numeric_limits<double>::quiet_NaN(), 1};
  clamp(broken, end);
  EXPECT_EQ(broken, fit(end));
  Viewport nothing;
  clamp(nothing, 0);
  EXPECT_GT(nothing.length(), 0);
}

TEST(Viewport, ClampIsStable) {
  std::mt19937 random(2);
  for (int i = 0; i < 1000; ++i) {
    Viewport w{static_cast<double>(random()) - 2e9, 0};
    w.end = w.begin + static_cast<double>(random());
    clamp(w, 1e9);
    Viewport again = w;
    clamp(again, 1e9);
    EXPECT_NEAR(again.begin, w.begin, 1);
    EXPECT_NEAR(again.end, w.end, 1);
  }
}

TEST(Viewport, FollowsTheEndOfALiveRun) {
  Viewport whole = fit(1e6);
  int changes = 0;
  for (double now = 0; now < 1e9; now += 1e6) {
    const Viewport last = whole;
    follow(whole, now);
    changes += !(last == whole);
    EXPECT_DOUBLE_EQ(whole.begin, 0);
    EXPECT_GE(whole.end, now);
  }
  EXPECT_LT(changes, 60);  // not at every frame
  Viewport close{5e8, 6e8};
  follow(close, 1e9);
  EXPECT_NEAR(close.length(), 1e8, 1);
  EXPECT_TRUE(close.holds(1e9));
}

TEST(Viewport, RevealMovesOnlyWhatDoesNotShow) {
  Viewport w{100, 200};
  reveal(w, 150);
  EXPECT_EQ(w, (Viewport{100, 200}));
  reveal(w, 1000);
  EXPECT_DOUBLE_EQ(w.x_of(1000, 100), 25);
  reveal(w, 1);
  EXPECT_DOUBLE_EQ(w.begin, 0);
  pan(w, 0.5);
  EXPECT_EQ(w, (Viewport{50, 150}));
}

}  // namespace
}  // namespace interleave
