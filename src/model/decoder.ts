import type { TensorInfo } from '../checkpoint/tensorStore.js';
import type { Router } from '../routing/route.js';
import type { Block } from './layers/block.js';
import { normWeights, type Norm } from './layers/norm.js';
import type { Rope } from './layers/rope.js';
import type { MatrixWeight, VectorWeight, Weight } from './weight.js';

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

/** Every weight of the model, each once: large ones have 100,000. */
export function decoderWeights(decoder: Decoder): Weight[] {
  const { embedding, blocks, finalNorm, output, outputBias, rope } = decoder;
  const all: Weight[] = [embedding, ...normWeights(finalNorm)];
  for (const { weights } of blocks) for (const weight of weights) all.push(weight);
  if (!isTied(decoder)) all.push(output);
  if (outputBias !== undefined) all.push(outputBias);
  if (rope.divisors !== undefined) all.push(rope.divisors);
  return all;
}

/** Whether the output layer is the embedding. */
export const isTied = ({ output, embedding }: Decoder): boolean => output.name === embedding.name;

/** Indices of the layers with routed experts. */
export const moeLayers = (decoder: Decoder): number[] => decoder.blocks.flatMap((block, layer) => (block.mixture === undefined ? [] : [layer]));
