// fork_coroutine.h -- coroutines that let other workers take half of their work, and hold no stack while they wait for it.
//
//   ForkCoroutine<std::int64_t> fib(int n) {
//     if (n < 2) co_return n;
//     const auto [a, b] = co_await both(fib(n - 1), fib(n - 2));
//     co_return a + b;
//   }
//   ... in a task: answer = sync_wait(forks_of(task), fib(30));
//
// The same as fork_join.h, on the same deques, with the same words in the trace; a fork is a frame from the pool and no task.
// The first of the two is forked, the second is called; when that is over the first is taken back and called. A call runs on
// its caller's stack as any function, and mostly comes back over: nobody has suspended then, and the frame is gone.
//
// If the first was stolen, the frame suspends, and so do its callers, back to where the worker began: thieves take the oldest
// first, so that all of theirs was stolen, too. Then the worker has an empty stack and does something else, while one that
// waits in fork_join.h has what it waits for under whatever it does meanwhile. Whoever comes last, of the frame that suspends
// and the two that it awaits, goes on with the frame, on its own worker (LastOfThree). Only sync_wait() blocks, as its
// caller is a function.
//
// Where a frame ends whose caller is not on the stack, that worker goes on with whom it was last for: a jump from frame to frame
// (symmetric transfer), which task.h has not between tasks. It is allowed here since it is inside of one computation, whose
// switches are forks and joins that the trace has. In wasm it needs -mtail-call.
//
// Who touches what. A frame: who runs it. It is handed over by the deque (a thief acquires what its owner released) and by
// LastOfThree. Its `forks` are those of the worker that runs it, set by who begins it or goes on with it.
// What a worker pops after a call is what the frame has forked: what was pushed later has been popped or stolen, and a worker
// that begins with a stolen frame, or goes on with one, has nothing of its own in the deque.
//
// A cancel of the computation is thrown in each piece of it once: where frames go on elsewhere, that worker has heard of as many cancels as
// they had (it began with what their forks had heard: `heard_`), or what it threw says so (Forks::rethrow).
//
// Measured (fib, clang, as a multiple of the time that fork_join.h takes): 2.4, and 107 instructions a call, of which taking and
// giving back the frame are 22, the words of the trace 7. Frames that the caller frees, and three jumps for two calls instead of
// calls on the stack: 2.9. Rejected: to await an aggregate, Both{f(), g()}, which could not refer to what is gone (g++ 12 frees its
// frames twice), or one that keeps what it is given (2.8); a row of free blocks instead of a list (no difference).
#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>
#include <variant>

#include "runtime/fork_join.h"
#include "runtime/pool.h"

namespace interleave {

/// Where three come together: a frame that suspends, and the two that it awaits, on up to three threads. All add to one word:
///   - exactly one makes it three: that one is the last, and goes on; the others touch nothing of theirs any more;
///   - each releases what it did, and acquires what was done by those before: the last one sees what all did.
template <class Atomics = StdAtomics>
class LastOfThree {
 public:
  /// True: the caller, who comes for `of_them`, is the last.
  bool arrive(std::uint32_t of_them) { return came_.fetch_add(of_them, std::memory_order_acq_rel) + of_them == 3; }

 private:
  typename Atomics::template atomic<std::uint32_t> came_{0};
};

template <class T = void>
class ForkCoroutine;
template <class A, class B>
struct Both;

/// `co_await worker_forks`, in a ForkCoroutine: of the worker that runs it, until its next await. For plain functions.
struct WorkerForks {};
inline constexpr WorkerForks worker_forks;

namespace detail {

struct ForkJoint;
template <class A, class B>
class ForkPair;

/// Where a computation begins, and whom its end wakes.
struct ForkRoot {
  ForkHost& waits;
  ForkEnd end;
};

/// What a frame has, whatever it returns.
struct ForkFrame {
  enum class Ends : std::uint8_t {
    returns,      ///< to its caller, which is below it on this stack
    tells_joint,  ///< its caller is not there: it was taken by a thief, or has suspended
    tells_root,
  };
  Forks* forks;  // of who runs it
  /// Who waits for its end: a ForkJoint, or with the lowest bit a ForkRoot. Not changed once it has begun, and so read by all who have
  /// a frame that it waits for.
  std::uintptr_t caller;
  Ends ends = Ends::returns;

