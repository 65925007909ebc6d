#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "platform/native/fork_server.h"
#include "platform/native/process_port_posix.h"
#include "platform/port_messages.h"
#include "platform/process_tree.h"

namespace interleave {
namespace {

/// The programs of these tests do without, elsewhere.
class ForkServerTest : public ::testing::Test {
 protected:
  ForkServerTest() { use_fork_server(); }
  ~ForkServerTest() override { use_fork_server(false); }

  std::vector<Message> wait_for(std::size_t count) { return interleave::wait_for(clock, port, count); }
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix port{clock, server};
};

TEST_F(ForkServerTest, ChildrenAreForkedByAProcessOfItsOwnAndAnswer) {
  port.spawn();
  port.spawn();
  EXPECT_NE(parent_of(port.pid(0)), getpid());
  EXPECT_EQ(parent_of(port.pid(0)), parent_of(port.pid(1)));
  EXPECT_EQ(parent_of(parent_of(port.pid(0))), getpid());
  port.send(0, text("e one"));
  port.send(1, text("e two"));
  const auto messages = wait_for(2);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_FALSE(messages[0].lost);
  EXPECT_FALSE(messages[1].lost);
}

TEST_F(ForkServerTest, AChildKilledFromOutsideIsLostOnceAndAnotherComes) {
  port.spawn();
  port.send(0, text("e last words"));
  ASSERT_EQ(wait_for(1).size(), 1u);
  ::kill(port.pid(0), SIGKILL);
  const auto messages = wait_for(1);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].lost);
  EXPECT_EQ(port.spawn(), 1);
  port.send(1, text("e the next"));
  EXPECT_EQ(wait_for(1).at(0).bytes, text("e the next"));
}

TEST_F(ForkServerTest, ThousandBeginAndEndAndLeaveNothing) {
  port.spawn();
  const pid_t forks = parent_of(port.pid(0));
  const auto before = descriptors();
  std::vector<pid_t> ended;
  for (int i = 0; i < 1'000; ++i) {
    ChildProcess child = fork_child("0");
    ASSERT_TRUE(child.started()) << i;
    ended.push_back(child.pid);
    end_child(child);
  }
  EXPECT_EQ(descriptors(), before);
  // The kernel reaps a little after it says that one has ended; a number may be another process's by now.
  const Nanos limit = clock.now() + 20'000'000'000;
  auto left = [&] { return std::count_if(ended.begin(), ended.end(), [&](pid_t pid) { return parent_of(pid) == forks && pid != port.pid(0); }); };
  while (left() > 0 && clock.now() < limit) clock.wait_until(clock.now() + 1'000'000);
  EXPECT_EQ(left(), 0) << "zombies";
}

TEST_F(ForkServerTest, ItsChildrenHaveTheCoresOfWhoeverAsked) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &all)) {
      CPU_SET(core, &one);
      break;
    }
  sched_setaffinity(0, sizeof one, &one);
  port.spawn();
  sched_setaffinity(0, sizeof all, &all);
  port.send(0, text("e here"));  // it has begun when it answers
  ASSERT_EQ(wait_for(1).size(), 1u);
  cpu_set_t its;
  ASSERT_EQ(sched_getaffinity(port.pid(0), sizeof its, &its), 0);
  EXPECT_TRUE(CPU_EQUAL(&its, &one));
}

// Seen: a stop was heard after ten seconds.
TEST_F(ForkServerTest, AStopEndsTheWaitForAServerThatIsThereAndSaysNothing) {
  port.spawn();
  const pid_t forks = parent_of(port.pid(0));
  const auto before = descriptors();
  ::kill(forks, SIGSTOP);
  const Nanos begin = clock.now();
  {
    StopSignal stop;
    ProcessPortPosix stopped(clock, server, &stop);
    std::thread asks([&] { stop.ask(); });
    stopped.spawn();
    asks.join();
    const auto messages = interleave::wait_for(clock, stopped, 1);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_TRUE(messages[0].lost);
  }
  EXPECT_LT(clock.now() - begin, 2'000'000'000);
  ::kill(forks, SIGCONT);
  // What it had been asked for is not taken for the answer to this.
  EXPECT_EQ(port.spawn(), 1);
  port.send(1, text("e the next"));
  EXPECT_EQ(wait_for(1).at(0).bytes, text("e the next"));
  port.kill(1);
  EXPECT_EQ(wait_for(1).size(), 1u);
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(parent_of(port.pid(0)), forks) << "the server was given up";
}

}  // namespace
}  // namespace interleave
