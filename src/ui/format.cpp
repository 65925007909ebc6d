#include "ui/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace interleave {

constexpr const char* kThin = "\xe2\x80\x89";

std::string format_count(std::uint64_t n) {
  std::string digits = std::to_string(n), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += kThin;
    out += digits[i];
  }
  return out;
}

std::string format_bytes(std::int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  int decimals = unit == 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return fmt::format("{:.{}f}{}{}", value, decimals, kThin, kUnits[unit]);
}

std::string format_tick(double t_ns, double step_ns) {
  struct Unit { double ns; const char* name; };
  constexpr Unit kUnits[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "\xc2\xb5s"}, {1, "ns"}};
  // Seconds down to steps of 10 ms, as people think of them; finer steps in a finer unit.
  const Unit& unit = step_ns >= 0.9999e7 ? kUnits[0] : step_ns >= 0.9999e4 ? kUnits[1] : step_ns >= 9.999 ? kUnits[2] : kUnits[3];
  int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step_ns / unit.ns) + 1e-9)), 0, 3);
  if (std::abs(t_ns) < step_ns * 1e-3) return fmt::format("0{}{}", kThin, unit.name);
  return fmt::format("{:.{}f}{}{}", t_ns / unit.ns, decimals, kThin, unit.name);
}

}  // namespace interleave
