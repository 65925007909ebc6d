#include "platform/shell/quad_renderer.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "gl_api.h"
#include "platform/shell/embedded_shaders.h"

namespace interleave {
namespace {

constexpr int kTexelsPerRow = 2048;  // as in quads.vert.glsl
constexpr int kQuadsPerRow = kTexelsPerRow / 2;
constexpr std::size_t kMaxQuads = 256u * 1024;  // more than any screen folds to (view/timeline.h); beyond it nothing is drawn

std::string_view shader_source(std::string_view file) {
  for (int i = 0; i < kEmbeddedShaderCount; ++i)
    if (kEmbeddedShaders[i].file == file) return kEmbeddedShaders[i].source;
  return {};
}

GLuint compile(GLenum kind, std::string_view source, std::string& log) {
  GLuint shader = glCreateShader(kind);
  const char* parts[] = {kGlslVersion, "\n", source.data()};
  const GLint lengths[] = {-1, 1, static_cast<GLint>(source.size())};
  glShaderSource(shader, 3, parts, lengths);
  glCompileShader(shader);
  GLint ok = 0;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
  if (!ok) {
    char text[1024];
    GLsizei length = 0;
    glGetShaderInfoLog(shader, sizeof text, &length, text);
    log.append(text, static_cast<std::size_t>(length));
  }
  return shader;
}

}  // namespace

std::string QuadRenderer::create() {
  std::string log;
  GLuint vertex = compile(GL_VERTEX_SHADER, shader_source("quads.vert.glsl"), log);
  GLuint fragment = compile(GL_FRAGMENT_SHADER, shader_source("quads.frag.glsl"), log);
  program_ = glCreateProgram();
  glAttachShader(program_, vertex);
  glAttachShader(program_, fragment);
  glLinkProgram(program_);
  GLint ok = 0;
  glGetProgramiv(program_, GL_LINK_STATUS, &ok);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  if (!ok) return "The quads' shaders do not link: " + log;
  at_first_ = glGetUniformLocation(program_, "u_first");
  at_size_ = glGetUniformLocation(program_, "u_size");
  at_scale_ = glGetUniformLocation(program_, "u_scale");
  at_quads_ = glGetUniformLocation(program_, "u_quads");
  glGenVertexArrays(1, &vertex_array_);
  glGenTextures(2, textures_);
  rows_[0] = rows_[1] = 0;
  return {};
}

void QuadRenderer::forget() {
  program_ = vertex_array_ = textures_[0] = textures_[1] = 0;
  rows_[0] = rows_[1] = 0;
}

void QuadRenderer::destroy() {
  if (program_) glDeleteProgram(program_);
  if (vertex_array_) glDeleteVertexArrays(1, &vertex_array_);
  if (textures_[0]) glDeleteTextures(2, textures_);
  forget();
}

void QuadRenderer::begin_frame() { quads_.clear(); }

void QuadRenderer::draw(ImDrawList& list, std::span<const Quad> quads) {
  if (quads.empty() || quads_.size() + quads.size() > kMaxQuads) return;
  Batch batch{this, static_cast<std::uint32_t>(quads_.size()), static_cast<std::uint32_t>(quads.size())};
  quads_.insert(quads_.end(), quads.begin(), quads.end());
  list.AddCallback(
      [](const ImDrawList*, const ImDrawCmd* command) {
        const Batch& b = *static_cast<const Batch*>(command->UserCallbackData);
        const float clip[4] = {command->ClipRect.x, command->ClipRect.y, command->ClipRect.z, command->ClipRect.w};
        b.self->draw_batch(b, clip);
      },
      &batch, sizeof batch);
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void QuadRenderer::fill(ImDrawList& list, float x0, float y0, float x1, float y1, std::uint32_t colour) {
  Fill fill{this, x0, y0, x1, y1, colour};
  list.AddCallback(
      [](const ImDrawList*, const ImDrawCmd* command) {
        const Fill& f = *static_cast<const Fill*>(command->UserCallbackData);
        f.self->clear(f);
      },
      &fill, sizeof fill);
}

/// A clear obeys the scissor, which is all that it needs; ImGui sets its own before each of its draws.
void QuadRenderer::clear(const Fill& f) const {
  auto px = [&](float v) { return static_cast<GLint>(std::lround(v * scale_)); };
  const GLint x = px(f.x0), y = px(height_) - px(f.y1), w = px(f.x1) - x, h = px(f.y1) - px(f.y0);
  if (w <= 0 || h <= 0) return;
  auto channel = [&](int shift) { return static_cast<float>(f.colour >> shift & 0xff) / 255; };
  glScissor(x, y, w, h);
  glClearColor(channel(0), channel(8), channel(16), 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

void QuadRenderer::upload(float width, float height, float scale) {
  width_ = width;
  height_ = height;
  scale_ = scale;
  if (quads_.empty() || !program_) return;
  turn_ ^= 1;
  int rows = static_cast<int>((quads_.size() + kQuadsPerRow - 1) / kQuadsPerRow);
  quads_.resize(static_cast<std::size_t>(rows) * kQuadsPerRow);  // whole rows; what is added has no area
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, textures_[turn_]);
  if (rows > rows_[turn_]) {
    rows_[turn_] = std::max(rows, 16);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA32UI, kTexelsPerRow, rows_[turn_], 0, GL_RGBA_INTEGER, GL_UNSIGNED_INT, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  }
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kTexelsPerRow, rows, GL_RGBA_INTEGER, GL_UNSIGNED_INT, quads_.data());
  glActiveTexture(GL_TEXTURE0);
}

void QuadRenderer::draw_batch(const Batch& batch, const float clip[4]) const {
  if (!program_) return;
  float x0 = clip[0] * scale_, y0 = clip[1] * scale_, x1 = clip[2] * scale_, y1 = clip[3] * scale_;
  float bottom = std::round(height_ * scale_) - y1;
  if (x1 <= x0 || y1 <= y0) return;
  glScissor(static_cast<GLint>(x0), static_cast<GLint>(bottom), static_cast<GLsizei>(x1 - x0), static_cast<GLsizei>(y1 - y0));
  glUseProgram(program_);
  glBindVertexArray(vertex_array_);
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, textures_[turn_]);
  glUniform1i(at_quads_, 1);
  glUniform1i(at_first_, static_cast<GLint>(batch.first));
  glUniform2f(at_size_, width_, height_);
  glUniform1f(at_scale_, scale_);
  glDrawArrays(GL_TRIANGLES, 0, static_cast<GLsizei>(batch.count * 6));
  glActiveTexture(GL_TEXTURE0);
}

}  // namespace interleave
