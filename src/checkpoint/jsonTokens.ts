import { JsonError } from './jsonError.js';

/** The bytes that JSON is put together with. */
export const QUOTE = 0x22, COMMA = 0x2c, COLON = 0x3a, BRACE_OPEN = 0x7b, BRACE_CLOSE = 0x7d, BRACKET_OPEN = 0x5b, BRACKET_CLOSE = 0x5d;
const BACKSLASH = 0x5c, MINUS = 0x2d, ZERO = 0x30, NINE = 0x39, SPACE = 0x20, DELETE = 0x7f;
/** 1 for the bytes that stand for themselves in a text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= SPACE && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH));
/** Any number; most are plain counts, for which digits suffice. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const EXACT_DIGITS = 15;
/** No number that means anything is longer. */
const NUMBER_BYTES = 400;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null]]);

/** Texts up to this long are looked up among those met before: a header has the same few keys and types thousands of times. */
const SHORT_BYTES = 40;
const KNOWN_TEXTS = 128;

/** JSON's smallest parts, read from its bytes one after the other: single bytes, texts, numbers and words. Every method throws a JsonError. */
export class JsonTokens {
  readonly #known = new Array<string>(KNOWN_TEXTS).fill('');
  readonly #bytes: Buffer;
  #at = 0;

  /** @param bytes valid UTF-8 without a byte order mark */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The first byte that is no white space, not passed over. */
  next(): number {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at];
      if (!isSpace(byte)) return byte;
      this.#at++;
    }
    throw new JsonError('unfinished');
  }

  /** Passes over white space and a byte, which has to be this one. */
  expect(byte: number): void {
    if (this.next() !== byte) throw new JsonError('invalid');
    this.#at++;
  }

  /** A text, which has to be next. */
  text(): string {
    this.expect(QUOTE);
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    while (PLAIN[bytes[end]] === 1) end++;
    if (bytes[end] !== QUOTE) return this.#unusualText(start);
    this.#at = end + 1;
    return end - start <= SHORT_BYTES ? this.#shortText(start, end) : bytes.toString('latin1', start, end);
  }

  /** With escapes, or characters beyond ASCII. */
  #unusualText(start: number): string {
    const bytes = this.#bytes;
    let end = start;
    while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1; // what is escaped does not end the text
    if (end >= bytes.length) throw new JsonError('unfinished');
    this.#at = end + 1;
    return parse(bytes.toString('utf8', start - 1, end + 1));
  }

  #shortText(start: number, end: number): string {
    const bytes = this.#bytes;
    const slot = (31 * (end - start) + 7 * bytes[start] + bytes[end - 1]) % KNOWN_TEXTS;
    const known = this.#known[slot];
    if (known.length === end - start) {
      let i = 0;
      while (i < known.length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === known.length) return known;
    }
    return (this.#known[slot] = bytes.toString('latin1', start, end));
  }

  /**
   * A number, true, false or null, which has to be next.
   * @param first its first byte, as `next` gave it
   */
  scalar(first: number): unknown {
    const bytes = this.#bytes;
    const start = this.#at;
    let count = 0;
    while (this.#at < bytes.length && bytes[this.#at] >= ZERO && bytes[this.#at] <= NINE) count = 10 * count + bytes[this.#at++] - ZERO;
    const digits = this.#at - start;
    if (this.#at >= bytes.length) throw new JsonError('unfinished');
    const isPlain = digits > 0 && digits <= EXACT_DIGITS && (first !== ZERO || digits === 1) && isEnd(bytes[this.#at]);
    if (isPlain) return count;
    while (this.#at < bytes.length && !isEnd(bytes[this.#at])) this.#at++;
    if (this.#at >= bytes.length) throw new JsonError('unfinished');
    if (this.#at - start > NUMBER_BYTES) throw new JsonError('invalid');
    const word = bytes.toString('latin1', start, this.#at);
    if (first === MINUS || digits > 0) return number(word);
    const value = WORDS.get(word);
    if (value === undefined) throw new JsonError('invalid');
    return value;
  }

  /** Only white space may follow. */
  end(): void {
    while (this.#at < this.#bytes.length) if (!isSpace(this.#bytes[this.#at++])) throw new JsonError('invalid');
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Whether a byte ends a number or a word. */
function isEnd(byte: number): boolean {
  return byte === COMMA || byte === BRACKET_CLOSE || byte === BRACE_CLOSE || isSpace(byte);
}

function number(text: string): number {
  if (!NUMBER.test(text)) throw new JsonError('invalid');
  return Number(text);
}

/** @param quoted a text with its quotes */
function parse(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new JsonError('invalid');
  }
}
