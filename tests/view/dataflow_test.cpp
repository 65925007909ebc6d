#include "view/dataflow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "trace/recorder.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

// A task on one lane; what is told goes through the recorder, as of a run.
struct Pipeline {
  Recorder recorder{16 << 20};
  LaneRecorder &main = recorder.lane(LaneKind::coordinator, "main"), &lane = recorder.lane(LaneKind::loop, "loop");
  Pipeline() {
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.at(0, EventKind::spawn, 30, 2);
    lane.at(1, EventKind::run, 30, 2);
  }
  void over(Nanos at, const char* text) { lane.text(at, TextRole::hand_over, text, 2); }
  std::shared_ptr<const Trace> end(Nanos at) {
    lane.at(at, EventKind::done, 0, 2);
    main.at(at, EventKind::run_ended);
    return trace_of(recorder, ExecutorKind::loop);
  }
};

std::string names(const Dataflow& flow) {
  std::string out;
  for (const Dataflow::Edge& e : flow.edges) out += flow.stages[static_cast<std::size_t>(e.from)].name + ">" + flow.stages[static_cast<std::size_t>(e.to)].name + " " + std::to_string(e.items.size()) + "; ";
  return out;
}

TEST(Dataflow, PulledItemsGoAgainstControl) {
  Pipeline run;
  run.over(10, "ask 0 pull 1 evens ");
  run.over(20, "ask 1 evens 2 give ");
  run.over(30, "give 2 give 1 evens 0");
  run.over(40, "give 1 evens 0 pull 0");
  run.over(50, "ask 0 pull 1 evens ");
  run.over(60, "end 1 evens 0 pull ");
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, {});
  EXPECT_EQ(names(flow), "evens>pull 1; give>evens 1; ");
  // At 25 the filter has asked the source: control is there, and the thick arrow points against the items.
  EXPECT_EQ(dump_scene(dataflow_scene(flow, *trace, 25, 400, 80)),
            "arrow 256,40 33x0\n"
            "arrow 143,40 -33x0 3px\n"
            "words 126,3 400x0 'asks'\n"
            "room 293,20 107x40\n"
            "words 301,23 95x0 'pull'\n"
            "room 147,20 107x40\n"
            "words 155,23 95x0 'evens'\n"
            "room 0,20 107x40 3px\n"
            "words 8,23 95x0 'give'\n"
            "cell 8,44 14x10 Running\n"
            "words 27,40 77x0 'runs'\n");
  const std::string given = dump_scene(dataflow_scene(flow, *trace, 35, 400, 80));
  EXPECT_NE(given.find("arrow 110,40 33x0 3px"), std::string::npos) << given;
  EXPECT_NE(given.find("figure 126,3 400x0 '0'"), std::string::npos) << "the one item in flight: " << given;
  EXPECT_NE(dump_scene(dataflow_scene(flow, *trace, 65, 400, 80)).find("'ends'"), std::string::npos);
  EXPECT_EQ(dump_scene(dataflow_scene(flow, *trace, 200, 400, 80)).find("3px"), std::string::npos) << "over: nobody has control";
  // Stepping back shows what stepping forwards showed.
  std::vector<Nanos> there, back;
  for (std::optional<Nanos> at = next_move(flow, 0); at; at = next_move(flow, static_cast<double>(*at))) there.push_back(*at);
  for (std::optional<Nanos> at = previous_move(flow, 1000); at; at = previous_move(flow, static_cast<double>(*at))) back.insert(back.begin(), *at);
  EXPECT_EQ(there, (std::vector<Nanos>{10, 20, 30, 40, 50, 60}));
  EXPECT_EQ(there, back);
  EXPECT_TRUE(dataflow_of(*trace, {}).edges.size() == 2);
  // A file keeps it.
  OpenedTrace opened = open_trace(trace_file(*trace));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(names(dataflow_of(*opened.trace, {})), names(flow));
}

