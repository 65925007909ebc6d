#include "ui/style.h"

#include <string_view>

namespace interleave {
namespace {

Palette g_palette;  // ImGui's style is global too, and these two must not disagree
std::array<ImFont*, 5> g_fonts{};
std::array<float, 5> g_line_per_em{1, 1, 1, 1, 1};

constexpr ImU32 rgb(std::uint32_t hex, float alpha = 1) {
  return (hex >> 16 & 255) | (hex & 0xff00) | (hex & 255) << 16 | static_cast<ImU32>(alpha * 255 + 0.5f) << 24;
}

Palette make_palette(Theme theme) {
  bool dark = theme == Theme::dark;
  auto pick = [dark](std::uint32_t d, std::uint32_t l) { return rgb(dark ? d : l); };
  Palette p{};
  p.page = pick(0x0A0E13, 0xF3F4F6);
  p.panel = pick(0x121820, 0xFFFFFF);
  p.raised = pick(0x1A222D, 0xF7F8FA);
  p.lane = pick(0x0F141B, 0xFFFFFF);
  p.line = pick(0x253040, 0xDDE2E8);
  p.control_border = pick(0x344154, 0xC3CBD5);
  p.text = pick(0xEAEFF5, 0x12171E);
  p.text2 = pick(0xAAB6C5, 0x465261);
  p.text3 = pick(0x8492A4, 0x667180);
  p.hover = pick(0x253040, 0xEEF1F5);
  p.active = pick(0x344154, 0xDDE2E8);
  p.code_keyword = pick(0xC6B7F0, 0x5B3F9E);
  p.code_string = pick(0xB9C7A8, 0x4C6A2A);
  p.code_number = pick(0xF0C9A6, 0x8A4A12);
  p.code_comment = pick(0x8492A4, 0x667180);
  p.code_lit = pick(0x1E2A38, 0xEEF1F5);
  ImU32 ink = dark ? rgb(0x0B0F14, 0.42f) : rgb(0xFFFFFF, 0.55f);
  ImU32 cross_ink = dark ? rgb(0x0B0F14, 0.52f) : rgb(0xFFFFFF, 0.65f);
  ImU32 dot_ink = rgb(0xFFFFFF, 0.75f);
  auto set = [&p](State s, ImU32 fill, ImU32 pattern_ink, ImU32 letter_ink, char letter, Pattern pattern, float height) {
    p.states[static_cast<std::size_t>(s)] = {fill, pattern_ink, letter_ink, letter, pattern, height};
  };
  set(State::running, pick(0x2BCB96, 0x00785A), 0, pick(0x0B0F14, 0xFFFFFF), 'R', Pattern::solid, 1);
  set(State::ready, pick(0xF4DC45, 0xB1861A), ink, pick(0x0B0F14, 0x12171E), 'Q', Pattern::hatch, 1);
  set(State::waiting_io, pick(0x1477C6, 0x3F8FE3), dot_ink, pick(0xFFFFFF, 0x12171E), 'I', Pattern::dots, 0.6f);
  set(State::waiting_lock, pick(0xE8552F, 0x9C1C08), cross_ink, pick(0x0B0F14, 0xFFFFFF), 'L', Pattern::cross, 0.6f);
  set(State::waiting_gil, pick(0xE99AF2, 0x7F2A8A), ink, pick(0x0B0F14, 0xFFFFFF), 'G', Pattern::lines, 0.6f);
  set(State::idle, pick(0x4A5464, 0xA9B1BD), 0, 0, 'Z', Pattern::solid, 0);
  set(State::not_started, pick(0x344154, 0xC3CBD5), 0, 0, 'N', Pattern::floor_dots, 0);
  set(State::copying, p.text2, 0, p.page, 'C', Pattern::solid, 1);
  set(State::starting, p.text3, 0, p.page, 'S', Pattern::solid, 0.6f);
  set(State::waiting_children, pick(0x4A5464, 0xA9B1BD), 0, 0, 0, Pattern::solid, 0);
  p.executors = {pick(0xA1A69E, 0xA08B85), pick(0xCDE2FB, 0x1B535E), pick(0x63A1BF, 0x7C7BA1),
                 pick(0x916F56, 0x945F3C), pick(0xFEF3DA, 0x1B1A1A), pick(0x287279, 0x4D2B00)};
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

void apply_theme(Theme theme) {
  g_palette = make_palette(theme);
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
  set(ImGuiCol_PopupBg, theme == Theme::dark ? p.raised : p.panel);
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
  for (ImGuiCol at : {ImGuiCol_TextSelectedBg, ImGuiCol_ScrollbarGrab, ImGuiCol_ScrollbarGrabHovered, ImGuiCol_ScrollbarGrabActive})
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

ImFont* font(Face face) { return g_fonts[static_cast<std::size_t>(face)]; }

float imgui_size(Face face, float em_px) { return em_px * g_line_per_em[static_cast<std::size_t>(face)]; }

}  // namespace interleave
