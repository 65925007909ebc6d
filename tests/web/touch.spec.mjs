// touch.spec.mjs -- a phone's fingers on the picture: one scrubs or scrolls the page, two move and stretch the stretch of time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, launch, open_ready, run, serve } from './helpers.mjs';

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
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
