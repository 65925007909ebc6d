// loops.h -- how many event loops a run had.
#pragma once

#include <algorithm>

#include "trace/trace.h"

namespace interleave {

/// Of a run on `loop`, so far: one, or as many as were asked for.
inline int loops_of(const Trace& trace) {
  return static_cast<int>(std::ranges::count(trace.lanes(), LaneKind::loop, &Lane::kind));
}

}  // namespace interleave
