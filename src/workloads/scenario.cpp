#include "workloads/scenario.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "script/text.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

constexpr std::size_t kMostParameters = 64;
constexpr std::string_view kExecutors[] = {"serial", "threads", "gil", "processes", "loop", "stealing", "all"};
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k <= n; ++k) out += kBase64[group >> (18 - 6 * k) & 63];
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (char c : text) {
    const std::size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xff);
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A key or value as it may stand in a sentence: short, printable, one line.
std::string shown(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 24)) out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c;
  return text.size() > 24 ? out + "..." : out;
}

std::string number_text(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  return real_text(value);  // reads back as the same
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

class HashReader {
 public:
  ParsedHash read(std::string_view hash) {
    if (hash.starts_with('#')) hash.remove_prefix(1);
    while (!hash.empty()) {
      const std::size_t end = hash.find('&');
      setting(hash.substr(0, end));
      hash.remove_prefix(end == std::string_view::npos ? hash.size() : end + 1);
    }
    auto& parameters = parsed_.scenario.parameters;
    std::sort(parameters.begin(), parameters.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    // A script of one's own stands under its file's name; a lesson's file, as CPython runs it, is that lesson.
    Scenario& s = parsed_.scenario;
    if (!script_.empty() && s.source.empty()) {
      no_lesson(script_);
    } else if (!script_.empty()) {
      const auto known = std::ranges::find(lessons(), script_, &LessonEntry::file);
      s.lesson = known != lessons().end() ? known->name : script_;
    }
    if (const LessonEntry* lesson = find_lesson(s.lesson); lesson && lesson->script == s.source) s.source.clear();
    return std::move(parsed_);
  }

 private:
  void setting(std::string_view text) {
    if (text.empty()) return;
    const std::size_t equals = text.find('=');
    const std::string_view key = text.substr(0, equals);
    const std::string value = equals == std::string_view::npos ? "" : percent_decoded(text.substr(equals + 1));
    Scenario& s = parsed_.scenario;
    if (key == "v") {
      if (value != "1") changed("This link was made for another version; what is known was taken over.");
    } else if (key == "l") {
      if (find_lesson(value)) s.lesson = value;
      else if (is_script_name(value)) script_ = value.substr(value.find_last_of('/') + 1);
      else no_lesson(value);
    } else if (key == "on") {
      if (std::find(std::begin(kExecutors), std::end(kExecutors), value) != std::end(kExecutors)) s.executor = value;
      else changed("There is no executor '" + shown(value) + "'.");
    } else if (key == "w") {
      s.workers = static_cast<int>(number(key, value, 1, 4096, s.workers));
    } else if (key == "p") {
      s.cores = static_cast<int>(number(key, value, 1, 64, s.cores));
    } else if (key == "gil") {
      s.gil_interval = static_cast<Nanos>(number(key, value, 50'000, 1'000'000'000, static_cast<double>(s.gil_interval)));
    } else if (key == "seed") {
      std::uint64_t seed = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seed);
      if (error == std::errc() && end == value.data() + value.size()) s.seed = seed;
      else changed("seed needs a whole number, not '" + shown(value) + "'.");
    } else if (key == "time") {
      if (value == "real" || value == "virtual") s.virtual_time = value == "virtual";
      else changed("time is real or virtual, not '" + shown(value) + "'.");
    } else if (key == "src") {
      // base64 as to_hash() writes it, or the script itself, percent-encoded by hand: then it has a call or a second line.
      auto source = from_base64(value);
      if (!source && value.find_first_of("(\n") != std::string::npos) source = value;
      if (source && source->size() <= kLongestSource) s.source = std::move(*source);
      else changed("The script in this link is damaged and was left out.");
    } else if (key.starts_with("s.")) {
      parameter(key.substr(2), value);
    } else {
      parsed_.unknown.push_back(shown(key));
    }
  }

  static bool is_script_name(std::string_view text) {
    constexpr auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/'; };
    return text.size() > 3 && text.size() <= 100 && text.ends_with(".py") && text[text.size() - 4] != '/' && std::all_of(text.begin(), text.end(), good);
  }

  void no_lesson(std::string_view name) { changed("No lesson is called '" + shown(name) + "'; this is " + parsed_.scenario.lesson + "."); }

  double number(std::string_view key, const std::string& value, double low, double high, double otherwise) {
    double n = 0;
    if (!parse_parameter_value(value, n)) {
      changed(std::string(key) + " needs a number, not '" + shown(value) + "'.");
      return otherwise;
    }
    const double clamped = std::clamp(n, low, high);
    if (clamped != n) changed(std::string(key) + " was set to " + number_text(clamped) + ", the nearest that is possible.");
    return clamped;
  }

  // Its range is the script's to know: instantiate() clamps, and says so.
  void parameter(std::string_view name, const std::string& value) {
    double n = 0;
    if (parsed_.scenario.parameters.size() >= kMostParameters || name.empty() || name.size() > 64)
      parsed_.unknown.push_back(shown(name));
    else if (const Parameter* known = declared(name); (known ? known->parse(value, n) : parse_parameter_value(value, n)) && std::isfinite(n))
      parsed_.scenario.set_parameter(name, n);
    else
      changed(shown(name) + " needs a number, not '" + shown(value) + "'.");
  }

  // Of the lesson named before it: to_hash() writes 'l' first.
  const Parameter* declared(std::string_view name) const {
    const LessonEntry* lesson = find_lesson(parsed_.scenario.lesson);
    return lesson ? lesson->parameter(name) : nullptr;
  }

  void changed(std::string sentence) {
    if (parsed_.changed.size() < 8) parsed_.changed.push_back(std::move(sentence));
  }

  ParsedHash parsed_;
  std::string script_;  ///< what 'l' said, where that is no lesson but may be a script's file
};

}  // namespace

