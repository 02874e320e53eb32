import { LensError } from '../base/errors.js';
import { bytesText } from '../base/bytes.js';
import type { Decoder } from '../model/decoder.js';
import { MIXED_ROWS } from '../model/layers/block.js';
import { sizeOf } from '../model/weight.js';

const F32 = Float32Array.BYTES_PER_ELEMENT;
/** Arrays of attention's width beside queries, keys and values: what was seen, queries by head, and one for reserve. */
const MIXING_ARRAYS = 5;

/** The widened weights of one expert, and of the one before, which malloc may still hold. */
const WIDENED_COPIES = 2;

/** What a run is about to compute. */
export interface RunSize {
  /** Tokens of all windows under all policies. */
  readonly rows: number;
  /** Tokens whose keys and values are kept for a later run: all layers of them, else one layer at a time. */
  readonly keepsCaches: boolean;
  readonly lanes: number;
}

/** Bytes that a run needs beside its weights: hidden states, what a layer computes on the way, keys and values. */
export function workingBytes({ hiddenSize, attentionWidth, router, blocks }: Decoder, { rows, keepsCaches, lanes }: RunSize): number {
  const mixing = Math.min(rows, MIXED_ROWS) * (2 * hiddenSize + MIXING_ARRAYS * attentionWidth);
  const feeding = rows * (hiddenSize * (2 + lanes) + 2 * router.experts);
  const kept = blocks.map((block) => rows * block.kept);
  const caches = keepsCaches ? kept.reduce((sum, each) => sum + each, 0) : Math.max(...kept);
  return F32 * (rows * hiddenSize + Math.max(mixing, feeding) + caches);
}

/** Bytes (f32) of the largest weights that have to be there together: one expert for each lane, or one weight of a layer (embedding and output are read by rows). */
export function largestWeights({ blocks }: Decoder, expertParameters: number, lanes: number): number {
  let largest = expertParameters * lanes;
  for (const { weights } of blocks) for (const weight of weights) largest = Math.max(largest, sizeOf(weight));
  return F32 * largest;
}

/** Bytes that a lane takes beside the budget's memory while it multiplies: the weights widened, their product, and what malloc holds on to. */
export const laneBytes = (decoder: Decoder, expertParameters: number): number => WIDENED_COPIES * largestWeights(decoder, expertParameters, 1);

/** @throws E_OUT_OF_MEMORY, before anything is computed, if a run can't keep to the budget */
export function checkFootprint(working: number, weights: number, budget: number): void {
  const needed = working + weights;
  if (needed <= budget) return;
  const isText = weights < budget / 2;
  throw new LensError('E_OUT_OF_MEMORY', `This run needs ${bytesText(needed)} (${bytesText(working)} for the text, ${bytesText(weights)} for the largest weights), and the memory budget is ${bytesText(budget)}.`,
    `${isText ? 'Select less text, compare fewer policies, or raise' : 'Raise'} moeLens.memoryBudget (--memory) to ${bytesText(Math.ceil(needed / 2 ** 28) * 2 ** 28)}.`);
}
