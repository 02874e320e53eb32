import { matMul, multiply, silu, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import { matrixWeight, type MatrixWeight } from '../weights.js';

/** The three matrices of a SwiGLU feed-forward (Shazeer 2020): down(silu(gate x) * up x). */
export interface SwigluWeights {
  readonly gate: MatrixWeight;
  readonly up: MatrixWeight;
  readonly down: MatrixWeight;
}

/** The names that Llama-like checkpoints use below `prefix`. */
export const swigluWeights = (prefix: string, hidden: number, inner: number): SwigluWeights => ({
  gate: matrixWeight(`${prefix}.gate_proj.weight`, inner, hidden),
  up: matrixWeight(`${prefix}.up_proj.weight`, inner, hidden),
  down: matrixWeight(`${prefix}.down_proj.weight`, hidden, inner),
});

export const allOf = ({ gate, up, down }: SwigluWeights): MatrixWeight[] => [gate, up, down];

/** [T, hidden] to [T, hidden] */
export const swiglu = (x: Matrix, weights: SwigluWeights, pass: Pass): Promise<Matrix> =>
  pass.weights.use({ ...weights }, ({ gate, up, down }) => matMul(multiply(silu(matMul(x, gate)), matMul(x, up)), down));
