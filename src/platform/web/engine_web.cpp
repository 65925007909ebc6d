#include "platform/web/engine_web.h"

#include <emscripten.h>

#include "runtime/compute.h"

// Each thread's clock starts when its Worker did; only with its own origin are two of them comparable. 1.76e12 ms is taken
// off so that a double keeps nanoseconds.
EM_JS(double, il_js_now, (), { return performance.timeOrigin - 1.76e12 + performance.now(); });

namespace interleave {

double page_clock_ms() { return il_js_now(); }

EngineSeams make_seams(Place& place, Clock& clock) {
  if (place.compute_rate <= 0) place.compute_rate = calibrate(clock);
  EngineSeams seams;
  seams.clock = &clock;
  seams.machine_cores = place.cores;
  seams.clock_step = place.clock_step;
  seams.compute_rate = place.compute_rate;
  seams.trace_budget_bytes = kTraceBudgetBytes;
  return seams;
}

}  // namespace interleave
