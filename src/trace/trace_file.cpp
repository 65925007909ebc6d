// Contents: varints | writing | reading
#include "trace/trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "trace/trace_parts.h"

namespace interleave {
namespace {

constexpr std::string_view kMagic = "ILTRACE\n";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kMostTasks = 16'000'000;

// A span's first byte: its state, and what is as expected.
constexpr std::uint8_t kStateBits = 0x0f, kOtherTask = 0x10, kOtherLine = 0x20, kGap = 0x40, kOtherCore = 0x80;
// A mark's: its kind, and how it goes on.
constexpr std::uint8_t kKindBits = 0x1f, kAtSpan = 0x20, kHasCause = 0x40;
// A task's.
constexpr std::uint8_t kHasSums = 0x01, kSpawned = 0x02, kStarted = 0x04, kEnded = 0x08, kOutcomeShift = 4;
constexpr std::uint8_t kAnyMove = 0xff;

/// Without main, whose spans say it (MainEdges).
std::array<std::uint32_t, 7> fields_of(const TaskCounts& c) {
  return {c.running, c.ready, c.waiting_io, c.waiting_lock, c.waiting_gil, c.not_started, c.done};
}

// --- writing -----------------------------------------------------------------------------------------------------------

struct Writer {
  std::string out;

  void byte(std::uint8_t b) { out.push_back(static_cast<char>(b)); }
  void number(std::uint64_t n) {
    while (n >= 0x80) byte(static_cast<std::uint8_t>(n | 0x80)), n >>= 7;
    byte(static_cast<std::uint8_t>(n));
  }
  /// Small whatever its sign.
  void difference(std::int64_t n) { number(static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63)); }
  void text(std::string_view s) {
    number(s.size());
    out += s;
  }

  void lane_spans(const PackedSpans& spans) {
    number(spans.size());
    Nanos at = 0;
    TaskId task = kNoTask;
    std::uint8_t core = 0;
    std::array<std::uint16_t, kStates> lines{};
    for (const Span& s : spans) {
      const auto state = static_cast<std::size_t>(s.state);
      const std::uint8_t expected_core = s.state == State::running ? core : std::uint8_t{0};
      std::uint8_t head = static_cast<std::uint8_t>(state);
      if (s.task != task) head |= kOtherTask;
      if (s.line != lines[state]) head |= kOtherLine;
      if (s.begin != at) head |= kGap;
      if (s.core != expected_core) head |= kOtherCore;
      byte(head);
      if (head & kGap) difference(s.begin - at);
      number(static_cast<std::uint64_t>(s.end - s.begin));
      if (head & kOtherTask) difference(static_cast<std::int64_t>(s.task) - task);
      if (head & kOtherLine) number(s.line);
      if (head & kOtherCore) byte(s.core);
      at = s.end;
      task = s.task;
      lines[state] = s.line;
      if (s.state == State::running) core = s.core;
    }
  }

  void marks(const Lane& lane) {
    number(lane.marks.size());
    Nanos at = 0;
    TaskId task = kNoTask;
    std::uint64_t index = 0;
    std::size_t next = 0;       // span that a switch may lead into
    std::uint64_t skipped = 0;  // running spans that none led into, since the last that one did
    SpanReader spans(lane.spans);
    for (const Mark& m : lane.marks) {
      auto head = static_cast<std::uint8_t>(m.kind);
      if (m.cause.lane_plus_1 != 0 || m.cause.index != 0) head |= kHasCause;
      if (m.kind == EventKind::run) {
        for (; next < spans.size() && spans.at(next)->begin < m.at; ++next) skipped += spans.at(next)->state == State::running;
        if (next < spans.size() && spans.at(next)->begin == m.at && spans.at(next)->state == State::running && spans.at(next)->task == m.task)
          head |= kAtSpan;
      }
      byte(head);
      if (head & kAtSpan) {
        number(std::exchange(skipped, 0));
        ++next;
      } else {
        difference(m.at - at);
        difference(static_cast<std::int64_t>(m.task) - task);
      }
      if (head & kHasCause) {
        number(m.cause.lane_plus_1);
        difference(static_cast<std::int64_t>(m.cause.index - index));
        index = m.cause.index;
      }
      at = m.at;
      task = m.task;
    }
  }

