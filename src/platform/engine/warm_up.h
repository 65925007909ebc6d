// warm_up.h -- a small real run before the first one, so that the first is as quick as the next.
//
// A program's first run is the one in which its code is first read from disk, its memory first touched and, in a browser, each of its
// functions compiled, first quickly, then well. None of that is the executor's: a first run of 30 ms beside a second of 0.1 ms
// teaches something that is not so. So an engine runs this script once on each executor and throws the run away, before t = 0 of
// the run that is shown. What is shown is a real run, measured, in a program that has run before; no time is taken off it.
// Rejected: compiling everything when the page loads (V8 has no way to ask for the better of its two compilers); subtracting what a
// second run shows (a figure that nobody measured).
#pragma once

#include "platform/engine/engine_run.h"
#include "trace/executor_kind.h"

namespace interleave {

/// Runs it and returns when that is over: how it ended (a test looks). For `processes` it is a serial run: what a process does is the same code.
/// `turns`: how much of it. Ten go through all of it once; a browser's better compiler looks at what was done some hundred times.
/// Thread: one that may run an EngineRun with these seams. Blocks: natively a millisecond for ten, in wasm some 20 for 200; at most
/// kLongestWarmUp.
RunEnd warm_up(ExecutorKind executor, const EngineSeams& seams, int turns);

inline constexpr Nanos kLongestWarmUp = 200'000'000;

}  // namespace interleave
