#include "ui/layout.h"

#include <algorithm>
#include <cmath>

namespace interleave {
namespace {

constexpr float kTableHeader = 40, kTableRow = 27;

float table_height(int rows) { return kTableHeader + kTableRow * static_cast<float>(std::max(rows, 1)) + 6; }

Layout wide(const LayoutInput& in) {
  Layout out;
  out.form = Form::wide;
  out.gap = 12;
  constexpr float kPad = 12, kTop = 52, kRight = 340;
  const float kLeft = left_column(in);
  out.top = {0, 0, in.width, kTop};
  float y = kTop + kPad, bottom = in.height - kPad;
  float middle_x = kPad + kLeft + out.gap, right_x = in.width - kPad - kRight;
  float middle_w = right_x - out.gap - middle_x;
  float workload = std::min(in.workload_height, bottom - y - 160);
  out.workload = {kPad, y, kLeft, workload};
  out.code = {kPad, y + workload + out.gap, kLeft, bottom - y - workload - out.gap};
  float table = in.height >= 800 ? table_height(in.table_rows) : 0;
  float timeline = bottom - y - (table > 0 ? table + out.gap : 0);
  out.timeline = {middle_x, y, middle_w, timeline};
  if (table > 0) out.table = {middle_x, bottom - table, middle_w, table};
  // States at the foot, Why above them while a span is pinned, and all the rest is the scene's.
  constexpr float kStates = 350, kWhy = 220;
  float states = std::min(kStates, bottom - y);
  out.states = {right_x, bottom - states, kRight, states};
  float above = bottom - states - out.gap;
  if (in.pinned && above - y >= kWhy) {
    out.why = {right_x, above - kWhy, kRight, kWhy};
    above -= kWhy + out.gap;
  }
  if (above - y >= 130) out.scene = {right_x, y, kRight, above - y};
  return out;
}

Layout laptop(const LayoutInput& in) {
  Layout out;
  out.form = Form::laptop;
  out.gap = 10;
  constexpr float kPad = 10, kTop = 44, kLeft = 318;
  out.top = {0, 0, in.width, kTop};
  float y = kTop + kPad, bottom = in.height - kPad;
  float right_x = kPad + kLeft + out.gap, right_w = in.width - kPad - right_x;
  constexpr float kStates = 122 + 10;  // the seven states, in two columns and without what they mean; then the gap
  float workload = bottom - y;
  if (workload - kStates >= in.workload_height) {
    workload = in.workload_height;
    out.states = {kPad, y + workload + out.gap, kLeft, bottom - y - workload - out.gap};
  }
  out.workload = {kPad, y, kLeft, workload};
  float lower = in.editing ? std::round((bottom - y) * 0.5f) : in.height >= 640 ? in.tab == Tab::table ? std::max(184.0f, table_height(in.table_rows)) : 184 : 0;
  out.timeline = {right_x, y, right_w, bottom - y - (lower > 0 ? lower + out.gap : 0)};
  if (lower > 0) {
    float code_w = (right_w - out.gap) * 0.475f;
    Rect left{right_x, bottom - lower, code_w, lower};
    // Code | Table are tabs; the table needs the whole width.
    if (in.editing) {
      out.code = {right_x, bottom - lower, right_w, lower};
    } else if (in.tab == Tab::table) {
      out.table = {right_x, bottom - lower, right_w, lower};
    } else {
      out.code = left;
      Rect right{right_x + code_w + out.gap, bottom - lower, right_w - code_w - out.gap, lower};
      (in.pinned ? out.why : out.scene) = right;
    }
  }
  out.header = 180;
  return out;
}

Layout drawer(const LayoutInput& in) {
  Layout out;
  out.form = Form::drawer;
  out.gap = 8;
  constexpr float kPad = 8, kTop = 44, kDrawer = 260;
  out.top = {0, 0, in.width, kTop};
  float y = kTop + kPad, bottom = in.height - kPad;
  Rect body{kPad, y, in.width - 2 * kPad, bottom - y};
  if (in.tab == Tab::code) {
    out.code = body;
  } else if (in.tab == Tab::table) {
    out.table = body;
  } else {
    // A high window has the scene below the lanes; in a low one it comes when it is asked for. Why takes its place while a span is pinned.
    constexpr float kWhy = 140, kScene = 200, kHigh = 640;
    const bool asked = in.tab == Tab::scene;
    const float lower = asked ? std::max(kScene, std::round(body.h * 0.44f)) : body.h >= kHigh ? kScene : in.pinned ? kWhy : 0;
    out.timeline = {body.x, body.y, body.w, body.h - (lower > 0 ? lower + out.gap : 0)};
    if (lower > 0) {
      const float states = asked ? std::min(312.0f, body.w * 0.42f) : 0;
      (in.pinned ? out.why : out.scene) = {body.x, bottom - lower, body.w - (asked ? states + out.gap : 0), lower};
      if (asked) out.states = {body.right() - states, bottom - lower, states, lower};
    }
  }
  if (in.drawer_open) out.workload = {0, kTop, std::min(kDrawer, in.width), in.height - kTop};
  out.header = 160;
  return out;
}

Layout phone(const LayoutInput& in) {
  Layout out;
  out.form = Form::phone;
  out.touch = true;
  out.gap = 0;
  out.control = 44;
  constexpr float kTop = 52, kTabs = 52;
  const float kQuestion = in.question_height;
  out.top = {0, 0, in.width, kTop};
  out.tabs = {0, in.height - kTabs, in.width, kTabs};
  Rect body{0, kTop, in.width, in.height - kTop - kTabs};
  switch (in.tab) {
    case Tab::lanes:
    case Tab::scene: {
      out.question = {0, kTop, in.width, kQuestion};
      const float rest = body.h - kQuestion;
      // The lanes keep their half of it; of six runs all are seen.
      constexpr float kLanes = 300;
      const float kScene = in.groups > 4 ? 140 : 166;
      float scene = rest >= 500 ? std::clamp(in.scene_height, kScene, std::max(kScene, rest - kLanes)) : 0;
      constexpr float kWhy = 188;
      if (scene > 0 && in.pinned) scene = std::max(scene, kWhy);
      if (scene > 0) (in.pinned ? out.why : out.scene) = {0, kTop + kQuestion, in.width, scene};
      out.timeline = {0, kTop + kQuestion + scene, in.width, rest - scene};
      break;
    }
    case Tab::code: out.code = body; break;
    case Tab::table: out.table = body; break;
    case Tab::settings: out.workload = body; break;
  }
  out.transport = 64;
  out.header = 64;
  out.sentence = false;  // it stands in `question`
  out.minimap = false;
  return out;
}

Layout embed(const LayoutInput& in) {
  Layout out;
  out.form = Form::embed;
  out.gap = 0;
  constexpr float kTop = 42;
  out.top = {0, 0, in.width, kTop};
  (in.tab == Tab::code ? out.code : out.timeline) = {0, kTop, in.width, in.height - kTop};
  if (in.drawer_open) out.workload = {0, kTop, std::min(320.0f, in.width), in.height - kTop};
  out.transport = 48;
  out.header = in.width >= 600 ? 190 : 64;
  out.sentence = out.minimap = false;
  out.figures_right = in.width >= 560;
  out.one_executor = in.height < 300;
  out.touch = in.width < 1000;
  return out;
}

// On a wall: the lanes with their sentence, below them code and scene; whatever is to be set was set before.
Layout present(const LayoutInput& in) {
  Layout out;
  out.form = in.width >= 1100 ? Form::laptop : Form::drawer;
  out.gap = 8;
  constexpr float kPad = 8;
  float lower = in.height >= 500 ? std::min(190.0f, in.height * 0.28f) : 0, bottom = in.height - kPad;
  out.timeline = {kPad, kPad, in.width - 2 * kPad, bottom - kPad - (lower > 0 ? lower + out.gap : 0)};
  if (lower > 0) {
    float code_w = (in.width - 2 * kPad - out.gap) * 0.5f;
    out.code = {kPad, bottom - lower, code_w, lower};
    (in.pinned ? out.why : out.scene) = {kPad + code_w + out.gap, bottom - lower, in.width - 2 * kPad - out.gap - code_w, lower};
  }
  return out;
}

Form form_for(const LayoutInput& in) {
  if (in.height < 480) return Form::embed;
  if (in.width >= 1600) return Form::wide;
  if (in.width >= 1100) return Form::laptop;
  return in.width >= 700 ? Form::drawer : Form::phone;
}

Layout in_form(Form form, const LayoutInput& in) {
  switch (form) {
    case Form::wide: return wide(in);
    case Form::laptop: return laptop(in);
    case Form::drawer: return drawer(in);
    case Form::phone: return phone(in);
    case Form::embed: break;
  }
  return embed(in);
}

}  // namespace

float left_column(const LayoutInput& in) { return in.editing ? std::min(720.0f, in.width * 0.4f) : 480; }

Layout lay_out(const LayoutInput& in) {
  if (in.notice_height > 0) {
    LayoutInput rest = in;
    rest.notice_height = 0;
    const Layout without = lay_out(rest);
    rest.height -= in.notice_height;
    // The form is that of the whole: a sentence changes no one's place but downwards.
    Layout out = in.present ? present(rest) : in_form(without.form, rest);
    for (Rect* rect : {&out.workload, &out.timeline, &out.table, &out.code, &out.scene, &out.why, &out.states, &out.tabs, &out.question})
      if (!rect->empty()) rect->y += in.notice_height;
    out.notice = {0, out.top.bottom(), in.width, in.notice_height};
    out.one_executor = without.one_executor;
    return out;
  }
  return in.present ? present(in) : in_form(form_for(in), in);
}

}  // namespace interleave
