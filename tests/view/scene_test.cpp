#include "view/scene.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "trace/recorder.h"
#include "trace/two_workers.h"
#include "view/code_lines.h"

namespace interleave {
namespace {

TaskAt task(std::uint32_t number, State state, float share = -1, int core = -1) { return {number, state, false, share, core}; }

// Eight orders at 1.01 s of the event loop's run: one is done, four are in the kitchen, one is at the till, two in line.
SceneInput kitchen_full() {
  SceneInput in;
  in.tasks = {{1, State::idle, true, -1, -1}, task(2, State::waiting_io, 0.75f), task(3, State::waiting_io, 0.5f), task(4, State::waiting_io, 0.25f),
              task(5, State::waiting_io, 0.01f), task(6, State::running, 0.05f, 0), task(7, State::ready, 0.8f), task(8, State::not_started)};
  in.counts.done = 1;
  in.counts.waiting_io = 4;
  in.counts.running = in.counts.ready = in.counts.not_started = 1;
  return in;
}

void expect_inside(const std::vector<SceneShape>& shapes, float w, float h, const std::string& where) {
  for (const SceneShape& s : shapes) {
    EXPECT_GE(s.x, -0.5f) << where << dump_scene({s});
    EXPECT_GE(s.y, -0.5f) << where << dump_scene({s});
    EXPECT_LE(s.x + s.w, w + 0.5f) << where << dump_scene({s});
    EXPECT_LE(s.y + s.h, h + 0.5f) << where << dump_scene({s});
  }
}

TEST(Scene, CashiersStandInLineAtTheTillInTheKitchenOrAreDone) {
  EXPECT_EQ(dump_scene(scene(SceneKind::cashiers, kitchen_full(), 358, 130)),
            "words 0,0 'Two lines'\n"
            "words 153,0 'Till'\n"
            "words 208,0 'Kitchen'\n"
            "words 358,0 'Done 1'\n"
            "person 86,34 24x24 #7 Ready\n"
            "person 86,88 24x24 #8 Not started\n"
            "rule 0,62 114x0\n"
            "rule 0,118 114x0\n"
            "room 128,47 50x56\n"
            "person 140,62 26x26 #6 Running 5%\n"
            "arrow 182,75 14x0\n"
            "room 200,22 107x106\n"
            "person 209,31 26x26 #2 Waiting for I/O 75%\n"
            "person 247,31 26x26 #3 Waiting for I/O 50%\n"
            "person 209,69 26x26 #4 Waiting for I/O 25%\n"
            "person 247,69 26x26 #5 Waiting for I/O 1%\n"
            "person 332,31 26x26 #1 done\n");
}

TEST(Scene, WhoWasServedStandsInNoLineWhileItWaitsForTheCashierAgain) {  // seen: on stealing six served orders at the lines' heads
  SceneInput in = kitchen_full();
  in.tasks[1].state = State::ready;  // number 2: its meal is ready, the cashier is not free
  in.tasks[1].back = true;
  --in.counts.waiting_io, ++in.counts.ready;
  bool seen = false;
  for (const SceneShape& s : scene(SceneKind::cashiers, in, 358, 130)) {
    if (s.kind == SceneShape::Kind::words) EXPECT_EQ(s.text.find("more"), std::string::npos) << s.text;
    if (s.kind != SceneShape::Kind::person || s.number != 2) continue;
    seen = true;
    EXPECT_EQ(s.state, State::ready);
    EXPECT_GE(s.x, 200) << "in the kitchen";
  }
  EXPECT_TRUE(seen);
}

TEST(Scene, ThreadsBesideALoopAreNotCalledCores) {  // seen: five "cores" on a machine that has two
  Recorder recorder(1 << 20);
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "event loop");
  LaneRecorder& thread = recorder.lane(LaneKind::worker, "thread 1");
  loop.at(0, EventKind::spawn, 3, 2);
  loop.at(1000, EventKind::run, 3, 2);
  loop.at(5000, EventKind::done, 0, 2);
  thread.at(1000, EventKind::run, 1u << 16 | 3, 3);
  thread.at(5000, EventKind::done, 0, 3);
  const auto trace = trace_of(recorder, ExecutorKind::loop);
  const std::string wide = dump_scene(scene(SceneKind::tasks, scene_at(*trace, 2000), 480, 129));
  EXPECT_NE(wide.find("'Threads'"), std::string::npos) << wide;
  EXPECT_EQ(wide.find("Core"), std::string::npos) << wide;
}

TEST(Scene, StaysInsideItsBoxWithFewTasksAndWithVeryMany) {
  for (std::uint32_t n : {1u, 8u, 100u, 1000u}) {
    for (State state : {State::ready, State::waiting_io, State::running, State::not_started, State::waiting_gil, State::copying}) {
      SceneInput in;
      in.cores = n > 8 ? 16 : 4;
      in.pages = n;
      in.interval = 5'000'000;
      in.memories = {{"Main's", {}, "main sees 0"}};
      in.map.columns = {"wait", "1ms", "1s"};
      for (std::uint32_t i = 0; i < std::min(n, 24u); ++i) in.map.rows.push_back({"100", {"TL", "P="}});
      for (std::uint32_t i = 1; i <= n; ++i) {
        in.tasks.push_back(task(i, state, 0.5f, static_cast<int>(i) % in.cores));
        in.tasks.back().page = i / 2;
        if (i <= 16) in.memories.push_back({"Process " + std::to_string(i), in.tasks, "task sees 1"});
      }
      (state == State::ready ? in.counts.ready : state == State::waiting_gil ? in.counts.waiting_gil : state == State::running ? in.counts.running
       : state == State::not_started ? in.counts.not_started : in.counts.waiting_io) = n;
      for (SceneKind kind : {SceneKind::tasks, SceneKind::cashiers, SceneKind::requests, SceneKind::list, SceneKind::locks, SceneKind::gil, SceneKind::book, SceneKind::memory, SceneKind::map})
        for (auto [w, h] : {std::pair{308.0f, 110.0f}, {480.0f, 129.0f}, {358.0f, 124.0f}, {308.0f, 260.0f}, {240.0f, 72.0f}}) {
          const auto shapes = scene(kind, in, w, h);
          EXPECT_FALSE(shapes.empty());
          EXPECT_LT(shapes.size(), 6000u);
          expect_inside(shapes, w, h, std::to_string(static_cast<int>(kind)) + " with " + std::to_string(n) + ": ");
        }
    }
  }
}

TEST(Scene, AFewOfManyThatComeAndGoAreAsLargeAsAFewAlone) {  // seen: ten heartbeats of 251 were specks of 5 px
  SceneInput in;
  for (std::uint32_t i = 1; i <= 250; ++i) in.tasks.push_back({i, i <= 240 ? State::idle : State::waiting_io, i <= 240, -1, -1});
  in.counts.done = 240;
  in.counts.waiting_io = 10;
  auto chips = [&] { return std::ranges::count(scene(SceneKind::tasks, in, 308, 240), SceneShape::Kind::chip, &SceneShape::kind); };
  EXPECT_EQ(chips(), 0);
  in.most_at_once = 11;
  EXPECT_EQ(chips(), 10) << "with their numbers";
}

TEST(Scene, SaysHowManyThereAreWhereNotAllCanBeDrawn) {
  SceneInput in;
  for (std::uint32_t i = 1; i <= 60; ++i) in.tasks.push_back(task(i, State::waiting_io, 0.5f));
  in.counts.waiting_io = 60;
  std::size_t drawn = 0, said = 0;
  for (const SceneShape& s : scene(SceneKind::cashiers, in, 358, 130)) {
    drawn += s.kind == SceneShape::Kind::person;
    if (s.text.starts_with("+")) said = std::stoul(s.text.substr(1));
  }
  EXPECT_GT(said, 0u);
  EXPECT_EQ(drawn + said, 60u);
}

TEST(Scene, TasksAreReadFromTheTraceAndTheirSharesGrow) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "loop");
  main.at(0, EventKind::run_started, 0, 0);
  main.at(0, EventKind::run, 1u << 16 | 5, kRootTask);
  main.at(0, EventKind::spawn, 5, 2);
  main.at(0, EventKind::spawn, 5, 3);
  main.at(1, EventKind::wait, static_cast<std::uint32_t>(WaitReason::children) << 16 | 5, kRootTask);
  loop.at(10, EventKind::run, 7, 2);
  loop.at(30, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | 8, 2);
  loop.at(30, EventKind::run, 7, 3);
  loop.at(50, EventKind::done, 0, 3);
  loop.at(50, EventKind::lane_polling, 0, 0);
  loop.at(130, EventKind::wake, 0, 2, 0);
  loop.at(130, EventKind::run, 8, 2);
  loop.at(150, EventKind::done, 0, 2);
  main.at(150, EventKind::run, 5, kRootTask);
  main.at(151, EventKind::done, 0, kRootTask);
  main.at(151, EventKind::run_ended, 0, 0);
  TraceBuilder builder(ExecutorKind::loop, Provenance::measured);
  TraceReader reader(recorder);
  std::vector<std::uint64_t> packets(1 << 12);
  while (std::size_t n = reader.read(packets)) builder.add({packets.data(), n});
  auto trace = builder.finish();
  const SceneInput early = scene_at(*trace, 20);
  ASSERT_EQ(early.tasks.size(), 2u);
  EXPECT_EQ(early.tasks[0].number, 1u);
  EXPECT_EQ(early.tasks[0].state, State::running);
  EXPECT_NEAR(early.tasks[0].share, 0.25f, 0.01f);  // 10 of the 40 that it runs in all
  const SceneInput later = scene_at(*trace, 80);
  EXPECT_EQ(later.tasks[0].state, State::waiting_io);
  EXPECT_NEAR(later.tasks[0].share, 0.5f, 0.01f);
  EXPECT_TRUE(later.tasks[1].done);
  EXPECT_FALSE(later.permit);
  // Stepping back shows what stepping on showed.
  EXPECT_EQ(dump_scene(scene(SceneKind::tasks, scene_at(*trace, 20), 308, 110)), dump_scene(scene(SceneKind::tasks, early, 308, 110)));
}

