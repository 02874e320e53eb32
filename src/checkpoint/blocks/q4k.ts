import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

// Q4_K and Q5_K, 256 elements: f16 d and dmin; 12 bytes with a 6-bit scale and a 6-bit minimum for each 32 elements;
// with Q5_K 32 bytes of fifth bits (element 32 j + i in bit j of byte i); 128 bytes of nibbles, 32 bytes for 64 elements:
// low nibbles the first 32, high nibbles the second 32. x = d * scale * code - dmin * minimum.
//
// Scale and minimum j, for j < 4: the low six bits of bytes j and j + 4. For j >= 4: the low (high) nibble of byte j + 4,
// and as bits 4 and 5 the high two bits of byte j - 4 (of byte j).

/** 144 bytes. */
export const q4_k: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 144) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    const dmin = f16[source[p + 2] | (source[p + 3] << 8)];
    zero += 0 * (d + dmin);
    const scales = p + 4;
    for (let j = 0, codes = p + 16; j < 8; j += 2, codes += 32, o += 64) {
      const scale1 = d * scaleAt(source, scales, j);
      const minimum1 = dmin * minimumAt(source, scales, j);
      const scale2 = d * scaleAt(source, scales, j + 1);
      const minimum2 = dmin * minimumAt(source, scales, j + 1);
      for (let i = 0; i < 32; i++) {
        const pair = source[codes + i];
        out[o + i] = scale1 * (pair & 15) - minimum1;
        out[o + i + 32] = scale2 * (pair >> 4) - minimum2;
      }
    }
  }
  return zero === 0;
};

/** 176 bytes. */
export const q5_k: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 176) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    const dmin = f16[source[p + 2] | (source[p + 3] << 8)];
    zero += 0 * (d + dmin);
    const scales = p + 4;
    const fifth = p + 16;
    for (let j = 0, codes = p + 48; j < 8; j += 2, codes += 32, o += 64) {
      const scale1 = d * scaleAt(source, scales, j);
      const minimum1 = dmin * minimumAt(source, scales, j);
      const scale2 = d * scaleAt(source, scales, j + 1);
      const minimum2 = dmin * minimumAt(source, scales, j + 1);
      for (let i = 0; i < 32; i++) {
        const pair = source[codes + i];
        const bits = source[fifth + i] >> j;
        out[o + i] = scale1 * ((pair & 15) | ((bits & 1) << 4)) - minimum1;
        out[o + i + 32] = scale2 * ((pair >> 4) | ((bits & 2) << 3)) - minimum2;
      }
    }
  }
  return zero === 0;
};

function scaleAt(source: Uint8Array, p: number, j: number): number {
  return j < 4 ? source[p + j] & 63 : (source[p + j + 4] & 15) | ((source[p + j - 4] >> 6) << 4);
}

function minimumAt(source: Uint8Array, p: number, j: number): number {
  return j < 4 ? source[p + j + 4] & 63 : (source[p + j + 4] >> 4) | ((source[p + j] >> 6) << 4);
}
