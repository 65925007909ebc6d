// gl_api.h -- GL for a desktop: 3.3 core. src/platform/web/gl_api.h is the page's; CMake puts one of the two on the path.
#pragma once

#define GL_GLEXT_PROTOTYPES 1
#include <SDL_opengl.h>

namespace interleave {

/// The first lines of every shader.
inline constexpr const char* kGlslVersion = "#version 330 core\n";
inline constexpr const char* kGlslPrecision = "";
inline constexpr int kGlMajor = 3;
inline constexpr int kGlMinor = 3;
inline constexpr bool kGlEs = false;

}  // namespace interleave
