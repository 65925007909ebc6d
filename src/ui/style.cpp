#include "ui/style.h"

#include <string_view>

namespace interleave {
namespace {

Palette g_palette;  // ImGui's style is global too, and these two must not disagree
std::array<ImFont*, 5> g_fonts{};
std::array<float, 5> g_line_per_em{1, 1, 1, 1, 1};

constexpr ImU32 im(Rgb c, float alpha = 1) {
  return static_cast<ImU32>(red(c)) | static_cast<ImU32>(green(c)) << 8 | static_cast<ImU32>(blue(c)) << 16 |
         static_cast<ImU32>(alpha * 255 + 0.5f) << 24;
}

Palette make_palette(const ThemeColours& c, bool forced) {
  Palette p{};
  p.page = im(c.page), p.panel = im(c.panel), p.raised = im(c.raised), p.lane = im(c.lane);
  p.line = im(c.line), p.control_border = im(c.control_border);
  p.text = im(c.text1), p.text2 = im(c.text2), p.text3 = im(c.text3);
  p.hover = im(c.hover), p.active = im(c.active), p.popup = im(c.popup), p.selection = im(c.selection);
  p.code_keyword = im(c.code_keyword), p.code_string = im(c.code_string), p.code_number = im(c.code_number);
  p.code_comment = im(c.code_comment), p.code_lit = im(c.code_lit);
  for (std::size_t i = 0; i < p.states.size(); ++i) {
    const StateColours& s = c.states[i];
    StateShape shape = shape_of(static_cast<State>(i));
    p.states[i] = {im(s.fill), im(s.pattern_ink, s.pattern_alpha), im(s.letter_ink), im(s.fill), im(s.letter_ink), shape.letter, shape.pattern, shape.height};
    if (!forced) continue;
    p.states[i].solid = p.text, p.states[i].solid_ink = p.page;
    p.states[i].pattern = forced_pattern_of(static_cast<State>(i));
  }
  p.forced = forced;
  // What is no text and no border stands back by being thin.
  if (forced) p.line = with_alpha(p.text, 0.4f), p.hover = with_alpha(p.text, 0.2f), p.active = p.selection = with_alpha(p.text, 0.35f);
  for (std::size_t i = 0; i < p.executors.size(); ++i) p.executors[i] = im(c.executors[i]);
  return p;
}

// ImGui's size of a font is its line from ascender to descender, ours is the em, as in UI.md and in CSS. Both are in the
// file's "head" and "hhea" tables; 1 where they cannot be read.
float line_per_em(std::span<const unsigned char> file) {
  auto u16 = [file](std::size_t at) -> int { return at + 2 <= file.size() ? file[at] << 8 | file[at + 1] : 0; };
  auto i16 = [u16](std::size_t at) { return static_cast<int>(static_cast<std::int16_t>(u16(at))); };
  int units = 0, line = 0;
  for (int i = 0; i < u16(4); ++i) {
    std::size_t record = 12 + static_cast<std::size_t>(i) * 16;
    if (record + 16 > file.size()) break;
    std::string_view tag(reinterpret_cast<const char*>(&file[record]), 4);
    std::size_t at = static_cast<std::size_t>(u16(record + 8)) << 16 | static_cast<std::size_t>(u16(record + 10));
    if (tag == "head") units = u16(at + 18);
    if (tag == "hhea") line = i16(at + 4) - i16(at + 6);
  }
  return units > 0 && line > 0 ? static_cast<float>(line) / static_cast<float>(units) : 1;
}

}  // namespace

const Palette& palette() { return g_palette; }

void apply_theme(Theme theme, bool wall, const std::optional<ForcedColours>& forced) {
  g_palette = forced ? make_palette(colours(*forced), true) : make_palette(colours(theme), false);
  if (wall) g_palette.text3 = g_palette.text2;
  const Palette& p = g_palette;
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.WindowPadding = {16, 14};
  style.FramePadding = {12, 7};
  style.ItemSpacing = {8, 8};
  style.ItemInnerSpacing = {7, 4};
  style.WindowRounding = style.ChildRounding = 8;
  style.FrameRounding = 6;
  style.PopupRounding = style.GrabRounding = 8;
  style.WindowBorderSize = style.FrameBorderSize = style.PopupBorderSize = style.ChildBorderSize = 1;
  style.ScrollbarSize = 10;
  style.ScrollbarRounding = 5;
  style.GrabMinSize = 16;
  style.CellPadding = {14, 6};
  style.DisabledAlpha = 1;
  style.WindowMinSize = {8, 8};
  style.HoverStationaryDelay = 0.05f;
  style.HoverDelayShort = 0.15f;
  style.FontSizeBase = 14;
  auto set = [&style](ImGuiCol at, ImU32 colour) { style.Colors[at] = ImGui::ColorConvertU32ToFloat4(colour); };
  for (int i = 0; i < ImGuiCol_COUNT; ++i) set(i, p.raised);
  for (ImGuiCol at : {ImGuiCol_WindowBg, ImGuiCol_ChildBg, ImGuiCol_TableHeaderBg, ImGuiCol_TableRowBg, ImGuiCol_TitleBg,
                      ImGuiCol_MenuBarBg, ImGuiCol_ScrollbarBg})
    set(at, p.panel);
  set(ImGuiCol_PopupBg, p.popup);
  set(ImGuiCol_TableRowBgAlt, p.panel);
  for (ImGuiCol at : {ImGuiCol_FrameBg, ImGuiCol_Button, ImGuiCol_Header}) set(at, p.raised);
  for (ImGuiCol at : {ImGuiCol_FrameBgHovered, ImGuiCol_ButtonHovered, ImGuiCol_HeaderHovered}) set(at, p.hover);
  for (ImGuiCol at : {ImGuiCol_FrameBgActive, ImGuiCol_ButtonActive, ImGuiCol_HeaderActive}) set(at, p.active);
  for (ImGuiCol at : {ImGuiCol_Border, ImGuiCol_Separator, ImGuiCol_TableBorderLight, ImGuiCol_TableBorderStrong,
                      ImGuiCol_SeparatorHovered, ImGuiCol_SeparatorActive})
    set(at, p.line);
  for (ImGuiCol at : {ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive, ImGuiCol_CheckMark, ImGuiCol_NavCursor, ImGuiCol_Text})
    set(at, p.text);
  set(ImGuiCol_TextDisabled, p.text3);
  set(ImGuiCol_TextSelectedBg, p.selection);
  for (ImGuiCol at : {ImGuiCol_ScrollbarGrab, ImGuiCol_ScrollbarGrabHovered, ImGuiCol_ScrollbarGrabActive})
    set(at, p.control_border);
  set(ImGuiCol_BorderShadow, 0);
  set(ImGuiCol_ModalWindowDimBg, with_alpha(p.page, 0.6f));
}

void load_fonts(const FontFiles& files) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  const std::span<const unsigned char> faces[] = {files.regular, files.semibold, files.bold, files.mono, files.mono_semibold};
  for (std::size_t i = 0; i < g_fonts.size(); ++i) {
    if (faces[i].empty()) {
      g_fonts[i] = i > 0 ? g_fonts[0] : atlas.AddFontDefault();
      continue;
    }
    g_line_per_em[i] = line_per_em(faces[i]);
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = 2;
    g_fonts[i] = atlas.AddFontFromMemoryTTF(const_cast<unsigned char*>(faces[i].data()), static_cast<int>(faces[i].size()), 14,
                                            &config);
  }
}

float next_ui_scale(float scale, int direction) {
  constexpr float kScales[] = {1, 1.25f, 1.5f, 2};
  if (direction > 0) {
    for (const float each : kScales)
      if (each > scale + 0.01f) return each;
    return kScales[std::size(kScales) - 1];
  }
  for (std::size_t i = std::size(kScales); i-- > 0;)
    if (kScales[i] < scale - 0.01f) return kScales[i];
  return kScales[0];
}

ImFont* font(Face face) { return g_fonts[static_cast<std::size_t>(face)]; }

float imgui_size(Face face, float em_px) { return em_px * g_line_per_em[static_cast<std::size_t>(face)]; }

}  // namespace interleave
