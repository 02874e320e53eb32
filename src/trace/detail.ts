import type { LayerDetail, TokenDetail } from './run.js';
import type { LayerTrace, Trace } from './trace.js';

const RUNNERS_UP = 3;

function layerDetail(layer: LayerTrace, token: number): LayerDetail {
  const row = layer.probabilities.subarray(token * layer.experts, (token + 1) * layer.experts);
  const from = layer.offsets[token];
  const ids = layer.ids.subarray(from, layer.offsets[token + 1]);
  const left = Array.from(row.keys())
    .filter((expert) => !ids.includes(expert))
    .sort((a, b) => (row[b]) - row[a] || a - b);
  return {
    layer: layer.layer,
    selected: Array.from(ids, (expert, i) => ({ expert, probability: row[expert], weight: layer.weights[from + i] })),
    runnersUp: left.slice(0, RUNNERS_UP).map((expert) => ({ expert, probability: row[expert] })),
    margin: layer.margins[token],
    entropy: layer.entropy[token],
  };
}

/** All that is known of one token of a trace; `token` must be an index of it. */
export function tokenDetail(trace: Trace, token: number): TokenDetail {
  const surprisal = trace.surprisal[token];
  return {
    token,
    id: trace.tokens.ids[token],
    text: trace.tokens.texts[token] ?? '',
    surprisal: Number.isNaN(surprisal) ? null : surprisal,
    layers: trace.layers.map((layer) => layerDetail(layer, token)),
  };
}
