// caps.js -- what this document can do, found out by trying, never by asking flags (WEB.md A2, G5: flags lie).

/**
 * @typedef {object} Capabilities
 * @property {boolean} workers  a Worker started and answered
 * @property {boolean} silent   a Worker was made and said nothing, not even that it failed
 * @property {boolean} shared   a shared memory went to a Worker, was written there and read here
 * @property {boolean} top      this document is a tab's own
 * @property {number} cores     what the browser says; some lie (WEB.md B2)
 * @property {number} clockStepNs
 * @property {boolean} firefox  its service workers answer bursts slowly: fewer requests at once (WEB.md G3)
 */

const PROBE = `onmessage = ({ data }) => {
  if (!data) { postMessage('alive'); return; }
  try { Atomics.store(new Int32Array(data.buffer), 0, 42); postMessage('written'); }
  catch { postMessage('refused'); }
};
onmessageerror = () => postMessage('refused');`;

/** @param {number} patience_ms @returns {Promise<{workers: boolean, shared: boolean, silent: boolean}>} */
export function probeWorkers(patience_ms = 6000) {   // who refuses says so at once; silence may be a busy machine
  return new Promise((resolve) => {
    let worker = null;
    let workers = false;
    const url = URL.createObjectURL(new Blob([PROBE], { type: 'text/javascript' }));
    const finish = (shared, silent = false) => {
      clearTimeout(timer);
      worker?.terminate();
      URL.revokeObjectURL(url);
      resolve({ workers, shared, silent });
    };
    const timer = setTimeout(() => finish(false, !workers), patience_ms);
    try {
      worker = new Worker(url);
    } catch {
      finish(false);
      return;
    }
    let memory = null;
    worker.onerror = (event) => {
      event.preventDefault();
      finish(false);
    };
    worker.onmessage = ({ data }) => {
      workers = true;
      if (data === 'alive') {
        try {
          memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
          worker.postMessage(memory);  // throws DataCloneError where memory cannot be shared
        } catch {
          finish(false);
        }
      } else {
        finish(data === 'written' && Atomics.load(new Int32Array(memory.buffer), 0) === 42);
      }
    };
    worker.postMessage(null);
  });
}

/** The smallest step of the clock, in nanoseconds. Takes at most 5 ms. */
export function clockStep() {
  let smallest = Infinity;
  let last = performance.now();
  const end = last + 5;
  for (let seen = 0; seen < 20 && last < end;) {
    const now = performance.now();
    if (now === last) continue;
    smallest = Math.min(smallest, now - last);
    last = now;
    ++seen;
  }
  return Number.isFinite(smallest) ? Math.round(smallest * 1e6) : 1_000_000;
}

/** @returns {Promise<Capabilities>} */
export async function probe() {
  const { workers, shared, silent } = await probeWorkers();
  return {
    workers,
    silent,
    shared,
    top: isTop(),
    cores: Math.max(1, navigator.hardwareConcurrency || 1),
    clockStepNs: clockStep(),
    firefox: /\bfirefox\//i.test(navigator.userAgent),
  };
}

export function isTop() {
  try {
    return self.top === self;
  } catch {
    return false;
  }
}

/**
 * Registers the service worker and waits for it, at most `patience_ms`.
 * @returns {Promise<boolean>} it is active: it answers for documents and Workers that start from now on
 */
export async function serviceWorkerActive(patience_ms = 2000) {
  let container;
  try {
    container = navigator.serviceWorker;  // throws in a sandbox without allow-same-origin
  } catch {
    return false;
  }
  if (!container || !self.isSecureContext) return false;
  const late = new Promise((resolve) => setTimeout(resolve, patience_ms, false));
  const active = (async () => {
    const registration = await container.register('./sw.js', { scope: './', updateViaCache: 'none' });
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    if (!worker) return false;
    if (worker.state === 'activated') return true;
    return new Promise((resolve) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') resolve(true);
        if (worker.state === 'redundant') resolve(false);
      });
    });
  })().catch(() => false);
  return Promise.race([active, late]);
}

/** Does ./io come from our service worker? One request of 0 ms. @param {string} io_url */
export async function ioAnswered(io_url) {
  try {
    const response = await fetch(`${io_url}?ms=0&bytes=0`, { cache: 'no-store', signal: AbortSignal.timeout(2000) });
    return response.headers.get('X-Interleave') === 'service-worker';
  } catch {
    return false;
  }
}
