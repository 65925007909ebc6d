// sentence.cpp -- fills a few plain patterns with figures. Of many runs it says the shortest with several cores, the
// shortest with one, and one at a time; the rest is the table's. What overlapped is read off the times: the waits of all
// tasks, or their work, are longer together than the run.
#include "view/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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

std::string cores_in_words(int n) {
  constexpr const char* kWords[] = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"};
  return n >= 0 && n <= 12 ? kWords[n] : std::to_string(n);
}

/// The shortest of the runs that may use as many cores: several, one, or nobody knows.
struct Group {
  const Result* best = nullptr;
  std::string time;
};

// More than 1: together the parts were longer than the run.
double overlap(Nanos parts, const Result& r) { return static_cast<double>(parts) / static_cast<double>(std::max<Nanos>(r.summary.makespan, 1)); }

std::string lead(const Result& best) {
  if (overlap(best.waited, best) > 1.5) return "Waits overlap: ";
  if (best.cores > 1 && overlap(best.summary.cpu_busy, best) > 1.2) return "Cores share the work: ";
  return {};
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

// Of what a run printed, from 0.
std::string nth_line(std::size_t nth) {
  constexpr const char* kWords[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
  return nth < std::size(kWords) ? fmt::format("the {} line printed is", kWords[nth]) : fmt::format("printed line {} is", nth + 1);
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
  std::vector<std::string> times;  // as the flags at the ends of the runs say them
  for (const Result* r : runs) times.push_back(format_duration(r->summary.makespan, r->provenance == Provenance::modelled ? 0 : r->clock_step));

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
  const auto shortest_run = *std::ranges::min_element(runs, {}, [](const Result* r) { return r->summary.makespan; });
  if (std::ranges::all_of(runs, [](const Result* r) { return too_short(*r); })) {
    out.sentence = fmt::format("{} {} take {} or less: too short to compare.", runs.size() == 2 ? "Both" : "All", runs.size() == 2 ? "runs" : format_count(runs.size()),
                               times[static_cast<std::size_t>(std::ranges::find(runs, longest, [](const Result* r) { return r->summary.makespan; }) - runs.begin())]);
  } else if (winners.size() == runs.size()) {
    std::size_t fastest = 0;
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i]->summary.makespan == shortest) fastest = i;
    const bool any_modelled = std::ranges::any_of(runs, [&](const Result* r) { return *mark(*r) != 0; });
    out.sentence = fmt::format("{} {} take {}{}.", runs.size() == 2 ? "Both" : "All", runs.size() == 2 ? "runs" : format_count(runs.size()),
                               times[fastest], any_modelled ? "; not all were measured" : "");
    out.subsentence = "They differ by less than 3\u2009%.";
  } else {
    Group several, one, unknown;
    std::string serial;
    const Result* slowest = nullptr;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const Result& r = *runs[i];
      if (r.executor == ExecutorKind::serial) {
        serial = times[i] + mark(r);
        continue;
      }
      Group& group = r.cores > 1 ? several : r.cores == 1 ? one : unknown;
      if (!group.best || r.summary.makespan < group.best->summary.makespan) group = {&r, times[i] + mark(r)};
      if (!slowest || r.summary.makespan > slowest->summary.makespan) slowest = &r;
    }
    std::vector<const Group*> groups;
    for (const Group* g : {&several, &one, &unknown})
      if (g->best) groups.push_back(g);
    std::ranges::stable_sort(groups, {}, [](const Group* g) { return g->best->summary.makespan; });
    std::string body;
    bool said_cores = false;
    for (const Group* g : groups) {
      body += body.empty() ? "" : ", ";
      if (g->best->cores == 0) {
        body += fmt::format("{}: {}", name_of(g->best->executor), g->time);
      } else {
        body += fmt::format("{} on {}{}", g->time, cores_in_words(g->best->cores), said_cores ? "" : g->best->cores == 1 ? " core" : " cores");
        said_cores = true;
      }
    }
    body += ".";
    if (!serial.empty()) body += fmt::format(" One at a time: {}.", serial);
    const bool gains = serial_time == 0 || shortest < serial_time;
    std::string opening = gains && said_cores ? lead(*groups.front()->best) : std::string();
    out.sentence = opening + body;
    if (characters(out.sentence) > kLongestSentence) out.sentence = body;
    if (serial_time > 0 && std::ranges::count(winners, ExecutorKind::serial)) {
      out.subsentence = winners.size() == 1 ? "One at a time is the shortest." : fmt::format("The shortest, within 3\u2009%: {}.", joined(winners));
    } else {
      const Nanos reference = serial_time > 0 ? serial_time : longest;
      const auto serial_run = std::ranges::find(runs, ExecutorKind::serial, [](const Result* r) { return r->executor; });
      if (serial_run != runs.end() && too_short(**serial_run) && too_short(*shortest_run))
        out.subsentence = "The shortest are too short to compare.";
      else
        out.subsentence = fmt::format("{} as fast as {}: {}.", format_ratio(static_cast<double>(reference) / static_cast<double>(shortest)),
                                    serial_time > 0 ? "one at a time" : "the longest", joined(winners));
      // Far behind those with as many cores, and not in the sentence.
      const Group* beside = !slowest ? nullptr : slowest->cores > 1 ? &several : slowest->cores == 1 ? &one : &unknown;
      if (beside && slowest->summary.makespan > 2 * beside->best->summary.makespan) {
        const auto nth = static_cast<std::size_t>(std::ranges::find(runs, slowest) - runs.begin());
        out.subsentence += fmt::format(" The slowest of the others: {}, {}.", name_of(slowest->executor), times[nth]);
      }
    }
  }
  std::vector<ExecutorKind> missing;
  for (const Result* r : others) missing.push_back(r->executor);
  if (!missing.empty()) out.subsentence += fmt::format(" Without a result: {}.", joined(missing));
  return out;
}

