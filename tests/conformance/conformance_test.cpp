// What CPython prints, we print: each script of scripts/ is one test, and each lesson.
//
// serial and loop are compared to the byte, with time that jumps on both sides, and on loop the order in which tasks
// ran, too. threads, gil, stealing and processes run for real and are compared as a set of lines. CPython's side is
// run_cpython.py, once for all scripts; README.md says how to add one and where we differ on purpose.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "../runtime/fake_clock.h"
#include "platform/engine/engine_run.h"
#include "platform/native/child_process.h"
#include "platform/native/native_run.h"
#include "platform/native/task_process.h"
#include "trace/trace.h"
#include "trace/trace_file.h"
#include "workloads/prepare.h"

namespace interleave {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(INTERLEAVE_SOURCE_DIR) / "tests" / "conformance";
/// Results of CPython stay in the build folder, by content.
fs::path cache_folder() { return fs::read_symlink("/proc/self/exe").parent_path() / "cpython"; }

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The words after "# <what>: " in a script.
std::vector<std::string> directive(const std::string& script, const std::string& what) {
  std::vector<std::string> words;
  for (const std::string& line : lines_of(script)) {
    if (line.rfind("# " + what + ": ", 0) != 0) continue;
    std::istringstream in(line.substr(what.size() + 4));
    for (std::string word; in >> word;) words.push_back(word);
  }
  return words;
}

// -- CPython's side --------------------------------------------------------------------------------------------------

/// A python3 of 3.11 or later, or empty. The system's own first: another may hide it on PATH.
const std::string& python() {
  static const std::string found = [] {
    for (const char* candidate : {"/usr/bin/python3", "python3"})
      if (std::system((std::string(candidate) + " -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null").c_str()) == 0) return std::string(candidate);
    return std::string();
  }();
  return found;
}

struct Outcome {
  std::string end;                 ///< finished, failed, deadlock
  std::vector<std::string> order;  ///< tasks as they ran, 1 is main
  std::string output;
};

/// Runs what is not there yet.
bool ask_cpython(const std::string& folder, const std::vector<fs::path>& scripts) {
  std::string command = python() + " -W ignore -B '" + (kFolder / "run_cpython.py").string() + "' '" + folder + "'";
  for (const fs::path& script : scripts) command += " '" + script.string() + "'";
  return std::system(command.c_str()) == 0;
}

Outcome cpython_outcome(const std::string& name, const std::string& executor) {
  Outcome outcome;
  std::istringstream in(file_text(cache_folder() / (name + "." + executor + ".txt")));
  std::string line, word;
  std::getline(in, line);  // key
  in >> word >> outcome.end;
  std::getline(in, line);  // which exception: ours has sentences of its own
  std::getline(in, line);
  std::istringstream tasks(line.substr(std::min<std::size_t>(line.size(), 6)));
  while (tasks >> word) outcome.order.push_back(word);
  outcome.output.assign(std::istreambuf_iterator<char>(in), {});
  return outcome;
}

// -- our side --------------------------------------------------------------------------------------------------------

/// Time jumps, and so do requests.
class JumpingClock final : public testing::FakeClock, public Requests {
 public:
  void wait_until(Nanos deadline) override {
    if (!under_way_.empty()) deadline = std::min(deadline, under_way_.begin()->first);
    FakeClock::wait_until(deadline);
  }

