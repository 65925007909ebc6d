// desktop.h -- the native window: the same App as on the page, with the NativeEngine behind it.
#pragma once

#include "platform/native/command_line.h"

namespace interleave {

/// Blocks: until the person closes it, or the picture is taken. Exit status; 1 and a sentence where there is no display.
int run_desktop(const DesktopOptions& options);

}  // namespace interleave
