// builtins.h -- the functions and methods that the language has by itself.
#pragma once

#include <span>
#include <string>

#include "script/context.h"
#include "script/names.h"
#include "script/value.h"
#include "script/vm.h"

namespace interleave {

struct OperationObject;
struct Arguments {
  std::span<Value> positional;
  std::span<const std::string> keywords;
  std::span<Value> values;  ///< of the keywords
  /// The value of a keyword, or null.
  const Value* keyword(std::string_view name) const {
    for (std::size_t i = 0; i < keywords.size(); ++i)
      if (keywords[i] == name) return &values[i];
    return nullptr;
  }
};

/// Python's own functions, print() aside.
bool call_python(Context& context, Builtin builtin, const Arguments& arguments, Value& out);
/// Of `v`, a time from 0 up, into out.duration.
bool take_duration(Context& context, const Value& v, Builtin builtin, Ask& out);
/// An operation, print() among them, with its arguments checked.
bool make_ask(Context& context, Builtin builtin, const Arguments& arguments, Ask& out);
/// Lock(), Queue(maxsize) ...
bool make_sync(Context& context, Builtin builtin, const Arguments& arguments, Value& out);
bool call_method(Context& context, Method method, const Value& object, std::span<Value> arguments, Value& out);

/// Marks a coroutine, or an operation, as begun; false, and an error, where it was already.
bool begin_operation(Context& context, OperationObject& operation);
bool begin_coroutine(Context& context, const Value& coroutine);

}  // namespace interleave
