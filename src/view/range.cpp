#include "view/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "view/colours.h"
#include "view/format.h"
#include "view/timeline.h"

namespace interleave {
namespace {

// Where a task is at t; no span: it is done, or has not come yet.
struct Place {
  State state = State::idle;
  bool done = false, there = false;
  std::uint16_t line = 0;
};

Place place_of(const Trace& trace, const TaskRecord& task, double t) {
  Place out;
  if (task.ended >= 0 && static_cast<double>(task.ended) <= t) {
    out.done = true;
    return out;
  }
  const Life life = trace.spans_of(task.id);
  if (auto nth = span_at(life, t); nth >= 0) {
    out.there = true;
    out.state = life[static_cast<std::size_t>(nth)].state;
    out.line = life[static_cast<std::size_t>(nth)].line;
  }
  return out;
}

bool means(std::string_view word, const Place& at, const TaskRecord& task) {
  auto is = [&](State state) { return at.there && at.state == state; };
  if (word == "running") return is(State::running);
  if (word == "ready") return is(State::ready);
  if (word == "io" || word == "i/o") return is(State::waiting_io);
  if (word == "lock") return is(State::waiting_lock);
  if (word == "gil") return is(State::waiting_gil);
  if (word == "waiting") return is(State::waiting_io) || is(State::waiting_lock) || is(State::waiting_gil) || is(State::waiting_children);
  if (word == "not") return is(State::not_started) || (!at.there && !at.done);
  if (word == "done") return at.done;
  if (word == "failed") return task.outcome == Outcome::failed;
  if (word == "cancelled") return task.outcome == Outcome::cancelled;
  if (word == "lost") return task.outcome == Outcome::lost;
  return word == "started" || word == "for" || word == "task" || word == "tasks" || word == "the" || word == "a";  // "not started"
}

Nanos length_of(const Trace& trace, const TaskRecord& task) {
  if (task.spawned < 0 && task.started < 0) return 0;
  return (task.ended >= 0 ? task.ended : trace.end()) - (task.spawned >= 0 ? task.spawned : task.started);
}

}  // namespace

Pieces count_switches_in_pieces(const Trace& trace, SwitchTable& out) {
  out.cores_.resize(trace.cores().size());
  for (std::size_t core = 0; core < trace.cores().size(); ++core) {
    const Spans spans = trace.cores()[core].spans;
    SwitchCounter counter;
    std::uint32_t n = 0;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (i % SwitchTable::kEvery == 0) out.cores_[core].push_back({n, counter.last});
      n += counter.runs(spans[i].task);
      if (i % (4 * kPiece) == 4 * kPiece - 1) co_yield 0.5;
    }
  }
}

std::uint32_t SwitchTable::before(const Trace& trace, std::size_t core, std::size_t spans) const {
  if (core >= cores_.size() || cores_[core].empty()) return 0;
  const std::size_t at = std::min(spans / kEvery, cores_[core].size() - 1);
  auto [n, last] = cores_[core][at];
  SwitchCounter counter{last};
  for (std::size_t i = at * kEvery; i < spans; ++i) n += counter.runs(trace.cores()[core].spans[i].task);
  return n;
}

RangeFigures figures_of(const Trace& trace, const Viewport& range, const CountsTable* table, const SwitchTable* switch_table) {
  RangeFigures out;
  out.executor = trace.executor;
  out.cores = static_cast<int>(std::max<std::int64_t>(trace.fact(Fact::cores), static_cast<std::int64_t>(trace.cores().size())));
  double from = std::max(range.begin, 0.0), to = std::min(range.end, static_cast<double>(trace.end()));
  if (!(to > from)) return out;
  const Counts counts = trace.counts();
  const TaskCounts first = counts_at(trace, from), last = counts_at(trace, to);
  if (table && !table->empty()) {
    // Up to a moment: the sums up to the entry in force, and that entry since.
    auto up_to = [&](double t) {
      const std::size_t n = counts.until(t);
      if (n == 0) return CountsTable::Sums{};
      CountsTable::Sums sums = table->before(counts, n - 1);
      const TaskCounts c = counts[n - 1];
      const double since = t - static_cast<double>(c.at);
      const std::uint32_t now[] = {c.running, c.ready, c.waiting_io, c.waiting_lock, c.waiting_gil, c.not_started, c.done, c.main};
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += now[i] * since;
      return sums;
    };
    CountsTable::Sums sums = up_to(to);
    const CountsTable::Sums before = up_to(from);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = std::max(0.0, (sums[i] - before[i]) / (to - from));
    out.running = sums[0] + sums[7];
    out.ready = sums[1];
    out.waiting_io = sums[2];
    out.waiting_lock = sums[3];
    out.waiting_gil = sums[4];
    out.not_started = sums[5];
  } else {
    for (auto at = counts.from(std::max<std::size_t>(counts.until(from), 1) - 1); at.index() < counts.size() && static_cast<double>(at->at) < to; ++at) {
      double until = at.index() + 1 < counts.size() ? static_cast<double>(counts.at(at.index() + 1)) : to;
      double part = std::min(until, to) - std::max(static_cast<double>(at->at), from);
      if (part <= 0) continue;
      part /= to - from;
      out.running += part * at->cores_in_use();
      out.ready += part * at->ready;
      out.waiting_io += part * at->waiting_io;
      out.waiting_lock += part * at->waiting_lock;
      out.waiting_gil += part * at->waiting_gil;
      out.not_started += part * at->not_started;
    }
  }
  out.done = last.done - std::min(last.done, first.done);
  for (std::size_t core = 0; core < trace.cores().size(); ++core) {
    const Spans spans = trace.cores()[core].spans;
    auto begin = std::ranges::upper_bound(spans, from, {}, [](const Span& s) { return static_cast<double>(s.begin); });
    auto end = std::ranges::upper_bound(spans, to, {}, [](const Span& s) { return static_cast<double>(s.begin); });
    if (switch_table && !switch_table->empty()) {
      out.switches += switch_table->before(trace, core, static_cast<std::size_t>(end - spans.begin())) - switch_table->before(trace, core, static_cast<std::size_t>(begin - spans.begin()));
      continue;
    }
    SwitchCounter switches;
    for (auto before = begin; before != spans.begin() && switches.last == kNoTask;) switches.runs((--before)->task);
    for (auto it = begin; it != end; ++it) out.switches += switches.runs(it->task);
  }
  return out;
}

