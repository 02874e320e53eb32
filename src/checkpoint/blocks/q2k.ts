import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

/**
 * 84 bytes for 256 elements: 16 bytes with a scale (low nibble) and a minimum (high nibble) for each 16 elements; 64 bytes
 * of 2-bit codes; f16 d and dmin. x = d * scale * code - dmin * minimum.
 * 32 bytes of codes hold 128 elements: element 32 j + i has bits 2j, 2j + 1 of byte i.
 */
export const q2_k: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 84) {
    const d = f16[source[p + 80] | (source[p + 81] << 8)];
    const dmin = f16[source[p + 82] | (source[p + 83] << 8)];
    zero += 0 * (d + dmin);
    for (let half = 0; half < 2; half++, o += 128) {
      for (let side = 0; side < 2; side++) {
        const scales = p + 8 * half + side;
        const codes = p + 16 + 32 * half + 16 * side;
        const first = o + 16 * side;
        const scale0 = d * (source[scales] & 15), minimum0 = dmin * (source[scales] >> 4);
        const scale1 = d * (source[scales + 2] & 15), minimum1 = dmin * (source[scales + 2] >> 4);
        const scale2 = d * (source[scales + 4] & 15), minimum2 = dmin * (source[scales + 4] >> 4);
        const scale3 = d * (source[scales + 6] & 15), minimum3 = dmin * (source[scales + 6] >> 4);
        for (let i = 0; i < 16; i++) {
          const four = source[codes + i];
          out[first + i] = scale0 * (four & 3) - minimum0;
          out[first + i + 32] = scale1 * ((four >> 2) & 3) - minimum1;
          out[first + i + 64] = scale2 * ((four >> 4) & 3) - minimum2;
          out[first + i + 96] = scale3 * (four >> 6) - minimum3;
        }
      }
    }
  }
  return zero === 0;
};
