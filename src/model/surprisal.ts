import type { Decoder } from './decoder.js';
import { slice, widen, type Numbers } from '../tensor/numbers.js';
import { breathe, type Machine } from './pass.js';
import type { Rows } from './rows.js';
import type { MatrixRows } from './weight.js';

/** The output layer is applied to so many of its bytes (f32) at a time: neither it nor [T, vocabulary] logits are ever in memory as a whole. */
const BLOCK_BYTES = 16 * 2 ** 20;

/**
 * -ln softmax(hidden W^T)[target] for each row, in nats. The blocks of the vocabulary are shared out to the lanes.
 * @param hidden [T, hidden] after the final norm
 * @param targets [T] the token that follows each row; -1 where none is asked for
 */
export async function surprisals(decoder: Decoder, hidden: Rows, targets: Int32Array, { weights, lanes, scratch }: Machine, signal: AbortSignal | undefined): Promise<Float32Array> {
  const { vocabularySize, output, outputBias, outputScale: scale = 1 } = decoder;
  const logNormaliser = new Float64Array(targets.length).fill(-Infinity);
  const targetLogit = new Float64Array(targets.length);
  const bias = outputBias === undefined ? undefined : await weights.values(outputBias);
  const shares = lanes.lanesFor(hidden.count * hidden.width * vocabularySize);
  const atOnce = Math.min(Math.ceil(vocabularySize / shares), Math.ceil(BLOCK_BYTES / (4 * hidden.width)));
  const blocks = Array.from({ length: Math.ceil(vocabularySize / atOnce) }, (_, i): MatrixRows => ({
    kind: 'rows', of: output, from: i * atOnce, count: Math.min(atOnce, vocabularySize - i * atOnce),
  }));
  for (let first = 0; first < blocks.length; first += lanes.count) {
    await breathe(signal);
    const together = blocks.slice(first, first + lanes.count);
    await scratch.scope(() => weights.hold(together.map((block) => ({ block })), async (held) => {
      const sums = together.map(() => scratch.floats(targets.length));
      await lanes.run('normaliser', together.map(({ from, count }, i) => ({
        x: hidden.values, rows: hidden.count, width: hidden.width, weight: held[i].block, outputs: count, scale, bias: bias?.subarray(from, from + count), into: sums[i],
      })));
      for (const sum of sums) sum.forEach((value, row) => { logNormaliser[row] = logAddExp(logNormaliser[row], value); });
      together.forEach(({ from, count }, i) => {
        targets.forEach((target, row) => {
          if (target >= from && target < from + count) targetLogit[row] = dot(hidden, row, outputRow(held[i].block, target - from, hidden.width)) * scale + (bias?.[target] ?? 0);
        });
      });
    }));
  }
  return Float32Array.from(logNormaliser, (value, row) => value - targetLogit[row]);
}

/** Row `output` of a weight, as f32. */
function outputRow(weight: Numbers, output: number, width: number): Float32Array {
  const row = slice(weight, output * width, width);
  if (!('type' in row)) return row;
  const values = new Float32Array(width);
  widen(row, values);
  return values;
}

/** Row `row` of x times another. */
function dot({ values, width }: Rows, row: number, other: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += values[row * width + c] * other[c];
  return sum;
}

/** ln(e^a + e^b) */
function logAddExp(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}
