#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "platform/native/shared_memory.h"

namespace interleave {
namespace {

std::unique_ptr<SharedMemory::Block> sealed(SharedMemory& memory, std::size_t count) {
  auto block = memory.make(count);
  std::iota(block->writable.begin(), block->writable.end(), 0);
  EXPECT_TRUE(block->seal());
  return block;
}

TEST(SharedMemoryTest, AnotherProcessReadsWhatWasSealed) {
  MemfdMemory memory;
  const auto block = sealed(memory, 100'000);
  ASSERT_EQ(block->numbers.size(), 100'000u);
  EXPECT_EQ(block->numbers[99'999], 99'999);
  EXPECT_TRUE(block->writable.empty());
  const pid_t child = fork();
  if (child == 0) {
    MemfdMemory its_own;
    const auto same = its_own.open(block->name);
    _exit(same && same->numbers.size() == 100'000 && std::accumulate(same->numbers.begin(), same->numbers.end(), std::int64_t{0}) == 4'999'950'000 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(SharedMemoryTest, OnlySealedMemoryIsOpenedAndOnlyByItsName) {
  MemfdMemory memory;
  const auto unsealed = memory.make(10);
  EXPECT_FALSE(memory.open(unsealed->name)) << "its numbers may still change";
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(memory.open("/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file))) << "no memory of ours";
  close(file);
  for (const char* name : {"", "/etc/passwd", "/proc/self/fd/3", "/proc/1/fd/", "/proc/1/fd/3/..", "/proc//fd/3"}) EXPECT_FALSE(memory.open(name)) << name;
}

TEST(SharedMemoryTest, ManyBlocksLeaveNoDescriptor) {
  MemfdMemory memory;
  const auto first = sealed(memory, 1);
  const std::string name = first->name;
  for (int i = 0; i < 2'000; ++i) EXPECT_TRUE(sealed(memory, 10) && memory.open(name));
  EXPECT_EQ(sealed(memory, 1)->name.size(), name.size()) << "the numbers of descriptors do not grow";
}

}  // namespace
}  // namespace interleave
