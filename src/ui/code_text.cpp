#include "ui/code_text.h"

#include <algorithm>

namespace interleave {
namespace {

bool word_char(char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_keyword(std::string_view word) {
  constexpr std::string_view kKeywords[] = {"and", "as", "async", "await", "break", "class", "continue", "def", "elif", "else", "except",
      "False", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "None", "not", "or", "pass", "raise", "return",
      "True", "try", "while", "with", "yield"};
  return std::ranges::find(kKeywords, word) != std::end(kKeywords);
}

}  // namespace

void colour_line(std::string_view line, std::string_view& open, std::vector<Piece>& out) {
  out.clear();
  std::size_t i = 0;
  if (!open.empty()) {
    std::size_t close = line.find(open);
    if (close == line.npos) {
      out.push_back({line, Ink::string});
      return;
    }
    i = close + 3;
    out.push_back({line.substr(0, i), Ink::string});
    open = {};
  }
  while (i < line.size()) {
    std::size_t from = i;
    char c = line[i];
    if (c == '#') {
      out.push_back({line.substr(i), Ink::comment});
      return;
    }
    if (c == '"' || c == '\'') {
      std::string_view triple = line.substr(i, 3);
      if (triple == "\"\"\"" || triple == "'''") {
        std::size_t close = line.find(triple, i + 3);
        if (close == line.npos) {
          out.push_back({line.substr(i), Ink::string});
          open = triple == "'''" ? "'''" : "\"\"\"";
          return;
        }
        i = close + 3;
      } else {
        for (++i; i < line.size() && line[i] != c; ++i)
          if (line[i] == '\\') ++i;
        i = std::min(i + 1, line.size());
      }
      out.push_back({line.substr(from, i - from), Ink::string});
    } else if (c >= '0' && c <= '9') {
      while (i < line.size() && (word_char(line[i]) || line[i] == '.')) ++i;
      out.push_back({line.substr(from, i - from), Ink::number});
    } else if (word_char(c)) {
      while (i < line.size() && word_char(line[i])) ++i;
      std::string_view word = line.substr(from, i - from);
      out.push_back({word, is_keyword(word) ? Ink::keyword : Ink::plain});
    } else {
      while (i < line.size() && !word_char(line[i]) && line[i] != '#' && line[i] != '"' && line[i] != '\'') ++i;
      out.push_back({line.substr(from, i - from), Ink::plain});
    }
  }
}

namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Where a line of code is broken that has more than `n` characters: behind the last space, comma or opening bracket that
// fits (not in its indent), else at the n-th. In bytes.
std::size_t break_at(std::string_view text, std::size_t n) {
  std::size_t bytes = 0, good = 0, indent = std::min(text.find_first_not_of(' '), text.size());
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    if ((static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80 && seen++ == n) break;
    if (bytes > indent && (text[bytes] == ' ' || text[bytes] == ',' || text[bytes] == '(')) good = bytes + 1;
  }
  return bytes >= text.size() || good == 0 ? std::max<std::size_t>(bytes, 1) : good;
}

}  // namespace

bool place_line(std::string_view line, std::span<const Piece> pieces, int columns, bool rows, std::vector<Placed>& out) {
  out.clear();
  if (pieces.empty()) return true;
  const auto width = static_cast<std::size_t>(columns);
  const int indent = static_cast<int>(std::min(line.find_first_not_of(' '), line.size()));
  const int below = std::min(indent + 4, columns / 2);
  // Code alone, and a comment behind it.
  const Piece& last = pieces.back();
  bool comment = last.ink == Ink::comment && pieces.size() > 1 && line.substr(0, static_cast<std::size_t>(last.text.data() - line.data())).find_first_not_of(' ') != line.npos;
  std::string_view code = comment ? line.substr(0, static_cast<std::size_t>(last.text.data() - line.data())) : line;
  std::size_t gap = code.size();
  while (comment && code.ends_with(' ')) code.remove_suffix(1);
  gap -= code.size();

  std::size_t from = 0;
  int row = 0, column = 0;
  auto cut = [&](std::size_t to) {  // bytes [from, to) of the line, in this row
    for (const Piece& piece : pieces) {
      auto begin = static_cast<std::size_t>(piece.text.data() - line.data()), end = begin + piece.text.size();
      std::size_t a = std::max(begin, from), b = std::min(end, to);
      if (a >= b) continue;
      out.push_back({line.substr(a, b - a), piece.ink, column, row});
      column += static_cast<int>(characters(line.substr(a, b - a)));
    }
    from = to;
  };
  while (from < code.size()) {
    std::size_t bytes = break_at(code.substr(from), width - static_cast<std::size_t>(column));
    bool more = from + bytes < code.size();
    cut(from + bytes);
    if (!more) break;
    while (from < code.size() && code[from] == ' ') ++from;
    ++row;
    column = below;
  }
  if (!comment) return true;
  const std::size_t length = characters(last.text), at = static_cast<std::size_t>(column);
  if (at + gap + length <= width) column += static_cast<int>(gap);
  else if (at + 2 + length <= width) column += 2;
  else if (!rows) {
    // As much of it as there is room for, if that says anything.
    constexpr std::size_t kLeast = 10;
    if (at + 2 + kLeast < width) {
      const std::string_view some = last.text.substr(0, break_at(last.text, width - at - 3));
      out.push_back({some, Ink::comment, column + 2, row});
      out.push_back({"\xe2\x80\xa6", Ink::comment, column + 2 + static_cast<int>(characters(some)), row});
    } else if (at + 5 <= width) {
      out.push_back({"# \xe2\x80\xa6", Ink::comment, column + 2, row});
    }
    return false;
  } else {
    ++row;
    column = below;
  }
  std::string_view text = last.text;
  while (!text.empty()) {
    std::size_t bytes = break_at(text, width - static_cast<std::size_t>(column));
    out.push_back({text.substr(0, bytes), Ink::comment, column, row});
    text.remove_prefix(bytes);
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (!text.empty()) ++row, column = below;
  }
  return true;
}

float widest_code(std::string_view source) {
  std::size_t widest = 0;
  std::string_view open;
  std::vector<Piece> pieces;
  while (!source.empty()) {
    std::size_t end = source.find('\n');
    bool was_open = !open.empty();
    colour_line(source.substr(0, end), open, pieces);
    std::size_t length = 0;
    for (const Piece& piece : pieces)
      if (piece.ink != Ink::comment) length += characters(piece.text);
    if (!was_open && open.empty() && (pieces.empty() || pieces.front().ink != Ink::string)) widest = std::max(widest, length);
    if (end == source.npos) break;
    source.remove_prefix(end + 1);
  }
  return static_cast<float>(widest);
}

int first_line_to_read(std::string_view source) {
  int number = 0, behind_text = 0;
  std::string_view open;
  std::vector<Piece> pieces;
  while (!source.empty()) {
    ++number;
    const std::size_t end = std::min(source.find('\n'), source.size());
    std::string_view line = source.substr(0, end);
    const bool was_open = !open.empty();
    colour_line(line, open, pieces);
    if (was_open && open.empty() && behind_text == 0) behind_text = number;
    if (behind_text > 0 && line.find("= param(") != line.npos) return number;
    source.remove_prefix(std::min(end + 1, source.size()));
  }
  return std::max(behind_text, 1);
}

Marked marked(std::string_view line, std::uint32_t column) {
  std::size_t from = 0;
  for (std::uint32_t seen = 1; from < line.size() && seen < column; ++seen)
    do ++from;
    while (from < line.size() && (static_cast<unsigned char>(line[from]) & 0xc0) == 0x80);
  std::size_t to = from;
  while (to < line.size() && (word_char(line[to]) || static_cast<unsigned char>(line[to]) >= 0x80)) ++to;
  return {from, to == from ? std::min(from + 1, line.size()) : to};
}

Typed indent_new_line(std::string_view text, std::size_t at) {
  const std::size_t end = at > 0 ? at - 1 : 0;  // the line before ends here
  const std::size_t begin = end > 0 && text.rfind('\n', end - 1) != text.npos ? text.rfind('\n', end - 1) + 1 : 0;
  std::string_view line = text.substr(begin, end - begin);
  std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  std::string_view open;
  std::vector<Piece> pieces;
  colour_line(line, open, pieces);
  if (!pieces.empty() && pieces.back().ink == Ink::comment) line.remove_suffix(pieces.back().text.size());
  while (line.ends_with(' ')) line.remove_suffix(1);
  if (line.ends_with(':')) spaces += kIndent;
  return {at, at, std::string(spaces, ' '), at + spaces, at + spaces};
}

Typed indent_lines(std::string_view text, std::size_t from, std::size_t to, bool back) {
  if (from > to) std::swap(from, to);
  const std::size_t begin = from > 0 && text.rfind('\n', from - 1) != text.npos ? text.rfind('\n', from - 1) + 1 : 0;
  const bool lines = text.substr(from, to - from).find('\n') != text.npos;
  if (!lines && !back) {
    const std::size_t spaces = kIndent - (from - begin) % kIndent;
    return {from, to, std::string(spaces, ' '), from + spaces, from + spaces};
  }
  if (lines && text[to - 1] == '\n') --to;  // the last line was not entered
  const std::size_t end = std::min(text.find('\n', to), text.size());
  Typed out{begin, end, {}, 0, 0};
  std::string_view rest = text.substr(begin, end - begin);
  std::size_t before_cursor = 0;
  for (bool first = true;; first = false) {
    const std::size_t line_end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, line_end);
    if (back) {
      const std::size_t cut = std::min({kIndent, line.find_first_not_of(' '), line.size()});
      if (first) before_cursor = std::min(cut, from - begin);
      line.remove_prefix(cut);
    } else if (!line.empty()) {
      out.with.append(kIndent, ' ');
    }
    out.with += line;
    if (line_end == rest.size()) break;
    out.with += '\n';
    rest.remove_prefix(line_end + 1);
  }
  if (lines) out.select_from = begin, out.select_to = begin + out.with.size();
  else out.select_from = out.select_to = from - before_cursor;
  return out;
}

}  // namespace interleave
