// socket_table.h -- a script's sockets, whatever carries them: what each call means, its limits, and who waits.
//
// Scripts are untrusted. They name no address: a socket reaches only a port on which the same run listens, so no other
// program of this machine can be reached, whoever wrote the script. There are at most kMostSockets at once, kMostEver and
// kMostBytes in a run, and no wait is longer than kLongestWait. Text goes as UTF-8; a character that came in half waits for
// its rest.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "runtime/executor.h"
#include "runtime/seams.h"

namespace interleave {

/// What carries bytes. Under the table's mutex, but for rest().
class Transport {
 public:
  static constexpr int kAgain = -1, kBroken = -2;
  virtual ~Transport() = default;
  virtual std::string_view label() const = 0;
  /// Handles are the transport's own, from 0 up. `port` 0: any, and it says which. kBroken and a sentence: it cannot.
  virtual int listen(std::int64_t& port, std::string& failure) = 0;
  virtual int connect(std::int64_t port) = 0;
  virtual int accept(int handle) = 0;
  /// Bytes; 0: the other side has closed.
  virtual int receive(int handle, char* at, int most) = 0;
  virtual int send(int handle, const char* at, int bytes) = 0;
  virtual bool readable(int handle) = 0;
  virtual void close(int handle) = 0;
  // On the polling thread: from now on, until forget(), it says when the handle may be ready (SocketTable::changed).
  virtual void watch(int handle, bool to_receive, bool to_send) = 0;
  virtual void forget(int handle) = 0;
  /// Looks, without the mutex, whether something that it watches is ready.
  virtual void pump() {}
  /// What rest() compares: taken before the attempt that was in vain, so that nothing is missed. Thread: any.
  virtual std::uint64_t changes() = 0;
  /// Returns when the handle may be ready or was closed, or after `at_most`. Without the mutex. Thread: any.
  virtual void rest(int handle, bool to_send, std::uint64_t since, Nanos at_most) = 0;
  /// Ends the calling thread's rest, or its next. To be called on any thread, while that one is in perform().
  virtual std::function<void()> waker() = 0;
};

class SocketTable : public Sockets {
 public:
  static constexpr std::size_t kMostSockets = 64;
  static constexpr int kMostEver = 10'000;
  static constexpr std::int64_t kMostBytes = 16 << 20;
  static constexpr Nanos kLongestWait = 10'000 * kMs;

  /// Both outlive it.
  SocketTable(Clock& clock, Transport& transport) : clock_(clock), transport_(transport) {}
  ~SocketTable() override { close_all(); }
  std::string_view label() const override { return transport_.label(); }
  bool attempt(SocketCall& call) override;
  void start(std::uint64_t id, SocketCall& call) override;
  void finished(std::vector<std::uint64_t>& ids) override;
  Nanos due() override;
  void give_up(std::uint64_t id) override;
  void perform(SocketCall& call, Standstill& still) override;
  void close_all() override;
  /// Something may be ready. Thread: any.
  void changed() { changed_.store(true, std::memory_order_release); }

 private:
  struct Socket {
    int handle = 0;
    int to_receive = 0, to_send = 0;  ///< waits that are watched
    bool listens = false;
    std::int64_t port = 0;
    std::string half;  ///< of a character
  };
  struct Waiting {
    SocketCall* call;
    int socket;
    bool to_send;
    Nanos limit;  ///< clock time
  };
  bool go_on(SocketCall& call);
  bool fail(SocketCall& call, std::string sentence, const char* as = "OSError");
  bool add(SocketCall& call, int handle, bool listens, std::int64_t port);
  bool receive(SocketCall& call, Socket& socket);
  void watch(const Waiting& waiting, int more);

  Clock& clock_;
  Transport& transport_;
  std::atomic<bool> changed_{false};
  std::mutex mutex_;  // all below
  std::map<int, Socket> sockets_;
  std::map<std::uint64_t, Waiting> waiting_;  ///< begun by start(), by number: the first began first
  int last_ = 0;
  std::int64_t bytes_ = 0;
  bool closed_ = false;
};

/// Bytes go from socket to socket inside the engine: where a page has no sockets, and where a test's clock jumps.
class ChannelTransport final : public Transport {
 public:
  std::string_view label() const override { return "Sockets here are a channel inside the engine: a page cannot open real ones."; }
  /// `changed`: something may be ready now; called by whoever did it.
  explicit ChannelTransport(std::function<void()> changed) : changed_(std::move(changed)) {}
  int listen(std::int64_t& port, std::string& failure) override;
  int connect(std::int64_t port) override;
  int accept(int handle) override;
  int receive(int handle, char* at, int most) override;
  int send(int handle, const char* at, int bytes) override;
  bool readable(int handle) override;
  void close(int handle) override;
  void watch(int, bool, bool) override {}
  void forget(int) override {}
  std::uint64_t changes() override;
  void rest(int handle, bool to_send, std::uint64_t since, Nanos at_most) override;
  std::function<void()> waker() override;

 private:
  static constexpr std::size_t kRoom = 256 << 10;  ///< bytes on their way between two
  struct End {
    std::int64_t port = 0;
    bool open = true, listens = false;
    int other = -1;
    std::vector<int> arrived;  ///< not accepted yet
    std::string incoming;
  };
  void tell();
  void stir();

  std::function<void()> changed_;
  std::vector<End> ends_;
  std::int64_t next_port_ = 50'000;
  std::mutex resting_;  // what follows
  std::uint64_t changes_ = 0;
  std::condition_variable bell_;
};

}  // namespace interleave
