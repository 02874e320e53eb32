import { LensError } from '../base/errors.js';
import { elementBytes, isReadable } from './dtypes.js';
import { readFully, type ByteSource } from './files.js';
import { quote } from './jsonValue.js';
import type { Dtype, TensorInfo } from './tensorStore.js';
import { areFinite, narrow, notFinite, sourceBytes, widenInPlace } from './widen.js';

/** f64 that are read at a time, so that reading them needs 1 MiB besides the result. */
const DOUBLES_AT_ONCE = 131_072;

export function noTensor(name: string): LensError {
  return new LensError('E_TENSOR_MISSING', `The checkpoint has no tensor ${quote(name)}.`, 'It is incomplete, or of another architecture than its config says.');
}

/** @throws E_SHAPE unless [start, start + count) lies in the tensor's `total` elements */
export function checkRange(name: string, total: number, start: number, count: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(count) && start >= 0 && count >= 0 && start + count <= total) return;
  throw new LensError('E_SHAPE', `Tensor ${quote(name)} has ${total} elements; ${start} to ${start + count} were asked for.`, 'Its shape does not fit the config.');
}

/** @throws E_DTYPE for a type that can't be read as numbers, E_SHAPE for a range beyond the tensor */
export function checkReadable({ name, dtype, shape }: TensorInfo, start: number, count: number): Dtype {
  if (!isReadable(dtype)) throw unreadableDtype(name, dtype);
  checkRange(name, elementCount(shape), start, count);
  return dtype;
}

function unreadableDtype(name: string, dtype: string): LensError {
  return dtype.startsWith('F8_')
    ? new LensError('E_DTYPE', `Tensor ${quote(name)} is ${dtype} without a tensor of scales beside it.`, 'Use a bf16, f16 or f32 checkpoint, or one with weight_scale_inv or weight_scale tensors.')
    : new LensError('E_DTYPE', `Tensor ${quote(name)} has dtype ${dtype}; F64, F32, F16 and BF16 can be read.`, 'Use a bf16, f16 or f32 checkpoint of the same model.');
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** @throws E_OUT_OF_MEMORY */
export function allocate(name: string, count: number): Float32Array {
  try {
    return new Float32Array(count);
  } catch (error) {
    throw new LensError('E_OUT_OF_MEMORY', `There is no memory for ${count} elements of tensor ${quote(name)} (${Math.ceil(count / 262144)} MiB).`, 'Close other programs, or use a smaller checkpoint.', { cause: error });
  }
}

/**
 * `count` neighbouring elements, as f32.
 * @param position in the file, of the first byte
 * @param start index in the tensor of the first element, for messages
 * @throws E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY, E_UNREADABLE
 */
export async function readNumbers(source: ByteSource, path: string, name: string, dtype: Dtype, position: number, start: number, count: number): Promise<Float32Array> {
  const values = allocate(name, count);
  if (!(await fill(values, source, path, dtype, position))) throw notFinite(name, values, start);
  return values;
}

/**
 * Fills `values`, which own their buffer, with neighbouring elements.
 * @returns whether all are finite
 * @throws E_UNREADABLE
 */
export async function fill(values: Float32Array, source: ByteSource, path: string, dtype: Dtype, position: number): Promise<boolean> {
  if (dtype === 'F64') {
    await fillFromDoubles(values, source, path, position);
    return areFinite(values);
  }
  await readFully(source, path, sourceBytes(dtype, values), position);
  return widenInPlace(dtype, values);
}

async function fillFromDoubles(values: Float32Array, source: ByteSource, path: string, position: number): Promise<void> {
  const width = elementBytes('F64');
  for (let done = 0; done < values.length; done += DOUBLES_AT_ONCE) {
    const part = values.subarray(done, done + DOUBLES_AT_ONCE);
    const bytes = new Uint8Array(width * part.length);
    await readFully(source, path, bytes, position + width * done);
    narrow(bytes, part);
  }
}

/** Position in the file of element `index` when the first element is at `begin`. */
export function elementPosition(begin: number, dtype: Dtype, index: number): number {
  return begin + index * elementBytes(dtype);
}
