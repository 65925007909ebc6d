#include "view/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "trace/trace.h"

namespace interleave {
namespace {

constexpr const char* kThin = "\u2009";

struct Unit {
  double ns;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "\u00b5s"}, {1, "ns"}}};

/// That a duration is said in.
const Unit& unit_in(std::string_view text) {
  if (text.ends_with("ms")) return kUnits[1];
  return text.ends_with("\u00b5s") ? kUnits[2] : kUnits[0];
}
const Unit& unit_beside(Nanos longest, Nanos clock_step) { return unit_in(longest > 0 ? format_duration(longest, clock_step) : std::string()); }

std::string grouped(std::string number) {
  std::size_t dot = number.find('.');
  std::size_t end = dot == number.npos ? number.size() : dot, start = number.starts_with('-') ? 1 : 0;
  for (std::size_t i = end; i > start + 3; i -= 3) number.insert(i - 3, kThin);
  return number;
}

/// Decimals that give `digits` significant ones, after rounding: 9.996 has one less than 9.994.
int decimals_for(double value, int digits) {
  value = std::abs(value);
  if (value == 0) return 0;
  int decimals = std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(value))));
  double rounded = std::round(value * std::pow(10.0, decimals)) / std::pow(10.0, decimals);
  if (rounded > 0) decimals = std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(rounded) + 1e-12)));
  return decimals;
}

}  // namespace

std::string format_count(std::uint64_t n) { return grouped(std::to_string(n)); }

std::string format_significant(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  return grouped(fmt::format("{:.{}f}", value, decimals_for(value, digits)));
}

std::string format_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kNames = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 1023.7 KiB would be rounded to "1 024 KiB".
  while (std::abs(value) >= (unit == 0 ? 1024 : 1023.5) && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  if (unit == 0) return fmt::format("{}{}B", bytes, kThin);
  return fmt::format("{}{}{}", format_significant(value), kThin, kNames[unit]);
}

std::string format_percent(double part) {
  if (!std::isfinite(part)) return "-";
  return fmt::format("{:.1f}{}%", part * 100, kThin);
}

std::string format_signed_percent(double part) {
  if (!std::isfinite(part)) return "-";
  std::string number = fmt::format("{:.1f}", std::abs(part) * 100);
  const char* sign = number == "0.0" ? "" : part < 0 ? "\u2212" : "+";
  return fmt::format("{}{}{}%", sign, number, kThin);
}

std::string format_ratio(double ratio) {
  if (!std::isfinite(ratio) || ratio < 0) return "-";
  const int decimals = ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
  return grouped(fmt::format("{:.{}f}", ratio, decimals)) + "x";
}

namespace {

const Unit& unit_of_axis(double step_ns, Nanos longest) {
  if (longest > 0) return unit_beside(longest, 0);
  // Seconds down to steps of 10 ms, as people think of them; finer steps in a finer unit.
  return kUnits[step_ns >= 0.9999e7 ? 0 : step_ns >= 0.9999e4 ? 1 : step_ns >= 9.999 ? 2 : 3];
}

}  // namespace

std::string format_tick(double t_ns, double step_ns, Nanos longest) {
  step_ns = std::max(step_ns, 1e-3);
  const Unit& unit = unit_of_axis(step_ns, longest);
  int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step_ns / unit.ns) + 1e-9)), 0, 9);
  if (std::abs(t_ns) < step_ns * 1e-3) return fmt::format("0{}{}", kThin, unit.name);
  return fmt::format("{}{}{}", grouped(fmt::format("{:.{}f}", t_ns / unit.ns, decimals)), kThin, unit.name);
}

std::string format_moment(double t_ns, double step_ns, Nanos longest, Nanos clock_step) {
  step_ns = std::max(step_ns, 1e-3);
  const Unit& unit = unit_of_axis(step_ns, longest);
  // Nothing is known to less than a nanosecond.
  const double digit = std::max({step_ns / 100, 1.0, static_cast<double>(clock_step)});
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(digit / unit.ns) - 1e-9)), 0, 9);
  return fmt::format("{}{}{}", grouped(fmt::format("{:.{}f}", t_ns / unit.ns, decimals)), kThin, unit.name);
}

namespace {

constexpr int kMostDecimals = 4;

int decimals_in(const TimeCell& cell, const Unit& unit) {
  const int decimals = decimals_for(static_cast<double>(cell.time) / unit.ns, 3);
  // No digit that the clock cannot tell.
  if (cell.clock_step <= 1) return decimals;
  return std::min(decimals, std::max(0, static_cast<int>(std::ceil(-std::log10(static_cast<double>(cell.clock_step) / unit.ns) - 1e-9))));
}

std::string in_unit(const TimeCell& cell, const Unit& common) {
  std::string text = format_duration(cell.time, cell.clock_step);
  if (cell.time == 0) return fmt::format("0{}{}", kThin, common.name);
  const bool below_clock = text.starts_with('<');
  if (below_clock || unit_in(text).ns == common.ns) return text;
  const int decimals = decimals_in(cell, common);
  return decimals <= kMostDecimals ? fmt::format("{}{}{}", grouped(fmt::format("{:.{}f}", static_cast<double>(cell.time) / common.ns, decimals)), kThin, common.name) : text;
}

// The largest's, or the next finer one in which all cells fit; the largest's again where that would make a million of it.
const Unit& unit_of(std::span<const TimeCell> cells) {
  constexpr double kMost = 1e6;
  const TimeCell* largest = nullptr;
  for (const TimeCell& cell : cells)
    if (cell.time > 0 && (!largest || cell.time > largest->time)) largest = &cell;
  if (!largest) return kUnits[0];
  const Unit& own = unit_beside(largest->time, largest->clock_step);
  for (const Unit& unit : std::span(kUnits).first(3)) {
    if (unit.ns > own.ns) continue;
    if (static_cast<double>(largest->time) / unit.ns >= kMost) break;
    if (std::ranges::all_of(cells, [&](const TimeCell& cell) {
          if (cell.time <= 0) return true;
          const std::string text = format_duration(cell.time, cell.clock_step);
          return text.starts_with('<') || unit_in(text).ns == unit.ns || decimals_in(cell, unit) <= kMostDecimals;
        }))
      return unit;
  }
  return own;
}

}  // namespace

std::string format_beside(Nanos t, Nanos clock_step, Nanos longest) {
  return longest > 0 ? in_unit({t, clock_step}, unit_beside(longest, clock_step)) : format_duration(t, clock_step);
}

std::vector<std::string> format_column(std::span<const TimeCell> cells) {
  const Unit& unit = unit_of(cells);
  std::vector<std::string> out;
  for (const TimeCell& cell : cells) out.push_back(cell.time < 0 ? std::string() : in_unit(cell, unit));
  return out;
}

std::string capital(std::string words) {
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

std::vector<std::string_view> wrapped(std::string_view text, std::size_t most_characters, std::size_t most_rows) {
  std::vector<std::string_view> out;
  while (out.size() + 1 < most_rows && text.size() > most_characters) {
    std::size_t end = text.rfind(' ', most_characters);
    if (end == text.npos || end < most_characters / 2) {
      end = most_characters;
      while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    }
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  out.push_back(text);
  return out;
}

}  // namespace interleave
