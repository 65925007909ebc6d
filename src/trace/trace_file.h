// trace_file.h -- a trace as a file of our own, and whatever else a trace can be read from.
//
// The file: "ILTRACE\n", a version, then tasks, lanes, counts and texts as varints, each time as its distance from the one
// before, each span's task and line only where they are not what was to be expected; last a checksum of 8 bytes. A span
// takes 10 to 20 bytes with all that belongs to it. What follows from the rest (who had which core) is made again.
// Rejected: the recorder's words (to read them is to run the builder again, twice as long; 16-24 bytes); a general
// compressor behind it (a library for a factor of 1.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "trace/pieces.h"
#include "trace/trace.h"

namespace interleave {

inline constexpr std::size_t kMostTraceFile = std::size_t{1} << 30;  ///< bytes; a larger file is refused

/// The bytes of a trace that has ended. `about`: what it was run with, a scenario's hash; kept as it is.
std::string trace_file(const Trace& trace, std::string_view about = {});

/// The last eight bytes of such a file, little-endian, of all that stands before them. Cost: linear, 8 bytes at a time.
std::uint64_t trace_file_checksum(std::string_view bytes);

struct OpenedTrace {
  std::shared_ptr<Trace> trace;  ///< null: `sentence` says why
  std::string about;             ///< as given to trace_file() or chrome_json(); of another program's empty
  std::string sentence;          ///< what was wrong, or what was left out
  std::string measured_under = {};  ///< "CPython 3.11.7": who ran it, where that was not us; only Chrome JSON says it
};
/// Ours, Chrome JSON of ours, or Chrome JSON of another program (begin and end, complete slices: a lane for each thread,
/// provenance `recorded`). Told apart by their first bytes. Hostile bytes cost a sentence: never a crash, never more memory
/// than some 20 times their number. The trace of a file of ours is equal to the one that was written.
/// Cost: ours some 70 ns a span of a lane on a busy machine, and 17 to 22 bytes (src/README.md);
/// JSON about a microsecond an event.
OpenedTrace open_trace(std::string_view bytes);
/// The same in pieces of about half a millisecond, natively. `bytes` and `out` stay until it is done or is let go of, which may
/// be at any time. Chrome JSON is one single piece: who must not wait for that has it made into ours elsewhere.
Pieces open_trace_in_pieces(std::string_view bytes, OpenedTrace& out);
/// Whether a file that begins like this would be read as Chrome JSON.
bool is_chrome_json(std::string_view start);
/// Whether a file that begins like this is worth open_trace(): false, and it would refuse it. Cost: reads the first few bytes.
bool may_be_trace(std::string_view start);

/// chrome_json.cpp's part of open_trace().
OpenedTrace open_chrome_json(std::string_view bytes);

}  // namespace interleave
