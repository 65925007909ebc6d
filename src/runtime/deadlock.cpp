#include "runtime/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "runtime/sync.h"

namespace interleave {
namespace {

constexpr std::size_t kMostTold = 4;      // of tasks that wait for nobody in particular
constexpr std::size_t kMostInCircle = 8;  // the last among them

std::string name_of(TaskId task) { return task == kRootTask ? "main" : fmt::format("task {}", number_of(task)); }
/// "task 3 (line 8)", where it is known in which line it waits.
std::string place_of(const Task& task) { return task.line ? fmt::format("{} (line {})", name_of(task.id), task.line) : name_of(task.id); }

bool is_sync(const Stuck& stuck) { return stuck.operation->kind == Operation::Kind::sync; }

/// The waits as a graph: who waits for whom.
class Waits {
 public:
  explicit Waits(const std::vector<Stuck>& stuck) : stuck_(stuck) {
    for (std::size_t i = 0; i < stuck.size(); ++i) at_[stuck[i].task->id] = i;
  }

  /// Tasks in a circle, each of which waits for the next and the last for the first; empty: there is none.
  std::vector<std::size_t> circle() {
    state_.assign(stuck_.size(), State::unseen);
    for (std::size_t i = 0; i < stuck_.size(); ++i) {
      if (state_[i] != State::unseen) continue;
      if (auto found = search(i); !found.empty()) return found;
    }
    return {};
  }

  /// "task 1 waits for lock 2, which task 3 holds"; `next`: of whom it waits for, the one that is told.
  std::string say(std::size_t at, std::optional<std::size_t> next = {}) const {
    const Stuck& stuck = stuck_[at];
    const std::string who = place_of(*stuck.task);
    if (!is_sync(stuck)) {
      if (next) return fmt::format("{} waits for {}", who, name_of(stuck_[*next].task->id));
      return fmt::format("{} waits for its tasks", who);
    }
    const Sync& object = *stuck.operation->use.object;
    switch (object.kind()) {
      case ObjectKind::lock: return fmt::format("{} waits for lock {}, {}", who, object.number(), holder(object, stuck));
      case ObjectKind::semaphore:
        return fmt::format("{} waits for semaphore {}{}", who, object.number(),
                           object.holder() == kNoTask ? "" : fmt::format(", which {} took last", name_of(object.holder())));
      case ObjectKind::event: return fmt::format("{} waits for event {}, which nobody sets", who, object.number());
      case ObjectKind::queue: break;
    }
    switch (stuck.operation->act) {
      case SyncAct::put: return fmt::format("{} waits for a place in queue {}", who, object.number());
      case SyncAct::get: return fmt::format("{} waits for an item in queue {}", who, object.number());
      default: return fmt::format("{} waits until the items of queue {} are done", who, object.number());
    }
  }

 private:
  enum class State : std::uint8_t { unseen, open, closed };
  struct Step {
    std::size_t at;
    std::vector<std::size_t> others;
  };

  std::string holder(const Sync& object, const Stuck& stuck) const {
    const TaskId holder = object.holder();
    if (holder == stuck.task->id) return "which it holds itself";
    if (holder == kNoTask) return "which nobody holds";
    return fmt::format("which {} {}", name_of(holder), at_.contains(holder) ? "holds" : "held when it ended");
  }

  void add(std::vector<std::size_t>& to, TaskId task) const {
    if (const auto found = at_.find(task); found != at_.end()) to.push_back(found->second);
  }

  std::vector<std::size_t> waits_for(std::size_t at) const {
    std::vector<std::size_t> others;
    const Operation& operation = *stuck_[at].operation;
    if (is_sync(stuck_[at])) add(others, operation.use.object->holder());
    if (!operation.waits_for_tasks()) return others;
    for (const auto& child : operation.of.children)
      if (child->task) add(others, child->task->id);
    return others;
  }

  /// Depth first, with a stack of its own: chains of waits may be long.
  std::vector<std::size_t> search(std::size_t from) {
    std::vector<Step> path;
    auto enter = [&](std::size_t at) {
      state_[at] = State::open;
      path.push_back({at, waits_for(at)});
    };
    enter(from);
    while (!path.empty()) {
      if (path.back().others.empty()) {
        state_[path.back().at] = State::closed;
        path.pop_back();
        continue;
      }
      const std::size_t next = path.back().others.back();
      path.back().others.pop_back();
      if (state_[next] == State::unseen) enter(next);
      else if (state_[next] == State::open) return circle_from(path, next);
    }
    return {};
  }

