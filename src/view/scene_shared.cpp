// scene_shared.cpp -- the pictures of what tasks share: one permit and the line for it, one desk and a bookmark each, one
// memory or several.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "view/format.h"
#include "view/scene_shapes.h"

namespace interleave {
namespace {

using Kind = SceneShape::Kind;
using Shapes = std::vector<SceneShape>;

// The first of these names that fits beside its count.
void group_head(Shapes& out, float x, float w, std::initializer_list<const char*> names, std::string count) {
  const float room = w - 10 - 7.6f * static_cast<float>(count.size());
  const char* name = "";
  for (const char* each : names)
    if (kCharacterPx * static_cast<float>(std::string_view(each).size()) <= room) {
      name = each;
      break;
    }
  out.push_back(words_at(x, 0, name));
  if (!count.empty()) out.push_back(words_at(x + w, 0, std::move(count), 1, Kind::figure));
}

// 5 ms is 5 ms, without the digits that nobody set.
std::string interval_words(Nanos t) { return t < 1'000'000 ? fmt::format("{:g}\u2009µs", static_cast<double>(t) * 1e-3) : fmt::format("{:g}\u2009ms", static_cast<double>(t) * 1e-6); }

}  // namespace

// Those who wait for something else, the line with the next one nearest to the permit, and who has it.
Shapes gil_scene(const SceneInput& in, float w, float h) {
  Shapes out;
  const TaskCounts& c = in.counts;
  const std::vector<TaskAt> waiting = those(in, waits), holding = those(in, runs);
  std::vector<TaskAt> line = those(in, queues);
  std::ranges::stable_sort(line, {}, &TaskAt::since);
  const std::uint32_t all_waiting = c.waiting_io + c.waiting_lock, all_in_line = c.ready + c.waiting_gil, most = std::max<std::uint32_t>(1, in.most_at_once > 0 ? in.most_at_once : static_cast<std::uint32_t>(in.tasks.size()));
  constexpr float kArrow = 30, kGap = 14, kChip = 28, kStep = 32;
  const float has_w = w < 420 ? 72 : 96, usable = w - has_w - kArrow - kGap, waiting_w = std::floor(usable * 0.46f), line_x = waiting_w + kGap, line_w = usable - waiting_w, has_x = w - has_w;
  group_head(out, 0, waiting_w, {c.waiting_lock > 0 ? "Waiting" : "Waiting for I/O", "Waiting"}, format_count(all_waiting));
  group_head(out, line_x, line_w, {"In line for the GIL", "In line"}, format_count(all_in_line));
  group_head(out, has_x, has_w, {"Has the GIL", "Has it"}, "");
  const float foot = h < 92 ? 0 : in.interval > 0 && h >= 124 ? 38 : 20, body = h - kSceneHead - foot;
  crowd(out, {0, kSceneHead, waiting_w, body}, waiting, all_waiting, most);
  const auto columns = static_cast<std::size_t>(std::max(1.0f, (line_w + 4) / kStep)), rows = static_cast<std::size_t>(std::max(1.0f, (body + 4) / kStep));
  if (line.size() == all_in_line && line.size() <= columns * rows && body >= kChip) {
    for (std::size_t i = 0; i < line.size(); ++i)
      out.push_back(task_shape(Kind::chip, {line_x + line_w - kChip - kStep * static_cast<float>(i % columns), kSceneHead + kStep * static_cast<float>(i / columns), kChip, kChip}, line[i]));
  } else {
    crowd(out, {line_x, kSceneHead, line_w, body}, line, all_in_line, most);
  }
  for (SceneShape& s : out)
    if (s.kind == Kind::chip) s.share = -1;
  const float middle = kSceneHead + std::min(kChip, body) / 2;
  out.push_back(shape_at(Kind::arrow, {line_x + line_w + 5, middle, kArrow - 10, 0}));
  const SceneBox seat{has_x, middle - std::min(kChip, body) / 2, 38, std::min(kChip, body)};
  out.push_back(holding.empty() ? shape_at(Kind::place, seat) : task_shape(Kind::chip, seat, holding.front()));
  if (!holding.empty()) out.back().share = -1;
  out.push_back(shape_at(Kind::ring, {seat.right() + 8, middle - 9, 18, 18}));
  if (foot <= 0) return out;
  std::string said;
  if (c.not_started > 0) said += fmt::format("{} to come", format_count(c.not_started));
  if (c.done > 0) said += fmt::format("{}{} done", said.empty() ? "" : ", ", format_count(c.done));
  if (holding.empty()) said += fmt::format("{}nobody has the GIL", said.empty() ? "" : ", ");
  if (!said.empty()) out.push_back(words_at(0, h - 17, said, -1, Kind::words, w));
  if (foot > 20)
    out.push_back(words_at(0, h - 35, (w < 420 ? "It may be asked back after " : "One permit; who waits may ask for it back after ") + interval_words(in.interval), -1, Kind::words, w));
  return out;
}

// The book with a bookmark for each reader; at the desk who reads, with what makes up its context; the others' lie aside.
Shapes book_scene(const SceneInput& in, float w, float h) {
  Shapes out;
  const bool below = w < 420 && h >= 190;  // the readers stand below the book
  const std::uint32_t pages = std::max<std::uint32_t>(1, in.pages);
  const float page_w = below ? w : std::floor(w * 0.34f);
  const float page_room = below ? std::floor(h * 0.42f) : h;
  const float row = std::clamp((page_room - kSceneHead - 4) / static_cast<float>(pages), 3.0f, 22.0f);
  const auto shown = std::min<std::uint32_t>(pages, static_cast<std::uint32_t>((page_room - kSceneHead - 4) / row));
  const float page_h = row * static_cast<float>(shown) + 4;
  out.push_back(words_at(0, 0, "One book"));
  out.push_back(words_at(page_w, 0, fmt::format("{} {}", format_count(pages), pages == 1 ? "line" : "lines"), 1, Kind::words));
  out.push_back(shape_at(Kind::room, {0, kSceneHead, page_w, page_h}));
  for (std::uint32_t n = 1; n <= shown; ++n) {
    const float y = kSceneHead + 2 + row * static_cast<float>(n - 1);
    if (n < shown && row >= 6) out.push_back(shape_at(Kind::rule, {6, y + row, page_w - 12, 0}));
    if (row >= 16) out.push_back(words_at(10, y + (row - 16) / 2, std::to_string(n), -1, Kind::figure));
    float x = page_w - 6;
    for (const TaskAt& task : in.tasks) {
      if (task.page != n) continue;
      const float mark = row >= 18 ? 26 : std::min(row, 10.0f);
      x -= mark + 3;
      if (x < 30) break;
      out.push_back(task_shape(row >= 18 ? Kind::chip : Kind::cell, {x, y + 1.5f, mark, std::max(2.0f, row - 3)}, task));
      out.back().share = -1;
    }
  }
  const float x = below ? 0 : page_w + 18, room = w - x;
  float y = below ? kSceneHead + page_h + 12 : 0;
  const std::vector<TaskAt> reading = those(in, runs);
  // What a thread is: a place in the program and what it has in mind.
  auto context = [&](const TaskAt& task, float at_y, bool two_lines) {
    const std::string place = task.line > 0 ? fmt::format("code line {}", task.line) : std::string("not begun");
    const float from = x + 42, wide = room - 50;
    out.push_back(task_shape(Kind::chip, {x + 8, at_y, 28, 20}, task));
    out.back().share = -1;
    if (two_lines && !task.done && !task.said.empty()) {
      out.push_back(words_at(from, at_y - 6, place, -1, Kind::words, wide));
      out.push_back(words_at(from, at_y + 10, task.said, -1, Kind::words, wide));
      return;
    }
    out.push_back(words_at(from, at_y + 2, task.done ? std::string("done") : task.said.empty() ? place : fmt::format("{}: {}", place, task.said), -1, Kind::words, wide));
  };
  out.push_back(words_at(x, y, in.cores == 1 ? "At the one desk, a core" : "At the desks, the cores", -1, Kind::words, room));
  y += kSceneHead;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, reading.size()) && y + 40 <= h; ++i, y += 44) {
    out.push_back(shape_at(Kind::room, {x, y, room, 40}));
    out.back().strong = !reading.empty();
    if (reading.empty()) out.push_back(words_at(x + 10, y + 12, "nobody", -1, Kind::words, room - 20));
    else context(reading[i], y + 10, true);
  }
  y += 2;
  if (in.tasks.size() <= reading.size() || y + 16 + 22 > h) return out;
  out.push_back(words_at(x, y, "Put aside", -1, Kind::words, room));
  y += 18;
  std::size_t left = in.tasks.size() - reading.size();
  for (const TaskAt& task : in.tasks) {
    if (runs(task)) continue;
    if (y + 22 > h || (left > 1 && y + 44 > h && y + 38 <= h)) {
      out.push_back(words_at(x, std::min(y, h - 16), fmt::format("and {} more", format_count(left)), -1, Kind::words, room));
      break;
    }
    context(task, y, false);
    y += 24;
    --left;
  }
  return out;
}

