#include "trace/recorder.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace interleave {

/// 64 KB of a lane's words. `next` is set before a word of the next chunk is published.
struct LaneRecorder::Chunk {
  std::atomic<Chunk*> next{nullptr};
  std::uint64_t words[Recorder::kChunkWords - 1];
};

namespace {
constexpr std::size_t kWordsOfChunk = Recorder::kChunkWords - 1;
constexpr std::size_t kLongestText = 60'000;
constexpr std::uint64_t kDroppedPacket = std::uint64_t{1} << 31;

std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

bool may_come_from_outside(EventKind kind) {
  return kind > EventKind::none && kind <= EventKind::fact;
}
}  // namespace

// -- LaneRecorder -----------------------------------------------------------------------------------------------------

LaneRecorder::~LaneRecorder() {
  for (Chunk* chunk = first_; chunk;) delete std::exchange(chunk, chunk->next.load(std::memory_order_relaxed));
}

// Whether `words` more fit; what is written must be whole events, or a reader would lose its place. A lane that once
// was full stays full: after a gap, later events would tell a false story.
bool LaneRecorder::room_for(std::size_t words) {
  assert(words <= kWordsOfChunk);
  if (full_) return false;
  if (static_cast<std::size_t>(chunk_end_ - position_) >= words) return true;
  Chunk* more = chunk_ ? chunk_->next.load(std::memory_order_relaxed) : nullptr;
  if (!more) more = owner_.take_chunk();
  if (!more) return full_ = true, false;
  if (!chunk_) {
    chunk_ = first_ = more;
    position_ = more->words;
    chunk_end_ = more->words + kWordsOfChunk;
  } else {
    chunk_->next.store(more, std::memory_order_relaxed);  // ordered by the release of the head that follows
  }
  return true;
}

void LaneRecorder::put(std::uint64_t word) {
  if (position_ == chunk_end_) {
    chunk_ = chunk_->next.load(std::memory_order_relaxed);
    position_ = chunk_->words;
    chunk_end_ = chunk_->words + kWordsOfChunk;
  }
  *position_++ = word;
  ++written_;
}

bool LaneRecorder::begin_at(Nanos t, std::size_t words) {
  if (!room_for(words + 1)) {
    dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return false;
  }
  if (t > last_time_) {
    last_time_ = t;
    put(clock_word(t));
  }
  return true;
}

void LaneRecorder::at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task) {
  if (!begin_at(t, 1)) return;
  put(event_word(kind, argument, task));
  publish();
}

void LaneRecorder::at(Nanos t, EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload) {
  if (!begin_at(t, 2)) return;
  put(event_word(kind, argument, task));
  put(payload);
  publish();
}

void LaneRecorder::then(EventKind kind, std::uint32_t argument, TaskId task) {
  if (!begin_at(INT64_MIN, 1)) return;
  put(event_word(kind, argument, task));
}

void LaneRecorder::then(EventKind kind, std::uint32_t argument, TaskId task, std::uint64_t payload) {
  if (!begin_at(INT64_MIN, 2)) return;
  put(event_word(kind, argument, task));
  put(payload);
}

void LaneRecorder::put_text(TextRole role, std::string_view text, TaskId task) {
  put(event_word(EventKind::text, static_cast<std::uint32_t>(role) << 16 | static_cast<std::uint32_t>(text.size()), task));
  for (std::size_t i = 0; i < text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, std::min<std::size_t>(8, text.size() - i));
    put(word);
  }
}

void LaneRecorder::text(Nanos t, TextRole role, std::string_view text, TaskId task) {
  text = cut(text);
  if (!begin_at(t, 1 + (text.size() + 7) / 8)) return;
  put_text(role, text, task);
  publish();
}

void LaneRecorder::fact(Nanos t, Fact fact, std::int64_t value) {
  at(t, EventKind::fact, static_cast<std::uint32_t>(fact), kNoTask, static_cast<std::uint64_t>(value));
}

bool LaneRecorder::append(std::span<const std::uint64_t> words) {
  for (std::size_t i = 0; i < words.size();) {
    if (!may_come_from_outside(kind_of(words[i]))) return false;
    i += 1 + payload_words(words[i]);
    if (i > words.size()) return false;
  }
  for (std::size_t i = 0; i < words.size();) {
    const std::uint64_t word = words[i];
    const std::size_t length = 1 + payload_words(word);
    if (kind_of(word) == EventKind::clock) {
      begin_at(clock_of(word), 0);
    } else if (begin_at(INT64_MIN, length)) {
      for (std::size_t k = 0; k < length; ++k) put(words[i + k]);
    }
    i += length;
  }
  publish();
  return true;
}

