// Index: messages - ChildServer - Processes (children, tasks, messages that came, locks and the like, the executor).
#include "runtime/processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/cooperative.h"
#include "runtime/process_messages.h"
#include "runtime/process_pool.h"
#include "runtime/seams.h"
#include "runtime/wire.h"

namespace interleave {
namespace {

// -- Messages ----------------------------------------------------------------------------------------------------------

enum class UseStep : std::uint8_t { begin, again, leave, withdraw };
enum class ObjectSays : std::uint8_t { over, waits, turn, withdrawn };

// How an operation on an object fails; 0: it does not.
constexpr std::array kFailures = {"", "RuntimeError", "QueueFull", "QueueEmpty", "ValueError"};

std::string lane_name(std::uint64_t number) { return fmt::format("process {}", number + 1); }

// Tasks that a child makes itself have numbers of its own, from here up, anew for each task that it runs; the parent
// gives them numbers of the run when it hears of them. (A trace keeps a record per number: they must stay dense.)
constexpr TaskId kChildIds = TaskId{1} << 31;
constexpr std::size_t kMostMade = 1'000'000;

// How often a child that works tells what it recorded: a frame or two.
constexpr Nanos kFlush = 30 * kMs;
constexpr std::size_t kChildTraceBytes = 16 << 20;  // from one time to the next

}  // namespace

// -- ChildServer -------------------------------------------------------------------------------------------------------

/// Where tasks are recorded, one after the other, while none had too much to tell and t = 0 stays where it is. (To make one costs
/// about as much as the rest of a task that does little.)
struct ChildServer::Recording {
  explicit Recording(const ChildServer& server)
      : epoch(server.epoch_), recorder(kChildTraceBytes), lane(recorder.lane(LaneKind::process, lane_name(server.number_))), reader(recorder, TraceReader::GivesBack{}) {}
  const Nanos epoch;
  Recorder recorder;
  LaneRecorder& lane;
  TraceReader reader;
  std::uint64_t dropped_told = 0;
};

/// One task under way: an executor, and where it records.
class ChildServer::Running final : public ObjectsElsewhere, public ProcessCalls {
 public:
  struct OneTask final : Root {
    explicit OneTask(std::shared_ptr<Work> w) : work(std::move(w)) {}
    std::shared_ptr<Work> main() override { return work; }
    std::shared_ptr<Work> work;
  };
  Running(ChildServer& server, TaskId id, std::shared_ptr<Work> the_work)
      : task(id), work(std::move(the_work)),
        executor(server.options_, {&server.recording_->lane, id, kChildIds, static_cast<int>(server.number_), server.epoch_, server.alone_ ? nullptr : this,
                                   server.alone_ ? nullptr : this}),
        server_(server) {
    executor.start(std::make_shared<OneTask>(work), server.recording_->recorder);
  }

  void begin(const Task& task, const Operation& operation) override {
    const Sync& object = *operation.use.object;
    const bool puts = operation.act == SyncAct::put || operation.act == SyncAct::put_nowait;
    static const Bytes nothing;
    server_.flush();
    server_.send(use(task, UseStep::begin)
                     .number(object.place())
                     .byte(static_cast<std::uint8_t>(object.kind()))
                     .number(static_cast<std::uint64_t>(object.size()))
                     .byte(static_cast<std::uint8_t>(operation.act))
                     .number(task.line)
                     .block(puts ? *static_cast<const Bytes*>(operation.use.item) : nothing)
                     .take());
  }
  void again(const Task& task) override {
    server_.flush();
    server_.send(use(task, UseStep::again).take());
  }
  void leave(const Task& task) override { server_.send(use(task, UseStep::leave).take()); }
  void withdraw(const Task& task) override { server_.send(use(task, UseStep::withdraw).take()); }

  void ask(const std::shared_ptr<ProcessCall>& call, std::function<void()> tell) override {
    server_.flush();
    server_.send(saying(Says::call).number(++last_call_).block(call->bytes).take());
    calls_.emplace(last_call_, std::pair(call, std::move(tell)));
  }
  void give_up(const std::shared_ptr<ProcessCall>& call) override {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& each) { return each.second.first == call; });
    if (found == calls_.end()) return;
    server_.send(saying(Says::give_up).number(found->first).take());
    calls_.erase(found);
  }
  /// False: no call, or none that can be read.
  bool called(WireReader& in) {
    const auto found = calls_.find(in.number());
    const std::uint64_t outcome = in.number();
    std::string sentence = in.text();
    const auto result = in.block();
    if (!in.good() || outcome > static_cast<std::uint64_t>(Outcome::lost)) return false;
    if (found == calls_.end()) return true;  // given up meanwhile
    const auto [call, tell] = std::move(found->second);
    calls_.erase(found);
    call->outcome = static_cast<Outcome>(outcome);
    call->sentence = std::move(sentence);
    call->result.assign(result.begin(), result.end());
    call->over.store(true, std::memory_order_release);
    tell();
    return true;
  }

  const TaskId task;
  const std::shared_ptr<Work> work;
  Cooperative executor;

 private:
  static WireWriter use(const Task& task, UseStep step) {
    return std::move(saying(Says::use).number(task.id).byte(static_cast<std::uint8_t>(step)));
  }
  ChildServer& server_;
  std::map<std::uint64_t, std::pair<std::shared_ptr<ProcessCall>, std::function<void()>>> calls_;
  std::uint64_t last_call_ = 0;
};

