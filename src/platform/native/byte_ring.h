// byte_ring.h -- bytes from one process to another through memory that both have mapped, without a system call while both are awake.
//
// One writes, one reads. Who has nothing to read, or no room to write, says so before it sleeps (on a descriptor: process_line.h),
// and whoever finds that said wakes it. Who publishes stores its count, and then reads whether the other sleeps; who goes to sleep
// says so, and then reads the count. All four are sequentially consistent, so one of the two sees the other. (tests/schedules)
// Neither trusts what the other leaves there: positions are kept in one's own memory, and a count that no ring can have is `broken`.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>

#include "runtime/threaded/std_threads.h"

namespace interleave {

/// What lies in the shared memory. All zero: empty, and nobody sleeps.
template <class Threads = StdThreads, std::uint64_t kBytes = std::uint64_t{1} << 17>
struct BasicByteRing {
  static constexpr std::uint64_t kRoom = kBytes;
  alignas(64) typename Threads::template atomic<std::uint64_t> written{};
  typename Threads::template atomic<std::uint32_t> reader_sleeps{};
  typename Threads::template atomic<std::int32_t> core{};  ///< of the writer, when it wrote last
  alignas(64) typename Threads::template atomic<std::uint64_t> read{};
  typename Threads::template atomic<std::uint32_t> writer_sleeps{};
  alignas(64) typename Threads::template plain<std::uint8_t> bytes[kBytes];
};

/// Thread: one.
template <class Ring>
class RingWriter {
 public:
  explicit RingWriter(Ring& ring) : ring_(ring) {}
  /// How many of them there was room for. Seen by the reader with publish().
  std::size_t write(std::span<const std::uint8_t> bytes) {
    if (Ring::kRoom - (written_ - read_) < bytes.size()) look(std::memory_order_acquire);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), Ring::kRoom - (written_ - read_)));
    const auto at = static_cast<std::size_t>(written_ % Ring::kRoom), first = std::min<std::size_t>(count, Ring::kRoom - at);
    std::copy_n(bytes.begin(), first, ring_.bytes + at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), count - first, ring_.bytes);
    written_ += count;
    return count;
  }
  /// True: the reader sleeps, and the caller wakes it.
  bool publish() {
    if (published_ == written_) return false;
    published_ = written_;
    ring_.written.store(written_, std::memory_order_seq_cst);
    return ring_.reader_sleeps.load(std::memory_order_seq_cst) != 0 && ring_.reader_sleeps.exchange(0, std::memory_order_seq_cst) != 0;
  }
  /// Before one sleeps for want of room. False: there is some.
  bool falls_asleep() {
    ring_.writer_sleeps.store(1, std::memory_order_seq_cst);
    look(std::memory_order_seq_cst);
    if (written_ - read_ == Ring::kRoom) return true;
    ring_.writer_sleeps.store(0, std::memory_order_relaxed);
    return false;
  }
  bool broken() const { return broken_; }

 private:
  void look(std::memory_order order) {
    const std::uint64_t read = ring_.read.load(order);
    if (read < read_ || read > written_) broken_ = true;
    else read_ = read;
  }
  Ring& ring_;
  std::uint64_t written_ = 0, published_ = 0, read_ = 0;  // the last as seen last
  bool broken_ = false;
};

/// Thread: one.
template <class Ring>
class RingReader {
 public:
  explicit RingReader(Ring& ring) : ring_(ring) {}
  bool has_some() const { return ring_.written.load(std::memory_order_acquire) != read_; }
  /// Copies as many as there are, and fit. Their room is the writer's again with release().
  std::size_t read(std::span<std::uint8_t> to) {
    const std::uint64_t there = ring_.written.load(std::memory_order_acquire) - read_;
    if (there > Ring::kRoom) broken_ = true;
    if (broken_) return 0;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), there));
    const auto at = static_cast<std::size_t>(read_ % Ring::kRoom), first = std::min<std::size_t>(count, Ring::kRoom - at);
    std::copy_n(ring_.bytes + at, first, to.begin());
    std::copy_n(ring_.bytes, count - first, to.begin() + static_cast<std::ptrdiff_t>(first));
    read_ += count;
    return count;
  }
  /// True: the writer sleeps for want of room, and the caller wakes it.
  bool release() {
    ring_.read.store(read_, std::memory_order_seq_cst);
    return ring_.writer_sleeps.load(std::memory_order_seq_cst) != 0 && ring_.writer_sleeps.exchange(0, std::memory_order_seq_cst) != 0;
  }
  /// Before one sleeps for want of bytes. False: there are some.
  bool falls_asleep() {
    ring_.reader_sleeps.store(1, std::memory_order_seq_cst);
    if (ring_.written.load(std::memory_order_seq_cst) == read_) return true;
    awakes();
    return false;
  }
  /// From here on has_some() is asked before one sleeps.
  void awakes() { ring_.reader_sleeps.store(0, std::memory_order_relaxed); }
  bool broken() const { return broken_; }

 private:
  Ring& ring_;
  std::uint64_t read_ = 0;
  bool broken_ = false;
};

using ByteRing = BasicByteRing<>;

}  // namespace interleave
