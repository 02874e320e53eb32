import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { enginesLike } from './engines.mjs';
import { parseShape } from './shape.mjs';

export const USAGE = `npm run bench -- [options]
  --tokens 16,128,512,2048   lengths of the text
  --threads 1,all            threads of every engine
  --shape "layers=4,..."     another model: layers, hidden, heads, experts, topK, inner, vocabulary
  --only NAME                engines whose names contain NAME (or one of several, with commas)
  --reps 3 --rounds 2        timed passes in a process, and how often every engine gets a process
  --quick                    two layers, 16 and 128 tokens, one thread, one pass: does it all run?
  --out FOLDER, --json FILE  where results go; a full run writes to bench/, any other to the bench folder
  --resume                   goes on with the measurements of an interrupted run
  --setup                    installs the peers first`;

const QUICK = { tokens: '16,128', threads: '1', shape: 'layers=2', reps: '1', rounds: '1' };
const FULL = { tokens: '16,128,512,2048', threads: '1,all', shape: '', reps: '3', rounds: '2' };

/** @throws a plain Error that names the option that makes no sense */
export function readOptions(argv) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({ args: argv, options: { tokens: text, threads: text, shape: text, only: text, reps: text, rounds: text, out: text, json: text, quick: flag, resume: flag, setup: flag, help: flag } });
  const settings = { ...FULL, ...(values.quick ? QUICK : {}), ...values };
  const numbers = (name) => settings[name].split(',').map((each) => (name === 'threads' && each === 'all' ? availableParallelism() : whole(name, each)));
  return {
    ...settings, shape: parseShape(settings.shape), engines: enginesLike(settings.only),
    tokens: [...new Set(numbers('tokens'))].sort((a, b) => a - b), threads: [...new Set(numbers('threads'))], reps: whole('reps', settings.reps), rounds: whole('rounds', settings.rounds),
    whole: values.only === undefined && Object.keys(FULL).every((name) => settings[name] === FULL[name]),
  };
}

function whole(name, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name}: "${text}" is not a whole number above 0.`);
  return Number(text);
}
