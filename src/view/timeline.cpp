// Contents: searches | mix | the table | forced drops | bars | hit test, words | task stack | ticks | choice of lanes
#include "view/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "view/format.h"

namespace interleave {
namespace {

constexpr double kFarOut = 1e6;  // px; beyond, a float tells no halves apart

double begin_of(const Span& s) { return static_cast<double>(s.begin); }
double end_of(const Span& s) { return static_cast<double>(s.end); }
/// States come from packets of other processes: an unknown one is drawn as idle.
std::size_t slot(State s) {
  auto i = static_cast<std::size_t>(s);
  return i < kStates ? i : static_cast<std::size_t>(State::idle);
}

// --- searches ----------------------------------------------------------------------------------------------------------

/// First in [from, to) for which `before` is false, found by doubling steps from `from`: 2 log2(distance) looks, and those
/// near the start, which are in the cache.
template <class Before>
std::size_t gallop(const Spans& spans, std::size_t from, Effort& effort, Before before) {
  std::size_t low = from, step = 1, high = from;
  while (high < spans.size()) {
    ++effort.spans;
    if (!before(spans[high])) break;
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = std::min(high, spans.size());
  while (low < high) {
    std::size_t middle = low + (high - low) / 2;
    ++effort.spans;
    if (before(spans[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// --- mix ---------------------------------------------------------------------------------------------------------------

/// The first of the largest shares, to within a part in half a million. Of what is not negative the bits of floats are in
/// order: no branch, which nobody could foretell (it was a third of a frame).
static_assert(kStates <= 16);
std::uint32_t rank(float share, std::size_t state) { return (std::bit_cast<std::uint32_t>(share) & ~15u) | static_cast<std::uint32_t>(15 - state); }
State state_of(std::uint32_t rank) { return static_cast<State>(15 - (rank & 15)); }
State largest(const std::array<float, kStates>& mix) {
  std::uint32_t most = 0;
  for (std::size_t s = 0; s < kStates; ++s) most = std::max(most, rank(mix[s], s));
  return state_of(most);
}

void fill_mix(ExtentReader& reader, Bar& bar, Effort& effort) {
  const std::size_t from = bar.first, to = from + bar.count;
  constexpr auto kIdle = static_cast<std::size_t>(State::idle);
  if (bar.count <= kMixSamples) {
    // Most folds of a lane that is half zoomed in: no doubles, and the mix, written a float at a time, is not read as a whole (the
    // processor waits for that: a seventh of a frame). A share only grows, so that the largest is known as it goes.
    const std::span<const Span> own(reader.at(from, bar.count - 1), bar.count);
    const Nanos whole = own.back().end - own.front().begin;
    effort.spans += to - from;
    if (whole <= 0) {  // all at one moment
      bar.state = static_cast<State>(slot(own.front().state));
      bar.mix[slot(own.front().state)] = 1;
      return;
    }
    const float per = 1 / static_cast<float>(whole);
    Nanos covered = 0;
    std::uint32_t most = 0;
    auto add = [&](std::size_t s, Nanos length) {
      bar.mix[s] += static_cast<float>(length) * per;
      most = std::max(most, rank(bar.mix[s], s));
    };
    for (const Span& span : own) {
      const Nanos length = span.end - span.begin;
      add(slot(span.state), length);
      covered += length;
    }
    if (covered < whole) add(kIdle, whole - covered);
    if (covered > whole) [[unlikely]]  // spans that overlap are no lane's
      for (float& part : bar.mix) part *= static_cast<float>(static_cast<double>(whole) / static_cast<double>(covered));
    bar.state = state_of(most);
    return;
  }
  std::array<double, kStates> times{};
  double whole = 0, covered = 0;
  const Spans& spans = reader.spans();
  auto take = [&](std::size_t a, std::size_t b, double until) {
    for (std::size_t i = a; i < b; ++i) {
      const Span span = spans[i];
      times[slot(span.state)] += end_of(span) - begin_of(span);
      if (i == a) whole -= begin_of(span);
    }
    whole += until;
    effort.spans += b - a;
  };
  {
    // Groups of neighbours, each with the gap behind it: a lane that alternates between states is not sampled in step
    // with itself, and a group is two or three cache lines.
    constexpr std::size_t kGroup = 4, kGroups = kMixSamples / kGroup;
    for (std::size_t k = 0; k < kGroups; ++k) {
      const std::size_t at = from + k * (bar.count - kGroup - 1) / (kGroups - 1);
      take(at, at + kGroup, begin_of(spans[at + kGroup]));
    }
  }
  for (double t : times) covered += t;
  if (whole <= 0) {  // all at one moment
    bar.mix[slot(spans[from].state)] = 1;
  } else {
    times[kIdle] += std::max(0.0, whole - covered);
    const double per = 1 / std::max(whole, covered);
    for (std::size_t s = 0; s < times.size(); ++s) bar.mix[s] = static_cast<float>(times[s] * per);
  }
  bar.state = largest(bar.mix);
}

}  // namespace

// --- the table -----------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::int8_t, kStates> make_time_slots() {
  std::array<std::int8_t, kStates> out{};
  out.fill(-1);
  for (std::size_t i = 0; i < kTimeOrder.size(); ++i) out[static_cast<std::size_t>(kTimeOrder[i])] = static_cast<std::int8_t>(i);
  return out;
}
constexpr std::array<std::int8_t, kStates> kTimeSlot = make_time_slots();
constexpr int kTimeUnit = 6;  // 64 ns

}  // namespace

/// Twice as far apart: every other entry goes.
void TimeTable::widen() {
  const std::int64_t step = std::int64_t{1} << shift_;
  // Entries lie at multiples of their step; the first of the kept ones may be the second.
  std::size_t from = (origin_ >> shift_ & 1) != 0 ? 1 : 0, to = 0;
  if (from == 1) origin_ += step;
  for (; from < entries_.size(); from += 2) entries_[to++] = entries_[from];
  entries_.resize(to);
  ++shift_;
}

void TimeTable::update(const Spans& spans, bool all) {
  const std::size_t until = spans.empty() ? 0 : all ? spans.size() : spans.size() - 1;
  if (entries_.empty() && until > 0) {
    origin_ = spans[0].begin >> shift_ << shift_;
    entries_.push_back({});
  }
  auto put = [&](std::size_t first, std::int8_t slot, std::int64_t more) {
    Entry e;
    e.first = static_cast<std::uint32_t>(first);
    for (std::size_t i = 0; i < e.time.size(); ++i) e.time[i] = static_cast<std::uint32_t>(time_[i] >> kTimeUnit);
    if (slot >= 0) e.time[static_cast<std::size_t>(slot)] = static_cast<std::uint32_t>((time_[static_cast<std::size_t>(slot)] + static_cast<std::uint64_t>(more)) >> kTimeUnit);
    entries_.push_back(e);
  };
  const auto take = [&](const Span& span) {
    const std::int8_t slot = kTimeSlot[interleave::slot(span.state)];
    const std::size_t most = std::max<std::size_t>(2048, taken_ / 2);
    // Moments up to the span's begin, then those inside it.
    for (std::int64_t next; next = origin_ + (static_cast<std::int64_t>(entries_.size()) << shift_), next <= span.end;) {
      if (entries_.size() >= most) {
        widen();
        if (entries_.empty()) origin_ = next >> shift_ << shift_;
        continue;
      }
      if (next <= span.begin) put(taken_, -1, 0);
      else if (next < span.end || all) put(taken_ + 1, slot, next - span.begin);
      else break;
    }
    if (slot >= 0) time_[static_cast<std::size_t>(slot)] += static_cast<std::uint64_t>(std::max<std::int64_t>(0, span.end - span.begin));
    ++taken_;
  };
  spans.each(taken_, std::max(until, taken_), take);
  // One behind the end, so that the last cell has both its sides.
  if (all && until > 0 && taken_ == spans.size()) put(taken_, -1, 0);
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

void visible_bars(const Spans& spans, const Viewport& window, double width_px, std::vector<Bar>& out,
                  const TimeTable* table, Effort* effort) {
  if (spans.empty() || !(window.end > window.begin) || !(width_px > 0)) return;
  Effort ours;
  const double scale = width_px / window.length();
  // Rounded, so that panning, which changes the length in its last bits, moves no edge of the grid.
  const auto cell = static_cast<double>(static_cast<float>(kFoldPx / scale));
  auto x_of = [&](double t) { return static_cast<float>(std::clamp((t - window.begin) * scale, -kFarOut, kFarOut)); };

  ExtentReader reader(spans);
  std::size_t low = 0, high = spans.size();
  while (low < high) {  // the first that ends inside the window
    std::size_t middle = low + (high - low) / 2;
    ++ours.spans;
    if (end_of(spans[middle]) <= window.begin) low = middle + 1;
    else high = middle;
  }
  // A fold that began left of the window is drawn from where it begins in its cell, or panning would change its mix.
  if (low < spans.size() && begin_of(spans[low]) < window.begin + cell && end_of(spans[low]) - begin_of(spans[low]) < cell) {
    const double edge = std::floor(begin_of(spans[low]) / cell) * cell;
    low = static_cast<std::size_t>(std::lower_bound(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(low), edge,
              [&ours](const Span& s, double t) { ++ours.spans; return begin_of(s) < t; }) - spans.begin());
  }

  // The cell that a moment is in: n * cell <= t < (n + 1) * cell, whatever the quotient is rounded to.
  auto cell_of = [cell](double t) {
    const double n = std::floor(t / cell);
    return (n + 1) * cell <= t ? n + 1 : n * cell > t ? n - 1 : n;
  };
  double in_cell = cell_of(begin_of(spans[std::min(low, spans.size() - 1)]));  // of the fold before, from here on
  // Two moments of the table or more in a cell, and sums that its units hold.
  const bool quick = table && cell >= 2 * table->step() && cell >= 128 * (1 << kTimeUnit) && cell < 1.3e11;
  const auto cell_px = static_cast<float>(cell * scale);
  for (std::size_t i = low; i < spans.size();) {
    if (quick) {
      // From here on as far as cells hold many spans; their first is read once.
      const double first = begin_of(*reader.at(i));
      double at = std::floor(first / cell);
      float x0 = x_of(at * cell);
      const TimeTable::Entry* here = table->near(at * cell);
      // It is the first of its cell, or what stands before it there was drawn already.
      if (here && first - at * cell > table->step()) here = nullptr;
      const TimeTable::Entry* next = here ? table->near((at + 1) * cell) : nullptr;
      while (next && at * cell < window.end) {
        const TimeTable::Entry* beyond = table->near((at + 2) * cell);
        // The last of a cell in which nothing follows may reach far: it is looked at.
        if (!beyond || next->first < i + 8 || beyond->first == next->first) break;
        Bar& bar = out.emplace_back();
        bar.x0 = x0;
        bar.x1 = x0 += cell_px;
        bar.first = static_cast<std::uint32_t>(i);
        bar.count = next->first - static_cast<std::uint32_t>(i);
        // Straight on, for four at a time: which state has most nobody could foretell.
        const auto per = static_cast<float>((1 << kTimeUnit) / cell);
        std::array<float, 8> part{};
        for (std::size_t k = 0; k < kTimeOrder.size(); ++k) part[k] = static_cast<float>(static_cast<std::int32_t>(next->time[k] - here->time[k])) * per;
        const float sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + part[6]);
        // The cell's sides are moments of the table, and it may be a little longer or shorter.
        const float scaled = sum > 1 ? 1 / sum : 1;
        for (float& p : part) p *= scaled;
        static_assert(kTimeOrder[4] == State::waiting_gil && static_cast<int>(State::waiting_gil) == 4, "the first five lie as in the mix");
        for (std::size_t k = 0; k < 5; ++k) bar.mix[k] = part[k];
        bar.mix[static_cast<std::size_t>(State::idle)] = std::max(0.0f, 1 - sum);
        bar.mix[static_cast<std::size_t>(State::copying)] = part[5];
        bar.mix[static_cast<std::size_t>(State::starting)] = part[6];
        bar.state = largest(bar.mix);
        i = next->first;
        here = next;
        next = beyond;
        at += 1;
      }
      if (i >= spans.size()) break;
    }
    const Span* const own = reader.at(i, ExtentReader::kBehind - 1);  // read number by number: they were written so just now
    const Span& span = *own;
    ++ours.spans;
    const double begin = begin_of(span), length = end_of(span) - begin;
    if (begin >= window.end) break;
    Bar& bar = out.emplace_back();
    bar.x0 = x_of(begin);
    bar.x1 = x_of(begin + length);
    bar.first = static_cast<std::uint32_t>(i);
    bar.state = static_cast<State>(slot(span.state));
    if (length < cell) {
      // As a rule the next, which needs no division.
      if (begin >= (in_cell + 1) * cell) in_cell = begin < (in_cell + 2) * cell ? in_cell + 1 : cell_of(begin);
      const auto edge = static_cast<Nanos>(std::min(std::ceil((in_cell + 1) * cell), 9e18));
      // The next few are read for the mix anyhow; beyond them leaps are cheaper.
      std::size_t next = i + 1;
      const std::size_t few = std::min(i + 16, spans.size());
      while (next < few && own[next - i].begin < edge) ++next;
      if (next == i + 16) next = gallop(spans, next, ours, [edge](const Span& s) { return s.begin < edge; });
      // Only the last that begins in the cell can reach beyond the next one; then it stands for itself.
      if (next > i + 1) {
        const auto at = [&](std::size_t k) -> std::pair<double, double> {
          if (k < few) return {begin_of(own[k - i]), end_of(own[k - i])};
          const Span far = spans[k];
          return {begin_of(far), end_of(far)};
        };
        auto [last_begin, last_end] = at(next - 1);
        if (last_end - last_begin >= 2 * cell) last_end = at(--next - 1).second;
        if (next > i + 1) bar.x1 = x_of(last_end);
      }
      bar.count = static_cast<std::uint32_t>(next - i);
    }
    if (bar.count > 1) fill_mix(reader, bar, ours);
    else bar.mix[static_cast<std::size_t>(bar.state)] = 1;
    i += bar.count;
  }
  if (effort) effort->spans += ours.spans;
}

// --- hit test, words -----------------------------------------------------------------------------------------------------

void mix_exactly(const Spans& spans, Bar& bar) {
  const Spans own = spans.subspan(bar.first, bar.count);
  std::array<double, kStates> times{};
  double covered = 0;
  for (const Span& span : own) {
    times[slot(span.state)] += end_of(span) - begin_of(span);
    covered += end_of(span) - begin_of(span);
  }
  const double whole = std::max(end_of(own.back()) - begin_of(own.front()), covered);
  if (!(whole > 0)) return;  // all at one moment
  times[static_cast<std::size_t>(State::idle)] += whole - covered;
  for (std::size_t s = 0; s < times.size(); ++s) bar.mix[s] = static_cast<float>(times[s] / whole);
  bar.state = largest(bar.mix);
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
