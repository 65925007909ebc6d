// ui_bench.cpp -- our own CPU time per frame, without the GL driver: panels, cull and fold, quads, ImGui's draw lists.
// Headless, so that it measures the same everywhere. Goal (PERFORMANCE.md, 15): at most 4 ms, whatever the length of the trace.
// What a frame took at most is by the wall clock: whatever else the machine does is in it.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "../ui/synthetic.h"
#include "../ui/windowless.h"
#include "rows.h"
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

void say(const std::string& what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  bench::row(fmt::format("frame: {}", what), "interleave, median", bench::median(times), "ms");
  bench::row(fmt::format("frame: {}", what), "interleave, 99 of 100", times[times.size() * 99 / 100], "ms");
  bench::row(fmt::format("frame: {}", what), "interleave, longest", times.back(), "ms");
}

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
  void measure(App& app, const std::string& what, int frames) {
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
    say(what, std::move(times));
  }
};

void run_all(float w, float h, int rounds, const char* what) {
  test::Windowless imgui(w, h);
  test::Shape shape{100, 100, 4, 1'000'000, 50'000, rounds};
  auto engine = std::make_unique<test::SyntheticEngine>(shape);
  engine->step = 2'000'000;
  test::SyntheticEngine* e = engine.get();
  App app(std::move(engine), Theme::dark);
  Stage stage;
  for (int i = 0; i < 5; ++i) stage.frame(app);
  app.command("run-all");
  const std::string where = fmt::format("{}, {:.0f}x{:.0f}", what, w, h);
  stage.measure(app, where + ", live", 200);
  e->step = INT64_MAX / 4;
  while (app.busy()) stage.frame(app);
  stage.measure(app, where + ", all executors, zoom and pan", 300);
  app.command("show", "threads");
  stage.measure(app, where + ", threads alone, zoom and pan", 300);
}

/// A run of so many tasks on the event loop: while it goes on, its end, and what is looked at afterwards.
void many_tasks(int tasks, float w, float h) {
  test::Windowless imgui(w, h);
  auto engine = std::make_unique<test::SyntheticEngine>(test::Shape{tasks, 1, 1, 1'000'000, 50'000, 2});
  // Forty thousand events a second, as a machine might make them: no frame has much to read.
  engine->step = 200 * 70'000;
  App app(std::move(engine), Theme::dark);
  Stage stage;
  for (int i = 0; i < 5; ++i) stage.frame(app);
  app.command("run", "loop");
  std::vector<double> live;
  while (app.busy()) live.push_back(stage.frame(app));
  // Its last frames: the last of the run, and all until its figures stood there.
  constexpr std::size_t kLast = 100;
  const std::vector<double> last(live.end() - static_cast<std::ptrdiff_t>(std::min(live.size(), kLast)), live.end());
  const std::string what = fmt::format("{} tasks on the loop", tasks);
  say(what + ", live", live);
  say(what + ", the run ends", last);
  stage.measure(app, what + ", zoom and pan", 300);
  app.fit();
  std::vector<double> selecting;
  for (int i = 0; i < 60; ++i) {
    const double end = static_cast<double>(app.end());
    const auto began = std::chrono::steady_clock::now();
    app.set_range(Viewport{end * 0.01, end * (0.5 + 0.4 * i / 60)});
    const double set = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    selecting.push_back(set + stage.frame(app));
  }
  say(what + ", a range is dragged", selecting);
}

}  // namespace

int main() {
  run_all(1920, 1080, 2, "10k spans");
  run_all(1920, 1080, 400, "1M spans");
  run_all(800, 400, 400, "1M spans");
  many_tasks(100'000, 1920, 1080);
  bench::published("frame: 1M spans, 1920x1080, all executors, zoom and pan", "Perfetto UI, its canvas", 5, "ms", "google/perfetto PR 4630, an M1, its Android example");
}
