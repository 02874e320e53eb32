#!/usr/bin/env node
// npm run bench: MoE Lens, Hugging Face transformers and llama.cpp on the same random checkpoint and token ids. See README.md.
import '../scripts/lib/node-version.mjs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCells } from './lib/cells.mjs';
import { benchFolder } from './lib/folder.mjs';
import { machine } from './lib/machine.mjs';
import { runJob } from './lib/measure.mjs';
import { USAGE, readOptions } from './lib/options.mjs';
import { findPeer, setupPeers } from './lib/peers.mjs';
import { planJobs } from './lib/plan.mjs';
import { tablesOf, writeReport } from './lib/report.mjs';
import { combine } from './lib/results.mjs';
import { shapeName } from './lib/shape.mjs';
import { counted } from './lib/tables.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

async function main(argv) {
  const options = readOptions(argv);
  if (options.help) return console.log(USAGE);
  if (options.setup) setupPeers();
  const engines = [];
  for (const { name, peer } of options.engines) {
    const { missing, remedy } = await findPeer(peer);
    engines.push({ name, ...(missing === undefined ? {} : { missing, remedy }) });
    if (missing !== undefined) console.error(`missing: ${name}: ${missing} (${remedy})`);
  }
  const { shape, threads, tokens, reps, rounds } = options;
  const run = { shape, engines, threads, tokens, reps, rounds };
  const cells = await measureAll(run, options.resume);
  const results = { date: new Date().toISOString(), command: ['npm run bench', ...(argv.length === 0 ? [] : ['--', ...argv.map((each) => (/[\s"']/.test(each) ? JSON.stringify(each) : each))])].join(' '), machine: machine(), versions: versionsOf(cells), run, figures: combine(cells) };
  const { speed, cost } = tablesOf(results.figures, run);
  console.log(`${speed}\n${cost}`);
  const folder = options.out ?? (options.whole ? HERE : join(benchFolder(), 'last'));
  console.error(`written: ${writeReport(folder, options.json ?? join(folder, 'results.json'), results)}`);
}

async function measureAll(run, resume) {
  const kept = openCells(resume);
  const jobs = planJobs(run).filter(({ engine }) => run.engines.find(({ name }) => name === engine).missing === undefined);
  const cells = [];
  for (const [i, job] of jobs.entries()) {
    const { engine, threads, tokens, policies, memory, round } = job;
    const what = [shapeName(job.shape), counted(threads, 'thread'), `${tokens.join(',')} tokens`, ...(policies.length > 1 ? [`${policies.length} policies`] : []), ...(memory === undefined ? [] : [`${Math.round(memory / 2 ** 20)} MB`])];
    console.error(`${i + 1}/${jobs.length} round ${round}: ${engine}, ${what.join(', ')}`);
    const made = await runJob(job, run.reps, kept);
    for (const { failed } of made.filter((cell) => cell.failed !== undefined)) console.error(`  failed: ${failed}`);
    cells.push(...made);
  }
  return cells;
}

const versionsOf = (cells) => Object.assign({}, ...cells.map(({ versions }) => versions ?? {}));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
