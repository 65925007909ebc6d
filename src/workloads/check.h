// check.h -- a lesson checks itself: its own figure beside the measured one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

struct Verdict {
  enum class Kind : std::uint8_t { none, as_predicted, off };
  Kind kind = Kind::none;
  std::string words;    ///< "as predicted", or "off, because ..."
  std::string because;  ///< the reason alone; empty when as predicted
};

/// Both in nanoseconds; expected 0: the lesson says nothing. A real machine is allowed 10 % and 5 ms: formulas leave out
/// what a switch, a request and the start of a task cost. `cause`: what the trace shows (why_off); empty: nothing.
Verdict check_makespan(std::int64_t measured, std::int64_t expected, std::string_view cause = {});

}  // namespace interleave