  void task(const TaskRecord& t, const Life& life) {
    Nanos running = 0, ready = 0, waiting = 0;
    for (const Span& s : life) {
      const Nanos length = s.end - s.begin;
      if (s.state == State::running) running += length;
      else if (s.state == State::ready) ready += length;
      else if (s.state != State::not_started) waiting += length;
    }
    std::uint8_t head = static_cast<std::uint8_t>(static_cast<unsigned>(t.outcome) << kOutcomeShift);
    if (running != t.running || ready != t.ready || waiting != t.waiting) head |= kHasSums;
    if (t.spawned >= 0) head |= kSpawned;
    if (t.started >= 0) head |= kStarted;
    if (t.ended >= 0) head |= kEnded;
    byte(head);
    number(t.parent);
    number(t.line);
    Nanos at = 0;
    for (Nanos when : {t.spawned, t.started, t.ended})
      if (when >= 0) difference(when - at), at = when;
    if (head & kHasSums) difference(t.running), difference(t.ready), difference(t.waiting);
    number(life.size());
    at = std::max<Nanos>(0, t.spawned);
    std::uint16_t line = 0;
    for (const Span& s : life) {
      std::uint8_t first = static_cast<std::uint8_t>(s.state);
      if (s.line != line) first |= kOtherLine;
      if (s.begin != at) first |= kGap;
      byte(first);
      if (first & kGap) difference(s.begin - at);
      number(static_cast<std::uint64_t>(s.end - s.begin));
      if (first & kOtherLine) number(s.line);
      at = s.end;
      line = s.line;
    }
  }

  void counts(const Counts& all) {
    number(all.size());
    Nanos at = 0;
    std::array<std::uint32_t, 7> before{};
    for (auto entry = all.begin(); entry != all.end(); ++entry) {
      const TaskCounts& c = entry.now();
      const auto now = fields_of(c);
      difference(c.at - at);
      // One task from one place to another: a byte. 7 stands for no place.
      int from = 7, to = 7;
      bool simple = true;
      for (int i = 0; i < 7; ++i) {
        const auto k = static_cast<std::size_t>(i);
        const std::int64_t by = static_cast<std::int64_t>(now[k]) - before[k];
        if (by == 0) continue;
        if (by == 1 && to == 7) to = i;
        else if (by == -1 && from == 7) from = i;
        else simple = false;
      }
      if (simple) {
        byte(static_cast<std::uint8_t>(from * 8 + to));
      } else {
        byte(kAnyMove);
        for (std::size_t k = 0; k < 7; ++k) difference(static_cast<std::int64_t>(now[k]) - before[k]);
      }
      at = c.at;
      before = now;
    }
  }
};

}  // namespace

namespace {

// Eight bytes at a time: a byte at a time would be half of all the time it takes to open a file.
struct Checksum {
  std::uint64_t h;
  explicit Checksum(std::size_t size) : h(0x9e3779b97f4a7c15ULL ^ size) {}
  void mix(std::uint64_t w) {
    h = (h ^ w) * 0xff51afd7ed558ccdULL;
    h ^= h >> 29;
  }
  /// What comes before the last: a multiple of eight bytes.
  void add(std::string_view bytes) {
    std::uint64_t w = 0;
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      std::memcpy(&w, bytes.data() + i, 8);
      mix(w);
    }
  }
  std::uint64_t last(std::string_view bytes) {
    add(bytes);
    std::uint64_t rest = 0;
    std::memcpy(&rest, bytes.data() + bytes.size() / 8 * 8, bytes.size() % 8);
    mix(rest);
    return h;
  }
};

}  // namespace

std::uint64_t trace_file_checksum(std::string_view bytes) { return Checksum(bytes.size()).last(bytes); }

