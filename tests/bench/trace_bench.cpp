// What an event costs its writer, and what a span costs whoever shows it. CPU time (in a browser the time that passes), medians of 7. Goals
// (PERFORMANCE.md): an event takes at most 0.6 ns, in Node 2 and in Chromium 4 (14); a span is taken in for at most 50 ns and 24 bytes (17).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "place.h"
#include "rows.h"
#include "trace/trace.h"
#include "trace/trace_file.h"
#include "trace/trace_parts.h"

namespace {

using namespace interleave;

/// CPU time: other programs on this machine are not what is measured.
double now_ns() { return static_cast<double>(bench::busy_now()); }

Nanos read_clock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

template <class Body>
double median_of_7(Body body) {
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) times.push_back(body());
  std::sort(times.begin(), times.end());
  return times[3];
}

constexpr int kEvents = 4'000'000;
// Of ten million spans nobody makes a wasm memory's worth.
constexpr bool kHasRoom = sizeof(void*) > 4;
constexpr std::size_t kBudget = std::numeric_limits<std::size_t>::max() / 4;

template <class Write>
double per_event(Write write) {
  return median_of_7([&] {
    Recorder recorder(kBudget);
    LaneRecorder& lane = recorder.lane(LaneKind::worker, "w");
    const double begin = now_ns();
    for (int i = 0; i < kEvents; ++i) write(lane, i);
    const double spent = now_ns() - begin;
    // Above the chunks, so that malloc keeps them for the next round: page faults are not what is measured.
    static std::vector<std::unique_ptr<char[]>> lids;
    lids.push_back(std::make_unique<char[]>(5000));
    return spent / kEvents;
  });
}

/// A loop with 1,000 tasks that come and go: 4 words and 2 lane spans a round.
void write_loop_run(Recorder& recorder, int lanes, int spans) {
  std::vector<LaneRecorder*> of;
  for (int i = 0; i < lanes; ++i) of.push_back(&recorder.lane(LaneKind::worker, "w"));
  for (TaskId id = 2; id < 1002; ++id) of[0]->at(0, EventKind::spawn, 3, id);
  for (int i = 0; i < spans / 2; ++i) {
    LaneRecorder& lane = *of[static_cast<std::size_t>(i % lanes)];
    const TaskId task = 2 + static_cast<TaskId>(i % 1000);
    lane.at(Nanos{i} * 100 + 10, EventKind::run, static_cast<std::uint32_t>(i % lanes % 4) << 16 | 7, task);
    lane.at(Nanos{i} * 100 + 70, EventKind::wait, 9, task);
  }
}

