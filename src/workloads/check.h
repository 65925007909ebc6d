// check.h -- a lesson checks itself: its own figures beside the measured ones.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/instance.h"

namespace interleave {

struct Verdict {
  enum class Kind : std::uint8_t { none, as_predicted, off };
  Kind kind = Kind::none;
  std::string words;    ///< "as predicted", or "off, because ..."
  std::string because;  ///< the reason alone; empty when as predicted
};

/// What a run showed, as far as a lesson can speak of it. Times in nanoseconds.
struct Figures {
  std::int64_t makespan = 0;
  std::int64_t serial_makespan = 0;  ///< of a serial run with the same settings; 0: there was none
  std::int64_t p99 = 0, longest = 0; ///< latencies of tasks, from spawn to end
  std::int64_t cpu = 0;              ///< added up over tasks
  std::int64_t switches = 0, tasks = 0;
  bool finished = true;              ///< false: it failed, was cancelled or came to a deadlock
  std::string error;                 ///< how and why, such as "deadlock: All tasks wait ..."
  std::vector<std::string> output;
};

/// One expectation beside what was measured, in words.
struct Finding {
  std::string figure, expected, measured;
  Verdict verdict;
};

/// Both in nanoseconds; expected 0: the lesson says nothing. A real machine is allowed 10 % and 5 ms: formulas leave out
/// what a switch, a request and the start of a task cost. `cause`: what the trace shows (why_off); empty: nothing.
Verdict check_makespan(std::int64_t measured, std::int64_t expected, std::string_view cause = {});

/// One finding per expectation that can be checked: of a run that was to finish and did not there is none (how it ended
/// says more); a speed-up needs a serial run. An expected error makes the failure what was predicted.
/// `cause` belongs to the makespan.
std::vector<Finding> check_each(const Figures& figures, std::span<const Expectation> expectations, std::string_view cause = {});
/// The first that is off; else as predicted; none where there is no finding.
Verdict together(std::span<const Finding> findings);

}  // namespace interleave
