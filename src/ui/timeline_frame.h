// timeline_frame.h -- one frame of the timeline while it is put together, and who puts what into it. Only for the timeline's own
// files: _panel (the frame, its axis, heads and ends), _rows (lanes and strips), _around (sentence, minimap, range, legend),
// _svg (the same as a file).
#pragma once

#include <imgui.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ui/panels.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/timeline.h"

namespace interleave {

struct TimelineLetter {
  ImVec2 at;
  ImU32 ink, ground;
  float px;
  float width;        // of the patch of plain state colour under it
  float top, bottom;  // which stays inside the span
  std::string text;
  ImU32 under_playhead = 0;  // the patch that it gets where the playhead passes under it
};

/// Around a span of the task that is picked.
struct TimelineOutline {
  ImVec4 box;
  std::string number;   // the task's, on a chip above it; empty: it can be read elsewhere
  bool chosen = false;  // it is the span that is pinned, or that moment of it in another lane
};

/// Everything of one frame of the timeline.
struct TimelineFrame {
  App& app;
  const TimelinePlan& plan;
  const Palette& p;
  ImDrawList& list;
  std::vector<Quad> quads;
  Ribbons ribbons;
  std::vector<TimelineLetter> letters;
  std::vector<TimelineOutline> outlines;
  std::optional<SpanPick> hit;
  ImVec4 hit_box;
  ImVec2 mouse;
  bool mouse_in_lanes = false;
  TaskId picked_task = kNoTask;
  std::optional<Span> picked_span;    // what is pinned, if it is one span
  TaskId pointed_task = kNoTask;      // under the pointer, as of the last frame: the same lights up in every executor
  std::vector<ImVec4> pointed;        // where
  std::vector<ImVec2> notches;        // where a holder was made to drop the permit: top of its block
  struct Mark { EventKind kind; float x, y; };
  std::vector<Mark> marks;            // on workers' lanes: where, and the top of the lane
  struct Refused { ImVec2 at; bool inside; };
  std::vector<Refused> refused;       // on lanes: where somebody was refused by a generator, and in which lane that was then
  std::string told;                   // a strip's counts under the pointer, or what such a mark says
  std::vector<Bar> bars;
  std::vector<unsigned> joined;       // for each of them, which states' patterns have room
  std::vector<StackColumn> columns;
  float pixel;  // logical size of a framebuffer pixel
  Nanos clock_step = 0, longest = 0;  // App's, of this frame

  unsigned drawn = 0;  // which states, a bit each
  void drew(State state) { drawn |= 1u << static_cast<unsigned>(state); }
  bool has_drawn(State state) const { return drawn >> static_cast<unsigned>(state) & 1; }

  float snap(float x) const { return std::round(x / pixel) * pixel; }
};

/// From who let a pinned task go on, or from where it began to stand in line, to where it went on: a curve and its two handles.
struct WakeCurve { ImVec2 from, from_handle, to_handle, to; };
/// timeline_panel.cpp; none: nothing is pinned, nothing is known, or both are in one place.
std::optional<WakeCurve> wake_curve(const TimelineFrame& s);

// timeline_rows.cpp: what a row shows becomes quads and ribbons; letters and outlines are put aside.
void set_colours(TimelineFrame& s);
void add_lane(TimelineFrame& s, const LaneRow& row);
/// After its lane.
void add_refused(TimelineFrame& s, const LaneRow& row);
/// Of a stage whose name has no column: within its lane. After that.
void add_own_name(TimelineFrame& s, const LaneRow& row);
/// Behind the end of a task what it printed last, where that fits.
void add_said(TimelineFrame& s, const LaneRow& row);
/// The permit's lane: solid blocks of its hue with the holder's number.
void add_resource(TimelineFrame& s, const LaneRow& row);
/// Where all tasks are, over time. Running lies on the floor, then ready, then waiting; not started hangs from the top.
/// `only_busy`: of the tasks that have started and are not done, as a minimap's bar is; its height is the most that there are at once.
void add_stack(TimelineFrame& s, const LaneRow& row, const Viewport& window, float x, float width, float step, bool only_busy = false);
void add_queue(TimelineFrame& s, const LaneRow& row);
/// How many tasks have begun and are not done: their memory, since each takes as much.
void add_memory(TimelineFrame& s, const LaneRow& row);
std::string memory_words(const Trace& trace, double t, double step, Nanos longest);
/// Printed lines where the plan has a place for them, and a tick at the moment of each.
void add_printed(TimelineFrame& s, const LaneRow& row);
/// "0.262 s: 4 running, 48 ready, 48 done": what a strip shows under the pointer.
std::string counts_words(const Trace& trace, double t, double step, Nanos longest);

/// timeline_panel.cpp: what a row is called where the heads have so much room: "event loop", "loop"; "97 more workers, folded", "+97".
std::string label_in(const LaneRow& row, float room);

// timeline_around.cpp
void draw_sentence(TimelineFrame& s);
/// Beside the lanes of one run, where there is no room for a sentence: its time, and whether that was predicted.
void draw_figures(TimelineFrame& s);
/// All runs whole, from t = 0, with the window as a frame that can be dragged.
void draw_minimap(TimelineFrame& s);
/// What a dragged range holds: between two lines, its figures beside it.
void draw_range(TimelineFrame& s);
void draw_legend(TimelineFrame& s, float y, float right);
/// Where neither a panel nor a line below the lanes says what the marks mean: beside the axis, over the heads.
void draw_refused_legend(TimelineFrame& s, float until);

/// timeline_svg.cpp: what was drawn, as SVG: the same rectangles with the same patterns, letters, axis, names and ends.
std::string svg_of(const TimelineFrame& s, const Ticks& marks);

}  // namespace interleave
