// What is written on the screen: whole, beside what it speaks of and not over it, and each time in the one unit of that screen.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "trace/recorder.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"
#include "ui/stage.h"
#include "ui/timeline_plan.h"
#include "view/results.h"

namespace interleave {
namespace {

using test::kSizes;
using test::named;
using test::Stage;

bool touch(const TextSeen& a, const TextSeen& b) {
  return a.window == b.window && a.at.x < b.at.x + b.width - 1 && b.at.x < a.at.x + a.width - 1 && a.at.y < b.at.y + b.px - 1 && b.at.y < a.at.y + a.px - 1;
}

std::vector<TextSeen> that_begin(const std::vector<TextSeen>& texts, std::string_view with, std::string_view window = "timeline") {
  std::vector<TextSeen> out;
  for (const TextSeen& text : texts)
    if (text.window == window && text.text.starts_with(with)) out.push_back(text);
  return out;
}

/// So far in a "Run all" of the lesson that its second run goes on.
Stage& midway(Stage& stage, const char* lesson) {
  EXPECT_EQ(stage.app->command("lesson", lesson), "");
  EXPECT_EQ(stage.app->command("run-all"), "");
  stage.engine->step = 10'000'000'000;
  for (int i = 0; i < 500 && stage.app->history.empty(); ++i) stage.frame();
  stage.engine->step = 4'000'000;
  stage.frames(12);
  EXPECT_TRUE(stage.app->live.has_value());
  return stage;
}

TEST(Words, OnAPhoneWhatComesNextIsSaidBesideItsName) {  // seen: "next" below the name, cut by the group that follows
  Stage stage(390, 844);
  const std::vector<TextSeen> texts = midway(stage, "cpu").texts();
  const std::vector<TextSeen> next = that_begin(texts, "next");
  EXPECT_EQ(next.size(), stage.app->queue.size());
  const TimelinePlan plan = plan_timeline(*stage.app);
  for (const TextSeen& word : next) {
    EXPECT_FALSE(word.cut);
    EXPECT_TRUE(std::ranges::any_of(plan.groups, [&](const LaneGroup& g) { return word.at.y >= g.y && word.at.y + word.px <= g.y + g.h; })) << word.at.y;
    for (const TextSeen& other : texts) EXPECT_FALSE(other.text != "next" && touch(word, other)) << other.text;
  }
}

TEST(Words, WhyAnExecutorIsRefusedIsWholeOnAPhone) {
  Stage stage(390, 844);
  stage.engine->can_.refused[static_cast<std::size_t>(ExecutorKind::processes)] = "A page has no processes. The desktop program has them.";
  const std::vector<TextSeen> texts = midway(stage, "cpu").texts();
  const std::vector<TextSeen> why = that_begin(texts, "A page has no processes.");
  ASSERT_EQ(why.size(), 1u);
  const TimelinePlan plan = plan_timeline(*stage.app);
  const auto group = std::ranges::find(plan.groups, ExecutorKind::processes, &LaneGroup::executor);
  EXPECT_GE(why[0].at.y, group->y + kGroupTitle - 2);
  EXPECT_LE(why[0].at.y + why[0].px, group->y + group->h + 1);
}

TEST(Words, WhatIsSaidOfALiveRunStandsBehindItsLanes) {  // seen: "running, 1.28 s" over the bars that grow
  for (const auto& [w, h] : {std::pair{1366.0f, 768.0f}, {1920, 1080}, {1024, 600}, {800, 400}, {390, 844}}) {
    Stage stage(w, h);
    midway(stage, "cpu");
    // Where makespans have a column, it stands there; if there is room, with a word.
    const bool column = stage.app->layout.figures_right;
    const std::vector<TextSeen> texts = stage.texts();
    const std::vector<TextSeen> running = that_begin(texts, column ? stage.app->time_in_words(stage.app->live->now) : std::string("running"));
    ASSERT_EQ(running.size(), 1u) << named(w, h);
    const TimelinePlan plan = plan_timeline(*stage.app);
    const float now = plan.px(stage.app->view.window, static_cast<double>(stage.app->live->now));
    const bool beside_name = plan.groups.front().title_h > 0;
    if (!beside_name) EXPECT_GE(running[0].at.x, now) << named(w, h);
    EXPECT_LE(running[0].at.x + running[0].width, stage.app->layout.timeline.right()) << named(w, h);
    for (const TextSeen& other : texts) EXPECT_FALSE(other.text != running[0].text && touch(running[0], other)) << named(w, h) << ": " << other.text;
  }
}

TEST(Words, OfWhereItRunsWholePartsAreSaid) {  // seen at 1024x600: "Real threads, 4 cores, clock st…"
  for (const float w : {800.0f, 900.0f, 1024.0f, 1100.0f, 1366.0f, 1920.0f}) {
    Stage stage(w, 768);
    stage.engine->can_.where = "Real threads, 4 cores, clock steps of 5 \xc2\xb5s";
    stage.app->command("lesson", "http");
    stage.frames(2);
    for (const TextSeen& text : stage.texts())
      if (text.window == "top") EXPECT_FALSE(text.cut) << w << ": " << text.text;
  }
}

TEST(Words, WhereTheStatesHaveNoPanelTheLanesHaveALegend) {  // seen at 1366x768, S3 and S7: nothing said what a colour means
  for (const char* lesson : {"S3", "S7", "S5", "S1"}) {
    Stage stage(1366, 768);
    stage.run_all(lesson);
    const std::vector<TextSeen> texts = stage.texts();
    const bool panel = !stage.app->layout.states.empty();
    EXPECT_EQ(that_begin(texts, "Running").size(), panel ? 0u : 1u) << lesson;
    EXPECT_EQ(that_begin(texts, "Running", "states").size(), panel ? 1u : 0u) << lesson;
  }
}

TEST(Words, TheStatesListHasCopyingWhereItIsDrawn) {  // seen at 1366x768, S3 on processes: the state most drawn was not listed
  for (const auto& [w, h] : {std::pair{1366.0f, 768.0f}, {1366.0f, 700.0f}, {1366.0f, 640.0f}, {1920.0f, 1080.0f}}) {
    Recorder recorder(1 << 20);
    LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
    LaneRecorder& one = recorder.lane(LaneKind::process, "process 1");
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.fact(0, Fact::copied_bytes, 100'000);
    main.at(1, EventKind::run, 0, kRootTask);
    main.at(2, EventKind::spawn, 0, 2);
    main.at(3, EventKind::wait, static_cast<std::uint32_t>(WaitReason::children) << 16, kRootTask);
    one.at(10, EventKind::copy, 0, 2, 100'000);
    one.at(60'000'000, EventKind::run, 0, 2);
    one.at(70'000'000, EventKind::done, 0, 2);
    main.at(70'000'001, EventKind::run, 0, kRootTask);
    main.at(70'000'002, EventKind::done, 0, kRootTask);
    main.at(70'000'002, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
    Stage stage(w, h);
    ASSERT_EQ(stage.app->open("copies.ilt", trace_file(*trace_of(recorder, ExecutorKind::processes), "v=1&l=S3")), "");
    stage.frames(3);
    if (stage.app->layout.states.empty()) continue;
    const std::vector<TextSeen> texts = stage.texts();
    EXPECT_EQ(that_begin(texts, "Copying", "states").size(), 1u) << w << "x" << h << " " << stage.app->layout.states.h;
    EXPECT_EQ(that_begin(texts, "Running", "states").size(), 1u) << w << "x" << h;
    for (const TextSeen& text : texts)
      if (text.window == "states") EXPECT_LE(text.at.y + 12, stage.app->layout.states.bottom()) << w << "x" << h << ": " << text.text;
  }
}

std::string unit_of(std::string_view text) {
  const std::size_t digit = text.find_last_of("0123456789");
  std::string out(text.substr(digit == text.npos ? text.size() : digit + 1));
  for (const std::string_view space : {"\u2009", "\u00a0", " "})
    if (out.starts_with(space)) out.erase(0, space.size());
  return out;
}

TEST(Words, LengthsAndMomentsOfOneScreenHaveOneUnit) {  // seen: 1.28 s beside a run, 1 280 ms on its axis; 25.1 ms at a run's end, 0.0251 s in the table
  Stage stage(1920, 1080, {.tasks = 10, .workers = 10, .cores = 4, .wait = 20'000'000, .work = 1'000'000});
  App& app = *stage.app;
  app.command("lesson", "http");
  app.command("guess-time", "40ms");
  stage.engine->step = 1'000'000'000;
  app.command("run-all");
  stage.finish();
  stage.frames(2);
  const interleave::Run& threads = *app.run_of(ExecutorKind::threads);
  ASSERT_LT(app.length_of(threads), 100'000'000);
  ASSERT_GT(app.length_of(*app.run_of(ExecutorKind::serial)), 100'000'000);
  EXPECT_EQ(unit_of(app.length_in_words(threads)), "s");
  for (const ResultRow& row : app.results()) {
    EXPECT_EQ(unit_of(row.measured), "s") << row.measured;
    EXPECT_EQ(app.length_in_words(*app.run_of(row.executor)), row.measured) << "the table says what stands at the run's end";
  }
  EXPECT_EQ(app.guessed_time(), "You expected 0.0400\u2009s");
  EXPECT_EQ(app.sentence().find("ms"), std::string::npos) << app.sentence();
  for (const char* to : {"0.2s", "60ms", "21ms"}) {
    app.command("window", "20ms", to);
    app.command("playhead", "20.5ms");
    stage.frames(2);
    std::size_t ticks = 0;
    const TimelinePlan plan = plan_timeline(app);
    for (const TextSeen& text : stage.texts())
      if (text.window == "timeline" && text.at.y >= plan.axis.y && text.at.y < plan.axis.bottom() && text.text != "You") {
        EXPECT_EQ(unit_of(text.text), "s") << text.text;
        ++ticks;
      }
    EXPECT_GE(ticks, 3u) << to;
  }
  const std::string why = span_sentence(app, SpanPick{ExecutorKind::threads, SpanPick::Of::worker, 1, 0, 1});
  EXPECT_NE(why.find("Threads, 0.000"), std::string::npos) << why << ": its moments are the axis'";
}

TEST(Words, WhatIsSaidOfASpanEndsWithItsRun) {  // seen: drawn up to the deadlock at 30 ms, and its card said 40 ms
  Recorder recorder(1 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::worker, "worker 1");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::spawn, 30, 2);
  one.at(10'000, EventKind::run, 7, 2);
  one.at(10'000'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16 | 8, 2);
  main.at(30'000'000, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::deadlock));
  one.at(40'000'000, EventKind::done, 0, 2);
  Stage stage(1366, 768);
  ASSERT_EQ(stage.app->open("stuck.ilt", trace_file(*trace_of(recorder, ExecutorKind::threads))), "");
  stage.app->command("show", "threads");
  stage.frames(2);
  std::size_t seen = 0;
  for (const SpanPick::Of of : {SpanPick::Of::worker, SpanPick::Of::task}) {
    const SpanPick lane{ExecutorKind::threads, of, of == SpanPick::Of::task ? 2u : 1u, 0, 1};
    for (std::uint32_t i = 0; i < spans_at(*stage.app, lane).size(); ++i) {
      SpanPick pick = lane;
      pick.span = i;
      if (spans_at(*stage.app, pick)[i].state != State::waiting_lock) continue;
      ++seen;
      const std::string said = span_sentence(*stage.app, pick);
      EXPECT_NE(said.find("20.0\u2009ms"), std::string::npos) << said;
      EXPECT_EQ(said.find("40.0"), std::string::npos) << said;
    }
  }
  EXPECT_EQ(seen, 2u);
}

TEST(Words, ASingleRunInASmallEmbedHasItsAnswerToo) {  // seen: Q3 and B13, run alone at 800x400, said nothing of what came out
  Stage stage(800, 400);
  App& app = *stage.app;
  app.command("lesson", "scheduler");
  stage.engine->step = 1'000'000'000;
  app.command("run", "loop");
  stage.finish();
  stage.frames(2);
  ASSERT_FALSE(app.view.compare);
  const std::vector<TextSeen> texts = stage.texts();
  const std::vector<TextSeen> answer = that_begin(texts, app.sentence().substr(0, 8));
  ASSERT_EQ(answer.size(), 1u) << app.sentence();
  EXPECT_FALSE(answer[0].cut);
  app.command("run", "serial");
  stage.finish();
  const std::vector<TextSeen> two = stage.texts(), way_back = that_begin(two, "All runs");
  ASSERT_EQ(way_back.size(), 1u) << "there are two now";
  EXPECT_GE(way_back[0].at.y, plan_timeline(app).sentence.bottom()) << "below the sentence, not over it";
}

TEST(Words, OnAWallWhatWasPrintedIsReadToo) {  // seen: B10 at 1366x768, presented, said nowhere what the refused sender printed
  Stage stage(910, 512, {.tasks = 2, .workers = 2, .cores = 2});  // which is that, at a wall's size
  App& app = stage.run_all("dangers");
  app.command("present");
  for (interleave::Run& run : app.history) {
    interleave::Run printing;
    make_run_in_pieces(printing, TwoWorkers().trace(), run.scenario).all();
    printing.executor = run.executor, printing.serial = run.serial;
    run = std::move(printing);
  }
  app.fit();
  stage.frames(2);
  const TimelinePlan plan = plan_timeline(app);
  EXPECT_EQ(std::ranges::count(plan.rows, LaneRow::Kind::printed, &LaneRow::kind), static_cast<std::ptrdiff_t>(plan.groups.size()));
  EXPECT_LE(plan.content_height, plan.lanes.h);
  const std::vector<TextSeen> texts = stage.texts();
  for (const TextSeen& label : that_begin(texts, "printed"))
    for (const TextSeen& other : texts) EXPECT_FALSE((other.at.x != label.at.x || other.at.y != label.at.y) && touch(label, other)) << other.text;
}

TEST(Words, BesideAPhonesFigureNothingIsCut) {  // seen: "You expected 0.400 s; off by +446.5 %, because others had the co\u2026"
  Stage stage(390, 844);
  App& app = stage.run_all("http");
  interleave::Run& run = *std::ranges::find(app.history, ExecutorKind::loop, &interleave::Run::executor);
  run.expected = app.length_of(run) / 5;
  run.cause = "others had the cores, and answers came late, too", run.cause_in_brief = "others had the cores of this machine";
  run.findings = {{.figure = "makespan", .expected = {}, .measured = {}, .verdict = {Verdict::Kind::off, "off, because " + run.cause, run.cause}}};
  app.command("guess-time", "400ms");
  app.command("show", "loop");
  stage.frames(2);
  ASSERT_FALSE(app.off_in_brief(run).empty());
  std::size_t said = 0;
  for (const TextSeen& text : stage.texts()) {
    if (text.window != "question") continue;
    EXPECT_FALSE(text.cut) << text.text;
    said += text.text.find("expected") != text.text.npos;
  }
  EXPECT_GE(said, 1u);
}

TEST(Words, WhyIsWholeOnAPhone) {  // seen: S8, "was made to drop it af..." with room below
  Stage stage(390, 844);
  App& app = stage.run_all("http");
  app.command("show", "gil");
  ASSERT_EQ(app.command("pin", "gil", "7 203ms"), "");
  stage.frames(3);
  std::string said;
  for (const TextSeen& text : stage.texts())
    if (text.window == "why") {
      EXPECT_FALSE(text.cut) << text.text;
      said += text.text + " ";
    }
  EXPECT_NE(said.find(", let it go at "), std::string::npos) << said << "\n" << span_sentence(app, *app.view.pinned);
}

TEST(Words, ATasksChipLiesOnNoNameAboveTheLanes) {  // seen on a phone, S8 with a span pinned: chips behind executors' names
  Stage stage(390, 844, {.tasks = 8, .workers = 4, .cores = 2});
  App& app = stage.run_all("http");
  ASSERT_EQ(app.command("pin", "gil", "1 203ms"), "");
  stage.frames(3);
  const TimelinePlan plan = plan_timeline(app);
  const std::vector<TextSeen> texts = stage.texts();
  int chips = 0;
  for (const TextSeen& chip : texts) {
    if (chip.window != "timeline" || chip.text != "1" || chip.px != 12) continue;
    ++chips;
    for (const LaneGroup& g : plan.groups)
      EXPECT_FALSE(g.title_h > 0 && chip.at.y + 2 < g.y + g.title_h && chip.at.y + 12 > g.y && chip.at.y < g.y + g.h && chip.at.y > g.y) << name_of(g.executor) << " at " << chip.at.y;
  }
  EXPECT_GT(chips, 0);
}

TEST(Words, WhoServesAndALanesNameDoNotTouch) {  // seen at 1024x600, B7: "1 thread" upon "events"
  Stage stage(1024, 600, {.tasks = 2, .workers = 2, .cores = 2});
  stage.run_all("scheduler");
  for (interleave::Run& run : stage.app->history) {
    interleave::Run made;
    make_run_in_pieces(made, TwoWorkers().trace(), run.scenario).all();
    made.executor = run.executor, made.serial = run.serial;
    run = std::move(made);
  }
  stage.app->fit();
  for (float h = 480; h <= 720; h += 8) {
    ImGui::GetIO().DisplaySize.y = h;
    stage.frames(2);
    const TimelinePlan plan = plan_timeline(*stage.app);
    const std::vector<TextSeen> texts = stage.texts();
    for (const LaneGroup& g : plan.groups)
      for (const TextSeen& who : texts)
        for (const TextSeen& name : texts)
          if (who.window == "timeline" && name.window == "timeline" && who.px == 12 && name.px == 13 && who.at.x < plan.x && name.at.x < plan.x && who.at.y >= g.y && who.at.y < name.at.y)
            EXPECT_GE(name.at.y, who.at.y + 16) << h << ": " << who.text << ", " << name.text;
  }
}

TEST(Words, WhyCallsALockAsTheScriptDoes) {  // seen in Q4: "lock 2" in Why, and "b" in the scene
  Stage stage(1366, 768, {.tasks = 2, .workers = 2, .cores = 2});
  App& app = stage.run_all("deadlock");
  Recorder recorder(1 << 20);
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &one = recorder.lane(LaneKind::worker, "worker 1");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::spawn, 30, 2);
  one.at(10'000, EventKind::run, 7, 2);
  one.at(10'000'000, EventKind::sync, sync_word(SyncMark::wants, ObjectKind::lock, 2), 2);
  one.at(10'000'000, EventKind::wait, static_cast<std::uint32_t>(WaitReason::lock) << 16 | 8, 2);
  one.at(20'000'000, EventKind::done, 0, 2);
  main.at(30'000'000, EventKind::run_ended);
  interleave::Run& run = *std::ranges::find(app.history, ExecutorKind::threads, &interleave::Run::executor);
  interleave::Run made;
  make_run_in_pieces(made, trace_of(recorder, ExecutorKind::threads), run.scenario).all();
  made.executor = run.executor, made.serial = run.serial;
  run = std::move(made);
  std::string said;
  SpanPick pick{ExecutorKind::threads, SpanPick::Of::worker, 1, 0, 1};
  for (const Spans spans = spans_at(app, pick); pick.span < spans.size(); ++pick.span)
    if (spans[pick.span].state == State::waiting_lock) said = span_sentence(app, pick);
  EXPECT_NE(said.find(" for lock b"), std::string::npos) << said;
}

TEST(Words, TheMapIsHeadedByWhatItIs) {  // seen: "Threads + GIL" above a map that is the same for all
  for (const auto& [w, h] : {std::pair{1366.0f, 768.0f}, {390, 844}, {1920, 1080}}) {
    Stage stage(w, h);
    stage.run_all("map");
    const std::vector<TextSeen> texts = stage.texts();
    EXPECT_EQ(that_begin(texts, "Who wins where", "scene").size(), 1u) << named(w, h);
    for (const TextSeen& text : texts) EXPECT_FALSE(text.window == "scene" && text.text.starts_with("Threads + GIL")) << named(w, h);
  }
}

TEST(Words, AGuessOfWhoIsFirstIsAskedOfAll) {  // seen on a phone: one was chosen, another guessed, and Run ran one alone
  Stage stage(390, 844);
  App& app = *stage.app;
  app.command("lesson", "http");
  app.command("select", "threads");
  EXPECT_FALSE(runs_all(app));
  app.command("guess", "loop");
  EXPECT_TRUE(runs_all(app));
  app.command("select", "gil");
  EXPECT_FALSE(runs_all(app)) << "whoever chooses one after that means it";
}

TEST(Words, APinnedSpansLineComesIntoSightEachTime) {  // seen: of the second span of one line it stayed where somebody had scrolled it away
  Stage stage(1366, 768);
  App& app = *stage.app;
  app.command("lesson", "http");
  stage.engine->step = 1'000'000'000;
  app.command("run", "threads");
  stage.finish();
  app.command("pin", "threads", "57 100ms");
  EXPECT_TRUE(app.view.show_pinned_line);
  stage.frames(2);
  EXPECT_FALSE(app.view.show_pinned_line) << "once";
  const double since = app.view.pinned_since_s;
  app.command("pin", "threads", "58 100ms");
  EXPECT_TRUE(app.view.show_pinned_line);
  EXPECT_EQ(app.view.pinned_since_s, since) << "Why was there already";
  app.command("unpin");
  EXPECT_FALSE(app.view.show_pinned_line);
}

}  // namespace
}  // namespace interleave
