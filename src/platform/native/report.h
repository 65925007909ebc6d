// report.h -- what the command line prints: runs and lessons, as one JSON value or as a table for people.
// The keys are promises (DESIGN.md, "The command line").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "script/instance.h"
#include "trace/trace.h"
#include "workloads/check.h"
#include "workloads/registry.h"

namespace interleave {

/// One run, or why there was none.
struct RunReport {
  ExecutorKind executor = ExecutorKind::serial;
  std::string refused;                 ///< empty: it ran, and there is a trace
  std::shared_ptr<const Trace> trace;
  Nanos expected = 0;                  ///< the makespan that the lesson's formula says; 0: it says nothing
  std::vector<Expectation> expectations;  ///< all that the lesson says of a run on this executor
  std::string sentence;                ///< why it ended badly
};
struct Report {
  std::string lesson;                  ///< the lesson's name, or the script's
  std::string title;
  std::vector<Parameter> parameters;   ///< in force
  std::vector<std::string> notices;    ///< of all runs: what could not be as it was asked for
  std::vector<RunReport> runs;
};

/// What a run's figures are beside what the lesson says, one after another. `serial`: serial_makespan().
std::vector<Finding> findings_of(const RunReport& run, Nanos serial);
/// A deadlock's sentence without the word, for where it stands after it.
std::string_view without_kind(std::string_view sentence);
/// Of the serial run, where it finished; else 0.
Nanos serial_makespan(const Report& report);
/// Durations are integers in nanoseconds. `speedup` is null where no serial run is there to compare with. A run that
/// did not finish has `ended` and `sentence` as well.
std::string report_json(const Report& report);
/// Columns aligned for a terminal, in UTF-8, with what the runs printed.
std::string report_table(const Report& report);
std::string lessons_json(const std::vector<LessonEntry>& lessons);
std::string lessons_table(const std::vector<LessonEntry>& lessons);

}  // namespace interleave
