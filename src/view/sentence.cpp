// sentence.cpp -- fills a few plain patterns with figures; when there are more than 90 characters hold, those between
// the shortest and the longest are left to the table.
#include "view/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "view/format.h"

namespace interleave {
namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// "Threads", "Threads and Event loop", "Threads, Processes and Event loop"
std::string joined(const std::vector<ExecutorKind>& kinds) {
  std::string out;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : i + 1 == kinds.size() ? " and " : ", ", name_of(kinds[i]));
  return out;
}

struct Part {
  Nanos time = 0;
  std::size_t nth = 0;  ///< of those that are equal the first in the executors' order comes first
  std::string text;     ///< "Threads: 0.326 s"
};

std::string sentence_of(const std::vector<Part>& parts, const std::string& serial) {
  std::string out;
  for (const Part& part : parts) out += (out.empty() ? "" : ", ") + part.text;
  if (!out.empty()) out += ".";
  if (!serial.empty()) out += fmt::format("{}One at a time: {}.", out.empty() ? "" : " ", serial);
  return out;
}

Headline of_one(const Result& r) {
  Headline out;
  const bool modelled = r.provenance == Provenance::modelled;
  const Nanos step = modelled ? 0 : r.clock_step;
  const std::string who = fmt::format("{}{}", name_of(r.executor), modelled ? ", modelled" : r.provenance == Provenance::recorded ? ", recorded" : "");
  const std::string when = format_duration(r.summary.makespan, step);
  switch (r.how_ended) {
    case RunEnd::finished: out.sentence = fmt::format("{}: {}.", who, when); break;
    case RunEnd::cancelled: out.sentence = fmt::format("{}: stopped at {}.", who, when); out.subsentence = "What ran is kept."; break;
    case RunEnd::failed: out.sentence = fmt::format("{}: failed at {}.", who, when); break;
    case RunEnd::deadlock: out.sentence = fmt::format("{}: deadlock at {}.", who, when); out.subsentence = "All tasks wait for one another."; break;
    case RunEnd::aborted: out.sentence = fmt::format("{}: ended by force at {}.", who, when); break;
  }
  if (r.how_ended == RunEnd::finished && r.expected > 0 && !modelled) {
    const double off = static_cast<double>(r.summary.makespan) / static_cast<double>(r.expected) - 1;
    out.subsentence = fmt::format("The model says {}: off by {}.", format_duration(r.expected), format_signed_percent(off));
  }
  return out;
}

}  // namespace

Headline headline(std::span<const Result> results) {
  std::vector<const Result*> runs, others;
  for (const Result& r : results) {
    if (r.ran && r.how_ended == RunEnd::finished && r.summary.makespan > 0) runs.push_back(&r);
    else if (r.ran || !r.refused.empty()) others.push_back(&r);
  }
  if (runs.size() <= 1) {
    if (runs.size() == 1) {
      Headline out = of_one(*runs[0]);
      return out;
    }
    for (const Result* r : others)
      if (r->ran) return of_one(*r);
    return {};
  }
  Headline out;
  std::vector<TimeCell> cells;
  for (const Result* r : runs) cells.push_back({r->summary.makespan, r->provenance == Provenance::modelled ? 0 : r->clock_step});
  const std::vector<std::string> times = format_column(cells);

  Nanos shortest = runs[0]->summary.makespan, longest = shortest, serial_time = 0;
  for (const Result* r : runs) {
    shortest = std::min(shortest, r->summary.makespan);
    longest = std::max(longest, r->summary.makespan);
    if (r->executor == ExecutorKind::serial) serial_time = r->summary.makespan;
  }
  std::vector<ExecutorKind> winners;
  for (const Result* r : runs)
    if (static_cast<double>(r->summary.makespan) <= static_cast<double>(shortest) * kBestWithin) winners.push_back(r->executor);

  auto mark = [](const Result& r) { return r.provenance == Provenance::modelled ? " (modelled)" : r.provenance == Provenance::recorded ? " (recorded)" : ""; };
  if (winners.size() == runs.size()) {
    std::size_t fastest = 0;
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i]->summary.makespan == shortest) fastest = i;
    const bool any_modelled = std::ranges::any_of(runs, [&](const Result* r) { return *mark(*r) != 0; });
    out.sentence = fmt::format("{} {} take {}{}.", runs.size() == 2 ? "Both" : "All", runs.size() == 2 ? "runs" : format_count(runs.size()),
                               times[fastest], any_modelled ? "; not all were measured" : "");
    out.subsentence = "They differ by less than 3\u2009%.";
  } else {
    std::vector<Part> parts;
    std::string serial;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i]->executor == ExecutorKind::serial) serial = times[i] + mark(*runs[i]);
      else parts.push_back({runs[i]->summary.makespan, i, fmt::format("{}{}: {}", name_of(runs[i]->executor), mark(*runs[i]), times[i])});
    }
    std::ranges::sort(parts, {}, [](const Part& p) { return std::pair(p.time, p.nth); });
    out.sentence = sentence_of(parts, serial);
    while (characters(out.sentence) > kLongestSentence && parts.size() > 1) {
      // The shortest stays; the longest too, as long as there is anything between.
      parts.erase(parts.size() > 2 ? parts.end() - 2 : parts.end() - 1);
      out.sentence = sentence_of(parts, serial);
    }
    if (serial_time > 0 && std::ranges::count(winners, ExecutorKind::serial)) {
      out.subsentence = winners.size() == 1 ? "One at a time is the shortest." : fmt::format("The shortest, within 3\u2009%: {}.", joined(winners));
    } else {
      const Nanos reference = serial_time > 0 ? serial_time : longest;
      out.subsentence = fmt::format("{} as fast as {}: {}.", format_ratio(static_cast<double>(reference) / static_cast<double>(shortest)),
                                    serial_time > 0 ? "one at a time" : "the longest", joined(winners));
    }
  }
  std::vector<ExecutorKind> missing;
  for (const Result* r : others) missing.push_back(r->executor);
  if (!missing.empty()) out.subsentence += fmt::format(" Without a result: {}.", joined(missing));
  return out;
}

}  // namespace interleave
