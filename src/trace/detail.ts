import type { LayerDetail, TokenDetail } from './run.js';
import type { LayerTrace, Trace } from './trace.js';

const RUNNERS_UP = 3;

function layerDetail(layer: LayerTrace, token: number): LayerDetail {
  const row = layer.probabilities.subarray(token * layer.experts, (token + 1) * layer.experts);
  const from = layer.offsets[token] as number;
  const ids = layer.ids.subarray(from, layer.offsets[token + 1]);
  const left = Array.from(row.keys())
    .filter((expert) => !ids.includes(expert))
    .sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
  return {
    layer: layer.layer,
    selected: Array.from(ids, (expert, i) => ({ expert, probability: row[expert] as number, weight: layer.weights[from + i] as number })),
    runnersUp: left.slice(0, RUNNERS_UP).map((expert) => ({ expert, probability: row[expert] as number })),
    margin: layer.margins[token] as number,
    entropy: layer.entropy[token] as number,
  };
}

/** All that is known of one token of a trace; `token` must be an index of it. */
export function tokenDetail(trace: Trace, token: number): TokenDetail {
  const surprisal = trace.surprisal[token] as number;
  return {
    token,
    id: trace.tokens.ids[token] as number,
    text: trace.tokens.texts[token] ?? '',
    surprisal: Number.isNaN(surprisal) ? null : surprisal,
    layers: trace.layers.map((layer) => layerDetail(layer, token)),
  };
}
