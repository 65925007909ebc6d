// embed.spec.mjs -- embed.html in an iframe on somebody else's page, whose host sends nothing, and so does ours.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { frames, launch, launch_with_profile, open, rest, serve } from './helpers.mjs';

let ours, browser;
before(async () => { ours = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); ours?.close(); });

/** A course page with us in it. @returns its page; `heard(type)` waits for a message of the embed */
async function course(hash, { attributes = '', below = '', context, ...options } = {}) {
  const host = await serve({
    folder: '/nowhere',
    pages: {
      '/course.html': `<!doctype html><meta charset=utf-8><title>Course</title><link rel=icon href="data:,"><body style="margin:0">
        <script>heard = []; addEventListener('message', (e) => heard.push({ ...e.data, from: e.origin }));</script>
        <iframe id=embed src="${ours.foreign_origin}/embed.html#${hash}" width=800 height=400 ${attributes}></iframe>${below}`,
    },
  });
  const page = await open(context ? { newContext: () => context } : browser, `${host.origin}/course.html`, { viewport: { width: 1000, height: 700 }, ...options });
  page.heard = (type) => page.waitForFunction((type) => heard.find((m) => m.type === type), type)
    .then((handle) => handle.jsonValue());
  page.post = (message) => page.evaluate((message) => document.getElementById('embed').contentWindow.postMessage(message, '*'), message);
  page.outer = () => page.frames().find((frame) => frame.url().includes('/embed.html'));
  page.app_frame = () => page.frames().find((frame) => frame.url().includes('/app.html'));
  page.done = async () => { await page.context().close(); host.close(); };
  return page;
}

test('it loads, reaches real threads and runs on them; axe finds nothing', async () => {
  const page = await course('v=1&l=http&s.connections=8&s.latency=50ms');
  const ready = await page.heard('ready');
  assert.equal(ready.tier, 1, JSON.stringify(ready.decisions));
  assert.equal(await page.evaluate(() => self.crossOriginIsolated), false, 'the host stays as it was');
  await page.app_frame().evaluate(() => interleave.app.command('run', 'threads'));
  const finished = await page.heard('run-finished');
  const row = finished.runs.find((run) => run.executor === 'threads');
  assert.ok(row && row.makespan_ns > 50e6, JSON.stringify(finished));
  assert.equal(row.provenance, 'measured');
  assert.deepEqual(page.complaints, []);
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    await page.app_frame().waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
    for (const frame of [page.outer(), page.app_frame()]) {
      await frame.evaluate(axe);
      const found = await frame.evaluate(() => axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      assert.deepEqual(found.violations.map((v) => `${colorScheme} ${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
    }
  }
  await page.done();
});

test('five loads, each with an empty profile: real threads each time', async () => {
  const times = [];
  for (let i = 0; i < 5; ++i) {
    const begun = performance.now();
    const page = await course('v=1&l=http');
    const ready = await page.heard('ready');
    times.push(performance.now() - begun);
    assert.equal(ready.tier, 1, `load ${i}: ${JSON.stringify(ready.decisions)}`);
    await page.done();
  }
  times.sort((a, b) => a - b);
  console.log(`# embed ready, from an empty profile: median ${times[2].toFixed(0)} ms, slowest ${times[4].toFixed(0)} ms`);
});

test('third-party cookies blocked: real threads all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interleave-profile-'));
  mkdirSync(join(folder, 'Default'));
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 1, block_third_party_cookies: true } }));
  const context = await launch_with_profile(folder);
  const page = await course('v=1&l=http&s.connections=4&s.latency=20ms&origin=*', { context });
  const ready = await page.heard('ready');
  assert.equal(await page.outer().evaluate(() => document.hasStorageAccess()), false, 'cookies are blocked');
  assert.equal(ready.tier, 1, JSON.stringify(ready.decisions));
  await page.post({ interleave: 1, id: 1, type: 'run', all: true });
  const finished = await page.heard('run-finished');
  assert.ok(finished.runs.some((run) => run.executor === 'serial'));
  await page.done();
  rmSync(folder, { recursive: true, force: true });
});

test('a sandbox that allows scripts and our origin: real threads', async () => {
  const page = await course('v=1&l=http', { attributes: 'sandbox="allow-scripts allow-same-origin"' });
  const ready = await page.heard('ready');
  assert.equal(ready.tier, 1, JSON.stringify(ready.decisions));
  await page.done();
});

