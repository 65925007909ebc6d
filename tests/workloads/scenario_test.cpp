#include "workloads/scenario.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "workloads/check.h"
#include "workloads/prepare.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

TEST(Scenario, ComesBackFromItsOwnHash) {
  Scenario s;
  s.lesson = "http";
  s.executor = "threads";
  s.workers = 100;
  s.cores = 4;
  s.seed = 99;
  s.gil_interval = 2'000'000;
  s.virtual_time = true;
  s.set_parameter("latency", 350e6);
  s.set_parameter("connections", 200);
  s.set_parameter("connections", 250);
  const ParsedHash back = parse_hash("#" + to_hash(s));
  EXPECT_EQ(back.scenario, s);
  EXPECT_EQ(back.notice(), "");
}

TEST(Scenario, AnEditedScriptTravelsInTheLink) {
  Scenario s;
  s.source = "# über & 100 %\nfrom interleave import *\n\nasync def main():\n    print('a=b&c')\n\nrun(main)\n";
  EXPECT_EQ(parse_hash(to_hash(s)).scenario.source, s.source);
}

TEST(Scenario, HashIsShortAndLeavesOutWhatIsStandard) { EXPECT_EQ(to_hash(Scenario{}), "v=1&l=http"); }

TEST(Scenario, UnknownSettingsAreNamedAndLeftOut) {
  const ParsedHash got = parse_hash("#v=1&l=http&speed=9&foo=1&w=8");
  EXPECT_EQ(got.scenario.workers, 8);
  EXPECT_EQ(got.notice(), "2 settings in this link are unknown (speed, foo) and were left out.");
}

TEST(Scenario, BadValuesAreReplacedAndSaid) {
  const ParsedHash got = parse_hash("l=fibre&on=quantum&w=-3&p=9999&gil=x&seed=-1&s.latency=fast&src=%%%&time=soon");
  Scenario expected;
  expected.workers = 1;
  expected.cores = 64;
  EXPECT_EQ(got.scenario, expected);
  EXPECT_NE(got.notice().find("No lesson is called 'fibre'"), std::string::npos);
  EXPECT_EQ(got.changed.size(), 8u);
}

TEST(Scenario, NoWorkersAndNoCoresAreOneAndTheNoticeSaysSo) {
  for (const char* few : {"0", "-3"}) {
    const ParsedHash got = parse_hash(std::string("l=http&w=") + few + "&p=" + few);
    EXPECT_EQ(got.scenario.workers, 1);
    EXPECT_EQ(got.scenario.cores, 1);
    EXPECT_EQ(got.notice(), "w was set to 1, the nearest that is possible. p was set to 1, the nearest that is possible.");
  }
}

TEST(Scenario, AnyBytesAreRead) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string junk(random() % 200, ' ');
    for (char& c : junk) c = static_cast<char>(round % 2 ? random() : "#&=%sw.p=1l"[random() % 11]);
    const ParsedHash got = parse_hash(junk);
    EXPECT_EQ(parse_hash(to_hash(got.scenario)).scenario, got.scenario) << junk;
  }
  EXPECT_LT(parse_hash(std::string(1 << 20, '&') + std::string(1 << 20, 'x')).notice().size(), 500u);
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += "&k" + std::to_string(i) + "=1";
  EXPECT_LT(parse_hash(many).notice().size(), 500u);
}

TEST(Registry, EveryShippedLessonCompilesAndSaysWhatItIs) {
  for (const std::string& error : lesson_errors()) ADD_FAILURE() << error;
  ASSERT_FALSE(lessons().empty());
  for (const LessonEntry& lesson : lessons()) {
    EXPECT_FALSE(lesson.id.empty());
    EXPECT_FALSE(lesson.name.empty()) << lesson.id;
    EXPECT_FALSE(lesson.title.empty()) << lesson.id;
    EXPECT_FALSE(lesson.question.empty()) << lesson.id;
    EXPECT_FALSE(lesson.claim.empty()) << lesson.id;
    EXPECT_FALSE(lesson.on.empty()) << lesson.id;
  }
}

TEST(Registry, LessonsAreFoundByIdAndByName) {
  for (const char* id : {"S1", "S2", "S3", "S4", "S5", "S7"}) EXPECT_NE(find_lesson(id), nullptr) << id;
  EXPECT_EQ(find_lesson("http"), find_lesson("s4"));
  EXPECT_EQ(find_lesson("cashiers"), find_lesson("S1"));
  EXPECT_EQ(find_lesson("sum"), find_lesson("S3"));
  EXPECT_EQ(find_lesson("fibre"), nullptr);
  EXPECT_EQ(find_lesson(""), nullptr);
}

TEST(Registry, OneAndTheSameOrderAsTheCourse) {
  std::string ids;
  for (const LessonEntry& lesson : lessons()) ids += lesson.id + " ";
  EXPECT_EQ(ids, 
      "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B17 Q1 Q2 Q3 Q4 Q5 V1 V2 G1 ");
}