std::string trace_file(const Trace& trace, std::string_view about) {
  const TraceParts parts = parts_of(trace);
  Writer w;
  w.out = kMagic;
  w.number(kVersion);
  w.byte(static_cast<std::uint8_t>(trace.executor));
  w.byte(static_cast<std::uint8_t>(trace.provenance));
  w.byte(static_cast<std::uint8_t>(trace.how_ended()));
  w.difference(trace.end());
  w.text(about);
  w.number(parts.facts.size());
  for (const std::int64_t f : parts.facts) w.difference(f);
  const Summary& s = parts.summary;
  w.difference(s.makespan);
  for (const std::uint32_t n : {s.tasks, s.finished, s.failed, s.cancelled, s.lost}) w.number(n);
  w.difference(s.cpu_busy);
  w.number(s.forks);
  w.number(s.switches);
  for (const Nanos t : {s.latency.p50, s.latency.p99, s.latency.max}) w.difference(t);
  w.number(parts.names.size());
  for (const std::string& name : parts.names) w.text(name);
  w.number(trace.tasks().size());
  for (const TaskRecord& t : trace.tasks()) w.task(t, trace.spans_of(t.id));
  w.byte(parts.lives.lives() == 0 ? 0 : 1);
  w.number(trace.lanes().size());
  // Of all moments of a lane those that somebody asks for: what a cause names.
  std::vector<std::set<std::uint64_t>> named(trace.lanes().size());
  for (const Lane& lane : trace.lanes())
    for (const Mark& m : lane.marks)
      if (m.cause.lane_plus_1 > 0 && m.cause.lane_plus_1 <= named.size()) named[m.cause.lane_plus_1 - 1u].insert(m.cause.index);
  for (std::size_t i = 0; i < trace.lanes().size(); ++i) {
    const Lane& lane = trace.lanes()[i];
    w.byte(static_cast<std::uint8_t>(lane.kind));
    w.text(lane.name);
    w.text(lane.detail);
    w.number(lane.dropped_events);
    w.lane_spans(lane.spans);
    w.marks(lane);
    w.number(named[i].size());
    std::uint64_t index = 0;
    Nanos at = 0;
    for (const std::uint64_t k : named[i]) {
      const Nanos when = trace.time_of({static_cast<std::uint16_t>(i + 1), k}).value_or(0);
      w.number(k - index);
      w.difference(when - at);
      index = k;
      at = when;
    }
  }
  w.counts(trace.counts());
  w.number(trace.texts().size());
  for (const TextLine& line : trace.texts()) {
    w.difference(line.at);
    w.number(line.task);
    w.byte(static_cast<std::uint8_t>(line.role));
    w.text(line.text);
  }
  const std::uint64_t sum = trace_file_checksum(w.out);
  for (int i = 0; i < 8; ++i) w.byte(static_cast<std::uint8_t>(sum >> (8 * i)));
  return std::move(w.out);
}

// --- reading -----------------------------------------------------------------------------------------------------------

namespace {

/// Reads what a Writer wrote. Once something cannot be, `bad` stays and all that follows is zero.
struct Reader {
  const std::uint8_t* at;
  const std::uint8_t* end;
  bool bad = false;

  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  void fail() {
    bad = true;
    at = end;
  }
  std::uint8_t byte() {
    if (at == end) [[unlikely]] {
      fail();
      return 0;
    }
    return *at++;
  }
  /// Without a branch for each byte, of which one in three would be guessed wrong: all eight bytes at once. They may be read, since
  /// the checksum's eight stand behind the end.
  std::uint64_t number() {
    std::uint64_t w = 0;
    std::memcpy(&w, at, 8);
    if ((w & 0x80) == 0 && at != end) [[likely]] {
      ++at;
      return w & 0x7f;
    }
    const std::uint64_t last = ~w & 0x8080808080808080ULL;  // of the bytes that go no further the first counts
    if (last == 0) [[unlikely]] return long_number();
    const auto bytes = static_cast<std::size_t>(std::countr_zero(last) / 8 + 1);
    if (bytes > left()) [[unlikely]] {
      fail();
      return 0;
    }
    at += bytes;
    w &= last ^ (last - 1);  // up to its highest bit
    w = (w & 0x007f007f007f007fULL) | (w & 0x7f007f007f007f00ULL) >> 1;
    w = (w & 0x00003fff00003fffULL) | (w & 0x3fff00003fff0000ULL) >> 2;
    return (w & 0x000000000fffffffULL) | (w & 0x0fffffff00000000ULL) >> 4;
  }
  [[gnu::noinline]] std::uint64_t long_number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = byte();
      n |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return n;
    }
    fail();
    return 0;
  }
  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t n = number();
    if (n > most) [[unlikely]] {
      fail();
      return 0;
    }
    return n;
  }
  std::int64_t difference() {
    const std::uint64_t n = number();
    return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
  }
  /// How many things of at least `bytes` bytes each follow.
  std::size_t many(std::size_t bytes) {
    const std::uint64_t n = number();
    if (n > left() / bytes) [[unlikely]] {  // of what is left behind the number itself
      fail();
      return 0;
    }
    return static_cast<std::size_t>(n);
  }
  Nanos time(Nanos from) {
    const std::int64_t by = difference();
    if (by < -2 * kLatestTime || by > 2 * kLatestTime) [[unlikely]] fail();
    return checked(from + (bad ? 0 : by));
  }
  Nanos checked(Nanos t) {
    if (t < -kLatestTime || t > kLatestTime) [[unlikely]] {
      fail();
      return 0;
    }
    return t;
  }
  /// The end of a span that begins at t: later than that.
  Nanos span_end(Nanos t) {
    const std::uint64_t length = number(static_cast<std::uint64_t>(2 * kLatestTime));
    if (length == 0) [[unlikely]] fail();
    return checked(t + static_cast<Nanos>(length));
  }
  std::string text() {
    const std::size_t n = many(1);
    std::string out(reinterpret_cast<const char*>(at), n);
    at += n;
    return out;
  }
  template <class Enum>
  Enum one_of(std::uint8_t count) {
    const std::uint8_t b = byte();
    if (b >= count) fail();
    return static_cast<Enum>(b < count ? b : 0);
  }
  State state(std::uint8_t head) {
    const std::uint8_t s = head & kStateBits;
    if (s >= kStates) [[unlikely]] fail();
    return static_cast<State>(s < kStates ? s : 0);
  }
};

