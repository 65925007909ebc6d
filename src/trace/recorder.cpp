#include "trace/recorder.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace interleave {

namespace {
constexpr std::size_t kLastWords = 64;
constexpr std::size_t kLongestText = 60'000;
constexpr std::uint64_t kDroppedPacket = std::uint64_t{1} << 31;

std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

/// What a lane may still say when the budget is spent.
bool is_last_word(std::uint64_t word) {
  switch (kind_of(word)) {
    case EventKind::lane_ended:
    case EventKind::run_ended:
    case EventKind::fact: return true;
    case EventKind::text: {
      const auto role = static_cast<TextRole>(argument_of(word) >> 16);
      return role != TextRole::output && role != TextRole::hand_over;
    }
    default: return false;
  }
}
}  // namespace

// -- LaneRecorder -----------------------------------------------------------------------------------------------------

LaneRecorder::Chunk* LaneRecorder::Chunk::make(std::size_t capacity) {
  // Words are not set to zero: 64 KB of zeros per lane would be seen in start-up times.
  void* memory = ::operator new(sizeof(Chunk) + capacity * sizeof(std::uint64_t), std::nothrow);
  return memory ? new (memory) Chunk{nullptr, capacity} : nullptr;
}

LaneRecorder::LaneRecorder(Recorder& owner, std::uint16_t index, LaneKind kind)
    : owner_(owner), index_(index), kind_(kind), before_first_((std::uint64_t{index} + 1) * (std::uint64_t{1} << 48) - 1), first_(Chunk::make(Recorder::kFirstChunkWords)), last_(Chunk::make(kLastWords)) {
  if (!first_ || !last_) {  // 4 KB
    ::operator delete(first_);
    ::operator delete(last_);
    throw std::bad_alloc();
  }
  origin_ = reinterpret_cast<std::uintptr_t>(first_->words());
  position_ = first_->words();
  enter(first_);
}

LaneRecorder::~LaneRecorder() {
  for (Chunk* chunk = first_; chunk && chunk != last_;)
    ::operator delete(std::exchange(chunk, chunk->next == chunk ? nullptr : chunk->next));
  ::operator delete(last_);
}

void LaneRecorder::enter(Chunk* chunk) {
  origin_ += reinterpret_cast<std::uintptr_t>(chunk->words()) - reinterpret_cast<std::uintptr_t>(position_);
  chunk_ = chunk;
  position_ = mark_end_ = chunk->words();
  fast_end_ = sealed_ ? position_ : position_ + chunk->capacity - (kAtOnce - 1);
}

/// The next word of the stream; `reserve` has seen to it that there is a place. Events may lie across chunks.
void LaneRecorder::put(std::uint64_t word) {
  if (position_ == chunk_->words() + chunk_->capacity) enter(chunk_->next);
  *position_++ = word;
  if (sealed_) fast_end_ = position_;
}

/// Whether `words` more fit, whole: a reader would lose its place in half an event.
bool LaneRecorder::reserve(std::size_t words) {
  Chunk* chunk = chunk_;
  std::size_t room = static_cast<std::size_t>(chunk->words() + chunk->capacity - position_);
  while (room < words) {
    if (!chunk->next) {
      if (sealed_) return false;
      Chunk* more = owner_.recycles_ && chunk->capacity == Recorder::kChunkWords ? chunk : owner_.take_chunk(std::min(2 * chunk->capacity, Recorder::kChunkWords));
      if (!more) return false;
      chunk->next = more;  // plain: published by the release of the head that covers words in it
    }
    chunk = chunk->next;
    room += chunk->capacity;
  }
  return true;
}

/// The budget is spent. What the lane does from now on is not known, and a lane that once was full stays full: after a
/// gap, later events would tell a false story.
void LaneRecorder::seal() {
  Chunk* end = chunk_;
  while (end->next && end->next != end) end = end->next;
  end->next = last_;
  sealed_ = true;
  fast_end_ = mark_end_ = position_;
  put(event_word(EventKind::lane_ended));
}