test('a sandbox that allows too little: a sentence', async () => {
  for (const attributes of ['sandbox="allow-scripts"', 'sandbox']) {
    const page = await course('v=1&l=http', { attributes });
    await page.frameLocator('#embed').locator('#late').waitFor();
    assert.match(await page.frameLocator('#embed').locator('body').innerText(), /its sandbox must allow scripts and its own origin/);
    await page.done();
  }
});

test('without a service worker: serial, loop and processes are real, threads and GIL say a sentence', async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, serviceWorkers: 'block' });
  const page = await course('v=1&l=http&s.connections=5&s.latency=20ms&w=4&origin=*', { context });
  const ready = await page.heard('ready');
  assert.equal(ready.tier, 2, JSON.stringify(ready.decisions));
  await page.post({ interleave: 1, id: 1, type: 'run', all: true });
  await page.waitForFunction(() => heard.some((m) => m.type === 'run-finished'));
  await page.app_frame().waitForFunction(() => interleave.app.state().running === false);
  const state = await page.app_frame().evaluate(() => interleave.app.state());
  const measured = state.results.filter((row) => row.makespan_ns > 0).map((row) => row.executor);
  assert.deepEqual(measured.sort(), ['loop', 'processes', 'serial']);
  for (const id of ['threads', 'gil', 'stealing']) {
    assert.match(state.executors.find((executor) => executor.id === id).refused, /no shared memory.*tab of its own/);
  }
  await page.done();
});

/** What became of wheel events over the picture: whether it kept them from the page. */
const watch_wheel = (page) => page.app_frame().evaluate(() => {
  self.wheels = [];
  addEventListener('wheel', (event) => wheels.push(event.defaultPrevented));
});
/** Turns the wheel until the course page moves; false: it never did. One turn may be lost: a browser drops it before it knows where
 * a frame lies, and gives a wheel that goes on to whom it went before, for a moment. */
async function turn_until_moved(page) {
  for (let i = 0; i < 100; ++i) {
    await page.mouse.wheel(0, 100);
    await frames(page, 40);   // longer than that moment
    if (await page.evaluate(() => scrollY > 0)) return true;
  }
  return false;
}
const tall = '<div style="height:3000px"></div>';

test('the wheel over it scrolls the course page until it has the focus', async () => {
  const page = await course('v=1&l=http', { below: tall });
  await page.heard('ready');
  await watch_wheel(page);
  await page.mouse.move(400, 200);
  assert.ok(await turn_until_moved(page));
  assert.ok(!(await page.app_frame().evaluate(() => wheels.includes(true))), 'the picture kept none of it');
  await page.done();
});

test('with the focus the picture takes the wheel; Esc gives it back, and Tab goes on', async () => {
  const page = await course('v=1&l=http', { below: `<button id=next>Next</button>${tall}` });
  await page.heard('ready');
  await watch_wheel(page);
  await page.app_frame().evaluate(() => document.getElementById('canvas').focus());
  await page.mouse.move(400, 200);
  await page.mouse.wheel(0, 300);
  await page.app_frame().waitForFunction(() => wheels.length > 0);
  assert.deepEqual(await page.app_frame().evaluate(() => [...new Set(wheels)]), [true]);
  await frames(page, 10);
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.keyboard.press('Escape');
  await page.app_frame().waitForFunction(() => document.activeElement !== document.getElementById('canvas'));
  assert.ok(await turn_until_moved(page));
  // No trap: from the picture, Tab comes out on the other side within the mirror's number of controls.
  await page.app_frame().evaluate(() => document.getElementById('canvas').focus());
  let presses = 0;
  for (; presses < 60 && !(await page.evaluate(() => document.activeElement.id === 'next')); ++presses) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'next', `still inside after ${presses} Tabs`);
  await page.done();
});

