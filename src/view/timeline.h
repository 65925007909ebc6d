// timeline.h -- from spans to what fits on a screen: bars, columns of counts, ticks, and which lanes.
//
// Pure functions of a trace and a window; they keep nothing between frames. The cost is that of what comes out, never
// of what is in: the first visible span is found by halving, the end of a fold by galloping from its start (measured:
// 10M spans, 8 lanes, 0.2 ms against 31 ms of walking and 0.4-0.6 of Tracy's search per rectangle; PERFORMANCE 6).
//
// Folds lie on a grid of 2 px that is anchored at t = 0, not at the window's edge, so that panning moves the picture
// and changes nothing in it. In a cell: one fold of all that begins there, and at most one span of 4 px or more. So
// width / 2 + 2 bars at most come out of a lane.
// With a TimeTable (a finished run has one for each lane) not even the samples are read. Rejected: starting folds at the left edge (the mix of each bar flickers while panning).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trace/trace.h"
#include "view/viewport.h"

namespace interleave {

inline constexpr double kFoldPx = 2;             ///< spans narrower than this are folded
inline constexpr std::size_t kMixSamples = 32;   ///< spans looked at for the mix of a fold without a table

/// The order in which the mix of a fold is stacked, from the floor up. What is not in it is drawn as empty.
inline constexpr std::array<State, 7> kFoldOrder = {State::running, State::copying, State::starting, State::ready,
                                                   State::waiting_gil, State::waiting_lock, State::waiting_io};

/// One rectangle of a lane: a span, or a fold of `count` neighbours.
struct alignas(16) Bar {
  float x0 = 0, x1 = 0;      ///< px from the left edge of the lane; may lie far outside it
  std::uint32_t first = 0;   ///< index of its first span
  std::uint32_t count = 1;   ///< more than 1: a fold
  /// Share of each state in the bar's time, by State; gaps are idle, and so is what kFoldOrder has not. They sum up to 1.
  std::array<float, kStates> mix{};
  State state = State::idle; ///< of a span; of a fold it says nothing
};

/// Where a lane's spans lie and what they add up to, at moments a power of two apart: about a span between two of them.
/// With it a fold costs a look into the table and none at the spans (10M spans, 48 lanes, whole run on screen: 46,000 folds, and a miss
/// of 80 ns for each group of samples was 32 ms). It then holds the spans of its 2 px to within a quarter of a pixel, or a half where it has
/// but a few, and its mix is that of all its time, not of samples.
/// Every fourth entry, every fourth of those and so on lie side by side as well: what a long run's folds look at would otherwise be 2 KB apart.
/// Memory: 10 to 20 bytes a span of a lane that runs, is ready and waits for I/O; a state more is 2 to 4. With half as many entries those
/// are read instead whose cells have four spans, which in wasm is 1.4 ms, not 0.95.
class TimeTable {
 public:
  /// Takes in what was appended since the last call. Spans that were there may not change, but for the last one, which is
  /// taken only if `all`. Cost: O(new spans), 20 to 35 ns each.
  void update(const Spans& spans, bool all = true);
  std::size_t size() const { return entries(levels_[0]); }  ///< entries that are the closest together
  std::size_t bytes() const;
  friend bool operator==(const TimeTable&, const TimeTable&) = default;
  class Look;
  /// For cells of so many nanoseconds; none: the entries are too far apart.
  std::optional<Look> look(double cell) const;

 private:
  static constexpr std::size_t kLevels = 12, kColumns = 8, kFirst = 2;
  static constexpr int kLevelShift = 2, kUnits = 10;
  /// Of an entry: how many spans have begun, in kFirst words, and of each state up to the last that occurs the time, in units of which its
  /// level's step has 2^kUnits. Differences hold although sums wrap. Behind the last are kColumns words, so that as many can be read.
  struct Level {
    std::int64_t from = 0;  ///< steps at which the first entry is; before it there is nothing
    std::vector<std::uint16_t> words;
    friend bool operator==(const Level&, const Level&) = default;
  };
  std::size_t width() const { return kFirst + columns_; }
  std::size_t entries(const Level& level) const { return level.words.empty() ? 0 : (level.words.size() - kColumns) / width(); }
  int shift(std::size_t level) const { return shift_ + static_cast<int>(level) * kLevelShift; }
  double step(std::size_t level) const { return static_cast<double>(std::int64_t{1} << shift(level)); }
  void put(std::size_t level, std::size_t first);
  void remake(std::size_t columns, bool halved);

  std::array<Level, kLevels> levels_;
  std::array<std::uint64_t, kColumns> time_{};  ///< ns, up to the end of the last span taken
  std::size_t columns_ = 1;
  int shift_ = 6;
  std::size_t taken_ = 0;
};

/// When a holder was made to drop the permit, over all lanes. Of a trace that grows only what is new is read.
class ForcedDrops {
 public:
  /// Cost: O(new marks), and a merge with those drops that are younger than the oldest of them.
  void update(const Trace& trace);
  /// Appends px from the left edge at which a notch is drawn: at most one in each `least_px`, on a grid that pans with the
  /// window. Cost: O(width / least_px * log drops).
  void notches(const Viewport& window, double width_px, double least_px, std::vector<float>& out) const;
  std::span<const Nanos> at() const { return at_; }  ///< in order

