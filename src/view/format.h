// format.h -- numbers as screens and tables say them. A single duration is trace/trace.h's format_duration.
// Thin space (U+2009) between number and unit and between groups of three digits; never a comma.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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
/// "1.75x", "62.9x", "1 204x": 3 significant digits, two decimals at most.
std::string format_ratio(double ratio);
/// A time on an axis whose ticks are `step` apart: all in one unit, with as many decimals as the step needs.
/// `longest`: of the runs on screen, whose unit this has, however far one zooms; 0: by the step alone.
std::string format_tick(double t_ns, double step_ns, Nanos longest = 0);
/// A moment on that axis, to a hundredth of its step and in the unit of its ticks, so that it can be read against them: "245.7 \u00b5s".
/// Nothing is finer than the clock.
std::string format_moment(double t_ns, double step_ns, Nanos longest = 0, Nanos clock_step = 0);
/// How long a run took, or a moment of it, in the unit that format_duration has for the longest on screen: "0.0689 s" beside "20.5 s".
/// As a cell of a column whose largest is that. 0: in its own.
std::string format_beside(Nanos t, Nanos clock_step, Nanos longest);
/// A duration in a column; below 0: an empty cell.
struct TimeCell {
  Nanos time = -1;
  Nanos clock_step = 0;  ///< of the clock that measured it; 0: computed
};
/// A column of durations in the unit that format_duration has for the largest: "20.5 s", "0.0689 s". 3 significant
/// digits each. Where a cell would need more than 4 decimals all are in a finer unit; where the largest would then be a
/// million of it, that cell alone keeps its own. Nothing is finer than the clock:
/// "< 0.1 ms". A cell whose own unit it is says exactly what format_duration says.
std::vector<std::string> format_column(std::span<const TimeCell> cells);
/// A number with 3 significant digits: "0.704", "20.5", "1 230".
std::string format_significant(double value, int digits = 3);

/// With its first letter as at the beginning of a sentence, if that is a to z.
std::string capital(std::string words);

/// A line as rows of at most so many characters, broken at spaces where there are any. The last row holds the rest, however long.
std::vector<std::string_view> wrapped(std::string_view text, std::size_t most_characters, std::size_t most_rows);

}  // namespace interleave
