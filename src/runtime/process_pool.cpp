// Index: a call - what is asked - children - messages that came - the end.
#include "runtime/process_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/process_messages.h"

namespace interleave {
namespace {

std::size_t most_children(const RunOptions& options) {
  const int machine = std::max(1, options.machine_cores);
  return static_cast<std::size_t>(std::clamp(options.cores > 0 ? options.cores : machine, 1, std::min(machine, std::max(1, options.max_workers))));
}

}  // namespace

// -- A call ------------------------------------------------------------------------------------------------------------

bool ProcessCall::pack(Operation& operation, const ProcessCalls* calls) {
  if (!calls) {
    operation.fail("There are no processes here for to_process().", "RuntimeError");
    return false;
  }
  std::string why;
  auto packed = work->to_bytes(&why);
  if (!packed) {
    operation.fail(std::move(why), "TypeError");
    return false;
  }
  bytes = std::move(*packed);
  moved = work->moved_bytes();
  return true;
}

void ProcessCall::answer(LiveTask& waiter, Operation& operation) {
  work->let_go_of_moved();
  if (outcome == Outcome::finished) {
    if (!work->result_from_bytes(result)) operation.fail("The result that came from another process cannot be read.", "RuntimeError");
    return;
  }
  std::exception_ptr failure;
  if (outcome != Outcome::lost) failure = work->failure_from_bytes(result, sentence);
  // The waiter is told what the outcome says, whatever the bytes are.
  const bool cancelled = outcome == Outcome::cancelled;
  if (!failure || (outcome_of(failure) == Outcome::cancelled) != cancelled)
    failure = cancelled ? std::make_exception_ptr(Cancelled{}) : std::make_exception_ptr(OperationFailed{sentence, "RuntimeError"});
  operation.failure = waiter.failure = failure;
}

// -- What is asked -----------------------------------------------------------------------------------------------------

ProcessPool::ProcessPool(const RunOptions& options, Host host, bool receives)
    : options_(options), host_(std::move(host)), receives_(receives), most_(most_children(options)) {}

Bytes ProcessPool::take(WireWriter& what) { return what.take(); }

void ProcessPool::ask(const std::shared_ptr<ProcessCall>& call, std::function<void()> tell) {
  {
    std::scoped_lock lock(mutex_);
    asking_.push_back({call, std::move(tell)});
    asked_any_.store(true, std::memory_order_release);
  }
  options_.clock->notify();
}

void ProcessPool::give_up(const std::shared_ptr<ProcessCall>& call) {
  {
    std::scoped_lock lock(mutex_);
    given_up_.push_back(call);
    asked_any_.store(true, std::memory_order_release);
  }
  options_.clock->notify();
}

void ProcessPool::take_asked() {
  if (!asked_any_.load(std::memory_order_acquire)) return;
  std::vector<Asking> asking;
  std::vector<std::shared_ptr<ProcessCall>> given_up;
  {
    std::scoped_lock lock(mutex_);
    asking.swap(asking_);
    given_up.swap(given_up_);
    asked_any_.store(false, std::memory_order_release);
  }
  for (Asking& each : asking) {
    if (ended_) over(std::move(each), host_.coordinator, Outcome::cancelled, false);
    else queue_.push_back(std::move(each));
  }
  for (const auto& call : given_up) take_given_up(call);
}

void ProcessPool::take_given_up(const std::shared_ptr<ProcessCall>& call) {
  const auto queued = std::find_if(queue_.begin(), queue_.end(), [&](const Asking& each) { return each.call == call; });
  if (queued != queue_.end()) {
    Asking asking = std::move(*queued);
    queue_.erase(queued);
    return over(std::move(asking), host_.coordinator, Outcome::cancelled, false);
  }
  for (Child& child : children_) {
    if (child.state != Child::State::busy || child.runs.call != call) continue;
    child.runs.tell = nullptr;
    send(child, saying(Says::cancel).number(call->task).text({}));
  }
}

void ProcessPool::pump() {
  if (ended_) return take_asked();
  take_asked();
  if (receives_ && (under_way_ > 0 || !queue_.empty()) && !children_.empty()) {
    came_.clear();
    options_.processes->receive(came_);
    for (const ProcessPort::Message& message : came_) came(message);
  }
  give_up_slow_starters();
  hand_out();
  look();
}

/// When it is to be pumped again whatever comes, and how many children have something to say.
void ProcessPool::look() {
  under_way_ = 0;
  due_ = kForever;
  if (ended_) return;
  for (const Child& child : children_) {
    under_way_ += child.state == Child::State::starting || child.state == Child::State::busy;
    if (child.state == Child::State::starting) due_ = std::min(due_, child.starting_at + kProcessStartLimit);
  }
}

void ProcessPool::hand_out() {
  for (Child& child : children_)
    if (child.state == Child::State::idle && !queue_.empty()) {
      Asking next = std::move(queue_.front());
      queue_.pop_front();
      hand_to(child, std::move(next));
    }
  auto starting = [&] {
    return static_cast<std::size_t>(std::count_if(children_.begin(), children_.end(), [](const Child& c) { return c.state == Child::State::starting; }));
  };
  while (queue_.size() > starting() && start_child()) {}
}

void ProcessPool::hand_to(Child& child, Asking asking) {
  const ProcessCall& call = *asking.call;
  child.lane->at(now(), EventKind::copy, 0, call.task, call.bytes.size() + call.moved);
  host_.coordinator.fact(now(), Fact::copied_bytes, static_cast<std::int64_t>(call.bytes.size() + call.moved));
  child.state = Child::State::busy;
  if (auto says = saying_epoch(host_.epoch, options_, child.epoch)) send(child, *says);
  send(child, saying(Says::task).number(call.task).block(call.bytes));
  child.runs = std::move(asking);
}

void ProcessPool::refuse_queue(const std::string& sentence) {
  for (Asking& each : std::exchange(queue_, {})) {
    each.call->sentence = sentence;
    host_.coordinator.text(now(), TextRole::error, sentence, each.call->task);
    over(std::move(each), host_.coordinator, Outcome::failed, true);
  }
}

/// The last of a call: its end is recorded in `lane`, and its waiter told.
void ProcessPool::over(Asking asking, LaneRecorder& lane, Outcome outcome, bool tells) {
  ProcessCall& call = *asking.call;
  lane.at(now(), EventKind::done, static_cast<std::uint32_t>(outcome), call.task);
  call.outcome = outcome;
  call.cause = {static_cast<std::uint16_t>(lane.index() + 1), lane.here().index - 1};
  call.over.store(true, std::memory_order_release);
  if (tells && asking.tell) asking.tell();
}

// -- Children ----------------------------------------------------------------------------------------------------------

/// False: there are as many as there may be, or they are no good.
bool ProcessPool::start_child() {
  const Nanos at = options_.clock->now();
  while (!losses_.empty() && losses_.front() < at - kProcessLossWindow) losses_.pop_front();
  if (losses_.size() >= kMostProcessLosses) {
    const bool any = std::any_of(children_.begin(), children_.end(), [](const Child& c) { return c.state != Child::State::gone; });
    if (!any) refuse_queue(why_none_.empty() ? "Processes for to_process() were lost more often than they are started again." : why_none_);
    return false;
  }
  if (!root_bytes_) {
    root_bytes_ = host_.root.to_bytes();
    if (!root_bytes_) {
      refuse_queue("This program cannot be sent to another process.");
      return false;
    }
  }
  auto place = std::find_if(children_.begin(), children_.end(), [](const Child& c) { return c.state == Child::State::gone; });
  if (place == children_.end()) {
    if (children_.size() >= most_) return false;
    children_.emplace_back();
    place = std::prev(children_.end());
    place->core = host_.core();
    place->lane = &host_.recorder.lane(LaneKind::process, fmt::format("to_process {}", children_.size()));
  }
  Child& child = *place;
  child.state = Child::State::starting;
  child.starting_at = at;
  child.epoch = kForever;
  child.lane->at(at - host_.epoch, EventKind::lane_starting);
  child.port = options_.processes->spawn();
  send(child, saying(Says::program)
                  .number(kMessagesVersion)
                  .number(static_cast<std::uint64_t>(child.core))
                  .real(options_.compute_rate)
                  .number(0)
                  .byte(1)
                  .block(*root_bytes_));
  return true;
}

void ProcessPool::give_up_slow_starters() {
  if (due_ == kForever || options_.clock->now() < due_) return;
  for (Child& child : children_)
    if (child.state == Child::State::starting && options_.clock->now() >= child.starting_at + kProcessStartLimit) lost(child);
}

void ProcessPool::lost(Child& child) {
  options_.processes->kill(child.port);
  if (child.state != Child::State::starting && !ended_ && ++lost_ == 1) notice("A process for to_process() was lost.");
  if (child.state == Child::State::busy) {
    const std::string sentence = "The process that ran this task was lost.";
    child.lane->text(now(), TextRole::error, sentence, child.runs.call->task);
    child.runs.call->sentence = sentence;
    end_call(child, Outcome::lost);
  }
  child.state = Child::State::gone;
  child.lane->at(now(), EventKind::lane_ended);
  losses_.push_back(options_.clock->now());
}

void ProcessPool::end_call(Child& child, Outcome outcome) {
  over(std::exchange(child.runs, {}), *child.lane, outcome, !ended_);
}

// -- Messages that came ------------------------------------------------------------------------------------------------

bool ProcessPool::came(const ProcessPort::Message& message) {
  for (Child& child : children_) {
    if (child.state == Child::State::gone || child.port != message.child) continue;
    if (message.lost) lost(child);
    else this->message(child, message.bytes);
    return true;
  }
  return false;
}

void ProcessPool::message(Child& child, const Bytes& bytes) {
  WireReader in(bytes);
  switch (static_cast<Says>(in.byte())) {
    case Says::ready:
      if (child.state != Child::State::starting) break;
      child.state = Child::State::idle;
      child.lane->at(now(), EventKind::lane_idle);
      child.lane->fact(now(), Fact::spawn_ns, options_.clock->now() - child.starting_at);
      return;
    case Says::failed: why_none_ = in.text(); break;
    case Says::words:
      if (child.state == Child::State::busy && tell_words(child, in.words()) && in.good()) return;
      break;
    case Says::dropped: {
      const std::uint64_t events = in.number();
      if (!in.good() || child.state != Child::State::busy) break;
      return child.lane->dropped_elsewhere(events);
    }
    case Says::done: return done(child, in);
    default: break;
  }
  lost(child);
}

/// What the child recorded, as far as it may speak: of its one task, on its core. False: it says more.
bool ProcessPool::tell_words(Child& child, std::vector<std::uint64_t> words) {
  const TaskId mine = child.runs.call->task;
  const bool may = translate_words(words, child.core, [mine](EventKind kind, TaskId task) {
    return task == mine && kind != EventKind::spawn && kind != EventKind::done ? mine : kNoTask;
  });
  return may && child.lane->append(words);
}

void ProcessPool::done(Child& child, WireReader& in) {
  const std::uint64_t id = in.number();
  const std::uint64_t outcome = in.number();
  std::string sentence = in.text();
  const auto block = in.block();
  const auto compute = static_cast<Nanos>(in.number()), wait = static_cast<Nanos>(in.number());
  if (!in.good() || child.state != Child::State::busy || id != child.runs.call->task || outcome > static_cast<std::uint64_t>(Outcome::cancelled))
    return lost(child);
  child.runs.call->sentence = std::move(sentence);
  child.runs.call->result.assign(block.begin(), block.end());
  host_.coordinator.fact(now(), Fact::copied_bytes, static_cast<std::int64_t>(block.size()));
  asked_.add({compute, wait});
  child.state = Child::State::idle;
  end_call(child, static_cast<Outcome>(outcome));
  child.lane->at(now(), EventKind::lane_idle);
}

// -- The end -----------------------------------------------------------------------------------------------------------

void ProcessPool::stop() {
  if (std::exchange(ended_, true)) return;
  for (Asking& each : std::exchange(queue_, {})) over(std::move(each), host_.coordinator, Outcome::cancelled, false);
  take_asked();
  for (Child& child : children_) {
    if (child.state != Child::State::busy && child.state != Child::State::starting) continue;
    // Nobody can interrupt what a process computes; it has nothing that we need. And nobody will hear of one that is ready now.
    options_.processes->kill(child.port);
    const bool busy = std::exchange(child.state, Child::State::gone) == Child::State::busy;
    if (busy) end_call(child, Outcome::cancelled);
    child.lane->at(now(), EventKind::lane_ended);
  }
  look();
}

void ProcessPool::end() {
  if (std::exchange(closed_, true)) return;  // who asks later finds nobody; his run is being stopped
  stop();
  take_asked();
  if (lost_ > 1) notice(fmt::format("{} processes for to_process() were lost in this run.", lost_));
  for (Child& child : children_) {
    if (child.state == Child::State::gone) continue;
    options_.processes->kill(child.port);
    child.state = Child::State::gone;
    child.lane->at(now(), EventKind::lane_ended);
  }
  look();
}

}  // namespace interleave
