// engine_node.mjs -- the page's engines under Node: the same wasm, the same engine.js and engine_worker.js, no browser.
//
//   node tests/web/engine_node.mjs http --on all --set connections=10
//
// What Node has not is put in its place: Workers are worker_threads, ./io is a small HTTP server. Used by engine.spec.mjs.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import { read } from './packets.mjs';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const shim = new URL('./engine_node_worker.mjs', import.meta.url);

/** A Worker as pages know it. */
class NodeWorker {
  constructor(script) {
    this.thread = new Thread(shim, { workerData: { script } });
    this.thread.on('message', (data) => this.onmessage?.({ data }));
    this.thread.on('error', (error) => this.onerror?.({ message: error.message, preventDefault() {} }));
  }
  postMessage(message, transfer) { this.thread.postMessage(message, transfer); }
  terminate() { this.thread.terminate(); }
}

async function ioServer() {
  const server = createServer((request, response) => {
    const asked = new URL(request.url, 'http://x').searchParams;
    setTimeout(() => response.writeHead(200, { 'X-Interleave': 'test' }).end(Buffer.alloc(Number(asked.get('bytes')) || 0)), Number(asked.get('ms')));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** @param {{threads?: boolean, io?: boolean}} options */
export async function startEngine({ threads = true, io = true } = {}) {
  // Node reads .js as modules only beside a package.json that says so, and a host of static files needs none.
  const folder = mkdtempSync(join(tmpdir(), 'interleave-'));
  for (const name of readdirSync(dist)) if (/\.(m?js|wasm)$/.test(name)) cpSync(join(dist, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const url = (name) => pathToFileURL(join(folder, name)).href;
  const { Engine, END } = await import(url('engine.js'));
  const server = io ? await ioServer() : null;
  const workers = [];
  const host = {
    io_url: server ? `http://127.0.0.1:${server.address().port}/io` : '',
    config: { cores: Math.max(2, availableParallelism()), clock_step_ns: 1000, most_requests: 256, most_children: 32, compute_rate: 0 },
    createWorker: () => {
      const worker = new NodeWorker(url('engine_worker.js'));
      workers.push(worker);
      return worker;
    },
    stModule: () => WebAssembly.compile(readFileSync(join(folder, 'engine-st.wasm'))),
    createThreads: threads ? async () => (await import(url('engine-mt.mjs'))).default({ interleave: {} }) : null,
  };
  const engine = new Engine(host, () => {});
  engine.warm();
  return {
    engine, host, workers,
    /** Runs to the end. @param {{stop_after_ms?: number}} options */
    async run(hash, executor, { stop_after_ms, during } = {}) {
      const pieces = [];
      const buffer = new Uint8Array(1 << 20);
      const take = () => {
        for (let bytes; (bytes = engine.take(buffer)) > 0;) pieces.push(buffer.slice(0, bytes));
      };
      engine.run(hash, executor);
      let stopped_at = 0;
      if (stop_after_ms !== undefined) setTimeout(() => { stopped_at = performance.now(); engine.cancel(); }, stop_after_ms);
      for (;;) {
        const status = { ...engine.poll() };
        take();
        during?.(status);
        if (status.kind === 'ended') {
          const stop_ms = stopped_at ? performance.now() - stopped_at : 0;
          engine.settle();
          return { ...read(pieces), end: Object.keys(END)[status.end], sentence: status.sentence, stop_ms };
        }
        await new Promise((next) => setTimeout(next, 5));
      }
    },
    close() {
      engine.dispose();
      for (const worker of workers) worker.terminate();
      server?.closeAllConnections();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [lesson, ...rest] = process.argv.slice(2);
  let on = 'all', hash = `v=1&l=${lesson}`;
  for (let i = 0; i < rest.length; i += 2) {
    if (rest[i] === '--on') on = rest[i + 1];
    else if (rest[i] === '--set') hash += `&s.${rest[i + 1]}`;
    else if (rest[i] === '--workers') hash += `&w=${rest[i + 1]}`;
    else if (rest[i] === '--cores') hash += `&p=${rest[i + 1]}`;
  }
  const node = await startEngine();
  for (const executor of on === 'all' ? ['serial', 'threads', 'gil', 'processes', 'loop', 'stealing'] : [on]) {
    const { output, ...run } = await node.run(hash, executor);
    console.log(JSON.stringify({ executor, ...run, output: output.slice(0, 5) }));
  }
  node.close();
  process.exit(0);
}
