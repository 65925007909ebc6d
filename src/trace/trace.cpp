// trace.cpp -- from words to spans.
//
// Lanes come in bursts and lag one another by tens of milliseconds, but each lane is in order. So lane spans are final
// when they close, and what mixes lanes (where tasks are, who had which core) is merged batch by batch: new facts are
// sorted, and the tail that is younger than the oldest of them is undone and done again. The cost is that of the new
// data and of the lag, never of the whole trace.
// What comes of a span is packed as it comes (rows.h): some 20 bytes of it stay where 112 did (lane 24, core 12, task 24, counts 40,
// marks 12), and with them went the kernel's part, for memory that is touched first. Measured: tests/bench/trace_bench.cpp, src/README.md.
//
// Contents: Deriver (lanes, tasks over time, cores, finish) | TraceBuilder | Trace
#include "trace/trace.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "trace/trace_parts.h"

namespace interleave {
namespace {

constexpr std::uint32_t kMostTasks = 16'000'000;
constexpr std::uint32_t kTaskSlack = 400'000;         // ids may run ahead of what was seen by this many
constexpr std::size_t kMostChanges = 2'000'000;       // beyond, only the youngest are kept
constexpr std::size_t kYoungChanges = 200'000;
constexpr std::size_t kMostCounts = 1 << 20;
constexpr std::uint64_t kMostMarks = 4'000'000;
constexpr std::uint64_t kMostLockMarks = 200'000;     // of what is waited for, and who has a lock
constexpr std::size_t kMostMoments = 1 << 19;         // of a lane; then every other is forgotten

State state_of(WaitReason reason) {
  switch (reason) {
    case WaitReason::lock:
    case WaitReason::event:
    case WaitReason::queue: return State::waiting_lock;
    case WaitReason::gil: return State::waiting_gil;
    case WaitReason::children: return State::waiting_children;
    default: return State::waiting_io;
  }
}

/// A task's places over time. `none` before its spawn; `done` is the last.
enum class Place : std::uint8_t { none, not_started, ready, running, waiting_io, waiting_lock, waiting_gil, waiting_children, copying, done };

State state_of(Place place) {
  switch (place) {
    case Place::ready: return State::ready;
    case Place::running: return State::running;
    case Place::waiting_io: return State::waiting_io;
    case Place::waiting_lock: return State::waiting_lock;
    case Place::waiting_gil: return State::waiting_gil;
    case Place::waiting_children: return State::waiting_children;
    case Place::copying: return State::copying;
    default: return State::not_started;
  }
}

Place place_of(WaitReason reason) {
  switch (state_of(reason)) {
    case State::waiting_lock: return Place::waiting_lock;
    case State::waiting_gil: return Place::waiting_gil;
    case State::waiting_children: return Place::waiting_children;
    default: return Place::waiting_io;
  }
}

/// `task` went to `to` at `at`. `from` and `since` are what it was before: they make the change undoable.
struct Change {
  Nanos at = 0;
  Nanos since = 0;
  TaskId task = kNoTask;
  std::uint16_t line = 0;
  Place from = Place::none;
  Place to = Place::none;
};

}  // namespace

// === Deriver =========================================================================================================

class TraceBuilder::Deriver {
 public:
  Deriver(ExecutorKind executor, Provenance provenance) : trace_(std::make_shared<Trace>()) {
    trace_->executor = executor;
    trace_->provenance = provenance;
  }

  void add(std::span<const std::uint64_t> packets);
  const Trace& so_far(Nanos now);
  Pieces finish(RunEnd if_not_said, std::shared_ptr<const Trace>& out);
  std::uint64_t refused() const { return refused_; }

 private:
  struct Open {
    Span span;
    bool is = false;
  };
  struct LaneState {
    std::vector<std::uint64_t> rest;  ///< the beginning of an event whose end has not come
    Nanos now = std::numeric_limits<Nanos>::min();
    Open open;
    TaskId last_run = kNoTask;
    // Of all runs, and of those that lasted as the clock tells.
    SwitchCounter all_runs, seen_runs;
    std::uint64_t switches = 0, seen_switches = 0;
    std::uint64_t index = 0;          ///< of the word that is looked at, in the lane
    std::uint64_t moment_every = 1;   ///< words between two remembered moments
    bool provisional = false;  ///< the last span of the Lane is the open one, as drawn
  };
  struct TaskState {
    Place place = Place::none;
    Nanos since = 0;
  };

