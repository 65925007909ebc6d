// why.h -- why something is as it is, in one plain sentence.
// Only what the trace shows is said: who had the cores, who held the GIL or a lock, who was ready. Where the trace does not know
// it, the sentence says what was waited for and no more.
#pragma once

#include <cstddef>
#include <string>

#include "trace/pieces.h"
#include "trace/trace.h"

namespace interleave {

/// Why `lane` did this. `span` is one of `trace.lanes()[lane].spans`. Of a live run: "so far".
/// Cost: a search per core or lane, and the spans of the cores that overlap `span` (at most 10,000 of them are looked at;
/// beyond, the sentence stays general).
std::string why(const Trace& trace, std::size_t lane, const Span& span);

/// Why a run that ended took longer (or shorter) than `expected`: the one cause that explains most of the difference, as
/// half a sentence ("answers took 0.41 s on average, and 0.2 s was asked"). Empty: the trace shows none that explains a
/// third of it. `in_brief`: where a few words for the same go ("answers came late"). Cost: linear in spans.
std::string why_off(const Trace& trace, Nanos expected, std::string* in_brief = nullptr);
/// The same in pieces. All that it is given stays until it is done or is let go of.
Pieces why_off_in_pieces(const Trace& trace, Nanos expected, std::string& out, std::string& in_brief);

/// Why a task was where it was. `span` is one of `trace.spans_of(task)`.
std::string why_task(const Trace& trace, const Span& span);

}  // namespace interleave
