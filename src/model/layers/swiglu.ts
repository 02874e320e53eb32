import type { Activation } from '../../tensor/kernels/gate.js';
import type { Pass } from '../pass.js';
import { evenRanges, type Rows } from '../rows.js';
import type { MatrixWeight, VectorWeight, Weight } from '../weight.js';
import type { Layer } from './layer.js';
import { projection, projectionWeights, type Projection } from './linear.js';

export type { Activation };

/** The three linear layers of a gated feed-forward (Shazeer 2020): down(activation(gate x, up x)). */
export interface Swiglu {
  readonly gate: Projection;
  readonly up: Projection;
  readonly down: Projection;
}

export const siluGate: Activation = { kind: 'silu' };
export const clampedGate = (limit: number): Activation => ({ kind: 'clamped', limit });

/** Names of the three layers below a prefix: as Llama calls them, and as Mixtral does. */
export const LLAMA_NAMES = ['gate_proj', 'up_proj', 'down_proj'] as const;
export const MIXTRAL_NAMES = ['w1', 'w3', 'w2'] as const;
export type SwigluNames = readonly [gate: string, up: string, down: string];

export function swigluWeights(prefix: string, hidden: number, inner: number, [gate, up, down]: SwigluNames = LLAMA_NAMES, bias = false): Swiglu {
  return {
    gate: projection(`${prefix}.${gate}`, inner, hidden, bias),
    up: projection(`${prefix}.${up}`, inner, hidden, bias),
    down: projection(`${prefix}.${down}`, hidden, inner, bias),
  };
}

export const allOf = ({ gate, up, down }: Swiglu): Weight[] => [...projectionWeights(gate), ...projectionWeights(up), ...projectionWeights(down)];

type ExpertWanted = Readonly<Record<'gateUp', readonly MatrixWeight[]> & Record<'down', MatrixWeight> & Record<'gateUpBias', readonly VectorWeight[] | undefined> & Record<'downBias', VectorWeight | undefined>>;

/** What is asked of the weights for one feed-forward: gate and up behind each other, for one product. */
export const expertWanted = ({ gate, up, down }: Swiglu): ExpertWanted => ({
  gateUp: [gate.weight, up.weight],
  down: down.weight,
  gateUpBias: gate.bias === undefined || up.bias === undefined ? undefined : [gate.bias, up.bias],
  downBias: down.bias,
});

/** A feed-forward that every token goes through: [T, hidden] to [T, hidden], the rows shared out to the lanes. */
export async function swiglu(x: Rows, weights: Swiglu, pass: Pass): Promise<Rows> {
  const result = pass.scratch.zeros(x.count, x.width);
  const { out: inner } = weights.gate.weight;
  const parts = evenRanges(x.count, pass.lanes.lanesFor(3 * inner * x.width * x.count));
  await pass.weights.use(expertWanted(weights), async ({ gateUp, down, gateUpBias, downBias }) => {
    await pass.lanes.run('experts', parts.map(([from, to]) => ({
      x: x.values, sum: result.values, hidden: x.width, inner, activation: siluGate,
      experts: [{ gateUp, down, gateUpBias, downBias, rows: Int32Array.from({ length: to - from }, (_, i) => from + i), weights: new Float32Array(to - from).fill(1) }],
    })));
  });
  return result;
}

/** The feed-forward of a layer without experts. */
export const dense = (weights: Swiglu): Layer => ({
  weights: allOf(weights),
  forward: (x, _layer, pass) => swiglu(x, weights, pass),
});
