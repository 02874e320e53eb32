/** The host sends a large result once: here it is put back into the snapshots that come after. */
import type { HostToPanel, PanelResult, PanelState } from '../src/protocol/panelApi.js';

/** Gives the whole snapshot of each message in turn; undefined where the result that it leaves out has never come. */
export function wholeSnapshots(): (message: HostToPanel) => PanelState | undefined {
  let last: PanelResult | undefined;
  return ({ state, sameResult }) => {
    if (sameResult !== true) {
      last = state.result;
      return state;
    }
    return last === undefined ? undefined : { ...state, result: last };
  };
}
