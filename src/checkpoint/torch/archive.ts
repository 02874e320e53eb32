import { fromRandomAccessReaderPromise, validateFileName, type Entry, type ZipFile } from 'yauzl';
import { LensError } from '../../base/errors.js';
import { decodeUtf8, type ByteSource } from '../files.js';
import { quote } from '../jsonValue.js';
import { ArchiveReader } from './archiveReader.js';

/** Records in one archive: one a storage, so about one a tensor. The largest released models have 60,000 tensors in hundreds of files. */
export const MAX_RECORDS = 65_536;
/** A local header before its name: signature, sizes, lengths (APPNOTE 4.3.7). */
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;

/** A zip archive as torch.save makes them: records are stored as they are, so that any range of them can be read. */
export class Archive {
  private constructor(
    readonly path: string,
    /** The folder that all records are in; it is called after the file that was first written. */
    private readonly root: string,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly zip: ZipFile,
  ) {}

  /**
   * Reads the archive's directory; every record has to lie in the file.
   * @throws E_HEADER_TRUNCATED (no directory at the end), E_HEADER_INVALID, E_DUPLICATE_KEY, E_OFFSETS, E_PATH, E_UNREADABLE
   */
  static async open(source: ByteSource, path: string, size: number): Promise<Archive> {
    const zip = await openZip(source, path, size);
    const entries = new Map<string, Entry>();
    try {
      for await (const entry of zip.eachEntry()) {
        if (entries.size >= MAX_RECORDS) throw new LensError('E_HEADER_INVALID', `${path} has more than ${MAX_RECORDS} records.`, 'Is it a language model?');
        const name = recordName(entry, path);
        if (entries.has(name)) throw new LensError('E_DUPLICATE_KEY', `${path} has the record ${quote(name)} twice.`, 'Which of the two is meant is unknown: fetch the file again.');
        if (entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.compressedSize > size) {
          throw new LensError('E_OFFSETS', `The record ${quote(name)} in ${path} ends after the end of the file.`, 'Its download is incomplete: fetch it again.');
        }
        entries.set(name, entry);
      }
    } catch (error) {
      throw asHeaderError(error, path);
    }
    const [first = ''] = entries.keys();
    return new Archive(path, first.slice(0, first.indexOf('/') + 1), entries, zip);
  }

  has(record: string): boolean {
    return this.entries.has(this.root + record);
  }

  /**
   * Bytes of a record, undefined when there is none.
   * @throws E_HEADER_INVALID when it is compressed or encrypted
   */
  sizeOf(record: string): number | undefined {
    const entry = this.entries.get(this.root + record);
    if (entry === undefined) return undefined;
    if (entry.compressionMethod !== STORED || entry.isEncrypted()) {
      throw new LensError('E_HEADER_INVALID', `The record ${quote(record)} in ${this.path} is ${entry.isEncrypted() ? 'encrypted' : 'compressed'}.`, 'torch.save stores records as they are: load it and save it again.');
    }
    return entry.uncompressedSize;
  }

  /**
   * Position in the file of a record's first byte: its local header, which alone tells, is read for it.
   * @throws E_HEADER_INVALID (also for a record past the end of the file), E_UNREADABLE
   */
  async positionOf(record: string): Promise<number> {
    const entry = this.entries.get(this.root + record);
    if (entry === undefined) throw new LensError('E_HEADER_INVALID', `${this.path} has no record ${quote(record)}.`, 'The file is damaged: fetch it again.');
    try {
      return (await this.zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
    } catch (error) {
      throw asHeaderError(error, this.path);
    }
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

/** Names are only compared, never opened; one that would lead out of the archive's folder is made to do harm elsewhere. */
function recordName({ fileNameRaw }: Entry, path: string): string {
  const name = decodeUtf8(fileNameRaw);
  const wrong = name === undefined ? 'it is not UTF-8' : validateFileName(name);
  if (name !== undefined && wrong === null) return name;
  throw new LensError('E_PATH', `${path} has a record with the name ${quote(fileNameRaw.toString('latin1'))}.`, 'Nothing outside the file is read. Do not trust this checkpoint.');
}

function asHeaderError(error: unknown, path: string): LensError {
  if (error instanceof LensError) return error;
  return new LensError('E_HEADER_INVALID', `The zip directory of ${path} is damaged: ${reason(error)}.`, 'Fetch the file again.', { cause: error });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 160) : 'it can\'t be read';
}
