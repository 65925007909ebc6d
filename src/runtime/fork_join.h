// fork_join.h -- plain functions that let other workers take half of their work.
//
//   std::int64_t fib(Forks& forks, int n) {
//     if (n < 2) return n;
//     const auto [a, b] = both(forks, [n](Forks& forks) { return fib(forks, n - 1); },
//                              [n](Forks& forks) { return fib(forks, n - 2); });
//     return a + b;
//   }
//
// A fork costs a few stores in the caller's frame and a slot of a split deque; nobody took it, so it is called like any
// function. Both calls are over when both() returns or throws, so they may refer to the caller's locals. On executors
// that have no thieves a fork is a call, and the code is the same. Every fork and join is in the trace: one word each,
// the clock only at every 64th (PERFORMANCE.md, lesson 6), or where they follow one another quickly at every 512th.
// Measured (tests/bench/fork_join_bench.cpp): fib(36) at one worker, traced, in multiples of the serial function.
// Rejected: a fork object with a join() of its own (needs a flag in memory and a destructor that may block). Coroutines are
// another header (fork_coroutine.h): with a frame for each call they take four times as long.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "runtime/task.h"
#include "runtime/work_deque.h"
#include "trace/recorder.h"

namespace interleave {

template <class Lane>
class BasicForks;
/// A worker's. (Benches have one whose lane writes nothing, to see what the trace costs.)
using Forks = BasicForks<LaneRecorder>;

/// What another worker may take. Lives in the frame of who forked it.
template <class Lane>
class BasicForked {
 public:
  struct Ran {
    bool wake;        ///< who forked it sleeps, and is to be woken
    Outcome outcome;  ///< finished, too, where it is not over and goes on elsewhere
  };
  /// Thread: the thief's. Runs it. After this the Forked may be gone.
  Ran run(BasicForks<Lane>& forks) { return run_(*this, forks); }

 protected:
  using Run = Ran (*)(BasicForked&, BasicForks<Lane>&);
  explicit BasicForked(Run run) : run_(run) {}

 private:
  const Run run_;
};

/// Whether what another worker has is over, whether who waits for it sleeps, and how often it was cancelled.
class ForkEnd {
 public:
  /// open -> done or failed by who ends it; open -> awaited by the waiter that goes to sleep, then -> done or failed.
  /// Above that the number of cancels, which says nothing once it is over.
  enum State : std::uint32_t { open, awaited, done, failed };

  /// Thread: the waiter's. True: over, and what it left is visible.
  bool over() const { return how(state_.load(std::memory_order_acquire)) >= done; }
  /// The same. False: it is over; else who ends it will wake the caller.
  bool await() {
    std::uint32_t before = state_.load(std::memory_order_acquire);
    while (how(before) == open && !state_.compare_exchange_weak(before, before | awaited, std::memory_order_acq_rel)) {}
    return how(before) < done;
  }
  /// The same: it is to end, cancelled. Whoever has it hears of that at its next look at the clock, those to whom it lost forks too.
  void cancel() { state_.fetch_add(kCancel, std::memory_order_relaxed); }
  /// Thread: who has it. How often, as far as it is seen.
  std::uint32_t cancels() const { return state_.load(std::memory_order_relaxed) / kCancel; }
  /// Thread: who ends it. True: the waiter sleeps, and is to be woken. After this it may be gone.
  bool end(State to) { return how(state_.exchange(to, std::memory_order_acq_rel)) == awaited; }
  bool has_failed() const { return how(state_.load(std::memory_order_relaxed)) == failed; }

