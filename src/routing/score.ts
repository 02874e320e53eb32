/** Router logits to numbers per expert, the family's own way. Both are [tokens, experts] in row-major order, float32, and may be the same array. */
export interface Scores {
  /** A distribution over the experts: what is reported, and what Top-P sums up. */
  readonly probabilities: Float32Array;
  /** What gate weights are made of, and what a selection bias is added to (differs where a router is not a softmax). */
  readonly gate: Float32Array;
}

export type Score = (logits: Float32Array, experts: number) => Scores;

/** Softmax over the experts of each row, in float64 and rounded once to float32. */
export const softmaxScore: Score = (logits, experts) => {
  const probabilities = softmaxRows(logits, experts);
  return { probabilities, gate: probabilities };
};

/**
 * Each expert scored by itself, 1 / (1 + e^-x), as DeepSeek-V3 does. Such scores are no distribution: what is reported,
 * and what Top-P sums up, is each one's share of the row.
 */
export const sigmoidScore: Score = (logits, experts) => {
  const gate = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += experts) {
    let sum = 0;
    for (let e = row; e < row + experts; e++) sum += gate[e];
    for (let e = row; e < row + experts; e++) probabilities[e] = sum > 0 ? gate[e] / sum : 1 / experts; // all may underflow to 0
  }
  return { probabilities, gate };
};

/** For a gate that makes its weights of the logits themselves (Phi-MoE's sparse mixer); what is reported is their softmax. */
export const logitScore: Score = (logits, experts) => ({ probabilities: softmaxRows(logits, experts), gate: logits });

function softmaxRows(logits: Float32Array, experts: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += experts) {
    let max = -Infinity;
    for (let e = 0; e < experts; e++) max = Math.max(max, logits[row + e]);
    let sum = 0;
    for (let e = 0; e < experts; e++) sum += Math.exp(logits[row + e] - max);
    for (let e = 0; e < experts; e++) probabilities[row + e] = Math.exp(logits[row + e] - max) / sum;
  }
  return probabilities;
}
