// pick_list.h -- a field to search in, above a list in groups: the lessons, a run's tasks, the keys.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "ui/app.h"

namespace interleave {

struct PickRow {
  std::string group;  ///< a head stands above the first of each
  std::string key;    ///< "S4", in a column of its own
  std::string title;
  std::string note;   ///< at the right, where there is room
  bool current = false;
};

/// Draws into the current window, as wide as `size`. Up, Down, Page Up, Page Down and Enter work while the field has the
/// keyboard, a finger or the wheel scrolls. Returns the row that was chosen, -1 none, kPickClosed after Esc.
int draw_pick_list(PickField& field, ImVec2 at, ImVec2 size, const char* hint, const std::vector<PickRow>& rows, bool touch,
                   std::string_view nothing);
inline constexpr int kPickClosed = -2;
/// What the rows need in height, field and heads included.
float pick_list_height(const std::vector<PickRow>& rows, bool touch);

/// All words of the search are in the text, whatever their case.
bool holds_words(std::string_view text, std::string_view search);

/// The lessons that a search leaves, in their order, in groups.
std::vector<PickRow> lesson_rows(const App& app, std::string_view search);

}  // namespace interleave
