// loop_order.h -- what tasks on the loop do, in order: held against what asyncio_order.py printed under CPython 3.11.
#pragma once

#include "support.h"

namespace interleave::testing {

/// Who says what it does. A copy is as good.
struct Said {
  Trial& run;
  void operator()(std::string word) const { run.said.push_back(std::move(word)); }
};

/// How long a task waits, one wait after the other: `pauses(0, kMs)`.
using Waits = std::vector<Nanos>;
template <class... Each>
Waits pauses(Each... waits) {
  return {Nanos{waits}...};
}

/// Says name0, waits, says name1, ...
inline std::shared_ptr<Work> steps(Said say, std::string name, Waits waits = {}) {
  return work([=](Task& task) -> Coroutine {
    say(name + "0");
    for (std::size_t i = 0; i < waits.size(); ++i) {
      co_await io(task, waits[i]);
      say(name + std::to_string(i + 1));
    }
  });
}

/// What was said, in words, in a run that ends well. Time jumps.
inline std::string order_on_loop(std::function<Coroutine(Task&, Said)> main) {
  Trial run(ExecutorKind::loop);
  run.use_fake_clock();
  run.run([&](Task& task) { return main(task, Said{run}); });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  expect_well_formed(run);
  return run.order();
}

}  // namespace interleave::testing
