// ui_main.cpp -- the UI in the page: SDL2 and Dear ImGui on the canvas, one frame per animation frame, on the main thread.
#include <emscripten.h>

#include <cstdio>
#include <string>

#include "platform/shell/empty_house.h"
#include "platform/shell/window.h"

namespace {

interleave::Window window;

void frame() {
  interleave::begin_frame(window);
  interleave::draw_empty_house(window);
  interleave::end_frame(window);
}

}  // namespace

int main() {
  std::string error;
  if (!interleave::open_window(window, "Interleave", 800, 400, error)) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  emscripten_set_main_loop(frame, 0, false);
  return 0;
}
