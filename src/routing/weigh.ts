/** Gate weights of one token's kept experts, in place: `gate` holds their scores (see Scores.gate) on entry. */
export type Weigh = (gate: Float32Array) => void;

/** The scores as they are: the paper's own checkpoints, and families with `norm_topk_prob` false. */
export const rawWeights: Weigh = () => undefined;

/** Divided by their sum: families that renormalise. For a softmax router this is also "softmax over the kept logits". */
export const renormalisedWeights: Weigh = (gate) => {
  let sum = 0;
  for (const value of gate) sum += value;
  for (let i = 0; i < gate.length; i++) gate[i] = gate[i] / sum;
};
