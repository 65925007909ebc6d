// outside_editor.h -- the code in the person's own editor: $VISUAL, $EDITOR, or what the desktop opens a .py file with.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace interleave {

/// A file in a folder of its own, for as long as this lives; what is saved into it comes back.
/// Thread: one. Blocks: never longer than reading a small file.
class OutsideEditor {
 public:
  ~OutsideEditor();
  /// Writes the text and starts the editor on it. Empty, or a sentence.
  std::string open(std::string_view file, std::string_view text);
  /// The text, if it was saved since the last call. `said`: a sentence, if the editor ended with an error.
  std::optional<std::string> saved(std::string& said);
  bool watching() const { return !path_.empty(); }

 private:
  void forget();
  void seen(std::filesystem::file_time_type written);
  std::filesystem::path path_;
  std::filesystem::file_time_type written_;
  bool settled_ = false;
  std::string text_;
  pid_t editor_ = 0;
};

}  // namespace interleave