TEST(Scene, IsWhatTheScriptDeclaresElseByWhatTheRunHolds) {
  EXPECT_EQ(scene_of("cashiers"), SceneKind::cashiers);
  EXPECT_EQ(scene_of("requests"), SceneKind::requests);
  EXPECT_EQ(scene_of("list"), SceneKind::list);
  EXPECT_EQ(scene_of(""), SceneKind::tasks);
  EXPECT_EQ(scene_of("moon"), SceneKind::tasks);
  EXPECT_EQ(scene_of("", {.gil = true}), SceneKind::gil);
  EXPECT_EQ(scene_of("", {.locks = true, .gil = true}), SceneKind::locks);
  EXPECT_EQ(scene_of("", {.locks = true, .flows = true}), SceneKind::dataflow);
  EXPECT_EQ(scene_of("locks"), SceneKind::tasks) << "nobody waits for one here";
  EXPECT_EQ(scene_of("gil"), SceneKind::tasks) << "on threads without it";
  EXPECT_EQ(scene_of("pipeline"), SceneKind::tasks);
  EXPECT_EQ(scene_of("requests", {.gil = true}), SceneKind::requests);
  EXPECT_EQ(scene_of("requests", {.gil = true, .alone = true}), SceneKind::gil);
}

// Two of three threads stand in line for the permit that the third has.
SceneInput in_line() {
  SceneInput in;
  in.permit = true;
  in.interval = 5'000'000;
  for (auto [n, state, since] : {std::tuple{1u, State::waiting_io, 10}, {2u, State::waiting_gil, 40}, {3u, State::running, 50}, {4u, State::waiting_gil, 20}}) {
    in.tasks.push_back(task(n, state));
    in.tasks.back().since = since;
  }
  in.tasks.push_back({5, State::idle, true});
  in.counts.waiting_io = in.counts.running = in.counts.done = 1;
  in.counts.waiting_gil = 2;
  return in;
}

