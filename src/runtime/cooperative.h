// cooperative.h -- one thread and its tasks: `serial` and `loop`, and `main` of every other executor.
//
// The loop is a trampoline over a FIFO queue: take an entry, resume its task, come back. Nothing resumes a task from
// inside another, so the stack is as deep with a million tasks as with one.
//
// Order copies asyncio's (CPython 3.11), hop for hop, since learners will compare:
//   - a round takes the entries that were ready when it began; what they make ready belongs to the next round;
//   - between rounds, answers that came and timers that are due go to the tail, in that order; timers by deadline, ties
//     in order of registration (asyncio leaves ties to its heap);
//   - a timer that is due is an entry of its own (`fire`: the future gets its result), and only that puts the task at
//     the tail; the end of a gathered child is one too (`child_ended`: gather's callback), and the last of them puts
//     the waiter there. `await task` has no such hop: the end itself puts the waiter at the tail;
//   - the first child that fails wakes the waiter of a gather; the others go on; what still lives when main ends is
//     cancelled and may clean up, waits among it (asyncio.run). Where that never ends asyncio hangs; here it ends after ten
//     seconds, or once nothing can happen any more.
// Serial differs in two places: a wait for the outside holds everything (nobody else is resumed), and the next child
// of a gather becomes ready when the one before it has ended. A gather whose child fails cancels the rest unstarted.
//
// Who else uses it: `threads`, `gil` and `processes` have main here, alone, and send what it makes elsewhere; they
// override the hooks. A child process runs each task that it gets on a serial one (`Part`).
//
// Time. Who asks what time it is in every turn of ten nanoseconds asks the clock more than anything else (a look costs 22 ns,
// 120 to 270 in a page). So while turns follow one another so fast that many fit into the error that is allowed, 200 ns, or where
// the clock has larger steps a microsecond or a fifth of one, only each n-th looks, and those between have the time of the last look: `soon()`. How fast they are, a clock
// with steps says only from one step to the next: mostly it has not gone on since the last look. After a sleep, a slice of work, a wait's
// begin or a long turn every one looks again. A turn begins where the one before it ended: that is one look a turn, not two. The
// order in a lane is exact in any case.
//
// A timer's node is in the operation that waits for it (timers.h).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/cancel_walk.h"
#include "runtime/deadlock.h"
#include "runtime/executor.h"
#include "runtime/fork_join.h"
#include "runtime/here.h"
#include "runtime/live_task.h"
#include "runtime/news.h"
#include "runtime/process_pool.h"
#include "runtime/seams.h"
#include "runtime/slices.h"
#include "runtime/sync.h"

namespace interleave {

/// Locks and the like of a part's tasks: they are with whoever leads the run, who is asked. What it answers comes as
/// Cooperative::object_...
class ObjectsElsewhere {
 public:
  virtual ~ObjectsElsewhere() = default;
  /// object_over or object_waits follows, and nobody else runs before.
  virtual void begin(const Task& task, const Operation& operation) = 0;
  /// The task goes on after object_turn. Of put and get object_over or object_waits follows; others are over with it.
  virtual void again(const Task& task) = 0;
  /// It does not go on after object_turn: it was cancelled.
  virtual void leave(const Task& task) = 0;
  /// It is to wait no longer: object_withdrawn follows, or object_turn is on its way.
  virtual void withdraw(const Task& task) = 0;
};

class Cooperative : protected Port, protected Here, public Executor {  // in this order: a Port is called at every operation, an executor once
 public:
  /// A task of a run that another process leads: it is this executor's main, and all events go to one lane, but for its
  /// `done` and for those of the run.
  struct Part {
    LaneRecorder* lane = nullptr;
    TaskId task = kRootTask;
    TaskId next_id = 0;  ///< of tasks that it makes
    int core = 0;
    Nanos epoch = 0;     ///< clock time of t = 0
    ObjectsElsewhere* objects = nullptr;  ///< null: it has no tasks, and no locks and the like
    ProcessCalls* calls = nullptr;
  };

  explicit Cooperative(const RunOptions& options) : Cooperative(options, options.kind == ExecutorKind::serial || options.kind == ExecutorKind::loop) {}
  Cooperative(const RunOptions& options, const Part& part);
  ~Cooperative() override;

