// plain_editor.js -- what stands in for code_editor.mjs where that cannot be loaded: a <textarea> with the same interface.

/** As createEditor() of code_editor.js. @param {any} options */
export function createEditor({ parent, text, line, label, onChange, onRun, onLeave }) {
  const area = document.createElement('textarea');
  area.className = 'plain-editor';
  area.setAttribute('aria-label', label);
  area.spellcheck = false;
  area.autocapitalize = 'off';
  area.wrap = 'off';
  area.value = text;
  parent.replaceChildren(area);
  const offsetOf = (row) => area.value.split('\n').slice(0, Math.max(0, row - 1)).join('\n').length + (row > 1 ? 1 : 0);
  area.setSelectionRange(offsetOf(line), offsetOf(line));
  area.addEventListener('input', onChange);
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') onLeave();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onRun();
    else if (event.key === 'Tab' && !event.shiftKey) area.setRangeText('    ', area.selectionStart, area.selectionEnd, 'end');
    else return;
    if (event.key === 'Tab') onChange();
    event.preventDefault();
  });
  return {
    text: () => area.value,
    setText(now) {
      const { selectionStart, selectionEnd } = area;
      area.value = now;
      area.setSelectionRange(selectionStart, selectionEnd);
    },
    mark: (error) => area.setAttribute('aria-invalid', String(!!error)),
    light() {},   // a textarea has no lines of its own
    focus: () => area.focus(),
    measure() {},
  };
}
