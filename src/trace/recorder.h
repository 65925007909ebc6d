// recorder.h -- where a run writes down what happens, while it happens.
//
// One LaneRecorder per lane, one thread writes it, nobody locks. Words go into chunks; a reader on another thread sees
// everything up to the published head. The same reader serves the native window, the page (which calls it on its main
// thread over shared memory: it takes no lock, allocates nothing and never waits) and a Worker that posts what it reads.
// Chunks of a lane grow from 4 to 64 KB, so that 256 threads that do little cost little.
// When the budget is spent, new events are dropped and counted, and the lane says that it ended there; the picture then
// says so.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "trace/event.h"

namespace interleave {

enum class LaneKind : std::uint8_t { coordinator, worker, process, loop };

class Recorder;
class TraceReader;

/// What another process may tell of the tasks that it runs. (lane_ended: its budget is spent.)
constexpr bool a_child_may_say(EventKind kind) {
  switch (kind) {
    case EventKind::clock: case EventKind::spawn: case EventKind::ready: case EventKind::run: case EventKind::wait:
    case EventKind::wake: case EventKind::done: case EventKind::copy: case EventKind::text: case EventKind::fork:
    case EventKind::join: case EventKind::lane_ended: return true;
    default: return false;
  }
}

/// The single writer of one lane. Thread: one at a time. Blocks: never. Cost: a few stores; time is an argument so
/// that the caller decides when the clock is worth reading.
class LaneRecorder {
 public:
  /// Writes a clock word (if `t` differs from the last) and then the event, and publishes both to readers.
  /// `t` is clamped to be no earlier than the last time of this lane.
  void at(Nanos t, EventKind kind, std::uint32_t argument = 0, TaskId task = kNoTask);
  /// The same with the one payload word of wake, steal, copy and fact.
  void at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload);
  /// One event, or two at one time, without payload; shown to readers with the next `at` or publish().
  void note(Nanos t, std::uint64_t word);
  void note(Nanos t, std::uint64_t first, std::uint64_t second);
  /// The same in two steps, where has_room() was true before: the clock word, if `t` differs from the last...
  void tick(Nanos t) {
    if (t <= last_time_) return;
    last_time_ = t;
    *position_++ = clock_word(t);
  }
  /// ...and at most kAtOnce - 1 words. The first is at next_word().
  template <class... Words>
  [[gnu::always_inline]] void note_in_room(Words... words) {
    static_assert(sizeof...(words) < kAtOnce);
    std::uint64_t* const at = position_;
    position_ = at + sizeof...(words);
    std::ptrdiff_t i = 0;
    ((at[i++] = words), ...);
  }
  static constexpr std::ptrdiff_t kAtOnce = 4;  ///< a clock, two events and a payload
  /// For kAtOnce words.
  bool has_room() const { return position_ < fast_end_; }
  /// An event at the time of the one before it; published with the next `at`.
  void then(EventKind kind, std::uint32_t argument = 0, TaskId task = kNoTask);
  void then(EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload);
  /// For events by the hundred million: one store, no clock, not published. False: nothing was written; it is time for
  /// `at` (with a look at the clock) and `rearm`. That is after at most as many words as it was told.
  bool mark(std::uint64_t word) {
    if (position_ >= mark_end_) [[unlikely]] return false;
    *position_++ = word;
    return true;
  }
  void rearm(std::ptrdiff_t words) { mark_end_ = position_ + std::clamp<std::ptrdiff_t>(fast_end_ - position_, 0, words); }
  /// Text is cut at 60,000 bytes, at a character's edge.
  void text(Nanos t, TextRole role, std::string_view text, TaskId task = kNoTask);
  void fact(Nanos t, Fact fact, std::int64_t value);
  /// Words that another process recorded for this lane with the same t = 0. Whole events only. Clock words are
  /// clamped as in `at`; what no child may say is refused (returns false, appends nothing): the other side may be hostile.
  bool append(std::span<const std::uint64_t> words);
  /// Another process dropped so many events of this lane.
  void dropped_elsewhere(std::uint64_t events);

