// engine.spec.mjs -- both wasm engines under Node: figures, Stop, killed Workers. The page's own engine.js drives them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEngine } from './engine_node.mjs';

const MS = 1e6;
let node;
before(async () => { node = await startEngine(); });
after(() => node.close());

const http = 'v=1&l=http&s.connections=10&s.latency=100ms&s.work=5ms&p=2';

// Nobody can be faster than the waits allow (how much work 5 ms is was measured on a busy machine). How much slower is
// printed, not asserted: machines are noisy; the upper bound only tells waits that overlap from waits that hang.
function in_bounds(run, low_ms, usual_ms) {
  assert.equal(run.end, 'finished', run.sentence);
  const ms = run.makespan_ns / MS;
  console.log(`# ${ms.toFixed(1)} ms, on a quiet machine at most ${usual_ms} ms`);
  assert.ok(ms >= low_ms && ms <= 10 * usual_ms, `${ms.toFixed(1)} ms is not between ${low_ms} and ${10 * usual_ms}`);
}

test('http on serial takes connections x (latency + work)', async () => {
  const run = await node.run(http, 'serial');
  in_bounds(run, 1000, 1400);
  assert.equal(run.tasks, 10);
  assert.equal(run.outcomes.finished, 10);
});

test('http on loop takes latency + connections x work, in one Worker', async () => {
  const run = await node.run(http, 'loop');
  in_bounds(run, 100, 300);
  assert.equal(run.outcomes.finished, 10);
});

test('a run in which nothing happens for longer than a silence is not taken for dead', async () => {  // seen: tasks that all sleep 5 s ended by force after 3
  const script = `from interleave import *

async def main():
    await io(4 * s)

run(main)
`;
  const run = await node.run(`v=1&src=${Buffer.from(script).toString('base64url')}`, 'loop');
  in_bounds(run, 4000, 60_000);   // what it is about: it is not ended by force
});

test('http on threads overlaps the waits', async () => {
  const run = await node.run(`${http}&w=10`, 'threads');
  in_bounds(run, 100, 400);
  assert.equal(run.outcomes.finished, 10);
  assert.ok(run.ran_on >= 10, `${run.ran_on} lanes ran tasks`);
});

test('http on gil overlaps the waits but not the work', async () => {
  const run = await node.run(`${http}&w=10`, 'gil');
  in_bounds(run, 100, 500);
});

test('http on stealing overlaps the waits on as many workers as cores', async () => {
  const run = await node.run(`${http}&w=10`, 'stealing');
  in_bounds(run, 100, 400);
  assert.equal(run.outcomes.finished, 10);
  assert.equal(run.facts.workers, 2);
});

test('http on processes runs in Workers with memory of their own', async () => {
  const before = node.workers.length;
  const run = await node.run(`${http}&w=4`, 'processes');
  in_bounds(run, 300, 1500);
  assert.equal(run.outcomes.finished, 10);
  assert.ok(node.workers.length > before || node.engine.spare.length > 0);
});

const script = (source) => `v=1&l=http&w=2&p=2&src=${Buffer.from(source).toString('base64url')}`;

test('a lock and a queue are one for all processes, and exceptions come home by their type', async () => {
  const run = await node.run(script(`from interleave import *

lock = Lock()
log = Queue()


class Odd(ValueError):
    pass


async def user(n, done):
    for _ in range(3):
        async with lock:
            await log.put("in")
            await io(1 * ms)
            await log.put("out")
    await done.wait()
    raise Odd(n)


async def main():
    done = Event()
    users = [spawn(user(n, done)) for n in range(2)]
    said = [await log.get() for _ in range(12)]
    print(said == ["in", "out"] * 6)
    done.set()
    for task in users:
        try:
            await task
        except Odd as e:
            print("Odd", e)
    print(lock.locked())  # the last "out" comes before its release


run(main)
`), 'processes');
  assert.equal(run.end, 'finished', run.sentence);
  assert.deepEqual(run.output, ['True', 'Odd 0', 'Odd 1', 'False']);
  assert.ok(run.facts.copied_bytes > 0);
});

test('processes that wait for each other end with a sentence that says who', async () => {
  const run = await node.run(script(`from interleave import *

a, b = Lock(), Lock()
has_a, has_b = Event(), Event()


async def takes(first, second, mine, theirs):
    async with first:
        mine.set()
        await theirs.wait()
        async with second:
            pass


async def main():
    await gather(takes(a, b, has_a, has_b), takes(b, a, has_b, has_a))


run(main)
`), 'processes');
  assert.equal(run.end, 'deadlock');
  assert.match(run.sentence, /^Deadlock: task 1 \(line \d+\) waits for lock \d+, which task 2 holds; task 2 \(line \d+\) waits for lock \d+, which task 1 holds\.$/);
});