TEST(Dataflow, OfARunThatGoesOnIsWhatIsKnownSoFar) {  // it was seen only once the run was over
  Pipeline run;
  run.over(10, "ask 0 pull 1 evens ");
  run.over(20, "ask 1 evens 2 give ");
  run.over(30, "give 2 give 1 evens 0");
  TraceBuilder builder(ExecutorKind::loop, Provenance::measured);
  TraceReader reader(run.recorder);
  std::vector<std::uint64_t> buffer(1u << 16);
  auto read = [&] { while (std::size_t n = reader.read(buffer)) builder.add(std::span(buffer).first(n)); };
  read();
  const Trace& live = builder.so_far(35);
  ASSERT_FALSE(live.ended());
  Dataflow flow = dataflow_of(live, {});
  EXPECT_EQ(names(flow), "give>evens 1; ");
  Told told;
  EXPECT_TRUE(told.update(live));
  EXPECT_FALSE(told.update(live)) << "nothing is new";
  EXPECT_EQ(names(dataflow_of(live, {}, told)), names(flow));
  EXPECT_EQ(code_lines_of(live, told), code_lines_of(live));
  const std::string now = dump_scene(dataflow_scene(flow, live, 35, 400, 80));
  EXPECT_NE(now.find("3px"), std::string::npos) << "where control is: " << now;
  EXPECT_NE(now.find("Running"), std::string::npos) << now;
  run.over(40, "give 1 evens 0 pull 0");
  read();
  flow = dataflow_of(builder.so_far(45), {});
  EXPECT_EQ(names(flow), "evens>pull 1; give>evens 1; ");
  EXPECT_TRUE(told.update(live));
  EXPECT_EQ(told.hand_overs().size(), 4u);
  EXPECT_EQ(names(dataflow_of(live, {}, told)), names(flow));
  EXPECT_EQ(code_lines_of(live, told), code_lines_of(live));
}

TEST(Dataflow, PushedItemsGoWithControlAndWhoOnlySetsGoingIsNoStage) {
  Pipeline run;
  run.over(5, "ask 0 start 1 take ");
  run.over(6, "give 1 take 0 start ");
  run.over(10, "send 0 push_all 2 evens 0");
  run.over(20, "send 2 evens 1 take 0");
  run.over(30, "give 1 take 2 evens ");
  run.over(40, "give 2 evens 0 push_all ");
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, {});
  EXPECT_EQ(names(flow), "push_all>evens 1; evens>take 1; ");
  for (std::size_t i = 0; i < flow.stages.size(); ++i) EXPECT_NE(flow.stages[i].name, "start");
  const std::string sent = dump_scene(dataflow_scene(flow, *trace, 25, 400, 80));
  EXPECT_NE(sent.find("arrow 256,40 33x0 3px"), std::string::npos) << sent;
  // Narrow and high: from top to bottom.
  const std::string down = dump_scene(dataflow_scene(flow, *trace, 25, 250, 260));
  EXPECT_NE(down.find("arrow 125,"), std::string::npos) << down;
  EXPECT_EQ(scene_of("", {.locks = true, .flows = true}), SceneKind::dataflow);
}

