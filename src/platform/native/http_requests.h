// http_requests.h -- request() natively: libcurl against the loopback server.
//
// For cooperative executors curl's multi interface hangs its sockets into the clock's poller (socket_action: O(1) per
// event, whatever the number of connections). For workers' own threads each thread has a handle of its own, so that it
// keeps its connection from one request to the next. It sleeps in one poll until the answer is there, or somebody wakes it.
// New requests are begun 64 at a time between looks at the sockets: a thousand connects at one blow would fill the
// server's backlog, and leave answers lying for the 50 us that each costs.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "runtime/seams.h"

namespace interleave {

/// One per run: a run begins without open connections, whatever ran before it.
/// Thread: the poller's, but for perform().
class HttpRequests final : public Requests, private Poller::Watcher {
 public:
  /// `stop`, which outlives it, ends waits for a server that starts.
  HttpRequests(NativeClock& clock, HttpServer& server, const StopSignal* stop = nullptr);
  ~HttpRequests() override;
  /// Starts the server, so that a run need not; otherwise the first request does. Its port; 0 and a sentence: there is
  /// none. Thread: any. Blocks: as long as the server takes to start.
  int prepare(std::string& failure);
  int most_at_once() const override { return most_at_once_; }
  void start(std::uint64_t id, Nanos latency, std::int64_t size) override;
  void finished(std::vector<Answer>& answers) override;
  Answer perform(Nanos latency, std::int64_t size, Standstill& still) override;
  void give_up(std::uint64_t id) override;
  void abandon_all() override;

 private:
  struct Exchange;
  struct Blocking;
  void ready(int fd, std::uint32_t events) override;
  void alarm() override;
  void begin_some();
  void collect();
  void close(Exchange& exchange);
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);

  Poller& poller_;
  HttpServer& server_;
  const StopSignal* const stop_;
  std::atomic<int> port_ = 0;
  int most_at_once_ = 0;
  CURLM* multi_ = nullptr;
  std::map<std::uint64_t, std::unique_ptr<Exchange>> backlog_;  ///< asked for, not begun
  std::unordered_map<std::uint64_t, std::unique_ptr<Exchange>> under_way_;
  std::vector<CURL*> spare_;                       ///< handles that may be used again
  std::vector<Answer> answers_;
};

}  // namespace interleave
