// table_panel.cpp -- the figures of every run in columns; a run that was not measured never fills "Measured".
#include <fmt/format.h>

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/panels.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/range.h"
#include "view/results.h"

namespace interleave {
namespace {

// "off, because answers came late", where that is known; by how much stands in a column of its own.
std::string why_off_in(const ResultRow& row) {
  const std::size_t at = row.off_in_brief.find("because ");
  return at == std::string::npos ? std::string() : "off, " + row.off_in_brief.substr(at);
}

// What a column is sorted by; nothing is known: NaN.
double key_of(const Result& r, std::string ResultCells::*column) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  using Cells = ResultCells;
  const auto time = static_cast<double>(r.summary.makespan), model = r.expected > 0 ? static_cast<double>(r.expected) : kUnknown;
  const bool modelled = r.ran && r.provenance == Provenance::modelled;
  if (column == &Cells::model) return modelled ? time : model;
  if (!r.ran || (column == &Cells::measured && modelled)) return kUnknown;
  if (column == &Cells::measured) return time;
  if (column == &Cells::off_by) return time / model;
  if (column == &Cells::speed_up) return 1 / time;
  if (column == &Cells::core_busy) return r.summary.core_busy;
  if (column == &Cells::switches) return static_cast<double>(r.summary.switches);
  if (column == &Cells::bytes_per_task) return static_cast<double>(r.summary.bytes_per_task);
  if (column == &Cells::spawn) return static_cast<double>(r.summary.spawn_ns);
  if (column == &Cells::copied) return static_cast<double>(r.summary.copied_bytes);
  return kUnknown;
}

const std::string kNone = "-";  // of a run, in a column that says something of another
constexpr float kRow = 27, kTallRow = 62;  // on a phone: a finger's, with the check in a line of its own

}  // namespace

std::vector<ResultRow> table_rows(const App& app) {
  std::vector<ResultRow> rows = app.results();
  const auto column = std::ranges::find(kResultTable, app.view.sorted_by, &ResultColumn::title);
  if (app.view.sorted_by.empty() || column == kResultTable.end()) return rows;
  const std::vector<Result> known = known_results(app);
  auto key = [&](const ResultRow& row) { return key_of(*std::ranges::find(known, row.executor, &Result::executor), column->text); };
  std::ranges::stable_sort(rows, [&](const ResultRow& a, const ResultRow& b) {
    const double x = key(a), y = key(b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);  // what is not known stands last
    return app.view.sorted_down ? x > y : x < y;
  });
  return rows;
}