  void start(const std::shared_ptr<Root>& root, Recorder& recorder) override;
  Progress poll(Nanos budget) override;
  void cancel() override;
  /// asyncio's Task.cancel() of main, between two polls. False: it has ended.
  bool cancel_main() { return main_ && cancel_task(*main_); }
  /// What main threw, once the run is over.
  const std::exception_ptr& main_threw() const { return main_threw_; }
  /// Of a part, between two polls: the operation that this task began elsewhere. Null: none, or the task is no more.
  Operation* object_operation(TaskId task);
  /// It is over; its answer is in it.
  void object_over(TaskId task);
  void object_waits(TaskId task);
  void object_turn(TaskId task);
  void object_withdrawn(TaskId task);
  /// Of a part: nothing happens here before one of those is said.
  bool waits_for_objects() const { return hold_ == Hold::nobody && !elsewhere_.empty() && requests_.empty() && at_calls_.empty(); }
  /// What tasks asked for so far.
  const Asked& asked() const { return asked_; }

 protected:
  /// `alone`: nobody elsewhere whom the hooks would have to ask.
  Cooperative(const RunOptions& options, bool alone);
  static constexpr Nanos kNow = INT64_MIN;

  // -- What an executor with workers elsewhere adds. All on the polling thread; nothing may block. --------------------

  /// Before t = 0. kNow: workers are there, or end_early() was called; else ask again at that clock time or a notify.
  virtual Nanos prepare() { return kNow; }
  /// t = 0 has come; facts of the workers belong here.
  virtual void begun();
  /// New tasks of main, in order. `wait`: the gather that waits for them and for whatever has a Work::task already.
  /// True: it has nothing to wait for. Sets `wait.failure` where one had failed.
  virtual bool wait_for_tasks(LiveTask& waiter, Operation& operation);
  virtual void spawn_task(LiveTask& maker, Operation& operation);
  /// Takes what was done elsewhere. Once a round; on a loop only after collect_each_round(); where tasks are elsewhere also at
  /// each safepoint of main, which waits for nothing then.
  virtual void collect() {}
  /// What collect() takes may be there soon: poll() looks on for a moment before it sleeps.
  virtual bool comes_soon() { return false; }
  /// It is there. Asked again and again.
  virtual bool has_come() { return false; }
  /// Clock time of the next thing to do about elsewhere without a notify.
  virtual Nanos due_elsewhere() { return kForever; }
  /// No task lives elsewhere.
  virtual bool quiet_elsewhere() { return true; }
  /// main has ended: tasks elsewhere are cancelled, and may clean up. From now on all_wait() is asked about them alone.
  virtual void cancel_elsewhere() {}
  /// Those that were cancelled then have ended; the clock is notified of it.
  virtual bool cleaned_up_elsewhere() { return quiet_elsewhere(); }
  /// Tasks elsewhere are to end, cancelled, at what they ask next.
  virtual void stop_elsewhere() {}
  /// All tasks have ended: ends the workers. kNow: they are gone.
  virtual Nanos close() { return kNow; }
  /// `tell(why, stuck)` of a run in which nothing can happen any more: why, without a full stop, and who waits, all of whom go on
  /// waiting until it has returned, even if the run is stopped meanwhile.
  using Tell = std::function<void(std::string_view why, const std::vector<Stuck>& stuck)>;
  /// False, and nothing is told: elsewhere something still can happen.
  virtual bool all_wait(const Tell& tell);
  /// A core for main to run on. False: it stands in line; core_granted() when it has one.
  virtual bool take_core(LiveTask&) { return true; }
  virtual void leave_core(LiveTask&) {}
  /// At a safepoint: the core is wanted elsewhere. True: it was given away, and main stands in line.
  virtual bool core_wanted(LiveTask&) { return false; }
  /// The operation has its answer.
  virtual void answered_elsewhere(LiveTask&) {}
  /// Of locks and the like: tasks elsewhere use the same objects.
  virtual bool shares_objects() const { return false; }
  virtual std::atomic<std::uint32_t>& object_numbers() { return object_numbers_; }
  /// main waits for an object: from now on it may be granted() from elsewhere.
  virtual void waits_for_object() {}
  /// True: that task is elsewhere, and is told of who waits for it.
  virtual bool joined_elsewhere(LiveTask&, const std::shared_ptr<Join>&) { return false; }
  /// A child of a task here is to be cancelled. False: it has ended.
  virtual bool cancel_child(const TaskRef<Task>& task) { return cancel_task(static_cast<LiveTask&>(*task)); }
  /// A block's limit has gone off, which its task has counted as a cancel.
  virtual void limit_passed(Alarm& alarm) {
    CancelWalk walk;
    cancel_task(static_cast<LiveTask&>(*alarm.tasks.front()), walk, true);
  }
  virtual void status_of(Task& task, Operation& operation) { answer_status(static_cast<LiveTask&>(task), operation); }
  /// main does not wait for an object any more.
  virtual void waits_for_object_no_more() {}
  /// The turn of a task elsewhere has come; see SyncPort::granted.
  virtual void granted_elsewhere(Operation&) {}
  /// Of to_process(): a number for a task that is made so; and one more process was started for them: the number of its core.
  virtual TaskId new_task_id() { return next_id_++; }
  virtual int core_for_process() { return own_core_for_process(1, 1); }
  virtual bool receives_for_processes() const { return true; }

