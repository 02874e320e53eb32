import type { FileHandle } from 'node:fs/promises';
import { LensError } from '../../base/errors.js';
import { plainBlocks } from '../dtypes.js';
import { readFully } from '../files.js';
import { quote } from '../jsonValue.js';
import { checkRange, checkReadable, elementCount, elementPosition, noTensor, readNumbers } from '../readRange.js';
import { closedError, openShard } from '../shardFile.js';
import type { BlockType, TensorStore } from '../tensorStore.js';
import { readHeader } from './header.js';
import type { TensorEntry } from './headerEntries.js';

/** One open safetensors file: its header is read, its tensors are read on demand. Calls may overlap. */
export class TensorFile implements TensorStore {
  #closed: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly size: number,
    readonly tensors: ReadonlyMap<string, TensorEntry>,
    private readonly handle: FileHandle,
  ) {}

  /** @throws E_SHARD_MISSING when there is no such file, and what readHeader throws */
  static async open(path: string): Promise<TensorFile> {
    const { handle, size } = await openShard(path);
    try {
      return new TensorFile(path, size, await readHeader(handle, path, size), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Elements [start, start + count) of a tensor, row-major, as f32.
   * @throws E_TENSOR_MISSING, E_DTYPE, E_SHAPE (the tensor has fewer elements), E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY, E_UNREADABLE
   */
  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    const entry = this.#entry(name);
    const dtype = checkReadable(entry, start, count);
    this.#checkOpen();
    return readNumbers(this.handle, this.path, name, dtype, elementPosition(entry.begin, dtype, start), start, count);
  }

  blockType(name: string): BlockType | undefined {
    return plainBlocks(this.#entry(name).dtype);
  }

  /** @throws E_TENSOR_MISSING, E_SHAPE, E_UNREADABLE */
  async readBlocks(name: string, start: number, target: Uint8Array): Promise<void> {
    const { shape } = this.#entry(name);
    const bytes = this.blockType(name)?.bytes ?? 1;
    checkRange(name, elementCount(shape), start, target.byteLength / bytes);
    await this.readBytes(name, start * bytes, target);
  }

  /**
   * Fills `target` with a tensor's bytes from `begin` on, as they are on disk.
   * @throws E_TENSOR_MISSING, E_OFFSETS (the tensor has fewer bytes), E_UNREADABLE
   */
  async readBytes(name: string, begin: number, target: Uint8Array): Promise<void> {
    const entry = this.#entry(name);
    if (begin < 0 || begin + target.byteLength > entry.bytes) {
      throw new LensError('E_OFFSETS', `Tensor ${quote(name)} has ${entry.bytes} bytes; ${begin} to ${begin + target.byteLength} were asked for.`, 'The file is damaged.');
    }
    this.#checkOpen();
    await readFully(this.handle, this.path, target, entry.begin + begin);
  }

  /** Ends reads that are under way with E_UNREADABLE; can be called again. */
  close(): Promise<void> {
    this.#closed ??= this.handle.close();
    return this.#closed;
  }

  #entry(name: string): TensorEntry {
    const entry = this.tensors.get(name);
    if (entry === undefined) throw noTensor(name);
    return entry;
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw closedError(this.path);
  }
}