void draw_table(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.table;
  Panel panel(app, "table", r, app.layout.form == Form::phone ? Panel::Kind::plain : Panel::Kind::framed, true);
  ImDrawList& list = panel.list();
  const std::vector<ResultRow> rows = table_rows(app);

  bool tall = app.layout.form == Form::phone;
  const float row_h = tall ? kTallRow : kRow;
  // A figure of another time, or of a model, says so where it stands.
  float badge_w = 0;
  for (const ResultRow& row : rows)
    if (row.badge && !tall) badge_w = std::max(badge_w, badge_size(row.provenance).x);  // tall: in the second line
  float left = 14, name_w = (r.w < 560 && !tall ? 128.0f : tall ? 156.0f : 172.0f) + (badge_w > 0 ? badge_w + 4 : 0);
  std::vector<ResultCells> cells(rows.begin(), rows.end());
  // Why a run is off its model is worth more than the columns that may go.
  constexpr float kCheck = 150;  // what its column has in results.cpp
  float why_w = 0;
  for (const ResultRow& row : rows)
    if (const std::string why = why_off_in(row); !why.empty() && !tall) why_w = std::max(why_w, text_width(Face::regular, 13, why) + 28);
  std::vector<const ResultColumn*> columns = columns_that_fit(cells, r.w - 12 - left + (tall ? kCheck : -std::max(0.0f, why_w - kCheck)), name_w);
  // What the question asks about is there, in place of the last of what may give way.
  if (app.workload.asked.about == Question::About::p99 && std::ranges::none_of(columns, [](const ResultColumn* c) { return c->text == &ResultCells::p99; })) {
    auto last = columns.end();
    for (auto c = columns.begin(); c != columns.end(); ++c)
      if ((*c)->text != &ResultCells::check && (*c)->text != &ResultCells::measured) last = c;
    if (last != columns.end()) *last = &*std::ranges::find(kResultTable, &ResultCells::p99, &ResultColumn::text);
  }
  // The check is words, at the left edge of its column; the rest are figures, at the right.
  std::erase_if(columns, [](const ResultColumn* c) { return c->text == &ResultCells::check; });
  float figures_w = 0;
  for (const ResultColumn* c : columns) figures_w += c->width_px;
  float check_w = tall ? 0 : std::max(std::max(132.0f, std::min(why_w, 280.0f)), std::min(300.0f, (r.w - 12 - left - name_w - figures_w) * 0.6f));
  float spare = std::max(0.0f, r.w - 12 - left - name_w - figures_w - check_w) / static_cast<float>(columns.size() + 1);

  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + 11, x = origin.x + left;
  put_text(list, Face::semibold, 13, {x + 34, y}, p.text2, "Executor");
  float right = x + name_w;
  for (const ResultColumn* c : columns) {
    right += c->width_px + spare;
    float w = text_width(Face::semibold, 13, c->title);
    const bool sorted = app.view.sorted_by == c->title, latency = c->text == &ResultCells::p50 || c->text == &ResultCells::p99;
    put_text(list, Face::semibold, 13, {right - w, y}, sorted ? p.text : p.text2, c->title);
    if (sorted) {  // the way in which figures grow
      const float mx = right - w - 9, my = y + 9, up = app.view.sorted_down ? -3.5f : 3.5f;
      list.AddTriangleFilled({mx - 4, my + up}, {mx + 4, my + up}, {mx, my - up}, p.text);
    }
    ImGui::SetCursorScreenPos({right - w, y});
    if (ImGui::InvisibleButton(fmt::format("head {}", c->title).c_str(), {w, 18}, ImGuiButtonFlags_EnableNav) && app.anything_to_show()) {
      if (latency) app.command("latencies");
      else if (!sorted) app.view.sorted_by = c->title, app.view.sorted_down = false;
      else if (!app.view.sorted_down) app.view.sorted_down = true;
      else app.view.sorted_by.clear();
    }
    ImGui::SetItemTooltip("%.*s%s%s", static_cast<int>(c->tip.size()), c->tip.data(), c->tip.empty() ? "" : " ", latency ? "Press to see all of them (D)." : "Press to sort by it.");
  }
  float check_x = right + std::min(28.0f, 14 + spare);
  if (!tall) put_text(list, Face::semibold, 13, {check_x, y}, p.text2, "Check");
  y = origin.y + 40;
  for (const ResultRow& row : rows) {
    bool shown = !app.view.compare && row.executor == app.view.shown && app.anything_to_show();
    if (shown) list.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + row_h}, p.hover);
    list.AddLine({r.x + 4, y}, {r.right() - 4, y}, p.line);
    ImGui::SetCursorScreenPos({r.x + 1, y});
    ImGui::PushID(static_cast<int>(row.executor));
    if (ImGui::InvisibleButton("row", {r.w - 2, row_h}, ImGuiButtonFlags_EnableNav) && row.makespan > 0)
      app.command("show", id_of(row.executor));
    bool hovered = ImGui::IsItemHovered();
    if (hovered && row.refused) ImGui::SetItemTooltip("%s", row.check.c_str());
    else if (hovered && row.makespan > 0) {
      std::string exact = fmt::format("{} ns. {}{}Press for its lanes.", format_count(static_cast<std::uint64_t>(row.makespan)), row.check,
                                      row.check.empty() ? "" : ". ");
      ImGui::SetItemTooltip("%s", exact.c_str());
    }
    if (hovered && row.makespan > 0 && !shown) list.AddRectFilled({r.x + 1, y + 1}, {r.right() - 1, y + row_h}, p.hover);
    ImGui::PopID();
    float middle = y + (tall ? 20 : kRow / 2);
    draw_icon(list, icon_of(row.executor), {x + 9, std::round(middle)}, 15, p.of(row.executor));
    put_text(list, Face::semibold, 13, {x + 34, middle - 8}, row.makespan > 0 ? p.text : p.text3, name_of(row.executor), name_w - 40 - (badge_w > 0 ? badge_w + 4 : 0));
    float own_w = 0;
    if (row.badge) {
      const ImVec2 size = badge_size(row.provenance);
      if (tall) own_w = size.x + 8;
      draw_badge(list, tall ? ImVec2(r.right() - 12 - size.x, y + 33) : ImVec2(x + name_w - 4 - size.x, middle - 10), row.provenance);
    }
    right = x + name_w;
    for (const ResultColumn* c : columns) {
      right += c->width_px + spare;
      if ((row.*(c->text)).empty() && row.makespan == 0) continue;
      const std::string& text = (row.*(c->text)).empty() ? kNone : row.*(c->text);
      bool key = c->text == &ResultCells::measured;
      bool bold = row.best && (key || c->text == &ResultCells::speed_up || (c->text == &ResultCells::model && row.measured == "-"));
      Face face = key || bold ? Face::mono_semibold : Face::mono;
      float px = key ? 15 : 13;
      float w = text_width(face, px, text);
      put_text(list, face, px, {right - w, middle - px * 0.62f}, bold || key ? p.text : p.text2, text);
    }
    float cx = tall ? x + 34 : check_x;
    if (tall) middle = y + 43;
    if (row.as_predicted) {
      draw_icon(list, Icon::check, {cx + 6, std::round(middle)}, 12, p.text);
      cx += 17;
    }
    // In words as far as they fit whole; all of it is in the tip.
    std::string_view whole = row.check, brief = whole.substr(0, whole.find(','));
    std::string shorter(brief), by = row.off_by.empty() ? shorter : fmt::format("off by {}", row.off_by), cause = row.off_in_brief;
    const std::string only_cause = why_off_in(row);
    std::size_t reason = whole.find(" than the formula");
    if (reason != whole.npos) shorter = whole.substr(0, reason);
    if (!row.off_by.empty() && brief == "off") shorter = by;  // that it is off is not all there is to say
    if (row.as_predicted && brief.starts_with("as predicted")) brief = "as predicted";
    if (row.refused) shorter = by = cause = "does not run here", brief = "not here";
    put_longest(list, Face::regular, 13, {cx, middle - 8}, row.makespan > 0 ? p.text : p.text3, {whole, cause, only_cause, shorter, by, brief}, r.right() - cx - 10 - own_w);
    y += row_h;
  }
  ImGui::SetCursorScreenPos({origin.x, y});
  ImGui::Dummy({1, 1});
  // The way back where the table took another panel's place.
  if (app.layout.form == Form::laptop || app.layout.form == Form::drawer) {
    bool laptop = app.layout.form == Form::laptop;
    ButtonParts back;
    back.text = laptop ? "Code" : "Lanes";
    back.look = ButtonLook::normal;
    back.text_px = 13;
    float w = button_width(back);
    ImGui::SetCursorScreenPos({r.right() - w - 12, origin.y + 6});
    if (button("back", {w, 28}, back)) app.command("tab", "lanes");
  }
}

