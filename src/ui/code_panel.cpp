// code_panel.cpp -- the script, with the lines lit at which tasks are at the playhead; while it is edited, an editor
// (code_editor.cpp natively; in the page an element that the page lays over the panel, because Dear ImGui has neither an
// on-screen keyboard nor a screen reader there).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <span>

#include "ui/code_text.h"
#include "ui/panels.h"
#include "ui/task_places.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/format.h"

namespace interleave {

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

void put_line_number(ImDrawList& list, ImVec2 right_top, int number, bool wrong) {
  const Palette& p = palette();
  std::string n = std::to_string(number);
  float w = text_width(Face::mono, 12, n);
  if (wrong) list.AddRectFilled({right_top.x - w - 4, right_top.y - 1}, {right_top.x + 4, right_top.y + 16}, p.text, 3);
  put_text(list, Face::mono, 12, {right_top.x - w, right_top.y}, wrong ? p.panel : p.text3, n);
}

namespace {

// What stands above the code, and the buttons there. Returns its height.
float draw_head(App& app, ImDrawList& list, const Rect& r, const TaskPlaces& places, std::string_view lit_by) {
  const Palette& p = palette();
  const bool touch = app.layout.touch;
  const float head = touch ? 52 : 36, control = touch ? 44 : 28, middle = r.y + head / 2;
  float right = r.right() - 6;
  auto place = [&](const char* id, std::string_view words, const char* tip, ButtonLook look = ButtonLook::normal) {
    ButtonParts parts;
    parts.text = words;
    parts.text_px = 13;
    parts.look = look;
    parts.tip = tip;
    const float w = std::max(button_width(parts), touch ? control : 0);
    right -= w;
    ImGui::SetCursorScreenPos({right, std::round(middle - control / 2)});
    const bool pressed = button(id, {w, control}, parts);
    right -= 6;
    return pressed;
  };
  // Where code and table, or code and lanes, share a place: the way to the other.
  const Form form = app.layout.form;
  if ((form == Form::drawer || form == Form::embed) && app.view.tab == Tab::code) {
    if (place("other tab", "Lanes", nullptr)) app.command("tab", "lanes");
  } else if (form == Form::laptop && !app.view.present && !app.view.editing) {
    if (place("other tab", "Table", nullptr)) app.command("tab", "table");
  }
  const DraftState code = app.code_state();
  if (!app.view.present && place("edit", app.view.editing ? "Done" : "Edit", app.view.editing ? "Back to reading (Esc)" : "Change the code (E)",
                                 app.error() && !app.view.editing ? ButtonLook::primary : ButtonLook::normal))
    app.command("edit");
  if (app.view.editing && !app.view.page_editor && r.w > 440 &&
      place("outside", "Own editor", "Opens it in $VISUAL or $EDITOR; what is saved there comes back"))
    app.command("edit", "outside");
  if (!app.view.present && code.can_undo && place("undo changes", r.w > 440 ? "Undo changes" : "Undo", "Back to the code as it came"))
    app.command("undo-changes");
  if (!app.view.present && code.can_redo && place("redo changes", r.w > 440 ? "Redo changes" : "Redo", "Your changes again"))
    app.command("redo-changes");
  float x = r.x + 16, text_y = std::round(middle) - 8;
  x += put_text(list, Face::semibold, 13, {x, text_y}, p.text, code.file, right - x - 8);
  if (code.changed && right - x > 90) {
    list.AddCircleFilled({x + 14, text_y + 9}, 3.5f, p.text);
    x += 22 + put_text(list, Face::semibold, 13, {x + 22, text_y}, p.text, "changed");
  }
  if (!app.view.editing && !places.lines.empty()) {
    // Each is whole: half a sentence would be read as one.
    const std::string at = app.time_in_words(places.at, app.clock_step()), whole = fmt::format("lit: where the tasks of {} are at {}", lit_by, at), brief = fmt::format("lit: {} at {}", lit_by, at), name = fmt::format("lit: {}", lit_by);
    put_longest(list, Face::regular, 13, {x + 10, text_y}, p.text3, {whole, brief, name}, right - x - 16);
  }
  list.AddLine({r.x, r.y + head}, {r.right(), r.y + head}, p.line);
  return head;
}

// In the order in which counts stand from right to left; the bar is the last that there is.
constexpr State kCounted[] = {State::waiting_io, State::waiting_lock, State::waiting_gil, State::ready, State::running};

// For the page's editor (App::page_editor_lit).
std::string lit_in_words(const TaskPlaces& places) {
  constexpr std::string_view kWords[] = {"io", "lock", "gil", "ready", "running"};
  std::string out;
  for (const auto& [line, counts] : places.lines) {
    std::string words;
    for (std::size_t i = std::size(kCounted); i-- > 0;)
      if (std::uint32_t count = counts[static_cast<std::size_t>(kCounted[i])]; count > 0) words += fmt::format(" {} {}", kWords[i], count);
    out += fmt::format("{}{}{}\n", line, words.empty() ? " idle" : "", words);
  }
  return out;
}

// Something of the canvas lies over the panel, where an element of the page would hide it.
bool covered(const App& app) {
  return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel) || app.view.keys_shown || app.view.latencies_shown ||
         app.view.tasks.open || app.view.files.open || (app.view.drawer_open && !app.layout.workload.empty());
}

}  // namespace