  int most_at_once() const override { return 256; }
  void start(std::uint64_t id, Nanos latency, std::int64_t size) override { under_way_.emplace(now() + latency, Answer{id, size, {}}); }
  void finished(std::vector<Answer>& answers) override {
    while (!under_way_.empty() && under_way_.begin()->first <= now()) {
      answers.push_back(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
    }
  }
  Answer perform(Nanos, std::int64_t size, Standstill&) override { return {0, size, {}}; }
  void give_up(std::uint64_t id) override { std::erase_if(under_way_, [id](const auto& each) { return each.second.id == id; }); }
  void abandon_all() override { under_way_.clear(); }

 private:
  std::multimap<Nanos, Answer> under_way_;
};

const fs::path kLessons = fs::path(INTERLEAVE_SOURCE_DIR) / "src" / "workloads";
bool is_lesson(const fs::path& path) { return path.parent_path() == kLessons; }

/// Of a lesson: lessons.txt.
std::vector<std::string> settings_of(const fs::path& path) {
  const std::string start = path.stem().string() + ": ";
  std::vector<std::string> words;
  for (const std::string& line : lines_of(file_text(kFolder / "lessons.txt"))) {
    std::istringstream in(line.rfind(start, 0) == 0 ? line.substr(start.size()) : "");
    for (std::string word; in >> word;) words.push_back(word);
  }
  return words;
}

ExecutorKind kind_named(const std::string& id) {
  for (int i = 0; i < kExecutorKinds; ++i)
    if (kExecutorIds[i] == id) return static_cast<ExecutorKind>(i);
  ADD_FAILURE() << "no executor is called " << id;
  return ExecutorKind::serial;
}

/// Who ran and what was said, in order. Times do not tell: under a clock that jumps much happens at one instant, in two
/// lanes. So the executor is polled turn by turn, and this reads what each turn left.
class Follower {
 public:
  explicit Follower(const Recorder& recorder) : reader_(recorder), packets_(1 << 12) {}

  void read(Outcome& outcome) {
    while (const std::size_t n = reader_.read(packets_)) {
      for (std::size_t i = 0; i < n;) {
        const std::uint64_t header = packets_[i++];
        const std::size_t count = header >> 32;
        if (count == 0) {
          ++i;  // dropped events
          continue;
        }
        auto& words = rest_[header & 0xffff];
        words.insert(words.end(), packets_.begin() + static_cast<std::ptrdiff_t>(i), packets_.begin() + static_cast<std::ptrdiff_t>(i + count));
        i += count;
        take_events(words, outcome);
      }
    }
  }

 private:
  static void take_events(std::vector<std::uint64_t>& words, Outcome& outcome) {
    std::size_t at = 0;
    while (at < words.size() && at + payload_words(words[at]) < words.size()) {
      const std::uint64_t word = words[at++];
      const std::size_t payload = kind_of(word) == EventKind::clock ? 0 : payload_words(word);
      if (kind_of(word) == EventKind::run) outcome.order.push_back(std::to_string(task_of(word)));
      if (kind_of(word) == EventKind::text && static_cast<TextRole>(argument_of(word) >> 16) == TextRole::output)
        outcome.output += std::string(reinterpret_cast<const char*>(&words[at]), argument_of(word) & 0xffff) + "\n";
      at += payload;
    }
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  }

