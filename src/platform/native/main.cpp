// main.cpp -- the desktop program: a window, a command line, and the three roles in which it starts itself.
#include <signal.h>

#include <cstdio>
#include <system_error>

#include "platform/native/child_process.h"
#include "platform/native/command_line.h"
#include "platform/native/desktop.h"
#include "platform/native/native_run.h"
#include "platform/native/task_process.h"

int main(int argc, char** argv) {
  using namespace interleave;
  if (const auto status = run_as_child(argc, argv, script_root_in_child)) return *status;
  signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  try {
    DesktopOptions desktop;
    if (const std::optional<int> status = run_command_line(argc, argv, desktop)) return *status;
    return run_desktop(desktop);
  } catch (const std::system_error& refused) {
    std::fprintf(stderr, "The system refuses what this program needs: %s.\n", refused.what());
    return 1;
  }
}