double Scenario::parameter(std::string_view name) const {
  for (const ParameterSetting& p : parameters)
    if (p.name == name) return p.value;
  return std::numeric_limits<double>::quiet_NaN();
}

void Scenario::set_parameter(std::string_view name, double value) {
  auto at = std::lower_bound(parameters.begin(), parameters.end(), name, [](const auto& p, std::string_view n) { return p.name < n; });
  if (at != parameters.end() && at->name == name) at->value = value;
  else parameters.insert(at, {std::string(name), value});
}

bool same_settings(const Scenario& a, const Scenario& b) {
  // All members by name, so that a new one is not forgotten here.
  const auto& [lesson, source, parameters, executor, workers, cores, gil_interval, seed, virtual_time] = a;
  (void)executor;
  return same_lesson(lesson, b.lesson) && workers == b.workers && cores == b.cores && gil_interval == b.gil_interval && seed == b.seed &&
         virtual_time == b.virtual_time && parameters == b.parameters && source == b.source;
}

std::string to_hash(const Scenario& scenario) {
  const Scenario standard;
  std::string out = "v=1&l=" + scenario.lesson;
  auto add = [&](std::string_view key, std::string_view value) {
    out += '&';
    out += key;
    out += '=';
    out += value;
  };
  if (!scenario.executor.empty()) add("on", scenario.executor);
  if (scenario.workers != standard.workers) add("w", std::to_string(scenario.workers));
  if (scenario.cores != standard.cores) add("p", std::to_string(scenario.cores));
  if (scenario.virtual_time) add("time", "virtual");
  if (scenario.seed != standard.seed) add("seed", std::to_string(scenario.seed));
  if (scenario.gil_interval != standard.gil_interval) add("gil", std::to_string(scenario.gil_interval) + "ns");
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  for (const ParameterSetting& p : scenario.parameters) {
    const Parameter* declared = lesson && scenario.source.empty() ? lesson->parameter(p.name) : nullptr;
    std::string text = declared && declared->choices.empty() ? without_spaces(declared->text(p.value)) : number_text(p.value);
    // A unit makes the link readable; where it would round, the plain number stands.
    if (double back = 0; !parse_parameter_value(text, back) || back != p.value) text = number_text(p.value);
    add("s." + p.name, text);
  }
  if (!scenario.source.empty()) add("src", to_base64(scenario.source));
  return out;
}

std::string ParsedHash::notice() const {
  std::string out;
  if (!unknown.empty()) {
    const bool one = unknown.size() == 1;
    out = one ? "One setting" : std::to_string(unknown.size()) + " settings";
    out += one ? " in this link is unknown (" : " in this link are unknown (";
    for (std::size_t i = 0; i < unknown.size() && i < 4; ++i) out += (i ? ", " : "") + unknown[i];
    out += unknown.size() > 4 ? ", ...)" : ")";
    out += one ? " and was left out." : " and were left out.";
  }
  for (const std::string& sentence : changed) out += (out.empty() ? "" : " ") + sentence;
  return out;
}

ParsedHash parse_hash(std::string_view hash) { return HashReader().read(hash); }

std::string_view source_of(const Scenario& scenario) {
  if (!scenario.source.empty()) return scenario.source;
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  return lesson ? lesson->script : std::string_view();
}

}  // namespace interleave
