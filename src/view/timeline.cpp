// Contents: searches | mix | the table | forced drops | bars | hit test, words | task stack | ticks | choice of lanes
#include "view/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "view/format.h"

namespace interleave {
namespace {

constexpr float kFarOut = 1e6f;  // px

double begin_of(const Span& s) { return static_cast<double>(s.begin); }
double end_of(const Span& s) { return static_cast<double>(s.end); }
// --- searches ----------------------------------------------------------------------------------------------------------

/// First in [low, high) for which `before` is false.
template <class Before>
std::size_t halve(std::size_t low, std::size_t high, Effort& effort, Before before) {
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    ++effort.spans;
    if (before(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/// The same from `low` on by doubling steps: 2 log2(distance) looks, and those near the start, which are in the cache.
template <class Before>
std::size_t gallop(std::size_t low, std::size_t size, Effort& effort, Before before) {
  std::size_t high = low;
  for (std::size_t step = 1; high < size; high += step, step *= 2) {
    ++effort.spans;
    if (!before(high)) break;
    low = high + 1;
  }
  return halve(low, std::min(high, size), effort, before);
}

// --- mix ---------------------------------------------------------------------------------------------------------------

/// Eight numbers at a time: of loops over arrays wasm's compilers make what takes a third longer.
using Eight [[gnu::vector_size(32)]] = std::int32_t;
using EightFloats [[gnu::vector_size(32)]] = float;
using EightWords [[gnu::vector_size(16)]] = std::uint16_t;

/// States come from packets of other processes: an unknown one is drawn as idle.
State known(State state) { return static_cast<int>(state) < kStates ? state : State::idle; }

/// What a state is in a mix: what is drawn as empty is idle.
constexpr auto kInMix = [] {
  std::array<State, 16> out;
  out.fill(State::idle);
  for (const State state : kFoldOrder) out[static_cast<std::size_t>(state)] = state;
  return out;
}();
constexpr std::size_t in_mix(State state) { return static_cast<std::size_t>(kInMix[static_cast<std::size_t>(state) & 15]); }

/// Which of eight numbers a state's time is added up in: those that follow one another in a mix do so here as well. What is idle is what
/// is left, and in its place are those that start. 8: none.
constexpr std::size_t kStarting = static_cast<std::size_t>(State::idle);
static_assert(kStarting < 8 && static_cast<std::size_t>(State::starting) == 8);
constexpr auto kPlace = [] {
  std::array<std::uint8_t, 16> out;
  out.fill(8);
  for (const State state : kFoldOrder) out[static_cast<std::size_t>(state)] = static_cast<std::uint8_t>(state == State::starting ? kStarting : static_cast<std::size_t>(state));
  return out;
}();
/// All bits of that one.
alignas(32) constexpr auto kPlaceBits = [] {
  std::array<std::array<std::int32_t, 8>, 16> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    if (kPlace[i] < 8) out[i][kPlace[i]] = -1;
  return out;
}();

/// `times`, of `whole` in all, both in the same unit.
[[gnu::always_inline]] inline void put_mix(Bar& bar, const Eight& times, std::int32_t whole) {
  const std::int32_t covered = ((times[0] + times[4]) + (times[1] + times[5])) + ((times[2] + times[6]) + (times[3] + times[7]));
  whole = std::max(whole, covered);  // spans that overlap are no lane's; and a table's units are rounded
  const float per = 1 / static_cast<float>(whole);
  const EightFloats shares = __builtin_convertvector(times, EightFloats) * per;
  std::memcpy(bar.mix.data(), &shares, sizeof shares);
  bar.mix[static_cast<std::size_t>(State::starting)] = shares[kStarting];
  bar.mix[static_cast<std::size_t>(State::idle)] = static_cast<float>(whole - covered) * per;
}

/// Of very many spans some are looked at.
void put_samples(const Spans& spans, Bar& bar, Effort& effort) {
  std::array<double, kStates> times{};
  double whole = 0, covered = 0;
  // Groups of neighbours, each with the gap behind it: a lane that alternates between states is not sampled in step
  // with itself, and a group is two or three cache lines.
  constexpr std::size_t kGroup = 4, kGroups = kMixSamples / kGroup;
  std::array<Nanos, kGroup + 1> begin, end;
  std::array<State, kGroup + 1> state;
  for (std::size_t k = 0; k < kGroups; ++k) {
    const std::size_t at = bar.first + k * (bar.count - kGroup - 1) / (kGroups - 1);
    spans.extents(at, at + kGroup + 1, begin.data(), end.data(), state.data());
    for (std::size_t i = 0; i < kGroup; ++i) {
      const auto length = static_cast<double>(end[i] - begin[i]);
      covered += length;
      times[in_mix(state[i])] += length;
    }
    whole += static_cast<double>(begin[kGroup] - begin[0]);
    effort.spans += kGroup;
  }
  times[static_cast<std::size_t>(State::idle)] += std::max(0.0, whole - covered);
  whole = std::max(whole, covered);
  if (whole > 0)
    for (std::size_t s = 0; s < times.size(); ++s) bar.mix[s] = static_cast<float>(times[s] / whole);
  else
    bar.mix[in_mix(bar.state)] = 1;  // all at one moment
}

}  // namespace

// --- the table -----------------------------------------------------------------------------------------------------------

/// All entries anew: with so many columns, and, if `halved`, those that stay are twice as far apart.
void TimeTable::remake(std::size_t columns, bool halved) {
  for (Level& level : levels_) {
    std::vector<std::uint16_t> words;
    words.reserve((entries(level) / (halved ? 2 : 1) + 1) * (kFirst + columns) + kColumns);
    std::array<std::uint64_t, kColumns> sums{};  // as they were before they wrapped
    for (std::size_t i = 0; i < entries(level); ++i) {
      const std::uint16_t* entry = level.words.data() + i * width();
      const std::uint16_t* before = i > 0 ? entry - width() : entry;
      for (std::size_t c = 0; c < columns_; ++c) sums[c] += static_cast<std::uint16_t>(entry[kFirst + c] - before[kFirst + c]);
      // Entries lie at multiples of their step. The first, before which there is nothing, may lie earlier as well.
      if (halved && i > 0 && ((level.from + static_cast<std::int64_t>(i)) & 1) != 0) continue;
      words.insert(words.end(), entry, entry + kFirst);
      for (std::size_t c = 0; c < columns; ++c) words.push_back(static_cast<std::uint16_t>(sums[c] >> (halved ? 1 : 0)));
    }
    words.resize(words.size() + kColumns);
    level.words = std::move(words);
    if (halved) level.from >>= 1;
  }
  columns_ = columns;
  if (halved) ++shift_;
}

void TimeTable::put(std::size_t level, std::size_t first) {
  std::vector<std::uint16_t>& words = levels_[level].words;
  std::size_t at = words.size() - kColumns;
  words.resize(words.size() + width());
  for (int half = 0; half < 2; ++half) words[at++] = static_cast<std::uint16_t>(first >> 16 * half);
  for (std::size_t c = 0; c < columns_; ++c) words[at++] = static_cast<std::uint16_t>(time_[c] << kUnits >> shift(level));
}

void TimeTable::update(const Spans& spans, bool all) {
  const std::size_t until = spans.empty() ? 0 : all ? spans.size() : spans.size() - 1;
  if (levels_[0].words.empty() && until > 0)
    for (std::size_t i = 0; i < kLevels; ++i) {
      levels_[i].from = spans[0].begin >> shift(i);
      levels_[i].words.resize(kColumns);
      put(i, 0);
    }
  const auto take = [&](const Span& span) {
    const std::size_t column = kPlace[in_mix(span.state)];
    if (column < kColumns && column >= columns_) remake(column + 1, false);
    std::uint64_t spare = 0;
    std::uint64_t& time = column < kColumns ? time_[column] : spare;
    const std::uint64_t before = time;
    const std::size_t most = std::max<std::size_t>(2048, taken_ * 3 / 2);
    // Moments up to the span's begin, then those inside it.
    for (std::int64_t next; next = levels_[0].from + static_cast<std::int64_t>(size()), next << shift_ < span.end;) {
      if (size() >= most) {
        remake(columns_, true);
        continue;
      }
      const std::int64_t inside = (next << shift_) - span.begin;
      if (inside > 0) time = before + static_cast<std::uint64_t>(inside);
      for (std::size_t i = 0; i < kLevels && (next >> i * kLevelShift << i * kLevelShift) == next; ++i) put(i, taken_ + (inside > 0 ? 1 : 0));
    }
    time = before + static_cast<std::uint64_t>(std::max<std::int64_t>(0, span.end - span.begin));
    ++taken_;
  };
  spans.each(taken_, std::max(until, taken_), take);
  // One behind the end, so that the last cell has both its sides.
  if (all && until > 0 && taken_ == spans.size())
    for (std::size_t i = 0; i < kLevels; ++i) {
      put(i, taken_);
      levels_[i].words.shrink_to_fit();
    }
}

std::size_t TimeTable::bytes() const {
  std::size_t out = 0;
  for (const Level& level : levels_) out += level.words.capacity() * sizeof(level.words[0]);
  return out;
}

/// Entries of one level.
class TimeTable::Look {
 public:
  Look(const TimeTable& table, std::size_t level)
      : words_(table.levels_[level].words.data()), width_(table.width()), step_(table.step(level)), per_step_(1 / step_),
        zero_(0.5 - static_cast<double>(table.levels_[level].from)), entries_(static_cast<double>(table.entries(table.levels_[level]))) {
    for (std::size_t c = 0; c < table.columns_; ++c) kept_[c] = 0xffff;
  }
  double step() const { return step_; }

  struct Entry {
    const std::uint16_t* words = nullptr;
    std::int32_t at = 0;
    explicit operator bool() const { return words != nullptr; }
    std::uint32_t first() const {
      std::uint32_t out;
      std::memcpy(&out, words, sizeof out);
      return out;
    }
  };
  /// The entry nearest to t; none: outside.
  Entry near(double t) const {
    const double at = t * per_step_ + zero_;
    if (!(at >= 0 && at < entries_)) return {};
    const auto i = static_cast<std::int32_t>(at);
    return {words_ + static_cast<std::size_t>(i) * width_, i};
  }
  void put_mix(Bar& bar, const Entry& from, const Entry& to) const {
    EightWords before, after;
    std::memcpy(&before, from.words + kFirst, sizeof before);
    std::memcpy(&after, to.words + kFirst, sizeof after);
    interleave::put_mix(bar, (__builtin_convertvector(after, Eight) - __builtin_convertvector(before, Eight)) & kept_, (to.at - from.at) << kUnits);
  }

 private:
  const std::uint16_t* words_;
  std::size_t width_;
  double step_, per_step_, zero_, entries_;
  Eight kept_{};  ///< the bits of the words that are an entry's own
};

/// Four entries to a cell and more, of the closest level two; and two spans, of which it is quicker to read fewer.
std::optional<TimeTable::Look> TimeTable::look(double cell) const {
  std::size_t level = 0;
  while (level + 1 < kLevels && cell >= 4 * step(level + 1)) ++level;
  // So many steps no sum wraps around.
  if (cell * static_cast<double>(taken_) < 2 * step(0) * static_cast<double>(size())) return {};
  if (cell < 2 * step(level) || cell > (1 << (15 - kUnits)) * step(level)) return {};
  return Look(*this, level);
}

// --- forced drops --------------------------------------------------------------------------------------------------------

void ForcedDrops::update(const Trace& trace) {
  const auto before = static_cast<std::ptrdiff_t>(at_.size());
  taken_.resize(std::max(taken_.size(), trace.lanes().size()));
  for (std::size_t i = 0; i < trace.lanes().size(); ++i) {
    const Marks marks = trace.lanes()[i].marks;
    for (; taken_[i] < marks.size(); ++taken_[i])
      if (const Mark& mark = marks[taken_[i]]; mark.kind == EventKind::gil_dropped && mark.cause.index != 0) at_.push_back(mark.at);
  }
  if (static_cast<std::size_t>(before) == at_.size()) return;
  std::sort(at_.begin() + before, at_.end());
  const auto tail = std::upper_bound(at_.begin(), at_.begin() + before, at_[static_cast<std::size_t>(before)]);
  std::inplace_merge(tail, at_.begin() + before, at_.end());
}

void ForcedDrops::notches(const Viewport& window, double width_px, double least_px, std::vector<float>& out) const {
  if (at_.empty() || !(window.end > window.begin) || !(width_px > 0)) return;
  const double scale = width_px / window.length(), cell = static_cast<double>(static_cast<float>(least_px / scale));
  // The first of each cell; next to the last one that was drawn it would not be told apart.
  float last = -1e9f;
  auto at = std::ranges::lower_bound(at_, static_cast<Nanos>(std::floor(window.begin / cell) * cell));
  while (at != at_.end() && static_cast<double>(*at) <= window.end) {
    const auto t = static_cast<double>(*at);
    const auto x = static_cast<float>((t - window.begin) * scale);
    if (x >= 0 && static_cast<double>(x - last) >= least_px * 0.75) out.push_back(last = x);
    at = std::lower_bound(at, at_.end(), static_cast<Nanos>(std::ceil((std::floor(t / cell) + 1) * cell)));
    if (at != at_.end() && static_cast<double>(*at) <= t) ++at;
  }
}

void marks_apart(Marks marks, EventKind kind, const Viewport& window, double width_px, double least_px, std::vector<float>& out) {
  if (width_px <= 0 || least_px <= 0 || window.length() <= 0) return;
  const double per_px = window.length() / width_px;
  constexpr std::size_t kMostLooked = 16;  // marks of all kinds in a cell; more of them are crowded
  constexpr double kSame = 2;              // px: two that are made at once have one mark
  // Crowded as a whole: one look instead of one in each cell.
  auto first_from = [&](double at) { return std::ranges::lower_bound(marks, at, {}, [](const Mark& m) { return static_cast<double>(m.at); }); };
  if (static_cast<double>(first_from(window.end) - first_from(window.begin)) > static_cast<double>(kMostLooked) * (width_px / least_px + 1)) return;
  double last = -1e9;                      // px of the last that was seen
  bool waits = false, crowded = false;     // whether that is to be drawn, if nothing comes close behind it
  auto settle = [&](double next) {
    if (waits && next - last >= least_px) out.push_back(static_cast<float>(last));
    waits = false;
  };
  for (double x = 0; x < width_px; x += least_px) {
    const double from = window.begin + x * per_px, to = window.begin + std::min(width_px, x + least_px) * per_px;
    std::size_t looked = 0;
    for (auto at = first_from(from); at != marks.end(); ++at) {
      const Mark mark = *at;
      if (static_cast<double>(mark.at) >= to || ++looked > kMostLooked) break;
      if (mark.kind != kind) continue;
      const double px = (static_cast<double>(mark.at) - window.begin) / per_px;
      if (waits && px - last < kSame) continue;
      settle(px);
      waits = px - last >= least_px && !crowded;
      last = px;
    }
    crowded = looked > kMostLooked;
    if (crowded) settle(x), last = x + least_px;
  }
  settle(1e9);
}

// --- bars --------------------------------------------------------------------------------------------------------------

namespace {

/// How a lane comes on the screen.
struct Screen {
  double left;   ///< the moment at its left edge
  double scale;  ///< px of a nanosecond
  double cell;   ///< ns; cells lie at its multiples

  float x_of(double t) const { return static_cast<float>((t - left) * scale); }
  double cell_of(double t) const { return std::floor(t / cell); }
};

/// Appends bars; makes room for many at a time.
class Bars {
 public:
  explicit Bars(std::vector<Bar>& out) : out_(out), next_(out.data() + out.size()), end_(next_) {}
  Bars(const Bars&) = delete;
  ~Bars() { out_.resize(static_cast<std::size_t>(next_ - out_.data())); }
  Bar& next() {
    if (next_ == end_) [[unlikely]] grow();
    return *next_++;
  }

 private:
  void grow() {
    const std::size_t size = out_.size();
    out_.resize(size + 64);
    next_ = out_.data() + size;
    end_ = next_ + 64;
  }
  std::vector<Bar>& out_;
  Bar *next_, *end_;
};

/// Bars of spans that are read, from span i on up to the first that begins at `stop` or later; returns that. A few dozen are read at a
/// time, and nothing is asked of one of them that nobody could foretell: which of them begin a bar is counted up, and sums of their
/// times are kept for each, so that a fold is the difference of two.
std::size_t bars_of_spans(const Spans& spans, std::size_t i, double stop, std::size_t about, const Screen screen, Bars& out, Effort& effort) {
  constexpr std::size_t kSome = 64;
  static_assert(kSome > kMixSamples);
  std::array<Nanos, kSome> begin, end;
  std::array<State, kSome> state;
  std::array<Eight, kSome + 1> sums;           // [k]: of those before k
  std::array<std::uint32_t, kSome + 1> first;  // of each bar
  const double cell = screen.cell, per_cell = 1 / cell;
  // In cells, a half less than that from a cell near the window: the nearest whole number is then the cell, and in the lowest bits of
  // what this is added to (which is quicker than to make it a whole number). On an edge is beyond it, however it is rounded.
  const double zero = (screen.cell_of(screen.left) + 0.5 - 0x1p-30) * cell;
  constexpr double kWhole = 0x1.8p52;
  constexpr std::uint64_t kLong = std::numeric_limits<std::int32_t>::max();
  const auto most = static_cast<Nanos>(std::min(std::ceil(2 * cell), 9e18));  // that a span of a fold takes
  const int unit = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most))) - 29);  // four cells fit in 31 bits
  for (std::size_t some = std::min(about, kSome - 4) + 4; i < spans.size(); some = kSome) {
    const std::size_t n = std::min(some, spans.size() - i);
    spans.extents(i, i + n, begin.data(), end.data(), state.data());
    effort.spans += n;
    std::size_t bars = 0;
    std::int64_t cell_before = 0;  // none of them
    Eight so_far{};
    sums[0] = so_far;
    for (std::size_t k = 0; k < n; ++k) {
      const Nanos length = end[k] - begin[k];
      const auto in_cell = std::bit_cast<std::int64_t>((static_cast<double>(begin[k]) - zero) * per_cell + kWhole);
      first[bars] = static_cast<std::uint32_t>(k);
      // Only the last that begins in a cell can reach beyond the next one; then it stands for itself.
      bars += static_cast<std::size_t>(in_cell != cell_before) | static_cast<std::size_t>(length >= most);
      cell_before = in_cell;
      const auto time = static_cast<std::int32_t>(length >> unit);
      Eight place;
      std::memcpy(&place, kPlaceBits[static_cast<std::size_t>(state[k]) & 15].data(), sizeof place);
      sums[k + 1] = so_far += place & time;
    }
    first[bars] = static_cast<std::uint32_t>(n);
    if (i + n < spans.size()) --bars;  // the last of them may go on
    for (std::size_t k = 0; k < bars; ++k) {
      const std::size_t from = first[k], to = first[k + 1];
      if (static_cast<double>(begin[from]) >= stop) return i + from;
      Bar& bar = out.next();
      bar.x0 = screen.x_of(static_cast<double>(begin[from]));
      bar.x1 = screen.x_of(static_cast<double>(end[to - 1]));
      bar.first = static_cast<std::uint32_t>(i + from);
      bar.count = static_cast<std::uint32_t>(to - from);
      bar.state = known(state[from]);
      const Nanos whole = (end[to - 1] - begin[from]) >> unit;
      put_mix(bar, sums[to] - sums[from], static_cast<std::int32_t>(whole));
      if (static_cast<std::uint64_t>(whole - 1) >= kLong || bar.count > kMixSamples) [[unlikely]] {
        bar.mix = {};
        if (bar.count > kMixSamples) put_samples(spans, bar, effort);
        else bar.mix[in_mix(bar.state)] = 1;  // all at one moment, or a single long one
      }
    }
    i += first[bars];
    if (bars > 0) continue;
    if (n < kSome) continue;
    // More than that in one cell: leaps are cheaper.
    if (static_cast<double>(begin[0]) >= stop) return i;
    const double edge = (screen.cell_of(static_cast<double>(begin[0])) + 1) * cell;
    std::size_t next = gallop(i + n, spans.size(), effort, [&](std::size_t k) { return static_cast<double>(spans.begin_of(k)) < edge; });
    if (spans.end_of(next - 1) - spans.begin_of(next - 1) >= most) --next;
    Bar& bar = out.next();
    bar.x0 = screen.x_of(static_cast<double>(begin[0]));
    bar.x1 = screen.x_of(static_cast<double>(spans.end_of(next - 1)));
    bar.first = static_cast<std::uint32_t>(i);
    bar.count = static_cast<std::uint32_t>(next - i);
    bar.state = known(state[0]);
    put_samples(spans, bar, effort);
    i = next;
  }
  return i;
}

/// As bars_of_spans, but cells of two spans and more are as the table has them.
void bars_of_table(const Spans& spans, std::size_t i, double stop, const TimeTable::Look& look, const Screen screen, Bars& out, Effort& effort) {
  const double cell = screen.cell;
  const auto cell_px = static_cast<float>(cell * screen.scale);
  while (i < spans.size()) {
    const auto first = static_cast<double>(spans.begin_of(i));
    ++effort.spans;
    if (first >= stop) return;
    double n = screen.cell_of(first);
    TimeTable::Look::Entry here = look.near(n * cell), next = look.near((n + 1) * cell);
    // It is the first of its cell, or what stands before it there was drawn already.
    if (here && first - n * cell <= look.step()) {
      TimeTable::Look::Entry beyond;
      for (float x0 = screen.x_of(n * cell); next && n * cell < stop; ++n, here = next, next = beyond, x0 += cell_px) {
        beyond = look.near((n + 2) * cell);
        const std::uint32_t count = std::max(next.first(), static_cast<std::uint32_t>(i)) - static_cast<std::uint32_t>(i);
        // The last of a cell in which nothing follows may reach far: it is looked at. So is one that is alone.
        if (count < 2 || !beyond || beyond.first() == next.first()) [[unlikely]] {
          if (count == 0) continue;
          Nanos begin = 0, end = 0;
          State state{};
          spans.extents(i + count - 1, i + count, &begin, &end, &state);
          ++effort.spans;
          if (count > 1 && static_cast<double>(end - begin) >= 2 * cell) break;
          if (count == 1) {
            Bar& bar = out.next();
            bar.x0 = screen.x_of(static_cast<double>(begin));
            bar.x1 = screen.x_of(static_cast<double>(end));
            bar.first = static_cast<std::uint32_t>(i++);
            bar.state = known(state);
            bar.mix[in_mix(state)] = 1;
            continue;
          }
        }
        Bar& bar = out.next();
        bar.x0 = x0;
        bar.x1 = x0 + cell_px;
        bar.first = static_cast<std::uint32_t>(i);
        bar.count = count;
        look.put_mix(bar, here, next);
        i += count;
      }
    }
    // This cell alone, or all that is behind the table; at the right edge what a nearest entry left over.
    i = bars_of_spans(spans, i, next ? std::min((n + 1) * cell, stop) : stop, next && next.first() > i ? next.first() - i : spans.size(), screen, out, effort);
  }
}

}  // namespace

