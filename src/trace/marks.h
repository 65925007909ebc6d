// marks.h -- points on a lane.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trace/at_index.h"
#include "trace/event.h"

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

/// A look at a lane's marks, in order. As long-lived as the lane; cheap to copy. Marks come by value. Thread: any number of readers.
class Marks {
 public:
  using Iterator = AtIndex<Marks, Mark>;
  Marks() = default;
  Marks(const std::vector<Mark>& plain) : plain_(plain) {}
  std::size_t size() const { return plain_.size(); }
  bool empty() const { return plain_.empty(); }
  Mark operator[](std::size_t i) const { return plain_[i]; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  std::span<const Mark> plain_;
};

}  // namespace interleave
