// sw.js -- the service worker: headers for hosts that send none, and the server of request().
//
// Two jobs, and no memory between events (a browser may end it whenever it is idle):
// 1. Every document, script and Worker of ours, and of nobody else's in the same folder, gets the four headers that make shared memory available
//    (WEB.md, A2: Document-Isolation-Policy where an iframe needs it, COOP + COEP at top level; CORP for the rest).
//    embed.html stays as it came: it is only the frame around app.html, and a plain document everywhere.
// 2. ./io?ms=200&bytes=1000 is answered after 200 ms with 1000 bytes. The marker header tells the asker that the
//    answer came from here and not from some server's 404 page.
// Nothing is cached here, so nothing can go stale.

const ISOLATION = {
  'Document-Isolation-Policy': 'isolate-and-require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};
const OUR_PAGES = ['', 'index.html', 'app.html'];
const OUR_WORKERS = /^(engine|trace)[\w-]*\.m?js$/;
const MAX_MS = 60_000;
const MAX_BYTES = 16 << 20;

// A first version takes over at once; a newer one waits until no page of ours is open.
self.addEventListener('install', () => {
  if (!self.registration.active) self.skipWaiting();
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  const scope = new URL(self.registration.scope);
  if (url.pathname === scope.pathname + 'io') {
    event.respondWith(answer(url.searchParams));
    return;
  }
  const name = url.pathname.slice(scope.pathname.length);
  if (request.mode === 'navigate' && !OUR_PAGES.includes(name)) return;
  if (/worker$/.test(request.destination) && !OUR_WORKERS.test(name)) return;
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(isolated(request));
});

/** @param {URLSearchParams} asked */
async function answer(asked) {
  const number = (name, most) => Math.min(most, Math.max(0, Math.floor(Number(asked.get(name)) || 0)));
  const ms = number('ms', MAX_MS);
  const bytes = number('bytes', MAX_BYTES);
  if (ms > 0) await new Promise((done) => setTimeout(done, ms));
  return new Response(new Uint8Array(bytes), {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Cache-Control': 'no-store',
      'X-Interleave': 'service-worker',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    },
  });
}

/** @param {Request} request */
async function isolated(request) {
  const response = await fetch(request);
  if (response.status === 0 || response.type === 'opaqueredirect') return response;  // must go through as it is
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}
