import type { Lens } from '../lens.js';

/** Opens the output channel with what the extension and the engine have said. */
export function showLog(lens: Lens): void {
  lens.log.show(true);
}
