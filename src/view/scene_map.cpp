// scene_map.cpp -- who is best, and what a rule says, on a plane.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "trace/executor_kind.h"
#include "view/scene_shapes.h"

namespace interleave {
namespace {

using Kind = SceneShape::Kind;

struct Letter {
  char letter;
  ExecutorKind executor;
  const char* name;
};
// Threads are those of Python, under its lock.
constexpr std::array<Letter, 4> kLetters = {{{'S', ExecutorKind::serial, "Serial"}, {'L', ExecutorKind::loop, "Loop"}, {'T', ExecutorKind::gil, "Threads"}, {'P', ExecutorKind::processes, "Processes"}}};

SceneShape verdict(const SceneBox& b, ExecutorKind executor) {
  SceneShape s = shape_at(Kind::verdict, b);
  s.number = static_cast<std::uint32_t>(executor) + 1;
  return s;
}

}  // namespace

// A cell for each place: its winner's icon, framed where the rule says another. Thick lines: where the rule changes its mind.
std::vector<SceneShape> map_scene(const SceneInput& in, float w, float h) {
  std::vector<SceneShape> out;
  const MapAt& map = in.map;
  if (map.rows.empty() || map.columns.size() < 2) {
    out.push_back(words_at(0, 0, "The map has not been printed yet", -1, Kind::words, w));
    return out;
  }
  const std::size_t columns = map.columns.size() - 1, all = map.rows.size();
  const float notes = h >= 170 ? 54 : h >= 118 ? 36 : h >= 98 ? 18 : 0, names = 50, top = 17;
  const std::size_t rows = std::min(all, static_cast<std::size_t>((h - top - notes) / 6));
  const float cell_w = (w - names) / static_cast<float>(columns), cell_h = std::clamp((h - top - notes) / static_cast<float>(rows), 6.0f, 40.0f);
  out.push_back(words_at(names - 8, 0, map.columns[0], 1));
  for (std::size_t i = 0; i < columns; ++i) out.push_back(words_at(names + cell_w * (static_cast<float>(i) + 0.5f), 0, map.columns[i + 1], 0));
  for (std::size_t k = 0; k < rows; ++k) {
    const float y = top + cell_h * static_cast<float>(k);
    if (cell_h >= 12) out.push_back(words_at(names - 8, y + (cell_h - 16) / 2, map.rows[k].name, 1));
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string& cell = map.rows[k].cells[i];
      const SceneBox box{names + cell_w * static_cast<float>(i) + 2, y + 2, cell_w - 4, cell_h - 4};
      const auto best = std::ranges::find(kLetters, cell[1], &Letter::letter);
      if (best == kLetters.end()) {
        out.push_back(shape_at(Kind::place, box));
        continue;
      }
      out.push_back(verdict(box, best->executor));
      out.back().strong = cell[0] != cell[1];
    }
  }
  auto border = [&](float x, float y, float along, float down) {
    out.push_back(shape_at(Kind::rule, {x, y, along, down}));
    out.back().strong = true;
  };
  for (std::size_t k = 0; k < rows; ++k)
    for (std::size_t i = 0; i < columns; ++i) {
      const float x = names + cell_w * static_cast<float>(i), y = top + cell_h * static_cast<float>(k);
      if (i > 0 && map.rows[k].cells[i - 1][0] != map.rows[k].cells[i][0]) border(x, y, 0, cell_h);
      if (k > 0 && map.rows[k - 1].cells[i][0] != map.rows[k].cells[i][0]) border(x, y, cell_w, 0);
    }
  float y = top + cell_h * static_cast<float>(rows) + 3;
  if (notes >= 36) {
    float x = 0;
    for (const Letter& letter : kLetters) {
      const float name_w = kCharacterPx * static_cast<float>(std::string_view(letter.name).size());
      if (x + 18 + name_w > w) break;
      out.push_back(verdict({x, y + 1, 14, 14}, letter.executor));
      out.push_back(words_at(x + 18, y, letter.name));
      x += 18 + name_w + 12;
    }
    y += 17;
  }
  if (notes >= 54) {
    out.push_back(words_at(0, y, "Down: how many connections. Across: the wait of each", -1, Kind::words, w));
    y += 17;
  }
  if (notes > 0)
    out.push_back(words_at(0, y, w < 420 ? "Framed: the recap is wrong. Dashed: no matter" : "Framed: the recap is wrong. Dashed: no matter. Thick lines: its borders", -1, Kind::words, w));
  return out;
}

}  // namespace interleave
