#include "workloads/registry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "script/names.h"
#include "workloads/embedded.h"

namespace interleave {
namespace {

/// The tutorial first, then Beazley's course, then what its links add.
int course_order(const LessonEntry& lesson) {
  constexpr std::string_view parts = "SBQVG";
  const std::size_t part = lesson.id.empty() ? parts.size() : std::min(parts.find(lesson.id[0]), parts.size());
  int number = 0;
  if (lesson.id.size() > 1) std::from_chars(lesson.id.data() + 1, lesson.id.data() + lesson.id.size(), number);
  return static_cast<int>(part) * 1000 + number;
}

struct Course {
  std::vector<LessonEntry> lessons;
  std::vector<std::string> errors;

  Course() {
    for (int i = 0; i < kEmbeddedScriptCount; ++i) add(kEmbeddedScripts[i]);
    std::stable_sort(lessons.begin(), lessons.end(),
                     [](const LessonEntry& a, const LessonEntry& b) { return course_order(a) < course_order(b); });
  }

  void add(const EmbeddedScript& script) {
    const std::string file(script.file);
    Compiled compiled = compile(script.source, file);
    if (!compiled.program) return fail(file, compiled.error);
    Instantiated made = instantiate(compiled.program);
    if (!made.instance) return fail(file, made.error);
    const LessonFacts& facts = made.instance->lesson();
    LessonEntry entry;
    entry.id = facts.id;
    entry.name = facts.name;
    entry.title = facts.title;
    entry.claim = facts.claim;
    entry.source = facts.source;
    entry.question = facts.question;
    entry.scene = facts.scene;
    entry.file = file;
    entry.script = script.source;
    if (!facts.on.empty()) entry.first = facts.on.front();
    for (const std::string_view id : kExecutorNamesInScripts)
      if (std::ranges::count(facts.on, id)) entry.on.emplace_back(id);
    entry.answer = facts.answer;
    entry.workers = facts.workers;
    entry.cores = facts.cores;
    entry.program = compiled.program;
    entry.parameters = made.instance->parameters();
    lessons.push_back(entry);
    for (const Preset& preset : made.instance->presets()) add_preset(entry, preset);
  }

  void add_preset(LessonEntry entry, const Preset& preset) {
    auto take = [](std::string& into, const std::string& from) {
      if (!from.empty()) into = from;
    };
    entry.id = preset.id;
    take(entry.title, preset.title);
    take(entry.claim, preset.claim);
    take(entry.source, preset.source);
    take(entry.question, preset.question);
    entry.executor = preset.on;
    if (!preset.answer.empty()) entry.answer = preset.answer;
    if (preset.workers > 0) entry.workers = preset.workers;
    if (preset.cores > 0) entry.cores = preset.cores;
    entry.preset = preset.parameters;
    entry.is_preset = true;
    Settings settings;
    settings.parameters = preset.parameters;
    Instantiated made = instantiate(entry.program, settings);
    if (!made.instance) return fail(entry.file, made.error);
    entry.parameters = made.instance->parameters();
    lessons.push_back(std::move(entry));
  }

  void fail(const std::string& file, const ScriptError& error) { errors.push_back(file + ": " + error.to_string()); }
};

const Course& course() {
  static const Course course;
  return course;
}

bool same_id(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

}  // namespace

const Parameter* LessonEntry::parameter(std::string_view wanted) const {
  for (const Parameter& p : parameters)
    if (p.name == wanted) return &p;
  return nullptr;
}

const std::vector<LessonEntry>& lessons() { return course().lessons; }
const std::vector<std::string>& lesson_errors() { return course().errors; }

const LessonEntry* find_lesson(std::string_view name_or_id) {
  for (const LessonEntry& lesson : lessons())
    if (same_id(lesson.id, name_or_id) || (!lesson.is_preset && lesson.name == name_or_id)) return &lesson;
  return nullptr;
}

bool same_lesson(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const LessonEntry* const lesson = find_lesson(a);
  return lesson && lesson == find_lesson(b);
}

}  // namespace interleave
