// draw.cpp -- one frame: theme, layout, panels in order, and the small panels that need no file of their own.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/app.h"
#include "ui/panels.h"
#include "ui/pick_list.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/results.h"

namespace interleave {
namespace {

// What a legend lists: the states of UI.md, and copying and being started where a run on screen has them.
constexpr State kLegend[] = {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil, State::copying, State::starting, State::idle, State::not_started};

// In two columns the short names stand beside the long ones.
constexpr State kInColumns[] = {State::running, State::ready, State::idle, State::not_started, State::waiting_io, State::waiting_lock, State::waiting_gil, State::copying, State::starting};
constexpr std::size_t kRowsInColumns = 4;

// Of `all` at most so many: where there is no room, what the lanes do not show is left out.
std::vector<State> states_listed(const App& app, std::span<const State> all, std::size_t room) {
  const auto drawn = [&](State state) { return (app.drawn_states >> static_cast<unsigned>(state) & 1) != 0; };
  const bool copies = drawn(State::copying) || std::ranges::any_of(app.shown(), [](const App::Shown& s) { return s.trace && s.trace->summary().copied_bytes > 0; });
  std::vector<State> out(all.begin(), all.end());
  if (!copies) std::erase(out, State::copying);
  if (!drawn(State::starting)) std::erase(out, State::starting);
  for (const State first_to_go : {State::waiting_gil, State::waiting_lock, State::waiting_io, State::not_started, State::copying, State::ready, State::idle})
    if (out.size() > room && !drawn(first_to_go)) std::erase(out, first_to_go);
  if (out.size() > room) std::erase(out, State::starting);
  if (out.size() > room) out.resize(room);
  return out;
}

// Returns where it ends.
float draw_lesson_picker(App& app, float height, bool bare) {
  ButtonParts parts;
  parts.text = app.workload.title;
  parts.after = Icon::chevron_down;
  parts.text_px = bare ? 18 : 14;
  float room = ImGui::GetIO().DisplaySize.x - ImGui::GetCursorScreenPos().x - 148;  // for the badge and Share
  for (const float px : {15.0f, 13.0f})
    if (bare && text_width(Face::semibold, parts.text_px, parts.text) + 46 > room) parts.text_px = px;
  parts.look = bare ? ButtonLook::quiet : ButtonLook::normal;
  float width = std::min(button_width(parts), bare ? room : ImGui::GetContentRegionAvail().x * 0.6f);
  PickField& field = app.view.lessons;
  if (button("lesson", {width, height}, parts)) field.show();
  float end = ImGui::GetItemRectMax().x;
  if (field.fresh && !ImGui::IsPopupOpen("lessons")) ImGui::OpenPopup("lessons");
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float pad = 8, w = std::min(440.0f, screen.x - 16), y = ImGui::GetItemRectMax().y + 6;
  const std::vector<PickRow> rows = field.open ? lesson_rows(app, field.text.data()) : std::vector<PickRow>();
  // As high as all of them, so that it does not jump while somebody types.
  const float h = field.open ? std::min(pick_list_height(lesson_rows(app, {}), app.layout.touch) + 2 * pad, screen.y - y - 8) : 0;
  ImGui::SetNextWindowPos({std::clamp(ImGui::GetItemRectMin().x, 8.0f, screen.x - w - 8), y});
  ImGui::SetNextWindowSize({w, h});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(pad, pad));
  if (ImGui::BeginPopup("lessons", ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string nothing = fmt::format("No lesson is called '{}'. Clear the search to see all.", field.text.data());
    int chosen = draw_pick_list(field, at, {w - 2 * pad, h - 2 * pad}, "Search the lessons", rows, app.layout.touch, nothing);
    if (chosen >= 0) app.command("lesson", rows[static_cast<std::size_t>(chosen)].key);
    if (chosen != -1) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  } else {
    field.open = false;
  }
  ImGui::PopStyleVar();
  return end;
}

float title_width(const App& app) { return text_width(Face::bold, 15, app.workload.title); }

void divider(ImDrawList& list, float x, const Rect& in, float inset) {
  list.AddLine({x, in.y + inset}, {x, in.bottom() - inset}, palette().line, 1);
}

float notice_text_width(float canvas_width) { return canvas_width - 16 - 52; }

/// What the sentence needs; it stands between the top bar and the rest, and covers nothing of what it speaks of.
float notice_height(const App& app, float canvas_width) {
  if (app.notice.empty()) return 0;
  return std::max(36.0f, put_wrapped(nullptr, Face::regular, 14, {}, 0, app.notice, notice_text_width(canvas_width)) + 16);
}

void draw_notice(App& app) {
  const Palette& p = palette();
  const Rect& rect = app.layout.notice;
  const float text_w = notice_text_width(rect.w), text_h = put_wrapped(nullptr, Face::regular, 14, {}, 0, app.notice, text_w);
  Panel panel(app, "notice", rect, Panel::Kind::plain);
  panel.list().AddRectFilled({rect.x, rect.y}, {rect.right(), rect.bottom()}, p.raised);
  panel.list().AddLine({rect.x, rect.bottom() - 0.5f}, {rect.right(), rect.bottom() - 0.5f}, p.line);
  put_wrapped(&panel.list(), Face::regular, 14, {rect.x + 16, rect.y + (rect.h - text_h) / 2}, p.text, app.notice, text_w);
  ImGui::SetCursorScreenPos({rect.right() - 40, rect.y + (rect.h - 28) / 2});
  ButtonParts close;
  close.icon = Icon::close;
  close.look = ButtonLook::quiet;
  if (button("dismiss", {28, 28}, close)) app.command("dismiss");
}

void draw_debug(App& app) {
  if (!app.view.debug) return;
  const ImGuiIO& io = ImGui::GetIO();
  std::string text = fmt::format("own {:.2f} ms a frame, {} vertices", static_cast<double>(app.frame_ms), io.MetricsRenderVertices);
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  float width = text_width(Face::mono, 12, text);
  ImVec2 at{io.DisplaySize.x - width - 14, io.DisplaySize.y - 20};
  list.AddRectFilled({at.x - 6, at.y - 2}, {at.x + width + 6, at.y + 16}, palette().raised, 4);
  put_text(list, Face::mono, 12, at, palette().text2, text);
}

}  // namespace

Badges badges_in(const App& app, float room) {
  Badges out;
  out.provenance = app.common_provenance();
  out.emulated = app.emulated_words();
  const float own = out.provenance ? badge_size(*out.provenance).x : 0;
  out.width = own;
  if (out.emulated.empty()) return out;
  for (const bool brief : {false, true}) {
    out.brief = brief;
    out.width = own + (own > 0 ? 6 : 0) + emulated_badge_size(brief).x;
    if (out.width <= room) return out;
  }
  out.stacked = own > 0;
  out.width = std::max(own, emulated_badge_size(true).x);
  return out;
}

void draw_badges(App& app, const Badges& badges, ImVec2 left_middle) {
  app.badges_drawn = true;
  ImVec2 at{std::round(left_middle.x), std::round(left_middle.y) - (badges.stacked ? 20.0f : 10.0f)};
  if (!badges.emulated.empty()) {
    const float w = emulated_badge_size(badges.brief).x;
    ImGui::SetCursorScreenPos({badges.stacked ? at.x + badges.width - w : at.x, badges.stacked ? at.y + 21 : at.y});
    if (emulated_badge("emulated", badges.brief, badges.emulated.c_str())) app.command("notice", badges.emulated);
  }
  if (!badges.provenance) return;
  const std::string words = app.provenance_words(*badges.provenance);
  ImGui::SetCursorScreenPos({at.x + badges.width - badge_size(*badges.provenance).x, at.y});
  if (badge("provenance", *badges.provenance, words.c_str())) app.command("notice", words);
}

Panel::Panel(const App& app, const char* name, const Rect& rect, Kind kind, bool scrolls) {
  ImGui::SetNextWindowPos({rect.x, rect.y});
  ImGui::SetNextWindowSize({rect.w, rect.h});
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                           ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoFocusOnAppearing;
  if (scrolls) flags &= ~ImGuiWindowFlags_NoScrollbar;
  else flags |= ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, kind == Kind::plain ? 0.0f : 8.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, kind == Kind::plain ? 0.0f : 1.0f);
  const ImVec4 ground = ImGui::GetStyle().Colors[kind == Kind::floating ? ImGuiCol_PopupBg : ImGuiCol_WindowBg];
  // A plain panel has no round corners, and is most of a small picture: it is filled the quick way.
  ImGui::PushStyleColor(ImGuiCol_WindowBg, kind == Kind::plain ? ImVec4(0, 0, 0, 0) : ground);
  ImGui::Begin(name, nullptr, flags);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(3);
  if (kind == Kind::plain) app.canvas->fill(list(), rect.x, rect.y, rect.right(), rect.bottom(), ImGui::ColorConvertFloat4ToU32(ground));
}

