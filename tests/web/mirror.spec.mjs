// mirror.spec.mjs -- what only the canvas had: causes, the list of tasks, a range, the settings and files of the mirror; and what the
// page does with a picture, with two files and with the right button of the mouse.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ended, launch, open_ready, rest, run, run_all, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
const load = (hash = '', options = {}) => open_ready(browser, `${server.origin}/${hash && `#${hash}`}`, options);
const listed = (page) => page.waitForFunction(() => document.querySelector('#mirror-tasks summary').textContent);
const state = (page) => page.evaluate(() => interleave.app.state());

test('a task is found, its cause is read, and the list of tasks says where each is', async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=50ms&w=5&p=2');
  await run(page, 'gil');
  await listed(page);
  await page.click('#mirror-tasks summary');
  await page.waitForSelector('#mirror-tasks li');
  const list = page.locator('#mirror-tasks li button');
  assert.equal(await list.count(), 20);
  assert.match(await page.textContent('#mirror-tasks summary'), /^20 tasks on Threads \+ GIL at /);
  assert.match(await list.nth(6).textContent(), /^task 7: /);
  await list.nth(6).click();
  assert.match(await page.textContent('#mirror-why'), /task 7/);
  assert.equal((await state(page)).pinned, await page.textContent('#mirror-why'));
  await page.click('#mirror-unpin');
  assert.equal(await page.textContent('#mirror-why'), '');
  await page.fill('#mirror-range-from', '10');
  await page.fill('#mirror-range-to', '40');
  await page.click('#mirror-range-select');
  assert.match(await page.textContent('#mirror-range'), /^30\.0\sms selected, .* Threads \+ GIL: on average /);
  await page.click('#mirror-range-clear');
  assert.equal(await page.textContent('#mirror-range'), '');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('of very many tasks the list says that it holds the first', async () => {
  const page = await load('v=1&l=http&s.connections=300&s.latency=20ms&s.work=0ms');
  await run(page, 'loop');
  await listed(page);
  assert.match(await page.textContent('#mirror-tasks summary'), /^The first 200 of 300 tasks on Event loop at /);
  await page.click('#mirror-tasks summary');
  await page.waitForSelector('#mirror-tasks li');
  assert.equal(await page.locator('#mirror-tasks li').count(), 200);
  await page.context().close();
});

test('the GIL interval, a link, and the switch for keys of one letter are in the mirror', async () => {
  const page = await load('v=1&l=http&on=gil');
  await page.fill('#mirror-gil', '20');
  await page.press('#mirror-gil', 'Enter');
  assert.equal((await state(page)).gil_ms, 20);
  assert.match((await state(page)).hash, /gil=20/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('#mirror-share');
  assert.match((await state(page)).notice, /copied/);
  assert.equal(await page.getAttribute('#mirror-letter-keys', 'aria-pressed'), 'true');
  await page.click('#mirror-letter-keys');
  assert.equal(await page.getAttribute('#mirror-letter-keys', 'aria-pressed'), 'false');
  await page.context().close();
});

test('the display of a live run is paused from the mirror, and the run goes on', async () => {
  const page = await load('v=1&l=http&s.connections=20&s.latency=1s&w=1');
  await page.evaluate(() => interleave.app.command('run', 'serial'));
  await page.waitForFunction(() => interleave.app.state().live);
  await page.waitForFunction(() => document.getElementById('mirror-play').textContent === 'Pause the display');
  await page.waitForFunction(() => {
    if (!interleave.app.state().paused_live) document.getElementById('mirror-play').click();   // not before the run has begun
    return interleave.app.state().paused_live;
  });
  assert.equal(await page.textContent('#mirror-play'), 'Go on with the display');
  const before = (await state(page)).progress;
  await page.waitForFunction((words) => interleave.app.state().progress !== words, before);
  await page.click('#mirror-play');
  assert.equal((await state(page)).paused_live, false);
  await page.evaluate(() => interleave.app.command('stop'));
  await page.context().close();
});

test('the saved picture has no sentence about itself', async () => {
  const page = await load('v=1&l=http&s.connections=4&s.latency=20ms');
  await run_all(page);
  await rest(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(() => interleave.app.command('save', 'png'))]);
  const saved = readFileSync(await download.path());
  assert.match((await state(page)).notice, /^Saved as .*\.png\.$/);
  await page.evaluate(() => interleave.app.command('dismiss'));
  await rest(page);
  // The same picture, taken without any notice, is the same file.
  const again = await page.evaluate(() => new Promise((done) => {
    interleave.ui._il_touch();
    interleave.ui._il_frame(1);
    document.getElementById('canvas').toBlob(async (blob) => done([...new Uint8Array(await blob.arrayBuffer())]));
  }));
  assert.deepEqual([...saved], again);
  await page.context().close();
});

test('two traces that are dropped together stand one under another', async () => {
  const page = await load('v=1&l=http&s.connections=4&s.latency=20ms');
  await run(page, 'loop');
  await ended(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(() => interleave.app.command('save', 'trace'))]);
  const bytes = [...readFileSync(await download.path())];
  await page.evaluate((list) => {
    const files = new DataTransfer();
    for (const name of ['a.ilt', 'b.ilt']) files.items.add(new File([new Uint8Array(list)], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
  }, bytes);
  await page.waitForFunction(() => !interleave.app.state().opening && interleave.app.state().status.startsWith('b.ilt'));
  // Of one alone the sentence begins with its name.
  assert.ok(!(await state(page)).sentence.startsWith('b.ilt'), (await state(page)).sentence);
  await page.context().close();
});

test('files that come together take the place of one that is being read, and each bad one has its sentence', async () => {
  const page = await load('v=1&l=http&s.connections=4&s.latency=20ms');
  await run(page, 'loop');
  await ended(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(() => interleave.app.command('save', 'trace'))]);
  const bytes = [...readFileSync(await download.path())];
  await page.evaluate((list) => {
    const drop = (...files) => {
      const dropped = new DataTransfer();
      for (const file of files) dropped.items.add(file);
      const event = new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    };
    const slow = Array.from({ length: 200_000 }, (_, i) => ({ ph: 'X', pid: 1, tid: 1, name: 'work', dur: 2, ts: 3 * i }));
    drop(new File([JSON.stringify(slow)], 'older.json'));
    drop(new File(['nothing'], 'bad.ilt'), new File([new Uint8Array(list)], 'good.ilt'), new File(['[{]'], 'worse.json'));
  }, bytes);
  // In any order: one is refused by the Worker that reads it, the other by the App from frame to frame.
  await page.waitForFunction(() => {
    const { notice, opening } = interleave.app.state();
    return !opening && ['bad.ilt: ', 'worse.json: '].every((begins) => notice.includes(begins));
  });
  const now = await state(page);
  assert.ok(!now.notice.includes('Reading'), now.notice);
  assert.ok(now.status.startsWith('good.ilt'), now.status);
  assert.ok(!JSON.stringify(now).includes('older.json'));
  await page.context().close();
});

test('when it will be done is guessed in the mirror, too', async () => {
  const page = await load('v=1&l=http&s.connections=4&s.latency=20ms');
  await page.fill('#mirror-guess-time', '400');
  await page.press('#mirror-guess-time', 'Enter');
  assert.equal((await state(page)).guess_ms, 400);
  await run(page, 'loop');
  await ended(page);
  await page.evaluate(() => interleave.app.command('range', 'begin'));
  await page.click('#mirror-range-loop');
  assert.equal(await page.getAttribute('#mirror-range-loop', 'aria-pressed'), 'true');
  await page.fill('#mirror-guess-time', '');
  await page.press('#mirror-guess-time', 'Enter');
  assert.equal((await state(page)).guess_ms, 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a right click on the picture opens no menu of the browser', async () => {
  const page = await load();
  const kept = await page.evaluate(() => {
    const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
    document.getElementById('canvas').dispatchEvent(event);
    return event.defaultPrevented;
  });
  assert.equal(kept, true);
  await page.context().close();
});

test('a card comes while the pointer rests, and then nothing is drawn', async () => {
  const page = await load('v=1&l=http&s.connections=10&s.latency=50ms');
  await run(page, 'loop');
  await rest(page);
  const box = await page.locator('#canvas').boundingBox();
  await page.mouse.move(box.x + box.width * 0.42, box.y + box.height * 0.263);  // a wait of the loop
  // What is drawn for the movement itself is over by then, or the machine is slow and this says less.
  const for_movement = await page.evaluate(() => new Promise((done) => setTimeout(() => done(interleave.ui._il_frames_drawn()), 130)));
  await rest(page);
  const drawn = await page.evaluate(() => interleave.ui._il_frames_drawn());
  assert.ok(drawn > for_movement, 'one for what was due');
  await page.context().close();
});
