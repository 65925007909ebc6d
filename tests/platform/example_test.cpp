// The example of src/README.md, as it stands there.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

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

namespace {

TEST(Example, RunsOnEveryExecutorThatTakesFunctions) {
  for (const auto kind : {ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::loop, ExecutorKind::stealing}) {
    Recorder recorder(1 << 24);
    EXPECT_EQ(fib_on(kind, recorder), 6'765) << id_of(kind);
  }
}

TEST(Example, IsTheOneInTheReadme) {
  auto text = [](const char* path) {
    std::ifstream file(std::string(INTERLEAVE_SOURCE_DIR) + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string mark = "// [example]\n", test = text("/tests/platform/example_test.cpp");
  const std::size_t begin = test.find(mark) + mark.size(), end = test.find(mark, begin);
  EXPECT_NE(text("/src/README.md").find("```cpp\n" + test.substr(begin, end - begin) + "```\n"), std::string::npos);
}

}  // namespace
