#include "platform/engine/socket_table.h"

#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/engine/engine_run.h"
#include "platform/native/native_clock.h"
#include "platform/native/tcp_sockets.h"
#include "standstill.h"

namespace interleave {
namespace {

using Act = SocketCall::Act;

SocketCall call(Act act, int socket = 0, std::int64_t number = 0, std::string text = {}) {
  return {.act = act, .socket = socket, .number = number, .text = std::move(text)};
}
using Over = std::vector<SocketCall*>;

/// The real clock, whose hour can be put forward.
class MovableClock final : public Clock {
 public:
  Nanos now() override { return inner.now() + ahead; }
  void wait_until(Nanos deadline) override { inner.wait_until(deadline == kForever ? deadline : deadline - ahead); }
  void notify() override { inner.notify(); }
  NativeClock inner;
  std::atomic<Nanos> ahead = 0;
};

/// The same promises, whatever carries the bytes.
class SocketsOver : public testing::TestWithParam<const char*> {
 protected:
  SocketsOver() {
    if (std::string(GetParam()) == "tcp") transport = std::make_unique<TcpTransport>(clock.inner.poller());
    else transport = std::make_unique<ChannelTransport>([this] { table->changed(), clock.notify(); });
    table = std::make_unique<SocketTable>(clock, *transport);
  }
  ~SocketsOver() override { table->close_all(); }

  /// Done now, or by waiting as a thread of its own does.
  SocketCall done(SocketCall made) {
    Until still;
    if (!table->attempt(made)) table->perform(made, still);
    EXPECT_TRUE(made.over);
    return made;
  }
  std::string refused(SocketCall made) {
    EXPECT_TRUE(table->attempt(made));
    return std::string(made.failed_as) + ": " + made.failure;
  }
  /// Listener, and both ends of a connection to it.
  void connected() {
    const SocketCall listening = done(call(Act::listen));
    listener = listening.socket;
    port = listening.number;
    client = done(call(Act::connect, 0, port)).socket;
    server = done(call(Act::accept, listener)).socket;
  }