void visible_bars(const Spans& spans, const Viewport& window, double width_px, std::vector<Bar>& out,
                  const TimeTable* table, Effort* effort) {
  if (spans.empty() || !(window.end > window.begin) || !(width_px > 0)) return;
  Effort ours;
  const double scale = width_px / window.length();
  // Rounded, so that panning, which changes the length in its last bits, moves no edge of the grid.
  const auto cell = static_cast<double>(static_cast<float>(kFoldPx / scale));
  const Screen screen{window.begin, scale, cell};
  const std::size_t size_before = out.size();

  const auto begin_of = [&](std::size_t i) { return static_cast<double>(spans.begin_of(i)); };
  const auto end_of = [&](std::size_t i) { return static_cast<double>(spans.end_of(i)); };
  std::size_t low = halve(0, spans.size(), ours, [&](std::size_t i) { return end_of(i) <= window.begin; });
  // A fold that began left of the window is drawn from where it begins in its cell, or panning would change its mix.
  if (low < spans.size() && begin_of(low) < window.begin + cell && end_of(low) - begin_of(low) < cell) {
    const double edge = screen.cell_of(begin_of(low)) * cell;
    low = halve(0, low, ours, [&](std::size_t i) { return begin_of(i) < edge; });
  }

  {
    Bars bars(out);
    if (const auto look = table ? table->look(cell) : std::nullopt) bars_of_table(spans, low, window.end, *look, screen, bars, ours);
    else bars_of_spans(spans, low, window.end, spans.size(), screen, bars, ours);
  }
  // What is outside may lie far out, where a float tells no halves apart.
  if (out.size() > size_before) {
    out[size_before].x0 = std::max(out[size_before].x0, -kFarOut);
    out.back().x1 = std::min(out.back().x1, kFarOut);
  }
  if (effort) effort->spans += ours.spans;
}

