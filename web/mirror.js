// mirror.js -- the same controls and results as on the canvas, in plain HTML: for screen readers, keyboards, tests, and where
// there is no WebGL. It shows the UI's own state and sends the UI's own commands; it decides nothing.

/** @typedef {(name: string, ...args: string[]) => string} Command  returns a sentence when it refused */

const COLUMNS = [
  ['measured', 'Measured'], ['model', 'Model'], ['off_by', 'Off by'], ['speed_up', 'Speed-up'], ['core_busy', 'Core busy'],
  ['switches', 'Switches'], ['p50', 'p50'], ['p99', 'p99'], ['bytes_per_task', 'Bytes per task'], ['spawn', 'Spawn'],
  ['copied', 'Copied'], ['check', 'Check'],
];
const STEPS = 1000;   // of a slider

export class Mirror {
  /** @param {HTMLElement} room @param {Command} command */
  constructor(room, command) {
    this.command = command;
    this.shape = '';       // of what was built: rebuilt only when that changes, so that focus stays where it is
    this.body = element('div');
    room.append(this.body);
  }

  /** @param {any} state AppState as JSON, ui_state.cpp */
  show(state) {
    const shape = JSON.stringify([state.lesson, state.lessons.length, state.parameters.map((p) => [p.name, p.min, p.max, p.log, p.integer, p.yes_or_no]),
      state.executors.map((e) => e.id)]);
    if (shape !== this.shape) {
      this.shape = shape;
      const { id } = this.body.contains(document.activeElement) ? document.activeElement : {};
      this.#build(state);
      if (id) document.getElementById(id)?.focus();   // the same control of the new lesson
    }
    this.#update(state);
  }

  #build(state) {
    const { command } = this;
    const groups = new Map();
    for (const lesson of state.lessons) {
      if (!groups.has(lesson.group)) groups.set(lesson.group, element('optgroup', { label: lesson.group }));
      groups.get(lesson.group).append(element('option', { value: lesson.id }, [`${lesson.id} ${lesson.title}`]));
    }
    this.lesson = element('select', { id: 'mirror-lesson' }, [...groups.values()]);
    this.lesson.addEventListener('change', () => command('lesson', this.lesson.value));
    this.claim = element('p', { className: 'claim' });

