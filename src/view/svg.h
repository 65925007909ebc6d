// svg.h -- a picture as SVG: the rectangles, patterns and words of a timeline, which a course page can embed.
// Colours are 0xRRGGBB, sizes px. Patterns become SVG patterns in the picture's own px, anchored as on screen.
#pragma once

#include <string>
#include <vector>

#include "view/colours.h"

namespace interleave {

struct SvgRect {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  Rgb fill = 0;
  Pattern pattern = Pattern::solid;
  Rgb ink = 0;           ///< of the pattern
  float ink_alpha = 0;
  float radius = 0;
};
struct SvgText {
  float x = 0, y = 0;    ///< left, top of the line
  float px = 12;
  Rgb colour = 0;
  bool mono = false, bold = false;
  std::string text;
};
struct SvgPath {
  std::string d;         ///< as SVG has it
  Rgb colour = 0;
  float stroke = 0;      ///< px; 0: filled
};
struct SvgPicture {
  float width = 0, height = 0;
  Rgb ground = 0;
  std::string title;     ///< read aloud
  std::vector<SvgRect> rects;
  std::vector<SvgText> texts;
  std::vector<SvgPath> paths;  ///< above all else, in order
};

/// Well formed whatever the words hold. Cost: about 100 bytes a rectangle.
std::string to_svg(const SvgPicture& picture);

}  // namespace interleave
