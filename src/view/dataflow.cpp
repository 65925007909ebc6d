#include "view/dataflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "view/format.h"
#include "view/timeline.h"

namespace interleave {
namespace {

constexpr std::size_t kMostStages = 40;
using Kind = Dataflow::Kind;
using Shape = SceneShape::Kind;

// --- from the trace to stages ----------------------------------------------------------------------------------------------

// "grep:12", with the line at which it stands; traces of before have the name alone.
std::string_view name_of_stage(std::string_view text) { return text.substr(0, text.find(':')); }

// The function around a line: the last "def" above it that stands further left.
std::string_view function_at(std::string_view source, int line) {
  std::vector<std::pair<std::size_t, std::string_view>> open;  // indent, name: those around where we are
  for (int i = 1; i <= line && !source.empty(); ++i) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    std::string_view text = source.substr(0, end);
    source.remove_prefix(std::min(end + 1, source.size()));
    const std::size_t indent = text.find_first_not_of(' ');
    if (indent == text.npos) continue;
    while (!open.empty() && open.back().first >= indent) open.pop_back();
    text.remove_prefix(indent);
    if (text.starts_with("async ")) text.remove_prefix(6);
    if (i < line && text.starts_with("def ")) open.emplace_back(indent, text.substr(4, text.find('(') - 4));
  }
  return open.empty() ? std::string_view() : open.back().second;
}

struct Builder {
  Dataflow& flow;
  const Trace& trace;
  std::string_view source;
  std::map<std::tuple<Kind, TaskId, std::uint32_t, std::string>, int> known;
  std::map<std::pair<int, int>, int> edge_of;   // the smaller stage first
  struct Balance { int caller = 0, callee = 0, gives = 0, sends = 0, refused = 0; };
  std::vector<Balance> balances;
  std::vector<Dataflow::Move> moves;
  std::size_t told = 0;

  int stage(Kind kind, TaskId task, std::uint32_t number, std::string_view name) {
    // A generator is one, whichever task goes on with it.
    const auto key = std::tuple(kind, kind == Kind::generator || kind == Kind::queue ? kNoTask : task, number, kind == Kind::generator ? std::string() : std::string(name));
    auto [at, fresh] = known.emplace(key, static_cast<int>(flow.stages.size()));
    if (fresh) flow.stages.push_back({kind, std::string(name), kind == Kind::queue ? kNoTask : task, number, 0, 0, 0});
    return at->second;
  }
  int edge(int caller, int callee) {
    auto [at, fresh] = edge_of.emplace(std::minmax(caller, callee), static_cast<int>(flow.edges.size()));
    if (fresh) {
      flow.edges.push_back({caller, callee, {}, {}});
      balances.push_back({caller, callee, 0, 0, 0});
    }
    return at->second;
  }

  void hand_over(const TextLine& line) {
    std::string_view rest = line.text;
    const std::string_view verb = take_word(rest);
    const std::uint32_t from_number = number_in(take_word(rest));
    const std::string_view from_name = name_of_stage(take_word(rest));
    const std::uint32_t to_number = number_in(take_word(rest));
    const std::string_view to_name = name_of_stage(take_word(rest));
    if (from_name.empty() || to_name.empty()) return;
    // Each process counts its own; from there on the sum is too small.
    if (++told == kMostHandOversTold) flow.told_until = line.at;
    const int from = stage(from_number ? Kind::generator : Kind::code, line.task, from_number, from_name);
    const int to = stage(to_number ? Kind::generator : Kind::code, line.task, to_number, to_name);
    if (from == to) return;
    const bool back = verb == "give" || verb == "end";
    const int of = back ? edge(to, from) : edge(from, to);
    if (verb == "refuse") {
      take_word(rest);  // in which task it runs
      ++balances[static_cast<std::size_t>(of)].refused;
      moves.push_back({line.at, from, to, of, false, false, true, std::string(rest), line.task});
      return;
    }
    const bool carries = !rest.empty() && verb != "end";
    if (carries) ++(back ? balances[static_cast<std::size_t>(of)].gives : balances[static_cast<std::size_t>(of)].sends);
    moves.push_back({line.at, from, to, of, carries, verb == "end", false, std::string(rest), line.task});
  }

  void queue(const Mark& mark) {
    const auto argument = static_cast<std::uint32_t>(mark.cause.index);
    const int q = stage(Kind::queue, kNoTask, object_of(argument), fmt::format("queue {}", object_of(argument)));
    const int t = stage(Kind::task, mark.task, 0, {});
    const bool puts = mark_of(argument) == SyncMark::puts;
    const int of = edge(t, q);
    ++(puts ? balances[static_cast<std::size_t>(of)].sends : balances[static_cast<std::size_t>(of)].gives);
    moves.push_back({mark.at, puts ? t : q, puts ? q : t, of, true, false, false, {}, mark.task});
  }

  // Where it was made is another's line.
  bool own_line(const Span& span) const {
    return span.line > 0 && span.state == State::running && (span.task > trace.tasks().size() || span.task == kNoTask || span.line != trace.tasks()[span.task - 1].line);
  }

