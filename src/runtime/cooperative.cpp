// Index: the run (start, poll, turn, stop, end) - tasks - waits for tasks - operations - requests and timers - sockets.
#include "runtime/cooperative.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "runtime/submission.h"
#include "runtime/sync_inside.h"

namespace interleave {

namespace {

constexpr Nanos kClockError = 200;           // natively a look costs a tenth of it
constexpr Nanos kErrorWithSteps = 1'000;     // of a clock that is not so exact: in wasm a look costs 40 to 270
constexpr std::uint32_t kMostHaste = 64;     // as the recorder's marks
constexpr Nanos kStepsToKnow = 4;
constexpr Nanos kLong = 3'600'000 * kMs;     // a clock that jumps, jumps far
/// It holds its thread whatever time is up: Python hears of that at its next await.
constexpr bool is_plain_call(const Operation& operation) {
  return operation.kind == Operation::Kind::block || (operation.kind == Operation::Kind::socket && operation.blocks);
}

constexpr int kMostLooks = 2'000;            // of who looks on, at a clock that may stand
constexpr Nanos kCleanUp = 10'000 * kMs;     // for tasks that lived when main ended

}  // namespace

// -- The run -----------------------------------------------------------------------------------------------------------

Cooperative::Cooperative(const RunOptions& options, bool alone)
    : options_(options), serial_(options.kind == ExecutorKind::serial), alone_(alone), loop_(alone && !serial_) {}

Cooperative::Cooperative(const RunOptions& options, const Part& part)
    : options_(options), part_(part), serial_(true), alone_(true), loop_(false), epoch_(part.epoch), core_(part.core), next_id_(part.next_id) {
  coordinator_ = lane_ = part.lane;
  root_id_ = part.task;
}

Cooperative::~Cooperative() {
  end_submissions();
  give_up_outside();
  if (process_pool_) process_pool_->end();
  drop_timers();
  while (LiveTask* task = live_.first()) {
    live_.remove(*task);
    task->body = {};
    const auto work = std::move(task->work);  // may be the last to hold the task
  }
  if (options_.submissions && !part_) options_.submissions->abandon();
}

void Cooperative::start(const std::shared_ptr<Root>& root, Recorder& recorder) {
  assert(!root_ && "one object, one run");
  root_ = root;
  recorder_ = &recorder;
  numbers_ = &object_numbers();
  shared_ = shares_objects();
  all_here_ = alone_ && !part_ && !shared_;
  if (all_here_) here = this;
  if (shared_) root_->touched_by_threads();
  if (!part_) {
    coordinator_ = &recorder.lane(LaneKind::coordinator, "main");
    if (loop_) lane_ = &recorder.lane(LaneKind::loop, "event loop");
    if (serial_) lane_ = &recorder.lane(LaneKind::worker, "thread");
  }
  if (!part_ && options_.processes)
    process_pool_ = std::make_shared<ProcessPool>(
        options_, ProcessPool::Host{*root_, *recorder_, *coordinator_, epoch_, [this] { return core_for_process(); }}, receives_for_processes());
  if (!part_ && options_.submissions) {
    takes_submissions_ = looks_out_ = options_.kind != ExecutorKind::processes;
    if (takes_submissions_) options_.submissions->opened_by(*options_.clock, {waiters_look_on(), !alone_, alone_ ? options_.core_here : nullptr});
    else options_.submissions->end();
  }
  running_in_ = coordinator_;
  if (all_here_) keeps_in_ = coordinator_;
  auto main = TaskRef<CooperativeTask>::make();
  main->id = root_id_;
  main->work = root_->main();
  main->work->task = main;
  main_ = main.get();
  live_.push_back(*main);
}

Progress Cooperative::poll(Nanos budget) {
  stale_ = still_ = 0;
  deadline_ = later(clock_now(), budget);
  set_deadline();
  // Between polls whoever has the executor may sleep.
  struct Awake {
    explicit Awake(Cooperative& of) : self(of) {
      if (SubmissionQueue* const queue = self.open_queue()) queue->awake();
    }
    ~Awake() {
      if (SubmissionQueue* const queue = self.open_queue(); queue && queue->falls_asleep() && self.begins_submissions()) self.options_.clock->notify();
    }
    Cooperative& self;
  } const awake(*this);
  for (;;) {
    try {
      return poll_turns();
    } catch (const std::bad_alloc&) {
    }
    no_memory();
  }
}

void Cooperative::no_memory() {
  constexpr int kMostTimes = 100;  // then not even what ends it has memory: whoever has the executor lets it go
  abandoned_ = false;
  running_ = nullptr;
  try {
    end_early(RunEnd::failed, std::string(kNoMemory));
  } catch (const std::bad_alloc&) {
    end_early(RunEnd::failed, {});
  }
  stopping_ = false;  // what stop() had come to is done again
  if (++no_memory_ >= kMostTimes && !over_) over_ = early_;
}

Progress Cooperative::poll_turns() {
  for (;;) {
    if (over_) return *over_;
    const Nanos until = turn();
    running_in_->publish();
    if (until == kNow) {
      if (last_ < poll_ends_ || over_) continue;
      return {Progress::Kind::busy, 0, RunEnd::finished, {}};
    }
    // A part's process sleeps outside of this: a message of its parent ends its sleep.
    const Nanos before = clock_now();
    if (part_ || before >= deadline_) return {Progress::Kind::waiting, options_.steady ? options_.steady->of_given(until) : until, RunEnd::finished, {}};
    const Nanos ends = std::min(until, deadline_);
    sleep_until(ends);
    if (edge() == before - epoch_) still_ += most_still_ / 16;
  }
}

/// Looks, and says how many of the next may do without.
Nanos Cooperative::look_at_clock() {
  look();
  if (!alone_) return last_;
  asked_since_ += haste_;
  // A browser's clock has steps, and when each of them comes is random there: a few say how fast turns are. Before, how slow at most.
  const Nanos since = std::min(last_ - looked_, kLong), step = options_.clock_step;
  const bool knows = since > 0 && since >= kStepsToKnow * step;
  const Nanos error = step <= kClockError ? kClockError : std::max(kErrorWithSteps, step / 5);
  const Nanos in = knows ? since : since + step, allowed = error * asked_since_;
  // Nearly the whole error is used, since a look is a fifth of a turn even so.
  const std::uint32_t more = haste_ + 1 + haste_ / 8;
  if (haste_ < kMostHaste && in * more <= allowed) haste_ = more;
  else if (knows && in * haste_ > 2 * allowed) haste_ = 1;
  else if (knows && in * haste_ > allowed) haste_ -= std::min(haste_ - 1, 1 + haste_ / 4);
  if (knows) {
    looked_ = last_;
    asked_since_ = 0;
  }
  stale_ = haste_ - 1;
  return last_;
}

// A clock with steps of a millisecond is looked at some 3,000 times in one.
const std::uint32_t Cooperative::most_still_ = 10'000;

/// The clock does not go on, so that it cannot end this poll: this does.
void Cooperative::clock_stands() {
  still_ = 0;
  poll_ends_ = last_;
  deadline_ = later(last_, epoch_);
}

void Cooperative::cancel() {
  unrest_.fetch_or(kCancelAsked, std::memory_order_release);
  options_.clock->notify();
}

// -- A turn ------------------------------------------------------------------------------------------------------------

/// What was written before is shown to readers now: it may take long. What it writes, when the next one begins, or turn() ends.
template <bool kAlone>
[[gnu::always_inline]] inline void Cooperative::resume(LiveTask& task, LaneRecorder& lane) {
  own(task).operation = nullptr;
  running_ = &task;
  lane.publish();
  task.body.handle().resume();
  if (!kAlone) lane.publish();
  running_ = nullptr;
  if (abandoned_) [[unlikely]] {
    abandoned_ = false;
    return finish(task, nullptr, true);
  }
  if (task.body.handle().done()) return finish(task, task.thrown(), false);
  if (kAlone || alone_) return;
  const bool keeps_core = held_ == &task && (hold_ == Hold::slices || hold_ == Hold::core);
  if (!keeps_core) leave_core(task);
}

void Cooperative::resume(LiveTask& task) {
  LaneRecorder& lane = lane_of(task);
  runs_in(lane);
  resume<false>(task, lane);
}

/// The turn of a task. (Here, and in a piece with the round, since it is every turn's way: a call less is a tenth of a hop.)
[[gnu::always_inline]] inline void Cooperative::take_step(CooperativeTask& task) {
  const CooperativeTask::Odd odd = task.odd;
  if (!odd.is_plain()) [[unlikely]] return take_odd_step(task);
  task.odd = {false};
  LaneRecorder& lane = lane_of(task);
  runs_in(lane);
  if (looks_first_) [[unlikely]] {
    soon();
    if (&lane == lane_) lane_sleeps_ = false;
    looks_first_ = lane_sleeps_;
  }
  lane.note(last_, event_word(EventKind::run, run_word(core_, task), task.id));
  if (odd.looks_again && !task.operation->use.object->again_here(*task.operation, *this)) return;
  if (odd.fresh && !make_body(task)) return;
  resume<true>(task, lane);
}

/// The same where there is more to look at.
[[gnu::noinline]] void Cooperative::take_odd_step(CooperativeTask& task) {
  task.odd.queued = false;
  if (task.odd.fresh && task.odd.cancel_pending) return finish(task, nullptr, true);
  if (!alone_ && !take_core(task)) {
    held_in_slices_ = false;
    return hold(Hold::core, task);
  }
  Operation* const waited = task.operation;
  if (task.odd.cancel_pending || task.odd.limited) {
    if (!goes_on(task, waited)) return leave_core(task);
  }
  LaneRecorder& lane = lane_of(task);
  runs_in(lane);
  if (looks_first_) {
    soon();
    if (&lane == lane_) lane_sleeps_ = false;
    looks_first_ = !alone_ || lane_sleeps_;
  }
  lane.at(last_, EventKind::run, run_word(core_, task), task.id);
  if (task.odd.looks_again && !look_again(task, lane)) return;
  if (task.odd.fresh) {
    task.odd.fresh = false;
    if (!make_body(task)) return;
  }
  resume<false>(task, lane);
}

/// False: it failed, and that was its end.
bool Cooperative::make_body(CooperativeTask& task) {
  task.port = this;
  try {
    task.make_body();
  } catch (...) {
    finish(task, std::current_exception(), false);
    return false;
  }
  largest_frame_ = std::max(largest_frame_, Coroutine::last_frame_bytes());
  return true;
}

/// The turn of `task` has come at the object that it waits for. False: it waits on.
bool Cooperative::look_again(CooperativeTask& task, LaneRecorder& lane) {
  Operation& operation = *task.operation;
  if (part_) return again_elsewhere(task);
  task.odd.looks_again = false;
  if (operation.use.object->again(operation, ObjectPort(*this, lane))) return true;
  if (&task == main_) waits_for_object();
  leave_core(task);
  return false;
}

/// What the outside has brought.
[[gnu::noinline]] void Cooperative::look_out() {
  if (collects_) collect();
  take_answers();
  take_sockets();
  take_calls();
  if (takes_submissions_) take_submissions();
  looks_out_ = collects_ || takes_submissions_ || !requests_.empty() || at_sockets_ > 0 || !at_calls_.empty() || (process_pool_ && process_pool_->has_something());
}

/// While one task has the thread. Where the others are elsewhere they go on: what they ask for outside is begun, and what it
/// brings them is told; alarms ring.
void Cooperative::look_meanwhile() {
  if (alone_) return pump_calls();
  look_out();
  ring_while_held();
}

/// Clock time of the next thing to do about that, without a notify.
Nanos Cooperative::due_meanwhile() {
  if (alone_) return calls_due();
  return std::min({timers_.next(), due_elsewhere(), sockets_due(), calls_due()});
}

/// What is ready now, with what the outside has brought. False: nothing is.
[[gnu::always_inline]] inline bool Cooperative::begin_round() {
  soon();
  if (looks_out_) [[unlikely]] look_out();
  if (!timers_.empty()) fire_due_timers();
  return ready_.begin_round();
}

/// Does one thing. kNow: go on; else nothing happens before that clock time unless the clock is notified.
Nanos Cooperative::turn() {
  // Most turns are nothing but one entry of a round.
  if (main_ && begun_ && is_free()) {
    if (ready_.is_round_over() && !begin_round()) return nothing_ready();
    leaves_ = last_ >= poll_ends_;
    do {
      const Ready entry = ready_.pop();
      if (entry.what() != Ready::What::step) [[unlikely]] dispatch(entry);
      else if (all_here_) take_step(own(entry.task()));
      else take_odd_step(own(entry.task()));
    } while (!leaves_ && is_calm() && (!ready_.is_round_over() || begin_round()));
    return kNow;
  }
  if ((cancel_asked() || early_) && !stopping_) stop(true);
  if (rest_told_ && !stopping_ && clock_now() >= rest_ends_) {
    notice("Tasks that were cancelled when main ended had ten seconds to clean up; those that had not ended were stopped.");
    stop(false);
  }
  if (!begun_ && !stopping_) {
    if (const Nanos until = prepare(); until != kNow) return until;
    if (!early_) begin_run();
    return kNow;
  }
  if (also_held_ && hold_ == Hold::nobody) {
    hold_ = Hold::answer;
    held_ = std::exchange(also_held_, nullptr);
  }
  if (hold_ != Hold::nobody) {
    Nanos until = kNow;
    go_on_holding(until);
    return until == kNow ? kNow : std::min(until, rest_ends_);
  }
  if (!main_ && !stopping_ && ready_.is_round_over() && rest_ == 0 && (alone_ || !rest_told_ || cleaned_up_elsewhere()) &&
      (turns_left_-- <= 0 || ready_.size() == 0)) {
    if (rest_told_ || part_) {
      stop(false);
    } else {
      cancel_rest();
      return kNow;
    }
  }
  if (!ready_.is_round_over() || begin_round()) {
    dispatch(ready_.pop());
    return kNow;
  }
  if (!main_ && alive_ == 0 && stopping_ && quiet_elsewhere()) {  // workers that are told to stop must not have gone before
    const Nanos until = close();
    if (until == kNow) end_run();
    return until;
  }
  return nothing_ready();
}

/// All wait. Until when, if nobody is notified.
Nanos Cooperative::nothing_ready() {
  if (early_ && !stopping_) return kNow;
  // What will not ring is nothing to wait for.
  for (TimerNode* first; (first = timers_.first()) && first->is_alarm() && static_cast<Alarm*>(first)->is_disarmed();)
    drop_alarm(*static_cast<Alarm*>(first));
  const Nanos until = std::min({timers_.next(), due_elsewhere(), sockets_due(), calls_due()});
  // What is being stopped ends; a wait that nobody will answer is no deadlock then. Asked before the look at cancel:
  // threads may have ended their tasks for one that came since this turn began, and main waits for nobody.
  const bool may_be_submitted = takes_submissions_ && !options_.submissions->is_closed();
  if (until == kForever && requests_.empty() && at_calls_.empty() && !stopping_ && !may_be_submitted) {
    std::string why;
    all_wait([&](std::string_view reason, const std::vector<Stuck>& stuck) { why = deadlock_sentence(reason, stuck); });
    if (cancel_asked()) return kNow;
    // The last that was submitted has ended, and is about to say so.
    if (takes_submissions_ && (options_.submissions->has_news() || (alive_ == 0 && quiet_elsewhere()))) why.clear();
    if (!why.empty() && rest_told_) {  // the clean-up of what main left: nobody asked for it
      stop(false);
      return kNow;
    }
    if (!why.empty()) {
      end_early(RunEnd::deadlock, std::move(why));
      return kNow;
    }
  }
  sleep_lane();
  if (may_be_submitted && until == kForever && !stopping_) return std::min(look_for_circles(), rest_ends_);
  return std::min(until, rest_ends_);
}

/// All wait, and what is submitted may help them: it sets an event, puts into a queue. Nobody but themselves could help those who
/// wait for tasks of each other. If main is one of them, no more comes of this run; else they are named, and it goes on: others may be
/// served, and whoever submits may cancel one. Those who wait for locks of each other are named, too, for what they are: any task may
/// release a lock.
/// Looked for once all has stood still for a while, and no more than a hundredth of the time.
Nanos Cooperative::look_for_circles() {
  constexpr Nanos kStandsStill = 100 * kMs;
  const Nanos now = clock_now();
  if (now < circles_at_) return circles_at_;
  std::string why;
  bool main_too = false;
  const bool all_do = all_wait([&](std::string_view, const std::vector<Stuck>& stuck) {
    const auto by_tasks = held_up(stuck, LocksAre::anybodys);
    main_too = std::any_of(by_tasks.begin(), by_tasks.end(), [&](const Stuck& each) { return each.task == main_; });
    if (!by_tasks.empty()) why = deadlock_sentence("", by_tasks);
    else if (const auto by_locks = held_up(stuck, LocksAre::their_holders); !by_locks.empty()) why = circle_sentence(by_locks);
  });
  if (all_do && (cancel_asked() || options_.submissions->has_news())) return kNow;
  const bool stood = !why.empty() && why == circle_;  // when it was looked at last, too
  if (stood && main_too) {
    end_early(RunEnd::deadlock, std::move(why));
    return kNow;
  }
  if (stood && !circle_told_) notice(why);
  circle_told_ = stood;
  circle_ = std::move(why);
  circles_at_ = later(clock_now(), std::max(kStandsStill, 100 * (clock_now() - now)));
  return circle_.empty() || circle_told_ ? kForever : circles_at_;
}

void Cooperative::begin_run() {
  begun_ = true;
  if (!part_) {
    epoch_ = clock_now();
    set_deadline();
    last_ = looked_ = 0;
    begun();
    coordinator_->at(0, EventKind::run_started);
    if (lane_) lane_->at(0, EventKind::lane_idle);
  }
  queue(*main_);
}

void Cooperative::begun() {
  coordinator_->fact(0, Fact::workers, 1);
  coordinator_->fact(0, Fact::cores, 1);
  coordinator_->fact(0, Fact::spawn_ns, 0);
  if (loop_ && options_.workers > 1) say_why_one_loop();
  if (options_.clock_step > 0) coordinator_->fact(0, Fact::clock_step_ns, options_.clock_step);
}

void Cooperative::say_why_one_loop() {
  notice("There are no threads here for more than one event loop: this is one.");
}

void Cooperative::say_one_for_each_core(int workers, std::string_view what) {
  if (options_.workers <= workers) return;
  notice(fmt::format("{} {} were asked for; {} {}: one for each core, since more would take turns on it.", options_.workers, what, workers,
                     workers == 1 ? "runs" : "run"));
}

/// main has ended. As asyncio.run: all that lives is cancelled, once, in the order in which it was made, and goes on.
void Cooperative::cancel_rest() {
  end_submissions();
  rest_told_ = true;
  rest_ends_ = later(clock_now(), kCleanUp);
  edge();
  for (LiveTask* task = live_.first(); task; task = task->next) {
    own(*task).of_rest = true;
    ++rest_;
  }
  if (rest_ > 0) turns_left_ = 2;  // asyncio's gather() of them hears of the last a round later, and run() another
  CancelWalk walk;  // one for all: a chain of waits is gone along once
  for (LiveTask* task = live_.first(); task; task = task->next) cancel_task(*task, walk);
  if (!alone_) cancel_elsewhere();
}

/// All that lives is to end. Who never started ends here; who waits gets its operation back, cancelled.
void Cooperative::stop(bool main_too) {
  end_submissions();
  stopping_ = true;
  unrest_.fetch_or(kEnds, std::memory_order_relaxed);
  rest_ends_ = kForever;
  if (!begun_ && !part_) epoch_ = clock_now();
  set_deadline();
  edge();
  drop_timers();
  LiveTask* const computing = hold_ == Hold::slices ? held_ : nullptr;
  LiveTask* const in_line = hold_ == Hold::core ? held_ : nullptr;
  hold_ = Hold::nobody;
  held_ = also_held_ = nullptr;
  give_up_outside();
  if (process_pool_) process_pool_->stop();
  else if (part_ && part_->calls)
    for (const auto& each : at_calls_) part_->calls->give_up(*each.second.operation->in_process);
  at_calls_.clear();
  outside_.clear();
  elsewhere_.clear();
  for (LiveTask *task = live_.first(), *next; task; task = next) {
    next = task->next;
    if (task == main_ && !main_too) continue;
    // The second was cancelled before, and had its time; the third had just ended when there was no memory to say so.
    if (!task->started || (rest_told_ && !main_too) || !own(*task).operation) {
      finish(*task, nullptr, true);
      continue;
    }
    own(*task).operation->cancelled = true;
    own(*task).odd.looks_again = false;
    task->told_cancelled = true;
    if (task == computing) lane_of(*task).at(last_, EventKind::ready, line_word(*task), task->id);
    if (task == computing || task == in_line) queue(*task);
    else end_wait(*task, {});
  }
  stop_elsewhere();
}

void Cooperative::end_early(RunEnd end, std::string sentence) {
  unrest_.fetch_or(kEnds, std::memory_order_relaxed);
  if (!early_) early_ = Progress{Progress::Kind::done, 0, end, std::move(sentence)};
}

void Cooperative::end_run() {
  if (early_) {
    over_ = early_;
  } else {
    over_ = Progress{Progress::Kind::done, 0, RunEnd::finished, {}};
    const Outcome outcome = outcome_of(main_threw_);
    if (outcome == Outcome::cancelled) over_->end = RunEnd::cancelled;
    else if (outcome == Outcome::failed) {
      over_->end = RunEnd::failed;
      over_->sentence = sentence_of(main_threw_);
    }
  }
  if (part_) return;
  if (process_pool_) {
    process_pool_->end();
    asked_.add(process_pool_->asked());
  }
  edge();
  if (lane_) lane_->at(last_, EventKind::lane_ended);
  if (largest_frame_ > 0)
    coordinator_->fact(last_, Fact::bytes_per_task,
                       static_cast<std::int64_t>(largest_frame_ + sizeof(CooperativeTask)));
  asked_.record(*coordinator_, last_);
  if (blocked_ > 0 && loop_) coordinator_->fact(last_, Fact::loop_blocked_ns, blocked_);
  if (early_ && !over_->sentence.empty()) coordinator_->text(last_, TextRole::error, over_->sentence);
  coordinator_->at(last_, EventKind::run_ended, static_cast<std::uint32_t>(over_->end));
}

bool Cooperative::all_wait(const Tell& tell) {
  if (!quiet_elsewhere() || !elsewhere_.empty()) return false;
  std::vector<Stuck> stuck;
  add_stuck(stuck);
  tell("Every task waits for something that cannot come", stuck);
  return true;
}

void Cooperative::add_stuck(std::vector<Stuck>& stuck) {
  for (LiveTask* task = live_.first(); task; task = task->next)
    if (task->started && own(*task).operation) stuck.push_back({task, own(*task).operation});
}

/// What the lane does while the thread sleeps. A serial lane waits with its task; the wait said so.
void Cooperative::sleep_lane() {
  if (!lane_ || lane_sleeps_ || part_ || (serial_ && alive_ > 0)) return;
  lane_sleeps_ = looks_first_ = true;
  lane_->at(last_, alive_ > 0 ? EventKind::lane_polling : EventKind::lane_idle);
}

// -- Tasks -------------------------------------------------------------------------------------------------------------

void Cooperative::dispatch(Ready entry) {
  if (entry.what() == Ready::What::step) return step(entry.task());
  looks_first_ = true;
  switch (entry.what()) {
    case Ready::What::nothing:
    case Ready::What::step: break;
    case Ready::What::fire:
      // When the round began. (Its step comes behind this: the wait was cancelled meanwhile.)
      if (!own(entry.task()).odd.queued) end_wait(entry.task(), overdue(entry.task()), last_);
      break;
    case Ready::What::alarm: go_off(entry.ringing()); break;
    case Ready::What::child_ended:
    case Ready::What::child_failed: {
      child_ended(entry.join(), entry.what() == Ready::What::child_failed);
      const std::shared_ptr<Join> last = LocalJoins::let_go(entry.join());
      break;
    }
    case Ready::What::gathered: {
      wake(entry.join());
      const std::shared_ptr<Join> last = LocalJoins::let_go(entry.join());
      break;
    }
  }
}

/// By an entry of its own, which keeps it: gather's callback. Something has kept it so far.
void Cooperative::child_will_be_told(Join& join, bool failed) {
  ++join.holders;
  ready_.push({failed ? Ready::What::child_failed : Ready::What::child_ended, join});
}

void Cooperative::step(LiveTask& task) { take_odd_step(own(task)); }

/// What else has come for it meanwhile. False: it waits on.
bool Cooperative::goes_on(CooperativeTask& task, Operation* waited) {
  task.odd.limited = false;
  if (task.time_up) {
    task.time_up = false;
    task.odd.limited = true;
    // It has ended, and that is about to be told: asyncio's finds the result in this turn. (Of a gather() it hears later.)
    const bool over = !waited->relayed && std::ranges::all_of(waited->of.children, [](const auto& child) { return static_cast<LiveTask&>(*child->task).ended; });
    if (!over) lane_of(task).at(edge(), EventKind::run, run_word(core_, task), task.id);
    begin_wait(task, WaitReason::children, soon());
    if (over) return false;
    for (const auto& child : waited->of.children) cancel_child(child->task);
    return false;
  }
  if (waited && task.odd.take_cancel()) {
    waited->cancelled = true;
    if (task.odd.take_looks_again()) {
      if (!part_) waited->use.object->leave(*waited, ObjectPort(*this, lane_of(task)));
      else if (elsewhere_.erase(task.id)) part_->objects->leave(task);
    }
  }
  if (waited && waited->limited) forget_alarm(*waited);
  return true;
}

/// It will not ring any more. True: it did.
bool Cooperative::forget_alarm(Operation& operation) {
  Alarm& alarm = **operation.of.alarm;
  const bool rang = alarm.disarm();
  if (alarm.armed()) drop_alarm(alarm);
  return rang;
}

void Cooperative::drop_alarm(Alarm& alarm) {
  timers_.remove(alarm);
  const auto itself = std::move(alarm.itself);
}

/// Alarms that were disarmed elsewhere, where nobody may touch the timers. Often enough that they are never more than half of
/// what was armed, and seldom enough that it costs each alarm the same.
void Cooperative::drop_disarmed() {
  armed_since_ = 0;
  std::vector<Alarm*> disarmed;
  timers_.each([&](TimerNode& node) {
    if (node.is_alarm() && static_cast<Alarm&>(node).is_disarmed()) disarmed.push_back(&static_cast<Alarm&>(node));
  });
  for (Alarm* const alarm : disarmed) drop_alarm(*alarm);
  drops_after_ = std::max<std::size_t>(64, timers_.size());
}

[[gnu::always_inline]] inline void Cooperative::tell_awaiter(LiveTask& waiter, const Thrown& thrown, Cause cause, Nanos t) {
  if (thrown || waiter.failure) [[unlikely]] own(waiter).operation->failure = waiter.failure = thrown;
  if (own(waiter).odd.queued) own(waiter).time_up = false;  // woken because its time is up, and there is nobody left to cancel
  else end_wait(waiter, cause, t);
}

void Cooperative::finish(LiveTask& task, Thrown thrown, bool abandoned) {
  // A cancel that it has not heard of when it returns is its end, as asyncio's.
  if (abandoned || (!thrown && task.odd.cancel_pending)) thrown = std::make_exception_ptr(Cancelled{});
  task.body = {};
  LaneRecorder& lane = lane_of(task);
  soon();
  if (thrown) [[unlikely]] task.outcome = record_failure(lane, last_, task, thrown);
  task.ended = true;
  task.failure = thrown;
  if (!part_ || &task != main_)  // of a part, whoever leads the run says when it is done
    write(lane, last_, EventKind::done, static_cast<std::uint32_t>(task.outcome), task.id);
  const Cause cause = Cause::from_word(lane.last_word());
  if (!alone_) leave_core(task);
  live_.remove(task);
  if (part_) elsewhere_.erase(task.id);
  if (&task == main_) {
    main_ = nullptr;
    leaves_ = true;
    main_threw_ = thrown;
  } else {
    --alive_;
    if (own(task).of_rest) --rest_;
  }
  if (!stopping_) {
    if (!serial_ && own(task).follower) tell_awaiter(*own(task).follower, thrown, cause, last_);
    own(task).joins.each([&](Join& join) {
      if (join.over) return;
      const bool failed = thrown && !join.collects;
      if (failed && !join.failure) join.failure = thrown;
      join.cause = cause;
      if (join.direct) child_ended(join, failed);
      else child_will_be_told(join, failed);
    });
    for (CooperativeTask* next = serial_ ? own(task).follower : nullptr; next;) {
      CooperativeTask* const after = next->follower;
      if (!thrown || own(task).after_failure) {
        queue(*next);
        break;
      }
      next->follower = nullptr;
      finish(*next, nullptr, true);
      next = after;
    }
  }
  own(task).joins.clear();
  const auto work = std::move(task.work);  // may be the last to hold the task
}

// -- Waits for tasks ---------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline CooperativeTask& Cooperative::make_task(LiveTask& maker, const std::shared_ptr<Work>& work) {
  auto made = TaskRef<CooperativeTask>::make();
  CooperativeTask& task = *made;
  task.id = next_id_++;
  task.work = work;
  work->task = std::move(made);
  live_.push_back(task);
  ++alive_;
  write(*running_in_, last_, EventKind::spawn, line_word(maker), task.id);
  return task;
}

