// scene.h -- the picture of a lesson at one moment: who stands where, as plain shapes.
//
// Two steps, both pure: tasks_at() reads from a trace where every task is; a scene lays those tasks out. No scene knows an
// executor: a permit, several cores or none, a task that waits or is in line are all seen in the tasks themselves.
// Rejected: scenes that keep positions and move them (a playhead that jumps would show what never was).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trace/trace.h"

namespace interleave {

/// Where one task is at a moment.
struct TaskAt {
  std::uint32_t number = 0;  ///< as people count them; 0: one of many, it is not known which
  State state = State::not_started;
  bool done = false;
  float share = -1;          ///< how much of what it is at has passed, 0..1: its wait, or all its work; -1: not known
  int core = -1;             ///< running: on which
  std::uint32_t waits_for = 0;  ///< for a lock: the number of who let it go in the end; 0: not asked for, or the trace does not say
};

/// All that a scene is made of.
struct SceneInput {
  std::vector<TaskAt> tasks;  ///< in order of number; of very many a sample of each state, `counts` says how many there are
  TaskCounts counts;
  int cores = 1;              ///< how many may compute at once
  bool permit = false;        ///< and that is a permit to be waited for
  int lines = 2;              ///< cashiers: how many lines of customers
};
inline constexpr std::size_t kMostInScene = 1000;

/// Exact for an ended run of at most kMostInScene tasks; else those on lanes have numbers, and the rest are counted.
/// `causes`: who lets those go on that wait for a lock (only the scene of locks shows it).
/// Cost: O(tasks x log spans), or O(lanes); for causes O(lanes x log marks) for each of at most 64 tasks.
SceneInput tasks_at(const Trace& trace, double t, bool causes = false);

enum class SceneKind : std::uint8_t { tasks, cashiers, requests, list, locks, dataflow };
/// By the lesson's own name ("cashiers", "http", "sum"); `tasks` for all that have none of their own.
/// `locks`: somebody waits for a lock in this run; then those without a scene show who waits for whom. `flows`: something is
/// handed from stage to stage; then they show that (view/dataflow.h draws it).
SceneKind scene_of(std::string_view lesson, bool locks = false, bool flows = false);
/// "1 waits for 2, 2 waits for 1": the first cycle among those who wait; empty: there is none.
std::string cycle_words(const SceneInput& in);

struct SceneShape {
  enum class Kind : std::uint8_t {
    words,   ///< 12 px, from x (align -1), around it (0) or up to it (1); cut at w, if that is not 0
    figure,  ///< the same, as a figure
    person,  ///< a round one with a number; a ring says the share
    chip,    ///< a rectangle with a number
    cell,    ///< a small one without
    place,   ///< dashed: nobody is here
    room,    ///< an outline around places; strong: where control is
    rule,    ///< a line of 1 px from (x, y) by (w, h)
    arrow,   ///< the same with a head
  };
  Kind kind = Kind::words;
  float x = 0, y = 0, w = 0, h = 0;  ///< px from the scene's corner
  State state = State::idle;
  bool done = false;
  std::uint32_t number = 0;
  float share = -1;
  bool strong = false;     ///< an arrow that matters now: of a cycle, of the last hand-over: 3 px
  int align = -1;
  std::string text;
};

/// Shapes in the order in which they are drawn, all inside width x height (at least 240 x 72). Cost: O(tasks).
std::vector<SceneShape> scene(SceneKind kind, const SceneInput& in, float width, float height);

/// One line per shape, for golden tests.
std::string dump_scene(const std::vector<SceneShape>& shapes);

}  // namespace interleave
