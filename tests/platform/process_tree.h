// process_tree.h -- who is whose child, and what this one has open, as /proc says.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

namespace interleave {

/// 0: there is no such process.
inline pid_t parent_of(pid_t process) {
  pid_t parent = 0;
  if (FILE* const file = fopen(("/proc/" + std::to_string(process) + "/stat").c_str(), "re")) {
    if (fscanf(file, "%*d %*s %*c %d", &parent) != 1) parent = 0;
    fclose(file);
  }
  return parent;
}

/// Zombies too; in order of their numbers.
inline std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator each("/proc", error), end; !error && each != end; each.increment(error)) {
    const std::string name = each->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const pid_t pid = std::stoi(name); parent_of(pid) == process) found.push_back(pid);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// How many of its descriptors are open.
inline std::ptrdiff_t descriptors() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()); }

}  // namespace interleave
