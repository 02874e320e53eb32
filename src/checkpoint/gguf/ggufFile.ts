import type { FileHandle } from 'node:fs/promises';
import { LensError } from '../../base/errors.js';
import { openFile, readFully } from '../files.js';
import { quote } from '../jsonValue.js';
import { allocate, checkRange, noTensor } from '../readRange.js';
import { closedError } from '../shardFile.js';
import type { FileStore } from '../shardedStore.js';
import type { BlockType } from '../tensorStore.js';
import { notFinite } from '../widen.js';
import { readHeader, type GgufHeader } from './header.js';
import type { Keep } from './metadata.js';
import { dequantizer, READABLE_TYPES } from '../blocks/registry.js';
import type { GgufTensor } from './tensorDirectory.js';

/** Bytes that are read and turned into numbers at a time: they stay in the processor's cache, and the memory beside the result stays small. */
const CHUNK_BYTES = 1024 * 1024;

/** One open GGUF file: its header is read, its tensors are read on demand. Calls may overlap. */
export class GgufFile implements FileStore {
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  #closed: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly size: number,
    readonly header: GgufHeader,
    private readonly handle: FileHandle,
  ) {
    this.tensors = header.tensors;
  }

  /** @throws the file system's error when nothing is there (see isMissing), and what readHeader throws */
  static async open(path: string, keep: Keep): Promise<GgufFile> {
    const { handle, size } = await openFile(path);
    try {
      return new GgufFile(path, size, await readHeader(handle, path, size, keep), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Elements [start, start + count) of a tensor, row-major, as f32. Only the blocks that hold them are read.
   * @throws E_TENSOR_MISSING, E_DTYPE, E_SHAPE (the tensor has fewer elements), E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY, E_UNREADABLE
   */
  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw noTensor(name);
    const { type, begin } = tensor;
    const dequantize = dequantizer(type.name);
    if (dequantize === undefined) {
      throw new LensError('E_DTYPE', `Tensor ${quote(name)} has type ${type.name}, which can't be read; these can: ${READABLE_TYPES.join(', ')}.`, 'Get the model in another quantisation, for example Q4_K_M.');
    }
    checkRange(name, (tensor.bytes / type.bytes) * type.elements, start, count);
    if (this.#closed !== undefined) throw closedError(this.path);
    const first = Math.floor(start / type.elements);
    const blocks = Math.ceil((start + count) / type.elements) - first;
    const whole = allocate(name, blocks * type.elements);
    const atOnce = Math.min(blocks, Math.floor(CHUNK_BYTES / type.bytes));
    const chunk = new Uint8Array(atOnce * type.bytes);
    let finite = true;
    for (let done = 0; done < blocks; done += atOnce) {
      const now = Math.min(atOnce, blocks - done);
      await readFully(this.handle, this.path, chunk.subarray(0, now * type.bytes), begin + (first + done) * type.bytes);
      finite = dequantize(chunk, now, whole, done * type.elements) && finite;
    }
    const before = start - first * type.elements; // a range that begins or ends inside a block is rare: rows are whole blocks
    const values = count === whole.length ? whole : whole.slice(before, before + count);
    if (!finite && !values.every(Number.isFinite)) throw notFinite(name, values, start);
    return values;
  }

  blockType(name: string): BlockType | undefined {
    const type = this.tensors.get(name)?.type;
    return type === undefined || dequantizer(type.name) === undefined || type.name === 'F64' ? undefined : type;
  }

  /** @throws E_TENSOR_MISSING, E_SHAPE, E_UNREADABLE */
  async readBlocks(name: string, start: number, target: Uint8Array): Promise<void> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw noTensor(name);
    const { begin, bytes, type } = tensor;
    checkRange(name, (bytes / type.bytes) * type.elements, start, (target.byteLength / type.bytes) * type.elements);
    if (this.#closed !== undefined) throw closedError(this.path);
    await readFully(this.handle, this.path, target, begin + (start / type.elements) * type.bytes);
  }

  /** Ends reads that are under way with E_UNREADABLE; can be called again. */
  close(): Promise<void> {
    this.#closed ??= this.handle.close();
    return this.#closed;
  }
}
