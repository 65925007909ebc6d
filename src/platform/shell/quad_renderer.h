// quad_renderer.h -- the Canvas: panels' quads, one draw call per batch.
//
// All quads of a frame are collected first and uploaded once, before ImGui's draw lists are drawn; a callback in the
// list then draws its range with the list's scissor. Nothing is uploaded or drawn by a frame that has no quads.
#pragma once

#include <cstdint>
#include <string>
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
  void draw(ImDrawList& list, std::span<const Quad> quads) override;
  void fill(ImDrawList& list, float x0, float y0, float x1, float y1, std::uint32_t colour) override;
  /// Before ImGui's draw data is drawn. Cost: one upload of 32 bytes per quad.
  void upload(float width, float height, float scale);

  std::size_t quads() const { return quads_.size(); }

 private:
  struct Batch {
    QuadRenderer* self;
    std::uint32_t first, count;
  };
  struct Fill {
    QuadRenderer* self;
    float x0, y0, x1, y1;
    std::uint32_t colour;
  };
  void clear(const Fill& fill) const;
  void draw_batch(const Batch& batch, const float clip[4]) const;

  std::vector<Quad> quads_;
  std::uint32_t program_ = 0, vertex_array_ = 0;
  std::uint32_t textures_[2] = {};  // used in turn, so that a driver need not wait for the last frame
  int rows_[2] = {};
  int turn_ = 0;
  int at_first_ = -1, at_size_ = -1, at_scale_ = -1, at_quads_ = -1;
  float width_ = 1, height_ = 1, scale_ = 1;
};

}  // namespace interleave