 private:
  std::vector<Nanos> at_;
  std::vector<std::size_t> taken_;  ///< marks, by lane
};

/// Appends px from the left edge of the marks of this kind that stand alone: nothing of it for `least_px` on either side, but for what
/// happened within 2 px, which is one mark. Where they are
/// denser than can be told apart none is drawn, and a closer look shows them. Cost: O(width / least_px * log marks).
void marks_apart(Marks marks, EventKind kind, const Viewport& window, double width_px, double least_px, std::vector<float>& out);

/// What a call looked at, for tests and the debug text; adds up.
struct Effort {
  std::size_t spans = 0;  ///< spans read
};

/// Appends what the window shows of a lane to `out`, in order. Spans: in order of time, without overlap.
/// At most width_px / kFoldPx + 2 bars. Cost: O(bars * log(spans per bar)); with a table that covers all spans O(bars).
void visible_bars(const Spans& spans, const Viewport& window, double width_px, std::vector<Bar>& out,
                  const TimeTable* table = nullptr, Effort* effort = nullptr);

/// Index of the bar under x, or of the nearest that is at most `slack_px` away; -1: none. Cost: O(log bars).
std::ptrdiff_t hit_test(std::span<const Bar> bars, float x, float slack_px = 2);

/// Index of the span that holds t (begin <= t < end); -1: none. Cost: O(log spans).
std::ptrdiff_t span_at(const Spans& spans, double t);

/// Of a fold that was sampled (kMixSamples) the shares of all its spans, and its state by these. Cost: O(bar.count).
void mix_exactly(const Spans& spans, Bar& bar);

/// "412 spans: 71 % running, 29 % ready": the words of a fold. States below half a percent are left out.
std::string fold_words(std::uint32_t count, const std::array<float, kStates>& mix);
inline std::string fold_words(const Bar& bar) { return fold_words(bar.count, bar.mix); }

// --- where all tasks are ---------------------------------------------------------------------------------------------

/// How many tasks were where, on average over a stretch of time.
struct TaskMix {
  float running = 0, ready = 0, waiting_io = 0, waiting_lock = 0, waiting_gil = 0, not_started = 0, done = 0;
  float main = 0;  ///< as TaskCounts::main
  friend bool operator==(const TaskMix&, const TaskMix&) = default;
};
/// A stretch of the task stack in which nothing is seen to change.
struct StackColumn {
  float x0 = 0, x1 = 0;  ///< px from the left edge
  TaskMix counts;        ///< over its first `step_px`, each moment by how long it lasted
};

/// Of a finished run: where the sums over its counts stand at every so many of them, so that a column of many moments costs
/// no more than one of few. 4 bytes an entry of the counts.
class CountsTable {
 public:
  static constexpr std::size_t kEvery = 16;
  using Sums = std::array<double, 8>;  ///< task-nanoseconds, in TaskMix's order
  /// Once, or in several calls up to a further entry each; the entries stay as they are.
  void make(const Counts& counts, std::size_t until = static_cast<std::size_t>(-1));
  bool empty() const { return sums_.empty(); }
  /// Of all entries before this one, up to its time; `there` is put at it. Cost: O(kEvery).
  Sums before(const Counts& counts, std::size_t entry, Counts::Reader* there = nullptr) const;

 private:
  std::vector<Sums> sums_;
  Sums so_far_{};
  TaskCounts last_;  ///< the last that was taken
  std::size_t taken_ = 0;
};

inline TaskCounts counts_at(const Trace& trace, double t) { return trace.counts().in_force(t); }

/// Appends columns from the first entry to `until`, one every `step_px` on a grid that pans with the window; neighbours that
/// are alike are one column. Without a table a column of very many moments is the mean of some of them, evenly chosen.
/// Cost: O(width / step * log entries).
void stack_columns(const Counts& counts, double until, const Viewport& window, double width_px, double step_px,
                   std::vector<StackColumn>& out, const CountsTable* table = nullptr);
inline void stack_columns(const Trace& trace, const Viewport& window, double width_px, double step_px,
                          std::vector<StackColumn>& out, const CountsTable* table = nullptr) {
  stack_columns(trace.counts(), static_cast<double>(trace.end()), window, width_px, step_px, out, table);
}

// --- axis --------------------------------------------------------------------------------------------------------------

struct Ticks {
  std::vector<double> at;  ///< from 0 on, in the window; labels: format_tick(at, step) of view/format.h
  double step = 0;         ///< 1, 2 or 5 times a power of ten
  double major_step = 0;   ///< ticks at its multiples have a longer line
  bool major(std::size_t i) const;
};
/// Ticks at least `least_px` apart, and never finer than the clock (`clock_step_ns`, 0: a nanosecond).
Ticks ticks(const Viewport& window, double width_px, double least_px = 70, double clock_step_ns = 0);

// --- which lanes -------------------------------------------------------------------------------------------------------

/// Of so many lanes those that are seen where `fit` fit, rising: the first that worked for a task, because a lane keeps its place,
/// and always `keep` (a pinned lane; -1: none); the others where there is room yet. Cost: O(lanes that are looked at).
std::vector<std::uint32_t> choose_lanes(std::size_t lanes, std::size_t fit, const std::function<bool(std::size_t)>& worked, std::ptrdiff_t keep = -1);
/// Whether a task was ever on this lane. Cost: O(spans before that).
bool worked(const Spans& lane);

}  // namespace interleave
