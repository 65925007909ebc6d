// engine.js -- the page's side of the engine: it owns every Worker, knows what runs where, and can kill any of it.
//
// serial, loop and processes run in engine-st Workers (engine_worker.js); what they record comes as messages.
// threads, gil, stealing, and loop where there are several, run in engine-mt, which the page instantiates so that the page
// makes every Worker, flat (a Worker made by a Worker may hang in Firefox: WEB.md G4). Its trace is read out of shared memory
// by one function of its own that never locks; that works after its Workers are gone as well, so a killed run keeps what it
// recorded.
// The same file runs under Node in tests: everything of the browser comes in through `Host`.
// Rejected: asking a Worker for its trace when it was stopped (it may never answer again).

import { now } from './clock.js';
import { askIo } from './io.js';

export const EXECUTORS = ['serial', 'threads', 'gil', 'processes', 'loop', 'stealing'];
export const END = { finished: 0, failed: 1, cancelled: 2, deadlock: 3, aborted: 4 };
const NEEDS_THREADS = new Set(['threads', 'gil', 'stealing']);
/** Asked for by who runs on `loop` alone; without threads the engine says that there is one. */
const severalLoops = (hash) => {
  const settings = new URLSearchParams(hash);
  return settings.get('on') === 'loop' && Number(settings.get('w')) > 1;
};
const POLITE_MS = 120;    // a run that does not end within this after Stop is ended by force
const STOP_LOOK_MS = 5;
const SILENCE_MS = 3000;  // a Worker that says nothing for so long is dead
const LOADING_MS = 30_000;  // of its parts, over a slow line

const OTHER_VERSION = 'Parts of this page are of different versions. Load it again; emptying the browser\'s cache helps.';
const STOPPED_ANSWERING = 'The engine stopped answering and was started again. Press Run.';

/**
 * @typedef {object} Host
 * @property {() => Worker} createWorker  a Worker that runs engine_worker.js
 * @property {() => Promise<WebAssembly.Module>} stModule
 * @property {(() => Promise<any>) | null} createThreads  an instance of engine-mt; null without shared memory
 * @property {object} config  goes to every engine
 * @property {string} io_url  '' while no service worker answers
 */

/**
 * @typedef {object} Status
 * @property {'idle'|'starting'|'running'|'ended'} kind
 * @property {number} t0  of the run, on the clock of clock.js
 * @property {number} end  one of END
 * @property {string} sentence
 */