Panel::~Panel() { ImGui::End(); }

bool pressed_elsewhere(const Rect& r) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  return ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsWindowAppearing() &&
         (mouse.x < r.x || mouse.y < r.y || mouse.x > r.right() || mouse.y > r.bottom());
}

void draw_top(App& app) {
  const Palette& p = palette();
  const Layout& layout = app.layout;
  const Rect& top = layout.top;
  Panel panel(app, "top", top, Panel::Kind::plain);
  ImDrawList& list = panel.list();
  bool small = layout.form == Form::phone || layout.form == Form::embed;
  list.AddLine({top.x, top.bottom() - 0.5f}, {top.right(), top.bottom() - 0.5f}, p.line, 1);
  float control = layout.form == Form::phone ? 40 : layout.form == Form::laptop || layout.form == Form::wide ? 30 : 28;
  float middle = top.y + top.h / 2, button_y = std::round(middle - control / 2);
  float x = top.x + (layout.form == Form::drawer ? 8 : 16);

  // The right side first: what it needs is not the left side's.
  float right = top.right() - (small ? 12 : 16);
  auto place = [&](const char* id, ButtonParts parts) {
    float width = parts.text.empty() ? control : button_width(parts);
    right -= width;
    ImGui::SetCursorScreenPos({right, button_y});
    bool pressed = button(id, {width, control}, parts);
    right -= 8;
    return pressed;
  };
  ButtonParts theme;
  theme.icon = Icon::theme;
  theme.tip = app.view.theme == Theme::dark ? "Light theme (T)" : "Dark theme (T)";
  if (!small && place("theme", theme)) app.command("theme");
  if (layout.form == Form::wide || layout.form == Form::laptop) {
    ButtonParts keys;
    keys.text = "?";
    keys.tip = "What the keys do (?)";
    if (place("keys", keys)) app.command("keys");
    ButtonParts present;
    present.icon = Icon::fit;
    present.text = "Present";
    present.tip = "For a wall: larger, and only sentence, lanes, code and scene. F or Esc ends it";
    if (place("present", present)) app.command("present");
  }
  // The next step is not behind a drawer.
  if (layout.form == Form::drawer) {
    const bool busy = app.busy(), all = runs_all(app);
    const std::string all_words = run_all_words(app);
    ButtonParts run;
    run.icon = busy ? Icon::stop : Icon::play;
    run.text = busy ? std::string_view("Stop") : all ? std::string_view(all_words) : std::string_view("Run");
    run.look = !busy && next_is_to_run(app) ? ButtonLook::primary : ButtonLook::normal;
    if (app.error()) run.look = ButtonLook::disabled;
    if (place("run", run)) app.command(busy ? "stop" : all ? "run-all" : "run");
  }
  if (layout.form == Form::embed) {
    ButtonParts open;
    open.icon = Icon::open_tab;
    open.tip = "Open in a tab of its own";
    if (app.view.embed && place("open", open)) app.wants_tab = true;
    ButtonParts run;
    bool busy = app.busy();
    run.icon = busy ? Icon::stop : Icon::play;
    std::string words = busy ? "Stop" : layout.one_executor ? "Run" : "Run all";
    if (layout.top.w >= 260) run.text = words;
    run.tip = busy ? "Stop" : "Run";
    run.look = !busy && next_is_to_run(app) ? ButtonLook::primary : ButtonLook::normal;
    if (place("run", run)) app.command(busy ? "stop" : layout.one_executor ? "run" : "run-all");
    ButtonParts code;
    code.text = "Code";
    code.tip = "The lesson's code, to read and to change (E)";
    if (app.view.tab != Tab::code && layout.top.w >= 420 && place("code", code)) app.command("tab", "code");
    const float room = right - 12 - (x + 34 + std::min(title_width(app), 150.0f));
    if (const Badges badges = badges_in(app, room); badges.width > 0 && (badges.emulated.empty() ? badges.width < room : layout.top.w >= 400)) {
      right -= badges.width + 4;
      draw_badges(app, badges, {right, middle});
      right -= 8;
    }
  } else {
    ButtonParts share;
    share.icon = Icon::share;
    if (!small) share.text = "Share";
    share.tip = "A link, a picture, the figures, the trace, the code; open a trace or a script";
    if (place("share", share)) ImGui::OpenPopup("share menu");
    ImGui::SetNextWindowPos({std::min(ImGui::GetItemRectMin().x, ImGui::GetIO().DisplaySize.x - 272), ImGui::GetItemRectMax().y + 6});
    ImGui::SetNextWindowSize({264, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(8, 8));
    popup("share menu", 14, [&] {
      const float row = layout.touch ? 44.0f : 28.0f;
      ImGui::PushStyleVar(ImGuiStyleVar_SelectableTextAlign, ImVec2(0, 0.5f));
      auto item = [&](const char* words, bool can) { return ImGui::Selectable(words, false, can ? 0 : ImGuiSelectableFlags_Disabled, {0, row}); };
      const bool ran = app.anything_to_show() && !app.live;
      if (item("Copy a link", true)) app.share();
      if (item("The picture, PNG", true)) app.command("save", "png");
      if (item("The timeline, SVG", ran)) app.command("save", "svg");
      if (item("The table, CSV", ran)) app.command("save", "csv");
      if (item("The trace, for Interleave", ran)) app.command("save", "trace");
      if (item("The trace, for Perfetto", ran)) app.command("save", "json");
      if (item("The code, .py", true)) app.command("save", "py");
      if (item("Open a trace or a script\xe2\x80\xa6", !app.busy())) app.command("open");
      ImGui::PopStyleVar();
    });
    ImGui::PopStyleVar();
  }

  if (layout.form == Form::drawer) {
    ButtonParts menu;
    menu.icon = Icon::menu;
    menu.look = app.view.drawer_open ? ButtonLook::selected : ButtonLook::normal;
    menu.tip = "The workload and its settings";
    ImGui::SetCursorScreenPos({x, button_y});
    if (button("drawer", {control + 4, control}, menu)) app.command("drawer");
    x += control + 4 + 12;
  }
  draw_icon(list, Icon::logo, {x + 11, std::round(middle)}, 22, p.text);
  x += 22 + 12;
  if (!small && top.w >= 900) {
    x += put_text(list, Face::bold, 16, {x, middle - 10}, p.text, "Interleave") + 16;
    divider(list, x, top, 12);
    x += 16;
  }
  if (layout.form == Form::embed) {
    // In one line, or in two small ones; its settings as far as they fit whole.
    if (title_width(app) > right - x - 8) {
      put_wrapped(&list, Face::semibold, 12, {x, middle - 17}, p.text, app.workload.title, right - x - 6, 2);
      return;
    }
    x += put_text(list, Face::bold, 15, {x, middle - 9}, p.text, app.workload.title) + 12;
    std::string numbers = settings_in_short(app);
    while (!numbers.empty() && text_width(Face::regular, 13, numbers) > right - x - 12) {
      std::size_t comma = numbers.rfind(", ");
      numbers.resize(comma == numbers.npos ? 0 : comma);
    }
    put_text(list, Face::regular, 13, {x, middle - 8}, p.text2, numbers);
    return;
  }
  ImGui::SetCursorScreenPos({x - (small ? 8 : 0), button_y});
  float picked_x = draw_lesson_picker(app, control, small);
  x = picked_x + 12;
  if (layout.form == Form::wide) {
    const std::vector<LessonName>& all = lesson_names();
    auto nth = std::ranges::find(all, app.workload.id, &LessonName::id);
    if (nth != all.end())
      x += 4 + put_text(list, Face::regular, 13, {x + 4, middle - 8}, p.text3, fmt::format("lesson {} of {}", nth - all.begin() + 1, all.size()));
  }

  // Provenance and where it runs, as far as there is room.
  if (!small) divider(list, right - 4, top, 12);
  right -= small ? 4 : 16;
  const Capabilities& can = app.engine->capabilities();
  const Badges badges = badges_in(app, layout.form == Form::phone ? 0 : right - x);
  if (!small && right - x > 150 + std::max(90.0f, badges.width)) {
    const std::string where = app.where();
    float room = right - x - 20 - std::max(90.0f, badges.width);
    // What runs where comes first; as many of its parts as fit whole.
    std::string_view said = where;
    while (!said.empty() && text_width(Face::regular, 13, said) > room) said = said.substr(0, said.rfind(", ") == said.npos ? 0 : said.rfind(", "));
    const float width = text_width(Face::regular, 13, said);
    put_text(list, Face::regular, 13, {right - width, middle - 8}, p.text, said);
    ImGui::SetCursorScreenPos({right - width, middle - 8});
    ImGui::InvisibleButton("where", {std::max(width, 1.0f), 16});
    if (said.size() < where.size() || !can.why.empty()) ImGui::SetItemTooltip("%s", (said.size() < where.size() ? can.why.empty() ? where : where + ". " + can.why : can.why).c_str());
    right -= width + 12;
  }
  if (badges.width > 0) draw_badges(app, badges, {right - badges.width, middle});
}

// Below the states, from y on, as many rows as fit. Marks have no hue: they are text colour. A switch is the gap between two spans.
static void draw_mark_words(ImDrawList& list, const Rect& r, float y, bool refuses) {
  struct MarkWord {
    const char* word;
    void (*draw)(ImDrawList& list, ImVec2 c, const Palette& p);
  };
  static constexpr std::array<MarkWord, 2> kRefused = {{
      {refused_mark_words(false), [](ImDrawList& to, ImVec2 c, const Palette& p) { draw_refused(to, c, false, p.text, p.panel); }},
      {refused_mark_words(true), [](ImDrawList& to, ImVec2 c, const Palette& p) { draw_refused(to, c, true, p.text, p.panel); }},
  }};
  static constexpr std::array<MarkWord, 5> kMarks = {{
      {"spawn", [](ImDrawList& to, ImVec2 c, const Palette& p) { draw_mark(to, EventKind::spawn, {c.x, c.y - 3}, p.text, p.panel); }},
      {"steal", [](ImDrawList& to, ImVec2 c, const Palette& p) { draw_mark(to, EventKind::steal, {c.x + 4, c.y - 1}, p.text, p.panel); }},
      {"wake",
       [](ImDrawList& to, ImVec2 c, const Palette& p) {
         to.AddCircleFilled({c.x - 7, c.y}, 3, p.text);
         to.AddLine({c.x - 7, c.y}, {c.x + 5, c.y}, p.text, 1.4f);
         to.AddTriangleFilled({c.x + 3, c.y - 4}, {c.x + 9, c.y}, {c.x + 3, c.y + 4}, p.text);
       }},
      {"end of a run", [](ImDrawList& to, ImVec2 c, const Palette& p) { to.AddLine({c.x, c.y - 7}, {c.x, c.y + 7}, p.text, 2); }},
      {"made to drop the GIL",
       [](ImDrawList& to, ImVec2 c, const Palette& p) {
         to.AddRectFilled({c.x - 9, c.y - 6}, {c.x + 9, c.y + 6}, p.of(State::waiting_gil).solid, 2);
         to.AddTriangleFilled({c.x - 4, c.y - 6.5f}, {c.x + 4, c.y - 6.5f}, {c.x, c.y + 1}, p.panel);
       }},
  }};
  constexpr float kAbove = 18, kRow = 25;
  const std::size_t fit = 2 * static_cast<std::size_t>(std::max(0.0f, (r.bottom() - y - kAbove + 3) / kRow));
  std::vector<MarkWord> marks;
  if (refuses) marks.assign(kRefused.begin(), kRefused.end());
  if (fit > kMarks.size()) marks.insert(marks.end(), kMarks.begin(), kMarks.begin() + static_cast<std::ptrdiff_t>(std::min(kMarks.size(), fit - marks.size())));
  if (marks.empty() || fit < marks.size()) return;
  list.AddLine({r.x, y + 4}, {r.right(), y + 4}, palette().line);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const ImVec2 origin{r.x + 16 + static_cast<float>(i % 2) * (r.w - 32) / 2, y + kAbove + static_cast<float>(i / 2) * kRow};
    marks[i].draw(list, {origin.x + 12, origin.y + 8}, palette());
    put_text(list, Face::regular, 13, {origin.x + 34, origin.y}, palette().text, marks[i].word);
  }
}

