#include "view/code_lines.h"
#include "view/dataflow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "trace/recorder.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

// Task 1, made on line 30 of main, on one lane; what is told goes through the recorder, as of a run.
struct OneTask {
  Recorder recorder{16 << 20};
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::loop, "loop");
  explicit OneTask(std::uint32_t made_at = 30) {
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.at(0, EventKind::spawn, made_at, 2);
    lane.at(1, EventKind::run, made_at, 2);
  }
  void over(Nanos at, const char* text) { lane.text(at, TextRole::hand_over, text, 2); }
  void runs(Nanos at, std::uint32_t line) { lane.at(at, EventKind::run, line, 2); }
  std::shared_ptr<const Trace> end(Nanos at) {
    lane.at(at, EventKind::done, 0, 2);
    main.at(at, EventKind::run_ended);
    return trace_of(recorder, ExecutorKind::loop);
  }
};

int line_of(const Trace& trace, const CodeLines& lines, double t) {
  for (const Span& span : trace.spans_of(2))
    if (static_cast<double>(span.begin) <= t && t < static_cast<double>(span.end)) return line_at(lines, span, trace.tasks()[1].line, t);
  return -1;
}

std::string waiting(const CodeLines& lines, double t) {
  std::string out;
  for (const WaitingGenerator& g : waiting_generators(lines, t)) out += g.name + ":" + std::to_string(g.line) + " ";
  return out;
}

// main asks foo (line 10, yields at 12) and bar (line 20, yields at 22) in turns; each computes, which is a span of its own.
std::shared_ptr<const Trace> two_in_turns() {
  OneTask run;
  run.over(100, "ask 0 loop:5 1 foo:10 ");
  run.runs(110, 11);
  run.over(200, "give 1 foo:12 0 loop:5 1");
  run.over(200, "ask 0 loop:6 2 bar:20 ");
  run.runs(210, 21);
  run.over(300, "give 2 bar:22 0 loop:6 1");
  run.over(350, "at 7");
  run.over(400, "ask 0 loop:5 1 foo:12 ");
  run.over(450, "end 1 foo 0 loop:5 ");
  return run.end(500);
}

TEST(CodeLines, TheInnermostCodeRunsNotTheLineWhereItsTaskWasMade) {
  const auto trace = two_in_turns();
  const CodeLines lines = code_lines_of(*trace);
  EXPECT_EQ(line_of(*trace, lines, 50), 30) << "nothing was told yet";
  EXPECT_EQ(line_of(*trace, lines, 105), 10) << "foo, which has begun";
  EXPECT_EQ(line_of(*trace, lines, 150), 11) << "its operation said so itself";
  EXPECT_EQ(line_of(*trace, lines, 205), 20) << "bar";
  EXPECT_EQ(line_of(*trace, lines, 320), 6) << "back where bar was asked";
  EXPECT_EQ(line_of(*trace, lines, 360), 7) << "it prints";
  EXPECT_EQ(line_of(*trace, lines, 420), 12) << "foo goes on at its yield";
  EXPECT_EQ(line_of(*trace, lines, 470), 5) << "foo is over";
}

TEST(CodeLines, AGeneratorThatGaveWaitsAtItsYieldUntilItIsAskedOrOver) {
  const auto trace = two_in_turns();
  const CodeLines lines = code_lines_of(*trace);
  EXPECT_EQ(waiting(lines, 150), "");
  EXPECT_EQ(waiting(lines, 250), "foo:12 ");
  EXPECT_EQ(waiting(lines, 360), "foo:12 bar:22 ");
  EXPECT_EQ(waiting(lines, 420), "bar:22 ");
  EXPECT_EQ(waiting(lines, 499), "bar:22 ") << "foo is over, and waits nowhere";
}

TEST(CodeLines, WhoTakesTurnsInOneTaskHasALaneEach) {
  const auto trace = two_in_turns();
  const std::vector<Lane> lanes = generator_lanes(*trace, code_lines_of(*trace), 8);
  std::string out;
  for (const Lane& lane : lanes) {
    out += lane.name + ":";
    for (const Span& span : lane.spans) out += " " + std::to_string(span.begin) + "-" + std::to_string(span.end) + " line " + std::to_string(span.line) + (span.state == State::waiting_children ? " held" : "");
    out += "\n";
  }
  EXPECT_EQ(out,
            "loop: 1-100 line 30 100-200 line 5 held 200-300 line 6 held 300-400 line 6 400-450 line 5 held 450-500 line 5\n"
            "foo: 100-110 line 10 110-200 line 11 400-450 line 12\n"
            "bar: 200-210 line 20 210-300 line 21\n");
  EXPECT_TRUE(generator_lanes(*trace, code_lines_of(*trace), 1).empty()) << "more than were wanted";
}

