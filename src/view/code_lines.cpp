#include "view/code_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "view/timeline.h"

namespace interleave {

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

std::uint32_t number_in(std::string_view text) {
  std::uint32_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

namespace {

// "grep:12".
struct Place {
  std::string_view name;
  std::uint16_t line = 0;
};
Place place(std::string_view text) {
  const std::size_t colon = text.find(':');
  return {text.substr(0, colon), colon == text.npos ? std::uint16_t{0} : static_cast<std::uint16_t>(number_in(text.substr(colon + 1)))};
}

// The first that is later than t.
auto after(const CodeLines& lines, double t) {
  return std::ranges::upper_bound(lines.moves, t, {}, [](const CodeLines::Move& m) { return static_cast<double>(m.at); });
}

}  // namespace

bool Told::update(const Trace& trace) {
  const std::size_t before = hand_overs_.size() + queue_marks_.size();
  for (; texts_ < trace.texts().size(); ++texts_)
    if (trace.texts()[texts_].role == TextRole::hand_over) hand_overs_.push_back(static_cast<std::uint32_t>(texts_));
  marks_.resize(std::max(marks_.size(), trace.lanes().size()));
  for (std::size_t lane = 0; lane < trace.lanes().size(); ++lane) {
    const Marks marks = trace.lanes()[lane].marks;
    for (; marks_[lane] < marks.size() && queue_marks_.size() <= kMostQueueMarks; ++marks_[lane])
      if (of_a_queue(marks[marks_[lane]])) queue_marks_.push_back({static_cast<std::uint32_t>(lane), static_cast<std::uint32_t>(marks_[lane])});
  }
  return hand_overs_.size() + queue_marks_.size() > before;
}

namespace {

struct Telling {
  const Trace& trace;
  CodeLines& out;
  std::size_t told = 0;

  void add(const TextLine& text) {
    std::string_view rest = text.text;
    const std::string_view verb = take_word(rest);
    CodeLines::Move move;
    move.at = text.at;
    move.task = text.task;
    if (verb == "at") {
      move.line = static_cast<std::uint16_t>(number_in(rest));
    } else {
      ++told;
      const std::uint64_t whose = trace.executor == ExecutorKind::processes ? std::uint64_t{text.task} << 32 : 0;
      auto generator = [&] {
        const std::uint32_t n = number_in(take_word(rest));
        return n > 0 ? whose | n : 0;
      };
      move.from = generator();
      const Place from = place(take_word(rest));
      move.to = generator();
      const Place to = place(take_word(rest));
      move.from_line = from.line;
      move.line = to.line;
      if (verb == "refuse") {  // nothing went anywhere
        out.refusals.push_back({text.at, text.task, number_in(take_word(rest)), std::string(to.name)});
        return;
      }
      move.returns = verb == "give" || verb == "end";
      if (verb == "send" && move.from == 0) out.senders.insert(text.task);
      if (move.from > 0) out.generators.emplace(move.from, from.name);
      if (move.to > 0) out.generators.emplace(move.to, to.name);
      if (move.from == 0 || move.to == 0) out.code[text.task] = move.from == 0 ? from.name : to.name;
    }
    if (move.line > 0) out.moves.push_back(move);
  }
  void end() {
    out.cut = told >= kMostHandOversTold;
    if (trace.ended()) return;
    std::ranges::stable_sort(out.moves, {}, &CodeLines::Move::at);
    std::ranges::stable_sort(out.refusals, {}, &Refusal::at);
  }
};

}  // namespace

CodeLines code_lines_of(const Trace& trace) {
  CodeLines out;
  code_lines_in_pieces(trace, out).all();
  return out;
}

CodeLines code_lines_of(const Trace& trace, const Told& told) {
  CodeLines out;
  Telling telling{trace, out};
  for (const std::uint32_t i : told.hand_overs()) telling.add(trace.texts()[i]);
  telling.end();
  return out;
}

Pieces code_lines_in_pieces(const Trace& trace, CodeLines& out) {
  constexpr std::size_t kSome = kPiece / 4;  // a text takes longer than a span
  std::size_t seen = 0;
  Telling telling{trace, out};
  for (const TextLine& text : trace.texts()) {
    if (++seen % kSome == 0) co_yield static_cast<double>(seen) / static_cast<double>(trace.texts().size());
    if (text.role == TextRole::hand_over) telling.add(text);
  }
  telling.end();
}

int line_at(const CodeLines& lines, const Span& span, int made_at, double t) {
  // It is on its maker's line only until it has begun.
  const bool own = span.line != made_at;
  for (auto move = after(lines, t); move != lines.moves.begin();) {
    --move;
    if (move->at < span.begin || (own && move->at == span.begin)) break;
    if (move->task == span.task) return move->line;
  }
  return span.line;
}

RefusalWords words_of(const Trace& trace, const Refusal& r) {
  auto called = [](TaskId task) { return task == kRootTask ? std::string("main") : fmt::format("task {}", number_of(task)); };
  if (r.inside == kNoTask) return {fmt::format("refused: {} is already executing", r.name), {}};
  if (r.inside == r.task) return {fmt::format("refused: {} is already executing, in {} itself", r.name, called(r.task)), fmt::format("{} is inside {}, which leads back to itself", called(r.inside), r.name)};
  std::string where;
  for (const Lane& lane : trace.lanes())
    if (const auto nth = span_at(lane.spans, static_cast<double>(r.at)); nth >= 0 && lane.spans[static_cast<std::size_t>(nth)].task == r.inside) where = lane.name;
  return {fmt::format("refused: {} is already executing in {}{}{}", r.name, called(r.inside), where.empty() ? "" : ", lane ", where), fmt::format("{} is inside {}: {} is refused", called(r.inside), r.name, called(r.task))};
}

std::vector<WaitingGenerator> waiting_generators(const CodeLines& lines, double t) {
  std::map<std::uint64_t, std::uint16_t> at;
  const auto end = after(lines, t);
  if (lines.cut && end == lines.moves.end()) return {};
  for (auto move = lines.moves.begin(); move != end; ++move) {
    if (move->to > 0) at.erase(move->to);
    if (move->from > 0 && move->returns) {
      if (move->from_line > 0) at[move->from] = move->from_line;
      else at.erase(move->from);  // it is over
    }
  }
  std::vector<WaitingGenerator> out;
  for (const auto& [number, line] : at) out.push_back({number, lines.generators.at(number), line});
  return out;
}

std::vector<WaitingLine> waiting_lines(const CodeLines& lines) {
  std::map<std::uint64_t, std::map<std::uint16_t, std::size_t>> at;
  for (const CodeLines::Move& move : lines.moves)
    if (move.returns && move.from > 0 && move.from_line > 0) ++at[move.from][move.from_line];
  std::vector<WaitingLine> out;
  std::size_t most = 1;
  for (const auto& [number, places] : at) {
    if (places.size() <= most) continue;
    most = places.size();
    out.clear();
    for (const auto& [line, times] : places) out.push_back({lines.generators.at(number), line, times});
  }
  return out;
}

std::vector<Lane> generator_lanes(const Trace& trace, const CodeLines& lines, std::size_t most, const StagePlaces& places) {
  std::vector<Lane> out;
  generator_lanes_in_pieces(trace, lines, most, out, &places).all();
  return out;
}

namespace {

/// Goes through one task's life and the moves within it, and leaves each part of a span with whoever had control then. Who had called
/// it, and waits for it to come back, is held meanwhile.
struct Controls {
  const CodeLines& lines;
  std::map<std::uint64_t, Lane>& by_number;
  Life life;
  TaskId task;
  std::vector<const CodeLines::Move*> moves;
  std::size_t stretch = 0;    ///< before the first move, after the first, after the second, ...
  std::size_t nth = 0, k = 0; ///< where the stretch begins in the life; where we are
  struct Held { std::uint64_t who; std::uint16_t line; };
  std::vector<Held> held{};    ///< the innermost last
  std::size_t told = 0;       ///< moves that are in it
  bool any = false;
  Nanos plain = 0;

  void hold(const CodeLines::Move& move) {
    const std::uint64_t from = move.from > 0 ? move.from : kPlainCode | task, to = move.to > 0 ? move.to : kPlainCode | task;
    if (!move.returns) return held.push_back({from, move.from_line});
    // Back to it, over those that are over.
    while (!held.empty() && held.back().who != to) held.pop_back();
    if (!held.empty()) held.pop_back();
  }

  /// Not more than so many parts of spans. False: that was the last.
  bool some(std::size_t most) {
    for (; stretch <= moves.size(); ++stretch, k = nth) {
      while (told < stretch) hold(*moves[told++]);
      const bool first = stretch == 0;
      if (first && life.empty()) continue;
      const CodeLines::Move* const by = first ? nullptr : moves[stretch - 1];
      const std::uint64_t whose = by && by->to > 0 ? by->to : kPlainCode | task;
      const Nanos from = by ? by->at : life.front().begin;
      const Nanos until = stretch < moves.size() ? moves[stretch]->at : life.empty() ? from : life.back().end;
      while (nth < life.size() && life[nth].end <= from) {
        if (most-- == 0) return true;
        k = ++nth;
      }
      for (; k < life.size() && life[k].begin < until; ++k) {
        if (most-- == 0) return true;
        take(whose, life[k], from, until);
      }
    }
    return false;
  }

  void take(std::uint64_t whose, Span part, Nanos from, Nanos until) {
    const Span all = part;
    part.begin = std::max(part.begin, from);
    part.end = std::min(part.end, until);
    if (part.end <= part.begin || part.state == State::not_started) return;
    part.line = static_cast<std::uint16_t>(line_at(lines, all, 0, static_cast<double>(part.begin)));
    if (whose >= kPlainCode) plain += part.end - part.begin;
    else any = true;
    PackedSpans& spans = by_number[whose].spans;
    if (!spans.empty() && part.begin < spans.last_end()) return;  // two tasks go through it: the first has it
    spans.push_back(part);
    part.state = State::waiting_children;
    for (const Held& other : held) {
      PackedSpans& its = by_number[other.who].spans;
      part.line = other.line;
      if (other.who != whose && (its.empty() || part.begin >= its.last_end()) && !its.goes_on(part)) its.push_back(part);
    }
  }
};

}  // namespace

Pieces generator_lanes_in_pieces(const Trace& trace, const CodeLines& lines, std::size_t most, std::vector<Lane>& out, const StagePlaces* places) {
  if (!trace.ended() || lines.generators.empty() || lines.generators.size() > most) co_return;
  constexpr std::size_t kSome = kPiece / 4;  // the line of each is looked for
  std::map<std::uint64_t, Lane> by_number;
  std::map<TaskId, std::vector<const CodeLines::Move*>> by_task;
  std::size_t seen = 0;
  for (const CodeLines::Move& move : lines.moves) {
    if (move.from > 0 || move.to > 0) by_task[move.task].push_back(&move);
    if (++seen % kPiece == 0) co_yield 0.1;
  }
  bool any = false;
  Nanos plain = 0;
  double done = 0;
  for (auto& [task, moves] : by_task) {
    Controls controls{lines, by_number, trace.spans_of(task), task, std::move(moves)};
    while (controls.some(kSome)) co_yield 0.1 + 0.8 * done / static_cast<double>(by_task.size());
    any = any || controls.any;
    plain += controls.plain;
    co_yield 0.1 + 0.8 * ++done / static_cast<double>(by_task.size());
  }
  if (!any) co_return;
  // The code that drives them, where it sends, or has a part in the time; what only asks and hands on takes none worth a lane. Then
  // they, in order of their numbers; and all as things go, where that is known.
  struct Shown { int place; std::uint64_t number; const std::string* name; };
  std::vector<Shown> shown;
  auto place_of = [&](std::uint64_t number) {
    const auto at = places ? places->find(number) : StagePlaces::const_iterator();
    return places && at != places->end() ? at->second : 0;
  };
  for (const auto& [task, name] : lines.code)
    if (by_number.contains(kPlainCode | task) && (lines.senders.contains(task) || plain * 100 >= trace.summary().makespan)) shown.push_back({place_of(kPlainCode | task), kPlainCode | task, &name});
  for (const auto& [number, name] : lines.generators) shown.push_back({place_of(number), number, &name});
  std::ranges::stable_sort(shown, {}, &Shown::place);
  std::map<std::string, int> of_name, nth_of_name;
  for (const Shown& each : shown) ++of_name[*each.name];
  for (const Shown& each : shown) {
    Lane lane = std::move(by_number[each.number]);
    const int nth = ++nth_of_name[*each.name];
    // "child (b)": a program's own numbers need not be these.
    lane.name = *each.name;
    if (of_name[*each.name] > 1) lane.name += nth <= 26 ? fmt::format(" ({:c})", static_cast<char>('a' + nth - 1)) : fmt::format(" (no. {})", nth);
    if (each.number >= kPlainCode) lane.kind = LaneKind::coordinator;
    out.push_back(std::move(lane));
  }
}

}  // namespace interleave
