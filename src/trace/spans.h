// spans.h -- what a lane or a task was doing, from when to when.
//
// A lane's spans lie side by side, 24 bytes each, and so do those of all tasks when a run has ended. Of a file the tasks' are
// columns: 7 bytes a span, since one begins where the one before ended and the task is known. Who reads them need not know: Spans is a
// look at either.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "trace/at_index.h"
#include "trace/event.h"
#include "trace/times.h"

namespace interleave {

/// What a lane or a task is doing. Each has a colour, a pattern, a letter and a height (view/colours.h).
enum class State : std::uint8_t {
  running, ready, waiting_io, waiting_lock, waiting_gil, idle, not_started,
  copying,   ///< bytes on their way to or from another process: a solid block of text colour
  starting,  ///< a thread or process that is being started
  waiting_children,  ///< a task that waits for tasks it made: drawn like idle on a lane, not counted as a wait for I/O
};
inline constexpr int kStates = 10;

struct Span {
  Nanos begin = 0;
  Nanos end = 0;
  TaskId task = kNoTask;
  std::uint16_t line = 0;  ///< source line, 0 unknown
  State state = State::idle;
  std::uint8_t core = 0;   ///< for running: which of the run's cores
  friend bool operator==(const Span&, const Span&) = default;
};
static_assert(sizeof(Span) == 24);

/// The lives of all tasks, written once, in order of task. Cores are not kept.
class PackedLives {
 public:
  /// The next task's life follows, whose first span begins at `begin` as a rule.
  void begin_life(Nanos begin) {
    born_.add(begin);
    at_ = begin;
  }
  void add(Nanos begin, Nanos end, std::uint16_t line, State state) {
    auto packed = static_cast<std::uint8_t>(state);
    if (begin != at_) [[unlikely]] packed |= gap(begin);
    ends_.add(at_ = end);
    lines_.push_back(line);
    states_.push_back(packed);
  }
  void reserve(std::size_t spans);
  void reserve_lives(std::size_t lives) { born_.reserve(lives); }
  std::size_t size() const { return ends_.size(); }  ///< spans of all
  std::size_t bytes() const;                         ///< that they take
  /// The `nth` span of a task's life that begins with span `first`.
  Span span(TaskId task, std::size_t first, std::size_t nth) const;

 private:
  static constexpr std::uint8_t kGap = 0x80;  ///< of a state: it begins later than the one before ended
  std::uint8_t gap(Nanos begin);
  Times born_, ends_;
  std::vector<std::uint16_t> lines_;
  std::vector<std::uint8_t> states_;
  std::vector<std::pair<std::size_t, Nanos>> gaps_;  ///< by span
  Nanos at_ = 0;
};

/// A look at spans in order: of a lane, of a core or of one task. As long-lived as what it looks at; cheap to copy. Spans come by value.
/// Thread: any number of readers.
class Spans {
 public:
  using Iterator = AtIndex<Spans, Span>;
  Spans() = default;
  Spans(std::span<const Span> plain) : plain_(plain.data()), size_(plain.size()) {}
  Spans(const std::vector<Span>& plain) : Spans(std::span<const Span>(plain)) {}
  Spans(const PackedLives& packed, TaskId task, std::size_t first, std::size_t size) : packed_(&packed), first_(first), size_(size), task_(task) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Span operator[](std::size_t i) const { return packed_ ? packed_->span(task_, first_, from_ + i) : plain_[from_ + i]; }
  Span front() const { return (*this)[0]; }
  Span back() const { return (*this)[size_ - 1]; }
  Spans subspan(std::size_t from, std::size_t most) const {
    Spans some = *this;
    some.from_ += from;
    some.size_ = std::min(most, size_ - from);
    return some;
  }
  Spans first(std::size_t most) const { return subspan(0, most); }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }
  /// The same spans, not only alike ones.
  friend bool operator==(const Spans&, const Spans&) = default;

 private:
  const PackedLives* packed_ = nullptr;
  const Span* plain_ = nullptr;
  std::size_t first_ = 0, from_ = 0, size_ = 0;
  TaskId task_ = kNoTask;
};
using Life = Spans;  ///< one task's, from its spawn to its end

}  // namespace interleave