void draw_states(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.states;
  Panel panel(app, "states", r);
  ImDrawList& list = panel.list();
  float x = r.x + 16, y = r.y + 14;
  const bool columns = r.h < 168;  // in two, and without what they mean
  const bool refuses = std::ranges::any_of(app.shown(), [](const App::Shown& each) { return each.run && !each.run->lines.refusals.empty(); });
  const std::size_t room = columns ? 2 * kRowsInColumns : r.h < 226 ? refuses ? 5 : 7 : r.h < 250 ? 8 : 9;  // its marks come before states that nobody is in
  const std::vector<State> states = states_listed(app, columns ? std::span<const State>(kInColumns) : kLegend, room);
  const int more = columns ? 0 : std::max(0, static_cast<int>(states.size()) - 7);
  const float pitch = r.h < 176 && !columns ? 19 : r.h < 190 ? 20 : r.h < 230 || more == 2 ? 22 : r.h < 300 ? more > 0 ? 23.0f : 26.0f : more > 0 ? 25.0f : 29.0f;
  if (r.h < 190) y -= 4;
  put_text(list, Face::semibold, 13, {x, y}, p.text2, "States of a task or a lane");
  y += r.h < 190 ? 22 : r.h < 300 ? 25 : 32;
  if (columns) {
    std::size_t nth = 0;
    for (State state : states) {
      const float cx = x + (nth >= kRowsInColumns ? 124.0f : 0), cy = y + pitch * static_cast<float>(nth % kRowsInColumns);
      draw_swatch(list, *app.canvas, state, {cx, cy}, {19, 13});
      const char letter = p.of(state).letter;
      put_text(list, Face::mono_semibold, 13, {cx + 26, cy - 1}, p.text, std::string_view(&letter, 1));
      const std::string_view words = gloss_of(state);
      put_text(list, Face::regular, 13, {cx + 41, cy - 1}, p.text, words.substr(0, words.find(',')));
      ++nth;
    }
    y += pitch * static_cast<float>(std::min(states.size(), kRowsInColumns));
    return draw_mark_words(list, r, y, refuses);
  }
  for (State state : states) {
    draw_swatch(list, *app.canvas, state, {x, y}, {24, 15});
    char letter = p.of(state).letter;
    put_text(list, Face::mono_semibold, 13, {x + 38, y - 1}, p.text, std::string_view(&letter, 1));
    // "Running," in text 1, what it means in text 2.
    std::string_view words = gloss_of(state);
    std::size_t comma = std::min(words.find(',') + 1, words.size());
    float after = put_text(list, Face::regular, 13, {x + 60, y - 1}, p.text, words.substr(0, comma));
    put_text(list, Face::regular, 13, {x + 60 + after, y - 1}, p.text2, words.substr(comma), r.right() - x - 72 - after);
    y += pitch;
  }
  draw_mark_words(list, r, y, refuses);
}

