#include "view/scene.h"

#include <gtest/gtest.h>

#include <string>

#include "trace/recorder.h"
#include "trace/two_workers.h"

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

TEST(Scene, StaysInsideItsBoxWithFewTasksAndWithVeryMany) {
  for (std::uint32_t n : {1u, 8u, 100u, 1000u}) {
    for (State state : {State::ready, State::waiting_io, State::running, State::not_started, State::waiting_gil, State::copying}) {
      SceneInput in;
      in.cores = n > 8 ? 16 : 4;
      for (std::uint32_t i = 1; i <= n; ++i) in.tasks.push_back(task(i, state, 0.5f, static_cast<int>(i) % in.cores));
      (state == State::ready ? in.counts.ready : state == State::waiting_gil ? in.counts.waiting_gil : state == State::running ? in.counts.running
       : state == State::not_started ? in.counts.not_started : in.counts.waiting_io) = n;
      for (SceneKind kind : {SceneKind::tasks, SceneKind::cashiers, SceneKind::requests, SceneKind::list, SceneKind::locks})
        for (auto [w, h] : {std::pair{308.0f, 110.0f}, {480.0f, 129.0f}, {358.0f, 124.0f}, {308.0f, 260.0f}, {240.0f, 72.0f}}) {
          const auto shapes = scene(kind, in, w, h);
          EXPECT_FALSE(shapes.empty());
          EXPECT_LT(shapes.size(), 6000u);
          expect_inside(shapes, w, h, std::to_string(static_cast<int>(kind)) + " with " + std::to_string(n) + ": ");
        }
    }
  }
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
  const SceneInput early = tasks_at(*trace, 20);
  ASSERT_EQ(early.tasks.size(), 2u);
  EXPECT_EQ(early.tasks[0].number, 1u);
  EXPECT_EQ(early.tasks[0].state, State::running);
  EXPECT_NEAR(early.tasks[0].share, 0.25f, 0.01f);  // 10 of the 40 that it runs in all
  const SceneInput later = tasks_at(*trace, 80);
  EXPECT_EQ(later.tasks[0].state, State::waiting_io);
  EXPECT_NEAR(later.tasks[0].share, 0.5f, 0.01f);
  EXPECT_TRUE(later.tasks[1].done);
  EXPECT_FALSE(later.permit);
  // Stepping back shows what stepping on showed.
  EXPECT_EQ(dump_scene(scene(SceneKind::tasks, tasks_at(*trace, 20), 308, 110)), dump_scene(scene(SceneKind::tasks, early, 308, 110)));
}

TEST(Scene, OfALessonIsChosenByItsNameAndOthersHaveTheTasks) {
  EXPECT_EQ(scene_of("cashiers"), SceneKind::cashiers);
  EXPECT_EQ(scene_of("http"), SceneKind::requests);
  EXPECT_EQ(scene_of("sum"), SceneKind::list);
  EXPECT_EQ(scene_of("my_own"), SceneKind::tasks);
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
  EXPECT_EQ(scene_of("my_own", true), SceneKind::locks);
  EXPECT_EQ(scene_of("http", true), SceneKind::requests) << "its own picture goes first";
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
  EXPECT_EQ(cycle_words(tasks_at(*trace, 30)), "") << "the second has not begun to wait";
  for (double t : {38.0, 51.0, 60.0}) {
    SceneInput in = tasks_at(*trace, t);
    EXPECT_EQ(cycle_words(in), "1 waits for 2, 2 waits for 1") << t;
    EXPECT_EQ(in.counts.waiting_lock, 2u) << t;
  }
  EXPECT_EQ(tasks_at(*trace, 60).counts.done, 1u) << "the third is done, and in no cycle";
}

}  // namespace
}  // namespace interleave
