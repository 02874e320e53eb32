import type { FileHandle } from 'node:fs/promises';
import { LensError } from '../../base/errors.js';
import { elementBytes, plainBlocks } from '../dtypes.js';
import { damageHint, decodeUtf8, readFully } from '../files.js';
import { quote } from '../jsonValue.js';
import { allocate, checkReadable, elementPosition, fill, noTensor, readNumbers } from '../readRange.js';
import { closedError, openShard } from '../shardFile.js';
import type { BlockType, Dtype, TensorStore } from '../tensorStore.js';
import { areFinite, notFinite } from '../widen.js';
import { Archive } from './archive.js';
import { reach, sourceIndices } from './gather.js';
import { readPickle } from './pickle.js';
import { refused } from './pickleBytes.js';
import { stateDict } from './stateDict.js';
import { placeTensor, type TorchTensor } from './torchTensor.js';

/** A zip archive begins with the signature of its first record. */
const ZIP_MAGIC = 'PK\u0003\u0004';
/** A tensor takes about 250 bytes in data.pkl. */
const MAX_PICKLE_BYTES = 16 * 1024 * 1024;
/** "little" or "big". */
const MAX_BYTEORDER_BYTES = 16;
/** The most elements that are read to gather those that do not stand one after the other: a transposed matrix of 8,192 x 8,192. */
const MAX_SPAN = 64 * 1024 * 1024;

/**
 * One open file of torch.save (since torch 1.6: a zip archive with the description of the tensors in data.pkl and one
 * record a storage): the description is read, tensors are read on demand. Calls may overlap.
 */
