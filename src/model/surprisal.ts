import { add, logSumExpRows, matMul, pick, read, scale, vector, type Matrix } from '../tensor/ops.js';
import type { Decoder } from './decoder.js';
import { breathe } from './pass.js';
import type { Weights } from './weights.js';

/** The output layer is applied to this many vocabulary entries at a time: [T, block] logits and [hidden, block] weights in memory, never [T, vocabulary]. */
const VOCABULARY_BLOCK = 8192;

/**
 * -ln softmax(hidden W^T)[target] for each row, in nats.
 * @param hidden [T, hidden] after the final norm
 * @param targets [T] the token that follows each row
 */
export async function surprisals(decoder: Decoder, hidden: Matrix, targets: Int32Array, weights: Weights, signal: AbortSignal | undefined): Promise<Float32Array> {
  const logNormaliser = new Float64Array(targets.length).fill(-Infinity);
  const targetLogit = new Float64Array(targets.length);
  for (let from = 0; from < decoder.vocabularySize; from += VOCABULARY_BLOCK) {
    await breathe(signal);
    const count = Math.min(VOCABULARY_BLOCK, decoder.vocabularySize - from);
    const block = { kind: 'rows', of: decoder.output, from, count } as const;
    const inBlock = [...targets.entries()].filter(([, target]) => target >= from && target < from + count).map(([row, target]) => [row, target - from] as const);
    const bias = decoder.outputBias === undefined ? undefined : (await weights.values(decoder.outputBias)).subarray(from, from + count);
    const parts = await weights.use({ block }, (w) => {
      const product = scale(matMul(hidden, w.block), decoder.outputScale ?? 1);
      const logits = bias === undefined ? product : add(product, vector(bias)); // (T, count)
      return [logSumExpRows(logits), ...(inBlock.length === 0 ? [] : [pick(logits, inBlock)])];
    });
    const [sums, picked] = parts.map((part) => read(part));
    parts.forEach((part) => { part.dispose(); });
    sums?.forEach((value, row) => { logNormaliser[row] = logAddExp(logNormaliser[row], value); });
    inBlock.forEach(([row], i) => { targetLogit[row] = picked?.[i] ?? NaN; });
  }
  return Float32Array.from(logNormaliser, (value, row) => value - targetLogit[row]);
}

/** ln(e^a + e^b) */
function logAddExp(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}
