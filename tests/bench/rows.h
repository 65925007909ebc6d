// rows.h -- how a bench says what it measured: a figure a line, for people, and for .build/bench_page.py, which makes the table.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace interleave::bench {

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// What others say of their own program, on a machine of theirs; `source` says where. In the table it stands in no column of ours.
inline void published(std::string_view what, std::string_view who, double value, std::string_view unit, std::string_view source) {
  fmt::print("{:<42}  {:<26}  {:>12.2f} {:<6}  published: {}\n", what, who, value, unit, source);
  std::fflush(stdout);
}

/// `floor`: what the same work costs serially, in the same unit and the same run; 0: there is no such thing.
inline void row(std::string_view what, std::string_view who, double value, std::string_view unit, double floor = 0) {
  const std::string multiple = floor > 0 ? fmt::format("{:.2f}x", value / floor) : "-";
  fmt::print("{:<42}  {:<26}  {:>12.2f} {:<6}  {:>8}\n", what, who, value, unit, multiple);
  std::fflush(stdout);
}

}  // namespace interleave::bench
