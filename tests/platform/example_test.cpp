// The example of src/README.md, as it stands there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

// [example]
#include "platform/native/native_clock.h"
#include "runtime/executor.h"
#include "runtime/fork_join.h"

using namespace interleave;

std::int64_t fib(Forks& forks, int n) {  // a plain function; other workers may take half of it
  if (n < 2) return n;
  const auto [a, b] = both(forks, [n](Forks& forks) { return fib(forks, n - 1); },
                           [n](Forks& forks) { return fib(forks, n - 2); });
  return a + b;
}

std::int64_t fib_on(ExecutorKind kind, Recorder& recorder) {
  NativeClock clock;
  RunOptions options;
  options.kind = kind;
  options.machine_cores = machine_cores();
  options.clock = &clock;
  std::int64_t answer = 0;
  auto executor = make_executor(options).executor;
  executor->start(root([&](Task& task) -> Coroutine {
                    const auto sleeper = work([](Task& task) -> Coroutine { co_await io(task, 20 * kMs); });
                    const auto adder = work([&](Task& task) -> Coroutine {
                      answer = fib(forks_of(task), 20);
                      co_await compute(task, kMs);
                    });
                    co_await spawn(task, sleeper);
                    std::vector<std::shared_ptr<Work>> both_of_them{sleeper, adder};
                    co_await gather(task, both_of_them);
                  }),
                  recorder);
  while (executor->poll(kForever).kind != Progress::Kind::done) {}
  return answer;
}
// [example]
// [channel]
#include <thread>

#include "runtime/submission.h"

std::int64_t sum_of_squares(ExecutorKind kind, Recorder& recorder) {
  NativeClock clock;
  RunOptions options;
  options.kind = kind;
  options.machine_cores = machine_cores();
  options.clock = &clock;
  options.submissions = std::make_shared<SubmissionQueue>();
  SubmissionQueue& queue = *options.submissions;
  Queue<std::int64_t> squares(4);  // a channel: whoever puts a fifth waits
  std::thread outside([&] {
    for (std::int64_t n = 1; n <= 10; ++n)
      queue.submit(work([&squares, n](Task& task) -> Coroutine { co_await put(task, squares, n * n); }));
    queue.close();
  });
  std::int64_t sum = 0;
  auto executor = make_executor(options).executor;
  executor->start(root([&](Task& task) -> Coroutine {
                    for (int i = 0; i < 10; ++i) sum += co_await get(task, squares);
                    co_await until_closed(task, queue);
                  }),
                  recorder);
  while (executor->poll(kForever).kind != Progress::Kind::done) {}
  outside.join();
  return sum;
}
// [channel]

namespace {

TEST(Example, RunsOnEveryExecutorThatTakesFunctions) {
  for (const auto kind : {ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::stealing}) {
    Recorder recorder(1 << 24);
    EXPECT_EQ(fib_on(kind, recorder), 6'765) << id_of(kind);
  }
}

// On serial, who waits for the channel has the only thread.
TEST(Example, TakesWorkFromAnotherThreadAndHasAChannel) {
  for (const auto kind : {ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::stealing}) {
    Recorder recorder(1 << 24);
    EXPECT_EQ(sum_of_squares(kind, recorder), 385) << id_of(kind);
  }
}

std::string text(const char* path) {
  std::ifstream file(std::string(INTERLEAVE_SOURCE_DIR) + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(Example, IsTheOneInTheReadme) {
  for (const std::string mark : {"// [example]\n", "// [channel]\n"}) {
    const std::string test = text("/tests/platform/example_test.cpp");
    const std::size_t begin = test.find(mark) + mark.size(), end = test.find(mark, begin);
    EXPECT_NE(text("/src/README.md").find("```cpp\n" + test.substr(begin, end - begin) + "```\n"), std::string::npos) << mark;
  }
}

/// What stands in the README's block of code that has `words` in it.
std::string block_with(const std::string& readme, const std::string& words) {
  const std::size_t at = readme.find(words), begin = readme.find('\n', readme.rfind("```", at)) + 1;
  return at == std::string::npos ? "" : readme.substr(begin, readme.find("```", at) - begin);
}

TEST(Example, IsAProgramByTheCommandInTheReadme) {
  namespace fs = std::filesystem;
  if (fs::path(INTERLEAVE_BIN).parent_path() != fs::path(INTERLEAVE_SOURCE_DIR) / "build/native") GTEST_SKIP() << "the command is for build/native";
  if (std::system("command -v clang++-19 > /dev/null") != 0) GTEST_SKIP() << "another compiler is used here";
  const std::string readme = text("/src/README.md"), example = block_with(readme, "std::int64_t fib_on(");
  std::string command = block_with(readme, "clang++-19 ");
  command = command.substr(command.find("clang++-19 "));
  const fs::path folder = fs::temp_directory_path() / ("interleave-example-" + std::to_string(getpid()));
  fs::create_directories(folder);
  auto put = [&command](const std::string& name, const std::string& path) {
    ASSERT_NE(command.find(" " + name), std::string::npos) << command;
    command.replace(command.find(" " + name), name.size() + 1, " '" + path + "'");
  };
  put("fib.cpp", (folder / "fib.cpp").string());
  put("fib\n", (folder / "fib").string());
  command = "cd '" INTERLEAVE_SOURCE_DIR "' && " + command;
  std::ofstream(folder / "fib.cpp") << example << block_with(readme, "int main()");
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  EXPECT_EQ(std::system(("'" + (folder / "fib").string() + "'").c_str()), 0);
  // The other example is part of a program.
  const std::string coroutines = block_with(readme, "ForkCoroutine<std::int64_t> fib(");
  std::ofstream(folder / "fib.cpp") << coroutines.substr(0, coroutines.find("\n\n")) << "\nusing namespace interleave;\n" << coroutines.substr(coroutines.find("\n\n"))
                                    << "int main() { (void)fib(1); }\n";
  EXPECT_EQ(std::system(command.c_str()), 0) << coroutines;
  // And one of processes is all of one.
  const std::string primes = block_with(readme, "struct CountPrimes");
  std::ofstream(folder / "fib.cpp") << primes;
  const std::size_t libraries = readme.find("It is linked with `-l"), begin = readme.find('`', libraries) + 1;
  ASSERT_NE(libraries, std::string::npos);
  command.insert(command.find(" -pthread"), " " + readme.substr(begin, readme.find('`', begin) - begin));
  EXPECT_EQ(std::system(command.c_str()), 0) << command << "\n" << primes;
  EXPECT_EQ(std::system(("timeout 60 '" + (folder / "fib").string() + "'").c_str()), 0);
  fs::remove_all(folder);
}

}  // namespace
