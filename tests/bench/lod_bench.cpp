// lod_bench.cpp -- what a frame of the timeline costs before anything is drawn: 48 lanes, 1920 px, at seven zooms, with and without the
// table. CPU time per frame, median of 60. Goal (PERFORMANCE.md, 15): ten million spans at most 1 ms in wasm, a hundred million natively.
//   lod_bench             up to ten million spans
//   lod_bench 100M        a hundred million: 4 GB of memory
//   lod_bench 10M ZOOM... these zooms
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "rows.h"
#include "view/timeline.h"

namespace {

using namespace interleave;
constexpr std::size_t kLanes = 48;
constexpr double kWidth = 1920;

std::vector<PackedSpans> lanes_of(std::size_t spans) {
  std::mt19937 random(1);
  std::vector<PackedSpans> lanes(kLanes);
  for (auto& lane : lanes) {
    Nanos t = 0;
    for (std::size_t i = 0; i < spans / kLanes; ++i) {
      const Nanos length = 200 + random() % 4000;
      lane.push_back({t, t + length, static_cast<TaskId>(2 + i % 1000), static_cast<std::uint16_t>(i % 30), static_cast<State>(random() % 3), 0});
      t += length;
    }
  }
  return lanes;
}

/// Time of our own on a core: other programs on the machine do not count. Wasm has no such clock, but for one with steps of a
/// millisecond: there they do.
double now_ns() {
  timespec t{};
  static const bool coarse = clock_getres(CLOCK_PROCESS_CPUTIME_ID, &t) != 0 || t.tv_sec > 0 || t.tv_nsec > 100'000;
  if (coarse) return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void measure(std::size_t spans, const std::vector<double>& zooms) {
  const std::string many = spans >= 1'000'000 ? fmt::format("{}M spans", spans / 1'000'000) : fmt::format("{}k spans", spans / 1000);
  const auto lanes = lanes_of(spans);
  const double start = now_ns();
  std::vector<TimeTable> tables(kLanes);
  for (std::size_t i = 0; i < kLanes; ++i) tables[i].update(lanes[i]);
  bench::row(fmt::format("fold table: {}, a span", many), "interleave", (now_ns() - start) / static_cast<double>(spans), "ns");
  std::size_t bytes = 0;
  for (const TimeTable& table : tables) bytes += table.bytes();
  bench::row(fmt::format("fold table: {}, memory of a span", many), "interleave", static_cast<double>(bytes) / static_cast<double>(spans), "bytes");
  const auto end = static_cast<double>(lanes[0].last_end());
  std::vector<Bar> bars;
  for (const double zoom : zooms) {
    for (const bool with_table : {true, false}) {
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
          visible_bars(lanes[i], window, kWidth, bars, with_table ? &tables[i] : nullptr, &effort);
          drawn += bars.size();
        }
        times.push_back((now_ns() - before) * 1e-6);
      }
      const std::string part = zoom == 1 ? "the whole run" : fmt::format("1/{:.0f} of it", zoom);
      bench::row(fmt::format("cull and fold: {}, {}", many, part), with_table ? "interleave" : "interleave, no table", bench::median(times), "ms");
      if (with_table) fmt::print("  {} bars, {} spans read\n", drawn, effort.spans);
    }
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string asked = count > 1 ? words[1] : "";
  std::vector<double> zooms;
  for (int i = 2; i < count; ++i) zooms.push_back(std::atof(words[i]));
  if (zooms.empty()) zooms = {1, 4, 16, 32, 64, 110, 1000};
  if (!asked.empty()) {
    const auto millions = static_cast<std::size_t>(std::max(1, std::atoi(asked.c_str())));
    measure(millions * 1'000'000, zooms);
  } else {
    for (const std::size_t n : {std::size_t{10'000}, std::size_t{1'000'000}, std::size_t{10'000'000}}) measure(n, zooms);
  }
  // Its whole canvas, of a trace that it does not say the size of: not the same as ours, and all there is.
  const std::string most = asked.empty() ? "10" : fmt::format("{}", std::max(1, std::atoi(asked.c_str())));
  bench::published(fmt::format("cull and fold: {}M spans, the whole run", most), "Perfetto UI, its canvas", 5, "ms", "google/perfetto PR 4630, an M1, its Android example");
}
