#include "platform/native/outside_editor.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "platform/native/read_file.h"

extern char** environ;

namespace interleave {

OutsideEditor::~OutsideEditor() { forget(); }

void OutsideEditor::forget() {
  std::error_code error;
  if (watching()) std::filesystem::remove_all(path_.parent_path(), error);
  path_.clear();
}

std::string OutsideEditor::open(std::string_view file, std::string_view text) {
  std::error_code error;
  if (!watching() || path_.filename() != std::filesystem::path(file)) {
    forget();
    std::string folder = (std::filesystem::temp_directory_path(error) / "interleave-XXXXXX").string();
    if (error || !::mkdtemp(folder.data())) return "There is no place for a temporary file.";
    path_ = std::filesystem::path(folder) / std::filesystem::path(file).filename();
  }
  std::ofstream out(path_, std::ios::binary);
  out << text;
  if (!out.flush()) return path_.string() + " cannot be written.";
  out.close();
  text_ = text;
  seen(std::filesystem::last_write_time(path_, error));
  // As git does it: what $VISUAL says is the shell's to read.
  const char* chosen = std::getenv("VISUAL");
  if (!chosen || !*chosen) chosen = std::getenv("EDITOR");
  if (!chosen || !*chosen) chosen = "xdg-open";
  std::string command = std::string(chosen) + " \"$1\"", name = path_.string();
  char shell[] = "sh", option[] = "-c";
  char* arguments[] = {shell, option, command.data(), shell, name.data(), nullptr};
  if (::posix_spawnp(&editor_, "sh", nullptr, nullptr, arguments, environ) != 0) {
    editor_ = 0;
    return "The editor could not be started.";
  }
  return {};
}

void OutsideEditor::seen(std::filesystem::file_time_type written) {
  written_ = written;
  // A file's time moves in the kernel's ticks (10 ms, 2 s on some file systems): what is saved within the tick of the last look
  // leaves the time as it was. Until the time lies well behind, only the text tells.
  settled_ = std::filesystem::file_time_type::clock::now() - written > std::chrono::seconds(3);
}

std::optional<std::string> OutsideEditor::saved(std::string& said) {
  if (!watching()) return std::nullopt;
  int status = 0;
  if (editor_ > 0 && ::waitpid(editor_, &status, WNOHANG) == editor_) {
    editor_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) said = "The editor ended with an error. $VISUAL or $EDITOR says which one is started.";
  }
  std::error_code error;
  const auto now = std::filesystem::last_write_time(path_, error);
  if (error || (now == written_ && settled_)) return std::nullopt;
  seen(now);
  std::string text;
  if (!read_file(path_.string(), text).empty() || text == text_) return std::nullopt;
  return text_ = std::move(text);
}

}  // namespace interleave
