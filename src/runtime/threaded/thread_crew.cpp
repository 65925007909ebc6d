#include "runtime/threaded/thread_crew.h"

#include <exception>
#include <future>
#include <utility>

namespace interleave {

void CrewMember::enter() {
  if (where_.enter()) return;
  for (;;) parker_.park(INT64_MAX);  // abandoned: the run, its clock and its lanes are gone
}

bool ThreadCrew::start(const std::function<std::unique_ptr<CrewMember>()>& make, const RunOptions& options,
                       std::shared_ptr<void> alive) {
  const Nanos starting_at = clock_.now();
  std::promise<CrewMember*> made;
  std::thread thread;
  try {
    if (options.may_start_thread && !options.may_start_thread(started())) return false;
    {
      std::scoped_lock lock(mutex_);
      if (members_.size() == members_.capacity()) members_.reserve(2 * members_.size() + 4);  // whoever is made has a place
    }
    thread = std::thread([this, begins = options.thread_begins, made = made.get_future(), alive = std::move(alive)]() mutable {
      if (begins) begins();
      if (CrewMember* const member = made.get()) live(*member);
    });
  } catch (const std::exception&) {  // no thread, or no memory for it
    return false;
  }
  CrewMember* member = nullptr;
  try {
    auto owned = make();
    std::scoped_lock lock(mutex_);
    members_.push_back(std::move(owned));
    member = members_.back().get();
    member->starting_at_ = starting_at;
    member->thread_ = std::move(thread);
  } catch (...) {
    made.set_value(nullptr);
    thread.join();
    throw;
  }
  made.set_value(member);
  return true;
}

void ThreadCrew::live(CrewMember& member) {
  member.enter();
  pass_gate(member);
  member.live();
  member.lane_.at(now(), EventKind::lane_ended);
  std::scoped_lock lock(mutex_);
  member.gone_ = true;
  ++gone_;
  clock_.notify();
}

int ThreadCrew::ready() {
  std::scoped_lock lock(mutex_);
  return ready_;
}

void ThreadCrew::open_gate(Nanos epoch) {
  std::scoped_lock lock(mutex_);
  epoch_ = epoch;
  std::vector<CrewMember*> wake;
  for (const auto& member : members_) {
    member->lane_.at(member->starting_at_ - epoch, EventKind::lane_starting);
    if (member->ready_at_ < 0) continue;  // late: says so itself
    member->lane_.at(member->ready_at_ - epoch, EventKind::lane_idle);
    member->lane_.fact(member->ready_at_ - epoch, Fact::spawn_ns, member->ready_at_ - member->starting_at_);
    member->counted_ = true;
    wake.push_back(member.get());
  }
  joins_(static_cast<int>(wake.size()));
  gate_open_ = true;
  for (CrewMember* member : wake) member->parker_.unpark();
}

void ThreadCrew::pass_gate(CrewMember& me) {
  std::unique_lock lock(mutex_);
  me.ready_at_ = clock_.now();
  ++ready_;
  clock_.notify();
  while (!gate_open_ && !closing()) {
    lock.unlock();
    me.parker_.park(INT64_MAX);
    lock.lock();
  }
  if (me.counted_ || !gate_open_) return;
  joins_(1);  // late
  me.lane_.fact(now(), Fact::spawn_ns, me.ready_at_ - me.starting_at_);
}

void ThreadCrew::stop() {
  std::scoped_lock lock(mutex_);
  announce_stop();
  stopping_.store(true, std::memory_order_release);
  for (const auto& member : members_) member->unpark();
}

bool ThreadCrew::close() {
  std::vector<CrewMember*> to_join;
  {
    std::scoped_lock lock(mutex_);
    if (!closing()) {
      if (!gate_open_) epoch_ = clock_.now();
      closing_.store(true, std::memory_order_release);
      for (const auto& member : members_) member->unpark();
    }
    if (gone_ < started()) return false;
    for (const auto& member : members_)
      if (member->thread_.joinable()) to_join.push_back(member.get());
  }
  for (CrewMember* member : to_join) member->thread_.join();
  return true;
}

bool ThreadCrew::abandon_the_rest() {
  std::scoped_lock lock(mutex_);
  for (const auto& member : members_) {
    if (member->gone_ || !member->thread_.joinable()) continue;
    if (!member->where_.abandon()) continue;
    member->thread_.detach();
    member->gone_ = true;
    ++gone_;
    left_behind_ = true;
  }
  return left_behind_;
}

}  // namespace interleave
