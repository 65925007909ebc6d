// warm.spec.mjs -- no run begins while something small runs on the other engine, and that does not begin beside a run.
// engine.js with Workers and threads that do nothing but note what they are told: no wasm, no browser.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Node reads .js as modules only beside a package.json that says so.
const folder = mkdtempSync(join(tmpdir(), 'interleave-'));
for (const name of ['engine.js', 'clock.js', 'io.js']) cpSync(fileURLToPath(new URL(`../../web/${name}`, import.meta.url)), join(folder, name));
writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
const { Engine, END } = await import(pathToFileURL(join(folder, 'engine.js')).href);
after(() => rmSync(folder, { recursive: true, force: true }));

class NotingWorker {
  told = [];
  postMessage(message) { this.told.push(message.type); }
  says(message) { this.onmessage({ data: message }); }
  terminate() {}
}

class NotingThreads {
  told = [];
  interleave = {};
  HEAPU8 = new Uint8Array(1 << 16);
  _il_watch() {}
  _il_terminate() {}
  _il_configure() { this.told.push('warm'); }
  _il_input() { return 0; }
  _il_input_size() { return 1 << 20; }
  _il_run() { this.told.push('run'); }
  _il_cancel() {}
  _il_state() { return 1; }
  _il_heartbeat() { return 0; }
  _il_workers() { return 0; }
}

/** An engine whose Workers are there; its threads come when `threads_come` is called. */
async function start() {
  const workers = [];
  const threads = new NotingThreads();
  let threads_come;
  const host = {
    io_url: '',
    config: { cores: 2, clock_step_ns: 1000, most_requests: 8, most_children: 2, compute_rate: 1 },
    createWorker: () => {
      workers.push(new NotingWorker());
      return workers.at(-1);
    },
    stModule: async () => null,
    createThreads: () => new Promise((come) => { threads_come = () => come(threads); }),
  };
  const engine = new Engine(host, () => {});
  engine.warm();
  const [worker] = workers;
  worker.says({ type: 'ready' });
  return {
    engine, worker, threads,
    async threadsCome() {
      threads_come();
      await engine.threads.ready;
    },
  };
}

test('a run on the loop waits until the threads have warmed up', async () => {
  const { engine, worker, threads, threadsCome } = await start();
  await threadsCome();
  assert.deepEqual(threads.told, ['warm']);
  worker.says({ type: 'warm' });
  engine.run('v=1', 'loop');
  assert.deepEqual(worker.told.filter((type) => type === 'run'), []);
  threads.il_is_warm();
  assert.deepEqual(worker.told.filter((type) => type === 'run'), ['run']);
  engine.dispose();
});

test('a run on threads waits until the loop has warmed up', async () => {
  const { engine, worker, threads, threadsCome } = await start();
  await threadsCome();
  engine.run('v=1', 'threads');
  assert.deepEqual(threads.told, ['warm']);
  worker.says({ type: 'warm' });
  assert.deepEqual(threads.told, ['warm', 'run']);
  engine.dispose();
});

test('threads that come during a run on the loop warm up when it has ended', async () => {
  const { engine, worker, threads, threadsCome } = await start();
  worker.says({ type: 'warm' });
  engine.run('v=1', 'loop');
  assert.ok(worker.told.includes('run'));
  worker.says({ type: 'started', run: engine.number, t0: 0 });
  await threadsCome();
  assert.deepEqual(threads.told, []);
  worker.says({ type: 'ended', run: engine.number, end: END.finished, sentence: '', notice: '' });
  assert.deepEqual(threads.told, ['warm']);
  engine.dispose();
});

test('Stop ends a run that waits, and kills nothing', async () => {
  const { engine, worker, threads, threadsCome } = await start();
  await threadsCome();
  engine.run('v=1', 'loop');
  engine.cancel();
  assert.equal(engine.status.kind, 'ended');
  assert.equal(engine.status.end, END.cancelled);
  assert.ok(!engine.coordinator.dead && !engine.threads.dead);
  threads.il_is_warm();
  assert.ok(!worker.told.includes('run'));
  engine.dispose();
});

test('a Worker that dies while it warms up is not waited for', async () => {
  const { engine, worker, threads, threadsCome } = await start();
  await threadsCome();
  engine.run('v=1', 'threads');
  worker.onerror({});
  assert.deepEqual(threads.told, ['warm', 'run']);
  engine.dispose();
});
