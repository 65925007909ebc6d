// code_text.h -- a line of the workload language as it is shown and typed: colours, where a long line goes on, indents. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

enum class Ink : std::uint8_t { plain, keyword, string, number, comment };

struct Piece {
  std::string_view text;
  Ink ink;
};
/// Cuts one line into coloured pieces. `open` is the triple quote that an earlier line left open, or empty.
void colour_line(std::string_view line, std::string_view& open, std::vector<Piece>& out);

/// A piece of a line where it is shown: in characters from the left, in rows below the line's first.
struct Placed {
  std::string_view text;
  Ink ink;
  int column = 0, row = 0;
};
/// Lays a line out in so many columns: code goes on below. A comment behind code moves closer first, then goes below, too,
/// if there is room for `rows` of them; else its sign stays. False: not all is shown.
bool place_line(std::string_view line, std::span<const Piece> pieces, int columns, bool rows, std::vector<Placed>& out);

/// Of code alone, in characters: comments and the text for teachers may go below.
float widest_code(std::string_view source);

/// Where a reader begins, from 1: behind the text for teachers, at the first parameter if there is one.
int first_line_to_read(std::string_view source);

/// The bytes of a line that a mistake at this column, in characters from 1, is marked under: a word or one sign. Behind the
/// line's end: empty, there.
struct Marked {
  std::size_t from = 0, to = 0;
};
Marked marked(std::string_view line, std::uint32_t column);

/// What Enter and Tab do in an editor: bytes [from, to) of the text become `with`, then [select_from, select_to) is selected.
struct Typed {
  std::size_t from = 0, to = 0;
  std::string with;
  std::size_t select_from = 0, select_to = 0;
};
inline constexpr std::size_t kIndent = 4;
/// The indent of a line that was just begun at this place: as the line before, one more behind a colon.
Typed indent_new_line(std::string_view text, std::size_t at);
/// Tab: spaces up to the next multiple of four, or, with lines selected, all of them one more; `back`: one less.
Typed indent_lines(std::string_view text, std::size_t from, std::size_t to, bool back);

}  // namespace interleave
