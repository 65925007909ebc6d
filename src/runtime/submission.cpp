#include "runtime/submission.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

#include "runtime/live_task.h"
#include "runtime/news.h"

namespace interleave {

struct Submission::Told {
  BasicEnding<> ending;   // an End; at its head what who waits looks at, and far from it what others write meanwhile
  Nanos look = 0;         // so long who waits may look on; not changed after submit()
  std::exception_ptr failure;                 // not changed after the end
  std::shared_ptr<Work> handed;               // until the executor takes it
  Told* after = nullptr;                      // the next that it is to take
  Told *previous = nullptr, *next = nullptr;  // of those whose work is not over: under the queue's mutex
  bool listed = false;                        // the same: it is one of those, and nobody has told its end, nor is about to

  End end() const { return static_cast<End>(ending.how()); }
  /// Once.
  void tell(End how, std::exception_ptr thrown) {
    failure = std::move(thrown);
    ending.tell(static_cast<std::uint8_t>(how));
  }
};

struct alignas(64) SubmissionQueue::State {
  // What each submit writes is one line, and what is looked at meanwhile is another.
  std::mutex mutex;  // all that is no atomic, but for `taken`; closed and ended are written under it
  Submission::Told *first = nullptr, *last = nullptr;  // to be taken
  Submission::Told* living = nullptr;                  // of those that were taken in, also of these
  alignas(64) BasicNews<> news;
  std::atomic<bool> closed{false}, ended{false};
  alignas(64) Clock* clock = nullptr;
  Looks looks;
  int slept_on = -1, woken_from = -1;   // cores; -1: not known
  Submission::Told* taken = nullptr;    // the executor's own

  /// Something is in. Not under the mutex, which the executor takes at once if it looks on. False: it slept, and for all that is known
  /// where the caller runs: it cannot do it as long as the caller does.
  bool tell_executor() {
    if (!news.tell()) return true;
    std::scoped_lock lock(mutex);
    if (!clock) return true;
    woken_from = looks.core_here ? looks.core_here() : -1;
    clock->notify();
    return looks.in_any_case || (woken_from >= 0 && woken_from != slept_on);
  }
  /// The same under the mutex.
  void tell_executor_inside() {
    if (news.tell() && clock) clock->notify();
  }
  void begins(Submission::Told& told) {
    (last ? last->after : first) = &told;
    last = &told;
    told.listed = true;
    told.next = std::exchange(living, &told);
    if (told.next) told.next->previous = &told;
  }
  /// False: somebody else tells its end, or it never was one of those.
  bool has_ended(Submission::Told& told) {
    std::scoped_lock lock(mutex);
    if (!std::exchange(told.listed, false)) return false;
    (told.previous ? told.previous->next : living) = told.next;
    if (told.next) told.next->previous = told.previous;
    if (!living && closed && !ended) tell_executor_inside();
    return true;
  }
};

/// Goes when its task has ended, or never will begin.
class Submission::Handed final : public Work {
 public:
  Handed(std::shared_ptr<Work> work, std::shared_ptr<Told> told, std::shared_ptr<SubmissionQueue::State> queue)
      : work_(std::move(work)), told_(std::move(told)), queue_(std::move(queue)) {}
  ~Handed() override {
    const auto* const its = static_cast<const LiveTask*>(task.get());
    const bool over = its && its->ended;
    const End end = !over || its->outcome == Outcome::cancelled ? End::cancelled : its->outcome == Outcome::finished ? End::finished : End::failed;
    std::exception_ptr failure = end == End::failed ? its->failure : nullptr;
    work_ = nullptr;
    if (queue_->has_ended(*told_)) told_->tell(end, std::move(failure));
  }
  Coroutine run(Task& task) override { return work_->run(task); }

 private:
  std::shared_ptr<Work> work_;
  const std::shared_ptr<Told> told_;
  const std::shared_ptr<SubmissionQueue::State> queue_;
};

Submission::End Submission::wait(Nanos limit) const {
  auto over = [&] { return told_->end() != End::lives; };
  if (over() || limit <= 0) return told_->end();
  if (const Nanos look = std::min(told_->look, limit); look > 0) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point ends = Clock::now() + std::chrono::nanoseconds(look);
    do {
      for (int i = 0; i < 64; ++i)
        if (over()) return told_->end();
    } while (Clock::now() < ends);
  }
  told_->ending.sleep(limit);
  return told_->end();
}

