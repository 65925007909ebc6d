// What is looked at, and how: nothing here changes a run.
#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <string>

#include "ui/panels.h"
#include "ui/stage.h"
#include "ui/timeline_plan.h"

namespace interleave {
namespace {

using test::Stage;

/// An App after "Run all" of a lesson.
Stage& run_all(Stage& stage, const char* lesson) {
  stage.engine->step = 1'000'000'000;
  EXPECT_EQ(stage.app->command("lesson", lesson), "");
  EXPECT_EQ(stage.app->command("run-all"), "");
  stage.finish();
  stage.frames(2);
  return stage;
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
      stage.frames(2);
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
