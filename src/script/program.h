// program.h -- a compiled workload script.
//
// On the wire a Program is its source and a checksum, and is compiled again where it arrives: source is smaller than
// bytecode, compiling 100 lines takes well under a millisecond, and hostile bytes meet the compiler, which must stand
// anything already. Rejected: bytecode on the wire (it needs a verifier, a second compiler to trust).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/error.h"
#include "script/value.h"

namespace interleave {

struct Code;  // functions, instructions, constants: opcode.h

/// Immutable once made; any thread may read it.
class Program {
 public:
  Program(std::string source, std::string file, std::unique_ptr<const Code> code);
  ~Program();
  const std::string& source() const { return source_; }
  /// The name it was compiled under; for messages.
  const std::string& file() const { return file_; }
  /// The module's docstring, as Python's inspect.getdoc() trims it; empty where there is none.
  const std::string& docstring() const;
  /// Functions by index; 0 is the module itself.
  std::uint32_t function_count() const;
  std::string_view function_name(std::uint32_t function) const;
  std::uint32_t function_line(std::uint32_t function) const;
  const Code& code() const { return *code_; }
  /// What it occupies, source included.
  std::size_t bytes() const;
  /// For another process, another wasm instance, a file.
  Bytes to_bytes() const;

 private:
  std::string source_, file_;
  std::unique_ptr<const Code> code_;
};

/// Exactly one of the two: a program, or an error.
struct Compiled {
  std::shared_ptr<const Program> program;
  ScriptError error;
};

/// Compiles a script. Any text is allowed to come in; at most 1 MB is compiled.
/// Thread: any. Cost: linear, about 1 us per token.
Compiled compile(std::string_view source, std::string_view file = "script.py");
/// Reads what Program::to_bytes() wrote. Bytes may be hostile.
Compiled program_from_bytes(std::span<const std::uint8_t> bytes);

/// One name that the language knows by itself, for colouring and completion.
struct KnownName {
  std::string_view name;
  std::string_view kind;  ///< "keyword", "operation", "function", "declaration", "unit"
};
std::span<const KnownName> known_names();

}  // namespace interleave
