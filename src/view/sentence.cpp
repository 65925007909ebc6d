// sentence.cpp -- fills a few plain patterns with figures. Of many runs it says the shortest with several cores, the
// shortest with one, and one at a time; the rest is the table's. What overlapped is read off the times: the waits of all
// tasks, or their work, are longer together than the run.
#include "view/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "view/format.h"

namespace interleave {

std::string joined(const std::vector<ExecutorKind>& kinds) {
  std::string out;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : i + 1 == kinds.size() ? " and " : ", ", name_of(kinds[i]));
  return out;
}

namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Nanos step_of(const Result& r) { return r.provenance == Provenance::modelled ? 0 : r.clock_step; }

/// In the unit of what stands beside it.
std::string time_of(const Result& r, Nanos t) { return format_beside(t, step_of(r), r.longest); }

std::string cores_in_words(int n) {
  constexpr const char* kWords[] = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"};
  return n >= 0 && n <= 12 ? kWords[n] : std::to_string(n);
}

/// "2.5 times", "63 times", "2 600 times": no finer than two runs of the same would agree on. The table has three digits.
std::string times_in_words(double ratio) {
  if (ratio < 9.95) return fmt::format("{:.1f} times", ratio);
  double unit = 1;
  while (ratio / unit >= 99.5) unit *= 10;
  return format_count(static_cast<std::uint64_t>(std::round(ratio / unit) * unit)) + " times";
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
  const std::string who = fmt::format("{}{}", name_of(r.executor), modelled ? ", modelled" : r.provenance == Provenance::recorded ? ", recorded" : "");
  const std::string when = time_of(r, r.summary.makespan);
  switch (r.how_ended) {
    case RunEnd::finished: out.sentence = fmt::format("{}: {}.", who, when); break;
    case RunEnd::cancelled: out.sentence = fmt::format("{}: stopped at {}.", who, when); out.subsentence = "What ran is kept."; break;
    case RunEnd::failed: out.sentence = fmt::format("{}: failed at {}.", who, when); break;
    case RunEnd::deadlock: out.sentence = fmt::format("{}: deadlock at {}.", who, when); out.subsentence = "All tasks wait for one another."; break;
    case RunEnd::aborted: out.sentence = fmt::format("{}: ended by force at {}.", who, when); break;
  }
  if (r.how_ended == RunEnd::finished && r.expected > 0 && !modelled) {
    const double off = static_cast<double>(r.summary.makespan) / static_cast<double>(r.expected) - 1;
    out.subsentence = fmt::format("The model says {}: off by {}.", format_beside(r.expected, 0, r.longest), format_signed_percent(off));
  }
  return out;
}

/// "Both", "All three".
std::string all_in_words(std::size_t n) { return n == 2 ? std::string("Both") : "All " + cores_in_words(static_cast<int>(n)); }

/// Several runs of which none finished: how many ended how.
Headline of_none(std::span<const Result* const> runs) {
  auto ended = [](RunEnd how) -> std::string_view {
    switch (how) {
      case RunEnd::cancelled: return "were stopped";
      case RunEnd::deadlock: return "ended in a deadlock";
      case RunEnd::aborted: return "were ended by force";
      default: return "failed";
    }
  };
  Headline out;
  const std::string all = all_in_words(runs.size()) + " runs";
  const RunEnd how = runs[0]->how_ended;
  if (std::ranges::all_of(runs, [how](const Result* r) { return r->how_ended == how; })) {
    out.sentence = fmt::format("{} {}.", all, ended(how));
    out.subsentence = how == RunEnd::deadlock ? "All tasks wait for one another." : how == RunEnd::cancelled ? "What ran is kept." : "";
    return out;
  }
  std::vector<std::pair<RunEnd, std::vector<ExecutorKind>>> by_end;
  for (const Result* r : runs) {
    const auto known = std::ranges::find(by_end, r->how_ended, [](const auto& e) { return e.first; });
    if (known != by_end.end()) known->second.push_back(r->executor);
    else by_end.push_back({r->how_ended, {r->executor}});
  }
  out.sentence = fmt::format("None of the {} runs finished.", cores_in_words(static_cast<int>(runs.size())));
  for (const auto& [end, who] : by_end) out.subsentence += fmt::format("{}{}: {}.", out.subsentence.empty() ? "" : " ", joined(who), early_end(end));
  return out;
}

