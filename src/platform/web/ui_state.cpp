#include "platform/web/ui_state.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "ui/app.h"

namespace interleave {
namespace {

/// Objects and lists, written in order. Small enough that a JSON library would be most of ui.wasm's growth.
class Writer {
 public:
  std::string text;

  Writer& key(std::string_view name) {
    comma();
    quote(name);
    text += ':';
    fresh_ = true;
    return *this;
  }
  Writer& open(char bracket) {
    comma();
    text += bracket;
    fresh_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    text += bracket;
    fresh_ = false;
    return *this;
  }
  Writer& value(std::string_view s) {
    comma();
    quote(s);
    return *this;
  }
  Writer& value(const std::string& s) { return value(std::string_view(s)); }
  Writer& value(const char* s) { return value(std::string_view(s)); }
  Writer& value(bool b) { return raw(b ? "true" : "false"); }
  Writer& value(double d) { return raw(std::isfinite(d) ? fmt::format("{}", d) : std::string("null")); }
  Writer& value(std::int64_t i) { return raw(fmt::format("{}", i)); }
  Writer& value(int i) { return raw(fmt::format("{}", i)); }
  template <class T>
  Writer& pair(std::string_view name, const T& v) { return key(name).value(v); }

 private:
  Writer& raw(std::string_view s) {
    comma();
    text += s;
    return *this;
  }
  void comma() {
    if (!fresh_) text += ',';
    fresh_ = false;
  }
  void quote(std::string_view s) {
    text += '"';
    for (char c : s) {
      if (c == '"' || c == '\\') (text += '\\') += c;
      else if (static_cast<unsigned char>(c) < 0x20) text += fmt::format("\\u{:04x}", static_cast<int>(c));
      else text += c;
    }
    text += '"';
  }
  bool fresh_ = true;
};

}  // namespace

std::string state_json(const App& app) {
  AppState state = app.state();
  Writer w;
  w.open('{');
  w.pair("lesson", state.lesson).pair("lesson_id", state.lesson_id).pair("title", state.title).pair("question", state.question);
  w.key("lessons").open('[');
  for (const LessonName& lesson : state.lessons)
    w.open('{').pair("id", lesson.id).pair("name", lesson.name).pair("title", lesson.title).pair("group", lesson.group).close('}');
  w.close(']');
  w.key("parameters").open('[');
  for (const ParameterState& p : state.parameters)
    w.open('{').pair("name", p.name).pair("label", p.label).pair("text", p.text).pair("value", p.value).pair("min", p.min).pair("max", p.max)
        .pair("log", p.log).pair("integer", p.integer).pair("yes_or_no", p.yes_or_no).close('}');
  w.close(']');
  w.pair("workers", app.workers()).pair("cores", app.cores()).pair("gil_ms", static_cast<double>(app.scenario.gil_interval) / static_cast<double>(kMillisecond));
  w.key("executors").open('[');
  for (const ExecutorState& e : state.executors)
    w.open('{').pair("id", id_of(e.kind)).pair("name", name_of(e.kind)).pair("selected", e.selected).pair("guessed", app.view.guess == e.kind).pair("running", e.running)
        .pair("waiting", e.waiting).pair("refused", e.refused).close('}');
  w.close(']');
  w.key("results").open('[');
  for (const ResultRow& r : state.results)
    w.open('{').pair("executor", id_of(r.executor)).pair("name", name_of(r.executor)).pair("provenance", word_of(r.provenance))
        .pair("measured", r.measured).pair("model", r.model).pair("off_by", r.off_by).pair("speed_up", r.speed_up)
        .pair("core_busy", r.core_busy).pair("switches", r.switches).pair("p50", r.p50).pair("p99", r.p99)
        .pair("bytes_per_task", r.bytes_per_task).pair("spawn", r.spawn).pair("copied", r.copied).pair("check", r.check)
        .pair("best", r.best).pair("makespan_ns", r.makespan).pair("refused", r.refused).close('}');
  w.close(']');
  w.key("code").open('{').pair("file", state.code.file).pair("changed", state.code.changed).pair("can_undo", state.code.can_undo)
      .pair("can_redo", state.code.can_redo).pair("editing", state.code.editing).pair("revision", static_cast<std::int64_t>(state.code.revision));
  w.key("error").open('{').pair("line", static_cast<std::int64_t>(state.code.error.line)).pair("column", static_cast<std::int64_t>(state.code.error.column))
      .pair("sentence", state.code.error.sentence).close('}').close('}');
  w.pair("running", state.running).pair("opening", state.opening).pair("progress", state.progress).pair("sentence", state.sentence).pair("status", state.status).pair("concluded", state.concluded)
      .pair("notice", state.notice).pair("where", state.where).pair("why", state.why).pair("emulated", state.emulated).pair("hash", state.hash).pair("dark", state.dark)
      .pair("present", app.view.present).pair("lanes_by", app.view.lanes_by == LanesBy::worker ? "worker" : app.view.lanes_by == LanesBy::core ? "core" : "task")
      .pair("can_play", app.end() > 0 && !app.live).pair("playing", app.view.playing).pair("asks_who_is_first", app.asks_who_is_first()).pair("can_open_tab", app.engine->capabilities().can_open_tab);
  w.pair("live", app.live.has_value()).pair("paused_live", app.paused_live()).pair("letter_keys", app.view.letter_keys).pair("pinned", state.pinned).pair("range", state.range).pair("loop", app.view.loop).pair("guess_ms", static_cast<double>(app.view.guess_time) / static_cast<double>(kMillisecond))
      .pair("tasks_said", state.tasks_said);
  w.key("tasks").open('[');
  for (const TaskState& task : state.tasks) w.open('{').pair("number", static_cast<std::int64_t>(task.number)).pair("words", task.words).close('}');
  w.close(']');
  w.close('}');
  return std::move(w.text);
}

}  // namespace interleave
