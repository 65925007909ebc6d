// spans.h -- what a lane or a task was doing, from when to when.
//
// A span is 24 bytes, of which a trace has millions. In one they are rows (rows.h): its end, how long nothing was before it (as a rule it
// begins where the one before ended), state and core, task, line: some five bytes, while a run goes on as of a file. Who reads them
// need not know: Spans is a look at them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace/at_index.h"
#include "trace/event.h"
#include "trace/rows.h"

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

/// The spans of a lane, in order. They are added at the end, where they may be taken away again or last longer.
/// Thread: one that writes, or any number that read.
class PackedSpans {
 public:
  using Iterator = AtIndex<PackedSpans, Span>;
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  std::size_t bytes() const { return rows_.bytes(); }  ///< that they take
  Span operator[](std::size_t i) const { return span_of(rows_[i], end_before(i)); }
  Nanos begin_of(std::size_t i) const { return end_before(i) + rows_.number(i, kGap); }
  Nanos end_of(std::size_t i) const { return rows_.number(i, kEnd); }
  TaskId task(std::size_t i) const { return static_cast<TaskId>(rows_.number(i, kTask)); }
  Span front() const { return (*this)[0]; }
  Span back() const { return (*this)[size() - 1]; }
  Nanos last_end() const { return end_; }  ///< where there are any
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  /// Calls back with each of them: the quick way to read many.
  template <class Each>
  void each(std::size_t from, std::size_t to, Each each) const {
    Nanos before = from < to ? end_before(from) : 0;
    rows_.each(from, to, [&](const Row& row) {
      each(span_of(row, before));
      before = row[kEnd];
    });
  }
  /// Of these only where they lie and what they are.
  void extents(std::size_t from, std::size_t to, Nanos* begin, Nanos* end, State* state) const;

  void push_back(const Span& s) {
    if (rows_.empty()) origin_ = end_ = s.begin;
    rows_.add({s.end, s.begin - end_, s.core << kStateBits | static_cast<int>(s.state), s.task, s.line});
    end_ = s.end;
  }
  /// Whether this only says that the last goes on. Then it does.
  bool goes_on(const Span& more) {
    if (empty() || end_ != more.begin) return false;
    Span last = back();
    if (last.state != more.state || last.task != more.task || last.line != more.line || last.core != more.core) return false;
    rows_.last()[kEnd] = end_ = more.end;
    return true;
  }
  void pop_back() { cut(size() - 1); }
  void cut(std::size_t spans);  ///< so many stay
  friend bool operator==(const PackedSpans& a, const PackedSpans& b) { return std::ranges::equal(a, b); }

 private:
  enum { kEnd, kGap, kWhat, kTask, kLine };
  static constexpr int kStateBits = 4;
  static_assert(kStates <= 1 << kStateBits);
  using Row = Rows<5>::Row;
  Nanos end_before(std::size_t i) const { return i == 0 ? origin_ : rows_.number(i - 1, kEnd); }
  static State state_of(const Row& row) { return static_cast<State>(row[kWhat] & ((1 << kStateBits) - 1)); }
  static Span span_of(const Row& row, Nanos before) {
    return {before + row[kGap], row[kEnd], static_cast<TaskId>(row[kTask]), static_cast<std::uint16_t>(row[kLine]), state_of(row), static_cast<std::uint8_t>(row[kWhat] >> kStateBits)};
  }
  Rows<5> rows_;
  Nanos origin_ = 0, end_ = 0;  ///< where the first begins, where the last ends
};