/// Who has no result, behind the rest.
void add_missing(Headline& out, std::span<const Result* const> others) {
  std::vector<ExecutorKind> missing;
  for (const Result* r : others) missing.push_back(r->executor);
  if (!missing.empty()) out.subsentence += fmt::format("{}Without a result: {}.", out.subsentence.empty() ? "" : " ", joined(missing));
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
    std::erase_if(others, [](const Result* r) { return !r->ran; });
    if (runs.size() == 1) {
      Headline out = of_one(*runs[0]);
      add_missing(out, others);
      return out;
    }
    return others.empty() ? Headline{} : others.size() == 1 ? of_one(*others[0]) : of_none(others);
  }
  Headline out;
  const std::string all = all_in_words(runs.size()) + (runs.size() == 2 ? " runs" : "");
  std::vector<std::string> times;  // as the flags at the ends of the runs say them
  for (const Result* r : runs) times.push_back(time_of(*r, r->summary.makespan));

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
  auto time_like = [&](Nanos makespan) { return times[static_cast<std::size_t>(std::ranges::find(runs, makespan, [](const Result* r) { return r->summary.makespan; }) - runs.begin())]; };
  if (std::ranges::all_of(runs, [](const Result* r) { return too_short(*r); })) {
    out.sentence = fmt::format("{} take {} or less: too short to compare.", all, time_like(longest));
  } else if (winners.size() == runs.size()) {
    const std::string least = time_like(shortest), most = time_like(longest);
    const bool any_modelled = std::ranges::any_of(runs, [&](const Result* r) { return *mark(*r) != 0; });
    out.sentence = fmt::format("{} take {}{}.", all, least == most ? least : fmt::format("{} to {}", least, most), any_modelled ? "; not all were measured" : "");
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
      else if (too_short(*shortest_run))
        out.subsentence = fmt::format("{}: too short to say how many times as fast.", joined(winners));
      else
        out.subsentence = fmt::format("{}: {} as fast as {}.", joined(winners), times_in_words(static_cast<double>(reference) / static_cast<double>(shortest)),
                                    serial_time > 0 ? "one at a time" : "the longest");
      // Far behind those with as many cores, and not in the sentence.
      const Group* beside = !slowest ? nullptr : slowest->cores > 1 ? &several : slowest->cores == 1 ? &one : &unknown;
      if (beside && slowest->summary.makespan > 2 * beside->best->summary.makespan) {
        const auto nth = static_cast<std::size_t>(std::ranges::find(runs, slowest) - runs.begin());
        out.subsentence += fmt::format(" {}: {}, {}.", serial_time > slowest->summary.makespan ? "The slowest after that" : "The slowest", name_of(slowest->executor), times[nth]);
      }
    }
  }
  add_missing(out, others);
  return out;
}

namespace {

std::string sentence(std::string words) { return words.ends_with('.') || words.ends_with('!') || words.ends_with('?') ? words : words + "."; }

/// "Both: 4 of 6 orders go wrong."
std::string said_by_all(std::size_t executors, const std::string& words) {
  return fmt::format("{}: {}", all_in_words(executors), sentence(words));
}

/// "Serial: 2. The other three: 1.": who says what, those who say the same together. Most of them come last.
std::string told_apart(const std::vector<std::pair<ExecutorKind, std::string>>& said) {
  std::vector<std::pair<std::string, std::vector<ExecutorKind>>> groups;
  for (const auto& [who, what] : said) {
    auto known = std::ranges::find(groups, what, [](const auto& g) { return g.first; });
    if (known == groups.end()) groups.push_back({what, {who}});
    else known->second.push_back(who);
  }
  if (groups.size() == 2 && groups[0].second.size() > 2) std::swap(groups[0], groups[1]);
  if (groups.size() == 1 && said.size() > 1) return said_by_all(said.size(), groups[0].first);
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& [what, who] = groups[i];
    const bool rest = i > 0 && i + 1 == groups.size() && who.size() > 2;
    out += fmt::format("{}{}: {}", i == 0 ? "" : " ", rest ? fmt::format("The other {}", cores_in_words(static_cast<int>(who.size()))) : joined(who), sentence(what));
  }
  return out;
}

bool finished(const Output& o) { return o.how_ended == RunEnd::finished; }

bool all_alike(std::span<const Output> outputs) {
  return std::ranges::all_of(outputs, [&](const Output& o) { return o.how_ended == outputs[0].how_ended && o.lines == outputs[0].lines; });
}

}  // namespace

