// costs.h -- where the time of a run's workers went: why P workers are not P times as fast.
// Everything is read off the lanes, so it is as measured (or as modelled) as the run is. From t = 0 to its end each worker
// computes, copies, stands in line, waits, or has nothing to do; divided by the workers these add up to the makespan. Where
// more workers than cores stand in line for these, the cores' time is what counts; but under the GIL the line is the point.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"

namespace interleave {

struct Costs {
  enum class Item : std::uint8_t {
    work,       ///< tasks computed
    copy,       ///< arguments and results on their way to other processes and back
    line,       ///< stood in line for a core or for the one permit
    wait,       ///< its task waited for I/O or a lock
    start,      ///< until its first task: it was being started, or main had not got to it
    between,    ///< between two tasks: nothing was ready for it, or main was busy
    imbalance,  ///< it had no task left while others still did
    merge,      ///< all tasks were done, and main put their results together
  };
  static constexpr int kItems = 8;
  int workers = 0;                       ///< or cores, where there are more workers than those; 0: this run has none to speak of
  bool of_cores = false;
  Nanos makespan = 0;
  std::array<Nanos, kItems> each{};      ///< of one worker on average; together the makespan
  Nanos clock_step = 0;                  ///< of the clock that timed these
  Nanos before = 0;                      ///< starting them took so long before t = 0, and is in none of these
  Nanos operator[](Item item) const { return each[static_cast<std::size_t>(item)]; }
  friend bool operator==(const Costs&, const Costs&) = default;
};
/// Of a run that has ended by itself and has workers; else workers = 0. Cost: O(spans of workers' lanes).
Costs costs_of(const Trace& trace);
/// The same in pieces, into what is empty. `out` and the trace stay until it is done or is let go of.
Pieces costs_in_pieces(const Trace& trace, Costs& out);

std::string_view word_of(Costs::Item item);
/// What the time of that item looks like on a lane.
State state_of(Costs::Item item);

/// "Why not 4x: copies 0.21 s, imbalance 0.02 s." The largest of what is not work, at most three, none under a hundredth of the
/// run; empty: there are none, or one worker. `slower`: by what part the work itself took longer than one at a time, 0: unknown.
std::string costs_in_words(const Costs& costs, double slower = 0);

/// What that was against the same work of one at a time: 0.1 = a tenth longer. 0: not known.
double slower_than(const Costs& costs, Nanos work_one_at_a_time);

}  // namespace interleave