TEST(Dataflow, WhereCountingEndedIsSaid) {  // seen: B6, "4 999" stood still while a million items went
  Pipeline run;
  for (Nanos i = 0; i < 5'000; ++i) {
    run.over(10 + 2 * i, "send 0 push_all 1 take 0");
    run.over(11 + 2 * i, "give 1 take 0 push_all ");
  }
  auto trace = run.end(5'000'000);
  const Dataflow flow = dataflow_of(*trace, {});
  EXPECT_EQ(flow.told_until, 10'009);
  const std::string before = dump_scene(dataflow_scene(flow, *trace, 5'000, 400, 80)), later = dump_scene(dataflow_scene(flow, *trace, 2'000'000, 400, 80));
  EXPECT_EQ(before.find("Counted"), std::string::npos) << before;
  EXPECT_NE(before.find("3px"), std::string::npos) << before;
  EXPECT_NE(later.find("'\u00d75\u2009000+'"), std::string::npos) << later;
  EXPECT_NE(later.find("'Counted up to 10.0\u2009\u00b5s: the first 10\u2009000 hand-overs.'"), std::string::npos) << later;
  EXPECT_EQ(later.find("3px"), std::string::npos) << "where control is, nobody told: " << later;
}

TEST(Dataflow, AFanOutIsOneWhereThereIsLittleHeight) {  // seen: B5 at 1366, a straight chain "and 4 more"
  Pipeline run;
  Nanos at = 10;
  for (const char* to : {"2 grep_a", "3 grep_b", "4 grep_c"}) {
    run.over(at, "send 0 pipeline 1 broadcast item");
    run.over(at + 1, ("send 1 broadcast " + std::string(to) + " item").c_str());
    run.over(at + 2, ("give " + std::string(to) + " 1 broadcast ").c_str());
    run.over(at + 3, "give 1 broadcast 0 pipeline ");
    at += 10;
  }
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, {});
  for (const float h : {49.0f, 56.0f, 64.0f}) {
    const std::string drawn = dump_scene(dataflow_scene(flow, *trace, 25, 620, h));
    for (const char* stage : {"grep_a", "grep_b", "grep_c"}) EXPECT_NE(drawn.find(stage), std::string::npos) << h << ":\n" << drawn;
    EXPECT_EQ(drawn.find("more"), std::string::npos) << drawn;
  }
}

// Six lines to three filters, and what they let pass to a printer each; until `last` all of them went.
std::shared_ptr<const Trace> fan_out(const std::string& item) {
  Pipeline run;
  Nanos at = 10;
  for (int i = 0; i < 4; ++i)
    for (int to = 2; to < 5; ++to) {
      const std::string grep = std::to_string(to) + " grep", printer = std::to_string(to + 3) + " printer";
      run.over(at, ("send 0 pipeline 1 broadcast " + item).c_str());
      run.over(at + 1, ("send 1 broadcast " + grep + " " + item).c_str());
      if (i < 3) {
        run.over(at + 2, ("send " + grep + " " + printer + " " + item).c_str());
        run.over(at + 3, ("give " + printer + " " + grep + " ").c_str());
        run.over(at + 4, ("give " + grep + " 1 broadcast ").c_str());
        run.over(at + 5, "give 1 broadcast 0 pipeline ");
      }
      at += 10;
    }
  return run.end(1000);
}

float width_of(const SceneShape& s) {
  const float n = static_cast<float>(std::ranges::count_if(s.text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; })) * (s.kind == SceneShape::Kind::figure ? 7.2f : 6.4f);
  return s.w > 0 ? std::min(s.w, n) : n;
}

TEST(Dataflow, WhatIsSaidOfAnArrowLiesOnNothing) {  // seen: B5 on a phone, "'ply and ..." and the counts on arrows and boxes
  const auto trace = fan_out("'ply and swig 4'");
  const Dataflow flow = dataflow_of(*trace, {});
  using Kind = SceneShape::Kind;
  for (const auto& [w, h] : {std::pair{358.0f, 160.0f}, {497.0f, 180.0f}, {310.0f, 420.0f}, {700.0f, 300.0f}}) {
    const std::vector<SceneShape> shapes = dataflow_scene(flow, *trace, 121, w, h);
    int items = 0;
    for (const SceneShape& s : shapes) {
      const bool item = s.kind == Kind::figure;
      if (!item && !s.text.starts_with("\u00d7")) continue;
      items += item;
      const float width = width_of(s), x0 = s.x - (s.align > 0 ? width : s.align == 0 ? width / 2 : 0), x1 = x0 + width, y0 = s.y + 3, y1 = s.y + 13;
      if (item) EXPECT_GE(width, h > w ? 100 : 7.2f * 16) << w << ": whole, or all that there is";
      EXPECT_GE(x0, -0.5f);
      EXPECT_LE(x1, w + 0.5f);
      for (const SceneShape& other : shapes) {
        if (&other == &s) continue;
        if (other.kind == Kind::room) EXPECT_FALSE(other.x < x1 && other.x + other.w > x0 && other.y < y1 && other.y + other.h > y0) << w << ": " << s.text << " on a box\n" << dump_scene(shapes);
        if (other.kind == Kind::arrow)
          for (float part = 0; part <= 1; part += 0.02f) {
            const float x = other.x + part * other.w, y = other.y + part * other.h;
            EXPECT_FALSE(x > x0 && x < x1 && y > y0 && y < y1) << w << ": " << s.text << " on an arrow\n" << dump_scene(shapes);
          }
        if (!other.text.empty() && std::abs(other.y - s.y) < 12) {
          const float its = width_of(other), from = other.x - (other.align > 0 ? its : other.align == 0 ? its / 2 : 0);
          EXPECT_FALSE(from < x1 && from + its > x0) << w << ": " << s.text << " on " << other.text << "\n" << dump_scene(shapes);
        }
      }
    }
    EXPECT_EQ(items, 1) << w << "\n" << dump_scene(shapes);
  }
}

TEST(Dataflow, AnItemTakesTheRoomAboveTheBoxes) {  // seen at 1366x768: B7 "('end', 'bus...", B1 "'perl was here, line...", beside free space
  Pipeline run;
  run.over(10, "send 0 events 1 buses_to_dicts ('end', 'bus')");
  run.over(12, "send 1 buses_to_dicts 2 only 1");
  run.over(13, "send 2 only 3 only 1");
  run.over(14, "send 3 only 4 locations 1");
  run.over(15, "give 4 locations 3 only ");
  run.over(16, "give 3 only 2 only ");
  run.over(17, "give 2 only 1 buses_to_dicts ");
  run.over(18, "give 1 buses_to_dicts 0 events ");
  run.over(20, "send 0 events 1 buses_to_dicts ('end', 'bus')");
  const auto trace = run.end(100);
  const std::vector<SceneShape> shapes = dataflow_scene(dataflow_of(*trace, {}), *trace, 21, 497, 60);
  const auto item = std::ranges::find(shapes, SceneShape::Kind::figure, &SceneShape::kind);
  ASSERT_NE(item, shapes.end());
  EXPECT_GE(item->w, 7.2f * 14) << dump_scene(shapes);
  EXPECT_GE(item->x - width_of(*item) / 2, -0.5f);
  // On a phone, where the picture is low: the item above its arrow, the count below.
  Pipeline two;
  two.over(10, "ask 0 loop 1 countdown ");
  two.over(12, "give 1 countdown 0 loop 5");
  const auto both = two.end(100);
  const std::vector<SceneShape> low = dataflow_scene(dataflow_of(*both, {}), *both, 20, 358, 42);
  const auto five = std::ranges::find(low, "5", &SceneShape::text), count = std::ranges::find(low, "\u00d71", &SceneShape::text);
  ASSERT_TRUE(five != low.end() && count != low.end()) << dump_scene(low);
  EXPECT_LT(five->y + 14, count->y) << dump_scene(low);
  EXPECT_NEAR(five->x, count->x, 2) << dump_scene(low);
}

TEST(Dataflow, WhoHasControlIsTheTaskThatWentInNotTheOneThatMadeIt) {  // seen: B10, its sink was idle while the lane said that it runs
  Pipeline run;
  run.main.text(2, TextRole::hand_over, "ask 0 start 1 sink ", kRootTask);
  run.main.text(3, TextRole::hand_over, "give 1 sink 0 start ", kRootTask);
  run.main.at(4, EventKind::wait, wait_for(WaitReason::children), kRootTask);
  run.over(10, "send 0 sender 1 sink 0");
  auto trace = run.end(100);
  const std::string drawn = dump_scene(dataflow_scene(dataflow_of(*trace, {}), *trace, 50, 400, 80));
  EXPECT_NE(drawn.find("'runs'"), std::string::npos) << drawn;
}

TEST(Dataflow, WhoIsRefusedIsSeenWithAnArrowThatEndsInABar) {  // seen: B10, one sender and its arrow; of the other nothing
  Pipeline run;
  run.lane.at(5, EventKind::spawn, 31, 3);
  run.main.text(2, TextRole::hand_over, "ask 0 start:23 1 sink:38", kRootTask);
  run.main.text(3, TextRole::hand_over, "give 1 sink:41 0 start:23 ", kRootTask);
  run.over(10, "send 0 sender:58 1 sink:41 0");
  run.lane.text(20, TextRole::hand_over, "refuse 0 sender:58 1 sink 2 1", 3);
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, {});
  EXPECT_EQ(names(flow), "sender>sink 1; sender>sink 0; ");
  EXPECT_EQ(dump_scene(dataflow_scene(flow, *trace, 50, 400, 124)),
            "arrow 135,31 53x31 3px\n"
            "arrow 135,93 53x-18 barred 3px\n"
            "words 162,96 'refused'\n"
            "words 162,52 '\u00d71'\n"
            "figure 162,0 267x0 '0'\n"
            "room 192,42 132x40 3px\n"
            "words 200,45 120x0 'sink'\n"
            "cell 200,66 14x10 Running\n"
            "words 219,62 102x0 'runs'\n"
            "room 0,11 132x40\n"
            "words 8,14 120x0 'sender'\n"
            "room 0,73 132x40\n"
            "words 8,76 120x0 'sender'\n");
  const std::string before = dump_scene(dataflow_scene(flow, *trace, 15, 400, 124));
  EXPECT_EQ(before.find("barred"), std::string::npos) << before;
  EXPECT_EQ(before.find("refused"), std::string::npos) << before;
  EXPECT_EQ(next_move(flow, 10), 20) << "and one can step to it";
  const CodeLines lines = code_lines_of(*trace);
  ASSERT_EQ(lines.refusals.size(), 1u);
  EXPECT_EQ(lines.refusals[0], (Refusal{20, 3, 2, "sink"}));
  EXPECT_EQ(words_of(*trace, lines.refusals[0]).refused, "refused: sink is already executing in task 1, lane loop");
  EXPECT_EQ(words_of(*trace, lines.refusals[0]).inside, "task 1 is inside sink: task 2 is refused");
  EXPECT_EQ(line_at(lines, trace->spans_of(2)[0], 30, 50), 41) << "control stays where it is";
  // It is said wherever there is room for it, and the shape alone where there is none.
  for (const auto& [w, h] : {std::pair(490.0f, 54.0f), std::pair(300.0f, 240.0f), std::pair(700.0f, 124.0f)}) {
    const std::string drawn = dump_scene(dataflow_scene(flow, *trace, 50, w, h));
    EXPECT_NE(drawn.find("barred"), std::string::npos) << drawn;
    EXPECT_NE(drawn.find("'refused'"), std::string::npos) << w << " x " << h << "\n" << drawn;
  }
}