  static std::vector<std::size_t> circle_from(const std::vector<Step>& path, std::size_t first) {
    std::vector<std::size_t> circle;
    auto step = std::find_if(path.begin(), path.end(), [&](const Step& s) { return s.at == first; });
    for (; step != path.end(); ++step) circle.push_back(step->at);
    return circle;
  }

  const std::vector<Stuck>& stuck_;
  std::unordered_map<TaskId, std::size_t> at_;
  std::vector<State> state_;
};

}  // namespace

std::vector<Stuck> held_up(const std::vector<Stuck>& stuck, LocksAre locks) {
  std::unordered_map<const Task*, bool> held;  // until somebody is found who could let it go on
  for (const Stuck& each : stuck) held[each.task] = true;
  std::unordered_map<TaskId, const Task*> by_id;
  for (const Stuck& each : stuck) by_id[each.task->id] = each.task;
  auto is_held = [&](const Task* task) {
    const auto found = held.find(task);
    return found != held.end() && found->second;
  };
  auto never_comes = [&](const Stuck& each) {
    const Operation& operation = *each.operation;
    if (is_sync(each)) {
      const Sync& object = *operation.use.object;
      const auto holder = by_id.find(object.holder());
      return locks == LocksAre::their_holders && object.kind() == ObjectKind::lock && holder != by_id.end() && is_held(holder->second);
    }
    if (!operation.waits_for_tasks() || operation.of.children.empty()) return false;
    // One that fails, or is the last, would end it; where failures are only collected, all must come.
    auto child_is_held = [&](const std::shared_ptr<Work>& child) { return child->task && is_held(child->task.get()); };
    if (operation.collects) return std::ranges::any_of(operation.of.children, child_is_held);
    return std::ranges::all_of(operation.of.children, [&](const std::shared_ptr<Work>& child) {
      return child_is_held(child) || (child->task && static_cast<const LiveTask&>(*child->task).ended);
    }) && std::ranges::any_of(operation.of.children, child_is_held);
  };
  // Only those whom a task waits for can change what is known of it: of a lock its holder, of tasks each.
  std::unordered_map<const Task*, std::vector<std::size_t>> waiters;
  std::vector<std::size_t> look(stuck.size());
  for (std::size_t i = 0; i < stuck.size(); ++i) {
    look[i] = i;
    const Operation& operation = *stuck[i].operation;
    if (is_sync(stuck[i])) {
      if (const auto holder = by_id.find(operation.use.object->holder()); holder != by_id.end()) waiters[holder->second].push_back(i);
    } else if (operation.waits_for_tasks()) {
      for (const std::shared_ptr<Work>& child : operation.of.children)
        if (child->task) waiters[child->task.get()].push_back(i);
    }
  }
  while (!look.empty()) {
    const Stuck& each = stuck[look.back()];
    look.pop_back();
    if (!held[each.task] || never_comes(each)) continue;
    held[each.task] = false;
    if (const auto of_it = waiters.find(each.task); of_it != waiters.end()) look.insert(look.end(), of_it->second.begin(), of_it->second.end());
  }
  std::vector<Stuck> left;
  for (const Stuck& each : stuck)
    if (held[each.task]) left.push_back(each);
  return left;
}

std::string circle_sentence(const std::vector<Stuck>& stuck) {
  std::string circle = deadlock_sentence("Deadlock", stuck);
  return "Until another task releases a lock, " + circle.substr(circle.find(": ") + 2);
}

std::string deadlock_sentence(std::string_view why, const std::vector<Stuck>& stuck) {
  Waits waits(stuck);
  std::vector<std::string> told;
  auto circle = waits.circle();
  if (!circle.empty()) {
    auto id = [&](std::size_t i) { return stuck[i].task->id; };
    std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end(), [&](auto a, auto b) { return id(a) < id(b); }),
                circle.end());
    const std::size_t left_out = circle.size() > kMostInCircle ? circle.size() - kMostInCircle : 0;
    for (std::size_t i = 0; i < circle.size(); ++i) {
      if (left_out > 0 && i == kMostInCircle - 1) {
        told.push_back(fmt::format("{} more, each of which waits for the next", left_out));
        i += left_out;
      }
      told.push_back(waits.say(circle[i], circle[(i + 1) % circle.size()]));
    }
    return fmt::format("Deadlock: {}.", fmt::join(told, "; "));
  }
  std::size_t untold = 0;
  for (std::size_t i = 0; i < stuck.size(); ++i) {
    if (!is_sync(stuck[i])) continue;
    if (told.size() < kMostTold) told.push_back(waits.say(i));
    else ++untold;
  }
  if (told.empty()) return fmt::format("{}.", why);
  return fmt::format("{}: {}{}.", why, fmt::join(told, "; "), untold > 0 ? fmt::format("; and {} more wait", untold) : "");
}

}  // namespace interleave
