// dataflow.h -- a pipeline as boxes and arrows: generators and coroutines that hand over to one another, tasks with queues
// between them. Read off a trace once; where control and the items are at a time is a pure function of that.
// Boxes stand in the direction in which the items go. The one arrow that is thick is the last hand-over, and it points as
// control went: with generators against the items, with coroutines along with them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"
#include "view/code_lines.h"
#include "view/scene.h"

namespace interleave {

struct Dataflow {
  enum class Kind : std::uint8_t { code, generator, queue, task };
  struct Stage {
    Kind kind = Kind::code;
    std::string name;          ///< its function, "queue 1", "source, task 1"
    TaskId task = kNoTask;     ///< whose; of a queue: none
    std::uint32_t number = 0;  ///< a generator's or a queue's
    int part = 0;              ///< pipelines that have nothing to do with one another
    int column = 0, row = 0;
  };
  struct Edge {
    int from = 0, to = 0;      ///< as the items go
    std::vector<Nanos> items;  ///< when each went, in order
    struct Refused { Nanos at; int from; };
    std::vector<Refused> refused;  ///< when something was to go, in order, and from which of the two
  };
  /// Control went from one stage to another, or a task put an item into a queue or took one out.
  struct Move {
    Nanos at = 0;
    int from = 0, to = 0;
    int edge = 0;
    bool carries = false;      ///< an item
    bool ends = false;         ///< `from` is over
    bool refused = false;      ///< `to` ran already: control stayed
    std::string item;
    TaskId task = kNoTask;     ///< whose control it is
    friend bool operator==(const Move&, const Move&) = default;
  };
  std::vector<Stage> stages;
  std::vector<Edge> edges;
  std::vector<std::vector<Move>> parts;  ///< in order of time, by part
  std::vector<std::uint32_t> deepest;    ///< of each stage that is a queue: the most items at once
  Nanos told_until = kAll;               ///< from then on hand-overs between generators went on and were not told (kMostHandOversTold)
  static constexpr Nanos kAll = std::numeric_limits<Nanos>::max();
  bool empty() const { return edges.empty(); }
};
/// `source`: the script, for the names of tasks. Empty where nothing is handed over, or between more stages than a picture holds.
/// Of a run that goes on what is known of it so far. Cost: O(texts + marks), and O(spans) for the names of a live run's tasks.
Dataflow dataflow_of(const Trace& trace, std::string_view source);
Dataflow dataflow_of(const Trace& trace, std::string_view source, const Told& told);  ///< of one that grows. Cost: O(told), and the names'
/// The same in pieces, into what is empty. All that it is given stays until it is done or is let go of.
Pieces dataflow_in_pieces(const Trace& trace, std::string_view source, Dataflow& out);

/// In which order its generators, and the code around them, stand as the items go.
StagePlaces stage_places(const Dataflow& flow, const Trace& trace);

/// The picture at t; as scene() of view/scene.h. Cost: O(stages x log moves).
std::vector<SceneShape> dataflow_scene(const Dataflow& flow, const Trace& trace, double t, float width, float height);

/// The first hand-over after t, or the last before it. Cost: O(parts x log moves).
std::optional<Nanos> next_move(const Dataflow& flow, double t);
std::optional<Nanos> previous_move(const Dataflow& flow, double t);

}  // namespace interleave
