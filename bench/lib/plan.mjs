// Which measurements a run is made of. A job is one process: one engine, one number of threads, several lengths or policies.
import { OURS } from './engines.mjs';
import { weightBytes } from './shape.mjs';

const TOP_P = [0.2, 0.4, 0.6, 0.8];
const NATIVE = ['native'];

/** All jobs of a run in order. Engines take turns within a round, so that ratios are of the same minutes. */
export function planJobs({ shape, engines, threads, tokens, rounds }) {
  const jobs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const count of threads) for (const { name } of engines) jobs.push({ round, engine: name, shape, threads: count, tokens, policies: NATIVE });
    if (engines.some(({ name }) => name === OURS)) jobs.push(...costJobs(shape, threads, tokens).map((job) => ({ ...job, round })));
  }
  return jobs;
}

/** Where the cost is measured: one thread where that is asked for, and the longest text of at most 512 tokens. */
export const costPlace = (threads, tokens) => ({ threads: Math.min(...threads), tokens: tokens.filter((count) => count <= 512).at(-1) ?? tokens[0] });

/** MoE Lens alone, by policies, by layers and by budgets of memory. */
function costJobs(shape, threads, tokens) {
  const place = costPlace(threads, tokens);
  const base = { engine: OURS, shape, threads: place.threads, tokens: [place.tokens], policies: NATIVE };
  return [
    { ...base, policies: costPolicies(shape) },
    ...fewerLayers(shape).map((layers) => ({ ...base, shape: { ...shape, layers } })),
    ...budgets(shape).map((memory) => ({ ...base, memory })),
  ];
}

export const costPolicies = ({ topK }) => [...Array.from({ length: topK }, (_, i) => `top-k:${i + 1}`), ...TOP_P.map((p) => `top-p:${p}`)];
export const fewerLayers = ({ layers }) => [...new Set([4, 2].map((part) => Math.ceil(layers / part)))].filter((count) => count < layers);
/** Bytes: half, a quarter and an eighth of the weights as f32. */
export const budgets = (shape) => [2, 4, 8].map((part) => Math.round(weightBytes(shape) / part));