// --- hit test, words -----------------------------------------------------------------------------------------------------

void mix_exactly(const Spans& spans, Bar& bar) {
  const Spans own = spans.subspan(bar.first, bar.count);
  std::array<double, kStates> times{};
  double covered = 0;
  for (const Span& span : own) {
    times[static_cast<std::size_t>(known(span.state))] += end_of(span) - begin_of(span);
    covered += end_of(span) - begin_of(span);
  }
  const double whole = std::max(end_of(own.back()) - begin_of(own.front()), covered);
  if (!(whole > 0)) return;  // all at one moment
  times[static_cast<std::size_t>(State::idle)] += whole - covered;
  for (std::size_t s = 0; s < times.size(); ++s) bar.mix[s] = static_cast<float>(times[s] / whole);
}

std::ptrdiff_t hit_test(std::span<const Bar> bars, float x, float slack_px) {
  auto after = std::ranges::upper_bound(bars, x, {}, &Bar::x0) - bars.begin();
  if (after > 0 && x < bars[static_cast<std::size_t>(after - 1)].x1) return after - 1;
  float left = after > 0 ? x - bars[static_cast<std::size_t>(after - 1)].x1 : slack_px + 1;
  float right = after < std::ssize(bars) ? bars[static_cast<std::size_t>(after)].x0 - x : slack_px + 1;
  if (std::min(left, right) > slack_px) return -1;
  return left <= right ? after - 1 : after;
}

