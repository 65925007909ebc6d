#include "view/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace interleave {
namespace {

constexpr const char* kThin = "\u2009";

struct Unit {
  double ns;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "\u00b5s"}, {1, "ns"}}};
constexpr std::size_t kMicroseconds = 2;

/// The largest unit in which t is 1 or more. Tables say nothing in ns.
std::size_t unit_of(double t_ns) {
  // From 0.1 s on people think in seconds: "0.704 s".
  if (t_ns >= 1e8) return 0;
  return t_ns >= 0.9995e6 ? 1 : kMicroseconds;
}

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
  // A tenth is kept up to 100; below 1 three digits, because 0.95 and 1.0 differ.
  int decimals = std::min(ratio < 0.9995 ? 3 : ratio < 9.995 ? 2 : 1, decimals_for(ratio, 3));
  return grouped(fmt::format("{:.{}f}", ratio, decimals)) + "x";
}

std::string format_tick(double t_ns, double step_ns) {
  step_ns = std::max(step_ns, 1e-3);
  // Seconds down to steps of 10 ms, as people think of them; finer steps in a finer unit.
  const Unit& unit = step_ns >= 0.9999e7 ? kUnits[0] : step_ns >= 0.9999e4 ? kUnits[1] : step_ns >= 9.999 ? kUnits[2] : kUnits[3];
  int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step_ns / unit.ns) + 1e-9)), 0, 3);
  if (std::abs(t_ns) < step_ns * 1e-3) return fmt::format("0{}{}", kThin, unit.name);
  return fmt::format("{}{}{}", grouped(fmt::format("{:.{}f}", t_ns / unit.ns, decimals)), kThin, unit.name);
}

std::vector<std::string> format_column(std::span<const Nanos> times, Nanos clock_step) {
  Nanos largest = 0;
  for (Nanos t : times) largest = std::max(largest, t);
  const std::size_t common = unit_of(static_cast<double>(largest));
  std::vector<std::string> cells;
  for (Nanos t : times) {
    if (t < 0) {
      cells.emplace_back();
      continue;
    }
    if (clock_step > 1 && t < clock_step) {
      const Unit& unit = kUnits[clock_step >= 100'000 ? 1 : kMicroseconds];
      cells.push_back(fmt::format("< {}{}{}", format_significant(static_cast<double>(clock_step) / unit.ns, 2), kThin, unit.name));
      continue;
    }
    const auto ns = static_cast<double>(t);
    std::size_t unit = common;
    while (unit < kMicroseconds && t > 0 && decimals_for(ns / kUnits[unit].ns, 3) > 4) ++unit;
    int decimals = decimals_for(ns / kUnits[unit].ns, 3);
    if (unit == kMicroseconds) decimals = std::min(decimals, 2);
    // No digit that the clock cannot tell.
    if (clock_step > 1)
      decimals = std::clamp(decimals, 0, std::max(0, static_cast<int>(std::ceil(-std::log10(static_cast<double>(clock_step) / kUnits[unit].ns) - 1e-9))));
    cells.push_back(fmt::format("{}{}{}", grouped(fmt::format("{:.{}f}", ns / kUnits[unit].ns, decimals)), kThin, kUnits[unit].name));
  }
  return cells;
}

}  // namespace interleave
