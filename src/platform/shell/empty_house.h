// empty_house.h -- the first thing on screen, until ui/app.h moves in: proof that window, page, fonts and build work.
#pragma once

#include "platform/shell/window.h"

namespace interleave {

void draw_empty_house(const Window& window);

}  // namespace interleave