  bool is_first() const { return caller & 1; }
  ForkJoint& joint() const { return *reinterpret_cast<ForkJoint*>(caller); }
  ForkRoot& root() const { return *reinterpret_cast<ForkRoot*>(caller & ~std::uintptr_t{1}); }
};

/// What a call leaves where its caller finds it: a value, for `void` too, or what it threw.
template <class T>
class ForkResult {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  ForkResult() {}
  ForkResult(const ForkResult&) = delete;
  ~ForkResult() {
    if constexpr (!kForgets)
      if (holds_ == Holds::value) value_.~Value();
    if (has_failed()) [[unlikely]] failure_.~exception_ptr();
  }
  template <class... Of>
  void keep(Of&&... of) {
    new (&value_) Value(std::forward<Of>(of)...);
    if constexpr (!kForgets) holds_ = Holds::value;
  }
  void fail(std::exception_ptr thrown) noexcept {
    new (&failure_) std::exception_ptr(std::move(thrown));
    holds_ = Holds::failure;
  }
  bool has_failed() const { return holds_ == Holds::failure; }
  Outcome outcome() const {
    if (!has_failed()) [[likely]] return Outcome::finished;
    try {
      std::rethrow_exception(failure_);
    } catch (...) {
      return outcome_of_thrown();
    }
  }
  const std::exception_ptr& failure() const { return failure_; }
  void rethrow(const ForkFrame& waiter) const {
    if (has_failed()) [[unlikely]] waiter.forks->rethrow(failure_);
  }
  Value&& value() { return std::move(value_); }

 private:
  static constexpr bool kForgets = std::is_trivially_destructible_v<Value>;
  enum class Holds : std::uint8_t { nothing, value, failure };
  union {
    Value value_;
    std::exception_ptr failure_;
  };
  Holds holds_ = Holds::nothing;  // a value that needs no end is not noted
};

/// What a frame awaits; lies in that frame.
struct ForkJoint {
  explicit ForkJoint(ForkFrame& waiter) : waiter(waiter) {}
  /// `of_three`: have come, the waiter among them, which is about to suspend. False: it goes on, all is over.
  bool suspend(std::coroutine_handle<> me, std::uint32_t of_three) {
    const ForkFrame::Ends ends = waiter.ends;
    if (ends == ForkFrame::Ends::returns) waiter.ends = ForkFrame::Ends::tells_joint;
    self = me.address();
    Forks& forks = *waiter.forks;
    if (last.arrive(of_three)) {
      waiter.ends = ends;
      return false;
    }
    forks.suspends();  // others may go on with the waiter already
    return true;
  }

