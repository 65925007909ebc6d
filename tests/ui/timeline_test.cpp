// What the timeline's lanes, strips and bars look like: heights, patterns, scales, names.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "trace/recorder.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"
#include "ui/stage.h"
#include "ui/timeline_frame.h"
#include "ui/timeline_plan.h"
#include "view/format.h"

namespace interleave {
namespace {

using test::kSizes;
using test::named;
using test::Shape;
using test::Stage;

// A ribbon's column: how many of its slots hold something, and what is on top.
struct Top { int slots = 0; RibbonColour colour; };
Top top_of(const Ribbons& of, const Ribbon& ribbon, std::size_t column) {
  Top out;
  for (int slot = 0; slot < ribbon.slots; ++slot)
    if (const std::uint32_t n = of.columns[ribbon.first + column].at(slot)) out = {slot + 1, of.colours[n]};
  return out;
}

/// One lane on serial, seen whole.
void run_trampoline(Stage& stage, Nanos step) {
  stage.app->command("lesson", "trampoline");
  stage.engine->step = step;
  stage.app->command("run", "serial");
  stage.finish();
  stage.frames(2);
}

TEST(Timeline, ARunOfShortWaitsIsAsLowAsALongOneAndHasItsDots) {  // seen: solid blocks of full height
  Stage stage(1366, 768, {.tasks = 1, .workers = 1, .cores = 1, .wait = 980'000, .work = 1, .rounds = 2000});
  run_trampoline(stage, 10'000'000'000);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const auto lane = std::ranges::find(plan.rows, LaneRow::Kind::lane, &LaneRow::kind);
  ASSERT_NE(lane, plan.rows.end());
  std::size_t looked_at = 0;
  for (const Ribbons& drawn : stage.canvas.ribbons_of)
    for (const Ribbon& ribbon : drawn.ribbons) {
      if (std::abs(ribbon.y0 - lane->y) > 0.5f) continue;
      EXPECT_TRUE(ribbon.patterned);
      for (std::size_t i = ribbon.count / 4; i < ribbon.count / 2; ++i, ++looked_at) {
        const Top top = top_of(drawn, ribbon, i);
        EXPECT_NEAR(static_cast<float>(top.slots) / static_cast<float>(ribbon.slots), 0.6f, 0.07f) << i;
        EXPECT_EQ(top.colour.pattern, Pattern::dots) << i;
      }
    }
  EXPECT_GT(looked_at, 100u);
}

TEST(Timeline, OneThatIsLeftOverDoesNotFillTheBarOfTheWholeRun) {  // seen: one blocked of eleven as high as all of them
  Stage stage(1366, 768);
  stage.app->command("lesson", "http");
  Recorder recorder(1 << 20);
  std::vector<LaneRecorder*> lanes;
  for (int i = 0; i < 10; ++i) lanes.push_back(&recorder.lane(LaneKind::worker, "thread " + std::to_string(i + 1)));
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes[i]->at(0, EventKind::run, 7, static_cast<TaskId>(i + 2));
    lanes[i]->at(i == 0 ? 100'000'000 : 20'000'000, EventKind::done, 0, static_cast<TaskId>(i + 2));
  }
  ASSERT_EQ(stage.app->open("ten.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads))), "");
  stage.app->command("show", "threads");
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  ASSERT_FALSE(plan.minimap.empty());
  std::size_t bars = 0;
  for (const Ribbons& drawn : stage.canvas.ribbons_of)
    for (const Ribbon& ribbon : drawn.ribbons) {
      if (std::abs(ribbon.y0 - plan.minimap.y) > 0.5f) continue;
      ++bars;
      EXPECT_EQ(top_of(drawn, ribbon, ribbon.count / 10).slots, ribbon.slots) << "all ten";
      const int left = top_of(drawn, ribbon, ribbon.count / 2).slots;
      EXPECT_GT(left, 0) << "it is seen";
      EXPECT_LE(left, ribbon.slots / 5) << "one of ten";
    }
  EXPECT_EQ(bars, 1u);
}

// A loop and four threads beside it, and one that beats.
std::string loop_with_helpers() {
  Recorder recorder(1 << 20);
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "event loop");
  loop.fact(0, Fact::cores, 5);
  for (int beat = 0; beat < 10; ++beat) {
    loop.at(beat * 1'000'000, EventKind::run, 7, 2);
    loop.at(beat * 1'000'000 + 100'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 7, 2);
  }
  for (std::uint32_t i = 0; i < 4; ++i) {
    LaneRecorder& helper = recorder.lane(LaneKind::worker, "to_thread " + std::to_string(i + 1));
    helper.at(100'000, EventKind::run, (i + 1) << 16 | 7, 3 + i);
    helper.at(200'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 7, 3 + i);
    helper.at(9'000'000, EventKind::run, (i + 1) << 16 | 7, 3 + i);
    helper.at(9'100'000, EventKind::done, 0, 3 + i);
  }
  loop.at(10'000'000, EventKind::run, 7, 2);
  loop.at(10'100'000, EventKind::done, 0, 2);
  return trace_file(*trace_of(recorder, ExecutorKind::loop));
}

TEST(Timeline, BesideALoopItsThreadsHaveLanesWithNamesAndTheHeartHasOne) {  // seen: by core, no lane said who waits in accept()
  Stage stage(1920, 1080);
  stage.app->command("lesson", "echo");
  ASSERT_EQ(stage.app->open("helpers.ilt", loop_with_helpers()), "");
  stage.app->command("show", "all");
  for (interleave::Run& run : stage.app->history) run.foreign = false, run.heart.task = 2;
  stage.frames(2);
  std::vector<std::string> names;
  for (const LaneRow& row : plan_timeline(*stage.app).rows)
    if (row.kind == LaneRow::Kind::lane) {
      if (row.where.of != SpanPick::Of::task) EXPECT_EQ(row.where.of, SpanPick::Of::worker);
      names.push_back(row.label);
    }
  EXPECT_GE(names.size(), 5u);
  for (const char* each : {"to_thread 1", "to_thread 2", "to_thread 3", "to_thread 4"}) EXPECT_EQ(std::ranges::count(names, each), 1) << each;
  ImGui::GetIO().DisplaySize = {1366, 768};
  stage.app->command("show", "loop");
  stage.frames(2);
  const TimelinePlan alone = plan_timeline(*stage.app);
  ASSERT_GE(alone.rows.size(), 6u);
  EXPECT_EQ(alone.rows[1].label, "heart");
}

TEST(Timeline, AGroupSaysBeforeItsRunWhoWillServeIt) {  // seen: S7, "Threads 1 worker", since its loop has one; then there were 100
  Stage stage(1366, 768);
  auto who = [&](const char* lesson) {
    stage.app->command("lesson", lesson);
    stage.app->command("show", "all");
    stage.frames(2);
    std::string out;
    for (const LaneGroup& group : plan_timeline(*stage.app).groups) out += std::string(name_of(group.executor)) + ": " + group.who + "; ";
    for (std::size_t at; (at = out.find("\u2009")) != out.npos;) out.replace(at, 3, " ");
    return out;
  };
  const std::string loops = who("S7"), mixed = who("S12");
  EXPECT_NE(loops.find("Threads: 100 workers, 4 cores; Threads + GIL: 100 workers, 1 permit; Processes: 4 processes, 4 cores; Event loop: 1 thread, coroutines; Work stealing: 4 workers, coroutines; "), std::string::npos) << loops;
  EXPECT_NE(mixed.find("Threads: 8 workers, 4 cores; "), std::string::npos) << mixed;
  EXPECT_NE(mixed.find("Work stealing: 4 workers, coroutines; "), std::string::npos) << "one for each core: " << mixed;
}

/// The beginning of a run of tasks 2 and 3 on two workers: the first runs.
struct TwoOnThreads {
  Recorder recorder{1 << 20};
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::worker, "worker 1"), &two = recorder.lane(LaneKind::worker, "worker 2");

  TwoOnThreads() {
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 2);
    main.at(0, EventKind::spawn, 30, 2);
    main.at(0, EventKind::spawn, 30, 3);
    one.at(10'000, EventKind::run, run_on(0, 7), 2);
  }
};

TEST(Timeline, NobodyWaitsOrIsIdleBehindTheEndOfTheRun) {  // seen: Q4, "deadlock at 36.2 ms", and Task 1 waited on to 40 ms
  Stage stage(1366, 768);
  stage.app->command("lesson", "http");
  TwoOnThreads run;
  auto& [recorder, main, one, two] = run;
  one.at(10'000'000, EventKind::wait, wait_for(WaitReason::lock, 8), 2);
  two.at(10'000, EventKind::run, run_on(1, 7), 3);
  two.at(12'000'000, EventKind::done, 0, 3);
  two.at(12'000'000, EventKind::lane_idle);
  main.at(30'000'000, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::deadlock));
  one.at(40'000'000, EventKind::done, 0, 2);
  two.at(40'000'000, EventKind::lane_idle);
  ASSERT_EQ(stage.app->open("stuck.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads))), "");
  stage.app->command("show", "threads");
  stage.app->view.window = {0, 50e6};
  stage.app->view.follow = false;
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const float end = plan.px(stage.app->view.window, 30e6), there = plan.px(stage.app->view.window, 29e6);
  std::size_t reach = 0;
  for (const LaneRow& row : plan.rows) {
    if (row.kind != LaneRow::Kind::lane) continue;
    for (const Quad& q : stage.canvas.all) {
      if (q.y1 > row.y + row.h + 0.5f || q.y0 < row.y - 0.5f || q.x1 - q.x0 < 20) continue;
      EXPECT_LE(q.x1, end + 1) << row.label;
      reach += q.x1 > there;
    }
  }
  EXPECT_EQ(reach, 2u) << "up to it they do";
}

// Each run of the history becomes one of two tasks on a loop: `happens` says what they did there, the first since 1 us.
void of_two_tasks(Stage& stage, Nanos end, const std::function<void(LaneRecorder&)>& happens) {
  stage.finish();
  for (interleave::Run& run : stage.app->history) {
    Recorder recorder(1 << 20);
    LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::loop, "loop");
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.at(0, EventKind::spawn, 30, 2);
    main.at(0, EventKind::spawn, 30, 3);
    lane.at(1'000, EventKind::run, run_on(0, 30), 2);
    happens(lane);
    main.at(end, EventKind::run_ended);
    interleave::Run made;
    make_run_in_pieces(made, trace_of(recorder, run.executor), run.scenario).all();
    made.executor = run.executor, made.serial = run.serial;
    run = std::move(made);
  }
  stage.app->fit();
  stage.frames(2);
}

// A run that printed so: each at its time in ns.
void print_in_each(Stage& stage, const std::vector<std::pair<Nanos, std::string>>& lines, Nanos end) {
  stage.app->command("lesson", "scheduler");
  stage.engine->step = 1'000'000'000;
  stage.app->command("run-all");
  of_two_tasks(stage, end, [&](LaneRecorder& lane) {
    for (const auto& [at, text] : lines) lane.text(at, TextRole::output, text, 2);
    lane.at(end - 10, EventKind::done, 0, 2);
    lane.at(end - 9, EventKind::run, run_on(0, 30), 3);
    lane.at(end - 2, EventKind::done, 0, 3);
  });
}

std::vector<LaneRow> printed_rows(const Stage& stage) {
  std::vector<LaneRow> out;
  for (const LaneRow& row : plan_timeline(*stage.app).rows)
    if (row.kind == LaneRow::Kind::printed) out.push_back(row);
  return out;
}

TEST(Timeline, NoPrintedTextLiesAcrossItsMoment) {  // seen: B12, a text from 9 s on, printed at 12 s; the playhead went through it
  for (const float w : {1366.0f, 1920.0f}) {
    Stage stage(w, w == 1366 ? 768 : 1080);
    print_in_each(stage, {{10'000'000, "the first"}, {990'000'000, "the last, which is printed when nearly all is over"}}, 1'000'000'000);
    std::vector<LaneRow> rows = printed_rows(stage);
    ASSERT_FALSE(rows.empty());
    for (const LaneRow& row : rows) {
      ASSERT_EQ(row.printed.size(), 2u);
      EXPECT_EQ(row.label, "printed");
      EXPECT_NEAR(row.printed[0].from, row.printed[0].x, 5);
      EXPECT_NEAR(row.printed[1].from + row.printed[1].width, row.printed[1].x, 5) << "it ends at its moment";
      EXPECT_TRUE(row.printed[1].words.ends_with("nearly all is over"));
    }
    // Seen: B6, where the first took the room to the left of the last.
    print_in_each(stage, {{700'000'000, std::string(20, 'a')}, {900'000'000, std::string(w == 1366 ? 30 : 60, 'b')}}, 1'000'000'000);
    rows = printed_rows(stage);
    ASSERT_FALSE(rows.empty());
    for (const LaneRow& row : rows) {
      ASSERT_EQ(row.printed.size(), 2u);
      for (const PrintedAt& said : row.printed) EXPECT_TRUE(said.x <= said.from || said.x >= said.from + said.width) << said.words;
    }
    print_in_each(stage, {{500'000'000, std::string(150, 'a')}}, 1'000'000'000);
    rows = printed_rows(stage);
    ASSERT_FALSE(rows.empty());
    for (const LaneRow& row : rows) {
      ASSERT_EQ(row.printed.size(), 1u);
      EXPECT_NEAR(row.printed[0].from, row.printed[0].x, 5);
      EXPECT_TRUE(row.printed[0].words.ends_with("a\u2026")) << "neither side has room for all of it: " << row.printed[0].words;
    }
  }
}

TEST(Timeline, PrintedLinesThatFindNoPlaceAreCounted) {  // seen: S6 showed A 1 to A 6, no B, and said nothing
  Stage stage(1366, 768);
  std::vector<std::pair<Nanos, std::string>> lines;
  for (Nanos i = 0; i < 40; ++i) lines.emplace_back((i + 1) * 20'000'000, "a line of some length, number " + std::to_string(i));
  print_in_each(stage, lines, 1'000'000'000);
  std::vector<LaneRow> rows = printed_rows(stage);
  ASSERT_FALSE(rows.empty());
  for (const LaneRow& row : rows) {
    ASSERT_LT(row.printed.size(), 40u);
    EXPECT_TRUE(row.label.ends_with("+" + std::to_string(40 - row.printed.size()) + " more")) << row.label;
  }
  // Q3: the second of two at the start stood where the last belongs, and that was left out.
  print_in_each(stage, {{1'000'000, std::string(45, 'a')}, {1'500'000, std::string(50, 'b')}, {600'000'000, "the counter says 1"}}, 1'000'000'000);
  rows = printed_rows(stage);
  ASSERT_FALSE(rows.empty());
  for (const LaneRow& row : rows) {
    ASSERT_GE(row.printed.size(), 2u);
    EXPECT_EQ(row.printed.back().words, "the counter says 1");
    EXPECT_NEAR(row.printed.back().from, row.printed.back().x, 5);
  }
  // And of lines of one moment the last was left out though there was room to the right.
  print_in_each(stage, {{10'000'000, "one adds"}, {10'500'000, "two adds"}, {11'000'000, "three adds"}, {11'500'000, "four adds"}, {12'000'000, "five adds"}, {12'500'000, "the counter says 1"}}, 1'000'000'000);
  rows = printed_rows(stage);
  ASSERT_FALSE(rows.empty());
  for (const LaneRow& row : rows) {
    EXPECT_EQ(row.printed.size(), 6u) << row.label;
    EXPECT_EQ(row.label, "printed");
  }
}

TEST(Timeline, OneTaskOnOneLaneIsDrawnOnce) {  // seen: the same bar as a lane, as the task's and as all tasks
  Stage stage(1366, 768, {.tasks = 1, .workers = 1, .cores = 1});
  run_trampoline(stage, 1'000'000'000);
  const TimelinePlan plan = plan_timeline(*stage.app);
  EXPECT_EQ(std::ranges::count(plan.rows, LaneRow::Kind::lane, &LaneRow::kind), 1);
  EXPECT_EQ(std::ranges::count(plan.rows, LaneRow::Kind::stack, &LaneRow::kind), 0);
  EXPECT_GE(plan.rows.front().h, 40);
}

TEST(Timeline, WhatOneTaskPrintedTakesTheLinesThatItNeeds) {  // seen: B4 alone, eight lines kept for three, and a bar to scroll them
  Stage stage(1366, 768);
  run_trampoline(stage, 1'000'000'000);
  Recorder recorder(1 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::worker, "thread");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 1);
  main.at(0, EventKind::spawn, 30, 2);
  lane.at(1'000, EventKind::run, run_on(0, 30), 2);
  for (Nanos nth = 1; nth < 9; ++nth) lane.text(nth * 100'000'000, TextRole::output, "line", 2);
  lane.at(999'999'000, EventKind::done, 0, 2);
  main.at(1'000'000'000, EventKind::run_ended);
  interleave::Run& run = stage.app->history.back();
  interleave::Run made;
  make_run_in_pieces(made, trace_of(recorder, ExecutorKind::serial), run.scenario).all();
  made.serial = run.serial;
  run = std::move(made);
  stage.app->fit();
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const std::vector<LaneRow> rows = printed_rows(stage);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].printed.size(), 8u);
  EXPECT_EQ(rows[0].h, kPrintedLine);
  EXPECT_LE(plan.content_height, plan.lanes.h);
}

TEST(Timeline, MemoryOverTimeStandsBelowAllTasksWhereThereIsRoom) {
  for (auto [w, h] : kSizes) {
    Stage stage(w, h, {.tasks = 100, .workers = 100, .cores = 2});
    stage.app->command("lesson", "http");
    stage.engine->step = 1'000'000'000;
    stage.app->command("run", "loop");
    stage.finish();
    stage.frames(2);
    stage.expect_sane(named(w, h));
    const TimelinePlan plan = plan_timeline(*stage.app);
    const auto memory = std::ranges::find(plan.rows, LaneRow::Kind::memory, &LaneRow::kind);
    if (h >= 1000) {
      ASSERT_NE(memory, plan.rows.end()) << named(w, h);
      EXPECT_EQ(memory->detail, "936\xe2\x80\x89" "B \xc3\x97 tasks, not sampled") << "in the head, in plain words";
      EXPECT_TRUE(memory_words(*memory->trace, 250e6, 1e6, 1e9).ends_with("tasks are counted, and what one takes was measured; the memory itself is not sampled")) << memory_words(*memory->trace, 250e6, 1e6, 1e9);
      EXPECT_LE(text_width(Face::regular, 12, memory->detail), plan.x - plan.header_x - 8) << "whole";
      EXPECT_EQ(std::prev(memory)->kind, LaneRow::Kind::stack);
    }
    if (memory != plan.rows.end()) EXPECT_LE(memory->y + memory->h, plan.lanes.bottom() + 1) << named(w, h);
  }
}

TEST(Timeline, TheSentenceStandsBesideTheDrawerAndRunIsInSight) {  // seen: its first half was below the drawer
  Stage stage(1024, 600);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run-all");
  stage.finish();
  stage.app->command("drawer");
  stage.frames(2);
  ASSERT_FALSE(stage.app->layout.workload.empty());
  const TimelinePlan plan = plan_timeline(*stage.app);
  EXPECT_GE(plan.sentence.x, stage.app->layout.workload.right());
  EXPECT_LE(plan.sentence.right(), stage.app->layout.timeline.right());
}

TEST(Timeline, OfAPhonesWindowTheSvgCutsNamesToTheirColumn) {  // seen: "event loop" over the bars
  Stage stage(390, 844, {.tasks = 20, .workers = 4, .cores = 2});
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "loop");
  stage.finish();
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  ASSERT_LE(plan.x - plan.header_x, 64);
  stage.app->command("save", "svg");
  stage.frame();
  ASSERT_EQ(stage.app->saves.size(), 1u);
  const std::string& svg = stage.app->saves[0].bytes;
  EXPECT_EQ(svg.find(">Ready queue<"), std::string::npos);
  EXPECT_NE(svg.find(">queue<"), std::string::npos);
  EXPECT_EQ(svg.find(", folded<"), std::string::npos);
}

TEST(Timeline, OfARunAliveTheMinimapsFigureIsBesideItsFrame) {  // seen: the frame ran through "1.63 s"
  Stage stage(1366, 768, {.tasks = 100, .workers = 1, .cores = 1, .wait = 20'000'000});
  stage.engine->step = 7'000'000;
  stage.app->command("run", "serial");
  for (int i = 0; i < 200; ++i) {
    stage.frame();
    if (!stage.app->live) break;
    const View& view = stage.app->view;
    const TimelinePlan plan = plan_timeline(*stage.app);
    if (plan.minimap.empty()) continue;
    const MinimapScale scale = minimap_scale(*stage.app, plan, 60);
    const float end = scale.px(static_cast<double>(stage.app->end())), frame = scale.px(std::min(scale.whole, view.window.end));
    EXPECT_TRUE(frame - end >= 60 + 8 || plan.minimap.right() - frame >= 60 + 8) << i << ": " << end << ", " << frame << ", " << plan.minimap.right();
  }
}

TEST(Timeline, TheLockThatARunEndedInStandsBeforeItsEnd) {  // seen: below the end's line and the playhead, and below a fold
  Stage stage(1366, 768);
  stage.app->command("lesson", "deadlock");
  Recorder recorder(1 << 20);
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "loop");
  loop.fact(0, Fact::cores, 1);
  for (TaskId id : {2u, 3u}) {
    loop.at(id, EventKind::run, 7, id);
    loop.at(id + 10, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 7, id);
  }
  for (TaskId id : {2u, 3u}) {
    loop.at(20'000'000 + 10 * id, EventKind::run, 7, id);
    loop.at(20'000'005 + 10 * id, EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16 | 7, id);
  }
  for (TaskId id : {2u, 3u}) {
    loop.at(20'001'000 + 10 * id, EventKind::run, 7, id);
    loop.at(20'001'005 + 10 * id, EventKind::done, static_cast<std::uint32_t>(Outcome::cancelled), id);
  }
  loop.at(20'002'000, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::deadlock));
  ASSERT_EQ(stage.app->open("stuck.ilt", trace_file(*trace_of(recorder, ExecutorKind::loop))), "");
  stage.app->command("show", "loop");
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const float end = plan.px(stage.app->view.window, static_cast<double>(stage.app->length_of(stage.app->history.back())));
  const StateLook& look = palette().of(State::waiting_lock);
  std::size_t seen = 0;
  for (const Quad& q : stage.canvas.all) {
    if (q.fill != look.fill || q.y0 < plan.lanes.y || q.y1 > plan.lanes.bottom() || q.x1 < end - 10) continue;
    ++seen;
    EXPECT_LE(q.x1, end - 2) << "the playhead's halo begins there";
    EXPECT_GE(q.x1 - q.x0, 2.9f);
  }
  EXPECT_GE(seen, 2u) << "on the lane of each of the two";
}

TEST(Timeline, AFoldsWordsAreThoseOfTheBarThatIsPointedAt) {  // seen: "412 spans", and below "170 spans: 71 % running"
  for (const int rounds : {9'000, 30'000}) {  // sampled, and by the table
    Stage stage(1366, 768, {.tasks = 1, .workers = 1, .cores = 1, .wait = 70'000, .work = 90'000, .rounds = rounds});
    run_trampoline(stage, 100'000'000'000);
    const TimelinePlan plan = plan_timeline(*stage.app);
    const auto lane = std::ranges::find(plan.rows, LaneRow::Kind::lane, &LaneRow::kind);
    ASSERT_NE(lane, plan.rows.end());
    int folds = 0;
    for (int i = 0; i < 60; ++i) {
      ImGui::GetIO().AddMousePosEvent(plan.x + plan.width * static_cast<float>(i) / 70, lane->y + lane->h - 3);
      stage.frames(2);
      const auto& hit = stage.app->view.hovered;
      if (!hit || hit->count == 1) continue;
      ++folds;
      const std::string said = span_sentence(*stage.app, *hit), count = format_count(hit->count) + " spans: ";
      EXPECT_NE(said.find(count), std::string::npos) << said;
      // As the spans themselves say.
      const Spans spans = spans_at(*stage.app, *hit).subspan(hit->span, hit->count);
      double running = 0;
      for (const Span& span : spans)
        if (span.state == State::running) running += static_cast<double>(span.end - span.begin);
      EXPECT_NEAR(static_cast<double>(hit->mix[static_cast<std::size_t>(State::running)]), running / static_cast<double>(spans.back().end - spans.front().begin), 1e-3) << said;
    }
    EXPECT_GT(folds, 10) << rounds;
  }
}

TEST(Timeline, RunsThatCameAboutOtherwiseSayItEach) {  // seen: an opened trace below "Measured" for all
  for (auto [w, h] : kSizes) {
    Stage stage(w, h, {.tasks = 20, .workers = 4, .cores = 2});
    stage.engine->step = 1'000'000'000;
    stage.app->command("run-all");
    stage.finish();
    EXPECT_EQ(stage.app->common_provenance(), Provenance::measured);
    for (const LaneGroup& g : plan_timeline(*stage.app).groups) EXPECT_FALSE(g.badge) << "the top bar says it";
    for (const ResultRow& row : stage.app->results()) EXPECT_FALSE(row.badge);
    const interleave::Run& threads = *stage.app->run_of(ExecutorKind::threads);
    ASSERT_EQ(stage.app->open("earlier.ilt", trace_file(*threads.trace, to_hash(threads.scenario))), "");
    ASSERT_EQ(stage.app->command("show", "all"), "");
    EXPECT_EQ(stage.app->common_provenance(), std::nullopt);
    for (const LaneGroup& g : plan_timeline(*stage.app).groups) EXPECT_TRUE(g.badge) << name_of(g.executor);
    for (const ResultRow& row : stage.app->results()) EXPECT_TRUE(row.badge) << name_of(row.executor) << ": an opened run stood in Measured like the others";
    stage.frames(2);
    stage.expect_sane(named(w, h));
    ASSERT_EQ(stage.app->command("run", "threads"), "");
    stage.finish();
    ASSERT_EQ(stage.app->command("overlay"), "");
    EXPECT_EQ(stage.app->common_provenance(), std::nullopt) << "of the runs that are on screen, not of the executor's latest";
    for (const LaneGroup& g : plan_timeline(*stage.app).groups) EXPECT_TRUE(g.badge) << g.title;
    stage.frames(2);
    stage.expect_sane(named(w, h) + ", overlay");
  }
}

/// How many vertices in this colour lie in a box.
int vertices_in(ImVec2 from, ImVec2 to, ImU32 colour) {
  int n = 0;
  const ImDrawData* data = ImGui::GetDrawData();
  for (int i = 0; i < data->CmdListsCount; ++i)
    for (const ImDrawVert& v : data->CmdLists[i]->VtxBuffer) n += v.col == colour && v.pos.x > from.x && v.pos.x < to.x && v.pos.y > from.y && v.pos.y < to.y;
  return n;
}

TEST(Timeline, InAnEmbedProvenanceIsSaidOnce) {  // seen: "Measured" in the top bar, and again below each figure
  Stage stage(800, 478, {.tasks = 20, .workers = 4, .cores = 2});
  App& app = *stage.app;
  app.view.embed = true;
  stage.engine->step = 1'000'000'000;
  app.command("lesson", "cashiers");
  app.command("run-all");
  stage.finish();
  stage.frames(2);
  auto below_figure = [&](const LaneGroup& g) { return vertices_in({800 - 12 - 100, g.y + 22}, {800 - 10, g.y + g.h}, palette().text); };
  ASSERT_TRUE(app.common_provenance());
  EXPECT_GT(vertices_in({200, 4}, {700, 38}, palette().text), 0) << "in the top bar";
  for (const LaneGroup& g : plan_timeline(app).groups) EXPECT_EQ(below_figure(g), 0) << name_of(g.executor);
  const interleave::Run& run = app.history.back();
  ASSERT_EQ(app.open("earlier.ilt", trace_file(*run.trace, to_hash(run.scenario))), "");
  app.command("show", "all");
  stage.frames(2);
  ASSERT_FALSE(app.common_provenance());
  int high = 0;
  for (const LaneGroup& g : plan_timeline(app).groups)
    if (g.h >= 42) {
      ++high;
      EXPECT_GT(below_figure(g), 0) << name_of(g.executor) << ": where they differ each says its own";
    }
  EXPECT_GT(high, 0);
}

std::string svg_of_now(Stage& stage) {
  stage.app->command("save", "svg");
  stage.frame();
  return stage.app->saves.empty() ? std::string() : stage.app->saves.back().bytes;
}

TEST(Timeline, WhoIsRefusedAndWhoIsInsideHaveTheirMarks) {  // seen: B10, nothing on either lane
  Stage stage(1366, 768);
  stage.app->command("lesson", "dangers");
  TwoOnThreads run;
  auto& [recorder, main, one, two] = run;
  one.text(11'000, TextRole::hand_over, "send 0 sender:58 1 sink:41 0", 2);
  two.at(10'000'000, EventKind::run, run_on(1, 7), 3);
  two.text(11'000'000, TextRole::hand_over, "refuse 0 sender:58 1 sink 2 1", 3);
  two.at(11'000'000, EventKind::done, 0, 3);
  two.at(11'000'000, EventKind::lane_idle);
  one.at(30'000'000, EventKind::done, 0, 2);
  one.at(30'000'000, EventKind::lane_idle);
  main.at(30'000'000, EventKind::run_ended);
  ASSERT_EQ(stage.app->open("refused.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads))), "");
  stage.app->command("show", "threads");
  stage.frames(2);
  const std::string svg = svg_of_now(stage);
  EXPECT_NE(svg.find(">refused<"), std::string::npos);
  EXPECT_NE(svg.find(">inside<"), std::string::npos);
  EXPECT_NE(svg.find(">waits for its call<"), std::string::npos) << "who sent first: seen, B4, a line as of a worker without a task";
  for (const char* words : {"refused", "was inside it"})  // seen: and no legend said what the marks mean
    EXPECT_TRUE(std::ranges::any_of(stage.texts(), [&](const TextSeen& text) { return text.window == "states" && text.text == words; })) << words;
}

// "Run all" of two tasks on two threads, of whom the second is refused by the generator in which the first is.
Stage& refusing(Stage& stage) {
  App& app = stage.run_all("dangers");
  for (interleave::Run& run : app.history) {
    TwoOnThreads of;
    auto& [recorder, main, one, two] = of;
    one.text(11'000, TextRole::hand_over, "send 0 sender:58 1 sink:41 0", 2);
    two.at(0, EventKind::lane_idle);
    two.at(900'000, EventKind::run, run_on(1, 7), 3);
    two.text(1'000'000, TextRole::hand_over, "refuse 0 sender:58 1 sink 2 1", 3);
    two.at(1'000'000, EventKind::done, 0, 3);
    two.at(1'000'000, EventKind::lane_idle);
    one.at(30'000'000, EventKind::done, 0, 2);
    one.at(30'000'000, EventKind::lane_idle);
    main.at(30'000'000, EventKind::run_ended);
    interleave::Run made;
    make_run_in_pieces(made, trace_of(recorder, run.executor), run.scenario).all();
    made.executor = run.executor, made.serial = run.serial;
    run = std::move(made);
  }
  app.fit();
  stage.frames(2);
  return stage;
}

TEST(Timeline, OnLowLanesTheMarksOfARefusalStandSideBySide) {  // seen: B10 presented at 1366x768, the cross below the ring
  for (auto [w, h] : {std::pair{910.0f, 512.0f}, {1024.0f, 600.0f}}) {
    Stage stage(w, h);
    refusing(stage);
    if (w < 1000) stage.app->command("present");
    stage.frames(2);
    const std::string svg = svg_of_now(stage);
    auto places_of = [&](std::string_view shape, float left) {  // by their middle
      std::vector<ImVec2> out;
      for (std::size_t at = svg.find(shape); at != svg.npos; at = svg.find(shape, at + 1)) {
        const std::size_t from = svg.rfind('M', at) + 1;
        std::size_t used = 0;
        const float x = std::stof(svg.substr(from), &used);
        out.push_back({x + left, std::stof(svg.substr(from + used)) + (left < 4 ? left : 0)});
      }
      return out;
    };
    const std::vector<ImVec2> crosses = places_of("l7.2 7.2", 3.6f), rings = places_of("a4.5 4.5 0 1 0 9 0", 4.5f);
    ASSERT_FALSE(crosses.empty()) << named(w, h);
    ASSERT_FALSE(rings.empty());
    for (const ImVec2& a : crosses)
      for (const ImVec2& b : rings) EXPECT_TRUE(std::abs(a.x - b.x) > 11 || std::abs(a.y - b.y) > 11) << named(w, h) << ": " << a.x << "," << a.y << " and " << b.x << "," << b.y;
  }
}

TEST(Timeline, WhatTheMarksOfARefusalMeanIsSaidAtEverySize) {  // seen: B10 at 1024x600, in an embed and presented: nowhere
  for (auto [w, h] : {std::pair{910.0f, 512.0f}, {1024.0f, 600.0f}, {800.0f, 400.0f}, {390.0f, 844.0f}}) {
    Stage stage(w, h);
    refusing(stage);
    if (w == 910) stage.app->command("present");
    stage.frames(2);
    stage.expect_sane(named(w, h));
    const std::vector<TextSeen> texts = stage.texts();
    for (const char* words : {"refused", "was inside it"})
      EXPECT_EQ(std::ranges::count_if(texts, [&](const TextSeen& text) { return text.window == "timeline" && text.text == words; }), 1) << named(w, h) << ": " << words;
  }
}

TEST(Timeline, TheLegendBelowTheLanesHasIdleBehindTheOthers) {  // seen at 1024x600: a line on most lanes, and nothing said what it is
  for (auto [w, h] : {std::pair{1024.0f, 600.0f}, {390.0f, 844.0f}}) {
    Stage stage(w, h);
    refusing(stage);
    ASSERT_TRUE(stage.app->drawn_states >> static_cast<unsigned>(State::idle) & 1);
    const std::vector<TextSeen> texts = stage.texts();
    const auto idle = std::ranges::find(texts, "Idle", &TextSeen::text), running = std::ranges::find(texts, "Running", &TextSeen::text);
    ASSERT_NE(idle, texts.end()) << named(w, h);
    ASSERT_NE(running, texts.end());
    EXPECT_GT(idle - running, 0) << "those that say more come first";
  }
}

TEST(Timeline, OnAPhoneTheStagesOfAPipelineHaveLanesAndNames) {  // seen: B3, one thick bar named "1" for each executor
  Stage stage(390, 844);
  App& app = stage.run_all("push_pull");
  for (interleave::Run& run : app.history) {
    Recorder recorder(1 << 20);
    LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::loop, "loop");
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.at(0, EventKind::spawn, 30, 2);
    lane.at(1'000, EventKind::run, run_on(0, 30), 2);
    for (Nanos at = 1'000'000; at < 9'000'000; at += 2'000'000) {
      lane.text(at, TextRole::hand_over, "ask 0 loop:12 1 countdown:3 ", 2);
      lane.text(at + 1'000'000, TextRole::hand_over, "give 1 countdown:5 0 loop:12 5", 2);
    }
    lane.at(10'000'000, EventKind::done, 0, 2);
    main.at(10'000'000, EventKind::run_ended);
    interleave::Run made;
    make_run_in_pieces(made, trace_of(recorder, run.executor), run.scenario).all();
    made.executor = run.executor, made.serial = run.serial;
    run = std::move(made);
  }
  ASSERT_FALSE(app.history.empty());
  app.history.resize(std::min<std::size_t>(app.history.size(), 2));
  app.fit();
  stage.frames(2);
  stage.expect_sane("phone");
  const TimelinePlan plan = plan_timeline(app);
  EXPECT_LE(plan.content_height, plan.lanes.h);
  const std::vector<TextSeen> texts = stage.texts();
  for (const LaneGroup& g : plan.groups) {
    if (!g.run) continue;
    ASSERT_FALSE(g.run->stages.empty());
    int lanes = 0;
    for (const LaneRow& row : plan.rows)
      if (row.where.executor == g.executor && row.where.of == SpanPick::Of::stage) {
        ++lanes;
        EXPECT_GE(row.h, 14);
        EXPECT_TRUE(std::ranges::any_of(texts, [&](const TextSeen& text) { return text.window == "timeline" && text.text == g.run->stages[row.where.lane].name && text.at.y > row.y - 4 && text.at.y + 12 < row.y + row.h + 4; }))
            << g.run->stages[row.where.lane].name << " at " << row.y;
      }
    EXPECT_EQ(lanes, static_cast<int>(g.run->stages.size())) << name_of(g.executor);
  }
}

TEST(Timeline, WhoIsMadeLaterIsToComeInTheScene) {  // seen: V2, "Where the 251 tasks are", and 61 of them
  Stage stage(1366, 768);
  App& app = stage.run_all("http");
  for (interleave::Run& run : app.history) {
    Recorder recorder(1 << 20);
    LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::loop, "loop");
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.at(0, EventKind::spawn, 30, 2);
    lane.at(1'000, EventKind::run, run_on(0, 30), 2);
    lane.at(8'000'000, EventKind::done, 0, 2);
    for (TaskId later : {3u, 4u}) {
      main.at(later * 3'000'000, EventKind::spawn, 30, later);
      lane.at(later * 3'000'000 + 1'000, EventKind::run, run_on(0, 30), later);
      lane.at(later * 3'000'000 + 2'000'000, EventKind::done, 0, later);
    }
    main.at(20'000'000, EventKind::run_ended);
    interleave::Run made;
    make_run_in_pieces(made, trace_of(recorder, run.executor), run.scenario).all();
    made.executor = run.executor, made.serial = run.serial;
    run = std::move(made);
  }
  app.fit();
  for (const auto& [at, words] : {std::pair{5e6, "2 to come"}, {10e6, "1 to come"}}) {
    app.view.playhead = at;
    app.view.playhead_placed = true;
    stage.frames(2);
    const std::vector<TextSeen> texts = stage.texts();
    EXPECT_TRUE(std::ranges::any_of(texts, [&](const TextSeen& text) { return text.window == "scene" && text.text.ends_with(words); })) << words;
  }
}

TEST(Timeline, NoTicksTimePassesTheMargin) {  // seen on a phone: B5, "0.08 ms" up to the window's edge
  Stage stage(390, 844);
  App& app = stage.run_all("http");
  for (const Nanos end : {100'000'000, 110'000'000, 200'000'000, 300'000'000, 500'000'000}) {
    app.command("window", "0ms", fmt::format("{}ms", end / 1'000'000));
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(app);
    for (const TextSeen& text : stage.texts())
      if (text.window == "timeline" && std::abs(text.at.y - plan.axis.y - 6) < 3) EXPECT_LE(text.at.x + text.width, 390 - 16 + 0.5f) << text.text;
  }
}

TEST(Timeline, MemoryHasNoStatesColour) {  // seen: S2 on threads, the strip was one block in the colour of Copying
  for (const Theme theme : {Theme::dark, Theme::light}) {
    Stage stage(1920, 1080, {.tasks = 100, .workers = 100, .cores = 2}, theme);
    stage.app->command("lesson", "http");
    stage.engine->step = 1'000'000'000;
    stage.app->command("run", "loop");
    stage.finish();
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(*stage.app);
    const auto memory = std::ranges::find(plan.rows, LaneRow::Kind::memory, &LaneRow::kind);
    ASSERT_NE(memory, plan.rows.end());
    bool found = false;
    for (const Ribbons& batch : stage.canvas.ribbons_of)
      for (const Ribbon& r : batch.ribbons) {
        if (r.y0 != memory->y) continue;
        found = true;
        for (std::size_t i = r.first; i < r.first + r.count; ++i) {
          int solid = 0;
          for (int slot = 0; slot < RibbonColumn::kSlots; ++slot) solid += batch.colours[batch.columns[i].at(slot)].fill == palette().of(State::copying).fill;
          EXPECT_LE(solid, 1) << "an outline, no block";
        }
      }
    EXPECT_TRUE(found);
  }
}

TEST(Timeline, BarsThatAreComparedHaveTheirTasksNames) {  // seen: B6, "Which bar is longer?", and the bars were "1 2.82 s" and "2 2.62 s"
  Stage stage(1366, 768);
  stage.app->command("lesson", "B6");
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "loop");
  of_two_tasks(stage, 1'000'000'000, [](LaneRecorder& lane) {
    lane.text(490'000'000, TextRole::output, "coroutine: 500,000 found", 2);
    lane.at(500'000'000, EventKind::done, 0, 2);
    lane.at(500'000'100, EventKind::run, run_on(0, 30), 3);
    lane.text(990'000'000, TextRole::output, "object: 500,000 found", 3);
    lane.at(995'000'000, EventKind::done, 0, 3);
  });
  const std::string svg = svg_of_now(stage);
  EXPECT_NE(svg.find(">coroutine: 0.500\u2009s<"), std::string::npos) << svg;
  EXPECT_NE(svg.find(">object: 0.495\u2009s<"), std::string::npos);
}

TEST(Timeline, AFreeGilIsSaidToBeFreeAndWhyOnlyWhereNobodyWaits) {  // seen: an empty row, and nothing said
  Stage stage(1366, 768, {.tasks = 10, .workers = 10, .cores = 1, .wait = 200'000'000, .work = 5'000'000, .rounds = 2});
  stage.engine->step = 10'000'000'000;
  stage.app->command("run", "gil");
  stage.finish();
  stage.frames(2);
  const std::string svg = svg_of_now(stage);
  EXPECT_NE(svg.find("free for 0.155\u2009s: nobody has work"), std::string::npos) << "between the two rounds" << svg.substr(svg.find("free") == std::string::npos ? 0 : svg.find("free"), 200);

  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder *one = &recorder.lane(LaneKind::worker, "worker 1"), *two = &recorder.lane(LaneKind::worker, "worker 2");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 1);
  one->at(0, EventKind::run, run_on(0, 7), 2);
  two->at(1'000'000, EventKind::wait, wait_for(WaitReason::gil, 7), 3);
  one->at(10'000'000, EventKind::done, 0, 2);
  two->at(60'000'000, EventKind::run, run_on(0, 7), 3);  // nobody gave it to the one in line
  two->at(70'000'000, EventKind::done, 0, 3);
  main.at(70'000'000, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  ASSERT_EQ(stage.app->open("late.ilt", trace_file(*trace_of(recorder, ExecutorKind::gil), to_hash(stage.app->scenario))), "");
  stage.frames(2);
  const std::string late = svg_of_now(stage);
  EXPECT_NE(late.find("free for 50.0\u2009ms, though somebody stands in line"), std::string::npos);
  EXPECT_EQ(late.find("nobody has work"), std::string::npos);
}

TEST(Timeline, LanesByCoreSayThatTheyAreIdle) {  // seen: nothing where no task had the core
  Stage stage(1366, 768, {.tasks = 4, .workers = 4, .cores = 2});
  stage.engine->step = 10'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.app->command("lanes", "core");
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const ImU32 idle = palette().of(State::idle).fill;
  int rows = 0;
  for (const LaneRow& row : plan.rows) {
    if (row.where.of != SpanPick::Of::core || row.kind != LaneRow::Kind::lane) continue;
    ++rows;
    float widest = 0;
    for (const Quad& q : stage.canvas.all)
      if (q.fill == idle && std::abs(q.y1 - (row.y + row.h)) < 0.1f) widest = std::max(widest, q.x1 - q.x0);
    EXPECT_GT(widest, plan.width / 2) << "tasks wait for the most part";
  }
  EXPECT_EQ(rows, 2);
}

TEST(Timeline, NothingIsFinerThanTheClock) {  // seen: "< 0.1 ms" in a span, and "37.4 \u00b5s" on its card
  Stage stage(1366, 768, {.tasks = 4, .workers = 2, .cores = 2, .wait = 40'000, .work = 1'234'567});
  stage.engine->clock_step = 100'000;
  stage.engine->step = 10'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.frames(2);
  const interleave::Run& run = stage.app->history.back();
  ASSERT_EQ(run.trace->fact(Fact::clock_step_ns), 100'000);
  for (TaskId task = 2; task < 6; ++task)
    for (std::uint32_t i = 0; i < run.trace->spans_of(task).size(); ++i)
      EXPECT_EQ(span_sentence(*stage.app, {ExecutorKind::threads, SpanPick::Of::task, task, i, 1}).find("\u00b5s"), std::string::npos) << span_sentence(*stage.app, {ExecutorKind::threads, SpanPick::Of::task, task, i, 1});
  stage.app->command("window", "1ms", "1.02ms");
  stage.app->command("playhead", "1234567ns");
  stage.frames(2);
  EXPECT_GE(stage.app->view.window.length(), 300'000) << "between two of its steps there is nothing to be seen";
  EXPECT_EQ(svg_of_now(stage).find("\u00b5s"), std::string::npos);
}

TEST(Timeline, TheSvgHasWhatTheScreenHas) {  // seen: without playhead, notches, marks and the arrow of what is picked
  Stage stage(1366, 768, {.tasks = 6, .workers = 6, .cores = 1, .wait = 20'000'000, .work = 5'000'000});
  stage.engine->step = 10'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.app->command("playhead", "0");
  stage.frames(2);
  const auto count = [](const std::string& text, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  const std::string before = svg_of_now(stage);
  stage.app->command("pin", "threads", "4 40ms");  // it runs, and stood in line before
  stage.app->command("playhead", "30ms");
  stage.frames(2);
  const std::string after = svg_of_now(stage);
  EXPECT_EQ(count(before, "<path d=\"M"), count(before, "stroke-width=\"1.2\"") * 2) << "nothing is picked: at most marks";
  EXPECT_GE(count(after, "<path d=\"M"), 4u) << "its outline, and the arrow";
  EXPECT_EQ(count(after, "C"), count(before, "C") + 2) << "a curve and its halo";
  EXPECT_NE(after.find(">0.0300\u2009s<"), std::string::npos) << "the playhead's time";
}

TEST(Timeline, EachGroupSaysHowManyCoresAreInUse) {
  Stage stage(1920, 1080, {.tasks = 100, .workers = 100, .cores = 4});
  stage.engine->step = 10'000'000'000;
  stage.app->command("run-all");
  stage.finish();
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(*stage.app);
  for (const LaneGroup& g : plan.groups) {
    const LaneRow *cores = nullptr, *stack = nullptr;
    for (const LaneRow& row : plan.rows) {
      if (row.where.executor != g.executor) continue;
      if (row.kind == LaneRow::Kind::queue && row.state == State::running) cores = &row;
      if (row.kind == LaneRow::Kind::stack) stack = &row;
    }
    ASSERT_NE(stack, nullptr);
    EXPECT_EQ(cores != nullptr, g.trace->cores().size() > 1) << name_of(g.executor);
    if (cores) EXPECT_TRUE(stack->y + stack->h <= cores->y && cores->h >= 8 && cores->h < stack->h);
    EXPECT_LE((cores ? cores : stack)->y + (cores ? cores : stack)->h, g.y + g.h + 1) << name_of(g.executor);
  }
}

TEST(Timeline, OfAnotherProgramItSaysSlicesAndNotTasks) {  // seen: "All tasks, 280 tasks"
  Stage stage(1920, 1080);
  std::string json = "[";
  for (int i = 0; i < 30; ++i) json += (i ? "," : "") + std::string(R"({"ph":"X","pid":1,"tid":1,"name":"work","dur":2,"ts":)") + std::to_string(3 * i) + "}";
  ASSERT_EQ(stage.app->open("other.json", json + "]"), "");
  stage.frames(2);
  for (const LaneRow& row : plan_timeline(*stage.app).rows) {
    EXPECT_EQ(row.label.find("tasks"), std::string::npos) << row.label;
    EXPECT_EQ(row.detail.find("task"), std::string::npos) << row.detail;
  }
}

TEST(Timeline, ATaskThatNamesItselfHasBothNames) {  // seen: "A" in the sentence, and "Task 1" beside its lane
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "loop");
  main.at(0, EventKind::run_started);
  for (TaskId id : {2u, 3u}) {
    loop.at(10'000 * id, EventKind::spawn, 3, id);
    loop.at(10'000 * id + 1'000, EventKind::run, run_on(0, 7), id);
    loop.text(10'000 * id + 2'000, TextRole::output, id == 2 ? "A: at line 1" : "B: at line 1", id);
    loop.at(10'000 * id + 5'000, EventKind::done, 0, id);
  }
  main.at(40'000, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  Stage stage(1366, 768);
  stage.app->command("lesson", "book");
  ASSERT_EQ(stage.app->open("book.ilt", trace_file(*trace_of(recorder, ExecutorKind::loop), to_hash(stage.app->scenario))), "");
  for (const char* view : {"loop", "all"}) {
    stage.app->command("show", view);
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(*stage.app);
    for (const char* name : {"Task 1, A", "Task 2, B"}) EXPECT_EQ(std::ranges::count(plan.rows, name, &LaneRow::label), 1) << view << ": " << name;
  }
}

}  // namespace
}  // namespace interleave
