#include "workloads/check.h"

#include <cmath>

namespace interleave {

Verdict check_makespan(std::int64_t measured, std::int64_t expected, std::string_view cause) {
  constexpr double kShare = 0.10;
  constexpr double kSlackNs = 5e6;
  if (expected <= 0) return {};
  const double off = static_cast<double>(measured) - static_cast<double>(expected);
  if (std::fabs(off) <= kShare * static_cast<double>(expected) + kSlackNs)
    return {Verdict::Kind::as_predicted, "as predicted", ""};
  const int percent = static_cast<int>(std::lround(100 * std::fabs(off) / static_cast<double>(expected)));
  Verdict verdict{Verdict::Kind::off, "", ""};
  verdict.because = "it took " + std::to_string(percent) +
                    (off > 0 ? " % longer than the formula says" : " % less time than the formula says");
  if (!cause.empty()) verdict.because += ": " + std::string(cause);
  verdict.words = "off, because " + verdict.because;
  return verdict;
}

}  // namespace interleave