  // -- For those executors. --------------------------------------------------------------------------------------------

  LaneRecorder& coordinator() { return *coordinator_; }
  Recorder& recorder() { return *recorder_; }
  Root& root() { return *root_; }
  const RunOptions& options() const { return options_; }
  Nanos clock_now() const { return options_.clock->now(); }
  /// Time since t = 0; also remembered as the time of this turn.
  Nanos edge() {
    stale_ = 0;
    return exactly_now();
  }
  /// The same for a wait's begin, which must not be early: says nothing about the turns to come.
  Nanos exactly_now() {
    look();
    return last_;
  }
  /// As it was at the last look: for what follows that at once.
  Nanos seen() const { return last_; }
  Nanos epoch() const { return epoch_; }
  bool stopping() const { return stopping_; }
  /// It ends before its end.
  bool early() const { return early_.has_value(); }
  bool cancel_asked() const { return (unrest_.load(std::memory_order_acquire) & kCancelAsked) != 0; }
  LiveTask* main_task() { return main_; }
  /// Of a loop: from now on something is done elsewhere.
  void collect_each_round() { collects_ = looks_out_ = true; }
  /// A number for a task that lives elsewhere, and what its maker's lane says of it.
  void name_task(LiveTask& task, const LiveTask& maker) {
    task.id = next_id_++;
    lane_of(maker).at(edge(), EventKind::spawn, line_word(maker), task.id);
  }
  void wait_for_children(LiveTask& waiter) { begin_wait(waiter, WaitReason::children, soon()); }
  /// The wait of main, or of whoever waits for that, is over.
  void wake(Join& join);
  void drop_cancel_for_failure(Join& join);
  /// A task that lived elsewhere has ended so: who waits for it, and for no other any more or not after a failure, is woken.
  void tell_joins(Joined& task, const std::exception_ptr& thrown, Cause cause);
  void core_granted(LiveTask& task);
  /// main's turn has come at the object that it waits for, unless it waits for it no more.
  void object_granted();
  /// asyncio's Task.cancel(), of a task here.
  bool cancel_task(LiveTask& task) {
    CancelWalk walk;
    return cancel_task(task, walk);
  }
  /// It goes off at that clock time; its tasks may live elsewhere.
  void arm(const std::shared_ptr<Alarm>& alarm, Nanos at);
  /// What an object is told by a task elsewhere, which has that lane.
  struct ObjectPort final : SyncPort {
    ObjectPort(Cooperative& host, LaneRecorder& lane)
        : SyncPort(lane, host.soon(), *host.numbers_, host.shared_), host_(host) {}
    void granted(Operation& operation) const override { host_.granted(operation); }
    Cooperative& host_;
  };
  /// Tasks here that wait.
  void add_stuck(std::vector<Stuck>& stuck);
  void set_core(int core) { core_ = core; }
  /// Null: this place has no processes, or it is a part.
  const std::shared_ptr<ProcessPool>& process_pool() const { return process_pool_; }
  /// How many were started for to_process().
  int processes_started() const { return processes_started_; }
  /// As core_for_process(), where tasks have that many cores and workers beside; says how many it is then.
  int own_core_for_process(int cores, int workers);
  /// Ends a run that cannot begin, or cannot go on: from the next turn on tasks are cancelled, main with them.
  void end_early(RunEnd end, std::string sentence);
  /// An allocation failed, and nobody knows how far came what was under way: the run ends as if it could not go on.
  void no_memory();
  void asked_elsewhere(const Asked& asked) { asked_.add(asked); }
  /// A request, a wait for a socket or a call in another process, of a task that lives elsewhere and asked for it there;
  /// `answered_elsewhere` once it is over. A request may have to wait for a connection.
  void request_elsewhere(LiveTask& task, Operation& operation);
  /// True: it had one, or a call in another process, which is given up.
  bool forget_request(const LiveTask& task);
  bool forget_socket(const Operation& operation);
  /// All requests and sockets, whose operations nobody outside touches after this; the run ends.
  void give_up_outside();
  /// From now on no more work is handed in.
  void end_submissions();
  /// There are fewer workers than were asked for, as they would take turns; `what`: "workers".
  void say_one_for_each_core(int workers, std::string_view what);
  /// Though more event loops were asked for.
  virtual void say_why_one_loop();
  void notice(std::string_view sentence) { coordinator_->text(edge(), TextRole::notice, sentence); }

