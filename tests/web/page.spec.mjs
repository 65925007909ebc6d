// page.spec.mjs -- index.html from the plainest host: it reaches real threads, and "Run all" fills the table in the DOM.
// What else the page promises is in unsettled/, until it has been seen green together (./build.sh test unsettled).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, no_nesting, open_ready, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve({ prefix: no_nesting }); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
const load = (hash = '', options = {}) => open_ready(browser, `${server.origin}/${hash && `#${hash}`}`, options);

test('it reaches real threads on a host that sends no header', async () => {
  const page = await load();
  assert.match(await page.textContent('#where'), /Real threads/);
  assert.ok(!page.url().includes('coi='), page.url());
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('Run all on http gives a figure for every executor that is built', { timeout: 170_000 }, async () => {
  const page = await load('v=1&l=http&s.connections=10&s.latency=100ms&s.work=5ms&w=10&p=2');
  await page.locator('#mirror-run-all').click();
  await page.waitForFunction(() => interleave.app.state()?.running === true);
  await page.waitForFunction(() => interleave.app.state()?.running === false, null, { timeout: 150_000 });
  const rows = await page.$$eval('#mirror-results tbody tr', (all) => Object.fromEntries(all.map((row) =>
    [row.dataset.executor, Number(row.dataset.makespanNs) / 1e6])));
  console.log('# http in Chromium, ms:', JSON.stringify(rows));
  // Nobody can be faster than the waits and the work allow; how much slower is printed, not asserted.
  for (const [id, least] of [['serial', 1040], ['loop', 145], ['threads', 104], ['gil', 140], ['processes', 104]])
    assert.ok(rows[id] >= least, `${id} ${rows[id]}`);
  assert.equal(await page.evaluate(() => self.nested_workers ?? 0), 0, 'a Worker made a Worker');
  await page.context().close();
});
