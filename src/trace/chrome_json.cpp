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
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "trace/trace_file.h"
#include "trace/trace_parts.h"

namespace interleave {
namespace {

constexpr int kProcess = 1;
constexpr std::size_t kMostTaskSpans = 1'000'000;  // beyond, tasks have a beginning and an end only

constexpr std::string_view kStateNames[kStates] = {
    "running", "ready", "waiting for I/O", "waiting for a lock", "waiting for the GIL", "idle", "not started", "copying",
    "starting", "waiting for its tasks"};
constexpr std::string_view kKindNames[] = {"coordinator", "worker", "process", "loop"};

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
  w.event("\"thread_name\"", 'M', index, fmt::format(",\"args\":{{\"name\":{},\"kind\":\"{}\"}}", json_string(name), kKindNames[static_cast<int>(lane.kind)]));
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

std::string chrome_json(const Trace& trace, std::string_view about) {
  Writer w;
  for (const Lane& lane : trace.lanes()) {
    if (!lane.spans.empty()) w.shift = std::max(w.shift, -lane.spans.front().begin);
    if (!lane.marks.empty()) w.shift = std::max(w.shift, -lane.marks.front().at);
  }
  const std::string_view provenance = word_of(trace.provenance);
  std::size_t task_spans = 0;
  for (const TaskRecord& task : trace.tasks()) task_spans += trace.spans_of(task.id).size();
  const Summary summary = trace.summary();
  nlohmann::ordered_json other = {
      {"program", "Interleave"},
      {"executor", id_of(trace.executor)},
      {"provenance", provenance},
      {"how_ended", trace.ended() ? word_of(trace.how_ended()) : "still running"},
      {"makespan_ns", summary.makespan},
      {"tasks", summary.tasks},
      {"cores", trace.fact(Fact::cores)},
      {"emulated_cores", trace.fact(Fact::emulated_cores) != 0},
      {"loop_blocked_ns", trace.fact(Fact::loop_blocked_ns)},
      {"clock_step_ns", trace.fact(Fact::clock_step_ns)},
      {"run_starts_at_us", static_cast<double>(w.shift) / 1000},
      {"dropped_events", summary.dropped_events},
  };
  if (!about.empty()) other["scenario"] = std::string(about);
  if (task_spans > kMostTaskSpans) other["left_out"] = "where each task was";
  // First, so that a file that was cut off still says whose it is.
  w.out = "{\"displayTimeUnit\":\"ms\",\"otherData\":" + other.dump() + ",\"traceEvents\":[";
  w.event("\"process_name\"", 'M', 0,
          fmt::format(",\"args\":{{\"name\":{}}}", json_string(fmt::format("{}, {}", name_of(trace.executor), provenance))));
  for (std::size_t i = 0; i < trace.lanes().size(); ++i) write_lane(w, trace.lanes()[i], i);
  for (const TaskRecord& task : trace.tasks()) write_task(w, trace, task, task_spans <= kMostTaskSpans);
  for (const TextLine& line : trace.texts())
    w.event_at(line.at, line.role == TextRole::output ? "\"print\"" : line.role == TextRole::hand_over ? "\"hand over\"" : "\"notice\"", 'i', 0,
               fmt::format(",\"s\":\"p\",\"cat\":\"text\",\"args\":{{\"task\":{},\"text\":{}}}", line.task, json_string(line.text)));
  w.out += "\n]}\n";
  return std::move(w.out);
}

// === Reading =========================================================================================================
//
// Events go by one at a time and leave 56 bytes each; no document is built. What is understood: X, B and E slices by thread,
// names of threads, and of files of ours the tasks, marks, texts and figures, too.

namespace {

constexpr std::size_t kMostEvents = 20'000'000;
constexpr std::size_t kMostNames = 1'000'000;
constexpr std::size_t kMostNameTasks = 50'000;   // distinct functions of another program

struct JsonEvent {
  double ts = 0, dur = -1;      // microseconds
  std::uint32_t name = 0, text = 0;
  std::uint32_t thread = 0;
  std::int64_t id = -1, task = -1, parent = -1;
  std::int32_t line = 0, core = 0;
  std::int8_t state = -1;
  char ph = 0;
};

struct Header {
  bool ours = false;
  std::string executor, how_ended, scenario, measured_under;
  double makespan_ns = 0, cores = 0, emulated_cores = 0, loop_blocked_ns = 0, clock_step_ns = 0, run_starts_at_us = 0, dropped_events = 0;
};

class EventReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<JsonEvent> events;
  std::vector<std::string> names{std::string()};
  struct Thread {
    std::string key, name, kind;
    std::int64_t sort = -1;
  };
  std::vector<Thread> threads;
  Header header;
  std::size_t left_out = 0;       ///< events of other kinds
  std::size_t at_no_time = 0;     ///< with numbers for times that no clock says
  std::size_t beyond_most = 0;    ///< more than kMostEvents
  std::size_t of_more_threads = 0;  ///< events of threads beyond those that are lanes
  std::unordered_set<std::string> more_threads;
  std::string error;

