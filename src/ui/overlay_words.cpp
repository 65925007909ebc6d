// overlay_words.cpp -- what is said of runs that stand one under another. Only runs of the same lesson, code, settings and
// executor are repetitions, of which the order of turns may be compared; of all others it is said what makes them different.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>

#include "ui/app.h"
#include "view/format.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

// What a setting has where nobody set it.
double value_of(const Scenario& s, const Parameter& p) {
  if (const double set = s.parameter(p.name); !std::isnan(set)) return set;
  if (const LessonEntry* lesson = find_lesson(s.lesson))
    for (const ParameterSetting& own : lesson->preset)
      if (own.name == p.name) return own.value;
  return p.standard;
}

std::string value_in_words(const Parameter& p, double value) {
  if (!p.choices.empty()) return p.text(value);
  if (p.yes_or_no()) return fmt::format("{} {}", p.label(), value > 0 ? "on" : "off");
  return fmt::format("{} {}", p.label(), p.text(value));
}

std::string lesson_of(const Run& run) {
  const LessonEntry* lesson = run.foreign ? nullptr : find_lesson(run.scenario.lesson);
  return lesson ? lesson->title : run.scenario.lesson;
}

}  // namespace

OverlayWords App::told_apart(const std::vector<const Run*>& runs) const {
  OverlayWords out;
  out.each.resize(runs.size());
  if (runs.empty()) return out;
  auto differs = [&](auto&& of) { return std::ranges::any_of(runs, [&](const Run* run) { return of(*run) != of(*runs.front()); }); };
  auto add = [&](const std::string& name, auto&& words) {
    out.names.push_back(name);
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (const std::string said = words(*runs[i]); !said.empty()) out.each[i] += (out.each[i].empty() ? "" : ", ") + said;
  };
  const Run& first = *runs.front();
  if (std::ranges::any_of(runs, [&](const Run* run) { return run->foreign != first.foreign || !same_lesson(run->scenario.lesson, first.scenario.lesson); })) {
    out.lessons = true;
    out.programs = std::ranges::any_of(runs, &Run::foreign);
    add("lesson", lesson_of);
    return out;  // what their settings are called says nothing then
  }
  if (differs([](const Run& run) { return run.scenario.source; })) add("code", [](const Run& run) { return std::string(run.scenario.source.empty() ? "the lesson's code" : "changed code"); });
  const LessonEntry* other = same_lesson(first.scenario.lesson, scenario.lesson) ? nullptr : find_lesson(first.scenario.lesson);
  for (const Parameter& p : other ? other->parameters : workload.parameters)
    if (differs([&](const Run& run) { return value_of(run.scenario, p); })) add(p.label(), [&](const Run& run) { return value_in_words(p, value_of(run.scenario, p)); });
  if (differs([](const Run& run) { return run.scenario.workers; }))
    add("workers", [](const Run& run) { return fmt::format("workers {}", run.scenario.workers > 0 ? run.scenario.workers : static_cast<int>(run.trace->fact(Fact::workers))); });
  if (differs([](const Run& run) { return run.scenario.cores; }))
    add("cores", [](const Run& run) { return fmt::format("cores {}", run.scenario.cores > 0 ? run.scenario.cores : static_cast<int>(run.trace->fact(Fact::cores))); });
  if (differs([](const Run& run) { return run.scenario.gil_interval; })) add("GIL interval", [](const Run& run) { return "GIL interval " + format_duration(run.scenario.gil_interval); });
  if (differs([](const Run& run) { return run.scenario.seed; })) add("seed", [](const Run& run) { return fmt::format("seed {}", run.scenario.seed); });
  if (differs([](const Run& run) { return run.scenario.virtual_time; })) add("clock", [](const Run& run) { return std::string(run.scenario.virtual_time ? "virtual time" : "real time"); });
  // Where they ran: under another interpreter; natively or in a page, whose clocks' steps are far apart.
  if (differs([](const Run& run) { return run.measured_under; })) add("interpreter", [](const Run& run) { return run.measured_under.empty() ? std::string("Interleave") : run.measured_under; });
  else if (const auto [least, most] = std::ranges::minmax(runs | std::views::transform([](const Run* run) { return clock_step_of(*run->trace); })); least > 0 && most >= 10 * least)
    add("clock", [](const Run& run) {
      const Nanos step = clock_step_of(*run.trace);
      return step < 1000 ? fmt::format("clock steps of {}\u2009ns", step) : fmt::format("clock steps of {:.0f}\u2009\u00b5s", static_cast<double>(step) / 1000);
    });
  return out;
}