  TraceReader reader_;
  std::vector<std::uint64_t> packets_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> rest_;  ///< by lane: an event whose end has not come
};

std::shared_ptr<const Trace> trace_of(const Recorder& recorder, ExecutorKind kind, RunEnd end) {
  TraceBuilder builder(kind, Provenance::measured);
  TraceReader reader(recorder);
  std::vector<std::uint64_t> packets(1 << 14);
  while (const std::size_t n = reader.read(packets)) builder.add(std::span(packets.data(), n));
  return builder.finish(end);
}

Outcome our_outcome(const fs::path& path, const std::string& executor, std::string& sentence) {
  const ExecutorKind kind = kind_named(executor);
  Scenario scenario;
  scenario.lesson = path.filename().string();
  scenario.source = file_text(path);
  if (is_lesson(path)) {
    for (const std::string& word : settings_of(path)) {
      const std::size_t equals = word.find('=');
      double value = 0;
      EXPECT_TRUE(parse_parameter_value(word.substr(equals + 1), value)) << word;
      scenario.set_parameter(word.substr(0, equals), value);
    }
  } else {
    scenario.workers = 4;
  }
  Outcome outcome;
  Progress end;
  if ((kind == ExecutorKind::serial || kind == ExecutorKind::loop) && directive(scenario.source, "clock").empty()) {
    JumpingClock clock;
    EngineSeams seams;
    seams.clock = &clock;
    seams.requests = &clock;
    seams.machine_cores = machine_cores();
    seams.compute_rate = 1e-4;  // hardly any work; the clock is what moves
    EngineRun run(scenario, kind, seams);
    Follower follower(run.recorder());
    const Nanos limit = monotonic_now() + 20'000 * kMs;  // CPython's side has one, too
    do {
      if (monotonic_now() > limit) run.cancel();
      end = run.poll(0);
      follower.read(outcome);
      if (end.kind == Progress::Kind::waiting) clock.wait_until(end.until);
    } while (end.kind != Progress::Kind::done);
  } else {
    static NativeMachine machine;
    NativeRun run(machine, scenario, kind);
    end = run.finish();
    const std::shared_ptr<const Trace> trace = trace_of(run.recorder(), kind, end.end);
    for (const TextLine& line : trace->texts())
      if (line.role == TextRole::output) outcome.output += line.text + "\n";
  }
  sentence = end.sentence;
  outcome.end = end.end == RunEnd::finished ? "finished" : end.end == RunEnd::deadlock ? "deadlock" : "failed";
  return outcome;
}

// -- the comparison --------------------------------------------------------------------------------------------------

/// The switches: a task that goes on after its own wait counts once.
std::vector<std::string> once(std::vector<std::string> order) {
  order.erase(std::unique(order.begin(), order.end()), order.end());
  return order;
}

/// From shortly before `at`.
std::string joined(const std::vector<std::string>& words, std::size_t at) {
  const std::size_t first = at < 10 ? 0 : at - 10;
  std::string text = first > 0 ? "..." : "";
  for (std::size_t i = first; i < words.size() && i < first + 40; ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

/// Empty where both are the same.
std::string difference(const Outcome& ours, const Outcome& cpythons, const std::string& executor, const std::string& sentence, bool order_too) {
  const bool exact = executor == "serial" || executor == "loop";
  std::vector<std::string> a = lines_of(ours.output), b = lines_of(cpythons.output);
  if (!exact) std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
  std::string text;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string mine = i < a.size() ? a[i] : "(nothing)", theirs = i < b.size() ? b[i] : "(nothing)";
    if (mine == theirs) continue;
    text += "line " + std::to_string(i + 1) + "\n  CPython prints  " + theirs + "\n  we print        " + mine + "\n";
    break;
  }
  if (text.empty() && order_too && executor == "loop" && ours.end == "finished") {
    const std::vector<std::string> mine = once(ours.order), theirs = once(cpythons.order);
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(mine, theirs).in1 - mine.begin());
    if (mine != theirs) text += "tasks ran in another order\n  on CPython  " + joined(theirs, at) + "\n  here        " + joined(mine, at) + "\n";
  }
  if (text.empty() && ours.output != cpythons.output && exact) text += "the output differs in its ends of lines\n";
  if (ours.end != cpythons.end) text += "CPython " + cpythons.end + ", we " + ours.end + "\n";
  if (!text.empty() && !sentence.empty()) text += "  our sentence: " + sentence + "\n";
  return text;
}

/// Everything that differs, on all executors of the script.
std::string compare(const fs::path& path) {
  const std::string script = file_text(path), name = path.stem().string();
  std::vector<std::string> executors = directive(script, "on");
  if (executors.empty()) {
    for (const char* executor : {"serial", "loop"})  // those for which CPython's side has a result: a lesson has its own list
      if (fs::exists(cache_folder() / (name + "." + executor + ".txt"))) executors.emplace_back(executor);
    if (executors.empty() && !is_lesson(path)) return "CPython's side has no result";
  }
  const bool order_too = directive(script, "order").empty() && directive(script, "clock").empty();
  std::string all;
  for (const std::string& executor : executors) {
    std::string sentence;
    const Outcome ours = our_outcome(path, executor, sentence);
    const Outcome cpythons = cpython_outcome(name, executor == "stealing" ? "threads" : executor);
    const std::string text = difference(ours, cpythons, executor, sentence, order_too);
    if (!text.empty()) all += "on " + executor + ": " + text;
  }
  return all;
}

/// The scripts, then the lessons.
std::vector<fs::path> scripts() {
  std::vector<fs::path> all;
  for (const fs::path& folder : {kFolder / "scripts", kLessons}) {
    const auto first = static_cast<std::ptrdiff_t>(all.size());
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".py" && entry.path().stem() != "interleave") all.push_back(entry.path());
    std::sort(all.begin() + first, all.end());
  }
  return all;
}

/// not_yet.txt: "name: why".
const std::map<std::string, std::string>& not_yet() {
  static const std::map<std::string, std::string> list = [] {
    std::map<std::string, std::string> names;
    for (const std::string& line : lines_of(file_text(kFolder / "not_yet.txt"))) {
      const std::size_t colon = line.find(": ");
      if (!line.empty() && line[0] != '#' && colon != std::string::npos) names[line.substr(0, colon)] = line.substr(colon + 2);
    }
    return names;
  }();
  return list;
}

/// Takes off the list what works now; puts nothing on it. Returns the program's status.
int update_list() {
  if (python().empty() || !ask_cpython(cache_folder().string(), scripts())) return 1;
  std::string kept;
  for (const std::string& line : lines_of(file_text(kFolder / "not_yet.txt"))) {
    const std::string name = line.substr(0, line.find(": "));
    const fs::path script = kFolder / "scripts" / (name + ".py");
    if (not_yet().count(name) && compare(fs::exists(script) ? script : kLessons / (name + ".py")).empty()) std::printf("works: %s\n", name.c_str());
    else kept += line + "\n";
  }
  std::ofstream(kFolder / "not_yet.txt", std::ios::binary) << kept;
  return 0;
}

// -- programs that generate.py makes -----------------------------------------------------------------------------------

/// What differs, by seed. nullopt: CPython's side could not run.
std::optional<std::map<int, std::string>> compare_made(int first_seed, int count) {
  const fs::path folder = cache_folder() / "made";
  const std::string command = python() + " -B '" + (kFolder / "generate.py").string() + "' --seed " + std::to_string(first_seed) + " --count " +
                              std::to_string(count) + " '" + folder.string() + "'";
  if (python().empty() || std::system(command.c_str()) != 0) return std::nullopt;
  std::vector<fs::path> made;
  for (int seed = first_seed; seed < first_seed + count; ++seed) made.push_back(folder / ("made_" + std::to_string(seed) + ".py"));
  if (!ask_cpython(cache_folder().string(), made)) return std::nullopt;
  std::map<int, std::string> different;
  for (int i = 0; i < count; ++i)
    if (std::string text = compare(made[static_cast<std::size_t>(i)]); !text.empty()) different[first_seed + i] = made[static_cast<std::size_t>(i)].string() + "\n" + text;
  return different;
}

/// Returns the program's status.
int soak(int count, int first_seed) {
  int bad = 0;
  for (int done = 0; done < count; done += 100) {
    const auto different = compare_made(first_seed + done, std::min(100, count - done));
    if (!different) return 1;
    for (const auto& [seed, text] : *different) std::printf("seed %d: %s\n", seed, text.c_str());
    bad += static_cast<int>(different->size());
  }
  std::printf("%d programs from seed %d on, %d differ\n", count, first_seed, bad);
  return bad ? 1 : 0;
}

/// Of scripts that are not here, on the executors that each names. Returns the program's status: 1, something differs.
int compare_files(const std::vector<fs::path>& files) {
  fs::create_directories(cache_folder());
  if (python().empty() || !ask_cpython(cache_folder().string(), files)) return 2;
  bool same = true;
  for (const fs::path& file : files)
    if (const std::string text = compare(file); !text.empty()) std::printf("%s\n%s\n", file.c_str(), text.c_str()), same = false;
  return same ? 0 : 1;
}

TEST(Generated, FiftyProgramsRunAsUnderCPython) {
  const auto different = compare_made(1, 50);
  ASSERT_TRUE(different) << "generate.py or run_cpython.py failed";
  for (const auto& [seed, text] : *different) ADD_FAILURE() << "seed " << seed << ": " << text;
}

class Conformance : public ::testing::TestWithParam<fs::path> {
 protected:
  static void SetUpTestSuite() {
    if (!python().empty()) asked_ = ask_cpython(cache_folder().string(), scripts());
  }
  static inline bool asked_ = false;
};

TEST_P(Conformance, SameAsCPython) {
  ASSERT_FALSE(python().empty()) << "a python3 of 3.11 or later is needed";
  ASSERT_TRUE(asked_) << "run_cpython.py failed";
  const std::string text = compare(GetParam());
  const auto listed = not_yet().find(GetParam().stem().string());
  if (listed != not_yet().end()) EXPECT_NE(text, "") << "now works: take it off not_yet.txt, or call test_conformance --update";
  else if (!text.empty()) ADD_FAILURE() << text;
}

INSTANTIATE_TEST_SUITE_P(Scripts, Conformance, ::testing::ValuesIn(scripts()), [](const auto& info) { return info.param.stem().string(); });

TEST(CheckOfCPython, ADeadlockThatTheLessonForetellsIsAsPredicted) {
  ASSERT_FALSE(python().empty());
  fs::create_directories(cache_folder());
  for (const std::string on : {"loop", "threads"}) {
    const std::string file = (cache_folder() / ("deadlock." + on + ".said")).string();
    ASSERT_NE(std::system((python() + " -B '" + (kLessons / "q04_deadlock.py").string() + "' --on " + on + " >/dev/null 2>'" + file + "'").c_str()), 0);
    EXPECT_NE(file_text(file).find("ms: as predicted\n"), std::string::npos) << file_text(file);
  }
}

/// What a run of a script printed, and its notices.
struct Said {
  std::string output, notices;
};
Said said_by(const std::string& source, const std::string& on) {
  static NativeMachine machine;
  Scenario scenario;
  scenario.source = source;
  scenario.workers = on == "threads" || on == "gil" ? 4 : std::min(4, machine.cores());  // more of others than cores is a notice
  NativeRun run(machine, scenario, kind_named(on));
  const Progress end = run.finish();
  EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
  Said said;
  const auto trace = trace_of(run.recorder(), kind_named(on), end.end);
  for (const TextLine& line : trace->texts())
    if (line.role == TextRole::notice || line.role == TextRole::output) (line.role == TextRole::notice ? said.notices : said.output) += line.text + "\n";
  return said;
}

TEST(Failures, OfATaskThatNobodyAwaitsAreANoticeHereAndUnderCPython) {
  ASSERT_FALSE(python().empty());
  const fs::path script = kFolder / "scripts" / "student_spawn_forgotten.py";
  const std::string file = (cache_folder() / "forgotten.said").string();
  for (const std::string on : {"loop", "threads"}) {
    ASSERT_EQ(std::system(("PYTHONPATH='" + kLessons.string() + "' " + python() + " -B '" + script.string() + "' --on " + on + " >/dev/null 2>'" + file + "'").c_str()), 0);
    EXPECT_EQ(file_text(file), "A task failed, and nobody awaited it: Line 8: ValueError: bad 1\n") << on;
  }
  for (const std::string on : {"loop", "threads", "stealing", "processes"})
    EXPECT_EQ(said_by(file_text(script), on).notices, "A task failed, and nobody awaited it: Line 8, column 5: ValueError: bad 1\n") << on;
}

TEST(Failures, ThatWereHeardLeaveRoomForOneThatWasNot) {
  const std::string source = R"(from interleave import *
async def bad(i):
    raise ValueError(f"bad {i}")
async def main():
    for i in range(120):
        try:
            await spawn(bad(i))
        except ValueError:
            pass
    await gather(*[bad(i) for i in range(120)], return_exceptions=True)
    spawn(bad("unheard"))
    await io(5 * ms)
run(main)
)";
  for (const std::string on : {"loop", "threads", "stealing"})
    EXPECT_EQ(said_by(source, on).notices, "A task failed, and nobody awaited it: Line 3, column 5: ValueError: bad unheard\n") << on;
}

