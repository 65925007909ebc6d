// frame.js -- app.html: the program inside embed.html. Says what this frame can do and waits to be told to go on, because
// embed.html may rather try again with a frame that the service worker serves.

import { probe } from './caps.js';
import { startApp } from './app.js';

const caps = await probe();
let app = null;
const early = [];

/** To embed.html, which passes on what a host page may know. */
const tell = (type, rest = {}) => parent.postMessage({ interleave: 1, type, ...rest }, self.origin === 'null' ? '*' : self.origin);

addEventListener('message', ({ source, data }) => {
  if (source !== parent || data?.interleave !== 1) return;
  if (data.type === 'go') go(data.decisions);
  else if (app) app.obey(data);
  else early.push(data);
});

let gone = false;
async function go(decisions = []) {
  if (gone) return;
  gone = true;
  app = await startApp({ caps, decisions, embedded: true, tell });
  for (const message of early.splice(0)) app.obey(message);
}

if (parent === self) go(['opened without its frame']);
else {
  tell('hello', { shared: caps.shared, workers: caps.workers, isolated: self.crossOriginIsolated === true });
  setTimeout(go, 4000, ['the frame around did not answer']);
}