Cause LaneRecorder::here() const { return {static_cast<std::uint16_t>(index_ + 1), written_}; }

// -- Recorder ---------------------------------------------------------------------------------------------------------

Recorder::Recorder(std::size_t budget_bytes) : budget_bytes_(static_cast<std::int64_t>(budget_bytes)) {}
Recorder::~Recorder() = default;

LaneRecorder::Chunk* Recorder::take_chunk() {
  constexpr std::int64_t size = sizeof(LaneRecorder::Chunk);
  if (budget_bytes_.fetch_sub(size, std::memory_order_relaxed) < size) {
    budget_bytes_.fetch_add(size, std::memory_order_relaxed);
    return nullptr;
  }
  // Not value-initialised: 64 KB of zeros per lane would be seen in start-up times.
  return new (std::nothrow) LaneRecorder::Chunk;
}

LaneRecorder& Recorder::lane(LaneKind kind, std::string_view name) {
  std::scoped_lock lock(mutex_);
  const int index = lane_count_.load(std::memory_order_relaxed);
  assert(index < kMaxLanes);
  lanes_[index].reset(new LaneRecorder(*this, static_cast<std::uint16_t>(index), kind));
  LaneRecorder& lane = *lanes_[index];
  name = cut(name);
  if (lane.begin_at(INT64_MIN, 1 + (name.size() + 7) / 8)) {
    lane.put_text(TextRole::lane_name, name, kNoTask);
    lane.publish();
  }
  lane_count_.store(index + 1, std::memory_order_release);
  return lane;
}

std::uint64_t Recorder::dropped_events() const {
  std::uint64_t sum = 0;
  for (int i = 0; i < lane_count(); ++i) sum += lanes_[i]->dropped_.load(std::memory_order_relaxed);
  return sum;
}

// -- TraceReader ------------------------------------------------------------------------------------------------------

TraceReader::TraceReader(const Recorder& recorder) : recorder_(recorder) {}

std::size_t TraceReader::read_lane(int index, std::span<std::uint64_t> out) {
  const LaneRecorder& lane = *recorder_.lanes_[index];
  Cursor& cursor = cursors_[index];
  const std::uint64_t header = static_cast<std::uint64_t>(index) | static_cast<std::uint64_t>(lane.kind_) << 16;
  std::size_t used = 0;
  const std::uint64_t head = lane.published_.load(std::memory_order_acquire);
  if (head > cursor.read && out.size() >= 2) {
    std::size_t count = std::min<std::uint64_t>(head - cursor.read, out.size() - 1);
    out[used++] = header | std::uint64_t{count} << 32;
    if (!cursor.chunk) cursor.chunk = lane.first_;
    while (count > 0) {
      if (cursor.offset == kWordsOfChunk) {
        cursor.chunk = cursor.chunk->next.load(std::memory_order_acquire);
        cursor.offset = 0;
      }
      const std::size_t piece = std::min(count, kWordsOfChunk - cursor.offset);
      std::memcpy(&out[used], cursor.chunk->words + cursor.offset, piece * sizeof(std::uint64_t));
      cursor.offset += piece;
      cursor.read += piece;
      used += piece;
      count -= piece;
    }
  }
  const std::uint64_t dropped = lane.dropped_.load(std::memory_order_relaxed);
  if (dropped != cursor.dropped_told && out.size() - used >= 2) {
    out[used++] = header | kDroppedPacket;
    out[used++] = cursor.dropped_told = dropped;
  }
  return used;
}

std::size_t TraceReader::read(std::span<std::uint64_t> out) {
  const int lanes = recorder_.lane_count();
  cursors_.resize(static_cast<std::size_t>(lanes));
  std::size_t used = 0;
  for (int i = 0; i < lanes && out.size() - used >= 2; ++i) {
    if (next_lane_ >= lanes) next_lane_ = 0;
    used += read_lane(next_lane_++, out.subspan(used));
  }
  return used;
}

}  // namespace interleave
