// version.h -- which Interleave this is.
#pragma once

#include <string>

namespace interleave {

/// "interleave 0.9.0 (8d2cf8a)", without the commit where it was not built from a checkout. Made by .build/version.cmake.
std::string version_words();

}  // namespace interleave
