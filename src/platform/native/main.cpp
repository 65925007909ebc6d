// main.cpp -- the desktop program. The command line (DESIGN.md) moves in here.
#include <cstdio>
#include <cstring>
#include <string>

#include "platform/native/child_process.h"
#include "platform/native/http_server.h"
#include "platform/shell/empty_house.h"
#include "platform/shell/window.h"

int main(int argc, char** argv) {
  using namespace interleave;
  if (argc == 2 && std::strcmp(argv[1], kServerRole) == 0) return run_http_server();
  // `--frames N` ends by itself: how a test opens a window under xvfb.
  const int frames = argc == 3 && std::string(argv[1]) == "--frames" ? std::stoi(argv[2]) : -1;
  Window window;
  std::string error;
  if (!open_window(window, "Interleave", 1280, 800, error)) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  for (int frame = 0; frame != frames && begin_frame(window); ++frame) {
    draw_empty_house(window);
    end_frame(window);
  }
  close_window(window);
  return 0;
}