 private:
  static constexpr std::uint32_t kCancel = 4;
  static State how(std::uint32_t state) { return static_cast<State>(state % kCancel); }
  std::atomic<std::uint32_t> state_{open};
};

/// What runs on a worker, for whoever waits for that end: a fork that was stolen, or the coroutines of a sync_wait().
/// A cancel is thrown once in each of them, whoever catches it. So cancels are counted: `passed` on from those of `outer`, `heard` here.
struct ForkScope {
  ForkEnd& end;
  ForkScope* outer;      ///< whose function called it here; null: a task's, or nobody's here
  std::uint32_t passed;  ///< of outer's, those that `end` was told, or that were heard before it began
  std::uint32_t heard;   ///< of end's, those that functions here have had

  /// How often what runs in `scope` was cancelled, where who began the outermost was so `of_task` times. Those between are told.
  static std::uint32_t cancels(ForkScope* scope, std::uint32_t of_task) {
    if (!scope) return of_task;
    const std::uint32_t outer = cancels(scope->outer, of_task);
    if (std::exchange(scope->passed, outer) != outer) scope->end.cancel();
    return scope->end.cancels();
  }
  /// Functions in `scope` have had all that it was told; so have those that called them.
  static void hear(ForkScope* scope) {
    for (; scope; scope = scope->outer) scope->heard = scope->end.cancels();
  }
};

using Forked = BasicForked<LaneRecorder>;

/// The worker behind a Forks: what happens seldom.
template <class Lane>
class BasicForkHost {
 public:
  virtual ~BasicForkHost() = default;
  /// Time since t = 0. Throws Cancelled when the run is to end.
  virtual Nanos edge() = 0;
  /// Something can be taken now.
  virtual void shared() = 0;
  /// Returns when it is over. Runs what others forked meanwhile.
  virtual void wait_for(ForkEnd& end) = 0;
  /// `sleeper` waits for what has ended here.
  virtual void wake(BasicForkHost& sleeper) = 0;
  /// Functions here end with a Cancelled that they did not hear from edge().
  virtual void heard_cancel() {}
  /// How often the task whose functions run here has had one; 0: a fork of another's.
  virtual std::uint32_t cancels_heard() const { return 0; }
};
using ForkHost = BasicForkHost<LaneRecorder>;

/// A worker's own stack of forks. Thread: the worker's; a thief's functions get the thief's.
template <class Lane>
class BasicForks {
 public:
  using Forked = BasicForked<Lane>;
  /// `capacity` 0: there are no thieves, every fork is a call. Deeper than `capacity`, too.
  BasicForks(BasicForkHost<Lane>& host, Lane& lane, std::uint32_t capacity) : deque_(capacity), host_(host), lane_(lane) {}

  /// Events say that this task forks.
  void of_task(TaskId task) {
    fork_word_ = event_word(EventKind::fork, 0, task);
    join_word_ = event_word(EventKind::join, 0, task);
  }
  WorkDeque<Forked*>& deque() { return deque_; }

  /// False: there is no room; it is the caller's to run. Throws Cancelled.
  bool fork(Forked& forked) {
    if (!lane_.mark(fork_word_)) [[unlikely]] edge(fork_word_);
    if (!deque_.push(&forked)) [[unlikely]] return false;
    if (deque_.asked()) [[unlikely]] answer();
    return true;
  }
  /// True: nobody took it, it is the caller's to run. False: it is over, elsewhere.
  bool join(ForkEnd& end) {
    if (deque_.unpush()) [[likely]] {
      joins();
      return true;
    }
    host_.wait_for(end);
    return false;
  }
  /// Nobody took it, and it is run now. Throws Cancelled.
  void joins() {
    if (!lane_.mark(join_word_)) [[unlikely]] edge(join_word_);
  }
  /// As join, and nobody will run it any more. Who has it is to end it, if it is `cancelled`.
  bool give_up(ForkEnd& end, bool cancelled) noexcept {
    if (deque_.unpush()) return true;
    if (cancelled) end.cancel();
    host_.wait_for(end);
    return false;
  }
  /// Throws what was thrown elsewhere.
  [[noreturn]] void rethrow(const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Cancelled&) {
      host_.heard_cancel();
      throw;
    }
  }
  BasicForkHost<Lane>& host() { return host_; }