  // While a run goes on nobody has put each task's spans together.
  void name_from_lanes() {
    std::size_t unnamed = 0;
    for (const Dataflow::Stage& s : flow.stages) unnamed += s.kind == Kind::task && s.name.empty();
    for (const Lane& lane : trace.lanes())
      for (std::size_t i = 0; i < lane.spans.size() && unnamed > 0; ++i) {
        const Span& span = lane.spans[i];
        if (!own_line(span)) continue;
        for (Dataflow::Stage& s : flow.stages)
          if (s.kind == Kind::task && s.task == span.task && s.name.empty()) {
            s.name = function_at(source, span.line);
            --unnamed;
          }
      }
  }

  // A task by the function that it runs, and its number where several run the same.
  void name_tasks() {
    std::map<std::string_view, int> used;
    for (Dataflow::Stage& s : flow.stages) {
      if (s.kind != Kind::task) continue;
      if (s.task == kRootTask) s.name = "main";
      for (const Span& span : trace.spans_of(s.task))
        if (own_line(span)) {
          s.name = function_at(source, span.line);
          break;
        }
    }
    if (!trace.ended()) name_from_lanes();
    for (const Dataflow::Stage& s : flow.stages) used[s.name] += s.kind == Kind::task;
    std::vector<std::string> named;
    for (const Dataflow::Stage& s : flow.stages) {
      std::string name = s.name;
      if (s.kind == Kind::task && (name.empty() || used[s.name] > 1)) name = fmt::format("{} {}", name.empty() ? "task" : name, number_of(s.task));
      named.push_back(std::move(name));
    }
    for (std::size_t i = 0; i < named.size(); ++i) flow.stages[i].name = std::move(named[i]);
  }

  // Whoever only sets others going (a decorator's next()) is no stage: on its edges nothing ever goes, nor was to go.
  void drop_what_carries_nothing() {
    if (std::ranges::none_of(balances, [](const Balance& b) { return b.gives + b.sends + b.refused > 0; })) return;
    std::vector<int> edge_now(flow.edges.size(), -1), stage_now(flow.stages.size(), -1);
    std::vector<Dataflow::Edge> edges;
    std::vector<Balance> kept;
    for (std::size_t i = 0; i < flow.edges.size(); ++i) {
      if (balances[i].gives + balances[i].sends + balances[i].refused == 0) continue;
      edge_now[i] = static_cast<int>(edges.size());
      edges.push_back(flow.edges[i]);
      kept.push_back(balances[i]);
      stage_now[static_cast<std::size_t>(flow.edges[i].from)] = stage_now[static_cast<std::size_t>(flow.edges[i].to)] = 0;
    }
    std::vector<Dataflow::Stage> stages;
    for (std::size_t i = 0; i < flow.stages.size(); ++i)
      if (stage_now[i] == 0) stage_now[i] = static_cast<int>(stages.size()), stages.push_back(std::move(flow.stages[i]));
    auto moved = [&](int& stage) { stage = stage_now[static_cast<std::size_t>(stage)]; };
    for (Dataflow::Edge& e : edges) moved(e.from), moved(e.to);
    for (Balance& b : kept) moved(b.caller), moved(b.callee);
    std::erase_if(moves, [&](const Dataflow::Move& m) { return edge_now[static_cast<std::size_t>(m.edge)] < 0; });
    for (Dataflow::Move& m : moves) moved(m.from), moved(m.to), m.edge = edge_now[static_cast<std::size_t>(m.edge)];
    flow.edges = std::move(edges);
    flow.stages = std::move(stages);
    balances = std::move(kept);
  }

  void directions() {
    for (std::size_t i = 0; i < flow.edges.size(); ++i) {
      const Balance& b = balances[i];
      const bool along = b.sends > b.gives || (b.sends == b.gives && b.refused > 0);  // and a generator that was only asked would have given
      flow.edges[i].from = along ? b.caller : b.callee;
      flow.edges[i].to = along ? b.callee : b.caller;
    }
  }

