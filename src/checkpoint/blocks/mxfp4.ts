import type { Dequantize } from './dequantize.js';

/** E2M1, the 4-bit float of the OCP microscaling formats: sign, two bits of exponent, one of fraction. Doubled, as in ggml. */
const LEVELS = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
/** Beyond this exponent the larger levels overflow f32: 12 x 2^(253 - 128) > 3.4e38. */
const LAST_FINITE_EXPONENT = 252;

/**
 * 17 bytes for 32 elements: an exponent e (E8M0), nibbles (low ones first, as Q4_0). x = 2^(e - 128) * doubled level.
 * e = 255 is NaN, as the format has it and as safetensors' MXFP4 is read here; ggml takes it for 2^127.
 */
export const mxfp4: Dequantize = (source, blocks, out, at) => {
  const levels = LEVELS;
  const scales = powersOfTwo();
  let largest = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, o += 32) {
    const exponent = source[p++];
    if (exponent > largest) largest = exponent;
    const scale = scales[exponent];
    for (let i = 0; i < 16; i++) {
      const codes = source[p++];
      out[o + i] = scale * levels[codes & 15];
      out[o + i + 16] = scale * levels[codes >> 4];
    }
  }
  return largest <= LAST_FINITE_EXPONENT || out.subarray(at, at + 32 * blocks).every(Number.isFinite);
};

let powers: Float64Array | undefined;

/** 2^(e - 128) for each e, NaN for 255; exact in double also where f32 would be subnormal. */
function powersOfTwo(): Float64Array {
  powers ??= Float64Array.from({ length: 256 }, (_, e) => (e === 255 ? NaN : 2 ** (e - 128)));
  return powers;
}
