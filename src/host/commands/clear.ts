import type { Lens } from '../lens.js';

/** Takes the counts away and lets the engine forget the run. */
export function clear(lens: Lens): void {
  lens.clear(lens.target);
}
