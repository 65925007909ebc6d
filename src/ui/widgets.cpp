#include "ui/widgets.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace interleave {
namespace {

constexpr const char* kEllipsis = "\xe2\x80\xa6";

// ImGui takes a null begin for a text without an end.
const char* begin_of(std::string_view s) { return s.data() ? s.data() : ""; }
const char* end_of(std::string_view s) { return begin_of(s) + s.size(); }

// Between a number and its unit: Inter's thin space can hardly be seen, so it gets a space that no line breaks at.
std::string_view spaced(Face face, std::string_view text, std::string& room) {
  constexpr std::string_view kThin = "\xe2\x80\x89", kNoBreak = "\xc2\xa0";
  if (face == Face::mono || face == Face::mono_semibold || text.find(kThin) == text.npos) return text;
  room = text;
  for (std::size_t at = 0; (at = room.find(kThin, at)) != room.npos; at += kNoBreak.size()) room.replace(at, kThin.size(), kNoBreak);
  return room;
}

// The keyboard's place, and where it may be seen.
void ring_if_focused() {
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) focus_ring(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
}

void tip_of(const char* tip) {
  if (tip && *tip && ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip | ImGuiHoveredFlags_AllowWhenDisabled)) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(12, 8));
    if (ImGui::BeginTooltip()) {
      {
        WithFont with(Face::regular, 13);
        ImGui::PushTextWrapPos(320);
        ImGui::TextUnformatted(tip);
        ImGui::PopTextWrapPos();
      }
      ImGui::EndTooltip();
    }
    ImGui::PopStyleVar();
  }
}

}  // namespace

float text_width(Face face, float size_px, std::string_view text) {
  std::string room;
  text = spaced(face, text, room);
  return font(face)->CalcTextSizeA(imgui_size(face, size_px), 1e9f, 0, begin_of(text), end_of(text)).x;
}

std::vector<TextSeen>* texts_seen = nullptr;

float put_text(ImDrawList& list, Face face, float size_px, ImVec2 at, ImU32 colour, std::string_view text, float max_width) {
  std::string room;
  text = spaced(face, text, room);
  ImFont* f = font(face);
  float line_px = imgui_size(face, size_px);
  at = {std::round(at.x), std::round(at.y)};
  if (texts_seen && !text.empty()) {
    const float whole = text_width(face, size_px, text);
    texts_seen->push_back({std::string(text), at, max_width > 0 ? std::min(max_width, whole) : whole, size_px, max_width > 0 && whole > max_width, list._OwnerName ? list._OwnerName : ""});
  }
  if (max_width > 0) {
    float full = text_width(face, size_px, text);
    if (full > max_width) {
      float dots = text_width(face, size_px, kEllipsis);
      const char* rest = begin_of(text);
      float kept = f->CalcTextSizeA(line_px, std::max(0.0f, max_width - dots), 0, begin_of(text), end_of(text), &rest).x;
      list.AddText(f, line_px, at, colour, begin_of(text), rest);
      list.AddText(f, line_px, {at.x + kept, at.y}, colour, kEllipsis);
      return kept + dots;
    }
  }
  list.AddText(f, line_px, at, colour, begin_of(text), end_of(text));
  return max_width > 0 ? std::min(max_width, text_width(face, size_px, text)) : text_width(face, size_px, text);
}

namespace {

// Where a line ends: behind the last word that fits. ImGui's own function breaks behind every full stop: "0." and "698 s".
const char* line_end(ImFont* f, float line_px, const char* from, const char* end, float width) {
  const char* fits = from;
  for (const char* word = from; word < end;) {
    while (word < end && *word == ' ') ++word;
    while (word < end && *word != ' ') ++word;
    if (f->CalcTextSizeA(line_px, 1e9f, 0, from, word).x > width) break;
    fits = word;
  }
  if (fits > from) return fits;
  // One word is wider than the line: as much of it as there is room for, of whole characters.
  const char* rest = from;
  f->CalcTextSizeA(line_px, std::max(1.0f, width), 0, from, end, &rest);
  if (rest > from) return rest;
  for (++rest; rest < end && (static_cast<unsigned char>(*rest) & 0xc0) == 0x80; ++rest) {}
  return std::min(rest, end);
}

}  // namespace

