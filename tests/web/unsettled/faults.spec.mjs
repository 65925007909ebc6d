// faults.spec.mjs -- what is injected, and the one sentence that must come of it (RELIABILITY.md).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open_ready, serve } from '../helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
const load = (hash, options = {}) => open_ready(browser, `${server.origin}/#${hash}`, options);
const run = async (page, executor) => {
  await page.evaluate((executor) => interleave.app.command('run', executor), executor);
  await page.waitForFunction(() => interleave.app.state()?.running === true);
};
const ended = (page, timeout = 15_000) => page.waitForFunction(() => interleave.app.state()?.running === false, null, { timeout });
const words = (page) => page.evaluate(() => { const s = interleave.app.state(); return `${s.status} | ${s.notice} | ${s.sentence}`; });

test('the engine’s Worker is killed: a sentence, and the next run works', async () => {
  const page = await load('v=1&l=http&s.connections=50&s.latency=1s');
  await run(page, 'serial');
  await page.waitForFunction(() => interleave.engine.status.kind === 'running');
  await page.evaluate(() => interleave.engine.coordinator.worker.terminate());
  await ended(page);
  assert.match(await words(page), /stopped answering/);
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=5&s.latency=20ms'; });
  await run(page, 'loop');
  await ended(page);
  assert.ok(await page.evaluate(() => interleave.app.state().results.some((row) => row.executor === 'loop' && row.makespan_ns > 0)));
  await page.context().close();
});

test('all threads are killed in mid-run: a sentence, what ran is kept, the next run works', async () => {
  const page = await load('v=1&l=http&s.connections=50&s.latency=500ms&w=8');
  await run(page, 'threads');
  await page.waitForFunction(() => interleave.engine.status.kind === 'running');
  await page.waitForTimeout(300);
  await page.evaluate(() => interleave.engine.threads.instance._il_terminate());
  await ended(page);
  assert.match(await words(page), /stopped answering/);
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=5&s.latency=20ms&w=4'; });
  await run(page, 'threads');
  await ended(page);
  assert.ok(await page.evaluate(() => interleave.app.state().results.some((row) => row.executor === 'threads' && row.makespan_ns > 0)));
  await page.context().close();
});

test('one process is killed in mid-run: the run ends, with a sentence or by doing its work elsewhere', async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=300ms&w=4');
  await run(page, 'processes');
  await page.waitForFunction(() => interleave.engine.coordinator.children.size >= 2);
  await page.waitForTimeout(300);
  await page.evaluate(() => [...interleave.engine.coordinator.children.values()][0].worker.terminate());
  await ended(page, 20_000);
  console.log('one process killed:', await words(page));
  await page.context().close();
});

for (const [how, script] of [
  ['the constructor throws', () => { self.Worker = class { constructor() { throw new DOMException('refused', 'SecurityError'); } }; }],
  ['Workers stay silent', () => { self.Worker = class extends EventTarget { postMessage() {} terminate() {} }; }],
]) {
  test(`Workers are refused (${how}): one sentence, the page lives`, async () => {
    const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', { init: script });
    assert.equal(await page.getAttribute('html', 'data-ready'), '3');
    await page.locator('#mirror-run-all').click();
    await page.waitForFunction(() => interleave.app.state().notice !== '');
    assert.match(await page.textContent('#mirror-refused'), /may not start Workers/);
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

test('no service worker: requests are timers and say so', async () => {
  const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', {
    init: () => Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined }),
  });
  assert.equal(await page.getAttribute('html', 'data-ready'), '2');
  assert.match(await page.textContent('#mirror-refused'), /shared memory/);
  await run(page, 'loop');
  await ended(page);
  assert.ok(await page.evaluate(() => interleave.app.state().results.some((row) => row.executor === 'loop' && row.makespan_ns > 0)));
  await page.context().close();
});

test('no WebGL 2: a sentence, and all controls and figures as text', async () => {
  const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', {
    init: () => { HTMLCanvasElement.prototype.getContext = () => null; },
  });
  assert.match(await page.textContent('#poster'), /WebGL 2/);
  await page.locator('#mirror-run-all').click();
  await page.waitForFunction(() => interleave.app.state()?.running === true);
  await ended(page, 60_000);
  assert.match(await page.textContent('#mirror-results tbody'), /ms|s/);
  await page.context().close();
});

test('the graphics context is lost and comes back: the picture comes back', async () => {
  const page = await load('v=1&l=http');
  await page.evaluate(() => {
    const gl = document.getElementById('canvas').getContext('webgl2');
    self.lose = gl.getExtension('WEBGL_lose_context');
    self.lose.loseContext();
  });
  await page.waitForFunction(() => !document.getElementById('poster').hidden);
  await page.evaluate(() => self.lose.restoreContext());
  await page.waitForFunction(() => document.getElementById('poster').hidden);
  await page.waitForTimeout(500);
  const { colours_on } = await import('../helpers.mjs');
  assert.ok(await colours_on(page) > 5);
  await page.context().close();
});
