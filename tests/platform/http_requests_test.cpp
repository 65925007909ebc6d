#include "platform/native/http_requests.h"
#include "platform/process_tree.h"

#include "standstill.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

namespace interleave {
namespace {

constexpr Nanos kMillisecond = 1'000'000;

/// One server for all tests, as one is for all runs.
HttpServer& server() {
  static HttpServer instance;
  return instance;
}

std::vector<Requests::Answer> wait_for(NativeClock& clock, HttpRequests& requests, std::size_t count) {
  std::vector<Requests::Answer> answers;
  const Nanos deadline = clock.now() + 20'000 * kMillisecond;
  while (answers.size() < count && clock.now() < deadline) {
    clock.wait_until(deadline);
    requests.finished(answers);
  }
  return answers;
}

TEST(HttpRequests, AnAnswerHasTheBytesAskedForAndComesNoEarlierThanItsLatency) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  const Nanos began = clock.now();
  requests.start(7, 20 * kMillisecond, 100'000);
  const auto answers = wait_for(clock, requests, 1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].id, 7u);
  EXPECT_EQ(answers[0].failure, "");
  EXPECT_EQ(answers[0].bytes, 100'000);
  EXPECT_GE(clock.now() - began, 20 * kMillisecond);
}

TEST(HttpRequests, AShorterLatencyAnswersFirst) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  requests.start(1, 150 * kMillisecond, 0);
  requests.start(2, 1 * kMillisecond, 0);
  const auto answers = wait_for(clock, requests, 2);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].id, 2u);
  EXPECT_EQ(answers[1].id, 1u);
}

TEST(HttpRequests, AThousandWaitTogether) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  ASSERT_GE(requests.most_at_once(), 64);
  const std::size_t count = std::min(1'000, requests.most_at_once());
  const Nanos began = clock.now();
  for (std::size_t id = 0; id < count; ++id) requests.start(id, 500 * kMillisecond, 10);
  std::set<std::uint64_t> ids;
  for (const auto& answer : wait_for(clock, requests, count)) {
    EXPECT_EQ(answer.failure, "");
    EXPECT_EQ(answer.bytes, 10);
    ids.insert(answer.id);
  }
  EXPECT_EQ(ids.size(), count);
  // One after the other they would take 500 s; wait_for gives up after 20 s.
  EXPECT_LT(clock.now() - began, 20'000 * kMillisecond);
}

TEST(HttpRequests, WhatIsGivenUpLeavesNoSocketOpen) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  requests.start(1, 1 * kMillisecond, 10);
  wait_for(clock, requests, 1);  // what stays open between requests is there
  const auto before = descriptors();
  for (std::uint64_t id = 2; id < 202; ++id) requests.start(id, 3'600'000 * kMillisecond, 10);
  requests.give_up(201);  // not begun
  std::vector<Requests::Answer> answers;
  while (descriptors() < before + 198) requests.finished(answers);
  for (std::uint64_t id = 2; id < 201; ++id) requests.give_up(id);
  EXPECT_LE(descriptors(), before);
  requests.start(500, 1 * kMillisecond, 10);
  answers = wait_for(clock, requests, 1);
  ASSERT_EQ(answers.size(), 1u) << "and nobody hears of them";
  EXPECT_EQ(answers[0].id, 500u);
  EXPECT_EQ(answers[0].failure, "");
  // Answered, and not told yet.
  requests.start(501, 1 * kMillisecond, 10);
  requests.start(502, 2 * kMillisecond, 10);
  for (const Nanos until = clock.now() + 50 * kMillisecond; clock.now() < until;) clock.wait_until(until);
  requests.give_up(501);
  for (answers.clear(); answers.empty();) requests.finished(answers);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].id, 502u);
}

TEST(HttpRequests, ThreadsAskEachForThemselves) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 5; ++turn) {
        Until still;
        const auto answer = requests.perform(2 * kMillisecond, 1'000, still);
        EXPECT_EQ(answer.failure, "");
        if (answer.bytes == 1'000) ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 16 * 5);
}

TEST(HttpRequests, StopEndsABlockingRequestLongBeforeItsAnswer) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  const Nanos began = clock.now();
  std::atomic<bool> stop = false;
  Until still([&] { return stop.load(); }), next;
  std::thread thread([&] {
    EXPECT_EQ(requests.perform(3'600'000 * kMillisecond, 0, still).failure, "The request was given up.");
    // The thread's handle is good for the next one.
    EXPECT_EQ(requests.perform(300 * kMillisecond, 5, next).bytes, 5);
  });
  still.wake();  // for nothing
  stop = true;
  still.wake();
  thread.join();
  EXPECT_LT(clock.now() - began, 10'000 * kMillisecond);
  EXPECT_LE(next.asked, 20) << "it sleeps meanwhile";
}

/// A program that starts, and never says that it has.
class Mute {
 public:
  Mute() {
    std::ofstream(path_) << "#!/bin/sh\nexec sleep 3600\n";
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    set_child_program(path_);
  }
  ~Mute() {
    set_child_program("/proc/self/exe");
    std::filesystem::remove(path_);
  }

 private:
  const std::string path_ = std::filesystem::temp_directory_path() / ("interleave_mute_" + std::to_string(getpid()));
};

TEST(HttpServer, AStopEndsTheWaitForOneThatDoesNotStart) {
  HttpServer late;
  std::string failure;
  const auto began = std::chrono::steady_clock::now();
  {
    const Mute mute;
    StopSignal stop;
    std::thread waits([&] { EXPECT_EQ(late.port(failure, &stop), 0); });
    std::thread waits_too([&] {  // in line for the first
      std::string failure;
      EXPECT_EQ(late.port(failure, &stop), 0);
    });
    stop.ask();
    waits.join();
    waits_too.join();
  }
  EXPECT_EQ(failure, "The HTTP server did not start.");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(9));
  EXPECT_GT(late.port(failure), 0) << "the next one has not been stopped";
}

TEST(HttpRequests, WhatIsAbandonedNeverAnswers) {
  NativeClock clock;
  HttpRequests requests(clock, server());
  for (int id = 0; id < 200; ++id) requests.start(id, 5 * kMillisecond, 0);
  clock.poller().pump();
  requests.abandon_all();
  requests.start(999, 30 * kMillisecond, 0);
  const auto answers = wait_for(clock, requests, 1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].id, 999u);
}

TEST(HttpRequests, AServerThatDiesFailsItsRequestsAndTheNextRunGetsAnother) {
  HttpServer own;
  NativeClock clock;
  {
    HttpRequests requests(clock, own);
    requests.start(1, 60'000 * kMillisecond, 0);
    clock.wait_until(clock.now() + 20 * kMillisecond);
    ASSERT_GT(own.pid(), 0);
    ::kill(own.pid(), SIGKILL);
    const auto answers = wait_for(clock, requests, 1);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_NE(answers[0].failure, "");
  }
  HttpRequests requests(clock, own);
  requests.start(2, 0, 3);
  const auto answers = wait_for(clock, requests, 1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].bytes, 3);
}

TEST(HttpRequests, TheServerEndsWithItsOwner) {
  pid_t pid = 0;
  {
    HttpServer own;
    std::string failure;
    ASSERT_GT(own.port(failure), 0) << failure;
    pid = own.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);  // and is no zombie: a zombie could still be signalled
}

}  // namespace
}  // namespace interleave
