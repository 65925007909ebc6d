#include "trace/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace interleave {
namespace {

constexpr std::size_t kMostLookedAt = 10'000;
constexpr std::size_t kMostNamed = 3;   // of more their number is said

/// "Task 57" at the head of a sentence, "task 57" inside it; main is main, and what another program names has that name.
std::string named(const Trace& trace, TaskId task, bool head = false) {
  if (const std::string_view name = trace.name_of(task); !name.empty()) return std::string(name);
  if (task == kRootTask) return "main";
  return fmt::format("{}ask {}", head ? 'T' : 't', number_of(task));
}

struct Question {
  const Trace& trace;
  const Span& span;
  const Lane* lane;  ///< null: asked of a task, not of a lane

  std::string who() const { return named(trace, span.task, true); }
  /// "68.9 ms", or "68.9 ms so far" where the end has not been seen.
  std::string how_long() const {
    std::string text = format_duration(span.end - span.begin, clock_step_of(trace));
    const bool open = !trace.ended() && lane && !lane->spans.empty() && lane->spans.back() == span;
    return open ? text + " so far" : text;
  }
};

/// The first of `spans` (in order, no overlap) that ends after `t`.
template <class Some>
auto first_after(const Some& spans, Nanos t) {
  return std::partition_point(spans.begin(), spans.end(), [t](const Span& s) { return s.end <= t; });
}

Nanos overlap(const Span& a, const Span& b) { return std::max<Nanos>(0, std::min(a.end, b.end) - std::max(a.begin, b.begin)); }

struct Busy {
  double cores = 0;            ///< on average, while the question's span lasted
  std::vector<TaskId> tasks;   ///< who had them, each once, in order of appearance
  TaskId last = kNoTask;       ///< who had the first core to come free, at the span's end
  Nanos last_end = INT64_MIN;  ///< when that was
  bool all_before = false;     ///< each of them stood in line, or had a core, when the question's span began
};

/// Who had the cores during the span. Nothing where that would be too much to look at.
std::optional<Busy> who_was_busy(const Question& q) {
  Busy busy;
  std::size_t looked_at = 0;
  Nanos total = 0;
  std::vector<std::pair<TaskId, std::size_t>> seen;
  for (const Lane& core : q.trace.cores())
    for (auto s = first_after(core.spans, q.span.begin); s != core.spans.end() && s->begin < q.span.end; ++s) {
      if (++looked_at > kMostLookedAt) return {};
      if (s->task == q.span.task) continue;
      total += overlap(*s, q.span);
      seen.emplace_back(s->task, seen.size());
      if (s->end <= q.span.end && s->end > busy.last_end) busy.last_end = s->end, busy.last = s->task;
    }
  busy.cores = static_cast<double>(total) / static_cast<double>(std::max<Nanos>(1, q.span.end - q.span.begin));
  std::ranges::sort(seen);
  const auto again = std::ranges::unique(seen, {}, &std::pair<TaskId, std::size_t>::first);
  seen.erase(again.begin(), again.end());
  std::ranges::sort(seen, {}, &std::pair<TaskId, std::size_t>::second);
  for (const auto& [task, first] : seen) busy.tasks.push_back(task);
  busy.all_before = !busy.tasks.empty() && std::ranges::all_of(busy.tasks, [&](TaskId task) {
    const Life life = q.trace.spans_of(task);
    const auto then = first_after(life, q.span.begin);
    if (then == life.end()) return false;
    const Span at = *then;
    return at.begin <= q.span.begin && (at.state == State::running || at.state == State::ready || at.state == State::waiting_gil);
  });
  return busy;
}

std::int64_t cores_of(const Trace& trace) {
  return std::max<std::int64_t>(trace.fact(Fact::cores), static_cast<std::int64_t>(trace.cores().size()));
}

std::string why_running(const Question& q) {
  if (q.span.task == kNoTask) return fmt::format("It ran for {}.", q.how_long());
  if (!q.trace.name_of(q.span.task).empty()) return fmt::format("{} ran for {}.", q.who(), q.how_long());  // of its cores nothing is known
  std::string text = q.trace.executor == ExecutorKind::gil
                         ? fmt::format("{} held the GIL and ran for {}", q.who(), q.how_long())
                         : fmt::format("{} had a core for {}", q.who(), q.how_long());
  if (!q.lane) return text + ".";
  for (auto mark = std::partition_point(q.lane->marks.begin(), q.lane->marks.end(),
                                        [&](const Mark& m) { return m.at < q.span.begin; });
       mark != q.lane->marks.end() && mark->at <= q.span.end; ++mark)
    if (mark->kind == EventKind::gil_dropped && mark->task == q.span.task && mark->cause.index != 0 && mark->at == q.span.end)
      return text + "; then it was made to drop it.";
  const auto next = first_after(q.lane->spans, q.span.end);
  if (next != q.lane->spans.end() && next->begin == q.span.end && next->task == q.span.task) switch (next->state) {
      case State::waiting_io: text += "; then it had to wait"; break;
      case State::waiting_lock: text += "; then it had to wait for a lock"; break;
      case State::waiting_gil: text += "; then it had to wait for the GIL"; break;
      case State::waiting_children: text += "; then it waited for its tasks"; break;
      case State::ready: text += "; then others had the core"; break;
      default: break;
    }
  return text + ".";
}

/// "task 2, task 3 and task 4", "7 tasks, task 9 last,".
std::string who_had(const Question& q, const Busy& busy) {
  if (busy.tasks.empty()) return "others";
  if (busy.tasks.size() > kMostNamed) {
    const std::string many = fmt::format("{} tasks", busy.tasks.size());
    return busy.last == kNoTask ? many : fmt::format("{}, {} last,", many, named(q.trace, busy.last));
  }
  std::string out;
  for (std::size_t i = 0; i < busy.tasks.size(); ++i) out += (i == 0 ? "" : i + 1 == busy.tasks.size() ? " and " : ", ") + named(q.trace, busy.tasks[i]);
  return out;
}

/// Who held an event loop by a plain call for at least half of that time. kNoTask: nobody.
TaskId who_blocked_the_loop(const Question& q) {
  std::size_t looked_at = 0;
  for (const Lane& lane : q.trace.lanes())
    if (lane.kind == LaneKind::loop)
      for (auto s = first_after(lane.spans, q.span.begin); s != lane.spans.end() && s->begin < q.span.end && ++looked_at <= kMostLookedAt; ++s)
        if (s->state == State::waiting_io && s->task != kNoTask && s->task != q.span.task && 2 * overlap(*s, q.span) >= q.span.end - q.span.begin) return s->task;
  return kNoTask;
}

std::string why_ready(const Question& q) {
  const std::int64_t cores = cores_of(q.trace);
  const std::string head = q.trace.executor == ExecutorKind::loop
                               ? fmt::format("{} was ready and waited {} for its turn", q.who(), q.how_long())
                               : fmt::format("{} waited {} for a core", q.who(), q.how_long());
  if (const TaskId blocker = who_blocked_the_loop(q); blocker != kNoTask) return fmt::format("{}: {} blocked the event loop.", head, named(q.trace, blocker));
  const std::optional<Busy> busy = cores > 0 ? who_was_busy(q) : std::nullopt;
  if (!busy) return head + ".";
  const bool many = busy->tasks.size() > kMostNamed;
  // 1 %: the moments in which a core changes hands.
  if (busy->cores >= 0.99 * static_cast<double>(cores)) {
    if (busy->tasks.size() == 1) return fmt::format("{}: {} had {}.", head, named(q.trace, busy->tasks[0]), cores == 1 ? "it" : "them all");
    if (cores == 1) return many && busy->all_before ? fmt::format("{}: the {} tasks that were ready before it had it first.", head, busy->tasks.size()) : fmt::format("{}: {} had it before.", head, who_had(q, *busy));
    const std::string all = cores == 2 ? "both cores" : fmt::format("all {} cores", cores);
    if (many && busy->all_before) return fmt::format("{}: {} were busy with the {} tasks that were ready before it.", head, all, busy->tasks.size());
    return fmt::format("{}: {} were busy; {} had them.", head, all, who_had(q, *busy));
  }
  if (busy->cores < 0.01) return head + ", though no task had one.";
  if (cores == 1) return fmt::format("{}: {} had it for {:.0f}\u2009% of that time.", head, who_had(q, *busy), 100 * busy->cores);
  return fmt::format("{}: on average {:.1f} of {} were busy.", head, busy->cores, cores);
}

/// A moment with as many digits as a wait so long needs, and no more than the clock has: "0.2306 s".
std::string moment(const Question& q, Nanos t) {
  struct Unit { Nanos ns; std::string_view name; };
  const Unit unit = t >= 100'000'000 ? Unit{1'000'000'000, "s"} : t >= 100'000 ? Unit{1'000'000, "ms"} : Unit{1'000, "\u00b5s"};
  const auto digit = std::max(static_cast<double>(q.span.end - q.span.begin) / 500, static_cast<double>(clock_step_of(q.trace)));
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(std::max(digit, 1.0) / static_cast<double>(unit.ns)) - 1e-9)), 0, 9);
  return fmt::format("{:.{}f}\u2009{}", static_cast<double>(t) / static_cast<double>(unit.ns), decimals, unit.name);
}

