// read_file.h -- a file whole, and a sentence where it cannot be had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace interleave {

/// Its bytes, or the first so many. Empty, or why not: "NAME is a folder.", "NAME cannot be read: ...". Blocks: until it is read.
std::string read_file(const std::string& name, std::string& bytes, std::size_t most = SIZE_MAX);

}  // namespace interleave