std::string outputs_in_words(std::span<const Output> outputs) {
  // Which line tells them apart: the last, or the first that is not the same in all.
  std::size_t longest = 0, nth = 0;
  for (const Output& o : outputs) longest = std::max(longest, o.lines.size());
  auto line = [](const Output& o, std::size_t i) { return i < o.lines.size() ? o.lines[i] : std::string_view(); };
  auto last = [](const Output& o) { return o.lines.empty() ? std::string_view() : o.lines.back(); };
  std::vector<const Output*> done;
  for (const Output& o : outputs)
    if (finished(o)) done.push_back(&o);
  const bool by_last = done.empty() || std::ranges::any_of(done, [&](const Output* o) { return last(*o) != last(*done.front()); });
  while (!by_last && nth < longest && std::ranges::all_of(done, [&](const Output* o) { return line(*o, nth) == line(*done.front(), nth); })) ++nth;
  const bool alike = !by_last && nth >= longest;
  std::vector<std::pair<ExecutorKind, std::string>> said;
  for (const Output& o : outputs) {
    const std::string_view text = by_last || alike ? last(o) : line(o, nth);
    said.emplace_back(o.executor, !finished(o) ? std::string(early_end(o.how_ended)) : text.empty() ? std::string("prints nothing")
                                  : !by_last && !alike ? fmt::format("{} \u201c{}\u201d", nth_line(nth), text) : std::string(text));
  }
  return told_apart(said);
}

std::string last_printed(std::span<const Output> outputs) {
  std::string_view last;
  for (const Output& o : outputs) {
    if (!finished(o)) continue;
    if (o.lines.empty() || (!last.empty() && o.lines.back() != last)) return {};
    last = o.lines.back();
  }
  return last.empty() ? std::string() : sentence(capital(std::string(last)));
}

// --- answers -----------------------------------------------------------------------------------------------------------------