test('commands are taken only from origins that the link names', async () => {
  const page = await course('v=1&l=http');
  await page.heard('ready');
  await page.post({ interleave: 1, id: 7, type: 'run' });
  const refused = await page.heard('error');
  assert.equal(refused.code, 'origin');
  assert.equal(refused.id, 7);
  await page.done();

  const allowed = await course('v=1&l=http&s.connections=4&s.latency=20ms&origin=*');
  await allowed.heard('ready');
  await allowed.post({ interleave: 1, id: 'a', type: 'set-state', state: 'v=1&l=http&on=loop&s.connections=5&s.latency=30ms' });
  await allowed.post({ interleave: 1, id: 'b', type: 'run' });
  const finished = await allowed.heard('run-finished');
  assert.ok(finished.runs.some((run) => run.executor === 'loop'), JSON.stringify(finished));
  assert.deepEqual(await allowed.evaluate(() => heard.filter((m) => m.type === 'reply').map((m) => [m.id, m.ok])), [['a', true], ['b', true]]);
  await allowed.post({ interleave: 1, id: 'c', type: 'delete-everything' });
  assert.equal((await allowed.heard('error')).code, 'unknown');
  await allowed.post({ interleave: 1, id: 'd', type: 'set-state', state: 'x'.repeat((64 << 10) + 1) });
  await allowed.waitForFunction(() => heard.some((m) => m.code === 'size' && m.id === 'd'));
  await allowed.post({ interleave: 1, id: 'e', type: 'set-state' });
  await allowed.waitForFunction(() => heard.some((m) => m.code === 'state' && m.id === 'e'));
  await allowed.done();
});

test('commands that come before it is up are kept, and it loads once', async () => {
  const page = await course('v=1&l=http&s.connections=20&origin=*');
  await page.post({ interleave: 1, id: 1, type: 'set-state', state: 'v=1&l=http&on=loop&s.connections=3&s.latency=20ms' });
  await page.post({ interleave: 1, id: 2, type: 'run' });
  const ready = await page.heard('ready');
  const finished = await page.heard('run-finished');
  assert.ok(finished.runs.some((run) => run.executor === 'loop'), JSON.stringify(finished));
  assert.match(finished.state, /s\.connections=3\b/);
  assert.equal(ready.decisions.filter((decision) => /frame:/.test(decision)).length, 1, JSON.stringify(ready.decisions));
  assert.equal(await page.evaluate(() => heard.filter((m) => m.type === 'ready').length), 1);
  await page.done();
});

test('out of sight, Run all runs all', async () => {
  const page = await course('v=1&l=http&s.connections=4&s.latency=30ms&origin=*', { below: tall });
  await page.heard('ready');
  await page.evaluate(() => scrollTo(0, 2500));
  await page.post({ interleave: 1, id: 1, type: 'run', all: true });
  const finished = await page.heard('run-finished');
  assert.equal(finished.runs.length, 6, JSON.stringify(finished));
  assert.deepEqual(page.complaints, []);
  await page.done();
});

test('a flood of messages is dropped and counted', async () => {
  const page = await course('v=1&l=http&origin=*');
  await page.heard('ready');
  await page.evaluate(() => {
    const frame = document.getElementById('embed').contentWindow;
    for (let i = 0; i < 10000; ++i) frame.postMessage({ interleave: 1, id: i, type: 'nothing' }, '*');
  });
  // Every message is answered or counted, however long the machine took over them.
  await page.waitForFunction(() => {
    const dropped = heard.filter((m) => m.code === 'flood').reduce((sum, m) => sum + Number(m.sentence.match(/\d+/)[0]), 0);
    self.answered = heard.filter((m) => m.code === 'unknown').length;
    return dropped > 0 && dropped + answered === 10000;
  });
  console.log(`# of 10,000 messages ${await page.evaluate(() => self.answered)} were answered, the others dropped and counted`);
  await page.done();
});

test('with load=click it is a poster until somebody presses Run', async () => {
  const page = await course('v=1&l=http&s.connections=4&s.latency=20ms&load=click');
  const fetched = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.outer().locator('#load').waitFor();
  await frames(page, 20);
  assert.equal(page.app_frame(), undefined);
  assert.deepEqual(fetched.filter((url) => /wasm|app/.test(url)), []);
  await page.outer().locator('#title', { hasText: 'HTTP requests' }).waitFor();   // it was seen to name no lesson
  await page.outer().locator('#load').click();
  await page.heard('ready');
  const finished = await page.heard('run-finished');
  assert.ok(finished.runs.length > 0);
  assert.match(finished.sentence, / first: .*Serial /, 'of all runs together, not of the last');
  await page.app_frame().waitForFunction(() => interleave.app.state().running === false);
  await rest(page.app_frame());
  await page.done();
});
