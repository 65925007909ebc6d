// page.spec.mjs -- index.html from the plainest host: real threads, figures in the DOM, Stop, links, idleness, accessibility.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, no_nesting, open_ready, serve } from '../helpers.mjs';

let server, browser;
before(async () => { server = await serve({ prefix: no_nesting }); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
const load = (hash = '', options = {}) => open_ready(browser, `${server.origin}/${hash && `#${hash}`}`, options);

const results = (page) => page.$$eval('#mirror-results tbody tr', (rows) => Object.fromEntries(rows.map((row) =>
  [row.dataset.executor, { ns: Number(row.dataset.makespanNs), words: [...row.cells].map((cell) => cell.textContent) }])));

async function run_all(page, patience = 60_000) {
  await page.locator('#mirror-run-all').click();
  await page.waitForFunction(() => interleave.app.state()?.running === true);
  await page.waitForFunction(() => interleave.app.state()?.running === false, null, { timeout: patience });
  return results(page);
}

test('it reaches real threads on a host that sends no header', async () => {
  const page = await load();
  assert.equal(await page.getAttribute('html', 'data-ready'), '1');
  assert.match(await page.textContent('#where'), /Real threads/);
  assert.ok(!page.url().includes('coi='), page.url());
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('Run all on http: every executor in its bounds, and nobody makes a Worker in a Worker', { timeout: 120_000 }, async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=100ms&s.work=5ms&w=20&p=2');
  const rows = await run_all(page);
  const ms = (id) => rows[id].ns / 1e6;
  console.log('http in Chromium, ms:', Object.fromEntries(Object.keys(rows).map((id) => [id, Number(ms(id).toFixed(1))])));
  assert.ok(ms('serial') >= 2090 && ms('serial') < 2900, `serial ${ms('serial')}`);
  assert.ok(ms('loop') >= 195 && ms('loop') < 450, `loop ${ms('loop')}`);
  assert.ok(ms('threads') >= 104 && ms('threads') < 700, `threads ${ms('threads')}`);
  assert.ok(ms('gil') >= 195 && ms('gil') < 900, `gil ${ms('gil')}`);
  assert.ok(ms('processes') >= 104 && ms('processes') < 1500, `processes ${ms('processes')}`);
  assert.match(await page.textContent('#status'), /\d/);
  assert.ok(page.workers().length >= 5, `${page.workers().length} Workers`);
  assert.equal(await page.evaluate(() => self.nested_workers), 0, 'a Worker made a Worker');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

for (const [name, hash] of [['cashiers', 'v=1&l=cashiers&w=2&p=2'], ['sum', 'v=1&l=sum&w=2&p=2']]) {
  test(`Run all on ${name}`, { timeout: 120_000 }, async () => {
    const page = await load(hash);
    const rows = await run_all(page, 100_000);
    const ran = Object.entries(rows).filter(([, row]) => row.ns > 0);
    console.log(`${name}, ms:`, Object.fromEntries(ran.map(([id, row]) => [id, Number((row.ns / 1e6).toFixed(1))])));
    assert.ok(ran.length >= 3, JSON.stringify(rows));
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

for (const executor of ['serial', 'threads', 'processes']) {
  test(`Stop in the middle of ${executor}, while tasks compute for ever`, async () => {
    const page = await load('v=1&l=http&s.connections=50&s.latency=1s&s.work=100ms&w=4');
    await page.evaluate((executor) => interleave.app.command('run', executor), executor);
    await page.waitForFunction(() => interleave.engine.status.kind === 'running');
    await page.waitForTimeout(400);
    const took = await page.evaluate(() => new Promise((done) => {
      const begun = performance.now();
      document.getElementById('mirror-stop').click();
      const look = () => interleave.app.state().running ? setTimeout(look, 2) : done(performance.now() - begun);
      look();
    }));
    console.log(`Stop on ${executor}: ${took.toFixed(0)} ms`);
    assert.ok(took < 200, `${took} ms`);
    await page.context().close();
  });
}

test('a link that is junk costs one sentence and nothing else', async () => {
  for (const hash of ['%ff%00%%%', 'v=1&l=no-such-lesson', 'speed=9&foo=1&v=1&l=http', '💥&l=🦄&s.connections=NaN', 'v=99', 'w=-5&p=1e99&gil=-1', 'x'.repeat(1 << 20)]) {
    const page = await load(hash);
    const notices = await page.$$eval('#notice', (nodes) => nodes.filter((node) => !node.hidden && node.textContent).map((node) => node.textContent));
    assert.equal(notices.length, 1, `${hash.slice(0, 40)}: ${JSON.stringify(notices)}`);
    assert.ok(notices[0].length < 400, notices[0]);
    assert.ok(await page.evaluate(() => interleave.app.state().lessons.length >= 3));
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});

test('the state is in the hash, and a new hash is taken over', async () => {
  const page = await load('v=1&l=http&s.connections=30');
  await page.locator('#mirror-set-connections').focus();
  await page.evaluate(() => interleave.app.command('set', 'connections', '44'));
  await page.waitForFunction(() => /s\.connections=44/.test(location.hash));
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=12'; });
  await page.waitForFunction(() => interleave.app.state().parameters.find((p) => p.name === 'connections').value === 12);
  await page.context().close();
});

test('1,000 threads: 256 and a sentence; 10,000 waits on loop', { timeout: 120_000 }, async () => {
  const page = await load('v=1&l=http&s.connections=1000&s.latency=20ms&s.work=0ms&w=1000');
  await page.evaluate(() => interleave.app.command('run', 'threads'));
  await page.waitForFunction(() => interleave.app.state()?.running === true);
  await page.waitForFunction(() => interleave.app.state()?.running === false, null, { timeout: 60_000 });
  const state = await page.evaluate(() => interleave.app.state());
  assert.match(`${state.status} ${state.sentence} ${state.notice}`, /256/);
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=10000&s.latency=200ms&s.work=0ms'; });
  await page.waitForFunction(() => interleave.app.state().parameters[0].value === 10000);
  await page.evaluate(() => interleave.app.command('run', 'loop'));
  await page.waitForFunction(() => interleave.app.state()?.running === true);
  await page.waitForFunction(() => interleave.app.state()?.running === false, null, { timeout: 60_000 });
  const rows = await results(page);
  console.log(`10,000 waits of 200 ms on loop: ${(rows.loop.ns / 1e6).toFixed(0)} ms`);
  assert.ok(rows.loop.ns > 200e6 && rows.loop.ns < 8e9);
  await page.context().close();
});

test('an idle page draws no frames', async () => {
  const page = await load('v=1&l=http');
  await page.waitForTimeout(1000);
  const before = await page.evaluate(() => interleave.ui._il_frames_drawn());
  await page.waitForTimeout(2000);
  assert.equal(await page.evaluate(() => interleave.ui._il_frames_drawn()), before);
  await page.context().close();
});

test('Tab goes through the canvas and on; Esc leaves it', async () => {
  const page = await load('v=1&l=http');
  await page.focus('#canvas');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'canvas');
  await page.focus('#canvas');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement.id !== 'canvas');
  await page.context().close();
});

test('axe finds nothing to complain about, dark and light', async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['dark', 'light']) {
    const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', { colorScheme });
    await run_all(page);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
    await page.context().close();
  }
});
