import { atMost, clamp, increment, multiply, scale, sigmoid, silu, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import { inRowBlocks } from '../rowBlocks.js';
import type { Weight } from '../weights.js';
import type { Layer } from './layer.js';
import { linear, projection, projectionWeights, type Projection } from './linear.js';

/** The three linear layers of a gated feed-forward (Shazeer 2020): down(activation(gate x, up x)). */
export interface Swiglu {
  readonly gate: Projection;
  readonly up: Projection;
  readonly down: Projection;
}

/** What is made of gate and up, element by element. */
export type Activation = (gate: Matrix, up: Matrix) => Matrix;

/** silu(gate) * up */
export const siluGate: Activation = (gate, up) => multiply(silu(gate), up);

/**
 * gpt-oss: gate * sigmoid(1.702 gate) * (up + 1), with gate limited from above and up from both sides (`swiglu_limit`).
 * Source: transformers `modeling_gpt_oss.py`, GptOssExperts.
 */
export const clampedGate = (limit: number): Activation => (gate, up) => {
  const limited = atMost(gate, limit);
  return multiply(multiply(limited, sigmoid(scale(limited, 1.702))), increment(clamp(up, limit), 1));
};

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

/** [T, hidden] to [T, hidden] */
export const swiglu = (x: Matrix, { gate, up, down }: Swiglu, activation: Activation, pass: Pass): Promise<Matrix> => {
  const wanted = { gate: gate.weight, gateBias: gate.bias, up: up.weight, upBias: up.bias, down: down.weight, downBias: down.bias };
  return pass.weights.use(wanted, (w) => linear(activation(linear(x, w.gate, w.gateBias), linear(x, w.up, w.upBias)), w.down, w.downBias));
};

/** The feed-forward of a layer without experts. */
export const dense = (weights: Swiglu): Layer => ({
  weights: allOf(weights),
  forward: (x, _layer, pass) => inRowBlocks(x, pass.signal, (rows) => swiglu(rows, weights, siluGate, pass)),
});