ChildServer::ChildServer(const RunOptions& options, MakeRoot make_root) : options_(options), make_root_(std::move(make_root)) {
  options_.kind = ExecutorKind::serial;
  options_.steady = std::make_shared<SteadyClock>(*options_.clock);
  options_.clock = options_.steady.get();
}
ChildServer::~ChildServer() = default;

void ChildServer::take(const Bytes& message) {
  WireReader in(message);
  ++taken_;
  switch (static_cast<Says>(in.byte())) {
    case Says::program: {
      const std::uint64_t version = in.number();
      number_ = in.number();
      options_.compute_rate = in.real();
      const std::uint64_t place = in.number();
      alone_ = in.byte() != 0;
      const auto block = in.block();
      const Bytes program(block.begin(), block.end());
      std::string why = "The program came from another version of Interleave.";
      if (in.good() && version == kMessagesVersion) root_ = make_root_(program, &why);
      if (!root_) return send(saying(Says::failed).text(why).take());
      root_->make_objects_from(place);
      return send(saying(Says::ready).take());
    }
    case Says::epoch: epoch_given_ = static_cast<Nanos>(in.number()); break;
    case Says::task: {
      const std::uint64_t id = in.number();
      const auto block = in.block();
      Bytes call(block.begin(), block.end());
      if (in.good() && root_ && !running_) return begin(id, std::move(call));
      broken_ = true;
      break;
    }
    case Says::cancel: {
      const std::uint64_t id = in.number();
      std::string words = in.text();
      if (!in.good() || !running_ || running_->task != id) break;  // it was done already
      running_->work->hear_cancel(std::move(words));
      running_->executor.cancel_main();
      break;
    }
    case Says::object: object(in); break;
    case Says::called:
      if (running_ && !running_->called(in)) broken_ = true;
      return;
    default: broken_ = true;
  }
  if (!in.good()) broken_ = true;
}

/// Of a task that is no more it was said too early.
void ChildServer::object(WireReader& in) {
  const auto task = static_cast<TaskId>(in.number());
  const auto says = static_cast<ObjectSays>(in.byte());
  Operation* const operation = running_ ? running_->executor.object_operation(task) : nullptr;
  switch (says) {
    case ObjectSays::over: {
      const auto number = static_cast<std::int64_t>(in.number());
      const std::size_t failure = in.byte();
      std::string sentence = in.text();
      const auto item = in.block();
      if (!in.good() || failure >= kFailures.size()) broken_ = true;
      if (broken_ || !operation) return;
      operation->number = number;
      if (failure != 0) operation->fail(std::move(sentence), kFailures[failure]);
      else if (operation->act == SyncAct::get || operation->act == SyncAct::get_nowait)
        static_cast<Bytes*>(operation->use.item)->assign(item.begin(), item.end());
      return running_->executor.object_over(task);
    }
    case ObjectSays::waits: return operation ? running_->executor.object_waits(task) : void();
    case ObjectSays::turn: return operation ? running_->executor.object_turn(task) : void();
    case ObjectSays::withdrawn: return operation ? running_->executor.object_withdrawn(task) : void();
  }
  broken_ = true;
}

void ChildServer::begin(std::uint64_t id, Bytes call) {
  std::shared_ptr<Work> work = root_->work_from_bytes(call);
  if (!work) {
    const std::string sentence = "The task that came from the parent process cannot be read.";
    send(saying(Says::done).number(id).number(static_cast<std::uint64_t>(Outcome::failed)).text(sentence).block({}).number(0).number(0).take());
    return;
  }
  flushed_at_ = 0;
  options_.clock->now();  // it may have jumped since the task before
  epoch_ = options_.steady->from_given(epoch_given_);
  if (!recording_ || recording_->epoch != epoch_ || recording_->lane.is_full()) recording_ = std::make_unique<Recording>(*this);
  running_ = std::make_unique<Running>(*this, static_cast<TaskId>(id), std::move(work));
}

void ChildServer::flush() {
  std::array<std::uint64_t, 1024> buffer;
  std::vector<std::uint64_t> words;
  std::uint64_t dropped = 0;
  while (const std::size_t n = recording_->reader.read(buffer)) {
    for (std::size_t i = 0; i < n;) {
      const std::uint64_t header = buffer[i++];
      const std::size_t count = header >> 32;
      if (count == 0) {
        const std::uint64_t before = std::exchange(recording_->dropped_told, buffer[i++]);
        dropped += recording_->dropped_told - before;
        continue;
      }
      words.insert(words.end(), &buffer[i], &buffer[i] + count);
      i += count;
    }
  }
  // First: after it, the words may speak of tasks of which nobody told that they were made.
  if (dropped > 0) send(saying(Says::dropped).number(dropped).take());
  if (!words.empty()) send(saying(Says::words).raw(words.data(), words.size() * sizeof(std::uint64_t)).take());
}

