#include "script/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <vector>

namespace interleave {

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (unsigned char c : text) all |= c;
  return all < 0x80;
}

std::size_t invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (std::uint64_t eight; text.size() - i >= sizeof eight) {  // most are ASCII
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    unsigned char c = text[i];
    if (c < 0x80) {
      ++i;
      continue;
    }
    int more = c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 0;
    if (more == 0 || i + more >= text.size()) return i;
    std::uint32_t code = c & (0x3f >> more);
    for (int k = 1; k <= more; ++k) {
      unsigned char d = text[i + k];
      if ((d & 0xc0) != 0x80) return i;
      code = code << 6 | (d & 0x3f);
    }
    bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return i;
    i += more + 1;
  }
  return std::string_view::npos;
}

namespace {

constexpr std::size_t kShort = 64;  // bytes; the library's search is quicker, and in the worst case so many times n

/// Knuth, Morris and Pratt's search (doi:10.1137/0206024): the library's takes n * m for texts that nearly match everywhere.
template <class Letters>
std::size_t search(Letters text, std::size_t n, Letters part, std::size_t m) {
  if (m > n) return std::string_view::npos;
  std::vector<std::uint32_t> border(m);  // of the part's first i + 1 letters: how many of the last are the first ones
  for (std::size_t i = 1, same = 0; i < m; ++i) {
    while (same > 0 && part[i] != part[same]) same = border[same - 1];
    border[i] = static_cast<std::uint32_t>(same += part[i] == part[same]);
  }
  for (std::size_t i = 0, same = 0; i < n; ++i) {
    if (same == 0 && (i = static_cast<std::size_t>(std::find(text + i, text + n, part[0]) - text)) == n) break;
    while (same > 0 && text[i] != part[same]) same = border[same - 1];
    same += text[i] == part[same];
    if (same == m) return i + 1 - m;
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view part, std::size_t from) {
  if (part.size() <= kShort || from > text.size()) return text.find(part, from);
  const std::size_t at = search(text.data() + from, text.size() - from, part.data(), part.size());
  return at == std::string_view::npos ? at : from + at;
}

std::size_t rfind_text(std::string_view text, std::string_view part) {
  if (part.size() <= kShort) return text.rfind(part);
  const std::size_t at = search(std::reverse_iterator(text.data() + text.size()), text.size(), std::reverse_iterator(part.data() + part.size()), part.size());
  return at == std::string_view::npos ? at : text.size() - at - part.size();
}

std::int64_t length_of(std::string_view text) {
  std::int64_t n = 0;
  for (unsigned char c : text) n += (c & 0xc0) != 0x80;
  return n;
}

int character_bytes(char first) {
  unsigned char c = first;
  return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

std::size_t offset_of(std::string_view text, std::int64_t index) {
  std::size_t offset = 0;
  while (index-- > 0 && offset < text.size()) offset += character_bytes(text[offset]);
  return offset < text.size() ? offset : text.size();
}

void append_utf8(std::string& text, std::uint32_t c) {
  auto put = [&](std::uint32_t b) { text += static_cast<char>(b); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  }
}

std::uint32_t code_point_at(std::string_view text, std::size_t offset) {
  unsigned char c = text[offset];
  if (c < 0x80) return c;
  int more = character_bytes(text[offset]) - 1;
  std::uint32_t code = c & (0x3f >> more);
  for (int k = 1; k <= more; ++k) code = code << 6 | (static_cast<unsigned char>(text[offset + k]) & 0x3f);
  return code;
}

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, end - buffer);  // "-1.25e-07"
  std::string sign;
  if (text.front() == '-') sign = "-", text.remove_prefix(1);
  std::size_t e = text.find('e');
  int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    std::string out = sign + digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    int magnitude = std::abs(exponent);
    return out + (magnitude < 10 ? "0" : "") + std::to_string(magnitude);
  }
  if (exponent < 0) return sign + "0." + std::string(-exponent - 1, '0') + digits;
  if (count <= exponent + 1) return sign + digits + std::string(exponent + 1 - count, '0') + ".0";
  return sign + digits.substr(0, exponent + 1) + "." + digits.substr(exponent + 1);
}

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

}  // namespace

NumberText parse_integer(std::string_view text, int base, std::int64_t& value) {
  text = trimmed(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) negative = text[0] == '-', text.remove_prefix(1);
  bool prefixed = false;
  if (text.size() > 1 && text[0] == '0') {
    char p = static_cast<char>(text[1] | 0x20);
    int implied = p == 'x' ? 16 : p == 'o' ? 8 : p == 'b' ? 2 : 0;
    if (implied && (base == implied || base == 0)) base = implied, prefixed = true, text.remove_prefix(2);
  }
  if (base == 0) {
    base = 10;
    if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0_") != std::string_view::npos)
      return NumberText::malformed;
  }
  if (prefixed && !text.empty() && text[0] == '_') text.remove_prefix(1);
  if (text.empty()) return NumberText::malformed;
  std::uint64_t magnitude = 0;
  bool overflow = false, digit_before = false;
  for (char c : text) {
    if (c == '_') {
      if (!digit_before) return NumberText::malformed;
      digit_before = false;
      continue;
    }
    int d = digit_of(c);
    if (d >= base) return NumberText::malformed;
    digit_before = true;
    overflow |= __builtin_mul_overflow(magnitude, static_cast<std::uint64_t>(base), &magnitude);
    overflow |= __builtin_add_overflow(magnitude, static_cast<std::uint64_t>(d), &magnitude);
  }
  if (!digit_before) return NumberText::malformed;
  std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
  if (overflow || magnitude > most) return NumberText::too_large;
  value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  return NumberText::good;
}

NumberText parse_real(std::string_view text, double& value) {
  text = trimmed(text);
  // strtod takes more than Python does (hexadecimal, "nan(...)"), so the shape is checked here.
  std::string plain;
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) plain += rest[0], rest.remove_prefix(1);
  std::string lower(rest);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  if (lower == "inf" || lower == "infinity" || lower == "nan") {
    value = lower == "nan" ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    if (!plain.empty() && plain[0] == '-') value = -value;
    return NumberText::good;
  }
  bool digits = false, point = false, exponent = false;
  char before = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    bool digit = c >= '0' && c <= '9';
    if (c == '_') {
      bool digit_after = i + 1 < rest.size() && rest[i + 1] >= '0' && rest[i + 1] <= '9';
      if (!(before >= '0' && before <= '9') || !digit_after) return NumberText::malformed;
    } else if (digit) {
      digits = true;
    } else if (c == '.' && !point && !exponent) {
      point = true;
    } else if ((c == 'e' || c == 'E') && digits && !exponent) {
      exponent = true, digits = false;
    } else if (!((c == '-' || c == '+') && (before == 'e' || before == 'E'))) {
      return NumberText::malformed;
    }
    if (c != '_') plain += c;
    before = c;
  }
  if (!digits) return NumberText::malformed;
  value = std::strtod(plain.c_str(), nullptr);
  return NumberText::good;
}

}  // namespace interleave
