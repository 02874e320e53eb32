import { LensError } from '../../base/errors.js';
import { dtypeBits, isReadable } from '../dtypes.js';
import { damageHint, decodeUtf8, readFully, type ByteSource } from '../files.js';
import { scanJsonObject, type ScanLimits } from '../jsonScan.js';
import { isCount, isJsonObject, quote } from '../jsonValue.js';
import type { TensorInfo } from '../tensorStore.js';

/** A safetensors file starts with the length of its header: 8 bytes, unsigned, little-endian. */
const LENGTH_BYTES = 8;
/** What the header begins with: it is a JSON object. */
const BRACE = 0x7b;
/** The format's own limit, against headers made to exhaust memory. */
export const MAX_HEADER_BYTES = 100_000_000;
/** Tensors in one file. The largest released models have about 100,000 in all their shards together. */
export const MAX_TENSORS_PER_FILE = 131_072;
/** A tensor entry is about ten JSON values (its keys, its dimensions, two offsets); entries nest 3 deep, more is not the format. */
const HEADER_SCAN: ScanLimits = { depth: 8, values: 16 * MAX_TENSORS_PER_FILE, keys: MAX_TENSORS_PER_FILE + 1 };

/** One tensor of one file; `begin` is the position of its first byte in the file. */
export interface TensorEntry extends TensorInfo {
  readonly begin: number;
}

/**
 * Reads and checks the header of a safetensors file, nothing else: every length, shape and offset is compared with
 * the file's size before it is used. As the reference reader does, it wants the tensors to cover the data without
 * overlap, hole or rest.
 * Source: the format section of the safetensors README.
 * @param size the file's size in bytes
 * @throws E_EMPTY, E_HEADER_TRUNCATED, E_HEADER_LENGTH, E_HEADER_INVALID, E_DUPLICATE_KEY, E_DTYPE, E_SHAPE, E_OFFSETS, E_UNREADABLE
 */
export async function readHeader(source: ByteSource, path: string, size: number): Promise<ReadonlyMap<string, TensorEntry>> {
  if (size === 0) throw new LensError('E_EMPTY', `${path} is empty.`, 'Its download did not finish: fetch it again.');
  if (size < LENGTH_BYTES) throw new LensError('E_HEADER_TRUNCATED', `${path} has ${size} bytes: too few for a safetensors file.`, 'Fetch it again.');
  const prefix = new Uint8Array(LENGTH_BYTES);
  await readFully(source, path, prefix, 0);
  const declared = new DataView(prefix.buffer).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER_BYTES) || declared < 2n) {
    throw new LensError('E_HEADER_LENGTH', `${path} claims a header of ${declared} bytes; it can be 2 to ${MAX_HEADER_BYTES}.`, damageHint(prefix));
  }
  const length = Number(declared);
  const header = new Uint8Array(Math.min(length, size - LENGTH_BYTES));
  await readFully(source, path, header.subarray(0, 1), LENGTH_BYTES);
  if (header.length > 0 && header[0] !== BRACE) throw noObject(path, length, size); // before 100 MB of anything are read
  await readFully(source, path, header.subarray(1), LENGTH_BYTES + 1);
  if (header.length < length) throw shortHeader(path, header, length, size);
  const text = decodeUtf8(header);
  if (text === undefined) throw new LensError('E_HEADER_INVALID', `The header of ${path} is not UTF-8.`, 'The file is damaged: fetch it again.');
  return parseHeader(text, path, LENGTH_BYTES + length, size);
}

function noObject(path: string, length: number, size: number): LensError {
  return length > size - LENGTH_BYTES
    ? new LensError('E_HEADER_LENGTH', `${path} claims a header of ${length} bytes but has ${size}.`, 'The file is damaged: fetch it again.')
    : new LensError('E_HEADER_INVALID', `The header of ${path} does not start with {.`, 'The file is damaged or not a safetensors file.');
}

/**
 * A header that is longer than its file: was the file cut, or is the length wrong? The JSON tells: if its object
 * closes inside the file, the length is wrong.
 */
function shortHeader(path: string, header: Uint8Array, length: number, size: number): LensError {
  const start = Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString('latin1');
  return start === '' || scanJsonObject(start, HEADER_SCAN).kind === 'unfinished'
    ? new LensError('E_HEADER_TRUNCATED', `${path} ends inside its header (${size} bytes; the header alone has ${length}).`, 'Its download is incomplete: fetch it again.')
    : new LensError('E_HEADER_LENGTH', `${path} claims a header of ${length} bytes but has ${size}.`, 'The file is damaged: fetch it again.');
}

