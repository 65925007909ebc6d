// context.h -- what native code of the VM needs, and where it says that something is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "script/value.h"

namespace interleave {

class Instance;

/// Native functions return false after fail(); the caller adds the place.
struct Context {
  Heap& heap;
  std::int64_t fuel = 0;  ///< native work is charged here; the VM pauses at its next safepoint when it is gone
  std::string kind, sentence;

  bool fail(const char* exception, std::string what) {
    kind = exception;
    sentence = std::move(what);
    return false;
  }
  bool type_error(std::string what) { return fail("TypeError", std::move(what)); }
  bool value_error(std::string what) { return fail("ValueError", std::move(what)); }
  bool overflow() { return fail("OverflowError", "The number does not fit: whole numbers have 64 bits here."); }
  /// Before anything whose size the script chooses.
  bool room(std::int64_t bytes);
  bool room_for_items(std::int64_t count) { return room(count < heap.limit() ? count * 16 : heap.limit()); }
  /// For about `items` steps of native work.
  void charge(std::size_t items) { fuel -= static_cast<std::int64_t>(items / 8); }
};

}  // namespace interleave