std::exception_ptr Submission::failure() const { return told_->end() == End::failed ? told_->failure : nullptr; }

void Submission::get() const {
  switch (wait()) {
    case End::lives:
    case End::finished: return;
    case End::failed: std::rethrow_exception(told_->failure);
    case End::cancelled: throw Cancelled{};
    case End::refused: throw OperationFailed{"This run takes no more work: it is over, or was closed, or its tasks have no one memory.", "RuntimeError"};
  }
}

SubmissionQueue::SubmissionQueue() : state_(std::make_shared<State>()) {}
SubmissionQueue::~SubmissionQueue() { end(); }

Submission SubmissionQueue::submit(std::shared_ptr<Work> work) {
  auto told = make_pooled<Submission::Told>();
  std::shared_ptr<Work> handed = make_pooled<Submission::Handed>(std::move(work), told, state_);  // goes after the lock
  bool taken = false;
  Nanos look = 0;
  {
    std::scoped_lock lock(state_->mutex);
    look = state_->looks.longest;
    if (!state_->closed && !state_->ended) {
      told->handed = std::move(handed);
      state_->begins(*told);
      taken = true;
    }
  }
  if (taken) told->look = state_->tell_executor() ? look : 0;
  else told->tell(Submission::End::refused, nullptr);
  return Submission(std::move(told));
}

void SubmissionQueue::close() {
  std::scoped_lock lock(state_->mutex);
  if (!state_->ended) state_->tell_executor_inside();  // before: who sees that it is closed has news, or has had it
  state_->closed = true;
}

void SubmissionQueue::opened_by(Clock& clock, const Looks& looks) {
  std::scoped_lock lock(state_->mutex);
  state_->clock = &clock;
  state_->looks = looks;
  state_->news.tell();
}

bool SubmissionQueue::has_news() const { return state_->news.is_there(); }

void SubmissionQueue::awake() { state_->news.awake(); }

bool SubmissionQueue::falls_asleep() {
  if (state_->looks.core_here && state_->news.is_awake()) {
    std::scoped_lock lock(state_->mutex);
    state_->slept_on = state_->looks.core_here();
  }
  return state_->news.falls_asleep();
}

int SubmissionQueue::woken_from() {
  std::scoped_lock lock(state_->mutex);
  return std::exchange(state_->woken_from, -1);
}

void SubmissionQueue::take() {
  std::scoped_lock lock(state_->mutex);
  state_->news.taken();
  auto** end = &state_->taken;
  while (*end) end = &(*end)->after;
  *end = state_->first;
  state_->first = state_->last = nullptr;
}

std::shared_ptr<Work> SubmissionQueue::next_taken() {
  Submission::Told* const told = state_->taken;
  if (!told) return nullptr;
  state_->taken = told->after;
  return std::move(told->handed);
}

bool SubmissionQueue::is_closed() const { return state_->closed.load(std::memory_order_acquire) || state_->ended.load(std::memory_order_acquire); }

bool SubmissionQueue::is_drained() const {
  if (!state_->closed.load(std::memory_order_acquire)) return false;
  std::scoped_lock lock(state_->mutex);
  return !state_->living;
}

void SubmissionQueue::end() {
  {
    std::scoped_lock lock(state_->mutex);
    state_->ended = true;
    state_->clock = nullptr;
  }
  take();
  while (next_taken()) {}  // each says that it never began
}

void SubmissionQueue::abandon() {
  std::scoped_lock lock(state_->mutex);
  while (auto* const told = std::exchange(state_->living, state_->living ? state_->living->next : nullptr)) {
    told->listed = false;
    told->tell(Submission::End::cancelled, nullptr);
  }
}

Perform until_closed(Task& task, SubmissionQueue& queue) { return wait(task, queue.drained_); }

}  // namespace interleave