std::string why_gil(const Question& q) {
  const std::string head = fmt::format("{} waited {} for the GIL", q.who(), q.how_long());
  const std::optional<Busy> busy = who_was_busy(q);
  if (!busy) return head + ".";
  // Of a run that goes on it is not known yet who holds it now.
  if (const Nanos length = q.span.end - q.span.begin; q.trace.ended() && q.trace.cores().size() == 1 && busy->cores < 0.5 && length > 0) {
    if (busy->tasks.empty()) return head + ", though nobody held it: the system ran something else.";
    const auto nobody = static_cast<Nanos>(std::llround((1 - busy->cores) * static_cast<double>(length)));
    return fmt::format("{}, though nobody held it for {} of them: the system ran something else.", head, format_duration(nobody, clock_step_of(q.trace)));
  }
  if (busy->tasks.empty()) return head + ".";
  std::string forced;
  std::size_t looked_at = 0;
  for (const Lane& lane : q.trace.lanes())
    for (auto mark = std::partition_point(lane.marks.begin(), lane.marks.end(),
                                          [&](const Mark& m) { return m.at < q.span.begin; });
         mark != lane.marks.end() && mark->at <= q.span.end && ++looked_at <= kMostLookedAt; ++mark)
      if (mark->kind == EventKind::gil_dropped && mark->cause.index != 0 && mark->task == busy->last) {
        forced = " was made to drop it";
        if (const Nanos interval = q.trace.fact(Fact::gil_interval_ns))
          forced += fmt::format(" after the switch interval of {}", format_duration(interval));
      }
  if (busy->tasks.size() == 1)
    return fmt::format("{}: {} held it{}.", head, named(q.trace, busy->tasks[0]), forced.empty() ? "" : " and" + forced);
  const std::string many = fmt::format("{}: {} tasks", head, busy->tasks.size());
  const std::string did = busy->all_before ? "asked before it" : "held it one after another";
  if (busy->last == kNoTask) return fmt::format("{} {}.", many, did);
  return fmt::format("{} {}; the last, {},{}.", many, did, named(q.trace, busy->last),
                     forced.empty() ? fmt::format(" let it go at {}", moment(q, busy->last_end)) : forced);
}

