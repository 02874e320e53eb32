import type { RunSummary } from '../../../../src/trace/run.js';

/** A run with the given counts, [M][T], on tokens at the given offsets. */
export function makeRun(tokens: readonly (readonly [number, number])[], counts: readonly (readonly number[])[], fields: Partial<RunSummary> = {}): RunSummary {
  return {
    traceId: 1,
    model: {
      name: 'toy', path: '/toy', family: 'dynamic', format: 'safetensors', layers: counts.length, moeLayers: counts.map((_, m) => m), experts: 8, sharedExperts: 0, nativePolicy: 'top-p:0.4',
      parameters: 1e6, denseParameters: 1e5, expertParameters: 1e4, denseProductParameters: 9e4, hiddenSize: 8, vocabularySize: 10, contextLength: 128, dtypes: ['F32'], weightBytes: 4e6, memoryBytes: 4e6, activeParameters: null,
    },
    backend: { name: 'wasm', version: '1.0.0', threads: 1 },
    policy: 'native',
    concretePolicy: 'top-p:0.4',
    simulated: false,
    textLength: tokens.at(-1)?.[1] ?? 0,
    tokenIds: Int32Array.from(tokens, (_, t) => t),
    starts: Int32Array.from(tokens, ([start]) => start),
    ends: Int32Array.from(tokens, ([, end]) => end),
    surprisal: Float32Array.from(tokens, (_, t) => (t === 0 ? Number.NaN : t)),
    counts: Uint16Array.from(counts.flat()),
    activeParameters: 2e5,
    flops: 1e6,
    loadMs: 1,
    forwardMs: 2,
    memory: { budgetBytes: 2 ** 31, estimatedBytes: 3 * 2 ** 29, peakBytes: 2 ** 30 },
    ...fields,
  };
}

/** Offsets of tokens that lie side by side. */
export function sideBySide(...texts: readonly string[]): [number, number][] {
  let end = 0;
  return texts.map((text) => [end, (end += text.length)]);
}
