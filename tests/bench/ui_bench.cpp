// ui_bench.cpp -- our own CPU time per frame, without the GL driver: panels, cull and fold, quads, ImGui's draw lists.
// Headless, so that it measures the same everywhere. Goal: at most 4 ms, whatever the length of the trace.
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "../ui/synthetic.h"
#include "../ui/windowless.h"
#include "ui/app.h"
#include "ui/canvas.h"

namespace {

using namespace interleave;

class CountingCanvas final : public Canvas {
 public:
  std::vector<Quad> quads;  // copied, as the real one does
  void fill(ImDrawList&, float, float, float, float, std::uint32_t) override {}
  void draw(ImDrawList&, std::span<const Quad> batch, const Ribbons& ribbons) override {
    quads.insert(quads.end(), batch.begin(), batch.end());
    columns.insert(columns.end(), ribbons.columns.begin(), ribbons.columns.end());
  }
  std::vector<RibbonColumn> columns;
};

struct Stage {
  CountingCanvas canvas;
  double now_s = 1;
  double frame(App& app) {
    auto began = std::chrono::steady_clock::now();
    poll(app, now_s += 1.0 / 60);
    ImGui::GetIO().DeltaTime = 1.0f / 60;
    ImGui::NewFrame();
    canvas.quads.clear();
    canvas.columns.clear();
    draw(app, canvas, now_s);
    ImGui::Render();
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    test::Windowless::take_textures();
    return ms;
  }
  void measure(App& app, const char* what, int frames) {
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
      // A scripted zoom and pan: in to a thousandth, along, and out again.
      if (!app.live) {
        if (i % 60 < 30) app.zoom(0.8, app.view.window.begin + app.view.window.length() * 0.4);
        else app.zoom(1.25, app.view.window.begin + app.view.window.length() * 0.6);
        app.pan(0.02);
      }
      times.push_back(frame(app));
    }
    std::sort(times.begin(), times.end());
    std::printf("%-44s median %6.3f ms  p99 %6.3f  max %6.3f  quads %zu\n", what, times[times.size() / 2], times[times.size() * 99 / 100], times.back(),
                canvas.quads.size());
  }
};

void run_one(float w, float h, int rounds, const char* what) {
  test::Windowless imgui(w, h);
  test::Shape shape{100, 100, 4, 1'000'000, 50'000, rounds};
  auto engine = std::make_unique<test::SyntheticEngine>(shape);
  engine->step = 2'000'000;
  test::SyntheticEngine* e = engine.get();
  App app(std::move(engine), Theme::dark);
  Stage stage;
  for (int i = 0; i < 5; ++i) stage.frame(app);
  app.command("run-all");
  std::printf("%s, %.0fx%.0f\n", what, static_cast<double>(w), static_cast<double>(h));
  stage.measure(app, "  live", 200);
  e->step = INT64_MAX / 4;
  while (app.busy()) stage.frame(app);
  std::size_t spans = 0;
  for (const Run& run : app.history)
    for (const Lane& lane : run.trace->lanes()) spans += lane.spans.size();
  std::printf("  %zu spans\n", spans);
  stage.measure(app, "  all executors, zoom and pan", 300);
  app.command("show", "threads");
  stage.measure(app, "  threads alone, zoom and pan", 300);
}

}  // namespace

int main() {
  run_one(1920, 1080, 2, "10k spans");
  run_one(1920, 1080, 400, "1M spans");
  run_one(800, 400, 400, "1M spans");
}
