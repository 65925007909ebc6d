#include "ui/workload.h"

#include <algorithm>
#include <span>

#include "workloads/prepare.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

constexpr const char* kOwnQuestion = "This code is your own. What do you expect of it?";

// By the first letter of its id, as in the registry.
const char* group_of(std::string_view id) {
  switch (id.empty() ? 0 : id[0]) {
    case 'S': return "The tutorial";
    case 'B': return "Beazley's course";
    case 'Q': return "Questions and answers";
    case 'V': return "The videos";
    case 'G': return "The GIL";
    default: return "More";
  }
}

// A lesson that says what is printed, or how a run fails, and nothing of time asks about that.
Question asked_by(const std::vector<std::string>& answer, std::span<const std::vector<Expectation>> expectations) {
  Question out;
  constexpr std::array<Question::About, kAnswersInScripts.size()> kAbout = {Question::About::makespan, Question::About::winner, Question::About::speedup, Question::About::p99, Question::About::tasks,
                                                                         Question::About::ways, Question::About::waits, Question::About::beats,
                                                                         Question::About::output, Question::About::first, Question::About::lines, Question::About::order};
  out.and_output = answer.size() > 1 && answer.back() == "output";
  for (const std::string& word : std::span(answer).first(answer.size() - out.and_output)) {
    if (const auto kind = executor_from_id(word)) out.between.push_back(*kind);
    else if (const auto known = std::ranges::find(kAnswersInScripts, word); known != kAnswersInScripts.end()) out.about = kAbout[static_cast<std::size_t>(known - kAnswersInScripts.begin())];
  }
  if (!answer.empty()) return out;
  bool prints = false, times = false;
  for (const std::vector<Expectation>& all : expectations)
    for (const Expectation& e : all) (e.figure == "output" || e.figure == "lines" || e.figure == "error" ? prints : times) = true;
  if (prints && !times) out.about = Question::About::output;
  return out;
}

}  // namespace

Workload load_workload(const Scenario& scenario, int machine_cores) {
  Workload out;
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  std::string_view chosen = lesson ? std::string_view(lesson->executor) : std::string_view();
  if (executor_from_id(scenario.executor)) chosen = scenario.executor;
  // The lesson's list is in the order of the ids; a bare script runs on all six.
  if (lesson)
    for (const std::string& id : lesson->on)
      if (auto kind = executor_from_id(id)) out.on.push_back(*kind);
  if (out.on.empty())
    for (int i = 0; i < kExecutorKinds; ++i) out.on.push_back(static_cast<ExecutorKind>(i));
  out.selected = executor_from_id(chosen).value_or(executor_from_id(lesson ? std::string_view(lesson->first) : std::string_view()).value_or(out.on.front()));
  out.chosen = executor_from_id(chosen).has_value();
  if (!scenario.source.empty()) {
    // Code of one's own says itself where it runs. What does not say by lesson(name=...) that it is the lesson is another program,
    // of which the lesson's words are not true.
    const Prepared first = prepare(scenario, id_of(out.selected), machine_cores);
    std::vector<ExecutorKind> own;
    if (first.instance) {
      for (const std::string& id : first.instance->lesson().on)
        if (auto kind = executor_from_id(id)) own.push_back(*kind);
      out.other_program = lesson && first.instance->lesson().name != lesson->name;
    }
    if (own.empty() && out.other_program)
      for (int i = 0; i < kExecutorKinds; ++i) own.push_back(static_cast<ExecutorKind>(i));
    if (!own.empty()) out.on = std::move(own);
    if (!executor_from_id(chosen)) out.selected = out.on.front();
  }
  std::vector<std::string_view> ids = {id_of(out.selected)};
  for (ExecutorKind kind : out.on) ids.push_back(id_of(kind));
  Scenario on_its_own = scenario;  // what Run does
  on_its_own.executor = ids[0];
  const std::vector<Prepared> each = prepare_each(on_its_own, ids, machine_cores);
  const Prepared& prepared = each[0];
  out.file = prepared.file;
  if (lesson && !out.other_program) {
    out.id = lesson->id;
    out.name = lesson->name;
    out.title = lesson->title;
    out.question = lesson->question.empty() ? lesson->claim : lesson->question;
    out.claim = lesson->claim;
    out.scene = lesson->scene;
  }
  out.source = source_of(scenario);
  if (!prepared.instance) {
    out.error = prepared.error;
    if (!out.error) out.error.sentence = prepared.sentence;
    if (lesson) out.parameters = lesson->parameters;
    else out.question = out.title = prepared.file;
    return out;
  }
  const Instance& instance = *prepared.instance;
  if (!lesson || !scenario.source.empty()) {
    const LessonFacts& facts = instance.lesson();
    out.scene = facts.scene;
    if (!facts.title.empty()) out.title = facts.title;
    if (out.title.empty()) out.title = prepared.file;
    if (out.other_program) out.claim = facts.claim;
    if (!facts.question.empty()) out.question = facts.question;
    else if (out.question.empty() && out.other_program) out.question = facts.claim.empty() ? kOwnQuestion : facts.claim;
    else if (out.question.empty()) out.question = facts.claim.empty() ? out.title : facts.claim;
  }
  out.question = filled_in(out.question, instance);
  // Code that is not what it was has not what the lesson asks about.
  if (!scenario.source.empty() && out.question.find('{') != std::string::npos) out.question = kOwnQuestion;
  out.parameters = instance.parameters();
  out.own_gil_interval = instance.gil_interval() > 0;
  out.workers = prepared.workers;
  out.cores = prepared.cores;
  out.notices = instance.notices();
  if (std::string limited = cores_limited(scenario, prepared); !limited.empty()) out.notices.push_back(std::move(limited));
  // Each executor's own: processes have fewer workers than threads.
  for (std::size_t i = 0; i < out.on.size(); ++i)
    if (const Prepared& own = each[i + 1]; own.instance) {
      const auto kind = static_cast<std::size_t>(out.on[i]);
      out.workers_of[kind] = own.workers;
      out.expected[kind] = expected_makespan(*own.instance, ids[i + 1]);
      out.expectations[kind] = expectations_for(*own.instance, ids[i + 1]);
      out.expected_speedup[kind] = expected_speedup(*own.instance, ids[i + 1]);
    }
  out.asked = asked_by(lesson && scenario.source.empty() ? lesson->answer : instance.lesson().answer, out.expectations);
  return out;
}

std::string_view source_line(std::string_view source, int line) {
  std::string_view rest = source;
  for (int i = 1; !rest.empty(); ++i) {
    std::size_t end = rest.find('\n');
    std::string_view one = rest.substr(0, end);
    if (i == line) {
      one = one.substr(0, one.find("  #"));  // a comment behind it is for who reads all of it
      while (one.starts_with(' ')) one.remove_prefix(1);
      while (one.ends_with(' ')) one.remove_suffix(1);
      return one;
    }
    if (end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

const std::vector<LessonName>& lesson_names() {
  static const std::vector<LessonName> names = [] {
    std::vector<LessonName> out;
    for (const LessonEntry& lesson : lessons()) out.push_back({lesson.id, lesson.name, lesson.title, group_of(lesson.id)});
    return out;
  }();
  return names;
}

}  // namespace interleave
