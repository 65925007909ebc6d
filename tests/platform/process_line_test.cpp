#include "platform/native/process_line.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "platform/process_tree.h"
#include "runtime/task.h"

namespace interleave {
namespace {

/// Both ends in this process.
class ProcessLineTest : public ::testing::Test {
 protected:
  ProcessLineTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    parent = ProcessLine::to_child(ends[0]);
    child = ProcessLine::to_parent(ends[1]);
    for (const int each : ends) close(each);
  }
  static bool rung(const ProcessLine& line) {
    pollfd one{line.bell(), POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }
  static std::span<const std::uint8_t> bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
  static std::string read(ProcessLine& line) {
    std::array<std::uint8_t, 100> got;
    const std::size_t count = line.read(got);
    return std::string(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::unique_ptr<ProcessLine> parent, child;
};

TEST_F(ProcessLineTest, WhatIsWrittenIsReadOnTheOtherSideOnceItIsPublished) {
  ASSERT_TRUE(parent && child);
  EXPECT_EQ(parent->write(bytes("there")), 5u);
  EXPECT_FALSE(child->has_some());
  parent->publish();
  EXPECT_TRUE(child->has_some());
  EXPECT_EQ(child->write(bytes("back")), 4u);
  child->publish();
  EXPECT_EQ(read(*child), "there");
  EXPECT_EQ(read(*parent), "back");
  EXPECT_FALSE(child->has_some());
  EXPECT_FALSE(rung(*parent) || rung(*child)) << "nobody slept";
}

TEST_F(ProcessLineTest, BytesKeepTheirOrderManyTimesAroundTheRing) {
  ASSERT_TRUE(parent && child);
  std::minstd_rand random(7);
  Bytes sent(5 << 20), got;
  for (std::uint8_t& each : sent) each = static_cast<std::uint8_t>(random());
  for (std::size_t at = 0; got.size() < sent.size();) {
    at += parent->write(std::span(sent).subspan(at, std::min<std::size_t>(random() % 100'000, sent.size() - at)));
    parent->publish();
    Bytes some(random() % 100'000);
    some.resize(child->read(some));
    got.insert(got.end(), some.begin(), some.end());
  }
  EXPECT_TRUE(got == sent);
  EXPECT_FALSE(parent->broken() || child->broken());
}

TEST_F(ProcessLineTest, WhoSleepsIsRungOnce) {
  ASSERT_TRUE(parent && child);
  ASSERT_TRUE(child->falls_asleep());
  for (const char* word : {"one", "two"}) {
    parent->write(bytes(word));
    parent->publish();
  }
  ASSERT_TRUE(rung(*child));
  child->hear();
  EXPECT_FALSE(rung(*child));
  child->awakes();
  EXPECT_FALSE(child->falls_asleep()) << "there is something";
  EXPECT_EQ(read(*child), "onetwo");
  EXPECT_TRUE(child->falls_asleep());
}

// Seen: a child that computed woke its parent a thousand times a second.
TEST_F(ProcessLineTest, NobodyIsRungForNothing) {
  ASSERT_TRUE(parent && child);
  parent->write(bytes("word"));
  parent->publish();
  EXPECT_EQ(read(*child), "word");
  ASSERT_TRUE(child->falls_asleep());
  parent->publish();
  EXPECT_FALSE(rung(*child));
}

TEST_F(ProcessLineTest, WhoWaitsForRoomIsRungWhenThereIsSome) {
  ASSERT_TRUE(parent && child);
  const Bytes much(2 * ByteRing::kRoom, 'm');
  EXPECT_EQ(parent->write(much), ByteRing::kRoom);
  EXPECT_EQ(parent->write(much), 0u);
  parent->publish();
  ASSERT_TRUE(parent->falls_asleep_for_room());
  EXPECT_FALSE(rung(*parent));
  EXPECT_EQ(read(*child).size(), 100u);
  EXPECT_TRUE(rung(*parent));
  EXPECT_FALSE(parent->falls_asleep_for_room());
  EXPECT_EQ(parent->write(much), 100u);
}

TEST_F(ProcessLineTest, EachKnowsWhetherTheOtherSleeps) {
  ASSERT_TRUE(parent && child);
  EXPECT_TRUE(parent->other_is_awake());
  ASSERT_TRUE(child->falls_asleep());
  EXPECT_FALSE(parent->other_is_awake());
  child->awakes();
  EXPECT_TRUE(parent->other_is_awake());
}

TEST(ByteRing, CountsThatNoRingHasAreNotBelieved) {
  using Ring = BasicByteRing<StdThreads, 16>;
  std::array<std::uint8_t, 40> bytes{};
  Ring much;
  much.written = 17;
  RingReader<Ring> reader(much);
  EXPECT_TRUE(reader.has_some());
  EXPECT_EQ(reader.read(bytes), 0u);
  EXPECT_TRUE(reader.broken());
  Ring early;
  early.read = 5;
  RingWriter<Ring> writer(early);
  EXPECT_EQ(writer.write(bytes), 16u);
  writer.publish();
  EXPECT_EQ(writer.write(bytes), 5u) << "in order, as far as one can see";
  early.read = 4;
  EXPECT_EQ(writer.write(bytes), 0u);
  EXPECT_TRUE(writer.broken()) << "it went back";
}

TEST(ProcessLine, WithoutAPeerThereIsNone) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  close(ends[0]);
  EXPECT_FALSE(ProcessLine::to_parent(ends[1]));
  EXPECT_FALSE(ProcessLine::to_child(ends[1]));
  close(ends[1]);
}

TEST(ProcessLine, LeavesNoDescriptors) {
  const auto before = descriptors();
  for (int i = 0; i < 10; ++i) {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const auto parent = ProcessLine::to_child(ends[0]);
    const auto child = i % 2 ? ProcessLine::to_parent(ends[1]) : nullptr;
    for (const int each : ends) close(each);
  }
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace interleave
