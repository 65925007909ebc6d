// smoke.spec.mjs -- the page loads from the plainest host and draws.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { colours_on, frames, launch, open_ready, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });

test('the page loads, draws and complains about nothing', async () => {
  const page = await open_ready(browser, `${server.origin}/`);   // past the one reload that brings shared memory
  await frames(page, 5);
  const colours = await colours_on(page);
  assert.ok(colours > 16, `no text on the canvas: ${colours} colours`);
  assert.deepEqual(page.complaints, []);
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
});