  // Columns as the items go; an edge that would lead round is left out of it. Parts by what hangs together.
  void places() {
    const std::size_t n = flow.stages.size();
    std::vector<std::vector<int>> next(n);
    auto reaches = [&](int from, int to) {
      std::vector<int> todo{from};
      std::vector<bool> seen(n);
      while (!todo.empty()) {
        const int at = todo.back();
        todo.pop_back();
        if (at == to) return true;
        if (seen[static_cast<std::size_t>(at)]) continue;
        seen[static_cast<std::size_t>(at)] = true;
        for (int k : next[static_cast<std::size_t>(at)]) todo.push_back(k);
      }
      return false;
    };
    for (const Dataflow::Edge& e : flow.edges)
      if (!reaches(e.to, e.from)) next[static_cast<std::size_t>(e.from)].push_back(e.to);
    for (std::size_t round = 0; round < n; ++round)
      for (std::size_t i = 0; i < n; ++i)
        for (int k : next[i]) {
          int& column = flow.stages[static_cast<std::size_t>(k)].column;
          column = std::max(column, flow.stages[i].column + 1);
        }
    // A source of items stands right before who takes them, not at the far left.
    for (std::size_t round = 0; round < n; ++round)
      for (std::size_t i = 0; i < n; ++i) {
        int least = INT32_MAX;
        for (int k : next[i]) least = std::min(least, flow.stages[static_cast<std::size_t>(k)].column);
        if (least != INT32_MAX) flow.stages[i].column = std::max(flow.stages[i].column, least - 1);
      }
    std::vector<int> part(n, -1);
    int parts = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (part[i] >= 0) continue;
      std::vector<int> todo{static_cast<int>(i)};
      while (!todo.empty()) {
        const int at = todo.back();
        todo.pop_back();
        if (part[static_cast<std::size_t>(at)] >= 0) continue;
        part[static_cast<std::size_t>(at)] = parts;
        for (const Dataflow::Edge& e : flow.edges)
          if (e.from == at) todo.push_back(e.to);
          else if (e.to == at) todo.push_back(e.from);
      }
      ++parts;
    }
    // In each column in the order of those that hand to them, so that arrows cross no more than they must.
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i, flow.stages[i].part = part[i];
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return flow.stages[i].column; });
    std::map<std::pair<int, int>, int> rows;
    for (std::size_t from = 0; from < n;) {
      std::size_t to = from;
      while (to < n && flow.stages[order[to]].column == flow.stages[order[from]].column) ++to;
      std::vector<std::pair<float, std::size_t>> column;
      for (std::size_t k = from; k < to; ++k) {
        float sum = 0;
        int sources = 0;
        for (std::size_t other = 0; other < n; ++other)
          if (std::ranges::count(next[other], static_cast<int>(order[k])) > 0 && flow.stages[other].column < flow.stages[order[k]].column) sum += static_cast<float>(flow.stages[other].row), ++sources;
        column.emplace_back(sources > 0 ? sum / static_cast<float>(sources) : static_cast<float>(k - from), order[k]);
      }
      std::ranges::stable_sort(column, {}, &std::pair<float, std::size_t>::first);
      for (const auto& [by, i] : column) flow.stages[i].row = rows[{part[i], flow.stages[i].column}]++;
      from = to;
    }
    flow.parts.resize(static_cast<std::size_t>(parts));
  }
};

}  // namespace

StagePlaces stage_places(const Dataflow& flow, const Trace& trace) {
  StagePlaces out;
  constexpr int kApart = 64;  // rows of a column, more than a picture has
  for (const Dataflow::Stage& stage : flow.stages) {
    const std::uint64_t whose = trace.executor == ExecutorKind::processes ? std::uint64_t{stage.task} << 32 : 0;
    if (stage.kind == Kind::generator) out[whose | stage.number] = (stage.part * kApart + stage.column) * kApart + stage.row;
    if (stage.kind == Kind::code) out[kPlainCode | stage.task] = (stage.part * kApart + stage.column) * kApart + stage.row;
  }
  return out;
}

Dataflow dataflow_of(const Trace& trace, std::string_view source) {
  Dataflow out;
  dataflow_in_pieces(trace, source, out).all();
  return out;
}

namespace {

constexpr std::size_t kSome = kPiece / 8;  // each hand-over is looked up, by name

/// What was read becomes stages and edges.
Pieces finish_in_pieces(Builder& b, Dataflow& flow) {
  if (flow.edges.empty()) co_return;
  std::ranges::stable_sort(b.moves, {}, &Dataflow::Move::at);
  co_yield 0.7;
  b.drop_what_carries_nothing();
  b.name_tasks();
  b.directions();
  b.places();
  flow.deepest.resize(flow.stages.size());
  std::vector<std::int64_t> depth(flow.stages.size());
  std::size_t taken = 0;
  for (Dataflow::Move& move : b.moves) {
    if (++taken % kPiece == 0) co_yield 0.9;
    if (move.carries) flow.edges[static_cast<std::size_t>(move.edge)].items.push_back(move.at);
    if (move.refused) flow.edges[static_cast<std::size_t>(move.edge)].refused.push_back({move.at, move.from});
    for (const auto& [stage, by] : {std::pair(move.to, 1), std::pair(move.from, -1)}) {
      const auto i = static_cast<std::size_t>(stage);
      if (flow.stages[i].kind == Kind::queue) flow.deepest[i] = std::max(flow.deepest[i], static_cast<std::uint32_t>(std::max<std::int64_t>(0, depth[i] += by)));
    }
    flow.parts[static_cast<std::size_t>(flow.stages[static_cast<std::size_t>(move.from)].part)].push_back(std::move(move));
  }
}

}  // namespace

Dataflow dataflow_of(const Trace& trace, std::string_view source, const Told& told) {
  Dataflow flow;
  Builder b{flow, trace, source, {}, {}, {}, {}};
  // While a run goes on its texts stand in the order in which they were read, lane by lane.
  std::vector<const TextLine*> lines;
  for (const std::uint32_t i : told.hand_overs()) lines.push_back(&trace.texts()[i]);
  std::ranges::stable_sort(lines, {}, &TextLine::at);
  for (const TextLine* line : lines) {
    b.hand_over(*line);
    if (flow.stages.size() > kMostStages) return {};
  }
  if (told.queue_marks().size() > Told::kMostQueueMarks) return {};
  for (const Told::At at : told.queue_marks()) {
    b.queue(trace.lanes()[at.lane].marks[at.mark]);
    if (flow.stages.size() > kMostStages) return {};
  }
  finish_in_pieces(b, flow).all();
  return flow;
}

