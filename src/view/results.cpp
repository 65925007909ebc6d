#include "view/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "view/format.h"

namespace interleave {
namespace {

bool finished(const Result& r) { return r.ran && r.how_ended == RunEnd::finished; }

std::string check_of(const Result& r) {
  if (!r.ran) return r.refused;
  const std::string when = format_beside(r.summary.makespan, r.clock_step, r.longest);
  switch (r.how_ended) {
    case RunEnd::finished: return r.verdict;
    case RunEnd::cancelled: return "stopped at " + when;
    // A failure that is the lesson says so.
    case RunEnd::failed: return (r.verdict.empty() ? "" : r.verdict + ": ") + "failed at " + when;
    case RunEnd::deadlock: return (r.verdict.empty() ? "" : r.verdict + ": ") + "deadlock at " + when;
    case RunEnd::aborted: return "ended by force at " + when;
  }
  return r.verdict;
}

}  // namespace

bool too_short(const Result& r) {
  constexpr Nanos kLeast = 1'000'000, kLeastSteps = 20;
  return r.provenance != Provenance::modelled && r.summary.makespan < std::max(kLeast, kLeastSteps * r.clock_step);
}

std::string_view early_end(RunEnd end) {
  switch (end) {
    case RunEnd::finished: return {};
    case RunEnd::cancelled: return "stopped";
    case RunEnd::failed: return "failed";
    case RunEnd::deadlock: return "deadlock";
    case RunEnd::aborted: return "ended by force";
  }
  return {};
}

std::vector<ResultCells> result_cells(std::span<const Result> results) {
  Nanos serial = 0, best = 0;
  bool serial_short = false;
  for (const Result& r : results) {
    if (!finished(r)) continue;
    if (r.executor == ExecutorKind::serial) serial = r.summary.makespan, serial_short = too_short(r);
    if (best == 0 || r.summary.makespan < best) best = r.summary.makespan;
  }
  // Columns that are compared with one another share a unit: measured with model, p50 with p99.
  std::vector<TimeCell> makespans, latencies, spawns;
  for (const Result& r : results) {
    const bool modelled = r.provenance == Provenance::modelled;
    const Nanos step = modelled ? 0 : r.clock_step;
    auto some = [&r](Nanos t) { return r.ran && t > 0 ? t : -1; };
    makespans.push_back({r.ran && !modelled ? r.summary.makespan : -1, step});
    makespans.push_back({r.ran && modelled ? r.summary.makespan : r.expected > 0 ? r.expected : -1, 0});
    latencies.push_back({r.summary.latency.max > 0 ? some(r.summary.latency.p50) : -1, step});
    latencies.push_back({r.summary.latency.max > 0 ? some(r.summary.latency.p99) : -1, step});
    spawns.push_back({some(r.summary.spawn_ns), step});
  }
  if (!results.empty()) makespans.push_back({results.front().longest > 0 ? results.front().longest : -1, 0});
  const auto makespan = format_column(makespans), latency = format_column(latencies), spawn = format_column(spawns);

  std::vector<ResultCells> rows;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Result& r = results[i];
    const Summary& s = r.summary;
    ResultCells row;
    row.executor = r.executor;
    row.measured = makespan[2 * i].empty() ? "-" : makespan[2 * i];
    row.model = makespan[2 * i + 1];
    row.check = check_of(r);
    if (r.ran) {
      const auto length = static_cast<double>(std::max<Nanos>(s.makespan, 1));
      if (finished(r)) {
        row.best = static_cast<double>(s.makespan) <= static_cast<double>(best) * kBestWithin;
        if (serial > 0 && !serial_short && !too_short(r)) row.speed_up = format_ratio(static_cast<double>(serial) / length);
        // A model is not compared with itself.
        if (r.expected > 0 && r.provenance != Provenance::modelled)
          row.off_by = format_signed_percent(length / static_cast<double>(r.expected) - 1);
      }
      row.as_predicted = r.verdict == "as predicted";
      row.core_busy = format_percent(std::min(1.0, s.core_busy));
      row.switches = format_count(s.switches);
      row.p50 = latency[2 * i];
      row.p99 = latency[2 * i + 1];
      // Of a process the frame of its task is the least.
      if (s.bytes_per_task > 0 && r.executor != ExecutorKind::processes) row.bytes_per_task = format_bytes(s.bytes_per_task);
      row.spawn = spawn[i];
      if (s.copied_bytes > 0) row.copied = format_bytes(s.copied_bytes);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

const std::array<ResultColumn, kResultColumns> kResultTable = {{
    {"Measured", &ResultCells::measured, 84, 0, "From t = 0 to the end of main"},
    {"Model", &ResultCells::model, 84, 1, "What the lesson's own formula says"},
    {"Off by", &ResultCells::off_by, 76, 3, "Measured against the model"},
    {"Speed-up", &ResultCells::speed_up, 82, 0, "Against Serial"},
    {"Core busy", &ResultCells::core_busy, 84, 2, "Of the time of all cores that it might use"},
    {"Switches", &ResultCells::switches, 84, 6, "A core went from one task to another"},
    {"p50", &ResultCells::p50, 80, 4, "Half of the tasks were done within this, from the moment each was submitted"},
    {"p99", &ResultCells::p99, 80, 5, "99 of 100 tasks were done within this, from the moment each was submitted"},
    {"Bytes per task", &ResultCells::bytes_per_task, 110, 7, "Memory of a waiting task: its frame, and where it holds a thread that thread's stack"},
    {"Spawn", &ResultCells::spawn, 84, 8, "Starting threads or processes, until all were there"},
    {"Copied", &ResultCells::copied, 84, 9, "Bytes to and from other processes"},
    {"Check", &ResultCells::check, 150, 0, "Whether the run did what the lesson's formula says"},
}};

std::vector<const ResultColumn*> columns_that_fit(std::span<const ResultCells> rows, float width_px, float name_px) {
  std::vector<const ResultColumn*> out;
  float used = name_px;
  for (const ResultColumn& column : kResultTable) {
    // Speed-up is there before anything has run; where nothing can be compared it has nothing to say.
    const bool may_go = column.order > 0 || (column.text == &ResultCells::speed_up && std::ranges::any_of(rows, [](const ResultCells& row) { return !row.core_busy.empty(); }));
    if (may_go && std::ranges::none_of(rows, [&](const ResultCells& row) { return !(row.*column.text).empty(); })) continue;
    out.push_back(&column);
    used += column.width_px;
  }
  while (used > width_px) {
    auto last = std::ranges::max_element(out, {}, [](const ResultColumn* c) { return c->order; });
    if (last == out.end() || (*last)->order == 0) break;
    used -= (*last)->width_px;
    out.erase(last);
  }
  return out;
}

}  // namespace interleave
