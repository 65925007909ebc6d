#include "platform/native/desktop.h"

#include <cstdio>

#include "platform/shell/empty_house.h"
#include "platform/shell/window.h"

namespace interleave {

int run_desktop(const DesktopOptions& options) {
  Window window;
  std::string error;
  if (!open_window(window, "Interleave", 1280, 800, error)) {
    std::fprintf(stderr, "%s\n`interleave run http --on all` works without a window; `interleave --help` says more.\n", error.c_str());
    return kExitFailed;
  }
  for (int frame = 0; frame != options.frames && begin_frame(window); ++frame) {
    draw_empty_house(window);
    end_frame(window);
  }
  close_window(window);
  return 0;
}

}  // namespace interleave
