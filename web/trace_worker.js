// trace_worker.js -- one Worker for one file: Chrome JSON becomes a trace file of ours, which the page reads in slices.
//
// The page makes it, sends one message and ends it, done or not.
//   page -> worker   {module, file}
//   worker -> page   {buffer, measured_under, sentence}; without a buffer the sentence says why

import { instantiate } from './instance.js';

self.onmessage = async ({ data: { module, file } }) => {
  try {
    const { default: create } = await import('./engine-st.mjs');
    const nobody = () => {};
    const engine = await instantiate(create, module, {
      interleave: { startRequest: nobody, giveUpRequest: nobody, abandonRequests: nobody, spawnChild: nobody, sendToChild: nobody, dropChild: nobody, sendToParent: nobody },
    });
    const body = new Uint8Array(await file.arrayBuffer());
    const at = engine._malloc(Math.max(body.length, 1));
    if (!at) return postMessage({ sentence: 'This page has not enough memory for it.' });
    engine.HEAPU8.set(body, at);
    const there = engine._il_convert(at, body.length);
    const [measured_under, sentence] = engine.UTF8ToString(engine._il_converted_words()).split('\n');
    if (!there) return postMessage({ sentence });
    const from = engine._il_converted();
    const buffer = engine.HEAPU8.slice(from, from + engine._il_converted_bytes()).buffer;
    postMessage({ buffer, measured_under, sentence }, [buffer]);
  } catch (error) {
    postMessage({ sentence: `It could not be read (${error?.message ?? error}).` });
  }
};
