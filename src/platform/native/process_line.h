// process_line.h -- one end of the line between a parent and its child: two rings in shared memory, an eventfd that wakes each of
// them, and the socket that the child was started with, whose end says that the other is gone.
//
// What is sent is copied into the ring and out of it, as through a pipe; what is saved are the system calls of two who are awake.
// Rejected: the socket alone (two system calls a message, and a wake for each: 12 us there and back on one core, 45 to 60 on two);
// waking by the socket, too, or by a pipe (the kernel takes its writer to be about to sleep, and puts who is woken on the writer's
// core). An eventfd's flags are both sides': a child that went for the descriptor itself could have its parent block there. What it
// says, and what it leaves in the memory, it cannot.
#pragma once

#include <memory>
#include <span>

#include "platform/native/byte_ring.h"

namespace interleave {

/// Thread: one.
class ProcessLine {
 public:
  /// The parent's end of a child that was just started with `socket`. Null: the system gives no memory or descriptors for it.
  static std::unique_ptr<ProcessLine> to_child(int socket);
  /// The child's. Blocks: until the parent has sent it. Null: it never will.
  static std::unique_ptr<ProcessLine> to_parent(int socket);
  ~ProcessLine();
  ProcessLine(const ProcessLine&) = delete;
  ProcessLine& operator=(const ProcessLine&) = delete;

  /// How many of them there was room for. They go with publish(), which makes a system call if the other sleeps.
  std::size_t write(std::span<const std::uint8_t> bytes) { return writer_.write(bytes); }
  void publish();
  /// Copies what came, as much as fits, and wakes the other if it waits for that room.
  std::size_t read(std::span<std::uint8_t> to);
  bool has_some() const { return reader_.has_some(); }
  /// The other left there what no such line leaves.
  bool broken() const { return reader_.broken() || writer_.broken(); }

  /// Readable once the other has rung; hear() takes that back.
  int bell() const { return bell_; }
  void hear();
  /// Before one sleeps for bytes, or for room. False: there is some. Then, and when one has slept, awakes().
  bool falls_asleep() { return reader_.falls_asleep(); }
  bool falls_asleep_for_room() { return writer_.falls_asleep(); }
  void awakes() { reader_.awakes(); }
  bool other_is_awake() const { return out_.reader_sleeps.load(std::memory_order_relaxed) == 0; }
  /// When it said something last it was on another core than the caller is.
  bool other_is_elsewhere() const;

 private:
  struct Memory {
    ByteRing down, up;  ///< to the child, to the parent
  };
  ProcessLine(Memory& memory, ByteRing& out, ByteRing& in, int bell, int other_bell)
      : memory_(memory), out_(out), in_(in), writer_(out), reader_(in), bell_(bell), other_bell_(other_bell) {}
  static Memory* map(int memory);
  static std::unique_ptr<ProcessLine> own(Memory& memory, ByteRing& out, ByteRing& in, int bell, int other_bell);
  void ring();

  Memory& memory_;
  ByteRing &out_, &in_;
  RingWriter<ByteRing> writer_;
  RingReader<ByteRing> reader_;
  const int bell_, other_bell_;
};

}  // namespace interleave
