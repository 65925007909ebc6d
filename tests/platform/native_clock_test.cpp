#include "platform/native/native_clock.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace interleave {
namespace {

TEST(NativeClock, WaitEndsAtItsDeadlineAndNotBefore) {
  NativeClock clock;
  const Nanos deadline = clock.now() + 300'000;
  clock.wait_until(deadline);
  EXPECT_GE(clock.now(), deadline);
}

TEST(NativeClock, ADeadlineInThePastReturnsAtOnce) {
  NativeClock clock;
  clock.wait_until(clock.now() - 1'000'000'000);
  clock.wait_until(INT64_MIN);
}

TEST(NativeClock, ANotifyBeforeTheWaitIsNotLost) {
  NativeClock clock;
  clock.notify();
  clock.wait_until(INT64_MAX);  // would never end
}

TEST(NativeClock, ANotifyFromAnotherThreadEndsAnEndlessWait) {
  // Ping-pong: each side sleeps until the other has moved. A lost notify stops it for good.
  NativeClock here, there;
  std::atomic<int> ball = 0;
  constexpr int kRounds = 500;
  std::thread other([&] {
    for (int round = 0; round < kRounds; ++round) {
      while (ball.load() != 2 * round + 1) there.wait_until(INT64_MAX);
      ball = 2 * round + 2;
      here.notify();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    ball = 2 * round + 1;
    there.notify();
    while (ball.load() != 2 * round + 2) here.wait_until(INT64_MAX);
  }
  other.join();
  EXPECT_EQ(ball.load(), 2 * kRounds);
}

struct Reader : Poller::Watcher {
  explicit Reader(Poller& poller) : poller(poller) {}
  void ready(int fd, std::uint32_t events) override {
    EXPECT_TRUE(events & EPOLLIN);
    char byte;
    ASSERT_EQ(read(fd, &byte, 1), 1);
    got.push_back(byte);
    if (byte == '!') poller.stir();
  }
  void alarm() override {
    ++alarms;
    if (alarms == 3) poller.stir();
    else poller.set_alarm(*this, monotonic_now() + 50'000);
  }
  Poller& poller;
  std::string got;
  int alarms = 0;
};

TEST(NativeClock, ADescriptorIsServedDuringAWaitAndEndsItOnlyWhenThereIsSomething) {
  NativeClock clock;
  Reader reader(clock.poller());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  clock.poller().watch(ends[0], EPOLLIN, reader);
  ASSERT_EQ(write(ends[1], "abc!", 4), 4);
  clock.wait_until(INT64_MAX);
  EXPECT_EQ(reader.got, "abc!");
  clock.poller().forget(ends[0]);
  close(ends[0]);
  close(ends[1]);
}

TEST(NativeClock, AlarmsRingDuringAWait) {
  NativeClock clock;
  Reader reader(clock.poller());
  clock.poller().set_alarm(reader, monotonic_now());
  clock.wait_until(INT64_MAX);
  EXPECT_EQ(reader.alarms, 3);
}

TEST(NativeClock, WhatWasServedInPassingEndsTheNextWait) {
  NativeClock clock;
  Reader reader(clock.poller());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  clock.poller().watch(ends[0], EPOLLIN, reader);
  ASSERT_EQ(write(ends[1], "!", 1), 1);
  clock.poller().pump();
  EXPECT_EQ(reader.got, "!");
  clock.wait_until(INT64_MAX);
  clock.poller().forget(reader);
  close(ends[0]);
  close(ends[1]);
}

TEST(NativeClock, KnowsTheMachine) {
  EXPECT_GE(machine_cores(), 1);
  EXPECT_GT(measured_clock_step(), 0);
  EXPECT_LT(measured_clock_step(), 1'000'000);
}

}  // namespace
TEST(Pinning, HoldsForWhatTheThreadStarts) {
  const int all = machine_cores();
  std::thread([] {
    ASSERT_TRUE(pin_to_cores(1));
    EXPECT_EQ(machine_cores(), 1);
    std::thread([] { EXPECT_EQ(machine_cores(), 1); }).join();
    EXPECT_FALSE(pin_to_cores(2)) << "what it may use is one core now";
  }).join();
  EXPECT_EQ(machine_cores(), all);
  EXPECT_FALSE(pin_to_cores(0));
}

TEST(NativeClock, WhoLeavesACoreGoesOnOnAnotherAndMayStillUseAll) {
  if (machine_cores() < 2) GTEST_SKIP() << "there is one core";
  std::thread([] {
    const int before = machine_cores();
    leave_core(-1);
    leave_core(1 << 20);
    // The system may move it back at any time, so that one of many must do.
    int moved = 0;
    for (int i = 0; i < 100 && moved == 0; ++i) {
      const int here = core_here();
      ASSERT_GE(here, 0);
      leave_core(here);
      moved += core_here() != here;
    }
    EXPECT_GT(moved, 0);
    EXPECT_EQ(machine_cores(), before);
  }).join();
}

}  // namespace interleave
