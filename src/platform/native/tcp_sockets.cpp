#include "platform/native/tcp_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace interleave {
namespace {

sockaddr_in loopback(std::int64_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN; }

/// A line goes when it is sent, not when more has come together.
void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// What wakes a thread that rests, sticky.
int ear_of_this_thread() {
  struct Ear {
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ~Ear() {
      if (fd >= 0) ::close(fd);
    }
  };
  static thread_local const Ear ear;
  return ear.fd;
}

void ring(int ear) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = write(ear, &one, sizeof one);
}

}  // namespace

int TcpTransport::listen(std::int64_t& port, std::string& failure) {
  const int fd = new_socket();
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(fd, 64) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
    return fd;
  }
  failure = errno == EADDRINUSE ? "Port " + std::to_string(port) + " is taken." : std::string("The system gives no socket: ") + std::strerror(errno) + ".";
  if (fd >= 0) ::close(fd);
  return kBroken;
}

int TcpTransport::connect(std::int64_t port) {
  const int fd = new_socket();
  if (fd < 0) return kBroken;
  send_at_once(fd);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS) return fd;
  ::close(fd);
  return kBroken;
}

int TcpTransport::accept(int handle) {
  const int fd = accept4(handle, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return would_wait() || errno == ECONNABORTED ? kAgain : kBroken;
  send_at_once(fd);
  return fd;
}

int TcpTransport::receive(int handle, char* at, int most) {
  const ssize_t got = recv(handle, at, static_cast<std::size_t>(most), 0);
  return got >= 0 ? static_cast<int>(got) : would_wait() ? kAgain : kBroken;
}

int TcpTransport::send(int handle, const char* at, int bytes) {
  const ssize_t sent = ::send(handle, at, static_cast<std::size_t>(bytes), MSG_NOSIGNAL);
  return sent >= 0 ? static_cast<int>(sent) : would_wait() ? kAgain : kBroken;
}

bool TcpTransport::readable(int handle) {
  pollfd one{handle, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

/// Who rests on it would not hear of it, and its number is the next one's.
void TcpTransport::close(int handle) {
  {
    std::scoped_lock lock(mutex_);
    closed_.fetch_add(1, std::memory_order_release);
    for (const Resting& each : resting_)
      if (each.handle == handle) ring(each.ear);
  }
  ::close(handle);
}

// -- Watches -----------------------------------------------------------------------------------------------------------

void TcpTransport::Watch::watch(int handle, bool to_receive, bool to_send) {
  poller_.watch(handle, EPOLLET | (to_receive ? EPOLLIN | EPOLLRDHUP : 0u) | (to_send ? EPOLLOUT : 0u), *this);
}

/// What a wait has found is not looked for again.
void TcpTransport::Watch::look() {
  looks_ = true;
  if (!told_) poller_.pump();
  looks_ = told_ = false;
}

void TcpTransport::Watch::sleep(Nanos at_most) {
  poller_.wait_until(at_most == kForever ? Poller::kNever : later(monotonic_now(), std::max<Nanos>(at_most, 0)));
}

/// An error is both.
void TcpTransport::Watch::ready(int fd, std::uint32_t events) {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0, ended = broken || (events & EPOLLRDHUP) != 0;
  if (!listener_->ready(fd, ended || (events & EPOLLIN) != 0, broken || (events & EPOLLOUT) != 0, ended) || looks_) return;
  told_ = true;
  poller_.stir();
}

struct TcpTransport::HasPoller {
  Poller its;
};

class TcpTransport::WatchOfThread final : private HasPoller, public TcpTransport::Watch {
 public:
  WatchOfThread() : TcpTransport::Watch(its) {}
};

std::unique_ptr<Transport::Watch> TcpTransport::watch_of_thread() {
  try {
    return std::make_unique<WatchOfThread>();
  } catch (const std::system_error&) {  // no descriptor is left
    return nullptr;
  }
}

void TcpTransport::rest(int handle, bool to_send, std::uint64_t since, Nanos at_most) {
  const int ear = ear_of_this_thread();
  {
    std::scoped_lock lock(mutex_);
    if (closed_.load(std::memory_order_relaxed) != since) return;
    resting_.push_back({handle, ear});
  }
  pollfd both[] = {{handle, static_cast<short>(to_send ? POLLOUT : POLLIN), 0}, {ear, POLLIN, 0}};
  const Nanos left = std::clamp<Nanos>(at_most, 0, SocketTable::kLongestWait);
  const timespec limit{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  ppoll(both, 2, &limit, nullptr);
  if (both[1].revents != 0) {
    std::uint64_t rung;
    [[maybe_unused]] const auto got = read(ear, &rung, sizeof rung);
  }
  std::scoped_lock lock(mutex_);
  resting_.erase(std::find_if(resting_.begin(), resting_.end(), [ear](const Resting& each) { return each.ear == ear; }));
}

std::function<void()> TcpTransport::waker() {
  return [ear = ear_of_this_thread()] { ring(ear); };
}

}  // namespace interleave
