import type { Dequantize } from './dequantize.js';
import { f16Values } from './half.js';

// Numbers stored one by one, little-endian: blocks of one element. All but F64 are exact. As in widen.ts, a full exponent
// (NaN, infinity) plus one carries into the bit above it, and an OR of all sums tells whether that ever happened.

export const f32: Dequantize = (source, count, out, at) => {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const pattern = view.getInt32(4 * i, true);
    bits[at + i] = pattern;
    seen |= (pattern & 0x7f800000) + 0x00800000;
  }
  return seen >= 0;
};

export const f16: Dequantize = (source, count, out, at) => {
  const f16 = f16Values();
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const pattern = view.getUint16(2 * i, true);
    out[at + i] = f16[pattern];
    seen |= (pattern & 0x7c00) + 0x0400;
  }
  return seen < 0x8000;
};

/** The upper half of an f32. */
export const bf16: Dequantize = (source, count, out, at) => {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const pattern = view.getUint16(2 * i, true);
    bits[at + i] = pattern << 16;
    seen |= (pattern & 0x7f80) + 0x0080;
  }
  return seen < 0x8000;
};

/** Rounded to the nearest f32, which is infinite beyond 3.4e38. */
export const f64: Dequantize = (source, count, out, at) => {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let zero = 0;
  for (let i = 0; i < count; i++) {
    out[at + i] = view.getFloat64(8 * i, true);
    zero += 0 * out[at + i];
  }
  return zero === 0;
};
