import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

// ggml's first types, blocks of 32: an f16 scale d, with _1 also an f16 minimum m, with Q5 the fifth bits of all codes
// (4 bytes, element i in bit i), then 16 bytes whose low nibbles are elements 0 to 15 and whose high nibbles are 16 to 31.

/** 34 bytes: d, 32 codes. x = d * code, signed. */
export const q8_0: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    zero += 0 * d;
    p += 2;
    for (let i = 0; i < 32; i++) out[o++] = d * ((source[p++] << 24) >> 24);
  }
  return zero === 0;
};

/** 18 bytes: d, nibbles. x = d * (code - 8). */
export const q4_0: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    zero += 0 * d;
    p += 2;
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = d * ((codes & 15) - 8);
      out[o + i + 16] = d * ((codes >> 4) - 8);
    }
  }
  return zero === 0;
};

/** 20 bytes: d, m, nibbles. x = d * code + m. */
export const q4_1: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    const m = f16[source[p + 2] | (source[p + 3] << 8)];
    zero += 0 * (d + m);
    p += 4;
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = d * (codes & 15) + m;
      out[o + i + 16] = d * (codes >> 4) + m;
    }
  }
  return zero === 0;
};

/** 22 bytes: d, fifth bits, nibbles. x = d * (code - 16). */
export const q5_0: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    zero += 0 * d;
    const low = source[p + 2] | (source[p + 3] << 8);
    const high = source[p + 4] | (source[p + 5] << 8);
    p += 6;
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = d * (((codes & 15) | (((low >> i) & 1) << 4)) - 16);
      out[o + i + 16] = d * (((codes >> 4) | (((high >> i) & 1) << 4)) - 16);
    }
  }
  return zero === 0;
};

/** 24 bytes: d, m, fifth bits, nibbles. x = d * code + m. */
export const q5_1: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    const m = f16[source[p + 2] | (source[p + 3] << 8)];
    zero += 0 * (d + m);
    const low = source[p + 4] | (source[p + 5] << 8);
    const high = source[p + 6] | (source[p + 7] << 8);
    p += 8;
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = d * ((codes & 15) | (((low >> i) & 1) << 4)) + m;
      out[o + i + 16] = d * ((codes >> 4) | (((high >> i) & 1) << 4)) + m;
    }
  }
  return zero === 0;
};
