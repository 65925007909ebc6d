// engine_st_convert.cpp -- Chrome JSON into a trace file of ours, for web/trace_worker.js: to read it takes a microsecond an event,
// too long for the page's main thread, and what comes of it must get from this memory into the page's. Ours is read there in slices.
#include <emscripten.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "trace/trace_file.h"

namespace {
struct Converted {
  std::string bytes;   // empty: `words` says why
  std::string words;   // "measured under\nwhat was left out"
};
Converted converted;
}  // namespace

extern "C" {

/// `at`: from malloc(); freed here. 1: there is a trace file, 0: a sentence says why not.
EMSCRIPTEN_KEEPALIVE int il_convert(char* at, int bytes) {
  const interleave::OpenedTrace opened = interleave::open_trace(std::string_view(at, static_cast<std::size_t>(bytes)));
  std::free(at);
  converted.words = opened.measured_under + "\n" + opened.sentence;
  converted.bytes = opened.trace ? interleave::trace_file(*opened.trace, opened.about) : std::string();
  return opened.trace != nullptr;
}
EMSCRIPTEN_KEEPALIVE const char* il_converted_words() { return converted.words.c_str(); }
EMSCRIPTEN_KEEPALIVE const char* il_converted() { return converted.bytes.data(); }
EMSCRIPTEN_KEEPALIVE int il_converted_bytes() { return static_cast<int>(converted.bytes.size()); }

}  // extern "C"