TEST(Printing, WithoutALinesEndIsAsQuickAsWithOne) {  // it took time by the square of the line: this test, half a minute
  const std::string source = R"(from interleave import *
for i in range(20_000):
    print(i % 10, end="")
async def main():
    for i in range(200_000):
        print(i % 10, end="")
    print("\nlast", end="")
run(main)
)";
  for (const std::string on : {"loop", "threads"}) {
    const std::string output = said_by(source, on).output;
    EXPECT_EQ(output.size(), 60'000 + 6u) << on << ": a line is cut there";
    EXPECT_TRUE(output.ends_with("789\nlast\n")) << on;
  }
}

TEST(WaitFor, AGatherIsAwaitedOnce) {  // its children ran a second time
  const std::string source = R"(from interleave import *
async def child(i):
    print("child", i)
async def main():
    for twice in (0, 1):
        both = gather(child(1), child(2))
        if twice:
            await both
        else:
            await wait_for(both, 500 * ms)
        try:
            await wait_for(both, 500 * ms)
        except RuntimeError as e:
            print(e)
run(main)
)";
  const std::string once = "child 1\nchild 2\ncannot reuse already awaited coroutine\n";
  EXPECT_EQ(said_by(source, "loop").output, once + once);
}

/// CPython has no stealing, and its threads cannot cancel who waits at a socket: the loop's lines, compared with CPython's
/// already, are what these must be.
TEST(Sockets, WaitsEndAlikeOnStealingAndOnTheLoop) {
  const fs::path script = kFolder / "scripts" / "sockets_cancel_and_limits.py";
  std::string sentence;
  const std::string on_loop = our_outcome(script, "loop", sentence).output;
  EXPECT_EQ(sentence, "");
  EXPECT_NE(on_loop.find("cancelled\n"), std::string::npos);
  EXPECT_EQ(our_outcome(script, "stealing", sentence).output, on_loop);
  EXPECT_EQ(sentence, "");
}

