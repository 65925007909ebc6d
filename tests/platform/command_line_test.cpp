// The built program, from outside: what it prints, where, and how it ends. INTERLEAVE_BIN is its path, by CMake.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "platform/native/native_clock.h"
#include "platform/program.h"

namespace {

using Json = nlohmann::json;

/// A script in a file of its own, gone with this object.
struct ScriptFile {
  explicit ScriptFile(const std::string& text, const std::string& name = "small.py") {
    folder = std::filesystem::temp_directory_path() / ("interleave-test-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    path = (folder / name).string();
    std::ofstream(path) << text;
  }
  ~ScriptFile() { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
  std::string path;
};

/// One sentence on standard error, nothing on standard output, status 2.
void expect_refused(const std::vector<std::string>& arguments, const std::string& part) {
  const Ran ran = run_interleave(arguments);
  EXPECT_EQ(ran.status, 2) << part;
  EXPECT_EQ(ran.out, "") << part;
  EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
}

TEST(CommandLine, ListsTheLessons) {
  const Ran ran = run_interleave({"list", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  const Json lessons = Json::parse(ran.out);
  std::string ids;
  for (const Json& lesson : lessons) {
    ids += lesson.at("id").get<std::string>() + " ";
    for (const char* key : {"name", "title", "claim", "source"}) EXPECT_TRUE(lesson.at(key).is_string()) << key;
    for (const Json& p : lesson.at("parameters")) {
      EXPECT_TRUE(p.at("name").is_string() && p.at("unit").is_string() && p.at("log").is_boolean());
      EXPECT_LE(p.at("min").get<double>(), p.at("default").get<double>());
      EXPECT_LE(p.at("default").get<double>(), p.at("max").get<double>());
    }
  }
  for (const char* id : {"S1", "S2", "S3", "S4", "S5", "S7"}) EXPECT_NE(ids.find(id), std::string::npos) << ids;
  EXPECT_EQ(run_interleave({"list"}).status, 0);
}

TEST(CommandLine, RunsTheRequestsOnEveryExecutor) {
  const Ran ran = run_interleave({"run", "http", "--set", "connections=10", "--set", "latency=20ms", "--set", "work=1 ms", "--on", "all", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json.at("lesson"), "http");
  EXPECT_EQ(json.at("parameters").at("connections"), 10);
  EXPECT_EQ(json.at("parameters").at("latency"), 20'000'000);
  const std::vector<std::string> order = {"serial", "threads", "gil", "processes", "loop", "stealing"};
  ASSERT_EQ(json.at("runs").size(), order.size());
  double serial = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Json& run = json["runs"][i];
    EXPECT_EQ(run.at("executor"), order[i]);
    if (run.contains("refused")) {
      EXPECT_TRUE(run["refused"].get<std::string>().ends_with("."));
      continue;
    }
    EXPECT_EQ(run.at("provenance"), "measured");
    EXPECT_EQ(run.at("tasks"), 10);
    EXPECT_EQ(run.at("output"), Json::array({"10 answers"}));
    EXPECT_EQ(run.at("dropped_events"), 0);
    // Ten waits of 20 ms: one after the other, or at the same time. Above there is no bound that a busy machine keeps.
    const double makespan = run.at("makespan_ns");
    EXPECT_GE(makespan, order[i] == "serial" ? 200e6 : 20e6) << order[i] << ": the waits; work is as long as a busy machine's calibration made it";
    EXPECT_LT(makespan, 20e9) << order[i];
    EXPECT_GE(run.at("latency_ns").at("max").get<double>(), run["latency_ns"].at("p50").get<double>());
    for (const char* key : {"cpu_busy_ns", "switches", "bytes_per_task", "spawn_ns", "copied_bytes"})
      EXPECT_TRUE(run.at(key).is_number_integer()) << key;
    EXPECT_TRUE(run.at("check").at("expected_ns").is_number_integer());
    EXPECT_TRUE(run["check"].at("verdict").is_string());
    EXPECT_TRUE(run["check"].at("because").is_string());
    // Of a task that waits: its record and its body's frame. On threads there is a stack, too.
    if (order[i] == "serial" || order[i] == "loop") EXPECT_LT(run.at("bytes_per_task").get<int>(), 400) << order[i];
    if (order[i] == "threads" || order[i] == "gil") EXPECT_GE(run.at("bytes_per_task").get<int>(), 4096) << order[i] << ": seen as a frame alone, as if a thread had no stack";
    if (order[i] == "serial") serial = makespan;
    EXPECT_NEAR(run.at("speedup").get<double>(), serial / makespan, 1e-6);
  }
}

TEST(CommandLine, RunsAScriptFromAFileAndPrintsWhatItPrints) {
  const ScriptFile script("from interleave import *\nn = param(3, min=1, max=9)\nasync def main():\n    await io(1 * ms)\n    print(n)\nrun(main)\n");
  const Ran table = run_interleave({"run", script.path, "--set", "n=5"});
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("printed:\n5\n"), std::string::npos) << table.out;
  const Ran json = run_interleave({"run", script.path, "--json", "--on", "loop"});
  EXPECT_EQ(Json::parse(json.out)["runs"][0]["output"], Json::array({"3"}));
  EXPECT_EQ(Json::parse(json.out)["lesson"], "small");
  EXPECT_TRUE(Json::parse(json.out)["runs"][0]["check"]["expected_ns"].is_null());
}

TEST(CommandLine, ANegativeSeedAndAnEmptyExecutorAreRefused) {  // the first was a very large number, the second the lesson's own
  expect_refused({"run", "tail", "--seed", "-1"}, "--seed wants a whole number from 0 to 18446744073709551615, not '-1'.");
  expect_refused({"run", "tail", "--seed", ""}, "--seed wants a whole number");
  expect_refused({"run", "tail", "--seed", "1x"}, "not '1x'");
  expect_refused({"run", "tail", "--on", ""}, "There is no executor ''.");
  EXPECT_EQ(run_interleave({"run", "bogus", "--seed", "18446744073709551615"}).status, 0);
}

TEST(CommandLine, SaysWhichVersionItIs) {
  const Ran ran = run_interleave({"--version"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_TRUE(ran.out.starts_with("interleave ")) << ran.out;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
}

TEST(CommandLine, ABadScriptIsOneSentenceWithItsPlace) {
  const ScriptFile script("from interleave import *\nx = (\n");
  expect_refused({"run", script.path}, script.path + ":2:5: ");
}

TEST(CommandLine, AFailedRunIsStatus1AndStillJson) {
  const ScriptFile script("from interleave import *\nasync def main():\n    print(1 / 0)\nrun(main)\n");
  const Ran ran = run_interleave({"run", script.path, "--json"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("ivision by zero"), std::string::npos) << ran.err;
  const Json run = Json::parse(ran.out).at("runs").at(0);
  EXPECT_EQ(run.at("ended"), "failed");
  EXPECT_NE(run.at("sentence").get<std::string>(), "");
}

TEST(CommandLine, ADeadlockThatTheLessonForetellsIsStatus0AndSaidOnceInALine) {
  const Ran ran = run_interleave({"run", "deadlock", "--on", "threads"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.err.find("deadlock on threads ended in a deadlock: task "), std::string::npos) << ran.err;
  EXPECT_NE(ran.out.find("  -  as predicted; deadlock: task "), std::string::npos) << "no task finished, so there is no p99: " << ran.out;
}

TEST(CommandLine, ADeadlockNamesTheLinesInWhichTheyWait) {
  const ScriptFile script("from interleave import *\na = Lock()\nb = Lock()\nhas_a, has_b = Event(), Event()\nasync def takes(x, y, has_x, has_y):\n    async with x:\n        has_x.set()\n"
                          "        await has_y.wait()\n        async with y: pass\nasync def main():\n    await gather(takes(a, b, has_a, has_b), takes(b, a, has_b, has_a))\nrun(main)\n");
  for (const char* on : {"loop", "threads"}) {
    const Ran ran = run_interleave({"run", script.path, "--on", on, "--workers", "2"});
    EXPECT_TRUE(std::regex_search(ran.err, std::regex(R"(task 1 \(line 9\) waits for lock \d, which task 2 holds; task 2 \(line 9\) waits for lock \d, which task 1 holds\.)"))) << ran.err;
  }
}

// Three million of them, which the run alone knew, were seen to take a gigabyte. Here a list takes most of what there is.
TEST(CommandLine, TasksCountAgainstTheMemoryOfARun) {
  const ScriptFile script("from interleave import *\nasync def work(): await io(100 * s)\nasync def main():\n    most = [0] * 16_400_000\n    n = 0\n    try:\n        while n < 300_000:\n"
                          "            spawn(work())\n            n += 1\n    except MemoryError:\n        print(n, 10_000 < n < 200_000)\n    raise ValueError(\"enough\")\nrun(main)\n");
  const Ran ran = run_interleave({"run", script.path, "--on", "loop", "--json"});
  const std::string said = Json::parse(ran.out)["runs"][0]["output"].dump();
  EXPECT_TRUE(said.ends_with(" True\"]")) << said << ran.err;
}

TEST(CommandLine, TheTimelineIsDrawnWithoutADisplay) {
  const ScriptFile script("from interleave import *\nasync def work(): await io(20 * ms)\nasync def main(): await gather(work(), work())\nrun(main)\n", "two.py");
  auto text_of = [](const std::filesystem::path& file) {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string both = script.folder / "both.svg", trace = script.folder / "one.ilt", one = script.folder / "one.svg";
  EXPECT_EQ(run_interleave({"run", script.path, "--on", "all", "--svg", both}).err, "");
  EXPECT_EQ(run_interleave({"run", script.path, "--on", "loop", "--trace", trace}).err, "");
  EXPECT_EQ(run_interleave({"open", trace, "--svg", one}).err, "");
  for (const std::string& file : {both, one}) {
    const std::string svg = text_of(file);
    EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n")) << file;
    EXPECT_NE(svg.find("<pattern "), std::string::npos) << "states are patterns, too";
  }
  for (const char* name : {"Serial", "Threads", "Event loop", "Work stealing"}) EXPECT_NE(text_of(both).find(name), std::string::npos) << name;
  EXPECT_EQ(text_of(both).find("(recorded)"), std::string::npos) << "it ran a moment ago";
  expect_refused({"run", "http", "--svg", "picture.png"}, "--svg wants NAME.svg");
  expect_refused({"open", script.path, "--svg", one}, "two.py is a script, not a trace");
}

TEST(CommandLine, AParameterThatIsYesOrNoIsSetInWordsAndAWholeOneToWholeNumbers) {
  const ScriptFile script("from interleave import *\nquick = param(False)\ncount = param(3, min=1, max=9)\nasync def main(): print(quick, count)\nrun(main)\n");
  for (const auto& [word, said] : {std::pair{"on", "True 3"}, std::pair{"yes", "True 3"}, std::pair{"true", "True 3"}, std::pair{"1", "True 3"}, std::pair{"off", "False 3"}, std::pair{"0", "False 3"}})
    EXPECT_EQ(Json::parse(run_interleave({"run", script.path, "--json", "--set", std::string("quick=") + word}).out)["runs"][0]["output"], Json::array({said})) << word;
  expect_refused({"run", script.path, "--set", "quick=maybe"}, "'maybe' is no value for quick; it is on or off.");
  expect_refused({"run", script.path, "--set", "count=3.5"}, "count is a whole number, not 3.5.");
  expect_refused({"run", script.path, "--set", "count=2ms"}, "count is a number, without a unit.");
}

TEST(CommandLine, WhatIsWrongIsOneSentenceAndStatus2) {
  expect_refused({"run", "nope"}, "No lesson is called 'nope'.");
  expect_refused({"run", "/nowhere/nope.py"}, "/nowhere/nope.py cannot be read");
  expect_refused({"run", "/tmp/"}, "/tmp/ is a folder.");
  expect_refused({"open", "/tmp"}, "/tmp is a folder.");
  expect_refused({"run", "http", "--on", "fast"}, "There is no executor 'fast'.");
  expect_refused({"run", "http", "--set", "speed=3"}, "There is no parameter 'speed'.");
  expect_refused({"run", "http", "--set", "connections=0"}, "connections is 1 to");
  expect_refused({"run", "http", "--set", "connections"}, "wants NAME=VALUE");
  expect_refused({"run", "http", "--set", "latency=soon"}, "'soon' is no value for latency.");
  expect_refused({"run", "http", "--set", "latency=20"}, "latency wants a unit, such as 20ms.");
  expect_refused({"run", "http", "--set", "latency=20s"}, "latency is 1 ms to");
  expect_refused({"run", "http", "--trace", "x.foo"}, "--trace wants NAME.json or NAME.ilt, not 'x.foo'.");
  expect_refused({"open", "x.ilt", "--frobnicate"}, "--frobnicate is no option of `interleave open`. `interleave open --help` shows the options.");
  expect_refused({"--frobnicate"}, "--frobnicate is no option of `interleave`. `interleave --help` shows the options.");
  expect_refused({"run", "http", "--worker", "3"}, "--worker is no option of `interleave run`. `interleave run --help` shows the options.");
  expect_refused({"run", "http", "sum"}, "'sum' is one word too many for `interleave run`. `interleave run --help` shows the options.");
  const ScriptFile junk("junk\n", "junk.ilt");
  expect_refused({"open", junk.path}, "nor a script (.py)");
  const ScriptFile script("x = 1\n");
  expect_refused({"open", script.path, "--dump"}, "is a script, not a trace: `interleave run " + script.path + " --dump` runs it and prints its trace.");
  expect_refused({"run", "http", "--workers", "0"}, "--workers");
  expect_refused({"run", "http", "--cores", "two"}, "--cores");
  expect_refused({"run", "http", "--json", "--dump"}, "choose one");
  expect_refused({"run", "http", "--frobnicate"}, "--frobnicate");
  expect_refused({"run"}, "required");
  expect_refused({"dance"}, "dance");
}

TEST(CommandLine, WhatIsNotBuiltYetSaysSo) {
  expect_refused({"explore", "http", "--json"}, "`interleave explore` is not built yet.");
  expect_refused({"advise", "http"}, "`interleave advise` is not built yet.");
  expect_refused({"sweep", "http", "--x", "connections=1:10"}, "`interleave sweep` is not built yet.");
  expect_refused({"export", "v=1", "--png", "x.png"}, "`interleave export` is not built yet.");
  expect_refused({"run", "http", "--time", "virtual"}, "Virtual time is not built yet");
  expect_refused({"run", "http", "--cost", "switch=5us"}, "--cost switch is not built yet");
}

TEST(CommandLine, TheGilIntervalIsACostThatThereIs) {
  EXPECT_EQ(run_interleave({"run", "http", "--set", "connections=1", "--set", "latency=1ms", "--cost", "gil_interval=2 ms"}).status, 0);
}

TEST(CommandLine, PinnedCoresAreTheMachines) {
  const ScriptFile script("from interleave import *\nasync def main():\n    compute(1 * ms)\n    print(cores())\nrun(main)\n");
  const std::string trace = (script.folder / "trace.json").string();
  const Ran ran = run_interleave({"run", script.path, "--on", "threads", "--pin", "--cores", "1", "--json", "--trace", trace});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(Json::parse(ran.out).at("runs").at(0).at("output").at(0), "1");
  std::ifstream file(trace);
  const Json other = Json::parse(file).at("otherData");
  EXPECT_EQ(other.at("cores"), 1);
  EXPECT_EQ(other.at("emulated_cores"), false);
  expect_refused({"run", script.path, "--pin", "--cores", "1024"}, "--pin wants --cores 1 to ");
}

// Seen: only --dump told of these.
TEST(CommandLine, EmulatedCoresAndABlockedLoopAreSaid) {
  const ScriptFile script("from interleave import *\nasync def main():\n    block(20 * ms)\nrun(main)\n");
  const std::string trace = (script.folder / "trace.json").string();
  const Ran table = run_interleave({"run", script.path, "--on", "loop", "--trace", trace}), json = run_interleave({"run", script.path, "--on", "loop", "--json"});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("\nloop: Blocking calls held the event loop for "), std::string::npos) << table.out;
  EXPECT_GE(Json::parse(json.out).at("runs").at(0).at("loop_blocked_ns"), 20'000'000);
  std::ifstream file(trace);
  EXPECT_GE(Json::parse(file).at("otherData").at("loop_blocked_ns"), 20'000'000);

  const ScriptFile quiet("from interleave import *\nasync def main():\n    compute(1 * ms)\nrun(main)\n");
  if (interleave::machine_cores() > 1) {
    EXPECT_NE(run_interleave({"run", quiet.path, "--on", "threads", "--cores", "1"}).out.find(
                  "\nthreads: Its core is emulated: the machine has more, and one permit lets one task compute at a time.\n"),
              std::string::npos);
    EXPECT_EQ(Json::parse(run_interleave({"run", quiet.path, "--on", "threads", "--cores", "1", "--json"}).out).at("runs").at(0).at("emulated_cores"), true);
  }
  const Json plain = Json::parse(run_interleave({"run", quiet.path, "--on", "serial", "--json"}).out).at("runs").at(0);
  EXPECT_EQ(plain.at("emulated_cores"), false);
  EXPECT_EQ(plain.at("loop_blocked_ns"), 0);
}

// Seen: of 16 workers that were asked for 2 ran, without a word.
TEST(CommandLine, WhoAsksForMoreWorkersThanThereAreCoresIsToldSo) {
  const ScriptFile script("from interleave import *\nasync def main():\n    await io(1 * ms)\nrun(main)\n");
  for (const auto& [on, what] : {std::pair{"stealing", "workers"}, {"processes", "processes"}, {"loop", "event loops"}}) {
    const Ran ran = run_interleave({"run", script.path, "--on", on, "--cores", "1", "--workers", "16", "--json"});
    const std::string sentence = std::string("16 ") + what + " were asked for; 1 runs: one for each core, since more would take turns on it.";
    EXPECT_NE(ran.err.find(on + (": " + sentence)), std::string::npos) << ran.err;
    EXPECT_EQ(Json::parse(ran.out).at("runs").at(0).at("notices").at(0), sentence);
  }
  EXPECT_EQ(run_interleave({"run", "http", "--on", "stealing", "--set", "latency=1ms"}).err, "") << "what a lesson would like is no wish of the reader's";
}

// Seen: it was said to who reads, and not to a program.
TEST(CommandLine, WhoAsksForMoreCoresThanThereAreIsToldSo) {
  const ScriptFile script("from interleave import *\nasync def main():\n    await io(1 * ms)\nrun(main)\n");
  const Ran ran = run_interleave({"run", script.path, "--on", "threads", "--cores", "1000", "--json"});
  const Json notices = Json::parse(ran.out).at("notices");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_NE(notices[0].get<std::string>().find("so 1000 are not to be had"), std::string::npos);
  EXPECT_NE(ran.err.find(notices[0].get<std::string>()), std::string::npos) << ran.err;
}

TEST(CommandLine, TraceAndDump) {
  const ScriptFile script("from interleave import *\nasync def main():\n    await io(1 * ms)\nrun(main)\n");
  const std::string trace = (script.folder / "trace.json").string();
  const Ran ran = run_interleave({"run", script.path, "--on", "serial", "--trace", trace, "--dump"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("lane 0"), std::string::npos);
  std::ifstream file(trace);
  EXPECT_TRUE(Json::parse(file).contains("traceEvents"));
}

TEST(CommandLine, CtrlCEndsARunThatNeverEndsAndPrintsWhatRan) {
  const ScriptFile script("from interleave import *\nasync def main():\n    print('begun')\n    while True:\n        await step()\nrun(main)\n");
  const Ran ran = run_interleave({"run", script.path, "--on", "loop", "--json"}, 3000);
  EXPECT_EQ(ran.status, 130) << ran.err;
  const Json run = Json::parse(ran.out).at("runs").at(0);
  EXPECT_EQ(run.at("ended"), "cancelled");
  EXPECT_EQ(run.at("output"), Json::array({"begun"}));
}

TEST(CommandLine, WhoPrintsForEverIsStoppedInASentence) {
  const ScriptFile script("from interleave import *\ndef main():\n    while True:\n        print('x' * 1000000)\nrun(main)\n");
  const Ran ran = run_interleave({"run", script.path, "--on", "loop"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("Line 4, column 9: MemoryError: The script prints more than 64 MiB."), std::string::npos) << ran.err.substr(0, 500);
}

TEST(CommandLine, NoDisplayIsASentenceThatPointsAtTheCommandLine) {
  const Ran ran = run_interleave({});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("interleave run"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, "");
}

TEST(CommandLine, HelpIsStatus0) { EXPECT_EQ(run_interleave({"--help"}).status, 0); }

TEST(CommandLine, WarnsOfAMissingAwaitAndRunsOn) {
  const ScriptFile script("from interleave import *\n\nasync def work():\n    print(\"never\")\n\nasync def main():\n    work()\n    print(\"done\")\n\nrun(main)\n");
  for (const char* on : {"serial", "threads", "loop", "processes", "stealing"}) {
    const Ran ran = run_interleave({"run", script.path, "--on", on, "--json"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_NE(ran.err.find(std::string(on) + ": Line 7, column 5: work() was called, but nobody awaited it"), std::string::npos) << ran.err;
    EXPECT_EQ(Json::parse(ran.out).at("runs").at(0).at("output"), Json::array({"done"}));
  }
}

TEST(CommandLine, WarnsOfAMissingAwaitBeforeAMethodAndOfNothingElse) {
  const ScriptFile script("from interleave import *\nlock, queue = Lock(), Queue()\n\nasync def main():\n    lock.acquire()\n"
                          "    await gather(queue.put(1), queue.get())\n    await wait_for(lock.acquire(), 1 * s)\n    print(lock.locked())\n\nrun(main)\n");
  for (const char* on : {"loop", "threads", "processes", "stealing"}) {
    const Ran ran = run_interleave({"run", script.path, "--on", on, "--json"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    const std::string notice = "was called, but nobody awaited it";
    const auto at = ran.err.find(std::string(on) + ": Line 5, column 10: acquire() " + notice);
    ASSERT_NE(at, std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find(notice), ran.err.rfind(notice)) << ran.err;
    EXPECT_EQ(Json::parse(ran.out).at("runs").at(0).at("output"), Json::array({"True"}));
  }
}

}  // namespace