TEST(Scene, OfTheGilHasTheNextInLineNearestToIt) {
  EXPECT_EQ(dump_scene(scene(SceneKind::gil, in_line(), 480, 129)),
            "words 0,0 'Waiting for I/O'\n"
            "figure 156,0 '1'\n"
            "words 170,0 'In line for the GIL'\n"
            "figure 354,0 '2'\n"
            "words 384,0 'Has the GIL'\n"
            "chip 0,20 28x28 #1 Waiting for I/O\n"
            "chip 326,20 28x28 #4 Waiting for the GIL\n"
            "chip 294,20 28x28 #2 Waiting for the GIL\n"
            "arrow 359,34 20x0\n"
            "chip 384,20 38x28 #3 Running\n"
            "ring 430,25 18x18\n"
            "words 0,112 480x0 '1 done'\n"
            "words 0,94 480x0 'One permit; who waits may ask for it back after 5 ms'\n");
}

TEST(Scene, OfTheGilSaysWhenNobodyHasIt) {
  SceneInput in = in_line();
  in.tasks.erase(in.tasks.begin() + 1, in.tasks.begin() + 4);
  in.counts = {};
  in.counts.waiting_io = in.counts.done = 1;
  const std::string free = dump_scene(scene(SceneKind::gil, in, 308, 130));
  EXPECT_NE(free.find("place 236,20 38x28"), std::string::npos) << free;
  EXPECT_NE(free.find("nobody has the GIL"), std::string::npos) << free;
  EXPECT_NE(free.find("ring 282,25"), std::string::npos) << "the ring stays in sight: " << free;
}

