// seams.h -- what the platform does for the executors: HTTP requests, and processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/task.h"

namespace interleave {

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
  /// Blocking form, for a worker's own thread: returns when answered, failed, or `stop` says true (asked at least every
  /// 10 ms). Thread: any, many at once.
  virtual Answer perform(Nanos latency, std::int64_t size, const std::function<bool()>& stop) = 0;
  /// Gives up what start() began.
  virtual void abandon_all() = 0;
};

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

}  // namespace interleave
