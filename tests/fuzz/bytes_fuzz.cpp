// bytes_fuzz.cpp -- what comes from another process: programs, values, calls, a parent's messages, a child's trace words.
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "runtime/clock.h"
#include "runtime/processes.h"
#include "runtime/script_root.h"
#include "runtime/wire.h"
#include "script/vm.h"
#include "trace/random_run.h"

namespace interleave {
namespace {

constexpr const char* kScript = R"(from interleave import *
class Point:
    def __init__(self, x):
        self.x = x
async def child(a, b="x"):
    print(a)
    await io(1 * ms)
    return a
async def main():
    return [1, -2.5, "t\u00ebxt", None, True, (1, (2,)), {"k": [1], 2: 3 * ms}, {1, 2}, range(1, 10, 3), child, child(4), numbers(2, 5), Point(3), ValueError("no")]
run(main)
)";

class JumpingClock final : public Clock {
 public:
  Nanos now() override { return now_ += 1000; }
  void wait_until(Nanos deadline) override {
    if (deadline != kForever) now_ = std::max(now_, deadline);
  }
  void notify() override {}
  void computed(Nanos duration) override { now_ = later(now_, duration); }

 private:
  Nanos now_ = 0;
};

// What a process of another's is given: a clock.
const RunOptions& seams() {
  static JumpingClock clock;
  static const RunOptions options = [] {
    RunOptions made;
    made.clock = &clock;
    made.compute_rate = 0.001;
    return made;
  }();
  return options;
}

const std::shared_ptr<const Instance>& instance() {
  static const auto made = [] {
    Settings settings;
    settings.memory_bytes = 16 << 20;
    return instantiate(compile(kScript).program, settings).instance;
  }();
  return made;
}

// A value that has all there is.
Value everything() {
  TaskFrame frame = instance()->main();
  Value sent;
  for (;;) {
    Step step = resume(frame, *instance(), std::move(sent), 10'000);
    sent = Value();
    if (step.kind == Step::Kind::finished) return step.value;
    if (step.kind == Step::Kind::failed) return Value();
    if (step.kind == Step::Kind::ask && step.ask.kind == Ask::Kind::numbers) sent = Value::int_array(instance()->heap(), std::vector<std::int64_t>{2, 3, 4});
  }
}

enum : std::uint8_t { kProgram, kValue, kRoot, kChild, kWords, kKinds };

// What honest senders send, each with its kind in front.
const std::vector<Bytes>& honest() {
  static const auto made = [] {
    std::vector<Bytes> all;
    auto add = [&](std::uint8_t kind, const Bytes& bytes) {
      all.push_back({kind});
      all.back().insert(all.back().end(), bytes.begin(), bytes.end());
    };
    add(kProgram, instance()->program().to_bytes());
    const Value value = everything();
    if (auto bytes = value_to_bytes(value, nullptr, instance().get())) add(kValue, *bytes);
    if (value.is(ValueType::list))
      for (const Value& item : value.items())
        if (auto bytes = value_to_bytes(item, nullptr, instance().get())) add(kValue, *bytes);
    const Bytes root = script_root(instance())->to_bytes().value_or(Bytes{});
    add(kRoot, root);
    // A parent: program, epoch, a task, a cancel; each message with its size in front.
    WireWriter said;
    auto message = [&](const Bytes& bytes) { said.block(bytes); };
    for (std::uint64_t version = 1; version < 50; ++version) {
      const Bytes program = WireWriter().byte('P').number(version).number(1).real(1.0).number(std::uint64_t{1} << 32).block(root).take();
      ChildServer child(seams(), [](const Bytes& bytes, std::string* why) { return script_root_from_bytes(bytes, why); });
      child.take(program);
      Bytes answer;
      if (!child.give(answer) || answer[0] != 'R') continue;
      message(program);
      break;
    }
    message(WireWriter().byte('E').number(5).take());
    Bytes call;
    if (value.is(ValueType::list))
      if (auto bytes = value_to_bytes(value.items()[10], nullptr, instance().get())) call = *bytes;
    message(WireWriter().byte('T').number(2).block(call).take());
    message(WireWriter().byte('C').number(2).text("enough").take());
    message(WireWriter().byte('O').number(2).byte(0).number(1).byte(0).text("").block({}).take());
    add(kChild, said.take());
    Recorder recorder(1 << 20);
    LaneRecorder& lane = recorder.lane(LaneKind::worker, "worker");
    lane.at(0, EventKind::run_started);
    lane.at(2, EventKind::run, run_on(0, 9), 2);
    lane.at(3, EventKind::wait, wait_for(WaitReason::io, 9), 2);
    lane.text(4, TextRole::output, "out", 2);
    lane.at(5, EventKind::done, 0, 2);
    TraceReader reader(recorder);
    std::vector<std::uint64_t> words(512);
    words.resize(reader.read(words));
    Bytes bytes(words.size() * 8);
    if (!words.empty()) std::memcpy(bytes.data(), words.data(), bytes.size());
    add(kWords, bytes);
    return all;
  }();
  must(made.size() > 12, "there is something of each kind to begin with");
  return made;
}

void value(std::span<const std::uint8_t> bytes) {
  std::string why;
  auto back = value_from_bytes(bytes, *instance(), &why);
  must(back.has_value() != !why.empty(), "a value or a sentence");
  if (!back) return;
  static_cast<void>(repr(*back));
  if (auto again = value_to_bytes(*back, nullptr, instance().get())) must(value_from_bytes(*again, *instance()).has_value(), "what was read can be sent on");
  if (back->is(ValueType::coroutine)) {
    TaskFrame frame(*instance(), *back);
    for (int turn = 0; turn < 20 && !frame.over(); ++turn) resume(frame, *instance(), Value(), 200);
  }
}

void child(std::span<const std::uint8_t> bytes) {
  ChildServer server(seams(), [](const Bytes& root, std::string* why) { return script_root_from_bytes(root, why); });
  WireReader in(bytes);
  Bytes out;
  for (int messages = 0; in.good() && messages < 20; ++messages) {
    const auto message = in.block();
    if (!in.good()) break;
    server.take(Bytes(message.begin(), message.end()));
    for (int turn = 0; turn < 3; ++turn)
      if (server.poll(1'000'000).kind == Progress::Kind::done) return;
    while (server.give(out)) {}
  }
}

void words(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint64_t> packets(bytes.size() / 8);
  if (!packets.empty()) std::memcpy(packets.data(), bytes.data(), packets.size() * 8);
  // A task's number may be as large as it likes, and then costs memory that has to be cleared: seldom here.
  if (bytes.size() % 64 != 0)
    for (std::uint64_t& word : packets) word &= 0x00000fff'ffffffffull;
  TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
  builder.add(packets);
  static_cast<void>(builder.so_far(1'000'000).summary());
  const auto trace = builder.finish();
  static_cast<void>(dump_text(*trace));
  static_cast<void>(trace->summary());
}

}  // namespace
}  // namespace interleave

using namespace interleave;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  switch (data[0] % kKinds) {
    case kProgram: {
      Compiled back = program_from_bytes(bytes);
      must((back.program != nullptr) != static_cast<bool>(back.error), "a program or an error");
      break;
    }
    case kValue: value(bytes); break;
    case kRoot: {
      std::string why;
      auto root = script_root_from_bytes(Bytes(bytes.begin(), bytes.end()), &why);
      must((root != nullptr) == why.empty(), "a root or a sentence");
      break;
    }
    case kChild: child(bytes); break;
    default: words(bytes);
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  Choices choices(seed);
  if (size < 2 || choices.one_in(50)) {
    const Bytes& start = honest()[choices.below(honest().size())];
    size = std::min(start.size(), max_size);
    std::memcpy(data, start.data(), size);
  }
  const std::uint8_t kind = data[0];
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size > 0 && !choices.one_in(20)) data[0] = kind;
  return size;
}