  bool null() override { return value(0, {}); }
  bool boolean(bool b) override { return value(b ? 1 : 0, {}); }
  bool number_integer(number_integer_t n) override { return value(static_cast<double>(n), {}); }
  bool number_unsigned(number_unsigned_t n) override { return value(static_cast<double>(n), {}); }
  bool number_float(number_float_t n, const string_t&) override { return value(n, {}); }
  bool string(string_t& s) override { return value(0, s, true); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    open('{');
    return true;
  }
  bool end_object() override {
    if (path_.size() == event_depth_ && in_events_) finish_event();
    close();
    return true;
  }
  bool start_array(std::size_t) override {
    open('[');
    if (path_.size() == 1 || (path_.size() == 2 && path_[0] == '{' && keys_[0] == "traceEvents")) in_events_ = true, event_depth_ = path_.size() + 1;
    return true;
  }
  bool end_array() override {
    if (path_.size() + 1 == event_depth_) in_events_ = false;
    close();
    return true;
  }
  bool key(string_t& k) override {
    if (path_.size() <= kDeep) keys_[path_.size() - 1] = k.size() <= 32 ? k : std::string();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error = fmt::format("This JSON breaks off or has a mistake at byte {}.", position);
    return false;
  }

 private:
  static constexpr std::size_t kDeep = 8;  // keys deeper than this matter to nobody
  std::string path_;                       // '{' and '['
  std::array<std::string, kDeep> keys_;
  bool in_events_ = false;
  std::size_t event_depth_ = 0;
  JsonEvent event_;
  std::string pid_, tid_, thread_name_, thread_kind_;
  double sort_index_ = -1;
  std::unordered_map<std::string, std::uint32_t> known_names_, known_threads_;

  void open(char c) {
    path_.push_back(c);
    if (path_.size() <= kDeep) keys_[path_.size() - 1].clear();
    if (in_events_ && c == '{' && path_.size() == event_depth_) {
      event_ = {};
      pid_.clear(), tid_.clear(), thread_name_.clear(), thread_kind_.clear();
      sort_index_ = -1;
    }
  }
  void close() {
    if (!path_.empty()) path_.pop_back();
  }

  std::uint32_t intern(const std::string& s) {
    auto known = known_names_.find(s);
    if (known != known_names_.end()) return known->second;
    if (names.size() >= kMostNames) return 0;
    names.push_back(s);
    return known_names_.emplace(s, static_cast<std::uint32_t>(names.size() - 1)).first->second;
  }

  static std::int64_t whole(double d, double most) { return d >= 0 && d <= most ? static_cast<std::int64_t>(d) : -1; }

