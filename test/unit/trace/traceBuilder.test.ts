import { describe, expect, it } from 'vitest';
import { route, type Router } from '../../../src/routing/route.js';
import { softmaxScore } from '../../../src/routing/score.js';
import { rawWeights } from '../../../src/routing/weigh.js';
import { tokenDetail } from '../../../src/trace/detail.js';
import { traceJson } from '../../../src/trace/json.js';
import type { ModelInfo } from '../../../src/trace/run.js';
import { runSummary } from '../../../src/trace/summary.js';
import type { Trace } from '../../../src/trace/trace.js';
import { recordOf } from '../../../src/trace/record.js';
import { TraceBuilder } from '../../../src/trace/traceBuilder.js';

const MODEL: ModelInfo = {
  name: 'm', path: 'm', family: 'f', format: 'safetensors', layers: 3, moeLayers: [0, 2], experts: 3, sharedExperts: 0, nativePolicy: 'top-k:2', parameters: 1000,
  denseParameters: 100, denseProductParameters: 80, expertParameters: 10, hiddenSize: 4, vocabularySize: 9, contextLength: 2, dtypes: ['F32'], weightBytes: 4000, memoryBytes: 4000, activeParameters: 120,
};
const ROUTER: Router = { experts: 3, score: softmaxScore, weigh: rawWeights, native: { kind: 'top-k', k: 2 } };
const rows = (...rows_: number[][]): Float32Array => Float32Array.from(rows_.flat(), Math.log);

/** Three tokens in two windows of two tokens: the second window repeats token 1. */
function build(): Trace {
  const builder = new TraceBuilder({
    model: MODEL, backend: { name: 'wasm', version: '1', threads: 1 }, policy: { kind: 'top-p', p: 0.6 }, router: ROUTER, text: { length: 5, sha256: 'x' },
    tokens: { ids: Int32Array.of(1, 2, 3), starts: Int32Array.of(0, 0, 3), ends: Int32Array.of(0, 3, 5), texts: ['<s>', 'one', ' b'] },
  });
  const policy = { kind: 'top-p', p: 0.6 } as const;
  for (const layer of [0, 2]) builder.addRouting(layer, recordOf(route(rows([0.7, 0.2, 0.1], [0.4, 0.35, 0.25]), ROUTER, policy), true), 0);
  for (const layer of [0, 2]) builder.addRouting(layer, recordOf(route(rows([0.1, 0.1, 0.8], [0.3, 0.4, 0.3]), ROUTER, policy), true), 1);
  builder.addSurprisal(1, Float32Array.of(2));
  builder.addSurprisal(2, Float32Array.of(4));
  builder.addExpertMs(0.25);
  builder.addExpertMs(0.25);
  return builder.build({ loadMs: 1, forwardMs: 2, memory: { budgetBytes: 30, estimatedBytes: 10, peakBytes: 20 } }, 7);
}

describe('a trace', () => {
  it('joins the windows of a long text, taking each token once', () => {
    const [first, second] = build().layers;
    expect(first?.layer).toBe(0);
    expect(second?.layer).toBe(2);
    expect([...(first?.offsets ?? [])]).toEqual([0, 1, 3, 5]);
    expect([...(first?.ids ?? [])]).toEqual([0, 0, 1, 1, 0]);
    expect(first?.probabilities).toHaveLength(9);
  });

  it('sums up what it cost', () => {
    const { summary, simulated } = build();
    expect(simulated).toBe(true);
    expect(summary).toEqual({ meanExperts: 5 / 3, meanSurprisal: 3, activeParameters: Math.round(100 + (10 / 3) * 10), flops: 2 * (3 * 80 + 10 * 10) + 7, perLayer: [5 / 3, 5 / 3] });
  });

  it('becomes JSON with null where there is no number, probabilities only when asked for', () => {
    const json = JSON.parse([...traceJson(build(), false)].join('')) as { timings: object; memory: object; tokens: { surprisal: number | null }[]; layers: { counts: number[]; ids: number[][]; probabilities?: number[][] }[] };
    expect([json.timings, json.memory]).toEqual([{ loadMs: 1, forwardMs: 2, expertMs: 0.5 }, { budgetBytes: 30, estimatedBytes: 10, peakBytes: 20 }]);
    expect(json.tokens.map(({ surprisal }) => surprisal)).toEqual([null, 2, 4]);
    expect(json.layers[1]).toMatchObject({ layer: 2, counts: [1, 2, 2], ids: [[0], [0, 1], [1, 0]] });
    expect(json.layers[0]?.probabilities).toBeUndefined();
    const full = JSON.parse([...traceJson(build(), true)].join('')) as typeof json;
    expect(full.layers[0]?.probabilities?.[2]?.[1]).toBeCloseTo(0.4, 6);
  });

  it('gives one token in detail, with the most probable of those left out', () => {
    const detail = tokenDetail(build(), 2);
    expect(detail).toMatchObject({ token: 2, id: 3, text: ' b', surprisal: 4 });
    expect(detail.layers[0]?.selected.map(({ expert }) => expert)).toEqual([1, 0]);
    expect(detail.layers[0]?.runnersUp.map(({ expert }) => expert)).toEqual([2]);
    expect(tokenDetail(build(), 0).surprisal).toBeNull();
  });

  it('leaves the engine as counts per layer and token', () => {
    const run = runSummary(build(), 5);
    expect(run).toMatchObject({ expertMs: 0.5, memory: { budgetBytes: 30, estimatedBytes: 10, peakBytes: 20 } });
    expect(run).toMatchObject({ traceId: 5, policy: 'top-p:0.6', simulated: true, textLength: 5 });
    expect([...run.counts]).toEqual([1, 2, 2, 1, 2, 2]);
  });
});
