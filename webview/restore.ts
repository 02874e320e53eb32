/** When does a result that the panel kept over a reload give way to what the host says? */
import type { PanelResult, PanelState } from '../src/protocol/panelApi.js';

/**
 * The host's snapshot, with the kept result for as long as the host has none of its own. A host that has just started
 * answers `idle`: that first answer leaves the kept result standing, as restored; a later `idle` means that it was cleared.
 */
export function afterHost(kept: PanelResult | undefined, next: PanelState, firstAnswer: boolean): PanelState {
  if (next.result || !kept) return next;
  switch (next.status.kind) {
    case 'restored': case 'running': case 'error': return { ...next, result: kept };
    case 'idle': return firstAnswer ? { ...next, status: { kind: 'restored' }, result: kept } : next;
    case 'fresh': case 'stale': return next;
  }
}
