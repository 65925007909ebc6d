// echo_bench.cpp -- echo over the loopback, 64 bytes there and back: tasks of the loop beside who calls epoll itself, asio's coroutines
// where Debian's libasio-dev is there, and CPython's asyncio (echo_peers.py) where there is a python3 (goal 13).
//
// Three arrangements, each in interleaved rounds, of which the medians are said, as ratios of epoll itself:
//   - twenty connections, both ends of each on the same thread, on one thread and on two with ten each: what PERFORMANCE.md's peers
//     were measured by. Nobody waits for another core, and each wait finds twenty ready ones: nothing is left but what the calls and
//     the loop cost. A client on a thread of its own would be woken across cores (50 us here, where all the work is 5), would be part
//     of the figure whoever serves, and on two cores would take the second server's;
//   - one connection, whose client is another thread: a wake across cores each way, which hides all else, as it does in life;
//   - twenty, whose client is another thread with an epoll set: the server's CPU time is what can be compared.
// CPU time is all threads' where the ends are on the same one, else the serving thread's alone. Other programs make the clock's
// figures longer, and CPU time hardly.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#ifdef INTERLEAVE_BENCH_ASIO
#include <asio.hpp>
#endif

#include "platform/native/native_clock.h"
#include "platform/native/tcp_sockets.h"
#include "python_peers.h"
#include "rows.h"
#include "runtime/executor.h"