/// As in a page: a channel stands for the sockets, and to_thread's functions, which have no thread, for the clients.
TEST(Sockets, InsideTheEngineTheLessonHasItsFigureToo) {
  for (const auto& [good, makespan] : {std::pair{0.0, 760 * kMs}, std::pair{1.0, 400 * kMs}}) {
    Scenario scenario;
    scenario.lesson = "b15_echo.py";
    scenario.source = file_text(kLessons / "b15_echo.py");
    scenario.set_parameter("good", good);
    JumpingClock clock;
    EngineSeams seams;
    seams.clock = &clock;
    seams.requests = &clock;
    seams.machine_cores = 2;
    seams.compute_rate = 1e-4;
    EngineRun run(scenario, ExecutorKind::loop, seams);
    Progress end;
    do {
      end = run.poll(0);
      if (end.kind == Progress::Kind::waiting) clock.wait_until(end.until);
    } while (end.kind != Progress::Kind::done);
    EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
    const std::shared_ptr<const Trace> trace = trace_of(run.recorder(), ExecutorKind::loop, end.end);
    EXPECT_EQ(trace->summary().makespan, makespan) << "good=" << good;
    std::vector<std::string> said, notices;
    for (const TextLine& line : trace->texts()) (line.role == TextRole::notice ? notices : said).push_back(line.text);
    EXPECT_EQ(said.back(), "4 clients served, 20 beats");
    ASSERT_EQ(notices.size(), 1u) << "it says what the sockets are";
    EXPECT_NE(notices[0].find("channel inside the engine"), std::string::npos);
  }
}

