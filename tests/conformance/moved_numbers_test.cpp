// numbers(..., moved=True) between real processes: what is counted, and that no memory is left, however it ends.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "platform/engine/engine_run.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/native_run.h"
#include "platform/native/process_port_posix.h"
#include "platform/native/shared_memory.h"
#include "trace/trace.h"

namespace interleave {
namespace {

namespace fs = std::filesystem;

/// How many pieces of shared memory a process has, as descriptors or mapped. -1: it is gone.
int pieces_of(const std::string& process = "self") {
  int found = 0;
  std::error_code failed;
  for (fs::directory_iterator each("/proc/" + process + "/fd", failed), end; !failed && each != end; each.increment(failed)) {
    std::error_code gone;
    found += fs::read_symlink(each->path(), gone).string().starts_with("/memfd:interleave numbers");
  }
  std::ifstream maps("/proc/" + process + "/maps");
  for (std::string line; std::getline(maps, line);) found += line.find("/memfd:interleave numbers") != std::string::npos;
  return fs::exists("/proc/" + process) ? found : -1;
}

/// A run whose children are to be got at.
struct MovedNumbers : testing::Test {
  NativeClock clock;
  HttpServer server;
  ProcessPortPosix processes{clock, server};
  MemfdMemory memory;
  bool shares = true;
  std::unique_ptr<EngineRun> run;
  int started = 0;

