#include "platform/shell/quad_renderer.h"

#include <imgui.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#include "gl_api.h"
#include "platform/shell/embedded_shaders.h"

namespace interleave {
namespace {

constexpr std::size_t kTexelsPerRow = 2048;  // as in quads.vert.glsl and ribbon.frag.glsl
constexpr std::size_t kMaxTexels = 512u * 1024;  // more than any screen folds to (view/timeline.h); beyond it nothing is drawn

std::string_view shader_source(std::string_view file) {
  for (int i = 0; i < kEmbeddedShaderCount; ++i)
    if (kEmbeddedShaders[i].file == file) return kEmbeddedShaders[i].source;
  return {};
}

// `define`: lines that come before the source. `common`: what it calls.
GLuint compile(GLenum kind, std::string_view define, std::string_view common, std::string_view source, std::string& log) {
  GLuint shader = glCreateShader(kind);
  const std::string_view colours = shader_source("colour.glsl");
  const char* parts[] = {kGlslVersion, define.data(), colours.data(), common.data(), source.data()};
  const GLint lengths[] = {-1, static_cast<GLint>(define.size()), static_cast<GLint>(colours.size()), static_cast<GLint>(common.size()), static_cast<GLint>(source.size())};
  glShaderSource(shader, 5, parts, lengths);
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

/// The program that draws it.
constexpr std::size_t kRibbons = 0, kPlain = 2, kPatterned = 3;
std::size_t kind_of(const Ribbon& ribbon) { return kRibbons + (ribbon.patterned ? 1 : 0); }
std::size_t kind_of(const Quad& quad) { return quad.style == quad_style(Pattern::solid) ? kPlain : kPatterned + (quad.style & 0xff); }

}  // namespace

std::string QuadRenderer::Program::link(std::string_view fragment_file, std::string_view define) {
  std::string log;
  GLuint vertex = compile(GL_VERTEX_SHADER, "", "", shader_source("quads.vert.glsl"), log);
  GLuint fragment = compile(GL_FRAGMENT_SHADER, define, shader_source("patterns.glsl"), shader_source(fragment_file), log);
  id = glCreateProgram();
  glAttachShader(id, vertex);
  glAttachShader(id, fragment);
  glLinkProgram(id);
  GLint ok = 0;
  glGetProgramiv(id, GL_LINK_STATUS, &ok);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  if (!ok) return "The quads' shaders do not link: " + log;
  first = glGetUniformLocation(id, "u_first");
  size = glGetUniformLocation(id, "u_size");
  scale = glGetUniformLocation(id, "u_scale");
  quads = glGetUniformLocation(id, "u_quads");
  return {};
}

std::string QuadRenderer::create() {
  std::string error = programs_[kRibbons].link("ribbon.frag.glsl", "#define PATTERNED 0\n");
  if (error.empty()) error = programs_[kRibbons + 1].link("ribbon.frag.glsl", "#define PATTERNED 1\n");
  if (error.empty()) error = programs_[kPlain].link("plain_quads.frag.glsl", "");
  for (std::size_t i = 0; i < kPatterns && error.empty(); ++i)
    error = programs_[kPatterned + i].link("quads.frag.glsl", "#define PATTERN " + std::to_string(i) + "\n");
  if (!error.empty()) return error;
  glGenVertexArrays(1, &vertex_array_);
  glGenBuffers(1, &index_buffer_);
  glGenTextures(2, textures_);
  rows_[0] = rows_[1] = 0;
  indexed_ = 0;
  return {};
}

void QuadRenderer::forget() {
  programs_ = {};
  vertex_array_ = index_buffer_ = textures_[0] = textures_[1] = 0;
  rows_[0] = rows_[1] = 0;
}

void QuadRenderer::destroy() {
  for (const Program& program : programs_)
    if (program.id) glDeleteProgram(program.id);
  if (vertex_array_) glDeleteVertexArrays(1, &vertex_array_);
  if (index_buffer_) glDeleteBuffers(1, &index_buffer_);
  if (textures_[0]) glDeleteTextures(2, textures_);
  forget();
}

void QuadRenderer::begin_frame() { texels_.clear(); }

void QuadRenderer::draw(ImDrawList& list, std::span<const Quad> quads, const Ribbons& ribbons) {
  const std::size_t boxes = ribbons.ribbons.size() + quads.size();
  const std::size_t begin = texels_.size();
  const std::size_t colours = begin + 2 * boxes, columns = colours + (ribbons.ribbons.empty() ? 0 : ribbons.colours.size());
  const std::size_t end = (columns + ribbons.columns.size() + 1) / 2 * 2;  // the next batch begins at a whole quad
  if (boxes == 0 || end > kMaxTexels) return;
  texels_.resize(end);
  auto put = [&](std::size_t texel, const auto& what) { std::memcpy(static_cast<void*>(&texels_[texel]), &what, sizeof what); };
  // The boxes, kind by kind; then what the ribbons' boxes refer to.
  Batch batch{this, static_cast<std::uint32_t>(begin / 2), {}};
  for (const Ribbon& ribbon : ribbons.ribbons) ++batch.counts[kind_of(ribbon)];
  for (const Quad& quad : quads) ++batch.counts[kind_of(quad)];
  std::array<std::size_t, kKinds> next{};
  std::exclusive_scan(batch.counts.begin(), batch.counts.end(), next.begin(), std::size_t{0});
  for (const Quad& quad : quads) put(begin + 2 * next[kind_of(quad)]++, quad);
  for (const Ribbon& r : ribbons.ribbons) {
    const auto first = static_cast<std::uint32_t>(columns + r.first);
    put(begin + 2 * next[kind_of(r)]++, Quad{r.x0, r.y0, r.x1, r.y1, static_cast<std::uint32_t>(r.opacity * 255) << 24, first, static_cast<std::uint32_t>(colours), r.anchor});
  }
  for (std::size_t i = colours; i < columns; ++i) {
    const RibbonColour& colour = ribbons.colours[i - colours];
    texels_[i] = {{colour.fill, colour.ink, static_cast<std::uint32_t>(colour.pattern), 0}};
  }
  std::ranges::transform(ribbons.columns, texels_.begin() + static_cast<std::ptrdiff_t>(columns), std::bit_cast<Texel, RibbonColumn>);
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
  if (texels_.empty() || !programs_[0].id) return;
  turn_ ^= 1;
  int rows = static_cast<int>((texels_.size() + kTexelsPerRow - 1) / kTexelsPerRow);
  texels_.resize(static_cast<std::size_t>(rows) * kTexelsPerRow);  // whole rows; what is added has no area
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
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kTexelsPerRow, rows, GL_RGBA_INTEGER, GL_UNSIGNED_INT, texels_.data());
  glActiveTexture(GL_TEXTURE0);
  if (texels_.size() / 2 > indexed_) make_indices(texels_.size() / 2);
}

void QuadRenderer::make_indices(std::size_t quads) {
  indexed_ = std::bit_ceil(quads);
  std::vector<std::uint32_t> indices;
  indices.reserve(indexed_ * 6);
  for (std::uint32_t corner = 0; corner < indexed_ * 4; corner += 4)
    for (std::uint32_t at : {0u, 1u, 2u, 2u, 1u, 3u}) indices.push_back(corner + at);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, index_buffer_);
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, static_cast<GLsizeiptr>(indices.size() * sizeof(std::uint32_t)), indices.data(), GL_STATIC_DRAW);
  glBindVertexArray(0);
}

