import type { VectorWeight } from '../weight.js';

/** Rotary position embedding (Su et al. 2021): how fast each pair of a head's elements turns with the position. */
export interface Rope {
  /** Radians per position, [head width / 2]. */
  readonly frequencies: Float32Array;
  /** Factor on cos and sin (YaRN's and LongRoPE's attention factor; 1 elsewhere). */
  readonly factor: number;
  /** The frequencies for a text of so many tokens, where they depend on it (dynamic NTK, LongRoPE). */
  readonly forLength?: (tokens: number) => Float32Array;
  /** Divides the frequencies, [head width / 2], where the file holds that as a tensor (llama.cpp's `rope_freqs`). */
  readonly divisors?: VectorWeight;
}

/** cos and sin for positions first, first + 1...: [positions, half] each */
export interface RopeTable {
  readonly first: number;
  readonly half: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * The table for positions first .. first + count - 1. Angles are float32 products, as in the reference.
 * @param divisors the values of rope.divisors
 */
export function ropeTable(rope: Rope, first: number, count: number, divisors?: Float32Array): RopeTable {
  const { factor } = rope;
  const own = rope.forLength?.(first + count) ?? rope.frequencies;
  const frequencies = divisors === undefined ? own : own.map((frequency, i) => frequency / divisors[i]);
  const half = frequencies.length;
  const cos = new Float32Array(count * half);
  const sin = new Float32Array(count * half);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround((first + t) * frequencies[i]);
      cos[t * half + i] = Math.cos(angle) * factor;
      sin[t * half + i] = Math.sin(angle) * factor;
    }
  }
  return { first, half, cos, sin };
}

/**
 * Turns the pairs of one head of one token, `width` elements of x from `at` on, and writes them times `scale` to `into` from `to` on.
 * Elements beyond the table's pairs are not turned.
 */
export type Rotate = (x: Float32Array, at: number, into: Float32Array, to: number, width: number, position: number, table: RopeTable, scale: number) => void;

/** Element i of the first half pairs with element i of the second (GPT-NeoX, Llama in transformers). */
export const rotateHalves: Rotate = (x, at, into, to, width, position, { first, half, cos, sin }, scale) => {
  const row = (position - first) * half;
  for (let i = 0; i < half; i++) turn(into, to + i, half, x[at + i] * scale, x[at + half + i] * scale, cos[row + i], sin[row + i]);
  for (let i = 2 * half; i < width; i++) into[to + i] = x[at + i] * scale;
};

/**
 * Element 2i pairs with element 2i + 1 (DeepSeek, ERNIE, Llama in llama.cpp). The result has all first elements before all second
 * ones: queries and keys are put in the same order, so that their products are as they would be.
 */
export const rotatePairs: Rotate = (x, at, into, to, width, position, { first, half, cos, sin }, scale) => {
  const row = (position - first) * half;
  for (let i = 0; i < half; i++) turn(into, to + i, half, x[at + 2 * i] * scale, x[at + 2 * i + 1] * scale, cos[row + i], sin[row + i]);
  for (let i = 2 * half; i < width; i++) into[to + i] = x[at + i] * scale;
};

function turn(into: Float32Array, to: number, half: number, a: number, b: number, cos: number, sin: number): void {
  into[to] = a * cos - b * sin;
  into[to + half] = b * cos + a * sin;
}
