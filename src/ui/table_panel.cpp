// table_panel.cpp -- the figures of every run in columns; a run that was not measured never fills "Measured".
#include <fmt/format.h>

#include <algorithm>

#include "ui/panels.h"
#include "ui/widgets.h"
#include "view/format.h"

namespace interleave {
namespace {

struct Column {
  const char* title;
  std::string ResultRow::*text;
  float width;
  int order;  ///< what is dropped first when there is no room: the highest
  const char* tip;
};
constexpr Column kColumns[] = {
    {"Measured", &ResultRow::measured, 84, 0, "From t = 0 to the end of main"},
    {"Model", &ResultRow::model, 84, 1, "What the lesson's own formula says"},
    {"Off by", &ResultRow::off_by, 76, 3, nullptr},
    {"Speed-up", &ResultRow::speed_up, 82, 0, "Against Serial"},
    {"Core busy", &ResultRow::core_busy, 84, 2, "Of the time of all cores that it might use"},
    {"Switches", &ResultRow::switches, 84, 6, "A core went from one task to another"},
    {"p50", &ResultRow::p50, 80, 4, "Half of the tasks were done within this, from the moment each was submitted"},
    {"p99", &ResultRow::p99, 80, 4, "99 of 100 tasks were done within this, from the moment each was submitted"},
    {"Bytes per task", &ResultRow::bytes_per_task, 110, 7, "A waiting task's stack or frame"},
    {"Spawn", &ResultRow::spawn, 84, 8, "Starting threads or processes, all together"},
    {"Copied", &ResultRow::copied, 84, 9, "Bytes to and from other processes"},
};
constexpr float kNameWidth = 172, kCheckWidth = 150, kRow = 27;

}  // namespace

std::vector<ResultRow> result_rows(const App& app) {
  std::vector<ResultRow> rows;
  const Run* serial = app.run_of(ExecutorKind::serial);
  Nanos baseline = serial ? serial->summary.makespan : 0, best = 0;
  for (ExecutorKind kind : app.executors()) {
    ResultRow row;
    row.executor = kind;
    const Run* run = app.run_of(kind);
    if (!run) {
      if (app.live && app.live->executor == kind) row.check = "running";
      else if (std::ranges::count(app.queue, kind)) row.check = "next";
      else if (app.refused(kind)) {
        row.check = app.engine->capabilities().refused[static_cast<std::size_t>(kind)];
        row.refused = true;
      }
      if (Nanos model = app.expected(kind)) row.model = format_duration(model);
      row.measured = "-";
      rows.push_back(std::move(row));
      continue;
    }
    const Trace& trace = *run->trace;
    const Summary& s = run->summary;
    Nanos step = trace.fact(Fact::clock_step_ns);
    row.provenance = trace.provenance;
    row.makespan = s.makespan;
    bool modelled = trace.provenance == Provenance::modelled;
    row.measured = modelled ? "-" : format_duration(s.makespan, step);
    if (modelled) row.model = format_duration(s.makespan);
    else if (run->expected > 0) {
      row.model = format_duration(run->expected);
      row.off_by = fmt::format("{:+.1f}\xe2\x80\x89%", (static_cast<double>(s.makespan) / static_cast<double>(run->expected) - 1) * 100);
    }
    if (baseline > 0) {
      double factor = static_cast<double>(baseline) / static_cast<double>(std::max<Nanos>(s.makespan, 1));
      row.speed_up = fmt::format("{:.{}f}x", factor, factor < 100 ? 1 : 0);
    }
    row.core_busy = fmt::format("{:.1f}\xe2\x80\x89%", s.core_busy * 100);
    row.switches = format_count(s.switches);
    if (s.latency.max > 0) {
      row.p50 = format_duration(s.latency.p50, step);
      row.p99 = format_duration(s.latency.p99, step);
    }
    if (s.bytes_per_task > 0) row.bytes_per_task = format_bytes(s.bytes_per_task);
    if (s.spawn_ns > 0) row.spawn = format_duration(s.spawn_ns, step);
    if (s.copied_bytes > 0) row.copied = format_bytes(s.copied_bytes);
    row.check = trace.how_ended() == RunEnd::finished ? app.check_of(*run).words
                : trace.how_ended() == RunEnd::cancelled ? fmt::format("stopped at {}", format_duration(trace.end()))
                : trace.how_ended() == RunEnd::deadlock ? "deadlock" : "ended early";
    if (trace.how_ended() == RunEnd::finished && (best == 0 || s.makespan < best)) best = s.makespan;
    rows.push_back(std::move(row));
  }
  for (ResultRow& row : rows)
    row.best = best > 0 && row.makespan > 0 && static_cast<double>(row.makespan) <= static_cast<double>(best) * 1.03;
  return rows;
}

void draw_table(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.table;
  Panel panel("table", r, app.layout.form == Form::phone ? Panel::Kind::plain : Panel::Kind::framed, true);
  ImDrawList& list = panel.list();
  std::vector<ResultRow> rows = app.results();

  // Columns that fit; empty ones go first.
  float left = 14, name_w = r.w < 560 ? 128 : kNameWidth, check_w = r.w < 560 ? 96 : kCheckWidth;
  std::vector<const Column*> columns;
  for (const Column& c : kColumns)
    if (c.order == 0 || std::ranges::any_of(rows, [&](const ResultRow& row) { return !(row.*c.text).empty(); })) columns.push_back(&c);
  auto width_of = [&] {
    float w = left + name_w + check_w;
    for (const Column* c : columns) w += c->width;
    return w;
  };
  while (width_of() > r.w - 12) {
    auto last = std::ranges::max_element(columns, {}, [](const Column* c) { return c->order; });
    if (last == columns.end() || (*last)->order == 0) break;
    columns.erase(last);
  }
  float spare = std::max(0.0f, r.w - 12 - width_of()) / static_cast<float>(columns.size() + 1);

  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + 11, x = origin.x + left;
  put_text(list, Face::semibold, 13, {x + 34, y}, p.text2, "Executor");
  float right = x + name_w;
  for (const Column* c : columns) {
    right += c->width + spare;
    float w = text_width(Face::semibold, 13, c->title);
    put_text(list, Face::semibold, 13, {right - w, y}, p.text2, c->title);
    if (c->tip) {
      ImGui::SetCursorScreenPos({right - w, y});
      ImGui::PushID(c->title);
      ImGui::InvisibleButton("head", {w, 18});
      ImGui::SetItemTooltip("%s", c->tip);
      ImGui::PopID();
    }
  }
  float check_x = right + std::min(28.0f, 14 + spare);
  put_text(list, Face::semibold, 13, {check_x, y}, p.text2, "Check");
  y = origin.y + 40;
  for (const ResultRow& row : rows) {
    bool shown = !app.view.compare && row.executor == app.view.shown && app.anything_to_show();
    if (shown) list.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + kRow}, p.hover);
    list.AddLine({r.x + 4, y}, {r.right() - 4, y}, p.line);
    ImGui::SetCursorScreenPos({r.x + 1, y});
    ImGui::PushID(static_cast<int>(row.executor));
    if (ImGui::InvisibleButton("row", {r.w - 2, kRow}, ImGuiButtonFlags_EnableNav) && row.makespan > 0)
      app.command("show", id_of(row.executor));
    bool hovered = ImGui::IsItemHovered();
    if (hovered && row.refused) ImGui::SetItemTooltip("%s", row.check.c_str());
    else if (hovered && row.makespan > 0) {
      std::string exact = fmt::format("{} ns. Press for its lanes.", format_count(static_cast<std::uint64_t>(row.makespan)));
      ImGui::SetItemTooltip("%s", exact.c_str());
    }
    if (hovered && row.makespan > 0 && !shown) list.AddRectFilled({r.x + 1, y + 1}, {r.right() - 1, y + kRow}, p.hover);
    ImGui::PopID();
    float middle = y + kRow / 2;
    draw_icon(list, icon_of(row.executor), {x + 9, std::round(middle)}, 15, p.of(row.executor));
    put_text(list, Face::semibold, 13, {x + 34, middle - 8}, row.makespan > 0 ? p.text : p.text3, name_of(row.executor), name_w - 40);
    right = x + name_w;
    for (const Column* c : columns) {
      right += c->width + spare;
      const std::string& text = row.*(c->text);
      if (text.empty()) continue;
      bool key = c->text == &ResultRow::measured;
      bool bold = row.best && (key || c->text == &ResultRow::speed_up || (c->text == &ResultRow::model && row.measured == "-"));
      Face face = key || bold ? Face::mono_semibold : Face::mono;
      float px = key ? 15 : 13;
      float w = text_width(face, px, text);
      put_text(list, face, px, {right - w, middle - px * 0.62f}, bold || key ? p.text : p.text2, text);
    }
    float cx = check_x;
    if (row.check == "as predicted") {
      draw_icon(list, Icon::check, {cx + 6, std::round(middle)}, 12, p.text);
      cx += 17;
    }
    put_text(list, Face::regular, 13, {cx, middle - 8}, row.makespan > 0 ? p.text : p.text3, row.check, r.right() - cx - 8);
    y += kRow;
  }
  ImGui::SetCursorScreenPos({origin.x, y});
  ImGui::Dummy({1, 1});
}

}  // namespace interleave
