// The test program is also what it starts: `--internal-server` and `--internal-child` go by exec of itself, so that
// these tests need no other program. The child here is a small one of its own, steered by the first byte it is sent; where that
// is an executor's first, it is one of `processes`, with a root of these tests' own.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "platform/native/child_process.h"
#include "platform/native/fork_server.h"
#include "platform/native/http_server.h"
#include "platform/native/process_port_posix.h"
#include "platform/native/task_process.h"
#include "platform/port_messages.h"
#include "platform/processes_root.h"

namespace {

/// All over the line's memory.
void scribble() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0;
    if (line.find("interleave line") == std::string::npos || std::sscanf(line.c_str(), "%lx-%lx", &from, &to) != 2) continue;
    std::memset(reinterpret_cast<void*>(from), 0xA7, to - from);
  }
}

void talk_on(interleave::ParentLine& parent) {
  shutdown(interleave::kChildSocket, SHUT_RDWR);
  for (;;) {
    parent.put(interleave::Bytes(100, 't'));
    parent.flush();
  }
}

/// 'e': echoes. 'h': says "here" and hangs, deaf. 'x': ends. 'b': answers with a megabyte. 'n': leaves nonsense in its line, and ends. 't': shuts its
/// socket and talks on. Whoever is sent a program first is a
/// child of `processes`.
int run_any_child(const std::string& http_port) {
  using interleave::Bytes;
  interleave::become_child("interleave-test", true);
  interleave::NativeClock clock;
  interleave::ParentLine parent(clock.poller());
  bool first = true;
  for (Bytes message;;) {
    for (; parent.take(message); first = false) {
      if (first && !message.empty() && message[0] == 'P')
        return interleave::run_task_process(clock, parent, message, std::atoi(http_port.c_str()),
                                            [](const Bytes&, std::string*) { return std::make_shared<interleave::ChildRoot>(); });
      if (message.empty() || message[0] == 'e') parent.put(message);
      else if (message[0] == 'b') parent.put(Bytes(1 << 20, 'b'));
      else if (message[0] == 'x') parent.flush(), _exit(3);
      else if (message[0] == 'n') scribble(), _exit(3);
      else if (message[0] == 't') talk_on(parent);
      else {
        parent.put({'h'});
        parent.flush();
        for (;;) pause();
      }
    }
    parent.flush();
    if (parent.parent_is_gone()) return 0;
    clock.wait_until(interleave::Poller::kNever);
  }
}

/// A program that is told nothing of roles: writes a line, and wants a process, as its parent.
int forget_roles(const char* diary) {
  std::ofstream(diary, std::ios::app) << "started\n";
  if (std::filesystem::file_size(diary) > 100) return 1;  // there is no end
  interleave::NativeClock clock;
  interleave::HttpServer server;
  interleave::ProcessPortPosix port(clock, server);
  port.spawn();
  port.send(0, {'e'});
  interleave::wait_for(clock, port, 1);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (const char* const diary = std::getenv("INTERLEAVE_TEST_FORGETS")) return forget_roles(diary);
  if (argc > 1 && std::strcmp(argv[1], interleave::kServerRole) == 0) return interleave::run_http_server();
  if (argc > 1 && std::strcmp(argv[1], interleave::kForkServerRole) == 0) return interleave::run_fork_server(run_any_child);
  if (argc > 1 && std::strcmp(argv[1], interleave::kChildRole) == 0) return run_any_child(argc > 2 ? argv[2] : "");
  interleave::raise_descriptor_limit();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
