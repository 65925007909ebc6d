// The test program is also what it starts: `--internal-server` and `--internal-child` go by exec of itself, so that
// these tests need no other program. The child here is a small one of its own, steered by the first byte it is sent.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "platform/native/child_process.h"
#include "platform/native/fork_server.h"
#include "platform/native/http_server.h"
#include "platform/native/process_port_posix.h"

namespace {

/// 'e': echoes. 'h': says "here" and hangs, deaf. 'x': ends. 'b': answers with a megabyte.
int run_test_child() {
  using interleave::Bytes;
  interleave::become_child("interleave-test", true);
  interleave::NativeClock clock;
  interleave::ParentLine parent(clock.poller());
  for (Bytes message;;) {
    while (parent.take(message)) {
      if (message.empty() || message[0] == 'e') parent.send(message);
      else if (message[0] == 'b') parent.send(Bytes(1 << 20, 'b'));
      else if (message[0] == 'x') _exit(3);
      else {
        parent.send({'h'});
        for (;;) pause();
      }
    }
    if (parent.parent_is_gone()) return 0;
    clock.wait_until(interleave::Poller::kNever);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], interleave::kServerRole) == 0) return interleave::run_http_server();
  if (argc > 1 && std::strcmp(argv[1], interleave::kForkServerRole) == 0) return interleave::run_fork_server([](const std::string&) { return run_test_child(); });
  if (argc > 1 && std::strcmp(argv[1], interleave::kChildRole) == 0) return run_test_child();
  interleave::raise_descriptor_limit();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
