// code_panel.cpp -- the script, read-only, with the lines lit at which tasks are at the playhead.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "ui/panels.h"
#include "ui/task_places.h"
#include "ui/timeline_plan.h"
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

// A piece of a line where it is shown: in characters from the left, in rows below the line's first.
struct Placed {
  std::string_view text;
  Ink ink;
  int column = 0, row = 0;
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Where a line of code is broken that has more than `n` characters: behind the last space, comma or opening bracket that
// fits (not in its indent), else at the n-th. In bytes.
std::size_t break_at(std::string_view text, std::size_t n) {
  std::size_t bytes = 0, good = 0, indent = std::min(text.find_first_not_of(' '), text.size());
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    if ((static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80 && seen++ == n) break;
    if (bytes > indent && (text[bytes] == ' ' || text[bytes] == ',' || text[bytes] == '(')) good = bytes + 1;
  }
  return bytes >= text.size() || good == 0 ? std::max<std::size_t>(bytes, 1) : good;
}

/// Lays a line out in so many columns: code goes on below. A comment behind code moves closer first, then goes below, too,
/// if there is room for `rows` of them; else its sign stays. False: not all is shown.
bool place_line(std::string_view line, std::span<const Piece> pieces, int columns, bool rows, std::vector<Placed>& out) {
  out.clear();
  if (pieces.empty()) return true;
  const auto width = static_cast<std::size_t>(columns);
  const int indent = static_cast<int>(std::min(line.find_first_not_of(' '), line.size()));
  const int below = std::min(indent + 4, columns / 2);
  // Code alone, and a comment behind it.
  const Piece& last = pieces.back();
  bool comment = last.ink == Ink::comment && pieces.size() > 1 && line.substr(0, static_cast<std::size_t>(last.text.data() - line.data())).find_first_not_of(' ') != line.npos;
  std::string_view code = comment ? line.substr(0, static_cast<std::size_t>(last.text.data() - line.data())) : line;
  std::size_t gap = code.size();
  while (comment && code.ends_with(' ')) code.remove_suffix(1);
  gap -= code.size();

  std::size_t from = 0;
  int row = 0, column = 0;
  auto cut = [&](std::size_t to) {  // bytes [from, to) of the line, in this row
    for (const Piece& piece : pieces) {
      auto begin = static_cast<std::size_t>(piece.text.data() - line.data()), end = begin + piece.text.size();
      std::size_t a = std::max(begin, from), b = std::min(end, to);
      if (a >= b) continue;
      out.push_back({line.substr(a, b - a), piece.ink, column, row});
      column += static_cast<int>(characters(line.substr(a, b - a)));
    }
    from = to;
  };
  while (from < code.size()) {
    std::size_t bytes = break_at(code.substr(from), width - static_cast<std::size_t>(column));
    bool more = from + bytes < code.size();
    cut(from + bytes);
    if (!more) break;
    while (from < code.size() && code[from] == ' ') ++from;
    ++row;
    column = below;
  }
  if (!comment) return true;
  const std::size_t length = characters(last.text), at = static_cast<std::size_t>(column);
  if (at + gap + length <= width) column += static_cast<int>(gap);
  else if (at + 2 + length <= width) column += 2;
  else if (!rows) {
    if (at + 5 <= width) out.push_back({"# \xe2\x80\xa6", Ink::comment, column + 2, row});
    return false;
  } else {
    ++row;
    column = below;
  }
  std::string_view text = last.text;
  while (!text.empty()) {
    std::size_t bytes = break_at(text, width - static_cast<std::size_t>(column));
    out.push_back({text.substr(0, bytes), Ink::comment, column, row});
    text.remove_prefix(bytes);
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (!text.empty()) ++row, column = below;
  }
  return true;
}

// Of code alone: comments and the text for teachers may go below.
float widest_code(std::string_view source) {
  std::size_t widest = 0;
  std::string_view open;
  std::vector<Piece> pieces;
  while (!source.empty()) {
    std::size_t end = source.find('\n');
    bool was_open = !open.empty();
    colour_line(source.substr(0, end), open, pieces);
    std::size_t length = 0;
    for (const Piece& piece : pieces)
      if (piece.ink != Ink::comment) length += characters(piece.text);
    if (!was_open && open.empty() && (pieces.empty() || pieces.front().ink != Ink::string)) widest = std::max(widest, length);
    if (end == source.npos) break;
    source.remove_prefix(end + 1);
  }
  return static_cast<float>(widest);
}

ImU32 ink_of(const Palette& p, Ink ink) {
  switch (ink) {
    case Ink::keyword: return p.code_keyword;
    case Ink::string: return p.code_string;
    case Ink::number: return p.code_number;
    case Ink::comment: return p.code_comment;
    case Ink::plain: break;
  }
  return p.text;
}

}  // namespace

