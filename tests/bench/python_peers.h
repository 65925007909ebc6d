// python_peers.h -- what a script of CPython's own measured beside ours.
#pragma once

#include <cstdio>
#include <map>
#include <string>

namespace interleave::bench {

/// What the script prints: "name nanoseconds" a line. Nothing: there is no python3, or it failed.
inline std::map<std::string, double> python_says(const std::string& script, const std::string& arguments = {}) {
  std::map<std::string, double> said;
  std::FILE* const pipe = popen(("/usr/bin/python3 '" + script + "' " + arguments + " 2>/dev/null").c_str(), "r");
  if (!pipe) return said;
  char name[64];
  double ns = 0;
  while (std::fscanf(pipe, "%63s %lf", name, &ns) == 2) said[name] = ns;
  pclose(pipe);
  return said;
}

}  // namespace interleave::bench