/** One Worker with engine-st. */
class EngineWorker {
  /** @param {Host} host @param {(worker: EngineWorker, message: any) => void} take */
  constructor(host, take) {
    this.ready = false;
    this.loading = true;      // its parts are on their way
    this.warm = false;        // has run something small
    this.dead = '';           // why, when it is
    this.children = new Map();  // number -> EngineWorker, of the run that it coordinates
    this.last_heard = now();
    this.waiting = [];        // messages for after `ready`
    this.take = take;
    this.life = `interleave-${crypto.randomUUID?.() ?? Math.random()}`;   // a lock that it holds while it lives
    this.watching = new AbortController();
    try {
      this.worker = host.createWorker();
    } catch (error) {
      this.worker = null;
      queueMicrotask(() => this.#die(`This page may not start Workers (${error.message})`));
      return;
    }
    this.worker.onmessage = ({ data }) => {
      this.last_heard = now();
      if (data.type === 'ready') {
        if (host.protocol !== undefined && data.version !== host.protocol) return this.#die(OTHER_VERSION);
        this.ready = true;
        if (data.holds) this.#watchLife();
        for (const [message, transfer] of this.waiting.splice(0)) this.worker.postMessage(message, transfer);
      } else if (data.type === 'failed') {
        this.#die(`The engine could not be loaded (${data.sentence})`);
        return;
      } else if (data.type === 'warm') {
        this.warm = true;
      }
      this.take(this, data);
    };
    this.worker.onerror = (event) => {
      event.preventDefault?.();
      this.#die(this.ready ? '' : 'This page may not start Workers, or their script could not be loaded');
    };
    host.stModule().then(
      (module) => {
        this.loading = false;
        this.worker?.postMessage({ type: 'start', module, life: this.life, config: { ...host.config, io_url: host.io_url } });
      },
      (error) => this.#die(`The engine could not be loaded (${error.message})`));
  }

  post(message, transfer = []) {
    if (this.ready) this.worker?.postMessage(message, transfer);
    else this.waiting.push([message, transfer]);
  }

  /** A Worker that is ended from outside (for want of memory, say) tells nobody; but the browser gives its lock to us. */
  #watchLife() {
    navigator.locks.request(this.life, { signal: this.watching.signal }, () => this.#die('')).catch(() => {});
  }

  #die(why) {
    if (!this.worker && this.dead) return;
    this.terminate(why || STOPPED_ANSWERING);
    this.take(this, { type: 'died' });
  }

  terminate(why = 'It was ended') {
    this.dead ||= why;
    this.ready = false;
    this.watching.abort();
    if (this.worker) {
      this.worker.onmessage = this.worker.onerror = null;
      this.worker.terminate();
      this.worker = null;
    }
  }
}

/** An instance of engine-mt and its Workers. */
class Threads {
  /** @param {Host} host @param {() => void} changed @param {() => EngineWorker} worker  one for a child process */
  constructor(host, changed, worker) {
    this.host = host;
    this.timers_stood_in = false;   // of the run under way
    this.dead = '';
    this.instance = null;
    this.loading = true;            // its parts are on their way
    /** @type {Map<number, {serial: number, own: AbortController}>} */
    this.under_way = new Map();   // requests, by slot
    this.warming = this.warm = false;
    this.changed = changed;
    this.worker = worker;
    /** @type {Map<number, {worker: EngineWorker, port: MessagePort}>} what to_process() calls */
    this.children = new Map();
    /** @type {{child: number, bytes: Uint8Array, lost: boolean}[]} what they said and the coordinator has no room for yet */
    this.said = [];
    this.ready = host.createThreads(() => { this.loading = false; }).then((instance) => {
      this.loading = false;
      if (this.dead) {
        instance._il_terminate();
        return;
      }
      if (host.protocol !== undefined && instance._il_version() !== host.protocol) {
        instance._il_terminate();
        return this.die(OTHER_VERSION);
      }
      this.instance = instance;
      instance.il_start_request = (slot, serial, ms, bytes) => this.#request(slot, serial, ms, bytes);
      instance.il_give_up_request = (slot, serial) => this.#giveUp(slot, serial);
      instance.il_spawn_child = (child) => this.#spawnChild(child);
      instance.il_send_to_child = (child, buffer) => this.children.get(child)?.port.postMessage(buffer, [buffer]);
      instance.il_drop_child = (child) => this.#dropChild(child);
      instance.il_more_room = () => this.#tell();
      instance.il_is_warm = () => {
        this.warm = true;
        this.changed();
      };
      instance.interleave.died = () => this.die(STOPPED_ANSWERING);
      instance._il_watch();
      changed();
    }, (error) => this.die(`Threads could not be started (${error?.message ?? error})`));
  }

  /** Has it run something small, before its first run. */
  warmUp() {
    if (!this.instance || this.warming || this.dead) return;
    this.warming = true;
    const { cores, clock_step_ns, most_requests, compute_rate } = this.host.config;
    this.instance._il_configure(cores, clock_step_ns, most_requests, 0, compute_rate);
  }

  die(why) {
    if (this.dead) return;
    this.kill(why);
    this.changed();
  }

  /** A thread asks; it waits on its slot, with a deadline of its own. */
  async #request(slot, serial, ms, bytes) {
    const { io_url } = this.host;
    const own = new AbortController();
    this.under_way.set(slot, { serial, own });
    let failed = 0;
    let came = bytes;
    try {
      if (io_url) {
        came = await askIo(io_url, ms, bytes, own.signal);
      } else {
        this.timers_stood_in = true;
        await new Promise((done) => {
          setTimeout(done, ms);
          own.signal.addEventListener('abort', done, { once: true });
        });
      }
    } catch {
      failed = 1;
    }
    this.under_way.delete(slot);   // nobody else has it before it is answered
    this.instance._il_answered(slot, came, failed);
  }