  /// Shows readers what `then` wrote.
  void publish() { published_.store(written(), std::memory_order_release); }

  /// Place of the next event, for a Cause (the clock word before it, if it gets one).
  Cause here() const { return {static_cast<std::uint16_t>(index_ + 1), written()}; }
  /// Place of the next word, as a Cause's word.
  std::uint64_t next_word() const { return before_first_ + 1 + written(); }
  /// Place of the last event, which had no payload, as a Cause's word.
  std::uint64_t last_word() const { return before_first_ + written(); }
  std::uint16_t index() const { return index_; }
  /// The budget was spent: nothing more is kept but how the lane ends.
  bool is_full() const { return sealed_; }
  /// 0 before the first event.
  Nanos last_time() const { return last_time_ == INT64_MIN ? 0 : last_time_; }
  ~LaneRecorder();

 private:
  friend class Recorder;
  friend class TraceReader;
  struct Chunk {
    Chunk* next = nullptr;  ///< written before any word of the next chunk is published, read only after
    std::size_t capacity = 0;
    std::uint64_t* words() { return reinterpret_cast<std::uint64_t*>(this + 1); }
    static Chunk* make(std::size_t capacity);
  };
  LaneRecorder(Recorder& owner, std::uint16_t index, LaneKind kind);
  std::uint64_t written() const { return (reinterpret_cast<std::uintptr_t>(position_) - origin_) / sizeof(std::uint64_t); }
  void enter(Chunk* chunk);
  void put(std::uint64_t word);
  bool reserve(std::size_t words);
  void seal();
  bool write(Nanos t, const std::uint64_t* words, std::size_t count);
  void write_and_publish(Nanos t, const std::uint64_t* words, std::size_t count);
  // By value: what is inlined everywhere keeps nothing on the stack.
  void write_slowly(Nanos t, std::uint64_t word);
  void write_slowly(Nanos t, std::uint64_t word, std::uint64_t payload);
  bool put_text(Nanos t, TextRole role, std::string_view text, TaskId task);

  // The writer's own, plain on purpose: in wasm every atomic store costs 5 ns.
  std::uint64_t* position_ = nullptr;
  std::uint64_t* mark_end_ = nullptr;  ///< for `mark`: at most `fast_end_`, of this chunk
  std::uint64_t* fast_end_ = nullptr;  ///< from here on the chunk has not room for them; of a sealed lane: `position_`, so that all goes the slow way
  std::uintptr_t origin_ = 0;          ///< address that the lane's first word would have if all chunks were one
  Nanos last_time_ = INT64_MIN;
  Chunk* chunk_ = nullptr;
  bool sealed_ = false;
  Recorder& owner_;
  const std::uint16_t index_;
  const LaneKind kind_;
  const std::uint64_t before_first_;  ///< one less than the word of the lane's first place
  Chunk* first_;  ///< that is kept: a reader may give back what it has passed
  Chunk* const last_;  ///< small, outside the budget: how the lane and the run ended is said even when nothing else fits

  // What readers load, away from what the writer changes at each event.
  alignas(64) std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

/// All lanes of one run. Outlives its run; a reader may go on reading after the writers are gone (or were killed).
class Recorder {
 public:
  static constexpr int kMaxLanes = 512;
  static constexpr std::size_t kFirstChunkWords = 512, kChunkWords = 8192;
  explicit Recorder(std::size_t budget_bytes);
  /// For benches: each lane writes its last chunk again and again. Nobody reads it.
  static std::unique_ptr<Recorder> recycling();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// A new lane, at most kMaxLanes (asserted; executors cap their workers well below). Thread: any. Blocks: briefly.
  LaneRecorder& lane(LaneKind kind, std::string_view name);
  int lane_count() const { return lane_count_.load(std::memory_order_acquire); }
  std::uint64_t dropped_events() const;
  /// How much all lanes have said, kept or dropped: grows while anybody records. Thread: any.
  std::uint64_t written() const;
  /// A thread was left behind in the middle of a computation and may still write a few words: the lanes are not freed.
  void keep_for_ever() { kept_ = true; }

