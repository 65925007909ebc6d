// embedded.h -- the lesson scripts of this folder, put into the program by the build.
#pragma once

#include <string_view>

namespace interleave {

struct EmbeddedScript {
  std::string_view file;  ///< "s04_http.py"
  std::string_view source;
};
extern const EmbeddedScript kEmbeddedScripts[];
extern const int kEmbeddedScriptCount;

}  // namespace interleave
