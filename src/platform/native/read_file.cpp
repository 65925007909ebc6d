#include "platform/native/read_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace interleave {

std::string read_file(const std::string& name, std::string& bytes) {
  bytes.clear();
  std::error_code unknown;
  if (std::filesystem::is_directory(name, unknown)) return fmt::format("{} is a folder.", name);
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(name.c_str(), "rb"), close);
  if (!file) return fmt::format("{} cannot be read: {}.", name, std::strerror(errno));
  std::size_t got = 1;
  for (std::string stretch(1 << 20, '\0'); got > 0; bytes.append(stretch, 0, got)) got = std::fread(stretch.data(), 1, stretch.size(), file.get());
  return std::ferror(file.get()) ? fmt::format("{} cannot be read: {}.", name, std::strerror(errno)) : std::string();
}

}  // namespace interleave
