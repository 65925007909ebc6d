// lexer.h -- source text to tokens, with Python's indentation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "script/error.h"

namespace interleave {

struct Place {
  std::uint32_t line = 0, column = 0;
};

struct Token {
  enum class Kind : std::uint8_t { name, keyword, integer, real, string, format_string, symbol, newline, indent, dedent, end };
  Kind kind = Kind::end;
  Place place;
  std::string_view text;     ///< as written; format_string: between the quotes
  std::string value;         ///< string: its characters
  std::uint64_t integer = 0; ///< magnitude; a minus is an operator
  double real = 0;
  bool raw = false;          ///< format_string: backslashes stand for themselves
  bool too_large = false;    ///< integer: beyond 64 bits
};

/// A source text and where its lines begin, so that any offset has a place.
class Source {
 public:
  explicit Source(std::string_view text);
  std::string_view text() const { return text_; }
  Place place(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> lines_;
};

struct Tokens {
  std::vector<Token> tokens;  ///< ends with Kind::end, also after an error
  ScriptError error;
};

/// The whole source.
Tokens tokenize(const Source& source);
/// The expression inside an f-string's braces: no indentation, line ends mean nothing.
Tokens tokenize_expression(const Source& source, std::size_t begin, std::size_t end);
/// What the backslashes in a string literal stand for; appended to `out`. False: `sentence` says what is wrong.
bool unescape(std::string_view text, std::string& out, std::string& sentence);
bool is_keyword(std::string_view name);

}  // namespace interleave
