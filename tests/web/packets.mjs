// packets.mjs -- reads what an engine recorded (src/trace/event.h), just enough to check a run's figures without ui.wasm.

const KIND = ['none', 'clock', 'lane_starting', 'lane_idle', 'lane_polling', 'lane_ended', 'spawn', 'ready', 'run', 'wait', 'wake',
  'done', 'gil_dropped', 'steal', 'copy', 'text', 'fact', 'run_started', 'run_ended'];
const ONE_WORD = new Set(['wake', 'steal', 'copy', 'fact']);
const OUTCOME = ['finished', 'failed', 'cancelled', 'lost'];
const ROLE = ['output', 'error', 'lane_name', 'lane_detail', 'notice'];
const FACT = ['bytes_per_task', 'spawn_ns', 'copied_bytes', 'cores', 'workers', 'workers_asked'];

/** @param {Uint8Array[]} pieces as Engine.take gave them */
export function read(pieces) {
  /** @type {Map<number, bigint[]>} */
  const lanes = new Map();
  let dropped = 0n;
  for (const piece of pieces) {
    const words = new BigUint64Array(piece.slice().buffer);
    for (let i = 0; i < words.length;) {
      const head = words[i++];
      const lane = Number(head & 0xffffn), count = Number(head >> 32n);
      if (count === 0) {
        dropped += words[i++];
        continue;
      }
      if (!lanes.has(lane)) lanes.set(lane, []);
      const into = lanes.get(lane);
      for (let n = 0; n < count; ++n) into.push(words[i++]);
    }
  }
  const run = { lanes: lanes.size, tasks: 0, outcomes: {}, output: [], notices: [], errors: [], facts: {}, makespan_ns: 0, ran_on: new Set(), dropped: Number(dropped) };
  for (const [lane, words] of lanes) {
    let time = 0;
    for (let i = 0; i < words.length;) {
      const word = words[i++];
      const kind = KIND[Number(word & 0xffn)];
      const argument = Number(word >> 8n & 0xffffffn), task = Number(word >> 32n);
      if (kind === 'clock') time = Number(BigInt.asIntN(64, word) >> 8n);
      else if (kind === 'spawn') ++run.tasks;
      else if (kind === 'run') run.ran_on.add(lane);
      else if (kind === 'done' && task !== 1) run.outcomes[OUTCOME[argument]] = (run.outcomes[OUTCOME[argument]] ?? 0) + 1;
      else if (kind === 'run_ended') run.makespan_ns = time;
      else if (kind === 'fact') run.facts[FACT[argument] ?? argument] = Number(words[i]);
      else if (kind === 'text') {
        const bytes = argument & 0xffff;
        const text = new TextDecoder().decode(new Uint8Array(new BigUint64Array(words.slice(i, i + Math.ceil(bytes / 8))).buffer, 0, bytes));
        const role = ROLE[argument >> 16];
        if (role === 'output') run.output.push(text);
        if (role === 'notice') run.notices.push(text);
        if (role === 'error') run.errors.push(text);
        i += Math.ceil(bytes / 8);
      }
      if (ONE_WORD.has(kind)) ++i;
    }
  }
  run.ran_on = run.ran_on.size;
  return run;
}
