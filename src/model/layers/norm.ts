import { byHead, joinHeads, rmsNorm, type Matrix, type Vector } from '../../tensor/ops.js';
import { vectorWeight, type VectorWeight } from '../weights.js';

/** RMSNorm: x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019, equation 4). */
export interface Norm {
  readonly weight: VectorWeight;
  readonly apply: (x: Matrix, weight: Vector) => Matrix;
}

/** Over the whole row. */
export const rowNorm = (name: string, width: number, eps: number): Norm => ({
  weight: vectorWeight(name, width),
  apply: (x, weight) => rmsNorm(x, weight, eps),
});

/** Over each head's part of the row by itself: [T, heads * width], weight [width]. */
export const headNorm = (name: string, heads: number, width: number, eps: number): Norm => ({
  weight: vectorWeight(name, width),
  apply: (x, weight) => joinHeads(rmsNorm(byHead(x, heads), weight, eps)),
});
