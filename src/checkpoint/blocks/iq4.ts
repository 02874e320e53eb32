import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

/** What the 16 codes stand for: not evenly spaced, dense near zero (ggml-common.h, kvalues_iq4nl). */
const LEVELS = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** 18 bytes for 32 elements: f16 d, nibbles (low ones first, as Q4_0). x = d * level. */
export const iq4_nl: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  const levels = LEVELS;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    zero += 0 * d;
    p += 2;
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = d * levels[codes & 15];
      out[o + i + 16] = d * levels[codes >> 4];
    }
  }
  return zero === 0;
};

/**
 * 136 bytes for 256 elements: f16 d, the high two bits of eight 6-bit scales (2 bytes), their low four bits (4 bytes, even
 * ones in low nibbles), then for each 32 elements 16 bytes of nibbles as in IQ4_NL. x = d * (scale - 32) * level.
 */
export const iq4_xs: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  const levels = LEVELS;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 136) {
    const d = f16[source[p] | (source[p + 1] << 8)];
    zero += 0 * d;
    const high = source[p + 2] | (source[p + 3] << 8);
    for (let j = 0, codes = p + 8; j < 8; j++, codes += 16, o += 32) {
      const low = (source[p + 4 + (j >> 1)] >> ((j & 1) << 2)) & 15;
      const scale = d * ((low | (((high >> (2 * j)) & 3) << 4)) - 32);
      for (let i = 0; i < 16; i++) {
        const pair = source[codes + i];
        out[o + i] = scale * levels[pair & 15];
        out[o + i + 16] = scale * levels[pair >> 4];
      }
    }
  }
  return zero === 0;
};
