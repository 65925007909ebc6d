// scene_shapes.h -- what the pictures are put together of, for scene*.cpp alone.
#pragma once

#include <string>
#include <vector>

#include "view/scene.h"

namespace interleave {

inline constexpr float kSceneHead = 20;  ///< the row of names and counts above everything
inline constexpr float kCharacterPx = 6.6f;  ///< of 12 px, about: this room knows no fonts

struct SceneBox {
  float x, y, w, h;
  float right() const { return x + w; }
  float bottom() const { return y + h; }
};

SceneShape shape_at(SceneShape::Kind kind, const SceneBox& b);
/// `room`: where it is cut, px; 0: nowhere.
SceneShape words_at(float x, float y, std::string text, int align = -1, SceneShape::Kind kind = SceneShape::Kind::words, float room = 0);
SceneShape task_shape(SceneShape::Kind kind, const SceneBox& b, const TaskAt& task);

bool waits(const TaskAt& t);
bool queues(const TaskAt& t);
bool runs(const TaskAt& t);
bool to_come(const TaskAt& t);
bool is_done(const TaskAt& t);
std::vector<TaskAt> those(const SceneInput& in, bool (*which)(const TaskAt&));

/// Many tasks in a box: with numbers where these fit, else as cells; where even those do not, a cell stands for several.
/// `of`: how many there may be, so that a crowd keeps its measure while it grows and shrinks.
void crowd(std::vector<SceneShape>& out, const SceneBox& b, const std::vector<TaskAt>& tasks, std::uint32_t count, std::uint32_t of);

/// In scene_shared.cpp, but for the map: that is in scene_map.cpp.
std::vector<SceneShape> gil_scene(const SceneInput& in, float w, float h);
std::vector<SceneShape> book_scene(const SceneInput& in, float w, float h);
std::vector<SceneShape> memory_scene(const SceneInput& in, float w, float h);
std::vector<SceneShape> map_scene(const SceneInput& in, float w, float h);

}  // namespace interleave
