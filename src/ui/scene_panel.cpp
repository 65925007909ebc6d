// scene_panel.cpp -- draws view/scene.h's shapes: the lesson's picture at the playhead, one for each executor that fits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ui/panels.h"
#include "ui/task_places.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/costs.h"
#include "view/dataflow.h"
#include "view/format.h"
#include "view/scene.h"

namespace interleave {
namespace {

using Kind = SceneShape::Kind;

ImU32 fill_of(const SceneShape& s, bool patterned) {
  const Palette& p = palette();
  if (s.done) return p.text3;
  return p.of(s.state).height <= 0 ? p.control_border : patterned ? p.of(s.state).fill : p.of(s.state).solid;
}

// The ink of the two that stands out more.
ImU32 ink_on(ImU32 ground) {
  const Palette& p = palette();
  auto light = [](ImU32 c) { return 0.3f * static_cast<float>(c & 255) + 0.59f * static_cast<float>(c >> 8 & 255) + 0.11f * static_cast<float>(c >> 16 & 255); };
  return std::abs(light(ground) - light(p.text)) > std::abs(light(ground) - light(p.page)) ? p.text : p.page;
}

}  // namespace

std::string chip_words(const Run* run, std::uint32_t number, float room) {
  if (run)
    if (const auto own = run->called.find(number + kRootTask); own != run->called.end() && text_width(Face::mono_semibold, 13, own->second) <= room) return own->second;
  return std::to_string(number);
}

namespace {

// `run`: whose tasks they are; null: of one that goes on.
void draw_shapes(App& app, ImDrawList& list, const std::vector<SceneShape>& shapes, ImVec2 origin, std::uint32_t picked, const Run* run) {
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
      case Kind::rule:
        if (s.done) list.AddLine(a, b, p.panel, 4);
        list.AddLine(a, b, s.state == State::waiting_lock ? p.of(s.state).solid : s.strong || s.done ? p.text : p.control_border, s.strong ? 3.0f : s.done ? 1.5f : 1.0f);
        break;
      case Kind::verdict: {
        const auto executor = static_cast<ExecutorKind>(s.number - 1);
        const ImU32 hue = p.of(executor);
        const float size = std::min({16.0f, s.w - 2, s.h - 2});
        list.AddRectFilled(a, b, hue, 3);
        draw_icon(list, icon_of(executor), {(a.x + b.x) / 2, (a.y + b.y) / 2}, size, ink_on(hue));
        if (s.strong) list.AddRect({a.x - 0.5f, a.y - 0.5f}, {b.x + 0.5f, b.y + 0.5f}, p.text, 3, 0, 2);
        break;
      }
      case Kind::arrow: {
        float length = std::max(1.0f, std::hypot(s.w, s.h)), dx = s.w / length, dy = s.h / length;
        const ImU32 ink = s.state == State::waiting_lock ? p.of(s.state).solid : s.strong ? p.text : p.text2;
        const float thick = s.strong ? 3 : 1.2f, head = s.strong ? 7 : 5;
        if (s.done) {
          // No head: a cross before a bar.
          const ImVec2 c{b.x - 7 * dx, b.y - 7 * dy};
          list.AddLine(a, {c.x - 6 * dx, c.y - 6 * dy}, p.text, std::max(1.5f, thick - 1));
          for (const float side : {-1.0f, 1.0f}) list.AddLine({c.x - 4 * dx + side * 4 * dy, c.y - 4 * dy - side * 4 * dx}, {c.x + 4 * dx - side * 4 * dy, c.y + 4 * dy + side * 4 * dx}, p.text, 2);
          list.AddLine({b.x + 7 * dy, b.y - 7 * dx}, {b.x - 7 * dy, b.y + 7 * dx}, p.text, 2);
          break;
        }
        list.AddLine(a, b, ink, thick);
        list.AddLine({b.x - head * dx + (head - 1) * dy, b.y - head * dy - (head - 1) * dx}, b, ink, thick);
        list.AddLine({b.x - head * dx - (head - 1) * dy, b.y - head * dy + (head - 1) * dx}, b, ink, thick);
        break;
      }
      case Kind::person:
        if (s.done || p.of(s.state).height <= 0) break;  // an outline, below
        quads.push_back({a.x, a.y, b.x, b.y, fill_of(s, true), p.of(s.state).ink, quad_style(p.of(s.state).pattern, s.w / 2), quad_anchor(a.x, a.y)});
        break;
      case Kind::chip:
      case Kind::cell: {
        if (s.kind == Kind::chip && !s.done && p.of(s.state).height <= 0) break;
        bool patterned = !s.done && p.of(s.state).height > 0 && std::min(s.w, s.h) >= 7;
        quads.push_back({a.x, a.y, b.x, b.y, fill_of(s, patterned), patterned ? p.of(s.state).ink : 0, quad_style(patterned ? p.of(s.state).pattern : Pattern::solid, s.kind == Kind::chip ? 4 : 1.5f), quad_anchor(a.x, a.y)});
        break;
      }
      case Kind::ring: list.AddCircle({(a.x + b.x) / 2, (a.y + b.y) / 2}, s.w / 2 - 2, p.of(State::waiting_gil).solid, 0, 4); break;
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
      put_text(list, face, 12, {x, a.y}, s.strong ? look.letter_ink : s.kind == Kind::figure ? p.text : p.text2, s.text, s.w);
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
    std::string number = chip_words(run, s.number, s.w - 2);
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
    case SceneKind::book: return one ? "reader" : "readers";
    case SceneKind::gil:
    case SceneKind::memory:
    case SceneKind::map:
    case SceneKind::locks:
    case SceneKind::dataflow:
    case SceneKind::tasks: break;
  }
  return one ? "task" : "tasks";
}

std::string title_of(SceneKind kind, std::size_t tasks) {
  switch (kind) {
    case SceneKind::dataflow: return "Who hands what to whom";
    case SceneKind::gil: return "The GIL and its line";
    case SceneKind::memory: return "Who owns which memory";
    case SceneKind::map: return "Who wins where: connections down, wait across";
    default: return tasks == 1 ? fmt::format("Where the {} is", noun(kind, true)) : fmt::format("Where the {} {} are", format_count(tasks), noun(kind, false));
  }
}

// The lesson's own picture, or what this run has to show.
SceneKind kind_of(const App& app, ExecutorKind executor) {
  const App::Shown shown = app.shown(executor);
  SceneFacts facts;
  facts.alone = !app.view.compare;
  facts.flows = app.flow_of(shown) != nullptr;
  if (shown.run) {
    facts.locks = shown.run->most.waiting_lock > 0;
    facts.gil = shown.run->most.waiting_gil > 0;
  }
  return scene_of(shown.run && shown.run->foreign ? std::string_view() : std::string_view(app.workload.scene), facts);
}

// Fewer lines of it are not read.
float least_height(SceneKind kind) {
  switch (kind) {
    case SceneKind::requests: return 200;  // with the wire to the server
    case SceneKind::book: return 230;
    case SceneKind::locks: return 210;  // with the graph of a cycle
    case SceneKind::memory: return 164;
    case SceneKind::map: return 1000;  // it is the same for all
    default: return 152;
  }
}

// Which executors' pictures: the lit one, then those that differ most from one another; drawn in the order of always.
std::vector<ExecutorKind> chosen(const App& app, ExecutorKind lit, std::size_t fit) {
  std::vector<ExecutorKind> out{lit};
  if (app.view.compare && !app.view.overlay)  // there it is one run that is looked at
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

std::size_t characters_in(float width) { return static_cast<std::size_t>(std::max(8.0f, width / text_width(Face::mono, 13, "0"))); }

// How many rows it would fill, if that is no more than these.
std::size_t rows_of(const Printed& lines, float width, std::size_t most) {
  std::size_t rows = 0;
  for (std::size_t i = lines.size(); i > 0 && rows < most; --i) rows += wrapped(lines[i - 1].text, characters_in(width), most).size();
  return std::min(rows, most);
}

// What comes after the playhead is pale. The last line before it stays in sight. `by`: whose, where that is not said. `headed`:
// the panel's title says already what this is.
void draw_printed(ImDrawList& list, const Printed& lines, double at, std::string_view by, ImVec2 from, float width, float height, bool headed = false) {
  const Palette& p = palette();
  constexpr float kRow = 18;
  std::size_t so_far = lines.size();
  if (!lines.all.empty())
    so_far = static_cast<std::size_t>(std::ranges::partition_point(lines.all, [&](std::uint32_t i) { return static_cast<double>(lines.trace->texts()[i].at) <= at; }) - lines.all.begin());
  const std::string who = by.empty() ? std::string("Printed") : fmt::format("Printed by {}", by);
  const std::string so_far_words = fmt::format("{}: {} of {} {} so far", who, format_count(so_far), format_count(lines.size()), lines.size() == 1 ? "line" : "lines");
  const float head = headed && so_far == lines.size() ? 0 : 24;
  if (head > 0) put_longest(list, Face::regular, 12, from, p.text2, {so_far < lines.size() ? std::string_view(so_far_words) : std::string_view(who), so_far < lines.size() ? std::string_view(so_far_words).substr(who.size() + 2) : std::string_view("Printed"), "Printed"}, width);
  const auto rows = static_cast<std::size_t>(std::max(1.0f, (height - head) / kRow));
  const std::size_t characters = characters_in(width);
  // Where there is room, the next one below it.
  const std::size_t shown = so_far + (rows > 1 ? 1 : 0);
  // From the last that is to be seen back, as many as there are rows for; then on, if there are rows left.
  auto needs = [&](std::size_t i) { return wrapped(lines[i].text, characters, rows).size(); };
  std::size_t last = std::min(std::max<std::size_t>(shown, 1), lines.size()), first = last, used = 0, rows_of_first = rows;
  while (first > 0 && used < rows) {
    // The topmost gets what is left.
    rows_of_first = std::min(needs(--first), rows - used);
    used += rows_of_first;
  }
  while (last < lines.size() && used + needs(last) <= rows) used += needs(last++);
  float y = from.y + head;
  for (std::size_t i = first; i < last; ++i) {
    const bool past = i < so_far;
    const std::vector<std::string_view> each = wrapped(lines[i].text, characters, i == first ? rows_of_first : rows);
    if (i + 1 == so_far && so_far < lines.size()) list.AddRectFilled({from.x, y - 1}, {from.x + width, y + kRow * static_cast<float>(each.size()) - 1}, p.hover, 3);
    for (std::string_view row : each) {
      put_text(list, Face::mono, 13, {from.x, y}, past ? p.text : p.text3, row, width);
      y += kRow;
    }
  }
}

// --- where the workers' time went ---------------------------------------------------------------------------------------------

// Of runs with several workers, where the lesson asks how many times as fast they are.
std::vector<const Run*> runs_with_costs(const App& app) {
  std::vector<const Run*> out;
  if (app.live || (app.workload.asked.about != Question::About::speedup && app.workload.scene != "list")) return out;
  for (const App::Shown& s : app.shown())
    if (s.run && s.run->costs.workers > 1) out.push_back(s.run);
  return out;
}

// In a narrow column.
std::string_view brief_word_of(Costs::Item item) { return item == Costs::Item::line ? "in line" : item == Costs::Item::between ? "between" : word_of(item); }

constexpr float kCostRow = 20, kCostHead = 26, kCostNote = 20;

float costs_height(const std::vector<const Run*>& runs) {
  return runs.empty() ? 0 : kCostHead + kCostRow * static_cast<float>(runs.size()) + 8 + kCostNote + 18 * 4;
}

// A bar for each, as long as its run; below, the figures of one of them.
void draw_costs(App& app, ImDrawList& list, const std::vector<const Run*>& runs, ExecutorKind lit, ImVec2 at, float width) {
  const Palette& p = palette();
  put_text(list, Face::semibold, 13, at, p.text2, "Where the workers' time went", width);
  float y = at.y + kCostHead;
  Nanos longest = 1;
  for (const Run* run : runs) longest = std::max(longest, run->costs.makespan);
  const Run* told = runs.front();  // the one that is looked at, else the quickest, of which the sentence speaks
  for (const Run* run : runs)
    if (run->executor != ExecutorKind::gil && run->costs.makespan < told->costs.makespan) told = run;
  std::vector<Quad> quads;
  const float x0 = at.x + 26, room = width - 26;
  for (const Run* run : runs) {
    if (run->executor == lit) told = run;
    draw_icon(list, icon_of(run->executor), {at.x + 8, y + 8}, 15, p.of(run->executor));
    float x = x0;
    for (int i = 0; i < Costs::kItems; ++i) {
      const auto item = static_cast<Costs::Item>(i);
      const float w = room * static_cast<float>(static_cast<double>(run->costs[item]) / static_cast<double>(longest));
      if (w <= 0.3f) continue;
      const State state = run->executor == ExecutorKind::gil && item == Costs::Item::line ? State::waiting_gil : state_of(item);
      const StateLook& look = p.of(state);
      const float height = look.height > 0 ? 14.0f : 2.0f;
      quads.push_back({x, y + 15 - height, x + std::max(1.0f, w - 1), y + 15, w >= 5 ? look.fill : look.solid, look.ink, quad_style(w >= 5 ? look.pattern : Pattern::solid, 0), quad_anchor(x, y)});
      x += w;
    }
    list.AddRectFilled({x, y}, {x + 2, y + 16}, p.text);
    y += kCostRow;
  }
  app.canvas->draw(list, quads, {});
  y += 8;
  const Costs& c = told->costs;
  const std::string_view before = c.before > 0 ? "; * before 0" : "";
  const std::string whose = fmt::format("{}, {}", name_of(told->executor), word_of(told->trace->provenance));
  put_longest(list, Face::regular, 12, {at.x, y}, p.text2,
              {fmt::format("{}: each of {} {}{}", whose, c.workers, c.of_cores ? "cores" : "workers", before), fmt::format("{}{}", whose, before), fmt::format("{}{}", name_of(told->executor), before)}, width);
  y += kCostNote;
  int nth = 0;
  const float column = width / 2;
  auto figure = [&](std::string_view words, Nanos time) {
    if (nth >= 8) return;
    const float x = at.x + static_cast<float>(nth % 2) * column, top = y + 18 * static_cast<float>(nth / 2);
    const std::string t = format_duration(time, clock_step_of(*told->trace));
    const float w = text_width(Face::mono, 12, t);
    put_text(list, Face::mono, 12, {x + column - 12 - w, top}, p.text, t);
    put_text(list, Face::regular, 12, {x, top}, p.text2, words, column - 20 - w);
    ++nth;
  };
  for (int i = 0; i < Costs::kItems; ++i)
    if (const auto item = static_cast<Costs::Item>(i); item == Costs::Item::work || c[item] * 1000 >= c.makespan) figure(brief_word_of(item), c[item]);
  if (c.before > 0) figure("spawn*", c.before);
}

// The reader's own place on the map, and what was measured there.
void put_settings_on(const App& app, MapAt& map) {
  const bool stale = app.stale();  // the runs are of another place
  for (const Parameter& p : app.workload.parameters) {
    if (stale) break;
    if (p.name == "connections") map.connections = p.value;
    if (p.name == "latency") map.wait = static_cast<Nanos>(p.value);
  }
  for (const ExecutorKind kind : app.executors())
    if (const Run* run = app.run_of(kind); run && run->trace->how_ended() == RunEnd::finished) map.measured[static_cast<std::size_t>(kind)] = app.length_of(*run);
}

}  // namespace

// What the lesson is about: a line for the GIL, a lock that is wanted, memories that are apart.
std::optional<ExecutorKind> shown_in_scene(const App& app) {
  auto lit = app.lit_executor();
  if (lit && app.view.compare && !app.view.overlay && !app.live && !app.view.pinned && app.view.telling && app.trace_of(*app.view.telling) && !app.workload.chosen)
    lit = app.view.telling;
  const auto wanted = scene_named(app.workload.scene);
  if (!lit || !wanted || !app.view.compare || app.view.overlay || app.live || app.view.pinned) return lit;
  if (*wanted == SceneKind::memory)
    for (ExecutorKind kind : app.executors())
      if (const App::Shown s = app.shown(kind); s.run && std::ranges::count(s.trace->lanes(), LaneKind::process, &Lane::kind) > 1) return kind;
  if (kind_of(app, *lit) == *wanted) return lit;
  for (ExecutorKind kind : app.executors())
    if (app.shown(kind).run && kind_of(app, kind) == *wanted) return kind;
  return lit;
}

float scene_height(const App& app) {
  constexpr float kStage = 44;
  const float kPads = 20 + (app.view.compare ? 22.0f : 0.0f);  // and the line that says whose it is
  const auto lit = shown_in_scene(app);
  if (!lit) return 0;
  switch (kind_of(app, *lit)) {
    case SceneKind::locks: return 216 + kPads;
    case SceneKind::memory: return 164 + kPads;
    case SceneKind::dataflow: {
      int columns = 0;
      for (const Dataflow::Stage& s : app.flow_of(app.shown(*lit))->stages) columns = std::max(columns, s.column + 1);
      // Three stand beside one another; more, one below another.
      return columns > 3 ? kStage * static_cast<float>(columns) + kPads : 0;
    }
    default: return 0;
  }
}

void draw_scene(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.scene;
  bool phone = app.layout.form == Form::phone;
  Panel panel(app, "scene", r, phone ? Panel::Kind::plain : Panel::Kind::framed);
  ImDrawList& list = panel.list();
  float x = r.x + 16, y = r.y + 12, inner = r.w - 32;
  const auto lit = shown_in_scene(app);
  const App::Shown shown = lit ? app.shown(*lit) : App::Shown{};
  const Trace* trace = shown.trace;
  const SceneKind kind = lit ? kind_of(app, *lit) : scene_of(app.workload.scene);
  std::size_t tasks = trace ? std::max<std::size_t>(trace->tasks().size(), 1) - 1 : 0;
  const double at = app.live ? moment_shown(app, app.live->executor) : app.view.playhead;
  const bool flows = kind == SceneKind::dataflow;
  const bool has_it_all = kind == SceneKind::cashiers || kind == SceneKind::requests || kind == SceneKind::list || kind == SceneKind::memory || kind == SceneKind::map;
  const Printed printed = has_it_all ? Printed{} : printed_by(shown);
  // Few tasks say little by their places, and more by what they print.
  const bool only_printed = printed.size() > 0 && kind == SceneKind::tasks && (tasks == 0 || (tasks <= 4 && !phone));
  if (const Run* other = app.foreign()) {  // nothing in it is a task
    put_text(list, Face::semibold, 13, {x, y}, p.text2, "Another program's trace");
    put_wrapped(&list, Face::regular, 14, {x, y + 28}, p.text2, fmt::format("{} has threads and slices, which are the lanes, and no tasks.", other->opened), inner);
    return;
  }
  if (!trace || (tasks == 0 && printed.size() == 0) || at < 0) {
    put_text(list, Face::semibold, 13, {x, y}, p.text2, fmt::format("Where the {} are", noun(kind, false)));
    put_wrapped(&list, Face::regular, 14, {x, y + 28}, p.text2, kind == SceneKind::tasks ? std::string("Nothing has run yet. Then what its tasks did is drawn here, as it was at the playhead's time.")
                                                                                     : fmt::format("Nothing has run yet. Then each of the {} is here, at the playhead's time.", noun(kind, false)), inner);
    return;
  }
  // A name and a time cost a line each where there is one picture alone.
  bool one = r.bottom() - y < 300;
  const float kLeast = least_height(kind);
  const bool whose = phone && app.view.compare;  // of several the picture says which it is
  float top = y + (phone ? whose ? 22 : 0 : 28) + (flows ? 8 : 0), room = r.bottom() - top - 6;
  const std::vector<const Run*> costs = one ? std::vector<const Run*>() : runs_with_costs(app);
  if (const float needs = costs_height(costs); needs > 0 && room >= kLeast + needs) {
    draw_costs(app, list, costs, *lit, {x, r.bottom() - needs}, inner);
    list.AddLine({r.x, r.bottom() - needs - 8}, {r.right(), r.bottom() - needs - 8}, p.line);
    room -= needs + 12;
  }
  const std::string name = app.name_shown(*lit);
  std::vector<ExecutorKind> kinds = chosen(app, *lit, one ? 1 : static_cast<std::size_t>(std::max(1.0f, room / kLeast)));
  if (whose) {
    const bool map = kind == SceneKind::map;  // of no executor
    if (!map) draw_icon(list, icon_of(*lit), {x + 8, y + 6}, 15, p.of(*lit));
    const float name_w = map ? -30 : put_text(list, Face::semibold, 13, {x + 22, y - 2}, p.text, name);
    const std::string title = title_of(kind, tasks), time = app.time_in_words(static_cast<Nanos>(at), clock_step_of(*trace));
    const float time_w = text_width(Face::mono, 12, time);
    put_text(list, Face::mono, 12, {r.right() - 16 - time_w, y - 1}, p.text2, time);
    put_longest(list, Face::regular, 12, {x + 22 + name_w + 8, y - 1}, p.text2, {title, map ? "Who wins where" : std::string_view()}, inner - name_w - time_w - 40);
  }
  if (!phone) {
    std::string title = only_printed ? std::string("What it printed") : title_of(kinds.size() > 1 && kind == SceneKind::gil ? SceneKind::tasks : kind, tasks);
    std::string time = app.time_in_words(static_cast<Nanos>(at), clock_step_of(*trace));
    float time_w = text_width(Face::mono, 13, time);
    put_text(list, Face::mono, 13, {r.right() - 16 - time_w, y}, p.text2, time);
    if (kind != SceneKind::map && (one || flows)) {  // that one is of no executor
      draw_icon(list, icon_of(*lit), {x + 8, y + 9}, 16, p.of(*lit));
      float name_w = put_text(list, Face::semibold, 14, {x + 24, y}, p.text, name);
      put_longest(list, Face::regular, 13, {x + 24 + name_w + 10, y + 1}, p.text2, {title, flows ? "Hand-overs" : std::string_view()}, inner - name_w - time_w - 46);
    } else {
      put_longest(list, Face::semibold, 13, {x, y}, p.text2, {title, kind == SceneKind::map ? "Who wins where" : std::string_view()}, inner - time_w - 8);
    }
  }
  if (printed.size() > 0 && !(phone && flows && scene_height(app) > 0) && !(one && (kind == SceneKind::locks || kind == SceneKind::book || kind == SceneKind::gil))) {  // who waits for whom needs the height
    // At the bottom, as far as the scene can spare it.
    constexpr float kLeastBesidePrinted = 48;
    const float height = only_printed ? room : 34 + 18 * static_cast<float>(rows_of(printed, inner, room < 300 ? 2 : 6));
    if (only_printed || room - height >= kLeastBesidePrinted) {
      draw_printed(list, printed, at, kinds.size() > 1 ? std::string_view(name) : std::string_view(), {x, only_printed ? top + 4 : top + room - height + 6}, inner, height - 4, only_printed && !phone);
      if (only_printed) return;
      room -= height;
    }
  }
  if (flows) {
    const float h = room - (one ? 8 : 16);
    draw_shapes(app, list, dataflow_scene(*app.flow_of(shown), *trace, at, inner, h), {x, top}, 0, shown.run);
    return;
  }
  std::uint32_t picked = 0;
  if (const auto& pick = app.view.pinned) {
    Spans spans = spans_at(app, *pick);
    if (pick->span < spans.size() && spans[pick->span].task > kRootTask) picked = number_of(spans[pick->span].task);
  }
  int lines = 2;
  if (auto named = std::ranges::find(app.workload.parameters, "lines", &Parameter::name); named != app.workload.parameters.end()) lines = static_cast<int>(named->value);
  float each = kinds.size() == 1 ? std::min(room, 300.0f) : room / static_cast<float>(kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    float from = top + each * static_cast<float>(i);
    const Trace* of = app.trace_of(kinds[i]);
    const SceneKind own = kinds[i] == *lit ? kind : kind_of(app, kinds[i]);
    const SceneKind drawn = own == SceneKind::dataflow ? SceneKind::tasks : own;
    SceneInput in = scene_at(*of, at, drawn);
    in.lines = lines;
    if (drawn == SceneKind::locks) in.locks = lock_names(app.source_of(SpanPick{.executor = kinds[i], .run = app.serial_of(kinds[i])}));
    if (const CodeLines* code = app.lines_of(app.shown(kinds[i])); code && drawn == SceneKind::book) put_on_lines(in, *of, *code, at);
    if (drawn == SceneKind::map) put_settings_on(app, in.map);
    if (const Run* run = app.shown(kinds[i]).run; run && run->trace.get() == of) in.most_at_once = run->most_at_once;
    // A run that is over is known to the end.
    const std::size_t made = in.counts.there() + in.counts.done, all = of->tasks().empty() ? 0 : of->tasks().size() - 1;
    if (of->ended() && all > made) in.unmade = static_cast<std::uint32_t>(all - made);
    if (!one && drawn != SceneKind::map) {  // which is the same for all
      if (i > 0) list.AddLine({r.x, from - 2}, {r.right(), from - 2}, p.line);
      draw_icon(list, icon_of(kinds[i]), {x + 8, from + 15}, 16, p.of(kinds[i]));
      put_text(list, Face::semibold, 14, {x + 24, from + 6}, p.text, app.name_shown(kinds[i]));
      from += 30;
    }
    float h = each - (one ? 8 : 46);
    draw_shapes(app, list, scene(drawn, in, inner, h), {x, from}, picked, app.shown(kinds[i]).run);
  }
  if (kinds.size() == 1 && !one && room > each + 60) {
    std::string said = task_places(app, kinds[0]).sentence;
    put_wrapped(&list, Face::regular, 15, {x, top + each + 12}, p.text, said, inner, static_cast<int>((room - each - 20) / 20));
  }
}

}  // namespace interleave
