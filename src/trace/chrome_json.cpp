// chrome_json.cpp -- a trace for Perfetto (ui.perfetto.dev) and chrome://tracing.
//
// Lanes are threads with complete slices ("X") that never overlap; idle time is left empty. Tasks are async events
// ("b", "e") by id, with where they were nested inside. Format: "Trace Event Format" (Google, 2016).
// Written line by line: a document tree would need a kilobyte per span.
//
// A time is a number of microseconds. Perfetto before 2025 multiplies it by 1000 as a double and CUTS, which makes
// 1.001 into 1000 ns; then a slice begins before its predecessor ends and is thrown away. So where three decimals would
// be cut too low, a fourth digit is added (1.0011), which every reader takes for 1001 ns.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>

#include "trace/trace.h"

namespace interleave {
namespace {

constexpr int kProcess = 1;
constexpr std::size_t kMostTaskSpans = 1'000'000;  // beyond, tasks have a beginning and an end only

constexpr std::string_view kStateNames[kStates] = {
    "running", "ready", "waiting for I/O", "waiting for a lock", "waiting for the GIL", "idle", "not started", "copying",
    "starting", "waiting for its tasks"};
constexpr std::string_view kProvenanceNames[] = {"measured", "modelled", "recorded"};
constexpr std::string_view kEndNames[] = {"finished", "failed", "cancelled", "deadlock", "aborted"};

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct Writer {
  std::string out;
  Nanos shift = 0;  ///< starting threads comes before t = 0, but Perfetto has no negative times
  bool first = true;

  std::string time(Nanos t) const {
    char text[32];
    char* end = fmt::format_to(text, "{}.{:03}", t / 1000, t % 1000);
    *end = '\0';
    if (static_cast<Nanos>(std::strtod(text, nullptr) * 1000.0) != t) *end++ = '1';
    return {text, end};
  }

  /// `fields`: what comes after name, phase, process and lane.
  void event(std::string_view name_as_json, char phase, std::size_t lane, std::string_view fields) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{},\"ph\":\"{}\",\"pid\":{},\"tid\":{}{}}}", first ? "\n" : ",\n",
                   name_as_json, phase, kProcess, lane + 1, fields);
    first = false;
  }
  void event_at(Nanos t, std::string_view name_as_json, char phase, std::size_t lane, std::string_view fields) {
    event(name_as_json, phase, lane, fmt::format(",\"ts\":{}{}", time(t + shift), fields));
  }
};

std::string task_name(TaskId task) { return task == kRootTask ? "\"main\"" : fmt::format("\"task {}\"", number_of(task)); }

std::string slice_name(const Span& span) {
  if (span.state == State::running && span.task != kNoTask) return task_name(span.task);
  return fmt::format("\"{}\"", kStateNames[static_cast<int>(span.state)]);
}

std::string slice_arguments(const Span& span) {
  std::string text = fmt::format("\"state\":\"{}\"", kStateNames[static_cast<int>(span.state)]);
  if (span.task != kNoTask) text += fmt::format(",\"task\":{}", span.task);
  if (span.line != 0) text += fmt::format(",\"line\":{}", span.line);
  if (span.state == State::running) text += fmt::format(",\"core\":{}", span.core);
  return text;
}

void write_lane(Writer& w, const Lane& lane, std::size_t index) {
  const std::string name = lane.name.empty() ? fmt::format("lane {}", index) : lane.name;
  w.event("\"thread_name\"", 'M', index, fmt::format(",\"args\":{{\"name\":{}}}", json_string(name)));
  w.event("\"thread_sort_index\"", 'M', index, fmt::format(",\"args\":{{\"sort_index\":{}}}", index));
  for (const Span& span : lane.spans) {
    if (span.state == State::idle || span.state == State::not_started || span.end <= span.begin) continue;
    w.event_at(span.begin, slice_name(span), 'X', index,
               fmt::format(",\"dur\":{},\"cat\":\"lane\",\"args\":{{{}}}", w.time(span.end - span.begin), slice_arguments(span)));
  }
  for (const Mark& mark : lane.marks) {
    std::string_view name;
    switch (mark.kind) {
      case EventKind::spawn: name = "\"spawn\""; break;
      case EventKind::wake: name = "\"wake\""; break;
      case EventKind::steal: name = "\"steal\""; break;
      case EventKind::gil_dropped: name = mark.cause.index ? "\"made to drop the GIL\"" : ""; break;
      default: break;  // a switch is where two slices meet
    }
    if (name.empty()) continue;
    w.event_at(mark.at, name, 'i', index, fmt::format(",\"s\":\"t\",\"cat\":\"mark\",\"args\":{{\"task\":{}}}", mark.task));
  }
}

