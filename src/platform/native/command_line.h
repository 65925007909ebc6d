// command_line.h -- `interleave list`, `interleave run ...`: names are promises (DESIGN.md, "The command line").
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace interleave {

/// How a bare `interleave` opens its window. Everything but --theme is for making pictures and tests.
struct DesktopOptions {
  std::string screenshot;  ///< write the picture here and end; the window stays hidden
  int width = 0, height = 0;
  std::string theme = "dark";
  std::string lesson;
  std::string run;         ///< an executor's id, or "all": run it (and, for a picture, wait for its end)
  std::string open;        ///< a trace file to show
  int frames = -1;         ///< end after so many
  /// Done one after another, then it ends: a command of the App's ("show gil"), "wait [TIME]" (until nothing runs, or so
  /// long), "point X Y" (-1: nowhere), "open FILE", "saves" (writes what was to be saved), or
  /// "shot FILE WIDTHxHEIGHT [SCALE] [embed]".
  std::vector<std::string> steps;
};

/// Exit status: 0 fine, 1 a run failed (and its lesson did not expect that), 2 a bad script or option, 130 after Ctrl-C.
inline constexpr int kExitFailed = 1, kExitBad = 2, kExitInterrupted = 130;

/// Does what the arguments say. nullopt: the window is wanted, with `desktop`.
/// Thread: the main one, before any other was started.
std::optional<int> run_command_line(int argc, char** argv, DesktopOptions& desktop);

}  // namespace interleave
