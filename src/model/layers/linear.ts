import { add, matMul, type Matrix, type Vector } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import { inRowBlocks } from '../rowBlocks.js';
import { matrixWeight, vectorWeight, type MatrixWeight, type VectorWeight, type Weight } from '../weights.js';
import type { Norm } from './norm.js';

/** A linear layer as stored. */
export interface Projection {
  readonly weight: MatrixWeight;
  readonly bias?: VectorWeight;
}

export const projection = (prefix: string, out: number, inputs: number, bias = false): Projection => ({
  weight: matrixWeight(`${prefix}.weight`, out, inputs),
  ...(bias ? { bias: vectorWeight(`${prefix}.bias`, out) } : {}),
});

export const projectionWeights = ({ weight, bias }: Projection): Weight[] => (bias === undefined ? [weight] : [weight, bias]);

/** x W + b: [T, in] x [in, out] (+ [out]) */
export const linear = (x: Matrix, weight: Matrix, bias?: Vector): Matrix => (bias === undefined ? matMul(x, weight) : add(matMul(x, weight), bias));

/** x W (+ b), then the norm if there is one: [T, in] to [T, out], in blocks of rows. */
export function project(x: Matrix, { weight, bias }: Projection, norm: Norm | undefined, pass: Pass): Promise<Matrix> {
  return inRowBlocks(x, pass.signal, (rows) => pass.weights.use({ weight, bias, norm: norm?.weight, normBias: norm?.bias }, (w) => {
    const projected = linear(rows, w.weight, w.bias);
    return w.norm === undefined || norm === undefined ? projected : norm.apply(projected, w.norm, w.normBias);
  }));
}