  bool value(double n, const std::string& s, bool is_text = false) {
    const std::size_t depth = path_.size();
    if (depth == 0 || depth > kDeep || path_[depth - 1] != '{') return true;
    const std::string& k = keys_[depth - 1];
    if (in_events_ && depth == event_depth_) {
      if (k == "ph") event_.ph = s.empty() ? char{0} : s[0];
      else if (k == "ts") event_.ts = n;
      else if (k == "dur") event_.dur = n;
      else if (k == "name") event_.name = intern(s);
      else if (k == "pid") pid_ = is_text ? s : fmt::format("{}", n);
      else if (k == "tid") tid_ = is_text ? s : fmt::format("{}", n);
      else if (k == "id" && is_text) event_.id = whole(static_cast<double>(std::strtoull(s.c_str(), nullptr, 0)), 1e9);
    } else if (in_events_ && depth == event_depth_ + 1 && keys_[event_depth_ - 1] == "args") {
      if (k == "state") event_.state = state_named(s);
      else if (k == "task") event_.task = whole(n, 1e9);
      else if (k == "parent") event_.parent = whole(n, 1e9);
      else if (k == "line") event_.line = static_cast<std::int32_t>(std::max<std::int64_t>(0, whole(n, 0xffff)));
      else if (k == "core") event_.core = static_cast<std::int32_t>(std::max<std::int64_t>(0, whole(n, 255)));
      else if (k == "text") event_.text = intern(s);
      else if (k == "name") thread_name_ = s;
      else if (k == "kind") thread_kind_ = s;
      else if (k == "sort_index") sort_index_ = n;
    } else if (depth == 2 && keys_[0] == "otherData") {
      if (k == "program") header.ours = s == "Interleave";
      else if (k == "executor") header.executor = s;
      else if (k == "how_ended") header.how_ended = s;
      else if (k == "scenario") header.scenario = s;
      else if (k == "measured_under") header.measured_under = s;
      else if (k == "makespan_ns") header.makespan_ns = n;
      else if (k == "cores") header.cores = n;
      else if (k == "emulated_cores") header.emulated_cores = n;
      else if (k == "loop_blocked_ns") header.loop_blocked_ns = n;
      else if (k == "clock_step_ns") header.clock_step_ns = n;
      else if (k == "run_starts_at_us") header.run_starts_at_us = n;
      else if (k == "dropped_events") header.dropped_events = n;
    }
    return true;
  }

 public:
  static std::int8_t state_named(std::string_view s) {
    for (int i = 0; i < kStates; ++i)
      if (kStateNames[i] == s) return static_cast<std::int8_t>(i);
    return -1;
  }

