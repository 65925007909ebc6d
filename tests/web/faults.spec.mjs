// faults.spec.mjs -- what is injected, and the one sentence that must come of it (RELIABILITY.md).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { colours_on, ended, frames, launch, open_ready, rest, results, run, run_all, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
// A small window: software draws the picture.
const load = (hash, options = {}) => open_ready(browser, `${server.origin}/#${hash}`, { viewport: { width: 800, height: 500 }, ...options });
const words = (page) => page.evaluate(() => { const s = interleave.app.state(); return `${s.status} | ${s.notice} | ${s.sentence}`; });

/** The run has begun (something was recorded), and is looked at. */
const under_way = async (page) => {
  // The state is told when something changes, and time alone is no change: a command asks for it afresh.
  await page.waitForFunction(() => { interleave.app.command('dismiss'); return /, \d/.test(interleave.app.state().progress); });
  await page.evaluate(() => { self.fed = interleave.app.frames(); });
  await page.waitForFunction(() => interleave.app.frames() > self.fed + 10);
};

async function next_run_works(page, executor) {
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=5&s.latency=20ms&w=4'; });
  await page.waitForFunction(() => interleave.app.state().parameters[0].value === 5);
  await run(page, executor);
  await ended(page);
  const rows = await results(page);
  assert.ok(rows[executor].ns > 20e6, JSON.stringify(rows));
}

test('the engine’s Worker is killed: a sentence, and the next run works', async () => {
  const page = await load('v=1&l=http&s.connections=50&s.latency=1s');
  await run(page, 'serial');
  await under_way(page);
  await page.evaluate(() => interleave.engine.coordinator.worker.terminate());
  await ended(page);
  assert.match(await words(page), /stopped answering/);
  await next_run_works(page, 'loop');
  await page.context().close();
});

test('an engine breaks as it takes a run in: a sentence, and no run that never ends', async () => {
  // In the Worker, since the program's own names are all that is the same in each build.
  const broken = `Object.defineProperty(Object.prototype, '_il_run', { configurable: true, set() {
    Object.defineProperty(this, '_il_run', { value() { throw new WebAssembly.RuntimeError('unreachable'); } });
  } });\n`;
  const own = await serve({ prefix: { '/engine_worker.js': broken } });
  const page = await open_ready(browser, `${own.origin}/#v=1&l=http&s.connections=3&s.latency=20ms`);
  await run(page, 'serial');
  await ended(page);
  assert.match(await words(page), /stopped answering/);
  await page.context().close();
  own.close();
});

test('all threads are killed in mid-run: a sentence, what ran is kept, the next run works', async () => {
  const page = await load('v=1&l=http&s.connections=50&s.latency=500ms&w=8');
  await run(page, 'threads');
  await under_way(page);
  await page.evaluate(() => interleave.engine.threads.instance._il_terminate());
  await ended(page);
  assert.match(await words(page), /stopped answering/);
  assert.ok((await results(page)).threads.ns > 0, 'what ran is kept');
  await next_run_works(page, 'threads');
  await page.context().close();
});

test('one process is killed in mid-run: its task is lost in a sentence, another process takes its place', async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=300ms&w=4');
  await run(page, 'processes');
  await page.waitForFunction(() => interleave.engine.coordinator.children.size >= 2);
  await under_way(page);
  await page.evaluate(() => [...interleave.engine.coordinator.children.values()][0].worker.terminate());
  await ended(page);
  console.log('# one process killed:', await words(page));
  assert.match(await words(page), /process that ran this task was lost/);
  await next_run_works(page, 'processes');
  await page.context().close();
});

test('a task that says nothing for longer than a dead engine is waited for is not taken for one', async () => {
  const source = `from interleave import *

async def task(i):
    await io(4 * s)

async def main():
    await gather(*[task(i) for i in range(2)])

run(main)
`;
  const page = await load(`v=1&w=2&p=2&src=${Buffer.from(source).toString('base64url')}`);
  for (const executor of ['processes', 'loop']) {
    await run(page, executor);
    await ended(page);
    assert.ok((await results(page))[executor].ns >= 4e9);
    assert.equal(await page.evaluate(() => interleave.app.state().notice), '');
  }
  await page.context().close();
});

for (const [how, script, sentence] of [
  ['the constructor throws', () => { self.Worker = class { constructor() { throw new DOMException('refused', 'SecurityError'); } }; }, /may not start Workers/],
  ['Workers stay silent', () => { self.Worker = class extends EventTarget { postMessage() {} terminate() {} }; }, /No Worker has answered/],
]) {
  test(`Workers are refused (${how}): one sentence, the page lives`, async () => {
    const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', { init: script });
    assert.equal(await page.getAttribute('html', 'data-ready'), '3');
    await page.locator('#mirror-run-all').click();
    await page.waitForFunction(() => interleave.app.state().notice !== '');
    assert.match(await page.textContent('#mirror-refused'), sentence);
    assert.ok(await page.evaluate(() => interleave.app.state().lessons.length >= 3));
    await page.context().close();
  });
}