/// Who woke it, where the trace has the cause and it is plain whose it was.
TaskId who_woke(const Question& q) {
  std::optional<Mark> wake;
  std::size_t looked_at = 0;
  for (const Lane& lane : q.trace.lanes())
    for (auto mark = std::partition_point(lane.marks.begin(), lane.marks.end(),
                                          [&](const Mark& m) { return m.at <= q.span.begin; });
         mark != lane.marks.end() && mark->at <= q.span.end; ++mark) {
      if (++looked_at > kMostLookedAt) return kNoTask;
      if (mark->kind == EventKind::wake && mark->task == q.span.task && (!wake || mark->at >= wake->at)) wake = *mark;
    }
  if (!wake) return kNoTask;
  const std::optional<Nanos> when = q.trace.time_of(wake->cause);
  if (!when) return kNoTask;
  TaskId by = kNoTask;
  const Lane& lane = q.trace.lanes()[wake->cause.lane_plus_1 - 1u];
  for (auto s = first_after(lane.spans, *when - 1); s != lane.spans.end() && s->begin <= *when; ++s) {
    // A process waits for its parent's answer when it gives a lock back.
    if (s->state != State::running && !(lane.kind == LaneKind::process && s->state == State::waiting_lock && s->task != q.span.task)) continue;
    if (by != kNoTask && by != s->task) return kNoTask;  // one ended and another began just then
    by = s->task;
  }
  return by == q.span.task ? kNoTask : by;
}