 private:
  void finish_event() {
    if (std::string_view("XBEbeiM").find(event_.ph) == std::string_view::npos || event_.ph == 0) {
      ++left_out;
      return;
    }
    const std::string key = pid_ + "/" + tid_;
    auto known = known_threads_.find(key);
    if (known == known_threads_.end()) {
      if (event_.ph == 'M' && thread_name_.empty() && sort_index_ < 0) return;
      if (threads.size() >= static_cast<std::size_t>(Recorder::kMaxLanes)) {
        ++of_more_threads;
        if (more_threads.size() < kMostNames) more_threads.insert(key);
        return;
      }
      threads.push_back({key, {}, {}, -1});
      known = known_threads_.emplace(key, static_cast<std::uint32_t>(threads.size() - 1)).first;
    }
    event_.thread = known->second;
    if (event_.ph == 'M') {
      Thread& thread = threads[event_.thread];
      const std::string& what = names[event_.name];
      if (what == "thread_name") thread.name = thread_name_.substr(0, 200), thread.kind = thread_kind_;
      if (what == "thread_sort_index") thread.sort = whole(sort_index_, 1e9);
      return;
    }
    if (const bool no_time = !(event_.ts > -1e18 && event_.ts < 1e18) || !(event_.dur < 1e15); no_time || events.size() >= kMostEvents) {
      ++(no_time ? at_no_time : beyond_most);
      return;
    }
    events.push_back(event_);
  }
};

/// Lanes from slices that nest: the innermost is what the thread did. Slices in order of begin, longer ones first.
struct Slice {
  Nanos begin = 0, end = 0;
  std::uint32_t name = 0;
  const JsonEvent* event = nullptr;
};
void flatten(std::vector<Slice>& slices, std::vector<Slice>& out) {
  std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  std::vector<Slice> stack;
  Nanos at = std::numeric_limits<Nanos>::min();
  auto emit = [&](const Slice& of, Nanos to) {
    const Nanos from = std::max(at, of.begin);
    if (to > from) out.push_back({from, to, of.name, of.event});
    at = std::max(at, to);
  };
  for (const Slice& s : slices) {
    while (!stack.empty() && stack.back().end <= s.begin) {
      emit(stack.back(), stack.back().end);
      stack.pop_back();
    }
    if (!stack.empty()) emit(stack.back(), s.begin);
    stack.push_back(s);
  }
  while (!stack.empty()) {
    emit(stack.back(), stack.back().end);
    stack.pop_back();
  }
}

Span idle(Nanos begin, Nanos end) { return {begin, end, kNoTask, 0, State::idle, 0}; }

/// What is not shown of another program's file; empty: all is.
std::string left_out_in_words(const EventReader& reader, std::size_t too_late, std::size_t without_length) {
  std::string words;
  auto say = [&](std::string sentence) { words += (words.empty() ? "" : " ") + std::move(sentence); };
  auto events = [](std::size_t n) { return fmt::format("{} event{}", n, n == 1 ? "" : "s"); };
  if (const std::size_t more = reader.more_threads.size(); more > 0)
    say(fmt::format("{} threads are shown, the most that there is room for; {} more with {} were left out.", reader.threads.size(), more, events(reader.of_more_threads)));
  if (without_length > 0) say(fmt::format("{} that last{} no time {} left out.", without_length == 1 ? "1 slice" : fmt::format("{} slices", without_length), without_length == 1 ? "s" : "", without_length == 1 ? "was" : "were"));
  if (too_late > 0) say(fmt::format("{} at times beyond eleven days {} left out.", events(too_late), too_late == 1 ? "was" : "were"));
  if (reader.beyond_most > 0) say(fmt::format("{} beyond the first {} {} left out.", events(reader.beyond_most), kMostEvents, reader.beyond_most == 1 ? "was" : "were"));
  if (const std::size_t n = reader.left_out; n > 0) say(fmt::format("{} of {} left out.", events(n), n == 1 ? "a kind that is no slice was" : "kinds that are no slices were"));
  return words;
}

/// Half of a pair of escapes for one character (a name that was cut in two) is no text, and the parser would end there: it becomes U+FFFD.
/// Where there is none nothing is copied.
std::string_view with_whole_characters(std::string_view bytes, std::string& room) {
  auto unit = [&](std::size_t i) {  // of an escape that begins at i; 0: there is none
    std::uint32_t code = 0;
    if (i + 6 > bytes.size() || bytes[i] != '\\' || bytes[i + 1] != 'u') return code;
    const auto [end, wrong] = std::from_chars(bytes.data() + i + 2, bytes.data() + i + 6, code, 16);
    return wrong == std::errc() && end == bytes.data() + i + 6 ? code : 0;
  };
  std::size_t kept = 0;  // up to here it is in `room`
  for (std::size_t i = bytes.find('\\'); i < bytes.size(); i = bytes.find('\\', i)) {
    const std::uint32_t code = unit(i);
    if (code < 0xd800 || code > 0xdfff) {
      i += 2;  // what is escaped may be a backslash
    } else if (const std::uint32_t next = unit(i + 6); code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
      i += 12;
    } else {
      room.append(bytes, kept, i - kept).append("\\ufffd");
      kept = i += 6;
    }
  }
  if (kept == 0) return bytes;
  room.append(bytes, kept);
  return room;
}

}  // namespace

OpenedTrace open_chrome_json(std::string_view as_given) {
  EventReader reader;
  std::string room;
  const std::string_view bytes = with_whole_characters(as_given, room);
  nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &reader, nlohmann::json::input_format_t::json, false);
  if (!reader.error.empty() && reader.events.empty()) return {nullptr, {}, reader.error};
  constexpr const char* kNoTime = "The slices of this JSON lie at times beyond eleven days from its first, so there is nothing to show.";
  if (reader.events.empty()) return {nullptr, {}, reader.at_no_time > 0 ? kNoTime : "This JSON has no slices (events B, E or X), so there is nothing to show."};
  OpenedTrace out;
  auto trace = std::make_shared<Trace>();
  TraceParts parts(*trace);
  trace->provenance = Provenance::recorded;
  const Header& header = reader.header;
  const bool ours = header.ours;
  trace->executor = ours ? executor_from_id(header.executor).value_or(ExecutorKind::threads) : ExecutorKind::threads;

  // Time 0 is the first event, or where our run began. Beyond eleven days it is no time.
  double first_us = std::numeric_limits<double>::infinity();
  for (const JsonEvent& e : reader.events)
    if (e.ph != 'b' && e.ph != 'e') first_us = std::min(first_us, e.ts);
  if (ours) first_us = std::clamp(header.run_starts_at_us, 0.0, 1e12);
  if (!std::isfinite(first_us)) first_us = reader.events.front().ts;
  const auto in_time = [&](double us) { return std::abs(std::round((us - first_us) * 1000)) < static_cast<double>(kLatestTime); };
  const auto at = [&](double us) -> Nanos { return in_time(us) ? static_cast<Nanos>(std::round((us - first_us) * 1000)) : 0; };
  std::size_t too_late = reader.at_no_time;
  for (const JsonEvent& e : reader.events) too_late += !in_time(e.ts) || !in_time(e.ts + std::max(0.0, e.dur));

