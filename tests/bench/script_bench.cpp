// script_bench.cpp -- the script VM beside the machine's own CPython: the functions of script_programs.py, in turns, in one run.
// Ours runs on serial, traced. The time is the processor's, the least of the rounds, so that what else the machine does matters
// little; trust the ratios: the multiple is of CPython's time.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/native/native_run.h"
#include "rows.h"
#include "trace/trace.h"

namespace {

using namespace interleave;

constexpr int kRounds = 5;
const std::string kPrograms = INTERLEAVE_SOURCE_DIR "/tests/bench/script_programs.py";
NativeMachine machine;

struct Timed {
  const char* what;
  const char* function;
  int times;
};
constexpr Timed kAll[] = {
    {"integers", "integers", 1'000'000},         {"floats", "floats", 1'000'000},         {"while, // and %", "while_loop", 500'000},
    {"calls (fib)", "calls", 300'000},           {"lists", "lists", 200'000},             {"dicts", "dictionaries", 500'000},
    {"f-strings and join", "strings", 200'000},  {"objects' methods", "objects", 500'000}, {"linked nodes", "linked_nodes", 1'000'000},
    {"generators", "generators", 500'000},       {"send()", "sends", 500'000},
    {"closures", "closures", 500'000},           {"try, raise, except", "exceptions", 200'000}, {"comprehensions", "comprehensions", 500'000},
    {"sorting with a key", "sorting", 50'000},   {"dicts of dicts", "records", 300'000},  {"words of a text", "words", 300'000},
    {"matrices", "matrices", 800'000},           {"primes", "primes", 500'000},
};

struct Said {
  double ns = 0;
  std::string result;
};

std::optional<Said> ours(const std::string& functions, const Timed& program) {
  Scenario scenario;
  scenario.lesson = "mine.py";
  scenario.source = fmt::format("from interleave import *\n{}\nasync def main():\n    print({}({}))\nrun(main)\n", functions, program.function, program.times);
  NativeRun run(machine, scenario, ExecutorKind::serial);
  const std::clock_t begin = std::clock();
  const Progress end = run.finish();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (end.end != RunEnd::finished) return fmt::print(stderr, "{}: {}\n", program.what, end.sentence), std::nullopt;
  TraceBuilder builder(ExecutorKind::serial, Provenance::measured);
  TraceReader reader(run.recorder());
  std::vector<std::uint64_t> packets(1 << 14);
  while (const std::size_t n = reader.read(packets)) builder.add(std::span(packets.data(), n));
  const auto trace = builder.finish();
  Said said{seconds * 1e9, {}};
  for (const auto& text : trace->texts())
    if (text.role == TextRole::output) said.result = text.text;
  return said;
}

std::optional<Said> cpython(const Timed& program) {
  const std::string command = fmt::format("python3 '{}' {} {}", kPrograms, program.function, program.times);
  FILE* const out = ::popen(command.c_str(), "r");
  if (!out) return std::nullopt;
  char result[256] = "";
  double ns = 0;
  const int read = std::fscanf(out, "%lf %255s", &ns, result);
  if (::pclose(out) != 0 || read != 2) return std::nullopt;
  return Said{ns, result};
}

}  // namespace

/// Names of functions of script_programs.py: those alone; without any, all.
int main(int count, char** names) {
  const std::set<std::string> wanted(names + 1, names + count);
  std::ifstream file(kPrograms);
  std::string functions((std::istreambuf_iterator<char>(file)), {});
  // Ours has neither sys nor time, and no command line.
  functions.erase(functions.find("if __name__"));
  for (const char* line : {"import sys\n", "import time\n"}) functions.erase(functions.find(line), std::string(line).size());
  for (const Timed& program : kAll) {
    if (!wanted.empty() && !wanted.contains(program.function)) continue;
    std::vector<double> our_times, python_times;
    for (int round = 0; round < kRounds; ++round) {
      const auto here = ours(functions, program);
      const auto there = cpython(program);
      if (!here) return 1;
      our_times.push_back(here->ns / 1e6);
      if (!there) continue;
      python_times.push_back(there->ns / 1e6);
      if (here->result != there->result) {
        fmt::print(stderr, "{}: {} here, {} under CPython\n", program.what, here->result, there->result);
        return 1;
      }
    }
    const double floor = python_times.empty() ? 0 : *std::min_element(python_times.begin(), python_times.end());
    bench::row(program.what, "our VM, traced", *std::min_element(our_times.begin(), our_times.end()), "ms", floor);
    if (floor > 0) bench::row(program.what, "CPython", floor, "ms", floor);
  }
}
