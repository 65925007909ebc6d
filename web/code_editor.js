// code_editor.js -- the editor over the code panel: CodeMirror 6. Bundled by `./build.sh dist` into code_editor.mjs, and loaded
// only when somebody presses Edit; where that fails, plain_editor.js stands in with the same interface.
//
// It lives in a shadow root, so that its styles are adopted style sheets: a page whose Content-Security-Policy forbids inline
// styles shows it all the same.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorSelection, EditorState, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, GutterMarker, gutterLineClass, highlightActiveLine, keymap, lineNumbers, WidgetType } from '@codemirror/view';
import { tags } from '@lezer/highlight';

// UI.md's inks, as page.css has them for both themes.
const inks = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text-1)', backgroundColor: 'var(--panel)', fontSize: 'var(--code-size, 13px)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: '"JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace', lineHeight: '1.5', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--text-1)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--border)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--text-3)', borderRight: '1px solid var(--line)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 8px 0 4px' },
  '.cm-activeLine': { backgroundColor: 'var(--code-active)' },
  // The lines at which tasks are, as the code panel lights them: a bar in the state's colour, counts at the right.
  '.cm-line.lit': { backgroundColor: 'var(--code-lit)', boxShadow: 'inset 3px 0 0 var(--lit-bar)' },
  '.lit-counts': { float: 'right', position: 'sticky', right: '10px', paddingLeft: '12px', background: 'var(--code-lit)', fontWeight: '600', userSelect: 'none' },
  '.lit-counts span': { marginLeft: '12px' },
  '.lit-counts span::before': { content: '""', display: 'inline-block', width: '12px', height: '9px', marginRight: '6px', background: 'var(--lit-bar)' },
  ...Object.fromEntries(['running', 'ready', 'io', 'lock', 'gil', 'idle'].map((state) => [`.lit-${state}`, { '--lit-bar': `var(--state-${state})` }])),
  '.cm-gutterElement.wrong': { color: 'var(--panel)', backgroundColor: 'var(--text-1)', borderRadius: '3px' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'transparent', outline: '1px solid var(--text-3)' },
  // A mistake has no hue: a hue is a state.
  '.cm-lintRange-error, .cm-lintPoint-error': { backgroundImage: 'none', borderBottom: '2px solid var(--text-1)' },
  '.cm-lintPoint:after': { display: 'none' },
  '.cm-tooltip': { color: 'var(--text-1)', backgroundColor: 'var(--raised)', border: '1px solid var(--border)', borderRadius: '6px', font: '14px/1.5 Inter, system-ui, sans-serif' },
  '.cm-diagnostic': { borderLeft: '0', padding: '6px 10px' },
});

class Wrong extends GutterMarker {
  elementClass = 'wrong';
}
const setWrong = StateEffect.define();
const wrongLine = StateField.define({
  create: () => RangeSet.empty,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setWrong)) return effect.value === null ? RangeSet.empty : RangeSet.of([new Wrong().range(effect.value)]);
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => gutterLineClass.from(field),
});

