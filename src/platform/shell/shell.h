// shell.h -- what the native window and the page share: an SDL2 window with GL, Dear ImGui, and one frame of the App.
//
// The owner (platform/native, platform/web) calls frame() as often as its world asks for frames. frame() draws only
// when something happened: an input event, a new size, or a wish of the App's. An idle App draws nothing.
// Rejected: a loop in here (the page has none of its own), drawing on every tick (ImGui's habit; a battery's end).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "view/viewport.h"

namespace interleave {

struct App;

struct ShellOptions {
  std::string title = "Interleave";
  int width = 1366, height = 768;  ///< logical px of a new window
  float ui_scale = 1;              ///< 1, 1.25, 1.5, 2: everything grows, nothing is stretched
  bool hidden = false;             ///< a window that nobody sees, for screenshots
  bool vsync = true;
};

/// CPU time of our own work per frame: panels, cull and fold, quads, draw lists; without the GL driver and the swap.
struct FrameTimes {
  float min_ms = 0, median_ms = 0, max_ms = 0, last_ms = 0;
  int frames = 0;  ///< of the last 240
};

/// Thread: the page's main thread, or the one that opened the window. One at a time (ImGui has one context).
class Shell {
 public:
  /// Null and one sentence where there is no window or no OpenGL.
  static std::unique_ptr<Shell> open(const ShellOptions& options, std::string& error);
  /// Where there is neither: nothing is ever drawn, but timeline_svg() says what would be. set_viewport() gives it a size.
  static std::unique_ptr<Shell> without_picture();
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  struct Frame {
    bool drawn = false;
    bool quit = false;
    std::vector<std::string> dropped;  ///< names of files that were dropped on the window
    double wait_s = 0;  ///< nothing to draw for so long unless an event comes; infinity: until one comes
  };
  /// Takes events, draws if there is a reason. Blocks: by the swap's vsync at most.
  Frame frame(App& app);
  /// Sleeps until an event, or for so long. Native only: a page has its own clock.
  void wait(double seconds);
  /// Puts text on the system's clipboard. Native only: a page needs a person's gesture in its DOM.
  void copy(const std::string& text);
  /// Draw at the next frame() whatever happens (a font came, a message changed the App).
  void ask_for_frame();

  /// The page's own measure of its canvas: CSS px, and device px per CSS px. Natively SDL says it.
  void set_viewport(int css_width, int css_height, float pixel_ratio);
  void set_ui_scale(float scale);
  /// Window px (in a page: CSS px) for one px of the App's layout.
  float interface_scale() const;
  /// Wheel steps as the page measured them, already limited; only while the canvas has the focus.
  void add_wheel(float dx, float dy, bool ctrl, bool shift);
  /// The first two fingers on the picture, in window px, whenever they change: two move and stretch the stretch of time, and
  /// are no mouse. `count` is how many there are. A page reads them itself; natively SDL delivers them.
  void set_fingers(int count, const Fingers& fingers);
  /// The system took the fingers for itself: what was pressed is let go of, and not as a click.
  void fingers_cancelled();
  void set_focus(bool focused);
  /// Where the pointer of a window that nobody sees is, in logical px: for pictures of what it shows.
  void point_at(float x, float y);

  /// The GL context is gone (webglcontextlost): nothing is drawn until it is back.
  void context_lost();
  /// Makes everything again that lives in the context. An empty string, or what went wrong.
  std::string context_restored();

  /// The timeline as SVG, of a frame that is laid out and not drawn; empty while nothing has run. Not while a context is there.
  std::string timeline_svg(App& app);

  FrameTimes frame_times() const;

  struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;  ///< rows from the top
  };
  /// Draws a frame and reads it back. Blocks: until the driver has drawn it.
  Pixels capture(App& app);

 private:
  Shell();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace interleave