float put_wrapped(ImDrawList* list, Face face, float size_px, ImVec2 at, ImU32 colour, std::string_view text, float width,
                  int max_lines) {
  std::string room;
  text = spaced(face, text, room);
  ImFont* f = font(face);
  float line_height = std::round(size_px * 1.36f), y = at.y;
  const char* from = begin_of(text);
  const char* end = end_of(text);
  int lines = 0;
  while (from < end) {
    const char* newline = std::find(from, end, '\n');
    const char* to = line_end(f, imgui_size(face, size_px), from, newline, width);
    ++lines;
    bool last = max_lines > 0 && lines == max_lines && to < end;
    if (list) {
      std::string_view part(from, static_cast<std::size_t>(last ? end - from : to - from));
      while (part.ends_with(' ')) part.remove_suffix(1);
      put_text(*list, face, size_px, {at.x, y}, colour, part, last ? width : 0);
    }
    y += line_height;
    if (last) break;
    from = to;
    while (from < end && (*from == ' ' || from == newline)) {
      if (from == newline) {
        ++from;
        break;
      }
      ++from;
    }
  }
  return y - at.y;
}

float put_longest(ImDrawList& list, Face face, float size_px, ImVec2 at, ImU32 colour, std::initializer_list<std::string_view> ways,
                  float width) {
  for (std::string_view words : ways)
    if (!words.empty() && text_width(face, size_px, words) <= width) return put_text(list, face, size_px, at, colour, words);
  return 0;
}

void focus_ring(ImVec2 from, ImVec2 to, float radius) {
  ImGui::GetForegroundDrawList()->AddRect({from.x - 3, from.y - 3}, {to.x + 3, to.y + 3}, palette().text, radius + 3, 0, 2);
}

void dashed_rect(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float dash, float gap) {
  auto line = [&](ImVec2 a, ImVec2 b) {
    float length = std::abs(b.x - a.x) + std::abs(b.y - a.y);
    float dx = (b.x - a.x) / length, dy = (b.y - a.y) / length;
    for (float t = 0; t < length; t += dash + gap) {
      float u = std::min(t + dash, length);
      list.AddLine({a.x + dx * t, a.y + dy * t}, {a.x + dx * u, a.y + dy * u}, colour, 1.2f);
    }
  };
  float r = 3;
  line({from.x + r, from.y}, {to.x - r, from.y});
  line({from.x + r, to.y}, {to.x - r, to.y});
  line({from.x, from.y + r}, {from.x, to.y - r});
  line({to.x, from.y + r}, {to.x, to.y - r});
  const ImVec2 corners[] = {{from.x + r, from.y + r}, {to.x - r, from.y + r}, {to.x - r, to.y - r}, {from.x + r, to.y - r}};
  const float starts[] = {3.1415927f, 4.712389f, 0, 1.5707963f};
  for (int i = 0; i < 4; ++i) {
    list.PathArcTo(corners[i], r, starts[i], starts[i] + 1.5707963f, 6);
    list.PathStroke(colour, 0, 1.2f);
  }
}

float button_width(const ButtonParts& parts) {
  float width = 24 + (parts.text.empty() ? 0 : text_width(Face::semibold, parts.text_px, parts.text));
  if (parts.icon != Icon::none) width += parts.text.empty() ? 16 : 16 + 8;
  if (parts.after != Icon::none) width += 16 + 6;
  return std::ceil(width);
}

