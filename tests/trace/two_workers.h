// two_workers.h -- a run of twenty events that the tests of this room share.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "trace/trace.h"

namespace interleave {

constexpr std::uint32_t run_on(std::uint32_t core, std::uint32_t line = 0) { return core << 16 | line; }
constexpr std::uint32_t wait_for(WaitReason reason, std::uint32_t line = 0) {
  return static_cast<std::uint32_t>(reason) << 16 | line;
}

inline void deliver(TraceReader& reader, TraceBuilder& builder) {
  std::vector<std::uint64_t> buffer(256);
  while (std::size_t n = reader.read(buffer)) builder.add(std::span(buffer).first(n));
}

inline std::shared_ptr<const Trace> trace_of(const Recorder& recorder, ExecutorKind kind,
                                             Provenance provenance = Provenance::measured) {
  TraceBuilder builder(kind, provenance);
  TraceReader reader(recorder);
  deliver(reader, builder);
  return builder.finish();
}

/// Two tasks on two workers that share one core: 2 waits, then both want the core.
struct TwoWorkers {
  Recorder recorder{8 << 20};
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  LaneRecorder& one = recorder.lane(LaneKind::worker, "worker 1");
  LaneRecorder& two = recorder.lane(LaneKind::worker, "worker 2");

  TwoWorkers() {
    main.at(0, EventKind::run_started);
    main.fact(0, Fact::cores, 1);
    main.then(EventKind::run, run_on(0, 20), kRootTask);
    main.at(0, EventKind::spawn, 20, 2);
    main.at(0, EventKind::spawn, 20, 3);
    main.at(1, EventKind::wait, wait_for(WaitReason::children), kRootTask);
    one.at(-50, EventKind::lane_starting);
    one.at(-10, EventKind::lane_idle);
    one.at(2, EventKind::run, run_on(0, 9), 2);
    one.at(3, EventKind::wait, wait_for(WaitReason::io, 9), 2);
    one.at(103, EventKind::wake, 0, 2, 0);
    one.at(103, EventKind::run, run_on(0, 10), 2);
    one.at(153, EventKind::done, 0, 2);
    two.at(-10, EventKind::lane_idle);
    two.at(2, EventKind::ready, 9, 3);
    two.at(3, EventKind::run, run_on(0, 9), 3);
    two.at(5, EventKind::wait, wait_for(WaitReason::io, 9), 3);
    two.at(105, EventKind::wake, 0, 3, 0);
    two.at(105, EventKind::ready, 10, 3);
    two.at(153, EventKind::run, run_on(0, 10), 3);
    two.at(203, EventKind::done, 0, 3);
    main.at(204, EventKind::wake, 0, kRootTask, two.here().word());
    main.at(204, EventKind::run, run_on(0, 20), kRootTask);
    main.text(204, TextRole::output, "both done", kRootTask);
    main.at(205, EventKind::done, 0, kRootTask);
    main.at(205, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  }

  std::shared_ptr<const Trace> trace() { return trace_of(recorder, ExecutorKind::threads); }
};

}  // namespace interleave