  std::size_t without_length = 0;
  // Slices by thread.
  std::vector<std::vector<Slice>> slices(reader.threads.size());
  std::vector<std::vector<const JsonEvent*>> begun(reader.threads.size());
  std::vector<const JsonEvent*> halves;
  for (const JsonEvent& e : reader.events) {
    if (e.ph == 'X') {
      const Nanos begin = at(e.ts), length = static_cast<Nanos>(std::round(std::max(0.0, e.dur) * 1000));
      if (length == 0) ++without_length;
      if (length > 0 && in_time(e.ts) && begin + length <= kLatestTime) slices[e.thread].push_back({begin, begin + length, e.name, &e});
    } else if (e.ph == 'B' || e.ph == 'E') {
      halves.push_back(&e);
    }
  }
  std::stable_sort(halves.begin(), halves.end(), [](const JsonEvent* a, const JsonEvent* b) { return a->ts < b->ts; });
  auto end_slice = [&](std::uint32_t thread, double until) {
    const JsonEvent* b = begun[thread].back();
    begun[thread].pop_back();
    if (at(until) > at(b->ts)) slices[thread].push_back({at(b->ts), at(until), b->name, b});
  };
  for (const JsonEvent* e : halves) {
    if (e->ph == 'B') begun[e->thread].push_back(e);
    else if (!begun[e->thread].empty()) end_slice(e->thread, e->ts);
  }
  for (std::uint32_t i = 0; i < begun.size(); ++i)
    while (!begun[i].empty()) end_slice(i, halves.back()->ts);  // was open when the file ended