// What stands below the question while no figure does: the answer, beside what was expected; or how it goes.
static std::string below_question(const App& app) {
  std::string said = app.sentence();
  if (said.empty()) said = "Nothing has run yet. Press Run.";
  if (app.paused_live()) said += fmt::format(". Display paused at {}; the run goes on.", app.time_in_words(app.live->now));
  for (const std::string& guessed : {app.guess_time_words(), app.busy() ? std::string() : app.guess_words()})
    if (!guessed.empty()) said = guessed + " " + said;
  return said;
}

float question_height(const App& app, float width) {
  constexpr int kMost = 4;
  const float line = std::round(15 * 1.36f), said = app.view.guess || app.view.guess_time > 0 ? put_wrapped(nullptr, Face::semibold, 15, {}, 0, below_question(app), width - 32, kMost) : 0;
  return 12 + put_wrapped(nullptr, Face::bold, 18, {}, 0, app.question(), width - 32) + 10 + 44 + 12 + std::max(2 * line, said) + 8;
}

// Of one run: how it ended, whether that was predicted, and how long it takes one at a time. `brief`: of why it was off nothing.
static std::string beside_figure(const App& app, const Run& run, bool brief) {
  if (app.stale()) return "Before the change. Run again to see the new ones.";
  const std::string off = brief ? app.off_by(run) : app.off_in_brief(run), checked = off.empty() ? app.check_of(run).words : off;
  std::string out(early_end(run.trace->how_ended()));
  if (!checked.empty()) out += (out.empty() ? "" : ", ") + checked;
  if (const std::string guessed = app.beside_guess(run, out); guessed != out) return guessed + ".";
  if (const Run* serial = app.run_of(ExecutorKind::serial); serial && serial != &run)
    out += fmt::format("{}One at a time: {}.", out.empty() ? "" : ". ", app.length_in_words(*serial));
  return out;
}

