import type { Lens } from '../lens.js';

/** Opens the panel, or moves to it. */
export function showPanel(lens: Lens): void {
  lens.panel.show(false);
}
