// shared_memory.h -- numbers that processes share, natively: a memfd, filled once, sealed, and mapped read-only by whoever
// is told its name ("/proc/PID/fd/N"). Nothing is left behind when a process dies: the memory goes with its last user.
// Rejected: shm_open (a name in the file system outlives a killed parent); handing over the descriptor with the
// message (the port sends bytes, and so does the page's).
#pragma once

#include "runtime/seams.h"

namespace interleave {

/// Thread: any.
class MemfdMemory final : public SharedMemory {
 public:
  std::unique_ptr<Block> make(std::size_t count) override;
  std::unique_ptr<Block> open(const std::string& name) override;
};

}  // namespace interleave