TEST(Scene, OfAListShowsParcelsOnTheirWayAndWhenMainMakesOneSum) {
  SceneInput in;
  in.cores = 2;
  in.copied_bytes = 32'000'000;
  in.tasks = {task(1, State::copying, 0.25f, 0), task(2, State::copying, 0.5f, 1), task(3, State::not_started), task(4, State::idle)};
  in.tasks[1].back = true;
  in.tasks[3].done = true;
  in.counts.waiting_io = 2;
  in.counts.not_started = in.counts.done = 1;
  const std::string moving = dump_scene(scene(SceneKind::list, in, 480, 129));
  EXPECT_NE(moving.find("'2 on the way'"), std::string::npos) << moving;
  EXPECT_NE(moving.find("'30.5\u2009MiB in all'"), std::string::npos) << moving;
  // A quarter of the way down from its chunk, and half the way up to the total.
  EXPECT_NE(moving.find("cell 62,59 16x12 #1 Copying bytes"), std::string::npos) << moving;
  EXPECT_NE(moving.find("cell 317,70 16x12 #2 Copying bytes"), std::string::npos) << moving;
  EXPECT_EQ(moving.find("main adds"), std::string::npos);
  for (TaskAt& t : in.tasks) t = {t.number, State::idle, true};
  in.counts = {};
  in.counts.done = 4;
  in.main = State::running;
  const std::string merged = dump_scene(scene(SceneKind::list, in, 480, 129));
  EXPECT_NE(merged.find("'main adds them'"), std::string::npos) << merged;
  EXPECT_NE(merged.find("room 404,21 76x30 3px"), std::string::npos) << merged;
}

TEST(Scene, AChunksNumberIsReadAtAnyProgress) {  // seen: S3 in the light theme, "8" half gone, white on white
  SceneInput in;
  in.cores = 2;
  for (std::uint32_t n = 1; n <= 12; ++n) in.tasks.push_back({.number = n, .state = State::running, .share = 0});
  for (float share = 0; share <= 1; share += 0.01f) {
    for (TaskAt& task : in.tasks) task.share = share;
    for (const float w : {358.0f, 480.0f, 700.0f}) {
      const std::vector<SceneShape> shapes = scene(SceneKind::list, in, w, 129);
      for (const SceneShape& s : shapes) {
        if (s.kind != SceneShape::Kind::figure || s.text.size() > 2) continue;
        const float half = 3.6f * static_cast<float>(s.text.size()), x0 = s.x - half, x1 = s.x + half;
        bool whole = false, part = false;
        for (const SceneShape& cell : shapes) {
          if (cell.kind != SceneShape::Kind::cell || cell.y > s.y || cell.y + cell.h < s.y + 14) continue;
          whole |= cell.x <= x0 && cell.x + cell.w >= x1;
          part |= cell.x < x1 && cell.x + cell.w > x0;
        }
        EXPECT_EQ(s.strong, whole) << share << " of " << s.text << ", " << w;
        EXPECT_EQ(part, whole) << share << " of " << s.text << ", " << w;
      }
    }
  }
}

