// why_panel.cpp -- a span's facts: beside the pointer as a card, pinned as "Why".
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "trace/why.h"
#include "ui/panels.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/range.h"
#include "view/scene.h"
#include "view/timeline.h"

namespace interleave {

namespace {

// As far as it is drawn: behind the end of its run only work goes on.
Span seen(const App& app, const SpanPick& pick, Span span) {
  if (const Run* run = app.run_of(pick); run && span.state != State::running) span.end = std::min(span.end, std::max(app.length_of(*run), span.begin));
  return span;
}

// "lock 1" as the script calls it, where that is plain.
std::string with_names(const App& app, const SpanPick& pick, std::string words) {
  constexpr std::string_view kLock = " lock ";
  const std::size_t at = words.find(kLock), from = at + kLock.size();
  if (at == words.npos || from >= words.size()) return words;
  const std::size_t to = std::min(words.find_first_not_of("0123456789", from), words.size());
  const std::vector<std::string> names = lock_names(app.source_of(pick));
  unsigned number = 0;
  std::from_chars(words.data() + from, words.data() + to, number);
  return number > 0 && number <= names.size() ? words.replace(from, to - from, names[number - 1]) : words;
}

// One plain sentence, from the causes in the trace.
std::string why_words(const App& app, const SpanPick& pick) {
  const Trace* trace = app.trace_of(pick);
  Spans spans = spans_at(app, pick);
  if (!trace || pick.span >= spans.size()) return {};
  const Span span = seen(app, pick, spans[pick.span]);
  if (pick.of == SpanPick::Of::worker) return with_names(app, pick, why(*trace, pick.lane, span));
  if (pick.of == SpanPick::Of::task) return with_names(app, pick, why_task(*trace, span));
  if (pick.of == SpanPick::Of::stage && span.state == State::waiting_children)
    return fmt::format("What it had called had not come back for {}: until then nothing of it goes on.", format_duration(span.end - span.begin, clock_step_of(*trace)));
  // A core's span is the same moment of the task's own life.
  const Life life = trace->spans_of(span.task);
  auto nth = span_at(life, static_cast<double>(span.begin));
  return nth >= 0 ? with_names(app, pick, why_task(*trace, seen(app, pick, life[static_cast<std::size_t>(nth)]))) : std::string();
}

// Of a span why, of a fold what is in it.
std::string said_of(const App& app, const SpanPick& pick) {
  return pick.count > 1 ? fold_words(pick.count, pick.mix) : why_words(app, pick);
}

std::string lane_words(const App& app, const SpanPick& pick) {
  const Trace* trace = app.trace_of(pick);
  if (!trace || pick.of == SpanPick::Of::task) return {};
  if (pick.of == SpanPick::Of::stage) {
    const Run* run = app.run_of(pick);
    return run && pick.lane < run->stages.size() ? run->stages[pick.lane].name : std::string();
  }
  const auto& lanes = pick.of == SpanPick::Of::core ? trace->cores() : trace->lanes();
  return pick.lane < lanes.size() ? lanes[pick.lane].name : std::string();
}

// From-to has as many digits as the duration needs, so that they subtract.
std::string from_to(Nanos from, Nanos to, Nanos clock_step, Nanos longest) {
  const double step = std::pow(10.0, std::floor(std::log10(std::max(1.0, static_cast<double>(to - from)))));
  return format_moment(static_cast<double>(from), step, longest, clock_step) + " to " + format_moment(static_cast<double>(to), step, longest, clock_step);
}

void key_hint(ImDrawList& list, float& x, float y, const char* key, const char* words) {
  const Palette& p = palette();
  float w = text_width(Face::mono, 12, key) + 10;
  list.AddRect({x, y}, {x + w, y + 20}, p.control_border, 4);
  put_text(list, Face::mono, 12, {x + 5, y + 3}, p.text2, key);
  x += w + 6;
  x += put_text(list, Face::regular, 13, {x, y + 2}, p.text2, words) + 16;
}

}  // namespace

std::string span_sentence(const App& app, const SpanPick& pick) {
  Spans spans = spans_at(app, pick);
  if (pick.span + pick.count > spans.size()) return {};
  const Span first = spans[pick.span], last = seen(app, pick, spans[pick.span + pick.count - 1]);
  const Trace* trace = app.trace_of(pick);
  const Nanos clock_step = clock_step_of(*trace);
  std::string range = fmt::format("{}, {}: ", name_of(pick.executor), from_to(first.begin, last.end, clock_step, app.longest()));
  if (pick.count > 1) return range + fold_words(pick.count, pick.mix);
  std::string who = task_name(*trace, first.task), said = why_words(app, pick);
  return range + (who.empty() ? std::string() : who + ", ") + std::string(name_of(first.state)) + ", " + format_duration(last.end - first.begin, clock_step) + ". " + said;
}

void draw_hover_card(App& app, const SpanPick& pick, ImVec4 box, const Rect& bounds) {
  const Palette& p = palette();
  Spans spans = spans_at(app, pick);
  if (pick.span + pick.count > spans.size()) return;
  const Span span = spans[pick.span], last = seen(app, pick, spans[pick.span + pick.count - 1]);
  bool fold = pick.count > 1;
  constexpr float kPad = 16;
  float width = std::min(372.0f, ImGui::GetIO().DisplaySize.x - 16), inner = width - 2 * kPad;
  std::string who = lane_words(app, pick);
  if (std::string task = span.task > kRootTask ? name_of_task(*app.trace_of(pick), app.run_of(pick), span.task) : task_name(*app.trace_of(pick), span.task); !task.empty() && !fold) who += (who.empty() ? "" : ", ") + task;
  std::string why = said_of(app, pick);
  std::string_view code = fold ? std::string_view() : source_line(app.source_of(pick), span.line);
  float why_h = why.empty() ? 0 : put_wrapped(nullptr, Face::regular, 14, {}, 0, why, inner, 4) + 10;
  float height = kPad + 24 + 26 + why_h + (code.empty() ? 0 : 40) + 24 + kPad - 4;
  // Beside the span, never over it.
  ImVec2 screen = ImGui::GetIO().DisplaySize;
  float x = box.z + 14;
  if (x + width > screen.x - 8) x = box.x - width - 14;
  float y = box.y - 24;
  if (x < 8) {
    x = std::clamp(ImGui::GetIO().MousePos.x - width / 2, 8.0f, std::max(8.0f, screen.x - width - 8));
    y = box.w + 12;
    if (y + height > screen.y - 8) y = box.y - height - 12;
  }
  y = std::clamp(y, 8.0f, std::max(8.0f, screen.y - height - 8));
  (void)bounds;
  // An element of the page would hide it.
  if (const Rect& code = app.layout.code; app.view.editing && app.view.page_editor && y + height > code.y && x < code.right() && x + width > code.x)
    y = std::max(8.0f, code.y - height - 6);
  ImGui::SetNextWindowPos({std::round(x), std::round(y)});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, app.view.theme == Theme::dark ? p.raised : p.panel);
  ImGui::PushStyleColor(ImGuiCol_Border, p.control_border);
  ImGui::Begin("hover card", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings |
                                          ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_Tooltip);
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float share = app.appeared(app.view.hovered_since_s + kHoverDelay_s);
  const FadeIn fade(list, 0, share);
  x = std::round(x) + kPad;
  float at = std::round(y) + kPad, right = x + inner;
  const Nanos clock_step = clock_step_of(*app.trace_of(pick));
  std::string duration = format_duration(last.end - span.begin, clock_step);
  float w = text_width(Face::mono_semibold, 16, duration);
  if (fold) {
    put_text(list, Face::bold, 16, {x, at}, p.text, fmt::format("{} spans", format_count(pick.count)), inner - w - 8);
  } else {
    draw_swatch(list, *app.canvas, span.state, {x, at + 3}, {26, 15}, share);
    put_text(list, Face::bold, 16, {x + 36, at}, p.text, name_of(span.state), inner - w - 44);
  }
  put_text(list, Face::mono_semibold, 16, {right - w, at}, p.text, duration);
  at += 26;
  std::string range = from_to(span.begin, last.end, clock_step, app.longest());
  w = text_width(Face::mono, 13, range);
  put_text(list, Face::regular, 13, {x, at}, p.text2, who, inner - w - 8);
  put_text(list, Face::mono, 13, {right - w, at}, p.text2, range);
  at += 28;
  if (!why.empty()) at += put_wrapped(&list, Face::regular, 14, {x, at}, p.text, why, inner, 4) + 8;
  if (!code.empty()) {
    list.AddRectFilled({x, at}, {right, at + 30}, p.code_lit, 4);
    std::string n = std::to_string(span.line);
    float nw = put_text(list, Face::mono, 12, {x + 8, at + 7}, p.text3, n);
    put_text(list, Face::mono, 13, {x + nw + 20, at + 6}, p.text, code, inner - nw - 28);
    at += 40;
  }
  float kx = x;
  key_hint(list, kx, at, app.layout.touch ? "tap" : "click", fold ? "keep it here" : "pin");
  key_hint(list, kx, at, app.layout.touch ? "tap twice" : "double click", "fit");
  ImGui::End();
}

