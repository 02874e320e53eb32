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
/** The tenth of the tokens with the largest differences is pointed out, */
const MARKED_QUANTILE = 0.9;
/** but where ties would make that more than this part, only what lies above the ties, */
const MANY = 0.2;
/** and where nothing lies above them, the ties all the same unless they are most of the text. */
const MOST = 0.5;

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
  return { difference, meanDifference: mean(difference), marked: markDifferences(a, b) };
}

/** Which tokens' counts differ by the most, 1 for those, [T]: the rule of `compareRuns` on counts alone. */
export function markDifferences(first: ArrayLike<number>, second: ArrayLike<number>): Uint8Array {
  const sizes = Float64Array.from(first, (count, t) => Math.abs(count - (second[t] ?? 0)));
  const cut = quantile(sorted(sizes), MARKED_QUANTILE);
  const marks = (isMarked: (size: number) => boolean): Uint8Array => Uint8Array.from(sizes, (size) => (size >= LEAST_DIFFERENCE && isMarked(size) ? 1 : 0));
  const atCut = marks((size) => size >= cut);
  if (mean(atCut) <= MANY) return atCut;
  const aboveCut = marks((size) => size > cut);
  return aboveCut.includes(1) || mean(atCut) > MOST ? aboveCut : atCut;
}