    this.settings = state.parameters.map((parameter) => (parameter.yes_or_no ? this.#box(parameter) : this.#slider(parameter)));
    this.workers = this.#number('workers', 'Workers', 1, 100000);
    this.cores = this.#number('cores', 'Cores', 1, 256);
    this.gil = this.#number('gil', 'GIL interval, ms', 0.1, 1000, 'ms');

    this.executors = state.executors.map((executor) => {
      const button = element('button', { type: 'button', id: `mirror-on-${executor.id}` }, [executor.name]);
      button.addEventListener('click', () => command('select', executor.id));
      return { button, id: executor.id };
    });
    this.refused = element('ul', { id: 'mirror-refused' });

    // A button that asks the canvas for one of its own commands.
    const button = (id, words, ...asks) => {
      const made = element('button', { type: 'button', id }, [words]);
      made.addEventListener('click', () => command(...asks));
      return made;
    };
    this.run = button('mirror-run', 'Run', 'run');
    this.run_all = button('mirror-run-all', 'Run all', 'run-all');
    this.run_all.className = 'primary';
    this.stop = button('mirror-stop', 'Stop', 'stop');
    // The guess, the playback, the look, and what goes out and in: the canvas' own commands.
    this.guess = element('select', { id: 'mirror-guess' }, [element('option', { value: '' }, ['nobody']),
      ...state.executors.map((executor) => element('option', { value: executor.id }, [executor.name]))]);
    this.guess.addEventListener('change', () => {
      const now = this.guess.value, before = this.guessed;
      if (now) command('guess', now);
      else if (before) command('guess', before);   // the same again takes it back
    });
    this.guess_time = element('input', { type: 'number', min: '0', step: 'any', id: 'mirror-guess-time', inputMode: 'decimal' });
    this.guess_time.addEventListener('change', () => command('guess-time', Number(this.guess_time.value) > 0 ? `${this.guess_time.value}ms` : 'off'));
    this.play = element('button', { type: 'button', id: 'mirror-play' }, ['Play']);
    this.play.addEventListener('click', () => command(this.moving ? 'pause' : 'play'));
    this.playback = [button('mirror-start', 'To start', 'to-start'), button('mirror-previous', 'Step to previous switch', 'step', 'previous'),
      button('mirror-backwards', 'Play backwards', 'play-back'), this.play, button('mirror-next', 'Step to next switch', 'step', 'next'), button('mirror-fit', 'Fit', 'fit')];
    this.lanes = element('select', { id: 'mirror-lanes' }, ['worker', 'core', 'task'].map((by) => element('option', { value: by }, [`by ${by}`])));
    this.lanes.addEventListener('change', () => command('lanes', this.lanes.value));
    this.find = element('input', { type: 'number', min: '1', id: 'mirror-find', inputMode: 'numeric' });
    this.find.addEventListener('change', () => this.find.value && command('find', this.find.value));
    this.present = button('mirror-present', 'Present', 'present');
    // Editing: its own element (editing.js); here are the ways in, and what is said of the code.
    this.edit = button('mirror-edit', 'Edit the code', 'edit');
    this.undo = button('mirror-undo-changes', 'Undo changes', 'undo-changes');
    this.redo = button('mirror-redo-changes', 'Redo changes', 'redo-changes');
    this.code = element('p', { id: 'mirror-code' });
    this.files = [button('mirror-repeat', 'Run five times', 'repeat'), button('mirror-overlay', 'Runs one under another', 'overlay'), button('mirror-open', 'Open a trace or a script', 'open'), button('mirror-csv', 'Save the table, CSV', 'save', 'csv'), button('mirror-svg', 'Save the timeline, SVG', 'save', 'svg'),
      button('mirror-trace', 'Save the trace', 'save', 'trace'), button('mirror-json', 'Save the trace for Perfetto', 'save', 'json')];
    this.share = [button('mirror-share', 'Copy a link', 'share'), this.png = button('mirror-png', 'Save the picture, PNG', 'save', 'png')];
    this.letter_keys = button('mirror-letter-keys', 'Keys of one letter', 'letter-keys');
    // A stretch of time, its figures in words.
    const time = (id, words) => {
      const input = element('input', { type: 'number', min: '0', step: 'any', id, inputMode: 'decimal' });
      return { input, root: element('label', { htmlFor: id }, [words, input]) };
    };
    this.range_from = time('mirror-range-from', 'From, ms');
    this.range_to = time('mirror-range-to', 'To, ms');
    this.select_range = element('button', { type: 'button', id: 'mirror-range-select' }, ['Select']);
    this.select_range.addEventListener('click', () => {
      const [from, to] = [this.range_from.input.value, this.range_to.input.value];
      if (from && to) command('range', `${from}ms`, `${to}ms`);
    });
    this.clear_range = button('mirror-range-clear', 'Clear', 'range');
    this.loop = button('mirror-range-loop', 'Play goes round in it', 'loop');
    this.range = element('p', { id: 'mirror-range' });
    // What is pinned, why, and what comes of it; and the tasks, as many as a list can be of use with.
    this.why = element('p', { id: 'mirror-why' });
    this.causes = [button('mirror-woke', 'Show what woke it', 'woke'), button('mirror-wakes', 'What it woke', 'wakes'), button('mirror-unpin', 'Clear the selection', 'unpin')];
    this.tasks_said = element('summary');
    this.task_list = element('ul');
    this.tasks = element('details', { id: 'mirror-tasks' }, [this.tasks_said, this.task_list]);
    this.tasks.addEventListener('toggle', () => this.#list(this.state));
    this.tasks_shown = '';
    this.save_code = button('mirror-py', 'Save the code, .py', 'save', 'py');
    this.progress = element('p', { id: 'mirror-progress' });
    this.sentence = element('p', { id: 'mirror-sentence', className: 'claim' });
    this.results = element('tbody');
    this.table = element('div', { className: 'table', tabIndex: 0, role: 'region', ariaLabel: 'Results' }, [
      element('table', { id: 'mirror-results' }, [
        element('caption', {}, ['One row for each executor. p50 and p99 count from the moment a task was submitted.']),
        element('thead', {}, [element('tr', {}, [th('col', 'Executor'), ...COLUMNS.map(([, words]) => th('col', words))])]),
        this.results,
      ])]);
    this.where = element('p', { id: 'mirror-where' });
    this.tab = element('a', { target: '_blank', rel: 'noopener', id: 'mirror-tab' }, ['Open in a new tab for real threads']);

    this.body.replaceChildren(
      element('div', { className: 'row' }, [element('label', { htmlFor: 'mirror-lesson' }, ['Lesson', this.lesson])]),
      this.claim,
      element('div', { className: 'row' }, [...this.settings.map((setting) => setting.root), this.workers.root, this.cores.root, this.gil.root]),
      element('div', { className: 'row', role: 'group', ariaLabel: 'Run on' }, this.executors.map((executor) => executor.button)),
      this.refused,
      this.guess_row = element('div', { className: 'row' }, [element('label', { htmlFor: 'mirror-guess' }, ['My guess, who is done first', this.guess]),
        element('label', { htmlFor: 'mirror-guess-time' }, ['and when, ms', this.guess_time])]),
      element('div', { className: 'row' }, [this.run, this.run_all, this.stop]),
      element('div', { className: 'row', role: 'group', ariaLabel: 'Code' }, [this.edit, this.undo, this.redo, this.save_code]), this.code,
      this.progress, this.sentence, this.table,
      element('div', { className: 'row', role: 'group', ariaLabel: 'Playback' }, this.playback),
      element('div', { className: 'row' }, [element('label', { htmlFor: 'mirror-lanes' }, ['Lanes', this.lanes]),
        element('label', { htmlFor: 'mirror-find' }, ['Find a task', this.find]), this.present]),
      this.why, element('div', { className: 'row', role: 'group', ariaLabel: 'The selected task' }, this.causes), this.tasks,
      element('div', { className: 'row', role: 'group', ariaLabel: 'A stretch of time' }, [this.range_from.root, this.range_to.root, this.select_range, this.clear_range, this.loop]), this.range,
      element('div', { className: 'row', role: 'group', ariaLabel: 'Files' }, [...this.share, ...this.files]),
      element('div', { className: 'row' }, [this.letter_keys]),
      this.where, element('p', {}, [this.tab]));
  }

  #slider(parameter) {
    const input = element('input', { type: 'range', min: '0', max: String(STEPS), step: 'any', id: `mirror-set-${parameter.name}` });
    const output = element('output', { htmlFor: input.id });
    input.addEventListener('input', () => this.command('set', parameter.name, String(valueAt(parameter, Number(input.value)))));
    return {
      root: element('label', { htmlFor: input.id }, [element('span', {}, [`${parameter.label}: `, output]), input]),
      show(now) {
        if (document.activeElement !== input) input.value = String(stepOf(now));
        input.setAttribute('aria-valuetext', now.text);
        text(output, now.text);
      },
    };
  }

  #box(parameter) {
    const input = element('input', { type: 'checkbox', id: `mirror-set-${parameter.name}` });
    input.addEventListener('change', () => this.command('set', parameter.name, input.checked ? '1' : '0'));
    return {
      root: element('label', { htmlFor: input.id, className: 'box' }, [input, parameter.label]),
      show(now) { input.checked = now.value > 0; },
    };
  }