/// A new task's turn comes. On a loop it is ready from now on; a serial lane is not its yet.
[[gnu::always_inline]] inline void Cooperative::queue_new(LiveTask& task) {
  if (!serial_) write(*lane_, last_, EventKind::ready, line_word(task), task.id);
  queue(task);
}

bool Cooperative::wait_for_tasks(LiveTask& waiter, Operation& operation) {
  auto join = make_pooled<Join>();
  join->waiter = &waiter;
  join->direct = operation.kind == Operation::Kind::join;
  join->collects = operation.collects;
  join->relayed = operation.relayed;
  CooperativeTask* before = nullptr;
  soon();
  for (const auto& work : operation.of.children) {
    if (work->task) {
      auto& task = static_cast<LiveTask&>(*work->task);
      if (task.ended) {
        if (task.failure && !join->failure && !join->collects) join->failure = task.failure;
        if (join->direct) continue;
        // gather's callback is scheduled for a task that is done already, too
        ++join->left;
        if (join->holders == 0) join->itself = join;
        child_will_be_told(*join, join->failure != nullptr);
        continue;
      }
      ++join->left;
      if (!collects_ || !joined_elsewhere(task, join)) own(task).joins.add(join);
      continue;
    }
    CooperativeTask& task = make_task(waiter, work);
    ++join->left;
    task.joins.add(join);
    task.after_failure = join->collects;
    task.off_loop = operation.off_loop && !serial_;
    off_loop_here_ |= task.off_loop;
    if (serial_ && before) before->follower = &task;
    else queue_new(task);
    before = &task;
  }
  if (join->left > 0) {
    begin_wait(waiter, WaitReason::children, soon());
    return false;
  }
  operation.failure = waiter.failure = join->failure;
  return true;
}

