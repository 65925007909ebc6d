// code_editor.cpp -- the code panel while it is edited natively.
//
// Dear ImGui's text field has selection, clipboard, undo and scrolling, but one colour, no line numbers, and Esc takes
// everything back. So its own text is drawn invisible and ours over it, line by line at the same places; Enter and Tab go
// through its callback; Esc is taken before it sees it. Rejected: a text editor of our own (a project by itself), and
// ImGuiColorTextEdit (not kept up with Dear ImGui 1.92).
#include <imgui_internal.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ui/code_text.h"
#include "ui/panels.h"
#include "ui/widgets.h"

namespace interleave {
namespace {

struct Field {
  std::string text;
  std::size_t begin_at = 0;  // where the cursor goes when the field was just opened
  bool opened = false;
  bool tab = false, enter = false;
};

void apply(ImGuiInputTextCallbackData& data, const Typed& typed) {
  data.DeleteChars(static_cast<int>(typed.from), static_cast<int>(typed.to - typed.from));
  data.InsertChars(static_cast<int>(typed.from), typed.with.data(), typed.with.data() + typed.with.size());
  data.SelectionStart = static_cast<int>(typed.select_from);
  data.CursorPos = data.SelectionEnd = static_cast<int>(typed.select_to);
}

int on_text(ImGuiInputTextCallbackData* data) {
  auto& field = *static_cast<Field*>(data->UserData);
  switch (data->EventFlag) {
    case ImGuiInputTextFlags_CallbackResize:
      field.text.resize(static_cast<std::size_t>(data->BufTextLen));
      data->Buf = field.text.data();
      return 0;
    case ImGuiInputTextFlags_CallbackCharFilter:
      // Typed, not pasted: below, when the cursor is known.
      if (data->EventChar == '\t' && ImGui::IsKeyPressed(ImGuiKey_Tab)) return field.tab = true;
      if (data->EventChar == '\n' && ImGui::IsKeyPressed(ImGuiKey_Enter)) field.enter = true;
      return 0;
    default: break;
  }
  std::string_view text(data->Buf, static_cast<std::size_t>(data->BufTextLen));
  const auto from = static_cast<std::size_t>(std::min(data->SelectionStart, data->SelectionEnd)), to = static_cast<std::size_t>(std::max(data->SelectionStart, data->SelectionEnd));
  const bool back = ImGui::GetIO().KeyShift && ImGui::IsKeyPressed(ImGuiKey_Tab);
  const auto cursor = static_cast<std::size_t>(data->CursorPos);
  if (field.opened) data->CursorPos = data->SelectionStart = data->SelectionEnd = static_cast<int>(std::min(field.begin_at, text.size()));
  else if (field.tab || back) apply(*data, from != to ? indent_lines(text, from, to, back) : indent_lines(text, cursor, cursor, back));
  else if (field.enter && cursor > 0 && text[cursor - 1] == '\n') apply(*data, indent_new_line(text, cursor));
  return 0;
}

std::size_t offset_of_line(std::string_view text, int line) {
  std::size_t at = 0;
  for (int n = 1; n < line && text.find('\n', at) != text.npos; ++n) at = text.find('\n', at) + 1;
  return at;
}

}  // namespace

void draw_code_editor(App& app, const Rect& area) {
  const Palette& p = palette();
  constexpr float kNumbers = 40, kPad = 6, kPx = 13;
  ImGuiIO& io = ImGui::GetIO();
  const ImVec2 at{area.x + kNumbers, area.y}, size{area.w - kNumbers, area.h};
  if (size.x < 40 || size.y < 30) return;
  const ImGuiID id = ImGui::GetID("##code");
  const bool active = ImGui::GetActiveID() == id;
  // Before the field sees them: Esc would take all changes back, Ctrl+Enter would leave.
  if (active && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    ImGui::ClearActiveID();
    app.command("edit", "off");
    return;
  }
  const bool run = active && io.KeyCtrl && (ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false));
  Field field;
  field.text = app.code.text;
  const bool fresh = std::exchange(app.view.edit_fresh, false);
  if (fresh) {
    // Not SetKeyboardFocusHere(): that counts as the Tab key, which a field that takes Tab for itself does not let in.
    ImGui::SetNavWindow(ImGui::GetCurrentWindow());
    ImGui::ActivateItemByID(id);
    ImGui::GetCurrentContext()->NavNextActivateFlags = ImGuiActivateFlags_PreferInput | ImGuiActivateFlags_TryToPreserveState;
  }
  ImGuiInputTextState* state = ImGui::GetInputTextState(id);
  field.opened = active && app.view.edited_revision == 0;
  field.begin_at = offset_of_line(field.text, app.error().line > 0 ? static_cast<int>(app.error().line) : first_line_to_read(field.text));
  if (active && state && app.view.edited_revision != app.code.revision) state->ReloadUserBufAndKeepSelection();
  if (active) app.view.edited_revision = app.code.revision;

