// canvas.h -- where panels put what ImGui cannot draw: many quads with a pattern each.
//
// Panels make plain quads; what turns them into pixels is behind Canvas (platform/shell: a draw call per pattern,
// vertices pulled from a data texture). A batch is inserted into an ImGui draw list, so that text and cards that are
// added to the list after it lie above it.
// Folded spans are so many that even quads are too dear (a processor that draws pays for a quad as for hundreds of pixels):
// a Ribbon is one lane's, whole.
// Rejected: ImDrawList rectangles (no patterns, 4 vertices of 20 bytes each on the CPU, and 64k of them are slow).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "view/colours.h"

struct ImDrawList;

namespace interleave {

/// One rectangle. 32 bytes, as the shader reads it.
struct Quad {
  float x0, y0, x1, y1;      ///< logical px, as ImGui's
  std::uint32_t fill;        ///< 0xAABBGGRR, as ImU32
  std::uint32_t ink;         ///< the pattern's, with its opacity
  std::uint32_t style;       ///< Pattern | radius in quarter px << 8 | top edge << 16
  std::uint32_t anchor;      ///< pattern's origin, px: low half x, high half y, both signed
};
static_assert(sizeof(Quad) == 32);

/// `top_edge`: a line of 1 px in the ink's colour along the top (a folded run).
constexpr std::uint32_t quad_style(Pattern pattern, float radius_px = 0, bool top_edge = false) {
  return static_cast<std::uint32_t>(pattern) | static_cast<std::uint32_t>(radius_px * 4) << 8 |
         static_cast<std::uint32_t>(top_edge) << 16;
}
constexpr std::uint32_t quad_anchor(float x, float y) {
  return (static_cast<std::uint32_t>(static_cast<std::int32_t>(x)) & 0xffff) |
         static_cast<std::uint32_t>(static_cast<std::int32_t>(y)) << 16;
}

/// One colour of a ribbon's; `ink` and `pattern` are seen only where that is patterned.
struct RibbonColour {
  std::uint32_t fill = 0, ink = 0;
  Pattern pattern = Pattern::solid;
};
/// A column of pixels of a ribbon: slots from the floor up, in each the number of a colour; 0: nothing.
class RibbonColumn {
 public:
  static constexpr int kSlots = 32;
  void fill(int from, int to, std::uint32_t colour) {
    for (int slot = std::max(from, 0); slot < std::min(to, kSlots); ++slot) {
      const int shift = slot % 8 * 4;
      words_[static_cast<std::size_t>(slot / 8)] = (words_[static_cast<std::size_t>(slot / 8)] & ~(15u << shift)) | colour << shift;
    }
  }
  std::uint32_t at(int slot) const { return words_[static_cast<std::size_t>(slot / 8)] >> slot % 8 * 4 & 15; }
  friend bool operator==(const RibbonColumn&, const RibbonColumn&) = default;

 private:
  std::array<std::uint32_t, 4> words_{};
};
static_assert(sizeof(RibbonColumn) == 16);
/// Stacked colours side by side, over time: the folded spans of a lane, where all tasks are, how long a queue is.
struct Ribbon {
  float x0, y0, x1, y1;      ///< logical px; x0 on a whole framebuffer pixel, x1 where its columns end
  int slots;                 ///< its columns': a framebuffer pixel each, or kSlots of a higher ribbon
  bool patterned;
  std::uint32_t anchor;      ///< as a quad's
  float opacity;
  std::size_t first, count;  ///< its columns: a framebuffer pixel each
};
struct Ribbons {
  std::array<RibbonColour, 16> colours;
  std::vector<Ribbon> ribbons;
  std::vector<RibbonColumn> columns;
  void clear() {
    ribbons.clear();
    columns.clear();
  }
};

/// Thread: the user interface's. Blocks: never.
class Canvas {
 public:
  virtual ~Canvas() = default;
  /// Draws at this place in the list's order, inside the list's clip rectangle. Both are copied. The ribbons lie lowest, then
  /// plain quads (solid, no corners, no edge), then the others; within a pattern they keep their order.
  virtual void draw(ImDrawList& list, std::span<const Quad> quads, const Ribbons& ribbons) = 0;
  /// An opaque rectangle at this place in the list's order, on whole pixels. Nothing is blended and no texture is read:
  /// where the processor draws, that is many times quicker than a rectangle of ImGui's.
  virtual void fill(ImDrawList& list, float x0, float y0, float x1, float y1, std::uint32_t colour) = 0;
};

}  // namespace interleave
