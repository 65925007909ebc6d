// engine_worker.js -- one Worker with one engine-st: it runs serial, loop and the parent side of processes, or it IS a process.
//
// The page creates it (nobody else: WEB.md G4) and talks to it in messages; what a run records goes out as packets.
// It drives the executor in turns of about 16 ms. While an executor waits and nothing can come from outside, it sleeps
// with Atomics.wait on a memory of its own, which is exact to a fraction of a millisecond (a timer is not: WEB.md D);
// while requests or children are out it must return to its event loop, because their answers are messages.
//
//   page -> worker   {type: 'start', module, life, config}    first, once; `life`: the lock to hold
//                    {type: 'warm'}                      run something small, so that the next run is not the first
//                    {type: 'run', run, hash, executor}  {type: 'cancel', run}
//                    {type: 'serve', port}               be a process: bytes come and go over this port
//                    {type: 'lost', child}               a child's Worker died
//                    {type: 'io', io_url}                the service worker answers requests there
//   worker -> page   {type: 'alive'} {type: 'ready', version, holds} {type: 'failed', sentence}
//                    {type: 'started', run, t0}  {type: 'packets', run, buffer}  {type: 'ended', run, end, sentence, notice}
//                    {type: 'beat'}  {type: 'warm'}  {type: 'spawn', child, port}  {type: 'kill', child}

import { ioAnswered } from './caps.js';
import { now } from './clock.js';
import { instantiate } from './instance.js';
import { askIo } from './io.js';

const TURN_MS = 16;       // a message of the page waits at most this long, and a sleep's length
const NAP_MS = 50;
const BEAT_MS = 500;      // a run says at least this often that it lives: long tasks record nothing meanwhile
const BUSY = 0, WAITING = 1;

let engine = null;        // the wasm instance
let config = null;
let run = 0;              // number of the run under way, 0 none
let timers_stood_in = false;
/** @type {Map<number, AbortController>} */
let under_way = new Map();   // requests, by number: what gives each up
/** @type {Map<number, MessagePort>} */
const children = new Map();
let parent = null;        // our port, when we are a process

/** Sleeps this thread; null where that is refused. */
const nap = (() => {
  try {
    const cell = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
    Atomics.wait(cell, 0, 0, 0);
    return (ms) => Atomics.wait(cell, 0, 0, ms);
  } catch {
    return null;
  }
})();

// --- turns ---------------------------------------------------------------------------------------------------------------

const soon = new MessageChannel();   // a hop of some microseconds; setTimeout(0) may take 4 ms
let turn_due = false;
let timer = 0;
soon.port1.onmessage = () => {
  turn_due = false;
  turn();
};

function turnSoon() {
  if (turn_due) return;
  turn_due = true;
  clearTimeout(timer);
  soon.port2.postMessage(null);
}

/** Back to the event loop; what comes, or the time, wakes us. */
function turnLater(ms) {
  clearTimeout(timer);
  if (ms < 0.5) turnSoon();
  else timer = setTimeout(turnSoon, Math.min(ms, 1e9));
}

let beat_at = 0;
function beat() {
  if (!run || now() - beat_at < BEAT_MS) return;
  beat_at = now();
  postMessage({ type: 'beat' });
}

function turn() {
  if (parent) return serveTurn();
  if (!run) return;
  beat();   // a turn that follows another by a message may leave timers no turn of their own
  const until = now() + TURN_MS;
  let state;
  do {
    state = engine._il_poll(2);
    if (state === WAITING) {
      const left = engine._il_wait_ms();
      if (left > 0) {
        if (under_way.size > 0 || children.size > 0 || !nap) {
          sendPackets();
          turnLater(left);
          return;
        }
        if (left > 2) sendPackets();
        nap(Math.min(left, NAP_MS));
        if (left > NAP_MS) break;
      }
    } else if (state !== BUSY) {
      endRun();
      return;
    }
  } while (now() < until);
  sendPackets();
  turnSoon();
}

function sendPackets() {
  for (;;) {
    const bytes = engine._il_read() * 8;
    if (bytes === 0) return;
    const at = engine._il_staging();
    const buffer = engine.HEAPU8.slice(at, at + bytes).buffer;
    postMessage({ type: 'packets', run, buffer }, [buffer]);
  }
}

function endRun() {
  sendPackets();
  abandonRequests();
  for (const child of [...children.keys()]) dropChild(child);
  postMessage({
    type: 'ended', run, end: engine._il_end(), sentence: engine.UTF8ToString(engine._il_sentence()),
    notice: timers_stood_in ? 'Requests are timers here: this page has no service worker that could answer them.' : '',
  });
  run = 0;
}

/** Text goes in through the engine's own buffer. @param {Uint8Array} bytes */
function give(bytes) {
  const at = engine._il_input(bytes.length);
  engine.HEAPU8.set(bytes, at);
  return bytes.length;
}

// --- requests ------------------------------------------------------------------------------------------------------------

