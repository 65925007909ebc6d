// spawned_bench.cpp -- what a script's server loop keeps: 200,000 tasks that are spawned and awaited, one after the other. By how
// much the process has grown once the last has ended, a task, without the trace.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "../runtime/real_clock.h"
#include "rows.h"
#include "runtime/executor.h"
#include "runtime/script_root.h"
#include "script/compiler.h"
#include "script/instance.h"

namespace {

using namespace interleave;

constexpr int kTasks = 200'000;
testing::RealClock steady;

double resident_bytes() {
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct Served {
  double bytes = 0, ns = 0;
};
Served serve(ExecutorKind kind, int workers, int tasks) {
  const Compiled compiled = compile(fmt::format("from interleave import *\nasync def one(i):\n    return i\nasync def main():\n"
                                                "    for i in range({}):\n        t = spawn(one(i))\n        await t\nrun(main)\n", tasks));
  RunOptions options;
  options.kind = kind;
  options.workers = workers;
  options.machine_cores = 2;
  options.compute_rate = 1;
  options.clock = &steady;
  const auto recorder = Recorder::recycling();
  const double before = resident_bytes();
  const Nanos begin = steady.now();
  auto made = make_executor(options);
  made.executor->start(script_root(instantiate(compiled.program, {}).instance), *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  return {(resident_bytes() - before) / tasks, static_cast<double>(steady.now() - begin) / tasks};
}

}  // namespace

int main() {
  struct {
    const char* name;
    ExecutorKind kind;
    int workers;
  } const all[] = {{"serial", ExecutorKind::serial, 1}, {"loop", ExecutorKind::loop, 1}, {"loop, two of them", ExecutorKind::loop, 2},
                   {"threads", ExecutorKind::threads, 2}, {"gil", ExecutorKind::gil, 2}, {"stealing", ExecutorKind::stealing, 2}};
  for (const auto& each : all) {
    // In a process of its own: what one has freed is the next one's.
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      serve(each.kind, each.workers, 10'000);  // its pools are full
      const Served served = serve(each.kind, each.workers, kTasks);
      bench::row(fmt::format("spawned and awaited, {}, kept of each", each.name), "ours, traced", served.bytes, "bytes");
      bench::row(fmt::format("spawned and awaited, {}", each.name), "ours, traced", served.ns, "ns");
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  }
}
