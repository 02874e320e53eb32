import type { Lens } from '../lens.js';

/** Ends every run that is under way. */
export function cancel(lens: Lens): void {
  lens.runner.cancelAll();
}
