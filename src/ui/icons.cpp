#include "ui/icons.h"

#include <cmath>
#include <initializer_list>

namespace interleave {
namespace {

// A pen in a box of 16 x 16 units.
struct Pen {
  ImDrawList& list;
  ImVec2 origin;
  float unit;
  ImU32 colour;
  float width = 1.6f;

  ImVec2 at(float x, float y) const { return {origin.x + x * unit, origin.y + y * unit}; }
  void stroke(std::initializer_list<ImVec2> points, bool closed = false) const {
    for (ImVec2 p : points) list.PathLineTo(at(p.x, p.y));
    list.PathStroke(colour, closed ? ImDrawFlags_Closed : 0, width * unit);
  }
  void fill(std::initializer_list<ImVec2> points) const {
    for (ImVec2 p : points) list.PathLineTo(at(p.x, p.y));
    list.PathFillConvex(colour);
  }
  void box(float x0, float y0, float x1, float y1, float radius = 1) const {
    list.AddRect(at(x0, y0), at(x1, y1), colour, radius * unit, 0, width * unit);
  }
  void filled_box(float x0, float y0, float x1, float y1, float radius = 0.5f) const {
    list.AddRectFilled(at(x0, y0), at(x1, y1), colour, radius * unit);
  }
  void ring(float x, float y, float r, float from = 0, float to = 6.2831853f) const {
    list.PathArcTo(at(x, y), r * unit, from, to, 24);
    list.PathStroke(colour, 0, width * unit);
  }
};

}  // namespace

void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour) {
  Pen pen{list, {centre.x - size / 2, centre.y - size / 2}, size / 16, colour};
  switch (icon) {
    case Icon::none: break;
    case Icon::serial:
      pen.stroke({{2, 8}, {13.5f, 8}});
      pen.stroke({{10, 4.5f}, {13.7f, 8}, {10, 11.5f}});
      break;
    case Icon::threads:
      for (float y : {4.0f, 8.0f, 12.0f}) pen.stroke({{2, y}, {14, y}});
      break;
    case Icon::gil:
      for (float y : {3.5f, 12.5f}) pen.stroke({{2, y}, {14, y}});
      pen.stroke({{1.5f, 8}, {5, 8}});
      pen.stroke({{11, 8}, {14.5f, 8}});
      pen.ring(8, 8, 3);
      break;
    case Icon::processes:
      pen.box(2, 2.5f, 7, 13.5f);
      pen.box(9, 2.5f, 14, 13.5f);
      break;
    case Icon::loop:
      pen.ring(8, 8.4f, 5.4f, -0.55f, 4.55f);
      pen.fill({{9.2f, 0.4f}, {9.2f, 6.2f}, {13.4f, 3.3f}});
      break;
    case Icon::stealing:
      pen.stroke({{1.5f, 9.5f}, {6.5f, 9.5f}});
      pen.stroke({{1.5f, 13}, {6.5f, 13}});
      pen.stroke({{9.5f, 13}, {14.5f, 13}});
      pen.list.PathArcTo(pen.at(8, 8), 4.2f * pen.unit, 3.4f, 6.1f, 16);
      pen.list.PathStroke(colour, 0, pen.width * pen.unit);
      pen.stroke({{9.6f, 6.4f}, {12.2f, 8}, {13.8f, 5.2f}});
      break;
    case Icon::play: pen.fill({{4.5f, 2.5f}, {13, 8}, {4.5f, 13.5f}}); break;
    case Icon::pause:
      pen.filled_box(4, 3, 6.8f, 13);
      pen.filled_box(9.2f, 3, 12, 13);
      break;
    case Icon::play_back: pen.stroke({{11.5f, 3.5f}, {4.5f, 8}, {11.5f, 12.5f}}, true); break;
    case Icon::to_start:
      pen.stroke({{3.5f, 3}, {3.5f, 13}});
      pen.stroke({{12.5f, 3.8f}, {6.5f, 8}, {12.5f, 12.2f}}, true);
      break;
    case Icon::step_back:
      pen.stroke({{4, 3}, {4, 13}});
      pen.stroke({{11.5f, 3.8f}, {7.3f, 8}, {11.5f, 12.2f}});
      break;
    case Icon::step_on:
      pen.stroke({{12, 3}, {12, 13}});
      pen.stroke({{4.5f, 3.8f}, {8.7f, 8}, {4.5f, 12.2f}});
      break;
    case Icon::stop: pen.filled_box(3.5f, 3.5f, 12.5f, 12.5f, 1); break;
    case Icon::chevron_down: pen.stroke({{4.5f, 6.5f}, {8, 10}, {11.5f, 6.5f}}); break;
    case Icon::chevron_right: pen.stroke({{6.5f, 4.5f}, {10, 8}, {6.5f, 11.5f}}); break;
    case Icon::check: pen.stroke({{2.8f, 8.6f}, {6.3f, 12}, {13.2f, 4.2f}}); break;
    case Icon::cross:
    case Icon::close:
      pen.stroke({{4, 4}, {12, 12}});
      pen.stroke({{12, 4}, {4, 12}});
      break;
    case Icon::share:
      pen.stroke({{8, 10}, {8, 2.2f}});
      pen.stroke({{5, 4.8f}, {8, 2}, {11, 4.8f}});
      pen.stroke({{2.8f, 9}, {2.8f, 13.5f}, {13.2f, 13.5f}, {13.2f, 9}});
      break;
    case Icon::theme:
      pen.ring(8, 8, 5.6f);
      pen.list.PathArcTo(pen.at(8, 8), 5.6f * pen.unit, -1.5707963f, 1.5707963f, 16);
      pen.list.PathFillConvex(colour);
      break;
    case Icon::fit:
      pen.stroke({{2.5f, 6}, {2.5f, 2.5f}, {6, 2.5f}});
      pen.stroke({{10, 2.5f}, {13.5f, 2.5f}, {13.5f, 6}});
      pen.stroke({{13.5f, 10}, {13.5f, 13.5f}, {10, 13.5f}});
      pen.stroke({{6, 13.5f}, {2.5f, 13.5f}, {2.5f, 10}});
      break;
    case Icon::follow:
      pen.stroke({{2, 8}, {10, 8}});
      pen.stroke({{7, 4.8f}, {10.3f, 8}, {7, 11.2f}});
      pen.stroke({{13.5f, 3}, {13.5f, 13}});
      break;
    case Icon::menu:
      for (float y : {4.0f, 8.0f, 12.0f}) pen.stroke({{2.5f, y}, {13.5f, y}});
      break;
    case Icon::open_tab:
      pen.stroke({{9.5f, 2.5f}, {13.5f, 2.5f}, {13.5f, 6.5f}});
      pen.stroke({{13.2f, 2.8f}, {7.5f, 8.5f}});
      pen.stroke({{12, 9.5f}, {12, 13.5f}, {2.5f, 13.5f}, {2.5f, 4}, {6.5f, 4}});
      break;
    case Icon::range:
      pen.stroke({{3, 3}, {3, 13}});
      pen.stroke({{13, 3}, {13, 13}});
      pen.stroke({{5, 8}, {11, 8}});
      break;
    case Icon::logo:
      // Bars of tasks that hand over: two lanes and the switches between them.
      pen.filled_box(0, 2.6f, 6.4f, 6.2f, 1.2f);
      pen.filled_box(4.8f, 9.8f, 11.2f, 13.4f, 1.2f);
      pen.filled_box(9.6f, 2.6f, 16, 6.2f, 1.2f);
      pen.width = 1.2f;
      pen.stroke({{5.6f, 5}, {5.6f, 11}});
      pen.stroke({{10.4f, 11}, {10.4f, 5}});
      break;
  }
}

}  // namespace interleave