  /// As long as it stands, what runs here does so for whoever waits for `end`.
  class Within {
   public:
    /// Of the end's cancels it was begun by one who had `heard` so many.
    Within(BasicForks& forks, ForkEnd& end, std::uint32_t heard = 0) : forks_(forks), scope_{end, forks.scope_, forks.heard(), heard} {
      forks.scope_ = &scope_;
    }
    ~Within() { forks_.scope_ = scope_.outer; }
    Within(const Within&) = delete;

   private:
    BasicForks& forks_;
    ForkScope scope_;
  };
  ForkScope* scope() const { return scope_; }
  /// Of how many cancels the functions that run here have had, by their scope's count.
  std::uint32_t heard() const { return scope_ ? scope_->heard : host_.cancels_heard(); }
  /// Other functions run here from now on. Whose scope it was.
  ForkScope* go_on_in(ForkScope* scope) { return std::exchange(scope_, scope); }
  /// For thieves' requests when there is time.
  [[gnu::noinline]] void answer() {
    if (deque_.share()) host_.shared();
  }

  // Of coroutines (fork_coroutine.h): what was called here just now has suspended, and is not over.
  void suspends() { suspended_ = true; }
  bool has_suspended() {
    if (!suspended_) [[likely]] return false;
    suspended_ = false;
    return true;
  }
  /// How the last one ended here whose caller was not below it.
  void ends(Outcome how) { ended_ = how; }
  Outcome ended() const { return ended_; }

 private:
  // A look at the clock costs as much as 40 events natively, as 400 in Chromium. It is also where timers fire, so that the
  // events between two looks may not take long: as soon as they do, the next look comes as early as the first.
  static constexpr std::ptrdiff_t kLeast = 64, kMost = 512;
  static constexpr Nanos kHaste = 8'000;  // more than a step of Chromium's clock

  [[gnu::noinline]] void edge(std::uint64_t word) {
    const Nanos t = host_.edge();
    lane_.at(t, kind_of(word), argument_of(word), task_of(word));
    words_ = t - std::exchange(looked_, t) < kHaste ? std::min(2 * words_, kMost) : kLeast;
    lane_.rearm(words_);
  }

  WorkDeque<Forked*> deque_;
  BasicForkHost<Lane>& host_;
  Lane& lane_;
  std::uint64_t fork_word_ = event_word(EventKind::fork), join_word_ = event_word(EventKind::join);
  bool suspended_ = false;
  Outcome ended_ = Outcome::finished;
  ForkScope* scope_ = nullptr;
  std::ptrdiff_t words_ = kLeast;  // between the last look and the next
  Nanos looked_ = 0;
};

/// For executors without thieves: forks are calls.
class CalledForks final : ForkHost {
 public:
  /// `edge`: as ForkHost's.
  explicit CalledForks(std::function<Nanos()> edge) : edge_(std::move(edge)) {}
  Forks& of(LaneRecorder& lane, TaskId task) {
    forks_.emplace(static_cast<ForkHost&>(*this), lane, 0u).of_task(task);
    return *forks_;
  }

 private:
  Nanos edge() override { return edge_(); }
  void shared() override {}
  void wait_for(ForkEnd&) override {}
  void wake(ForkHost&) override {}

  const std::function<Nanos()> edge_;
  std::optional<Forks> forks_;
};

namespace detail {

/// How what threw it has ended. Called where it is caught.
inline Outcome outcome_of_thrown() {
  try {
    throw;
  } catch (const Cancelled&) {
    return Outcome::cancelled;
  } catch (...) {
    return Outcome::failed;
  }
}

/// What a call returns, with a value for `void`.
template <class F, class Forks>
using Returned = std::conditional_t<std::is_void_v<std::invoke_result_t<F&, Forks&>>, std::monostate,
                                    std::invoke_result_t<F&, Forks&>>;

template <class F, class Forks>
Returned<F, Forks> call(F& f, Forks& forks) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, Forks&>>) {
    f(forks);
    return {};
  } else {
    return f(forks);
  }
}

