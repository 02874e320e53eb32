import { endianness } from 'node:os';
import { LensError } from '../base/errors.js';
import { elementBytes } from './dtypes.js';
import { quote } from './jsonValue.js';
import type { Dtype } from './tensorStore.js';

/** The types that are widened in place: F64 is twice as wide as what it becomes. */
export type Narrow = Exclude<Dtype, 'F64'>;

/**
 * Little-endian f32, f16 or bf16 bytes as f32. Exact for every bit pattern; NaN stays NaN (payload kept), nothing is checked.
 * @param bytes a whole number of elements, at any alignment
 */
export function widen(dtype: Narrow, bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.byteLength / elementBytes(dtype));
  sourceBytes(dtype, values).set(bytes);
  widenInPlace(dtype, values);
  return values;
}

/**
 * Where the raw bytes of `values.length` elements go before widenInPlace: the end of the array's own memory, so that
 * widening needs no second buffer. `values` has to own its buffer from offset 0.
 */
export function sourceBytes(dtype: Narrow, values: Float32Array): Uint8Array {
  const length = values.length * elementBytes(dtype);
  return new Uint8Array(values.buffer, values.byteLength - length, length);
}

/**
 * Turns the bytes put into sourceBytes(dtype, values) into f32, in the same memory. Going up is safe: element i (bytes
 * 4i to 4i + 4) never reaches the source of an element after i (from byte 2n + 2i + 2 on, i < n).
 * @returns true if all are finite
 */
export function widenInPlace(dtype: Narrow, values: Float32Array): boolean {
  if (endianness() === 'BE') swapBytes(dtype, sourceBytes(dtype, values));
  const n = values.length;
  const bits = new Int32Array(values.buffer, 0, n);
  if (dtype === 'F32') return noneFull(bits);
  const source = new Uint16Array(values.buffer, 2 * n, n);
  return dtype === 'BF16' ? widenBf16(bits, source) : widenF16(bits, source);
}

/** Little-endian f64 as the nearest f32: what is too large for one becomes an infinity. `target` has as many elements as `bytes` hold. */
export function narrow(bytes: Uint8Array<ArrayBuffer>, target: Float32Array): void {
  if (endianness() === 'BE') Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap64();
  target.set(new Float64Array(bytes.buffer, bytes.byteOffset, target.length));
}

/** @param values own their buffer from offset 0 */
export function areFinite(values: Float32Array): boolean {
  return noneFull(new Int32Array(values.buffer, 0, values.length));
}

// In the three loops a full exponent (NaN, infinity) plus one carries into the bit above it; an OR of all sums tells
// whether that ever happened. Their constants are literals because a bundled module constant costs a load per element.

function noneFull(bits: Int32Array): boolean {
  let seen = 0;
  for (let i = 0; i < bits.length; i++) seen |= (bits[i] & 0x7f800000) + 0x00800000;
  return seen >= 0;
}

function widenBf16(bits: Int32Array, source: Uint16Array): boolean {
  let seen = 0;
  for (let i = 0; i < source.length; i++) {
    const bf16 = source[i];
    bits[i] = bf16 << 16;
    seen |= (bf16 & 0x7f80) + 0x0080;
  }
  return seen < 0x8000;
}

function widenF16(bits: Int32Array, source: Uint16Array): boolean {
  const table = f16Table();
  let seen = 0;
  for (let i = 0; i < source.length; i++) {
    const f16 = source[i];
    bits[i] = table[f16];
    seen |= (f16 & 0x7c00) + 0x0400;
  }
  return seen < 0x8000;
}

let f16Bits: Int32Array | undefined;

/** f32 bits of all 65,536 f16 values (256 KiB, made when first needed). IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function f16Table(): Int32Array {
  if (f16Bits !== undefined) return f16Bits;
  const table = new Int32Array(65536);
  const number = new Float32Array(1);
  const pattern = new Int32Array(number.buffer);
  for (let h = 0; h < 65536; h++) {
    const sign = (h & 0x8000) << 16;
    const exponent = (h >> 10) & 31;
    const fraction = h & 0x3ff;
    if (exponent === 31) {
      table[h] = sign | 0x7f800000 | (fraction << 13);
    } else if (exponent > 0) {
      table[h] = sign | ((exponent + 112) << 23) | (fraction << 13); // bias 127 instead of 15
    } else {
      number[0] = fraction * 2 ** -24; // zero or subnormal: a normal number in f32
      table[h] = sign | pattern[0];
    }
  }
  f16Bits = table;
  return table;
}

function swapBytes(dtype: Narrow, bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F32') buffer.swap32();
  else buffer.swap16();
}

/**
 * The error for a tensor in which widenInPlace met a NaN or infinity.
 * @param start index in the tensor of values[0]
 */
export function notFinite(name: string, values: Float32Array, start: number): LensError {
  const i = values.findIndex((v) => !Number.isFinite(v));
  return new LensError(
    'E_WEIGHTS_NOT_FINITE',
    `Tensor ${quote(name)} has ${Number.isNaN(values[i]) ? 'NaN' : 'an infinity'} at element ${start + i}.`,
    'Nothing can be computed from it: the checkpoint is damaged, or its training diverged.',
  );
}