TEST(Dataflow, APipelineThatLeadsBackToItselfIsRefusedByItself) {  // seen: B10 with cycle=1, the way back was not there
  Pipeline run;
  run.over(10, "send 0 sender:58 2 stage:46 1");
  run.over(10, "send 2 stage:48 1 stage:46 1");
  run.over(10, "refuse 1 stage:48 2 stage 2 1");
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, {});
  EXPECT_EQ(names(flow), "sender>stage 1; stage>stage 1; ");
  const std::string drawn = dump_scene(dataflow_scene(flow, *trace, 50, 480, 100));
  EXPECT_NE(drawn.find("arrow 303,42 53x0 3px\narrow 356,58 -53x0 barred 3px\nwords 330,62 'refused'\n"), std::string::npos) << "there, and back beside it: " << drawn;
  EXPECT_EQ(words_of(*trace, code_lines_of(*trace).refusals.at(0)).refused, "refused: stage is already executing, in task 1 itself");
  // Traces of before say nothing of it, and what says it badly does no harm.
  Pipeline odd;
  odd.over(10, "send 0 sender 1 sink 0");
  for (const char* text : {"refuse", "refuse 0 sender:58 1", "refuse 0 sender:58 1 sink", "refuse 1 sink 1 sink 0 "}) odd.over(20, text);
  auto bad = odd.end(100);
  dataflow_scene(dataflow_of(*bad, {}), *bad, 50, 400, 80);
  for (const Refusal& r : code_lines_of(*bad).refusals) words_of(*bad, r);
}