// What follows reads at most so many at a time and goes on where it was; `left`: how many there are yet.

/// What is counted while the lanes go by, so that nobody need go through them again for it.
struct Tally {
  Nanos busy = 0, main_busy = 0;
  MainEdges main;
};

struct SpanReading {
  std::size_t left = 0;
  bool first = true;
  std::uint8_t core = 0;
  Nanos at = 0;
  std::int64_t task = kNoTask;
  std::array<std::uint16_t, kStates> lines{};

  explicit SpanReading(Reader& r) : left(r.many(2)) {}
  void some(Reader& r, PackedSpans& spans, std::size_t tasks, std::size_t most, const Trace& trace, Tally& tally) {
    for (most = std::min(most, left), left -= most; most > 0 && !r.bad; --most) {
      const std::uint8_t head = r.byte();
      Span s;
      s.state = r.state(head);
      if (head & kGap) {
        const Nanos begin = r.time(at);
        if (!first && begin < at) [[unlikely]] r.fail();
        at = begin;
      }
      first = false;
      s.begin = at;
      s.end = at = r.span_end(at);
      if (head & kOtherTask) {
        task += r.difference();
        if (task < 0 || task > static_cast<std::int64_t>(tasks)) [[unlikely]] r.fail(), task = 0;
      }
      s.task = static_cast<TaskId>(task);
      std::uint16_t& line = lines[static_cast<std::size_t>(s.state)];
      if (head & kOtherLine) line = static_cast<std::uint16_t>(r.number(0xffff));
      s.line = line;
      s.core = s.state == State::running ? core : std::uint8_t{0};
      if (head & kOtherCore) s.core = r.byte();
      spans.push_back(s);
      if (s.state != State::running) continue;
      core = s.core;
      tally.busy += s.end - s.begin;
      if (s.task == kRootTask) tally.main_busy += s.end - s.begin;
      if (!has_core(trace, s)) continue;
      if (s.task == kRootTask) tally.main.add(s);
    }
  }
};

struct MarkReading {
  std::size_t left = 0;
  bool first = true;
  Nanos at = std::numeric_limits<Nanos>::min();
  std::int64_t task = kNoTask;
  std::uint64_t index = 0;
  std::size_t next = 0;
  SpanReader spans;

