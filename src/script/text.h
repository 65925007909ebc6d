// text.h -- numbers and UTF-8 as text, Python's way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

bool is_ascii(std::string_view text);
/// The byte offset of the first byte that is not valid UTF-8 (surrogates are not), or npos.
std::size_t invalid_utf8(std::string_view text);
/// Characters in valid UTF-8.
std::int64_t length_of(std::string_view text);
/// Bytes of the character that begins with this byte.
int character_bytes(char first);
/// The byte offset of character `index`; text.size() beyond the end.
std::size_t offset_of(std::string_view text, std::int64_t index);
void append_utf8(std::string& text, std::uint32_t code_point);
std::uint32_t code_point_at(std::string_view text, std::size_t offset);

/// Where `part` is first, not before `from`, and where it is last, or npos. Cost: linear, whatever the two are.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t from = 0);
std::size_t rfind_text(std::string_view text, std::string_view part);

/// Python's repr of a float: the shortest digits that read back the same.
std::string real_text(double value);

enum class NumberText : std::uint8_t { good, malformed, too_large };
/// As int(text, base) reads it: spaces around, a sign, underscores between digits. base 0: by prefix, as in source.
NumberText parse_integer(std::string_view text, int base, std::int64_t& value);
/// As float(text) reads it, "inf" and "nan" included.
NumberText parse_real(std::string_view text, double& value);

}  // namespace interleave