void Cooperative::spawn_task(LiveTask& maker, Operation& operation) {
  soon();
  const auto& work = operation.of.child();
  if (!work->task) queue_new(make_task(maker, work));
  operation.number = work->task->id;
}

void Cooperative::child_ended(Join& join, bool failed) {
  --join.left;
  if (join.over || (!failed && join.left > 0)) return;
  if (!join.relayed || !loop_) return wake(join);
  drop_cancel_for_failure(join);
  join.over = true;
  ++join.holders;
  ready_.push({Ready::What::gathered, join});
}

/// The wait is over.
void Cooperative::drop_cancel_for_failure(Join& join) {
  auto& waiter = own(*join.waiter);
  if (join.failure && hears_failure_instead(*waiter.operation)) waiter.odd.cancel_pending = false;
}

void Cooperative::tell_joins(Joined& task, const std::exception_ptr& thrown, Cause cause) {
  task.each_join([&](const std::shared_ptr<Join>& join) {
    --join->left;
    if (join->over) return;
    const bool failed = thrown && !join->collects;
    if (failed) join->failure = thrown;
    join->cause = cause;
    if (failed || join->left == 0) wake(*join);
  });
}

void Cooperative::wake(Join& join) {
  if (!join.over) drop_cancel_for_failure(join);
  join.over = true;
  tell_awaiter(*join.waiter, join.failure, join.cause, soon());
}

