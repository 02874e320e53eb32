// What was measured so far, a line of JSON each, so that an interrupted run loses one process's work at most.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './folder.mjs';
import { shapeName } from './shape.mjs';

const keyOf = ({ shape, engine, threads, tokens, policy, memory, round, reps }) => JSON.stringify([shapeName(shape), engine, threads, tokens, policy, memory ?? null, round, reps]);

/** @param {boolean} resume goes on with what an earlier run kept; else that is put aside */
export function openCells(resume) {
  const file = join(benchFolder(), 'speed.jsonl');
  mkdirSync(benchFolder(), { recursive: true });
  if (!resume && existsSync(file)) renameSync(file, join(benchFolder(), 'speed.previous.jsonl'));
  const cells = new Map();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  for (const line of lines) {
    const cell = parsed(line);
    if (cell !== undefined) cells.set(keyOf(cell), cell);
  }
  if (lines.length > 0) appendFileSync(file, '\n'); // after a line that was cut off
  return {
    get: (key) => cells.get(keyOf(key)),
    add: (cell) => {
      cells.set(keyOf(cell), cell);
      appendFileSync(file, `${JSON.stringify(cell)}\n`);
    },
  };
}

/** The last line may be cut off where a run was killed. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