  /** Who asked waits no longer. It may be too late: the slot is another's then, with another number. */
  #giveUp(slot, serial) {
    const its = this.under_way.get(slot);
    if (its?.serial === serial) its.own.abort();
  }

  /** The run is over: who is still asked need not answer, and the slots are wanted by the next. */
  abandonRequests() {
    for (const { own } of this.under_way.values()) own.abort();
  }

  #spawnChild(child) {
    const { port1, port2 } = new MessageChannel();
    const worker = this.worker();
    this.children.set(child, { worker, port: port1 });
    port1.onmessage = ({ data }) => {
      this.said.push({ child, bytes: new Uint8Array(data), lost: false });
      this.#tell();
    };
    if (worker.dead) queueMicrotask(() => this.childDied(worker));
    else worker.post({ type: 'serve', port: port2 }, [port2]);
  }

  #dropChild(child) {
    const { worker, port } = this.children.get(child) ?? {};
    this.children.delete(child);
    this.said = this.said.filter((message) => message.child !== child);
    port?.close();
    worker?.terminate();
  }

  /** @param {EngineWorker} dead  perhaps one of ours */
  childDied(dead) {
    for (const [child, { worker }] of this.children) {
      if (worker !== dead) continue;
      this.#dropChild(child);
      this.said.push({ child, bytes: new Uint8Array(), lost: true });
      this.#tell();
    }
  }

  /** Hands on what the children said, as far as there is room. */
  #tell() {
    const { instance, said } = this;
    while (said.length > 0 && !this.dead) {
      const at = instance._il_child_piece();
      if (!at) return;
      const { child, bytes, lost } = said[0];
      const piece = bytes.subarray(0, instance._il_child_piece_size());
      instance.HEAPU8.set(piece, at);
      said[0].bytes = bytes.subarray(piece.length);
      const more = said[0].bytes.length > 0;
      if (!more) said.shift();
      instance._il_child_said(child, piece.length, lost ? 2 : more ? 0 : 1);
    }
  }

  /** The instance stays, to be read. */
  kill(why = 'It was ended') {
    this.dead ||= why;
    for (const child of [...this.children.keys()]) this.#dropChild(child);
    this.instance?._il_terminate();
  }
}

export class Engine {
  /** @param {Host} host @param {() => void} changed  called when there is something to take or the status changed */
  constructor(host, changed) {
    this.host = host;
    this.changed = changed;
    /** @type {EngineWorker | null} */
    this.coordinator = null;
    /** @type {EngineWorker[]} warm Workers without a job */
    this.spare = [];
    /** @type {Threads | null} */
    this.threads = null;
    /** the instance that the run's trace is read from; it may be dead */
    this.threads_read = null;
    this.number = 0;          // of the run, counted up
    this.begun = true;        // no run waits for a warm-up to end
    this.on_threads = false;
    this.hash = '';
    this.executor = 0;
    /** @type {Uint8Array[]} */
    this.packets = [];
    /** @type {Status} */
    this.status = { kind: 'idle', t0: 0, end: 0, sentence: '' };
    this.notice = '';
    this.stop_timer = 0;
    this.watch_timer = 0;
    this.stop_look = 0;
  }

  /** Starts what a first run needs, so that Run answers at once, and has it run something small, so that Run is not its first. */
  warm() {
    this.#coordinate();
    if (this.host.createThreads) this.threads ??= this.#newThreads();
  }

  /** The service worker answers requests from now on. */
  ioFound() {
    for (const worker of [this.coordinator, ...this.spare]) worker?.post({ type: 'io', io_url: this.host.io_url });
  }

  get busy() {
    return this.status.kind === 'starting' || this.status.kind === 'running';
  }

