#include "ui/pick_list.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "ui/widgets.h"

namespace interleave {
namespace {

constexpr float kField = 40, kHead = 30;
float row_height(bool touch) { return touch ? 44.0f : 28.0f; }

// Up and Down in a field of one line are history's: here they move through the list.
int move_row(ImGuiInputTextCallbackData* data) {
  *static_cast<int*>(data->UserData) += data->EventKey == ImGuiKey_DownArrow ? 1 : -1;
  return 0;
}

unsigned char lower(char c) { return static_cast<unsigned char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

bool holds_words(std::string_view text, std::string_view search) {
  while (!search.empty()) {
    std::size_t end = std::min(search.find(' '), search.size());
    std::string_view word = search.substr(0, end);
    if (!word.empty() && std::ranges::search(text, word, [](char a, char b) { return lower(a) == lower(b); }).empty()) return false;
    search.remove_prefix(std::min(end + 1, search.size()));
  }
  return true;
}

float pick_list_height(const std::vector<PickRow>& rows, bool touch) {
  float h = kField + 8;
  const std::string* group = nullptr;
  for (const PickRow& row : rows) {
    if (!row.group.empty() && (!group || *group != row.group)) h += kHead;
    group = &row.group;
    h += row_height(touch);
  }
  return h + (rows.empty() ? 52 : 0);
}

int draw_pick_list(PickField& field, ImVec2 at, ImVec2 size, const char* hint, const std::vector<PickRow>& rows, bool touch,
                   std::string_view nothing) {
  const Palette& p = palette();
  int chosen = -1, moved = 0;
  ImGui::SetCursorScreenPos(at);
  ImGui::SetNextItemWidth(size.x);
  if (field.fresh) ImGui::SetKeyboardFocusHere();
  {
    WithFont with(Face::regular, 14);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, p.lane);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(12, 8));
    bool entered = ImGui::InputTextWithHint("##search", hint, field.text.data(), field.text.size(),
                                            ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackHistory, move_row, &moved);
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
    if (ImGui::IsItemEdited()) field.row = 0;
    if (entered && !rows.empty()) chosen = std::clamp(field.row, 0, static_cast<int>(rows.size()) - 1);
    if (ImGui::IsItemActive()) {
      if (ImGui::IsKeyPressed(ImGuiKey_PageDown)) moved += 8;
      if (ImGui::IsKeyPressed(ImGuiKey_PageUp)) moved -= 8;
    }
  }
  bool closed = ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  if (field.fresh)
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].current) field.row = static_cast<int>(i);
  field.row = std::clamp(field.row + moved, 0, std::max(0, static_cast<int>(rows.size()) - 1));

  ImGui::SetCursorScreenPos({at.x, at.y + kField});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("rows", {size.x, std::max(20.0f, size.y - kField)}, 0, ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImVec2 origin = ImGui::GetCursorScreenPos();
  float pitch = row_height(touch), y = origin.y, width = size.x - (ImGui::GetScrollMaxY() > 0 ? 14 : 0);
  float top = ImGui::GetWindowPos().y, bottom = top + ImGui::GetWindowHeight();
  // Keys are as wide as the widest.
  float key_w = 0;
  for (const PickRow& row : rows) key_w = std::max(key_w, text_width(Face::mono, 13, row.key));
  const std::string* group = nullptr;
  float row_y = 0;
  // A press that moved scrolls.
  bool dragged = ImGui::GetIO().MouseDragMaxDistanceSqr[0] > 36;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PickRow& row = rows[i];
    if (!row.group.empty() && (!group || *group != row.group)) {
      put_text(list, Face::semibold, 12, {origin.x + 10, y + 10}, p.text2, row.group, width - 20);
      y += kHead;
    }
    group = &row.group;
    if (static_cast<int>(i) == field.row) row_y = y - origin.y;
    if (y + pitch >= top && y <= bottom) {
      ImGui::SetCursorScreenPos({origin.x, y});
      ImGui::PushID(static_cast<int>(i));
      bool pressed = ImGui::InvisibleButton("row", {width, pitch}, ImGuiButtonFlags_EnableNav);
      bool hovered = ImGui::IsItemHovered();
      ImGui::PopID();
      if (pressed && !dragged) chosen = static_cast<int>(i);
      if (hovered && (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0)) field.row = static_cast<int>(i);
      if (static_cast<int>(i) == field.row) list.AddRectFilled({origin.x, y}, {origin.x + width, y + pitch}, p.hover, 6);
      if (row.current) list.AddRectFilled({origin.x, y + 5}, {origin.x + 3, y + pitch - 5}, p.text, 1.5f);
      float middle = y + pitch / 2, x = origin.x + 10, right = origin.x + width - 10;
      if (key_w > 0) put_text(list, Face::mono, 13, {x, middle - 9}, p.text3, row.key);
      x += key_w > 0 ? key_w + 12 : 0;
      float title_w = text_width(Face::regular, 14, row.title);
      put_text(list, row.current ? Face::semibold : Face::regular, 14, {x, middle - 9}, p.text, row.title, right - x);
      float note_w = text_width(Face::regular, 13, row.note);
      if (!row.note.empty() && x + title_w + 16 + note_w <= right) put_text(list, Face::regular, 13, {right - note_w, middle - 8}, p.text2, row.note);
    }
    y += pitch;
  }
  if (rows.empty()) {
    y += 10;
    y += put_wrapped(&list, Face::regular, 14, {origin.x + 10, y}, p.text2, nothing, width - 20) + 10;
  }
  ImGui::SetCursorScreenPos({origin.x, y});
  ImGui::Dummy({1, 1});
  if (ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 6))
    ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseDelta.y);
  float view_h = ImGui::GetWindowHeight();
  if (field.fresh) ImGui::SetScrollY(std::max(0.0f, row_y - view_h * 0.4f));
  else if (moved != 0 && row_y < ImGui::GetScrollY()) ImGui::SetScrollY(std::max(0.0f, row_y - kHead));
  else if (moved != 0 && row_y + pitch > ImGui::GetScrollY() + view_h) ImGui::SetScrollY(row_y + pitch - view_h);
  ImGui::EndChild();
  field.fresh = false;
  return chosen >= 0 ? chosen : closed ? kPickClosed : -1;
}

std::vector<PickRow> lesson_rows(const App& app, std::string_view search) {
  std::vector<PickRow> rows;
  for (const LessonName& lesson : lesson_names())
    if (holds_words(lesson.id + " " + lesson.name + " " + lesson.title + " " + lesson.group, search))
      rows.push_back({lesson.group, lesson.id, lesson.title, {}, lesson.id == app.workload.id});
  return rows;
}

}  // namespace interleave
