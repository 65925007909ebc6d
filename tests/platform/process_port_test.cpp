#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "platform/native/process_port_posix.h"
#include "platform/port_messages.h"
#include "platform/process_tree.h"

namespace interleave {
namespace {

class ProcessPortTest : public ::testing::Test {
 protected:
  std::vector<Message> wait_for(std::size_t count) { return interleave::wait_for(clock, port, count); }
  void expect_only_the_loss() {
    const auto messages = wait_for(1);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_TRUE(messages[0].lost);
  }
  /// The child that is started is lost; `started`: it is under way.
  void expect_a_lost_child(const std::function<void()>& started) {
    port.spawn();
    started();
    expect_only_the_loss();
  }
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port{clock, server};
};

TEST_F(ProcessPortTest, AChildAnswersInOrder) {
  EXPECT_EQ(port.spawn(), 0);
  EXPECT_EQ(port.spawn(), 1);
  port.send(0, text("e one"));
  port.send(1, text("e two"));
  port.send(0, {});
  port.send(0, text("e three"));
  std::vector<Bytes> from[2];
  for (Message& m : wait_for(4)) {
    EXPECT_FALSE(m.lost);
    from[m.child].push_back(m.bytes);
  }
  EXPECT_EQ(from[0], (std::vector<Bytes>{text("e one"), {}, text("e three")}));
  EXPECT_EQ(from[1], (std::vector<Bytes>{text("e two")}));
}

TEST_F(ProcessPortTest, BigMessagesPassEachOtherInBothDirections) {
  port.spawn();
  // Far more than a socket holds, both ways at once: a port that blocked in its write would stop here for good.
  for (int i = 0; i < 20; ++i) port.send(0, text("b"));
  Bytes big(8 << 20, 'e');
  for (std::size_t i = 1; i < big.size(); ++i) big[i] = static_cast<std::uint8_t>(i * 31);
  port.send(0, big);
  port.send(0, big);
  const auto messages = wait_for(22);
  ASSERT_EQ(messages.size(), 22u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(messages[i].bytes.size(), 1u << 20);
  EXPECT_EQ(messages[20].bytes, big);
  EXPECT_EQ(messages[21].bytes, big);
}

TEST_F(ProcessPortTest, AChildKilledFromOutsideIsLostOnceAndNoZombie) {
  port.spawn();
  port.send(0, text("e last words"));
  ASSERT_EQ(wait_for(1).size(), 1u);
  const pid_t pid = port.pid(0);
  ::kill(pid, SIGKILL);
  expect_only_the_loss();
  EXPECT_EQ(::kill(pid, 0), -1);
  port.send(0, text("e nobody is there"));  // no SIGPIPE, no message
  EXPECT_EQ(port.spawn(), 1);               // numbers are not used again
  port.send(1, text("e the next"));
  EXPECT_EQ(wait_for(1).at(0).bytes, text("e the next"));
}

TEST_F(ProcessPortTest, AChildThatEndsByItselfIsLostAfterWhatItSaid) {
  port.spawn();
  port.send(0, text("e before"));
  port.send(0, text("x"));
  const auto messages = wait_for(2);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].bytes, text("e before"));
  EXPECT_TRUE(messages[1].lost);
}

TEST_F(ProcessPortTest, KillEndsAChildThatHangs) {
  port.spawn();
  port.send(0, text("h"));
  ASSERT_EQ(wait_for(1).size(), 1u);
  const pid_t pid = port.pid(0);
  port.kill(0);
  port.kill(0);
  EXPECT_EQ(::kill(pid, 0), -1);
  expect_only_the_loss();
}

TEST_F(ProcessPortTest, AChildThatLeavesNonsenseInItsLineIsLostOnce) {
  port.spawn();
  port.send(0, text("e before"));
  ASSERT_EQ(wait_for(1).size(), 1u);
  port.send(0, text("n"));
  expect_only_the_loss();
  port.send(0, text("e nobody is there"));
  std::vector<Message> more;
  port.receive(more);
  EXPECT_TRUE(more.empty());
}

// Seen: the parent read on without end.
TEST_F(ProcessPortTest, AChildThatShutsItsSocketAndTalksOnIsLost) {
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

TEST_F(ProcessPortTest, ChildrenThatHaveGoneLeaveNoDescriptors) {
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i) {
    port.send(port.spawn(), text("e here"));
    ASSERT_EQ(wait_for(1).size(), 1u);
    port.kill(i);
    ASSERT_EQ(wait_for(1).size(), 1u);
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

// Seen: each child of such a program started another, without end.
TEST_F(ProcessPortTest, AChildThatDoesNotKnowItsRoleStartsNoOther) {
  const std::filesystem::path diary = std::filesystem::temp_directory_path() / ("interleave-forgets-" + std::to_string(getpid()));
  setenv("INTERLEAVE_TEST_FORGETS", diary.c_str(), 1);
  expect_a_lost_child([] { unsetenv("INTERLEAVE_TEST_FORGETS"); });
  EXPECT_EQ(std::filesystem::file_size(diary), std::string_view("started\n").size()) << "more than one";
  std::filesystem::remove(diary);
}

TEST_F(ProcessPortTest, AProgramThatIsNotThereIsALostChild) {
  set_child_program("/nowhere/interleave");
  expect_a_lost_child([] { set_child_program("/proc/self/exe"); });
}

}  // namespace
}  // namespace interleave
