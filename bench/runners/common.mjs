// What the runners in JavaScript share: their options, the token ids, the clock, and the line that they print.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';

/** The options that every runner is given, and its own strings. */
export function runnerOptions(own = {}) {
  const shared = { threads: { type: 'string' }, tokens: { type: 'string' }, reps: { type: 'string' }, vocabulary: { type: 'string' } };
  const { values, positionals } = parseArgs({ options: { ...shared, ...own }, allowPositionals: true });
  return {
    ...values, model: positionals[0], threads: Number(values.threads), reps: Number(values.reps), vocabulary: Number(values.vocabulary),
    tokens: values.tokens.split(',').map(Number),
  };
}

/** The same ids for every engine: spread over the vocabulary, the last (special) one never among them. */
export const tokenIds = (tokens, vocabulary) => Int32Array.from({ length: tokens }, (_, i) => (i * 7919 + 13) % (vocabulary - 1));

/** The largest resident set of this process so far, from the operating system. (On Linux getrusage would include the parent's.) */
function peakRssMB() {
  if (process.platform !== 'linux') return Math.round(process.resourceUsage().maxRSS / 1024);
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024);
}

/**
 * Runs passes in turn, `reps` times after a first time, so that what disturbs one disturbs them all.
 * @param {Map<string, () => Promise<object | void>>} passes by policy
 * @returns by policy the milliseconds of each run, on the clock and of all of this process's threads, and what the pass told of each
 */
export async function timed(passes, reps) {
  const results = new Map();
  for (let rep = 0; rep <= reps; rep++) {
    for (const [policy, pass] of passes) {
      const cpu = process.cpuUsage();
      const wall = performance.now();
      const told = (await pass()) ?? {};
      const wallMs = performance.now() - wall;
      const { user, system } = process.cpuUsage(cpu);
      if (rep === 0) {
        results.set(policy, { firstMs: wallMs, wallMs: [], cpuMs: [], told: [] });
        continue;
      }
      const result = results.get(policy);
      result.wallMs.push(wallMs);
      result.cpuMs.push((user + system) / 1000);
      result.told.push(told);
    }
  }
  return results;
}

/** Prints one measurement. */
export function report(measurement) {
  console.log(JSON.stringify({ ...measurement, peakRssMB: peakRssMB(), loadAverage: process.platform === 'win32' ? null : loadavg()[0] }));
}
