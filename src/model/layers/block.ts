import { add, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import { inRowBlocks } from '../rowBlocks.js';
import type { Weight } from '../weights.js';
import { attention, attentionWeights, type AttentionSpec } from './attention.js';
import { mixture, mixtureWeights, type MixtureSpec } from './mixture.js';
import type { Norm } from './norm.js';
import { allOf, swiglu, type SwigluWeights } from './swiglu.js';

/** One decoder layer: what it reads from the checkpoint, and what it does to the residual stream. */
export interface Block {
  readonly weights: readonly Weight[];
  /** Present in a layer with routed experts. */
  readonly mixture?: MixtureSpec;
  /** [T, hidden] to [T, hidden]; what it makes on the way is freed by the caller's scope. */
  readonly forward: (x: Matrix, layer: number, pass: Pass) => Promise<Matrix>;
}

export type FeedForward = { readonly mixture: MixtureSpec } | { readonly dense: SwigluWeights };

/** x + attention(norm(x)), then x + feedForward(norm(x)): the pre-norm block of Llama and its heirs. */
export function preNormBlock(spec: { readonly attentionNorm: Norm; readonly attention: AttentionSpec; readonly feedForwardNorm: Norm; readonly feedForward: FeedForward }): Block {
  const { feedForward } = spec;
  const feed = (x: Matrix, layer: number, pass: Pass): Promise<Matrix> =>
    'mixture' in feedForward ? mixture(x, layer, feedForward.mixture, pass) : inRowBlocks(x, pass.signal, (rows) => swiglu(rows, feedForward.dense, pass));
  const feedWeights = 'mixture' in feedForward ? mixtureWeights(feedForward.mixture) : allOf(feedForward.dense);
  const residual = async (x: Matrix, norm: Norm, pass: Pass, branch: (normed: Matrix) => Promise<Matrix>): Promise<Matrix> => {
    const normed = await pass.weights.use({ weight: norm.weight }, ({ weight }) => norm.apply(x, weight));
    const change = await branch(normed);
    return add(x, change);
  };
  return {
    weights: [spec.attentionNorm.weight, ...attentionWeights(spec.attention), spec.feedForwardNorm.weight, ...feedWeights],
    ...('mixture' in feedForward ? { mixture: feedForward.mixture } : {}),
    forward: async (x, layer, pass) => {
      const attended = await residual(x, spec.attentionNorm, pass, (normed) => attention(normed, layer, spec.attention, pass));
      return residual(attended, spec.feedForwardNorm, pass, (normed) => feed(normed, layer, pass));
    },
  };
}
