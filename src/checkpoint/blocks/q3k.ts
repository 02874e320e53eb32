import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

/**
 * 110 bytes for 256 elements: 32 bytes of third bits (element 32 j + i in bit j of byte i; 0 means minus 4), 64 bytes of
 * 2-bit codes (as Q2_K), 12 bytes with a 6-bit scale for each 16 elements, f16 d. x = d * (scale - 32) * (code - 4 or 0).
 */
export const q3_k: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 110) {
    const d = f16[source[p + 108] | (source[p + 109] << 8)];
    zero += 0 * d;
    for (let half = 0; half < 2; half++, o += 128) {
      for (let side = 0; side < 2; side++) {
        const group = 8 * half + side;
        const scale0 = d * scaleAt(source, p + 96, group);
        const scale1 = d * scaleAt(source, p + 96, group + 2);
        const scale2 = d * scaleAt(source, p + 96, group + 4);
        const scale3 = d * scaleAt(source, p + 96, group + 6);
        const codes = p + 32 + 32 * half + 16 * side;
        const thirds = p + 16 * side;
        const first = o + 16 * side;
        for (let i = 0; i < 16; i++) {
          const four = source[codes + i];
          const bits = source[thirds + i] >> (4 * half);
          out[first + i] = scale0 * (((four & 3) | ((bits & 1) << 2)) - 4);
          out[first + i + 32] = scale1 * ((((four >> 2) & 3) | ((bits & 2) << 1)) - 4);
          out[first + i + 64] = scale2 * ((((four >> 4) & 3) | (bits & 4)) - 4);
          out[first + i + 96] = scale3 * (((four >> 6) | ((bits & 8) >> 1)) - 4);
        }
      }
    }
  }
  return zero === 0;
};

/**
 * Scale `group`, less 32. Its low four bits are a nibble of byte group % 8 (the high one from group 8 on), its high two
 * are bits 2 (group / 4) and 2 (group / 4) + 1 of byte 8 + group % 4.
 */
function scaleAt(source: Uint8Array, p: number, group: number): number {
  const low = (source[p + (group & 7)] >> ((group >> 3) << 2)) & 15;
  const high = (source[p + 8 + (group & 3)] >> ((group >> 2) << 1)) & 3;
  return (low | (high << 4)) - 32;
}