/// Neither the result nor the exception exists before the call is over, and most calls are never taken: nothing is
/// constructed until then.
template <class F, class Lane>
class ForkedCall final : public BasicForked<Lane>, public ForkEnd {
 public:
  using Forks = BasicForks<Lane>;
  using Result = Returned<F, Forks>;
  explicit ForkedCall(F& f) : BasicForked<Lane>(&run_here), f_(f) {}
  /// Nobody wants it, nor what it leaves.
  void give_up(Forks& forks, bool cancelled) noexcept {
    if (forks.give_up(*this, cancelled)) return;
    if (has_failed()) std::destroy_at(kept_as<std::exception_ptr>());
    else std::destroy_at(kept_as<Result>());
  }
  /// Once it is over, elsewhere. Throws what it threw.
  Result take(Forks& forks) {
    if (!has_failed()) [[likely]] return take_as<Result>();
    forks.rethrow(take_as<std::exception_ptr>());
  }

 private:
  static typename BasicForked<Lane>::Ran run_here(BasicForked<Lane>& base, Forks& forks) {
    auto& me = static_cast<ForkedCall&>(base);
    try {
      const typename Forks::Within within(forks, me);
      new (me.storage_) Result(call(me.f_, forks));
    } catch (...) {
      new (me.storage_) std::exception_ptr(std::current_exception());
      const Outcome outcome = outcome_of_thrown();
      return {me.end(failed), outcome};
    }
    return {me.end(done), Outcome::finished};
  }
  template <class T>
  T* kept_as() { return std::launder(reinterpret_cast<T*>(storage_)); }
  template <class T>
  T take_as() {
    T* const kept = kept_as<T>();
    T taken = std::move(*kept);
    kept->~T();
    return taken;
  }

  F& f_;
  alignas(std::max(alignof(Result), alignof(std::exception_ptr)))
      unsigned char storage_[std::max(sizeof(Result), sizeof(std::exception_ptr))];
};

}  // namespace detail

/// Calls f and g, each with a Forks&; f perhaps on another worker. Returns both results (std::monostate for void).
/// Errors: what g threw, else what f threw; the other is over by then. Cancelled when the run, or the task, is to end: where f was
/// taken it ends so, too.
template <class Lane, class F, class G>
auto both(BasicForks<Lane>& forks, F&& f, G&& g)
    -> std::pair<detail::Returned<F, BasicForks<Lane>>, detail::Returned<G, BasicForks<Lane>>> {
  detail::ForkedCall<std::remove_reference_t<F>, Lane> forked(f);
  if (!forks.fork(forked)) [[unlikely]] {
    auto a = detail::call(f, forks);
    return {std::move(a), detail::call(g, forks)};
  }
  auto b = [&] {
    try {
      return detail::call(g, forks);
    } catch (const Cancelled&) {
      forked.give_up(forks, true);
      throw;
    } catch (...) {
      forked.give_up(forks, false);
      throw;
    }
  }();
  if (forks.join(forked)) [[likely]] return {detail::call(f, forks), std::move(b)};
  return {forked.take(forks), std::move(b)};
}

/// Calls body(forks, i) for each i in [low, high), in halves, down to `grain` at a time.
template <class Lane, class Body>
void each(BasicForks<Lane>& forks, std::int64_t low, std::int64_t high, Body&& body, std::int64_t grain = 1) {
  if (high - low <= grain) {
    for (; low < high; ++low) body(forks, low);
    return;
  }
  const std::int64_t middle = low + (high - low) / 2;
  both(forks, [&](BasicForks<Lane>& forks) { each(forks, middle, high, body, grain); },
       [&](BasicForks<Lane>& forks) { each(forks, low, middle, body, grain); });
}

}  // namespace interleave