/// The lives of all tasks, in order of task. Cores are not kept.
class PackedLives {
 public:
  /// The next task's life follows, which begins at `begin` as a rule.
  void begin_life(Nanos begin) {
    first_.push_back(static_cast<std::uint32_t>(spans_.size() + 1));
    spans_.push_back({begin, begin, kNoTask, 0, State::running, 0});  // so that its first begins where one ended, too
  }
  void add(Nanos begin, Nanos end, std::uint16_t line, State state) { spans_.push_back({begin, end, kNoTask, line, state, 0}); }
  void reserve_lives(std::size_t lives) { first_.reserve(lives); }
  std::size_t lives() const { return first_.size(); }
  std::size_t bytes() const { return spans_.bytes() + first_.capacity() * sizeof(first_[0]); }  ///< that they take

 private:
  friend class Spans;
  PackedSpans spans_;
  std::vector<std::uint32_t> first_;  ///< by task
};

/// A look at spans in order: of a lane, of a core or of one task. As long-lived as what it looks at; cheap to copy. Spans come by value.
/// Thread: any number of readers.
class Spans {
 public:
  using Iterator = AtIndex<Spans, Span>;
  Spans() = default;
  Spans(std::span<const Span> plain) : plain_(plain.data()), size_(plain.size()) {}
  Spans(const std::vector<Span>& plain) : Spans(std::span<const Span>(plain)) {}
  Spans(const PackedSpans& packed) : packed_(&packed), size_(packed.size()) {}
  /// Of a task that has a life there.
  Spans(const PackedLives& lives, TaskId task)
      : packed_(&lives.spans_), from_(lives.first_[task - 1]), size_((task < lives.lives() ? lives.first_[task] - 1 : lives.spans_.size()) - from_), task_(task) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Span operator[](std::size_t i) const { return plain_ ? plain_[from_ + i] : of_task((*packed_)[from_ + i]); }
  Nanos begin_of(std::size_t i) const { return plain_ ? plain_[from_ + i].begin : packed_->begin_of(from_ + i); }
  Nanos end_of(std::size_t i) const { return plain_ ? plain_[from_ + i].end : packed_->end_of(from_ + i); }
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
  /// Calls back with each of them: the quick way to read many.
  template <class Each>
  void each(std::size_t from, std::size_t to, Each each) const {
    if (plain_) std::for_each(plain_ + from_ + from, plain_ + from_ + to, each);
    else if (from < to) packed_->each(from_ + from, from_ + to, [&](const Span& span) { each(of_task(span)); });
  }
  /// Of these only where they lie and what they are: the quickest way to read many.
  void extents(std::size_t from, std::size_t to, Nanos* begin, Nanos* end, State* state) const;
  /// They lie side by side; null: they do not.
  const Span* plain() const { return plain_ ? plain_ + from_ : nullptr; }
  /// The same spans, not only alike ones.
  friend bool operator==(const Spans&, const Spans&) = default;

 private:
  Span of_task(Span span) const {
    if (task_ != kNoTask) span.task = task_;
    return span;
  }
  const PackedSpans* packed_ = nullptr;
  const Span* plain_ = nullptr;
  std::size_t from_ = 0, size_ = 0;
  TaskId task_ = kNoTask;
};
using Life = Spans;  ///< one task's, from its spawn to its end

/// Reads spans of which those that follow are read soon: a few are unpacked at a time.
class SpanReader {
 public:
  explicit SpanReader(const Spans& spans) : spans_(spans), plain_(spans.plain()) {}
  std::size_t size() const { return spans_.size(); }
  /// This one, and so many behind it as far as there are, as long as nothing else is asked for: at most kBehind of them, or 32 of who has
  /// just asked for this one.
  const Span* at(std::size_t i, std::size_t behind = 0) {
    if (plain_) return plain_ + i;
    if (i < from_ || std::min(i + behind, size() - 1) >= until_) unpack(i);
    return some_.data() + (i - from_);
  }
  static constexpr std::size_t kBehind = 17;

 private:
  static constexpr std::size_t kSome = 48;
  void unpack(std::size_t from);
  Spans spans_;
  const Span* plain_;
  std::size_t from_ = 0, until_ = 0;
  std::array<Span, kSome> some_;
};

}  // namespace interleave
