// workload_panel.cpp -- the question, its settings, the executors to run it on, and Run.
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "ui/panels.h"
#include "ui/widgets.h"
#include "view/format.h"

namespace interleave {
namespace {

// One slider: a lesson's parameter, or what every lesson has.
struct Setting {
  std::optional<Parameter> parameter;  // its own: the lesson's go when one of them is set
  std::string name;
  std::string label;
  double value = 0, min = 1, max = 1;
  bool log = true, integer = true;
  std::string text;
  const char* tip = nullptr;
};

std::vector<Setting> settings_of(const App& app) {
  std::vector<Setting> out;
  for (const Parameter& p : app.workload.parameters) {
    Setting s;
    s.parameter = p;
    s.name = p.name;
    s.label = p.label();
    s.value = p.value;
    s.min = p.min;
    s.max = p.max;
    s.log = p.log;
    s.integer = p.kind != Parameter::Kind::real;
    s.text = p.kind == Parameter::Kind::integer && p.value >= 1'000 ? format_count(static_cast<std::uint64_t>(p.value)) : p.text(p.value);
    out.push_back(s);
  }
  Setting workers;
  workers.name = "workers";
  workers.label = workers.name;
  workers.value = app.workers();
  workers.max = 1000;
  workers.text = std::to_string(app.workers());
  workers.tip = "Threads or processes that take tasks. A waiting task holds its worker, but not with work stealing.";
  if (app.selected() == ExecutorKind::loop) {
    workers.label = "event loops";
    workers.tip = "Event loops, each on a thread of its own, at most one per core. Lessons speak of one; in Run all there is one.";
  }
  out.push_back(workers);
  Setting cores;
  cores.name = "cores";
  cores.label = cores.name;
  cores.value = app.cores();
  // What there is; with a computed clock, whatever one likes.
  cores.max = app.scenario.virtual_time ? 16 : std::max(2, app.engine->capabilities().machine_cores);
  cores.log = false;
  cores.text = std::to_string(app.cores());
  cores.tip = "How many tasks may compute at once: at most as many as this machine has cores. Fewer are kept by permits: emulated.";
  out.push_back(cores);
  // One slider for one thing: a script that sets it by a parameter of its own has that.
  if (app.selected() == ExecutorKind::gil && !(app.workload.own_gil_interval && app.scenario.gil_interval == Scenario().gil_interval)) {
    Setting gil;
    gil.name = "gil";
    gil.label = "GIL interval";
    gil.value = static_cast<double>(app.scenario.gil_interval);
    gil.min = 1e5;
    gil.max = 1e9;
    Parameter as_others;  // "5 ms", as a lesson's own
    as_others.kind = Parameter::Kind::duration;
    as_others.unit = TimeUnit::ms;
    gil.text = as_others.text(gil.value);
    gil.tip = "How long one waits for the GIL before its holder is made to drop it.";
    out.push_back(gil);
  }
  return out;
}

// 0 has no logarithm: the lowest step of such a slider is 0 itself.
double least(const Setting& s) { return s.min > 0 ? s.min : std::max(s.max * 1e-4, s.integer ? 1.0 : 1e-9); }

float position(const Setting& s) {
  if (s.max <= s.min) return 0;
  if (!s.log) return static_cast<float>((s.value - s.min) / (s.max - s.min));
  if (s.value < least(s)) return 0;
  double t = std::log(s.value / least(s)) / std::log(s.max / least(s));
  return static_cast<float>(s.min > 0 ? t : 0.04 + 0.96 * t);
}

// Two digits while dragging: 200 ms, not 203.7 ms.
double rounded(double v, double digits_unit) {
  if (v <= 0) return 0;
  double unit = std::pow(10.0, std::floor(std::log10(v)) - 1);
  return std::round(v / std::max(unit, digits_unit)) * std::max(unit, digits_unit);
}

double value_at(const Setting& s, float at) {
  if (at <= 0) return s.min;
  if (at >= 1) return s.max;
  double t = static_cast<double>(at), v;
  if (!s.log) v = s.min + t * (s.max - s.min);
  else if (s.min > 0) v = least(s) * std::pow(s.max / least(s), t);
  else v = t < 0.04 ? 0 : least(s) * std::pow(s.max / least(s), (t - 0.04) / 0.96);
  v = rounded(v, s.integer ? 1 : 1e-12);
  return std::clamp(v, s.min, s.max);
}

struct Measures {
  float pad, question_px, gap_y, button, run;
  int columns, buttons;
};
Measures measures(Form form, float width) {
  switch (form) {
    case Form::wide: return {16, 22, 8, 36, 40, 2, 3};
    case Form::phone: return {16, 18, 10, 44, 44, 1, 2};
    case Form::laptop: return {14, 18, 4, 32, 36, 2, 2};
    default: return {14, 16, 4, 32, 36, width > 300 ? 2 : 1, width > 300 ? 2 : 1};
  }
}

// Where each slider stands. One whose words and values need more than a column has a row, whatever it is set to just now.
struct Cell {
  int row = 0, column = 0;
  bool whole = false;
};
std::vector<Cell> cells_of(const std::vector<Setting>& settings, int columns, float slider_w, int& rows) {
  std::vector<Cell> out;
  int row = 0, column = 0;
  for (const Setting& s : settings) {
    float value_w = text_width(Face::mono_semibold, 13, s.text);
    if (s.parameter)
      for (const std::string& choice : s.parameter->choices) value_w = std::max(value_w, text_width(Face::mono_semibold, 13, choice));
    const bool whole = columns > 1 && text_width(Face::regular, 13, s.label) + value_w + 10 > slider_w;
    if (whole && column > 0) ++row, column = 0;
    out.push_back({row, column, whole});
    if (whole || ++column == columns) ++row, column = 0;
  }
  rows = row + (column > 0 ? 1 : 0);
  return out;
}

constexpr float kColumnGap = 20;
float slider_width(const Measures& m, float inner) { return (inner - kColumnGap * static_cast<float>(m.columns - 1)) / static_cast<float>(m.columns); }

const char* number_word(int n) {
  constexpr const char* kWords[] = {"none", "one", "two", "three", "four", "five", "six"};
  return n >= 0 && n <= 6 ? kWords[n] : "";
}

}  // namespace

std::string run_all_words(const App& app) {
  int n = 0;
  for (ExecutorKind kind : app.executors()) n += !app.refused(kind);
  return n < 2 ? std::string("Run all") : n == 2 ? std::string("Run both") : fmt::format("Run all {}", number_word(n));  // of those that can run here
}

bool runs_all(const App& app) {
  // A question that compares is answered by all of them, whichever one the lesson speaks of; but for who has chosen one.
  const bool compares = app.asks_who_is_first() && !executor_from_id(app.scenario.executor);
  return app.executors().size() > 1 && (compares || !app.workload.chosen);
}

namespace {
// "Run threads": as in a sentence, but for names that are names.
std::string run_one_words(const App& app) {
  if (app.layout.form != Form::wide) return "Run";
  std::string out = "Run " + std::string(name_of(app.selected()));
  if (char& c = out[4]; app.selected() != ExecutorKind::gil) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}
}  // namespace

std::string next_run_words(const App& app) {
  return app.layout.form == Form::phone ? "Run" : runs_all(app) ? run_all_words(app) : run_one_words(app);
}

bool next_is_to_run(const App& app) {
  if (app.busy() || app.error()) return false;
  return !app.anything_to_show() || app.stale();
}

float workload_height(const App& app, float width, Form form) {
  Measures m = measures(form, width);
  float inner = width - 2 * m.pad;
  auto ceil_div = [](std::size_t n, int by) { return static_cast<float>((n + static_cast<std::size_t>(by) - 1) / static_cast<std::size_t>(by)); };
  float h = m.pad + put_wrapped(nullptr, Face::bold, m.question_px, {}, 0, app.question(), inner) + 14;
  int rows = 0;
  cells_of(settings_of(app), m.columns, slider_width(m, inner), rows);
  h += static_cast<float>(rows) * (kSliderHeight + m.gap_y) + 8;
  h += 28 + ceil_div(app.executors().size(), m.buttons) * (m.button + 8) + 8;
  h += m.run + m.pad;
  if (app.error() && app.layout.code.empty()) h += put_wrapped(nullptr, Face::regular, 13, {}, 0, app.error().to_string(), inner) + 10;
  return std::ceil(h);
}

void draw_workload(App& app) {
  const Palette& p = palette();
  const Rect& r = app.layout.workload;
  Form form = app.layout.form;
  bool drawer = form == Form::drawer || form == Form::embed;
  Measures m = measures(form, r.w);
  Panel panel(app, drawer ? "workload drawer" : "workload", r, form == Form::phone || drawer ? Panel::Kind::plain : Panel::Kind::framed, true);
  if (drawer) ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  if (drawer) list.AddLine({r.right() - 0.5f, r.y}, {r.right() - 0.5f, r.bottom()}, p.control_border);
  ImVec2 origin = ImGui::GetCursorScreenPos();  // moves when the panel is scrolled
  float x = origin.x + m.pad, y = origin.y + m.pad, inner = r.w - 2 * m.pad;
  y += put_wrapped(&list, Face::bold, m.question_px, {x, y}, p.text, app.question(), inner) + 14;

  const float column_w = slider_width(m, inner);
  std::vector<Setting> settings = settings_of(app);
  int rows = 0;
  const std::vector<Cell> cells = cells_of(settings, m.columns, column_w, rows);
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    const float slider_w = cells[i].whole ? inner : column_w;
    ImGui::SetCursorScreenPos({x + static_cast<float>(cells[i].column) * (column_w + kColumnGap), y + static_cast<float>(cells[i].row) * (kSliderHeight + m.gap_y)});
    float at = position(s);
    ImGui::PushID(s.name.c_str());
    bool yes_no = s.parameter && s.parameter->yes_or_no(), on = s.value > 0;
    if (yes_no) {
      if (toggle("setting", slider_w, s.label, on, s.tip)) app.set_parameter(*s.parameter, on ? 1 : 0);
    } else if (slider("setting", slider_w, s.label, s.text, at, s.log ? 0.02f : 0.01f, s.tip)) {
      double v = value_at(s, at);
      if (v == s.value && at > position(s)) v = std::min(s.max, s.value + 1);  // a key's step is felt, however coarse the values
      if (v == s.value && at < position(s)) v = std::max(s.min, s.value - 1);
      if (s.parameter) app.set_parameter(*s.parameter, v);
      else app.command("set", s.name, fmt::format("{}", static_cast<long long>(v)));
    }
    ImGui::PopID();
    if (s.parameter && app.workload.parameters.empty()) break;  // the lesson went away under us
  }
  y += static_cast<float>(rows) * (kSliderHeight + m.gap_y) + 8;
  if (app.error() && app.layout.code.empty()) y += put_wrapped(&list, Face::regular, 13, {x, y}, p.text, app.error().to_string(), inner) + 10;