constexpr float kTitle = 13 + 28;  // of Why, with what is above

// With its sentence whole, and without the task's life.
float why_height(const App& app, float width) {
  const auto& pick = app.view.pinned;
  const Spans spans = pick ? spans_at(app, *pick) : Spans();
  if (!pick || pick->span + pick->count > spans.size()) return 0;
  const std::string why = said_of(app, *pick);
  return kTitle + put_wrapped(nullptr, Face::regular, 15, {}, 0, why, width - 32) + (app.layout.touch ? 44 : 28) + 18;
}

void draw_why(App& app, const Rect& r, bool floats) {
  const Palette& p = palette();
  const bool touch = app.layout.touch;
  const float control = touch ? 44 : 28;
  Panel panel(app, "why", r, floats ? Panel::Kind::floating : app.layout.form == Form::phone ? Panel::Kind::plain : Panel::Kind::framed);
  if (floats) ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  ImDrawList& list = panel.list();
  // A card comes with its ground; in a panel's place that is there already.
  const float share = app.view.pinned ? app.appeared(app.view.pinned_since_s) : 1;
  const FadeIn fade(list, floats ? 0 : list.VtxBuffer.Size, share);
  float x = r.x + 16, y = r.y + 13, inner = r.w - 32;
  const auto& pick = app.view.pinned;
  Spans spans = pick ? spans_at(app, *pick) : Spans();
  if (!pick || pick->span + pick->count > spans.size()) {
    put_text(list, Face::semibold, 13, {x, y}, p.text2, "Why");
    put_wrapped(&list, Face::regular, 14, {x, y + 28}, p.text2,
                app.anything_to_show() ? "Click a span to see what it waited for, and what woke it." : "After a run, click a span: what it waited for is said here.", inner);
    return;
  }
  const Span& span = spans[pick->span];
  const Trace* trace = app.trace_of(*pick);
  std::string title = span.task > kRootTask && pick->count == 1
                          ? !trace->name_of(span.task).empty() ? std::string(trace->name_of(span.task)) : fmt::format("{} on {}", name_of_task(*trace, app.run_of(*pick), span.task), name_of(pick->executor))
                          : fmt::format("{} on {}", lane_words(app, *pick), name_of(pick->executor));
  float selected = text_width(Face::regular, 13, "selected");
  put_text(list, Face::semibold, 13, {x, y}, p.text, title, inner - selected - 8);
  put_text(list, Face::regular, 13, {r.right() - 16 - selected, y}, p.text2, "selected");
  y += 28;
  const std::string why = said_of(app, *pick);
  // The task's own life, as one strip, where the sentence has room below it.
  constexpr float kStrip = 36, kLeastSentence = 44;
  const float sentence = std::max(kLeastSentence, put_wrapped(nullptr, Face::regular, 15, {}, 0, why, inner) + 2);
  if (r.bottom() - control - 14 - y >= kStrip + sentence && trace && trace->ended() && span.task > kRootTask && pick->count == 1) {
    const Life life = trace->spans_of(span.task);
    if (!life.empty() && life.size() < 4000) {
      auto from = static_cast<double>(life.front().begin), to = static_cast<double>(seen(app, *pick, life.back()).end);
      std::vector<Quad> quads;
      struct Words { float x, y; ImU32 ink, ground; std::string text; };
      std::vector<Words> words;
      float h = 24, at = x;
      for (const Span& all : life) {
        const Span s = seen(app, *pick, all);
        const StateLook& look = p.of(s.state);
        float x0 = x + static_cast<float>((static_cast<double>(s.begin) - from) / std::max(1.0, to - from)) * inner;
        float x1 = x + static_cast<float>((static_cast<double>(s.end) - from) / std::max(1.0, to - from)) * inner;
        if (x1 - at < 0.5f) continue;
        at = x1;
        if (look.height <= 0) continue;
        float y0 = y + h * (1 - look.height);
        quads.push_back({x0, y0, std::max(x1 - 0.8f, x0 + 1), y + h, faded(x1 - x0 >= 5 ? look.fill : look.solid, share), faded(look.ink, share), quad_style(x1 - x0 >= 5 ? look.pattern : Pattern::solid, x1 - x0 > 6 ? 2 : 0), quad_anchor(x, y)});
        std::string label = fmt::format("{} {}", look.letter, format_duration(s.end - s.begin, clock_step_of(*trace)));
        if (look.letter && text_width(Face::mono_semibold, 12, label) + 10 < x1 - x0)
          words.push_back({x0 + 5, (y0 + y + h) / 2 - 7.5f, look.letter_ink, look.pattern == Pattern::solid ? 0 : look.fill, label});
      }
      app.canvas->draw(list, quads, {});
      for (const Words& word : words) {
        if (word.ground) list.AddRectFilled({word.x - 3, word.y + 1}, {word.x + text_width(Face::mono_semibold, 12, word.text) + 3, word.y + 14}, word.ground, 2);
        put_text(list, Face::mono_semibold, 12, {word.x, word.y}, word.ink, word.text);
      }
      y += h + 12;
    }
  }
  const float buttons = control + 16;
  int lines = std::max(1, static_cast<int>((r.bottom() - buttons - y) / (15 * 1.36f)));
  put_wrapped(&list, Face::regular, 15, {x, y}, p.text, why, inner, lines);
  float bx = x, by = r.bottom() - control - (touch ? 8.0f : 14.0f);
  bool unpin = false;
  auto place = [&](const char* id, std::string_view words, const char* tip) {
    ButtonParts parts;
    parts.text = words;
    parts.text_px = 13;
    parts.tip = tip;
    ImGui::SetCursorScreenPos({bx, by});
    float w = button_width(parts);
    bx += w + 8;
    return button(id, {w, control}, parts);
  };
  // What another program's slices waited for nobody recorded.
  if (const Run* run = app.run_of(*pick); pick->count == 1 && span.task > kRootTask && !(run && run->foreign)) {
    const bool narrow = r.w < 380;
    if (place("woke", narrow ? "What woke it" : "Show what woke it", "Pins who let it go on (W)")) app.command("woke");
    if (place("wakes", "What it woke", "Pins who could go on because of it (Shift+W)")) app.command("wakes");
  }
  if (place("unpin", "Clear", "Back to no selection (Esc)")) unpin = true;
  if (span.line > 0 && pick->count == 1) {
    std::string number = fmt::format("Line {}", span.line), code = fmt::format("{}: {}", number, source_line(app.source_of(*pick), span.line));
    put_longest(list, Face::regular, 13, {bx + 4, by + control / 2 - 8}, p.text2, {code, number}, r.right() - 12 - bx);
  }
  if (unpin) app.pin({});
}

}  // namespace interleave
