// contract.spec.mjs -- what the executors promise (tests/runtime, all of it), in the browser's own threads. Each of its tests is a test here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run_program } from './helpers.mjs';

// build.sh builds it before; whether all its tests run is asked below.
const program = fileURLToPath(new URL('../../build/web/tests/page_test_runtime.mjs', import.meta.url));
const args = process.env.FILTER ? [`--gtest_filter=${process.env.FILTER}`] : [];
const { lines, status } = await run_program(program, { args, patience: 500_000 });

// "[ RUN      ] Suite.Name", what it says, "[       OK ] Suite.Name (3 ms)".
const ran = [];
let promised = -1;
for (const line of lines) {
  const [, word, name] = line.match(/^\[ +(RUN|OK|FAILED|SKIPPED) +\] (\S+?\.[^\s,]+)(?:, where .*)?(?: \(\d+ ms\))?$/) ?? [];
  promised = Number(line.match(/^\[==========\] Running (\d+) tests? from/)?.[1] ?? promised);
  const last = ran.at(-1);
  if (word === 'RUN') ran.push({ name, end: 'never', said: [] });
  else if (word && last?.name === name && last.end === 'never') last.end = word;
  else if (last?.end === 'never') last.said.push(line);
}

for (const { name, end, said } of ran)
  test(name, { skip: end === 'SKIPPED' }, () => assert.equal(end, 'OK', said.join('\n')));

test('all tests of the executors ran to their end', () => {
  assert.ok(promised > 0, lines.slice(-20).join('\n'));
  assert.equal(ran.filter(({ end }) => end !== 'never').length, promised, `the last was ${ran.at(-1)?.name}\n${lines.slice(-20).join('\n')}`);
  assert.equal(status, 0);
});
