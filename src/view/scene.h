// scene.h -- the picture of a lesson at one moment: who stands where, as plain shapes.
//
// Two steps, both pure: scene_at() reads from a trace where every task is (scene_input.cpp); a scene lays those tasks out
// (scene.cpp, scene_shared.cpp). No scene knows an executor: a permit, several cores or none, a memory or several, a task
// that waits or is in line are all seen in the tasks themselves. Nor a lesson: its script says which scene is its own.
// Rejected: scenes that keep positions and move them (a playhead that jumps would show what never was).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/executor_kind.h"
#include "trace/trace.h"

namespace interleave {

struct CodeLines;

/// Where one task is at a moment.
struct TaskAt {
  std::uint32_t number = 0;  ///< as people count them; 0: one of many, it is not known which
  State state = State::not_started;
  bool done = false;
  float share = -1;          ///< how much of what it is at has passed, 0..1: its wait, or all its work; -1: not known
  int core = -1;             ///< running: on which
  std::uint32_t waits_for = 0;  ///< for a lock: the number of who let it go in the end; 0: not asked for, or the trace does not say
  Nanos since = -1;          ///< when that began; -1: not known
  bool back = false;         ///< bytes on their way: those of its result; cashiers, ready: it had its core before, and wants it back
  std::uint16_t line = 0;    ///< book: of the script, where it is; 0: not known
  std::uint32_t lock = 0;    ///< with waits_for, of a deadlock: which lock, by number; 0: the trace does not say
  std::uint32_t page = 0;    ///< book: the number behind "line" in what it printed last; 0: it said none
  std::string said = {};     ///< book: what it printed last
};

/// What a process owns, or all threads together.
struct MemoryAt {
  std::string name;
  std::vector<TaskAt> tasks; ///< that are in it, or were
  std::string said;          ///< the last that was printed from in there
};

/// A table that a run printed: for each number down and time across what a rule says, then who is best, a letter each:
/// S, L, T, P as serial, the loop, threads, processes; '=': as good as any.
struct MapAt {
  std::vector<std::string> columns;  ///< the first: what they are
  struct Row {
    std::string name;
    std::vector<std::string> cells;  ///< "TL"
  };
  std::vector<Row> rows;
  double connections = 0;     ///< the settings of the runs, as a place on the map; 0: not known
  Nanos wait = 0;
  std::array<Nanos, kExecutorKinds> measured{};  ///< how long runs with these settings took; 0: has not run
};

/// All that a scene is made of.
struct SceneInput {
  std::vector<TaskAt> tasks;  ///< in order of number; of very many a sample of each state, `counts` says how many there are
  TaskCounts counts;
  int cores = 1;              ///< how many may compute at once
  bool permit = false;        ///< and that is a permit to be waited for
  bool threads = false;       ///< and these are threads beside a loop, of which the machine may have fewer cores
  int lines = 2;              ///< cashiers: how many lines of customers
  std::uint32_t most_at_once = 0;  ///< of the whole run: tasks that were made and not done; 0: not known
  std::uint32_t unmade = 0;        ///< tasks that the run makes later
  std::uint32_t to_come() const { return counts.not_started + unmade; }
  State main = State::idle;         ///< list: what main does
  std::int64_t copied_bytes = 0;    ///< of the whole run, to other processes and back
  Nanos interval = 0;         ///< after how long who has the permit may be made to drop it
  std::uint32_t pages = 0;    ///< book: how many lines it has, as far as any task says
  std::vector<MemoryAt> memories;   ///< memory: one, or main's and one for each process
  MapAt map;                  ///< map
  std::vector<std::string> locks;   ///< locks: what the script calls them, by number from 1; empty: it is not known
};
inline constexpr std::size_t kMostInScene = 1000;

enum class SceneKind : std::uint8_t { tasks, cashiers, requests, list, gil, book, memory, map, locks, dataflow };

/// Exact for an ended run of at most kMostInScene tasks; else those on lanes have numbers, and the rest are counted.
/// `kind`: what only one scene shows is only looked up for that one.
/// Cost: O(tasks x log spans), or O(lanes); locks: O(lanes x log marks) for each of at most 64 tasks; book and memory: and
/// O(what was printed), at most the last 4,096 lines.
SceneInput scene_at(const Trace& trace, double t, SceneKind kind = SceneKind::tasks);

/// What a script calls its locks, in the order in which they are made: of "a, b = Lock(), Lock()". Empty: it makes them elsewhere,
/// too, or otherwise, so that only a run could tell.
std::vector<std::string> lock_names(std::string_view source);

/// Puts each task on the line that its innermost code runs (view/code_lines.h), which is what the code panel lights.
void put_on_lines(SceneInput& in, const Trace& trace, const CodeLines& lines, double t);

/// What a run holds of that which has a picture of its own.
struct SceneFacts {
  bool locks = false;  ///< somebody waits for a lock
  bool flows = false;  ///< something is handed from stage to stage (view/dataflow.h draws it)
  bool gil = false;    ///< somebody waits for the one permit
  bool alone = false;  ///< and the run is the only one on screen
};
/// "cashiers", as a script says it: lesson(scene=...). nullopt: none is called that.
std::optional<SceneKind> scene_named(std::string_view word);
/// The one that the script declares; if it declares none, or this run has not what that shows, by what the run holds.
/// One run of requests that stand in line for a permit shows the line.
SceneKind scene_of(std::string_view declared, const SceneFacts& facts = {});
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
    rule,    ///< a line of 1 px from (x, y) by (w, h); done: over other shapes, in text colour with a halo
    arrow,   ///< the same with a head; done: with a bar and a cross in its place, for nothing gets there
    ring,    ///< the permit
    verdict, ///< an executor's icon on its hue; number: which one, from 1; strong: framed
  };
  Kind kind = Kind::words;
  float x = 0, y = 0, w = 0, h = 0;  ///< px from the scene's corner
  State state = State::idle;
  bool done = false;
  std::uint32_t number = 0;
  float share = -1;
  bool strong = false;     ///< an arrow that matters now: of a cycle (in its state's colour), of the last hand-over: 3 px; a rule likewise. A figure: on the colour of its state
  int align = -1;
  std::string text;
};

/// Shapes in the order in which they are drawn, all inside width x height (at least 240 x 72). Cost: O(tasks).
std::vector<SceneShape> scene(SceneKind kind, const SceneInput& in, float width, float height);

/// One line per shape, for golden tests.
std::string dump_scene(const std::vector<SceneShape>& shapes);

}  // namespace interleave
