// scenario.h -- the whole shareable state: what is run, with which settings, on what. A link holds one, and so does every
// message from the page to an engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "script/instance.h"

namespace interleave {

struct Scenario {
  std::string lesson = "http";               ///< name or id of a lesson; with `source` also a file of one's own, "mine.py"
  std::string source;                        ///< an edited script; empty: the lesson's own
  std::vector<ParameterSetting> parameters;  ///< those that were set, sorted by name
  std::string executor;                      ///< id, or "all"; empty: the lesson's own choice
  int workers = 0;                           ///< 0: the lesson's, else the machine's
  int cores = 0;                             ///< the same
  Nanos gil_interval = 5'000'000;
  std::uint64_t seed = 7;
  bool virtual_time = false;
  friend bool operator==(const Scenario&, const Scenario&) = default;

  /// NaN where it was not set.
  double parameter(std::string_view name) const;
  void set_parameter(std::string_view name, double value);
};

/// Equal but for the executor: runs of such stand side by side. Copies nothing.
bool same_settings(const Scenario& a, const Scenario& b);

/// "v=1&l=http&on=threads&w=100&s.connections=200", without the '#'. What is as it would be anyway is left out.
std::string to_hash(const Scenario& scenario);

/// What it runs: its source, or the lesson's own. Empty: there is no such lesson.
std::string_view source_of(const Scenario& scenario);
/// A longer script is refused, wherever it comes from.
inline constexpr std::size_t kLongestSource = 256 * 1024;

struct ParsedHash {
  Scenario scenario;
  std::vector<std::string> unknown;  ///< keys that mean nothing here
  std::vector<std::string> changed;  ///< a sentence for each value that was clamped or replaced
  /// All of it as one notice: "Two settings in this link are unknown (speed, foo) and were left out." Empty: all was well.
  std::string notice() const;
};

/// Reads any text at all; '#' in front is allowed. Cost: linear, a megabyte takes a few milliseconds.
ParsedHash parse_hash(std::string_view hash);

}  // namespace interleave
