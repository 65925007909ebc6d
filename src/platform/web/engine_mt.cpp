// engine_mt.cpp -- the engine with threads: threads, gil and stealing, each worker a pthread in a Worker that the page made.
//
// Three kinds of thread meet here:
//   - the page's main thread. It must never wait, so it calls only what this file marks "page": a few atomics, and
//     TraceReader::read, which takes no lock. It allocates nothing (malloc has a lock). All of it still works after the
//     Workers were terminated: that is how a killed run's trace is kept. It keeps the ports of the processes that
//     to_process() calls: the coordinator, which sleeps where no message reaches it, gets what they say in pieces, by a ring.
//   - the coordinator, which is main() (PROXY_TO_PTHREAD). It sleeps on the bell, makes the run and polls it.
//   - the run's workers, which the coordinator's executor starts.
// A run that does not stop is ended by terminating every Worker; then this instance is done for, locks and all, and the
// page makes another.
#include <emscripten.h>
#include <emscripten/stack.h>
#include <emscripten/threading.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/engine/warm_up.h"
#include "platform/web/engine_web.h"
#include "platform/web/thread_clock.h"
#include "runtime/seams.h"
#include "workloads/scenario.h"

// Runs in the asking pthread's Worker; the page's main thread gets a message and calls Module.il_start_request.
EM_JS(void, il_js_ask_page, (int slot, int serial, double ms, double bytes),
      { postMessage({cmd : 'callHandler', handler : 'il_start_request', args : [ slot, serial, ms, bytes ]}); });
EM_JS(void, il_js_give_up, (int slot, int serial), { postMessage({cmd : 'callHandler', handler : 'il_give_up_request', args : [ slot, serial ]}); });

// Likewise, of the coordinator: Workers with an engine-st of their own, which the page makes.
EM_JS(void, il_js_spawn_child, (int child), { postMessage({cmd : 'callHandler', handler : 'il_spawn_child', args : [child]}); });
EM_JS(void, il_js_send_to_child, (int child, const void* at, int bytes), {
  const copy = HEAPU8.slice(at, at + bytes).buffer;
  postMessage({cmd : 'callHandler', handler : 'il_send_to_child', args : [ child, copy ]}, [copy]);
});
EM_JS(void, il_js_drop_child, (int child), { postMessage({cmd : 'callHandler', handler : 'il_drop_child', args : [child]}); });
EM_JS(void, il_js_is_warm, (), { postMessage({cmd : 'callHandler', handler : 'il_is_warm', args : []}); });
EM_JS(void, il_js_more_room, (), { postMessage({cmd : 'callHandler', handler : 'il_more_room', args : []}); });

// Page. Emscripten rethrows a Worker's error as the page's; this tells the owner, who then drops the whole engine.
// Workers that are made later are watched as well.
EM_JS(void, il_js_watch, (), {
  const watch = (worker) => {
    if (!worker || worker.il_watched) return;
    worker.il_watched = true;
    const died = () => Module.interleave.died?.();
    if (worker.addEventListener) worker.addEventListener('error', died);
    else worker.on('error', died);
  };
  for (const worker of PThread.unusedWorkers.concat(PThread.runningWorkers)) watch(worker);
  const allocate = PThread.allocateUnusedWorker;
  PThread.allocateUnusedWorker = function() {
    allocate.call(PThread);
    watch(PThread.unusedWorkers.at(-1));
  };
});
EM_JS(void, il_js_terminate, (), { PThread.terminateAllThreads(); });
EM_JS(int, il_js_workers, (), { return PThread.unusedWorkers.length + PThread.runningWorkers.length; });

