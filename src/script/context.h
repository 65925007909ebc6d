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
  explicit Context(Heap& h, std::int64_t f = 0) : heap(h), fuel(f) {}
  Heap& heap;
  std::int64_t fuel;  ///< native work is charged here; the VM pauses at its next safepoint when it is gone
  std::string kind, sentence;
  std::string words;     ///< Python's own, where they differ: what str(e) gives
  Value argument;        ///< of a KeyError: the key; of a failed assert: its message
  bool has_argument = false;
  bool by_identity = false;  ///< objects are equal to themselves only: the prelude asked their __eq__ before

  /// `sentence` is for whoever reads the message, `python` for a script that catches it.
  bool fail(const char* exception, std::string what, std::string python = {}) {
    kind = exception;
    sentence = std::move(what);
    words = std::move(python);
    return false;
  }
  /// False: numbers that were sent to another process, and are here no more.
  bool has(const Value& v);
  bool key_error(const Value& key, std::string what) {
    argument = key;
    has_argument = true;
    return fail("KeyError", std::move(what));
  }
  bool type_error(std::string what, std::string python = {}) { return fail("TypeError", std::move(what), std::move(python)); }
  bool value_error(std::string what, std::string python = {}) { return fail("ValueError", std::move(what), std::move(python)); }
  bool overflow() { return fail("OverflowError", "The number does not fit: whole numbers have 64 bits here."); }
  /// Before anything whose size the script chooses.
  bool room(std::int64_t bytes);
  bool room_for_items(std::int64_t count) { return room(count < heap.limit() ? count * 16 : heap.limit()); }
  /// For about `items` steps of native work.
  void charge(std::size_t items) { fuel -= static_cast<std::int64_t>(items / 8); }
};

}  // namespace interleave
