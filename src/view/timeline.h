// timeline.h -- what of a trace is visible: cull, fold, ticks, stacks. Pure functions; what they cost depends on the width
// of the screen and on the logarithm of the trace, never on its length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace/trace.h"
#include "view/viewport.h"

namespace interleave {

/// Spans narrower than this are folded together.
inline constexpr double kFoldPx = 2;

/// One thing to draw on a lane: a span, or a run of spans that are too narrow to tell apart.
struct Bar {
  float x0 = 0, x1 = 0;       ///< pixels from the left edge of the viewport; may lie outside it
  State state = State::idle;  ///< of a fold: of its first span
  std::uint32_t first = 0;    ///< index of the (first) span
  std::uint32_t count = 1;    ///< more than one: a fold
  /// Of a fold: the share of its time in each state, from at most kMixSamples of its spans; gaps are nobody's share.
  std::array<float, kStates> mix{};
};
inline constexpr std::size_t kMixSamples = 16;

/// Appends the visible bars of one lane, from left to right: at most width / kFoldPx folds and as many spans as are wider.
/// Cost: O(bars x log spans).
void visible_bars(std::span<const Span> spans, const Viewport& window, float width_px, std::vector<Bar>& out);

/// The span that holds this time, or -1. Spans are in order and do not overlap. Cost: O(log spans).
std::ptrdiff_t span_at(std::span<const Span> spans, double t);

/// Axis ticks in steps of 1, 2 or 5 times a power of ten, at least `least_px` apart; multiples of the step.
struct Ticks {
  double step = 0;  ///< nanoseconds
  std::vector<double> at;
};
Ticks ticks(const Viewport& window, float width_px, float least_px);

/// Where all tasks are, in the middle of each column of `step_px`; neighbours that are equal are one. Only times that the
/// trace covers. Cost: O(width / step x log changes).
struct StackColumn {
  float x0 = 0, x1 = 0;
  TaskCounts counts;
};
void stack_columns(const Trace& trace, const Viewport& window, float width_px, float step_px, std::vector<StackColumn>& out);
/// Before the first change: nothing is anywhere.
TaskCounts counts_at(const Trace& trace, double t);

}  // namespace interleave
