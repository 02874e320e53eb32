import { fromRandomAccessReaderPromise, validateFileName, type Entry, type ZipFile } from 'yauzl';
import { LensError } from '../../base/errors.js';
import { decodeUtf8, readFully, type ByteSource } from '../files.js';
import { quote } from '../jsonValue.js';
import { ArchiveReader } from './archiveReader.js';

/** Records in one archive: one a storage, so about one a tensor. The largest released models have 60,000 tensors in hundreds of files. */
export const MAX_RECORDS = 65_536;
/** Names, extra fields and comments of all records together; torch writes about 60 bytes a record. */
export const MAX_DIRECTORY_TEXT = 16 * 1024 * 1024;
/** A local header before its name: signature, sizes, lengths (APPNOTE 4.3.7). */
const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const STORED = 0;

/** What the directory says about a record. */
interface Place {
  /** Position of its local header. */
  readonly header: number;
  readonly bytes: number;
  /** Why its bytes can't be read as they are, undefined when they can. */
  readonly packed: 'compressed' | 'encrypted' | undefined;
}

/** A zip archive as torch.save makes them: records are stored as they are, so that any range of them can be read. */
export class Archive {
  /** Positions of the records that were asked for. */
  readonly #positions = new Map<string, number>();

  private constructor(
    readonly path: string,
    private readonly source: ByteSource,
    private readonly size: number,
    /** By their names without the folder that all records are in: it is called after the file that was first written. */
    private readonly records: ReadonlyMap<string, Place>,
  ) {}

  /**
   * Reads the archive's directory; every record has to lie in the file.
   * @throws E_HEADER_TRUNCATED (no directory at the end), E_HEADER_INVALID, E_DUPLICATE_KEY, E_OFFSETS, E_PATH, E_UNREADABLE
   */
  static async open(source: ByteSource, path: string, size: number): Promise<Archive> {
    return new Archive(path, source, size, withoutFolder(await readDirectory(await openZip(source, path, size), path, size)));
  }

  has(record: string): boolean {
    return this.records.has(record);
  }

  /**
   * Bytes of a record, undefined when there is none.
   * @throws E_HEADER_INVALID when it is compressed or encrypted
   */
  sizeOf(record: string): number | undefined {
    const place = this.records.get(record);
    if (place?.packed === undefined) return place?.bytes;
    throw new LensError('E_HEADER_INVALID', `The record ${quote(record)} in ${this.path} is ${place.packed}.`, 'torch.save stores records as they are: load it and save it again.');
  }

  /**
   * Position in the file of a record's first byte: its local header, which alone tells, is read for it, once.
   * @throws E_HEADER_INVALID (no record, a damaged header), E_OFFSETS (a record past the end of the file), E_UNREADABLE
   */
  async positionOf(record: string): Promise<number> {
    const known = this.#positions.get(record);
    if (known !== undefined) return known;
    const place = this.records.get(record);
    const bytes = new Uint8Array(LOCAL_HEADER_BYTES);
    if (place !== undefined) await readFully(this.source, this.path, bytes, place.header);
    const view = new DataView(bytes.buffer);
    if (place === undefined || view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) {
      throw new LensError('E_HEADER_INVALID', `There is no record ${quote(record)} in ${this.path} where its directory says.`, 'The file is damaged: fetch it again.');
    }
    const position = place.header + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
    if (position + place.bytes > this.size) throw pastEnd(record, this.path);
    this.#positions.set(record, position);
    return position;
  }
}

async function openZip(source: ByteSource, path: string, size: number): Promise<ZipFile> {
  try {
    // names are decoded and checked in recordName; autoClose would only end the reader, the file is closed by its owner
    return await fromRandomAccessReaderPromise(new ArchiveReader(source, path, size), size, { autoClose: false, decodeStrings: false });
  } catch (error) {
    if (error instanceof LensError) throw error;
    throw new LensError('E_HEADER_TRUNCATED', `${path} is a zip archive without a directory at its end: ${reason(error)}.`, 'Its download is incomplete: fetch it again.', { cause: error });
  }
}

async function readDirectory(zip: ZipFile, path: string, size: number): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  let text = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      text += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      if (places.size >= MAX_RECORDS || text > MAX_DIRECTORY_TEXT) {
        throw new LensError('E_HEADER_INVALID', `${path} has more than ${MAX_RECORDS} records, or names too long for them.`, 'Is it a language model?');
      }
      const name = recordName(entry, path);
      if (places.has(name)) throw new LensError('E_DUPLICATE_KEY', `${path} has the record ${quote(name)} twice.`, 'Which of the two is meant is unknown: fetch the file again.');
      places.set(name, placeOf(entry, name, path, size));
    }
  } catch (error) {
    if (error instanceof LensError) throw error;
    throw new LensError('E_HEADER_INVALID', `The zip directory of ${path} is damaged: ${reason(error)}.`, 'Fetch the file again.', { cause: error });
  }
  return places;
}

/** No more is kept of an entry: its extra fields, as objects, can take a hundred times the memory that they have bytes. */
function placeOf(entry: Entry, name: string, path: string, size: number): Place {
  if (entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.compressedSize > size) throw pastEnd(name, path);
  const packed = entry.compressionMethod === STORED ? undefined : 'compressed';
  return { header: entry.relativeOffsetOfLocalHeader, bytes: entry.compressedSize, packed: entry.isEncrypted() ? 'encrypted' : packed };
}

/** Names are only compared, never opened; one that would lead out of the archive's folder is made to do harm elsewhere. */
function recordName({ fileNameRaw }: Entry, path: string): string {
  const name = decodeUtf8(fileNameRaw);
  if (name !== undefined && validateFileName(name) === null) return name;
  throw new LensError('E_PATH', `${path} has a record with the name ${quote(fileNameRaw.toString('latin1'))}.`, 'Nothing outside the file is read. Do not trust this checkpoint.');
}

/** As torch takes it: all records are in the folder that the first is in. */
function withoutFolder(places: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> {
  const [first = ''] = places.keys();
  const folder = first.slice(0, first.indexOf('/') + 1);
  return new Map([...places].filter(([name]) => name.startsWith(folder)).map(([name, place]) => [name.slice(folder.length), place]));
}

function pastEnd(record: string, path: string): LensError {
  return new LensError('E_OFFSETS', `The record ${quote(record)} in ${path} ends after the end of the file.`, 'Its download is incomplete: fetch it again.');
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 160) : 'it can\'t be read';
}