// -- Operations --------------------------------------------------------------------------------------------------------

bool Cooperative::begin(Task& base, Operation& operation) {
  auto& task = static_cast<CooperativeTask&>(base);
  if (all_here_ && is_calm()) {  // the most frequent ones, by the shortest way: a jump
    if (operation.kind == Operation::Kind::sync) [[likely]] return begin_here(task, operation);
    if (operation.kind == Operation::Kind::join) return begin_join(task, operation);
    if (operation.kind == Operation::Kind::spawn) return begin_spawn(task, operation);
  }
  return begin_any(task, operation);
}

/// `await task`. Of one that lives here and that nobody else waits for, that is said in its record. (Off the loop, where
/// collects_ says that there may be such, they are told by a Join.)
[[gnu::noinline]] bool Cooperative::begin_join(CooperativeTask& waiter, Operation& operation) {
  const auto& base = operation.of.child()->task;
  if (!base || collects_ || serial_ || operation.limited) return begin_any(waiter, operation);
  auto& task = own(static_cast<LiveTask&>(*base));
  if (task.ended) {
    operation.failure = waiter.failure = task.failure;
    return true;
  }
  if (task.follower || !task.joins.empty() || &task == &waiter) return begin_any(waiter, operation);
  task.follower = &waiter;
  waiter.operation = &operation;
  running_in_->note(soon(), event_word(EventKind::wait, wait_word(WaitReason::children, waiter), waiter.id));
  if (waiter.odd.cancel_pending) [[unlikely]] cancel_wait(waiter);
  return false;
}

