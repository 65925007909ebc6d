#include "platform/native/desktop.h"

#include <fmt/format.h>

#include <algorithm>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "platform/native/native_engine.h"
#include "platform/native/outside_editor.h"
#include "platform/native/png_file.h"
#include "platform/native/read_file.h"
#include "platform/shell/shell.h"
#include "script/instance.h"
#include "ui/app.h"

namespace interleave {
namespace {

int complain(const std::string& sentence, int status) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  return status;
}

/// Lets runs end without drawing them: a picture's figures are not to be spoiled by a software rasteriser.
void finish_runs(App& app) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  while (app.busy()) {
    poll(app, std::chrono::duration<double>(Clock::now() - began).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// The words of a step.
std::vector<std::string> words_of(const std::string& step) {
  std::istringstream in(step);
  return {std::istream_iterator<std::string>(in), {}};
}

bool take_picture(Shell& shell, App& app, const std::string& file) {
  for (int settle = 0; settle < 4; ++settle) {
    shell.ask_for_frame();
    shell.frame(app);
    // A card under the pointer comes after a moment.
    if (settle == 1 && app.view.hovered) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return write_png(file, shell.capture(app));
}

std::string open_file(App& app, const std::string& name) {
  std::string bytes;
  if (std::string error = read_file(name, bytes); !error.empty()) return app.notice = error;
  return app.open(name, bytes);
}

/// The same while the window goes on; of several that come together.
void begin_to_open_files(App& app, const std::vector<std::string>& names) {
  app.begin_files();
  for (const std::string& name : names) {
    std::string bytes;
    if (std::string error = read_file(name, bytes); !error.empty()) app.say_of_file(error);
    else app.also_open(name, std::move(bytes));
  }
}

/// Shows what of a folder can be opened: SDL 2 has no dialog for files.
void show_folder(App& app, const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::canonical(path, error);
  std::vector<std::string> folders, files;
  if (!error)
    for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      std::error_code unknown;
      if (name.starts_with(".")) continue;
      if (it->is_directory(unknown)) folders.push_back(name + "/");
      else if (name.ends_with(".ilt") || name.ends_with(".json") || name.ends_with(".py")) files.push_back(name);
    }
  if (error) {
    app.notice = fmt::format("{} cannot be read: {}.", path.string(), error.message());
    return;
  }
  std::ranges::sort(folders);
  std::ranges::sort(files);
  if (folder.has_parent_path() && folder != folder.root_path()) folders.insert(folders.begin(), "../");
  app.folder = {folder.string(), std::move(folders)};
  app.folder.names.insert(app.folder.names.end(), files.begin(), files.end());
  app.view.files.show();
}

/// What the App wants to be opened, or a choice of it.
void open_wanted(App& app) {
  if (std::exchange(app.wants_open, false)) show_folder(app, app.folder.path.empty() ? "." : app.folder.path);
  const std::string chosen = std::exchange(app.chosen_file, {});
  if (chosen.ends_with("/")) show_folder(app, chosen);
  else if (!chosen.empty()) begin_to_open_files(app, {chosen});
}

/// What the App wants to be kept goes into the folder in which the program was started.
void write_saves(Shell& shell, App& app) {
  for (const App::Save& save : std::exchange(app.saves, {})) {
    bool written = false;
    if (save.type == "image/png") {
      written = write_png(save.name, shell.capture(app));
    } else {
      std::ofstream file(save.name, std::ios::binary);
      file << save.bytes;
      written = static_cast<bool>(file.flush());
    }
    std::error_code error;
    app.notice = written ? "Saved as " + std::filesystem::absolute(save.name, error).string() + "." : save.name + " cannot be written here.";
    ++app.revision;
  }
}

/// --do: empty, or what went wrong.
std::string do_step(Shell& shell, App& app, const std::string& step) {
  const std::vector<std::string> words = words_of(step);
  auto word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string(); };
  if (words.empty()) return {};
  if (words[0] == "wait" && words.size() == 1) {
    finish_runs(app);
    return {};
  }
  if (words[0] == "wait") {
    double ns = 0;
    if (!parse_parameter_value(word(1), ns)) return "wait wants a time, such as 300ms.";
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    for (double t = 0; t * 1e9 < ns; t = std::chrono::duration<double>(Clock::now() - began).count()) {
      poll(app, t);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
  }
  if (words[0] == "point") {
    shell.point_at(std::strtof(word(1).c_str(), nullptr), std::strtof(word(2).c_str(), nullptr));
    return {};
  }
  if (words[0] == "shot") {
    int width = 0, height = 0;
    if (std::sscanf(word(2).c_str(), "%dx%d", &width, &height) != 2) return "shot wants FILE WIDTHxHEIGHT [SCALE] [embed].";
    shell.set_viewport(width, height, 1);
    const float scale = words.size() > 3 ? std::strtof(word(3).c_str(), nullptr) : 0;
    shell.set_ui_scale(scale > 0 ? scale : 1.0f);  // "embed" may stand there
    app.view.embed = words.back() == "embed";
    return take_picture(shell, app, word(1)) ? std::string() : "Cannot write " + word(1) + ".";
  }
  if (words[0] == "open" && words.size() > 1) return open_file(app, word(1));
  if (words[0] == "open") {
    app.command("open");
    open_wanted(app);
    return {};
  }
  if (words[0] == "say") {  // the question and its answer, to be read without a picture
    std::printf("%s %s\n  %s\n  %s\n", app.workload.id.c_str(), app.question().c_str(), app.sentence().c_str(), app.subsentence().c_str());
    return {};
  }
  if (words[0] == "saves") {  // what was to be saved
    shell.ask_for_frame();
    shell.frame(app);
    write_saves(shell, app);
    return {};
  }
  std::string rest = word(2);
  for (std::size_t i = 3; i < words.size(); ++i) rest += " " + words[i];
  return app.command(words[0], word(1), rest);
}

}  // namespace

int run_desktop(const DesktopOptions& options) {
  ShellOptions window;
  if (options.width > 0) window.width = options.width;
  if (options.height > 0) window.height = options.height;
  window.hidden = !options.screenshot.empty() || !options.steps.empty();
  window.vsync = !window.hidden;
  if (!options.steps.empty()) window.width = 3840, window.height = 2160;  // pictures are cut from its corner
  std::string error;
  std::unique_ptr<Shell> shell = Shell::open(window, error);
  if (!shell) return complain(error + "\n`interleave run http --on all` works without a window; `interleave --help` says more.", kExitFailed);

  App app(std::make_unique<NativeEngine>(std::make_shared<NativeMachine>()), options.theme == "light" ? Theme::light : Theme::dark);
  if (!options.lesson.empty()) error = app.command("lesson", options.lesson);
  if (error.empty() && !options.run.empty()) error = options.run == "all" ? app.command("run-all") : app.command("run", options.run);
  if (error.empty() && !options.open.empty()) error = open_file(app, options.open);
  if (!error.empty()) return complain(error, kExitBad);

  if (!options.screenshot.empty()) {
    finish_runs(app);
    if (!take_picture(*shell, app, options.screenshot)) return complain("Cannot write " + options.screenshot + ".", kExitFailed);
    return 0;
  }
  if (!options.steps.empty()) {
    for (const std::string& step : options.steps)
      if (error = do_step(*shell, app, step); !error.empty()) return complain(step + ": " + error, kExitBad);
    return 0;
  }
  app.view.moves = true;  // pictures and steps above are there at once
  OutsideEditor outside;
  for (int frames = 0; frames != options.frames; ++frames) {
    Shell::Frame frame = shell->frame(app);
    if (frame.quit) break;
    if (std::exchange(app.wants_editor, false)) {
      app.notice = outside.open(app.workload.file, app.code.text);
      shell->ask_for_frame();
    }
    std::string said;
    if (auto text = outside.saved(said)) {
      app.replace_code(std::move(*text));
      shell->ask_for_frame();
    }
    if (!said.empty()) {
      app.notice = said;
      shell->ask_for_frame();
    }
    if (!frame.dropped.empty()) {
      begin_to_open_files(app, frame.dropped);
      shell->ask_for_frame();
    }
    if (!app.saves.empty()) write_saves(*shell, app);
    if (app.wants_open || !app.chosen_file.empty()) {
      open_wanted(app);
      shell->ask_for_frame();
    }
    if (!app.clipboard.empty()) {
      shell->copy("#" + app.clipboard);
      app.clipboard.clear();
    }
    if (!app.copied_text.empty()) {
      shell->copy(app.copied_text);
      app.copied_text.clear();
    }
    shell->wait(outside.watching() ? std::min(frame.wait_s, 0.5) : frame.wait_s);
  }
  return 0;
}

}  // namespace interleave
