// scene_map.cpp -- who is best, and what a rule says, on a plane.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "trace/executor_kind.h"
#include "view/format.h"
#include "view/scene_shapes.h"

namespace interleave {
namespace {

using Kind = SceneShape::Kind;

struct Letter {
  char letter;
  ExecutorKind executor;
  const char* name;
};
// Threads are those of Python, under its lock; they are called as the lanes call them.
constexpr std::array<Letter, 4> kLetters = {{{'S', ExecutorKind::serial, "Serial"}, {'L', ExecutorKind::loop, "Loop"}, {'T', ExecutorKind::gil, "Threads + GIL"}, {'P', ExecutorKind::processes, "Processes"}}};

SceneShape verdict(const SceneBox& b, ExecutorKind executor) {
  SceneShape s = shape_at(Kind::verdict, b);
  s.number = static_cast<std::uint32_t>(executor) + 1;
  return s;
}

}  // namespace

// "0.1ms", "1s" as a printed table has it: the time; 0: it is none.
Nanos time_in(const std::string& text) {
  char* end = nullptr;
  const double n = std::strtod(text.c_str(), &end);
  const std::string_view unit = end;
  return static_cast<Nanos>(n * (unit == "us" || unit == "\u00b5s" ? 1e3 : unit == "ms" ? 1e6 : unit == "s" ? 1e9 : 0));
}

std::string spaced(const std::string& text) {
  const std::size_t unit = text.find_first_not_of("0123456789.");
  return time_in(text) > 0 && unit != text.npos ? text.substr(0, unit) + "\u2009" + text.substr(unit) : text;
}

// "10000" as a printed table has it, with its thousands apart.
std::string grouped(const std::string& text) {
  const bool number = !text.empty() && text.size() < 16 && text.find_first_not_of("0123456789") == text.npos;
  return number ? format_count(std::strtoull(text.c_str(), nullptr, 10)) : text;
}

// Where a value stands among those of the rows or columns, from 0, by ratio; beyond them at the border.
double place_among(const std::vector<double>& values, double v) {
  if (v <= values.front()) return 0;
  for (std::size_t i = 1; i < values.size(); ++i)
    if (v <= values[i]) return static_cast<double>(i - 1) + std::log(v / values[i - 1]) / std::log(values[i] / values[i - 1]);
  return static_cast<double>(values.size() - 1);
}

// "The map says Threads here, but Loop was first."; empty: they agree, or too little ran.
std::string disagreement(const MapAt& map, char says) {
  constexpr double kAlike = 1.1;  // as the map itself counts winners
  const Letter *first = nullptr, *said = nullptr;
  std::size_t ran = 0;
  auto time_of = [&](const Letter& letter) { return map.measured[static_cast<std::size_t>(letter.executor)]; };
  for (const Letter& letter : kLetters) {
    if (letter.letter == says) said = &letter;
    if (time_of(letter) <= 0) continue;
    ++ran;
    if (!first || time_of(letter) < time_of(*first)) first = &letter;
  }
  if (ran < 2 || !said || time_of(*said) <= 0 || static_cast<double>(time_of(*said)) <= kAlike * static_cast<double>(time_of(*first))) return {};
  return fmt::format("The map says {} here; measured, {} was first", said->name, first->name);
}

// A cell for each place: its winner's icon, framed where the rule says another. Thick lines: where the rule changes its mind.
std::vector<SceneShape> map_scene(const SceneInput& in, float w, float h) {
  std::vector<SceneShape> out;
  const MapAt& map = in.map;
  if (map.rows.empty() || map.columns.size() < 2) {
    out.push_back(words_at(0, 0, "The map has not been printed yet", -1, Kind::words, w));
    return out;
  }
  const std::size_t columns = map.columns.size() - 1, all = map.rows.size();
  std::vector<double> across, down;
  for (std::size_t i = 0; i < columns; ++i) across.push_back(static_cast<double>(time_in(map.columns[i + 1])));
  for (const MapAt::Row& row : map.rows) down.push_back(std::strtod(row.name.c_str(), nullptr));
  const bool own = map.connections > 0 && map.wait > 0 && std::ranges::is_sorted(across) && std::ranges::is_sorted(down) && across.front() > 0 && down.front() > 0;
  const double own_x = own ? place_among(across, static_cast<double>(map.wait)) : 0, own_y = own ? place_among(down, map.connections) : 0;
  const std::string wrong = own ? disagreement(map, map.rows[static_cast<std::size_t>(std::lround(own_y))].cells[static_cast<std::size_t>(std::lround(own_x))][1]) : std::string();
  const float notes = h >= 210 ? wrong.empty() ? 71 : 88 : h >= 190 && !wrong.empty() ? 71 : h >= 170 ? 54 : h >= 118 ? 36 : h >= 98 ? 18 : 0, names = 50, top = 17;
  const std::size_t rows = std::min(all, static_cast<std::size_t>((h - top - notes) / 6));
  const float cell_w = (w - names) / static_cast<float>(columns), cell_h = std::clamp((h - top - notes) / static_cast<float>(rows), 6.0f, 40.0f);
  out.push_back(words_at(names - 8, 0, map.columns[0], 1));
  for (std::size_t i = 0; i < columns; ++i) out.push_back(words_at(names + cell_w * (static_cast<float>(i) + 0.5f), 0, spaced(map.columns[i + 1]), 0));
  bool framed = false, dashed = false;
  for (std::size_t k = 0; k < rows; ++k) {
    const float y = top + cell_h * static_cast<float>(k);
    if (cell_h >= 12) out.push_back(words_at(names - 8, y + (cell_h - 16) / 2, grouped(map.rows[k].name), 1));
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string& cell = map.rows[k].cells[i];
      const SceneBox box{names + cell_w * static_cast<float>(i) + 2, y + 2, cell_w - 4, cell_h - 4};
      const auto best = std::ranges::find(kLetters, cell[1], &Letter::letter);
      if (best == kLetters.end()) {
        out.push_back(shape_at(Kind::place, box));
        dashed = true;
        continue;
      }
      out.push_back(verdict(box, best->executor));
      out.back().strong = cell[0] != cell[1];
      framed |= out.back().strong;
    }
  }
  bool bordered = false;
  auto border = [&](float x, float y, float along, float down) {
    bordered = true;
    out.push_back(shape_at(Kind::rule, {x, y, along, down}));
    out.back().strong = true;
  };
  for (std::size_t k = 0; k < rows; ++k)
    for (std::size_t i = 0; i < columns; ++i) {
      const float x = names + cell_w * static_cast<float>(i), y = top + cell_h * static_cast<float>(k);
      if (i > 0 && map.rows[k].cells[i - 1][0] != map.rows[k].cells[i][0]) border(x, y, 0, cell_h);
      if (k > 0 && map.rows[k - 1].cells[i][0] != map.rows[k].cells[i][0]) border(x, y, cell_w, 0);
    }
  // Where the settings are: a small cross, open in its middle, which leaves cells whole, and a tick at both borders.
  if (own && own_y <= static_cast<double>(rows) - 0.5) {
    constexpr float kFrom = 3, kArm = 7, kTick = 3;
    const float x = names + cell_w * (static_cast<float>(own_x) + 0.5f), y = top + cell_h * (static_cast<float>(own_y) + 0.5f);
    for (const SceneBox& line : {SceneBox{x, y - kFrom - kArm, 0, kArm}, SceneBox{x, y + kFrom, 0, kArm}, SceneBox{x - kFrom - kArm, y, kArm, 0}, SceneBox{x + kFrom, y, kArm, 0}, SceneBox{x, top - kTick, 0, kTick}, SceneBox{names - kTick, y, kTick, 0}}) {
      out.push_back(shape_at(Kind::rule, line));
      out.back().done = true;
    }
  }
  float y = top + cell_h * static_cast<float>(rows) + 3;
  if (notes >= 36) {
    float x = 0, all = 0;
    for (const Letter& letter : kLetters) all += 18 + kCharacterPx * static_cast<float>(std::string_view(letter.name).size());
    const float between = std::clamp((w - all) / static_cast<float>(kLetters.size() - 1), 5.0f, 12.0f);
    for (const Letter& letter : kLetters) {
      const float name_w = kCharacterPx * static_cast<float>(std::string_view(letter.name).size());
      if (x + 18 + name_w > w) break;
      out.push_back(verdict({x, y + 1, 14, 14}, letter.executor));
      out.push_back(words_at(x + 18, y, letter.name));
      x += 18 + name_w + between;
    }
    y += 17;
  }
  auto fits = [&](std::string_view words) { return kCharacterPx * static_cast<float>(words.size()) <= w; };
  auto note = [&](std::string_view whole, std::string_view brief) {
    out.push_back(words_at(0, y, std::string(fits(whole) ? whole : brief), -1, Kind::words, w));
    y += 17;
  };
  // That these are no measured runs is said before what they mean.
  if (notes >= 54) note("Computed, not measured. Down: connections. Across: the wait of each", "Computed. Down: connections; across: wait");
  // What the marks mean that are there, in a line or, where there is the height, two.
  struct Words { std::string_view whole, brief; };
  std::vector<Words> marks;
  if (notes < 54) marks.push_back({"Computed", "Computed"});
  if (own) marks.push_back({"Cross: your settings", "Cross: yours"});
  if (framed) marks.push_back({"Framed: the recap is wrong", "Framed: recap wrong"});
  if (dashed) marks.push_back({"Dashed: no matter", "Dashed: equal"});
  if (bordered) marks.push_back({"Thick lines: the recap's borders", "Thick: recap's"});
  const std::size_t lines = notes >= (wrong.empty() ? 71 : 88) ? 2 : notes > 0 ? 1 : 0;
  // The last, which says least in brief, is the last to be that.
  for (const std::size_t briefs : {std::size_t{0}, marks.empty() ? 0 : marks.size() - 1, marks.size()}) {
    std::vector<std::string> said;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const std::string_view words = i < briefs ? marks[i].brief : marks[i].whole;
      if (!said.empty() && fits(fmt::format("{}. {}", said.back(), words))) said.back() += fmt::format(". {}", words);
      else said.emplace_back(words);
    }
    if (said.size() > lines && briefs < marks.size()) continue;
    for (std::size_t i = 0; i < std::min(lines, said.size()); ++i) note(said[i], said[i]);
    break;
  }
  if (notes >= 71 && !wrong.empty()) note(wrong, wrong.substr(wrong.find("measured")));
  return out;
}

}  // namespace interleave
