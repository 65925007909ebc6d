// synthetic.h -- an Engine for tests and benches of the user interface: its clock is turned by hand, its runs follow a
// small model of "N tasks wait, then compute". It never leaves tests/.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "trace/recorder.h"
#include "trace/trace.h"
#include "ui/engine.h"
#include "workloads/scenario.h"

namespace interleave::test {

struct Shape {
  int tasks = 100, workers = 100, cores = 4;
  Nanos wait = 200'000'000, work = 5'000'000;
  int rounds = 1;  ///< how often each task waits and computes
  Nanos of_main = 0;  ///< how long main computes when they have ended
  bool emulated = false;  ///< the cores are kept by permits
};

class SyntheticEngine final : public Engine {
 public:
  explicit SyntheticEngine(Shape shape = {}) : shape_(shape) {
    can_.machine_cores = 4;
    can_.clock_step = 5'000;
    can_.where = "100 real threads on 4 cores, clock steps of 5 \xc2\xb5s";
  }
  Capabilities can_;
  Shape shape_;
  Nanos step = 40'000'000;  ///< run time that passes at each poll
  bool refuse_to_end = false;
  Nanos clock_step = 5'000;

  const Capabilities& capabilities() const override { return can_; }
  void run(const Scenario&, ExecutorKind kind) override {
    recorder_ = std::make_unique<Recorder>(256u << 20);
    reader_ = std::make_unique<TraceReader>(*recorder_);
    now_ = 0;
    running_ = true;
    cancelled_ = false;
    lanes_.clear();
    facts_.clear();
    simulate(kind);
  }
  void cancel() override { cancelled_ = true; }
  EngineStatus poll(TraceBuilder& into, std::size_t) override {
    EngineStatus status;
    if (!running_) return status;
    now_ += step;
    bool over = true;
    Nanos last = 0;
    for (Track& lane : lanes_) {
      while (lane.next < lane.events.size() && lane.events[lane.next].at <= now_) {
        const Fact1& e = lane.events[lane.next++];
        if (e.payload) lane.recorder->at(e.at, e.kind, e.argument, e.task, e.payload_word);
        else lane.recorder->at(e.at, e.kind, e.argument, e.task);
      }
      if (lane.next < lane.events.size()) over = false;
      if (!lane.events.empty()) last = std::max(last, lane.events.back().at);
    }
    std::vector<std::uint64_t> packets(1 << 16);
    while (std::size_t n = reader_->read(packets)) into.add({packets.data(), n});
    status.kind = EngineStatus::Kind::running;
    status.now = std::min(now_, last);
    if (cancelled_ || (over && !refuse_to_end)) {
      running_ = false;
      status.kind = EngineStatus::Kind::ended;
      status.end = cancelled_ ? RunEnd::cancelled : RunEnd::finished;
      if (cancelled_) status.sentence = "Stopped at " + format_duration(status.now) + ". What ran is kept.";
    }
    return status;
  }

 private:
  struct Fact1 {
    Nanos at;
    EventKind kind;
    std::uint32_t argument = 0;
    TaskId task = 0;
    bool payload = false;
    std::uint64_t payload_word = 0;
  };
  struct Track {
    LaneRecorder* recorder = nullptr;
    std::vector<Fact1> events;
    std::size_t next = 0;
  };

  Track& lane(LaneKind kind, const std::string& name) {
    lanes_.push_back({&recorder_->lane(kind, name), {}, 0});
    return lanes_.back();
  }