bool button(const char* id, ImVec2 size, const ButtonParts& parts) {
  const Palette& p = palette();
  ImVec2 at = ImGui::GetCursorScreenPos();
  bool enabled = parts.look != ButtonLook::disabled;
  if (!enabled) ImGui::BeginDisabled();
  bool pressed = ImGui::InvisibleButton(id, size, ImGuiButtonFlags_EnableNav) && enabled;
  if (!enabled) ImGui::EndDisabled();
  bool hovered = enabled && ImGui::IsItemHovered(), held = enabled && ImGui::IsItemActive();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImVec2 to{at.x + size.x, at.y + size.y};
  ImU32 ink = p.text, ground = held ? p.active : hovered ? p.hover : p.raised;
  switch (parts.look) {
    case ButtonLook::primary:
      ink = p.page;
      list.AddRectFilled(at, to, held ? p.text2 : p.text, 6);
      if (hovered) list.AddRect({at.x - 2, at.y - 2}, {to.x + 2, to.y + 2}, p.control_border, 8, 0, 1);
      break;
    case ButtonLook::selected:
      list.AddRectFilled(at, to, ground, 6);
      list.AddRect({at.x + 1, at.y + 1}, {to.x - 1, to.y - 1}, p.text, 5, 0, 2);
      break;
    case ButtonLook::quiet:
      if (hovered || held) list.AddRectFilled(at, to, ground, 6);
      break;
    case ButtonLook::disabled:
      ink = p.text3;
      list.AddRect({at.x + 0.5f, at.y + 0.5f}, {to.x - 0.5f, to.y - 0.5f}, p.line, 6, 0, 1);
      break;
    case ButtonLook::normal:
      list.AddRectFilled(at, to, ground, 6);
      list.AddRect({at.x + 0.5f, at.y + 0.5f}, {to.x - 0.5f, to.y - 0.5f}, p.control_border, 6, 0, 1);
      break;
  }
  float icon = parts.icon == Icon::none ? 0 : 16, gap = parts.text.empty() || icon == 0 ? 0 : 8;
  float after = parts.after == Icon::none ? 0 : 16 + 6;
  float room = std::max(0.0f, size.x - (parts.text.empty() ? 4 : 16) - icon - gap - after);
  float words = std::min(room, parts.text.empty() ? 0 : text_width(Face::semibold, parts.text_px, parts.text));
  float total = icon + gap + words + after;
  float x = parts.left ? at.x + 12 : at.x + (size.x - total) / 2;
  float middle = at.y + size.y / 2;
  if (icon > 0) {
    ImU32 colour = parts.icon_colour && parts.look != ButtonLook::disabled && parts.look != ButtonLook::primary ? parts.icon_colour : ink;
    draw_icon(list, parts.icon, {std::round(x + 8), std::round(middle)}, 16, colour);
    x += icon + gap;
  }
  if (!parts.text.empty())
    put_text(list, Face::semibold, parts.text_px, {x, middle - parts.text_px * 0.6f}, ink, parts.text, room);
  if (after > 0) draw_icon(list, parts.after, {to.x - 12 - 6, std::round(middle)}, 14, ink);
  ring_if_focused();
  tip_of(parts.tip);
  return pressed;
}

bool slider(const char* id, float width, std::string_view label, std::string_view value, float& at, float key_step,
            const char* tip) {
  const Palette& p = palette();
  ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton(id, {width, kSliderHeight}, ImGuiButtonFlags_EnableNav);
  tip_of(tip);
  bool changed = false;
  constexpr float kGrab = 8;
  float left = from.x + kGrab, right = from.x + width - kGrab, y = from.y + 29;
  if (ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    float t = std::clamp((ImGui::GetIO().MousePos.x - left) / std::max(1.0f, right - left), 0.0f, 1.0f);
    changed = t != at;
    at = t;
  } else if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) {
    // Arrows belong to the slider while it has the keyboard.
    ImGuiID me = ImGui::GetItemID();
    ImGui::SetKeyOwner(ImGuiKey_LeftArrow, me);
    ImGui::SetKeyOwner(ImGuiKey_RightArrow, me);
    float step = ImGui::GetIO().KeyShift ? key_step * 5 : key_step;
    float t = at;
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow, ImGuiInputFlags_Repeat, me)) t -= step;
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow, ImGuiInputFlags_Repeat, me)) t += step;
    t = std::clamp(t, 0.0f, 1.0f);
    changed = t != at;
    at = t;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  float value_width = text_width(Face::mono_semibold, 13, value);
  put_text(list, Face::regular, 13, {from.x, from.y + 1}, p.text2, label, width - value_width - 8);
  put_text(list, Face::mono_semibold, 13, {from.x + width - value_width, from.y + 1}, p.text, value);
  float x = left + (right - left) * std::clamp(at, 0.0f, 1.0f);
  list.AddRectFilled({from.x, y - 2}, {from.x + width, y + 2}, p.control_border, 2);
  list.AddRectFilled({from.x, y - 2}, {x, y + 2}, p.text2, 2);
  // A ring: ground, border in text colour, so that it is found on both parts of the track.
  list.AddCircleFilled({x, y}, 8.5f, p.text, 24);
  list.AddCircleFilled({x, y}, 7, p.panel, 24);
  list.AddCircleFilled({x, y}, ImGui::IsItemActive() || ImGui::IsItemHovered() ? 6 : 5, p.text, 24);
  ring_if_focused();
  return changed;
}

