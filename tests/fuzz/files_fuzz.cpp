// files_fuzz.cpp -- what a person opens or follows: trace files, Chrome JSON, the hash of a link.
#include <cstring>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "trace/random_run.h"
#include "trace/trace_file.h"
#include "workloads/scenario.h"

namespace interleave {
namespace {

const std::vector<std::string>& honest() {
  static const auto made = [] {
    std::vector<std::string> all;
    for (unsigned seed = 1; seed < 4; ++seed) {
      auto trace = random_run(seed, 1 + static_cast<int>(seed), 3);
      all.push_back(trace_file(*trace, "v=1&l=http"));
      all.push_back(chrome_json(*trace, "v=1&l=http"));
    }
    all.push_back(R"([{"ph":"B","ts":1,"pid":1,"tid":2,"name":"a"},{"ph":"E","ts":5,"pid":1,"tid":2},{"ph":"X","ts":2,"dur":3,"pid":1,"tid":3,"name":"b"}])");
    all.push_back(R"({"traceEvents":[{"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"x"}},{"ph":"X","ts":2.5,"dur":3e3,"pid":1,"tid":2,"name":"b"}],"displayTimeUnit":"ms"})");
    Scenario scenario;
    scenario.set_parameter("connections", 12);
    scenario.executor = "loop";
    scenario.workers = 3;
    scenario.source = "from interleave import *\nrun(print)\n";
    all.push_back("#" + to_hash(scenario));
    all.push_back("#v=1&l=mine.py&w=7&p=2&gil=1ms&seed=9&time=virtual&s.latency=20ms&src=print(1)%0A");
    return all;
  }();
  return made;
}

}  // namespace
}  // namespace interleave

using namespace interleave;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with('#')) {
    const ParsedHash parsed = parse_hash(bytes);
    must(parsed.notice().size() < 4000, "a notice stays short");
    // What was understood is said again in a way that is understood, and as the same.
    const std::string again = to_hash(parsed.scenario);
    const ParsedHash second = parse_hash(again);
    must(second.scenario == parsed.scenario, "a hash that was written is read as what was written");
    must(second.notice().empty(), "and without a word");
    return 0;
  }
  const OpenedTrace opened = open_trace(bytes);
  must(opened.trace || !opened.sentence.empty(), "a trace or a sentence");
  if (!opened.trace) return 0;
  static_cast<void>(opened.trace->summary());
  static_cast<void>(dump_text(*opened.trace));
  const std::string again = trace_file(*opened.trace, opened.about);
  const OpenedTrace second = open_trace(again);
  must(second.trace != nullptr, "a trace file that was written can be read");
  must(trace_file(*second.trace, second.about) == again, "and is the same");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  Choices choices(seed);
  if (size < 4 || choices.one_in(50)) {
    const std::string& start = honest()[choices.below(honest().size())];
    size = std::min(start.size(), max_size);
    std::memcpy(data, start.data(), size);
  }
  size = LLVMFuzzerMutate(data, size, max_size);
  // A checksum that is wrong ends the story: it is made right, mostly.
  if (size > 24 && std::memcmp(data, "ILTRACE\n", 8) == 0 && !choices.one_in(8)) {
    const std::uint64_t sum = trace_file_checksum({reinterpret_cast<const char*>(data), size - 8});
    std::memcpy(data + size - 8, &sum, 8);
  }
  return size;
}
