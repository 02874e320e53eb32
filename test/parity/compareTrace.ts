import type { Trace } from '../../src/trace/trace.js';

interface ExpectedLayer {
  readonly layer: number;
  readonly counts: readonly number[];
  readonly ids: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  readonly probabilities: readonly (readonly number[])[];
}

/** The parts of expected.json (schema moe-lens.expected/1) that a trace is held against. */
export interface Expected {
  readonly model: { readonly family: string; readonly layers: number; readonly moeLayers: readonly number[]; readonly experts: number };
  readonly text: string;
  readonly tokens: readonly { readonly id: number; readonly start: number; readonly end: number }[];
  readonly policies: Readonly<Record<string, { readonly simulated: boolean; readonly surprisal: readonly (number | null)[]; readonly lastLogits?: readonly number[]; readonly layers: readonly ExpectedLayer[] }>>;
}

/** Largest difference of a probability, weight or surprisal. */
const TOLERANCE = 1e-3;
/** Two experts may swap places in the list where their probabilities are closer than this; never in or out of it. */
const SWAP = 1e-4;

/** What differs, as sentences: nothing when the trace is right. */
export function compareTrace(trace: Trace, expected: Expected, policy: string): string[] {
  const wrong: string[] = [];
  const want = expected.policies[policy];
  if (want === undefined) return [`no policy ${policy} in the fixture`];
  if (trace.simulated !== want.simulated) wrong.push(`simulated is ${trace.simulated}`);
  const { ids, starts, ends } = trace.tokens;
  if (ids.length !== expected.tokens.length) return [`${ids.length} tokens, expected ${expected.tokens.length}`];
  expected.tokens.forEach((token, t) => {
    if (ids[t] !== token.id || starts[t] !== token.start || ends[t] !== token.end) wrong.push(`token ${t}: ${ids[t]} [${starts[t]}, ${ends[t]}), expected ${token.id} [${token.start}, ${token.end})`);
    const surprisal = want.surprisal[t];
    const found = trace.surprisal[t];
    if (surprisal === null || surprisal === undefined ? !Number.isNaN(found) : !(Math.abs(found - surprisal) <= TOLERANCE)) wrong.push(`token ${t}: surprisal ${found}, expected ${surprisal}`);
  });
  if (trace.layers.map(({ layer }) => layer).join() !== want.layers.map(({ layer }) => layer).join()) return [...wrong, 'other MoE layers'];
  want.layers.forEach((layer, m) => { wrong.push(...compareLayer(trace, m, layer)); });
  return wrong;
}

function compareLayer(trace: Trace, m: number, want: ExpectedLayer): string[] {
  const wrong: string[] = [];
  const layer = trace.layers[m];
  if (layer === undefined) return ['layer missing'];
  want.ids.forEach((expected, t) => {
    const at = `layer ${want.layer} token ${t}`;
    const from = layer.offsets[t];
    const ids = [...layer.ids.subarray(from, layer.offsets[t + 1])];
    const reference = want.probabilities[t];
    if ([...ids].sort((a, b) => a - b).join() !== [...expected].sort((a, b) => a - b).join()) {
      wrong.push(`${at}: experts ${ids.join()}, expected ${expected.join()}`);
      return;
    }
    ids.forEach((expert, i) => {
      const previous = ids[i - 1];
      if (previous !== undefined && reference[expert] > (reference[previous]) + SWAP) wrong.push(`${at}: experts not by probability: ${ids.join()}`);
      const weight = layer.weights[from + i];
      const wanted = want.weights[t]?.[expected.indexOf(expert)];
      if (!(Math.abs(weight - wanted) <= TOLERANCE)) wrong.push(`${at} expert ${expert}: weight ${weight}, expected ${wanted}`);
    });
    reference.forEach((wanted, expert) => {
      const found = layer.probabilities?.[t * layer.experts + expert] ?? NaN;
      if (!(Math.abs(found - wanted) <= TOLERANCE)) wrong.push(`${at} expert ${expert}: probability ${found}, expected ${wanted}`);
    });
  });
  return wrong;
}