Pieces dataflow_in_pieces(const Trace& trace, std::string_view source, Dataflow& out) {
  Dataflow flow;
  Builder b{flow, trace, source, {}, {}, {}, {}};
  std::vector<const TextLine*> told;
  for (const TextLine& line : trace.texts())
    if (line.role == TextRole::hand_over) told.push_back(&line);
  if (!trace.ended()) std::ranges::stable_sort(told, {}, &TextLine::at);
  for (const TextLine* line : told) {
    b.hand_over(*line);
    if (flow.stages.size() > kMostStages) co_return;
    if (b.moves.size() % kSome == kSome - 1) co_yield 0.1;
  }
  std::size_t marks = 0;
  for (const Lane& lane : trace.lanes())
    for (std::size_t i = 0; i < lane.marks.size(); ++i) {
      if (i % kPiece == kPiece - 1) co_yield 0.5;
      if (!of_a_queue(lane.marks[i])) continue;
      b.queue(lane.marks[i]);
      if (flow.stages.size() > kMostStages || ++marks > Told::kMostQueueMarks) co_return;
      if (marks % kSome == 0) co_yield 0.5;
    }
  for (Pieces finishing = finish_in_pieces(b, flow); finishing.next();) co_yield finishing.part();
  out = std::move(flow);
}

std::optional<Nanos> next_move(const Dataflow& flow, double t) {
  std::optional<Nanos> best;
  for (const auto& moves : flow.parts) {
    auto at = std::ranges::upper_bound(moves, t, {}, [](const Dataflow::Move& m) { return static_cast<double>(m.at); });
    if (at != moves.end() && (!best || at->at < *best)) best = at->at;
  }
  return best;
}

std::optional<Nanos> previous_move(const Dataflow& flow, double t) {
  std::optional<Nanos> best;
  for (const auto& moves : flow.parts) {
    auto at = std::ranges::lower_bound(moves, t, {}, [](const Dataflow::Move& m) { return static_cast<double>(m.at); });
    if (at != moves.begin() && (!best || std::prev(at)->at > *best)) best = std::prev(at)->at;
  }
  return best;
}

// --- the picture -----------------------------------------------------------------------------------------------------------

namespace {

struct Picture {
  const Dataflow& flow;
  const Trace& trace;
  double t;
  std::vector<SceneShape> out;

  void put(Shape kind, float x, float y, float w, float h, bool strong = false) {
    SceneShape s;
    s.kind = kind;
    s.x = x, s.y = y, s.w = w, s.h = h;
    s.strong = strong;
    out.push_back(std::move(s));
  }
  void say(float x, float y, std::string text, int align = -1, Shape kind = Shape::words, float room = 0) {
    SceneShape s;
    s.kind = kind;
    s.x = x, s.y = y;
    s.w = room;
    s.text = std::move(text);
    s.align = align;
    out.push_back(std::move(s));
  }
  State state_of(TaskId task) const {
    const Life life = trace.spans_of(task);
    if (const auto nth = span_at(life, t); nth >= 0) return life[static_cast<std::size_t>(nth)].state;
    // Of a run that goes on: where a lane shows it, just now.
    if (!trace.ended())
      for (const Lane& lane : trace.lanes())
        if (!lane.spans.empty() && lane.spans.back().task == task && static_cast<double>(lane.spans.back().end) >= t) return lane.spans.back().state;
    return State::idle;
  }
  std::size_t passed(int edge) const {
    const std::vector<Nanos>& items = flow.edges[static_cast<std::size_t>(edge)].items;
    return static_cast<std::size_t>(std::ranges::upper_bound(items, t, {}, [](Nanos at) { return static_cast<double>(at); }) - items.begin());
  }

