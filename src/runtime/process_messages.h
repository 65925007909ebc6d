// process_messages.h -- what parents and their child processes say to each other: processes.h lists it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/executor.h"
#include "runtime/steady_clock.h"
#include "runtime/wire.h"
#include "trace/recorder.h"

namespace interleave {

inline constexpr std::uint64_t kMessagesVersion = 7;
enum class Says : std::uint8_t {
  program = 'P', epoch = 'E', task = 'T', cancel = 'C', object = 'O', called = 'A',
  ready = 'R', failed = 'F', words = 'W', done = 'D', use = 'U', stuck = 'S', call = 'K', give_up = 'G', dropped = 'L',
};

inline constexpr std::size_t kSmallMessage = 96;  ///< bytes; most are
inline WireWriter saying(Says kind) { return std::move(WireWriter(kSmallMessage).byte(static_cast<std::uint8_t>(kind))); }

/// Where the run's t = 0 is on the clock that a child has, too; again once that has jumped. None: so it was `told` before.
inline std::optional<WireWriter> saying_epoch(Nanos epoch, const RunOptions& options, Nanos& told) {
  const Nanos at = options.steady ? options.steady->of_given(epoch) : epoch;
  if (std::exchange(told, at) == at) return std::nullopt;
  return std::move(saying(Says::epoch).number(static_cast<std::uint64_t>(at)));
}

// Processes that take longer to start are given up; those that die too often are not started again.
inline constexpr Nanos kProcessStartLimit = 10'000 * kMs;
inline constexpr Nanos kProcessLossWindow = 10'000 * kMs;
inline constexpr std::size_t kMostProcessLosses = 3;

/// What a child recorded, in the run's terms: what comes next at `words` and is kept, whole events. `name(kind, task)` is
/// the run's task for the child's; kNoTask: it may not say that; kUnsaid: this is left out.
/// False: these are no events, or none that a child on this core may tell.
inline constexpr TaskId kUnsaid = UINT32_MAX;
template <class Name>
bool translate_words(std::vector<std::uint64_t>& words, int core, Name name) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < words.size();) {
    const EventKind kind = kind_of(words[i]);
    const std::uint32_t argument = argument_of(words[i]);
    const std::size_t length = 1 + payload_words(words[i]);
    if (length > words.size() - i || !a_child_may_say(kind)) return false;
    if (kind == EventKind::run && static_cast<int>(argument >> 16) != core) return false;
    if (kind == EventKind::wake) words[i + 1] = Cause{}.word();  // a place in the child's own recording
    bool keeps = true;
    if (kind == EventKind::lane_ended) {
      words[i] = event_word(kind);
    } else if (kind == EventKind::text && static_cast<TextRole>(argument >> 16) == TextRole::lane_name) {
      keeps = false;  // it has one
    } else if (kind != EventKind::clock) {
      const TaskId task = name(kind, task_of(words[i]));
      if (task == kNoTask) return false;
      keeps = task != kUnsaid;
      words[i] = event_word(kind, argument, task);
    }
    if (keeps) std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(i), length, words.begin() + static_cast<std::ptrdiff_t>(kept));
    if (keeps) kept += length;
    i += length;
  }
  words.resize(kept);
  return true;
}

}  // namespace interleave
