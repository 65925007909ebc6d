// executor_kind.h -- the six ways to run a workload, and their ids everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace interleave {

/// In the order in which every screen, table and file lists them.
enum class ExecutorKind : std::uint8_t { serial, threads, gil, processes, loop, stealing };

inline constexpr int kExecutorKinds = 6;
inline constexpr std::array<std::string_view, kExecutorKinds> kExecutorIds = {
    "serial", "threads", "gil", "processes", "loop", "stealing"};
inline constexpr std::array<std::string_view, kExecutorKinds> kExecutorNames = {
    "Serial", "Threads", "Threads + GIL", "Processes", "Event loop", "Work stealing"};

constexpr std::string_view id_of(ExecutorKind kind) { return kExecutorIds[static_cast<int>(kind)]; }
constexpr std::string_view name_of(ExecutorKind kind) {
  return kExecutorNames[static_cast<int>(kind)];
}
constexpr std::optional<ExecutorKind> executor_from_id(std::string_view id) {
  for (int i = 0; i < kExecutorKinds; ++i)
    if (kExecutorIds[i] == id) return static_cast<ExecutorKind>(i);
  return std::nullopt;
}

}  // namespace interleave
