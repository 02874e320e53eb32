import type { Tensors } from '../decoder.js';
import { matrixWeight, vectorWeight } from '../weight.js';
import type { Projection } from './linear.js';
import { LLAMA_NAMES, swigluWeights, type Swiglu, type SwigluNames } from './swiglu.js';

/** How many experts a layer has and how wide they are. */
export interface ExpertSizes {
  readonly experts: number;
  readonly hidden: number;
  readonly inner: number;
}

/**
 * The experts of a layer below `prefix`, wherever its file has them:
 *
 *     PREFIX.0.gate_proj.weight ...        one by one [inner, hidden], as released; or with the family's `names`
 *     PREFIX.gate_up_proj                  stacked, gate rows then up rows [E, 2 inner, hidden], as transformers 5 saves them
 *     PREFIX.gate_proj.weight ...          stacked, each by itself [E, inner, hidden], as llama.cpp has them
 *     PREFIX.gate_up_proj.weight           both: newer files of llama.cpp
 */
export function findExperts(tensors: Tensors, prefix: string, sizes: ExpertSizes, names: SwigluNames = LLAMA_NAMES): Swiglu[] {
  const tail = tensors.has(`${prefix}.down_proj`) ? '' : '.weight';
  if (!tensors.has(`${prefix}.down_proj${tail}`)) {
    const own = tensors.has(`${prefix}.0.${LLAMA_NAMES[0]}.weight`) ? LLAMA_NAMES : names;
    return numbered(sizes.experts, (expert) => swigluWeights(`${prefix}.${expert}`, sizes.hidden, sizes.inner, own));
  }
  const fused = `${prefix}.gate_up_proj${tail}`;
  return stackedExperts(sizes, tensors.has(fused) ? { gateUp: fused } : { gate: `${prefix}.gate_proj${tail}`, up: `${prefix}.up_proj${tail}` }, `${prefix}.down_proj${tail}`);
}

/** Experts stacked in few tensors: gate and up apart, or in one with the gate's rows first. */
export function stackedExperts({ experts, hidden, inner }: ExpertSizes, first: { readonly gateUp: string } | { readonly gate: string; readonly up: string }, down: string): Swiglu[] {
  const part = (name: string, rows: number, columns: number, from: number, count: number) => (expert: number): Projection => ({
    weight: matrixWeight(name, count, columns, { of: [experts, rows, columns], offset: (expert * rows + from) * columns, steps: [columns, 1] }),
  });
  const gate = 'gateUp' in first ? part(first.gateUp, 2 * inner, hidden, 0, inner) : part(first.gate, inner, hidden, 0, inner);
  const up = 'gateUp' in first ? part(first.gateUp, 2 * inner, hidden, inner, inner) : part(first.up, inner, hidden, 0, inner);
  const out = part(down, hidden, inner, 0, hidden);
  return numbered(experts, (expert) => ({ gate: gate(expert), up: up(expert), down: out(expert) }));
}

/** Row `expert` of a [experts, length] tensor of biases. */
export const stackedBias = (name: string, experts: number, length: number, expert: number): Required<Projection>['bias'] =>
  vectorWeight(name, length, { of: [experts, length], offset: expert * length, steps: [1] });

export const numbered = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