void write_task(Writer& w, const Trace& trace, const TaskRecord& task, bool with_states) {
  if (task.id == kNoTask) return;
  const Nanos begin = task.spawned >= 0 ? task.spawned : task.started;
  if (begin < 0) return;
  const Nanos end = std::max(begin, task.ended >= 0 ? task.ended : trace.end());
  const std::string id = fmt::format(",\"cat\":\"task\",\"id\":\"0x{:x}\"", task.id);
  const std::string name = task_name(task.id);
  w.event_at(begin, name, 'b', 0,
             id + fmt::format(",\"args\":{{\"parent\":{},\"line\":{},\"running_us\":{},\"ready_us\":{},\"waiting_us\":{}}}",
                              task.parent, task.line, w.time(task.running), w.time(task.ready), w.time(task.waiting)));
  if (with_states)
    for (const Span& span : trace.spans_of(task.id)) {
      if (span.begin < begin || span.end > end || span.end <= span.begin) continue;
      const std::string state = fmt::format("\"{}\"", kStateNames[static_cast<int>(span.state)]);
      w.event_at(span.begin, state, 'b', 0, span.line ? id + fmt::format(",\"args\":{{\"line\":{}}}", span.line) : id);
      w.event_at(span.end, state, 'e', 0, id);
    }
  w.event_at(end, name, 'e', 0, id);
}

}  // namespace

std::string chrome_json(const Trace& trace) {
  Writer w;
  for (const Lane& lane : trace.lanes()) {
    if (!lane.spans.empty()) w.shift = std::max(w.shift, -lane.spans.front().begin);
    if (!lane.marks.empty()) w.shift = std::max(w.shift, -lane.marks.front().at);
  }
  const std::string_view provenance = kProvenanceNames[static_cast<int>(trace.provenance)];
  w.out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  w.event("\"process_name\"", 'M', 0,
          fmt::format(",\"args\":{{\"name\":{}}}", json_string(fmt::format("{}, {}", name_of(trace.executor), provenance))));
  std::size_t task_spans = 0;
  for (std::size_t i = 0; i < trace.lanes().size(); ++i) write_lane(w, trace.lanes()[i], i);
  for (const TaskRecord& task : trace.tasks()) task_spans += trace.spans_of(task.id).size();
  for (const TaskRecord& task : trace.tasks()) write_task(w, trace, task, task_spans <= kMostTaskSpans);
  for (const TextLine& line : trace.texts())
    w.event_at(line.at, line.role == TextRole::output ? "\"print\"" : "\"notice\"", 'i', 0,
               fmt::format(",\"s\":\"p\",\"cat\":\"text\",\"args\":{{\"task\":{},\"text\":{}}}", line.task, json_string(line.text)));

  const Summary summary = trace.summary();
  nlohmann::ordered_json other = {
      {"program", "Interleave"},
      {"executor", id_of(trace.executor)},
      {"provenance", provenance},
      {"how_ended", trace.ended() ? kEndNames[static_cast<int>(trace.how_ended())] : "still running"},
      {"makespan_ns", summary.makespan},
      {"tasks", summary.tasks},
      {"cores", trace.fact(Fact::cores)},
      {"emulated_cores", trace.fact(Fact::emulated_cores) != 0},
      {"clock_step_ns", trace.fact(Fact::clock_step_ns)},
      {"run_starts_at_us", static_cast<double>(w.shift) / 1000},
      {"dropped_events", summary.dropped_events},
  };
  if (task_spans > kMostTaskSpans) other["left_out"] = "where each task was";
  w.out += "\n],\"otherData\":" + other.dump() + "}\n";
  return std::move(w.out);
}

}  // namespace interleave