namespace interleave {
namespace {

constexpr int kMaxInput = static_cast<int>(kLongestSource / 3 + 1) * 4 + (16 << 10);  // a script in a link, and its settings
constexpr int kSlots = 256;

/// One request under way. `state`: 0 free, 1 asked (a thread waits, or the coordinator looks in at each turn), 2 answered,
/// 3 failed, 4 given up (the page's answer frees it). 0 -> 1 by the asking thread; 1 -> 2 or 3 by the page; 2, 3 -> 0 by
/// the thread; 1 -> 4 by the thread that stops waiting; 4 -> 0 by the page. No thread and page ever leave the same state but 1, and there both use a CAS.
struct Slot {
  std::atomic<std::uint32_t> state{0};
  std::atomic<std::uint32_t> bell{0};  ///< rung when the state has changed, or who waits is to look whether it still does
  int serial = 0;  ///< of the request, whose the slot is: who gives one up may be late
  std::atomic<std::int64_t> bytes{0};
};

std::array<Slot, kSlots> slots;
std::atomic<std::uint32_t> slot_is_free{0};  // rung for each that is

void ring_bell(std::atomic<std::uint32_t>& bell) {
  bell.fetch_add(1);
  wake(bell);
}
/// Whoever has it.
void give_back(Slot& slot) {
  slot.state.store(0);
  ring_bell(slot_is_free);
}

class PageRequests final : public Requests {
 public:
  int most = kSlots;
  int most_at_once() const override { return std::min(most, kSlots); }
  // The coordinator's: main's own, and those of workers that steal. (Cooperative executors run in engine-st.)
  void start(std::uint64_t id, Nanos latency, std::int64_t size) override {
    waiting_.push_back({id, latency, size});
    ask_waiting();
  }
  void finished(std::vector<Answer>& answers) override {
    std::erase_if(asked_, [&](const auto& asked) {
      const auto [id, slot] = asked;
      const std::uint32_t state = slot->state.load();
      if (state == 1) return false;
      answers.push_back({id, slot->bytes.load(), state == 2 ? "" : "The request was not answered."});
      give_back(*slot);
      return true;
    });
    ask_waiting();
  }
  void give_up(std::uint64_t id) override {
    std::erase_if(waiting_, [id](const Waiting& each) { return each.id == id; });
    const auto asked = asked_.find(id);
    if (asked == asked_.end()) return;
    leave(*asked->second);
    asked_.erase(asked);
  }
  void abandon_all() override {
    waiting_.clear();
    for (const auto& [id, slot] : asked_) leave(*slot);
    asked_.clear();
  }
  Answer perform(Nanos latency, std::int64_t size, Standstill& still) override {
    const Answer stopped{0, 0, "stopped"};
    Slot* slot = nullptr;
    {
      const WokenBy woken(still, [] { ring_bell(slot_is_free); });
      for (;;) {
        const std::uint32_t seen = slot_is_free.load();
        if (still.may_sleep_until() == Standstill::kEnds) return stopped;
        if ((slot = free_slot())) break;
        wait_on(slot_is_free, seen, 1e6);
      }
    }
    ask(*slot, latency, size);
    const WokenBy woken(still, [slot] { ring_bell(slot->bell); });
    for (;;) {
      const std::uint32_t seen = slot->bell.load();
      const std::uint32_t state = slot->state.load();
      if (state != 1) {
        Answer answer{0, slot->bytes.load(), state == 2 ? "" : "The request was not answered."};
        give_back(*slot);
        return answer;
      }
      if (still.may_sleep_until() == Standstill::kEnds) return leave(*slot), stopped;
      wait_on(slot->bell, seen, 1e6);
    }
  }

 private:
  Slot* free_slot() {
    for (int i = 0; i < most_at_once(); ++i) {
      std::uint32_t free = 0;
      if (slots[i].state.compare_exchange_strong(free, 1)) return &slots[i];
    }
    return nullptr;
  }
  /// Nobody waits for it any more; the page's answer frees it, if that is not there.
  static void leave(Slot& slot) {
    const int serial = slot.serial;
    std::uint32_t state = 1;
    if (slot.state.compare_exchange_strong(state, 4)) il_js_give_up(static_cast<int>(&slot - slots.data()), serial);
    else give_back(slot);
  }
  static void ask(Slot& slot, Nanos latency, std::int64_t size) {
    il_js_ask_page(static_cast<int>(&slot - slots.data()), ++slot.serial, static_cast<double>(latency) / 1e6, static_cast<double>(size));
  }
  void ask_waiting() {
    while (!waiting_.empty()) {
      Slot* const slot = free_slot();
      if (!slot) return;  // threads that were stopped hold some until the page answers
      const auto [id, latency, size] = waiting_.front();
      waiting_.pop_front();
      asked_.emplace(id, slot);
      ask(*slot, latency, size);
    }
  }

  struct Waiting {
    std::uint64_t id;
    Nanos latency;
    std::int64_t size;
  };
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Slot*> asked_;
};

/// What children say, on its way from the page to the coordinator: one writer, one reader, no lock. A message is one piece or
/// several, the last marked; the page waits with the next while no piece is free, and is told when one is.
class ChildPieces {
 public:
  enum Kind : int { more, last, lost };
  struct Piece {
    int child, bytes, kind;
    std::array<std::uint8_t, 64 << 10> data;
  };

  // Page.
  /// Where the next piece goes; null: none is free, and il_more_room comes once one is.
  Piece* free_piece() {
    if (filled_.load() - taken_.load() == pieces_.size()) {
      starved_.store(true);
      if (filled_.load() - taken_.load() == pieces_.size()) return nullptr;
    }
    return &pieces_[filled_.load() % pieces_.size()];
  }
  void piece_is_filled() { filled_.fetch_add(1); }