void draw_latencies(App& app) {
  if (!app.view.latencies_shown) return;
  std::vector<App::Shown> all = app.shown_with_titles();
  std::erase_if(all, [](const App::Shown& s) { return !s.run || s.run->latencies.empty(); });
  if (all.empty()) {
    app.view.latencies_shown = false;
    return;
  }
  Nanos least = 0, most = 0;
  for (const App::Shown& s : all) {
    least = least == 0 ? s.run->latencies.front() : std::min(least, s.run->latencies.front());
    most = std::max(most, s.run->latencies.back());
  }
  const Palette& p = palette();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  constexpr float kPad = 20, kHead = 66, kFoot = 34;
  const float w = std::min(680.0f, screen.x - 16);
  const float row = std::clamp((screen.y - 32 - kHead - kFoot) / static_cast<float>(all.size()), 24.0f, 56.0f);
  const float h = std::min(kHead + row * static_cast<float>(all.size()) + kFoot, screen.y - 16);
  Rect r{std::round((screen.x - w) / 2), std::round((screen.y - h) / 2), w, h};
  Panel panel(app, "latencies", r, Panel::Kind::floating);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  put_text(list, Face::bold, 16, {r.x + kPad, r.y + 14}, p.text, "How long tasks took", w - 2 * kPad - 40);
  put_longest(list, Face::regular, 13, {r.x + kPad, r.y + 38}, p.text2, {"From the moment a task was submitted to its end; lines at p50 and p99.", "From submission to end; lines at p50 and p99."},
              w - 2 * kPad);
  ButtonParts close;
  close.icon = Icon::close;
  close.look = ButtonLook::quiet;
  ImGui::SetCursorScreenPos({r.right() - 42, r.y + 8});
  if (button("close latencies", {32, 32}, close)) app.view.latencies_shown = false;
  // From 0 where that shows them apart, else by ratio.
  const bool log = least > 0 && most > 30 * least;
  const Nanos from = log ? least : 0;
  const bool narrow = w < 480;
  const float name_w = narrow ? 34 : 150, figure_w = narrow ? 0 : 132, x = r.x + kPad + name_w, width = w - 2 * kPad - name_w - figure_w;
  const auto bins = static_cast<std::size_t>(std::max(8.0f, width / 5));
  auto place = [&](Nanos t) { return x + static_cast<float>(latency_share(t, from, most, log)) * width; };
  float y = r.y + kHead;
  for (const App::Shown& s : all) {
    if (y + row > r.bottom() - kFoot + 1) break;
    const std::vector<std::uint32_t> counts = latency_bins(s.run->latencies, from, most, bins, log);
    const std::uint32_t highest = std::max<std::uint32_t>(1, *std::ranges::max_element(counts));
    const float floor = y + row - 6, high = row - 10;
    draw_icon(list, icon_of(s.executor), {r.x + kPad + 9, floor - high / 2}, 16, p.of(s.executor));
    if (!narrow) put_text(list, Face::semibold, 13, {r.x + kPad + 26, floor - high / 2 - 8}, p.text, s.title.empty() ? name_of(s.executor) : std::string_view(s.title), name_w - 34);
    list.AddLine({x, floor + 0.5f}, {x + width, floor + 0.5f}, p.line);
    const float each = width / static_cast<float>(bins);
    for (std::size_t i = 0; i < bins; ++i) {
      if (counts[i] == 0) continue;
      float top = floor - std::max(2.0f, high * static_cast<float>(counts[i]) / static_cast<float>(highest));
      list.AddRectFilled({x + each * static_cast<float>(i), top}, {x + each * static_cast<float>(i + 1) - 1, floor}, p.text3);
    }
    const Latency& latency = s.run->summary.latency;
    for (Nanos t : {latency.p50, latency.p99}) list.AddRectFilled({place(t) - 1, y + 2}, {place(t) + 1, floor}, p.text);
    if (figure_w > 0) {
      const Nanos step = clock_step_of(*s.trace);
      std::string p50 = format_duration(latency.p50, step), p99 = format_duration(latency.p99, step);
      float right = r.right() - kPad, middle = floor - high / 2;
      bool two = row >= 40;
      std::string both = p50 + ", " + p99;
      if (two) {
        put_text(list, Face::mono, 13, {right - text_width(Face::mono, 13, p50), middle - 17}, p.text, p50);
        put_text(list, Face::mono, 13, {right - text_width(Face::mono, 13, p99), middle}, p.text2, p99);
      } else {
        put_longest(list, Face::mono, 12, {right - std::min(figure_w - 8, text_width(Face::mono, 12, both)), middle - 8}, p.text, {both, p99}, figure_w - 8);
      }
    }
    y += row;
  }
  const Nanos step = app.clock_step();
  std::string left = log ? format_duration(from, step) : std::string("0"), right = format_duration(most, step);
  put_text(list, Face::mono, 12, {x, r.bottom() - kFoot + 8}, p.text2, left);
  put_text(list, Face::mono, 12, {x + width - text_width(Face::mono, 12, right), r.bottom() - kFoot + 8}, p.text2, right);
  if (log) put_longest(list, Face::regular, 12, {x + width / 2 - 60, r.bottom() - kFoot + 8}, p.text3, {"drawn by ratio"}, width / 2 - 80);
  if (pressed_elsewhere(r)) app.view.latencies_shown = false;
}

}  // namespace interleave
