// scene_panel.cpp -- draws view/scene.h's shapes: the lesson's picture at the playhead, one for each executor that fits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/panels.h"
#include "ui/task_places.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/dataflow.h"
#include "view/format.h"
#include "view/scene.h"

namespace interleave {
namespace {

using Kind = SceneShape::Kind;

ImU32 fill_of(const SceneShape& s) {
  const Palette& p = palette();
  if (s.done) return p.text3;
  return p.of(s.state).height > 0 ? p.of(s.state).fill : p.control_border;
}

void draw_shapes(App& app, ImDrawList& list, const std::vector<SceneShape>& shapes, ImVec2 origin, std::uint32_t picked) {
  const Palette& p = palette();
  std::vector<Quad> quads;
  for (const SceneShape& s : shapes) {
    ImVec2 a{origin.x + s.x, origin.y + s.y}, b{a.x + s.w, a.y + s.h};
    switch (s.kind) {
      case Kind::room:
        list.AddRectFilled(a, b, p.raised, 6);
        list.AddRect({a.x + 0.5f, a.y + 0.5f}, {b.x - 0.5f, b.y - 0.5f}, s.strong ? p.text : p.control_border, 6, 0, s.strong ? 2.0f : 1.0f);
        break;
      case Kind::place:
        if (s.w < 15) list.AddRect({a.x + 0.5f, a.y + 0.5f}, {b.x - 0.5f, b.y - 0.5f}, p.line, 1.5f);
        else if (s.w == s.h) list.AddCircle({(a.x + b.x) / 2, (a.y + b.y) / 2}, s.w / 2 - 1, p.control_border, 0, 1.2f);
        else dashed_rect(list, {a.x + 0.5f, a.y + 0.5f}, {b.x - 0.5f, b.y - 0.5f}, p.control_border, 3, 3);
        break;
      case Kind::rule: list.AddLine(a, b, p.control_border, 1); break;
      case Kind::arrow: {
        float length = std::max(1.0f, std::hypot(s.w, s.h)), dx = s.w / length, dy = s.h / length;
        const ImU32 ink = s.strong ? p.text : p.text2;
        const float thick = s.strong ? 3 : 1.2f, head = s.strong ? 7 : 5;
        list.AddLine(a, b, ink, thick);
        list.AddLine({b.x - head * dx + (head - 1) * dy, b.y - head * dy - (head - 1) * dx}, b, ink, thick);
        list.AddLine({b.x - head * dx - (head - 1) * dy, b.y - head * dy + (head - 1) * dx}, b, ink, thick);
        break;
      }
      case Kind::person:
        if (s.done || p.of(s.state).height <= 0) break;  // an outline, below
        quads.push_back({a.x, a.y, b.x, b.y, fill_of(s), p.of(s.state).ink, quad_style(p.of(s.state).pattern, s.w / 2), quad_anchor(a.x, a.y)});
        break;
      case Kind::chip:
      case Kind::cell: {
        if (s.kind == Kind::chip && !s.done && p.of(s.state).height <= 0) break;
        bool patterned = !s.done && p.of(s.state).height > 0 && std::min(s.w, s.h) >= 7;
        quads.push_back({a.x, a.y, b.x, b.y, fill_of(s), patterned ? p.of(s.state).ink : 0, quad_style(patterned ? p.of(s.state).pattern : Pattern::solid, s.kind == Kind::chip ? 4 : 1.5f), quad_anchor(a.x, a.y)});
        break;
      }
      case Kind::words:
      case Kind::figure: break;
    }
  }
  app.canvas->draw(list, quads, {});
  for (const SceneShape& s : shapes) {
    ImVec2 a{origin.x + s.x, origin.y + s.y}, b{a.x + s.w, a.y + s.h}, centre{(a.x + b.x) / 2, (a.y + b.y) / 2};
    const StateLook& look = p.of(s.state);
    bool outlined = s.done || look.height <= 0;
    if (s.kind == Kind::words || s.kind == Kind::figure) {
      Face face = s.kind == Kind::figure ? Face::mono_semibold : Face::regular;
      float w = text_width(face, 12, s.text);
      if (s.w > 0) w = std::min(w, s.w);
      float x = a.x - (s.align > 0 ? w : s.align == 0 ? w / 2 : 0);
      put_text(list, face, 12, {x, a.y}, s.kind == Kind::figure ? p.text : p.text2, s.text, s.w);
      continue;
    }
    if (s.kind != Kind::person && s.kind != Kind::chip && s.kind != Kind::cell) continue;
    bool mine = picked > 0 && s.number == picked;
    if (s.kind == Kind::person) {
      float r = s.w / 2;
      if (outlined) list.AddCircle(centre, r - 0.5f, s.done ? p.text2 : p.control_border, 0, 1.2f);
      if (s.share >= 0 && !outlined) {
        // How much of it has passed: from the top, clockwise.
        constexpr float kTop = -1.5707963f, kTurn = 6.2831853f;
        list.PathArcTo(centre, r + 3, kTop, kTop + kTurn * std::max(0.02f, s.share), 32);
        list.PathStroke(p.text, 0, 2);
      }
      if (mine) list.AddCircle(centre, r + 1, p.text, 0, 2);
    } else {
      if (s.kind == Kind::chip && !s.done && look.height <= 0) dashed_rect(list, {a.x + 0.5f, a.y + 0.5f}, {b.x - 0.5f, b.y - 0.5f}, p.control_border, 2, 3);
      if (mine) list.AddRect({a.x - 1, a.y - 1}, {b.x + 1, b.y + 1}, p.text, 4, 0, 2);
    }
    if (s.number == 0 || s.kind == Kind::cell || s.h < 14) continue;
    std::string number = std::to_string(s.number);
    if (s.kind == Kind::chip && s.w >= 52 && look.letter && !s.done) number = std::string(1, look.letter) + " " + number;
    float px = s.w >= 30 ? 13 : 12, w = text_width(Face::mono_semibold, px, number);
    if (w > s.w - 2) continue;
    ImVec2 at{centre.x - w / 2, centre.y - px * 0.64f};
    // On a patch of plain state colour, never on the pattern.
    if (!outlined && look.pattern != Pattern::solid) {
      if (s.kind == Kind::person) list.AddCircleFilled(centre, std::min(s.w / 2 - 2, w / 2 + 3.5f), look.fill);
      else list.AddRectFilled({at.x - 3, centre.y - 8}, {at.x + w + 3, centre.y + 8}, look.fill, 2);
    }
    ImU32 ink = s.done && s.kind != Kind::person ? p.page : outlined ? p.text2 : look.letter_ink;
    put_text(list, Face::mono_semibold, px, at, ink, number);
  }
}

const char* noun(SceneKind kind, bool one) {
  switch (kind) {
    case SceneKind::cashiers: return one ? "order" : "orders";
    case SceneKind::requests: return one ? "request" : "requests";
    case SceneKind::list: return one ? "chunk" : "chunks";
    case SceneKind::locks:
    case SceneKind::dataflow:
    case SceneKind::tasks: break;
  }
  return one ? "task" : "tasks";
}

// Which executors' pictures: the lit one, then those that differ most from one another; drawn in the order of always.
std::vector<ExecutorKind> chosen(const App& app, ExecutorKind lit, std::size_t fit) {
  std::vector<ExecutorKind> out{lit};
  if (app.view.compare)
    for (ExecutorKind kind : {ExecutorKind::threads, ExecutorKind::loop, ExecutorKind::stealing, ExecutorKind::gil, ExecutorKind::serial, ExecutorKind::processes})
      if (out.size() < fit && !std::ranges::count(out, kind) && app.trace_of(kind) && std::ranges::count(app.executors(), kind)) out.push_back(kind);
  std::ranges::sort(out);
  return out;
}

// What a run printed. Of one that goes on the last lines: more are not on screen.
struct Printed {
  std::vector<const TextLine*> last;
  const Trace* trace = nullptr;
  std::span<const std::uint32_t> all;  // of a run that has ended
  std::size_t size() const { return all.empty() ? last.size() : all.size(); }
  const TextLine& operator[](std::size_t i) const { return all.empty() ? *last[i] : trace->texts()[all[i]]; }
};

Printed printed_by(const App::Shown& shown) {
  Printed out;
  out.trace = shown.trace;
  if (shown.run) {
    out.all = shown.run->printed;
  } else if (shown.trace) {
    constexpr std::size_t kLast = 64;
    const std::vector<TextLine>& texts = shown.trace->texts();
    for (std::size_t i = texts.size() > kLast ? texts.size() - kLast : 0; i < texts.size(); ++i)
      if (texts[i].role == TextRole::output || texts[i].role == TextRole::error) out.last.push_back(&texts[i]);
  }
  return out;
}

// What comes after the playhead is pale. The last line before it stays in sight.
void draw_printed(ImDrawList& list, const Printed& lines, double at, ImVec2 from, float width, float height) {
  const Palette& p = palette();
  constexpr float kRow = 18, kHead = 24;
  std::size_t so_far = lines.size();
  if (!lines.all.empty())
    so_far = static_cast<std::size_t>(std::ranges::partition_point(lines.all, [&](std::uint32_t i) { return static_cast<double>(lines.trace->texts()[i].at) <= at; }) - lines.all.begin());
  const std::string so_far_words = fmt::format("Printed: {} of {} lines so far", format_count(so_far), format_count(lines.size()));
  put_longest(list, Face::regular, 12, from, p.text2, {so_far < lines.size() ? so_far_words : std::string_view("Printed"), "Printed"}, width);
  const auto rows = static_cast<std::size_t>(std::max(1.0f, (height - kHead) / kRow));
  // Where there is room, the next one below it.
  const std::size_t shown = so_far + (rows > 1 ? 1 : 0);
  std::size_t first = lines.size() > rows && shown > rows ? std::min(shown - rows, lines.size() - rows) : 0;
  float y = from.y + kHead;
  for (std::size_t i = first; i < lines.size() && i < first + rows; ++i, y += kRow) {
    const bool past = i < so_far;
    if (i + 1 == so_far && so_far < lines.size()) list.AddRectFilled({from.x - 6, y - 1}, {from.x + width, y + kRow - 1}, p.hover, 3);
    put_text(list, Face::mono, 13, {from.x, y}, past ? p.text : p.text3, lines[i].text, width);
  }
}

}  // namespace

void draw_scene(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.scene;
  bool phone = app.layout.form == Form::phone;
  Panel panel(app, "scene", r, phone ? Panel::Kind::plain : Panel::Kind::framed);
  ImDrawList& list = panel.list();
  float x = r.x + 16, y = r.y + 12, inner = r.w - 32;
  auto lit = app.lit_executor();
  const App::Shown shown = lit ? app.shown(*lit) : App::Shown{};
  const Trace* trace = shown.trace;
  const SceneKind kind = scene_of(app.workload.name, shown.run && shown.run->most.waiting_lock > 0, app.flow_of(shown) != nullptr);
  std::size_t tasks = trace ? std::max<std::size_t>(trace->tasks().size(), 1) - 1 : 0;
  double at = app.live ? static_cast<double>(app.live->now) : app.view.playhead;
  // Until somebody moves the playhead all that was printed is there to be read.
  const double printed_at = app.live || app.view.playhead_placed ? at : std::numeric_limits<double>::infinity();
  const bool flows = kind == SceneKind::dataflow;
  const Printed printed = kind == SceneKind::tasks || kind == SceneKind::locks || flows ? printed_by(shown) : Printed{};
  // Few tasks say little by their places, and more by what they print.
  const bool only_printed = printed.size() > 0 && kind == SceneKind::tasks && (tasks == 0 || (tasks <= 4 && !phone));
  if (!trace || (tasks == 0 && printed.size() == 0) || at < 0) {
    put_text(list, Face::semibold, 13, {x, y}, p.text2, fmt::format("Where the {} are", noun(kind, false)));
    put_wrapped(&list, Face::regular, 14, {x, y + 28}, p.text2, fmt::format("Nothing has run yet. Then each of the {} is here, at the playhead's time.", noun(kind, false)), inner);
    return;
  }
  // A name and a time cost a line each where there is one picture alone.
  bool one = r.bottom() - y < 300;
  const float kLeast = kind == SceneKind::requests ? 200 : 152;  // with the wire to the server
  float top = y + (phone ? 0 : 28), room = r.bottom() - top - 6;
  std::vector<ExecutorKind> kinds = chosen(app, *lit, one ? 1 : static_cast<std::size_t>(std::max(1.0f, room / kLeast)));
  if (!phone) {
    std::string title = flows ? std::string("Who hands what to whom") : only_printed ? "What it printed" : fmt::format("Where the {} {}", format_count(tasks), noun(kind, tasks == 1)) + (tasks == 1 ? " is" : " are");
    // All lines in full ink are not those of one moment.
    std::string time = only_printed && printed_at == std::numeric_limits<double>::infinity() ? std::string() : format_duration(static_cast<Nanos>(at));
    float time_w = text_width(Face::mono, 13, time);
    put_text(list, Face::mono, 13, {r.right() - 16 - time_w, y}, p.text2, time);
    if (one || flows) {
      draw_icon(list, icon_of(*lit), {x + 8, y + 9}, 16, p.of(*lit));
      float name_w = put_text(list, Face::semibold, 14, {x + 24, y}, p.text, name_of(*lit));
      put_longest(list, Face::regular, 13, {x + 24 + name_w + 10, y + 1}, p.text2, {title}, inner - name_w - time_w - 46);
    } else {
      put_longest(list, Face::semibold, 13, {x, y}, p.text2, {title}, inner - time_w - 8);
    }
  }
  if (printed.size() > 0 && !(one && kind == SceneKind::locks)) {  // who waits for whom needs the height
    // At the bottom, as far as the scene can spare it.
    const float height = only_printed ? room : 34 + 18 * static_cast<float>(std::min<std::size_t>(printed.size(), room < 300 ? 2 : 6));
    draw_printed(list, printed, printed_at, {x, only_printed ? top + 4 : r.bottom() - height}, inner, height - 4);
    if (only_printed) return;
    room -= height;
  }
  if (flows) {
    const float h = room - (one ? 8 : 16);
    draw_shapes(app, list, dataflow_scene(*app.flow_of(shown), *trace, at, inner, h), {x, top}, 0);
    return;
  }
  std::uint32_t picked = 0;
  if (const auto& pick = app.view.pinned) {
    std::span<const Span> spans = spans_at(app, *pick);
    if (pick->span < spans.size() && spans[pick->span].task > kRootTask) picked = number_of(spans[pick->span].task);
  }
  int lines = 2;
  if (auto named = std::ranges::find(app.workload.parameters, "lines", &Parameter::name); named != app.workload.parameters.end()) lines = static_cast<int>(named->value);
  float each = kinds.size() == 1 ? std::min(room, 300.0f) : room / static_cast<float>(kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    float from = top + each * static_cast<float>(i);
    const Trace* of = app.trace_of(kinds[i]);
    double when = app.live && app.live->executor == kinds[i] ? static_cast<double>(app.live->now) : at;
    SceneInput in = tasks_at(*of, when, kind == SceneKind::locks);
    in.lines = lines;
    if (!one) {
      if (i > 0) list.AddLine({r.x, from - 2}, {r.right(), from - 2}, p.line);
      draw_icon(list, icon_of(kinds[i]), {x + 8, from + 15}, 16, p.of(kinds[i]));
      put_text(list, Face::semibold, 14, {x + 24, from + 6}, p.text, name_of(kinds[i]));
      from += 30;
    }
    float h = each - (one ? 8 : 46);
    draw_shapes(app, list, scene(kind, in, inner, h), {x, from}, picked);
  }
  if (kinds.size() == 1 && !one && room > each + 60) {
    std::string said = task_places(app, kinds[0]).sentence;
    put_wrapped(&list, Face::regular, 15, {x, top + each + 12}, p.text, said, inner, static_cast<int>((room - each - 20) / 20));
  }
}

}  // namespace interleave