TEST(Prepare, PredictsTheFiguresOfTheCourse) {
  struct Row {
    const char* lesson;
    const char* executor;
    int workers, cores;
    double seconds;
  };
  // LESSONS.md, rows marked with a dagger.
  const Row rows[] = {{"S4", "serial", 1, 1, 20.5},  {"S5", "threads", 10, 4, 2.06}, {"S5", "threads", 20, 4, 1.045},
                      {"S5", "threads", 50, 4, 0.47}, {"S5", "threads", 100, 4, 0.325}, {"S5", "gil", 10, 4, 2.095},
                      {"S5", "gil", 20, 4, 1.12},    {"S5", "gil", 50, 4, 0.70},     {"S5", "gil", 100, 4, 0.70},
                      {"S7", "loop", 1, 1, 0.70},    {"S1", "serial", 1, 1, 8.0},    {"S1", "loop", 1, 1, 2.4},
                      {"S2", "threads", 2, 2, 4.0}};
  for (const Row& row : rows) {
    Scenario s;
    s.lesson = row.lesson;
    s.workers = row.workers;
    s.cores = row.cores;
    const Prepared p = prepare(s, row.executor, 64);
    ASSERT_TRUE(p.instance) << p.sentence;
    EXPECT_NEAR(static_cast<double>(expected_makespan(*p.instance, row.executor)) / 1e9, row.seconds, 0.001)
        << row.lesson << " on " << row.executor << ", " << row.workers << " workers";
  }
}

TEST(Prepare, NobodyRunsOnACoreThatIsNotThere) {
  Scenario s;
  s.cores = 8;
  const Prepared p = prepare(s, "threads", 2);
  EXPECT_EQ(p.cores, 2);
  EXPECT_EQ(p.cores_asked, 8);
  // Seen: `set cores 8` stayed 2 without a word.
  EXPECT_EQ(cores_limited(s, p), "This machine has 2 cores, so 8 are not to be had: it runs on 2.");
  EXPECT_EQ(cores_limited(s, prepare(s, "threads", 8)), "");
  EXPECT_EQ(cores_limited(Scenario{}, prepare(Scenario{}, "threads", 2)), "") << "a lesson that would like four is no wish of the reader's";
  s.virtual_time = true;
  EXPECT_EQ(cores_limited(s, prepare(s, "threads", 2)), "");
}

TEST(Prepare, ABadScriptGetsItsPlaceAndOneSentence) {
  Scenario s;
  s.source = "from interleave import *\n\nasync def main():\n    await io(\n\nrun(main)\n";
  const Prepared p = prepare(s, "serial", 2);
  EXPECT_FALSE(p.instance);
  EXPECT_GT(p.error.line, 0u);
  EXPECT_EQ(p.sentence.rfind("s04_http.py:", 0), 0u) << p.sentence;
}

TEST(Prepare, SeveralExecutorsGetWhatEachWouldGetAlone) {
  Scenario s;
  s.source = "from interleave import *\nlesson(id=\"X1\", name=\"x\", workers=8, cores=4)\nexpect(\"makespan\", on=\"loop\", value=1 * s)\n"
             "async def main():\n    await io(1 * s)\nrun(main)\n";
  const std::string_view ids[] = {"threads", "processes", "loop"};
  const std::vector<Prepared> each = prepare_each(s, ids, 2);
  ASSERT_EQ(each.size(), 3u);
  for (const Prepared& p : each) ASSERT_TRUE(p.instance) << p.sentence;
  EXPECT_EQ(each[0].workers, 8);
  EXPECT_EQ(each[1].workers, 2);
  EXPECT_EQ(each[0].instance->shared_program(), each[2].instance->shared_program()) << "compiled once";
  EXPECT_EQ(expected_makespan(*each[2].instance, "loop"), 1'000'000'000);
  s.source = "async def main(:\n";
  for (const Prepared& p : prepare_each(s, ids, 2)) EXPECT_NE(p.sentence, "");
}

TEST(Prepare, ALessonThatKnowsNoTimeExpectsASpeedUp) {
  Scenario s;
  s.lesson = "sum";
  s.workers = s.cores = 4;
  const Prepared p = prepare(s, "threads", 4);
  ASSERT_TRUE(p.instance) << p.sentence;
  EXPECT_EQ(expected_makespan(*p.instance, "threads"), 0);
  EXPECT_EQ(expected_speedup(*p.instance, "threads"), 4);
  EXPECT_EQ(expected_from(4, 200), 50);
  EXPECT_EQ(expected_from(0, 200), 0);
  EXPECT_EQ(p.instance->prepared_numbers(), 4'000'000) << "or the first executor would pay for the list";
}

TEST(Check, AllowsTheNoiseOfARealMachineAndNoMore) {
  EXPECT_EQ(check_makespan(20'600'000'000, 20'500'000'000).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(9'000'000, 5'000'000).kind, Verdict::Kind::as_predicted);
  EXPECT_EQ(check_makespan(700'000'000, 325'000'000).kind, Verdict::Kind::off);
  EXPECT_EQ(check_makespan(100'000'000, 325'000'000).kind, Verdict::Kind::off);
  EXPECT_EQ(check_makespan(1, 0).kind, Verdict::Kind::none);
}

}  // namespace
}  // namespace interleave
