// window.h -- what the desktop window and the page's canvas share: an SDL window, a GL context, Dear ImGui with our fonts.
#pragma once

#include <string>

struct SDL_Window;
struct ImFont;

namespace interleave {

/// The window and all that hangs on it. One per program. Thread: the main thread only.
struct Window {
  SDL_Window* sdl = nullptr;
  void* gl = nullptr;
  ImFont* text = nullptr;   ///< Inter 400; ImGui's own where fonts were missing at build time
  ImFont* bold = nullptr;   ///< Inter 600
  ImFont* heavy = nullptr;  ///< Inter 700
  ImFont* mono = nullptr;   ///< JetBrains Mono 400
  ImFont* mono_bold = nullptr;  ///< JetBrains Mono 600
};

/// Opens it. Errors: a sentence in `error`, and false.
bool open_window(Window& window, const char* title, int width_px, int height_px, std::string& error);
/// Takes the events that came and starts an ImGui frame. False: the person closed the window.
bool begin_frame(Window& window);
/// Draws the frame and shows it. Blocks: up to one display frame natively, never in the page.
void end_frame(Window& window);
void close_window(Window& window);

}  // namespace interleave