TEST(Scene, OfABookHasOneBookAndABookmarkForEach) {
  SceneInput in;
  in.pages = 4;
  in.tasks = {task(1, State::running, -1, 0), task(2, State::ready)};
  in.tasks[0].page = 2, in.tasks[0].line = 36, in.tasks[0].said = "A is at line 2";
  in.tasks[1].page = 1, in.tasks[1].line = 36, in.tasks[1].said = "B is at line 1";
  in.counts.running = in.counts.ready = 1;
  EXPECT_EQ(dump_scene(scene(SceneKind::book, in, 480, 129)),
            "words 0,0 'One book'\n"
            "words 163,0 '4 lines'\n"
            "room 0,20 163x92\n"
            "rule 6,44 151x0\n"
            "figure 10,25 '1'\n"
            "chip 128,24 26x19 #2 Ready\n"
            "rule 6,66 151x0\n"
            "figure 10,47 '2'\n"
            "chip 128,46 26x19 #1 Running\n"
            "rule 6,88 151x0\n"
            "figure 10,69 '3'\n"
            "figure 10,91 '4'\n"
            "words 181,0 299x0 'At the one desk, a core'\n"
            "room 181,20 299x40 3px\n"
            "chip 189,30 28x20 #1 Running\n"
            "words 223,24 249x0 'code line 36'\n"
            "words 223,40 249x0 'A is at line 2'\n"
            "words 181,66 299x0 'Put aside'\n"
            "chip 189,84 28x20 #2 Ready\n"
            "words 223,86 249x0 'code line 36: B is at line 1'\n");
  // After the switch the same two places hold the other context, and nothing else has moved.
  std::swap(in.tasks[0].state, in.tasks[1].state);
  const std::string other = dump_scene(scene(SceneKind::book, in, 480, 129));
  EXPECT_NE(other.find("chip 189,30 28x20 #2 Running"), std::string::npos) << other;
  EXPECT_NE(other.find("chip 189,84 28x20 #1 Ready"), std::string::npos) << other;
  EXPECT_NE(other.find("chip 128,46 26x19 #1 Ready"), std::string::npos) << other;
}

TEST(Scene, OfMemoryHasABoxForEachAndWhatWasSeenThere) {
  SceneInput in;
  in.tasks = {{1, State::idle, true}, task(2, State::waiting_io)};
  in.memories = {{"Main's", {}, ""}, {"Process 1", {in.tasks[0]}, "task 1 sees 1"}, {"Process 2", {in.tasks[1]}, ""}};
  EXPECT_EQ(dump_scene(scene(SceneKind::memory, in, 308, 110)),
            "room 0,0 308x33\n"
            "words 10,8 72x0 'Main's'\n"
            "room 0,39 308x33\n"
            "words 10,47 72x0 'Process 1'\n"
            "chip 84,45 28x20 #1 done\n"
            "figure 122,47 178x0 'task 1 sees 1'\n"
            "room 0,77 308x33\n"
            "words 10,86 72x0 'Process 2'\n"
            "chip 84,84 28x20 #2 Waiting for I/O\n");
}

// Two tasks that each say a line, in lanes of this kind.
std::shared_ptr<const Trace> two_that_speak(LaneKind kind) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::run, run_on(0, 20), kRootTask);
  for (TaskId id : {2u, 3u}) main.at(0, EventKind::spawn, 20, id);
  main.at(1, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  for (TaskId id : {2u, 3u}) {
    LaneRecorder& lane = recorder.lane(kind, "process " + std::to_string(id - 1));
    lane.at(10 * id, EventKind::copy, 0, id, 64);
    lane.at(10 * id + 4, EventKind::run, run_on(id - 2, 7), id);
    lane.text(10 * id + 5, TextRole::output, "task " + std::to_string(id - 1) + " sees line " + std::to_string(id), id);
    lane.at(10 * id + 6, EventKind::copy, 0, id, 64);
    lane.at(10 * id + 8, EventKind::done, 0, id);
  }
  main.at(60, EventKind::run, run_on(0, 20), kRootTask);
  main.text(61, TextRole::output, "main sees 0", kRootTask);
  main.at(62, EventKind::done, 0, kRootTask);
  main.at(62, EventKind::run_ended);
  return trace_of(recorder, kind == LaneKind::process ? ExecutorKind::processes : ExecutorKind::threads);
}