  void withdraw_provisional();
  void add_words(std::size_t lane, std::span<const std::uint64_t> words);
  void event(std::size_t lane, std::span<const std::uint64_t> event);
  void close(std::size_t lane);
  void open(std::size_t lane, State state, TaskId task = kNoTask, std::uint16_t line = 0, std::uint8_t core = 0);
  void mark(std::size_t lane, EventKind kind, TaskId task, Cause cause = {});
  void remember_moment(std::size_t lane);
  void text(std::size_t lane, std::uint64_t head, std::span<const std::uint64_t> payload);
  void fact(Nanos at, Fact fact, std::int64_t value);
  Nanos time_of_starts();
  TaskRecord* record(TaskId id);
  void change(Nanos at, TaskId task, Place to, std::uint16_t line);

  void merge();
  void merge_changes();
  void merge_cores();
  void apply(Change& change);
  void undo(const Change& change);
  void count(Nanos at);
  std::uint32_t* counter(TaskId task, Place place);
  Nanos makespan() const;
  Pieces index_tasks();

  std::shared_ptr<Trace> trace_;
  std::vector<LaneState> states_;
  std::vector<TaskState> tasks_;
  std::vector<Change> changes_;      ///< applied, in order
  std::vector<Change> new_changes_;  ///< not applied, in order of arrival
  std::vector<Change> changes_room_;
  std::vector<Span> spans_room_;
  std::vector<Span> new_core_spans_, core_tail_;
  std::vector<std::pair<Nanos, Nanos>> starts_;  ///< of workers: asked for, there
  std::vector<bool> provisional_core_;
  TaskCounts counts_now_;
  Nanos count_step_ = 0;             ///< counts closer than this are one; grows when there are very many
  bool changes_complete_ = true;
  std::uint64_t marks_ = 0, lock_marks_ = 0;
  Nanos no_locks_from_ = std::numeric_limits<Nanos>::max();  ///< later not all of what is said of locks is kept, and finish() drops it
  std::uint64_t refused_ = 0;
  bool end_said_ = false;
  Nanos run_end_ = 0;
};

// --- words to events -------------------------------------------------------------------------------------------------

void TraceBuilder::Deriver::add(std::span<const std::uint64_t> packets) {
  withdraw_provisional();
  for (std::size_t i = 0; i < packets.size();) {
    const std::uint64_t header = packets[i++];
    const std::size_t lane = header & 0xffff;
    const bool dropped = header >> 31 & 1;
    const std::size_t count = dropped ? 1 : header >> 32;
    if (lane >= Recorder::kMaxLanes || count > packets.size() - i) {
      ++refused_;
      return;
    }
    // Lanes begin in order; a lane far beyond those known is no lane.
    if (lane >= trace_->lanes_.size()) {
      trace_->lanes_.resize(lane + 1);
      trace_->moments_.resize(lane + 1);
      states_.resize(lane + 1);
    }
    trace_->lanes_[lane].kind = static_cast<LaneKind>(std::min<std::uint64_t>(header >> 16 & 0xff, 3));
    if (dropped)
      trace_->lanes_[lane].dropped_events = packets[i];
    else
      add_words(lane, packets.subspan(i, count));
    i += count;
  }
  merge();
}

void TraceBuilder::Deriver::add_words(std::size_t lane, std::span<const std::uint64_t> words) {
  std::vector<std::uint64_t>& rest = states_[lane].rest;
  std::size_t i = 0;
  while (!rest.empty() && i < words.size()) {
    rest.push_back(words[i++]);
    if (rest.size() == 1 + payload_words(rest[0])) {
      const std::vector<std::uint64_t> whole = std::exchange(rest, {});
      event(lane, whole);
      states_[lane].index += whole.size();
    }
  }
  while (i < words.size()) {
    const std::size_t length = 1 + payload_words(words[i]);
    if (length > words.size() - i) break;
    event(lane, words.subspan(i, length));
    states_[lane].index += length;
    i += length;
  }
  if (rest.empty()) rest.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
}

void TraceBuilder::Deriver::event(std::size_t lane, std::span<const std::uint64_t> words) {
  LaneState& state = states_[lane];
  const std::uint64_t word = words[0];
  const EventKind kind = kind_of(word);
  if (kind == EventKind::clock) {
    const Nanos t = clock_of(word);
    if (t < -kLatestTime || t > kLatestTime) ++refused_;
    else state.now = std::max(state.now, t);
    remember_moment(lane);
    trace_->end_ = std::max(trace_->end_, state.now);
    return;
  }
  const std::uint32_t argument = argument_of(word);
  if (kind == EventKind::text) return text(lane, word, words.subspan(1));
  if (state.now == std::numeric_limits<Nanos>::min()) state.now = 0;
  const Nanos now = state.now;
  const TaskId task = task_of(word);
  const auto line = static_cast<std::uint16_t>(argument & 0xffff);
  // Lanes that go on to another task when theirs waits: a loop, and a worker that steals.
  const LaneKind lane_kind = trace_->lanes_[lane].kind;
  // The coordinator only tells of a task of theirs that it is made, or that its request has a connection now.
  const bool steals = trace_->executor == ExecutorKind::stealing;
  const bool goes_on = lane_kind == LaneKind::loop || (lane_kind == LaneKind::worker && steals) ||
                       (lane_kind == LaneKind::coordinator && task != kRootTask && (steals || trace_->executor == ExecutorKind::loop));

  switch (kind) {
    case EventKind::lane_starting: open(lane, State::starting); return;
    case EventKind::lane_idle: open(lane, State::idle); return;
    case EventKind::lane_polling: open(lane, State::waiting_io); return;
    case EventKind::lane_ended: close(lane); return;
    case EventKind::run_started: return;
    case EventKind::fork: ++trace_->summary_.forks; return;
    case EventKind::join: return;
    case EventKind::sync:
      // How many items are in a queue.
      if (object_kind_of(argument) == ObjectKind::queue && (mark_of(argument) == SyncMark::puts || mark_of(argument) == SyncMark::gets)) mark(lane, kind, task, {0, argument});
      // What a wait is for, and who has a lock.
      else if (mark_of(argument) == SyncMark::wants || (object_kind_of(argument) == ObjectKind::lock && (mark_of(argument) == SyncMark::takes || mark_of(argument) == SyncMark::gives))) {
        if (++lock_marks_ <= kMostLockMarks) mark(lane, kind, task, {0, argument});
        else no_locks_from_ = std::min(no_locks_from_, now);
      }
      return;
    case EventKind::run_ended:
      trace_->how_ended_ = static_cast<RunEnd>(std::min<std::uint32_t>(argument, 4));
      end_said_ = true;
      run_end_ = now;
      return;
    case EventKind::fact:
      fact(now, static_cast<Fact>(argument), static_cast<std::int64_t>(words[1]));
      return;
    default: break;
  }

  TaskRecord* of_task = record(task);
  if (!of_task || kind > EventKind::fact || kind == EventKind::none) {
    ++refused_;
    return;
  }
  const bool holds = state.open.is && state.open.span.task == task;
  switch (kind) {
    case EventKind::spawn:
      if (of_task->spawned < 0 && task != kRootTask) ++trace_->summary_.tasks;
      of_task->spawned = now;
      of_task->line = line;
      if (state.open.is && state.open.span.task != task) of_task->parent = state.open.span.task;
      else if (task != kRootTask) of_task->parent = kRootTask;
      change(now, task, Place::not_started, line);
      mark(lane, kind, task);
      break;
    case EventKind::ready:
      change(now, task, Place::ready, line);
      if (lane_kind == LaneKind::loop) {
        if (holds) close(lane);
      } else if (goes_on && !holds) {
        // Queued: the worker itself does what it did before.
      } else if (holds || !state.open.is || state.open.span.state == State::idle) {
        open(lane, State::ready, task, line);
      }
      break;
    case EventKind::run:
      if (of_task->started < 0) of_task->started = now;
      change(now, task, Place::running, line);
      if (state.last_run != kNoTask && state.last_run != task) mark(lane, kind, task);
      state.last_run = task;
      state.switches += state.all_runs.runs(task);
      open(lane, State::running, task, line, static_cast<std::uint8_t>(argument >> 16));
      break;
    case EventKind::wait: {
      const auto reason = static_cast<WaitReason>(std::min<std::uint32_t>(argument >> 16, 8));
      change(now, task, place_of(reason), line);
      // A loop goes on to another task, unless the call blocks the loop itself.
      if (goes_on && reason != WaitReason::blocked) {
        if (holds) close(lane);
      }
      else open(lane, state_of(reason), task, line);
      break;
    }
    case EventKind::wake: {
      // A wait that was over before anybody looked: since then the task could go on.
      const Cause cause = Cause::from_word(words[1]);
      const bool overdue = cause.lane_plus_1 == 0;
      change(overdue ? std::max<Nanos>(0, now - static_cast<Nanos>(cause.index)) : now, task, Place::ready, 0);
      mark(lane, kind, task, overdue ? Cause{} : cause);
      break;
    }
    case EventKind::done:
      of_task->ended = now;
      of_task->outcome = static_cast<Outcome>(std::min<std::uint32_t>(argument, 3));
      change(now, task, Place::done, 0);
      if (holds) open(lane, State::idle);
      break;
    case EventKind::copy:
      change(now, task, Place::copying, 0);
      open(lane, State::copying, task);
      break;
    case EventKind::gil_dropped: mark(lane, kind, task, {0, argument}); break;
    case EventKind::steal: mark(lane, kind, task, Cause::from_word(words[1])); break;
    default: break;
  }
}

void TraceBuilder::Deriver::close(std::size_t lane) {
  Open& open = states_[lane].open;
  if (!open.is) return;
  open.is = false;
  open.span.end = states_[lane].now;
  if (open.span.end <= open.span.begin) return;
  PackedSpans& spans = trace_->lanes_[lane].spans;
  // The same thing said twice is one span.
  if (!spans.goes_on(open.span)) spans.push_back(open.span);
  if (open.span.state != State::running) return;
  states_[lane].seen_switches += states_[lane].seen_runs.runs(open.span.task);
  if (has_core(*trace_, open.span)) new_core_spans_.push_back(open.span);
  trace_->summary_.cpu_busy += open.span.end - open.span.begin;
  if (open.span.task == kRootTask) trace_->summary_.main_busy += open.span.end - open.span.begin;
}

void TraceBuilder::Deriver::open(std::size_t lane, State state, TaskId task, std::uint16_t line, std::uint8_t core) {
  close(lane);
  states_[lane].open = {{states_[lane].now, states_[lane].now, task, line, state, core}, true};
}

void TraceBuilder::Deriver::mark(std::size_t lane, EventKind kind, TaskId task, Cause cause) {
  if (++marks_ <= kMostMarks) trace_->lanes_[lane].marks.push_back({states_[lane].now, kind, task, cause});
}

void TraceBuilder::Deriver::remember_moment(std::size_t lane) {
  LaneState& state = states_[lane];
  Trace::Moments& moments = trace_->moments_[lane];
  const auto index = static_cast<std::int64_t>(state.index);
  if (!moments.empty() && index - moments.last()[Trace::kIndex] < static_cast<std::int64_t>(state.moment_every)) return;
  moments.add({index, state.now});
  if (moments.size() < kMostMoments) return;
  Trace::Moments half;
  for (std::size_t i = 0; i < moments.size(); i += 2) half.add(moments[i]);
  moments = std::move(half);
  state.moment_every *= 2;
}

void TraceBuilder::Deriver::text(std::size_t lane, std::uint64_t head, std::span<const std::uint64_t> payload) {
  const std::uint32_t length = argument_of(head) & 0xffff;
  std::string said(length, '\0');
  for (std::uint32_t i = 0; i < length; ++i) said[i] = static_cast<char>(payload[i / 8] >> (8 * (i % 8)));
  const auto role = static_cast<TextRole>(std::min<std::uint32_t>(argument_of(head) >> 16, kTextRoles - 1));
  switch (role) {
    case TextRole::lane_name: trace_->lanes_[lane].name = std::move(said); break;
    case TextRole::lane_detail: trace_->lanes_[lane].detail = std::move(said); break;
    default: trace_->texts_.push_back({std::max<Nanos>(0, states_[lane].now), task_of(head), role, std::move(said)});
  }
}

void TraceBuilder::Deriver::fact(Nanos at, Fact fact, std::int64_t value) {
  const auto index = static_cast<std::size_t>(fact);
  if (index >= trace_->facts_.size()) {
    ++refused_;
    return;
  }
  std::int64_t& kept = trace_->facts_[index];
  switch (fact) {
    case Fact::bytes_per_task: kept = std::max(kept, value); break;
    case Fact::spawn_ns:
      if (value > 0 && value <= kLatestTime && starts_.size() < kMostMarks) starts_.push_back({at - value, at});
      break;
    case Fact::copied_bytes:
    case Fact::loop_blocked_ns:  // of each loop
    case Fact::tasks_refused:
    case Fact::asked_compute_ns:
    case Fact::asked_wait_ns:
      if (value >= 0 && value <= kLatestTime && kept <= kLatestTime * 1000) kept += value;
      break;
    default: kept = value;
  }
}

/// How long one worker or more was being started: most are started at once, each before the one before it is there.
Nanos TraceBuilder::Deriver::time_of_starts() {
  std::ranges::sort(starts_);
  Nanos sum = 0, until = std::numeric_limits<Nanos>::min();
  for (const auto& [from, to] : starts_) {
    sum += std::max<Nanos>(0, to - std::max(from, until));
    until = std::max(until, to);
  }
  return sum;
}

TaskRecord* TraceBuilder::Deriver::record(TaskId id) {
  std::vector<TaskRecord>& tasks = trace_->tasks_;
  if (id == kNoTask || id > kMostTasks || id > tasks.size() + kTaskSlack) return nullptr;
  if (id > tasks.size()) {
    for (auto next = static_cast<TaskId>(tasks.size() + 1); next <= id; ++next) tasks.push_back({.id = next});
    tasks_.resize(tasks.size());
  }
  return &tasks[id - 1];
}

// --- tasks over time -------------------------------------------------------------------------------------------------

void TraceBuilder::Deriver::change(Nanos at, TaskId task, Place to, std::uint16_t line) {
  // The parent of processes, where main is, has none of their cores.
  if (task != kRootTask || trace_->executor != ExecutorKind::processes) new_changes_.push_back({at, 0, task, line, Place::none, to});
}

std::uint32_t* TraceBuilder::Deriver::counter(TaskId task, Place place) {
  if (task == kRootTask) return place == Place::running ? &counts_now_.main : nullptr;
  switch (place) {
    case Place::not_started: return &counts_now_.not_started;
    case Place::ready: return &counts_now_.ready;
    case Place::running: return &counts_now_.running;
    case Place::waiting_io:
    case Place::waiting_children:
    case Place::copying: return &counts_now_.waiting_io;
    case Place::waiting_lock: return &counts_now_.waiting_lock;
    case Place::waiting_gil: return &counts_now_.waiting_gil;
    case Place::done: return &counts_now_.done;
    case Place::none: break;
  }
  return nullptr;
}

void TraceBuilder::Deriver::apply(Change& change) {
  TaskState& task = tasks_[change.task - 1];
  TaskRecord& record = trace_->tasks_[change.task - 1];
  change.from = task.place;
  change.since = task.since;
  // Of two lanes at one instant the later cause may come first: nothing follows the end, a spawn follows nothing.
  if (task.place == Place::done || (change.to == Place::not_started && task.place != Place::none)) change.to = task.place;
  const Nanos spent = change.task == kRootTask ? 0 : change.at - task.since;  // main's are not summed
  if (task.place == Place::running) record.running += spent;
  else if (task.place == Place::ready) record.ready += spent;
  else if (task.place > Place::running && task.place < Place::done) record.waiting += spent;
  if (std::uint32_t* count = counter(change.task, task.place)) --*count;
  if (std::uint32_t* count = counter(change.task, change.to)) ++*count;
  task = {change.to, change.at};
}

void TraceBuilder::Deriver::undo(const Change& change) {
  TaskState& task = tasks_[change.task - 1];
  TaskRecord& record = trace_->tasks_[change.task - 1];
  const Nanos spent = change.task == kRootTask ? 0 : change.at - change.since;
  if (change.from == Place::running) record.running -= spent;
  else if (change.from == Place::ready) record.ready -= spent;
  else if (change.from > Place::running && change.from < Place::done) record.waiting -= spent;
  if (std::uint32_t* count = counter(change.task, change.to)) --*count;
  if (std::uint32_t* count = counter(change.task, change.from)) ++*count;
  task = {change.from, change.since};
}

void TraceBuilder::Deriver::count(Nanos at) {
  PackedCounts& counts = trace_->counts_;
  counts_now_.at = at;
  if (!counts.empty() && at - counts.last().at <= count_step_) {
    TaskCounts changed = counts_now_;
    changed.at = counts.last().at;
    return counts.change_last(changed);
  }
  counts.add(counts_now_);
  if (counts.size() < kMostCounts) return;
  PackedCounts half;
  for (Counts::Reader entry = Counts(counts).begin(); entry.index() < counts.size(); ++entry)
    if (entry.index() % 2 == 1) half.add(entry.now());
  counts = std::move(half);
  count_step_ = std::max<Nanos>(2 * count_step_, 2 * (counts.last().at - counts.at(0)) / static_cast<Nanos>(kMostCounts));
}

void TraceBuilder::Deriver::merge_changes() {
  if (new_changes_.empty()) return;
  merge_stretches(new_changes_, changes_room_, [](const Change& a, const Change& b) { return a.at < b.at; });
  const Nanos oldest = new_changes_.front().at;
  std::size_t keep = changes_.size();
  while (keep > 0 && changes_[keep - 1].at > oldest) undo(changes_[--keep]);
  if (keep < changes_.size()) {
    const auto tail = changes_.begin() + static_cast<std::ptrdiff_t>(keep);
    changes_room_.resize(changes_.size() - keep + new_changes_.size());
    std::merge(tail, changes_.end(), new_changes_.begin(), new_changes_.end(), changes_room_.begin(),
               [](const Change& a, const Change& b) { return a.at < b.at; });
    changes_.erase(tail, changes_.end());
    new_changes_.swap(changes_room_);
    PackedCounts& counts = trace_->counts_;
    std::size_t counted = counts.size();
    while (counted > 0 && counts.at(counted - 1) > oldest) --counted;
    counts.cut(counted);
  }
  for (Change& change : new_changes_) {
    apply(change);
    count(change.at);
    changes_.push_back(change);
  }
  new_changes_.clear();
  if (changes_.size() > kMostChanges) {
    changes_.erase(changes_.begin(), changes_.end() - static_cast<std::ptrdiff_t>(kYoungChanges));
    changes_complete_ = false;
  }
}

// --- cores -----------------------------------------------------------------------------------------------------------

void TraceBuilder::Deriver::merge_cores() {
  if (new_core_spans_.empty()) return;
  auto by_begin = [](const Span& a, const Span& b) { return a.begin < b.begin; };
  merge_stretches(new_core_spans_, spans_room_, [&](const Span& a, const Span& b) { return a.core != b.core ? a.core < b.core : by_begin(a, b); });
  for (std::size_t i = 0; i < new_core_spans_.size();) {
    const std::size_t core = new_core_spans_[i].core;
    if (core >= trace_->cores_.size()) {
      trace_->cores_.resize(core + 1);
      provisional_core_.resize(core + 1);
    }
    PackedSpans& spans = trace_->cores_[core].spans;
    const Nanos oldest = new_core_spans_[i].begin;
    std::size_t tail = spans.size();
    while (tail > 0 && spans.last_end() > oldest && spans[tail - 1].begin > oldest) --tail;
    std::vector<Span>& later = core_tail_;  // younger than the oldest of these: they come off and are sorted in among them
    later.clear();
    spans.each(tail, spans.size(), [&](const Span& span) { later.push_back(span); });
    spans.cut(tail);
    const auto put = [&](Span span) {
      if (!spans.empty()) span.begin = std::max(span.begin, spans.last_end());
      span.end = std::max(span.end, span.begin);
      spans.push_back(span);
    };
    auto old = later.begin();
    for (; i < new_core_spans_.size() && new_core_spans_[i].core == core; ++i) {
      for (; old != later.end() && !by_begin(new_core_spans_[i], *old); ++old) put(*old);
      put(new_core_spans_[i]);
    }
    for (; old != later.end(); ++old) put(*old);
  }
  new_core_spans_.clear();
}

void TraceBuilder::Deriver::merge() {
  merge_changes();
  merge_cores();
}

// --- live, and the end -----------------------------------------------------------------------------------------------

void TraceBuilder::Deriver::withdraw_provisional() {
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (std::exchange(states_[i].provisional, false)) trace_->lanes_[i].spans.pop_back();
  for (std::size_t i = 0; i < provisional_core_.size(); ++i)
    if (provisional_core_[i]) {
      trace_->cores_[i].spans.pop_back();
      provisional_core_[i] = false;
    }
}

const Trace& TraceBuilder::Deriver::so_far(Nanos now) {
  if (trace_->ended_) return *trace_;
  withdraw_provisional();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    LaneState& state = states_[i];
    if (!state.open.is) continue;
    Span span = state.open.span;
    span.end = std::max(now, state.now);
    if (span.end <= span.begin) continue;
    trace_->lanes_[i].spans.push_back(span);
    state.provisional = true;
    if (!has_core(*trace_, span) || span.core >= trace_->cores_.size() || provisional_core_[span.core]) continue;
    PackedSpans& core = trace_->cores_[span.core].spans;
    if (!core.empty()) span.begin = std::max(span.begin, core.last_end());
    if (span.end <= span.begin) continue;
    core.push_back(span);
    provisional_core_[span.core] = true;
  }
  trace_->end_ = std::max(trace_->end_, now);
  trace_->summary_.makespan = makespan();
  return *trace_;
}

