// marks.h -- points on a lane.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/at_index.h"
#include "trace/event.h"
#include "trace/rows.h"

namespace interleave {

/// A point on a lane: switch, spawn, steal, wake, forced GIL drop; and, with its word in cause.index, what `sync` says of queues (what
/// goes in and out), of waits (what for) and of locks (who takes and gives them): of the last two the run's first 200,000.
struct Mark {
  Nanos at = 0;
  EventKind kind = EventKind::none;
  TaskId task = kNoTask;
  Cause cause;
  friend bool operator==(const Mark&, const Mark&) = default;
};
static_assert(sizeof(Mark) == 24);

/// The marks of a lane, in order, packed: some five bytes each. Thread: one that writes, or any number that read.
class PackedMarks {
 public:
  using Iterator = AtIndex<PackedMarks, Mark>;
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  std::size_t bytes() const { return rows_.bytes(); }  ///< that they take
  Mark operator[](std::size_t i) const { return mark_of(rows_[i]); }
  Mark front() const { return (*this)[0]; }
  Nanos at(std::size_t i) const { return rows_.number(i, kAt); }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  void push_back(const Mark& m) {
    rows_.add({m.at, static_cast<int>(m.kind), m.task, static_cast<std::int64_t>(m.cause.lane_plus_1), static_cast<std::int64_t>(m.cause.index)});
  }
  void cut(std::size_t marks) { rows_.cut(marks); }  ///< so many stay

 private:
  enum { kAt, kKind, kTask, kLane, kIndex };
  static Mark mark_of(const Rows<5>::Row& row) {
    return {row[kAt], static_cast<EventKind>(row[kKind]), static_cast<TaskId>(row[kTask]),
            {static_cast<std::uint16_t>(row[kLane]), static_cast<std::uint64_t>(row[kIndex])}};
  }
  Rows<5> rows_;
};

/// A look at marks in order. As long-lived as what it looks at; cheap to copy. Marks come by value. Thread: any number of readers.
class Marks {
 public:
  using Iterator = AtIndex<Marks, Mark>;
  Marks() = default;
  Marks(const std::vector<Mark>& plain) : plain_(plain.data()), size_(plain.size()) {}
  Marks(const PackedMarks& packed) : packed_(&packed), size_(packed.size()) {}
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Mark operator[](std::size_t i) const { return packed_ ? (*packed_)[i] : plain_[i]; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  const PackedMarks* packed_ = nullptr;
  const Mark* plain_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace interleave
