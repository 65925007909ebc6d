// place.h -- what a bench asks of where it runs: natively native/place.cpp answers, in Node and in a browser wasm/place.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "runtime/executor.h"

namespace interleave::bench {

std::unique_ptr<Clock> make_clock();
/// Of a run on `clock`, what every run on this machine, or in this page, is told.
RunOptions options_here(Clock& clock);
/// CPU time of the whole program; below 0: it is not known here. In a browser whoever serves the page is asked for it
/// (tests/web/helpers.mjs), so that the question takes a millisecond and CPU time itself.
Nanos cpu_now();
/// Whether cpu_now() takes well under a microsecond.
bool cpu_is_cheap();

/// For milliseconds in which nobody waits: CPU time, or in a browser the time that passes.
Nanos busy_now();

/// The system's own sleep, on which all others are built: a futex, in wasm an atomic.wait.
/// Blocks: while `word` is `value`, until wake(); it may come back for nothing.
void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value);
/// One who sleeps on `word`.
void wake(std::atomic<std::uint32_t>& word);

}  // namespace interleave::bench
