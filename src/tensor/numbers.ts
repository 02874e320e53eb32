import { LensError } from '../base/errors.js';
import { dequantizer } from '../checkpoint/blocks/registry.js';
import type { BlockType } from '../checkpoint/tensorStore.js';

/** Numbers of a weight as its file has them: whole blocks, one behind the other, in memory that all lanes see. */
export interface Stored {
  readonly type: BlockType;
  readonly bytes: Uint8Array;
  /** Of the tensor, for messages. */
  readonly name: string;
}

/** The numbers of a weight in row-major order, as f32 or as stored. */
export type Numbers = Float32Array | Stored;

/** Numbers [start, start + count), not copied; both are whole blocks. */
export function slice(numbers: Numbers, start: number, count: number): Numbers {
  if (!('type' in numbers)) return numbers.subarray(start, start + count);
  const { elements, bytes } = numbers.type;
  return { ...numbers, bytes: numbers.bytes.subarray((start / elements) * bytes, ((start + count) / elements) * bytes) };
}

/**
 * Writes them as f32 to the beginning of `into`.
 * @throws E_WEIGHTS_NOT_FINITE (a NaN or infinity)
 */
export function widen({ type, bytes, name }: Stored, into: Float32Array): void {
  const dequantize = dequantizer(type.name);
  if (dequantize === undefined) throw new Error(`Weights stored as ${type.name} can't be widened.`);
  if (!dequantize(bytes, bytes.length / type.bytes, into, 0)) throw notFinite(name);
}

/** @throws E_WEIGHTS_NOT_FINITE where a number of 16 bits is a NaN or infinity; other types are checked when they are widened */
export function checkFinite({ type, bytes, name }: Stored): void {
  const exponent = { BF16: 0x7f80, F16: 0x7c00 }[type.name];
  if (exponent === undefined) return;
  const numbers = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const lowest = exponent & -exponent; // a full exponent plus one carries into the bit above it
  let seen = 0;
  for (let i = 0; i < numbers.length; i++) seen |= (numbers[i] & exponent) + lowest;
  if (seen >= 0x8000) throw notFinite(name);
}

const notFinite = (name: string): LensError =>
  new LensError('E_WEIGHTS_NOT_FINITE', `Tensor ${name} has a NaN or an infinity.`, 'Nothing can be computed from it: the checkpoint is damaged, or its training diverged.');
