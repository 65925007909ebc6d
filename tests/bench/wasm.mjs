// wasm.mjs -- runs benches that were built for wasm: node wasm.mjs node|chromium PROGRAM.mjs...; prints what they print.
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [where, ...programs] = process.argv.slice(2);

async function in_node(program) {
  const { default: make } = await import(pathToFileURL(resolve(program)));
  await new Promise((done, failed) => make({ arguments: [], print: console.log, printErr: console.error, onExit: done }).catch(failed));
}

async function in_chromium(program) {
  const { run_program } = await import('../web/helpers.mjs');
  const { lines, status } = await run_program(program);
  for (const line of lines) console.log(line);
  if (status !== 0) throw new Error(`${basename(program)} ended with ${status}.`);
}

for (const program of programs) await (where === 'node' ? in_node : in_chromium)(program);
process.exit(0);
