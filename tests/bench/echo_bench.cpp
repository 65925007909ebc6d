// echo_bench.cpp -- echo over the loopback: a server of one connection as a task of the loop, beside one that calls epoll itself and
// asio's coroutines where Debian's libasio-dev is there (goal 13). The client is the same for all: a thread that writes 64 bytes and
// reads them again. Medians of interleaved rounds.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#ifdef INTERLEAVE_BENCH_ASIO
#include <asio.hpp>
#endif

#include "platform/native/native_clock.h"
#include "platform/native/tcp_sockets.h"
#include "rows.h"
#include "runtime/executor.h"

namespace {

using namespace interleave;

constexpr int kTrips = 40'000, kRounds = 7;
constexpr std::size_t kBytes = 64;

void must(bool good) {
  if (!good) std::abort();
}
sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
void at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Nanoseconds a round trip.
double client(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  at_once(fd);
  std::array<char, kBytes> text{};
  const Nanos begin = monotonic_now();
  for (int i = 0; i < kTrips; ++i) {
    must(send(fd, text.data(), kBytes, 0) == kBytes);
    must(recv(fd, text.data(), kBytes, MSG_WAITALL) == kBytes);
  }
  const double took = static_cast<double>(monotonic_now() - begin) / kTrips;
  close(fd);
  return took;
}

double raw_epoll() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  must(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener, 1) == 0 && getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  double took = 0;
  std::thread other([&] { took = client(ntohs(address.sin_port)); });
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), set = epoll_create1(EPOLL_CLOEXEC);
  at_once(fd);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
  for (bool open = true; open;) {
    must(epoll_wait(set, &event, 1, -1) >= 0);
    for (;;) {
      std::array<char, 4096> text;
      const ssize_t got = recv(fd, text.data(), text.size(), 0);
      if (got <= 0) {
        open = got < 0;
        break;
      }
      must(send(fd, text.data(), static_cast<std::size_t>(got), 0) == got);
    }
  }
  other.join();
  for (const int each : {fd, set, listener}) close(each);
  return took;
}

double ours() {
  NativeClock clock;
  SocketTable* at = nullptr;
  TcpTransport tcp(clock.poller(), [&] { at->changed(); });
  SocketTable sockets(clock, tcp);
  at = &sockets;
  RunOptions options;
  options.kind = ExecutorKind::loop;
  options.compute_rate = 1;
  options.clock = &clock;
  options.sockets = &sockets;
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  double took = 0;
  std::thread other;
  made.executor->start(root([&](Task& task) -> Coroutine {
                         using Act = SocketCall::Act;
                         SocketCall listener, server;
                         co_await Perform(task, Operation::on(listener, true));
                         other = std::thread([&, port = listener.number] { took = client(static_cast<int>(port)); });
                         server.act = Act::accept;
                         server.socket = listener.socket;
                         co_await Perform(task, Operation::on(server, false));
                         for (;;) {
                           SocketCall call;
                           call.act = Act::receive;
                           call.socket = server.socket;
                           call.number = 4096;
                           co_await Perform(task, Operation::on(call, false));
                           if (call.text.empty()) break;
                           call.act = Act::send;
                           call.over = false;
                           co_await Perform(task, Operation::on(call, false));
                         }
                       }),
                       *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  other.join();
  sockets.close_all();
  return took;
}

#ifdef INTERLEAVE_BENCH_ASIO
using asio::ip::tcp;
asio::awaitable<void> echo(tcp::acceptor& acceptor) {
  tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  try {
    for (std::array<char, 4096> text;;) {
      const std::size_t got = co_await socket.async_read_some(asio::buffer(text), asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(text.data(), got), asio::use_awaitable);
    }
  } catch (const std::exception&) {  // the client has closed
  }
}
double of_asio() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  double took = 0;
  std::thread other([&, port = acceptor.local_endpoint().port()] { took = client(port); });
  asio::co_spawn(context, echo(acceptor), asio::detached);
  context.run();
  other.join();
  return took;
}
#endif

}  // namespace

int main() {
  std::vector<double> raw, mine, others;
  for (int round = 0; round < kRounds; ++round) {
    raw.push_back(raw_epoll());
    mine.push_back(ours());
#ifdef INTERLEAVE_BENCH_ASIO
    others.push_back(of_asio());
#endif
  }
  const double floor = bench::median(raw);
  bench::row("echo over loopback, a round trip", "epoll itself", floor, "ns", floor);
  bench::row("echo over loopback, a round trip", "ours, traced", bench::median(mine), "ns", floor);
  if (!others.empty()) bench::row("echo over loopback, a round trip", "asio", bench::median(others), "ns", floor);
}