/// "; task 3 woke it"
std::string and_who_woke(const Question& q) {
  const TaskId by = who_woke(q);
  return by == kNoTask ? "" : fmt::format("; {} woke it", named(q.trace, by));
}

/// Marks of a lane up to a moment, the last first, until one is what is looked for or `kMostLookedAt` are seen.
template <class Wanted>
std::optional<Mark> last_mark(const Lane& lane, Nanos until, Wanted wanted) {
  auto mark = std::partition_point(lane.marks.begin(), lane.marks.end(), [until](const Mark& m) { return m.at <= until; });
  for (std::size_t looked_at = 0; mark != lane.marks.begin() && looked_at < kMostLookedAt; ++looked_at)
    if (const Mark seen = *--mark; wanted(seen)) return seen;
  return {};
}

/// What a `sync` mark says; 0: it is another mark.
std::uint32_t said_by(const Mark& mark) { return mark.kind == EventKind::sync ? static_cast<std::uint32_t>(mark.cause.index) : 0; }

/// Who had this lock at that moment: the last that took it, if nobody gave it since. kNoTask: nobody, or it is not plain.
TaskId holder_of(const Trace& trace, std::uint32_t lock, Nanos t) {
  const auto of_it = [lock](const Mark& mark) {
    const std::uint32_t said = said_by(mark);
    return mark.kind == EventKind::sync && object_kind_of(said) == ObjectKind::lock && object_of(said) == lock && (mark_of(said) == SyncMark::takes || mark_of(said) == SyncMark::gives);
  };
  std::optional<Mark> last;
  for (const Lane& lane : trace.lanes()) {
    const std::optional<Mark> mark = last_mark(lane, t, of_it);
    if (!mark || (last && mark->at < last->at)) continue;
    if (last && mark->at == last->at) return kNoTask;  // on two lanes within a step of the clock
    last = mark;
  }
  return last && mark_of(said_by(*last)) == SyncMark::takes ? last->task : kNoTask;
}

std::string why_waiting_lock(const Question& q) {
  // What it wanted was said right before it began to wait.
  std::optional<Mark> wants;
  for (const Lane& lane : q.trace.lanes()) {
    wants = last_mark(lane, q.span.begin, [&](const Mark& mark) {
      return mark.at < q.span.begin || (mark.kind == EventKind::sync && mark.task == q.span.task && mark_of(said_by(mark)) == SyncMark::wants);
    });
    if (wants && wants->at == q.span.begin) break;
    wants.reset();
  }
  const std::string head = fmt::format("{} waited {} for ", q.who(), q.how_long());
  if (!wants) return head + "a lock, or for something that another task had to give" + and_who_woke(q) + ".";
  const std::uint32_t number = object_of(said_by(*wants));
  switch (object_kind_of(said_by(*wants))) {
    case ObjectKind::lock: {
      const TaskId holder = holder_of(q.trace, number, q.span.begin);
      if (holder == kNoTask || holder == q.span.task) break;
      if (holder == who_woke(q)) return fmt::format("{}lock {}, which {} held until then.", head, number, named(q.trace, holder));
      return fmt::format("{}lock {}, which {} held{}.", head, number, named(q.trace, holder), and_who_woke(q));
    }
    case ObjectKind::semaphore: return fmt::format("{}a permit of semaphore {}{}.", head, number, and_who_woke(q));
    case ObjectKind::event: return fmt::format("{}event {}{}.", head, number, and_who_woke(q));
    case ObjectKind::queue: return fmt::format("{}queue {}{}.", head, number, and_who_woke(q));
  }
  return fmt::format("{}lock {}{}.", head, number, and_who_woke(q));
}

