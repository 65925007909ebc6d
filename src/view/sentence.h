// sentence.h -- what the runs on screen showed, in words: one sentence of at most 90 characters, and one below it.
// Only figures that the table has too, and no reasons: why it was so is the lesson's to say.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/trace.h"
#include "view/results.h"

namespace interleave {

struct Headline {
  std::string sentence;     ///< "Waits overlap: 0.326 s on four cores, 0.704 s on one. One at a time: 20.5 s."
  std::string subsentence;  ///< "62.9x as fast as one at a time: Threads. The slowest of the others: Processes, 5.17 s."
};

inline constexpr std::size_t kLongestSentence = 90;  ///< characters, not bytes

/// "Threads", "Threads and Event loop", "Threads, Processes and Event loop"
std::string joined(const std::vector<ExecutorKind>& kinds);

/// Of all results that ran: one, or a comparison. Nothing ran: empty.
Headline headline(std::span<const Result> results);

/// What a run printed, for lessons that are about that and not about time.
struct Output {
  ExecutorKind executor = ExecutorKind::serial;
  RunEnd how_ended = RunEnd::finished;
  std::vector<std::string_view> lines;
  std::vector<TaskId> tasks = {};  ///< who printed each
};
/// "Serial: the counter says 2. The other three: the counter says 1.": who printed what, by the last line; where these are
/// alike, by the first that is not. A run that did not finish says how it ended. Nothing ran: empty.
std::string outputs_in_words(std::span<const Output> outputs);

/// What a lesson's question asks about: what of the runs is the answer.
struct Question {
  enum class About : std::uint8_t {
    makespan,  ///< who is how fast: headline()
    winner,    ///< who is done first, and who then: of all that ran; those that the question names are said in any case
    speedup,   ///< how many times as fast as one at a time
    p99,       ///< the latency that 99 % of tasks keep
    tasks,     ///< how long each task computed; those that call themselves alike together
    ways,      ///< two ways to do the same, one after the other in each run: which is how much faster
    waits,     ///< at which lines a generator waits
    beats,     ///< how long the one task that waits again and again is silent: heart_of()
    output,    ///< what is printed: outputs_in_words()
    first,     ///< the first line printed
    lines,     ///< all of them
    order,     ///< who printed in which order
  };
  About about = About::makespan;
  std::vector<ExecutorKind> between;  ///< makespan, winner: executors that the question names; empty: whoever there is
  bool and_output = false;            ///< what is printed last is part of it
  /// The answer is how long runs take as a whole.
  bool of_time() const { return about == About::makespan || about == About::winner; }
};

/// The tasks of one name, for Question::About::tasks (how long they had a core) and ways (from the first's start to the last's end).
struct TaskTime {
  std::string name;
  Nanos time = 0;
};

/// A line at which a generator waited, for Question::About::waits.
struct WaitingLine {
  std::string name;
  std::uint32_t line = 0;
  std::size_t times = 0;
};

/// The task that waits most often for I/O, and the longest time from one of its waits to the next, or to its end.
struct Heart {
  TaskId task = kNoTask;  ///< kNoTask: none waits three times
  Nanos silence = 0;
};
/// Cost: O(spans of all tasks), of at most 1,000 tasks; more have no heart.
Heart heart_of(const Trace& trace);

/// "Slow begins near 13.3 ms.": what all that finished print last; empty where that differs.
std::string last_printed(std::span<const Output> outputs);

/// The answer, as far as the runs hold it; where they do not, headline(). `times`: of each result its tasks; `silences`: of each
/// its longest, 0 where it has none; both may be empty.
Headline answer(const Question& question, std::span<const Result> results, std::span<const Output> outputs,
                std::span<const std::vector<TaskTime>> times = {},
                std::span<const WaitingLine> waits = {}, std::span<const Nanos> silences = {});

}  // namespace interleave
