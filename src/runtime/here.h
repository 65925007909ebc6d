// here.h -- what of a loop its tasks' operations reach without a call to the executor: who is ready, what time it is, in whose
// lane they run. An operation on a queue is most of a program that has one, and a call and the question what was asked cost more
// than the few stores that it is (sync_inside.h); where tasks elsewhere use the same objects, nobody may (Port::here is null).
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/live_task.h"

namespace interleave {

struct CooperativeTask : LiveTask {
  Operation* operation = nullptr;    // that it waits for
  // Who goes on when it has ended. Serial: the gather's next child, not started before. Others: who was the first to wait for it
  // with join(); later ones are in its joins.
  CooperativeTask* follower = nullptr;
  LocalJoins joins;
};

/// A turn to come: of whom, and what for, in eight bytes.
class Ready {
 public:
  enum class What : std::uint8_t { nothing, step, fire, alarm, child_ended, child_failed, gathered };
  Ready() = default;
  Ready(What what, LiveTask& task) : Ready(what, static_cast<void*>(&task)) {}                   // step, fire
  explicit Ready(Alarm& ringing) : Ready(What::alarm, static_cast<void*>(&ringing)) {}
  Ready(What what, Join& join) : Ready(what, static_cast<void*>(&join)) {}                        // child_ended, child_failed, gathered
  What what() const { return static_cast<What>(word_ & 7); }
  LiveTask& task() const { return *static_cast<LiveTask*>(at()); }
  Alarm& ringing() const { return *static_cast<Alarm*>(at()); }
  Join& join() const { return *static_cast<Join*>(at()); }
  bool is_of_join() const { return what() == What::child_ended || what() == What::child_failed || what() == What::gathered; }
  bool has_task() const { return what() == What::step || what() == What::fire; }
  void fetch() const {
    for (std::size_t line = 0; line < sizeof(CooperativeTask); line += 64) __builtin_prefetch(static_cast<char*>(at()) + line);
  }

 private:
  Ready(What what, void* at) : word_(reinterpret_cast<std::uintptr_t>(at) | static_cast<std::uintptr_t>(what)) {}
  void* at() const { return reinterpret_cast<void*>(word_ & ~std::uintptr_t{7}); }
  std::uintptr_t word_ = 0;
};

/// First in, first out, in a ring that grows; taken in rounds.
class ReadyQueue {
 public:
  /// What is in it now is the next round. False: nothing is.
  bool begin_round() { return (round_ends_ = end_) != begin_; }
  bool is_round_over() const { return begin_ == round_ends_; }
  std::size_t size() const { return end_ - begin_; }
  [[gnu::always_inline]] void push(Ready entry) {
    if (!has_room()) [[unlikely]] grow();
    push_in_room(entry);
  }
  void push_in_room(Ready entry) { at_[end_++ & last_] = entry; }
  bool has_room() const { return size() <= last_; }
  /// A million tasks are in nobody's cache: what is taken soon is fetched now, and before its turn what it points to.
  [[gnu::always_inline]] Ready pop() {  ///< of a round that is not over
    if (round_ends_ - begin_ > kAhead) fetch_ahead();
    return at_[begin_++ & last_];
  }
  template <class F>
  void each(F f) {
    for (std::size_t i = begin_; i != end_; ++i) f(at_[i & last_]);
  }
  void clear() { begin_ = end_ = round_ends_ = 0; }