/// To the end of main; workers that are sent home after it, and tasks that are cancelled with it, are no part of it.
Nanos TraceBuilder::Deriver::makespan() const {
  if (!trace_->tasks_.empty() && trace_->tasks_[0].ended >= 0) return trace_->tasks_[0].ended;
  return std::max<Nanos>(0, end_said_ ? run_end_ : trace_->end_);
}

/// Who reads the trace meanwhile finds no lives, or all of them.
Pieces TraceBuilder::Deriver::index_tasks() {
  if (!changes_complete_) co_return;
  // Changes by task, each task's in order.
  std::vector<std::uint32_t> first(trace_->tasks_.size() + 1, 0);
  for (std::size_t from = 0; from < changes_.size(); from += kPiece) {
    for (std::size_t i = from; i < std::min(from + kPiece, changes_.size()); ++i) ++first[changes_[i].task];
    co_yield 0.1;
  }
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<std::uint32_t, Unset<std::uint32_t>> by_task(changes_.size());
  for (std::size_t from = 0; from < changes_.size(); from += kPiece) {
    for (std::size_t i = from; i < std::min(from + kPiece, changes_.size()); ++i) by_task[next[changes_[i].task - 1]++] = static_cast<std::uint32_t>(i);
    co_yield 0.4;
  }
  PackedLives lives;
  lives.reserve_lives(trace_->tasks_.size());
  std::size_t done = 0;
  for (std::size_t task = 0; task < trace_->tasks_.size(); ++task) {
    bool begun = false;
    std::uint16_t line = 0;
    for (std::size_t i = first[task]; i < first[task + 1]; ++i) {
      constexpr std::size_t kAhead = 8;  // they lie far apart: the next are on their way meanwhile
      if (i + kAhead < by_task.size()) __builtin_prefetch(&changes_[by_task[i + kAhead]]);
      const Change& c = changes_[by_task[i]];
      if (c.task != kRootTask && c.from != Place::none && c.from != Place::done && c.at > c.since) {
        if (!std::exchange(begun, true)) lives.begin_life(c.since);
        lives.add(c.since, c.at, line, state_of(c.from));
      }
      if (c.line) line = c.line;
      if (++done % kPiece == 0) co_yield 0.4 + 0.6 * static_cast<double>(done) / static_cast<double>(changes_.size());
    }
    if (!begun) lives.begin_life(std::max<Nanos>(0, trace_->tasks_[task].spawned));
  }
  trace_->lives_ = std::move(lives);
}

