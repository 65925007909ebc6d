// task_process.cpp -- a child of `processes`: a ChildServer on one end of the parent's socket.
//
// Messages are taken between polls, so that the parent's end shows at the latest when a slice of work is over; one that
// computes for long is ended by the kernel with its parent all the same (become_child).
#include "platform/native/task_process.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "platform/native/child_process.h"
#include "platform/native/http_requests.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "runtime/processes.h"
#include "runtime/script_root.h"

namespace interleave {
namespace {

constexpr Nanos kBudget = 30 * kMs;

/// The child's end of the socket: frames of a 4-byte length and a message.
class ParentLine final : private Poller::Watcher {
 public:
  explicit ParentLine(Poller& poller) : poller_(poller) { poller_.watch(kChildSocket, EPOLLIN, *this); }
  ~ParentLine() override { poller_.forget(*this); }
  bool parent_is_gone() const { return gone_; }
  bool take(Bytes& message) {
    std::uint32_t length = 0;
    if (incoming_.size() < sizeof length) return false;
    std::memcpy(&length, incoming_.data(), sizeof length);
    if (incoming_.size() < sizeof length + length) return false;
    const auto begin = incoming_.begin() + sizeof length;
    message.assign(begin, begin + length);
    incoming_.erase(incoming_.begin(), begin + length);
    return true;
  }
  /// Blocks until the parent has taken it; a parent never waits for its children's ears.
  void send(const Bytes& message) {
    const auto length = static_cast<std::uint32_t>(message.size());
    std::uint8_t header[sizeof length];
    std::memcpy(header, &length, sizeof length);
    write(header, sizeof header);
    write(message.data(), message.size());
  }

 private:
  void ready(int, std::uint32_t) override {
    for (;;) {
      const std::size_t had = incoming_.size();
      incoming_.resize(had + (1 << 16));
      const ssize_t got = recv(kChildSocket, incoming_.data() + had, 1 << 16, MSG_DONTWAIT);
      incoming_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got > 0) continue;
      if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        gone_ = true;
        poller_.forget(kChildSocket);
      }
      break;
    }
    poller_.stir();
  }
  void write(const std::uint8_t* from, std::size_t count) {
    while (count > 0 && !gone_) {
      const ssize_t sent = ::send(kChildSocket, from, count, MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) gone_ = true;
      if (sent <= 0) continue;
      from += sent;
      count -= static_cast<std::size_t>(sent);
    }
  }

  Poller& poller_;
  Bytes incoming_;
  bool gone_ = false;
};

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
  ChildServer child(options, [](const Bytes& bytes, std::string* why) { return script_root_from_bytes(bytes, why); });
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