TEST(Scene, MemoriesAreReadFromTheLanesThatAreProcesses) {
  auto of = [](const SceneInput& in) {
    std::string out;
    for (const MemoryAt& m : in.memories) {
      out += m.name + ":";
      for (const TaskAt& t : m.tasks) out += " " + std::to_string(t.number);
      out += " '" + m.said + "'; ";
    }
    return out;
  };
  auto apart = two_that_speak(LaneKind::process), together = two_that_speak(LaneKind::worker);
  EXPECT_EQ(of(scene_at(*apart, 26, SceneKind::memory)), "Main's: ''; Process 1: 1 'task 1 sees line 2'; Process 2: ''; ");
  EXPECT_EQ(of(scene_at(*apart, 62, SceneKind::memory)), "Main's: 'main sees 0'; Process 1: 1 'task 1 sees line 2'; Process 2: 2 'task 2 sees line 3'; ");
  EXPECT_EQ(of(scene_at(*together, 36, SceneKind::memory)), "One memory for all: 1 2 'task 2 sees line 3'; ");
}

TEST(Scene, ParcelsGoDownToAProcessAndComeBack) {
  auto trace = two_that_speak(LaneKind::process);
  const SceneInput there = scene_at(*trace, 31, SceneKind::list), back = scene_at(*trace, 37, SceneKind::list);
  EXPECT_EQ(there.tasks[1].state, State::copying);
  EXPECT_FALSE(there.tasks[1].back);
  EXPECT_EQ(there.tasks[1].core, 1);
  EXPECT_TRUE(back.tasks[1].back);
  EXPECT_NEAR(back.tasks[1].share, 0.5f, 0.01f);
  EXPECT_EQ(scene_at(*trace, 61, SceneKind::list).main, State::running);
}

TEST(Scene, OfAMapFramesTheCellsInWhichTheRuleIsWrong) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::run, run_on(0, 20), kRootTask);
  for (const char* line : {"who the recap asks for", " wait 0.1ms  1s", "    1    T=  TT", "  100    PL  LL", "    7    PL", "2 answers"}) main.text(10, TextRole::output, line, kRootTask);
  main.at(20, EventKind::done, 0, kRootTask);
  main.at(20, EventKind::run_ended);
  auto trace = trace_of(recorder, ExecutorKind::loop);
  EXPECT_TRUE(scene_at(*trace, 5, SceneKind::map).map.rows.empty());
  const SceneInput in = scene_at(*trace, 15, SceneKind::map);
  ASSERT_EQ(in.map.rows.size(), 2u) << "a row that has not all cells is none";
  EXPECT_EQ(dump_scene(scene(SceneKind::map, in, 250, 57)),
            "words 42,0 'wait'\n"
            "words 100,0 '0.1\u2009ms'\n"
            "words 200,0 '1\u2009s'\n"
            "words 42,19 '1'\n"
            "place 52,19 96x16\n"
            "verdict 152,19 96x16 gil\n"
            "words 42,39 '100'\n"
            "verdict 52,39 96x16 loop 3px\n"
            "verdict 152,39 96x16 loop\n"
            "rule 50,37 100x0 3px\n"
            "rule 150,37 0x20 3px\n"
            "rule 150,37 100x0 3px\n");
  // Where the settings are, that it is computed, what the marks mean that are there, and whether the runs say the same.
  SceneInput own = in;
  own.map.connections = 100;
  own.map.wait = 1'000'000'000;
  own.map.measured[static_cast<std::size_t>(ExecutorKind::loop)] = 100;
  own.map.measured[static_cast<std::size_t>(ExecutorKind::gil)] = 105;
  std::string said = dump_scene(scene(SceneKind::map, own, 500, 300));
  // Seen: lines across all of it, which cut a row and its icons in two.
  EXPECT_NE(said.find("rule 388,67 0x7\nrule 388,80 0x7\nrule 378,77 7x0\nrule 390,77 7x0\nrule 388,14 0x3\nrule 47,77 3x0\n"), said.npos) << said;
  EXPECT_NE(said.find("'Computed, not measured. Down: connections. Across: the wait of each'"), said.npos) << said;
  EXPECT_NE(said.find("'Cross: your settings. Framed: the recap is wrong. Dashed: no matter"), said.npos) << said;
  EXPECT_EQ(said.find("The map says"), said.npos) << said;
  own.map.measured[static_cast<std::size_t>(ExecutorKind::gil)] = 50;
  said = dump_scene(scene(SceneKind::map, own, 500, 300));
  EXPECT_NE(said.find("'The map says Loop here; measured, Threads + GIL was first'"), said.npos) << said;
  own.map.rows.pop_back();
  own.map.rows.pop_back();
  own.map.rows.push_back({"1", {"TT", "TT"}});
  said = dump_scene(scene(SceneKind::map, own, 500, 300));
  EXPECT_EQ(said.find("Framed"), said.npos) << said;
}

