// lod_bench.cpp -- what a frame of the timeline costs before anything is drawn: 48 lanes, 1920 px, at five zooms and with
// and without the table. Prints nanoseconds of processor time per frame (median of 60), bars, and spans
// that were read.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>
#include <vector>

#include "view/timeline.h"

namespace {

using namespace interleave;
constexpr std::size_t kLanes = 48;
constexpr double kWidth = 1920;

std::vector<std::vector<Span>> lanes_of(std::size_t spans) {
  std::mt19937 random(1);
  std::vector<std::vector<Span>> lanes(kLanes);
  for (auto& lane : lanes) {
    Nanos t = 0;
    lane.reserve(spans / kLanes);
    for (std::size_t i = 0; i < spans / kLanes; ++i) {
      const Nanos length = 200 + random() % 4000;
      lane.push_back({t, t + length, static_cast<TaskId>(2 + i % 1000), static_cast<std::uint16_t>(i % 30), static_cast<State>(random() % 3), 0});
      t += length;
    }
  }
  return lanes;
}

/// Time of our own on a core: other programs on the machine do not count. (In wasm there is no such clock, and they do.)
double now_ns() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

}  // namespace

int main(int count, char** words) {
  const double only = count > 1 ? std::atof(words[1]) : 0;  // one zoom of ten million, for a profiler
  fmt::print("{:>10} {:>8} {:>7} {:>12} {:>8} {:>10} {:>12}\n", "spans", "zoom", "table", "ns/frame", "bars", "read", "build ns/span");
  for (std::size_t n : {std::size_t{10'000}, std::size_t{1'000'000}, std::size_t{10'000'000}}) {
    if (only > 0 && n != 10'000'000) continue;
    const auto lanes = lanes_of(n);
    const double start = now_ns();
    std::vector<TimeTable> indices(kLanes);
    for (std::size_t i = 0; i < kLanes; ++i) indices[i].update(lanes[i]);
    const double build = (now_ns() - start) / static_cast<double>(n);
    const auto end = static_cast<double>(lanes[0].back().end);
    std::vector<Bar> bars;
    for (double zoom : {1.0, 4.0, 16.0, 64.0, 1000.0}) {
      if (only > 0 && zoom != only) continue;
      for (bool indexed : {false, true}) {
        std::vector<double> times;
        Effort effort;
        std::size_t drawn = 0;
        for (int frame = 0; frame < 60; ++frame) {
          Viewport window{0, end / zoom};
          pan(window, std::min(zoom - 1, 0.4 * zoom) + frame * 0.001);  // as a hand that pans
          effort = {};
          drawn = 0;
          const double before = now_ns();
          for (std::size_t i = 0; i < kLanes; ++i) {
            bars.clear();
            visible_bars(lanes[i], window, kWidth, bars, indexed ? &indices[i] : nullptr, &effort);
            drawn += bars.size();
          }
          times.push_back(now_ns() - before);
        }
        std::ranges::sort(times);
        fmt::print("{:>10} {:>7}x {:>7} {:>12.0f} {:>8} {:>10} {:>12.2f}\n", n, zoom, indexed ? "yes" : "no", times[times.size() / 2], drawn,
                   effort.spans, indexed ? build : 0.0);
      }
    }
  }
}