test('a policy that forbids Workers: one sentence', async () => {
  const strict = await serve({ headers: { 'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:" } });
  const page = await open_ready(browser, `${strict.origin}/#v=1&l=http`);
  assert.equal(await page.getAttribute('html', 'data-ready'), '3');
  assert.match(await page.textContent('#mirror-refused'), /may not start Workers/);
  await page.context().close();
  strict.close();
});

const without_service_worker = () => Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });

test('no shared memory and no service worker: three real executors, two sentences, requests are timers and say so', async () => {
  const page = await load('v=1&l=http&s.connections=5&s.latency=20ms&w=4', { init: without_service_worker });
  assert.equal(await page.getAttribute('html', 'data-ready'), '2');
  const refused = await page.textContent('#mirror-refused');
  for (const name of ['Threads', 'GIL']) assert.match(refused, new RegExp(`${name}.*shared memory`), refused);
  const rows = await run_all(page);
  for (const [id, least] of [['serial', 100], ['loop', 20], ['processes', 20]]) {
    assert.ok(rows[id].ns >= least * 1e6, `${id}: ${JSON.stringify(rows)}`);
  }
  assert.match(await words(page), /Requests are timers here/);
  assert.ok(!(rows.threads?.ns > 0) && !(rows.gil?.ns > 0), JSON.stringify(rows));
  assert.match(await page.evaluate(() => interleave.app.command('run', 'gil')), /shared memory/);
  await page.context().close();
});

test('shared memory by headers but no service worker: threads are real, requests are timers and say so', async () => {
  const isolated = await serve({ headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'cross-origin' } });
  const page = await open_ready(browser, `${isolated.origin}/#v=1&l=http&s.connections=5&s.latency=20ms&w=4`, { init: without_service_worker });
  assert.equal(await page.getAttribute('html', 'data-ready'), '1');
  await run(page, 'threads');
  await ended(page);
  assert.match(await words(page), /Requests are timers here/);
  assert.ok((await results(page)).threads.ns >= 40e6);
  await page.context().close();
  isolated.close();
});

test('no WebGL 2: a sentence, and all controls and figures as text', async () => {
  const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', {
    init: () => { HTMLCanvasElement.prototype.getContext = () => null; },
  });
  assert.match(await page.textContent('#poster'), /WebGL 2/);
  const rows = await run_all(page);
  for (const id of ['serial', 'threads', 'gil', 'processes', 'loop', 'stealing']) assert.ok(rows[id].ns >= 20e6, `${id}: ${JSON.stringify(rows)}`);
  // The timeline is there as a drawing, by the same words, and can be kept.
  await page.waitForFunction(() => document.querySelector('#sketch svg title')?.textContent === document.getElementById('mirror-sentence').textContent);
  assert.match(await page.textContent('#sketch svg'), /Work stealing/);
  assert.ok(await page.locator('#sketch svg rect').count() > 30);
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#mirror-svg').click()]);
  assert.equal(file.suggestedFilename(), 'interleave-http.svg');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('the UI breaks in the middle of a frame: one sentence, and nothing of it is called again', async () => {
  const page = await load('v=1&l=http&s.connections=7');
  await page.evaluate(() => {
    interleave.ui._il_frame = () => { throw new WebAssembly.RuntimeError('unreachable'); };
    interleave.app.command('theme', 'light');
  });
  await page.waitForFunction(() => !document.getElementById('poster').hidden);
  assert.match(await page.evaluate(() => document.getElementById('poster').textContent), /our mistake/);
  assert.match(await page.evaluate(() => interleave.app.command('run')), /our mistake/);
  assert.match(page.url(), /s\.connections=7/);
  await page.context().close();
});

test('the graphics context is lost in mid-run: a sentence, the run goes on; it comes back: so does the picture', async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=100ms&w=4');
  await rest(page, 5);
  const before = await colours_on(page);
  await run(page, 'loop');
  await page.evaluate(() => {
    const gl = document.getElementById('canvas').getContext('webgl2');
    self.lose = gl.getExtension('WEBGL_lose_context');
    self.lose.loseContext();
  });
  await page.waitForFunction(() => !document.getElementById('poster').hidden);
  assert.match(await page.textContent('#poster'), /took the picture away/);
  await ended(page);
  assert.ok((await results(page)).loop.ns >= 100e6);
  // Not back after ten seconds: a drawing, until it is.
  await page.locator('#sketch svg').waitFor();
  assert.match(await page.textContent('#poster'), /has not given it back/);
  await page.evaluate(() => self.lose.restoreContext());
  await page.waitForFunction(() => document.getElementById('poster').hidden && document.getElementById('sketch').hidden);
  await rest(page, 5);
  await frames(page, 3);
  const after_it = await colours_on(page);
  assert.ok(before > 16 && after_it > 16, `${before} colours before, ${after_it} after`);
  await page.context().close();
});
