#include "platform/engine/socket_table.h"

#include <gtest/gtest.h>

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

  static SocketCall call(Act act, int socket = 0, std::int64_t number = 0, std::string text = {}) {
    SocketCall made;
    made.act = act;
    made.socket = socket;
    made.number = number;
    made.text = std::move(text);
    return made;
  }
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

INSTANTIATE_TEST_SUITE_P(All, SocketsOver, testing::Values("tcp", "channel"), [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace interleave
