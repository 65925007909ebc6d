// embedded_shaders.h -- every shaders/*.glsl as the build embeds it (.build/embed.py). The text has no #version line: whoever
// compiles it puts kGlslVersion and kGlslPrecision (gl_api.h) in front.
#pragma once

#include <string_view>

namespace interleave {

/// One shader file. Both views live as long as the program.
struct EmbeddedShader {
  std::string_view file;  ///< "timeline.vert.glsl"
  std::string_view source;
};

/// Sorted by file name; `kEmbeddedShaderCount` of them (the array itself is never empty).
extern const EmbeddedShader kEmbeddedShaders[];
extern const int kEmbeddedShaderCount;

}  // namespace interleave
