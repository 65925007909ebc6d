// The palette's figures, computed again from its constants: who moves a colour sees what it costs.
#include "view/colours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "view/colour_science.h"

namespace interleave {
namespace {

constexpr Vision kVisions[] = {Vision::normal, Vision::protan, Vision::deutan, Vision::tritan};
constexpr Theme kThemes[] = {Theme::dark, Theme::light};
constexpr State kDrawn[] = {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil, State::idle};
constexpr double kRounding = 0.051;  // the figures have one decimal

double closest(const std::vector<Rgb>& all, Vision vision) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) least = std::min(least, distance(all[i], all[k], vision));
  return least;
}

std::vector<Rgb> drawn_fills(Theme theme) {
  std::vector<Rgb> out;
  for (State s : kDrawn) out.push_back(colours(theme).of(s).fill);
  return out;
}

TEST(ColourScience, Ciede2000AgreesWithTheTableOfSharmaWuAndDalal) {
  struct Case { Vec3 a, b; double d; };
  const Case cases[] = {{{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425}, {{50, 2.49, -0.001}, {50, -2.49, 0.0011}, 7.2195},
                        {{50, 2.5, 0}, {73, 25, -18}, 27.1492},             {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
                        {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644}};
  for (const Case& c : cases) EXPECT_NEAR(ciede2000(c.a, c.b), c.d, 1e-4);
  EXPECT_NEAR(contrast(0xFFFFFF, 0x000000), 21, 1e-9);
}

TEST(Colours, DrawnStatesStayApartForEveryVision) {
  constexpr double kClosest[2][4] = {{19.7, 17.1, 19.2, 16.1}, {20.7, 19.7, 19.1, 17.3}};
  for (Theme theme : kThemes)
    for (Vision vision : kVisions)
      EXPECT_NEAR(closest(drawn_fills(theme), vision), kClosest[static_cast<int>(theme)][static_cast<int>(vision)], kRounding);
}

TEST(Colours, StatesStandOutFromTheLane) {
  constexpr double kContrast[2][6] = {{8.9, 13.4, 3.9, 5.1, 9.1, 2.4}, {5.5, 3.3, 3.4, 8.1, 8.1, 2.2}};
  for (Theme theme : kThemes) {
    const ThemeColours& c = colours(theme);
    for (State s : kDrawn) {
      const double got = contrast(c.of(s).fill, c.lane);
      EXPECT_NEAR(got, kContrast[static_cast<int>(theme)][static_cast<int>(s)], kRounding) << name_of(s);
      if (shape_of(s).height > 0) {
        EXPECT_GE(got, 3.0) << name_of(s);
      }
    }
    // Blocks without a hue are text colours.
    EXPECT_EQ(c.of(State::copying).fill, c.text2);
    EXPECT_EQ(c.of(State::starting).fill, c.text3);
  }
  EXPECT_NEAR(contrast(colours(Theme::dark).of(State::not_started).fill, colours(Theme::dark).lane), 1.8, kRounding);
  EXPECT_NEAR(contrast(colours(Theme::light).of(State::not_started).fill, colours(Theme::light).lane), 1.6, kRounding);
}

TEST(Colours, LettersCanBeReadOnTheirFills) {
  constexpr double kLeast[2] = {4.65, 5.35};
  for (Theme theme : kThemes)
    for (State s : kDrawn) {
      const StateColours& c = colours(theme).of(s);
      if (c.letter_ink) {
        EXPECT_GE(contrast(c.letter_ink, c.fill), kLeast[static_cast<int>(theme)]) << name_of(s);
      }
    }
  for (Theme theme : kThemes)
    for (State s : {State::copying, State::starting}) EXPECT_GE(contrast(colours(theme).of(s).letter_ink, colours(theme).of(s).fill), 4.5);
}

TEST(Colours, TextCanBeReadOnItsGrounds) {
  constexpr double kOnPanel[2][3] = {{15.4, 8.7, 5.6}, {18.0, 8.0, 5.0}};
  for (Theme theme : kThemes) {
    const ThemeColours& c = colours(theme);
    const Rgb levels[] = {c.text1, c.text2, c.text3};
    for (int i = 0; i < 3; ++i) {
      EXPECT_NEAR(contrast(levels[i], c.panel), kOnPanel[static_cast<int>(theme)][i], kRounding);
      for (Rgb ground : {c.page, c.panel, c.raised, c.lane}) EXPECT_GE(contrast(levels[i], ground), 4.5);
    }
    for (Rgb ground : {c.hover, c.active, c.selection}) EXPECT_GE(contrast(c.text1, ground), 4.5);
    for (Rgb code : {c.code_keyword, c.code_string, c.code_number, c.code_comment}) EXPECT_GE(contrast(code, c.panel), 4.5);
    for (Rgb code : {c.text1, c.code_keyword, c.code_string, c.code_number}) EXPECT_GE(contrast(code, c.code_lit), 4.5);
    // Comments on the lit line: 4.6 dark, 4.4 light. A line that runs is no comment; only one at its end is.
    EXPECT_GE(contrast(c.code_comment, c.code_lit), 4.3);
  }
}

TEST(Colours, ExecutorsStayApartFromOneAnotherAndFromTheStates) {
  constexpr double kClosest[2] = {17.7, 17.9}, kToState[2] = {16.8, 17.2};
  for (Theme theme : kThemes) {
    const ThemeColours& c = colours(theme);
    const auto t = static_cast<std::size_t>(theme);
    double least = 1e9, to_state = 1e9;
    for (Vision vision : kVisions) least = std::min(least, closest({c.executors.begin(), c.executors.end()}, vision));
    // Of normal vision only (others: 6 at least): an executor's hue never fills a span.
    for (Rgb hue : c.executors) {
      EXPECT_GE(contrast(hue, c.panel), 3.2);
      for (State s : kDrawn) to_state = std::min(to_state, distance(hue, c.of(s).fill, Vision::normal));
    }
    EXPECT_NEAR(least, kClosest[t], kRounding);
    EXPECT_NEAR(to_state, kToState[t], kRounding);
  }
}

TEST(Colours, EveryStateHasItsOwnLetterAndPattern) {
  std::string letters;
  for (int i = 0; i < kStates; ++i) {
    const auto s = static_cast<State>(i);
    EXPECT_FALSE(name_of(s).empty());
    EXPECT_FALSE(gloss_of(s).empty());
    if (char letter = shape_of(s).letter) letters += letter;
    for (Theme theme : kThemes) EXPECT_EQ(colours(theme).of(s).pattern_alpha > 0, shape_of(s).pattern != Pattern::solid && shape_of(s).height > 0);
  }
  EXPECT_EQ(letters, "RQILGZNCS");  // no letter twice
  for (State a : {State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil})
    for (State b : {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil})
      if (a != b) {
        EXPECT_NE(shape_of(a).pattern, shape_of(b).pattern);
      }
  EXPECT_EQ(gloss_of(State::running), "Running, has a core");
  EXPECT_EQ(name_of(static_cast<State>(200)), "Idle");  // from a packet that nobody can trust
}

TEST(Colours, ForcedThereAreTwoAndStatesAreToldApartWithoutHue) {
  const ForcedColours forced{0x101010, 0xFFFF00};
  const ThemeColours c = colours(forced);
  std::vector<std::string> seen;
  for (int i = 0; i < kStates; ++i) {
    const auto state = static_cast<State>(i);
    const StateColours& look = c.of(state);
    EXPECT_TRUE((look.fill == forced.canvas && look.pattern_ink == forced.text && look.letter_ink == forced.text && look.pattern_alpha == 1) ||
                (look.fill == forced.text && look.letter_ink == forced.canvas && look.pattern_alpha == 0)) << name_of(state);
    if (state == State::waiting_children) continue;  // drawn as idle
    const StateShape shape = shape_of(state);
    seen.push_back(std::to_string(static_cast<int>(forced_pattern_of(state))) + " " + std::to_string(shape.height));
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << *std::ranges::adjacent_find(seen) << ": pattern and height of two states";
  for (const Rgb each : {c.page, c.panel, c.raised, c.lane, c.popup, c.code_lit}) EXPECT_EQ(each, forced.canvas);
  for (const Rgb each : {c.text1, c.text2, c.text3, c.control_border, c.code_comment, c.executors[0], c.executors[5]}) EXPECT_EQ(each, forced.text);
}

}  // namespace
}  // namespace interleave
