// Zooms, fits and cards take a moment, and then nothing is drawn.
#include <gtest/gtest.h>

#include <cmath>

#include "ui/stage.h"
#include "ui/timeline_plan.h"

namespace interleave {
namespace {

using test::Stage;

/// A run on threads, at rest, whose zooms move.
App& moving(Stage& stage) {
  stage.engine->step = 1'000'000'000;
  stage.app->command("run", "threads");
  stage.finish();
  stage.app->view.moves = true;
  stage.rest();
  return *stage.app;
}

double share_of(const App& app, double t) { return (t - app.view.window.begin) / app.view.window.length(); }

TEST(Motion, AZoomKeepsItsAnchorInEveryFrameAndEndsWhereAZoomAtOnceDoes) {
  Stage stage(1366, 768);
  App& app = moving(stage);
  const double anchor = app.view.window.begin + 0.3 * app.view.window.length();
  Viewport at_once = app.view.window;
  zoom_at(at_once, anchor, 0.25);
  app.zoom(0.25, anchor);
  const double before = app.view.window.length();
  EXPECT_GT(before, at_once.length() * 3.9) << "it has not begun";
  double last = before;
  int moved = 0;
  for (; app.view.glide; ++moved) {
    ASSERT_LT(moved, 20) << "0.12 s are over";
    stage.frame();
    EXPECT_NEAR(share_of(app, anchor), 0.3, 1e-9);
    EXPECT_LT(app.view.window.length(), last);
    last = app.view.window.length();
  }
  EXPECT_GE(moved, 6) << "0.12 s are seven frames";
  EXPECT_EQ(app.view.window, at_once);
  EXPECT_EQ(stage.rest(), 0) << "and then nothing is drawn";
}

TEST(Motion, ASecondZoomGoesOnFromWhereTheFirstIsAndKeepsItsOwnAnchor) {
  Stage stage(1366, 768);
  App& app = moving(stage);
  const double before = app.view.window.length();
  app.zoom(0.5, app.view.window.begin + 0.2 * before);
  stage.frames(3);
  ASSERT_TRUE(app.view.glide);
  const Viewport midway = app.view.window;
  const double anchor = midway.begin + 0.7 * midway.length();
  app.zoom(0.5, anchor);
  EXPECT_EQ(app.view.window, midway) << "no jump";
  for (int i = 0; app.view.glide && i < 20; ++i) {
    stage.frame();
    EXPECT_NEAR(share_of(app, anchor), 0.7, 1e-9);
  }
  EXPECT_NEAR(app.view.window.length(), before / 4, before * 1e-9) << "both have counted";
  app.zoom(0.5, anchor);
  stage.frames(2);
  app.pan(0.1);
  EXPECT_FALSE(app.view.glide) << "a hand takes it over";
}

TEST(Motion, FitIsAWayTooAndFollowsTheWidth) {
  Stage stage(1366, 768);
  App& app = moving(stage);
  const Viewport all = app.view.window;
  app.command("window", "10ms", "20ms");
  EXPECT_FALSE(app.view.glide) << "who names a stretch of time has it";
  stage.frames(2);
  app.command("fit");
  EXPECT_TRUE(app.view.glide);
  stage.frames(3);
  EXPECT_LT(app.view.window.length(), all.length());
  stage.rest();
  EXPECT_EQ(app.view.window, all);
  EXPECT_EQ(stage.rest(), 0);
}

TEST(Motion, ReducedMotionAndScriptsHaveItAtOnce) {
  for (const bool reduced : {false, true}) {
    Stage stage(1366, 768);
    App& app = moving(stage);
    app.view.moves = reduced;
    app.command("reduced-motion", reduced ? "on" : "off");
    const double before = app.view.window.length();
    app.zoom(0.5, app.view.window.begin + before / 2);
    EXPECT_NEAR(app.view.window.length(), before / 2, before * 1e-9);
    EXPECT_FALSE(app.view.glide);
    EXPECT_EQ(app.appeared(app.now_s), 1);
  }
}

/// How much of the darkest ground of a window is there.
float opacity_of(const char* name) {
  const ImGuiWindow* window = ImGui::FindWindowByName(name);
  if (!window || !window->Active || window->Hidden || window->DrawList->VtxBuffer.empty()) return 0;
  return static_cast<float>(window->DrawList->VtxBuffer[0].col >> 24) / 255;
}

TEST(Motion, ACardComesInAMomentAndMovesBetweenSpansAtOnce) {
  Stage stage(1366, 768);
  App& app = moving(stage);
  const Rect& r = app.layout.timeline;
  ImGui::GetIO().AddMousePosEvent(r.x + 400, r.y + 200);
  float last = 0;
  bool between = false;
  for (int i = 0; i < 40; ++i) {
    stage.frame();
    const float now = opacity_of("hover card");
    EXPECT_GE(now, last) << "it only comes";
    between |= now > 0 && now < 1;
    last = now;
  }
  ASSERT_TRUE(app.view.hovered.has_value());
  EXPECT_TRUE(between);
  EXPECT_EQ(last, 1);
  EXPECT_EQ(stage.rest(), 0);
  const SpanPick first = *app.view.hovered;
  for (float x = r.x + 401; *app.view.hovered == first && x < r.right() - 100; x += 4) {
    ImGui::GetIO().AddMousePosEvent(x, r.y + 200);
    stage.frame();
    if (!app.view.hovered) break;
    EXPECT_EQ(opacity_of("hover card"), 1);
  }
}

TEST(Motion, WhyComesInAMoment) {
  Stage stage(800, 400);
  App& app = moving(stage);
  ASSERT_EQ(app.command("pin", "threads", "57 203ms"), "");
  stage.frame();
  const float first = opacity_of("why");
  EXPECT_GT(first, 0);
  EXPECT_LT(first, 1);
  stage.rest();
  EXPECT_EQ(opacity_of("why"), 1);
  EXPECT_EQ(stage.rest(), 0);
}

}  // namespace
}  // namespace interleave
