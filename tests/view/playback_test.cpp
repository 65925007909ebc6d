#include "view/playback.h"

#include <gtest/gtest.h>

namespace interleave {
namespace {

Span span(Nanos begin, Nanos end, State state, TaskId task = 2, std::uint16_t line = 0) { return {begin, end, task, line, state, 0}; }

Lane lane(std::vector<Span> spans) {
  Lane out;
  out.spans = std::move(spans);
  return out;
}

const std::vector<Span> kSpans = {span(10, 20, State::running), span(20, 30, State::waiting_io), span(50, 60, State::running)};

TEST(Playback, StepsThroughEverySwitchAndBack) {
  std::vector<Nanos> there, back;
  double t = 0;
  while (auto next = next_switch(std::span<const Span>(kSpans), t)) there.push_back(*next), t = static_cast<double>(*next);
  EXPECT_EQ(there, (std::vector<Nanos>{10, 20, 30, 50, 60}));  // 30: the end before a gap
  t = 1000;
  while (auto last = previous_switch(std::span<const Span>(kSpans), t)) back.push_back(*last), t = static_cast<double>(*last);
  EXPECT_EQ(back, (std::vector<Nanos>{60, 50, 30, 20, 10}));
  EXPECT_EQ(next_switch(std::span<const Span>(kSpans), 19.5), 20);
  EXPECT_EQ(previous_switch(std::span<const Span>(kSpans), 20.5), 20);
  EXPECT_FALSE(next_switch(std::span<const Span>(), 0));
}

TEST(Playback, TheNextSwitchOfARunIsTheEarliestOfItsLanes) {
  const std::vector<Lane> lanes = {lane(kSpans), lane({span(15, 100, State::running, 3)}), lane({})};
  EXPECT_EQ(next_switch(std::span<const Lane>(lanes), 10), 15);
  EXPECT_EQ(next_switch(std::span<const Lane>(lanes), 60), 100);
  EXPECT_EQ(previous_switch(std::span<const Lane>(lanes), 20), 15);
  EXPECT_FALSE(previous_switch(std::span<const Lane>(lanes), 10));
}

TEST(Playback, SaysWhoDoesWhatAndOnWhichLine) {
  const std::vector<Lane> lanes = {lane({span(0, 10, State::running, 2, 7)}), lane({span(0, 10, State::waiting_io, 3, 9)}),
                                   lane({span(0, 10, State::running, 4, 7)}), lane({span(0, 10, State::running, kRootTask, 12)}), lane({})};
  const auto states = states_at(lanes, 5);
  EXPECT_EQ(states[static_cast<std::size_t>(State::running)], 3u);
  EXPECT_EQ(states[static_cast<std::size_t>(State::waiting_io)], 1u);
  EXPECT_EQ(states[static_cast<std::size_t>(State::idle)], 1u);
  const auto lines = lines_at(lanes, 5);
  ASSERT_EQ(lines.size(), 2u);  // main's line is not one of the tasks'
  EXPECT_EQ(lines[0].line, 7);
  EXPECT_EQ(lines[0].lanes[static_cast<std::size_t>(State::running)], 2u);
  EXPECT_EQ(lines[1].line, 9);
  EXPECT_TRUE(lines_at(lanes, 10).empty());
}

}  // namespace
}  // namespace interleave
