// layout.h -- which panel lies where, at every size. Pure: from sizes to rectangles (tests/ui/layout_test.cpp).
#pragma once

#include <cstdint>

namespace interleave {

struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  bool empty() const { return w <= 0 || h <= 0; }
  float right() const { return x + w; }
  float bottom() const { return y + h; }
};

/// UI.md, Anatomy: steps by width of the canvas, and by height.
enum class Form : std::uint8_t {
  wide,    ///< from 1600: three columns
  laptop,  ///< from 1100: two columns
  drawer,  ///< from 700: lanes; the workload in a drawer
  phone,   ///< one column, four tabs
  embed,   ///< lower than 480: lanes and what they need
};

enum class Tab : std::uint8_t { lanes, code, table, settings, scene };

struct LayoutInput {
  float width = 0, height = 0;
  float workload_height = 400;  ///< what the workload's words and controls need in their column
  int table_rows = 0;
  bool drawer_open = false;
  bool present = false;         ///< on a wall
  bool pinned = false;          ///< a span is pinned: where there is no other place Why is where the scene was, or below the lanes
  Tab tab = Tab::lanes;         ///< phone, drawer and embed
  bool editing = false;         ///< the code is: its panel is larger
  float scene_height = 148;     ///< what the phone's scene would like
  int groups = 1;               ///< runs one under another on the phone
  float question_height = 176;  ///< what the phone's question, its button and its answer need
  float notice_height = 0;      ///< 0: there is none
};

/// Rectangles of panels; an empty one is not shown. None overlap, but `workload` in the drawer form, which lies over
/// the timeline while it is open.
struct Layout {
  Form form = Form::wide;
  Rect top, workload, timeline, table, code, scene, why, states, tabs, question;
  Rect notice;              ///< below the top bar; all else makes room for it, since it speaks of that
  float gap = 12, control = 32;
  float transport = 56;     ///< height of the transport inside `timeline`, at its foot
  float header = 180;       ///< width of the lanes' header column
  bool sentence = true, minimap = true;
  bool figures_right = false;  ///< makespans and badges in a column at the right edge (embed)
  bool one_executor = false;
  bool touch = false;
};
Layout lay_out(const LayoutInput& input);
/// Width of the column that holds workload and code in the wide form.
float left_column(const LayoutInput& input);

}  // namespace interleave
