// page.spec.mjs -- index.html from the plainest host: real threads, figures in the DOM, links, rest, keys, accessibility.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { ended, frames, in_ms, launch, no_nesting, open_ready, rest, results, run, run_all, serve } from './helpers.mjs';

let server, browser;
before(async () => { server = await serve({ prefix: no_nesting }); browser = await launch(); });
after(async () => { await browser?.close(); server?.close(); });
const load = (hash = '', options = {}) => open_ready(browser, `${server.origin}/${hash && `#${hash}`}`, options);

test('it reaches real threads on a host that sends no header', async () => {
  const page = await load();
  assert.equal(await page.getAttribute('html', 'data-ready'), '1');
  assert.match(await page.textContent('#where'), /Real threads/);
  assert.ok(!page.url().includes('coi='), page.url());
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('Run all on http: every executor, none faster than the waits allow, no Worker made by a Worker', async () => {
  const page = await load('v=1&l=http&s.connections=10&s.latency=100ms&s.work=5ms&w=10&p=2');
  const rows = await run_all(page);
  console.log('# http in Chromium, ms:', in_ms(rows));
  for (const [id, least] of [['serial', 1000], ['loop', 100], ['threads', 100], ['gil', 100], ['processes', 100], ['stealing', 100]])
    assert.ok(rows[id].ns >= least * 1e6, `${id} ${rows[id].ns}`);
  assert.match(await page.textContent('#status'), /\d/);
  assert.ok(page.workers().length >= 5, `${page.workers().length} Workers`);
  assert.equal(await page.evaluate(() => self.nested_workers), 0, 'a Worker made a Worker');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

// Cashiers: 8 orders of 0.1 s at the till and 0.4 s in the kitchen; only the kitchen is certain, since how much work 0.1 s is was
// measured on a busy machine. The sum: its own check stops a run whose total is wrong.
for (const [name, hash, bounds] of [
  ['cashiers', 'v=1&l=cashiers&w=2&p=2&s.order=500ms', { serial: 3200, loop: 400, threads: 1600, gil: 1600, processes: 1600, stealing: 400 }],
  ['sum', 'v=1&l=sum&w=2&p=2&s.rounds=10', { serial: 0, loop: 0, threads: 0, gil: 0, processes: 0, stealing: 0 }],
]) {
  test(`Run all on ${name}`, async () => {
    const page = await load(hash);
    const rows = await run_all(page);
    console.log(`# ${name} in Chromium, ms:`, in_ms(rows));
    assert.equal(await page.evaluate(() => interleave.app.state().notice), '');
    for (const [id, least] of Object.entries(bounds)) assert.ok(rows[id].ns > least * 0.999e6, `${id} ${rows[id].ns}`);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

test('a link that is junk costs one sentence and nothing else', async () => {
  const junk = ['%ff%00%%%', 'v=1&l=no-such-lesson', 'speed=9&foo=1&v=1&l=http', '💥&l=🦄&s.connections=NaN', 'v=99',
    'w=-5&p=1e99&gil=-1', 'x'.repeat(100_000)];
  const looks_fine = async (page, hash) => {
    const notices = await page.$$eval('#notice', (nodes) => nodes.filter((node) => !node.hidden && node.textContent).map((node) => node.textContent));
    assert.equal(notices.length, 1, `${hash.slice(0, 40)}: ${JSON.stringify(notices)}`);
    assert.ok(notices[0].length < 400, notices[0]);
    assert.ok(await page.evaluate(() => interleave.app.state().lessons.length >= 3));
    assert.deepEqual(page.complaints, []);
  };
  const page = await load();
  for (const hash of junk) {
    await page.evaluate(() => interleave.app.command('dismiss'));
    await page.waitForFunction(() => interleave.app.state().notice === '' && document.getElementById('notice').hidden);
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await page.waitForFunction(() => interleave.app.state().notice !== '' && !document.getElementById('notice').hidden);
    await looks_fine(page, hash);
  }
  await page.context().close();
  for (const hash of [junk[0], junk.at(-1)]) {   // and from the first moment on
    const fresh = await load(hash);
    await looks_fine(fresh, hash);
    await fresh.context().close();
  }
});

test('the pointer rests on a button and opens the Share menu: the picture goes on', async () => {
  const page = await load('v=1&l=http', { viewport: { width: 1366, height: 768 } });
  const box = await page.locator('#canvas').boundingBox();
  const drawn = () => page.evaluate(() => interleave.app.frames());
  for (const [x, press] of [[1295, false], [1120, true], [1150, false]]) {
    const before = await drawn();
    await page.mouse.move(box.x + x, box.y + 22, { steps: 3 });
    if (press) await page.mouse.click(box.x + x, box.y + 22);
    await frames(page, 40);   // longer than a tooltip waits
    assert.ok(await drawn() > before);
  }
  assert.equal(await page.evaluate(() => interleave.ui._il_on_top()), 1);
  await page.keyboard.press('Escape');   // the menu, and not the picture
  await page.waitForFunction(() => interleave.ui._il_on_top() === 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'canvas');
  assert.equal(await page.evaluate(() => document.getElementById('poster').hidden), true);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('who chooses a lesson with the keyboard keeps the place', async () => {
  const page = await load('v=1&l=http');
  await page.locator('#mirror-lesson').evaluate((select) => {   // as the arrow keys do where a list need not be opened
    select.focus();
    select.value = 'S1';
    select.dispatchEvent(new Event('change'));
  });
  await page.waitForFunction(() => interleave.app.state().lesson === 'cashiers');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'mirror-lesson');
  await page.context().close();
});

test('a folder is a sentence, and as long a script as may be runs on threads, too', async () => {
  const page = await load('v=1&l=http');
  const notice = (words) => page.waitForFunction((words) => document.getElementById('notice').textContent.includes(words), words);
  await page.evaluate(() => interleave.app.openFile({ name: 'folder', size: 4096, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('a folder')) }) }));
  await notice('folder cannot be read');
  const long = `${await page.evaluate(() => interleave.ui.UTF8ToString(interleave.ui._il_code()))}\n${'# words, and nothing but words\n'.repeat(8000)}`;
  await page.evaluate((text) => interleave.app.openFile(new File([text], 'long.py')), long);
  await page.waitForFunction(() => interleave.app.state().code.file === 'long.py');
  await run(page, 'threads');
  await ended(page);
  assert.ok((await results(page)).threads.ns > 0, await page.evaluate(() => interleave.app.state().status));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('what is yes or no is a box to tick, by its words', async () => {
  const page = await load('v=1&l=http');
  const box = page.getByRole('checkbox', { name: 'over http' });
  const over_http = (value) => page.waitForFunction((value) =>
    interleave.app.state().parameters.find((p) => p.name === 'over_http').value === value, value);
  assert.equal(await box.isChecked(), true);
  await box.focus();
  await page.keyboard.press('Space');
  await over_http(0);
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.over_http=1'; });
  await over_http(1);
  await page.waitForFunction(() => document.getElementById('mirror-set-over_http').checked);
  await page.context().close();
});

test('the state is in the hash: a slider writes it, a new hash is taken over, a reload brings it back', async () => {
  const page = await load('v=1&l=http&s.connections=30');
  await page.locator('#mirror-set-connections').focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /s\.connections=(?!30\b)\d+/.test(location.hash));
  const shared = new URL(page.url()).hash;
  await page.evaluate(() => { location.hash = 'v=1&l=http&s.connections=12'; });
  const connections = (value) => page.waitForFunction((value) =>
    globalThis.interleave?.app.state()?.parameters.find((p) => p.name === 'connections')?.value === value, value);
  await connections(12);
  await page.reload();
  await connections(12);
  const other = await load(shared.slice(1));
  assert.equal(await other.evaluate(() => interleave.app.state().parameters.find((p) => p.name === 'connections').value),
    Number(shared.match(/s\.connections=(\d+)/)[1]));
  await other.context().close();
  await page.context().close();
});

test('an idle page comes to rest and draws no frame', async () => {
  const page = await load('v=1&l=http');
  await rest(page);
  await page.context().close();
});

test('Esc closes the list of keys before it leaves the picture, and the playback\'s keys do not scroll the page', async () => {
  const page = await load('v=1&l=http');
  await page.focus('#canvas');
  for (const key of ['PageDown', 'End', 'PageUp', 'Home']) await page.keyboard.press(key);
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.keyboard.press('?');
  await page.waitForFunction(() => interleave.ui._il_on_top() === 1);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => interleave.ui._il_on_top() === 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'canvas');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement.id !== 'canvas');
  await page.context().close();
});

test('keys that come between two frames all count: none waits for another event', async () => {
  const page = await load('v=1&l=http');
  await rest(page);
  await page.focus('#canvas');
  await page.evaluate(() => {
    const canvas = document.getElementById('canvas');
    const key = (type, key, code, more) => canvas.dispatchEvent(new KeyboardEvent(type, { key, code, bubbles: true, cancelable: true, ...more }));
    for (const name of ['PageDown', 'End', 'PageUp', 'Home', 'PageDown', 'End']) for (const type of ['keydown', 'keyup']) key(type, name, name);
    key('keydown', 'Shift', 'ShiftLeft', { shiftKey: true });
    key('keydown', '?', 'Slash', { shiftKey: true });
    key('keyup', '?', 'Slash', { shiftKey: true });
    key('keyup', 'Shift', 'ShiftLeft');
  });
  await page.waitForFunction(() => interleave.ui._il_on_top() === 1);
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

test('the wheel scrolls the page until the picture has the focus', async () => {
  const page = await load('v=1&l=http');
  await page.evaluate(() => { self.wheels = []; addEventListener('wheel', (event) => wheels.push(event.defaultPrevented)); });
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, 200);
  await page.waitForFunction(() => scrollY > 50);
  assert.equal(await page.evaluate(() => wheels.includes(true)), false);
  await page.context().close();

  const focused = await load('v=1&l=http');
  await focused.evaluate(() => { self.wheels = []; addEventListener('wheel', (event) => wheels.push(event.defaultPrevented)); });
  await focused.focus('#canvas');
  await focused.mouse.move(700, 400);
  await focused.mouse.wheel(0, 200);
  await focused.waitForFunction(() => wheels.length > 0);
  assert.deepEqual(await focused.evaluate(() => [...new Set(wheels)]), [true]);
  await frames(focused, 10);
  assert.equal(await focused.evaluate(() => scrollY), 0);
  await focused.context().close();
});

test('code is edited: a mistake is marked, the mended code runs, the changes are undone', async (t) => {
  // A policy without inline styles: the editor must not need any.
  const strict = await serve({ headers: { 'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; " +
    "worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; style-src 'self'" } });
  t.after(() => strict.close());
  const page = await open_ready(browser, `${strict.origin}/#v=1&l=http&s.latency=20ms&s.work=1ms&s.over_http=0`);
  const complaints = page.complaints.length;   // of what is there without the editor
  await page.locator('#mirror-edit').press('Enter');
  const code = page.locator('#editor .cm-content');
  await code.waitFor();
  await page.waitForFunction(() => document.activeElement === document.querySelector('#editor .body'));
  assert.equal(await code.getAttribute('aria-label'), 'The code of the lesson');
  // It lies where the canvas has its panel.
  const [editor, canvas] = await Promise.all(['#editor', '#canvas'].map((what) => page.locator(what).boundingBox()));
  assert.ok(editor.x > canvas.x && editor.y > canvas.y + canvas.height / 3 && editor.y + editor.height < canvas.y + canvas.height, JSON.stringify(editor));
  assert.ok(editor.height > 200, 'with room for code');

  // The cursor is at the first parameter, which is on line 30: connections = param(100, …
  await page.keyboard.press('Home');
  for (let word = 0; word < 4; ++word) await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.type('oops + ');
  const said = page.locator('#editor-said');
  await page.waitForFunction(() => document.getElementById('editor-said').textContent.startsWith('Line 30, column 21: '));
  assert.match(await said.textContent(), /oops/);
  assert.equal(await page.locator('#editor .cm-lintRange-error').textContent(), 'oops');
  assert.equal((await page.locator('#editor .cm-lineNumbers .wrong').textContent()).trim(), '30');
  assert.equal(await page.locator('#editor-run').isDisabled(), true);
  assert.match(await page.textContent('#mirror-code'), /^s04_http\.py: Line 30/);
  await page.waitForFunction(() => location.hash.includes('src='));

  for (let i = 0; i < 'oops + '.length; ++i) await page.keyboard.press('Backspace');
  await page.keyboard.type('7 + 0 * ');
  await page.waitForFunction(() => interleave.app.state().parameters.find((p) => p.name === 'connections').value === 7);
  await page.locator('#editor .cm-lintRange-error').waitFor({ state: 'detached' });
  await page.evaluate(() => interleave.app.command('select', 'loop'));
  await page.keyboard.press('Control+Enter');
  await page.waitForFunction(() => interleave.app.state().status.startsWith('Event loop'));
  await page.waitForFunction(() => document.getElementById('editor-said').textContent.startsWith('Event loop'));
  const ns = await page.$eval('#mirror-results tr[data-executor=loop]', (row) => Number(row.dataset.makespanNs));
  assert.ok(ns >= 20e6, `${ns}`);
  // The address brings it back, elsewhere.
  const other = await load(new URL(page.url()).hash.slice(1));
  assert.equal(await other.evaluate(() => interleave.app.state().parameters.find((p) => p.name === 'connections').value), 7);
  assert.equal(await other.evaluate(() => interleave.app.state().code.changed), true);
  await other.context().close();

  // Another program in its place is asked nothing of the lesson's.
  await page.evaluate(() => interleave.app.openFile(new File(['from interleave import *\n\nasync def main():\n    await io(1 * ms)\n\nrun(main)\n'], 's04_http.py')));
  await page.waitForFunction(() => interleave.app.state().question === 'This code is your own. What do you expect of it?');
  assert.equal(await page.textContent('#mirror .claim >> nth=0'), 'This code is your own. What do you expect of it?');
  assert.equal(await page.evaluate(() => interleave.app.state().lesson_id), '');
  await page.locator('#editor-undo').click();
  await page.waitForFunction(() => !interleave.app.state().code.changed && !location.hash.includes('src='));
  assert.ok(!(await code.textContent()).includes('7 + 0'));
  await page.locator('#editor-redo').waitFor();
  // Esc leaves it, to where it was opened, and Tab goes on.
  await code.focus();
  await page.keyboard.press('Escape');
  await page.locator('#editor').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'mirror-edit');
  assert.deepEqual(page.complaints.slice(complaints), []);
  await page.context().close();
});

test('while the code is edited its lines are lit as in the panel, until it is another code', async () => {
  const page = await load('v=1&l=http&s.connections=10&s.latency=400ms&s.work=5ms&s.over_http=0');
  await run(page, 'loop');
  await ended(page);
  await page.evaluate(() => { interleave.app.command('playhead', '200ms'); interleave.app.command('edit'); });
  const lit = page.locator('#editor .cm-line.lit');
  await lit.first().waitFor();
  assert.match(await lit.first().textContent(), /await request\(latency\)|await io\(latency\)/);
  assert.match(await lit.first().getAttribute('class'), /lit-io/);
  assert.match(await page.locator('#editor .lit-counts').first().textContent(), /^\d+$/);
  const bar = await lit.first().evaluate((line) => getComputedStyle(line).boxShadow);
  assert.match(bar, /rgb\(20, 119, 198\)|rgb\(63, 143, 227\)/, 'waiting for I/O, in either theme');
  await page.locator('#editor .cm-content').focus();
  await page.keyboard.type('# ');
  await lit.first().waitFor({ state: 'detached' });
  await page.context().close();
});

test('where the editor cannot be loaded, a plain one does the same; a file becomes the code', async () => {
  const page = await open_ready(browser, `${server.origin}/#v=1&l=http`, { viewport: { width: 390, height: 844 }, serviceWorkers: 'block' });
  await page.route('**/code_editor.mjs', (route) => route.abort());
  const script = 'from interleave import *\n\nn = param(3)\n\nasync def main():\n    await io(n * ms)\n\nrun(main)\n';
  await page.evaluate((script) => interleave.app.openFile(new File([script], 'mine.py')), script);
  await page.evaluate(() => interleave.app.command('edit'));
  const area = page.locator('#editor textarea');
  await area.waitFor();
  assert.equal(await area.inputValue(), script);
  await area.fill(script.replace('param(3)', 'param(3, oops=1)'));
  await page.waitForFunction(() => document.getElementById('editor-said').textContent.startsWith('Line 3, column '));
  await area.fill(script.replace('param(3)', 'param(4)'));
  await page.waitForFunction(() => interleave.app.state().parameters[0]?.value === 4);
  await page.locator('#editor-run').click();
  await page.waitForFunction(() => interleave.app.state().status !== '' && !interleave.app.state().running);
  const saving = page.waitForEvent('download');
  await page.evaluate(() => interleave.app.command('save', 'py'));
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), 'mine.py');
  assert.equal(readFileSync(await saved.path(), 'utf8'), script.replace('param(3)', 'param(4)'));
  assert.match(await page.evaluate(() => interleave.app.openFile(new File(['a\0b'], 'no.py'))), /^no\.py: .*\.$/);
  await page.context().close();
});

test('a long trace opens while the page goes on, and another file takes its place', async () => {
  const page = await load('v=1&l=http');
  await page.evaluate(() => {
    self.json = (name, slices) => new File([`[${Array.from({ length: slices }, (_, i) =>
      `{"ph":"X","pid":1,"tid":${i % 4},"name":"f${i % 10}","ts":${i * 3},"dur":${1 + i % 7}}`).join(',\n')}]`], name);
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => create.call(URL, self.saved = blob);
    /** Opens it and says what was to be seen from frame to frame. */
    self.watch = async (file) => {
      const { app, ui } = interleave;
      const said = new Set(), drawn = ui._il_frames_drawn();
      let longest = 0, last = performance.now(), frames = 0;
      const sentence = await app.openFile(file);
      while (!sentence && !app.state().status.startsWith(`${file.name}: `)) {
        const now = await new Promise(requestAnimationFrame);
        longest = Math.max(longest, now - last);
        last = now;
        if (app.state().opening) ++frames, said.add(app.state().progress);
      }
      return { sentence, said: [...said], frames, drawn: ui._il_frames_drawn() - drawn, longest };
    };
  });
  const check = (name, seen) => {
    assert.equal(seen.sentence, '', name);
    assert.ok(seen.frames >= 3 && seen.drawn >= 2, `${name}: ${JSON.stringify(seen)}`);
    for (const words of seen.said) assert.match(words, new RegExp(`^Opening ${name}, \\d+ %$`));
    assert.ok(seen.said.length >= 2, `${name}: its progress was shown`);
    console.log(`# ${name} in ${seen.frames} frames, the longest ${seen.longest.toFixed(0)} ms after the one before it`);
  };
  check('big.json', await page.evaluate(() => watch(json('big.json', 300_000))));
  assert.match(await page.textContent('#status'), /^big\.json: 4 threads, [\d\u2009]+ slices, /);
  await page.evaluate(() => interleave.app.command('save', 'trace'));
  await page.waitForFunction(() => self.saved);
  check('big.ilt', await page.evaluate(() => watch(new File([saved], 'big.ilt'))));
  // Another file, while it is on its way: only that comes.
  const sentences = await page.evaluate(async () => {
    const first = interleave.app.openFile(new File([saved], 'first.ilt'));
    while (interleave.app.state().opening !== 'first.ilt') await new Promise(requestAnimationFrame);
    return Promise.all([first, interleave.app.openFile(json('first.json', 100_000)), interleave.app.openFile(json('second.json', 50))]);
  });
  assert.deepEqual(sentences, ['', '', '']);
  await page.waitForFunction(() => interleave.app.state().status.startsWith('second.json: ') && !interleave.app.state().opening);
  await rest(page);
  assert.match(await page.textContent('#status'), /^second\.json: /);
  // What is none costs a sentence, whichever way it goes.
  for (const [name, body, words] of [['broken.ilt', 'ILTRACE\n\x01', 'broken.ilt: This trace file is damaged: its end is missing, or some of it was changed.'],
    ['none.json', '{"a":1}', 'none.json: This JSON has no slices (events B, E or X), so there is nothing to show.']]) {
    await page.evaluate(([name, body]) => { interleave.app.openFile(new File([body], name)); }, [name, body]);
    await page.waitForFunction((words) => interleave.app.state().notice === words, words);
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('presentation fills the window; the keys, and the browser\'s own way out of full screen, end it', async () => {
  const page = await load('v=1&l=http');
  const presenting = (on) => page.waitForFunction((on) => document.documentElement.classList.contains('presenting') === on && interleave.app.state().present === on, on);
  const filled = () => page.waitForFunction(() => {
    const { left, top, width, height } = document.getElementById('canvas').getBoundingClientRect();
    return left === 0 && top === 0 && width === innerWidth && height === innerHeight;
  });
  await page.focus('#canvas');
  await page.keyboard.press('f');
  await presenting(true);
  await filled();
  await page.waitForFunction(() => document.fullscreenElement);
  await page.evaluate(() => document.exitFullscreen());
  await presenting(false);
  assert.ok((await page.locator('#canvas').boundingBox()).y >= 0);
  // From the controls in text, which come up over it.
  await page.locator('#mirror-present').press('Enter');
  await presenting(true);
  await filled();
  await page.focus('#canvas');
  await page.keyboard.press('f');
  await presenting(false);
  await page.waitForFunction(() => !document.fullscreenElement);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
for (const colorScheme of ['dark', 'light']) {
  test(`axe finds nothing to complain about after a run, ${colorScheme}`, async () => {
    const page = await load('v=1&l=http&s.connections=5&s.latency=20ms', { colorScheme });
    await run_all(page);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
    assert.ok(found.passes.length > 10, 'axe looked at something');
    await page.context().close();
  });
}
