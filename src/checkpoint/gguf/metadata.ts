import { LensError } from '../../base/errors.js';
import type { JsonObject } from '../checkpoint.js';
import { quote } from '../jsonValue.js';
import { LENGTH_BYTES, MAX_TEXT_BYTES, type HeaderCursor } from './headerCursor.js';

/** Metadata entries of one file: released models have 20 to 60. */
const MAX_ENTRIES = 65_536;
/** Bytes of a key or a tensor name: the format's own limit for keys. */
export const MAX_NAME_BYTES = 65_535;
/** Array elements of all entries together, against exhausted memory. The largest vocabularies (262,144 tokens with scores, types and merges) have 1.3 million. */
const MAX_ELEMENTS = 2_000_000;

/** Which values are kept: what is longer is passed over without being built. */
export interface Keep {
  /** The most elements of an array. */
  readonly elements: number;
  /** The most bytes of a text, up to MAX_TEXT_BYTES. */
  readonly textBytes: number;
}

/** All that a run needs. Longer texts are whole files that some converters put beside their values, such as tokenizer.json. */
export const KEEP_ALL: Keep = { elements: Infinity, textBytes: MAX_TEXT_BYTES };
/** For a list of models: numbers and names without vocabularies. Per-layer arrays have one element a layer; chat templates up to 20 KB. */
export const KEEP_SHORT: Keep = { elements: 1024, textBytes: 65_536 };

export interface Metadata {
  /** The values that were kept, in the file's order; 64-bit integers as numbers. */
  readonly values: JsonObject;
  /** Elements of every array, kept or not. */
  readonly arrayLengths: ReadonlyMap<string, number>;
}

interface Scalar {
  readonly bytes: number;
  readonly read: (cursor: HeaderCursor) => number | boolean;
}

const STRING = 8;
const ARRAY = 9;
/** gguf.h, `enum gguf_type`. */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, { bytes: 1, read: (c) => c.u8() }],
  [1, { bytes: 1, read: (c) => c.i8() }],
  [2, { bytes: 2, read: (c) => c.u16() }],
  [3, { bytes: 2, read: (c) => c.i16() }],
  [4, { bytes: 4, read: (c) => c.u32() }],
  [5, { bytes: 4, read: (c) => c.i32() }],
  [6, { bytes: 4, read: (c) => c.f32() }],
  [7, { bytes: 1, read: (c) => c.u8() !== 0 }],
  [10, { bytes: 8, read: (c) => c.u64() }],
  [11, { bytes: 8, read: (c) => c.i64() }],
  [12, { bytes: 8, read: (c) => c.f64() }],
]);

/** Numbers that are read between two looks at the window. */
const NUMBERS_AT_ONCE = 4096;

/**
 * Reads the metadata entries of a header: key, type, value.
 * @param count from the file
 * @throws E_GGUF_TRUNCATED, E_GGUF_LIMIT, E_DUPLICATE_KEY, E_HEADER_INVALID (an unknown type, a key that is not UTF-8), E_UNREADABLE
 */
export async function readMetadata(cursor: HeaderCursor, count: number, keep: Keep): Promise<Metadata> {
  if (count > MAX_ENTRIES) throw limit(cursor, `claims ${count} metadata entries; the limit is ${MAX_ENTRIES}`);
  const seen = new Set<string>();
  const values = new Map<string, unknown>();
  const arrayLengths = new Map<string, number>();
  let elements = MAX_ELEMENTS;
  for (let i = 0; i < count; i++) {
    const key = await readName(cursor, 'a metadata key');
    if (seen.has(key)) throw new LensError('E_DUPLICATE_KEY', `The header of ${cursor.path} has ${quote(key)} twice.`, 'Which of the two is meant is unknown: fetch the file again.');
    seen.add(key);
    await cursor.need(4);
    const type = cursor.u32();
    if (type === ARRAY) {
      const { type: inner, length } = await readArrayHead(cursor, key, elements);
      elements -= length;
      arrayLengths.set(key, length);
      const kept = length <= keep.elements;
      if (kept) values.set(key, inner === STRING ? await readStrings(cursor, length) : await readNumbers(cursor, scalarOf(cursor, inner, key), length));
      else if (inner === STRING) await skipStrings(cursor, length);
      else cursor.skip(length * scalarOf(cursor, inner, key).bytes);
    } else if (type === STRING) {
      await cursor.need(LENGTH_BYTES);
      const bytes = cursor.u64();
      if (bytes > keep.textBytes) cursor.skip(bytes);
      else values.set(key, await cursor.text(bytes));
    } else {
      const scalar = scalarOf(cursor, type, key);
      await cursor.need(scalar.bytes);
      values.set(key, scalar.read(cursor));
    }
  }
  return { values: Object.fromEntries(values), arrayLengths }; // own properties, whatever they are called
}