/**
 * The tensors that a header names, in its order.
 * @param dataStart position in the file of the first byte after the header
 * @param size the file's size in bytes
 */
export function parseHeader(text: string, path: string, dataStart: number, size: number): ReadonlyMap<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(parseStrictObject(text, path))) {
    if (name === '__metadata__') checkMetadata(value, path);
    else tensors.set(name, tensorEntry(name, value, path, dataStart, size));
  }
  checkCoverage(tensors, path, dataStart, size);
  return tensors;
}

function parseStrictObject(text: string, path: string): object {
  const invalid = (why: string): LensError => new LensError('E_HEADER_INVALID', `The header of ${path} ${why}.`, 'The file is damaged or not a safetensors file.');
  if (!text.startsWith('{')) throw invalid('does not start with {');
  const scan = scanJsonObject(text, HEADER_SCAN);
  if (scan.kind === 'duplicate') throw new LensError('E_DUPLICATE_KEY', `The header of ${path} has ${quote(scan.key)} twice.`, 'Which of the two is meant is unknown: write the file again.');
  if (scan.kind === 'too-deep') throw invalid(`is nested more than ${HEADER_SCAN.depth} deep`);
  if (scan.kind === 'too-many') throw invalid(`has more than ${MAX_TENSORS_PER_FILE} tensors, or ${HEADER_SCAN.values} values`);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // told below, with the file's name
  }
  throw invalid('is not valid JSON');
}

function checkMetadata(value: unknown, path: string): void {
  const ok = isJsonObject(value) && Object.values(value).every((v) => typeof v === 'string');
  if (!ok) throw new LensError('E_HEADER_INVALID', `__metadata__ in ${path} is not a map from text to text.`);
}

function tensorEntry(name: string, value: unknown, path: string, dataStart: number, size: number): TensorEntry {
  const where = (): string => `Tensor ${quote(name)} in ${path}`; // made for errors only: a header has thousands of entries
  if (!isJsonObject(value)) throw new LensError('E_HEADER_INVALID', `${where()} is not described by an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  const bits = typeof dtype === 'string' ? dtypeBits(dtype) : undefined;
  if (typeof dtype !== 'string' || bits === undefined) {
    throw new LensError('E_DTYPE', `${where()} has the unknown dtype ${quote(dtype)}.`, 'The file is damaged, or newer than this version.');
  }
  const elements = elementCount(shape, where);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new LensError('E_OFFSETS', `${where()} has data_offsets ${quote(offsets)}; two whole numbers are wanted.`, 'The file is damaged.');
  }
  const [begin, end] = offsets;
  if (begin > end) throw new LensError('E_OFFSETS', `${where()} ends (${end}) before it begins (${begin}).`, 'The file is damaged.');
  if (end > size - dataStart) {
    throw new LensError('E_OFFSETS', `${where()} ends ${end - (size - dataStart)} bytes after the end of the file.`, 'Its download is incomplete: fetch it again.');
  }
  if (elements.count * bits !== (end - begin) * 8) {
    throw new LensError('E_SHAPE', `${where()} has ${end - begin} bytes, which is not the shape ${quote(shape)} in ${dtype}.`, 'The file is damaged.');
  }
  return { name, dtype, shape: elements.shape, bytes: end - begin, readable: isReadable(dtype), begin: dataStart + begin };
}

function elementCount(shape: unknown, where: () => string): { readonly shape: readonly number[]; readonly count: number } {
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new LensError('E_SHAPE', `${where()} has the shape ${quote(shape)}; whole numbers are wanted.`, 'The file is damaged.');
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) throw new LensError('E_SHAPE', `${where()} has the shape ${quote(shape)}: more elements than any file holds.`, 'The file is damaged.');
  }
  return { shape, count };
}

/** Sorted by position, each tensor has to begin where the one before ends, and the last to end with the file. */
function checkCoverage(tensors: ReadonlyMap<string, TensorEntry>, path: string, dataStart: number, size: number): void {
  const sorted = [...tensors.values()].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes);
  let end = dataStart;
  for (const t of sorted) {
    if (t.begin < end) throw new LensError('E_OFFSETS', `Tensor ${quote(t.name)} in ${path} overlaps another one.`, 'The file is damaged.');
    if (t.begin > end) throw new LensError('E_OFFSETS', `${path} has ${t.begin - end} bytes before tensor ${quote(t.name)} that belong to no tensor.`, 'The file is damaged.');
    end += t.bytes;
  }
  if (end !== size) throw new LensError('E_OFFSETS', `${path} has ${size - end} bytes after its last tensor.`, 'The file is damaged.');
}
