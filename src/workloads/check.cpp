#include "workloads/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "script/names.h"

namespace interleave {
namespace {

constexpr double kShare = 0.10;
constexpr double kSlackNs = 5e6;
constexpr double kSwitchSlack = 3;  // the first and the last, and main's

Verdict as_predicted() { return {Verdict::Kind::as_predicted, "as predicted", ""}; }
Verdict off(std::string because) { return {Verdict::Kind::off, "off, because " + because, because}; }

enum class Sort : std::uint8_t { time, number, text };
Sort sort_of(std::string_view figure) {
  const auto which = static_cast<std::size_t>(std::find(kFiguresInScripts.begin(), kFiguresInScripts.end(), figure) - kFiguresInScripts.begin());
  return which < kFiguresThatAreTimes ? Sort::time : which < kFiguresThatAreNoTexts ? Sort::number : Sort::text;
}

std::string shown(std::string_view figure, double value) {
  if (sort_of(figure) == Sort::number) return fmt::format("{:.4g}", value);
  return value >= 1e9 ? fmt::format("{:.3g} s", value / 1e9) : fmt::format("{:.3g} ms", value / 1e6);
}

std::string quoted(std::string_view line) {
  return fmt::format("'{}{}'", line.substr(0, 60), line.size() > 60 ? "..." : "");
}

/// How a figure is called in "<...> is 7, and the lesson says 5".
std::string_view called(std::string_view figure) {
  if (figure == "p99") return "the latency that 99 % of tasks keep";
  if (figure == "longest") return "the longest latency";
  if (figure == "cpu") return "the time on cores";
  if (figure == "speedup") return "the speed-up";
  if (figure == "switches") return "the number of switches";
  if (figure == "tasks") return "the number of tasks";
  return "the makespan";
}

Verdict check_output(std::vector<std::string> printed, std::vector<std::string> expected, bool in_order) {
  if (!in_order) std::ranges::sort(printed), std::ranges::sort(expected);
  const std::size_t both = std::min(printed.size(), expected.size());
  for (std::size_t i = 0; i < both; ++i)
    if (printed[i] != expected[i])
      return off(in_order ? fmt::format("line {} of the output is {}, and the lesson says {}", i + 1, quoted(printed[i]), quoted(expected[i]))
                          : fmt::format("it printed {}, and the lesson says {}", quoted(printed[i]), quoted(expected[i])));
  if (printed.size() < expected.size()) return off(fmt::format("it never printed {}", quoted(expected[both])));
  if (printed.size() > expected.size()) return off(fmt::format("it also printed {}", quoted(printed[both])));
  return as_predicted();
}

Verdict check_number(std::string_view figure, double measured, const Expectation& e, std::string_view cause) {
  const bool time = sort_of(figure) == Sort::time;
  const double slack = time ? kSlackNs : figure == "switches" ? kSwitchSlack : 0;
  const double share = figure == "tasks" ? 0 : kShare;
  const double low = e.value - share * std::fabs(e.value) - slack, high = e.value + share * std::fabs(e.value) + slack;
  const std::string is = fmt::format("{} is {}, and the lesson says ", called(figure), shown(figure, measured));
  switch (e.bound) {
    case Expectation::Bound::about:
      if (measured >= low && measured <= high) return as_predicted();
      if (figure == "makespan") return check_makespan(static_cast<std::int64_t>(measured), static_cast<std::int64_t>(e.value), cause);
      return off(is + shown(figure, e.value));
    case Expectation::Bound::least: return measured >= e.value ? as_predicted() : off(is + "at least " + shown(figure, e.value));
    case Expectation::Bound::most: return measured <= e.value ? as_predicted() : off(is + "at most " + shown(figure, e.value));
  }
  return {};
}

/// False: this run cannot say.
bool measured_figure(const Figures& f, std::string_view figure, double& out) {
  if (figure == "makespan") out = static_cast<double>(f.makespan);
  else if (figure == "p99") out = static_cast<double>(f.p99);
  else if (figure == "longest") out = static_cast<double>(f.longest);
  else if (figure == "cpu") out = static_cast<double>(f.cpu);
  else if (figure == "switches") out = static_cast<double>(f.switches);
  else if (figure == "tasks") out = static_cast<double>(f.tasks);
  else if (figure == "speedup" && f.serial_makespan > 0 && f.makespan > 0)
    out = static_cast<double>(f.serial_makespan) / static_cast<double>(f.makespan);
  else return false;
  return true;
}

}  // namespace

Verdict check_makespan(std::int64_t measured, std::int64_t expected, std::string_view cause) {
  if (expected <= 0) return {};
  const double over = static_cast<double>(measured) - static_cast<double>(expected);
  if (std::fabs(over) <= kShare * static_cast<double>(expected) + kSlackNs) return as_predicted();
  const int percent = static_cast<int>(std::lround(100 * std::fabs(over) / static_cast<double>(expected)));
  // By how much stands beside it; what the trace shows of why is all that is new.
  if (!cause.empty()) return off(std::string(cause));
  return off("it took " + std::to_string(percent) + (over > 0 ? " % longer than the formula says" : " % less time than the formula says"));
}

std::vector<Finding> check_each(const Figures& figures, std::span<const Expectation> expectations, std::string_view cause) {
  const bool to_fail = std::ranges::any_of(expectations, [](const Expectation& e) { return e.figure == "error"; });
  std::vector<Finding> findings;
  if (!figures.finished && !to_fail) return findings;
  // How it ended comes first: of a run that ended otherwise, the rest means little.
  for (const Expectation& e : expectations) {
    if (e.figure != "error") continue;
    Finding f{e.figure, e.texts.empty() ? "" : e.texts[0], figures.finished ? "none" : figures.error, as_predicted()};
    if (figures.finished) f.verdict = off("it ended without the error that is the lesson");
    for (const std::string& part : e.texts)
      if (!figures.finished && figures.error.find(part) == std::string::npos)
        f.verdict = off(fmt::format("it ended with {}, and the lesson says {}", quoted(figures.error), quoted(part)));
    findings.push_back(std::move(f));
  }
  for (const Expectation& e : expectations) {
    if (e.figure == "error") continue;
    if (sort_of(e.figure) == Sort::text) {
      Finding f{e.figure, fmt::format("{}", fmt::join(e.texts, "\n")), fmt::format("{}", fmt::join(figures.output, "\n")), {}};
      f.verdict = check_output(figures.output, e.texts, e.figure == "output");
      findings.push_back(std::move(f));
      continue;
    }
    double measured = 0;
    if (!measured_figure(figures, e.figure, measured)) continue;
    if (e.figure == "makespan" && e.value <= 0) continue;
    constexpr std::string_view bounds[] = {"", "at least ", "at most "};
    Finding f{e.figure, std::string(bounds[static_cast<int>(e.bound)]) + shown(e.figure, e.value), shown(e.figure, measured), {}};
    // A speed-up is the time that it stands for, with a time's noise.
    if (e.figure == "speedup" && e.bound == Expectation::Bound::about && e.value > 0)
      f.verdict = check_makespan(figures.makespan, static_cast<std::int64_t>(static_cast<double>(figures.serial_makespan) / e.value), cause);
    else
      f.verdict = check_number(e.figure, measured, e, cause);
    findings.push_back(std::move(f));
  }
  return findings;
}

Verdict together(std::span<const Finding> findings) {
  for (const Finding& f : findings)
    if (f.verdict.kind == Verdict::Kind::off) return f.verdict;
  return findings.empty() ? Verdict{} : as_predicted();
}

}  // namespace interleave