std::vector<std::string> App::overlay_titles(const std::vector<const Run*>& runs) const {
  // Files have their names; the others are told apart among themselves.
  std::vector<const Run*> own;
  for (const Run* run : runs)
    if (run->opened.empty()) own.push_back(run);
  const OverlayWords words = told_apart(own);
  std::vector<std::string> out;
  std::size_t nth = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]->opened.empty()) {
      out.push_back(runs[i]->opened);
      continue;
    }
    const std::string& own_words = words.each[nth++];
    const auto so_far = std::ranges::count(words.each.begin(), words.each.begin() + static_cast<std::ptrdiff_t>(nth), own_words);
    if (words.lessons || own_words.empty()) out.push_back(fmt::format("Run {}", i + 1));
    else if (std::ranges::count(words.each, own_words) == 1) out.push_back(capital(own_words));
    else out.push_back(fmt::format("{} ({})", capital(own_words), so_far));
  }
  return out;
}

std::string App::overlay_sentence() const {
  const std::vector<const Run*> runs = overlaid();
  if (runs.empty()) return {};
  const OverlayWords words = told_apart(runs);
  if (std::ranges::any_of(runs, [&](const Run* run) { return run->executor != runs.front()->executor; }) || words.lessons) return differing_executors();
  if (words.names.empty()) {
    std::set<std::uint64_t> orders;
    for (const Run* run : runs) orders.insert(run->order);
    const auto [least, most] = std::ranges::minmax(runs, {}, [&](const Run* run) { return length_of(*run); });
    return fmt::format("{} runs, {}: {} to {}.", runs.size(), orders.size() == 1 ? "in one and the same order" : fmt::format("{} different orders", orders.size()),
                       length_in_words(*least), length_in_words(*most));
  }
  // Those with the same settings together: their times, or the line that the lesson asks about.
  using About = Question::About;
  const bool lines = workload.asked.about == About::first || workload.asked.about == About::output;
  auto line_of = [&](const Run& run) {
    std::string_view out;
    for (const std::uint32_t nth : run.printed)
      if (const TextLine& line = run.trace->texts()[nth]; line.role == TextRole::output && (out.empty() || workload.asked.about == About::output)) out = line.text;
    return out.empty() ? std::string("prints nothing") : std::string(out.substr(0, out.find("; ")));  // what is compared stands first
  };
  struct Group {
    std::string words, line;
    Nanos least = 0, most = 0, clock_step = 0;
  };
  std::vector<Group> groups;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Nanos length = length_of(*runs[i]);
    const auto known = std::ranges::find(groups, words.each[i], &Group::words);
    if (known == groups.end()) groups.push_back({words.each[i], line_of(*runs[i]), length, length, clock_step_of(*runs[i]->trace)});
    else known->least = std::min(known->least, length), known->most = std::max(known->most, length);
  }
  std::string out;
  for (const Group& g : groups) {
    const std::string least = time_in_words(g.least, g.clock_step), most = time_in_words(g.most, g.clock_step);
    out += fmt::format("{}{}: {}.", out.empty() ? "" : " ", capital(g.words), lines ? g.line : least == most ? least : fmt::format("{} to {}", least, most));
  }
  if (out.size() <= kLongestSentence) return out;
  const auto least = std::ranges::min_element(groups, {}, &Group::least), most = std::ranges::max_element(groups, {}, &Group::most);
  return fmt::format("{} runs with {} different settings, the shortest {}, the longest {}.", runs.size(), groups.size(), time_in_words(least->least, least->clock_step), time_in_words(most->most, most->clock_step));
}

std::string App::overlay_subsentence() const {
  const std::vector<const Run*> runs = overlaid();
  const OverlayWords words = told_apart(runs);
  const std::string first = "One run under another, from t = 0: ";
  if (words.lessons) return first + fmt::format("they are of different {}, so nothing but their times can be compared.", words.programs ? "programs" : "lessons");
  if (std::ranges::any_of(runs, [&](const Run* run) { return run->executor != runs.front()->executor; })) return first + "they ran on different executors.";
  if (words.names.empty()) return first + "who came after whom is the executor's choice, not the program's.";
  return first + fmt::format("they differ in the setting{} \u201c{}\u201d.", words.names.size() == 1 ? "" : "s", fmt::join(words.names, "\u201d, \u201c"));
}

std::string App::differing_executors() const {
  // That their orders differ says nothing then: who took how long does.
  const std::vector<Shown> all = shown_with_titles();
  const bool lessons = told_apart(overlaid()).lessons;
  auto said = [&](const Shown& s) {
    return fmt::format("{}, {}: {}", s.title, lessons && s.run && !s.run->foreign ? lesson_of(*s.run) : std::string(name_of(s.executor)), time_in_words(length_of(s), s.trace ? clock_step_of(*s.trace) : 0));
  };
  if (all.size() == 2) return fmt::format("{}. {}.", said(all[0]), said(all[1]));
  const auto [least, most] = std::ranges::minmax_element(all, {}, [&](const Shown& s) { return length_of(s); });
  return fmt::format("{} runs, the shortest {}, the longest {}.", all.size(), said(*least), said(*most));
}

}  // namespace interleave