[[gnu::noinline]] bool Cooperative::begin_spawn(CooperativeTask& task, Operation& operation) {
  try {
    Cooperative::spawn_task(task, operation);
  } catch (const std::bad_alloc&) {
    end_early(RunEnd::failed, std::string(kNoMemory));
    throw;
  }
  return true;
}

[[gnu::noinline]] bool Cooperative::begin_any(CooperativeTask& task, Operation& operation) {
  task.operation = &operation;
  try {
    if (perform(task, operation)) {
      task.operation = nullptr;
      return true;
    }
    if (abandoned_) return false;
    if (operation.limited) {
      task.odd.limited = true;
      const auto alarm = *operation.of.alarm = std::make_shared<Alarm>();
      for (const auto& work : operation.of.children) alarm->tasks.push_back(work->task);
      if (loop_) alarm->waiter = &task;
      arm(alarm, later(later(edge(), epoch_), operation.of.limit));
    }
  } catch (const std::bad_alloc&) {  // the body's to know; but whom it made or woke may be nowhere now
    task.operation = nullptr;
    task.odd.limited = false;
    end_early(RunEnd::failed, std::string(kNoMemory));
    throw;
  }
  // Where those who hold everybody go on, a cancel is seen to; a plain call on a loop hears of none.
  const bool holds = held_ == &task && (hold_ != Hold::answer || serial_ || !alone_);
  if (task.odd.cancel_pending && !task.odd.queued && !holds) cancel_wait(task);
  return false;
}

bool Cooperative::perform(CooperativeTask& task, Operation& operation) {
  if (unrest_.load(std::memory_order_acquire) != 0) [[unlikely]] {
    if (task.told_cancelled) {
      abandoned_ = true;
      return false;
    }
    task.told_cancelled = operation.cancelled = true;
    return true;
  }
  if (part_ && !part_->objects && refuse_alone(operation)) return true;
  switch (operation.kind) {
    case Operation::Kind::sync: return begin_sync(task, operation);
    case Operation::Kind::compute:
    case Operation::Kind::sum_range:
      asked_.add(task, operation);
      slices_ = Slices(operation, options_.compute_rate);
      // It runs already, but so far on the line where it was made, or where it waited.
      if (operation.line != 0 && !slices_.over())
        lane_of(task).at(edge(), EventKind::run, run_word(core_, task), task.id);
      return work_in_slices(task);
    case Operation::Kind::step:
      if (serial_) ring_while_held();
      [[fallthrough]];
    case Operation::Kind::safepoint:
      slices_ = {};
      return work_in_slices(task);
    case Operation::Kind::io: asked_.add(task, operation); return begin_io(task, operation.duration);
    case Operation::Kind::block:
      asked_.add(task, operation);
      if (task.off_loop) return begin_io(task, std::max<Nanos>(operation.duration, 1));
      begin_wait(task, WaitReason::blocked, soon());
      blocked_since_ = last_;
      held_until_ = later(later(last_, epoch_), operation.duration);
      hold(Hold::until, task);
      return false;
    case Operation::Kind::request: asked_.add(task, operation); return begin_request(task, operation);
    case Operation::Kind::socket: return begin_socket(task, operation);
    case Operation::Kind::process: return begin_process(task, operation);
    case Operation::Kind::spawn: spawn_task(task, operation); return true;
    case Operation::Kind::join:
      if (operation.of.child()->task.get() == &task) {  // as in asyncio, it goes on in the next round
        refuse_itself(task, operation);
        begin_wait(task, WaitReason::children, soon());
        end_wait(task, {});
        return false;
      }
      [[fallthrough]];
    case Operation::Kind::gather: return wait_for_tasks(task, operation);
    case Operation::Kind::cancel:
      if (const auto& child = operation.of.child()->task) operation.number = cancel_child(child);
      return true;
    case Operation::Kind::status:
      if (const auto& child = operation.of.child()->task) status_of(*child, operation);
      return true;
    case Operation::Kind::arm:
      edge();
      (*operation.of.alarm)->begin_block(task.work->task);
      arm(*operation.of.alarm, later(later(last_, epoch_), operation.duration));
      return true;
    case Operation::Kind::disarm:
      operation.number = forget_alarm(operation);
      return true;
  }
  return true;
}

void Cooperative::say(Task& task, TextRole role, const std::string_view& text) {
  lane_of(task).text(edge(), role, text, task.id);
}

Nanos Cooperative::fork_edge() {
  if (stopping_ || cancel_asked() || early_) throw Cancelled{};
  edge();
  if (last_ >= looks_meanwhile_at_) {
    looks_meanwhile_at_ = last_ + Slices::kSlice;
    try {
      look_meanwhile();
      if (loop_) ring_while_forking();
      else if (alone_) ring_while_held();
    } catch (const std::bad_alloc&) {  // as in begin_any(): main's functions may catch it, and what was under way is half done
      end_early(RunEnd::failed, std::string(kNoMemory));
      throw;
    }
    if (early_) throw Cancelled{};
    if (running_ && own(*running_).odd.take_cancel()) throw Cancelled{};
    edge();
  }
  return last_;
}

/// Slices until the work is over (true), or the task must suspend: held, to go on later.
bool Cooperative::work_in_slices(LiveTask& task) {
  for (;;) {
    if (!may_go_on(task)) return false;
    Operation& operation = *own(task).operation;
    if (operation.cancelled) return true;
    if (slices_.over()) {
      if (operation.kind == Operation::Kind::compute || operation.kind == Operation::Kind::sum_range)
        slices_.answer(operation);
      return true;
    }
    options_.clock->computed(slices_.next());
  }
}

/// The safepoint: cancel, the core, the budget. A poll does at least one slice, or it would never get on.
bool Cooperative::may_go_on(LiveTask& task) {
  edge();
  running_in_->publish();  // it may take long
  look_meanwhile();
  if (cancel_asked() || early_) {
    task.told_cancelled = own(task).operation->cancelled = true;
    return true;
  }
  if (own(task).odd.take_cancel()) {
    own(task).operation->cancelled = true;
    return true;
  }
  if (core_wanted(task)) {
    held_in_slices_ = true;
    hold(Hold::core, task);
    return false;
  }
  if (later(last_, epoch_) >= std::min(deadline_, rest_ends_) && !(hold_ == Hold::slices && held_fresh_)) {
    hold(Hold::slices, task);
    return false;
  }
  held_fresh_ = false;
  return true;
}

void Cooperative::hold(Hold how, LiveTask& task) {
  hold_ = how;
  held_ = &task;
  leaves_ = true;
}

void Cooperative::go_on_holding(Nanos& until) {
  LiveTask& task = *held_;
  const bool waits = hold_ == Hold::until || hold_ == Hold::answer;
  if (waits) look_meanwhile();
  if (waits && (serial_ || !alone_)) {
    if (serial_ && !is_plain_call(*own(task).operation)) ring_while_held();
    if (hold_ != Hold::nobody && own(task).odd.take_cancel()) {
      own(task).operation->cancelled = true;
      forget_request(task);
      forget_socket(*own(task).operation);
      hold_ = Hold::nobody;
      held_ = nullptr;
      end_wait(task, {});
      return;
    }
  }
  switch (hold_) {
    case Hold::nobody: break;  // look_meanwhile() has brought its answer
    case Hold::slices:
      held_fresh_ = true;
      if (!work_in_slices(task)) return;
      hold_ = Hold::nobody;
      held_ = nullptr;
      return resume(task);
    case Hold::until:
      if (clock_now() < held_until_) {
        until = std::min(held_until_, due_meanwhile());
        if (serial_ && !is_plain_call(*own(task).operation)) until = std::min(until, timers_.next());
        return;
      }
      break;
    case Hold::answer:
      if (alone_) {  // else it has looked
        take_answers();
        take_sockets();
        take_calls();
      }
      if (hold_ == Hold::answer) {
        if (off_loop_here_ && go_on_elsewhere()) return;
        until = std::min({serial_ || off_loop_here_ ? timers_.next() : kForever, sockets_due(), due_meanwhile()});
        return;
      }
      break;
    case Hold::core:
      look_meanwhile();
      if (hold_ == Hold::core) until = due_meanwhile();
      return;
    case Hold::object:
      until = kForever;
      if (!std::exchange(object_answered_, false)) return;
      until = kNow;
      hold_ = Hold::nobody;
      held_ = nullptr;
      lane_of(task).at(edge(), EventKind::wake, 0, task.id, Cause{}.word());
      // It had it at once: a cancel that came meanwhile is for what it does next.
      lane_of(task).at(edge(), EventKind::run, run_word(core_, task), task.id);
      return resume(task);
  }
  hold_ = Hold::nobody;
  held_ = nullptr;
  const Operation& operation = *own(task).operation;
  const Cause cause = operation.kind == Operation::Kind::process ? (*operation.in_process)->cause : Cause{};
  lane_of(task).at(edge(), EventKind::wake, 0, task.id, cause.word());
  if (operation.kind == Operation::Kind::block || (operation.kind == Operation::Kind::socket && operation.blocks)) blocked_ += last_ - blocked_since_;
  step(task);
}

