// times.h -- a column of times, as wide as the latest of them needs.
//
// Runs are short: 4 bytes hold nanoseconds up to 4.3 s, 5 up to 18 minutes, 8 whatever there is. Nothing is rounded, and the n-th is
// read without reading another. Rejected: differences in blocks (half a byte less, and each look reads half a block).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "trace/event.h"

namespace interleave {

/// Leaves new elements as the memory is: zeros that are written over at once are a go through all of it.
template <class T>
struct Unset : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  template <class U>
  void construct(U* at) noexcept {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

/// Thread: any number of readers, once it is written.
class Times {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t bytes() const { return bytes_.capacity(); }  ///< that it takes
  void reserve(std::size_t times) { bytes_.reserve(times * width_ + kBehind); }
  /// Cost: amortised constant; a time that is too large for those before makes all of them wider, at most twice.
  void add(Nanos t) {
    if (static_cast<std::uint64_t>(t) > mask_) [[unlikely]] widen(t);
    const std::size_t at = size_++ * width_;
    if (at + kBehind > bytes_.size()) [[unlikely]] grow();
    std::memcpy(bytes_.data() + at, &t, sizeof t);
  }
  Nanos operator[](std::size_t i) const {
    std::uint64_t w = 0;
    std::memcpy(&w, bytes_.data() + i * width_, sizeof w);
    return static_cast<Nanos>(w & mask_);
  }
  Nanos back() const { return (*this)[size_ - 1]; }

 private:
  static constexpr std::size_t kBehind = 8;  ///< eight bytes are read and written at a time
  void grow();
  void widen(Nanos to);
  std::vector<std::uint8_t, Unset<std::uint8_t>> bytes_;
  std::size_t size_ = 0, width_ = 4;
  std::uint64_t mask_ = 0xffff'ffff;
};

}  // namespace interleave
