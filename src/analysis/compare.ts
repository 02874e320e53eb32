/** Two runs on the same tokens: where they differ. */
import { LensError } from '../base/errors.js';
import type { RunSummary } from '../trace/run.js';
import { meanCounts } from './counts.js';
import { mean, quantile, sorted } from './statistics.js';

export interface Comparison {
  /** Count under the first policy minus count under the second, [T]. */
  readonly difference: Float64Array;
  readonly meanDifference: number;
  /** 1 for the tokens that differ by the most, [T]. */
  readonly marked: Uint8Array;
}

/** Differences below this (in experts) are not pointed out. */
const LEAST_DIFFERENCE = 0.25;
/** The tenth of the tokens with the largest differences is pointed out ... */
const MARKED_QUANTILE = 0.9;
/** ... and where ties would make that more than this part of them, only what lies above the ties. */
const MOST_MARKED = 0.2;

/**
 * d_t = c_t(first) - c_t(second); marked are tokens with |d_t| at or above the 90th percentile of |d| and 0.25.
 * @throws E_INTERNAL if the two runs are not on the same tokens.
 */
export function compareRuns(first: RunSummary, second: RunSummary): Comparison {
  const same = first.tokenIds.length === second.tokenIds.length && first.tokenIds.every((id, t) => id === second.tokenIds[t]);
  if (!same) throw new LensError('E_INTERNAL', 'Two runs on different tokens were compared.', 'Run the comparison again.');
  const a = meanCounts(first);
  const b = meanCounts(second);
  const difference = a.map((count, t) => count - (b[t] ?? 0));
  return { difference, meanDifference: mean(difference), marked: mark(difference.map(Math.abs)) };
}

function mark(sizes: Float64Array): Uint8Array {
  const cut = quantile(sorted(sizes), MARKED_QUANTILE);
  const atOrAbove = Uint8Array.from(sizes, (size) => (size >= cut && size >= LEAST_DIFFERENCE ? 1 : 0));
  const many = mean(atOrAbove) > MOST_MARKED;
  return many ? Uint8Array.from(sizes, (size) => (size > cut && size >= LEAST_DIFFERENCE ? 1 : 0)) : atOrAbove;
}
