/** When does a result that the panel kept over a reload give way to what the host says? */
import type { PanelResult, PanelState } from '../src/protocol/panelApi.js';

/**
 * The host's snapshot, with the kept result while the host has none of its own and says nothing against it. `idle`
 * says that there is nothing (it was cleared, perhaps while the panel was hidden): the kept result goes.
 */
export function afterHost(kept: PanelResult | undefined, next: PanelState): PanelState {
  if (next.result || !kept) return next;
  switch (next.status.kind) {
    case 'restored': case 'running': case 'error': return { ...next, result: kept };
    case 'idle': case 'fresh': case 'stale': case 'detached': return next;
  }
}
