// figures.h -- from a trace to what a lesson's check reads (workloads/ knows no traces, trace/ knows no lessons).
#pragma once

#include <string_view>

#include "trace/trace.h"
#include "workloads/check.h"

namespace interleave {

/// `serial_makespan`: of the serial run with the same settings, 0 where there is none or this is it.
/// `sentence`: why it ended badly.
Figures figures_of(const Trace& trace, Nanos serial_makespan, std::string_view sentence);

}  // namespace interleave