void draw_question(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.question;
  Panel panel(app, "question", r, Panel::Kind::plain);
  ImDrawList& list = panel.list();
  float x = r.x + 16, width = r.w - 32, y = r.y + 12;
  y += put_wrapped(&list, Face::bold, 18, {x, y}, p.text, app.question(), width) + 10;
  ExecutorKind kind = app.selected();
  const bool all = runs_all(app);
  const std::string all_words = run_all_words(app);  // "Run all six"
  ButtonParts run;
  run.icon = app.busy() ? Icon::stop : Icon::play;
  std::string words = app.busy() ? "Stop" : "Run";
  run.text = words;
  run.text_px = 16;
  run.look = !app.busy() && next_is_to_run(app) ? ButtonLook::primary : ButtonLook::normal;
  float run_w = 94, pick_w = width - run_w - 8;
  ButtonParts pick;
  pick.icon = all ? Icon::none : icon_of(kind);
  pick.icon_colour = p.of(kind);
  const std::string pick_words = all ? static_cast<char>(all_words[4] - 'a' + 'A') + all_words.substr(5) : std::string(name_of(kind));
  pick.text = pick_words;
  pick.text_px = 15;
  pick.left = true;
  pick.after = Icon::chevron_down;
  ImGui::SetCursorScreenPos({x, y});
  if (button("executor", {pick_w, 44}, pick)) ImGui::OpenPopup("executors");
  ImGui::SetNextWindowPos({x, y + 48});
  ImGui::SetNextWindowSize({pick_w, 0});
  popup("executors", 15, [&] {
    for (ExecutorKind k : app.executors()) {
      bool refused = app.refused(k);
      if (ImGui::Selectable(std::string(name_of(k)).c_str(), !all && k == kind, refused ? ImGuiSelectableFlags_Disabled : 0, {0, 40}))
        app.command("select", id_of(k));
    }
    if (ImGui::Selectable(all_words.c_str(), all, 0, {0, 40})) app.command("run-all");
  });
  ImGui::SetCursorScreenPos({x + pick_w + 8, y});
  if (button("run", {run_w, 44}, run)) app.command(app.busy() ? "stop" : all ? "run-all" : "run");
  y += 44 + 12;
  const Run* shown = app.view.compare ? nullptr : app.run_of(app.view.shown);
  if (app.busy() || !shown) {
    const std::string said = below_question(app);
    // The answer is in words first; before there is one, that stands back.
    const bool answers = app.anything_to_show() && !app.busy();
    put_wrapped(&list, answers ? Face::semibold : Face::regular, 15, {x, y + 2}, answers ? p.text : p.text2, said, width, app.view.guess || app.view.guess_time > 0 ? 4 : 2);
  } else {
    float figure = put_text(list, Face::mono_semibold, 24, {x, y - 4}, app.stale() ? p.text3 : p.text, app.length_in_words(*shown));
    constexpr float kTwoLines = 2 * 19 + 1;
    std::string beside = beside_figure(app, *shown, false);
    if (put_wrapped(nullptr, Face::regular, 14, {}, 0, beside, width - figure - 10) > kTwoLines) beside = beside_figure(app, *shown, true);
    put_wrapped(&list, Face::regular, 14, {x + figure + 10, y + 4}, p.text2, beside, width - figure - 10, 2);
  }
  list.AddLine({r.x, r.bottom() - 0.5f}, {r.right(), r.bottom() - 0.5f}, p.line);
}

