import { RUNNERS_UP } from './record.js';
import type { LayerDetail, TokenDetail } from './run.js';
import type { LayerTrace, Trace } from './trace.js';

function layerDetail(layer: LayerTrace, token: number): LayerDetail {
  const [from, to] = [layer.offsets[token], layer.offsets[token + 1]];
  const left = Array.from({ length: RUNNERS_UP }, (_, i) => token * RUNNERS_UP + i).filter((at) => !Number.isNaN(layer.runnersUpProbabilities[at]));
  return {
    layer: layer.layer,
    selected: Array.from(layer.ids.subarray(from, to), (expert, i) => ({ expert, probability: layer.chosen[from + i], weight: layer.weights[from + i] })),
    runnersUp: left.map((at) => ({ expert: layer.runnersUp[at], probability: layer.runnersUpProbabilities[at] })),
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
