// sentence.h -- what the runs on screen showed, in words: one sentence of at most 90 characters, and one below it.
// Only figures that the table has too, and no reasons: why it was so is the lesson's to say.
#pragma once

#include <span>
#include <string>

#include "view/results.h"

namespace interleave {

struct Headline {
  std::string sentence;     ///< "Waits overlap: 0.326 s on four cores, 0.704 s on one. One at a time: 20.5 s."
  std::string subsentence;  ///< "62.9x as fast as one at a time: Threads. The slowest of the others: Processes, 5.17 s."
};

inline constexpr std::size_t kLongestSentence = 90;  ///< characters, not bytes

/// Of all results that ran: one, or a comparison. Nothing ran: empty.
Headline headline(std::span<const Result> results);

}  // namespace interleave
