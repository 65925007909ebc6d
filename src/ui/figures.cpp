#include "ui/figures.h"

namespace interleave {

Figures figures_of(const Trace& trace, Nanos serial_makespan, std::string_view sentence) {
  const Summary s = trace.summary();
  Figures figures;
  figures.makespan = s.makespan;
  figures.serial_makespan = trace.executor == ExecutorKind::serial ? 0 : serial_makespan;
  figures.p99 = s.latency.p99;
  figures.longest = s.latency.max;
  figures.cpu = s.cpu_busy;
  figures.switches = static_cast<std::int64_t>(s.switches);
  figures.tasks = s.tasks;
  figures.finished = trace.how_ended() == RunEnd::finished;
  if (!figures.finished) figures.error = std::string(word_of(trace.how_ended())) + ": " + std::string(sentence);
  for (const TextLine& line : trace.texts())
    if (line.role == TextRole::output) figures.output.push_back(line.text);
  return figures;
}

}  // namespace interleave