  // One pass of a model with P cores and W holders; whether a wait holds its worker is the executor's.
  void simulate(ExecutorKind kind) {
    int n = shape_.tasks, workers = shape_.workers, cores = shape_.cores;
    bool holds = true;
    WaitReason queue_reason = WaitReason::io;
    switch (kind) {
      case ExecutorKind::serial: workers = cores = 1; break;
      case ExecutorKind::threads: break;
      case ExecutorKind::gil: cores = 1; queue_reason = WaitReason::gil; break;
      case ExecutorKind::processes: workers = cores; break;
      case ExecutorKind::loop: workers = cores = 1; holds = false; break;
      case ExecutorKind::stealing: workers = cores; holds = false; break;
    }
    workers = std::min(workers, n);
    lanes_.reserve(static_cast<std::size_t>(workers) + 1);
    lane(LaneKind::coordinator, "main");
    for (int w = 0; w < workers; ++w)
      lane(kind == ExecutorKind::loop ? LaneKind::loop : kind == ExecutorKind::processes ? LaneKind::process : LaneKind::worker,
           kind == ExecutorKind::loop ? "Loop" : kind == ExecutorKind::processes ? "Process " + std::to_string(w + 1) : "Worker " + std::to_string(w + 1));
    auto& main = lanes_[0].events;
    auto fact = [&](Fact f, std::int64_t v) { main.push_back({0, EventKind::fact, static_cast<std::uint32_t>(f), 0, true, static_cast<std::uint64_t>(v)}); };
    main.push_back({0, EventKind::run_started});
    fact(Fact::workers, workers);
    fact(Fact::cores, cores);
    fact(Fact::clock_step_ns, clock_step);
    if (shape_.emulated && kind == ExecutorKind::threads) fact(Fact::emulated_cores, 1);
    fact(Fact::bytes_per_task, holds ? 16'600 : 936);
    main.push_back({0, EventKind::run, 1u << 16 | 15, kRootTask});
    for (int i = 0; i < n; ++i) main.push_back({0, EventKind::spawn, 13, static_cast<TaskId>(i + 2)});
    main.push_back({0, EventKind::wait, static_cast<std::uint32_t>(WaitReason::children) << 16 | 13, kRootTask});

    constexpr std::uint32_t kIoLine = 9, kWorkLine = 10;
    struct Item { Nanos at; int order; int task; int worker; };
    auto later = [](const Item& a, const Item& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; };
    std::priority_queue<Item, std::vector<Item>, decltype(later)> waking(later);
    std::priority_queue<Item, std::vector<Item>, decltype(later)> computing(later);
    std::deque<Item> ready;
    std::vector<int> rounds(static_cast<std::size_t>(n), shape_.rounds);
    std::vector<int> free_cores;
    std::vector<int> core_of(static_cast<std::size_t>(n), 0);
    for (int c = cores; c > 0; --c) free_cores.push_back(c - 1);
    int next = 0, order = 0;
    Nanos end = 0;
    constexpr Nanos kSwitch = 20'000;
    auto id = [](int task) { return static_cast<TaskId>(task + 2); };
    auto on = [&](int worker) -> std::vector<Fact1>& { return lanes_[static_cast<std::size_t>(worker) + 1].events; };
    auto take_task = [&](int worker, Nanos at) {
      if (next >= n) {
        if (holds) on(worker).push_back({at, EventKind::lane_idle});
        return;
      }
      int task = next++;
      on(worker).push_back({at, EventKind::run, kIoLine, id(task)});
      on(worker).push_back({at + kSwitch, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | kIoLine, id(task)});
      waking.push({at + kSwitch + shape_.wait, order++, task, worker});
    };
    if (holds) {
      for (int w = 0; w < workers; ++w) take_task(w, (kind == ExecutorKind::processes ? 4'000'000 : 100'000) * (w % 8));
    } else {
      Nanos at = 0;
      while (next < n) {
        take_task(next % workers, at);
        at += kSwitch / workers + 1;
      }
      for (int w = 0; w < workers; ++w) on(w).push_back({at + kSwitch, EventKind::lane_polling});
    }
    std::vector<char> busy(static_cast<std::size_t>(workers), 0);
    while (!waking.empty() || !computing.empty() || !ready.empty()) {
      Nanos at = INT64_MAX;
      if (!waking.empty()) at = waking.top().at;
      if (!computing.empty()) at = std::min(at, computing.top().at);
      while (!computing.empty() && computing.top().at <= at) {
        Item item = computing.top();
        computing.pop();
        free_cores.push_back(core_of[static_cast<std::size_t>(item.task)]);
        busy[static_cast<std::size_t>(item.worker)] = 0;
        end = std::max(end, item.at);
        if (--rounds[static_cast<std::size_t>(item.task)] > 0) {
          on(item.worker).push_back({item.at, EventKind::wait, static_cast<std::uint32_t>(WaitReason::io) << 16 | kIoLine, id(item.task)});
          waking.push({item.at + shape_.wait, order++, item.task, item.worker});
        } else {
          on(item.worker).push_back({item.at, EventKind::done, 0, id(item.task)});
          if (holds) take_task(item.worker, item.at);
          else on(item.worker).push_back({item.at, EventKind::lane_polling});
        }
      }
      while (!waking.empty() && waking.top().at <= at) {
        Item item = waking.top();
        waking.pop();
        on(item.worker).push_back({item.at, EventKind::wake, 0, id(item.task), true, 0});
        if (queue_reason == WaitReason::gil)
          on(item.worker).push_back({item.at, EventKind::wait, static_cast<std::uint32_t>(WaitReason::gil) << 16 | kWorkLine, id(item.task)});
        else
          on(item.worker).push_back({item.at, EventKind::ready, kWorkLine, id(item.task)});
        ready.push_back(item);
      }
      for (std::size_t i = 0; i < ready.size() && !free_cores.empty();) {
        Item item = ready[i];
        int worker = item.worker;
        if (!holds) {
          // Any worker that computes nothing takes it.
          worker = -1;
          for (int w = 0; w < workers; ++w)
            if (!busy[static_cast<std::size_t>(w)]) { worker = w; break; }
          if (worker < 0) break;
        } else if (busy[static_cast<std::size_t>(worker)]) { ++i; continue; }
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(i));
        int core = free_cores.back();
        free_cores.pop_back();
        core_of[static_cast<std::size_t>(item.task)] = core;
        busy[static_cast<std::size_t>(worker)] = 1;
        on(worker).push_back({at, EventKind::run, static_cast<std::uint32_t>(core) << 16 | kWorkLine, id(item.task)});
        computing.push({at + shape_.work + kSwitch, order++, item.task, worker});
      }
    }
    main.push_back({end, EventKind::run, 13, kRootTask});
    end += shape_.of_main;
    main.push_back({end, EventKind::done, 0, kRootTask});
    main.push_back({end, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished)});
    for (Track& t : lanes_) std::ranges::stable_sort(t.events, {}, &Fact1::at);
  }

  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<TraceReader> reader_;
  std::vector<Track> lanes_;
  std::vector<int> facts_;
  Nanos now_ = 0;
  bool running_ = false, cancelled_ = false;
};

}  // namespace interleave::test
