#include "platform/web/engine_web.h"

#include <emscripten.h>

#include "runtime/compute.h"

// Each thread's clock starts when its Worker did; only with its own origin are two of them comparable. 1.76e12 ms is taken
// off so that a double keeps nanoseconds.
// (timeOrigin is asked for once in each Worker: in Chromium it costs as much as now(), 110 ns.)
EM_JS(double, il_js_now, (), {
  if (il_js_now.origin === undefined) il_js_now.origin = performance.timeOrigin - 1.76e12;
  return il_js_now.origin + performance.now();
});

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