 private:
  struct Requested {
    LiveTask* task = nullptr;
    Operation* operation = nullptr;
    bool elsewhere = false;
  };
  /// object: for what whoever has it says at once.
  enum class Hold : std::uint8_t { nobody, slices, until, answer, core, object };

  // Port
  bool begin(Task& task, Operation& operation) override;
  bool perform(CooperativeTask& task, Operation& operation);
  bool goes_on(CooperativeTask& task, Operation* waited);
  void say(Task& task, TextRole role, const std::string_view& text) override;
  Forks& forks(Task& task) override { return forks_.of(lane_of(task), task.id); }

  CooperativeTask& own(LiveTask& task) { return static_cast<CooperativeTask&>(task); }
  CooperativeTask& make_task(LiveTask& maker, const std::shared_ptr<Work>& work);
  void queue_new(LiveTask& task);
  void look() {
    const Nanos before = last_;
    last_ = clock_now() - epoch_;
    if (last_ != before) [[likely]] still_ = 0;
    else if (++still_ >= most_still_) clock_stands();
    if (last_ >= poll_ends_) leaves_ = true;
  }
  void clock_stands();
  void begin_run();
  Progress poll_turns();
  Nanos turn();
  bool is_free() const { return is_calm() && hold_ == Hold::nobody && !also_held_; }
  bool begin_round();
  void look_out();
  void look_meanwhile();
  Nanos due_meanwhile();
  Nanos nothing_ready();
  Nanos look_for_circles();
  /// The deadline of this poll, since t = 0. After a change of either.
  void set_deadline() { poll_ends_ = deadline_ == kForever ? kForever : deadline_ - epoch_; }
  void dispatch(Ready entry);
  void child_will_be_told(Join& join, bool failed);
  Nanos look_at_clock() override;
  void cancel_at_once(CooperativeTask& task) override { cancel_wait(task); }
  void step(LiveTask& task);
  void take_step(CooperativeTask& task);
  void take_odd_step(CooperativeTask& task);
  bool make_body(CooperativeTask& task);
  bool look_again(CooperativeTask& task, LaneRecorder& lane);
  void resume(LiveTask& task);
  template <bool kAlone>
  void resume(LiveTask& task, LaneRecorder& lane);
  void runs_in(LaneRecorder& lane) {
    if (&lane == running_in_) [[likely]] return;
    running_in_->publish();
    running_in_ = &lane;
    if (all_here_) keeps_in_ = &lane;
  }
  void finish(LiveTask& task, Thrown thrown, bool abandoned);
  void child_ended(Join& join, bool failed);
  void tell_awaiter(LiveTask& waiter, const Thrown& thrown, Cause cause, Nanos t);
  bool work_in_slices(LiveTask& task);
  bool may_go_on(LiveTask& task);
  void hold(Hold how, LiveTask& task);
  void go_on_holding(Nanos& until);
  void begin_wait(LiveTask& task, WaitReason reason, Nanos t) { write(lane_of(task), t, EventKind::wait, wait_word(reason, task), task.id); }
  void end_wait(LiveTask& task, Cause cause) { end_wait(task, cause, soon()); }
  void end_wait(LiveTask& task, Cause cause, Nanos t) {
    write(lane_of(task), t, EventKind::wake, 0, task.id, cause.word());
    queue(task);
  }
  bool begin_io(LiveTask& task, Nanos duration);
  Cause overdue(LiveTask& task);
  bool begin_request(LiveTask& task, Operation& operation);
  bool begin_process(LiveTask& task, Operation& operation);
  /// Null: there is nobody who would make a call in another process.
  ProcessCalls* process_calls() { return part_ ? part_->calls : process_pool_.get(); }
  void start_call(const Requested& call);
  void take_calls();
  void pump_calls() {
    if (process_pool_ && process_pool_->has_something()) [[unlikely]] process_pool_->pump();
  }
  Nanos calls_due() const { return process_pool_ ? process_pool_->due() : kForever; }
  bool refuse_alone(Operation& operation);
  bool begin_any(CooperativeTask& task, Operation& operation);
  bool begin_spawn(CooperativeTask& task, Operation& operation);
  bool begin_here(CooperativeTask& task, Operation& operation);
  bool begin_join(CooperativeTask& waiter, Operation& operation);
  bool begin_sync(CooperativeTask& task, Operation& operation);
  bool begin_elsewhere(CooperativeTask& task, Operation& operation);
  bool again_elsewhere(CooperativeTask& task);
  void hold_for_object(CooperativeTask& task, const Operation& operation);
  CooperativeTask* waits_elsewhere(TaskId task);
  void granted(Operation& operation);
  bool has_connection() const;
  void start_request(std::uint64_t id, const Requested& request);
  void give_connections();
  void take_answers();
  bool begin_socket(CooperativeTask& task, Operation& operation);
  void start_socket(const Requested& who);
  void take_sockets();
  bool go_on_elsewhere();
  void take_submissions();
  /// Whoever waits for another thread may look on: it has a core of its own, and real time goes by.
  bool looks_on() const { return options_.machine_cores > 1 && !options_.clock->jumps(); }
  Nanos waiters_look_on() const;
  bool poller_looks_on() const;
  bool look_on(Nanos until);
  void sleep_until(Nanos until);
  /// What is submitted now begins at the next turn.
  bool begins_submissions() const { return begun_ && main_ && is_free(); }
  SubmissionQueue* open_queue() const { return takes_submissions_ ? options_.submissions.get() : nullptr; }
  Nanos sockets_due();
  void fire_due_timers();
  void go_off(Alarm& alarm);
  bool forget_alarm(Operation& operation);
  /// A wait outside, of a task that has no other.
  std::uint64_t number_outside(const LiveTask& task) { return outside_[&task] = next_outside_++; }
  /// Of those in `waits`, by number. Null: it is over, or there was none.
  template <class Waits>
  std::optional<Requested> take_outside(Waits& waits, std::uint64_t id);
  void drop_alarm(Alarm& alarm);
  void drop_disarmed();
  void drop_timers();
  bool cancel_task(LiveTask& task, CancelWalk& walk, bool counted = false);
  void cancel_wait(CooperativeTask& task);
  void cancel_wait(CooperativeTask& task, CancelWalk::Tasks& on);
  void ask_to_end(CooperativeTask& task, CancelWalk::Tasks& on);
  void close_circle(CooperativeTask& waiter, CooperativeTask& task);
  void ring_while_held();
  void ring_while_forking();
  bool reaches_running(const Alarm& alarm);
  void cancel_rest();
  void stop(bool main_too);
  void sleep_lane();
  Nanos fork_edge();
  void end_run();