std::ptrdiff_t span_at(const Spans& spans, double t) {
  const std::ptrdiff_t after = std::ranges::upper_bound(spans, t, {}, begin_of) - spans.begin();
  return after > 0 && end_of(spans[static_cast<std::size_t>(after - 1)]) > t ? after - 1 : -1;
}

std::string fold_words(std::uint32_t count, const std::array<float, kStates>& mix) {
  std::string words;
  auto say = [&](std::size_t s, std::string name) {
    if (mix[s] < 0.005f) return;
    words += fmt::format("{}{:.0f}\u2009% {}", words.empty() ? "" : ", ", mix[s] * 100, name);
  };
  for (State s : {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil, State::copying,
                  State::starting, State::idle, State::not_started, State::waiting_children}) {
    constexpr std::array<const char*, kStates> kShort = {
        "running", "ready", "waiting for I/O", "waiting for a lock", "waiting for the GIL", "idle", "not started", "copying",
        "being started", "waiting for its tasks"};
    say(static_cast<std::size_t>(s), kShort[static_cast<std::size_t>(s)]);
  }
  return fmt::format("{} {}: {}", format_count(count), count == 1 ? "span" : "spans", words);
}

// --- where all tasks are ---------------------------------------------------------------------------------------------

namespace {

void add(CountsTable::Sums& sums, const TaskCounts& c, double time) {
  sums[0] += c.running * time;
  sums[1] += c.ready * time;
  sums[2] += c.waiting_io * time;
  sums[3] += c.waiting_lock * time;
  sums[4] += c.waiting_gil * time;
  sums[5] += c.not_started * time;
  sums[6] += c.done * time;
  sums[7] += c.main * time;
}

TaskMix mix_of(const CountsTable::Sums& sums, double time) {
  const double per = 1 / time;
  auto part = [&](std::size_t i) { return static_cast<float>(std::max(0.0, sums[i] * per)); };
  return {part(0), part(1), part(2), part(3), part(4), part(5), part(6), part(7)};
}

TaskMix exactly(const TaskCounts& c) {
  auto part = [](std::uint32_t n) { return static_cast<float>(n); };
  return {part(c.running), part(c.ready), part(c.waiting_io), part(c.waiting_lock), part(c.waiting_gil), part(c.not_started), part(c.done), part(c.main)};
}

double moment_of(const Counts& counts, std::size_t i) { return static_cast<double>(counts.at(i)); }

}  // namespace

