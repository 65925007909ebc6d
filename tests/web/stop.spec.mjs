// stop.spec.mjs -- Stop, however the tasks behave, and how much a page can hold: 1,000 threads, 100,000 waits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, in_ms, launch, open_ready, results, run, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

const HANG_MS = 5000;   // tells an answer from none, and no more: the goal is 200 ms, the figures are printed
const in_link = (source) => Buffer.from(source).toString('base64url');
const script = (body) => `v=1&w=4&p=2&src=${in_link(`from interleave import *

async def task(i):
${body.map((line) => `    ${line}`).join('\n')}

async def main():
    await gather(*[task(i) for i in range(8)])

run(main)
`)}`;

const endless = {
  'compute() without end': script(['compute(1_000_000 * s)']),
  'a loop without end': script(['n = 0', 'while True:', '    n = n + 1']),
  'a wait without end': script(['await io(1_000_000 * s)']),
};

// A small window: software draws the picture, and what is tested is not the picture.
const load = (hash) => open_ready(browser, `${server.origin}/#${hash}`, { viewport: { width: 800, height: 500 } });
const take_over = async (page, hash) => {
  await page.evaluate((hash) => { location.hash = hash; }, hash);
  const source = /src=([^&]*)/.exec(hash)?.[1] ?? '';
  await page.waitForFunction((source) => (/src=([^&]*)/.exec(interleave.app.state().hash)?.[1] ?? '') === source, source);
};

for (const executor of ['serial', 'loop', 'threads', 'gil', 'processes', 'stealing']) {
  test(`Stop on ${executor}`, async () => {
    const page = await load('v=1&l=http');
    const stop = async (what) => {
      await run(page, executor);
      await page.waitForFunction(() => interleave.engine.status.kind === 'running');
      await page.evaluate(() => { self.drawn = interleave.app.frames(); });
      await page.waitForFunction(() => interleave.app.frames() > self.drawn + 10);
      assert.ok(await page.evaluate(() => interleave.app.state().running), `${what}: ${await page.evaluate(() => interleave.app.state().status)}`);
      if (what === 'an engine that is deaf') {
        await page.evaluate(() => {
          const { coordinator, threads, on_threads } = interleave.engine;
          if (on_threads) threads.instance._il_cancel = () => {};
          else coordinator.post = () => {};
        });
      }
      const took = await page.evaluate(() => new Promise((done) => {
        const begun = performance.now();
        document.getElementById('mirror-stop').click();
        const look = () => (interleave.app.state().running ? setTimeout(look, 2) : done(performance.now() - begun));
        look();
      }));
      console.log(`# Stop on ${executor}, ${what}: ${took.toFixed(0)} ms`);
      assert.ok(took < HANG_MS, `${what}: ${took} ms`);
    };
    for (const [what, hash] of Object.entries(endless)) {
      await take_over(page, hash);
      await stop(what);
    }
    await stop('an engine that is deaf');   // only force ends that
    // And the next run works.
    await take_over(page, 'v=1&l=http&s.connections=4&s.latency=20ms&w=2&p=2');
    await run(page, executor);
    await ended(page);
    const rows = await results(page);
    assert.ok(rows[executor]?.ns > 20e6, JSON.stringify(rows));
    assert.equal(await page.evaluate(() => interleave.app.state().notice), '');
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

test('1,000 threads: 256 of them and a plain sentence', async () => {
  const page = await load('v=1&l=http&s.connections=1000&s.latency=20ms&s.work=0ms&w=1000');
  await run(page, 'threads');
  await ended(page);
  const { status, sentence, notice } = await page.evaluate(() => interleave.app.state());
  console.log(`# 1,000 threads: ${in_ms(await results(page))} ms. ${notice || status}`);
  assert.match(`${status} ${sentence} ${notice}`, /256/);
  assert.ok((await results(page)).threads.ns > 0);
  // Nothing is left behind that a next run trips over.
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=4&s.latency=20ms&w=4'; });
  await page.waitForFunction(() => interleave.app.state().parameters[0].value === 4);
  await run(page, 'threads');
  await ended(page);
  assert.ok((await results(page)).threads.ns > 20e6);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('100,000 waits at once on loop', async () => {
  const page = await load(`v=1&src=${in_link(`from interleave import *

async def task(i):
    await io(200 * ms)

async def main():
    await gather(*[task(i) for i in range(100_000)])
    print("all came back")

run(main)
`)}`);
  await run(page, 'loop');
  await ended(page);
  const rows = await results(page);
  console.log(`# 100,000 waits of 200 ms on loop: ${in_ms(rows)} ms`);
  assert.ok(rows.loop.ns >= 200e6, JSON.stringify(rows));
  assert.match(await page.evaluate(() => interleave.app.state().status), /100\D000 tasks/);
  await page.context().close();
});