/// `./build.sh soak counts` repeats it, to 10^3 runs.
TEST(ToProcess, RunsThatBeginAndEndLeaveNoChildAndNoDescriptor) {
  static NativeMachine machine;
  Scenario scenario;
  scenario.lesson = "cycle.py";
  scenario.source = "from interleave import *\n\n\ndef more(n):\n    return n + 1\n\n\nasync def main():\n    print(await to_process(more, 1), await to_process(more, 2))\n\n\nrun(main)\n";
  scenario.workers = 2;
  auto descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
  auto run_once = [&](ExecutorKind kind) {
    NativeRun run(machine, scenario, kind);
    const Progress end = run.finish();
    EXPECT_EQ(end.end, RunEnd::finished) << kExecutorIds[static_cast<std::size_t>(kind)] << ": " << end.sentence;
  };
  run_once(ExecutorKind::loop);  // what is made once
  const auto before = descriptors();
  for (int round = 0; round < 4; ++round)
    for (int kind = 0; kind < kExecutorKinds; ++kind) run_once(static_cast<ExecutorKind>(kind));
  EXPECT_EQ(descriptors(), before);
  siginfo_t ended{};
  if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0) {
    EXPECT_EQ(ended.si_pid, 0) << "a zombie";
  }
}

// Its files are told from others' by who made them: the machine's memory folder is everybody's.
TEST(MovedNumbersOfCPython, LeaveNoFile) {
  ASSERT_FALSE(python().empty());
  fs::create_directories(cache_folder());
  const std::string driver = (cache_folder() / "moved_files.py").string(), said = (cache_folder() / "moved_files.said").string();
  std::ofstream(driver) << R"(import atexit, os, runpy, sys, tempfile
made, make = [], tempfile.mkstemp
def noted(*args, **kwargs):
    made.append(make(*args, **kwargs))
    return made[-1]
tempfile.mkstemp = noted
me = os.getpid()
def tell():
    if os.getpid() == me:
        print(len(made) > 3, [name for file, name in made if os.path.exists(name)], file=sys.stderr)
atexit.register(tell)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
)";
  const fs::path script = kFolder / "scripts" / "moved_to_tasks.py";
  ASSERT_EQ(std::system(("PYTHONPATH='" + kLessons.string() + "' " + python() + " -B '" + driver + "' '" + script.string() + "' --on processes >/dev/null 2>'" + said + "'").c_str()), 0);
  EXPECT_EQ(file_text(said), "True []\n");
}

