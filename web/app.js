// app.js -- the program in a document: ui.wasm on the canvas, the engine behind it, the mirror beside it, the state in the hash.
//
// Whoever loads it (page.js, frame.js) has found out what the document can do. From here on nothing blocks, and nothing is
// drawn unless something changed: one function, wake(), asks for a frame; the UI says when it wants the next.

import { ioAnswered } from './caps.js';
import { now } from './clock.js';
import { Editing } from './editing.js';
import { END, Engine } from './engine.js';
import { answerFromMemory } from './gl_memory.js';
import { instantiate } from './instance.js';
import { Mirror } from './mirror.js';
import { Sketch } from './sketch.js';

/** Parts of one release belong together; a page from a cache and a new engine do not. See engine_web.h. */
export const PROTOCOL = 3;
export const MAX_HASH = 64 << 10;
const FRESH = 'fresh';    // in the address: reloaded past the caches
const MOST_CHILDREN = 32;
const OVERDUE_MS = 400;   // of an animation frame
const HASH_EVERY_MS = 250;
const LOST_FOR_GOOD_MS = 10_000;   // a graphics context that has not come back by then

/**
 * @param {{caps: import('./caps.js').Capabilities, decisions: string[], embedded: boolean,
 *          tell?: (type: string, rest?: object) => void}} options
 */
