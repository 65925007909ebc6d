// task_process.cpp -- a child of `processes`: a ChildServer on one end of the parent's socket.
//
// Messages are taken between polls, so that the parent's end shows at the latest when a slice of work is over; one that
// computes for long is ended by the kernel with its parent all the same (become_child).
#include "platform/native/task_process.h"

#include <string>

#include "platform/native/child_process.h"
#include "platform/native/http_requests.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/process_port_posix.h"
#include "platform/native/shared_memory.h"
#include "runtime/processes.h"
#include "runtime/script_root.h"

namespace interleave {
namespace {

constexpr Nanos kBudget = kMs;  // so long a cancel may take to reach a task that computes

}  // namespace

int run_task_process(int http_port) {
  become_child("interleave-task", true);
  NativeClock clock;
  HttpServer server(http_port);
  HttpRequests requests(clock, server);
  ParentLine parent(clock.poller());
  RunOptions options;
  options.clock = &clock;
  options.requests = http_port > 0 ? &requests : nullptr;
  MemfdMemory memory;
  ChildServer child(options, [&memory](const Bytes& bytes, std::string* why) { return script_root_from_bytes(bytes, why, &memory); });
  for (;;) {
    const Progress progress = child.poll(kBudget);
    Bytes message;
    while (child.give(message)) parent.send(message);
    if (parent.parent_is_gone()) return 0;
    if (progress.kind == Progress::Kind::done) return 1;
    if (progress.kind == Progress::Kind::waiting) clock.wait_until(progress.until);
    else clock.poller().pump();
    while (parent.take(message)) child.take(message);
  }
}

}  // namespace interleave
