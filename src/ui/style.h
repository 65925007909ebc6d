// style.h -- themes, fonts, measures: UI.md's tables as values, in one place.
#pragma once

#include <imgui.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "trace/executor_kind.h"
#include "trace/trace.h"
#include "view/colours.h"

namespace interleave {

/// How a state is drawn (view/colours.h), as ImGui and the shader take it.
struct StateLook {
  ImU32 fill = 0;       ///< never blended with another state's
  ImU32 ink = 0;        ///< of the pattern, with its opacity
  ImU32 letter_ink = 0;
  ImU32 solid = 0;      ///< its colour where there is no pattern, and
  ImU32 solid_ink = 0;  ///< that of words on it: fill and letter_ink, but where colours are forced
  char letter = 0;      ///< 0: none
  Pattern pattern = Pattern::solid;
  float height = 1;     ///< part of the lane, from the floor; 0: a line on the floor
};

/// view/colours.h of the theme in force, as ImU32 (0xAABBGGRR).
struct Palette {
  ImU32 page, panel, raised, lane, line, control_border;
  ImU32 text, text2, text3;
  ImU32 hover, active, popup, selection;
  ImU32 code_keyword, code_string, code_number, code_comment, code_lit;
  bool forced = false;  ///< of two colours: nothing is told by hue alone
  std::array<StateLook, kStates> states;
  std::array<ImU32, kExecutorKinds> executors;
  const StateLook& of(State s) const { return states[static_cast<std::size_t>(s)]; }
  ImU32 of(ExecutorKind k) const { return executors[static_cast<std::size_t>(k)]; }
};

/// Of the theme that apply_theme() set last.
const Palette& palette();
/// Sets ImGui's style and colours.
/// `wall`: for a projector, where the faintest text is too faint. `forced`: these instead of the theme's.
void apply_theme(Theme theme, bool wall = false, const std::optional<ForcedColours>& forced = {});

struct FontFiles {
  std::span<const unsigned char> regular, semibold, bold, mono, mono_semibold;
};
/// Adds the faces to ImGui's atlas; empty spans fall back to ImGui's own face. The bytes outlive ImGui's context.
void load_fonts(const FontFiles& files);

enum class Face : std::uint8_t { regular, semibold, bold, mono, mono_semibold };
ImFont* font(Face face);

/// What ImGui calls the size of a face whose em is so many px; all sizes of ours are the em's, as in CSS.
float imgui_size(Face face, float em_px);

/// Pushes a face at a size in logical px for a scope.
struct WithFont {
  WithFont(Face face, float em_px) { ImGui::PushFont(font(face), imgui_size(face, em_px)); }
  ~WithFont() { ImGui::PopFont(); }
  WithFont(const WithFont&) = delete;
  WithFont& operator=(const WithFont&) = delete;
};

/// The same colour with another opacity.
constexpr ImU32 with_alpha(ImU32 colour, float alpha) {
  return (colour & 0x00ff'ffff) | static_cast<ImU32>(alpha * 255 + 0.5f) << 24;
}

/// ... and with a share of its own.
constexpr ImU32 faded(ImU32 colour, float share) { return with_alpha(colour, static_cast<float>(colour >> 24) / 255 * share); }

/// The next larger (1) or smaller (-1) of the interface's sizes: 1, 1.25, 1.5, 2.
float next_ui_scale(float scale, int direction);

}  // namespace interleave
