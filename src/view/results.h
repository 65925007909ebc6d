// results.h -- the table: what of a run goes into which cell, and which columns there is room for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/trace.h"

namespace interleave {

/// One executor of a lesson, as far as it is known.
struct Result {
  ExecutorKind executor = ExecutorKind::serial;
  bool ran = false;              ///< false: `refused` or nothing is said
  Provenance provenance = Provenance::measured;
  RunEnd how_ended = RunEnd::finished;
  Summary summary;               ///< of a run; summary.makespan is its length
  Nanos expected = 0;            ///< what the lesson's formula says; 0: it says nothing
  Nanos clock_step = 0;
  Nanos longest = 0;             ///< of all that is shown beside it: lengths of runs are in its unit; 0: each in its own
  int cores = 0;                 ///< how many tasks it may compute at once; 0: not known
  Nanos waited = 0;              ///< time in which tasks waited for I/O, added up over tasks
  std::string verdict;           ///< "as predicted", or "off, because ..."; empty: no check
  std::string refused;           ///< why it cannot run here, in a sentence
};

/// The cells of one row; empty: nothing is known. What was modelled is in `model`, never in `measured`; what was recorded
/// elsewhere is in `measured`, and its badge says so.
struct ResultCells {
  ExecutorKind executor = ExecutorKind::serial;
  std::string measured, model, off_by, speed_up, core_busy, switches, p50, p99, bytes_per_task, spawn, copied, check;
  bool best = false;             ///< finished within 3 % of the shortest
  bool as_predicted = false;     ///< `check` gets a tick
};

/// In the order of `results`; durations of a column have one unit. Speed-up is against the serial run, where there is one.
std::vector<ResultCells> result_cells(std::span<const Result> results);

inline constexpr double kBestWithin = 1.03;

/// So short that starting a run and the clock's steps are most of it: two such runs are not compared. No model's run is.
bool too_short(const Result& result);

/// How a run ended early, as it stands beside a figure: "stopped", "deadlock"; empty: it finished.
std::string_view early_end(RunEnd end);

/// A column of the table, left to right; the executor's name stands before them all.
struct ResultColumn {
  std::string_view title;
  std::string ResultCells::*text = nullptr;
  float width_px = 0;
  int order = 0;                 ///< the highest is dropped first; 0: never
  std::string_view tip;
};
inline constexpr int kResultColumns = 12;
extern const std::array<ResultColumn, kResultColumns> kResultTable;

/// The columns that fit beside a name so wide: those without a figure in any row go first, then by `order`.
std::vector<const ResultColumn*> columns_that_fit(std::span<const ResultCells> rows, float width_px, float name_px);

}  // namespace interleave