  MarkReading(Reader& r, const Lane& lane) : left(r.many(2)), spans(lane.spans) {}
  void some(Reader& r, Lane& lane, std::size_t tasks, std::size_t most) {
    for (most = std::min(most, left), left -= most; most > 0 && !r.bad; --most) {
      const std::uint8_t head = r.byte();
      Mark m;
      m.kind = static_cast<EventKind>(head & kKindBits);
      if ((m.kind > EventKind::fact && m.kind != EventKind::sync) || m.kind == EventKind::none) r.fail();
      Nanos when = 0;
      if (head & kAtSpan) {
        std::uint64_t skipped = r.number();
        while (next < spans.size() && (spans.at(next)->state != State::running || skipped-- > 0)) ++next;
        if (next >= spans.size()) {
          r.fail();
          return;
        }
        const Span* const span = spans.at(next++);
        when = span->begin;
        task = span->task;
      } else {
        when = r.time(first ? 0 : at);
        task += r.difference();
        if (task < 0 || task > static_cast<std::int64_t>(tasks)) r.fail(), task = 0;
      }
      first = false;
      if (when < at) r.fail();
      m.at = at = when;
      m.task = static_cast<TaskId>(task);
      if (head & kHasCause) {
        m.cause.lane_plus_1 = static_cast<std::uint16_t>(r.number(0xffff));
        index += static_cast<std::uint64_t>(r.difference());
        if (index > 0xffff'ffff'ffffULL) r.fail();
        m.cause.index = index;
      }
      lane.marks.push_back(m);
    }
  }
};

struct TaskReading {
  std::size_t left = 0;
  bool sums_said = false, first = true;
  Nanos at = 0;
  std::uint16_t line = 0;

  TaskReading(Reader& r, TaskRecord& t, std::size_t tasks) {
    const std::uint8_t head = r.byte();
    t.outcome = static_cast<Outcome>(head >> kOutcomeShift & 3);
    t.parent = static_cast<TaskId>(r.number(tasks));
    t.line = static_cast<std::uint16_t>(r.number(0xffff));
    auto moment = [&](std::uint8_t flag, Nanos& into) {
      if (!(head & flag)) return;
      into = at = r.time(at);
      if (into < 0) r.fail();
    };
    moment(kSpawned, t.spawned);
    moment(kStarted, t.started);
    moment(kEnded, t.ended);
    if (head & kHasSums) {
      sums_said = true;
      t.running = r.time(0);
      t.ready = r.time(0);
      t.waiting = r.time(0);
    }
    left = r.many(2);
    at = std::max<Nanos>(0, t.spawned);
  }
  void some(Reader& r, TaskRecord& t, PackedLives& lives, std::size_t most) {
    for (most = std::min(most, left), left -= most; most > 0 && !r.bad; --most) {
      const std::uint8_t head = r.byte();
      const State state = r.state(head);
      if (head & kGap) {
        const Nanos begin = r.time(at);
        if (!first && begin < at) r.fail();
        at = begin;
      }
      first = false;
      const Nanos begin = at;
      at = r.span_end(at);
      if (head & kOtherLine) line = static_cast<std::uint16_t>(r.number(0xffff));
      lives.add(begin, at, line, state);
      if (sums_said) continue;
      const Nanos length = at - begin;
      if (state == State::running) t.running += length;
      else if (state == State::ready) t.ready += length;
      else if (state != State::not_started) t.waiting += length;
    }
  }
};

struct CountsReading {
  std::size_t left = 0;
  bool first = true;
  TaskCounts now;

  explicit CountsReading(Reader& r) : left(r.many(2)) {}
  void some(Reader& r, PackedCounts& counts, MainEdges& main, std::size_t most) {
    static constexpr std::array<std::uint32_t TaskCounts::*, 7> kPlaces = {
        &TaskCounts::running, &TaskCounts::ready, &TaskCounts::waiting_io, &TaskCounts::waiting_lock, &TaskCounts::waiting_gil, &TaskCounts::not_started, &TaskCounts::done};
    Nanos at = now.at;
    const auto comes_or_goes = [&] { counts.add(now, 7, 7); };
    for (most = std::min(most, left), left -= most; most > 0 && !r.bad; --most) {
      const Nanos when = r.time(at);
      if (!first && when < at) r.fail();
      first = false;
      at = when;
      main.until(at, now, comes_or_goes);
      now.at = at;
      now.main = main.at(at);
      const std::uint8_t move = r.byte();
      if (move == kAnyMove) {
        for (const auto place : kPlaces) {
          const std::int64_t n = now.*place + r.difference();
          if (n < 0 || n > static_cast<std::int64_t>(kMostTasks)) r.fail();
          now.*place = r.bad ? 0 : static_cast<std::uint32_t>(n);
        }
        counts.add(now);
      } else {
        const std::size_t from = move >> 3 & 7, to = move & 7;
        if (move > 63 || (from < 7 && now.*kPlaces[from] == 0)) {
          r.fail();
          return;
        }
        if (from < 7) --(now.*kPlaces[from]);
        if (to < 7) ++(now.*kPlaces[to]);
        counts.add(now, from, to);
      }
    }
    if (left == 0) main.until(MainEdges::kNever, now, comes_or_goes);
  }
};