void draw_code(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.code;
  bool phone = app.layout.form == Form::phone;
  Panel panel(app, "code", r, phone ? Panel::Kind::plain : Panel::Kind::framed);
  ImDrawList& list = panel.list();
  auto lit_by = app.lit_executor();
  TaskPlaces places = lit_by ? task_places(app, *lit_by) : TaskPlaces{};
  float x = r.x + 16;
  float name_w = put_text(list, Face::semibold, 13, {x, r.y + 10}, p.text, app.workload.file);
  std::string lit_words;
  if (lit_by && !places.lines.empty())
    lit_words = fmt::format("lit: where the tasks of {} are at {}", name_of(*lit_by), format_duration(places.at));
  // Where code and table, or code and lanes, share a place: the way to the other.
  ButtonParts other;
  other.text_px = 13;
  if (app.layout.form == Form::drawer && app.view.tab == Tab::code) other.text = "Lanes";
  else if (app.layout.form == Form::laptop && !app.view.present) other.text = "Table";
  float other_w = other.text.empty() ? 0 : button_width(other);
  put_longest(list, Face::regular, 13, {x + name_w + 10, r.y + 10}, p.text3, {lit_words, std::string_view(lit_words).substr(0, lit_words.find(" at "))},
              r.w - name_w - 40 - other_w);
  float head = 36;
  list.AddLine({r.x, r.y + head}, {r.right(), r.y + head}, p.line);
  bool foot = lit_by && r.h > 300;
  float foot_h = foot ? 17 + put_wrapped(nullptr, Face::regular, 13, {}, 0, places.sentence, r.w - 32, 2) : 0;

  ImGui::SetCursorScreenPos({r.x + 1, r.y + head + 1});
  ImGui::BeginChild("lines", {r.w - 2, r.h - head - 2 - foot_h}, 0, ImGuiWindowFlags_NoBackground);
  ImDrawList& lines = *ImGui::GetWindowDrawList();
  float pitch = r.h > 300 ? 24 : 22, px = 13, pad = r.h > 300 ? 8 : 4;
  constexpr float kCode = 44;  // where code begins, right of its number
  bool roomy = r.h > 300;      // long lines go on below; else what does not fit is left to the tip
  // 12 px where that keeps the longest line of code whole.
  if (widest_code(app.workload.source) * text_width(Face::mono, 13, "0") + kCode + 18 > r.w) px = 12;
  const float advance = text_width(Face::mono, px, "0");
  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + pad;
  std::string_view rest = app.workload.source, open;
  std::vector<Piece> pieces;
  float visible_from = r.y + head, visible_to = r.bottom() - foot_h;
  std::vector<Placed> placed;
  int number = 0, lit_first = 0, after_docstring = 0;
  float lit_y = 0, docstring_y = 0, asked_y = -1;
  int pinned_line = 0;
  if (const auto& pick = app.view.pinned) {
    std::span<const Span> spans = spans_at(app, *pick);
    if (pick->span < spans.size() && pick->count == 1) pinned_line = spans[pick->span].line;
  }
  bool seen_parameter = false;
  std::string hidden;  // the whole of a line that is shown in part, under the mouse
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
    float counts_w = 0;
    if (place != places.lines.end())
      for (State state : {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running})
        if (std::uint32_t count = place->second[static_cast<std::size_t>(state)]; count > 0)
          counts_w += text_width(Face::mono_semibold, 13, format_count(count)) + 30;
    float line_room = right_edge - 8 - counts_w - origin.x - kCode;
    int columns = std::max(8, static_cast<int>(line_room / advance));
    bool whole = place_line(line, pieces, columns, roomy, placed);
    float line_h = pitch * static_cast<float>(placed.empty() ? 1 : placed.back().row + 1);
    if (lit_first == number) lit_y = y - origin.y;
    if (app.view.show_line == number) asked_y = y - origin.y;
    if (after_docstring > 0 && !seen_parameter && line.find("= param(") != line.npos) seen_parameter = true, after_docstring = number;
    if (after_docstring == number) docstring_y = y - origin.y;
    if (y + line_h >= visible_from && y <= visible_to) {
      float text_y = y + (pitch - px) / 2 - 2;
      if (mouse_here && ImGui::GetIO().MousePos.y >= y && ImGui::GetIO().MousePos.y < y + line_h) {
        hovered_line = number;
        if (!whole) hidden = line;
      }
      if (place != places.lines.end()) {
        lines.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + line_h}, p.code_lit);
        State bar = State::idle;
        for (State state : {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running})
          if (place->second[static_cast<std::size_t>(state)] > 0) bar = state;
        lines.AddRectFilled({r.x + 1, y}, {r.x + 4, y + line_h}, p.of(bar).fill);
      }
      if (number == pinned_line) lines.AddRect({r.x + 6, y + 0.5f}, {right_edge + 2, y + line_h - 0.5f}, p.text, 4, 0, 1.5f);
      std::string n = std::to_string(number);
      float n_w = text_width(Face::mono, 12, n);
      put_text(lines, Face::mono, 12, {origin.x + 30 - n_w, text_y + 1}, p.text3, n);
      for (const Placed& piece : placed)
        put_text(lines, Face::mono, px, {origin.x + kCode + advance * static_cast<float>(piece.column), text_y + pitch * static_cast<float>(piece.row)},
                 ink_of(p, piece.ink), piece.text);
      if (place != places.lines.end()) {
        // Counts at the right, swatch and number; the line's own text ends before them.
        float cx = right_edge - 6;
        for (State state : {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running}) {
          std::uint32_t count = place->second[static_cast<std::size_t>(state)];
          if (count == 0) continue;
          std::string words = format_count(count);
          float w = text_width(Face::mono_semibold, 13, words);
          put_text(lines, Face::mono_semibold, 13, {cx - w, text_y}, p.text, words);
          draw_swatch(lines, *app.canvas, state, {cx - w - 20, y + pitch / 2 - 5}, {14, 10});
          cx -= w + 30;
        }
      }
    }
    y += line_h;
  }
  ImGui::SetCursorScreenPos({origin.x, y + pad - 1});
  ImGui::Dummy({1, 1});
  // A script opens behind its text for teachers, at its first parameter.
  if (ImGui::IsWindowAppearing() && lit_first == 0) ImGui::SetScrollY(docstring_y);
  // The lit line comes into sight while nobody reads elsewhere; one that was asked for comes once.
  float line_y = lit_y, view_h = visible_to - visible_from;
  if (asked_y >= 0) ImGui::SetScrollY(std::max(0.0f, asked_y - view_h * 0.4f)), app.view.show_line = 0;
  else if (pinned_line == 0 && lit_first > 0 && !mouse_here && ImGui::GetScrollMaxY() > 0)
    if (line_y < ImGui::GetScrollY() || line_y + 2 * pitch > ImGui::GetScrollY() + view_h) ImGui::SetScrollY(std::max(0.0f, line_y - 2 * pitch));
  ImGui::EndChild();
  if (!hidden.empty()) ImGui::SetTooltip("%s", hidden.c_str());
  app.view.lit_line = places.lines.empty() ? 0 : hovered_line;
  if (hovered_line > 0 && !places.known_lines.contains(hovered_line)) app.view.lit_line = 0;

  if (!app.workload.error.empty() || foot) {
    float fy = r.bottom() - foot_h;
    list.AddLine({r.x, fy}, {r.right(), fy}, p.line);
    put_wrapped(&list, Face::regular, 13, {x, fy + 8}, p.text2, places.sentence, r.w - 32, 2);
  }
  if (other_w > 0) {
    ImGui::SetCursorScreenPos({r.right() - other_w - 6, r.y + 4});
    if (button("other tab", {other_w, 28}, other)) app.command("tab", other.text == "Lanes" ? "lanes" : "table");
  }
}

}  // namespace interleave
