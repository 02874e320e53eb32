import type { Router } from '../routing/route.js';
import type { Block } from './layers/block.js';
import type { Norm } from './layers/norm.js';
import type { Rope } from './layers/rope.js';
import type { MatrixWeight, Weight } from './weights.js';

/** A decoder-only model as its family reads it from a config: what to read, and what to do in which order. */
export interface Decoder {
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** Longest text that the model was made for, in tokens. */
  readonly contextLength: number;
  readonly rope: Rope;
  /** [vocabulary, hidden] */
  readonly embedding: MatrixWeight;
  readonly blocks: readonly Block[];
  readonly finalNorm: Norm;
  /** [vocabulary, hidden]; the embedding itself where the two are tied. */
  readonly output: MatrixWeight;
  /** How its MoE layers route, and how many experts of each run without being routed to. */
  readonly router: Router;
  readonly sharedExperts: number;
  /** Query heads times head width: what attention's own products cost depends on it. */
  readonly attentionWidth: number;
}

/** Every weight of the model, each once. */
export function decoderWeights(decoder: Decoder): Weight[] {
  const all = [decoder.embedding, ...decoder.blocks.flatMap((block) => block.weights), decoder.finalNorm.weight, decoder.output];
  return [...new Map(all.map((weight) => [weight.name, weight])).values()];
}

/** Indices of the layers with routed experts. */
export const moeLayers = (decoder: Decoder): number[] => decoder.blocks.flatMap((block, layer) => (block.mixture === undefined ? [] : [layer]));