TEST(Scene, OfTheMapEveryMarkIsSaidAndItsNumbersAndNamesAreAsElsewhere) {  // seen: S11, thick lines nobody explained, "10000", "Threads" with the GIL's icon
  SceneInput in;
  in.map.columns = {"wait", "0.1ms", "1ms", "10ms", "100ms", "1s"};
  for (const char* name : {"1", "10", "100", "1000", "10000"}) in.map.rows.push_back({name, {"P=", "TT", "TT", "LL", "LL"}});
  in.map.connections = 50;
  in.map.wait = 20'000'000;
  for (const auto& [w, h] : {std::pair{358.0f, 150.0f}, {358.0f, 220.0f}, {497.0f, 129.0f}, {308.0f, 300.0f}, {308.0f, 180.0f}}) {
    const std::string said = dump_scene(scene(SceneKind::map, in, w, h));
    EXPECT_NE(said.find("Thick"), said.npos) << w << " x " << h << "\n" << said;
    EXPECT_NE(said.find("Cross: your"), said.npos) << said;
    EXPECT_NE(said.find("Computed"), said.npos) << said;
    EXPECT_NE(said.find("'10\u2009000'"), said.npos) << said;
    for (const char* name : {"'Serial'", "'Loop'", "'Threads + GIL'", "'Processes'"}) EXPECT_NE(said.find(name), said.npos) << said;
  }
}

TEST(Scene, WhoIsToComeIsCountedAtEveryWidth) {  // seen: V2, "Where the 251 tasks are", and 1, 10, 0 and 50 of them
  SceneInput in;
  in.cores = 2;
  in.counts.not_started = 40;
  in.unmade = 150;
  in.counts.waiting_io = 1;
  in.counts.ready = 10;
  in.counts.done = 50;
  for (const float w : {308.0f, 358.0f, 497.0f, 900.0f})
    for (const SceneKind kind : {SceneKind::tasks, SceneKind::requests}) {
      for (const float h : {48.0f, 130.0f}) {
        const std::string drawn = dump_scene(scene(kind, in, w, h));
        EXPECT_NE(drawn.find("190 to come"), drawn.npos) << w << " x " << h << "\n" << drawn;
      }
    }
}

TEST(Scene, WhereInTheBookIsWhatWasPrintedLast) {
  auto trace = two_that_speak(LaneKind::worker);
  const SceneInput in = scene_at(*trace, 28, SceneKind::book);
  EXPECT_EQ(in.pages, 3u);
  EXPECT_EQ(in.tasks[0].page, 2u);
  EXPECT_EQ(in.tasks[0].said, "task 1 sees line 2");
  EXPECT_EQ(in.tasks[1].page, 0u) << "it has said nothing yet";
  // Seen: "code line 37" while line 32 was lit, where the task printed.
  SceneInput on_lines = in;
  CodeLines lines;
  CodeLines::Move prints;
  prints.at = 25;
  prints.task = 2;
  prints.line = 32;
  lines.moves.push_back(prints);
  ASSERT_NE(in.tasks[0].line, 32u);
  put_on_lines(on_lines, *trace, lines, 25.5);
  EXPECT_EQ(on_lines.tasks[0].line, 32u);
}