TEST(TraceOfCPython, OpensAsOneOfOurs) {
  ASSERT_FALSE(python().empty());
  const std::string file = (cache_folder() / "cashiers.json").string();
  fs::create_directories(cache_folder());
  ASSERT_EQ(std::system((python() + " -B '" + (kLessons / "s01_cashiers.py").string() + "' --on loop --clock jump --trace '" + file + "' >/dev/null 2>&1").c_str()), 0);
  const OpenedTrace opened = open_trace(file_text(file));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  const Trace& trace = *opened.trace;
  EXPECT_EQ(trace.executor, ExecutorKind::loop);
  EXPECT_EQ(trace.how_ended(), RunEnd::finished);
  EXPECT_EQ(trace.summary().makespan, 2'400 * kMs);
  ASSERT_EQ(trace.lanes().size(), 2u);
  EXPECT_EQ(trace.lanes()[1].kind, LaneKind::loop);
  ASSERT_EQ(trace.tasks().size(), 9u);
  for (std::size_t i = 1; i < 9; ++i) {
    EXPECT_EQ(trace.tasks()[i].running, 200 * kMs) << "task " << i;
    EXPECT_EQ(trace.tasks()[i].waiting, 800 * kMs) << "task " << i;
    EXPECT_EQ(trace.tasks()[i].ended - trace.tasks()[i].spawned, 1'000 * kMs + trace.tasks()[i].ready) << "task " << i;
    EXPECT_EQ(trace.tasks()[i].parent, kRootTask);
  }
  ASSERT_EQ(trace.texts().size(), 1u);
  EXPECT_EQ(trace.texts()[0].text, "8 orders served");
  // It was seen to open as another program's, beside code that "was changed".
  EXPECT_TRUE(opened.measured_under.starts_with("CPython 3.")) << opened.measured_under;
  const ParsedHash said = parse_hash(opened.about);
  EXPECT_EQ(said.notice(), "");
  EXPECT_EQ(said.scenario.lesson, "cashiers") << opened.about;
  EXPECT_EQ(said.scenario.source, "") << "the lesson's own code";
}

TEST(TraceOfCPython, ThreadsThatComputeSeeWhenTheyHaveNotTheGil) {  // six were seen to run at once on one core
  ASSERT_FALSE(python().empty());
  const std::string file = (cache_folder() / "cpu.json").string();
  fs::create_directories(cache_folder());
  ASSERT_EQ(std::system((python() + " -B '" + (kLessons / "s08_cpu.py").string() + "' --on threads --set work=20ms --trace '" + file + "' >/dev/null 2>&1").c_str()), 0);
  const OpenedTrace opened = open_trace(file_text(file));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(opened.trace->executor, ExecutorKind::gil);
  Nanos waited = 0;
  for (const TaskRecord& task : opened.trace->tasks())
    for (const Span& span : opened.trace->spans_of(task.id)) waited += span.state == State::waiting_gil ? span.end - span.begin : 0;
  EXPECT_GT(waited, 0);
  EXPECT_LE(opened.trace->summary().cpu_busy, opened.trace->summary().makespan * 11 / 10) << "one holder at a time";
  const ParsedHash said = parse_hash(opened.about);
  EXPECT_EQ(said.scenario.lesson, "cpu");
  EXPECT_EQ(said.scenario.parameter("work"), 20e6);
}

TEST(ModuleInterleave, RefusesTheDeclarationsThatWeRefuseInTheSameWords) {
  ASSERT_FALSE(python().empty());
  fs::create_directories(cache_folder());
  const fs::path script = cache_folder() / "refused.py", said = cache_folder() / "refused.txt";
  for (const char* declaration : {"n = param(3)\nn = param(4)", "n = param(3, min=5)", "n = param(30, max=9)", "n = param(3 * ms, min=5 * ms)", "n = param(3, max=9 * ms)", "n = param(3, min=1.5)",
                                  "n = param(5, choices=['a', 'b'])", "n = param(0, choices=['a'])", "n = param(1, choices=['a', 'b'], log=True)", "n = param(3, min=-1, log=True)", "n = param(True, max=3)"}) {
    Scenario scenario;
    scenario.source = "from interleave import *\n" + std::string(declaration) + "\ndef main(): pass\nrun(main)\n";
    const Prepared ours = prepare(scenario, "serial", 1);
    ASSERT_FALSE(ours.instance) << declaration;
    std::ofstream(script) << scenario.source;
    const int status = std::system(("PYTHONPATH='" + kLessons.string() + "' " + python() + " -B '" + script.string() + "' 2>'" + said.string() + "'").c_str());
    EXPECT_EQ(WEXITSTATUS(status), 2) << declaration;
    std::string theirs = file_text(said);
    if (!theirs.empty()) theirs.pop_back();
    EXPECT_EQ(theirs, "Line " + std::to_string(ours.error.line) + ": " + ours.error.sentence) << declaration;
  }
}

TEST(ConformanceList, NamesScriptsThatAreThereOnce) {
  std::set<std::string> names;
  for (const fs::path& script : scripts()) EXPECT_TRUE(names.insert(script.stem().string()).second) << script << " is there twice";
  for (const auto& [name, why] : not_yet()) EXPECT_TRUE(names.count(name)) << name;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  if (const auto status = interleave::run_as_child(argc, argv, interleave::script_root_in_child)) return *status;
  interleave::raise_descriptor_limit();
  if (argc > 1 && std::string(argv[1]) == "--update") return interleave::update_list();
  if (argc > 2 && std::string(argv[1]) == "--soak") return interleave::soak(std::atoi(argv[2]), argc > 3 ? std::atoi(argv[3]) : 1000);
  if (argc > 2 && std::string(argv[1]) == "--compare") return interleave::compare_files({argv + 2, argv + argc});
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
