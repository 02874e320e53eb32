import { LensError } from '../../base/errors.js';
import { readFully, type ByteSource } from '../files.js';

/** What is read at once. Headers with a vocabulary have 5 to 20 MB; they are walked through a window of this size. */
const WINDOW_BYTES = 512 * 1024;
/** Bytes of a text that is built: it lies in the window whole. The longest that models have, chat templates, take 20 KB. */
export const MAX_TEXT_BYTES = WINDOW_BYTES;
/**
 * Header bytes of one file, against files made to exhaust time or memory. A vocabulary of 262,144 tokens with merges
 * takes 17 MB, a tokenizer.json beside it another 33 MB.
 */
export const MAX_HEADER_BYTES = 64_000_000;

/** A string is its length in bytes (u64), then its bytes. */
export const LENGTH_BYTES = 8;

/**
 * Reads the header of a GGUF file from front to back, little-endian, through a window. No read goes beyond the file,
 * and what is skipped is not read.
 *
 * `u8` to `f64` take bytes that `need` (or `has`) has put into the window: so a loop over many small values stays
 * synchronous as long as it stays in the window.
 */
export class HeaderCursor {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** In the window: the next byte, and the end of what was read. */
  #at = 0;
  #end = 0;
  /** In the file: the byte behind the window. */
  #next = 0;

  /** @param size the file's size in bytes */
  constructor(
    private readonly source: ByteSource,
    readonly path: string,
    readonly size: number,
  ) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(size, WINDOW_BYTES));
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  /** Position in the file of the next byte. */
  get position(): number {
    return this.#next - this.#end + this.#at;
  }

  /** True if `count` bytes are in the window. */
  has(count: number): boolean {
    return this.#end - this.#at >= count;
  }

  /**
   * Puts the next `count` bytes into the window.
   * @param count at most WINDOW_BYTES
   * @throws E_GGUF_TRUNCATED, E_GGUF_LIMIT (the header is longer than MAX_HEADER_BYTES), E_UNREADABLE
   */
  async need(count: number): Promise<void> {
    if (this.has(count)) return;
    this.check(count);
    this.#bytes.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
    const more = Math.min(this.#bytes.length - this.#end, this.size - this.#next);
    await readFully(this.source, this.path, this.#bytes.subarray(this.#end, this.#end + more), this.#next);
    this.#end += more;
    this.#next += more;
  }

  /** Passes over `count` bytes. @throws E_GGUF_TRUNCATED, E_GGUF_LIMIT */
  skip(count: number): void {
    this.check(count);
    const ahead = count - (this.#end - this.#at);
    if (ahead <= 0) {
      this.#at += count;
    } else {
      this.#next += ahead;
      this.#at = this.#end = 0;
    }
  }

  /** Throws unless `count` more bytes of header can follow. A `count` from the file has to pass here before it is used. */
  check(count: number): void {
    if (count > this.size - this.position) {
      throw new LensError('E_GGUF_TRUNCATED', `${this.path} ends inside its header (${this.size} bytes; at ${this.position} another ${count} were expected).`, 'Its download is incomplete, or the file is damaged: fetch it again.');
    }
    if (count > MAX_HEADER_BYTES - this.position) {
      throw new LensError('E_GGUF_LIMIT', `${this.path} has a header of more than ${MAX_HEADER_BYTES} bytes.`, 'The file is damaged: no model needs that much.');
    }
  }

  /** A string of at most MAX_TEXT_BYTES. @throws as `need`, and E_GGUF_LIMIT for a longer one */
  async string(): Promise<string> {
    await this.need(LENGTH_BYTES);
    const length = this.u64();
    this.check(length);
    if (length > MAX_TEXT_BYTES) throw new LensError('E_GGUF_LIMIT', `${this.path} has a text of ${length} bytes in a list; the limit is ${MAX_TEXT_BYTES}.`, 'The file is damaged: no token is that long.');
    return this.text(length);
  }

  /**
   * The next bytes as text; what is not UTF-8 becomes U+FFFD, as llama.cpp takes it.
   * @param length at most MAX_TEXT_BYTES
   * @throws as `need`
   */
  async text(length: number): Promise<string> {
    await this.need(length);
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  /** As many of the next `count` strings as lie in the window whole, into `target`. */
  takeStrings(count: number, target: string[]): void {
    for (let i = 0; i < count; i++) {
      const start = this.#at + LENGTH_BYTES;
      if (this.skipStrings(1) === 0) return;
      target.push(this.#bytes.toString('utf8', start, this.#at));
    }
  }

  /** Passes over as many of the next `count` strings as lie in the window whole. @returns how many that were */
  skipStrings(count: number): number {
    const view = this.#view; // locals: a vocabulary has 300,000 strings, and a list of models 200 vocabularies
    const end = this.#end - LENGTH_BYTES;
    let at = this.#at;
    let i = 0;
    for (; i < count && at <= end; i++) {
      const length = view.getUint32(at, true);
      if (length > end - at || view.getUint32(at + 4, true) !== 0) break;
      at += LENGTH_BYTES + length;
    }
    this.#at = at;
    return i;
  }

  u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  i8(): number {
    return this.#view.getInt8(this.#at++);
  }

  u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  i16(): number {
    this.#at += 2;
    return this.#view.getInt16(this.#at - 2, true);
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  i32(): number {
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4, true);
  }

  /** Above 2^53 rounded, which is still above every limit here. */
  u64(): number {
    return this.u32() + this.u32() * 2 ** 32;
  }

  /** Beyond 2^53 rounded. */
  i64(): number {
    return this.u32() + this.i32() * 2 ** 32;
  }

  f32(): number {
    this.#at += 4;
    return this.#view.getFloat32(this.#at - 4, true);
  }

  f64(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }
}
