// seams.h -- what the platform does for the executors: HTTP requests, sockets, and processes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/task.h"

namespace interleave {

/// A thread of a run that stands still in a seam's call until what it asked for is over.
class Standstill {
 public:
  static constexpr Nanos kEnds = INT64_MIN;
  virtual ~Standstill() = default;
  /// How long it may sleep, clock time; kEnds: not at all, the call is to end. Thread: its own, before each sleep.
  virtual Nanos may_sleep_until() = 0;
  /// From now on `wake` is called when that may have changed, on any thread; it must not block. Null: no more, nor is it being
  /// called now. Thread: its own.
  virtual void wake_by(const std::function<void()>* wake) = 0;
};
/// As long as this stands, that is what wakes it.
class WokenBy {
 public:
  WokenBy(Standstill& still, std::function<void()> wake) : still_(still), wake_(std::move(wake)) { still_.wake_by(&wake_); }
  ~WokenBy() { still_.wake_by(nullptr); }
  WokenBy(const WokenBy&) = delete;
  WokenBy& operator=(const WokenBy&) = delete;

 private:
  Standstill& still_;
  const std::function<void()> wake_;
};

/// Real HTTP requests to a server that waits `latency` before it answers with `size` bytes.
class Requests {
 public:
  struct Answer {
    std::uint64_t id = 0;
    std::int64_t bytes = 0;
    std::string failure;  ///< empty: it went well
  };
  virtual ~Requests() = default;
  /// Most that may be under way at once; the executor keeps the rest waiting, as WaitReason::connection.
  virtual int most_at_once() const = 0;
  /// Starts one for the polling thread (cooperative executors). Never blocks.
  virtual void start(std::uint64_t id, Nanos latency, std::int64_t size) = 0;
  /// Moves finished ones here. Never blocks; Clock::wait_until returns when there is one.
  virtual void finished(std::vector<Answer>& answers) = 0;
  /// Blocking form, for a worker's own thread: returns when answered or failed, or `still` ends. Thread: any, many at once.
  virtual Answer perform(Nanos latency, std::int64_t size, Standstill& still) = 0;
  /// Ends, outside too, one that start() began and finished() has not told of, nor will. What of it takes its time to end
  /// keeps its place as long: the next waits for that inside of here. Never blocks.
  virtual void give_up(std::uint64_t id) = 0;
  /// Gives up all that start() began.
  virtual void abandon_all() = 0;
};

/// What is asked of a socket, and the answer. Lives until it is over, or given up.
struct SocketCall {
  enum class Act : std::uint8_t {
    listen,    ///< number: the port, 0 any. Answer: socket, number (the port)
    connect,   ///< number: a port where this run itself listens. Answer: socket
    accept,    ///< Answer: socket, number (the port that it came in by)
    receive,   ///< number: most bytes. Answer: text, empty when the other side has closed
    send,      ///< text: all of it
    close,     ///< never waits; whoever waits for it is told
    readable,  ///< until accept or receive need not wait
  };
  Act act = Act::listen;
  int socket = 0;             ///< which; from 1 up. Answer of listen, connect, accept: the new one
  std::int64_t number = 0;
  std::string text{};
  std::size_t sent = 0;       ///< of text, so far
  bool over = false;
  std::string failure{};      ///< over: empty, or why not
  const char* failed_as = "OSError";  ///< Python's name for that
  std::string_view label{};   ///< answer of listen: as Sockets::label()
  bool counted = false;       ///< text, against what a run may send
  /// What is over, for another act of this socket: what was received may be sent, and its memory is used again.
  void again(Act other) {
    act = other;
    sent = 0;
    over = counted = false;
    failure.clear();
  }
  // While it is started:
  Operation* of = nullptr;    ///< the executor's: who waits for it
  bool elsewhere = false;     ///< the executor's
  void* wait = nullptr;       ///< the sockets' own
};

/// Calls whose attempt() was in vain, and that go on until they are over. Thread: one.
class SocketWaits {
 public:
  virtual ~SocketWaits() = default;
  /// `now`: clock time, from which its limit counts.
  virtual void start(SocketCall& call, Nanos now) = 0;
  /// Moves here what is over, in the order in which it was started. Never blocks.
  virtual void finished(std::vector<SocketCall*>& over) = 0;
  /// When the next wait reaches its limit, clock time; kForever: there is none.
  virtual Nanos due() = 0;
  /// One that was started and is not among the finished(): it is not touched any more. Cost: not how many wait.
  virtual void give_up(SocketCall& call) = 0;
  /// The same of all, which may be gone already.
  virtual void give_up_all() = 0;
};

/// Those of a thread that sleeps by itself, and not where the run's clock does.
class SocketWaitsOfThread : public SocketWaits {
 public:
  virtual bool any() const = 0;
  /// Sleeps until that clock time, until something may be finished(), or until notify(), of which one that came before is not lost.
  /// May return early.
  virtual void wait_until(Nanos deadline) = 0;
  /// Thread: any.
  virtual void notify() = 0;
};

/// Stream sockets of one run that reach nothing but each other: real ones over the loopback, or a channel in the engine.
/// A wait ends after ten seconds, with TimeoutError; how many sockets and bytes there may be is limited.
/// Its waits are those of the polling thread, whose Clock::wait_until returns when something may be finished(), but for limits.
class Sockets : public SocketWaits {
 public:
  /// Where they are no real ones: a sentence for people. Empty: they are.
  virtual std::string_view label() const = 0;
  /// True: it is over. False: it would have to wait. Blocks: never. Thread: any.
  virtual bool attempt(SocketCall& call) = 0;
  /// For a thread that is to have waits of its own, which goes before this. Null: it cannot. Thread: any.
  virtual std::unique_ptr<SocketWaitsOfThread> waits_of_thread() = 0;
  /// Blocking form, for a worker's own thread: until it is over, or `still` ends.
  virtual void perform(SocketCall& call, Standstill& still) = 0;
  /// The run ends: nothing stays open, and what was started here is given up.
  virtual void close_all() = 0;
};

/// Begins a call of a task. True: it is over; where there are no sockets it has failed.
inline bool attempt(Sockets* sockets, Operation& operation) {
  if (sockets) return sockets->attempt(*operation.call);
  operation.fail("There are no sockets here.", "OSError");
  return true;
}

/// Child processes (natively real ones, on the web Workers with a wasm instance and memory of their own) that take
/// messages and send messages, in order. Thread: the polling one.
class ProcessPort {
 public:
  struct Message {
    int child = 0;
    bool lost = false;  ///< the child died or was killed; nothing more comes from it
    Bytes bytes;
  };
  virtual ~ProcessPort() = default;
  /// Starts a child; returns its number, from 0 up. Failure is a `lost` message.
  virtual int spawn() = 0;
  virtual void send(int child, const Bytes& bytes) = 0;
  /// Moves what came here. Never blocks; Clock::wait_until returns when there is something.
  virtual void receive(std::vector<Message>& messages) = 0;
  /// Ends it at once and reaps it.
  virtual void kill(int child) = 0;
};

/// Memory that the processes of one run may map.
class SharedMemory {
 public:
  struct Block {
    virtual ~Block() = default;  ///< what was mapped goes; the memory with the last process that has it
    std::span<std::int64_t> writable;         ///< of a new one, until seal()
    std::span<const std::int64_t> numbers;    ///< sealed: nobody can change them
    std::string name;                         ///< for open() in another process, while this one lives
    virtual bool seal() = 0;
  };
  virtual ~SharedMemory() = default;
  /// Null: there is none. Thread: any.
  virtual std::unique_ptr<Block> make(std::size_t count) = 0;
  /// A parent's. Null: there is none of that name, or none that is sealed. Thread: any.
  virtual std::unique_ptr<Block> open(const std::string& name) = 0;
};

}  // namespace interleave
