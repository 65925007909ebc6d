// touch.spec.mjs -- a phone's fingers on the picture: one scrubs or scrolls the page, two move and stretch the stretch of time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, frames, launch, open_ready, run, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

test('two fingers stretch the time, and neither is a mouse; the page keeps its size', { timeout: 120_000 }, async () => {
  const page = await open_ready(browser, `${server.origin}/#v=1&l=http&on=loop&s.connections=20&s.latency=50ms&s.work=1ms&s.over_http=0`,
    { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await run(page, 'loop');
  await ended(page);
  const touch = await page.context().newCDPSession(page);
  const box = await page.locator('#canvas').boundingBox();
  const put = (type, ...points) => touch.send('Input.dispatchTouchEvent',
    { type, touchPoints: points.map(([x, y], id) => ({ x: box.x + x, y: box.y + y, id })) });
  const length = await page.evaluate(() => interleave.ui._il_window(1) - interleave.ui._il_window(0));
  await put('touchStart', [180, 420]);
  await put('touchStart', [180, 420], [220, 420]);
  for (let by = 4; by <= 60; by += 4) await put('touchMove', [180 - by, 420], [220 + by, 420]);
  await put('touchEnd');
  await page.waitForFunction((most) => interleave.ui._il_window(1) - interleave.ui._il_window(0) < most, length / 2);
  assert.equal(await page.evaluate(() => visualViewport.scale), 1);

  // Where the picture's button runs, a touch that the system takes for itself runs nothing.
  // Counted as they begin: on a slow machine one is over before anybody looks.
  await page.evaluate(() => {
    const { engine } = interleave, begin = engine.run;
    self.begun = 0;
    engine.run = (...args) => { ++self.begun; return begin.apply(engine, args); };
  });
  const runs = () => page.evaluate(() => self.begun);
  let at = null;
  for (let y = 60; !at && y < 400; y += 10) {
    await put('touchStart', [330, y]);
    await frames(page, 3);
    await put('touchEnd');
    await frames(page, 5);
    if (await runs() > 0) at = [330, y];
  }
  assert.ok(at, 'no button was found');
  await ended(page);
  const begun = await runs();
  const before = await page.evaluate(() => JSON.stringify(interleave.app.state().results));
  await put('touchStart', at);
  await frames(page, 3);
  await put('touchCancel');
  await frames(page, 8);
  assert.equal(await runs(), begun);
  assert.equal(await page.evaluate(() => JSON.stringify(interleave.app.state().results)), before);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
