// stage.h -- an App on a synthetic engine, drawn by Dear ImGui without a window, for tests of the user interface.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ui/app.h"
#include "ui/canvas.h"
#include "ui/panels.h"
#include "ui/synthetic.h"
#include "ui/widgets.h"
#include "ui/windowless.h"

namespace interleave::test {

/// Counts what is drawn, and keeps it.
class CountingCanvas final : public Canvas {
 public:
  std::size_t quads = 0, columns = 0, bad = 0;
  std::vector<Quad> all;
  std::vector<Ribbons> ribbons_of;  ///< a batch each
  void fill(ImDrawList&, float, float, float, float, std::uint32_t) override {}
  void draw(ImDrawList&, std::span<const Quad> batch, const Ribbons& ribbons) override {
    quads += batch.size() + ribbons.ribbons.size();
    all.insert(all.end(), batch.begin(), batch.end());
    ribbons_of.push_back(ribbons);
    for (const Quad& q : batch)
      if (!(q.x1 >= q.x0) || !(q.y1 >= q.y0)) ++bad;
    for (const Ribbon& r : ribbons.ribbons) {
      if (!(r.x1 > r.x0) || !(r.y1 >= r.y0) || r.first + r.count > ribbons.columns.size()) ++bad;
      columns += r.count;
    }
  }
};

/// ImGui with no window behind it, a clock turned by hand, and an App on a synthetic engine.
class Stage {
 public:
  Stage(float width, float height, Shape shape = {}, Theme theme = Theme::dark) : imgui_(width, height) {
    auto made = std::make_unique<SyntheticEngine>(shape);
    engine = made.get();
    app = std::make_unique<App>(std::move(made), theme);
  }
  void frame(float more_s = 0) {
    ImGui::GetIO().DeltaTime = 1.0f / 60 + more_s;
    now_s += 1.0 / 60;
    poll(*app, now_s);
    ImGui::NewFrame();
    canvas = {};
    draw(*app, canvas, now_s);
    ImGui::Render();
    Windowless::take_textures();
  }
  void frames(int n) {
    for (int i = 0; i < n; ++i) frame();
  }
  /// As the shell does it: three frames for an event, then those alone that the App asks for. Returns how many those were.
  int rest() {
    frames(3);
    for (int asked = 0; asked < 200; ++asked) {
      const double wait_s = next_frame_in(*app);
      if (wait_s > 10) return asked;
      now_s += wait_s;
      frame(static_cast<float>(wait_s));
    }
    ADD_FAILURE() << "it asks for frames for ever";
    return 200;
  }
  /// The words of one more frame.
  std::vector<TextSeen> texts() {
    std::vector<TextSeen> out;
    texts_seen = &out;
    frame();
    texts_seen = nullptr;
    return out;
  }
  /// "Run all" of a lesson, to its end.
  App& run_all(const char* lesson) {
    engine->step = 1'000'000'000;
    EXPECT_EQ(app->command("lesson", lesson), "");
    EXPECT_EQ(app->command("run-all"), "");
    finish();
    frames(2);
    return *app;
  }
  void finish() {
    for (int i = 0; i < 5000 && app->busy(); ++i) frame();
    EXPECT_FALSE(app->busy());
  }
  void expect_sane(const std::string& where) {
    EXPECT_EQ(canvas.bad, 0u) << where;
    EXPECT_LT(canvas.quads, 20'000u) << where;
    EXPECT_LT(canvas.columns, 200'000u) << where;
    EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, 80'000) << where;
    ImVec2 size = ImGui::GetIO().DisplaySize;
    for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
      if (!window->Active || window->Hidden || window->ParentWindow) continue;
      if (window->Flags & ImGuiWindowFlags_Popup || std::string_view(window->Name) == "Debug##Default") continue;
      EXPECT_GE(window->Pos.x, -0.5f) << where << ": " << window->Name;
      EXPECT_GE(window->Pos.y, -0.5f) << where << ": " << window->Name;
      EXPECT_LE(window->Pos.x + window->Size.x, size.x + 0.5f) << where << ": " << window->Name;
      EXPECT_LE(window->Pos.y + window->Size.y, size.y + 0.5f) << where << ": " << window->Name;
    }
  }

 private:
  Windowless imgui_;  // the last to go

 public:
  std::unique_ptr<App> app;
  SyntheticEngine* engine = nullptr;
  CountingCanvas canvas;
  double now_s = 1;
};

inline constexpr std::pair<float, float> kSizes[] = {{1920, 1080}, {1366, 768}, {1024, 600}, {800, 400}, {480, 280}, {390, 844}};

inline std::string named(float w, float h) { return std::to_string(static_cast<int>(w)) + "x" + std::to_string(static_cast<int>(h)); }

}  // namespace interleave::test
