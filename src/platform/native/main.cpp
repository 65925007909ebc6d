// main.cpp -- the desktop program: a window, a command line, and the three roles in which it starts itself.
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "platform/native/child_process.h"
#include "platform/native/command_line.h"
#include "platform/native/desktop.h"
#include "platform/native/fork_server.h"
#include "platform/native/http_server.h"
#include "platform/native/task_process.h"

int main(int argc, char** argv) {
  using namespace interleave;
  const char* argument = argc > 2 ? argv[2] : "";
  if (argc > 1 && std::strcmp(argv[1], kServerRole) == 0) return run_http_server();
  if (argc > 1 && std::strcmp(argv[1], kChildRole) == 0) return run_task_process(std::atoi(argument));
  if (argc > 1 && std::strcmp(argv[1], kForkServerRole) == 0)
    return run_fork_server([](const std::string& http_port) { return run_task_process(std::atoi(http_port.c_str())); });

  use_fork_server();
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
