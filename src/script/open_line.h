// open_line.h -- what print(end="") leaves of a line: whoever prints next goes on in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace interleave {

/// Thread: one at a time.
class OpenLine {
 public:
  bool empty() const { return line_.empty(); }
  /// What is whole now that `text` was printed; open: no line's end is behind it. None: nothing is yet. Cost: O(text).
  std::optional<std::string> add(std::string_view text, bool open) {
    const std::size_t last = open ? text.rfind('\n') : text.size();
    if (line_.size() < kMost) line_ += text.substr(0, last);
    if (last == std::string_view::npos) return std::nullopt;
    return std::exchange(line_, std::string(open ? text.substr(last + 1) : std::string_view()));
  }
  /// As far as it is; then there is none.
  std::string take() { return std::exchange(line_, {}); }

 private:
  static constexpr std::size_t kMost = std::size_t{1} << 20;  // bytes; a line that has as many grows no longer
  std::string line_;
};

}  // namespace interleave
