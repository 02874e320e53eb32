import { concatWidth, dispose, everySecond, multiply, sliceWidth, subtract, add, tensor3, tidy, type Tensor3 } from '../../tensor/ops.js';
import type { VectorWeight } from '../weights.js';

/** Rotary position embedding (Su et al. 2021): how fast each pair of a head's elements turns with the position. */
export interface Rope {
  /** Radians per position, [head width / 2]. */
  readonly frequencies: Float32Array;
  /** Factor on cos and sin (YaRN's and LongRoPE's attention factor; 1 elsewhere). */
  readonly factor: number;
  /** Divides the frequencies, [head width / 2], where the file holds that as a tensor (llama.cpp's `rope_freqs`). */
  readonly divisors?: VectorWeight;
}

/** cos and sin for a pass's positions: [1, T, head width / 2] */
export interface RopeTables {
  readonly cos: Tensor3;
  readonly sin: Tensor3;
}

/**
 * Tables for positions first .. first + tokens - 1. Angles are float32 products, as in the reference.
 * @param divisors the values of rope.divisors
 */
export function ropeTables(rope: Rope, first: number, tokens: number, divisors?: Float32Array): RopeTables {
  const { factor } = rope;
  const frequencies = divisors === undefined ? rope.frequencies : rope.frequencies.map((frequency, i) => frequency / divisors[i]);
  const half = frequencies.length;
  const cos = new Float32Array(tokens * half);
  const sin = new Float32Array(tokens * half);
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround((first + t) * frequencies[i]);
      cos[t * half + i] = Math.cos(angle) * factor;
      sin[t * half + i] = Math.sin(angle) * factor;
    }
  }
  return { cos: tensor3(cos, [1, tokens, half]), sin: tensor3(sin, [1, tokens, half]) };
}

export const disposeTables = (tables: RopeTables): void => dispose(tables.cos, tables.sin);

/** Turns the pairs of each head's elements: [heads, T, width] to the same. Elements beyond the tables' width are left as they are. */
export type Rotate = (x: Tensor3, tables: RopeTables) => Tensor3;

/** Element i of the first half pairs with element i of the second (GPT-NeoX, Llama in transformers). */
export const rotateHalves: Rotate = (x, tables) => rotateBy(x, tables, (turned, half) => [sliceWidth(turned, 0, half), sliceWidth(turned, half, half)]);

/**
 * Element 2i pairs with element 2i + 1 (DeepSeek, ERNIE, Llama in llama.cpp). The result has all first elements before all second
 * ones: queries and keys are put in the same order, so that their products are as they would be.
 */
export const rotatePairs: Rotate = (x, tables) => rotateBy(x, tables, (turned) => [everySecond(turned, 0), everySecond(turned, 1)]);

function rotateBy(x: Tensor3, { cos, sin }: RopeTables, split: (turned: Tensor3, half: number) => [Tensor3, Tensor3]): Tensor3 {
  return tidy(() => {
    const half = cos.shape[2];
    const rest = x.shape[2] - 2 * half;
    const [a, b] = split(rest === 0 ? x : sliceWidth(x, 0, 2 * half), half);
    const rotated = [subtract(multiply(a, cos), multiply(b, sin)), add(multiply(b, cos), multiply(a, sin))];
    return concatWidth(rest === 0 ? rotated : [...rotated, sliceWidth(x, 2 * half, rest)]);
  });
}
