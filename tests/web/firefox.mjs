// firefox.mjs -- the page in Firefox, headless, driven by WebDriver BiDi without a driver: no part of `./build.sh test`, because
// Firefox is no part of what that installs. `apt-get install firefox-esr`, then
//   node --experimental-websocket tests/web/firefox.mjs [HASH...]      prints what runs and how long it took; pictures in build/firefox
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './helpers.mjs';

const hashes = process.argv.length > 2 ? process.argv.slice(2)
  : ['v=1&l=http&s.connections=10&s.latency=100ms&s.work=5ms&w=10&p=2', 'v=1&l=sum&w=2&p=2&s.rounds=10'];
const pictures = fileURLToPath(new URL('../../build/firefox', import.meta.url));
mkdirSync(pictures, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'interleave-firefox-'));
// Software GL, and no calls home.
writeFileSync(join(profile, 'user.js'), `user_pref("webgl.force-enabled", true);
user_pref("webgl.forbid-software", false);
user_pref("gfx.x11-egl.force-enabled", true);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.normandy.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("remote.active-protocols", 1);
`);
const server = await serve();
const browser = spawn(process.env.FIREFOX ?? 'firefox-esr', [...(process.env.DISPLAY ? [] : ['--headless']), '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });

const address = await new Promise((found, failed) => {
  let said = '';
  browser.stderr.on('data', (text) => {
    said += text;
    const at = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
    if (at) found(at[1]);
  });
  browser.on('exit', () => failed(new Error(said)));
});
const socket = new WebSocket(`${address}/session`);
await new Promise((open, failed) => { socket.onopen = open; socket.onerror = failed; });
let asked = 0;
const waiting = new Map();
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === 'event') {
    if (['error', 'warn'].includes(message.params.level)) console.log(`  ${message.params.level}: ${message.params.text}`);
    return;
  }
  const [done, failed] = waiting.get(message.id);
  if (message.type === 'error') failed(new Error(`${message.error}: ${message.message}`));
  else done(message.result);
};
const ask = (method, params = {}) => new Promise((done, failed) => {
  waiting.set(++asked, [done, failed]);
  socket.send(JSON.stringify({ id: asked, method, params }));
});

await ask('session.new', { capabilities: {} });
await ask('session.subscribe', { events: ['log.entryAdded'] });
const { contexts: [{ context }] } = await ask('browsingContext.getTree');
await ask('browsingContext.setViewport', { context, viewport: { width: 1366, height: 768 } });
/** Evaluates in the page; the answer goes through JSON. */
async function evaluate(expression) {
  const { result, exceptionDetails } = await ask('script.evaluate', {
    expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`, target: { context }, awaitPromise: true, userActivation: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  return JSON.parse(result.value);
}
async function until(expression, patience_s = 120) {
  for (let i = 0; i < patience_s * 5; ++i) {
    try {
      if (await evaluate(expression)) return;
    } catch {
      // The page is being loaded again.
    }
    await new Promise((later) => setTimeout(later, 200));
  }
  throw new Error(`not within ${patience_s} s: ${expression}`);
}
async function picture(name) {
  const { data } = await ask('browsingContext.captureScreenshot', { context });
  writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, 'base64'));
}

let status = 0;
try {
  for (const [i, hash] of hashes.entries()) {
    await ask('browsingContext.navigate', { context, url: 'about:blank', wait: 'complete' });
    const begun = performance.now();
    await ask('browsingContext.navigate', { context, url: `${server.origin}/#${hash}`, wait: 'complete' });
    await until('!!document.documentElement.dataset.ready && !!interleave.app.state()');
    console.log(`${await evaluate('navigator.userAgent')}\n${hash}: ready after ${(performance.now() - begun).toFixed(0)} ms, tier ${await evaluate('document.documentElement.dataset.ready')}, ` +
      `WebGL 2 ${await evaluate(`!!document.createElement('canvas').getContext('webgl2')`)}; ${await evaluate(`document.getElementById('where').textContent`)}`);
    await evaluate(`(document.getElementById('mirror-run-all').click(), 0)`);
    await until('interleave.app.state().running === false && interleave.app.state().status !== ""');
    for (const row of await evaluate('interleave.app.state().results')) console.log(`  ${row.name}: ${row.makespan_ns > 0 ? `${(row.makespan_ns / 1e6).toFixed(1)} ms` : '-'} ${row.check}`);
    console.log(`  ${await evaluate('interleave.app.state().sentence')} ${await evaluate('interleave.app.state().notice')}`);
    await picture(`run-${i}`);
  }
} catch (error) {
  console.log(String(error));
  await picture('failed').catch(() => {});
  status = 1;
}
socket.close();
browser.kill();
await new Promise((gone) => browser.once('exit', gone));
server.close();
rmSync(profile, { recursive: true, force: true });
process.exit(status);
