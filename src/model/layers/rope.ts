import { concatWidth, dispose, multiply, sliceWidth, subtract, add, tensor3, tidy, type Tensor3 } from '../../tensor/ops.js';

/** Rotary position embedding (Su et al. 2021): how fast each pair of a head's elements turns with the position. */
export interface Rope {
  /** Radians per position, [head width / 2]. */
  readonly frequencies: Float32Array;
  /** Factor on cos and sin (YaRN's attention factor; 1 elsewhere). */
  readonly factor: number;
}

/** cos and sin for a pass's positions: [1, T, head width / 2] */
export interface RopeTables {
  readonly cos: Tensor3;
  readonly sin: Tensor3;
}

/** Tables for positions first .. first + tokens - 1. Angles are float32 products, as in the reference. */
export function ropeTables(rope: Rope, first: number, tokens: number): RopeTables {
  const { frequencies, factor } = rope;
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

/** Half-split rotation: element i of the first half pairs with element i of the second. [heads, T, width] */
export const rotateHalves = (x: Tensor3, { cos, sin }: RopeTables): Tensor3 => tidy(() => {
  const half = x.shape[2] / 2;
  const a = sliceWidth(x, 0, half);
  const b = sliceWidth(x, half, half);
  return concatWidth([subtract(multiply(a, cos), multiply(b, sin)), add(multiply(b, cos), multiply(a, sin))]);
});
