// png_file.h -- a picture of the window, as a file.
#pragma once

#include <string>

#include "platform/shell/shell.h"

namespace interleave {

/// False: the file cannot be written. Blocks: for as long as the disk does.
bool write_png(const std::string& path, const Shell::Pixels& pixels);

}  // namespace interleave