  // Coordinator.
  const Piece* next() const { return taken_.load() == filled_.load() ? nullptr : &pieces_[taken_.load() % pieces_.size()]; }
  void take() {
    taken_.fetch_add(1);
    if (starved_.exchange(false)) il_js_more_room();
  }

 private:
  std::array<Piece, 16> pieces_;
  std::atomic<std::uint32_t> filled_{0}, taken_{0};
  std::atomic<bool> starved_{false};
};

/// Thread: the coordinator. Numbers of children are not used again, so that what one of an earlier run says reaches nobody.
class PageProcesses final : public ProcessPort {
 public:
  int spawn() override {
    il_js_spawn_child(next_);
    return next_++;
  }
  void send(int child, const Bytes& bytes) override { il_js_send_to_child(child, bytes.data(), static_cast<int>(bytes.size())); }
  void receive(std::vector<Message>& messages) override {
    while (const ChildPieces::Piece* piece = pieces.next()) {
      Bytes& message = begun_[piece->child];
      message.insert(message.end(), piece->data.begin(), piece->data.begin() + piece->bytes);
      if (piece->kind != ChildPieces::more) {
        messages.push_back({piece->child, piece->kind == ChildPieces::lost, std::move(message)});
        begun_.erase(piece->child);
      }
      pieces.take();
    }
  }
  void kill(int child) override {
    begun_.erase(child);
    il_js_drop_child(child);
  }
  void new_run() { begun_.clear(); }  // what the killed began to say

  ChildPieces pieces;

 private:
  std::map<int, Bytes> begun_;  // messages of which some is still to come
  int next_ = 0;
};

enum State : int { idle, running, ended };

struct Engine {
  // Page -> coordinator. Written before the bell is rung.
  std::array<char, kMaxInput> input;
  int input_bytes = 0;
  int executor = 0;
  Place place;
  std::atomic<std::uint32_t> bell{0};
  std::atomic<int> asked{0};        // number of the run that is wanted
  std::atomic<bool> cancel{false};
  std::atomic<bool> configured{false};

  // Coordinator -> page. `number` is published after `reader` is there, `state` after `end` and `sentence`.
  std::atomic<int> number{0};
  std::atomic<int> state{idle};
  std::atomic<std::uint32_t> heartbeat{0};
  std::optional<TraceReader> reader;
  RunEnd end = RunEnd::finished;
  std::string sentence;

  // Coordinator only.
  ThreadClock clock;
  PageRequests requests;
  PageProcesses processes;
  std::unique_ptr<EngineRun> run;

  // Page only.
  std::array<std::uint64_t, kStagingWords> staging;
};
Engine engine;

void run_once(int number) {
  engine.reader.reset();
  engine.run.reset();
  engine.processes.new_run();
  EngineSeams seams = make_seams(engine.place, engine.clock);
  seams.requests = &engine.requests;
  seams.processes = &engine.processes;
  seams.max_workers = 256;
  // A pthread's stack is a block of this memory, all of it.
  seams.stack_bytes_here = [] { return static_cast<std::int64_t>(emscripten_stack_get_base() - emscripten_stack_get_end()); };
  seams.thread_begins = sleep_in_one_piece;
  seams.trace_budget_bytes = std::size_t{32} << 20;
  Scenario scenario = parse_hash(std::string_view(engine.input.data(), static_cast<std::size_t>(engine.input_bytes))).scenario;
  engine.run = std::make_unique<EngineRun>(scenario, static_cast<ExecutorKind>(engine.executor), seams);
  engine.reader.emplace(engine.run->recorder());
  engine.state.store(running);
  engine.number.store(number);
  for (;;) {
    engine.heartbeat.fetch_add(1);
    if (engine.cancel.exchange(false)) engine.run->cancel();
    Progress progress = engine.run->poll(10 * kMs);
    if (progress.kind == Progress::Kind::done) {
      engine.end = progress.end;
      engine.sentence = std::move(progress.sentence);
      engine.state.store(ended);
      return;
    }
    if (progress.kind == Progress::Kind::waiting) engine.clock.wait_until(std::min(progress.until, engine.clock.now() + 10 * kMs));
  }
}

void ring() {
  engine.bell.fetch_add(1);
  wake(engine.bell);
}

}  // namespace
}  // namespace interleave

using namespace interleave;

