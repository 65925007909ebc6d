// The shipped lessons: all of them compile, say what LESSONS.md says, and their formulas give its figures.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "script/vm.h"
#include "workloads/embedded.h"
#include "workloads/prepare.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

/// Seconds that the lesson's own formula gives, on a machine with that many cores.
double expected_s(const char* lesson, const char* executor, int workers, int cores, std::vector<ParameterSetting> parameters = {}) {
  Scenario scenario;
  scenario.lesson = lesson;
  scenario.workers = workers;
  scenario.cores = cores;
  scenario.parameters = std::move(parameters);
  scenario.virtual_time = true;
  Prepared prepared = prepare(scenario, executor, cores);
  EXPECT_TRUE(prepared.instance) << prepared.sentence;
  return prepared.instance ? static_cast<double>(expected_makespan(*prepared.instance, executor)) / 1e9 : -1;
}

TEST(Lessons, AllCompile) {
  for (const std::string& error : lesson_errors()) ADD_FAILURE() << error;
  EXPECT_GE(kEmbeddedScriptCount, 3);
  EXPECT_GE(lessons().size(), 6u);
}

TEST(Lessons, EachSaysWhatACourseNeeds) {
  std::set<std::string> ids;
  for (const LessonEntry& l : lessons()) {
    EXPECT_TRUE(ids.insert(l.id).second) << l.id << " twice";
    EXPECT_FALSE(l.title.empty() || l.claim.empty() || l.source.empty() || l.question.empty() || l.on.empty()) << l.id;
    EXPECT_EQ(l.question.back(), '?') << l.id;
    EXPECT_EQ(l.claim.back(), '.') << l.id;
    EXPECT_FALSE(l.program->docstring().empty()) << l.file;
    EXPECT_GT(l.workers, 0) << l.id;
    EXPECT_GT(l.cores, 0) << l.id;
    for (const Parameter& p : l.parameters) EXPECT_LT(p.min, p.max) << l.id << " " << p.name;
  }
  for (const char* id : {"S1", "S2", "S3", "S4", "S5", "S7"}) EXPECT_TRUE(ids.contains(id)) << id;
}

