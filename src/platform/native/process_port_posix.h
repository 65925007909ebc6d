// process_port_posix.h -- the process pool's children natively: real processes that take and send messages.
//
// A message is its length (32 bits, little-endian) and its bytes, on a line (process_line.h). The parent never blocks in a
// write: what does not fit is kept and sent when there is room; and it reads whenever it polls. So the child may block
// in its writes, and two big copies that meet do not deadlock.
// Who has nothing to do looks on for a moment before it sleeps, once after each time that it said or heard something, where there is
// a core for that: the parent if fewer children are awake than it has cores, a child if the parent is awake; and if who is awake is
// not on the core of who looks on.
// Rejected: pipes (two descriptors per child, and no MSG_NOSIGNAL); messages that are read where they lie (nothing copied, and then
// the cost that this executor is here to show would be gone; a script that asks for that has shared_memory.h).
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "platform/native/child_process.h"
#include "platform/native/http_server.h"
#include "platform/native/native_clock.h"
#include "platform/native/process_line.h"
#include "runtime/seams.h"

namespace interleave {

/// Thread: the poller's.
class ProcessPortPosix final : public ProcessPort, private Poller::Watcher, private Poller::Looker {
 public:
  /// Children are told where the server is, if it is there when they start: they make their requests themselves.
  /// Once `stop` is asked, whoever is to be spawned is lost, at once.
  ProcessPortPosix(NativeClock& clock, HttpServer& server, const StopSignal* stop = nullptr);
  ~ProcessPortPosix() override;
  int spawn() override;
  void send(int child, const Bytes& bytes) override;
  void receive(std::vector<Message>& messages) override;
  void kill(int child) override;
  /// -1: it is gone.
  pid_t pid(int child) const { return children_[child]->process.pid; }

 private:
  struct Child {
    ChildProcess process;
    std::unique_ptr<ProcessLine> line;
    std::deque<Bytes> outgoing;    ///< framed
    std::size_t sent_of_first = 0;
    Bytes incoming;
    std::size_t read_to = 0;       ///< bytes of `incoming` that are filled
    std::size_t parsed_to = 0;     ///< bytes of `incoming` that were handed on
    bool lost = true;              ///< until its line is there
  };
  void ready(int fd, std::uint32_t events) override;
  bool has_news() override;
  Nanos looks_on() override;
  bool falls_asleep() override;
  void awakes() override;
  void watch(int fd, int number);
  void forget(int fd);
  void write_some(int number);
  void read_some(int number);
  void lose(int number);

  Poller& poller_;
  HttpServer& server_;
  const int cores_;
  Nanos served_at_ = 0;  ///< the poller, by receive()
  unsigned received_ = 0;
  bool expects_ = false;  ///< something was said or heard since it looked on last
  const StopSignal* const stop_;
  std::vector<std::unique_ptr<Child>> children_;
  std::vector<int> child_of_fd_;
  std::vector<Message> messages_;
};

/// The child's end of it, on kChildSocket. Thread: the poller's. Blocks, where it is made: until the parent has sent the line.
class ParentLine final : private Poller::Watcher, private Poller::Looker {
 public:
  explicit ParentLine(Poller& poller);
  ~ParentLine() override;
  /// The next message that came whole. Never blocks; wait_until returns when there is one, or the parent is gone.
  bool take(Bytes& message);
  /// It goes with flush() at the latest. Blocks: until there is room; a parent never waits for its children's ears.
  void put(const Bytes& message);
  void flush();
  bool parent_is_gone() const { return gone_; }

 private:
  void ready(int fd, std::uint32_t events) override;
  bool has_news() override;
  Nanos looks_on() override;
  bool falls_asleep() override;
  void awakes() override;
  void write(std::span<const std::uint8_t> bytes);

  Poller& poller_;
  const std::unique_ptr<ProcessLine> line_;  ///< null: it is gone
  const int cores_;
  Bytes incoming_;
  std::size_t read_to_ = 0, taken_to_ = 0;  ///< bytes of it that are filled, and that were handed on
  bool expects_ = false;                    ///< as the parent's
  bool gone_ = false;
};

}  // namespace interleave
