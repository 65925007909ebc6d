// objects.h -- classes, instances and exceptions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "script/context.h"
#include "script/names.h"
#include "script/object.h"

namespace interleave {

// What a class said of a name (ClassObject::found): 20 bits of the name and 1, 20 of Heap::class_changes(), 24 of the answer: a function
// of the program, or kFoundNothing. Other answers are not kept. The changes are read before the class is, so that a change meanwhile
// makes the word old.
inline constexpr std::uint32_t kFoundNothing = 0xff'ffff, kNotKept = 0xffff'ffff;
constexpr std::uint64_t found_key(std::uint32_t name, std::uint32_t changes) { return (std::uint64_t{name} + 1) << 44 | std::uint64_t{changes} << 24; }
/// What find_in_class() would say, where the class was asked before and has not changed since; else kNotKept. Thread: any.
inline std::uint32_t lately_found(const ClassObject& cls, std::uint32_t name) {
  const std::uint64_t word = cls.found[name % cls.found.size()].load(std::memory_order_relaxed);
  if ((word & ~std::uint64_t{kFoundNothing}) != found_key(name, cls.heap->class_changes())) [[unlikely]] return kNotKept;
  return static_cast<std::uint32_t>(word) & kFoundNothing;
}
/// An attribute of a class or of what it inherits from. Thread: any.
bool find_in_class(const Value& cls, std::uint32_t name, Value& out);
/// The same from the class itself, not from what it said lately.
bool search_class(const Value& cls, std::uint32_t name, Value& out);
/// An attribute that the object itself has. Thread: any.
bool find_own(const Value& instance, std::uint32_t name, Value& out);
bool is_subclass(const Value& cls, const Value& base);
inline bool is_exception_class(const Value& v) { return v.is(ValueType::class_) && as<ClassObject>(v).exception >= 0; }
inline bool is_exception(const Value& v) { return v.is(ValueType::instance) && as<InstanceObject>(v).exception != nullptr; }
/// Of one of Python's own classes, or of what inherits from it.
bool is_exception(const Value& v, Exception kind, const Instance& instance);

Value make_exception(const Instance& instance, Exception kind, std::vector<Value> arguments);
/// By its name, as errors of the VM and of operations have it; RuntimeError where there is no such class.
Value make_exception(const Instance& instance, std::string_view kind, std::string words, std::string sentence);
/// str(e), for an exception without a __str__ of its own.
std::string exception_text(const InstanceObject& exception);
/// isinstance(value, type), where `type` is a class, a type of the language or a tuple of them.
bool is_instance(Context& context, const Instance& instance, const Value& value, const Value& type, bool& out);
Value type_of(const Instance& instance, const Value& value);
/// Whether the language's own types have such a method.
bool has_method(const Value& object, std::uint32_t name);
/// Of one of the language's types, such as str.
bool has_method(Builtin type, std::uint32_t name);
/// What isinstance(v, type) looks for; unbound: none.
ValueType type_of_builtin(Builtin builtin);

}  // namespace interleave
