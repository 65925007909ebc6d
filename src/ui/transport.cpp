// transport.cpp -- playing a finished run again, and where to look.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/panels.h"
#include "ui/timeline_plan.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/timeline.h"

namespace interleave {
namespace {

constexpr std::pair<const char*, LanesBy> kLanesBy[] = {{"by worker", LanesBy::worker}, {"by core", LanesBy::core}, {"by task", LanesBy::task}};
constexpr const char* kAllRuns = "All runs";
/// Of the playhead's time, beside the five buttons at the left.
constexpr float kMomentPx = 130;

}  // namespace

bool can_show_all(const App& app) {
  const std::vector<ExecutorKind> all = app.executors();
  return !app.view.compare && !app.live && std::ranges::any_of(all, [&](ExecutorKind kind) { return kind != app.view.shown && app.run_of(kind); });
}

bool all_runs_in_transport(const App& app, const Rect& area) {
  ButtonParts all;
  all.text = kAllRuns;
  const float steps = 5 * ((app.layout.touch ? 44.0f : 34.0f) + 5) + 8;
  return app.layout.form != Form::phone && app.layout.form != Form::embed && button_width(all) <= area.w - 32 - steps - kMomentPx;
}

void draw_transport(App& app, Rect area, std::string_view moment) {
  const Palette& p = palette();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  bool phone = app.layout.form == Form::phone, embed = app.layout.form == Form::embed;
  list.AddLine({area.x, area.y + 0.5f}, {area.right(), area.y + 0.5f}, p.line);
  bool can = app.end() > 0 && !app.live;
  float control = app.layout.touch && !embed ? 44 : embed ? 32 : 34;
  float y = area.y + (area.h - control) / 2, x = area.x + (phone ? 16 : embed ? 12 : 16);
  bool to_play = can && !next_is_to_run(app);
  auto place = [&](const char* id, Icon icon, const char* tip, float width, ButtonLook look = ButtonLook::normal) {
    ButtonParts parts;
    parts.icon = icon;
    parts.look = can ? look : ButtonLook::disabled;
    parts.tip = tip;
    ImGui::SetCursorScreenPos({x, y});
    bool pressed = button(id, {width, control}, parts);
    x += width + (phone ? 8 : 5);
    return pressed;
  };
  const bool live = app.live.has_value(), playing = live ? !app.paused_live() : app.view.playing != 0;
  ButtonLook play_look = to_play ? ButtonLook::primary : ButtonLook::normal;
  auto place_play = [&](const char* tip, float width) {
    const bool before = std::exchange(can, can || live);  // of a live run its display is paused
    const bool pressed = place("play", playing ? Icon::pause : Icon::play, tip, width, play_look);
    can = before;
    if (pressed) app.command(playing ? "pause" : "play");
  };
  if (phone) {
    // The big one in the middle is the next step.
    const bool narrow = area.w < 360;  // the speed is behind "More"
    const float small = 48, speed_w = narrow ? 0 : 58, play = area.w - 32 - 4 * small - (narrow ? 0 : speed_w + 8) - 4 * 8;
    if (place("start", Icon::to_start, "To start", small)) app.command("to-start");
    if (place("previous", Icon::step_back, "Step to previous switch", small)) app.command("step", "previous");
    place_play(nullptr, play);
    if (place("next", Icon::step_on, "Step to next switch", small)) app.command("step", "next");
    const int n = kSpeeds[static_cast<std::size_t>(app.view.speed)];
    const std::string words = n == 1 ? "1" : n >= 1000 ? fmt::format("1/{}k", n / 1000) : fmt::format("1/{}", n);
    auto slower = [&] { app.view.speed = (app.view.speed + 1) % static_cast<int>(kSpeeds.size()); };
    if (!narrow) {
      ButtonParts speed;
      speed.text = words;
      speed.text_px = 13;
      ImGui::SetCursorScreenPos({x, y});
      if (button("speed", {speed_w, control}, speed)) slower();
      x += speed_w + 8;
    }
    ButtonParts more;
    more.icon = Icon::menu;
    ImGui::SetCursorScreenPos({x, y});
    if (button("more", {small, control}, more)) ImGui::OpenPopup("more");
    constexpr float kRow = 44, kWide = 232;
    ImGui::SetNextWindowPos({area.right() - kWide - 16, y - 8}, 0, {0, 1});
    ImGui::SetNextWindowSize({kWide, 0});
    popup("more", 15, [&] {
      ImGui::PushStyleVar(ImGuiStyleVar_SelectableTextAlign, ImVec2(0, 0.5f));
      auto item = [&](const char* label, bool can_be, bool on = false) { return ImGui::Selectable(label, on, can_be ? 0 : ImGuiSelectableFlags_Disabled, {0, kRow}); };
      const bool there = app.anything_to_show();
      if (!app.view.compare && item("All runs", can_show_all(app))) app.command("show", "all");
      if (app.live && item("Follow", true, app.view.follow)) app.command("follow");
      if (item("Fit", there)) app.command("fit");
      if (item(app.view.range ? "Range: another one" : "Select a range", can, app.view.selecting)) app.command("select-range");
      if (item("Play backwards", can)) app.command("play-back");
      if (narrow && item(("Speed: " + words).c_str(), true)) slower();
      if (!app.view.compare)
        for (auto [label, by] : kLanesBy)
          if (item((std::string("Lanes ") + label).c_str(), there, app.view.lanes_by == by)) app.command("lanes", std::string_view(label).substr(3));
      ImGui::PopStyleVar();
    });
    return;
  }
  if (place("start", Icon::to_start, "To start (Home)", control)) app.command("to-start");
  if (place("previous", Icon::step_back, "Step to previous switch (,)", control)) app.command("step", "previous");
  if (!embed && place("back", Icon::play_back, "Play backwards (Shift+Space)", control)) app.command("play-back");
  place_play(live ? playing ? "Pause the display; the run goes on (Space)" : "On with the display, at the run's end (Space)" : playing ? "Pause (Space)" : "Play (Space)", control);
  if (place("next", Icon::step_on, "Step to next switch (.)", control)) app.command("step", "next");
  x += 8;
  float middle = y + control / 2;

  // The right side, from the right, as far as there is room.
  float right = area.right() - (embed ? 12 : 16);
  auto from_right = [&](const char* id, ButtonParts parts) {
    float width = button_width(parts);
    if (right - width < x + kMomentPx) return false;
    right -= width;
    ImGui::SetCursorScreenPos({right, y});
    bool pressed = button(id, {width, control}, parts);
    right -= 8;
    return pressed;
  };
  if (app.layout.form == Form::drawer && !app.view.present) {
    // What has no place of its own here: in a narrow window behind one button.
    constexpr std::pair<const char*, const char*> kTabs[] = {{"table", "Table"}, {"code", "Code"}, {"scene", "Scene"}};
    const bool scene = app.view.tab == Tab::scene;
    auto go = [&](std::string_view id) { app.command("tab", id == "scene" && scene ? "lanes" : id); };
    if (area.w >= 860) {
      for (const auto& [id, words] : kTabs) {
        ButtonParts tab;
        tab.text = words;
        tab.look = scene && words == std::string_view("Scene") ? ButtonLook::selected : ButtonLook::quiet;
        if (id == std::string_view("scene")) tab.tip = "Where the tasks are at the playhead's time, and what the colours mean";
        if (from_right(id, tab)) go(id);
      }
    } else {
      ButtonParts more;
      more.text = "More";
      more.after = Icon::chevron_down;
      if (from_right("more", more)) ImGui::OpenPopup("more");
      popup("more", 14, [&] {
        for (const auto& [id, words] : kTabs)
          if (ImGui::Selectable(words, scene && words == std::string_view("Scene"), 0, {120, 28})) go(id);
      });
    }
  }
  const bool leads_back = can_show_all(app) && !embed;
  if (app.anything_to_show()) {
    ButtonParts fit, range, all;
    fit.icon = Icon::fit;
    fit.text = embed ? "" : "Fit";
    fit.tip = "All of it (0)";
    range.icon = embed ? Icon::range : Icon::none;
    range.text = embed ? "" : "Range";
    range.tip = "The next drag along the lanes selects a stretch of time (X)";
    range.look = app.view.selecting ? ButtonLook::selected : ButtonLook::normal;
    all.text = kAllRuns;
    all.tip = "The executors one under another";
    auto place_all_runs = [&] {
      if (from_right("all runs", all)) app.command("show", "all");
    };
    // Where there is no room for all of them it comes first: no other button leads back.
    const bool first = leads_back && right - button_width(fit) - button_width(range) - button_width(all) - 16 - (app.badges_drawn ? 0 : badges_in(app, 1e9f).width + 12) < x + kMomentPx;
    if (first) place_all_runs();
    if (!app.badges_drawn) {
      const Badges badges = badges_in(app, embed ? 0 : right - x - kMomentPx);
      if (badges.width > 0 && right - badges.width > x) {
        right -= badges.width;
        draw_badges(app, badges, {right, middle});
        right -= 12;
      }
    }
    if (from_right("fit", fit)) app.command("fit");
    if (!app.live) {
      if (from_right("range", range)) app.command("select-range");
    }
    if (app.live) {
      ButtonParts follow;
      follow.icon = Icon::follow;
      follow.text = "Follow";
      follow.look = app.view.follow ? ButtonLook::selected : ButtonLook::normal;
      if (from_right("follow", follow)) app.command("follow");
    } else if (leads_back && !first) {
      place_all_runs();
    }
    bool overlaid = app.view.compare && app.view.overlay;
    if (!embed && !app.live && (overlaid || !app.view.compare)) {
      std::size_t runs = app.overlaid().size();
      ButtonParts several;
      std::string words = runs > 1 ? fmt::format("Runs: {}", runs) : std::string("Runs");
      several.text = words;
      several.after = Icon::chevron_down;
      several.look = overlaid ? ButtonLook::selected : ButtonLook::normal;
      several.tip = "Several runs of this executor, one under another";
      if (from_right("runs", several)) ImGui::OpenPopup("runs");
      popup("runs", 14, [&] {
        if (ImGui::Selectable(overlaid ? "The last one alone" : "One under another", false, runs > 1 ? 0 : ImGuiSelectableFlags_Disabled, {180, 26})) app.command("overlay");
        if (ImGui::Selectable("Run five times", false, app.busy() ? ImGuiSelectableFlags_Disabled : 0, {180, 26})) app.command("repeat");
      });
    }
    if (!app.view.compare && !embed) {
      ButtonParts lanes;
      lanes.text = app.view.lanes_by == LanesBy::worker ? "Lanes: by worker" : app.view.lanes_by == LanesBy::core ? "Lanes: by core" : "Lanes: by task";
      lanes.after = Icon::chevron_down;
      if (from_right("lanes by", lanes)) ImGui::OpenPopup("lanes by");
      popup("lanes by", 14, [&] {
        for (auto [words, by] : kLanesBy)
          if (ImGui::Selectable(words, app.view.lanes_by == by, 0, {120, 24})) app.command("lanes", std::string_view(words).substr(3));
      });
    }
    if (app.view.unfolded && !embed) {
      ButtonParts fold;
      fold.text = "Fold";
      if (from_right("fold", fold)) {
        app.view.unfolded = false;
        app.view.scroll_px = 0;
      }
    }
    if (!embed && !app.live) {
      ButtonParts speed;
      int n = kSpeeds[static_cast<std::size_t>(app.view.speed)];
      std::string words = n == 1 ? "1" : "1/" + format_count(static_cast<std::uint64_t>(n));
      speed.text = words;
      speed.after = Icon::chevron_down;
      const float before = right;
      if (from_right("speed", speed)) ImGui::OpenPopup("speeds");
      const bool there = right < before;
      popup("speeds", 14, [&] {
        for (std::size_t i = 0; i < kSpeeds.size(); ++i) {
          std::string choice = kSpeeds[i] == 1 ? "1: as it was" : "1/" + format_count(static_cast<std::uint64_t>(kSpeeds[i]));
          if (ImGui::Selectable(choice.c_str(), app.view.speed == static_cast<int>(i), 0, {140, 24})) app.view.speed = static_cast<int>(i);
        }
      });
      float w = text_width(Face::regular, 13, "speed");
      if (there && right - w > x + 150) put_text(list, Face::regular, 13, {right - w, middle - 8}, p.text2, "speed");
      right -= w + 8;
    }
  }
  // What is said: the playhead's time, or how a live run goes.
  if (app.live) {
    const std::string moment_words = app.time_in_words(app.live->now), going_on = app.progress();
    if (!app.paused_live()) put_text(list, Face::regular, 13, {x, middle - 8}, p.text2, going_on, right - x - 8);
    else put_longest(list, Face::regular, 13, {x, middle - 8}, p.text, {fmt::format("Display paused at {}; the run goes on.", moment_words), "Display paused; the run goes on.", "Display paused"}, right - x - 8);
  } else if (can && app.view.playhead >= 0) {
    x += put_longest(list, Face::mono_semibold, 15, {x, middle - 9}, p.text, {moment}, right - x) + 8;
    const char* words = app.view.playing > 0 ? "plays" : app.view.playing < 0 ? "plays backwards" : "paused";
    if (embed) {
      const std::string& why = app.engine->capabilities().why;
      std::string said = why.empty() ? app.engine->capabilities().where : why;
      put_longest(list, Face::regular, 13, {x + 8, middle - 8}, p.text2, {said, std::string_view(said).substr(0, said.find(','))}, right - x - 16);
    } else {
      put_longest(list, Face::regular, 13, {x, middle - 7}, p.text2, {words}, right - x);
    }
  } else if (embed) {
    const Capabilities& has = app.engine->capabilities();
    put_text(list, Face::regular, 13, {x, middle - 8}, p.text2, has.why.empty() ? has.where : has.why, right - x - 8);
  }
}

}  // namespace interleave