OpenedTrace refused(std::string sentence) { return {nullptr, {}, std::move(sentence)}; }

// The whole of it: a piece is kPiece spans, marks or tasks, or a megabyte summed up.
Pieces read_ours(std::string_view bytes, OpenedTrace& out) {
  constexpr const char* kDamaged = "This trace file is damaged: its end is missing, or some of it was changed.";
  if (bytes.size() < kMagic.size() + 9) {
    out = refused(kDamaged);
    co_return;
  }
  Reader r{reinterpret_cast<const std::uint8_t*>(bytes.data()) + kMagic.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size() - 8};
  const std::uint64_t version = r.number();
  if (version != kVersion && !r.bad) {
    out = refused(fmt::format("This trace file is of version {}, and this program reads version {}. A newer Interleave opens it.", version, kVersion));
    co_return;
  }
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 8; ++i)
    sum |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[bytes.size() - 8 + i])) << (8 * i);
  constexpr std::size_t kSummed = std::size_t{1} << 20;
  std::string_view summed = bytes.substr(0, bytes.size() - 8);
  Checksum checksum(summed.size());
  for (; summed.size() > kSummed; summed.remove_prefix(kSummed)) {
    checksum.add(summed.substr(0, kSummed));
    co_yield 0;
  }
  if (sum != checksum.last(summed)) {
    out = refused(kDamaged);
    co_return;
  }

  const double all_bytes = static_cast<double>(r.left());
  auto part = [&] { return 0.8 * (1 - static_cast<double>(r.left()) / all_bytes); };
  std::size_t work = 0;  // done since the last piece ended
  auto trace = std::make_shared<Trace>();
  TraceParts parts(*trace);
  trace->executor = r.one_of<ExecutorKind>(kExecutorKinds);
  trace->provenance = r.one_of<Provenance>(3);
  parts.how_ended = r.one_of<RunEnd>(5);
  parts.end = r.time(0);
  std::string about = r.text();
  const std::size_t facts = r.many(1);
  for (std::size_t i = 0; i < facts && !r.bad; ++i) {
    const std::int64_t value = r.difference();
    if (i < parts.facts.size()) parts.facts[i] = value;
    if (i % kPiece == kPiece - 1) co_yield part();
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Fact f = std::array{Fact::cores, Fact::workers, Fact::workers_asked, Fact::clock_step_ns}[i];
    if (std::int64_t& v = parts.facts[static_cast<std::size_t>(f)]; v < 0 || v > 1'000'000'000) r.fail();
  }
  Summary& s = parts.summary;
  s.makespan = r.time(0);
  if (s.makespan < 0) r.fail();
  for (std::uint32_t Summary::*n : {&Summary::tasks, &Summary::finished, &Summary::failed, &Summary::cancelled, &Summary::lost}) s.*n = static_cast<std::uint32_t>(r.number(kMostTasks));
  s.cpu_busy = r.difference();
  s.forks = r.number();
  s.switches = r.number();
  s.latency.p50 = r.time(0);
  s.latency.p99 = r.time(0);
  s.latency.max = r.time(0);
  const std::size_t names = r.many(1);
  for (std::size_t i = 0; i < names && !r.bad; ++i) {
    parts.names.push_back(r.text());
    if (i % kPiece == kPiece - 1) co_yield part();
  }

  const std::size_t tasks = static_cast<std::size_t>(r.number(std::min<std::uint64_t>(kMostTasks, r.left() / 4)));
  parts.tasks.reserve(tasks);
  parts.lives.reserve_lives(tasks);
  for (std::size_t i = 0; i < tasks && !r.bad; ++i) {
    TaskRecord& task = parts.tasks.emplace_back();
    task.id = static_cast<TaskId>(i + 1);
    TaskReading reading(r, task, tasks);
    parts.lives.begin_life(reading.at);
    while (true) {
      const std::size_t some = std::min(reading.left, kPiece - work);
      reading.some(r, task, parts.lives, some);
      work += some + 1;
      if (work >= kPiece) {
        work = 0;
        co_yield part();
      }
      if (reading.left == 0 || r.bad) break;
    }
  }
  if (r.byte() == 0) parts.lives = {};
  const std::size_t lanes = static_cast<std::size_t>(r.number(std::min<std::uint64_t>(Recorder::kMaxLanes, r.left() / 6)));
  parts.lanes.resize(lanes);
  parts.moments.resize(lanes);
  Tally tally;
  for (std::size_t i = 0; i < lanes && !r.bad; ++i) {
    Lane& lane = parts.lanes[i];
    lane.kind = r.one_of<LaneKind>(4);
    lane.name = r.text();
    lane.detail = r.text();
    lane.dropped_events = r.number();
    for (SpanReading reading(r); reading.left > 0 && !r.bad;) {
      reading.some(r, lane.spans, tasks, kPiece, *trace, tally);
      co_yield part();
    }
    for (MarkReading reading(r, lane); reading.left > 0 && !r.bad;) {
      reading.some(r, lane, tasks, kPiece);
      co_yield part();
    }
    const std::size_t moments = r.many(2);
    std::uint64_t index = 0;
    Nanos at = 0;
    for (std::size_t k = 0; k < moments && !r.bad; ++k) {
      const std::uint64_t by = r.number(0xffff'ffff'ffffULL);
      index += by;
      at = r.time(at);
      if ((k > 0 && by == 0) || index > 0xffff'ffff'ffffULL) r.fail();
      parts.moments[i].add({static_cast<std::int64_t>(index), at});
      if (k % kPiece == kPiece - 1) co_yield part();
    }
  }
  tally.main.sort();
  for (CountsReading reading(r); !r.bad;) {
    reading.some(r, parts.counts, tally.main, kPiece);
    co_yield part();
    if (reading.left == 0) break;
  }
  const std::size_t texts = r.many(4);
  for (std::size_t i = 0; i < texts && !r.bad; ++i) {
    TextLine line;
    line.at = r.time(0);
    line.task = static_cast<TaskId>(r.number(kMostTasks));
    line.role = r.one_of<TextRole>(kTextRoles);
    line.text = r.text();
    parts.texts.push_back(std::move(line));
    if (i % kPiece == kPiece - 1) co_yield part();
  }
  if (r.bad || r.left() != 0) {
    out = refused("This trace file says what cannot be, so it is not shown.");
    co_return;
  }
  for (Pieces deriving = derive_cores_in_pieces(parts); deriving.next();) co_yield 0.8 + 0.2 * deriving.part();
  s.cpu_busy = tally.busy;
  s.main_busy = tally.main_busy;
  parts.ended = true;
  out.about = std::move(about);
  out.trace = std::move(trace);
}

std::string_view without_blanks(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && (text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t')) text.remove_prefix(1);
  return text;
}

}  // namespace

bool may_be_trace(std::string_view start) {
  const std::string_view rest = without_blanks(start);
  return start.starts_with(kMagic) || rest.starts_with('{') || rest.starts_with('[');
}

bool is_chrome_json(std::string_view start) { return may_be_trace(start) && !start.starts_with(kMagic); }

Pieces open_trace_in_pieces(std::string_view bytes, OpenedTrace& out) {
  if (bytes.size() > kMostTraceFile) {
    out = refused("This file is larger than 1 GiB, which is more than is opened.");
  } else if (bytes.starts_with(kMagic)) {
    for (Pieces reading = read_ours(bytes, out); reading.next();) co_yield reading.part();
  } else if (may_be_trace(bytes)) {
    out = open_chrome_json(without_blanks(bytes));
  } else {
    out = refused("This is nothing that can be opened: neither a trace of ours (.ilt), nor Chrome JSON (.json), nor a script (.py).");
  }
}

OpenedTrace open_trace(std::string_view bytes) {
  OpenedTrace out;
  open_trace_in_pieces(bytes, out).all();
  return out;
}

}  // namespace interleave
