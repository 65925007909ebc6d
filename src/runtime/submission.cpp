#include "runtime/submission.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "runtime/live_task.h"

namespace interleave {
namespace {

// Who waits for a short one looks on for so long before it sleeps, as workers do.
constexpr int kLooks = 2'000;

}  // namespace

struct Submission::Told {
  std::atomic<End> end{End::lives};  // once; after it `failure` is not changed
  std::exception_ptr failure;
  std::mutex mutex;
  std::condition_variable over;
  Told *previous = nullptr, *next = nullptr;  // of those whose work is not over: under the queue's mutex
  bool listed = false;                        // the same: it is one of those

  void tell(End how, std::exception_ptr thrown) {
    {
      std::scoped_lock lock(mutex);
      if (end.load(std::memory_order_relaxed) != End::lives) return;
      failure = std::move(thrown);
      end.store(how, std::memory_order_release);
    }
    over.notify_all();
  }
};

struct SubmissionQueue::State {
  std::mutex mutex;  // all but news
  Clock* clock = nullptr;
  std::vector<std::shared_ptr<Work>> waiting;
  Submission::Told* living = nullptr;  // of those that were taken in, also of the waiting
  bool closed = false, ended = false;
  std::atomic<bool> news{false};

  void tell_executor() {
    if (!news.exchange(true, std::memory_order_release) && clock) clock->notify();
  }
  void begins(Submission::Told& told) {
    told.listed = true;
    told.next = std::exchange(living, &told);
    if (told.next) told.next->previous = &told;
  }
  void has_ended(Submission::Told& told) {
    std::scoped_lock lock(mutex);
    if (!std::exchange(told.listed, false)) return;
    (told.previous ? told.previous->next : living) = told.next;
    if (told.next) told.next->previous = told.previous;
    if (!living && closed && !ended) tell_executor();
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
    queue_->has_ended(*told_);
    told_->tell(end, std::move(failure));
  }
  Coroutine run(Task& task) override { return work_->run(task); }

 private:
  std::shared_ptr<Work> work_;
  const std::shared_ptr<Told> told_;
  const std::shared_ptr<SubmissionQueue::State> queue_;
};

Submission::End Submission::wait(Nanos limit) const {
  auto end = [&] { return told_->end.load(std::memory_order_acquire); };
  for (int look = 0; look < kLooks && limit > 0; ++look)
    if (end() != End::lives) return end();
  std::unique_lock lock(told_->mutex);
  auto over = [&] { return end() != End::lives; };
  constexpr Nanos kAtOnce = 3'600'000'000'000;  // the library's clock must not overflow
  for (; limit != kForever && limit > 0; limit -= std::min(limit, kAtOnce))
    if (told_->over.wait_for(lock, std::chrono::nanoseconds(std::min(limit, kAtOnce)), over)) return end();
  if (limit == kForever) told_->over.wait(lock, over);
  return end();
}

std::exception_ptr Submission::failure() const {
  return told_->end.load(std::memory_order_acquire) == End::failed ? told_->failure : nullptr;
}

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
  auto told = std::make_shared<Submission::Told>();
  std::shared_ptr<Work> handed = make_pooled<Submission::Handed>(std::move(work), told, state_);  // goes after the lock
  {
    std::scoped_lock lock(state_->mutex);
    if (!state_->closed && !state_->ended) {
      state_->waiting.push_back(std::move(handed));
      state_->begins(*told);
      state_->tell_executor();
      return Submission(std::move(told));
    }
  }
  told->tell(Submission::End::refused, nullptr);
  return Submission(std::move(told));
}

void SubmissionQueue::close() {
  std::scoped_lock lock(state_->mutex);
  state_->closed = true;
  if (!state_->ended) state_->tell_executor();
}

void SubmissionQueue::opened_by(Clock& clock) {
  std::scoped_lock lock(state_->mutex);
  state_->clock = &clock;
  state_->news.store(true, std::memory_order_relaxed);
}

bool SubmissionQueue::has_news() const { return state_->news.load(std::memory_order_acquire); }

void SubmissionQueue::take(std::vector<std::shared_ptr<Work>>& works) {
  std::scoped_lock lock(state_->mutex);
  state_->news.store(false, std::memory_order_relaxed);
  works.swap(state_->waiting);
}

bool SubmissionQueue::is_closed() const {
  std::scoped_lock lock(state_->mutex);
  return state_->closed || state_->ended;
}

bool SubmissionQueue::is_drained() const {
  std::scoped_lock lock(state_->mutex);
  return state_->closed && !state_->living;
}

void SubmissionQueue::end() {
  std::vector<std::shared_ptr<Work>> never;  // they go after the lock: each says so
  std::scoped_lock lock(state_->mutex);
  state_->ended = true;
  state_->clock = nullptr;
  never.swap(state_->waiting);
}

void SubmissionQueue::abandon() {
  std::scoped_lock lock(state_->mutex);
  for (auto* told = state_->living; told; told = told->next) told->tell(Submission::End::cancelled, nullptr);
}

Perform until_closed(Task& task, SubmissionQueue& queue) { return wait(task, queue.drained_); }

}  // namespace interleave