export class TorchFile implements TensorStore {
  #closed: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly tensors: ReadonlyMap<string, TorchTensor>,
    private readonly handle: FileHandle,
    private readonly archive: Archive,
  ) {}

  /**
   * @throws E_SHARD_MISSING, E_EMPTY, E_PICKLE (not a zip archive, or a pickle with anything else than tensors), E_FORMAT_UNSUPPORTED
   *   (TorchScript, big-endian), E_HEADER_INVALID, E_HEADER_TRUNCATED, E_DUPLICATE_KEY, E_PATH, E_OFFSETS, E_SHAPE, E_UNREADABLE
   */
  static async open(path: string): Promise<TorchFile> {
    const { handle, size } = await openShard(path);
    try {
      await checkMagic(handle, path, size);
      const archive = await Archive.open(handle, path, size);
      await checkKind(handle, archive);
      const pickle = await readRecord(handle, archive, 'data.pkl', MAX_PICKLE_BYTES);
      const tensors = new Map<string, TorchTensor>();
      for (const [name, ref] of stateDict(readPickle(pickle, path), path)) tensors.set(name, placeTensor(name, ref, archive));
      return new TorchFile(path, tensors, handle, archive);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Elements [start, start + count) of a tensor, row-major, as f32.
   * @throws E_TENSOR_MISSING, E_DTYPE, E_SHAPE (the tensor has fewer elements), E_WEIGHTS_NOT_FINITE, E_FORMAT_UNSUPPORTED (too far
   *   apart), E_HEADER_INVALID (the record's own header is damaged), E_OUT_OF_MEMORY, E_UNREADABLE
   */
  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw noTensor(name);
    const dtype = checkReadable(tensor, start, count);
    if (this.#closed !== undefined) throw closedError(this.path);
    const begin = elementPosition(await this.archive.positionOf(tensor.record), dtype, tensor.offset);
    return tensor.stride === undefined
      ? readNumbers(this.handle, this.path, name, dtype, elementPosition(begin, dtype, start), start, count)
      : this.#gather(tensor, tensor.stride, dtype, begin, start, count);
  }

  blockType(name: string): BlockType | undefined {
    const tensor = this.tensors.get(name);
    return tensor === undefined || tensor.stride !== undefined ? undefined : plainBlocks(tensor.dtype);
  }

  /** @throws E_TENSOR_MISSING, E_SHAPE, E_DTYPE, E_HEADER_INVALID, E_UNREADABLE */
  async readBlocks(name: string, start: number, target: Uint8Array): Promise<void> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw noTensor(name);
    const dtype = checkReadable(tensor, start, target.byteLength / (this.blockType(name)?.bytes ?? 1));
    if (this.#closed !== undefined) throw closedError(this.path);
    await readFully(this.handle, this.path, target, (await this.archive.positionOf(tensor.record)) + (tensor.offset + start) * elementBytes(dtype));
  }

  /** Ends reads that are under way with E_UNREADABLE; can be called again. */
  close(): Promise<void> {
    this.#closed ??= this.handle.close();
    return this.#closed;
  }

  /** A strided tensor: reads from the first to the last of the elements, and picks them. `begin` is the position of the tensor's first element. */
  async #gather({ name, shape }: TorchTensor, stride: readonly number[], dtype: Dtype, begin: number, start: number, count: number): Promise<Float32Array> {
    const values = allocate(name, count);
    if (count === 0) return values;
    const { first, last } = reach(shape, stride, start, count);
    if (last - first >= MAX_SPAN) {
      throw new LensError('E_FORMAT_UNSUPPORTED', `Elements of tensor ${quote(name)} in ${this.path} that belong together are ${last - first} elements apart.`, 'It was saved transposed: save it again after .contiguous().');
    }
    const span = allocate(name, last - first + 1);
    await fill(span, this.handle, this.path, dtype, elementPosition(begin, dtype, first));
    let i = 0;
    for (const at of sourceIndices(shape, stride, start, count)) values[i++] = span[at - first];
    if (!areFinite(values)) throw notFinite(name, values, start);
    return values;
  }
}

async function checkMagic(handle: FileHandle, path: string, size: number): Promise<void> {
  if (size === 0) throw new LensError('E_EMPTY', `${path} is empty.`, 'Its download did not finish: fetch it again.');
  const magic = new Uint8Array(Math.min(size, ZIP_MAGIC.length * 2));
  await readFully(handle, path, magic, 0);
  if (Buffer.from(magic).toString('latin1').startsWith(ZIP_MAGIC)) return;
  if (decodeUtf8(magic)?.startsWith('version ') === true) throw new LensError('E_HEADER_INVALID', `${path} is not a file of torch.save.`, damageHint(magic));
  throw refused(path, 'is a bare pickle as torch wrote them before 1.6 (or no file of torch.save at all), which can run programs');
}

/** What torch.save and torch.jit.save write has the same ending; and a big-endian machine can have written it. */
async function checkKind(handle: FileHandle, archive: Archive): Promise<void> {
  if (archive.has('constants.pkl')) throw new LensError('E_FORMAT_UNSUPPORTED', `${archive.path} is a TorchScript program.`, 'Save the model\'s state_dict with torch.save.');
  if (!archive.has('byteorder')) return;
  const order = Buffer.from(await readRecord(handle, archive, 'byteorder', MAX_BYTEORDER_BYTES)).toString('latin1');
  if (order !== 'little') throw new LensError('E_FORMAT_UNSUPPORTED', `${archive.path} was written in the byte order ${quote(order)}.`, 'Load it with torch on any machine and save it again.');
}

async function readRecord(handle: FileHandle, archive: Archive, record: string, limit: number): Promise<Uint8Array> {
  const size = archive.sizeOf(record);
  if (size === undefined) throw new LensError('E_HEADER_INVALID', `${archive.path} is a zip archive, but not of torch.save: it has no ${record}.`, 'Choose a file of weights.');
  if (size > limit) throw new LensError('E_HEADER_INVALID', `The record ${record} of ${archive.path} has ${size} bytes; the limit is ${limit}.`, 'Is it a language model?');
  const bytes = new Uint8Array(size);
  await readFully(handle, archive.path, bytes, await archive.positionOf(record));
  return bytes;
}
