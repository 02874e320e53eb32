import type { LayerTrace, Trace } from './trace.js';

export const TRACE_SCHEMA = 'moe-lens.trace/1';

/** Splits a flat array by token. */
function perToken(layer: LayerTrace, flat: Uint16Array | Float32Array): number[][] {
  return Array.from({ length: layer.tokens }, (_, t) => Array.from(flat.subarray(layer.offsets[t], layer.offsets[t + 1])));
}

/** An edge that can't flip is null: JSON has no infinity. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * A trace as Trace JSON v1 (design.md section 6; README, "Trace JSON").
 * @param full also every router probability: [T][experts] per layer
 */
export function traceToJson(trace: Trace, full: boolean): object {
  const { model, tokens } = trace;
  return {
    schema: TRACE_SCHEMA,
    model: {
      name: model.name, family: model.family, format: model.format, layers: model.layers, moeLayers: model.moeLayers, experts: model.experts,
      sharedExperts: model.sharedExperts, nativePolicy: model.nativePolicy, parameters: model.parameters, contextLength: model.contextLength,
    },
    policy: trace.concrete,
    native: trace.policy.kind === 'native',
    simulated: trace.simulated,
    backend: trace.backend,
    text: trace.text,
    ...(trace.windows === undefined ? {} : { windows: trace.windows }),
    tokens: Array.from(tokens.ids, (id, t) => ({
      id, text: tokens.texts[t], start: tokens.starts[t], end: tokens.ends[t], surprisal: finite(trace.surprisal[t]),
    })),
    layers: trace.layers.map((layer) => ({
      layer: layer.layer,
      counts: Array.from({ length: layer.tokens }, (_, t) => (layer.offsets[t + 1]) - (layer.offsets[t])),
      ids: perToken(layer, layer.ids),
      weights: perToken(layer, layer.weights),
      margins: Array.from(layer.margins, finite),
      entropy: Array.from(layer.entropy),
      ...(full ? { probabilities: Array.from({ length: layer.tokens }, (_, t) => Array.from(layer.probabilities.subarray(t * layer.experts, (t + 1) * layer.experts))) } : {}),
    })),
    summary: trace.summary,
    timings: trace.timings,
  };
}
