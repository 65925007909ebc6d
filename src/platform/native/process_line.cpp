#include "platform/native/process_line.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "platform/native/native_clock.h"

namespace interleave {
namespace {

/// The memory, the child's bell, the parent's.
using Descriptors = std::array<int, 3>;

void close_all(const Descriptors& descriptors) {
  for (const int each : descriptors)
    if (each >= 0) close(each);
}

bool allocate(int memory, std::size_t bytes) {
  int error;
  do error = posix_fallocate(memory, 0, static_cast<off_t>(bytes));
  while (error == EINTR);
  return error == 0;
}

bool send_descriptors(int socket, const Descriptors& descriptors) {
  char nothing = 0;
  iovec part{&nothing, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof descriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), &descriptors, sizeof descriptors);
  ssize_t put;
  do put = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (put < 0 && errno == EINTR);
  return put == 1;
}

bool receive_descriptors(int socket, Descriptors& descriptors) {
  char nothing = 0;
  iovec part{&nothing, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof descriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t got;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  const cmsghdr* const header = got == 1 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof descriptors)) return false;
  std::memcpy(&descriptors, CMSG_DATA(header), sizeof descriptors);
  return true;
}

}  // namespace

ProcessLine::Memory* ProcessLine::map(int memory) {
  void* const at = mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  return at == MAP_FAILED ? nullptr : static_cast<Memory*>(at);
}

/// Null: no memory. Then what is mapped and the bells are gone, too.
std::unique_ptr<ProcessLine> ProcessLine::own(Memory& memory, ByteRing& out, ByteRing& in, int bell, int other_bell) {
  auto* const line = new (std::nothrow) ProcessLine(memory, out, in, bell, other_bell);
  if (!line) {
    munmap(&memory, sizeof(Memory));
    close_all({bell, other_bell, -1});
  }
  return std::unique_ptr<ProcessLine>(line);
}

std::unique_ptr<ProcessLine> ProcessLine::to_child(int socket) {
  const Descriptors all{memfd_create("interleave line", MFD_CLOEXEC | MFD_ALLOW_SEALING), eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                        eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  const auto [memory, childs_bell, bell] = all;
  Memory* at = nullptr;
  // Allocated now, and never to be made smaller: a page that is not to be had later would be a SIGBUS.
  if (memory >= 0 && childs_bell >= 0 && bell >= 0 && allocate(memory, sizeof(Memory)) &&
      fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    at = map(memory);
  if (at) new (at) Memory;  // before anybody else has it
  if (!at || !send_descriptors(socket, all)) {
    if (at) munmap(at, sizeof(Memory));
    close_all(all);
    return nullptr;
  }
  close(memory);
  return own(*at, at->down, at->up, bell, childs_bell);
}

std::unique_ptr<ProcessLine> ProcessLine::to_parent(int socket) {
  Descriptors all{-1, -1, -1};
  if (!receive_descriptors(socket, all)) return nullptr;
  const auto [memory, bell, parents_bell] = all;
  Memory* const at = map(memory);
  close(memory);
  if (!at) {
    close_all({bell, parents_bell, -1});
    return nullptr;
  }
  return own(*at, at->up, at->down, bell, parents_bell);
}

ProcessLine::~ProcessLine() {
  munmap(&memory_, sizeof(Memory));
  close_all({bell_, other_bell_, -1});
}

void ProcessLine::publish() {
  out_.core.store(core_here(), std::memory_order_relaxed);
  if (writer_.publish()) ring();
}

std::size_t ProcessLine::read(std::span<std::uint8_t> to) {
  const std::size_t count = reader_.read(to);
  if (count > 0 && reader_.release()) ring();
  return count;
}

void ProcessLine::ring() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(other_bell_, &one, sizeof one);
}

void ProcessLine::hear() {
  std::uint64_t rung;
  [[maybe_unused]] const auto got = ::read(bell_, &rung, sizeof rung);
}

bool ProcessLine::other_is_elsewhere() const { return in_.core.load(std::memory_order_relaxed) != core_here(); }

}  // namespace interleave
