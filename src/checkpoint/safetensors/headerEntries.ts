import { LensError } from '../../base/errors.js';
import { dtypeBits, isReadable } from '../dtypes.js';
import { JsonError } from '../jsonError.js';
import { JsonReader, type JsonLimits } from '../jsonReader.js';
import { isCount, isJsonObject, quote } from '../jsonValue.js';
import type { TensorInfo } from '../tensorStore.js';

/** Tensors in one file. The largest released models have about 100,000 in all their shards together. */
export const MAX_TENSORS_PER_FILE = 131_072;
/** A tensor entry is about eight JSON values (itself, its type, its dimensions, two offsets); entries nest 3 deep, more is not the format. */
export const HEADER_LIMITS: JsonLimits = { depth: 8, values: 16 * MAX_TENSORS_PER_FILE };
const METADATA = '__metadata__';

/** One tensor of one file; `begin` is the position of its first byte in the file. */
export interface TensorEntry extends TensorInfo {
  readonly begin: number;
}

/**
 * The tensors that a header names, in its order.
 * @param header valid UTF-8
 * @param dataStart position in the file of the first byte after the header
 * @param size the file's size in bytes
 */
export function parseHeader(header: Uint8Array, path: string, dataStart: number, size: number): ReadonlyMap<string, TensorEntry> {
  try {
    const tensors = readEntries(new JsonReader(header, HEADER_LIMITS), path, dataStart, size);
    checkCoverage(tensors, path, dataStart, size);
    return tensors;
  } catch (error) {
    throw error instanceof JsonError ? malformed(error, path) : error;
  }
}

function malformed({ fault, key }: JsonError, path: string): LensError {
  if (fault === 'duplicate') return new LensError('E_DUPLICATE_KEY', `The header of ${path} has ${quote(key)} twice.`, 'Which of the two is meant is unknown: write the file again.');
  const why = { 'invalid': 'is not valid JSON', 'unfinished': 'is not valid JSON', 'too-deep': `is nested more than ${HEADER_LIMITS.depth} deep`, 'too-many': `has more than ${MAX_TENSORS_PER_FILE} tensors, or ${HEADER_LIMITS.values} values` }[fault];
  return new LensError('E_HEADER_INVALID', `The header of ${path} ${why}.`, 'The file is damaged or not a safetensors file.');
}

function readEntries(reader: JsonReader, path: string, dataStart: number, size: number): ReadonlyMap<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  let hasMetadata = false;
  reader.enterObject();
  for (let name = reader.key(); name !== undefined; name = reader.key()) {
    if (name === METADATA) {
      if (hasMetadata) throw new JsonError('duplicate', name);
      hasMetadata = true;
      checkMetadata(reader.value(), path);
      continue;
    }
    const count = tensors.size;
    tensors.set(name, readEntry(reader, name, path, dataStart, size));
    if (tensors.size === count) throw new JsonError('duplicate', name);
    if (tensors.size > MAX_TENSORS_PER_FILE) throw new JsonError('too-many');
  }
  reader.end();
  return tensors;
}

function checkMetadata(value: unknown, path: string): void {
  const ok = isJsonObject(value) && Object.values(value).every((v) => typeof v === 'string');
  if (!ok) throw new LensError('E_HEADER_INVALID', `${METADATA} in ${path} is not a map from text to text.`);
}

function readEntry(reader: JsonReader, name: string, path: string, dataStart: number, size: number): TensorEntry {
  if (!reader.isObject()) throw new LensError('E_HEADER_INVALID', `${where(name, path)} is not described by an object.`);
  let dtype, shape, offsets: unknown; // no keys of an object, which would cost more than reading them
  reader.enterObject();
  for (let key = reader.key(); key !== undefined; key = reader.key()) {
    const before: unknown = key === 'dtype' ? dtype : key === 'shape' ? shape : key === 'data_offsets' ? offsets : undefined;
    if (before !== undefined) throw new JsonError('duplicate', key);
    const value = reader.value();
    if (key === 'dtype') dtype = value;
    if (key === 'shape') shape = value;
    if (key === 'data_offsets') offsets = value;
  }
  return tensorEntry(name, dtype, shape, offsets, path, dataStart, size);
}

/** Made for errors only: a header has thousands of entries. */
const where = (name: string, path: string): string => `Tensor ${quote(name)} in ${path}`;

function tensorEntry(name: string, dtype: unknown, shape: unknown, offsets: unknown, path: string, dataStart: number, size: number): TensorEntry {
  const bits = typeof dtype === 'string' ? dtypeBits(dtype) : undefined;
  if (typeof dtype !== 'string' || bits === undefined) {
    throw new LensError('E_DTYPE', `${where(name, path)} has the unknown dtype ${quote(dtype)}.`, 'The file is damaged, or newer than this version.');
  }
  if (!isCounts(shape)) throw new LensError('E_SHAPE', `${where(name, path)} has the shape ${quote(shape)}; whole numbers are wanted.`, 'The file is damaged.');
  let elements = 1;
  for (const dimension of shape) {
    elements *= dimension;
    if (!Number.isSafeInteger(elements)) throw new LensError('E_SHAPE', `${where(name, path)} has the shape ${quote(shape)}: more elements than any file holds.`, 'The file is damaged.');
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new LensError('E_OFFSETS', `${where(name, path)} has data_offsets ${quote(offsets)}; two whole numbers are wanted.`, 'The file is damaged.');
  }
  const [begin, end] = offsets;
  if (begin > end) throw new LensError('E_OFFSETS', `${where(name, path)} ends (${end}) before it begins (${begin}).`, 'The file is damaged.');
  if (end > size - dataStart) {
    throw new LensError('E_OFFSETS', `${where(name, path)} ends ${end - (size - dataStart)} bytes after the end of the file.`, 'Its download is incomplete: fetch it again.');
  }
  if (elements * bits !== (end - begin) * 8) {
    throw new LensError('E_SHAPE', `${where(name, path)} has ${end - begin} bytes, which is not the shape ${quote(shape)} in ${dtype}.`, 'The file is damaged.');
  }
  return { name, dtype, shape, bytes: end - begin, readable: isReadable(dtype), begin: dataStart + begin };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** Sorted by position (as almost all files list them), each tensor has to begin where the one before ends, and the last to end with the file. */
function checkCoverage(tensors: ReadonlyMap<string, TensorEntry>, path: string, dataStart: number, size: number): void {
  let end = dataStart;
  for (const t of isInOrder(tensors) ? tensors.values() : [...tensors.values()].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes)) {
    if (t.begin < end) throw new LensError('E_OFFSETS', `Tensor ${quote(t.name)} in ${path} overlaps another one.`, 'The file is damaged.');
    if (t.begin > end) throw new LensError('E_OFFSETS', `${path} has ${t.begin - end} bytes before tensor ${quote(t.name)} that belong to no tensor.`, 'The file is damaged.');
    end += t.bytes;
  }
  if (end !== size) throw new LensError('E_OFFSETS', `${path} has ${size - end} bytes after its last tensor.`, 'The file is damaged.');
}

function isInOrder(tensors: ReadonlyMap<string, TensorEntry>): boolean {
  let end = 0;
  for (const { begin, bytes } of tensors.values()) {
    if (begin < end) return false;
    end = begin + bytes;
  }
  return true;
}