bool toggle(const char* id, float width, std::string_view label, bool& on, const char* tip) {
  const Palette& p = palette();
  ImVec2 from = ImGui::GetCursorScreenPos();
  bool pressed = ImGui::InvisibleButton(id, {width, kSliderHeight}, ImGuiButtonFlags_EnableNav);
  if (pressed) on = !on;
  tip_of(tip);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  std::string_view value = on ? "on" : "off";
  float value_w = text_width(Face::mono_semibold, 13, value);
  put_text(list, Face::regular, 13, {from.x, from.y + 1}, p.text2, label, width - value_w - 8);
  put_text(list, Face::mono_semibold, 13, {from.x + width - value_w, from.y + 1}, p.text, value);
  // A pill of the slider's size; where its knob stands is said in words, too.
  constexpr float kWide = 32, kHigh = 16;
  float y = from.y + 21;
  ImVec2 to{from.x + kWide, y + kHigh};
  list.AddRectFilled({from.x, y}, to, on ? p.text2 : p.panel, kHigh / 2);
  list.AddRect({from.x + 0.5f, y + 0.5f}, {to.x - 0.5f, to.y - 0.5f}, ImGui::IsItemHovered() ? p.text : on ? p.text2 : p.text3, kHigh / 2, 0, 1.2f);
  list.AddCircleFilled({on ? to.x - kHigh / 2 : from.x + kHigh / 2, y + kHigh / 2}, 5, on ? p.panel : p.text, 20);
  ring_if_focused();
  return pressed;
}

namespace {

std::string_view badge_words(Provenance provenance, bool brief) {
  if (!brief) return name_of(provenance);
  return provenance == Provenance::measured ? "Meas." : provenance == Provenance::modelled ? "Mod." : "Rec.";
}

}  // namespace

ImVec2 badge_size(Provenance provenance, bool brief) {
  return {std::ceil(text_width(Face::semibold, 12, badge_words(provenance, brief))) + (brief ? 12.0f : 16.0f), 20};
}

void draw_mark(ImDrawList& list, EventKind kind, ImVec2 at, ImU32 ink, ImU32 halo) {
  if (kind == EventKind::spawn) {
    const ImVec2 a{at.x - 5, at.y - 2}, b{at.x + 5, at.y - 2}, c{at.x, at.y + 7};
    list.AddTriangleFilled({a.x - 1.5f, a.y - 1}, {b.x + 1.5f, b.y - 1}, {c.x, c.y + 2}, halo);
    list.AddTriangle(a, b, c, ink, 1.2f);
    return;
  }
  for (const bool under : {true, false}) {
    const ImU32 colour = under ? halo : ink;
    const float more = under ? 1.3f : 0;
    list.PathArcTo({at.x - 6, at.y + 2}, 6, 3.3f, 6.0f, 12);
    list.PathStroke(colour, 0, 1.4f + 2 * more);
    list.AddTriangleFilled({at.x - 4 - more, at.y - more}, {at.x + 3 + more, at.y - more}, {at.x, at.y + 6 + more}, colour);
  }
}

