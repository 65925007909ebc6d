// The test program is also what it starts: `--internal-server` and `--internal-child` go by exec of itself, so that
// these tests need no other program. The child here is a small one of its own, steered by the first byte it is sent; where that
// is an executor's first, it is one of `processes`, with a root of these tests' own.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

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

/// 'e': echoes. 'h': says "here" and hangs, deaf. 'x': ends. 'b': answers with a megabyte.
int run_test_child() {
  using interleave::Bytes;
  interleave::become_child("interleave-test", true);
  interleave::NativeClock clock;
  interleave::ParentLine parent(clock.poller());
  for (Bytes message;;) {
    while (parent.take(message)) {
      if (message.empty() || message[0] == 'e') parent.put(message);
      else if (message[0] == 'b') parent.put(Bytes(1 << 20, 'b'));
      else if (message[0] == 'x') parent.flush(), _exit(3);
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

int run_any_child(const std::string& http_port) {
  std::uint8_t first[5] = {};  // after the length of a message
  const ssize_t got = recv(interleave::kChildSocket, first, sizeof first, MSG_PEEK | MSG_WAITALL);
  if (got < static_cast<ssize_t>(sizeof first) || first[4] != 'P') return run_test_child();
  return interleave::run_task_process(std::atoi(http_port.c_str()), [](const interleave::Bytes&, std::string*) { return std::make_shared<interleave::ChildRoot>(); });
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
