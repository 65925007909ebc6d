// http_server.h -- the other side of request(): a small HTTP server on the loopback, in a process of its own.
//
// GET /io?ms=LATENCY&bytes=SIZE is answered after LATENCY milliseconds (may have a fraction) with SIZE bytes. One thread
// serves thousands of connections: a request that waits is a timer in libevent's heap and no thread. Its CPU time is
// that of "the network" and is not counted; that it shares the machine's cores is true of any server on the same machine.
// Rejected: libmicrohttpd (suspending works, the timer heap would be ours); a thread of this process (its CPU time and
// its scheduling would be the run's).
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "platform/native/child_process.h"

namespace interleave {

/// One server, started when first needed, kept for all runs, ended with this object (or with this process).
/// Thread: any.
class HttpServer {
 public:
  HttpServer() = default;
  /// One that another process keeps; 0: it keeps none.
  explicit HttpServer(int port) : elsewhere_(true), port_(port) {}
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Its port; starts it, or starts it again if it died. 0 and a sentence if it cannot. Blocks: the first time as long
  /// as the program takes to start, at most 10 s, or until `stop` is asked: then the next call starts it anew.
  int port(std::string& failure, const StopSignal* stop = nullptr);
  /// 0: not started yet. Blocks: never, not even for a port() that waits.
  int port_if_started();
  /// A request failed: the next port() starts another server. (A run asks once, at its first request.)
  void suspect() { suspect_ = true; }
  pid_t pid();

 private:
  std::mutex mutex_;
  ChildProcess process_;
  const bool elsewhere_ = false;
  std::atomic<int> port_ = 0;  ///< as long as the server lives, as far as is known
  std::atomic<bool> suspect_ = false;
};

/// The life of the server process. Returns its exit status when the parent is gone.
int run_http_server();

}  // namespace interleave
