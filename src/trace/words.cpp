// words.cpp -- a run in one sentence, and durations as people read them.
// One place, so that the lane's flag, the table, the hover card, the status line and the command line give the same figure.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "trace/trace.h"

namespace interleave {
namespace {

constexpr std::string_view kThinSpace = "\u2009";
constexpr Nanos kMicrosecond = 1'000, kMillisecond = 1'000'000, kSecond = 1'000'000'000;

/// "12 345": a thin space between groups of three.
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), kThinSpace);
  return digits;
}

Nanos rounded_to(Nanos t, Nanos grain) { return (t + grain / 2) / grain * grain; }

/// `t` is a whole number of `grain`, a power of ten.
std::string in_unit(Nanos t, Nanos grain) {
  Nanos unit = kMicrosecond;
  std::string_view name = "µs";
  if (t >= 100 * kMillisecond || t == 0) {
    unit = kSecond, name = "s";
  } else if (t >= kMillisecond || grain >= 100 * kMicrosecond) {
    unit = kMillisecond, name = "ms";
  }
  int decimals = 0;
  for (Nanos digit = unit; digit > grain; digit /= 10) ++decimals;
  std::string text = grouped(t / unit);
  if (t == 0) decimals = 0;
  if (decimals > 0) text += fmt::format(".{:0{}}", t % unit / std::min(grain, unit), decimals);
  return text.append(kThinSpace).append(name);
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  while (!line.empty() && (line.back() == '.' || line.back() == ' ')) line.pop_back();
  return line;
}

/// The last thing that an error or a notice said, or nothing.
std::string last_said(const Trace& trace, TextRole role) {
  for (auto line = trace.texts().rbegin(); line != trace.texts().rend(); ++line)
    if (line->role == role) return first_line(line->text);
  return {};
}

std::string how_it_ended(const Trace& trace, const Summary& summary) {
  const std::string when = format_duration(summary.makespan, clock_step_of(trace));
  if (!trace.ended()) return when + " so far";
  auto with_reason = [&](std::string text) {
    const std::string why = last_said(trace, TextRole::error);
    return why.empty() ? text : text + " (" + why + ")";
  };
  switch (trace.how_ended()) {
    case RunEnd::finished: return when;
    case RunEnd::cancelled: return "stopped at " + when;
    case RunEnd::failed: return with_reason("failed at " + when);
    case RunEnd::deadlock: return with_reason("deadlock at " + when);
    case RunEnd::aborted: return "ended by force at " + when;
  }
  return when;
}

}  // namespace

std::string_view word_of(Provenance provenance) {
  constexpr std::array<std::string_view, kProvenances> kWords = {"measured", "modelled", "recorded"};
  const auto i = static_cast<std::size_t>(provenance);
  return i < kWords.size() ? kWords[i] : std::string_view();
}

std::string_view word_of(RunEnd end) {
  constexpr std::array<std::string_view, kRunEnds> kWords = {"finished", "failed", "cancelled", "deadlock", "aborted"};
  const auto i = static_cast<std::size_t>(end);
  return i < kWords.size() ? kWords[i] : std::string_view();
}

std::string format_duration(Nanos t, Nanos clock_step) {
  if (t < 0) return "\u2212" + format_duration(t == INT64_MIN ? INT64_MAX : -t, clock_step);
  t = std::min(t, INT64_MAX / 2);  // 146 years: rounding must not overflow
  clock_step = std::min(clock_step, INT64_MAX / 2);
  // The place of the last digit that is shown: the third from the left, and never one that the clock cannot tell.
  Nanos grain = 1;
  while (grain * 10 <= clock_step && grain < kSecond) grain *= 10;
  if (t > 0 && t < clock_step) return "< " + in_unit(rounded_to(clock_step, grain), grain);
  while (rounded_to(t, grain) / grain >= 1000 && grain < kSecond) grain *= 10;
  return in_unit(rounded_to(t, grain), grain);
}

std::string summary_sentence(const Trace& trace, Nanos serial_makespan) {
  const Summary summary = trace.summary();
  std::string text = fmt::format("{}, {}: {}", name_of(trace.executor), word_of(trace.provenance), how_it_ended(trace, summary));
  const bool finished = trace.ended() && trace.how_ended() == RunEnd::finished;
  if (finished && serial_makespan > 0 && summary.makespan > 0 && trace.executor != ExecutorKind::serial) {
    const double ratio = static_cast<double>(serial_makespan) / static_cast<double>(summary.makespan);
    text += fmt::format(", {:.{}f} times serial", ratio, ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0);
  }
  if (summary.tasks > 0) {
    const std::int64_t tasks = summary.tasks;
    const char* const at_least = summary.dropped_events > 0 ? "at least " : "";  // of the others all events were lost
    if (trace.ended() && summary.finished < summary.tasks)
      text += fmt::format(", {}{} of {}{} {} finished", at_least, grouped(summary.finished), at_least, grouped(tasks), tasks == 1 ? "task" : "tasks");
    else
      text += fmt::format(", {}{} {}", at_least, grouped(tasks), tasks == 1 ? "task" : "tasks");
  }
  if (summary.makespan > 0 && trace.fact(Fact::cores) > 0) {
    const std::int64_t cores = trace.fact(Fact::cores);
    const char* which = trace.fact(Fact::emulated_cores) ? "emulated " : "";
    // More than all there is to be busy is clock noise.
    const double percent = 100 * std::min(1.0, summary.core_busy);
    if (cores == 1)
      text += fmt::format(", {}core busy {:.1f}{}%", which, percent, kThinSpace);
    else
      text += fmt::format(", {} {}cores busy {:.1f}{}%", cores, which, percent, kThinSpace);
  }
  if (const Nanos blocked = trace.fact(Fact::loop_blocked_ns); blocked > 0)
    text += fmt::format("; blocking calls held the event loop for {}", format_duration(blocked, clock_step_of(trace)));
  if (summary.dropped_events > 0)
    text += fmt::format("; {} events did not fit and are missing", grouped(static_cast<std::int64_t>(summary.dropped_events)));
  return text + ".";
}

std::vector<std::string> caveats_of(const Trace& trace) {
  std::vector<std::string> all;
  if (const std::int64_t cores = trace.fact(Fact::cores); trace.fact(Fact::emulated_cores) && cores > 0)
    all.push_back(cores == 1 ? "Its core is emulated: the machine has more, and one permit lets one task compute at a time."
                             : fmt::format("Its {0} cores are emulated: the machine has more, and {0} permits let {0} tasks compute at a time.", grouped(cores)));
  if (const Nanos blocked = trace.fact(Fact::loop_blocked_ns); blocked > 0)
    all.push_back(fmt::format("Blocking calls held {} for {}; no other task there could go on meanwhile.",
                              std::ranges::count(trace.lanes(), LaneKind::loop, &Lane::kind) > 1 ? "event loops" : "the event loop",
                              format_duration(blocked, clock_step_of(trace))));
  return all;
}

}  // namespace interleave
