#include "platform/native/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "trace/why.h"
#include "ui/figures.h"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json number(const Parameter& parameter, double value) {
  if (parameter.kind == Parameter::Kind::real) return value;
  return static_cast<std::int64_t>(std::llround(value));
}

/// Scripts may print any bytes; JSON may not hold them.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::vector<std::string> lines_of(const Trace& trace, TextRole role) {
  std::vector<std::string> lines;
  for (const TextLine& line : trace.texts())
    if (line.role == role) lines.push_back(line.text);
  return lines;
}
std::vector<std::string> output_of(const Trace& trace) { return lines_of(trace, TextRole::output); }

Json verdict_json(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::as_predicted: return "as predicted";
    case Verdict::Kind::off: return "off";
    case Verdict::Kind::none: break;
  }
  return nullptr;
}

/// Columns of cells that stand under each other. Width is counted in code points: every character we print is one wide.
class Columns {
 public:
  explicit Columns(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// The first column and those after `right` lie left, the others right.
  std::string text(std::size_t right) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i >= widths.size()) widths.push_back(0);
        if (i + 1 < rows_[0].size()) widths[i] = std::max(widths[i], width(row[i]));
      }
    std::string all;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string gap(widths[i] > width(row[i]) ? widths[i] - width(row[i]) : 0, ' ');
        line += (i ? "  " : "") + (i > 0 && i <= right ? gap + row[i] : row[i] + gap);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + "\n";
    }
    return all;
  }

 private:
  static std::size_t width(const std::string& s) {
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  }
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

Nanos serial_makespan(const Report& report) {
  for (const RunReport& run : report.runs)
    if (run.executor == ExecutorKind::serial && run.trace && run.trace->how_ended() == RunEnd::finished)
      return run.trace->summary().makespan;
  return 0;
}

std::vector<Finding> findings_of(const RunReport& run, Nanos serial) {
  return check_each(figures_of(*run.trace, serial, run.sentence), run.expectations, why_off(*run.trace, run.expected));
}

std::string_view without_kind(std::string_view sentence) {
  constexpr std::string_view kKind = "Deadlock: ";
  return sentence.starts_with(kKind) ? sentence.substr(kKind.size()) : sentence;
}

std::string report_json(const Report& report) {
  Json json;
  json["lesson"] = report.lesson;
  json["parameters"] = Json::object();
  for (const Parameter& p : report.parameters) json["parameters"][p.name] = number(p, p.value);
  json["notices"] = report.notices;
  json["runs"] = Json::array();
  const Nanos serial = serial_makespan(report);
  for (const RunReport& run : report.runs) {
    Json r;
    r["executor"] = id_of(run.executor);
    if (!run.trace) {
      r["refused"] = run.refused;
      json["runs"].push_back(std::move(r));
      continue;
    }
    const Summary s = run.trace->summary();
    const bool finished = run.trace->how_ended() == RunEnd::finished;
    r["provenance"] = word_of(run.trace->provenance);
    r["makespan_ns"] = s.makespan;
    r["tasks"] = s.tasks;
    r["cpu_busy_ns"] = s.cpu_busy;
    r["switches"] = s.switches;
    if (serial > 0 && s.makespan > 0 && finished) r["speedup"] = static_cast<double>(serial) / static_cast<double>(s.makespan);
    else r["speedup"] = nullptr;
    r["latency_ns"] = {{"p50", s.latency.p50}, {"p99", s.latency.p99}, {"max", s.latency.max}};
    r["bytes_per_task"] = s.bytes_per_task;
    r["spawn_ns"] = s.spawn_ns;
    r["copied_bytes"] = s.copied_bytes;
    r["emulated_cores"] = run.trace->fact(Fact::emulated_cores) != 0;
    r["loop_blocked_ns"] = run.trace->fact(Fact::loop_blocked_ns);
    r["notices"] = lines_of(*run.trace, TextRole::notice);
    r["output"] = output_of(*run.trace);
    const std::vector<Finding> findings = findings_of(run, serial);
    const Verdict verdict = together(findings);
    Json check;
    check["expected_ns"] = run.expected > 0 ? Json(run.expected) : Json(nullptr);
    check["verdict"] = verdict_json(verdict);
    check["because"] = verdict.because;
    check["figures"] = Json::array();
    for (const Finding& f : findings)
      check["figures"].push_back({{"figure", f.figure}, {"expected", f.expected}, {"measured", f.measured}, {"verdict", verdict_json(f.verdict)}});
    r["check"] = std::move(check);
    r["dropped_events"] = s.dropped_events;
    if (!finished) {
      r["ended"] = word_of(run.trace->how_ended());
      r["sentence"] = run.sentence;
    }
    json["runs"].push_back(std::move(r));
  }
  return dump(json);
}