void draw_tabs(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.tabs;
  Panel panel(app, "tabs", r, Panel::Kind::plain);
  ImDrawList& list = panel.list();
  list.AddLine({r.x, r.y + 0.5f}, {r.right(), r.y + 0.5f}, p.line);
  constexpr const char* kNames[] = {"Lanes", "Code", "Table", "Settings"};
  constexpr const char* kIds[] = {"lanes", "code", "table", "settings"};
  float w = r.w / 4;
  for (int i = 0; i < 4; ++i) {
    const bool on = static_cast<int>(app.view.tab) == i || (i == 0 && app.view.tab == Tab::scene);  // which is above the lanes here
    ImGui::SetCursorScreenPos({r.x + w * static_cast<float>(i), r.y});
    if (ImGui::InvisibleButton(kIds[i], {w, r.h}, ImGuiButtonFlags_EnableNav)) app.command("tab", kIds[i]);
    ImVec2 at = ImGui::GetItemRectMin();
    if (on) list.AddRectFilled({at.x, at.y}, {at.x + w, at.y + 3}, p.text);
    Face face = on ? Face::bold : Face::regular;
    float text_w = text_width(face, 15, kNames[i]);
    put_text(list, face, 15, {at.x + (w - text_w) / 2, at.y + r.h / 2 - 9}, on ? p.text : p.text2, kNames[i]);
  }
}

