// embed.js -- embed.html: the plain document that a course page puts into an iframe. It loads app.html into a frame of its own.
//
// Why a frame in the frame: the service worker can give app.html the headers that shared memory needs, but only to a
// document that loads after it is active. A fresh inner frame does that without reloading anything (WEB.md F2, 0.3).
// The contract with the host page (hash keys, messages, origins) is in README.md.

import { probeWorkers, serviceWorkerActive } from './caps.js';

const PATIENCE_MS = 7000;   // longer than probeWorkers() has: a frame whose Workers say nothing says so itself
const MAX_MESSAGES_PER_S = 100;
const MAX_BYTES = 64 << 10;
const poster = document.getElementById('poster');
const sentence = document.getElementById('sentence');
const load = document.getElementById('load');
const decisions = [];
document.getElementById('late').remove();   // page.css shows it after a while: a frame that may run no module cannot say so itself
let child = null;
let child_is_up = false;
const waiting = [];   // commands for when it is up

const hash = () => location.hash.slice(1);
const option = (name) => new URLSearchParams(hash()).get(name);
/** The link without what is only ours. */
const scenario = () => hash().split('&').filter((part) => !/^(load|origin)=/.test(part)).join('&');
const tabLink = () => { document.getElementById('tab').href = `./#${scenario()}`; };

// --- the inner frame -----------------------------------------------------------------------------------------------------

let attempt = 0;
/** @returns {Promise<{shared: boolean, workers: boolean} | null>} what it said, null after too long a silence */
function tryFrame() {
  child?.remove();
  child_is_up = false;
  child = document.createElement('iframe');
  child.title = 'Interleave';
  child.allow = 'cross-origin-isolated; fullscreen; clipboard-write';
  child.src = `app.html?k=${Date.now().toString(36)}${attempt++}#${scenario()}`;
  const frame = child;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, null);
    const hear = ({ source, data }) => {
      if (source !== frame.contentWindow || data?.interleave !== 1 || data.type !== 'hello') return;
      removeEventListener('message', hear);
      clearTimeout(timer);
      resolve(data);
    };
    addEventListener('message', hear);
    document.body.append(frame);
  });
}

let booting = null;
const boot = () => booting ??= start();   // by a click, by coming into view, by a message: once
async function start() {
  load.hidden = true;
  sentence.textContent = 'Loading.';
  let shared_here = (await probeWorkers()).shared;
  if (shared_here) {
    decisions.push('shared memory works in the outer frame');
    serviceWorkerActive();   // for request(), not waited for
  } else if (await serviceWorkerActive()) {
    decisions.push('service worker active');
  } else {
    decisions.push('no service worker');
  }
  let said = await tryFrame();
  decisions.push(`first frame: ${said ? (said.shared ? 'shared memory' : 'none') : 'silent'}`);
  if (!said?.shared && said?.workers !== false && mayGetBetter()) {
    said = await tryFrame();
    decisions.push(`second frame: ${said ? (said.shared ? 'shared memory' : 'none') : 'silent'}`);
  }
  if (!said) {
    sentence.textContent = 'This takes longer than usual. It may work in a tab of its own.';
    tell('error', { code: 'slow', sentence: sentence.textContent });
  }
  // A frame that was only slow gets its word when it comes.
  const go = () => child.contentWindow.postMessage({ interleave: 1, type: 'go', decisions }, '*');
  if (said) go();
  else addEventListener('message', ({ source, data }) => source === child.contentWindow && data?.type === 'hello' && go());
}

/** A second frame helps only where the service worker can change something: not where the browser knows no DIP at all. */
function mayGetBetter() {
  try {
    return navigator.serviceWorker !== undefined && /chrom/i.test(navigator.userAgent);
  } catch {
    return false;
  }
}

// --- the host page -------------------------------------------------------------------------------------------------------

/** Out: nothing in these messages is secret, so they go to whoever embeds us. */
function tell(type, rest = {}) {
  if (parent !== self) parent.postMessage({ interleave: 1, type, ...rest }, '*');
}

const TO_HOST = new Set(['ready', 'run-finished', 'state', 'error', 'reply']);
const FROM_HOST = new Set(['run', 'stop', 'set-state']);

let second = 0, in_second = 0, dropped = 0;
function tooMany() {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) {
    second = now;
    in_second = 0;
  }
  if (++in_second <= MAX_MESSAGES_PER_S) return false;
  if (++dropped === 1) setTimeout(tellDropped, 1000);
  return true;
}
function tellDropped() {
  tell('error', { code: 'flood', sentence: `${dropped} messages were too many and were dropped.` });
  dropped = 0;
}

/** Commands are taken from the page around us, if the link says that its origin may: origin=https://course.example or *. */
function allowed(origin) {
  const list = (option('origin') ?? '').split(',');
  return list.includes('*') || list.includes(origin);
}

addEventListener('message', ({ source, origin, data }) => {
  if (data?.interleave !== 1 || typeof data.type !== 'string') return;
  if (child && source === child.contentWindow) {
    // Until the frame has something to show, what is said here lies over it.
    if (data.type === 'ready') child_is_up = true;
    if (data.type === 'ready' || (data.type === 'error' && !child_is_up)) poster.hidden = true;
    if (TO_HOST.has(data.type)) {
      const { interleave, type, ...rest } = data;
      tell(type, rest);
    }
    for (const deliver of child_is_up ? waiting.splice(0) : []) deliver();
    return;
  }
  if (source !== parent || parent === self || tooMany()) return;
  const id = ['string', 'number'].includes(typeof data.id) ? data.id : undefined;
  const refuse = (code, why) => tell('error', { id, code, sentence: why });
  if (!FROM_HOST.has(data.type)) return refuse('unknown', `There is no message '${String(data.type).slice(0, 40)}'.`);
  if (!allowed(origin)) return refuse('origin', `This embed takes no commands from ${origin}. Its link would have to say origin=${origin}.`);
  const state = typeof data.state === 'string' ? data.state : undefined;
  if ((state?.length ?? 0) > MAX_BYTES) return refuse('size', 'The message is larger than 64 KB.');
  if (data.type === 'set-state' && state === undefined) return refuse('state', "A 'set-state' message needs a state, as in the link after #.");
  boot();
  const all = data.all === true;
  const deliver = () => child.contentWindow.postMessage({ interleave: 1, type: data.type, id, state, all }, '*');
  if (child_is_up) deliver();
  else if (waiting.push(deliver) > 20) waiting.shift();
});
addEventListener('hashchange', () => {
  tabLink();
  if (child_is_up) child.contentWindow.postMessage({ interleave: 1, type: 'set-state', state: scenario() }, '*');
});

// --- when ----------------------------------------------------------------------------------------------------------------

/** The poster says which lesson it stands for. Titles are a file of 3 KB; without it the poster says what it said before. */
async function nameLesson() {
  try {
    const titles = await (await fetch('lessons.json')).json();
    const title = titles[option('l') ?? 'http'];
    if (title && option('src') === null) document.getElementById('title').textContent = title;
  } catch {
    // An older release's host, or none.
  }
}

tabLink();
if (option('load') === 'click') {
  load.hidden = false;
  nameLesson();
  load.addEventListener('click', () => {
    waiting.push(() => child.contentWindow.postMessage({ interleave: 1, type: 'run', all: true }, '*'));
    boot();
  });
} else {
  // When it comes into view: a page with twenty embeds loads those that are looked at.
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    boot();
  });
  seen.observe(document.documentElement);
}