TEST(Scene, OfLocksSaysWhoWaitsForWhomAndNamesACycle) {
  SceneInput in;
  for (std::uint32_t n = 1; n <= 4; ++n) in.tasks.push_back({n, State::waiting_lock, false, -1, -1, 0});
  in.counts.waiting_lock = 4;
  EXPECT_EQ(cycle_words(in), "");
  in.tasks[0].waits_for = 2;
  in.tasks[2].waits_for = 2;
  EXPECT_EQ(cycle_words(in), "");
  std::string open = dump_scene(scene(SceneKind::locks, in, 320, 260));
  EXPECT_EQ(open.find("3px"), std::string::npos);
  EXPECT_NE(open.find("2 wait, and nobody let them go on"), std::string::npos) << open;
  in.tasks[1].waits_for = 1;
  EXPECT_EQ(cycle_words(in), "1 waits for 2, 2 waits for 1");
  std::string closed = dump_scene(scene(SceneKind::locks, in, 320, 260));
  EXPECT_NE(closed.find("3px"), std::string::npos) << closed;
  EXPECT_NE(closed.find("1 waits for 2, 2 waits for 1"), std::string::npos);
  // Seen: at 116 px the crowd was drawn, and of the cycle nothing but its words.
  const std::string low = dump_scene(scene(SceneKind::locks, in, 480, 116));
  EXPECT_NE(low.find("3px"), std::string::npos) << low;
  EXPECT_EQ(low.find("Done"), std::string::npos) << low;
  // Seen: at 150 px one of its two rows was left out.
  in.locks = {"a", "b"};
  in.tasks[0].lock = 2, in.tasks[1].lock = 1;
  for (const float h : {72.0f, 90.0f, 116.0f, 150.0f, 200.0f, 300.0f}) {
    const std::vector<SceneShape> shapes = scene(SceneKind::locks, in, 240, h);
    const auto arrows = std::ranges::count_if(shapes, [](const SceneShape& s) { return s.kind == SceneShape::Kind::arrow && s.strong && s.state == State::waiting_lock; });
    EXPECT_EQ(arrows, 2) << h << ": there and back";
    for (const char* name : {"a", "b"}) EXPECT_EQ(std::ranges::count(shapes, name, &SceneShape::text), 1) << h << ": which lock is wanted";
    for (const SceneShape& s : shapes) EXPECT_LE(std::max(s.y, s.y + s.h), h) << h;
  }
  EXPECT_EQ(scene_of("", {.locks = true}), SceneKind::locks);
  EXPECT_EQ(scene_of("requests", {.locks = true}), SceneKind::requests) << "its own picture goes first";
}

TEST(Scene, LocksHaveTheScriptsNamesWhereItMakesThemInOnePlace) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(lock_names("async def main():\n    a, b = Lock(), Lock()  # two\n"), (Names{"a", "b"}));
  EXPECT_EQ(lock_names("lock = Lock()\n"), Names{"lock"});
  EXPECT_EQ(lock_names("a = Lock()\nb = Lock()\n"), Names()) << "which of them was first is not known";
  EXPECT_EQ(lock_names("locks = [Lock() for i in range(3)]\n"), Names());
  EXPECT_EQ(lock_names("a, b = Lock(), 3\n"), Names());
  EXPECT_EQ(lock_names("table[1] = Lock()\n"), Names());
  EXPECT_EQ(lock_names("print(1)\n"), Names());
}

TEST(Scene, OfARunThatEndedInADeadlockKeepsTheCycle) {
  Recorder recorder(8 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &loop = recorder.lane(LaneKind::loop, "loop");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 1);
  for (TaskId id : {2u, 3u, 4u}) main.at(0, EventKind::spawn, 20, id);
  for (TaskId id : {2u, 3u}) {
    loop.at(10 * id, EventKind::run, run_on(0, 9), id);
    loop.at(10 * id + 5, EventKind::wait, wait_for(WaitReason::lock, 9), id);
  }
  loop.at(40, EventKind::run, run_on(0, 9), 4);
  loop.at(45, EventKind::done, 0, 4);
  for (TaskId id : {2u, 3u}) {
    loop.at(50, EventKind::wake, 0, id, 0);
    loop.at(50 + id, EventKind::run, run_on(0, 9), id);
    loop.at(52 + id, EventKind::done, static_cast<std::uint32_t>(Outcome::cancelled), id);
  }
  loop.text(60, TextRole::error, "Deadlock: task 1 waits for lock 2, which task 2 holds; task 2 waits for lock 1, which task 1 holds.");
  main.at(60, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::deadlock));
  auto trace = trace_of(recorder, ExecutorKind::loop);
  EXPECT_EQ(cycle_words(scene_at(*trace, 30)), "") << "the second has not begun to wait";
  for (double t : {38.0, 51.0, 60.0}) {
    SceneInput in = scene_at(*trace, t);
    EXPECT_EQ(cycle_words(in), "1 waits for 2, 2 waits for 1") << t;
    EXPECT_EQ(in.counts.waiting_lock, 2u) << t;
    EXPECT_EQ(in.tasks[0].lock, 2u) << t;
    EXPECT_EQ(in.tasks[1].lock, 1u) << t;
  }
  EXPECT_EQ(scene_at(*trace, 60).counts.done, 1u) << "the third is done, and in no cycle";
}

}  // namespace
}  // namespace interleave
