// code_panel.cpp -- the script, read-only, with the lines lit at which tasks are at the playhead.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "ui/panels.h"
#include "ui/task_places.h"
#include "ui/widgets.h"
#include "view/format.h"

namespace interleave {
namespace {

enum class Ink : std::uint8_t { plain, keyword, string, number, comment };

struct Piece {
  std::string_view text;
  Ink ink;
};

bool word_char(char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_keyword(std::string_view word) {
  constexpr std::string_view kKeywords[] = {"and", "as", "async", "await", "break", "class", "continue", "def", "elif", "else", "except",
      "False", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "None", "not", "or", "pass", "raise", "return",
      "True", "try", "while", "with", "yield"};
  return std::ranges::find(kKeywords, word) != std::end(kKeywords);
}

// Cuts one line into coloured pieces. `open` is the triple quote that an earlier line left open, or empty.
void colour_line(std::string_view line, std::string_view& open, std::vector<Piece>& out) {
  out.clear();
  std::size_t i = 0;
  if (!open.empty()) {
    std::size_t close = line.find(open);
    if (close == line.npos) {
      out.push_back({line, Ink::string});
      return;
    }
    i = close + 3;
    out.push_back({line.substr(0, i), Ink::string});
    open = {};
  }
  while (i < line.size()) {
    std::size_t from = i;
    char c = line[i];
    if (c == '#') {
      out.push_back({line.substr(i), Ink::comment});
      return;
    }
    if (c == '"' || c == '\'') {
      std::string_view triple = line.substr(i, 3);
      if (triple == "\"\"\"" || triple == "'''") {
        std::size_t close = line.find(triple, i + 3);
        if (close == line.npos) {
          out.push_back({line.substr(i), Ink::string});
          open = triple == "'''" ? "'''" : "\"\"\"";
          return;
        }
        i = close + 3;
      } else {
        for (++i; i < line.size() && line[i] != c; ++i)
          if (line[i] == '\\') ++i;
        i = std::min(i + 1, line.size());
      }
      out.push_back({line.substr(from, i - from), Ink::string});
    } else if (c >= '0' && c <= '9') {
      while (i < line.size() && (word_char(line[i]) || line[i] == '.')) ++i;
      out.push_back({line.substr(from, i - from), Ink::number});
    } else if (word_char(c)) {
      while (i < line.size() && word_char(line[i])) ++i;
      std::string_view word = line.substr(from, i - from);
      out.push_back({word, is_keyword(word) ? Ink::keyword : Ink::plain});
    } else {
      while (i < line.size() && !word_char(line[i]) && line[i] != '#' && line[i] != '"' && line[i] != '\'') ++i;
      out.push_back({line.substr(from, i - from), Ink::plain});
    }
  }
}

}  // namespace

void draw_code(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.code;
  bool phone = app.layout.form == Form::phone;
  Panel panel("code", r, phone ? Panel::Kind::plain : Panel::Kind::framed);
  ImDrawList& list = panel.list();
  auto lit_by = app.lit_executor();
  TaskPlaces places = lit_by ? task_places(app, *lit_by) : TaskPlaces{};
  float x = r.x + 16;
  float name_w = put_text(list, Face::semibold, 13, {x, r.y + 10}, p.text, app.workload.file);
  std::string lit_words;
  if (lit_by && !places.lines.empty())
    lit_words = fmt::format("lit: where the tasks of {} are at {}", name_of(*lit_by), format_duration(places.at));
  put_text(list, Face::regular, 13, {x + name_w + 10, r.y + 10}, p.text3, lit_words, r.w - name_w - 40);
  float head = 36;
  list.AddLine({r.x, r.y + head}, {r.right(), r.y + head}, p.line);
  bool foot = lit_by && r.h > 300;
  float foot_h = foot ? 40 : 0;

  ImGui::SetCursorScreenPos({r.x + 1, r.y + head + 1});
  ImGui::BeginChild("lines", {r.w - 2, r.h - head - 2 - foot_h}, 0, ImGuiWindowFlags_NoBackground);
  ImDrawList& lines = *ImGui::GetWindowDrawList();
  float pitch = r.h > 300 ? 24 : 22, px = 13, pad = r.h > 300 ? 8 : 4;
  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + pad;
  std::string_view rest = app.workload.source, open;
  std::vector<Piece> pieces;
  float visible_from = r.y + head, visible_to = r.bottom() - foot_h;
  int number = 0, lit_first = 0, after_docstring = 0;
  float widest = 0;
  int hovered_line = 0;
  bool mouse_here = ImGui::IsWindowHovered();
  float right_edge = ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - (ImGui::GetScrollMaxY() > 0 ? 14 : 4);
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    ++number;
    bool was_open = !open.empty();
    colour_line(line, open, pieces);  // also of lines out of sight: a quote may be open
    if (was_open && open.empty() && after_docstring == 0) after_docstring = number;
    auto place = places.lines.find(number);
    if (place != places.lines.end() && lit_first == 0) lit_first = number;
    if (y + pitch >= visible_from && y <= visible_to) {
      float text_y = y + (pitch - px) / 2 - 2;
      if (mouse_here && ImGui::GetIO().MousePos.y >= y && ImGui::GetIO().MousePos.y < y + pitch) hovered_line = number;
      if (place != places.lines.end()) {
        lines.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + pitch}, p.code_lit);
        State bar = State::idle;
        for (State state : {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running})
          if (place->second[static_cast<std::size_t>(state)] > 0) bar = state;
        lines.AddRectFilled({r.x + 1, y}, {r.x + 4, y + pitch}, p.of(bar).fill);
      }
      std::string n = std::to_string(number);
      float n_w = text_width(Face::mono, 12, n);
      put_text(lines, Face::mono, 12, {origin.x + 30 - n_w, text_y + 1}, p.text3, n);
      float at = origin.x + 44 ;
      for (const Piece& piece : pieces) {
        ImU32 ink = piece.ink == Ink::keyword ? p.code_keyword : piece.ink == Ink::string ? p.code_string
                    : piece.ink == Ink::number ? p.code_number : piece.ink == Ink::comment ? p.code_comment : p.text;
        at += put_text(lines, Face::mono, px, {at, text_y}, ink, piece.text);
      }
      widest = std::max(widest, at - origin.x);
      if (place != places.lines.end()) {
        // Counts at the right, swatch and number, over whatever long line is there.
        float cx = right_edge - 6;
        for (State state : {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running}) {
          std::uint32_t count = place->second[static_cast<std::size_t>(state)];
          if (count == 0) continue;
          std::string words = format_count(count);
          float w = text_width(Face::mono_semibold, 13, words);
          lines.AddRectFilled({cx - w - 28, y}, {cx + 4, y + pitch}, p.code_lit);
          put_text(lines, Face::mono_semibold, 13, {cx - w, text_y}, p.text, words);
          draw_swatch(lines, *app.canvas, state, {cx - w - 20, y + pitch / 2 - 5}, {14, 10});
          cx -= w + 30;
        }
      }
    }
    y += pitch;
  }
  ImGui::SetCursorScreenPos({origin.x, y + pad - 1});
  ImGui::Dummy({widest, 1});
  // A script opens where its text for teachers ends.
  if (ImGui::IsWindowAppearing() && lit_first == 0) ImGui::SetScrollY(static_cast<float>(after_docstring) * pitch);
  // The lit line comes into sight while nobody reads elsewhere.
  float line_y = static_cast<float>(lit_first - 1) * pitch, view_h = visible_to - visible_from;
  if (lit_first > 0 && !mouse_here && ImGui::GetScrollMaxY() > 0)
    if (line_y < ImGui::GetScrollY() || line_y + 2 * pitch > ImGui::GetScrollY() + view_h) ImGui::SetScrollY(std::max(0.0f, line_y - 2 * pitch));
  ImGui::EndChild();
  app.view.lit_line = places.lines.empty() ? 0 : hovered_line;
  if (hovered_line > 0 && !places.known_lines.contains(hovered_line)) app.view.lit_line = 0;

  if (!app.workload.error.empty() || foot) {
    float fy = r.bottom() - foot_h;
    list.AddLine({r.x, fy}, {r.right(), fy}, p.line);
    put_text(list, Face::regular, 13, {x, fy + 12}, p.text2, places.sentence, r.w - 32);
  }
  if (phone || app.layout.form == Form::drawer) {
    // The way back where the code took the lanes' place.
    if (app.layout.form == Form::drawer) {
      ButtonParts back;
      back.text = "Lanes";
      float w = button_width(back);
      ImGui::SetCursorScreenPos({r.right() - w - 8, r.y + 4});
      if (button("to lanes", {w, 28}, back)) app.command("tab", "lanes");
    }
  }
}

}  // namespace interleave