void draw(App& app, Canvas& canvas, double now_s) {
  app.canvas = &canvas;
  app.now_s = now_s;
  apply_theme(app.view.theme, app.view.present, app.view.forced);
  // Dear ImGui tells a face the canvas' density only when it is pushed; a face that is only drawn with stayed at 1 and was
  // stretched on every dense screen.
  for (Face face : {Face::regular, Face::semibold, Face::bold, Face::mono, Face::mono_semibold}) WithFont crisp(face, 14);
  const ImGuiIO& io = ImGui::GetIO();
  LayoutInput input;
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.question_height = question_height(app, input.width);
  input.scene_height = scene_height(app);
  input.groups = app.view.compare ? static_cast<int>(app.shown().size()) : 1;
  input.table_rows = static_cast<int>(app.executors().size());
  input.drawer_open = app.view.drawer_open;
  input.present = app.view.present;
  input.pinned = app.view.pinned.has_value();
  input.tab = app.view.tab;
  input.editing = app.view.editing;
  input.notice_height = notice_height(app, input.width);
  Form form = lay_out(input).form;  // its column's width decides the workload's height, and that the rest
  input.workload_height = workload_height(app, form == Form::wide ? left_column(input) : form == Form::laptop ? 318 : 260, form);
  app.layout = lay_out(input);
  const Layout& layout = app.layout;
  app.page_editor_rect = {};
  app.page_editor_lit.clear();
  app.badges_drawn = false;
  app.view.scrubbing = false;
  take_keys(app);
  if (!layout.top.empty()) draw_top(app);
  if (!layout.notice.empty() && !app.notice.empty()) draw_notice(app);
  if (!layout.timeline.empty()) draw_timeline(app);
  if (!layout.question.empty()) draw_question(app);
  if (!layout.code.empty()) draw_code(app);
  if (!layout.table.empty()) draw_table(app);
  if (!layout.scene.empty()) draw_scene(app);
  if (!layout.why.empty()) draw_why(app, layout.why, false);
  if (!layout.states.empty()) draw_states(app);
  if (!layout.workload.empty()) draw_workload(app);
  if (!layout.tabs.empty()) draw_tabs(app);
  if (app.view.present) {
    // A pointer that is seen from the last row.
    const ImGuiIO& pointer = ImGui::GetIO();
    if (ImGui::IsMousePosValid(&pointer.MousePos)) {
      ImDrawList& front = *ImGui::GetForegroundDrawList();
      front.AddCircle(pointer.MousePos, 15, palette().panel, 0, 4);
      front.AddCircle(pointer.MousePos, 15, palette().text, 0, 2);
    }
  }
  draw_latencies(app);
  draw_find(app);
  draw_files(app);
  draw_keys(app);
  draw_debug(app);
  app.note_what_is_mirrored();
}