std::string report_table(const Report& report) {
  std::string text = report.title.empty() ? report.lesson : report.title;
  for (std::size_t i = 0; i < report.parameters.size(); ++i)
    text += fmt::format("{} {} {}", i ? "," : ":", report.parameters[i].name,
                        report.parameters[i].text(report.parameters[i].value));
  text += "\n\n";
  Columns columns({"executor", "makespan", "speed-up", "on cores", "switches", "p50", "p99", "check"});
  const Nanos serial = serial_makespan(report);
  for (const RunReport& run : report.runs) {
    if (!run.trace) {
      columns.add({std::string(id_of(run.executor)), "-", "-", "-", "-", "-", "-", run.refused});
      continue;
    }
    const Summary s = run.trace->summary();
    const bool finished = run.trace->how_ended() == RunEnd::finished;
    const Nanos step = run.trace->fact(Fact::clock_step_ns);
    const std::string speedup =
        serial > 0 && s.makespan > 0 && finished
            ? fmt::format("{:.2f}x", static_cast<double>(serial) / static_cast<double>(s.makespan))
            : "-";
    auto latency = [&](Nanos t) { return s.latency.max > 0 ? format_duration(t, step) : std::string("-"); };  // 0: no task finished
    const Verdict verdict = together(findings_of(run, serial));
    std::string check = finished ? verdict.words
                 : run.sentence.empty() ? std::string(word_of(run.trace->how_ended()))
                                        : fmt::format("{}: {}", word_of(run.trace->how_ended()), without_kind(run.sentence));
    if (!finished && verdict.kind != Verdict::Kind::none) check = verdict.words + "; " + check;
    if (s.dropped_events > 0) check += fmt::format(" ({} events dropped)", s.dropped_events);
    columns.add({std::string(id_of(run.executor)), format_duration(s.makespan, step), speedup,
                 format_duration(s.cpu_busy, step), std::to_string(s.switches), latency(s.latency.p50), latency(s.latency.p99), std::move(check)});
  }
  text += columns.text(6);

  std::string caveats;
  for (const RunReport& run : report.runs)
    if (run.trace)
      for (const std::string& caveat : caveats_of(*run.trace)) caveats += fmt::format("{}: {}\n", id_of(run.executor), caveat);
  if (!caveats.empty()) text += "\n" + caveats;

  // What a workload prints is the same on every executor, or the difference is the lesson.
  std::vector<std::pair<std::vector<std::string>, std::string>> outputs;
  for (const RunReport& run : report.runs) {
    if (!run.trace) continue;
    std::vector<std::string> lines = output_of(*run.trace);
    auto same = std::find_if(outputs.begin(), outputs.end(), [&](const auto& o) { return o.first == lines; });
    if (same == outputs.end()) outputs.emplace_back(std::move(lines), id_of(run.executor));
    else same->second += ", " + std::string(id_of(run.executor));
  }
  for (const auto& [lines, who] : outputs) {
    if (lines.empty()) continue;
    text += outputs.size() > 1 ? fmt::format("\nprinted on {}:\n", who) : "\nprinted:\n";
    for (const std::string& line : lines) text += line + "\n";
  }
  return text;
}

std::string lessons_json(const std::vector<LessonEntry>& lessons) {
  Json json = Json::array();
  for (const LessonEntry& lesson : lessons) {
    Json l;
    l["id"] = lesson.id;
    l["name"] = lesson.name;
    l["title"] = lesson.title;
    l["claim"] = lesson.claim;
    l["source"] = lesson.source;
    l["parameters"] = Json::array();
    for (const Parameter& p : lesson.parameters) {
      Json parameter;
      parameter["name"] = p.name;
      parameter["default"] = number(p, p.value);
      parameter["min"] = number(p, p.min);
      parameter["max"] = number(p, p.max);
      parameter["unit"] = p.json_unit();
      parameter["log"] = p.log;
      if (!p.choices.empty()) parameter["choices"] = p.choices;
      l["parameters"].push_back(std::move(parameter));
    }
    json.push_back(std::move(l));
  }
  return dump(json);
}

std::string lessons_table(const std::vector<LessonEntry>& lessons) {
  Columns columns({"id", "name", "title", "parameters"});
  for (const LessonEntry& lesson : lessons) {
    std::string parameters;
    for (const Parameter& p : lesson.parameters)
      parameters += fmt::format("{}{}={}", parameters.empty() ? "" : ", ", p.name, p.text(p.value));
    columns.add({lesson.id, lesson.name, lesson.title, parameters});
  }
  return columns.text(0);
}

}  // namespace interleave
