// socket_table.h -- a script's sockets, whatever carries them: what each call means, its limits, and who waits.
//
// Scripts are untrusted. They name no address: a socket reaches only a port on which the same run listens, so no other
// program of this machine can be reached, whoever wrote the script. There are at most kMostSockets at once, kMostEver and
// kMostBytes in a run, and no wait is longer than kLongestWait. Text goes as UTF-8; a character that came in half waits for
// its rest.
//
// What a message costs is the system's calls, so there are no more of them than one receive and one send, as an event loop that is
// written by hand has them:
//   - a receive that brought less than it had room for has taken all, so the next is not tried but waited for: the socket is drained;
//   - a socket that was waited for stays watched, edge-triggered: it is said once that more has come, and not again and again while
//     nobody waits for it (which would also cost a look of the system's at each of those that were ready the last time);
//   - who is ready is known by name, and nobody else is tried.
// What is said once must not be lost. `drained` is written under the socket's mutex: by who has just seen that there is nothing, and
// taken back by who is told that there is something, whether anybody waits or not. More that comes between the two is told after,
// and whoever begins to wait looks once if it is not drained. The end, too, may have been told with the words before it: a socket that
// is told to have ended is never drained. Who waits to accept, to send or for readable() looks once in any case. A thread that begins
// to watch is told what is there already.
// A socket has a mutex of its own, which is held during its calls, so that threads with sockets of their own do not wait for each
// other. What makes or ends sockets has the table's, which is taken first. A closed socket's record stays, so that whoever has found
// it may lock it; there are kMostEver.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "runtime/executor.h"
#include "runtime/seams.h"

namespace interleave {

/// What carries bytes. Thread: any, but two calls with one handle never overlap, unless said otherwise.
class Transport {
 public:
  static constexpr int kAgain = -1, kBroken = -2;
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The handle may have become ready; `ended`: the other side sends no more. False: nobody waits for that.
    virtual bool ready(int handle, bool to_receive, bool to_send, bool ended) = 0;
  };
  /// What one thread watches. Thread: that, but for notify().
  class Watch {
   public:
    virtual ~Watch() = default;
    /// Who hears of what is ready, in look() and while the thread sleeps: when it is watched anew, and each time that something comes.
    void tell(Listener& listener) { listener_ = &listener; }
    /// From now on, instead of what was said before, it says when the handle may be ready. Until it is closed.
    virtual void watch(int handle, bool to_receive, bool to_send) = 0;
    /// Tells of what is ready since the sleep that has just told of something, or now. Never blocks.
    virtual void look() = 0;
    /// Of a thread that sleeps here: for at most that long, or until something is ready for who waits, or notify().
    virtual void sleep(Nanos at_most) = 0;
    virtual void notify() = 0;

   protected:
    Listener* listener_ = nullptr;
  };

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
  /// The polling thread's, while it sleeps by its clock. Null: nothing is watched, and SocketTable::changed() says that any
  /// may be ready.
  virtual Watch* watch() { return nullptr; }
  /// Another thread's. Null: there is none.
  virtual std::unique_ptr<Watch> watch_of_thread() { return nullptr; }
  /// What rest() compares: taken before the attempt that was in vain, so that nothing is missed.
  virtual std::uint64_t changes() = 0;
  /// Returns when the handle may be ready or was closed, or after `at_most`. May overlap with anything.
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
  SocketTable(Clock& clock, Transport& transport);
  ~SocketTable() override;
  std::string_view label() const override { return transport_.label(); }
  bool attempt(SocketCall& call) override { return go_on(call, false); }
  void start(SocketCall& call, Nanos now) override;
  void finished(std::vector<SocketCall*>& over) override;
  Nanos due() override;
  void give_up(SocketCall& call) override;
  void give_up_all() override;
  std::unique_ptr<SocketWaitsOfThread> waits_of_thread() override;
  void perform(SocketCall& call, Standstill& still) override;
  void close_all() override;
  /// Something may be ready. Thread: any.
  void changed();

 private:
  struct Socket {
    // They stay as they are from the first `open` on.
    int handle = 0;
    bool listens = false;
    std::int64_t port = 0;
    // Written under the mutex, under which calls of the handle are.
    std::mutex mutex;
    std::atomic<bool> open{false};
    std::atomic<bool> drained{false};
    bool ended = false;  ///< the other side sends no more
    std::string half;    ///< of a character
  };
  static constexpr int kInChunk = 64;
  using Chunk = std::array<Socket, kInChunk>;
  class Waits;

  bool go_on(SocketCall& call, bool heard);
  bool make(SocketCall& call);
  bool close(SocketCall& call);
  bool fail(SocketCall& call, std::string sentence, const char* as = "OSError");
  bool add(SocketCall& call, int handle, bool listens, std::int64_t port);
  bool receive(SocketCall& call, Socket& socket);
  bool send(SocketCall& call, Socket& socket);
  /// Null: there was never one of that number.
  Socket* at(int number);

  Clock& clock_;
  Transport& transport_;
  const bool says_who_is_ready_;
  std::atomic<bool> closed_{false};
  std::atomic<std::int64_t> bytes_{0};
  std::array<std::atomic<Chunk*>, kMostEver / kInChunk + 1> chunks_{};
  std::mutex mutex_;  // what follows; that chunks are added, too
  std::vector<int> open_;
  int last_ = 0;
  std::vector<Waits*> of_threads_;
  const std::unique_ptr<Waits> here_;  // the polling thread's
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
  End& end(int handle) { return ends_[static_cast<std::size_t>(handle)]; }

  std::function<void()> changed_;
  std::mutex mutex_;  // what follows, as two handles may have one end
  std::vector<End> ends_;
  std::int64_t next_port_ = 50'000;
  std::mutex resting_;  // what follows
  std::uint64_t changes_ = 0;
  std::condition_variable bell_;
};

}  // namespace interleave