  #number(name, words, min, max, unit = '') {
    const input = element('input', { type: 'number', min: String(min), max: String(max), id: `mirror-${name}`, inputMode: 'numeric' });
    if (unit) input.step = 'any';
    input.addEventListener('change', () => this.command('set', name, input.value + unit));
    return { input, root: element('label', { htmlFor: input.id }, [words, input]) };
  }

  #update(state) {
    this.lesson.value = state.lesson_id;
    text(this.claim, state.question || state.title);
    state.parameters.forEach((parameter, i) => this.settings[i].show(parameter));
    if (document.activeElement !== this.workers.input) this.workers.input.value = String(state.workers);
    if (document.activeElement !== this.cores.input) this.cores.input.value = String(state.cores);
    if (document.activeElement !== this.gil.input) this.gil.input.value = String(state.gil_ms);
    this.gil.root.hidden = !state.executors.some((executor) => executor.id === 'gil');
    state.executors.forEach((executor, i) => {
      const { button } = this.executors[i];
      button.setAttribute('aria-pressed', String(executor.selected));
      button.disabled = executor.refused !== '';
      button.title = executor.refused;
    });
    const refused = state.executors.filter((executor) => executor.refused).map((executor) => `${executor.name}: ${executor.refused}`);
    if (this.refused.dataset.words !== refused.join('\n')) {
      this.refused.dataset.words = refused.join('\n');
      this.refused.replaceChildren(...refused.map((words) => element('li', {}, [words])));
      this.refused.hidden = refused.length === 0;
    }
    this.run.disabled = this.run_all.disabled = state.running;
    this.guessed = state.executors.find((executor) => executor.guessed)?.id ?? '';
    this.guess.value = this.guessed;
    if (document.activeElement !== this.guess_time) this.guess_time.value = state.guess_ms > 0 ? String(state.guess_ms) : '';
    this.guess_row.hidden = !state.asks_who_is_first;
    this.state = state;
    // Of a run that goes on it is the display that is paused.
    this.moving = state.live ? !state.paused_live : state.playing !== 0;
    text(this.play, state.live ? this.moving ? 'Pause the display' : 'Go on with the display' : this.moving ? 'Pause' : 'Play');
    this.letter_keys.setAttribute('aria-pressed', String(state.letter_keys));
    this.png.hidden = document.documentElement.classList.contains('no-picture');
    text(this.why, state.pinned);
    for (const control of this.causes) control.disabled = !state.pinned;
    text(this.range, state.range);
    this.select_range.disabled = !state.can_play;
    this.clear_range.disabled = this.loop.disabled = !state.range;
    this.loop.setAttribute('aria-pressed', String(state.loop));
    this.#list(state);
    for (const control of [...this.playback, this.find, ...this.files.slice(3), this.files[1]]) control.disabled = !state.can_play;
    if (state.live) this.play.disabled = false;
    this.files[0].disabled = this.files[2].disabled = state.running;
    this.lanes.value = state.lanes_by;
    this.present.setAttribute('aria-pressed', String(state.present));
    this.stop.disabled = !state.running;
    const { error, ...code } = state.code;
    this.edit.setAttribute('aria-pressed', String(code.editing));
    this.undo.disabled = !code.can_undo;
    this.redo.disabled = !code.can_redo;
    const place = error.line ? `Line ${error.line}${error.column ? `, column ${error.column}` : ''}: ` : '';
    text(this.code, error.sentence ? `${code.file}: ${place}${error.sentence}` : code.changed ? `${code.file} was changed.` : '');
    text(this.progress, state.progress);
    text(this.sentence, state.sentence);
    text(this.where, [`${state.where}.`, state.why, state.emulated].filter(Boolean).join(' '));
    this.tab.hidden = !state.can_open_tab;
    this.tab.href = `./#${state.hash}`;
    this.#rows(state);
  }

  /** The tasks are written out where somebody has opened the list. A button pins its task. */
  #list(state) {
    text(this.tasks_said, state.tasks_said);
    this.tasks.hidden = !state.tasks_said;
    if (!this.tasks.open) return;
    const numbers = state.tasks.map((task) => task.number).join();
    if (this.tasks_shown !== numbers) {   // else what has the focus keeps it
      this.tasks_shown = numbers;
      this.task_list.replaceChildren(...state.tasks.map((task) => {
        const button = element('button', { type: 'button' });
        button.addEventListener('click', () => this.command('find', String(task.number)));
        return element('li', {}, [button]);
      }));
    }
    state.tasks.forEach((task, i) => text(this.task_list.children[i].firstChild, task.words));
  }

  #rows(state) {
    const words = JSON.stringify(state.results);
    if (words === this.rows_shown) return;
    this.rows_shown = words;
    this.results.replaceChildren(...state.results.map((row) => {
      const tr = element('tr', {}, [th('row', row.name), ...COLUMNS.map(([key]) =>
        element('td', { className: `${key === 'check' ? 'words' : ''} ${row.best && key === 'measured' ? 'best' : ''}`.trim() }, [row[key]]))]);
      tr.dataset.executor = row.executor;
      tr.dataset.makespanNs = String(row.makespan_ns);
      return tr;
    }));
  }
}

// --- sliders: 0..STEPS along the range, logarithmic where the parameter says so ----------------------------------------------

function stepOf({ value, min, max, log }) {
  if (max <= min) return 0;
  if (log && min > 0) return STEPS * Math.log(value / min) / Math.log(max / min);
  return STEPS * (value - min) / (max - min);
}

function valueAt({ min, max, log, integer }, step) {
  const share = step / STEPS;
  const value = log && min > 0 ? min * (max / min) ** share : min + share * (max - min);
  return integer ? Math.round(value) : value;
}

// --- elements --------------------------------------------------------------------------------------------------------------

/** @param {string} name @param {object} properties @param {(Node|string)[]} children */
function element(name, properties = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'role') made.setAttribute('role', value);
    else if (key === 'ariaLabel') made.setAttribute('aria-label', value);
    else if (key === 'htmlFor' && name === 'output') made.setAttribute('for', value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

function th(scope, words) {
  return element('th', { scope }, [words]);
}

function text(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
