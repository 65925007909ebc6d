// dump.cpp -- a trace as lines of text, for golden tests and for `interleave run --dump`.
// Times are whole nanoseconds: what a figure on screen rounds, a dump must not. Cores and counts are derived from what
// is here and are left out.
#include <fmt/format.h>

#include <iterator>

#include "trace/trace.h"

namespace interleave {
namespace {

constexpr std::string_view kStateWords[kStates] = {"running",     "ready", "waiting_io",  "waiting_lock", "waiting_gil",
                                                   "idle",        "not_started", "copying", "starting", "waiting_children"};
constexpr std::string_view kLaneKinds[] = {"coordinator", "worker", "process", "loop"};
constexpr std::string_view kOutcomes[] = {"finished", "failed", "cancelled", "lost"};
constexpr std::string_view kRoles[] = {"output", "error", "lane_name", "lane_detail", "notice", "hand_over"};
constexpr std::string_view kFacts[] = {"bytes_per_task", "spawn_ns",       "copied_bytes",  "cores",           "workers",
                                       "workers_asked",  "emulated_cores", "clock_step_ns", "gil_interval_ns", "tasks_refused",
                                       "asked_compute_ns", "asked_wait_ns", "loop_blocked_ns"};

constexpr std::string_view kSyncWords[] = {"wants", "takes", "gives", "sets", "clears", "puts into", "gets from"};
constexpr std::string_view kObjectWords[] = {"lock", "semaphore", "event", "queue"};

template <class Enum, std::size_t n>
std::string_view word(const std::string_view (&words)[n], Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < n ? words[index] : "?";
}

/// On one line whatever it holds: what was said came from a script or from another process.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '"' || c == '\\') out.append("\\").push_back(c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else out.push_back(c);
  }
  return out + "\"";
}

void print_span(std::string& out, const Span& span) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "  {}..{} {}", span.begin, span.end, word(kStateWords, span.state));
  if (span.task != kNoTask) fmt::format_to(to, " task {}", span.task);
  if (span.state == State::running) fmt::format_to(to, " core {}", span.core);
  if (span.line != 0) fmt::format_to(to, " line {}", span.line);
  out += '\n';
}

void print_mark(std::string& out, const Mark& mark) {
  auto to = std::back_inserter(out);
  switch (mark.kind) {
    case EventKind::run: fmt::format_to(to, "  @{} switch to task {}", mark.at, mark.task); break;
    case EventKind::spawn: fmt::format_to(to, "  @{} spawn task {}", mark.at, mark.task); break;
    case EventKind::wake: fmt::format_to(to, "  @{} wake task {}", mark.at, mark.task); break;
    case EventKind::steal: fmt::format_to(to, "  @{} steal task {}", mark.at, mark.task); break;
    case EventKind::gil_dropped:
      fmt::format_to(to, "  @{} task {} {} the GIL", mark.at, mark.task, mark.cause.index ? "was made to drop" : "drops");
      break;
    case EventKind::sync: {
      const auto argument = static_cast<std::uint32_t>(mark.cause.index);
      fmt::format_to(to, "  @{} task {} {} {} {}", mark.at, mark.task, word(kSyncWords, mark_of(argument)), word(kObjectWords, object_kind_of(argument)), object_of(argument));
      break;
    }
    default: fmt::format_to(to, "  @{} mark {} task {}", mark.at, static_cast<int>(mark.kind), mark.task);
  }
  if (mark.cause.lane_plus_1) fmt::format_to(to, " by lane {} word {}", mark.cause.lane_plus_1 - 1, std::uint64_t{mark.cause.index});
  out += '\n';
}

}  // namespace

std::string dump_text(const Trace& trace) {
  std::string out;
  auto to = std::back_inserter(out);
  const Summary s = trace.summary();
  fmt::format_to(to, "run {} {} {} end {}\n", id_of(trace.executor), word_of(trace.provenance),
                 trace.ended() ? word_of(trace.how_ended()) : std::string_view("unended"), trace.end());
  fmt::format_to(to, "summary makespan {} cpu_busy {} switches {} p50 {} p99 {} max {} dropped {}\n", s.makespan, s.cpu_busy,
                 s.switches, s.latency.p50, s.latency.p99, s.latency.max, s.dropped_events);
  for (std::size_t i = 0; i < std::size(kFacts); ++i)
    if (const std::int64_t value = trace.fact(static_cast<Fact>(i))) fmt::format_to(to, "fact {} {}\n", kFacts[i], value);

  for (std::size_t i = 0; i < trace.lanes().size(); ++i) {
    const Lane& lane = trace.lanes()[i];
    fmt::format_to(to, "lane {} {} {}", i, word(kLaneKinds, lane.kind), quoted(lane.name));
    if (!lane.detail.empty()) fmt::format_to(to, " {}", quoted(lane.detail));
    if (lane.dropped_events) fmt::format_to(to, " dropped {}", lane.dropped_events);
    out += '\n';
    // A mark stands before the span that it leads into.
    auto mark = lane.marks.begin();
    for (const Span& span : lane.spans) {
      for (; mark != lane.marks.end() && mark->at <= span.begin; ++mark) print_mark(out, *mark);
      print_span(out, span);
    }
    for (; mark != lane.marks.end(); ++mark) print_mark(out, *mark);
  }

  for (const TaskRecord& task : trace.tasks()) {
    if (task.spawned < 0 && task.started < 0 && task.ended < 0) continue;  // a hole in the ids
    fmt::format_to(to, "task {}", task.id);
    if (task.parent) fmt::format_to(to, " of {}", task.parent);
    if (task.line) fmt::format_to(to, " line {}", task.line);
    if (task.spawned >= 0) fmt::format_to(to, " spawned {}", task.spawned);
    if (task.started >= 0) fmt::format_to(to, " started {}", task.started);
    if (task.running || task.ready || task.waiting)
      fmt::format_to(to, " running {} ready {} waiting {}", task.running, task.ready, task.waiting);
    if (task.ended >= 0) fmt::format_to(to, " {} {}", word(kOutcomes, task.outcome), task.ended);
    out += '\n';
  }
  for (const TextLine& line : trace.texts()) {
    fmt::format_to(to, "{} {}", word(kRoles, line.role), line.at);
    if (line.task) fmt::format_to(to, " task {}", line.task);
    fmt::format_to(to, " {}\n", quoted(line.text));
  }
  return out;
}

}  // namespace interleave