TEST(CodeLines, ASourceThatPushesHasALaneAndIsHeldForTheWholeChain) {  // seen in B4: the sink and two filters had lanes, in that order, and no lane was the source's
  OneTask run;
  run.over(10, "ask 0 start:3 1 sink:10 ");
  run.over(11, "give 1 sink:11 0 start:3 ");
  run.over(12, "ask 0 start:3 2 grep:20 ");
  run.over(13, "give 2 grep:21 0 start:3 ");
  run.over(20, "send 0 source:5 2 grep:21 x");
  run.over(21, "send 2 grep:22 1 sink:11 x");
  run.runs(22, 12);
  run.over(100, "give 1 sink:11 2 grep:22 ");
  run.over(101, "give 2 grep:21 0 source:5 ");
  const auto trace = run.end(110);
  const Dataflow flow = dataflow_of(*trace, "");
  std::string names;
  Nanos held = 0;
  for (const Lane& lane : generator_lanes(*trace, code_lines_of(*trace), 8, stage_places(flow, *trace))) {
    names += lane.name + ", ";
    if (lane.name != "source") continue;
    for (const Span& span : lane.spans)
      if (span.state == State::waiting_children && span.begin >= 20) held += span.end - span.begin;
  }
  EXPECT_EQ(names, "source, grep, sink, ") << "as the items go";
  EXPECT_EQ(held, 81) << "from its send() until that comes back";
}

TEST(CodeLines, GeneratorsOfOneNameAreToldApartByLetters) {  // seen: "child 1" and "child 2" beside a program that calls them 2 and 3
  OneTask run;
  run.over(100, "ask 0 loop:5 1 child:10 ");
  run.runs(110, 11);
  run.over(200, "give 1 child:12 0 loop:5 1");
  run.over(201, "ask 0 loop:6 2 child:10 ");
  run.runs(210, 11);
  run.over(300, "give 2 child:12 0 loop:6 1");
  const auto trace = run.end(500);
  std::string names;
  for (const Lane& lane : generator_lanes(*trace, code_lines_of(*trace), 8)) names += lane.name + ", ";
  EXPECT_EQ(names, "loop, child (a), child (b), ");
}

TEST(CodeLines, OfALongRunAreReadInPiecesAndAreTheSame) {
  constexpr int kTurns = 4000;
  OneTask run;
  Nanos t = 100;
  for (int i = 0; i < kTurns; ++i, t += 100) {
    run.over(t, i % 2 ? "ask 0 loop:6 2 bar:20 " : "ask 0 loop:5 1 foo:10 ");
    for (std::uint32_t step = 0; step < 4; ++step) run.runs(t + 10 + 10 * step, 11 + step);
    run.over(t + 80, i % 2 ? "give 2 bar:22 0 loop:6 1" : "give 1 foo:12 0 loop:5 1");
  }
  const auto trace = run.end(t);
  CodeLines lines;
  int pieces = 1;
  for (Pieces reading = code_lines_in_pieces(*trace, lines); reading.next();) ++pieces;
  EXPECT_GE(pieces, 3) << 2 * kTurns << " texts";
  EXPECT_EQ(lines, code_lines_of(*trace));
  EXPECT_EQ(lines.moves.size(), 2u * kTurns);
  std::vector<Lane> lanes;
  pieces = 1;
  for (Pieces making = generator_lanes_in_pieces(*trace, lines, 8, lanes); making.next();) ++pieces;
  EXPECT_GE(pieces, 8) << "the task's life has four spans a turn";
  const std::vector<Lane> at_once = generator_lanes(*trace, lines, 8);
  ASSERT_EQ(lanes.size(), at_once.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    EXPECT_EQ(lanes[i].name, at_once[i].name);
    EXPECT_EQ(lanes[i].spans, at_once[i].spans) << lanes[i].name;
  }
  // Each moment is somebody's: 80 of 100 a turn foo's and bar's in turns, the rest the loop's that asks them.
  ASSERT_EQ(lanes.size(), 3u);
  auto time_of = [](const Lane& lane) {
    Nanos sum = 0;
    for (const Span& span : lane.spans) sum += span.state == State::waiting_children ? 0 : span.end - span.begin;
    return sum;
  };
  EXPECT_EQ(time_of(lanes[0]), 99 + kTurns * 20);
  EXPECT_EQ(time_of(lanes[1]), kTurns / 2 * 80);
  EXPECT_EQ(time_of(lanes[2]), kTurns / 2 * 80);
  for (const Lane& lane : lanes) EXPECT_TRUE(std::ranges::is_sorted(lane.spans, {}, &Span::begin)) << lane.name;
}

TEST(CodeLines, TheStateMachineIsTheOneThatWaitsInMostPlaces) {
  OneTask run;
  run.over(10, "give 1 sink:9 0 main:3 ");
  for (Nanos at = 20; at < 60; at += 10) run.over(at, at < 40 ? "give 2 machine:46 0 main:4 " : "give 2 machine:51 0 main:4 ");
  run.over(60, "give 2 machine:51 0 main:4 ");
  const auto trace = run.end(100);
  const std::vector<WaitingLine> waits = waiting_lines(code_lines_of(*trace));
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_EQ(waits[0].name, "machine");
  EXPECT_EQ(waits[0].line, 46u);
  EXPECT_EQ(waits[0].times, 2u);
  EXPECT_EQ(waits[1].line, 51u);
  EXPECT_EQ(waits[1].times, 3u);
}

TEST(CodeLines, ATraceOfBeforeSaysNoLinesAndShowsNone) {
  OneTask run;
  run.over(10, "ask 0 pull 1 evens ");
  run.over(20, "give 1 evens 0 pull 0");
  const auto trace = run.end(100);
  const CodeLines lines = code_lines_of(*trace);
  EXPECT_EQ(line_of(*trace, lines, 50), 30);
  EXPECT_EQ(waiting(lines, 50), "");
}

}  // namespace
}  // namespace interleave
