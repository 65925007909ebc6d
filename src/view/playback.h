// playback.h -- what the playhead stands on, and where it goes next.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trace/trace.h"
#include "view/timeline.h"

namespace interleave {

/// The first moment after t, or the last before it, at which the lane goes from one span to another; the end of a span
/// before a gap is one too. Spans as in visible_bars. Cost: O(log spans); for lanes, of each.
std::optional<Nanos> next_switch(std::span<const Span> spans, double t);
std::optional<Nanos> previous_switch(std::span<const Span> spans, double t);
std::optional<Nanos> next_switch(std::span<const Lane> lanes, double t);
std::optional<Nanos> previous_switch(std::span<const Lane> lanes, double t);

/// How many lanes are in each state at t; one that has no span there is idle. Cost: O(lanes * log spans).
std::array<std::uint32_t, kStates> states_at(std::span<const Lane> lanes, double t);

/// A source line at t, and how many lanes stand on it in each state.
struct LinePlace {
  std::uint16_t line = 0;
  std::array<std::uint32_t, kStates> lanes{};
  friend bool operator==(const LinePlace&, const LinePlace&) = default;
};
/// In order of line; main and unknown lines are left out. At most one per lane. Cost: O(lanes * log spans).
std::vector<LinePlace> lines_at(std::span<const Lane> lanes, double t);

}  // namespace interleave
