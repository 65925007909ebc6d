// embed.spec.mjs -- embed.html in an iframe on somebody else's page, whose host sends nothing, and so does ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, serve } from '../helpers.mjs';

let ours, browser;
before(async () => { ours = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); ours?.close(); });

/** A course page with us in it. @returns its page; `heard(type)` waits for a message of the embed */
async function course(hash, { attributes = '', before = '', after: below = '', frame_height = 400 } = {}) {
  const host = await serve({
    folder: '/nowhere',
    pages: {
      '/course.html': `<!doctype html><meta charset=utf-8><title>Course</title><body style="margin:0">${before}
        <script>heard = []; addEventListener('message', (e) => heard.push({ ...e.data, from: e.origin }));</script>
        <iframe id=embed src="${ours.foreign_origin}/embed.html#${hash}" width=800 height=${frame_height} ${attributes}></iframe>${below}`,
    },
  });
  const page = await open(browser, `${host.origin}/course.html`, { viewport: { width: 1000, height: 700 } });
  page.heard = (type, patience = 15000) => page.waitForFunction((type) => heard.find((m) => m.type === type), type, { timeout: patience })
    .then((handle) => handle.jsonValue());
  page.app_frame = () => page.frames().find((frame) => frame.url().includes('/app.html'));
  page.done = async () => { await page.context().close(); host.close(); };
  return page;
}

test('it loads, reaches real threads and runs on them', async () => {
  const page = await course('v=1&l=http&s.connections=8&s.latency=50ms');
  const ready = await page.heard('ready');
  assert.equal(ready.tier, 1, JSON.stringify(ready.decisions));
  assert.equal(await page.evaluate(() => self.crossOriginIsolated), false, 'the host stays as it was');
  const frame = page.app_frame();
  await frame.evaluate(() => interleave.app.command('run', 'threads'));
  const finished = await page.heard('run-finished');
  const row = finished.runs.find((run) => run.executor === 'threads');
  assert.ok(row && row.makespan_ns > 50e6, JSON.stringify(finished));
  assert.equal(row.provenance, 'measured');
  await page.done();
});

test('twenty loads: real threads each time', { timeout: 120_000 }, async () => {
  const times = [];
  for (let i = 0; i < 20; ++i) {
    const begun = performance.now();
    const page = await course('v=1&l=http');
    const ready = await page.heard('ready');
    times.push(performance.now() - begun);
    assert.equal(ready.tier, 1, `load ${i}: ${JSON.stringify(ready.decisions)}`);
    await page.done();
  }
  times.sort((a, b) => a - b);
  console.log(`embed ready: median ${times[10].toFixed(0)} ms, slowest ${times[19].toFixed(0)} ms`);
});

test('in a sandbox it says in a sentence why threads cannot run', async () => {
  const page = await course('v=1&l=http', { attributes: 'sandbox="allow-scripts allow-same-origin" ' });
  await page.heard('ready');
  await page.done();
});

test('the wheel over it scrolls the course page until it has the focus', async () => {
  const page = await course('v=1&l=http', { after: '<div style="height:3000px"></div>' });
  await page.heard('ready');
  await page.mouse.move(400, 200);
  await page.mouse.wheel(0, 300);
  await page.waitForFunction(() => scrollY > 100);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => scrollY === 0);
  await page.waitForTimeout(300);
  await page.mouse.click(400, 200);
  await page.mouse.wheel(0, 300);
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => scrollY), 0, 'with focus the picture takes the wheel');
  await page.done();
});

test('commands are taken only from origins that the link names', async () => {
  const page = await course('v=1&l=http');
  await page.heard('ready');
  const post = (message) => page.evaluate((message) => document.getElementById('embed').contentWindow.postMessage(message, '*'), message);
  await post({ interleave: 1, id: 7, type: 'run' });
  const refused = await page.heard('error');
  assert.equal(refused.code, 'origin');
  assert.equal(refused.id, 7);
  await page.done();

  const allowed = await course('v=1&l=http&s.connections=4&s.latency=20ms&origin=*');
  await allowed.heard('ready');
  const ask = (message) => allowed.evaluate((message) => document.getElementById('embed').contentWindow.postMessage(message, '*'), message);
  await ask({ interleave: 1, id: 'a', type: 'set-state', state: 'v=1&l=http&on=loop&s.connections=5&s.latency=30ms' });
  await ask({ interleave: 1, id: 'b', type: 'run' });
  const finished = await allowed.heard('run-finished');
  assert.ok(finished.runs.some((run) => run.executor === 'loop'), JSON.stringify(finished));
  await ask({ interleave: 1, id: 'c', type: 'delete-everything' });
  assert.equal((await allowed.heard('error')).code, 'unknown');
  await allowed.done();
});

test('a flood of messages is dropped and counted', async () => {
  const page = await course('v=1&l=http&origin=*');
  await page.heard('ready');
  await page.evaluate(() => {
    const frame = document.getElementById('embed').contentWindow;
    for (let i = 0; i < 10000; ++i) frame.postMessage({ interleave: 1, id: i, type: 'nothing' }, '*');
    setTimeout(() => frame.postMessage({ interleave: 1, id: 'later', type: 'nothing' }, '*'), 1500);
  });
  await page.waitForFunction(() => heard.some((m) => m.code === 'flood'), null, { timeout: 6000 });
  const answers = await page.evaluate(() => heard.filter((m) => m.type === 'error').length);
  assert.ok(answers < 400, `${answers} answers`);
  await page.done();
});

test('with load=click it is a poster until somebody presses Run', async () => {
  const page = await course('v=1&l=http&s.connections=4&s.latency=20ms&load=click');
  const outer = page.frames().find((frame) => frame.url().includes('/embed.html'));
  await page.waitForTimeout(500);
  assert.equal(page.app_frame(), undefined);
  await outer.locator('#load').click();
  await page.heard('ready');
  await page.heard('run-finished', 30000);
  await page.done();
});
