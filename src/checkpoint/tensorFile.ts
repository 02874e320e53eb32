import type { FileHandle } from 'node:fs/promises';
import { LensError } from '../base/errors.js';
import { elementBytes, isReadable } from './dtypes.js';
import { isMissing, openFile, readFully } from './files.js';
import { quote } from './jsonValue.js';
import { readHeader, type TensorEntry } from './safetensors.js';
import { notFinite, sourceBytes, widenInPlace } from './widen.js';

/** One open safetensors file: its header is read, its tensors are read on demand. Calls may overlap. */
export class TensorFile {
  #closed: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly size: number,
    readonly tensors: ReadonlyMap<string, TensorEntry>,
    private readonly handle: FileHandle,
  ) {}

  /** @throws E_SHARD_MISSING when there is no such file, and what readHeader throws */
  static async open(path: string): Promise<TensorFile> {
    const { handle, size } = await openFile(path).catch((error: unknown) => {
      throw isMissing(error) ? new LensError('E_SHARD_MISSING', `${path} is missing.`, 'The download is incomplete: fetch the checkpoint again.', { cause: error }) : error;
    });
    try {
      return new TensorFile(path, size, await readHeader(handle, path, size), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Elements [start, start + count) of a tensor, row-major, as f32.
   * @throws E_DTYPE, E_SHAPE (the tensor has fewer elements), E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY, E_UNREADABLE
   */
  async readFloat32(entry: TensorEntry, start: number, count: number): Promise<Float32Array> {
    const { dtype, name } = entry;
    if (!isReadable(dtype)) {
      throw new LensError('E_DTYPE', `Tensor ${quote(name)} has dtype ${dtype}; F32, F16 and BF16 can be read.`, 'Quantised checkpoints are not supported in this version.');
    }
    const width = elementBytes(dtype);
    const total = entry.bytes / width;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(count) || start < 0 || count < 0 || start + count > total) {
      throw new LensError('E_SHAPE', `Tensor ${quote(name)} has ${total} elements; ${start} to ${start + count} were asked for.`, 'Its shape does not fit the config.');
    }
    if (this.#closed !== undefined) throw new LensError('E_UNREADABLE', `${this.path} was closed.`, 'Open the checkpoint again.');
    const values = allocate(name, count);
    await readFully(this.handle, this.path, sourceBytes(dtype, values), entry.begin + start * width);
    if (!widenInPlace(dtype, values)) throw notFinite(name, values, start);
    return values;
  }

  /** Ends reads that are under way with E_UNREADABLE; can be called again. */
  close(): Promise<void> {
    this.#closed ??= this.handle.close();
    return this.#closed;
  }
}

function allocate(name: string, count: number): Float32Array {
  try {
    return new Float32Array(count);
  } catch (error) {
    throw new LensError('E_OUT_OF_MEMORY', `There is no memory for ${count} elements of tensor ${quote(name)} (${Math.ceil(count / 262144)} MiB).`, 'Close other programs, or use a smaller checkpoint.', { cause: error });
  }
}
