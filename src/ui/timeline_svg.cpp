// timeline_svg.cpp -- the timeline of a frame as an SVG file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ui/timeline_frame.h"
#include "view/format.h"
#include "view/results.h"
#include "view/svg.h"

namespace interleave {

std::string svg_of(const TimelineFrame& s, const Ticks& marks) {
  const App& app = s.app;
  const TimelinePlan& plan = s.plan;
  const Palette& p = s.p;
  auto rgb = [](ImU32 c) { return (c & 0xff) << 16 | (c & 0xff00) | (c >> 16 & 0xff); };
  auto alpha = [](ImU32 c) { return static_cast<float>(c >> 24) / 255; };
  SvgPicture out;
  const Rect& r = app.layout.timeline;
  float x0 = r.x, y0 = plan.axis.y - 44;
  out.width = r.w;
  out.height = plan.lanes.bottom() - y0 + 40;
  out.ground = rgb(p.panel);
  out.title = app.sentence();
  auto text = [&](float x, float y, float px, ImU32 colour, bool mono, bool bold, std::string words) {
    out.texts.push_back({x - x0, y - y0, px, rgb(colour), mono, bold, std::move(words)});
  };
  auto box = [&](float ax, float ay, float bx, float by, ImU32 colour) { out.rects.push_back({ax - x0, ay - y0, bx - x0, by - y0, rgb(colour), Pattern::solid, 0, 0, 0}); };
  text(plan.header_x, y0 + 12, 18, p.text, false, true, app.sentence());
  float last = -1e9f;
  for (double t : marks.at) {
    float x = plan.px(app.view.window, t);
    box(x, plan.axis.bottom() - 4, x + 1, plan.lanes.bottom(), p.line);
    std::string words = format_tick(t, marks.step, s.longest);  // as on screen
    float w = text_width(Face::mono, 12, words);
    if (x - w / 2 < last + 10) continue;
    text(x - (t == 0 ? 0 : w / 2), plan.axis.y + 6, 12, p.text2, true, false, words);
    last = x + w / 2;
  }
  for (const Ribbon& ribbon : s.ribbons.ribbons) {
    // Neighbours that are alike are one.
    const float wide = (ribbon.x1 - ribbon.x0) / static_cast<float>(ribbon.count), high = (ribbon.y1 - ribbon.y0) / static_cast<float>(ribbon.slots);
    const auto columns = std::span(s.ribbons.columns).subspan(ribbon.first, ribbon.count);
    for (std::size_t i = 0, end = 0; i < columns.size(); i = end) {
      for (end = i + 1; end < columns.size() && columns[end] == columns[i];) ++end;
      const float ax = ribbon.x0 + static_cast<float>(i) * wide - x0, bx = std::min(ribbon.x0 + static_cast<float>(end) * wide, plan.x + plan.width) - x0;
      for (int from = 0, to = 0; from < ribbon.slots; from = to) {
        const std::uint32_t number = columns[i].at(from);
        for (to = from + 1; to < ribbon.slots && columns[i].at(to) == number;) ++to;
        if (number == 0) continue;
        const RibbonColour& c = s.ribbons.colours[number];
        const float top = ribbon.y1 - static_cast<float>(to) * high - y0, bottom = ribbon.y1 - static_cast<float>(from) * high - y0;
        const Pattern pattern = ribbon.patterned ? c.pattern : Pattern::solid;
        if (pattern != Pattern::floor_dots) out.rects.push_back({ax, top, bx, bottom, rgb(c.fill), pattern, rgb(c.ink), alpha(c.ink), 0});
        else
          for (float y = ribbon.y0 - y0 + 3; y < bottom; y += 6) out.rects.push_back({ax, y, bx, y + 1.5f, rgb(c.fill), pattern, 0, 0, 0});
      }
    }
  }
  for (const Quad& q : s.quads) {
    // Quads reach beyond the axis; here nobody clips them.
    float ax = std::max(q.x0, plan.x), bx = std::min(q.x1, plan.x + plan.width), ay = std::max(q.y0, plan.lanes.y - 1), by = std::min(q.y1, plan.lanes.bottom());
    if (bx <= ax || by <= ay) continue;
    out.rects.push_back({ax - x0, ay - y0, bx - x0, by - y0, rgb(q.fill), static_cast<Pattern>(q.style & 0xff), rgb(q.ink), alpha(q.ink), static_cast<float>(q.style >> 8 & 0xff) / 4});
  }
  // The playhead, under the letters.
  const double playhead = app.view.playhead;
  if (playhead >= app.view.window.begin && playhead <= app.view.window.end) {
    const float x = plan.px(app.view.window, playhead), top = plan.axis.bottom() - 4;
    box(x - 2, top, x + 2, plan.lanes.bottom(), p.panel);
    box(x - 0.75f, top, x + 0.75f, plan.lanes.bottom(), p.text);
    const std::string words = format_moment(playhead, marks.step, s.longest, s.clock_step);
    const float w = text_width(Face::mono_semibold, 14, words) + 14, at = std::clamp(x - w / 2, plan.header_x, r.right() - w - 4);
    box(at, plan.axis.y + 2, at + w, plan.axis.y + 24, p.text);
    text(at + 7, plan.axis.y + 4, 14, p.page, true, true, words);
  }
  for (const TimelineLetter& l : s.letters) {
    if (l.ground) box(l.at.x - 3, l.top, l.at.x + l.width + 3, l.bottom, l.ground);
    text(l.at.x, l.at.y, std::abs(l.px), l.ink, l.px > 0, l.px > 0, l.text);
  }
  auto end_of = [&](const Run& run, float top, float bottom) {
    const Nanos length = app.length_of(run);
    const RunEnd how = run.trace->how_ended();
    float x = plan.px(app.view.window, static_cast<double>(length)), right = plan.x + plan.width;
    bool beyond = x > right;
    if (!beyond) box(x, top, x + 2, bottom, p.text);
    std::string words = (beyond ? "ends at " : "") + app.length_in_words(run);
    if (how != RunEnd::finished) words += fmt::format(" {}", early_end(how));
    float w = text_width(Face::mono_semibold, 14, words) + 10, at = beyond ? right - w : x + 4 + w <= right ? x + 4 : x - w;
    box(at, bottom - 20, at + w, bottom - 1, p.text);
    text(at + 5, bottom - 18, 14, p.page, true, true, words);
  };
  for (const LaneGroup& g : plan.groups) {
    box(plan.header_x, g.y, plan.header_x + 4, g.y + g.h, p.of(g.executor));
    text(plan.header_x + 12, g.y + 2, 14, p.text, false, true, g.title.empty() ? std::string(name_of(g.executor)) : g.title);
    // Where there is no column for names they stand above the lanes, and only they.
    if (g.h >= 34 && g.title_h <= 0 && !g.who_beside) text(plan.header_x + 12, g.y + 20, 12, p.text2, false, false, g.who);
    if (g.run) end_of(*g.run, g.y, g.y + g.h);
  }
  for (const LaneRow& row : plan.rows)
    if (!row.label.empty()) text(plan.header_x + row.indent, row.y + row.h / 2 - 8, 13, p.text2, false, false, label_in(row, plan.x - plan.header_x - 4 - row.indent));
  if (!app.view.compare && !plan.rows.empty())
    if (const Run* run = app.run_of(app.view.shown)) end_of(*run, plan.rows.front().y, plan.rows.back().y + plan.rows.back().h);
  float x = plan.x;
  for (State state : {State::running, State::ready, State::waiting_io, State::waiting_lock, State::waiting_gil}) {
    const StateLook& look = p.of(state);
    bool used = std::ranges::any_of(out.rects, [&](const SvgRect& r) { return r.fill == rgb(look.fill); });
    std::string words = std::string(1, look.letter) + " " + std::string(name_of(state));
    float w = text_width(Face::regular, 12, words);
    if (!used || x + w + 26 > r.right()) continue;
    out.rects.push_back({x - x0, plan.lanes.bottom() + 12 - y0, x + 19 - x0, plan.lanes.bottom() + 24 - y0, rgb(look.fill), look.pattern, rgb(look.ink), alpha(look.ink), 0});
    text(x + 25, plan.lanes.bottom() + 11, 12, p.text, false, false, words);
    x += w + 44;
  }
  // What stands above letters: notches, marks, what is picked, and what let it go on.
  auto path = [&](ImU32 colour, float stroke, const char* shape, auto... numbers) { out.paths.push_back({fmt::format(fmt::runtime(shape), numbers...), rgb(colour), stroke}); };
  auto inside = [&](float y) { return y >= plan.lanes.y - 1 && y <= plan.lanes.bottom(); };
  auto triangle = [&](ImU32 colour, float stroke, ImVec2 a, ImVec2 b, ImVec2 c) {
    path(colour, stroke, "M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z", a.x - x0, a.y - y0, b.x - x0, b.y - y0, c.x - x0, c.y - y0);
  };
  for (const ImVec2& n : s.notches)
    if (inside(n.y)) triangle(p.panel, 0, {n.x - 5, n.y - 0.5f}, {n.x + 5, n.y - 0.5f}, {n.x, n.y + 9});
  for (const TimelineFrame::Mark& m : s.marks) {
    if (!inside(m.y)) continue;
    if (m.kind == EventKind::spawn) {
      triangle(p.panel, 0, {m.x - 6.5f, m.y - 3}, {m.x + 6.5f, m.y - 3}, {m.x, m.y + 9});
      triangle(p.text, 1.2f, {m.x - 5, m.y - 2}, {m.x + 5, m.y - 2}, {m.x, m.y + 7});
    } else {
      const ImVec2 c{m.x - 6, m.y + 2}, from{c.x + 6 * std::cos(3.3f), c.y + 6 * std::sin(3.3f)}, to{c.x + 6 * std::cos(6.0f), c.y + 6 * std::sin(6.0f)};
      for (const auto& [colour, width] : {std::pair(p.panel, 4.0f), std::pair(p.text, 1.4f)})
        path(colour, width, "M{:.1f} {:.1f}A6 6 0 0 1 {:.1f} {:.1f}", from.x - x0, from.y - y0, to.x - x0, to.y - y0);
      triangle(p.text, 0, {m.x - 4, m.y}, {m.x + 3, m.y}, {m.x, m.y + 6});
    }
  }
  for (const auto& [at, within] : s.refused) {
    if (!inside(at.y)) continue;
    for (const auto& [colour, width] : {std::pair(p.panel, 5.0f), std::pair(p.text, within ? 1.4f : 2.0f)}) {
      if (within) path(colour, width, "M{:.1f} {:.1f}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0M{:.1f} {:.1f}h1", at.x - 4.5f - x0, at.y - y0, at.x - 0.5f - x0, at.y - y0);
      else path(colour, width, "M{:.1f} {:.1f}l7.2 7.2m0 -7.2l-7.2 7.2", at.x - 3.6f - x0, at.y - 3.6f - y0);
    }
  }
  for (const auto& [outline, number, chosen] : s.outlines) {
    if (!inside(outline.y) || outline.z < plan.x || outline.x > plan.x + plan.width) continue;
    for (const auto& [colour, width] : {std::pair(p.panel, 4.0f), std::pair(p.text, chosen ? 2.0f : 1.0f)})
      path(colour, width, "M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", outline.x - x0, outline.y - y0, outline.z - x0, outline.w - y0, outline.x - x0);
  }
  if (const std::optional<WakeCurve> curve = wake_curve(s)) {
    const auto& [a, a1, b1, b] = *curve;
    for (const auto& [colour, width] : {std::pair(p.panel, 5.5f), std::pair(p.text, 2.0f)})
      path(colour, width, "M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", a.x - x0, a.y - y0, a1.x - x0, a1.y - y0, b1.x - x0, b1.y - y0, b.x - x0, b.y - y0);
    path(p.text, 0, "M{:.1f} {:.1f}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z", a.x - 3.5f - x0, a.y - y0);
    triangle(p.text, 0, {b.x - 3, b.y - 4.5f}, {b.x + 4.5f, b.y}, {b.x - 3, b.y + 4.5f});
  }
  return to_svg(out);
}

}  // namespace interleave
