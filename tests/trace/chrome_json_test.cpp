#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "trace/trace.h"
#include "trace/trace_file.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

using nlohmann::json;

/// As older Perfetto reads a number of microseconds: cut, not rounded.
std::int64_t as_perfetto_reads(const json& us) { return static_cast<std::int64_t>(us.get<double>() * 1000.0); }

std::shared_ptr<const Trace> odd_times() {
  Recorder recorder(8 << 20);
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
  lane.at(-2'500, EventKind::lane_starting);
  Nanos t = 0;
  for (TaskId i = 2; i < 3'000; ++i) {
    lane.at(t, EventKind::run, 0, i);
    t += 1 + i * 7'919 % 100'003;
    lane.at(t, EventKind::done, 0, i);
  }
  return trace_of(recorder, ExecutorKind::threads);
}

TEST(ChromeJson, SlicesOfALaneNeverOverlapHoweverTimesAreRead) {
  const auto trace = odd_times();
  const json root = json::parse(chrome_json(*trace));
  std::map<int, std::int64_t> end_of;
  std::size_t slices = 0, wrong = 0;
  for (const json& event : root["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const std::int64_t begin = as_perfetto_reads(event["ts"]), duration = as_perfetto_reads(event["dur"]);
    ASSERT_GE(begin, 0);
    ASSERT_GT(duration, 0);
    std::int64_t& end = end_of[event["tid"].get<int>()];
    if (slices++) wrong += begin != end;  // this lane never rests
    end = begin + duration;
  }
  EXPECT_EQ(slices, 2'999u);  // "starting" is one
  EXPECT_EQ(wrong, 0u);
}

TEST(ChromeJson, TasksBeginAndEndAsAsyncEventsNestedInOrder) {
  TwoWorkers run;
  const json root = json::parse(chrome_json(*run.trace()));
  std::map<std::string, std::vector<std::string>> open;
  std::map<std::string, std::int64_t> last;
  int begun = 0;
  for (const json& event : root["traceEvents"]) {
    const std::string phase = event["ph"];
    if (phase != "b" && phase != "e") continue;
    const std::string id = event["id"], name = event["name"];
    EXPECT_GE(as_perfetto_reads(event["ts"]), last[id]);
    last[id] = as_perfetto_reads(event["ts"]);
    if (phase == "b") {
      open[id].push_back(name);
      ++begun;
    } else {
      ASSERT_FALSE(open[id].empty());
      EXPECT_EQ(open[id].back(), name);
      open[id].pop_back();
    }
  }
  EXPECT_GE(begun, 2);
  for (const auto& [id, names] : open) EXPECT_TRUE(names.empty()) << id;
}

TEST(ChromeJson, NamesLanesAndSaysWhatKindOfRunItWas) {
  TwoWorkers run;
  const json root = json::parse(chrome_json(*run.trace()));
  std::vector<std::string> names;
  for (const json& event : root["traceEvents"])
    if (event["name"] == "thread_name") names.push_back(event["args"]["name"]);
  EXPECT_EQ(names, (std::vector<std::string>{"main", "worker 1", "worker 2"}));
  EXPECT_EQ(root["otherData"]["executor"], "threads");
  EXPECT_EQ(root["otherData"]["provenance"], "measured");
  EXPECT_EQ(root["otherData"]["dropped_events"], 0);
  EXPECT_EQ(root["otherData"]["makespan_ns"], 205);
  EXPECT_EQ(root["displayTimeUnit"], "ms");
}

TEST(ChromeJson, ThatCoresAreEmulatedAndALoopWasHeldComesBack) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 2);
  main.fact(0, Fact::emulated_cores, 1);
  main.at(0, EventKind::run, 0, kRootTask);
  main.fact(5, Fact::loop_blocked_ns, 2'000'000'000);
  main.at(2'000'000'005, EventKind::run_ended, 0);
  const OpenedTrace back = open_trace(chrome_json(*trace_of(recorder, ExecutorKind::loop)));
  ASSERT_TRUE(back.trace) << back.sentence;
  EXPECT_EQ(back.trace->fact(Fact::emulated_cores), 1);
  EXPECT_EQ(back.trace->fact(Fact::loop_blocked_ns), 2'000'000'000);
}

TEST(ChromeJson, StaysJsonWhateverNamesAndTextsHold) {
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "a\"\\\n\xff\xc3");
  main.text(3, TextRole::output, "\xf0\x28\x8c\x28 \x01 </script>", 1);
  main.at(5, EventKind::run_ended, 0);
  EXPECT_FALSE(json::parse(chrome_json(*trace_of(recorder, ExecutorKind::serial)))["traceEvents"].empty());
  EXPECT_FALSE(json::parse(chrome_json(*TraceBuilder(ExecutorKind::gil, Provenance::recorded).finish()))["otherData"].empty());
}

TEST(ChromeJson, AHandOverComesBackAsOneAndIsNobodysNotice) {  // "at 51" was seen as a notice over the picture
  Recorder recorder(1 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.text(2, TextRole::hand_over, "at 51", 1);
  main.text(2, TextRole::hand_over, "refuse 0 sender:58 1 sink 2 'a b'", 1);
  main.text(3, TextRole::output, "printed", 1);
  main.text(4, TextRole::notice, "noticed", 1);
  main.at(5, EventKind::run_ended, 0);
  const OpenedTrace back = open_trace(chrome_json(*trace_of(recorder, ExecutorKind::serial)));
  ASSERT_TRUE(back.trace) << back.sentence;
  std::string said;
  for (const TextLine& line : back.trace->texts())
    said += (line.role == TextRole::hand_over ? "hand over " : line.role == TextRole::output ? "output " : line.role == TextRole::notice ? "notice " : "? ") + line.text + "; ";
  EXPECT_EQ(said, "hand over at 51; hand over refuse 0 sender:58 1 sink 2 'a b'; output printed; notice noticed; ");
}

TEST(ChromeJson, AFileThatWasCutOffStillSaysWhoseItIs) {  // seen: taken for another program's
  TwoWorkers run;
  std::string file = chrome_json(*run.trace(), "v=1&l=http");
  file.resize(file.size() * 3 / 4);
  const OpenedTrace opened = open_trace(file);
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(opened.about, "v=1&l=http");
  EXPECT_EQ(opened.trace->executor, ExecutorKind::threads);
  EXPECT_NE(opened.sentence.find("breaks off"), std::string::npos) << opened.sentence;
}

}  // namespace
}  // namespace interleave