namespace {

std::string_view marked(const Result& r) { return r.provenance == Provenance::modelled ? " (modelled)" : r.provenance == Provenance::recorded ? " (recorded)" : ""; }
bool finished(const Result& r) { return r.ran && r.how_ended == RunEnd::finished && r.summary.makespan > 0; }
std::string length_of(const Result& r) { return time_of(r, r.summary.makespan); }
double times_as_long(const Result& a, const Result& b) { return static_cast<double>(a.summary.makespan) / static_cast<double>(b.summary.makespan); }

constexpr double kEqually = 1.15;  // what a busy machine makes of two runs of the same

/// As much of a list as a sentence holds: its beginning and its end.
std::string cut(const std::vector<std::string>& items, std::string_view between, std::size_t most) {
  auto all = [&](std::size_t head, std::size_t tail) {
    std::string out;
    for (std::size_t i = 0; i < head; ++i) out += (i ? std::string(between) : std::string()) + items[i];
    if (head + tail < items.size()) out += fmt::format("{}\u2026", between);
    for (std::size_t i = items.size() - tail; i < items.size(); ++i) out += (i ? std::string(between) : std::string()) + items[i];
    return out;
  };
  std::string whole = all(items.size(), 0);
  if (characters(whole) <= most || items.size() < 3) return whole;
  std::size_t head = items.size() - 2;
  while (head > 1 && characters(all(head, 1)) > most) --head;
  return all(head, 1);
}

const Result* serial_of(std::span<const Result> results) {
  const auto serial = std::ranges::find_if(results, [](const Result& r) { return r.executor == ExecutorKind::serial && finished(r); });
  return serial == results.end() ? nullptr : &*serial;
}

// "Event loop took 2.2 times as long as Threads."; of little more than that, by how much.
std::string took_longer(const Result& most, const Result& least) {
  const double ratio = times_as_long(most, least);
  if (ratio > kEqually) return fmt::format("{} took {} as long as {}.", name_of(most.executor), times_in_words(ratio), name_of(least.executor));
  return fmt::format("About equally fast: {} took {:.0f}\u2009% longer.", name_of(most.executor), 100 * (ratio - 1));
}

// " Switches: Threads 1 204, Event loop 20."; nothing where these are as good as equal.
std::string switches_of(std::span<const Result* const> runs) {
  const auto [few, many] = std::ranges::minmax(runs, {}, [](const Result* r) { return r->summary.switches; });
  if (static_cast<double>(many->summary.switches) <= kEqually * static_cast<double>(few->summary.switches)) return {};
  std::string out;
  for (const Result* r : runs) out += fmt::format("{}{} {}", out.empty() ? " Switches from task to task: " : ", ", name_of(r->executor), format_count(r->summary.switches));
  return out + ".";
}

// " A waiting task needs: Threads 16.2 KiB, Event loop 392 B."
std::string bytes_of(std::vector<const Result*> runs) {
  std::erase_if(runs, [](const Result* r) { return r->executor == ExecutorKind::processes; });  // its frame is the least of a process
  if (runs.empty()) return {};
  const auto [few, many] = std::ranges::minmax(runs, {}, [](const Result* r) { return r->summary.bytes_per_task; });
  if (few->summary.bytes_per_task <= 0 || many->summary.bytes_per_task <= 2 * few->summary.bytes_per_task) return {};
  std::string out;
  for (const Result* r : runs) out += fmt::format("{}{} {}", out.empty() ? " A waiting task needs: " : ", ", name_of(r->executor), format_bytes(r->summary.bytes_per_task));
  return out + ".";
}

// "Threads first: 0.326 s. Then Event loop 0.704 s, Threads + GIL 0.710 s, Serial 20.5 s." Of all that ran, so that who is
// said to be first is; where that is too long, those that the question does not name give way.
Headline winner(const std::vector<ExecutorKind>& kinds, std::span<const Result> results) {
  std::vector<const Result*> runs;
  auto asked = [&](const Result* r) { return kinds.empty() || std::ranges::count(kinds, r->executor) > 0; };
  for (const Result& r : results)
    if (finished(r)) runs.push_back(&r);
  const Result* serial = serial_of(results);
  if (runs.size() < 2 || std::ranges::count_if(runs, [&](const Result* r) { return asked(r) || r == serial; }) < 2) return {};
  std::ranges::stable_sort(runs, {}, [](const Result* r) { return r->summary.makespan; });
  const Result &first = *runs.front(), &last = *runs.back();
  if (too_short(first)) return {};
  Headline out;
  auto timed = [](const Result* r) { return fmt::format("{} {}{}", name_of(r->executor), length_of(*r), marked(*r)); };
  if (times_as_long(last, first) <= kBestWithin) return {};
  const auto behind = std::ranges::find_if(runs, [&](const Result* r) { return times_as_long(*r, first) > kBestWithin; });
  std::vector<ExecutorKind> best;
  for (auto r = runs.begin(); r != behind; ++r) best.push_back((*r)->executor);
  out.sentence = fmt::format("{} first: {}{}. Then ", joined(best), length_of(first), marked(first));
  const std::size_t room = std::max<std::size_t>(24, kLongestSentence - std::min(kLongestSentence, characters(out.sentence)) - 1);
  std::vector<const Result*> said(behind, runs.end());
  auto list = [&] {  // a null stands for those that were left out
    std::vector<std::string> rest;
    for (const Result* r : said)
      if (r) rest.push_back(timed(r));
      else if (rest.empty() || rest.back() != "\u2026") rest.emplace_back("\u2026");
    return rest;
  };
  auto length = [&] { return characters(cut(list(), ", ", ~std::size_t{0})); };
  for (auto r = said.rbegin(); r != said.rend() && length() > room; ++r)
    if (!asked(*r) && *r != serial) *r = nullptr;
  out.sentence += cut(list(), ", ", room);
  if (!out.sentence.ends_with("\u2026")) out.sentence += ".";
  if (best.size() > 1) out.subsentence = "The first differ by less than 3\u2009%. ";
  if (serial && serial != &first && !too_short(*serial) && times_as_long(*serial, first) > kEqually)
    out.subsentence += fmt::format("{}: {} as fast as one at a time.", name_of(first.executor), times_in_words(times_as_long(*serial, first)));
  else if (serial == &first) out.subsentence += "Nothing is sooner done than one at a time.";
  if (times_as_long(*runs[1], first) <= kEqually && best.size() == 1) out.subsentence += fmt::format(" {}: about as fast.", name_of(runs[1]->executor));
  std::erase_if(runs, [&](const Result* r) { return r == serial || !asked(r); });
  // Of two that the question names, neither may be the first.
  if (runs.size() == 2 && !asked(&first)) out.subsentence += " " + took_longer(*runs[1], *runs[0]);
  if (!kinds.empty()) out.subsentence += bytes_of(runs);
  if (out.subsentence.starts_with(' ')) out.subsentence.erase(0, 1);
  return out;
}

// "Threads: 0.326 s. Event loop: 0.704 s. One at a time: 20.5 s."
Headline between_these(const std::vector<ExecutorKind>& kinds, std::span<const Result> results) {
  Headline out;
  std::vector<const Result*> runs;
  for (const ExecutorKind kind : kinds)
    for (const Result& r : results)
      if (r.executor == kind && finished(r)) runs.push_back(&r);
  if (runs.empty()) return {};
  for (const Result* r : runs) out.sentence += fmt::format("{}{}: {}{}.", out.sentence.empty() ? "" : " ", name_of(r->executor), length_of(*r), marked(*r));
  const Result* serial = serial_of(results);
  if (serial && std::ranges::count(runs, serial)) serial = nullptr;
  if (serial) {
    const std::string more = fmt::format(" One at a time: {}{}.", length_of(*serial), marked(*serial));
    if (characters(out.sentence) + characters(more) <= kLongestSentence) out.sentence += more;
  }
  const auto [least, most] = std::ranges::minmax(runs, {}, [](const Result* r) { return r->summary.makespan; });
  if (runs.size() == 1 && serial && !too_short(*least) && !too_short(*serial))
    out.subsentence = fmt::format("{}: {} as fast as one at a time.", name_of(least->executor), times_in_words(times_as_long(*serial, *least)));
  else if (runs.size() > 1 && too_short(*least) && too_short(*most)) out.subsentence = "They are too short to compare.";
  else if (runs.size() > 1 && times_as_long(*most, *least) <= kBestWithin) out.subsentence = "They differ by less than 3\u2009%.";
  else if (runs.size() > 1 && too_short(*least))
    out.subsentence = fmt::format("{} is too short to say how many times as long {} took: most of it is its start.", name_of(least->executor), name_of(most->executor));
  else if (runs.size() > 1) out.subsentence = took_longer(*most, *least);
  // Equally fast: then they differ in the switches, where they do, and in what a waiting task needs.
  if (runs.size() > 1 && times_as_long(*most, *least) <= kEqually) out.subsentence += switches_of(runs);
  out.subsentence += bytes_of(runs);
  return out;
}

// "Threads 3.9 times and Work stealing 3.8 times as fast as one at a time."
Headline times_as_fast(std::span<const Result> results) {
  const Result* serial = serial_of(results);
  if (!serial) return {};
  // Less than this is 1.0 times, in words; and half as fast is not "no faster".
  constexpr double kFaster = 1.05;
  std::vector<const Result*> faster, others;
  std::vector<ExecutorKind> equal;
  std::string slower;
  for (const Result& r : results) {
    if (!finished(r) || &r == serial) continue;
    if (too_short(r) || too_short(*serial)) return {};
    const double ratio = times_as_long(*serial, r);
    (ratio >= kFaster ? faster : others).push_back(&r);
    // "Threads took 4.3 times as long, Processes 4.2 times"
    if (ratio < 1 / kEqually) slower += slower.empty() ? fmt::format("{} took {} as long", name_of(r.executor), times_in_words(1 / ratio)) : fmt::format(", {} {}", name_of(r.executor), times_in_words(1 / ratio));
    else if (ratio < kFaster) equal.push_back(r.executor);
  }
  if (faster.empty() && others.empty()) return {};
  std::ranges::stable_sort(faster, std::greater(), [&](const Result* r) { return times_as_long(*serial, *r); });
  auto list = [&](std::span<const Result* const> runs) {
    std::string out;
    for (std::size_t i = 0; i < runs.size(); ++i)
      out += fmt::format("{}{} {}{}", i == 0 ? "" : i + 1 == runs.size() ? " and " : ", ", name_of(runs[i]->executor), times_in_words(times_as_long(*serial, *runs[i])), marked(*runs[i]));
    return out;
  };
  Headline out;
  const std::string alone = fmt::format("One at a time: {}{}.", length_of(*serial), marked(*serial));
  if (faster.empty()) {
    out.sentence = "None is sooner done than one at a time.";
    out.subsentence = alone;
    if (others.size() == 1) {  // of one run
      const Result& r = *others.front();
      const double longer = 1 / times_as_long(*serial, r);
      out.sentence = fmt::format("{}{}: {} as long as one at a time.", name_of(r.executor), marked(r), longer > kEqually ? times_in_words(longer) : "about");
    } else if (!slower.empty()) out.subsentence += fmt::format(" {}.", slower);
    return out;
  }
  std::size_t fit = faster.size();
  do out.sentence = list(std::span(faster).first(fit)) + " as fast as one at a time.";
  while (characters(out.sentence) > kLongestSentence && --fit > 0);
  if (fit < faster.size()) out.subsentence = fmt::format("Also faster: {}. ", list(std::span(faster).subspan(fit)));
  if (!equal.empty()) out.subsentence += fmt::format("No faster: {}. ", joined(equal));
  if (!slower.empty()) out.subsentence += fmt::format("Slower: {}. ", slower);
  out.subsentence += alone;
  return out;
}

Headline latencies(std::span<const Result> results) {
  std::string list;
  Nanos longest = 0;  // in one unit, as in the table
  for (const Result& r : results)
    if (r.ran && r.summary.latency.max > 0) longest = std::max({longest, r.summary.latency.p50, r.summary.latency.p99});
  for (const Result& r : results)
    if (finished(r) && r.summary.latency.max > 0) list += fmt::format("{}{} {}{}", list.empty() ? "" : ", ", name_of(r.executor), format_beside(r.summary.latency.p99, step_of(r), longest), marked(r));
  if (list.empty()) return {};
  Headline out;
  out.sentence = fmt::format("99\u2009% were answered within: {}.", list);
  if (characters(out.sentence) > kLongestSentence) out.sentence = list + ".";
  return out;
}

// "Serial: coroutine 0.52 s, object 0.61 s."
std::string list_of_times(const Result& r, std::span<const TaskTime> times) {
  std::string list;
  for (const TaskTime& t : times) list += fmt::format("{}{} {}", list.empty() ? "" : ", ", t.name, time_of(r, t.time));
  return list;
}

// "Object took 1.2 times as long as coroutine: 0.61 s and 0.52 s."
Headline task_times(std::span<const Result> results, std::span<const std::vector<TaskTime>> times) {
  Headline out;
  std::string longest, other;
  double least = 0, most = 0;
  bool same = true;
  const std::vector<TaskTime>* only = nullptr;
  const Result* whose = nullptr;
  std::size_t runs = 0;
  for (std::size_t i = 0; i < std::min(results.size(), times.size()); ++i) {
    if (!finished(results[i]) || times[i].size() < 2) continue;
    out.subsentence += fmt::format("{}{}{}: {}.", out.subsentence.empty() ? "" : " ", name_of(results[i].executor), marked(results[i]), list_of_times(results[i], times[i]));
    std::vector<TaskTime> sorted = times[i];
    std::ranges::stable_sort(sorted, std::greater(), &TaskTime::time);
    const double ratio = static_cast<double>(sorted[0].time) / static_cast<double>(std::max<Nanos>(1, sorted.back().time));
    if (static_cast<double>(sorted[0].time) <= static_cast<double>(sorted[1].time) * kBestWithin || (runs > 0 && (longest != sorted[0].name || other != sorted.back().name))) same = false;
    longest = sorted[0].name;
    other = sorted.back().name;
    least = runs == 0 ? ratio : std::min(least, ratio);
    most = std::max(most, ratio);
    only = &times[i];
    whose = &results[i];
    ++runs;
  }
  if (runs == 0) return {};
  if (!same) {
    if (characters(out.subsentence) <= kLongestSentence) return {std::move(out.subsentence), {}};
    out.sentence = "Which takes longer differs, or cannot be told.";
    return out;
  }
  const std::string low = times_in_words(least), high = times_in_words(most);
  const std::string ratio = low == high ? low : fmt::format("{} to {}", low.substr(0, low.rfind(' ')), high);
  out.sentence = fmt::format("{} took {} as long as {}.", capital(longest), ratio, other);
  // What is in the one sentence need not be below it.
  if (runs > 1) return out;
  const std::string figures = fmt::format(" {}.", capital(list_of_times(*whose, *only)));
  if (characters(out.sentence) + characters(figures) <= kLongestSentence) out.sentence += figures, out.subsentence.clear();
  return out;
}

// "With a queue: Threads 1.9 times as fast as inline; Threads + GIL and Event loop no faster."
Headline ways_compared(std::span<const Result> results, std::span<const std::vector<TaskTime>> times) {
  Headline out;
  std::string first, second;
  std::vector<std::pair<std::string, std::vector<ExecutorKind>>> groups;
  for (std::size_t i = 0; i < std::min(results.size(), times.size()); ++i) {
    if (!finished(results[i]) || times[i].size() != 2) continue;
    if (second.empty()) first = times[i][0].name, second = times[i][1].name;
    if (times[i][0].name != first || times[i][1].name != second) return {};
    out.subsentence += fmt::format("{}{}{}: {}.", out.subsentence.empty() ? "" : " ", name_of(results[i].executor), marked(results[i]), list_of_times(results[i], times[i]));
    const double ratio = static_cast<double>(times[i][0].time) / static_cast<double>(std::max<Nanos>(1, times[i][1].time));
    const std::string words = ratio > kEqually ? times_in_words(ratio) + " as fast" : ratio < 1 / kEqually ? times_in_words(1 / ratio) + " as long" : "no faster";
    auto known = std::ranges::find(groups, words, [](const auto& g) { return g.first; });
    if (known == groups.end()) groups.push_back({words, {results[i].executor}});
    else known->second.push_back(results[i].executor);
  }
  if (groups.empty()) return {};
  out.sentence = capital(second) + ": ";
  for (std::size_t i = 0; i < groups.size(); ++i) out.sentence += fmt::format("{}{} {}", i > 0 ? "; " : "", joined(groups[i].second), groups[i].first);
  const std::string beside = fmt::format(", beside {}.", first);
  out.sentence += characters(out.sentence) + characters(beside) <= kLongestSentence ? beside : ".";
  return out;
}

// "In the line where buses_to_dicts waits: line 46 (9 times) or line 51 (56 times)."
Headline waits_in_words(std::span<const WaitingLine> waits) {
  if (waits.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < waits.size(); ++i)
    list += fmt::format("{}line {} ({} {})", i == 0 ? "" : i + 1 == waits.size() ? " or " : ", ", waits[i].line, format_count(waits[i].times), waits[i].times == 1 ? "time" : "times");
  Headline out;
  out.sentence = waits.size() == 1 ? fmt::format("{} always waits in {}.", waits[0].name, list) : fmt::format("In the line where {} waits: {}.", waits[0].name, list);
  if (waits.size() > 1) out.subsentence = "No variable holds it. Move the playhead: of these lines one at a time is marked.";
  return out;
}

// "Event loop: up to 0.200 s between two beats. The others: 20.3 ms at most."
Headline silences_in_words(std::span<const Result> results, std::span<const Nanos> silences) {
  constexpr double kLate = 1.5;
  struct Heard { const Result* run; Nanos longest; };
  std::vector<Heard> all;
  for (std::size_t i = 0; i < std::min(results.size(), silences.size()); ++i)
    if (finished(results[i]) && silences[i] > 0) all.push_back({&results[i], silences[i]});
  if (all.empty()) return {};
  const Nanos least = std::ranges::min(all, {}, &Heard::longest).longest;
  std::vector<Heard> late, others;
  for (const Heard& h : all) (static_cast<double>(h.longest) > kLate * static_cast<double>(least) ? late : others).push_back(h);
  auto most_of = [](const std::vector<Heard>& some) { return std::ranges::max(some, {}, &Heard::longest); };
  auto names = [](const std::vector<Heard>& some) {
    std::vector<ExecutorKind> kinds;
    for (const Heard& h : some) kinds.push_back(h.run->executor);
    return joined(kinds);
  };
  const Heard slowest = most_of(others);
  const std::string at_most = fmt::format("{}{}", time_of(*slowest.run, slowest.longest), marked(*slowest.run));
  Headline out;
  if (late.empty()) {
    out.sentence = all.size() == 1 ? fmt::format("{}: at most {} between two beats.", names(all), at_most) : fmt::format("No executor holds the heart: at most {} between two beats.", at_most);
  } else {
    const Heard latest = most_of(late);
    out.sentence = fmt::format("{}: up to {}{} between two beats. {}: {} at most.", names(late), time_of(*latest.run, latest.longest), marked(*latest.run), others.size() > 1 ? "The others" : names(others), at_most);
    if (characters(out.sentence) > kLongestSentence) out.sentence = fmt::format("{}: up to {} between two beats.", names(late), time_of(*latest.run, latest.longest));
  }
  for (const Heard& h : all) out.subsentence += fmt::format("{}{} {}{}", out.subsentence.empty() ? "Done after: " : ", ", name_of(h.run->executor), length_of(*h.run), marked(*h.run));
  out.subsentence += ".";
  return out;
}

// What stands before a colon, or before a number at the end; where that is the same in all, what comes behind the colon.
std::vector<std::string> who_printed(const Output& o) {
  std::vector<std::string_view> lines;
  for (std::size_t i = 0; i < o.lines.size(); ++i)
    if (i >= o.tasks.size() || o.tasks[i] != kRootTask) lines.push_back(o.lines[i]);
  if (lines.empty()) lines = o.lines;
  std::vector<std::string> names;
  bool same = true;
  std::string_view first;
  for (const std::string_view line : lines)
    if (const std::size_t colon = line.find(": "); colon != line.npos) {
      if (first.empty()) first = line.substr(0, colon);
      same &= line.substr(0, colon) == first;
    }
  std::vector<std::pair<std::string, int>> turns;
  for (std::string_view line : lines) {
    const std::size_t colon = line.find(": "), space = line.rfind(' ');
    std::string_view name = line;
    if (colon != line.npos && !same) name = line.substr(0, colon);
    else if (colon != line.npos) name = line.substr(colon + 2, line.find(' ', colon + 2) - colon - 2);
    else if (space != line.npos && space > 0 && line.find_first_not_of("0123456789", space + 1) == line.npos) name = line.substr(0, space);
    if (!turns.empty() && turns.back().first == name) ++turns.back().second;
    else turns.emplace_back(name, 1);
  }
  for (const auto& [name, times] : turns) names.push_back(times == 1 ? name : fmt::format("{} ({}x)", name, times));
  return names;
}

std::string printed(Question::About about, const Output& o, std::size_t most) {
  if (about == Question::About::first) return o.lines.empty() ? std::string("prints nothing") : std::string(o.lines.front());
  std::vector<std::string> items;
  if (about == Question::About::order) items = who_printed(o);
  else items.assign(o.lines.begin(), o.lines.end());
  if (!finished(o)) items.emplace_back(early_end(o.how_ended));
  if (items.empty()) return "prints nothing";
  const bool commas = std::ranges::any_of(items, [](const std::string& item) { return item.find(',') != item.npos; });
  return cut(items, commas ? "; " : ", ", most);
}

/// Two groups that print as many lines, each like the other's up to its last word.
bool say_tails(std::span<const Output> outputs, std::string& sentence) {
  std::vector<const Output*> which{&outputs[0]};
  std::vector<std::vector<ExecutorKind>> who{{}};
  for (const Output& o : outputs) {
    if (!finished(o)) return false;
    std::size_t g = 0;
    while (g < which.size() && !std::ranges::equal(which[g]->lines, o.lines)) ++g;
    if (g == 2) return false;
    if (g == which.size()) which.push_back(&o), who.emplace_back();
    who[g].push_back(o.executor);
  }
  if (which.size() != 2 || which[0]->lines.size() != which[1]->lines.size()) return false;
  if (who[0].size() > who[1].size()) std::swap(which[0], which[1]), std::swap(who[0], who[1]);
  std::string whole, tails;
  for (std::size_t i = 0; i < which[0]->lines.size(); ++i) {
    const std::string_view a = which[0]->lines[i], b = which[1]->lines[i];
    const std::size_t space = b.rfind(' ');
    if (space == b.npos || a.substr(0, a.rfind(' ') + 1) != b.substr(0, space + 1)) return false;
    whole += fmt::format("{}{}", i ? ", " : "", a);
    tails += fmt::format("{}{}", i ? ", " : "", b.substr(space + 1));
  }
  const std::string rest = who[1].size() > 2 ? fmt::format("The other {}", cores_in_words(static_cast<int>(who[1].size()))) : joined(who[1]);
  std::string said = fmt::format("{}: {}. {}: {}.", joined(who[0]), whole, rest, tails);
  if (characters(said) > kLongestSentence || who[1].size() < 2) return false;
  sentence = std::move(said);
  return true;
}

Headline of_output(Question::About about, std::span<const Output> outputs) {
  if (outputs.empty()) return {};
  if (about == Question::About::output) return {outputs_in_words(outputs), {}};
  Headline out;
  std::vector<std::pair<ExecutorKind, std::string>> said;
  auto say = [&](std::size_t most) {
    said.clear();
    for (const Output& o : outputs) said.emplace_back(o.executor, printed(about, o, most));
    out.sentence = told_apart(said);
  };
  // Of two answers that go alike the second says where it differs: "The other four: 1, 2, 2."
  if (about == Question::About::lines && say_tails(outputs, out.sentence)) return out;
  say(kLongestSentence - 16);
  // Several that differ share the room.
  if (characters(out.sentence) > kLongestSentence && about != Question::About::first) say(std::max<std::size_t>(24, kLongestSentence / outputs.size() - 16));
  // The beginning is alike and the end is not: then that is said, too.
  if (about == Question::About::first && outputs.size() > 1 && std::ranges::all_of(said, [&](const auto& s) { return s.second == said.front().second; }))
    if (!all_alike(outputs)) out.subsentence = outputs_in_words(outputs);
  return out;
}

}  // namespace

