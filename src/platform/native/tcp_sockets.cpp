#include "platform/native/tcp_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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

void TcpTransport::close(int handle) { ::close(handle); }

void TcpTransport::watch(int handle, bool to_receive, bool to_send) {
  poller_.watch(handle, (to_receive ? EPOLLIN : 0u) | (to_send ? EPOLLOUT : 0u), *this);
}

void TcpTransport::ready(int, std::uint32_t) {
  changed_();
  poller_.stir();
}

void TcpTransport::rest(int handle, bool to_send, std::uint64_t) {
  pollfd one{handle, static_cast<short>(to_send ? POLLOUT : POLLIN), 0};
  poll(&one, 1, 10);
}

}  // namespace interleave
