// engine_web.h -- what both engines of the page share: how text and numbers come in, the clock, the seams of a run.
//
// The page calls exported C functions (il_...) with numbers; text goes through one buffer of ours (il_input). Nothing of
// Emscripten's own bindings is needed, and nothing is compiled from strings (a strict Content-Security-Policy forbids it).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/engine/engine_run.h"
#include "runtime/clock.h"

namespace interleave {

/// Goes up whenever the page, the scripts and the two kinds of wasm must change together (app.js, PROTOCOL).
inline constexpr int kProtocol = 3;

/// What fits below this is recorded; the rest is counted. Of the page's memory, so small.
inline constexpr std::size_t kTraceBudgetBytes = std::size_t{48} << 20;
/// Words that il_read moves at once.
inline constexpr std::size_t kStagingWords = 32768;

/// Of warm_up(), for the better of a browser's two compilers.
inline constexpr int kWarmUpTurns = 200;

/// Milliseconds on the clock that the page and all its Workers share. web/clock.js has the same origin.
double page_clock_ms();

/// What the page said about this place (il_configure).
struct Place {
  int cores = 1;
  Nanos clock_step = 0;
  int most_requests = 256;
  int most_children = 0;
  double compute_rate = 0;
};

/// The seams of a run here, with the compute rate measured if the page did not know it. Blocks: about 20 ms, the first time.
EngineSeams make_seams(Place& place, Clock& clock);

}  // namespace interleave