 private:
  friend class LaneRecorder;
  friend class TraceReader;
  LaneRecorder::Chunk* take_chunk(std::size_t words);
  void give_back(int lane, LaneRecorder::Chunk* passed);
  std::atomic<std::int64_t> budget_bytes_;
  bool recycles_ = false, kept_ = false;
  std::mutex mutex_;  ///< for new lanes only
  std::array<std::unique_ptr<LaneRecorder>, kMaxLanes> lanes_;
  std::atomic<int> lane_count_{0};
};

/// Reads what was published since the last call, as packets. Thread: one reader at a time, any thread.
/// Packet: one header word (lane index 16 bits | LaneKind 8 bits << 16 | word count << 32), then that many words of
/// the lane's stream; a packet may end in the middle of an event. A packet with count 0 and bit 31 set carries the
/// lane's dropped-event count in one following word.
class TraceReader {
 public:
  explicit TraceReader(const Recorder& recorder);
  /// The recorder's only reader, of a run that may take any time: what it has passed goes back to the budget.
  struct GivesBack {};
  TraceReader(Recorder& recorder, GivesBack);
  /// Fills `out` from the front with whole packets; of more than fits, the same part of each lane. Returns words written;
  /// 0: nothing new. Blocks: never. Cost: O(lanes + words).
  std::size_t read(std::span<std::uint64_t> out);

 private:
  struct Cursor {
    LaneRecorder::Chunk* chunk = nullptr;
    std::size_t offset = 0;         ///< in the chunk
    std::uint64_t read = 0;         ///< words of the lane
    std::uint64_t dropped_told = 0;
  };
  std::size_t read_lane(int index, std::uint64_t most, std::span<std::uint64_t> out);
  const Recorder& recorder_;
  Recorder* const gives_back_to_ = nullptr;
  std::vector<Cursor> cursors_;  ///< one for each lane that may come: reading must not allocate (a killed writer may hold malloc's lock)
  int next_lane_ = 0;  ///< where the next read begins, so that a busy lane does not starve the others
};

// --- The way of nearly every event: a few plain stores ---------------------------------------------------------------

[[gnu::always_inline]] inline void LaneRecorder::at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task) {
  const std::uint64_t word = event_word(kind, argument, task);
  if (!has_room()) [[unlikely]] return write_slowly(t, word);
  tick(t);
  *position_++ = word;
  publish();
}

[[gnu::always_inline]] inline void LaneRecorder::at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload) {
  const std::uint64_t word = event_word(kind, argument, task);
  if (!has_room()) [[unlikely]] return write_slowly(t, word, payload);
  tick(t);
  *position_++ = word;
  *position_++ = payload;
  publish();
}

[[gnu::always_inline]] inline void LaneRecorder::note(Nanos t, std::uint64_t word) {
  if (!has_room()) [[unlikely]] return write_slowly(t, word);
  tick(t);
  *position_++ = word;
}

[[gnu::always_inline]] inline void LaneRecorder::note(Nanos t, std::uint64_t first, std::uint64_t second) {
  if (!has_room()) [[unlikely]] {
    write_slowly(t, first);
    return write_slowly(t, second);
  }
  tick(t);
  *position_++ = first;
  *position_++ = second;
}

inline void LaneRecorder::then(EventKind kind, std::uint32_t argument, TaskId task) {
  const std::uint64_t word = event_word(kind, argument, task);
  if (!has_room()) [[unlikely]] return static_cast<void>(write(INT64_MIN, &word, 1));
  *position_++ = word;
}

inline void LaneRecorder::then(EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload) {
  const std::uint64_t words[] = {event_word(kind, argument, task), payload};
  if (!has_room()) [[unlikely]] return static_cast<void>(write(INT64_MIN, words, 2));
  *position_++ = words[0];
  *position_++ = words[1];
}

}  // namespace interleave
