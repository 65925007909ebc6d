// icons.h -- small pictures as strokes: crisp at any scale, in text colour.
#pragma once

#include <imgui.h>

#include <cstdint>

#include "trace/executor_kind.h"

namespace interleave {

enum class Icon : std::uint8_t {
  none, serial, threads, gil, processes, loop, stealing,
  play, pause, play_back, to_start, step_back, step_on, stop,
  chevron_down, chevron_right, check, cross, share, theme, fit, follow, menu, logo, open_tab, close, range,
};

constexpr Icon icon_of(ExecutorKind kind) {
  return static_cast<Icon>(static_cast<int>(Icon::serial) + static_cast<int>(kind));
}

/// Draws the icon in a square of `size` px whose centre is given.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

}  // namespace interleave
