// tcp_sockets.h -- a script's sockets natively: TCP over the loopback, without blocking; a thread's waits go through its poller, the polling
// thread's through its clock's.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/engine/socket_table.h"
#include "platform/native/poller.h"

namespace interleave {

/// Handles are descriptors.
class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(Poller& poller) : here_(poller) {}
  std::string_view label() const override { return {}; }
  int listen(std::int64_t& port, std::string& failure) override;
  int connect(std::int64_t port) override;
  int accept(int handle) override;
  int receive(int handle, char* at, int most) override;
  int send(int handle, const char* at, int bytes) override;
  bool readable(int handle) override;
  void close(int handle) override;
  Transport::Watch* watch() override { return &here_; }
  std::unique_ptr<Transport::Watch> watch_of_thread() override;
  std::uint64_t changes() override { return closed_.load(std::memory_order_acquire); }
  void rest(int handle, bool to_send, std::uint64_t since, Nanos at_most) override;
  std::function<void()> waker() override;

 private:
  class Watch : public Transport::Watch, private Poller::Watcher {
   public:
    explicit Watch(Poller& poller) : poller_(poller) {}
    ~Watch() override { poller_.forget(*this); }
    void watch(int handle, bool to_receive, bool to_send) override;
    void look() override;
    void sleep(Nanos at_most) override;
    void notify() override { poller_.notify(); }

   private:
    void ready(int fd, std::uint32_t events) override;

    Poller& poller_;
    bool looks_ = false, told_ = false;
  };
  struct HasPoller;
  class WatchOfThread;
  struct Resting {
    int handle, ear;
  };

  Watch here_;
  std::atomic<std::uint64_t> closed_{0};  ///< how often; changed under the mutex
  std::mutex mutex_;
  std::vector<Resting> resting_;          ///< under it: threads, each by an eventfd of its own
};

}  // namespace interleave
