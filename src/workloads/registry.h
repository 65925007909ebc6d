// registry.h -- the lessons, in the order of the course. One entry per id; several ids may share a script.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "script/instance.h"

namespace interleave {

struct LessonEntry {
  std::string id;        ///< "S5"
  std::string name;      ///< "http"; of a preset the script's name too
  std::string title, claim, source, question;
  std::string scene;     ///< "cashiers"; empty: it does not say
  std::string file;      ///< "s04_http.py"
  std::string_view script;
  std::vector<std::string> on;  ///< executor ids that "all" runs, in their order
  std::vector<std::string> answer;  ///< where the question's answer is to be seen, as lesson(answer=...) says it
  std::string first;            ///< the one of these that a single run takes: which the lesson names first
  std::string executor;         ///< what a preset wants to be run on; empty: it does not say
  int workers = 0, cores = 0;   ///< 0: it does not say
  std::vector<ParameterSetting> preset;  ///< what this id sets
  std::shared_ptr<const Program> program;
  std::vector<Parameter> parameters;     ///< as this id sets them
  bool is_preset = false;
  const Parameter* parameter(std::string_view name) const;
};

/// All of them, compiled at the first call. Thread: any.
const std::vector<LessonEntry>& lessons();
/// By id or name (a name means its first id); null: there is none.
const LessonEntry* find_lesson(std::string_view name_or_id);
/// Two ways to name one lesson: "http" and "S4". Of other scripts the same word.
bool same_lesson(std::string_view a, std::string_view b);
/// Sentences about shipped scripts that do not compile. Empty, or a test fails.
const std::vector<std::string>& lesson_errors();

}  // namespace interleave
