// format.h -- numbers as the screen says them. Durations are trace/trace.h's format_duration.
#pragma once

#include <cstdint>
#include <string>

#include "trace/event.h"

namespace interleave {

/// Thousands apart by thin spaces: "1 204".
std::string format_count(std::uint64_t n);
/// "936 B", "1.2 KiB", "34 MiB".
std::string format_bytes(std::int64_t bytes);
/// A time on an axis whose ticks are `step` apart: all in one unit, with as many decimals as the step needs.
std::string format_tick(double t_ns, double step_ns);

}  // namespace interleave
