#include "script/lexer.h"

#include <algorithm>
#include <cstdio>

#include "script/text.h"

namespace interleave {

namespace {

constexpr std::string_view kKeywords[] = {
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield"};

// Longest first.
constexpr std::string_view kSymbols[] = {"**=", "//=", ">>=", "<<=", "...", "==", "!=", "<=", ">=", "->", ":=", "+=", "-=",
                                         "*=", "/=", "%=", "&=", "|=", "^=", "**", "//", "<<", ">>", "@=", "+", "-", "*", "/",
                                         "%", "@", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".",
                                         ";", "="};

constexpr std::size_t kMostIndents = 60;

/// What is pasted from a page or a text processor and looks like what Python wants; empty: nothing of that kind.
std::string lookalike(std::uint32_t c) {
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c));
  auto instead = [&](std::string_view what, std::string_view of) { return "This is " + std::string(what) + " (" + code + "); write " + std::string(of) + " instead."; };
  if (c == 0xa0 || c == 0x202f || c == 0x2007) return instead("a no-break space", "an ordinary space");
  if (c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x205f || c == 0x3000) return instead("a space of another width", "an ordinary space");
  if (c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) || c == 0xfeff) return std::string("Here is a character that cannot be seen (") + code + "); take it out.";
  if (c == 0x2028 || c == 0x2029 || c == 0x85) return instead("another end of line", "an ordinary one");
  if (c == 0x201c || c == 0x201d || c == 0x201e || c == 0xab || c == 0xbb) return instead("a quotation mark of printed text", "\"");
  if (c == 0x2018 || c == 0x2019 || c == 0x201a || c == 0x2032) return instead("an apostrophe of printed text", "'");
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) return instead("a dash", "-");
  if (c == 0xd7) return instead("a multiplication sign", "*");
  return {};
}

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(const Source& source, std::size_t begin, std::size_t end, bool expression)
      : source_(source), text_(source.text().substr(0, end)), at_(begin), expression_(expression) {}

  Tokens run() {
    while (!failed() && at_ < text_.size()) {
      if (line_start_ && !expression_ && open_.empty()) indentation();
      else token();
    }
    if (!failed() && !open_.empty()) fail(open_.back(), std::string("This '") + text_[open_.back()] + "' is never closed.");
    if (!failed() && !expression_) {
      if (!out_.tokens.empty() && out_.tokens.back().kind != Token::Kind::newline) add(Token::Kind::newline, at_, at_);
      for (; indents_.size() > 1; indents_.pop_back()) add(Token::Kind::dedent, at_, at_);
    }
    add(Token::Kind::end, std::min(at_, text_.size()), std::min(at_, text_.size()));
    return std::move(out_);
  }

 private:
  bool failed() const { return static_cast<bool>(out_.error); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void fail(std::size_t offset, std::string sentence) {
    if (failed()) return;
    Place place = source_.place(offset);
    out_.error = {place.line, place.column, "SyntaxError", std::move(sentence)};
  }

  Token& add(Token::Kind kind, std::size_t begin, std::size_t end) {
    Token& token = out_.tokens.emplace_back();
    token.kind = kind;
    token.place = source_.place(begin);
    token.text = text_.substr(begin, end - begin);
    return token;
  }

  void indentation() {
    std::size_t begin = at_, width = 0;
    bool tabs = false, spaces = false;
    for (; at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\f'); ++at_) {
      if (text_[at_] == '\f') width = 0;
      else if (text_[at_] == '\t') width = width / 8 * 8 + 8, tabs = true;
      else ++width, spaces = true;
    }
    line_start_ = false;
    if (peek() == '\n' || peek() == '#' || at_ >= text_.size()) return;  // an empty line has no indentation
    seen_tabs_ |= tabs;
    seen_spaces_ |= spaces;
    if (seen_tabs_ && seen_spaces_) return fail(begin, "The script is indented with tabs and with spaces; use spaces only.");
    if (width > indents_.back()) {
      if (indents_.size() > kMostIndents) return fail(at_, "The blocks are nested too deeply.");
      indents_.push_back(width);
      add(Token::Kind::indent, at_, at_);
      return;
    }
    while (width < indents_.back()) {
      indents_.pop_back();
      add(Token::Kind::dedent, at_, at_);
    }
    if (width != indents_.back()) fail(at_, "This line is indented to no level that was open before.");
  }

  void token() {
    char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      if (expression_) return fail(at_, "A comment cannot stand inside an f-string's braces.");
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (c == '\n') {
      bool empty_line = out_.tokens.empty() || out_.tokens.back().kind == Token::Kind::newline || out_.tokens.back().kind == Token::Kind::dedent;
      if (open_.empty() && !expression_) {
        if (!empty_line) add(Token::Kind::newline, at_, at_);
        line_start_ = true;
      }
      ++at_;
    } else if (c == '\\') {
      if (peek(1) != '\n') return fail(at_, expression_ ? "A backslash cannot stand inside an f-string's braces." : "A backslash may only stand at the end of a line, to join it with the next.");
      at_ += 2;
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (c == '"' || c == '\'') {
      string("");
    } else if (is_name_start(c)) {
      std::size_t begin = at_;
      while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_]))) ++at_;
      std::string_view name = text_.substr(begin, at_ - begin);
      if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'') && name.size() <= 2) {
        std::string prefix(name);
        for (char& p : prefix) p = static_cast<char>(p | 0x20);
        if (prefix == "r" || prefix == "u" || prefix == "f" || prefix == "rf" || prefix == "fr") return string(prefix, begin);
        if (prefix == "b" || prefix == "br" || prefix == "rb") return fail(begin, "Bytes are left out; use a str.");
      }
      if (odd_character()) return;
      if (static_cast<unsigned char>(peek()) >= 0x80) return fail(at_, "Only the letters a to z, digits and _ can be in a name.");
      add(is_keyword(name) ? Token::Kind::keyword : Token::Kind::name, begin, at_);
    } else {
      symbol();
    }
  }

  bool odd_character() {
    if (static_cast<unsigned char>(peek()) < 0x80) return false;
    std::string sentence = lookalike(code_point_at(text_, at_));
    if (sentence.empty()) return false;
    fail(at_, std::move(sentence));
    return true;
  }

  void number() {
    std::size_t begin = at_;
    bool real = false;
    char marker = static_cast<char>(peek(1) | 0x20);
    if (peek() == '0' && (marker == 'x' || marker == 'o' || marker == 'b')) {
      at_ += 2;
      while (is_digit(peek()) || is_name_start(peek())) ++at_;
    } else {
      auto digits = [&] { while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_; };
      digits();
      if (peek() == '.') real = true, ++at_, digits();
      if ((peek() | 0x20) == 'e' && (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) real = true, at_ += 2, digits();
      if ((peek() | 0x20) == 'j' && !is_name_start(peek(1))) return fail(begin, "Complex numbers are left out.");
      if (is_name_start(peek())) return fail(begin, "A name cannot begin with a digit; put a * between a number and a unit, such as 200 * ms.");
    }
    std::string_view text = text_.substr(begin, at_ - begin);
    Token& token = add(real ? Token::Kind::real : Token::Kind::integer, begin, at_);
    if (real) {
      if (parse_real(text, token.real) != NumberText::good) fail(begin, "This is not a number.");
      return;
    }
    std::int64_t value = 0;
    NumberText state = parse_integer(text, 0, value);
    token.integer = static_cast<std::uint64_t>(value);
    if (state == NumberText::malformed) {
      bool zeros = text.size() > 1 && text[0] == '0' && text.find_first_not_of("0123456789_") == std::string_view::npos;
      fail(begin, zeros ? "A number does not begin with 0; leave the zero away." : "This is not a number.");
    } else if (state == NumberText::too_large) {
      // -2^63 is the one number whose magnitude alone does not fit; the parser looks for the minus.
      std::string plain;
      for (char c : text) if (c != '_') plain += c;
      token.integer = std::uint64_t{1} << 63;
      token.too_large = plain != "9223372036854775808";
      if (token.too_large) fail(begin, "The number does not fit: whole numbers have 64 bits here.");
    }
  }

  void string(const std::string& prefix) { string(prefix, at_); }
  void string(const std::string& prefix, std::size_t begin) {
    char quote = text_[at_];
    bool triple = peek(1) == quote && peek(2) == quote;
    std::size_t open = at_;
    at_ += triple ? 3 : 1;
    std::size_t content = at_;
    for (;; ++at_) {
      if (at_ >= text_.size() || (!triple && text_[at_] == '\n')) return fail(open, "This text is never closed: its closing quote is missing.");
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ >= text_.size()) return fail(open, "This text is never closed: its closing quote is missing.");
        continue;
      }
      if (text_[at_] == quote && (!triple || (peek(1) == quote && peek(2) == quote))) break;
    }
    std::string_view inside = text_.substr(content, at_ - content);
    at_ += triple ? 3 : 1;
    bool raw = prefix.find('r') != std::string::npos;
    if (prefix.find('f') != std::string::npos) {
      Token& token = add(Token::Kind::format_string, begin, at_);
      token.text = inside;
      token.raw = raw;
      return;
    }
    Token& token = add(Token::Kind::string, begin, at_);
    std::string sentence;
    if (raw) token.value = inside;
    else if (!unescape(inside, token.value, sentence)) fail(begin, sentence);
  }

  void symbol() {
    std::string_view rest = text_.substr(at_);
    for (std::string_view s : kSymbols) {
      if (!rest.starts_with(s)) continue;
      char c = s[0];
      if (c == '(' || c == '[' || c == '{') {
        if (open_.size() > 200) return fail(at_, "The brackets are nested too deeply.");
        open_.push_back(at_);
      } else if (c == ')' || c == ']' || c == '}') {
        char partner = c == ')' ? '(' : c == ']' ? '[' : '{';
        if (open_.empty()) return fail(at_, std::string("This '") + c + "' closes nothing.");
        if (text_[open_.back()] != partner) {
          Place place = source_.place(open_.back());
          return fail(at_, std::string("This '") + c + "' does not fit the '" + text_[open_.back()] + "' of line " + std::to_string(place.line) + ".");
        }
        open_.pop_back();
      }
      add(Token::Kind::symbol, at_, at_ + s.size());
      at_ += s.size();
      return;
    }
    if (rest[0] == '!') return fail(at_, "'!' alone means nothing here; write 'not' or '!='.");
    if (odd_character()) return;
    std::string shown(rest.substr(0, static_cast<std::size_t>(character_bytes(rest[0]))));
    if (static_cast<unsigned char>(rest[0]) < 0x20 || rest[0] == 0x7f) shown = "character " + std::to_string(static_cast<int>(rest[0]));
    fail(at_, "'" + shown + "' means nothing here.");
  }

  const Source& source_;
  std::string_view text_;
  std::size_t at_;
  bool expression_;
  bool line_start_ = true;
  bool seen_tabs_ = false, seen_spaces_ = false;
  std::vector<std::size_t> indents_{0};
  std::vector<std::size_t> open_;  ///< offsets of brackets
  Tokens out_;
};

}  // namespace

