// error.h -- what is wrong with a script, as a value.
#pragma once

#include <cstdint>
#include <string>

namespace interleave {

/// One mistake in a script, found while compiling or while running it. An empty sentence means that there is none.
struct ScriptError {
  std::uint32_t line = 0;    ///< from 1; 0: not known
  std::uint32_t column = 0;  ///< from 1, in characters; 0: not known
  std::string kind;          ///< the exception that CPython would raise, such as "ZeroDivisionError"
  std::string sentence;      ///< for people, without the place

  explicit operator bool() const { return !sentence.empty(); }
  /// "Line 9, column 11: io() needs a time, such as 200 * ms."
  std::string to_string() const;
  friend bool operator==(const ScriptError&, const ScriptError&) = default;
};

}  // namespace interleave