TEST(Lessons, AskWithTheValuesInForce) {
  auto question = [](const char* lesson, std::vector<ParameterSetting> parameters = {}) {
    Scenario scenario;
    scenario.lesson = lesson;
    scenario.parameters = std::move(parameters);
    const Prepared prepared = prepare(scenario, "loop", 2);
    return prepared.instance ? filled_in(find_lesson(lesson)->question, *prepared.instance) : prepared.sentence;
  };
  EXPECT_EQ(question("http"), "100 requests. Each waits 200 ms for a server, then needs a core for 5 ms. Who is done first?");
  EXPECT_EQ(question("http", {{"connections", 50'000}, {"latency", 50e6}}),
            "50,000 requests. Each waits 50 ms for a server, then needs a core for 5 ms. Who is done first?");
  EXPECT_EQ(question("cashiers"), "2 lines of 4 customers. Each order takes 0.2 s at the till, then 0.8 s in the kitchen. "
                                  "How soon can one cashier serve all?");
  EXPECT_EQ(question("sum"), "4,000,000 numbers in 8 chunks. How many times faster do several workers add them up?");
  for (const LessonEntry& lesson : lessons()) EXPECT_EQ(question(lesson.id.c_str()).find('{'), std::string::npos) << lesson.id;
  Scenario http;
  http.lesson = "http";
  EXPECT_EQ(filled_in("{nothing} {", *prepare(http, "loop", 2).instance), "{nothing} {");
}

TEST(Lessons, AreFoundByIdAndByNameAndStandInTheOrderOfTheCourse) {
  EXPECT_EQ(find_lesson("S5")->file, "s04_http.py");
  EXPECT_EQ(find_lesson("s5"), find_lesson("S5"));
  EXPECT_EQ(find_lesson("http")->id, "S4");
  EXPECT_EQ(find_lesson("cashiers")->id, "S1");
  EXPECT_EQ(find_lesson("sum")->id, "S3");
  EXPECT_EQ(find_lesson("fibre"), nullptr);
  EXPECT_EQ(find_lesson(""), nullptr);
  EXPECT_TRUE(std::is_sorted(lessons().begin(), lessons().end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
}

TEST(Lessons, CashiersExpectTheFiguresOfS1AndS2) {
  EXPECT_DOUBLE_EQ(expected_s("S1", "serial", 1, 1), 8.0);
  EXPECT_DOUBLE_EQ(expected_s("S1", "loop", 1, 1), 2.4);
  EXPECT_DOUBLE_EQ(expected_s("S1", "loop", 1, 1, {{"kitchen_share", 0}}), 8.0);
  EXPECT_DOUBLE_EQ(expected_s("S2", "threads", 2, 2), 4.0);
  EXPECT_DOUBLE_EQ(expected_s("S2", "stealing", 2, 2), 1.6);
}

TEST(Lessons, HttpExpectsTheFiguresOfS4S5AndS7) {
  EXPECT_DOUBLE_EQ(expected_s("S4", "serial", 100, 4), 20.5);
  EXPECT_DOUBLE_EQ(expected_s("S7", "loop", 100, 4), 0.7);
  EXPECT_DOUBLE_EQ(expected_s("S7", "loop", 100, 4, {{"blocking", 1}}), 20.5);
  const int workers[] = {1, 10, 20, 50, 100};
  const double threads[] = {20.5, 2.06, 1.045, 0.47, 0.325}, gil[] = {20.5, 2.095, 1.12, 0.70, 0.70};
  for (int i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(expected_s("S5", "threads", workers[i], 4), threads[i]) << workers[i];
    // No more processes than cores are started (prepare.cpp), so it is as with 4 threads.
    EXPECT_DOUBLE_EQ(expected_s("S5", "processes", workers[i], 4), workers[i] == 1 ? 20.5 : 25 * 0.205) << workers[i];
    EXPECT_DOUBLE_EQ(expected_s("S5", "gil", workers[i], 4), gil[i]) << workers[i];
  }
}

TEST(Lessons, NoSettingOfASliderBreaksALesson) {
  for (const LessonEntry& l : lessons())
    for (const Parameter& p : l.parameters)
      for (double value : {p.min, p.max})
        for (const char* executor : {"serial", "threads", "gil", "processes", "loop", "stealing"}) {
          Scenario scenario;
          scenario.lesson = l.id;
          scenario.parameters = {{p.name, value}};
          Prepared prepared = prepare(scenario, executor, 2);
          ASSERT_TRUE(prepared.instance) << l.id << " " << p.name << ": " << prepared.sentence;
          EXPECT_GE(expected_makespan(*prepared.instance, executor), 0);
        }
}

TEST(Lessons, TheSumIsTheSumWhicheverWayTheListTravels) {
  for (double ship : {0.0, 1.0}) {
    Scenario scenario;
    scenario.lesson = "sum";
    scenario.parameters = {{"elements", 1001}, {"chunks", 7}, {"rounds", 3}, {"ship", ship}};
    Prepared prepared = prepare(scenario, "serial", 2);
    ASSERT_TRUE(prepared.instance) << prepared.sentence;
    const Instance& instance = *prepared.instance;
    auto numbers = [](const Ask& ask) {
      std::vector<std::int64_t> out;
      for (std::int64_t i = ask.low; i < ask.high; ++i) out.push_back(i);
      return out;
    };
    TaskFrame main = instance.main();
    Step step = resume(main, instance, Value(), 100'000);
    while (step.kind == Step::Kind::ask && step.ask.kind == Ask::Kind::numbers) step = resume(main, instance, Value::int_array(instance.heap(), numbers(step.ask)), 100'000);
    ASSERT_EQ(step.ask.kind, Ask::Kind::gather) << step.error.to_string();
    ASSERT_EQ(step.ask.children.size(), 7u);
    std::vector<Value> parts;
    for (const Value& child : step.ask.children) {
      TaskFrame frame(instance, child);
      Step part = resume(frame, instance, Value(), 100'000);
      while (part.kind == Step::Kind::ask) {
        std::int64_t sum = 0;
        for (std::int64_t n : numbers(part.ask)) sum += n;
        part = resume(frame, instance, Value::integer(sum), 100'000);
      }
      ASSERT_EQ(part.kind, Step::Kind::finished) << part.error.to_string();
      parts.push_back(part.value);
    }
    step = resume(main, instance, Value::list(instance.heap(), parts), 100'000);
    ASSERT_EQ(step.ask.kind, Ask::Kind::print) << step.error.to_string();
    EXPECT_EQ(step.ask.text, "1,001 numbers, 3 times: 1,501,500");
    // A wrong part is found out.
    parts[0] = Value::integer(-1);
    TaskFrame again = instance.main();
    step = resume(again, instance, Value(), 100'000);
    while (step.ask.kind == Ask::Kind::numbers) step = resume(again, instance, Value::int_array(instance.heap(), numbers(step.ask)), 100'000);
    step = resume(again, instance, Value::list(instance.heap(), parts), 100'000);
    EXPECT_NE(step.error.sentence.find("the sum is wrong"), std::string::npos);
  }
}

TEST(Lessons, AreValidPython) {
  if (!std::system(nullptr) || std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no python3";
  const std::string folder = std::string(INTERLEAVE_SOURCE_DIR) + "/src/workloads";
  const std::string check = "python3 -B -c \"import ast, pathlib; [ast.parse(p.read_text(), str(p)) for p in pathlib.Path('" + folder + "').glob('*.py')]\"";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

}  // namespace
}  // namespace interleave
