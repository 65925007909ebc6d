// The shipped lessons: all of them compile, say what LESSONS.md says, and their formulas give its figures.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "script/vm.h"
#include "workloads/check.h"
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
  EXPECT_EQ(lessons().size(), 38u) << "LESSONS.md has so many rows";
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
}

TEST(Lessons, AskWithTheValuesInForce) {
  auto question = [](const char* lesson, std::vector<ParameterSetting> parameters = {}) {
    Scenario scenario;
    scenario.lesson = lesson;
    scenario.parameters = std::move(parameters);
    const Prepared prepared = prepare(scenario, "loop", 2);
    return prepared.instance ? filled_in(find_lesson(lesson)->question, *prepared.instance) : prepared.sentence;
  };
  EXPECT_EQ(question("http"), "100 requests. Each waits 200\u00a0ms, then needs a core for 5\u00a0ms. Who is done first?");
  EXPECT_EQ(question("http", {{"connections", 50'000}, {"latency", 50e6}}),
            "50\u2009000 requests. Each waits 50\u00a0ms, then needs a core for 5\u00a0ms. Who is done first?");
  EXPECT_EQ(question("cashiers"), "2 lines of 4 customers. Each order takes 0.2\u00a0s at the till, then 0.8\u00a0s in the kitchen. "
                                  "How soon can one cashier serve all?");
  EXPECT_EQ(question("sum"), "4\u2009000\u2009000 numbers in 8 chunks. How many times faster do several workers add them up?");
  for (const LessonEntry& lesson : lessons()) EXPECT_EQ(question(lesson.id.c_str()).find('{'), std::string::npos) << lesson.id;
  Scenario http;
  http.lesson = "http";
  EXPECT_EQ(filled_in("{nothing} {", *prepare(http, "loop", 2).instance), "{nothing} {");
}

TEST(Lessons, WhoIsRefusedInB10IsToldWithTheTaskThatIsInside) {  // seen: the second sender was nowhere in the trace
  auto refused = [](std::int64_t cycle) {
    Scenario scenario;
    scenario.lesson = "dangers";
    scenario.parameters = {{"cycle", static_cast<double>(cycle)}};
    const Prepared prepared = prepare(scenario, "threads", 2);
    if (!prepared.instance) return prepared.sentence;
    const Instance& instance = *prepared.instance;
    instance.tell_hand_overs(100);
    TaskFrame main = instance.main();
    Step step = resume(main, instance, Value::none(), 100'000, 1);
    if (step.kind != Step::Kind::ask || step.ask.kind != Ask::Kind::gather) return std::string("main gathers nothing");
    std::string out;
    std::vector<TaskFrame> frames;
    for (const Value& child : step.ask.children) frames.emplace_back(instance, child);
    for (std::size_t i = 0; i < frames.size(); ++i)
      for (const HandOver& over : resume(frames[i], instance, Value::none(), 100'000, static_cast<std::uint32_t>(i) + 2).hand_overs)
        if (over.verb == HandOver::Verb::refuse) out += std::string(over.from_name) + " by " + std::string(over.to_name) + " in task " + std::to_string(over.inside) + "; ";
    return out;
  };
  EXPECT_EQ(refused(0), "sender by sink in task 2; ");
  EXPECT_EQ(refused(1), "stage by stage in task 2; ");
}

TEST(Lessons, AreFoundByIdAndByNameAndStandInTheOrderOfTheCourse) {
  EXPECT_EQ(find_lesson("S5")->file, "s04_http.py");
  EXPECT_EQ(find_lesson("s5"), find_lesson("S5"));
  EXPECT_EQ(find_lesson("http")->id, "S4");
  EXPECT_EQ(find_lesson("cashiers")->id, "S1");
  EXPECT_EQ(find_lesson("sum")->id, "S3");
  EXPECT_EQ(find_lesson("fibre"), nullptr);
  EXPECT_EQ(find_lesson(""), nullptr);
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

TEST(Lessons, ComputingAndMixedWorkExpectTheFiguresOfS8AndS12) {
  for (const char* one_core : {"serial", "loop", "gil"}) EXPECT_DOUBLE_EQ(expected_s("S8", one_core, 4, 4), 2.0) << one_core;
  for (const char* cores : {"threads", "processes", "stealing"}) {
    EXPECT_DOUBLE_EQ(expected_s("S8", cores, 4, 4), 0.5) << cores;
    EXPECT_DOUBLE_EQ(expected_s("S8", cores, 4, 2), 1.0) << cores;
  }
  EXPECT_DOUBLE_EQ(expected_s("S12", "serial", 8, 4), 1.6);
  EXPECT_DOUBLE_EQ(expected_s("S12", "gil", 8, 4), 0.9);
  EXPECT_DOUBLE_EQ(expected_s("S12", "loop", 8, 4), 0.9);
  EXPECT_DOUBLE_EQ(expected_s("S12", "processes", 8, 4), 0.4);
  EXPECT_DOUBLE_EQ(expected_s("S12", "threads", 8, 4), 0.3);
}

TEST(Lessons, BreakfastAndTheConvoyExpectTheFiguresOfV1AndG1) {
  const double ways[] = {5, 3, 5};
  EXPECT_DOUBLE_EQ(expected_s("V1", "loop", 2, 2, {{"way", 3}}), 2.0) << "the coffee is never made";
  for (int way = 0; way < 3; ++way) EXPECT_DOUBLE_EQ(expected_s("V1", "loop", 2, 2, {{"way", static_cast<double>(way)}}), ways[way]) << way;
  EXPECT_DOUBLE_EQ(expected_s("G1", "gil", 2, 2), 1.2);
  EXPECT_DOUBLE_EQ(expected_s("G1", "gil", 2, 2, {{"company", 0}}), 0.2);
  EXPECT_DOUBLE_EQ(expected_s("G1", "gil", 2, 2, {{"interval", 1e6}}), 0.4);
}

TEST(Lessons, ALoopIsOneUnlessItRunsAloneAndTheScenarioSaysHowMany) {
  Scenario scenario;
  EXPECT_EQ(prepare(scenario, "threads", 4).workers, 100) << "the lesson's";
  EXPECT_EQ(prepare(scenario, "loop", 4).workers, 1);
  scenario.executor = "loop";
  EXPECT_EQ(prepare(scenario, "loop", 4).workers, 1) << "the lesson's workers are no loops";
  scenario.workers = 3;
  EXPECT_EQ(prepare(scenario, "loop", 4).workers, 3);
  EXPECT_EQ(prepare(scenario, "threads", 4).workers, 3);
  scenario.workers = 50;
  EXPECT_EQ(prepare(scenario, "loop", 4).workers, 4) << "one per core";
  scenario.executor = "all";
  EXPECT_EQ(prepare(scenario, "loop", 4).workers, 1) << "beside others";
}

// -- The self-checks -----------------------------------------------------------------------------------------------------

std::vector<Expectation> expectations_of(const LessonEntry& lesson, std::string_view executor, std::vector<ParameterSetting> parameters = {}) {
  Scenario scenario;
  scenario.lesson = lesson.id;
  scenario.parameters = std::move(parameters);
  const Prepared prepared = prepare(scenario, executor, 4);
  EXPECT_TRUE(prepared.instance) << lesson.id << ": " << prepared.sentence;
  return prepared.instance ? expectations_for(*prepared.instance, executor) : std::vector<Expectation>{};
}

/// A run that does exactly what is expected of it.
Figures exactly(const std::vector<Expectation>& expectations) {
  Figures f;
  f.makespan = f.serial_makespan = 1'000'000'000;
  for (const Expectation& e : expectations) {
    const auto value = static_cast<std::int64_t>(e.value);
    if (e.figure == "makespan") f.makespan = value;
    if (e.figure == "p99") f.p99 = value;
    if (e.figure == "longest") f.longest = value;
    if (e.figure == "cpu") f.cpu = value;
    if (e.figure == "switches") f.switches = value;
    if (e.figure == "tasks") f.tasks = value;
    if (e.figure == "output" || e.figure == "lines") f.output = e.texts;
    if (e.figure == "error") {
      f.finished = false;
      for (const std::string& part : e.texts) f.error += part + " ";
    }
  }
  for (const Expectation& e : expectations)
    if (e.figure == "speedup") f.serial_makespan = static_cast<std::int64_t>(e.value * static_cast<double>(f.makespan));
  return f;
}

/// Every way in which a run can miss one figure.
std::vector<Figures> misses(Figures right, const Expectation& e) {
  std::vector<Figures> wrong;
  auto with = [&](auto change) {
    Figures f = right;
    change(f);
    wrong.push_back(std::move(f));
  };
  const auto value = static_cast<std::int64_t>(e.value), much = value / 2 + 20'000'000;
  auto time = [&](std::int64_t Figures::* figure) {
    if (e.bound != Expectation::Bound::least) with([&](Figures& f) { f.*figure = value + much; });
    if (e.bound != Expectation::Bound::most && value > 20'000'000) with([&](Figures& f) { f.*figure = value / 2; });
  };
  auto count = [&](std::int64_t Figures::* figure) {
    if (e.bound != Expectation::Bound::least) with([&](Figures& f) { f.*figure = value * 2 + 10; });
    if (e.bound != Expectation::Bound::most && value > 0) with([&](Figures& f) { f.*figure = -10; });
  };
  if (e.figure == "makespan") time(&Figures::makespan);
  if (e.figure == "p99") time(&Figures::p99);
  if (e.figure == "longest") time(&Figures::longest);
  if (e.figure == "cpu") time(&Figures::cpu);
  if (e.figure == "switches") count(&Figures::switches);
  if (e.figure == "tasks") count(&Figures::tasks);
  if (e.figure == "speedup") with([&](Figures& f) { f.makespan *= 2; });
  if (e.figure == "error") {
    with([&](Figures& f) { f.finished = true; });
    with([&](Figures& f) { f.error = "failed: another mistake"; });
  }
  if (e.figure == "output" || e.figure == "lines") {
    with([&](Figures& f) { f.output.pop_back(); });
    with([&](Figures& f) { f.output.push_back("one line more"); });
    with([&](Figures& f) { f.output.back() += "!"; });
  }
  return wrong;
}

TEST(Lessons, TheRaceAndTheDeadlockCountTheOrdersOfQ3AndQ4) {
  auto said = [](const char* lesson, double mended, std::string_view line) {
    for (const Expectation& e : expectations_of(*find_lesson(lesson), "loop", {{lesson[1] == '3' ? "fixed" : "ordered", mended}}))
      if (std::ranges::count(e.texts, line)) return true;
    return false;
  };
  EXPECT_TRUE(said("Q3", 0, "load, store: 4 of 6 orders lose an update"));
  EXPECT_TRUE(said("Q3", 0, "load, add, store: 18 of 20 orders lose an update"));
  EXPECT_TRUE(said("Q4", 0, "2 of 6 orders end in a deadlock"));
  EXPECT_TRUE(said("Q4", 1, "0 of 2 orders end in a deadlock"));
}

TEST(Lessons, EachExpectsSomethingOnEachOfItsExecutorsAndSeesEveryMiss) {
  for (const LessonEntry& lesson : lessons())
    for (const std::string& executor : lesson.on) {
      const std::vector<Expectation> expectations = expectations_of(lesson, executor);
      EXPECT_FALSE(expectations.empty()) << lesson.id << " on " << executor;
      const Figures right = exactly(expectations);
      EXPECT_EQ(together(check_each(right, expectations)).words, "as predicted") << lesson.id << " on " << executor;
      for (const Expectation& e : expectations)
        for (const Figures& wrong : misses(right, e))
          EXPECT_EQ(together(check_each(wrong, expectations)).kind, Verdict::Kind::off) << lesson.id << " on " << executor << ": " << e.figure;
    }
}

TEST(Lessons, EachSeesThatOneParameterIsOff) {
  for (const LessonEntry& lesson : lessons()) {
    bool seen = lesson.parameters.empty();
    for (const std::string& executor : lesson.on) {
      const std::vector<Expectation> as_it_is = expectations_of(lesson, executor);
      for (const Parameter& p : lesson.parameters)
        for (double value : {p.min, p.max})
          seen |= together(check_each(exactly(expectations_of(lesson, executor, {{p.name, value}})), as_it_is)).kind == Verdict::Kind::off;
    }
    EXPECT_TRUE(seen) << lesson.id;
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

TEST(Lessons, HowTheListTravelsChangesNothingThatTheSumIsExpectedToTake) {
  const LessonEntry& sum = *find_lesson("sum");
  const auto ship = std::ranges::find(sum.parameters, "ship", &Parameter::name);
  ASSERT_NE(ship, sum.parameters.end());
  // Links say them by number: what there was stays where it was.
  EXPECT_EQ(ship->choices, (std::vector<std::string>{"range only", "copied", "shared", "transferred"}));
  for (const char* executor : {"serial", "threads", "gil", "processes", "loop", "stealing"}) {
    const Figures expected = exactly(expectations_of(sum, executor));
    for (double way : {1.0, 2.0, 3.0})
      EXPECT_EQ(together(check_each(expected, expectations_of(sum, executor, {{"ship", way}}))).kind, Verdict::Kind::as_predicted) << executor << " " << way;
  }
}

TEST(Lessons, TheSumIsTheSumWhicheverWayTheListTravels) {
  for (double ship : {0.0, 1.0, 2.0, 3.0}) {
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