  float line_h = 0;
  {
    WithFont with(Face::mono, kPx);
    line_h = ImGui::GetFontSize();
    ImGui::SetCursorScreenPos(at);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(kPad, kPad));
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, p.panel);
    ImGui::PushStyleColor(ImGuiCol_Text, IM_COL32(0, 0, 0, 0));
    ImGui::PushStyleColor(ImGuiCol_InputTextCursor, p.text);
    const bool edited = ImGui::InputTextMultiline("##code", field.text.data(), field.text.capacity() + 1, size,
                                                  ImGuiInputTextFlags_AllowTabInput | ImGuiInputTextFlags_CallbackResize |
                                                      ImGuiInputTextFlags_CallbackCharFilter | ImGuiInputTextFlags_CallbackAlways,
                                                  on_text, &field);
    ImGui::PopStyleColor(3);
    ImGui::PopStyleVar(2);
    if (edited) app.set_code(field.text.c_str());
  }
  ImGuiWindow* child = ImGui::GetCurrentWindow()->DC.ChildWindows.empty() ? nullptr : ImGui::GetCurrentWindow()->DC.ChildWindows.back();
  if (child && field.opened)  // a few lines before the cursor, too
    ImGui::SetScrollY(child, std::max(0.0f, line_h * static_cast<float>(std::ranges::count(field.text.substr(0, field.begin_at), '\n') - 3)));
  state = ImGui::GetInputTextState(id);
  const float scroll_x = state && ImGui::GetActiveID() == id ? state->Scroll.x : 0, scroll_y = child ? child->Scroll.y : 0;
  ImDrawList& numbers = *ImGui::GetWindowDrawList();
  ImDrawList& over = child ? *child->DrawList : numbers;
  const float right = at.x + size.x - (child ? child->ScrollbarSizes.x : 0);
  over.PushClipRect({at.x, at.y}, {right, at.y + size.y});
  numbers.PushClipRect({area.x, area.y}, {at.x, area.bottom()});
  const ScriptError& error = app.error();
  std::string_view rest = app.code.text, open;
  std::vector<Piece> pieces;
  float y = at.y + kPad - scroll_y;
  for (int number = 1;; ++number, y += line_h) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    colour_line(line, open, pieces);  // also of lines out of sight: a quote may be open
    if (y + line_h >= at.y && y <= at.y + size.y) {
      const bool wrong = error && error.line == static_cast<std::uint32_t>(number);
      put_line_number(numbers, {area.x + 32, y + 1}, number, wrong);
      const float x = at.x + kPad - scroll_x;
      auto x_of = [&](std::size_t byte) { return x + text_width(Face::mono, kPx, line.substr(0, byte)); };
      for (const Piece& piece : pieces)
        put_text(over, Face::mono, kPx, {x_of(static_cast<std::size_t>(piece.text.data() - line.data())), y}, ink_of(p, piece.ink), piece.text);
      if (wrong) {
        const Marked mark = marked(line, error.column);
        over.AddRectFilled({x_of(mark.from), y + line_h - 2}, {std::max(x_of(mark.to), x_of(mark.from) + 6), y + line_h}, p.text);
      }
    }
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  numbers.PopClipRect();
  over.PopClipRect();
  numbers.AddLine({at.x - 0.5f, area.y}, {at.x - 0.5f, area.bottom()}, p.line);
  if (run) {
    app.command("run");
    app.view.edit_fresh = true;
  }
}

}  // namespace interleave
