// port_messages.h -- what a port's children say, for the tests that start them.
#pragma once

#include <string_view>
#include <vector>

#include "platform/native/process_port_posix.h"

namespace interleave {

using Message = ProcessPort::Message;

inline Bytes text(std::string_view s) { return Bytes(s.begin(), s.end()); }

/// That many, or what came in 20 s.
inline std::vector<Message> wait_for(NativeClock& clock, ProcessPortPosix& port, std::size_t count) {
  std::vector<Message> messages;
  const Nanos deadline = clock.now() + 20'000'000'000;
  while (messages.size() < count && clock.now() < deadline) {
    clock.wait_until(deadline);
    port.receive(messages);
  }
  return messages;
}

}  // namespace interleave
