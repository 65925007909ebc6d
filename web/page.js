// page.js -- index.html: gets shared memory where that can be had, then starts the program.
//
// On a host that sends no headers the first visit registers the service worker and loads the page once more, through it.
// The guard against a loop of reloads is in the URL (?coi=1): what is kept in storage is lost across the switch (WEB.md A2).

import { probe, serviceWorkerActive } from './caps.js';
import { MAX_HASH, startApp } from './app.js';

const GUARD = 'coi';
const decisions = [];
// A link of a megabyte goes along with everything that the page fetches and starts, and takes the browser half a minute.
// What is left of it is still too long, so that app.js says so.
if (location.hash.length > MAX_HASH + 1) history.replaceState(null, '', location.hash.slice(0, MAX_HASH + 2));
const caps = await probe();
const url = new URL(location.href);
let reloading = false;

if (caps.shared) {
  decisions.push('shared memory works');
  serviceWorkerActive();   // for request(), not waited for
  if (url.searchParams.has(GUARD)) {
    url.searchParams.delete(GUARD);
    history.replaceState(null, '', url);
  }
} else if (caps.workers && !url.searchParams.has(GUARD)) {
  document.getElementById('poster').textContent = 'Preparing real threads.';
  if (await serviceWorkerActive()) {
    reloading = true;
    url.searchParams.set(GUARD, '1');
    location.replace(url);
  } else {
    decisions.push('no shared memory, and no service worker to get it');
  }
} else {
  decisions.push(caps.workers ? 'no shared memory, even through the service worker' : 'no Workers');
}

if (!reloading) await startApp({ caps, decisions, embedded: false });
