/** On which tokens do two policies differ the most? The rule of analysis/compare.ts, which has traces where this has counts. */
import { mean, quantile, sorted } from '../../src/analysis/statistics.js';

const LEAST_DIFFERENCE = 0.25;
const MARKED_QUANTILE = 0.9;
const MOST_MARKED = 0.2;

/** True for tokens whose counts differ by at least the 90th percentile of all differences and 0.25 experts; beyond it where ties would mark over a fifth. */
export function differing(first: readonly number[], second: readonly number[]): readonly boolean[] {
  const sizes = first.map((count, t) => Math.abs(count - (second[t] ?? 0)));
  const cut = quantile(sorted(sizes), MARKED_QUANTILE);
  const atOrAbove = sizes.map((size) => size >= cut && size >= LEAST_DIFFERENCE);
  const many = mean(atOrAbove.map(Number)) > MOST_MARKED;
  return many ? sizes.map((size) => size > cut && size >= LEAST_DIFFERENCE) : atOrAbove;
}