  const RunOptions options_;
  const std::optional<Part> part_;
  const bool serial_;  // one task after the other
  const bool alone_;   // nobody elsewhere whom the hooks would have to ask
  const bool loop_;    // the one event loop
  std::shared_ptr<Root> root_;
  Recorder* recorder_ = nullptr;
  Nanos epoch_ = 0, looked_ = 0, deadline_ = 0, poll_ends_ = 0;
  // A turn begins when the one before it ended, or its round began, but after entries that are no turns.
  bool looks_first_ = true;
  std::uint32_t still_ = 0;  // looks in a row that saw the same time
  static const std::uint32_t most_still_;
  std::uint32_t haste_ = 1;  // how often last_ does from one look to the next
  std::int64_t asked_since_ = 0;  // how often somebody asked since looked_
  bool leaves_ = false;      // turns that are nothing but an entry of a round have an end: somebody holds all, main is over, the poll is
  int core_ = 0;
  TaskId next_id_ = kRootTask + 1;

  TaskList live_;
  std::size_t alive_ = 0;
  LiveTask* main_ = nullptr;  // null: ended
  bool collects_ = !alone_;
  bool begun_ = false, stopping_ = false, lane_sleeps_ = true;
  std::exception_ptr main_threw_;
  std::optional<Progress> early_;  // how a run ends that cannot go on
  std::optional<Progress> over_;
  int no_memory_ = 0;  // how often there was none