void ingest(int lanes, int spans, bool live) {
  auto recorder = std::make_unique<Recorder>(kBudget);
  write_loop_run(*recorder, lanes, spans);
  std::vector<std::uint64_t> buffer(2u << 17);  // 2 MB, a frame's worth
  TraceReader reader(*recorder);
  TraceBuilder builder(ExecutorKind::threads, Provenance::measured);
  double adding = 0, showing = 0, longest_show = 0;
  int frames = 0;
  Nanos now = 0;
  while (std::size_t n = reader.read(buffer)) {
    double t = now_ns();
    builder.add(std::span(buffer).first(n));
    adding += now_ns() - t;
    t = now_ns();
    if (live) builder.so_far(now += 1'000'000);
    showing += now_ns() - t, longest_show = std::max(longest_show, now_ns() - t), ++frames;
  }
  const double t = now_ns();
  const auto trace = builder.finish();
  const double finishing = now_ns() - t;
  std::size_t made = 0;
  for (const Lane& lane : trace->lanes()) made += lane.spans.size();
  auto bytes_of = [&](const Trace& t) {
    const TraceParts parts = parts_of(t);
    std::size_t bytes = t.counts().bytes() + t.tasks().capacity() * sizeof(TaskRecord) + parts.lives.bytes();
    for (const std::vector<Lane>* all : {&t.lanes(), &t.cores()})
      for (const Lane& lane : *all) bytes += lane.spans.bytes() + lane.marks.bytes();
    for (const TraceParts::Moments& moments : parts.moments) bytes += moments.bytes();
    return static_cast<double>(bytes) / static_cast<double>(made);
  };
  std::string file = trace_file(*trace);
  std::vector<double> opens;
  double opened_bytes = 0;
  for (int i = 0; i < 3; ++i) {
    const double before = now_ns();
    const OpenedTrace opened = open_trace(file);
    opens.push_back(now_ns() - before);
    if (!opened.trace) fmt::print("{}\n", opened.sentence);
    else opened_bytes = bytes_of(*opened.trace);
  }
  std::sort(opens.begin(), opens.end());
  const auto each = static_cast<double>(made);
  const std::string many = fmt::format("{}, {} {}", spans >= 1'000'000 ? fmt::format("{}M spans", spans / 1'000'000) : fmt::format("{}k spans", spans / 1000), lanes, lanes == 1 ? "lane" : "lanes");
  bench::row("live trace: " + many + ", a span", "interleave", adding / each, "ns");
  bench::row("live trace: " + many + ", its end, a span", "interleave", finishing / each, "ns");
  bench::row("live trace: " + many + ", memory of a span", "interleave", bytes_of(*trace), "bytes");
  bench::row("live trace: " + many + ", so_far", "interleave, mean", showing / frames / 1000, "us");
  bench::row("live trace: " + many + ", so_far", "interleave, longest", longest_show / 1000, "us");
  bench::row("trace file: " + many + ", size of a span", "interleave", static_cast<double>(file.size()) / each, "bytes");
  bench::row("trace opened: " + many + ", a span", "interleave", opens[1] / each, "ns");
  bench::row("trace opened: " + many + ", memory of a span", "interleave", opened_bytes, "bytes");
}

}  // namespace

int main(int count, char** words) {
  if (count > 1) return ingest(std::max(1, std::atoi(words[1])), count > 2 ? std::atoi(words[2]) : 1'000'000, true), 0;  // for a profiler: [LANES [SPANS]]
  const auto say = [](const char* what, double ns) { bench::row(fmt::format("event: {}", what), "interleave", ns, "ns"); };
  say("written, same time", per_event([](LaneRecorder& l, int i) { l.then(EventKind::run, 5, static_cast<TaskId>(i)); }));
  say("written, clock each 64th", per_event([](LaneRecorder& l, int i) {
        if (i % 64 == 0) l.at(i, EventKind::run, 5, static_cast<TaskId>(i));
        else l.then(EventKind::run, 5, static_cast<TaskId>(i));
      }));
  say("written and published", per_event([](LaneRecorder& l, int i) { l.at(0, EventKind::run, 5, static_cast<TaskId>(i)); }));
  say("written, new time each", per_event([](LaneRecorder& l, int i) { l.at(i, EventKind::run, 5, static_cast<TaskId>(i)); }));
  say("written, clock read as well", per_event([](LaneRecorder& l, int i) { l.at(read_clock(), EventKind::run, 5, static_cast<TaskId>(i)); }));
  for (const int lanes : {1, 48})
    for (const int spans : {10'000, 1'000'000, 10'000'000})
      if (kHasRoom || spans <= 1'000'000) ingest(lanes, spans, true);
  if (!kHasRoom) return 0;
  // Of 2.17 million slices: 18.2 s and 1.29 GB.
  for (const char* of : {"10M spans, 1 lane", "10M spans, 48 lanes"}) {
    bench::published(fmt::format("trace opened: {}, a span", of), "Perfetto UI, a slice", 8400, "ns", "google/perfetto PR 6980");
    bench::published(fmt::format("trace opened: {}, memory of a span", of), "Perfetto UI, a slice", 592, "bytes", "google/perfetto PR 6980");
  }
}
