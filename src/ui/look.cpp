// look.cpp -- App's commands that move the look at finished runs: steps, a task, a range, causes. None changes a run.
#include <fmt/format.h>

#include <algorithm>

#include "ui/app.h"
#include "ui/timeline_plan.h"
#include "view/format.h"
#include "view/playback.h"
#include "view/timeline.h"

namespace interleave {

Nanos App::clock_step() const {
  std::optional<Nanos> finest;
  for (const Shown& s : shown())
    if (s.trace) finest = std::min(finest.value_or(INT64_MAX), clock_step_of(*s.trace));
  return finest.value_or(0);
}

void App::pin(std::optional<SpanPick> pick) {
  if (pick == view.pinned) return;
  if (!view.pinned) view.pinned_since_s = now_s;
  view.pinned = std::move(pick);
  view.show_pinned_line = view.pinned.has_value();
}

std::string App::step(int direction, std::string_view of) {
  if (end() <= 0) return {};
  double from = view.playhead < 0 ? 0 : view.playhead;
  std::optional<Nanos> best;
  std::optional<SpanPick> along;
  if (of == "lane" || of == "task") {
    along = view.pinned ? view.pinned : view.hovered;
    if (!along && of == "lane") along = first_lane(*this);
    if (along && along->run == 0) along->run = serial_of(along->executor);
    if (along && of == "task" && along->of != SpanPick::Of::task) {
      Spans spans = spans_at(*this, *along);
      TaskId task = along->span < spans.size() ? spans[along->span].task : kNoTask;
      if (task <= kRootTask) along.reset();
      else along = SpanPick{along->executor, SpanPick::Of::task, task, 0, 1, along->run};
    }
    if (!along) return notice = "Click a span first: then its lane or its task is stepped through.";
    Spans spans = spans_at(*this, *along);
    best = direction > 0 ? next_switch(spans, from) : previous_switch(spans, from);
  } else if (!of.empty()) {
    return fmt::format("step goes by lane or by task, not by '{}'.", of);
  } else {
    for (const Shown& s : shown()) {
      const Trace* trace = s.trace;
      if (!trace) continue;
      std::optional<Nanos> at = direction > 0 ? next_switch(trace->cores(), from) : previous_switch(trace->cores(), from);
      // In a pipeline each hand-over is one, too.
      if (s.run)
        if (std::optional<Nanos> over = direction > 0 ? next_move(s.run->flow, from) : previous_move(s.run->flow, from); over && (!at || (direction > 0 ? *over < *at : *over > *at))) at = over;
      if (at && (!best || (direction > 0 ? *at < *best : *at > *best))) best = at;
    }
  }
  view.playing = 0;
  view.playhead = best ? static_cast<double>(*best) : direction > 0 ? static_cast<double>(end()) : 0;
  view.playhead_placed = true;
  if (along) {
    // What is selected goes along: the span that begins here.
    auto nth = span_at(spans_at(*this, *along), view.playhead);
    along->span = nth >= 0 ? static_cast<std::uint32_t>(nth) : along->span;
    along->count = 1;
    if (nth >= 0) pin(along);
  }
  show_time(view.playhead);
  return {};
}

std::string App::lanes(std::string_view by) {
  if (by.empty()) by = view.lanes_by == LanesBy::worker ? "core" : view.lanes_by == LanesBy::core ? "task" : "worker";
  if (by != "worker" && by != "core" && by != "task") return fmt::format("Lanes are by worker, by core or by task, not by '{}'.", by);
  view.lanes_by = by == "core" ? LanesBy::core : by == "task" ? LanesBy::task : LanesBy::worker;
  view.unfolded = false;
  view.scroll_px = 0;
  if (view.compare) {  // together the lanes are by core; asking for others is asking for one run
    if (auto kind = lit_executor()) command("show", id_of(*kind));
  }
  return {};
}

std::string App::find(std::string_view number, std::string_view executor) {
  auto kind = executor.empty() ? lit_executor() : executor_from_id(executor);
  SpanPick pick;
  pick.of = SpanPick::Of::task;
  if (kind) pick.executor = *kind, pick.run = serial_of(*kind);
  const Trace* trace = kind ? trace_of(pick) : nullptr;
  if (!trace || !trace->ended()) return notice = "After a run its tasks can be found.";
  if (number.empty()) {
    view.tasks.show();
    return {};
  }
  double n = 0;
  if (!parse_parameter_value(number, n) || n < 1 || n + kRootTask > static_cast<double>(trace->tasks().size()))
    return notice = fmt::format("No task has the number {}. The last one is {}.", number, trace->tasks().empty() ? 0 : trace->tasks().size() - 1);
  auto task = static_cast<TaskId>(n) + kRootTask;
  const Life life = trace->spans_of(task);
  if (life.empty()) return notice = "The trace does not say where this task was.";
  auto nth = span_at(life, view.playhead);
  // What is thinner than a pixel or two is not what anybody looks for.
  const double seen = view.window.length() / 500;
  auto length = [&](std::ptrdiff_t n) {
    const Span& span = life[static_cast<std::size_t>(n)];
    return static_cast<double>(span.end - span.begin);
  };
  if (nth < 0 || length(nth) < seen) {
    // To where it first does something that can be seen, else to the longest that it did.
    std::ptrdiff_t longest = -1;
    for (std::ptrdiff_t i = 0; i < std::ssize(life) && (longest < 0 || length(longest) < seen); ++i)
      if (life[static_cast<std::size_t>(i)].state != State::not_started && (longest < 0 || length(i) > length(longest))) longest = i;
    nth = std::max<std::ptrdiff_t>(longest, 0);
    view.playhead = static_cast<double>(life[static_cast<std::size_t>(nth)].begin);
    view.playhead_placed = true;
    view.playing = 0;
  }
  pick.lane = task;
  pick.span = static_cast<std::uint32_t>(nth);
  pin(pick);
  show_time(view.playhead);
  return {};
}

const FoundTasks& App::found_tasks(const Trace& trace, double t, std::size_t most) {
  std::string_view search = view.tasks.text.data();
  if (found_.trace.get() != &trace || found_.search != search || found_.t != t) {
    auto run = std::ranges::find(history, &trace, [](const Run& r) { return r.trace.get(); });
    found_ = {run != history.end() ? run->trace : nullptr, std::string(search), t, find_tasks(trace, search, t, most)};
  }
  return found_.tasks;
}

// --- a range -----------------------------------------------------------------------------------------------------------------

std::string App::range(std::string_view from, std::string_view to) {
  if (from.empty()) {
    set_range(std::nullopt);
    return {};
  }
  if (from == "begin" || from == "end") {
    // From there to the run's end, or from its beginning to there; then the other end is moved likewise.
    if (end() <= 0 || live) return notice = "After a run a stretch of it can be selected.";
    const double at = std::max(0.0, view.playhead), last = static_cast<double>(end());
    Viewport wanted = view.range.value_or(Viewport{0, last});
    (from == "begin" ? wanted.begin : wanted.end) = at;
    if (wanted.end <= wanted.begin) (from == "begin" ? wanted.end : wanted.begin) = from == "begin" ? last : 0;
    if (wanted.end <= wanted.begin) return notice = "A range needs two moments. Move the playhead first.";
    set_range(wanted);
    return {};
  }
  double a = 0, b = 0;
  if (!parse_parameter_value(from, a) || !parse_parameter_value(to, b) || a == b) return "range wants two times, such as 200ms and 300ms.";
  set_range(Viewport{std::min(a, b), std::max(a, b)});
  return {};
}

void App::set_range(std::optional<Viewport> range) {
  if (range) {
    range->begin = std::max(range->begin, 0.0);
    range->end = std::min(range->end, static_cast<double>(end()));
    if (!(range->end > range->begin)) range.reset();
  }
  view.range = range;
  if (!view.range) view.loop = false;
  measure_range();
}

void App::measure_range() {
  range_figures.clear();
  if (!view.range) return;
  for (const Shown& s : shown_with_titles())
    if (s.trace) {
      range_figures.push_back(figures_of(*s.trace, *view.range, s.run ? &s.run->counts : nullptr, s.run ? &s.run->switches : nullptr));
      range_figures.back().title = s.title;
    }
}

std::string App::range_words() const {
  if (!view.range) return {};
  const auto at = [this](double t) { return time_in_words(static_cast<Nanos>(t)); };
  std::string out = fmt::format("{} selected, {} to {}.", format_duration(static_cast<Nanos>(view.range->length())), at(view.range->begin), at(view.range->end));
  for (const RangeFigures& f : range_figures) {
    out += fmt::format(" {}: on average {:.2f} running", f.title.empty() ? name_of(f.executor) : std::string_view(f.title), f.running);
    for (const auto& [n, words] : {std::pair{f.ready, "ready"}, {f.waiting_gil, "waiting for the GIL"}, {f.waiting_lock, "waiting for a lock"}, {f.waiting_io, "waiting for I/O"}})
      if (n >= 0.005) out += fmt::format(", {:.2f} {}", n, words);
    out += fmt::format("; {} done.", format_count(f.done));
  }
  return out;
}

// --- causes --------------------------------------------------------------------------------------------------------------------

std::string App::woke() {
  const Trace* trace = view.pinned ? trace_of(*view.pinned) : nullptr;
  Spans spans = trace ? spans_at(*this, *view.pinned) : Spans();
  if (!trace || view.pinned->span >= spans.size()) return {};
  const Span& span = spans[view.pinned->span];
  std::optional<Wake> wake = what_woke(*trace, span.task, static_cast<double>(span.begin));
  if (!wake || wake->by == kNoTask)
    return notice = span.state == State::waiting_io ? "What it waited for came from outside: no task woke it." : "The trace does not say what woke it.";
  return show_wake(*view.pinned, wake->by, static_cast<double>(wake->from) - 1, static_cast<double>(wake->from));
}

std::string App::wakes() {
  const Trace* trace = view.pinned ? trace_of(*view.pinned) : nullptr;
  Spans spans = trace ? spans_at(*this, *view.pinned) : Spans();
  if (!trace || view.pinned->span >= spans.size()) return {};
  const Span& span = spans[view.pinned->span];
  std::optional<Wake> wake = what_it_woke(*trace, span.task, static_cast<double>(span.begin));
  if (!wake) return notice = "No task went on because of this one, as far as the trace shows.";
  return show_wake(*view.pinned, wake->by, static_cast<double>(wake->to) - 1, static_cast<double>(wake->to));
}

std::string App::show_wake(const SpanPick& of, TaskId task, double moment, double playhead) {
  const Trace& trace = *trace_of(of);
  SpanPick pick{of.executor, SpanPick::Of::task, task, 0, 1, of.run};
  std::ptrdiff_t nth = -1;
  if (task != kRootTask) {
    nth = span_at(trace.spans_of(task), moment);
  } else {
    // Main has no life among the tasks; it is on some lane.
    pick.of = SpanPick::Of::worker;
    for (pick.lane = 0; pick.lane < trace.lanes().size(); ++pick.lane) {
      const Spans spans = trace.lanes()[pick.lane].spans;
      nth = span_at(spans, moment);
      if (nth >= 0 && spans[static_cast<std::size_t>(nth)].task == kRootTask) break;
      nth = -1;
    }
  }
  if (nth < 0) return notice = "The trace does not say where that one was.";
  pick.span = static_cast<std::uint32_t>(nth);
  pin(pick);
  view.playing = 0;
  view.playhead = playhead;
  view.playhead_placed = true;
  show_time(view.playhead);
  return {};
}

std::string App::line() {
  Spans spans = view.pinned ? spans_at(*this, *view.pinned) : Spans();
  int line = view.pinned && view.pinned->span < spans.size() ? spans[view.pinned->span].line : 0;
  if (line <= 0) return notice = view.pinned ? "The trace does not say at which line this was." : "Click a span first: then its line is shown.";
  std::string_view source = source_of(*view.pinned);
  if (layout.form == Form::embed || source != code.text)
    return notice = fmt::format("{}ine {}: {}", source != code.text ? "The code was changed since this run. Its l" : "L", line, source_line(source, line));
  view.show_line = line;
  if (layout.code.empty()) view.tab = layout.form == Form::laptop ? Tab::lanes : Tab::code;
  return {};
}

std::string App::look(std::string_view what, std::string_view argument, std::string_view value) {
  double a = 0, b = 0;
  if (what == "playhead" || what == "window") {
    if (!parse_parameter_value(argument, a) || (what == "window" && !parse_parameter_value(value, b))) return fmt::format("'{}' is no time.", argument);
    if (what == "playhead") {
      view.playing = 0;
      view.playhead = std::clamp(a, 0.0, static_cast<double>(end()));
      view.playhead_placed = true;
    } else {
      set_window({a, b});
      view.follow = false;
      clamp_window();
    }
    return {};
  }
  // pin EXECUTOR TASK TIME: what this task was at then.
  auto kind = executor_from_id(argument);
  std::size_t space = value.find(' ');
  if (!kind || space == value.npos || !parse_parameter_value(value.substr(0, space), a) || !parse_parameter_value(value.substr(space + 1), b))
    return "pin wants an executor, a task's number and a time.";
  SpanPick pick;
  pick.of = SpanPick::Of::task;
  pick.executor = *kind;
  pick.run = serial_of(*kind);
  const Trace* trace = trace_of(pick);
  auto task = static_cast<TaskId>(a) + kRootTask;
  if (!trace || !trace->ended() || a < 1 || task > trace->tasks().size()) return "There is no such task to pin.";
  auto nth = span_at(trace->spans_of(task), b);
  if (nth < 0) return "The task was not there then.";
  pick.lane = task;
  pick.span = static_cast<std::uint32_t>(nth);
  pin(pick);
  return {};
}

}  // namespace interleave
