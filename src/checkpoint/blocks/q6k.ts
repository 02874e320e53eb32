import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

/**
 * 210 bytes for 256 elements: 128 bytes with the low four bits of the codes, 64 bytes with the high two, 16 signed scales,
 * one for each 16 elements, f16 d. x = d * scale * (code - 32).
 * Of each 128 elements, with 64 low bytes L and 32 high bytes H: element 32 j + i (i < 32) has the low (from j = 2 on the
 * high) nibble of L[32 (j % 2) + i] and bits 2j, 2j + 1 of H[i].
 */
export const q6_k: Dequantize = (source, blocks, out, at) => {
  const f16 = f16Values();
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += 210) {
    const d = f16[source[p + 208] | (source[p + 209] << 8)];
    zero += 0 * d;
    for (let half = 0; half < 2; half++, o += 128) {
      for (let side = 0; side < 2; side++) {
        const low = p + 64 * half + 16 * side;
        const high = p + 128 + 32 * half + 16 * side;
        const scales = p + 192 + 8 * half + side;
        const scale1 = d * ((source[scales] << 24) >> 24);
        const scale2 = d * ((source[scales + 2] << 24) >> 24);
        const scale3 = d * ((source[scales + 4] << 24) >> 24);
        const scale4 = d * ((source[scales + 6] << 24) >> 24);
        const first = o + 16 * side;
        for (let i = 0; i < 16; i++) {
          const a = source[low + i];
          const c = source[low + i + 32];
          const h = source[high + i];
          out[first + i] = scale1 * (((a & 15) | ((h & 3) << 4)) - 32);
          out[first + i + 32] = scale2 * (((c & 15) | ((h & 12) << 2)) - 32);
          out[first + i + 64] = scale3 * (((a >> 4) | (h & 48)) - 32);
          out[first + i + 96] = scale4 * (((c >> 4) | ((h & 192) >> 2)) - 32);
        }
      }
    }
  }
  return zero === 0;
};
