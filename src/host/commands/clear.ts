import type { Lens } from '../lens.js';

/** Takes the counts away and lets the engine forget the run. */
export function clear(lens: Lens, what?: unknown): void {
  lens.clear(lens.sessionOf(what));
}
