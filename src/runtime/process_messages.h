// process_messages.h -- what parents and their child processes say to each other: processes.h lists it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "runtime/executor.h"
#include "runtime/wire.h"

namespace interleave {

inline constexpr std::uint64_t kMessagesVersion = 6;
enum class Says : std::uint8_t {
  program = 'P', epoch = 'E', task = 'T', cancel = 'C', object = 'O', called = 'A',
  ready = 'R', failed = 'F', words = 'W', done = 'D', use = 'U', stuck = 'S', call = 'K', give_up = 'G',
};

inline WireWriter saying(Says kind) { return std::move(WireWriter().byte(static_cast<std::uint8_t>(kind))); }

// Processes that take longer to start are given up; those that die too often are not started again.
inline constexpr Nanos kProcessStartLimit = 10'000 * kMs;
inline constexpr Nanos kProcessLossWindow = 10'000 * kMs;
inline constexpr std::size_t kMostProcessLosses = 3;

}  // namespace interleave
