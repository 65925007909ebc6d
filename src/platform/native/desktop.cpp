#include "platform/native/desktop.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include "platform/native/native_engine.h"
#include "platform/native/png_file.h"
#include "platform/shell/shell.h"
#include "ui/app.h"

namespace interleave {
namespace {

int complain(const std::string& sentence, int status) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  return status;
}

/// Lets runs end without drawing them: a picture's figures are not to be spoiled by a software rasteriser.
void finish_runs(App& app) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  while (app.busy()) {
    poll(app, std::chrono::duration<double>(Clock::now() - began).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

int run_desktop(const DesktopOptions& options) {
  ShellOptions window;
  if (options.width > 0) window.width = options.width;
  if (options.height > 0) window.height = options.height;
  window.hidden = !options.screenshot.empty();
  window.vsync = options.screenshot.empty();
  std::string error;
  std::unique_ptr<Shell> shell = Shell::open(window, error);
  if (!shell) return complain(error + "\n`interleave run http --on all` works without a window; `interleave --help` says more.", kExitFailed);

  App app(std::make_unique<NativeEngine>(std::make_shared<NativeMachine>()), options.theme == "light" ? Theme::light : Theme::dark);
  if (!options.lesson.empty()) error = app.command("lesson", options.lesson);
  if (error.empty() && !options.run.empty()) error = options.run == "all" ? app.command("run-all") : app.command("run", options.run);
  if (!error.empty()) return complain(error, kExitBad);

  if (!options.screenshot.empty()) {
    finish_runs(app);
    for (int settle = 0; settle < 4; ++settle) {
      shell->ask_for_frame();
      shell->frame(app);
    }
    if (!write_png(options.screenshot, shell->capture(app))) return complain("Cannot write " + options.screenshot + ".", kExitFailed);
    return 0;
  }
  for (int frames = 0; frames != options.frames; ++frames) {
    Shell::Frame frame = shell->frame(app);
    if (frame.quit) break;
    if (!app.clipboard.empty()) {
      shell->copy("#" + app.clipboard);
      app.clipboard.clear();
    }
    shell->wait(frame.wait_s);
  }
  return 0;
}

}  // namespace interleave
