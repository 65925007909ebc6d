// editing.js -- the code panel while it is edited: an element of the page, laid over the panel's place on the canvas.
//
// The canvas cannot be typed into by a phone, nor read by a screen reader. So wasm says where its panel is after each frame,
// and the editor lies there, with its own head and foot in the panel's look. What is typed goes to the compiler of ui.wasm after
// a short rest; what comes back is the state that the mirror gets, too.

import * as plain from './plain_editor.js';   // here from the start: without a network it is what there is

const REST_MS = 250;   // of the hands: not every key is compiled, nor written into the address
const HINT = 'Ctrl+Enter runs it. Esc leaves; the changes stay.';

export class Editing {
  /**
   * @param {{stage: HTMLElement, canvas: HTMLElement, picture: boolean, command: (...words: string[]) => string,
   *          code: () => string, setCode: (text: string) => void, place: () => string | null, lit: () => string}} options
   */
  constructor({ stage, canvas, picture, command, code, setCode, place, lit }) {
    Object.assign(this, { stage, canvas, picture, command, code, setCode, placeNow: place, litNow: lit });
    this.editor = null;
    this.loading = null;
    this.shown = false;      // the element is to be seen
    this.editing = false;    // as the state says
    this.wants_focus = false;
    this.revision = 0;
    this.file = '';
    this.timer = 0;
    this.where = '';
    this.lit_shown = '';
  }

