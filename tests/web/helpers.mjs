// helpers.mjs -- a plain static server and a real Chromium, for every page test.
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const dist = fileURLToPath(new URL('../../dist', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css',
  '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.woff2': 'font/woff2', '.py': 'text/plain; charset=utf-8',
};

/// Serves a folder (dist/ unless told) on a free port with no special header, as the plainest host would.
/// `pages` adds pages that are in no folder: { '/host.html': '<iframe ...>' }, or a function that makes it when it is asked for. A page
/// on 127.0.0.1 and one on localhost are of different sites, both secure contexts: two servers make a foreign host. `headers` go with
/// every file; `prefix` is text before some.
export async function serve({ folder = dist, pages = {}, headers = {}, prefix = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    if (path in pages) {
      response.writeHead(200, { 'Content-Type': types['.html'], ...headers }).end(typeof pages[path] === 'function' ? await pages[path]() : pages[path]);
      return;
    }
    try {
      const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
      let body = await readFile(file);
      if (path in prefix) body = Buffer.concat([Buffer.from(prefix[path]), body]);
      response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', ...headers }).end(body);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not here');
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  return {
    port,
    origin: `http://localhost:${port}`,
    foreign_origin: `http://127.0.0.1:${port}`,
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

const chromium_options = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    // Playwright switches storage partitioning off, which people's browsers have on; without it a third-party iframe may not
    // have a service worker at all. The last list of features wins.
    '--disable-features=Translate,MediaRouter,HttpsUpgrades,PaintHolding'],
};

/// Milliseconds until a wait is given up. It only tells a hang from a slow machine, so it is long: tests have no other limit of time
/// (run_tests.py ends a program that hangs).
export const patience = 240_000;

/// Headless Chromium with WebGL2 in software.
export const launch = (options = {}) => chromium.launch({ ...chromium_options, ...options });

/// The same with a profile of one's own, for settings that only that has. Its context; closing that ends the browser.
export const launch_with_profile = (folder, options = {}) =>
  chromium.launchPersistentContext(folder, { ...chromium_options, viewport: { width: 1000, height: 700 }, ...options });

/// Opens a page and keeps what it complained about in `page.complaints` (console errors, GL errors, exceptions).
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().startsWith('WebGL: INVALID')) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

/// CPU time of a browser's pages so far, ns: what their processes' threads had, by Linux's count.
async function cpu_of_pages(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  let ns = 0;
  for (const { id, type } of processInfo) {
    if (type !== 'renderer') continue;
    for (const thread of await readdir(`/proc/${id}/task`)) ns += Number((await readFile(`/proc/${id}/task/${thread}/schedstat`, 'utf8').catch(() => '0')).split(' ')[0]);
  }
  return ns;
}

/// Runs a program that was built as a module (.mjs), in a page that may have threads, to its end. What it printed, and its
/// status; null: it did not end within the patience, and what it printed until then is all there is. /cpu says what CPU time it took.
export async function run_program(program, { args = [], patience = 600_000 } = {}) {
  const page_of_it = `<script type="module">
    import make from './${basename(program)}';
    self.lines = [];
    const print = (line) => lines.push(line);
    make({ arguments: ${JSON.stringify(args)}, print, printErr: print, onExit: (status) => { self.exit_status = status; },
      onAbort: () => { self.exit_status = -1; } });
  </script>`;
  let session;
  const server = await serve({
    folder: dirname(resolve(program)), pages: { '/': page_of_it, '/cpu': async () => String(await cpu_of_pages(session).catch(() => -1)) },
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  });
  const browser = await launch();
  try {
    session = await browser.newBrowserCDPSession();
    const page = await browser.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${server.origin}/`);
    const ended = await page.waitForFunction('self.exit_status !== undefined', undefined, { timeout: patience, polling: 250 }).then(() => true, () => false);
    const lines = await page.evaluate('self.lines ?? []');
    return { lines: [...lines, ...complaints], status: ended ? await page.evaluate('self.exit_status') : null };
  } finally {
    await browser.close();
    server.close();
  }
}

/// Waits until so many animation frames were drawn.
export function frames(page, count) {
  return page.evaluate((left) => new Promise((done) => {
    const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
    next();
  }), count);
}

/// How many different colours the canvas shows in a screenshot of it. Text, being smooth, has dozens; 1 or 2 mean that
/// nothing but a background was drawn.
export async function colours_on(page, selector = '#canvas') {
  const png = await page.locator(selector).screenshot();
  return page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, png.toString('base64'));
}

// In a Worker's script: making a Worker fails there, and the page hears of it (open_ready counts).
const refuse_nesting = `if (typeof document === 'undefined') globalThis.Worker = class {
  constructor() { new BroadcastChannel('nested').postMessage(1); throw new Error('a Worker in a Worker'); }
};\n`;
/// For serve({ prefix }): nobody but the page makes Workers.
export const no_nesting = { '/engine_worker.js': refuse_nesting, '/engine-mt.mjs': refuse_nesting };

/// Opens our page and waits until it is up (`data-ready` is its tier). `init` runs in each document before its own scripts.
export async function open_ready(browser, url, { init, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
  context.setDefaultTimeout(patience);
  await context.addInitScript(() => {
    self.nested_workers = 0;
    new BroadcastChannel('nested').onmessage = () => { ++self.nested_workers; };
  });
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => { if (message.type() === 'error') page.complaints.push(message.text()); });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.ready && interleave.app.state());
  return page;
}

/// Starts one executor of the page's lesson.
export async function run(page, executor) {
  const refused = await page.evaluate((executor) => interleave.app.command('run', executor), executor);
  if (refused) throw new Error(refused);
}

/// Waits until nothing runs.
export const ended = (page) => page.waitForFunction(() => interleave.app.state()?.running === false);

/// The table in the DOM: by executor, { ns, words }.
export const results = (page) => page.$$eval('#mirror-results tbody tr', (rows) => Object.fromEntries(rows.map((row) =>
  [row.dataset.executor, { ns: Number(row.dataset.makespanNs), words: [...row.cells].map((cell) => cell.textContent) }])));

/// Presses "Run all" as a person who reads would, and returns the table.
export async function run_all(page) {
  await page.locator('#mirror-run-all').click();
  await ended(page);
  return results(page);
}

/// { serial: 8001.2, … } of results(), for printing.
export const in_ms = (rows) => JSON.stringify(Object.fromEntries(Object.entries(rows).filter(([, row]) => row.ns > 0)
  .map(([id, row]) => [id, Number((row.ns / 1e6).toFixed(1))])));

/// Waits until the page has come to rest: so many animation frames in a row in which it drew nothing. A page that never
/// rests fails here.
export const rest = (page, in_a_row = 60) => page.waitForFunction((in_a_row) => {
  const drawn = interleave.ui._il_frames_drawn();
  self.quiet_frames = drawn === self.drawn_before ? (self.quiet_frames ?? 0) + 1 : 0;
  self.drawn_before = drawn;
  return self.quiet_frames >= in_a_row;
}, in_a_row, { polling: 'raf' });
