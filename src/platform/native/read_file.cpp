#include "platform/native/read_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace interleave {

std::string read_file(const std::string& name, std::string& bytes, std::size_t most) {
  bytes.clear();
  std::error_code unknown;
  if (std::filesystem::is_directory(name, unknown)) return fmt::format("{} is a folder.", name);
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(name.c_str(), "rb"), close);
  if (!file) return fmt::format("{} cannot be read: {}.", name, std::strerror(errno));
  char stretch[1 << 16];
  for (std::size_t got = 1; got > 0 && bytes.size() < most; bytes.append(stretch, got)) got = std::fread(stretch, 1, std::min(sizeof stretch, most - bytes.size()), file.get());
  return std::ferror(file.get()) ? fmt::format("{} cannot be read: {}.", name, std::strerror(errno)) : std::string();
}

}  // namespace interleave