export async function startApp({ caps, decisions, embedded, tell = () => {} }) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('canvas'));
  const poster = document.getElementById('poster');
  const notice = document.getElementById('notice');
  const stage = document.getElementById('stage');
  const io_url = new URL('io', location.href).href;

  // --- the engine ---------------------------------------------------------------------------------------------------------
  const asset = (name) => new URL(name, import.meta.url);
  /** Compiled once; a failure is tried again by the next who asks. */
  const compiledOnce = (name) => {
    let module = null;
    return () => module ??= compile(asset(name)).catch((error) => {
      module = null;
      throw error;
    });
  };
  const mtModule = compiledOnce('engine-mt.wasm');
  const host = {
    io_url: '',
    config: {
      cores: caps.cores, clock_step_ns: caps.clockStepNs, most_requests: caps.firefox ? 32 : 256, most_children: MOST_CHILDREN,
      compute_rate: 0,
    },
    createWorker: () => new Worker(asset('engine_worker.js'), { type: 'module', name: 'interleave-engine' }),
    stModule: compiledOnce('engine-st.wasm'),
    createTraceWorker: () => new Worker(asset('trace_worker.js'), { type: 'module', name: 'interleave-trace' }),
    createThreads: caps.shared ? async (loaded) => {
      const [{ default: create }, module] = await Promise.all([import('./engine-mt.mjs'), mtModule()]);
      loaded();
      return instantiate(create, module, { interleave: {}, printErr: console.error });
    } : null,
    protocol: PROTOCOL,
  };
  const engine = new Engine(host, engineChanged);
  // Does our service worker answer ./io? Asked again with each run, for those to come, until it does.
  const findIo = async () => {
    if (host.io_url || !await ioAnswered(io_url)) return;
    host.io_url = io_url;
    engine.ioFound();
  };

  // --- the UI ---------------------------------------------------------------------------------------------------------------
  let ui = null;
  let frame_request = 0, frame_timer = 0, overdue_timer = 0, asked_at = 0;
  let lost = false;
  const encoder = new TextEncoder();
  const give = (text) => {
    const bytes = typeof text === 'string' ? encoder.encode(text) : text;
    const at = ui._il_input(bytes.length);
    ui.HEAPU8.set(bytes, at);
    return bytes.length;
  };

  /** Something changed: look at it in the next animation frame (a hidden page gets none: then by a timer). */
  function wake() {
    if (!ui) return;
    if (frame_request) {
      // Out of sight there are no animation frames; a run must still be fed, and one that was asked for begun. Not from here: the UI
      // itself may be what wakes.
      overdue_timer ||= setTimeout(feed, Math.max(0, asked_at + OVERDUE_MS - performance.now()));
      return;
    }
    clearTimeout(frame_timer);
    if (document.hidden) frame_timer = setTimeout(frame, 250);
    else {
      asked_at = performance.now();
      frame_request = requestAnimationFrame(frame);
    }
  }

  function feed() {
    overdue_timer = 0;
    if (frame_request && performance.now() - asked_at > OVERDUE_MS - 10) frame();
  }

  /** The end of a run is taken at once, not with the next picture: drawing in software may take a tenth of a second. */
  let feed_due = false;
  function engineChanged() {
    wake();
    if (!ui || feed_due || engine.status.kind !== 'ended') return;
    feed_due = true;
    setTimeout(() => {   // not now: the UI may be what noticed the end, in the middle of a frame
      feed_due = false;
      if (!ui || engine.status.kind !== 'ended') return;
      try {
        ui._il_frame(0);
      } catch (error) {
        return broke(error);
      }
      showState();
      engineChanged();
    });
  }

  let frames = 0;
  function frame() {
    cancelAnimationFrame(frame_request);
    frame_request = 0;
    clearTimeout(frame_timer);
    if (!ui) return;
    const drawn_before = ui._il_frames_drawn();
    let wait_ms = 0;
    try {
      wait_ms = ui._il_frame(document.hidden || lost ? 0 : 1);
    } catch (error) {
      return broke(error);
    }
    frames += ui._il_frames_drawn() - drawn_before;
    showState();
    editing.place();
    grantWishes();
    if (wait_ms === 0) wake();
    else if (wait_ms > 0 && wait_ms < 1e9) frame_timer = setTimeout(wake, wait_ms);
  }

  // What ui_engine.cpp calls.
  const bridge = {
    run(hash, executor) {
      engine.run(hash, executor);
      if (!host.io_url) findIo();
    },
    cancel: () => engine.cancel(),
    take: (at, bytes) => engine.take(ui.HEAPU8.subarray(at, at + bytes)),
    status() {
      const status = engine.poll();
      return ['idle', 'starting', 'running', 'ended'].indexOf(status.kind);
    },
    elapsed: () => Math.max(0, (engine.status.kind === 'ended' ? engine.ended_at : now()) - engine.status.t0),
    end: () => engine.status.end,
    sentence: () => engine.status.sentence,
    settle: () => engine.settle(),
  };

  const tried = document.createElement('canvas').getContext('webgl2');
  const has_picture = !!tried;
  tried?.getExtension('WEBGL_lose_context')?.loseContext();   // a browser has few of them for all its pages
  document.documentElement.classList.toggle('no-picture', !has_picture);
  const { default: create } = await import('./ui.mjs').catch((error) => fail(error));
  ui = await create({ canvas, interleave: bridge, printErr: console.error }).catch((error) => fail(error));
  if (ui._il_version() !== PROTOCOL || Number(document.documentElement.dataset.protocol) !== PROTOCOL) return oldParts();
  const address = new URL(location.href);
  if (address.searchParams.has(FRESH)) {   // it has done its work; the next release may need it again
    address.searchParams.delete(FRESH);
    history.replaceState(history.state, '', address);
  }

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const forced = matchMedia('(forced-colors: active)');
  give(capabilityLines(caps, { embedded }));
  const failure = ui.UTF8ToString(ui._il_open(has_picture ? 1 : 0, dark.matches ? 1 : 0, calm.matches ? 1 : 0, embedded ? 1 : 0));
  if (failure || !has_picture) {
    document.documentElement.classList.add('no-picture');
    poster.textContent = 'This browser gives no WebGL 2: the timeline is a drawing here, and all else is text.';
  } else {
    answerFromMemory(canvas.getContext('webgl2'));
    document.documentElement.classList.add('picture');
    poster.hidden = true;
  }

  const sketch = new Sketch(stage, (width, height) => {
    if (!ui) return '';
    ui._il_resize(width, height, width, height);
    const svg = ui.UTF8ToString(ui._il_timeline());
    wake();   // it may have been what was to be saved
    return svg;
  });
  if (failure || !has_picture) sketch.show();

  // --- the mirror and the page --------------------------------------------------------------------------------------------
  const mirror = new Mirror(document.getElementById('mirror'), (...words) => command(...words));
  function command(...words) {
    if (!ui) return poster.textContent;
    editing.flush();
    const sentence = ui.UTF8ToString(ui._il_command(give(words.join('\n'))));
    showState();   // who asked sees what came of it at once, not with the next picture
    grantWishes();
    if (sentence) say(sentence);
    wake();
    return sentence;
  }

  /** Where the system forces its colours the picture is in two of them: it is no text that the browser could repaint. */
  function forceColours() {
    if (!forced.matches) return void command('forced-colours', 'off');
    const probe = Object.assign(document.createElement('span'), { hidden: true });
    probe.style.cssText = 'color: CanvasText; background-color: Canvas';
    document.body.append(probe);
    const { color, backgroundColor } = getComputedStyle(probe);
    const hex = (rgb) => rgb.match(/[\d.]+/g).slice(0, 3).map((n) => Math.round(Number(n)).toString(16).padStart(2, '0')).join('');
    command('forced-colours', hex(backgroundColor), hex(color));
    probe.remove();
  }

  // --- the code, edited ---------------------------------------------------------------------------------------------------------
  const editing = new Editing({
    stage, canvas, picture: has_picture && !failure, command,
    code: () => ui.UTF8ToString(ui._il_code()),
    setCode(text) {
      ui._il_set_code(give(text));
      showState();
      wake();
    },
    place: () => {
      const at = ui._il_editor_place();
      return at ? ui.UTF8ToString(at) : null;
    },
    lit: () => ui.UTF8ToString(ui._il_editor_lit()),
  });

  // --- what only a page can do: files to keep, a file to choose, the clipboard ------------------------------------------------
  const chooser = Object.assign(document.createElement('input'), { type: 'file', multiple: true, accept: '.ilt,.json,.py,application/json,text/x-python', hidden: true });
  chooser.addEventListener('change', () => {
    openFiles([...chooser.files]);
    chooser.value = '';
  });
  function grantWishes() {
    for (let at = ui._il_wish(); at; at = ui._il_wish()) {
      const wish = ui.UTF8ToString(at);
      if (wish === 'o') chooser.click();
      else if (wish[0] === '#' && wish.length > MAX_HASH) command('notice', 'The code is too long for a link. Save it as a file (.py) instead.');
      else copy(wish[0] === '#' ? new URL(`./${wish}`, location.href).href : wish.slice(1));
    }
    for (let at = ui._il_save(); at; at = ui._il_save()) {
      const [name, type, size] = ui.UTF8ToString(at).split('\n');
      const from = ui._il_saved_bytes();
      const bytes = ui.HEAPU8.slice(from, from + Number(size));   // a copy: the heap goes on
      ui._il_saved();
      if (type === 'image/png') {
        // In the same task as the drawing: afterwards the canvas may be blank.
        ui._il_touch();
        ui._il_frame(1);
        canvas.toBlob((blob) => blob && keep(name, blob));
        command('notice', `Saved as ${name}.`);   // not before: it is not to be in the picture
      } else {
        keep(name, new Blob([bytes], { type }));
      }
    }
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      command('notice', embedded ? 'The browser did not allow copying from this frame. Opened in a tab of its own, its address is the link.'
        : 'The browser did not allow copying. The address bar has the link.');
    }
  }
  function keep(name, blob) {
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
  const MOST_FILE = 512 << 20;
  const STRETCH = 4 << 20;     // of a file, at a time
  let files_chosen = 0;
  let let_go = () => {};       // of the file that a Worker reads

  /** Chrome JSON is read in a Worker of its own. @returns {Promise<{buffer?: ArrayBuffer, measured_under?: string, sentence: string} | null>} null: it was let go of */
  async function converted(file, mine) {
    const module = await host.stModule();
    if (mine !== files_chosen) return null;
    const worker = host.createTraceWorker();
    try {
      return await new Promise((done, failed) => {
        let_go = () => done(null);
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = (event) => failed(new Error(event.message));
        worker.postMessage({ module, file });
      });
    } finally {
      worker.terminate();
    }
  }

  const openFile = (file) => openFiles([file]);
  /** Several that come together stand one under another, if they are traces. @returns {Promise<string>} what was said of those that are not opened */
  async function openFiles(files) {
    if (files.length === 0) return '';  // a text was dropped, or a link
    if (!ui) return poster.textContent;
    const mine = ++files_chosen;
    let_go();
    ui._il_files_begin();
    showState();
    const said = [];
    for (const file of files) {
      const sentence = await takeIn(file, mine, file === files[0]);
      if (mine !== files_chosen || !ui) break;
      if (sentence) said.push(sentence);
    }
    return said.join(' ');
  }
  /** Beside what was said of the others. @returns {string} the same */
  function refuseFile(sentence) {
    ui._il_file_refused(give(sentence));
    showState();
    wake();
    return sentence;
  }
  /**
   * Takes the file in; a trace is then opened from frame to frame, and the state says how far it is. Another file takes its place.
   * @param {File} file @param {number} mine files_chosen @param {boolean} first of those that came together: nothing is said yet
   * @returns {Promise<string>} a sentence, if it is not opened
   */
  async function takeIn(file, mine, first) {
    if (file.size > MOST_FILE) return refuseFile(`${file.name} is larger than a page can hold.`);
    const head = await file.slice(0, 256).arrayBuffer().catch(() => null);
    if (mine !== files_chosen || !ui) return '';
    if (!head) return refuseFile(`${file.name} cannot be read. (A folder is no file.)`);
    const start = new TextDecoder().decode(head).trimStart();
    let bytes = file, measured_under = '', left_out = '';
    if (caps.workers && !file.name.endsWith('.py') && /^[[{]/.test(start)) {
      if (first) command('notice', `Reading ${file.name}.`);
      const trace = await converted(file, mine).catch(() => undefined);   // no Worker for it: the main thread reads it, however long that takes
      if (mine !== files_chosen || !ui || trace === null) return '';
      if (first && state.notice === `Reading ${file.name}.`) command('dismiss');
      if (trace) {
        if (!trace.buffer) return refuseFile(`${file.name}: ${trace.sentence}`);
        bytes = new Blob([trace.buffer]);
        ({ measured_under, sentence: left_out } = trace);
      }
    }
    try {
      ui._il_file(bytes.size);
    } catch {
      return refuseFile(`${file.name} is larger than this page's memory.`);
    }
    for (let from = 0; from < bytes.size; from += STRETCH) {
      const stretch = await bytes.slice(from, from + STRETCH).arrayBuffer().then((buffer) => new Uint8Array(buffer), () => null);
      if (mine !== files_chosen || !ui) return '';
      if (!stretch) return refuseFile(`${file.name} could not be read to its end.`);
      ui._il_file_more(give(stretch));
    }
    editing.flush();
    const sentence = ui.UTF8ToString(ui._il_file_open(give([file.name, measured_under, left_out].map((words) => words.replaceAll('\n', ' ')).join('\n'))));
    showState();
    if (sentence) say(sentence);
    wake();
    return sentence;
  }
  // Anywhere: what falls beside the picture would else take the page's place.
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    if (event.defaultPrevented) return;   // the editor's own
    event.preventDefault();
    openFiles([...event.dataTransfer?.files ?? []]);
  });

  let state = null;
  let last_finished = '';
  const hashNow = () => location.hash.slice(1);
  let last_hash = '', hash_written_at = -Infinity, hash_timer = 0;
  function showState() {
    const at = ui._il_state();
    if (!at) return;
    sketch.soon();
    state = JSON.parse(ui.UTF8ToString(at));
    mirror.show(state);
    editing.show(state);
    editing.place();
    document.getElementById('where').textContent = state.where;
    setText(document.getElementById('status'), state.opening ? `Opening ${state.opening}.` : state.status || (state.running ? '' : 'Nothing has run yet. Press Run.'));
    document.documentElement.dataset.theme = state.dark ? 'dark' : 'light';
    present(state.present);
    document.title = state.title ? `${state.title} · Interleave` : 'Interleave';
    say(state.notice);
    writeHash();
    if (!state.running && state.status && state.status !== last_finished) {
      tell('run-finished', { sentence: state.concluded || state.status, state: state.hash, runs: state.results.filter((row) => row.makespan_ns > 0) });
    }
    last_finished = state.running ? '' : state.status;
  }

  /** Presentation fills the window, and the screen where that is allowed; the browser's own way out of it ends it, too. */
  let presenting = false;
  function present(on) {
    if (on === presenting) return;
    presenting = on;
    document.documentElement.classList.toggle('presenting', on);
    if (on) document.documentElement.requestFullscreen?.().catch(() => {});   // not without a key or a click, nor in every frame
    else if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement && presenting) command('present');
  });

  function say(sentence) {
    if (notice.textContent !== sentence) notice.textContent = sentence;
    notice.hidden = !sentence;
  }

  // --- the hash -------------------------------------------------------------------------------------------------------------
  /** The address follows the state; a slider that is dragged writes it a few times a second, since browsers refuse more. */
  function writeHash() {
    clearTimeout(hash_timer);
    hash_timer = 0;
    if (!ui || state.hash === hashNow() || state.hash === last_hash) return;
    const early_ms = hash_written_at + HASH_EVERY_MS - performance.now();
    if (early_ms > 0) {
      hash_timer = setTimeout(writeHash, early_ms);
      return;
    }
    hash_written_at = performance.now();
    last_hash = state.hash;
    if (state.hash.length <= MAX_HASH) {
      try {
        history.replaceState(history.state, '', `#${state.hash}`);
      } catch {
        last_hash = hashNow();   // a browser that finds this too often
        hash_timer = setTimeout(writeHash, 10 * HASH_EVERY_MS);
      }
    }
    tell('state', { state: state.hash });
  }
  function applyHash() {
    let text = hashNow();
    if (!ui || text === last_hash) return;
    last_hash = text;
    const too_long = text.length > MAX_HASH;
    if (too_long) text = '';
    ui._il_hash(give(text));
    if (too_long) command('notice', 'This link is longer than 64 KB and was left out.');
    wake();
  }
  addEventListener('hashchange', applyHash);
  if (hashNow()) applyHash();

  // --- what wakes it ----------------------------------------------------------------------------------------------------------
  for (const type of ['pointermove', 'pointerdown', 'pointerup', 'pointerleave', 'keydown', 'keyup', 'focus', 'blur',
    'touchstart', 'touchmove', 'touchend', 'touchcancel']) {
    canvas.addEventListener(type, wake, { passive: true });
  }
  document.addEventListener('visibilitychange', () => {
    cancelAnimationFrame(frame_request);
    frame_request = 0;
    if (document.hidden && state?.playing) command('pause');
    ui?._il_touch();
    wake();
  });
  calm.addEventListener('change', () => command('reduced-motion', calm.matches ? 'on' : 'off'));
  dark.addEventListener('change', () => command('theme', dark.matches ? 'dark' : 'light'));
  for (const media of [forced, dark]) media.addEventListener('change', forceColours);
  if (forced.matches) forceColours();

  if (has_picture && !failure) {
    // The canvas takes the wheel only while it has the focus; else the page scrolls (WEB.md B4).
    // In a frame the canvas stays its document's active element when the reader goes on in the page around.
    const focused = () => document.hasFocus() && document.activeElement === canvas;
    canvas.addEventListener('wheel', (event) => {
      if (!ui || !focused()) return;
      event.preventDefault();
      const unit = [1 / 100, 1 / 3, 1][event.deltaMode];
      const steps = (delta) => Math.max(-3, Math.min(3, -delta * unit));
      ui._il_wheel(steps(event.deltaX), steps(event.deltaY), event.ctrlKey || event.metaKey ? 1 : 0, event.shiftKey ? 1 : 0);
      wake();
    }, { passive: false });
    // One finger is SDL's mouse, and scrolls the page up and down (touch-action); two are the picture's.
    const fingers = (event) => {
      if (!ui) return;
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
      const box = canvas.getBoundingClientRect();
      const [a, b] = [event.touches[0], event.touches[1]].map((touch) => touch ? [touch.clientX - box.x, touch.clientY - box.y] : [0, 0]);
      if (event.type === 'touchcancel') ui._il_fingers_cancelled();
      ui._il_fingers(event.touches.length, ...a, ...b);
      wake();
    };
    for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) canvas.addEventListener(type, fingers, { passive: false });
    // SDL asks for what cannot be had any more, and the browser complains of it in red.
    stage.addEventListener('touchcancel', (event) => {
      if (!event.cancelable) event.preventDefault = () => {};
    }, { capture: true, passive: true });
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());   // a right click copies the span's sentence
    canvas.addEventListener('focus', () => ui?._il_focus(1));
    canvas.addEventListener('blur', () => ui?._il_focus(0));
    canvas.addEventListener('pointerdown', () => canvas.focus({ preventScroll: true }));
    // Tab always goes on, the browser's own keys are the browser's, and Esc leaves: before SDL, which would keep them.
    stage.addEventListener('keydown', (event) => {
      if (!ui || event.target !== canvas) return;
      if (event.key === 'Tab' || event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key)) event.stopPropagation();
      if (event.key === 'Escape' && !ui._il_on_top()) setTimeout(() => canvas.blur());
      // The playback's keys; the page would scroll by them as well.
      if (['PageUp', 'PageDown', 'Home', 'End'].includes(event.key)) event.preventDefault();
    }, { capture: true });

    const measure = (entry) => {
      const box = entry?.devicePixelContentBoxSize?.[0];
      const css_width = canvas.clientWidth, css_height = canvas.clientHeight;
      const ratio = devicePixelRatio || 1;
      const width = box?.inlineSize ?? Math.round(css_width * ratio), height = box?.blockSize ?? Math.round(css_height * ratio);
      if (!ui || css_width < 1 || css_height < 1) return;
      ui._il_resize(css_width, css_height, width, height);
      cancelAnimationFrame(frame_request);
      frame_request = 0;
      frame();   // at once: a canvas of a new size is blank
    };
    const observer = new ResizeObserver((entries) => measure(entries.at(-1)));
    try {
      observer.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(canvas);
    }
    let lost_timer = 0;
    /** In place of the picture a drawing of the timeline, and the mirror. */
    const drawInstead = (instead) => {
      document.documentElement.classList.toggle('no-picture', instead);
      document.documentElement.classList.toggle('picture', !instead);
      editing.havePicture(!instead);
      if (instead) sketch.show();
      else sketch.hide();
    };
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      lost = true;
      ui?._il_context(0);
      clearTimeout(lost_timer);
      lost_timer = setTimeout(() => {
        if (!ui || !lost) return;
        poster.textContent = 'The graphics driver took the picture away and has not given it back. Here the timeline is a drawing; a reload may bring the picture back.';
        drawInstead(true);
      }, LOST_FOR_GOOD_MS);
      poster.textContent = 'The graphics driver took the picture away. It comes back by itself, or after a reload; the text below goes on.';
      poster.hidden = false;
    });
    canvas.addEventListener('webglcontextrestored', () => {
      lost = false;
      clearTimeout(lost_timer);
      if (!ui) return;
      drawInstead(false);
      const error = ui.UTF8ToString(ui._il_context(1));
      poster.hidden = !error;
      poster.textContent = error;
      wake();
    });
  }

  addEventListener('pagehide', (event) => {
    if (!event.persisted) engine.dispose();
  });

  engine.warm();
  await Promise.race([findIo(), new Promise((resolve) => setTimeout(resolve, 500))]);
  wake();
  const tier = caps.shared ? 1 : caps.workers ? 2 : 3;
  tell('ready', { tier, shared: caps.shared, cores: caps.cores, version: PROTOCOL, decisions });
  document.documentElement.dataset.ready = String(tier);

  const app = {
    /** A message that embed.html passed on. */
    obey({ type, id, state: hash, all }) {
      let sentence = '';
      if (hash !== undefined) location.replace(`#${hash}`);
      if (hash !== undefined) applyHash();
      if (type === 'run') sentence = command(all ? 'run-all' : 'run');
      if (type === 'stop') sentence = command('stop');
      if (id !== undefined) tell('reply', { id, ok: !sentence, sentence });
      if (sentence) tell('error', { id, code: 'refused', sentence });
    },
    engine, command, openFile, state: () => state, ui, frames: () => frames, host, END,
  };
  globalThis.interleave = { app, engine, ui };   // for tests and the curious
  return app;

  /** A mistake of ours in the middle of a frame: nothing of the UI's can be trusted any more, so nothing of it is called. */
  function broke(error) {
    console.error(error);
    ui = null;
    engine.dispose();
    poster.textContent = 'The picture stopped working, and that is our mistake. Load the page again: the address keeps the lesson, its settings and its code.';
    poster.hidden = false;
    tell('error', { code: 'load', sentence: poster.textContent });
  }

  function fail(error) {
    poster.textContent = `The program did not start: ${error?.message ?? error}. Loading the page again may help.`;
    poster.hidden = false;
    tell('error', { code: 'load', sentence: poster.textContent });
    throw error;
  }

  /** Page, scripts and wasm are of different releases: one reload past the caches, then a sentence. */
  function oldParts() {
    const url = new URL(location.href);
    if (url.searchParams.has(FRESH)) {
      poster.textContent = 'Parts of this page are of different versions. Emptying the browser\'s cache helps.';
      tell('error', { code: 'version', sentence: poster.textContent });
      return null;
    }
    url.searchParams.set(FRESH, Date.now().toString(36));
    // What this page is made of, again from the server: the reload alone would find it in the cache.
    const parts = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.startsWith(location.origin));
    Promise.allSettled(parts.map((name) => fetch(name, { cache: 'reload' }))).then(() => location.replace(url));
    return null;
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function compile(url) {
  for (let attempt = 0; ; ++attempt) {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url.pathname.split('/').pop()}: ${response.status}`);
      return await WebAssembly.compile(await response.arrayBuffer());
    } catch (error) {
      if (attempt === 2) throw error;
    }
  }
}

/** What can run here, as lines that ui_engine.cpp reads. @param {import('./caps.js').Capabilities} caps */
export function capabilityLines(caps, { embedded }) {
  const lines = [['cores', caps.cores], ['clock_step_ns', caps.clockStepNs]];
  const step = caps.clockStepNs >= 1e6 ? `${Math.round(caps.clockStepNs / 1e6)} ms` : `${Math.round(caps.clockStepNs / 1e3)} µs`;
  const cores = caps.cores === 1 ? '1 core' : `${caps.cores} cores`;
  if (!caps.workers) {
    const why = caps.silent ? 'No Worker has answered for some seconds, so nothing can run yet. The machine may be busy: reload the page to ask again.'
      : 'This page may not start Workers, so nothing can run here: a Content-Security-Policy or a sandbox forbids them.';
    for (const id of ['serial', 'threads', 'gil', 'processes', 'loop', 'stealing']) lines.push([`refused.${id}`, why]);
    lines.push(['where', 'Nothing can run here'], ['why', why]);
    if (!caps.top) lines.push(['can_open_tab', 1]);
  } else if (!caps.shared) {
    const where = embedded || !caps.top ? 'This frame has no shared memory, which threads need. Open it in a tab of its own for real threads.'
      : 'This browser gives this page no shared memory, which threads need.';
    for (const id of ['threads', 'gil', 'stealing']) lines.push([`refused.${id}`, where]);
    lines.push(['where', `Real Workers, no threads, ${cores}, clock steps of ${step}`], ['why', where]);
    if (!caps.top) lines.push(['can_open_tab', 1]);
  } else {
    lines.push(['where', `Real threads, ${cores}, clock steps of ${step}`]);
  }
  return lines.map(([key, value]) => `${key}\t${value}`).join('\n');
}
