import { LensError } from '../base/errors.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { ConfigReader } from '../checkpoint/configReader.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import { formatPolicy } from '../routing/policy.js';
import { sigmoidScore } from '../routing/score.js';
import type { ModelInfo } from '../trace/run.js';
import { decoderWeights, isTied, moeLayers, type Decoder } from './decoder.js';
import { familyOf } from './families/registry.js';
import { viewGguf, type FamilyView } from './gguf.js';
import { projectionWeights } from './layers/linear.js';
import { allOf } from './layers/swiglu.js';
import { matrixWeight, shapeOf, sizeOf, type Weight } from './weight.js';

/** A checkpoint understood: its decoder, every weight of which is known to be there in the right shape. */
export interface Model {
  readonly decoder: Decoder;
  /** The checkpoint's tensors by the names that the decoder uses. */
  readonly store: TensorStore;
  readonly info: ModelInfo;
}

/**
 * Understands an open checkpoint; reads no weights.
 * @throws E_NOT_MOE, E_FAMILY_UNKNOWN, E_CONFIG_INVALID, E_CONFIG_UNSUPPORTED, E_TENSOR_MISSING, E_SHAPE
 */
export function readModel(checkpoint: Checkpoint): Model {
  const { family, config, store } = familyView(checkpoint);
  const decoder = tieByFile(family.decoder(config, store.tensors), store);
  const weights = decoderWeights(decoder);
  for (const weight of weights) checkWeight(store, weight);
  const layers = moeLayers(decoder);
  if (layers.length === 0) throw new LensError('E_NOT_MOE', 'No layer of this checkpoint has experts.', 'Choose a mixture-of-experts checkpoint.');
  const counts = countParameters(decoder, weights);
  const { native, groups, nativeOnly } = decoder.router;
  return { decoder, store, info: { ...counts, name: checkpoint.name, path: checkpoint.path, family: family.name, format: checkpoint.format,
    layers: decoder.blocks.length, moeLayers: layers, experts: decoder.router.experts, sharedExperts: decoder.sharedExperts,
    nativePolicy: formatPolicy(native),
    ...(groups === undefined ? {} : { groupLimit: { groups: groups.groups, kept: groups.kept } }), ...(nativeOnly === undefined ? {} : { nativeOnly }), ...(decoder.router.score === sigmoidScore ? { normalisedScores: true } : {}), hiddenSize: decoder.hiddenSize, vocabularySize: decoder.vocabularySize,
    contextLength: decoder.contextLength, activeParameters: native.kind === 'top-k' ? counts.denseParameters + native.k * layers.length * counts.expertParameters : null,
    dtypes: dtypesOf(store, weights), weightBytes: checkpoint.weightBytes, memoryBytes: counts.parameters * Float32Array.BYTES_PER_ELEMENT } };
}

/**
 * Reads every router once. A router with numbers that are not finite gives no routing: better told before anything is started
 * than after most of a run.
 * @throws E_WEIGHTS_NOT_FINITE, E_UNREADABLE
 */
export async function checkRouters({ decoder, store }: Model): Promise<void> {
  const weights = decoder.blocks.flatMap(({ mixture }) => (mixture === undefined ? [] : [...projectionWeights(mixture.gate), ...(mixture.selectionBias === undefined ? [] : [mixture.selectionBias])]));
  for (const weight of weights) await store.readFloat32(weight.name, 0, sizeOf(weight));
}

function familyView(checkpoint: Checkpoint): FamilyView {
  if (checkpoint.format === 'gguf') return viewGguf(checkpoint);
  const config = new ConfigReader(checkpoint.config, 'config.json');
  return { family: familyOf(config), config, store: checkpoint.store };
}

/**
 * A config may say that embedding and output are one although the file has a matrix of its own for the output: then the
 * file is right, as in transformers.
 */
function tieByFile(decoder: Decoder, { tensors }: TensorStore): Decoder {
  const own = matrixWeight('lm_head.weight', decoder.vocabularySize, decoder.hiddenSize);
  return isTied(decoder) && tensors.has(own.name) ? { ...decoder, output: own } : decoder;
}

function checkWeight({ tensors }: TensorStore, weight: Weight): void {
  const found = tensors.get(weight.name);
  if (found === undefined) {
    throw new LensError('E_TENSOR_MISSING', `The checkpoint has no tensor ${weight.name}.`, 'Its download may be incomplete: fetch it again.');
  }
  if (!found.readable) throw new LensError('E_DTYPE', `The tensor ${weight.name} is stored as ${found.dtype}, which can't be read.`, 'Use the original checkpoint, or a GGUF in a common quantisation such as Q4_K_M or Q8_0.');
  if (!isShapeOf(weight, found.shape)) {
    throw new LensError('E_SHAPE', `The tensor ${weight.name} is [${found.shape.join(', ')}] but its config says [${shapeOf(weight).join(', ')}].`, 'The config and the weights are not of the same model.');
  }
}

/** As far as it matters here: files differ in whether a vector is [n], [1, n] or [n, 1]. */
function isShapeOf(weight: Weight, shape: readonly number[]): boolean {
  if (weight.kind === 'matrix' && weight.part === undefined && shape.length === 2) return shape[0] === weight.out && shape[1] === weight.in; // most are
  const wanted = shapeOf(weight);
  if (shape.length === wanted.length) return shape.every((size, i) => size === wanted[i]);
  const [x, y] = [shape, wanted].map((sizes) => sizes.filter((size) => size !== 1));
  return x.length === y.length && x.every((size, i) => size === y[i]);
}

/** Element types of the weights, the one with the most bytes first. */
function dtypesOf({ tensors }: TensorStore, weights: readonly Weight[]): string[] {
  const bytes = new Map<string, number>();
  const counted = new Set<string>(); // tensors of many weights
  for (const { name, part } of weights) {
    if (part !== undefined && counted.has(name)) continue;
    if (part !== undefined) counted.add(name);
    const tensor = tensors.get(name);
    if (tensor !== undefined) bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.bytes);
  }
  return [...bytes].sort(([, a], [, b]) => b - a).map(([dtype]) => dtype);
}

function countParameters(decoder: Decoder, weights: readonly Weight[]): Pick<ModelInfo, 'parameters' | 'denseParameters' | 'denseProductParameters' | 'expertParameters'> {
  let parameters = 0;
  let inMatrices = 0;
  for (const weight of weights) {
    if (weight === decoder.rope.divisors) continue; // constants of the rotation are no parameters
    const size = sizeOf(weight);
    parameters += size;
    if (weight.kind === 'matrix') inMatrices += size;
  }
  let experts = 0;
  let routed = 0;
  for (const { mixture } of decoder.blocks) {
    for (const expert of mixture?.experts ?? []) {
      experts++;
      for (const weight of allOf(expert)) routed += sizeOf(weight);
    }
  }
  const embedding = isTied(decoder) ? 0 : sizeOf(decoder.embedding); // looked up, not multiplied with
  return { parameters, denseParameters: parameters - routed, denseProductParameters: inMatrices - routed - embedding, expertParameters: experts === 0 ? 0 : routed / experts };
}
