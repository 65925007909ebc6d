// code.cpp -- the script as somebody edits it: App's part of the code panel.
//
// `code.text` is what is on screen; `scenario.source` is the last of it that compiled, and with it the parameters, the
// expectations, what Run runs. A mistake takes nothing away: the text stays as it was typed, the program before it stays in
// force for sliders and runs on screen, and Run says what is wrong instead of running something else than what is seen.
// Rejected: putting wrong code into the scenario (every change of a slider would fail by it), and running the last good
// program while another one is on screen.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "script/text.h"
#include "ui/app.h"
#include "workloads/registry.h"

namespace interleave {

namespace {

// Ids of one script share its changes.
std::string script_name(const std::string& lesson) {
  const LessonEntry* entry = find_lesson(lesson);
  return entry ? entry->file : lesson;
}

}  // namespace

void App::put_code_away(const std::string& lesson) {
  if (code.changed()) code.kept[script_name(lesson)] = code.text;
}

void App::show_script() {
  code.text = interleave::source_of(scenario);
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  code.own = lesson ? std::string(lesson->script) : code.text;
  code.error = {};
  code.aside.clear();
  ++code.revision;
  view.edited_revision = 0;  // the cursor begins where a reader does
}

void App::set_code(std::string text) {
  if (text == code.text) return;
  // What Run, or a file, said of the code as it was is not true of this one.
  if (error() && notice.ends_with(error().to_string())) notice.clear();
  code.text = std::move(text);
  ++revision;
  auto wrong = [&](const char* sentence) { code.error = {1, 1, "SyntaxError", sentence}; };
  if (code.text.find_first_not_of(" \t\r\n") == code.text.npos) return wrong("The script is empty.");
  if (code.text.size() > kLongestSource) return wrong("The script is longer than 256 KB.");
  Scenario tried = scenario;
  tried.source = find_lesson(tried.lesson) && !code.changed() ? std::string() : code.text;
  for (const ParameterSetting& p : code.aside) tried.set_parameter(p.name, p.value);
  Workload loaded = load_workload(tried, engine->capabilities().machine_cores);
  code.error = loaded.error;
  if (code.error) return;
  // Settings follow the parameters there are; those of a parameter that is gone come back with it.
  code.aside.clear();
  for (const ParameterSetting& p : std::exchange(tried.parameters, {})) {
    auto known = std::ranges::find(loaded.parameters, p.name, &Parameter::name);
    if (known == loaded.parameters.end()) code.aside.push_back(p);
    else tried.set_parameter(p.name, known->value);
  }
  if (loaded.other_program != workload.other_program) view.guess.reset();  // it was about the other
  scenario = std::move(tried);
  workload = std::move(loaded);
}

void App::replace_code(std::string text) {
  set_code(std::move(text));
  ++code.revision;
}

std::string App::edit(std::string_view what) {
  if (what == "outside") {
    if (view.page_editor) return notice = "A page cannot start another editor. Save the code as a file, and drop the file here.";
    wants_editor = true;
    return {};
  }
  if (!what.empty() && what != "on" && what != "off") return fmt::format("edit is on, off or outside, not '{}'.", what);
  const bool on = what.empty() ? !view.editing : what == "on";
  if (on == view.editing) return {};
  view.editing = on;
  view.edit_fresh = on;
  view.edited_revision = 0;
  if (!on) return {};
  if (view.present) view.present = false;
  if (layout.code.empty() || layout.form == Form::laptop) view.tab = layout.form == Form::laptop ? Tab::lanes : Tab::code;
  return {};
}

std::string App::undo_changes() {
  if (!code.changed()) return notice = "The code is as it came.";
  notice.clear();  // it was about the code that goes
  put_code_away(scenario.lesson);
  replace_code(code.own);
  return {};
}

std::string App::redo_changes() {
  auto kept = code.kept.find(script_name(scenario.lesson));
  if (kept == code.kept.end()) return notice = "There are no changes to bring back.";
  std::string text = kept->second;
  notice.clear();
  put_code_away(scenario.lesson);
  replace_code(std::move(text));
  return {};
}

DraftState App::code_state() const {
  DraftState out;
  out.file = workload.file;
  out.changed = code.changed();
  out.can_undo = out.changed;
  auto kept = code.kept.find(script_name(scenario.lesson));
  out.can_redo = !out.changed && kept != code.kept.end();
  out.editing = view.editing;
  out.revision = code.revision;
  out.error = error();
  return out;
}

std::string_view App::source_of(const SpanPick& pick) const {
  if (pick.run != 0) {
    auto run = std::ranges::find(history, pick.run, &Run::serial);
    return run == history.end() ? std::string_view() : interleave::source_of(run->scenario);
  }
  if (live && live->executor == pick.executor) return interleave::source_of(live->scenario);
  const Run* run = run_of(pick.executor);
  return run ? interleave::source_of(run->scenario) : std::string_view();
}

bool App::code_is_of(ExecutorKind kind) const {
  return source_of({.executor = kind, .run = serial_of(kind)}) == code.text;
}

// --- files -----------------------------------------------------------------------------------------------------------------

std::string App::open_script(std::string_view name, std::string_view bytes) {
  ++revision;
  std::string_view file = name.substr(std::min(name.find_last_of("/\\") + 1, name.size()));
  auto refuse = [&](std::string_view why) { return notice = fmt::format("{}: {}", file, why); };
  if (busy()) return notice = "A run is under way. Press Stop first, then open the file.";
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (bytes.size() > kLongestSource) return refuse("this is longer than 256 KB, too long for a script.");
  if (bytes.find('\0') != bytes.npos || invalid_utf8(bytes) != bytes.npos) return refuse("this is no text, so no script.");
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] != '\r') text += bytes[i];
    else if (i + 1 == bytes.size() || bytes[i + 1] != '\n') text += '\n';
  if (text.find_first_not_of(" \t\n") == text.npos) return refuse("the script is empty.");
  let_go_of_files();
  // A lesson's own file is that lesson, changed; which of its ids, if it is on screen, stays.
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  if (!lesson || lesson->file != file) {
    auto found = std::ranges::find(lessons(), file, &LessonEntry::file);
    lesson = found == lessons().end() ? nullptr : &*found;
    if (lesson) {
      if (std::string sentence = command("lesson", lesson->id); !sentence.empty()) return sentence;
    } else {
      std::string own_name(file.substr(0, 90));
      for (char& c : own_name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')) c = '_';
      if (!own_name.ends_with(".py")) own_name += ".py";
      put_code_away(scenario.lesson);
      Scenario fresh;
      fresh.lesson = own_name;
      fresh.source = text;
      fresh.seed = scenario.seed;
      status.clear();
      notice.clear();
      change([&](Scenario& s) { s = fresh; });
      shown_settings = scenario;
      look_afresh();
    }
  }
  replace_code(std::move(text));
  status = error() ? fmt::format("{}: {}", file, error().to_string()) : fmt::format("{} is the code now.", file);
  notice = error() && layout.code.empty() ? status : std::string();  // it is there, to be mended; the panel says what is wrong
  return {};
}

}  // namespace interleave
