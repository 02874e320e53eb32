/** Which tokens stand out: eight levels, of which only the upper half of a text gets any colour. */
import { quantile, sorted } from './statistics.js';

export const HEAT_LEVELS = 8;

/** The full colour takes at least this many experts above the median: a third of an expert is not "much more". */
const FULL_HEAT = 0.5;

/**
 * Level 0 for every count at or below the median m; above it floor(7 x^2), where x = (c - m) / (M - m) goes from there to
 * max(M, m + 0.5), M being the maximum. The square keeps what is only a little above the rest plain: three words stand out and not forty.
 */
export function heatLevels(counts: ArrayLike<number>): Uint8Array {
  const levels = new Uint8Array(counts.length);
  const ascending = sorted(counts);
  const median = quantile(ascending, 0.5);
  const spread = Math.max((ascending.at(-1) ?? 0) - median, FULL_HEAT);
  const steps = HEAT_LEVELS - 1;
  for (let i = 0; i < counts.length; i++) {
    const above = Math.max(0, (counts[i] ?? 0) - median) / spread;
    levels[i] = Math.floor(steps * above * above);
  }
  return levels;
}
