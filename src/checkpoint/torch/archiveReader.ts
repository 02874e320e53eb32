import { RandomAccessReader } from 'yauzl';
import { readFully, type ByteSource } from '../files.js';

/** Bytes that are read at once: a directory is made of many small records, read one after the other. */
const WINDOW_BYTES = 64 * 1024;

/** What yauzl reads an archive's directory through: a window on the file, moved when something outside of it is asked for. */
export class ArchiveReader extends RandomAccessReader {
  #window: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly path: string,
    private readonly size: number,
  ) {
    super();
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    if (!(position >= 0 && position + length <= this.size)) {
      callback(new Error('it points past the end of the file'));
      return;
    }
    const give = (): void => {
      const from = position - this.#position;
      buffer.set(this.#window.subarray(from, from + length), offset);
      callback(null);
    };
    if (position >= this.#position && position + length <= this.#position + this.#window.length) {
      give();
      return;
    }
    const window = new Uint8Array(Math.min(Math.max(length, WINDOW_BYTES), this.size - position));
    readFully(this.source, this.path, window, position).then(() => {
      this.#window = window;
      this.#position = position;
      give();
    }).catch(callback);
  }
}
