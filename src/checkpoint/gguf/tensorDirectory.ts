import { LensError } from '../../base/errors.js';
import { quote } from '../jsonValue.js';
import { MAX_TENSORS_PER_FILE, type TensorEntry } from '../safetensors/headerEntries.js';
import { ggmlType, type GgmlType } from './ggmlTypes.js';
import type { HeaderCursor } from './headerCursor.js';
import { readName } from './metadata.js';
import { dequantizer } from '../blocks/registry.js';

/** ggml.h, GGML_MAX_DIMS. */
const MAX_DIMENSIONS = 4;

/** MXFP4 before ggml gave it a number; the nibbles lay otherwise. */
const OLLAMA_MXFP4 = 4;

/** One tensor of one file; `begin` is the position of its first byte in the file. */
export interface GgufTensor extends TensorEntry {
  readonly type: GgmlType;
}

/**
 * Reads the tensor directory, which ends the header. `begin` is still counted from the data section, whose place is
 * only known afterwards: see placeTensors.
 * @param count from the file
 * @throws E_GGUF_TRUNCATED, E_GGUF_LIMIT, E_DUPLICATE_KEY, E_DTYPE, E_SHAPE, E_HEADER_INVALID, E_UNREADABLE
 */
export async function readDirectory(cursor: HeaderCursor, count: number): Promise<readonly GgufTensor[]> {
  if (count > MAX_TENSORS_PER_FILE) {
    throw new LensError('E_GGUF_LIMIT', `${cursor.path} claims ${count} tensors; the limit is ${MAX_TENSORS_PER_FILE}.`, 'The file is damaged: fetch it again.');
  }
  const names = new Set<string>();
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < count; i++) {
    const name = await readName(cursor, 'the name of a tensor');
    const where = (): string => `Tensor ${quote(name)} in ${cursor.path}`; // made for errors only
    if (names.has(name)) throw new LensError('E_DUPLICATE_KEY', `${where()} is listed twice.`, 'Which of the two is meant is unknown: fetch the file again.');
    names.add(name);
    await cursor.need(4);
    const dimensions = cursor.u32();
    if (dimensions > MAX_DIMENSIONS) throw new LensError('E_SHAPE', `${where()} claims ${dimensions} dimensions; there can be ${MAX_DIMENSIONS}.`, 'The file is damaged.');
    await cursor.need(8 * dimensions + 12);
    // the file lists the fastest dimension first
    const shape = Array.from({ length: dimensions }, () => cursor.u64()).reverse();
    const id = cursor.u32();
    const type = ggmlType(id);
    if (type === undefined) throw new LensError('E_DTYPE', `${where()} has the unknown type ${id}.`, id === OLLAMA_MXFP4 ? 'Ollama\'s first gpt-oss files have it: fetch the model again.' : 'The file is damaged, or newer than this version of MoE Lens.');
    const bytes = byteLength(shape, type, where);
    tensors.push({ name, dtype: type.name, shape, bytes, readable: dequantizer(type.name) !== undefined, begin: cursor.u64(), type });
  }
  return tensors;
}

function byteLength(shape: readonly number[], type: GgmlType, where: () => string): number {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(dimension) || !Number.isSafeInteger(count)) {
      throw new LensError('E_SHAPE', `${where()} has the shape ${quote(shape)}: more elements than any file holds.`, 'The file is damaged.');
    }
  }
  const row = shape.at(-1) ?? 1;
  if (row % type.elements !== 0) {
    throw new LensError('E_SHAPE', `${where()} has the shape ${quote(shape)}, but ${type.name} comes in blocks of ${type.elements}.`, 'The file is damaged.');
  }
  return (count / type.elements) * type.bytes;
}

/**
 * The tensors with their places in the file, each of which has to be aligned, inside the file and of its own.
 * @param dataStart position in the file of the data section
 * @param size the file's size in bytes
 * @throws E_OFFSETS
 */
export function placeTensors(tensors: readonly GgufTensor[], path: string, dataStart: number, alignment: number, size: number): ReadonlyMap<string, GgufTensor> {
  const wrong = (name: string, why: string, hint = 'The file is damaged.'): LensError => new LensError('E_OFFSETS', `Tensor ${quote(name)} in ${path} ${why}.`, hint);
  const placed = new Map<string, GgufTensor>();
  for (const tensor of tensors) {
    const { name, begin, bytes } = tensor;
    if (begin % alignment !== 0) throw wrong(name, `begins at ${begin}, which is not a multiple of ${alignment}`);
    const end = dataStart + begin + bytes;
    if (end > size) throw wrong(name, `ends ${end - size} bytes after the end of the file`, 'Its download is incomplete: fetch it again.');
    placed.set(name, { ...tensor, begin: dataStart + begin });
  }
  let end = dataStart;
  for (const { name, begin, bytes } of [...placed.values()].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes)) {
    if (begin < end) throw wrong(name, 'overlaps another one');
    end = begin + bytes;
  }
  return placed;
}
