#include "script/program.h"

#include <algorithm>
#include <cstring>

#include "script/compiler.h"
#include "script/names.h"
#include "script/opcode.h"
#include "script/parser.h"
#include "script/text.h"

namespace interleave {

namespace {

constexpr std::size_t kMostSource = 1 << 20;
constexpr std::size_t kMostLine = 20'000;
constexpr std::uint8_t kMagic[4] = {'I', 'L', 'P', 1};
constexpr std::size_t kHead = sizeof kMagic + 8 + 4;

std::uint64_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (std::uint8_t b : bytes) sum = (sum ^ b) * 0x100000001b3u;
  return sum;
}

ScriptError bad_text(std::string_view source) {
  auto at = [&](std::size_t offset, std::string sentence) {
    Place place = Source(source.substr(0, offset)).place(offset);
    return ScriptError{place.line, place.column, "SyntaxError", std::move(sentence)};
  };
  if (source.size() > kMostSource) return {1, 1, "SyntaxError", "The script is longer than 1 MiB."};
  if (std::size_t i = source.find('\0'); i != std::string_view::npos) return at(i, "Here stands a character with the number 0; this is no text.");
  if (std::size_t i = invalid_utf8(source); i != std::string_view::npos) return at(i, "Here the text is not UTF-8.");
  for (std::size_t begin = 0; begin < source.size();) {
    std::size_t end = std::min(source.find('\n', begin), source.size());
    if (end - begin > kMostLine) return at(begin, "The line is longer than " + std::to_string(kMostLine) + " bytes.");
    begin = end + 1;
  }
  return {};
}

}  // namespace

std::string ScriptError::to_string() const {
  std::string out;
  if (line) out += "Line " + std::to_string(line);
  if (line && column) out += ", column " + std::to_string(column);
  return out.empty() ? sentence : out + ": " + sentence;
}

Program::Program(std::string source, std::string file, std::unique_ptr<const Code> code)
    : source_(std::move(source)), file_(std::move(file)), code_(std::move(code)) {}
Program::~Program() = default;

const std::string& Program::docstring() const { return code_->docstring; }
std::uint32_t Program::function_count() const { return static_cast<std::uint32_t>(code_->functions.size()); }
std::string_view Program::function_name(std::uint32_t function) const { return code_->functions[function].name; }
std::uint32_t Program::function_line(std::uint32_t function) const { return code_->functions[function].line; }

std::size_t Program::bytes() const {
  std::size_t n = sizeof *this + source_.size() + file_.size() + sizeof(Code);
  for (const FunctionCode& f : code_->functions) n += sizeof f + f.instructions.size() * (sizeof(Instruction) + sizeof(Place)) + f.variables.size() * sizeof(std::string);
  return n + code_->constants.size() * sizeof(Constant) + code_->globals.size() * sizeof(std::string);
}

Bytes Program::to_bytes() const {
  Bytes out(kHead);
  out.insert(out.end(), file_.begin(), file_.end());
  out.insert(out.end(), source_.begin(), source_.end());
  auto file_size = static_cast<std::uint32_t>(file_.size());
  std::memcpy(out.data() + 12, &file_size, 4);
  std::uint64_t sum = checksum(std::span(out).subspan(12));
  std::memcpy(out.data(), kMagic, 4);
  std::memcpy(out.data() + 4, &sum, 8);
  return out;
}

Compiled program_from_bytes(std::span<const std::uint8_t> bytes) {
  auto refuse = [](const char* sentence) { return Compiled{nullptr, {0, 0, "ValueError", sentence}}; };
  if (bytes.size() < kHead || std::memcmp(bytes.data(), kMagic, 4) != 0) return refuse("These bytes are no program of Interleave.");
  std::uint64_t sum = 0;
  std::uint32_t file_size = 0;
  std::memcpy(&sum, bytes.data() + 4, 8);
  std::memcpy(&file_size, bytes.data() + 12, 4);
  if (sum != checksum(bytes.subspan(12)) || file_size > bytes.size() - kHead) return refuse("The program was damaged on its way.");
  auto text = reinterpret_cast<const char*>(bytes.data());
  std::string_view all(text + kHead, bytes.size() - kHead);
  return compile(all.substr(file_size), all.substr(0, file_size));
}

Compiled compile(std::string_view source, std::string_view file) {
  if (source.starts_with("\xef\xbb\xbf")) source.remove_prefix(3);
  if (ScriptError error = bad_text(source)) return {nullptr, std::move(error)};
  std::string text;
  text.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') text += source[i];
    else if (i + 1 >= source.size() || source[i + 1] != '\n') text += '\n';
  }
  Source lines(text);
  Tree tree = parse(lines);
  if (tree.error) return {nullptr, std::move(tree.error)};
  ScriptError error;
  std::unique_ptr<const Code> code = generate(tree, error);
  if (!code) return {nullptr, std::move(error)};
  return {std::make_shared<const Program>(std::move(text), std::string(file), std::move(code)), {}};
}

std::span<const KnownName> known_names() {
  static const std::vector<KnownName> names = [] {
    std::vector<KnownName> out;
    for (std::string_view word : {"False", "None", "True", "and", "assert", "async", "await", "break", "continue", "def", "del", "elif", "else",
                                  "for", "from", "if", "import", "in", "is", "not", "or", "pass", "return", "while"})
      out.push_back({word, "keyword"});
    for (std::string_view unit : {"ns", "us", "ms", "s"}) out.push_back({unit, "unit"});
    for (const BuiltinFacts& f : kBuiltinFacts) {
      using Kind = BuiltinFacts::Kind;
      bool operation = f.kind == Kind::plain_operation || f.kind == Kind::awaited_operation;
      out.push_back({f.name, operation ? "operation" : f.kind == Kind::declaration ? "declaration" : "function"});
    }
    return out;
  }();
  return names;
}

}  // namespace interleave
