// task_process.cpp -- a child of `processes`: a ChildServer on one end of the parent's socket.
//
// Messages are taken between polls, so that the parent's end shows at the latest when a slice of work is over; one that
// computes for long is ended by the kernel with its parent all the same (become_child).
#include "platform/native/task_process.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/native/child_process.h"
#include "platform/native/fork_server.h"
#include "platform/native/http_requests.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/process_port_posix.h"

namespace interleave {
namespace {

constexpr Nanos kBudget = kMs;  // so long a cancel may take to reach a task that computes

}  // namespace

int run_task_process(int http_port, const ChildServer::MakeRoot& make_root) {
  become_child("interleave-task", true);
  NativeClock clock;
  ParentLine parent(clock.poller());
  for (Bytes first; !parent.parent_is_gone(); clock.wait_until(kForever))
    if (parent.take(first)) return run_task_process(clock, parent, first, http_port, make_root);
  return 0;
}

int run_task_process(NativeClock& clock, ParentLine& parent, const Bytes& first, int http_port, const ChildServer::MakeRoot& make_root) {
  HttpServer server(http_port);
  HttpRequests requests(clock, server);
  RunOptions options;
  options.clock = &clock;
  options.requests = http_port > 0 ? &requests : nullptr;
  ChildServer child(options, make_root);
  child.take(first);
  for (;;) {
    const Progress progress = child.poll(kBudget);
    Bytes message;
    while (child.give(message)) parent.put(message);
    parent.flush();
    if (parent.parent_is_gone()) return 0;
    if (progress.kind == Progress::Kind::done) return 1;
    if (progress.kind == Progress::Kind::waiting) clock.wait_until(progress.until);
    else clock.poller().pump();
    while (parent.take(message)) child.take(message);
  }
}

std::optional<int> run_as_child(int argc, char** argv, const ChildServer::MakeRoot& make_root) {
  const std::string_view role = argc > 1 ? argv[1] : "";
  if (role == kServerRole) return run_http_server();
  if (role == kChildRole) return run_task_process(argc > 2 ? std::atoi(argv[2]) : 0, make_root);
  if (role == kForkServerRole) return run_fork_server([&](const std::string& http_port) { return run_task_process(std::atoi(http_port.c_str()), make_root); });
  use_fork_server();
  return std::nullopt;
}

}  // namespace interleave
