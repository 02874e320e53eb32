import { addTo, rowsOf, type Rows } from '../rows.js';
import { piecesIn, type Pass, type Piece } from '../pass.js';
import type { Weight } from '../weight.js';
import type { WantedRecord } from '../weights.js';
import type { Layer } from './layer.js';
import { projectionWeights } from './linear.js';
import type { MixtureSpec } from './mixture.js';
import { norm, normWeights, type Norm } from './norm.js';

/** One decoder layer: what it reads from the checkpoint, and what its two halves do to the residual stream, x, in place. */
export interface Block {
  readonly weights: readonly Weight[];
  /** Numbers that a KvCache keeps of a token. */
  readonly kept: number;
  /** What every run of the layer reads, whatever the router selects. */
  readonly ahead: readonly WantedRecord[];
  /** Present in a layer with routed experts. */
  readonly mixture?: MixtureSpec;
  /** Lets tokens see each other. */
  readonly mix: (x: Rows, layer: number, pass: Pass, pieces: readonly Piece[]) => Promise<void>;
  /** Works on each token by itself. */
  readonly feed: (x: Rows, layer: number, pass: Pass, pieces: readonly Piece[]) => Promise<void>;
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

/** Rows that are mixed at a time: it bounds the memory of what is made on the way. */
export const MIXED_ROWS = 1024;

/** x + mixer(norm(x)), then x + feedForward(norm(x)): the pre-norm block of Llama and its heirs. */
export function preNormBlock({ mixerNorm, mixer, feedForwardNorm, feedForward, residualScale = 1 }: BlockSpec): Block {
  const residual = (x: Rows, spec: Norm, branch: Layer, layer: number, pass: Pass, pieces: readonly Piece[]): Promise<void> => pass.scratch.scope(async () => {
    const normed = pass.scratch.rows(x.count, x.width);
    await norm(x, normed, spec, pass);
    addTo(x, await branch.forward(normed, layer, pass, pieces), residualScale);
  });
  const mixing = [...normWeights(mixerNorm), ...mixer.weights, ...normWeights(feedForwardNorm)];
  const routing = feedForward.mixture === undefined ? [] : projectionWeights(feedForward.mixture.gate);
  return {
    weights: [...mixing, ...feedForward.weights],
    kept: mixer.kept ?? 0,
    ahead: [...mixing, ...routing].map((weight) => ({ weight })),
    ...(feedForward.mixture === undefined ? {} : { mixture: feedForward.mixture }),
    mix: async (x, layer, pass, pieces) => {
      for (let from = 0; from < x.count; from += MIXED_ROWS) {
        const count = Math.min(MIXED_ROWS, x.count - from);
        await residual(rowsOf(x, from, count), mixerNorm, mixer, layer, pass, piecesIn(pieces, from, count));
      }
    },
    feed: (x, layer, pass, pieces) => residual(x, feedForwardNorm, feedForward, layer, pass, pieces),
  };
}
