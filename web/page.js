// page.js -- starts the UI on the canvas and says in the page what happened.
import start_ui from './ui.mjs';

const status = document.getElementById('status');
try {
  await start_ui({ canvas: document.getElementById('canvas') });
  status.textContent = 'Ready.';
} catch (error) {
  status.textContent = `The program did not start: ${error.message ?? error}`;
}