bool LaneRecorder::write(Nanos t, const std::uint64_t* words, std::size_t count) {
  if (!sealed_ && !reserve(count + 1) && count < kLastWords) seal();
  if ((sealed_ && !is_last_word(words[0])) || !reserve(count + 1)) {
    dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return false;
  }
  if (t > last_time_) put(clock_word(last_time_ = t));
  for (std::size_t i = 0; i < count; ++i) put(words[i]);
  return true;
}

void LaneRecorder::write_and_publish(Nanos t, const std::uint64_t* words, std::size_t count) {
  write(t, words, count);
  publish();  // also after a drop: the lane's end may have been written
}

void LaneRecorder::write_slowly(Nanos t, std::uint64_t word) { write_and_publish(t, &word, 1); }

void LaneRecorder::write_slowly(Nanos t, std::uint64_t word, std::uint64_t payload) {
  const std::uint64_t words[] = {word, payload};
  write_and_publish(t, words, 2);
}

bool LaneRecorder::put_text(Nanos t, TextRole role, std::string_view text, TaskId task) {
  text = cut(text);
  std::vector<std::uint64_t> words(1 + (text.size() + 7) / 8);
  words[0] = event_word(EventKind::text, static_cast<std::uint32_t>(role) << 16 | static_cast<std::uint32_t>(text.size()), task);
  if (!text.empty()) std::memcpy(&words[1], text.data(), text.size());
  return write(t, words.data(), words.size());
}

void LaneRecorder::text(Nanos t, TextRole role, std::string_view text, TaskId task) {
  put_text(t, role, text, task);
  publish();
}

void LaneRecorder::fact(Nanos t, Fact fact, std::int64_t value) {
  at(t, EventKind::fact, static_cast<std::uint32_t>(fact), kNoTask, static_cast<std::uint64_t>(value));
}

bool LaneRecorder::append(std::span<const std::uint64_t> words) {
  for (std::size_t i = 0; i < words.size();) {
    if (!a_child_may_say(kind_of(words[i]))) return false;
    i += 1 + payload_words(words[i]);
    if (i > words.size()) return false;
  }
  Nanos t = INT64_MIN;
  for (std::size_t i = 0; i < words.size();) {
    const std::size_t length = 1 + payload_words(words[i]);
    if (kind_of(words[i]) == EventKind::clock) t = clock_of(words[i]);
    else write(t, &words[i], length);
    i += length;
  }
  if (t > last_time_ && !sealed_ && reserve(1)) put(clock_word(last_time_ = t));  // a clock that no event followed
  publish();
  return true;
}

void LaneRecorder::dropped_elsewhere(std::uint64_t events) {
  dropped_.store(dropped_.load(std::memory_order_relaxed) + events, std::memory_order_relaxed);
}

// -- Recorder ---------------------------------------------------------------------------------------------------------

Recorder::Recorder(std::size_t budget_bytes) : budget_bytes_(static_cast<std::int64_t>(budget_bytes)) {}
Recorder::~Recorder() {
  if (!kept_) return;
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::unique_ptr<LaneRecorder>>;
  std::scoped_lock lock(mutex);
  for (auto& lane : lanes_)
    if (lane) kept.push_back(std::move(lane));
}

std::unique_ptr<Recorder> Recorder::recycling() {
  auto recorder = std::make_unique<Recorder>(std::size_t{1} << 30);
  recorder->recycles_ = true;
  return recorder;
}

LaneRecorder::Chunk* Recorder::take_chunk(std::size_t words) {
  const auto size = static_cast<std::int64_t>(words * sizeof(std::uint64_t));
  if (budget_bytes_.fetch_sub(size, std::memory_order_relaxed) < size) {
    budget_bytes_.fetch_add(size, std::memory_order_relaxed);
    return nullptr;
  }
  return LaneRecorder::Chunk::make(words);
}

