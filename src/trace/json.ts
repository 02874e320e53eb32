import type { LayerTrace, Trace } from './trace.js';

export const TRACE_SCHEMA = 'moe-lens.trace/1';

/** A float32 as the shortest decimals that tell it from its neighbours: printed as a double it would take twice as many. */
const float = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(8))) : 'null');
/** JSON has no infinity and no NaN: an edge that can't flip, a surprisal that isn't there. */
const floats = (values: Float32Array): string => `[${Array.from(values, float).join(',')}]`;
const rows = (count: number, row: (index: number) => string): string => `[${Array.from({ length: count }, (_, index) => row(index)).join(',')}]`;

/** Calls `row` with the range in the flat arrays that is token t's. */
const perToken = ({ tokens, offsets }: LayerTrace, row: (from: number, to: number) => string): string => rows(tokens, (t) => row(offsets[t], offsets[t + 1]));

/**
 * A trace as Trace JSON v1 (design.md section 6; README, "Trace JSON"), in pieces that are one text when put together: all
 * probabilities of a long text are more than one string can hold.
 * @param full also every router probability, [T][experts] per layer, where the run kept them
 */
export function* traceJson(trace: Trace, full: boolean): Generator<string> {
  const { model, tokens } = trace;
  const head = {
    schema: TRACE_SCHEMA,
    model: {
      name: model.name, family: model.family, format: model.format, layers: model.layers, moeLayers: model.moeLayers, experts: model.experts,
      sharedExperts: model.sharedExperts, nativePolicy: model.nativePolicy,
      ...(model.groupLimit === undefined ? {} : { groupLimit: model.groupLimit }), ...(model.normalisedScores === undefined ? {} : { normalisedScores: true }),
      ...(model.nativeOnly === undefined ? {} : { nativeOnly: model.nativeOnly }), dtypes: model.dtypes, parameters: model.parameters, contextLength: model.contextLength,
    },
    policy: trace.concrete,
    native: trace.policy.kind === 'native',
    simulated: trace.simulated,
    backend: trace.backend,
    text: trace.text,
    ...(trace.windows === undefined ? {} : { windows: trace.windows }),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"tokens":`;
  yield rows(tokens.ids.length, (t) => `{"id":${tokens.ids[t]},"text":${JSON.stringify(tokens.texts[t])},"start":${tokens.starts[t]},"end":${tokens.ends[t]},"surprisal":${float(trace.surprisal[t])}}`);
  yield ',"layers":[';
  for (const [index, layer] of trace.layers.entries()) {
    yield `${index === 0 ? '' : ','}{"layer":${layer.layer},"counts":${perToken(layer, (from, to) => String(to - from))}`;
    yield `,"ids":${perToken(layer, (from, to) => `[${layer.ids.subarray(from, to).join(',')}]`)}`;
    yield `,"weights":${perToken(layer, (from, to) => floats(layer.weights.subarray(from, to)))}`;
    yield `,"margins":${floats(layer.margins)},"entropy":${floats(layer.entropy)}`;
    const { probabilities } = layer;
    if (full && probabilities !== undefined) {
      yield ',"probabilities":[';
      for (let t = 0; t < layer.tokens; t++) yield `${t === 0 ? '' : ','}${floats(probabilities.subarray(t * layer.experts, (t + 1) * layer.experts))}`;
      yield ']';
    }
    yield '}';
  }
  yield `],"summary":${JSON.stringify(trace.summary)},"timings":${JSON.stringify(trace.timings)},"memory":${JSON.stringify(trace.memory)}}`;
}
