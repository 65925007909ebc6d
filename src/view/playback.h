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
std::optional<Nanos> next_switch(const Spans& spans, double t);
std::optional<Nanos> previous_switch(const Spans& spans, double t);
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

/// Why a task could go on: who made room for it, or woke it.
struct Wake {
  TaskId by = kNoTask;  ///< who had what it waited for, or did what it waited for
  Nanos from = 0;       ///< when that one let go, or did it
  Nanos to = 0;         ///< when the task went on
  Nanos asked = 0;      ///< when it began to wait
  friend bool operator==(const Wake&, const Wake&) = default;
};
/// Of the wait that holds t, or, while the task runs, of the one before. In line for a core or a permit: who had it last
/// before. Any other wait: who caused its end; an answer from outside has no such cause. nullopt: the trace does not say.
/// Only of an ended run. Cost: O(log spans), and for causes O(lanes x log marks). It looks back over a task's running spans.
std::optional<Wake> what_woke(const Trace& trace, TaskId task, double t);

/// The other way round: who could go on because of what `task` did while it ran at t, or ran next. `by` is that one, `from`
/// when the task let go or did it. Of several the first that went on. Whom it names, what_woke() answers with `task`.
/// Only of an ended run. Cost: O(lanes x marks in the span), at most 4,096 marks of a lane.
std::optional<Wake> what_it_woke(const Trace& trace, TaskId task, double t);

}  // namespace interleave