/// Its lane's first chunk, with which it began, is not of the budget.
void Recorder::give_back(int lane, LaneRecorder::Chunk* passed) {
  lanes_[lane]->first_ = passed->next;
  if (passed->capacity > kFirstChunkWords) budget_bytes_.fetch_add(static_cast<std::int64_t>(passed->capacity * sizeof(std::uint64_t)), std::memory_order_relaxed);
  ::operator delete(passed);
}

LaneRecorder& Recorder::lane(LaneKind kind, std::string_view name) {
  std::scoped_lock lock(mutex_);
  const int index = lane_count_.load(std::memory_order_relaxed);
  assert(index < kMaxLanes);
  if (index >= kMaxLanes) std::abort();
  lanes_[index].reset(new LaneRecorder(*this, static_cast<std::uint16_t>(index), kind));
  lanes_[index]->text(INT64_MIN, TextRole::lane_name, name);
  lane_count_.store(index + 1, std::memory_order_release);
  return *lanes_[index];
}

std::uint64_t Recorder::dropped_events() const {
  std::uint64_t sum = 0;
  for (int i = 0; i < lane_count(); ++i) sum += lanes_[i]->dropped_.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Recorder::written() const {
  std::uint64_t sum = 0;
  for (int i = 0; i < lane_count(); ++i)
    sum += lanes_[i]->published_.load(std::memory_order_relaxed) + lanes_[i]->dropped_.load(std::memory_order_relaxed);
  return sum;
}

// -- TraceReader ------------------------------------------------------------------------------------------------------

TraceReader::TraceReader(const Recorder& recorder) : recorder_(recorder), cursors_(Recorder::kMaxLanes) {}
TraceReader::TraceReader(Recorder& recorder, GivesBack) : recorder_(recorder), gives_back_to_(&recorder), cursors_(Recorder::kMaxLanes) {}

std::size_t TraceReader::read_lane(int index, std::uint64_t most, std::span<std::uint64_t> out) {
  const LaneRecorder& lane = *recorder_.lanes_[index];
  Cursor& cursor = cursors_[index];
  const std::uint64_t header = static_cast<std::uint64_t>(index) | static_cast<std::uint64_t>(lane.kind_) << 16;
  std::size_t used = 0;
  const std::uint64_t head = lane.published_.load(std::memory_order_acquire);
  if (head > cursor.read && most > 0 && out.size() >= 2) {
    std::size_t count = std::min<std::uint64_t>({head - cursor.read, most, out.size() - 1});
    out[used++] = header | std::uint64_t{count} << 32;
    if (!cursor.chunk) cursor.chunk = lane.first_;
    while (count > 0) {
      if (cursor.offset == cursor.chunk->capacity) {
        // The next has words that are published: the writer is there, or further on.
        LaneRecorder::Chunk* const passed = std::exchange(cursor.chunk, cursor.chunk->next);
        cursor.offset = 0;
        if (gives_back_to_) gives_back_to_->give_back(index, passed);
      }
      const std::size_t piece = std::min(count, cursor.chunk->capacity - cursor.offset);
      std::memcpy(&out[used], cursor.chunk->words() + cursor.offset, piece * sizeof(std::uint64_t));
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
  // What does not fit is left behind in all lanes alike: whoever merges them undoes what one that lags comes before.
  std::uint64_t pending = 0;
  for (int i = 0; i < lanes; ++i) pending += recorder_.lanes_[i]->published_.load(std::memory_order_relaxed) - cursors_[i].read;
  const double part = static_cast<double>(out.size()) / static_cast<double>(std::max<std::uint64_t>(pending, 1));
  std::size_t used = 0;
  for (int i = 0; i < lanes && out.size() - used >= 2; ++i) {
    if (next_lane_ >= lanes) next_lane_ = 0;
    const std::uint64_t of_lane = recorder_.lanes_[next_lane_]->published_.load(std::memory_order_relaxed) - cursors_[next_lane_].read;
    const std::uint64_t most = part >= 1 ? of_lane : static_cast<std::uint64_t>(static_cast<double>(of_lane) * part) + 1;
    used += read_lane(next_lane_++, most, out.subspan(used));
  }
  return used;
}

}  // namespace interleave
