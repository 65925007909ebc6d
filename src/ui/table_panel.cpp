// table_panel.cpp -- the figures of every run in columns; a run that was not measured never fills "Measured".
#include <fmt/format.h>

#include <algorithm>

#include "ui/panels.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/results.h"

namespace interleave {
namespace {

constexpr float kRow = 27, kTallRow = 62;  // on a phone: a finger's, with the check in a line of its own

}  // namespace

void draw_table(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.table;
  Panel panel(app, "table", r, app.layout.form == Form::phone ? Panel::Kind::plain : Panel::Kind::framed, true);
  ImDrawList& list = panel.list();
  std::vector<ResultRow> rows = app.results();

  bool tall = app.layout.form == Form::phone;
  const float row_h = tall ? kTallRow : kRow;
  float left = 14, name_w = r.w < 560 && !tall ? 128.0f : tall ? 156.0f : 172.0f;
  std::vector<ResultCells> cells(rows.begin(), rows.end());
  std::vector<const ResultColumn*> columns = columns_that_fit(cells, r.w - 12 - left + (tall ? 150 : 0), name_w);
  // The check is words, at the left edge of its column; the rest are figures, at the right.
  std::erase_if(columns, [](const ResultColumn* c) { return c->text == &ResultCells::check; });
  float figures_w = 0;
  for (const ResultColumn* c : columns) figures_w += c->width_px;
  float check_w = tall ? 0 : std::max(132.0f, std::min(300.0f, (r.w - 12 - left - name_w - figures_w) * 0.6f));
  float spare = std::max(0.0f, r.w - 12 - left - name_w - figures_w - check_w) / static_cast<float>(columns.size() + 1);

  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + 11, x = origin.x + left;
  put_text(list, Face::semibold, 13, {x + 34, y}, p.text2, "Executor");
  float right = x + name_w;
  for (const ResultColumn* c : columns) {
    right += c->width_px + spare;
    float w = text_width(Face::semibold, 13, c->title);
    put_text(list, Face::semibold, 13, {right - w, y}, p.text2, c->title);
    if (!c->tip.empty()) {
      ImGui::SetCursorScreenPos({right - w, y});
      ImGui::PushID(c);
      ImGui::InvisibleButton("head", {w, 18});
      ImGui::SetItemTooltip("%.*s", static_cast<int>(c->tip.size()), c->tip.data());
      ImGui::PopID();
    }
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
    put_text(list, Face::semibold, 13, {x + 34, middle - 8}, row.makespan > 0 ? p.text : p.text3, name_of(row.executor), name_w - 40);
    right = x + name_w;
    for (const ResultColumn* c : columns) {
      right += c->width_px + spare;
      const std::string& text = row.*(c->text);
      if (text.empty()) continue;
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
    std::string shorter(brief), by = row.off_by.empty() ? shorter : fmt::format("off by {}", row.off_by);
    std::size_t reason = whole.find(" than the formula");
    if (reason != whole.npos) shorter = whole.substr(0, reason);
    if (row.refused) shorter = by = "does not run here", brief = "not here";
    put_longest(list, Face::regular, 13, {cx, middle - 8}, row.makespan > 0 ? p.text : p.text3, {whole, shorter, by, brief}, r.right() - cx - 10);
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

}  // namespace interleave