void draw_refused(ImDrawList& list, ImVec2 at, bool inside, ImU32 ink, ImU32 halo) {
  list.AddCircleFilled(at, 6.5f, halo);
  if (inside) {
    list.AddCircle(at, 4.5f, ink, 0, 1.4f);
    list.AddCircleFilled(at, 2, ink);
    return;
  }
  constexpr float kArm = 3.6f;
  list.AddLine({at.x - kArm, at.y - kArm}, {at.x + kArm, at.y + kArm}, ink, 2);
  list.AddLine({at.x - kArm, at.y + kArm}, {at.x + kArm, at.y - kArm}, ink, 2);
}

void draw_badge(ImDrawList& list, ImVec2 at, Provenance provenance, bool brief) {
  const Palette& p = palette();
  at = {std::round(at.x), std::round(at.y)};
  ImVec2 size = badge_size(provenance, brief), to{at.x + size.x, at.y + size.y};
  ImU32 ink = p.text;
  switch (provenance) {
    case Provenance::measured:
      list.AddRectFilled(at, to, p.text, 4);
      ink = p.page;
      break;
    case Provenance::modelled: dashed_rect(list, {at.x + 0.5f, at.y + 0.5f}, {to.x - 0.5f, to.y - 0.5f}, p.text, 4, 3); break;
    case Provenance::recorded:
      list.AddRect({at.x + 0.5f, at.y + 0.5f}, {to.x - 0.5f, to.y - 0.5f}, p.text, 4);
      list.AddRect({at.x + 2.5f, at.y + 2.5f}, {to.x - 2.5f, to.y - 2.5f}, p.text, 3);
      break;
  }
  put_text(list, Face::semibold, 12, {at.x + (brief ? 6.0f : 8.0f), at.y + 2.5f}, ink, badge_words(provenance, brief));
}

bool badge(const char* id, Provenance provenance, const char* tip) {
  ImVec2 at = ImGui::GetCursorScreenPos();
  bool pressed = ImGui::InvisibleButton(id, badge_size(provenance), ImGuiButtonFlags_EnableNav);
  draw_badge(*ImGui::GetWindowDrawList(), at, provenance);
  ring_if_focused();
  tip_of(tip);
  return pressed;
}

namespace {

std::string_view emulated_word(bool brief) { return brief ? "Emulated" : "Emulated cores"; }

}  // namespace

ImVec2 emulated_badge_size(bool brief) { return {std::ceil(text_width(Face::semibold, 12, emulated_word(brief))) + 16, 20}; }

bool emulated_badge(const char* id, bool brief, const char* tip) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = emulated_badge_size(brief);
  const bool pressed = ImGui::InvisibleButton(id, size, ImGuiButtonFlags_EnableNav);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  dashed_rect(list, {at.x + 0.5f, at.y + 0.5f}, {at.x + size.x - 0.5f, at.y + 19.5f}, palette().text, 1.5f, 2.5f);
  put_text(list, Face::semibold, 12, {at.x + 8, at.y + 2.5f}, palette().text, emulated_word(brief));
  ring_if_focused();
  tip_of(tip);
  return pressed;
}

FadeIn::~FadeIn() {
  if (share_ >= 1) return;
  constexpr float kWay = 6;
  for (int i = from_; i < list_.VtxBuffer.Size; ++i) {
    list_.VtxBuffer[i].col = faded(list_.VtxBuffer[i].col, share_);
    list_.VtxBuffer[i].pos.y += kWay * (1 - share_);
  }
}

void draw_swatch(ImDrawList& list, Canvas& canvas, State state, ImVec2 at, ImVec2 size, float share) {
  const StateLook& look = palette().of(state);
  at = {std::round(at.x), std::round(at.y)};
  Quad quad{at.x, at.y, at.x + size.x, at.y + size.y, faded(look.fill, share), faded(look.ink, share), quad_style(look.pattern, 2), quad_anchor(at.x, at.y)};
  if (look.height <= 0) {
    quad.y0 = quad.y1 - 2;
    quad.style = quad_style(look.pattern);
  } else {
    quad.y0 = std::round(quad.y1 - size.y * look.height);
  }
  canvas.draw(list, {&quad, 1}, {});
}

}  // namespace interleave
