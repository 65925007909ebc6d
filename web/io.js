// io.js -- one request() of a task, for who makes them: engine-st's Workers, and the page for engine-mt's threads.

const GRACE_MS = 2000;

/**
 * Asks for so many bytes after so long. Fails when the answer is late, is somebody else's, or the run is over (`over` is aborted).
 * @param {string} io_url @param {number} ms @param {number} bytes @param {AbortSignal} over @returns {Promise<number>} bytes that came
 */
export async function askIo(io_url, ms, bytes, over) {
  const own = new AbortController();   // late alone, or given up with the whole run
  const giveUp = () => own.abort();
  over.addEventListener('abort', giveUp, { once: true });
  const deadline = setTimeout(giveUp, ms + GRACE_MS);
  try {
    const response = await fetch(`${io_url}?ms=${ms}&bytes=${bytes}`, { cache: 'no-store', signal: own.signal });
    if (response.headers.get('X-Interleave') === null) throw new Error('somebody else answered');
    return (await response.arrayBuffer()).byteLength;
  } finally {
    clearTimeout(deadline);
    over.removeEventListener('abort', giveUp);
  }
}
