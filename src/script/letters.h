// letters.h -- upper and lower case of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

enum class LetterCase : std::uint8_t {
  upper, lower,
  title,    ///< each word's first letter is a capital
  capital,  ///< the first letter of all is
};
/// Of valid UTF-8, as str.upper() and its like. Cost: linear.
std::string in_case(std::string_view text, LetterCase wish);
bool is_upper(std::uint32_t code_point);
bool is_lower(std::uint32_t code_point);
/// One character for two, with a capital: "Dz".
bool is_title(std::uint32_t code_point);

}  // namespace interleave