  put_text(list, Face::semibold, 13, {x, y + 4}, p.text2, "Run on");
  y += 28;
  std::vector<ExecutorKind> kinds = app.executors();
  float button_w = (inner - 8 * static_cast<float>(m.buttons - 1)) / static_cast<float>(m.buttons);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    ExecutorKind kind = kinds[i];
    int column = static_cast<int>(i) % m.buttons;
    ImGui::SetCursorScreenPos({x + static_cast<float>(column) * (button_w + 8), y});
    ButtonParts parts;
    parts.icon = icon_of(kind);
    parts.icon_colour = p.of(kind);
    parts.text = name_of(kind);
    parts.left = button_w > 130;
    parts.text_px = button_w < 138 ? 13 : 14;
    const std::string& why_not = app.engine->capabilities().refused[static_cast<std::size_t>(kind)];
    if (!why_not.empty()) {
      parts.look = ButtonLook::disabled;
      parts.tip = why_not.c_str();
    } else if (kind == app.selected()) {
      parts.look = ButtonLook::selected;
    }
    if (button(std::string(id_of(kind)).c_str(), {button_w, m.button}, parts)) app.command("select", id_of(kind));
    if (column + 1 == m.buttons || i + 1 == kinds.size()) y += m.button + 8;
  }
  y += 8;

  bool busy = app.busy(), to_run = next_is_to_run(app), many = kinds.size() > 1;
  std::string all_words = run_all_words(app);
  ButtonParts all;
  all.text = all_words;
  ButtonParts one;
  const std::string one_words = run_one_words(app);
  one.text = one_words;
  ButtonParts stop;
  stop.text = "Stop";
  const bool run_all_first = runs_all(app);
  (run_all_first ? all : one).icon = Icon::play;
  (run_all_first ? all : one).look = busy ? ButtonLook::disabled : to_run && form != Form::drawer ? ButtonLook::primary : ButtonLook::normal;
  (run_all_first ? one : all).look = busy ? ButtonLook::disabled : ButtonLook::normal;
  stop.look = busy ? ButtonLook::normal : ButtonLook::disabled;
  bool can_one = !app.refused(app.selected());
  if (!can_one) one.look = ButtonLook::disabled;
  float run_x = x;
  auto place = [&](const char* id, const ButtonParts& parts, float width) {
    ImGui::SetCursorScreenPos({run_x, y});
    bool pressed = button(id, {width, m.run}, parts);
    run_x += width + 8;
    return pressed;
  };
  float stop_w = std::max(56.0f, button_width(stop)), left = inner - stop_w - (many ? 16 : 8);
  float all_w = many ? button_width(all) : 0, one_w = button_width(one);
  if (run_all_first) {
    all_w = std::min(button_width(all) + 12, left - one_w);
  } else if (all_w + one_w > left) {
    all.text = "Run all";
    all_w = button_width(all);
  }
  if (!run_all_first) one_w = std::max(left - all_w, 64.0f);
  if (run_all_first && place("run all", all, all_w)) app.command("run-all");
  if (place("run", one, one_w)) app.command("run");
  if (!run_all_first && many && place("run all", all, all_w)) app.command("run-all");
  if (place("stop", stop, stop_w)) app.command("stop");
  // What lies below is reached by scrolling.
  ImGui::SetCursorScreenPos({origin.x, y + m.run + m.pad - 1});
  ImGui::Dummy({1, 1});
}

}  // namespace interleave