std::string outputs_in_words(std::span<const Output> outputs) {
  // Which line tells them apart: the last, or the first that is not the same in all.
  std::size_t longest = 0, nth = 0;
  for (const Output& o : outputs) longest = std::max(longest, o.lines.size());
  auto line = [](const Output& o, std::size_t i) { return i < o.lines.size() ? o.lines[i] : std::string_view(); };
  auto last = [](const Output& o) { return o.lines.empty() ? std::string_view() : o.lines.back(); };
  const auto finished = [](const Output& o) { return o.how_ended == RunEnd::finished; };
  std::vector<const Output*> done;
  for (const Output& o : outputs)
    if (finished(o)) done.push_back(&o);
  const bool by_last = done.empty() || std::ranges::any_of(done, [&](const Output* o) { return last(*o) != last(*done.front()); });
  while (!by_last && nth < longest && std::ranges::all_of(done, [&](const Output* o) { return line(*o, nth) == line(*done.front(), nth); })) ++nth;
  const bool alike = !by_last && nth >= longest;
  auto said = [&](const Output& o) {
    if (!finished(o)) return std::string(word_of(o.how_ended));
    const std::string_view text = by_last || alike ? last(o) : line(o, nth);
    return text.empty() ? std::string("prints nothing") : !by_last && !alike ? fmt::format("{} \u201c{}\u201d", nth_line(nth), text) : std::string(text);
  };
  std::vector<std::pair<std::string, std::vector<ExecutorKind>>> groups;
  for (const Output& o : outputs) {
    auto known = std::ranges::find(groups, said(o), [](const auto& g) { return g.first; });
    if (known == groups.end()) groups.push_back({said(o), {o.executor}});
    else known->second.push_back(o.executor);
  }
  auto sentence = [](std::string words) { return words.ends_with('.') || words.ends_with('!') || words.ends_with('?') ? words : words + "."; };
  if (groups.size() == 1 && outputs.size() > 1)
    return sentence(fmt::format("{} {}: {}", outputs.size() == 2 ? "Both" : "All", outputs.size() == 2 ? "alike" : cores_in_words(static_cast<int>(outputs.size())), groups[0].first));
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& [what, who] = groups[i];
    const bool rest = i > 0 && i + 1 == groups.size() && who.size() > 2;
    out += fmt::format("{}{}: {}", i == 0 ? "" : " ", rest ? fmt::format("The other {}", cores_in_words(static_cast<int>(who.size()))) : joined(who), sentence(what));
  }
  return out;
}

}  // namespace interleave
