// quad_renderer.h -- the Canvas: panels' quads and ribbons, a draw call per pattern in a batch.
//
// Each pattern has a program of its own, and so has what is plain (neither pattern nor round corners nor an edge), which
// is most of what is seen: where the processor draws, that took half of a frame's time away.
// All of a frame are collected first and uploaded once, before ImGui's draw lists are drawn; a callback in the
// list then draws its range with the list's scissor. Nothing is uploaded or drawn by a frame that has no quads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ui/canvas.h"

namespace interleave {

/// Thread: the one with the GL context, as everything here.
class QuadRenderer final : public Canvas {
 public:
  /// Compiles and allocates. Returns what the driver said where it cannot.
  std::string create();
  /// Forgets GL names without freeing them: the context is gone.
  void forget();
  void destroy();

  void begin_frame();
  void draw(ImDrawList& list, std::span<const Quad> quads, const Ribbons& ribbons) override;
  void fill(ImDrawList& list, float x0, float y0, float x1, float y1, std::uint32_t colour) override;
  /// Before ImGui's draw data is drawn. Cost: one upload of 32 bytes per quad, 16 per column of a ribbon.
  void upload(float width, float height, float scale);


 private:
  struct Program {
    std::uint32_t id = 0;
    int first = -1, size = -1, scale = -1, quads = -1;  ///< uniforms
    std::string link(std::string_view fragment_file, std::string_view define);
  };
  /// The programs: ribbons, patterned ribbons, plain, then one per Pattern.
  static constexpr std::size_t kKinds = 3 + kPatterns;
  /// As the shaders read it. A quad and the box of a ribbon are two; a colour is one, a column is one.
  struct Texel {
    std::array<std::uint32_t, 4> words{};
  };
  struct Batch {
    QuadRenderer* self;
    std::uint32_t first;                       ///< quad: half its texel
    std::array<std::uint32_t, kKinds> counts;  ///< of each kind, one kind behind the other
  };
  struct Fill {
    QuadRenderer* self;
    float x0, y0, x1, y1;
    std::uint32_t colour;
  };
  void clear(const Fill& fill) const;
  void draw_batch(const Batch& batch, const float clip[4]) const;

  void make_indices(std::size_t quads);
  void draw_range(const Program& program, std::uint32_t first, std::uint32_t count) const;

  std::vector<Texel> texels_;
  std::array<Program, kKinds> programs_;
  std::uint32_t vertex_array_ = 0, index_buffer_ = 0;
  std::size_t indexed_ = 0;  ///< quads that the index buffer is made for
  std::uint32_t textures_[2] = {};  // used in turn, so that a driver need not wait for the last frame
  int rows_[2] = {};
  int turn_ = 0;
  float width_ = 1, height_ = 1, scale_ = 1;
};

}  // namespace interleave