Pieces TraceBuilder::Deriver::finish(RunEnd if_not_said, std::shared_ptr<const Trace>& out) {
  withdraw_provisional();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    // A lane that was cut off in mid-span is closed where the whole trace ends.
    if (states_[i].open.is && states_[i].open.span.state != State::idle)
      states_[i].now = std::max(states_[i].now, end_said_ ? run_end_ : trace_->end_);
    close(i);
  }
  merge();
  trace_->summary_.makespan = makespan();
  co_yield 0.05;
  // Of the rest half would say that somebody still has a lock that was given long ago.
  if (no_locks_from_ != std::numeric_limits<Nanos>::max())
    for (Lane& lane : trace_->lanes_) {
      const auto from = std::partition_point(lane.marks.begin(), lane.marks.end(), [this](const Mark& m) { return m.at < no_locks_from_; });
      std::vector<Mark> kept;
      std::copy_if(from, lane.marks.end(), std::back_inserter(kept), [](const Mark& m) {
        const auto argument = static_cast<std::uint32_t>(m.cause.index);
        return m.kind != EventKind::sync || mark_of(argument) == SyncMark::puts || mark_of(argument) == SyncMark::gets;
      });
      lane.marks.cut(static_cast<std::size_t>(from - lane.marks.begin()));
      for (const Mark& mark : kept) lane.marks.push_back(mark);
    }
  // As whoever looks at the output sees it: lanes came one after the other.
  const auto earlier = [](const TextLine& a, const TextLine& b) { return a.at < b.at; };
  if (!std::is_sorted(trace_->texts_.begin(), trace_->texts_.end(), earlier)) std::stable_sort(trace_->texts_.begin(), trace_->texts_.end(), earlier);
  if (!end_said_) trace_->how_ended_ = if_not_said;
  for (Pieces indexing = index_tasks(); indexing.next();) co_yield 0.1 + 0.6 * indexing.part();
  TraceParts parts(*trace_);
  for (Pieces deriving = derive_ends_in_pieces(parts); deriving.next();) co_yield 0.7 + 0.3 * deriving.part();
  trace_->facts_[static_cast<std::size_t>(Fact::spawn_ns)] = time_of_starts();
  // Those that a coarse clock hides in one of its steps count as well.
  for (const LaneState& state : states_) trace_->summary_.switches += state.switches - state.seen_switches;
  trace_->ended_ = true;
  out = trace_;
}

