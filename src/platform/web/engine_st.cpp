// engine_st.cpp -- the engine without threads: one Worker, driven by web/engine_worker.js.
//
// It runs serial, loop and the parent side of processes; or it is one of those processes. It never blocks: the Worker's
// script sleeps for it, because only that knows whether an answer can still come.
#include <emscripten.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/engine/warm_up.h"
#include "platform/web/engine_web.h"
#include "runtime/processes.h"
#include "runtime/script_root.h"
#include "runtime/seams.h"
#include "workloads/scenario.h"

EM_JS(void, il_js_start_request, (double id, double ms, double bytes), { Module.interleave.startRequest(id, ms, bytes); });
EM_JS(void, il_js_give_up_request, (double id), { Module.interleave.giveUpRequest(id); });
EM_JS(void, il_js_abandon_requests, (), { Module.interleave.abandonRequests(); });
EM_JS(void, il_js_spawn_child, (int child), { Module.interleave.spawnChild(child); });
EM_JS(void, il_js_send_to_child, (int child, const void* at, int bytes), { Module.interleave.sendToChild(child, at, bytes); });
EM_JS(void, il_js_send_to_parent, (const void* at, int bytes), { Module.interleave.sendToParent(at, bytes); });
EM_JS(void, il_js_drop_child, (int child), { Module.interleave.dropChild(child); });

namespace interleave {
namespace {

/// One thread, so nobody can notify while it waits: the Worker's script does the waiting, between polls.
class WorkerClock final : public Clock {
 public:
  Nanos now() override { return static_cast<Nanos>(page_clock_ms() * 1e6); }
  void wait_until(Nanos) override {}
  void notify() override {}
};

/// fetch() of this Worker; the script tells of each answer.
class WorkerRequests final : public Requests {
 public:
  int most = 256;
  int most_at_once() const override { return most; }
  void start(std::uint64_t id, Nanos latency, std::int64_t size) override {
    il_js_start_request(static_cast<double>(id), static_cast<double>(latency) / 1e6, static_cast<double>(size));
  }
  void finished(std::vector<Answer>& answers) override {
    answers.insert(answers.end(), std::make_move_iterator(came_.begin()), std::make_move_iterator(came_.end()));
    came_.clear();
  }
  Answer perform(Nanos, std::int64_t, Standstill&) override {
    return {0, 0, "This engine has no thread that could wait for a request."};
  }
  void give_up(std::uint64_t id) override {
    std::erase_if(came_, [id](const Answer& answer) { return answer.id == id; });
    il_js_give_up_request(static_cast<double>(id));
  }
  void abandon_all() override {
    came_.clear();
    il_js_abandon_requests();
  }
  void came(Answer answer) { came_.push_back(std::move(answer)); }

 private:
  std::vector<Answer> came_;
};

/// Other Workers of the page's, each with an engine-st of its own; a MessageChannel to each.
class WorkerProcesses final : public ProcessPort {
 public:
  int spawn() override {
    il_js_spawn_child(next_);
    return next_++;
  }
  void send(int child, const Bytes& bytes) override { il_js_send_to_child(child, bytes.data(), static_cast<int>(bytes.size())); }
  void receive(std::vector<Message>& messages) override {
    messages.insert(messages.end(), std::make_move_iterator(came_.begin()), std::make_move_iterator(came_.end()));
    came_.clear();
  }
  void kill(int child) override { il_js_drop_child(child); }
  void came(Message message) { came_.push_back(std::move(message)); }
  void new_run() {
    came_.clear();
    next_ = 0;
  }

 private:
  std::vector<Message> came_;
  int next_ = 0;
};

enum State : int { busy, waiting, done };

struct Engine {
  Place place;
  WorkerClock clock;
  WorkerRequests requests;
  WorkerProcesses processes;
  std::vector<char> input;
  std::array<std::uint64_t, kStagingWords> staging;
  std::optional<TraceReader> reader;  // before `run` goes, it must
  std::unique_ptr<EngineRun> run;
  std::optional<ChildServer> child;  // when this engine is a process of another's
  Progress progress;

  std::string_view text(int bytes) const { return {input.data(), static_cast<std::size_t>(bytes)}; }
  Bytes bytes(int count) const { return Bytes(input.begin(), input.begin() + count); }
};
Engine engine;

State state_of(const Progress& progress) {
  return progress.kind == Progress::Kind::busy ? busy : progress.kind == Progress::Kind::waiting ? waiting : done;
}

}  // namespace
}  // namespace interleave

using namespace interleave;

int main() { return 0; }  // nothing happens before the Worker's script asks