Progress ChildServer::poll(Nanos budget) {
  if (broken_) return {Progress::Kind::done, 0, RunEnd::aborted, "The parent process said something that cannot be read."};
  if (!running_) return {Progress::Kind::waiting, kForever, RunEnd::finished, {}};
  Progress progress = running_->executor.poll(std::min(budget, kFlush));
  if (progress.kind != Progress::Kind::done) {
    const Nanos now = options_.clock->now();
    const bool sleeps = progress.kind == Progress::Kind::waiting && progress.until >= later(options_.steady->of_given(now), kFlush);
    if (sleeps || now - flushed_at_ >= kFlush) {
      flush();
      flushed_at_ = now;
    }
    const bool stuck = progress.kind == Progress::Kind::waiting && progress.until == kForever && running_->executor.waits_for_objects();
    if (stuck && std::exchange(told_stuck_, taken_) != taken_) send(saying(Says::stuck).number(taken_).take());
    return progress;
  }
  Outcome outcome = progress.end == RunEnd::finished    ? Outcome::finished
                    : progress.end == RunEnd::cancelled ? Outcome::cancelled
                                                        : Outcome::failed;
  Bytes result;
  if (outcome == Outcome::finished) {
    const Nanos from = options_.clock->now() - epoch_;  // nothing was recorded since its last event
    auto bytes = running_->work->result_to_bytes(&progress.sentence);
    if (bytes) {
      result = std::move(*bytes);
      recording_->lane.at(from, EventKind::copy, 0, running_->task, result.size());
    } else {
      outcome = Outcome::failed;
      recording_->lane.text(from, TextRole::error, progress.sentence, running_->task);
      result = running_->work->failure_to_bytes(std::make_exception_ptr(OperationFailed{progress.sentence, "TypeError"}));
    }
  } else {
    result = running_->work->failure_to_bytes(running_->executor.main_threw());
  }
  flush();
  send(saying(Says::done)
           .number(running_->task)
           .number(static_cast<std::uint64_t>(outcome))
           .text(progress.sentence)
           .block(result)
           .number(static_cast<std::uint64_t>(running_->executor.asked().compute))
           .number(static_cast<std::uint64_t>(running_->executor.asked().wait))
           .take());
  running_.reset();
  return {Progress::Kind::waiting, kForever, RunEnd::finished, {}};
}

bool ChildServer::give(Bytes& message) {
  if (out_.empty()) return false;
  message = std::move(out_.front());
  out_.pop_front();
  return true;
}

// -- Processes ---------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kMostCalls = 1'000'000;  // of one task, at once

class Processes final : public Cooperative {
 public:
  explicit Processes(const RunOptions& options);
  ~Processes() override;

 private:
  struct RemoteTask : LiveTask, Joined {};
  struct Child;
  /// What a task in a child does with an object here; `id` is the run's.
  struct Use final : Task {
    Use(Child& c, TaskId n, Sync& object, SyncAct act, Bytes i)
        : child(c), number(n), item(std::move(i)), operation(Operation::on(object, act, &item)) {}
    Child& child;
    const TaskId number;  ///< the child's of the task
    Bytes item;
    Operation operation;
  };
  struct Held {
    int permits = 0;
    TaskId last = kNoTask;  ///< who took one last
  };
  struct Child {
    enum class State : std::uint8_t { starting, idle, busy, gone };
    State state = State::starting;
    int port = -1;
    int number = 0;  ///< its core, its lane's name
    LaneRecorder* lane = nullptr;
    Nanos starting_at = 0, ready_at = 0;  ///< clock time
    Nanos epoch = kForever;               ///< that it was told
    TaskRef<RemoteTask> task;
    std::unordered_map<TaskId, TaskId> made;  ///< by `task`, and not ended: from the numbers that the child gave to the run's
    std::uint64_t dropped = 0;                ///< events of `task` and what it made that nobody recorded
    std::map<TaskId, std::unique_ptr<Use>> uses;  ///< likewise
    std::map<Sync*, Held> held;             ///< by `task` and what it made: locks, permits of semaphores
    std::map<std::uint64_t, std::shared_ptr<ProcessCall>> calls;  ///< likewise, under the numbers that the child gave: to_process()
    std::uint64_t sent = 0, stuck_after = 0;  ///< messages to it; how many it had when nothing happened there any more
  };

  Nanos prepare() override;
  void begun() override;
  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override;
  void spawn_task(LiveTask& maker, Operation& operation) override;
  void collect() override;
  Nanos due_elsewhere() override { return start_limit_; }
  bool quiet_elsewhere() override { return alive_ == 0; }
  void cancel_elsewhere() override;
  void stop_elsewhere() override;
  bool cancel_child(const TaskRef<Task>& task) override;
  void granted_elsewhere(Operation& operation) override;
  bool all_wait(const Tell& tell) override;
  Nanos close() override;
  TaskId new_task_id() override { return next_id_++; }
  int core_for_process() override { return own_core_for_process(wanted_, wanted_); }
  bool receives_for_processes() const override { return false; }

  void start_child(Child& child);
  void tell_epoch(Child& child);
  void send(Child& child, WireWriter& what);
  void say_start(Child& child);
  void receive();
  void message(Child& child, const Bytes& bytes);
  void done(Child& child, WireReader& in);
  void use(Child& child, WireReader& in);
  void call(Child& child, WireReader& in);
  void call_over(int child, std::uint64_t number, const std::shared_ptr<ProcessCall>& call);
  void give_up_calls(Child& child);
  void begin_use(Child& child, TaskId number, WireReader& in);
  bool went_on(Use& use, bool over, bool asks);
  void took(Child& child, const Use& use);
  void gave(Child& child, Sync* object);
  void tell(Use& use, ObjectSays what);
  void end_uses(Child& child);
  void release_held(Child& child);
  TaskId id_of(const Child& child, TaskId number) const;
  bool translate(Child& child, std::vector<std::uint64_t>& words);
  void end_made(Child& child, Outcome outcome);
  void lost(Child& child);
  std::ptrdiff_t left() const;
  void say_how_many_were_lost();
  void give_up_slow_starters();
  void hand_out();
  bool hand_to(Child& child, const TaskRef<RemoteTask>& task);
  TaskRef<RemoteTask> make_task(LiveTask& maker, const std::shared_ptr<Work>& work);
  void end(RemoteTask& task, LaneRecorder& lane, Outcome outcome, std::exception_ptr failure);
  void copied(std::size_t bytes);
  void end_children();
  Child* child_of(int port);

