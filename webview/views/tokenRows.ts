/** The selected token's layers as rows: from the details when they have arrived, else from the counts that are here already. */
import type { PanelResult, PanelState } from '../../src/protocol/panelApi.js';
import type { LayerDetail } from '../../src/trace/run.js';

export interface TokenRow {
  readonly layer: number;
  readonly count: number;
  /** Which experts and how sure the router was; absent until the engine has answered. */
  readonly detail?: LayerDetail;
}

/** One table per run. */
export interface TokenTable {
  readonly run: number;
  readonly rows: readonly TokenRow[];
}

export function tokenTables(state: Pick<PanelState, 'details'>, result: PanelResult, token: number): readonly TokenTable[] {
  return result.runs.map((run, i) => {
    const detail = state.details[i];
    const layers = detail?.token === token ? new Map(detail.layers.map((layer) => [layer.layer, layer])) : undefined;
    return {
      run: i,
      rows: run.layers.map(({ layer }, row) => {
        const met = layers?.get(layer);
        return { layer, count: met?.selected.length ?? run.layerCounts[row]?.[token] ?? 0, ...(met ? { detail: met } : {}) };
      }),
    };
  });
}

/** How the token's text is quoted in a heading: white space made visible, long text cut. */
export function quoted(text: string): string {
  const signs = text.replace(/\r\n|\r|\n/g, '\u21b5').replace(/\t/g, '\u21e5');
  const trimmed = signs.trim() === '' ? signs.replace(/ /g, '\u2423') : signs.trim();
  return trimmed.length > 40 ? `${trimmed.slice(0, 39)}\u2026` : trimmed;
}
