import { add, scale, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import type { Layer } from './layer.js';
import type { MixtureSpec } from './mixture.js';
import { normed, normWeights, type Norm } from './norm.js';

/** One decoder layer: what it reads from the checkpoint, and what it does to the residual stream. */
export interface Block extends Layer {
  /** Present in a layer with routed experts. */
  readonly mixture?: MixtureSpec;
}

export interface BlockSpec {
  readonly mixerNorm: Norm;
  /** What lets tokens see each other: attention, or a convolution. */
  readonly mixer: Layer;
  readonly feedForwardNorm: Norm;
  readonly feedForward: Layer & { readonly mixture?: MixtureSpec };
  /** Factor on both branches before they are added (Granite). */
  readonly residualScale?: number;
}

/** x + mixer(norm(x)), then x + feedForward(norm(x)): the pre-norm block of Llama and its heirs. */
export function preNormBlock({ mixerNorm, mixer, feedForwardNorm, feedForward, residualScale = 1 }: BlockSpec): Block {
  const residual = async (x: Matrix, norm: Norm, branch: Layer, layer: number, pass: Pass): Promise<Matrix> => {
    const change = await branch.forward(await normed(x, norm, pass.weights), layer, pass);
    return add(x, residualScale === 1 ? change : scale(change, residualScale));
  };
  return {
    weights: [...normWeights(mixerNorm), ...mixer.weights, ...normWeights(feedForwardNorm), ...feedForward.weights],
    ...(feedForward.mixture === undefined ? {} : { mixture: feedForward.mixture }),
    forward: async (x, layer, pass) => residual(await residual(x, mixerNorm, mixer, layer, pass), feedForwardNorm, feedForward, layer, pass),
  };
}