/// Who waits by a plain call waits on its lane, and that lane says what comes of it. Null: the task has left its lane. Cost: O(lanes x log spans).
const Lane* lane_that_waits(const Question& q) {
  if (q.lane || q.span.task == kNoTask) return q.lane;
  for (const Lane& lane : q.trace.lanes())
    if (const auto s = first_after(lane.spans, q.span.begin); s != lane.spans.end() && s->begin <= q.span.begin && s->task == q.span.task && s->state == q.span.state) return &lane;
  return nullptr;
}

std::string why_waiting_io(const Question& q) {
  if (q.span.task == kNoTask) {  // a loop in its poll
    const std::uint32_t waiting = q.trace.counts().in_force(static_cast<double>(q.span.begin)).waiting_io;
    if (waiting == 0) return fmt::format("The event loop slept for {}: no task could go on.", q.how_long());
    return fmt::format("The event loop slept for {}: {}, and none could go on.", q.how_long(),
                       waiting == 1 ? "1 task waited" : fmt::format("{} tasks waited", waiting));
  }
  const Lane* const lane = lane_that_waits(q);
  if (lane && lane->kind == LaneKind::loop)
    return fmt::format("{} blocked the event loop for {}: it called something that waits, and no other task could run.", q.who(),
                       q.how_long());
  if (!lane) return fmt::format("{} waited {} for an answer: it needs no core for that.", q.who(), q.how_long());
  return fmt::format("{} waited {} for an answer: the core is free, but the {} is held.", q.who(), q.how_long(),
                     lane->kind == LaneKind::process ? "process" : "thread");
}

std::string why_idle(const Question& q) {
  // Ready at any moment of it? Then idleness has another reason than a lack of work, and that is not in the trace.
  const Counts counts = q.trace.counts();
  bool somebody_ready = q.trace.counts().in_force(static_cast<double>(q.span.begin)).ready > 0;
  std::size_t looked_at = 0;
  for (auto c = counts.from(counts.until(static_cast<double>(q.span.begin)));
       c != counts.end() && c->at < q.span.end && !somebody_ready; ++c) {
    somebody_ready = c->ready > 0;
    if (++looked_at > kMostLookedAt) return fmt::format("It had no task for {}.", q.how_long());
  }
  if (somebody_ready) return fmt::format("It had no task for {}.", q.how_long());
  return fmt::format("It had no task for {}: nothing was ready to run.", q.how_long());
}

std::string answer(const Question& q) {
  switch (q.span.state) {
    case State::running: return why_running(q);
    case State::ready: return why_ready(q);
    case State::waiting_io: return why_waiting_io(q);
    case State::waiting_lock: return why_waiting_lock(q);
    case State::waiting_gil: return why_gil(q);
    case State::idle: return why_idle(q);
    case State::not_started: return fmt::format("{} had been made, and nobody took it for {}.", q.who(), q.how_long());
    case State::copying:
      return fmt::format("Bytes of {} were on their way between processes for {}.", named(q.trace, q.span.task), q.how_long());
    case State::starting:
      return fmt::format("Starting this {} took {}.", q.lane && q.lane->kind == LaneKind::process ? "process" : "thread", q.how_long());
    case State::waiting_children:
      if (q.span.task == kNoTask) return fmt::format("It waited {} for tasks to end.", q.how_long());
      return fmt::format("{} waited {} for tasks that it had made{}.", q.who(), q.how_long(), and_who_woke(q));
  }
  return {};
}

}  // namespace

std::string why(const Trace& trace, std::size_t lane, const Span& span) {
  std::string text = answer({trace, span, lane < trace.lanes().size() ? &trace.lanes()[lane] : nullptr});
  // But what another program calls it stays as it is.
  const bool own_name = !trace.name_of(span.task).empty();
  if (!own_name && !text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string why_task(const Trace& trace, const Span& span) { return why(trace, trace.lanes().size(), span); }

}  // namespace interleave