/** A key or the name of a tensor. They tell things apart, so nothing may be lost in decoding them. */
export async function readName(cursor: HeaderCursor, what: string): Promise<string> {
  await cursor.need(LENGTH_BYTES);
  const length = cursor.u64();
  cursor.check(length);
  if (length > MAX_NAME_BYTES) throw limit(cursor, `has ${what} of ${length} bytes; the limit is ${MAX_NAME_BYTES}`);
  const name = await cursor.text(length);
  if (name.includes('\ufffd')) throw new LensError('E_HEADER_INVALID', `The header of ${cursor.path} has ${what} that is not UTF-8: ${quote(name)}.`, 'The file is damaged: fetch it again.');
  return name;
}

interface ArrayHead {
  readonly type: number;
  readonly length: number;
}

/** @param elements how many more elements arrays may have */
async function readArrayHead(cursor: HeaderCursor, key: string, elements: number): Promise<ArrayHead> {
  await cursor.need(12);
  const type = cursor.u32();
  const length = cursor.u64();
  // the format allows arrays of arrays, but no model has them and llama.cpp refuses them
  if (type === ARRAY) throw limit(cursor, `has arrays in the array ${quote(key)}`);
  cursor.check(length * (type === STRING ? LENGTH_BYTES : scalarOf(cursor, type, key).bytes));
  if (length > elements) throw limit(cursor, `has arrays of more than ${MAX_ELEMENTS} elements together (${quote(key)} has ${length})`);
  return { type, length };
}

async function readStrings(cursor: HeaderCursor, count: number): Promise<readonly string[]> {
  const strings: string[] = [];
  while (strings.length < count) {
    cursor.takeStrings(count - strings.length, strings);
    if (strings.length < count) strings.push(await cursor.string()); // the one that the window's end cuts
  }
  return strings;
}

async function skipStrings(cursor: HeaderCursor, count: number): Promise<void> {
  for (let i = cursor.skipStrings(count); i < count; i += cursor.skipStrings(count - i)) {
    await cursor.need(LENGTH_BYTES);
    cursor.skip(cursor.u64());
    i++;
  }
}

async function readNumbers(cursor: HeaderCursor, { bytes, read }: Scalar, count: number): Promise<readonly (number | boolean)[]> {
  const numbers: (number | boolean)[] = [];
  while (numbers.length < count) {
    const next = Math.min(count - numbers.length, NUMBERS_AT_ONCE);
    await cursor.need(next * bytes);
    for (let i = 0; i < next; i++) numbers.push(read(cursor));
  }
  return numbers;
}

function scalarOf(cursor: HeaderCursor, type: number, key: string): Scalar {
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw new LensError('E_HEADER_INVALID', `${quote(key)} in ${cursor.path} has the unknown value type ${type}.`, 'The file is damaged: fetch it again.');
  return scalar;
}

function limit(cursor: HeaderCursor, what: string): LensError {
  return new LensError('E_GGUF_LIMIT', `${cursor.path} ${what}.`, 'The file is damaged: no model needs that much.');
}
