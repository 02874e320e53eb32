import type { TensorInfo } from '../checkpoint/tensorStore.js';
import type { Router } from '../routing/route.js';
import type { Block } from './layers/block.js';
import { normWeights, type Norm } from './layers/norm.js';
import type { Rope } from './layers/rope.js';
import { keyOf, type MatrixWeight, type VectorWeight, type Weight } from './weight.js';

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
  /** Factor on the embedding (Granite). */
  readonly embeddingScale?: number;
  /** [vocabulary, hidden]; the embedding itself where the two are tied. */
  readonly output: MatrixWeight;
  /** [vocabulary] added to the logits, and a factor on them before that. */
  readonly outputBias?: VectorWeight;
  readonly outputScale?: number;
  /** How its MoE layers route, and how many experts of each run without being routed to. */
  readonly router: Router;
  readonly sharedExperts: number;
  /** Query heads times head width: what attention's own products cost depends on it. */
  readonly attentionWidth: number;
}

/** The tensors of a checkpoint by name: a family looks at them where files differ in how they store the same thing. */
export type Tensors = ReadonlyMap<string, Pick<TensorInfo, 'shape'>>;

/** Every weight of the model, each once. */
export function decoderWeights(decoder: Decoder): Weight[] {
  const { embedding, blocks, finalNorm, output, outputBias, rope } = decoder;
  const single = [outputBias, rope.divisors].filter((weight) => weight !== undefined);
  const all = new Map<string, Weight>(); // large models have 100,000: each is looked at once
  for (const weights of [[embedding], ...blocks.map((block) => block.weights), normWeights(finalNorm), [output], single]) for (const weight of weights) all.set(keyOf(weight), weight);
  return [...all.values()];
}

/** Indices of the layers with routed experts. */
export const moeLayers = (decoder: Decoder): number[] => decoder.blocks.flatMap((block, layer) => (block.mixture === undefined ? [] : [layer]));
