// recorder.h -- where a run writes down what happens, while it happens.
//
// One LaneRecorder per lane, one thread writes it, nobody locks. Words go into 64 KB chunks; a reader on another
// thread sees everything up to the published head. The same reader serves the native window, the page (which calls it
// on its main thread over shared memory: it takes no lock and never waits) and a Worker that posts what it reads.
// When the budget is spent, new events are dropped and counted; the picture then says so.
#pragma once

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

/// The single writer of one lane. Thread: one at a time. Blocks: never. Cost: a few stores; time is an argument so
/// that the caller decides when the clock is worth reading.
class LaneRecorder {
 public:
  /// Writes a clock word (if `t` differs from the last) and then the event, and publishes both to readers.
  /// `t` is clamped to be no earlier than the last time of this lane.
  void at(Nanos t, EventKind kind, std::uint32_t argument = 0, TaskId task = kNoTask);
  /// The same with the one payload word of wake, steal, copy and fact.
  void at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload);
  /// An event at the time of the one before it; published with the next `at`.
  void then(EventKind kind, std::uint32_t argument = 0, TaskId task = kNoTask);
  void then(EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload);
  /// Text is cut at 60,000 bytes, at a character's edge.
  void text(Nanos t, TextRole role, std::string_view text, TaskId task = kNoTask);
  void fact(Nanos t, Fact fact, std::int64_t value);
  /// Words that another process recorded for this lane with the same t = 0. Whole events only. Clock words are
  /// clamped as in `at`; unknown kinds are refused (returns false, appends nothing): the other side may be hostile.
  bool append(std::span<const std::uint64_t> words);

  /// Place of the next event, for a Cause.
  Cause here() const;
  std::uint16_t index() const { return index_; }
  /// 0 before the first event.
  Nanos last_time() const { return last_time_ == INT64_MIN ? 0 : last_time_; }
  ~LaneRecorder();

 private:
  friend class Recorder;
  friend class TraceReader;
  struct Chunk;
  LaneRecorder(Recorder& owner, std::uint16_t index, LaneKind kind) : owner_(owner), index_(index), kind_(kind) {}
  bool room_for(std::size_t words);
  bool begin_at(Nanos t, std::size_t words);
  void put(std::uint64_t word);
  void put_text(TextRole role, std::string_view text, TaskId task);
  void publish() { published_.store(written_, std::memory_order_release); }

  // The writer's own, plain on purpose: in wasm every atomic store costs 5 ns.
  std::uint64_t* position_ = nullptr;
  std::uint64_t* chunk_end_ = nullptr;
  Chunk* chunk_ = nullptr;
  std::uint64_t written_ = 0;  ///< words of this lane
  Nanos last_time_ = INT64_MIN;
  bool full_ = false;
  Recorder& owner_;
  const std::uint16_t index_;
  const LaneKind kind_;

  // What readers see. `first_` and each chunk's `next` are written before the head that makes them needed.
  std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> dropped_{0};
  Chunk* first_ = nullptr;
};

/// All lanes of one run. Outlives its run; a reader may go on reading after the writers are gone (or were killed).
class Recorder {
 public:
  static constexpr int kMaxLanes = 512;
  static constexpr std::size_t kChunkWords = 8192;
  explicit Recorder(std::size_t budget_bytes);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// A new lane, at most kMaxLanes (asserted; executors cap their workers well below). Thread: any. Blocks: briefly.
  LaneRecorder& lane(LaneKind kind, std::string_view name);
  int lane_count() const { return lane_count_.load(std::memory_order_acquire); }
  std::uint64_t dropped_events() const;

 private:
  friend class LaneRecorder;
  friend class TraceReader;
  LaneRecorder::Chunk* take_chunk();
  std::atomic<std::int64_t> budget_bytes_;
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
  /// Fills `out` from the front with whole packets. Returns words written; 0: nothing new. Blocks: never.
  std::size_t read(std::span<std::uint64_t> out);

 private:
  struct Cursor {
    LaneRecorder::Chunk* chunk = nullptr;
    std::size_t offset = 0;         ///< in the chunk
    std::uint64_t read = 0;         ///< words of the lane
    std::uint64_t dropped_told = 0;
  };
  std::size_t read_lane(int index, std::span<std::uint64_t> out);
  const Recorder& recorder_;
  std::vector<Cursor> cursors_;
  int next_lane_ = 0;  ///< where the next read begins, so that a busy lane does not starve the others
};

}  // namespace interleave
