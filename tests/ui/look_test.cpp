// What is looked at, and how: nothing here changes a run.
#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "trace/recorder.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"
#include "ui/panels.h"
#include "ui/stage.h"
#include "ui/task_places.h"
#include "ui/timeline_plan.h"

namespace interleave {
namespace {

using test::Stage;

/// An App after "Run all" of a lesson.
Stage& run_all(Stage& stage, const char* lesson) {
  stage.run_all(lesson);
  return stage;
}

TEST(Look, ATaskThatIsFoundIsFoundWhereItCanBeSeen) {  // seen: "Task 1 had a core for 6.62 us", of the half second that it ran
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  app.command("show", "serial");
  app.command("fit");
  stage.frames(20);
  const Trace& trace = *app.run_of(ExecutorKind::serial)->trace;
  const TaskId task = kRootTask + 50;
  const Life life = trace.spans_of(task);
  std::size_t thin = life.size(), longest = life.size();
  for (std::size_t i = 0; i < life.size(); ++i) {
    if (life[i].state == State::running) thin = i;
    if (life[i].state == State::waiting_io) longest = i;
  }
  ASSERT_LT(std::max(thin, longest), life.size());
  ASSERT_LT(static_cast<double>(life[thin].end - life[thin].begin), app.view.window.length() / 500);
  app.view.playhead = static_cast<double>(life[thin].begin) + 1;
  ASSERT_EQ(app.command("find", "50"), "");
  EXPECT_EQ(app.view.pinned->span, longest);
  EXPECT_EQ(app.view.playhead, static_cast<double>(life[longest].begin));
  const auto begins = static_cast<Nanos>(app.view.playhead);  // to a window in which both are wide
  app.command("window", std::to_string(begins) + "ns", std::to_string(begins + 300'000'000) + "ns");
  stage.frames(20);
  app.view.playhead = static_cast<double>(life[thin].begin) + 1;
  ASSERT_EQ(app.command("find", "50"), "");
  EXPECT_EQ(app.view.pinned->span, thin);
}

// A hundred workers of whom only the last forty had work, each one task.
void open_late_workers(Stage& stage) {
  Recorder recorder(16 << 20);
  std::vector<LaneRecorder*> workers;
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  for (int i = 1; i <= 100; ++i) workers.push_back(&recorder.lane(LaneKind::worker, "worker " + std::to_string(i)));
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 100);
  main.at(1, EventKind::run, 0, kRootTask);
  for (TaskId id = 2; id < 42; ++id) main.at(1, EventKind::spawn, 0, id);
  main.at(2, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    workers[i]->at(0, EventKind::lane_idle);
    if (i < 60) continue;
    const auto id = static_cast<TaskId>(i - 58), core = static_cast<TaskId>(i);
    for (int round = 0; round < 3; ++round) {
      workers[i]->at(1'000'000 + round * 10'000'000, EventKind::run, core << 16, id);
      workers[i]->at(6'000'000 + round * 10'000'000, EventKind::wait, wait_for(WaitReason::io), id);
    }
    workers[i]->at(40'000'000, EventKind::run, core << 16, id);
    workers[i]->at(50'000'000, EventKind::done, 0, id);
  }
  main.at(50'000'001, EventKind::run, 0, kRootTask);
  main.at(50'000'002, EventKind::done, 0, kRootTask);
  main.at(50'000'002, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  ASSERT_EQ(stage.app->open("late.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads), "v=1&l=S4")), "");
  stage.frames(3);
}

bool has_row(const App& app, const SpanPick& pick) {
  const TimelinePlan plan = plan_timeline(app);
  return std::ranges::any_of(plan.rows, [&](const LaneRow& row) { return row.kind == LaneRow::Kind::lane && row.where.of == pick.of && row.where.lane == pick.lane; });
}

TEST(Look, AStepByLaneBeginsOnALaneThatIsShown) {  // seen: of a folded worker that had no work, to the run's end
  for (const char* by : {"worker", "task"}) {
    Stage stage(1366, 768);
    App& app = *stage.app;
    open_late_workers(stage);
    app.command("lanes", by);
    stage.frames(2);
    app.command("to-start");
    ASSERT_EQ(app.command("step", "next", "lane"), "");
    EXPECT_LT(app.view.playhead, 40'000'000) << by;
    ASSERT_TRUE(app.view.pinned) << by;
    EXPECT_TRUE(has_row(app, *app.view.pinned)) << by;
  }
}

TEST(Look, EnterUpAndDownStayOnLanesThatAreShown) {  // seen: Enter on a folded worker
  Stage stage(1366, 768);
  App& app = *stage.app;
  open_late_workers(stage);
  auto press = [&](ImGuiKey key) {
    ImGui::GetIO().AddKeyEvent(key, true);
    stage.frames(2);
    ImGui::GetIO().AddKeyEvent(key, false);
    stage.frames(2);
  };
  app.command("to-start");
  press(ImGuiKey_Enter);
  ASSERT_TRUE(app.view.pinned);
  EXPECT_GT(app.view.pinned->lane, 60u) << "the first that had work";
  const std::uint32_t first = app.view.pinned->lane;
  press(ImGuiKey_UpArrow);
  EXPECT_EQ(app.view.pinned->lane, first) << "above it there is none";
  for (int i = 0; i < 60; ++i) {
    press(ImGuiKey_DownArrow);
    ASSERT_TRUE(has_row(app, *app.view.pinned)) << app.view.pinned->lane;
  }
  EXPECT_LT(app.view.pinned->lane, 100u) << "below the last that has a row others are folded";
}

TEST(Look, TheWorkerOfATaskThatIsFoundHasARow) {  // seen: its worker was among "92 more workers, folded", and nothing was outlined
  Stage stage(1366, 768);
  App& app = *stage.app;
  open_late_workers(stage);
  ASSERT_EQ(app.command("find", "38"), "");
  ASSERT_TRUE(app.view.pinned);
  EXPECT_TRUE(has_row(app, SpanPick{ExecutorKind::threads, SpanPick::Of::worker, 98})) << "lane 0 is main's";
  app.view.pinned.reset();
  EXPECT_FALSE(has_row(app, SpanPick{ExecutorKind::threads, SpanPick::Of::worker, 98}));
}

TEST(Look, ALinkToAnotherLessonIsLookedAtAfresh) {  // seen: its first lesson's single view, pin, guess and answer stayed
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  app.command("guess", "threads");
  app.command("show", "loop");
  ASSERT_EQ(app.command("pin", "loop", "3 150ms"), "");
  app.command("range", "50ms", "100ms");
  app.command("play");
  stage.frames(2);
  ASSERT_FALSE(app.status.empty());
  app.apply_hash("v=1&l=sum");
  stage.frames(2);
  EXPECT_TRUE(app.view.compare);
  EXPECT_FALSE(app.view.pinned || app.view.range || app.view.guess);
  EXPECT_EQ(app.view.playing, 0);
  EXPECT_LT(app.view.playhead, 0) << "nothing of it has run";
  EXPECT_EQ(app.state().status, "");
  EXPECT_EQ(app.state().concluded, "");
}

TEST(Look, ALinkWithOtherSettingsOfTheSameLessonLeavesTheLook) {
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  app.command("show", "loop");
  const double playhead = app.view.playhead;
  app.apply_hash("v=1&l=http&s.connections=50");
  EXPECT_FALSE(app.view.compare);
  EXPECT_EQ(app.view.playhead, playhead);
}

TEST(Look, BackAtALessonThatHasRunItIsSeenAsAfterItsRun) {  // seen: lanes and table, but a scene in which nothing had run, zoomed and playing
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  const double playhead = app.view.playhead;
  const Viewport window = app.view.window;
  ASSERT_GT(playhead, 0);
  app.command("window", "10ms", "20ms");
  app.command("play");
  app.view.unfolded = true;
  app.view.scroll_px = 40;
  for (const bool by_link : {false, true}) {
    if (by_link) app.apply_hash("v=1&l=sum");
    else app.command("lesson", "sum");
    stage.frames(2);
    EXPECT_LT(app.view.playhead, 0);
    if (by_link) app.apply_hash("v=1&l=http");
    else app.command("lesson", "http");
    stage.frames(2);
    EXPECT_EQ(app.view.playhead, playhead);
    EXPECT_EQ(app.view.window, window);
    EXPECT_EQ(app.view.playing, 0) << "lessons start paused";
    EXPECT_EQ(app.view.scroll_px, 0);
    EXPECT_FALSE(app.view.unfolded);
    app.command("window", "10ms", "20ms");
  }
}

// Presses whatever has this id in this window, wherever that is. False: nothing has.
bool press_item(Stage& stage, const char* window_name, const char* item) {
  ImGuiIO& io = ImGui::GetIO();
  const ImGuiWindow* window = ImGui::FindWindowByName(window_name);
  if (!window || !window->Active) return false;
  const ImGuiID id = ImHashStr(item, 0, window->ID);
  for (float y = window->Pos.y + 5; y < window->Pos.y + window->Size.y; y += 9)
    for (float x = window->Pos.x + 5; x < window->Pos.x + window->Size.x; x += 17) {
      io.AddMousePosEvent(x, y);
      stage.frames(1);
      if (ImGui::GetCurrentContext()->HoveredId != id) continue;
      io.AddMouseButtonEvent(0, true);
      stage.frames(2);
      io.AddMouseButtonEvent(0, false);
      stage.frames(3);
      return true;
    }
  return false;
}

TEST(Look, TheTransportsButtonsTakeAClick) {  // seen: with lanes on screen the mouse found none of them, since the lanes' clip rectangle stayed
  for (auto [w, h] : test::kSizes) {
    Stage stage(w, h);
    App& app = *run_all(stage, "http").app;
    EXPECT_TRUE(press_item(stage, "timeline", "play")) << test::named(w, h);
    EXPECT_NE(app.view.playing, 0) << test::named(w, h);
  }
}

TEST(Look, FromOneRunThereIsAWayBackToAllAtEverySize) {  // seen: on a phone and in an embed there was none
  for (auto [w, h] : test::kSizes) {
    Stage stage(w, h);
    App& app = *run_all(stage, "http").app;
    app.command("show", "loop");
    app.view.playhead = 0;  // its chip gives way to the button
    stage.frames(2);
    stage.expect_sane(test::named(w, h));
    ASSERT_FALSE(app.view.compare);
    EXPECT_TRUE(press_item(stage, "timeline", "all runs")) << test::named(w, h);
    EXPECT_TRUE(app.view.compare) << test::named(w, h);
  }
}

TEST(Look, OnAWallThereIsAWayBackToAll) {  // seen at 1024x600, presented: "speed" stood alone, and neither its button nor "All runs" was there
  // Of windows of 1366x768, 1024x768, 1024x600, 800x400 and 390x844, at a wall's size.
  for (auto [w, h] : {std::pair{910.0f, 512.0f}, {683.0f, 512.0f}, {683.0f, 400.0f}, {533.0f, 267.0f}, {260.0f, 563.0f}}) {
    Stage stage(w, h);
    App& app = *run_all(stage, "http").app;
    app.command("present");
    app.command("show", "gil");
    app.view.playhead = 0;
    stage.frames(2);
    stage.expect_sane(test::named(w, h));
    const std::vector<TextSeen> texts = stage.texts();
    for (const TextSeen& label : texts)
      if (label.text == "speed") EXPECT_TRUE(std::ranges::any_of(texts, [&](const TextSeen& other) { return other.text.starts_with("1") && other.at.x > label.at.x && other.at.x < label.at.x + 70 && std::abs(other.at.y - label.at.y) < 8; })) << test::named(w, h) << ": of what?";
    ASSERT_FALSE(app.view.compare);
    EXPECT_TRUE(press_item(stage, "timeline", "all runs")) << test::named(w, h);
    EXPECT_TRUE(app.view.compare) << test::named(w, h);
  }
}

TEST(Look, WhatAPhoneHasNoRoomForIsBehindAButton) {  // seen: after a pinch nothing fitted the run again
  for (const float w : {390.0f, 320.0f}) {
    Stage stage(w, 844);
    App& app = *run_all(stage, "http").app;
    app.command("show", "gil");
    app.command("window", "50ms", "60ms");
    stage.frames(2);
    ASSERT_TRUE(press_item(stage, "timeline", "more")) << w;
    stage.expect_sane(test::named(w, 844));
    const ImGuiWindow* popup = ImGui::GetCurrentContext()->OpenPopupStack[0].Window;
    ASSERT_TRUE(popup);
    EXPECT_GE(popup->Pos.y, 0);
    const std::string name = popup->Name;
    EXPECT_TRUE(press_item(stage, name.c_str(), "Fit")) << w;
    EXPECT_GT(app.view.window.length(), 150e6);
    ASSERT_TRUE(press_item(stage, "timeline", "more"));
    EXPECT_TRUE(press_item(stage, name.c_str(), "Lanes by task"));
    EXPECT_EQ(app.view.lanes_by, LanesBy::task);
    ASSERT_TRUE(press_item(stage, "timeline", "more"));
    EXPECT_TRUE(press_item(stage, name.c_str(), "Play backwards"));
    EXPECT_EQ(app.view.playing, -1);
    ASSERT_TRUE(press_item(stage, "timeline", "more"));
    EXPECT_TRUE(press_item(stage, name.c_str(), "All runs"));
    EXPECT_TRUE(app.view.compare);
  }
}

TEST(Look, APinnedSpanHasItsWhyAtEverySize) {  // seen: none at 1024x600, on a phone, or in an embed
  for (auto [w, h] : {std::pair{1920.0f, 1080.0f}, {1366, 768}, {1024, 600}, {768, 1024}, {960, 540}, {800, 400}, {844, 390}, {390, 844}, {320, 568}})
    for (const char* what : {"all", "gil"}) {
      const std::string where = test::named(w, h) + ", " + what;
      Stage stage(w, h);
      App& app = *run_all(stage, "http").app;
      app.command("show", what);
      ASSERT_EQ(app.command("pin", "gil", "7 203ms"), "");
      stage.frames(3);
      stage.expect_sane(where);
      const ImGuiWindow* why = ImGui::FindWindowByName("why");
      ASSERT_TRUE(why && why->Active) << where;
      EXPECT_GE(why->Size.y, 110) << where << ": a title, a sentence and buttons";
      EXPECT_TRUE(press_item(stage, "why", "woke")) << where;
      EXPECT_TRUE(press_item(stage, "why", "unpin")) << where;
      EXPECT_FALSE(app.view.pinned) << where;
    }
}

TEST(Look, SceneAndStatesAreReachedInALowWindow) {  // seen: at 1024x600 nothing said where the tasks are, or what a colour means
  for (auto [w, h] : {std::pair{1024.0f, 600.0f}, {960, 540}, {700, 480}}) {
    Stage stage(w, h);
    App& app = *run_all(stage, "http").app;
    EXPECT_EQ(app.layout.form, Form::drawer);
    if (w >= 880) {
      EXPECT_TRUE(press_item(stage, "timeline", "scene"));
    } else {
      ASSERT_TRUE(press_item(stage, "timeline", "more"));
      EXPECT_TRUE(press_item(stage, ImGui::GetCurrentContext()->OpenPopupStack[0].Window->Name, "Scene"));
    }
    stage.frames(2);
    stage.expect_sane(test::named(w, h));
    EXPECT_FALSE(app.layout.scene.empty() || app.layout.states.empty() || app.layout.timeline.empty());
    app.command("tab", "lanes");
    stage.frames(2);
    EXPECT_TRUE(app.layout.scene.empty() && app.layout.states.empty());
  }
}

TEST(Look, TheDisplayOfALiveRunIsPausedAndTheRunGoesOn) {  // seen: Space did nothing, and "paused" was said of lanes that grew
  for (auto [w, h] : test::kSizes) {
    const std::string where = test::named(w, h);
    Stage stage(w, h);
    App& app = *stage.app;
    stage.engine->step = 3'000'000;
    app.command("run", "threads");
    stage.frames(30);
    ASSERT_TRUE(app.live);
    auto space = [&] {
      ImGui::GetIO().AddKeyEvent(ImGuiKey_Space, true);
      stage.frames(1);
      ImGui::GetIO().AddKeyEvent(ImGuiKey_Space, false);
      stage.frames(1);
    };
    space();
    ASSERT_TRUE(app.paused_live()) << where;
    const Trace* const trace = app.trace_of(ExecutorKind::threads);
    const Nanos now = app.live->now, reached = app.live->reached, length = app.end();
    std::size_t spans = 0;
    for (const Lane& lane : trace->lanes()) spans += lane.spans.size();
    const Viewport window = app.view.window;
    const TaskPlaces places = task_places(app, ExecutorKind::threads);
    EXPECT_FALSE(places.lines.empty()) << where << ": seen, in a run that goes on no line was ever lit";
    stage.frames(20);
    ASSERT_TRUE(app.live) << where;
    EXPECT_GT(app.live->reached, reached) << where << ": the run goes on";
    EXPECT_EQ(app.live->now, now);
    EXPECT_EQ(app.end(), length);
    EXPECT_EQ(app.view.window, window);
    EXPECT_EQ(app.trace_of(ExecutorKind::threads), trace);
    std::size_t spans_later = 0;
    for (const Lane& lane : trace->lanes()) spans_later += lane.spans.size();
    EXPECT_EQ(spans_later, spans) << where;
    EXPECT_EQ(task_places(app, ExecutorKind::threads).lines, places.lines) << "code and scene";
    EXPECT_NE(app.progress().find(format_duration(app.live->reached)), std::string::npos) << app.progress();
    stage.expect_sane(where);
    space();
    EXPECT_FALSE(app.paused_live()) << where;
    EXPECT_TRUE(app.view.follow);
    stage.frames(2);
    EXPECT_EQ(app.live->now, app.live->reached);
    EXPECT_GT(app.view.window.end, static_cast<double>(app.live->now));
    // By its button; and a run that ends meanwhile is there whole, at that moment.
    EXPECT_TRUE(press_item(stage, "timeline", "play")) << where;
    if (!app.live) continue;  // it was over before the button was found
    ASSERT_TRUE(app.paused_live()) << where;
    const auto held = static_cast<double>(app.live->now);
    stage.finish();
    stage.frames(2);
    EXPECT_EQ(app.view.playhead, held);
    EXPECT_GT(static_cast<double>(app.end()), held);
  }
}

TEST(Look, WhateverTheMirrorShowsMovesTheRevision) {  // seen: Esc, a drag on the axis and a copied sentence, which the page did not learn of
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  ImGuiIO& io = ImGui::GetIO();
  stage.frames(3);
  std::uint64_t before = app.revision;
  auto moved = [&] { return std::exchange(before, app.revision) != app.revision; };
  stage.frames(3);
  EXPECT_FALSE(moved()) << "nothing happened";
  auto escape = [&] {
    io.AddKeyEvent(ImGuiKey_Escape, true);
    stage.frames(2);
    io.AddKeyEvent(ImGuiKey_Escape, false);
    stage.frames(2);
  };
  app.command("present");
  stage.frames(2);
  moved();
  escape();
  EXPECT_FALSE(app.view.present);
  EXPECT_TRUE(moved());
  app.command("notice", "Something.");
  stage.frames(2);
  moved();
  escape();
  EXPECT_EQ(app.notice, "");
  EXPECT_TRUE(moved());
  app.command("play");
  stage.frames(2);
  moved();
  const Rect axis = plan_timeline(app).axis;
  io.AddMousePosEvent(axis.x + 200, axis.y + 10);
  io.AddMouseButtonEvent(0, true);
  stage.frames(3);
  EXPECT_EQ(app.view.playing, 0);
  EXPECT_TRUE(moved()) << "the mirror's button said Pause";
  io.AddMousePosEvent(axis.x + 240, axis.y + 10);
  stage.frames(1);
  moved();
  io.AddMousePosEvent(axis.x + 280, axis.y + 10);
  stage.frames(3);
  EXPECT_FALSE(moved()) << "frames are not mirrored";
  io.AddMouseButtonEvent(0, false);
  stage.frames(3);
  EXPECT_TRUE(moved()) << "where it came to rest is";
  app.notice = "Copied: a sentence";
  stage.frames(1);
  EXPECT_TRUE(moved());
}

TEST(Look, TheSavedPictureHasNoSentenceAboutItself) {  // seen, in the page: "Saved as ....png." above the lanes
  Stage stage(1366, 768);
  App& app = *run_all(stage, "http").app;
  app.notice = "Something else.";
  EXPECT_EQ(app.command("save", "png"), "");
  ASSERT_EQ(app.saves.size(), 1u);
  EXPECT_EQ(app.notice, "") << "when the platform draws it";
  EXPECT_EQ(app.command("save", "csv"), "");
  EXPECT_NE(app.notice, "");
}

TEST(Look, APinAmongSeveralRunsIsOfTheRunThatIsSeen) {  // seen: neither outline nor arrow, since its rows are of another run
  Stage stage(1366, 768, {.tasks = 20, .workers = 4, .cores = 2});
  App& app = *stage.app;
  stage.engine->step = 1'000'000'000;
  app.command("select", "threads");
  app.command("repeat", "3");
  stage.finish();
  stage.frames(2);
  ASSERT_TRUE(app.view.overlay);
  const std::uint32_t last = app.shown().back().serial;
  for (const char* how : {"find", "pin", "lane"}) {
    app.command("unpin");
    if (how == std::string("find")) app.command("find", "7");
    else if (how == std::string("pin")) app.command("pin", "threads", "7 50ms");
    else app.command("step", "next", "lane");
    ASSERT_TRUE(app.view.pinned) << how << ": " << app.notice;
    EXPECT_EQ(app.view.pinned->run, last) << how;
    bool seen = false;
    for (const LaneRow& row : plan_timeline(app).rows) seen |= row.where.run == app.view.pinned->run && row.where.executor == app.view.pinned->executor;
    EXPECT_TRUE(seen) << how;
  }
}

TEST(Look, WhoReadsTheStateAsTextHasTheTasksTheRangeAndWhy) {  // seen: a screen reader got no cause of anything
  Stage stage(1366, 768, {.tasks = 300, .workers = 10, .cores = 2});
  App& app = *run_all(stage, "http").app;
  app.command("show", "gil");
  EXPECT_EQ(app.state().pinned, "");
  EXPECT_EQ(app.state().range, "");
  ASSERT_EQ(app.command("find", "7"), "");
  const std::string why = span_sentence(app, *app.view.pinned);
  EXPECT_EQ(app.state().pinned, why);
  EXPECT_NE(why.find("task 7, "), std::string::npos) << why;
  AppState state = app.state();
  EXPECT_EQ(state.tasks.size(), kMostTaskStates);
  EXPECT_TRUE(state.tasks_said.starts_with("The first 200 of 300 tasks on Threads + GIL at ")) << state.tasks_said;
  EXPECT_EQ(state.tasks[6].number, 7u);
  EXPECT_TRUE(state.tasks[6].words.starts_with("task 7: ")) << state.tasks[6].words;
  app.command("range", "50ms", "250ms");
  EXPECT_TRUE(app.state().range.starts_with("0.200\u2009s selected, 0.0500\u2009s to 0.250\u2009s. Threads + GIL: on average ")) << app.state().range;
  app.command("run", "loop");
  stage.engine->step = 1'000'000;
  stage.frames(3);
  EXPECT_TRUE(app.state().tasks.empty()) << "of a run that goes on nobody knows where a task was";
}

TEST(Look, TheKeyboardNeedsNoMouseToBeginWith) {  // seen: Up, Down and Enter did nothing until something was pinned
  for (const ImGuiKey key : {ImGuiKey_DownArrow, ImGuiKey_UpArrow, ImGuiKey_Enter}) {
    Stage stage(1366, 768, {.tasks = 20, .workers = 4, .cores = 2});
    App& app = *run_all(stage, "http").app;
    app.command("show", "threads");
    stage.frames(2);
    ImGui::GetIO().AddKeyEvent(key, true);
    stage.frames(2);
    ImGui::GetIO().AddKeyEvent(key, false);
    stage.frames(2);
    ASSERT_TRUE(app.view.pinned) << key;
    const Span& span = spans_at(app, *app.view.pinned)[app.view.pinned->span];
    EXPECT_LE(static_cast<double>(span.begin), app.view.playhead);
    EXPECT_GE(static_cast<double>(span.end), app.view.playhead);
  }
}

TEST(Look, ThatNotAllLanesAreShownIsSaidAndTheOthersAreOneClickAway) {  // seen: half of 16 cores were missing without a word
  for (auto [w, h] : {std::pair{1920.0f, 1080.0f}, {1366, 768}, {1024, 600}, {800, 400}, {390, 844}}) {
    const std::string where = test::named(w, h);
    Stage stage(w, h, {.tasks = 64, .workers = 32, .cores = 16});
    App& app = *run_all(stage, "http").app;
    auto group = [&] {
      const TimelinePlan plan = plan_timeline(app);
      return *std::ranges::find(plan.groups, ExecutorKind::threads, &LaneGroup::executor);
    };
    EXPECT_EQ(group().lanes, 8u) << where;
    EXPECT_EQ(group().lanes_in_all, 16u) << where;
    EXPECT_TRUE(press_item(stage, "timeline", "lanes threads 0")) << where;
    EXPECT_TRUE(app.view.unfolded) << where;
    stage.frames(2);
    stage.expect_sane(where);
    EXPECT_EQ(group().lanes, 16u) << where;
    EXPECT_TRUE(press_item(stage, "timeline", "lanes threads 0")) << where << ": and back";
    EXPECT_EQ(group().lanes, 8u) << where;
  }
  Stage few(1366, 768, {.tasks = 64, .workers = 32, .cores = 8});
  run_all(few, "http");
  for (const LaneGroup& each : plan_timeline(*few.app).groups) EXPECT_EQ(each.lanes, 0u) << "nothing is missing";
}

TEST(Look, WhatIsEmptyIsSaidToBeEmpty) {  // seen: lanes of executors that a stopped Run all never came to, and the half of a picture below one task
  {
    Stage stage(1366, 768);
    App& app = *stage.app;
    stage.engine->step = 1'000'000;
    app.command("run-all");
    stage.frames(20);
    app.command("stop");
    stage.finish();
    stage.frames(2);
    std::size_t never = 0;
    for (const LaneGroup& group : plan_timeline(app).groups) {
      EXPECT_EQ(group.note.empty(), group.run != nullptr) << group.note;
      never += group.note.starts_with("Not run: ");
    }
    EXPECT_EQ(never, app.executors().size() - 1);
  }
  for (auto [w, h] : {std::pair{1366.0f, 768.0f}, {390, 844}, {800, 400}}) {
    Stage stage(w, h, {.tasks = 1, .workers = 1, .cores = 1});
    run_all(stage, "trampoline").app->command("show", "serial");
    stage.frames(2);
    stage.expect_sane(test::named(w, h));
    const TimelinePlan plan = plan_timeline(*stage.app);
    EXPECT_TRUE(plan.note.starts_with("One task on one lane: ")) << plan.note;
    EXPECT_GT(plan.note_y, plan.rows.back().y + plan.rows.back().h);
  }
}

TEST(Look, TheLegendHasTheStatesThatAreDrawn) {  // seen, on a phone: "Not started" beside lanes that had none
  Stage stage(390, 844, {.tasks = 100, .workers = 100, .cores = 4});
  App& app = *run_all(stage, "http").app;
  app.command("show", "gil");
  stage.frames(2);
  auto drawn = [&](State state) { return (app.drawn_states >> static_cast<unsigned>(state) & 1) != 0; };
  EXPECT_TRUE(drawn(State::waiting_gil) && drawn(State::running) && drawn(State::waiting_io));
  EXPECT_FALSE(drawn(State::ready) || drawn(State::waiting_lock));
  app.command("show", "threads");
  app.command("window", "0ms", "100ms");
  stage.frames(2);
  EXPECT_TRUE(drawn(State::waiting_io));
  EXPECT_FALSE(drawn(State::waiting_gil) || drawn(State::ready)) << "not in this stretch";
}

TEST(Look, TheTableIsSortedByAColumnAndBack) {
  Stage stage(1920, 1080);
  App& app = *run_all(stage, "http").app;
  auto order = [&] {
    std::vector<ExecutorKind> out;
    for (const ResultRow& row : table_rows(app)) out.push_back(row.executor);
    return out;
  };
  const std::vector<ExecutorKind> as_ever = order();
  EXPECT_EQ(as_ever, app.executors());
  ASSERT_TRUE(press_item(stage, "table", "head Measured"));
  std::vector<Nanos> times;
  for (const ResultRow& row : table_rows(app)) times.push_back(row.makespan);
  EXPECT_TRUE(std::ranges::is_sorted(times)) << "the quickest first";
  EXPECT_NE(order(), as_ever);
  ASSERT_TRUE(press_item(stage, "table", "head Measured"));
  EXPECT_EQ(table_rows(app).front().executor, ExecutorKind::serial);
  ASSERT_TRUE(press_item(stage, "table", "head Measured"));
  EXPECT_EQ(order(), as_ever);
  ASSERT_TRUE(press_item(stage, "table", "head Speed-up"));
  EXPECT_EQ(table_rows(app).front().executor, ExecutorKind::serial);
  EXPECT_EQ(app.results().size(), as_ever.size());
  for (std::size_t i = 0; i < as_ever.size(); ++i) EXPECT_EQ(app.results()[i].executor, as_ever[i]) << "lanes and CSV stay as they are";
}

TEST(Look, TheInterfaceHasFourSizes) {
  float scale = 1;
  for (const float next : {1.25f, 1.5f, 2.0f, 2.0f}) EXPECT_EQ(scale = next_ui_scale(scale, 1), next);
  for (const float next : {1.5f, 1.25f, 1.0f, 1.0f}) EXPECT_EQ(scale = next_ui_scale(scale, -1), next);
  EXPECT_EQ(next_ui_scale(1.1f, 1), 1.25f);
}

TEST(Look, ATextOfTwiceTheSizeOnAPhoneCoversNothing) {  // seen at 390x844: "Measured" and "Emulated" over Play and Next, and "Threads + G"
  for (const bool emulated : {true, false}) {
    Stage stage(195, 422, {.tasks = 4, .workers = 4, .cores = 2, .emulated = emulated});
    App& app = *run_all(stage, "http").app;
    app.command("dismiss");
    stage.frames(2);
    // What of each the pointer finds, to 3 px.
    struct Found { const char* id; float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f; };
    std::vector<Found> found{{"start"}, {"previous"}, {"play"}, {"provenance"}, {"emulated"}};
    const ImGuiWindow* window = ImGui::FindWindowByName("timeline");
    ASSERT_TRUE(window);
    for (float y = window->Pos.y; y < window->Pos.y + window->Size.y; y += 3)
      for (float x = window->Pos.x; x < window->Pos.x + window->Size.x; x += 3) {
        ImGui::GetIO().AddMousePosEvent(x, y);
        stage.frame();
        for (Found& each : found)
          if (ImGui::GetCurrentContext()->HoveredId == ImHashStr(each.id, 0, window->ID)) each = {each.id, std::min(each.x0, x), std::min(each.y0, y), std::max(each.x1, x), std::max(each.y1, y)};
      }
    for (const Found& each : found) {
      if (each.id == std::string_view("emulated") && !emulated) continue;
      ASSERT_GT(each.x1, each.x0) << each.id;
      if (each.id == std::string_view("provenance")) EXPECT_NEAR(each.x1 - each.x0, badge_size(Provenance::measured).x, 4) << "all of it";
      if (each.id == std::string_view("emulated")) EXPECT_GT(each.x1 - each.x0, emulated_badge_size(true).x - 4);
      EXPECT_EQ(each.id == std::string_view("provenance") || each.id == std::string_view("emulated"), each.y1 < plan_timeline(app).transport.y) << each.id;
    }
    stage.expect_sane("200 %");
  }
}

TEST(Look, EmulatedCoresAreLabelledAtEverySize) {  // seen: nowhere on the canvas
  for (auto [w, h] : {std::pair{1920.0f, 1080.0f}, {1366, 768}, {1024, 600}, {700, 480}, {800, 400}, {480, 280}, {320, 240}, {390, 844}, {320, 568}})
    for (const bool emulated : {true, false}) {
      const std::string where = test::named(w, h) + (emulated ? ", emulated" : ", not");
      Stage stage(w, h, {.tasks = 4, .workers = 4, .cores = 2, .emulated = emulated});
      App& app = *run_all(stage, "sum").app;
      stage.expect_sane(where);
      app.command("dismiss");
      stage.frames(2);
      const bool seen = press_item(stage, "top", "emulated") || press_item(stage, "timeline", "emulated");
      EXPECT_EQ(seen, emulated) << where;
      EXPECT_EQ(app.notice, emulated ? "Emulated cores: permits let 2 tasks compute at a time, on the 4 cores of this machine. With cores set to 4 they are its own." : "") << where;
      EXPECT_EQ(app.state().emulated, app.emulated_words());
      bool said = false;
      for (const LaneGroup& group : plan_timeline(app).groups) said |= group.who == "4 workers, 2 emulated cores";
      if (w >= 1000) EXPECT_EQ(said, emulated) << where << ": of the run that has them";
    }
  Stage wall(1366, 768, {.tasks = 4, .workers = 4, .cores = 2, .emulated = true});
  run_all(wall, "sum").app->command("present");
  wall.frames(2);
  EXPECT_TRUE(press_item(wall, "timeline", "emulated")) << "on a wall there is no top bar";
}

}  // namespace
}  // namespace interleave