  MovableClock clock;
  std::unique_ptr<Transport> transport;
  std::unique_ptr<SocketTable> table;
  int listener = 0, client = 0, server = 0;
  std::int64_t port = 0;
};

TEST_P(SocketsOver, EchoAndTheEndOfIt) {
  connected();
  EXPECT_GE(port, 1024);
  done(call(Act::send, client, 0, "hello"));
  EXPECT_EQ(done(call(Act::receive, server, 1024)).text, "hello");
  done(call(Act::send, server, 0, "and back"));
  EXPECT_EQ(done(call(Act::receive, client, 3)).text, "and");
  EXPECT_EQ(done(call(Act::receive, client, 1024)).text, " back");
  done(call(Act::close, client));
  EXPECT_EQ(done(call(Act::receive, server, 1024)).text, "") << "the other side has closed";
  EXPECT_EQ(refused(call(Act::receive, client, 1024)), "OSError: This socket is closed.");
  EXPECT_TRUE(done(call(Act::close, client)).failure.empty()) << "twice is once";
}

TEST_P(SocketsOver, ACharacterThatComesInPiecesComesWhole) {
  connected();
  done(call(Act::send, client, 0, "a\xe6\x97"));
  EXPECT_EQ(done(call(Act::receive, server, 1024)).text, "a");
  SocketCall rest = call(Act::receive, server, 1024);
  EXPECT_FALSE(table->attempt(rest));
  done(call(Act::send, client, 0, "\xa5" "b\xff"));
  EXPECT_EQ(done(rest).text, "\xe6\x97\xa5" "b\xef\xbf\xbd") << "and what is none is the sign for that";
  done(call(Act::send, client, 0, "\xe6"));
  done(call(Act::close, client));
  EXPECT_EQ(done(call(Act::receive, server, 1)).text, "\xef\xbf\xbd");
}

TEST_P(SocketsOver, AWaitOnThePollingThreadEndsWhenSomethingCame) {
  connected();
  SocketCall waits = call(Act::readable, server), accepts = call(Act::accept, listener);
  EXPECT_FALSE(table->attempt(waits));
  EXPECT_FALSE(table->attempt(accepts));
  table->start(waits, clock.now());
  table->start(accepts, clock.now());
  Over over;
  table->finished(over);
  EXPECT_TRUE(over.empty());
  std::thread other([&] { done(call(Act::send, client, 0, "now")); });
  while (over.empty()) {
    clock.wait_until(kForever);
    table->finished(over);
  }
  other.join();
  EXPECT_EQ(over, Over{&waits});
  const int second = done(call(Act::connect, 0, port)).socket;
  while (over.size() < 2) {
    clock.wait_until(kForever);
    table->finished(over);
  }
  EXPECT_EQ(over[1], &accepts);
  EXPECT_GT(accepts.socket, second);
  EXPECT_EQ(table->due(), kForever);
}

TEST_P(SocketsOver, NoWaitIsLongerThanTenSeconds) {
  connected();
  SocketCall waits = call(Act::receive, server, 10);
  table->start(waits, clock.now());
  EXPECT_LE(table->due(), clock.now() + SocketTable::kLongestWait);
  clock.ahead = SocketTable::kLongestWait;
  Over over;
  table->finished(over);
  EXPECT_EQ(over, Over{&waits});
  EXPECT_EQ(std::string(waits.failed_as) + ": " + waits.failure, "TimeoutError: timed out");
  SocketCall blocks = call(Act::accept, listener);
  int asked = 0;
  Until still([&] { return clock.ahead = clock.ahead + SocketTable::kLongestWait, ++asked > 3; });
  table->perform(blocks, still);
  EXPECT_EQ(blocks.failure, "timed out");
}

// Seen: sockets had a clock of their own, and whoever waited when it went back by an hour waited an hour.
TEST(SocketsOfARun, AWaitThatTheClockGoesBackUnderEndsInTime) {
  for (const ExecutorKind kind : {ExecutorKind::serial, ExecutorKind::loop}) {
    MovableClock clock;
    EngineSeams seams;
    seams.clock = &clock;
    seams.compute_rate = 1;
    Scenario scenario;
    scenario.lesson = "test.py";
    scenario.source =
        "from interleave import *\nasync def main():\n    listener = listen()\n    try:\n        listener.accept()\n"
        "    except TimeoutError:\n        listener.close()\nrun(main)\n";
    EngineRun run(scenario, kind, seams);
    Progress progress;
    for (int i = 0; i < 20; ++i) progress = run.poll(kMs);
    EXPECT_EQ(progress.kind, Progress::Kind::waiting) << progress.sentence;
    clock.ahead = -3'600'000 * kMs;
    run.poll(kMs);
    clock.ahead = clock.ahead + SocketTable::kLongestWait;
    for (int i = 0; i < 2'000 && progress.kind != Progress::Kind::done; ++i) progress = run.poll(kMs);
    EXPECT_EQ(progress.kind, Progress::Kind::done);
    EXPECT_EQ(progress.end, RunEnd::finished) << progress.sentence;
  }
}

TEST_P(SocketsOver, WhoIsStoppedOrGivenUpWaitsNoLonger) {
  connected();
  SocketCall blocks = call(Act::receive, server, 10), waits = call(Act::receive, server, 10);
  Until ends([] { return true; });
  table->perform(blocks, ends);
  EXPECT_FALSE(blocks.over);
  table->start(waits, clock.now());
  table->give_up(waits);
  done(call(Act::send, client, 0, "late"));
  Over over;
  table->finished(over);
  EXPECT_TRUE(over.empty());
}

// Where each was looked for among all, and all watched anew, this took hours.
TEST_P(SocketsOver, AHundredThousandThatAreGivenUpAreForgottenAtOnce) {
  connected();
  std::vector<SocketCall> waits(100'000, call(Act::readable, server));
  SocketCall stays = call(Act::receive, server, 10);
  table->start(stays, clock.now());
  for (SocketCall& each : waits) table->start(each, clock.now());
  Over over;
  table->finished(over);
  for (std::size_t i = waits.size(); i > 0; --i) table->give_up(waits[i - 1]);
  done(call(Act::send, client, 0, "still"));
  while (over.empty()) table->finished(over);
  EXPECT_EQ(over, Over{&stays});
  EXPECT_EQ(stays.text, "still");
}

TEST_P(SocketsOver, OneThatReceivesHearsOfItWhileAnotherSends) {
  connected();
  SocketCall receives = call(Act::receive, server, 10), sends = call(Act::send, server, 0, std::string(8 << 20, 'x'));
  table->start(receives, clock.now());
  ASSERT_FALSE(table->attempt(sends)) << "as much as that the system does not keep";
  table->start(sends, clock.now());
  Over over;
  table->finished(over);
  std::thread([&] { done(call(Act::send, client, 0, "now")); }).join();
  while (over.empty()) {
    clock.wait_until(clock.now() + 1'000'000);
    table->finished(over);
  }
  EXPECT_EQ(over, Over{&receives});
  table->give_up(sends);
}

TEST_P(SocketsOver, AThreadThatWaitsSleepsUntilItIsWokenOrToldThatItsSocketIsClosed) {
  connected();
  std::atomic<bool> stop = false;
  Until still([&] { return stop.load(); }), closed;
  SocketCall stopped = call(Act::receive, server, 10), told = call(Act::receive, client, 10);
  std::thread one([&] { table->perform(stopped, still); }), two([&] { table->perform(told, closed); });
  still.wake();  // for nothing
  closed.wake();
  for (const Nanos until = clock.now() + 60'000'000; clock.now() < until;) clock.wait_until(until);
  EXPECT_LE(still.asked, 3) << "nor does it look again and again";
  stop = true;
  still.wake();
  one.join();
  EXPECT_FALSE(stopped.over);
  done(call(Act::close, client));
  two.join();
  EXPECT_EQ(told.failure, "This socket is closed.");
}

TEST_P(SocketsOver, ASocketThatIsClosedTellsWhoWaitsForIt) {
  connected();
  SocketCall waits = call(Act::receive, server, 10);
  table->start(waits, clock.now());
  std::thread([&] { done(call(Act::close, server)); }).join();
  Over over;
  table->finished(over);
  EXPECT_EQ(over, Over{&waits});
  EXPECT_EQ(waits.failure, "This socket is closed.");
}

TEST_P(SocketsOver, ReachesNothingButItsOwnRun) {
  NativeClock elsewhere;
  TcpTransport other(elsewhere.poller());
  std::string why;
  std::int64_t not_ours = 0;
  const int stranger = other.listen(not_ours, why);
  ASSERT_GE(stranger, 0) << why;
  connected();
  EXPECT_EQ(refused(call(Act::connect, 0, not_ours)), "ConnectionError: Nobody in this run listens on port " + std::to_string(not_ours) + ".");
  EXPECT_EQ(refused(call(Act::connect, 0, port + 1)).substr(0, 15), "ConnectionError");
  done(call(Act::close, listener));
  EXPECT_EQ(refused(call(Act::connect, 0, port)).substr(0, 15), "ConnectionError");
  other.close(stranger);
}

// Seen: each attempt of who waits to send counted all of its text again, against the 16 MiB of a run.
TEST_P(SocketsOver, TextThatWaitsToBeSentCountsOnce) {
  connected();
  SocketCall much = call(Act::send, client, 0, std::string(12 << 20, 'x')), after = call(Act::send, client, 0, std::string(1 << 16, 'y'));
  ASSERT_FALSE(table->attempt(much)) << "more than is on its way at once";
  for (int i = 0; i < 200; ++i) ASSERT_FALSE(table->attempt(after)) << after.failure;
  std::size_t received = 0;
  std::thread reader([&] {
    while (received < (12 << 20) + (1 << 16)) received += done(call(Act::receive, server, 1 << 16)).text.size();
  });
  EXPECT_EQ(done(much).failure, "");
  EXPECT_EQ(done(after).failure, "");
  reader.join();
  EXPECT_EQ(received, (12u << 20) + (1u << 16));
}

TEST_P(SocketsOver, HasLimitsWithASentence) {
  connected();
  EXPECT_EQ(refused(call(Act::send, listener, 0, "x")), "OSError: This socket listens; accept() gives the one to talk with.");
  EXPECT_EQ(refused(call(Act::accept, client)), "OSError: Only a socket from listen() can accept().");
  EXPECT_EQ(refused(call(Act::listen, 0, port)), "OSError: Port " + std::to_string(port) + " is taken.");
  for (std::size_t open = 3; open < SocketTable::kMostSockets; ++open) done(call(Act::listen));
  EXPECT_EQ(refused(call(Act::listen)), "OSError: A run has at most 64 sockets open at once; close() some.");
  std::string failure;
  std::thread reader([&] {
    while (!done(call(Act::receive, server, 1 << 16)).text.empty()) {}
  });
  for (int i = 0; failure.empty() && i < 1000; ++i) failure = done(call(Act::send, client, 0, std::string(1 << 16, 'x'))).failure;
  EXPECT_EQ(failure, "A run sends at most 16 MiB through its sockets.");
  done(call(Act::close, client));
  reader.join();
  table->close_all();
  EXPECT_EQ(refused(call(Act::listen)), "OSError: The run is over, and its sockets are closed.");
}

TEST_P(SocketsOver, ManyThatAreReadyAtOnceAreOverTogetherInTheOrderOfTheirBegin) {
  constexpr int kMany = 20;
  const SocketCall listening = done(call(Act::listen));
  std::vector<int> clients;
  std::vector<SocketCall> waits;
  for (int i = 0; i < kMany; ++i) {
    clients.push_back(done(call(Act::connect, 0, listening.number)).socket);
    waits.push_back(call(Act::receive, done(call(Act::accept, listening.socket)).socket, 1));
  }
  for (int round = 0; round < 3; ++round) {  // those of later ones are watched already, and bytes are there before they are waited for
    for (SocketCall& each : waits) each.again(Act::receive);
    for (SocketCall& each : waits) {
      if (round == 0) ASSERT_FALSE(table->attempt(each));
      table->start(each, clock.now());
    }
    if (round == 0)
      for (int i = kMany; i-- > 0;) done(call(Act::send, clients[static_cast<std::size_t>(i)], 0, "abc"));
    Over over;
    while (over.size() < kMany) table->finished(over);
    for (int i = 0; i < kMany; ++i) {
      EXPECT_EQ(over[static_cast<std::size_t>(i)], &waits[static_cast<std::size_t>(i)]) << i;
      EXPECT_EQ(waits[static_cast<std::size_t>(i)].text, std::string(1, "abc"[round]));
    }
  }
}

TEST_P(SocketsOver, AllWhoWaitForOneSocketAreAskedAndWhatIsLeftStays) {
  connected();
  SocketCall first = call(Act::receive, server, 2), looks = call(Act::readable, server), second = call(Act::receive, server, 2), third = call(Act::receive, server, 2);
  for (SocketCall* each : {&first, &looks, &second, &third}) table->start(*each, clock.now());
  done(call(Act::send, client, 0, "abcd"));
  Over over;
  while (over.size() < 3) table->finished(over);
  EXPECT_EQ(over, (Over{&first, &looks, &second}));
  EXPECT_EQ(first.text + second.text, "abcd");
  done(call(Act::send, client, 0, "e"));
  while (over.size() < 4) table->finished(over);
  EXPECT_EQ(third.text, "e");
}

// What was said before the end may have come with it: who has taken all of it hears of the end, too.
TEST_P(SocketsOver, TheEndThatCameWithTheLastWordsIsHeardByWhoWaits) {
  connected();
  SocketCall watched = call(Act::receive, server, 100);  // from here on it is
  table->start(watched, clock.now());
  done(call(Act::send, client, 0, "first"));
  for (Over over; over.empty(); table->finished(over)) clock.wait_until(clock.now() + kMs);
  done(call(Act::send, client, 0, "last"));
  done(call(Act::close, client));
  SocketCall receives = call(Act::receive, server, 100);
  for (const char* text : {"last", "", ""}) {
    receives.again(Act::receive);
    if (!table->attempt(receives)) {
      table->start(receives, clock.now());
      for (Over over; over.empty(); table->finished(over)) clock.wait_until(clock.now() + kMs);
    }
    EXPECT_EQ(receives.text, text);
    EXPECT_EQ(receives.failure, "");
  }
}

TEST_P(SocketsOver, ACallIsUsedAgainWithoutWhatWasInItBefore) {
  connected();
  SocketCall echo = call(Act::send, client, 10, "one");
  done(call(Act::send, server, 0, "two"));
  ASSERT_TRUE(table->attempt(echo));
  echo.again(Act::receive);
  while (!table->attempt(echo)) {}
  EXPECT_EQ(echo.text, "two");
  done(call(Act::receive, server, 10));
  done(call(Act::close, server));
  echo.again(Act::receive);
  echo = done(echo);
  EXPECT_EQ(echo.text, "") << "the end, not what came before";
  SocketCall refused = call(Act::accept, client);
  ASSERT_TRUE(table->attempt(refused));
  refused.again(Act::close);
  EXPECT_TRUE(done(refused).failure.empty());
}

Nanos cpu_of_this_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// A watch that stays would wake a thread that nobody looks on for, again and again.
TEST(TcpSockets, WhatComesWhileNobodyWaitsWakesNobody) {
  NativeClock clock;
  TcpTransport tcp(clock.poller());
  SocketTable table(clock, tcp);
  auto over_now = [&](SocketCall call) {
    Until still;
    if (!table.attempt(call)) table.perform(call, still);
    return call;
  };
  SocketCall listener, near, far, says;
  listener = over_now(listener);
  near.act = Act::connect;
  near.number = listener.number;
  near = over_now(near);
  far.act = Act::accept;
  far.socket = listener.socket;
  far = over_now(far);
  says.act = Act::send;
  says.socket = near.socket;
  says.text = "some";
  far.again(Act::receive);
  far.number = 100;
  Over over;
  for (int round = 0; round < 3; ++round) {
    ASSERT_FALSE(table.attempt(far));
    table.start(far, clock.now());
    over_now(says);
    over.clear();
    while (over.empty()) {
      clock.wait_until(kForever);
      table.finished(over);
    }
    EXPECT_EQ(far.text, "some");
    far.again(Act::receive);
    over_now(says);
    const Nanos until = clock.now() + 20 * kMs, before = cpu_of_this_thread();
    while (clock.now() < until) clock.wait_until(until);
    EXPECT_LE(cpu_of_this_thread() - before, 5 * kMs) << "it sleeps: it does not find the same again and again";
    far = over_now(far);
    EXPECT_EQ(far.text, "some") << "it is there for who asks";
    far.again(Act::receive);
  }
}

// A descriptor's number is the next one's: what was known of the one before is not its.
TEST_P(SocketsOver, ASocketThatHasTheNumberOfAClosedOneIsWatchedAnew) {
  const SocketCall listening = done(call(Act::listen));
  for (int round = 0; round < 4; ++round) {
    const int near = done(call(Act::connect, 0, listening.number)).socket, far = done(call(Act::accept, listening.socket)).socket;
    SocketCall waits = call(Act::receive, far, 10), also = call(Act::receive, far, 10);
    ASSERT_FALSE(table->attempt(waits));
    table->start(waits, clock.now());
    table->start(also, clock.now());
    done(call(Act::send, near, 0, "here"));
    Over over;
    while (over.empty()) {
      clock.wait_until(kForever);
      table->finished(over);
    }
    EXPECT_EQ(over, Over{&waits});
    std::thread([&] {
      done(call(Act::close, far));
      done(call(Act::close, near));
    }).join();
    if (round % 2 == 0) {
      table->finished(over);
      EXPECT_EQ(over.back(), &also);
      EXPECT_EQ(also.failure, "This socket is closed.");
    } else {  // the next is waited for before that is heard
      const int next = done(call(Act::connect, 0, listening.number)).socket, other = done(call(Act::accept, listening.socket)).socket;
      SocketCall on_next = call(Act::receive, next, 10), on_other = call(Act::receive, other, 10);
      table->start(on_next, clock.now());
      table->start(on_other, clock.now());
      over.clear();
      table->finished(over);
      EXPECT_EQ(over, Over{&also});
      done(call(Act::send, next, 0, "1"));
      done(call(Act::send, other, 0, "2"));
      while (over.size() < 3) {
        clock.wait_until(kForever);
        table->finished(over);
      }
      EXPECT_EQ(on_next.text + on_other.text, "21");
      done(call(Act::close, next));
      done(call(Act::close, other));
    }
  }
}

TEST_P(SocketsOver, AThreadHasWaitsOfItsOwnWhereTheyAreReal) {
  connected();
  const auto its = table->waits_of_thread();
  ASSERT_EQ(its != nullptr, std::string(GetParam()) == "tcp");
  if (!its) return;
  SocketCall receives = call(Act::receive, server, 10), here = call(Act::readable, server), stays = call(Act::accept, listener);
  its->start(receives, clock.now());
  its->start(stays, clock.now());
  table->start(here, clock.now());
  Over over, over_here;
  std::thread other([&] {
    while (over.empty()) {
      its->wait_until(kForever);
      its->finished(over);
    }
  });
  done(call(Act::send, client, 0, "both"));
  other.join();
  EXPECT_EQ(over, Over{&receives});
  EXPECT_EQ(receives.text, "both");
  done(call(Act::send, client, 0, "hear"));
  while (over_here.empty()) {
    clock.wait_until(kForever);
    table->finished(over_here);
  }
  EXPECT_EQ(over_here, Over{&here});
  over.clear();
  std::thread closes([&] { done(call(Act::close, listener)); });
  while (over.empty()) {
    its->wait_until(kForever);
    its->finished(over);
  }
  closes.join();
  EXPECT_EQ(stays.failure, "This socket is closed.");
  EXPECT_FALSE(its->any());
  std::thread([&] { its->notify(); }).join();
  its->wait_until(kForever);  // returns: it was told before
  receives.again(Act::receive);
  receives.socket = client;
  its->start(receives, clock.now());
  EXPECT_LE(its->due(), clock.now() + SocketTable::kLongestWait);
  its->give_up_all();
  EXPECT_EQ(its->due(), kForever);
}

/// A run of two loops with real sockets.
class SocketsOfTwoLoops : public testing::Test {
 protected:
  Progress run(std::function<Coroutine(Task&)> main) {
    start(std::move(main));
    Progress progress;
    while (progress.kind != Progress::Kind::done) progress = executor->poll(1'000 * kMs);
    return progress;
  }
  void start(std::function<Coroutine(Task&)> main) {
    RunOptions options;
    options.kind = ExecutorKind::loop;
    options.workers = options.machine_cores = 2;
    options.compute_rate = 1;
    options.clock = &clock;
    options.sockets = &table;
    executor = make_executor(options).executor;
    executor->start(root(std::move(main)), *recorder);
  }

  NativeClock clock;
  TcpTransport tcp{clock.poller()};
  SocketTable table{clock, tcp};
  const std::shared_ptr<Recorder> recorder = Recorder::recycling();
  std::unique_ptr<Executor> executor;
};

TEST_F(SocketsOfTwoLoops, EchoAcrossThem) {
  constexpr int kPairs = 6, kTrips = 200;
  std::atomic<int> trips = 0;
  EXPECT_EQ(run([&](Task& task) -> Coroutine {
              SocketCall listener;
              co_await Perform(task, Operation::on(listener, true));
              std::vector<std::shared_ptr<Work>> ends;
              for (int i = 0; i < kPairs; ++i) {
                SocketCall near = call(Act::connect, 0, listener.number), far = call(Act::accept, listener.socket);
                co_await Perform(task, Operation::on(near, true));
                co_await Perform(task, Operation::on(far, true));
                ends.push_back(work([socket = near.socket, &trips](Task& task) -> Coroutine {
                  SocketCall asks = call(Act::send, socket, 100, "there and back");
                  for (int i = 0; i < kTrips; ++i) {
                    asks.again(Act::send);
                    co_await Perform(task, Operation::on(asks, false));
                    asks.again(Act::receive);
                    co_await Perform(task, Operation::on(asks, false));
                    if (asks.text == "there and back") ++trips;
                  }
                  asks.again(Act::close);
                  co_await Perform(task, Operation::on(asks, false));
                }));
                ends.push_back(work([socket = far.socket](Task& task) -> Coroutine {
                  for (SocketCall answers = call(Act::receive, socket, 100);; answers.again(Act::receive)) {
                    co_await Perform(task, Operation::on(answers, false));
                    if (answers.text.empty()) break;
                    answers.again(Act::send);
                    co_await Perform(task, Operation::on(answers, false));
                  }
                }));
              }
              co_await gather(task, ends);
            }).end,
            RunEnd::finished);
  EXPECT_EQ(trips, kPairs * kTrips);
}

TEST_F(SocketsOfTwoLoops, AWaitIsCancelledFromTheOtherAndItsSocketIsAsGoodAsBefore) {
  std::atomic<int> cancelled = 0;
  std::string came;
  EXPECT_EQ(run([&](Task& task) -> Coroutine {
              SocketCall listener;
              co_await Perform(task, Operation::on(listener, true));
              SocketCall near = call(Act::connect, 0, listener.number), far = call(Act::accept, listener.socket);
              co_await Perform(task, Operation::on(near, true));
              co_await Perform(task, Operation::on(far, true));
              for (int i = 0; i < 20; ++i) {
                auto waits = work([&](Task& task) -> Coroutine {
                  SocketCall receives = call(Act::receive, far.socket, 100);
                  try {
                    co_await Perform(task, Operation::on(receives, false));
                  } catch (const Cancelled&) {
                    ++cancelled;
                  }
                });
                auto cancels = work([&](Task& task) -> Coroutine { co_await cancel(task, waits); });
                co_await spawn(task, waits);
                if (i % 2 == 0) co_await io(task, kMs);  // it sleeps by its sockets, or does not yet
                co_await spawn(task, cancels);
                std::vector<std::shared_ptr<Work>> both{waits, cancels};
                try {
                  co_await gather(task, both);
                } catch (const Cancelled&) {  // before its first line
                  ++cancelled;
                }
              }
              SocketCall says = call(Act::send, near.socket, 0, "still"), receives = call(Act::receive, far.socket, 100);
              co_await Perform(task, Operation::on(says, false));
              co_await Perform(task, Operation::on(receives, false));
              came = receives.text;
            }).end,
            RunEnd::finished);
  EXPECT_EQ(cancelled, 20);
  EXPECT_EQ(came, "still");
}

TEST_F(SocketsOfTwoLoops, AStopAndTheEndOfTheExecutorEndWaitsBeforeTheirBodiesGo) {
  for (const bool stops : {true, false}) {
    std::atomic<int> waiting = 0, bodies = 0;
    struct Counted {
      explicit Counted(std::atomic<int>& n) : count(n) { ++count; }
      ~Counted() { --count; }
      std::atomic<int>& count;
    };
    start([&](Task& task) -> Coroutine {
      SocketCall listener;
      co_await Perform(task, Operation::on(listener, true));
      std::vector<std::shared_ptr<Work>> all;
      for (int i = 0; i < 10; ++i)
        all.push_back(work([&](Task& task) -> Coroutine {
          const Counted counted(bodies);
          SocketCall accepts = call(Act::accept, listener.socket);
          ++waiting;
          co_await Perform(task, Operation::on(accepts, false));
        }));
      co_await gather(task, all);
    });
    while (waiting < 10) executor->poll(kMs);
    if (stops) {
      executor->cancel();
      Progress progress;
      while (progress.kind != Progress::Kind::done) progress = executor->poll(1'000 * kMs);
      EXPECT_EQ(progress.end, RunEnd::cancelled);
    }
    executor.reset();
    EXPECT_EQ(bodies, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SocketsOver, testing::Values("tcp", "channel"), [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace interleave
