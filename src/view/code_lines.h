// code_lines.h -- which line of a script a task runs, and at which its generators stand, as finely as the run told it: an
// operation names its line in a span, and between two of them the task prints, and control goes from generator to generator.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"
#include "view/sentence.h"

namespace interleave {

/// Of a trace that grows, where the texts and marks stand from which code lines and dataflow are read: of many events a few.
class Told {
 public:
  /// Takes in what is new. True: some of it is. Cost: O(new texts and marks).
  bool update(const Trace& trace);
  std::span<const std::uint32_t> hand_overs() const { return hand_overs_; }  ///< among texts()
  struct At { std::uint32_t lane, mark; };
  std::span<const At> queue_marks() const { return queue_marks_; }  ///< what goes into a queue or out of it, lane by lane as it was read
  static constexpr std::size_t kMostQueueMarks = 100'000;  ///< of more no picture is made, and one more is kept

 private:
  std::vector<std::uint32_t> hand_overs_;
  std::vector<At> queue_marks_;
  std::size_t texts_ = 0;
  std::vector<std::size_t> marks_;  ///< taken, by lane
};
/// Whether a mark says that an item went into a queue or out of it.
inline bool of_a_queue(const Mark& mark) {
  if (mark.kind != EventKind::sync) return false;
  const auto argument = static_cast<std::uint32_t>(mark.cause.index);
  return object_kind_of(argument) == ObjectKind::queue && (mark_of(argument) == SyncMark::puts || mark_of(argument) == SyncMark::gets);
}

/// What a hand-over says, word by word: the first is taken off. And a number that stands in a word; 0: none does.
std::string_view take_word(std::string_view& rest);
std::uint32_t number_in(std::string_view word);

/// Of hand-overs between generators a run tells so many (runtime/script_root.cpp), the first; what came later nobody counted.
inline constexpr std::size_t kMostHandOversTold = 10'000;

/// Somebody was to go into a generator that ran already.
struct Refusal {
  Nanos at = 0;
  TaskId task = kNoTask;    ///< whose
  TaskId inside = kNoTask;  ///< the one that the generator ran in; none: not known
  std::string name;         ///< the generator's function
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Read off a trace once, from its texts of the role hand_over.
struct CodeLines {
  /// From then on `task` runs `line`, until an operation of its own says otherwise.
  struct Move {
    Nanos at = 0;
    TaskId task = kNoTask;
    std::uint64_t from = 0, to = 0;        ///< generators by number (each process counts its own); 0: plain code
    std::uint16_t from_line = 0, line = 0;
    bool returns = false;                  ///< `from` gave something, or is over
    friend bool operator==(const Move&, const Move&) = default;
  };
  std::vector<Move> moves;                 ///< in order of time
  std::map<std::uint64_t, std::string> generators;  ///< their functions, by number
  std::map<TaskId, std::string> code;      ///< of each task the function outside of generators that last had to do with them
  std::set<TaskId> senders;                ///< whose code outside of generators sends into one
  std::vector<Refusal> refusals;           ///< in order of time
  bool cut = false;                        ///< as many as a run tells; what came later is not known
  friend bool operator==(const CodeLines&, const CodeLines&) = default;
};
CodeLines code_lines_of(const Trace& trace);
CodeLines code_lines_of(const Trace& trace, const Told& told);  ///< of one that grows. Cost: O(hand-overs), of which there are 10,000 at most
/// The same in pieces, into what is empty. `out` and the trace stay until it is done or is let go of.
Pieces code_lines_in_pieces(const Trace& trace, CodeLines& out);

/// Where the innermost code of `span`'s task is at t, `span` being its span then. 0: not known.
/// `made_at`: the line where the task was made, which its span has until its first operation.
/// Cost: O(log moves + moves of other tasks since).
int line_at(const CodeLines& lines, const Span& span, int made_at, double t);

/// What a refusal says where it was refused, and where the generator was then.
struct RefusalWords { std::string refused, inside; };
RefusalWords words_of(const Trace& trace, const Refusal& refusal);

/// A generator that waits at its yield for whoever asks or sends next.
struct WaitingGenerator {
  std::uint64_t number = 0;
  std::string name;
  std::uint16_t line = 0;
  friend bool operator==(const WaitingGenerator&, const WaitingGenerator&) = default;
};
/// By number. Cost: O(moves).
std::vector<WaitingGenerator> waiting_generators(const CodeLines& lines, double t);

/// Where one generator waited, of all that the one that waited in most places, and how often in each; by line. One place each: empty.
std::vector<WaitingLine> waiting_lines(const CodeLines& lines);

/// With a task's id: its code outside of generators, where those have a number.
inline constexpr std::uint64_t kPlainCode = std::uint64_t{1} << 63;
/// Where a generator, or code, stands in its pipeline; the lowest first.
using StagePlaces = std::map<std::uint64_t, int>;

/// Who had control when, as a lane for each generator that a task goes through, with that task's states; while it waits for one that
/// it called: waiting_children. With the code that drives them (a coordinator's lane), where it sends or has a part in the time. In
/// order of `places`, else that code first and then they by number. More than `most` generators, or none that ever computed or
/// waited: empty. Only of a run that has ended. Cost: O(moves x depth + spans of those tasks).
std::vector<Lane> generator_lanes(const Trace& trace, const CodeLines& lines, std::size_t most, const StagePlaces& places = {});
/// The same in pieces, into what is empty. All that it is given stays until it is done or is let go of.
Pieces generator_lanes_in_pieces(const Trace& trace, const CodeLines& lines, std::size_t most, std::vector<Lane>& out, const StagePlaces* places = nullptr);

}  // namespace interleave
