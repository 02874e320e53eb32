import { byHead, joinHeads, layerNorm, rmsNorm, type Matrix, type Vector } from '../../tensor/ops.js';
import { vectorWeight, type VectorWeight, type Weight, type Weights } from '../weights.js';

/** A normalisation of rows, and what it reads. */
export interface Norm {
  readonly weight: VectorWeight;
  readonly bias?: VectorWeight;
  readonly apply: (x: Matrix, weight: Vector, bias: Vector | undefined) => Matrix;
}

/** RMSNorm, x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019, equation 4), over the whole row. */
export const rowNorm = (name: string, width: number, eps: number): Norm => ({
  weight: vectorWeight(name, width),
  apply: (x, weight) => rmsNorm(x, weight, eps),
});

/** RMSNorm over each head's part of the row by itself: [T, heads * width], weight [width]. */
export const headNorm = (name: string, heads: number, width: number, eps: number): Norm => ({
  weight: vectorWeight(name, width),
  apply: (x, weight) => joinHeads(rmsNorm(byHead(x, heads), weight, eps)),
});

/** LayerNorm with its bias (Ba et al. 2016), weights `prefix.weight` and `prefix.bias`. */
export const biasedNorm = (prefix: string, width: number, eps: number): Norm => ({
  weight: vectorWeight(`${prefix}.weight`, width),
  bias: vectorWeight(`${prefix}.bias`, width),
  apply: (x, weight, bias) => (bias === undefined ? x : layerNorm(x, weight, bias, eps)),
});

export const normWeights = (norm: Norm | undefined): Weight[] => (norm === undefined ? [] : norm.bias === undefined ? [norm.weight] : [norm.weight, norm.bias]);

/** The normed rows; the caller disposes them. */
export const normed = (x: Matrix, norm: Norm, weights: Weights): Promise<Matrix> =>
  weights.use({ weight: norm.weight, bias: norm.bias }, ({ weight, bias }) => norm.apply(x, weight, bias));