  std::size_t refused_by_now(const Dataflow::Edge& e) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(e.refused, t, {}, [](const Dataflow::Edge::Refused& r) { return static_cast<double>(r.at); }) - e.refused.begin());
  }

  /// Whether more may have gone along an edge by now than was told. What goes into queues is told to the end.
  bool untold(int edge) const {
    const Dataflow::Edge& e = flow.edges[static_cast<std::size_t>(edge)];
    auto queue = [&](int stage) { return flow.stages[static_cast<std::size_t>(stage)].kind == Kind::queue; };
    return t > static_cast<double>(flow.told_until) && !queue(e.from) && !queue(e.to);
  }
  /// "\u00d72": items may be numbers, too.
  std::string count_in_words(int edge, std::size_t n) const { return "\u00d7" + format_count(n) + (untold(edge) ? "+" : ""); }

  bool over(int nth) const {
    for (const Dataflow::Stage& s : flow.stages)
      if (s.part == nth && s.task != kNoTask && s.task <= trace.tasks().size() && (trace.tasks()[s.task - 1].ended < 0 || static_cast<double>(trace.tasks()[s.task - 1].ended) > t)) return false;
    return true;
  }

  struct Box { float x = 0, y = 0, w = 0; bool seen = false; };

  /// How wide the boxes of each column are, side by side: alike; where that would cut a name, as wide as their names (and then `gap`, between
  /// two of them, as narrow as `least_gap`).
  std::vector<float> widths(int nth, int first, int columns, float w, float& gap, float least_gap) const {
    constexpr float kCharacterPx = 6.4f, kBesides = 27, kMost = 132;
    std::vector<float> needed(static_cast<std::size_t>(columns), 0.0f);
    for (const Dataflow::Stage& s : flow.stages)
      if (s.part == nth) {
        float& most = needed[static_cast<std::size_t>(s.column - first)];
        most = std::min(kMost, std::max(most, kCharacterPx * static_cast<float>(s.name.size() + (s.kind == Kind::queue ? 4 : 0)) + kBesides));
      }
    const auto n = static_cast<float>(columns);
    const float alike = std::min(kMost, (w - gap * (n - 1)) / n), sum = std::accumulate(needed.begin(), needed.end(), 0.0f);
    if (std::ranges::max(needed) <= alike) return std::vector<float>(needed.size(), alike);
    gap = columns > 1 ? std::clamp((w - sum) / (n - 1), std::min(least_gap, gap), gap) : gap;
    const float room = w - gap * (n - 1), spare = std::max(0.0f, room - sum) / n, part = std::min(1.0f, room / sum);
    for (float& each : needed) each = std::min(kMost, each * part + spare);
    return needed;
  }

  /// What is free in a part of the picture: of its boxes, its arrows, and of what was said so far.
  struct Free {
    const Picture& picture;
    const std::vector<Box>& boxes;  ///< those without a width are no part of it
    float box_h, w, top, bottom;
    std::size_t first;  ///< its shapes

    /// Along a line of text that begins at y, around x: from where to where; nothing: x itself is taken.
    std::pair<float, float> around(float x, float y) const {
      float from = 0, to = w;
      auto taken = [&](float x0, float x1) {
        if (x1 <= x) from = std::max(from, x1);
        else if (x0 >= x) to = std::min(to, x0);
        else from = to = x;
      };
      for (const Box& b : boxes)
        if (b.w > 0 && b.seen && b.y < y + 14 && b.y + box_h > y + 2) taken(b.x - 1, b.x + b.w + 1);
      for (std::size_t i = first; i < picture.out.size(); ++i) {
        const SceneShape& s = picture.out[i];
        if (s.kind == Shape::arrow) {
          const float y0 = std::max(std::min(s.y, s.y + s.h), y + 2), y1 = std::min(std::max(s.y, s.y + s.h), y + 14);
          if (y0 > y1) continue;
          auto at = [&](float level) { return s.h == 0 ? s.x : s.x + s.w * (level - s.y) / s.h; };
          const float x0 = s.h == 0 ? s.x + std::min(0.0f, s.w) : std::min(at(y0), at(y1)), x1 = s.h == 0 ? s.x + std::max(0.0f, s.w) : std::max(at(y0), at(y1));
          taken(x0 - 4, x1 + 4);
        } else if (!s.text.empty() && std::abs(s.y - y) < 14) {
          const float width = s.w > 0 ? std::min(s.w, width_of(s.text, s.kind)) : width_of(s.text, s.kind), x0 = s.x - (s.align > 0 ? width : s.align == 0 ? width / 2 : 0);
          taken(x0 - 6, x0 + width + 6);
        }
      }
      return {from, to};
    }
    /// It may hang out a little, into the gap around the picture.
    bool has(float y) const { return y >= top - 8 && y + 14 <= bottom + 9; }
  };
  static float width_of(std::string_view text, Shape kind) {
    const auto n = static_cast<float>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
    return n * (kind == Shape::figure ? 7.3f : 6.6f);
  }

  /// An arrow between two boxes, and what is to be said of it.
  struct Beside {
    Box a, b;
    float ax, ay, bx, by;
    std::string count, item;
    Shape kind;  ///< of the item
    bool leans() const { return std::abs(ax - bx) > 20; }
    float x_at(float y) const { return ay == by ? (ax + bx) / 2 : ax + (bx - ax) * (std::clamp(y, std::min(ay, by), std::max(ay, by)) - ay) / (by - ay); }
  };

  void put_count(const Free& free, const Beside& e, bool down) {
    const float width = width_of(e.count, Shape::words), middle = (e.ax + e.bx) / 2, level = (e.ay + e.by) / 2;
    struct Place { float x, y; int align; };
    std::vector<Place> places;
    if (down && e.leans()) places = {{e.ax < e.bx ? e.bx + 8 : e.bx - 8, e.by - 17, e.ax < e.bx ? -1 : 1}};  // outside its lower end
    else if (down) places = {{middle - 8, level - 8, 1}, {middle + 8, level - 8, -1}};
    else places = {{middle, level + 5, 0}, {middle, level - 20, 0}, {e.b.x + 2, e.b.y - 17, -1}, {e.b.x + 2, e.b.y + free.box_h + 1, -1}};
    for (const Place& p : places) {
      const float x0 = p.x - (p.align > 0 ? width : p.align == 0 ? width / 2 : 0);
      const auto [from, to] = free.around(x0 + width / 2, p.y);
      if (free.has(p.y) && from <= x0 && x0 + width <= to) return say(p.x, p.y, e.count, p.align);
    }
    if (!down) say(places.front().x, places.front().y, e.count, places.front().align);
  }

  void put_item(const Free& free, const Beside& e, bool down) {
    const float width = width_of(e.item, e.kind), middle = (e.ax + e.bx) / 2, level = (e.ay + e.by) / 2;
    struct Place { float x, y; int align; };
    std::vector<Place> places;
    if (down && e.leans()) {  // outside of it, from its lower end up
      const bool right = e.ax < e.bx;
      const float low = std::max(e.ay, e.by) - 17, high = std::min(e.ay, e.by);
      for (const float y : {low, (low + high) / 2, high}) places.push_back({e.x_at(e.ay < e.by ? y + 15 : y) + (right ? 8.0f : -8.0f), y, right ? -1 : 1});
    } else if (down) {
      places = {{middle + 8, level - 8, -1}};
    } else {
      places = {{middle, std::max(free.top, std::min(e.a.y, e.b.y) - 17), 0}, {e.b.x + e.b.w / 2, e.b.y - 17, 0}, {middle, std::max(e.a.y, e.b.y) + free.box_h + 2, 0}, {e.b.x + e.b.w / 2, e.b.y + free.box_h + 1, 0}};
    }
    const Place* best = nullptr;
    float most = 0, from = 0, to = 0;
    for (const Place& p : places) {
      auto [x0, x1] = free.around(p.align > 0 ? p.x - 1 : p.align < 0 ? p.x + 1 : p.x, p.y);
      if (p.align > 0) x1 = std::min(x1, p.x);
      if (p.align < 0) x0 = std::max(x0, p.x);
      const float room = std::min(x1 - x0, width);
      if (!free.has(p.y) || room <= most + 1) continue;
      best = &p, most = room, from = x0, to = x1;
    }
    constexpr float kLeast = 20;
    if (!best || most < std::min(kLeast, width)) return say(places.front().x, places.front().y, e.item, places.front().align, e.kind, std::max(kLeast, std::min(width, e.a.w)));
    if (best->align != 0) return say(best->x, best->y, e.item, best->align, e.kind, to - from);
    // Over its arrow where it can be, else as near as it can.
    say(width < to - from ? std::clamp(best->x, from + width / 2, to - width / 2) : (from + to) / 2, best->y, e.item, 0, e.kind, to - from);
  }

  void part(int nth, float top, float w, float h) {
    const std::vector<Dataflow::Move>& moves = flow.parts[static_cast<std::size_t>(nth)];
    auto after = std::ranges::upper_bound(moves, t, {}, [](const Dataflow::Move& m) { return static_cast<double>(m.at); });
    const Dataflow::Move* const latest = after == moves.begin() || over(nth) ? nullptr : &*std::prev(after);
    while (after != moves.begin() && std::prev(after)->refused) --after;  // who is refused keeps control
    const Dataflow::Move* last = !latest || after == moves.begin() ? nullptr : &*std::prev(after);
    if (last && untold(last->edge)) last = nullptr;  // where control is now, nobody told
    int columns = 0, rows = 0, first = INT32_MAX;
    std::map<int, int> in_column;
    for (const Dataflow::Stage& s : flow.stages)
      if (s.part == nth) {
        columns = std::max(columns, s.column + 1);
        first = std::min(first, s.column);
        rows = std::max(rows, ++in_column[s.column]);
      }
    columns -= first;
    const bool refuses = std::ranges::any_of(moves, &Dataflow::Move::refused);
    auto share = [](float all, int n, float between) { return (all - between * static_cast<float>(n - 1)) / static_cast<float>(n); };
    // From left to right; from top to bottom where names would not fit so and there is the height.
    constexpr float kLeastName = 92, kLeastDown = 42;
    const bool down = share(w, columns, 26) < kLeastName && share(h, columns, 0) >= kLeastDown && share(w, rows, 8) > share(w, columns, 26);
    const bool close = down && share(h, columns, 0) < 62;
    float gap = close ? share(h, columns, 0) - 24 : down ? std::clamp(share(h, columns, 0) - 40, 22.0f, 44.0f) : std::clamp(w / static_cast<float>(columns) * 0.3f, refuses ? 60.0f : 22.0f, 72.0f);
    std::vector<float> column_w(static_cast<std::size_t>(columns), std::min(132.0f, share(w, rows, 8)));
    if (!down) column_w = widths(nth, first, columns, w, gap, refuses ? 60.0f : 22.0f);
    std::vector<float> column_x{0};  // from left to right
    for (const float each : column_w) column_x.push_back(column_x.back() + each + gap);
    // Where that makes all of them fit, boxes stand closer: of a fan-out the first way alone is another picture.
    constexpr float kPitch = 24, kClose = 18;
    const bool closer = rows > static_cast<int>((h + 8) / kPitch) && rows <= static_cast<int>((h + 8) / kClose);
    const float pitch = down ? 62 : std::clamp(h / static_cast<float>(rows), closer ? kClose : kPitch, 62.0f);
    const float box_h = close ? 24.0f : std::clamp(pitch - 20, closer ? kClose - 2 : 20.0f, 40.0f);
    const bool all_fit = down || rows <= std::max(1, static_cast<int>((h + 8) / pitch));
    const float boxes_h = all_fit ? h : h - 18;  // "and 2 more" stands below them
    const int fit = down ? rows : std::max(1, static_cast<int>((boxes_h + 8) / pitch));
    const bool labels = pitch >= 40;
    const float above = labels && rows == 1 ? std::min(17.0f, std::max(0.0f, boxes_h - box_h)) : 0;  // for what goes along an arrow
    std::vector<Box> boxes(flow.stages.size());
    Free free{.picture = *this, .boxes = boxes, .box_h = box_h, .w = w, .top = top, .bottom = top + h, .first = out.size()};
    std::vector<Beside> beside;
    for (std::size_t i = 0; i < flow.stages.size(); ++i) {
      const Dataflow::Stage& s = flow.stages[i];
      if (s.part != nth) continue;
      const auto column = static_cast<std::size_t>(s.column - first);
      const float box_w = column_w[column], across = static_cast<float>(s.row) + 0.5f - static_cast<float>(std::min(in_column[s.column], fit)) / 2;
      if (down) boxes[i] = {w / 2 + across * (box_w + 8) - box_w / 2, top + static_cast<float>(column) * (box_h + gap), box_w, true};
      else boxes[i] = {column_x[column], top + std::max(boxes_h / 2 + across * pitch - box_h / 2, above), box_w, s.row < fit};
    }
    for (std::size_t i = 0; i < flow.edges.size(); ++i) {
      const Dataflow::Edge& e = flow.edges[i];
      const Box &a = boxes[static_cast<std::size_t>(e.from)], &b = boxes[static_cast<std::size_t>(e.to)];
      if (flow.stages[static_cast<std::size_t>(e.from)].part != nth || !a.seen || !b.seen) continue;
      // From side to side; between two of a column an arrow would cross boxes.
      if (down ? a.y == b.y : a.x == b.x) continue;
      const bool now = last && last->edge == static_cast<int>(i), forth = down ? a.y < b.y : a.x < b.x;
      float ax, ay, bx, by;
      if (down) {
        ax = a.x + a.w / 2, bx = b.x + b.w / 2;
        ay = forth ? a.y + box_h + 3 : a.y - 3, by = forth ? b.y - 4 : b.y + box_h + 4;
      } else {
        ay = a.y + box_h / 2, by = b.y + box_h / 2;
        ax = forth ? a.x + a.w + 3 : a.x - 3, bx = forth ? b.x - 4 : b.x + b.w + 4;
      }
      const std::size_t n = passed(static_cast<int>(i)), refused = refused_by_now(e);
      const Dataflow::Edge::Refused* const no = refused > 0 ? &e.refused[refused - 1] : nullptr;
      const bool against = no && no->from != e.from;  // it has an arrow of its own, beside the items'
      const bool barred = no && !against && (n == 0 || e.items[n - 1] <= no->at), no_now = no && latest && latest->refused && latest->edge == static_cast<int>(i);
      // Its end is beside the place where others are let in.
      const float aside = !barred ? 0 : down ? std::clamp((ax - bx) / 2, -12.0f, 12.0f) : std::clamp((ay - by) / 2, -std::max(9.0f, box_h / 3), std::max(9.0f, box_h / 3));
      const float apart = against ? std::min(8.0f, box_h / 3) : 0;
      auto arrow = [&](float x0, float y0, float x1, float y1, float shift, bool strong) {
        (down ? x0 : y0) += shift, (down ? x1 : y1) += shift;
        put(Shape::arrow, x0, y0, x1 - x0, y1 - y0, strong);
      };
      if (barred) {
        (down ? bx : by) += aside;
        arrow(ax, ay, bx, by, 0, no_now);
        out.back().done = true;
      } else if (now && last->from != e.from) {
        arrow(bx, by, ax, ay, -apart, true);
      } else {
        arrow(ax, ay, bx, by, -apart, now);
      }
      if (against) {
        arrow(bx, by, ax, ay, apart, no_now);
        out.back().done = true;
      }
      const std::string words = !no ? "" : refused == 1 && (n == 0 || against) ? "refused" : fmt::format("{} refused", format_count(refused));
      if (!labels && (barred || against)) {
        // Behind the name of who was, where that is short enough.
        const Dataflow::Stage& who = flow.stages[static_cast<std::size_t>(no->from)];
        const Box& its = boxes[static_cast<std::size_t>(no->from)];
        constexpr float kCharacterPx = 6.6f, kMark = 26;
        if (kCharacterPx * static_cast<float>(who.name.size() + words.size()) + kMark + 14 <= its.w) say(its.x + its.w - 6, its.y + (box_h - 16) / 2, words, 1);
      }
      if (!labels) continue;
      const float middle = (ax + bx) / 2, level = (ay + by) / 2;
      if (no && (barred || against)) {
        constexpr float kHalf = 24;  // of the word
        const float lean = down ? 0 : std::abs(by - ay) / std::max(1.0f, std::abs(bx - ax)) * kHalf;
        if (!down) say(middle, ay < by ? level - lean - 19 : level + apart + lean + 4, words, 0);
        else if (std::abs(ax - bx) > 20) say(ax < bx ? bx + 9 : bx - 9, by - 17, words, ax < bx ? -1 : 1, Shape::words, ax < bx ? w - bx - 9 : bx - 9);
        else say(middle + apart + 8, level - 8, words, -1, Shape::words, w - middle - apart - 10);
        if (against && n > 0) {
          if (down) say(middle - apart - 8, level - 8, count_in_words(static_cast<int>(i), n), 1);
          else say(middle, std::min(a.y, b.y) - 17, count_in_words(static_cast<int>(i), n), 0);
        }
        continue;
      }
      const std::string what = !now ? "" : last->carries ? last->item : last->ends ? "ends" : last->from == e.to ? "asks" : "";
      beside.push_back({a, b, ax, ay, bx, by, n > 0 ? count_in_words(static_cast<int>(i), n) : std::string(), what, now && last->carries ? Shape::figure : Shape::words});
    }
    // What goes along an arrow has the first choice where that leans, else the count; neither lies on what is there already.
    for (const Beside& e : beside)
      if (down && e.leans() && !e.item.empty()) put_item(free, e, down);
    for (const Beside& e : beside)
      if (!e.count.empty()) put_count(free, e, down);
    for (const Beside& e : beside)
      if (!(down && e.leans()) && !e.item.empty()) put_item(free, e, down);
    int hidden = 0;
    for (std::size_t i = 0; i < flow.stages.size(); ++i) {
      const Dataflow::Stage& s = flow.stages[i];
      if (s.part != nth) continue;
      if (boxes[i].seen) box(static_cast<int>(i), boxes[i], box_h, last);
      else ++hidden;
    }
    if (hidden > 0) say(w, top + h - 16, fmt::format("and {} more", hidden), 1);
  }

  void box(int nth, const Box& at, float h, const Dataflow::Move* last) {
    const float w = at.w;
    const Dataflow::Stage& s = flow.stages[static_cast<std::size_t>(nth)];
    const bool low = h < 34;
    const float pad = w < 80 ? 5 : 8, words_y = at.y + (low ? (h - 16) / 2 : 3);
    if (s.kind == Kind::queue) {
      put(Shape::room, at.x, at.y, w, h);
      std::int64_t depth = 0;
      for (std::size_t k = 0; k < flow.edges.size(); ++k) {
        if (flow.edges[k].to == nth) depth += static_cast<std::int64_t>(passed(static_cast<int>(k)));
        if (flow.edges[k].from == nth) depth -= static_cast<std::int64_t>(passed(static_cast<int>(k)));
      }
      say(at.x + pad, words_y, fmt::format("{}: {}", s.name, format_count(static_cast<std::uint64_t>(std::max<std::int64_t>(0, depth)))), -1, Shape::words, w - pad - 4);
      const auto places = std::min<std::int64_t>(flow.deepest[static_cast<std::size_t>(nth)], static_cast<std::int64_t>((w - 2 * pad) / 11));
      for (std::int64_t k = 0; k < places && !low; ++k) {
        put(k < depth ? Shape::cell : Shape::place, at.x + pad + static_cast<float>(k) * 11, at.y + h - 15, 9, 9);
        out.back().done = k < depth;  // an item is in no state of a task
      }
      return;
    }
    // Where control is: of generators the last that it was handed to, in the state of the task that went into it, whoever made it;
    // a task of its own always has its state.
    const bool control = s.kind == Kind::task || (last && last->to == nth);
    const State state = !control ? State::idle : state_of(s.kind == Kind::generator ? last->task : s.task);
    const bool shown = control && state != State::idle && state != State::not_started;
    put(Shape::room, at.x, at.y, w, h, shown && s.kind != Kind::task);
    const float inset = low && shown ? pad + 18 : pad;
    say(at.x + inset, words_y, s.name, -1, Shape::words, w - inset - 4);
    if (!shown) return;
    put(Shape::cell, at.x + pad, low ? at.y + (h - 10) / 2 : at.y + h - 16, 14, 10);
    out.back().state = state;
    if (!low) say(at.x + pad + 19, at.y + h - 20, state == State::running ? "runs" : state == State::ready || state == State::waiting_gil ? "is ready" : "waits", -1, Shape::words, w - pad - 22);
  }
};

}  // namespace