TEST(Dataflow, AQueueHoldsWhatWasPutAndNotTaken) {
  Pipeline run;
  run.lane.at(50, EventKind::spawn, 31, 3);
  const std::uint32_t puts = sync_word(SyncMark::puts, ObjectKind::queue, 1), gets = sync_word(SyncMark::gets, ObjectKind::queue, 1);
  run.lane.at(60, EventKind::run, 3, 2);
  for (int i = 0; i < 3; ++i) run.lane.at(61 + i, EventKind::sync, puts, 2);
  run.lane.at(70, EventKind::run, 7, 3);
  run.lane.at(71, EventKind::sync, gets, 3);
  run.lane.at(80, EventKind::sync, sync_word(SyncMark::takes, ObjectKind::lock, 2), 3);
  run.lane.at(90, EventKind::done, 0, 3);
  auto trace = run.end(100);
  const Dataflow flow = dataflow_of(*trace, "async def source(q):\n    x = 1\n    y = 2\n\n\ndef helper():\n    pass\n");
  EXPECT_EQ(names(flow), "source>queue 1 3; queue 1>helper 1; ");
  const std::string full = dump_scene(dataflow_scene(flow, *trace, 65, 400, 80)), less = dump_scene(dataflow_scene(flow, *trace, 75, 400, 80));
  EXPECT_NE(full.find("'queue 1: 3'"), std::string::npos) << full;
  EXPECT_NE(less.find("'queue 1: 2'"), std::string::npos) << less;
  EXPECT_NE(dump_text(*trace).find("@71 task 3 gets from queue 1"), std::string::npos);
}