const calls = script(`from interleave import *


def numbers_up_to(n):
    return list(range(n))


async def one(n):
    found = await to_process(numbers_up_to, n)
    print(n, len(found), sum(found))


async def main():
    await gather(*[one(n) for n in (3, 200, 150000)])


run(main)
`);

for (const [executor, more] of [['serial', ''], ['loop', '&w=1'], ['loop', '&on=loop&w=2'], ['threads', ''], ['gil', ''], ['processes', ''], ['stealing', '']]) {
  test(`to_process() on ${executor}${more}: other Workers work, and large results come home whole`, async () => {
    const run = await node.run(calls.replace('&w=2', more || '&w=2'), executor);
    assert.equal(run.end, 'finished', run.sentence);
    assert.deepEqual(run.output.sort(), ['150000 150000 11249925000', '200 200 19900', '3 3 3']);
    assert.ok(run.facts.copied_bytes > 0);
    assert.equal(run.outcomes.finished, 6);
    // The last word to a Worker may still be on its way when the run has ended.
    const left = () => node.engine.threads.children.size + node.engine.coordinator.children.size;
    for (const from = Date.now(); left() > 0 && Date.now() - from < 2000;) await new Promise(setImmediate);
    assert.equal(left(), 0, 'none outlives the run');
  });
}

test('a Worker that to_process() called is killed: its call fails in a sentence, and the next is made elsewhere', async () => {
  await node.run(calls, 'threads');   // there is an instance
  const { threads } = node.engine;
  const send = threads.instance.il_send_to_child;
  let killed = false;
  threads.instance.il_send_to_child = (child, buffer) => {
    const says_task = new Uint8Array(buffer)[0] === 'T'.charCodeAt(0);   // process_messages.h
    send(child, buffer);
    if (!says_task || killed) return;
    killed = true;
    threads.children.get(child).worker.worker.onerror({ message: 'killed by the test' });
  };
  const run = await node.run(script(`from interleave import *


def long(n):
    block(n * s)
    return n


async def main():
    try:
        await to_process(long, 60)
    except RuntimeError as lost:
        print(lost)
    print(await to_process(long, 0))


run(main)
`), 'threads');
  threads.instance.il_send_to_child = send;
  assert.equal(run.end, 'finished', run.sentence);
  assert.deepEqual(run.output, ['The process that ran this task was lost.', '0']);
  assert.equal(run.outcomes.lost, 1);
});

test('10,000 tasks that only wait, on loop', async () => {
  const run = await node.run('v=1&l=http&s.connections=10000&s.latency=200ms&s.work=0ms&s.over_http=0', 'loop');
  in_bounds(run, 200, 8000);
  assert.equal(run.outcomes.finished, 10000);
});

for (const executor of ['serial', 'loop', 'threads', 'gil', 'processes', 'stealing']) {
  test(`Stop ends ${executor} within 200 ms and keeps what ran`, async () => {
    const run = await node.run('v=1&l=http&s.connections=50&s.latency=500ms&s.work=50ms&w=4', executor, { stop_after_ms: 700 });
    assert.equal(run.end, 'cancelled');
    console.log(`# stopped after ${run.stop_ms.toFixed(0)} ms`);
    assert.ok(run.stop_ms < 5000, `${run.stop_ms} ms`);
    assert.ok(run.tasks > 0);
  });
}

test('a Worker that is killed ends its run with a sentence, and the next run works', async () => {
  let killed = false;
  const run = await node.run('v=1&l=http&s.connections=20&s.latency=1s', 'serial', {
    during: (status) => {
      if (status.kind === 'running' && !killed) {
        killed = true;
        node.engine.coordinator.worker.terminate();
      }
    },
  });
  assert.equal(run.end, 'aborted');
  assert.match(run.sentence, /stopped answering/);
  in_bounds(await node.run(http, 'loop'), 100, 400);
});

test('of what an engine runs before the first run nothing is seen in it', async (t) => {
  const fresh = await startEngine();
  t.after(() => fresh.close());
  for (const executor of ['serial', 'threads']) {
    const run = await fresh.run(script("from interleave import *\n\nasync def main():\n    print('mine')\n\nrun(main)\n"), executor);
    assert.equal(run.end, 'finished', run.sentence);
    assert.deepEqual(run.output, ['mine']);
    assert.equal(run.tasks, 0);
  }
});

test('a bad script is a sentence with its place', async () => {
  const source = 'from interleave import *\n\nasync def main():\n    await io(\n\nrun(main)\n';
  const run = await node.run(`v=1&l=http&src=${Buffer.from(source).toString('base64url')}`, 'loop');
  assert.equal(run.end, 'failed');
  assert.match(run.sentence, /:\d+:\d+: /);
});