std::vector<SceneShape> dataflow_scene(const Dataflow& flow, const Trace& trace, double t, float w, float h) {
  Picture picture{flow, trace, t, {}};
  const int parts = static_cast<int>(flow.parts.size());
  // Below all of it, from the moment on from which the figures stand still though items go.
  if (t > static_cast<double>(flow.told_until)) {
    constexpr float kWords = 18;
    h -= kWords;
    picture.say(0, h + 2, fmt::format("Counted up to {}: the first {} hand-overs.", format_duration(flow.told_until), format_count(kMostHandOversTold)), -1, Shape::words, w);
  }
  std::vector<int> rows(flow.parts.size(), 1);
  for (const Dataflow::Stage& s : flow.stages) rows[static_cast<std::size_t>(s.part)] = std::max(rows[static_cast<std::size_t>(s.part)], s.row + 1);
  // Those that fit, each as high as its rows, from the first that is not over.
  int begin = 0;
  while (begin + 1 < parts && picture.over(begin)) ++begin;
  int count = 0;
  float needed = 0;
  auto height_of = [&](int i) { return 24 * static_cast<float>(rows[static_cast<std::size_t>(i)]); };
  for (int i = begin; i < parts && (count == 0 || needed + height_of(i) <= h - 18); ++i) needed += height_of(i), ++count;
  while (begin > 0 && needed + height_of(begin - 1) <= h - (begin > 1 ? 18 : 0)) needed += height_of(--begin), ++count;
  int all_rows = 0;
  for (int i = begin; i < begin + count; ++i) all_rows += rows[static_cast<std::size_t>(i)];
  const float foot = count < parts ? 18 : 0;
  const float each = (h - foot) / static_cast<float>(std::max(1, all_rows)), most = parts == 1 ? h : 84.0f;
  float y = 0;
  for (int i = begin; i < begin + count; ++i) {
    const float part_h = std::min(each, most) * static_cast<float>(rows[static_cast<std::size_t>(i)]);
    picture.part(i, y, w, part_h);
    y += part_h;
  }
  if (count < parts) picture.say(0, h - 16, fmt::format("{} more {}", parts - count, parts - count == 1 ? "pipeline" : "pipelines"));
  return std::move(picture.out);
}

}  // namespace interleave
