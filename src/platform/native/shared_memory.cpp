#include "platform/native/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace interleave {
namespace {

constexpr std::size_t kNumber = sizeof(std::int64_t);
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

struct MemfdBlock final : SharedMemory::Block {
  int fd = -1;
  void* at = MAP_FAILED;
  std::size_t bytes = 0;

  ~MemfdBlock() override {
    unmap();
    if (fd >= 0) close(fd);
  }
  bool map(int protection) {
    at = mmap(nullptr, bytes, protection, MAP_SHARED, fd, 0);
    return at != MAP_FAILED;
  }
  void unmap() {
    if (at != MAP_FAILED) munmap(at, bytes);
    at = MAP_FAILED;
  }
  bool map_to_read() {
    if (!map(PROT_READ)) return false;
    numbers = {static_cast<const std::int64_t*>(at), bytes / kNumber};
    return true;
  }
  /// The kernel seals only what nobody has mapped to write.
  bool seal() override {
    writable = {};
    unmap();
    return fcntl(fd, F_ADD_SEALS, kSeals | F_SEAL_SEAL) == 0 && map_to_read();
  }
};

/// "/proc/DIGITS/fd/DIGITS".
bool is_name(const std::string& name) {
  const std::string start = "/proc/", middle = "/fd/";
  std::size_t i = start.size();
  auto digits = [&] {
    const std::size_t from = i;
    while (i < name.size() && std::isdigit(static_cast<unsigned char>(name[i]))) ++i;
    return i > from;
  };
  if (!name.starts_with(start) || !digits() || name.compare(i, middle.size(), middle) != 0) return false;
  i += middle.size();
  return digits() && i == name.size();
}

}  // namespace

std::unique_ptr<SharedMemory::Block> MemfdMemory::make(std::size_t count) {
  auto block = std::make_unique<MemfdBlock>();
  block->bytes = std::max<std::size_t>(count, 1) * kNumber;
  block->fd = memfd_create("interleave numbers", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  // Allocated now: a page that is not to be had later would be a SIGBUS.
  if (block->fd < 0 || posix_fallocate(block->fd, 0, static_cast<off_t>(block->bytes)) != 0 || !block->map(PROT_READ | PROT_WRITE)) return nullptr;
  block->writable = {static_cast<std::int64_t*>(block->at), count};
  block->name = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(block->fd);
  return block;
}

std::unique_ptr<SharedMemory::Block> MemfdMemory::open(const std::string& name) {
  if (!is_name(name)) return nullptr;
  auto block = std::make_unique<MemfdBlock>();
  block->fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about{};
  if (block->fd < 0 || fstat(block->fd, &about) != 0 || about.st_size < static_cast<off_t>(kNumber)) return nullptr;
  const int seals = fcntl(block->fd, F_GET_SEALS);
  block->bytes = static_cast<std::size_t>(about.st_size);
  if (seals < 0 || (seals & kSeals) != kSeals || !block->map_to_read()) return nullptr;
  block->name = name;
  return block;
}

}  // namespace interleave
