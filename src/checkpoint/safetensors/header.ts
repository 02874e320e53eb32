import { isUtf8 } from 'node:buffer';
import { LensError } from '../../base/errors.js';
import { damageHint, readFully, type ByteSource } from '../files.js';
import { JsonError } from '../jsonError.js';
import { JsonReader } from '../jsonReader.js';
import { HEADER_LIMITS, parseHeader, type TensorEntry } from './headerEntries.js';

/** A safetensors file starts with the length of its header: 8 bytes, unsigned, little-endian. */
const LENGTH_BYTES = 8;
/** What the header begins with: it is a JSON object. */
const BRACE = 0x7b;
/** The format's own limit, against headers made to exhaust memory. */
export const MAX_HEADER_BYTES = 100_000_000;

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
  if (!isUtf8(header)) throw new LensError('E_HEADER_INVALID', `The header of ${path} is not UTF-8.`, 'The file is damaged: fetch it again.');
  return parseHeader(header, path, LENGTH_BYTES + length, size);
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
  return isUnfinished(header)
    ? new LensError('E_HEADER_TRUNCATED', `${path} ends inside its header (${size} bytes; the header alone has ${length}).`, 'Its download is incomplete: fetch it again.')
    : new LensError('E_HEADER_LENGTH', `${path} claims a header of ${length} bytes but has ${size}.`, 'The file is damaged: fetch it again.');
}

function isUnfinished(header: Uint8Array): boolean {
  try {
    new JsonReader(header, HEADER_LIMITS).value();
    return false;
  } catch (error) {
    return error instanceof JsonError && error.fault === 'unfinished';
  }
}
