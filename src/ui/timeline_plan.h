// timeline_plan.h -- what the timeline shows where: groups of executors, rows of lanes. Made anew each frame from App in
// O(lanes on screen); no drawing (tests/ui/ check it).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ui/app.h"

namespace interleave {

/// A printed line that has a place: which of the run's texts, its moment, where its words begin (px on screen), and in which
/// of the row's lines. They begin at their moment, or end at it; of several at one moment they stand side by side.
struct PrintedAt {
  std::uint32_t text = 0;
  std::string words;  ///< its own, cut where neither side has room for them
  float x = 0, from = 0, width = 0;
  int line = 0;
};

struct LaneRow {
  enum class Kind : std::uint8_t {
    lane,      ///< spans of a worker, a core or a task
    resource,  ///< who holds the one permit
    stack,     ///< where all tasks are, over time
    queue,     ///< how many tasks are in one state, over time: in line for a permit or a core, or on a core
    memory,    ///< what the tasks that have begun and are not done take, over time
    folded,    ///< "97 more workers, folded"
    printed,   ///< what was printed, each line at its time
  };
  Kind kind = Kind::lane;
  const Trace* trace = nullptr;
  Spans spans;
  const TimeTable* table = nullptr;  ///< of a long lane
  const CountsTable* counts = nullptr; ///< of a finished run
  const ForcedDrops* drops = nullptr;  ///< resource: when a holder was made to drop it
  SpanPick where;       ///< executor and lane; the span is whoever hits it
  float y = 0, h = 0;
  std::string label, detail;
  const Run* run = nullptr;  ///< whose; null: it runs
  std::vector<PrintedAt> printed;      ///< those that find a place; how many do not, its label says
  std::string_view said;  ///< of a task's own lane: what it printed last, to stand behind its end
  float indent = 0;     ///< px from where heads begin: below a group's name
  State state = State::waiting_gil;  ///< queue: which
  std::uint32_t most = 1;            ///< queue: what its height stands for; stack: likewise, 0: all that were ever made
};

inline constexpr float kGroupTitle = 22, kPrintedLine = 17, kPrintedPx = 12, kSmallSentencePx = 15;
/// Of one executor among others; all of them when they are asked for.
inline constexpr std::size_t kMostGroupLanes = 8;
struct LaneGroup {
  ExecutorKind executor = ExecutorKind::serial;
  const Trace* trace = nullptr;  ///< null: has not run
  const Run* run = nullptr;      ///< null: has not run, or runs
  float y = 0, h = 0;
  float foot_h = 0;              ///< of that what stands below its lanes
  float title_h = 0;             ///< of that its name, above its lanes; 0: it stands beside them
  std::string title;             ///< "Run 3"; empty: the executor's name
  std::uint32_t serial = 0;      ///< of a run in an overlay
  std::string who;               ///< "100 workers, 4 cores"
  bool who_beside = false;       ///< it stands beside the name: below there is a lane's
  std::size_t lanes = 0, lanes_in_all = 0;  ///< where there are more than kMostGroupLanes: those that are shown, and all; else 0
  std::string note;              ///< "next", "running, 0.21 s", or why it is refused
  bool note_beside = false;      ///< it stands at the right of the name above
  bool badge = false;            ///< it says how it came about: others on screen did so otherwise
};

struct TimelinePlan {
  Rect sentence, minimap, axis, lanes, transport;
  float x = 0, width = 0;        ///< where the time axis lies
  float header_x = 0;
  std::vector<LaneGroup> groups;  ///< compare: one per executor; single: none
  std::vector<LaneRow> rows;      ///< with y on screen, scrolled; those outside are left out
  std::string note;               ///< what is said of the room below the lanes; empty: nothing
  float note_y = 0;
  std::vector<App::Shown> shown;  ///< what stands one under another, as App says
  float content_height = 0;
  float px(const Viewport& v, double t) const { return x + static_cast<float>((t - v.begin) / (v.end - v.begin) * static_cast<double>(width)); }
  double time(const Viewport& v, float px) const { return v.begin + static_cast<double>((px - x) / width) * (v.end - v.begin); }
};
TimelinePlan plan_timeline(const App& app);

/// The minimap's time, from 0 at its left edge to `whole` ns at its right one.
struct MinimapScale {
  double whole = 1;
  float x = 0, w = 0;
  float px(double t_ns) const { return x + static_cast<float>(t_ns / whole) * w; }
};
/// `room`: px that the widest figure takes. It stands behind the longest bar, within the window's frame or behind that.
MinimapScale minimap_scale(const App& app, const TimelinePlan& plan, float room);

/// The lanes of a run that are on screen, from above.
std::vector<SpanPick> lanes_of(const TimelinePlan& plan, ExecutorKind kind, std::uint32_t run);
/// The first lane of the lit executor that is shown and had work; none where nothing ran.
std::optional<SpanPick> first_lane(const App& app);

/// "Task 1", or what another program calls it; behind that, if it is short, what it calls itself in what it prints: "Task 1, A".
std::string name_of_task(const Trace& trace, const Run* run, TaskId task);

/// The spans that a pick points into; empty if its run is gone.
Spans spans_at(const App& app, const SpanPick& pick);
Spans spans_at(const Trace* trace, const SpanPick& pick);  ///< of its run; but not of a stage

}  // namespace interleave