void Cooperative::core_granted(LiveTask& task) {
  if (hold_ != Hold::core || held_ != &task) return;  // it was cancelled meanwhile; its step takes the core
  if (held_in_slices_) {
    hold_ = Hold::slices;
    lane_of(task).at(edge(), EventKind::run, run_word(core_, task), task.id);
  } else {
    hold_ = Hold::nobody;
    held_ = nullptr;
    queue(task);
  }
}

// -- Locks and the like ------------------------------------------------------------------------------------------------

/// On an object that no other thread or process can have.
[[gnu::noinline]] bool Cooperative::begin_here(CooperativeTask& task, Operation& operation) {
  if (operation.use.object->begin_at(operation, LocalPort(*this, soon()), true)) return true;
  task.operation = &operation;
  if (task.odd.cancel_pending) [[unlikely]] cancel_wait(task);
  return false;
}

bool Cooperative::begin_sync(CooperativeTask& task, Operation& operation) {
  if (part_) return begin_elsewhere(task, operation);
  if (operation.use.object->begin(task, operation, ObjectPort(*this, lane_of(task)), true)) return true;
  if (&task == main_) waits_for_object();
  return false;
}

/// By a task here; elsewhere they may wait for the same object.
void Cooperative::granted(Operation& operation) {
  Task& waiter = *operation.task;
  if (waiter.port != this) return granted_elsewhere(operation);
  auto& task = static_cast<CooperativeTask&>(waiter);
  task.odd.looks_again = true;
  end_wait(task, Cause::from_word(operation.use.woken_by));
}

void Cooperative::object_granted() {
  if (!main_ || stopping_) return;
  auto& main = own(*main_);
  if (!main.operation || main.operation->place != Operation::Place::granted) return;
  main.odd.looks_again = true;
  end_wait(main, Cause::from_word(main.operation->use.woken_by));
}

// Of a part. A task waits for two things: first for what whoever has the object says at once, while nobody else goes on here
// (as nobody would if the object were here); then, if it has to stand in line, for its turn, while others may.

bool Cooperative::begin_elsewhere(CooperativeTask& task, Operation& operation) {
  if (!part_->objects || operation.use.object->place() == Sync::kNoPlace) {
    operation.fail("Each process has memory of its own: tasks in other processes would not see this lock, semaphore, event or queue.",
                   "RuntimeError");
    return true;
  }
  hold_for_object(task, operation);
  part_->objects->begin(task, operation);
  return false;
}

void Cooperative::hold_for_object(CooperativeTask& task, const Operation& operation) {
  if (operation.act == SyncAct::put || operation.act == SyncAct::put_nowait)
    lane_of(task).at(edge(), EventKind::copy, 0, task.id, static_cast<const Bytes*>(operation.use.item)->size());
  else begin_wait(task, reason_of(operation.act), soon());
  elsewhere_[task.id] = &task;
  object_answered_ = false;
  hold(Hold::object, task);
}

/// Its turn has come. False: it waits for the answer.
bool Cooperative::again_elsewhere(CooperativeTask& task) {
  task.odd.looks_again = false;
  Operation& operation = *task.operation;
  if (operation.act == SyncAct::put || operation.act == SyncAct::get) {
    hold_for_object(task, operation);
    part_->objects->again(task);
    return false;
  }
  elsewhere_.erase(task.id);
  operation.number = 1;
  part_->objects->again(task);
  return true;
}

CooperativeTask* Cooperative::waits_elsewhere(TaskId task) {
  const auto found = elsewhere_.find(task);
  return found == elsewhere_.end() ? nullptr : found->second;
}

Operation* Cooperative::object_operation(TaskId task) {
  CooperativeTask* const waiter = waits_elsewhere(task);
  return waiter ? waiter->operation : nullptr;
}

void Cooperative::object_over(TaskId id) {
  CooperativeTask* const task = waits_elsewhere(id);
  if (!task || hold_ != Hold::object || held_ != task) return;
  elsewhere_.erase(id);
  object_answered_ = true;
}

void Cooperative::object_waits(TaskId id) {
  CooperativeTask* const task = waits_elsewhere(id);
  if (!task || hold_ != Hold::object || held_ != task) return;
  hold_ = Hold::nobody;
  held_ = nullptr;
  if (task->odd.cancel_pending) cancel_wait(*task);
}

void Cooperative::object_turn(TaskId id) {
  CooperativeTask* const task = waits_elsewhere(id);
  if (!task || held_ == task || task->odd.looks_again) return;
  task->withdraws = false;
  task->odd.looks_again = true;
  queue(*task);  // that it was woken, and by whom, says whoever has the object
}

void Cooperative::object_withdrawn(TaskId id) {
  CooperativeTask* const task = waits_elsewhere(id);
  if (!task || !task->withdraws) return;
  task->withdraws = false;
  elsewhere_.erase(id);
  task->odd.cancel_pending = false;
  task->operation->cancelled = true;
  end_wait(*task, {});
}

// -- Timers and requests -----------------------------------------------------------------------------------------------

bool Cooperative::begin_io(LiveTask& task, Nanos duration) {
  if (duration <= 0 && serial_) {  // nothing to wait for, and nobody to let go first
    ring_while_held();
    slices_ = {};
    return work_in_slices(task);
  }
  if (duration <= 0) {  // asyncio.sleep(0): once round
    begin_wait(task, WaitReason::io, soon());
    end_wait(task, {});
    return false;
  }
  // The look at the clock ends the turn: what passed since the last one was the task's, and nobody's if it came after that.
  const Nanos now = exactly_now(), at = later(later(now, epoch_), duration);
  begin_wait(task, WaitReason::io, now);
  if (serial_) {
    held_until_ = at;
    hold(Hold::until, task);
  } else {
    timers_.add(*std::construct_at(&own(task).operation->timer), at);
  }
  return false;
}

void Cooperative::fire_due_timers() {
  const Nanos now = later(last_, epoch_);
  while (TimerNode* const node = timers_.pop_due(now)) {
    if (!loop_ && node->is_alarm()) {  // at once: whose turn is before it might hold the thread for an hour
      go_off(static_cast<Alarm&>(*node));
      continue;
    }
    const Ready entry = node->is_alarm() ? Ready(static_cast<Alarm&>(*node)) : Ready(Ready::What::fire, static_cast<LiveTask&>(*Operation::of_timer(*node).task));
    entry.fetch();
    ready_.push(entry);
  }
}

/// Of a wait whose time came while something held the loop: since when it was over. What nobody would see is not told.
Cause Cooperative::overdue(LiveTask& task) {
  constexpr Nanos kSeen = 100'000;
  const Operation* const operation = own(task).operation;
  if (!operation || operation->kind != Operation::Kind::io) return {};  // an answer that came: nobody knows when
  const Nanos late = later(last_, epoch_) - operation->timer.at;
  return late >= kSeen ? Cause{0, static_cast<std::uint64_t>(late)} : Cause{};
}

void Cooperative::arm(const std::shared_ptr<Alarm>& alarm, Nanos at) {
  if (++armed_since_ > drops_after_) drop_disarmed();
  alarm->itself = alarm;
  try {
    timers_.add(*alarm, at);
  } catch (const std::bad_alloc&) {
    alarm->itself = nullptr;
    throw;
  }
}

void Cooperative::go_off(Alarm& alarm) {
  const std::shared_ptr<Alarm> itself = std::move(alarm.itself);
  if (!alarm.go_off()) return;
  if (alarm.waiter) {  // as in asyncio's wait_for: who waits is woken, and cancels then
    auto& waiter = static_cast<CooperativeTask&>(*alarm.waiter);
    if (waiter.odd.queued) return;
    waiter.time_up = true;
    return end_wait(waiter, {});
  }
  for (const auto& task : alarm.tasks) {
    if (task.get() != main_ && task->id == root_id_) continue;
    if (alarm.is_of_block()) limit_passed(alarm);
    else if (task.get() == main_) cancel_task(*main_);
    else cancel_child(task);
  }
}

void Cooperative::drop_timers() {
  timers_.clear([](TimerNode& node) {
    if (node.is_alarm()) const auto itself = std::move(static_cast<Alarm&>(node).itself);
  });
  ready_.each([](Ready& entry) {
    if (entry.what() == Ready::What::alarm) const auto itself = std::move(entry.ringing().itself);
    if (entry.is_of_join()) const auto last = LocalJoins::let_go(entry.join());
  });
  ready_.clear();
}

