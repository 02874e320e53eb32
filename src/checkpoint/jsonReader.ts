/** Bounds on what a text may hold, so that a file made to exhaust memory or the stack ends in an error. */
export interface JsonLimits {
  /** Objects and arrays inside each other; the outermost counts as 1. */
  readonly depth: number;
  /** Values of every kind. */
  readonly values: number;
}

export type JsonFault = 'unfinished' | 'invalid' | 'duplicate' | 'too-deep' | 'too-many';

/** What is wrong with a text; `key` is the one that an object has twice. */
export class JsonError extends Error {
  constructor(readonly fault: JsonFault, readonly key = '') {
    super(fault);
  }
}

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a, MINUS = 0x2d, ZERO = 0x30, NINE = 0x39, SPACE = 0x20, DELETE = 0x7f;
/** 1 for the bytes that stand for themselves in a text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= SPACE && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH));
const BRACE_OPEN = 0x7b, BRACE_CLOSE = 0x7d, BRACKET_OPEN = 0x5b, BRACKET_CLOSE = 0x5d;
/** Any number; most are plain counts, for which digits suffice. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const EXACT_DIGITS = 15;
/** No number that means anything is longer. */
const NUMBER_BYTES = 400;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null]]);

/** Texts up to this long are looked up among those met before: a header has the same few keys and types thousands of times. */
const SHORT_BYTES = 40;
const KNOWN_TEXTS = 128;

/**
 * Reads JSON from its bytes in one pass, value by value, as the caller asks for them: nothing is built that is not asked for, and unlike
 * JSON.parse it tells a key that an object has twice, and a text that merely stops too early. Every method throws a JsonError.
 */
export class JsonReader {
  readonly #known = new Array<string>(KNOWN_TEXTS).fill('');
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;
  #values = 0;
  /** Whether a value of the container in hand has been read: the next one comes after a comma. */
  #isFurther = false;

  /** @param bytes valid UTF-8 without a byte order mark */
  constructor(bytes: Uint8Array, private readonly limits: JsonLimits) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether an object is next. */
  isObject(): boolean {
    return this.#next() === BRACE_OPEN;
  }

  /** Enters an object: its keys come next. */
  enterObject(): void {
    this.#enter(BRACE_OPEN);
  }

  /** The next key of the object, the value of which has to be read before another; undefined at its end. Whether it came before is for the caller to know. */
  key(): string | undefined {
    if (!this.#goOn(BRACE_CLOSE)) return undefined;
    const key = this.#text();
    this.#expect(COLON);
    return key;
  }

  /** Any value, built. An object of it has no key twice. */
  value(): unknown {
    const first = this.#next();
    if (first === BRACKET_OPEN) return this.#array();
    if (first === BRACE_OPEN) return this.#object();
    if (++this.#values > this.limits.values) throw new JsonError('too-many');
    this.#isFurther = true;
    return first === QUOTE ? this.#text() : this.#scalar(first);
  }

  /** Only white space may follow. */
  end(): void {
    while (this.#at < this.#bytes.length) if (!isSpace(this.#bytes[this.#at++])) throw new JsonError('invalid');
  }

  #object(): unknown {
    const entries = new Map<string, unknown>();
    this.enterObject();
    for (let key = this.key(); key !== undefined; key = this.key()) {
      if (entries.has(key)) throw new JsonError('duplicate', key);
      entries.set(key, this.value());
    }
    return Object.fromEntries(entries);
  }

  #array(): unknown[] {
    this.#enter(BRACKET_OPEN);
    if (!this.#goOn(BRACKET_CLOSE)) return [];
    const first = this.value();
    if (!this.#goOn(BRACKET_CLOSE)) return [first];
    const items = [first, this.value()]; // most are pairs, and this makes no room for more
    while (this.#goOn(BRACKET_CLOSE)) items.push(this.value());
    return items;
  }

  #enter(bracket: number): void {
    this.#expect(bracket);
    if (++this.#depth > this.limits.depth) throw new JsonError('too-deep');
    if (++this.#values > this.limits.values) throw new JsonError('too-many');
    this.#isFurther = false;
  }

  /** Whether the container has a further value; passes over the comma before it, or the bracket that closes. */
  #goOn(close: number): boolean {
    const next = this.#next();
    if (next === close) {
      this.#at++;
      this.#depth--;
      this.#isFurther = true; // in the container around it
      return false;
    }
    if (this.#isFurther) this.#expect(COMMA);
    return true;
  }

  /** The first byte that is no white space, not passed over. */
  #next(): number {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at];
      if (!isSpace(byte)) return byte;
      this.#at++;
    }
    throw new JsonError('unfinished');
  }

  #expect(byte: number): void {
    if (this.#next() !== byte) throw new JsonError('invalid');
    this.#at++;
  }

  #text(): string {
    this.#expect(QUOTE);
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

  /** A number, true, false or null. */
  #scalar(first: number): unknown {
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
