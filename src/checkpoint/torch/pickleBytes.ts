import { LensError } from '../../base/errors.js';
import { decodeUtf8 } from '../files.js';

/** What to do about a file of torch.save that isn't read. */
export const CONVERT_HINT = 'Convert the checkpoint to safetensors: load it with transformers where you trust it, and call save_pretrained.';

/** Text in a pickle: names of tensors, in the longest case. */
const MAX_TEXT_BYTES = 65_536;
/** Module and name of a global, a line each. */
const MAX_LINE_BYTES = 512;
/** Whole numbers of any size: 128 bits hold every size, offset and seed. */
const MAX_LONG_BYTES = 16;

/** Why a pickle is not read. Nothing of it is ever executed: it is data to this program. */
export function refused(path: string, why: string): LensError {
  return new LensError('E_PICKLE', `${path} ${why}. It was not executed.`, CONVERT_HINT);
}

/** A pickle's bytes, read from front to end. Every read throws E_PICKLE past the end. */
export class PickleBytes {
  #at = 0;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly path: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** Above 2^53 rounded, which is still above every limit here. */
  uint64(): number {
    return this.uint32() + this.uint32() * 2 ** 32;
  }

  /** The only number that a pickle has in network order. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** Two's complement, little-endian; a number where it is exact as one. */
  long(length: number): number | bigint {
    if (length > MAX_LONG_BYTES) throw refused(this.path, `has a whole number of ${length} bytes in its pickle; the limit is ${MAX_LONG_BYTES}`);
    const at = this.#skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  text(length: number): string {
    if (length > MAX_TEXT_BYTES) throw refused(this.path, `has a text of ${length} bytes in its pickle; the limit is ${MAX_TEXT_BYTES}`);
    const at = this.#skip(length);
    const text = decodeUtf8(this.bytes.subarray(at, at + length));
    if (text === undefined) throw refused(this.path, 'has a text in its pickle that is not UTF-8');
    return text;
  }

  /** Up to the next line feed, which is left out. */
  line(): string {
    const end = this.bytes.subarray(this.#at, this.#at + MAX_LINE_BYTES).indexOf(0x0a);
    if (end < 0) throw refused(this.path, 'has a name in its pickle that does not end');
    const line = this.text(end);
    this.#skip(1);
    return line;
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) throw refused(this.path, 'has a pickle that ends too early');
    this.#at = at + length;
    return at;
  }
}
