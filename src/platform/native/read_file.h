// read_file.h -- a file whole, and a sentence where it cannot be had.
#pragma once

#include <string>

namespace interleave {

/// Empty, or why not: "NAME is a folder.", "NAME cannot be read: ...". Blocks: until it is read.
std::string read_file(const std::string& name, std::string& bytes);

}  // namespace interleave
