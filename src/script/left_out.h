// left_out.h -- what Python has and this language has not, by name: each is refused in a sentence that says so.
// README.md has the whole list.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace interleave {

template <typename List>
constexpr bool among(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// Names that a script may write...
inline constexpr std::string_view kLeftOutNames[] = {
    "frozenset", "input", "open", "delattr", "eval", "exec", "compile", "bytes", "bytearray", "complex", "vars", "globals", "locals", "dir", "ascii",
    "slice", "memoryview", "aiter", "anext", "breakpoint", "help", "__import__", "BaseExceptionGroup", "ExceptionGroup", "IOError",
    "EnvironmentError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError", "PendingDeprecationWarning", "ImportWarning",
    "UnicodeWarning", "BytesWarning", "EncodingWarning", "Ellipsis", "exit", "quit", "__file__"};
/// ...among them asyncio's...
inline constexpr std::string_view kLeftOutOfAsyncio[] = {"wait", "create_task", "BoundedSemaphore", "Condition", "Barrier", "TaskGroup", "LifoQueue", "PriorityQueue"};
/// ...and attributes of Python's own values.
inline constexpr std::string_view kLeftOutAttributes[] = {
    "__dict__", "__doc__", "__mro__", "mro", "__bases__", "__module__", "__annotations__", "__traceback__", "__suppress_context__",
    "add_note", "with_traceback", "encode", "format_map", "isascii", "isidentifier", "isprintable", "istitle", "maketrans", "translate",
    "as_integer_ratio", "bit_count", "conjugate", "denominator", "numerator", "from_bytes", "to_bytes", "real", "imag", "hex", "fromhex", "start", "stop", "step"};

}  // namespace interleave
