import { JsonError } from './jsonError.js';
import { BRACE_CLOSE, BRACE_OPEN, BRACKET_CLOSE, BRACKET_OPEN, COLON, COMMA, JsonTokens, QUOTE } from './jsonTokens.js';

/** Bounds on what a text may hold, so that a file made to exhaust memory or the stack ends in an error. */
export interface JsonLimits {
  /** Objects and arrays inside each other; the outermost counts as 1. */
  readonly depth: number;
  /** Values of every kind. */
  readonly values: number;
}

/**
 * Reads JSON from its bytes in one pass, value by value, as the caller asks for them: nothing is built that is not asked for, and unlike
 * JSON.parse it tells a key that an object has twice, and a text that merely stops too early. Every method throws a JsonError.
 */
export class JsonReader {
  readonly #tokens: JsonTokens;
  #depth = 0;
  #values = 0;
  /** Whether a value of the container in hand has been read: the next one comes after a comma. */
  #isFurther = false;

  /** @param bytes valid UTF-8 without a byte order mark */
  constructor(bytes: Uint8Array, private readonly limits: JsonLimits) {
    this.#tokens = new JsonTokens(bytes);
  }

  /** Whether an object is next. */
  isObject(): boolean {
    return this.#tokens.next() === BRACE_OPEN;
  }

  /** Enters an object: its keys come next. */
  enterObject(): void {
    this.#enter(BRACE_OPEN);
  }

  /** The next key of the object, the value of which has to be read before another; undefined at its end. Whether it came before is for the caller to know. */
  key(): string | undefined {
    if (!this.#goOn(BRACE_CLOSE)) return undefined;
    const key = this.#tokens.text();
    this.#tokens.expect(COLON);
    return key;
  }

  /** Any value, built. An object of it has no key twice. */
  value(): unknown {
    const first = this.#tokens.next();
    if (first === BRACKET_OPEN) return this.#array();
    if (first === BRACE_OPEN) return this.#object();
    if (++this.#values > this.limits.values) throw new JsonError('too-many');
    this.#isFurther = true;
    return first === QUOTE ? this.#tokens.text() : this.#tokens.scalar(first);
  }

  /** Only white space may follow. */
  end(): void {
    this.#tokens.end();
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
    this.#tokens.expect(bracket);
    if (++this.#depth > this.limits.depth) throw new JsonError('too-deep');
    if (++this.#values > this.limits.values) throw new JsonError('too-many');
    this.#isFurther = false;
  }

  /** Whether the container has a further value; passes over the comma before it, or the bracket that closes. */
  #goOn(close: number): boolean {
    const next = this.#tokens.next();
    if (next === close) {
      this.#tokens.expect(close);
      this.#depth--;
      this.#isFurther = true; // in the container around it
      return false;
    }
    if (this.#isFurther) this.#tokens.expect(COMMA);
    return true;
  }
}