TEST(Dataflow, OfALongRunIsReadInPiecesAndIsTheSame) {
  Pipeline run;
  const std::uint32_t puts = sync_word(SyncMark::puts, ObjectKind::queue, 1), gets = sync_word(SyncMark::gets, ObjectKind::queue, 1);
  constexpr int kItems = 10'000;
  run.main.at(0, EventKind::spawn, 31, 3);
  for (int i = 0; i < kItems; ++i) {
    run.lane.at(10 + 20 * i, EventKind::sync, puts, 2);
    run.lane.at(20 + 20 * i, EventKind::sync, gets, 3);
  }
  const auto trace = run.end(20 * kItems + 100);
  Dataflow flow;
  int pieces = 1;
  for (Pieces reading = dataflow_in_pieces(*trace, {}, flow); reading.next(); ++pieces) EXPECT_TRUE(flow.empty()) << "nobody sees half of it";
  EXPECT_GE(pieces, 2 * kItems / static_cast<int>(kPiece) * 4);
  const Dataflow at_once = dataflow_of(*trace, {});
  EXPECT_EQ(names(flow), names(at_once));
  EXPECT_EQ(flow.parts, at_once.parts);
  EXPECT_EQ(flow.deepest, at_once.deepest);
  EXPECT_EQ(names(flow), "task 1>queue 1 10000; queue 1>task 2 10000; ");
}

TEST(Dataflow, WhoTakesStandsBesideWhatItTakesFrom) {
  Pipeline run;
  for (TaskId id : {3u, 4u}) run.lane.at(50, EventKind::spawn, 31, id);
  run.lane.at(60, EventKind::run, 3, 2);
  for (std::uint32_t q : {1u, 2u}) run.lane.at(60 + q, EventKind::sync, sync_word(SyncMark::puts, ObjectKind::queue, q), 2);
  // The first that takes anything takes from the second.
  for (TaskId id : {3u, 4u}) {
    run.lane.at(10 * id + 40, EventKind::run, 7, id);
    run.lane.at(10 * id + 41, EventKind::sync, sync_word(SyncMark::gets, ObjectKind::queue, 5 - id), id);
    run.lane.at(10 * id + 45, EventKind::done, 0, id);
  }
  auto trace = run.end(200);
  const Dataflow flow = dataflow_of(*trace, {});
  ASSERT_EQ(flow.edges.size(), 4u);
  for (const Dataflow::Edge& e : flow.edges)
    if (flow.stages[static_cast<std::size_t>(e.from)].kind == Dataflow::Kind::queue)
      EXPECT_EQ(flow.stages[static_cast<std::size_t>(e.from)].row, flow.stages[static_cast<std::size_t>(e.to)].row) << names(flow);
}

TEST(Dataflow, OfSomethingElseIsEmptyAndBadWordsDoNoHarm) {
  Pipeline nothing;
  EXPECT_TRUE(dataflow_of(*nothing.end(100), {}).empty());
  Pipeline bad;
  for (const char* text : {"", "ask", "ask x y z", "send 1 a 1 a 3", "give 4294967295 a 0 b (1, 2)", "fly 0 a 2 b c"}) bad.over(10, text);
  auto trace = bad.end(100);
  EXPECT_FALSE(dataflow_scene(dataflow_of(*trace, {}), *trace, 50, 300, 100).empty());
  Pipeline many;
  for (int i = 1; i < 200; ++i) many.over(i, ("send 0 all " + std::to_string(i) + " one x").c_str());
  EXPECT_TRUE(dataflow_of(*many.end(300), {}).empty()) << "more stages than a picture holds";
}

}  // namespace
}  // namespace interleave