// A box for each memory: who lives in it, and what was last seen there.
Shapes memory_scene(const SceneInput& in, float w, float h) {
  Shapes out;
  const std::size_t n = in.memories.size();
  if (n == 0) return out;
  constexpr float kGap = 6, kLow = 26, kHigh = 52;
  const float foot = h >= kLow * static_cast<float>(n) + 22 ? 0 : 18;
  std::size_t fit = std::clamp<std::size_t>(static_cast<std::size_t>((h + kGap) / (kLow + kGap)), 1, n);
  if (fit < n) fit = std::max<std::size_t>(1, static_cast<std::size_t>((h - foot + kGap) / (kLow + kGap)));
  const float each = std::clamp((h - (fit < n ? foot : 0) + kGap) / static_cast<float>(fit) - kGap, kLow, kHigh);
  const bool high = each >= 46;
  const float name_w = w < 420 ? 84 : 130;
  float y = 0;
  for (std::size_t i = 0; i < fit; ++i, y += each + kGap) {
    const MemoryAt& memory = in.memories[i];
    out.push_back(shape_at(Kind::room, {0, y, w, each}));
    const float top = high ? y + 5 : y + (each - 16) / 2;
    out.push_back(words_at(10, top, memory.name, -1, Kind::words, high ? w * 0.5f : name_w - 12));
    // In a low box name, tasks and words share a line; in a high one the words have their own.
    const float from = high ? w * 0.55f : name_w, most = high ? w - 8 : name_w + (w - name_w) * 0.4f, size = 20;
    float x = from;
    for (std::size_t k = 0; k < memory.tasks.size(); ++k) {
      if (x + 28 > most - (k + 1 < memory.tasks.size() ? 30 : 0)) {
        out.push_back(words_at(x, top, fmt::format("+{}", memory.tasks.size() - k), -1, Kind::figure));
        x += 30;
        break;
      }
      out.push_back(task_shape(Kind::chip, {x, high ? y + 4 : y + (each - size) / 2, 28, size}, memory.tasks[k]));
      out.back().share = -1;
      x += 32;
    }
    if (memory.said.empty()) continue;
    if (high) out.push_back(words_at(10, y + each - 21, memory.said, -1, Kind::figure, w - 20));
    else out.push_back(words_at(x + 6, top, memory.said, -1, Kind::figure, w - x - 14));
  }
  if (fit < n) out.push_back(words_at(0, h - 16, fmt::format("and {} more", n - fit)));
  return out;
}

}  // namespace interleave
