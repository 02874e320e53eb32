/**
 * Gate weights of the experts that one token keeps.
 * @param kept their indices, by descending probability
 * @param scores of all experts of that token (Scores.gate)
 * @returns one weight for each of `kept`, in that order
 */
export type Weigh = (kept: Uint16Array, scores: Float32Array) => Float32Array;

/** The scores as they are: the paper's own checkpoints, and families with `norm_topk_prob` false. */
export const rawWeights: Weigh = (kept, scores) => Float32Array.from(kept, (expert) => scores[expert]);

/** Divided by their sum: families that renormalise. For a softmax router this is also "softmax over the kept logits". */
export const renormalisedWeights: Weigh = (kept, scores) => {
  const weights = rawWeights(kept, scores);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

/** Divided by their sum plus a little that keeps the division sane, as DeepSeek-V3 (1e-20) and LFM2 (1e-6) do. */
export const renormalisedPlus = (epsilon: number): Weigh => (kept, scores) => {
  const weights = rawWeights(kept, scores);
  const sum = weights.reduce((total, weight) => total + weight, 0) + epsilon;
  return weights.map((weight) => weight / sum);
};

/** Divided by their sum, or by `least` if that is larger, as ERNIE does (`moe_norm_min`). */
export const renormalisedFrom = (least: number): Weigh => (kept, scores) => {
  const weights = rawWeights(kept, scores);
  const sum = Math.max(weights.reduce((total, weight) => total + weight, 0), least);
  return weights.map((weight) => weight / sum);
};

/** Times a constant (`routed_scaling_factor`). */
export const scaledWeights = (weigh: Weigh, factor: number): Weigh => (factor === 1 ? weigh : (kept, scores) => weigh(kept, scores).map((weight) => weight * factor));

/**
 * Phi-MoE's sparse mixer at evaluation (Liu et al. 2023, arXiv 2310.00811; transformers `modeling_phimoe.py`, `sparsemixer`). The
 * scores are logits. Each pick is weighed by its softmax among the experts that lie within 2 x jitter of it, relative to
 * the larger of pick and |logit|; earlier picks take no part. The weights do not sum to 1.
 */
export const sparseMixerWeights = (jitter: number): Weigh => (kept, scores) => {
  const picked = new Set<number>();
  return Float32Array.from(kept, (pick) => {
    const top = scores[pick];
    let sum = 0;
    scores.forEach((logit, expert) => {
      const isFar = (top - logit) / Math.max(Math.abs(logit), top) > 2 * jitter;
      if (!picked.has(expert) && !isFar) sum += Math.exp(logit - top);
    });
    picked.add(pick);
    return 1 / sum;
  });
};
