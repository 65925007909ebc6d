// loops.h -- how many event loops a run had, and whether threads beside them.
#pragma once

#include <algorithm>

#include "trace/trace.h"

namespace interleave {

/// Of a run on `loop`, so far: one, or as many as were asked for.
inline int loops_of(const Trace& trace) {
  return static_cast<int>(std::ranges::count(trace.lanes(), LaneKind::loop, &Lane::kind));
}

/// Of a run on `loop`: to_thread() was used. Each of these threads is one of the run's `cores`, whatever the machine has.
inline bool threads_beside_loop(const Trace& trace) {
  return trace.executor == ExecutorKind::loop && std::ranges::any_of(trace.lanes(), [](const Lane& lane) { return lane.kind == LaneKind::worker; });
}

}  // namespace interleave