  const int wanted_;
  ProcessPort& port_;
  Bytes root_bytes_;
  std::uint64_t started_ = 0;  ///< children so far, also those in the place of lost ones
  std::vector<Child> children_;
  std::deque<TaskRef<RemoteTask>> queue_;
  std::size_t alive_ = 0;  ///< queued and running tasks
  TaskId next_id_ = kRootTask + 1;
  bool begun_ = false, closing_ = false;
  Nanos start_limit_ = kForever;  ///< clock time when the first that is starting should have said that it is ready; or earlier
  std::string failed_;  ///< why a child could not make the program
  std::deque<Nanos> respawns_;
  int lost_ = 0, lost_told_ = 0;  ///< of those that the run began with, or that took a place; how many the last notice knew of
  bool fewer_told_ = false;
  std::ptrdiff_t left_ = 0;  ///< after the last loss
  std::vector<ProcessPort::Message> came_;
};

int processes_wanted(const RunOptions& options) {
  const int cores = options.cores > 0 ? std::min(options.cores, std::max(1, options.machine_cores)) : std::max(1, options.machine_cores);
  return options.workers > 0 ? std::min(options.workers, cores) : cores;
}

Processes::Processes(const RunOptions& options)
    : Cooperative(options), wanted_(processes_wanted(options)), port_(*options.processes) {}

Processes::~Processes() {
  end_children();
  for (Child& child : children_)
    for (const auto& [number, use] : child.uses)
      if (use->operation.place != Operation::Place::out) use->operation.use.object->drop(use->operation);
  // A task and its work hold each other until the task ends; these will not.
  for (const auto& task : queue_) const auto work = std::move(task->work);
  for (const Child& child : children_)
    if (child.task) const auto work = std::move(child.task->work);
}

// Children.

void Processes::start_child(Child& child) {
  child.state = Child::State::starting;
  child.starting_at = clock_now();
  start_limit_ = std::min(start_limit_, child.starting_at + kProcessStartLimit);
  child.port = port_.spawn();
  child.sent = child.stuck_after = 0;
  child.epoch = kForever;
  send(child, saying(Says::program)
                 .number(kMessagesVersion)
                 .number(static_cast<std::uint64_t>(child.number))
                 .real(options().compute_rate)
                 .number(++started_ << 32)
                 .byte(0)
                 .block(root_bytes_));
}

void Processes::send(Child& child, WireWriter& what) {
  ++child.sent;
  port_.send(child.port, what.take());
}

void Processes::tell_epoch(Child& child) {
  if (auto says = saying_epoch(epoch(), options(), child.epoch)) send(child, *says);
}

/// In its lane: how long it took to start.
void Processes::say_start(Child& child) {
  child.lane->at(child.starting_at - epoch(), EventKind::lane_starting);
  child.lane->at(child.ready_at - epoch(), EventKind::lane_idle);
  child.lane->fact(child.ready_at - epoch(), Fact::spawn_ns, child.ready_at - child.starting_at);
}

Nanos Processes::prepare() {
  if (children_.empty()) {
    auto bytes = root().to_bytes();
    if (!bytes) {
      end_early(RunEnd::failed, "This program cannot be sent to another process.");
      return kNow;
    }
    root_bytes_ = std::move(*bytes);
    children_.resize(static_cast<std::size_t>(wanted_));
    for (int i = 0; i < wanted_; ++i) {
      Child& child = children_[static_cast<std::size_t>(i)];
      child.number = i;
      child.lane = &recorder().lane(LaneKind::process, lane_name(static_cast<std::uint64_t>(i)));
      start_child(child);
    }
  }
  receive();
  const bool late = clock_now() >= start_limit_;
  int idle = 0, starting = 0;
  for (Child& child : children_) {
    if (child.state == Child::State::starting && late) {
      port_.kill(child.port);
      child.state = Child::State::gone;
    }
    idle += child.state == Child::State::idle;
    starting += child.state == Child::State::starting;
  }
  if (starting > 0) return start_limit_;
  start_limit_ = kForever;
  if (idle == 0) end_early(RunEnd::failed, failed_.empty() ? "No process could be started; this run needs at least one." : failed_);
  return kNow;
}

void Processes::begun() {
  begun_ = true;
  LaneRecorder& lane = coordinator();
  int started = 0;
  for (Child& child : children_) {
    if (child.state != Child::State::idle) continue;
    ++started;
    say_start(child);
    tell_epoch(child);
  }
  lane.fact(0, Fact::workers, started);
  lane.fact(0, Fact::cores, started);
  if (started < wanted_) {
    lane.fact(0, Fact::workers_asked, wanted_);
    notice(fmt::format("{} of {} processes started.", started, wanted_));
  } else {
    say_one_for_each_core(wanted_, "processes");
  }
  if (options().clock_step > 0) lane.fact(0, Fact::clock_step_ns, options().clock_step);
}

Processes::Child* Processes::child_of(int port) {
  for (Child& child : children_)
    if (child.port == port && child.state != Child::State::gone) return &child;
  return nullptr;
}