void CountsTable::make(const Counts& counts, std::size_t until) {
  sums_.reserve(counts.size() / kEvery + 1);
  until = std::min(until, counts.size());
  for (auto next = counts.from(taken_); taken_ < until; ++taken_, ++next) {
    if (taken_ > 0) add(so_far_, last_, static_cast<double>(next->at) - static_cast<double>(last_.at));
    if (taken_ % kEvery == 0) sums_.push_back(so_far_);
    last_ = next.now();
  }
}

CountsTable::Sums CountsTable::before(const Counts& counts, std::size_t entry, Counts::Reader* there) const {
  Sums sums = sums_[entry / kEvery];
  auto c = counts.from(entry / kEvery * kEvery);
  for (auto t = static_cast<double>(c->at); c.index() < entry;) {
    const double next = moment_of(counts, c.index() + 1);
    add(sums, *c, next - t);
    t = next;
    ++c;
  }
  if (there) *there = c;
  return sums;
}

void stack_columns(const Counts& counts, double until, const Viewport& window, double width_px, double step_px,
                   std::vector<StackColumn>& out, const CountsTable* table) {
  if (counts.empty() || !(window.end > window.begin) || !(step_px > 0) || !(width_px > 0)) return;
  constexpr std::size_t kFew = 4 * CountsTable::kEvery;  // so many are read as they are
  const double scale = width_px / window.length();
  const auto step = static_cast<double>(static_cast<float>(step_px / scale));
  const double first = moment_of(counts, 0);
  const std::size_t size_before = out.size();
  const double stop = std::min(until, window.end);
  const double begin = std::floor(std::max(window.begin, first) / step);
  auto last_until = [&](double t) {  // the entry in force at t; t is not before the first
    return std::max<std::size_t>(1, counts.until(t)) - 1;
  };
  Counts::Reader here = counts.from(last_until(std::max(begin * step, first)));  // in force where the cell begins
  std::optional<CountsTable::Sums> before_here;                                  // as the table has them
  for (double n = begin; n * step < stop; ++n) {
    // At either end of the run, of the part of the cell that is in the run.
    const double from = std::max(n * step, first), to = std::min((n + 1) * step, until);
    const auto x0 = static_cast<float>(std::max(0.0, (from - window.begin) * scale));
    const auto x1 = static_cast<float>(std::min(width_px, (to - window.begin) * scale));
    const std::size_t at = here.index();
    CountsTable::Sums sums{};
    double time = to - from;
    if (at + kFew >= counts.size() || moment_of(counts, at + kFew) >= to) {
      double t = from;
      for (double then; here.index() + 1 < counts.size() && (then = moment_of(counts, here.index() + 1)) < to; ++here, t = then) add(sums, *here, then - t);
      add(sums, *here, to - t);
      if (here.index() != at) before_here.reset();
    } else if (const std::size_t next = last_until(to); table && !table->empty()) {
      const CountsTable::Sums left = before_here ? *before_here : table->before(counts, at);
      add(sums, *here, moment_of(counts, at) - from);
      before_here = table->before(counts, next, &here);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*before_here)[i] - left[i];
      add(sums, *here, to - moment_of(counts, next));
    } else {
      time = 0;
      for (std::size_t k = 0; k < kFew; ++k) {
        const std::size_t i = at + k * (next - at) / kFew;
        const double lasts = std::min(to, moment_of(counts, i + 1)) - std::max(from, moment_of(counts, i));
        add(sums, counts[i], lasts);
        time += lasts;
      }
      here = counts.from(next);
    }
    if (x1 <= x0 || !(time > 0)) continue;
    const TaskMix now = here.index() == at ? exactly(*here) : mix_of(sums, time);
    if (out.size() > size_before && out.back().counts == now) out.back().x1 = x1;
    else out.push_back({x0, x1, now});
  }
}