  void start(const std::string& body, ExecutorKind kind = ExecutorKind::processes) {
    struct Counting final : ProcessPort {
      explicit Counting(ProcessPort& p, int& n) : port(p), count(n) {}
      int spawn() override { return count = port.spawn() + 1, count - 1; }
      void send(int child, const Bytes& bytes) override { port.send(child, bytes); }
      void receive(std::vector<Message>& messages) override { port.receive(messages); }
      void kill(int child) override { port.kill(child); }
      ProcessPort& port;
      int& count;
    };
    counting = std::make_unique<Counting>(processes, started);
    Scenario scenario;
    scenario.lesson = "moved.py";
    scenario.source = "from interleave import *\n" + body + "run(main)\n";
    scenario.workers = 2;
    EngineSeams seams;
    seams.clock = &clock;
    seams.processes = counting.get();
    seams.shared_memory = shares ? &memory : nullptr;
    seams.machine_cores = 2;
    seams.compute_rate = 1;
    run = std::make_unique<EngineRun>(scenario, kind, seams);
  }
  /// Until `enough`, or it is over.
  Progress go_on(const std::function<bool()>& enough = [] { return false; }) {
    const Nanos give_up = clock.now() + 60'000 * kMs;
    for (;;) {
      const Progress progress = run->poll(kMs);
      if (progress.kind == Progress::Kind::done || enough()) return progress;
      if (clock.now() > give_up) return ADD_FAILURE() << "nothing came of it", progress;
      if (progress.kind == Progress::Kind::waiting) clock.wait_until(std::min(progress.until, clock.now() + kMs));
    }
  }
  std::shared_ptr<const Trace> trace(RunEnd end, ExecutorKind kind = ExecutorKind::processes) {
    TraceReader reader(run->recorder());
    TraceBuilder builder(kind, Provenance::measured);
    std::vector<std::uint64_t> words(1 << 16);
    while (const std::size_t n = reader.read(words)) builder.add(std::span(words).first(n));
    return builder.finish(end);
  }
  static std::string printed(const Trace& trace) {
    std::string out;
    for (const TextLine& line : trace.texts())
      if (line.role == TextRole::output) out += line.text + "\n";
    return out;
  }
  std::unique_ptr<ProcessPort> counting;
};

const std::string kSums = R"(
async def add(values):
    return sum(values)
def total(values):
    return sum(values)
async def main():
    parts = [numbers(i * 100_000, (i + 1) * 100_000, moved=True) for i in range(4)]
    print(sum(await gather(*[add(part) for part in parts])), parts[0])
    print(await to_process(total, numbers(0, 50_000, moved=True)))
    kept = numbers(0, 10, moved=True)
)";

TEST_F(MovedNumbers, AreCountedOnceAndNothingIsLeftAfterARun) {
  for (const bool has_memory : {true, false}) {  // without it, as in a page: copied
    shares = has_memory;
    start(kSums);
    const Progress end = go_on();
    EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
    const auto seen = trace(end.end);
    EXPECT_EQ(printed(*seen), "79999800000 <numbers that were moved>\n1249975000\n");
    EXPECT_GE(seen->summary().copied_bytes, 450'000 * 8);
    EXPECT_LT(seen->summary().copied_bytes, 450'000 * 8 + 2'000) << "each number once";
    EXPECT_LE(pieces_of(), 2) << "only what was never sent, and is main's as long as there is the run: a descriptor, and mapped";
    run = nullptr;
    EXPECT_EQ(pieces_of(), 0);
  }
}

TEST_F(MovedNumbers, WhereOneProcessHasAllTheyAreHandedOver) {
  for (const ExecutorKind kind : {ExecutorKind::serial, ExecutorKind::loop, ExecutorKind::threads, ExecutorKind::stealing}) {
    start("async def add(values):\n    return sum(values)\nasync def main():\n    part = numbers(0, 100_000, moved=True)\n    print(await gather(add(part), add(part)), len(part))\n", kind);
    const Progress end = go_on();
    EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
    const auto seen = trace(end.end, kind);
    EXPECT_EQ(printed(*seen), "[4999950000, 4999950000] 100000\n") << id_of(kind);
    EXPECT_EQ(seen->summary().copied_bytes, 0);
    run = nullptr;
    EXPECT_EQ(pieces_of(), 0);
  }
}

const std::string kHolds = R"(
async def hold(values):
    print(len(values))
    while True:
        await io(1 * ms)
        values[0]
async def main():
    await gather(hold(numbers(0, 100_000, moved=True)), hold(numbers(0, 100_000, moved=True)), hold(numbers(0, 100_000, moved=True)))
)";

TEST_F(MovedNumbers, ThePieceIsItsReceiversAsSoonAsThatHasItAndGoesWithIt) {
  start(kHolds);
  // Two have theirs and go on; the third waits for a process, and is main's: a descriptor, and mapped.
  go_on([&] { return pieces_of() == 2 && printed(*trace(RunEnd::finished)) == "100000\n100000\n"; });
  std::vector<std::string> children;
  for (int i = 0; i < started; ++i)
    if (processes.pid(i) > 0) {
      children.push_back(std::to_string(processes.pid(i)));
      EXPECT_GT(pieces_of(children.back()), 0) << "the child has it";
      ::kill(processes.pid(i), SIGKILL);
    }
  EXPECT_EQ(children.size(), 2u);
  const Progress end = go_on();
  EXPECT_EQ(end.end, RunEnd::failed);
  EXPECT_NE(end.sentence.find("The process that ran this task was lost."), std::string::npos) << end.sentence;
  run = nullptr;
  EXPECT_EQ(pieces_of(), 0);
  for (const std::string& child : children) EXPECT_LE(pieces_of(child), 0);
}

TEST_F(MovedNumbers, NothingIsLeftOfARunThatIsStopped) {
  start(kHolds);
  go_on([&] { return printed(*trace(RunEnd::finished)).size() > 0; });
  run->cancel();
  EXPECT_EQ(go_on().end, RunEnd::cancelled);
  EXPECT_LE(pieces_of(), 2);
  run = nullptr;
  EXPECT_EQ(pieces_of(), 0);
  for (int i = 0; i < started; ++i) EXPECT_EQ(processes.pid(i), -1) << "and nobody else has any";

  start(kHolds);  // and of one that goes away in the middle
  go_on([&] { return pieces_of() > 0; });
  run = nullptr;
  EXPECT_EQ(pieces_of(), 0);
}

TEST(MovedNumbersOfTheLesson, AddUpOnEveryExecutor) {
  static NativeMachine machine;
  for (int i = 0; i < kExecutorKinds; ++i) {
    const auto kind = static_cast<ExecutorKind>(i);
    const std::string_view on = id_of(kind);
    Scenario scenario;
    scenario.lesson = "sum";
    scenario.parameters = {{"elements", 200'000}, {"chunks", 7}, {"rounds", 2}, {"ship", 3}};
    NativeRun run(machine, scenario, kind);
    const Progress end = run.finish();
    EXPECT_EQ(end.end, RunEnd::finished) << on << ": " << end.sentence;
    TraceReader reader(run.recorder());
    TraceBuilder builder(kind, Provenance::measured);
    std::vector<std::uint64_t> words(1 << 14);
    while (const std::size_t n = reader.read(words)) builder.add(std::span(words).first(n));
    const auto trace = builder.finish(end.end);
    ASSERT_FALSE(trace->texts().empty()) << on;
    EXPECT_EQ(trace->texts().back().text, "200,000 numbers, 2 times: 39,999,800,000") << on;
    if (kind == ExecutorKind::processes) EXPECT_GE(trace->summary().copied_bytes, 1'600'000);
    else EXPECT_EQ(trace->summary().copied_bytes, 0) << on;
  }
}

// A descriptor for each would be all that there are.
TEST_F(MovedNumbers, OfMoreListsThanARunMayHaveInPiecesTheRestIsCopied) {
  start("async def add(values):\n    return sum(values)\nasync def main():\n    parts = [numbers(i, i + 2, moved=True) for i in range(5_000)]\n"
        "    print(sum(await gather(*[add(part) for part in parts])), parts[4_999])\n");
  int most = 0;
  const Progress end = go_on([&] { return most = std::max(most, pieces_of()), false; });
  EXPECT_EQ(end.end, RunEnd::finished) << end.sentence;
  EXPECT_EQ(printed(*trace(end.end)), "25000000 <numbers that were moved>\n");
  EXPECT_LE(most, 2 * 256);
  EXPECT_EQ(pieces_of(), 0);
}

}  // namespace
}  // namespace interleave