  /** What was typed and not yet handed over. Before any command. */
  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.setCode(this.editor.text());
  }

  /** @param {any} state  as JSON, ui_state.cpp */
  show(state) {
    const { code } = state;
    const begins = code.editing && !this.editing, ends = !code.editing && this.editing;
    this.editing = code.editing;
    if (begins) {
      this.opener = document.activeElement;
      this.wants_focus = true;
      this.#load(code);
    }
    if (ends) this.#hide(true);
    if (!this.room) return;
    if (this.editor && this.revision !== code.revision) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.lit_shown = '?';   // whatever it was, it went with the text
      this.editor.setText(this.code(), { fresh: this.file !== code.file, line: firstLine(this.code()) });
      this.revision = code.revision;
      this.file = code.file;
    }
    const error = code.error.sentence ? code.error : null;
    const marked = JSON.stringify([error, code.revision, state.hash]);
    if (this.editor && marked !== this.marked) {
      this.marked = marked;
      if (!this.timer) this.editor.mark(error);   // else the text is already another
    }
    setText(this.name, code.file);
    this.changed.hidden = !code.changed;
    this.undo.hidden = !code.can_undo;
    this.redo.hidden = !code.can_redo;
    this.run.disabled = state.running || !!error;
    let said = HINT;
    if (error) said = (error.line ? `Line ${error.line}${error.column ? `, column ${error.column}` : ''}: ` : '') + error.sentence;
    else if (state.running) said = state.progress;
    else if (state.status) said = state.status;
    setText(this.said, said);
    this.said.classList.toggle('mistake', !!error);
  }

  /** After each frame: the lines at which tasks are. What is being typed has not run. */
  #light() {
    const lit = this.editor && !this.timer ? this.litNow() : '';
    if (lit === this.lit_shown || !this.editor) return;
    this.lit_shown = lit;
    this.editor.light(lit.split('\n').filter(Boolean).map((words) => {
      const [line, state, ...counts] = words.split(' ');
      const all = [state, ...counts];
      return { line: Number(line), state, counts: counts.length ? counts.filter((_, i) => i % 2 === 0).map((n, i) => [all[2 * i], Number(n)]) : [] };
    }));
  }

  /** The picture went, or came back: with one the element lies over its code panel, without one it stands below it. */
  havePicture(picture) {
    this.picture = picture;
    this.room?.classList.toggle('flow', !picture);
    this.room?.removeAttribute('style');
    this.where = '';
    this.place();
  }

  /** After each frame: the element goes where the panel is. */
  place() {
    if (!this.room || !this.editing) return;
    this.#light();
    const where = this.picture ? this.placeNow() : 'flow';
    if (where === this.where) return;
    this.where = where;
    if (!where) return this.#hide(false);   // something of the canvas lies over it
    if (this.picture) {
      const [left, top, width, height] = where.split(' ').map(Number);
      Object.assign(this.room.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      this.room.classList.toggle('framed', left > 0);
      this.room.classList.toggle('narrow', width < 480);
    }
    this.room.hidden = false;
    this.shown = true;
    this.editor?.measure();
    this.#focus();
  }

  #focus() {
    if (!this.wants_focus || !this.editor || !this.shown) return;
    this.wants_focus = false;
    this.editor.focus();
  }

  #hide(gone) {
    if (!this.room) return;
    if (gone) this.flush();
    const had_focus = this.room.contains(document.activeElement);
    this.room.hidden = true;
    this.shown = false;
    this.where = '';
    if (!had_focus) return;
    if (!gone) this.wants_focus = true;
    // The mirror makes its buttons again for another program: the new one stands where the old one did.
    const opener = this.opener?.isConnected ? this.opener : document.getElementById(this.opener?.id ?? '');
    const back = opener && opener !== document.body && !this.room.contains(opener) ? opener : this.canvas;
    (gone ? back : this.canvas).focus({ preventScroll: true });
  }

  #load(code) {
    if (!this.room) this.#build();
    this.loading ??= import('./code_editor.mjs').catch(() => plain).then(({ createEditor }) => {
      const text = this.code();
      this.editor = createEditor({
        parent: this.body, text, line: code.error.sentence ? code.error.line : firstLine(text), label: 'The code of the lesson',
        onChange: () => {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.flush(), REST_MS);
        },
        onRun: () => this.command('run'),
        onLeave: () => this.command('edit', 'off'),
      });
      this.file = code.file;
      this.revision = 0;         // what changed while it was loaded is put in at the next state
      this.command('edit', this.editing ? 'on' : 'off');
      this.#focus();
    });
  }

  #build() {
    const button = (id, words, ...asks) => {
      const made = Object.assign(document.createElement('button'), { type: 'button', id: `editor-${id}`, textContent: words });
      made.addEventListener('click', () => this.command(...asks));
      return made;
    };
    const make = (name, properties, ...children) => {
      const made = Object.assign(document.createElement(name), properties);
      made.append(...children);
      return made;
    };
    this.name = make('span', { className: 'file' });
    this.changed = make('span', { className: 'changed', textContent: 'changed' });
    this.run = button('run', 'Run', 'run');
    this.run.title = 'Ctrl+Enter';
    this.undo = button('undo', 'Undo changes', 'undo-changes');
    this.redo = button('redo', 'Redo changes', 'redo-changes');
    this.done = button('done', 'Done', 'edit', 'off');
    this.done.title = 'Esc';
    this.body = make('div', { className: 'body' });
    this.said = make('p', { id: 'editor-said', role: 'status' });
    this.room = make('section', { id: 'editor', className: 'editor', hidden: true, ariaLabel: 'Edit the code' },
      make('div', { className: 'head' }, this.name, this.changed, make('span', { className: 'gap' }), this.run, this.undo, this.redo, this.done),
      this.body, this.said);
    this.room.classList.toggle('flow', !this.picture);
    this.room.addEventListener('focusout', () => this.flush());
    addEventListener('pagehide', () => this.flush());
    this.stage.append(this.room);
  }
}

/** Where a reader begins: behind the text for teachers, at the first parameter if there is one. As code_text.cpp. */
function firstLine(text) {
  const lines = text.split('\n');
  const end = /^\s*("""|''')/.test(text) ? lines.findIndex((line, i) => (i > 0 || line.trim().length > 3) && /("""|''')\s*$/.test(line)) : -1;
  const parameter = lines.findIndex((line, i) => i > end && line.includes('= param('));
  return Math.max(parameter >= 0 ? parameter + 1 : end + 1, 1);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