void draw_code(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.code;
  const bool plain = app.layout.form == Form::phone || app.layout.form == Form::embed;
  Panel panel(app, "code", r, plain ? Panel::Kind::plain : Panel::Kind::framed);
  ImDrawList& list = panel.list();
  const auto lit_by = shown_in_scene(app);  // the scene beside it shows the same run
  const bool other_code = lit_by && !app.code_is_of(*lit_by);
  TaskPlaces places = lit_by && !other_code ? task_places(app, *lit_by) : TaskPlaces{};
  float head = draw_head(app, list, r, places, lit_by ? app.name_shown(*lit_by) : std::string());
  // Below: what is wrong, or that the lines are of other code, else where the tasks are.
  const ScriptError& error = app.error();
  std::string words = error ? error.to_string() : other_code && app.shown(*lit_by).run && app.shown(*lit_by).run->foreign ? "The trace on screen is another program's, so no line of this code is lit." : other_code ? "The code was changed since this run, so no line is lit. Run again to see it." : app.view.editing ? "Ctrl+Enter runs it. Esc leaves; the changes stay." : places.sentence;
  const bool roomy = r.h > 300;  // long lines go on below; else what does not fit is left to the tip
  const bool foot = error || other_code || app.view.editing || (lit_by && roomy);
  float foot_h = foot && !words.empty() ? 17 + put_wrapped(nullptr, Face::regular, 13, {}, 0, words, r.w - 32, roomy ? 3 : 2) : 0;
  if (foot_h > 0) {
    float fy = r.bottom() - foot_h;
    list.AddLine({r.x, fy}, {r.right(), fy}, p.line);
    put_wrapped(&list, Face::regular, 13, {r.x + 16, fy + 8}, error ? p.text : p.text2, words, r.w - 32, roomy ? 3 : 2);
  }
  const Rect body{r.x + 1, r.y + head + 1, r.w - 2, r.h - head - 2 - foot_h};
  if (app.view.editing && app.view.page_editor && !covered(app)) {
    app.page_editor_rect = r;
    app.page_editor_lit = lit_in_words(places);
    app.view.lit_line = 0;
    return;
  }
  if (app.view.editing && !app.view.page_editor) {
    app.view.lit_line = 0;
    draw_code_editor(app, body);
    return;
  }

  ImGui::SetCursorScreenPos({body.x, body.y});
  ImGui::BeginChild("lines", {body.w, body.h}, 0, ImGuiWindowFlags_NoBackground);
  ImDrawList& lines = *ImGui::GetWindowDrawList();
  float pitch = roomy ? 24 : 22, px = 13, pad = roomy ? 8 : 4;
  constexpr float kCode = 44;  // where code begins, right of its number
  // 12 px where that keeps the longest line of code whole.
  if (widest_code(app.code.text) * text_width(Face::mono, 13, "0") + kCode + 18 > r.w) px = 12;
  const float advance = text_width(Face::mono, px, "0");
  ImVec2 origin = ImGui::GetCursorScreenPos();
  float y = origin.y + pad;
  std::string_view rest = app.code.text, open;
  std::vector<Piece> pieces;
  float visible_from = body.y, visible_to = r.bottom() - foot_h;
  std::vector<Placed> placed;
  int number = 0, lit_first = 0, begins = first_line_to_read(app.code.text);
  float lit_y = 0, begins_y = 0, asked_y = -1, error_y = -1, pinned_y = -1;
  int pinned_line = 0;
  if (const auto& pick = app.view.pinned; pick && app.source_of(*pick) == app.code.text) {
    Spans spans = spans_at(app, *pick);
    if (pick->span < spans.size() && pick->count == 1) pinned_line = spans[pick->span].line;
  }
  const bool newly_pinned = std::exchange(app.view.show_pinned_line, false);
  std::string hidden;  // the whole of a line that is shown in part, under the mouse
  int hovered_line = 0;
  bool mouse_here = ImGui::IsWindowHovered();
  float right_edge = ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - (ImGui::GetScrollMaxY() > 0 ? 14 : 4);
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    ++number;
    colour_line(line, open, pieces);  // also of lines out of sight: a quote may be open
    auto place = places.lines.find(number);
    if (place != places.lines.end() && lit_first == 0) lit_first = number;
    float counts_w = 0;
    const auto waiting = places.waiting.find(number);
    const std::string waits = waiting == places.waiting.end() ? std::string() : fmt::format("{} {}", waiting->second, waiting->second.find(", ") == std::string::npos ? "waits" : "wait");
    if (!waits.empty()) counts_w = std::min(text_width(Face::regular, 12, waits), r.w * 0.4f) + 14;
    if (place != places.lines.end())
      for (State state : kCounted)
        if (std::uint32_t count = place->second[static_cast<std::size_t>(state)]; count > 0)
          counts_w += text_width(Face::mono_semibold, 13, format_count(count)) + 30;
    float line_room = right_edge - 8 - counts_w - origin.x - kCode;
    int columns = std::max(8, static_cast<int>(line_room / advance));
    bool whole = place_line(line, pieces, columns, roomy, placed);
    float line_h = pitch * static_cast<float>(placed.empty() ? 1 : placed.back().row + 1);
    if (lit_first == number) lit_y = y - origin.y;
    if (app.view.show_line == number) asked_y = y - origin.y;
    if (number == pinned_line) pinned_y = y - origin.y;
    if (number == begins) begins_y = y - origin.y;
    if (error && error.line == static_cast<std::uint32_t>(number)) error_y = y - origin.y;
    if (y + line_h >= visible_from && y <= visible_to) {
      float text_y = y + (pitch - px) / 2 - 2;
      if (mouse_here && ImGui::GetIO().MousePos.y >= y && ImGui::GetIO().MousePos.y < y + line_h) {
        hovered_line = number;
        if (!whole) hidden = line;
      }
      if (place != places.lines.end()) {
        lines.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + line_h}, p.code_lit);
        State bar = State::idle;
        for (State state : kCounted)
          if (place->second[static_cast<std::size_t>(state)] > 0) bar = state;
        lines.AddRectFilled({r.x + 1, y}, {r.x + 4, y + line_h}, p.of(bar).solid);
      }
      if (!waits.empty()) {
        // A generator at its yield: nothing of it runs, and this line is all that it knows of where it is.
        if (place == places.lines.end()) {
          lines.AddRectFilled({r.x + 1, y}, {r.right() - 1, y + line_h}, with_alpha(p.code_lit, 0.6f));
          for (float dy = 0; dy < line_h - 1; dy += 6) lines.AddRectFilled({r.x + 1, y + dy}, {r.x + 4, y + std::min(dy + 3, line_h)}, p.text2);
        }
      }
      if (number == pinned_line) lines.AddRect({r.x + 6, y + 0.5f}, {right_edge + 2, y + line_h - 0.5f}, p.text, 4, 0, 1.5f);
      const bool wrong = error && error.line == static_cast<std::uint32_t>(number);
      put_line_number(lines, {origin.x + 30, text_y + 1}, number, wrong);
      for (const Placed& piece : placed)
        put_text(lines, Face::mono, px, {origin.x + kCode + advance * static_cast<float>(piece.column), text_y + pitch * static_cast<float>(piece.row)},
                 ink_of(p, piece.ink), piece.text);
      if (wrong) {
        const Marked mark = marked(line, error.column);
        float from = origin.x + kCode, line_y = text_y + pitch - 5, to = from + advance;
        for (const Placed& piece : placed) {
          const auto begin = static_cast<std::size_t>(piece.text.data() - line.data()), size = piece.text.size();
          if (piece.text.data() < line.data() || begin > line.size()) continue;  // the sign of a comment that is left out
          const float piece_x = origin.x + kCode + advance * static_cast<float>(piece.column), piece_y = text_y + pitch * static_cast<float>(piece.row);
          auto at = [&](std::size_t byte) { return piece_x + text_width(Face::mono, px, piece.text.substr(0, std::min(byte - begin, size))); };
          if (mark.from >= begin && mark.from <= begin + size) from = at(mark.from), to = std::max(at(std::max(mark.to, begin)), from + advance), line_y = piece_y + pitch - 5;
        }
        lines.AddRectFilled({from, line_y}, {to, line_y + 2}, p.text);
      }
      float cx = right_edge - 6;
      if (!waits.empty()) {
        const float w = std::min(text_width(Face::regular, 12, waits), r.w * 0.4f);
        put_text(lines, Face::regular, 12, {cx - w, text_y + 1}, p.text2, waits, r.w * 0.4f);
        cx -= w + 14;
      }
      if (place != places.lines.end()) {
        // Counts at the right, swatch and number; the line's own text ends before them.
        for (State state : kCounted) {
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
  if (ImGui::IsWindowAppearing() && lit_first == 0 && pinned_line == 0) ImGui::SetScrollY(begins_y);
  // The lit line comes into sight while nobody reads elsewhere; one that was asked for, or is a span's that was just pinned, comes once.
  const float view_h = visible_to - visible_from;
  auto out_of_sight = [&](float at) { return at < ImGui::GetScrollY() || at + 2 * pitch > ImGui::GetScrollY() + view_h; };
  if (asked_y >= 0) ImGui::SetScrollY(std::max(0.0f, asked_y - view_h * 0.4f)), app.view.show_line = 0;
  else if (error_y >= 0 && ImGui::IsWindowAppearing()) ImGui::SetScrollY(std::max(0.0f, error_y - view_h * 0.4f));
  else if (pinned_y >= 0 && (newly_pinned || ImGui::IsWindowAppearing())) {
    if (out_of_sight(pinned_y)) ImGui::SetScrollY(std::max(0.0f, pinned_y - view_h * 0.4f));
  } else if (pinned_line == 0 && lit_first > 0 && !mouse_here && ImGui::GetScrollMaxY() > 0 && out_of_sight(lit_y)) ImGui::SetScrollY(std::max(0.0f, lit_y - 2 * pitch));
  ImGui::EndChild();
  if (!hidden.empty()) ImGui::SetTooltip("%s", hidden.c_str());
  app.view.lit_line = places.lines.empty() ? 0 : hovered_line;
  if (hovered_line > 0 && !places.known_lines.contains(hovered_line)) app.view.lit_line = 0;

}

}  // namespace interleave
