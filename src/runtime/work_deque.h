// work_deque.h -- a split deque: the owner works at one end without atomics, thieves take from the other.
//
//      items   [ taken | shared | private ]
//              0      tail    split      head
//
// The owner pushes and pops at `head`, in the private part, with plain loads and stores. Thieves take the oldest item
// of the shared part, at `tail`. Only the owner moves `split`: up when a thief has asked and finds nothing (share), down
// when its private part is empty (take_back). So the price of thieves is paid when there are thieves.
// (Lace: van Dijk and van de Pol 2014, doi:10.1007/978-3-319-14313-2_42. Wool's direct task stack, Faxen 2010.)
//
// `tail` and `split` are one 64-bit word, so that one compare-exchange decides every race:
//   - thief takes, thief takes: both want tail -> tail+1 of the same word; one fails.
//   - thief takes, owner takes back: the owner lowers split in the word that the thief saw; one fails. So an item below
//     `split` is a thief's or the owner's, never both's.
//   - thief takes, owner shares: the word changes, the thief fails for nothing ("lost") and looks again.
// Which order makes what visible:
//   - the item, and what it points to: written by the owner before `share` releases the word; the thief's load acquires
//     it. Between them are only read-modify-writes of the word, which pass it on.
//   - the slot: a thief reads it after it has won it. Its slot may be written again only after the deque was empty and
//     went back to slot 0 (take_back), which waits for `taken` to say that all winners have read: they release it, the
//     owner acquires it.
//   - share and the sleepers: `share` and Sleepers (sleepers.h) are sequentially consistent read-modify-writes, so
//     either the owner sees who went to sleep, or the sleeper sees what was shared.
// No stand-alone fence anywhere: clang makes mfence of it (PERFORMANCE.md, lesson 1). Owner-only fields are plain: in
// wasm every atomic store costs 5 ns.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <memory>

namespace interleave {

/// What the deque is made of. Tests put atomics here that a scheduler of theirs steps, and that see races.
struct StdAtomics {
  template <class T>
  using atomic = std::atomic<T>;
  /// Written by one thread, read by another, ordered by the atomics.
  template <class T>
  using plain = T;
};

enum class StealResult : std::uint8_t {
  taken,
  lost,   ///< somebody was quicker; look again
  empty,  ///< nothing is shared
};

/// T: a pointer, or as small. Bounded: push() says when it is full.
template <class T, class Atomics = StdAtomics>
class WorkDeque {
 public:
  explicit WorkDeque(std::uint32_t capacity)
      : items_(std::make_unique<typename Atomics::template plain<T>[]>(capacity)), capacity_(capacity) {}

  // -- Thread: the owner. --------------------------------------------------------------------------------------------

  /// False: it is full.
  bool push(T item) {
    if (head_ == capacity_) [[unlikely]] return false;
    items_[head_++] = item;
    return true;
  }
  /// The newest that nobody took; T{} if there is none.
  T pop() {
    if (head_ == split_ && !take_back()) [[unlikely]] return T{};
    return items_[--head_];
  }
  /// Undoes the newest push(), of what the caller knows. False: a thief has it.
  bool unpush() {
    if (head_ == split_ && !take_back()) [[unlikely]] return false;
    --head_;
    return true;
  }
  /// A thief found nothing here. Cost: one load.
  bool asked() const { return asked_.load(std::memory_order_relaxed); }
  /// Answers: the older half of the private part becomes shared. False: there is nothing to share (the question stays).
  bool share() {
    const std::uint32_t more = (head_ - split_ + 1) / 2;
    if (more == 0) return false;
    asked_.store(false, std::memory_order_relaxed);
    split_ += more;
    word_.fetch_add(more, std::memory_order_seq_cst);
    return true;
  }

  // -- Thread: any. --------------------------------------------------------------------------------------------------

  /// Takes the oldest shared item.
  StealResult steal(T& item) {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    const std::uint32_t tail = tail_of(word);
    if (tail >= split_of(word)) return StealResult::empty;
    if (!word_.compare_exchange_strong(word, word + kOneTaken, std::memory_order_acq_rel, std::memory_order_relaxed))
      return StealResult::lost;
    item = items_[tail];
    taken_.fetch_add(1, std::memory_order_release);
    return StealResult::taken;
  }
  bool has_shared() const {
    const std::uint64_t word = word_.load(std::memory_order_seq_cst);
    return tail_of(word) < split_of(word);
  }
  /// The owner is to share, as soon as it can.
  void ask() {
    if (!asked()) asked_.store(true, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t kOneTaken = std::uint64_t{1} << 32;
  static std::uint32_t tail_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
  static std::uint32_t split_of(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

  /// The private part is empty: takes back the newer half of what is shared. False: thieves have all of it.
  [[gnu::noinline]] bool take_back() {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const std::uint32_t tail = tail_of(word), split = split_of(word);
      assert(split == split_);
      if (tail == split) {
        // From slot 0 again, once nobody reads up there any more. No thief can win meanwhile: nothing is shared.
        if (tail > 0 && taken_.load(std::memory_order_acquire) == tail) {
          taken_.store(0, std::memory_order_relaxed);
          word_.store(0, std::memory_order_relaxed);
          head_ = split_ = 0;
        }
        return false;
      }
      const std::uint32_t back = (split - tail + 1) / 2;
      if (word_.compare_exchange_weak(word, word - back, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        split_ -= back;
        return true;
      }
    }
  }

  // The owner's.
  std::unique_ptr<typename Atomics::template plain<T>[]> items_;
  std::uint32_t head_ = 0, split_ = 0;
  const std::uint32_t capacity_;
  // The thieves' too.
  alignas(64) typename Atomics::template atomic<std::uint64_t> word_{0};  // tail << 32 | split; see above
  typename Atomics::template atomic<std::uint32_t> taken_{0};             // thieves that have read their slot since slot 0
  typename Atomics::template atomic<bool> asked_{false};                  // by a thief; false again by the owner
};

}  // namespace interleave