// -- Cancel ------------------------------------------------------------------------------------------------------------

/// On a serial lane, whose only timers are alarms.
void Cooperative::ring_while_held() {
  if (timers_.empty()) return;
  const Nanos now = later(edge(), epoch_);
  while (TimerNode* const node = timers_.pop_due(now)) go_off(static_cast<Alarm&>(*node));
}

/// On the loop, whose thread functions have that fork, perhaps for ever: a limit that is theirs reaches them at once. All else that is
/// due goes where it would between two rounds.
void Cooperative::ring_while_forking() {
  const Nanos now = later(last_, epoch_);
  while (TimerNode* const node = timers_.pop_due(now)) {
    if (!node->is_alarm()) {
      ready_.push({Ready::What::fire, static_cast<LiveTask&>(*Operation::of_timer(*node).task)});
      continue;
    }
    auto& alarm = static_cast<Alarm&>(*node);
    if (!reaches_running(alarm)) {
      ready_.push(Ready(alarm));
      continue;
    }
    alarm.waiter = nullptr;  // it cannot be woken to do it
    go_off(alarm);
  }
}

/// Its cancel is for the task that runs, or comes to it by way of those that wait for that.
bool Cooperative::reaches_running(const Alarm& alarm) {
  if (alarm.is_disarmed()) return false;
  bool found = false;
  CancelWalk walk;
  auto look = [&](const TaskRef<Task>& each, CancelWalk::Tasks& on, bool) {
    const auto* const task = dynamic_cast<CooperativeTask*>(each.get());  // else elsewhere
    if (!task || task->ended) return true;
    found |= task == running_;
    const Operation* const waits = task->operation;
    if (waits && task != running_ && waits->waits_for_tasks())
      for (const auto& child : waits->of.children)
        if (child->task) on.push_back(child->task);
    return true;
  };
  for (const auto& task : alarm.tasks) walk.from(task, look, [](Task&, Task&) {});
  return found;
}

bool Cooperative::cancel_task(LiveTask& base, CancelWalk& walk, bool counted) {
  if (base.ended) return false;
  walk.from(
      base.work->task,
      [&](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool) {
        if (!std::exchange(counted, false)) static_cast<LiveTask&>(*task).count_cancel();
        ask_to_end(static_cast<CooperativeTask&>(*task), on);
        return true;
      },
      [this](Task& waiter, Task& task) { close_circle(static_cast<CooperativeTask&>(waiter), static_cast<CooperativeTask&>(task)); });
  return true;
}

void Cooperative::cancel_wait(CooperativeTask& task) {
  CancelWalk::Tasks on;
  cancel_wait(task, on);
  CancelWalk().go_on(
      task.work->task, on, [this](const TaskRef<Task>& task, CancelWalk::Tasks& on, bool) { return ask_to_end(static_cast<CooperativeTask&>(*task), on), true; },
      [this](Task& waiter, Task& task) { close_circle(static_cast<CooperativeTask&>(waiter), static_cast<CooperativeTask&>(task)); });
}

/// Not ended, so far.
void Cooperative::ask_to_end(CooperativeTask& task, CancelWalk::Tasks& on) {
  if (!task.started || task.odd.queued || &task == running_ || &task == held_ || &task == also_held_ || !task.operation) task.odd.cancel_pending = true;
  else cancel_wait(task, on);
}

/// `waiter` waits for `task`, which waits for it: that wait is over.
void Cooperative::close_circle(CooperativeTask& waiter, CooperativeTask& task) {
  const auto cancelled = std::make_exception_ptr(Cancelled{});
  if (!serial_ && task.follower == &waiter) {
    task.follower = nullptr;
    return tell_awaiter(waiter, cancelled, {}, soon());
  }
  task.joins.each([&](Join& join) {
    if (join.over || join.waiter != &waiter) return;
    join.failure = cancelled;
    wake(join);
  });
}

/// It waits, and nothing has ended the wait yet.
void Cooperative::cancel_wait(CooperativeTask& task, CancelWalk::Tasks& on) {
  task.odd.cancel_pending = false;
  Operation& operation = *task.operation;
  switch (operation.kind) {
    case Operation::Kind::io:
    case Operation::Kind::block:  // off the loop
      if (operation.timer.armed()) timers_.remove(operation.timer);
      break;
    case Operation::Kind::request:
    case Operation::Kind::process: forget_request(task); break;
    case Operation::Kind::socket:
      forget_socket(operation);
      if (held_ == &task) hold_ = Hold::nobody, held_ = nullptr;
      break;
    case Operation::Kind::sync:
      if (part_) {
        task.odd.cancel_pending = true;  // until its end, whichever comes first, is said
        if (!task.withdraws) {
          task.withdraws = true;
          part_->objects->withdraw(task);
        }
        return;
      }
      if (operation.use.object->withdraw(operation)) {
        if (&task == main_) waits_for_object_no_more();
        break;
      }
      task.odd.cancel_pending = true;  // its turn has come, and it will hear of that first
      return;
    case Operation::Kind::gather:
    case Operation::Kind::join: {
      bool any = false;
      const std::vector<std::shared_ptr<Work>> children(operation.of.children.begin(), operation.of.children.end());
      const std::string words = task.work->cancel_words();
      for (const auto& child : children) {
        if (!words.empty()) child->hear_cancel(words);
        if (auto* const here = dynamic_cast<CooperativeTask*>(child->task.get()); !here) {
          any |= cancel_child(child->task);
        } else if (!here->ended) {
          any = true;
          on.push_back(child->task);
        }
      }
      if (!any || operation.collects || hears_itself(operation)) task.odd.cancel_pending = true;
      return;
    }
    default: task.odd.cancel_pending = true; return;
  }
  operation.cancelled = true;
  end_wait(task, {});
}

template <class Waits>
std::optional<Cooperative::Requested> Cooperative::take_outside(Waits& waits, std::uint64_t id) {
  const auto found = waits.find(id);
  if (found == waits.end()) return std::nullopt;
  const Requested taken = found->second;
  waits.erase(found);
  outside_.erase(taken.task);
  return taken;
}

bool Cooperative::forget_request(const LiveTask& task) {
  const auto found = outside_.find(&task);
  if (found == outside_.end()) return false;
  const std::uint64_t id = found->second;
  if (take_outside(no_connection_, id)) return true;
  if (take_outside(requests_, id)) {
    options_.requests->give_up(id);
    looks_out_ = true;  // for who waits for its connection
    return true;
  }
  const auto call = take_outside(at_calls_, id);
  if (call) process_calls()->give_up(*call->operation->in_process);
  return call.has_value();
}

bool Cooperative::forget_socket(const Operation& operation) {
  // Of none that was given up with all there were its call may be asked.
  if (at_sockets_ == 0 || operation.kind != Operation::Kind::socket || !operation.call->wait) return false;
  --at_sockets_;
  options_.sockets->give_up(*operation.call);
  return true;
}

void Cooperative::give_up_outside() {
  no_connection_.clear();
  if (!requests_.empty()) options_.requests->abandon_all();
  requests_.clear();
  if (std::exchange(at_sockets_, 0) > 0) options_.sockets->give_up_all();
}

bool Cooperative::begin_request(LiveTask& task, Operation& operation) {
  if (!options_.requests) {
    operation.fail("There is no HTTP server here that could answer a request.");
    return true;
  }
  const Requested request{&task, &operation, false};
  const std::uint64_t id = number_outside(task);
  if (has_connection()) {
    start_request(id, request);
  } else {
    begin_wait(task, WaitReason::connection, soon());
    no_connection_[id] = request;
  }
  if (serial_) hold(Hold::answer, task);
  return false;
}

bool Cooperative::has_connection() const {
  return requests_.size() < static_cast<std::size_t>(std::max(1, options_.requests->most_at_once()));
}

void Cooperative::start_request(std::uint64_t id, const Requested& request) {
  if (request.elsewhere) coordinator_->at(edge(), EventKind::wait, wait_word(WaitReason::request, *request.task), request.task->id);
  else begin_wait(*request.task, WaitReason::request, soon());
  looks_out_ = true;
  requests_[id] = request;
  options_.requests->start(id, request.operation->duration, request.operation->range.high);
}

void Cooperative::request_elsewhere(LiveTask& task, Operation& operation) {
  const Requested request{&task, &operation, true};
  if (operation.kind == Operation::Kind::process) return start_call(request);
  if (operation.kind == Operation::Kind::socket) return start_socket(request);
  const std::uint64_t id = number_outside(task);
  if (has_connection()) start_request(id, request);
  else no_connection_[id] = request;
}