int main() {
  bool measured = false;
  for (int last = 0;;) {
    std::uint32_t seen = engine.bell.load();
    if (engine.configured.load() && !measured) {
      EngineSeams seams = make_seams(engine.place, engine.clock);
      seams.max_workers = 256;
      for (const ExecutorKind executor : {ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::stealing, ExecutorKind::loop}) {
        warm_up(executor, seams, kWarmUpTurns);
        engine.heartbeat.fetch_add(1);
      }
      measured = true;
      il_js_is_warm();
    }
    int asked = engine.asked.load();
    if (asked != last) run_once(last = asked);
    else wait_on(engine.bell, seen, 1e6);
  }
}

extern "C" {

// --- page ---------------------------------------------------------------------------------------------------------------

EMSCRIPTEN_KEEPALIVE int il_version() { return kProtocol; }
EMSCRIPTEN_KEEPALIVE void il_watch() { il_js_watch(); }
EMSCRIPTEN_KEEPALIVE void il_terminate() { il_js_terminate(); }
EMSCRIPTEN_KEEPALIVE int il_workers() { return il_js_workers(); }

/// Room for il_input_size() bytes, always in the same place; the page does not write more.
EMSCRIPTEN_KEEPALIVE char* il_input(int) { return engine.input.data(); }
EMSCRIPTEN_KEEPALIVE int il_input_size() { return kMaxInput; }

/// What it is to know; with that it warms up (il_is_warm says when it has), before the first run.
EMSCRIPTEN_KEEPALIVE void il_configure(int cores, double clock_step_ns, int most_requests, int, double compute_rate) {
  engine.place = {std::max(1, cores), static_cast<Nanos>(clock_step_ns), most_requests, 0, compute_rate};
  engine.requests.most = most_requests;
  engine.configured.store(true);
  ring();
}

EMSCRIPTEN_KEEPALIVE void il_run(int bytes, int executor, int number) {
  engine.input_bytes = std::min(bytes, kMaxInput);
  engine.executor = executor;
  engine.cancel.store(false);
  engine.asked.store(number);
  ring();
}

EMSCRIPTEN_KEEPALIVE void il_cancel() {
  engine.cancel.store(true);
  engine.clock.notify();
}

EMSCRIPTEN_KEEPALIVE int il_run_number() { return engine.number.load(); }
EMSCRIPTEN_KEEPALIVE int il_state() { return engine.state.load(); }
EMSCRIPTEN_KEEPALIVE std::uint32_t il_heartbeat() { return engine.heartbeat.load(); }
EMSCRIPTEN_KEEPALIVE int il_end() { return static_cast<int>(engine.end); }
EMSCRIPTEN_KEEPALIVE const char* il_sentence() { return engine.sentence.c_str(); }

/// As in engine-st, at most `words`; 0 until the run that was asked for has a trace.
EMSCRIPTEN_KEEPALIVE int il_read(int words) {
  if (engine.number.load() == 0 || engine.number.load() != engine.asked.load()) return 0;
  auto room = std::min(static_cast<std::size_t>(std::max(words, 0)), engine.staging.size());
  return static_cast<int>(engine.reader->read(std::span(engine.staging).first(room)));
}
EMSCRIPTEN_KEEPALIVE std::uint64_t* il_staging() { return engine.staging.data(); }

/// Where the next piece of what a child says goes, and how much of it there is room for; null: il_more_room comes later.
EMSCRIPTEN_KEEPALIVE std::uint8_t* il_child_piece() {
  ChildPieces::Piece* const piece = engine.processes.pieces.free_piece();
  return piece ? piece->data.data() : nullptr;
}
EMSCRIPTEN_KEEPALIVE int il_child_piece_size() { return sizeof(ChildPieces::Piece::data); }
/// `kind`: 0 more of the message comes, 1 that was all of it, 2 the child's Worker died.
EMSCRIPTEN_KEEPALIVE void il_child_said(int child, int bytes, int kind) {
  ChildPieces::Piece* const piece = engine.processes.pieces.free_piece();
  if (!piece) return;
  piece->child = child;
  piece->bytes = bytes;
  piece->kind = kind;
  engine.processes.pieces.piece_is_filled();
  engine.clock.notify();
}

EMSCRIPTEN_KEEPALIVE void il_answered(int index, double bytes, int failed) {
  if (index < 0 || index >= kSlots) return;
  Slot& slot = slots[static_cast<std::size_t>(index)];
  slot.bytes.store(static_cast<std::int64_t>(bytes));
  std::uint32_t asked = 1;
  if (slot.state.compare_exchange_strong(asked, failed ? 3 : 2)) {
    ring_bell(slot.bell);
    engine.clock.notify();
  }
  else if (asked == 4) {
    give_back(slot);
    engine.clock.notify();  // whoever waits for a free one
  }
}

}  // extern "C"