// --- ticks -------------------------------------------------------------------------------------------------------------

bool Ticks::major(std::size_t i) const { return i < at.size() && std::abs(std::remainder(at[i], major_step)) < step * 0.01; }

Ticks ticks(const Viewport& window, double width_px, double least_px, double clock_step_ns) {
  Ticks out;
  if (!(window.end > window.begin) || !(width_px > 0)) return out;
  // A window of 10^17 px would ask for ticks without end.
  const double least = std::max({1.0, clock_step_ns, window.length() * std::max(least_px, 4.0) / width_px, window.length() / 2000});
  out.step = std::pow(10.0, std::floor(std::log10(least) + 1e-9));
  out.major_step = out.step * 5;
  if (out.step < least * (1 - 1e-9)) out.step *= 2, out.major_step = out.step * 5;
  if (out.step < least * (1 - 1e-9)) out.step *= 2.5, out.major_step = out.step * 2;
  if (out.step < least * (1 - 1e-9)) out.step *= 2, out.major_step = out.step * 5;
  for (double n = std::ceil(std::max(0.0, window.begin) / out.step - 1e-9); n * out.step <= window.end; ++n) out.at.push_back(n * out.step);
  return out;
}

// --- choice of lanes -----------------------------------------------------------------------------------------------------

bool worked(const Spans& lane) {
  return std::ranges::any_of(lane, [](const Span& span) { return span.task != kNoTask; });
}

std::vector<std::uint32_t> choose_lanes(std::size_t lanes, std::size_t fit, const std::function<bool(std::size_t)>& worked, std::ptrdiff_t keep) {
  const auto kept = static_cast<std::size_t>(keep);  // -1: beyond all
  fit = std::min(std::max<std::size_t>(fit, 1), lanes);
  std::vector<std::uint32_t> out, idle;
  if (fit == lanes) {
    out.resize(lanes);
    std::iota(out.begin(), out.end(), 0u);
    return out;
  }
  if (kept < lanes) out.push_back(static_cast<std::uint32_t>(kept));
  for (std::size_t i = 0; i < lanes && out.size() < fit; ++i)
    if (i != kept) (worked(i) ? out : idle).push_back(static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < idle.size() && out.size() < fit; ++i) out.push_back(idle[i]);
  std::ranges::sort(out);
  return out;
}

}  // namespace interleave