double next_frame_in(const App& app) {
  if (app.live || !app.queue.empty() || (app.view.playing != 0 && !app.view.reduced_motion)) return 0;
  const View& view = app.view;
  const bool moves = view.moves && !view.reduced_motion;
  if (view.glide || (moves && view.pinned && app.now_s - view.pinned_since_s < kMotion_s)) return 0;
  double due = app.view.playing != 0 ? 0.1 : std::numeric_limits<double>::infinity();
  // A card that is there already comes with the pointer.
  if (const double rests = app.now_s - view.hovered_since_s; view.hovered && rests < kHoverDelay_s) due = std::min(due, kHoverDelay_s - rests);
  else if (view.hovered && moves && rests < kHoverDelay_s + kMotion_s) return 0;
  const ImGuiContext* imgui = ImGui::GetCurrentContext();
  if (!imgui) return due;
  for (const ImGuiWindow* window : imgui->Windows) {
    // ImGui scrolls at the frame after the one that asked for it, and shows a tooltip when it has measured it in one.
    const bool measured = window->Appearing && (window->Flags & (ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_Popup)) != 0;
    if (window->Active && (window->ScrollTarget.y < FLT_MAX || measured)) return 0;
  }
  if (imgui->HoverItemDelayId != 0) {  // under the pointer lies something with a tooltip
    double rest = static_cast<double>(imgui->Style.HoverDelayShort - imgui->HoverItemDelayTimer);
    const bool rested = imgui->HoverItemUnlockedStationaryId == imgui->HoverItemDelayId;
    if (!rested) rest = std::max({rest, static_cast<double>(imgui->Style.HoverStationaryDelay - imgui->MouseStationaryTimer), 0.0});
    if (!rested || rest > 0) due = std::min(due, rest);
  }
  return due;
}

}  // namespace interleave
