// tcp_sockets.h -- a script's sockets natively: TCP over the loopback, without blocking; waits go through the clock's poller.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "platform/engine/socket_table.h"
#include "platform/native/poller.h"

namespace interleave {

/// Handles are descriptors.
class TcpTransport final : public Transport, private Poller::Watcher {
 public:
  TcpTransport(Poller& poller, std::function<void()> changed) : poller_(poller), changed_(std::move(changed)) {}
  ~TcpTransport() override { poller_.forget(*this); }
  std::string_view label() const override { return {}; }
  int listen(std::int64_t& port, std::string& failure) override;
  int connect(std::int64_t port) override;
  int accept(int handle) override;
  int receive(int handle, char* at, int most) override;
  int send(int handle, const char* at, int bytes) override;
  bool readable(int handle) override;
  void close(int handle) override;
  void watch(int handle, bool to_receive, bool to_send) override;
  void forget(int handle) override { poller_.forget(handle); }
  void pump() override { poller_.pump(); }
  std::uint64_t changes() override { return closed_.load(std::memory_order_acquire); }
  void rest(int handle, bool to_send, std::uint64_t since, Nanos at_most) override;
  std::function<void()> waker() override;

 private:
  void ready(int fd, std::uint32_t events) override;

  struct Resting {
    int handle, ear;
  };

  Poller& poller_;
  std::function<void()> changed_;
  std::atomic<std::uint64_t> closed_{0};  ///< how often; changed under the mutex
  std::mutex mutex_;
  std::vector<Resting> resting_;          ///< under it: threads, each by an eventfd of its own
};

}  // namespace interleave
