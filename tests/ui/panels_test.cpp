// Every panel at every size, drawn by Dear ImGui without a window: nothing asserts, nothing leaves the canvas, what is
// drawn is bounded by the screen and not by the trace.
#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "trace/two_workers.h"
#include "ui/app.h"
#include "ui/canvas.h"
#include "ui/panels.h"
#include "ui/pick_list.h"
#include "ui/stage.h"
#include "ui/synthetic.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"

namespace interleave {
namespace {

using test::kSizes;
using test::named;
using test::Shape;
using test::Stage;
using test::SyntheticEngine;

TEST(Panels, DrawWithNothingRunWithALiveRunAndWithAllFinishedAtEverySize) {
  for (auto [w, h] : kSizes) {
    std::string where = named(w, h);
    Stage stage(w, h);
    stage.frames(3);
    stage.expect_sane(where + ", nothing run");
    EXPECT_EQ(next_frame_in(*stage.app), std::numeric_limits<double>::infinity()) << "an idle App asks for no frame";

    EXPECT_EQ(stage.app->command("run-all"), "");
    stage.engine->step = 10'000'000;
    stage.frames(20);
    EXPECT_TRUE(stage.app->busy());
    EXPECT_EQ(next_frame_in(*stage.app), 0);
    stage.expect_sane(where + ", live");

    stage.engine->step = 1'000'000'000;
    stage.finish();
    stage.frames(2);
    stage.expect_sane(where + ", all finished");
    EXPECT_GT(stage.canvas.quads + stage.canvas.columns, 20u) << where;

    for (ExecutorKind kind : stage.app->executors()) {
      EXPECT_EQ(stage.app->command("show", id_of(kind)), "");
      stage.frames(2);
      stage.expect_sane(where + ", alone: " + std::string(id_of(kind)));
    }
    for (const char* tab : {"code", "table", "settings", "lanes"}) {
      stage.app->command("tab", tab);
      stage.frames(2);
      stage.expect_sane(where + ", tab " + tab);
    }
    stage.app->command("drawer");
    stage.app->command("theme");
    stage.frames(2);
    stage.expect_sane(where + ", drawer, light");
    stage.app->command("drawer");
    stage.app->command("present");
    stage.frames(2);
    stage.expect_sane(where + ", on a wall");
    EXPECT_TRUE(stage.app->layout.workload.empty()) << where;
    stage.app->command("show", "all");
    stage.frames(2);
    stage.expect_sane(where + ", on a wall, all");
  }
}

TEST(Panels, TextThatIsNothingIsDrawnAsNothing) {  // seen: a crash where a headline's second part was left out
  Stage stage(390, 844);
  stage.frames(1);
  ImGui::NewFrame();
  EXPECT_EQ(text_width(Face::regular, 12, {}), 0);
  EXPECT_EQ(put_text(*ImGui::GetForegroundDrawList(), Face::regular, 12, {10, 10}, 0xffffffff, std::string_view()), 0);
  EXPECT_GE(put_wrapped(ImGui::GetForegroundDrawList(), Face::regular, 12, {10, 10}, 0xffffffff, std::string_view(), 100), 0);
  ImGui::Render();
}

TEST(Panels, TheLastFrameThatIsAskedForIsTheOneThatStays) {  // seen: the running line stayed out of sight until the mouse moved
  Stage stage(1366, 768);
  stage.frames(3);
  EXPECT_EQ(stage.app->command("run", "loop"), "");
  stage.engine->step = 1'000'000'000;
  auto scrolled = [] {
    std::vector<float> all;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) all.push_back(window->Scroll.y);
    return all;
  };
  int frames = 0;
  do stage.frame();
  while (++frames < 5000 && next_frame_in(*stage.app) <= 0);
  const std::vector<float> shown = scrolled();
  EXPECT_GT(*std::max_element(shown.begin(), shown.end()), 0) << "the code is where it runs";
  stage.frames(3);
  EXPECT_EQ(scrolled(), shown);
}

TEST(Panels, WhatWasPrintedStandsBelowItsLanesWhereThereIsRoomAndCoversNone) {  // seen: half of B13's picture was empty
  for (auto [w, h] : kSizes) {
    Stage stage(w, h, {.tasks = 2, .workers = 2, .cores = 2});
    stage.app->command("lesson", "scheduler");
    stage.engine->step = 1'000'000'000;
    stage.app->command("run-all");
    stage.finish();
    for (interleave::Run& run : stage.app->history) {  // with a line printed and two tasks
      interleave::Run printing;
      make_run_in_pieces(printing, TwoWorkers().trace(), run.scenario).all();
      printing.executor = run.executor, printing.serial = run.serial;
      run = std::move(printing);
    }
    stage.app->fit();
    stage.frames(2);
    stage.expect_sane(named(w, h));
    if (stage.app->layout.timeline.empty()) continue;
    const TimelinePlan plan = plan_timeline(*stage.app);
    std::size_t printed = 0;
    float below = 0;
    for (const LaneRow& row : plan.rows) {
      EXPECT_GE(row.y, below - 0.5f) << named(w, h) << ", row " << &row - plan.rows.data();
      below = row.y + row.h;
      printed += row.kind == LaneRow::Kind::printed;
    }
    EXPECT_LE(below, plan.lanes.bottom() + 1) << named(w, h);
    if (w >= 1366) EXPECT_EQ(printed, 2u) << named(w, h);
    if (w >= 1600) EXPECT_GE(below - plan.lanes.y, 0.8f * plan.lanes.h) << "seen: a third of the lanes' place was empty";
  }
}

TEST(Panels, OnAPhoneAllSixRunsAreSeenAtOnce) {  // seen: the last was cut, and reached by scrolling
  for (const int workers : {4, 100}) {
    Stage stage(390, 844, {.tasks = 8, .workers = workers, .cores = 2});
    stage.run_all("cpu");
    const TimelinePlan plan = plan_timeline(*stage.app);
    EXPECT_EQ(plan.groups.size(), 6u);
    EXPECT_LE(plan.content_height, plan.lanes.h) << workers << " workers";
  }
}

TEST(Panels, OfManyWorkersThoseThatHadWorkAreSeen) {  // seen: under the GIL nine empty lanes, the thirty that worked below in a fold
  Stage stage(1366, 768);
  stage.app->command("lesson", "http");
  Recorder recorder(1 << 20);
  std::vector<LaneRecorder*> lanes;
  for (int i = 0; i < 100; ++i) lanes.push_back(&recorder.lane(LaneKind::worker, "thread " + std::to_string(i + 1)));
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes[i]->at(0, EventKind::lane_idle, 0, kNoTask);
    if (i < 60) continue;
    lanes[i]->at(1'000'000, EventKind::run, 7, static_cast<TaskId>(i));
    lanes[i]->at(9'000'000, EventKind::done, 0, static_cast<TaskId>(i));
  }
  ASSERT_EQ(stage.app->open("many.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads))), "");
  stage.app->command("show", "threads");
  stage.frames(2);
  std::vector<std::string> seen;
  for (const LaneRow& row : plan_timeline(*stage.app).rows)
    if (row.kind == LaneRow::Kind::lane) seen.push_back(row.label);
  ASSERT_GT(seen.size(), 3u);
  EXPECT_EQ(seen[0], "thread 61");
  EXPECT_EQ(seen[1], "thread 62");
}

TEST(Panels, TheHeartHasALaneAtEverySize) {  // seen: on a phone and in an embed it had none, and the lesson is about it
  for (auto [w, h] : kSizes) {
    Stage stage(w, h, {.tasks = 10, .workers = 16, .cores = 2, .wait = 20'000'000, .rounds = 5});
    stage.run_all("echo");
    stage.expect_sane(named(w, h));
    const TimelinePlan plan = plan_timeline(*stage.app);
    const auto hearts = std::ranges::count_if(plan.rows, [](const LaneRow& row) { return row.where.of == SpanPick::Of::task && (row.label == "heart" || row.said == "heart"); });
    EXPECT_EQ(hearts, std::ssize(plan.groups)) << named(w, h);
    for (const LaneRow& row : plan.rows) EXPECT_LE(row.y + row.h, plan.lanes.bottom() + 1) << named(w, h);
  }
}

TEST(Panels, OneTaskOnOneLaneHasNoStackBelowIt) {  // seen: the trampoline's lane, and below it the same in a block four times as high
  Stage stage(1920, 1080, {.tasks = 1, .workers = 1, .cores = 1});
  stage.run_all("trampoline");
  const TimelinePlan plan = plan_timeline(*stage.app);
  ASSERT_EQ(plan.groups.size(), 2u);
  EXPECT_EQ(std::ranges::count(plan.rows, LaneRow::Kind::stack, &LaneRow::kind), 0);
  EXPECT_EQ(std::ranges::count(plan.rows, LaneRow::Kind::lane, &LaneRow::kind), 2);
}

TEST(Panels, CodeAndSceneShowTheSameRun) {  // seen: lines lit for Serial beside the memories of Processes
  Stage stage(1366, 768, {.tasks = 2, .workers = 2, .cores = 2});
  stage.app->command("lesson", "memory");
  stage.app->command("select", "threads");
  stage.engine->step = 1'000'000'000;
  stage.app->command("run-all");
  stage.finish();
  ASSERT_NE(stage.app->lit_executor(), ExecutorKind::processes);
  EXPECT_EQ(shown_in_scene(*stage.app), ExecutorKind::processes) << "which has what the lesson is about";
  ASSERT_EQ(stage.app->command("pin", "loop", "1 100ms"), "");
  EXPECT_EQ(shown_in_scene(*stage.app), ExecutorKind::loop) << "and whoever pins another sees that";
}

TEST(Panels, AChipHasTheNameThatItsTaskGivesItself) {  // seen in Q1: "A: at line 2" beside chips that say 1 and 2
  Stage stage(1366, 768);
  interleave::Run run;
  run.called = {{kRootTask + 1, "A"}, {kRootTask + 2, "the second reader"}};
  EXPECT_EQ(chip_words(&run, 1, 26), "A");
  EXPECT_EQ(chip_words(&run, 2, 26), "2") << "no room for it";
  EXPECT_EQ(chip_words(&run, 3, 26), "3") << "it has none";
  EXPECT_EQ(chip_words(nullptr, 1, 26), "1") << "of a run that goes on nobody knows yet";
}

TEST(Panels, QuadsDependOnTheScreenAndNotOnTheTrace) {
  std::size_t few = 0;
  for (int rounds : {2, 400}) {
    Stage stage(1366, 768, {.tasks = 100, .workers = 100, .cores = 4, .wait = 1'000'000, .work = 50'000, .rounds = rounds});
    stage.engine->step = 10'000'000'000;
    stage.app->command("run", "threads");
    stage.finish();
    stage.frames(2);
    stage.expect_sane(std::to_string(rounds) + " rounds");
    if (rounds == 2) few = stage.canvas.quads;
    else EXPECT_LT(stage.canvas.quads, std::max<std::size_t>(few, 500) * 2);
  }
}

TEST(Panels, PointingAtALaneShowsItsFactsAndAClickPinsThem) {
  Stage stage(1366, 768);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.frames(2);
  const Rect& r = stage.app->layout.timeline;
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(r.x + 400, r.y + 200);
  stage.frames(30);
  ASSERT_TRUE(stage.app->view.hovered.has_value());
  EXPECT_NE(ImGui::FindWindowByName("hover card"), nullptr);
  io.AddMouseButtonEvent(0, true);
  stage.frames(2);
  io.AddMouseButtonEvent(0, false);
  stage.frames(2);
  EXPECT_TRUE(stage.app->view.pinned.has_value());
  stage.expect_sane("pinned");
}

TEST(Panels, ACardAndATooltipComeWhileThePointerRests) {  // seen: only with the next movement, since no frame was asked for
  Stage stage(1366, 768);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.rest();
  auto is_there = [](const char* name) {
    const ImGuiWindow* window = ImGui::FindWindowByName(name);
    return window && window->Active && !window->Hidden;
  };
  const Rect& r = stage.app->layout.timeline;
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(r.x + 400, r.y + 200);
  EXPECT_LT(stage.rest(), 6);
  ASSERT_TRUE(stage.app->view.hovered.has_value());
  EXPECT_TRUE(is_there("hover card"));
  EXPECT_EQ(stage.rest(), 0) << "and then nothing is drawn";
  const Rect play = plan_timeline(*stage.app).transport;
  io.AddMousePosEvent(play.x + 16 + 17, play.y + play.h / 2);
  EXPECT_LT(stage.rest(), 6);
  EXPECT_FALSE(is_there("hover card"));
  EXPECT_TRUE(is_there("##Tooltip_00")) << "of a button";
  EXPECT_EQ(stage.rest(), 0);
  io.AddMousePosEvent(-1, -1);
  stage.rest();
  EXPECT_EQ(stage.rest(), 0);
}

TEST(Panels, WheelWithCtrlZoomsAtThePointerAndDraggingPans) {
  Stage stage(1366, 768);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "loop");
  stage.finish();
  stage.frames(2);
  Viewport before = stage.app->view.window;
  const Rect& r = stage.app->layout.timeline;
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(r.x + 600, r.y + 220);
  stage.frames(2);
  io.AddKeyEvent(ImGuiMod_Ctrl, true);
  io.AddMouseWheelEvent(0, 1);
  stage.frames(2);
  io.AddKeyEvent(ImGuiMod_Ctrl, false);
  stage.frames(2);
  Viewport closer = stage.app->view.window;
  EXPECT_LT(closer.length(), before.length());
  EXPECT_FALSE(stage.app->view.follow);
  io.AddMouseButtonEvent(0, true);
  stage.frame();
  for (int i = 1; i <= 10; ++i) {
    io.AddMousePosEvent(r.x + 600 - 10 * static_cast<float>(i), r.y + 220);
    stage.frame();
  }
  io.AddMouseButtonEvent(0, false);
  stage.frame();
  EXPECT_GT(stage.app->view.window.begin, closer.begin);
  EXPECT_FALSE(stage.app->view.pinned.has_value()) << "a press that moved is no click";
}

void press(Stage& stage, ImGuiKey key, bool shift = false) {
  ImGuiIO& io = ImGui::GetIO();
  if (shift) io.AddKeyEvent(ImGuiMod_Shift, true);
  io.AddKeyEvent(key, true);
  stage.frames(2);
  io.AddKeyEvent(key, false);
  if (shift) io.AddKeyEvent(ImGuiMod_Shift, false);
  stage.frames(2);
}

TEST(Panels, EscClosesTheShareMenuAndNothingElse) {
  Stage stage(1366, 768);
  App& app = *stage.app;
  stage.frames(2);
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(1120, 22);
  stage.frames(2);
  io.AddMouseButtonEvent(0, true);
  stage.frames(2);
  io.AddMouseButtonEvent(0, false);
  stage.frames(3);
  ASSERT_TRUE(something_on_top(app));
  app.notice = "stays";
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(something_on_top(app));
  EXPECT_EQ(app.notice, "stays");
  press(stage, ImGuiKey_Escape);
  EXPECT_EQ(app.notice, "");
}

TEST(Panels, TheListOfLessonsIsSearchedAndChosenFromByKeyboard) {
  for (auto [w, h] : kSizes) {
    if (h < 480) continue;  // the embed shows one lesson
    Stage stage(w, h);
    stage.frames(2);
    EXPECT_EQ(stage.app->command("lessons"), "");
    stage.frames(3);
    stage.expect_sane(named(w, h) + ", lessons");
    EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
    ImGui::GetIO().AddInputCharactersUTF8("parallel sum");
    stage.frames(3);
    EXPECT_EQ(lesson_rows(*stage.app, "nothing of the kind").size(), 0u);
    std::size_t left = lesson_rows(*stage.app, "s").size();
    EXPECT_GT(left, 1u);
    for (int i = 0; i < 14; ++i) press(stage, ImGuiKey_Backspace);
    ImGui::GetIO().AddInputCharactersUTF8("cashiers");
    stage.frames(3);
    EXPECT_EQ(std::string(stage.app->view.lessons.text.data()), "cashiers");
    std::string wanted = lesson_rows(*stage.app, "cashiers").at(1).key;
    press(stage, ImGuiKey_DownArrow);
    press(stage, ImGuiKey_Enter);
    EXPECT_EQ(stage.app->workload.id, wanted) << named(w, h);
    EXPECT_FALSE(stage.app->view.lessons.open);
  }
}

TEST(Panels, TheListOfLessonsIsInGroupsAndFoundByAnyWord) {
  Stage stage(1366, 768);
  std::vector<PickRow> all = lesson_rows(*stage.app, {});
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().group, "The tutorial");
  EXPECT_EQ(all.size(), lesson_names().size());
  EXPECT_EQ(std::ranges::count(all, true, &PickRow::current), 1);
  EXPECT_TRUE(holds_words("S4 http HTTP requests", "requests s4"));
  EXPECT_FALSE(holds_words("S4 http HTTP requests", "requests s5"));
}

// Every key of UI.md's table, one after another, and what it is for.
TEST(Keys, DoWhatTheListOfKeysSays) {
  Stage stage(1366, 768);
  App& app = *stage.app;
  View& view = app.view;
  stage.engine->step = 1'000'000'000;
  app.command("lesson", "http");
  stage.frames(2);
  press(stage, ImGuiKey_G);
  EXPECT_EQ(view.guess, app.executors().front());
  for (std::size_t i = 0; i < app.executors().size(); ++i) press(stage, ImGuiKey_G);
  EXPECT_FALSE(view.guess.has_value()) << "after the last executor comes nobody";
  press(stage, ImGuiKey_2);
  EXPECT_EQ(app.selected(), app.executors()[1]);
  press(stage, ImGuiKey_R);
  stage.finish();
  ASSERT_NE(app.run_of(app.executors()[1]), nullptr);
  app.command("show", "threads");

  Theme theme = view.theme;
  press(stage, ImGuiKey_T);
  EXPECT_NE(view.theme, theme);
  LanesBy by = view.lanes_by;
  press(stage, ImGuiKey_L);
  EXPECT_NE(view.lanes_by, by);
  press(stage, ImGuiKey_L);
  press(stage, ImGuiKey_L);
  EXPECT_EQ(view.lanes_by, by);

  int speed = view.speed;
  press(stage, ImGuiKey_J);
  EXPECT_EQ(view.speed, speed + 1);
  press(stage, ImGuiKey_K);
  EXPECT_EQ(view.speed, speed);

  press(stage, ImGuiKey_Home);
  EXPECT_EQ(view.playhead, 0);
  press(stage, ImGuiKey_Period);
  double first = view.playhead;
  EXPECT_GT(first, 0);
  press(stage, ImGuiKey_PageDown);
  EXPECT_GT(view.playhead, first) << "a presenter's";
  press(stage, ImGuiKey_PageUp);
  EXPECT_EQ(view.playhead, first);
  press(stage, ImGuiKey_Comma);
  EXPECT_LT(view.playhead, first);
  press(stage, ImGuiKey_End);
  EXPECT_EQ(view.playhead, static_cast<double>(app.end()));

  press(stage, ImGuiKey_Home);
  press(stage, ImGuiKey_Space);
  EXPECT_EQ(view.playing, 1);
  press(stage, ImGuiKey_Space);
  EXPECT_EQ(view.playing, 0);
  press(stage, ImGuiKey_End);
  press(stage, ImGuiKey_Space, true);
  EXPECT_EQ(view.playing, -1);
  press(stage, ImGuiKey_Space);

  Viewport before = view.window;
  press(stage, ImGuiKey_Equal);
  EXPECT_LT(view.window.length(), before.length());
  Viewport closer = view.window;
  press(stage, ImGuiKey_LeftArrow);
  EXPECT_LT(view.window.begin, closer.begin);
  press(stage, ImGuiKey_RightArrow);
  EXPECT_NEAR(view.window.begin, closer.begin, closer.length() * 1e-6);
  press(stage, ImGuiKey_Minus);
  EXPECT_GT(view.window.length(), closer.length());
  press(stage, ImGuiKey_0);
  EXPECT_TRUE(view.follow);

  ASSERT_EQ(app.command("pin", "threads", "57 203ms"), "");
  stage.frames(2);
  TaskId pinned = view.pinned->lane;
  press(stage, ImGuiKey_W);
  ASSERT_TRUE(view.pinned.has_value());
  TaskId woke = view.pinned->lane;
  EXPECT_NE(woke, pinned);
  press(stage, ImGuiKey_W, true);
  EXPECT_EQ(view.pinned->lane, pinned) << "what it woke is who named it";
  press(stage, ImGuiKey_C);
  EXPECT_FALSE(app.layout.code.empty());
  EXPECT_EQ(view.show_line, 0) << "the code panel took it";
  EXPECT_FALSE(view.show_pinned_line) << "it is in sight without being asked for, too";
  press(stage, ImGuiKey_DownArrow);
  EXPECT_EQ(view.pinned->lane, pinned + 1);
  press(stage, ImGuiKey_UpArrow);
  EXPECT_EQ(view.pinned->lane, pinned);
  double at = view.playhead;
  press(stage, ImGuiKey_RightBracket);
  EXPECT_GT(view.playhead, at);
  EXPECT_EQ(view.pinned->lane, pinned) << "along the task";
  press(stage, ImGuiKey_LeftBracket);
  press(stage, ImGuiKey_Period, true);
  EXPECT_EQ(view.pinned->lane, pinned) << "along its lane";

  EXPECT_EQ(app.command("range", "100ms", "200ms"), "");
  press(stage, ImGuiKey_O);
  EXPECT_TRUE(view.loop);
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(view.pinned.has_value());
  EXPECT_FALSE(view.range.has_value());
  EXPECT_FALSE(view.loop);

  press(stage, ImGuiKey_Slash, true);
  EXPECT_TRUE(view.keys_shown);
  stage.expect_sane("keys");
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(view.keys_shown);
  press(stage, ImGuiKey_Slash);
  EXPECT_TRUE(view.tasks.open);
  ImGui::GetIO().AddInputCharactersUTF8("57");
  stage.frames(3);
  stage.expect_sane("find");
  press(stage, ImGuiKey_Enter);
  EXPECT_FALSE(view.tasks.open);
  ASSERT_TRUE(view.pinned.has_value());
  EXPECT_EQ(number_of(view.pinned->lane), 57u);

  press(stage, ImGuiKey_F);
  EXPECT_TRUE(view.present);
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(view.present);
  press(stage, ImGuiKey_A);
  EXPECT_TRUE(app.busy());
  press(stage, ImGuiKey_S);
  stage.finish();

  // They can be turned off.
  app.command("letter-keys", "off");
  theme = view.theme;
  press(stage, ImGuiKey_T);
  EXPECT_EQ(view.theme, theme);
  press(stage, ImGuiKey_Home);
  EXPECT_EQ(view.playhead, 0) << "those that are no letters go on";
}

TEST(Panels, ADragWithShiftSelectsARangeWithItsOwnFigures) {
  for (auto [w, h] : kSizes) {
    Stage stage(w, h);
    stage.engine->step = 1'000'000'000;
    stage.app->command("run", "threads");
    stage.finish();
    stage.frames(2);
    const Rect& r = stage.app->layout.timeline;
    ImGuiIO& io = ImGui::GetIO();
    Viewport before = stage.app->view.window;
    float y = r.y + r.h * 0.5f, x = r.x + r.w * 0.5f;
    io.AddMousePosEvent(x, y);
    stage.frame();
    io.AddKeyEvent(ImGuiMod_Shift, true);
    io.AddMouseButtonEvent(0, true);
    stage.frame();
    for (int i = 1; i <= 5; ++i) {
      io.AddMousePosEvent(x + 12 * static_cast<float>(i), y);
      stage.frame();
    }
    io.AddMouseButtonEvent(0, false);
    io.AddKeyEvent(ImGuiMod_Shift, false);
    stage.frames(2);
    ASSERT_TRUE(stage.app->view.range.has_value()) << named(w, h);
    EXPECT_EQ(stage.app->view.window, before) << "it pans nothing";
    EXPECT_FALSE(stage.app->view.pinned.has_value());
    EXPECT_EQ(stage.app->range_figures.size(), 1u);
    stage.expect_sane(named(w, h) + ", range");
    stage.app->command("run-all");
    EXPECT_NO_FATAL_FAILURE(stage.finish());
    EXPECT_FALSE(stage.app->view.range.has_value()) << "a range is of the runs it was drawn over";
    stage.app->command("range", "50ms", "150ms");
    stage.frames(2);
    EXPECT_EQ(stage.app->range_figures.size(), stage.app->executors().size());
    stage.expect_sane(named(w, h) + ", range of all");
    stage.app->command("keys");
    stage.frames(2);
    stage.expect_sane(named(w, h) + ", keys");
    stage.app->command("keys");
    stage.app->command("find");
    stage.frames(2);
    stage.expect_sane(named(w, h) + ", find");
  }
}

TEST(Panels, AfterRangeWasPressedAFingerSelects) {  // seen: a range needed Shift, which no phone has
  for (auto [w, h] : kSizes) {
    Stage stage(w, h);
    App& app = *stage.app;
    stage.engine->step = 1'000'000'000;
    EXPECT_NE(app.command("select-range"), "") << "nothing has run";
    app.command("run", "threads");
    stage.finish();
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(app);
    ImGuiIO& io = ImGui::GetIO();
    io.AddMouseSourceEvent(ImGuiMouseSource_TouchScreen);
    auto drag = [&] {
      const float y = plan.lanes.y + plan.lanes.h * 0.6f, x = plan.x + plan.width * 0.4f;
      io.AddMousePosEvent(x, y);
      stage.frame();
      io.AddMouseButtonEvent(0, true);
      stage.frame();
      for (int i = 1; i <= 5; ++i) {
        io.AddMousePosEvent(x + 12 * static_cast<float>(i), y);
        stage.frame();
      }
      io.AddMouseButtonEvent(0, false);
      stage.frames(2);
    };
    drag();
    EXPECT_FALSE(app.view.range.has_value()) << named(w, h) << ": without it a finger scrubs";
    const double playhead = app.view.playhead;
    ASSERT_EQ(app.command("select-range"), "");
    stage.frames(2);
    stage.expect_sane(named(w, h) + ", what is to be done");
    drag();
    ASSERT_TRUE(app.view.range.has_value()) << named(w, h);
    EXPECT_EQ(app.view.playhead, playhead) << "it scrubs nothing";
    EXPECT_FALSE(app.view.selecting) << "the next finger scrubs again";
    const Rect& r = app.layout.timeline;
    const ImGuiWindow* card = ImGui::FindWindowByName("range");
    if (plan.lanes.h > 150) {
      ASSERT_TRUE(card && card->Active) << named(w, h);
      EXPECT_GE(card->Pos.x, r.x) << named(w, h);
      EXPECT_LE(card->Pos.x + card->Size.x, r.right() + 0.5f) << named(w, h);
    }
    stage.expect_sane(named(w, h) + ", a range by a finger");
  }
}

TEST(Panels, ARangesEndsAreSetAtThePlayheadByKeys) {
  Stage stage(1366, 768);
  App& app = *stage.app;
  stage.engine->step = 1'000'000'000;
  app.command("run", "threads");
  stage.finish();
  app.command("playhead", "100ms");
  press(stage, ImGuiKey_B);
  ASSERT_TRUE(app.view.range.has_value());
  EXPECT_EQ(app.view.range->begin, 100e6);
  EXPECT_EQ(app.view.range->end, static_cast<double>(app.end())) << "to the run's end, until another is set";
  app.command("playhead", "250ms");
  press(stage, ImGuiKey_N);
  EXPECT_EQ(*app.view.range, (Viewport{100e6, 250e6}));
  app.command("playhead", "300ms");
  press(stage, ImGuiKey_B);
  EXPECT_EQ(app.view.range->begin, 300e6) << "behind its end: that is the run's again";
  press(stage, ImGuiKey_O);
  EXPECT_TRUE(app.view.loop);
  press(stage, ImGuiKey_X);
  EXPECT_TRUE(app.view.selecting);
  ASSERT_TRUE(app.view.selecting && app.view.range);
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(app.view.selecting);
  EXPECT_TRUE(app.view.range) << "only what was begun";
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(app.view.range);
}

/// Where an item of a panel's is, found by the pointer.
std::optional<ImVec2> find_item(Stage& stage, const char* item, const char* in = "timeline") {
  const ImGuiWindow* window = ImGui::FindWindowByName(in);
  const ImGuiID id = ImHashStr(item, 0, window->ID);
  for (float y = window->Pos.y + 5; y < window->Pos.y + window->Size.y; y += 9)
    for (float x = window->Pos.x + 5; x < window->Pos.x + window->Size.x; x += 17) {
      ImGui::GetIO().AddMousePosEvent(x, y);
      stage.frame();
      if (ImGui::GetCurrentContext()->HoveredId == id) return ImVec2(x, y);
    }
  return std::nullopt;
}

TEST(Panels, AFlagOnTheEmptyAxisIsAGuess) {
  for (auto [w, h] : {std::pair(1920.0f, 1080.0f), {1366.0f, 768.0f}, {1024.0f, 600.0f}, {390.0f, 844.0f}}) {
    Stage stage(w, h);
    App& app = *stage.app;
    ImGuiIO& io = ImGui::GetIO();
    stage.engine->step = 1'000'000'000;
    app.command("lesson", "http");
    stage.frames(2);
    const std::optional<ImVec2> at = find_item(stage, "flag");
    ASSERT_TRUE(at) << named(w, h);
    EXPECT_EQ(app.view.guess_time, 0) << "the pointer alone plants nothing";
    io.AddMouseButtonEvent(0, true);
    stage.frames(2);
    const Nanos first = app.view.guess_time;
    EXPECT_GT(first, 0);
    io.AddMousePosEvent(at->x + 100, at->y);
    stage.frames(2);
    EXPECT_GT(app.view.guess_time, first) << "it is dragged";
    io.AddMouseButtonEvent(0, false);
    stage.frames(2);
    stage.expect_sane(named(w, h) + ", a flag");
    const std::optional<ImVec2> away = find_item(stage, "no flag");
    ASSERT_TRUE(away) << named(w, h);
    io.AddMouseButtonEvent(0, true);
    stage.frame();
    io.AddMouseButtonEvent(0, false);
    stage.frames(2);
    EXPECT_EQ(app.view.guess_time, 0);
    // By keyboard.
    io.AddMousePosEvent(-1, -1);
    press(stage, ImGuiKey_G, true);
    const Nanos planted = app.view.guess_time;
    EXPECT_GT(planted, 0);
    press(stage, ImGuiKey_RightArrow);
    EXPECT_GT(app.view.guess_time, planted);
    press(stage, ImGuiKey_LeftArrow);
    press(stage, ImGuiKey_LeftArrow);
    EXPECT_LT(app.view.guess_time, planted);
    ASSERT_EQ(app.command("guess-time", "400ms"), "");
    EXPECT_NE(app.command("guess-time", "soon"), "");
    app.command("dismiss");
    app.command("run-all");
    stage.finish();
    stage.frames(2);
    EXPECT_TRUE(app.guess_time_words().starts_with("You expected 0.400\u2009s: ")) << app.guess_time_words();
    EXPECT_NE(app.subsentence().find(app.guess_time_words()), std::string::npos);
    stage.expect_sane(named(w, h) + ", what was expected");
    app.command("show", "loop");
    stage.frames(2);
    EXPECT_NE(app.guess_time_words().find("Event loop took "), std::string::npos) << app.guess_time_words();
    app.command("lesson", "sum");
    EXPECT_EQ(app.view.guess_time, 0);
  }
  Stage stage(1366, 768);
  App& app = *stage.app;
  app.command("lesson", "B13");
  ASSERT_FALSE(app.asks_who_is_first());
  EXPECT_NE(app.command("guess-time", "1s"), "") << "it asks something else";
  stage.frames(2);
  EXPECT_FALSE(find_item(stage, "flag"));
}

TEST(Panels, TheFilledButtonAnswersTheQuestionAtEverySizeAndTheWordsNameIt) {  // seen: S5, guess, press the filled Run, and one of six ran
  for (auto [w, h] : kSizes) {
    if (h < 300) continue;  // one executor is all that is there
    Stage stage(w, h);
    App& app = *stage.app;
    for (const char* lesson : {"S5", "S7", "S2", "Q5"}) {
      app.command("lesson", lesson);
      stage.frames(2);
      ASSERT_TRUE(app.asks_who_is_first()) << lesson;
      EXPECT_TRUE(runs_all(app)) << named(w, h) << ", " << lesson;
      EXPECT_TRUE(app.layout.form == Form::phone ? next_run_words(app) == "Run" : next_run_words(app).starts_with("Run all ") || next_run_words(app) == "Run both") << named(w, h) << ", " << lesson << ": " << next_run_words(app);
    }
    app.command("select", "loop");
    stage.frames(2);
    EXPECT_FALSE(runs_all(app)) << "somebody chose it";
    EXPECT_EQ(next_run_words(app), w == 1920 ? "Run event loop" : "Run");
  }
}

TEST(Panels, AQuestionForTheLatencyIsAnsweredInAPhonesTable) {  // seen: V2 there had Measured, and Speed-up with nothing in it
  Stage stage(390, 844, {.tasks = 100, .workers = 100, .cores = 2});
  stage.app->command("lesson", "V2");
  stage.engine->step = 1'000'000'000;
  stage.app->command("run-all");
  stage.finish();
  stage.app->command("tab", "table");
  stage.frames(3);
  EXPECT_TRUE(find_item(stage, "head p99", "table"));
  EXPECT_TRUE(find_item(stage, "head Measured", "table"));
  stage.expect_sane("phone");
}

TEST(Panels, AnAnswerThatIsNoTimeIsSaidInASmallEmbed) {  // seen: Q3, Q2, B7 and B13 ran, and nothing said what came out
  Stage stage(800, 400, {.tasks = 2, .workers = 2, .cores = 2});
  stage.engine->step = 1'000'000'000;
  for (const char* lesson : {"Q3", "B13"}) {
    stage.app->command("lesson", lesson);
    stage.frames(2);
    EXPECT_TRUE(plan_timeline(*stage.app).sentence.empty()) << lesson << ": nothing has run";
    stage.app->command("run-all");
    stage.finish();
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(*stage.app);
    EXPECT_GE(plan.sentence.h, kSmallSentencePx) << lesson;
    EXPECT_LE(plan.sentence.bottom(), plan.axis.y) << lesson;
    EXPECT_GE(plan.lanes.h, 120) << lesson;
    stage.expect_sane(lesson);
  }
  stage.app->command("lesson", "S4");
  stage.app->command("run-all");
  stage.finish();
  stage.frames(2);
  EXPECT_TRUE(plan_timeline(*stage.app).sentence.empty()) << "its times are at the right";
}

TEST(Panels, TheMinimapsFrameIsDraggedAsAWholeOrByAnEdge) {
  Stage stage(1366, 768);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.frames(2);
  EXPECT_EQ(stage.app->command("window", "50ms", "150ms"), "");
  stage.frames(2);
  const Viewport before = stage.app->view.window;
  const Rect map = plan_timeline(*stage.app).minimap;
  ASSERT_FALSE(map.empty());
  ImGuiIO& io = ImGui::GetIO();
  auto drag = [&](float from, float to) {
    io.AddMousePosEvent(from, map.y + 6);
    stage.frame();
    io.AddMouseButtonEvent(0, true);
    stage.frame();
    io.AddMousePosEvent(to, map.y + 6);
    stage.frames(2);
    io.AddMouseButtonEvent(0, false);
    stage.frames(2);
  };
  const float in_it = map.x + static_cast<float>((before.begin + before.end) / 2 / static_cast<double>(stage.app->end())) * map.w;
  drag(in_it, in_it + 30);
  const Viewport moved = stage.app->view.window;
  EXPECT_GT(moved.begin, before.begin);
  EXPECT_NEAR(moved.length(), before.length(), 1);
  EXPECT_FALSE(stage.app->view.follow);
  EXPECT_EQ(stage.app->command("window", "0ms", "150ms"), "");
  stage.frames(2);
  const Viewport at_start = stage.app->view.window;
  drag(map.x, map.x + 30);
  EXPECT_GT(stage.app->view.window.begin, at_start.begin) << "by its left edge";
  EXPECT_NEAR(stage.app->view.window.end, at_start.end, 1);
  stage.expect_sane("minimap");
}

TEST(Panels, TheTimelineAsSvgHasTheShapesThatAreDrawn) {
  for (const char* what : {"all", "threads", "gil"}) {
    Stage stage(1366, 768);
    stage.engine->step = 1'000'000'000;
    stage.app->command("run-all");
    stage.finish();
    stage.app->command("show", what);
    stage.frames(2);
    EXPECT_EQ(stage.app->command("save", "svg"), "");
    stage.frame();
    ASSERT_EQ(stage.app->saves.size(), 1u) << what;
    const std::string& svg = stage.app->saves[0].bytes;
    EXPECT_TRUE(svg.starts_with("<svg xmlns=")) << svg.substr(0, 80);
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_NE(svg.find("<pattern id="), std::string::npos) << "states are patterns, too";
    std::size_t rects = 0;
    for (std::size_t at = 0; (at = svg.find("<rect", at)) != svg.npos; ++at) ++rects;
    EXPECT_GT(rects, 30u);
    EXPECT_LT(rects, stage.canvas.quads + stage.canvas.columns + 600) << "no more than is seen";
    EXPECT_NE(svg.find(">0\xe2\x80\x89s</text>"), std::string::npos) << "an axis";
  }
}

// The ticks' words, left to right: the texts in the row of the first.
std::string axis_of(const std::string& svg) {
  std::string out, row;
  for (std::size_t at = 0; (at = svg.find("<text x=", at)) != svg.npos; ++at) {
    const std::size_t y = svg.find(" y=", at), end = svg.find('"', y + 4), words = svg.find('>', at) + 1;
    if (svg.find("JetBrains Mono", at) > words) continue;
    const std::string level = svg.substr(y, end - y);
    if (row.empty()) row = level;
    if (level == row) out += (out.empty() ? "" : " | ") + svg.substr(words, svg.find('<', words) - words);
  }
  for (std::size_t at; (at = out.find("\xe2\x80\x89")) != out.npos;) out.replace(at, 3, "_");
  return out;
}

TEST(Panels, TheAxisOfTheSvgHasTheScreensUnitHoweverFarItIsZoomed) {
  Stage stage(1366, 768);
  stage.engine->step = 1'000'000'000;
  stage.app->command("run-all");
  stage.finish();
  stage.app->command("show", "threads");
  stage.frames(2);
  auto axis = [&](const char* from, const char* to) {
    stage.app->view.follow = false;
    EXPECT_EQ(stage.app->command("window", from, to), "");
    stage.frame();
    EXPECT_EQ(stage.app->command("save", "svg"), "");
    stage.frame();
    const std::string out = axis_of(stage.app->saves.back().bytes);
    stage.app->saves.clear();
    return out;
  };
  EXPECT_EQ(axis("0ms", "300ms"), "0_s | 0.05_s | 0.10_s | 0.15_s | 0.20_s | 0.25_s | 0.30_s");
  EXPECT_EQ(axis("0ms", "100ms"), "0_s | 0.01_s | 0.02_s | 0.03_s | 0.04_s | 0.05_s | 0.06_s | 0.07_s | 0.08_s | 0.09_s | 0.10_s") << "as the run's length";
  EXPECT_EQ(axis("200ms", "210ms"), "0.200_s | 0.201_s | 0.202_s | 0.203_s | 0.204_s | 0.205_s | 0.206_s | 0.207_s | 0.208_s | 0.209_s | 0.210_s");
}

TEST(Panels, SeveralRunsFitAtEverySize) {
  for (auto [w, h] : kSizes) {
    Stage stage(w, h);
    stage.engine->step = 1'000'000'000;
    stage.app->command("select", "loop");
    stage.app->command("repeat");
    stage.finish();
    stage.frames(2);
    EXPECT_TRUE(stage.app->view.overlay) << named(w, h);
    stage.expect_sane(named(w, h) + ", several runs");
    stage.app->command("run-all");
    stage.finish();
    EXPECT_EQ(stage.app->command("latencies"), "");
    stage.frames(2);
    EXPECT_TRUE(stage.app->view.latencies_shown) << named(w, h);
    stage.expect_sane(named(w, h) + ", latencies");
  }
}

// The keyboard of a person who edits.
struct Typist {
  Stage& stage;
  void text(const char* words) {
    ImGui::GetIO().AddInputCharactersUTF8(words);
    stage.frames(2);
  }
  void key(ImGuiKey key, ImGuiKey with = ImGuiKey_None) {
    ImGuiIO& io = ImGui::GetIO();
    if (with != ImGuiKey_None) io.AddKeyEvent(with, true);
    io.AddKeyEvent(key, true);
    stage.frames(2);
    io.AddKeyEvent(key, false);
    if (with != ImGuiKey_None) io.AddKeyEvent(with, false);
    stage.frames(2);
  }
};

TEST(Panels, CodeIsTypedAndNoKeyIsACommandMeanwhile) {
  Stage stage(1366, 768);
  ImGui::GetIO().AddFocusEvent(true);
  Typist type{stage};
  stage.app->set_code("\nfrom interleave import *\n\n\nasync def main():\n    pass\n\nrun(main)\n");
  ASSERT_FALSE(stage.app->error());
  const std::string before = stage.app->code.text;
  stage.frames(3);
  type.key(ImGuiKey_E);
  EXPECT_TRUE(stage.app->view.editing);
  stage.frames(3);
  ASSERT_TRUE(ImGui::GetIO().WantTextInput) << "the field has the keyboard";
  EXPECT_EQ(stage.app->code.text, before) << "the key that opened it is not typed";
  const Theme theme = stage.app->view.theme;
  type.key(ImGuiKey_T);  // a command elsewhere
  type.text("t = 1");
  EXPECT_EQ(stage.app->code.text, "t = 1" + before);
  EXPECT_EQ(stage.app->view.theme, theme);
  EXPECT_FALSE(stage.app->error());
  type.key(ImGuiKey_Enter);
  type.text("def f():");
  EXPECT_TRUE(stage.app->error());
  type.key(ImGuiKey_Enter);
  type.text("return 2");
  EXPECT_EQ(stage.app->code.text, "t = 1\ndef f():\n    return 2" + before) << "Enter behind a colon indents";
  type.key(ImGuiKey_Tab);
  EXPECT_EQ(stage.app->code.text, "t = 1\ndef f():\n    return 2    " + before);
  type.key(ImGuiKey_Z, ImGuiMod_Ctrl);
  EXPECT_EQ(stage.app->code.text, "t = 1\ndef f():\n    return 2" + before) << "undo is the field's own";
  stage.expect_sane("editing");
  // What other hands change, it shows; and goes on from there.
  stage.app->command("undo-changes");
  stage.frames(2);
  type.text("#");
  EXPECT_EQ(stage.app->code.text.size(), stage.app->code.own.size() + 1);
  EXPECT_NE(stage.app->code.text.find('#'), std::string::npos);
  const std::string last = stage.app->code.text;
  type.key(ImGuiKey_Enter, ImGuiMod_Ctrl);
  EXPECT_EQ(stage.app->code.text, last) << "Ctrl+Enter runs";
  EXPECT_TRUE(stage.app->anything_to_show());
  stage.finish();
  EXPECT_TRUE(stage.app->view.editing);
  type.key(ImGuiKey_Escape);
  EXPECT_FALSE(stage.app->view.editing);
  EXPECT_EQ(stage.app->code.text, last) << "Esc leaves, and takes nothing back";
  stage.frames(2);
  type.key(ImGuiKey_T);
  EXPECT_NE(stage.app->view.theme, theme) << "keys are commands again";
}

TEST(Panels, ThePointerMayRestAndPressAnywhere) {
  // What opens only under a pointer (tooltips, menus, cards) is drawn as well, at every size: Dear ImGui asserts what is wrong.
  for (auto [w, h] : kSizes) {
    for (bool embed : {false, true}) {
      if (embed && h > 600) continue;
      Stage stage(w, h);
      stage.app->view.embed = embed;
      ImGuiStyle& style = ImGui::GetStyle();
      ImGuiIO& io = ImGui::GetIO();
      stage.frames(3);
      stage.app->command("run-all");
      stage.finish();
      const float dx = w > 1000 ? 61 : 29;
      for (float y = 5; y < h; y += 19)
        for (float x = 3; x < w; x += dx) {
          style.HoverDelayNormal = style.HoverDelayShort = style.HoverStationaryDelay = 0;  // the theme sets them again
          io.AddMousePosEvent(x, y);
          stage.frames(3);
          io.AddMouseButtonEvent(0, true);
          stage.frame();
          io.AddMouseButtonEvent(0, false);
          stage.frames(2);
        }
      stage.finish();
      stage.expect_sane(named(w, h));
    }
  }
}

TEST(Panels, AFileIsChosenFromAFolderWithTheKeyboard) {
  Stage stage(1366, 768);
  stage.frames(3);
  App& app = *stage.app;
  EXPECT_EQ(app.command("open"), "");
  EXPECT_TRUE(app.wants_open) << "the platform's to show a folder";
  app.folder = {"/course", {"../", "week 1/", "bakery.py", "http.ilt"}};
  app.view.files.show();
  stage.frames(3);
  stage.expect_sane("files");
  ImGui::GetIO().AddInputCharactersUTF8("http");
  stage.frames(3);
  EXPECT_TRUE(app.chosen_file.empty());
  press(stage, ImGuiKey_Enter);
  EXPECT_EQ(app.chosen_file, "/course/http.ilt");
  EXPECT_FALSE(app.view.files.open);

  app.chosen_file.clear();
  app.view.files.show();
  stage.frames(3);
  press(stage, ImGuiKey_Escape);
  EXPECT_FALSE(app.view.files.open);
  EXPECT_TRUE(app.chosen_file.empty());
}

TEST(Panels, TheEditorHasRoomAtEverySizeAndThePageIsToldWhere) {
  for (auto [w, h] : kSizes)
    for (bool page : {false, true}) {
      const std::string where = named(w, h) + (page ? ", page" : "");
      Stage stage(w, h);
      stage.app->view.page_editor = page;
      stage.app->view.embed = h < 480;
      stage.frames(3);
      EXPECT_TRUE(stage.app->page_editor_rect.empty()) << where;
      stage.app->command("edit", "on");
      stage.frames(3);
      stage.expect_sane(where);
      ASSERT_FALSE(stage.app->layout.code.empty()) << where;
      EXPECT_GE(stage.app->layout.code.h, h < 480 ? 200.0f : 300.0f) << where;
      EXPECT_EQ(stage.app->page_editor_rect.empty(), !page) << where;
      stage.app->set_code("oops(\n");
      stage.frames(2);
      stage.expect_sane(where + ", a mistake");
      if (page) {
        stage.app->command("keys");
        stage.frames(2);
        EXPECT_TRUE(stage.app->page_editor_rect.empty()) << where << ": what lies over it would be hidden";
      }
    }
}

TEST(Panels, WhereColoursAreForcedThereAreTwoAtEverySize) {
  const ImU32 canvas = 0x0010'0810, text = 0x0010'f0ff;  // as ImU32, without opacity
  for (auto [w, h] : kSizes) {
    Stage stage(w, h, {.tasks = 20, .workers = 10, .rounds = 3});
    App& app = *stage.app;
    EXPECT_NE(app.command("forced-colours", "10081", "fff010"), "") << "six digits each";
    ASSERT_EQ(app.command("forced-colours", "100810", "fff010"), "");
    stage.engine->step = 1'000'000'000;
    app.command("run-all");
    stage.finish();
    for (const char* view : {"all", "gil", "processes"}) {
      app.command("show", view);
      if (view != std::string_view("all")) app.command("find", "3");
      stage.frames(3);
      const std::string where = named(w, h) + ", " + view;
      for (const Quad& q : stage.canvas.all) {
        EXPECT_TRUE((q.fill & 0xffffff) == canvas || (q.fill & 0xffffff) == text) << where;
        EXPECT_TRUE((q.fill & 0xffffff) == text || (q.ink >> 24 > 0 && (q.style & 0xff) != 0)) << where << ": on its own ground without a pattern";
      }
      for (const Ribbons& r : stage.canvas.ribbons_of)
        for (const Ribbon& each : r.ribbons) EXPECT_TRUE(each.patterned || std::all_of(r.columns.begin() + static_cast<std::ptrdiff_t>(each.first), r.columns.begin() + static_cast<std::ptrdiff_t>(each.first + each.count),
          [&](const RibbonColumn& c) { for (int slot = 0; slot < each.slots; ++slot) if (c.at(slot) && (r.colours[c.at(slot)].fill & 0xffffff) != text) return false; return true; })) << where;
      const ImDrawData* data = ImGui::GetDrawData();
      std::size_t others = 0;
      for (int n = 0; n < data->CmdListsCount; ++n)
        for (const ImDrawVert& v : data->CmdLists[n]->VtxBuffer) others += v.col >> 24 > 0 && (v.col & 0xffffff) != canvas && (v.col & 0xffffff) != text;
      EXPECT_EQ(others, 0u) << where;
    }
    app.command("forced-colours", "off");
    stage.frames(2);
    EXPECT_NE(palette().of(State::running).fill & 0xffffff, text);
  }
}

}  // namespace
}  // namespace interleave
