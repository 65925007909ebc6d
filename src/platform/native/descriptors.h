// descriptors.h -- one message on a stream socket between two processes, and descriptors that go with it.
#pragma once

#include <cstddef>
#include <span>

namespace interleave {

/// Blocks: where the socket does, until there is room. False: it did not go.
bool send_with(int socket, std::span<const std::byte> what, std::span<const int> descriptors);
/// Blocks: until all of it came. `descriptors`: those that came with it, closed on exec; -1 where there were no more. False: not all came.
bool receive_with(int socket, std::span<std::byte> what, std::span<int> descriptors);

}  // namespace interleave
