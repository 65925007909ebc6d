// wasm.mjs -- runs benches that were built for wasm: node wasm.mjs node|chromium PROGRAM.mjs...; prints what they print.
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [where, ...programs] = process.argv.slice(2);

async function in_node(program) {
  const { default: make } = await import(pathToFileURL(resolve(program)));
  await new Promise((done, failed) => make({ arguments: [], print: console.log, printErr: console.error, onExit: done }).catch(failed));
}

// Threads need a page that is isolated.
async function in_chromium(program) {
  const { launch, serve } = await import('../web/helpers.mjs');
  const page_of_it = `<script type="module">
    import make from './${basename(program)}';
    self.lines = [];
    make({ print: (line) => lines.push(line), printErr: (line) => lines.push(line), onExit: () => { self.over = true; } });
  </script>`;
  const server = await serve({
    folder: dirname(resolve(program)), pages: { '/': page_of_it },
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  });
  const browser = await launch();
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(String(error)));
  await page.goto(`${server.origin}/`);
  await page.waitForFunction('self.over === true', undefined, { timeout: 600_000, polling: 250 });
  for (const line of await page.evaluate('lines')) console.log(line);
  await browser.close();
  server.close();
}

for (const program of programs) await (where === 'node' ? in_node : in_chromium)(program);
process.exit(0);
