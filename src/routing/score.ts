/**
 * Router logits to numbers per expert, the family's own way. All three are [tokens, experts] in row-major order,
 * float32, and may be the same array.
 */
export interface Scores {
  /** A distribution over the experts: what is reported, and what Top-P sums up. */
  readonly probabilities: Float32Array;
  /** What ranks the experts (differs from `probabilities` where a family adds a bias that only orders). */
  readonly order: Float32Array;
  /** What gate weights are made of (differs where a router is not a softmax). */
  readonly gate: Float32Array;
}

export type Score = (logits: Float32Array, experts: number) => Scores;

/** Softmax over the experts of each row, in float64 and rounded once to float32. */
export const softmaxScore: Score = (logits, experts) => {
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += experts) {
    let max = -Infinity;
    for (let e = 0; e < experts; e++) max = Math.max(max, logits[row + e]);
    let sum = 0;
    for (let e = 0; e < experts; e++) sum += Math.exp(logits[row + e] - max);
    for (let e = 0; e < experts; e++) probabilities[row + e] = Math.exp(logits[row + e] - max) / sum;
  }
  return { probabilities, order: probabilities, gate: probabilities };
};