Heart heart_of(const Trace& trace) {
  constexpr std::size_t kMostTasks = 1000, kLeastBeats = 3;
  Heart heart;
  if (!trace.ended() || trace.tasks().size() > kMostTasks) return heart;
  std::size_t most = kLeastBeats - 1;
  for (const TaskRecord& task : trace.tasks()) {
    if (task.id <= kRootTask) continue;
    std::size_t beats = 0;
    Nanos last = -1, own = 0;
    for (const Span& span : trace.spans_of(task.id)) {
      if (span.state != State::waiting_io) continue;
      if (last >= 0) own = std::max(own, span.begin - last);
      last = span.begin;
      ++beats;
    }
    if (beats <= most) continue;
    most = beats;
    heart = {task.id, std::max(own, task.ended - last)};
  }
  return heart;
}

Headline answer(const Question& question, std::span<const Result> results, std::span<const Output> outputs, std::span<const std::vector<TaskTime>> times,
                std::span<const WaitingLine> waits, std::span<const Nanos> silences) {
  Headline out;
  switch (question.about) {
    case Question::About::makespan:
      if (!question.between.empty()) out = between_these(question.between, results);
      break;
    case Question::About::winner: out = winner(question.between, results); break;
    case Question::About::speedup: out = times_as_fast(results); break;
    case Question::About::p99: out = latencies(results); break;
    case Question::About::tasks: out = task_times(results, times); break;
    case Question::About::ways: out = ways_compared(results, times); break;
    case Question::About::waits: out = waits_in_words(waits); break;
    case Question::About::beats: out = silences_in_words(results, silences); break;
    case Question::About::output:
    case Question::About::first:
    case Question::About::lines:
    case Question::About::order: out = of_output(question.about, outputs); break;
  }
  if (out.sentence.empty()) out = headline(results);
  if (question.and_output)
    if (std::string more = last_printed(outputs); !more.empty()) {
      // Where all are compared, that it is the same for all of them is what it says.
      if (question.about == Question::About::winner && question.between.empty() && outputs.size() > 1 && more.ends_with('.'))
        more = said_by_all(outputs.size(), more);
      out.subsentence = more + (out.subsentence.empty() ? "" : " ") + out.subsentence;
    }
  return out;
}

}  // namespace interleave