async function startRequest(id, ms, bytes) {
  const mine = new AbortController();
  under_way.set(id, mine);
  let failure = '';
  let came = bytes;
  try {
    if (config.io_url) {
      came = await askIo(config.io_url, ms, bytes, mine.signal);
    } else {
      timers_stood_in = true;
      await new Promise((done) => {
        const timer = setTimeout(done, ms);
        mine.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      });
    }
  } catch (error) {
    failure = `The request was not answered (${error.name === 'AbortError' ? 'too late' : error.message}).`;
  }
  if (under_way.get(id) !== mine) return;   // given up, or that run is over
  under_way.delete(id);
  engine._il_answered(id, came, give(encoder.encode(failure)));
  turnSoon();
}

function giveUpRequest(id) {
  const its = under_way.get(id);
  under_way.delete(id);
  its?.abort();
}

function abandonRequests() {
  const all = under_way;
  under_way = new Map();
  for (const its of all.values()) its.abort();
}

// --- children, from the parent's side ----------------------------------------------------------------------------------------

function spawnChild(child) {
  const { port1, port2 } = new MessageChannel();
  children.set(child, port1);
  port1.onmessage = ({ data }) => {
    if (!children.has(child)) return;
    engine._il_child_message(child, give(new Uint8Array(data)));
    turnSoon();
  };
  postMessage({ type: 'spawn', child, port: port2 }, [port2]);
}

function sendToChild(child, at, bytes) {
  const buffer = engine.HEAPU8.slice(at, at + bytes).buffer;
  children.get(child)?.postMessage(buffer, [buffer]);
}

function dropChild(child) {
  children.get(child)?.close();
  if (children.delete(child)) postMessage({ type: 'kill', child });
}

function childLost(child) {
  if (!children.has(child)) return;
  children.get(child).close();
  children.delete(child);
  engine._il_child_lost(child);
  turnSoon();
}

// --- being a child -----------------------------------------------------------------------------------------------------------

function serve(port) {
  parent = port;
  engine._il_serve();
  port.onmessage = ({ data }) => {
    engine._il_serve_message(give(new Uint8Array(data)));
    turnSoon();
  };
  turnSoon();
}

function sendToParent(at, bytes) {
  const buffer = engine.HEAPU8.slice(at, at + bytes).buffer;
  parent.postMessage(buffer, [buffer]);
}

function serveTurn() {
  const until = now() + TURN_MS;
  while (now() < until) {
    const state = engine._il_serve_poll();
    if (state === BUSY) continue;
    if (state !== WAITING) {
      close();
      return;
    }
    const left = engine._il_wait_ms();
    if (left <= 0) continue;
    // Its next message cannot wake a nap, so naps are short; with no end in sight it waits in the event loop.
    if (!nap || under_way.size > 0 || left > 1e9) {
      turnLater(left);
      return;
    }
    nap(Math.min(left, 5));
    if (left > 5) break;
  }
  turnSoon();
}

// --- messages of the page ------------------------------------------------------------------------------------------------------

const encoder = new TextEncoder();

async function start(message) {
  config = message.config;
  try {
    const { default: create } = await import('./engine-st.mjs');
    engine = await instantiate(create, message.module, {
      interleave: { startRequest, giveUpRequest, abandonRequests, spawnChild, sendToChild, dropChild, sendToParent },
    });
    engine._il_configure(config.cores, config.clock_step_ns, config.most_requests, config.most_children, config.compute_rate);
    postMessage({ type: 'ready', version: engine._il_version(), holds: await holdLife(message.life) });
  } catch (error) {
    fail(error);
  }
}

/** Takes a lock and keeps it for life. @returns {Promise<boolean>} false where there are no locks */
function holdLife(name) {
  return new Promise((done) => {
    if (!globalThis.navigator?.locks) return done(false);
    navigator.locks.request(name, () => {
      done(true);
      return new Promise(() => {});
    }).catch(() => done(false));   // a frame without an origin
  });
}

function fail(error) {
  postMessage({ type: 'failed', sentence: String(error?.message ?? error) });
}

setInterval(beat, BEAT_MS);

// What goes wrong after an await is an error like any other: the page hears of it by onerror, and ends this Worker.
self.onunhandledrejection = ({ reason }) => {
  throw reason;
};

let started = null;
self.onmessage = async ({ data }) => {
  if (data.type === 'start') {
    started = start(data);
    return;
  }
  await started;
  if (!engine) return;
  switch (data.type) {
    case 'warm':
      engine._il_warm_up();
      postMessage({ type: 'warm' });
      break;
    case 'run':
      timers_stood_in = false;
      engine._il_run(give(encoder.encode(data.hash)), data.executor);
      run = data.run;
      postMessage({ type: 'started', run, t0: now() });
      turnSoon();
      break;
    case 'cancel':
      if (data.run === run) {
        engine._il_cancel();
        turnSoon();
      }
      break;
    case 'serve': serve(data.port); break;
    case 'lost': childLost(data.child); break;
    case 'io':   // the page's service worker need not be this Worker's
      if (await ioAnswered(data.io_url)) config.io_url = data.io_url;
      break;
  }
};
postMessage({ type: 'alive' });
