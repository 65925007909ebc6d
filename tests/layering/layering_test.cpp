// layering_test.cpp -- the rooms and their arrows are DESIGN.md's table. Reads every source and fails on any other arrow.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kSource = fs::path(INTERLEAVE_SOURCE_DIR) / "src";

/// Who may include whom, beside itself. platform may include everything.
const std::map<std::string, Names> kArrows = {
    {"trace", {}},
    {"script", {}},
    {"runtime", {"trace"}},
    {"workloads", {"script"}},
    {"view", {"trace"}},
    {"ui", {"trace", "script", "runtime", "workloads", "view"}},
    {"platform", {"trace", "script", "runtime", "workloads", "view", "ui"}},
};

/// Single files that may do more than their room.
const std::map<std::string, Names> kFileArrows = {
    {"runtime/script_root.cpp", {"script"}},
};

struct Line {
  std::string file;  ///< relative to src/
  int number;
  std::string text;
};

/// Every line of every C++ file in src/.
const std::vector<Line>& lines() {
  static const std::vector<Line> all = [] {
    std::vector<Line> result;
    for (const auto& entry : fs::recursive_directory_iterator(kSource)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream in(entry.path());
      std::string text;
      for (int number = 1; std::getline(in, text); ++number)
        result.push_back({fs::relative(entry.path(), kSource).generic_string(), number, text});
    }
    return result;
  }();
  return all;
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

/// Calls visit(line, included, quoted) for every include.
void each_include(const std::function<void(const Line&, const std::string&, bool)>& visit) {
  static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::smatch match;
  for (const Line& line : lines())
    if (std::regex_search(line.text, match, include)) visit(line, match[2], match[1] == "\"");
}

TEST(Layering, EveryArrowIsInTheTable) {
  each_include([](const Line& line, const std::string& included, bool quoted) {
    const std::string from = first_part(line.file), to = first_part(included);
    if (!quoted || included.find('/') == std::string::npos || !kArrows.count(to) || to == from) return;
    const auto own = kFileArrows.find(line.file);
    const bool allowed = kArrows.count(from) && (kArrows.at(from).count(to) || (own != kFileArrows.end() && own->second.count(to)));
    EXPECT_TRUE(allowed) << "src/" << line.file << ":" << line.number << ": " << from << " must not include " << included;
  });
}

TEST(Layering, OurHeadersAreNamedFromTheSourceFolder) {
  each_include([](const Line& line, const std::string& included, bool quoted) {
    if (!quoted || included == "gl_api.h") return;  // the one header that CMake picks per platform
    EXPECT_TRUE(fs::exists(kSource / included))
        << "src/" << line.file << ":" << line.number << ": \"" << included << "\" is no file under src/ (third-party goes in <>)";
  });
}

TEST(Layering, OurHeadersAreQuoted) {
  each_include([](const Line& line, const std::string& included, bool quoted) {
    EXPECT_TRUE(quoted || !kArrows.count(first_part(included)) || !fs::exists(kSource / included))
        << "src/" << line.file << ":" << line.number << ": <" << included << "> is ours: quote it";
  });
}

TEST(Layering, ThirdPartyOnlyWhereAllowed) {
  // A C++ standard header has no dot; C's and POSIX's end in .h. Outside platform/ only C++ ones and these are welcome.
  each_include([](const Line& line, const std::string& included, bool quoted) {
    const std::string room = first_part(line.file), library = first_part(included);
    if (quoted || room == "platform") return;
    const bool standard = included.find_first_of("./") == std::string::npos;
    const bool allowed = standard || library == "fmt" || (library == "nlohmann" && line.file == "trace/chrome_json.cpp") ||
                         (room == "ui" && library.rfind("imgui", 0) == 0);
    EXPECT_TRUE(allowed) << "src/" << line.file << ":" << line.number << ": " << room << " must not include <" << included << ">";
  });
}

TEST(Layering, NoPlatformMacroOutsidePlatform) {
  static const std::regex macro(R"(\b(__EMSCRIPTEN\w*|__wasm\w*|_WIN32|__APPLE__|__linux__|__unix__)\b)");
  for (const Line& line : lines()) {
    if (first_part(line.file) == "platform") continue;
    EXPECT_FALSE(std::regex_search(line.text, macro))
        << "src/" << line.file << ":" << line.number << ": let CMake pick a file instead: " << line.text;
  }
}

TEST(Layering, EveryFileLivesInARoom) {
  Names rooms;
  for (const Line& line : lines()) rooms.insert(first_part(line.file));
  for (const std::string& room : rooms) EXPECT_TRUE(kArrows.count(room)) << "src/" << room << " is no room of DESIGN.md's";
}

}  // namespace
