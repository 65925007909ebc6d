#include "platform/native/process_line.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

#include "platform/native/descriptors.h"
#include "platform/native/native_clock.h"

namespace interleave {
namespace {

constexpr char kLine = 'L';  ///< the message that they come with
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
  if (!at || !send_with(socket, std::as_bytes(std::span(&kLine, 1)), all)) {
    if (at) munmap(at, sizeof(Memory));
    close_all(all);
    return nullptr;
  }
  close(memory);
  return own(*at, at->down, at->up, bell, childs_bell);
}

std::unique_ptr<ProcessLine> ProcessLine::to_parent(int socket) {
  Descriptors all;
  char what = 0;
  if (!receive_with(socket, std::as_writable_bytes(std::span(&what, 1)), all) || all.back() < 0) {
    close_all(all);
    return nullptr;
  }
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
