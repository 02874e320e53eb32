import { LensError } from '../../base/errors.js';
import { damageHint, type ByteSource } from '../files.js';
import { quote } from '../jsonValue.js';
import { HeaderCursor } from './headerCursor.js';
import { readMetadata, type Keep, type Metadata } from './metadata.js';
import { placeTensors, readDirectory, type GgufTensor } from './tensorDirectory.js';

const MAGIC = 'GGUF';
const ALIGNMENT = 'general.alignment';
/** Where tensors may begin unless general.alignment says otherwise (gguf.h, GGUF_DEFAULT_ALIGNMENT). */
const DEFAULT_ALIGNMENT = 32;

/** What one GGUF file says about itself. */
export interface GgufHeader {
  readonly version: number;
  /** Bytes: tensors begin at multiples of it. */
  readonly alignment: number;
  readonly metadata: Metadata['values'];
  /** Elements of every array of the metadata, also of those that were not kept. */
  readonly arrayLengths: ReadonlyMap<string, number>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/**
 * Reads and checks the header of a GGUF file (version 2 or 3, little-endian), nothing else: every length, count, shape
 * and offset is compared with the file's size before it is used.
 * Source: the format's specification (ggml, docs/gguf.md) and its reader (gguf.cpp).
 * @param size the file's size in bytes
 * @param keep which metadata values are built
 * @throws E_EMPTY, E_GGUF_MAGIC, E_GGUF_VERSION, E_GGUF_LIMIT, E_GGUF_TRUNCATED, E_GGUF_ALIGNMENT, E_DUPLICATE_KEY, E_HEADER_INVALID, E_DTYPE, E_SHAPE, E_OFFSETS, E_UNREADABLE
 */
export async function readHeader(source: ByteSource, path: string, size: number, keep: Keep): Promise<GgufHeader> {
  if (size === 0) throw new LensError('E_EMPTY', `${path} is empty.`, 'Its download did not finish: fetch it again.');
  const cursor = new HeaderCursor(source, path, size);
  await readMagic(cursor);
  const version = await readVersion(cursor);
  await cursor.need(16);
  const tensorCount = cursor.u64();
  const metadata = await readMetadata(cursor, cursor.u64(), keep);
  const alignment = alignmentOf(metadata, path);
  const directory = await readDirectory(cursor, tensorCount);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  return { version, alignment, metadata: metadata.values, arrayLengths: metadata.arrayLengths, tensors: placeTensors(directory, path, dataStart, alignment, size) };
}

async function readMagic(cursor: HeaderCursor): Promise<void> {
  const magic = await cursor.text(Math.min(MAGIC.length, cursor.size));
  if (magic === MAGIC) return;
  if (MAGIC.startsWith(magic)) cursor.check(1); // the file ends inside the magic
  const start = Buffer.from(magic + (await cursor.text(Math.min(4, cursor.size - cursor.position))));
  throw new LensError('E_GGUF_MAGIC', `${cursor.path} begins with ${quote(magic)}, not with "${MAGIC}": it is not a GGUF file.`, damageHint(start));
}

async function readVersion(cursor: HeaderCursor): Promise<number> {
  await cursor.need(4);
  const version = cursor.u32();
  if (version === 2 || version === 3) return version;
  if (version === 1) throw new LensError('E_GGUF_VERSION', `${cursor.path} is GGUF version 1, which was in use for a few weeks of 2023.`, 'Convert the model again with a current llama.cpp.');
  if (version % 65_536 === 0 && version !== 0) {
    throw new LensError('E_GGUF_VERSION', `${cursor.path} is a big-endian GGUF file; only little-endian ones can be read.`, 'Get the little-endian file, which almost every release is.');
  }
  throw new LensError('E_GGUF_VERSION', `${cursor.path} is GGUF version ${version}; 2 and 3 can be read.`, 'The file is damaged, or newer than this version of MoE Lens.');
}

/** The format wants a multiple of 8; llama.cpp wants a power of two. */
function alignmentOf({ values, arrayLengths }: Metadata, path: string): number {
  const value = arrayLengths.has(ALIGNMENT) ? 'a list' : (values[ALIGNMENT] ?? DEFAULT_ALIGNMENT);
  if (typeof value === 'number' && value >= 8 && Number.isInteger(Math.log2(value)) && value <= 2 ** 31) return value;
  throw new LensError('E_GGUF_ALIGNMENT', `${path} has the alignment ${quote(value)}; a power of two from 8 on is wanted.`, 'The file is damaged: fetch it again.');
}
