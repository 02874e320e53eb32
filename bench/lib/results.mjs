// From the measurements of all rounds to one figure each.
import { engineOf } from './engines.mjs';
import { flops } from './shape.mjs';

const best = (list) => Math.min(...list);

/** Smallest and largest; undefined where the operating system tells none. */
const range = (list) => (list.length === 0 ? undefined : [Math.min(...list), Math.max(...list)]);

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/**
 * One figure for each engine, shape, threads, tokens, policy and budget: best of all passes of all rounds (median beside it), largest
 * resident set, range of the load average. A place where every round failed has `failed` alone.
 */
export function combine(cells) {
  const places = new Map();
  for (const cell of cells) {
    const { shape, engine, threads, tokens, policy, memory } = cell;
    const key = JSON.stringify([shape, engine, threads, tokens, policy, memory ?? null]);
    if (!places.has(key)) places.set(key, { place: { shape, engine, threads, tokens, policy, ...(memory === undefined ? {} : { memory }) }, cells: [] });
    places.get(key).cells.push(cell);
  }
  return [...places.values()].map(({ place, cells: rounds }) => figure(place, rounds));
}

function figure(place, rounds) {
  const measured = rounds.filter(({ failed }) => failed === undefined);
  if (measured.length === 0) return { ...place, failed: rounds[0].failed };
  const all = (name) => measured.flatMap((cell) => cell[name] ?? []).filter((value) => typeof value === 'number');
  const wallMs = best(all('wallMs'));
  const cpuMs = best(all('cpuMs'));
  const meanCount = measured[0].meanCount ?? place.shape.topK;
  const work = flops(place.shape, place.tokens, meanCount, engineOf(place.engine).allRows ? undefined : 1);
  return {
    ...place, wallMs, medianMs: median(all('wallMs')), cpuMs, passes: all('wallMs').length, tokensPerSecond: (place.tokens / wallMs) * 1000, gflopsCpu: work / cpuMs / 1e6, gflopsWall: work / wallMs / 1e6,
    loadSeconds: best(all('loadMs')) / 1000, firstSeconds: best(all('firstMs')) / 1000, peakRssMB: range(all('peakRssMB'))?.[1], loadAverage: range(all('loadAverage')),
    meanCount, ...(all('expertMs').length === 0 ? {} : { expertMs: best(all('expertMs')), expertCpuMs: best(all('expertCpuMs')) }),
  };
}
