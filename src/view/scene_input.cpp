// scene_input.cpp -- from a trace and a time to what a scene shows.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "trace/loops.h"
#include "view/code_lines.h"
#include "view/playback.h"
#include "view/scene.h"
#include "view/timeline.h"

namespace interleave {
namespace {

constexpr std::size_t kMostAsked = 64;  // tasks whose causes are looked up, at each picture
constexpr std::ptrdiff_t kMostSpansBefore = 2000;  // of a task that runs: more are not added up
constexpr std::size_t kMostLines = 4096;  // of what was printed, looked through from the end

constexpr std::array<std::pair<std::string_view, SceneKind>, 10> kSceneWords = {{
    {"tasks", SceneKind::tasks}, {"cashiers", SceneKind::cashiers}, {"requests", SceneKind::requests}, {"list", SceneKind::list}, {"gil", SceneKind::gil},
    {"book", SceneKind::book}, {"memory", SceneKind::memory}, {"map", SceneKind::map}, {"locks", SceneKind::locks}, {"pipeline", SceneKind::dataflow},
}};

// Of "Deadlock: task 1 waits for lock 2, which task 2 holds; ...": who waits for whom and which lock, by number. Only of a run that ended so.
struct Stuck { std::uint32_t owner = 0, lock = 0; };
std::map<std::uint32_t, Stuck> stuck_in(const Trace& trace) {
  std::map<std::uint32_t, Stuck> out;
  if (!trace.ended() || trace.how_ended() != RunEnd::deadlock) return out;
  // It is the last thing that is said, or nearly.
  constexpr std::size_t kLast = 64;
  const std::vector<TextLine>& texts = trace.texts();
  for (std::size_t i = texts.size() > kLast ? texts.size() - kLast : 0; i < texts.size(); ++i) {
    if (texts[i].role != TextRole::error) continue;
    std::string_view text = texts[i].text;
    auto number_behind = [&](std::string_view what) -> std::uint32_t {
      std::size_t at = text.find(what);
      if (at == text.npos) return 0;
      text.remove_prefix(at + what.size());
      std::uint32_t n = 0;
      return std::from_chars(text.data(), text.data() + text.size(), n).ec == std::errc() ? n : 0;
    };
    while (out.size() < kMostAsked) {
      std::size_t next = text.find(" waits for "), part = text.find(';');
      if (next == text.npos) break;
      std::string_view whole = text;
      std::uint32_t waiter = number_behind("task ");
      std::size_t wanted = whole.find(" waits for lock ");
      std::uint32_t lock = wanted < part ? (text = whole.substr(wanted), number_behind(" waits for lock ")) : 0;
      // The owner is named in the same part of the sentence.
      std::size_t holds = whole.find("which task ");
      std::uint32_t owner = holds < part ? (text = whole.substr(holds), number_behind("which task ")) : 0;
      if (waiter > 0 && owner > 0) out[waiter] = {owner, lock};
      text = part == whole.npos ? std::string_view() : whole.substr(part + 1);
    }
  }
  return out;
}

const TextLine* last_said(const Trace& trace, double t, auto&& by) {
  const std::vector<TextLine>& texts = trace.texts();
  const auto end = std::ranges::partition_point(texts, [&](const TextLine& text) { return static_cast<double>(text.at) <= t; }) - texts.begin();
  for (std::ptrdiff_t i = end; i-- > 0 && end - i <= static_cast<std::ptrdiff_t>(kMostLines);)
    if (const TextLine& text = texts[static_cast<std::size_t>(i)]; text.role == TextRole::output && by(text.task)) return &text;
  return nullptr;
}

// Where in the book: the number behind "line". 0: it does not say.
std::uint32_t place_said(std::string_view text) {
  const std::size_t at = text.find("line ");
  if (at == text.npos) return 0;
  text.remove_prefix(at + 5);
  std::uint32_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

void add_book(const Trace& trace, double t, SceneInput& in) {
  const std::vector<TextLine>& texts = trace.texts();
  for (std::size_t i = texts.size() > kMostLines ? texts.size() - kMostLines : 0; i < texts.size(); ++i)
    if (texts[i].role == TextRole::output && texts[i].task > kRootTask) in.pages = std::max(in.pages, std::min(place_said(texts[i].text), 1000u));
  for (TaskAt& task : in.tasks) {
    const TaskId id = task.number + kRootTask;
    if (const TextLine* said = last_said(trace, t, [&](TaskId by) { return by == id; })) task.said = said->text, task.page = place_said(task.said);
    const Life life = trace.spans_of(id);
    const auto nth = span_at(life, t);
    if (nth >= 0) task.line = life[static_cast<std::size_t>(nth)].line;
  }
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t from = text.find_first_not_of(' ');
    if (from == text.npos) break;
    text.remove_prefix(from);
    const std::size_t end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

// Rows of a number and pairs of letters, and the line above them.
void add_map(const Trace& trace, double t, SceneInput& in) {
  constexpr std::size_t kMostCells = 24;
  std::vector<std::string> before;
  std::size_t looked_at = 0;
  for (const TextLine& text : trace.texts()) {
    if (static_cast<double>(text.at) > t || ++looked_at > kMostLines) break;
    if (text.role != TextRole::output) continue;
    std::vector<std::string> words = words_in(text.text);
    const bool row = words.size() > 1 && words.size() <= kMostCells && words[0].find_first_not_of("0123456789") == std::string::npos &&
                     std::all_of(words.begin() + 1, words.end(), [](const std::string& w) { return w.size() == 2 && w.find_first_not_of("SLTP=") == std::string::npos; });
    if (!row || in.map.rows.size() >= kMostCells) {
      before = std::move(words);
      continue;
    }
    if (in.map.rows.empty()) in.map.columns = std::move(before);
    if (words.size() != in.map.columns.size()) continue;
    MapAt::Row& next = in.map.rows.emplace_back();
    next.name = words[0];
    next.cells.assign(words.begin() + 1, words.end());
  }
}

// A process is a lane of its own; whatever else there is lives with main.
void add_memories(const Trace& trace, double t, SceneInput& in) {
  constexpr std::size_t kMostMemories = 16, kMostSpans = 2000;
  std::vector<TaskId> elsewhere;
  std::vector<MemoryAt> others;
  for (const Lane& lane : trace.lanes()) {
    if (lane.kind != LaneKind::process || others.size() >= kMostMemories) continue;
    MemoryAt memory;
    memory.name = lane.name;
    if (!memory.name.empty()) memory.name[0] = static_cast<char>(memory.name[0] >= 'a' && memory.name[0] <= 'z' ? memory.name[0] - 'a' + 'A' : memory.name[0]);
    std::vector<TaskId> here;
    for (std::size_t i = 0; i < std::min(lane.spans.size(), kMostSpans) && static_cast<double>(lane.spans[i].begin) <= t; ++i)
      if (TaskId id = lane.spans[i].task; id > kRootTask && !std::ranges::count(here, id)) {
        here.push_back(id);
        if (auto who = std::ranges::find(in.tasks, number_of(id), &TaskAt::number); who != in.tasks.end()) memory.tasks.push_back(*who);
      }
    if (const TextLine* said = last_said(trace, t, [&](TaskId by) { return std::ranges::count(here, by) > 0; })) memory.said = said->text;
    elsewhere.insert(elsewhere.end(), here.begin(), here.end());
    others.push_back(std::move(memory));
  }
  MemoryAt own;
  own.name = others.empty() ? "One memory for all" : "Main's";
  if (others.empty()) own.tasks = in.tasks;
  if (const TextLine* said = last_said(trace, t, [&](TaskId by) { return std::ranges::count(elsewhere, by) == 0; })) own.said = said->text;
  in.memories.push_back(std::move(own));
  for (MemoryAt& memory : others) in.memories.push_back(std::move(memory));
}

// Main has a lane of its own, or runs on the loop's.
State main_at(const Trace& trace, double t) {
  for (const Lane& lane : trace.lanes()) {
    if (lane.kind != LaneKind::coordinator && lane.kind != LaneKind::loop) continue;
    if (const auto nth = span_at(lane.spans, t); nth >= 0 && lane.spans[static_cast<std::size_t>(nth)].task == kRootTask) return lane.spans[static_cast<std::size_t>(nth)].state;
  }
  return State::idle;
}

SceneInput tasks_of(const Trace& trace, double t, SceneKind kind) {
  SceneInput in;
  in.counts = counts_at(trace, t);
  in.cores = static_cast<int>(std::max<std::int64_t>({1, static_cast<std::int64_t>(trace.cores().size()), trace.fact(Fact::cores)}));
  in.threads = threads_beside_loop(trace);
  in.permit = trace.fact(Fact::gil_interval_ns) > 0 || in.counts.waiting_gil > 0;
  std::vector<std::pair<TaskId, int>> on_core;
  for (std::size_t i = 0; i < trace.cores().size(); ++i) {
    const Spans spans = trace.cores()[i].spans;
    if (auto nth = span_at(spans, t); nth >= 0 && spans[static_cast<std::size_t>(nth)].state == State::running && spans[static_cast<std::size_t>(nth)].task != kRootTask)
      on_core.emplace_back(spans[static_cast<std::size_t>(nth)].task, static_cast<int>(i));
  }
  auto core_of = [&](TaskId id) {
    auto it = std::ranges::find(on_core, id, &std::pair<TaskId, int>::first);
    return it == on_core.end() ? -1 : it->second;
  };
  // Bytes are no core's affair; whose they are is the process's, and of these there is one for each core.
  auto worker_of = [&](TaskId id) {
    int worker = 0;
    for (const Lane& lane : trace.lanes()) {
      if (lane.kind != LaneKind::process) continue;
      if (const auto nth = span_at(lane.spans, t); nth >= 0 && lane.spans[static_cast<std::size_t>(nth)].task == id) return worker;
      ++worker;
    }
    return -1;
  };
  if (trace.ended() && trace.tasks().size() <= kMostInScene + 1) {
    // A deadlock lasts from the moment in which the last of those in it began to wait. That they are cancelled then is how
    // the run was ended, not what happened.
    std::map<std::uint32_t, Stuck> stuck = stuck_in(trace);
    Nanos closed = 0;
    for (auto [waiter, for_what] : stuck)
      for (const Span& span : trace.spans_of(waiter + kRootTask))
        if (span.state == State::waiting_lock) closed = std::max(closed, span.begin);
    if (closed == 0 || static_cast<double>(closed) > t) stuck.clear();
    for (const TaskRecord& task : trace.tasks()) {
      if (task.id <= kRootTask) continue;
      TaskAt at;
      at.number = number_of(task.id);
      at.done = task.ended >= 0 && static_cast<double>(task.ended) <= t;
      at.state = at.done ? State::idle : State::not_started;
      const Life life = trace.spans_of(task.id);
      if (auto nth = at.done ? -1 : span_at(life, t); nth >= 0) {
        const Span& span = life[static_cast<std::size_t>(nth)];
        at.state = span.state;
        at.since = span.begin;
        if (kind == SceneKind::locks && span.state == State::waiting_lock && in.tasks.size() < kMostAsked)
          if (std::optional<Wake> wake = what_woke(trace, task.id, t); wake && wake->by > kRootTask) at.waits_for = number_of(wake->by);
        at.core = span.state == State::running ? core_of(task.id) : -1;
        auto ran_in_first = [&](std::ptrdiff_t spans) { return std::any_of(life.begin(), life.begin() + spans, [](const Span& before) { return before.state == State::running; }); };
        if (span.state == State::copying) {
          at.back = ran_in_first(nth);
          if (kind == SceneKind::list) at.core = worker_of(task.id);
        }
        if (kind == SceneKind::cashiers && (span.state == State::ready || span.state == State::waiting_gil))
          at.back = ran_in_first(std::min<std::ptrdiff_t>(nth, kMostSpansBefore));
        if (span.state == State::running && task.running > 0 && nth < kMostSpansBefore) {
          Nanos before = 0;
          for (std::ptrdiff_t i = 0; i < nth; ++i)
            if (life[static_cast<std::size_t>(i)].state == State::running) before += life[static_cast<std::size_t>(i)].end - life[static_cast<std::size_t>(i)].begin;
          at.share = std::clamp(static_cast<float>((static_cast<double>(before - span.begin) + t) / static_cast<double>(task.running)), 0.0f, 1.0f);
        } else if (span.state != State::running && span.end > span.begin) {
          at.share = static_cast<float>((t - static_cast<double>(span.begin)) / static_cast<double>(span.end - span.begin));
        }
      }
      if (auto held = stuck.find(at.number); held != stuck.end()) {
        at.state = State::waiting_lock;
        at.done = false;
        at.core = -1;
        at.share = -1;
        at.waits_for = held->second.owner;
        at.lock = held->second.lock;
      }
      in.tasks.push_back(at);
    }
    if (!stuck.empty()) {
      // Counts as the tasks themselves now say.
      in.counts = {};
      for (const TaskAt& task : in.tasks) {
        std::uint32_t& n = task.done ? in.counts.done : task.state == State::running ? in.counts.running : task.state == State::ready ? in.counts.ready
                           : task.state == State::waiting_lock ? in.counts.waiting_lock : task.state == State::waiting_gil ? in.counts.waiting_gil
                           : task.state == State::not_started ? in.counts.not_started : in.counts.waiting_io;
        ++n;
      }
    }
    return in;
  }
  // A run that goes on, or a very large one: who is on a lane is known, the others are counted.
  TaskCounts left = in.counts;
  auto known = [&](const Span& span, int core) {
    if (span.task <= kRootTask || in.tasks.size() >= kMostInScene) return;
    std::uint32_t* n = span.state == State::running ? &left.running : span.state == State::ready ? &left.ready : span.state == State::waiting_io ? &left.waiting_io
                       : span.state == State::waiting_lock ? &left.waiting_lock : span.state == State::waiting_gil ? &left.waiting_gil : nullptr;
    if (!n || *n == 0 || std::ranges::count(in.tasks, number_of(span.task), &TaskAt::number)) return;
    --*n;
    in.tasks.push_back({number_of(span.task), span.state, false, -1, core});
  };
  if (trace.lanes().size() <= kMostInScene)
    for (const Lane& lane : trace.lanes())
      if (auto nth = span_at(lane.spans, t); nth >= 0) {
        const Span& span = lane.spans[static_cast<std::size_t>(nth)];
        known(span, span.state == State::running ? core_of(span.task) : -1);
      }
  std::ranges::sort(in.tasks, {}, &TaskAt::number);
  auto rest = [&](std::uint32_t n, State state, bool done) {
    for (std::uint32_t i = 0; i < n && in.tasks.size() < 2 * kMostInScene; ++i) in.tasks.push_back({0, state, done, -1, -1});
  };
  rest(left.done, State::idle, true);
  rest(left.running, State::running, false);
  rest(left.ready, State::ready, false);
  rest(left.waiting_gil, State::waiting_gil, false);
  rest(left.waiting_lock, State::waiting_lock, false);
  rest(left.waiting_io, State::waiting_io, false);
  rest(left.not_started, State::not_started, false);
  return in;
}

}  // namespace

std::vector<std::string> lock_names(std::string_view source) {
  std::vector<std::string> out;
  bool found = false;
  while (!source.empty()) {
    std::string_view line = source.substr(0, source.find('\n'));
    source.remove_prefix(std::min(line.size() + 1, source.size()));
    line = line.substr(0, line.find('#'));
    std::size_t locks = 0;
    for (std::size_t at = 0; (at = line.find("Lock()", at)) != line.npos; at += 6) ++locks;
    if (locks == 0) continue;
    if (std::exchange(found, true)) return {};  // made in several places: who came first is not known here
    const std::size_t equals = line.find('=');
    if (equals == line.npos || line.find_first_not_of(" ,LockR()", equals + 1) != line.npos) return {};
    std::string name;
    for (const char c : line.substr(0, equals)) {
      if (c == ',') out.push_back(std::exchange(name, {}));
      else if (c != ' ') name += c;
    }
    out.push_back(name);
    const bool plain = std::ranges::all_of(out, [](const std::string& each) { return !each.empty() && each.find_first_of("[(.:+-*") == each.npos; });
    if (out.size() != locks || !plain) return {};
  }
  return out;
}

SceneInput scene_at(const Trace& trace, double t, SceneKind kind) {
  SceneInput in = tasks_of(trace, t, kind);
  in.copied_bytes = trace.fact(Fact::copied_bytes);
  in.interval = trace.fact(Fact::gil_interval_ns);
  if (!trace.ended()) return in;
  if (kind == SceneKind::list) in.main = main_at(trace, t);
  if (kind == SceneKind::book) add_book(trace, t, in);
  if (kind == SceneKind::memory) add_memories(trace, t, in);
  if (kind == SceneKind::map) add_map(trace, t, in);
  return in;
}

void put_on_lines(SceneInput& in, const Trace& trace, const CodeLines& lines, double t) {
  for (TaskAt& task : in.tasks) {
    const TaskId id = task.number + kRootTask;
    if (task.number == 0 || id > trace.tasks().size()) continue;
    const Life life = trace.spans_of(id);
    if (const auto nth = span_at(life, t); nth >= 0) task.line = static_cast<std::uint32_t>(line_at(lines, life[static_cast<std::size_t>(nth)], static_cast<int>(trace.tasks()[id - 1].line), t));
  }
}

std::optional<SceneKind> scene_named(std::string_view word) {
  for (const auto& [name, kind] : kSceneWords)
    if (name == word) return kind;
  return std::nullopt;
}

SceneKind scene_of(std::string_view declared, const SceneFacts& facts) {
  const SceneKind held = facts.flows ? SceneKind::dataflow : facts.locks ? SceneKind::locks : facts.gil ? SceneKind::gil : SceneKind::tasks;
  const SceneKind wanted = scene_named(declared).value_or(held);
  switch (wanted) {
    case SceneKind::requests: return facts.gil && facts.alone ? SceneKind::gil : wanted;
    case SceneKind::gil: return facts.gil ? wanted : held;
    case SceneKind::locks: return facts.locks ? wanted : held;
    case SceneKind::dataflow: return facts.flows ? wanted : held;
    default: return wanted;
  }
}

}  // namespace interleave
