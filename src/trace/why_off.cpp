// why_off.cpp -- what a run lost its time to. Each cause is put into the nanoseconds that it adds to the whole run, as if
// it were the only one; the largest is named. Waits and computing are held against what tasks asked for (Fact::asked_*).
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "trace/why.h"

namespace interleave {
namespace {

struct Delay {
  double ns = 0;
  std::string words;
  std::string_view brief;
};

/// Tasks wait one after another on one thread, and side by side elsewhere.
double at_once(const Trace& trace) {
  switch (trace.executor) {
    case ExecutorKind::serial: return 1;
    case ExecutorKind::loop:
    case ExecutorKind::stealing: return std::max<double>(1, trace.summary().tasks);
    default: return std::clamp<double>(static_cast<double>(trace.fact(Fact::workers)), 1, std::max<double>(1, trace.summary().tasks));
  }
}

struct Waits {
  Nanos total = 0;
  std::size_t count = 0;
};

Pieces waits_for_io(const Trace& trace, Waits& waits) {
  std::size_t seen = 0;
  for (const TaskRecord& task : trace.tasks()) {
    if (task.id == kRootTask) continue;
    Nanos ended = -1;  // the last of them; one that goes on in another lane's words is one
    for (const Span& span : trace.spans_of(task.id)) {
      if (span.state == State::waiting_io) {
        waits.total += span.end - span.begin;
        waits.count += span.begin != ended;
        ended = span.end;
      }
      if (++seen % kPiece == 0) co_yield 0;
    }
    if (++seen % kPiece == 0) co_yield 0;
  }
}

/// Time of the lane that has most of it.
struct MostOnALane { Nanos copying = 0, starting = 0; };
Pieces most_on_a_lane(const Trace& trace, MostOnALane& most) {
  for (const Lane& lane : trace.lanes()) {
    MostOnALane here;
    for (std::size_t i = 0; i < lane.spans.size(); ++i) {
      const Span& span = lane.spans[i];
      const Nanos lasts = std::max<Nanos>(0, span.end - std::max<Nanos>(0, span.begin));
      if (span.state == State::copying) here.copying += lasts;
      else if (span.state == State::starting) here.starting += lasts;
      if (i % (4 * kPiece) == 4 * kPiece - 1) co_yield 0;
    }
    most = {std::max(most.copying, here.copying), std::max(most.starting, here.starting)};
  }
}

/// Core time that nobody had while somebody was ready: the system was slow to wake, or others had the core.
Pieces idle_while_ready(const Trace& trace, double cores, double& idle) {
  const Counts counts = trace.counts();
  for (auto c = counts.begin(); c.index() + 1 < counts.size(); ++c) {
    const double wanted = std::min<double>(cores, c->cores_in_use() + c->ready + c->waiting_gil);
    idle += std::max(0.0, wanted - c->cores_in_use()) * static_cast<double>(counts.at(c.index() + 1) - c->at);
    if (c.index() % kPiece == kPiece - 1) co_yield 0;
  }
}

}  // namespace

std::string why_off(const Trace& trace, Nanos expected, std::string* in_brief) {
  std::string out, brief;
  why_off_in_pieces(trace, expected, out, brief).all();
  if (in_brief) *in_brief = brief;
  return out;
}

Pieces why_off_in_pieces(const Trace& trace, Nanos expected, std::string& out, std::string& in_brief) {
  const Summary s = trace.summary();
  const double cores = std::max<double>(1, static_cast<double>(trace.fact(Fact::cores)));
  const Nanos step = clock_step_of(trace);
  auto time = [&](Nanos t) { return format_duration(t, step); };
  auto mean = [&](Nanos t, std::size_t n) { return time(t / static_cast<Nanos>(std::max<std::size_t>(1, n))); };

  const std::int64_t asked_workers = trace.fact(Fact::workers_asked), workers = trace.fact(Fact::workers);
  const Nanos asked_compute = trace.fact(Fact::asked_compute_ns), asked_wait = trace.fact(Fact::asked_wait_ns);
  const double off = static_cast<double>(s.makespan - expected);
  Delay largest;
  auto consider = [&](double ns, std::string_view brief, std::string words) {
    if (ns > largest.ns) largest = {ns, std::move(words), brief};
  };
  auto say = [&](std::string words, std::string_view brief) {
    in_brief = words.empty() ? std::string_view() : brief;
    out = std::move(words);
  };

  if (off <= 0) {
    if (asked_compute > s.cpu_busy)
      consider(static_cast<double>(asked_compute - s.cpu_busy) / cores, "this machine is faster now",
               fmt::format("{} of computing were done in {}; this machine is faster now than when it was measured",
                           time(asked_compute), time(s.cpu_busy)));
    say(largest.ns >= -off / 3 ? largest.words : "", largest.brief);
    co_return;
  }

  if (workers < std::min<std::int64_t>(asked_workers, s.tasks)) {
    say(fmt::format("{} of {} workers were started", workers, asked_workers), "workers are missing");
    co_return;
  }
  if (asked_compute > 0)
    consider(static_cast<double>(s.cpu_busy - asked_compute) / cores, "others had the cores",
             time(s.cpu_busy) == time(asked_compute)
                 ? fmt::format("something else ran on the same cores, for {} together", time(s.cpu_busy - asked_compute))
                 : fmt::format("tasks had cores for {}, and had asked for {} of computing: something else ran on the same cores",
                               time(s.cpu_busy), time(asked_compute)));
  Waits waits;
  for (Pieces adding = waits_for_io(trace, waits); adding.next();) co_yield 0.2;
  if (asked_wait > 0 && waits.count > 0)
    consider(static_cast<double>(waits.total - asked_wait) / at_once(trace), "answers came late",
             mean(waits.total, waits.count) == mean(asked_wait, waits.count)
                 ? fmt::format("answers came late, or nobody could take them: by {} for each wait", mean(waits.total - asked_wait, waits.count))
                 : fmt::format("a wait took {} on average, and {} was asked: answers came late, or nobody could take them",
                               mean(waits.total, waits.count), mean(asked_wait, waits.count)));
  double idle = 0;
  for (Pieces adding = idle_while_ready(trace, cores, idle); adding.next();) co_yield 0.5;
  consider(idle / cores, "threads woke late",
           "cores were free while tasks were ready: the system was slow to wake their threads");
  MostOnALane most;
  for (Pieces adding = most_on_a_lane(trace, most); adding.next();) co_yield 0.8;
  consider(static_cast<double>(most.copying), "copies took long",
           fmt::format("one process alone spent {} on copies to it and from it", time(most.copying)));
  consider(static_cast<double>(most.starting), "workers started late", fmt::format("a worker was still being started, for {} of the run", time(most.starting)));
  say(largest.ns >= off / 3 ? largest.words : "", largest.brief);
}

}  // namespace interleave