  ForkFrame& waiter;
  void* self;  // the waiter's handle, once it has suspended
  LastOfThree<> last;
};

/// Of the computation that the frame is of. Cost: O(its depth).
inline ForkEnd& end_of(const ForkFrame& frame) {
  const ForkFrame* at = &frame;
  while (!at->is_first()) at = &at->joint().waiter;
  return at->root().end;
}

/// The end of a frame whose caller is not below it. Who goes on here.
[[gnu::noinline]] inline std::coroutine_handle<> tell_of_end(std::coroutine_handle<> me, ForkFrame frame, Outcome outcome) noexcept {
  me.destroy();
  frame.forks->ends(outcome);
  if (frame.ends == ForkFrame::Ends::tells_root) {
    ForkHost& waits = frame.root().waits;
    if (frame.root().end.end(ForkEnd::done)) frame.forks->host().wake(waits);
    return std::noop_coroutine();
  }
  ForkJoint& joint = frame.joint();
  if (!joint.last.arrive(1)) return std::noop_coroutine();
  joint.waiter.forks = frame.forks;
  return std::coroutine_handle<>::from_address(joint.self);
}

/// The frame is gone when its caller goes on: nobody has to free it.
struct ForkFinal {
  const bool returns;
  bool await_ready() const noexcept { return returns; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> me) const noexcept {
    return tell_of_end(me, me.promise(), me.promise().result->outcome());
  }
  void await_resume() const noexcept {}
};

template <class T>
struct ForkPromiseBase : ForkFrame {
  static void* operator new(std::size_t bytes) { return Pool::take(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { Pool::give(frame, bytes); }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  ForkFinal final_suspend() const noexcept { return {ends == Ends::returns}; }
  void unhandled_exception() noexcept { result->fail(std::current_exception()); }

  // What such a coroutine may await.
  template <class U>
  auto await_transform(ForkCoroutine<U>&& called) noexcept { return typename ForkCoroutine<U>::Call(std::move(called), *this); }
  template <class A, class B>
  auto await_transform(Both<A, B>&& two) noexcept { return ForkPair<A, B>(*this, two.forked, two.called); }
  auto await_transform(WorkerForks) const noexcept {
    struct Here {
      Forks& forks;
      bool await_ready() const noexcept { return true; }
      void await_suspend(std::coroutine_handle<>) const noexcept {}
      Forks& await_resume() const noexcept { return forks; }
    };
    return Here{*forks};
  }

  ForkResult<T>* result;
};

template <class T>
struct ForkPromise final : ForkPromiseBase<T> {
  ForkCoroutine<T> get_return_object() noexcept { return ForkCoroutine<T>(std::coroutine_handle<ForkPromise>::from_promise(*this)); }
  template <class Of = T>
  void return_value(Of&& of) { this->result->keep(std::forward<Of>(of)); }
};
template <>
struct ForkPromise<void> final : ForkPromiseBase<void> {
  inline ForkCoroutine<void> get_return_object() noexcept;
  void return_void() { result->keep(); }
};

}  // namespace detail

/// A call that has not begun. `co_await` it in another, or two at once by both(); or sync_wait().
template <class T>
class [[nodiscard]] ForkCoroutine {
 public:
  using promise_type = detail::ForkPromise<T>;
  ForkCoroutine(ForkCoroutine&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~ForkCoroutine() {
    if (handle_) handle_.destroy();
  }

 private:
  friend promise_type;
  template <class>
  friend struct detail::ForkPromiseBase;
  template <class, class>
  friend class detail::ForkPair;
  template <class U>
  friend U sync_wait(Forks& forks, ForkCoroutine<U> coroutine);

  class Call;
  explicit ForkCoroutine(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  detail::ForkFrame& frame() const { return handle_.promise(); }
  /// Returns when it is over, or has suspended.
  void begin(Forks& forks, detail::ForkJoint* joint, detail::ForkResult<T>& result) {
    promise_type& frame = handle_.promise();
    frame.forks = &forks;
    if (joint) frame.caller = reinterpret_cast<std::uintptr_t>(joint);
    frame.result = &result;
    std::exchange(handle_, {}).resume();  // from here on the frame is its own
  }

  std::coroutine_handle<promise_type> handle_;
};

template <class T>
class ForkCoroutine<T>::Call final : detail::ForkJoint {
 public:
  Call(ForkCoroutine&& called, detail::ForkFrame& waiter) noexcept : ForkJoint(waiter), called_(called) {}
  bool await_ready() {
    Forks& forks = *waiter.forks;
    called_.begin(forks, this, result_);
    return !forks.has_suspended();
  }
  bool await_suspend(std::coroutine_handle<> me) { return suspend(me, 2); }
  T await_resume() {
    result_.rethrow(waiter);
    if constexpr (!std::is_void_v<T>) return result_.value();
  }

 private:
  ForkCoroutine& called_;  // a temporary of the full expression
  detail::ForkResult<T> result_;
};

/// See both(). Refers to what that was given: to be awaited in the same expression.
template <class A, class B>
struct [[nodiscard]] Both {
  ForkCoroutine<A>& forked;
  ForkCoroutine<B>& called;
};

/// `co_await both(f(...), g(...))`, in a ForkCoroutine: a pair of both results (std::monostate for void); f perhaps on another
/// worker, and what follows on that of whichever ends last. Both are over then, so they may refer to the caller's locals.
/// Errors: what g threw, else what f threw; the other is over by then, or was not begun. Cancelled when the run is to end.
template <class A, class B>
Both<A, B> both(ForkCoroutine<A>&& f, ForkCoroutine<B>&& g) noexcept { return {f, g}; }

namespace detail {

template <class A, class B>
class ForkPair final : Forked, ForkJoint {
 public:
  ForkPair(ForkFrame& waiter, ForkCoroutine<A>& forked, ForkCoroutine<B>& called) noexcept
      : Forked(&run_stolen), ForkJoint(waiter), forked_(forked), called_(called), heard_(waiter.forks->scope()->heard) {}
  ForkPair(const ForkPair&) = delete;

  [[gnu::always_inline]] bool await_ready() {
    Forks& forks = *waiter.forks;
    auto& called = called_;
    auto& next = forked_;
    const bool forked = forks.fork(*this);
    called.begin(forks, this, b_);
    if (forked) [[likely]] {
      if (!forks.deque().unpush()) [[unlikely]] {
        came_ = forks.has_suspended() ? 1 : 2;
        return false;
      }
      // It was not stolen, so nor was anything that was forked later: nobody waited for such, and b is over.
      if (b_.has_failed()) [[unlikely]] return true;
      forks.joins();
    } else {
      assert(!forks.has_suspended());  // no room here: nor was there any for what it called
      if (b_.has_failed()) return true;
    }
    next.begin(forks, this, a_);
    if (!forks.has_suspended()) [[likely]] return true;
    came_ = 2;
    return false;
  }
  bool await_suspend(std::coroutine_handle<> me) { return suspend(me, came_); }
  [[gnu::always_inline]] std::pair<typename ForkResult<A>::Value, typename ForkResult<B>::Value> await_resume() {
    b_.rethrow(waiter);
    a_.rethrow(waiter);
    return {a_.value(), b_.value()};
  }

 private:
  static Ran run_stolen(Forked& base, Forks& forks) {
    auto& me = static_cast<ForkPair&>(base);
    const Forks::Within within(forks, end_of(me.waiter), me.heard_);
    me.forked_.frame().ends = ForkFrame::Ends::tells_joint;
    me.forked_.begin(forks, &me, me.a_);
    const bool suspended = forks.has_suspended();  // whatever goes on later does so elsewhere
    return {false, suspended ? Outcome::finished : forks.ended()};  // nobody sleeps for this
  }

  ForkCoroutine<A>& forked_;
  ForkCoroutine<B>& called_;
  ForkResult<A> a_;
  ForkResult<B> b_;
  const std::uint32_t heard_;  // of the computation's cancels, when it forked
  std::uint32_t came_;
};

}  // namespace detail

/// Calls it, from a task's function, and returns what it returns. Blocks: the worker, which runs what others forked
/// meanwhile, as in fork_join.h. Errors: what it threw; Cancelled when the run, or the task, is to end: then all of them hear of it.
template <class T>
T sync_wait(Forks& forks, ForkCoroutine<T> coroutine) {
  detail::ForkRoot root{forks.host(), {}};
  detail::ForkResult<T> result;
  coroutine.frame().ends = detail::ForkFrame::Ends::tells_root;
  coroutine.frame().caller = reinterpret_cast<std::uintptr_t>(&root) | 1;
  {
    const Forks::Within within(forks, root.end);
    coroutine.begin(forks, nullptr, result);
    if (forks.has_suspended()) forks.host().wait_for(root.end);
  }
  if (result.has_failed()) [[unlikely]] forks.rethrow(result.failure());
  if constexpr (!std::is_void_v<T>) return result.value();
}

inline ForkCoroutine<void> detail::ForkPromise<void>::get_return_object() noexcept {
  return ForkCoroutine<void>(std::coroutine_handle<ForkPromise>::from_promise(*this));
}

}  // namespace interleave
