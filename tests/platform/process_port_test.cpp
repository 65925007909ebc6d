#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "platform/native/process_port_posix.h"
#include "platform/port_messages.h"

namespace interleave {
namespace {

TEST(ProcessPort, AChildAnswersInOrder) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  EXPECT_EQ(port.spawn(), 0);
  EXPECT_EQ(port.spawn(), 1);
  port.send(0, text("e one"));
  port.send(1, text("e two"));
  port.send(0, {});
  port.send(0, text("e three"));
  std::vector<Bytes> from[2];
  for (Message& m : wait_for(clock, port, 4)) {
    EXPECT_FALSE(m.lost);
    from[m.child].push_back(m.bytes);
  }
  EXPECT_EQ(from[0], (std::vector<Bytes>{text("e one"), {}, text("e three")}));
  EXPECT_EQ(from[1], (std::vector<Bytes>{text("e two")}));
}

TEST(ProcessPort, BigMessagesPassEachOtherInBothDirections) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  // Far more than a socket holds, both ways at once: a port that blocked in its write would stop here for good.
  for (int i = 0; i < 20; ++i) port.send(0, text("b"));
  Bytes big(8 << 20, 'e');
  for (std::size_t i = 1; i < big.size(); ++i) big[i] = static_cast<std::uint8_t>(i * 31);
  port.send(0, big);
  port.send(0, big);
  const auto messages = wait_for(clock, port, 22);
  ASSERT_EQ(messages.size(), 22u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(messages[i].bytes.size(), 1u << 20);
  EXPECT_EQ(messages[20].bytes, big);
  EXPECT_EQ(messages[21].bytes, big);
}

TEST(ProcessPort, AChildKilledFromOutsideIsLostOnceAndNoZombie) {
  {
    NativeClock clock;
    HttpServer server;
    ProcessPortPosix port(clock, server);
    port.spawn();
    port.send(0, text("e last words"));
    ASSERT_EQ(wait_for(clock, port, 1).size(), 1u);
    const pid_t pid = port.pid(0);
    ::kill(pid, SIGKILL);
    const auto messages = wait_for(clock, port, 1);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_TRUE(messages[0].lost);
    EXPECT_EQ(::kill(pid, 0), -1);
    port.send(0, text("e nobody is there"));  // no SIGPIPE, no message
    EXPECT_EQ(port.spawn(), 1);               // numbers are not used again
    port.send(1, text("e the next"));
    EXPECT_EQ(wait_for(clock, port, 1).at(0).bytes, text("e the next"));
  }
}

TEST(ProcessPort, AChildThatEndsByItselfIsLostAfterWhatItSaid) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  port.send(0, text("e before"));
  port.send(0, text("x"));
  const auto messages = wait_for(clock, port, 2);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].bytes, text("e before"));
  EXPECT_TRUE(messages[1].lost);
}

TEST(ProcessPort, KillEndsAChildThatHangs) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  port.send(0, text("h"));
  ASSERT_EQ(wait_for(clock, port, 1).size(), 1u);
  const pid_t pid = port.pid(0);
  port.kill(0);
  port.kill(0);
  EXPECT_EQ(::kill(pid, 0), -1);
  const auto messages = wait_for(clock, port, 1);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].lost);
}

TEST(ProcessPort, AChildThatLeavesNonsenseInItsLineIsLostOnce) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  port.send(0, text("e before"));
  ASSERT_EQ(wait_for(clock, port, 1).size(), 1u);
  port.send(0, text("n"));
  const auto messages = wait_for(clock, port, 1);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].lost);
  port.send(0, text("e nobody is there"));
  std::vector<Message> more;
  port.receive(more);
  EXPECT_TRUE(more.empty());
}

// Seen: the parent read on without end.
TEST(ProcessPort, AChildThatShutsItsSocketAndTalksOnIsLost) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  port.send(0, text("t"));
  std::vector<Message> messages;
  while (messages.empty() || !messages.back().lost) {
    messages.clear();
    clock.wait_until(Poller::kNever);
    port.receive(messages);
  }
  messages.clear();
  port.receive(messages);
  EXPECT_TRUE(messages.empty());
}

TEST(ProcessPort, ChildrenThatHaveGoneLeaveNoDescriptors) {
  auto descriptors = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()); };
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i) {
    port.send(port.spawn(), text("e here"));
    ASSERT_EQ(wait_for(clock, port, 1).size(), 1u);
    port.kill(i);
    ASSERT_EQ(wait_for(clock, port, 1).size(), 1u);
  }
  EXPECT_EQ(descriptors(), before);
}

TEST(ProcessPort, DestructionLeavesNoChild) {
  std::vector<pid_t> pids;
  {
    NativeClock clock;
    HttpServer server;
    ProcessPortPosix port(clock, server);
    for (int i = 0; i < 8; ++i) port.spawn();
    for (int i = 0; i < 8; ++i) port.send(i, text("h"));
    for (int i = 0; i < 8; ++i) pids.push_back(port.pid(i));
  }
  for (const pid_t pid : pids) EXPECT_EQ(::kill(pid, 0), -1);
}

/// The child that is started is lost; `started`: it is under way.
void expect_a_lost_child(const std::function<void()>& started) {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port(clock, server);
  port.spawn();
  started();
  const auto messages = wait_for(clock, port, 1);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].lost);
}

// Seen: each child of such a program started another, without end.
TEST(ProcessPort, AChildThatDoesNotKnowItsRoleStartsNoOther) {
  const std::filesystem::path diary = std::filesystem::temp_directory_path() / ("interleave-forgets-" + std::to_string(getpid()));
  setenv("INTERLEAVE_TEST_FORGETS", diary.c_str(), 1);
  expect_a_lost_child([] { unsetenv("INTERLEAVE_TEST_FORGETS"); });
  EXPECT_EQ(std::filesystem::file_size(diary), std::string_view("started\n").size()) << "more than one";
  std::filesystem::remove(diary);
}

TEST(ProcessPort, AProgramThatIsNotThereIsALostChild) {
  set_child_program("/nowhere/interleave");
  expect_a_lost_child([] { set_child_program("/proc/self/exe"); });
}

}  // namespace
}  // namespace interleave
