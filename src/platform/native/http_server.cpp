#include "platform/native/http_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace interleave {

// --- In the parent --------------------------------------------------------------------------------------------------

HttpServer::~HttpServer() { end_child(process_); }

int HttpServer::port_if_started() { return port_; }

pid_t HttpServer::pid() {
  std::lock_guard lock(mutex_);
  return process_.pid;
}

int HttpServer::port(std::string& failure, const StopSignal* stop) {
  std::lock_guard lock(mutex_);
  if (elsewhere_) {
    if (port_ == 0) failure = "This process was told of no HTTP server.";
    return port_;
  }
  if (process_.started()) {
    // It says nothing after its port: a readable socket is a closed one. But a dying process closes its sockets one after
    // the other, and on a busy machine the request's goes long before this one: after a failed request there is no telling.
    pollfd end{process_.socket, POLLIN, 0};
    if (!suspect_.exchange(false) && poll(&end, 1, 0) == 0) return port_;
    port_ = 0;
    end_child(process_);
  }
  if (stop && stop->asked()) {
    failure = "The HTTP server did not start.";
    return 0;
  }
  process_ = start_self(kServerRole, "", failure);
  if (!process_.started()) return 0;
  std::uint16_t port = 0;
  constexpr int kStartLimitMs = 10'000;  // as a task process's; with other programs on all cores one in a thousand took more than three
  if (!readable(process_.socket, kStartLimitMs, stop) || read(process_.socket, &port, sizeof port) != sizeof port || port == 0) {
    end_child(process_);
    failure = "The HTTP server did not start.";
    return 0;
  }
  return port_ = port;
}

// --- In the server --------------------------------------------------------------------------------------------------

namespace {

constexpr double kMostMs = 600'000;
constexpr long long kMostBytes = 64ll << 20;
constexpr int kBacklog = 4096;

event_base* base = nullptr;

struct Waiting {
  evhttp_request* request;
  long long bytes;
};

void answer(evutil_socket_t, short, void* argument) {
  static const std::string block(1 << 16, '.');
  auto* waiting = static_cast<Waiting*>(argument);
  evbuffer* body = evbuffer_new();
  for (long long left = waiting->bytes; left > 0; left -= static_cast<long long>(block.size()))
    evbuffer_add_reference(body, block.data(), std::min<long long>(left, block.size()), nullptr, nullptr);
  // A client that left meanwhile: evhttp finds out by the write, and frees the request.
  evhttp_send_reply(waiting->request, HTTP_OK, nullptr, body);
  evbuffer_free(body);
  delete waiting;
}

void arrived(evhttp_request* request, void*) {
  evkeyvalq query{};
  evhttp_parse_query_str(evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request)) ?: "", &query);
  const char* ms_text = evhttp_find_header(&query, "ms");
  const char* bytes_text = evhttp_find_header(&query, "bytes");
  double ms = ms_text ? std::strtod(ms_text, nullptr) : 0;
  if (!(ms >= 0)) ms = 0;
  ms = std::min(ms, kMostMs);
  const long long bytes = std::clamp(bytes_text ? std::strtoll(bytes_text, nullptr, 10) : 0ll, 0ll, kMostBytes);
  evhttp_clear_headers(&query);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "application/octet-stream");
  auto* waiting = new Waiting{request, bytes};
  const auto us = static_cast<long long>(std::ceil(ms * 1000));
  if (us == 0) return answer(-1, 0, waiting);
  const timeval after{static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)};
  event_base_once(base, -1, EV_TIMEOUT, answer, waiting, &after);
}

void not_found(evhttp_request* request, void*) { evhttp_send_error(request, HTTP_NOTFOUND, nullptr); }

void parent_gone(evutil_socket_t, short, void*) { event_base_loopbreak(base); }

}  // namespace

int run_http_server() {
  become_child("interleave-http", false);
  event_config* config = event_config_new();
  // Without the two, timers ring on whole milliseconds, and count from when the loop woke instead of from the arrival.
  event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
  event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
  base = event_base_new_with_config(config);
  event_config_free(config);
  if (!base) return 1;

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  evconnlistener* listener =
      evconnlistener_new_bind(base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, kBacklog,
                              reinterpret_cast<sockaddr*>(&address), sizeof address);
  if (!listener) return 1;
  // Accepted connections inherit it. With Nagle's algorithm the last piece of a long answer waits 40 ms for an ack.
  const int on = 1;
  setsockopt(evconnlistener_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socklen_t length = sizeof address;
  getsockname(evconnlistener_get_fd(listener), reinterpret_cast<sockaddr*>(&address), &length);

  evhttp* http = evhttp_new(base);
  evhttp_set_allowed_methods(http, EVHTTP_REQ_GET);
  evhttp_set_timeout(http, 3600);
  evhttp_set_cb(http, "/io", arrived, nullptr);
  evhttp_set_gencb(http, not_found, nullptr);
  evhttp_bind_listener(http, listener);

  event* parent = event_new(base, kChildSocket, EV_READ | EV_PERSIST, parent_gone, nullptr);
  event_add(parent, nullptr);
  const std::uint16_t port = ntohs(address.sin_port);
  if (write(kChildSocket, &port, sizeof port) != sizeof port) return 1;
  event_base_dispatch(base);
  _exit(0);  // nothing to save, and thousands of connections to free
}

}  // namespace interleave