  /** @param {string} hash the scenario @param {string} executor */
  run(hash, executor) {
    if (this.busy) throw new Error('one run at a time');
    ++this.number;
    this.hash = hash;
    this.executor = EXECUTORS.indexOf(executor);
    this.packets = [];
    this.notice = '';
    this.threads_read = null;
    this.on_threads = NEEDS_THREADS.has(executor) || (executor === 'loop' && severalLoops(hash) && Boolean(this.host.createThreads));
    this.status = { kind: 'starting', t0: now(), end: 0, sentence: '' };
    this.started_at = now();
    this.quiet_ticks = 0;
    this.beats = -1;
    clearInterval(this.watch_timer);
    this.watch_timer = setInterval(() => this.#watch(), 250);
    this.begun = false;
    if (!this.on_threads) this.#coordinate();
    else if (!this.host.createThreads) this.#end(END.failed, 'This page has no shared memory, so threads cannot run here.', false);
    else if (!this.threads || this.threads.dead) this.threads = this.#newThreads();
    if (executor === 'processes') this.#warmChildren();
    this.#begin();
    this.changed();
  }

  /**
   * Begins the run that was asked for, unless something small runs still on the other engine: what is measured is not to share the
   * processors with that. (On its own engine it comes before the run in any case.)
   */
  #begin(anyway = false) {
    if (this.begun || !this.busy || (!anyway && this.#otherWarmsUp())) return;
    const { threads } = this;
    if (!this.on_threads) {
      this.begun = true;
      this.coordinator?.post({ type: 'run', run: this.number, hash: this.hash, executor: this.executor });
    } else if (threads?.instance && !threads.dead) {
      this.begun = true;
      threads.warmUp();
      const engine = this.threads_read = threads.instance;
      const bytes = new TextEncoder().encode(this.hash);
      if (bytes.length > engine._il_input_size()) return this.#end(END.failed, 'The script is too long for the threads of this page.', false);
      const at = engine._il_input(bytes.length);
      engine.HEAPU8.set(bytes, at);
      threads.timers_stood_in = false;
      engine._il_run(bytes.length, this.executor, this.number);
      this.status = { ...this.status, kind: 'running', t0: now() };
    }
  }

  #otherWarmsUp() {
    const { coordinator, threads } = this;
    return this.on_threads ? Boolean(coordinator) && !coordinator.warm && !coordinator.dead
      : Boolean(threads?.warming) && !threads.warm && !threads.dead;
  }

  cancel() {
    if (!this.busy || this.stop_timer) return;
    if (!this.begun && (!this.on_threads || this.threads?.instance)) return this.#end(END.cancelled, '', false);
    if (this.on_threads) this.threads?.instance?._il_cancel();
    else this.coordinator?.post({ type: 'cancel', run: this.number });
    this.stop_timer = setTimeout(() => this.#end(END.cancelled, '', true), POLITE_MS);
    // Threads end without a word, and the next frame may be far.
    if (this.on_threads) this.stop_look = setInterval(() => this.poll(), STOP_LOOK_MS);
  }

  /**
   * Copies whole packets into `target`, at most what fits. Never blocks.
   * @param {Uint8Array} target @returns {number} bytes; 0: nothing (more) for now
   */
  take(target) {
    let used = 0;
    const threads = this.on_threads ? this.threads_read : null;
    if (threads) {
      while (used < target.length) {
        const words = threads._il_read(Math.floor((target.length - used) / 8));
        if (words === 0) break;
        const at = threads._il_staging();
        target.set(threads.HEAPU8.subarray(at, at + words * 8), used);
        used += words * 8;
      }
      return used;
    }
    while (this.packets.length > 0) {
      const next = this.packets[0];
      if (used + next.length > target.length) break;
      target.set(next, used);
      used += next.length;
      this.packets.shift();
    }
    return used;
  }

  /** For engine-mt: has it ended? To be called each frame of a run. @returns {Status} */
  poll() {
    if (this.on_threads && this.status.kind === 'running') {
      const engine = this.threads_read;
      if (engine._il_state() === 2 && engine._il_run_number() === this.number) {
        this.notice = this.threads.timers_stood_in ? NO_SERVICE_WORKER : '';
        this.#end(engine._il_end(), engine.UTF8ToString(engine._il_sentence()), false);
      }
    }
    return this.status;
  }

  /** Everything that was taken and told: ready for the next. */
  settle() {
    if (this.status.kind === 'ended') this.status = { ...this.status, kind: 'idle' };
  }

  dispose() {
    clearInterval(this.watch_timer);
    clearTimeout(this.stop_timer);
    clearInterval(this.stop_look);
    this.#killWorkers();
    for (const worker of this.spare) worker.terminate();
    this.spare = [];
    this.threads?.kill();
    this.threads = this.threads_read = null;
  }

  // --- engine-st ---

  #coordinate() {
    if (this.coordinator && !this.coordinator.dead) return;
    this.coordinator = this.#worker();
    this.coordinator.post({ type: 'warm' });
  }

  #worker() {
    return new EngineWorker(this.host, (worker, message) => this.#heard(worker, message));
  }

  /** @param {EngineWorker} worker */
  #heard(worker, message) {
    if (message.type === 'died') return this.#died(worker);
    if (worker !== this.coordinator || message.type === 'beat') return;
    switch (message.type) {
      case 'started':
        if (message.run === this.number && this.status.kind === 'starting') {
          this.status = { ...this.status, kind: 'running', t0: message.t0 };
        }
        break;
      case 'packets':
        if (message.run === this.number) this.packets.push(new Uint8Array(message.buffer));
        break;
      case 'ended':
        if (message.run === this.number && this.busy) {
          this.notice = message.notice;
          this.#end(message.end, message.sentence, false);
        }
        break;
      case 'spawn': this.#spawn(worker, message.child, message.port); break;
      case 'kill': this.#killChild(worker, message.child); break;
      case 'warm': this.#begin(); break;
    }
    this.changed();
  }

