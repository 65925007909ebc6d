#include "view/scene_shapes.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace interleave {

SceneShape shape_at(SceneShape::Kind kind, const SceneBox& b) {
  SceneShape s;
  s.kind = kind;
  s.x = b.x, s.y = b.y, s.w = b.w, s.h = b.h;
  return s;
}

SceneShape words_at(float x, float y, std::string text, int align, SceneShape::Kind kind, float room) {
  SceneShape s = shape_at(kind, {x, y, room, 0});
  s.text = std::move(text);
  s.align = align;
  return s;
}

SceneShape task_shape(SceneShape::Kind kind, const SceneBox& b, const TaskAt& task) {
  SceneShape s = shape_at(kind, b);
  s.state = task.state;
  s.done = task.done;
  s.number = task.number;
  s.share = task.share;
  return s;
}

bool waits(const TaskAt& t) {
  return !t.done && (t.state == State::waiting_io || t.state == State::waiting_lock || t.state == State::copying || t.state == State::starting || t.state == State::waiting_children);
}
bool queues(const TaskAt& t) { return !t.done && (t.state == State::ready || t.state == State::waiting_gil); }
bool runs(const TaskAt& t) { return !t.done && t.state == State::running; }
bool to_come(const TaskAt& t) { return !t.done && t.state == State::not_started; }
bool is_done(const TaskAt& t) { return t.done; }

std::vector<TaskAt> those(const SceneInput& in, bool (*which)(const TaskAt&)) {
  std::vector<TaskAt> out;
  std::ranges::copy_if(in.tasks, std::back_inserter(out), which);
  return out;
}

void crowd(std::vector<SceneShape>& out, const SceneBox& b, const std::vector<TaskAt>& tasks, std::uint32_t count, std::uint32_t of) {
  of = std::max(of, count);
  if (of == 0 || b.w < 8 || b.h < 8) return;
  constexpr float kChip = 28, kGap = 4;
  auto fits = [&](float size, float gap) {
    return std::floor((b.w + gap) / (size + gap)) * std::floor((b.h + gap) / (size + gap)) >= static_cast<float>(of);
  };
  if (fits(kChip, kGap) && tasks.size() == count) {
    auto columns = static_cast<std::size_t>((b.w + kGap) / (kChip + kGap));
    for (std::size_t i = 0; i < tasks.size(); ++i)
      out.push_back(task_shape(SceneShape::Kind::chip, {b.x + static_cast<float>(i % columns) * (kChip + kGap), b.y + static_cast<float>(i / columns) * (kChip + kGap), kChip, kChip}, tasks[i]));
    return;
  }
  float size = 12, gap = 2;
  while (size > 5 && !fits(size, gap)) size -= 1, gap = size > 7 ? 2 : 1;
  auto columns = std::max<std::size_t>(1, static_cast<std::size_t>((b.w + gap) / (size + gap)));
  std::size_t cells = columns * std::max<std::size_t>(1, static_cast<std::size_t>((b.h + gap) / (size + gap)));
  double each = of > cells ? static_cast<double>(of) / static_cast<double>(cells) : 1;
  auto full = static_cast<std::size_t>(std::ceil(count / each)), all = static_cast<std::size_t>(std::ceil(of / each));
  for (std::size_t i = 0; i < all; ++i) {
    SceneBox cell{b.x + static_cast<float>(i % columns) * (size + gap), b.y + static_cast<float>(i / columns) * (size + gap), size, size};
    if (i >= full || tasks.empty()) out.push_back(shape_at(SceneShape::Kind::place, cell));
    else out.push_back(task_shape(SceneShape::Kind::cell, cell, tasks[std::min(tasks.size() - 1, static_cast<std::size_t>(static_cast<double>(i) * static_cast<double>(tasks.size()) / static_cast<double>(full)))]));
  }
}

}  // namespace interleave