void Processes::lost(Child& child) {
  port_.kill(child.port);
  child.state = Child::State::gone;
  const bool goes_on = begun_ && !closing_ && !stopping();
  // Another takes its place, unless they keep dying.
  const Nanos now = clock_now();
  while (!respawns_.empty() && respawns_.front() < now - kProcessLossWindow) respawns_.pop_front();
  const bool replaced = respawns_.size() < kMostProcessLosses;
  if (goes_on) {
    ++lost_;
    // Of the next ones close() says how many they were.
    if (replaced && lost_ == 1) {
      notice("A process was lost; another takes its place.");
      lost_told_ = lost_;
    } else if (!replaced && left() > 0 && !std::exchange(fewer_told_, true)) {
      notice(fmt::format("{} of {} processes left: {} were lost, and no more than {} in {} seconds are replaced.", left(), wanted_, lost_,
                         kMostProcessLosses, kProcessLossWindow / (1'000 * kMs)));
      lost_told_ = lost_;
    }
  }
  if (child.task) {
    const std::string sentence = "The process that ran this task was lost.";
    child.lane->text(edge(), TextRole::error, sentence, child.task->id);
    end_uses(child);
    release_held(child);
    const auto task = std::exchange(child.task, nullptr);
    end_made(child, Outcome::lost);
    end(*task, *child.lane, Outcome::lost, std::make_exception_ptr(OperationFailed{sentence}));
  }
  if (!goes_on) return;
  child.lane->at(edge(), EventKind::lane_ended);
  if (replaced) {
    respawns_.push_back(now);
    start_child(child);
  }
  left_ = left();
  if (left_ == 0) end_early(RunEnd::failed, "All processes were lost, more often than they are started again.");
}

std::ptrdiff_t Processes::left() const {
  return std::count_if(children_.begin(), children_.end(), [](const Child& child) { return child.state != Child::State::gone; });
}

/// Once, at the end. Of a run that ended for want of processes its end says it.
void Processes::say_how_many_were_lost() {
  if (lost_ == std::exchange(lost_told_, lost_) || left_ == 0) return;
  const std::string places = fewer_told_ ? fmt::format("{} of {} were left at its end", left_, wanted_) : "others took their places";
  notice(fmt::format("{} processes were lost in this run; {}.", lost_, places));
}

/// Those that were started in the place of others: of the first ones prepare() says it.
void Processes::give_up_slow_starters() {
  start_limit_ = kForever;
  for (Child& child : children_) {
    if (child.state != Child::State::starting) continue;
    if (const Nanos limit = child.starting_at + kProcessStartLimit; clock_now() < limit) start_limit_ = std::min(start_limit_, limit);
    else lost(child);
  }
}

void Processes::end_children() {
  for (Child& child : children_) {
    if (child.state == Child::State::gone) continue;
    if (child.port >= 0) port_.kill(child.port);  // else there was no memory to start it
    child.state = Child::State::gone;
  }
}

// Tasks.

TaskRef<Processes::RemoteTask> Processes::make_task(LiveTask& maker, const std::shared_ptr<Work>& work) {
  auto task = TaskRef<RemoteTask>::make();
  queue_.push_back(task);
  task->id = next_id_++;
  task->work = work;
  work->task = task;
  ++alive_;
  coordinator().at(edge(), EventKind::spawn, line_word(maker), task->id);
  return task;
}

void Processes::end(RemoteTask& task, LaneRecorder& lane, Outcome outcome, std::exception_ptr failure) {
  task.ended = true;
  task.outcome = outcome;
  task.failure = failure;
  --alive_;
  lane.at(edge(), EventKind::done, static_cast<std::uint32_t>(outcome), task.id);
  const Cause cause{static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1};
  const auto work = std::move(task.work);  // may be the last to hold the task
  if (work) work->let_go_of_moved();
  if (stopping()) return;
  tell_joins(task, failure, cause);
}

bool Processes::wait_for_tasks(LiveTask& waiter, Operation& operation) {
  auto join = std::make_shared<Join>();
  join->waiter = &waiter;
  join->collects = operation.collects;
  for (const auto& work : operation.of.children) {
    if (!work->task) {
      make_task(waiter, work)->add_join(join);
      ++join->left;
      continue;
    }
    auto& task = static_cast<RemoteTask&>(*work->task);
    if (task.ended) {
      if (task.failure && !join->failure && !join->collects) join->failure = task.failure;
    } else {
      task.add_join(join);
      ++join->left;
    }
  }
  if (join->left == 0 || join->failure) {
    join->over = true;
    operation.failure = waiter.failure = join->failure;
    return true;
  }
  coordinator().at(edge(), EventKind::wait, wait_word(WaitReason::children, waiter), waiter.id);
  return false;
}

void Processes::spawn_task(LiveTask& maker, Operation& operation) {
  const auto& work = operation.of.child();
  if (!work->task) make_task(maker, work);
  operation.number = work->task->id;
}

void Processes::copied(std::size_t bytes) {
  coordinator().fact(seen(), Fact::copied_bytes, static_cast<std::int64_t>(bytes));
}

/// False: it cannot be sent, and has failed. In all that may want memory it is in the queue, or the child's.
bool Processes::hand_to(Child& child, const TaskRef<RemoteTask>& task) {
  child.state = Child::State::busy;
  child.task = task;
  const Nanos from = edge();
  std::string sentence;
  const auto call = task->work->to_bytes(&sentence);
  if (!call) {
    coordinator().text(edge(), TextRole::error, sentence, task->id);
    const auto failure = std::make_exception_ptr(OperationFailed{sentence, "TypeError"});
    child.state = Child::State::idle;
    child.task = nullptr;
    end(*task, coordinator(), Outcome::failed, failure);
    return false;
  }
  const std::size_t bytes = call->size() + task->work->moved_bytes();
  child.lane->at(from, EventKind::copy, 0, task->id, bytes);
  task->started = true;
  tell_epoch(child);
  send(child, saying(Says::task).number(task->id).block(*call));
  copied(bytes);
  return true;
}

void Processes::hand_out() {
  for (Child& child : children_)
    while (child.state == Child::State::idle && !queue_.empty()) {
      const auto task = std::move(queue_.front());
      queue_.pop_front();
      if (!task->ended && hand_to(child, task)) break;
    }
}

// Messages that came.

void Processes::receive() {
  came_.clear();
  port_.receive(came_);
  for (const ProcessPort::Message& message : came_) {
    Child* child = child_of(message.child);
    if (!child) {  // it was given up meanwhile, or it is none of these
      if (process_pool()) process_pool()->came(message);
      continue;
    }
    if (message.lost) lost(*child);
    else this->message(*child, message.bytes);
  }
}

void Processes::message(Child& child, const Bytes& bytes) {
  WireReader in(bytes);
  if (child.task) child.task->work->let_go_of_moved();  // who speaks has read what it was sent
  switch (static_cast<Says>(in.byte())) {
    case Says::ready:
      if (child.state != Child::State::starting) return lost(child);
      child.state = Child::State::idle;
      child.ready_at = clock_now();
      if (begun_) {
        say_start(child);
        tell_epoch(child);
      }
      return;
    case Says::failed:
      failed_ = in.text();
      return lost(child);
    case Says::words: {
      auto words = in.words();
      if (child.state != Child::State::busy || !in.good() || !translate(child, words) || !child.lane->append(words))
        return lost(child);
      return;
    }
    case Says::dropped: {
      const std::uint64_t events = in.number();
      if (!in.good() || child.state != Child::State::busy) return lost(child);
      child.dropped += events;
      return child.lane->dropped_elsewhere(events);
    }
    case Says::done: return done(child, in);
    case Says::use: return use(child, in);
    case Says::call: return call(child, in);
    case Says::give_up: {
      const auto found = child.calls.find(in.number());
      if (!in.good() || child.state != Child::State::busy) return lost(child);
      if (found == child.calls.end()) return;  // it is over, and the child hears of it
      process_pool()->give_up(found->second);
      child.calls.erase(found);
      return;
    }
    case Says::stuck:
      child.stuck_after = in.number();
      if (!in.good() || child.state != Child::State::busy) lost(child);
      return;
    default: return lost(child);
  }
}

/// A child's words in the run's terms. False: they are no events, or none that a child may speak of.
bool Processes::translate(Child& child, std::vector<std::uint64_t>& words) {
  return translate_words(words, child.number, [&](EventKind kind, TaskId number) {
    if (number < kChildIds) return number == child.task->id && kind != EventKind::spawn && kind != EventKind::done ? number : kNoTask;
    const auto found = child.made.find(number);
    if (kind == EventKind::spawn) {
      if (found != child.made.end() || child.made.size() >= kMostMade) return kNoTask;
      return child.made[number] = next_id_++;
    }
    if (found == child.made.end()) return child.dropped > 0 ? kUnsaid : kNoTask;
    const TaskId id = found->second;
    if (kind == EventKind::done) child.made.erase(found);
    return id;
  });
}

/// What a task made in its child ends with it. (How it did is not known, where the child could not tell all.)
void Processes::end_made(Child& child, Outcome outcome) {
  const bool tells = std::exchange(child.dropped, 0) == 0;
  for (const auto& [number, id] : std::exchange(child.made, {}))
    if (tells) child.lane->at(edge(), EventKind::done, static_cast<std::uint32_t>(outcome), id);
}

void Processes::done(Child& child, WireReader& in) {
  const std::uint64_t id = in.number();
  const std::uint64_t outcome = in.number();
  const std::string sentence = in.text();
  const auto block = in.block();
  const Bytes result(block.begin(), block.end());
  const auto compute = static_cast<Nanos>(in.number()), wait = static_cast<Nanos>(in.number());
  if (!in.good() || child.state != Child::State::busy || id != child.task->id || outcome > static_cast<std::uint64_t>(Outcome::cancelled) ||
      (outcome == static_cast<std::uint64_t>(Outcome::finished) && !child.task->work->result_from_bytes(result)))
    return lost(child);
  const auto task = child.task;  // the child's until nothing wants memory any more
  end_uses(child);
  child.held.clear();
  copied(result.size());
  asked_elsewhere({compute, wait});
  std::exception_ptr failure;
  if (outcome != static_cast<std::uint64_t>(Outcome::finished)) {
    failure = task->work->failure_from_bytes(result, sentence);
    const bool cancelled = outcome == static_cast<std::uint64_t>(Outcome::cancelled);
    // The waiter is told what the outcome says, whatever the bytes are.
    if (!failure || (outcome_of(failure) == Outcome::cancelled) != cancelled)
      failure = cancelled ? std::make_exception_ptr(Cancelled{}) : std::make_exception_ptr(OperationFailed{sentence});
  }
  end_made(child, Outcome::cancelled);
  child.task = nullptr;
  child.state = Child::State::idle;
  end(*task, *child.lane, static_cast<Outcome>(outcome), failure);
  child.lane->at(seen(), EventKind::lane_idle);
}

// Locks and the like, of which tasks in children speak.

/// The run's number of a child's task that lives; kNoTask: there is none.
TaskId Processes::id_of(const Child& child, TaskId number) const {
  if (number == child.task->id) return number;
  const auto found = child.made.find(number);
  if (found != child.made.end()) return found->second;
  return number >= kChildIds && child.dropped > 0 ? child.task->id : kNoTask;  // nobody told that it was made
}

void Processes::use(Child& child, WireReader& in) {
  const auto number = static_cast<TaskId>(in.number());
  const auto step = static_cast<UseStep>(in.byte());
  if (!in.good() || child.state != Child::State::busy) return lost(child);
  if (step == UseStep::begin) return begin_use(child, number, in);
  const auto found = child.uses.find(number);
  if (found == child.uses.end()) return lost(child);
  Use& use = *found->second;
  Operation& operation = use.operation;
  Sync& object = *operation.use.object;
  const bool granted = operation.place == Operation::Place::granted;
  switch (step) {
    case UseStep::again:
      if (!granted) break;
      if (went_on(use, object.again(operation, ObjectPort(*this, *child.lane)), operation.act == SyncAct::put || operation.act == SyncAct::get))
        child.uses.erase(found);
      return;
    case UseStep::leave:
      if (!granted) break;
      object.leave(operation, ObjectPort(*this, *child.lane));
      child.uses.erase(found);
      return;
    case UseStep::withdraw:
      if (!object.withdraw(operation)) return;  // it was told that its turn has come, and says what it does then
      tell(use, ObjectSays::withdrawn);
      child.uses.erase(found);
      return;
    default: break;
  }
  lost(child);
}

void Processes::begin_use(Child& child, TaskId number, WireReader& in) {
  const std::uint64_t place = in.number();
  const std::uint8_t kind = in.byte();
  const std::uint64_t size = in.number();
  const std::uint8_t act = in.byte();
  const std::uint64_t line = in.number();
  const auto block = in.block();
  const TaskId id = id_of(child, number);
  if (!in.good() || kind > static_cast<std::uint8_t>(ObjectKind::queue) || act > static_cast<std::uint8_t>(SyncAct::join) ||
      size > INT64_MAX || id == kNoTask || child.uses.contains(number) || !fits(static_cast<ObjectKind>(kind), static_cast<SyncAct>(act)))
    return lost(child);
  Sync* const object = root().object_at(place, static_cast<ObjectKind>(kind), static_cast<std::int64_t>(size));
  if (!object || object->kind() != static_cast<ObjectKind>(kind)) return lost(child);
  auto made = std::make_unique<Use>(child, number, *object, static_cast<SyncAct>(act), Bytes(block.begin(), block.end()));
  Use& use = *made;
  use.id = id;
  use.line = static_cast<std::uint16_t>(line);
  child.uses[number] = std::move(made);
  if (!use.item.empty()) copied(use.item.size());
  if (went_on(use, object->begin(use, use.operation, ObjectPort(*this, *child.lane), true), true)) child.uses.erase(number);
}

/// What came of an operation that began, or goes on. True: it is over. Tells the child, if that `asks`.
bool Processes::went_on(Use& use, bool over, bool asks) {
  if (!over) {
    tell(use, ObjectSays::waits);
    return false;
  }
  Child& child = use.child;
  const Operation& operation = use.operation;
  std::size_t failure = 0;
  std::string sentence;
  if (operation.failure) {
    const char* kind = nullptr;
    try {
      std::rethrow_exception(operation.failure);
    } catch (const OperationFailed& failed) {
      sentence = failed.sentence;
      kind = failed.kind;
    } catch (...) {
    }
    if (!kind) kind = "RuntimeError", sentence = sentence_of(operation.failure);
    const auto known = std::find(kFailures.begin(), kFailures.end(), std::string_view(kind));
    failure = known == kFailures.end() ? 1 : static_cast<std::size_t>(known - kFailures.begin());
  }
  const bool gets = failure == 0 && (operation.act == SyncAct::get || operation.act == SyncAct::get_nowait);
  if (failure == 0 && operation.act == SyncAct::acquire) took(child, use);
  if (failure == 0 && operation.act == SyncAct::release) gave(child, operation.use.object);
  if (gets) {
    child.lane->at(edge(), EventKind::copy, 0, use.id, use.item.size());
    copied(use.item.size());
  }
  if (!asks) return true;
  static const Bytes nothing;
  send(child, saying(Says::object)
                 .number(use.number)
                 .byte(static_cast<std::uint8_t>(ObjectSays::over))
                 .number(static_cast<std::uint64_t>(operation.number))
                 .byte(static_cast<std::uint8_t>(failure))
                 .text(sentence)
                 .block(gets ? use.item : nothing));
  return true;
}

void Processes::tell(Use& use, ObjectSays what) {
  send(use.child, saying(Says::object).number(use.number).byte(static_cast<std::uint8_t>(what)));
}

void Processes::took(Child& child, const Use& use) {
  Held& held = child.held[use.operation.use.object];
  held = {use.operation.use.object->kind() == ObjectKind::lock ? 1 : held.permits + 1, use.id};
}

/// A task of this child's gave a permit back, which another may have taken.
void Processes::gave(Child& child, Sync* object) {
  auto one_of = [object](Child& holder) {
    const auto held = holder.held.find(object);
    if (held == holder.held.end()) return false;
    if (--held->second.permits == 0) holder.held.erase(held);
    return true;
  };
  if (one_of(child)) return;
  for (Child& other : children_)
    if (one_of(other)) return;
}

void Processes::granted_elsewhere(Operation& operation) {
  auto& use = static_cast<Use&>(*operation.task);
  use.child.lane->at(edge(), EventKind::wake, 0, use.id, operation.use.woken_by);
  tell(use, ObjectSays::turn);
}

// What a task in a child wants another process to do (to_process): the pool has it done, and the child hears of it.

void Processes::call(Child& child, WireReader& in) {
  const std::uint64_t number = in.number();
  const auto block = in.block();
  if (!in.good() || child.state != Child::State::busy || child.calls.contains(number) || child.calls.size() > kMostCalls || !process_pool())
    return lost(child);
  auto call = std::make_shared<ProcessCall>(nullptr);
  call->bytes.assign(block.begin(), block.end());
  call->task = next_id_++;
  child.lane->at(edge(), EventKind::spawn, line_word(*child.task), call->task);
  child.calls[number] = call;
  process_pool()->ask(call, [this, at = child.number, number, call] { call_over(at, number, call); });
}

void Processes::call_over(int at, std::uint64_t number, const std::shared_ptr<ProcessCall>& call) {
  Child& child = children_[static_cast<std::size_t>(at)];
  const auto found = child.calls.find(number);
  if (found == child.calls.end() || found->second != call) return;
  child.calls.erase(found);
  send(child, saying(Says::called)
                  .number(number)
                  .number(static_cast<std::uint64_t>(call->outcome))
                  .text(call->sentence)
                  .block(call->result));
}

void Processes::give_up_calls(Child& child) {
  for (const auto& [number, call] : std::exchange(child.calls, {})) process_pool()->give_up(call);
}

/// Its tasks wait for nothing any more. What was theirs already goes to the next.
void Processes::end_uses(Child& child) {
  give_up_calls(child);
  for (const auto& [number, use] : child.uses) use->operation.use.object->leave(use->operation, ObjectPort(*this, *child.lane));
  child.uses.clear();
}

/// Of a lost child: as a person would who sees that nobody else can.
void Processes::release_held(Child& child) {
  for (const auto& [object, held] : std::exchange(child.held, {})) {
    const bool lock = object->kind() == ObjectKind::lock;
    if (lock && object->holder() != held.last) continue;  // somebody released it for them, and has it
    notice(fmt::format("{} {} was released: the process that held it was lost.", lock ? "Lock" : "Semaphore", object->number()));
    for (int i = 0; i < held.permits; ++i) {
      Use give(child, 0, *object, SyncAct::release, {});
      give.id = child.task->id;
      object->begin(give, give.operation, ObjectPort(*this, *child.lane), true);
    }
  }
}

/// Once main waits and nothing here can happen any more: whether that is so in the children, too.
bool Processes::all_wait(const Tell& tell) {
  std::vector<Stuck> stuck;
  add_stuck(stuck);
  for (const Child& child : children_) {
    if (child.state == Child::State::starting) return false;
    if (child.state != Child::State::busy) continue;
    if (child.stuck_after != child.sent) return false;
    for (const auto& [number, use] : child.uses) stuck.push_back({use.get(), &use->operation});
  }
  std::sort(stuck.begin(), stuck.end(), [](const Stuck& a, const Stuck& b) { return a.task->id < b.task->id; });
  const auto queued = static_cast<int>(std::count_if(queue_.begin(), queue_.end(), [](const auto& task) { return !task->ended; }));
  constexpr std::string_view kWhy = "Every process waits for tasks that no process is free to run";
  const int wanted = wanted_ + queued;
  if (queued == 0) tell("Every task waits for something that cannot come", stuck);
  // Where so many are not to be had, no advice.
  else if (wanted > std::max(1, options().machine_cores)) tell(kWhy, stuck);
  else tell(fmt::format("{}; more workers would let them start (--workers {})", kWhy, wanted), stuck);
  return true;
}

// The executor.

void Processes::collect() {
  receive();
  if (start_limit_ != kForever && clock_now() >= start_limit_) give_up_slow_starters();
  if (!stopping()) hand_out();
}

void Processes::cancel_elsewhere() {
  for (const auto& task : std::exchange(queue_, {})) cancel_child(task);
  for (Child& child : children_)
    if (child.task) cancel_child(child.task);
}

void Processes::stop_elsewhere() {
  const auto cancelled = std::make_exception_ptr(Cancelled{});
  for (const auto& task : std::exchange(queue_, {}))
    if (!task->ended) end(*task, coordinator(), Outcome::cancelled, cancelled);
  for (Child& child : children_) {
    if (child.state != Child::State::busy) continue;
    // Nobody can interrupt what a process computes; it has nothing that we need.
    port_.kill(child.port);
    child.state = Child::State::gone;
    child.calls.clear();
    for (const auto& [number, use] : std::exchange(child.uses, {}))
      if (use->operation.place != Operation::Place::out) use->operation.use.object->drop(use->operation);
    const auto task = std::exchange(child.task, nullptr);
    end_made(child, Outcome::cancelled);
    end(*task, *child.lane, Outcome::cancelled, cancelled);
  }
}

/// In the queue it ends here, and is never sent. In a child it hears of it at its next safepoint, and may catch it there:
/// it has ended when the child says so.
bool Processes::cancel_child(const TaskRef<Task>& base) {
  auto& task = static_cast<RemoteTask&>(*base);
  if (task.ended) return false;
  if (!task.started) {
    end(task, coordinator(), Outcome::cancelled, std::make_exception_ptr(Cancelled{}));
    return true;
  }
  for (Child& child : children_)
    if (child.task.get() == &task) send(child, saying(Says::cancel).number(task.id).text(task.work->cancel_words()));
  return true;
}

Nanos Processes::close() {
  closing_ = true;
  say_how_many_were_lost();
  end_children();
  if (begun_)
    for (Child& child : children_) child.lane->at(edge(), EventKind::lane_ended);
  return kNow;
}

}  // namespace

MadeExecutor make_processes(const RunOptions& options) {
  if (!options.processes) return {nullptr, "This place cannot start processes."};
  return {std::make_unique<Processes>(options), {}};
}

}  // namespace interleave
