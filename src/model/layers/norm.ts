import type { Pass } from '../pass.js';
import type { Rows } from '../rows.js';
import { vectorWeight, type VectorWeight, type Weight } from '../weight.js';

/** A normalisation of rows, and what it reads. */
export interface Norm {
  readonly weight: VectorWeight;
  readonly bias?: VectorWeight;
  /** From x to `into`, which may be x itself. */
  readonly apply: (x: Rows, into: Rows, weight: Float32Array, bias: Float32Array | undefined) => void;
}

/** RMSNorm, x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019, equation 4), over the whole row, or each head's part of it by itself where that is `width`. */
export const rowNorm = (name: string, width: number, eps: number): Norm => ({
  weight: vectorWeight(name, width),
  apply: (x, into, weight) => { rmsNorm(x.values, into.values, width, weight, eps); },
});

/** LayerNorm with its bias (Ba et al. 2016), weights `prefix.weight` and `prefix.bias`. */
export const biasedNorm = (prefix: string, width: number, eps: number): Norm => ({
  weight: vectorWeight(`${prefix}.weight`, width),
  bias: vectorWeight(`${prefix}.bias`, width),
  apply: (x, into, weight, bias) => { layerNorm(x.values, into.values, width, weight, bias ?? new Float32Array(width), eps); },
});

export const normWeights = (norm: Norm | undefined): Weight[] => (norm === undefined ? [] : norm.bias === undefined ? [norm.weight] : [norm.weight, norm.bias]);

/** Norms x into `into`, which may be x itself. */
export const norm = (x: Rows, into: Rows, spec: Norm, pass: Pick<Pass, 'weights'>): Promise<void> =>
  pass.weights.use({ weight: spec.weight, bias: spec.bias }, ({ weight, bias }) => { spec.apply(x, into, weight, bias); });

/** Groups of `width` neighbouring numbers, each by itself; sums are in float64. */
function rmsNorm(x: Float32Array, into: Float32Array, width: number, weight: Float32Array, eps: number): void {
  for (let from = 0; from < x.length; from += width) {
    let squares = 0;
    for (let c = from; c < from + width; c++) squares += x[c] * x[c];
    const factor = 1 / Math.sqrt(squares / width + eps);
    for (let c = 0; c < width; c++) into[from + c] = weight[c] * (x[from + c] * factor);
  }
}

function layerNorm(x: Float32Array, into: Float32Array, width: number, weight: Float32Array, bias: Float32Array, eps: number): void {
  for (let from = 0; from < x.length; from += width) {
    let sum = 0;
    for (let c = from; c < from + width; c++) sum += x[c];
    const mean = sum / width;
    let squares = 0;
    for (let c = from; c < from + width; c++) squares += (x[c] - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / width + eps);
    for (let c = 0; c < width; c++) into[from + c] = weight[c] * ((x[from + c] - mean) * factor) + bias[c];
  }
}