  // Threads that did something are lanes; ours also those that did not.
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < reader.threads.size(); ++i)
    if (ours ? reader.threads[i].sort >= 0 : !slices[i].empty()) order.push_back(i);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return reader.threads[i].sort < 0 ? INT64_MAX : reader.threads[i].sort; });
  if (!ours && order.empty() && too_late > 0) return {nullptr, {}, kNoTime};
  if (!ours && order.empty() && without_length > 0) return {nullptr, {}, "All slices of this JSON begin and end at one moment, so there is nothing to show."};
  std::vector<std::size_t> lane_of(reader.threads.size(), SIZE_MAX);
  std::unordered_map<std::uint32_t, TaskId> task_of_name;
  TaskId most_task = kRootTask;
  for (std::uint32_t thread : order) {
    lane_of[thread] = parts.lanes.size();
    Lane lane;
    lane.name = reader.threads[thread].name.empty() ? "thread " + reader.threads[thread].key : reader.threads[thread].name;
    for (std::size_t k = 0; k < std::size(kKindNames); ++k)
      if (kKindNames[k] == reader.threads[thread].kind) lane.kind = static_cast<LaneKind>(k);
    std::vector<Slice> flat;
    flatten(slices[thread], flat);
    slices[thread] = {};
    for (const Slice& s : flat) {
      if (!lane.spans.empty() && lane.spans.last_end() < s.begin) lane.spans.push_back(idle(lane.spans.last_end(), s.begin));
      Span span{s.begin, s.end, kNoTask, 0, State::running, static_cast<std::uint8_t>(parts.lanes.size() & 0xff)};
      if (ours) {
        span.state = s.event->state >= 0 ? static_cast<State>(s.event->state) : State::running;
        span.task = static_cast<TaskId>(std::clamp<std::int64_t>(s.event->task, 0, kMostNameTasks * 100));
        span.line = static_cast<std::uint16_t>(s.event->line);
        span.core = static_cast<std::uint8_t>(span.state == State::running ? s.event->core : 0);
      } else {
        auto known = task_of_name.find(s.name);
        if (known == task_of_name.end() && task_of_name.size() < kMostNameTasks)
          known = task_of_name.emplace(s.name, static_cast<TaskId>(kRootTask + 1 + task_of_name.size())).first;
        span.task = known == task_of_name.end() ? kNoTask : known->second;
      }
      most_task = std::max(most_task, span.task);
      if (!lane.spans.goes_on(span)) lane.spans.push_back(span);
    }
    if (!lane.spans.empty()) parts.end = std::max(parts.end, lane.spans.last_end());
    parts.lanes.push_back(std::move(lane));
  }
  if (parts.lanes.empty()) return {nullptr, {}, "This JSON has no slices (events B, E or X), so there is nothing to show."};

  if (ours) {
    for (const JsonEvent& e : reader.events)
      if (e.ph == 'b') most_task = std::max(most_task, static_cast<TaskId>(std::clamp<std::int64_t>(e.id, 0, static_cast<std::int64_t>(reader.events.size()))));
    if (most_task > reader.events.size() + 1) return {nullptr, {}, "This JSON names tasks that it does not have, so it is not shown."};
    parts.tasks.resize(most_task);
    for (TaskId id = 1; id <= most_task; ++id) parts.tasks[id - 1].id = id;
    std::vector<std::vector<Span>> life(most_task);
    std::vector<std::vector<Mark>> marks(parts.lanes.size());
    for (const JsonEvent& e : reader.events) {
      if ((e.ph == 'b' || e.ph == 'e') && e.id >= 1 && e.id <= static_cast<std::int64_t>(most_task)) {
        TaskRecord& task = parts.tasks[static_cast<std::size_t>(e.id) - 1];
        std::vector<Span>& spans = life[static_cast<std::size_t>(e.id) - 1];
        const std::int8_t state = EventReader::state_named(reader.names[e.name]);
        if (state < 0 && e.ph == 'b') {
          task.spawned = std::max<Nanos>(0, at(e.ts));
          task.parent = static_cast<TaskId>(std::clamp<std::int64_t>(e.parent, 0, static_cast<std::int64_t>(most_task)));
          task.line = static_cast<std::uint16_t>(e.line);
        } else if (state < 0) {
          task.ended = std::max<Nanos>(0, at(e.ts));
        } else if (e.ph == 'b') {
          if (spans.empty() || at(e.ts) >= spans.back().end)
            spans.push_back({at(e.ts), at(e.ts), task.id, static_cast<std::uint16_t>(e.line), static_cast<State>(state), 0});
        } else if (!spans.empty()) {
          spans.back().end = std::max(spans.back().begin, at(e.ts));
        }
      } else if (e.ph == 'i' && lane_of[e.thread] != SIZE_MAX) {
        const std::string& name = reader.names[e.name];
        const auto task = static_cast<TaskId>(std::clamp<std::int64_t>(e.task, 0, static_cast<std::int64_t>(most_task)));
        std::vector<Mark>& of_lane = marks[lane_of[e.thread]];
        if (name == "spawn") of_lane.push_back({at(e.ts), EventKind::spawn, task, {}});
        else if (name == "wake") of_lane.push_back({at(e.ts), EventKind::wake, task, {}});
        else if (name == "steal") of_lane.push_back({at(e.ts), EventKind::steal, task, {}});
        else if (name == "made to drop the GIL") of_lane.push_back({at(e.ts), EventKind::gil_dropped, task, {0, 1}});
        else if (name == "print" || name == "notice" || name == "hand over")
          parts.texts.push_back({std::max<Nanos>(0, at(e.ts)), task, name == "print" ? TextRole::output : name == "notice" ? TextRole::notice : TextRole::hand_over, reader.names[e.text]});
      }
    }
    for (std::size_t i = 0; i < parts.lanes.size(); ++i) {
      // A switch is where two slices of different tasks meet.
      TaskId last = kNoTask;
      for (const Span& span : parts.lanes[i].spans) {
        if (span.state != State::running) continue;
        if (last != kNoTask && last != span.task) marks[i].push_back({span.begin, EventKind::run, span.task, {}});
        last = span.task;
      }
      std::ranges::stable_sort(marks[i], {}, &Mark::at);
      for (const Mark& mark : marks[i]) parts.lanes[i].marks.push_back(mark);
    }
    std::vector<Span> task_spans;
    for (TaskRecord& task : parts.tasks) {
      const std::vector<Span>& spans = life[task.id - 1];
      parts.lives.begin_life(spans.empty() ? 0 : spans.front().begin);
      for (const Span& span : spans) {
        if (span.end <= span.begin) continue;
        const Nanos length = span.end - span.begin;
        if (span.state == State::running) task.running += length, task.started = task.started < 0 ? std::max<Nanos>(0, span.begin) : task.started;
        else if (span.state == State::ready) task.ready += length;
        else if (span.state != State::not_started) task.waiting += length;
        parts.lives.add(span.begin, span.end, span.line, span.state);
        task_spans.push_back(span);
      }
    }
    auto fact = [&](Fact f, double value, double below = 1e9) {
      parts.facts[static_cast<std::size_t>(f)] = static_cast<std::int64_t>(value >= 0 && value < below ? value : 0);
    };
    fact(Fact::cores, header.cores);
    fact(Fact::emulated_cores, header.emulated_cores);
    fact(Fact::loop_blocked_ns, header.loop_blocked_ns, static_cast<double>(kLatestTime));
    fact(Fact::clock_step_ns, header.clock_step_ns);
    fact(Fact::workers, static_cast<double>(std::ranges::count_if(parts.lanes, [](const Lane& l) { return l.kind != LaneKind::coordinator; })));
    if (header.dropped_events > 0 && header.dropped_events < 1e15) parts.lanes[0].dropped_events = static_cast<std::uint64_t>(header.dropped_events);
    for (int i = 0; i < kRunEnds; ++i)
      if (word_of(static_cast<RunEnd>(i)) == header.how_ended) parts.how_ended = static_cast<RunEnd>(i);
    parts.summary.makespan = header.makespan_ns > 0 && header.makespan_ns < static_cast<double>(kLatestTime) ? static_cast<Nanos>(header.makespan_ns) : parts.end;
    derive_counts(parts, task_spans);
    out.about = header.scenario;
    for (const char c : std::string_view(header.measured_under).substr(0, 40))  // stands in sentences
      if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f) out.measured_under += c;
  } else {
    // Another program's functions stand for tasks; several threads may be in one at a time, so its time is the union.
    parts.tasks.resize(most_task);
    parts.names.resize(most_task + 1u);
    for (TaskId id = 1; id <= most_task; ++id) parts.tasks[id - 1].id = id;
    for (const auto& [name, id] : task_of_name) parts.names[id] = reader.names[name].substr(0, 200);
    std::vector<Span> task_spans;
    for (const Lane& lane : parts.lanes)
      for (const Span& span : lane.spans)
        if (span.task > kRootTask) task_spans.push_back(span);
    derive_counts(parts, task_spans);
    std::stable_sort(task_spans.begin(), task_spans.end(), [](const Span& a, const Span& b) { return a.task != b.task ? a.task < b.task : a.begin < b.begin; });
    std::size_t lives = 0;  // begun
    for (std::size_t i = 0; i < task_spans.size();) {
      Span span = task_spans[i];
      for (++i; i < task_spans.size() && task_spans[i].task == span.task && task_spans[i].begin <= span.end; ++i) span.end = std::max(span.end, task_spans[i].end);
      for (; lives < span.task; ++lives) parts.lives.begin_life(span.begin);
      parts.lives.add(span.begin, span.end, span.line, span.state);
      TaskRecord& task = parts.tasks[span.task - 1];
      if (task.started < 0) task.spawned = task.started = std::max<Nanos>(0, span.begin);
      task.ended = std::max<Nanos>(task.ended, span.end);
      task.running += span.end - span.begin;
    }
    for (; lives < most_task; ++lives) parts.lives.begin_life(parts.end);
    parts.facts[static_cast<std::size_t>(Fact::workers)] = static_cast<std::int64_t>(parts.lanes.size());
    parts.facts[static_cast<std::size_t>(Fact::cores)] = static_cast<std::int64_t>(parts.lanes.size());
    parts.summary.makespan = parts.end;
  }
  parts.moments.resize(parts.lanes.size());
  derive_cores(parts);
  derive_summary(parts);
  parts.ended = true;
  if (!reader.error.empty()) out.sentence = reader.error + " What came before it is shown.";
  else if (!ours) out.sentence = left_out_in_words(reader, too_late, without_length);
  out.trace = std::move(trace);
  return out;
}

}  // namespace interleave
