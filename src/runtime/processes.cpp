// Index: messages - ChildServer - Processes (children, tasks, messages that came, the executor).
#include "runtime/processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/cooperative.h"
#include "runtime/seams.h"
#include "runtime/wire.h"

namespace interleave {
namespace {

// -- Messages ----------------------------------------------------------------------------------------------------------

constexpr std::uint64_t kVersion = 4;
enum class Says : std::uint8_t { program = 'P', epoch = 'E', task = 'T', cancel = 'C', ready = 'R', failed = 'F', words = 'W', done = 'D' };

WireWriter saying(Says kind) { return std::move(WireWriter().byte(static_cast<std::uint8_t>(kind))); }

std::string lane_name(std::uint64_t number) { return fmt::format("process {}", number + 1); }

// Tasks that a child makes itself have numbers of its own, from here up, anew for each task that it runs; the parent
// gives them numbers of the run when it hears of them. (A trace keeps a record per number: they must stay dense.)
constexpr TaskId kChildIds = TaskId{1} << 31;
constexpr std::size_t kMostMade = 1'000'000;

// How often a child that works tells what it recorded: a frame or two.
constexpr Nanos kFlush = 30 * kMs;
constexpr std::size_t kChildTraceBytes = 16 << 20;

}  // namespace

// -- ChildServer -------------------------------------------------------------------------------------------------------

/// One task under way: an executor, and what it records.
class ChildServer::Running {
 public:
  struct OneTask final : Root {
    explicit OneTask(std::shared_ptr<Work> w) : work(std::move(w)) {}
    std::shared_ptr<Work> main() override { return work; }
    std::shared_ptr<Work> work;
  };
  Running(const RunOptions& options, TaskId id, int number, Nanos epoch, std::shared_ptr<Work> the_work)
      : task(id), work(std::move(the_work)), recorder(kChildTraceBytes),
        lane(recorder.lane(LaneKind::process, lane_name(static_cast<std::uint64_t>(number)))), reader(recorder),
        executor(options, {&lane, id, kChildIds, number, epoch}) {
    executor.start(std::make_shared<OneTask>(work), recorder);
  }
  const TaskId task;
  const std::shared_ptr<Work> work;
  Recorder recorder;
  LaneRecorder& lane;
  TraceReader reader;
  Cooperative executor;
};

ChildServer::ChildServer(const RunOptions& options, MakeRoot make_root)
    : options_(options), make_root_(std::move(make_root)) {
  options_.kind = ExecutorKind::serial;
}
ChildServer::~ChildServer() = default;

void ChildServer::take(const Bytes& message) {
  WireReader in(message);
  switch (static_cast<Says>(in.byte())) {
    case Says::program: {
      const std::uint64_t version = in.number();
      number_ = in.number();
      options_.compute_rate = in.real();
      const auto block = in.block();
      const Bytes program(block.begin(), block.end());
      std::string why = "The program came from another version of Interleave.";
      if (in.good() && version == kVersion) root_ = make_root_(program, &why);
      if (root_) send(saying(Says::ready).take());
      else send(saying(Says::failed).text(why).take());
      return;
    }
    case Says::epoch: epoch_ = static_cast<Nanos>(in.number()); break;
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
    default: broken_ = true;
  }
  if (!in.good()) broken_ = true;
}

void ChildServer::begin(std::uint64_t id, Bytes call) {
  std::shared_ptr<Work> work = root_->work_from_bytes(call);
  if (!work) {
    const std::string sentence = "The task that came from the parent process cannot be read.";
    send(saying(Says::done).number(id).number(static_cast<std::uint64_t>(Outcome::failed)).text(sentence).block({}).number(0).number(0).take());
    return;
  }
  flushed_at_ = 0;
  running_ = std::make_unique<Running>(options_, static_cast<TaskId>(id), static_cast<int>(number_), epoch_, std::move(work));
}

void ChildServer::flush() {
  std::vector<std::uint64_t> buffer(4096), words;
  while (const std::size_t n = running_->reader.read(buffer)) {
    for (std::size_t i = 0; i < n;) {
      const std::uint64_t header = buffer[i++];
      const std::size_t count = header >> 32;
      if (count == 0) {  // how many were dropped: the parent's count says that something is missing
        ++i;
        continue;
      }
      words.insert(words.end(), &buffer[i], &buffer[i] + count);
      i += count;
    }
  }
  if (!words.empty()) send(saying(Says::words).raw(words.data(), words.size() * sizeof(std::uint64_t)).take());
}

Progress ChildServer::poll(Nanos budget) {
  if (broken_) return {Progress::Kind::done, 0, RunEnd::aborted, "The parent process said something that cannot be read."};
  if (!running_) return {Progress::Kind::waiting, kForever, RunEnd::finished, {}};
  Progress progress = running_->executor.poll(std::min(budget, kFlush));
  if (progress.kind != Progress::Kind::done) {
    const Nanos now = options_.clock->now();
    const bool sleeps = progress.kind == Progress::Kind::waiting && progress.until >= later(now, kFlush);
    if (sleeps || now - flushed_at_ >= kFlush) {
      flush();
      flushed_at_ = now;
    }
    return progress;
  }
  Outcome outcome = progress.end == RunEnd::finished    ? Outcome::finished
                    : progress.end == RunEnd::cancelled ? Outcome::cancelled
                                                        : Outcome::failed;
  Bytes result;
  if (outcome == Outcome::finished) {
    const Nanos from = options_.clock->now() - epoch_;
    auto bytes = running_->work->result_to_bytes(&progress.sentence);
    if (bytes) {
      result = std::move(*bytes);
      running_->lane.at(from, EventKind::copy, 0, running_->task, result.size());
    } else {
      outcome = Outcome::failed;
      running_->lane.text(from, TextRole::error, progress.sentence, running_->task);
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

constexpr Nanos kStartLimit = 10'000 * kMs;
constexpr Nanos kRespawnWindow = 10'000 * kMs;
constexpr std::size_t kMostRespawns = 3;

class Processes final : public Cooperative {
 public:
  explicit Processes(const RunOptions& options);
  ~Processes() override;

 private:
  struct RemoteTask : LiveTask {};
  struct Made {
    TaskId id = kNoTask;
    bool ended = false;
  };
  struct Child {
    enum class State : std::uint8_t { starting, idle, busy, gone };
    State state = State::starting;
    int port = -1;
    int number = 0;  ///< its core, its lane's name
    LaneRecorder* lane = nullptr;
    Nanos starting_at = 0, ready_at = 0;  ///< clock time
    std::shared_ptr<RemoteTask> task;
    std::unordered_map<TaskId, Made> made;  ///< by `task`, under the numbers that the child gave
  };

  Nanos prepare() override;
  void begun() override;
  bool wait_for_tasks(LiveTask& waiter, Operation& operation) override;
  void spawn_task(LiveTask& maker, Operation& operation) override;
  void collect() override;
  void meanwhile() override;
  Nanos due_elsewhere() override { return start_limit_; }
  bool quiet_elsewhere() override { return alive_ == 0; }
  void stop_elsewhere() override;
  bool cancel_child(const std::shared_ptr<Task>& task) override;
  Nanos close() override;

  void start_child(Child& child);
  void say_start(Child& child);
  void receive();
  void message(Child& child, const Bytes& bytes);
  void done(Child& child, WireReader& in);
  bool translate(Child& child, std::vector<std::uint64_t>& words);
  void end_made(Child& child, Outcome outcome);
  void lost(Child& child);
  void hand_out();
  bool hand_to(Child& child, const std::shared_ptr<RemoteTask>& task);
  std::shared_ptr<RemoteTask> make_task(LiveTask& maker, const std::shared_ptr<Work>& work);
  void end(RemoteTask& task, LaneRecorder& lane, Outcome outcome, std::exception_ptr failure);
  void copied(std::size_t bytes);
  void end_children();
  Child* child_of(int port);

  const int wanted_;
  ProcessPort& port_;
  Bytes program_;
  std::vector<Child> children_;
  std::deque<std::shared_ptr<RemoteTask>> queue_;
  std::size_t alive_ = 0;  ///< queued and running tasks
  TaskId next_id_ = kRootTask + 1;
  bool begun_ = false, closing_ = false;
  Nanos start_limit_ = kForever;
  std::string failed_;  ///< why a child could not make the program
  std::deque<Nanos> respawns_;
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
  // A task and its work hold each other until the task ends; these will not.
  for (const auto& task : queue_) const auto work = std::move(task->work);
  for (const Child& child : children_)
    if (child.task) const auto work = std::move(child.task->work);
}

// Children.

void Processes::start_child(Child& child) {
  child.state = Child::State::starting;
  child.starting_at = clock_now();
  child.port = port_.spawn();
  port_.send(child.port, program_);
}

/// In its lane: how long it took to start.
void Processes::say_start(Child& child) {
  child.lane->at(child.starting_at - epoch(), EventKind::lane_starting);
  child.lane->at(child.ready_at - epoch(), EventKind::lane_idle);
  child.lane->fact(child.ready_at - epoch(), Fact::spawn_ns, child.ready_at - child.starting_at);
}

Nanos Processes::prepare() {
  if (children_.empty()) {
    const auto bytes = root().to_bytes();
    if (!bytes) {
      end_early(RunEnd::failed, "This program cannot be sent to another process.");
      return kNow;
    }
    start_limit_ = clock_now() + kStartLimit;
    children_.resize(static_cast<std::size_t>(wanted_));
    for (int i = 0; i < wanted_; ++i) {
      Child& child = children_[static_cast<std::size_t>(i)];
      child.number = i;
      child.lane = &recorder().lane(LaneKind::process, lane_name(static_cast<std::uint64_t>(i)));
      program_ = saying(Says::program).number(kVersion).number(static_cast<std::uint64_t>(i)).real(options().compute_rate).block(*bytes).take();
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
  else if (idle < wanted_) notice(fmt::format("{} of {} processes started.", idle, wanted_));
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
    port_.send(child.port, saying(Says::epoch).number(static_cast<std::uint64_t>(epoch())).take());
  }
  lane.fact(0, Fact::workers, started);
  lane.fact(0, Fact::cores, started);
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
  if (auto task = std::exchange(child.task, nullptr)) {
    const std::string sentence = "The process that ran this task was lost.";
    child.lane->text(edge(), TextRole::error, sentence, task->id);
    end_made(child, Outcome::lost);
    end(*task, *child.lane, Outcome::lost, std::make_exception_ptr(OperationFailed{sentence}));
  }
  if (!begun_ || closing_ || stopping()) return;
  child.lane->at(edge(), EventKind::lane_ended);
  // Another takes its place, unless they keep dying.
  const Nanos now = clock_now();
  while (!respawns_.empty() && respawns_.front() < now - kRespawnWindow) respawns_.pop_front();
  if (respawns_.size() < kMostRespawns) {
    respawns_.push_back(now);
    start_child(child);
    return;
  }
  if (std::none_of(children_.begin(), children_.end(), [](const Child& c) { return c.state != Child::State::gone; }))
    end_early(RunEnd::failed, "All processes were lost, more often than they are started again.");
}

void Processes::end_children() {
  for (Child& child : children_) {
    if (child.state == Child::State::gone) continue;
    port_.kill(child.port);
    child.state = Child::State::gone;
  }
}

// Tasks.

std::shared_ptr<Processes::RemoteTask> Processes::make_task(LiveTask& maker, const std::shared_ptr<Work>& work) {
  auto task = std::make_shared<RemoteTask>();
  task->id = next_id_++;
  task->work = work;
  work->task = task;
  ++alive_;
  queue_.push_back(task);
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
  if (stopping()) return;
  task.each_join([&](const std::shared_ptr<Join>& join) {
    --join->left;
    if (join->over) return;
    const bool failed = failure && !join->collects;
    if (failed) join->failure = failure;
    join->cause = cause;
    if (failed || join->left == 0) wake(join);
  });
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
    auto& task = static_cast<LiveTask&>(*work->task);
    if (task.ended) {
      if (task.failure && !join->failure && !join->collects) join->failure = task.failure;
    } else {
      task.add_join(join);
      ++join->left;
    }
  }
  if (join->left == 0 || join->failure) {
    join->over = true;
    operation.failure = waiter.told = join->failure;
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
  coordinator().fact(edge(), Fact::copied_bytes, static_cast<std::int64_t>(bytes));
}

/// False: it cannot be sent, and has failed.
bool Processes::hand_to(Child& child, const std::shared_ptr<RemoteTask>& task) {
  const Nanos from = edge();
  std::string sentence;
  const auto call = task->work->to_bytes(&sentence);
  if (!call) {
    coordinator().text(edge(), TextRole::error, sentence, task->id);
    end(*task, coordinator(), Outcome::failed, std::make_exception_ptr(OperationFailed{sentence, "TypeError"}));
    return false;
  }
  child.lane->at(from, EventKind::copy, 0, task->id, call->size());
  child.state = Child::State::busy;
  child.task = task;
  task->started = true;
  port_.send(child.port, saying(Says::task).number(task->id).block(*call).take());
  copied(call->size());
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
    if (!child) continue;  // it was given up meanwhile
    if (message.lost) lost(*child);
    else this->message(*child, message.bytes);
  }
}

void Processes::message(Child& child, const Bytes& bytes) {
  WireReader in(bytes);
  switch (static_cast<Says>(in.byte())) {
    case Says::ready:
      if (child.state != Child::State::starting) return lost(child);
      child.state = Child::State::idle;
      child.ready_at = clock_now();
      if (begun_) {
        say_start(child);
        port_.send(child.port, saying(Says::epoch).number(static_cast<std::uint64_t>(epoch())).take());
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
    case Says::done: return done(child, in);
    default: return lost(child);
  }
}

/// A child's words in the run's terms. False: they are no events, or none that a child may speak of.
bool Processes::translate(Child& child, std::vector<std::uint64_t>& words) {
  for (std::size_t i = 0; i < words.size();) {
    std::uint64_t& word = words[i];
    const EventKind kind = kind_of(word);
    const std::size_t length = 1 + payload_words(word);
    if (length > words.size() - i) return false;
    switch (kind) {
      case EventKind::clock: i += length; continue;
      case EventKind::run:
        if (static_cast<int>(argument_of(word) >> 16) != child.number) return false;
        break;
      case EventKind::wake: words[i + 1] = Cause{}.word(); break;  // a place in the child's own recording
      case EventKind::spawn: case EventKind::ready: case EventKind::wait: case EventKind::done: case EventKind::copy:
      case EventKind::text: break;
      default: return false;
    }
    if (const TaskId task = task_of(word); task >= kChildIds) {
      const bool known = child.made.contains(task);
      if (known == (kind == EventKind::spawn) || child.made.size() > kMostMade) return false;
      Made& made = child.made[task];
      if (made.ended) return false;
      if (!known) made.id = next_id_++;
      made.ended = kind == EventKind::done;
      word = (word & 0xffff'ffff) | std::uint64_t{made.id} << 32;
    } else if (kind == EventKind::text && static_cast<TextRole>(argument_of(word) >> 16) == TextRole::lane_name) {
      word = event_word(EventKind::text, argument_of(word), kNoTask);  // it has this name already
    } else if (task != child.task->id || kind == EventKind::spawn || kind == EventKind::done) {
      return false;
    }
    i += length;
  }
  return true;
}

/// What a task made in its child ends with it.
void Processes::end_made(Child& child, Outcome outcome) {
  for (const auto& [number, made] : std::exchange(child.made, {}))
    if (!made.ended) child.lane->at(edge(), EventKind::done, static_cast<std::uint32_t>(outcome), made.id);
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
  const auto task = std::exchange(child.task, nullptr);
  child.state = Child::State::idle;
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
  end(*task, *child.lane, static_cast<Outcome>(outcome), failure);
  child.lane->at(edge(), EventKind::lane_idle);
}

// The executor.

void Processes::collect() {
  receive();
  if (!stopping()) hand_out();
}

/// main computes; children that are done want more, and what they recorded is to be seen.
void Processes::meanwhile() { collect(); }

void Processes::stop_elsewhere() {
  const auto cancelled = std::make_exception_ptr(Cancelled{});
  for (const auto& task : std::exchange(queue_, {}))
    if (!task->ended) end(*task, coordinator(), Outcome::cancelled, cancelled);
  for (Child& child : children_) {
    if (child.state != Child::State::busy) continue;
    // Nobody can interrupt what a process computes; it has nothing that we need.
    port_.kill(child.port);
    child.state = Child::State::gone;
    const auto task = std::exchange(child.task, nullptr);
    end_made(child, Outcome::cancelled);
    end(*task, *child.lane, Outcome::cancelled, cancelled);
  }
}

/// In the queue it ends here, and is never sent. In a child it hears of it at its next safepoint, and may catch it there:
/// it has ended when the child says so.
bool Processes::cancel_child(const std::shared_ptr<Task>& base) {
  auto& task = static_cast<RemoteTask&>(*base);
  if (task.ended) return false;
  if (!task.started) {
    end(task, coordinator(), Outcome::cancelled, std::make_exception_ptr(Cancelled{}));
    return true;
  }
  for (const Child& child : children_)
    if (child.task.get() == &task) port_.send(child.port, saying(Says::cancel).number(task.id).text(task.work->cancel_words()).take());
  return true;
}

Nanos Processes::close() {
  closing_ = true;
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
