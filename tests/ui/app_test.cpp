#include "ui/app.h"

#include <gtest/gtest.h>

#include <memory>

#include "ui/synthetic.h"

namespace interleave {
namespace {

using test::SyntheticEngine;

struct Bench {
  SyntheticEngine* engine;
  App app;
  double now_s = 1;
  Bench() : Bench(std::make_unique<SyntheticEngine>()) {}
  explicit Bench(std::unique_ptr<SyntheticEngine> made) : engine(made.get()), app(std::move(made), Theme::dark) { engine->step = 1'000'000'000; }
  void turn(int n = 1) {
    for (int i = 0; i < n; ++i) poll(app, now_s += 0.016);
  }
  void finish() {
    for (int i = 0; i < 5000 && app.busy(); ++i) turn();
  }
};

TEST(App, RunAllRunsOneAfterAnotherAndSkipsWhatIsRefused) {
  Bench b;
  b.engine->can_.refused[static_cast<std::size_t>(ExecutorKind::stealing)] = "Work stealing is not built yet.";
  std::size_t runnable = 0;
  for (ExecutorKind kind : b.app.executors()) runnable += !b.app.refused(kind);
  EXPECT_EQ(b.app.command("run-all"), "");
  b.turn();
  EXPECT_TRUE(b.app.live.has_value());
  EXPECT_NE(b.app.progress().find(" of " + std::to_string(runnable)), std::string::npos) << b.app.progress();
  b.finish();
  EXPECT_EQ(b.app.history.size(), runnable);
  EXPECT_EQ(b.app.run_of(ExecutorKind::stealing), nullptr);
  EXPECT_FALSE(b.app.sentence().empty());
}

TEST(App, StopEndsARunThatNeverEndsAndKeepsWhatRan) {
  Bench b;
  b.engine->refuse_to_end = true;
  b.engine->step = 1'000'000;
  b.app.command("run-all");
  b.turn(50);
  EXPECT_TRUE(b.app.busy());
  b.app.command("stop");
  b.turn(2);
  EXPECT_FALSE(b.app.busy());
  ASSERT_EQ(b.app.history.size(), 1u);
  EXPECT_EQ(b.app.history[0].trace->how_ended(), RunEnd::cancelled);
  EXPECT_NE(b.app.notice.find("What ran is kept"), std::string::npos);
}

TEST(App, AChangedSettingMakesTheRunsOnScreenStaleUntilTheNext) {
  Bench b;
  b.app.command("run", "loop");
  b.finish();
  EXPECT_FALSE(b.app.stale());
  EXPECT_EQ(b.app.command("set", "connections", "50"), "");
  EXPECT_TRUE(b.app.stale());
  EXPECT_NE(b.app.run_of(ExecutorKind::loop), nullptr) << "the old run stays until there is a new one";
  b.app.command("run", "serial");
  EXPECT_FALSE(b.app.stale());
  EXPECT_EQ(b.app.run_of(ExecutorKind::loop), nullptr) << "runs of other settings are not shown side by side";
}

TEST(App, ChoosingAnotherExecutorMakesNothingStale) {
  Bench b;
  b.app.command("run", "loop");
  b.finish();
  b.app.command("select", "serial");
  EXPECT_EQ(b.app.selected(), ExecutorKind::serial);
  EXPECT_FALSE(b.app.stale());
}

TEST(App, CommandsThatMeanNothingAreAnsweredInASentence) {
  Bench b;
  EXPECT_EQ(b.app.command("dance"), "There is no command called 'dance'.");
  EXPECT_EQ(b.app.command("run", "magic"), "There is no executor called 'magic'.");
  EXPECT_EQ(b.app.command("set", "colour", "3"), "This lesson has no setting called 'colour'.");
  EXPECT_EQ(b.app.command("set", "workers", "many"), "'many' is not a number for workers.");
  EXPECT_EQ(b.app.command("lesson", "fibre"), "No lesson is called 'fibre'. Clear the search to see all.");
}

TEST(App, SettingsAreClampedToWhatTheLessonAllows) {
  Bench b;
  b.app.command("set", "connections", "1e12");
  for (const ParameterState& p : b.app.state().parameters)
    if (p.name == "connections") EXPECT_EQ(p.value, p.max);
}

TEST(App, ItsHashGivesItsSettingsBack) {
  Bench b;
  b.app.command("set", "connections", "50");
  b.app.command("set", "workers", "7");
  b.app.command("select", "loop");
  Bench other;
  other.app.apply_hash(b.app.scenario_hash());
  EXPECT_EQ(other.app.scenario, b.app.scenario);
  EXPECT_EQ(other.app.notice, "");
  other.app.apply_hash("#v=1&l=http&speed=9");
  EXPECT_NE(other.app.notice.find("speed"), std::string::npos);
}

TEST(App, StepGoesFromSwitchToSwitchAndBack) {
  Bench b;
  b.app.command("run", "serial");
  b.finish();
  b.app.command("to-start");
  std::vector<double> forwards;
  for (int i = 0; i < 5; ++i) {
    b.app.command("step", "next");
    forwards.push_back(b.app.view.playhead);
  }
  EXPECT_TRUE(std::ranges::is_sorted(forwards));
  for (int i = 3; i >= 0; --i) {
    b.app.command("step", "previous");
    EXPECT_EQ(b.app.view.playhead, forwards[static_cast<std::size_t>(i)]);
  }
}

TEST(App, PlayStartsAtZeroAndStopsAtTheEnd) {
  Bench b;
  b.app.command("run", "threads");
  b.finish();
  b.app.view.speed = 0;
  b.app.command("play");
  EXPECT_EQ(b.app.view.playhead, 0);
  b.turn(10);
  EXPECT_NEAR(b.app.view.playhead, 0.16e9, 0.02e9);
  b.turn(500);
  EXPECT_EQ(b.app.view.playing, 0);
  EXPECT_EQ(b.app.view.playhead, static_cast<double>(b.app.end()));
}

TEST(App, RevisionMovesOnlyWhenTheMirrorWouldChange) {
  Bench b;
  b.turn(5);
  std::uint64_t before = b.app.revision;
  b.turn(5);
  EXPECT_EQ(b.app.revision, before);
  b.app.command("set", "connections", "60");
  EXPECT_GT(b.app.revision, before);
}

TEST(App, AGuessIsSaidBesideWhatCame) {
  Bench b;
  EXPECT_EQ(b.app.command("lesson", "http"), "");
  EXPECT_EQ(b.app.command("guess", "serial"), "");
  EXPECT_EQ(b.app.guess_words(), "") << "not before there is anything to compare it with";
  b.app.command("run-all");
  b.finish();
  EXPECT_EQ(b.app.guess_words().substr(0, 37), "You expected Serial first: it took 20") << b.app.guess_words();
  EXPECT_EQ(b.app.command("guess", "threads"), "");
  EXPECT_EQ(b.app.guess_words(), "You expected Threads first: so it was.");
  EXPECT_NE(b.app.subsentence().find("so it was."), std::string::npos);
  EXPECT_EQ(b.app.command("guess", "threads"), "");
  EXPECT_EQ(b.app.guess_words(), "") << "the same again takes it back";
  EXPECT_NE(b.app.command("guess", "nobody"), "");
}

TEST(App, WhatWokeAPinnedTaskIsPinnedInItsPlace) {
  Bench b;
  b.app.command("lesson", "http");
  b.app.command("run", "threads");
  b.finish();
  EXPECT_NE(b.app.command("pin", "threads", "57"), "") << "a time is missing";
  EXPECT_NE(b.app.command("pin", "threads", "5700 203ms"), "");
  ASSERT_EQ(b.app.command("pin", "threads", "57 203ms"), "");
  ASSERT_TRUE(b.app.view.pinned.has_value());
  EXPECT_EQ(b.app.view.pinned->lane, 58u);
  // It stands in line for a core; who had that core before it let it go.
  EXPECT_EQ(b.app.command("woke"), "");
  ASSERT_TRUE(b.app.view.pinned.has_value());
  EXPECT_NE(b.app.view.pinned->lane, 58u);
  EXPECT_GT(b.app.view.playhead, 203e6);
}

TEST(App, TheWindowEndsWhereTheLongestRunsFigureHasRoom) {
  Bench b;
  b.app.layout.timeline = {0, 0, 1000, 500};
  b.app.command("run", "loop");
  b.finish();
  const double width = 1000 - static_cast<double>(b.app.layout.header) - 32;
  const double behind = (b.app.view.window.end - static_cast<double>(b.app.end())) / b.app.view.window.length() * width;
  EXPECT_GT(behind, 80) << "px for a figure such as 0.704 s";
}

}  // namespace
}  // namespace interleave
