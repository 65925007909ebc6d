// colours.spec.mjs -- where the system forces its colours the picture is in two of them, and follows when they change.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { ended, launch, open_ready, rest, run, serve } from './helpers.mjs';

const shots = fileURLToPath(new URL('../../build/shots/', import.meta.url));
let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

/// What the browser says that the two are, as [r, g, b].
const system = (page) => page.evaluate(() => {
  const probe = document.body.appendChild(document.createElement('span'));
  probe.style.cssText = 'color: CanvasText; background-color: Canvas';
  const { color, backgroundColor } = getComputedStyle(probe);
  probe.remove();
  return [backgroundColor, color].map((rgb) => rgb.match(/[\d.]+/g).slice(0, 3).map(Number));
});

/// How far from the mixtures of two colours the picture's pixels are, at most, and how many of them are each of the two.
async function apart(page, [canvas, text]) {
  await rest(page);
  const png = await page.locator('#canvas').screenshot({ path: `${shots}forced.png` });
  return page.evaluate(async ([base64, a, b]) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const on = new OffscreenCanvas(image.width, image.height).getContext('2d');
    on.drawImage(image, 0, 0);
    const { data } = on.getImageData(0, 0, image.width, image.height);
    const way = b.map((to, i) => to - a[i]), length = way.reduce((sum, each) => sum + each * each, 0);
    let most = 0, of_canvas = 0, of_text = 0;
    for (let at = 0; at < data.length; at += 4) {
      const off = [0, 1, 2].map((i) => data[at + i] - a[i]);
      const share = off.reduce((sum, each, i) => sum + each * way[i], 0) / length;
      most = Math.max(most, ...off.map((each, i) => Math.abs(each - share * way[i])));
      if (share < 0.01) ++of_canvas;
      if (share > 0.99) ++of_text;
    }
    return { most, of_canvas, of_text };
  }, [png.toString('base64'), canvas, text]);
}

test('forced colours are all there is in the picture', async () => {
  mkdirSync(shots, { recursive: true });
  const page = await open_ready(browser, `${server.origin}/#v=1&l=http&s.connections=20&s.latency=50ms&s.work=2ms&w=4&p=2`, { forcedColors: 'active' });
  const two = await system(page);
  await run(page, 'loop');
  await ended(page);
  const seen = await apart(page, two);
  assert.ok(seen.most <= 4, `${seen.most} from any mixture of ${JSON.stringify(two)}`);
  assert.ok(seen.of_canvas > 10_000 && seen.of_text > 3_000, JSON.stringify(seen));
  await page.emulateMedia({ forcedColors: 'none' });
  await page.waitForFunction(() => !matchMedia('(forced-colors: active)').matches);
  const own = await apart(page, two);
  assert.ok(own.most > 40, 'without them it has hues again');
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await page.waitForFunction(() => matchMedia('(forced-colors: active)').matches);
  const again = await apart(page, await system(page));
  assert.ok(again.most <= 4, `${again.most} after they changed`);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
