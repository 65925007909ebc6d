#include "platform/native/descriptors.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace interleave {
namespace {

constexpr std::size_t kMost = 4;  ///< descriptors of a message

}  // namespace

bool send_with(int socket, std::span<const std::byte> what, std::span<const int> descriptors) {
  assert(descriptors.size() <= kMost);
  iovec part{const_cast<std::byte*>(what.data()), what.size()};
  alignas(cmsghdr) char room[CMSG_SPACE(kMost * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = room;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t put;
  do put = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (put < 0 && errno == EINTR);
  return put == static_cast<ssize_t>(what.size());
}

bool receive_with(int socket, std::span<std::byte> what, std::span<int> descriptors) {
  assert(descriptors.size() <= kMost);
  std::ranges::fill(descriptors, -1);
  iovec part{what.data(), what.size()};
  alignas(cmsghdr) char room[CMSG_SPACE(kMost * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  ssize_t got;
  do got = recvmsg(socket, &message, MSG_WAITALL | MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (const cmsghdr* header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr; header && header->cmsg_type == SCM_RIGHTS)
    std::memcpy(descriptors.data(), CMSG_DATA(header), std::min<std::size_t>(header->cmsg_len - CMSG_LEN(0), descriptors.size_bytes()));
  return got == static_cast<ssize_t>(what.size());
}

}  // namespace interleave
