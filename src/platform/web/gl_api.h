// gl_api.h -- GL for the page: WebGL 2, which is GL ES 3.0. src/platform/native/gl_api.h is the desktop's.
#pragma once

#include <GLES3/gl3.h>

namespace interleave {

/// The first line of every shader. Dear ImGui copies it into 32 bytes: precision statements belong in the next constant.
inline constexpr const char* kGlslVersion = "#version 300 es\n";
inline constexpr const char* kGlslPrecision = "precision highp float;\nprecision highp int;\nprecision highp usampler2D;\n";
inline constexpr int kGlMajor = 3;
inline constexpr int kGlMinor = 0;
inline constexpr bool kGlEs = true;

}  // namespace interleave