extern "C" {

EMSCRIPTEN_KEEPALIVE int il_version() { return kProtocol; }

EMSCRIPTEN_KEEPALIVE char* il_input(int bytes) {
  engine.input.resize(static_cast<std::size_t>(std::max(bytes, 1)));
  return engine.input.data();
}

EMSCRIPTEN_KEEPALIVE void il_configure(int cores, double clock_step_ns, int most_requests, int most_children, double compute_rate) {
  engine.place = {std::max(1, cores), static_cast<Nanos>(clock_step_ns), most_requests, most_children, compute_rate};
  engine.requests.most = most_requests;
  make_seams(engine.place, engine.clock);  // measures now, not in the first run
}

/// Before the first run: has run something (platform/engine/warm_up.h). Blocks: some 10 ms.
EMSCRIPTEN_KEEPALIVE void il_warm_up() {
  const EngineSeams seams = make_seams(engine.place, engine.clock);
  for (const ExecutorKind executor : {ExecutorKind::serial, ExecutorKind::loop}) warm_up(executor, seams, kWarmUpTurns);
}

EMSCRIPTEN_KEEPALIVE double il_compute_rate() { return engine.place.compute_rate; }

/// The scenario is in the input. What is wrong with it comes as the end of the first il_poll.
EMSCRIPTEN_KEEPALIVE void il_run(int bytes, int executor) {
  engine.reader.reset();
  engine.run.reset();
  engine.processes.new_run();
  EngineSeams seams = make_seams(engine.place, engine.clock);
  seams.requests = &engine.requests;
  seams.processes = &engine.processes;
  seams.max_workers = std::max(1, engine.place.most_children);
  Scenario scenario = parse_hash(engine.text(bytes)).scenario;
  engine.run = std::make_unique<EngineRun>(scenario, static_cast<ExecutorKind>(executor), seams);
  engine.reader.emplace(engine.run->recorder());
  engine.progress = {};
}

EMSCRIPTEN_KEEPALIVE int il_poll(double budget_ms) {
  engine.progress = engine.run->poll(static_cast<Nanos>(budget_ms * 1e6));
  return state_of(engine.progress);
}

/// After `waiting`: milliseconds until something happens by itself. Very large: nothing will.
EMSCRIPTEN_KEEPALIVE double il_wait_ms() {
  if (engine.progress.until == kForever) return 1e12;
  return static_cast<double>(engine.progress.until - engine.clock.now()) / 1e6;
}

EMSCRIPTEN_KEEPALIVE void il_cancel() {
  if (engine.run) engine.run->cancel();
}

EMSCRIPTEN_KEEPALIVE int il_end() { return static_cast<int>(engine.progress.end); }
EMSCRIPTEN_KEEPALIVE const char* il_sentence() { return engine.progress.sentence.c_str(); }

/// Moves what was recorded into the staging buffer: words, 0 when there is nothing new.
EMSCRIPTEN_KEEPALIVE int il_read() { return engine.reader ? static_cast<int>(engine.reader->read(engine.staging)) : 0; }
EMSCRIPTEN_KEEPALIVE std::uint64_t* il_staging() { return engine.staging.data(); }

/// The input holds the failure, in words; empty: it went well.
EMSCRIPTEN_KEEPALIVE void il_answered(double id, double bytes, int failure_bytes) {
  engine.requests.came({static_cast<std::uint64_t>(id), static_cast<std::int64_t>(bytes), std::string(engine.text(failure_bytes))});
}

/// From now on this engine is a process: messages of its parent go in, il_serve_poll works and sends messages out.
EMSCRIPTEN_KEEPALIVE void il_serve() {
  RunOptions options;
  options.clock = &engine.clock;
  options.requests = &engine.requests;
  engine.child.emplace(options, [](const Bytes& bytes, std::string* why) { return script_root_from_bytes(bytes, why); });
  engine.progress = {Progress::Kind::waiting, kForever, RunEnd::finished, {}};
}

EMSCRIPTEN_KEEPALIVE void il_serve_message(int bytes) { engine.child->take(engine.bytes(bytes)); }

EMSCRIPTEN_KEEPALIVE int il_serve_poll() {
  engine.progress = engine.child->poll(2 * kMs);
  Bytes message;
  while (engine.child->give(message)) il_js_send_to_parent(message.data(), static_cast<int>(message.size()));
  return state_of(engine.progress);
}

EMSCRIPTEN_KEEPALIVE void il_child_message(int child, int bytes) { engine.processes.came({child, false, engine.bytes(bytes)}); }
EMSCRIPTEN_KEEPALIVE void il_child_lost(int child) { engine.processes.came({child, true, {}}); }

}  // extern "C"
