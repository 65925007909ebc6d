// Every lesson, run for real on every executor that it names, with settings that make it quick. Its own check must agree
// with all that is not a time; times may be longer (machines are busy), not much shorter than the formula.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/program.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

using Json = nlohmann::json;

/// Settings that make a lesson short. What is not here runs as it is.
const std::map<std::string, std::vector<std::string>> kQuick = {
    {"cashiers", {"order=100ms"}},
    {"sum", {"elements=100000", "rounds=10"}},
    {"http", {"connections=10", "latency=20ms", "work=1ms"}},
    {"switches", {"work=30ms"}},
    {"cpu", {"work=10ms"}},
    {"few", {"exchanges=5"}},
    {"many", {"connections=300", "latency=20ms"}},
    {"mixed", {"wait=10ms", "work=10ms"}},
    {"breakfast", {"coffee=30ms", "toast=20ms"}},
    {"convoy", {"reads=20"}},
    {"map", {"connections=20", "latency=2ms"}},
    {"benchmark", {"messages=20"}},
    {"object", {"sends=20000"}},
    {"boundary", {"items=10"}},
    {"environment", {"items=4"}},
    {"dangers", {"work=60ms"}},
    {"echo", {"clients=2", "gap=40ms"}},
    {"trampoline", {"depth=20000"}},
    {"hidden", {"call=40ms", "period=2ms", "rounds=21"}},
};

/// On all executors of its own; a preset, which shares its script with others, on the one that it speaks of.
Json runs_of(const LessonEntry& lesson) {
  std::vector<std::string> arguments = {"run", lesson.id, "--json"};
  if (lesson.executor.empty()) arguments.insert(arguments.end(), {"--on", "all"});
  if (auto settings = kQuick.find(lesson.name); settings != kQuick.end())
    for (const std::string& setting : settings->second) {
      // What a preset sets is what it is about.
      const std::string name = setting.substr(0, setting.find('='));
      if (std::ranges::count(lesson.preset, name, &ParameterSetting::name)) continue;
      arguments.insert(arguments.end(), {"--set", setting});
    }
  const Ran ran = run_interleave(arguments);
  const Json report = Json::parse(ran.out, nullptr, false);
  EXPECT_FALSE(report.is_discarded()) << ran.err;
  return report.is_discarded() ? Json::array() : report.at("runs");
}

class EveryLesson : public testing::TestWithParam<std::string> {};

TEST_P(EveryLesson, ShowsWhatItSays) {
  const LessonEntry& lesson = *find_lesson(GetParam());
  const Json runs = runs_of(lesson);
  EXPECT_EQ(runs.size(), lesson.executor.empty() ? lesson.on.size() : 1u);
  for (const Json& run : runs) {
    const std::string on = run.at("executor");
    ASSERT_FALSE(run.contains("refused")) << on << run.at("refused");
    const Json& figures = run.at("check").at("figures");
    if (run.contains("ended")) EXPECT_FALSE(figures.empty()) << on << " " << run.at("ended") << ": " << run.at("sentence");
    for (const Json& f : figures) {
      const std::string figure = f.at("figure");
      const bool time = figure == "makespan" || figure == "p99" || figure == "longest" || figure == "cpu" || figure == "speedup";
      if (!time) EXPECT_EQ(f.at("verdict"), "as predicted") << on << ": " << figure << " is\n" << f.at("measured").get<std::string>() << "\n\ninstead of\n" << f.at("expected").get<std::string>();
    }
    // Not a timed assertion: no machine is four times as fast as it was measured a moment ago.
    const Json& expected = run.at("check").at("expected_ns");
    if (expected.is_number()) EXPECT_GT(run.at("makespan_ns").get<double>(), expected.get<double>() / 4 - 5e6) << on;
  }
}

std::vector<std::string> ids() {
  std::vector<std::string> out;
  for (const LessonEntry& lesson : lessons()) out.push_back(lesson.id);
  return out;
}
INSTANTIATE_TEST_SUITE_P(Lessons, EveryLesson, testing::ValuesIn(ids()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace interleave
