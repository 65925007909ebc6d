#include "workloads/check.h"

#include <cmath>

namespace interleave {

Verdict check_makespan(std::int64_t measured, std::int64_t expected) {
  constexpr double kShare = 0.10;
  constexpr double kSlackNs = 5e6;
  if (expected <= 0) return {};
  const double off = static_cast<double>(measured) - static_cast<double>(expected);
  if (std::fabs(off) <= kShare * static_cast<double>(expected) + kSlackNs)
    return {Verdict::Kind::as_predicted, "as predicted", ""};
  const int percent = static_cast<int>(std::lround(100 * std::fabs(off) / static_cast<double>(expected)));
  Verdict verdict{Verdict::Kind::off, "", ""};
  verdict.because = off > 0 ? "it took " + std::to_string(percent) +
                                  " % longer than the formula, which leaves out start-up, switches, copies and other programs"
                            : "it took " + std::to_string(percent) + " % less time than the formula says";
  verdict.words = "off, because " + verdict.because;
  return verdict;
}

}  // namespace interleave