  bool looks_out_ = collects_;  // something was asked for outside, and may have its answer
  int turns_left_ = loop_ ? 1 : 0;  // as asyncio: what was ready when main ended still has its turn, and when the rest had
  bool rest_told_ = false;                 // main has ended, and those that lived then were cancelled
  std::size_t rest_ = 0;                   // of them: here, and not ended yet
  Nanos rest_ends_ = kForever;             // clock time at which they are waited for no longer
  TimerQueue timers_;
  std::size_t armed_since_ = 0, drops_after_ = 64;  // alarms that were armed since the disarmed ones were taken out; when they are again
  LiveTask* running_ = nullptr;

  // The one task that runs on in slices, or whose wait holds everybody.
  Hold hold_ = Hold::nobody;
  LiveTask* held_ = nullptr;
  LiveTask* also_held_ = nullptr;  // its Hold::answer goes on when hold_ is nobody's again
  bool off_loop_here_ = false;     // some task is off the loop, and no thread has it
  bool held_in_slices_ = false;  // Hold::core: goes on in slices when it has one
  bool held_fresh_ = false;      // Hold::slices: this poll has not done one yet
  bool abandoned_ = false;       // the task that was resumed asked again after Cancelled
  Nanos held_until_ = 0;
  Nanos looks_meanwhile_at_ = 0;  // time of the next look outside and at limits, while functions fork
  Nanos blocked_since_ = 0, blocked_ = 0;  // by block(), all together
  Slices slices_;
  CalledForks forks_{[this] { return fork_edge(); }};

  // Waits outside, by number; and whose has which, so that of many that are cancelled each is found at once.
  std::unordered_map<std::uint64_t, Requested> requests_, at_calls_;
  std::map<std::uint64_t, Requested> no_connection_;  // not begun, in order
  std::unordered_map<const LiveTask*, std::uint64_t> outside_;
  std::uint64_t next_outside_ = 1;
  std::vector<Requests::Answer> answers_;
  std::shared_ptr<ProcessPool> process_pool_;
  int processes_started_ = 0;
  std::vector<std::uint64_t> calls_over_;
  std::size_t at_sockets_ = 0;  // waits for them
  std::vector<SocketCall*> sockets_over_;
  bool takes_submissions_ = false;
  Nanos slept_ = 0;                    // so long it did, when it slept last
  Nanos circles_at_ = 0;               // clock time of the next look for tasks that wait in a circle
  std::string circle_;                 // that was found then
  bool circle_told_ = false;
  std::size_t largest_frame_ = 0;
  std::atomic<std::uint32_t> object_numbers_{0};
  bool shared_ = false;  // objects, with tasks elsewhere
  bool all_here_ = false;  // whoever uses objects
  std::unordered_map<TaskId, CooperativeTask*> elsewhere_;  // of a part: those with an operation on an object
  bool object_answered_ = false;                            // Hold::object: it is over
  Asked asked_;
};

}  // namespace interleave