void Cooperative::give_connections() {
  for (; !no_connection_.empty() && has_connection(); no_connection_.erase(no_connection_.begin()))
    start_request(no_connection_.begin()->first, no_connection_.begin()->second);
}

void Cooperative::take_answers() {
  give_connections();  // of those whose wait was cancelled
  if (requests_.empty()) return;
  answers_.clear();
  options_.requests->finished(answers_);
  for (Requests::Answer& answer : answers_) {
    const auto request = take_outside(requests_, answer.id);
    if (!request) continue;
    LiveTask& task = *request->task;
    request->operation->number = answer.bytes;
    if (!answer.failure.empty()) request->operation->fail(std::move(answer.failure));
    if (request->elsewhere) answered_elsewhere(task);
    else if (hold_ == Hold::answer && held_ == &task) hold_ = Hold::nobody;
    else ready_.push({Ready::What::fire, task});
    give_connections();
  }
}

// -- Calls in other processes ------------------------------------------------------------------------------------------

/// Of a function that another process asked for: it has nothing but itself.
bool Cooperative::refuse_alone(Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::spawn:
    case Operation::Kind::gather:
    case Operation::Kind::join:
    case Operation::Kind::cancel:
    case Operation::Kind::status:
    case Operation::Kind::process:
    case Operation::Kind::sync: break;
    default: return false;
  }
  operation.fail("Tasks, locks, events and queues belong to the process that called: a function in to_process() cannot use them.", "RuntimeError");
  return true;
}

bool Cooperative::begin_process(LiveTask& task, Operation& operation) {
  ProcessCall& call = **operation.in_process;
  if (!call.pack(operation, process_calls())) return true;
  if (!part_) {  // else whoever leads the run names it
    call.task = new_task_id();
    lane_of(task).at(soon(), EventKind::spawn, line_word(task), call.task);
  }
  begin_wait(task, WaitReason::children, soon());
  start_call({&task, &operation, false});
  if (serial_) hold(Hold::answer, task);
  return false;
}

void Cooperative::start_call(const Requested& call) {
  const std::shared_ptr<ProcessCall>& asked = *call.operation->in_process;
  looks_out_ = true;
  const std::uint64_t id = number_outside(*call.task);
  at_calls_[id] = call;
  process_calls()->ask(asked, [this, id] {
    calls_over_.push_back(id);
    looks_out_ = true;
  });
}

void Cooperative::take_calls() {
  pump_calls();
  if (calls_over_.empty()) return;
  for (const std::uint64_t id : std::exchange(calls_over_, {})) {
    const auto call = take_outside(at_calls_, id);
    if (!call) continue;  // given up
    ProcessCall& over = **call->operation->in_process;
    over.answer(*call->task, *call->operation);
    if (call->elsewhere) answered_elsewhere(*call->task);
    else if (hold_ == Hold::answer && held_ == call->task) hold_ = Hold::nobody;
    else end_wait(*call->task, over.cause);
  }
}

int Cooperative::own_core_for_process(int cores, int workers) {
  ++processes_started_;
  coordinator_->fact(edge(), Fact::cores, cores + processes_started_);
  coordinator_->fact(edge(), Fact::workers, workers + processes_started_);
  return cores + processes_started_ - 1;
}

// -- Sockets -----------------------------------------------------------------------------------------------------------

bool Cooperative::begin_socket(CooperativeTask& task, Operation& operation) {
  if (part_ || options_.kind == ExecutorKind::processes) {
    operation.fail("Each process has sockets of its own: tasks in other processes would not see this one.", "RuntimeError");
    return true;
  }
  if (attempt(options_.sockets, operation)) return true;
  const bool holds = serial_ || (operation.blocks && !task.off_loop);
  begin_wait(task, holds && !serial_ ? WaitReason::blocked : WaitReason::io, soon());
  if (holds) blocked_since_ = last_;
  start_socket({&task, &operation, false});
  if (holds) hold(Hold::answer, task);
  return false;
}

void Cooperative::start_socket(const Requested& who) {
  looks_out_ = true;
  SocketCall& call = *who.operation->call;
  call.of = who.operation;
  call.elsewhere = who.elsewhere;
  // Nobody looks at the clock for those elsewhere: since the last look whoever polls may have slept.
  options_.sockets->start(call, who.elsewhere ? clock_now() : later(last_, epoch_));
  ++at_sockets_;
}

/// While a plain call holds the loop, who stands for a thread of its own (to_thread, where there are none) goes on: it may be
/// whom the call waits for. True: one did.
bool Cooperative::go_on_elsewhere() {
  soon();
  fire_due_timers();
  Ready found;
  ready_.each([&](Ready& entry) {
    if (found.what() == Ready::What::nothing && entry.has_task() && own(entry.task()).off_loop) std::swap(found, entry);
  });
  if (found.what() == Ready::What::nothing) return false;
  also_held_ = held_;
  hold_ = Hold::nobody;
  held_ = nullptr;
  dispatch(found);
  return true;
}

void Cooperative::take_sockets() {
  if (at_sockets_ == 0) return;
  sockets_over_.clear();
  options_.sockets->finished(sockets_over_);
  at_sockets_ -= sockets_over_.size();
  for (const SocketCall* const call : sockets_over_) {
    auto& task = static_cast<LiveTask&>(*call->of->task);
    if (call->elsewhere) answered_elsewhere(task);
    else if (hold_ == Hold::answer && held_ == &task) hold_ = Hold::nobody;
    else ready_.push({Ready::What::fire, task});
  }
}

// -- Submissions -------------------------------------------------------------------------------------------------------

void Cooperative::end_submissions() {
  if (std::exchange(takes_submissions_, false)) options_.submissions->end();
}

void Cooperative::take_submissions() {
  if (!main_ || !begun_ || stopping_ || cancel_asked()) return;
  SubmissionQueue& queue = *options_.submissions;
  if (!queue.has_news()) return;
  queue.take();
  runs_in(*coordinator_);
  while (const std::shared_ptr<Work> work = queue.next_taken()) {
    Operation spawn = Operation::on(Operation::Kind::spawn, {&work, 1});
    spawn_task(*main_, spawn);
  }
  coordinator_->publish();
  if (!queue.is_drained()) return;
  takes_submissions_ = false;
  queue.end();
  const Operation* const its = own(*main_).operation;
  const bool waits_there = its && its->kind == Operation::Kind::sync && its->use.object == &queue.drained_.sync();
  Operation set(*main_, queue.drained_.sync(), SyncAct::set, nullptr);
  queue.drained_.sync().begin(*main_, set, ObjectPort(*this, *coordinator_), true);
  if (waits_there) waits_for_object_no_more();
}

/// On two cores not all can look on: who submits, who polls, and workers. There workers of `stealing` do by themselves, of others who
/// submits. How long; where it is not known whether who is waited for is on the same core, not so long that it would be felt there.
Nanos Cooperative::waiters_look_on() const {
  constexpr Nanos kGlance = 1'000;
  if (!looks_on()) return 0;
  if (alone_) return options_.core_here && options_.leave_core ? kSpin : kGlance;
  return options_.machine_cores > 2 || options_.kind != ExecutorKind::stealing ? kSpin : 0;
}
bool Cooperative::poller_looks_on() const {
  return looks_on() && (alone_ || !takes_submissions_ || options_.machine_cores > 2 || options_.kind == ExecutorKind::stealing);
}

/// Instead of a sleep, for a moment. True: there is something.
bool Cooperative::look_on(Nanos until) {
  SubmissionQueue* const queue = begins_submissions() ? open_queue() : nullptr;
  if (!poller_looks_on() || (!queue && !comes_soon())) return false;
  // Who woke this thread, and was put behind it on this core, must not wait for it to have looked. Of those who come seldom none
  // would be here again in time.
  if (const int core = queue ? queue->woken_from() : -1; core >= 0 && slept_ < kMs && options_.leave_core) options_.leave_core(core);
  const Nanos ends = std::min(until, later(clock_now(), kSpin));
  bool come = false;
  int looks = 0;
  do {
    for (int i = 0; i < 64 && !come; ++i) come = (queue && queue->has_news()) || (!alone_ && has_come());
  } while (!come && clock_now() < ends && ++looks < kMostLooks);
  return come;
}

void Cooperative::sleep_until(Nanos until) {
  if (look_on(until)) return;
  SubmissionQueue* const queue = open_queue();
  if (queue && queue->falls_asleep() && begins_submissions()) return;
  const Nanos before = queue ? clock_now() : 0;
  options_.clock->wait_until(until);
  if (!queue) return;
  slept_ = clock_now() - before;
  queue->awake();
}

Nanos Cooperative::sockets_due() { return at_sockets_ == 0 ? kForever : options_.sockets->due(); }

}  // namespace interleave
