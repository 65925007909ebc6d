#include "view/svg.h"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Svg, DefinesEachPatternOnceAndEscapesWords) {
  SvgPicture picture;
  picture.width = 100;
  picture.height = 50;
  picture.title = "a < b & \"c\"";
  for (int i = 0; i < 3; ++i)
    for (Pattern pattern : {Pattern::solid, Pattern::hatch, Pattern::dots, Pattern::cross, Pattern::lines, Pattern::floor_dots})
      picture.rects.push_back({0, 0, 10, 10, 0x2bcb96, pattern, 0x0b0f14, 0.42f, 2});
  picture.rects.push_back({5, 5, 5, 9, 0, Pattern::solid, 0, 0, 0});  // nothing to see
  picture.texts.push_back({1, 2, 12, 0xffffff, true, true, "<script>\x01"});
  const std::string svg = to_svg(picture);
  auto count = [&svg](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = svg.find(what, at)) != svg.npos; ++at) ++n;
    return n;
  };
  EXPECT_EQ(count("<pattern "), 5u);
  EXPECT_EQ(count("</pattern>"), 5u);
  EXPECT_EQ(count("fill=\"url(#"), 15u);
  EXPECT_EQ(count("<script>"), 0u);
  EXPECT_EQ(count("&lt;script&gt;"), 1u);
  EXPECT_EQ(count("\x01"), 0u);
  EXPECT_NE(svg.find("<title>a &lt; b &amp; &quot;c&quot;</title>"), std::string::npos) << svg;
  EXPECT_EQ(count("<text"), count("</text>"));
}

}  // namespace
}  // namespace interleave
