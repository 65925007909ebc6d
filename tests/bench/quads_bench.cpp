// quads_bench.cpp -- what the timeline's quads cost in GL: 10,000 on 1920x1080, as a frame of unfolded spans has them, and 48
// lanes of ribbons, as a folded one. Goals (PERFORMANCE.md 15 and 16): submit at most 0.5 ms, where the processor draws at most
// 33 ms a frame. Submit: batches and their upload, ours and the driver's. Draw calls: where the processor draws, these are its
// vertices and their binning as well. Drawn: until glFinish(), all of it, and what it took of processors, of all threads together,
// which counts even where others are at work. SDL_VIDEODRIVER=offscreen draws where nobody looks; it is
// llvmpipe unless there is a GPU, and the first line says which. In the page: tests/web/measure.mjs.
#include <SDL.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "rows.h"
#include "platform/native/gl_api.h"
#include "platform/shell/quad_renderer.h"

namespace {

using namespace interleave;
constexpr int kWidth = 1920, kHeight = 1080, kLanes = 48, kFrames = 61;
constexpr float kPitch = 22, kLaneHeight = 18;

double cpu_ms() { return static_cast<double>(std::clock()) * (1e3 / CLOCKS_PER_SEC); }
double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Spans side by side in 48 lanes: the wider the fewer, so that each picture covers the same.
std::vector<Quad> spans(int count, bool patterned) {
  std::vector<Quad> out;
  const int in_lane = count / kLanes + 1;
  const float width = static_cast<float>(kWidth) / static_cast<float>(in_lane);
  for (int i = 0; i < count; ++i) {
    const float x = static_cast<float>(i % in_lane) * width, y = static_cast<float>(i / in_lane) * kPitch;
    const Pattern pattern = patterned ? static_cast<Pattern>(i % kPatterns) : Pattern::solid;
    out.push_back({x, y, x + width - 0.8f, y + kLaneHeight, 0xff96cb2b, 0x6b140f0b, quad_style(pattern), quad_anchor(0, y)});
  }
  return out;
}

Ribbons folds(bool patterned) {
  Ribbons out;
  for (std::size_t i = 1; i < out.colours.size(); ++i)
    out.colours[i] = {0xff000000u | static_cast<std::uint32_t>(0x112233 * i), 0x6b140f0b, patterned && i == 4 ? Pattern::dots : Pattern::solid};
  for (int lane = 0; lane < kLanes; ++lane) {
    const float y = static_cast<float>(lane) * kPitch;
    out.ribbons.push_back({0, y, kWidth, y + kLaneHeight, static_cast<int>(kLaneHeight), patterned, 0, 1, out.columns.size(), kWidth});
    for (int x = 0; x < kWidth; ++x) {
      RibbonColumn column;
      column.fill(0, x * 7 % 19, 1);
      column.fill(x * 7 % 19, 19, 4);
      out.columns.push_back(column);
    }
  }
  return out;
}

struct Cost {
  double submit_ms, calls_ms, drawn_ms, drawn_cpu_ms;
};

Cost median_frame(QuadRenderer& renderer, std::span<const Quad> quads, const Ribbons& ribbons) {
  std::vector<double> submits, calls, draws, cpus;
  for (int i = 0; i < kFrames; ++i) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::GetIO().DisplaySize = {kWidth, kHeight};
    ImGui::NewFrame();
    glClear(GL_COLOR_BUFFER_BIT);
    glFinish();
    const double begun = now_ms(), cpu = cpu_ms();
    renderer.begin_frame();
    renderer.draw(*ImGui::GetBackgroundDrawList(), quads, ribbons);
    ImGui::Render();
    renderer.upload(kWidth, kHeight, 1);
    const double submitted = now_ms();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    submits.push_back(submitted - begun);
    calls.push_back(now_ms() - submitted);
    glFinish();
    draws.push_back(now_ms() - begun);
    cpus.push_back(cpu_ms() - cpu);
  }
  return {bench::median(submits), bench::median(calls), bench::median(draws), bench::median(cpus)};
}

}  // namespace

int main() {
  setenv("SDL_VIDEODRIVER", "offscreen", 0);
  setenv("EGL_PLATFORM", "surfaceless", 0);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return fmt::print("No window: {}\n", SDL_GetError()), 1;
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, kGlMajor);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, kGlMinor);
  SDL_Window* window = SDL_CreateWindow("bench", 0, 0, kWidth, kHeight, SDL_WINDOW_OPENGL | SDL_WINDOW_HIDDEN);
  SDL_GLContext gl = window ? SDL_GL_CreateContext(window) : nullptr;
  if (!gl) return fmt::print("No OpenGL: {}\n", SDL_GetError()), 1;
  SDL_GL_SetSwapInterval(0);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui_ImplOpenGL3_Init("#version 330 core");
  {
    QuadRenderer renderer;
    if (const std::string error = renderer.create(); !error.empty()) return fmt::print("{}\n", error), 1;
    glViewport(0, 0, kWidth, kHeight);
    const std::string by = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
    fmt::print("{}x{}, drawn by {}\n", kWidth, kHeight, by);
    auto say = [&](const char* what, std::span<const Quad> quads, const Ribbons& ribbons) {
      const Cost cost = median_frame(renderer, quads, ribbons);
      bench::row(fmt::format("quads: {}, submit", what), "interleave", cost.submit_ms, "ms");
      bench::row(fmt::format("quads: {}, draw calls", what), "interleave", cost.calls_ms, "ms");
      bench::row(fmt::format("quads: {}, drawn", what), "interleave", cost.drawn_ms, "ms");
      bench::row(fmt::format("quads: {}, drawn, CPU", what), "interleave", cost.drawn_cpu_ms, "ms");
    };
    say("10,000 plain", spans(10'000, false), {});
    say("10,000 with patterns", spans(10'000, true), {});
    say("48 lanes, all folded", {}, folds(false));
    say("48 lanes, all folded, with patterns", {}, folds(true));
    renderer.destroy();
  }
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
  SDL_GL_DeleteContext(gl);
  SDL_DestroyWindow(window);
  SDL_QuitSubSystem(SDL_INIT_VIDEO);
}
