// format.h -- numbers as screens and tables say them. A single duration is trace/trace.h's format_duration.
// Thin space (U+2009) between number and unit and between groups of three digits; never a comma.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trace/event.h"

namespace interleave {

/// "1 204"
std::string format_count(std::uint64_t n);
/// "936 B", "1.20 KiB", "34.0 MiB": 3 significant digits.
std::string format_bytes(std::int64_t bytes);
/// "38.3 %" of 0.383.
std::string format_percent(double part);
/// "+8.2 %", "−1.0 %" (with a true minus).
std::string format_signed_percent(double part);
/// "62.9x", "1 204x": 3 significant digits, one decimal at most.
std::string format_ratio(double ratio);
/// A time on an axis whose ticks are `step` apart: all in one unit, with as many decimals as the step needs.
std::string format_tick(double t_ns, double step_ns);
/// A column of durations in the one unit that suits the largest: "20.5 s", "0.704 s". 3 significant digits each; what
/// would need more than 4 decimals has a unit of its own. Below 0 stands for nothing: an empty cell. Nothing is finer
/// than the clock: "< 0.1 ms".
std::vector<std::string> format_column(std::span<const Nanos> times, Nanos clock_step = 0);
/// A number with 3 significant digits: "0.704", "20.5", "1 230".
std::string format_significant(double value, int digits = 3);

}  // namespace interleave
