#!/usr/bin/env node
// What runs share: node bench/reuse.mjs [--shape "layers=4,..."] [--backend native] [--threads 2]
// An edit against the whole text (the prefix cache), policies side by side against each alone, also when weights have to be read,
// and whether what is reused gives the same experts. Ratios of medians of one run; process CPU time beside the clock.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleSession } from './lib/bundle.mjs';
import { checkpoint } from './lib/checkpoint.mjs';
import { parseShape } from './lib/shape.mjs';

const { values } = parseArgs({ options: { shape: { type: 'string', default: '' }, backend: { type: 'string', default: 'native' }, threads: { type: 'string', default: String(cpus().length) }, tokens: { type: 'string', default: '500' }, reps: { type: 'string', default: '3' } } });
const path = checkpoint(parseShape(values.shape), 'safetensors');
await bundleSession();
const { Session, startHardware, parsePolicy } = await import('../dist/bench/moeLensSession.js');
const POLICIES = ['top-k:8', 'top-p:0.5'].map(parsePolicy);
const [TOP_K, TOP_P] = POLICIES;
/** Bytes; the second holds a part of the checkpoint only, so that every run reads its weights again. */
const ROOMY = 12 * 2 ** 30;
const SHORT = 640 * 2 ** 20;

const words = textOf(Number(values.tokens));
const rows = [];
const measured = [await measure('640 MiB of memory: weights are read in every run', SHORT), await measure('everything in memory', ROOMY)]; // in this order: what a process has once touched stays with it
for (const { where, edited } of measured) {
  let differing = 0;
  for (const { text, result } of edited) differing += differences(result, await fresh(text));
  console.log(`${where}: ${differing} tokens of edited texts got other experts than in a fresh run`);
}
console.log(`${values.backend}, ${values.threads} threads, ${words.length} words, load ${loadavg()[0].toFixed(1)}`);
console.table(rows);

async function measure(where, memory) {
  const options = { path, backend: values.backend, nativeFolder: '', memory, threads: Number(values.threads) };
  const hardware = await startHardware(options);
  await hardware.lanes.widen();
  const session = await Session.open(options, hardware);
  const tokens = session.encode(words.join(' ')).ids.length;
  const text = (from = '', at = 0) => [...words.slice(0, at), ...(from === '' ? [] : [from]), ...words.slice(at)].join(' ');
  await session.traces(text('warm', 0), POLICIES);
  const full = [];
  const end = [];
  const middle = [];
  for (let i = 0; i < Number(values.reps); i++) {
    full.push(await timed(() => session.trace(text(`start ${i}`), TOP_K)));
    const plain = text(`start ${i}`);
    end.push(await timed(() => session.trace(`${plain} end ${i}`, TOP_K)));
    middle.push(await timed(() => session.trace(text(`start ${i}`).replace(words[words.length >> 1], `middle ${i}`), TOP_K)));
  }
  const alone = { k: [], p: [], both: [] };
  for (let i = 0; i < Number(values.reps); i++) {
    alone.k.push(await timed(() => session.trace(text(`k ${i}`), TOP_K)));
    alone.p.push(await timed(() => session.trace(text(`p ${i}`), TOP_P)));
    alone.both.push(await timed(() => session.traces(text(`both ${i}`), POLICIES)));
  }
  const dearer = median(alone.k).wall > median(alone.p).wall ? alone.k : alone.p;
  add(where, `${tokens} tokens, Top-8`, full, full);
  add(where, 'the end edited', end, full, 1 / 8);
  add(where, 'the middle edited', middle, full);
  add(where, 'Top-8 and Top-P 0.5 together, against the dearer alone', alone.both, dearer, 1.6);
  await session.close();
  await hardware.close();
  return { where, edited: end.map(({ result }, i) => ({ result, text: `${text(`start ${i}`)} end ${i}` })) };
}

/** In a session that knows no earlier run. */
async function fresh(text) {
  const options = { path, backend: values.backend, nativeFolder: '', memory: ROOMY, threads: Number(values.threads) };
  const other = await Session.open(options);
  const trace = await other.trace(text, TOP_K);
  await other.close();
  return trace;
}

async function timed(work) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - began, cpu: (user + system) / 1000, result };
}

function median(times) {
  const middle = (key) => times.map((each) => each[key]).sort((a, b) => a - b)[times.length >> 1];
  return { wall: middle('wall'), cpu: middle('cpu') };
}

function add(where, what, times, base, limit) {
  const [own, other] = [median(times), median(base)];
  rows.push({ where, what, 'wall ms': Math.round(own.wall), 'CPU ms': Math.round(own.cpu), 'wall ratio': (own.wall / other.wall).toFixed(3), 'CPU ratio': (own.cpu / other.cpu).toFixed(3), limit: limit ?? '' });
}

/** Tokens that got other experts in any layer. */
function differences(a, b) {
  const wrong = new Set();
  a.layers.forEach((layer, i) => {
    for (let t = 0; t < layer.tokens; t++) {
      const of = ({ ids, offsets }) => ids.subarray(offsets[t], offsets[t + 1]).join();
      if (of(layer) !== of(b.layers[i])) wrong.add(t);
    }
  });
  return wrong.size;
}

/** Words of the made-up vocabulary. */
function textOf(tokens) {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: Math.round(tokens / 2.9) }, () => Array.from({ length: 3 + Math.floor(random() * 4) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''));
}