FoundTasks find_tasks(const Trace& trace, std::string_view search, double t, std::size_t most) {
  FoundTasks out;
  while (search.starts_with(' ') || search.starts_with('/') || search.starts_with('#')) search.remove_prefix(1);
  while (search.ends_with(' ')) search.remove_suffix(1);
  std::string words(search);
  std::ranges::transform(words, words.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  search = words;
  if (search.starts_with("task ")) search.remove_prefix(5);
  std::vector<const TaskRecord*> all;
  for (const TaskRecord& task : trace.tasks())
    if (task.id > kRootTask && (task.spawned >= 0 || task.started >= 0)) all.push_back(&task);
  auto take = [&](std::vector<const TaskRecord*>& from) {
    out.in_all = from.size();
    for (std::size_t i = 0; i < from.size() && i < most; ++i) out.tasks.push_back(from[i]->id);
    return out;
  };
  if (search.empty()) {
    auto slower = [&](const TaskRecord* a, const TaskRecord* b) {
      Nanos la = length_of(trace, *a), lb = length_of(trace, *b);
      return la != lb ? la > lb : a->id < b->id;
    };
    std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size())), slower);
    return take(all);
  }
  std::uint32_t number = 0;
  auto [rest, error] = std::from_chars(search.data(), search.data() + search.size(), number);
  if (error == std::errc() && rest == search.data() + search.size()) {
    std::string digits = std::to_string(number);
    std::erase_if(all, [&](const TaskRecord* task) { return !std::to_string(number_of(task->id)).starts_with(digits); });
    return take(all);
  }
  int line = 0;
  if (search.starts_with("line ") && std::from_chars(search.data() + 5, search.data() + search.size(), line).ec == std::errc()) {
    std::erase_if(all, [&](const TaskRecord* task) { return place_of(trace, *task, t).line != line; });
    return take(all);
  }
  auto lower = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
  std::erase_if(all, [&](const TaskRecord* task) {
    if (std::string_view name = trace.name_of(task->id); !name.empty() && !std::ranges::search(name, search, lower).empty()) return false;
    Place at = place_of(trace, *task, t);
    for (std::string_view left = search; !left.empty();) {
      std::size_t end = std::min(left.find(' '), left.size());
      if (end > 0 && !means(left.substr(0, end), at, *task)) return true;
      left.remove_prefix(std::min(end + 1, left.size()));
    }
    return false;
  });
  return take(all);
}

std::string task_name(const Trace& trace, TaskId task) {
  if (task == kNoTask) return {};
  if (std::string_view name = trace.name_of(task); !name.empty()) return std::string(name);
  return task == kRootTask ? std::string("main") : fmt::format("task {}", number_of(task));
}

std::string task_words(const Trace& trace, TaskId id, double t) {
  if (id == kNoTask || id > trace.tasks().size()) return {};
  const TaskRecord& task = trace.tasks()[id - 1];
  Place at = place_of(trace, task, t);
  std::string state(at.done ? "done" : at.there ? name_of(at.state) : "not there");
  if (!at.done && !state.empty() && state[0] >= 'A' && state[0] <= 'Z') state[0] = static_cast<char>(state[0] + 32);
  return fmt::format("{}, {} in all", state, format_duration(length_of(trace, task), clock_step_of(trace)));
}

std::vector<Nanos> latencies_of(const Trace& trace) {
  std::vector<Nanos> out;
  for (const TaskRecord& task : trace.tasks())
    if (task.id > kRootTask && task.spawned >= 0 && task.ended >= task.spawned && task.outcome == Outcome::finished) out.push_back(task.ended - task.spawned);
  std::ranges::sort(out);
  return out;
}

double latency_share(Nanos t, Nanos least, Nanos most, bool log) {
  const double from = static_cast<double>(least), to = static_cast<double>(std::max(most, least + 1)), at = static_cast<double>(t);
  const double share = log && least > 0 ? std::log(std::max(at, from) / from) / std::log(to / from) : (at - from) / (to - from);
  return std::clamp(share, 0.0, 1.0);
}

std::vector<std::uint32_t> latency_bins(std::span<const Nanos> latencies, Nanos least, Nanos most, std::size_t bins, bool log) {
  std::vector<std::uint32_t> out(bins);
  auto at = latencies.begin();
  for (std::size_t i = 0; i < bins; ++i) {
    // The last bin holds what lies beyond, too.
    const auto edge = static_cast<double>(i + 1) / static_cast<double>(bins);
    const auto end = i + 1 == bins ? latencies.end()
                                   : std::partition_point(at, latencies.end(), [&](Nanos t) { return latency_share(t, least, most, log) < edge; });
    out[i] = static_cast<std::uint32_t>(end - at);
    at = end;
  }
  return out;
}

}  // namespace interleave