// === TraceBuilder ====================================================================================================

TraceBuilder::TraceBuilder(ExecutorKind executor, Provenance provenance)
    : deriver_(std::make_unique<Deriver>(executor, provenance)) {}
TraceBuilder::~TraceBuilder() = default;
void TraceBuilder::add(std::span<const std::uint64_t> packets) { deriver_->add(packets); }
const Trace& TraceBuilder::so_far(Nanos now) { return deriver_->so_far(now); }
Pieces TraceBuilder::finish_in_pieces(RunEnd if_not_said, std::shared_ptr<const Trace>& out) { return deriver_->finish(if_not_said, out); }
std::shared_ptr<const Trace> TraceBuilder::finish(RunEnd if_not_said) {
  std::shared_ptr<const Trace> out;
  finish_in_pieces(if_not_said, out).all();
  return out;
}
std::uint64_t TraceBuilder::refused() const { return deriver_->refused(); }

// === Trace ===========================================================================================================

Life Trace::spans_of(TaskId task) const {
  if (task == kNoTask || task > lives_.lives()) return {};
  return Life(lives_, task);
}

std::optional<Nanos> Trace::time_of(Cause cause) const {
  if (cause.lane_plus_1 == 0 || cause.lane_plus_1 > moments_.size()) return {};
  const auto& moments = moments_[cause.lane_plus_1 - 1u];
  std::size_t low = 0, high = moments.size();  // the first beyond it
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (static_cast<std::uint64_t>(moments.number(middle, kIndex)) <= cause.index) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return {};
  return moments.number(low - 1, kAt);
}

std::int64_t Trace::fact(Fact f) const {
  const auto index = static_cast<std::size_t>(f);
  return index < facts_.size() ? facts_[index] : 0;
}

Summary Trace::summary() const {
  Summary s = summary_;
  const std::int64_t cores = std::max<std::int64_t>(1, fact(Fact::cores));
  const Nanos on_cores = executor == ExecutorKind::processes ? s.cpu_busy - s.main_busy : s.cpu_busy;
  if (s.makespan > 0) s.core_busy = static_cast<double>(on_cores) / (static_cast<double>(s.makespan) * static_cast<double>(cores));
  s.bytes_per_task = fact(Fact::bytes_per_task);
  s.spawn_ns = fact(Fact::spawn_ns);
  s.copied_bytes = fact(Fact::copied_bytes);
  for (const Lane& lane : lanes_) s.dropped_events += lane.dropped_events;
  return s;
}

}  // namespace interleave
