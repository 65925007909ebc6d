// counts.h -- where all tasks are over time.
//
// Each entry, 40 bytes, follows from the one before: one task goes from one place to another. So in a trace they are rows (rows.h) of
// a time and a move, and one in 64 is whole. Who reads them need not know: Counts is a look at them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "trace/event.h"
#include "trace/rows.h"

namespace interleave {

/// Where all tasks (but main) are at one moment.
struct TaskCounts {
  Nanos at = 0;
  std::uint32_t running = 0, ready = 0, waiting_io = 0, waiting_lock = 0, waiting_gil = 0, not_started = 0, done = 0;
  std::uint32_t main = 0;  ///< 1: main has one of the run's cores. (The parent of processes, where main is, has none of theirs.)
  std::uint32_t cores_in_use() const { return running + main; }
  std::uint32_t there() const { return running + ready + waiting_io + waiting_lock + waiting_gil + not_started; }  ///< made, and not done
  friend bool operator==(const TaskCounts&, const TaskCounts&) = default;
};

/// Entries that follow from one another, in order of time. They are added at the end, where they may be taken away or changed again.
/// Thread: one that writes, or any number that read.
class PackedCounts {
 public:
  static constexpr std::size_t kEvery = 64;  ///< so many entries after one that is kept whole
  void add(const TaskCounts& now);
  /// The same, by who knows that one task moved from place to place (running, ready, waiting for I/O, a lock, the GIL, not started,
  /// done; 7: none), and at most main from or to a core.
  void add(const TaskCounts& now, std::size_t from, std::size_t to) {
    const std::uint32_t main = last_.main ^ now.main;
    if (main > 1) [[unlikely]] return add(now);
    add_move(now, static_cast<std::uint8_t>(from << 3 | to | main << 6));
  }
  /// Instead of the last.
  void change_last(const TaskCounts& now);
  void cut(std::size_t entries);  ///< so many stay. Cost: O(kEvery)
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  const TaskCounts& last() const { return last_; }
  Nanos at(std::size_t i) const { return rows_.number(i, kAt); }
  std::size_t bytes() const;  ///< that they take

 private:
  friend class Counts;
  enum { kAt, kMove };
  // An entry's move: a task from the place of bits 3-5 to that of bits 0-2 (7: none), main to or from a core with bit 6.
  static constexpr std::uint8_t kWhole = 0xff;  ///< the next of others_
  struct Whole {
    TaskCounts counts;
    std::size_t others = 0;  ///< of others_, how many come before the next entry
  };
  void add_move(const TaskCounts& now, std::uint8_t move) {
    if (rows_.size() % kEvery == 0) whole_.push_back({now, others_.size()});
    rows_.add({now.at, move});
    before_ = last_;
    last_ = now;
  }
  static void move(TaskCounts& counts, std::uint8_t move);
  Rows<2> rows_;
  std::vector<Whole> whole_;
  std::vector<TaskCounts> others_;
  TaskCounts last_, before_;  ///< the last entry and the one before it
};

/// A look at the entries, in order of time. As long-lived as what it looks at; cheap to copy. Thread: any number of readers.
class Counts {
 public:
  Counts() = default;
  Counts(std::span<const TaskCounts> plain) : plain_(plain), size_(plain.size()) {}
  Counts(const std::vector<TaskCounts>& plain) : Counts(std::span<const TaskCounts>(plain)) {}
  explicit Counts(const PackedCounts& packed) : packed_(&packed), size_(packed.size()) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t bytes() const { return packed_ ? packed_->bytes() : plain_.size_bytes(); }  ///< that the entries take
  Nanos at(std::size_t i) const { return packed_ ? packed_->at(i) : plain_[i].at; }
  /// Cost: up to kEvery entries of a file's. To read one after the other: from().
  TaskCounts operator[](std::size_t i) const { return *from(i); }
  TaskCounts back() const { return (*this)[size_ - 1]; }
  /// How many entries are at t or before it. Cost: O(log entries).
  std::size_t until(double t) const;
  /// The last entry at or before t; zeros before the first. Cost: O(log entries).
  TaskCounts in_force(double t) const {
    const std::size_t n = until(t);
    return n == 0 ? TaskCounts{} : (*this)[n - 1];
  }

  /// Goes from entry to entry at the cost of one.
  class Reader {
   public:
    using value_type = TaskCounts;
    using reference = TaskCounts;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;
    Reader() = default;
    const TaskCounts& now() const { return now_; }
    TaskCounts operator*() const { return now_; }
    const TaskCounts* operator->() const { return &now_; }
    Reader& operator++();
    Reader operator++(int) {
      Reader before = *this;
      ++*this;
      return before;
    }
    std::size_t index() const { return index_; }
    friend bool operator==(const Reader& a, const Reader& b) { return a.index_ == b.index_; }

   private:
    friend class Counts;
    friend class PackedCounts;
    Reader(const PackedCounts* packed, std::span<const TaskCounts> plain, std::size_t index);
    const PackedCounts* packed_ = nullptr;
    std::span<const TaskCounts> plain_;
    std::size_t index_ = 0, others_ = 0;
    TaskCounts now_;
  };
  Reader from(std::size_t i) const { return Reader(packed_, plain_, i); }
  Reader begin() const { return from(0); }
  Reader end() const { return from(size_); }

 private:
  const PackedCounts* packed_ = nullptr;
  std::span<const TaskCounts> plain_;
  std::size_t size_ = 0;
};

inline Counts::Reader& Counts::Reader::operator++() {
  ++index_;
  if (!packed_) {
    if (index_ < plain_.size()) now_ = plain_[index_];
    return *this;
  }
  if (index_ >= packed_->size()) return *this;
  const Rows<2>::Row row = packed_->rows_[index_];
  const auto move = static_cast<std::uint8_t>(row[PackedCounts::kMove]);
  if (move == PackedCounts::kWhole) now_ = packed_->others_[others_++];
  else PackedCounts::move(now_, move);
  now_.at = row[PackedCounts::kAt];
  return *this;
}

inline void PackedCounts::move(TaskCounts& c, std::uint8_t move) {
  constexpr std::array<std::uint32_t TaskCounts::*, 7> kPlaces = {&TaskCounts::running, &TaskCounts::ready, &TaskCounts::waiting_io, &TaskCounts::waiting_lock,
                                                                 &TaskCounts::waiting_gil, &TaskCounts::not_started, &TaskCounts::done};
  const unsigned from = move >> 3 & 7, to = move & 7;
  if (from < 7) --(c.*kPlaces[from]);
  if (to < 7) ++(c.*kPlaces[to]);
  c.main ^= move >> 6 & 1;
}

}  // namespace interleave
