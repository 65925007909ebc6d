#include "platform/engine/warm_up.h"

#include <algorithm>

namespace interleave {
namespace {

// What lessons do, a little of each: it is the code that runs it which is to be used, often enough to be compiled well.
constexpr const char* kScript = R"(from interleave import *

lesson(id="W", name="warm_up", title="Warm up", claim="-", on=["serial", "threads", "gil", "loop", "stealing"], workers=2, cores=2)
turns = param(200, min=1, max=10000)


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.amount = 0

    def add(self, n):
        self.amount += n
        return self.amount


def evens(limit):
    n = 0
    while n < limit:
        yield n
        n += 2


def average():
    total = 0
    count = 0
    while True:
        n = yield total / (count + 1)
        total += n
        count += 1


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def reckon(i):
    account = Account(f"task {i}")
    seen = {}
    lines = []
    for n in range(turns):
        seen[n % 7] = seen.get(n % 7, 0) + n
        if n % 3 == 0 and n not in lines:
            lines.append(n)
        account.add(n * 2 - 1)
    filter = average()
    next(filter)
    for n in evens(turns):
        filter.send(n)
    filter.close()
    try:
        lines[len(lines)]
    except IndexError as e:
        lines.append(len([x for x in lines if x % 2 == 0]))
    text = " ".join([str(x) for x in lines[:5]])
    return account.amount + len(text) + fib(10)


async def share(i, lock, room, queue, cell, ready):
    for n in range(10):
        async with lock:
            cell.store(cell.load() + 1)
        async with room:
            await step()
        compute(2 * us)
        await io(1 * us)
        await queue.put(i)
    ready.set()


async def take(queue, n):
    got = 0
    for _ in range(n):
        got += await queue.get()
    return got


async def main():
    await gather(*[reckon(i) for i in range(4)])
    lock = Lock()
    room = Semaphore(2)
    queue = Queue()
    cell = shared(0)
    ready = Event()
    for i in range(2):
        await share(i, lock, room, queue, cell, ready)
    await take(queue, 20)
    workers = [spawn(share(i, lock, room, queue, cell, ready)) for i in range(4)]
    for w in workers:
        await w
    await ready.wait()
    print(cell.load(), len(workers))


run(main)
)";

RunEnd run_once(const Scenario& scenario, ExecutorKind executor, const EngineSeams& seams) {
  EngineRun run(scenario, executor, seams);
  const Nanos until = seams.clock->now() + kLongestWarmUp;
  for (;;) {
    const Progress progress = run.poll(kMs);
    if (progress.kind == Progress::Kind::done) return progress.end;
    const Nanos now = seams.clock->now();
    if (now > until) run.cancel();
    if (progress.kind == Progress::Kind::waiting) seams.clock->wait_until(std::min(progress.until, now + kMs));
  }
}

}  // namespace

RunEnd warm_up(ExecutorKind executor, const EngineSeams& seams, int turns) {
  EngineSeams own = seams;
  own.trace_budget_bytes = std::size_t{4} << 20;
  own.requests = nullptr;
  own.sockets = nullptr;
  own.processes = nullptr;
  own.shared_memory = nullptr;
  Scenario scenario;
  scenario.lesson = "warm_up.py";
  scenario.source = kScript;
  scenario.set_parameter("turns", turns);
  const RunEnd end = run_once(scenario, executor == ExecutorKind::processes ? ExecutorKind::serial : executor, own);
  if (executor != ExecutorKind::loop || end != RunEnd::finished) return end;
  // Several event loops are other code. Where there are no threads this is one again.
  scenario.executor = id_of(executor);
  return run_once(scenario, executor, own);
}

}  // namespace interleave
