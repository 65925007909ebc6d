// pieces.h -- long work that stops after each piece: who must not be held up (a page's main thread) does something else between.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

namespace interleave {

/// A coroutine that does a piece of its work in each next() and says by co_yield how much of all is done, 0 to 1.
/// Thread: any, one at a time. Blocks: next() for one piece. Errors: an exception (bad_alloc) comes out of next().
class [[nodiscard]] Pieces {
 public:
  struct promise_type {
    double part = 0;
    Pieces get_return_object() { return Pieces(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(double done) noexcept {
      part = done;
      return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }
  };

  Pieces() = default;
  Pieces(Pieces&& other) noexcept : work_(std::exchange(other.work_, {})) {}
  Pieces& operator=(Pieces&& other) noexcept {
    std::swap(work_, other.work_);
    return *this;
  }
  ~Pieces() {
    if (work_) work_.destroy();
  }

  /// Does a piece. False: that was the last, and all is done.
  bool next() {
    if (!done()) work_.resume();
    return !done();
  }
  bool done() const { return !work_ || work_.done(); }
  double part() const { return done() ? 1 : work_.promise().part; }
  void all() {
    while (next()) {}
  }

 private:
  explicit Pieces(std::coroutine_handle<promise_type> work) : work_(work) {}
  std::coroutine_handle<promise_type> work_;
};

/// So many spans, marks or tasks make a piece: half a millisecond, natively.
inline constexpr std::size_t kPiece = 8192;

}  // namespace interleave
