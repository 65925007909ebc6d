#include "ui/task_places.h"
#include "view/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "view/scene.h"
#include "view/timeline.h"

namespace interleave {

double moment_shown(const App& app, ExecutorKind executor) {
  if (!app.live || app.live->executor != executor) return app.view.playhead;
  return static_cast<double>(std::max<Nanos>(0, app.live->now - 1));
}

// Of a script with one kind of object that tasks wait at, that one.
static std::string object_waited_for(std::string_view source) {
  constexpr std::pair<std::string_view, const char*> kObjects[] = {{"Lock(", "a lock"}, {"Semaphore(", "a semaphore"}, {"Queue(", "a queue"}, {"Event(", "an event"}};
  std::string only;
  for (const auto& [made, words] : kObjects)
    if (source.find(made) != source.npos) {
      if (!only.empty()) return "a lock, a queue or the like";
      only = words;
    }
  return only.empty() ? "a lock, a queue or the like" : only;
}

TaskPlaces task_places(const App& app, ExecutorKind executor) {
  TaskPlaces out;
  const Trace* trace = app.trace_of(executor);
  if (!trace) return out;
  const double at = moment_shown(app, executor);
  if (at < 0) return out;
  out.at = static_cast<Nanos>(at);
  // Those that were stuck are not done because the run was ended.
  SceneInput stuck;
  const bool deadlock = trace->ended() && trace->how_ended() == RunEnd::deadlock;
  if (deadlock) stuck = scene_at(*trace, at);
  out.counts = deadlock ? stuck.counts : counts_at(*trace, at);
  const CodeLines* const lines = app.lines_of(app.shown(executor));
  auto take = [&](const Span& at_span) {
    Span span = at_span;
    if (span.task == kNoTask) return;
    // The innermost code of its task: a generator's own line, or where it prints.
    if (lines) span.line = static_cast<std::uint16_t>(line_at(*lines, at_span, span.task <= trace->tasks().size() ? trace->tasks()[span.task - 1].line : 0, at));
    if (span.line == 0) return;
    // main stands at its gather for the whole run; that says nothing.
    if (span.task == kRootTask && span.state != State::running && span.state != State::waiting_io) return;
    ++out.lines[span.line][static_cast<std::size_t>(span.state)];
    out.known_lines.insert(span.line);
  };
  if (trace->ended() && trace->tasks().size() <= kEachTask) {
    for (const TaskRecord& task : trace->tasks()) {
      if (task.id <= kRootTask) continue;
      const Life spans = trace->spans_of(task.id);
      auto nth = span_at(spans, at);
      // That it was cancelled in the end is not where it stood.
      if (const auto who = std::ranges::find(stuck.tasks, number_of(task.id), &TaskAt::number); who != stuck.tasks.end() && who->state == State::waiting_lock)
        for (std::size_t i = spans.size(); i-- > 0;)
          if (spans[i].state == State::waiting_lock && static_cast<double>(spans[i].begin) <= at) {
            nth = static_cast<std::ptrdiff_t>(i);
            break;
          }
      State state = task.ended >= 0 && static_cast<double>(task.ended) <= at ? State::idle : State::not_started;
      if (nth >= 0) {
        const Span& span = spans[static_cast<std::size_t>(nth)];
        state = span.state;
        if (state != State::not_started) take(span);
      }
      out.tasks.push_back({task.id, state});
    }
    for (const Lane& lane : trace->lanes())
      if (auto nth = span_at(lane.spans, at); lane.kind == LaneKind::coordinator && nth >= 0) take(lane.spans[static_cast<std::size_t>(nth)]);
  } else {
    for (const Lane& lane : trace->lanes()) {
      auto nth = span_at(lane.spans, at);
      if (nth >= 0) take(lane.spans[static_cast<std::size_t>(nth)]);
    }
  }
  if (lines) {
    std::map<int, std::map<std::string, int>> by_line;
    for (const WaitingGenerator& g : waiting_generators(*lines, at)) ++by_line[g.line][g.name];
    for (const auto& [line, names] : by_line) {
      std::string& words = out.waiting[line];
      for (const auto& [name, n] : names) words += fmt::format("{}{}{}", words.empty() ? "" : ", ", name, n > 1 ? fmt::format(" ({})", n) : std::string());
      out.known_lines.insert(line);
    }
  }
  const TaskCounts& c = out.counts;
  std::vector<std::string> parts;
  auto say = [&](std::uint32_t n, const char* one, const char* many) {
    if (n > 0) parts.push_back(fmt::format("{} {}", format_count(n), n == 1 ? one : many));
  };
  say(c.running, "task computes", "tasks compute");
  // On one thread cores may be free, and what is missing is that thread.
  if (executor == ExecutorKind::loop) say(c.ready, "waits for the loop", "wait for the loop");
  else if (executor == ExecutorKind::serial) say(c.ready, "waits for its turn", "wait for their turn");
  else say(c.ready, "could and has no core", "could and have no core");
  // Counts hold those whose bytes are on the way with those that wait for an answer.
  std::uint32_t copying = 0;
  for (const auto& [id, state] : out.tasks) copying += state == State::copying;
  copying = std::min(copying, c.waiting_io);
  say(copying, "is being copied", "are being copied");
  say(c.waiting_io - copying, "waits for I/O", "wait for I/O");
  say(c.waiting_gil, "waits for the GIL", "wait for the GIL");
  const std::string object = c.waiting_lock > 0 ? object_waited_for(app.source_of(SpanPick{.executor = executor, .run = app.serial_of(executor)})) : std::string();
  say(c.waiting_lock, ("waits for " + object).c_str(), ("wait for " + object).c_str());
  say(c.not_started, "has not started", "have not started");
  say(c.done, "is done", "are done");
  for (std::size_t i = 0; i < parts.size(); ++i) out.sentence += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  if (!out.sentence.empty()) out.sentence += ".";
  return out;
}

}  // namespace interleave