  #died(worker) {
    if (worker === this.coordinator) {
      if (this.busy && !this.on_threads) this.#end(END.aborted, worker.dead, true);
      else this.coordinator = null;
    } else {
      this.spare = this.spare.filter((other) => other !== worker);
      this.threads?.childDied(worker);
      for (const [child, other] of this.coordinator?.children ?? []) {
        if (other !== worker) continue;
        this.coordinator.children.delete(child);
        this.coordinator.post({ type: 'lost', child });
      }
    }
    this.#begin();   // what died may be what a run waits for
    this.changed();
  }

  #warmChildren() {
    const wanted = Math.min(this.host.config.cores, this.host.config.most_children, 4);
    while (this.spare.length < wanted) this.spare.push(this.#worker());
  }

  /** @param {EngineWorker} parent */
  #spawn(parent, child, port) {
    const worker = this.spare.shift() ?? this.#worker();
    parent.children.set(child, worker);
    if (worker.dead) queueMicrotask(() => this.#died(worker));
    else worker.post({ type: 'serve', port }, [port]);
  }

  #killChild(parent, child) {
    parent.children.get(child)?.terminate();
    parent.children.delete(child);
  }

  #killWorkers() {
    if (!this.coordinator) return;
    for (const child of this.coordinator.children.values()) child.terminate();
    this.coordinator.terminate();
    this.coordinator = null;
  }

  // --- engine-mt ---

  #newThreads() {
    return new Threads(this.host, () => this.#threadsChanged(), () => this.spare.shift() ?? this.#worker());
  }

  #threadsChanged() {
    const { threads } = this;
    if (this.busy && this.on_threads && threads?.dead) this.#end(END.aborted, threads.dead, true);
    if (!this.busy) threads?.warmUp();   // a run on the other engine is to have the processors
    this.#begin();
    this.changed();
  }

  // --- both ---

  /** Four times a second of a run: is anybody there? */
  #watch() {
    // (Starting a hundred threads takes seconds on a busy machine, and the coordinator says nothing meanwhile: their Workers count.)
    const { instance } = this.threads ?? {};
    const heard = !this.on_threads ? this.coordinator?.last_heard ?? -1
      : instance ? `${instance._il_heartbeat()} ${instance._il_workers()}` : -1;
    // Ticks are counted, not time: a page that slept must not think that its Workers are dead.
    this.quiet_ticks = heard === this.beats ? this.quiet_ticks + 1 : 0;
    this.beats = heard;
    const loading = this.on_threads ? this.threads?.loading : this.coordinator?.loading;
    if (this.quiet_ticks * 250 >= (loading ? LOADING_MS : SILENCE_MS)) {
      this.#end(END.aborted, loading ? 'The engine could not be loaded within 30 seconds. Press Run to try again.'
        : this.status.kind === 'starting' ? 'The engine did not start within 3 seconds. Press Run to try again.' : STOPPED_ANSWERING, true);
    } else {
      if (this.quiet_ticks * 500 >= SILENCE_MS) this.#begin(true);   // the other engine says nothing: it is not waited for
      this.changed();   // keeps a run going whose page draws no frames
    }
  }

  #end(end, sentence, by_force) {
    clearTimeout(this.stop_timer);
    clearInterval(this.watch_timer);
    clearInterval(this.stop_look);
    this.stop_timer = this.watch_timer = this.stop_look = 0;
    if (this.on_threads) this.threads?.abandonRequests();
    if (by_force) {
      if (this.on_threads) {
        this.threads?.kill();
        this.threads = null;
      } else {
        this.#killWorkers();
      }
    }
    this.begun = true;
    this.status = { ...this.status, kind: 'ended', end, sentence: sentence || this.notice };
    this.ended_at = now();
    this.changed();
    if (by_force) this.warm();
    this.threads?.warmUp();   // it may have waited for this
  }
}

const NO_SERVICE_WORKER = 'Requests are timers here: this page has no service worker that could answer them.';
