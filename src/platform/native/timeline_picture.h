// timeline_picture.h -- the timelines of traces as an SVG file, without a window and without a display.
#pragma once

#include <string>
#include <vector>

namespace interleave {

/// A trace file's bytes, ours or another program's, and what it is called.
struct NamedTrace {
  std::string name, bytes;
  bool just_measured = false;  ///< App::open()
};
/// One under another, on one axis, as the window shows them. Empty, or a sentence: nothing was written, or not all of it.
/// Blocks: until they are read and drawn. Thread: one at a time (Dear ImGui has one context).
std::string write_timelines(const std::vector<NamedTrace>& traces, const std::string& file);

}  // namespace interleave