Source::Source(std::string_view text) : text_(text), lines_{0} {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lines_.push_back(i + 1);
}

Place Source::place(std::size_t offset) const {
  auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
  std::size_t begin = *(after - 1);
  // Columns of very long lines are not worth a walk through megabytes for each token.
  std::size_t most = std::min(offset - begin, std::size_t{4000});
  return {static_cast<std::uint32_t>(after - lines_.begin()), static_cast<std::uint32_t>(length_of(text_.substr(begin, most))) + 1};
}

Tokens tokenize(const Source& source) { return Lexer(source, 0, source.text().size(), false).run(); }

Tokens tokenize_expression(const Source& source, std::size_t begin, std::size_t end) {
  return Lexer(source, begin, end, true).run();
}

bool is_keyword(std::string_view name) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
}

bool unescape(std::string_view text, std::string& out, std::string& sentence) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i >= text.size()) return sentence = "A backslash stands at the end of this text.", false;
    char c = text[i];
    auto hex = [&](std::size_t digits) {
      std::uint32_t code = 0;
      if (i + digits >= text.size()) return false;
      for (std::size_t k = 1; k <= digits; ++k) {
        char d = text[i + k];
        int value = is_digit(d) ? d - '0' : (d | 0x20) >= 'a' && (d | 0x20) <= 'f' ? (d | 0x20) - 'a' + 10 : -1;
        if (value < 0) return false;
        code = code << 4 | static_cast<std::uint32_t>(value);
      }
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
      append_utf8(out, code);
      i += digits;
      return true;
    };
    constexpr std::string_view kNames = "abfnrtv\\'\"", kValues = "\a\b\f\n\r\t\v\\'\"";
    if (std::size_t n = kNames.find(c); n != std::string_view::npos) {
      out += kValues[n];
    } else if (c == '\n') {
      // joins the lines
    } else if (c >= '0' && c <= '7') {
      std::uint32_t code = 0;
      std::size_t k = 0;
      for (; k < 3 && i + k < text.size() && text[i + k] >= '0' && text[i + k] <= '7'; ++k) code = code * 8 + static_cast<std::uint32_t>(text[i + k] - '0');
      append_utf8(out, code);
      i += k - 1;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      if (!hex(c == 'x' ? 2 : c == 'u' ? 4 : 8)) return sentence = std::string("The \\") + c + " in this text is not followed by a character's number.", false;
    } else if (c == 'N') {
      return sentence = "\\N{...} is left out; write the character itself.", false;
    } else {
      out += '\\';
      out += c;
    }
  }
  return true;
}

}  // namespace interleave