void QuadRenderer::draw_batch(const Batch& batch, const float clip[4]) const {
  if (!programs_[0].id) return;
  float x0 = clip[0] * scale_, y0 = clip[1] * scale_, x1 = clip[2] * scale_, y1 = clip[3] * scale_;
  float bottom = std::round(height_ * scale_) - y1;
  if (x1 <= x0 || y1 <= y0) return;
  glScissor(static_cast<GLint>(x0), static_cast<GLint>(bottom), static_cast<GLsizei>(x1 - x0), static_cast<GLsizei>(y1 - y0));
  glBindVertexArray(vertex_array_);
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, textures_[turn_]);
  std::uint32_t first = batch.first;
  for (std::size_t i = 0; i < kKinds; first += batch.counts[i++]) draw_range(programs_[i], first, batch.counts[i]);
  glActiveTexture(GL_TEXTURE0);
}

void QuadRenderer::draw_range(const Program& program, std::uint32_t first, std::uint32_t count) const {
  if (count == 0) return;
  glUseProgram(program.id);
  glUniform1i(program.quads, 1);
  glUniform1i(program.first, static_cast<GLint>(first));
  glUniform2f(program.size, width_, height_);
  glUniform1f(program.scale, scale_);
  glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(count * 6), GL_UNSIGNED_INT, nullptr);
}

}  // namespace interleave