namespace {

using namespace interleave;

constexpr int kConnections = 20, kTrips = 2'000;  // each; a run's sockets take 16 MiB, which is three times that
constexpr int kTripsOfOne = 20'000;
constexpr std::size_t kBytes = 64;

void must(bool good) {
  if (!good) std::abort();
}
Nanos cpu(clockid_t whose) {
  timespec t{};
  clock_gettime(whose, &t);
  return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// Nanoseconds a round trip.
struct Took {
  double by_clock = 0, of_cpu = 0;
};
class Watch {
 public:
  explicit Watch(clockid_t whose) : whose_(whose) {}
  Took since(int trips) const { return {static_cast<double>(monotonic_now() - begin_) / trips, static_cast<double>(cpu(whose_) - cpu_) / trips}; }

 private:
  clockid_t whose_;
  Nanos begin_ = monotonic_now(), cpu_ = cpu(whose_);
};

// -- Who calls the system itself ---------------------------------------------------------------------------------------

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
int at_once(int fd) {
  const int on = 1;
  must(fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
  return fd;
}
int connected(int port) {
  const int fd = at_once(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

struct Listener {
  Listener() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    must(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, kConnections) == 0 && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~Listener() { close(fd); }
  int accepted() const { return at_once(accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)); }
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port = 0;
};

/// One receive and one send for each that is ready, which is the least there can be.
class RawLoop {
 public:
  ~RawLoop() {
    for (const auto& [fd, _] : trips_left_) close(fd);
    close(set_);
  }
  /// `trips`: it is a client's, and asks so often; -1: it answers until the other side closes.
  void add(int fd, int trips) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    must(epoll_ctl(set_, EPOLL_CTL_ADD, fd, &event) == 0);
    trips_left_.emplace_back(fd, trips);
    if (static_cast<std::size_t>(fd) >= of_fd_.size()) of_fd_.resize(static_cast<std::size_t>(fd) + 1);
    of_fd_[static_cast<std::size_t>(fd)] = static_cast<int>(trips_left_.size()) - 1;
    (trips > 0 ? clients_ : servers_)++;
  }
  /// Returns when all clients have asked, or, where there are none, all have closed.
  void run() {
    std::array<char, 4096> text{};
    for (const auto& [fd, trips] : trips_left_)
      if (trips > 0) must(send(fd, text.data(), kBytes, 0) == kBytes);
    std::array<epoll_event, 128> events;
    for (int& left = clients_ > 0 ? clients_ : servers_; left > 0;) {
      const int count = epoll_wait(set_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        int& trips = trips_left_[static_cast<std::size_t>(of_fd_[static_cast<std::size_t>(fd)])].second;
        const ssize_t got = recv(fd, text.data(), text.size(), 0);
        if (got == 0) {
          epoll_ctl(set_, EPOLL_CTL_DEL, fd, nullptr);
          --left;
          continue;
        }
        must(got == kBytes);
        if (trips > 0 && --trips == 0) --left;
        else must(send(fd, text.data(), kBytes, 0) == kBytes);
      }
    }
  }

 private:
  const int set_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::pair<int, int>> trips_left_;
  std::vector<int> of_fd_;
  int clients_ = 0, servers_ = 0;
};

/// Calls `f(0)`, `f(1)` and so on, each on a thread of its own, the first on this one.
template <class F>
void on_threads(int count, F f) {
  std::vector<std::thread> others;
  for (int i = 1; i < count; ++i) others.emplace_back(f, i);
  f(0);
  for (std::thread& other : others) other.join();
}

Took raw_both_ends(int threads) {
  const Listener listener;
  std::vector<RawLoop> loops(static_cast<std::size_t>(threads));
  for (int i = 0; i < kConnections; ++i) {
    RawLoop& loop = loops[static_cast<std::size_t>(i % threads)];
    loop.add(connected(listener.port), kTrips);
    loop.add(listener.accepted(), -1);
  }
  const Watch watch(CLOCK_PROCESS_CPUTIME_ID);
  on_threads(threads, [&](int i) { loops[static_cast<std::size_t>(i)].run(); });
  return watch.since(kConnections * kTrips);
}

/// Another thread's. One: it blocks. More: it waits for all of them.
class Client {
 public:
  Client(int port, int connections, int trips) : thread_([=, this] {
    RawLoop loop;
    std::vector<int> fds;
    for (int i = 0; i < connections; ++i) fds.push_back(connected(port));
    const Nanos begin = monotonic_now();
    if (connections > 1) {
      for (const int fd : fds) loop.add(fd, trips);
      loop.run();
    } else {
      std::array<char, kBytes> text{};
      for (int i = 0; i < trips; ++i) must(send(fds[0], text.data(), kBytes, 0) == kBytes && recv(fds[0], text.data(), kBytes, MSG_WAITALL) == kBytes);
      close(fds[0]);
    }
    took_ = static_cast<double>(monotonic_now() - begin) / (connections * trips);
  }) {}
  /// Nanoseconds a round trip.
  double joined() {
    thread_.join();
    return took_;
  }

 private:
  double took_ = 0;
  std::thread thread_;
};

Took raw_server(int connections, int trips) {
  const Listener listener;
  Client client(listener.port, connections, trips);
  RawLoop loop;
  for (int i = 0; i < connections; ++i) loop.add(listener.accepted(), -1);
  const Watch watch(CLOCK_THREAD_CPUTIME_ID);
  loop.run();
  const double of_cpu = watch.since(connections * trips).of_cpu;
  return {client.joined(), of_cpu};
}

// -- Ours --------------------------------------------------------------------------------------------------------------

using Act = SocketCall::Act;

std::shared_ptr<Work> serving(int socket) {
  return work([socket](Task& task) -> Coroutine {
    for (SocketCall call{.act = Act::receive, .socket = socket, .number = 4096};; call.again(Act::receive)) {
      co_await Perform(task, Operation::on(call, false));
      if (call.text.empty()) break;
      call.again(Act::send);
      co_await Perform(task, Operation::on(call, false));
    }
  });
}
std::shared_ptr<Work> asking(int socket) {
  return work([socket](Task& task) -> Coroutine {
    SocketCall call{.act = Act::send, .socket = socket, .number = 4096, .text = std::string(kBytes, 'x')};
    for (int i = 0; i < kTrips; ++i) {
      call.again(Act::send);
      co_await Perform(task, Operation::on(call, false));
      call.again(Act::receive);
      co_await Perform(task, Operation::on(call, false));
      must(call.text.size() == kBytes);
    }
    call.again(Act::close);
    co_await Perform(task, Operation::on(call, false));
  });
}

void run_loops(int loops, std::function<Coroutine(Task&)> main) {
  NativeClock clock;
  TcpTransport tcp(clock.poller());
  SocketTable sockets(clock, tcp);
  RunOptions options;
  options.kind = ExecutorKind::loop;
  options.workers = options.machine_cores = loops;
  options.compute_rate = 1;
  options.clock = &clock;
  options.sockets = &sockets;
  const auto recorder = Recorder::recycling();
  auto made = make_executor(options);
  made.executor->start(root(std::move(main)), *recorder);
  while (made.executor->poll(1'000 * kMs).kind != Progress::Kind::done) {}
  sockets.close_all();
}

Took our_both_ends(int loops) {
  Took took;
  run_loops(loops, [&](Task& task) -> Coroutine {
    SocketCall listener;
    co_await Perform(task, Operation::on(listener, true));
    std::array<std::vector<int>, 2> sockets;
    for (int i = 0; i < kConnections; ++i) {
      SocketCall near{.act = Act::connect, .number = listener.number}, far{.act = Act::accept, .socket = listener.socket};
      co_await Perform(task, Operation::on(near, true));
      co_await Perform(task, Operation::on(far, true));
      sockets[0].push_back(near.socket);
      sockets[1].push_back(far.socket);
    }
    // Loops get main's tasks in turns: with as many clients as there are loops, and then as many servers, both ends of each are on one.
    std::vector<std::shared_ptr<Work>> ends;
    for (std::size_t i = 0; i < kConnections; i += static_cast<std::size_t>(loops))
      for (std::size_t side = 0; side < 2; ++side)
        for (std::size_t j = i; j < i + static_cast<std::size_t>(loops); ++j) ends.push_back(side == 0 ? asking(sockets[0][j]) : serving(sockets[1][j]));
    const Watch watch(CLOCK_PROCESS_CPUTIME_ID);
    co_await gather(task, ends);
    took = watch.since(kConnections * kTrips);
  });
  return took;
}

Took our_server(int connections, int trips) {
  Took took;
  std::unique_ptr<Client> client;
  run_loops(1, [&](Task& task) -> Coroutine {
    SocketCall listener;
    co_await Perform(task, Operation::on(listener, true));
    client = std::make_unique<Client>(static_cast<int>(listener.number), connections, trips);
    std::vector<std::shared_ptr<Work>> ends;
    for (int i = 0; i < connections; ++i) {
      SocketCall far{.act = Act::accept, .socket = listener.socket};
      co_await Perform(task, Operation::on(far, false));
      ends.push_back(serving(far.socket));
    }
    const Watch watch(CLOCK_THREAD_CPUTIME_ID);
    co_await gather(task, ends);
    took = watch.since(connections * trips);
  });
  took.by_clock = client->joined();
  return took;
}

// -- asio --------------------------------------------------------------------------------------------------------------

#ifdef INTERLEAVE_BENCH_ASIO
using asio::ip::tcp;
using asio::use_awaitable;
asio::awaitable<void> asio_serve(tcp::socket socket) {
  try {
    for (std::array<char, 4096> text;;) {
      const std::size_t got = co_await socket.async_read_some(asio::buffer(text), use_awaitable);
      co_await asio::async_write(socket, asio::buffer(text.data(), got), use_awaitable);
    }
  } catch (const std::exception&) {  // the client has closed
  }
}
asio::awaitable<void> asio_ask(tcp::socket socket) {
  std::array<char, 4096> text{};
  for (int i = 0; i < kTrips; ++i) {
    co_await asio::async_write(socket, asio::buffer(text.data(), kBytes), use_awaitable);
    must(co_await socket.async_read_some(asio::buffer(text), use_awaitable) == kBytes);
  }
}
tcp::socket asio_socket(asio::io_context& context, int fd) {
  tcp::socket socket(context, tcp::v4(), fd);
  socket.non_blocking(true);
  return socket;
}
Took asio_both_ends(int threads) {
  const Listener listener;
  std::vector<std::unique_ptr<asio::io_context>> contexts;  // one for each thread, which is quicker than one for all
  for (int i = 0; i < threads; ++i) contexts.push_back(std::make_unique<asio::io_context>(1));
  for (int i = 0; i < kConnections; ++i) {
    asio::io_context& context = *contexts[static_cast<std::size_t>(i % threads)];
    tcp::socket near = asio_socket(context, connected(listener.port)), far = asio_socket(context, listener.accepted());
    asio::co_spawn(context, asio_ask(std::move(near)), asio::detached);
    asio::co_spawn(context, asio_serve(std::move(far)), asio::detached);
  }
  const Watch watch(CLOCK_PROCESS_CPUTIME_ID);
  on_threads(threads, [&](int i) { contexts[static_cast<std::size_t>(i)]->run(); });
  return watch.since(kConnections * kTrips);
}
Took asio_server(int connections, int trips) {
  const Listener listener;
  Client client(listener.port, connections, trips);
  asio::io_context context(1);
  for (int i = 0; i < connections; ++i) asio::co_spawn(context, asio_serve(asio_socket(context, listener.accepted())), asio::detached);
  const Watch watch(CLOCK_THREAD_CPUTIME_ID);
  context.run();
  const double of_cpu = watch.since(connections * trips).of_cpu;
  return {client.joined(), of_cpu};
}
#endif

// -- Rows --------------------------------------------------------------------------------------------------------------

Took of_python(const char* which) {
  static std::map<std::string, double> said;  // both come together
  if (said.empty()) said = bench::python_says(INTERLEAVE_SOURCE_DIR "/tests/bench/echo_peers.py", fmt::format("{} {}", kConnections, kTrips / 4));
  const Took took{said[which], said[std::string(which) + "_cpu"]};
  if (std::string_view(which) == "sockets") said.clear();
  return took;
}

struct Who {
  const char* name;
  std::function<Took()> run;
  std::vector<double> by_clock{}, of_cpu{};
};
struct Arrangement {
  const char* what;
  std::vector<Who> all;  ///< the first is the floor
};

}  // namespace

/// `echo_bench [WORD [ROUNDS]]`: only what has that word in "what: who", so often; for perf and strace.
int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  std::vector<Arrangement> arrangements = {
      {"echo over loopback, 20 connections, 1 thread", {{"epoll itself", [] { return raw_both_ends(1); }}, {"ours, traced", [] { return our_both_ends(1); }}}},
      {"echo over loopback, 20 connections, 2 threads", {{"epoll itself", [] { return raw_both_ends(2); }}, {"ours, traced", [] { return our_both_ends(2); }}}},
      {"echo over loopback, 20 from another thread", {{"epoll itself", [] { return raw_server(kConnections, kTrips); }}, {"ours, traced", [] { return our_server(kConnections, kTrips); }}}},
      {"echo over loopback, 1 from another thread", {{"epoll itself", [] { return raw_server(1, kTripsOfOne); }}, {"ours, traced", [] { return our_server(1, kTripsOfOne); }}}},
  };
#ifdef INTERLEAVE_BENCH_ASIO
  arrangements[0].all.push_back({"asio", [] { return asio_both_ends(1); }});
  arrangements[1].all.push_back({"asio, a context each", [] { return asio_both_ends(2); }});
  arrangements[2].all.push_back({"asio", [] { return asio_server(kConnections, kTrips); }});
  arrangements[3].all.push_back({"asio", [] { return asio_server(1, kTripsOfOne); }});
#endif
  arrangements[0].all.push_back({"CPython, asyncio streams", [] { return of_python("streams"); }});
  arrangements[0].all.push_back({"CPython, sock_recv", [] { return of_python("sockets"); }});
  for (Arrangement& each : arrangements)
    std::erase_if(each.all, [&](const Who& who) { return fmt::format("{}: {}", each.what, who.name).find(only) == std::string::npos; });
  for (int round = 0; round < rounds; ++round)
    for (Arrangement& each : arrangements)
      for (Who& who : each.all)
        if (const Took took = who.run(); took.by_clock > 0) {
          who.by_clock.push_back(took.by_clock);
          who.of_cpu.push_back(took.of_cpu);
        }
  for (const Arrangement& each : arrangements)
    for (const auto& [times, suffix] : {std::pair{&Who::by_clock, ""}, {&Who::of_cpu, ", CPU time"}})
      for (const Who& who : each.all)
        if (const std::vector<double>& its = who.*times; !its.empty())
          bench::row(fmt::format("{}{}", each.what, suffix), who.name, bench::median(its), "ns", bench::median(each.all.front().*times));
}
