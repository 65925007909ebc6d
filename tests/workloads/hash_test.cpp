#include "workloads/scenario.h"

#include <gtest/gtest.h>

#include <chrono>

#include "workloads/registry.h"

namespace interleave {
namespace {

TEST(Hash, SurvivesTheLink) {
  Scenario scenario;
  scenario.lesson = "S5";
  scenario.executor = "threads";
  scenario.workers = 100;
  scenario.cores = 4;
  scenario.virtual_time = true;
  scenario.seed = 18446744073709551615u;
  scenario.gil_interval = 1'500'000;
  scenario.set_parameter("latency", 123'456'789);
  scenario.set_parameter("connections", 200);
  ParsedHash back = parse_hash(to_hash(scenario));
  EXPECT_EQ(back.scenario, scenario) << to_hash(scenario);
  EXPECT_EQ(back.notice(), "");
  EXPECT_EQ(to_hash(back.scenario), to_hash(scenario));
}

TEST(Hash, ReadsTheLinkOfTheDesign) {
  ParsedHash parsed = parse_hash("#v=1&l=http&on=threads&w=100&p=4&time=real&seed=7&gil=5ms&s.connections=200&s.latency=50ms");
  EXPECT_EQ(parsed.notice(), "");
  EXPECT_EQ(parsed.scenario.executor, "threads");
  EXPECT_EQ(parsed.scenario.workers, 100);
  EXPECT_EQ(parsed.scenario.cores, 4);
  EXPECT_EQ(parsed.scenario.gil_interval, 5'000'000);
  EXPECT_EQ(parsed.scenario.parameter("connections"), 200);
  EXPECT_EQ(parsed.scenario.parameter("latency"), 50'000'000);
}

TEST(Hash, TakesTheNameOfAChoiceAndWritesItsNumber) {
  const ParsedHash parsed = parse_hash("l=V1&s.way=gather");
  EXPECT_EQ(parsed.notice(), "");
  EXPECT_EQ(parsed.scenario.parameter("way"), 1);
  EXPECT_EQ(to_hash(parsed.scenario), "v=1&l=V1&s.way=1");
}

TEST(Hash, CarriesAnEditedScript) {
  Scenario scenario;
  scenario.source = "from interleave import *\nprint(\"gr\xc3\xbc\xc3\x9f & = # % +\")\n";
  for (std::size_t cut = 0; cut < 4; ++cut) {
    scenario.source += 'x';  // every length modulo 3
    EXPECT_EQ(parse_hash(to_hash(scenario)).scenario, scenario);
  }
  // A link that somebody wrote by hand.
  EXPECT_EQ(parse_hash("src=print(1)%0Aprint(%22a%26b%22)").scenario.source, "print(1)\nprint(\"a&b\")");
}

TEST(Hash, ANumberIsReadAsTheOneThatWasWritten) {  // 15 digits were too few; found by fuzz_files
  for (const char* name : {"x", "connections", "latency"})  // of none, of a count, of a time; beyond 64 bits that was undefined
    for (double value : {0.1 + 0.2, 4.44444444444444434e119, 1.0 / 3, 1e15, 1e16 + 2, 5e-324, -0.7}) {
      Scenario scenario;
      scenario.set_parameter(name, value);
      EXPECT_EQ(parse_hash(to_hash(scenario)).scenario.parameter(name), value) << name;
    }
}

TEST(Hash, ALessonsFileIsTheLessonAndItsOwnCodeNoChange) {  // as the shim's traces say it
  Scenario file;
  file.lesson = "s04_http.py";
  file.source = std::string(find_lesson("http")->script);
  ParsedHash said = parse_hash(to_hash(file));
  EXPECT_EQ(said.scenario.lesson, "http");
  EXPECT_EQ(said.scenario.source, "");
  EXPECT_EQ(said.notice(), "");
  file.source += "# mine\n";
  said = parse_hash(to_hash(file));
  EXPECT_EQ(said.scenario.lesson, "http");
  EXPECT_EQ(said.scenario.source, file.source) << "changed code stays";
}

TEST(Hash, AScriptOfOnesOwnStandsUnderItsFilesName) {
  Scenario scenario;
  scenario.lesson = "mine.py";
  scenario.source = "run(main)\n";
  const ParsedHash back = parse_hash(to_hash(scenario));
  EXPECT_EQ(back.scenario, scenario);
  EXPECT_EQ(back.notice(), "");
  EXPECT_EQ(parse_hash("l=some/where/mine.py&src=print(1)").scenario.lesson, "mine.py");
  EXPECT_NE(parse_hash("l=mine.py").notice(), "") << "without the script it is no lesson";
  EXPECT_NE(parse_hash("l=<b>.py&src=print(1)").notice(), "");
}

TEST(Hash, SaysWhatItLeftOutAndWhatItChanged) {
  ParsedHash parsed = parse_hash("l=http&speed=3&foo&w=99999&p=-2&on=moon&time=later&seed=x&s.latency=soon");
  EXPECT_EQ(parsed.unknown, (std::vector<std::string>{"speed", "foo"}));
  EXPECT_EQ(parsed.scenario.workers, 4096);
  EXPECT_EQ(parsed.scenario.cores, 1);
  EXPECT_EQ(parsed.scenario.executor, "");
  EXPECT_EQ(parsed.changed.size(), 6u);
  EXPECT_EQ(parsed.notice().substr(0, 75), "2 settings in this link are unknown (speed, foo) and were left out. w was s");
}

TEST(Hash, ParsingJunkNeverFailsAndIsQuick) {
  std::uint32_t random = 7;
  auto next = [&] { return (random = random * 1664525 + 1013904223) >> 16; };
  std::vector<std::string> junk = {std::string(1 << 20, '&'), std::string(1 << 20, '='), std::string(1 << 20, '%'), std::string(1 << 20, '#'), "src=" + std::string(1 << 20, 'A'),
                                   "s." + std::string(1 << 20, 'x') + "=1", "", "#", "&&&", "=", "=&=", "v=2&l=", "w=", "s.=1", "src=%", "src=!!!"};
  std::string keys, any;
  for (int i = 0; i < 60'000; ++i) keys += "s.p" + std::to_string(i) + "=" + std::to_string(i) + "&";
  for (int i = 0; i < (1 << 20); ++i) any += static_cast<char>(next());
  junk.push_back(keys);
  junk.push_back(any);
  for (const std::string& text : junk) {
    auto start = std::chrono::steady_clock::now();
    ParsedHash parsed = parse_hash(text);
    auto took = std::chrono::steady_clock::now() - start;
    // 50 ms is the promise; sanitizers, unoptimised builds and a busy machine get ten times that.
    EXPECT_LT(took, std::chrono::milliseconds(500)) << text.substr(0, 20);
    EXPECT_LT(parsed.notice().size(), 2000u);
    EXPECT_EQ(parse_hash(to_hash(parsed.scenario)).scenario, parsed.scenario);
  }
}

TEST(Hash, EveryDamagedLinkIsAScenario) {
  const std::string link = "v=1&l=http&on=threads&w=100&p=4&time=real&seed=7&gil=5ms&s.connections=200&src=cHJpbnQoMSk";
  for (std::size_t at = 0; at < link.size(); ++at)
    for (int c = 0; c < 256; ++c) {
      std::string damaged = link;
      damaged[at] = static_cast<char>(c);
      Scenario scenario = parse_hash(damaged).scenario;
      EXPECT_EQ(parse_hash(to_hash(scenario)).scenario, scenario) << damaged;
    }
}

}  // namespace
}  // namespace interleave