class Counts extends WidgetType {
  constructor(counts) {
    super();
    this.counts = counts;
    this.key = JSON.stringify(counts);
  }
  eq(other) { return other.key === this.key; }
  toDOM() {
    const room = Object.assign(document.createElement('span'), { className: 'lit-counts', ariaHidden: 'true' });
    for (const [state, n] of this.counts) room.append(Object.assign(document.createElement('span'), { className: `lit-${state}`, textContent: n.toLocaleString('en').replaceAll(',', '\u2009') }));
    return room;
  }
  ignoreEvent() { return true; }
}
const setLit = StateEffect.define();
const litLines = StateField.define({
  create: () => Decoration.none,
  update(lit, transaction) {
    for (const effect of transaction.effects) if (effect.is(setLit)) return effect.value;
    return lit.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * @param {{parent: HTMLElement, text: string, line: number, label: string, onChange: () => void, onRun: () => void, onLeave: () => void}} options
 *   `line` is where the cursor begins, from 1
 */
export function createEditor({ parent, text, line, label, onChange, onRun, onLeave }) {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const place = root.appendChild(document.createElement('div'));
  place.style.height = '100%';
  let silent = false;   // what others put in is not a change of the person's
  const extensions = [
    lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(), python(), indentUnit.of('    '),
    EditorState.tabSize.of(4), syntaxHighlighting(inks), look, wrongLine, litLines,
    matchMedia('(max-width: 700px)').matches ? EditorView.lineWrapping : [],
    EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false' }),
    // Tab indents; Esc leaves, and then Tab goes on through the page.
    keymap.of([{ key: 'Mod-Enter', run: () => { onRun(); return true; } }, ...lintKeymap, indentWithTab, ...historyKeymap, ...defaultKeymap,
      { key: 'Escape', run: () => { onLeave(); return true; } }]),
    EditorView.updateListener.of((update) => { if (update.docChanged && !silent) onChange(); }),
  ];
  const view = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: place, root });
  const start = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
  view.dispatch({ selection: EditorSelection.cursor(start), effects: EditorView.scrollIntoView(start, { y: 'start', yMargin: 40 }) });

  return {
    text: () => view.state.doc.toString(),
    /** Others replaced the text: as one step that undo takes back, the cursor where it was as far as it goes; of another `file` afresh. */
    setText(now, { fresh = false, line: at = 1 } = {}) {
      silent = true;
      if (fresh) {
        view.setState(EditorState.create({ doc: now, extensions }));
        const from = view.state.doc.line(Math.min(Math.max(at, 1), view.state.doc.lines)).from;
        view.dispatch({ selection: EditorSelection.cursor(from), effects: EditorView.scrollIntoView(from, { y: 'start', yMargin: 40 }) });
      } else {
        const before = view.state.doc.toString();
        let same = 0, tail = 0;
        const most = Math.min(before.length, now.length);
        while (same < most && before[same] === now[same]) ++same;
        while (tail < most - same && before[before.length - 1 - tail] === now[now.length - 1 - tail]) ++tail;
        view.dispatch({ changes: { from: same, to: before.length - tail, insert: now.slice(same, now.length - tail) } });
      }
      silent = false;
    },
    /** @param {{line: number, column: number, sentence: string} | null} error  columns in characters, from 1 */
    mark(error) {
      const { doc } = view.state;
      if (!error || error.line < 1 || error.line > doc.lines) {
        view.dispatch(setDiagnostics(view.state, []), { effects: setWrong.of(null) });
        return;
      }
      const at = doc.line(error.line);
      const skipped = [...at.text].slice(0, Math.max(0, error.column - 1)).join('').length;
      const word = /^[\p{L}\p{N}_]+/u.exec(at.text.slice(skipped))?.[0] ?? at.text.slice(skipped, skipped + 1);
      const from = Math.min(at.from + skipped, at.to);
      view.dispatch(setDiagnostics(view.state, [{ from, to: from + word.length, severity: 'error', message: error.sentence }]),
        { effects: setWrong.of(at.from) });
    },
    /** @param {{line: number, state: string, counts: [string, number][]}[]} lit  in order of lines */
    light(lit) {
      const { doc } = view.state;
      const marks = lit.filter(({ line }) => line >= 1 && line <= doc.lines).flatMap(({ line, state, counts }) => {
        const at = doc.line(line);
        const bar = Decoration.line({ class: `lit lit-${state}` }).range(at.from);
        return counts.length ? [bar, Decoration.widget({ widget: new Counts(counts), side: 1 }).range(at.to)] : [bar];
      });
      view.dispatch({ effects: setLit.of(Decoration.set(marks)) });
    },
    focus: () => view.focus(),
    /** The place has another size. */
    measure: () => view.requestMeasure(),
  };
}