 private:
  [[gnu::always_inline]] void fetch_ahead() const {
    at_[(begin_ + kAhead) & last_].fetch();
    const Ready soon = at_[(begin_ + kAhead / 2) & last_];
    if (!soon.has_task()) return;
    __builtin_prefetch(soon.task().body.handle().address());
    __builtin_prefetch(soon.task().work.get());
    if (const LiveTask* const before = soon.task().previous) __builtin_prefetch(&before->next, 1);
    if (const LiveTask* const after = soon.task().next) __builtin_prefetch(&after->previous, 1);
  }
  [[gnu::noinline, gnu::cold]] void grow() {
    std::vector<Ready> more(2 * ring_.size());
    for (std::size_t i = begin_; i != end_; ++i) more[i & (more.size() - 1)] = at_[i & last_];
    ring_ = std::move(more);
    at_ = ring_.data();
    last_ = ring_.size() - 1;
  }
  static constexpr std::size_t kAhead = 8;
  std::vector<Ready> ring_ = std::vector<Ready>(64);  // always a power of two
  Ready* at_ = ring_.data();
  std::size_t last_ = ring_.size() - 1;
  std::size_t begin_ = 0, end_ = 0, round_ends_ = 0;
};

/// Thread: the loop's.
class Here {
 public:
  /// Nothing ends, so that whoever runs need not look further.
  bool is_calm() const { return unrest_.load(std::memory_order_acquire) == 0; }
  /// Time since t = 0 where it may be a little late: on a loop that is in haste the clock is read at some of its turns only.
  [[gnu::always_inline]] Nanos soon() {
    if (stale_ == 0) [[unlikely]] return look_at_clock();
    --stale_;
    return last_;
  }
  LaneRecorder& lane_of(const Task& task) {
    if (task.id == root_id_) [[unlikely]] return *coordinator_;  // a branch: whoever uses the other need not wait for the id
    return *lane_;
  }
  /// Its turn's begin.
  Nanos turn() const { return last_; }
  LaneRecorder& running_in() { return *running_in_; }
  /// False: it is time to look at the clock; ask soon().
  bool knows_time() const { return stale_ != 0; }
  /// There is room in the queue, and what it writes goes to the lane of the task that runs.
  bool may_wake(const Task& task) { return &lane_of(task) == running_in_ && ready_.has_room(); }
  std::atomic<std::uint32_t>& numbers() { return *numbers_; }
  /// Of one whose turn at an object has come.
  void queue_in_room(CooperativeTask& task) {
    task.odd.looks_again = task.odd.queued = true;
    ready_.push_in_room({Ready::What::step, task});
  }
  /// An event of a task that is here. In the lane of the task that runs it is shown to readers before the next body goes on, or when
  /// the loop leaves its turns; in another at once, and before it what may be its cause.
  // (Not `at`: to show what was written is an atomic store, and a spawn and its await are seven events.)
  [[gnu::always_inline]] void write(LaneRecorder& lane, Nanos t, EventKind kind, std::uint32_t argument, TaskId task) {
    if (!keeps(lane)) [[unlikely]] return show(lane, t, event_word(kind, argument, task));
    lane.tick(t);
    lane.note_in_room(event_word(kind, argument, task));
  }
  [[gnu::always_inline]] void write(LaneRecorder& lane, Nanos t, EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload) {
    if (!keeps(lane)) [[unlikely]] return show(lane, t, event_word(kind, argument, task), payload);
    lane.tick(t);
    lane.note_in_room(event_word(kind, argument, task), payload);
  }
  [[gnu::always_inline]] void queue(LiveTask& task) {
    static_cast<CooperativeTask&>(task).odd.queued = true;
    ready_.push({Ready::What::step, task});
  }
  /// The task that runs waits, and that is recorded.
  [[gnu::always_inline]] void waits(Operation& operation) {
    auto& task = static_cast<CooperativeTask&>(*operation.task);
    task.operation = &operation;
    if (task.odd.cancel_pending) [[unlikely]] cancel_at_once(task);
  }

 private:
  bool keeps(const LaneRecorder& lane) const { return &lane == keeps_in_ && lane.has_room(); }
  template <class... Payload>
  [[gnu::noinline]] void show(LaneRecorder& lane, Nanos t, std::uint64_t word, Payload... payload) {
    running_in_->publish();
    lane.at(t, kind_of(word), argument_of(word), task_of(word), payload...);
  }

 protected:
  ~Here() = default;
  virtual void cancel_at_once(CooperativeTask& task) = 0;
  virtual Nanos look_at_clock() = 0;

  LaneRecorder* coordinator_ = nullptr;  // main's
  LaneRecorder* lane_ = nullptr;         // everybody else's; null where they are elsewhere
  LaneRecorder* running_in_ = nullptr;   // of the task that runs, or ran last: it alone may have what is not shown to readers
  Nanos last_ = 0;
  std::uint32_t stale_ = 0;              // how often last_ will do
  TaskId root_id_ = kRootTask;
  // Zero: see is_calm().
  static constexpr std::uint8_t kCancelAsked = 1, kEnds = 2;  // kEnds: stopping_, or early_
  std::atomic<std::uint8_t> unrest_{0};
  ReadyQueue ready_;
  std::atomic<std::uint32_t>* numbers_ = nullptr;  // of objects: the last
  LaneRecorder* keeps_in_ = nullptr;  // running_in_, if whoever uses objects is here; else null
};

/// What an object is told by a task that runs here; what it writes is shown to readers at the end of the turn.
struct LocalPort {
  static constexpr bool shared = false, notes = true;
  LaneRecorder& lane;
  const Nanos now;
  Here& here;
  LocalPort(Here& h, Nanos t) : lane(h.running_in()), now(t), here(h) {}
  std::atomic<std::uint32_t>& counter() const { return here.numbers(); }
  static void store(Sync& queue, void* item);
  static void fetch(Sync& queue, void* item);
  [[gnu::always_inline]] void granted(Operation& operation) const {
    auto& task = static_cast<CooperativeTask&>(*operation.task);
    task.odd.looks_again = true;
    here.write(here.lane_of(task), now, EventKind::wake, 0, task.id, operation.use.woken_by);
    here.queue(task);
  }
};

}  // namespace interleave
