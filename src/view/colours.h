// colours.h -- every colour there is, for both themes, and how each state is drawn. The only place for them.
//
// Colour means a state and nothing else; a state is said four times: hue, pattern, letter and height. The values were
// searched for so that they stay apart for all kinds of colour vision; tests/view/colours_test.cpp computes contrast
// (WCAG 2) and distance (CIEDE2000 after Machado 2009, severity 1.0) from these constants and fails when one is moved.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trace/executor_kind.h"
#include "trace/trace.h"

namespace interleave {

enum class Theme : std::uint8_t { dark, light };

/// sRGB, 0xRRGGBB.
using Rgb = std::uint32_t;

/// How a rectangle is filled, over its colour. In screen pixels; the numbers are the shader's.
enum class Pattern : std::uint8_t {
  solid,
  hatch,       ///< 45 degrees, 2.6 of 7 px: ready
  dots,        ///< 1.9 px, two in 6 x 6 px: waiting for I/O
  cross,       ///< both diagonals, 6 px: waiting for a lock
  lines,       ///< horizontal, 1.5 of 5 px: waiting for the GIL
  floor_dots,  ///< only dots of 1.5 of 4 px along x, no fill between: not started
};
inline constexpr std::size_t kPatterns = 6;

/// What of a state's look is the same in both themes.
struct StateShape {
  char letter = 0;  ///< 0: none
  Pattern pattern = Pattern::solid;
  float height = 1; ///< part of the lane, from the floor; 0: a line of 2 px on the floor
};

struct StateColours {
  Rgb fill = 0;
  Rgb letter_ink = 0;       ///< on a patch of plain fill, never on the pattern
  Rgb pattern_ink = 0;
  float pattern_alpha = 0;  ///< 0: no pattern
};

struct ThemeColours {
  Rgb page, panel, raised, lane;
  Rgb line, control_border;
  Rgb text1, text2, text3;  ///< text2 and 3 reach 4.5 on page, panel and raised
  Rgb hover, active;        ///< ground of a control under the pointer, and pressed
  Rgb popup, selection;     ///< ground of menus and cards; of selected text
  Rgb code_keyword, code_string, code_number, code_comment, code_lit;
  std::array<StateColours, kStates> states;
  /// Icon, 4 px spine, labelled curves; never the fill of a span.
  std::array<Rgb, kExecutorKinds> executors;

  const StateColours& of(State s) const { return states[static_cast<std::size_t>(s)]; }
  Rgb of(ExecutorKind k) const { return executors[static_cast<std::size_t>(k)]; }
};

const ThemeColours& colours(Theme theme);

/// The two that a system whose colours are forced (Windows' contrast themes; CSS: Canvas, CanvasText) leaves to a page.
struct ForcedColours {
  Rgb canvas = 0, text = 0;
  friend bool operator==(const ForcedColours&, const ForcedColours&) = default;
};
/// All in these two: patterns, letters and heights say what hues say else. What is solid is text, what has a pattern is canvas under it.
ThemeColours colours(const ForcedColours& forced);
/// Copying is as high and as solid as running; without its hue it has the lines that no task of a process has.
Pattern forced_pattern_of(State state);
StateShape shape_of(State state);

/// "Waiting for I/O"
std::string_view name_of(State state);
/// "Running, has a core": what a legend says.
std::string_view gloss_of(State state);

/// How a provenance badge is outlined; a shape, not a colour. Emulated cores: dotted, beside one of these.
enum class BadgeLook : std::uint8_t { filled, dashed_outline, double_outline, dotted_outline };
BadgeLook badge_of(Provenance provenance);
/// "Measured"
std::string_view name_of(Provenance provenance);
/// What the word on the badge means, in a sentence.
std::string_view gloss_of(Provenance provenance);

// There is no function that mixes two of them: a mix would be a state that does not exist.
constexpr std::uint8_t red(Rgb c) { return static_cast<std::uint8_t>(c >> 16); }
constexpr std::uint8_t green(Rgb c) { return static_cast<std::uint8_t>(c >> 8); }
constexpr std::uint8_t blue(Rgb c) { return static_cast<std::uint8_t>(c); }

}  // namespace interleave
