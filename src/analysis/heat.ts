/** Which tokens stand out: eight levels, of which only the upper half of a text gets any colour. */
import { quantile, sorted } from './statistics.js';

export const HEAT_LEVELS = 8;

/** Below this distance from the median to the maximum nothing stands out: the counts differ by less than a shown decimal. */
const LEAST_SPREAD = 0.1;

/**
 * Level 0 for every count at or below the median m; above it floor(7 x^2), where x = (c - m) / (M - m) goes from there to
 * the maximum M. The square keeps what is only a little above the rest plain: three words stand out and not forty.
 * All 0 if M - m < 0.1 experts.
 */
export function heatLevels(counts: ArrayLike<number>): Uint8Array {
  const levels = new Uint8Array(counts.length);
  const ascending = sorted(counts);
  const median = quantile(ascending, 0.5);
  const spread = (ascending.at(-1) ?? 0) - median;
  if (!(spread >= LEAST_SPREAD)) return levels;
  const steps = HEAT_LEVELS - 1;
  for (let i = 0; i < counts.length; i++) {
    const above = Math.max(0, (counts[i] ?? 0) - median) / spread;
    levels[i] = Math.floor(steps * above * above);
  }
  return levels;
}
