// random_run.h -- runs that no executor would make, but that a Trace must carry: for tests that hold for any trace.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "trace/two_workers.h"

namespace interleave {

/// `lanes` workers, `tasks` tasks, some 40 events each, with causes, copies, drops, texts and equal times.
inline std::shared_ptr<const Trace> random_run(unsigned seed, int lanes = 4, int tasks = 20, ExecutorKind kind = ExecutorKind::threads,
                                               RunEnd end = RunEnd::finished) {
  std::mt19937 random(seed);
  auto upto = [&](unsigned n) { return random() % n; };
  Recorder recorder(32 << 20);
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  std::vector<LaneRecorder*> of;
  for (int i = 0; i < lanes; ++i)
    of.push_back(&recorder.lane(kind == ExecutorKind::loop ? LaneKind::loop : i % 3 == 2 ? LaneKind::process : LaneKind::worker, "worker \xc3\xa4 " + std::to_string(i)));
  main.at(0, EventKind::run_started);
  main.fact(0, Fact::cores, 2);
  main.fact(0, Fact::workers, lanes);
  main.fact(0, Fact::clock_step_ns, 20);
  main.at(0, EventKind::run, run_on(2, 20), kRootTask);  // a core that no worker has
  for (int i = 0; i < tasks; ++i) main.at(i / 4, EventKind::spawn, 20 + upto(3), static_cast<TaskId>(i + 2));
  main.at(tasks, EventKind::wait, wait_for(WaitReason::children, 21), kRootTask);
  std::vector<Nanos> now(of.size(), 0);
  of[0]->at(-5000, EventKind::lane_starting);
  of[0]->at(-100, EventKind::lane_idle);
  for (int i = 0; i < 40 * tasks; ++i) {
    const std::size_t l = upto(static_cast<unsigned>(of.size()));
    const TaskId task = 2 + upto(static_cast<unsigned>(tasks));
    now[l] += upto(4) == 0 ? 0 : upto(upto(10) == 0 ? 5'000'000 : 3000);
    const Cause cause = upto(3) == 0 ? of[upto(static_cast<unsigned>(of.size()))]->here() : Cause{};
    switch (upto(12)) {
      case 0: of[l]->at(now[l], EventKind::ready, upto(40), task); break;
      case 1: case 2: case 3: of[l]->at(now[l], EventKind::run, run_on(static_cast<std::uint32_t>(l), upto(40)), task); break;
      case 4: case 5: of[l]->at(now[l], EventKind::wait, wait_for(static_cast<WaitReason>(upto(7)), upto(40)), task); break;
      case 6: case 7: of[l]->at(now[l], EventKind::wake, 0, task, cause.word()); break;
      case 8: of[l]->at(now[l], EventKind::gil_dropped, upto(2), task); break;
      case 9: of[l]->at(now[l], EventKind::steal, 0, task, cause.word()); break;
      case 10: of[l]->at(now[l], EventKind::copy, 0, task, 100); break;
      default:
        if (upto(3) == 0) of[l]->at(now[l], EventKind::done, upto(4), task);
        else if (upto(2) == 0) of[l]->text(now[l], TextRole::output, "line " + std::to_string(i) + "\n\"\x01", task);
        else of[l]->at(now[l], EventKind::lane_idle);
    }
  }
  const Nanos last = *std::ranges::max_element(now) + 10;
  main.at(last, EventKind::run, run_on(2, 22), kRootTask);
  main.at(last + 5, EventKind::done, 0, kRootTask);
  main.at(last + 5, EventKind::run_ended, static_cast<std::uint32_t>(end));
  return trace_of(recorder, kind);
}

}  // namespace interleave
